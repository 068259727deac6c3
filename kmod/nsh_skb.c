// SPDX-License-Identifier: GPL-2.0-only
/*
 * NSH on an skb. Here, as everywhere behind a hook, CHECKSUM_COMPLETE covers
 * the bytes from skb->data on: a caller that moves skb->data back over the MAC
 * header uses skb_push_rcsum().
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/skbuff.h>
#include <net/nsh.h>

#include "nsh.h"

/* The tag is the guest's: it belongs inside, not on the outer frame */
static int push_vlan_inside(struct sk_buff *skb)
{
	if (!skb_vlan_tag_present(skb))
		return 0;
	/* Cannot fail, and so not free the frame: the headroom is there */
	if (!__vlan_hwaccel_push_inside(skb))
		return -ENOMEM;
	skb_postpush_rcsum(skb, skb->data + 2 * ETH_ALEN, VLAN_HLEN);
	return 0;
}

static void push_eth(struct sk_buff *skb, const u8 *dst, const u8 *src)
{
	struct ethhdr *eth = skb_push(skb, ETH_HLEN);

	ether_addr_copy(eth->h_dest, dst);
	ether_addr_copy(eth->h_source, src);
	eth->h_proto = htons(ETH_P_NSH);
	skb_postpush_rcsum(skb, eth, ETH_HLEN);
	skb_reset_mac_header(skb);
	skb_set_network_header(skb, ETH_HLEN);
	skb->mac_len = ETH_HLEN;
}

/**
 * svp_nsh_push - put an NSH and an outer Ethernet header before a frame
 * @skb: an Ethernet frame, skb->data at its MAC header, not shared. Stays the
 *	caller's; its data may move: no pointer into it survives the call
 * @hdr: NSH from svp_nsh_build(), next protocol Ethernet
 * @hdr_len: its length in bytes
 * @dst: outer destination address, aligned to 2
 * @src: outer source address, aligned to 2
 *
 * A VLAN tag that sits beside the frame goes inside it first. Afterwards
 * skb->data is at the outer MAC header and protocol, mac_len and the header
 * offsets are such that skb_gso_segment() finds the segmentation of net/nsh.
 *
 * Context: any.
 * Return: 0; -EINVAL when there is no whole MAC header; -ENOMEM. On an error
 * the frame is as it was, apart from where its head lies.
 */
int svp_nsh_push(struct sk_buff *skb, const void *hdr, unsigned int hdr_len,
		 const u8 dst[6], const u8 src[6])
{
	unsigned int room = hdr_len + ETH_HLEN;
	int err;

	if (unlikely(!pskb_may_pull(skb, ETH_HLEN)))
		return -EINVAL;
	if (skb_vlan_tag_present(skb))
		room += VLAN_HLEN;
	if (unlikely(skb_cow_head(skb, room)))
		return -ENOMEM;
	skb_reset_mac_header(skb);
	err = push_vlan_inside(skb);
	if (unlikely(err))
		return err;
	skb->mac_len = ETH_HLEN;	/* nsh_push(): the payload is Ethernet */
	err = nsh_push(skb, hdr);
	if (unlikely(err))
		return err;
	push_eth(skb, dst, src);
	return 0;
}

/**
 * svp_nsh_read - check the NSH of a received frame
 * @skb: frame with skb->data at the NSH; only read
 * @copy: where the header is copied to
 * @nsh: the header; points into @copy, so it outlives changes of @skb
 *
 * Context: any.
 * Return: as svp_nsh_parse().
 */
enum svp_nsh_err svp_nsh_read(struct sk_buff *skb, u8 copy[SVP_NSH_MAX_LEN],
			      struct svp_nsh *nsh)
{
	unsigned int len;
	const u8 *base;

	base = skb_header_pointer(skb, 0, SVCPLANE_NSH_BASE_LEN, copy);
	if (!base)
		return SVP_NSH_SHORT;
	len = (base[1] & SVCPLANE_NSH_LEN_MASK) * 4;
	len = clamp(len, (unsigned int)SVCPLANE_NSH_BASE_LEN, skb->len);
	if (skb_copy_bits(skb, 0, copy, len))
		return SVP_NSH_SHORT;
	return svp_nsh_parse(copy, len, nsh);
}

/* Where the receive path would have put it, had the frame come without NSH */
static void set_inner_transport(struct sk_buff *skb)
{
	if (skb->ip_summed == CHECKSUM_PARTIAL)
		skb_set_transport_header(skb, skb_checksum_start_offset(skb));
	else
		skb_set_transport_header(skb, ETH_HLEN);
}

/**
 * svp_nsh_pop - take off an NSH
 * @skb: frame with skb->data at an NSH that svp_nsh_read() passed and whose
 *	next protocol is Ethernet; not shared. Stays the caller's; its data may
 *	move: no pointer into it survives the call
 *
 * Afterwards skb->data is at the inner MAC header, and the header offsets,
 * mac_len and protocol are those of the inner frame; its VLAN tags are still
 * inside it.
 *
 * Context: any.
 * Return: 0; -EINVAL when there is no whole inner MAC header, -EAFNOSUPPORT
 * when it is not Ethernet, -ENOMEM. skb->data may have been moved then.
 */
int svp_nsh_pop(struct sk_buff *skb)
{
	int err;

	err = nsh_pop(skb);
	if (unlikely(err))
		return err;
	if (unlikely(skb->protocol != htons(ETH_P_TEB)))
		return -EAFNOSUPPORT;
	if (unlikely(!pskb_may_pull(skb, ETH_HLEN)))
		return -EINVAL;
	skb_reset_mac_header(skb);
	skb_set_network_header(skb, ETH_HLEN);
	skb->mac_len = ETH_HLEN;
	skb->protocol = eth_hdr(skb)->h_proto;
	if (unlikely(!eth_proto_is_802_3(skb->protocol)))
		skb->protocol = htons(ETH_P_802_2);
	set_inner_transport(skb);
	return 0;
}
