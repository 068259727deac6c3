// SPDX-License-Identifier: GPL-2.0-only
/*
 * Suite of svp_parse(): each frame that a table builds is parsed whole, cut at
 * every byte, and with every number of bytes in the buffer at first.
 */
#include <kunit/test.h>
#include <linux/in.h>

#include "frame.h"
#include "parse.h"

#define ANY_PORTS	((u32)FRAME_SPORT << 16 | FRAME_DPORT)
#define NO_PORTS	0
#define ID_PORTS	((u32)FRAME_ID << 16 | FRAME_ID)
#define TYPE(type)	((u32)(type) << 16)	/* not IP */
#define L4_IP4		34
#define L4_IP6		54
#define NP		SVP_PKT_INNER_NO_PORTS

struct parse_case {
	const char *name;
	void (*build)(struct frame *f);
	u8 family, proto;
	u32 ports;		/* source, destination */
	u16 l4;
	u32 flags;
	u8 bad;
};

static void tcp4(struct frame *f)
{
	frame_ip4(f, IPPROTO_TCP);
	frame_tcp(f, 0x02);
}

static void tcp4_synack(struct frame *f)
{
	frame_ip4(f, IPPROTO_TCP);
	frame_tcp(f, 0x12);
}

static void tcp4_finack(struct frame *f)
{
	frame_ip4(f, IPPROTO_TCP);
	frame_tcp(f, 0x11);
}

static void tcp4_rst(struct frame *f)
{
	frame_ip4(f, IPPROTO_TCP);
	frame_tcp(f, 0x04);
}

static void tcp4_padded(struct frame *f)
{
	tcp4(f);
	frame_done(f);
	f->family = 0;		/* the length is that without padding */
	frame_zero(f, 6);
}

static void tcp4_options(struct frame *f)
{
	frame_ip4(f, IPPROTO_TCP);
	f->data[f->l3] = 0x4F;
	frame_zero(f, 40);
	frame_tcp(f, 0x10);
}

static void udp4(struct frame *f)
{
	frame_ip4(f, IPPROTO_UDP);
	frame_udp(f);
}

static void udplite4(struct frame *f)
{
	frame_ip4(f, IPPROTO_UDPLITE);
	frame_udp(f);
}

static void sctp4(struct frame *f)
{
	frame_ip4(f, IPPROTO_SCTP);
	frame_ports(f);
	frame_zero(f, 8);
}

static void dccp4(struct frame *f)
{
	frame_ip4(f, IPPROTO_DCCP);
	frame_ports(f);
	frame_zero(f, 8);
}

static void esp4(struct frame *f)
{
	frame_ip4(f, IPPROTO_ESP);
	frame_zero(f, 16);
}

static void icmp6_in_ip4(struct frame *f)
{
	frame_ip4(f, IPPROTO_ICMPV6);
	frame_icmp(f, 128, 0, FRAME_ID);
}

static void echo4(struct frame *f)
{
	frame_ip4(f, IPPROTO_ICMP);
	frame_icmp(f, 8, 0, FRAME_ID);
}

static void xecho4(struct frame *f)
{
	frame_ip4(f, IPPROTO_ICMP);
	frame_icmp(f, 42, 0, FRAME_ID);
}

static void icmp4_other(struct frame *f)
{
	frame_ip4(f, IPPROTO_ICMP);
	frame_icmp(f, 9, 0, FRAME_ID);	/* router advertisement */
}

static void first4(struct frame *f)
{
	frame_eth(f, 0x0800);
	frame_ip4_hdr(f, IPPROTO_TCP, 0x2000, false);
	frame_tcp(f, 0x02);
}

static void first4_short(struct frame *f)
{
	frame_eth(f, 0x0800);
	frame_ip4_hdr(f, IPPROTO_TCP, 0x2000, false);
	frame_ports(f);
	frame_zero(f, 12);
}

static void later4(struct frame *f)
{
	frame_eth(f, 0x0800);
	frame_ip4_hdr(f, IPPROTO_TCP, 0x0002, false);
	frame_tcp(f, 0xFF);
}

static void later4_off1(struct frame *f)
{
	frame_eth(f, 0x0800);
	frame_ip4_hdr(f, IPPROTO_TCP, 0x2001, false);
	frame_tcp(f, 0x02);
}

static void later4_udp_off1(struct frame *f)
{
	frame_eth(f, 0x0800);
	frame_ip4_hdr(f, IPPROTO_UDP, 0x0001, false);
	frame_zero(f, 8);
}

static void later4_off1_group_mac(struct frame *f)
{
	later4_off1(f);
	f->data[0] |= 1;
}

/* From B to A, quoting what A sent to B */
static void error4(struct frame *f, u8 proto, u16 frag)
{
	frame_eth(f, 0x0800);
	frame_ip4_hdr(f, IPPROTO_ICMP, 0, true);
	frame_icmp(f, 3, 1, 0);
	frame_ip4_hdr(f, proto, frag, false);
}

static void error4_tcp(struct frame *f)
{
	error4(f, IPPROTO_TCP, 0);
	frame_ports(f);
	frame_zero(f, 4);
}

static void error4_echo(struct frame *f)
{
	error4(f, IPPROTO_ICMP, 0);
	frame_icmp(f, 8, 0, FRAME_ID);
}

static void error4_no_ports(struct frame *f)
{
	error4(f, IPPROTO_UDP, 0);
	frame_zero(f, 3);
}

static void error4_later(struct frame *f)
{
	error4(f, IPPROTO_UDP, 7);
	frame_udp(f);
}

static void error4_gre(struct frame *f)
{
	error4(f, IPPROTO_GRE, 0);
}

