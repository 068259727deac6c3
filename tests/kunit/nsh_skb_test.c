// SPDX-License-Identifier: GPL-2.0-only
/*
 * Suite of NSH on an skb: push, read and pop over each way in which the bytes
 * of a frame can lie in memory, each headroom and each state of the checksum.
 * The answer is that of the linear case, and a clone keeps its bytes.
 */
#include <kunit/test.h>
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <net/checksum.h>
#include <net/ip.h>
#include <net/tcp.h>

#include "nsh.h"

#define FRAME_LEN	200
#define MD2_LEN		96
#define BUF		512
#define CSUM_AT		(ETH_HLEN + 20)
#define VLAN_TCI	0x6123

enum geometry { LINEAR, FRAGS, FRAG_LIST, CLONED, GEOMETRIES };

static const u8 outer_dst[ETH_ALEN] __aligned(2) = { 2, 0x50, 0, 2, 0, 0 };
static const u8 outer_src[ETH_ALEN] __aligned(2) = { 2, 0x50, 0, 1, 0, 0 };

struct skb_case {
	enum geometry geometry;
	unsigned int headroom;
	u8 summed;
	bool vlan;
	bool md2;
};

static void fill(u8 *p)
{
	unsigned int i;

	for (i = 0; i < FRAME_LEN; i++)
		p[i] = 7 * i + 3;
	p[0] = 0x52;
	p[6] = 0x52;
	p[12] = 0x08;
	p[13] = 0x00;
}

static struct sk_buff *alloc_linear(const u8 *p, unsigned int len,
				    unsigned int headroom)
{
	struct sk_buff *skb = alloc_skb(headroom + len, GFP_KERNEL);

	if (!skb)
		return NULL;
	skb_reserve(skb, headroom);
	skb_put_data(skb, p, len);
	return skb;
}

/* Nothing is linear; the border of the two pages lies in the MAC header */
static struct sk_buff *alloc_frags(const u8 *p, unsigned int headroom)
{
	struct sk_buff *skb = alloc_skb(headroom + 1, GFP_KERNEL);
	static const unsigned int part[2] = { 9, FRAME_LEN - 9 };
	struct page *page;
	unsigned int i;

	if (!skb)
		return NULL;
	skb_reserve(skb, headroom);
	for (i = 0; i < 2; i++) {
		page = alloc_page(GFP_KERNEL);
		if (!page) {
			kfree_skb(skb);
			return NULL;
		}
		memcpy(page_address(page) + 100, p, part[i]);
		skb_add_rx_frag(skb, i, page, 100, part[i], PAGE_SIZE);
		p += part[i];
	}
	return skb;
}

static struct sk_buff *alloc_frag_list(const u8 *p, unsigned int headroom)
{
	struct sk_buff *skb = alloc_linear(p, 5, headroom);
	struct sk_buff *more = alloc_linear(p + 5, 4, 0);
	struct sk_buff *rest = alloc_linear(p + 9, FRAME_LEN - 9, 0);

	if (!skb || !more || !rest) {
		kfree_skb(skb);
		kfree_skb(more);
		kfree_skb(rest);
		return NULL;
	}
	more->next = rest;
	skb_shinfo(skb)->frag_list = more;
	skb->len += FRAME_LEN - 5;
	skb->data_len += FRAME_LEN - 5;
	skb->truesize += more->truesize + rest->truesize;
	return skb;
}

static void set_checksum(struct sk_buff *skb, u8 summed)
{
	skb->ip_summed = summed;
	if (summed == CHECKSUM_COMPLETE) {
		skb->csum = skb_checksum(skb, 0, skb->len, 0);
	} else if (summed == CHECKSUM_PARTIAL) {
		skb->csum_start = skb_headroom(skb) + CSUM_AT;
		skb->csum_offset = 6;
	}
}

