// SPDX-License-Identifier: GPL-2.0-only
/*
 * Suite of what stays known of a path that a flow has left, while frames of the
 * flow are inside its nodes.
 */
#include <kunit/test.h>
#include <linux/etherdevice.h>
#include <linux/rcupdate.h>

#include "hop.h"
#include "node.h"
#include "once.h"
#include "port.h"
#include "sproxy.h"
#include "steer.h"

#define NODES	3

struct repath_fixture {
	struct svp_node node[NODES];
	struct svp_path before;		/* node 0, node 1 */
	struct svp_path after;		/* node 2, node 0 */
	struct svp_flow flow;
	struct svp_plane plane;
	struct sk_buff *skb;
};

static void path_init(struct svp_path *path, struct svp_node *first,
		      struct svp_node *second)
{
	refcount_set(&path->ref, 100);
	path->n_hops = 2;
	path->nodes[0] = first;
	path->nodes[1] = second;
}

static int repath_init(struct kunit *test)
{
	struct repath_fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, f);
	test->priv = f;
	for (i = 0; i < NODES; i++) {
		KUNIT_ASSERT_EQ(test, 0, svp_credit_init(&f->node[i].given[SVP_OUT], 0));
		f->node[i].sent[SVP_OUT] = svp_count_alloc(GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, f->node[i].sent[SVP_OUT]);
	}
	path_init(&f->before, &f->node[0], &f->node[1]);
	path_init(&f->after, &f->node[2], &f->node[0]);
	RCU_INIT_POINTER(f->flow.path[SVP_OUT], &f->before);
	RCU_INIT_POINTER(f->flow.path[SVP_IN], &f->before);
	f->skb = alloc_skb(ETH_ZLEN, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, f->skb);
	skb_put_zero(f->skb, ETH_ZLEN);
	skb_reset_mac_header(f->skb);
	return 0;
}

static void repath_exit(struct kunit *test)
{
	struct repath_fixture *f = test->priv;
	int i;

	if (!f)
		return;
	kfree_skb(f->skb);
	for (i = 0; i < NODES; i++) {
		svp_credit_free(&f->node[i].given[SVP_OUT]);
		free_percpu(f->node[i].sent[SVP_OUT]);
	}
}

static void give(struct repath_fixture *f, struct svp_path *path, u8 hop)
{
	struct svp_step step = {
		.flow = &f->flow, .path = path, .hop = hop, .dir = SVP_OUT,
	};

	local_bh_disable();
	rcu_read_lock();
	svp_sproxy_give(path->nodes[hop], f->skb, &step);
	rcu_read_unlock();
	local_bh_enable();
}

static void move(struct repath_fixture *f, struct svp_path *path)
{
	rcu_read_lock();
	svp_once_repath(&f->flow, SVP_OUT, path);
	svp_flow_set_path(&f->flow, SVP_OUT, path);
	rcu_read_unlock();
}

/* The hop that a frame from @node is at, on @path; -1 if it was given none there */
static int back(struct repath_fixture *f, int node, const struct svp_path *path)
{
	struct svp_step step = {};
	bool known;

	rcu_read_lock();
	known = svp_sproxy_step(&f->node[node], &f->flow, SVP_OUT, &step);
	rcu_read_unlock();
	return known && step.path == path ? step.hop : -1;
}

/* A frame finishes the path that its flow has left, and comes back from each hop */
static void frames_finish_their_path(struct kunit *test)
{
	struct repath_fixture *f = test->priv;

	give(f, &f->before, 0);
	move(f, &f->after);
	KUNIT_EXPECT_EQ(test, 0, back(f, 0, &f->before));
	KUNIT_EXPECT_EQ(test, -1, back(f, 1, &f->before));
	give(f, &f->before, 1);
	KUNIT_EXPECT_EQ(test, 1, back(f, 1, &f->before));
	/* what the old path's hops were given is nothing that the new one's were */
	KUNIT_EXPECT_EQ(test, -1, back(f, 2, &f->after));
	give(f, &f->after, 0);
	KUNIT_EXPECT_EQ(test, 0, back(f, 2, &f->after));
}

