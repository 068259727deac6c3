// SPDX-License-Identifier: GPL-2.0-only
/*
 * What may follow a SYN, and what is no answer to it.
 */
#include <kunit/test.h>
#include <linux/in.h>

#include "flow.h"

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

static struct kunit_case begin_cases[] = {
	KUNIT_CASE(a_handshake_fits),
	KUNIT_CASE(data_does_not),
	KUNIT_CASE(errors_are_no_answer),
	{}
};

static struct kunit_suite begin_suite = {
	.name = "svcplane_flow_begin",
	.init = begin_init,
	.exit = begin_exit,
	.test_cases = begin_cases,
};

kunit_test_suite(begin_suite);
