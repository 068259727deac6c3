/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hooks and notifiers: how guests' taps and nodes' devices are bound.
 */
#ifndef SVP_ATTACH_H
#define SVP_ATTACH_H

#include <linux/netdevice.h>

#include "node.h"
#include "port.h"

struct netlink_ext_ack;

/* All under RTNL */
int svp_attach_guest(struct svp_proxy *proxy, struct net_device *dev,
		     struct netlink_ext_ack *extack);
void svp_attach_unbind(struct svp_port *port);
/* Binds the taps that exist and match; later ones bind when they appear */
int svp_attach_match(struct svp_proxy *proxy, struct netlink_ext_ack *extack);
void svp_attach_proxy_gone(struct svp_proxy *proxy);

int svp_attach_node(struct svp_node *node, struct netlink_ext_ack *extack);
void svp_attach_node_gone(struct svp_node *node);

/* Is @dev guest, node leg or uplink already? extack says of what */
int svp_attach_free(const struct net_device *dev,
		    struct netlink_ext_ack *extack);
struct svp_port *svp_attach_port_of(const struct net_device *dev);

/* fail_closed of all ports of a plane, and the module's hold on itself */
void svp_attach_policy_changed(struct svp_plane *plane);

int svp_attach_init(void);
void svp_attach_exit(void);

#endif
