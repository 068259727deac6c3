// SPDX-License-Identifier: GPL-2.0-only
/*
 * Answers to frames that are dropped. They bear the address of who would have
 * got the frame, as the guest's network knows no other hop. Never answered are
 * ICMP errors, RSTs, later fragments, neighbour discovery and what is or comes
 * from a group (RFC 1122 3.2.2, RFC 4443 2.4).
 */
#include <linux/etherdevice.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/if_vlan.h>
#include <linux/netdevice.h>
#include <net/checksum.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/ipv6.h>
#include <net/netfilter/ipv4/nf_reject.h>
#include <net/netfilter/ipv6/nf_reject.h>

#include "reply.h"

#define QUOTE4_MAX	(576 - sizeof(struct iphdr) - sizeof(struct icmphdr))
#define QUOTE6_MAX	(IPV6_MIN_MTU - sizeof(struct ipv6hdr) - \
			 sizeof(struct icmp6hdr))

/* What an ICMP error says: of the version that its name ends with */
struct saying {
	u8 type4, code4;
	u8 type6, code6;
	u32 mtu;
};

static const struct saying prohibited = {
	.type4 = ICMP_DEST_UNREACH, .code4 = ICMP_PKT_FILTERED,
	.type6 = ICMPV6_DEST_UNREACH, .code6 = ICMPV6_ADM_PROHIBITED,
};

static bool source_is_one(const struct svp_tuple *tuple)
{
	if (tuple->family == 6)
		return !ipv6_addr_any(&tuple->src.ip6) &&
		       !ipv6_addr_is_multicast(&tuple->src.ip6);
	return !ipv4_is_zeronet(tuple->src.ip4) &&
	       !ipv4_is_lbcast(tuple->src.ip4) &&
	       !ipv4_is_multicast(tuple->src.ip4) &&
	       !ipv4_is_loopback(tuple->src.ip4);
}

static bool may_answer(const struct sk_buff *skb, const struct svp_pkt *pkt)
{
	static const u32 never = SVP_PKT_FRAG_LATER | SVP_PKT_ICMP_ERR |
				 SVP_PKT_ICMP_ALIEN | SVP_PKT_GROUP_MAC |
				 SVP_PKT_GROUP_IP | SVP_PKT_ND | SVP_PKT_RST;

	return !pkt->bad && pkt->tuple.family && pkt->l3 &&
	       pkt->end > pkt->l3 && !(pkt->flags & never) &&
	       is_valid_ether_addr(eth_hdr(skb)->h_source) &&
	       source_is_one(&pkt->tuple);
}

/* The link layer of the frame, towards its sender */
static void put_link(struct sk_buff *reply, const struct sk_buff *skb,
		     unsigned int len)
{
	const struct ethhdr *from = eth_hdr(skb);
	struct ethhdr *eth = skb_push(reply, len);

	memcpy(eth, from, len);
	ether_addr_copy(eth->h_dest, from->h_source);
	ether_addr_copy(eth->h_source, from->h_dest);
	reply->protocol = eth->h_proto;
	reply->dev = skb->dev;
	skb_reset_mac_header(reply);
	skb_reset_mac_len(reply);
	if (skb_vlan_tag_present(skb))
		__vlan_hwaccel_put_tag(reply, skb->vlan_proto,
				       skb_vlan_tag_get(skb));
}

static void icmp4(struct sk_buff *reply, const struct saying *say,
		  unsigned int quote)
{
	struct icmphdr *icmp = icmp_hdr(reply);

	icmp->type = say->type4;
	icmp->code = say->code4;
	icmp->un.frag.mtu = htons(min_t(u32, say->mtu, U16_MAX));
	icmp->checksum = csum_fold(csum_partial(icmp, sizeof(*icmp) + quote, 0));
	ip_hdr(reply)->tot_len = htons(reply->len);
	ip_send_check(ip_hdr(reply));
}

static void icmp6(struct sk_buff *reply, const struct saying *say,
		  unsigned int quote)
{
	struct ipv6hdr *ip6 = ipv6_hdr(reply);
	struct icmp6hdr *icmp = icmp6_hdr(reply);
	unsigned int len = sizeof(*icmp) + quote;

	icmp->icmp6_type = say->type6;
	icmp->icmp6_code = say->code6;
	icmp->icmp6_mtu = htonl(say->mtu);
	ip6->payload_len = htons(len);
	icmp->icmp6_cksum = csum_ipv6_magic(&ip6->saddr, &ip6->daddr, len,
					    IPPROTO_ICMPV6,
					    csum_partial(icmp, len, 0));
}

/* Headers as nf_reject makes them; the network header of @skb is set */
static void put_ip(struct sk_buff *reply, const struct sk_buff *skb, u8 family)
{
	struct net *net = dev_net(skb->dev);

	if (family == 6)
		nf_reject_ip6hdr_put(reply, skb, IPPROTO_ICMPV6,
				     READ_ONCE(net->ipv6.devconf_all->hop_limit));
	else
		nf_reject_iphdr_put(reply, skb, IPPROTO_ICMP,
				    READ_ONCE(net->ipv4.sysctl_ip_default_ttl));
	skb_set_transport_header(reply, reply->len);
}

