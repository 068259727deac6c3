// SPDX-License-Identifier: GPL-2.0-only
/*
 * Use and age of flows: counters, TCP state, idle times.
 */
#include <linux/random.h>

#include "flow_fixture.h"

/* What an idle flow looks like after these frames, and how long it may stay */
struct age_case {
	const char *name;
	u8 family, proto;
	struct {
		s8 dir;		/* -1 ends the list */
		u32 flags;
	} frame[8];
	u32 seconds;
};

#define OUT(flags)	{ SVP_OUT, flags }
#define IN(flags)	{ SVP_IN, flags }
#define END		{ -1, 0 }
#define SYN		SVP_PKT_SYN
#define SYNACK		(SVP_PKT_SYNACK | SVP_PKT_ACK)
#define ACK		SVP_PKT_ACK
#define FIN		(SVP_PKT_FIN | SVP_PKT_ACK)
#define RST		SVP_PKT_RST

/* The handshake of TCP */
#define SHAKE0		OUT(SYN)
#define SHAKE1		IN(SYNACK)
#define SHAKE2		OUT(ACK)

static const struct age_case age_cases[] = {
	{ "syn", 4, IPPROTO_TCP, { OUT(SYN), END }, 60 },
	{ "syn, syn-ack", 4, IPPROTO_TCP, { OUT(SYN), IN(SYNACK), END }, 60 },
	{ "handshake", 4, IPPROTO_TCP, { SHAKE0, SHAKE1, SHAKE2, END }, 7440 },
	{ "answered data", 6, IPPROTO_TCP, { SHAKE0, SHAKE1, SHAKE2, IN(ACK), END }, 7440 },
	{ "one side", 4, IPPROTO_TCP, { OUT(ACK), END }, 300 },
	{ "own syn and ack", 4, IPPROTO_TCP, { OUT(SYN), OUT(ACK), END }, 300 },
	{ "mid-stream", 4, IPPROTO_TCP, { OUT(ACK), IN(ACK), END }, 7440 },
	{ "half closed", 4, IPPROTO_TCP, { SHAKE0, SHAKE1, SHAKE2, OUT(FIN), END }, 120 },
	{ "half, data", 4, IPPROTO_TCP,
		{ SHAKE0, SHAKE1, SHAKE2, OUT(FIN), IN(ACK), OUT(ACK), END }, 120 },
	{ "closed", 4, IPPROTO_TCP,
		{ SHAKE0, SHAKE1, SHAKE2, OUT(FIN), IN(FIN), OUT(ACK), END }, 30 },
	{ "reset", 4, IPPROTO_TCP, { SHAKE0, SHAKE1, SHAKE2, IN(RST), END }, 10 },
	{ "refused", 4, IPPROTO_TCP, { OUT(SYN), IN(RST | ACK), END }, 10 },
	{ "forged reset", 4, IPPROTO_TCP, { SHAKE0, SHAKE1, SHAKE2, IN(RST), IN(ACK), END }, 7440 },
	{ "reopened", 4, IPPROTO_TCP,
		{ OUT(FIN), IN(FIN), SHAKE0, SHAKE1, SHAKE2, IN(ACK), END }, 7440 },
	{ "udp", 4, IPPROTO_UDP, { OUT(0), OUT(0), END }, 30 },
	{ "udp both", 6, IPPROTO_UDP, { OUT(0), IN(0), END }, 180 },
	{ "icmp", 4, IPPROTO_ICMP, { OUT(0), IN(0), END }, 30 },
	{ "icmpv6", 6, IPPROTO_ICMPV6, { OUT(0), IN(0), END }, 30 },
	{ "sctp", 4, IPPROTO_SCTP, { OUT(0), IN(0), END }, 600 },
	{ "not ip", 0, 0, { OUT(0), IN(0), END }, 600 },
};

static void touch(struct svp_flow *flow, enum svp_dir dir, u32 flags)
{
	struct svp_pkt pkt = { .flags = flags };

	local_bh_disable();
	rcu_read_lock();
	svp_flow_touch(flow, dir, &pkt, 100);
	rcu_read_unlock();
	local_bh_enable();
}

