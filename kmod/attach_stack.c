// SPDX-License-Identifier: GPL-2.0-only
/*
 * Devices on devices. A guest or a leg that carries an uplink of its own plane
 * would be given the plane's traffic as its own: frames would run in circles,
 * or end at the hooks of a leg. Whichever comes second is refused, as far as the
 * kernel shows the stack.
 */
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>

#include "attach.h"
#include "extack.h"
#include "plane.h"

static int check_pair(const struct svp_plane *plane, struct net_device *dev,
		      struct net_device *uplink,
		      struct netlink_ext_ack *extack)
{
	bool carries;

	rcu_read_lock();
	carries = netdev_has_upper_dev_all_rcu(dev, uplink);
	rcu_read_unlock();
	if (!carries)
		return 0;
	svp_err(extack, "%s carries uplink %s of plane %s itself", dev->name,
		uplink->name, plane->name);
	return -ELOOP;
}

/**
 * svp_attach_check_lower - does a device carry uplinks of a plane?
 * @plane: the plane
 * @dev: what is to be its guest, or a leg of its node
 * @extack: told which uplink
 *
 * Context: RTNL.
 * Return: 0 or -ELOOP.
 */
int svp_attach_check_lower(struct svp_plane *plane, struct net_device *dev,
			   struct netlink_ext_ack *extack)
{
	struct net_device *master = rtnl_dereference(plane->dev);
	struct net_device *uplink;
	struct list_head *iter;
	int err;

	if (!master)
		return 0;
	netdev_for_each_lower_dev(master, uplink, iter) {
		err = check_pair(plane, dev, uplink, extack);
		if (err)
			return err;
	}
	return 0;
}

static int check_legs(const struct svp_node *node, struct net_device *uplink,
		      struct netlink_ext_ack *extack)
{
	struct net_device *dev;
	int i, err;

	for (i = 0; i < SVP_LEGS; i++) {
		dev = rtnl_dereference(node->leg[i].dev);
		err = dev ? check_pair(node->plane, dev, uplink, extack) : 0;
		if (err)
			return err;
	}
	return 0;
}

/**
 * svp_attach_check_uplink - do guests or nodes of a plane carry a device?
 * @plane: the plane
 * @uplink: what is to be its uplink
 * @extack: told which of them
 *
 * Context: RTNL.
 * Return: 0 or -ELOOP.
 */
int svp_attach_check_uplink(struct svp_plane *plane, struct net_device *uplink,
			    struct netlink_ext_ack *extack)
{
	struct net_device *dev;
	struct svp_port *port;
	struct svp_node *node;
	unsigned long i;
	int err;

	xa_for_each(&plane->ports, i, port) {
		dev = rtnl_dereference(port->dev);
		err = dev ? check_pair(plane, dev, uplink, extack) : 0;
		if (err)
			return err;
	}
	xa_for_each(&plane->nodes, i, node) {
		err = check_legs(node, uplink, extack);
		if (err)
			return err;
	}
	return 0;
}
