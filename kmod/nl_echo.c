// SPDX-License-Identifier: GPL-2.0-only
/*
 * Netlink: echo requests, and their outcomes to the sockets that asked.
 */
#include <linux/notifier.h>
#include <net/netlink.h>

#include "extack.h"
#include "flow.h"
#include "genl.h"
#include "host.h"
#include "nl.h"
#include "node.h"
#include "oam.h"
#include "plane.h"
#include "policy.h"
#include "port.h"

static const struct nla_policy send_policy[SVCPLANE_A_ECHO_MAX + 1] = {
	[SVCPLANE_A_ECHO_PLANE] = SVP_NL_PLANE_POLICY,
	[SVCPLANE_A_ECHO_HOST] =
		NLA_POLICY_RANGE(NLA_U32, SVCPLANE_HOST_MIN, SVCPLANE_HOST_MAX),
	[SVCPLANE_A_ECHO_HOST_NAME] = SVP_NL_NAME_POLICY,
	[SVCPLANE_A_ECHO_NODE] = SVP_NL_NAME_POLICY,
	[SVCPLANE_A_ECHO_SPI] = NLA_POLICY_FULL_RANGE(NLA_U32, &svp_nl_spi),
	[SVCPLANE_A_ECHO_TAG] = NLA_POLICY_FULL_RANGE(NLA_U32, &svp_nl_tag),
	[SVCPLANE_A_ECHO_REVERSE] = { .type = NLA_FLAG },
	[SVCPLANE_A_ECHO_TTL] = NLA_POLICY_MAX(NLA_U32, SVCPLANE_TTL_DEFAULT),
	[SVCPLANE_A_ECHO_HANDLE] = { .type = NLA_U32 },
	[SVCPLANE_A_ECHO_SEQUENCE] = { .type = NLA_U32 },
};

/* A request; @held is a reference to ask.path, or NULL */
struct request {
	struct svp_oam_ask ask;
	struct svp_path *held;
};

static int get_host(struct genl_info *info, struct nlattr *attr,
		    struct request *req)
{
	struct svp_plane *plane = svp_genl_plane(info);
	u16 id = nla_get_u32(attr);

	req->ask.host = id;
	if (id == plane->host_id || svp_host_by_id(plane, id))
		return 0;
	svp_err_attr(info->extack, attr, "plane %s has no host %u", plane->name, id);
	return -ENOENT;
}

static int get_host_name(struct genl_info *info, struct nlattr *attr,
			 struct request *req)
{
	struct svp_plane *plane = svp_genl_plane(info);
	struct svp_host *host = svp_host_by_name(plane, nla_data(attr));

	if (host) {
		req->ask.host = svp_host_id(host);
		return 0;
	}
	svp_err_attr(info->extack, attr, "plane %s has no host %s", plane->name,
		     (char *)nla_data(attr));
	return -ENOENT;
}

/* One that no host has is asked after here: there is the reason */
static int get_node(struct genl_info *info, struct nlattr *attr,
		    struct request *req)
{
	struct svp_plane *plane = svp_genl_plane(info);
	struct svp_node *node = svp_plane_node_by_name(plane, nla_data(attr));

	if (!node) {
		svp_err_attr(info->extack, attr, "plane %s has no node %s",
			     plane->name, (char *)nla_data(attr));
		return -ENOENT;
	}
	req->ask.node = node->conf.id;
	req->ask.host = svp_node_owner(node) ?: plane->host_id;
	return 0;
}

static int get_path(struct genl_info *info, struct nlattr *attr,
		    struct request *req)
{
	struct svp_plane *plane = svp_genl_plane(info);
	u32 spi = nla_get_u32(attr);
	struct svp_path *path = svp_policy_path(svp_nl_policy(plane), spi);

	if (!path) {
		svp_err_attr(info->extack, attr, "plane %s has no path %u",
			     plane->name, spi);
		return -ENOENT;
	}
	req->held = svp_path_hold(path);
	req->ask.dir = spi == path->spi[SVP_IN] ? SVP_IN : SVP_OUT;
	if (nla_get_flag(info->attrs[SVCPLANE_A_ECHO_REVERSE]))
		req->ask.dir = !req->ask.dir;
	return 0;
}

/* The flow's path as of now, which may be on its way out. Context: RCU, BH off */
static int pin(struct svp_flow *flow, struct request *req)
{
	struct svp_path *path;

	path = svp_flow_path_skip(flow, req->ask.dir, &req->ask.skip);
	if (!path || !refcount_inc_not_zero(&path->ref))
		return -ENOENT;
	req->held = path;
	req->ask.iface = flow->port->proxy->id;
	return 0;
}

