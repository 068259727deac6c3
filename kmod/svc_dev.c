// SPDX-License-Identifier: GPL-2.0-only
/*
 * Devices of kind svcplane: the face of a service plane, and its uplinks. No
 * guest and no node has a port here, and nothing is learned from frames.
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/module.h>
#include <linux/rtnetlink.h>
#include <net/rtnetlink.h>

#include "attach.h"
#include "bridge.h"
#include "compat/callbacks.h"
#include "ctl.h"
#include "extack.h"
#include "oam.h"
#include "plane.h"
#include "port_dev.h"
#include "svc_dev.h"

#define KIND "svcplane"

void (*svp_uplink_rx)(struct svp_plane *plane, struct net_device *uplink,
		      struct sk_buff *skb);

/* Private area; the core comes first */
struct svc_dev {
	struct svp_bridge br;
	struct svp_plane *plane;	/* a reference; NULL until newlink is done */
};

static const struct net_device_ops dev_ops;

/**
 * svp_svc_dev_plane - the plane behind a device
 * @dev: any device
 *
 * Context: RTNL.
 * Return: the plane, no reference taken, or NULL if @dev is of another kind.
 */
struct svp_plane *svp_svc_dev_plane(const struct net_device *dev)
{
	struct svc_dev *svc = netdev_priv(dev);

	return dev->netdev_ops == &dev_ops ? svc->plane : NULL;
}

static struct svp_plane *plane_of(struct svp_bridge *br)
{
	return container_of(br, struct svc_dev, br)->plane;
}

static bool can_be_uplink(const struct net_device *dev)
{
	static const char * const kinds[] = { "vxlan", "geneve", "veth", "vlan" };

	return dev->rtnl_link_ops &&
	       match_string(kinds, ARRAY_SIZE(kinds),
			    dev->rtnl_link_ops->kind) >= 0;
}

static unsigned int largest_guest_mtu(struct svp_plane *plane)
{
	struct net_device *dev;
	unsigned int mtu = 0;
	struct svp_port *port;
	unsigned long i;

	xa_for_each(&plane->ports, i, port) {
		dev = rtnl_dereference(port->dev);
		if (dev)
			mtu = max(mtu, dev->mtu);
	}
	return mtu;
}

static int accept_uplink(struct svp_bridge *br, struct net_device *dev,
			 struct netlink_ext_ack *extack)
{
	struct svp_plane *plane = plane_of(br);
	unsigned int mtu;
	int err;

	if (!can_be_uplink(dev)) {
		svp_err(extack, "%s cannot be an uplink: put a vxlan, geneve, veth or VLAN device on it and enslave that",
			dev->name);
		return -EINVAL;
	}
	err = svp_attach_free(dev, extack);
	if (!err)
		err = svp_attach_check_uplink(plane, dev, extack);
	if (err)
		return err;
	mtu = largest_guest_mtu(plane);
	if (mtu && dev->mtu < mtu + SVP_UPLINK_OVERHEAD) {
		svp_err(extack, "%s has MTU %u, guests of %s need %u (%u + %u)",
			dev->name, dev->mtu, plane->name,
			mtu + SVP_UPLINK_OVERHEAD, mtu, SVP_UPLINK_OVERHEAD);
		return -EINVAL;
	}
	return 0;
}

static rx_handler_result_t rx_uplink(struct svp_bport *port,
				     struct sk_buff *skb)
{
	void (*rx)(struct svp_plane *plane, struct net_device *uplink,
		   struct sk_buff *skb) = READ_ONCE(svp_uplink_rx);
	struct svp_bridge *br = port->br;

	if (skb->protocol != htons(ETH_P_NSH) || skb_vlan_tag_present(skb))
		return RX_HANDLER_PASS;
	skb = svp_bridge_own(br, skb);
	if (!skb)
		return RX_HANDLER_CONSUMED;
	skb_push(skb, ETH_HLEN);
	dev_sw_netstats_rx_add(br->dev, skb->len);
	if (!netif_running(br->dev))
		svp_bridge_drop(br, skb, SVP_DROP_BRIDGE_DOWN);
	else if (!rx)
		svp_bridge_drop(br, skb, SVP_DROP_UPLINK_PEER);
	else
		rx(plane_of(br), port->dev, skb);
	return RX_HANDLER_CONSUMED;
}

static const struct svp_bridge_ops bridge_ops = {
	.accept = accept_uplink,
	.rx = rx_uplink,
};

