/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bridging core of both planes: a device, its ports, and frames between them.
 */
#ifndef SVP_BRIDGE_H
#define SVP_BRIDGE_H

#include <linux/ethtool.h>
#include <linux/list.h>
#include <linux/netdevice.h>
#include <linux/rcupdate.h>
#include <linux/workqueue.h>

#include "fdb.h"
#include "limit.h"
#include "stats.h"

struct netlink_ext_ack;
struct svp_bport;

#define SVP_BRIDGE_DEPTH	2	/* planes above one another, on one CPU */
#define SVP_BRIDGE_PORTS	1024
#define SVP_BRIDGE_HEADROOM	256	/* bytes a port may ask for at most */
#define SVP_BRIDGE_FLOOD_RATE	200000	/* copies a second */
#define SVP_BRIDGE_FLOOD_BURST	50000

/* svp_bport.flags */
#define SVP_BPORT_LEARNING	BIT(0)
#define SVP_BPORT_FLOOD		BIT(1)	/* unknown unicast goes there */
#define SVP_BPORT_MCAST_FLOOD	BIT(2)	/* multicast goes there */
#define SVP_BPORT_ISOLATED	BIT(3)	/* no frames to other isolated ports */

enum svp_bridge_stat {
	SVP_BRIDGE_FORWARDED,	/* frames to the one port they are for */
	SVP_BRIDGE_FLOODED,	/* copies of frames to several ports */
	SVP_BRIDGE_LOCAL,	/* frames to the device itself */
	SVP_BRIDGE_STATS
};

struct svp_bridge;

/**
 * struct svp_bridge_ops - what makes a kind of plane
 * @flags: svp_bport.flags of a new port
 * @settable: those that users may change
 * @accept: may the device become a port? Under RTNL
 * @rx: a frame on a port, data behind the Ethernet header. RX_HANDLER_PASS
 *	leaves it with the caller, RX_HANDLER_CONSUMED has consumed it.
 *	Context: RCU, BH off
 * @ports_changed: after a port came, went or changed; may be NULL. Under RTNL
 */
struct svp_bridge_ops {
	u32 flags;
	u32 settable;
	int (*accept)(struct svp_bridge *br, struct net_device *dev,
		      struct netlink_ext_ack *extack);
	rx_handler_result_t (*rx)(struct svp_bport *port, struct sk_buff *skb);
	void (*ports_changed)(struct svp_bridge *br);
};

/**
 * struct svp_bport - a port
 * @owner: its addresses; kept first
 * @br: the plane
 * @dev: the device
 * @tracker: of @dev
 * @flags: SVP_BPORT_*; READ_ONCE()/WRITE_ONCE()
 * @list: in svp_bridge.ports; RTNL, read by RCU
 * @rcu: for freeing
 */
struct svp_bport {
	struct svp_fdb_owner owner;
	struct svp_bridge *br;
	struct net_device *dev;
	netdevice_tracker tracker;
	u32 flags;
	struct list_head list;
	struct rcu_head rcu;
};

/**
 * struct svp_bridge - the core of a plane; first in the private area of its dev
 * @dev: its device
 * @ops: of its kind
 * @ports: struct svp_bport; RTNL, read by RCU
 * @n_ports: how many
 * @fdb: addresses
 * @port_macs: svp_fdb_owner.max of each port; RTNL
 * @flood: tokens are copies of flooded frames
 * @stats: counters
 * @drops: frames freed, by reason; the owner of the core gives it
 * @age: removes old addresses while the device is up
 * @mtu_set: a user has set the MTU, so that it does not follow the ports up
 */
struct svp_bridge {
	struct net_device *dev;
	const struct svp_bridge_ops *ops;
	struct list_head ports;
	unsigned int n_ports;
	struct svp_fdb fdb;
	unsigned int port_macs;
	struct svp_bucket flood;
	struct svp_count __percpu *stats[SVP_BRIDGE_STATS];
	struct svp_drops __percpu *drops;
	struct delayed_work age;
	bool mtu_set;
};

static inline struct svp_bport *svp_bport_of(const struct svp_fdb_entry *entry)
{
	return entry->owner ?
	       container_of(entry->owner, struct svp_bport, owner) : NULL;
}