static struct sk_buff *make_skb(struct kunit *test, const struct skb_case *c,
				const u8 *p)
{
	struct sk_buff *skb;

	if (c->geometry == FRAGS)
		skb = alloc_frags(p, c->headroom);
	else if (c->geometry == FRAG_LIST)
		skb = alloc_frag_list(p, c->headroom);
	else
		skb = alloc_linear(p, FRAME_LEN, c->headroom);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reset_mac_header(skb);
	skb_set_network_header(skb, ETH_HLEN);
	skb->protocol = htons(ETH_P_IP);
	set_checksum(skb, c->summed);
	if (c->vlan)
		__vlan_hwaccel_put_tag(skb, htons(ETH_P_8021Q), VLAN_TCI);
	return skb;
}

static unsigned int make_nsh(u8 *hdr, bool md2)
{
	static const u8 ctx[MD2_LEN - 8];
	struct svp_nsh_tmpl t = {
		.spi = 0x123456,
		.si = 250,
		.ttl = 60,
		.next = SVCPLANE_NP_ETHERNET,
		.mdtype = md2 ? SVCPLANE_NSH_MD2 : SVCPLANE_NSH_MD1,
		.md1 = { htonl(0x20010002), htonl(3), htonl(4), htonl(5) },
		.ctx = ctx,
		.ctx_len = sizeof(ctx),
	};

	return svp_nsh_build(hdr, SVP_NSH_MAX_LEN, &t);
}

/* The frame as it should be inside: with its tag in it */
static unsigned int make_inner(u8 *to, const u8 *frame, bool vlan)
{
	struct vlan_hdr *tag = (struct vlan_hdr *)(to + ETH_HLEN);

	if (!vlan) {
		memcpy(to, frame, FRAME_LEN);
		return FRAME_LEN;
	}
	memcpy(to, frame, 2 * ETH_ALEN);
	to[12] = 0x81;
	to[13] = 0x00;
	tag->h_vlan_TCI = htons(VLAN_TCI);
	memcpy(to + 16, frame + 12, FRAME_LEN - 12);
	return FRAME_LEN + VLAN_HLEN;
}

static void expect_checksum(struct kunit *test, struct sk_buff *skb,
			    const struct skb_case *c, int csum_at)
{
	KUNIT_EXPECT_EQ(test, (u8)skb->ip_summed, c->summed);
	if (c->summed == CHECKSUM_COMPLETE)
		KUNIT_EXPECT_EQ(test, csum_fold(skb->csum),
				csum_fold(skb_checksum(skb, 0, skb->len, 0)));
	else if (c->summed == CHECKSUM_PARTIAL)
		KUNIT_EXPECT_EQ(test, skb_checksum_start_offset(skb), csum_at);
}

static void expect_bytes(struct kunit *test, struct sk_buff *skb,
			 unsigned int off, const u8 *want, unsigned int len)
{
	u8 *got = kunit_kzalloc(test, len, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, got);
	KUNIT_EXPECT_EQ(test, skb_copy_bits(skb, off, got, len), 0);
	KUNIT_EXPECT_EQ(test, memcmp(got, want, len), 0);
}

static void expect_pushed(struct kunit *test, struct sk_buff *skb,
			  const struct skb_case *c, const u8 *frame)
{
	u8 *hdr = kunit_kzalloc(test, SVP_NSH_MAX_LEN, GFP_KERNEL);
	u8 *inner = kunit_kzalloc(test, BUF, GFP_KERNEL);
	unsigned int hdr_len, len;
	struct ethhdr eth;

	hdr_len = make_nsh(hdr, c->md2);
	len = make_inner(inner, frame, c->vlan);
	KUNIT_EXPECT_EQ(test, skb->len, ETH_HLEN + hdr_len + len);
	memcpy(eth.h_dest, outer_dst, ETH_ALEN);
	memcpy(eth.h_source, outer_src, ETH_ALEN);
	eth.h_proto = htons(ETH_P_NSH);
	expect_bytes(test, skb, 0, (u8 *)&eth, ETH_HLEN);
	expect_bytes(test, skb, ETH_HLEN, hdr, hdr_len);
	expect_bytes(test, skb, ETH_HLEN + hdr_len, inner, len);
	KUNIT_EXPECT_EQ(test, skb->protocol, htons(ETH_P_NSH));
	KUNIT_EXPECT_EQ(test, skb_mac_offset(skb), 0);
	KUNIT_EXPECT_EQ(test, skb_network_offset(skb), ETH_HLEN);
	KUNIT_EXPECT_EQ(test, skb->mac_len, ETH_HLEN);
	KUNIT_EXPECT_FALSE(test, skb_vlan_tag_present(skb));
	expect_checksum(test, skb, c,
			ETH_HLEN + hdr_len + len - FRAME_LEN + CSUM_AT);
}

