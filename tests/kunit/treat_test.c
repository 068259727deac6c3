// SPDX-License-Identifier: GPL-2.0-only
/*
 * What verdicts amount to: several nodes, each direction for itself, and what
 * cancels them.
 */
#include <kunit/test.h>
#include <linux/jiffies.h>
#include <linux/slab.h>

#include "chain.h"
#include "node.h"
#include "path.h"
#include "treat.h"

#define NODES	3
#define PATHS	3
#define ALL	(SVP_PERM_DROP | SVP_PERM_ALLOW | SVP_PERM_SKIP | SVP_PERM_REPATH)

/* Paths 100 (nodes 0, 1) and 200 (nodes 0, 2) of chain 1, 300 (node 1) of 2 */
struct treat_fixture {
	struct svp_node node[NODES];
	struct svp_chain *chain[2];
	struct svp_chain_set set[2];
	struct svp_path *path[PATHS];
	struct svp_policy policy;
	struct svp_flow flow;
	struct svp_treat_sum sum;
};

static void make_chain(struct kunit *test, int i)
{
	struct treat_fixture *f = test->priv;
	struct svp_chain conf = { .name = "c", .id = i + 1, .gen = 7 };

	f->chain[i] = svp_chain_alloc(&conf);
	KUNIT_ASSERT_NOT_NULL(test, f->chain[i]);
	f->chain[i]->gen = 7;
	f->set[i].chain = f->chain[i];
	xa_store(&f->policy.chains, i + 1, &f->set[i], GFP_KERNEL);
}

static void make_path(struct kunit *test, int i, int chain, int a, int b)
{
	struct treat_fixture *f = test->priv;
	struct svp_path conf = {
		.chain = f->chain[chain],
		.spi = { 100 * (i + 1), 100 * (i + 1) + 1 },
		.n_hops = b < 0 ? 1 : 2,
		.nodes = { &f->node[a], b < 0 ? NULL : &f->node[b] },
	};

	f->path[i] = svp_path_alloc(&conf);
	KUNIT_ASSERT_NOT_NULL(test, f->path[i]);
	xa_store(&f->policy.spis, conf.spi[SVP_OUT], f->path[i], GFP_KERNEL);
	xa_store(&f->policy.spis, conf.spi[SVP_IN], f->path[i], GFP_KERNEL);
}

static int treat_init(struct kunit *test)
{
	struct treat_fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, f);
	test->priv = f;
	xa_init(&f->policy.chains);
	xa_init(&f->policy.spis);
	for (i = 0; i < NODES; i++) {
		refcount_set(&f->node[i].ref, 1000);
		f->node[i].perms = ALL;
	}
	make_chain(test, 0);
	make_chain(test, 1);
	make_path(test, 0, 0, 0, 1);
	make_path(test, 1, 0, 0, 2);
	make_path(test, 2, 1, 1, -1);
	RCU_INIT_POINTER(f->flow.path[SVP_OUT], f->path[0]);
	RCU_INIT_POINTER(f->flow.path[SVP_IN], f->path[0]);
	return 0;
}

static void treat_exit(struct kunit *test)
{
	struct treat_fixture *f = test->priv;
	struct svp_flow_verdicts *verdicts;
	int i;

	verdicts = rcu_dereference_protected(f->flow.verdicts, true);
	if (verdicts)
		svp_treat_free(verdicts);
	for (i = 0; i < PATHS; i++) {
		KUNIT_EXPECT_EQ(test, refcount_read(&f->path[i]->ref), 1);
		svp_path_put(f->path[i]);
	}
	rcu_barrier();
	for (i = 0; i < NODES; i++)
		KUNIT_EXPECT_EQ(test, refcount_read(&f->node[i].ref), 1000);
	for (i = 0; i < 2; i++)
		svp_chain_put(f->chain[i]);
	xa_destroy(&f->policy.chains);
	xa_destroy(&f->policy.spis);
}

/* The word of a node, bound to the flow as it is */
static struct svp_treatment *word(struct kunit *test, int node)
{
	struct treat_fixture *f = test->priv;
	struct svp_treatment *t = svp_treat_get(&f->flow, &f->node[node]);