static void error4_of_error(struct frame *f)
{
	error4(f, IPPROTO_ICMP, 0);
	frame_icmp(f, 11, 0, 0);
}

static void error4_stranger(struct frame *f)
{
	error4_tcp(f);
	f->data[L4_IP4 + 8 + 15]++;	/* quoted source */
}

static void error4_quotes_6(struct frame *f)
{
	frame_eth(f, 0x0800);
	frame_ip4_hdr(f, IPPROTO_ICMP, 0, true);
	frame_icmp(f, 3, 1, 0);
	frame_ip6_hdr(f, IPPROTO_UDP, 64, false);
	frame_udp(f);
}

static void error4_bad_ihl(struct frame *f)
{
	error4_tcp(f);
	f->data[L4_IP4 + 8] = 0x44;
}

static void error4_bad_version(struct frame *f)
{
	error4_tcp(f);
	f->data[L4_IP4 + 8] = 0x55;
}

static void error4_too_short(struct frame *f)
{
	error4(f, IPPROTO_UDP, 0);
	f->len--;
}

static void tcp6(struct frame *f)
{
	frame_ip6(f, IPPROTO_TCP);
	frame_tcp(f, 0x02);
}

static void udp6(struct frame *f)
{
	frame_ip6(f, IPPROTO_UDP);
	frame_udp(f);
}

static void echo6(struct frame *f)
{
	frame_ip6(f, IPPROTO_ICMPV6);
	frame_icmp(f, 129, 0, FRAME_ID);
}

static void icmp4_in_ip6(struct frame *f)
{
	frame_ip6(f, IPPROTO_ICMP);
	frame_icmp(f, 8, 0, FRAME_ID);
}

static void nd(struct frame *f, u8 type, u8 code, u8 hops)
{
	frame_eth(f, 0x86DD);
	frame_ip6_hdr(f, IPPROTO_ICMPV6, hops, false);
	frame_icmp(f, type, code, 0);
	frame_zero(f, 16);
}

static void nd_ns(struct frame *f)
{
	nd(f, 135, 0, 255);
}

static void nd_redirect(struct frame *f)
{
	nd(f, 137, 0, 255);
}

static void nd_far(struct frame *f)
{
	nd(f, 135, 0, 254);
}

static void nd_code(struct frame *f)
{
	nd(f, 136, 1, 255);
}

static void mld(struct frame *f)
{
	nd(f, 132, 0, 255);
}

static void nd_fragment(struct frame *f)
{
	frame_eth(f, 0x86DD);
	frame_ip6_hdr(f, IPPROTO_FRAGMENT, 255, false);
	frame_frag6(f, IPPROTO_ICMPV6, 1);
	frame_icmp(f, 135, 0, 0);
	frame_zero(f, 16);
}

static void ext6(struct frame *f, unsigned int n)
{
	frame_ip6(f, IPPROTO_DSTOPTS);
	while (--n)
		frame_ext(f, IPPROTO_DSTOPTS);
	frame_ext(f, IPPROTO_TCP);
	frame_tcp(f, 0x10);
}

static void ext6_8(struct frame *f)
{
	ext6(f, 8);
}

static void ext6_9(struct frame *f)
{
	ext6(f, 9);
}

static void ext6_kinds(struct frame *f)
{
	frame_ip6(f, IPPROTO_HOPOPTS);
	frame_ext(f, IPPROTO_ROUTING);
	frame_ext(f, IPPROTO_AH);
	frame_ext(f, IPPROTO_DSTOPTS);	/* AH of 8 bytes */
	frame_ext(f, IPPROTO_FRAGMENT);
	frame_frag6(f, IPPROTO_UDP, 0);	/* atomic: no fragment at all */
	frame_udp(f);
}

static void ext6_late_hop(struct frame *f)
{
	frame_ip6(f, IPPROTO_DSTOPTS);
	frame_ext(f, IPPROTO_HOPOPTS);
	frame_ext(f, IPPROTO_UDP);
	frame_udp(f);
}

static void none6(struct frame *f)
{
	frame_ip6(f, IPPROTO_NONE);
}

static void esp6(struct frame *f)
{
	frame_ip6(f, IPPROTO_DSTOPTS);
	frame_ext(f, IPPROTO_ESP);
	frame_zero(f, 16);
}

static void first6(struct frame *f)
{
	frame_ip6(f, IPPROTO_FRAGMENT);
	frame_frag6(f, IPPROTO_DSTOPTS, 1);
	frame_ext(f, IPPROTO_UDP);
	frame_udp(f);
}

static void first6_short(struct frame *f)
{
	frame_ip6(f, IPPROTO_FRAGMENT);
	frame_frag6(f, IPPROTO_TCP, 1);
	frame_zero(f, 16);
}

static void later6(struct frame *f)
{
	frame_ip6(f, IPPROTO_FRAGMENT);
	frame_frag6(f, IPPROTO_UDP, 8);
	frame_zero(f, 8);
}

/* The payload is none of the parser's business, whatever is said to be there */
static void later6_options(struct frame *f)
{
	frame_ip6(f, IPPROTO_FRAGMENT);
	frame_frag6(f, IPPROTO_DSTOPTS, 0x100);
	frame_zero(f, 16);
}

static void later6_off1(struct frame *f)
{
	frame_ip6(f, IPPROTO_FRAGMENT);
	frame_frag6(f, IPPROTO_TCP, 9);
	frame_tcp(f, 0x02);
}

static void frag6_twice(struct frame *f)
{
	frame_ip6(f, IPPROTO_FRAGMENT);
	frame_frag6(f, IPPROTO_FRAGMENT, 0);
	frame_frag6(f, IPPROTO_UDP, 0);
	frame_udp(f);
}

