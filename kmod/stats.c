// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters and drop reasons.
 */
#include <linux/skbuff.h>

#include "stats.h"
#include "trace.h"

static const char *const drop_names[] = {
#define SVP_DROP_NAME(sym, name, text) name,
	SVP_DROP_REASONS(SVP_DROP_NAME)
#undef SVP_DROP_NAME
};

static const char *const drop_texts[] = {
#define SVP_DROP_TEXT(sym, name, text) text,
	SVP_DROP_REASONS(SVP_DROP_TEXT)
#undef SVP_DROP_TEXT
};

/**
 * svp_count_alloc - make a pair of counters at zero
 * @gfp: as for kmalloc()
 *
 * Return: the counters, to be given to free_percpu(), or NULL.
 */
struct svp_count __percpu *svp_count_alloc(gfp_t gfp)
{
	struct svp_count __percpu *count;
	int cpu;

	count = alloc_percpu_gfp(struct svp_count, gfp);
	if (!count)
		return NULL;
	for_each_possible_cpu(cpu)
		u64_stats_init(&per_cpu_ptr(count, cpu)->syncp);
	return count;
}

/**
 * svp_count_read - add up the counters of all CPUs
 * @count: the counters
 * @packets: set to the number of frames
 * @bytes: set to the sum of their lengths
 *
 * Context: any. The two agree with one another CPU by CPU only.
 */
void svp_count_read(const struct svp_count __percpu *count, u64 *packets,
		    u64 *bytes)
{
	int cpu;

	*packets = 0;
	*bytes = 0;
	for_each_possible_cpu(cpu) {
		const struct svp_count *c = per_cpu_ptr(count, cpu);
		unsigned int start;
		u64 p, b;

		do {
			start = u64_stats_fetch_begin(&c->syncp);
			p = u64_stats_read(&c->packets);
			b = u64_stats_read(&c->bytes);
		} while (u64_stats_fetch_retry(&c->syncp, start));
		*packets += p;
		*bytes += b;
	}
}

/**
 * svp_drops_alloc - make the drop counters of a plane, at zero
 *
 * Context: process.
 * Return: the counters, to be given to free_percpu(), or NULL.
 */
struct svp_drops __percpu *svp_drops_alloc(void)
{
	struct svp_drops __percpu *drops;
	int cpu;

	drops = alloc_percpu(struct svp_drops);
	if (!drops)
		return NULL;
	for_each_possible_cpu(cpu)
		u64_stats_init(&per_cpu_ptr(drops, cpu)->syncp);
	return drops;
}

/**
 * svp_drops_read - how many frames were dropped for a reason
 * @drops: counters of a plane
 * @reason: the reason; out of range counts as none
 *
 * Context: any.
 * Return: the sum over all CPUs.
 */
u64 svp_drops_read(const struct svp_drops __percpu *drops,
		   enum svp_drop_reason reason)
{
	u64 sum = 0;
	int cpu;

	if ((unsigned int)reason >= SVP_DROP_MAX)
		return 0;
	for_each_possible_cpu(cpu) {
		const struct svp_drops *d = per_cpu_ptr(drops, cpu);
		unsigned int start;
		u64 n;

		do {
			start = u64_stats_fetch_begin(&d->syncp);
			n = u64_stats_read(&d->reason[reason]);
		} while (u64_stats_fetch_retry(&d->syncp, start));
		sum += n;
	}
	return sum;
}

/**
 * svp_drop_name - name of a reason in tools and the tracepoint
 * @reason: the reason
 *
 * Return: a constant string, never NULL.
 */
const char *svp_drop_name(enum svp_drop_reason reason)
{
	if ((unsigned int)reason >= SVP_DROP_MAX)
		reason = SVP_DROP_UNSPEC;
	return drop_names[reason];
}

/**
 * svp_drop_text - what a reason means
 * @reason: the reason
 *
 * Return: a constant sentence, never NULL.
 */
const char *svp_drop_text(enum svp_drop_reason reason)
{
	if ((unsigned int)reason >= SVP_DROP_MAX)
		reason = SVP_DROP_UNSPEC;
	return drop_texts[reason];
}

/* The nearest reason that tools of the core (dropwatch, perf) know */
static enum skb_drop_reason core_reason(enum svp_drop_reason reason)
{
	switch (reason) {
	case SVP_DROP_NO_MEMORY:
	case SVP_DROP_HEADROOM:
	case SVP_DROP_FLOW_NO_RECORD:
		return SKB_DROP_REASON_NOMEM;
	case SVP_DROP_NO_TRANSPORT:
	case SVP_DROP_FIRST_FRAG_SHORT:
	case SVP_DROP_NSH_SHORT:
	case SVP_DROP_NSH_INNER:
		return SKB_DROP_REASON_HDR_TRUNC;
	case SVP_DROP_BAD_IP:
		return SKB_DROP_REASON_IP_INHDR;
	case SVP_DROP_GROUP_MAC:
		return SKB_DROP_REASON_UNICAST_IN_L2_MULTICAST;
	case SVP_DROP_FLOODED:
		return SKB_DROP_REASON_OTHERHOST;
	case SVP_DROP_PROXY_DOWN:
	case SVP_DROP_PLANE_GONE:
	case SVP_DROP_NODE_DOWN:
	case SVP_DROP_NODE_XMIT:
	case SVP_DROP_DELIVER:
	case SVP_DROP_GUEST_GONE:
	case SVP_DROP_BRIDGE_DOWN:
		return SKB_DROP_REASON_DEV_READY;
	case SVP_DROP_MTU:
		return SKB_DROP_REASON_PKT_TOO_BIG;
	case SVP_DROP_SEGMENT:
		return SKB_DROP_REASON_SKB_GSO_SEG;
	case SVP_DROP_RULE:
	case SVP_DROP_VERDICT:
	case SVP_DROP_CHAIN_FAILED:
		return SKB_DROP_REASON_NETFILTER_DROP;
	default:
		return SKB_DROP_REASON_NOT_SPECIFIED;
	}
}

static void count_drop(struct svp_drops __percpu *drops,
		       enum svp_drop_reason reason)
{
	struct svp_drops *d = this_cpu_ptr(drops);

	u64_stats_update_begin(&d->syncp);
	u64_stats_inc(&d->reason[reason]);
	u64_stats_update_end(&d->syncp);
}

void svp_drop_gone(struct svp_drops __percpu *drops,
		   const struct net_device *dev, enum svp_drop_reason reason)
{
	count_drop(drops, reason);
	trace_svp_drop(NULL, dev, reason);
}

void svp_drop(struct svp_drops __percpu *drops, struct sk_buff *skb,
	      enum svp_drop_reason reason)
{
	if ((unsigned int)reason >= SVP_DROP_MAX)
		reason = SVP_DROP_UNSPEC;
	if (drops)
		count_drop(drops, reason);
	trace_svp_drop(skb, skb->dev, reason);

	/* A frame that did its work is no loss to the core's tools either */
	if (reason == SVP_DROP_CTL_CONSUMED)
		consume_skb(skb);
	else
		kfree_skb_reason(skb, core_reason(reason));
}
