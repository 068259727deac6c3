// SPDX-License-Identifier: GPL-2.0-only
/*
 * Netlink: service nodes, what is asked of them. Their configuration is read
 * in nl_node_conf.c.
 */
#include <net/netlink.h>

#include "attach.h"
#include "ctl.h"
#include "event.h"
#include "extack.h"
#include "genl.h"
#include "host.h"
#include "nl.h"
#include "nl_node.h"
#include "node.h"
#include "plane.h"
#include "sproxy.h"
#include "txn.h"

#define NODES_MAX	4096	/* of a plane */

static size_t node_size(void)
{
	return 4 * SVP_NL_DEV_SIZE + 3 * SVP_NL_NAME_SIZE +
	       (19 + SVP_PERM_CHAINS + SVP_NODE_HOSTS) * SVP_NL_U32_SIZE +
	       SVP_NL_MAC_SIZE + 4 * SVP_NL_COUNT_SIZE + 9 * SVP_NL_U64_SIZE;
}

static int put_legs(struct sk_buff *skb, const struct svp_node *node)
{
	static const u8 attr_name[] = { SVCPLANE_A_NODE_DEV, SVCPLANE_A_NODE_EGRESS };
	static const u8 attr_index[] = {
		SVCPLANE_A_NODE_IFINDEX, SVCPLANE_A_NODE_EGRESS_IFINDEX
	};
	struct net_device *dev;
	int i, err = 0;

	rcu_read_lock();
	for (i = 0; i < node->ops->legs && !err; i++) {
		dev = rcu_dereference(node->leg[i].dev);
		if (dev || *node->conf.legname[i])
			err = nla_put_string(skb, attr_name[i], dev ? dev->name :
					     node->conf.legname[i]);
		if (dev && !err)
			err = nla_put_u32(skb, attr_index[i], dev->ifindex);
	}
	rcu_read_unlock();
	return err;
}

static int put_u64(struct sk_buff *skb, int type, u64 value)
{
	return nla_put_u64_64bit(skb, type, value, SVCPLANE_A_NODE_PAD);
}

/* The sum, and the reasons that there were */
static int put_refused(struct sk_buff *skb, const struct svp_node *node)
{
	static const u8 attr[SVCPLANE_STATUS_MAX + 1] = {
		[SVCPLANE_STATUS_UNKNOWN_TYPE] = SVCPLANE_A_NODE_REFUSED_TYPE,
		[SVCPLANE_STATUS_MALFORMED] = SVCPLANE_A_NODE_REFUSED_MALFORMED,
		[SVCPLANE_STATUS_NOT_PERMITTED] = SVCPLANE_A_NODE_REFUSED_PERMISSION,
		[SVCPLANE_STATUS_NO_FLOW] = SVCPLANE_A_NODE_REFUSED_FLOW,
		[SVCPLANE_STATUS_STALE] = SVCPLANE_A_NODE_REFUSED_STALE,
		[SVCPLANE_STATUS_RATE] = SVCPLANE_A_NODE_REFUSED_RATE,
	};
	u64 n, sum = 0;
	int status;

	for (status = 0; status <= SVCPLANE_STATUS_MAX; status++) {
		n = atomic64_read(&node->refused[status]);
		sum += n;
		if (n && attr[status] && put_u64(skb, attr[status], n))
			return -EMSGSIZE;
	}
	n = atomic64_read(&node->unknown_tlvs);
	if (n && put_u64(skb, SVCPLANE_A_NODE_UNKNOWN_TLVS, n))
		return -EMSGSIZE;
	return put_u64(skb, SVCPLANE_A_NODE_REFUSED, sum);
}

