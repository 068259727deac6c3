// SPDX-License-Identifier: GPL-2.0-only
/*
 * Suite of policies: when one is full, and says so. Filling them one by one
 * would take long.
 */
#include <kunit/test.h>
#include <linux/netlink.h>

#include "chain.h"
#include "policy.h"
#include "rule.h"

static struct svp_policy *new_policy(struct kunit *test)
{
	struct svp_policy *policy = svp_policy_new();

	KUNIT_ASSERT_NOT_NULL(test, policy);
	return policy;
}

static void chains_full(struct kunit *test)
{
	struct svp_chain conf = { .name = "c", .id = 1 };
	struct svp_policy *policy = new_policy(test);
	struct svp_chain *chain = svp_chain_alloc(&conf);
	struct netlink_ext_ack extack = {};

	KUNIT_ASSERT_NOT_NULL(test, chain);
	policy->n_chains = SVP_CHAINS_MAX;
	KUNIT_EXPECT_EQ(test, -ENOSPC,
			svp_policy_add_chain(policy, chain, false, &extack));
	KUNIT_EXPECT_STREQ(test, extack._msg, "a plane holds at most 4096 chains");
	policy->n_chains--;
	KUNIT_EXPECT_EQ(test, 0, svp_policy_add_chain(policy, chain, false, NULL));
	svp_chain_put(chain);
	svp_policy_free(policy);
}

static void groups_full(struct kunit *test)
{
	struct svp_policy *policy = new_policy(test);
	struct svp_group *group = svp_group_alloc("g", 0);
	struct netlink_ext_ack extack = {};

	KUNIT_ASSERT_NOT_NULL(test, group);
	policy->n_groups = SVP_GROUPS_MAX;
	KUNIT_EXPECT_EQ(test, -ENOSPC,
			svp_policy_add_group(policy, group, false, &extack));
	KUNIT_EXPECT_STREQ(test, extack._msg, "a plane holds at most 4096 groups");
	policy->n_groups--;
	KUNIT_EXPECT_EQ(test, 0, svp_policy_add_group(policy, group, false, NULL));
	svp_group_put(group);
	svp_policy_free(policy);
}

/* One rule may be there many times: only its number tells them apart */
static void rules_full(struct kunit *test)
{
	struct svp_policy *policy = new_policy(test);
	struct svp_rule conf = { .action = SVP_ACT_BYPASS };
	struct svp_rule *rule = svp_rule_alloc(&conf);
	struct netlink_ext_ack extack = {};
	int err = 0;
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, rule);
	for (i = 0; !err && i < SVP_RULES_MAX; i++)
		err = svp_policy_add_rule(policy, rule, &extack);
	KUNIT_EXPECT_EQ(test, 0, err);
	KUNIT_EXPECT_EQ(test, -ENOSPC, svp_policy_add_rule(policy, rule, &extack));
	KUNIT_EXPECT_STREQ(test, extack._msg, "a plane holds at most 65535 rules");
	svp_rule_put(rule);
	svp_policy_free(policy);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(chains_full),
	KUNIT_CASE(groups_full),
	KUNIT_CASE(rules_full),
	{}
};

static struct kunit_suite suite = {
	.name = "svcplane_policy",
	.test_cases = cases,
};

kunit_test_suite(suite);
