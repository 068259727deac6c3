// SPDX-License-Identifier: GPL-2.0-only
/*
 * Suite of offloads: what senders may ask of them, and how much a frame is.
 */
#include <kunit/test.h>
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/icmp.h>
#include <linux/ip.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>

#include "frame.h"
#include "skb.h"

#define L4		(ETH_HLEN + 20)
#define TCP_HEADERS	(L4 + 20)
#define TAIL		64

static void tcp(struct frame *f)
{
	frame_ip4(f, IPPROTO_TCP);
	frame_tcp(f, 0x10);
}

static void udp(struct frame *f)
{
	frame_ip4(f, IPPROTO_UDP);
	frame_udp(f);
}

static void sctp(struct frame *f)
{
	frame_ip4(f, IPPROTO_SCTP);
	frame_ports(f);
	frame_zero(f, 8);
}

static void gre(struct frame *f)
{
	frame_ip4(f, IPPROTO_GRE);
}

static void ping(struct frame *f)
{
	frame_ip4(f, IPPROTO_ICMP);
	frame_icmp(f, ICMP_ECHO, 0, FRAME_ID);
}

static void later_fragment(struct frame *f)
{
	frame_eth(f, ETH_P_IP);
	frame_ip4_hdr(f, IPPROTO_UDP, 3, false);
}

static void later_fragment6(struct frame *f)
{
	frame_ip6(f, IPPROTO_FRAGMENT);
	frame_frag6(f, IPPROTO_UDP, 3 << 3);
}

static void mpls(struct frame *f)
{
	frame_eth(f, ETH_P_MPLS_UC);
}

/* The frame and TAIL bytes; skb->data at its MAC header */
static struct sk_buff *make(struct kunit *test, void (*build)(struct frame *f))
{
	struct frame *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	struct sk_buff *skb = alloc_skb(128 + FRAME_MAX, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, f);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	build(f);
	frame_zero(f, TAIL);
	frame_done(f);
	skb_reserve(skb, 128);
	skb_put_data(skb, f->data, f->len);
	skb_reset_mac_header(skb);
	skb_set_network_header(skb, ETH_HLEN);
	skb_set_transport_header(skb, L4);
	return skb;
}

static void ask_sum(struct sk_buff *skb, int start, u16 offset)
{
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb_headroom(skb) + start;
	skb->csum_offset = offset;
}

static const struct csum_case {
	const char *name;
	void (*build)(struct frame *f);
	int start;
	u16 offset;
	bool good;
} csum_cases[] = {
	{ "TCP", tcp, L4, 16, true },
	{ "TCP, the ports", tcp, L4, 2, false },
	{ "TCP, the flags", tcp, L4, 12, false },
	{ "TCP, over IP", tcp, ETH_HLEN, 36, false },
	{ "TCP, the addresses", tcp, ETH_HLEN, 16, false },
	{ "TCP, the MAC addresses", tcp, 0, 2, false },
	{ "TCP, before the frame", tcp, -2, 4, false },
	{ "TCP, within the header", tcp, L4 + 1, 2, false },
	{ "TCP, a tunnel in it", tcp, L4 + 20, 0, true },
	{ "UDP", udp, L4, 6, true },
	{ "UDP, the port", udp, L4, 2, false },
	{ "UDP, the payload summed up with the header", udp, L4, 8, false },
	{ "UDP, within the header", udp, L4 + 7, 0, false },
	{ "UDP, a tunnel in it", udp, L4 + 8, 16, true },
	{ "SCTP", sctp, L4, 8, true },
	{ "SCTP, the port", sctp, L4, 2, false },
	{ "ICMP", ping, L4, 2, true },
	{ "ICMP, the identifier", ping, L4, 4, false },
	{ "ICMP, a quote", ping, L4 + 8, 16, false },
	{ "a protocol without ports", gre, L4, 4, true },
	{ "a protocol without ports, the address", gre, L4 - 4, 2, false },
	{ "a later fragment", later_fragment, L4, 6, false },
	{ "a later fragment, IPv6: its id", later_fragment6, L4 + 20, 4, false },
	{ "a later fragment, the address", later_fragment, L4 - 2, 0, false },
	{ "not IP", mpls, ETH_HLEN, 0, true },
	{ "not IP, the ethertype", mpls, ETH_HLEN - 2, 0, false },
};

