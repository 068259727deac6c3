// SPDX-License-Identifier: GPL-2.0-only
/*
 * Suite of svp_rule_matches(): the meaning of each thing a rule can ask for.
 */
#include <kunit/test.h>
#include <linux/etherdevice.h>
#include <linux/in.h>

#include "parse.h"
#include "rule.h"

/* 192.0.2.5:1000 -> 198.51.100.7:80, TCP, VLAN 7, proxy 3, from the guest */
struct rule_fixture {
	struct svp_rule rule;
	struct svp_match *m;
	struct svp_tuple tuple;
	u8 smac[ETH_ALEN], dmac[ETH_ALEN];
	struct svp_query query;
};

static int fixture_init(struct kunit *test)
{
	static const u8 smac[] = { 2, 0, 0, 0, 0, 1 };
	static const u8 dmac[] = { 2, 0, 0, 0, 0, 2 };
	struct rule_fixture *f;

	f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, f);
	test->priv = f;
	f->m = &f->rule.match;
	f->m->dirs = SVP_DIR_OUT | SVP_DIR_IN;
	f->tuple.family = 4;
	f->tuple.proto = IPPROTO_TCP;
	f->tuple.src.ip4 = htonl(0xc0000205);
	f->tuple.dst.ip4 = htonl(0xc6336407);
	f->tuple.sport = htons(1000);
	f->tuple.dport = htons(80);
	f->tuple.vlan[0] = htons(7 | SVP_VLAN_PRESENT);
	ether_addr_copy(f->smac, smac);
	ether_addr_copy(f->dmac, dmac);
	f->query.tuple = &f->tuple;
	f->query.smac = f->smac;
	f->query.dmac = f->dmac;
	f->query.ethertype = htons(ETH_P_IP);
	f->query.mark = 0x1234;
	f->query.proxy = 3;
	f->query.dir = SVP_OUT;
	return 0;
}

static void rcu_exit(struct kunit *test)
{
	rcu_barrier();
}

#define EXPECT_MATCH(f)		KUNIT_EXPECT_TRUE(test, matches(f))
#define EXPECT_NO_MATCH(f)	KUNIT_EXPECT_FALSE(test, matches(f))

static bool matches(const struct rule_fixture *f)
{
	return svp_rule_matches(&f->rule, &f->query);
}

static void empty_rule_matches_all(struct kunit *test)
{
	struct rule_fixture *f = test->priv;

	EXPECT_MATCH(f);
	f->tuple.family = 0;
	f->tuple.proto = 0;
	EXPECT_MATCH(f);
}

static void direction_and_proxy(struct kunit *test)
{
	struct rule_fixture *f = test->priv;

	f->m->dirs = SVP_DIR_IN;
	EXPECT_NO_MATCH(f);
	f->query.dir = SVP_IN;
	EXPECT_MATCH(f);

	f->m->n_proxies = 2;
	f->m->proxy[0] = 1;
	f->m->proxy[1] = 2;
	EXPECT_NO_MATCH(f);
	f->m->proxy[1] = 3;
	EXPECT_MATCH(f);
}

static void prefix_lengths(struct kunit *test)
{
	struct rule_fixture *f = test->priv;
	unsigned int len;

	/* Differs from the frame's source in the last bit only */
	f->m->present = SVP_M_SRC;
	f->m->src.family = 4;
	f->m->src.addr.ip4 = htonl(0xc0000204);
	for (len = 0; len <= 31; len++) {
		f->m->src.len = len;
		EXPECT_MATCH(f);
	}
	f->m->src.len = 32;
	EXPECT_NO_MATCH(f);

	/* In the first bit */
	f->m->src.addr.ip4 = htonl(0x40000205);
	for (len = 1; len <= 32; len++) {
		f->m->src.len = len;
		EXPECT_NO_MATCH(f);
	}
}

static void prefix_lengths_ip6(struct kunit *test)
{
	struct rule_fixture *f = test->priv;
	unsigned int bit, len;

	f->tuple.family = 6;
	f->m->present = SVP_M_DST;
	f->m->dst.family = 6;
	for (bit = 0; bit < 128; bit++) {
		f->m->dst.addr = f->tuple.dst;
		f->m->dst.addr.ip6.s6_addr[bit / 8] ^= 0x80 >> bit % 8;
		for (len = 0; len <= 128; len++) {
			f->m->dst.len = len;
			KUNIT_EXPECT_EQ_MSG(test, len <= bit,
					    svp_rule_matches(&f->rule,
							     &f->query),
					    "bit %u of /%u", bit, len);
		}
	}
}

