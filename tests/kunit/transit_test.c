// SPDX-License-Identifier: GPL-2.0-only
/*
 * Suite of records of other hosts' flows: by name and by tuple, who takes whose
 * name, what they remember, quotas, and that all is given back.
 */
#include <linux/etherdevice.h>
#include <linux/jiffies.h>

#include "far_fixture.h"
#include "frame.h"
#include "skb.h"
#include "transit.h"

static struct sk_buff *frame_skb(struct kunit *test, u16 sport, bool back)
{
	struct sk_buff *skb = alloc_skb(256, GFP_KERNEL);
	struct frame f;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	frame_eth(&f, 0x0800);
	frame_ip4_hdr(&f, IPPROTO_TCP, 0, back);
	frame_u16(&f, back ? FRAME_DPORT : sport);
	frame_u16(&f, back ? sport : FRAME_DPORT);
	frame_zero(&f, 8);
	frame_u8(&f, 0x50);
	frame_u8(&f, 0x10);
	frame_zero(&f, 6);
	frame_done(&f);
	skb_put_data(skb, f.data, f.len);
	skb_reset_mac_header(skb);
	return skb;
}

/* What to look for: by default the first frame of flow TAG, from its own host */
struct ask {
	struct svp_nsh_ctx ctx;
	struct svp_path *path;
	u16 peer;
	u16 sport;
	u8 dir;
};

static struct ask ask_of(struct far_fixture *f, u32 tag)
{
	return (struct ask) {
		.ctx = { .host = GUESTS, .iface = IFACE, .tag = tag },
		.path = &f->path,
		.peer = GUESTS,
		.sport = FRAME_SPORT,
	};
}

static enum svp_drop_reason find(struct kunit *test, const struct ask *ask,
				 struct svp_flow **flow)
{
	struct far_fixture *f = test->priv;
	struct sk_buff *skb = frame_skb(test, ask->sport, ask->dir == SVP_IN);
	enum svp_drop_reason why;
	struct svp_pkt pkt;
	struct svp_transit transit = {
		.plane = &f->plane, .ctx = &ask->ctx, .peer = ask->peer,
		.path = ask->path, .dir = ask->dir, .skb = skb, .pkt = &pkt,
	};

	KUNIT_ASSERT_EQ(test, 0, svp_skb_parse(skb, &pkt));
	KUNIT_ASSERT_EQ(test, 0, pkt.bad);
	*flow = NULL;
	rcu_read_lock();
	local_bh_disable();
	why = svp_transit_find(&transit, flow);
	local_bh_enable();
	rcu_read_unlock();
	kfree_skb(skb);
	return why;
}

static struct svp_flow *found(struct kunit *test, const struct ask *ask)
{
	struct svp_flow *flow;

	KUNIT_EXPECT_STREQ(test, "unspec",
			   svp_drop_name(find(test, ask, &flow)));
	KUNIT_ASSERT_NOT_NULL(test, flow);
	return flow;
}

static struct svp_flow *named(struct far_fixture *f, u16 host, u32 tag)
{
	struct svp_flow *flow;

	rcu_read_lock();
	local_bh_disable();
	flow = svp_transit_named(&f->plane, host, tag);
	local_bh_enable();
	rcu_read_unlock();
	return flow;
}

static void both_directions(struct kunit *test)
{
	struct far_fixture *f = test->priv;
	struct ask ask = ask_of(f, TAG);
	struct svp_flow *flow = found(test, &ask);
	const u8 *smac, *dmac;

	KUNIT_EXPECT_TRUE(test, svp_flow_is_far(flow));
	KUNIT_EXPECT_EQ(test, GUESTS, svp_far_host_id(flow, OWN));
	KUNIT_EXPECT_EQ(test, IFACE, flow->port->proxy->id);
	KUNIT_EXPECT_GE(test, flow->port->id, SVP_FAR_ID_MIN);
	KUNIT_EXPECT_PTR_EQ(test, flow, named(f, GUESTS, TAG));
	KUNIT_EXPECT_NULL(test, named(f, GUESTS, TAG + 1));
	KUNIT_EXPECT_NULL(test, named(f, 3, TAG));
	/* the number that it has here names nothing */
	KUNIT_EXPECT_NULL(test, named(f, OWN, flow->tag));
	ask.dir = SVP_IN;
	KUNIT_EXPECT_PTR_EQ(test, flow, found(test, &ask));
	KUNIT_EXPECT_EQ(test, 1ULL, flow->use[SVP_OUT].packets);
	KUNIT_EXPECT_EQ(test, 1ULL, flow->use[SVP_IN].packets);
	KUNIT_EXPECT_TRUE(test, flow->flags & SVP_FLOW_ASSURED);
	svp_flow_macs(flow, SVP_OUT, &smac, &dmac);
	KUNIT_EXPECT_EQ(test, 1, smac[5]);
	KUNIT_EXPECT_EQ(test, 2, dmac[5]);
	KUNIT_EXPECT_EQ(test, 1U, svp_flow_count(f->plane.flows));
	/* a guest's port: found by number, and by the address that it sent from */
	rcu_read_lock();
	KUNIT_EXPECT_PTR_EQ(test, flow->port,
			    svp_plane_port(&f->plane, flow->port->id));
	KUNIT_EXPECT_PTR_EQ(test, flow->port,
			    svp_plane_port_by_mac(&f->plane, smac, NULL));
	KUNIT_EXPECT_NULL(test, svp_plane_port_next(&f->plane, flow->port->id));
	rcu_read_unlock();
}

