// SPDX-License-Identifier: GPL-2.0-only
/*
 * Netlink: verdicts an operator gives in the name of a node. They take the way
 * of a node's own message: the same checks, the same event.
 */
#include <net/netlink.h>

#include "event.h"
#include "extack.h"
#include "flow.h"
#include "genl.h"
#include "nl.h"
#include "node.h"
#include "plane.h"
#include "port.h"
#include "trace.h"
#include "transit.h"
#include "verdict.h"

#define BODY_MAX	128	/* bytes of a verdict as a control body */

/* A path, or 0: any */
static struct netlink_range_validation spi_range = { .max = 0xffefff };

#define NAMED								\
	[SVCPLANE_A_VERDICT_PLANE] = SVP_NL_PLANE_POLICY,		\
	[SVCPLANE_A_VERDICT_NODE] = SVP_NL_NAME_POLICY,			\
	[SVCPLANE_A_VERDICT_TAG] = NLA_POLICY_FULL_RANGE(NLA_U32, &svp_nl_tag), \
	[SVCPLANE_A_VERDICT_PORT] = SVP_NL_DEV_POLICY,			\
	[SVCPLANE_A_VERDICT_PROTO] = NLA_POLICY_MAX(NLA_U32, 255),	\
	[SVCPLANE_A_VERDICT_SRC] = {					\
		.type = NLA_BINARY, .len = sizeof(union svp_addr) },	\
	[SVCPLANE_A_VERDICT_DST] = {					\
		.type = NLA_BINARY, .len = sizeof(union svp_addr) },	\
	[SVCPLANE_A_VERDICT_SPORT] = NLA_POLICY_FULL_RANGE(NLA_U32, &svp_nl_u16), \
	[SVCPLANE_A_VERDICT_DPORT] = NLA_POLICY_FULL_RANGE(NLA_U32, &svp_nl_u16), \
	[SVCPLANE_A_VERDICT_VLAN] = NLA_POLICY_RANGE(NLA_U32, 1, 4094)

static const struct nla_policy new_policy[SVCPLANE_A_VERDICT_MAX + 1] = {
	NAMED,
	[SVCPLANE_A_VERDICT_ACTION] =
		NLA_POLICY_RANGE(NLA_U32, 1, SVCPLANE_ACT_MAX),
	[SVCPLANE_A_VERDICT_SCOPE] =
		NLA_POLICY_RANGE(NLA_U32, 1, SVCPLANE_SCOPE_BOTH),
	[SVCPLANE_A_VERDICT_REASON] = NLA_POLICY_MAX(NLA_U32, 255),
	[SVCPLANE_A_VERDICT_FLAGS] =
		NLA_POLICY_MASK(NLA_U32, SVCPLANE_VERDICT_FLAGS),
	[SVCPLANE_A_VERDICT_LIFETIME] = { .type = NLA_U32 },
	[SVCPLANE_A_VERDICT_CHAIN] = SVP_NL_NAME_POLICY,
	[SVCPLANE_A_VERDICT_SPI] = NLA_POLICY_FULL_RANGE(NLA_U32, &spi_range),
};

static const struct nla_policy lift_policy[SVCPLANE_A_VERDICT_MAX + 1] = {
	NAMED,
};

/* How the request names its flow: by @tag, or by @key and @port */
struct named {
	u32 tag;
	struct svp_tuple key;
	const char *port;	/* NULL: of any guest */
};

static int get_addr(const struct nlattr *attr, union svp_addr *addr, u8 *family,
		    struct netlink_ext_ack *extack)
{
	u8 own = nla_len(attr) == 4 ? 4 : nla_len(attr) == sizeof(*addr) ? 6 : 0;

	if (!own || (*family && *family != own)) {
		svp_err_attr(extack, attr, own ? "one address is IPv4, the other IPv6" :
			     "an address has 4 or 16 bytes");
		return -EINVAL;
	}
	*family = own;
	nla_memcpy(addr, attr, sizeof(*addr));
	return 0;
}

