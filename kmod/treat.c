// SPDX-License-Identifier: GPL-2.0-only
/*
 * Drop beats all. Skips add up. Between allow and re-path the last applied
 * wins, in each direction. All but drop are bound to the chain that the rules
 * had chosen when they were given and to the one the flow walked then (their
 * generations), to the node and to its permissions: when one of these goes, the
 * next packet takes the whole chain again.
 */
#include <linux/jiffies.h>
#include <linux/overflow.h>
#include <linux/slab.h>

#include "node.h"
#include "path.h"
#include "treat.h"

#define FIRST_ROOM	3

static bool is_over(u32 until)
{
	return until && (s32)((u32)jiffies - until) >= 0;
}

static void sooner(u32 *until, u32 other)
{
	if (other && (!*until || (s32)(other - *until) < 0))
		*until = other;
}

static bool still_is(const struct svp_bond *bond, const struct svp_policy *policy)
{
	const struct svp_chain_set *set = svp_policy_chain(policy, bond->chain);

	return set && set->chain->gen == bond->gen;
}

/**
 * svp_treat_bound - whether what a node asked, but for a drop, counts while it lasts
 * @t: what it asked
 * @policy: policy in force
 * @base: path that it chooses for the flow, or NULL
 *
 * Context: RCU, under svp_flow_lock().
 */
bool svp_treat_bound(const struct svp_treatment *t,
		     const struct svp_policy *policy,
		     const struct svp_path *base)
{
	return base && base->chain->id == t->ruled.chain &&
	       still_is(&t->ruled, policy) && still_is(&t->walked, policy) &&
	       READ_ONCE(t->node->lost_perms) == t->lost_perms &&
	       !(READ_ONCE(t->node->down) & SVP_NODE_DOWN_GONE);
}

static bool lasts(const struct svp_treatment *t, enum svp_word word, int dir)
{
	return !is_over(t->until[word][dir]);
}

static bool may(const struct svp_treatment *t, u32 perm)
{
	return READ_ONCE(t->node->perms) & perm;
}

static void add_skip(const struct svp_treatment *t, struct svp_treat_sum *sum)
{
	int dir, hop;

	if (!may(t, SVP_PERM_SKIP))
		return;
	for (dir = 0; dir < SVP_DIRS; dir++) {
		if (!(t->skip & SVP_SCOPE(dir)) || !lasts(t, SVP_WORD_SKIP, dir))
			continue;
		hop = svp_path_find_node(sum->path[dir], dir, t->node);
		if (hop >= 0)
			sum->skip[dir] |= 0x8000 >> hop;
		sooner(&sum->until, t->until[SVP_WORD_SKIP][dir]);
	}
}

static void add_drop(const struct svp_treatment *t, struct svp_treat_sum *sum)
{
	int dir;

	for (dir = 0; dir < SVP_DIRS; dir++) {
		if (!(t->drop & SVP_SCOPE(dir)) || !lasts(t, SVP_WORD_DROP, dir))
			continue;
		sum->drop[dir] = true;
		sum->how[dir] |= t->how[dir];
		sooner(&sum->until, t->until[SVP_WORD_DROP][dir]);
	}
}

static bool allows(const struct svp_treatment *t, int dir)
{
	return t->allow & SVP_SCOPE(dir) && may(t, SVP_PERM_ALLOW);
}

static bool repaths(const struct svp_treatment *t, int dir)
{
	return t->respi[dir] && may(t, SVP_PERM_REPATH);
}

/* A re-path holds as long as its path can be walked */
static struct svp_path *target(const struct svp_treatment *t, int dir,
			       const struct svp_policy *policy)
{
	struct svp_path *path = NULL;

	if (repaths(t, dir))
		path = svp_policy_path(policy, t->respi[dir]);
	return path && svp_path_usable(path) ? path : NULL;
}

