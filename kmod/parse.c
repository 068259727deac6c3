// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tuples of Ethernet frames, from (buffer, length).
 */
#include <linux/errno.h>
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/in.h>

#include "parse_walk.h"

#define TAGS_WALKED	8	/* looked through for an NSH behind them */

static u32 tcp_flags(u8 bits)
{
	u32 flags = 0;

	if (bits & 0x02)
		flags |= bits & 0x10 ? SVP_PKT_SYNACK : SVP_PKT_SYN;
	if (bits & 0x01)
		flags |= SVP_PKT_FIN;
	if (bits & 0x04)
		flags |= SVP_PKT_RST;
	if (bits & 0x10)
		flags |= SVP_PKT_ACK;
	return flags;
}

static void transport(const struct svp_walk *w, unsigned int off)
{
	struct svp_pkt *pkt = w->pkt;
	unsigned int n;

	n = svp_ports_len(pkt->tuple.proto);
	if (likely(n)) {
		if (unlikely(!svp_walk_want(w, off, n))) {
			svp_walk_no_transport(w);
			return;
		}
		pkt->l4 = off;
		pkt->tuple.sport = svp_load_be16(w->buf + off);
		pkt->tuple.dport = svp_load_be16(w->buf + off + 2);
		if (pkt->tuple.proto == IPPROTO_TCP) {
			pkt->tcp_flags = w->buf[off + TCP_FLAGS];
			pkt->flags |= tcp_flags(pkt->tcp_flags);
		}
		return;
	}
	if (svp_is_icmp(&pkt->tuple))
		svp_parse_icmp(w, off);
	else
		pkt->l4 = off;
}

/* RFC 3128: the fragment at offset 1 starts just before the TCP flags */
static void tcp_flags_overwritten(const struct svp_walk *w)
{
	if (w->pkt->tuple.proto == IPPROTO_TCP)
		svp_walk_bad(w, SVP_BAD_TCP_FRAG_OFF1);
}

static void group_ip(const struct svp_walk *w, bool group)
{
	struct svp_pkt *pkt = w->pkt;

	if (group)
		pkt->flags |= SVP_PKT_GROUP_IP;
	else if (pkt->flags & SVP_PKT_GROUP_MAC)
		svp_walk_bad(w, SVP_BAD_GROUP_MAC_UNICAST_IP);
}

static bool is_group_ip4(__be32 addr)
{
	return ipv4_is_multicast(addr) || ipv4_is_lbcast(addr);
}

static void parse_ip4(struct svp_walk *w, unsigned int off)
{
	struct svp_pkt *pkt = w->pkt;
	unsigned int hlen, tot;
	const u8 *p;
	u16 frag;

	if (!svp_walk_want(w, off, IP4_LEN)) {
		svp_walk_bad(w, SVP_BAD_NO_TRANSPORT);
		return;
	}
	p = w->buf + off;
	if (p[0] >> 4 != 4) {
		svp_walk_bad(w, SVP_BAD_IP_VERSION);
		return;
	}
	hlen = (p[0] & 0xF) * 4;
	tot = ntohs(svp_load_be16(p + IP4_TOT_LEN));
	if (hlen < IP4_LEN || tot < hlen || off + tot > w->end) {
		svp_walk_bad(w, SVP_BAD_IP_LEN);
		return;
	}
	w->end = off + tot;
	pkt->end = w->end;
	pkt->l3 = off;
	pkt->ttl = p[IP4_TTL];
	pkt->tuple.family = 4;
	pkt->tuple.proto = p[IP4_PROTO];
	pkt->tuple.src.ip4 = svp_load_be32(p + IP4_SRC);
	pkt->tuple.dst.ip4 = svp_load_be32(p + IP4_DST);
	pkt->tuple.sport = 0;

	frag = ntohs(svp_load_be16(p + IP4_FRAG));
	if (unlikely(frag & (FRAG4_MF | FRAG4_OFFSET))) {
		pkt->frag_id = htonl(ntohs(svp_load_be16(p + IP4_ID)));
		pkt->frag_proto = pkt->tuple.proto;
		pkt->flags |= frag & FRAG4_OFFSET ? SVP_PKT_FRAG_LATER :
						    SVP_PKT_FRAG_FIRST;
		if ((frag & FRAG4_OFFSET) == 1)
			tcp_flags_overwritten(w);
	}
	if (likely(!(pkt->flags & SVP_PKT_FRAG_LATER)))
		transport(w, off + hlen);
	group_ip(w, is_group_ip4(pkt->tuple.dst.ip4));
}