static int put_counters(struct sk_buff *skb, const struct svp_node *node)
{
	if (svp_nl_put_count(skb, SVCPLANE_A_NODE_SENT_OUT, node->sent[SVP_OUT]) ||
	    svp_nl_put_count(skb, SVCPLANE_A_NODE_SENT_IN, node->sent[SVP_IN]) ||
	    svp_nl_put_count(skb, SVCPLANE_A_NODE_RETURNED_OUT,
			     node->returned[SVP_OUT]) ||
	    svp_nl_put_count(skb, SVCPLANE_A_NODE_RETURNED_IN,
			     node->returned[SVP_IN]) ||
	    nla_put_u64_64bit(skb, SVCPLANE_A_NODE_VERDICTS,
			      atomic64_read(&node->verdicts),
			      SVCPLANE_A_NODE_PAD) ||
	    put_refused(skb, node) ||
	    nla_put_u32(skb, SVCPLANE_A_NODE_GENERATION,
			atomic_read(&node->verdict_gen)))
		return -EMSGSIZE;
	return 0;
}

/* Nobody has a node of this host whose device is not there */
static int put_owner(struct sk_buff *skb, struct svp_plane *plane,
		     const struct svp_node *node, u32 down)
{
	u16 owner = svp_node_owner(node);
	const struct svp_host *host = owner ? svp_host_by_id(plane, owner) : NULL;
	struct svp_host_view view;

	if (!owner && svp_node_is_local(node) && !(down & SVP_NODE_DOWN_MISSING))
		owner = plane->host_id;
	if (owner && nla_put_u32(skb, SVCPLANE_A_NODE_OWNER, owner))
		return -EMSGSIZE;
	if (host) {
		svp_host_look(host, &view);
		if (nla_put_string(skb, SVCPLANE_A_NODE_OWNER_NAME, view.name))
			return -EMSGSIZE;
	}
	return nla_put_u32(skb, SVCPLANE_A_NODE_MOVES, READ_ONCE(node->moves));
}

static int fill_node(struct sk_buff *skb, struct svp_plane *plane,
		     const void *obj)
{
	const struct svp_node *node = obj;
	u32 down = READ_ONCE(node->down) & ~SVP_NODE_DOWN_GONE;

	if (svp_nl_put_plane(skb, SVCPLANE_A_NODE_PLANE, plane) ||
	    nla_put_string(skb, SVCPLANE_A_NODE_SERVICE, node->service->name) ||
	    svp_nl_node_conf_put(skb, &node->conf) || put_legs(skb, node) ||
	    put_owner(skb, plane, node, down) ||
	    nla_put_u32(skb, SVCPLANE_A_NODE_DOWN, down) ||
	    nla_put_u32(skb, SVCPLANE_A_NODE_ADMIN_DOWN,
			!!(down & SVP_NODE_DOWN_ADMIN)) ||
	    nla_put_u32(skb, SVCPLANE_A_NODE_USERS, node->users) ||
	    put_counters(skb, node))
		return -EMSGSIZE;
	return 0;
}

static struct svp_node *find(struct genl_info *info)
{
	struct nlattr *name = info->attrs[SVCPLANE_A_NODE_NAME];
	struct nlattr *id = info->attrs[SVCPLANE_A_NODE_ID];
	struct svp_plane *plane = svp_genl_plane(info);
	struct svp_node *node = NULL;

	if (name) {
		node = svp_plane_node_by_name(plane, nla_data(name));
		if (node && id && node->conf.id != nla_get_u32(id))
			node = NULL;
	} else if (id) {
		node = svp_plane_node(plane, nla_get_u32(id));
	} else {
		svp_nl_need(info, SVCPLANE_A_NODE_NAME, "name or id of the node");
		return ERR_PTR(-EINVAL);
	}
	if (node)
		return node;
	if (name)
		svp_err_attr(info->extack, name, "plane %s has no node %s",
			     plane->name, (char *)nla_data(name));
	else
		svp_err_attr(info->extack, id, "plane %s has no node with id %u",
			     plane->name, nla_get_u32(id));
	return ERR_PTR(-ENOENT);
}

static int node_get(struct sk_buff *skb, struct genl_info *info)
{
	struct svp_node *node = find(info);

	if (IS_ERR(node))
		return PTR_ERR(node);
	return svp_genl_reply(info, svp_genl_plane(info), SVCPLANE_CMD_NODE_GET,
			      node_size(), fill_node, node);
}

