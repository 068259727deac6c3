/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Callbacks and fields whose shape differs between kernels. A .c file holds a
 * function of the newest shape and one SVP_COMPAT_ line that gives it the shape
 * of this kernel under another name.
 */
#ifndef SVP_COMPAT_CALLBACKS_H
#define SVP_COMPAT_CALLBACKS_H

#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/version.h>
#include <net/rtnetlink.h>

/* A bit of net_device.features until 6.12, then a field */
static inline void svp_compat_set_lltx(struct net_device *dev)
{
#ifdef NETIF_F_LLTX
	dev->features |= NETIF_F_LLTX;
#else
	dev->lltx = true;
#endif
}

/* Likewise; the field was renamed in 6.15 and in stable ones: see Kbuild */
static inline void svp_compat_set_netns_immutable(struct net_device *dev)
{
#ifdef NETIF_F_NETNS_LOCAL
	dev->features |= NETIF_F_NETNS_LOCAL;
#elif defined(SVP_HAVE_NETNS_IMMUTABLE)
	dev->netns_immutable = true;
#else
	dev->netns_local = true;
#endif
}

/* rtnl_link_ops.newlink: arguments in a struct since 6.15 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 15, 0)
struct rtnl_newlink_params {
	struct net *src_net;
	struct net *link_net;
	struct net *peer_net;
	struct nlattr **tb;
	struct nlattr **data;
};

#define SVP_COMPAT_NEWLINK(name, inner)					\
static int name(struct net *net, struct net_device *dev,		\
		struct nlattr *tb[], struct nlattr *data[],		\
		struct netlink_ext_ack *extack)				\
{									\
	struct rtnl_newlink_params params = {				\
		.src_net = net, .tb = tb, .data = data,			\
	};								\
									\
	return inner(dev, &params, extack);				\
}
#else
#define SVP_COMPAT_NEWLINK(name, inner)					\
static int name(struct net_device *dev,					\
		struct rtnl_newlink_params *params,			\
		struct netlink_ext_ack *extack)				\
{									\
	return inner(dev, params, extack);				\
}
#endif

/* ndo_fdb_add, ndo_fdb_del: *notified since 6.13; before, the core always tells */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
#define SVP_COMPAT_FDB_ADD(name, inner)					\
static int name(struct ndmsg *ndm, struct nlattr *tb[],			\
		struct net_device *dev, const unsigned char *addr,	\
		u16 vid, u16 flags, struct netlink_ext_ack *extack)	\
{									\
	bool notified = false;						\
									\
	return inner(ndm, tb, dev, addr, vid, flags, &notified, extack);	\
}
#define SVP_COMPAT_FDB_DEL(name, inner)					\
static int name(struct ndmsg *ndm, struct nlattr *tb[],			\
		struct net_device *dev, const unsigned char *addr,	\
		u16 vid, struct netlink_ext_ack *extack)		\
{									\
	bool notified = false;						\
									\
	return inner(ndm, tb, dev, addr, vid, &notified, extack);	\
}

/* Where a dump goes on, in netlink_callback.ctx; laid over args[2] */
struct ndo_fdb_dump_context {
	unsigned long core[2];
	unsigned long fdb_idx;
};
#else
#define SVP_COMPAT_FDB_ADD(name, inner)					\
static int name(struct ndmsg *ndm, struct nlattr *tb[],			\
		struct net_device *dev, const unsigned char *addr,	\
		u16 vid, u16 flags, bool *notified,			\
		struct netlink_ext_ack *extack)				\
{									\
	return inner(ndm, tb, dev, addr, vid, flags, notified, extack);	\
}
#define SVP_COMPAT_FDB_DEL(name, inner)					\
static int name(struct ndmsg *ndm, struct nlattr *tb[],			\
		struct net_device *dev, const unsigned char *addr,	\
		u16 vid, bool *notified, struct netlink_ext_ack *extack)	\
{									\
	return inner(ndm, tb, dev, addr, vid, notified, extack);	\
}
#endif

#endif
