// SPDX-License-Identifier: GPL-2.0-only
/*
 * ICMP and ICMPv6: queries have an identifier for ports, errors belong to the
 * flow of the packet they quote.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>

#include "parse_walk.h"

#define ICMP_LEN	8
#define PORTS_LEN	4
#define ND_FIRST	133	/* ICMPv6: router solicitation */
#define ND_LAST		137	/* redirect */
#define ND_HOP_LIMIT	255	/* RFC 4861: from no farther than the link */
#define XECHO4		42	/* RFC 8335 extended echo, request and reply */
#define XECHO4_REPLY	43
#define XECHO6		160
#define XECHO6_REPLY	161

static bool icmp4_has_id(u8 type)
{
	switch (type) {
	case ICMP_ECHOREPLY:
	case ICMP_ECHO:
	case ICMP_TIMESTAMP:
	case ICMP_TIMESTAMPREPLY:
	case ICMP_INFO_REQUEST:
	case ICMP_INFO_REPLY:
	case ICMP_ADDRESS:
	case ICMP_ADDRESSREPLY:
	case XECHO4:
	case XECHO4_REPLY:
		return true;
	default:
		return false;
	}
}

static bool icmp4_is_error(u8 type)
{
	return type == ICMP_DEST_UNREACH || type == ICMP_SOURCE_QUENCH ||
	       type == ICMP_REDIRECT || type == ICMP_TIME_EXCEEDED ||
	       type == ICMP_PARAMETERPROB;
}

static bool icmp6_has_id(u8 type)
{
	return type == ICMPV6_ECHO_REQUEST || type == ICMPV6_ECHO_REPLY ||
	       type == XECHO6 || type == XECHO6_REPLY;
}

static bool icmp_has_id(u8 proto, u8 type)
{
	return proto == IPPROTO_ICMP ? icmp4_has_id(type) : icmp6_has_id(type);
}

static bool icmp_is_error(u8 proto, u8 type)
{
	if (proto == IPPROTO_ICMP)
		return icmp4_is_error(type);
	return type >= ICMPV6_DEST_UNREACH && type <= ICMPV6_PARAMPROB;
}

/* Ports of the packet an ICMP error quotes: 8 bytes are all one can count on */
static void inner_ports(const struct svp_walk *w, struct svp_tuple *t,
			unsigned int off)
{
	struct svp_pkt *pkt = w->pkt;
	u32 flags = pkt->flags;

	if (svp_ports_len(t->proto)) {
		if (svp_walk_want(w, off, PORTS_LEN)) {
			t->sport = svp_load_be16(w->buf + off);
			t->dport = svp_load_be16(w->buf + off + 2);
		} else {
			pkt->flags = flags | SVP_PKT_INNER_NO_PORTS;
		}
		return;
	}
	if (!svp_is_icmp(t))
		return;
	if (!svp_walk_want(w, off, ICMP_LEN)) {
		pkt->flags = flags | SVP_PKT_INNER_NO_PORTS;
	} else if (icmp_has_id(t->proto, w->buf[off])) {
		t->sport = svp_load_be16(w->buf + off + 4);
		t->dport = t->sport;
	} else if (icmp_is_error(t->proto, w->buf[off])) {
		pkt->flags = flags | SVP_PKT_ICMP_ALIEN;
	}
}

/*
 * Addresses and protocol of the quoted packet. *@off is moved to its upper
 * layer, or set to 0 when that is not there (a later fragment).
 */
static bool inner_ip(const struct svp_walk *w, struct svp_tuple *t,
		     unsigned int *off)
{
	const u8 *p = w->buf + *off;
	struct svp_frag6 frag = {};

	if (t->family == 4) {
		if (!svp_walk_want(w, *off, IP4_LEN) || p[0] >> 4 != 4 ||
		    (p[0] & 0xF) < 5)
			return false;
		t->src.ip4 = svp_load_be32(p + IP4_SRC);
		t->dst.ip4 = svp_load_be32(p + IP4_DST);
		t->proto = p[IP4_PROTO];
		*off += (p[0] & 0xF) * 4;
		if (ntohs(svp_load_be16(p + IP4_FRAG)) & FRAG4_OFFSET)
			*off = 0;
		return true;
	}
	if (!svp_walk_want(w, *off, IP6_LEN) || p[0] >> 4 != 6)
		return false;
	memcpy(&t->src, p + IP6_SRC, sizeof(t->src));
	memcpy(&t->dst, p + IP6_DST, sizeof(t->dst));
	t->proto = p[IP6_NEXT];
	*off += IP6_LEN;
	if (!svp_parse_ext(w, t, off, &frag))
		return false;
	if (frag.off_mf & FRAG6_OFFSET)
		*off = 0;
	return true;
}

static void icmp_error(const struct svp_walk *w, unsigned int off)
{
	struct svp_pkt *pkt = w->pkt;
	u32 flags = pkt->flags;
	struct svp_tuple t;

	memset(&t, 0, sizeof(t));
	t.family = pkt->tuple.family;
	t.vlan[0] = pkt->tuple.vlan[0];
	t.vlan[1] = pkt->tuple.vlan[1];

	/* Quotes are short by nature: they do not make the frame truncated */
	if (!inner_ip(w, &t, &off)) {
		pkt->flags = flags | SVP_PKT_ICMP_ALIEN;
		return;
	}
	if (memcmp(&t.src, &pkt->tuple.dst, sizeof(t.src))) {
		pkt->flags = flags | SVP_PKT_ICMP_ALIEN;
		return;
	}
	if (off)
		inner_ports(w, &t, off);
	else if (svp_ports_len(t.proto) || svp_is_icmp(&t))
		pkt->flags = flags | SVP_PKT_INNER_NO_PORTS;
	if (pkt->flags & SVP_PKT_ICMP_ALIEN)
		return;
	pkt->flags |= SVP_PKT_ICMP_ERR;
	svp_tuple_reverse(&pkt->inner, &t);
}

/**
 * svp_parse_icmp - look at the ICMP or ICMPv6 header of a frame
 * @w: the frame; its result has addresses, protocol, TTL and fragment flags
 * @off: offset of the ICMP header
 */
void svp_parse_icmp(const struct svp_walk *w, unsigned int off)
{
	struct svp_pkt *pkt = w->pkt;
	u8 type, code;

	if (!svp_walk_want(w, off, ICMP_LEN)) {
		svp_walk_no_transport(w);
		return;
	}
	pkt->l4 = off;
	type = w->buf[off];
	code = w->buf[off + 1];
	if (icmp_has_id(pkt->tuple.proto, type)) {
		pkt->tuple.sport = svp_load_be16(w->buf + off + 4);
		pkt->tuple.dport = pkt->tuple.sport;
	} else if (icmp_is_error(pkt->tuple.proto, type)) {
		icmp_error(w, off + ICMP_LEN);
	} else if (pkt->tuple.family == 6 &&
		   type >= ND_FIRST && type <= ND_LAST && !code &&
		   pkt->ttl == ND_HOP_LIMIT && !(pkt->flags & SVP_PKT_FRAG)) {
		pkt->flags |= SVP_PKT_ND;
	}
}
