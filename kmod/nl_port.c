// SPDX-License-Identifier: GPL-2.0-only
/*
 * Netlink: port proxies and their guests as they are shown.
 */
#include <linux/rtnetlink.h>
#include <net/netlink.h>
#include <uapi/linux/svcplane.h>

#include "attach.h"
#include "nl.h"
#include "nl_port.h"
#include "plane.h"
#include "policy.h"
#include "port.h"

#define PART_GUESTS	8	/* of a proxy in one message of a dump */

static size_t port_dir_size(void)
{
	return nla_total_size(3 * SVP_NL_COUNT_SIZE + SVP_NL_U64_SIZE);
}

static size_t port_size(void)
{
	return nla_total_size(SVP_NL_DEV_SIZE + 5 * SVP_NL_U32_SIZE +
			      SVP_PORT_MACS * SVP_NL_MAC_SIZE +
			      SVP_NL_FLAG_SIZE + 2 * port_dir_size() +
			      SVP_NL_COUNT_SIZE);
}

/**
 * svp_nl_proxy_size - bytes that a proxy takes in a message
 * @proxy: the proxy
 *
 * Context: RTNL.
 */
size_t svp_nl_proxy_size(const struct svp_proxy *proxy)
{
	size_t guests = list_count_nodes((struct list_head *)&proxy->ports);
	struct net_device *dev = NULL;
	size_t pending = 0;

	while ((dev = svp_attach_guest_pending(proxy, dev)))
		pending += SVP_NL_DEV_SIZE;
	return pending + 2 * SVP_NL_DEV_SIZE + 3 * SVP_NL_U32_SIZE +
	       2 * SVP_NL_FLAG_SIZE +
	       proxy->n_patterns * nla_total_size(SVP_PATTERN_MAX) +
	       guests * port_size();
}

static u64 packets(struct svp_count __percpu *count)
{
	u64 packets, bytes;

	svp_count_read(count, &packets, &bytes);
	return packets;
}

/*
 * Frames the device should have counted. What is steered or dropped on its way to
 * the guest does not reach the device then; what comes back does, past the hook
 * and perhaps in other pieces, and so do answers.
 */
static u64 expected(const struct svp_port *port, enum svp_dir dir)
{
	u64 taken, seen;

	if (dir == SVP_OUT)
		return packets(port->seen[dir]);
	/* each frame is seen before it is taken: read in the reverse order */
	taken = packets(port->steered[dir]) + packets(port->dropped);
	seen = packets(port->seen[dir]);
	return seen - min(seen, taken) + packets(port->returned[dir]) +
	       packets(port->answered);
}

static u64 gap(const struct svp_port *port, enum svp_dir dir, u64 device)
{
	u64 hooked = expected(port, dir);

	/* the counters are not read at one instant */
	return device >= port->base[dir] && device - port->base[dir] > hooked ?
	       device - port->base[dir] - hooked : 0;
}

static int put_dir(struct sk_buff *skb, int type, const struct svp_port *port,
		   enum svp_dir dir, u64 device)
{
	struct nlattr *nest = nla_nest_start(skb, type);