static void error6(struct frame *f, u8 next)
{
	frame_eth(f, 0x86DD);
	frame_ip6_hdr(f, IPPROTO_ICMPV6, 64, true);
	frame_icmp(f, 2, 0, 0);
	frame_ip6_hdr(f, next, 64, false);
}

static void error6_tcp(struct frame *f)
{
	error6(f, IPPROTO_TCP);
	frame_ports(f);
	frame_zero(f, 4);
}

static void error6_ext(struct frame *f)
{
	error6(f, IPPROTO_DSTOPTS);
	frame_ext(f, IPPROTO_UDP);
	frame_udp(f);
}

static void error6_later(struct frame *f)
{
	error6(f, IPPROTO_FRAGMENT);
	frame_frag6(f, IPPROTO_UDP, 8);
	frame_udp(f);
}

static void error6_stranger(struct frame *f)
{
	error6_tcp(f);
	f->data[L4_IP6 + 8 + 23]++;
}

static void error6_bad_version(struct frame *f)
{
	error6_tcp(f);
	f->data[L4_IP6 + 8] = 0x45;
}

static void jumbo6(struct frame *f)
{
	frame_ip6(f, IPPROTO_HOPOPTS);
	f->family = 0;		/* leave the payload length 0 */
	frame_ext(f, IPPROTO_TCP);
	frame_tcp(f, 0x10);
}

static void version_4_as_6(struct frame *f)
{
	tcp4(f);
	frame_set16(f, 12, 0x86DD);
	f->family = 0;
	frame_zero(f, 6);	/* long enough for IPv6 */
}

static void version_6_as_4(struct frame *f)
{
	tcp6(f);
	frame_set16(f, 12, 0x0800);
}

static void group_ip4(struct frame *f)
{
	udp4(f);
	f->data[0] |= 1;
	f->data[f->l3 + 16] = 239;
}

static void broadcast_ip4(struct frame *f)
{
	udp4(f);
	memset(f->data, 0xFF, 6);
	memset(f->data + f->l3 + 16, 0xFF, 4);
}

static void group_mac_ip4(struct frame *f)
{
	tcp4(f);
	f->data[0] |= 1;
}

static void group_ip6(struct frame *f)
{
	udp6(f);
	f->data[0] |= 1;
	f->data[f->l3 + 24] = 0xFF;
}

static void group_mac_ip6(struct frame *f)
{
	tcp6(f);
	f->data[0] |= 1;
}

static void arp(struct frame *f)
{
	frame_eth(f, 0x0806);
	frame_zero(f, 28);
}

static void nsh(struct frame *f)
{
	frame_eth(f, 0x894F);
	frame_zero(f, 24);
}

#define TCP IPPROTO_TCP
#define UDP IPPROTO_UDP
#define ICMP IPPROTO_ICMP
#define ICMP6 IPPROTO_ICMPV6

