// SPDX-License-Identifier: GPL-2.0-only
/*
 * Suite of who has a node: claims of several hosts, in every order, and that each
 * host that has heard them all comes to the same.
 */
#include <kunit/test.h>
#include <linux/etherdevice.h>

#include "node.h"
#include "plane.h"

#define HOSTS	3

static const struct svp_node_ops no_legs = { .name = "test" };

/* As host @own sees a node that hosts 1 to HOSTS may own */
struct view {
	struct svp_plane plane;
	struct svp_node node;
};

static struct view *make(struct kunit *test, u16 own)
{
	struct view *v = kunit_kzalloc(test, sizeof(*v), GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, v);
	v->plane.host_id = own;
	v->node.plane = &v->plane;
	v->node.ops = &no_legs;
	spin_lock_init(&v->node.lock);
	for (i = 0; i < HOSTS; i++)
		v->node.conf.hosts[i] = HOSTS - i;
	v->node.conf.n_hosts = HOSTS;
	v->node.conf.id = 7;
	/* without legs it is nowhere, unless told otherwise */
	v->node.down = SVP_NODE_DOWN_GONE;
	return v;
}

static struct svp_claim claim_of(u8 state, u16 moves, u32 order)
{
	return (struct svp_claim){
		.state = state, .moves = moves, .order = order,
		.mac = { 2, 0x50, 0xfe, 0, 7, 0 },
	};
}

static int say(struct view *v, u16 host, u8 state, u16 moves, u32 order,
	       struct svp_node_change *change)
{
	struct svp_claim claim = claim_of(state, moves, order);
	int err;

	rcu_read_lock();
	err = svp_node_claim(&v->node, host, &claim, change);
	rcu_read_unlock();
	return err;
}

static void one(struct kunit *test)
{
	struct view *v = make(test, 9);
	struct svp_node_change change;
	bool had;

	v->node.down = SVP_NODE_DOWN_REMOTE;
	KUNIT_EXPECT_EQ(test, say(v, 9, SVCPLANE_NODE_UP, 0, 1, &change), -EPERM);
	KUNIT_EXPECT_EQ(test, say(v, 2, SVCPLANE_NODE_UP, 5, 1, &change), 0);
	KUNIT_EXPECT_TRUE(test, change.owner && change.usable);
	KUNIT_EXPECT_EQ(test, change.now, 2);
	KUNIT_EXPECT_EQ(test, svp_node_owner(&v->node), 2);
	KUNIT_EXPECT_EQ(test, v->node.moves, 5);
	KUNIT_EXPECT_TRUE(test, svp_node_usable(&v->node));
	/* said again: nothing changes */
	KUNIT_EXPECT_EQ(test, say(v, 2, SVCPLANE_NODE_UP, 5, 2, &change), 0);
	KUNIT_EXPECT_FALSE(test, change.owner || change.usable || change.rival);
	/* drain keeps it, down does not, and its owner stays */
	KUNIT_EXPECT_EQ(test, say(v, 2, SVCPLANE_NODE_DRAIN, 5, 3, &change), 0);
	KUNIT_EXPECT_TRUE(test, svp_node_usable(&v->node));
	KUNIT_EXPECT_EQ(test, say(v, 2, SVCPLANE_NODE_DOWN, 5, 4, &change), 0);
	KUNIT_EXPECT_EQ(test, v->node.down, SVP_NODE_DOWN_REMOTE);
	KUNIT_EXPECT_EQ(test, svp_node_owner(&v->node), 2);
	/* a late one that says otherwise */
	KUNIT_EXPECT_EQ(test, say(v, 2, SVCPLANE_NODE_UP, 5, 2, &change), -ESTALE);
	KUNIT_EXPECT_FALSE(test, svp_node_usable(&v->node));
	KUNIT_EXPECT_EQ(test, say(v, 2, SVCPLANE_NODE_UP, 5, 5, &change), 0);
	rcu_read_lock();
	had = svp_node_unclaim(&v->node, 2, &change);
	rcu_read_unlock();
	KUNIT_EXPECT_TRUE(test, had && change.owner && change.usable);
	KUNIT_EXPECT_EQ(test, svp_node_owner(&v->node), 0);
	/* how often it has moved is known all the same */
	KUNIT_EXPECT_EQ(test, v->node.moves, 5);
}

static void gone(struct kunit *test)
{
	struct view *v = make(test, 9);
	struct svp_node_change change;

	say(v, 1, SVCPLANE_NODE_UP, 0, 1, &change);
	KUNIT_EXPECT_EQ(test, say(v, 1, SVCPLANE_NODE_GONE, 0, 2, &change), 0);
	KUNIT_EXPECT_TRUE(test, change.owner);
	KUNIT_EXPECT_TRUE(test, is_valid_ether_addr(change.mac));
	KUNIT_EXPECT_EQ(test, svp_node_owner(&v->node), 0);
	say(v, 1, SVCPLANE_NODE_GONE, 0, 3, &change);
	KUNIT_EXPECT_FALSE(test, change.owner || is_valid_ether_addr(change.mac));
}

/* What each of the hosts may say: state and moves */
static const struct {
	u8 state;
	u16 moves;
} sayings[] = {
	{ 0, 0 },
	{ SVCPLANE_NODE_UP, 0 }, { SVCPLANE_NODE_UP, 1 },
	{ SVCPLANE_NODE_UP, 0xffff }, { SVCPLANE_NODE_DRAIN, 1 },
	{ SVCPLANE_NODE_DOWN, 1 }, { SVCPLANE_NODE_DOWN, 2 },
	{ SVCPLANE_NODE_GONE, 3 },
};

