// SPDX-License-Identifier: GPL-2.0-only
/*
 * Suite of what the policy says of a flow: the rule for a frame that may be an
 * answer, the path of a flow that has one, and why none is to be had.
 */
#include <kunit/test.h>
#include <linux/in.h>

#include "decide.h"
#include "node.h"

#define PATHS	2

/*
 * Frames to the guest's TCP port 5001 from MAC B go into chain 1, with its paths
 * 100 and 200 of one node each; other TCP is bypassed.
 */
struct decide_fixture {
	struct svp_node node[PATHS];
	struct svp_path path[PATHS];
	struct svp_path *paths[PATHS];
	struct svp_chain chain;
	struct svp_chain_set set;
	struct svp_rule steers, passes;
	struct svp_policy policy;
	struct svp_plane plane;
	struct svp_proxy proxy;
	struct svp_port port;
	struct svp_tuple tuple;
	struct svp_subject subject;
	struct svp_decision decision;
};

static const u8 mac_a[ETH_ALEN] = { 2, 0, 0, 0, 0, 0xa };
static const u8 mac_b[ETH_ALEN] = { 2, 0, 0, 0, 0, 0xb };

static void make_paths(struct decide_fixture *f)
{
	int i;

	for (i = 0; i < PATHS; i++) {
		f->paths[i] = &f->path[i];
		f->path[i].chain = &f->chain;
		f->path[i].spi[SVP_OUT] = 100 * (i + 1);
		f->path[i].spi[SVP_IN] = 100 * (i + 1) + 1;
		f->path[i].weight = 1;
		f->path[i].n_hops = 1;
		f->path[i].nodes[0] = &f->node[i];
		xa_store(&f->policy.spis, 100 * (i + 1), &f->path[i], GFP_KERNEL);
	}
	f->chain.id = 1;
	f->set.chain = &f->chain;
	f->set.paths = f->paths;
	f->set.n_paths = PATHS;
	f->set.n_weighted = PATHS;
	xa_store(&f->policy.chains, 1, &f->set, GFP_KERNEL);
}

static void make_rules(struct decide_fixture *f)
{
	f->steers = (struct svp_rule) {
		.prio = 10, .id = 1, .action = SVP_ACT_CHAIN, .chain_id = 1,
		.match = {
			.present = SVP_M_PROTO | SVP_M_DPORT | SVP_M_SMAC,
			.dirs = SVP_DIR_IN, .proto = IPPROTO_TCP,
			.n_dport = 1, .dport = { { 5001, 5001 } },
		},
	};
	memcpy(f->steers.match.smac, mac_b, ETH_ALEN);
	f->passes = (struct svp_rule) {
		.prio = 20, .id = 2, .action = SVP_ACT_BYPASS,
		.match = {
			.present = SVP_M_PROTO, .proto = IPPROTO_TCP,
			.dirs = SVP_DIR_OUT | SVP_DIR_IN,
		},
	};
}

/* @second may be NULL */
static void ask_in_order(struct kunit *test, struct svp_rule *first,
			 struct svp_rule *second)
{
	struct decide_fixture *f = test->priv;
	struct svp_rule *rules[] = { first, second };

	if (f->policy.classifier)
		svp_classify_free(f->policy.classifier);
	f->policy.classifier = svp_classify_build(rules, second ? 2 : 1, NULL);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, f->policy.classifier);
}

static int decide_init(struct kunit *test)
{
	struct decide_fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, f);
	test->priv = f;
	xa_init(&f->policy.chains);
	xa_init(&f->policy.spis);
	make_paths(f);
	make_rules(f);
	ask_in_order(test, &f->steers, &f->passes);
	RCU_INIT_POINTER(f->plane.policy, &f->policy);
	f->plane.up = true;
	f->proxy.up = true;
	f->port.proxy = &f->proxy;
	f->tuple.family = 4;
	f->tuple.proto = IPPROTO_TCP;
	f->tuple.src.ip4 = htonl(0x0a000102);
	f->tuple.dst.ip4 = htonl(0x0a000103);
	/* what the guest sends from its port 5001 */
	f->tuple.sport = htons(5001);
	f->tuple.dport = htons(40000);
	f->subject.port = &f->port;
	f->subject.tuple = &f->tuple;
	f->subject.smac = mac_a;
	f->subject.dmac = mac_b;
	f->subject.dir = SVP_OUT;
	return 0;
}

