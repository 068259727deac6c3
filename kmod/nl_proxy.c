// SPDX-License-Identifier: GPL-2.0-only
/*
 * Netlink: port proxies, what is asked of them. How they are shown is in
 * nl_port.c.
 */
#include <linux/etherdevice.h>
#include <linux/rtnetlink.h>
#include <net/netlink.h>

#include "attach.h"
#include "extack.h"
#include "genl.h"
#include "nl.h"
#include "nl_port.h"
#include "plane.h"
#include "port.h"
#include "port_dev.h"

static struct netlink_range_validation flows_range = {
	.min = 1, .max = SVP_FLOWS_MAX
};

static const struct nla_policy get_policy[SVCPLANE_A_PROXY_MAX + 1] = {
	[SVCPLANE_A_PROXY_PLANE] = SVP_NL_PLANE_POLICY,
	[SVCPLANE_A_PROXY_NAME] = SVP_NL_DEV_POLICY,
};

#define PATTERN_POLICY { .type = NLA_NUL_STRING, .len = SVP_PATTERN_MAX - 1 }

static const struct nla_policy new_policy[SVCPLANE_A_PROXY_MAX + 1] = {
	[SVCPLANE_A_PROXY_PLANE] = SVP_NL_PLANE_POLICY,
	[SVCPLANE_A_PROXY_NAME] = SVP_NL_DEV_POLICY,
	[SVCPLANE_A_PROXY_MAX_FLOWS] = NLA_POLICY_FULL_RANGE(NLA_U32, &flows_range),
	[SVCPLANE_A_PROXY_PATTERN] = PATTERN_POLICY,
	[SVCPLANE_A_PROXY_GUEST_DEV] = SVP_NL_DEV_POLICY,
	[SVCPLANE_A_PROXY_GUEST_MAC] = NLA_POLICY_EXACT_LEN(ETH_ALEN),
};

static const struct nla_policy set_policy[SVCPLANE_A_PROXY_MAX + 1] = {
	[SVCPLANE_A_PROXY_PLANE] = SVP_NL_PLANE_POLICY,
	[SVCPLANE_A_PROXY_NAME] = SVP_NL_DEV_POLICY,
	[SVCPLANE_A_PROXY_MAX_FLOWS] = NLA_POLICY_FULL_RANGE(NLA_U32, &flows_range),
};

static const struct nla_policy guest_policy[SVCPLANE_A_PROXY_MAX + 1] = {
	[SVCPLANE_A_PROXY_PLANE] = SVP_NL_PLANE_POLICY,
	[SVCPLANE_A_PROXY_NAME] = SVP_NL_DEV_POLICY,
	[SVCPLANE_A_PROXY_GUEST_DEV] = SVP_NL_DEV_POLICY,
	[SVCPLANE_A_PROXY_GUEST_MAC] = NLA_POLICY_EXACT_LEN(ETH_ALEN),
};

static const struct nla_policy guest_del_policy[SVCPLANE_A_PROXY_MAX + 1] = {
	[SVCPLANE_A_PROXY_PLANE] = SVP_NL_PLANE_POLICY,
	[SVCPLANE_A_PROXY_NAME] = SVP_NL_DEV_POLICY,
	[SVCPLANE_A_PROXY_GUEST_DEV] = SVP_NL_DEV_POLICY,
};

static const struct nla_policy match_policy[SVCPLANE_A_PROXY_MAX + 1] = {
	[SVCPLANE_A_PROXY_PLANE] = SVP_NL_PLANE_POLICY,
	[SVCPLANE_A_PROXY_NAME] = SVP_NL_DEV_POLICY,
	[SVCPLANE_A_PROXY_PATTERN] = PATTERN_POLICY,
};

static struct svp_proxy *find(struct genl_info *info)
{
	struct nlattr *attr = svp_nl_need(info, SVCPLANE_A_PROXY_NAME,
					  "name of the port proxy");
	struct svp_plane *plane = svp_genl_plane(info);
	struct svp_proxy *proxy;