static void addresses_of_other_families(struct kunit *test)
{
	struct rule_fixture *f = test->priv;

	f->m->present = SVP_M_SRC;
	f->m->src.family = 4;
	EXPECT_MATCH(f);
	f->tuple.family = 6;
	EXPECT_NO_MATCH(f);
	f->m->src.family = 6;
	EXPECT_MATCH(f);
	f->tuple.family = 4;
	EXPECT_NO_MATCH(f);
	f->tuple.family = 0;
	EXPECT_NO_MATCH(f);

	f->m->present = SVP_M_FAMILY;
	f->m->family = 6;
	EXPECT_NO_MATCH(f);
	f->tuple.family = 6;
	EXPECT_MATCH(f);
}

static void group_members(struct kunit *test)
{
	struct rule_fixture *f = test->priv;
	struct svp_group *group = svp_group_alloc("g", 3);

	KUNIT_ASSERT_NOT_NULL(test, group);
	f->m->present = SVP_M_SRC;
	f->m->src_group = group;
	group->entry[0].family = 6;
	group->entry[1].family = 4;
	group->entry[1].len = 32;
	EXPECT_NO_MATCH(f);
	/* A MAC among them is compared with the frame's, whatever it carries */
	ether_addr_copy(group->entry[2].addr.mac, f->smac);
	EXPECT_MATCH(f);
	f->tuple.family = 0;
	EXPECT_MATCH(f);
	f->m->present = SVP_M_DST;
	f->m->dst_group = group;
	EXPECT_NO_MATCH(f);
	group->n = 0;
	EXPECT_NO_MATCH(f);
	svp_group_put(group);
}

static void ports_and_protocols(struct kunit *test)
{
	static const struct {
		u8 proto;
		bool ports;
	} protos[] = {
		{ IPPROTO_TCP, true }, { IPPROTO_UDP, true },
		{ IPPROTO_UDPLITE, true }, { IPPROTO_SCTP, true },
		{ IPPROTO_DCCP, true }, { IPPROTO_ICMP, false },
		{ IPPROTO_ICMPV6, false }, { IPPROTO_GRE, false },
		{ IPPROTO_ESP, false }, { 0, false }, { 255, false },
	};
	struct rule_fixture *f = test->priv;
	unsigned int i;

	f->m->present = SVP_M_DPORT;
	f->m->n_dport = 2;
	f->m->dport[0] = (struct svp_range) { 0, 79 };
	f->m->dport[1] = (struct svp_range) { 81, 65535 };
	EXPECT_NO_MATCH(f);
	f->m->dport[1].lo = 80;
	for (i = 0; i < ARRAY_SIZE(protos); i++) {
		f->tuple.proto = protos[i].proto;
		KUNIT_EXPECT_EQ_MSG(test, protos[i].ports,
				    svp_rule_matches(&f->rule, &f->query),
				    "protocol %u", protos[i].proto);
	}
	f->tuple.proto = IPPROTO_TCP;
	f->tuple.family = 0;
	EXPECT_NO_MATCH(f);

	f->tuple.family = 4;
	f->m->present = SVP_M_SPORT | SVP_M_PROTO;
	f->m->proto = IPPROTO_TCP;
	f->m->n_sport = 1;
	f->m->sport[0] = (struct svp_range) { 1000, 1000 };
	EXPECT_MATCH(f);
	f->m->proto = IPPROTO_UDP;
	EXPECT_NO_MATCH(f);
}

static void vlan_zero_is_untagged(struct kunit *test)
{
	struct rule_fixture *f = test->priv;

	f->m->present = SVP_M_VLAN;
	EXPECT_NO_MATCH(f);
	f->m->vlan = 7;
	EXPECT_MATCH(f);
	f->tuple.vlan[0] = 0;
	EXPECT_NO_MATCH(f);
	f->m->vlan = 0;
	EXPECT_MATCH(f);
	f->tuple.vlan[0] = htons(SVP_VLAN_PRESENT);
	EXPECT_MATCH(f);
}

