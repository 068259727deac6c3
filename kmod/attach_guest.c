// SPDX-License-Identifier: GPL-2.0-only
/*
 * Guests' taps. Our hooks come last, so that nft and tc see each frame before
 * the chain. Bindings follow the device, not its name.
 */
#include <linux/bottom_half.h>
#include <linux/etherdevice.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/rtnetlink.h>
#include <linux/skbuff.h>
#include <linux/slab.h>

#include "attach.h"
#include "event.h"
#include "extack.h"
#include "gap.h"
#include "plane.h"
#include "steer.h"

static unsigned int guest_frame(struct svp_port *port, enum svp_dir dir,
				struct sk_buff *skb)
{
	struct sk_buff *own = skb;
	enum svp_steer result;

	if (unlikely(!svp_attach_enter())) {
		svp_plane_drop(port->plane, skb, SVP_DROP_DEPTH);
		return NF_STOLEN;
	}
	/* headers of a shared frame cannot be pulled in */
	if (unlikely(skb_shared(skb)))
		own = skb_clone(skb, GFP_ATOMIC);
	if (unlikely(!own)) {
		svp_plane_drop(port->plane, skb, SVP_DROP_NO_MEMORY);
		svp_attach_leave();
		return NF_STOLEN;
	}
	if (dir == SVP_OUT && skb_is_gso(own))
		svp_port_note_pieces(port, dir, own, own->dev);
	result = svp_steer_frame(port, dir, own);
	if (dir == SVP_IN && result == SVP_STEER_PASS && skb_is_gso(own))
		svp_port_note_pieces(port, dir, own, own->dev);
	svp_attach_leave();
	if (likely(own == skb))
		return result == SVP_STEER_PASS ? NF_ACCEPT : NF_STOLEN;
	consume_skb(result == SVP_STEER_PASS ? own : skb);
	return result == SVP_STEER_PASS ? NF_ACCEPT : NF_STOLEN;
}

static unsigned int guest_ingress(void *priv, struct sk_buff *skb,
				  const struct nf_hook_state *state)
{
	return guest_frame(priv, SVP_OUT, skb);
}

/* A packet socket that bypasses the qdisc calls egress hooks with BH on */
static unsigned int guest_egress(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state)
{
	unsigned int verdict;

	local_bh_disable();
	verdict = guest_frame(priv, SVP_IN, skb);
	local_bh_enable();
	return verdict;
}

/**
 * svp_attach_event - tell what became of a tap
 * @proxy: port proxy, with a plane
 * @dev: the tap
 * @what: "bound", "unbound", "refused"
 * @why: a sentence, or NULL
 *
 * Context: RTNL.
 */
void svp_attach_event(const struct svp_proxy *proxy,
		      const struct net_device *dev, const char *what,
		      const char *why)
{
	struct svp_event ev = {
		.kind = SVP_EV_PORT,
		.what = what,
		.plane = proxy->plane,
		.object = dev->name,
		.reason = why,
	};

	svp_event_raise(dev_net(dev), &ev);
}

/* What goes around the hooks shows against the device's own counters */
static void note_base(struct svp_port *port, struct net_device *dev)
{
	struct rtnl_link_stats64 stats;

	dev_get_stats(dev, &stats);
	port->base[SVP_OUT] = stats.rx_packets;
	port->base[SVP_IN] = stats.tx_packets;
}

static int check_guest(struct svp_proxy *proxy, struct net_device *dev,
		       struct netlink_ext_ack *extack)
{
	int err;

	/* Only a pattern can ask that late, and hears no texts */
	if (!rcu_access_pointer(proxy->plane->dev))
		return -ENOTCONN;
	err = svp_attach_check_dev(dev, extack);
	if (!err)
		err = svp_attach_free(dev, extack);
	if (!err)
		err = svp_attach_check_lower(proxy->plane, dev, extack);
	if (!err)
		err = svp_attach_mtu_of_guest(proxy->plane, dev, extack);
	return err;
}

static int number_port(struct svp_plane *plane, struct svp_port *port,
		       struct netlink_ext_ack *extack)
{
	u32 id;
	int err;

	err = xa_alloc_cyclic(&plane->ports, &id, port,
			      XA_LIMIT(1, SVP_GUEST_ID_MAX), &plane->next_port,
			      GFP_KERNEL);
	if (err == -EBUSY) {
		svp_err(extack, "a plane holds at most %u guests",
			SVP_GUEST_ID_MAX);
		return -ENOSPC;
	}
	if (err < 0)
		return err;
	port->id = id;
	return 0;
}

static void publish_port(struct svp_port *port, struct net_device *dev)
{
	netdev_hold(dev, &port->tracker, GFP_KERNEL);
	rcu_assign_pointer(port->dev, dev);
	/* without memory for it nodes see frames between guests twice */
	xa_store(&port->plane->taps, dev->ifindex, port, GFP_KERNEL);
	list_add_tail(&port->list, &port->proxy->ports);
}

/* By number: a flow that another has just deleted may outlive its port */
static bool flow_is_dead(const struct svp_flow *flow, void *ctx)
{
	u16 id = flow->side[SVP_OUT].key.port & ~SVP_KEY_DIR;
	const struct svp_port *port = svp_plane_port(ctx, id);

	return port && port == flow->port && READ_ONCE(port->dead);
}

