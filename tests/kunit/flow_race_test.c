// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flow records made and deleted by several at a time.
 */
#include <linux/completion.h>
#include <linux/kthread.h>
#include <linux/random.h>
#include <linux/sched.h>

#include "flow_fixture.h"

#define RACE_KEYS	64
#define RACERS		4

static atomic_t running, all_made, all_deleted;
static DECLARE_COMPLETION(done);

static int racer(void *arg)
{
	struct kunit *test = arg;
	struct fixture *f = test->priv;
	u32 i, n, made = 0, deleted = 0;
	struct svp_flow *flow, *res;
	enum svp_dir dir;

	for (i = 0; i < f->limit; i++) {
		n = get_random_u32() % RACE_KEYS;
		dir = get_random_u32() & 1;
		local_bh_disable();
		rcu_read_lock();
		flow = flow_new(f, n, dir);
		res = flow ? svp_flow_insert(f->table, flow, dir) : NULL;
		made += flow && res == flow;
		if (!IS_ERR_OR_NULL(res)) {
			KUNIT_EXPECT_EQ(test, res->rule_id, n);
			if (get_random_u32() & 1)
				deleted += svp_flow_delete(f->table, res);
		}
		rcu_read_unlock();
		local_bh_enable();
		if (i % 16 == 0)
			cond_resched();
	}
	atomic_add(made, &all_made);
	atomic_add(deleted, &all_deleted);
	if (atomic_dec_and_test(&running))
		complete(&done);
	return 0;
}

/* Both directions of few connections, made and deleted by several at a time */
static void race(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 i, deleted;

	table_new(test, 4096);
	f->limit = 20000;
	atomic_set(&running, RACERS);
	for (i = 0; i < RACERS; i++)
		KUNIT_ASSERT_FALSE(test, IS_ERR(kthread_run(racer, test,
							    "svp_race/%u", i)));
	wait_for_completion(&done);
	f->made = atomic_read(&all_made);
	deleted = atomic_read(&all_deleted);
	KUNIT_EXPECT_EQ(test, f->made, deleted + svp_flow_count(f->table));
	KUNIT_EXPECT_EQ(test, (u32)atomic_read(&f->gone), deleted);
	KUNIT_EXPECT_LE(test, svp_flow_count(f->table), (u32)RACE_KEYS);
	svp_flow_flush(f->table, NULL, NULL);
	KUNIT_EXPECT_EQ(test, (u32)atomic_read(&f->gone), f->made);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(race),
	{}
};

static struct kunit_suite suite = {
	.name = "svcplane_flow_race",
	.suite_init = flows_begin,
	.suite_exit = flows_end,
	.init = setup,
	.exit = teardown,
	.test_cases = cases,
};

kunit_test_suite(suite);
