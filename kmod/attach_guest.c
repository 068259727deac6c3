// SPDX-License-Identifier: GPL-2.0-only
/*
 * Guests' taps. Our hooks come last, so that nft and tc see each frame before
 * the chain. Bindings follow the device, not its name. A tap that a fail-closed
 * pattern waits for but that cannot be bound is shut: guarded.
 */
#include <linux/etherdevice.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/rtnetlink.h>
#include <linux/skbuff.h>
#include <linux/slab.h>

#include "attach.h"
#include "event.h"
#include "extack.h"
#include "plane.h"
#include "steer.h"

/* A tap that must not pass raw and could not be bound; RTNL */
struct guard {
	struct list_head list;
	struct svp_proxy *proxy;
	struct net_device *dev;
	netdevice_tracker tracker;
	struct nf_hook_ops hooks[SVP_DIRS];
};

static LIST_HEAD(guards);

static const u8 hook_nums[SVP_DIRS] = {
	[SVP_OUT] = NF_NETDEV_INGRESS,
	[SVP_IN] = NF_NETDEV_EGRESS,
};

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
	result = svp_steer_frame(port, dir, own);
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

static unsigned int guest_egress(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state)
{
	return guest_frame(priv, SVP_IN, skb);
}

static unsigned int guarded(void *priv, struct sk_buff *skb,
			    const struct nf_hook_state *state)
{
	struct guard *guard = priv;

	svp_plane_drop(guard->proxy->plane, skb, SVP_DROP_MATCH_PENDING);
	return NF_STOLEN;
}

static void init_hooks(struct nf_hook_ops *ops, struct net_device *dev,
		       void *priv, nf_hookfn out, nf_hookfn in, int priority)
{
	int dir;

	for (dir = 0; dir < SVP_DIRS; dir++)
		ops[dir] = (struct nf_hook_ops) {
			.hook = dir == SVP_OUT ? out : in,
			.dev = dev,
			.priv = priv,
			.pf = NFPROTO_NETDEV,
			.hooknum = hook_nums[dir],
			.priority = priority,
		};
}

static void event(struct svp_proxy *proxy, const struct net_device *dev,
		  const char *what, const char *why)
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

	if (!proxy->plane || !rcu_access_pointer(proxy->plane->dev)) {
		svp_err(extack, "port proxy %s belongs to no service plane",
			proxy->name);
		return -ENOTCONN;
	}
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
			      XA_LIMIT(1, SVP_PORT_ID_MAX), &plane->next_port,
			      GFP_KERNEL);
	if (err < 0) {
		svp_err(extack, "a plane holds at most %u guests", SVP_PORT_ID_MAX);
		return err;
	}
	port->id = id;
	return 0;
}

static void repin(struct svp_plane *plane)
{
	mutex_lock(&plane->lock);
	svp_attach_pin(plane);
	mutex_unlock(&plane->lock);
}

static void publish_port(struct svp_port *port, struct net_device *dev)
{
	netdev_hold(dev, &port->tracker, GFP_KERNEL);
	rcu_assign_pointer(port->dev, dev);
	/* without memory for it nodes see frames between guests twice */
	xa_store(&port->plane->taps, dev->ifindex, port, GFP_KERNEL);
	list_add_tail(&port->list, &port->proxy->ports);
}

static bool flow_is_of(const struct svp_flow *flow, void *port)
{
	return flow->port == port;
}

/* No hook and no flow finds the port any more */
static void retire_port(struct svp_port *port, struct net_device *dev)
{
	struct svp_plane *plane = port->plane;

	WRITE_ONCE(port->dead, true);
	RCU_INIT_POINTER(port->dev, NULL);
	xa_erase(&plane->taps, dev->ifindex);
	list_del_init(&port->list);
	synchronize_net();
	if (atomic_read(&port->flows))
		svp_flow_flush(plane->flows, flow_is_of, port);
	xa_erase(&plane->ports, port->id);
	netdev_put(dev, &port->tracker);
	repin(plane);
	svp_port_put(port);
}

