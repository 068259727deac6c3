// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bridging core of both planes: frames between the ports and the device.
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/rculist.h>
#include <linux/skbuff.h>

#include "bridge.h"

/*
 * The planes that this CPU is just sending in. They may be stacked (a VLAN
 * device on one is a port of another), but a plane that comes again is a port
 * of itself, by way of a tunnel that shows no stack: each turn of such a loop
 * would go through the IP layer and fill the kernel's stack.
 */
struct nest {
	unsigned int depth;
	const struct svp_bridge *at[SVP_BRIDGE_DEPTH];
};

static DEFINE_PER_CPU(struct nest, nest);

static bool enter(const struct svp_bridge *br)
{
	struct nest *n = this_cpu_ptr(&nest);
	unsigned int i;

	if (unlikely(n->depth == SVP_BRIDGE_DEPTH))
		return false;
	for (i = 0; i < n->depth; i++)
		if (n->at[i] == br)
			return false;
	n->at[n->depth++] = br;
	return true;
}

static void leave(void)
{
	this_cpu_ptr(&nest)->depth--;
}

static void count(struct svp_bridge *br, enum svp_bridge_stat stat,
		  unsigned int bytes)
{
	svp_count_add(br->stats[stat], bytes);
}

/**
 * svp_bridge_own - make sure that nobody else holds the frame
 * @br: the plane
 * @skb: the frame; consumed if it cannot be copied
 *
 * Context: RCU, BH off.
 * Return: the frame or its copy, or NULL.
 */
struct sk_buff *svp_bridge_own(struct svp_bridge *br, struct sk_buff *skb)
{
	struct sk_buff *copy;

	if (likely(!skb_shared(skb)))
		return skb;
	copy = skb_clone(skb, GFP_ATOMIC);
	if (copy)
		consume_skb(skb);
	else
		svp_bridge_drop(br, skb, SVP_DROP_NO_MEMORY);
	return copy;
}

static bool is_up(const struct net_device *dev)
{
	return netif_running(dev) && netif_carrier_ok(dev) &&
	       READ_ONCE(dev->reg_state) == NETREG_REGISTERED;
}

/* A checksum to be filled in behind VLAN tags needs the offset of its header */
static bool fix_network_header(struct sk_buff *skb)
{
	int offset;

	if (skb->ip_summed != CHECKSUM_PARTIAL || !eth_type_vlan(skb->protocol))
		return true;
	if (!vlan_get_protocol_and_depth(skb, skb->protocol, &offset))
		return false;
	skb_set_network_header(skb, offset);
	return true;
}

/**
 * svp_bridge_deliver - send a frame out of a port
 * @br: the plane
 * @to: the port
 * @skb: the frame, data behind the Ethernet header; consumed
 * @stat: how it is counted
 *
 * Context: RCU, BH off.
 */
void svp_bridge_deliver(struct svp_bridge *br, struct svp_bport *to,
			struct sk_buff *skb, enum svp_bridge_stat stat)
{
	unsigned int len = skb->len + ETH_HLEN;

	skb->dev = to->dev;
	skb_push(skb, ETH_HLEN);
	if (!is_up(to->dev))
		return svp_bridge_drop(br, skb, SVP_DROP_BRIDGE_DOWN);
	if (skb_warn_if_lro(skb) || !is_skb_forwardable(to->dev, skb))
		return svp_bridge_drop(br, skb, SVP_DROP_MTU);
	if (!fix_network_header(skb))
		return svp_bridge_drop(br, skb, SVP_DROP_HEADROOM);
	skb_clear_tstamp(skb);
	count(br, stat, len);
	dev_queue_xmit(skb);
}

static bool may_pass(const struct svp_bport *from, const struct svp_bport *to)
{
	if (from == to)
		return false;
	return !from || !(READ_ONCE(from->flags) & READ_ONCE(to->flags) &
			  SVP_BPORT_ISOLATED);
}

