// SPDX-License-Identifier: GPL-2.0-only
/*
 * The making of a classifier: what each line wants of each field.
 */
#include <linux/err.h>
#include <linux/etherdevice.h>
#include <linux/hash.h>
#include <linux/in.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/netlink.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "classify.h"
#include "classify_priv.h"

static u8 prefix_kind(const struct svp_prefix *prefix)
{
	switch (prefix->family) {
	case 0:
		return SVP_KIND_MAC;
	case 4:
	case 6:
		return SVP_KIND_IP;
	default:
		return 0;
	}
}

/**
 * svp_classify_group - what is known of a group
 * @b: what is being made; the hash table has more room than there are groups
 * @group: the group
 *
 * Return: never NULL.
 */
struct svp_classify_group *
svp_classify_group(struct svp_classify_build *b, const struct svp_group *group)
{
	u32 i = hash_ptr(group, 32) & b->mask, k;
	struct svp_classify_group *g;

	while (b->group[i].group && b->group[i].group != group)
		i = (i + 1) & b->mask;
	g = &b->group[i];
	if (g->group)
		return g;

	g->group = group;
	g->set = b->n_groups++;
	for (k = 0; k < group->n; k++)
		g->kinds |= prefix_kind(&group->entry[k]);
	return g;
}

static u8 side_kinds(struct svp_classify_build *b, bool asked,
		     const struct svp_prefix *prefix,
		     const struct svp_group *group)
{
	if (!asked)
		return 0;
	return group ? svp_classify_group(b, group)->kinds : prefix_kind(prefix);
}

/* Bits of a class: the line wants all, or nearly all, values of a field */
#define CLASS_SRC	BIT(0)
#define CLASS_DST	BIT(1)
#define CLASS_SPORT	BIT(2)
#define CLASS_DPORT	BIT(3)
#define CLASS_SMAC	BIT(4)
#define CLASS_DMAC	BIT(5)

static bool wide_addr(u8 kind, const struct svp_prefix *prefix,
		      const struct svp_group *group)
{
	return kind != SVP_KIND_IP || (!group && prefix->len < 8);
}

static bool wide_ports(bool asked, const struct svp_range *range, u8 n)
{
	return !asked || (n == 1 && range->hi - range->lo > U16_MAX / 4);
}

static u8 line_class(const struct svp_match *m, u8 src, u8 dst)
{
	u8 class = 0;

	if (wide_addr(src, &m->src, m->src_group))
		class |= CLASS_SRC;
	if (wide_addr(dst, &m->dst, m->dst_group))
		class |= CLASS_DST;
	if (wide_ports(m->present & SVP_M_SPORT, m->sport, m->n_sport))
		class |= CLASS_SPORT;
	if (wide_ports(m->present & SVP_M_DPORT, m->dport, m->n_dport))
		class |= CLASS_DPORT;
	if (!(m->present & SVP_M_SMAC) && src != SVP_KIND_MAC)
		class |= CLASS_SMAC;
	if (!(m->present & SVP_M_DMAC) && dst != SVP_KIND_MAC)
		class |= CLASS_DMAC;
	return class;
}

/* Only counts, by class, while there is no room for lines yet */
static void add_line(struct svp_classify_build *b, struct svp_rule *rule, u32 order, u8 src,
		     u8 dst)
{
	const struct svp_match *m = &rule->match;
	u32 i = b->at[line_class(m, src, dst)]++;

	if (!b->want)
		return;
	b->want[i] = (struct svp_classify_want) { .m = m, .src = src, .dst = dst };
	b->c->line[i] = (struct svp_classify_line) {
		.rule = rule, .order = order,
	};
	if (!(i % 64))
		b->c->first[i / 64] = order;
}

/* A rule that asks for a member of an empty group has none: nothing matches */
static void add_lines(struct svp_classify_build *b, struct svp_rule *rule, u32 order)
{
	const struct svp_match *m = &rule->match;
	bool src = m->present & SVP_M_SRC, dst = m->present & SVP_M_DST;
	u8 srcs = side_kinds(b, src, &m->src, m->src_group);
	u8 dsts = side_kinds(b, dst, &m->dst, m->dst_group);
	u8 s, d;

	for (s = 0; s <= SVP_KIND_MAC; s++) {
		if (src ? !(s & srcs) : s)
			continue;
		for (d = 0; d <= SVP_KIND_MAC; d++)
			if (dst ? d & dsts : !d)
				add_line(b, rule, order, s, d);
	}
}