static int get_tuple(struct genl_info *info, struct svp_tuple *key)
{
	struct nlattr **attrs = info->attrs;
	struct nlattr *proto, *src, *dst;

	proto = svp_nl_need(info, SVCPLANE_A_VERDICT_PROTO,
			    "tag, or proto with src and dst, of the flow");
	if (!proto)
		return -EINVAL;
	src = svp_nl_need(info, SVCPLANE_A_VERDICT_SRC, "src of the flow");
	if (!src)
		return -EINVAL;
	dst = svp_nl_need(info, SVCPLANE_A_VERDICT_DST, "dst of the flow");
	if (!dst)
		return -EINVAL;
	key->proto = nla_get_u32(proto);
	key->sport = htons(svp_nl_u32(attrs[SVCPLANE_A_VERDICT_SPORT], 0));
	key->dport = htons(svp_nl_u32(attrs[SVCPLANE_A_VERDICT_DPORT], 0));
	if (attrs[SVCPLANE_A_VERDICT_VLAN])
		key->vlan[0] = htons(nla_get_u32(attrs[SVCPLANE_A_VERDICT_VLAN]) |
				     SVP_VLAN_PRESENT);
	return get_addr(src, &key->src, &key->family, info->extack) ?:
	       get_addr(dst, &key->dst, &key->family, info->extack);
}

static int get_named(struct genl_info *info, struct named *named)
{
	struct nlattr *port = info->attrs[SVCPLANE_A_VERDICT_PORT];

	memset(named, 0, sizeof(*named));
	named->tag = svp_nl_u32(info->attrs[SVCPLANE_A_VERDICT_TAG], 0);
	named->port = port ? nla_data(port) : NULL;
	return named->tag ? 0 : get_tuple(info, &named->key);
}

static bool port_is(const struct svp_port *port, const char *name)
{
	const struct net_device *dev = rcu_dereference(port->dev);

	return !name || (dev && !strcmp(dev->name, name));
}

/* -EEXIST: two guests have the tuple. Context: RCU, BH off */
static struct svp_flow *find_by_tuple(struct svp_plane *plane,
				      const struct named *named)
{
	struct svp_flow *flow, *found = NULL;
	struct svp_tuple key = named->key;
	struct svp_port *port;
	unsigned long id;
	int dir;

	xa_for_each(&plane->ports, id, port) {
		if (!port_is(port, named->port))
			continue;
		for (dir = 0; dir < SVP_DIRS; dir++) {
			key.port = svp_key_port(port->id, dir);
			flow = svp_flow_lookup(plane->flows, &key);
			if (flow && found && flow != found)
				return ERR_PTR(-EEXIST);
			found = flow ?: found;
		}
	}
	return found;
}

static struct svp_flow *find_flow(struct svp_plane *plane,
				  const struct named *named,
				  struct netlink_ext_ack *extack)
{
	struct svp_flow *flow;

	flow = named->tag ? svp_transit_named(plane, plane->host_id, named->tag) :
			    find_by_tuple(plane, named);
	if (IS_ERR(flow)) {
		svp_err(extack, "two guests have such a flow; name one by port or tag");
		return flow;
	}
	if (flow)
		return flow;
	if (named->tag)
		svp_err(extack, "plane %s has no flow with tag %#x", plane->name,
			named->tag);
	else
		svp_err(extack, "plane %s has no flow with these addresses and ports%s%s",
			plane->name, named->port ? " of guest " : "",
			named->port ?: "");
	return ERR_PTR(-ENOENT);
}

static struct svp_node *find_node(struct genl_info *info)
{
	struct nlattr *attr = info->attrs[SVCPLANE_A_VERDICT_NODE];
	struct svp_plane *plane = svp_genl_plane(info);
	struct svp_node *node;

	node = svp_plane_node_by_name(plane, nla_data(attr));
	if (node)
		return node;
	svp_err_attr(info->extack, attr, "plane %s has no node %s", plane->name,
		     (char *)nla_data(attr));
	return ERR_PTR(-ENOENT);
}