static void path_and_skip(struct kunit *test)
{
	struct far_fixture *f = test->priv;
	struct ask ask = ask_of(f, TAG);
	struct svp_flow *flow = found(test, &ask);

	KUNIT_EXPECT_PTR_EQ(test, &f->path, rcu_access_pointer(flow->path[SVP_OUT]));
	KUNIT_EXPECT_PTR_EQ(test, &f->path, rcu_access_pointer(flow->path[SVP_IN]));
	flow->use[SVP_OUT].given = 0x4000;
	ask.path = &f->old;
	ask.ctx.skip = 0x8000;
	found(test, &ask);
	KUNIT_EXPECT_PTR_EQ(test, &f->old, rcu_access_pointer(flow->path[SVP_OUT]));
	KUNIT_EXPECT_PTR_EQ(test, &f->path, rcu_access_pointer(flow->path[SVP_IN]));
	KUNIT_EXPECT_PTR_EQ(test, &f->path,
			    rcu_access_pointer(flow->side[SVP_OUT].old_path));
	KUNIT_EXPECT_EQ(test, 0x8000, flow->skip[SVP_OUT]);
	KUNIT_EXPECT_EQ(test, 0, flow->skip[SVP_IN]);
	KUNIT_EXPECT_EQ(test, 0, flow->use[SVP_OUT].given);
	KUNIT_EXPECT_EQ(test, 0x4000, flow->side[SVP_OUT].old_given);
	/* what was sent before that comes late, and back again */
	ask.path = &f->path;
	ask.ctx.skip = 0;
	found(test, &ask);
	KUNIT_EXPECT_EQ(test, 0x4000, flow->use[SVP_OUT].given);
	KUNIT_EXPECT_EQ(test, 0, flow->skip[SVP_OUT]);
}

/* The guest's host has forgotten the flow, and begun it anew */
static void another_name(struct kunit *test)
{
	struct far_fixture *f = test->priv;
	struct ask ask = ask_of(f, TAG);
	struct svp_flow *flow = found(test, &ask);

	ask.ctx.tag = 77;
	ask.peer = 2;
	KUNIT_EXPECT_PTR_EQ(test, flow, found(test, &ask));
	KUNIT_EXPECT_PTR_EQ(test, flow, named(f, GUESTS, 77));
	KUNIT_EXPECT_NULL(test, named(f, GUESTS, TAG));
}

/* A name that another tuple has is for the guest's host to give, and nobody else */
static void taken_name(struct kunit *test)
{
	struct far_fixture *f = test->priv;
	struct ask ask = ask_of(f, TAG);
	struct svp_flow *first = found(test, &ask), *second;

	ask.sport = 99;
	ask.peer = 2;
	KUNIT_EXPECT_EQ(test, SVP_DROP_UPLINK_FLOW, find(test, &ask, &second));
	KUNIT_EXPECT_PTR_EQ(test, first, named(f, GUESTS, TAG));
	ask.peer = GUESTS;
	second = found(test, &ask);
	KUNIT_EXPECT_PTR_NE(test, first, second);
	KUNIT_EXPECT_PTR_EQ(test, second, named(f, GUESTS, TAG));
	KUNIT_EXPECT_EQ(test, 0U, svp_far_tag(first));
	/* and after some time, for anybody */
	ask.peer = 2;
	ask.sport = 100;
	KUNIT_EXPECT_EQ(test, SVP_DROP_UPLINK_FLOW, find(test, &ask, &first));
	second->use[SVP_OUT].stamp = jiffies - 11 * HZ;
	second->use[SVP_IN].stamp = jiffies - 11 * HZ;
	first = found(test, &ask);
	KUNIT_EXPECT_PTR_EQ(test, first, named(f, GUESTS, TAG));
}

