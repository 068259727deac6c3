// SPDX-License-Identifier: GPL-2.0-only
/*
 * Life of a flow table: limits, idle flows, flushing.
 *
 * Idle flows are looked for by one work, only while there are flows. A run
 * looks at a share of them, in stretches of STRETCH flows (each well below a
 * millisecond, deletion included) between which it reschedules. All flows are
 * seen once in 4 s, or in 1 s while the table is nearly full; with a million
 * flows that is 5 % of a core.
 */
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/rhashtable.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "flow_table.h"

#define STRETCH		128U	/* flows looked at without rescheduling */
#define GC_RUNS		16	/* runs that see all flows once */
#define GC_RUNS_FULL	4	/* likewise while the table is nearly full */

/*
 * Seconds. TCP: RFC 5382 REQ-5 asks for 2 h 4 min at least, because hosts probe
 * an idle connection after 2 h. UDP both ways: RFC 4787 REQ-5, more than 2 min.
 * The others are those of conntrack.
 */
static const u32 timeout_default[SVP_TIMER_MAX] = {
	[SVP_TIMER_TCP_SYN] = 60,
	[SVP_TIMER_TCP_ONEWAY] = 300,
	[SVP_TIMER_TCP_EST] = 7440,
	[SVP_TIMER_TCP_HALF] = 120,
	[SVP_TIMER_TCP_FIN] = 30,
	[SVP_TIMER_TCP_RST] = 10,
	[SVP_TIMER_UDP] = 30,
	[SVP_TIMER_UDP_BOTH] = 180,
	[SVP_TIMER_ICMP] = 30,
	[SVP_TIMER_OTHER] = 600,
};

/**
 * svp_flow_count - flows in the table
 * @table: of the plane
 *
 * Context: any.
 */
u32 svp_flow_count(const struct svp_flow_table *table)
{
	return atomic_read(&table->live);
}

/**
 * svp_flow_max - limit of a table
 * @table: of the plane
 *
 * Context: any.
 */
u32 svp_flow_max(const struct svp_flow_table *table)
{
	return READ_ONCE(table->max);
}

/**
 * svp_flow_set_max - set the limit of a table
 * @table: of the plane
 * @max_flows: 1 to SVP_FLOWS_MAX. Flows beyond a lowered limit stay
 *
 * Context: process; not two at a time for one table.
 * Return: 0; -ERANGE or -ENOMEM: the old limit stands.
 */
int svp_flow_set_max(struct svp_flow_table *table, u32 max_flows)
{
	int err;

	if (!max_flows || max_flows > SVP_FLOWS_MAX)
		return -ERANGE;
	err = svp_flow_slot_grow(&table->map, max_flows);
	if (!err)
		WRITE_ONCE(table->max, max_flows);
	return err;
}

/**
 * svp_flow_timeout - idle time after which a flow may go
 * @table: of the plane
 * @timer: state of the flow
 *
 * Context: any.
 * Return: seconds.
 */
u32 svp_flow_timeout(const struct svp_flow_table *table,
		     enum svp_flow_timer timer)
{
	return READ_ONCE(table->timeout[timer]);
}

/**
 * svp_flow_set_timeout - set an idle time
 * @table: of the plane
 * @timer: state it is for
 * @seconds: at least 1, at most 10 days, else the nearer of them
 *
 * Context: any.
 */
void svp_flow_set_timeout(struct svp_flow_table *table,
			  enum svp_flow_timer timer, u32 seconds)
{
	WRITE_ONCE(table->timeout[timer], clamp(seconds, 1U, SVP_TIMEOUT_MAX));
}

/**
 * svp_flow_next - next flow of a walk
 * @table: of the plane
 * @cursor: 0 begins a walk; moved on
 *
 * Context: rcu_read_lock().
 * Return: the flow, or NULL at the end. A flow that lives through the whole
 * walk is seen exactly once; if the limit is raised meanwhile, at least once.
 */
struct svp_flow *svp_flow_next(struct svp_flow_table *table, u32 *cursor)
{
	return svp_flow_slot_next(&table->map, cursor);
}

/**
 * svp_flow_gc - delete idle flows, one stretch
 * @table: of the plane
 * @cursor: where to begin; moved on, 0 again after the end
 * @now: jiffies
 * @budget: how many flows to look at
 *
 * Context: any but hard interrupts.
 * Return: how many were deleted.
 */
u32 svp_flow_gc(struct svp_flow_table *table, u32 *cursor, u32 now, u32 budget)
{
	struct svp_flow *flow;
	u32 n = 0;

	local_bh_disable();
	rcu_read_lock();
	while (budget--) {
		flow = svp_flow_next(table, cursor);
		if (!flow) {
			*cursor = 0;
			break;
		}
		if (svp_flow_expired_at(flow, now) &&
		    svp_flow_delete(table, flow))
			n++;
	}
	rcu_read_unlock();
	local_bh_enable();
	return n;
}

