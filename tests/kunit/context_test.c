// SPDX-License-Identifier: GPL-2.0-only
/*
 * Suite of context numbers. Idle times are moved by reaping at a later time;
 * rests are waited for.
 */
#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/bitmap.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/sched.h>

#include "context.h"

#define LO		100
#define HI		109
#define SIZE		(HI - LO + 1)
#define LATER		10	/* seconds: longer than what is left alone */
#define WORKERS		4
#define ROUNDS		20000

/* Keys from @dead on are gone */
struct owner {
	u64 dead;
};

static bool is_alive(void *ctx, u64 key)
{
	struct owner *owner = ctx;

	return key < READ_ONCE(owner->dead);
}

static const struct svp_context_ops resting = { .alive = is_alive, .rest = 60 };
static const struct svp_context_ops quick = { .alive = is_alive };
static const struct svp_context_ops brief = { .alive = is_alive, .rest = 1 };
static const struct svp_context_ops fair = { .alive = is_alive, .rest = 1, .fair = true };
static const struct svp_context_ops idling = { .alive = is_alive, .idle = 120 };

static struct owner owner;

static struct svp_context_pool *new_pool(struct kunit *test,
					 const struct svp_context_ops *ops)
{
	owner.dead = U64_MAX;
	test->priv = svp_context_new(LO, HI, ops, &owner);
	KUNIT_ASSERT_NOT_NULL(test, test->priv);
	return test->priv;
}

static int get(struct svp_context_pool *pool, u64 key)
{
	int number;

	local_bh_disable();
	rcu_read_lock();
	number = svp_context_get(pool, key, 0);
	rcu_read_unlock();
	local_bh_enable();
	return number;
}

/* How many of @n numbers, for keys from @key on, share @share gets */
static int get_share(struct svp_context_pool *pool, u64 key, int n, u16 share)
{
	int i, got = 0;

	local_bh_disable();
	rcu_read_lock();
	for (i = 0; i < n; i++)
		got += svp_context_get(pool, key + i, share) >= 0;
	rcu_read_unlock();
	local_bh_enable();
	return got;
}

static bool find(struct svp_context_pool *pool, u16 number, u64 *key)
{
	bool found;

	rcu_read_lock();
	found = svp_context_find(pool, number, key);
	rcu_read_unlock();
	return found;
}

static void reap_later(struct svp_context_pool *pool, u32 seconds)
{
	svp_context_reap(pool, svp_context_now() + seconds);
}

static void one_number_a_key(struct kunit *test)
{
	struct svp_context_pool *pool = new_pool(test, &resting);
	DECLARE_BITMAP(seen, SIZE) = {};
	int i, number;
	u64 key;

	for (i = 0; i < SIZE; i++) {
		number = get(pool, 1000 + i);
		KUNIT_ASSERT_GE(test, number, LO);
		KUNIT_ASSERT_LE(test, number, HI);
		KUNIT_EXPECT_FALSE(test, test_and_set_bit(number - LO, seen));
		KUNIT_EXPECT_EQ(test, get(pool, 1000 + i), number);
		KUNIT_EXPECT_TRUE(test, find(pool, number, &key));
		KUNIT_EXPECT_EQ(test, key, 1000ULL + i);
	}
	KUNIT_EXPECT_EQ(test, svp_context_count(pool), (u32)SIZE);
	KUNIT_EXPECT_EQ(test, get(pool, 1), -ENOSPC);
	KUNIT_EXPECT_EQ(test, svp_context_count(pool), (u32)SIZE);
}

static void strange_numbers_find_nothing(struct kunit *test)
{
	struct svp_context_pool *pool = new_pool(test, &resting);
	u32 number;
	u64 key;

	KUNIT_EXPECT_EQ(test, get(pool, 5), LO);
	for (number = 0; number <= U16_MAX; number++)
		KUNIT_EXPECT_EQ(test, find(pool, number, &key), number == LO);
}

