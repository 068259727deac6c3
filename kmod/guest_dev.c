// SPDX-License-Identifier: GPL-2.0-only
/*
 * Devices of kind guestplane: the learning bridge of the guests. An address on
 * the device makes it their gateway.
 */
#include <linux/etherdevice.h>
#include <linux/module.h>
#include <linux/rtnetlink.h>
#include <net/rtnetlink.h>

#include "bridge.h"
#include "compat/callbacks.h"
#include "guest_dev.h"

#define KIND "guestplane"

static int accept_port(struct svp_bridge *br, struct net_device *dev,
		       struct netlink_ext_ack *extack)
{
	return 0;
}

/* The MTU is that of the narrowest port, or less if a user said so */
static void follow_mtu(struct svp_bridge *br)
{
	struct net_device *dev = br->dev;
	unsigned int least = ETH_MAX_MTU;
	struct svp_bport *port;
	bool set = br->mtu_set;

	list_for_each_entry(port, &br->ports, list)
		least = min(least, port->dev->mtu);
	WRITE_ONCE(dev->max_mtu, least);
	if (list_empty(&br->ports) || dev->mtu == least ||
	    (set && dev->mtu < least))
		return;
	dev_set_mtu(dev, least);
	br->mtu_set = set;
}

static void follow_carrier(struct svp_bridge *br)
{
	struct svp_bport *port;

	list_for_each_entry(port, &br->ports, list) {
		if (netif_running(port->dev) && netif_carrier_ok(port->dev)) {
			netif_carrier_on(br->dev);
			return;
		}
	}
	netif_carrier_off(br->dev);
}

static void ports_changed(struct svp_bridge *br)
{
	follow_mtu(br);
	follow_carrier(br);
}

static const struct svp_bridge_ops bridge_ops = {
	.flags = SVP_BPORT_LEARNING | SVP_BPORT_FLOOD | SVP_BPORT_MCAST_FLOOD,
	.settable = SVP_BPORT_LEARNING | SVP_BPORT_FLOOD |
		    SVP_BPORT_MCAST_FLOOD | SVP_BPORT_ISOLATED,
	.accept = accept_port,
	.rx = svp_bridge_rx,
	.ports_changed = ports_changed,
};

static int dev_init(struct net_device *dev)
{
	struct svp_bridge *br = netdev_priv(dev);
	int err;

	br->drops = svp_drops_alloc();
	if (!br->drops)
		return -ENOMEM;
	err = svp_bridge_setup(br, dev, &bridge_ops);
	if (err)
		free_percpu(br->drops);
	else
		netif_carrier_off(dev);
	return err;
}

static void dev_uninit(struct net_device *dev)
{
	struct svp_bridge *br = netdev_priv(dev);

	svp_bridge_teardown(br);
	free_percpu(br->drops);
	br->drops = NULL;
}

static int add_slave(struct net_device *dev, struct net_device *slave,
		     struct netlink_ext_ack *extack)
{
	return svp_bridge_add_port(netdev_priv(dev), slave, extack);
}

static int del_slave(struct net_device *dev, struct net_device *slave)
{
	return svp_bridge_del_port(netdev_priv(dev), slave);
}

SVP_COMPAT_FDB_ADD(fdb_add, svp_bridge_fdb_add)
SVP_COMPAT_FDB_DEL(fdb_del, svp_bridge_fdb_del)

static const struct net_device_ops dev_ops = {
	.ndo_init = dev_init,
	.ndo_uninit = dev_uninit,
	.ndo_open = svp_bridge_open,
	.ndo_stop = svp_bridge_stop,
	.ndo_start_xmit = svp_bridge_xmit,
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

/**
 * svp_guest_dev_bridge - the bridging core behind a device
 * @dev: any device
 *
 * Context: RTNL.
 * Return: the core, or NULL if @dev is of another kind.
 */
struct svp_bridge *svp_guest_dev_bridge(const struct net_device *dev)
{
	return dev->netdev_ops == &dev_ops ? netdev_priv(dev) : NULL;
}

static const struct device_type dev_type = {
	.name = KIND,
};

static void setup(struct net_device *dev)
{
	svp_bridge_dev_setup(dev);
	dev->netdev_ops = &dev_ops;
	SET_NETDEV_DEVTYPE(dev, &dev_type);
}

static int new_link(struct net_device *dev, struct rtnl_newlink_params *params,
		    struct netlink_ext_ack *extack)
{
	return register_netdevice(dev);
}

SVP_COMPAT_NEWLINK(newlink, new_link)

static void dellink(struct net_device *dev, struct list_head *head)
{
	struct svp_bridge *br = netdev_priv(dev);
	struct svp_bport *port, *next;

	list_for_each_entry_safe(port, next, &br->ports, list)
		svp_bridge_del_port(br, port->dev);
	unregister_netdevice_queue(dev, head);
}

static struct rtnl_link_ops link_ops __read_mostly = {
	.kind = KIND,
	.priv_size = sizeof(struct svp_bridge),
	.setup = setup,
	.newlink = newlink,
	.dellink = dellink,
};

/**
 * svp_guest_dev_init - offer the kind guestplane
 *
 * Return: 0 or -errno.
 */
int svp_guest_dev_init(void)
{
	return rtnl_link_register(&link_ops);
}

/**
 * svp_guest_dev_exit - remove the kind with all its devices
 */
void svp_guest_dev_exit(void)
{
	rtnl_link_unregister(&link_ops);
}

MODULE_ALIAS_RTNL_LINK(KIND);
