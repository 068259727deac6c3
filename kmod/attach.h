/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hooks and notifiers: how guests' taps and nodes' devices are bound.
 */
#ifndef SVP_ATTACH_H
#define SVP_ATTACH_H

#include <linux/netdevice.h>
#include <linux/netfilter.h>

#include "node.h"
#include "port.h"

struct netlink_ext_ack;

/*
 * All under RTNL. A device is guest, node or uplink, one only; refusals tell
 * what it is already.
 */

/* Binds @dev as a guest of @proxy, which has a plane */
int svp_attach_guest(struct svp_proxy *proxy, struct net_device *dev,
		     struct netlink_ext_ack *extack);
/* Unbinds; the device is the guest's affair again */
void svp_attach_unbind(struct svp_port *port, const char *why);
/* Binds the taps that exist and match; later ones bind when they appear */
int svp_attach_match(struct svp_proxy *proxy, const char *pattern,
		     struct netlink_ext_ack *extack);
/* Takes a pattern away; guests it has bound stay. -ENOENT */
int svp_attach_unmatch(struct svp_proxy *proxy, const char *pattern,
		       struct netlink_ext_ack *extack);
/* Unbinds all guests of a proxy and takes it from its plane */
void svp_attach_proxy_gone(struct svp_proxy *proxy);
/* A device has appeared or changed its name: does a proxy wait for it? */
void svp_attach_guest_appeared(struct net_device *dev);
void svp_attach_guest_gone(struct net_device *dev);
void svp_attach_event(const struct svp_proxy *proxy,
		      const struct net_device *dev, const char *what,
		      const char *why);

/*
 * Around the publication of a policy: first shut what becomes fail closed, in the
 * end open what is so no more.
 */
int svp_attach_shut(struct svp_plane *plane, const struct svp_policy *policy,
		    struct netlink_ext_ack *extack);
void svp_attach_lift(struct svp_plane *plane);

/* Taps that are kept shut */
int svp_attach_guard(struct svp_proxy *proxy, struct net_device *dev,
		     struct netlink_ext_ack *extack);
void svp_attach_unguard(struct net_device *dev);
void svp_attach_unguard_if(const struct svp_proxy *proxy,
			   bool (*may)(const struct svp_proxy *proxy,
				       struct net_device *dev));
/* Taps that @proxy waits for in vain and keeps shut, one after another */
struct net_device *svp_attach_guest_pending(const struct svp_proxy *proxy,
					    const struct net_device *after);
/* May @dev be opened? Not a tap of a fail-closed match that is not bound */
int svp_attach_guest_may_open(const struct net_device *dev);
struct svp_port *svp_attach_port_of(const struct net_device *dev);

int svp_attach_node(struct svp_node *node, struct netlink_ext_ack *extack);
void svp_attach_node_gone(struct svp_node *node);
void svp_attach_leg_appeared(struct net_device *dev);
void svp_attach_leg_gone(struct net_device *dev);
void svp_attach_leg_changed(struct net_device *dev);
struct svp_leg *svp_attach_leg_of(const struct net_device *dev);

/* May @dev become guest, node leg or uplink? */
int svp_attach_free(const struct net_device *dev,
		    struct netlink_ext_ack *extack);
/* May hooks of ours be put on @dev at all? */
int svp_attach_check_dev(const struct net_device *dev,
			 struct netlink_ext_ack *extack);

/*
 * Stacks: the traffic of a plane must not run in circles. No guest or leg carries
 * an uplink of its plane. -ELOOP
 */
int svp_attach_check_lower(struct svp_plane *plane, struct net_device *dev,
			   struct netlink_ext_ack *extack);
int svp_attach_check_uplink(struct svp_plane *plane, struct net_device *uplink,
			    struct netlink_ext_ack *extack);
/* Is it one that a guest could be behind, whose frames must not pass raw? */
bool svp_attach_could_be_guest(const struct net_device *dev);
void svp_attach_init_hooks(struct nf_hook_ops *ops, struct net_device *dev,
			   void *priv, nf_hookfn *out, nf_hookfn *in,
			   int priority);

/* MTU sums: is the leg of an NSH node wide enough for the plane's guests? */
int svp_attach_mtu_of_leg(const struct svp_node *node,
			  const struct net_device *leg,
			  struct netlink_ext_ack *extack);
int svp_attach_mtu_of_guest(struct svp_plane *plane,
			    const struct net_device *guest,
			    struct netlink_ext_ack *extack);

/*
 * Takes or gives back the module's reference on itself, as the plane has bound
 * guests, or taps kept shut, that a policy keeps from passing raw.
 */
void svp_attach_pin(struct svp_plane *plane);

/*
 * Entering a hook: false when this CPU is too deep in hooks of ours already.
 * Context: BH off.
 */
bool svp_attach_enter(void);
void svp_attach_leave(void);

int svp_attach_init(void);
void svp_attach_exit(void);

#endif