static void macs_ethertype_and_mark(struct kunit *test)
{
	struct rule_fixture *f = test->priv;

	f->m->present = SVP_M_SMAC;
	EXPECT_NO_MATCH(f);
	ether_addr_copy(f->m->smac, f->smac);
	EXPECT_MATCH(f);
	f->m->present |= SVP_M_DMAC;
	EXPECT_NO_MATCH(f);
	ether_addr_copy(f->m->dmac, f->dmac);
	EXPECT_MATCH(f);

	f->m->present = SVP_M_ETHERTYPE;
	f->m->ethertype = htons(ETH_P_ARP);
	EXPECT_NO_MATCH(f);
	f->query.ethertype = htons(ETH_P_ARP);
	EXPECT_MATCH(f);

	f->m->present = SVP_M_MARK;
	f->m->mark = 0x34;
	f->m->mark_mask = 0xff;
	EXPECT_MATCH(f);
	f->m->mark_mask = 0x1ff;
	f->query.mark = 0x134;
	EXPECT_NO_MATCH(f);
}

/* Which rules speak of frames that none may match by accident */
static void special_frames(struct kunit *test)
{
	static const struct {
		u8 special, family;
		u32 present;
		bool named;
	} cases[] = {
		{ SVP_SPECIAL_NONE, 4, 0, true },
		{ SVP_SPECIAL_NEIGHBOUR, 0, 0, false },
		{ SVP_SPECIAL_NEIGHBOUR, 0, SVP_M_ETHERTYPE, true },
		{ SVP_SPECIAL_NEIGHBOUR, 6, SVP_M_ETHERTYPE, false },
		{ SVP_SPECIAL_NEIGHBOUR, 6, SVP_M_PROTO, false },
		{ SVP_SPECIAL_NEIGHBOUR, 6, SVP_M_ETHERTYPE | SVP_M_PROTO, true },
		{ SVP_SPECIAL_NOT_IP, 0, SVP_M_MARK | SVP_M_VLAN, false },
		{ SVP_SPECIAL_NOT_IP, 0, SVP_M_SMAC, true },
		{ SVP_SPECIAL_NOT_IP, 0, SVP_M_ETHERTYPE, true },
		{ SVP_SPECIAL_GROUP, 4, SVP_M_SRC | SVP_M_PROTO, false },
		{ SVP_SPECIAL_GROUP, 4, SVP_M_DST, true },
		{ SVP_SPECIAL_GROUP, 6, SVP_M_DMAC, true },
	};
	struct svp_match m = {};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		m.present = cases[i].present;
		KUNIT_EXPECT_EQ_MSG(test, cases[i].named,
				    svp_rule_names(&m, cases[i].special,
						   cases[i].family),
				    "case %u", i);
	}
}

/* A rule keeps its groups, and its counter starts at zero */
static void references(struct kunit *test)
{
	struct svp_group *group = svp_group_alloc("g", 0);
	struct svp_rule conf = {}, *rule;
	u64 packets, bytes;

	KUNIT_ASSERT_NOT_NULL(test, group);
	conf.match.src_group = group;
	rule = svp_rule_alloc(&conf);
	KUNIT_ASSERT_NOT_NULL(test, rule);
	KUNIT_EXPECT_EQ(test, 2U, refcount_read(&group->ref));
	local_bh_disable();
	svp_count_add(rule->count, 60);
	svp_count_add(rule->count, 1500);
	local_bh_enable();
	svp_count_read(rule->count, &packets, &bytes);
	KUNIT_EXPECT_EQ(test, 2ULL, packets);
	KUNIT_EXPECT_EQ(test, 1560ULL, bytes);

	svp_rule_hold(rule);
	svp_rule_put(rule);
	KUNIT_EXPECT_EQ(test, 2U, refcount_read(&group->ref));
	svp_rule_put(rule);
	rcu_barrier();
	KUNIT_EXPECT_EQ(test, 1U, refcount_read(&group->ref));
	svp_group_put(group);
	svp_group_put(NULL);
	svp_rule_put(NULL);
}

static struct kunit_case rule_cases[] = {
	KUNIT_CASE(empty_rule_matches_all),
	KUNIT_CASE(direction_and_proxy),
	KUNIT_CASE(prefix_lengths),
	KUNIT_CASE(prefix_lengths_ip6),
	KUNIT_CASE(addresses_of_other_families),
	KUNIT_CASE(group_members),
	KUNIT_CASE(ports_and_protocols),
	KUNIT_CASE(vlan_zero_is_untagged),
	KUNIT_CASE(macs_ethertype_and_mark),
	KUNIT_CASE(special_frames),
	KUNIT_CASE(references),
	{}
};

static struct kunit_suite rule_suite = {
	.name = "svcplane_rule",
	.init = fixture_init,
	.exit = rcu_exit,
	.test_cases = rule_cases,
};

kunit_test_suite(rule_suite);