/**
 * svp_attach_guest - bind a tap
 * @proxy: its port proxy
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
	init_hooks(port->hooks, dev, port, guest_ingress, guest_egress, INT_MAX);
	err = nf_register_net_hooks(dev_net(dev), port->hooks, SVP_DIRS);
	if (err) {
		svp_err(extack, "%s: hooks refused, error %d", dev->name, err);
		retire_port(port, dev);
		return err;
	}
	repin(proxy->plane);
	event(proxy, dev, "bound", NULL);
	return 0;
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
	struct net_device *dev = rtnl_dereference(port->dev);

	ASSERT_RTNL();
	nf_unregister_net_hooks(dev_net(dev), port->hooks, SVP_DIRS);
	event(port->proxy, dev, "unbound", why);
	retire_port(port, dev);
}

static struct guard *guard_of(const struct net_device *dev)
{
	struct guard *guard;

	list_for_each_entry(guard, &guards, list)
		if (guard->dev == dev)
			return guard;
	return NULL;
}

static void drop_guard(struct guard *guard)
{
	list_del(&guard->list);
	nf_unregister_net_hooks(dev_net(guard->dev), guard->hooks, SVP_DIRS);
	synchronize_net();
	netdev_put(guard->dev, &guard->tracker);
	kfree(guard);
}

static bool proxy_closed(struct svp_proxy *proxy)
{
	bool closed;

	rcu_read_lock();
	closed = svp_policy_fail_closed(rcu_dereference(proxy->plane->policy),
					proxy->id);
	rcu_read_unlock();
	return closed;
}

/* The hooks last: when even they cannot be had, PRE_UP still fails */
static void put_guard(struct svp_proxy *proxy, struct net_device *dev)
{
	struct guard *guard;

	if (guard_of(dev) || !proxy_closed(proxy))
		return;
	guard = kzalloc(sizeof(*guard), GFP_KERNEL);
	if (!guard)
		return;
	guard->proxy = proxy;
	guard->dev = dev;
	init_hooks(guard->hooks, dev, guard, guarded, guarded, INT_MIN);
	if (nf_register_net_hooks(dev_net(dev), guard->hooks, SVP_DIRS)) {
		kfree(guard);
		return;
	}
	netdev_hold(dev, &guard->tracker, GFP_KERNEL);
	list_add(&guard->list, &guards);
}

static bool pattern_takes_alias(const char *pattern,
				const struct net_device *dev)
{
	const struct dev_ifalias *alias;
	bool takes;

	rcu_read_lock();
	alias = rcu_dereference(dev->ifalias);
	takes = alias && svp_pattern_matches(pattern, alias->ifalias);
	rcu_read_unlock();
	return takes;
}

/* By name or ifalias; or the altname itself */
static bool pattern_takes(const char *pattern, struct net_device *dev)
{
	if (svp_pattern_matches(pattern, dev->name) ||
	    pattern_takes_alias(pattern, dev))
		return true;
	return __dev_get_by_name(dev_net(dev), pattern) == dev;
}

static bool proxy_wants(const struct svp_proxy *proxy, struct net_device *dev)
{
	u8 i;

	for (i = 0; i < proxy->n_patterns; i++)
		if (pattern_takes(proxy->pattern[i], dev))
			return true;
	return false;
}

static struct svp_proxy *waiting_proxy(struct net_device *dev)
{
	struct svp_proxy *proxy;

	list_for_each_entry(proxy, &svp_net(dev_net(dev))->proxies, all)
		if (proxy->plane && proxy_wants(proxy, dev))
			return proxy;
	return NULL;
}

/**
 * svp_attach_guest_appeared - bind a device that a proxy waits for
 * @dev: device that has appeared or changed
 *
 * Context: RTNL.
 */
void svp_attach_guest_appeared(struct net_device *dev)
{
	struct svp_proxy *proxy = waiting_proxy(dev);
	struct guard *guard;

	if (!proxy || svp_attach_port_of(dev))
		return;
	if (svp_attach_guest(proxy, dev, NULL)) {
		event(proxy, dev, "refused", "a pattern matches, but the device cannot be bound");
		put_guard(proxy, dev);
		return;
	}
	guard = guard_of(dev);
	if (guard)
		drop_guard(guard);
}

