// SPDX-License-Identifier: GPL-2.0-only
/*
 * Suite of what is done to frames that have VLAN tags beside or inside them.
 */
#include <kunit/test.h>
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>

#include "skb.h"

#define L3_LEN		1500
#define L4_OFF		20	/* in the packet: IPv4 without options */

/* A frame with @tags VLAN tags inside, VIDs 1, 2, ... from the outermost on */
static struct sk_buff *frame(struct kunit *test, int tags)
{
	struct sk_buff *skb = alloc_skb(2048, GFP_KERNEL);
	__be16 *p;
	int i;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_reserve(skb, NET_IP_ALIGN);
	skb_reset_mac_header(skb);
	memset(skb_put(skb, 2 * ETH_ALEN), 0x02, 2 * ETH_ALEN);
	for (i = 1; i <= tags; i++) {
		p = skb_put(skb, VLAN_HLEN);
		p[0] = htons(ETH_P_8021Q);
		p[1] = htons(i);
	}
	p = skb_put(skb, 2);
	*p = htons(ETH_P_IP);
	skb_put_zero(skb, L3_LEN);
	skb->protocol = eth_hdr(skb)->h_proto;
	return skb;
}

static void set_gso(struct sk_buff *skb, unsigned int l2)
{
	struct tcphdr *th = (struct tcphdr *)(skb->data + l2 + L4_OFF);

	th->doff = 5;
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb_headroom(skb) + l2 + L4_OFF;
	skb_shinfo(skb)->gso_size = 500;
	skb_shinfo(skb)->gso_type = SKB_GSO_TCPV4;
}

/* Else a node could not give back what it got: it gets the tag inside */
static void a_tag_beside_counts(struct kunit *test)
{
	struct sk_buff *inside = frame(test, 1), *beside = frame(test, 0);

	__vlan_hwaccel_put_tag(beside, htons(ETH_P_8021Q), 1);
	KUNIT_EXPECT_EQ(test, svp_skb_wire_len(beside), ETH_HLEN + VLAN_HLEN + L3_LEN);
	KUNIT_EXPECT_EQ(test, svp_skb_wire_len(beside), svp_skb_wire_len(inside));

	set_gso(inside, ETH_HLEN + VLAN_HLEN);
	set_gso(beside, ETH_HLEN);
	KUNIT_EXPECT_EQ(test, svp_skb_wire_len(beside),
			L3_LEN - 40 + 3 * (ETH_HLEN + VLAN_HLEN + 40));
	KUNIT_EXPECT_EQ(test, svp_skb_wire_len(beside), svp_skb_wire_len(inside));
	kfree_skb(inside);
	kfree_skb(beside);
}

static void check_outside(struct kunit *test, int tags, bool partial)
{
	unsigned int left = (tags - 1) * VLAN_HLEN;
	struct sk_buff *skb = frame(test, tags);
	struct vlan_hdr *next;
	u8 *packet;

	packet = skb->data + ETH_HLEN + tags * VLAN_HLEN;
	if (partial)
		set_gso(skb, ETH_HLEN + tags * VLAN_HLEN);
	svp_skb_tag_outside(skb);
	KUNIT_EXPECT_TRUE(test, skb_vlan_tag_present(skb));
	KUNIT_EXPECT_EQ(test, skb_vlan_tag_get(skb), 1);
	KUNIT_EXPECT_EQ(test, skb->len, ETH_HLEN + left + L3_LEN);
	KUNIT_EXPECT_PTR_EQ(test, skb_mac_header(skb), skb->data);
	KUNIT_EXPECT_PTR_EQ(test, skb->data + ETH_HLEN + left, packet);
	KUNIT_EXPECT_EQ(test, eth_hdr(skb)->h_dest[0], 0x02);
	KUNIT_EXPECT_EQ(test, eth_hdr(skb)->h_source[5], 0x02);
	KUNIT_EXPECT_EQ(test, skb->protocol, eth_hdr(skb)->h_proto);
	KUNIT_EXPECT_EQ(test, ntohs(skb->protocol), tags > 1 ? ETH_P_8021Q : ETH_P_IP);
	if (partial)
		KUNIT_EXPECT_EQ(test, skb_checksum_start_offset(skb),
				(int)(ETH_HLEN + left + L4_OFF));
	/* one beside it is as many as there can be */
	svp_skb_tag_outside(skb);
	KUNIT_EXPECT_EQ(test, skb->len, ETH_HLEN + left + L3_LEN);
	next = (struct vlan_hdr *)(skb->data + ETH_HLEN);
	if (tags > 1)
		KUNIT_EXPECT_EQ(test, ntohs(next->h_vlan_TCI), 2);
	kfree_skb(skb);
}

static void the_outermost_goes_beside(struct kunit *test)
{
	check_outside(test, 1, false);
	check_outside(test, 2, false);
	check_outside(test, 1, true);
	check_outside(test, 2, true);
}

static void without_a_tag_nothing_changes(struct kunit *test)
{
	struct sk_buff *skb = frame(test, 0);

	svp_skb_tag_outside(skb);
	KUNIT_EXPECT_FALSE(test, skb_vlan_tag_present(skb));
	KUNIT_EXPECT_EQ(test, skb->len, ETH_HLEN + L3_LEN);

	/* cut off inside its tag */
	skb->protocol = htons(ETH_P_8021Q);
	skb_trim(skb, ETH_HLEN + 2);
	svp_skb_tag_outside(skb);
	KUNIT_EXPECT_FALSE(test, skb_vlan_tag_present(skb));
	KUNIT_EXPECT_EQ(test, skb->len, ETH_HLEN + 2);
	kfree_skb(skb);
}

/* 62 bytes and a page; the sender says that TCP begins in the latter */
static struct sk_buff *far_header(struct kunit *test)
{
	struct sk_buff *skb = alloc_skb(128, GFP_KERNEL);
	struct page *page = alloc_page(GFP_KERNEL | __GFP_ZERO);

	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_ASSERT_NOT_NULL(test, page);
	skb_reset_mac_header(skb);
	skb_put_zero(skb, 62);
	skb_add_rx_frag(skb, 0, page, 0, PAGE_SIZE, PAGE_SIZE);
	skb_set_transport_header(skb, 2102);
	skb_shinfo(skb)->gso_type = SKB_GSO_TCPV6;
	skb_shinfo(skb)->gso_size = 1000;
	return skb;
}

/* What is not there is not read: segments of unknown size do not fit */
static void header_that_is_not_there(struct kunit *test)
{
	struct net_device *dev = kunit_kzalloc(test, sizeof(*dev), GFP_KERNEL);
	struct sk_buff *skb = far_header(test);

	KUNIT_ASSERT_NOT_NULL(test, dev);
	dev->mtu = 2102 + 60 + 1000;	/* enough, whatever the header says */
	KUNIT_EXPECT_FALSE(test, svp_skb_fits(skb, dev));
	KUNIT_ASSERT_EQ(test, skb_linearize(skb), 0);
	KUNIT_EXPECT_TRUE(test, svp_skb_fits(skb, dev));
	kfree_skb(skb);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(header_that_is_not_there),
	KUNIT_CASE(a_tag_beside_counts),
	KUNIT_CASE(the_outermost_goes_beside),
	KUNIT_CASE(without_a_tag_nothing_changes),
	{}
};

static struct kunit_suite suite = {
	.name = "svcplane_skb",
	.test_cases = cases,
};

kunit_test_suite(suite);
