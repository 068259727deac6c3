/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The flow array: what a flow tag leads to, and the order of walks.
 */
#ifndef SVP_FLOW_SLOT_H
#define SVP_FLOW_SLOT_H

#include <linux/cache.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>

#include "flow_tag.h"
#include "svcplane.h"

/**
 * struct svp_flow_slots - one generation of the array
 * @rcu: for freeing
 * @mask: number of slots - 1; the number is a power of two
 * @used: a bit for each slot, set while it is taken; behind @slot
 * @slot: the flows; the counter behind the tag & @mask is the index
 */
struct svp_flow_slots {
	struct rcu_head rcu;
	u32 mask;
	unsigned long *used;
	struct svp_flow __rcu *slot[];
};

/**
 * struct svp_flow_slotmap - the array and the counter behind the tags
 * @cur: what readers use. RCU
 * @next: a bigger array being filled, or NULL; under @lock
 * @lock: of everything written here
 * @counter: last one handed out, 31 bits; under @lock
 * @key: of the permutation
 */
struct svp_flow_slotmap {
	struct svp_flow_slots __rcu *cur;
	struct svp_flow_slots *next;
	struct svp_flow_tag_key key;
	/* written for each flow, while frames read what is before */
	spinlock_t lock ____cacheline_aligned_in_smp;	/* writers */
	u32 counter;
};

int svp_flow_slot_init(struct svp_flow_slotmap *map, u32 max_flows);
void svp_flow_slot_free(struct svp_flow_slotmap *map);
/* Not two at a time */
int svp_flow_slot_grow(struct svp_flow_slotmap *map, u32 max_flows);
int svp_flow_slot_put(struct svp_flow_slotmap *map, struct svp_flow *flow);
void svp_flow_slot_clear(struct svp_flow_slotmap *map, struct svp_flow *flow);
struct svp_flow *svp_flow_slot_find(struct svp_flow_slotmap *map, u32 tag);
struct svp_flow *svp_flow_slot_next(struct svp_flow_slotmap *map, u32 *cursor);

#endif
