// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fragments: what a later one is told, quotas, lies, age.
 */
#include <kunit/test.h>
#include <linux/in.h>
#include <linux/jiffies.h>
#include <linux/sched.h>

#include "frag.h"

#define TOTAL		64
#define MAX_SCOPE	16

static struct svp_frag_key key_of(u32 id, u64 scope)
{
	struct svp_pkt pkt = {
		.tuple.src.ip4 = htonl(0x0a000001),
		.tuple.dst.ip4 = htonl(0x0b000001),
		.tuple.family = 4,
		.tuple.proto = IPPROTO_UDP,
		.frag_id = htonl(id),
		.frag_proto = IPPROTO_UDP,
	};
	struct svp_frag_key key;

	svp_frag_key_set(&key, &pkt, scope);
	return key;
}

static enum svp_frag_result learn(struct kunit *test, u32 id, u64 scope,
				  u16 sport, u16 dport)
{
	struct svp_frag_key key = key_of(id, scope);
	struct svp_tuple tuple = {
		.proto = IPPROTO_UDP,
		.sport = htons(sport),
		.dport = htons(dport),
	};

	return svp_frag_learn(test->priv, &key, &tuple);
}

/* Ports as sport << 16 | dport, or minus the result */
static s64 find_key(struct kunit *test, const struct svp_frag_key *key)
{
	struct svp_tuple tuple = {};
	enum svp_frag_result res;

	rcu_read_lock();
	res = svp_frag_find(test->priv, key, &tuple);
	rcu_read_unlock();
	if (res != SVP_FRAG_OK)
		return -(s64)res;
	KUNIT_EXPECT_EQ(test, tuple.proto, IPPROTO_UDP);
	return ntohs(tuple.sport) << 16 | ntohs(tuple.dport);
}

static s64 find(struct kunit *test, u32 id, u64 scope)
{
	struct svp_frag_key key = key_of(id, scope);

	return find_key(test, &key);
}

static void later_finds_first(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, find(test, 1, 1), -(s64)SVP_FRAG_NONE);
	KUNIT_EXPECT_EQ(test, learn(test, 1, 1, 1000, 53), SVP_FRAG_OK);
	KUNIT_EXPECT_EQ(test, find(test, 1, 1), 1000LL << 16 | 53);
	KUNIT_EXPECT_EQ(test, find(test, 2, 1), -(s64)SVP_FRAG_NONE);
	KUNIT_EXPECT_EQ(test, find(test, 1, 2), -(s64)SVP_FRAG_NONE);
	/* a copy of the first changes nothing */
	KUNIT_EXPECT_EQ(test, learn(test, 1, 1, 1000, 53), SVP_FRAG_OK);
	KUNIT_EXPECT_EQ(test, find(test, 1, 1), 1000LL << 16 | 53);
	KUNIT_EXPECT_EQ(test, svp_frag_count(test->priv), 1U);
}

static void every_field_counts(struct kunit *test)
{
	struct svp_frag_key key = key_of(1, 1);
	unsigned int bit;

	learn(test, 1, 1, 1, 2);
	for (bit = 0; bit < 8 * sizeof(key); bit++) {
		((u8 *)&key)[bit / 8] ^= 1 << bit % 8;
		KUNIT_EXPECT_EQ_MSG(test, find_key(test, &key),
				    -(s64)SVP_FRAG_NONE, "bit %u", bit);
		((u8 *)&key)[bit / 8] ^= 1 << bit % 8;
	}
}

static void two_firsts_kill(struct kunit *test)
{
	learn(test, 1, 1, 1000, 53);
	learn(test, 2, 1, 1000, 53);
	KUNIT_EXPECT_EQ(test, learn(test, 1, 1, 1000, 54), SVP_FRAG_DEAD);
	KUNIT_EXPECT_EQ(test, find(test, 1, 1), -(s64)SVP_FRAG_DEAD);
	/* for good, whatever comes */
	KUNIT_EXPECT_EQ(test, learn(test, 1, 1, 1000, 53), SVP_FRAG_DEAD);
	KUNIT_EXPECT_EQ(test, find(test, 1, 1), -(s64)SVP_FRAG_DEAD);
	KUNIT_EXPECT_EQ(test, find(test, 2, 1), 1000LL << 16 | 53);
}

/* Behind the fragment header there may be a header that only the first has */
static void protocol_of_first(struct kunit *test)
{
	struct svp_frag_key key = key_of(1, 1);
	struct svp_tuple first = { .proto = IPPROTO_TCP };
	struct svp_tuple later = { .proto = IPPROTO_DSTOPTS };

	KUNIT_EXPECT_EQ(test, svp_frag_learn(test->priv, &key, &first),
			SVP_FRAG_OK);
	rcu_read_lock();
	KUNIT_EXPECT_EQ(test, svp_frag_find(test->priv, &key, &later),
			SVP_FRAG_OK);
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, later.proto, IPPROTO_TCP);
	first.proto = IPPROTO_UDP;
	KUNIT_EXPECT_EQ(test, svp_frag_learn(test->priv, &key, &first),
			SVP_FRAG_DEAD);
}

static void sleep_ms(u32 msecs)
{
	schedule_timeout_uninterruptible(msecs_to_jiffies(msecs) + 1);
}

