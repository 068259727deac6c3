// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bridging core of both planes: what `bridge link` and `bridge fdb` ask for.
 *
 * Ports of ours do not carry IFF_BRIDGE_PORT, for the kernel's bridge takes
 * every device that does for one of its own. So entries are configured and
 * shown at the plane's device: `bridge fdb add MAC dev gp0 via tap0`.
 */
#include <linux/etherdevice.h>
#include <linux/if_bridge.h>
#include <linux/neighbour.h>
#include <linux/rculist.h>
#include <linux/rtnetlink.h>
#include <net/netlink.h>
#include <net/rtnetlink.h>

#include "bridge.h"
#include "compat/callbacks.h"
#include "extack.h"

static struct svp_bport *port_by_index(struct svp_bridge *br, int index)
{
	struct svp_bport *port;

	list_for_each_entry(port, &br->ports, list)
		if (port->dev->ifindex == index)
			return port;
	return NULL;
}

static int parse_via(struct svp_bridge *br, struct nlattr *tb[],
		     struct svp_bport **port, struct netlink_ext_ack *extack)
{
	const struct nlattr *via = tb[NDA_IFINDEX];

	if (!via || nla_len(via) != sizeof(u32)) {
		svp_err_attr(extack, via, "say which port the address is behind: dev %s via PORT",
			     br->dev->name);
		return -EINVAL;
	}
	*port = port_by_index(br, nla_get_u32(via));
	if (*port)
		return 0;
	svp_err_attr(extack, via, "the device with index %u is no port of %s",
		     nla_get_u32(via), br->dev->name);
	return -EINVAL;
}

static int check_entry(const struct svp_bridge *br, const unsigned char *mac,
		       u16 vid, struct netlink_ext_ack *extack)
{
	if (vid) {
		svp_err(extack, "VLAN %u: %s has one table for all VLANs", vid,
			br->dev->name);
		return -EINVAL;
	}
	if (!is_valid_ether_addr(mac)) {
		svp_err(extack, "%pM is no unicast address", mac);
		return -EINVAL;
	}
	if (ether_addr_equal(mac, br->dev->dev_addr)) {
		svp_err(extack, "%pM is the address of %s itself", mac,
			br->dev->name);
		return -EINVAL;
	}
	return 0;
}

/* NLM_F_CREATE, _EXCL and _REPLACE as the kernel's bridge takes them */
static int check_flags(struct svp_bridge *br, const unsigned char *mac,
		       u16 flags, struct netlink_ext_ack *extack)
{
	bool exists;

	rcu_read_lock();
	exists = svp_fdb_find(&br->fdb, mac);
	rcu_read_unlock();
	if (exists && flags & NLM_F_EXCL) {
		svp_err(extack, "%pM exists already: use replace", mac);
		return -EEXIST;
	}
	if (!exists && !(flags & NLM_F_CREATE)) {
		svp_err(extack, "%pM does not exist", mac);
		return -ENOENT;
	}
	return 0;
}

/**
 * svp_bridge_fdb_add - ndo_fdb_add
 * @ndm: header; NUD_PERMANENT and NUD_NOARP (static) make a static entry,
 *	NUD_REACHABLE (dynamic) one that ages
 * @tb: attributes; NDA_IFINDEX names the port
 * @dev: the plane's device
 * @mac: the address
 * @vid: 0
 * @flags: NLM_F_*
 * @notified: left: the core tells listeners
 * @extack: told why not
 *
 * Context: RTNL.
 * Return: 0 or -errno.
 */
int svp_bridge_fdb_add(struct ndmsg *ndm, struct nlattr *tb[],
		       struct net_device *dev, const unsigned char *mac,
		       u16 vid, u16 flags, bool *notified,
		       struct netlink_ext_ack *extack)
{
	struct svp_bridge *br = netdev_priv(dev);
	struct svp_bport *port;
	u8 kind;
	int err;