/* Off the list of its proxy, onto that of ports to be retired together */
static void hide_port(struct svp_port *port, struct list_head *gone)
{
	const struct net_device *dev = rtnl_dereference(port->dev);

	WRITE_ONCE(port->dead, true);
	RCU_INIT_POINTER(port->dev, NULL);
	xa_erase(&port->plane->taps, dev->ifindex);
	list_move_tail(&port->list, gone);
	svp_gap_unwatch(port);
}

/* Looks through all flows of the plane: once, however many ports have gone */
static void flush_ports(struct svp_plane *plane, const struct list_head *ports)
{
	const struct svp_port *port;

	list_for_each_entry(port, ports, list) {
		if (!atomic_read(&port->flows))
			continue;
		svp_flow_flush(plane->flows, flow_is_dead, plane);
		return;
	}
}

static void release_port(struct svp_port *port)
{
	struct net_device *dev = port->hooks[SVP_OUT].dev;

	list_del_init(&port->list);
	xa_erase(&port->plane->ports, port->id);
	netdev_put(dev, &port->tracker);
	svp_port_put(port);
}

/* @ports: hidden and without hooks: no hook finds them any more, then no flow */
static void retire_ports(struct svp_plane *plane, struct list_head *ports)
{
	struct svp_port *port, *next;

	synchronize_net();
	flush_ports(plane, ports);
	list_for_each_entry_safe(port, next, ports, list)
		release_port(port);
	svp_attach_pin(plane);
}

static void retire_port(struct svp_port *port)
{
	struct svp_plane *plane = port->plane;
	LIST_HEAD(gone);

	hide_port(port, &gone);
	retire_ports(plane, &gone);
}

/**
 * svp_attach_guest - bind a tap
 * @proxy: its port proxy, with a plane
 * @dev: the tap
 * @extack: texts
 *
 * Context: RTNL.
 * Return: 0 or a negative errno.
 */
int svp_attach_guest(struct svp_proxy *proxy, struct net_device *dev,
		     struct netlink_ext_ack *extack)
{
	struct svp_port *port;
	int err;

	ASSERT_RTNL();
	err = check_guest(proxy, dev, extack);
	if (err)
		return err;
	port = svp_port_alloc(proxy);
	if (!port)
		return -ENOMEM;
	err = number_port(proxy->plane, port, extack);
	if (err) {
		svp_port_put(port);
		return err;
	}
	if (!is_zero_ether_addr(proxy->mac))
		svp_port_add_mac(port, proxy->mac);
	note_base(port, dev);
	publish_port(port, dev);
	svp_attach_init_hooks(port->hooks, dev, port, guest_ingress,
			      guest_egress, INT_MAX);
	err = nf_register_net_hooks(dev_net(dev), port->hooks, SVP_DIRS);
	if (err) {
		svp_err(extack, "%s: hooks refused, error %d", dev->name, err);
		retire_port(port);
		return err;
	}
	svp_attach_pin(proxy->plane);
	svp_gap_watch(port);
	svp_attach_unguard(dev);
	svp_attach_event(proxy, dev, "bound", NULL);
	return 0;
}

static void unhook(struct svp_port *port, const char *why)
{
	struct net_device *dev = rtnl_dereference(port->dev);

	nf_unregister_net_hooks(dev_net(dev), port->hooks, SVP_DIRS);
	svp_attach_event(port->proxy, dev, "unbound", why);
}

/**
 * svp_attach_unbind - unbind a tap
 * @port: its guest port; not to be used afterwards without a reference
 * @why: for the event
 *
 * Context: RTNL.
 */
void svp_attach_unbind(struct svp_port *port, const char *why)
{
	ASSERT_RTNL();
	unhook(port, why);
	retire_port(port);
}

/**
 * svp_attach_port_of - guest port that a device is
 * @dev: device
 *
 * Context: RTNL.
 * Return: the port or NULL.
 */
struct svp_port *svp_attach_port_of(const struct net_device *dev)
{
	struct svp_proxy *proxy;
	struct svp_port *port;

	list_for_each_entry(proxy, &svp_net(dev_net(dev))->proxies, all)
		list_for_each_entry(port, &proxy->ports, list)
			if (rtnl_dereference(port->dev) == dev)
				return port;
	return NULL;
}

/**
 * svp_attach_guest_gone - a device is deleted or leaves the namespace
 * @dev: device
 *
 * Context: RTNL.
 */
void svp_attach_guest_gone(struct net_device *dev)
{
	struct svp_port *port = svp_attach_port_of(dev);

	if (port)
		svp_attach_unbind(port, "the device is gone from the namespace");
	svp_attach_unguard(dev);
}

static bool always(const struct svp_proxy *proxy, struct net_device *dev)
{
	return true;
}

/**
 * svp_attach_proxy_gone - a port proxy is deleted
 * @proxy: its guests are unbound and its plane is let go
 *
 * Context: RTNL.
 */
void svp_attach_proxy_gone(struct svp_proxy *proxy)
{
	struct svp_port *port, *next;
	LIST_HEAD(gone);

	ASSERT_RTNL();
	proxy->n_patterns = 0;
	list_for_each_entry_safe(port, next, &proxy->ports, list) {
		unhook(port, "the port proxy is deleted");
		hide_port(port, &gone);
	}
	if (!list_empty(&gone))
		retire_ports(proxy->plane, &gone);
	svp_attach_unguard_if(proxy, always);
	if (proxy->plane)
		svp_plane_del_proxy(proxy);
}