	KUNIT_ASSERT_NOT_NULL(test, t);
	t->ruled = (struct svp_bond) { .chain = 1, .gen = 7 };
	t->walked = t->ruled;
	t->lost_perms = f->node[node].lost_perms;
	return t;
}

/* @node asks for path @i in the directions of @scope */
static struct svp_treatment *repath(struct kunit *test, int node, u8 scope, int i)
{
	struct treat_fixture *f = test->priv;
	struct svp_treatment *t = word(test, node);
	u32 order = svp_treat_order(&f->flow);
	int dir;

	for (dir = 0; dir < SVP_DIRS; dir++) {
		if (!(scope & SVP_SCOPE(dir)))
			continue;
		t->respi[dir] = f->path[i]->spi[SVP_OUT];
		t->order[dir] = order;
		t->allow &= ~SVP_SCOPE(dir);
	}
	return t;
}

static struct svp_treatment *allow(struct kunit *test, int node, u8 scope)
{
	struct treat_fixture *f = test->priv;
	struct svp_treatment *t = word(test, node);
	u32 order = svp_treat_order(&f->flow);
	int dir;

	t->allow |= scope;
	for (dir = 0; dir < SVP_DIRS; dir++) {
		if (!(scope & SVP_SCOPE(dir)))
			continue;
		t->respi[dir] = 0;
		t->order[dir] = order;
	}
	return t;
}

static void add_up(struct kunit *test)
{
	struct treat_fixture *f = test->priv;

	rcu_read_lock();
	svp_treat_sum(&f->flow, &f->policy, f->path[0], &f->sum);
	rcu_read_unlock();
}

static void expect_paths(struct kunit *test, int out, int in)
{
	struct treat_fixture *f = test->priv;

	add_up(test);
	KUNIT_EXPECT_PTR_EQ(test, f->sum.path[SVP_OUT], f->path[out]);
	KUNIT_EXPECT_PTR_EQ(test, f->sum.path[SVP_IN], f->path[in]);
}

static void nothing_asked(struct kunit *test)
{
	struct treat_fixture *f = test->priv;

	expect_paths(test, 0, 0);
	KUNIT_EXPECT_FALSE(test, f->sum.drop[SVP_OUT] || f->sum.allow[SVP_OUT]);
	KUNIT_EXPECT_EQ(test, f->sum.skip[SVP_OUT] | f->sum.skip[SVP_IN], 0);
}

static void repath_by_direction(struct kunit *test)
{
	repath(test, 0, SVP_SCOPE(SVP_OUT), 1);
	expect_paths(test, 1, 0);
	repath(test, 0, SVP_SCOPE(SVP_IN), 2);
	expect_paths(test, 1, 2);
	repath(test, 0, SVP_SCOPE(SVP_OUT) | SVP_SCOPE(SVP_IN), 1);
	expect_paths(test, 1, 1);
}

/* Hops are those of the path that the direction walks */
static void skips_fit_the_path(struct kunit *test)
{
	struct treat_fixture *f = test->priv;
	u8 both = SVP_SCOPE(SVP_OUT) | SVP_SCOPE(SVP_IN);

	word(test, 0)->skip = both;
	word(test, 2)->skip = both;
	add_up(test);
	KUNIT_EXPECT_EQ(test, f->sum.skip[SVP_OUT], 0x8000);
	KUNIT_EXPECT_EQ(test, f->sum.skip[SVP_IN], 0x4000);
	repath(test, 0, SVP_SCOPE(SVP_IN), 1);
	add_up(test);
	KUNIT_EXPECT_EQ(test, f->sum.skip[SVP_OUT], 0x8000);
	KUNIT_EXPECT_EQ(test, f->sum.skip[SVP_IN], 0xc000);
}

