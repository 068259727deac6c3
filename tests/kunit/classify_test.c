// SPDX-License-Identifier: GPL-2.0-only
/*
 * Suite of the classifier: equal to asking rule after rule, for random rules of
 * shapes that are hard for interval tables, and for frames at their edges.
 */
#include <kunit/test.h>
#include <linux/etherdevice.h>
#include <linux/in.h>
#include <linux/ktime.h>
#include <linux/netlink.h>
#include <linux/prandom.h>
#include <linux/slab.h>

#include "classify.h"
#include "interval.h"
#include "parse.h"
#include "rule.h"

#define GROUPS		6
#define QUERIES		500	/* for each set of rules */

/**
 * struct shape - random rules of one kind
 * @name: of the case
 * @sets: sets of rules to try
 * @rules: rules in a set, at most
 * @present: SVP_M_* rules may ask for
 * @always: SVP_M_* each rule asks for
 * @groups: rules may name groups
 * @spread: addresses and ports from everywhere, not from a small world in
 *	which most prefixes nest and most ranges touch
 */
struct shape {
	const char *name;
	u32 sets, rules;
	u32 present, always;
	bool groups, spread;
};

#define ALL	(2 * SVP_M_MARK - 1)
#define ADDRS	(SVP_M_SRC | SVP_M_DST)
#define PORTS	(SVP_M_SPORT | SVP_M_DPORT)
#define MACS	(SVP_M_SMAC | SVP_M_DMAC)

static const struct shape shapes[] = {
	{ "few rules, everything", 120, 8, ALL, 0, true, false },
	{ "nested prefixes", 80, 64, ADDRS, SVP_M_SRC, false, false },
	{ "adjacent ranges", 60, 64, PORTS | SVP_M_PROTO, SVP_M_DPORT, false, false },
	{ "groups of prefixes and MACs", 60, 40, ADDRS | MACS, SVP_M_DST, true, false },
	{ "small world, everything", 60, 100, ALL, 0, true, false },
	{ "spread, everything", 40, 200, ALL, SVP_M_SRC, true, true },
	{ "many rules", 6, 1500, ADDRS | PORTS | SVP_M_PROTO, ADDRS, false, true },
	{ "many rules in a small world", 4, 1500, ALL, ADDRS | SVP_M_DPORT, true, false },
};

struct world {
	const struct shape *shape;
	struct rnd_state rnd;
	struct svp_group *group[GROUPS];
	struct svp_rule **rule;
	u32 n;
	struct svp_tuple tuple;
	u8 smac[ETH_ALEN], dmac[ETH_ALEN];
	struct svp_query query;
};

static u32 rnd(struct world *w, u32 below)
{
	return prandom_u32_state(&w->rnd) % below;
}

static void random_mac(struct world *w, u8 *mac)
{
	memset(mac, 0, ETH_ALEN);
	mac[0] = 2;
	mac[5] = rnd(w, 6);
}

static void random_addr(struct world *w, union svp_addr *addr, u8 family)
{
	u8 *b = (u8 *)addr;
	u32 len = family == 4 ? 4 : 16;

	memset(addr, 0, sizeof(*addr));
	if (!family) {
		random_mac(w, addr->mac);
	} else if (!rnd(w, 30)) {
		memset(b, rnd(w, 2) ? 0xff : 0, len);
	} else if (w->shape->spread) {
		prandom_bytes_state(&w->rnd, b, len);
	} else {
		b[0] = 10;
		b[1] = rnd(w, 4) << 6;
		b[len / 2] = rnd(w, 3);
		b[len - 1] = rnd(w, 4);
	}
}

static u8 random_family(struct world *w)
{
	static const u8 families[] = { 4, 4, 4, 6, 6, 0 };

	return families[rnd(w, ARRAY_SIZE(families))];
}

static void random_prefix(struct world *w, struct svp_prefix *prefix)
{
	static const u8 edges[] = { 0, 1, 31, 32, 63, 64, 65, 127, 128 };
	u8 bits;

	prefix->family = random_family(w);
	random_addr(w, &prefix->addr, prefix->family);
	bits = prefix->family == 4 ? 32 : 128;
	if (rnd(w, 3))
		prefix->len = rnd(w, bits + 1);
	else
		prefix->len = min(bits, edges[rnd(w, ARRAY_SIZE(edges))]);
	if (!prefix->family)
		prefix->len = 0;
}

