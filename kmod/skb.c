// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every frame that changes planes comes through here, so that nothing of where
 * it was is taken along, and no hook or tap sees it twice or not at all.
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/gso.h>

#include "skb.h"

#if !IS_ENABLED(CONFIG_NET_CLS_ACT) || !IS_ENABLED(CONFIG_NETFILTER_SKIP_EGRESS)
#error "svcplane needs CONFIG_NET_CLS_ACT and CONFIG_NETFILTER_SKIP_EGRESS"
#endif

/* A frame that asks for more than this has its headers refused as unreadable */
#define HEADERS_MAX	1024

/* @before: bytes from the MAC header to skb->data */
static void check_csum(const struct sk_buff *skb, unsigned int before,
		       struct svp_pkt *pkt)
{
	if (skb->ip_summed == CHECKSUM_PARTIAL && !pkt->bad &&
	    unlikely(!svp_parse_csum(pkt, skb_checksum_start_offset(skb) +
					  (int)before, skb->csum_offset)))
		pkt->bad = SVP_BAD_CSUM;
}

/**
 * svp_skb_parse - read the headers of a frame
 * @skb: frame whose MAC header is set, at or before skb->data; not shared
 * @pkt: filled in
 *
 * Context: any. Warning: may move the frame's data.
 * Return: 0, pkt->bad then tells whether the headers make sense; -EINVAL when
 * there is no Ethernet header; -ENOMEM.
 */
int svp_skb_parse(struct sk_buff *skb, struct svp_pkt *pkt)
{
	unsigned int before = skb->data - skb_mac_header(skb);
	u16 tci = skb_vlan_tag_get(skb);
	unsigned int have, want = 0;

	if (unlikely(skb->len + before < ETH_HLEN))
		return -EINVAL;
	for (;;) {
		have = skb_headlen(skb) + before;
		svp_parse(skb_mac_header(skb), have, skb->len + before,
			  skb_vlan_tag_present(skb), tci, pkt);
		if (likely(!pkt->need)) {
			check_csum(skb, before, pkt);
			return 0;
		}
		/* @need grows with each header that was read: it must advance */
		if (pkt->need <= want || pkt->need <= have ||
		    pkt->need > min_t(unsigned int, skb->len + before, HEADERS_MAX)) {
			pkt->bad = SVP_BAD_NO_TRANSPORT;
			return 0;
		}
		want = pkt->need;
		if (!pskb_may_pull(skb, want - before))
			return -ENOMEM;
	}
}

/**
 * svp_skb_scrub - forget where a frame came from
 * @skb: the frame, owned by the caller alone
 */
void svp_skb_scrub(struct sk_buff *skb)
{
	skb_scrub_packet(skb, true);
	skb_orphan(skb);
	/*
	 * A sum over the whole frame would not outlive the change of a header. Not
	 * skb_forward_csum(): compilers make a write of it that always happens, and
	 * what then reads the word waits for the byte that was written
	 */
	if (unlikely(skb->ip_summed == CHECKSUM_COMPLETE))
		skb->ip_summed = CHECKSUM_NONE;
	skb_clear_hash(skb);
	skb_reset_redirect(skb);
	memset(skb->cb, 0, sizeof(skb->cb));
	skb->priority = 0;
	skb->tc_skip_classify = 0;
	nf_skip_egress(skb, false);
}

/**
 * svp_skb_as_received - make a frame one that a device has received
 * @skb: frame with its MAC header at skb->data, which moves behind it
 * @dev: device
 *
 * It is behind the device's ingress hooks, and before everybody's egress hooks.
 *
 * Context: any.
 */
void svp_skb_as_received(struct sk_buff *skb, struct net_device *dev)
{
	skb->pkt_type = PACKET_HOST;
	skb->protocol = eth_type_trans(skb, dev);
	skb_postpull_rcsum(skb, eth_hdr(skb), ETH_HLEN);
	nf_skip_egress(skb, false);
	skb->tc_skip_classify = 1;
}

/**
 * svp_skb_receive_later - svp_skb_receive() from the backlog
 * @skb: frame with its MAC header at skb->data; consumed
 * @dev: the guest's tap
 *
 * For answers from an egress hook: their receiver may be a socket of this host
 * that is locked by who is sending.
 *
 * Context: any.
 * Return: 0, or -ENOBUFS when the backlog is full.
 */
int svp_skb_receive_later(struct sk_buff *skb, struct net_device *dev)
{
	svp_skb_as_received(skb, dev);
	return netif_rx(skb) == NET_RX_SUCCESS ? 0 : -ENOBUFS;
}

/**
 * svp_skb_tag_inside - make room for another VLAN tag beside a frame
 * @skb: frame with its MAC header at skb->data; not shared. A tag beside it
 *	becomes the outermost one inside
 *
 * Warning: may move the frame's data.
 * Return: false when there is no memory; the frame then is as it was.
 */
