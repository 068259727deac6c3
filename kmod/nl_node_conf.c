// SPDX-License-Identifier: GPL-2.0-only
/*
 * Netlink: the configuration of a node, read, checked and written.
 */
#include <linux/etherdevice.h>
#include <net/netlink.h>
#include <uapi/linux/svcplane_wire.h>

#include "extack.h"
#include "genl.h"
#include "nl.h"
#include "nl_node.h"
#include "plane.h"
#include "sproxy.h"

#define VERDICT_RATE	1000	/* a second */
#define VERDICT_BURST	2000

#define NODE_FLAGS							\
	(SVCPLANE_NODE_FLAG_GSO | SVCPLANE_NODE_FLAG_DECREMENTS |	\
	 SVCPLANE_NODE_FLAG_OAM)
#define PERMS								\
	(SVCPLANE_PERM_DROP | SVCPLANE_PERM_ALLOW | SVCPLANE_PERM_SKIP | \
	 SVCPLANE_PERM_REPATH)

static_assert((int)SVCPLANE_NODE_MODE_TAP == SVP_NODE_TAP);
static_assert((int)SVCPLANE_MACS_KEEP == SVP_MACS_KEEP);
static_assert((int)SVCPLANE_CONTEXT_MD2 == SVP_CTX_MD2);
static_assert((int)SVCPLANE_NODE_FLAG_GSO == SVP_NODE_GSO);
static_assert((int)SVCPLANE_NODE_FLAG_DECREMENTS == SVP_NODE_DECREMENTS);
static_assert((int)SVCPLANE_NODE_FLAG_OAM == SVP_NODE_OAM);
static_assert((int)SVCPLANE_PERM_DROP == SVP_PERM_DROP);
static_assert((int)SVCPLANE_PERM_ALLOW == SVP_PERM_ALLOW);
static_assert((int)SVCPLANE_PERM_SKIP == SVP_PERM_SKIP);
static_assert((int)SVCPLANE_PERM_REPATH == SVP_PERM_REPATH);
static_assert((int)SVCPLANE_DOWN_REMOTE == SVP_NODE_DOWN_REMOTE);

const struct nla_policy svp_nl_node_get_policy[SVCPLANE_A_NODE_MAX + 1] = {
	[SVCPLANE_A_NODE_PLANE] = SVP_NL_PLANE_POLICY,
	[SVCPLANE_A_NODE_NAME] = SVP_NL_NAME_POLICY,
	[SVCPLANE_A_NODE_ID] = NLA_POLICY_FULL_RANGE(NLA_U32, &svp_nl_id),
};

const struct nla_policy svp_nl_node_new_policy[SVCPLANE_A_NODE_MAX + 1] = {
	[SVCPLANE_A_NODE_PLANE] = SVP_NL_PLANE_POLICY,
	[SVCPLANE_A_NODE_NAME] = SVP_NL_NAME_POLICY,
	[SVCPLANE_A_NODE_ID] = NLA_POLICY_FULL_RANGE(NLA_U32, &svp_nl_id),
	[SVCPLANE_A_NODE_SERVICE] = SVP_NL_NAME_POLICY,
	[SVCPLANE_A_NODE_MODE] = NLA_POLICY_MAX(NLA_U32, SVCPLANE_NODE_MODE_TAP),
	[SVCPLANE_A_NODE_DEV] = SVP_NL_DEV_POLICY,
	[SVCPLANE_A_NODE_EGRESS] = SVP_NL_DEV_POLICY,
	[SVCPLANE_A_NODE_MACS] = NLA_POLICY_MAX(NLA_U32, SVCPLANE_MACS_KEEP),
	[SVCPLANE_A_NODE_CONTEXT] = NLA_POLICY_MAX(NLA_U32, SVCPLANE_CONTEXT_MD2),
	[SVCPLANE_A_NODE_FLAGS] = NLA_POLICY_MASK(NLA_U32, NODE_FLAGS),
	[SVCPLANE_A_NODE_PERMS] = NLA_POLICY_MASK(NLA_U32, PERMS),
	[SVCPLANE_A_NODE_REPATH_CHAIN] = NLA_POLICY_FULL_RANGE(NLA_U32, &svp_nl_id),
	[SVCPLANE_A_NODE_MAC] = NLA_POLICY_EXACT_LEN(ETH_ALEN),
	[SVCPLANE_A_NODE_VLAN_LO] = NLA_POLICY_RANGE(NLA_U32, 1, 4094),
	[SVCPLANE_A_NODE_VLAN_HI] = NLA_POLICY_RANGE(NLA_U32, 1, 4094),
	[SVCPLANE_A_NODE_VERDICT_RATE] = { .type = NLA_U32 },
	[SVCPLANE_A_NODE_VERDICT_BURST] = { .type = NLA_U32 },
	[SVCPLANE_A_NODE_FLOW_RATE] = { .type = NLA_U32 },
	[SVCPLANE_A_NODE_HOST] = NLA_POLICY_RANGE(NLA_U32, 1, 4094),
	[SVCPLANE_A_NODE_ADMIN_DOWN] = NLA_POLICY_MAX(NLA_U32, 1),
};

