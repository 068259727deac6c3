// SPDX-License-Identifier: GPL-2.0-only
/*
 * Netlink: guest planes, how they learn. Everything else of theirs is rtnetlink's.
 */
#include <linux/rtnetlink.h>
#include <net/netlink.h>
#include <net/sock.h>

#include "bridge.h"
#include "extack.h"
#include "genl.h"
#include "guest_dev.h"
#include "nl.h"

#define AGEING_MAX	1000000	/* seconds, as 802.1Q has it */
#define MACS_MAX	1048576

static struct netlink_range_validation ageing_range = { .max = AGEING_MAX };

static struct netlink_range_validation macs_range = {
	.min = 1, .max = MACS_MAX
};

static const struct nla_policy get_policy[SVCPLANE_A_GUESTPLANE_MAX + 1] = {
	[SVCPLANE_A_GUESTPLANE_NAME] = SVP_NL_DEV_POLICY,
};

static const struct nla_policy set_policy[SVCPLANE_A_GUESTPLANE_MAX + 1] = {
	[SVCPLANE_A_GUESTPLANE_NAME] = SVP_NL_DEV_POLICY,
	[SVCPLANE_A_GUESTPLANE_AGEING] =
		NLA_POLICY_FULL_RANGE(NLA_U32, &ageing_range),
	[SVCPLANE_A_GUESTPLANE_PORT_MACS] =
		NLA_POLICY_FULL_RANGE(NLA_U32, &macs_range),
	[SVCPLANE_A_GUESTPLANE_MAX_MACS] =
		NLA_POLICY_FULL_RANGE(NLA_U32, &macs_range),
};

static size_t guestplane_size(void)
{
	return SVP_NL_DEV_SIZE + 6 * SVP_NL_U32_SIZE;
}

static int fill_guestplane(struct sk_buff *skb, struct svp_plane *plane,
			   const void *obj)
{
	const struct svp_bridge *br = obj;
	const struct svp_fdb *fdb = &br->fdb;

	if (nla_put_string(skb, SVCPLANE_A_GUESTPLANE_NAME, br->dev->name) ||
	    nla_put_u32(skb, SVCPLANE_A_GUESTPLANE_IFINDEX, br->dev->ifindex) ||
	    nla_put_u32(skb, SVCPLANE_A_GUESTPLANE_AGEING, fdb->ageing / HZ) ||
	    nla_put_u32(skb, SVCPLANE_A_GUESTPLANE_PORT_MACS, br->port_macs) ||
	    nla_put_u32(skb, SVCPLANE_A_GUESTPLANE_MAX_MACS,
			fdb->max_learned) ||
	    nla_put_u32(skb, SVCPLANE_A_GUESTPLANE_MACS,
			READ_ONCE(fdb->n_learned)) ||
	    nla_put_u32(skb, SVCPLANE_A_GUESTPLANE_N_PORTS, br->n_ports))
		return -EMSGSIZE;
	return 0;
}

static struct svp_bridge *find(struct genl_info *info)
{
	struct nlattr *attr = svp_nl_need(info, SVCPLANE_A_GUESTPLANE_NAME,
					  "name of the guest plane");
	struct svp_bridge *br;
	struct net_device *dev;

	if (!attr)
		return ERR_PTR(-EINVAL);
	dev = __dev_get_by_name(genl_info_net(info), nla_data(attr));
	br = dev ? svp_guest_dev_bridge(dev) : NULL;
	if (br)
		return br;
	svp_err_attr(info->extack, attr, dev ? "%s is no guestplane" :
		     "no guest plane %s here; ip link add makes one",
		     (char *)nla_data(attr));
	return ERR_PTR(-ENODEV);
}

static int guestplane_get(struct sk_buff *skb, struct genl_info *info)
{
	struct svp_bridge *br = find(info);

	if (IS_ERR(br))
		return PTR_ERR(br);
	return svp_genl_reply(info, NULL, SVCPLANE_CMD_GUESTPLANE_GET,
			      guestplane_size(), fill_guestplane, br);
}

/* The next by ifindex: one that goes meanwhile hides no other */
static struct svp_bridge *next_bridge(struct net *net, int ifindex)
{
	struct svp_bridge *br, *best = NULL;
	struct net_device *dev;

	for_each_netdev(net, dev) {
		br = svp_guest_dev_bridge(dev);
		if (br && dev->ifindex >= ifindex &&
		    (!best || dev->ifindex < best->dev->ifindex))
			best = br;
	}
	return best;
}

static int dump_start(struct netlink_callback *cb)
{
	memset(svp_dump(cb), 0, sizeof(struct svp_dump));
	return 0;
}

static int guestplane_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct svp_dump *at = svp_dump(cb);
	struct svp_bridge *br;
	int err = 0;

	/* devices come and go: rtnetlink tells */
	cb->seq = 1;
	rtnl_lock();
	while (!err) {
		br = next_bridge(sock_net(cb->skb->sk), at->ifindex);
		if (!br)
			break;
		err = svp_genl_dump_one(skb, cb, SVCPLANE_CMD_GUESTPLANE_GET,
					NULL, fill_guestplane, br);
		if (!err)
			at->ifindex = br->dev->ifindex + 1;
	}
	rtnl_unlock();
	return err && !skb->len ? err : skb->len;
}

static int guestplane_set(struct sk_buff *skb, struct genl_info *info)
{
	struct svp_bridge *br = find(info);
	struct nlattr **attrs = info->attrs;

	if (IS_ERR(br))
		return PTR_ERR(br);
	if (attrs[SVCPLANE_A_GUESTPLANE_AGEING])
		svp_bridge_set_ageing(br, nla_get_u32(attrs[SVCPLANE_A_GUESTPLANE_AGEING]));
	svp_bridge_set_macs(br, svp_nl_u32(attrs[SVCPLANE_A_GUESTPLANE_PORT_MACS],
					   br->port_macs),
			    svp_nl_u32(attrs[SVCPLANE_A_GUESTPLANE_MAX_MACS],
				       br->fdb.max_learned));
	svp_genl_notify(info, NULL, SVCPLANE_CMD_GUESTPLANE_NTF,
			guestplane_size(), fill_guestplane, br);
	return 0;
}

static const struct genl_ops ops[] = {
	{
		.cmd = SVCPLANE_CMD_GUESTPLANE_GET,
		.internal_flags = SVP_GENL_RTNL,
		.policy = get_policy,
		.maxattr = SVCPLANE_A_GUESTPLANE_MAX,
		.doit = guestplane_get,
		.start = dump_start,
		.dumpit = guestplane_dump,
	},
	{
		.cmd = SVCPLANE_CMD_GUESTPLANE_SET,
		.flags = GENL_ADMIN_PERM,
		.internal_flags = SVP_GENL_RTNL,
		.policy = set_policy,
		.maxattr = SVCPLANE_A_GUESTPLANE_MAX,
		.doit = guestplane_set,
	},
};

const struct svp_nl_ops svp_nl_guestplane = SVP_NL_OPS(ops);