	err = check_entry(br, mac, vid, extack) ?:
	      parse_via(br, tb, &port, extack) ?:
	      check_flags(br, mac, flags, extack);
	if (err)
		return err;
	kind = ndm->ndm_state & (NUD_PERMANENT | NUD_NOARP) ?
	       SVP_FDB_STATIC : 0;
	err = svp_fdb_add(&br->fdb, &port->owner, mac, kind);
	if (err == -ENOSPC)
		svp_err(extack, "no room for a learned address: at most %u at %s, %u at %s in all",
			port->owner.max, port->dev->name,
			br->fdb.max_learned, dev->name);
	return err;
}

/**
 * svp_bridge_fdb_del - ndo_fdb_del
 * @ndm: header
 * @tb: attributes; NDA_IFINDEX, if there, must name the entry's port
 * @dev: the plane's device
 * @mac: the address
 * @vid: 0
 * @notified: left: the core tells listeners
 * @extack: told why not
 *
 * Context: RTNL.
 * Return: 0 or -errno.
 */
int svp_bridge_fdb_del(struct ndmsg *ndm, struct nlattr *tb[],
		       struct net_device *dev, const unsigned char *mac,
		       u16 vid, bool *notified, struct netlink_ext_ack *extack)
{
	struct svp_bridge *br = netdev_priv(dev);
	struct svp_fdb_entry *entry;
	struct svp_bport *port;
	bool there;
	int err;

	err = check_entry(br, mac, vid, extack);
	if (!err && tb[NDA_IFINDEX])
		err = parse_via(br, tb, &port, extack);
	if (err)
		return err;
	rcu_read_lock();
	entry = svp_fdb_find(&br->fdb, mac);
	there = entry && (!tb[NDA_IFINDEX] || entry->owner == &port->owner);
	rcu_read_unlock();
	err = there ? svp_fdb_del(&br->fdb, mac) : -ENOENT;
	if (err)
		svp_err(extack, "%pM is not known at %s%s%s", mac, dev->name,
			tb[NDA_IFINDEX] ? " via " : "",
			tb[NDA_IFINDEX] ? port->dev->name : "");
	return err;
}

static int fill_state(const struct svp_fdb_entry *entry)
{
	if (entry->flags & SVP_FDB_LOCAL)
		return NUD_PERMANENT;
	return entry->flags & SVP_FDB_STATIC ? NUD_NOARP : NUD_REACHABLE;
}

/* @via 0: the device itself; @used: jiffies of the last use */
static int fill_fdb(struct sk_buff *skb, const struct net_device *dev,
		    const u8 *mac, int via, int state, unsigned long used,
		    u32 portid, u32 seq, int type, unsigned int flags)
{
	struct nda_cacheinfo ci = {};
	struct nlmsghdr *nlh;
	struct ndmsg *ndm;

	nlh = nlmsg_put(skb, portid, seq, type, sizeof(*ndm), flags);
	if (!nlh)
		return -EMSGSIZE;
	ndm = nlmsg_data(nlh);
	memset(ndm, 0, sizeof(*ndm));
	ndm->ndm_family = AF_BRIDGE;
	ndm->ndm_flags = NTF_SELF;
	ndm->ndm_ifindex = dev->ifindex;
	ndm->ndm_state = state;
	ci.ndm_used = jiffies_to_clock_t(jiffies - used);
	ci.ndm_updated = ci.ndm_used;
	if (nla_put(skb, NDA_LLADDR, ETH_ALEN, mac) ||
	    nla_put(skb, NDA_CACHEINFO, sizeof(ci), &ci) ||
	    (via && nla_put_u32(skb, NDA_IFINDEX, via))) {
		nlmsg_cancel(skb, nlh);
		return -EMSGSIZE;
	}
	nlmsg_end(skb, nlh);
	return 0;
}