static void expect_popped(struct kunit *test, struct sk_buff *skb,
			  const struct skb_case *c, const u8 *frame)
{
	u8 *inner = kunit_kzalloc(test, BUF, GFP_KERNEL);
	unsigned int len;

	len = make_inner(inner, frame, c->vlan);
	KUNIT_EXPECT_EQ(test, skb->len, len);
	expect_bytes(test, skb, 0, inner, len);
	KUNIT_EXPECT_EQ(test, skb->protocol,
			htons(c->vlan ? ETH_P_8021Q : ETH_P_IP));
	KUNIT_EXPECT_EQ(test, skb_mac_offset(skb), 0);
	KUNIT_EXPECT_EQ(test, skb_network_offset(skb), ETH_HLEN);
	KUNIT_EXPECT_EQ(test, skb->mac_len, ETH_HLEN);
	KUNIT_EXPECT_EQ(test, skb_transport_offset(skb),
			c->summed == CHECKSUM_PARTIAL ?
			skb_checksum_start_offset(skb) : ETH_HLEN);
	expect_checksum(test, skb, c, len - FRAME_LEN + CSUM_AT);
}

static void expect_read(struct kunit *test, struct sk_buff *skb, bool md2)
{
	u8 *copy = kunit_kzalloc(test, SVP_NSH_MAX_LEN, GFP_KERNEL);
	struct svp_nsh nsh;

	KUNIT_EXPECT_EQ(test, svp_nsh_read(skb, copy, &nsh), SVP_NSH_OK);
	KUNIT_EXPECT_EQ(test, nsh.spi, 0x123456U);
	KUNIT_EXPECT_EQ(test, nsh.si, 250);
	KUNIT_EXPECT_EQ(test, nsh.ttl, 60);
	KUNIT_EXPECT_EQ(test, nsh.len, md2 ? MD2_LEN : 24);
	KUNIT_EXPECT_PTR_EQ(test, nsh.ctx, (const u8 *)copy + 8);
}

static void there_and_back(struct kunit *test, const struct skb_case *c)
{
	u8 *frame = kunit_kzalloc(test, FRAME_LEN, GFP_KERNEL);
	u8 *hdr = kunit_kzalloc(test, SVP_NSH_MAX_LEN, GFP_KERNEL);
	struct sk_buff *skb, *clone = NULL;
	unsigned int hdr_len;

	fill(frame);
	skb = make_skb(test, c, frame);
	if (c->geometry == CLONED)
		clone = skb_clone(skb, GFP_KERNEL);
	hdr_len = make_nsh(hdr, c->md2);

	KUNIT_EXPECT_EQ(test, svp_nsh_push(skb, hdr, hdr_len, outer_dst,
					   outer_src), 0);
	expect_pushed(test, skb, c, frame);

	skb_pull_rcsum(skb, ETH_HLEN);
	expect_read(test, skb, c->md2);
	KUNIT_EXPECT_EQ(test, svp_nsh_pop(skb), 0);
	expect_popped(test, skb, c, frame);

	if (clone) {
		KUNIT_EXPECT_EQ(test, clone->len, FRAME_LEN);
		expect_bytes(test, clone, 0, frame, FRAME_LEN);
	}
	kfree_skb(clone);
	kfree_skb(skb);
}

