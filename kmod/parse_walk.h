/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of svp_parse() share.
 *
 * Every read is preceded by svp_walk_want() for its last byte. It either says
 * yes, asks the caller for more of the frame (svp_pkt.need), or notes that the
 * frame itself is too short. Guests choose every byte that is looked at.
 */
#ifndef SVP_PARSE_WALK_H
#define SVP_PARSE_WALK_H

#include <linux/in.h>
#include <linux/unaligned.h>

#include "parse.h"

/* Bytes of transport header without which it says nothing about the flow */
#define TCP_LEN		20
#define UDP_LEN		8
#define SCTP_LEN	12
#define DCCP_LEN	12

/* Offsets within headers */
#define IP4_LEN		20
#define IP6_LEN		40
#define IP4_TOT_LEN	2
#define IP4_ID		4
#define IP4_FRAG	6
#define IP4_TTL		8
#define IP4_PROTO	9
#define IP4_SRC		12
#define IP4_DST		16
#define IP6_PLEN	4
#define IP6_NEXT	6
#define IP6_HOPS	7
#define IP6_SRC		8
#define IP6_DST		24
#define TCP_FLAGS	13

#define FRAG4_MF	0x2000
#define FRAG4_OFFSET	0x1FFF
#define FRAG6_OFFSET	0xFFF8
#define FRAG6_OFFSET_1	0x0008
#define FRAG6_MF	0x0001

/**
 * struct svp_walk - state of one call of svp_parse()
 * @buf: the frame from its MAC header on
 * @len: bytes in @buf
 * @end: end of the frame, later of the IP packet, as an offset
 * @pkt: the result
 */
struct svp_walk {
	const u8 *buf;
	unsigned int len;
	unsigned int end;
	struct svp_pkt *pkt;
};

static inline __be32 svp_load_be32(const u8 *p)
{
	return get_unaligned((const __be32 *)p);
}

static inline __be16 svp_load_be16(const u8 *p)
{
	return get_unaligned((const __be16 *)p);
}

/* Whether the @n bytes at @off may be read */
static inline bool svp_walk_want(const struct svp_walk *w, unsigned int off,
				 unsigned int n)
{
	if (likely(off + n <= w->len && off + n <= w->end))
		return true;
	if (off + n <= w->end)
		w->pkt->need = off + n;
	else
		w->pkt->flags |= SVP_PKT_TRUNC;
	return false;
}

/* The first reason stays; "need" means there is no answer yet */
static inline void svp_walk_bad(const struct svp_walk *w,
				enum svp_parse_bad why)
{
	if (!w->pkt->bad && !w->pkt->need)
		w->pkt->bad = why;
}

static inline void svp_walk_no_transport(const struct svp_walk *w)
{
	svp_walk_bad(w, w->pkt->flags & SVP_PKT_FRAG_FIRST ?
			SVP_BAD_FIRST_FRAG_SHORT : SVP_BAD_NO_TRANSPORT);
}

/* Bytes needed for a protocol with ports in its first four; 0 = no ports */
static inline unsigned int svp_ports_len(u8 proto)
{
	switch (proto) {
	case IPPROTO_TCP:
		return TCP_LEN;
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
		return UDP_LEN;
	case IPPROTO_SCTP:
		return SCTP_LEN;
	case IPPROTO_DCCP:
		return DCCP_LEN;
	default:
		return 0;
	}
}

/* ICMP goes with IPv4 only, ICMPv6 with IPv6 only; else they are just numbers */
static inline bool svp_is_icmp(const struct svp_tuple *t)
{
	return (t->family == 4 && t->proto == IPPROTO_ICMP) ||
	       (t->family == 6 && t->proto == IPPROTO_ICMPV6);
}

/**
 * struct svp_frag6 - the fragment header of IPv6
 * @seen: there is one
 * @off_mf: offset in bytes, FRAG6_MF in its lowest bit; host byte order
 * @id: identification
 */
struct svp_frag6 {
	bool seen;
	u16 off_mf;
	__be32 id;
};

/* parse_ext.c */
bool svp_parse_ext(const struct svp_walk *w, struct svp_tuple *t,
		   unsigned int *off, struct svp_frag6 *frag);
/* parse_icmp.c */
void svp_parse_icmp(const struct svp_walk *w, unsigned int off);

#endif
