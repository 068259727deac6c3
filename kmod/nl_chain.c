// SPDX-License-Identifier: GPL-2.0-only
/*
 * Netlink: chains.
 */
#include <net/netlink.h>
#include <uapi/linux/svcplane_wire.h>

#include "chain.h"
#include "extack.h"
#include "genl.h"
#include "nl.h"
#include "path.h"
#include "plane.h"
#include "policy.h"
#include "txn.h"

static_assert((int)SVCPLANE_FAIL_OPEN == SVP_FAIL_OPEN);
static_assert((int)SVCPLANE_SELECT_HASH == SVP_SELECT_HASH);

static const struct nla_policy get_policy[SVCPLANE_A_CHAIN_MAX + 1] = {
	[SVCPLANE_A_CHAIN_PLANE] = SVP_NL_PLANE_POLICY,
	[SVCPLANE_A_CHAIN_NAME] = SVP_NL_NAME_POLICY,
	[SVCPLANE_A_CHAIN_ID] = NLA_POLICY_FULL_RANGE(NLA_U32, &svp_nl_id),
};

static const struct nla_policy new_policy[SVCPLANE_A_CHAIN_MAX + 1] = {
	[SVCPLANE_A_CHAIN_PLANE] = SVP_NL_PLANE_POLICY,
	[SVCPLANE_A_CHAIN_NAME] = SVP_NL_NAME_POLICY,
	[SVCPLANE_A_CHAIN_ID] = NLA_POLICY_FULL_RANGE(NLA_U32, &svp_nl_id),
	[SVCPLANE_A_CHAIN_FAIL] = NLA_POLICY_MAX(NLA_U32, SVCPLANE_FAIL_OPEN),
	[SVCPLANE_A_CHAIN_SELECT] = NLA_POLICY_MAX(NLA_U32, SVCPLANE_SELECT_HASH),
	[SVCPLANE_A_CHAIN_SERVICE] = SVP_NL_NAME_POLICY,
};

static size_t chain_size(void)
{
	return SVP_NL_DEV_SIZE + (1 + SVP_HOPS_MAX) * SVP_NL_NAME_SIZE +
	       6 * SVP_NL_U32_SIZE + SVP_NL_FLAG_SIZE;
}

static u32 count_usable(const struct svp_chain_set *set)
{
	unsigned int i;
	u32 n = 0;

	for (i = 0; i < set->n_weighted; i++)
		n += svp_path_usable(set->paths[i]);
	return n;
}

/* @obj: struct svp_chain_set of a sealed policy */
static int fill_chain(struct sk_buff *skb, struct svp_plane *plane,
		      const void *obj)
{
	const struct svp_chain_set *set = obj;
	const struct svp_chain *chain = set->chain;
	u8 i;

	if (svp_nl_put_plane(skb, SVCPLANE_A_CHAIN_PLANE, plane) ||
	    nla_put_string(skb, SVCPLANE_A_CHAIN_NAME, chain->name) ||
	    nla_put_u32(skb, SVCPLANE_A_CHAIN_ID, chain->id) ||
	    nla_put_u32(skb, SVCPLANE_A_CHAIN_GENERATION, chain->gen) ||
	    nla_put_u32(skb, SVCPLANE_A_CHAIN_FAIL, chain->fail) ||
	    nla_put_u32(skb, SVCPLANE_A_CHAIN_SELECT, chain->select) ||
	    svp_nl_put_flag(skb, SVCPLANE_A_CHAIN_REWRITES, chain->rewrites) ||
	    nla_put_u32(skb, SVCPLANE_A_CHAIN_N_PATHS, set->n_paths) ||
	    nla_put_u32(skb, SVCPLANE_A_CHAIN_N_USABLE, count_usable(set)))
		return -EMSGSIZE;
	for (i = 0; i < chain->n_services; i++)
		if (nla_put_string(skb, SVCPLANE_A_CHAIN_SERVICE,
				   chain->services[i]->name))
			return -EMSGSIZE;
	return 0;
}