static void push_pop_geometry(struct kunit *test)
{
	static const unsigned int headrooms[] = { 0, 1, 37, 38, 42, 256 };
	static const u8 summed[] = { CHECKSUM_NONE, CHECKSUM_UNNECESSARY,
				     CHECKSUM_COMPLETE, CHECKSUM_PARTIAL };
	unsigned int g, h, s, more;

	for (g = 0; g < GEOMETRIES; g++)
		for (h = 0; h < ARRAY_SIZE(headrooms); h++)
			for (s = 0; s < ARRAY_SIZE(summed); s++)
				for (more = 0; more < 4; more++) {
					struct skb_case c = {
						.geometry = g,
						.headroom = headrooms[h],
						.summed = summed[s],
						.vlan = more & 1,
						.md2 = more & 2,
					};

					there_and_back(test, &c);
				}
}

/* A clone of the pushed frame: pop must not write where both look */
static void pop_cloned(struct kunit *test)
{
	struct skb_case c = { .geometry = LINEAR, .headroom = 64 };
	u8 *frame = kunit_kzalloc(test, FRAME_LEN, GFP_KERNEL);
	struct sk_buff *skb, *clone;
	u8 hdr[24];

	fill(frame);
	skb = make_skb(test, &c, frame);
	svp_nsh_push(skb, hdr, make_nsh(hdr, false), outer_dst, outer_src);
	clone = skb_clone(skb, GFP_KERNEL);
	skb_pull_rcsum(skb, ETH_HLEN);
	KUNIT_EXPECT_EQ(test, svp_nsh_pop(skb), 0);
	expect_popped(test, skb, &c, frame);
	if (clone)
		expect_pushed(test, clone, &c, frame);
	kfree_skb(clone);
	kfree_skb(skb);
}

static void push_short(struct kunit *test)
{
	u8 frame[ETH_HLEN] = {}, hdr[24];
	unsigned int len, hdr_len;
	struct sk_buff *skb;

	hdr_len = make_nsh(hdr, false);
	for (len = 0; len < ETH_HLEN; len++) {
		skb = alloc_linear(frame, len, 64);
		KUNIT_ASSERT_NOT_NULL(test, skb);
		KUNIT_EXPECT_EQ(test, svp_nsh_push(skb, hdr, hdr_len, outer_dst,
						   outer_src), -EINVAL);
		KUNIT_EXPECT_EQ(test, skb->len, len);
		kfree_skb(skb);
	}
}

/* What a node sends back may end anywhere */
static void read_truncated(struct kunit *test)
{
	u8 *copy = kunit_kzalloc(test, SVP_NSH_MAX_LEN, GFP_KERNEL);
	u8 *frame = kunit_kzalloc(test, FRAME_LEN, GFP_KERNEL);
	struct skb_case c = { .headroom = 0 };
	struct svp_nsh nsh;
	struct sk_buff *skb;
	unsigned int len;

	make_nsh(frame, true);
	for (c.geometry = 0; c.geometry < GEOMETRIES; c.geometry++) {
		for (len = 0; len <= MD2_LEN; len++) {
			skb = make_skb(test, &c, frame);
			KUNIT_EXPECT_EQ(test, pskb_trim(skb, len), 0);
			KUNIT_EXPECT_EQ(test, svp_nsh_read(skb, copy, &nsh),
					len < MD2_LEN ? SVP_NSH_SHORT :
							SVP_NSH_OK);
			kfree_skb(skb);
		}
	}
}