static int get_flow(struct genl_info *info, struct nlattr *attr,
		    struct request *req)
{
	struct svp_plane *plane = svp_genl_plane(info);
	struct svp_flow *flow;
	int err = -ENOENT;

	req->ask.tag = nla_get_u32(attr);
	if (nla_get_flag(info->attrs[SVCPLANE_A_ECHO_REVERSE]))
		req->ask.dir = SVP_IN;
	rcu_read_lock();
	local_bh_disable();
	flow = svp_flow_by_tag(plane->flows, req->ask.tag);
	if (flow && svp_flow_is_far(flow))	/* its path begins elsewhere */
		flow = NULL;
	if (flow)
		err = pin(flow, req);
	local_bh_enable();
	rcu_read_unlock();
	if (err && !flow)
		svp_err_attr(info->extack, attr, "plane %s has no flow with tag %#x",
			     plane->name, req->ask.tag);
	else if (err)
		svp_err_attr(info->extack, attr, "flow %#x takes no path in this direction",
			     req->ask.tag);
	return err;
}

/* What is asked: exactly one of these attributes says so */
static int get_target(struct genl_info *info, struct request *req)
{
	static const struct {
		int type;
		int (*get)(struct genl_info *info, struct nlattr *attr,
			   struct request *req);
	} targets[] = {
		{ SVCPLANE_A_ECHO_HOST, get_host },
		{ SVCPLANE_A_ECHO_HOST_NAME, get_host_name },
		{ SVCPLANE_A_ECHO_NODE, get_node },
		{ SVCPLANE_A_ECHO_SPI, get_path },
		{ SVCPLANE_A_ECHO_TAG, get_flow },
	};
	int i, found = -1;

	for (i = 0; i < ARRAY_SIZE(targets); i++) {
		if (!info->attrs[targets[i].type])
			continue;
		if (found >= 0) {
			svp_err_attr(info->extack, info->attrs[targets[i].type],
				     "one of host, host-name, node, spi and tag is enough");
			return -EINVAL;
		}
		found = i;
	}
	if (found < 0) {
		svp_err(info->extack, "host, host-name, node, spi or tag must say what is asked");
		return -EINVAL;
	}
	if (info->attrs[SVCPLANE_A_ECHO_REVERSE] &&
	    targets[found].type != SVCPLANE_A_ECHO_SPI &&
	    targets[found].type != SVCPLANE_A_ECHO_TAG) {
		svp_err_attr(info->extack, info->attrs[SVCPLANE_A_ECHO_REVERSE],
			     "reverse goes with spi or tag");
		return -EINVAL;
	}
	return targets[found].get(info, info->attrs[targets[found].type], req);
}

static int echo_send(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr **attrs = info->attrs;
	struct request req = {
		.ask = {
			.portid = info->snd_portid,
			.handle = svp_nl_u32(attrs[SVCPLANE_A_ECHO_HANDLE], 0),
			.seq = svp_nl_u32(attrs[SVCPLANE_A_ECHO_SEQUENCE], 0),
			.ttl = svp_nl_u32(attrs[SVCPLANE_A_ECHO_TTL],
					  SVCPLANE_TTL_DEFAULT),
		},
	};
	int err = get_target(info, &req);

	if (err)
		return err;
	req.ask.path = req.held;
	err = svp_oam_ask(svp_genl_plane(info), &req.ask, info->extack);
	svp_path_put(req.held);
	return err;
}

static size_t result_size(void)
{
	return SVP_NL_DEV_SIZE + 3 * SVP_NL_NAME_SIZE + SVP_NL_U64_SIZE +
	       13 * SVP_NL_U32_SIZE;
}

/* A host with its name, which that of this one has not. Context: RCU */
static int put_host(struct sk_buff *skb, const struct svp_plane *plane,
		    int type, u16 id)
{
	const struct svp_host *host = svp_host_by_id(plane, id);
	struct svp_host_view view;

	if (nla_put_u32(skb, type, id))
		return -EMSGSIZE;
	if (!host)
		return 0;
	svp_host_look(host, &view);
	return nla_put_string(skb, type + 1, view.name);
}