static void upper6(const struct svp_walk *w, unsigned int off)
{
	struct svp_pkt *pkt = w->pkt;
	struct svp_frag6 frag = {};
	bool found;

	found = svp_parse_ext(w, &pkt->tuple, &off, &frag);
	if (frag.off_mf & (FRAG6_OFFSET | FRAG6_MF)) {
		pkt->frag_id = frag.id;
		pkt->flags |= frag.off_mf & FRAG6_OFFSET ? SVP_PKT_FRAG_LATER :
							   SVP_PKT_FRAG_FIRST;
	}
	if (!found)
		svp_walk_no_transport(w);
	else if (likely(!(pkt->flags & SVP_PKT_FRAG_LATER)))
		transport(w, off);
	else if ((frag.off_mf & FRAG6_OFFSET) == FRAG6_OFFSET_1)
		tcp_flags_overwritten(w);
}

static void parse_ip6(struct svp_walk *w, unsigned int off)
{
	struct svp_pkt *pkt = w->pkt;
	unsigned int up, plen;
	const u8 *p;

	if (!svp_walk_want(w, off, IP6_LEN)) {
		svp_walk_bad(w, SVP_BAD_NO_TRANSPORT);
		return;
	}
	p = w->buf + off;
	if (p[0] >> 4 != 6) {
		svp_walk_bad(w, SVP_BAD_IP_VERSION);
		return;
	}
	/* A jumbogram has payload length 0 and an option: its data is past end */
	plen = ntohs(svp_load_be16(p + IP6_PLEN));
	up = off + IP6_LEN;
	if (up + plen > w->end || (!plen && p[IP6_NEXT] == IPPROTO_HOPOPTS)) {
		svp_walk_bad(w, SVP_BAD_IP_LEN);
		return;
	}
	w->end = up + plen;
	pkt->end = w->end;
	pkt->l3 = off;
	pkt->ttl = p[IP6_HOPS];
	pkt->tuple.family = 6;
	pkt->tuple.proto = p[IP6_NEXT];
	memcpy(&pkt->tuple.src, p + IP6_SRC, sizeof(pkt->tuple.src));
	memcpy(&pkt->tuple.dst, p + IP6_DST, sizeof(pkt->tuple.dst));
	pkt->tuple.sport = 0;

	upper6(w, up);
	group_ip(w, pkt->tuple.dst.ip6.s6_addr[0] == 0xFF);
}

static void add_tag(struct svp_pkt *pkt, u16 tci)
{
	if (pkt->n_vlan < SVP_VLAN_DEPTH)
		pkt->tuple.vlan[pkt->n_vlan] =
			htons((tci & VLAN_VID_MASK) | SVP_VLAN_PRESENT);
	pkt->n_vlan++;
}

/* Returns the offset behind the last tag; 0 when the frame was too short */
static unsigned int parse_tags(const struct svp_walk *w)
{
	struct svp_pkt *pkt = w->pkt;
	unsigned int off = ETH_HLEN, n = 0;

	while (unlikely(eth_type_vlan(pkt->ethertype))) {
		if (n++ == TAGS_WALKED || !svp_walk_want(w, off, VLAN_HLEN))
			return 0;
		add_tag(pkt, ntohs(svp_load_be16(w->buf + off)));
		pkt->ethertype = svp_load_be16(w->buf + off + 2);
		off += VLAN_HLEN;
	}
	return off;
}