/* Of two nodes the last applied wins, in the directions that it named */
static void last_wins(struct kunit *test)
{
	struct treat_fixture *f = test->priv;
	u8 both = SVP_SCOPE(SVP_OUT) | SVP_SCOPE(SVP_IN);

	repath(test, 0, both, 1);
	allow(test, 1, SVP_SCOPE(SVP_OUT));
	expect_paths(test, 0, 1);
	KUNIT_EXPECT_TRUE(test, f->sum.allow[SVP_OUT]);
	KUNIT_EXPECT_FALSE(test, f->sum.allow[SVP_IN]);
	repath(test, 0, SVP_SCOPE(SVP_OUT), 1);
	expect_paths(test, 1, 1);
	KUNIT_EXPECT_FALSE(test, f->sum.allow[SVP_OUT]);
}

static void drop_beats_all(struct kunit *test)
{
	struct treat_fixture *f = test->priv;
	struct svp_treatment *t = word(test, 1);

	allow(test, 0, SVP_SCOPE(SVP_OUT) | SVP_SCOPE(SVP_IN));
	t->drop = SVP_SCOPE(SVP_IN);
	t->how[SVP_IN] = SVP_FLOW_REJECT;
	add_up(test);
	KUNIT_EXPECT_FALSE(test, f->sum.drop[SVP_OUT]);
	KUNIT_EXPECT_TRUE(test, f->sum.drop[SVP_IN]);
	KUNIT_EXPECT_EQ(test, f->sum.how[SVP_OUT], 0);
	KUNIT_EXPECT_EQ(test, f->sum.how[SVP_IN], SVP_FLOW_REJECT);
	svp_treat_lift(&f->flow, &f->node[0]);
	add_up(test);
	KUNIT_EXPECT_TRUE(test, f->sum.drop[SVP_IN]);
	svp_treat_lift(&f->flow, &f->node[1]);
	add_up(test);
	KUNIT_EXPECT_FALSE(test, f->sum.drop[SVP_IN]);
}

/* A re-path of one direction, a skip of the other, and a drop */
static struct svp_treatment *all_of_it(struct kunit *test)
{
	struct svp_treatment *t = repath(test, 0, SVP_SCOPE(SVP_OUT), 1);

	t->skip = SVP_SCOPE(SVP_IN);
	word(test, 1)->drop = SVP_SCOPE(SVP_IN);
	return t;
}

/* Do re-path and skip hold? The drop does in any case */
static void expect_bound(struct kunit *test, bool bound)
{
	struct treat_fixture *f = test->priv;

	expect_paths(test, bound ? 1 : 0, 0);
	KUNIT_EXPECT_EQ(test, f->sum.skip[SVP_IN], bound ? 0x4000 : 0);
	KUNIT_EXPECT_TRUE(test, f->sum.drop[SVP_IN]);
}

static void chains_cancel(struct kunit *test)
{
	struct treat_fixture *f = test->priv;
	struct svp_treatment *t = all_of_it(test);

	expect_bound(test, true);
	f->chain[0]->gen++;
	expect_bound(test, false);
	f->chain[0]->gen--;
	/* walked another chain then, and that has changed */
	t->walked = (struct svp_bond) { .chain = 2, .gen = 7 };
	expect_bound(test, true);
	f->chain[1]->gen++;
	expect_bound(test, false);
	f->chain[1]->gen--;
	/* the rules have chosen another one since */
	t->ruled = t->walked;
	expect_bound(test, false);
}

static void node_and_permissions_cancel(struct kunit *test)
{
	struct treat_fixture *f = test->priv;

	all_of_it(test);
	f->node[0].down = SVP_NODE_DOWN_GONE;
	expect_paths(test, 0, 0);
	f->node[0].down = 0;
	expect_bound(test, true);
	f->node[0].perms = ALL & ~SVP_PERM_REPATH;
	expect_paths(test, 0, 0);
	KUNIT_EXPECT_EQ(test, f->sum.skip[SVP_IN], 0x4000);
	f->node[0].perms = ALL;
	/* given back, they do not bring back what was asked before */
	f->node[0].lost_perms++;
	expect_bound(test, false);
}

