// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames to an NSH-aware node carry 24 bytes of NSH and their own Ethernet
 * header as payload: a leg that cannot take what a guest may send would drop
 * the guest's large frames for ever, so the sum is asked for beforehand.
 */
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>

#include "attach.h"
#include "bridge.h"
#include "extack.h"
#include "plane.h"

#define NSH_LEN(node)	((node)->conf.context == SVP_CTX_MD2 ? 28 : 24)

static int check_pair(const struct svp_node *node, const struct net_device *leg,
		      const struct net_device *guest,
		      struct netlink_ext_ack *extack)
{
	unsigned int need = guest->mtu + NSH_LEN(node) + ETH_HLEN;

	if (leg->mtu >= need)
		return 0;
	svp_err(extack, "node %s: MTU of %s is %u, but guest %s with MTU %u needs %u (%u + NSH %u + inner Ethernet %u)",
		node->conf.name, leg->name, leg->mtu, guest->name, guest->mtu,
		need, guest->mtu, NSH_LEN(node), ETH_HLEN);
	return -EMSGSIZE;
}

/**
 * svp_attach_mtu_of_leg - can a leg carry what the guests of its plane send?
 * @node: its node
 * @leg: the device
 * @extack: told the sum
 *
 * Context: RTNL.
 * Return: 0 or -EMSGSIZE.
 */
int svp_attach_mtu_of_leg(const struct svp_node *node,
			  const struct net_device *leg,
			  struct netlink_ext_ack *extack)
{
	struct net_device *guest;
	struct svp_port *port;
	unsigned long i;
	int err;

	if (node->conf.mode != SVP_NODE_NSH)
		return 0;
	xa_for_each(&node->plane->ports, i, port) {
		guest = rtnl_dereference(port->dev);
		err = guest ? check_pair(node, leg, guest, extack) : 0;
		if (err)
			return err;
	}
	return 0;
}

static int check_uplinks(struct svp_plane *plane, const struct net_device *guest,
			 struct netlink_ext_ack *extack)
{
	struct net_device *dev = rtnl_dereference(plane->dev);
	unsigned int need = guest->mtu + SVP_UPLINK_OVERHEAD;
	const struct svp_bridge *br;
	struct svp_bport *port;

	if (!dev)
		return 0;
	br = netdev_priv(dev);	/* it comes first, in each kind of plane */
	list_for_each_entry(port, &br->ports, list) {
		if (port->dev->mtu >= need)
			continue;
		svp_err(extack, "uplink %s has MTU %u, guest %s with MTU %u needs %u (%u + %u)",
			port->dev->name, port->dev->mtu, guest->name, guest->mtu,
			need, guest->mtu, SVP_UPLINK_OVERHEAD);
		return -EMSGSIZE;
	}
	return 0;
}

/**
 * svp_attach_mtu_of_guest - can a plane's nodes and uplinks carry what a guest sends?
 * @plane: the plane
 * @guest: tap of the guest
 * @extack: told the sum
 *
 * Context: RTNL.
 * Return: 0 or -EMSGSIZE.
 */
int svp_attach_mtu_of_guest(struct svp_plane *plane,
			    const struct net_device *guest,
			    struct netlink_ext_ack *extack)
{
	struct net_device *leg;
	struct svp_node *node;
	unsigned long i;
	int err;

	xa_for_each(&plane->nodes, i, node) {
		leg = rtnl_dereference(node->leg[0].dev);
		if (!leg || node->conf.mode != SVP_NODE_NSH)
			continue;
		err = check_pair(node, leg, guest, extack);
		if (err)
			return err;
	}
	return check_uplinks(plane, guest, extack);
}