static u8 random_proto(struct world *w)
{
	static const u8 protos[] = {
		IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP, IPPROTO_ICMPV6,
		IPPROTO_SCTP, IPPROTO_UDPLITE, IPPROTO_DCCP, 0, 255,
	};

	return protos[rnd(w, ARRAY_SIZE(protos))];
}

static u16 random_port(struct world *w)
{
	if (w->shape->spread)
		return rnd(w, 65536);
	return rnd(w, 5) ? rnd(w, 12) : 65535 - rnd(w, 4);
}

static void random_range(struct world *w, struct svp_range *range)
{
	range->lo = random_port(w);
	range->hi = range->lo;
	switch (rnd(w, 8)) {
	case 0:
		range->lo = 0;
		range->hi = U16_MAX;
		break;
	case 1:
		range->hi += rnd(w, U16_MAX - range->lo + 1);
		break;
	case 2:
		range->hi = min_t(u32, U16_MAX, range->lo + 4);
		break;
	case 3:			/* nothing is in it */
		range->hi -= !!range->lo;
		break;
	}
}

static void random_proxies(struct world *w, struct svp_match *m)
{
	u32 i;

	m->n_proxies = rnd(w, 3) ? 0 : rnd(w, SVP_RULE_PROXIES + 1);
	for (i = 0; i < m->n_proxies; i++)
		m->proxy[i] = rnd(w, 2) ? rnd(w, 4) : U16_MAX - rnd(w, 2);
}

static void random_rule(struct world *w, struct svp_rule *rule)
{
	struct svp_match *m = &rule->match;
	u32 i;

	memset(rule, 0, sizeof(*rule));
	rule->prio = rnd(w, 4);
	m->present = prandom_u32_state(&w->rnd) & prandom_u32_state(&w->rnd);
	m->present = (m->present & w->shape->present) | w->shape->always;
	m->dirs = rnd(w, 4) ? SVP_DIR_OUT | SVP_DIR_IN : rnd(w, 4);
	m->family = random_family(w);
	m->proto = random_proto(w);
	random_prefix(w, &m->src);
	random_prefix(w, &m->dst);
	if (w->shape->groups && rnd(w, 2))
		m->src_group = w->group[rnd(w, GROUPS)];
	if (w->shape->groups && rnd(w, 2))
		m->dst_group = w->group[rnd(w, GROUPS)];
	m->n_sport = rnd(w, 3) ? 1 : rnd(w, SVP_RULE_RANGES + 1);
	m->n_dport = rnd(w, 3) ? 1 : rnd(w, SVP_RULE_RANGES + 1);
	for (i = 0; i < SVP_RULE_RANGES; i++) {
		random_range(w, &m->sport[i]);
		random_range(w, &m->dport[i]);
	}
	m->vlan = rnd(w, 3);
	random_mac(w, m->smac);
	random_mac(w, m->dmac);
	m->ethertype = htons(rnd(w, 2) ? ETH_P_IP : ETH_P_ARP);
	m->mark = rnd(w, 4);
	m->mark_mask = rnd(w, 4);
	random_proxies(w, m);
}

static void random_query(struct world *w)
{
	struct svp_tuple *t = &w->tuple;

	memset(t, 0, sizeof(*t));
	t->family = random_family(w);
	random_mac(w, w->smac);
	random_mac(w, w->dmac);
	random_addr(w, &t->src, t->family);
	random_addr(w, &t->dst, t->family);
	t->proto = t->family ? random_proto(w) : 0;
	t->sport = htons(random_port(w));
	t->dport = htons(random_port(w));
	if (rnd(w, 2))
		t->vlan[0] = htons(rnd(w, 3) | SVP_VLAN_PRESENT);
	w->query = (struct svp_query) {
		.tuple = t, .smac = w->smac, .dmac = w->dmac,
		.ethertype = htons(rnd(w, 2) ? ETH_P_IP : ETH_P_ARP),
		.mark = rnd(w, 4), .dir = rnd(w, SVP_DIRS),
		.proxy = rnd(w, 2) ? rnd(w, 4) : U16_MAX - rnd(w, 2),
		.special = rnd(w, 2) ? rnd(w, SVP_SPECIALS) : 0,
	};
}

