// SPDX-License-Identifier: GPL-2.0-only
/*
 * Suite of frames that a node makes itself: which flow they are one of, and
 * with what addresses.
 */
#include <kunit/test.h>
#include <linux/etherdevice.h>
#include <linux/rcupdate.h>

#include "node.h"
#include "plane.h"
#include "port.h"
#include "sproxy.h"

#define HOPS	3
#define FLOWS	3
#define GUESTS	100

static const u8 guest_mac[ETH_ALEN] = { 2, 0, 0, 0, 0, 1 };
static const u8 peer_mac[ETH_ALEN] = { 2, 0, 0, 0, 0, 2 };
static const u8 node_mac[ETH_ALEN] = { 2, 0xaa, 0, 0, 0, 1 };

struct made_fixture {
	struct svp_node node[HOPS];
	struct svp_node stranger;
	struct svp_path path;
	struct svp_flow flow[FLOWS];
	struct svp_made made;
	struct svp_plane plane;
	struct svp_service service;
	struct svp_pkt pkt;
	struct svp_port port[GUESTS];
};

static void macs_set(struct svp_flow_use *use, const u8 *smac, const u8 *dmac)
{
	ether_addr_copy(use->smac, smac);
	ether_addr_copy(use->dmac, dmac);
}

static void paths_set(struct svp_flow *flow, struct svp_path *out,
		      struct svp_path *in)
{
	RCU_INIT_POINTER(flow->path[SVP_OUT], out);
	RCU_INIT_POINTER(flow->path[SVP_IN], in);
}

/* Frames of direction OUT were given to node 1 of three, none of IN was seen */
static int made_init(struct kunit *test)
{
	struct made_fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, f);
	test->priv = f;
	f->path.n_hops = HOPS;
	for (i = 0; i < HOPS; i++)
		f->path.nodes[i] = &f->node[i];
	for (i = 0; i < FLOWS; i++) {
		paths_set(&f->flow[i], &f->path, &f->path);
		f->flow[i].use[SVP_OUT].given = 0x8000 >> 1;
		macs_set(&f->flow[i].use[SVP_OUT], guest_mac, peer_mac);
	}
	f->made.node = &f->node[1];
	return 0;
}

static u8 added(struct made_fixture *f, struct svp_flow *flow, enum svp_dir dir,
		const u8 *smac, const u8 *dmac)
{
	struct ethhdr eth;

	ether_addr_copy(eth.h_source, smac);
	ether_addr_copy(eth.h_dest, dmac);
	rcu_read_lock();
	svp_made_add(&f->made, flow, dir, &eth);
	rcu_read_unlock();
	return svp_made_choose(&f->made)->n;
}

static void only_what_was_given(struct kunit *test)
{
	struct made_fixture *f = test->priv;
	struct svp_flow *flow = &f->flow[0];

	f->made.node = &f->node[0];
	KUNIT_EXPECT_EQ(test, 0, added(f, flow, SVP_IN, node_mac, node_mac));
	f->made.node = &f->node[2];
	KUNIT_EXPECT_EQ(test, 0, added(f, flow, SVP_OUT, node_mac, node_mac));
	f->made.node = &f->stranger;
	KUNIT_EXPECT_EQ(test, 0, added(f, flow, SVP_IN, node_mac, node_mac));
	f->made.node = &f->node[1];
	paths_set(flow, NULL, NULL);
	KUNIT_EXPECT_EQ(test, 0, added(f, flow, SVP_IN, node_mac, node_mac));
	paths_set(flow, &f->path, &f->path);
	KUNIT_EXPECT_EQ(test, 1, added(f, flow, SVP_IN, node_mac, node_mac));
	KUNIT_EXPECT_PTR_EQ(test, flow, svp_made_choose(&f->made)->flow);
	KUNIT_EXPECT_EQ(test, SVP_IN, svp_made_choose(&f->made)->dir);
}

