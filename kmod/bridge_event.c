// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bridging core of both planes: what happens to the ports' devices.
 */
#include <linux/netdevice.h>
#include <linux/notifier.h>
#include <linux/rtnetlink.h>

#include "bridge.h"

static int port_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct svp_bport *port = svp_bridge_port(dev);

	if (!port)
		return NOTIFY_DONE;

	switch (event) {
	case NETDEV_UNREGISTER:	/* also on its way to another namespace */
		svp_bridge_del_port(port->br, dev);
		break;
	case NETDEV_PRE_TYPE_CHANGE:
		return NOTIFY_BAD;
	case NETDEV_UP:
	case NETDEV_DOWN:
	case NETDEV_CHANGE:
	case NETDEV_CHANGEMTU:
	case NETDEV_FEAT_CHANGE:
		svp_bridge_ports_changed(port->br);
		break;
	}
	return NOTIFY_DONE;
}

static struct notifier_block notifier = {
	.notifier_call = port_event,
};

/**
 * svp_bridge_init - follow the devices that are ports
 *
 * Return: 0 or -errno.
 */
int svp_bridge_init(void)
{
	return register_netdevice_notifier(&notifier);
}

/**
 * svp_bridge_exit - mirror of svp_bridge_init(); no plane is left
 */
void svp_bridge_exit(void)
{
	unregister_netdevice_notifier(&notifier);
}