/* To the address of a prefix, its last one, or just outside */
static void aim_addr(struct world *w, union svp_addr *addr,
		     const struct svp_prefix *prefix,
		     const struct svp_group *group)
{
	u32 last, mask, step = rnd(w, 3) - 1;

	if (group && !group->n)
		return;
	if (group)
		prefix = &group->entry[rnd(w, group->n)];
	if (!w->tuple.family || prefix->family != w->tuple.family)
		return;
	last = prefix->family == 4 ? 0 : 3;
	mask = prefix->len < 32 ? U32_MAX >> prefix->len : 0;
	*addr = prefix->addr;
	if (!last && rnd(w, 2))
		addr->ip4 |= htonl(mask);
	addr->all[last] = htonl(ntohl(addr->all[last]) + step);
}

/* Half of the frames meet some rule at an edge of what it asks for */
static void aim(struct world *w)
{
	const struct svp_match *m;
	struct svp_tuple *t = &w->tuple;

	if (!w->n || rnd(w, 2))
		return;
	m = &w->rule[rnd(w, w->n)]->match;
	aim_addr(w, &t->src, &m->src, m->src_group);
	aim_addr(w, &t->dst, &m->dst, m->dst_group);
	if (t->family && m->present & SVP_M_PROTO)
		t->proto = m->proto;
	if (m->present & SVP_M_SPORT)
		t->sport = htons(m->sport[0].lo + rnd(w, 3) - 1);
	if (m->present & SVP_M_DPORT)
		t->dport = htons(m->dport[0].hi + rnd(w, 3) - 1);
}

static void make_groups(struct kunit *test, struct world *w)
{
	u32 i, k, n;

	for (i = 0; i < GROUPS; i++) {
		n = rnd(w, 4) ? rnd(w, 12) : rnd(w, 150);
		w->group[i] = svp_group_alloc("g", n);
		KUNIT_ASSERT_NOT_NULL(test, w->group[i]);
		for (k = 0; k < n; k++)
			random_prefix(w, &w->group[i]->entry[k]);
	}
}

static void make_rules(struct kunit *test, struct world *w)
{
	struct svp_rule *conf;

	conf = kunit_kzalloc(test, sizeof(*conf), GFP_KERNEL);
	w->rule = kvcalloc(w->shape->rules + 1, sizeof(*w->rule), GFP_KERNEL);
	KUNIT_ASSERT_TRUE(test, conf && w->rule);
	for (w->n = 0; w->n < w->shape->rules; w->n++) {
		/* Sets of any size up to the shape's, most of them large */
		if (!rnd(w, 2 * w->shape->rules))
			break;
		random_rule(w, conf);
		w->rule[w->n] = svp_rule_alloc(conf);
		KUNIT_ASSERT_NOT_NULL(test, w->rule[w->n]);
	}
	kunit_kfree(test, conf);
}

static void free_world(struct world *w)
{
	u32 i;

	for (i = 0; i < w->n; i++)
		svp_rule_put(w->rule[i]);
	kvfree(w->rule);
	for (i = 0; i < GROUPS; i++)
		svp_group_put(w->group[i]);
}

static struct svp_rule *linear(const struct world *w)
{
	u32 i;

	for (i = 0; i < w->n; i++)
		if (svp_rule_matches(w->rule[i], &w->query))
			return w->rule[i];
	return NULL;
}

/* Return: how many queries met a rule */
static u32 compare(struct kunit *test, struct world *w, u32 set)
{
	struct svp_classifier *c = svp_classify_build(w->rule, w->n, NULL);
	u32 i, hits = 0;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, c);
	for (i = 0; i < QUERIES; i++) {
		struct svp_rule *want, *got;

		random_query(w);
		aim(w);
		want = linear(w);
		got = svp_classify_lookup(c, &w->query);
		hits += !!want;
		if (want != got) {
			KUNIT_FAIL(test, "%s: set %u of %u rules, query %u",
				   w->shape->name, set, w->n, i);
			break;
		}
		cond_resched();
	}
	svp_classify_free(c);
	return hits;
}