	if (!nest ||
	    svp_nl_put_count(skb, SVCPLANE_A_PORT_DIR_SEEN, port->seen[dir]) ||
	    svp_nl_put_count(skb, SVCPLANE_A_PORT_DIR_STEERED,
			     port->steered[dir]) ||
	    svp_nl_put_count(skb, SVCPLANE_A_PORT_DIR_RETURNED,
			     port->returned[dir]) ||
	    nla_put_u64_64bit(skb, SVCPLANE_A_PORT_DIR_GAP,
			      gap(port, dir, device), SVCPLANE_A_PORT_DIR_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_counters(struct sk_buff *skb, const struct svp_port *port,
			struct net_device *dev)
{
	struct rtnl_link_stats64 stats;

	dev_get_stats(dev, &stats);
	if (put_dir(skb, SVCPLANE_A_PORT_OUT, port, SVP_OUT, stats.rx_packets) ||
	    put_dir(skb, SVCPLANE_A_PORT_IN, port, SVP_IN, stats.tx_packets) ||
	    svp_nl_put_count(skb, SVCPLANE_A_PORT_FLOODED, port->flooded))
		return -EMSGSIZE;
	return 0;
}

static int put_macs(struct sk_buff *skb, const struct svp_port *port)
{
	u8 n = smp_load_acquire(&port->n_macs); /* as svp_port_has_mac() */
	u8 i;

	for (i = 0; i < n; i++)
		if (nla_put(skb, SVCPLANE_A_PORT_MAC, ETH_ALEN, port->macs[i]))
			return -EMSGSIZE;
	return nla_put_u32(skb, SVCPLANE_A_PORT_N_FIXED,
			   READ_ONCE(port->n_fixed));
}

static int put_port(struct sk_buff *skb, const struct svp_port *port,
		    bool closed)
{
	struct nlattr *nest = nla_nest_start(skb, SVCPLANE_A_PROXY_GUEST);
	struct net_device *dev = rtnl_dereference(port->dev);

	if (!nest || nla_put_string(skb, SVCPLANE_A_PORT_DEV, dev->name) ||
	    nla_put_u32(skb, SVCPLANE_A_PORT_IFINDEX, dev->ifindex) ||
	    nla_put_u32(skb, SVCPLANE_A_PORT_ID, port->id) ||
	    nla_put_u32(skb, SVCPLANE_A_PORT_FLOWS, atomic_read(&port->flows)) ||
	    nla_put_u32(skb, SVCPLANE_A_PORT_MAX_FLOWS, port->max_flows) ||
	    svp_nl_put_flag(skb, SVCPLANE_A_PORT_FAIL_CLOSED, closed) ||
	    put_macs(skb, port) || put_counters(skb, port, dev))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static bool fail_closed(struct svp_plane *plane, const struct svp_proxy *proxy)
{
	bool closed;

	rcu_read_lock();
	closed = svp_policy_fail_closed(rcu_dereference(plane->policy),
					proxy->id);
	rcu_read_unlock();
	return closed;
}

static int put_pending(struct sk_buff *skb, const struct svp_proxy *proxy)
{
	struct net_device *dev = NULL;

	while ((dev = svp_attach_guest_pending(proxy, dev)))
		if (nla_put_string(skb, SVCPLANE_A_PROXY_PENDING, dev->name))
			return -EMSGSIZE;
	return 0;
}

static int put_head(struct sk_buff *skb, struct svp_plane *plane,
		    const struct svp_proxy *proxy, bool closed)
{
	u8 i;

	if (svp_nl_put_plane(skb, SVCPLANE_A_PROXY_PLANE, plane) ||
	    nla_put_string(skb, SVCPLANE_A_PROXY_NAME, proxy->dev->name) ||
	    nla_put_u32(skb, SVCPLANE_A_PROXY_IFINDEX, proxy->dev->ifindex) ||
	    nla_put_u32(skb, SVCPLANE_A_PROXY_ID, proxy->id) ||
	    nla_put_u32(skb, SVCPLANE_A_PROXY_MAX_FLOWS, proxy->max_flows) ||
	    svp_nl_put_flag(skb, SVCPLANE_A_PROXY_UP, proxy->up) ||
	    svp_nl_put_flag(skb, SVCPLANE_A_PROXY_FAIL_CLOSED, closed))
		return -EMSGSIZE;
	for (i = 0; i < proxy->n_patterns; i++)
		if (nla_put_string(skb, SVCPLANE_A_PROXY_PATTERN,
				   proxy->pattern[i]))
			return -EMSGSIZE;
	return put_pending(skb, proxy);
}

/**
 * svp_nl_proxy_fill - write a proxy with all its guests
 * @skb: message with room for svp_nl_proxy_size()
 * @plane: its plane
 * @obj: struct svp_proxy
 *
 * Context: RTNL.
 * Return: 0 or -EMSGSIZE.
 */
int svp_nl_proxy_fill(struct sk_buff *skb, struct svp_plane *plane,
		      const void *obj)
{
	const struct svp_proxy *proxy = obj;
	const struct svp_port *port;
	bool closed = fail_closed(plane, proxy);

	if (put_head(skb, plane, proxy, closed))
		return -EMSGSIZE;
	list_for_each_entry(port, &proxy->ports, list)
		if (put_port(skb, port, closed))
			return -EMSGSIZE;
	return 0;
}

/* By number, so that a guest that goes meanwhile hides no other */
static const struct svp_port *next_port(const struct svp_proxy *proxy, u32 id)
{
	const struct svp_port *port, *best = NULL;

	list_for_each_entry(port, &proxy->ports, list)
		if (port->id >= id && (!best || port->id < best->id))
			best = port;
	return best;
}

/**
 * svp_nl_proxy_part_fill - write a proxy with some of its guests
 * @skb: message
 * @plane: its plane
 * @obj: struct svp_nl_proxy_part
 *
 * Context: RTNL.
 * Return: 0 or -EMSGSIZE.
 */
int svp_nl_proxy_part_fill(struct sk_buff *skb, struct svp_plane *plane,
			   const void *obj)
{
	const struct svp_nl_proxy_part *part = obj;
	const struct svp_port *port;
	unsigned int n;
	bool closed = fail_closed(plane, part->proxy);

	if (put_head(skb, plane, part->proxy, closed))
		return -EMSGSIZE;
	port = next_port(part->proxy, part->first);
	for (n = 0; port && n < PART_GUESTS; n++) {
		if (put_port(skb, port, closed))
			return -EMSGSIZE;
		port = next_port(part->proxy, port->id + 1);
	}
	*part->next = port ? port->id : 0;
	return 0;
}