const struct nla_policy svp_nl_node_set_policy[SVCPLANE_A_NODE_MAX + 1] = {
	[SVCPLANE_A_NODE_PLANE] = SVP_NL_PLANE_POLICY,
	[SVCPLANE_A_NODE_NAME] = SVP_NL_NAME_POLICY,
	[SVCPLANE_A_NODE_ID] = NLA_POLICY_FULL_RANGE(NLA_U32, &svp_nl_id),
	[SVCPLANE_A_NODE_PERMS] = NLA_POLICY_MASK(NLA_U32, PERMS),
	[SVCPLANE_A_NODE_REPATH_CHAIN] = NLA_POLICY_FULL_RANGE(NLA_U32, &svp_nl_id),
	[SVCPLANE_A_NODE_VERDICT_RATE] = { .type = NLA_U32 },
	[SVCPLANE_A_NODE_VERDICT_BURST] = { .type = NLA_U32 },
	[SVCPLANE_A_NODE_FLOW_RATE] = { .type = NLA_U32 },
	[SVCPLANE_A_NODE_ADMIN_DOWN] = NLA_POLICY_MAX(NLA_U32, 1),
};

static int get_id(struct genl_info *info, struct svp_plane *plane, u16 *id)
{
	struct nlattr *attr = info->attrs[SVCPLANE_A_NODE_ID];
	struct svp_node *taken;
	u32 try;

	if (attr) {
		*id = nla_get_u32(attr);
		taken = svp_plane_node(plane, *id);
		if (!taken)
			return 0;
		svp_err_attr(info->extack, attr, "node id %u is taken by node %s",
			     *id, taken->conf.name);
		return -EEXIST;
	}
	for (try = 1; try <= SVCPLANE_NODE_MAX; try++) {
		*id = try;
		if (!svp_plane_node(plane, try))
			return 0;
	}
	svp_err(info->extack, "all %u node ids are taken", SVCPLANE_NODE_MAX);
	return -ENOSPC;
}

static int get_name(struct genl_info *info, struct svp_plane *plane, char *name)
{
	struct nlattr *attr = svp_nl_need(info, SVCPLANE_A_NODE_NAME,
					  "name of the node");
	int err;

	if (!attr)
		return -EINVAL;
	err = svp_nl_name(attr, name, "node", info->extack);
	if (err)
		return err;
	if (svp_plane_node_by_name(plane, name)) {
		svp_err_attr(info->extack, attr, "plane %s has a node %s",
			     plane->name, name);
		return -EEXIST;
	}
	return 0;
}

static struct svp_service *get_service(struct genl_info *info,
				       struct svp_plane *plane)
{
	struct nlattr *attr = svp_nl_need(info, SVCPLANE_A_NODE_SERVICE,
					  "service of the node");
	struct svp_service *service;

	if (!attr)
		return ERR_PTR(-EINVAL);
	service = svp_plane_service(plane, nla_data(attr));
	if (service)
		return service;
	svp_err_attr(info->extack, attr, "plane %s has no service %s",
		     plane->name, (char *)nla_data(attr));
	return ERR_PTR(-ENOENT);
}

static int get_hosts(struct genl_info *info, struct svp_node_conf *conf)
{
	u32 hosts[SVP_NODE_HOSTS];
	int i, n;

	n = svp_nl_u32s(info, SVCPLANE_A_NODE_HOST, hosts, SVP_NODE_HOSTS, "hosts");
	if (n < 0)
		return n;
	for (i = 0; i < n; i++)
		conf->hosts[i] = hosts[i];
	conf->n_hosts = n;
	return 0;
}

