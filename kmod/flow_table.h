/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inside of a flow table: for the flow*.c files alone.
 */
#ifndef SVP_FLOW_TABLE_H
#define SVP_FLOW_TABLE_H

#include <linux/rhashtable-types.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "flow.h"
#include "flow_slot.h"

#define SVP_FLOW_LOCK_BITS	8
#define SVP_FLOW_GC_INTERVAL	(HZ / 4)

/**
 * struct svp_flow_table - the flows of a plane
 * @ht: two entries for each flow: its sides
 * @map: the array behind the tags
 * @ops: callbacks
 * @ctx: for them
 * @max: limit of @held
 * @timeout: seconds
 * @gc: runs while there are flows
 * @gc_cursor: where it looks next; its own
 * @live: flows that are not unlinked
 * @held: flows, pairs of second keys and svp_flow_burden() that are not freed
 * @lock: see svp_flow_lock()
 */
struct svp_flow_table {
	struct rhashtable ht;
	struct svp_flow_slotmap map;
	const struct svp_flow_ops *ops;
	void *ctx;
	u32 max;
	u32 timeout[SVP_TIMER_MAX];
	struct delayed_work gc;
	u32 gc_cursor;

	atomic_t live ____cacheline_aligned_in_smp;
	atomic_t held;
	spinlock_t lock[1 << SVP_FLOW_LOCK_BITS] ____cacheline_aligned_in_smp;
};

/*
 * One more record, if the limit allows. There may be more than that: it can be
 * lowered, and what nodes say of a flow counts, but is not refused.
 */
static inline bool svp_flow_hold(struct svp_flow_table *table)
{
	if ((u32)atomic_inc_return(&table->held) <= READ_ONCE(table->max))
		return true;
	atomic_dec(&table->held);
	return false;
}

int svp_flow_hash_init(struct svp_flow_table *table);
/*
 * Puts @side in: returns the flow of @side, which may have been there with the
 * same key before, another flow, or an ERR_PTR
 */
struct svp_flow *svp_flow_hash_in(struct svp_flow_table *table,
				  struct svp_flow_side *side);
void svp_flow_hash_out(struct svp_flow_table *table, struct svp_flow_side *side);

struct svp_flow *svp_flow_alias_flow(struct svp_flow_side *side);
void svp_flow_alias_retire(struct svp_flow_table *table, struct svp_flow *flow);
int svp_flow_alias_init(void);
void svp_flow_alias_exit(void);

#endif
