// SPDX-License-Identifier: LGPL-2.1-or-later
/* The guest's own frame: VLAN tags, IPv4, IPv6, ports, payload. */
#include "internal.h"

#define MAX_VLANS	2
#define MAX_EXT		8

#define ETH_IPV4	0x0800
#define ETH_IPV6	0x86DD
#define ETH_8021Q	0x8100
#define ETH_8021AD	0x88A8

#define PROTO_ICMP	1
#define PROTO_TCP	6
#define PROTO_UDP	17
#define PROTO_ICMPV6	58
#define PROTO_SCTP	132

/* What is left to read. */
struct cursor {
	const uint8_t *p;
	size_t len;
};

static void skip(struct cursor *c, size_t n)
{
	c->p += n;
	c->len -= n;
}

static int parse_tcp(struct svcplane_inner *in, struct cursor *c)
{
	size_t hlen;

	if (c->len < 20)
		return SVCPLANE_E_SHORT;
	hlen = (size_t)(c->p[12] >> 4) * 4;
	if (hlen < 20)
		return SVCPLANE_E_LENGTH;
	if (hlen > c->len)
		return SVCPLANE_E_SHORT;
	in->tcp_seq = get32(c->p + 4);
	in->tcp_flags = c->p[13];
	skip(c, hlen);
	in->payload = c->p;
	in->payload_len = c->len;
	return 0;
}

static int parse_udp(struct svcplane_inner *in, struct cursor *c)
{
	size_t ulen;

	if (c->len < 8)
		return SVCPLANE_E_SHORT;
	ulen = get16(c->p + 4);
	/* 0 is a jumbogram, or a super-packet: then IP's length counts */
	if (ulen && ulen < 8)
		return SVCPLANE_E_LENGTH;
	/* a fragment holds less than the datagram */
	if (ulen > c->len && !in->fragment)
		return SVCPLANE_E_LENGTH;
	if (ulen && ulen < c->len)
		c->len = ulen;
	skip(c, 8);
	in->payload = c->p;
	in->payload_len = c->len;
	return 0;
}

/* Echo, timestamp, information, mask, and echo of ICMPv6. */
static bool icmp_is_query(uint8_t proto, uint8_t type)
{
	if (proto == PROTO_ICMPV6)
		return type == 128 || type == 129;
	return type == 0 || type == 8 || (type >= 13 && type <= 18);
}

static int parse_icmp(struct svcplane_inner *in, struct cursor *c)
{
	if (c->len < 8)
		return SVCPLANE_E_SHORT;
	if (icmp_is_query(in->proto, c->p[0])) {
		in->sport = get16(c->p + 4);
		in->dport = in->sport;
	}
	return 0;
}

static int parse_transport(struct svcplane_inner *in, struct cursor *c)
{
	if (in->later)
		return 0;
	if (in->proto == PROTO_ICMP || in->proto == PROTO_ICMPV6)
		return parse_icmp(in, c);
	if (in->proto != PROTO_TCP && in->proto != PROTO_UDP &&
	    in->proto != PROTO_SCTP)
		return 0;
	if (c->len < 4)
		return SVCPLANE_E_SHORT;
	in->sport = get16(c->p);
	in->dport = get16(c->p + 2);
	if (in->proto == PROTO_TCP)
		return parse_tcp(in, c);
	return in->proto == PROTO_UDP ? parse_udp(in, c) : 0;
}

static int parse_ipv4(struct svcplane_inner *in, struct cursor *c)
{
	size_t hlen, total;
	uint16_t frag;

	if (c->len < 20)
		return SVCPLANE_E_SHORT;
	hlen = (size_t)(c->p[0] & 0x0F) * 4;
	total = get16(c->p + 2);
	if (c->p[0] >> 4 != 4 || hlen < 20 || total < hlen)
		return SVCPLANE_E_LENGTH;
	if (total > c->len)
		return SVCPLANE_E_SHORT;
	frag = get16(c->p + 6);
	in->family = 4;
	in->proto = c->p[9];
	in->fragment = frag & 0x3FFF;
	in->later = frag & 0x1FFF;
	memcpy(in->src, c->p + 12, 4);
	memcpy(in->dst, c->p + 16, 4);
	c->len = total;
	skip(c, hlen);
	return parse_transport(in, c);
}