static int dump_nodes(struct sk_buff *skb, struct netlink_callback *cb,
		      struct svp_plane *plane)
{
	struct svp_dump *at = svp_dump(cb);
	struct svp_node *node;
	unsigned long id;
	int err = 0;

	mutex_lock(&plane->lock);
	xa_for_each_start(&plane->nodes, id, node, at->at) {
		err = svp_genl_dump_one(skb, cb, SVCPLANE_CMD_NODE_GET, plane,
					fill_node, node);
		if (err)
			break;
		at->at = id + 1;
	}
	mutex_unlock(&plane->lock);
	return err;
}

static int node_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	return svp_genl_dump(skb, cb, dump_nodes);
}

static void tell(struct genl_info *info, const struct svp_node *node, u8 cmd)
{
	svp_genl_plane(info)->conf_gen++;
	svp_genl_notify(info, svp_genl_plane(info), cmd, node_size(), fill_node,
			node);
}

/* Takes the devices, then lets paths name the node: publication comes last */
static int add_node(struct svp_plane *plane, struct svp_node *node,
		    struct netlink_ext_ack *extack)
{
	int err;

	if (svp_node_is_local(node)) {
		err = svp_attach_node(node, extack);
		if (err)
			return err;
	}
	err = xa_insert(&plane->nodes, node->conf.id, node, GFP_KERNEL);
	if (err)
		svp_attach_node_gone(node);
	else
		node->service->users++;
	return err;
}

static int check_room(struct svp_plane *plane, struct netlink_ext_ack *extack)
{
	struct svp_node *node;
	unsigned int n = 0;
	unsigned long id;

	xa_for_each(&plane->nodes, id, node)
		n++;
	if (n < NODES_MAX)
		return 0;
	svp_err(extack, "a plane holds at most %u nodes", NODES_MAX);
	return -ENOSPC;
}

static int node_new(struct sk_buff *skb, struct genl_info *info)
{
	struct svp_plane *plane = svp_genl_plane(info);
	struct svp_service *service;
	struct svp_node_conf conf;
	struct svp_node *node;
	int err;

	if (info->nlhdr->nlmsg_flags & NLM_F_REPLACE) {
		svp_err(info->extack, "a node cannot be replaced; change it with set, or delete it first");
		return -EOPNOTSUPP;
	}
	err = check_room(plane, info->extack) ?:
	      svp_nl_node_conf(info, plane, &conf, &service);
	if (err)
		return err;
	node = svp_node_alloc(plane, service, &conf, svp_sproxy_ops(conf.mode));
	if (IS_ERR(node))
		return PTR_ERR(node);
	if (svp_nl_u32(info->attrs[SVCPLANE_A_NODE_ADMIN_DOWN], 0))
		svp_node_set_down(node, SVP_NODE_DOWN_ADMIN, true);
	err = add_node(plane, node, info->extack);
	if (err) {
		svp_node_put(node);
		return err;
	}
	svp_ctl_announce(plane);
	tell(info, node, SVCPLANE_CMD_NODE_NTF);
	return 0;
}

static void set_down(struct svp_plane *plane, struct svp_node *node, bool down)
{
	bool changed = svp_node_set_down(node, SVP_NODE_DOWN_ADMIN, down);

	/* whether this host claims it to be up has changed, too */
	changed |= svp_node_update(node);
	svp_ctl_announce(plane);
	if (changed)
		svp_event_raise(plane->net, &(struct svp_event){
			.kind = SVP_EV_NODE,
			.what = svp_node_usable(node) ? "up" : "down",
			.plane = plane,
			.object = node->conf.name,
			.reason = "set by the operator",
			.node = node,
		});
}

static int node_change(struct sk_buff *skb, struct genl_info *info)
{
	struct svp_plane *plane = svp_genl_plane(info);
	struct svp_node *node = find(info);
	struct svp_node_conf conf;
	int err;

	if (IS_ERR(node))
		return PTR_ERR(node);
	conf = node->conf;
	err = svp_nl_node_change(info, &conf);
	if (err)
		return err;
	svp_nl_node_apply(node, &conf);
	if (info->attrs[SVCPLANE_A_NODE_ADMIN_DOWN])
		set_down(plane, node, nla_get_u32(info->attrs[SVCPLANE_A_NODE_ADMIN_DOWN]));
	/* permissions may be gone, paths usable or not: every flow asks again */
	svp_plane_bump(plane);
	tell(info, node, SVCPLANE_CMD_NODE_NTF);
	return 0;
}