static const struct parse_case cases[] = {
	{ "tcp", tcp4, 4, TCP, ANY_PORTS, L4_IP4, SVP_PKT_SYN },
	{ "tcp syn+ack", tcp4_synack, 4, TCP, ANY_PORTS, L4_IP4,
	  SVP_PKT_SYNACK | SVP_PKT_ACK },
	{ "tcp fin", tcp4_finack, 4, TCP, ANY_PORTS, L4_IP4,
	  SVP_PKT_FIN | SVP_PKT_ACK },
	{ "tcp rst", tcp4_rst, 4, TCP, ANY_PORTS, L4_IP4, SVP_PKT_RST },
	{ "tcp with padding", tcp4_padded, 4, TCP, ANY_PORTS, L4_IP4,
	  SVP_PKT_SYN },
	{ "tcp behind options", tcp4_options, 4, TCP, ANY_PORTS, L4_IP4 + 40,
	  SVP_PKT_ACK },
	{ "udp", udp4, 4, UDP, ANY_PORTS, L4_IP4 },
	{ "udplite", udplite4, 4, IPPROTO_UDPLITE, ANY_PORTS, L4_IP4 },
	{ "sctp", sctp4, 4, IPPROTO_SCTP, ANY_PORTS, L4_IP4 },
	{ "dccp", dccp4, 4, IPPROTO_DCCP, ANY_PORTS, L4_IP4 },
	{ "esp", esp4, 4, IPPROTO_ESP, NO_PORTS, L4_IP4 },
	{ "icmpv6 in ipv4", icmp6_in_ip4, 4, ICMP6, NO_PORTS, L4_IP4 },
	{ "echo", echo4, 4, ICMP, ID_PORTS, L4_IP4 },
	{ "extended echo", xecho4, 4, ICMP, ID_PORTS, L4_IP4 },
	{ "other icmp", icmp4_other, 4, ICMP, NO_PORTS, L4_IP4 },
	{ "first fragment", first4, 4, TCP, ANY_PORTS, L4_IP4,
	  SVP_PKT_FRAG_FIRST | SVP_PKT_SYN },
	{ "short first fragment", first4_short, 4, TCP, NO_PORTS, 0,
	  SVP_PKT_FRAG_FIRST | SVP_PKT_TRUNC, SVP_BAD_FIRST_FRAG_SHORT },
	{ "later fragment", later4, 4, TCP, NO_PORTS, 0, SVP_PKT_FRAG_LATER },
	{ "tcp fragment at 1", later4_off1, 4, TCP, NO_PORTS, 0,
	  SVP_PKT_FRAG_LATER, SVP_BAD_TCP_FRAG_OFF1 },
	{ "tcp fragment at 1 to a group mac", later4_off1_group_mac, 4, TCP,
	  NO_PORTS, 0, SVP_PKT_FRAG_LATER | SVP_PKT_GROUP_MAC,
	  SVP_BAD_TCP_FRAG_OFF1 },
	{ "udp fragment at 1", later4_udp_off1, 4, UDP, NO_PORTS, 0,
	  SVP_PKT_FRAG_LATER },
	{ "error", error4_tcp, 4, ICMP, NO_PORTS, L4_IP4, SVP_PKT_ICMP_ERR },
	{ "error for echo", error4_echo, 4, ICMP, NO_PORTS, L4_IP4,
	  SVP_PKT_ICMP_ERR },
	{ "error without ports", error4_no_ports, 4, ICMP, NO_PORTS, L4_IP4,
	  SVP_PKT_ICMP_ERR | NP },
	{ "error for a later fragment", error4_later, 4, ICMP, NO_PORTS,
	  L4_IP4, SVP_PKT_ICMP_ERR | NP },
	{ "error for gre", error4_gre, 4, ICMP, NO_PORTS, L4_IP4,
	  SVP_PKT_ICMP_ERR },
	{ "error for an error", error4_of_error, 4, ICMP, NO_PORTS, L4_IP4,
	  SVP_PKT_ICMP_ALIEN },
	{ "error for a stranger", error4_stranger, 4, ICMP, NO_PORTS, L4_IP4,
	  SVP_PKT_ICMP_ALIEN },
	{ "error quoting ipv6", error4_quotes_6, 4, ICMP, NO_PORTS, L4_IP4,
	  SVP_PKT_ICMP_ALIEN },
	{ "error quoting a bad header", error4_bad_ihl, 4, ICMP, NO_PORTS,
	  L4_IP4, SVP_PKT_ICMP_ALIEN },
	{ "error quoting version 5", error4_bad_version, 4, ICMP, NO_PORTS,
	  L4_IP4, SVP_PKT_ICMP_ALIEN },
	{ "error quoting too little", error4_too_short, 4, ICMP, NO_PORTS,
	  L4_IP4, SVP_PKT_ICMP_ALIEN },
	{ "ipv6 tcp", tcp6, 6, TCP, ANY_PORTS, L4_IP6, SVP_PKT_SYN },
	{ "ipv6 udp", udp6, 6, UDP, ANY_PORTS, L4_IP6 },
	{ "ipv6 echo", echo6, 6, ICMP6, ID_PORTS, L4_IP6 },
	{ "icmp in ipv6", icmp4_in_ip6, 6, ICMP, NO_PORTS, L4_IP6 },
	{ "neighbour solicitation", nd_ns, 6, ICMP6, NO_PORTS, L4_IP6,
	  SVP_PKT_ND },
	{ "redirect", nd_redirect, 6, ICMP6, NO_PORTS, L4_IP6, SVP_PKT_ND },
	{ "solicitation from afar", nd_far, 6, ICMP6, NO_PORTS, L4_IP6 },
	{ "advertisement with a code", nd_code, 6, ICMP6, NO_PORTS, L4_IP6 },
	{ "mld", mld, 6, ICMP6, NO_PORTS, L4_IP6 },
	{ "solicitation in a fragment", nd_fragment, 6, ICMP6, NO_PORTS,
	  L4_IP6 + 8, SVP_PKT_FRAG_FIRST },
	{ "8 extension headers", ext6_8, 6, TCP, ANY_PORTS, L4_IP6 + 64,
	  SVP_PKT_ACK },
	{ "9 extension headers", ext6_9, 6, IPPROTO_DSTOPTS, NO_PORTS, 0, 0,
	  SVP_BAD_NO_TRANSPORT },
	{ "each extension header", ext6_kinds, 6, UDP, ANY_PORTS, L4_IP6 + 40 },
	{ "late hop-by-hop header", ext6_late_hop, 6, IPPROTO_HOPOPTS,
	  NO_PORTS, 0, 0, SVP_BAD_NO_TRANSPORT },
	{ "ipv6 without payload", none6, 6, IPPROTO_NONE, NO_PORTS, L4_IP6 },
	{ "ipv6 esp", esp6, 6, IPPROTO_ESP, NO_PORTS, L4_IP6 + 8 },
	{ "ipv6 first fragment", first6, 6, UDP, ANY_PORTS, L4_IP6 + 16,
	  SVP_PKT_FRAG_FIRST },
	{ "ipv6 short first fragment", first6_short, 6, TCP, NO_PORTS, 0,
	  SVP_PKT_FRAG_FIRST | SVP_PKT_TRUNC, SVP_BAD_FIRST_FRAG_SHORT },
	{ "ipv6 later fragment", later6, 6, UDP, NO_PORTS, 0,
	  SVP_PKT_FRAG_LATER },
	{ "ipv6 later fragment of options", later6_options, 6,
	  IPPROTO_DSTOPTS, NO_PORTS, 0, SVP_PKT_FRAG_LATER },
	{ "ipv6 tcp fragment at 1", later6_off1, 6, TCP, NO_PORTS, 0,
	  SVP_PKT_FRAG_LATER, SVP_BAD_TCP_FRAG_OFF1 },
	{ "fragment in fragment", frag6_twice, 6, IPPROTO_FRAGMENT, NO_PORTS,
	  0, 0, SVP_BAD_NO_TRANSPORT },
	{ "ipv6 error", error6_tcp, 6, ICMP6, NO_PORTS, L4_IP6,
	  SVP_PKT_ICMP_ERR },
	{ "ipv6 error behind options", error6_ext, 6, ICMP6, NO_PORTS, L4_IP6,
	  SVP_PKT_ICMP_ERR },
	{ "ipv6 error for a later fragment", error6_later, 6, ICMP6, NO_PORTS,
	  L4_IP6, SVP_PKT_ICMP_ERR | NP },
	{ "ipv6 error for a stranger", error6_stranger, 6, ICMP6, NO_PORTS,
	  L4_IP6, SVP_PKT_ICMP_ALIEN },
	{ "ipv6 error quoting version 4", error6_bad_version, 6, ICMP6,
	  NO_PORTS, L4_IP6, SVP_PKT_ICMP_ALIEN },
	{ "jumbogram", jumbo6, 0, 0, TYPE(0x86DD), 0, 0, SVP_BAD_IP_LEN },
	{ "ipv4 called ipv6", version_4_as_6, 0, 0, TYPE(0x86DD), 0, 0,
	  SVP_BAD_IP_VERSION },
	{ "ipv6 called ipv4", version_6_as_4, 0, 0, TYPE(0x0800), 0, 0,
	  SVP_BAD_IP_VERSION },
	{ "multicast", group_ip4, 4, UDP, ANY_PORTS, L4_IP4,
	  SVP_PKT_GROUP_MAC | SVP_PKT_GROUP_IP },
	{ "broadcast", broadcast_ip4, 4, UDP, ANY_PORTS, L4_IP4,
	  SVP_PKT_GROUP_MAC | SVP_PKT_GROUP_IP },
	{ "unicast to a group mac", group_mac_ip4, 4, TCP, ANY_PORTS, L4_IP4,
	  SVP_PKT_GROUP_MAC | SVP_PKT_SYN, SVP_BAD_GROUP_MAC_UNICAST_IP },
	{ "ipv6 multicast", group_ip6, 6, UDP, ANY_PORTS, L4_IP6,
	  SVP_PKT_GROUP_MAC | SVP_PKT_GROUP_IP },
	{ "ipv6 unicast to a group mac", group_mac_ip6, 6, TCP, ANY_PORTS,
	  L4_IP6, SVP_PKT_GROUP_MAC | SVP_PKT_SYN,
	  SVP_BAD_GROUP_MAC_UNICAST_IP },
	{ "arp", arp, 0, 0, TYPE(0x0806), 0, SVP_PKT_ARP },
	{ "nsh", nsh, 0, 0, TYPE(0x894F), 0, SVP_PKT_NSH },
};

