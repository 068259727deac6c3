// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames at a pace, and how long each was on its way: for tests/bench/latency.
 *
 * A timer sends them, in softirq, as an interrupt of a network card would: nobody has to
 * run for it, and it comes to whatever the CPU is at. Each has a number in its last four
 * bytes. It is due at a time that does not depend on when others were sent; how much later
 * it was sent is noted as well as how long it was on its way.
 */
#include <linux/delay.h>
#include <linux/etherdevice.h>
#include <linux/hrtimer.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/netdevice.h>
#include <linux/nsproxy.h>
#include <linux/rtnetlink.h>
#include <linux/sched.h>
#include <linux/skbuff.h>
#include <linux/unaligned.h>

#include "gen.h"

#define MARK		0x5ca1ab1eU	/* before the number: it is one of ours */
#define TRAILER		8
#define COUNT_MAX	10000000U

static u64 due(const struct gen_pace *pace, unsigned int n)
{
	return pace->times->begun + n * pace->times->interval;
}

/* Comes between two frames; what was late does not hold up what follows */
static enum hrtimer_restart send_due(struct hrtimer *timer)
{
	struct gen_pace *pace = container_of(timer, struct gen_pace, timer);
	struct gen_job *job = pace->job;
	u64 late = ktime_get_ns() - due(pace, pace->next);

	put_unaligned_be32(pace->next, job->frame + job->len - 4);
	WRITE_ONCE(pace->times->at[pace->next].late, min_t(u64, late, GEN_LOST));
	gen_next(job, pace->dev);
	if (++pace->next == job->count) {
		complete(&pace->done);
		return HRTIMER_NORESTART;
	}
	hrtimer_set_expires(timer, ns_to_ktime(due(pace, pace->next)));
	return HRTIMER_RESTART;
}

static bool number_of(const struct sk_buff *skb, u32 *n)
{
	__be32 buf[2], *trailer;

	if (skb->len < TRAILER)
		return false;
	trailer = skb_header_pointer(skb, skb->len - TRAILER, TRAILER, buf);
	*n = get_unaligned_be32(trailer + 1);
	return get_unaligned_be32(trailer) == MARK;
}

static rx_handler_result_t take(struct sk_buff **pskb)
{
	struct gen_pace *pace = rcu_dereference((*pskb)->dev->rx_handler_data);
	/* with what prepare() has written to it */
	struct gen_times *times = smp_load_acquire(&pace->times);
	struct gen_time *time;
	u32 n;

	if (!number_of(*pskb, &n))
		return RX_HANDLER_PASS;
	/* may be of a run that was longer */
	if (times && n <= pace->next && n < pace->job->count) {
		time = &times->at[n];
		WRITE_ONCE(time->took, ktime_get_ns() - due(pace, n) - time->late);
	}
	consume_skb(*pskb);
	return RX_HANDLER_CONSUMED;
}

int gen_pace_take(struct gen_pace *pace, const char *name)
{
	struct net_device *dev;
	int err;

	gen_pace_end(pace);
	dev = dev_get_by_name(current->nsproxy->net_ns, name);
	if (!dev)
		return -ENODEV;
	rtnl_lock();
	err = netdev_rx_handler_register(dev, take, pace);
	rtnl_unlock();
	if (err)
		dev_put(dev);
	else
		pace->sink = dev;
	return err;
}

/* Only while nothing is being sent; frames may still come in */
void gen_pace_forget(struct gen_pace *pace)
{
	struct gen_times *times = pace->times;

	WRITE_ONCE(pace->times, NULL);
	synchronize_net();
	kvfree(times);
}

void gen_pace_end(struct gen_pace *pace)
{
	if (!pace->sink)
		return;
	rtnl_lock();
	netdev_rx_handler_unregister(pace->sink);
	rtnl_unlock();
	dev_put(pace->sink);
	pace->sink = NULL;
}

static int prepare(struct gen_pace *pace, struct gen_job *job, u64 interval)
{
	struct gen_times *times;
	unsigned int i;

	if (!pace->sink || !job->count || job->count > COUNT_MAX ||
	    job->len < ETH_HLEN + TRAILER)
		return -EINVAL;
	pace->times_len = struct_size(times, at, job->count);
	times = kvzalloc(pace->times_len, GFP_KERNEL);
	if (!times)
		return -ENOMEM;
	for (i = 0; i < job->count; i++)
		times->at[i].took = GEN_LOST;
	times->interval = interval;
	times->begun = ktime_get_ns() + interval;
	put_unaligned_be32(MARK, job->frame + job->len - TRAILER);
	pace->job = job;
	pace->next = 0;
	/* frames may come in from here on: see take() */
	smp_store_release(&pace->times, times);
	return 0;
}

/* What was sent last may be on its way still; what is lost is not waited for long */
static void await_last(const struct gen_pace *pace, const struct gen_job *job)
{
	const u32 *took = &pace->times->at[job->count - 1].took;
	unsigned int i;

	for (i = 0; i < 25 && READ_ONCE(*took) == GEN_LOST; i++)
		msleep(20);
}

int gen_pace_run(struct gen_pace *pace, struct gen_job *job, u64 interval)
{
	int err = prepare(pace, job, interval);

	if (err)
		return err;
	pace->dev = dev_get_by_name(current->nsproxy->net_ns, job->dev);
	if (!pace->dev)
		return -ENODEV;
	init_completion(&pace->done);
	hrtimer_init(&pace->timer, CLOCK_MONOTONIC, HRTIMER_MODE_ABS_SOFT);
	pace->timer.function = send_due;
	hrtimer_start(&pace->timer, ns_to_ktime(due(pace, 0)), HRTIMER_MODE_ABS_SOFT);
	err = wait_for_completion_interruptible(&pace->done);
	hrtimer_cancel(&pace->timer);
	if (!err)
		await_last(pace, job);
	dev_put(pace->dev);
	return err;
}