/* All of what a node has asked but for a drop, or the drop */
static void ends(struct svp_treatment *t, u32 until)
{
	int dir;

	for (dir = 0; dir < SVP_DIRS; dir++) {
		t->until[SVP_WORD_SKIP][dir] = until;
		t->until[SVP_WORD_ROUTE][dir] = until;
	}
}

static void drop_ends(struct svp_treatment *t, u32 until)
{
	t->until[SVP_WORD_DROP][SVP_OUT] = until;
	t->until[SVP_WORD_DROP][SVP_IN] = until;
}

static void lifetimes(struct kunit *test)
{
	struct treat_fixture *f = test->priv;
	struct svp_treatment *t = all_of_it(test);
	u32 soon = ((u32)jiffies + 1000 * HZ) | 1;

	ends(t, soon);
	expect_bound(test, true);
	KUNIT_EXPECT_EQ(test, f->sum.until, soon);
	drop_ends(word(test, 1), soon - 2);
	expect_bound(test, true);
	KUNIT_EXPECT_EQ(test, f->sum.until, soon - 2);
	ends(t, ((u32)jiffies - 2) | 1);
	expect_bound(test, false);
}

/* A node that speaks again does not bring back what was cancelled or is over */
static void nothing_comes_back(struct kunit *test)
{
	struct treat_fixture *f = test->priv;
	struct svp_treatment *t = all_of_it(test);

	svp_treat_forget(t, &f->policy, f->path[0]);
	expect_bound(test, true);
	f->chain[0]->gen++;
	svp_treat_forget(t, &f->policy, f->path[0]);
	f->chain[0]->gen--;
	expect_bound(test, false);
	t = all_of_it(test);
	ends(t, ((u32)jiffies - 2) | 1);
	svp_treat_expire(&f->flow);
	ends(t, 0);
	expect_bound(test, false);
	t = word(test, 1);
	drop_ends(t, ((u32)jiffies - 2) | 1);
	svp_treat_expire(&f->flow);
	drop_ends(t, 0);
	add_up(test);
	KUNIT_EXPECT_FALSE(test, f->sum.drop[SVP_IN]);
}

/* What is over does not count again when the clock has gone half its way round */
static void over_is_over(struct kunit *test)
{
	struct treat_fixture *f = test->priv;
	struct svp_treatment *t = all_of_it(test);
	struct svp_treatment *other = word(test, 1);
	u32 past = ((u32)jiffies - 2) | 1, future = ((u32)jiffies + 1000 * HZ) | 1;

	ends(t, future);
	drop_ends(other, future);
	svp_treat_expire(&f->flow);
	expect_bound(test, true);
	KUNIT_EXPECT_TRUE(test, f->sum.drop[SVP_IN]);
	ends(t, past);
	drop_ends(other, past);
	svp_treat_expire(&f->flow);
	/* what the ends would look like then */
	ends(t, t->until[SVP_WORD_SKIP][SVP_IN] ? future : 0);
	drop_ends(other, other->until[SVP_WORD_DROP][SVP_IN] ? future : 0);
	expect_paths(test, 0, 0);
	KUNIT_EXPECT_EQ(test, f->sum.skip[SVP_IN], 0);
	KUNIT_EXPECT_FALSE(test, f->sum.drop[SVP_IN]);
}

/* One direction's verdict is over, the other's goes on */
static void ends_by_direction(struct kunit *test)
{
	struct treat_fixture *f = test->priv;
	struct svp_treatment *t = word(test, 1);
	u32 past = ((u32)jiffies - 2) | 1;

	t->drop = SVCPLANE_SCOPE_BOTH;
	t->skip = SVCPLANE_SCOPE_BOTH;
	t->until[SVP_WORD_DROP][SVP_IN] = past;
	t->until[SVP_WORD_SKIP][SVP_OUT] = past;
	add_up(test);
	KUNIT_EXPECT_TRUE(test, f->sum.drop[SVP_OUT]);
	KUNIT_EXPECT_FALSE(test, f->sum.drop[SVP_IN]);
	KUNIT_EXPECT_EQ(test, f->sum.skip[SVP_OUT], 0);
	KUNIT_EXPECT_NE(test, f->sum.skip[SVP_IN], 0);
	KUNIT_EXPECT_EQ(test, f->sum.until, 0U);
	svp_treat_expire(&f->flow);
	KUNIT_EXPECT_EQ(test, t->drop, SVP_SCOPE(SVP_OUT));
	KUNIT_EXPECT_EQ(test, t->skip, SVP_SCOPE(SVP_IN));
}