/* Two guests with one tuple are two, and so are two hosts with one name */
static void told_apart(struct kunit *test)
{
	struct far_fixture *f = test->priv;
	struct ask ask = ask_of(f, TAG);
	struct svp_flow *flow = found(test, &ask), *other;

	ask.ctx.iface++;
	ask.ctx.tag++;
	other = found(test, &ask);
	KUNIT_EXPECT_PTR_NE(test, flow, other);
	KUNIT_EXPECT_PTR_NE(test, flow->port, other->port);
	ask = ask_of(f, TAG);
	ask.ctx.host = 3;
	ask.peer = 3;
	other = found(test, &ask);
	KUNIT_EXPECT_PTR_NE(test, flow, other);
	KUNIT_EXPECT_PTR_EQ(test, flow, named(f, GUESTS, TAG));
	KUNIT_EXPECT_PTR_EQ(test, other, named(f, 3, TAG));
}

static void no_name(struct kunit *test)
{
	struct ask ask = ask_of(test->priv, 0);
	struct svp_flow *flow;

	KUNIT_EXPECT_EQ(test, SVP_DROP_UPLINK_FLOW, find(test, &ask, &flow));
}

static void too_many_ports(struct kunit *test)
{
	struct far_fixture *f = test->priv;
	struct ask ask = ask_of(f, 1);
	struct svp_flow *flow;
	int i;

	for (i = 0; i < SVP_FAR_PORTS_MAX; i++) {
		ask.ctx.iface = 1 + i;
		ask.ctx.tag = 1 + i;
		found(test, &ask);
	}
	ask.ctx.iface++;
	ask.ctx.tag++;
	KUNIT_EXPECT_EQ(test, SVP_DROP_FAR_PORTS, find(test, &ask, &flow));
	/* of another host */
	ask.ctx.host = 3;
	ask.peer = 3;
	found(test, &ask);
	/* without records they are taken back */
	svp_flow_flush(f->plane.flows, NULL, NULL);
	svp_far_sweep(f->plane.far);
	flush_delayed_work(&f->plane.far->work);
	KUNIT_EXPECT_TRUE(test, xa_empty(&f->plane.far->names));
	KUNIT_EXPECT_TRUE(test, xa_empty(&f->plane.far->ids));
	KUNIT_EXPECT_TRUE(test, xa_empty(&f->plane.far->hosts));
	ask = ask_of(f, TAG);
	found(test, &ask);
}

/* A quarter of the plane's records for one host, half for all */
static void quotas(struct kunit *test)
{
	struct far_fixture *f = test->priv;
	u32 max = svp_flow_max(f->plane.flows), i;
	struct ask ask = ask_of(f, 1);
	struct svp_flow *flow, *first = NULL;
	u16 host;

	for (host = 4; host < 6; host++) {
		ask.ctx.host = host;
		ask.peer = host;
		for (i = 0; i < max / 4; i++) {
			ask.ctx.tag = 1 + i;
			ask.sport = 1000 + i;
			flow = found(test, &ask);
			first = first ?: flow;
		}
		ask.ctx.tag++;
		ask.sport++;
		KUNIT_EXPECT_EQ(test, SVP_DROP_FLOW_QUOTA_HOST,
				find(test, &ask, &flow));
	}
	ask.ctx.host = 6;
	KUNIT_EXPECT_EQ(test, SVP_DROP_FLOW_QUOTA_HOST, find(test, &ask, &flow));
	/* what has seen one direction, and is idle, makes room; for its host only */
	first->use[SVP_OUT].stamp = jiffies - 2 * HZ;
	first->use[SVP_IN].stamp = jiffies - 2 * HZ;
	ask.ctx.host = 5;
	KUNIT_EXPECT_EQ(test, SVP_DROP_FLOW_QUOTA_HOST, find(test, &ask, &flow));
	ask.ctx.host = 4;
	for (i = 0; i < 20; i++)	/* each looks at some of them only */
		if (!find(test, &ask, &flow))
			break;
	KUNIT_EXPECT_NOT_NULL(test, flow);
	KUNIT_EXPECT_NULL(test, named(f, 4, 1));
	KUNIT_EXPECT_EQ(test, (int)max / 2, atomic_read(&f->plane.far->flows));
	svp_flow_flush(f->plane.flows, NULL, NULL);
	KUNIT_EXPECT_EQ(test, 0, atomic_read(&f->plane.far->flows));
}

static int transit_init(struct kunit *test)
{
	return far_setup(test, 1024);
}

static struct kunit_case transit_cases[] = {
	KUNIT_CASE(both_directions),
	KUNIT_CASE(path_and_skip),
	KUNIT_CASE(another_name),
	KUNIT_CASE(taken_name),
	KUNIT_CASE(told_apart),
	KUNIT_CASE(no_name),
	KUNIT_CASE(too_many_ports),
	KUNIT_CASE(quotas),
	{}
};

static struct kunit_suite transit_suite = {
	.name = "svcplane_transit",
	.suite_init = far_suite_init,
	.suite_exit = far_suite_exit,
	.init = transit_init,
	.exit = far_teardown,
	.test_cases = transit_cases,
};

kunit_test_suite(transit_suite);