static void parse_l2(struct svp_walk *w, bool has_hwvlan, u16 hwvlan_tci)
{
	struct svp_pkt *pkt = w->pkt;
	unsigned int off;

	if (is_multicast_ether_addr(w->buf))
		pkt->flags |= SVP_PKT_GROUP_MAC;
	if (has_hwvlan)
		add_tag(pkt, hwvlan_tci);

	pkt->ethertype = svp_load_be16(w->buf + 2 * ETH_ALEN);
	off = parse_tags(w);
	if (!eth_proto_is_802_3(pkt->ethertype))	/* a length */
		pkt->ethertype = htons(ETH_P_802_2);
	if (pkt->ethertype == htons(ETH_P_NSH))
		pkt->flags |= SVP_PKT_NSH;
	pkt->tuple.sport = pkt->ethertype;
	if (unlikely(pkt->n_vlan > SVP_VLAN_DEPTH)) {
		svp_walk_bad(w, SVP_BAD_TOO_MANY_TAGS);
		return;
	}
	if (!off)
		return;
	if (likely(pkt->ethertype == htons(ETH_P_IP)))
		parse_ip4(w, off);
	else if (pkt->ethertype == htons(ETH_P_IPV6))
		parse_ip6(w, off);
	else if (pkt->ethertype == htons(ETH_P_ARP))
		pkt->flags |= SVP_PKT_ARP;
}

static void use_macs(const struct svp_walk *w)
{
	struct svp_tuple *tuple = &w->pkt->tuple;

	memcpy(tuple->dst.mac, w->buf, ETH_ALEN);
	memcpy(tuple->src.mac, w->buf + ETH_ALEN, ETH_ALEN);
}

static void clear_addr(union svp_addr *addr)
{
	/* "= {}" need not clear more than the first member */
	addr->all[0] = 0;
	addr->all[1] = 0;
	addr->all[2] = 0;
	addr->all[3] = 0;
}

/* Field by field: for so few bytes a string instruction takes longer than all that */
static void clear(struct svp_pkt *pkt)
{
	struct svp_tuple *tuple = &pkt->tuple;

	clear_addr(&tuple->src);
	clear_addr(&tuple->dst);
	tuple->sport = 0;
	tuple->dport = 0;
	tuple->vlan[0] = 0;
	tuple->vlan[1] = 0;
	tuple->family = 0;
	tuple->proto = 0;
	tuple->port = 0;
	pkt->flags = 0;
	pkt->l3 = 0;
	pkt->l4 = 0;
	pkt->ethertype = 0;
	pkt->tcp_flags = 0;
	pkt->ttl = 0;
	pkt->frag_id = 0;
	pkt->frag_proto = 0;
	pkt->n_vlan = 0;
	pkt->bad = SVP_BAD_NONE;
	pkt->unused = 0;
	pkt->need = 0;
	pkt->end = 0;
}

/**
 * svp_parse - parse an Ethernet frame
 * @buf: its first bytes, from the MAC header on
 * @len: how many of them are in @buf
 * @frame_len: length of the whole frame, @len or more
 * @has_hwvlan: the frame has a VLAN tag that is not in @buf; the outermost then
 * @hwvlan_tci: that tag, host byte order
 * @pkt: the result. @pkt->inner is written only with SVP_PKT_ICMP_ERR
 *
 * Looks at nothing but its arguments; @buf needs no alignment. A frame it
 * cannot make sense of is no error: @pkt->bad and SVP_PKT_TRUNC say what is
 * wrong, and the fields behind the wrong place are 0.
 *
 * Context: any.
 * Return: 0; or -EAGAIN when @pkt->need bytes (more than @len, at most
 * @frame_len) must be in @buf: the caller pulls them and asks again. The rest
 * of @pkt then says nothing.
 */
int svp_parse(const void *buf, unsigned int len, unsigned int frame_len,
	      bool has_hwvlan, u16 hwvlan_tci, struct svp_pkt *pkt)
{
	struct svp_walk w = {
		.buf = buf,
		.len = len,
		.end = frame_len,
		.pkt = pkt,
	};

	clear(pkt);
	if (likely(svp_walk_want(&w, 0, ETH_HLEN))) {
		parse_l2(&w, has_hwvlan, hwvlan_tci);
		if (unlikely(!pkt->tuple.family))
			use_macs(&w);
	}
	return unlikely(pkt->need) ? -EAGAIN : 0;
}

/**
 * svp_tuple_reverse - the tuple of the other direction
 * @to: result, not @from itself
 * @from: tuple
 *
 * Ethertypes are the same in both directions, and so are ICMP identifiers.
 *
 * Context: any.
 */
void svp_tuple_reverse(struct svp_tuple *to, const struct svp_tuple *from)
{
	*to = *from;
	to->src = from->dst;
	to->dst = from->src;
	if (from->family) {
		to->sport = from->dport;
		to->dport = from->sport;
	}
}