	if (!attr)
		return ERR_PTR(-EINVAL);
	list_for_each_entry(proxy, &plane->proxies, list)
		if (proxy->dev && !strcmp(proxy->dev->name, nla_data(attr)))
			return proxy;
	svp_err_attr(info->extack, attr, "plane %s has no port proxy %s",
		     plane->name, (char *)nla_data(attr));
	return ERR_PTR(-ENOENT);
}

static int proxy_get(struct sk_buff *skb, struct genl_info *info)
{
	struct svp_proxy *proxy = find(info);

	if (IS_ERR(proxy))
		return PTR_ERR(proxy);
	return svp_genl_reply(info, svp_genl_plane(info), SVCPLANE_CMD_PROXY_GET,
			      svp_nl_proxy_size(proxy), svp_nl_proxy_fill,
			      proxy);
}

static struct svp_proxy *next_proxy(struct svp_plane *plane, u32 id)
{
	struct svp_proxy *proxy, *best = NULL;

	list_for_each_entry(proxy, &plane->proxies, list)
		if (proxy->id >= id && (!best || proxy->id < best->id))
			best = proxy;
	return best;
}

/* A proxy with many guests takes several messages: see svp_nl_proxy_part */
static int dump_proxies(struct sk_buff *skb, struct netlink_callback *cb,
			struct svp_plane *plane)
{
	struct svp_dump *at = svp_dump(cb);
	struct svp_nl_proxy_part part;
	struct svp_proxy *proxy;
	int err = 0;
	u32 next;

	rtnl_lock();
	while (!err) {
		proxy = next_proxy(plane, at->at);
		if (!proxy)
			break;
		if (proxy->id != at->at)
			at->part = 0;
		part.proxy = proxy;
		part.first = at->part;
		part.next = &next;
		err = svp_genl_dump_one(skb, cb, SVCPLANE_CMD_PROXY_GET, plane,
					svp_nl_proxy_part_fill, &part);
		if (err)
			break;
		at->part = next;
		at->at = next ? proxy->id : proxy->id + 1;
	}
	rtnl_unlock();
	return err;
}

static int proxy_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	return svp_genl_dump(skb, cb, dump_proxies);
}

static void tell(struct genl_info *info, struct svp_proxy *proxy, u8 cmd)
{
	svp_genl_plane(info)->conf_gen++;
	svp_genl_notify(info, svp_genl_plane(info), cmd,
			svp_nl_proxy_size(proxy), svp_nl_proxy_fill, proxy);
}

static struct net_device *find_guest(struct genl_info *info,
				     const struct nlattr *attr)
{
	struct net_device *dev;

	dev = __dev_get_by_name(genl_info_net(info), nla_data(attr));
	if (dev)
		return dev;
	svp_err_attr(info->extack, attr, "no device %s; to bind it when it appears use match",
		     (char *)nla_data(attr));
	return ERR_PTR(-ENODEV);
}

/* The address of the request goes to this guest and to none that comes later */
static int bind_guest(struct genl_info *info, struct svp_proxy *proxy,
		      const struct nlattr *attr)
{
	struct nlattr *mac = info->attrs[SVCPLANE_A_PROXY_GUEST_MAC];
	struct net_device *dev = find_guest(info, attr);
	int err;

	if (IS_ERR(dev))
		return PTR_ERR(dev);
	if (mac && !is_valid_ether_addr(nla_data(mac))) {
		svp_err_attr(info->extack, mac, "%pM is not the address of a single device",
			     nla_data(mac));
		return -EINVAL;
	}
	if (mac)
		ether_addr_copy(proxy->mac, nla_data(mac));
	err = svp_attach_guest(proxy, dev, info->extack);
	eth_zero_addr(proxy->mac);
	return err;
}

