// SPDX-License-Identifier: GPL-2.0-only
/*
 * Netlink: rules.
 */
#include <linux/rtnetlink.h>
#include <net/netlink.h>

#include "extack.h"
#include "genl.h"
#include "nl.h"
#include "nl_match.h"
#include "plane.h"
#include "policy.h"
#include "rule.h"
#include "txn.h"

static_assert((int)SVCPLANE_RULE_ACTION_CHAIN == SVP_ACT_CHAIN);
static_assert((int)SVCPLANE_RULE_ACTION_DROP == SVP_ACT_DROP);

static struct netlink_range_validation id_range = {
	.min = 1, .max = U32_MAX
};

static const struct nla_policy get_policy[SVCPLANE_A_RULE_MAX + 1] = {
	[SVCPLANE_A_RULE_PLANE] = SVP_NL_PLANE_POLICY,
	[SVCPLANE_A_RULE_PRIO] = { .type = NLA_U32 },
	[SVCPLANE_A_RULE_ID] = NLA_POLICY_FULL_RANGE(NLA_U32, &id_range),
};

static const struct nla_policy new_policy[SVCPLANE_A_RULE_MAX + 1] = {
	[SVCPLANE_A_RULE_PLANE] = SVP_NL_PLANE_POLICY,
	[SVCPLANE_A_RULE_PRIO] = { .type = NLA_U32 },
	[SVCPLANE_A_RULE_ACTION] = NLA_POLICY_MAX(NLA_U32, SVCPLANE_RULE_ACTION_DROP),
	[SVCPLANE_A_RULE_CHAIN] = SVP_NL_NAME_POLICY,
	[SVCPLANE_A_RULE_TWICE] = { .type = NLA_FLAG },
	[SVCPLANE_A_RULE_MATCH] = NLA_POLICY_NESTED(svp_nl_match_policy),
};

/* A rule with the policy that knows the name of its chain */
struct shown {
	const struct svp_policy *policy;
	const struct svp_rule *rule;
};

static size_t rule_size(void)
{
	return SVP_NL_DEV_SIZE + SVP_NL_NAME_SIZE + 4 * SVP_NL_U32_SIZE +
	       SVP_NL_FLAG_SIZE + svp_nl_match_size() + SVP_NL_COUNT_SIZE;
}

static int put_chain(struct sk_buff *skb, const struct shown *shown)
{
	const struct svp_chain_set *set;

	if (shown->rule->action != SVP_ACT_CHAIN)
		return 0;
	set = svp_policy_chain(shown->policy, shown->rule->chain_id);
	if (set && nla_put_string(skb, SVCPLANE_A_RULE_CHAIN, set->chain->name))
		return -EMSGSIZE;
	return nla_put_u32(skb, SVCPLANE_A_RULE_CHAIN_ID, shown->rule->chain_id);
}

static int fill_rule(struct sk_buff *skb, struct svp_plane *plane,
		     const void *obj)
{
	const struct shown *shown = obj;
	const struct svp_rule *rule = shown->rule;

	if (svp_nl_put_plane(skb, SVCPLANE_A_RULE_PLANE, plane) ||
	    nla_put_u32(skb, SVCPLANE_A_RULE_PRIO, rule->prio) ||
	    nla_put_u32(skb, SVCPLANE_A_RULE_ID, rule->id) ||
	    nla_put_u32(skb, SVCPLANE_A_RULE_ACTION, rule->action) ||
	    put_chain(skb, shown) ||
	    svp_nl_put_flag(skb, SVCPLANE_A_RULE_TWICE, rule->twice) ||
	    svp_nl_match_put(skb, plane, &rule->match) ||
	    svp_nl_put_count(skb, SVCPLANE_A_RULE_COUNT, rule->count))
		return -EMSGSIZE;
	return 0;
}

/* The first that is called so */
static struct svp_rule *find_rule(const struct svp_policy *policy,
				  const struct svp_rule_key *key)
{
	u32 i;

	for (i = 0; i < policy->n_rules; i++)
		if (svp_rule_is(policy->rules[i], key))
			return policy->rules[i];
	return NULL;
}

