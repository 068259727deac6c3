// SPDX-License-Identifier: GPL-2.0-only
/*
 * Devices of kind portproxy: the face of a port proxy. Frames of its guests do
 * not go through it; it counts them, and is up or down for all of them.
 */
#include <linux/etherdevice.h>
#include <linux/ethtool.h>
#include <linux/module.h>
#include <linux/rtnetlink.h>
#include <linux/xarray.h>
#include <net/rtnetlink.h>

#include "attach.h"
#include "compat/callbacks.h"
#include "extack.h"
#include "plane.h"
#include "port.h"
#include "port_dev.h"

#define KIND "portproxy"

/* Interface ids of this host, given in turn: a freed one rests for long */
static DEFINE_XARRAY_ALLOC1(ids);
static u32 next_id;

/* Private area */
struct port_dev {
	struct svp_proxy *proxy;	/* a reference; NULL until newlink is done */
};

static const struct net_device_ops dev_ops;

/**
 * svp_port_dev_proxy - the port proxy behind a device
 * @dev: any device
 *
 * Context: RTNL.
 * Return: the proxy, no reference taken, or NULL if @dev is of another kind.
 */
struct svp_proxy *svp_port_dev_proxy(const struct net_device *dev)
{
	struct port_dev *priv = netdev_priv(dev);

	return dev->netdev_ops == &dev_ops ? priv->proxy : NULL;
}

static void bump(struct svp_proxy *proxy)
{
	if (proxy->plane)
		svp_plane_bump(proxy->plane);
}

/* A proxy without plane, or whose plane is gone, may have another master */
static void unlink_plane(struct net_device *dev, struct svp_plane *plane)
{
	struct net_device *master = rtnl_dereference(plane->dev);

	if (master)
		netdev_upper_dev_unlink(dev, master);
}

static int check_plane(const struct net_device *dev,
		       const struct svp_proxy *proxy, struct svp_plane *plane,
		       struct netlink_ext_ack *extack)
{
	if (proxy->plane) {
		svp_err(extack, "%s belongs to %s already", dev->name,
			proxy->plane->name);
		return -EBUSY;
	}
	if (!rtnl_dereference(plane->dev)) {
		svp_err(extack, "the device of plane %s is deleted", plane->name);
		return -ENODEV;
	}
	if (!net_eq(dev_net(dev), plane->net)) {
		svp_err(extack, "%s and %s are not in the same namespace",
			dev->name, plane->name);
		return -EXDEV;
	}
	return 0;
}

/**
 * svp_port_dev_set_plane - a port proxy joins a plane
 * @dev: its device
 * @plane: the plane, also shown as the device's master
 * @extack: told why not
 *
 * Context: RTNL.
 * Return: 0, also if it is there already, or -errno.
 */
int svp_port_dev_set_plane(struct net_device *dev, struct svp_plane *plane,
			   struct netlink_ext_ack *extack)
{
	struct svp_proxy *proxy = svp_port_dev_proxy(dev);
	int err;

	ASSERT_RTNL();

	if (proxy->plane == plane)
		return 0;
	err = check_plane(dev, proxy, plane, extack);
	if (err)
		return err;
	err = netdev_master_upper_dev_link(dev, rtnl_dereference(plane->dev),
					   NULL, NULL, extack);
	if (err)
		return err;
	svp_plane_add_proxy(plane, proxy);
	bump(proxy);
	return 0;
}

/**
 * svp_port_dev_clear_plane - a port proxy leaves its plane
 * @dev: its device
 *
 * Context: RTNL.
 * Return: 0, or -EBUSY while it has guests or patterns for them.
 */
int svp_port_dev_clear_plane(struct net_device *dev)
{
	struct svp_proxy *proxy = svp_port_dev_proxy(dev);

	ASSERT_RTNL();

	if (!proxy || !proxy->plane)
		return 0;
	if (!list_empty(&proxy->ports) || proxy->n_patterns)
		return -EBUSY;
	unlink_plane(dev, proxy->plane);
	bump(proxy);
	svp_plane_del_proxy(proxy);
	return 0;
}

static int open_dev(struct net_device *dev)
{
	struct port_dev *priv = netdev_priv(dev);

	if (!priv->proxy)	/* somebody else's notifier, while it registers */
		return -ENODEV;
	WRITE_ONCE(priv->proxy->up, true);
	bump(priv->proxy);
	netif_start_queue(dev);
	return 0;
}

static int stop_dev(struct net_device *dev)
{
	struct port_dev *priv = netdev_priv(dev);

	netif_stop_queue(dev);
	if (priv->proxy) {
		WRITE_ONCE(priv->proxy->up, false);
		bump(priv->proxy);
	}
	return 0;
}

/* Nothing is sent into a proxy: its guests have their own devices */
static netdev_tx_t xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct port_dev *priv = netdev_priv(dev);
	struct svp_plane *plane;

	rcu_read_lock();
	plane = READ_ONCE(priv->proxy->plane);
	svp_drop(plane ? plane->drops : NULL, skb, SVP_DROP_SPLANE_NOT_NSH);
	rcu_read_unlock();
	return NETDEV_TX_OK;
}