static bool given(const struct svp_node *node, const struct svp_flow *flow,
		  enum svp_dir dir)
{
	bool result;

	rcu_read_lock();
	result = svp_made_given(node, flow, dir);
	rcu_read_unlock();
	return result;
}

/* Hops are counted along the direction: the first of IN is the last of OUT */
static void given_by_direction(struct kunit *test)
{
	struct made_fixture *f = test->priv;
	struct svp_flow *flow = &f->flow[0];

	flow->use[SVP_OUT].given = 0;
	flow->use[SVP_IN].given = 0x8000;
	KUNIT_EXPECT_TRUE(test, given(&f->node[2], flow, SVP_IN));
	KUNIT_EXPECT_FALSE(test, given(&f->node[0], flow, SVP_IN));
	KUNIT_EXPECT_FALSE(test, given(&f->node[2], flow, SVP_OUT));
	f->made.node = &f->node[2];
	KUNIT_EXPECT_EQ(test, 1, added(f, flow, SVP_OUT, node_mac, node_mac));
}

/* After a re-path of one direction: what the other was given counts on its own */
static void given_on_its_path(struct kunit *test)
{
	struct made_fixture *f = test->priv;
	struct svp_path other = { .n_hops = 1, .nodes = { &f->stranger } };
	struct svp_flow *flow = &f->flow[0];

	paths_set(flow, &other, &f->path);
	flow->use[SVP_OUT].given = 0x8000;
	flow->use[SVP_IN].given = 0x8000 >> 1;
	KUNIT_EXPECT_FALSE(test, given(&f->node[1], flow, SVP_OUT));
	KUNIT_EXPECT_TRUE(test, given(&f->node[1], flow, SVP_IN));
	f->made.node = &f->stranger;
	KUNIT_EXPECT_TRUE(test, given(&f->stranger, flow, SVP_OUT));
	KUNIT_EXPECT_FALSE(test, given(&f->stranger, flow, SVP_IN));
	KUNIT_EXPECT_EQ(test, 1, added(f, flow, SVP_IN, node_mac, node_mac));
}

static void two_flows_are_nobodys(struct kunit *test)
{
	struct made_fixture *f = test->priv;

	macs_set(&f->flow[1].use[SVP_OUT], node_mac, peer_mac);
	KUNIT_EXPECT_EQ(test, 1, added(f, &f->flow[0], SVP_IN, node_mac, node_mac));
	KUNIT_EXPECT_EQ(test, 2, added(f, &f->flow[1], SVP_IN, node_mac, node_mac));
	KUNIT_EXPECT_EQ(test, 2, added(f, &f->flow[2], SVP_IN, node_mac, node_mac));
}

/* A flow and its own answers may have one tuple: which is meant, nobody knows */
static void two_directions_are_nobodys(struct kunit *test)
{
	struct made_fixture *f = test->priv;

	KUNIT_EXPECT_EQ(test, 1, added(f, &f->flow[0], SVP_IN, node_mac, node_mac));
	KUNIT_EXPECT_EQ(test, 2, added(f, &f->flow[0], SVP_OUT, node_mac, node_mac));
}

static void addresses_tell_two_apart(struct kunit *test)
{
	struct made_fixture *f = test->priv;

	macs_set(&f->flow[0].use[SVP_OUT], node_mac, peer_mac);
	macs_set(&f->flow[2].use[SVP_OUT], node_mac, peer_mac);
	KUNIT_EXPECT_EQ(test, 1, added(f, &f->flow[0], SVP_IN, peer_mac, guest_mac));
	KUNIT_EXPECT_EQ(test, 1, added(f, &f->flow[1], SVP_IN, peer_mac, guest_mac));
	KUNIT_EXPECT_EQ(test, 1, added(f, &f->flow[2], SVP_IN, peer_mac, guest_mac));
	KUNIT_EXPECT_PTR_EQ(test, &f->flow[1], svp_made_choose(&f->made)->flow);
	/* not if one guest has taken the other's */
	macs_set(&f->flow[0].use[SVP_OUT], guest_mac, peer_mac);
	KUNIT_EXPECT_EQ(test, 2, added(f, &f->flow[0], SVP_IN, peer_mac, guest_mac));
}