/* Of two paths ago nothing is known any more, and nothing is noted */
static void not_two_paths_ago(struct kunit *test)
{
	struct repath_fixture *f = test->priv;

	give(f, &f->before, 0);
	move(f, &f->after);
	move(f, NULL);
	give(f, &f->before, 1);
	KUNIT_EXPECT_EQ(test, -1, back(f, 0, &f->before));
	KUNIT_EXPECT_EQ(test, -1, back(f, 1, &f->before));
	KUNIT_EXPECT_EQ(test, 0, f->flow.use[SVP_OUT].given);
	KUNIT_EXPECT_EQ(test, 0, f->flow.side[SVP_OUT].old_given);
}

/* A node that a younger record enters by the other leg stays one on a new path */
static void legs_are_kept(struct kunit *test)
{
	struct repath_fixture *f = test->priv;
	struct svp_flow_use *use = f->flow.use;

	use[SVP_OUT].swap = 0x8000;	/* node 0 */
	move(f, &f->after);
	KUNIT_EXPECT_EQ(test, 0x4000, use[SVP_OUT].swap);
	KUNIT_EXPECT_EQ(test, 0x8000, use[SVP_OUT].old_swap);
	KUNIT_EXPECT_EQ(test, 0, use[SVP_IN].swap);
	/* known from the other direction, too */
	use[SVP_OUT].swap = 0;
	use[SVP_OUT].old_swap = 0;
	use[SVP_IN].swap = 0x4000;	/* node 1 */
	move(f, &f->before);
	KUNIT_EXPECT_EQ(test, 0x4000, use[SVP_OUT].swap);
}

/* The frame leaves hop @hop of the first path, and is dropped, once */
static void leaves_and_drops(struct kunit *test, u8 hop, enum svp_drop_reason why)
{
	struct repath_fixture *f = test->priv;
	struct svp_step step = {
		.plane = &f->plane, .flow = &f->flow, .path = &f->before,
		.hop = hop, .dir = SVP_OUT,
	};

	f->plane.drops = svp_drops_alloc();
	KUNIT_ASSERT_NOT_NULL(test, f->plane.drops);
	skb_get(f->skb);
	local_bh_disable();
	rcu_read_lock();
	svp_hop_leave(f->skb, &step);
	rcu_read_unlock();
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, 1, refcount_read(&f->skb->users));
	KUNIT_EXPECT_EQ(test, 1ULL, svp_drops_read(f->plane.drops, why));
	free_percpu(f->plane.drops);
}

/* On its way, a frame does not change its path: it is dropped, and only once */
static void next_node_is_down(struct kunit *test)
{
	struct repath_fixture *f = test->priv;

	f->node[1].down = SVP_NODE_DOWN_LINK;
	leaves_and_drops(test, 0, SVP_DROP_NODE_DOWN);
}

/* The tap has gone while the frame was inside the last node */
static void guest_is_gone(struct kunit *test)
{
	void (*was)(struct sk_buff *skb, struct svp_step *step) = svp_hop_deliver;
	struct repath_fixture *f = test->priv;
	struct svp_port port = {};

	f->flow.port = &port;
	svp_steer_init();
	leaves_and_drops(test, 1, SVP_DROP_GUEST_GONE);
	svp_hop_deliver = was;
}

static struct kunit_case repath_cases[] = {
	KUNIT_CASE(frames_finish_their_path),
	KUNIT_CASE(not_two_paths_ago),
	KUNIT_CASE(legs_are_kept),
	KUNIT_CASE(next_node_is_down),
	KUNIT_CASE(guest_is_gone),
	{}
};

static struct kunit_suite repath_suite = {
	.name = "svcplane_repath",
	.init = repath_init,
	.exit = repath_exit,
	.test_cases = repath_cases,
};

kunit_test_suite(repath_suite);
