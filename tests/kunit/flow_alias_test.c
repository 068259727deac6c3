// SPDX-License-Identifier: GPL-2.0-only
/*
 * Suite of second keys: what a flow is found by, quotas, who gives way to whom,
 * and that everything is given back.
 */
#include <kunit/test.h>
#include <linux/bottom_half.h>
#include <linux/in.h>
#include <linux/jiffies.h>

#include "flow.h"
#include "flow_table.h"
#include "node.h"

#define MOST	8
#define INSIDE	0x0a000002
#define OUTSIDE	0xc0000201
#define PEER	0xc6336401

struct guest {
	struct svp_flow_table *table;
	int keys;		/* charged */
	int max;
	u32 gone;
};

static void count_gone(struct svp_flow *flow, void *ctx)
{
	struct guest *guest = ctx;

	guest->gone++;
}

static bool charge(struct svp_flow *flow, void *ctx)
{
	struct guest *guest = ctx;

	if (guest->keys == guest->max)
		return false;
	guest->keys++;
	return true;
}

static void uncharge(struct svp_flow *flow, void *ctx)
{
	struct guest *guest = ctx;

	guest->keys--;
}

static const struct svp_flow_ops ops = {
	.gone = count_gone,
	.charge = charge,
	.uncharge = uncharge,
};

static struct svp_tuple tuple_of(u32 src, u16 sport)
{
	return (struct svp_tuple){
		.src.ip4 = htonl(src), .dst.ip4 = htonl(PEER),
		.sport = htons(sport), .dport = htons(80),
		.family = 4, .proto = IPPROTO_TCP,
		.port = svp_key_port(1, SVP_OUT),
	};
}

static struct svp_tuple answer_to(struct svp_tuple tuple)
{
	struct svp_tuple answer;

	svp_tuple_reverse(&answer, &tuple);
	answer.port = svp_key_port(1, SVP_IN);
	return answer;
}

static struct svp_flow *lookup(struct kunit *test, struct svp_tuple tuple)
{
	struct guest *guest = test->priv;
	struct svp_flow *flow;

	local_bh_disable();
	rcu_read_lock();
	flow = svp_flow_lookup(guest->table, &tuple);
	rcu_read_unlock();
	local_bh_enable();
	return flow;
}

static struct svp_flow *new_flow(struct kunit *test, u16 sport)
{
	struct svp_tuple tuple = tuple_of(INSIDE, sport);
	struct guest *guest = test->priv;
	struct svp_flow *flow;

	local_bh_disable();
	rcu_read_lock();
	flow = svp_flow_alloc(guest->table, &tuple, SVP_OUT);
	if (flow)
		flow = svp_flow_insert(guest->table, flow, SVP_OUT);
	rcu_read_unlock();
	local_bh_enable();
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, flow);
	return flow;
}

static int add(struct kunit *test, struct svp_flow *flow, struct svp_tuple tuple,
	       enum svp_dir dir)
{
	struct guest *guest = test->priv;
	int err;

	local_bh_disable();
	rcu_read_lock();
	err = svp_flow_alias_add(guest->table, flow, &tuple, dir, NULL);
	rcu_read_unlock();
	local_bh_enable();
	return err;
}

static void delete(struct kunit *test, struct svp_flow *flow)
{
	struct guest *guest = test->priv;

	local_bh_disable();
	rcu_read_lock();
	svp_flow_delete(guest->table, flow);
	rcu_read_unlock();
	local_bh_enable();
}

static void found_by_all_keys(struct kunit *test)
{
	struct svp_tuple nat = tuple_of(OUTSIDE, 7000);
	struct svp_flow *flow = new_flow(test, 1000);

	KUNIT_EXPECT_NULL(test, lookup(test, nat));
	KUNIT_EXPECT_EQ(test, add(test, flow, nat, SVP_OUT), 0);
	KUNIT_EXPECT_PTR_EQ(test, lookup(test, nat), flow);
	KUNIT_EXPECT_PTR_EQ(test, lookup(test, answer_to(nat)), flow);
	KUNIT_EXPECT_PTR_EQ(test, lookup(test, tuple_of(INSIDE, 1000)), flow);
	KUNIT_EXPECT_PTR_EQ(test, lookup(test, answer_to(tuple_of(INSIDE, 1000))), flow);
	delete(test, flow);
	KUNIT_EXPECT_NULL(test, lookup(test, nat));
	KUNIT_EXPECT_NULL(test, lookup(test, answer_to(nat)));
	KUNIT_EXPECT_NULL(test, lookup(test, tuple_of(INSIDE, 1000)));
}

/* A node that rewrites what comes from outside */
static void learned_from_the_other_direction(struct kunit *test)
{
	struct svp_tuple answer = tuple_of(OUTSIDE, 7000);
	struct svp_flow *flow = new_flow(test, 1000);

	KUNIT_EXPECT_EQ(test, add(test, flow, answer_to(answer), SVP_IN), 0);
	KUNIT_EXPECT_PTR_EQ(test, lookup(test, answer), flow);
	KUNIT_EXPECT_PTR_EQ(test, lookup(test, answer_to(answer)), flow);
}

