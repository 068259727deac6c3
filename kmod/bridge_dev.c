// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bridging core of both planes: the device and what it takes from its ports.
 */
#include <linux/etherdevice.h>
#include <linux/ethtool.h>
#include <linux/rtnetlink.h>

#include "bridge.h"
#include "compat/callbacks.h"

#define FEATURES	(NETIF_F_SG | NETIF_F_FRAGLIST | NETIF_F_HIGHDMA | \
			 NETIF_F_GSO_MASK | NETIF_F_HW_CSUM)
#define VLAN_FEATURES	(NETIF_F_HW_VLAN_CTAG_TX | NETIF_F_HW_VLAN_STAG_TX)

#define AGE_INTERVAL	(5 * HZ)

static void age_work(struct work_struct *work)
{
	struct svp_bridge *br = container_of(work, struct svp_bridge, age.work);

	svp_fdb_age(&br->fdb);
	queue_delayed_work(system_power_efficient_wq, &br->age,
			   min_t(unsigned long, AGE_INTERVAL,
				 READ_ONCE(br->fdb.ageing) ?: AGE_INTERVAL));
}

static void free_stats(struct svp_bridge *br)
{
	int i;

	for (i = 0; i < SVP_BRIDGE_STATS; i++)
		free_percpu(br->stats[i]);
}

static int alloc_stats(struct svp_bridge *br)
{
	int i;

	for (i = 0; i < SVP_BRIDGE_STATS; i++) {
		br->stats[i] = svp_count_alloc(GFP_KERNEL);
		if (!br->stats[i])
			return -ENOMEM;
	}
	return 0;
}

/**
 * svp_bridge_setup - make the core of a plane; part of ndo_init
 * @br: the core, zeroed
 * @dev: its device
 * @ops: of its kind
 *
 * Context: RTNL.
 * Return: 0 or -errno, then nothing is left to undo.
 */
int svp_bridge_setup(struct svp_bridge *br, struct net_device *dev,
		     const struct svp_bridge_ops *ops)
{
	int err;

	br->dev = dev;
	br->ops = ops;
	br->port_macs = SVP_FDB_PORT_MAX;
	INIT_LIST_HEAD(&br->ports);
	INIT_DELAYED_WORK(&br->age, age_work);
	svp_bucket_init(&br->flood, SVP_BRIDGE_FLOOD_RATE,
			SVP_BRIDGE_FLOOD_BURST);
	dev->tstats = netdev_alloc_pcpu_stats(struct pcpu_sw_netstats);
	err = dev->tstats ? alloc_stats(br) : -ENOMEM;
	if (err)
		goto err_stats;
	err = svp_fdb_init(&br->fdb);
	if (err)
		goto err_stats;
	br->fdb.notify = svp_bridge_fdb_notify;
	err = svp_fdb_add(&br->fdb, NULL, dev->dev_addr, SVP_FDB_LOCAL);
	if (err)
		goto err_fdb;
	netdev_lockdep_set_classes(dev);
	return 0;

err_fdb:
	svp_fdb_destroy(&br->fdb);
err_stats:
	free_stats(br);
	free_percpu(dev->tstats);
	dev->tstats = NULL;
	return err;
}

/**
 * svp_bridge_set_ageing - set after which time unused addresses are forgotten
 * @br: the core
 * @seconds: 0 for never
 *
 * Context: RTNL.
 */
void svp_bridge_set_ageing(struct svp_bridge *br, u32 seconds)
{
	ASSERT_RTNL();
	WRITE_ONCE(br->fdb.ageing, (unsigned long)seconds * HZ);
}

/**
 * svp_bridge_set_macs - limit the addresses that are learned
 * @br: the core
 * @port_macs: of each port
 * @max_macs: of all ports
 *
 * What is known beyond a new limit stays until it ages; nothing more is learned
 * meanwhile.
 *
 * Context: RTNL.
 */
void svp_bridge_set_macs(struct svp_bridge *br, u32 port_macs, u32 max_macs)
{
	struct svp_bport *port;

	ASSERT_RTNL();
	br->port_macs = port_macs;
	list_for_each_entry(port, &br->ports, list)
		WRITE_ONCE(port->owner.max, port_macs);
	WRITE_ONCE(br->fdb.max_learned, max_macs);
}

/**
 * svp_bridge_teardown - mirror of svp_bridge_setup(); part of ndo_uninit
 * @br: the core; its ports are gone and no frame is inside
 *
 * Context: RTNL.
 */
void svp_bridge_teardown(struct svp_bridge *br)
{
	WARN_ON_ONCE(!list_empty(&br->ports));
	cancel_delayed_work_sync(&br->age);
	svp_fdb_destroy(&br->fdb);
	free_stats(br);
	free_percpu(br->dev->tstats);
	br->dev->tstats = NULL;
}

/**
 * svp_bridge_dev_setup - what the devices of both planes have in common
 * @dev: the device, before its registration
 */
void svp_bridge_dev_setup(struct net_device *dev)
{
	ether_setup(dev);
	eth_hw_addr_random(dev);
	dev->needs_free_netdev = true;
	dev->ethtool_ops = &svp_bridge_ethtool_ops;
	dev->priv_flags |= IFF_NO_QUEUE;
	dev->priv_flags &= ~IFF_TX_SKB_SHARING;
	dev->features = FEATURES | VLAN_FEATURES;
	dev->hw_features = FEATURES | VLAN_FEATURES;
	dev->vlan_features = FEATURES;
	dev->max_mtu = ETH_MAX_MTU;
	svp_compat_set_lltx(dev);
	svp_compat_set_netns_immutable(dev);
}