static int get_repath(struct genl_info *info, struct svp_wire_verdict *verdict)
{
	struct nlattr *chain = info->attrs[SVCPLANE_A_VERDICT_CHAIN];
	struct nlattr *spi = info->attrs[SVCPLANE_A_VERDICT_SPI];
	const struct svp_chain *found;

	if (verdict->action != SVCPLANE_ACT_REPATH && (chain || spi)) {
		svp_err_attr(info->extack, chain ?: spi, "chain and spi go with re-path only");
		return -EINVAL;
	}
	verdict->spi = svp_nl_u32(spi, 0);
	if (!chain)
		return 0;
	found = svp_policy_chain_by_name(svp_nl_policy(svp_genl_plane(info)),
					 nla_data(chain));
	if (!found) {
		svp_err_attr(info->extack, chain, "no chain %s",
			     (char *)nla_data(chain));
		return -ENOENT;
	}
	verdict->chain = found->id;
	return 0;
}

static int get_verdict(struct genl_info *info, struct svp_wire_verdict *verdict)
{
	struct nlattr *flags = info->attrs[SVCPLANE_A_VERDICT_FLAGS];
	struct nlattr *action;

	action = svp_nl_need(info, SVCPLANE_A_VERDICT_ACTION, "action");
	if (!action || !svp_nl_need(info, SVCPLANE_A_VERDICT_NODE,
				    "node in whose name the verdict is given"))
		return -EINVAL;
	memset(verdict, 0, sizeof(*verdict));
	verdict->action = nla_get_u32(action);
	verdict->scope = svp_nl_u32(info->attrs[SVCPLANE_A_VERDICT_SCOPE],
				    SVCPLANE_SCOPE_BOTH);
	verdict->reason = svp_nl_u32(info->attrs[SVCPLANE_A_VERDICT_REASON], 0);
	verdict->lifetime = svp_nl_u32(info->attrs[SVCPLANE_A_VERDICT_LIFETIME], 0);
	verdict->flags = svp_nl_u32(flags, 0);
	if (verdict->flags && verdict->action != SVCPLANE_ACT_DROP) {
		svp_err_attr(info->extack, flags, "now and reject go with action drop only");
		return -EINVAL;
	}
	return get_repath(info, verdict);
}

static void report(struct svp_plane *plane, struct svp_node *node,
		   struct svp_flow *flow, const struct svp_wire_verdict *verdict,
		   enum svcplane_status status)
{
	struct svp_ctl_msg msg = {
		.type = SVCPLANE_CTL_VERDICT,
		.origin = plane->host_id,
		.dest = plane->host_id,
		.has = SVP_WIRE_HAS(VERDICT),
		.verdict = *verdict,
	};
	struct svp_event event = {
		.kind = SVP_EV_CONTROL,
		.what = status ? "rejected" : "accepted",
		.plane = plane,
		.object = node->conf.name,
		.reason = "given by an operator",
		.flow = flow,
		.node = node,
		.status = status,
	};
	u8 body[BODY_MAX];

	atomic64_inc(status ? &node->refused[status] : &node->verdicts);
	trace_svp_ctl(node->conf.id, msg.type, flow->tag, status);
	event.body_len = svp_wire_encode(body, sizeof(body), &msg);
	event.body = event.body_len ? body : NULL;
	svp_event_raise(plane->net, &event);
}

static int refusal(struct netlink_ext_ack *extack, const struct svp_node *node,
		   const struct svp_wire_verdict *verdict,
		   enum svcplane_status status)
{
	static const char * const actions[] = {
		[SVCPLANE_ACT_DROP] = "drop", [SVCPLANE_ACT_ALLOW] = "allow",
		[SVCPLANE_ACT_SKIP] = "skip-node", [SVCPLANE_ACT_REPATH] = "re-path",
	};

	switch (status) {
	case SVCPLANE_STATUS_APPLIED:
	case SVCPLANE_STATUS_DUPLICATE:
		return 0;
	case SVCPLANE_STATUS_NOT_PERMITTED:
		svp_err(extack, "%s in the name of node %s: it was never given this flow, lacks the permission (it has %#x), or the chain does not allow it",
			actions[verdict->action], node->conf.name,
			READ_ONCE(node->perms));
		return -EPERM;
	case SVCPLANE_STATUS_NO_FLOW:
		svp_err(extack, "the flow has just ended, or holds no further verdicts");
		return -ENOENT;
	default:	/* stale; there is no rate for an operator */
		svp_err(extack, "node %s has given a newer verdict meanwhile",
			node->conf.name);
		return -ESTALE;
	}
}