/* Is it on the control path of a host? Data at the NSH */
static bool is_control(const struct sk_buff *skb)
{
	struct svcplane_nsh head, *nsh;

	nsh = skb_header_pointer(skb, 0, sizeof(head), &head);
	return nsh && ntohl(nsh->path) >> 8 >= SVCPLANE_SPI_CONTROL;
}

/* Nobody knows yet behind which uplink the host is: one copy for each */
static void send_to_all(struct svp_bridge *br, struct sk_buff *skb)
{
	struct svp_bport *to, *last = NULL;
	struct sk_buff *copy;

	list_for_each_entry_rcu(to, &br->ports, list) {
		copy = last ? skb_clone(skb, GFP_ATOMIC) : NULL;
		if (copy)
			svp_bridge_deliver(br, last, copy, SVP_BRIDGE_FLOODED);
		last = to;
	}
	if (last)
		svp_bridge_deliver(br, last, skb, SVP_BRIDGE_FLOODED);
	else
		svp_bridge_drop(br, skb, SVP_DROP_BRIDGE_NO_PORT);
}

static void forward(struct svp_bridge *br, struct sk_buff *skb)
{
	struct svp_fdb_entry *entry;
	struct svp_bport *to;

	if (eth_hdr(skb)->h_proto != htons(ETH_P_NSH))
		return svp_bridge_drop(br, skb, SVP_DROP_SPLANE_NOT_NSH);
	entry = svp_fdb_find(&br->fdb, eth_hdr(skb)->h_dest);
	to = entry ? svp_bport_of(entry) : NULL;
	if (to)
		svp_bridge_deliver(br, to, skb, SVP_BRIDGE_FORWARDED);
	else if (!entry && is_control(skb))
		send_to_all(br, skb);
	else
		svp_bridge_drop(br, skb, SVP_DROP_BRIDGE_NO_PORT);
}

static netdev_tx_t xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct svp_bridge *br = netdev_priv(dev);

	if (unlikely(!pskb_may_pull(skb, ETH_HLEN))) {
		svp_bridge_drop(br, skb, SVP_DROP_HEADROOM);
		return NETDEV_TX_OK;
	}
	dev_sw_netstats_tx_add(dev, 1, skb->len);
	skb_reset_mac_header(skb);
	skb_pull(skb, ETH_HLEN);
	rcu_read_lock();
	forward(br, skb);
	rcu_read_unlock();
	return NETDEV_TX_OK;
}

static void set_up(struct net_device *dev, bool up)
{
	struct svc_dev *svc = netdev_priv(dev);

	WRITE_ONCE(svc->plane->up, up);
	svp_plane_bump(svc->plane);
	if (up)
		svp_ctl_start(svc->plane);
	else
		svp_ctl_stop(svc->plane);
}

static int open_dev(struct net_device *dev)
{
	struct svc_dev *svc = netdev_priv(dev);
	int err;

	if (!svc->plane)	/* somebody else's notifier, while it registers */
		return -ENODEV;
	err = svp_bridge_open(dev);
	if (!err)
		set_up(dev, true);
	return err;
}

static int stop_dev(struct net_device *dev)
{
	struct svc_dev *svc = netdev_priv(dev);

	if (svc->plane)
		set_up(dev, false);
	return svp_bridge_stop(dev);
}

static int dev_init(struct net_device *dev)
{
	return svp_bridge_setup(netdev_priv(dev), dev, &bridge_ops);
}

static void dev_uninit(struct net_device *dev)
{
	struct svc_dev *svc = netdev_priv(dev);

	svp_bridge_teardown(&svc->br);
	svc->br.drops = NULL;
	svp_plane_put(svc->plane);
	svc->plane = NULL;
}

static int add_slave(struct net_device *dev, struct net_device *slave,
		     struct netlink_ext_ack *extack)
{
	struct svc_dev *svc = netdev_priv(dev);

	if (svp_port_dev_proxy(slave))
		return svp_port_dev_set_plane(slave, svc->plane, extack);
	return svp_bridge_add_port(&svc->br, slave, extack);
}

static int del_slave(struct net_device *dev, struct net_device *slave)
{
	struct svc_dev *svc = netdev_priv(dev);

	if (svp_port_dev_proxy(slave))
		return svp_port_dev_clear_plane(slave);
	return svp_bridge_del_port(&svc->br, slave);
}

SVP_COMPAT_FDB_ADD(fdb_add, svp_bridge_fdb_add)
SVP_COMPAT_FDB_DEL(fdb_del, svp_bridge_fdb_del)