static int get_key(struct genl_info *info, struct svp_rule_key *key)
{
	key->has_prio = info->attrs[SVCPLANE_A_RULE_PRIO];
	key->prio = svp_nl_u32(info->attrs[SVCPLANE_A_RULE_PRIO], 0);
	key->id = svp_nl_u32(info->attrs[SVCPLANE_A_RULE_ID], 0);
	if (key->id ||
	    svp_nl_need(info, SVCPLANE_A_RULE_PRIO, "prio or id of the rule"))
		return 0;
	return -EINVAL;
}

static int rule_get(struct sk_buff *skb, struct genl_info *info)
{
	struct svp_plane *plane = svp_genl_plane(info);
	struct shown shown = { .policy = svp_nl_policy(plane) };
	struct svp_rule_key key;
	int err;

	err = get_key(info, &key);
	if (err)
		return err;
	shown.rule = find_rule(shown.policy, &key);
	if (!shown.rule)
		return svp_policy_no_rule(&key, info->extack);
	return svp_genl_reply(info, plane, SVCPLANE_CMD_RULE_GET, rule_size(),
			      fill_rule, &shown);
}

/* Index of the first rule that is not before (@prio, @id) */
static u32 lower_bound(const struct svp_policy *policy, u32 prio, u32 id)
{
	u32 lo = 0, hi = policy->n_rules, mid;
	const struct svp_rule *rule;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		rule = policy->rules[mid];
		if (rule->prio < prio || (rule->prio == prio && rule->id < id))
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* The cursor names the next rule by its key, so that none is shown twice */
static int dump_rules(struct sk_buff *skb, struct netlink_callback *cb,
		      struct svp_plane *plane)
{
	struct svp_dump *at = svp_dump(cb);
	struct shown shown;
	int err = 0;
	u32 i;

	rtnl_lock();
	mutex_lock(&plane->lock);
	shown.policy = svp_nl_policy(plane);
	i = lower_bound(shown.policy, at->at, at->part);
	for (; i < shown.policy->n_rules; i++) {
		shown.rule = shown.policy->rules[i];
		at->at = shown.rule->prio;
		at->part = shown.rule->id;
		err = svp_genl_dump_one(skb, cb, SVCPLANE_CMD_RULE_GET, plane,
					fill_rule, &shown);
		if (err)
			break;
	}
	mutex_unlock(&plane->lock);
	rtnl_unlock();
	return err;
}

static int rule_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	return svp_genl_dump(skb, cb, dump_rules);
}

static void tell(struct genl_info *info, const struct svp_rule *rule, u8 cmd)
{
	struct svp_plane *plane = svp_genl_plane(info);
	struct shown shown = { .rule = rule };

	rtnl_lock();
	mutex_lock(&plane->lock);
	shown.policy = svp_nl_policy(plane);
	svp_genl_notify(info, plane, cmd, rule_size(), fill_rule, &shown);
	mutex_unlock(&plane->lock);
	rtnl_unlock();
}

static int get_action(struct genl_info *info, const struct svp_policy *policy,
		      struct svp_rule *conf)
{
	struct nlattr *action = svp_nl_need(info, SVCPLANE_A_RULE_ACTION, "action");
	struct nlattr *name = info->attrs[SVCPLANE_A_RULE_CHAIN];
	struct svp_chain *chain;

	if (!action)
		return -EINVAL;
	conf->action = nla_get_u32(action);
	if (conf->action != SVP_ACT_CHAIN && name) {
		svp_err_attr(info->extack, name, "a chain goes with action chain only");
		return -EINVAL;
	}
	if (conf->action != SVP_ACT_CHAIN)
		return 0;
	if (!svp_nl_need(info, SVCPLANE_A_RULE_CHAIN, "chain of the rule"))
		return -EINVAL;
	chain = svp_policy_chain_by_name(policy, nla_data(name));
	if (!chain) {
		svp_err_attr(info->extack, name, "no chain %s",
			     (char *)nla_data(name));
		return -ENOENT;
	}
	conf->chain_id = chain->id;
	return 0;
}

static int add_rule(struct genl_info *info, const struct svp_txn_write *write,
		    struct svp_rule *conf, struct svp_rule **rule)
{
	int err;

	err = get_action(info, write->policy, conf) ?:
	      svp_nl_match(info->attrs[SVCPLANE_A_RULE_MATCH], write->policy,
			   &conf->match, info->extack);
	if (err)
		return err;
	*rule = svp_rule_alloc(conf);
	if (!*rule)
		return -ENOMEM;
	return svp_policy_add_rule(write->policy, *rule, info->extack);
}

