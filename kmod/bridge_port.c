// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bridging core of both planes: ports come and go.
 */
#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/rculist.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/rtnetlink.h>

#include "bridge.h"
#include "extack.h"

/**
 * svp_bridge_port - the port that a device is
 * @dev: any device
 *
 * Context: RTNL.
 * Return: the port of one of our planes, or NULL.
 */
struct svp_bport *svp_bridge_port(const struct net_device *dev)
{
	if (rtnl_dereference(dev->rx_handler) != svp_bridge_handle)
		return NULL;
	return rtnl_dereference(dev->rx_handler_data);
}

static const char *kind_of(const struct net_device *dev)
{
	return dev->rtnl_link_ops ? dev->rtnl_link_ops->kind : "";
}

static bool is_ours(const struct net_device *dev)
{
	return !strcmp(kind_of(dev), "guestplane") ||
	       !strcmp(kind_of(dev), "svcplane") ||
	       !strcmp(kind_of(dev), "portproxy");
}

/* What no plane can have as a port */
static int check_kind(const struct net_device *dev,
		      struct netlink_ext_ack *extack)
{
	if (dev->flags & IFF_LOOPBACK || dev->type != ARPHRD_ETHER ||
	    dev->addr_len != ETH_ALEN || !is_valid_ether_addr(dev->dev_addr)) {
		svp_err(extack, "%s is no Ethernet device (type %u, address of %u bytes)",
			dev->name, dev->type, dev->addr_len);
		return -EINVAL;
	}
	if (is_ours(dev)) {
		svp_err(extack, "%s is a %s: a plane cannot be a port of a plane",
			dev->name, kind_of(dev));
		return -ELOOP;
	}
	if (netif_is_bridge_master(dev)) {
		svp_err(extack, "%s is a bridge: a bridge cannot be a port of a plane",
			dev->name);
		return -ELOOP;
	}
	if (dev->priv_flags & IFF_DONT_BRIDGE) {
		svp_err(extack, "%s cannot send with foreign source addresses",
			dev->name);
		return -EOPNOTSUPP;
	}
	return 0;
}

/**
 * svp_bridge_check - can the device become a port of some plane?
 * @dev: the device
 * @extack: told why not
 *
 * Context: RTNL.
 * Return: 0 or -errno.
 */
int svp_bridge_check(const struct net_device *dev,
		     struct netlink_ext_ack *extack)
{
	struct net_device *master;
	int err;

	err = check_kind(dev, extack);
	if (err)
		return err;
	master = netdev_master_upper_dev_get((struct net_device *)dev);
	if (master) {
		svp_err(extack, "%s is already a port of %s", dev->name,
			master->name);
		return -EBUSY;
	}
	if (netdev_is_rx_handler_busy((struct net_device *)dev)) {
		svp_err(extack, "frames of %s are already taken by another driver (macvlan, ipvlan, Open vSwitch)",
			dev->name);
		return -EBUSY;
	}
	return 0;
}

static int check_place(struct svp_bridge *br, struct net_device *dev,
		       struct netlink_ext_ack *extack)
{
	if (dev == br->dev || netdev_has_upper_dev(br->dev, dev)) {
		svp_err(extack, "%s is stacked on %s: the plane would be a port of itself",
			dev->name, br->dev->name);
		return -ELOOP;
	}
	if (br->n_ports >= SVP_BRIDGE_PORTS) {
		svp_err(extack, "%s has %u ports, the most a plane can have",
			br->dev->name, br->n_ports);
		return -ENOSPC;
	}
	return 0;
}

static struct svp_bport *new_port(struct svp_bridge *br,
				  struct net_device *dev)
{
	struct svp_bport *port = kzalloc(sizeof(*port), GFP_KERNEL);

	if (!port)
		return NULL;
	port->br = br;
	port->owner.max = br->port_macs;
	port->flags = br->ops->flags;
	port->dev = dev;
	netdev_hold(dev, &port->tracker, GFP_KERNEL);
	return port;
}

static void free_port(struct svp_bport *port)
{
	netdev_put(port->dev, &port->tracker);
	kfree_rcu(port, rcu);
}

/* Everything but the rx_handler, which is what makes the port live */
static int link_port(struct svp_bport *port, struct netlink_ext_ack *extack)
{
	struct net_device *dev = port->dev;
	struct svp_bridge *br = port->br;
	int err;

	err = dev_set_promiscuity(dev, 1);
	if (err) {
		svp_err(extack, "%s cannot be promiscuous (error %d)",
			dev->name, err);
		return err;
	}
	err = netdev_master_upper_dev_link(dev, br->dev, NULL, NULL, extack);
	if (err) {
		svp_err(extack, "%s cannot be stacked below %s (error %d)",
			dev->name, br->dev->name, err);
		goto err_promiscuity;
	}
	dev_disable_lro(dev);
	list_add_tail_rcu(&port->list, &br->ports);
	WRITE_ONCE(br->n_ports, br->n_ports + 1);
	return 0;

err_promiscuity:
	dev_set_promiscuity(dev, -1);
	return err;
}

/* Mirror of link_port(); readers may hold the port until a grace period ends */
static void unlink_port(struct svp_bport *port)
{
	struct net_device *dev = port->dev;
	struct svp_bridge *br = port->br;

	WRITE_ONCE(br->n_ports, br->n_ports - 1);
	list_del_rcu(&port->list);
	netdev_upper_dev_unlink(dev, br->dev);
	netdev_reset_rx_headroom(dev);
	dev_set_promiscuity(dev, -1);
	svp_fdb_flush(&br->fdb, &port->owner);
}

/**
 * svp_bridge_add_port - make a device a port
 * @br: the plane
 * @dev: the device
 * @extack: told why not
 *
 * Context: RTNL.
 * Return: 0 or -errno.
 */
int svp_bridge_add_port(struct svp_bridge *br, struct net_device *dev,
			struct netlink_ext_ack *extack)
{
	struct svp_bport *port;
	int err;

	ASSERT_RTNL();

	err = check_place(br, dev, extack) ?: svp_bridge_check(dev, extack) ?:
	      br->ops->accept(br, dev, extack);
	if (err)
		return err;
	port = new_port(br, dev);
	if (!port)
		return -ENOMEM;
	err = link_port(port, extack);
	if (err)
		goto err_free;
	err = netdev_rx_handler_register(dev, svp_bridge_handle, port);
	if (err) {
		svp_err(extack, "frames of %s cannot be taken (error %d)",
			dev->name, err);
		goto err_unlink;
	}
	svp_bridge_ports_changed(br);
	return 0;

err_unlink:
	unlink_port(port);
	/* A flood may have found the port in the list and sent to it */
	synchronize_net();
err_free:
	free_port(port);
	return err;
}

/**
 * svp_bridge_del_port - a device stops being a port
 * @br: the plane
 * @dev: the device
 *
 * No frame that came in on the port learns any more when its addresses are
 * flushed: taking away the rx_handler waits for a grace period.
 *
 * Context: RTNL.
 * Return: 0, or -EINVAL if it was none.
 */
int svp_bridge_del_port(struct svp_bridge *br, struct net_device *dev)
{
	struct svp_bport *port = svp_bridge_port(dev);

	ASSERT_RTNL();

	if (!port || port->br != br)
		return -EINVAL;
	netdev_rx_handler_unregister(dev);
	unlink_port(port);
	free_port(port);
	svp_bridge_ports_changed(br);
	return 0;
}