static const struct net_device_ops dev_ops = {
	.ndo_init = dev_init,
	.ndo_uninit = dev_uninit,
	.ndo_open = open_dev,
	.ndo_stop = stop_dev,
	.ndo_start_xmit = xmit,
	.ndo_get_stats64 = svp_bridge_get_stats,
	.ndo_set_mac_address = svp_bridge_set_mac,
	.ndo_change_mtu = svp_bridge_change_mtu,
	.ndo_fix_features = svp_bridge_fix_features,
	.ndo_features_check = passthru_features_check,
	.ndo_add_slave = add_slave,
	.ndo_del_slave = del_slave,
	.ndo_fdb_add = fdb_add,
	.ndo_fdb_del = fdb_del,
	.ndo_fdb_dump = svp_bridge_fdb_dump,
	.ndo_fdb_get = svp_bridge_fdb_get,
	.ndo_bridge_setlink = svp_bridge_setlink,
	.ndo_bridge_getlink = svp_bridge_getlink,
};

static const struct device_type dev_type = {
	.name = KIND,
};

static void setup(struct net_device *dev)
{
	svp_bridge_dev_setup(dev);
	dev->netdev_ops = &dev_ops;
	dev->flags |= IFF_NOARP;
	dev->flags &= ~(IFF_BROADCAST | IFF_MULTICAST);
	SET_NETDEV_DEVTYPE(dev, &dev_type);
}

/* The plane is published last: nobody finds it before its device is there */
static int new_link(struct net_device *dev, struct rtnl_newlink_params *params,
		    struct netlink_ext_ack *extack)
{
	struct svc_dev *svc = netdev_priv(dev);
	struct svp_plane *plane;
	int err;

	/* of no use to who may not configure it, and not free of cost */
	if (!capable(CAP_NET_ADMIN)) {
		svp_err(extack, "a service plane needs CAP_NET_ADMIN in the initial user namespace");
		return -EPERM;
	}
	err = register_netdevice(dev);
	if (err)
		return err;
	plane = svp_plane_create(dev_net(dev), dev);
	if (IS_ERR(plane)) {
		unregister_netdevice(dev);
		return PTR_ERR(plane);
	}
	svc->plane = svp_plane_hold(plane);
	svc->br.drops = plane->drops;
	return 0;
}

SVP_COMPAT_NEWLINK(newlink, new_link)

/* The proxies stay in the plane, with every chain failed */
static void release_proxies(struct svp_plane *plane, struct net_device *dev)
{
	struct svp_proxy *proxy;

	list_for_each_entry(proxy, &plane->proxies, list)
		if (proxy->dev)
			netdev_upper_dev_unlink(proxy->dev, dev);
}

static void release_nodes(struct svp_plane *plane)
{
	struct svp_node *node;
	unsigned long i;

	xa_for_each(&plane->nodes, i, node)
		svp_attach_node_gone(node);
}

static void dellink(struct net_device *dev, struct list_head *head)
{
	struct svc_dev *svc = netdev_priv(dev);
	struct svp_bport *port, *next;

	list_for_each_entry_safe(port, next, &svc->br.ports, list)
		svp_bridge_del_port(&svc->br, port->dev);
	svp_ctl_stop(svc->plane);
	release_proxies(svc->plane, dev);
	release_nodes(svc->plane);
	svp_plane_dev_gone(svc->plane);
	svp_oam_plane_gone(svc->plane);
	unregister_netdevice_queue(dev, head);
}

static struct rtnl_link_ops link_ops __read_mostly = {
	.kind = KIND,
	.priv_size = sizeof(struct svc_dev),
	.setup = setup,
	.newlink = newlink,
	.dellink = dellink,
};

/* Events go on to name the plane as its device is called */
static int name_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct svp_plane *plane = svp_svc_dev_plane(dev);

	if (plane && event == NETDEV_CHANGENAME)
		strscpy(plane->name, dev->name, sizeof(plane->name));
	return NOTIFY_DONE;
}

static struct notifier_block notifier = {
	.notifier_call = name_event,
};

/**
 * svp_svc_dev_init - offer the kind svcplane
 *
 * Return: 0 or -errno.
 */
int svp_svc_dev_init(void)
{
	int err = register_netdevice_notifier(&notifier);

	if (err)
		return err;
	err = rtnl_link_register(&link_ops);
	if (err)
		unregister_netdevice_notifier(&notifier);
	return err;
}

/**
 * svp_svc_dev_exit - remove the kind with all its devices
 */
void svp_svc_dev_exit(void)
{
	rtnl_link_unregister(&link_ops);
	unregister_netdevice_notifier(&notifier);
}

MODULE_ALIAS_RTNL_LINK(KIND);
