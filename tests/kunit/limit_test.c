// SPDX-License-Identifier: GPL-2.0-only
/*
 * Suite of token buckets and byte credits. Time is moved by moving the stamp of
 * a bucket; what really passes meanwhile is allowed for.
 */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/time64.h>

#include "limit.h"

#define SLACK		65536
#define TAKERS		4
#define ROUNDS		20000

static void bucket_of_no_rate_passes(struct kunit *test)
{
	struct svp_bucket b;

	svp_bucket_init(&b, 0, 0);
	KUNIT_EXPECT_TRUE(test, svp_bucket_take(&b, 1));
	KUNIT_EXPECT_TRUE(test, svp_bucket_take(&b, U32_MAX));
}

static void bucket_holds_its_burst(struct kunit *test)
{
	struct svp_bucket b;

	/* Less than a second passes between two of these lines */
	svp_bucket_init(&b, 1, 10);
	KUNIT_EXPECT_FALSE(test, svp_bucket_take(&b, 11));
	KUNIT_EXPECT_TRUE(test, svp_bucket_take(&b, 4));
	KUNIT_EXPECT_TRUE(test, svp_bucket_take(&b, 6));
	KUNIT_EXPECT_FALSE(test, svp_bucket_take(&b, 1));

	b.stamp -= 3ULL * NSEC_PER_SEC;
	KUNIT_EXPECT_TRUE(test, svp_bucket_take(&b, 3));
	KUNIT_EXPECT_FALSE(test, svp_bucket_take(&b, 1));
	b.stamp -= 1000ULL * NSEC_PER_SEC;
	KUNIT_EXPECT_FALSE(test, svp_bucket_take(&b, 11));
	KUNIT_EXPECT_TRUE(test, svp_bucket_take(&b, 10));
}

/* A million refills at odd intervals earn what one would have earned */
static void bucket_does_not_drift(struct kunit *test)
{
	const u32 steps = 1000000, step = 333;
	struct svp_bucket b;
	u64 began, passed;
	u32 i;

	svp_bucket_init(&b, 7, U32_MAX);
	b.tokens = 0;
	began = b.stamp;
	for (i = 0; i < steps; i++) {
		b.stamp -= step;
		began -= step;
		svp_bucket_take(&b, 0);
	}
	passed = b.stamp - began;
	KUNIT_EXPECT_EQ(test, 7 * passed, b.tokens);
}

static void bucket_does_not_overflow(struct kunit *test)
{
	struct svp_bucket b;

	svp_bucket_init(&b, U32_MAX, U32_MAX);
	KUNIT_EXPECT_TRUE(test, svp_bucket_take(&b, U32_MAX));
	b.stamp = 0;
	KUNIT_EXPECT_TRUE(test, svp_bucket_take(&b, U32_MAX));
	/* More than 64 bits of earnings */
	b.stamp = ktime_get_ns() - (1ULL << 62);
	KUNIT_EXPECT_TRUE(test, svp_bucket_take(&b, U32_MAX));
	KUNIT_EXPECT_LE(test, b.tokens, (u64)U32_MAX * NSEC_PER_SEC);
}

static void bucket_changes_rate(struct kunit *test)
{
	struct svp_bucket b;

	svp_bucket_init(&b, 1, 100);
	KUNIT_EXPECT_TRUE(test, svp_bucket_take(&b, 100));
	/* Ten seconds at the old rate stay earned */
	b.stamp -= 10ULL * NSEC_PER_SEC;
	svp_bucket_set(&b, 2, 100);
	KUNIT_EXPECT_TRUE(test, svp_bucket_take(&b, 10));
	KUNIT_EXPECT_FALSE(test, svp_bucket_take(&b, 1));
	b.stamp -= 10ULL * NSEC_PER_SEC;
	KUNIT_EXPECT_TRUE(test, svp_bucket_take(&b, 20));
	KUNIT_EXPECT_FALSE(test, svp_bucket_take(&b, 1));
	/* A smaller burst takes what does not fit any more */
	b.stamp -= 50ULL * NSEC_PER_SEC;
	svp_bucket_set(&b, 1, 5);
	KUNIT_EXPECT_FALSE(test, svp_bucket_take(&b, 6));
	KUNIT_EXPECT_TRUE(test, svp_bucket_take(&b, 5));
	svp_bucket_set(&b, 0, 5);
	KUNIT_EXPECT_TRUE(test, svp_bucket_take(&b, 1000));
}