bool svp_skb_tag_inside(struct sk_buff *skb)
{
	if (!skb_vlan_tag_present(skb))
		return true;
	/* with headroom there, the insertion cannot fail and free the frame */
	if (skb_cow_head(skb, VLAN_HLEN))
		return false;
	skb_reset_mac_header(skb);
	return __vlan_hwaccel_push_inside(skb);
}

/**
 * svp_skb_pop_tag - svp_skb_tag_outside() of a frame that has one inside alone
 * @skb: frame with its MAC header at skb->data; not shared
 *
 * Warning: may move the frame's data.
 */
void svp_skb_pop_tag(struct sk_buff *skb)
{
	__be16 proto = skb->protocol;
	u16 tci;

	skb_reset_mac_header(skb);
	if (__skb_vlan_pop(skb, &tci))
		return;
	__vlan_hwaccel_put_tag(skb, proto, tci);
	skb->protocol = eth_hdr(skb)->h_proto;
	if (skb->ip_summed != CHECKSUM_PARTIAL)
		skb_set_transport_header(skb, ETH_HLEN);
}

/*
 * skb_gso_validate_mac_len() reads a TCP header where the sender says that it is,
 * behind headers of a length that the sender chooses: nobody has pulled it.
 */
static bool can_be_asked(const struct sk_buff *skb)
{
	int off = skb->encapsulation ? skb_inner_transport_offset(skb) :
				       skb_transport_offset(skb);

	if (!(skb_shinfo(skb)->gso_type & (SKB_GSO_TCPV4 | SKB_GSO_TCPV6)))
		return true;
	return off >= 0 && off + sizeof(struct tcphdr) <= skb_headlen(skb);
}

/**
 * svp_skb_fits_with - may a device send a frame behind more headers?
 * @skb: frame with its MAC header set and at skb->data
 * @dev: device
 * @overhead: bytes that will be put before the frame
 *
 * Return: false when the frame, or a segment of it, exceeds the device's MTU.
 */
bool svp_skb_fits_with(const struct sk_buff *skb, const struct net_device *dev,
		       unsigned int overhead)
{
	unsigned int room = READ_ONCE(dev->mtu) + ETH_HLEN;

	if (unlikely(overhead > room))
		return false;
	room -= overhead;
	/* a tag is not counted, as long as the frame is the outer one */
	if (!overhead && eth_type_vlan(skb_vlan_eth_hdr(skb)->h_vlan_proto))
		room += VLAN_HLEN;
	if (skb->len <= room)
		return true;
	if (!skb_is_gso(skb))
		return false;
	return !skb_transport_header_was_set(skb) ||
	       (can_be_asked(skb) && skb_gso_validate_mac_len(skb, room));
}

/**
 * svp_skb_fits - may a device send a frame?
 * @skb: frame with its MAC header set and at skb->data
 * @dev: device
 *
 * Return: false when the frame, or a segment of it, exceeds the device's MTU.
 */
bool svp_skb_fits(const struct sk_buff *skb, const struct net_device *dev)
{
	return svp_skb_fits_with(skb, dev, 0);
}

/*
 * Headers of each segment. Transport headers begin where checksums do, or where
 * the sender says if there are none, which may be anywhere.
 */
static unsigned int segment_headers(const struct sk_buff *skb)
{
	unsigned int header = ETH_HLEN;
	struct tcphdr _th;
	struct tcphdr *th;

	if (skb->ip_summed == CHECKSUM_PARTIAL)
		header = max(skb_checksum_start_offset(skb), ETH_HLEN);
	else if (skb_transport_header_was_set(skb))
		header = max(skb_transport_offset(skb), ETH_HLEN);
	if (skb_shinfo(skb)->gso_type & (SKB_GSO_TCPV4 | SKB_GSO_TCPV6)) {
		th = skb_header_pointer(skb, header, sizeof(_th), &_th);
		header += th ? th->doff * 4 : sizeof(_th);
	} else {
		header += sizeof(struct udphdr);
	}
	return min_t(unsigned int, header, HEADERS_MAX);
}

/**
 * svp_skb_wire_len_gso - svp_skb_wire_len() of a GSO frame
 * @skb: frame with its MAC header at skb->data
 *
 * Return: bytes, all headers of all segments and a tag beside them included.
 */
unsigned int svp_skb_wire_len_gso(const struct sk_buff *skb)
{
	unsigned int tag = skb_vlan_tag_present(skb) ? VLAN_HLEN : 0;
	unsigned int header, payload;

	header = segment_headers(skb);
	if (header >= skb->len)
		return skb->len + tag;
	payload = skb->len - header;
	return payload + DIV_ROUND_UP(payload, skb_shinfo(skb)->gso_size) *
	       (header + tag);
}