static int get_legs(struct genl_info *info, struct svp_node_conf *conf)
{
	struct nlattr *dev = info->attrs[SVCPLANE_A_NODE_DEV];
	struct nlattr *egress = info->attrs[SVCPLANE_A_NODE_EGRESS];
	const struct svp_node_ops *ops = svp_sproxy_ops(conf->mode);

	if (!ops) {
		svp_err_attr(info->extack, info->attrs[SVCPLANE_A_NODE_MODE],
			     "node mode %u is not supported", conf->mode);
		return -EOPNOTSUPP;
	}
	if (dev)
		nla_strscpy(conf->legname[0], dev, IFNAMSIZ);
	if (egress)
		nla_strscpy(conf->legname[1], egress, IFNAMSIZ);
	if (ops->legs < 2 && egress) {
		svp_err_attr(info->extack, egress, "a node of mode %s has one leg: dev",
			     ops->name);
		return -EINVAL;
	}
	/* a node of other hosts only needs none here */
	if (conf->n_hosts || (*conf->legname[0] &&
			      (ops->legs < 2 || *conf->legname[1])))
		return 0;
	svp_err(info->extack, "a node of mode %s needs %s", ops->name,
		ops->legs < 2 ? "dev" : "dev and egress");
	return -EINVAL;
}

static int refuse_for_mode(struct genl_info *info, int type, const char *what,
			   bool fits)
{
	if (fits || !info->attrs[type])
		return 0;
	svp_err_attr(info->extack, info->attrs[type],
		     "%s does not go with this mode of node", what);
	return -EINVAL;
}

static int check_mode(struct genl_info *info, const struct svp_node_conf *conf)
{
	bool nsh = conf->mode == SVP_NODE_NSH, vlan = conf->mode == SVP_NODE_VLAN;

	return refuse_for_mode(info, SVCPLANE_A_NODE_MACS, "macs",
			       conf->mode == SVP_NODE_INLINE) ?:
	       refuse_for_mode(info, SVCPLANE_A_NODE_CONTEXT, "context", nsh) ?:
	       refuse_for_mode(info, SVCPLANE_A_NODE_FLAGS, "flags", nsh) ?:
	       refuse_for_mode(info, SVCPLANE_A_NODE_MAC, "mac",
			       nsh || conf->mode == SVP_NODE_TAP) ?:
	       refuse_for_mode(info, SVCPLANE_A_NODE_VLAN_LO, "vlan", vlan) ?:
	       refuse_for_mode(info, SVCPLANE_A_NODE_VLAN_HI, "vlan", vlan);
}

/* Nodes are given no OAM packets yet: who asks for them is told so */
static int check_flags(struct genl_info *info, const struct svp_node_conf *conf)
{
	if (!(conf->flags & SVP_NODE_OAM))
		return 0;
	svp_err_attr(info->extack, info->attrs[SVCPLANE_A_NODE_FLAGS],
		     "oam is not supported yet: nodes are given no OAM packets");
	return -EOPNOTSUPP;
}

static int get_addresses(struct genl_info *info, struct svp_node_conf *conf)
{
	struct nlattr *mac = info->attrs[SVCPLANE_A_NODE_MAC];
	const u8 by_id[ETH_ALEN] = {
		SVCPLANE_MAC_0, SVCPLANE_MAC_1, SVCPLANE_MAC_NODE,
		conf->id >> 8, conf->id & 0xff, 0,
	};

	conf->vlan_lo = svp_nl_u32(info->attrs[SVCPLANE_A_NODE_VLAN_LO], 1);
	conf->vlan_hi = svp_nl_u32(info->attrs[SVCPLANE_A_NODE_VLAN_HI], 4094);
	if (conf->vlan_lo > conf->vlan_hi) {
		svp_err_attr(info->extack, info->attrs[SVCPLANE_A_NODE_VLAN_HI],
			     "VLAN range %u to %u is empty", conf->vlan_lo,
			     conf->vlan_hi);
		return -EINVAL;
	}
	memcpy(conf->mac, mac ? nla_data(mac) : by_id, ETH_ALEN);
	if (!is_valid_ether_addr(conf->mac)) {
		svp_err_attr(info->extack, mac, "%pM is not the address of a single device",
			     conf->mac);
		return -EINVAL;
	}
	return 0;
}