/* The chain that a request names, by name or id */
static struct svp_chain_set *find(struct genl_info *info,
				  const struct svp_policy *policy)
{
	struct nlattr *name = info->attrs[SVCPLANE_A_CHAIN_NAME];
	struct nlattr *id = info->attrs[SVCPLANE_A_CHAIN_ID];
	struct svp_chain_set *set = NULL;
	struct svp_chain *chain;

	if (!name && !id) {
		svp_nl_need(info, SVCPLANE_A_CHAIN_NAME, "name or id of the chain");
		return ERR_PTR(-EINVAL);
	}
	if (name) {
		chain = svp_policy_chain_by_name(policy, nla_data(name));
		if (chain && (!id || chain->id == nla_get_u32(id)))
			set = svp_policy_chain(policy, chain->id);
	} else {
		set = svp_policy_chain(policy, nla_get_u32(id));
	}
	if (set)
		return set;
	if (name)
		svp_err_attr(info->extack, name, "no chain %s",
			     (char *)nla_data(name));
	else
		svp_err_attr(info->extack, id, "no chain with id %u",
			     nla_get_u32(id));
	return ERR_PTR(-ENOENT);
}

static int chain_get(struct sk_buff *skb, struct genl_info *info)
{
	struct svp_plane *plane = svp_genl_plane(info);
	struct svp_chain_set *set = find(info, svp_nl_policy(plane));

	if (IS_ERR(set))
		return PTR_ERR(set);
	return svp_genl_reply(info, plane, SVCPLANE_CMD_CHAIN_GET, chain_size(),
			      fill_chain, set);
}

static int dump_chains(struct sk_buff *skb, struct netlink_callback *cb,
		       struct svp_plane *plane)
{
	struct svp_dump *at = svp_dump(cb);
	struct svp_chain_set *set;
	unsigned long id;
	int err = 0;

	mutex_lock(&plane->lock);
	xa_for_each_start(&svp_nl_policy(plane)->chains, id, set, at->at) {
		err = svp_genl_dump_one(skb, cb, SVCPLANE_CMD_CHAIN_GET, plane,
					fill_chain, set);
		if (err)
			break;
		at->at = id + 1;
	}
	mutex_unlock(&plane->lock);
	return err;
}

static int chain_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	return svp_genl_dump(skb, cb, dump_chains);
}

/* Published outside a transaction: tells what is in force now */
static void tell(struct genl_info *info, u16 id)
{
	struct svp_plane *plane = svp_genl_plane(info);
	struct svp_chain_set *set;

	mutex_lock(&plane->lock);
	set = svp_policy_chain(svp_nl_policy(plane), id);
	if (set)
		svp_genl_notify(info, plane, SVCPLANE_CMD_CHAIN_NTF,
				chain_size(), fill_chain, set);
	mutex_unlock(&plane->lock);
}

static int get_id(struct genl_info *info, const struct svp_policy *policy,
		  struct svp_chain *conf)
{
	struct nlattr *attr = info->attrs[SVCPLANE_A_CHAIN_ID];
	const struct svp_chain *named;
	u32 id;

	named = svp_policy_chain_by_name(policy, conf->name);
	if (attr || named) {
		conf->id = attr ? nla_get_u32(attr) : named->id;
		return 0;
	}
	for (id = SVCPLANE_CHAIN_MIN; id <= SVCPLANE_CHAIN_MAX; id++) {
		conf->id = id;
		if (!svp_policy_chain(policy, id))
			return 0;
	}
	svp_err(info->extack, "all %u chain ids are taken", SVCPLANE_CHAIN_MAX);
	return -ENOSPC;
}

static int get_services(struct genl_info *info, struct svp_plane *plane,
			struct svp_chain *conf)
{
	struct svp_nl_name names[SVP_HOPS_MAX];
	int i, n;

	n = svp_nl_names(info, SVCPLANE_A_CHAIN_SERVICE, names, SVP_HOPS_MAX,
			 "service");
	if (n < 0)
		return n;
	if (!n) {
		svp_nl_need(info, SVCPLANE_A_CHAIN_SERVICE,
			    "the list of services of the chain");
		return -EINVAL;
	}
	for (i = 0; i < n; i++) {
		conf->services[i] = svp_plane_service(plane, names[i].text);
		if (!conf->services[i]) {
			svp_err_attr(info->extack, info->attrs[SVCPLANE_A_CHAIN_SERVICE],
				     "plane %s has no service %s", plane->name,
				     names[i].text);
			return -ENOENT;
		}
		if (conf->services[i]->flags & SVP_SERVICE_REWRITES)
			conf->rewrites = true;
	}
	conf->n_services = n;
	return 0;
}