/* The last of allow and re-path in one direction */
static void add_route(const struct svp_flow_verdicts *verdicts, int dir,
		      const struct svp_policy *policy,
		      const struct svp_path *base, struct svp_treat_sum *sum)
{
	const struct svp_treatment *t, *last = NULL;
	u8 i;

	for (i = 0; i < verdicts->n; i++) {
		t = &verdicts->by[i];
		if ((allows(t, dir) || repaths(t, dir)) &&
		    lasts(t, SVP_WORD_ROUTE, dir) &&
		    svp_treat_bound(t, policy, base) &&
		    (!last || (s32)(t->order[dir] - last->order[dir]) > 0))
			last = t;
	}
	if (!last)
		return;
	sum->allow[dir] = allows(last, dir);
	sum->path[dir] = target(last, dir, policy) ?: sum->path[dir];
	sooner(&sum->until, last->until[SVP_WORD_ROUTE][dir]);
}

/**
 * svp_treat_sum - what the verdicts of a flow amount to now
 * @flow: the flow
 * @policy: policy in force
 * @base: path that it chooses for the flow, or NULL
 * @sum: filled in
 *
 * Context: RCU, under svp_flow_lock() or before the flow is published.
 */
void svp_treat_sum(const struct svp_flow *flow, const struct svp_policy *policy,
		   struct svp_path *base, struct svp_treat_sum *sum)
{
	const struct svp_flow_verdicts *verdicts;
	const struct svp_treatment *t;
	int dir;
	u8 i;

	memset(sum, 0, sizeof(*sum));
	for (dir = 0; dir < SVP_DIRS; dir++)
		sum->path[dir] = base;
	verdicts = rcu_dereference_protected(flow->verdicts, true);
	if (likely(!verdicts))
		return;
	for (dir = 0; dir < SVP_DIRS; dir++)
		add_route(verdicts, dir, policy, base, sum);
	for (i = 0; i < verdicts->n; i++) {
		t = &verdicts->by[i];
		add_drop(t, sum);
		if (svp_treat_bound(t, policy, base))
			add_skip(t, sum);
	}
}

/**
 * svp_treat_base - the path that the policy chose for a flow
 * @flow: the flow
 *
 * Context: RCU, under svp_flow_lock().
 * Return: the path, be the flow on it or re-pathed; NULL when it has none.
 */
struct svp_path *svp_treat_base(const struct svp_flow *flow)
{
	const struct svp_flow_verdicts *verdicts;

	verdicts = rcu_dereference_protected(flow->verdicts, true);
	if (verdicts && verdicts->base)
		return verdicts->base;
	return rcu_dereference_protected(flow->path[SVP_OUT], true);
}

/**
 * svp_treat_keep_base - remember what the policy chose for a flow
 * @flow: the flow, on the paths it is to walk
 * @base: the policy's choice, or NULL
 *
 * Context: RCU, under svp_flow_lock().
 */
void svp_treat_keep_base(struct svp_flow *flow, struct svp_path *base)
{
	struct svp_flow_verdicts *verdicts;
	struct svp_path *before;

	verdicts = rcu_dereference_protected(flow->verdicts, true);
	if (!verdicts)
		return;
	if (base == rcu_access_pointer(flow->path[SVP_OUT]) &&
	    base == rcu_access_pointer(flow->path[SVP_IN]))
		base = NULL;
	before = verdicts->base;
	verdicts->base = base ? svp_path_hold(base) : NULL;
	svp_path_put(before);
}

/*
 * Room for one more node's word. Mostly one or two nodes speak: at first there is
 * room for three, in 256 bytes; then for 7, 15, and all. They
 * are only looked at under the lock, so the smaller one can go at once.
 */
static struct svp_flow_verdicts *make_room(struct svp_flow *flow)
{
	struct svp_flow_verdicts *old, *verdicts;
	u8 max = FIRST_ROOM;

	old = rcu_dereference_protected(flow->verdicts, true);
	if (old && old->n < old->max)
		return old;
	if (old && old->n == SVP_TREATMENTS_MAX)
		return NULL;
	if (old)
		max = min(2 * old->max + 1, SVP_TREATMENTS_MAX);
	verdicts = kzalloc(struct_size(verdicts, by, max), GFP_ATOMIC | __GFP_NOWARN);
	if (!verdicts)
		return NULL;
	if (old)
		memcpy(verdicts, old, struct_size(old, by, old->n));
	verdicts->max = max;
	rcu_assign_pointer(flow->verdicts, verdicts);
	kfree(old);
	return verdicts;
}

/**
 * svp_treat_find - what a node has said of a flow
 * @flow: the flow
 * @node: the node
 *
 * Context: under svp_flow_lock().
 * Return: valid until the next svp_treat_get(); NULL when it has said nothing.
 */
