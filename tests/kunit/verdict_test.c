// SPDX-License-Identifier: GPL-2.0-only
/*
 * Verdicts of one node on one flow in another order than they were given: what is
 * not newer than the last one applied has no effect. And what no node may ask for
 * where a service rewrites.
 */
#include <kunit/test.h>
#include <linux/in.h>

#include "decide.h"
#include "node.h"
#include "port.h"
#include "treat.h"
#include "verdict.h"

#define ALL	(SVP_PERM_DROP | SVP_PERM_ALLOW | SVP_PERM_SKIP | SVP_PERM_REPATH)

/* A rule sends everything into chain 1; its path 100 leads to the two nodes */
struct verdict_fixture {
	struct svp_service service[2];
	struct svp_node node[2];
	struct svp_path path;
	struct svp_path *paths[1];
	struct svp_chain chain;
	struct svp_chain_set set;
	struct svp_rule rule;
	struct svp_policy policy;
	struct svp_plane plane;
	struct svp_proxy proxy;
	struct svp_port port;
	struct svp_flow flow;
	struct svp_wire_verdict verdict;	/* for ask() */
	u32 epoch;		/* likewise */
};

static const struct svp_flow_ops flow_ops;

static void make_path(struct verdict_fixture *f)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(f->node); i++) {
		f->node[i].plane = &f->plane;
		f->node[i].service = &f->service[i];
		f->node[i].perms = ALL;
		refcount_set(&f->node[i].ref, 1000);
		f->path.nodes[i] = &f->node[i];
	}
	f->path.n_hops = ARRAY_SIZE(f->node);
	f->path.chain = &f->chain;
	f->path.spi[SVP_OUT] = 100;
	f->path.spi[SVP_IN] = 101;
	refcount_set(&f->path.ref, 1000);
	f->chain.id = 1;
	f->chain.gen = 7;
	f->paths[0] = &f->path;
	f->set.chain = &f->chain;
	f->set.paths = f->paths;
	f->set.n_paths = 1;
	f->set.n_weighted = 1;
}

static void make_policy(struct kunit *test)
{
	struct verdict_fixture *f = test->priv;
	struct svp_rule *rules[] = { &f->rule };

	f->rule.action = SVP_ACT_CHAIN;
	f->rule.chain_id = 1;
	f->rule.match.dirs = SVP_DIR_OUT | SVP_DIR_IN;
	xa_init(&f->policy.chains);
	xa_init(&f->policy.spis);
	xa_store(&f->policy.chains, 1, &f->set, GFP_KERNEL);
	xa_store(&f->policy.spis, 100, &f->path, GFP_KERNEL);
	f->policy.classifier = svp_classify_build(rules, 1, NULL);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, f->policy.classifier);
}

static int verdict_init(struct kunit *test)
{
	struct verdict_fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	int dir;

	KUNIT_ASSERT_NOT_NULL(test, f);
	test->priv = f;
	make_path(f);
	make_policy(test);
	RCU_INIT_POINTER(f->plane.policy, &f->policy);
	f->plane.up = true;
	f->plane.flows = svp_flow_table_new(16, &flow_ops, NULL);
	KUNIT_ASSERT_NOT_NULL(test, f->plane.flows);
	f->proxy.up = true;
	f->port.proxy = &f->proxy;
	f->flow.port = &f->port;
	f->verdict.scope = SVCPLANE_SCOPE_BOTH;
	for (dir = 0; dir < SVP_DIRS; dir++) {
		f->flow.side[dir].key.family = 4;
		f->flow.side[dir].key.proto = IPPROTO_TCP;
		f->flow.use[dir].given = 0xc000;
		RCU_INIT_POINTER(f->flow.path[dir], &f->path);
	}
	return 0;
}

static void verdict_exit(struct kunit *test)
{
	struct verdict_fixture *f = test->priv;
	struct svp_flow_verdicts *verdicts;

	if (!f)
		return;
	verdicts = rcu_dereference_protected(f->flow.verdicts, true);
	if (verdicts)
		svp_flow_burden(f->plane.flows, -svp_treat_free(verdicts));
	if (f->plane.flows)
		svp_flow_table_destroy(f->plane.flows);
	if (!IS_ERR_OR_NULL(f->policy.classifier))
		svp_classify_free(f->policy.classifier);
	xa_destroy(&f->policy.chains);
	xa_destroy(&f->policy.spis);
	rcu_barrier();
}

/* Node @node asks for @action, as its verdict number @serial; see verdict_init() */
static enum svcplane_status ask(struct kunit *test, int node, u8 action, u32 serial)
{
	struct verdict_fixture *f = test->priv;
	enum svcplane_status status;

	f->verdict.action = action;
	f->verdict.generation = serial;
	f->verdict.spi = action == SVCPLANE_ACT_REPATH ? f->path.spi[SVP_OUT] : 0;
	local_bh_disable();
	rcu_read_lock();
	status = svp_verdict_apply_of(&f->node[node], &f->flow, &f->verdict,
				      f->epoch);
	rcu_read_unlock();
	local_bh_enable();
	return status;
}

