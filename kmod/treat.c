// SPDX-License-Identifier: GPL-2.0-only
/*
 * Drop beats all. Skips add up. Between allow and re-path the last applied
 * wins. All but drop are bound to the generation of the chain the flow walked
 * when they were given, to the node and to its permission: when one of these
 * goes, the next packet takes the whole chain again.
 */
#include <linux/jiffies.h>
#include <linux/slab.h>
#include <linux/svcplane_wire.h>

#include "node.h"
#include "path.h"
#include "treat.h"

static bool is_over(u32 until)
{
	return until && (s32)((u32)jiffies - until) >= 0;
}

static void sooner(u32 *until, u32 other)
{
	if (other && (!*until || (s32)(other - *until) < 0))
		*until = other;
}

static bool still_bound(const struct svp_treatment *t,
			const struct svp_policy *policy)
{
	const struct svp_chain_set *set = svp_policy_chain(policy, t->chain_id);

	return set && set->chain->gen == t->chain_gen &&
	       !(READ_ONCE(t->node->down) & SVP_NODE_DOWN_GONE) &&
	       !is_over(t->until);
}

static bool may(const struct svp_treatment *t, u32 perm)
{
	return READ_ONCE(t->node->perms) & perm;
}

static void add_skip(const struct svp_treatment *t, const struct svp_path *path,
		     struct svp_treat_sum *sum)
{
	int dir, hop;

	if (!path || !may(t, SVP_PERM_SKIP))
		return;
	for (dir = 0; dir < SVP_DIRS; dir++) {
		hop = svp_path_find_node(path, dir, t->node);
		if (hop >= 0 && t->skip & SVP_SCOPE(dir))
			sum->skip[dir] |= 0x8000 >> hop;
	}
}

static void add_drop(const struct svp_treatment *t, struct svp_treat_sum *sum)
{
	int dir;

	if (is_over(t->drop_until))
		return;
	for (dir = 0; dir < SVP_DIRS; dir++)
		if (t->drop & SVP_SCOPE(dir))
			sum->drop[dir] = true;
	if (!t->drop)
		return;
	sum->now |= t->flags & SVCPLANE_VERDICT_NOW;
	sum->reject |= !!(t->flags & SVCPLANE_VERDICT_REJECT);
	sooner(&sum->until, t->drop_until);
}

/* The last of allow and re-path */
static void add_route(const struct svp_treatment *t, struct svp_treat_sum *sum)
{
	int dir;

	for (dir = 0; dir < SVP_DIRS; dir++)
		sum->allow[dir] = t->allow & SVP_SCOPE(dir) &&
				  may(t, SVP_PERM_ALLOW);
	sum->respi = may(t, SVP_PERM_REPATH) ? t->respi : 0;
}

/**
 * svp_treat_sum - what the verdicts of a flow amount to now
 * @flow: the flow
 * @policy: policy in force
 * @path: path the flow walks, or NULL
 * @sum: filled in
 *
 * Context: RCU, under svp_flow_lock() or before the flow is published.
 */
void svp_treat_sum(const struct svp_flow *flow, const struct svp_policy *policy,
		   const struct svp_path *path, struct svp_treat_sum *sum)
{
	const struct svp_flow_verdicts *verdicts;
	const struct svp_treatment *t, *last = NULL;
	u8 i;

	memset(sum, 0, sizeof(*sum));
	verdicts = rcu_dereference_protected(flow->verdicts, true);
	if (likely(!verdicts))
		return;
	for (i = 0; i < verdicts->n; i++) {
		t = &verdicts->by[i];
		add_drop(t, sum);
		if (!still_bound(t, policy))
			continue;
		sooner(&sum->until, t->until);
		add_skip(t, path, sum);
		if ((t->allow || t->respi) &&
		    (!last || (s32)(t->order - last->order) > 0))
			last = t;
	}
	if (last)
		add_route(last, sum);
}

static struct svp_flow_verdicts *get_verdicts(struct svp_flow *flow)
{
	struct svp_flow_verdicts *verdicts;

	verdicts = rcu_dereference_protected(flow->verdicts, true);
	if (verdicts)
		return verdicts;
	verdicts = kzalloc(sizeof(*verdicts), GFP_ATOMIC | __GFP_NOWARN);
	if (verdicts)
		rcu_assign_pointer(flow->verdicts, verdicts);
	return verdicts;
}

/**
 * svp_treat_get - where the word of a node about a flow is kept
 * @flow: the flow
 * @node: the node; a reference is taken when it is new here
 *
 * Context: under svp_flow_lock().
 * Return: NULL when there is no memory, or more nodes have spoken than fit.
 */
struct svp_treatment *svp_treat_get(struct svp_flow *flow,
				    struct svp_node *node)
{
	struct svp_flow_verdicts *verdicts = get_verdicts(flow);
	struct svp_treatment *t;
	u8 i;

	if (!verdicts)
		return NULL;
	for (i = 0; i < verdicts->n; i++)
		if (verdicts->by[i].node == node)
			return &verdicts->by[i];
	if (verdicts->n == SVP_TREATMENTS_MAX)
		return NULL;
	t = &verdicts->by[verdicts->n++];
	t->node = svp_node_hold(node);
	return t;
}

/**
 * svp_treat_order - number of the next allow or re-path
 * @flow: flow with verdicts
 *
 * Context: under svp_flow_lock().
 */
u32 svp_treat_order(struct svp_flow *flow)
{
	struct svp_flow_verdicts *verdicts;

	verdicts = rcu_dereference_protected(flow->verdicts, true);
	return ++verdicts->order;
}

static void forget_route(struct svp_treatment *t)
{
	t->skip = 0;
	t->allow = 0;
	t->respi = 0;
}

/**
 * svp_treat_forget - forget what holds no more
 * @t: what a node has asked
 * @policy: policy in force
 *
 * What is asked next is bound anew, and lifetimes are shared: that must not
 * bring back what was cancelled or is over.
 *
 * Context: RCU, under svp_flow_lock().
 */
void svp_treat_forget(struct svp_treatment *t, const struct svp_policy *policy)
{
	if (is_over(t->drop_until))
		t->drop = 0;
	if (!still_bound(t, policy))
		forget_route(t);
}

/**
 * svp_treat_lift - forget verdicts
 * @flow: the flow
 * @node: whose; NULL = everybody's
 *
 * Context: under svp_flow_lock().
 */
void svp_treat_lift(struct svp_flow *flow, const struct svp_node *node)
{
	struct svp_flow_verdicts *verdicts;
	struct svp_treatment *t;
	u8 i;

	verdicts = rcu_dereference_protected(flow->verdicts, true);
	for (i = 0; verdicts && i < verdicts->n; i++) {
		t = &verdicts->by[i];
		if (node && t->node != node)
			continue;
		t->drop = 0;
		forget_route(t);
	}
}

/**
 * svp_treat_free - free the verdicts of a flow
 * @verdicts: of a flow that is gone
 */
void svp_treat_free(struct svp_flow_verdicts *verdicts)
{
	u8 i;

	for (i = 0; i < verdicts->n; i++)
		svp_node_put(verdicts->by[i].node);
	kfree(verdicts);
}