static void only_the_dead_are_taken_back(struct kunit *test)
{
	struct svp_context_pool *pool = new_pool(test, &resting);
	u64 key;

	get(pool, 1);
	get(pool, 2);
	owner.dead = 2;
	svp_context_reap(pool, svp_context_now());
	KUNIT_EXPECT_EQ_MSG(test, svp_context_count(pool), 2U,
			    "frames may be inside the node");
	reap_later(pool, LATER);
	KUNIT_EXPECT_EQ(test, svp_context_count(pool), 1U);
	KUNIT_EXPECT_TRUE(test, find(pool, LO, &key));
	KUNIT_EXPECT_FALSE(test, find(pool, LO + 1, &key));
	reap_later(pool, 1000000);
	KUNIT_EXPECT_EQ_MSG(test, svp_context_count(pool), 1U,
			    "without an idle time the living keep theirs");
}

static void the_idle_are_taken_back(struct kunit *test)
{
	struct svp_context_pool *pool = new_pool(test, &idling);

	get(pool, 1);
	reap_later(pool, 118);
	KUNIT_EXPECT_EQ(test, svp_context_count(pool), 1U);
	reap_later(pool, 125);
	KUNIT_EXPECT_EQ(test, svp_context_count(pool), 0U);
}

static void numbers_rest(struct kunit *test)
{
	struct svp_context_pool *pool = new_pool(test, &resting);
	int i;

	for (i = 0; i < SIZE; i++)
		get(pool, i);
	owner.dead = SIZE - 1;
	reap_later(pool, LATER);
	KUNIT_EXPECT_EQ(test, svp_context_count(pool), SIZE - 1U);
	KUNIT_EXPECT_EQ(test, get(pool, SIZE - 1), -ENOSPC);
	KUNIT_EXPECT_EQ(test, get(pool, 0), LO);
}

static void rested_numbers_come_back(struct kunit *test)
{
	struct svp_context_pool *pool = new_pool(test, &brief);
	int i;

	for (i = 0; i < SIZE; i++)
		get(pool, i);
	owner.dead = 0;
	reap_later(pool, LATER);
	KUNIT_EXPECT_EQ(test, svp_context_count(pool), 0U);
	msleep(2100);
	KUNIT_EXPECT_EQ(test, get(pool, 7), LO);
}

/* Nobody gets more than are left for the others, resting ones included */
static void shares_are_fair(struct kunit *test)
{
	struct svp_context_pool *pool = new_pool(test, &fair);

	KUNIT_EXPECT_EQ(test, get_share(pool, 0, 3, 1), 3);
	KUNIT_EXPECT_EQ(test, get_share(pool, 0, 3, 1), 3);	/* the same */
	owner.dead = 0;
	reap_later(pool, LATER);
	KUNIT_EXPECT_EQ(test, svp_context_count(pool), 0U);
	KUNIT_EXPECT_EQ(test, get_share(pool, 10, SIZE, 1), 3);
	KUNIT_EXPECT_EQ(test, get_share(pool, 100, SIZE, 2), 3);
	KUNIT_EXPECT_EQ(test, get_share(pool, 200, SIZE, SVP_CONTEXT_SHARES - 1), 1);
	KUNIT_EXPECT_EQ(test, get_share(pool, 300, SIZE, 4), 0);
	/* what has rested is nobody's any more */
	msleep(2100);
	KUNIT_EXPECT_EQ(test, get_share(pool, 20, SIZE, 1), 1);
	KUNIT_EXPECT_EQ(test, get_share(pool, 300, SIZE, 4), 2);
}

/* The number given back first comes first, whatever its value */
static void first_back_first_out(struct kunit *test)
{
	struct svp_context_pool *pool = new_pool(test, &quick);
	int i;

	for (i = 0; i < SIZE; i++)
		get(pool, i);
	owner.dead = 7;
	reap_later(pool, LATER);
	owner.dead = 3;
	reap_later(pool, LATER);
	KUNIT_EXPECT_EQ(test, svp_context_count(pool), 3U);
	owner.dead = U64_MAX;
	for (i = 7; i < SIZE; i++)
		KUNIT_EXPECT_EQ(test, get(pool, 100 + i), LO + i);
	for (i = 3; i < 7; i++)
		KUNIT_EXPECT_EQ(test, get(pool, 100 + i), LO + i);
	KUNIT_EXPECT_EQ(test, get(pool, 99), -ENOSPC);
}