/**
 * svp_bridge_open - ndo_open
 * @dev: the device
 *
 * Return: 0.
 */
int svp_bridge_open(struct net_device *dev)
{
	struct svp_bridge *br = netdev_priv(dev);

	netdev_update_features(dev);
	netif_start_queue(dev);
	queue_delayed_work(system_power_efficient_wq, &br->age, AGE_INTERVAL);
	return 0;
}

/**
 * svp_bridge_stop - ndo_stop
 * @dev: the device
 *
 * Return: 0.
 */
int svp_bridge_stop(struct net_device *dev)
{
	struct svp_bridge *br = netdev_priv(dev);

	netif_stop_queue(dev);
	cancel_delayed_work_sync(&br->age);
	return 0;
}

/**
 * svp_bridge_set_mac - ndo_set_mac_address
 * @dev: the device
 * @addr: struct sockaddr
 *
 * The new address leaves the port it may have been learned at before.
 *
 * Return: 0 or -errno.
 */
int svp_bridge_set_mac(struct net_device *dev, void *addr)
{
	struct svp_bridge *br = netdev_priv(dev);
	struct sockaddr *sa = addr;
	u8 old[ETH_ALEN];
	int err;

	err = eth_prepare_mac_addr_change(dev, addr);
	if (err || ether_addr_equal(dev->dev_addr, sa->sa_data))
		return err;
	err = svp_fdb_add(&br->fdb, NULL, sa->sa_data, SVP_FDB_LOCAL);
	if (err)
		return err;
	ether_addr_copy(old, dev->dev_addr);
	eth_commit_mac_addr_change(dev, addr);
	svp_fdb_del(&br->fdb, old);
	return 0;
}

/**
 * svp_bridge_change_mtu - ndo_change_mtu
 * @dev: the device
 * @mtu: bytes; at most dev->max_mtu, which follows the ports
 *
 * Return: 0.
 */
int svp_bridge_change_mtu(struct net_device *dev, int mtu)
{
	struct svp_bridge *br = netdev_priv(dev);

	br->mtu_set = true;
	WRITE_ONCE(dev->mtu, mtu);
	return 0;
}

/**
 * svp_bridge_fix_features - ndo_fix_features: what all ports can do together
 * @dev: the device
 * @features: asked for
 *
 * Return: what there will be.
 */
netdev_features_t svp_bridge_fix_features(struct net_device *dev,
					  netdev_features_t features)
{
	struct svp_bridge *br = netdev_priv(dev);
	netdev_features_t mask = features;
	struct svp_bport *port;

	if (list_empty(&br->ports))
		return features;
	features &= ~NETIF_F_ONE_FOR_ALL;
	list_for_each_entry(port, &br->ports, list)
		features = netdev_increment_features(features,
						     port->dev->features, mask);
	return netdev_add_tso_features(features, mask);
}

static u64 sum_drops(const struct svp_bridge *br)
{
	u64 sum = 0;
	int i;

	if (!br->drops)
		return 0;
	for (i = 0; i < SVP_DROP_MAX; i++)
		if (i != SVP_DROP_CTL_CONSUMED)
			sum += svp_drops_read(br->drops, i);
	return sum;
}

/**
 * svp_bridge_get_stats - ndo_get_stats64
 * @dev: the device
 * @stats: filled
 *
 * Context: RCU.
 */
void svp_bridge_get_stats(struct net_device *dev,
			  struct rtnl_link_stats64 *stats)
{
	dev_get_tstats64(dev, stats);
	stats->rx_dropped += sum_drops(netdev_priv(dev));
}

static void follow_headroom(struct svp_bridge *br)
{
	unsigned int most = 0;
	struct svp_bport *port;

	/* Asked anew each time and capped: it can shrink, and stacked planes
	 * cannot drive one another up
	 */
	list_for_each_entry(port, &br->ports, list)
		most = max(most, netdev_get_fwd_headroom(port->dev));
	most = min_t(unsigned int, most, SVP_BRIDGE_HEADROOM);
	br->dev->needed_headroom = most;
	list_for_each_entry(port, &br->ports, list)
		netdev_set_rx_headroom(port->dev, most);
}

static void follow_gso(struct svp_bridge *br)
{
	unsigned int size = TSO_MAX_SIZE;
	struct svp_bport *port;
	u16 segs = TSO_MAX_SEGS;

	list_for_each_entry(port, &br->ports, list) {
		size = min(size, port->dev->tso_max_size);
		segs = min(segs, port->dev->tso_max_segs);
	}
	netif_set_tso_max_size(br->dev, size);
	netif_set_tso_max_segs(br->dev, segs);
}

/**
 * svp_bridge_ports_changed - a port came, went, or changed its properties
 * @br: the plane
 *
 * Context: RTNL.
 */
void svp_bridge_ports_changed(struct svp_bridge *br)
{
	netdev_update_features(br->dev);
	follow_headroom(br);
	follow_gso(br);
	if (br->ops->ports_changed)
		br->ops->ports_changed(br);
}
