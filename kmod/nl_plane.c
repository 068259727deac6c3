// SPDX-License-Identifier: GPL-2.0-only
/*
 * Netlink: planes.
 */
#include <linux/rtnetlink.h>
#include <net/netlink.h>

#include "extack.h"
#include "genl.h"
#include "nl.h"
#include "nl_host.h"
#include "nl_key.h"
#include "plane.h"

#define TIMEOUT_MAX	864000	/* seconds */

static struct netlink_range_validation tenant_range = { .max = 0xffffff };

/* 0 is that of the IETF, 65535 is reserved */
static struct netlink_range_validation class_range = { .min = 1, .max = 0xfffe };

static struct netlink_range_validation flows_range = {
	.min = 1, .max = SVP_FLOWS_MAX
};

static struct netlink_range_validation timeout_range = {
	.min = 1, .max = TIMEOUT_MAX
};

/* Attribute n is timer n - 1 */
static const struct nla_policy timeouts_policy[SVCPLANE_A_TIMEOUTS_MAX + 1] = {
	[SVCPLANE_A_TIMEOUTS_TCP_SYN ... SVCPLANE_A_TIMEOUTS_MAX] =
		NLA_POLICY_FULL_RANGE(NLA_U32, &timeout_range),
};

static_assert((int)SVCPLANE_A_TIMEOUTS_MAX == (int)SVP_TIMER_MAX);
static_assert(SVP_TIMER_TCP_EST + 1 == (int)SVCPLANE_A_TIMEOUTS_TCP_EST);
static_assert(SVP_TIMER_UDP_BOTH + 1 == (int)SVCPLANE_A_TIMEOUTS_UDP_BOTH);

static const struct nla_policy get_policy[SVCPLANE_A_PLANE_MAX + 1] = {
	[SVCPLANE_A_PLANE_NAME] = SVP_NL_PLANE_POLICY,
};

static const struct nla_policy set_policy[SVCPLANE_A_PLANE_MAX + 1] = {
	[SVCPLANE_A_PLANE_NAME] = SVP_NL_PLANE_POLICY,
	[SVCPLANE_A_PLANE_TENANT] = NLA_POLICY_FULL_RANGE(NLA_U32, &tenant_range),
	[SVCPLANE_A_PLANE_HOST_ID] = NLA_POLICY_RANGE(NLA_U32, 1, 4094),
	[SVCPLANE_A_PLANE_MAX_FLOWS] = NLA_POLICY_FULL_RANGE(NLA_U32, &flows_range),
	[SVCPLANE_A_PLANE_SEED] = NLA_POLICY_EXACT_LEN(sizeof(siphash_key_t)),
	[SVCPLANE_A_PLANE_TIMEOUTS] = NLA_POLICY_NESTED(timeouts_policy),
	[SVCPLANE_A_PLANE_MD_CLASS] = NLA_POLICY_FULL_RANGE(NLA_U32, &class_range),
	[SVCPLANE_A_PLANE_PRIVATE_KEY] = NLA_POLICY_NESTED(svp_nl_key_policy),
};

/* What is shown: with @seed to who may change it */
struct shown {
	bool seed;
};

static size_t plane_size(void)
{
	return SVP_NL_DEV_SIZE + 16 * SVP_NL_U32_SIZE + 3 * SVP_NL_FLAG_SIZE +
	       nla_total_size(sizeof(siphash_key_t)) + SVP_NL_KEYS_SIZE +
	       nla_total_size(SVP_TIMER_MAX * SVP_NL_U32_SIZE);
}

static int put_dev_attrs(struct sk_buff *skb, struct svp_plane *plane)
{
	struct net_device *dev;
	int err;

	rcu_read_lock();
	dev = rcu_dereference(plane->dev);
	err = nla_put_string(skb, SVCPLANE_A_PLANE_NAME,
			     dev ? dev->name : plane->name) ||
	      (dev && nla_put_u32(skb, SVCPLANE_A_PLANE_IFINDEX, dev->ifindex)) ||
	      svp_nl_put_flag(skb, SVCPLANE_A_PLANE_UP, dev && plane->up) ||
	      svp_nl_put_flag(skb, SVCPLANE_A_PLANE_GONE, !dev);
	rcu_read_unlock();
	return err ? -EMSGSIZE : 0;
}