/* Takes all there is */
static u64 drain(struct svp_credit *credit)
{
	u64 sum = 0;
	u32 step;

	for (step = 1 << 20; step; step >>= 4)
		while (svp_credit_take(credit, step))
			sum += step;
	return sum;
}

static void credit_is_exact(struct kunit *test)
{
	struct svp_credit credit;
	u32 i;

	KUNIT_ASSERT_EQ(test, 0, svp_credit_init(&credit, SLACK));
	KUNIT_EXPECT_FALSE(test, svp_credit_take(&credit, SLACK + 1));
	KUNIT_EXPECT_TRUE(test, svp_credit_take(&credit, SLACK));
	KUNIT_EXPECT_FALSE(test, svp_credit_take(&credit, 1));
	KUNIT_EXPECT_TRUE(test, svp_credit_take(&credit, 0));
	for (i = 0; i < 1000; i++) {
		svp_credit_give(&credit, 1500);
		KUNIT_EXPECT_TRUE(test, svp_credit_take(&credit, 1500));
	}
	KUNIT_EXPECT_FALSE(test, svp_credit_take(&credit, 1));
	svp_credit_give(&credit, U32_MAX);
	svp_credit_give(&credit, 100);
	KUNIT_EXPECT_EQ(test, (u64)U32_MAX + 100,
			drain(&credit));
	svp_credit_free(&credit);
}

/* What lies in the share of any CPU is found from any other */
static void credit_is_found_anywhere(struct kunit *test)
{
	struct svp_credit credit;
	int cpu;

	KUNIT_ASSERT_EQ(test, 0, svp_credit_init(&credit, 0));
	for_each_possible_cpu(cpu)
		atomic64_set(per_cpu_ptr(credit.share, cpu), 10);
	KUNIT_EXPECT_TRUE(test, svp_credit_take(&credit,
						10 * num_possible_cpus()));
	KUNIT_EXPECT_FALSE(test, svp_credit_take(&credit, 1));
	svp_credit_free(&credit);
}

struct credit_user {
	struct svp_credit *credit;
	u64 given, taken;
	u32 seed;
	struct completion done;
};

static int use_credit(void *arg)
{
	struct credit_user *user = arg;
	u32 i, bytes = user->seed;

	for (i = 0; i < ROUNDS; i++) {
		bytes = bytes * 1664525 + 1013904223;
		if (bytes >> 31) {
			svp_credit_give(user->credit, bytes % 1501);
			user->given += bytes % 1501;
		} else if (svp_credit_take(user->credit, bytes % 4001)) {
			user->taken += bytes % 4001;
		}
		if (!(i % 64))
			cond_resched();
	}
	complete(&user->done);
	return 0;
}

/* At the end of a race, what is left is to the byte what was not taken */
static void credit_in_a_race(struct kunit *test)
{
	struct credit_user user[TAKERS] = {};
	struct task_struct *task[TAKERS];
	struct svp_credit credit;
	u64 given = 0, taken = 0;
	unsigned int i;

	KUNIT_ASSERT_EQ(test, 0, svp_credit_init(&credit, SLACK));
	for (i = 0; i < TAKERS; i++) {
		user[i].credit = &credit;
		user[i].seed = i + 1;
		init_completion(&user[i].done);
		task[i] = kthread_run(use_credit, &user[i], "svp_credit/%u", i);
	}
	for (i = 0; i < TAKERS; i++) {
		KUNIT_EXPECT_FALSE(test, IS_ERR(task[i]));
		if (!IS_ERR(task[i]))
			wait_for_completion(&user[i].done);
		given += user[i].given;
		taken += user[i].taken;
	}
	KUNIT_EXPECT_LE(test, taken, given + SLACK);
	KUNIT_EXPECT_EQ(test, given + SLACK, taken + drain(&credit));
	svp_credit_free(&credit);
}

static struct kunit_case limit_cases[] = {
	KUNIT_CASE(bucket_of_no_rate_passes),
	KUNIT_CASE(bucket_holds_its_burst),
	KUNIT_CASE(bucket_does_not_drift),
	KUNIT_CASE(bucket_does_not_overflow),
	KUNIT_CASE(bucket_changes_rate),
	KUNIT_CASE(credit_is_exact),
	KUNIT_CASE(credit_is_found_anywhere),
	KUNIT_CASE(credit_in_a_race),
	{}
};

static struct kunit_suite limit_suite = {
	.name = "svcplane_limit",
	.test_cases = limit_cases,
};

kunit_test_suite(limit_suite);