static void add_counts(struct svp_count __percpu * const count[SVP_DIRS],
		       u64 *packets, u64 *bytes)
{
	u64 p, b;
	int dir;

	for (dir = 0; dir < SVP_DIRS; dir++) {
		svp_count_read(count[dir], &p, &b);
		*packets += p;
		*bytes += b;
	}
}

/*
 * Steered is TX, returned is RX. The ports of the plane are read, for those of
 * the proxy alone may only be under RTNL.
 */
static void get_stats64(struct net_device *dev, struct rtnl_link_stats64 *stats)
{
	struct port_dev *priv = netdev_priv(dev);
	struct svp_proxy *proxy;
	struct svp_plane *plane;
	struct svp_port *port;
	unsigned long i;

	rcu_read_lock();
	proxy = READ_ONCE(priv->proxy);
	plane = proxy ? READ_ONCE(proxy->plane) : NULL;
	if (!plane)
		goto out;
	xa_for_each(&plane->ports, i, port) {
		if (port->proxy != proxy)
			continue;
		add_counts(port->steered, &stats->tx_packets, &stats->tx_bytes);
		add_counts(port->returned, &stats->rx_packets, &stats->rx_bytes);
	}
out:
	rcu_read_unlock();
}

static void dev_uninit(struct net_device *dev)
{
	struct port_dev *priv = netdev_priv(dev);

	svp_proxy_put(priv->proxy);
	priv->proxy = NULL;
}

static const struct net_device_ops dev_ops = {
	.ndo_uninit = dev_uninit,
	.ndo_open = open_dev,
	.ndo_stop = stop_dev,
	.ndo_start_xmit = xmit,
	.ndo_get_stats64 = get_stats64,
	.ndo_set_mac_address = eth_mac_addr,
};

static const char names[][ETH_GSTRING_LEN] = {
	"guests", "flooded", "out_seen", "out_steered", "out_returned",
	"in_seen", "in_steered", "in_returned",
};

static int get_sset_count(struct net_device *dev, int sset)
{
	return sset == ETH_SS_STATS ? ARRAY_SIZE(names) : -EOPNOTSUPP;
}

static void get_strings(struct net_device *dev, u32 sset, u8 *data)
{
	if (sset == ETH_SS_STATS)
		memcpy(data, names, sizeof(names));
}

static void add_packets(const struct svp_count __percpu *count, u64 *sum)
{
	u64 packets, bytes;

	svp_count_read(count, &packets, &bytes);
	*sum += packets;
}

static void get_ethtool_stats(struct net_device *dev,
			      struct ethtool_stats *stats, u64 *data)
{
	struct port_dev *priv = netdev_priv(dev);
	struct svp_port *port;
	int dir;

	ASSERT_RTNL();

	memset(data, 0, ARRAY_SIZE(names) * sizeof(*data));
	list_for_each_entry(port, &priv->proxy->ports, list) {
		data[0]++;
		add_packets(port->flooded, &data[1]);
		for (dir = 0; dir < SVP_DIRS; dir++) {
			add_packets(port->seen[dir], &data[2 + 3 * dir]);
			add_packets(port->steered[dir], &data[3 + 3 * dir]);
			add_packets(port->returned[dir], &data[4 + 3 * dir]);
		}
	}
}

static const struct ethtool_ops ethtool_ops = {
	.get_link = ethtool_op_get_link,
	.get_sset_count = get_sset_count,
	.get_strings = get_strings,
	.get_ethtool_stats = get_ethtool_stats,
};

static const struct device_type dev_type = {
	.name = KIND,
};

static void setup(struct net_device *dev)
{
	ether_setup(dev);
	eth_hw_addr_random(dev);
	dev->netdev_ops = &dev_ops;
	dev->ethtool_ops = &ethtool_ops;
	dev->needs_free_netdev = true;
	dev->flags |= IFF_NOARP;
	dev->flags &= ~(IFF_BROADCAST | IFF_MULTICAST);
	dev->priv_flags |= IFF_NO_QUEUE;
	dev->priv_flags &= ~IFF_TX_SKB_SHARING;
	dev->max_mtu = ETH_MAX_MTU;
	svp_compat_set_lltx(dev);
	svp_compat_set_netns_immutable(dev);
	SET_NETDEV_DEVTYPE(dev, &dev_type);
}

static struct svp_proxy *new_proxy(struct net_device *dev,
				   struct netlink_ext_ack *extack)
{
	struct svp_proxy *proxy;
	u32 id;
	int err;