static void sums(struct kunit *test)
{
	const struct csum_case *c;
	struct sk_buff *skb;
	struct svp_pkt pkt;
	unsigned int i;

	for (i = 0; i < 2 * ARRAY_SIZE(csum_cases); i++) {
		c = &csum_cases[i / 2];
		skb = make(test, c->build);
		ask_sum(skb, c->start, c->offset);
		/* at an ingress hook the MAC header lies before skb->data */
		if (i & 1)
			__skb_pull(skb, ETH_HLEN);
		KUNIT_EXPECT_EQ(test, svp_skb_parse(skb, &pkt), 0);
		KUNIT_EXPECT_EQ_MSG(test, pkt.bad,
				    c->good ? SVP_BAD_NONE : SVP_BAD_CSUM,
				    "%s", c->name);
		skb->ip_summed = CHECKSUM_UNNECESSARY;
		KUNIT_EXPECT_EQ(test, svp_skb_parse(skb, &pkt), 0);
		KUNIT_EXPECT_EQ_MSG(test, pkt.bad, SVP_BAD_NONE, "%s", c->name);
		kfree_skb(skb);
	}
}

/* Says that it is @len bytes long: nothing but headers is looked at */
static void claim(struct sk_buff *skb, unsigned int len, u16 gso_size)
{
	skb->data_len += len - skb->len;
	skb->len = len;
	skb_shinfo(skb)->gso_size = gso_size;
	skb_shinfo(skb)->gso_type = SKB_GSO_TCPV4 | SKB_GSO_DODGY;
}

static void unclaim(struct sk_buff *skb)
{
	skb->len -= skb->data_len;
	skb->data_len = 0;
	kfree_skb(skb);
}

static void wire_bytes(struct kunit *test)
{
	struct sk_buff *skb = make(test, tcp);
	unsigned int segs = 7500;

	KUNIT_EXPECT_EQ(test, svp_skb_wire_len(skb), TCP_HEADERS + TAIL);
	claim(skb, TCP_HEADERS + 60000, 8);
	ask_sum(skb, L4, 16);
	KUNIT_EXPECT_EQ(test, svp_skb_wire_len(skb), 60000 + segs * TCP_HEADERS);
	/* segments are made without a checksum asked for, too */
	skb->ip_summed = CHECKSUM_NONE;
	KUNIT_EXPECT_EQ(test, svp_skb_wire_len(skb), 60000 + segs * TCP_HEADERS);
	/* no credit for headers that are longer than any that is read */
	claim(skb, 60000, 8);
	ask_sum(skb, 30000, 16);
	KUNIT_EXPECT_LE(test, svp_skb_wire_len(skb), 60000 + segs * 1024);
	claim(skb, 500000, 1);
	KUNIT_EXPECT_GE(test, svp_skb_wire_len(skb), 500000U);
	unclaim(skb);
}

/* A tag is not counted, but what the guest says segments are like is */
static void fits(struct kunit *test)
{
	struct sk_buff *skb = make(test, tcp);
	struct net_device *dev = alloc_etherdev(0);
	unsigned int mss = ETH_DATA_LEN - 40;

	KUNIT_ASSERT_NOT_NULL(test, dev);
	skb->protocol = htons(ETH_P_IP);
	claim(skb, TCP_HEADERS + 60000, mss);
	KUNIT_EXPECT_TRUE(test, svp_skb_fits(skb, dev));
	claim(skb, TCP_HEADERS + 60000, mss + 1);
	KUNIT_EXPECT_FALSE(test, svp_skb_fits(skb, dev));
	__vlan_hwaccel_put_tag(skb, htons(ETH_P_8021Q), 7);
	KUNIT_ASSERT_TRUE(test, svp_skb_tag_inside(skb));
	claim(skb, TCP_HEADERS + VLAN_HLEN + 60000, mss);
	KUNIT_EXPECT_TRUE(test, svp_skb_fits(skb, dev));
	claim(skb, TCP_HEADERS + VLAN_HLEN + 60000, mss + 1);
	KUNIT_EXPECT_FALSE(test, svp_skb_fits(skb, dev));
	free_netdev(dev);
	unclaim(skb);
}

static struct kunit_case offload_cases[] = {
	KUNIT_CASE(sums),
	KUNIT_CASE(wire_bytes),
	KUNIT_CASE(fits),
	{}
};

static struct kunit_suite offload_suite = {
	.name = "svcplane_offload",
	.test_cases = offload_cases,
};

kunit_test_suite(offload_suite);
