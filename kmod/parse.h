/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tuples of Ethernet frames, from (buffer, length). No skb in here: the same
 * object is fuzzed in user space.
 */
#ifndef SVP_PARSE_H
#define SVP_PARSE_H

#include <linux/build_bug.h>
#include <linux/in6.h>
#include <linux/string.h>
#include <linux/types.h>
#include <linux/unaligned.h>

#define SVP_VLAN_PRESENT	0x1000	/* as htons() in svp_tuple.vlan */
#define SVP_VLAN_DEPTH		2	/* tags that a tuple can hold */
#define SVP_EXT_HDRS_MAX	8	/* IPv6 extension headers looked through */

/**
 * union svp_addr - an address: IPv4 and MAC in the first bytes, the rest zero
 * @ip4: IPv4
 * @ip6: IPv6
 * @mac: Ethernet
 * @all: for comparing and hashing
 */
union svp_addr {
	__be32 ip4;
	struct in6_addr ip6;
	u8 mac[6];
	__be32 all[4];
};

/**
 * struct svp_tuple - what names one direction of a flow: a hash key
 * @src: source address
 * @dst: destination address
 * @sport: source port; for ICMP queries their identifier; for frames that are
 *	not IP the ethertype, htons(ETH_P_802_2) when there is a length instead
 * @dport: destination port; for ICMP queries their identifier again
 * @vlan: outer and inner VLAN id | htons(SVP_VLAN_PRESENT); 0 = no tag
 * @family: 4, 6, or 0: not IP, then the addresses are MACs
 * @proto: IP protocol behind the extension headers; of a later IPv6 fragment
 *	what its fragment header says, which need not be that of the first
 * @port: number of the guest port, for the caller; svp_parse() leaves 0
 */
struct svp_tuple {
	union svp_addr src, dst;
	__be16 sport, dport;
	__be16 vlan[SVP_VLAN_DEPTH];
	u8 family;
	u8 proto;
	u16 port;
};

#define SVP_TUPLE_WORDS		5	/* of 64 bits, and one of 32 behind them */

static_assert(sizeof(struct svp_tuple) == 8 * SVP_TUPLE_WORDS + 4);

/**
 * enum svp_parse_flags - what svp_parse() saw, svp_pkt.flags
 * @SVP_PKT_FRAG_FIRST: first of several fragments
 * @SVP_PKT_FRAG_LATER: another fragment: no ports
 * @SVP_PKT_ICMP_ERR: ICMP error; svp_pkt.inner is valid
 * @SVP_PKT_ICMP_ALIEN: ICMP error that cannot be put to a flow: what it quotes
 *	is unreadable, itself an error, or was not sent by who gets the error
 * @SVP_PKT_INNER_NO_PORTS: the quoted packet belongs to a protocol with ports,
 *	but they are not among the bytes quoted
 * @SVP_PKT_SYN: TCP SYN without ACK
 * @SVP_PKT_SYNACK: TCP SYN with ACK
 * @SVP_PKT_FIN: TCP FIN
 * @SVP_PKT_RST: TCP RST
 * @SVP_PKT_ACK: TCP ACK
 * @SVP_PKT_GROUP_MAC: sent to a multicast or broadcast MAC
 * @SVP_PKT_GROUP_IP: sent to a multicast IP or 255.255.255.255
 * @SVP_PKT_ARP: ARP
 * @SVP_PKT_ND: neighbour discovery that a receiver would believe: hop limit
 *	255, code 0, not a fragment
 * @SVP_PKT_NSH: ethertype 0x894F behind any number of tags
 * @SVP_PKT_TRUNC: the frame ends before a header that should be there
 */
enum svp_parse_flags {
	SVP_PKT_FRAG_FIRST	= 1 << 0,
	SVP_PKT_FRAG_LATER	= 1 << 1,
	SVP_PKT_ICMP_ERR	= 1 << 2,
	SVP_PKT_ICMP_ALIEN	= 1 << 3,
	SVP_PKT_INNER_NO_PORTS	= 1 << 4,
	SVP_PKT_SYN		= 1 << 5,
	SVP_PKT_SYNACK		= 1 << 6,
	SVP_PKT_FIN		= 1 << 7,
	SVP_PKT_RST		= 1 << 8,
	SVP_PKT_ACK		= 1 << 9,
	SVP_PKT_GROUP_MAC	= 1 << 10,
	SVP_PKT_GROUP_IP	= 1 << 11,
	SVP_PKT_ARP		= 1 << 12,
	SVP_PKT_ND		= 1 << 13,
	SVP_PKT_NSH		= 1 << 14,
	SVP_PKT_TRUNC		= 1 << 15,
};

