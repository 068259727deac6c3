/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the making of a classifier and the look-up share.
 *
 * A rule becomes a line. One whose source or destination is a group of both
 * prefixes and MACs becomes two or four: one in which the prefixes are asked
 * for, one in which the MACs are. For each field of a frame a table gives the
 * lines that want its value; of the lines in all of them that of the first rule
 * decides. Only marks, which are compared under masks, are looked at in the rule
 * itself.
 *
 * Lines are sorted by the fields they ask nothing of, and only then by their
 * rules: lines that want every source lie side by side, so the words of the
 * others are empty for all sources but their own and are not looked at. Each
 * such class begins a word of its own, hence the lines of a word are in the
 * order of their rules.
 */
#ifndef SVP_CLASSIFY_PRIV_H
#define SVP_CLASSIFY_PRIV_H

#include "interval.h"
#include "rule.h"
#include "svcplane.h"

enum svp_classify_field {
	SVP_F_ADMIT,		/* direction and proxy; its table is always there */
	SVP_F_PROTO,		/* family and protocol */
	SVP_F_DST4, SVP_F_SRC4,
	SVP_F_DST6, SVP_F_SRC6,
	SVP_F_DPORT, SVP_F_SPORT,
	SVP_F_VLAN, SVP_F_ETHERTYPE,
	SVP_F_DMAC, SVP_F_SMAC,
	SVP_F_SPECIAL,		/* asked for special frames only */
	SVP_FIELDS
};

struct svp_classify_line {
	struct svp_rule *rule;
	u32 order;		/* number of the rule: lower is asked first */
};

/**
 * struct svp_classifier - compiled rules, immutable
 * @pool: rows of the tables
 * @table: by enum svp_classify_field; an empty one asks for nothing
 * @n_lines: entries of @line, a multiple of 64, or 0
 * @line: rule of each line, NULL where a class does not fill its last word
 * @first: number of the first rule in each word
 */
struct svp_classifier {
	struct svp_interval_pool pool;
	struct svp_interval_table table[SVP_FIELDS];
	u32 n_lines;
	struct svp_classify_line *line;
	u32 *first;
};

/* What a side of a line asks for; 0 = nothing */
#define SVP_KIND_IP	BIT(0)
#define SVP_KIND_MAC	BIT(1)

/* What a line wants; @m is NULL where there is no line */
struct svp_classify_want {
	const struct svp_match *m;
	u8 src, dst;		/* one SVP_KIND_* or 0 */
};

/* A group that rules name: all lines asking for its members are one set */
struct svp_classify_group {
	const struct svp_group *group;
	u8 kinds;		/* SVP_KIND_* of its members */
	u32 set;		/* number of the set less the number of lines */
};

#define SVP_CLASSES	64	/* of lines */

/**
 * struct svp_classify_build - a classifier in the making
 * @c: the classifier
 * @intervals: the table in the making
 * @want: by line
 * @at: lines of each class, then where its next line goes
 * @group: hash table by pointer
 * @mask: its size less one
 * @n_groups: groups in it
 */
struct svp_classify_build {
	struct svp_classifier *c;
	struct svp_interval_build intervals;
	struct svp_classify_want *want;
	u32 at[SVP_CLASSES];
	struct svp_classify_group *group;
	u32 mask;
	u32 n_groups;
};

struct svp_classify_group *svp_classify_group(struct svp_classify_build *b,
					      const struct svp_group *group);
int svp_classify_build_field(struct svp_classify_build *b,
			     enum svp_classify_field f);

/* Keys of fields that are made of several things */

static inline u32 svp_classify_admit(u8 dir, u16 proxy)
{
	return (u32)(dir == SVP_IN) << 16 | proxy;
}

static inline u32 svp_classify_special(u8 special, u8 family)
{
	return special * 2 + (family ? 1 : 0);
}

/* @proto of a frame that is not IP does not count */
static inline u32 svp_classify_proto(u8 family, u8 proto)
{
	switch (family) {
	case 4:
		return 0x100 | proto;
	case 6:
		return 0x200 | proto;
	default:
		return 0;
	}
}

#endif