static int fill_number(struct sk_buff *skb, struct svp_plane *plane,
		       const void *obj)
{
	const struct svp_rule *rule = obj;

	if (svp_nl_put_plane(skb, SVCPLANE_A_RULE_PLANE, plane) ||
	    nla_put_u32(skb, SVCPLANE_A_RULE_PRIO, rule->prio) ||
	    nla_put_u32(skb, SVCPLANE_A_RULE_ID, rule->id))
		return -EMSGSIZE;
	return 0;
}

static int get_proxies(struct genl_info *info, struct svp_rule *conf)
{
	int err;

	rtnl_lock();
	err = svp_nl_match_proxies(info->attrs[SVCPLANE_A_RULE_MATCH],
				   svp_genl_plane(info), &conf->match,
				   info->extack);
	rtnl_unlock();
	return err;
}

static int rule_new(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *prio = svp_nl_need(info, SVCPLANE_A_RULE_PRIO,
					  "prio of the rule");
	struct svp_plane *plane = svp_genl_plane(info);
	struct svp_txn_write write;
	struct svp_rule *rule = NULL;
	struct svp_rule conf = {};
	int err;

	if (!prio)
		return svp_txn_spoil(plane, info, -EINVAL);
	conf.prio = nla_get_u32(prio);
	conf.twice = nla_get_flag(info->attrs[SVCPLANE_A_RULE_TWICE]);
	err = get_proxies(info, &conf);
	if (err)
		return svp_txn_spoil(plane, info, err);
	err = svp_txn_write_begin(&write, plane, info);
	if (err)
		return err;
	err = add_rule(info, &write, &conf, &rule);
	err = svp_txn_write_end(&write, err, info->extack);
	if (!err && !write.txn)
		tell(info, rule, SVCPLANE_CMD_RULE_NTF);
	if (!err)
		svp_genl_answer(skb, info, plane, SVCPLANE_CMD_RULE_NEW,
				SVP_NL_DEV_SIZE + 2 * SVP_NL_U32_SIZE,
				fill_number, rule);
	svp_rule_put(rule);
	return err;
}

static int rule_del(struct sk_buff *skb, struct genl_info *info)
{
	struct svp_plane *plane = svp_genl_plane(info);
	struct svp_txn_write write;
	struct svp_rule_key key;
	struct svp_rule *rule;
	int err;

	err = get_key(info, &key);
	if (err)
		return svp_txn_spoil(plane, info, err);
	err = svp_txn_write_begin(&write, plane, info);
	if (err)
		return err;
	rule = find_rule(write.policy, &key);
	if (rule)
		svp_rule_hold(rule);
	err = svp_policy_del_rule(write.policy, &key, info->extack);
	err = svp_txn_write_end(&write, err, info->extack);
	if (!err && !write.txn)
		tell(info, rule, SVCPLANE_CMD_RULE_DEL_NTF);
	svp_rule_put(rule);
	return err;
}

static const struct genl_ops ops[] = {
	{
		.cmd = SVCPLANE_CMD_RULE_GET,
		.internal_flags = SVP_GENL_PLANE | SVP_GENL_RTNL | SVP_GENL_LOCK,
		.policy = get_policy,
		.maxattr = SVCPLANE_A_RULE_MAX,
		.doit = rule_get,
		.start = svp_genl_dump_start,
		.dumpit = rule_dump,
	},
	{
		.cmd = SVCPLANE_CMD_RULE_NEW,
		.flags = GENL_ADMIN_PERM,
		.internal_flags = SVP_GENL_PLANE,
		.policy = new_policy,
		.maxattr = SVCPLANE_A_RULE_MAX,
		.doit = rule_new,
	},
	{
		.cmd = SVCPLANE_CMD_RULE_DEL,
		.flags = GENL_ADMIN_PERM,
		.internal_flags = SVP_GENL_PLANE,
		.policy = get_policy,
		.maxattr = SVCPLANE_A_RULE_MAX,
		.doit = rule_del,
	},
};

const struct svp_nl_ops svp_nl_rule = SVP_NL_OPS(ops);