static struct svp_flow *flow_after(struct fixture *f, const struct age_case *c)
{
	struct svp_tuple key = key_of(c - age_cases);
	struct svp_flow *flow;
	int i;

	key.family = c->family;
	key.proto = c->proto;
	local_bh_disable();
	rcu_read_lock();
	flow = svp_flow_alloc(f->table, &key, SVP_OUT);
	flow = flow ? svp_flow_insert(f->table, flow, SVP_OUT) : NULL;
	f->made += !IS_ERR_OR_NULL(flow);
	rcu_read_unlock();
	local_bh_enable();
	for (i = 0; !IS_ERR_OR_NULL(flow) && c->frame[i].dir >= 0; i++)
		touch(flow, c->frame[i].dir, c->frame[i].flags);
	return flow;
}

static u32 stamp_of(const struct svp_flow *flow)
{
	return max(flow->use[0].stamp, flow->use[1].stamp);
}

static void idle_times(struct kunit *test)
{
	struct fixture *f = test->priv;
	const struct age_case *c;
	struct svp_flow *flow;
	u32 end;

	table_new(test, 64);
	for (c = age_cases; c < age_cases + ARRAY_SIZE(age_cases); c++) {
		flow = flow_after(f, c);
		KUNIT_ASSERT_FALSE(test, IS_ERR_OR_NULL(flow));
		end = stamp_of(flow) + c->seconds * HZ;
		KUNIT_EXPECT_FALSE_MSG(test, svp_flow_expired_at(flow, end), c->name);
		KUNIT_EXPECT_TRUE_MSG(test, svp_flow_expired_at(flow, end + 1), c->name);
		/* stamped by another CPU after the time was read */
		KUNIT_EXPECT_FALSE(test, svp_flow_expired_at(flow, stamp_of(flow) - 1));
	}
}

static void touch_counts(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct svp_flow *flow;

	table_new(test, SMALL);
	flow = flow_add(f, 1);
	flow->use[SVP_IN].stamp -= 5 * HZ;
	touch(flow, SVP_OUT, SYN);
	touch(flow, SVP_OUT, SYN);
	KUNIT_EXPECT_EQ(test, flow->use[SVP_OUT].packets, 2ULL);
	KUNIT_EXPECT_EQ(test, flow->use[SVP_OUT].bytes, 200ULL);
	KUNIT_EXPECT_EQ(test, flow->use[SVP_IN].packets, 0ULL);
	KUNIT_EXPECT_FALSE(test, flow->flags & SVP_FLOW_ASSURED);
	touch(flow, SVP_IN, SYNACK);
	KUNIT_EXPECT_TRUE(test, flow->flags & SVP_FLOW_ASSURED);
	KUNIT_EXPECT_LT(test, (u32)jiffies - flow->use[SVP_IN].stamp, (u32)HZ);
	KUNIT_EXPECT_EQ(test, flow->use[SVP_OUT].packets, 2ULL);
}

/* A frame that is dropped keeps the record, and moves nothing else of it */
static void keep_only_stamps(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct svp_flow *flow;

	table_new(test, SMALL);
	flow = flow_add(f, 1);
	flow->use[SVP_OUT].stamp -= 5 * HZ;
	flow->use[SVP_IN].stamp -= 5 * HZ;
	local_bh_disable();
	rcu_read_lock();
	svp_flow_keep(flow, SVP_OUT);
	rcu_read_unlock();
	local_bh_enable();
	KUNIT_EXPECT_LT(test, (u32)jiffies - flow->use[SVP_OUT].stamp, (u32)HZ);
	KUNIT_EXPECT_GE(test, (u32)jiffies - flow->use[SVP_IN].stamp, (u32)5 * HZ);
	KUNIT_EXPECT_EQ(test, flow->use[SVP_OUT].packets, 0ULL);
	KUNIT_EXPECT_EQ(test, (int)flow->use[SVP_OUT].tcp, (int)SVP_TCP_NONE);
}