/**
 * svp_attach_guest_may_open - may a device be set up?
 * @dev: device
 *
 * vhost-net delivers frames of a tap that is down: a hook has to be there too.
 *
 * Context: RTNL.
 * Return: 0, or -EPERM for a tap that a fail-closed pattern waits for in vain.
 */
int svp_attach_guest_may_open(const struct net_device *dev)
{
	return guard_of(dev) ? -EPERM : 0;
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
	struct guard *guard = guard_of(dev);

	if (port)
		svp_attach_unbind(port, "the device is gone from the namespace");
	if (guard)
		drop_guard(guard);
}

/**
 * svp_attach_match - bind what matches, now and when it appears
 * @proxy: proxy with a plane
 * @pattern: of names, ifaliases; or an altname
 * @extack: texts
 *
 * Context: RTNL.
 * Return: 0, -EEXIST, -ENOSPC, -ENOTCONN. A device that matches and cannot be
 * bound is no error: see svp_attach_guest_appeared().
 */
int svp_attach_match(struct svp_proxy *proxy, const char *pattern,
		     struct netlink_ext_ack *extack)
{
	struct net_device *dev, *next;
	u8 i;

	ASSERT_RTNL();
	if (!proxy->plane) {
		svp_err(extack, "port proxy %s belongs to no service plane",
			proxy->name);
		return -ENOTCONN;
	}
	for (i = 0; i < proxy->n_patterns; i++) {
		if (strcmp(proxy->pattern[i], pattern))
			continue;
		svp_err(extack, "port proxy %s has pattern '%s' already",
			proxy->name, pattern);
		return -EEXIST;
	}
	if (proxy->n_patterns == SVP_PROXY_PATTERNS) {
		svp_err(extack, "a port proxy holds at most %u patterns",
			SVP_PROXY_PATTERNS);
		return -ENOSPC;
	}
	strscpy(proxy->pattern[proxy->n_patterns++], pattern, SVP_PATTERN_MAX);
	for_each_netdev_safe(proxy->plane->net, dev, next)
		if (pattern_takes(pattern, dev))
			svp_attach_guest_appeared(dev);
	return 0;
}

/**
 * svp_attach_guest_pending - a tap that matches and could not be bound
 * @proxy: proxy
 * @after: the one before it, or NULL for the first
 *
 * Context: RTNL.
 * Return: the device, or NULL when there is no other.
 */
struct net_device *svp_attach_guest_pending(const struct svp_proxy *proxy,
					    const struct net_device *after)
{
	struct guard *guard;

	ASSERT_RTNL();
	list_for_each_entry(guard, &guards, list) {
		if (guard->proxy != proxy)
			continue;
		if (!after)
			return guard->dev;
		if (guard->dev == after)
			after = NULL;
	}
	return NULL;
}

static void drop_guards(struct svp_proxy *proxy)
{
	struct guard *guard, *next;

	list_for_each_entry_safe(guard, next, &guards, list)
		if (guard->proxy == proxy && !proxy_wants(proxy, guard->dev))
			drop_guard(guard);
}

/**
 * svp_attach_unmatch - wait for a pattern no longer
 * @proxy: proxy
 * @pattern: one of its patterns
 * @extack: texts
 *
 * Context: RTNL.
 * Return: 0 or -ENOENT.
 */
int svp_attach_unmatch(struct svp_proxy *proxy, const char *pattern,
		       struct netlink_ext_ack *extack)
{
	u8 i;

	ASSERT_RTNL();
	for (i = 0; i < proxy->n_patterns; i++)
		if (!strcmp(proxy->pattern[i], pattern))
			break;
	if (i == proxy->n_patterns) {
		svp_err(extack, "port proxy %s has no pattern '%s'", proxy->name,
			pattern);
		return -ENOENT;
	}
	proxy->n_patterns--;
	memmove(proxy->pattern[i], proxy->pattern[i + 1],
		(proxy->n_patterns - i) * SVP_PATTERN_MAX);
	drop_guards(proxy);
	return 0;
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

	ASSERT_RTNL();
	proxy->n_patterns = 0;
	list_for_each_entry_safe(port, next, &proxy->ports, list)
		svp_attach_unbind(port, "the port proxy is deleted");
	drop_guards(proxy);
	if (proxy->plane)
		svp_plane_del_proxy(proxy);
}
