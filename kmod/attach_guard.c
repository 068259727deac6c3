// SPDX-License-Identifier: GPL-2.0-only
/*
 * Taps that are kept shut: a pattern of a fail-closed port proxy takes them, and
 * they could not be bound. Their hooks come first and drop everything.
 */
#include <linux/bottom_half.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/rtnetlink.h>
#include <linux/skbuff.h>
#include <linux/slab.h>

#include "attach.h"
#include "extack.h"
#include "plane.h"
#include "policy.h"

/* RTNL. Without hooks, which could not be had, it still cannot be set up */
struct guard {
	struct list_head list;
	struct svp_proxy *proxy;
	struct net_device *dev;
	netdevice_tracker tracker;
	bool hooked;
	struct nf_hook_ops hooks[SVP_DIRS];
};

static LIST_HEAD(guards);

static unsigned int guarded(void *priv, struct sk_buff *skb,
			    const struct nf_hook_state *state)
{
	struct guard *guard = priv;

	/* on at egress in a packet socket that bypasses the qdisc */
	local_bh_disable();
	svp_plane_drop(guard->proxy->plane, skb, SVP_DROP_MATCH_PENDING);
	local_bh_enable();
	return NF_STOLEN;
}

static struct guard *guard_of(const struct net_device *dev)
{
	struct guard *guard;

	list_for_each_entry(guard, &guards, list)
		if (guard->dev == dev)
			return guard;
	return NULL;
}

static struct guard *new_guard(struct svp_proxy *proxy, struct net_device *dev)
{
	struct guard *guard = kzalloc(sizeof(*guard), GFP_KERNEL);

	if (!guard)
		return NULL;
	guard->proxy = proxy;
	guard->dev = dev;
	svp_attach_init_hooks(guard->hooks, dev, guard, guarded, guarded,
			      INT_MIN);
	netdev_hold(dev, &guard->tracker, GFP_KERNEL);
	list_add(&guard->list, &guards);
	return guard;
}

static void drop_guard(struct guard *guard)
{
	struct svp_plane *plane = guard->proxy->plane;

	list_del(&guard->list);
	if (guard->hooked)
		nf_unregister_net_hooks(dev_net(guard->dev), guard->hooks,
					SVP_DIRS);
	synchronize_net();
	netdev_put(guard->dev, &guard->tracker);
	kfree(guard);
	svp_attach_pin(plane);
}

/**
 * svp_attach_guard - shut a tap that must not pass raw and cannot be bound
 * @proxy: fail-closed proxy, with a plane, that waits for it
 * @dev: the tap; what can be no guest is left alone
 * @extack: texts
 *
 * Context: RTNL.
 * Return: 0, also if it is shut already, or a negative errno: it then cannot be
 * set up, but may pass frames if it is up.
 */
int svp_attach_guard(struct svp_proxy *proxy, struct net_device *dev,
		     struct netlink_ext_ack *extack)
{
	struct guard *guard = guard_of(dev);
	int err = -ENOMEM;

	ASSERT_RTNL();
	if (!svp_attach_could_be_guest(dev) || (guard && guard->hooked))
		return 0;
	if (!guard)
		guard = new_guard(proxy, dev);
	if (guard)
		err = nf_register_net_hooks(dev_net(dev), guard->hooks,
					    SVP_DIRS);
	if (err) {
		svp_err(extack, "%s can neither be bound to port proxy %s nor be shut, error %d",
			dev->name, proxy->name, err);
		return err;
	}
	guard->hooked = true;
	svp_attach_pin(proxy->plane);
	return 0;
}

/**
 * svp_attach_unguard - a tap is bound, or goes: open it
 * @dev: the tap, shut or not
 *
 * Context: RTNL.
 */
void svp_attach_unguard(struct net_device *dev)
{
	struct guard *guard = guard_of(dev);

	if (guard)
		drop_guard(guard);
}

/**
 * svp_attach_unguard_if - open taps that nothing speaks against any more
 * @proxy: only those that are shut for it
 * @may: may it be opened?
 *
 * Context: RTNL.
 */
void svp_attach_unguard_if(const struct svp_proxy *proxy,
			   bool (*may)(const struct svp_proxy *proxy,
				       struct net_device *dev))
{
	struct guard *guard, *next;

	ASSERT_RTNL();
	list_for_each_entry_safe(guard, next, &guards, list)
		if (guard->proxy == proxy && may(proxy, guard->dev))
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