/* What the reply tells */
struct outcome {
	u32 tag;
	u32 status;
};

static int fill_outcome(struct sk_buff *skb, struct svp_plane *plane,
			const void *obj)
{
	const struct outcome *outcome = obj;

	if (svp_nl_put_plane(skb, SVCPLANE_A_VERDICT_PLANE, plane) ||
	    nla_put_u32(skb, SVCPLANE_A_VERDICT_TAG, outcome->tag) ||
	    nla_put_u32(skb, SVCPLANE_A_VERDICT_STATUS, outcome->status))
		return -EMSGSIZE;
	return 0;
}

static int apply(struct genl_info *info, struct svp_node *node,
		 const struct named *named, struct svp_wire_verdict *verdict,
		 struct outcome *outcome)
{
	struct svp_plane *plane = svp_genl_plane(info);
	struct svp_flow *flow;
	int err;

	rcu_read_lock();
	local_bh_disable();
	flow = find_flow(plane, named, info->extack);
	err = PTR_ERR_OR_ZERO(flow);
	if (!err) {
		verdict->tag = flow->tag;
		verdict->node = node->conf.id;
		verdict->generation = atomic_inc_return(&node->verdict_gen);
		outcome->tag = flow->tag;
		outcome->status = svp_verdict_apply(node, flow, verdict);
		report(plane, node, flow, verdict, outcome->status);
		err = refusal(info->extack, node, verdict, outcome->status);
	}
	local_bh_enable();
	rcu_read_unlock();
	return err;
}

static int verdict_new(struct sk_buff *skb, struct genl_info *info)
{
	struct svp_wire_verdict verdict;
	struct outcome outcome;
	struct svp_node *node;
	struct named named;
	int err;

	err = get_verdict(info, &verdict) ?: get_named(info, &named);
	if (err)
		return err;
	node = find_node(info);
	if (IS_ERR(node))
		return PTR_ERR(node);
	err = apply(info, node, &named, &verdict, &outcome);
	if (err)
		return err;
	svp_genl_answer(skb, info, svp_genl_plane(info), SVCPLANE_CMD_VERDICT_NEW,
			SVP_NL_DEV_SIZE + 2 * SVP_NL_U32_SIZE, fill_outcome,
			&outcome);
	return 0;
}

static int verdict_lift(struct sk_buff *skb, struct genl_info *info)
{
	struct svp_plane *plane = svp_genl_plane(info);
	struct svp_node *node = NULL;
	struct svp_flow *flow;
	struct named named;
	int err;

	err = get_named(info, &named);
	if (err)
		return err;
	if (info->attrs[SVCPLANE_A_VERDICT_NODE]) {
		node = find_node(info);
		if (IS_ERR(node))
			return PTR_ERR(node);
	}
	rcu_read_lock();
	local_bh_disable();
	flow = find_flow(plane, &named, info->extack);
	err = PTR_ERR_OR_ZERO(flow);
	if (!err)
		svp_verdict_lift(plane, flow, node);
	local_bh_enable();
	rcu_read_unlock();
	return err;
}

/* svp_plane.lock keeps the node and the chain that are named */
static const struct genl_ops ops[] = {
	{
		.cmd = SVCPLANE_CMD_VERDICT_NEW,
		.flags = GENL_ADMIN_PERM,
		.internal_flags = SVP_GENL_PLANE | SVP_GENL_LOCK,
		.policy = new_policy,
		.maxattr = SVCPLANE_A_VERDICT_MAX,
		.doit = verdict_new,
	},
	{
		.cmd = SVCPLANE_CMD_VERDICT_LIFT,
		.flags = GENL_ADMIN_PERM,
		.internal_flags = SVP_GENL_PLANE | SVP_GENL_LOCK,
		.policy = lift_policy,
		.maxattr = SVCPLANE_A_VERDICT_MAX,
		.doit = verdict_lift,
	},
};

const struct svp_nl_ops svp_nl_verdict = SVP_NL_OPS(ops);