static const u8 orders[][HOSTS] = {
	{ 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 }, { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 },
};

/* Whatever they say, the order in which it is heard does not matter */
static void any_order(struct kunit *test)
{
	unsigned int n = ARRAY_SIZE(sayings), all, o, i, wrong = 0;
	struct svp_node_change change;
	u16 owner[ARRAY_SIZE(orders)];
	struct view *v;

	for (all = 0; all < n * n * n; all++) {
		unsigned int say_of[HOSTS] = { all % n, all / n % n, all / n / n };

		for (o = 0; o < ARRAY_SIZE(orders); o++) {
			v = make(test, 9);
			for (i = 0; i < HOSTS; i++) {
				u8 h = orders[o][i];

				if (sayings[say_of[h]].state)
					say(v, h + 1, sayings[say_of[h]].state,
					    sayings[say_of[h]].moves, 1, &change);
			}
			owner[o] = svp_node_owner(&v->node);
			wrong += owner[o] != owner[0];
			kunit_kfree(test, v);
		}
	}
	KUNIT_EXPECT_EQ(test, wrong, 0U);
}

static void who_wins(struct kunit *test)
{
	struct view *v = make(test, 9);
	struct svp_node_change change;

	say(v, 2, SVCPLANE_NODE_UP, 0, 1, &change);
	KUNIT_EXPECT_EQ(test, change.rival, 0);
	say(v, 1, SVCPLANE_NODE_UP, 0, 1, &change);
	KUNIT_EXPECT_EQ(test, svp_node_owner(&v->node), 1);	/* the lower id */
	KUNIT_EXPECT_EQ(test, change.rival, 2);
	say(v, 3, SVCPLANE_NODE_UP, 1, 1, &change);
	KUNIT_EXPECT_EQ(test, svp_node_owner(&v->node), 3);	/* has moved more */
	KUNIT_EXPECT_TRUE(test, change.rival != 0);
	say(v, 1, SVCPLANE_NODE_UP, 0x8000, 2, &change);
	KUNIT_EXPECT_EQ(test, svp_node_owner(&v->node), 1);	/* as serial numbers */
	say(v, 1, SVCPLANE_NODE_DOWN, 0x8000, 3, &change);
	KUNIT_EXPECT_EQ(test, svp_node_owner(&v->node), 3);	/* down is no rival */
}

/* The host whose devices are there bids as the others do */
static void own(struct kunit *test)
{
	struct view *v = make(test, 2);
	struct svp_node_change change;
	struct svp_claim claim;

	rcu_read_lock();
	v->node.down = 0;
	svp_node_update(&v->node);
	KUNIT_EXPECT_TRUE(test, svp_node_own_claim(&v->node, &claim));
	KUNIT_EXPECT_EQ(test, claim.state, SVCPLANE_NODE_UP);
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, svp_node_owner(&v->node), 0);
	say(v, 3, SVCPLANE_NODE_UP, 0, 1, &change);
	KUNIT_EXPECT_EQ(test, svp_node_owner(&v->node), 0);
	KUNIT_EXPECT_EQ(test, change.rival, 2);
	say(v, 1, SVCPLANE_NODE_UP, 0, 1, &change);
	KUNIT_EXPECT_EQ(test, svp_node_owner(&v->node), 1);
	/* set down by the operator: told so, and another one takes over */
	say(v, 1, SVCPLANE_NODE_GONE, 0, 2, &change);
	rcu_read_lock();
	svp_node_set_down(&v->node, SVP_NODE_DOWN_ADMIN, true);
	svp_node_update(&v->node);
	KUNIT_EXPECT_TRUE(test, svp_node_own_claim(&v->node, &claim));
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, claim.state, SVCPLANE_NODE_DOWN);
	KUNIT_EXPECT_EQ(test, svp_node_owner(&v->node), 3);
}

/* Its devices appear while another one has it: it has moved, and wins */
static void moves_here(struct kunit *test)
{
	struct view *v = make(test, 3);
	struct svp_node_change change;
	struct svp_claim claim;

	say(v, 1, SVCPLANE_NODE_UP, 4, 1, &change);
	KUNIT_EXPECT_EQ(test, svp_node_owner(&v->node), 1);
	rcu_read_lock();
	svp_node_set_down(&v->node, SVP_NODE_DOWN_GONE, false);
	svp_node_update(&v->node);
	KUNIT_EXPECT_TRUE(test, svp_node_own_claim(&v->node, &claim));
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, svp_node_owner(&v->node), 0);
	KUNIT_EXPECT_EQ(test, claim.moves, 5);
	KUNIT_EXPECT_EQ(test, v->node.moves, 5);
}

static struct kunit_case claim_cases[] = {
	KUNIT_CASE(one),
	KUNIT_CASE(gone),
	KUNIT_CASE(any_order),
	KUNIT_CASE(who_wins),
	KUNIT_CASE(own),
	KUNIT_CASE(moves_here),
	{}
};

static struct kunit_suite claim_suite = {
	.name = "svcplane_node_claim",
	.test_cases = claim_cases,
};

kunit_test_suite(claim_suite);