static inline void svp_bridge_drop(struct svp_bridge *br, struct sk_buff *skb,
				   enum svp_drop_reason reason)
{
	svp_drop(br->drops, skb, reason);
}

/* bridge.c: frames */
rx_handler_result_t svp_bridge_handle(struct sk_buff **pskb);
rx_handler_result_t svp_bridge_rx(struct svp_bport *port, struct sk_buff *skb);
struct sk_buff *svp_bridge_own(struct svp_bridge *br, struct sk_buff *skb);
void svp_bridge_forward(struct svp_bridge *br, struct svp_bport *from,
			struct sk_buff *skb);
void svp_bridge_deliver(struct svp_bridge *br, struct svp_bport *to,
			struct sk_buff *skb, enum svp_bridge_stat stat);
netdev_tx_t svp_bridge_xmit(struct sk_buff *skb, struct net_device *dev);

/* bridge_port.c: ports */
struct svp_bport *svp_bridge_port(const struct net_device *dev);
int svp_bridge_check(const struct net_device *dev,
		     struct netlink_ext_ack *extack);
int svp_bridge_add_port(struct svp_bridge *br, struct net_device *dev,
			struct netlink_ext_ack *extack);
int svp_bridge_del_port(struct svp_bridge *br, struct net_device *dev);

/* bridge_nl.c: what `bridge link` and `bridge fdb` ask for */
struct ndmsg;
struct netlink_callback;
struct nlattr;
struct nlmsghdr;

int svp_bridge_fdb_add(struct ndmsg *ndm, struct nlattr *tb[],
		       struct net_device *dev, const unsigned char *mac,
		       u16 vid, u16 flags, bool *notified,
		       struct netlink_ext_ack *extack);
int svp_bridge_fdb_del(struct ndmsg *ndm, struct nlattr *tb[],
		       struct net_device *dev, const unsigned char *mac,
		       u16 vid, bool *notified, struct netlink_ext_ack *extack);
int svp_bridge_fdb_dump(struct sk_buff *skb, struct netlink_callback *cb,
			struct net_device *dev, struct net_device *filter_dev,
			int *idx);
int svp_bridge_fdb_get(struct sk_buff *skb, struct nlattr *tb[],
		       struct net_device *dev, const unsigned char *mac,
		       u16 vid, u32 portid, u32 seq,
		       struct netlink_ext_ack *extack);
void svp_bridge_fdb_notify(struct svp_fdb *fdb,
			   const struct svp_fdb_owner *owner, const u8 *mac,
			   bool gone);
int svp_bridge_setlink(struct net_device *dev, struct nlmsghdr *nlh, u16 flags,
		       struct netlink_ext_ack *extack);
int svp_bridge_getlink(struct sk_buff *skb, u32 pid, u32 seq,
		       struct net_device *dev, u32 filter_mask, int nlflags);

/* bridge_ethtool.c */
extern const struct ethtool_ops svp_bridge_ethtool_ops;

/* bridge_dev.c: the device */
int svp_bridge_setup(struct svp_bridge *br, struct net_device *dev,
		     const struct svp_bridge_ops *ops);
void svp_bridge_teardown(struct svp_bridge *br);
void svp_bridge_dev_setup(struct net_device *dev);
int svp_bridge_open(struct net_device *dev);
int svp_bridge_stop(struct net_device *dev);
int svp_bridge_set_mac(struct net_device *dev, void *addr);
int svp_bridge_change_mtu(struct net_device *dev, int mtu);
netdev_features_t svp_bridge_fix_features(struct net_device *dev,
					  netdev_features_t features);
void svp_bridge_get_stats(struct net_device *dev,
			  struct rtnl_link_stats64 *stats);
void svp_bridge_set_ageing(struct svp_bridge *br, u32 seconds);
void svp_bridge_set_macs(struct svp_bridge *br, u32 port_macs, u32 max_macs);
void svp_bridge_ports_changed(struct svp_bridge *br);

/* bridge_event.c: the notifier that follows the ports */
int svp_bridge_init(void);
void svp_bridge_exit(void);

#endif
