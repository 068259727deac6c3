// SPDX-License-Identifier: GPL-2.0-only
/*
 * Suite of where a frame between two guests enters its path: what the record of
 * its sender proves, and what not.
 */
#include <linux/etherdevice.h>
#include <linux/jiffies.h>

#include "flow_fixture.h"
#include "node.h"
#include "once.h"

#define NODES		2
#define TAP		7	/* ifindex of the sender's */

/* Both guests have paths through node 0, then node 1 */
struct once_fixture {
	struct svp_node node[NODES];
	struct svp_path path;		/* of the receiver, and of the sender */
	struct svp_port from, to;
	struct svp_plane plane;
	struct svp_flow *sent;		/* the sender's record */
	struct svp_flow got;		/* the receiver's */
	struct svp_pkt pkt;
	struct sk_buff *skb;
};

static const u8 mac_a[ETH_ALEN] = { 2, 0, 0, 0, 0, 0xa };
static const u8 mac_b[ETH_ALEN] = { 2, 0, 0, 0, 0, 0xb };
static const struct svp_flow_ops no_ops;

/* As after a frame of the sender that both nodes were given */
static struct svp_flow *record(struct once_fixture *f)
{
	struct svp_tuple key = key_of(1);
	struct svp_flow *flow;

	key.port = svp_key_port(f->from.id, SVP_OUT);
	flow = svp_flow_alloc(f->plane.flows, &key, SVP_OUT);
	if (!flow)
		return NULL;
	ether_addr_copy(flow->use[SVP_OUT].smac, mac_a);
	ether_addr_copy(flow->use[SVP_OUT].dmac, mac_b);
	flow->use[SVP_OUT].given = 0xc000;
	RCU_INIT_POINTER(flow->path[SVP_OUT], svp_path_hold(&f->path));
	local_bh_disable();
	rcu_read_lock();
	flow = svp_flow_insert(f->plane.flows, flow, SVP_OUT);
	rcu_read_unlock();
	local_bh_enable();
	return IS_ERR(flow) ? NULL : flow;
}

static struct sk_buff *frame_between(const u8 *smac, const u8 *dmac)
{
	struct sk_buff *skb = alloc_skb(ETH_ZLEN, GFP_KERNEL);

	if (!skb)
		return NULL;
	skb_put_zero(skb, ETH_ZLEN);
	skb_reset_mac_header(skb);
	ether_addr_copy(eth_hdr(skb)->h_source, smac);
	ether_addr_copy(eth_hdr(skb)->h_dest, dmac);
	skb->skb_iif = TAP;
	return skb;
}

static int once_init(struct kunit *test)
{
	struct once_fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, f);
	test->priv = f;
	refcount_set(&f->path.ref, 100);
	f->path.n_hops = NODES;
	for (i = 0; i < NODES; i++)
		f->path.nodes[i] = &f->node[i];
	f->from.id = 1;
	f->from.tags = SVP_PORT_UNTAGGED;
	f->to.id = 2;
	f->pkt.tuple = key_of(1);
	f->got.port = &f->to;
	RCU_INIT_POINTER(f->got.path[SVP_IN], &f->path);
	xa_init(&f->plane.taps);
	KUNIT_ASSERT_EQ(test, 0, xa_err(xa_store(&f->plane.taps, TAP, &f->from,
						 GFP_KERNEL)));
	f->plane.flows = svp_flow_table_new(SMALL, &no_ops, NULL);
	KUNIT_ASSERT_NOT_NULL(test, f->plane.flows);
	f->sent = record(f);
	KUNIT_ASSERT_NOT_NULL(test, f->sent);
	f->skb = frame_between(mac_a, mac_b);
	KUNIT_ASSERT_NOT_NULL(test, f->skb);
	return 0;
}

static void once_exit(struct kunit *test)
{
	struct once_fixture *f = test->priv;

	if (!f)
		return;
	kfree_skb(f->skb);
	if (f->plane.flows)
		svp_flow_table_destroy(f->plane.flows);
	rcu_barrier();
	xa_destroy(&f->plane.taps);
}

/* Hop at which the frame enters the receiver's path, of which @skip is left out */
static int first(struct once_fixture *f, enum svp_dir dir, u16 skip)
{
	struct svp_step step = {
		.plane = &f->plane, .flow = &f->got, .path = &f->path,
		.skip = skip, .dir = dir,
	};
	u8 hop;

	local_bh_disable();
	rcu_read_lock();
	hop = svp_once_first(&step, f->skb, &f->pkt);
	rcu_read_unlock();
	local_bh_enable();
	return hop;
}

/* Along SVP_OUT, so that hop n is node n */
static int enters(struct once_fixture *f)
{
	return first(f, SVP_OUT, 0);
}

/* Nodes that were given frames of the record are passed by, up to the first other */
static void what_was_given_is_left_out(struct kunit *test)
{
	struct once_fixture *f = test->priv;
	u16 *given = &f->sent->use[SVP_OUT].given;

	KUNIT_EXPECT_EQ(test, 2, enters(f));
	KUNIT_EXPECT_EQ(test, 2, first(f, SVP_IN, 0));
	*given = 0x8000;
	KUNIT_EXPECT_EQ(test, 1, enters(f));
	/* the other way round the node that saw nothing comes first */
	KUNIT_EXPECT_EQ(test, 0, first(f, SVP_IN, 0));
	KUNIT_EXPECT_EQ(test, 2, first(f, SVP_IN, 0x8000));
	*given = 0x4000;
	KUNIT_EXPECT_EQ(test, 0, enters(f));
	KUNIT_EXPECT_EQ(test, 2, first(f, SVP_OUT, 0x8000));
	*given = 0;
	KUNIT_EXPECT_EQ(test, 0, enters(f));
}