static void shape_name(const struct shape *shape, char *name)
{
	strscpy(name, shape->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(shape, shapes, shape_name);

static void equals_linear_search(struct kunit *test)
{
	const struct shape *shape = test->param_value;
	struct world *w = kunit_kzalloc(test, sizeof(*w), GFP_KERNEL);
	u32 set, hits = 0, total = shape->sets * QUERIES;

	KUNIT_ASSERT_NOT_NULL(test, w);
	w->shape = shape;
	prandom_seed_state(&w->rnd, 1 + (shape - shapes));
	for (set = 0; set < shape->sets; set++) {
		make_groups(test, w);
		make_rules(test, w);
		hits += compare(test, w, set);
		free_world(w);
	}
	/* A test in which nothing or everything matches would prove little */
	KUNIT_EXPECT_GT(test, hits, total / 50);
	KUNIT_EXPECT_LT(test, hits, total);
	rcu_barrier();
}

static void without_rules(struct kunit *test)
{
	struct svp_classifier *c = svp_classify_build(NULL, 0, NULL);
	struct svp_tuple tuple = { .family = 4 };
	static const u8 mac[ETH_ALEN];
	struct svp_query query = {
		.tuple = &tuple, .smac = mac, .dmac = mac,
	};

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, c);
	KUNIT_EXPECT_NULL(test, svp_classify_lookup(c, &query));
	svp_classify_free(c);
	svp_classify_free(NULL);
}

static void too_many_rules(struct kunit *test)
{
	struct netlink_ext_ack extack = {};
	struct svp_classifier *c;

	c = svp_classify_build(NULL, SVP_CLASSIFY_RULES + 1, &extack);
	KUNIT_EXPECT_EQ(test, -E2BIG, PTR_ERR(c));
	KUNIT_EXPECT_STREQ(test, extack._msg,
			   "compiled rules would take more than 256 MiB: use fewer rules or smaller groups");
}

static int fill_table(struct svp_interval_build *b,
		      struct svp_interval_table *table, u32 lines)
{
	u32 i;

	svp_interval_reset(b, 32);
	for (i = 0; i < lines; i++) {
		svp_interval_join(b, i, i);
		svp_interval_add(b, i, (struct svp_interval_key) { .lo = i },
				 (struct svp_interval_key) { .lo = U32_MAX });
	}
	return svp_interval_finish(b, table);
}

/* Each budget is either enough or refused, and nothing is lost */
static void memory_has_a_bound(struct kunit *test)
{
	const u32 lines = 2048, step = 16384;
	struct svp_interval_table table = {};
	struct svp_interval_build *b;
	struct svp_interval_pool pool;
	int err = -E2BIG;
	size_t max;

	b = kunit_kzalloc(test, sizeof(*b), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, b);
	for (max = 0; err == -E2BIG && max < SVP_INTERVAL_MEM; max += step) {
		svp_interval_pool_init(&pool, lines, max);
		err = svp_interval_begin(b, &pool, 0);
		if (!err)
			err = fill_table(b, &table, lines);
		KUNIT_EXPECT_LE(test, pool.used, max);
		svp_interval_end(b);
		svp_interval_table_free(&table);
		svp_interval_pool_free(&pool);
	}
	KUNIT_EXPECT_EQ(test, 0, err);
}

/* Ten thousand rules with addresses and ports; how long they took is told */
static void ten_thousand_rules(struct kunit *test)
{
	static const struct shape shape = {
		"", 1, 10000, ADDRS | PORTS | SVP_M_PROTO,
		ADDRS | SVP_M_DPORT, false, true,
	};
	struct world *w = kunit_kzalloc(test, sizeof(*w), GFP_KERNEL);
	struct svp_classifier *c;
	u64 began;

	KUNIT_ASSERT_NOT_NULL(test, w);
	w->shape = &shape;
	prandom_seed_state(&w->rnd, 1);
	do
		make_rules(test, w);
	while (w->n < 5000 && (free_world(w), true));
	began = ktime_get_ns();
	c = svp_classify_build(w->rule, w->n, NULL);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, c);
	kunit_info(test, "%u rules compiled in %llu us, %zu KiB", w->n,
		   div_u64(ktime_get_ns() - began, NSEC_PER_USEC),
		   svp_classify_size(c) / 1024);
	KUNIT_EXPECT_LE(test, svp_classify_size(c), SVP_INTERVAL_MEM);
	svp_classify_free(c);
	compare(test, w, 0);
	free_world(w);
	rcu_barrier();
}

static struct kunit_case classify_cases[] = {
	KUNIT_CASE_PARAM(equals_linear_search, shape_gen_params),
	KUNIT_CASE(without_rules),
	KUNIT_CASE(too_many_rules),
	KUNIT_CASE(memory_has_a_bound),
	KUNIT_CASE(ten_thousand_rules),
	{}
};

static struct kunit_suite classify_suite = {
	.name = "svcplane_classify",
	.test_cases = classify_cases,
};

kunit_test_suite(classify_suite);