static void knows_its_keys(struct kunit *test)
{
	struct svp_tuple nat = tuple_of(OUTSIDE, 7000), other = nat;
	struct svp_flow *flow = new_flow(test, 1000);
	struct svp_tuple first = tuple_of(INSIDE, 1000);
	struct svp_tuple answer = answer_to(nat);

	other.sport = htons(7001);
	KUNIT_EXPECT_EQ(test, add(test, flow, nat, SVP_OUT), 0);
	rcu_read_lock();
	KUNIT_EXPECT_TRUE(test, svp_flow_has_key(flow, SVP_OUT, &first, true));
	KUNIT_EXPECT_TRUE(test, svp_flow_has_key(flow, SVP_OUT, &nat, true));
	KUNIT_EXPECT_TRUE(test, svp_flow_has_key(flow, SVP_IN, &answer, true));
	KUNIT_EXPECT_FALSE(test, svp_flow_has_key(flow, SVP_IN, &nat, true));
	KUNIT_EXPECT_FALSE(test, svp_flow_has_key(flow, SVP_OUT, &other, true));
	KUNIT_EXPECT_TRUE(test, svp_flow_has_key(flow, SVP_OUT, &other, false));
	rcu_read_unlock();
}

static void once_is_enough(struct kunit *test)
{
	struct svp_tuple nat = tuple_of(OUTSIDE, 7000);
	struct svp_flow *flow = new_flow(test, 1000);
	struct guest *guest = test->priv;

	KUNIT_EXPECT_EQ(test, add(test, flow, nat, SVP_OUT), 0);
	KUNIT_EXPECT_EQ(test, add(test, flow, nat, SVP_OUT), 0);
	KUNIT_EXPECT_EQ(test, add(test, flow, answer_to(nat), SVP_IN), 0);
	KUNIT_EXPECT_EQ(test, add(test, flow, tuple_of(INSIDE, 1000), SVP_OUT), 0);
	KUNIT_EXPECT_EQ(test, guest->keys, 1);
}

static void quotas_count_them(struct kunit *test)
{
	struct svp_flow *flow = new_flow(test, 1000);
	struct guest *guest = test->priv;
	int i;

	guest->max = 2;
	KUNIT_EXPECT_EQ(test, add(test, flow, tuple_of(OUTSIDE, 1), SVP_OUT), 0);
	KUNIT_EXPECT_EQ(test, add(test, flow, tuple_of(OUTSIDE, 2), SVP_OUT), 0);
	KUNIT_EXPECT_EQ(test, add(test, flow, tuple_of(OUTSIDE, 3), SVP_OUT), -EDQUOT);
	KUNIT_EXPECT_NULL(test, lookup(test, tuple_of(OUTSIDE, 3)));
	guest->max = MOST;
	for (i = 0; i < MOST - 3; i++)
		new_flow(test, 2000 + i);
	KUNIT_EXPECT_EQ(test, add(test, flow, tuple_of(OUTSIDE, 3), SVP_OUT), -ENOSPC);
	KUNIT_EXPECT_EQ(test, guest->keys, 2);
}

static void the_oldest_goes(struct kunit *test)
{
	struct svp_flow *flow = new_flow(test, 1000);
	struct guest *guest = test->priv;
	int i;

	for (i = 0; i < SVP_FLOW_ALIASES + 2; i++) {
		rcu_barrier();
		KUNIT_EXPECT_EQ(test, add(test, flow, tuple_of(OUTSIDE, i), SVP_OUT), 0);
	}
	KUNIT_EXPECT_EQ(test, guest->keys, SVP_FLOW_ALIASES);
	for (i = 0; i < SVP_FLOW_ALIASES + 2; i++)
		KUNIT_EXPECT_PTR_EQ(test, lookup(test, tuple_of(OUTSIDE, i)),
				    i < 2 ? NULL : flow);
	KUNIT_EXPECT_PTR_EQ(test, lookup(test, tuple_of(INSIDE, 1000)), flow);
}

static void the_living_keep_theirs(struct kunit *test)
{
	struct svp_tuple nat = tuple_of(OUTSIDE, 7000);
	struct svp_flow *a = new_flow(test, 1000), *b = new_flow(test, 1001);
	struct guest *guest = test->priv;

	KUNIT_EXPECT_EQ(test, add(test, a, nat, SVP_OUT), 0);
	KUNIT_EXPECT_EQ(test, add(test, b, nat, SVP_OUT), -EEXIST);
	KUNIT_EXPECT_EQ(test, add(test, b, tuple_of(INSIDE, 1000), SVP_OUT), -EEXIST);
	KUNIT_EXPECT_PTR_EQ(test, lookup(test, nat), a);
	KUNIT_EXPECT_EQ(test, guest->keys, 1);
}

