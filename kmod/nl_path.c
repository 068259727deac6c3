// SPDX-License-Identifier: GPL-2.0-only
/*
 * Netlink: paths.
 */
#include <net/netlink.h>

#include "extack.h"
#include "genl.h"
#include "nl.h"
#include "node.h"
#include "path.h"
#include "plane.h"
#include "policy.h"
#include "txn.h"

static const struct nla_policy get_policy[SVCPLANE_A_PATH_MAX + 1] = {
	[SVCPLANE_A_PATH_PLANE] = SVP_NL_PLANE_POLICY,
	[SVCPLANE_A_PATH_SPI] = NLA_POLICY_FULL_RANGE(NLA_U32, &svp_nl_spi),
};

static const struct nla_policy new_policy[SVCPLANE_A_PATH_MAX + 1] = {
	[SVCPLANE_A_PATH_PLANE] = SVP_NL_PLANE_POLICY,
	[SVCPLANE_A_PATH_SPI] = NLA_POLICY_FULL_RANGE(NLA_U32, &svp_nl_spi),
	[SVCPLANE_A_PATH_REVERSE] = NLA_POLICY_FULL_RANGE(NLA_U32, &svp_nl_spi),
	[SVCPLANE_A_PATH_CHAIN] = SVP_NL_NAME_POLICY,
	[SVCPLANE_A_PATH_WEIGHT] = NLA_POLICY_FULL_RANGE(NLA_U32, &svp_nl_u16),
	[SVCPLANE_A_PATH_NODE] = SVP_NL_NAME_POLICY,
};

static size_t path_size(void)
{
	return SVP_NL_DEV_SIZE + (1 + SVP_HOPS_MAX) * SVP_NL_NAME_SIZE +
	       4 * SVP_NL_U32_SIZE + SVP_NL_FLAG_SIZE;
}

static int fill_path(struct sk_buff *skb, struct svp_plane *plane,
		     const void *obj)
{
	const struct svp_path *path = obj;
	u8 i;

	if (svp_nl_put_plane(skb, SVCPLANE_A_PATH_PLANE, plane) ||
	    nla_put_u32(skb, SVCPLANE_A_PATH_SPI, path->spi[SVP_OUT]) ||
	    nla_put_u32(skb, SVCPLANE_A_PATH_REVERSE, path->spi[SVP_IN]) ||
	    nla_put_string(skb, SVCPLANE_A_PATH_CHAIN, path->chain->name) ||
	    nla_put_u32(skb, SVCPLANE_A_PATH_CHAIN_ID, path->chain->id) ||
	    nla_put_u32(skb, SVCPLANE_A_PATH_WEIGHT, path->weight) ||
	    svp_nl_put_flag(skb, SVCPLANE_A_PATH_USABLE, svp_path_usable(path)))
		return -EMSGSIZE;
	for (i = 0; i < path->n_hops; i++)
		if (nla_put_string(skb, SVCPLANE_A_PATH_NODE,
				   path->nodes[i]->conf.name))
			return -EMSGSIZE;
	return 0;
}

static int path_show(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *attr = svp_nl_need(info, SVCPLANE_A_PATH_SPI,
					  "SPI of the path");
	struct svp_plane *plane = svp_genl_plane(info);
	struct svp_path *path;

	if (!attr)
		return -EINVAL;
	path = svp_policy_path(svp_nl_policy(plane), nla_get_u32(attr));
	if (!path) {
		svp_err_attr(info->extack, attr, "plane %s has no path %u",
			     plane->name, nla_get_u32(attr));
		return -ENOENT;
	}
	return svp_genl_reply(info, plane, SVCPLANE_CMD_PATH_GET, path_size(),
			      fill_path, path);
}

static int dump_paths(struct sk_buff *skb, struct netlink_callback *cb,
		      struct svp_plane *plane)
{
	struct svp_dump *at = svp_dump(cb);
	struct svp_path *path;
	unsigned long spi;
	int err = 0;

	mutex_lock(&plane->lock);
	xa_for_each_start(&svp_nl_policy(plane)->spis, spi, path, at->at) {
		if (spi != path->spi[SVP_OUT])
			continue;
		err = svp_genl_dump_one(skb, cb, SVCPLANE_CMD_PATH_GET, plane,
					fill_path, path);
		if (err)
			break;
		at->at = spi + 1;
	}
	mutex_unlock(&plane->lock);
	return err;
}

static int path_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	return svp_genl_dump(skb, cb, dump_paths);
}

/* Published outside a transaction: tells what is in force now */
static void tell(struct genl_info *info, u32 spi)
{
	struct svp_plane *plane = svp_genl_plane(info);
	struct svp_path *path;

	mutex_lock(&plane->lock);
	path = svp_policy_path(svp_nl_policy(plane), spi);
	if (path)
		svp_genl_notify(info, plane, SVCPLANE_CMD_PATH_NTF, path_size(),
				fill_path, path);
	mutex_unlock(&plane->lock);
}

static int get_nodes(struct genl_info *info, struct svp_plane *plane,
		     struct svp_path *conf)
{
	struct svp_nl_name names[SVP_HOPS_MAX];
	int i, n;