static void a_pool_of_one(struct kunit *test)
{
	struct svp_context_pool *pool;

	owner.dead = U64_MAX;
	pool = svp_context_new(4094, 4094, &quick, &owner);
	KUNIT_ASSERT_NOT_NULL(test, pool);
	test->priv = pool;
	KUNIT_EXPECT_EQ(test, get(pool, 1), 4094);
	KUNIT_EXPECT_EQ(test, get(pool, 2), -ENOSPC);
	owner.dead = 0;
	reap_later(pool, LATER);
	KUNIT_EXPECT_EQ(test, get(pool, 2), 4094);
}

static void the_biggest_pool(struct kunit *test)
{
	struct svp_context_pool *pool;
	u32 i, bad = 0;
	u64 key;

	owner.dead = U64_MAX;
	pool = svp_context_new(0x8000, 0xffff, &quick, &owner);
	KUNIT_ASSERT_NOT_NULL(test, pool);
	test->priv = pool;
	for (i = 0; i < 0x8000; i++)
		bad += get(pool, (u64)i << 32) != 0x8000 + (int)i ||
		       !find(pool, 0x8000 + i, &key) || key != (u64)i << 32;
	KUNIT_EXPECT_EQ(test, bad, 0U);
	KUNIT_EXPECT_EQ(test, get(pool, 1), -ENOSPC);
}

struct race {
	struct svp_context_pool *pool;
	atomic_t left;
	atomic_t wrong;
	struct completion done;
};

static int worker(void *ctx)
{
	struct race *race = ctx;
	int i, number;
	u64 key, got;

	for (i = 0; i < ROUNDS; i++) {
		key = i * 7 % (2 * SIZE);
		local_bh_disable();
		rcu_read_lock();
		number = svp_context_get(race->pool, key, 0);
		/* may be taken back meanwhile, never be another's so soon */
		if (number >= 0 &&
		    svp_context_find(race->pool, number, &got) && got != key)
			atomic_inc(&race->wrong);
		rcu_read_unlock();
		local_bh_enable();
		if (!(i % 64)) {
			reap_later(race->pool, i % 128 ? LATER : 0);
			cond_resched();
		}
	}
	if (atomic_dec_and_test(&race->left))
		complete(&race->done);
	return 0;
}

static void racing_cpus_agree(struct kunit *test)
{
	struct race race = { .pool = new_pool(test, &brief) };
	struct task_struct *task;
	int i;

	owner.dead = SIZE;
	atomic_set(&race.left, WORKERS);
	init_completion(&race.done);
	for (i = 0; i < WORKERS; i++) {
		task = kthread_run(worker, &race, "svp_context/%d", i);
		if (IS_ERR(task) && atomic_dec_and_test(&race.left))
			complete(&race.done);
	}
	wait_for_completion(&race.done);
	KUNIT_EXPECT_EQ(test, atomic_read(&race.wrong), 0);
	owner.dead = 0;
	reap_later(race.pool, LATER);
	KUNIT_EXPECT_EQ(test, svp_context_count(race.pool), 0U);
}

static void the_work_empties_it(struct kunit *test)
{
	struct svp_context_pool *pool = new_pool(test, &resting);
	int i;

	get(pool, 1);
	owner.dead = 0;
	for (i = 0; i < 300 && svp_context_count(pool); i++)
		msleep(100);
	KUNIT_EXPECT_EQ(test, svp_context_count(pool), 0U);
}

static void teardown(struct kunit *test)
{
	svp_context_destroy(test->priv);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(one_number_a_key),
	KUNIT_CASE(strange_numbers_find_nothing),
	KUNIT_CASE(only_the_dead_are_taken_back),
	KUNIT_CASE(the_idle_are_taken_back),
	KUNIT_CASE(numbers_rest),
	KUNIT_CASE(rested_numbers_come_back),
	KUNIT_CASE(shares_are_fair),
	KUNIT_CASE(first_back_first_out),
	KUNIT_CASE(a_pool_of_one),
	KUNIT_CASE(the_biggest_pool),
	KUNIT_CASE(racing_cpus_agree),
	KUNIT_CASE(the_work_empties_it),
	{}
};

static struct kunit_suite suite = {
	.name = "svcplane_context",
	.exit = teardown,
	.test_cases = cases,
};

kunit_test_suite(suite);
