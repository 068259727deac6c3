// SPDX-License-Identifier: GPL-2.0-only
/*
 * Suite of what one guest may give to one node.
 */
#include <kunit/test.h>
#include <linux/bottom_half.h>
#include <linux/sizes.h>

#include "flow.h"
#include "node.h"

#define RATE	1000	/* too slow to earn anything during a test */

static int node_init(struct kunit *test)
{
	struct svp_node *node = kunit_kzalloc(test, sizeof(*node), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, node);
	xa_init_flags(&node->rates, XA_FLAGS_LOCK_BH);
	test->priv = node;
	return 0;
}

static void node_exit(struct kunit *test)
{
	svp_node_rate_destroy(test->priv);
}

static enum svp_drop_reason take(struct kunit *test, u16 port, u32 limit,
				 u32 bytes)
{
	enum svp_drop_reason why;

	local_bh_disable();
	rcu_read_lock();
	why = svp_node_rate_take(test->priv, port, limit, bytes);
	rcu_read_unlock();
	local_bh_enable();
	return why;
}

static void guests_have_their_own(struct kunit *test)
{
	u32 burst = svp_node_rate_burst(RATE);

	KUNIT_EXPECT_EQ(test, 0, take(test, 1, RATE, burst - 1));
	KUNIT_EXPECT_EQ(test, SVP_DROP_NODE_RATE, take(test, 1, RATE, 1500));
	KUNIT_EXPECT_EQ(test, SVP_DROP_NODE_RATE, take(test, 1, RATE, 1500));
	KUNIT_EXPECT_EQ(test, 0, take(test, 2, RATE, burst - 1));
	KUNIT_EXPECT_EQ(test, 0, take(test, SVP_PORT_ID_MAX, RATE, burst));
}

static void burst_is_a_part_of_a_second(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, SZ_128K, svp_node_rate_burst(1));
	KUNIT_EXPECT_EQ(test, SZ_128K, svp_node_rate_burst(4 * SZ_128K));
	KUNIT_EXPECT_EQ(test, 250000000, svp_node_rate_burst(1000000000));
	KUNIT_EXPECT_EQ(test, U32_MAX / 4, svp_node_rate_burst(U32_MAX));
}

/* A frame that is longer than the burst passes, and takes all of it */
static void long_frame_takes_the_burst(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 0, take(test, 1, RATE, SZ_1M));
	KUNIT_EXPECT_EQ(test, SVP_DROP_NODE_RATE, take(test, 1, RATE, SZ_1M));
	KUNIT_EXPECT_EQ(test, SVP_DROP_NODE_RATE, take(test, 1, RATE, 1500));
}

static void rate_changes(struct kunit *test)
{
	struct svp_node *node = test->priv;

	KUNIT_EXPECT_EQ(test, 0, take(test, 1, RATE, SZ_1M));
	KUNIT_EXPECT_EQ(test, SVP_DROP_NODE_RATE, take(test, 1, RATE, 1500));
	/* the time until now earns what the old rate says, and the burst grows */
	KUNIT_EXPECT_EQ(test, SVP_DROP_NODE_RATE, take(test, 1, U32_MAX, SZ_1M));
	((struct svp_bucket *)xa_load(&node->rates, 1))->stamp -= NSEC_PER_SEC;
	KUNIT_EXPECT_EQ(test, 0, take(test, 1, U32_MAX, SZ_1M));
	/* a smaller burst takes what does not fit any more */
	KUNIT_EXPECT_EQ(test, 0, take(test, 1, RATE, SZ_128K));
	KUNIT_EXPECT_EQ(test, SVP_DROP_NODE_RATE, take(test, 1, RATE, 1500));
}

static void port_is_forgotten(struct kunit *test)
{
	struct svp_node *node = test->priv;

	KUNIT_EXPECT_EQ(test, 0, take(test, 1, RATE, SZ_1M));
	KUNIT_EXPECT_EQ(test, 0, take(test, 2, RATE, SZ_1M));
	svp_node_rate_forget(node, 1);
	svp_node_rate_forget(node, 3);
	KUNIT_EXPECT_NULL(test, xa_load(&node->rates, 1));
	KUNIT_EXPECT_EQ(test, SVP_DROP_NODE_RATE, take(test, 2, RATE, 1500));
	KUNIT_EXPECT_EQ(test, 0, take(test, 1, RATE, 1500));
}

static struct kunit_case node_rate_cases[] = {
	KUNIT_CASE(guests_have_their_own),
	KUNIT_CASE(burst_is_a_part_of_a_second),
	KUNIT_CASE(long_frame_takes_the_burst),
	KUNIT_CASE(rate_changes),
	KUNIT_CASE(port_is_forgotten),
	{}
};

static struct kunit_suite node_rate_suite = {
	.name = "svcplane_node_rate",
	.init = node_init,
	.exit = node_exit,
	.test_cases = node_rate_cases,
};

kunit_test_suite(node_rate_suite);