static int build_tables(struct svp_classify_build *b)
{
	struct svp_classifier *c = b->c;
	unsigned int f;
	int err;

	svp_interval_pool_init(&c->pool, c->n_lines, SVP_INTERVAL_MEM);
	err = svp_interval_begin(&b->intervals, &c->pool, b->n_groups);
	for (f = 0; f < SVP_FIELDS && !err; f++)
		err = svp_classify_build_field(b, f);
	svp_interval_end(&b->intervals);
	return err;
}

/* From the number of lines in each class to where the class begins */
static void place_classes(struct svp_classify_build *b)
{
	u32 i, n, sum = 0;

	for (i = 0; i < SVP_CLASSES; i++) {
		n = b->at[i];
		b->at[i] = sum;
		sum += round_up(n, 64);
	}
	b->c->n_lines = sum;
}

static int build_lines(struct svp_classify_build *b, struct svp_rule *const *rules, u32 n)
{
	struct svp_classifier *c = b->c;
	u32 i;

	for (i = 0; i < n; i++) {
		add_lines(b, rules[i], i);
		cond_resched();
	}
	place_classes(b);
	if (!c->n_lines)
		return 0;

	c->line = kvcalloc(c->n_lines, sizeof(*c->line), GFP_KERNEL_ACCOUNT);
	c->first = kvcalloc(c->n_lines / 64, sizeof(*c->first),
			    GFP_KERNEL_ACCOUNT);
	b->want = kvcalloc(c->n_lines, sizeof(*b->want), GFP_KERNEL);
	if (!c->line || !c->first || !b->want)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		add_lines(b, rules[i], i);
		cond_resched();
	}
	return build_tables(b);
}

static int build(struct svp_classify_build *b, struct svp_rule *const *rules, u32 n)
{
	int err;

	if (n > SVP_CLASSIFY_RULES)
		return -E2BIG;
	b->mask = roundup_pow_of_two(4 * n + 1) - 1;
	b->group = kvcalloc(b->mask + 1, sizeof(*b->group), GFP_KERNEL);
	if (!b->group)
		return -ENOMEM;
	err = build_lines(b, rules, n);
	kvfree(b->group);
	kvfree(b->want);
	return err;
}

static void explain(struct netlink_ext_ack *extack, int err)
{
	switch (err) {
	case -E2BIG:
		NL_SET_ERR_MSG(extack,
			       "compiled rules would take more than 256 MiB: use fewer rules or smaller groups");
		break;
	case -EINTR:
		NL_SET_ERR_MSG(extack, "killed while compiling rules");
		break;
	default:
		NL_SET_ERR_MSG(extack, "no memory for compiled rules");
	}
}

/**
 * svp_classify_build - compile rules
 * @rules: in the order in which they are asked; the classifier keeps the
 *	pointers, the caller the references
 * @n: how many, at most SVP_CLASSIFY_RULES
 * @extack: where a refusal is told; may be NULL
 *
 * Takes time and memory in proportion to rules, and to what their groups hold;
 * lets others run meanwhile and gives up when the task is killed.
 *
 * Context: process, no spinlock held.
 * Return: the classifier; or an ERR_PTR: -ENOMEM, -EINTR, or -E2BIG when it
 * would take more than SVP_INTERVAL_MEM.
 */
struct svp_classifier *svp_classify_build(struct svp_rule *const *rules,
					  unsigned int n,
					  struct netlink_ext_ack *extack)
{
	struct svp_classify_build *b;
	struct svp_classifier *c;
	int err = -ENOMEM;

	c = kzalloc(sizeof(*c), GFP_KERNEL_ACCOUNT);
	b = kzalloc(sizeof(*b), GFP_KERNEL);
	if (b && c) {
		b->c = c;
		err = build(b, rules, n);
	}
	kfree(b);
	if (!err)
		return c;

	explain(extack, err);
	svp_classify_free(c);
	return ERR_PTR(err);
}
