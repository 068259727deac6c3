// SPDX-License-Identifier: GPL-2.0-only
/*
 * The permutation behind flow tags.
 */
#include <kunit/test.h>
#include <linux/bitops.h>
#include <linux/random.h>

#include "flow_tag.h"

static void tag_permutation(struct kunit *test)
{
	u32 i, x, tag, prev = 0, bits = 0, bad = 0, range = 0;
	struct svp_flow_tag_key key;

	get_random_bytes(&key, sizeof(key));
	for (i = 0; i < 1000000; i++) {
		x = i < 500000 ? i : get_random_u32() & SVP_FLOW_TAG_MASK;
		tag = svp_flow_tag_permute(&key, x);
		range += tag > SVP_FLOW_TAG_MASK;
		bad += svp_flow_tag_invert(&key, tag) != x;
		bits += hweight32(tag ^ prev);
		prev = tag;
	}
	KUNIT_EXPECT_EQ(test, bad, 0U);
	KUNIT_EXPECT_EQ(test, range, 0U);
	/* neighbours differ in half of the 31 bits */
	KUNIT_EXPECT_GT(test, bits, 15300000U);
	KUNIT_EXPECT_LT(test, bits, 15700000U);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(tag_permutation),
	{}
};

static struct kunit_suite suite = {
	.name = "svcplane_flow_tag",
	.test_cases = cases,
};

kunit_test_suite(suite);