static void case_name(const struct parse_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(parse, cases, case_name);

/* Parses a copy of exactly @len bytes, so that a byte too many is noticed */
static int parse_cut(struct kunit *test, const struct frame *f,
		     unsigned int len, unsigned int frame_len,
		     struct svp_pkt *pkt)
{
	u8 *buf = kmalloc(len + !len, GFP_KERNEL);
	static u8 fill = 0xAA;
	int err;

	KUNIT_ASSERT_NOT_NULL(test, buf);
	memcpy(buf, f->data, len);
	/* another each time: what is left as it was is no answer */
	fill = ~fill;
	memset(pkt, fill, sizeof(*pkt));
	err = svp_parse(buf, len, frame_len, false, 0, pkt);
	kfree(buf);
	return err;
}

static struct frame *build(struct kunit *test, const struct parse_case *c)
{
	struct frame *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, f);
	c->build(f);
	frame_done(f);
	return f;
}

static void parse_whole(struct kunit *test)
{
	const struct parse_case *c = test->param_value;
	struct frame *f = build(test, c);
	struct svp_pkt pkt;

	KUNIT_ASSERT_EQ(test, parse_cut(test, f, f->len, f->len, &pkt), 0);
	KUNIT_EXPECT_EQ(test, pkt.tuple.family, c->family);
	KUNIT_EXPECT_EQ(test, pkt.tuple.proto, c->proto);
	KUNIT_EXPECT_EQ(test, ntohs(pkt.tuple.sport), c->ports >> 16);
	KUNIT_EXPECT_EQ(test, ntohs(pkt.tuple.dport), c->ports & 0xFFFF);
	KUNIT_EXPECT_EQ(test, pkt.flags, c->flags);
	KUNIT_EXPECT_EQ(test, pkt.bad, c->bad);
	KUNIT_EXPECT_EQ(test, pkt.l4, c->l4);
	KUNIT_EXPECT_EQ(test, pkt.l3, c->family ? 14 : 0);
	KUNIT_EXPECT_EQ(test, pkt.tuple.port, 0);
	KUNIT_EXPECT_EQ(test, pkt.need, 0);
}

/* A frame that ends early is never taken for a whole one */
static void parse_truncated(struct kunit *test)
{
	const struct parse_case *c = test->param_value;
	struct frame *f = build(test, c);
	struct svp_pkt whole, pkt;
	unsigned int len;

	parse_cut(test, f, f->len, f->len, &whole);
	for (len = 0; len < whole.end; len++) {
		KUNIT_EXPECT_EQ(test, parse_cut(test, f, len, len, &pkt), 0);
		KUNIT_EXPECT_EQ(test, pkt.need, 0);
		KUNIT_EXPECT_EQ(test, pkt.l4, 0);
		KUNIT_EXPECT_TRUE_MSG(test,
				      pkt.bad || (pkt.flags & SVP_PKT_TRUNC),
				      "at %u bytes", len);
		if (len >= 14)
			KUNIT_EXPECT_NE_MSG(test, pkt.bad, SVP_BAD_NONE,
					    "at %u bytes", len);
	}
}