struct svp_treatment *svp_treat_find(const struct svp_flow *flow,
				     const struct svp_node *node)
{
	struct svp_flow_verdicts *verdicts;
	u8 i;

	verdicts = rcu_dereference_protected(flow->verdicts, true);
	for (i = 0; verdicts && i < verdicts->n; i++)
		if (verdicts->by[i].node == node)
			return &verdicts->by[i];
	return NULL;
}

/**
 * svp_treat_get - where the word of a node about a flow is kept
 * @flow: the flow
 * @node: the node; a reference is taken when it is new here
 *
 * Context: under svp_flow_lock().
 * Return: valid until the next call; NULL when there is no memory, or more nodes
 * have spoken than fit.
 */
struct svp_treatment *svp_treat_get(struct svp_flow *flow,
				    struct svp_node *node)
{
	struct svp_treatment *t = svp_treat_find(flow, node);
	struct svp_flow_verdicts *verdicts;

	if (t)
		return t;
	verdicts = make_room(flow);
	if (!verdicts)
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

/* All but the drop */
static void forget_route(struct svp_treatment *t)
{
	t->skip = 0;
	t->allow = 0;
	memset(t->respi, 0, sizeof(t->respi));
}

/* Ends are serial numbers: half their range later they would be in the future */
static void forget_over(struct svp_treatment *t, int dir)
{
	if (!lasts(t, SVP_WORD_DROP, dir)) {
		t->drop &= ~SVP_SCOPE(dir);
		t->until[SVP_WORD_DROP][dir] = 0;
	}
	if (!lasts(t, SVP_WORD_SKIP, dir)) {
		t->skip &= ~SVP_SCOPE(dir);
		t->until[SVP_WORD_SKIP][dir] = 0;
	}
	if (!lasts(t, SVP_WORD_ROUTE, dir)) {
		t->allow &= ~SVP_SCOPE(dir);
		t->respi[dir] = 0;
		t->until[SVP_WORD_ROUTE][dir] = 0;
	}
}

/**
 * svp_treat_forget - forget what holds no more
 * @t: what a node asked
 * @policy: policy in force
 * @base: path that it chose for the flow, or NULL
 *
 * What is asked next is bound anew: that must not bring back what was cancelled.
 *
 * Context: RCU, under svp_flow_lock().
 */
void svp_treat_forget(struct svp_treatment *t, const struct svp_policy *policy,
		      const struct svp_path *base)
{
	if (!svp_treat_bound(t, policy, base))
		forget_route(t);
}

/**
 * svp_treat_expire - forget what is over
 * @flow: the flow
 *
 * Context: under svp_flow_lock().
 */
void svp_treat_expire(struct svp_flow *flow)
{
	struct svp_flow_verdicts *verdicts;
	int dir;
	u8 i;

	verdicts = rcu_dereference_protected(flow->verdicts, true);
	for (i = 0; verdicts && i < verdicts->n; i++)
		for (dir = 0; dir < SVP_DIRS; dir++)
			forget_over(&verdicts->by[i], dir);
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

/* In records of flows, rounded up */
static unsigned int cost(const struct svp_flow_verdicts *verdicts)
{
	return DIV_ROUND_UP(struct_size(verdicts, by, verdicts->max),
			    sizeof(struct svp_flow));
}

/**
 * svp_treat_cost - what the verdicts of a flow count as in quotas
 * @flow: the flow
 *
 * Context: under svp_flow_lock(), or the flow is unlinked.
 * Return: number of records.
 */
unsigned int svp_treat_cost(const struct svp_flow *flow)
{
	const struct svp_flow_verdicts *verdicts;

	verdicts = rcu_dereference_protected(flow->verdicts, true);
	return verdicts ? cost(verdicts) : 0;
}

/**
 * svp_treat_free - free the verdicts of a flow
 * @verdicts: of a flow that is gone
 *
 * Return: what they counted as in quotas.
 */
unsigned int svp_treat_free(struct svp_flow_verdicts *verdicts)
{
	unsigned int n = cost(verdicts);
	u8 i;

	for (i = 0; i < verdicts->n; i++)
		svp_node_put(verdicts->by[i].node);
	svp_path_put(verdicts->base);
	kfree(verdicts);
	return n;
}
