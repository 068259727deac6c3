/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Crossings: what every frame goes through on its way between the planes, the
 * nodes and the guests.
 */
#ifndef SVP_SKB_H
#define SVP_SKB_H

#include <linux/if_vlan.h>
#include <linux/netdevice.h>
#include <linux/netfilter_netdev.h>
#include <linux/skbuff.h>

#include "parse.h"
#include "svcplane.h"

/*
 * Reads the headers of a frame with its MAC header at skb->data; pulls what it
 * needs. Warning: may move skb->data. -ENOMEM, or 0 with pkt->bad telling more.
 */
int svp_skb_parse(struct sk_buff *skb, struct svp_pkt *pkt);

/*
 * The one scrub of every crossing: no trace of where the frame came from (dst,
 * conntrack, timestamp, control block, secpath, redirect, hash) goes on.
 */
void svp_skb_scrub(struct sk_buff *skb);

/**
 * svp_skb_xmit - send a frame out of a device, behind its egress hooks
 * @skb: frame with its MAC header at skb->data; consumed
 * @dev: device
 *
 * Context: RCU, BH off.
 * Return: 0, or a negative errno when the device or its queue refused it.
 */
static inline int svp_skb_xmit(struct sk_buff *skb, struct net_device *dev)
{
	skb->dev = dev;
	skb_reset_mac_header(skb);
	skb->tc_skip_classify = 0;
	nf_skip_egress(skb, true);
	/* NET_XMIT_CN: this one or another was lost */
	return dev_queue_xmit(skb) ? -ENOBUFS : 0;
}

void svp_skb_as_received(struct sk_buff *skb, struct net_device *dev);

/**
 * svp_skb_receive - put a frame back where its guest had sent it
 * @skb: frame with its MAC header at skb->data; consumed
 * @dev: the guest's tap
 *
 * Context: RCU, BH off.
 * Return: 0, or a negative errno when nobody took it.
 */
static inline int svp_skb_receive(struct sk_buff *skb, struct net_device *dev)
{
	svp_skb_as_received(skb, dev);
	return netif_receive_skb_core(skb) == NET_RX_SUCCESS ? 0 : -ENOENT;
}

/* The same, from the backlog: the caller may be inside the sender's socket */
int svp_skb_receive_later(struct sk_buff *skb, struct net_device *dev);

/* Is @skb, or each of its segments, no bigger than @dev may send? */
bool svp_skb_fits(const struct sk_buff *skb, const struct net_device *dev);
/* The same, once @overhead bytes have been put before it */
bool svp_skb_fits_with(const struct sk_buff *skb, const struct net_device *dev,
		       unsigned int overhead);

/*
 * Bytes of a frame with its Ethernet header and the tag beside it, wherever
 * skb->data stands: what devices count. Of a GSO frame as it is.
 */
static inline unsigned int svp_skb_frame_len(const struct sk_buff *skb)
{
	return skb->len + (skb->data - skb_mac_header(skb)) +
	       (skb_vlan_tag_present(skb) ? VLAN_HLEN : 0);
}

unsigned int svp_skb_wire_len_gso(const struct sk_buff *skb);

/**
 * svp_skb_wire_len - bytes of a frame once it is segmented
 * @skb: frame with its MAC header at skb->data
 *
 * What a node is given as one GSO frame it may return as many small ones, and
 * a tag that was beside the frame may come back inside it.
 * Return: bytes, all headers of all segments and a tag beside them included.
 */
static inline unsigned int svp_skb_wire_len(const struct sk_buff *skb)
{
	if (unlikely(skb_is_gso(skb)))
		return svp_skb_wire_len_gso(skb);
	return skb->len + (skb_vlan_tag_present(skb) ? VLAN_HLEN : 0);
}

/* The tag beside the frame goes into it; false = no memory. Warning: moves data */
bool svp_skb_tag_inside(struct sk_buff *skb);

void svp_skb_pop_tag(struct sk_buff *skb);

/**
 * svp_skb_tag_outside - put the outermost VLAN tag beside a frame
 * @skb: frame with its MAC header at skb->data; not shared
 *
 * As the receive path does. A device has room for one tag more than its MTU says:
 * two of them inside a full frame would not pass, of which one had been beside
 * it. Without memory the tag stays where it is.
 *
 * Warning: may move the frame's data.
 */
static inline void svp_skb_tag_outside(struct sk_buff *skb)
{
	if (unlikely(eth_type_vlan(skb->protocol)) && !skb_vlan_tag_present(skb))
		svp_skb_pop_tag(skb);
}

/**
 * svp_skb_writable - make the first bytes of a frame ours to write
 * @skb: frame; not shared
 * @len: bytes from skb->data
 *
 * Warning: may move the frame's data.
 * Return: false when there is no memory or the frame is shorter.
 */
static inline bool svp_skb_writable(struct sk_buff *skb, unsigned int len)
{
	if (likely(len <= skb_headlen(skb) && !skb_cloned(skb)))
		return true;
	return !skb_ensure_writable(skb, len);
}

#endif