static void decide_exit(struct kunit *test)
{
	struct decide_fixture *f = test->priv;

	if (!f)
		return;
	if (!IS_ERR_OR_NULL(f->policy.classifier))
		svp_classify_free(f->policy.classifier);
	xa_destroy(&f->policy.chains);
	xa_destroy(&f->policy.spis);
	rcu_barrier();
}

static u8 act(struct decide_fixture *f, const struct svp_path *pinned)
{
	local_bh_disable();
	rcu_read_lock();
	svp_decide(&f->plane, &f->subject, pinned, &f->decision);
	rcu_read_unlock();
	local_bh_enable();
	return f->decision.act;
}

static struct svp_path *path(struct decide_fixture *f, const struct svp_path *pinned)
{
	act(f, pinned);
	return f->decision.path;
}

/* An answer is asked for as what it answers; a SYN answers nothing */
static void answers_are_asked_reversed(struct kunit *test)
{
	struct decide_fixture *f = test->priv;

	KUNIT_EXPECT_EQ(test, act(f, NULL), SVP_FLOW_CHAIN);
	KUNIT_EXPECT_PTR_EQ(test, f->decision.rule, &f->steers);
	f->subject.syn = true;
	KUNIT_EXPECT_EQ(test, act(f, NULL), SVP_FLOW_BYPASS);
	KUNIT_EXPECT_PTR_EQ(test, f->decision.rule, &f->passes);
	f->subject.syn = false;
	f->subject.dmac = mac_a;
	KUNIT_EXPECT_EQ(test, act(f, NULL), SVP_FLOW_BYPASS);
	f->subject.dmac = mac_b;
	f->subject.dir = SVP_IN;
	KUNIT_EXPECT_EQ(test, act(f, NULL), SVP_FLOW_BYPASS);
}

/* Of what the two directions say, the rule that is asked first counts */
static void first_of_both_counts(struct kunit *test)
{
	struct decide_fixture *f = test->priv;

	f->passes.prio = 5;
	ask_in_order(test, &f->passes, &f->steers);
	KUNIT_EXPECT_EQ(test, act(f, NULL), SVP_FLOW_BYPASS);
	f->passes.prio = f->steers.prio;
	ask_in_order(test, &f->steers, &f->passes);
	KUNIT_EXPECT_EQ(test, act(f, NULL), SVP_FLOW_CHAIN);
	f->steers.id = 3;
	ask_in_order(test, &f->passes, &f->steers);
	KUNIT_EXPECT_EQ(test, act(f, NULL), SVP_FLOW_BYPASS);
	/* and the only one, if there is none for the frame as it is */
	ask_in_order(test, &f->steers, NULL);
	KUNIT_EXPECT_EQ(test, act(f, NULL), SVP_FLOW_CHAIN);
	f->subject.syn = true;
	KUNIT_EXPECT_EQ(test, act(f, NULL), SVP_FLOW_BYPASS);
	KUNIT_EXPECT_NULL(test, f->decision.rule);
}

