/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Token buckets and byte credits.
 */
#ifndef SVP_LIMIT_H
#define SVP_LIMIT_H

#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/percpu.h>
#include <linux/spinlock.h>
#include <linux/types.h>

/* A token bucket; @rate 0 lets everything pass */
struct svp_bucket {
	spinlock_t lock;	/* all but reading @rate */
	u32 rate;		/* tokens a second */
	u32 burst;		/* tokens at most */
	u64 tokens;		/* in 1/NSEC_PER_SEC of a token */
	u64 stamp;		/* ktime_get_ns() of the last refill */
};

void svp_bucket_init(struct svp_bucket *bucket, u32 rate, u32 burst);
void svp_bucket_set(struct svp_bucket *bucket, u32 rate, u32 burst);
bool svp_bucket_take(struct svp_bucket *bucket, u32 tokens);

/*
 * Bytes that may still be taken: what was given plus a fixed slack, exact over
 * all CPUs, without a shared written line while a CPU's own share lasts.
 */
struct svp_credit {
	atomic64_t __percpu *share;	/* none is ever below 0 */
	/* written by whose share is at its end; the others go on reading */
	spinlock_t lock ____cacheline_aligned_in_smp;	/* the pool, and collecting shares */
	u64 pool;
};

int svp_credit_init(struct svp_credit *credit, u64 slack);
void svp_credit_free(struct svp_credit *credit);
void svp_credit_give(struct svp_credit *credit, u32 bytes);
bool svp_credit_take(struct svp_credit *credit, u32 bytes);

#endif