/* However many bytes are in the buffer at first, the answer is the same */
static void parse_pulled(struct kunit *test)
{
	const struct parse_case *c = test->param_value;
	struct frame *f = build(test, c);
	unsigned int first, len, asked;
	struct svp_pkt whole, pkt;

	parse_cut(test, f, f->len, f->len, &whole);
	for (first = 0; first < f->len; first++) {
		len = first;
		for (asked = 0; parse_cut(test, f, len, f->len, &pkt); asked++) {
			KUNIT_ASSERT_TRUE(test, pkt.need > len);
			KUNIT_ASSERT_TRUE(test, pkt.need <= f->len);
			len = pkt.need;
		}
		KUNIT_EXPECT_LE(test, asked, 16);
		KUNIT_EXPECT_EQ_MSG(test, 0,
				    memcmp(&pkt, &whole,
					   offsetof(struct svp_pkt, inner)),
				    "from %u bytes", first);
		if (whole.flags & SVP_PKT_ICMP_ERR)
			KUNIT_EXPECT_TRUE(test, svp_tuple_equal(&pkt.inner,
								&whole.inner));
	}
}

static void reverse_twice(struct kunit *test)
{
	const struct parse_case *c = test->param_value;
	struct frame *f = build(test, c);
	struct svp_tuple back, again;
	struct svp_pkt pkt;

	parse_cut(test, f, f->len, f->len, &pkt);
	svp_tuple_reverse(&back, &pkt.tuple);
	svp_tuple_reverse(&again, &back);
	KUNIT_EXPECT_TRUE(test, svp_tuple_equal(&pkt.tuple, &again));
	KUNIT_EXPECT_FALSE(test, svp_tuple_equal(&pkt.tuple, &back));
}

static void reverse_fields(struct kunit *test)
{
	struct svp_tuple t, back;
	struct svp_pkt pkt;
	struct frame f;

	udp4(&f);
	frame_done(&f);
	parse_cut(test, &f, f.len, f.len, &pkt);
	t = pkt.tuple;
	t.vlan[0] = htons(SVP_VLAN_PRESENT | 7);
	t.port = 5;
	svp_tuple_reverse(&back, &t);
	KUNIT_EXPECT_EQ(test, ntohl(back.src.ip4), FRAME_B4);
	KUNIT_EXPECT_EQ(test, ntohl(back.dst.ip4), FRAME_A4);
	KUNIT_EXPECT_EQ(test, ntohs(back.sport), FRAME_DPORT);
	KUNIT_EXPECT_EQ(test, ntohs(back.dport), FRAME_SPORT);
	KUNIT_EXPECT_EQ(test, back.vlan[0], t.vlan[0]);
	KUNIT_EXPECT_EQ(test, back.port, t.port);

	arp(&f);
	parse_cut(test, &f, f.len, f.len, &pkt);
	svp_tuple_reverse(&back, &pkt.tuple);
	KUNIT_EXPECT_EQ(test, ntohs(back.sport), 0x0806);
	KUNIT_EXPECT_EQ(test, ntohs(back.dport), 0);
	KUNIT_EXPECT_EQ(test, 0, memcmp(back.src.mac, f.data, 6));
}

/* Addresses are where the tuple says, and the rest of an IPv4 one is zero */
static void addresses(struct kunit *test)
{
	struct svp_pkt pkt;
	struct frame f;

	tcp4(&f);
	frame_done(&f);
	parse_cut(test, &f, f.len, f.len, &pkt);
	KUNIT_EXPECT_EQ(test, ntohl(pkt.tuple.src.ip4), FRAME_A4);
	KUNIT_EXPECT_EQ(test, ntohl(pkt.tuple.dst.ip4), FRAME_B4);
	KUNIT_EXPECT_EQ(test, pkt.tuple.src.all[1], 0);
	KUNIT_EXPECT_EQ(test, pkt.tuple.dst.all[1], 0);
	KUNIT_EXPECT_EQ(test, pkt.ttl, 64);

	tcp6(&f);
	frame_done(&f);
	parse_cut(test, &f, f.len, f.len, &pkt);
	KUNIT_EXPECT_EQ(test, 0, memcmp(&pkt.tuple.src, f.data + 22, 16));
	KUNIT_EXPECT_EQ(test, 0, memcmp(&pkt.tuple.dst, f.data + 38, 16));

	arp(&f);
	parse_cut(test, &f, f.len, f.len, &pkt);
	KUNIT_EXPECT_EQ(test, 0, memcmp(pkt.tuple.dst.mac, f.data, 6));
	KUNIT_EXPECT_EQ(test, 0, memcmp(pkt.tuple.src.mac, f.data + 6, 6));
	KUNIT_EXPECT_EQ(test, pkt.tuple.src.all[2], 0);
}

/* The inner tuple is that of frames that travel with the error */
static void inner_is_reversed(struct kunit *test)
{
	static const struct {
		void (*error)(struct frame *f);
		void (*sent)(struct frame *f);
	} pairs[] = {
		{ error4_tcp, tcp4 }, { error4_echo, echo4 },
		{ error6_tcp, tcp6 }, { error6_ext, udp6 },
	};
	struct svp_pkt error, sent;
	struct svp_tuple back;
	struct frame f;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(pairs); i++) {
		pairs[i].error(&f);
		frame_done(&f);
		parse_cut(test, &f, f.len, f.len, &error);
		pairs[i].sent(&f);
		frame_done(&f);
		parse_cut(test, &f, f.len, f.len, &sent);
		svp_tuple_reverse(&back, &sent.tuple);
		KUNIT_EXPECT_TRUE_MSG(test, error.flags & SVP_PKT_ICMP_ERR,
				      "pair %u", i);
		KUNIT_EXPECT_TRUE_MSG(test, svp_tuple_equal(&error.inner, &back),
				      "pair %u", i);
	}
}

