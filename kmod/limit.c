// SPDX-License-Identifier: GPL-2.0-only
/*
 * Token buckets and byte credits.
 */
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/time64.h>

#include "limit.h"

/**
 * svp_bucket_init - make a full bucket
 * @bucket: the bucket
 * @rate: tokens a second; 0 lets everything pass
 * @burst: tokens it holds at most
 */
void svp_bucket_init(struct svp_bucket *bucket, u32 rate, u32 burst)
{
	spin_lock_init(&bucket->lock);
	bucket->rate = rate;
	bucket->burst = burst;
	bucket->tokens = (u64)burst * NSEC_PER_SEC;
	bucket->stamp = ktime_get_ns();
}

/*
 * Time is counted in nanoseconds and tokens in billionths, so their product
 * with the rate is exact: nothing is lost however often a refill happens.
 */
static void refill(struct svp_bucket *bucket)
{
	u64 full = (u64)bucket->burst * NSEC_PER_SEC;
	u64 now = ktime_get_ns(), gain;

	if (check_mul_overflow(now - bucket->stamp, (u64)bucket->rate, &gain))
		gain = full;
	bucket->stamp = now;
	bucket->tokens = gain < full - bucket->tokens ?
			 bucket->tokens + gain : full;
}

/**
 * svp_bucket_set - change rate and burst of a bucket in use
 * @bucket: the bucket
 * @rate: tokens a second from now on; what was earned until now stays
 * @burst: tokens it holds at most; what is above it is lost
 *
 * Context: any but hard interrupts.
 */
void svp_bucket_set(struct svp_bucket *bucket, u32 rate, u32 burst)
{
	spin_lock_bh(&bucket->lock);
	refill(bucket);
	bucket->tokens = min(bucket->tokens, (u64)burst * NSEC_PER_SEC);
	bucket->burst = burst;
	WRITE_ONCE(bucket->rate, rate);
	spin_unlock_bh(&bucket->lock);
}

/**
 * svp_bucket_take - take tokens if there are enough
 * @bucket: the bucket
 * @tokens: how many; more than the burst are never there
 *
 * Context: any but hard interrupts.
 * Return: true if they were taken, or the bucket has no rate.
 */
bool svp_bucket_take(struct svp_bucket *bucket, u32 tokens)
{
	u64 want = (u64)tokens * NSEC_PER_SEC;
	bool enough;

	if (!READ_ONCE(bucket->rate))
		return true;

	spin_lock_bh(&bucket->lock);
	refill(bucket);
	enough = bucket->tokens >= want;
	if (enough)
		bucket->tokens -= want;
	spin_unlock_bh(&bucket->lock);
	return enough;
}

/*
 * What was given and not yet taken lies in the pool and in the shares, none of
 * which is ever below zero; bytes only move between them or are taken. So all
 * that was taken is at most all that was given and the slack, whichever CPUs
 * gave and took.
 */

/**
 * svp_credit_init - make a credit
 * @credit: the credit
 * @slack: bytes that may be taken before any are given
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int svp_credit_init(struct svp_credit *credit, u64 slack)
{
	int cpu;

	credit->share = alloc_percpu_gfp(atomic64_t, GFP_KERNEL_ACCOUNT);
	if (!credit->share)
		return -ENOMEM;
	for_each_possible_cpu(cpu)
		atomic64_set(per_cpu_ptr(credit->share, cpu), 0);
	spin_lock_init(&credit->lock);
	credit->pool = slack;
	return 0;
}

/**
 * svp_credit_free - free what svp_credit_init() has allocated
 * @credit: the credit; nobody uses it any more
 */
void svp_credit_free(struct svp_credit *credit)
{
	free_percpu(credit->share);
	credit->share = NULL;
}

/**
 * svp_credit_give - add to a credit
 * @credit: the credit
 * @bytes: how many; 2^63 may be outstanding, which is 23 years at 100 Gbit/s
 *
 * Context: any.
 */
void svp_credit_give(struct svp_credit *credit, u32 bytes)
{
	/* Any CPU's share will do: migrating meanwhile harms nothing */
	atomic64_add(bytes, raw_cpu_ptr(credit->share));
}

/* Takes the whole or nothing from one share */
static bool take_share(atomic64_t *share, u32 bytes)
{
	s64 have = atomic64_read(share);

	do {
		if (have < bytes)
			return false;
	} while (!atomic64_try_cmpxchg(share, &have, have - bytes));
	return true;
}

/*
 * Half of what is left goes to the share of this CPU, so that it need not come
 * back for every frame; the other half stays for CPUs that give nothing.
 */
static bool take_pool(struct svp_credit *credit, u32 bytes)
{
	u64 half;

	if (credit->pool < bytes)
		return false;
	credit->pool -= bytes;
	half = credit->pool / 2;
	credit->pool -= half;
	atomic64_add(half, raw_cpu_ptr(credit->share));
	return true;
}

static void collect_shares(struct svp_credit *credit)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		atomic64_t *share = per_cpu_ptr(credit->share, cpu);

		if (atomic64_read(share))
			credit->pool += atomic64_xchg(share, 0);
	}
}

/**
 * svp_credit_take - take from a credit if there is enough
 * @credit: the credit
 * @bytes: how many
 *
 * Context: any but hard interrupts.
 * Return: true if they were taken. False is exact for what was given before
 * the call and not taken by others during it.
 */
bool svp_credit_take(struct svp_credit *credit, u32 bytes)
{
	bool enough;

	if (take_share(raw_cpu_ptr(credit->share), bytes))
		return true;

	spin_lock_bh(&credit->lock);
	enough = take_pool(credit, bytes);
	if (!enough) {
		collect_shares(credit);
		enough = take_pool(credit, bytes);
	}
	spin_unlock_bh(&credit->lock);
	return enough;
}