static void the_idle_give_way(struct kunit *test)
{
	struct svp_tuple nat = tuple_of(OUTSIDE, 7000);
	struct svp_flow *a = new_flow(test, 1000), *b = new_flow(test, 1001);
	struct guest *guest = test->priv;

	KUNIT_EXPECT_EQ(test, add(test, a, nat, SVP_OUT), 0);
	a->use[SVP_OUT].stamp -= 11 * HZ;
	a->use[SVP_IN].stamp -= 11 * HZ;
	KUNIT_EXPECT_EQ(test, add(test, b, nat, SVP_OUT), 0);
	KUNIT_EXPECT_PTR_EQ(test, lookup(test, nat), b);
	KUNIT_EXPECT_NULL(test, lookup(test, tuple_of(INSIDE, 1000)));
	KUNIT_EXPECT_EQ(test, guest->gone, 1U);
	KUNIT_EXPECT_EQ(test, guest->keys, 1);
}

static void the_closed_give_way(struct kunit *test)
{
	struct svp_flow *a = new_flow(test, 1000), *b = new_flow(test, 1001);

	a->use[SVP_OUT].tcp = SVP_TCP_RST;
	KUNIT_EXPECT_EQ(test, add(test, b, tuple_of(INSIDE, 1000), SVP_OUT), 0);
	KUNIT_EXPECT_PTR_EQ(test, lookup(test, tuple_of(INSIDE, 1000)), b);
}

/* A node has no say in flows that do not pass it, be their connection over or not */
static void of_a_stranger_nothing(struct kunit *test)
{
	struct svp_flow *a = new_flow(test, 1000), *b = new_flow(test, 1001);
	struct svp_tuple key = tuple_of(INSIDE, 1000);
	struct guest *guest = test->priv;
	struct svp_node *node = kunit_kzalloc(test, sizeof(*node), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, node);
	a->use[SVP_OUT].tcp = SVP_TCP_RST;
	local_bh_disable();
	rcu_read_lock();
	KUNIT_EXPECT_EQ(test, svp_flow_alias_add(guest->table, b, &key, SVP_OUT, node),
			-EEXIST);
	rcu_read_unlock();
	local_bh_enable();
	KUNIT_EXPECT_PTR_EQ(test, lookup(test, key), a);
}

/* A flow on its way out gets none: nobody would take it back */
static void the_gone_get_none(struct kunit *test)
{
	struct svp_tuple nat = tuple_of(OUTSIDE, 7000);
	struct svp_flow *flow = new_flow(test, 1000);
	struct guest *guest = test->priv;

	local_bh_disable();
	rcu_read_lock();
	svp_flow_delete(guest->table, flow);
	KUNIT_EXPECT_EQ(test, svp_flow_alias_add(guest->table, flow, &nat, SVP_OUT, NULL), 0);
	KUNIT_EXPECT_NULL(test, svp_flow_lookup(guest->table, &nat));
	rcu_read_unlock();
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, guest->keys, 0);
}

static int setup(struct kunit *test)
{
	struct guest *guest = kunit_kzalloc(test, sizeof(*guest), GFP_KERNEL);

	if (!guest)
		return -ENOMEM;
	guest->max = MOST;
	guest->table = svp_flow_table_new(MOST, &ops, guest);
	if (IS_ERR_OR_NULL(guest->table))
		return -ENOMEM;
	test->priv = guest;
	return 0;
}

/* Complains itself when a record is still held */
static void teardown(struct kunit *test)
{
	struct guest *guest = test->priv;

	if (!guest)
		return;
	svp_flow_table_destroy(guest->table);
	KUNIT_EXPECT_EQ(test, guest->keys, 0);
}

static int suite_init(struct kunit_suite *suite)
{
	return svp_flow_init();
}

static void suite_exit(struct kunit_suite *suite)
{
	rcu_barrier();
	svp_flow_exit();
}

static struct kunit_case cases[] = {
	KUNIT_CASE(found_by_all_keys),
	KUNIT_CASE(learned_from_the_other_direction),
	KUNIT_CASE(knows_its_keys),
	KUNIT_CASE(once_is_enough),
	KUNIT_CASE(quotas_count_them),
	KUNIT_CASE(the_oldest_goes),
	KUNIT_CASE(the_living_keep_theirs),
	KUNIT_CASE(the_idle_give_way),
	KUNIT_CASE(the_closed_give_way),
	KUNIT_CASE(of_a_stranger_nothing),
	KUNIT_CASE(the_gone_get_none),
	{}
};

static struct kunit_suite suite = {
	.name = "svcplane_flow_alias",
	.suite_init = suite_init,
	.suite_exit = suite_exit,
	.init = setup,
	.exit = teardown,
	.test_cases = cases,
};

kunit_test_suite(suite);
