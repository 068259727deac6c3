// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bridging core of both planes: `ethtool -S`.
 */
#include <linux/ethtool.h>
#include <linux/rtnetlink.h>

#include "bridge.h"

/* First the counters of svp_bridge_stat; behind all, one for each drop reason */
static const char names[][ETH_GSTRING_LEN] = {
	"forwarded", "flooded", "local",
	"fdb_learned", "fdb_moved", "fdb_over_limit", "ports",
};

static int get_sset_count(struct net_device *dev, int sset)
{
	return sset == ETH_SS_STATS ? ARRAY_SIZE(names) + SVP_DROP_MAX :
				      -EOPNOTSUPP;
}

static void get_strings(struct net_device *dev, u32 sset, u8 *data)
{
	int i;

	if (sset != ETH_SS_STATS)
		return;
	memcpy(data, names, sizeof(names));
	data += sizeof(names);
	for (i = 0; i < SVP_DROP_MAX; i++)
		ethtool_sprintf(&data, "drop_%s", svp_drop_name(i));
}

static u64 over_limit(struct svp_bridge *br)
{
	struct svp_bport *port;
	u64 sum = 0;

	spin_lock_bh(&br->fdb.lock);
	list_for_each_entry(port, &br->ports, list)
		sum += port->owner.over;
	spin_unlock_bh(&br->fdb.lock);
	return sum;
}

static void get_stats(struct net_device *dev, struct ethtool_stats *stats,
		      u64 *data)
{
	struct svp_bridge *br = netdev_priv(dev);
	u64 bytes;
	int i;

	ASSERT_RTNL();

	for (i = 0; i < SVP_BRIDGE_STATS; i++)
		svp_count_read(br->stats[i], data++, &bytes);
	*data++ = READ_ONCE(br->fdb.n_learned);
	*data++ = READ_ONCE(br->fdb.moved);
	*data++ = over_limit(br);
	*data++ = br->n_ports;
	for (i = 0; i < SVP_DROP_MAX; i++)
		*data++ = br->drops ? svp_drops_read(br->drops, i) : 0;
}

const struct ethtool_ops svp_bridge_ethtool_ops = {
	.get_link = ethtool_op_get_link,
	.get_sset_count = get_sset_count,
	.get_strings = get_strings,
	.get_ethtool_stats = get_stats,
};
