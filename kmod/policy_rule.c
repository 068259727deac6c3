// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules and groups of a policy in the making: every refusal names its cause.
 */
#include <linux/slab.h>
#include <linux/string.h>

#include "extack.h"
#include "policy.h"

static bool rule_uses_group(const struct svp_rule *rule, const char *name)
{
	const struct svp_group *src = rule->match.src_group;
	const struct svp_group *dst = rule->match.dst_group;

	return (src && !strcmp(src->name, name)) ||
	       (dst && !strcmp(dst->name, name));
}

/* Rules name their groups by pointer: those of @name now mean @group */
static int regroup_rules(struct svp_policy *policy, struct svp_group *group)
{
	struct svp_rule *rule, *copy;
	struct svp_rule conf;
	u32 i;

	for (i = 0; i < policy->n_rules; i++) {
		rule = policy->rules[i];
		if (!rule_uses_group(rule, group->name))
			continue;
		conf = *rule;
		if (conf.match.src_group && !strcmp(conf.match.src_group->name, group->name))
			conf.match.src_group = group;
		if (conf.match.dst_group && !strcmp(conf.match.dst_group->name, group->name))
			conf.match.dst_group = group;
		copy = svp_rule_alloc(&conf);
		if (!copy)
			return -ENOMEM;
		policy->rules[i] = copy;
		svp_rule_put(rule);
	}
	return 0;
}

/**
 * svp_policy_add_group - add or replace a group
 * @policy: not published yet; takes a reference of its own
 * @group: the group; its id is written here
 * @replace: an old one of that name may be there
 * @extack: texts
 *
 * Return: 0, -EEXIST, -ENOSPC or -ENOMEM.
 */
int svp_policy_add_group(struct svp_policy *policy, struct svp_group *group,
			 bool replace, struct netlink_ext_ack *extack)
{
	struct svp_group *old = svp_policy_group(policy, group->name);
	int err;

	if (old && !replace) {
		svp_err(extack, "group %s exists; use replace to change it",
			group->name);
		return -EEXIST;
	}
	if (!old && policy->n_groups >= SVP_GROUPS_MAX) {
		svp_err(extack, "a plane holds at most %u groups", SVP_GROUPS_MAX);
		return -ENOSPC;
	}
	group->id = old ? old->id : policy->next_group_id;
	err = xa_err(xa_store(&policy->groups, group->id, group, GFP_KERNEL));
	if (err)
		return err;
	svp_group_hold(group);
	if (!old) {
		policy->next_group_id++;
		policy->n_groups++;
		return 0;
	}
	err = regroup_rules(policy, group);
	svp_group_put(old);
	return err;
}

/**
 * svp_policy_del_group - remove a group that no rule names
 * @policy: not published yet
 * @name: its name
 * @extack: texts
 *
 * Return: 0, -ENOENT or -EBUSY.
 */
int svp_policy_del_group(struct svp_policy *policy, const char *name,
			 struct netlink_ext_ack *extack)
{
	struct svp_group *group = svp_policy_group(policy, name);
	u32 i;

	if (!group) {
		svp_err(extack, "no group %s", name);
		return -ENOENT;
	}
	for (i = 0; i < policy->n_rules; i++) {
		if (!rule_uses_group(policy->rules[i], name))
			continue;
		svp_err(extack, "group %s is used by rule %u (prio %u)", name,
			policy->rules[i]->id, policy->rules[i]->prio);
		return -EBUSY;
	}
	xa_erase(&policy->groups, group->id);
	svp_group_put(group);
	policy->n_groups--;
	return 0;
}

static bool rule_before(const struct svp_rule *a, const struct svp_rule *b)
{
	return a->prio != b->prio ? a->prio < b->prio : a->id < b->id;
}

/**
 * svp_policy_add_rule - add a rule
 * @policy: not published yet; takes a reference of its own
 * @rule: the rule; its id is written here
 * @extack: texts
 *
 * Return: 0, -ENOENT for an unknown chain, -ENOSPC or -ENOMEM.
 */
int svp_policy_add_rule(struct svp_policy *policy, struct svp_rule *rule,
			struct netlink_ext_ack *extack)
{
	u32 at;

	if (rule->action == SVP_ACT_CHAIN &&
	    !svp_policy_chain(policy, rule->chain_id)) {
		svp_err(extack, "no chain with id %u", rule->chain_id);
		return -ENOENT;
	}
	if (policy->n_rules >= SVP_RULES_MAX) {
		svp_err(extack, "a plane holds at most %u rules", SVP_RULES_MAX);
		return -ENOSPC;
	}
	if (svp_policy_reserve_rules(policy, policy->n_rules + 1))
		return -ENOMEM;
	rule->id = policy->next_rule_id++;
	for (at = policy->n_rules; at > 0; at--) {
		if (rule_before(policy->rules[at - 1], rule))
			break;
		policy->rules[at] = policy->rules[at - 1];
	}
	svp_rule_hold(rule);
	policy->rules[at] = rule;
	policy->n_rules++;
	return 0;
}

/**
 * svp_policy_no_rule - say that there is no rule of that name
 * @key: how it was called
 * @extack: texts
 *
 * Return: -ENOENT.
 */
int svp_policy_no_rule(const struct svp_rule_key *key,
		       struct netlink_ext_ack *extack)
{
	if (!key->id)
		svp_err(extack, "no rule with prio %u", key->prio);
	else if (!key->has_prio)
		svp_err(extack, "no rule with id %u", key->id);
	else
		svp_err(extack, "no rule with prio %u and id %u", key->prio,
			key->id);
	return -ENOENT;
}

/**
 * svp_policy_del_rule - remove a rule
 * @policy: not published yet
 * @key: how it is called; must name one rule
 * @extack: texts
 *
 * Return: 0, -ENOENT, or -ENOTUNIQ when @key names several.
 */
int svp_policy_del_rule(struct svp_policy *policy,
			const struct svp_rule_key *key,
			struct netlink_ext_ack *extack)
{
	struct svp_rule *rule;
	s64 found = -1;
	u32 i;

	for (i = 0; i < policy->n_rules; i++) {
		rule = policy->rules[i];
		if (!svp_rule_is(rule, key))
			continue;
		if (found >= 0) {
			svp_err(extack, "several rules have prio %u; name one by id (%u, %u, ...)",
				key->prio, policy->rules[found]->id, rule->id);
			return -ENOTUNIQ;
		}
		found = i;
	}
	if (found < 0)
		return svp_policy_no_rule(key, extack);
	svp_rule_put(policy->rules[found]);
	policy->n_rules--;
	memmove(&policy->rules[found], &policy->rules[found + 1],
		(policy->n_rules - found) * sizeof(*policy->rules));
	return 0;
}