static int bind_all(struct genl_info *info, struct svp_proxy *proxy)
{
	const struct nlattr *attr;
	unsigned int n = 0;
	int rem, err = 0;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(attr) == SVCPLANE_A_PROXY_GUEST_DEV) {
			n++;
			err = bind_guest(info, proxy, attr);
		} else if (nla_type(attr) == SVCPLANE_A_PROXY_PATTERN) {
			err = svp_attach_match(proxy, nla_data(attr), info->extack);
		}
		if (err)
			return err;
	}
	if (info->attrs[SVCPLANE_A_PROXY_GUEST_MAC] && n != 1) {
		svp_err_attr(info->extack, info->attrs[SVCPLANE_A_PROXY_GUEST_MAC],
			     "one address does for one guest, not for %u", n);
		return -EINVAL;
	}
	return 0;
}

static struct net_device *proxy_device(struct genl_info *info, bool *made)
{
	struct nlattr *attr = svp_nl_need(info, SVCPLANE_A_PROXY_NAME,
					  "name of the port proxy");
	struct net *net = genl_info_net(info);
	struct svp_proxy *proxy;
	struct net_device *dev;
	int err;

	if (!attr)
		return ERR_PTR(-EINVAL);
	dev = __dev_get_by_name(net, nla_data(attr));
	proxy = dev ? svp_port_dev_proxy(dev) : NULL;
	if (dev && (!proxy || proxy->plane)) {
		svp_err_attr(info->extack, attr, proxy ? "%s is a port proxy of plane %s already" :
			     "%s is a device that is not a port proxy", dev->name,
			     proxy ? proxy->plane->name : "");
		return ERR_PTR(-EEXIST);
	}
	if (dev)
		return dev;
	err = svp_port_dev_create(net, nla_data(attr), &dev, info->extack);
	if (err)
		return ERR_PTR(err);
	*made = true;
	err = dev_open(dev, info->extack);
	if (!err)
		return dev;
	svp_port_dev_delete(dev);
	return ERR_PTR(err);
}

/* What proxy_new() has done so far; @max_flows: as it was */
static void undo_new(struct net_device *dev, struct svp_proxy *proxy, bool made,
		     u32 max_flows)
{
	struct svp_port *port, *next;

	if (made) {
		svp_port_dev_delete(dev);
		return;
	}
	list_for_each_entry_safe(port, next, &proxy->ports, list)
		svp_attach_unbind(port, "its port proxy was refused");
	while (proxy->n_patterns)
		svp_attach_unmatch(proxy, proxy->pattern[0], NULL);
	svp_port_dev_clear_plane(dev);
	proxy->max_flows = max_flows;
}

static int proxy_new(struct sk_buff *skb, struct genl_info *info)
{
	struct svp_plane *plane = svp_genl_plane(info);
	struct svp_proxy *proxy;
	struct net_device *dev;
	bool made = false;
	u32 max_flows;
	int err;

	dev = proxy_device(info, &made);
	if (IS_ERR(dev))
		return PTR_ERR(dev);
	proxy = svp_port_dev_proxy(dev);
	max_flows = proxy->max_flows;
	proxy->max_flows = svp_nl_u32(info->attrs[SVCPLANE_A_PROXY_MAX_FLOWS],
				      proxy->max_flows);
	err = svp_port_dev_set_plane(dev, plane, info->extack);
	if (!err)
		err = bind_all(info, proxy);
	if (err) {
		undo_new(dev, proxy, made, max_flows);
		return err;
	}
	tell(info, proxy, SVCPLANE_CMD_PROXY_NTF);
	return 0;
}

static int proxy_set(struct sk_buff *skb, struct genl_info *info)
{
	struct svp_proxy *proxy = find(info);

	if (IS_ERR(proxy))
		return PTR_ERR(proxy);
	proxy->max_flows = svp_nl_u32(info->attrs[SVCPLANE_A_PROXY_MAX_FLOWS],
				      proxy->max_flows);
	tell(info, proxy, SVCPLANE_CMD_PROXY_NTF);
	return 0;
}

static int proxy_del(struct sk_buff *skb, struct genl_info *info)
{
	struct svp_proxy *proxy = find(info);

	if (IS_ERR(proxy))
		return PTR_ERR(proxy);
	tell(info, proxy, SVCPLANE_CMD_PROXY_DEL_NTF);
	svp_port_dev_delete(proxy->dev);
	return 0;
}