/* Length of an extension header, 0 when @proto is none. */
static size_t ext_len(uint8_t proto, const struct cursor *c)
{
	switch (proto) {
	case 0:		/* hop by hop */
	case 43:	/* routing */
	case 60:	/* destination options */
	case 135:	/* mobility */
	case 139:	/* HIP */
	case 140:	/* shim6 */
		return ((size_t)c->p[1] + 1) * 8;
	case 51:	/* authentication */
		return ((size_t)c->p[1] + 2) * 4;
	case 44:	/* fragment */
		return 8;
	default:
		return 0;
	}
}

static bool is_ext(uint8_t proto)
{
	return proto == 0 || proto == 43 || proto == 44 || proto == 51 ||
	       proto == 60 || proto == 135 || proto == 139 || proto == 140;
}

static int skip_exts(struct svcplane_inner *in, struct cursor *c)
{
	uint8_t next;
	size_t n;
	int i;

	for (i = 0; is_ext(in->proto); i++) {
		if (i == MAX_EXT)
			return SVCPLANE_E_LENGTH;
		if (c->len < 8)
			return SVCPLANE_E_SHORT;
		n = ext_len(in->proto, c);
		if (n > c->len)
			return SVCPLANE_E_SHORT;
		next = c->p[0];
		if (in->proto == 44) {
			in->fragment = get16(c->p + 2) & 0xFFF9;
			in->later = get16(c->p + 2) & 0xFFF8;
		}
		in->proto = next;
		skip(c, n);
		/* behind the header of a later fragment come data */
		if (in->later)
			return 0;
	}
	return 0;
}

static int parse_ipv6(struct svcplane_inner *in, struct cursor *c)
{
	size_t plen;
	int err;

	if (c->len < 40)
		return SVCPLANE_E_SHORT;
	if (c->p[0] >> 4 != 6)
		return SVCPLANE_E_LENGTH;
	plen = get16(c->p + 4);
	in->family = 6;
	in->proto = c->p[6];
	memcpy(in->src, c->p + 8, 16);
	memcpy(in->dst, c->p + 24, 16);
	skip(c, 40);
	/* 0 is a jumbogram or a super-packet */
	if (plen > c->len)
		return SVCPLANE_E_SHORT;
	if (plen)
		c->len = plen;
	err = skip_exts(in, c);
	return err ? err : parse_transport(in, c);
}

static int parse_ethernet(struct svcplane_inner *in, struct cursor *c)
{
	uint16_t type;
	int vlans = 0;

	if (c->len < 14)
		return SVCPLANE_E_SHORT;
	type = get16(c->p + 12);
	skip(c, 14);
	while (type == ETH_8021Q || type == ETH_8021AD) {
		/* more than two tags: what lies below is nobody's business */
		if (vlans == MAX_VLANS)
			return 0;
		if (c->len < 4)
			return SVCPLANE_E_SHORT;
		*(vlans++ ? &in->inner_vlan : &in->vlan) =
			(get16(c->p) & 0x0FFF) | SVCPLANE_TUPLE_VLAN_PRESENT;
		type = get16(c->p + 2);
		skip(c, 4);
	}
	if (type == ETH_IPV4)
		return parse_ipv4(in, c);
	return type == ETH_IPV6 ? parse_ipv6(in, c) : 0;
}

int svcplane_inner_parse(const struct svcplane_frame *f,
			 struct svcplane_inner *in)
{
	struct cursor c = { f->payload, f->payload_len };

	memset(in, 0, sizeof(*in));
	switch (f->next_proto) {
	case SVCPLANE_NP_ETHERNET:
		return parse_ethernet(in, &c);
	case SVCPLANE_NP_IPV4:
		return parse_ipv4(in, &c);
	case SVCPLANE_NP_IPV6:
		return parse_ipv6(in, &c);
	default:
		return SVCPLANE_E_NONE;
	}
}

int svcplane_tuple_from_inner(const struct svcplane_inner *in,
			      struct svcplane_tuple_info *t)
{
	memset(t, 0, sizeof(*t));
	if (!in->family || in->later || in->inner_vlan)
		return SVCPLANE_E_NONE;
	t->family = in->family;
	t->proto = in->proto;
	t->vlan = in->vlan;
	t->sport = in->sport;
	t->dport = in->dport;
	memcpy(t->src, in->src, sizeof(t->src));
	memcpy(t->dst, in->dst, sizeof(t->dst));
	return 0;
}