/* Only what both directions have left alone goes, a stretch at a time */
static void gc_takes_the_idle(struct kunit *test)
{
	const u32 n = 1000, now = jiffies;
	struct fixture *f = test->priv;
	u32 i, cursor = 0, runs = 0, gone = 0;
	struct svp_flow *flow;
	struct svp_tuple key;

	table_new(test, n);
	svp_flow_set_timeout(f->table, SVP_TIMER_TCP_ONEWAY, 1000);
	for (i = 0; i < n; i++) {
		flow = flow_add(f, i);
		KUNIT_ASSERT_FALSE(test, IS_ERR(flow));
		if (i % 4)
			flow->use[i % 2].stamp = now - 2000 * HZ;
		if (i % 4 == 3)
			flow->use[SVP_OUT].stamp = now - 2000 * HZ;
	}
	do {
		gone += svp_flow_gc(f->table, &cursor, now, 100);
		runs++;
	} while (cursor);
	KUNIT_EXPECT_EQ(test, gone, n / 4);
	KUNIT_EXPECT_EQ(test, runs, 11U);
	for (i = 0; i < n; i++) {
		key = key_of(i);
		KUNIT_EXPECT_EQ(test, !flow_find(f, &key), i % 4 == 3);
	}
}

static void settable(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct svp_flow *flow;
	u32 end;

	table_new(test, SMALL);
	flow = flow_add(f, 1);
	touch(flow, SVP_OUT, SYN);
	svp_flow_set_timeout(f->table, SVP_TIMER_TCP_SYN, 5);
	end = stamp_of(flow) + 5 * HZ;
	KUNIT_EXPECT_FALSE(test, svp_flow_expired_at(flow, end));
	KUNIT_EXPECT_TRUE(test, svp_flow_expired_at(flow, end + 1));
	svp_flow_set_timeout(f->table, SVP_TIMER_TCP_SYN, 0);
	KUNIT_EXPECT_EQ(test, svp_flow_timeout(f->table, SVP_TIMER_TCP_SYN), 1U);
	svp_flow_set_timeout(f->table, SVP_TIMER_TCP_SYN, U32_MAX);
	KUNIT_EXPECT_EQ(test, svp_flow_timeout(f->table, SVP_TIMER_TCP_SYN), 864000U);
}

/* A direction that has been silent for half the clock's range keeps nothing alive */
static void silent_for_long(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct svp_flow *flow;
	u32 end;

	table_new(test, SMALL);
	flow = flow_add(f, 1);
	touch(flow, SVP_OUT, SYN);
	svp_flow_set_timeout(f->table, SVP_TIMER_TCP_SYN, 5);
	end = stamp_of(flow) + 5 * HZ;
	flow->use[SVP_IN].stamp = flow->use[SVP_OUT].stamp - 0x90000000;
	KUNIT_EXPECT_FALSE(test, svp_flow_expired_at(flow, end));
	KUNIT_EXPECT_TRUE(test, svp_flow_expired_at(flow, end + 1));
}

/* The work runs by itself, and again after the table was empty */
static void work_runs(struct kunit *test)
{
	struct fixture *f = test->priv;
	int round, i;

	table_new(test, SMALL);
	svp_flow_set_timeout(f->table, SVP_TIMER_TCP_ONEWAY, 1);
	for (round = 0; round < 2; round++) {
		flow_add(f, 1);
		KUNIT_EXPECT_EQ(test, svp_flow_count(f->table), 1U);
		for (i = 0; i < 50 && svp_flow_count(f->table); i++)
			schedule_timeout_uninterruptible(HZ / 10);
		KUNIT_EXPECT_EQ(test, svp_flow_count(f->table), 0U);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(idle_times),
	KUNIT_CASE(touch_counts),
	KUNIT_CASE(keep_only_stamps),
	KUNIT_CASE(gc_takes_the_idle),
	KUNIT_CASE(settable),
	KUNIT_CASE(silent_for_long),
	KUNIT_CASE(work_runs),
	{}
};

static struct kunit_suite suite = {
	.name = "svcplane_flow_age",
	.suite_init = flows_begin,
	.suite_exit = flows_end,
	.init = setup,
	.exit = teardown,
	.test_cases = cases,
};

kunit_test_suite(suite);
