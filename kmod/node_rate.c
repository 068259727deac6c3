// SPDX-License-Identifier: GPL-2.0-only
/*
 * What one guest may give to one node: a token bucket of bytes for each pair of
 * them, so that a guest that floods does not fill the queue of a node that it
 * shares. A bucket is made when the first frame asks for it: there are at most
 * as many of them as guests, and no two guests share a lock but for the making.
 * Without a rate nothing is looked up.
 */
#include <linux/minmax.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "node.h"

#define BURST_MIN	SZ_128K		/* two frames with 64 KiB of segments */
#define BURST_PART	4		/* of a second */

/* A guest's bucket at a node: entry of svp_node.rates */
struct svp_node_rate {
	struct svp_bucket bucket;
	struct rcu_head rcu;
};

/**
 * svp_node_rate_burst - bytes that a guest may give a node at once
 * @rate: bytes a second
 *
 * Return: what a quarter of a second earns, but no less than two big frames
 * take.
 */
u32 svp_node_rate_burst(u32 rate)
{
	return max_t(u32, rate / BURST_PART, BURST_MIN);
}

/* Two CPUs may have missed the same bucket: the second gets the first's */
static noinline struct svp_node_rate *make(struct svp_node *node, u16 port_id,
					   u32 limit)
{
	struct svp_node_rate *rate, *other;

	rate = kmalloc(sizeof(*rate), GFP_ATOMIC | __GFP_NOWARN);
	if (!rate)
		return NULL;
	svp_bucket_init(&rate->bucket, limit, svp_node_rate_burst(limit));
	other = xa_cmpxchg_bh(&node->rates, port_id, NULL, rate,
			      GFP_ATOMIC | __GFP_NOWARN);
	if (likely(!other))
		return rate;
	kfree(rate);
	return xa_is_err(other) ? NULL : other;
}

/**
 * svp_node_rate_take - may a guest give a node so many bytes more?
 * @node: the node
 * @port_id: number of the guest port
 * @limit: svp_node.conf.flow_rate, not 0
 * @bytes: length of the frame; more than the burst counts as the burst, else a
 *	frame of a guest with bigger segments would never pass
 *
 * Context: RCU, BH off.
 * Return: 0, or the reason to drop the frame.
 */
enum svp_drop_reason svp_node_rate_take(struct svp_node *node, u16 port_id,
					u32 limit, u32 bytes)
{
	struct svp_node_rate *rate = xa_load(&node->rates, port_id);
	u32 burst = svp_node_rate_burst(limit);

	if (unlikely(!rate)) {
		rate = make(node, port_id, limit);
		if (!rate)
			return SVP_DROP_NO_MEMORY;
	}
	if (unlikely(READ_ONCE(rate->bucket.rate) != limit))
		svp_bucket_set(&rate->bucket, limit, burst);
	return svp_bucket_take(&rate->bucket, min(bytes, burst)) ?
		0 : SVP_DROP_NODE_RATE;
}

/**
 * svp_node_rate_forget - a guest port is gone
 * @node: the node
 * @port_id: number of the port
 *
 * Context: any but hard interrupts; no frame knows the port any more.
 */
void svp_node_rate_forget(struct svp_node *node, u16 port_id)
{
	struct svp_node_rate *rate = xa_erase_bh(&node->rates, port_id);

	/* the number may be another guest's already, whose frames have found it */
	if (rate)
		kfree_rcu(rate, rcu);
}

/**
 * svp_node_rate_destroy - free all buckets of a node
 * @node: the node; nobody uses it any more
 *
 * Context: process.
 */
void svp_node_rate_destroy(struct svp_node *node)
{
	struct svp_node_rate *rate;
	unsigned long i;

	xa_for_each(&node->rates, i, rate)
		kfree(rate);
	xa_destroy(&node->rates);
}