/* The answer to a frame for many would have their address as its source */
static void no_answer_from_a_group(struct kunit *test)
{
	static const u8 group[ETH_ALEN] = { 1, 0, 0x5e, 0, 0, 1 };
	struct made_fixture *f = test->priv;

	macs_set(&f->flow[0].use[SVP_OUT], guest_mac, group);
	KUNIT_EXPECT_EQ(test, 0, added(f, &f->flow[0], SVP_IN, node_mac, node_mac));
	KUNIT_EXPECT_EQ(test, 1, added(f, &f->flow[0], SVP_OUT, node_mac, node_mac));
}

static void addresses_until_seen(struct kunit *test)
{
	struct made_fixture *f = test->priv;
	struct svp_flow *flow = &f->flow[0];
	const u8 *smac, *dmac;

	svp_flow_macs(flow, SVP_IN, &smac, &dmac);
	KUNIT_EXPECT_TRUE(test, ether_addr_equal(smac, peer_mac));
	KUNIT_EXPECT_TRUE(test, ether_addr_equal(dmac, guest_mac));
	macs_set(&flow->use[SVP_IN], node_mac, guest_mac);
	svp_flow_macs(flow, SVP_IN, &smac, &dmac);
	KUNIT_EXPECT_TRUE(test, ether_addr_equal(smac, node_mac));
	svp_flow_macs(flow, SVP_OUT, &smac, &dmac);
	KUNIT_EXPECT_TRUE(test, ether_addr_equal(smac, guest_mac));
	KUNIT_EXPECT_TRUE(test, ether_addr_equal(dmac, peer_mac));
}

/* Of guests without flows only the number counts */
static enum svp_drop_reason asked(struct made_fixture *f)
{
	enum svp_drop_reason why;
	struct svp_step step;

	f->made.pkt = &f->pkt;
	local_bh_disable();
	rcu_read_lock();
	why = svp_sproxy_made(&f->made, SVP_DROP_RET_MAC, &step);
	rcu_read_unlock();
	local_bh_enable();
	return why;
}

/* A node that answers, while a re-path has led the answers past it */
static void none_where_no_path_leads(struct kunit *test)
{
	struct made_fixture *f = test->priv;
	struct svp_path other = { .n_hops = 1, .nodes = { &f->stranger } };
	struct sk_buff *skb = alloc_skb(ETH_HLEN, GFP_KERNEL);
	struct svp_flow *flow = &f->flow[0];

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_put_zero(skb, ETH_HLEN);
	skb_reset_mac_header(skb);
	f->made.skb = skb;
	f->made.flow = flow;
	f->service.flags = SVP_SERVICE_ORIGINATES;
	f->node[1].service = &f->service;
	f->pkt.tuple.family = 4;
	flow->side[SVP_IN].key.family = 4;
	flow->port = &f->port[0];
	svp_bucket_init(&f->node[1].made, 1, 4);
	svp_bucket_init(&f->port[0].made, 1, 4);
	paths_set(flow, &f->path, &other);
	KUNIT_EXPECT_EQ(test, SVP_DROP_RET_STALE, asked(f));
	paths_set(flow, &f->path, &f->path);
	memset(&f->made.any, 0, sizeof(f->made.any));
	memset(&f->made.exact, 0, sizeof(f->made.exact));
	KUNIT_EXPECT_EQ(test, 0, asked(f));
	kfree_skb(skb);
}

