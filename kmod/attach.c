// SPDX-License-Identifier: GPL-2.0-only
/*
 * What guests and nodes have in common: which devices may carry our hooks, how
 * deep hooks may nest, and the notifier. It has the lowest priority: our hooks
 * go after a bridge or Open vSwitch has let the port go.
 */
#include <linux/if_arp.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/percpu.h>
#include <linux/rtnetlink.h>
#include <net/rtnetlink.h>

#include "attach.h"
#include "extack.h"
#include "plane.h"

#define DEPTH_MAX	2

static DEFINE_PER_CPU(unsigned int, depth);

/**
 * svp_attach_enter - enter a hook
 *
 * Context: BH off.
 * Return: false, nothing to leave then, when nested too deep.
 */
bool svp_attach_enter(void)
{
	if (unlikely(__this_cpu_read(depth) >= DEPTH_MAX))
		return false;
	__this_cpu_inc(depth);
	return true;
}

/**
 * svp_attach_leave - leave a hook
 */
void svp_attach_leave(void)
{
	__this_cpu_dec(depth);
}

static const char *kind_of(const struct net_device *dev)
{
	return dev->rtnl_link_ops && dev->rtnl_link_ops->kind ?
		dev->rtnl_link_ops->kind : "";
}

/* macvlan and its like hand frames on above or below our hooks, reversed */
static bool kind_is_reversed(const char *kind)
{
	return !strcmp(kind, "macvlan") || !strcmp(kind, "macvtap") ||
	       !strcmp(kind, "ipvlan") || !strcmp(kind, "ipvtap");
}

static bool kind_is_ours(const char *kind)
{
	return !strcmp(kind, "svcplane") || !strcmp(kind, "guestplane") ||
	       !strcmp(kind, "portproxy");
}

/**
 * svp_attach_check_dev - may hooks of ours be put on a device?
 * @dev: the device
 * @extack: texts
 *
 * Context: RTNL.
 * Return: 0, -EINVAL or -EOPNOTSUPP.
 */
int svp_attach_check_dev(const struct net_device *dev,
			 struct netlink_ext_ack *extack)
{
	const char *kind = kind_of(dev);

	ASSERT_RTNL();
	if (dev->reg_state != NETREG_REGISTERED) {
		svp_err(extack, "%s is being deleted", dev->name);
		return -ENODEV;
	}
	if (dev->type != ARPHRD_ETHER || dev->flags & IFF_LOOPBACK) {
		svp_err(extack, "%s is not an Ethernet device", dev->name);
		return -EINVAL;
	}
	if (kind_is_ours(kind)) {
		svp_err(extack, "%s is a %s, not a tap or veth", dev->name, kind);
		return -EINVAL;
	}
	if (kind_is_reversed(kind)) {
		svp_err(extack, "%s is a %s, whose frames pass hooks in the reverse sense; use a tap or veth",
			dev->name, kind);
		return -EOPNOTSUPP;
	}
	if (rcu_access_pointer(dev->xdp_prog)) {
		svp_err(extack, "%s has a generic XDP program, which would run twice; use native XDP or none",
			dev->name);
		return -EOPNOTSUPP;
	}
	return 0;
}

static const struct net_device *plane_master(const struct net_device *dev)
{
	struct net_device *master = netdev_master_upper_dev_get((struct net_device *)dev);

	return master && !strcmp(kind_of(master), "svcplane") ? master : NULL;
}

/**
 * svp_attach_free - may a device become guest, node leg or uplink?
 * @dev: the device
 * @extack: told what it is already
 *
 * Context: RTNL.
 * Return: 0 or -EBUSY.
 */
int svp_attach_free(const struct net_device *dev,
		    struct netlink_ext_ack *extack)
{
	const struct net_device *master = plane_master(dev);
	struct svp_port *port = svp_attach_port_of(dev);
	struct svp_leg *leg = svp_attach_leg_of(dev);

	if (port)
		svp_err(extack, "%s is a guest of port proxy %s already",
			dev->name, port->proxy->name);
	else if (leg)
		svp_err(extack, "%s is a leg of node %s already", dev->name,
			leg->node->conf.name);
	else if (master)
		svp_err(extack, "%s is an uplink of service plane %s already",
			dev->name, master->name);
	return port || leg || master ? -EBUSY : 0;
}