/* Every length the header can claim gives what it gives in a plain buffer */
static void read_lengths(struct kunit *test)
{
	u8 *copy = kunit_kzalloc(test, SVP_NSH_MAX_LEN, GFP_KERNEL);
	u8 *frame = kunit_kzalloc(test, FRAME_LEN, GFP_KERNEL);
	struct skb_case c = { .headroom = 0 };
	unsigned int words, md2;
	struct svp_nsh nsh;
	struct sk_buff *skb;

	for (c.geometry = 0; c.geometry < GEOMETRIES; c.geometry++) {
		for (words = 0; words < 64; words++) {
			for (md2 = 0; md2 < 2; md2++) {
				make_nsh(frame, md2);
				frame[1] = (frame[1] & ~0x3F) | words;
				skb = make_skb(test, &c, frame);
				KUNIT_EXPECT_EQ(test,
						svp_nsh_read(skb, copy, &nsh),
						svp_nsh_parse(frame, FRAME_LEN,
							      &nsh));
				kfree_skb(skb);
			}
		}
	}
}

static void pop_refused(struct kunit *test)
{
	u8 *frame = kunit_kzalloc(test, FRAME_LEN, GFP_KERNEL);
	struct skb_case c = { .headroom = 8 };
	struct sk_buff *skb;
	unsigned int len, np;

	for (c.geometry = 0; c.geometry < GEOMETRIES; c.geometry++) {
		make_nsh(frame, false);
		for (len = 0; len < 24 + ETH_HLEN; len++) {
			skb = make_skb(test, &c, frame);
			KUNIT_EXPECT_EQ(test, pskb_trim(skb, len), 0);
			KUNIT_EXPECT_NE(test, svp_nsh_pop(skb), 0);
			kfree_skb(skb);
		}
		for (np = 0; np < 256; np++) {
			frame[3] = np;
			skb = make_skb(test, &c, frame);
			KUNIT_EXPECT_EQ(test, svp_nsh_pop(skb),
					np == SVCPLANE_NP_ETHERNET ? 0 :
					-EAFNOSUPPORT);
			kfree_skb(skb);
		}
	}
}

static void pop_llc(struct kunit *test)
{
	u8 *frame = kunit_kzalloc(test, FRAME_LEN, GFP_KERNEL);
	struct skb_case c = { .headroom = 8 };
	struct sk_buff *skb;

	make_nsh(frame, false);
	frame[24 + 12] = 0;
	frame[24 + 13] = 46;
	skb = make_skb(test, &c, frame);
	KUNIT_EXPECT_EQ(test, svp_nsh_pop(skb), 0);
	KUNIT_EXPECT_EQ(test, skb->protocol, htons(ETH_P_802_2));
	kfree_skb(skb);
}

#define MSS		1000
#define SEGMENTS	3

/* A TCP super-packet as a guest with offloads sends it */
static struct sk_buff *make_gso(void)
{
	unsigned int len = 20 + 20 + MSS * SEGMENTS;
	struct ethhdr eth = { .h_proto = htons(ETH_P_IP) };
	struct tcphdr *th;
	struct sk_buff *skb;
	struct iphdr *iph;

	skb = alloc_skb(64 + ETH_HLEN + len, GFP_KERNEL);
	if (!skb)
		return NULL;
	skb_reserve(skb, 64);
	skb_put_data(skb, &eth, ETH_HLEN);
	iph = skb_put_zero(skb, 20);
	th = skb_put_zero(skb, 20);
	memset(skb_put(skb, MSS * SEGMENTS), 0x5A, MSS * SEGMENTS);
	iph->version = 4;
	iph->ihl = 5;
	iph->ttl = 64;
	iph->protocol = IPPROTO_TCP;
	iph->tot_len = htons(len);
	iph->saddr = htonl(0xC0000201);
	iph->daddr = htonl(0xC6336402);
	ip_send_check(iph);
	th->doff = 5;
	th->seq = htonl(1);
	th->ack = 1;
	th->check = ~tcp_v4_check(len - 20, iph->saddr, iph->daddr, 0);
	skb_reset_mac_header(skb);
	skb_set_network_header(skb, ETH_HLEN);
	skb_set_transport_header(skb, CSUM_AT);
	skb->protocol = htons(ETH_P_IP);
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb_headroom(skb) + CSUM_AT;
	skb->csum_offset = offsetof(struct tcphdr, check);
	skb_shinfo(skb)->gso_size = MSS;
	skb_shinfo(skb)->gso_segs = SEGMENTS;
	skb_shinfo(skb)->gso_type = SKB_GSO_TCPV4;
	return skb;
}

