/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Context numbers: small numbers that stand for something bigger at a node that
 * shows us no tag of ours: VLAN ids, numbers in leg addresses.
 */
#ifndef SVP_CONTEXT_H
#define SVP_CONTEXT_H

#include <linux/types.h>

struct svp_context_pool;

/**
 * struct svp_context_ops - what a pool asks its owner
 * @alive: does what @key stands for still exist? Under rcu_read_lock(), BH off,
 *	with a spinlock held: must not call into the pool
 * @idle: seconds without a frame after which a number is taken back from what
 *	is alive, too; 0 = never
 * @rest: seconds for which a number taken back is not used again
 * @fair: no share gets more than are left for the others
 */
struct svp_context_ops {
	bool (*alive)(void *owner, u64 key);
	u32 idle;
	u32 rest;
	bool fair;
};

#define SVP_CONTEXT_SHARES	0x8000	/* as many as guest ports */

struct svp_context_pool *svp_context_new(u16 lo, u16 hi,
					 const struct svp_context_ops *ops,
					 void *owner);
void svp_context_destroy(struct svp_context_pool *pool);

/* Context of the following: rcu_read_lock(), BH off */

/* The number of @key, a new one if it has none; -ENOSPC, -ENOMEM */
int svp_context_get(struct svp_context_pool *pool, u64 key, u16 share);
/* What a number stands for; false = nothing, or not any more */
bool svp_context_find(const struct svp_context_pool *pool, u16 number, u64 *key);

u32 svp_context_count(const struct svp_context_pool *pool);
/* Takes back what can be; the pool does so itself now and then. @now: seconds */
void svp_context_reap(struct svp_context_pool *pool, u32 now);
u32 svp_context_now(void);

#endif
