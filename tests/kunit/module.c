// SPDX-License-Identifier: GPL-2.0-only
/*
 * What makes a module of the suites. They run before its init function does, so
 * what main sets up for everybody is set up here by a suite, linked first.
 */
#include <kunit/test.h>
#include <linux/module.h>
#include <linux/workqueue.h>

#include "svcplane.h"

struct workqueue_struct *svp_wq;

static void workqueue(struct kunit *test)
{
	svp_wq = alloc_workqueue("svcplane_kunit", WQ_UNBOUND, 0);
	KUNIT_ASSERT_NOT_NULL(test, svp_wq);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(workqueue),
	{}
};

static struct kunit_suite suite = {
	.name = "svp_module",
	.test_cases = cases,
};

kunit_test_suite(suite);

static int __init svcplane_kunit_init(void)
{
	return 0;
}

static void __exit svcplane_kunit_exit(void)
{
	rcu_barrier();
	if (svp_wq)
		destroy_workqueue(svp_wq);
	rcu_barrier();
}

module_init(svcplane_kunit_init);
module_exit(svcplane_kunit_exit);

MODULE_DESCRIPTION("Tests of svcplane");
MODULE_LICENSE("GPL");
