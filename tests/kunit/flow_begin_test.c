// SPDX-License-Identifier: GPL-2.0-only
/*
 * What may follow a SYN, and what is no answer to it.
 */
#include <kunit/test.h>
#include <linux/in.h>

#include "chain.h"
#include "flow.h"
#include "path.h"
#include "stats.h"

static const struct svp_flow_ops ops;

struct begin_fixture {
	struct svp_flow_table *table;
	struct svp_flow flow;
};

static int begin_init(struct kunit *test)
{
	struct begin_fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, f);
	test->priv = f;
	f->table = svp_flow_table_new(16, &ops, NULL);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, f->table);
	f->flow.flags = SVP_FLOW_SYN | SVP_FLOW_OPENING;
	return 0;
}

static void begin_exit(struct kunit *test)
{
	struct begin_fixture *f = test->priv;

	if (f && !IS_ERR_OR_NULL(f->table))
		svp_flow_table_destroy(f->table);
}

/* As steer.c does it with each frame; the flow began with direction OUT */
static bool doubted(struct kunit *test, enum svp_dir dir, u32 flags)
{
	struct begin_fixture *f = test->priv;
	const struct svp_pkt pkt = {
		.tuple.proto = IPPROTO_TCP,
		.flags = flags,
	};
	bool result;

	local_bh_disable();
	rcu_read_lock();
	result = svp_flow_is_opening(&f->flow) &&
		 svp_flow_doubt_syn(f->table, &f->flow, dir, &pkt);
	rcu_read_unlock();
	local_bh_enable();
	return result;
}

static void a_handshake_fits(struct kunit *test)
{
	struct begin_fixture *f = test->priv;

	KUNIT_EXPECT_FALSE(test, doubted(test, SVP_OUT, SVP_PKT_SYN));
	KUNIT_EXPECT_FALSE(test, doubted(test, SVP_IN, SVP_PKT_SYNACK));
	KUNIT_EXPECT_FALSE(test, svp_flow_is_opening(&f->flow));
	KUNIT_EXPECT_FALSE(test, doubted(test, SVP_OUT, SVP_PKT_ACK));
	KUNIT_EXPECT_TRUE(test, f->flow.flags & SVP_FLOW_SYN);
}

static void data_does_not(struct kunit *test)
{
	static const u32 wrong[] = { 0, SVP_PKT_ACK, SVP_PKT_ACK | SVP_PKT_FIN };
	struct begin_fixture *f = test->priv;
	int i, dir;

	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		for (dir = 0; dir < SVP_DIRS; dir++) {
			f->flow.flags = SVP_FLOW_SYN | SVP_FLOW_OPENING;
			KUNIT_EXPECT_TRUE(test, doubted(test, dir, wrong[i]));
			KUNIT_EXPECT_EQ(test, f->flow.flags, 0);
		}
	}
}

/* A guest can have these sent to it, by a TTL for example: then comes its data */
static void errors_are_no_answer(struct kunit *test)
{
	static const u32 other[] = {
		SVP_PKT_ICMP_ERR, SVP_PKT_FRAG_LATER, SVP_PKT_RST,
		SVP_PKT_RST | SVP_PKT_ACK,
	};
	struct begin_fixture *f = test->priv;
	int i;

	f->flow.flags |= SVP_FLOW_ASSURED;
	for (i = 0; i < ARRAY_SIZE(other); i++)
		KUNIT_EXPECT_FALSE(test, doubted(test, SVP_IN, other[i]));
	KUNIT_EXPECT_TRUE(test, doubted(test, SVP_OUT, SVP_PKT_ACK));
}

static bool anew(struct kunit *test, enum svp_dir dir)
{
	struct begin_fixture *f = test->priv;
	const struct svp_pkt pkt = {
		.tuple.proto = IPPROTO_TCP,
		.flags = SVP_PKT_SYN,
	};

	return svp_flow_begins_anew(&f->flow, dir, &pkt);
}

static void a_syn_asks_the_rules(struct kunit *test)
{
	struct begin_fixture *f = test->priv;

	f->flow.act[SVP_OUT] = SVP_FLOW_CHAIN;
	f->flow.act[SVP_IN] = SVP_FLOW_CHAIN;
	KUNIT_EXPECT_FALSE(test, anew(test, SVP_OUT));
	KUNIT_EXPECT_TRUE(test, anew(test, SVP_IN));
	/* what they drop, they are asked about again; a verdict is no matter of theirs */
	f->flow.act[SVP_OUT] = SVP_FLOW_DROP;
	f->flow.why[SVP_OUT] = SVP_DROP_RULE;
	KUNIT_EXPECT_TRUE(test, anew(test, SVP_OUT));
	f->flow.act[SVP_IN] = SVP_FLOW_DROP;
	f->flow.why[SVP_IN] = SVP_DROP_VERDICT;
	KUNIT_EXPECT_FALSE(test, anew(test, SVP_OUT));
	KUNIT_EXPECT_FALSE(test, anew(test, SVP_IN));
}

static void chained_flows_outlive_it(struct kunit *test)
{
	struct begin_fixture *f = test->priv;
	static struct svp_chain chain = { .id = 1 }, other = { .id = 2 };
	static struct svp_path is = { .chain = &chain }, like = { .chain = &chain };
	static struct svp_path elsewhere = { .chain = &other };
	struct svp_flow *flow = &f->flow;

	rcu_read_lock();
	KUNIT_EXPECT_FALSE(test, svp_flow_outlives_syn(flow, NULL));
	flow->act[SVP_OUT] = SVP_FLOW_CHAIN;
	flow->act[SVP_IN] = SVP_FLOW_CHAIN;
	RCU_INIT_POINTER(flow->path[SVP_OUT], &is);
	RCU_INIT_POINTER(flow->path[SVP_IN], &is);
	KUNIT_EXPECT_TRUE(test, svp_flow_outlives_syn(flow, NULL));
	KUNIT_EXPECT_TRUE(test, svp_flow_outlives_syn(flow, &like));
	KUNIT_EXPECT_FALSE(test, svp_flow_outlives_syn(flow, &elsewhere));
	flow->act[SVP_IN] = SVP_FLOW_BYPASS;
	KUNIT_EXPECT_FALSE(test, svp_flow_outlives_syn(flow, NULL));
	flow->act[SVP_IN] = SVP_FLOW_CHAIN;
	flow->use[SVP_OUT].tcp = SVP_TCP_RST;
	KUNIT_EXPECT_FALSE(test, svp_flow_outlives_syn(flow, &like));
	rcu_read_unlock();
}

static struct kunit_case begin_cases[] = {
	KUNIT_CASE(a_handshake_fits),
	KUNIT_CASE(data_does_not),
	KUNIT_CASE(errors_are_no_answer),
	KUNIT_CASE(a_syn_asks_the_rules),
	KUNIT_CASE(chained_flows_outlive_it),
	{}
};

static struct kunit_suite begin_suite = {
	.name = "svcplane_flow_begin",
	.init = begin_init,
	.exit = begin_exit,
	.test_cases = begin_cases,
};

kunit_test_suite(begin_suite);