	err = xa_alloc_cyclic(&ids, &id, NULL, XA_LIMIT(1, U16_MAX), &next_id,
			      GFP_KERNEL);
	if (err < 0) {
		if (err == -EBUSY)
			svp_err(extack, "all %u interface ids are in use",
				U16_MAX);
		return ERR_PTR(err);
	}
	proxy = svp_proxy_alloc(dev->name, id);
	if (!proxy) {
		xa_erase(&ids, id);
		return ERR_PTR(-ENOMEM);
	}
	proxy->dev = dev;
	return proxy;
}

static int new_link(struct net_device *dev, struct rtnl_newlink_params *params,
		    struct netlink_ext_ack *extack)
{
	struct port_dev *priv = netdev_priv(dev);
	struct svp_proxy *proxy;
	int err;

	/* of no use to who may not configure it, and not free of cost */
	if (!capable(CAP_NET_ADMIN)) {
		svp_err(extack, "a port proxy needs CAP_NET_ADMIN in the initial user namespace");
		return -EPERM;
	}
	err = register_netdevice(dev);
	if (err)
		return err;
	proxy = new_proxy(dev, extack);
	if (IS_ERR(proxy)) {
		unregister_netdevice(dev);
		return PTR_ERR(proxy);
	}
	priv->proxy = proxy;
	list_add_tail(&proxy->all, &svp_net(dev_net(dev))->proxies);
	return 0;
}

SVP_COMPAT_NEWLINK(newlink, new_link)

static void dellink(struct net_device *dev, struct list_head *head)
{
	struct port_dev *priv = netdev_priv(dev);
	struct svp_proxy *proxy = priv->proxy;

	list_del_init(&proxy->all);
	if (proxy->plane)
		unlink_plane(dev, proxy->plane);
	svp_attach_proxy_gone(proxy);
	proxy->dev = NULL;
	xa_erase(&ids, proxy->id);
	unregister_netdevice_queue(dev, head);
}

static struct rtnl_link_ops link_ops __read_mostly = {
	.kind = KIND,
	.priv_size = sizeof(struct port_dev),
	.setup = setup,
	.newlink = newlink,
	.dellink = dellink,
};

static int check_name(struct net *net, const char *name,
		      struct netlink_ext_ack *extack)
{
	if (!dev_valid_name(name)) {
		svp_err(extack, "'%s' is no name for a device (1 to %u characters, no '/', ':' or space)",
			name, IFNAMSIZ - 1);
		return -EINVAL;
	}
	if (__dev_get_by_name(net, name)) {
		svp_err(extack, "a device %s exists already", name);
		return -EEXIST;
	}
	return 0;
}

/**
 * svp_port_dev_create - make a portproxy device from within the kernel
 * @net: namespace
 * @name: its name
 * @dev: set to the device
 * @extack: told why not
 *
 * Context: RTNL.
 * Return: 0 or -errno.
 */
int svp_port_dev_create(struct net *net, const char *name,
			struct net_device **dev,
			struct netlink_ext_ack *extack)
{
	struct rtnl_newlink_params params = { .src_net = net };
	struct nlattr *tb[IFLA_MAX + 1] = {};
	struct net_device *new;
	int err;

	err = check_name(net, name, extack);
	if (err)
		return err;
	new = rtnl_create_link(net, name, NET_NAME_USER, &link_ops, tb, extack);
	if (IS_ERR(new))
		return PTR_ERR(new);
	params.tb = tb;
	err = new_link(new, &params, extack);
	if (err) {
		/* one that has been registered is freed when RTNL is released */
		free_netdev(new);
		return err;
	}
	err = rtnl_configure_link(new, NULL, 0, NULL);
	if (err)
		svp_port_dev_delete(new);
	else
		*dev = new;
	return err;
}

/**
 * svp_port_dev_delete - delete a portproxy device; its guests are unbound
 * @dev: the device
 *
 * Context: RTNL.
 */
void svp_port_dev_delete(struct net_device *dev)
{
	LIST_HEAD(kill);

	dellink(dev, &kill);
	unregister_netdevice_many(&kill);
}

/* Events go on to name the proxy as its device is called */
static int name_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct svp_proxy *proxy = svp_port_dev_proxy(dev);

	if (proxy && event == NETDEV_CHANGENAME)
		strscpy(proxy->name, dev->name, sizeof(proxy->name));
	return NOTIFY_DONE;
}

static struct notifier_block notifier = {
	.notifier_call = name_event,
};

/**
 * svp_port_dev_init - offer the kind portproxy
 *
 * Return: 0 or -errno.
 */
int svp_port_dev_init(void)
{
	int err = register_netdevice_notifier(&notifier);

	if (err)
		return err;
	err = rtnl_link_register(&link_ops);
	if (err)
		unregister_netdevice_notifier(&notifier);
	return err;
}

/**
 * svp_port_dev_exit - remove the kind with all its devices
 */
void svp_port_dev_exit(void)
{
	rtnl_link_unregister(&link_ops);
	unregister_netdevice_notifier(&notifier);
	xa_destroy(&ids);
}

MODULE_ALIAS_RTNL_LINK(KIND);