#define SVP_PKT_FRAG	(SVP_PKT_FRAG_FIRST | SVP_PKT_FRAG_LATER)

/**
 * enum svp_parse_bad - why a fail-closed guest may not have this frame
 * @SVP_BAD_NONE: it may
 * @SVP_BAD_NO_TRANSPORT: IP, but its transport header was not found: more than
 *	SVP_EXT_HDRS_MAX extension headers, headers out of order, or truncated
 * @SVP_BAD_FIRST_FRAG_SHORT: first fragment without its whole transport header
 * @SVP_BAD_TCP_FRAG_OFF1: TCP fragment at offset 1: would overwrite the flags
 * @SVP_BAD_TOO_MANY_TAGS: more than SVP_VLAN_DEPTH VLAN tags
 * @SVP_BAD_IP_LEN: header or total length of IP against each other or the frame
 * @SVP_BAD_IP_VERSION: IP version does not go with the ethertype
 * @SVP_BAD_GROUP_MAC_UNICAST_IP: unicast IP in a group-addressed frame
 * @SVP_BAD_CSUM: a checksum is to be filled into a header that has been read;
 *	for the caller, svp_parse() sees no such wish
 */
enum svp_parse_bad {
	SVP_BAD_NONE,
	SVP_BAD_NO_TRANSPORT,
	SVP_BAD_FIRST_FRAG_SHORT,
	SVP_BAD_TCP_FRAG_OFF1,
	SVP_BAD_TOO_MANY_TAGS,
	SVP_BAD_IP_LEN,
	SVP_BAD_IP_VERSION,
	SVP_BAD_GROUP_MAC_UNICAST_IP,
	SVP_BAD_CSUM,
};

/**
 * struct svp_pkt - a parsed frame
 * @tuple: of the frame itself; a later fragment has ports 0
 * @flags: SVP_PKT_*
 * @l3: offset of the IP header from the buffer's start; 0 = unknown
 * @l4: offset of the transport header, likewise
 * @ethertype: behind the tags
 * @frag_id: identification; IPv4 ids are in the low half as in the header
 * @frag_proto: protocol by which receivers tell datagrams with equal @frag_id
 *	apart, the same for each fragment of one: IPv4 protocol; 0 for IPv6,
 *	where it takes no part
 * @tcp_flags: byte 13 of the TCP header
 * @ttl: TTL or hop limit
 * @n_vlan: VLAN tags seen
 * @bad: enum svp_parse_bad
 * @unused: 0
 * @need: more than 0: so many bytes have to be in the buffer for an answer
 * @end: offset of the end of the IP packet, padding of the frame excluded;
 *	0 = unknown
 * @inner: with SVP_PKT_ICMP_ERR only, else not initialised: tuple of the
 *	quoted packet, reversed, so that it equals the tuple of frames that
 *	travel the same way as the error
 */
struct svp_pkt {
	struct svp_tuple tuple;
	u32 flags;
	u16 l3, l4;
	__be16 ethertype;
	u8 tcp_flags;
	u8 ttl;
	__be32 frag_id;
	u8 frag_proto;
	u8 n_vlan;
	u8 bad;
	u8 unused;
	u32 need;
	u32 end;
	struct svp_tuple inner;
};

int svp_parse(const void *buf, unsigned int len, unsigned int frame_len,
	      bool has_hwvlan, u16 hwvlan_tci, struct svp_pkt *pkt);
/* parse_csum.c */
bool svp_parse_csum(const struct svp_pkt *pkt, int start, unsigned int offset);
void svp_tuple_reverse(struct svp_tuple *to, const struct svp_tuple *from);

/**
 * svp_tuple_equal - whether two keys are the same
 * @a: one
 * @b: the other
 *
 * By words, for the hit path: memcmp() is a call, and on some architectures one
 * that goes byte by byte.
 *
 * Return: true when all fields are equal, the guest port included.
 */
static inline bool svp_tuple_equal(const struct svp_tuple *a,
				   const struct svp_tuple *b)
{
	const u64 *x = (const u64 *)a, *y = (const u64 *)b;
	unsigned int i;

	for (i = 0; i < SVP_TUPLE_WORDS; i++)
		if (get_unaligned(x + i) != get_unaligned(y + i))
			return false;
	return get_unaligned((const u32 *)(x + i)) ==
	       get_unaligned((const u32 *)(y + i));
}

#endif