/**
 * svp_attach_could_be_guest - is it a device that a guest could be behind?
 * @dev: device
 *
 * Context: RTNL.
 * Return: false for what is none of ours to shut when a pattern takes it: our own
 * kinds, loopback, and nodes' legs and uplinks, which pass nothing of guests raw.
 */
bool svp_attach_could_be_guest(const struct net_device *dev)
{
	return dev->type == ARPHRD_ETHER && !(dev->flags & IFF_LOOPBACK) &&
	       !kind_is_ours(kind_of(dev)) && !svp_attach_leg_of(dev) &&
	       !plane_master(dev);
}

/**
 * svp_attach_init_hooks - fill in the two hooks of a tap
 * @ops: [SVP_OUT] ingress, [SVP_IN] egress
 * @dev: the tap
 * @priv: for the functions
 * @out: takes frames from the guest
 * @in: takes frames to it
 * @priority: of both
 */
void svp_attach_init_hooks(struct nf_hook_ops *ops, struct net_device *dev,
			   void *priv, nf_hookfn *out, nf_hookfn *in,
			   int priority)
{
	static const u8 nums[SVP_DIRS] = {
		[SVP_OUT] = NF_NETDEV_INGRESS,
		[SVP_IN] = NF_NETDEV_EGRESS,
	};
	int dir;

	for (dir = 0; dir < SVP_DIRS; dir++)
		ops[dir] = (struct nf_hook_ops) {
			.hook = dir == SVP_OUT ? out : in,
			.dev = dev,
			.priv = priv,
			.pf = NFPROTO_NETDEV,
			.hooknum = nums[dir],
			.priority = priority,
		};
}

static bool plane_keeps_shut(const struct svp_plane *plane)
{
	const struct svp_proxy *proxy;

	list_for_each_entry(proxy, &plane->proxies, list)
		if (svp_attach_guest_pending(proxy, NULL))
			return true;
	return false;
}

/* Without svp_plane.lock: a policy is published under RTNL too */
static bool plane_keeps_closed(struct svp_plane *plane)
{
	const struct svp_policy *policy = rtnl_dereference(plane->policy);
	struct svp_port *port;
	unsigned long i;

	xa_for_each(&plane->ports, i, port)
		if (svp_policy_fail_closed(policy, port->proxy->id))
			return true;
	return false;
}

/**
 * svp_attach_pin - keep the module as long as a guest must not pass raw
 * @plane: the plane whose guests or policy have changed
 *
 * Context: RTNL. Takes no mutex, as notifiers must not wait for a policy that is
 * being compiled.
 */
void svp_attach_pin(struct svp_plane *plane)
{
	bool closed;

	ASSERT_RTNL();
	closed = plane_keeps_closed(plane) || plane_keeps_shut(plane);
	if (closed == plane->pinned)
		return;
	if (!closed)
		module_put(THIS_MODULE);
	else if (!try_module_get(THIS_MODULE))
		return;
	plane->pinned = closed;
}

static int device_event(struct notifier_block *nb, unsigned long event,
			void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);

	switch (event) {
	case NETDEV_REGISTER:
	case NETDEV_CHANGENAME:
		svp_attach_guest_appeared(dev);
		svp_attach_leg_appeared(dev);
		break;
	case NETDEV_PRE_UP:
		svp_attach_guest_appeared(dev);
		return notifier_from_errno(svp_attach_guest_may_open(dev));
	case NETDEV_CHANGE:
		svp_attach_guest_appeared(dev);
		svp_attach_leg_changed(dev);
		break;
	case NETDEV_PRE_TYPE_CHANGE:
		/* the hooks read Ethernet headers */
		if (svp_attach_port_of(dev) || svp_attach_leg_of(dev))
			return NOTIFY_BAD;
		break;
	case NETDEV_UP:
	case NETDEV_DOWN:
		svp_attach_leg_changed(dev);
		break;
	case NETDEV_UNREGISTER:
		svp_attach_guest_gone(dev);
		svp_attach_leg_gone(dev);
		break;
	}
	return NOTIFY_DONE;
}

static struct notifier_block device_notifier = {
	.notifier_call = device_event,
	.priority = INT_MIN,
};

/**
 * svp_attach_init - begin to watch devices
 * Return: 0 or a negative errno.
 */
int svp_attach_init(void)
{
	return register_netdevice_notifier(&device_notifier);
}

/**
 * svp_attach_exit - stop watching; every device of ours is gone by then
 */
void svp_attach_exit(void)
{
	unregister_netdevice_notifier(&device_notifier);
}