static int get_conf(struct genl_info *info, struct svp_plane *plane,
		    const struct svp_policy *policy, struct svp_chain *conf)
{
	struct nlattr *name = svp_nl_need(info, SVCPLANE_A_CHAIN_NAME,
					  "name of the chain");
	int err;

	if (!name)
		return -EINVAL;
	err = svp_nl_name(name, conf->name, "chain", info->extack) ?:
	      get_id(info, policy, conf) ?: get_services(info, plane, conf);
	conf->fail = svp_nl_u32(info->attrs[SVCPLANE_A_CHAIN_FAIL],
				SVP_FAIL_CLOSED);
	conf->select = svp_nl_u32(info->attrs[SVCPLANE_A_CHAIN_SELECT],
				  SVP_SELECT_HASH);
	if (!err && conf->rewrites && conf->fail == SVP_FAIL_OPEN) {
		svp_err_attr(info->extack, info->attrs[SVCPLANE_A_CHAIN_FAIL],
			     "chain %s has a service that rewrites: it cannot fail open",
			     conf->name);
		err = -EINVAL;
	}
	return err;
}

static int add_chain(struct genl_info *info, struct svp_txn_write *write,
		     u16 *id)
{
	bool replace = info->nlhdr->nlmsg_flags & NLM_F_REPLACE;
	struct svp_chain conf = {};
	struct svp_chain *chain;
	int err;

	err = get_conf(info, write->plane, write->policy, &conf);
	if (err)
		return err;
	chain = svp_chain_alloc(&conf);
	if (!chain)
		return -ENOMEM;
	*id = chain->id;
	err = svp_policy_add_chain(write->policy, chain, replace, info->extack);
	svp_chain_put(chain);
	return err;
}

static int chain_new(struct sk_buff *skb, struct genl_info *info)
{
	struct svp_txn_write write;
	u16 id = 0;
	int err;

	err = svp_txn_write_begin(&write, svp_genl_plane(info), info);
	if (err)
		return err;
	err = add_chain(info, &write, &id);
	err = svp_txn_write_end(&write, err, info->extack);
	if (!err && !write.txn)
		tell(info, id);
	return err;
}

/* A chain that is gone has no paths any more: nothing else has to be kept */
static int chain_del(struct sk_buff *skb, struct genl_info *info)
{
	struct svp_plane *plane = svp_genl_plane(info);
	struct svp_chain *chain = NULL;
	struct svp_txn_write write;
	struct svp_chain_set *set;
	int err;

	err = svp_txn_write_begin(&write, plane, info);
	if (err)
		return err;
	set = find(info, write.policy);
	err = PTR_ERR_OR_ZERO(set);
	if (!err) {
		chain = svp_chain_hold(set->chain);
		err = svp_policy_del_chain(write.policy, chain->id, info->extack);
	}
	err = svp_txn_write_end(&write, err, info->extack);
	if (!err && !write.txn) {
		struct svp_chain_set gone = { .chain = chain };

		svp_genl_notify(info, plane, SVCPLANE_CMD_CHAIN_DEL_NTF,
				chain_size(), fill_chain, &gone);
	}
	svp_chain_put(chain);
	return err;
}

static const struct genl_ops ops[] = {
	{
		.cmd = SVCPLANE_CMD_CHAIN_GET,
		.internal_flags = SVP_GENL_PLANE | SVP_GENL_LOCK,
		.policy = get_policy,
		.maxattr = SVCPLANE_A_CHAIN_MAX,
		.doit = chain_get,
		.start = svp_genl_dump_start,
		.dumpit = chain_dump,
	},
	{
		.cmd = SVCPLANE_CMD_CHAIN_NEW,
		.flags = GENL_ADMIN_PERM,
		.internal_flags = SVP_GENL_PLANE,
		.policy = new_policy,
		.maxattr = SVCPLANE_A_CHAIN_MAX,
		.doit = chain_new,
	},
	{
		.cmd = SVCPLANE_CMD_CHAIN_DEL,
		.flags = GENL_ADMIN_PERM,
		.internal_flags = SVP_GENL_PLANE,
		.policy = get_policy,
		.maxattr = SVCPLANE_A_CHAIN_MAX,
		.doit = chain_del,
	},
};

const struct svp_nl_ops svp_nl_chain = SVP_NL_OPS(ops);
