// SPDX-License-Identifier: GPL-2.0-only
/*
 * Legs of nodes. The ingress hook takes every frame, the egress hook drops all
 * that we did not send (ours skip the hooks), so that whatever the device is
 * enslaved to cannot loop through the node. Legs are named; a device of that
 * name is bound when it appears, and from then on followed by itself.
 */
#include <linux/bottom_half.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/rtnetlink.h>
#include <linux/skbuff.h>

#include "attach.h"
#include "ctl.h"
#include "event.h"
#include "extack.h"
#include "plane.h"
#include "sproxy.h"

static unsigned int leg_ingress(void *priv, struct sk_buff *skb,
				const struct nf_hook_state *state)
{
	struct svp_leg *leg = priv;
	struct svp_node *node = leg->node;
	struct net_device *dev = skb->dev;

	if (unlikely(!svp_attach_enter())) {
		svp_plane_drop(node->plane, skb, SVP_DROP_DEPTH);
		return NF_STOLEN;
	}
	skb = skb_share_check(skb, GFP_ATOMIC);
	if (likely(skb)) {
		skb_push_rcsum(skb, skb->data - skb_mac_header(skb));
		svp_sproxy_rx(node, leg->index, skb);
	} else {
		svp_drop_gone(node->plane->drops, dev, SVP_DROP_NO_MEMORY);
	}
	svp_attach_leave();
	return NF_STOLEN;
}

static unsigned int leg_egress(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	struct svp_leg *leg = priv;

	/* on in a packet socket that bypasses the qdisc */
	local_bh_disable();
	svp_plane_drop(leg->node->plane, skb, SVP_DROP_NODE_FOREIGN);
	local_bh_enable();
	return NF_STOLEN;
}

static void init_hooks(struct svp_leg *leg, struct net_device *dev)
{
	static const u8 nums[] = { NF_NETDEV_INGRESS, NF_NETDEV_EGRESS };
	int i;

	for (i = 0; i < ARRAY_SIZE(leg->hooks); i++)
		leg->hooks[i] = (struct nf_hook_ops) {
			.hook = i ? leg_egress : leg_ingress,
			.dev = dev,
			.priv = leg,
			.pf = NFPROTO_NETDEV,
			.hooknum = nums[i],
			.priority = INT_MIN,
		};
}

static void tell_changed(struct svp_node *node)
{
	bool up = svp_node_usable(node);
	struct svp_event event = {
		.kind = SVP_EV_NODE,
		.what = up ? "up" : "down",
		.plane = node->plane,
		.object = node->conf.name,
		.node = node,
	};

	svp_plane_bump(node->plane);
	svp_event_raise(node->plane->net, &event);
}

/* The peers hear of more than that: whether the devices are there at all */
static void look_again(struct svp_node *node)
{
	if (svp_node_update(node))
		tell_changed(node);
	svp_ctl_announce(node->plane);
}

/* A node that is being made is in no list yet */
static int check_other_leg(const struct svp_leg *leg,
			   const struct net_device *dev,
			   struct netlink_ext_ack *extack)
{
	const struct svp_leg *other = &leg->node->leg[!leg->index];

	if (rcu_access_pointer(other->dev) != dev)
		return 0;
	svp_err(extack, "%s is the other leg of node %s already", dev->name,
		leg->node->conf.name);
	return -EBUSY;
}

/* The hooks go last: frames find the device set */
static int bind_leg(struct svp_leg *leg, struct net_device *dev,
		    struct netlink_ext_ack *extack)
{
	int err;

	err = svp_attach_check_dev(dev, extack);
	if (!err)
		err = check_other_leg(leg, dev, extack);
	if (!err)
		err = svp_attach_free(dev, extack);
	if (!err)
		err = svp_attach_check_lower(leg->node->plane, dev, extack);
	if (!err)
		err = svp_attach_mtu_of_leg(leg->node, dev, extack);
	if (err)
		return err;
	init_hooks(leg, dev);
	rcu_assign_pointer(leg->dev, dev);
	netdev_hold(dev, &leg->tracker, GFP_KERNEL);
	err = nf_register_net_hooks(dev_net(dev), leg->hooks,
				    ARRAY_SIZE(leg->hooks));
	if (!err)
		return 0;
	svp_err(extack, "%s: hooks refused, error %d", dev->name, err);
	RCU_INIT_POINTER(leg->dev, NULL);
	synchronize_net();
	netdev_put(dev, &leg->tracker);
	return err;
}