/*
 * Up the device, as if it had been received there. What follows from that is no
 * loop: a gateway answers by the same plane.
 */
static void pass_up(struct svp_bridge *br, struct sk_buff *skb)
{
	struct nest *n = this_cpu_ptr(&nest), outer = *n;
	struct net_device *dev = br->dev;

	if (ether_addr_equal(eth_hdr(skb)->h_dest, dev->dev_addr))
		skb->pkt_type = PACKET_HOST;
	count(br, SVP_BRIDGE_LOCAL, skb->len + ETH_HLEN);
	dev_sw_netstats_rx_add(dev, skb->len);
	skb->dev = dev;
	n->depth = 0;
	netif_receive_skb(skb);
	*n = outer;
}

static void pass_copy_up(struct svp_bridge *br, struct sk_buff *skb)
{
	struct sk_buff *copy = skb_clone(skb, GFP_ATOMIC);

	if (copy)
		pass_up(br, copy);
}

static bool wants_flood(const struct svp_bport *to, const struct sk_buff *skb,
			const struct svp_bport *from)
{
	const u8 *dest = eth_hdr(skb)->h_dest;
	u32 flags = READ_ONCE(to->flags);

	if (!may_pass(from, to))
		return false;
	if (is_broadcast_ether_addr(dest))
		return true;
	if (is_multicast_ether_addr(dest))
		return !from || flags & SVP_BPORT_MCAST_FLOOD;
	return flags & SVP_BPORT_FLOOD;
}

/* Every port but the first found gets a copy; that one gets the frame itself */
static void flood(struct svp_bridge *br, struct svp_bport *from,
		  struct sk_buff *skb)
{
	struct svp_bport *to, *first = NULL;
	struct sk_buff *copy;

	if (!svp_bucket_take(&br->flood, max(READ_ONCE(br->n_ports), 1U)))
		return svp_bridge_drop(br, skb, SVP_DROP_BRIDGE_FLOOD);
	list_for_each_entry_rcu(to, &br->ports, list) {
		if (!wants_flood(to, skb, from))
			continue;
		if (!first) {
			first = to;
			continue;
		}
		copy = skb_clone(skb, GFP_ATOMIC);
		if (!copy)
			break;
		svp_bridge_deliver(br, to, copy, SVP_BRIDGE_FLOODED);
	}
	if (first)
		svp_bridge_deliver(br, first, skb, SVP_BRIDGE_FLOODED);
	else
		svp_bridge_drop(br, skb, SVP_DROP_BRIDGE_NO_PORT);
}

static void forward_unicast(struct svp_bridge *br, struct svp_bport *from,
			    struct sk_buff *skb)
{
	struct svp_fdb_entry *entry;
	struct svp_bport *to;

	entry = svp_fdb_find(&br->fdb, eth_hdr(skb)->h_dest);
	if (!entry)
		return flood(br, from, skb);
	to = svp_bport_of(entry);
	if (!to) {
		/* What the device sends to itself never comes here by right */
		if (from)
			pass_up(br, skb);
		else
			svp_bridge_drop(br, skb, SVP_DROP_BRIDGE_SRC);
		return;
	}
	if (likely(may_pass(from, to)))
		svp_bridge_deliver(br, to, skb, SVP_BRIDGE_FORWARDED);
	else
		svp_bridge_drop(br, skb, SVP_DROP_BRIDGE_ISOLATED);
}

/* Is the device to see a frame that is not addressed to it alone? */
static bool overhears(const struct svp_bridge *br, const struct sk_buff *skb)
{
	const u8 *dest = eth_hdr(skb)->h_dest;

	if (is_multicast_ether_addr(dest))
		return true;
	return unlikely(READ_ONCE(br->dev->flags) & IFF_PROMISC) &&
	       !ether_addr_equal(dest, br->dev->dev_addr);
}