/* The path is down, or there is none of its number: back to the rules' choice */
static void target_goes(struct kunit *test)
{
	struct treat_fixture *f = test->priv;

	all_of_it(test);
	f->node[2].down = SVP_NODE_DOWN_LINK;
	expect_paths(test, 0, 0);
	f->node[2].down = 0;
	expect_bound(test, true);
	xa_erase(&f->policy.spis, 200);
	expect_paths(test, 0, 0);
}

static void base_is_kept(struct kunit *test)
{
	struct treat_fixture *f = test->priv;

	KUNIT_EXPECT_PTR_EQ(test, svp_treat_base(&f->flow), f->path[0]);
	svp_treat_keep_base(&f->flow, f->path[0]);
	repath(test, 0, SVP_SCOPE(SVP_OUT), 1);
	RCU_INIT_POINTER(f->flow.path[SVP_OUT], f->path[1]);
	svp_treat_keep_base(&f->flow, f->path[0]);
	KUNIT_EXPECT_PTR_EQ(test, svp_treat_base(&f->flow), f->path[0]);
	KUNIT_EXPECT_EQ(test, refcount_read(&f->path[0]->ref), 2);
	svp_treat_keep_base(&f->flow, f->path[2]);
	KUNIT_EXPECT_EQ(test, refcount_read(&f->path[0]->ref), 1);
	RCU_INIT_POINTER(f->flow.path[SVP_IN], f->path[1]);
	svp_treat_keep_base(&f->flow, f->path[1]);
	KUNIT_EXPECT_EQ(test, refcount_read(&f->path[2]->ref), 1);
	KUNIT_EXPECT_PTR_EQ(test, svp_treat_base(&f->flow), f->path[1]);
	/* and is given back with the verdicts */
	svp_treat_keep_base(&f->flow, f->path[0]);
}

static void no_more_than_fit(struct kunit *test)
{
	struct treat_fixture *f = test->priv;
	struct svp_node *many;
	int i;

	many = kunit_kcalloc(test, SVP_TREATMENTS_MAX + 1, sizeof(*many), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, many);
	for (i = 0; i <= SVP_TREATMENTS_MAX; i++) {
		refcount_set(&many[i].ref, 1000);
		KUNIT_EXPECT_EQ(test, !!svp_treat_get(&f->flow, &many[i]),
				i < SVP_TREATMENTS_MAX);
	}
	KUNIT_EXPECT_GT(test, svp_treat_cost(&f->flow) * sizeof(f->flow),
			SVP_TREATMENTS_MAX * sizeof(struct svp_treatment));
	svp_treat_free(rcu_dereference_protected(f->flow.verdicts, true));
	RCU_INIT_POINTER(f->flow.verdicts, NULL);
	for (i = 0; i <= SVP_TREATMENTS_MAX; i++)
		KUNIT_EXPECT_EQ(test, refcount_read(&many[i].ref), 1000);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(nothing_asked),
	KUNIT_CASE(repath_by_direction),
	KUNIT_CASE(skips_fit_the_path),
	KUNIT_CASE(last_wins),
	KUNIT_CASE(drop_beats_all),
	KUNIT_CASE(chains_cancel),
	KUNIT_CASE(node_and_permissions_cancel),
	KUNIT_CASE(lifetimes),
	KUNIT_CASE(nothing_comes_back),
	KUNIT_CASE(over_is_over),
	KUNIT_CASE(ends_by_direction),
	KUNIT_CASE(target_goes),
	KUNIT_CASE(base_is_kept),
	KUNIT_CASE(no_more_than_fit),
	{}
};

static struct kunit_suite suite = {
	.name = "svcplane_treat",
	.init = treat_init,
	.exit = treat_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
