// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which rule decides about a frame.
 */
#include <linux/etherdevice.h>
#include <linux/mm.h>
#include <linux/prefetch.h>
#include <linux/slab.h>

#include "classify.h"
#include "classify_priv.h"

/**
 * svp_classify_free - free a classifier
 * @classifier: nobody looks into it any more; may be NULL
 *
 * Context: process.
 */
void svp_classify_free(struct svp_classifier *classifier)
{
	unsigned int f;

	if (!classifier)
		return;
	for (f = 0; f < SVP_FIELDS; f++)
		svp_interval_table_free(&classifier->table[f]);
	svp_interval_pool_free(&classifier->pool);
	kvfree(classifier->line);
	kvfree(classifier->first);
	kfree(classifier);
}

/**
 * svp_classify_size - memory of a classifier
 * @classifier: the classifier
 *
 * Return: bytes of its tables, at most SVP_INTERVAL_MEM.
 */
size_t svp_classify_size(const struct svp_classifier *classifier)
{
	return classifier->pool.used;
}

/* Rows of the fields asked for so far */
struct gather {
	const struct svp_classifier *c;
	unsigned int n;
	const u64 *row[SVP_FIELDS];
};

/* The row is needed when all fields have been asked for: fetch it meanwhile */
static void add_row(struct gather *g, const u64 *row)
{
	prefetch(row);
	g->row[g->n++] = row;
}

static void ask(struct gather *g, enum svp_classify_field field, u32 value)
{
	const struct svp_interval_table *table = &g->c->table[field];

	if (table->n)
		add_row(g, svp_interval_find(table, value));
}

static void ask_ip6(struct gather *g, enum svp_classify_field field,
		    const union svp_addr *addr)
{
	const struct svp_interval_table *table = &g->c->table[field];
	struct svp_interval_key key;

	if (!table->n)
		return;
	key.hi = (u64)ntohl(addr->all[0]) << 32 | ntohl(addr->all[1]);
	key.lo = (u64)ntohl(addr->all[2]) << 32 | ntohl(addr->all[3]);
	add_row(g, svp_interval_find_wide(table, key));
}

static void ask_mac(struct gather *g, enum svp_classify_field field,
		    const u8 *mac)
{
	const struct svp_interval_table *table = &g->c->table[field];
	struct svp_interval_key key = {};

	if (!table->n)
		return;
	key.lo = ether_addr_to_u64(mac);
	add_row(g, svp_interval_find_wide(table, key));
}

/* What tells rules apart best comes first: it makes words empty early */
static void ask_all(struct gather *g, const struct svp_query *q)
{
	const struct svp_tuple *t = q->tuple;

	if (t->family == 4) {
		ask(g, SVP_F_DST4, ntohl(t->dst.ip4));
		ask(g, SVP_F_SRC4, ntohl(t->src.ip4));
	} else if (t->family == 6) {
		ask_ip6(g, SVP_F_DST6, &t->dst);
		ask_ip6(g, SVP_F_SRC6, &t->src);
	}
	ask(g, SVP_F_DPORT, ntohs(t->dport));
	ask(g, SVP_F_SPORT, ntohs(t->sport));
	ask(g, SVP_F_ADMIT, svp_classify_admit(q->dir, q->proxy));
	ask(g, SVP_F_PROTO, svp_classify_proto(t->family, t->proto));
	ask(g, SVP_F_VLAN, ntohs(t->vlan[0]) & 0xfff);
	ask(g, SVP_F_ETHERTYPE, ntohs(q->ethertype));
	ask_mac(g, SVP_F_DMAC, q->dmac);
	ask_mac(g, SVP_F_SMAC, q->smac);
	if (q->special)
		ask(g, SVP_F_SPECIAL,
		    svp_classify_special(q->special, t->family));
}

/* Lines from (@agg * 64 + @bit) * 64 on that are in every row */
static u64 common_lines(const struct gather *g, u32 agg, u32 bit)
{
	u64 lines = ~0ULL;
	unsigned int i;

	for (i = 0; i < g->n && lines; i++)
		lines &= svp_interval_word(&g->c->pool, g->row[i], agg, bit);
	return lines;
}

static u64 common_words(const struct gather *g, u32 agg)
{
	u64 words = ~0ULL;
	unsigned int i;

	for (i = 0; i < g->n && words; i++)
		words &= g->row[i][agg];
	return words;
}

static bool mark_matches(const struct svp_match *m, u32 mark)
{
	return !(m->present & SVP_M_MARK) ||
	       !((m->mark ^ mark) & m->mark_mask);
}

/* The first rule of a word that matches, if it comes before @best */
static const struct svp_classify_line *
best_line(const struct gather *g, u32 mark, u32 agg, u32 bit,
	  const struct svp_classify_line *best)
{
	u32 word = agg * 64 + bit;
	u64 lines;

	if (best && g->c->first[word] >= best->order)
		return best;
	for (lines = common_lines(g, agg, bit); lines; lines &= lines - 1) {
		const struct svp_classify_line *line;

		line = &g->c->line[word * 64 + __ffs64(lines)];
		if (best && line->order >= best->order)
			return best;
		if (mark_matches(&line->rule->match, mark))
			return line;
	}
	return best;
}

/**
 * svp_classify_lookup - the first rule that matches a frame
 * @classifier: the rules
 * @query: what of the frame rules look at
 *
 * Context: RCU; takes no lock and allocates nothing.
 * Return: the rule, no reference taken; NULL if none matches.
 */
struct svp_rule *svp_classify_lookup(const struct svp_classifier *classifier,
				     const struct svp_query *query)
{
	const struct svp_classify_line *best = NULL;
	struct gather g;
	u64 words;
	u32 agg;

	if (!classifier->n_lines)
		return NULL;
	g.c = classifier;
	g.n = 0;
	ask_all(&g, query);
	for (agg = 0; agg < classifier->pool.aggs; agg++)
		for (words = common_words(&g, agg); words; words &= words - 1)
			best = best_line(&g, query->mark, agg, __ffs64(words),
					 best);
	return best ? best->rule : NULL;
}