static void quotas(struct kunit *test)
{
	u64 scope;
	u32 id;

	for (scope = 1; scope < TOTAL / MAX_SCOPE; scope++) {
		for (id = 0; id < MAX_SCOPE; id++)
			KUNIT_EXPECT_EQ(test, learn(test, id, scope, 1, 2),
					SVP_FRAG_OK);
		KUNIT_EXPECT_EQ(test, learn(test, id, scope, 1, 2), SVP_FRAG_FULL);
		/* what is there stays, and can still be marked */
		KUNIT_EXPECT_EQ(test, find(test, 0, scope), 1LL << 16 | 2);
		KUNIT_EXPECT_EQ(test, learn(test, 0, scope, 1, 3), SVP_FRAG_DEAD);
		KUNIT_EXPECT_EQ(test, find(test, id, scope), -(s64)SVP_FRAG_NONE);
	}
	KUNIT_EXPECT_EQ(test, svp_frag_count(test->priv), (u32)TOTAL - MAX_SCOPE);
	for (id = 0; id < MAX_SCOPE; id++)
		learn(test, id, 100 + id, 1, 2);
	KUNIT_EXPECT_EQ(test, svp_frag_count(test->priv), (u32)TOTAL);
	KUNIT_EXPECT_EQ(test, learn(test, 0, 99, 1, 2), SVP_FRAG_FULL);
	KUNIT_EXPECT_EQ(test, svp_frag_count(test->priv), (u32)TOTAL);
}

/* How many of MAX_SCOPE datagrams find room */
static int fill(struct kunit *test, u64 scope)
{
	int n = 0;
	u32 id;

	for (id = 0; id < MAX_SCOPE; id++)
		n += learn(test, id, scope, 1, 2) == SVP_FRAG_OK;
	return n;
}

/* A guest has many scopes, and in all together no more than are left for others */
static void guests_share(struct kunit *test)
{
	static const u64 behind_a_node = BIT_ULL(63) | 5ULL << 32;

	KUNIT_EXPECT_EQ(test, fill(test, 1), MAX_SCOPE);
	KUNIT_EXPECT_EQ(test, fill(test, 0x8001), MAX_SCOPE);
	KUNIT_EXPECT_EQ(test, fill(test, behind_a_node | 1), 1);
	KUNIT_EXPECT_EQ(test, fill(test, 2), MAX_SCOPE);
	KUNIT_EXPECT_EQ(test, fill(test, behind_a_node | 3), 8);
}

/* And when its entries are gone, there is room again */
static void guests_age(struct kunit *test)
{
	svp_frag_set_life(test->priv, 50);
	fill(test, 1);
	fill(test, 0x8001);
	sleep_ms(100);
	svp_frag_set_life(test->priv, 30000);
	KUNIT_EXPECT_EQ(test, fill(test, 2), MAX_SCOPE);
	KUNIT_EXPECT_EQ(test, fill(test, 1), MAX_SCOPE);
}

static void entries_age(struct kunit *test)
{
	u32 id;

	svp_frag_set_life(test->priv, 200);
	for (id = 0; id < MAX_SCOPE; id++)
		learn(test, id, 1, 1, 2);
	KUNIT_EXPECT_EQ(test, learn(test, id, 1, 1, 2), SVP_FRAG_FULL);
	sleep_ms(150);
	KUNIT_EXPECT_EQ(test, find(test, 0, 1), 1LL << 16 | 2);
	/* a copy of the first begins anew, a later fragment does not */
	KUNIT_EXPECT_EQ(test, learn(test, 1, 1, 1, 2), SVP_FRAG_OK);
	sleep_ms(100);
	KUNIT_EXPECT_EQ(test, find(test, 0, 1), -(s64)SVP_FRAG_NONE);
	KUNIT_EXPECT_EQ(test, find(test, 1, 1), 1LL << 16 | 2);
	/* the id may be used again, and there is room again */
	KUNIT_EXPECT_EQ(test, learn(test, 9, 1, 1, 3), SVP_FRAG_OK);
	KUNIT_EXPECT_EQ(test, learn(test, id, 1, 1, 2), SVP_FRAG_OK);
	KUNIT_EXPECT_LE(test, svp_frag_count(test->priv), (u32)MAX_SCOPE - 2);
}

static void work_empties(struct kunit *test)
{
	int round, i;

	svp_frag_set_life(test->priv, 50);
	for (round = 0; round < 2; round++) {
		learn(test, 1, 1, 1, 2);
		learn(test, 2, 2, 1, 2);
		KUNIT_EXPECT_EQ(test, svp_frag_count(test->priv), 2U);
		for (i = 0; i < 50 && svp_frag_count(test->priv); i++)
			sleep_ms(100);
		KUNIT_EXPECT_EQ(test, svp_frag_count(test->priv), 0U);
	}
}

static int setup(struct kunit *test)
{
	test->priv = svp_frag_table_new(TOTAL, MAX_SCOPE);
	return test->priv ? 0 : -ENOMEM;
}

static void teardown(struct kunit *test)
{
	svp_frag_table_destroy(test->priv);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(later_finds_first),
	KUNIT_CASE(every_field_counts),
	KUNIT_CASE(two_firsts_kill),
	KUNIT_CASE(protocol_of_first),
	KUNIT_CASE(quotas),
	KUNIT_CASE(guests_share),
	KUNIT_CASE(guests_age),
	KUNIT_CASE(entries_age),
	KUNIT_CASE(work_empties),
	{}
};

static struct kunit_suite suite = {
	.name = "svcplane_frag",
	.init = setup,
	.exit = teardown,
	.test_cases = cases,
};

kunit_test_suite(suite);