/* So does its VLAN */
static void inner_has_tags(struct kunit *test)
{
	struct frame plain, f;
	struct svp_pkt pkt;

	error4_tcp(&plain);
	frame_done(&plain);
	frame_macs(&f);
	frame_tag(&f, 0x88A8, 100);
	frame_tag(&f, 0x8100, 200);
	frame_put(&f, plain.data + 12, plain.len - 12);
	parse_cut(test, &f, f.len, f.len, &pkt);
	KUNIT_EXPECT_TRUE(test, pkt.flags & SVP_PKT_ICMP_ERR);
	KUNIT_EXPECT_EQ(test, ntohs(pkt.inner.vlan[0]), 0x1000 | 100);
	KUNIT_EXPECT_EQ(test, ntohs(pkt.inner.vlan[1]), 0x1000 | 200);
}

/* A transport header that the IP length cuts off, not the frame */
static void short_transport(struct kunit *test)
{
	static const struct {
		u8 proto, need;
	} protos[] = {
		{ TCP, 20 }, { UDP, 8 }, { IPPROTO_UDPLITE, 8 },
		{ IPPROTO_SCTP, 12 }, { IPPROTO_DCCP, 12 }, { ICMP, 8 },
		{ IPPROTO_ESP, 0 },
	};
	unsigned int i, len;
	struct svp_pkt pkt;
	struct frame f;

	for (i = 0; i < ARRAY_SIZE(protos); i++) {
		for (len = 0; len <= 20; len++) {
			frame_ip4(&f, protos[i].proto);
			frame_zero(&f, len);
			frame_done(&f);
			frame_zero(&f, 30);	/* padding of the frame */
			parse_cut(test, &f, f.len, f.len, &pkt);
			KUNIT_EXPECT_EQ_MSG(test, pkt.bad,
					    len < protos[i].need ?
					    SVP_BAD_NO_TRANSPORT : SVP_BAD_NONE,
					    "protocol %u, %u bytes",
					    protos[i].proto, len);
		}
	}
}

static void fragment_ids(struct kunit *test)
{
	static const struct {
		void (*build)(struct frame *f);
		u8 proto;
	} frags[] = {
		{ first4, TCP }, { later4, TCP },
		{ first6, 0 }, { later6, 0 },
	};
	struct svp_pkt pkt;
	struct frame f;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(frags); i++) {
		frags[i].build(&f);
		frame_done(&f);
		parse_cut(test, &f, f.len, f.len, &pkt);
		KUNIT_EXPECT_EQ(test, ntohl(pkt.frag_id), FRAME_FRAG_ID);
		KUNIT_EXPECT_EQ_MSG(test, pkt.frag_proto, frags[i].proto,
				    "fragment %u", i);
	}
}

/* IHL against the total length, the total length against the frame */
static void lengths_ip4(struct kunit *test)
{
	unsigned int ihl, tot;
	struct svp_pkt pkt;
	struct frame f;
	bool good;

	for (ihl = 0; ihl < 16; ihl++) {
		for (tot = 0; tot <= 0xFFFF; tot += tot < 200 ? 1 : 4661) {
			esp4(&f);
			frame_zero(&f, 60);
			f.data[f.l3] = 0x40 | ihl;
			frame_set16(&f, f.l3 + 2, tot);
			parse_cut(test, &f, f.len, f.len, &pkt);
			good = ihl >= 5 && tot >= ihl * 4 && tot <= f.len - 14;
			KUNIT_EXPECT_EQ_MSG(test, pkt.bad,
					    good ? SVP_BAD_NONE :
						   SVP_BAD_IP_LEN,
					    "ihl %u total %u", ihl, tot);
			KUNIT_EXPECT_EQ(test, pkt.l4,
					good ? 14 + ihl * 4 : 0);
		}
	}
}

static void lengths_ip6(struct kunit *test)
{
	static const u16 plens[] = { 0, 1, 7, 8, 9, 0x7FFF, 0xFFFE, 0xFFFF };
	struct svp_pkt pkt;
	struct frame f;
	unsigned int i;
	u8 want;

	for (i = 0; i < ARRAY_SIZE(plens); i++) {
		udp6(&f);
		frame_set16(&f, f.l3 + 4, plens[i]);
		parse_cut(test, &f, f.len, f.len, &pkt);
		want = plens[i] > 8 ? SVP_BAD_IP_LEN :
		       plens[i] < 8 ? SVP_BAD_NO_TRANSPORT : SVP_BAD_NONE;
		KUNIT_EXPECT_EQ_MSG(test, pkt.bad, want, "length %u", plens[i]);
	}
}

/* Every length an extension header can claim */
static void lengths_ext6(struct kunit *test)
{
	static const struct {
		u8 proto, unit, extra;
	} kinds[] = {
		{ IPPROTO_HOPOPTS, 8, 8 }, { IPPROTO_DSTOPTS, 8, 8 },
		{ IPPROTO_ROUTING, 8, 8 }, { IPPROTO_AH, 4, 8 },
	};
	unsigned int i, len, hlen;
	struct svp_pkt pkt;
	struct frame f;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		for (len = 0; len < 256; len++) {
			frame_ip6(&f, kinds[i].proto);
			frame_u8(&f, IPPROTO_ESP);
			frame_u8(&f, len);
			frame_zero(&f, 38);
			frame_done(&f);
			parse_cut(test, &f, f.len, f.len, &pkt);
			hlen = len * kinds[i].unit + kinds[i].extra;
			KUNIT_EXPECT_EQ_MSG(test, pkt.l4,
					    hlen <= 40 ? L4_IP6 + hlen : 0,
					    "kind %u length %u", i, len);
			KUNIT_EXPECT_EQ(test, pkt.bad,
					hlen <= 40 ? SVP_BAD_NONE :
						     SVP_BAD_NO_TRANSPORT);
		}
	}
}