	n = svp_nl_names(info, SVCPLANE_A_PATH_NODE, names, SVP_HOPS_MAX, "node");
	if (n < 0)
		return n;
	if (!n) {
		svp_nl_need(info, SVCPLANE_A_PATH_NODE,
			    "the list of nodes of the path");
		return -EINVAL;
	}
	for (i = 0; i < n; i++) {
		conf->nodes[i] = svp_plane_node_by_name(plane, names[i].text);
		if (!conf->nodes[i]) {
			svp_err_attr(info->extack, info->attrs[SVCPLANE_A_PATH_NODE],
				     "plane %s has no node %s", plane->name,
				     names[i].text);
			return -ENOENT;
		}
	}
	conf->n_hops = n;
	return 0;
}

static int get_conf(struct genl_info *info, struct svp_plane *plane,
		    const struct svp_policy *policy, struct svp_path *conf)
{
	struct nlattr *chain, *spi, *reverse;

	spi = svp_nl_need(info, SVCPLANE_A_PATH_SPI, "SPI of the path");
	if (!spi)
		return -EINVAL;
	reverse = svp_nl_need(info, SVCPLANE_A_PATH_REVERSE, "reverse SPI of the path");
	if (!reverse)
		return -EINVAL;
	chain = svp_nl_need(info, SVCPLANE_A_PATH_CHAIN, "chain of the path");
	if (!chain)
		return -EINVAL;
	conf->spi[SVP_OUT] = nla_get_u32(spi);
	conf->spi[SVP_IN] = nla_get_u32(reverse);
	conf->weight = svp_nl_u32(info->attrs[SVCPLANE_A_PATH_WEIGHT], 1);
	conf->chain = svp_policy_chain_by_name(policy, nla_data(chain));
	if (!conf->chain) {
		svp_err_attr(info->extack, chain, "plane %s has no chain %s",
			     plane->name, (char *)nla_data(chain));
		return -ENOENT;
	}
	return get_nodes(info, plane, conf);
}

static int add_path(struct genl_info *info, struct svp_txn_write *write,
		    u32 *spi)
{
	bool replace = info->nlhdr->nlmsg_flags & NLM_F_REPLACE;
	struct svp_path conf = {};
	struct svp_path *path;
	int err;

	err = get_conf(info, write->plane, write->policy, &conf);
	if (err)
		return err;
	path = svp_path_alloc(&conf);
	if (!path)
		return -ENOMEM;
	*spi = path->spi[SVP_OUT];
	err = svp_policy_add_path(write->policy, path, replace, info->extack);
	svp_path_put(path);
	return err;
}

static int path_new(struct sk_buff *skb, struct genl_info *info)
{
	struct svp_txn_write write;
	u32 spi = 0;
	int err;

	err = svp_txn_write_begin(&write, svp_genl_plane(info), info);
	if (err)
		return err;
	err = add_path(info, &write, &spi);
	err = svp_txn_write_end(&write, err, info->extack);
	if (!err && !write.txn)
		tell(info, spi);
	return err;
}

static int path_del(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *attr = svp_nl_need(info, SVCPLANE_A_PATH_SPI,
					  "SPI of the path");
	struct svp_plane *plane = svp_genl_plane(info);
	struct svp_txn_write write;
	struct svp_path *path;
	int err;

	if (!attr)
		return svp_txn_spoil(plane, info, -EINVAL);
	err = svp_txn_write_begin(&write, plane, info);
	if (err)
		return err;
	path = svp_policy_path(write.policy, nla_get_u32(attr));
	if (path)
		svp_path_hold(path);
	err = svp_policy_del_path(write.policy, nla_get_u32(attr), info->extack);
	err = svp_txn_write_end(&write, err, info->extack);
	if (!err && !write.txn)
		svp_genl_notify(info, plane, SVCPLANE_CMD_PATH_DEL_NTF,
				path_size(), fill_path, path);
	svp_path_put(path);
	return err;
}

static const struct genl_ops ops[] = {
	{
		.cmd = SVCPLANE_CMD_PATH_GET,
		.internal_flags = SVP_GENL_PLANE | SVP_GENL_LOCK,
		.policy = get_policy,
		.maxattr = SVCPLANE_A_PATH_MAX,
		.doit = path_show,
		.start = svp_genl_dump_start,
		.dumpit = path_dump,
	},
	{
		.cmd = SVCPLANE_CMD_PATH_NEW,
		.flags = GENL_ADMIN_PERM,
		.internal_flags = SVP_GENL_PLANE,
		.policy = new_policy,
		.maxattr = SVCPLANE_A_PATH_MAX,
		.doit = path_new,
	},
	{
		.cmd = SVCPLANE_CMD_PATH_DEL,
		.flags = GENL_ADMIN_PERM,
		.internal_flags = SVP_GENL_PLANE,
		.policy = get_policy,
		.maxattr = SVCPLANE_A_PATH_MAX,
		.doit = path_del,
	},
};

const struct svp_nl_ops svp_nl_path = SVP_NL_OPS(ops);
