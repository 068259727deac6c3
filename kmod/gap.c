// SPDX-License-Identifier: GPL-2.0-only
/*
 * Gaps: frames that a tap has counted and its hook never saw. They are looked at
 * now and then, never by a packet, and told when they have grown for certain: by
 * both of two looks, since hook and device do not count at one instant; and again
 * once they have doubled, so that what goes on is told ever more seldom.
 */
#include <linux/rtnetlink.h>
#include <linux/sched.h>
#include <linux/workqueue.h>

#include "event.h"
#include "gap.h"
#include "limit.h"
#include "plane.h"
#include "port.h"

#define LOOK_INTERVAL	(5 * HZ)
#define GAP_MIN		16	/* frames: less is told of by nobody */
#define TOLD_RATE	10	/* events a second, all taps together */
#define TOLD_BURST	100

static LIST_HEAD(watched);	/* svp_port.watch; RTNL */
static struct svp_bucket told_bucket;

static void tell(struct svp_port *port, const struct net_device *dev,
		 enum svp_dir dir, u64 gap)
{
	svp_event_raise(dev_net(dev), &(struct svp_event){
		.kind = SVP_EV_GAP,
		.what = "grown",
		.plane = port->plane,
		.object = dev->name,
		.proxy = port->proxy,
		.dir = dir,
		.gap = gap,
		.reason = "frames pass around the hook: tc, XDP, AF_XDP; or nft before it",
	});
}

static void look_at(struct svp_port *port, const struct net_device *dev,
		    enum svp_dir dir, u64 device)
{
	struct svp_gap_watch *watch = &port->gap[dir];
	u64 gap = svp_port_gap(port, dir, device);
	u64 sure = min(gap, watch->last);

	watch->last = gap;
	if (!watch->begun) {
		/* what was in queues when the hooks came passed none of them */
		watch->begun = true;
		watch->told = gap;
		return;
	}
	if (sure < watch->told + max_t(u64, GAP_MIN, watch->told) ||
	    !svp_bucket_take(&told_bucket, 1))
		return;
	watch->told = sure;
	tell(port, dev, dir, sure);
}

static void look(struct work_struct *work)
{
	struct rtnl_link_stats64 stats;
	struct net_device *dev;
	struct svp_port *port;

	rtnl_lock();
	list_for_each_entry(port, &watched, watch) {
		dev = rtnl_dereference(port->dev);
		dev_get_stats(dev, &stats);
		look_at(port, dev, SVP_OUT, stats.rx_packets);
		look_at(port, dev, SVP_IN, stats.tx_packets);
		cond_resched();
	}
	if (!list_empty(&watched))
		queue_delayed_work(system_power_efficient_wq,
				   to_delayed_work(work), LOOK_INTERVAL);
	rtnl_unlock();
}

static DECLARE_DELAYED_WORK(look_work, look);

/**
 * svp_gap_watch - begin to look after a guest port
 * @port: bound; svp_gap_unwatch() has to come before its device goes
 *
 * Context: RTNL.
 */
void svp_gap_watch(struct svp_port *port)
{
	ASSERT_RTNL();
	list_add_tail(&port->watch, &watched);
	queue_delayed_work(system_power_efficient_wq, &look_work,
			   LOOK_INTERVAL);
}

/**
 * svp_gap_unwatch - look after a guest port no more
 * @port: watched, or never was
 *
 * Context: RTNL.
 */
void svp_gap_unwatch(struct svp_port *port)
{
	ASSERT_RTNL();
	list_del_init(&port->watch);
}

/**
 * svp_gap_init - make ready
 * Return: 0.
 */
int svp_gap_init(void)
{
	svp_bucket_init(&told_bucket, TOLD_RATE, TOLD_BURST);
	return 0;
}

/**
 * svp_gap_exit - stop looking; no port is left
 *
 * Context: process, without RTNL.
 */
void svp_gap_exit(void)
{
	cancel_delayed_work_sync(&look_work);
}