#define APPLIED(node, action, serial)					\
	KUNIT_EXPECT_EQ(test, ask(test, node, SVCPLANE_ACT_##action, serial), \
			SVCPLANE_STATUS_APPLIED)
#define STALE(node, action, serial)					\
	KUNIT_EXPECT_EQ(test, ask(test, node, SVCPLANE_ACT_##action, serial), \
			SVCPLANE_STATUS_STALE)

#define REFUSED(node, action, serial)					\
	KUNIT_EXPECT_EQ(test, ask(test, node, SVCPLANE_ACT_##action, serial), \
			SVCPLANE_STATUS_NOT_PERMITTED)

static void expect(struct kunit *test, u8 act, u16 skip)
{
	struct verdict_fixture *f = test->priv;
	int dir;

	for (dir = 0; dir < SVP_DIRS; dir++) {
		KUNIT_EXPECT_EQ(test, f->flow.act[dir], act);
		KUNIT_EXPECT_EQ(test, f->flow.skip[dir],
				dir == SVP_OUT || !skip ? skip : skip ^ 0xc000);
	}
}

static void older_has_no_effect(struct kunit *test)
{
	APPLIED(0, SKIP, 10);
	expect(test, SVP_FLOW_CHAIN, 0x8000);
	STALE(0, DROP, 9);
	expect(test, SVP_FLOW_CHAIN, 0x8000);
	APPLIED(0, DROP, 11);
	expect(test, SVP_FLOW_DROP, 0x8000);
	/* it would take the drop back */
	STALE(0, ALLOW, 10);
	expect(test, SVP_FLOW_DROP, 0x8000);
	APPLIED(0, ALLOW, 12);
	expect(test, SVP_FLOW_BYPASS, 0x8000);
}

static void equal_has_no_effect(struct kunit *test)
{
	APPLIED(0, DROP, 10);
	STALE(0, ALLOW, 10);
	STALE(0, DROP, 10);
	expect(test, SVP_FLOW_DROP, 0);
}

static void order_across_the_wrap(struct kunit *test)
{
	APPLIED(0, SKIP, 0xfffffffe);
	APPLIED(0, DROP, 1);
	STALE(0, ALLOW, 0xffffffff);
	expect(test, SVP_FLOW_DROP, 0x8000);
	APPLIED(0, ALLOW, 2);
	expect(test, SVP_FLOW_BYPASS, 0x8000);
	/* as far ahead as a number can be that is newer, and one farther */
	STALE(0, DROP, 0x80000002);
	APPLIED(0, DROP, 0x80000001);
	expect(test, SVP_FLOW_DROP, 0x8000);
}

/* Whoever has the node begins anew: its host after a start, and the next one */
static void another_owner_counts_anew(struct kunit *test)
{
	struct verdict_fixture *f = test->priv;

	f->epoch = 5;
	APPLIED(0, SKIP, 10);
	STALE(0, DROP, 9);
	f->epoch = 6;
	APPLIED(0, SKIP, 1);
	STALE(0, DROP, 1);
	f->node[0].moves++;
	APPLIED(0, SKIP, 1);
	STALE(0, DROP, 1);
	f->epoch = 0;
	APPLIED(0, DROP, 1);
	expect(test, SVP_FLOW_DROP, 0x8000);
}

/* What a node elsewhere was given is known there; here it is on the path or not */
static void node_elsewhere(struct kunit *test)
{
	struct verdict_fixture *f = test->priv;
	int dir;

	for (dir = 0; dir < SVP_DIRS; dir++)
		f->flow.use[dir].given = 0;
	REFUSED(0, DROP, 1);
	f->node[0].owner = 3;
	APPLIED(0, DROP, 1);
	for (dir = 0; dir < SVP_DIRS; dir++)
		RCU_INIT_POINTER(f->flow.path[dir], NULL);
	REFUSED(0, DROP, 2);
}

/* Who passes by is decided on where it comes from */
static void flow_of_another_host(struct kunit *test)
{
	struct verdict_fixture *f = test->priv;

	f->flow.flags = SVP_FLOW_FAR;
	KUNIT_EXPECT_EQ(test, ask(test, 0, SVCPLANE_ACT_DROP, 1),
			SVCPLANE_STATUS_NO_FLOW);
}

/* 0 is a number like any other */
static void zero_counts(struct kunit *test)
{
	APPLIED(0, DROP, 0);
	STALE(0, ALLOW, 0xffffffff);
	STALE(0, ALLOW, 0);
	expect(test, SVP_FLOW_DROP, 0);
	APPLIED(0, ALLOW, 1);
	expect(test, SVP_FLOW_BYPASS, 0);
}

static void each_node_counts_for_itself(struct kunit *test)
{
	APPLIED(0, SKIP, 10);
	APPLIED(1, DROP, 1);
	expect(test, SVP_FLOW_DROP, 0x8000);
	APPLIED(1, ALLOW, 2);
	STALE(0, SKIP, 9);
	expect(test, SVP_FLOW_BYPASS, 0x8000);
}

/* Also where the quota is used up */
static void the_guest_pays(struct kunit *test)
{
	struct verdict_fixture *f = test->priv;

	KUNIT_EXPECT_EQ(test, svp_treat_cost(&f->flow), 0U);
	atomic_set(&f->port.flows, 1);
	APPLIED(0, DROP, 5);
	KUNIT_EXPECT_EQ(test, svp_treat_cost(&f->flow), 1U);
	KUNIT_EXPECT_EQ(test, atomic_read(&f->port.flows), 2);
	APPLIED(1, SKIP, 5);	/* there was room for it */
	APPLIED(0, ALLOW, 6);
	KUNIT_EXPECT_EQ(test, atomic_read(&f->port.flows), 2);
}

/* What a node has dropped it can take back, whatever else its allow means */
static void own_drop_is_taken_back(struct kunit *test)
{
	struct verdict_fixture *f = test->priv;

	f->node[0].perms = SVP_PERM_DROP;
	APPLIED(0, DROP, 1);
	STALE(0, ALLOW, 1);
	APPLIED(0, ALLOW, 2);
	expect(test, SVP_FLOW_CHAIN, 0);
	REFUSED(0, ALLOW, 3);	/* nothing is left to take back */
	f->node[0].perms = ALL;
	f->service[0].flags = SVP_SERVICE_REWRITES;
	f->chain.rewrites = true;
	APPLIED(0, DROP, 4);
	APPLIED(0, ALLOW, 5);
	expect(test, SVP_FLOW_CHAIN, 0);
	REFUSED(0, SKIP, 6);
	/* nobody has spoken for the other */
	REFUSED(1, ALLOW, 1);
	KUNIT_EXPECT_NULL(test, svp_treat_find(&f->flow, &f->node[1]));
}

/* A lifetime is that of the direction it was given for */
static void lifetime_of_a_direction(struct kunit *test)
{
	struct verdict_fixture *f = test->priv;
	struct svp_treatment *t;

	APPLIED(0, DROP, 1);
	f->verdict.scope = SVP_SCOPE(SVP_IN);
	f->verdict.lifetime = 1000;
	APPLIED(0, DROP, 2);
	t = svp_treat_find(&f->flow, &f->node[0]);
	KUNIT_ASSERT_NOT_NULL(test, t);
	KUNIT_EXPECT_EQ(test, t->until[SVP_WORD_DROP][SVP_OUT], 0U);
	KUNIT_EXPECT_NE(test, t->until[SVP_WORD_DROP][SVP_IN], 0U);
	APPLIED(0, SKIP, 3);
	KUNIT_EXPECT_EQ(test, t->until[SVP_WORD_SKIP][SVP_OUT], 0U);
	KUNIT_EXPECT_NE(test, t->until[SVP_WORD_SKIP][SVP_IN], 0U);
	KUNIT_EXPECT_EQ(test, t->until[SVP_WORD_ROUTE][SVP_IN], 0U);
}

/* Whatever it may: nobody stands in for a node that rewrites */
static void rewriter_is_not_left_out(struct kunit *test)
{
	struct verdict_fixture *f = test->priv;

	f->service[0].flags = SVP_SERVICE_REWRITES;
	f->chain.rewrites = true;
	REFUSED(0, SKIP, 1);
	REFUSED(0, ALLOW, 1);
	REFUSED(0, REPATH, 1);
	/* with an allow, another node would leave it out as well */
	REFUSED(1, ALLOW, 1);
	REFUSED(1, REPATH, 1);
	expect(test, SVP_FLOW_CHAIN, 0);
	APPLIED(1, SKIP, 1);
	expect(test, SVP_FLOW_CHAIN, 0x4000);
	APPLIED(0, DROP, 1);
	expect(test, SVP_FLOW_DROP, 0x4000);
}

static void others_may_be_left_out(struct kunit *test)
{
	APPLIED(0, REPATH, 1);
	expect(test, SVP_FLOW_CHAIN, 0);
	APPLIED(0, SKIP, 2);
	expect(test, SVP_FLOW_CHAIN, 0x8000);
	APPLIED(1, ALLOW, 1);
	expect(test, SVP_FLOW_BYPASS, 0x8000);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(own_drop_is_taken_back),
	KUNIT_CASE(lifetime_of_a_direction),
	KUNIT_CASE(the_guest_pays),
	KUNIT_CASE(older_has_no_effect),
	KUNIT_CASE(equal_has_no_effect),
	KUNIT_CASE(order_across_the_wrap),
	KUNIT_CASE(zero_counts),
	KUNIT_CASE(each_node_counts_for_itself),
	KUNIT_CASE(another_owner_counts_anew),
	KUNIT_CASE(node_elsewhere),
	KUNIT_CASE(flow_of_another_host),
	KUNIT_CASE(rewriter_is_not_left_out),
	KUNIT_CASE(others_may_be_left_out),
	{}
};

static struct kunit_suite suite = {
	.name = "svcplane_verdict",
	.init = verdict_init,
	.exit = verdict_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
