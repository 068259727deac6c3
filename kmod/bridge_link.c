// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bridging core of both planes: flags of ports, for `bridge link`.
 */
#include <linux/if_bridge.h>
#include <linux/rtnetlink.h>
#include <net/netlink.h>
#include <net/rtnetlink.h>

#include "bridge.h"
#include "extack.h"

static const struct {
	u16 attr;
	u32 flag;
	const char *name;
} settings[] = {
	{ IFLA_BRPORT_LEARNING, SVP_BPORT_LEARNING, "learning" },
	{ IFLA_BRPORT_UNICAST_FLOOD, SVP_BPORT_FLOOD, "flood" },
	{ IFLA_BRPORT_MCAST_FLOOD, SVP_BPORT_MCAST_FLOOD, "mcast_flood" },
	{ IFLA_BRPORT_ISOLATED, SVP_BPORT_ISOLATED, "isolated" },
};

static int set_flag(u32 *flags, u32 settable, const struct nlattr *attr,
		    struct netlink_ext_ack *extack)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(settings); i++)
		if (settings[i].attr == nla_type(attr))
			break;
	if (i == ARRAY_SIZE(settings)) {
		svp_err_attr(extack, attr,
			     "setting %d: a port has only learning, flood, mcast_flood, isolated",
			     nla_type(attr));
		return -EOPNOTSUPP;
	}
	if (!(settable & settings[i].flag)) {
		svp_err_attr(extack, attr, "%s: a service plane neither learns nor floods",
			     settings[i].name);
		return -EOPNOTSUPP;
	}
	if (nla_len(attr) != sizeof(u8) || nla_get_u8(attr) > 1) {
		svp_err_attr(extack, attr, "%s is 0 or 1", settings[i].name);
		return -EINVAL;
	}
	*flags &= ~settings[i].flag;
	if (nla_get_u8(attr))
		*flags |= settings[i].flag;
	return 0;
}

static int fill_flags(struct sk_buff *skb, const struct svp_bport *port)
{
	struct nlattr *nest = nla_nest_start(skb, IFLA_PROTINFO);
	u8 state = netif_running(port->dev) && netif_carrier_ok(port->dev) ?
		   BR_STATE_FORWARDING : BR_STATE_DISABLED;
	int i;

	if (!nest || nla_put_u8(skb, IFLA_BRPORT_STATE, state))
		return -EMSGSIZE;
	for (i = 0; i < ARRAY_SIZE(settings); i++)
		if (nla_put_u8(skb, settings[i].attr,
			       !!(port->flags & settings[i].flag)))
			return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int fill_port(struct sk_buff *skb, const struct svp_bport *port, u32 pid,
		     u32 seq, unsigned int flags)
{
	const struct net_device *dev = port->dev;
	struct ifinfomsg *ifm;
	struct nlmsghdr *nlh;
	u8 operstate;

	nlh = nlmsg_put(skb, pid, seq, RTM_NEWLINK, sizeof(*ifm), flags);
	if (!nlh)
		return -EMSGSIZE;
	ifm = nlmsg_data(nlh);
	memset(ifm, 0, sizeof(*ifm));
	ifm->ifi_family = AF_BRIDGE;
	ifm->ifi_type = dev->type;
	ifm->ifi_index = dev->ifindex;
	ifm->ifi_flags = dev_get_flags(dev);
	operstate = netif_running(dev) ? dev->operstate : IF_OPER_DOWN;
	if (nla_put_string(skb, IFLA_IFNAME, dev->name) ||
	    nla_put_u32(skb, IFLA_MASTER, port->br->dev->ifindex) ||
	    nla_put_u32(skb, IFLA_MTU, dev->mtu) ||
	    nla_put_u8(skb, IFLA_OPERSTATE, operstate) ||
	    nla_put(skb, IFLA_ADDRESS, dev->addr_len, dev->dev_addr) ||
	    (dev->ifindex != dev_get_iflink(dev) &&
	     nla_put_u32(skb, IFLA_LINK, dev_get_iflink(dev))) ||
	    fill_flags(skb, port)) {
		nlmsg_cancel(skb, nlh);
		return -EMSGSIZE;
	}
	nlmsg_end(skb, nlh);
	return 0;
}

static void notify(const struct svp_bport *port)
{
	struct net *net = dev_net(port->dev);
	struct sk_buff *skb = nlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);

	if (!skb) {
		rtnl_set_sk_err(net, RTNLGRP_LINK, -ENOBUFS);
		return;
	}
	if (fill_port(skb, port, 0, 0, 0))
		kfree_skb(skb);
	else
		rtnl_notify(skb, net, 0, RTNLGRP_LINK, NULL, GFP_KERNEL);
}

/**
 * svp_bridge_setlink - ndo_bridge_setlink: flags of a port
 * @dev: the port
 * @nlh: the request
 * @flags: BRIDGE_FLAGS_*
 * @extack: told why not
 *
 * All or nothing.
 *
 * Context: RTNL.
 * Return: 0 or -errno.
 */
int svp_bridge_setlink(struct net_device *dev, struct nlmsghdr *nlh, u16 flags,
		       struct netlink_ext_ack *extack)
{
	struct svp_bport *port = svp_bridge_port(dev);
	struct nlattr *info, *attr;
	int rem, err;
	u32 new;

	info = nlmsg_find_attr(nlh, sizeof(struct ifinfomsg), IFLA_PROTINFO);
	if (!port || !info) {
		svp_err(extack, port ? "nothing to set" :
			"%s is no port of a plane", dev->name);
		return -EINVAL;
	}
	new = port->flags;
	nla_for_each_nested(attr, info, rem) {
		err = set_flag(&new, port->br->ops->settable, attr, extack);
		if (err)
			return err;
	}
	if (new == port->flags)
		return 0;
	WRITE_ONCE(port->flags, new);
	notify(port);
	return 0;
}

/**
 * svp_bridge_getlink - ndo_bridge_getlink
 * @skb: filled
 * @pid: of the asker
 * @seq: of the request
 * @dev: a port; nothing is said of others
 * @filter_mask: RTEXT_FILTER_*
 * @nlflags: NLM_F_*
 *
 * Context: RTNL.
 * Return: 0, or -EMSGSIZE when @skb is full.
 */
int svp_bridge_getlink(struct sk_buff *skb, u32 pid, u32 seq,
		       struct net_device *dev, u32 filter_mask, int nlflags)
{
	struct svp_bport *port = svp_bridge_port(dev);

	/* There are no VLANs to tell of */
	if (!port || filter_mask & (RTEXT_FILTER_BRVLAN |
				    RTEXT_FILTER_BRVLAN_COMPRESSED))
		return 0;
	return fill_port(skb, port, pid, seq, nlflags);
}
