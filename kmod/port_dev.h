/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Devices of kind portproxy: the face of a port proxy.
 */
#ifndef SVP_PORT_DEV_H
#define SVP_PORT_DEV_H

#include <linux/netdevice.h>

#include "svcplane.h"

struct netlink_ext_ack;

/* All under RTNL */
struct svp_proxy *svp_port_dev_proxy(const struct net_device *dev);
int svp_port_dev_set_plane(struct net_device *dev, struct svp_plane *plane,
			   struct netlink_ext_ack *extack);
int svp_port_dev_clear_plane(struct net_device *dev);
int svp_port_dev_create(struct net *net, const char *name,
			struct net_device **dev,
			struct netlink_ext_ack *extack);
void svp_port_dev_delete(struct net_device *dev);

int svp_port_dev_init(void);
void svp_port_dev_exit(void);

#endif
