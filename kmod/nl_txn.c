// SPDX-License-Identifier: GPL-2.0-only
/*
 * Netlink: transactions.
 */
#include <net/netlink.h>

#include "genl.h"
#include "nl.h"
#include "plane.h"
#include "policy.h"
#include "txn.h"

static const struct nla_policy begin_policy[SVCPLANE_A_TXN_MAX + 1] = {
	[SVCPLANE_A_TXN_PLANE] = SVP_NL_PLANE_POLICY,
	[SVCPLANE_A_TXN_MODE] = NLA_POLICY_MAX(NLA_U32, SVCPLANE_TXN_MODE_REPLACE),
	[SVCPLANE_A_TXN_GENERATION] = { .type = NLA_U32 },
};

static const struct nla_policy commit_policy[SVCPLANE_A_TXN_MAX + 1] = {
	[SVCPLANE_A_TXN_PLANE] = SVP_NL_PLANE_POLICY,
	[SVCPLANE_A_TXN_CHECK] = { .type = NLA_FLAG },
};

static const struct nla_policy abort_policy[SVCPLANE_A_TXN_MAX + 1] = {
	[SVCPLANE_A_TXN_PLANE] = SVP_NL_PLANE_POLICY,
};

static size_t txn_size(void)
{
	return SVP_NL_DEV_SIZE + 6 * SVP_NL_U32_SIZE + SVP_NL_FLAG_SIZE;
}

static int fill_begun(struct sk_buff *skb, struct svp_plane *plane,
		      const void *obj)
{
	const u32 *gen = obj;

	if (svp_nl_put_plane(skb, SVCPLANE_A_TXN_PLANE, plane) ||
	    nla_put_u32(skb, SVCPLANE_A_TXN_GENERATION, *gen))
		return -EMSGSIZE;
	return 0;
}

static int fill_result(struct sk_buff *skb, struct svp_plane *plane,
		       const void *obj)
{
	const struct svp_txn_result *result = obj;

	if (fill_begun(skb, plane, &result->gen) ||
	    svp_nl_put_flag(skb, SVCPLANE_A_TXN_CHECK, result->check) ||
	    nla_put_u32(skb, SVCPLANE_A_TXN_CHANGES, result->changes) ||
	    nla_put_u32(skb, SVCPLANE_A_TXN_N_RULES, result->n_rules) ||
	    nla_put_u32(skb, SVCPLANE_A_TXN_N_GROUPS, result->n_groups) ||
	    nla_put_u32(skb, SVCPLANE_A_TXN_N_CHAINS, result->n_chains) ||
	    nla_put_u32(skb, SVCPLANE_A_TXN_N_PATHS, result->n_paths))
		return -EMSGSIZE;
	return 0;
}

static int txn_begin(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *wanted = info->attrs[SVCPLANE_A_TXN_GENERATION];
	struct svp_plane *plane = svp_genl_plane(info);
	u32 gen = svp_nl_u32(wanted, 0);
	bool replace;
	int err;

	replace = svp_nl_u32(info->attrs[SVCPLANE_A_TXN_MODE],
			     SVCPLANE_TXN_MODE_MODIFY) == SVCPLANE_TXN_MODE_REPLACE;
	err = svp_txn_begin(plane, info, replace, wanted ? &gen : NULL);
	if (err)
		return err;
	gen = svp_nl_policy(plane)->gen;
	svp_genl_answer(skb, info, plane, SVCPLANE_CMD_TXN_BEGIN, txn_size(),
			fill_begun, &gen);
	return 0;
}

static int txn_commit(struct sk_buff *skb, struct genl_info *info)
{
	bool check = nla_get_flag(info->attrs[SVCPLANE_A_TXN_CHECK]);
	struct svp_plane *plane = svp_genl_plane(info);
	struct svp_txn_result result;
	int err;

	err = svp_txn_commit(plane, info, check, &result);
	if (err)
		return err;
	if (!check)
		svp_genl_notify(info, plane, SVCPLANE_CMD_TXN_NTF, txn_size(),
				fill_result, &result);
	svp_genl_answer(skb, info, plane, SVCPLANE_CMD_TXN_COMMIT, txn_size(),
			fill_result, &result);
	return 0;
}

static int txn_abort(struct sk_buff *skb, struct genl_info *info)
{
	return svp_txn_abort(svp_genl_plane(info), info);
}

static const struct genl_ops ops[] = {
	{
		.cmd = SVCPLANE_CMD_TXN_BEGIN,
		.flags = GENL_ADMIN_PERM,
		.internal_flags = SVP_GENL_PLANE | SVP_GENL_LOCK,
		.policy = begin_policy,
		.maxattr = SVCPLANE_A_TXN_MAX,
		.doit = txn_begin,
	},
	{
		.cmd = SVCPLANE_CMD_TXN_COMMIT,
		.flags = GENL_ADMIN_PERM,
		.internal_flags = SVP_GENL_PLANE,
		.policy = commit_policy,
		.maxattr = SVCPLANE_A_TXN_MAX,
		.doit = txn_commit,
	},
	{
		.cmd = SVCPLANE_CMD_TXN_ABORT,
		.flags = GENL_ADMIN_PERM,
		.internal_flags = SVP_GENL_PLANE | SVP_GENL_LOCK,
		.policy = abort_policy,
		.maxattr = SVCPLANE_A_TXN_MAX,
		.doit = txn_abort,
	},
};

const struct svp_nl_ops svp_nl_txn = SVP_NL_OPS(ops);