static int put_policy(struct sk_buff *skb, struct svp_plane *plane)
{
	const struct svp_policy *policy;
	int err;

	rcu_read_lock();
	policy = rcu_dereference(plane->policy);
	err = nla_put_u32(skb, SVCPLANE_A_PLANE_GENERATION, policy->gen) ||
	      nla_put_u32(skb, SVCPLANE_A_PLANE_N_RULES, policy->n_rules) ||
	      nla_put_u32(skb, SVCPLANE_A_PLANE_N_GROUPS, policy->n_groups) ||
	      nla_put_u32(skb, SVCPLANE_A_PLANE_N_CHAINS, policy->n_chains) ||
	      nla_put_u32(skb, SVCPLANE_A_PLANE_N_PATHS, policy->n_paths);
	rcu_read_unlock();
	return err ? -EMSGSIZE : 0;
}

static u32 count_hosts(const struct svp_plane *plane)
{
	struct svp_host *host = svp_host_next(plane, 0);
	u32 n = 0;

	for (; host; host = svp_host_next(plane, svp_host_id(host)))
		n++;
	return n;
}

static int put_objects(struct sk_buff *skb, struct svp_plane *plane)
{
	struct svp_node *node;
	unsigned long i;
	u32 n_nodes = 0;

	xa_for_each(&plane->nodes, i, node)
		n_nodes++;
	if (nla_put_u32(skb, SVCPLANE_A_PLANE_N_SERVICES,
			list_count_nodes(&plane->services)) ||
	    nla_put_u32(skb, SVCPLANE_A_PLANE_N_PROXIES,
			list_count_nodes(&plane->proxies)) ||
	    nla_put_u32(skb, SVCPLANE_A_PLANE_N_NODES, n_nodes) ||
	    nla_put_u32(skb, SVCPLANE_A_PLANE_N_HOSTS, count_hosts(plane)))
		return -EMSGSIZE;
	return 0;
}

static int put_tables(struct sk_buff *skb, struct svp_plane *plane)
{
	struct nlattr *nest;
	int timer;

	if (nla_put_u32(skb, SVCPLANE_A_PLANE_MAX_FLOWS,
			svp_flow_max(plane->flows)) ||
	    nla_put_u32(skb, SVCPLANE_A_PLANE_FLOWS,
			svp_flow_count(plane->flows)) ||
	    nla_put_u32(skb, SVCPLANE_A_PLANE_FRAGS,
			svp_frag_count(plane->frags)))
		return -EMSGSIZE;
	nest = nla_nest_start(skb, SVCPLANE_A_PLANE_TIMEOUTS);
	if (!nest)
		return -EMSGSIZE;
	for (timer = 0; timer < SVP_TIMER_MAX; timer++)
		if (nla_put_u32(skb, timer + 1,
				svp_flow_timeout(plane->flows, timer)))
			return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/* The public ones; the private ones are shown to nobody */
static int put_keys(struct sk_buff *skb, const struct svp_plane *plane)
{
	struct svp_host_key keys[SVP_HOST_KEYS];

	svp_host_own_public(plane, keys);
	return svp_nl_put_keys(skb, SVCPLANE_A_PLANE_PUBLIC_KEY, keys);
}

static int fill_plane(struct sk_buff *skb, struct svp_plane *plane,
		      const void *obj)
{
	const struct shown *shown = obj;

	if (put_dev_attrs(skb, plane) || put_policy(skb, plane) ||
	    put_objects(skb, plane) || put_tables(skb, plane) ||
	    put_keys(skb, plane) ||
	    nla_put_u32(skb, SVCPLANE_A_PLANE_TENANT, plane->tenant) ||
	    nla_put_u32(skb, SVCPLANE_A_PLANE_HOST_ID, plane->host_id) ||
	    nla_put_u32(skb, SVCPLANE_A_PLANE_MD_CLASS, plane->md_class) ||
	    svp_nl_put_flag(skb, SVCPLANE_A_PLANE_PINNED, plane->pinned))
		return -EMSGSIZE;
	if (shown->seed && nla_put(skb, SVCPLANE_A_PLANE_SEED,
				   sizeof(plane->seed), &plane->seed))
		return -EMSGSIZE;
	return 0;
}

static int plane_get(struct sk_buff *skb, struct genl_info *info)
{
	struct shown shown = { .seed = netlink_capable(skb, CAP_NET_ADMIN) };

	return svp_genl_reply(info, svp_genl_plane(info), SVCPLANE_CMD_PLANE_GET,
			      plane_size(), fill_plane, &shown);
}

static int dump_plane(struct sk_buff *skb, struct netlink_callback *cb,
		      struct svp_plane *plane)
{
	struct shown shown = { .seed = netlink_capable(cb->skb, CAP_NET_ADMIN) };
	int err;

	rtnl_lock();
	mutex_lock(&plane->lock);
	err = svp_genl_dump_one(skb, cb, SVCPLANE_CMD_PLANE_GET, plane,
				fill_plane, &shown);
	mutex_unlock(&plane->lock);
	rtnl_unlock();
	return err;
}

static int plane_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	return svp_genl_dump(skb, cb, dump_plane);
}