static int put_node(struct sk_buff *skb, const struct svp_plane *plane,
		    const struct svp_echo_hop *hop)
{
	const struct svp_node *node;

	if (!hop->node)
		return 0;
	node = xa_load((struct xarray *)&plane->nodes, hop->node);
	if (nla_put_u32(skb, SVCPLANE_A_ECHO_NODE_ID, hop->node) ||
	    (node && nla_put_string(skb, SVCPLANE_A_ECHO_NODE_NAME,
				    node->conf.name)) ||
	    nla_put_u32(skb, SVCPLANE_A_ECHO_STATE, hop->state) ||
	    nla_put_u32(skb, SVCPLANE_A_ECHO_DOWN, hop->down))
		return -EMSGSIZE;
	return 0;
}

/* As many look-ups as the TTL has been taken down by, 64 if that is none */
static u32 look_ups(const struct svp_oam_result *result)
{
	return ((result->ttl - result->hop.ttl - 1) & SVCPLANE_TTL_DEFAULT) + 1;
}

static int put_hop(struct sk_buff *skb, const struct svp_oam_result *result)
{
	const struct svp_echo_hop *hop = &result->hop;

	if (!result->has_hop)
		return 0;
	if ((hop->next && put_host(skb, result->plane, SVCPLANE_A_ECHO_NEXT,
				   hop->next)) ||
	    put_node(skb, result->plane, hop) ||
	    nla_put_u32(skb, SVCPLANE_A_ECHO_AT_SPI, hop->spi) ||
	    nla_put_u32(skb, SVCPLANE_A_ECHO_AT_SI, hop->si) ||
	    nla_put_u32(skb, SVCPLANE_A_ECHO_HOPS, look_ups(result)))
		return -EMSGSIZE;
	return 0;
}

static int fill_result(struct sk_buff *skb, struct svp_plane *plane,
		       const void *obj)
{
	const struct svp_oam_result *result = obj;

	if (svp_nl_put_plane(skb, SVCPLANE_A_ECHO_PLANE, plane) ||
	    nla_put_u32(skb, SVCPLANE_A_ECHO_TTL, result->ttl) ||
	    nla_put_u32(skb, SVCPLANE_A_ECHO_HANDLE, result->handle) ||
	    nla_put_u32(skb, SVCPLANE_A_ECHO_SEQUENCE, result->seq) ||
	    nla_put_u32(skb, SVCPLANE_A_ECHO_CODE, result->code) ||
	    nla_put_u32(skb, SVCPLANE_A_ECHO_SUBCODE, result->subcode) ||
	    nla_put_u64_64bit(skb, SVCPLANE_A_ECHO_RTT, result->rtt,
			      SVCPLANE_A_ECHO_PAD) ||
	    put_host(skb, plane, SVCPLANE_A_ECHO_FROM, result->host))
		return -EMSGSIZE;
	return put_hop(skb, result);
}

static void sink(const struct svp_oam_result *result)
{
	svp_genl_unicast(result->plane->net, result->portid, SVCPLANE_CMD_ECHO_NTF,
			 result_size(), fill_result, result->plane, result);
}

static int socket_event(struct notifier_block *nb, unsigned long event,
			void *ptr)
{
	const struct netlink_notify *notify = ptr;

	if (event == NETLINK_URELEASE && notify->protocol == NETLINK_GENERIC)
		svp_oam_forget(notify->net, notify->portid);
	return NOTIFY_DONE;
}

static struct notifier_block socket_notifier = {
	.notifier_call = socket_event,
};

/**
 * svp_nl_echo_init - let outcomes reach who asked, as long as the socket lives
 *
 * Return: 0 or a negative errno.
 */
int svp_nl_echo_init(void)
{
	int err = netlink_register_notifier(&socket_notifier);

	if (!err)
		WRITE_ONCE(svp_oam_sink, sink);
	return err;
}

/**
 * svp_nl_echo_exit - nothing reaches the family any more after it
 */
void svp_nl_echo_exit(void)
{
	WRITE_ONCE(svp_oam_sink, NULL);
	synchronize_rcu();
	netlink_unregister_notifier(&socket_notifier);
}

/* svp_plane.lock keeps the node, the host and the path that are named */
static const struct genl_ops ops[] = {
	{
		.cmd = SVCPLANE_CMD_ECHO_SEND,
		.flags = GENL_ADMIN_PERM,
		.internal_flags = SVP_GENL_PLANE | SVP_GENL_LOCK,
		.policy = send_policy,
		.maxattr = SVCPLANE_A_ECHO_MAX,
		.doit = echo_send,
	},
};

const struct svp_nl_ops svp_nl_echo = SVP_NL_OPS(ops);