/* @skb has its IP header at skb->data */
static struct sk_buff *icmp_error(const struct sk_buff *skb,
				  const struct svp_pkt *pkt,
				  const struct saying *say)
{
	u8 family = pkt->tuple.family;
	unsigned int quote = min_t(unsigned int, pkt->end - pkt->l3,
				   family == 6 ? QUOTE6_MAX : QUOTE4_MAX);
	struct sk_buff *reply;

	static_assert(sizeof(struct icmphdr) == sizeof(struct icmp6hdr));
	reply = alloc_skb(LL_MAX_HEADER + sizeof(struct ipv6hdr) +
			  sizeof(struct icmp6hdr) + quote, GFP_ATOMIC);
	if (!reply)
		return NULL;
	skb_reserve(reply, LL_MAX_HEADER);
	put_ip(reply, skb, family);
	skb_put_zero(reply, sizeof(struct icmphdr));
	if (skb_copy_bits(skb, 0, skb_put(reply, quote), quote)) {
		kfree_skb(reply);
		return NULL;
	}
	if (family == 6)
		icmp6(reply, say, quote);
	else
		icmp4(reply, say, quote);
	return reply;
}

/* Counts the data behind the header, so padding of the frame must be off */
static struct sk_buff *tcp_reset(struct sk_buff *skb, const struct svp_pkt *pkt)
{
	struct net *net = dev_net(skb->dev);

	if (pkt->flags & SVP_PKT_FRAG ||
	    pskb_trim_rcsum(skb, pkt->end - pkt->l3))
		return NULL;
	if (pkt->tuple.family == 6)
		return nf_reject_skb_v6_tcp_reset(net, skb, skb->dev,
						  NF_NETDEV_INGRESS);
	return nf_reject_skb_v4_tcp_reset(net, skb, skb->dev, NF_NETDEV_INGRESS);
}

/* Lends @skb to the builders with its IP header at skb->data, and undoes that */
static struct sk_buff *build(struct sk_buff *skb, const struct svp_pkt *pkt,
			     const struct saying *say)
{
	unsigned int before = skb->data - skb_mac_header(skb);
	unsigned int pull = pkt->l3 - before;
	struct sk_buff *reply;

	if (pkt->l3 < before || !may_answer(skb, pkt) ||
	    pkt->l3 > LL_MAX_HEADER || !pskb_may_pull(skb, pull))
		return NULL;
	skb_pull_rcsum(skb, pull);
	skb_reset_network_header(skb);
	if (say == &prohibited && pkt->tuple.proto == IPPROTO_TCP)
		reply = tcp_reset(skb, pkt);
	else
		reply = icmp_error(skb, pkt, say);
	skb_push_rcsum(skb, pull);
	if (reply)
		put_link(reply, skb, pkt->l3);
	return reply;
}

/**
 * svp_reply_reject - say that a frame was refused
 * @skb: frame about to be dropped, its MAC header set; not shared. Bytes behind
 *	the end of its IP packet may be cut off
 * @pkt: as svp_skb_parse() has read it
 *
 * Context: any. Warning: may move the frame's data.
 * Return: the answer, the caller's; or NULL.
 */
struct sk_buff *svp_reply_reject(struct sk_buff *skb, const struct svp_pkt *pkt)
{
	return build(skb, pkt, &prohibited);
}

/* IPv4 says whether it may be fragmented: then somebody else has to know */
static bool wants_mtu(const struct sk_buff *skb, const struct svp_pkt *pkt)
{
	const struct iphdr *ip = (void *)skb_mac_header(skb) + pkt->l3;

	return pkt->tuple.family == 6 || ip->frag_off & htons(IP_DF);
}

/**
 * svp_reply_too_big - say that a frame was too big
 * @skb: frame about to be dropped, its MAC header set; not shared
 * @pkt: as svp_skb_parse() has read it
 * @mtu: bytes an IP packet may have, its header included
 *
 * Context: any. Warning: may move the frame's data.
 * Return: the answer, the caller's; or NULL, also for IPv4 without DF.
 */
struct sk_buff *svp_reply_too_big(struct sk_buff *skb,
				  const struct svp_pkt *pkt, u32 mtu)
{
	struct saying say = {
		.type4 = ICMP_DEST_UNREACH, .code4 = ICMP_FRAG_NEEDED,
		.type6 = ICMPV6_PKT_TOOBIG,
	};

	if (pkt->bad || !pkt->l3 || !wants_mtu(skb, pkt))
		return NULL;
	say.mtu = max_t(u32, mtu, pkt->tuple.family == 6 ? IPV6_MIN_MTU : 68);
	return build(skb, pkt, &say);
}