/* What a node has rewritten is found by a number or tag, by nothing in the frame */
static int check_rewrites(struct genl_info *info,
			  const struct svp_node_conf *conf,
			  const struct svp_service *service)
{
	struct nlattr **attrs = info->attrs;

	if (!(service->flags & SVP_SERVICE_REWRITES))
		return 0;
	if (conf->macs == SVP_MACS_KEEP) {
		svp_err_attr(info->extack, attrs[SVCPLANE_A_NODE_MACS],
			     "service %s rewrites: its frames cannot be found again with macs keep",
			     service->name);
		return -EINVAL;
	}
	if (conf->mode == SVP_NODE_NSH && conf->context == SVP_CTX_ZERO) {
		svp_err_attr(info->extack, attrs[SVCPLANE_A_NODE_CONTEXT],
			     "service %s rewrites: its frames cannot be found again with context zero; use svcplane, dc or md2",
			     service->name);
		return -EINVAL;
	}
	return 0;
}

/**
 * svp_nl_node_conf - read what a new node is to be
 * @info: request
 * @plane: its plane
 * @conf: result
 * @service: its service, no reference
 *
 * Context: svp_plane.lock.
 * Return: 0 or a negative errno with its text.
 */
int svp_nl_node_conf(struct genl_info *info, struct svp_plane *plane,
		     struct svp_node_conf *conf, struct svp_service **service)
{
	struct nlattr **attrs = info->attrs;

	memset(conf, 0, sizeof(*conf));
	*service = get_service(info, plane);
	if (IS_ERR(*service))
		return PTR_ERR(*service);
	conf->mode = svp_nl_u32(attrs[SVCPLANE_A_NODE_MODE], SVP_NODE_INLINE);
	conf->macs = svp_nl_u32(attrs[SVCPLANE_A_NODE_MACS], SVP_MACS_LINK);
	conf->context = svp_nl_u32(attrs[SVCPLANE_A_NODE_CONTEXT],
				   SVP_CTX_SVCPLANE);
	conf->flags = svp_nl_u32(attrs[SVCPLANE_A_NODE_FLAGS],
				 SVP_NODE_DECREMENTS);
	conf->perms = SVP_PERM_DEFAULT;
	conf->verdict_rate = VERDICT_RATE;
	conf->verdict_burst = VERDICT_BURST;
	return check_rewrites(info, conf, *service) ?: get_name(info, plane, conf->name) ?:
	       get_id(info, plane, &conf->id) ?: get_hosts(info, conf) ?:
	       get_legs(info, conf) ?: check_mode(info, conf) ?:
	       check_flags(info, conf) ?: get_addresses(info, conf) ?:
	       svp_nl_node_change(info, conf);
}

static int get_chains(struct genl_info *info, struct svp_node_conf *conf)
{
	u32 chains[SVP_PERM_CHAINS];
	int i, n;

	n = svp_nl_u32s(info, SVCPLANE_A_NODE_REPATH_CHAIN, chains,
			SVP_PERM_CHAINS, "chains of re-path");
	/* permissions without a list take the list away */
	if (n < 0 || (!n && !info->attrs[SVCPLANE_A_NODE_PERMS]))
		return n;
	for (i = 0; i < n; i++)
		conf->chains[i] = chains[i];
	conf->n_chains = n;
	return 0;
}

/**
 * svp_nl_node_change - read what may be set at any time
 * @info: request
 * @conf: changed by what is given
 *
 * Return: 0 or a negative errno with its text.
 */
int svp_nl_node_change(struct genl_info *info, struct svp_node_conf *conf)
{
	struct nlattr **attrs = info->attrs;

	conf->perms = svp_nl_u32(attrs[SVCPLANE_A_NODE_PERMS], conf->perms);
	conf->verdict_rate = svp_nl_u32(attrs[SVCPLANE_A_NODE_VERDICT_RATE],
					conf->verdict_rate);
	conf->verdict_burst = svp_nl_u32(attrs[SVCPLANE_A_NODE_VERDICT_BURST],
					 conf->verdict_burst);
	conf->flow_rate = svp_nl_u32(attrs[SVCPLANE_A_NODE_FLOW_RATE],
				     conf->flow_rate);
	return get_chains(info, conf);
}

static bool has_chain(const struct svp_node_conf *conf, u16 chain)
{
	u8 i;

	for (i = 0; i < conf->n_chains; i++)
		if (conf->chains[i] == chain)
			return true;
	return false;
}