static void search_is_bounded(struct kunit *test)
{
	struct made_fixture *f = test->priv;
	struct svp_node *node = &f->node[1];
	int i;

	xa_init_flags(&f->plane.ports, XA_FLAGS_ALLOC1);
	for (i = 0; i < GUESTS; i++) {
		f->port[i].id = i + 1;
		xa_store(&f->plane.ports, i + 1, &f->port[i], GFP_KERNEL);
	}
	node->plane = &f->plane;
	node->service = &f->service;
	f->pkt.tuple.family = 4;
	/* enough for one search of a hundred guests, not for two */
	svp_bucket_init(&node->looks, 1, 190);

	KUNIT_EXPECT_EQ(test, SVP_DROP_RET_MAC, asked(f));
	f->service.flags = SVP_SERVICE_ORIGINATES;
	f->pkt.flags = SVP_PKT_FRAG_LATER;
	KUNIT_EXPECT_EQ(test, SVP_DROP_RET_MAC, asked(f));
	f->pkt.flags = 0;
	f->made.named = true;
	KUNIT_EXPECT_EQ(test, SVP_DROP_RET_MAC, asked(f));
	f->made.named = false;
	KUNIT_EXPECT_EQ(test, SVP_DROP_RET_ALIEN, asked(f));
	KUNIT_EXPECT_EQ(test, SVP_DROP_ORIGINATE_RATE, asked(f));
	xa_destroy(&f->plane.ports);
}

static void frames_are_bounded(struct kunit *test)
{
	struct made_fixture *f = test->priv;
	struct svp_node *node = &f->node[1];
	int i, n = 0;

	svp_bucket_init(&node->made, 1, 6);
	for (i = 0; i < 3; i++)
		svp_bucket_init(&f->port[i].made, 1, 4);
	for (i = 0; i < 20; i++)
		n += svp_made_allowed(node, &f->port[0]);
	KUNIT_EXPECT_EQ(test, 4, n);
	/* what the first was refused is there for the second */
	KUNIT_EXPECT_TRUE(test, svp_made_allowed(node, &f->port[1]));
	KUNIT_EXPECT_TRUE(test, svp_made_allowed(node, &f->port[1]));
	KUNIT_EXPECT_FALSE(test, svp_made_allowed(node, &f->port[2]));
}

/* A node that rewrites stays in the guest's VLAN, whatever it returns */
static void tags_stay(struct kunit *test)
{
	static const u32 kinds[] = { 0, SVP_PKT_FRAG_LATER, SVP_PKT_ICMP_ERR };
	struct made_fixture *f = test->priv;
	struct svp_flow *flow = &f->flow[0];
	int i;

	f->node[1].plane = &f->plane;
	flow->side[SVP_OUT].key.family = 4;
	f->pkt.tuple.family = 4;
	rcu_read_lock();
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		f->pkt.flags = kinds[i];
		f->pkt.tuple.vlan[0] = 0;
		KUNIT_EXPECT_EQ(test, 0, svp_sproxy_learn(&f->node[1], flow,
							  SVP_OUT, &f->pkt));
		f->pkt.tuple.vlan[0] = 20;
		KUNIT_EXPECT_EQ(test, SVP_DROP_RET_ALIEN,
				svp_sproxy_learn(&f->node[1], flow, SVP_OUT,
						 &f->pkt));
	}
	rcu_read_unlock();
}

static struct kunit_case made_cases[] = {
	KUNIT_CASE(tags_stay),
	KUNIT_CASE(only_what_was_given),
	KUNIT_CASE(given_by_direction),
	KUNIT_CASE(given_on_its_path),
	KUNIT_CASE(two_flows_are_nobodys),
	KUNIT_CASE(two_directions_are_nobodys),
	KUNIT_CASE(addresses_tell_two_apart),
	KUNIT_CASE(no_answer_from_a_group),
	KUNIT_CASE(addresses_until_seen),
	KUNIT_CASE(none_where_no_path_leads),
	KUNIT_CASE(search_is_bounded),
	KUNIT_CASE(frames_are_bounded),
	{}
};

static struct kunit_suite made_suite = {
	.name = "svcplane_sproxy_made",
	.init = made_init,
	.test_cases = made_cases,
};

kunit_test_suite(made_suite);