/* @n tags in the frame, one beside it when @hw */
static void parse_tagged(struct kunit *test, unsigned int n, bool hw, u16 type,
			 struct svp_pkt *pkt)
{
	struct frame f;
	unsigned int i;

	frame_macs(&f);
	for (i = 0; i < n; i++)
		frame_tag(&f, i ? 0x8100 : 0x88A8, 0xE000 | (i + 1));
	frame_u16(&f, type);
	frame_ip4_hdr(&f, IPPROTO_UDP, 0, false);
	frame_udp(&f);
	frame_done(&f);
	KUNIT_EXPECT_EQ(test, svp_parse(f.data, f.len, f.len, hw, 0xFFFF, pkt),
			0);
}

static void tags(struct kunit *test)
{
	struct svp_pkt pkt;
	unsigned int n, all;
	int hw;

	for (hw = 0; hw < 2; hw++) {
		for (n = 0; n < 7; n++) {
			all = n + hw;
			parse_tagged(test, n, hw, 0x0800, &pkt);
			KUNIT_EXPECT_EQ(test, pkt.n_vlan, all);
			KUNIT_EXPECT_EQ(test, pkt.bad,
					all > 2 ? SVP_BAD_TOO_MANY_TAGS : 0);
			KUNIT_EXPECT_EQ(test, pkt.tuple.family,
					all > 2 ? 0 : 4);
			KUNIT_EXPECT_EQ(test, pkt.l3,
					all > 2 ? 0 : 14 + 4 * n);
			KUNIT_EXPECT_EQ(test, ntohs(pkt.ethertype), 0x0800);
			KUNIT_EXPECT_EQ(test, ntohs(pkt.tuple.vlan[0]),
					hw ? 0x1FFF : n ? 0x1001 : 0);
			KUNIT_EXPECT_EQ(test, ntohs(pkt.tuple.vlan[1]),
					all < 2 ? 0 : hw ? 0x1001 : 0x1002);
		}
	}
}

/* A guest cannot hide an NSH behind tags: too many are no way out either */
static void nsh_behind_tags(struct kunit *test)
{
	struct svp_pkt pkt;
	unsigned int n;

	for (n = 0; n <= 10; n++) {
		parse_tagged(test, n, false, 0x894F, &pkt);
		KUNIT_EXPECT_TRUE_MSG(test, (pkt.flags & SVP_PKT_NSH) ||
				      (n > 8 && pkt.bad), "%u tags", n);
		parse_tagged(test, n, true, 0x894F, &pkt);
		KUNIT_EXPECT_TRUE(test, (pkt.flags & SVP_PKT_NSH) ||
				  (n > 8 && pkt.bad));
		KUNIT_EXPECT_LE(test, pkt.n_vlan, 9);	/* bounded work */
	}
}

static void tag_cut_off(struct kunit *test)
{
	struct svp_pkt pkt;
	unsigned int len;
	struct frame f;

	frame_macs(&f);
	frame_tag(&f, 0x8100, 5);
	frame_u16(&f, 0x0800);
	for (len = 14; len < 18; len++) {
		parse_cut(test, &f, len, len, &pkt);
		KUNIT_EXPECT_EQ(test, pkt.flags, SVP_PKT_TRUNC);
		KUNIT_EXPECT_EQ(test, pkt.n_vlan, 0);
	}
}

/* 802.3 lengths are one ethertype: a guest must not make a flow of each */
static void llc_lengths(struct kunit *test)
{
	struct svp_pkt pkt;
	unsigned int type;
	struct frame f;

	for (type = 0; type < 0x600; type += 0x55) {
		frame_eth(&f, type);
		frame_zero(&f, 46);
		parse_cut(test, &f, f.len, f.len, &pkt);
		KUNIT_EXPECT_EQ(test, ntohs(pkt.ethertype), 4);
		KUNIT_EXPECT_EQ(test, ntohs(pkt.tuple.sport), 4);
	}
	frame_eth(&f, 0x600);
	parse_cut(test, &f, f.len, f.len, &pkt);
	KUNIT_EXPECT_EQ(test, ntohs(pkt.ethertype), 0x600);
}

static void buffer_longer_than_frame(struct kunit *test)
{
	struct svp_pkt pkt;
	struct frame f;

	tcp4(&f);
	frame_done(&f);
	KUNIT_EXPECT_EQ(test, svp_parse(f.data, f.len, f.len - 1, false, 0,
					&pkt), 0);
	KUNIT_EXPECT_EQ(test, pkt.bad, SVP_BAD_IP_LEN);
}

static struct kunit_case parse_cases[] = {
	KUNIT_CASE_PARAM(parse_whole, parse_gen_params),
	KUNIT_CASE_PARAM(parse_truncated, parse_gen_params),
	KUNIT_CASE_PARAM(parse_pulled, parse_gen_params),
	KUNIT_CASE_PARAM(reverse_twice, parse_gen_params),
	KUNIT_CASE(reverse_fields),
	KUNIT_CASE(addresses),
	KUNIT_CASE(inner_is_reversed),
	KUNIT_CASE(inner_has_tags),
	KUNIT_CASE(short_transport),
	KUNIT_CASE(fragment_ids),
	KUNIT_CASE(lengths_ip4),
	KUNIT_CASE(lengths_ip6),
	KUNIT_CASE(lengths_ext6),
	KUNIT_CASE(tags),
	KUNIT_CASE(nsh_behind_tags),
	KUNIT_CASE(tag_cut_off),
	KUNIT_CASE(llc_lengths),
	KUNIT_CASE(buffer_longer_than_frame),
	{}
};

static struct kunit_suite parse_suite = {
	.name = "svcplane_parse",
	.test_cases = parse_cases,
};

kunit_test_suite(parse_suite);