static bool nearly_full(const struct svp_flow_table *table)
{
	u32 max = svp_flow_max(table);

	return (u32)atomic_read(&table->held) > max - max / 8;
}

static void gc_work(struct work_struct *work)
{
	struct svp_flow_table *table = container_of(to_delayed_work(work),
						    struct svp_flow_table, gc);
	u32 share, n;

	share = svp_flow_count(table);
	share = share / (nearly_full(table) ? GC_RUNS_FULL : GC_RUNS) + STRETCH;
	for (n = 0; n < share; n += STRETCH) {
		svp_flow_gc(table, &table->gc_cursor, jiffies, STRETCH);
		cond_resched();
		if (!table->gc_cursor)
			break;
	}
	/* else the next insertion starts it again */
	if (svp_flow_count(table))
		queue_delayed_work(system_power_efficient_wq, &table->gc,
				   SVP_FLOW_GC_INTERVAL);
}

static u32 flush_stretch(struct svp_flow_table *table, u32 *cursor,
			 bool (*match)(const struct svp_flow *flow, void *arg),
			 void *arg, bool *end)
{
	struct svp_flow *flow;
	u32 i, n = 0;

	local_bh_disable();
	rcu_read_lock();
	for (i = 0; i < STRETCH; i++) {
		flow = svp_flow_next(table, cursor);
		*end = !flow;
		if (!flow)
			break;
		if ((!match || match(flow, arg)) && svp_flow_delete(table, flow))
			n++;
	}
	rcu_read_unlock();
	local_bh_enable();
	return n;
}

/**
 * svp_flow_flush - delete what somebody does not want any more
 * @table: of the plane
 * @match: true for the flows to delete, NULL for all; BH off
 * @arg: for @match
 *
 * What is inserted meanwhile may stay: make that impossible first.
 *
 * Context: process, may reschedule.
 * Return: how many were deleted here.
 */
u32 svp_flow_flush(struct svp_flow_table *table,
		   bool (*match)(const struct svp_flow *flow, void *arg),
		   void *arg)
{
	u32 cursor = 0, n = 0;
	bool end = false;

	while (!end) {
		n += flush_stretch(table, &cursor, match, arg, &end);
		cond_resched();
	}
	return n;
}

/**
 * svp_flow_table_new - an empty table
 * @max_flows: limit, 1 to SVP_FLOWS_MAX
 * @ops: callbacks; stays valid
 * @ctx: for them
 *
 * Context: process.
 * Return: the table, or NULL when there is no memory or the limit is out of
 * range.
 */
struct svp_flow_table *svp_flow_table_new(u32 max_flows,
					  const struct svp_flow_ops *ops,
					  void *ctx)
{
	struct svp_flow_table *table;
	int i;

	if (!max_flows || max_flows > SVP_FLOWS_MAX)
		return NULL;
	table = kvzalloc(sizeof(*table), GFP_KERNEL);
	if (!table)
		return NULL;
	if (svp_flow_slot_init(&table->map, max_flows))
		goto free_table;
	if (svp_flow_hash_init(table))
		goto free_slots;
	/* Not ARRAY_SIZE(): where a lock has no size, that divides by zero */
	for (i = 0; i < 1 << SVP_FLOW_LOCK_BITS; i++)
		spin_lock_init(&table->lock[i]);
	INIT_DELAYED_WORK(&table->gc, gc_work);
	memcpy(table->timeout, timeout_default, sizeof(table->timeout));
	table->max = max_flows;
	table->ops = ops;
	table->ctx = ctx;
	return table;

free_slots:
	svp_flow_slot_free(&table->map);
free_table:
	kvfree(table);
	return NULL;
}

/**
 * svp_flow_table_destroy - delete all flows and the table
 * @table: nobody uses any more: unpublished, and a grace period has passed; NULL
 *	is allowed
 *
 * Calls ops->gone() for each flow. Paths lose their references before this
 * returns; they free themselves after one more grace period.
 *
 * Context: process, sleeps.
 */
void svp_flow_table_destroy(struct svp_flow_table *table)
{
	if (!table)
		return;
	/* queues itself only while there are flows: cancel once they are gone */
	svp_flow_flush(table, NULL, NULL);
	cancel_delayed_work_sync(&table->gc);
	rcu_barrier();	/* flows on their way out need the table */
	WARN_ON_ONCE(atomic_read(&table->held));
	rhashtable_destroy(&table->ht);
	svp_flow_slot_free(&table->map);
	kvfree(table);
}