/* A flow keeps the path that it has, also one that it would not choose */
static void pinned_path_is_kept(struct kunit *test)
{
	struct decide_fixture *f = test->priv;
	struct svp_path *chosen = path(f, NULL), *other, again;

	KUNIT_ASSERT_NOT_NULL(test, chosen);
	other = chosen == &f->path[0] ? &f->path[1] : &f->path[0];
	KUNIT_EXPECT_PTR_EQ(test, path(f, chosen), chosen);
	KUNIT_EXPECT_PTR_EQ(test, path(f, other), other);
	/* one that a new policy has made again serves as well */
	again = *other;
	KUNIT_EXPECT_PTR_EQ(test, path(f, &again), other);
	other->weight = 0;
	KUNIT_EXPECT_PTR_EQ(test, path(f, other), other);
	other->nodes[0]->down = SVP_NODE_DOWN_LINK;
	KUNIT_EXPECT_PTR_EQ(test, path(f, other), chosen);
}

/* But not what has only its number */
static void another_path_is_not_kept(struct kunit *test)
{
	struct decide_fixture *f = test->priv;
	struct svp_path *chosen = path(f, NULL), *other, pinned;
	struct svp_chain chain = { .id = 2 };

	KUNIT_ASSERT_NOT_NULL(test, chosen);
	other = chosen == &f->path[0] ? &f->path[1] : &f->path[0];
	pinned = *other;
	pinned.nodes[0] = chosen->nodes[0];
	KUNIT_EXPECT_PTR_EQ(test, path(f, &pinned), chosen);
	pinned = *other;
	pinned.n_hops = 2;
	KUNIT_EXPECT_PTR_EQ(test, path(f, &pinned), chosen);
	pinned = *other;
	other->chain = &chain;
	KUNIT_EXPECT_PTR_EQ(test, path(f, &pinned), chosen);
	other->chain = &f->chain;
	xa_erase(&f->policy.spis, pinned.spi[SVP_OUT]);
	KUNIT_EXPECT_PTR_EQ(test, path(f, &pinned), chosen);
}

static void expect_failed(struct kunit *test, u8 why)
{
	struct decide_fixture *f = test->priv;

	f->chain.fail = SVP_FAIL_CLOSED;
	KUNIT_EXPECT_EQ(test, act(f, &f->path[0]), SVP_FLOW_DROP);
	KUNIT_EXPECT_EQ(test, f->decision.why, why);
	f->chain.fail = SVP_FAIL_OPEN;
	KUNIT_EXPECT_EQ(test, act(f, &f->path[0]), SVP_FLOW_BYPASS);
	/* nobody stands in for a service that rewrites */
	f->chain.rewrites = true;
	KUNIT_EXPECT_EQ(test, act(f, &f->path[0]), SVP_FLOW_DROP);
	KUNIT_EXPECT_EQ(test, f->decision.why, why);
	KUNIT_EXPECT_NULL(test, f->decision.path);
	f->chain.rewrites = false;
}

static void failures_have_a_reason(struct kunit *test)
{
	struct decide_fixture *f = test->priv;
	int i;

	for (i = 0; i < PATHS; i++)
		f->node[i].down = SVP_NODE_DOWN_ADMIN;
	expect_failed(test, SVP_DROP_CHAIN_FAILED);
	for (i = 0; i < PATHS; i++)
		f->node[i].down = 0;
	f->proxy.up = false;
	expect_failed(test, SVP_DROP_PROXY_DOWN);
	f->plane.up = false;
	expect_failed(test, SVP_DROP_PLANE_GONE);
	f->proxy.up = true;
	expect_failed(test, SVP_DROP_PLANE_GONE);
	f->plane.up = true;
	KUNIT_EXPECT_EQ(test, act(f, NULL), SVP_FLOW_CHAIN);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(answers_are_asked_reversed),
	KUNIT_CASE(first_of_both_counts),
	KUNIT_CASE(pinned_path_is_kept),
	KUNIT_CASE(another_path_is_not_kept),
	KUNIT_CASE(failures_have_a_reason),
	{}
};

static struct kunit_suite suite = {
	.name = "svcplane_decide",
	.init = decide_init,
	.exit = decide_exit,
	.test_cases = cases,
};

kunit_test_suite(suite);