/*
 * A node that a verdict leaves out of the sender's path was given frames before,
 * but not this one
 */
static void what_is_skipped_has_seen_nothing(struct kunit *test)
{
	struct once_fixture *f = test->priv;
	u16 *skip = &f->sent->skip[SVP_OUT];

	*skip = 0x8000;
	KUNIT_EXPECT_EQ(test, 0, enters(f));
	KUNIT_EXPECT_EQ(test, 1, first(f, SVP_IN, 0));
	*skip = 0x4000;
	KUNIT_EXPECT_EQ(test, 1, enters(f));
	KUNIT_EXPECT_EQ(test, 0, first(f, SVP_IN, 0));
	*skip = 0xc000;
	KUNIT_EXPECT_EQ(test, 0, enters(f));
	KUNIT_EXPECT_EQ(test, 0, first(f, SVP_IN, 0));
	/* what is left out of the receiver's path is passed by all the same */
	KUNIT_EXPECT_EQ(test, 1, first(f, SVP_OUT, 0x8000));
}

/* For a while after a change by which a node sees more, nothing is proved */
static void unsettled_proves_nothing(struct kunit *test)
{
	struct once_fixture *f = test->priv;
	u32 *unsettled = &f->sent->unsettled;

	svp_once_unsettle(f->sent);
	KUNIT_EXPECT_EQ(test, 0, enters(f));
	KUNIT_EXPECT_EQ(test, 0, first(f, SVP_OUT, 0x8000));
	KUNIT_EXPECT_NE(test, 0U, *unsettled);
	*unsettled = ((u32)jiffies + HZ) | 1;
	KUNIT_EXPECT_EQ(test, 0, enters(f));
	/* the time is over, and forgotten */
	*unsettled = ((u32)jiffies - HZ) | 1;
	KUNIT_EXPECT_EQ(test, 2, enters(f));
	KUNIT_EXPECT_EQ(test, 0U, *unsettled);
}

/* Whatever makes the record doubtful leaves the frame its whole path */
static void doubt_proves_nothing(struct kunit *test)
{
	struct once_fixture *f = test->priv;

	f->sent->gen++;
	KUNIT_EXPECT_EQ(test, 0, enters(f));
	f->sent->gen--;
	f->sent->flags = SVP_FLOW_TWICE;
	KUNIT_EXPECT_EQ(test, 0, enters(f));
	f->sent->flags = 0;
	f->got.flags = SVP_FLOW_TWICE;
	KUNIT_EXPECT_EQ(test, 0, enters(f));
	f->got.flags = 0;
	f->sent->act[SVP_OUT] = SVP_FLOW_BYPASS;
	KUNIT_EXPECT_EQ(test, 0, enters(f));
	f->sent->act[SVP_OUT] = SVP_FLOW_CHAIN;
	f->from.tags |= SVP_PORT_TAGGED;
	KUNIT_EXPECT_EQ(test, 0, enters(f));
	f->from.tags = SVP_PORT_TAGGED;
	KUNIT_EXPECT_EQ(test, 2, enters(f));
	f->node[0].conf.mode = SVP_NODE_TAP;
	KUNIT_EXPECT_EQ(test, 2, enters(f));
	f->node[0].conf.flow_rate = 1000;
	KUNIT_EXPECT_EQ(test, 0, enters(f));
}

/* Nor is a frame believed that is not the record's */
static void another_frame_proves_nothing(struct kunit *test)
{
	struct once_fixture *f = test->priv;
	struct ethhdr *eth = eth_hdr(f->skb);

	f->skb->skb_iif = TAP + 1;
	KUNIT_EXPECT_EQ(test, 0, enters(f));
	f->skb->skb_iif = TAP;
	f->got.port = &f->from;
	KUNIT_EXPECT_EQ(test, 0, enters(f));
	f->got.port = &f->to;
	f->pkt.flags = SVP_PKT_FRAG;
	KUNIT_EXPECT_EQ(test, 0, enters(f));
	f->pkt.flags = SVP_PKT_ICMP_ERR;
	KUNIT_EXPECT_EQ(test, 0, enters(f));
	f->pkt.flags = 0;
	f->pkt.tuple = key_of(2);
	KUNIT_EXPECT_EQ(test, 0, enters(f));
	f->pkt.tuple = key_of(1);
	ether_addr_copy(eth->h_source, mac_b);
	KUNIT_EXPECT_EQ(test, 0, enters(f));
	ether_addr_copy(eth->h_source, mac_a);
	ether_addr_copy(eth->h_dest, mac_a);
	KUNIT_EXPECT_EQ(test, 0, enters(f));
	ether_addr_copy(eth->h_dest, mac_b);
	KUNIT_EXPECT_EQ(test, 2, enters(f));
}

static struct kunit_case once_cases[] = {
	KUNIT_CASE(what_was_given_is_left_out),
	KUNIT_CASE(what_is_skipped_has_seen_nothing),
	KUNIT_CASE(unsettled_proves_nothing),
	KUNIT_CASE(doubt_proves_nothing),
	KUNIT_CASE(another_frame_proves_nothing),
	{}
};

static struct kunit_suite once_suite = {
	.name = "svcplane_once",
	.suite_init = flows_begin,
	.suite_exit = flows_end,
	.init = once_init,
	.exit = once_exit,
	.test_cases = once_cases,
};

kunit_test_suite(once_suite);