static void forward(struct svp_bridge *br, struct svp_bport *from,
		    struct sk_buff *skb)
{
	bool group = is_multicast_ether_addr(eth_hdr(skb)->h_dest);

	if (from) {
		skb_forward_csum(skb);
		if (overhears(br, skb))
			pass_copy_up(br, skb);
	}
	if (group)
		flood(br, from, skb);
	else
		forward_unicast(br, from, skb);
}

/**
 * svp_bridge_forward - bring a frame to the ports it is for, or to the device
 * @br: the plane
 * @from: port it came from, NULL for the device
 * @skb: the frame, data behind the Ethernet header; consumed
 *
 * Context: RCU, BH off.
 */
void svp_bridge_forward(struct svp_bridge *br, struct svp_bport *from,
			struct sk_buff *skb)
{
	if (!enter(br))
		return svp_bridge_drop(br, skb, SVP_DROP_DEPTH);
	forward(br, from, skb);
	leave();
}

/**
 * svp_bridge_rx - a frame on a port of a learning plane
 * @port: the port
 * @skb: the frame, data behind the Ethernet header
 *
 * Frames to link-local group addresses (LLDP and its like) stay on the link:
 * they are the port's own.
 *
 * Context: RCU, BH off.
 * Return: RX_HANDLER_PASS, or RX_HANDLER_CONSUMED when @skb has been consumed.
 */
rx_handler_result_t svp_bridge_rx(struct svp_bport *port, struct sk_buff *skb)
{
	struct svp_bridge *br = port->br;

	if (is_link_local_ether_addr(eth_hdr(skb)->h_dest))
		return RX_HANDLER_PASS;
	skb = svp_bridge_own(br, skb);
	if (!skb)
		return RX_HANDLER_CONSUMED;
	if (!is_valid_ether_addr(eth_hdr(skb)->h_source))
		svp_bridge_drop(br, skb, SVP_DROP_BRIDGE_SRC);
	else if (!(READ_ONCE(br->dev->flags) & IFF_UP))
		svp_bridge_drop(br, skb, SVP_DROP_BRIDGE_DOWN);
	else if (READ_ONCE(port->flags) & SVP_BPORT_LEARNING &&
		 svp_fdb_learn(&br->fdb, &port->owner,
			       eth_hdr(skb)->h_source) == SVP_FDB_FOREIGN)
		svp_bridge_drop(br, skb, SVP_DROP_BRIDGE_SRC);
	else
		svp_bridge_forward(br, port, skb);
	return RX_HANDLER_CONSUMED;
}

/**
 * svp_bridge_handle - rx_handler of every port of a plane
 * @pskb: the frame
 *
 * Context: RCU, BH off.
 * Return: see svp_bridge_ops.rx.
 */
rx_handler_result_t svp_bridge_handle(struct sk_buff **pskb)
{
	struct sk_buff *skb = *pskb;
	struct svp_bport *port = rcu_dereference(skb->dev->rx_handler_data);

	if (unlikely(skb->pkt_type == PACKET_LOOPBACK))
		return RX_HANDLER_PASS;
	return port->br->ops->rx(port, skb);
}

/**
 * svp_bridge_xmit - ndo_start_xmit of a learning plane
 * @skb: the frame, MAC header at skb->data; consumed
 * @dev: the plane's device
 *
 * Context: BH off.
 * Return: NETDEV_TX_OK.
 */
netdev_tx_t svp_bridge_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct svp_bridge *br = netdev_priv(dev);

	if (unlikely(!pskb_may_pull(skb, ETH_HLEN))) {
		svp_bridge_drop(br, skb, SVP_DROP_HEADROOM);
		return NETDEV_TX_OK;
	}
	dev_sw_netstats_tx_add(dev, 1, skb->len);
	skb_reset_mac_header(skb);
	skb_pull(skb, ETH_HLEN);
	rcu_read_lock();
	svp_bridge_forward(br, NULL, skb);
	rcu_read_unlock();
	return NETDEV_TX_OK;
}