/* Is there something the node could ask for before, and not any more? */
static bool loses_perms(const struct svp_node_conf *old,
			const struct svp_node_conf *conf)
{
	u8 i;

	for (i = 0; i < old->n_chains; i++)
		if (!has_chain(conf, old->chains[i]))
			return true;
	return old->perms & ~conf->perms;
}

/**
 * svp_nl_node_apply - let a live node have a changed configuration
 * @node: the node; packets may be reading it
 * @conf: result of svp_nl_node_change()
 *
 * Context: svp_plane.lock.
 */
void svp_nl_node_apply(struct svp_node *node, const struct svp_node_conf *conf)
{
	bool bucket = node->conf.verdict_rate != conf->verdict_rate ||
		      node->conf.verdict_burst != conf->verdict_burst;
	bool loses = loses_perms(&node->conf, conf);
	u8 i;

	/* a reader sees an empty list while the list changes */
	WRITE_ONCE(node->conf.n_chains, 0);
	for (i = 0; i < conf->n_chains; i++)
		WRITE_ONCE(node->conf.chains[i], conf->chains[i]);
	/* the entries are visible to whoever sees their number */
	smp_store_release(&node->conf.n_chains, conf->n_chains);
	node->conf.perms = conf->perms;
	WRITE_ONCE(node->perms, conf->perms);
	if (loses)
		/* last: what was asked for under the old ones does not hold */
		smp_store_release(&node->lost_perms, node->lost_perms + 1);
	WRITE_ONCE(node->conf.flow_rate, conf->flow_rate);
	node->conf.verdict_rate = conf->verdict_rate;
	node->conf.verdict_burst = conf->verdict_burst;
	if (bucket)
		svp_bucket_set(&node->bucket, conf->verdict_rate,
			       conf->verdict_burst);
}

/**
 * svp_nl_node_conf_put - write the configuration of a node
 * @skb: message
 * @conf: the configuration; without the names of legs
 *
 * Return: 0 or -EMSGSIZE.
 */
int svp_nl_node_conf_put(struct sk_buff *skb, const struct svp_node_conf *conf)
{
	u8 i;

	if (nla_put_string(skb, SVCPLANE_A_NODE_NAME, conf->name) ||
	    nla_put_u32(skb, SVCPLANE_A_NODE_ID, conf->id) ||
	    nla_put_u32(skb, SVCPLANE_A_NODE_MODE, conf->mode) ||
	    nla_put_u32(skb, SVCPLANE_A_NODE_PERMS, conf->perms) ||
	    nla_put_u32(skb, SVCPLANE_A_NODE_VERDICT_RATE, conf->verdict_rate) ||
	    nla_put_u32(skb, SVCPLANE_A_NODE_VERDICT_BURST, conf->verdict_burst) ||
	    nla_put_u32(skb, SVCPLANE_A_NODE_FLOW_RATE, conf->flow_rate))
		return -EMSGSIZE;
	for (i = 0; i < conf->n_chains; i++)
		if (nla_put_u32(skb, SVCPLANE_A_NODE_REPATH_CHAIN, conf->chains[i]))
			return -EMSGSIZE;
	for (i = 0; i < conf->n_hosts; i++)
		if (nla_put_u32(skb, SVCPLANE_A_NODE_HOST, conf->hosts[i]))
			return -EMSGSIZE;
	if (conf->mode == SVP_NODE_INLINE)
		return nla_put_u32(skb, SVCPLANE_A_NODE_MACS, conf->macs);
	if ((conf->mode == SVP_NODE_NSH || conf->mode == SVP_NODE_TAP) &&
	    nla_put(skb, SVCPLANE_A_NODE_MAC, ETH_ALEN, conf->mac))
		return -EMSGSIZE;
	if (conf->mode == SVP_NODE_VLAN &&
	    (nla_put_u32(skb, SVCPLANE_A_NODE_VLAN_LO, conf->vlan_lo) ||
	     nla_put_u32(skb, SVCPLANE_A_NODE_VLAN_HI, conf->vlan_hi)))
		return -EMSGSIZE;
	if (conf->mode == SVP_NODE_NSH &&
	    (nla_put_u32(skb, SVCPLANE_A_NODE_CONTEXT, conf->context) ||
	     nla_put_u32(skb, SVCPLANE_A_NODE_FLAGS, conf->flags)))
		return -EMSGSIZE;
	return 0;
}
