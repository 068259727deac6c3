/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fragments: later ones find the flow through the first.
 */
#ifndef SVP_FRAG_H
#define SVP_FRAG_H

#include <linux/bits.h>

#include "parse.h"
#include "svcplane.h"

struct svp_frag_table;

/*
 * @scope separates the id spaces: guest port and direction, or node, leg, VLAN
 * and context, as the caller packs them: the number of the guest port in the low
 * bits, SVP_FRAG_GUEST clear.
 */
#define SVP_FRAG_PORT_MASK	0x7fffU
#define SVP_FRAG_GUEST		BIT_ULL(62)

struct svp_frag_key {
	union svp_addr src, dst;
	__be32 id;
	u8 proto, family;
	u16 pad;
	u64 scope;
};

enum svp_frag_result {
	SVP_FRAG_OK,		/* ports and protocol filled in */
	SVP_FRAG_NONE,		/* no entry */
	SVP_FRAG_DEAD,		/* two first fragments disagreed */
	SVP_FRAG_FULL,		/* quota of the scope or the table */
};

struct svp_frag_table *svp_frag_table_new(u32 max, u32 max_scope);
void svp_frag_table_destroy(struct svp_frag_table *table);
/* First fragment seen: remembers ports and protocol for the later ones */
enum svp_frag_result svp_frag_learn(struct svp_frag_table *table,
				    const struct svp_frag_key *key,
				    const struct svp_tuple *tuple);
enum svp_frag_result svp_frag_find(struct svp_frag_table *table,
				   const struct svp_frag_key *key,
				   struct svp_tuple *tuple);
/* 30 s unless set */
void svp_frag_set_life(struct svp_frag_table *table, u32 msecs);
u32 svp_frag_count(const struct svp_frag_table *table);
void svp_frag_key_set(struct svp_frag_key *key, const struct svp_pkt *pkt,
		      u64 scope);

#endif