/* One segment: outer header, NSH, and a whole frame with right checksums */
static void expect_segment(struct kunit *test, struct sk_buff *seg,
			   const u8 *hdr, unsigned int n, unsigned int tag)
{
	unsigned int inner = ETH_HLEN + 24 + ETH_HLEN + tag;
	struct tcphdr *th;
	struct iphdr *iph;

	KUNIT_EXPECT_EQ(test, seg->len, inner + 40 + MSS);
	KUNIT_EXPECT_EQ(test, seg->protocol, htons(ETH_P_NSH));
	KUNIT_EXPECT_EQ(test, skb_mac_offset(seg), 0);
	KUNIT_ASSERT_EQ(test, skb_linearize(seg), 0);
	KUNIT_EXPECT_EQ(test, memcmp(seg->data, outer_dst, ETH_ALEN), 0);
	KUNIT_EXPECT_EQ(test, memcmp(seg->data + ETH_HLEN, hdr, 24), 0);
	iph = (struct iphdr *)(seg->data + inner);
	th = (struct tcphdr *)(iph + 1);
	KUNIT_EXPECT_EQ(test, ntohs(iph->tot_len), 40 + MSS);
	KUNIT_EXPECT_EQ(test, ip_fast_csum(iph, 5), 0);
	KUNIT_EXPECT_EQ(test, ntohl(th->seq), 1 + n * MSS);
	KUNIT_EXPECT_EQ(test, tcp_v4_check(20 + MSS, iph->saddr, iph->daddr,
					   csum_partial(th, 20 + MSS, 0)), 0);
}

static void segment(struct kunit *test, bool vlan)
{
	struct sk_buff *skb = make_gso(), *segs, *seg, *next;
	unsigned int n = 0;
	u8 hdr[24];

	KUNIT_ASSERT_NOT_NULL(test, skb);
	if (vlan)
		__vlan_hwaccel_put_tag(skb, htons(ETH_P_8021Q), VLAN_TCI);
	KUNIT_EXPECT_EQ(test, svp_nsh_push(skb, hdr, make_nsh(hdr, false),
					   outer_dst, outer_src), 0);
	segs = __skb_gso_segment(skb, 0, false);
	KUNIT_EXPECT_FALSE(test, IS_ERR_OR_NULL(segs));
	if (!IS_ERR_OR_NULL(segs)) {
		skb_list_walk_safe(segs, seg, next) {
			skb_mark_not_on_list(seg);
			expect_segment(test, seg, hdr, n++,
				       vlan ? VLAN_HLEN : 0);
			kfree_skb(seg);
		}
		KUNIT_EXPECT_EQ(test, n, SEGMENTS);
	}
	kfree_skb(skb);
}

static void segmented(struct kunit *test)
{
	segment(test, false);
	segment(test, true);
}

static struct kunit_case nsh_skb_cases[] = {
	KUNIT_CASE(push_pop_geometry),
	KUNIT_CASE(pop_cloned),
	KUNIT_CASE(push_short),
	KUNIT_CASE(read_truncated),
	KUNIT_CASE(read_lengths),
	KUNIT_CASE(pop_refused),
	KUNIT_CASE(pop_llc),
	KUNIT_CASE(segmented),
	{}
};

static struct kunit_suite nsh_skb_suite = {
	.name = "svcplane_nsh_skb",
	.test_cases = nsh_skb_cases,
};

kunit_test_suite(nsh_skb_suite);