static int guest_add(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *attr = svp_nl_need(info, SVCPLANE_A_PROXY_GUEST_DEV,
					  "device of the guest");
	struct svp_proxy *proxy = find(info);
	int err;

	if (!attr || IS_ERR(proxy))
		return attr ? PTR_ERR(proxy) : -EINVAL;
	err = bind_guest(info, proxy, attr);
	if (!err)
		tell(info, proxy, SVCPLANE_CMD_PROXY_NTF);
	return err;
}

static int guest_del(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *attr = svp_nl_need(info, SVCPLANE_A_PROXY_GUEST_DEV,
					  "device of the guest");
	struct svp_proxy *proxy = find(info);
	struct svp_port *port;

	if (!attr || IS_ERR(proxy))
		return attr ? PTR_ERR(proxy) : -EINVAL;
	list_for_each_entry(port, &proxy->ports, list) {
		if (strcmp(rtnl_dereference(port->dev)->name, nla_data(attr)))
			continue;
		svp_attach_unbind(port, "asked for");
		tell(info, proxy, SVCPLANE_CMD_PROXY_NTF);
		return 0;
	}
	svp_err_attr(info->extack, attr, "%s is not a guest of port proxy %s",
		     (char *)nla_data(attr), proxy->name);
	return -ENOENT;
}

static int change_match(struct genl_info *info, bool add)
{
	struct nlattr *attr = svp_nl_need(info, SVCPLANE_A_PROXY_PATTERN,
					  "pattern");
	struct svp_proxy *proxy = find(info);
	int err;

	if (!attr || IS_ERR(proxy))
		return attr ? PTR_ERR(proxy) : -EINVAL;
	err = add ? svp_attach_match(proxy, nla_data(attr), info->extack) :
		    svp_attach_unmatch(proxy, nla_data(attr), info->extack);
	if (!err)
		tell(info, proxy, SVCPLANE_CMD_PROXY_NTF);
	return err;
}

static int match_add(struct sk_buff *skb, struct genl_info *info)
{
	return change_match(info, true);
}

static int match_del(struct sk_buff *skb, struct genl_info *info)
{
	return change_match(info, false);
}

/* Without svp_plane.lock: proxies and their guests are under RTNL */
#define HELD (SVP_GENL_PLANE | SVP_GENL_RTNL)

#define WRITE_OP(number, pol, fn) {					\
	.cmd = (number),						\
	.flags = GENL_ADMIN_PERM,					\
	.internal_flags = HELD,						\
	.policy = (pol),						\
	.maxattr = SVCPLANE_A_PROXY_MAX,				\
	.doit = (fn),							\
}

static const struct genl_ops ops[] = {
	{
		.cmd = SVCPLANE_CMD_PROXY_GET,
		.internal_flags = HELD,
		.policy = get_policy,
		.maxattr = SVCPLANE_A_PROXY_MAX,
		.doit = proxy_get,
		.start = svp_genl_dump_start,
		.dumpit = proxy_dump,
	},
	WRITE_OP(SVCPLANE_CMD_PROXY_NEW, new_policy, proxy_new),
	WRITE_OP(SVCPLANE_CMD_PROXY_SET, set_policy, proxy_set),
	WRITE_OP(SVCPLANE_CMD_PROXY_DEL, get_policy, proxy_del),
	WRITE_OP(SVCPLANE_CMD_PROXY_GUEST_ADD, guest_policy, guest_add),
	WRITE_OP(SVCPLANE_CMD_PROXY_GUEST_DEL, guest_del_policy, guest_del),
	WRITE_OP(SVCPLANE_CMD_PROXY_MATCH_ADD, match_policy, match_add),
	WRITE_OP(SVCPLANE_CMD_PROXY_MATCH_DEL, match_policy, match_del),
};

const struct svp_nl_ops svp_nl_proxy = SVP_NL_OPS(ops);