static void unbind_leg(struct svp_leg *leg)
{
	struct net_device *dev = rtnl_dereference(leg->dev);

	if (!dev)
		return;
	nf_unregister_net_hooks(dev_net(dev), leg->hooks,
				ARRAY_SIZE(leg->hooks));
	RCU_INIT_POINTER(leg->dev, NULL);
	synchronize_net();
	netdev_put(dev, &leg->tracker);
}

/**
 * svp_attach_node - bind the devices of a node that are there
 * @node: node with the names of its legs; a missing device is waited for
 * @extack: texts
 *
 * Context: RTNL.
 * Return: 0, or an error of a device that is there and cannot serve.
 */
int svp_attach_node(struct svp_node *node, struct netlink_ext_ack *extack)
{
	struct net_device *dev;
	int i, err;

	ASSERT_RTNL();
	for (i = 0; i < node->ops->legs; i++) {
		dev = __dev_get_by_name(node->plane->net, node->conf.legname[i]);
		if (!dev)
			continue;
		err = bind_leg(&node->leg[i], dev, extack);
		if (err) {
			svp_attach_node_gone(node);
			return err;
		}
	}
	svp_node_update(node);
	return 0;
}

/**
 * svp_attach_node_gone - let go of the devices of a node
 * @node: the node
 *
 * Context: RTNL.
 */
void svp_attach_node_gone(struct svp_node *node)
{
	int i;

	ASSERT_RTNL();
	for (i = 0; i < SVP_LEGS; i++)
		unbind_leg(&node->leg[i]);
	look_again(node);
}

static struct svp_leg *find_leg(const struct net_device *dev,
				bool (*is)(const struct svp_leg *leg,
					   const struct net_device *dev))
{
	struct svp_plane *plane;
	struct svp_node *node;
	unsigned long n;
	int i;

	list_for_each_entry(plane, &svp_net(dev_net(dev))->planes, list)
		xa_for_each(&plane->nodes, n, node)
			for (i = 0; i < node->ops->legs; i++)
				if (is(&node->leg[i], dev))
					return &node->leg[i];
	return NULL;
}

static bool leg_has(const struct svp_leg *leg, const struct net_device *dev)
{
	return rcu_access_pointer(leg->dev) == dev;
}

static bool leg_waits_for(const struct svp_leg *leg,
			  const struct net_device *dev)
{
	return !rcu_access_pointer(leg->dev) && svp_node_is_local(leg->node) &&
	       !strcmp(leg->node->conf.legname[leg->index], dev->name);
}

/**
 * svp_attach_leg_of - leg that a device is
 * @dev: device
 *
 * Context: RTNL.
 * Return: the leg or NULL.
 */
struct svp_leg *svp_attach_leg_of(const struct net_device *dev)
{
	return find_leg(dev, leg_has);
}

/**
 * svp_attach_leg_appeared - bind a device a node waits for
 * @dev: device that has appeared or changed its name
 *
 * Context: RTNL.
 */
void svp_attach_leg_appeared(struct net_device *dev)
{
	struct svp_leg *leg = find_leg(dev, leg_waits_for);

	if (leg && !bind_leg(leg, dev, NULL))
		look_again(leg->node);
}

/**
 * svp_attach_leg_gone - a device is deleted or leaves the namespace
 * @dev: device
 *
 * Context: RTNL.
 */
void svp_attach_leg_gone(struct net_device *dev)
{
	struct svp_leg *leg = svp_attach_leg_of(dev);

	if (!leg)
		return;
	unbind_leg(leg);
	look_again(leg->node);
}

/**
 * svp_attach_leg_changed - a device went up or down, or its carrier did
 * @dev: device
 *
 * Context: RTNL.
 */
void svp_attach_leg_changed(struct net_device *dev)
{
	struct svp_leg *leg = svp_attach_leg_of(dev);

	if (leg)
		look_again(leg->node);
}