static int set_timeouts(struct svp_plane *plane, const struct nlattr *nest,
			struct netlink_ext_ack *extack)
{
	struct nlattr *attrs[SVCPLANE_A_TIMEOUTS_MAX + 1];
	int err, timer;

	err = nla_parse_nested(attrs, SVCPLANE_A_TIMEOUTS_MAX, nest,
			       timeouts_policy, extack);
	if (err)
		return err;
	for (timer = 0; timer < SVP_TIMER_MAX; timer++)
		if (attrs[timer + 1])
			svp_flow_set_timeout(plane->flows, timer,
					     nla_get_u32(attrs[timer + 1]));
	return 0;
}

static void tell(struct genl_info *info, struct svp_plane *plane)
{
	struct shown shown = {};

	plane->conf_gen++;
	svp_genl_notify(info, plane, SVCPLANE_CMD_PLANE_NTF, plane_size(),
			fill_plane, &shown);
}

static int set_max(struct svp_plane *plane, const struct nlattr *max,
		   struct netlink_ext_ack *extack)
{
	int err;

	if (!max)
		return 0;
	err = svp_flow_set_max(plane->flows, nla_get_u32(max));
	if (err)
		svp_err_attr(extack, max, "no memory for %u flows",
			     nla_get_u32(max));
	return err;
}

/* First what can be refused, then what cannot: all or nothing */
static int set_all(struct genl_info *info, struct svp_plane *plane)
{
	u32 max = svp_flow_max(plane->flows);
	struct nlattr **attrs = info->attrs;
	int err;

	err = set_max(plane, attrs[SVCPLANE_A_PLANE_MAX_FLOWS], info->extack);
	if (err)
		return err;
	err = svp_nl_set_own(info);
	if (!err && attrs[SVCPLANE_A_PLANE_TIMEOUTS])
		err = set_timeouts(plane, attrs[SVCPLANE_A_PLANE_TIMEOUTS],
				   info->extack);
	if (err) {
		svp_flow_set_max(plane->flows, max);
		return err;
	}
	WRITE_ONCE(plane->md_class,
		   svp_nl_u32(attrs[SVCPLANE_A_PLANE_MD_CLASS],
			      plane->md_class));
	if (attrs[SVCPLANE_A_PLANE_SEED])
		nla_memcpy(&plane->seed, attrs[SVCPLANE_A_PLANE_SEED],
			   sizeof(plane->seed));
	return 0;
}

static int plane_set(struct sk_buff *skb, struct genl_info *info)
{
	int err = set_all(info, svp_genl_plane(info));

	svp_nl_wipe_keys(info, SVCPLANE_A_PLANE_PRIVATE_KEY);
	if (!err)
		tell(info, svp_genl_plane(info));
	return err;
}

static const struct genl_ops ops[] = {
	{
		.cmd = SVCPLANE_CMD_PLANE_GET,
		.internal_flags = SVP_GENL_PLANE | SVP_GENL_RTNL | SVP_GENL_LOCK,
		.policy = get_policy,
		.maxattr = SVCPLANE_A_PLANE_MAX,
		.doit = plane_get,
		.start = svp_genl_dump_start,
		.dumpit = plane_dump,
	},
	{
		.cmd = SVCPLANE_CMD_PLANE_SET,
		.flags = GENL_ADMIN_PERM,
		.internal_flags = SVP_GENL_PLANE | SVP_GENL_RTNL | SVP_GENL_LOCK,
		.policy = set_policy,
		.maxattr = SVCPLANE_A_PLANE_MAX,
		.doit = plane_set,
	},
};

const struct svp_nl_ops svp_nl_plane = SVP_NL_OPS(ops);