/* Names the paths of @policy that need @node; how many there are */
static unsigned int name_paths(const struct svp_policy *policy,
			       const struct svp_node *node, char *list,
			       size_t size)
{
	struct svp_path *path;
	unsigned int n = 0;
	unsigned long spi;
	size_t used = 0;

	*list = '\0';
	xa_for_each((struct xarray *)&policy->spis, spi, path) {
		if (spi != path->spi[SVP_OUT] ||
		    svp_path_find_node(path, SVP_OUT, node) < 0)
			continue;
		if (n++ < 6)
			used += scnprintf(list + used, size - used, "%s%lu",
					  used ? ", " : "", spi);
	}
	if (n > 6)
		scnprintf(list + used, size - used, ", ...");
	return n;
}

static int check_unused(struct svp_plane *plane, const struct svp_node *node,
			struct netlink_ext_ack *extack)
{
	const struct svp_policy *draft = svp_txn_draft(plane);
	char list[96];

	if (name_paths(svp_nl_policy(plane), node, list, sizeof(list))) {
		svp_err(extack, "node %s is used by path %s", node->conf.name, list);
		return -EBUSY;
	}
	if (draft && name_paths(draft, node, list, sizeof(list))) {
		svp_err(extack, "node %s is used by path %s of an open transaction",
			node->conf.name, list);
		return -EBUSY;
	}
	return 0;
}

static int node_del(struct sk_buff *skb, struct genl_info *info)
{
	struct svp_plane *plane = svp_genl_plane(info);
	struct svp_node *node = find(info);
	int err;

	if (IS_ERR(node))
		return PTR_ERR(node);
	err = check_unused(plane, node, info->extack);
	if (err)
		return err;
	xa_erase(&plane->nodes, node->conf.id);
	node->service->users--;
	svp_attach_node_gone(node);
	/* What it has asked for is over, whether it was up or not */
	svp_node_set_down(node, SVP_NODE_DOWN_GONE, true);
	svp_plane_bump(plane);
	svp_ctl_announce_gone(node);
	tell(info, node, SVCPLANE_CMD_NODE_DEL_NTF);
	svp_node_put(node);
	return 0;
}

#define HELD (SVP_GENL_PLANE | SVP_GENL_RTNL | SVP_GENL_LOCK)

static const struct genl_ops ops[] = {
	{
		.cmd = SVCPLANE_CMD_NODE_GET,
		.internal_flags = SVP_GENL_PLANE | SVP_GENL_LOCK,
		.policy = svp_nl_node_get_policy,
		.maxattr = SVCPLANE_A_NODE_MAX,
		.doit = node_get,
		.start = svp_genl_dump_start,
		.dumpit = node_dump,
	},
	{
		.cmd = SVCPLANE_CMD_NODE_NEW,
		.flags = GENL_ADMIN_PERM,
		.internal_flags = HELD,
		.policy = svp_nl_node_new_policy,
		.maxattr = SVCPLANE_A_NODE_MAX,
		.doit = node_new,
	},
	{
		.cmd = SVCPLANE_CMD_NODE_SET,
		.flags = GENL_ADMIN_PERM,
		.internal_flags = HELD,
		.policy = svp_nl_node_set_policy,
		.maxattr = SVCPLANE_A_NODE_MAX,
		.doit = node_change,
	},
	{
		.cmd = SVCPLANE_CMD_NODE_DEL,
		.flags = GENL_ADMIN_PERM,
		.internal_flags = HELD,
		.policy = svp_nl_node_get_policy,
		.maxattr = SVCPLANE_A_NODE_MAX,
		.doit = node_del,
	},
};

const struct svp_nl_ops svp_nl_node = SVP_NL_OPS(ops);