static int fill_entry(struct sk_buff *skb, const struct net_device *dev,
		      const struct svp_fdb_entry *entry, u32 portid, u32 seq,
		      unsigned int flags)
{
	struct svp_bport *port = svp_bport_of(entry);
	u8 mac[ETH_ALEN];

	u64_to_ether_addr(entry->key, mac);
	return fill_fdb(skb, dev, mac, port ? port->dev->ifindex : 0,
			fill_state(entry), READ_ONCE(entry->used), portid, seq,
			RTM_NEWNEIGH, flags);
}

/**
 * svp_bridge_fdb_dump - ndo_fdb_dump
 * @skb: filled
 * @cb: of the dump
 * @dev: the plane's device
 * @filter_dev: NULL
 * @idx: counts entries, skipped ones included
 *
 * Context: RTNL.
 * Return: 0, or -EMSGSIZE when @skb is full.
 */
int svp_bridge_fdb_dump(struct sk_buff *skb, struct netlink_callback *cb,
			struct net_device *dev, struct net_device *filter_dev,
			int *idx)
{
	struct ndo_fdb_dump_context *ctx = (void *)cb->ctx;
	struct svp_bridge *br = netdev_priv(dev);
	struct svp_fdb_entry *entry;
	int err = 0;

	rcu_read_lock();
	list_for_each_entry_rcu(entry, &br->fdb.list, list) {
		if (*idx >= ctx->fdb_idx)
			err = fill_entry(skb, dev, entry,
					 NETLINK_CB(cb->skb).portid,
					 cb->nlh->nlmsg_seq, NLM_F_MULTI);
		if (err)
			break;
		*idx += 1;
	}
	rcu_read_unlock();
	return err;
}

/**
 * svp_bridge_fdb_get - ndo_fdb_get
 * @skb: filled
 * @tb: attributes
 * @dev: the plane's device
 * @mac: address asked for
 * @vid: 0
 * @portid: of the asker
 * @seq: of the request
 * @extack: told why not
 *
 * Context: RTNL.
 * Return: 0 or -errno.
 */
int svp_bridge_fdb_get(struct sk_buff *skb, struct nlattr *tb[],
		       struct net_device *dev, const unsigned char *mac,
		       u16 vid, u32 portid, u32 seq,
		       struct netlink_ext_ack *extack)
{
	struct svp_bridge *br = netdev_priv(dev);
	struct svp_fdb_entry *entry;
	int err = -ENOENT;

	rcu_read_lock();
	entry = svp_fdb_find(&br->fdb, mac);
	if (entry)
		err = fill_entry(skb, dev, entry, portid, seq, 0);
	else
		svp_err(extack, "%pM is not known at %s", mac, dev->name);
	rcu_read_unlock();
	return err;
}

/**
 * svp_bridge_fdb_notify - svp_fdb.notify: tells listeners of `bridge monitor`
 * @fdb: table of a plane
 * @owner: the port
 * @mac: address that came or went
 * @gone: it went
 *
 * Context: BH off.
 */
void svp_bridge_fdb_notify(struct svp_fdb *fdb,
			   const struct svp_fdb_owner *owner, const u8 *mac,
			   bool gone)
{
	struct svp_bport *port = container_of(owner, struct svp_bport, owner);
	struct net_device *dev = port->br->dev;
	struct net *net = dev_net(dev);
	struct sk_buff *skb;

	if (!rtnl_has_listeners(net, RTNLGRP_NEIGH))
		return;
	skb = nlmsg_new(NLMSG_GOODSIZE, GFP_ATOMIC);
	if (!skb) {
		rtnl_set_sk_err(net, RTNLGRP_NEIGH, -ENOBUFS);
		return;
	}
	if (fill_fdb(skb, dev, mac, port->dev->ifindex, NUD_REACHABLE, jiffies,
		     0, 0, gone ? RTM_DELNEIGH : RTM_NEWNEIGH, 0))
		kfree_skb(skb);
	else
		rtnl_notify(skb, net, 0, RTNLGRP_NEIGH, NULL, GFP_ATOMIC);
}
