// SPDX-License-Identifier: GPL-2.0-only
/*
 * From a control body to a changed treatment: every check of wire.md section 6 at
 * the host of the flow, wherever the node is.
 */
#include <linux/jiffies.h>

#include "node.h"
#include "port.h"
#include "replay.h"
#include "steer.h"
#include "treat.h"
#include "verdict.h"

/* A verdict on its way through this file */
struct ask {
	struct svp_node *node;
	struct svp_flow *flow;
	const struct svp_wire_verdict *verdict;
	u8 action;
	u8 scope;	/* directions in which it counts */
	u32 lost_perms;	/* of the node, when its permissions were read */
	u32 spi;	/* of a re-path: its target */
	u32 epoch;	/* of the host that has the node; 0 = this one */
	u16 moves;	/* of the node */
	bool refused;	/* it may do no more than take its drop back */
};

static bool gave(const struct svp_path *path, enum svp_dir dir, u16 given,
		 const struct svp_node *node)
{
	int hop = path ? svp_path_find_node(path, dir, node) : -1;

	return hop >= 0 && given & (0x8000 >> hop);
}

/**
 * svp_verdict_was_given - was a node ever given frames of a flow?
 * @flow: the flow
 * @node: the node; else it has no say in the flow
 *
 * What was given to a node of another host, that one knows, and has asked itself
 * the same: here it is enough that the flow may pass there.
 *
 * Context: RCU.
 * Return: true if so, on its paths or on those before them.
 */
bool svp_verdict_was_given(const struct svp_flow *flow,
			   const struct svp_node *node)
{
	const struct svp_path *path;
	u16 given;
	int dir;

	if (unlikely(svp_node_owner(node)))
		return svp_flow_visits(flow, node);
	for (dir = 0; dir < SVP_DIRS; dir++) {
		path = svp_flow_path_given(flow, dir, &given);
		if (gave(path, dir, given, node))
			return true;
		path = svp_flow_old_path_given(flow, dir, &given);
		if (gave(path, dir, given, node))
			return true;
	}
	return false;
}

static bool rewrites(const struct svp_node *node)
{
	return node->service->flags & SVP_SERVICE_REWRITES;
}

/* The path on which the asker stands, or stood: it is in its chain's name */
static const struct svp_path *path_of(const struct ask *ask)
{
	const struct svp_path *path, *old = NULL;
	int dir;

	for (dir = 0; dir < SVP_DIRS; dir++) {
		if (!(ask->scope & SVP_SCOPE(dir)))
			continue;
		path = svp_flow_path(ask->flow, dir);
		if (svp_path_leads_to(path, ask->node))
			return path;
		old = old ?: svp_flow_old_path(ask->flow, dir);
	}
	return old;
}

/* Nobody stands in for a service that rewrites */
static bool may_leave(const struct ask *ask)
{
	const struct svp_path *path;
	int dir;

	for (dir = 0; dir < SVP_DIRS; dir++) {
		path = svp_flow_path(ask->flow, dir);
		if (ask->scope & SVP_SCOPE(dir) && path && path->chain->rewrites)
			return false;
	}
	return true;
}

static bool chain_is_named(const struct svp_node *node, u16 chain)
{
	/* pairs with svp_nl_node_apply(): the entries are read after it */
	u8 i, n = smp_load_acquire(&node->conf.n_chains);

	for (i = 0; i < n; i++)
		if (READ_ONCE(node->conf.chains[i]) == chain)
			return true;
	return false;
}

static struct svp_path *another_path(const struct svp_policy *policy, u16 chain,
				     const struct svp_path *path)
{
	struct svp_chain_set *set = svp_policy_chain(policy, chain);
	unsigned int i;

	for (i = 0; set && i < set->n_weighted; i++)
		if (set->paths[i] != path && svp_path_usable(set->paths[i]))
			return set->paths[i];
	return NULL;
}

/* The path a re-path leads to, or NULL when the node may not ask for it */
static struct svp_path *repath_target(const struct ask *ask)
{
	const struct svp_policy *policy = rcu_dereference(ask->node->plane->policy);
	const struct svp_wire_verdict *verdict = ask->verdict;
	const struct svp_path *path = path_of(ask);
	struct svp_path *to;
	u16 chain;

	/* nothing to move while the chain has no path */
	if (!path || !svp_flow_path(ask->flow, SVP_OUT) || !may_leave(ask))
		return NULL;
	if (verdict->spi)
		to = svp_policy_path(policy, verdict->spi);
	else
		to = another_path(policy, verdict->chain ?: path->chain->id, path);
	if (!to || !svp_path_usable(to))
		return NULL;
	/* one who rewrites must see both directions, or its answers go astray */
	if (to->chain->rewrites && ask->scope != SVCPLANE_SCOPE_BOTH)
		return NULL;
	chain = to->chain->id;
	if (verdict->chain && verdict->chain != chain)
		return NULL;
	return chain == path->chain->id || chain_is_named(ask->node, chain) ? to : NULL;
}

/*
 * 0: no end; else never 0, which would mean that. Ends are compared as serial
 * numbers: what is farther than half their range, 24 days, would be the past.
 */
static u32 end_of(u32 lifetime)
{
	lifetime = min_t(u32, lifetime, S32_MAX);
	return lifetime ? ((u32)jiffies + msecs_to_jiffies(lifetime)) | 1 : 0;
}

static void bind_to(struct svp_bond *bond, const struct svp_path *path)
{
	bond->chain = path ? path->chain->id : 0;
	bond->gen = path ? path->chain->gen : 0;
}

/* How long the verdict lasts, in each direction for itself */
static void set_end(struct svp_treatment *t, enum svp_word word,
		    const struct ask *ask)
{
	int dir;

	for (dir = 0; dir < SVP_DIRS; dir++)
		if (ask->scope & SVP_SCOPE(dir))
			t->until[word][dir] = end_of(ask->verdict->lifetime);
}

static void note_drop(struct svp_treatment *t, const struct ask *ask)
{
	u8 how = 0;
	int dir;

	if (ask->verdict->flags & SVCPLANE_VERDICT_NOW)
		how |= SVP_FLOW_DROP_NOW;
	if (ask->verdict->flags & SVCPLANE_VERDICT_REJECT)
		how |= SVP_FLOW_REJECT;
	for (dir = 0; dir < SVP_DIRS; dir++)
		if (ask->scope & SVP_SCOPE(dir))
			t->how[dir] = how;
	t->drop |= ask->scope;
	set_end(t, SVP_WORD_DROP, ask);
}

/* Allow or re-path: takes the place of the other in the same direction */
static void note_route(struct svp_treatment *t, const struct ask *ask)
{
	u32 order = svp_treat_order(ask->flow);
	int dir;

	t->allow &= ~ask->scope;
	if (ask->action == SVCPLANE_ACT_ALLOW)
		t->allow |= ask->scope;
	for (dir = 0; dir < SVP_DIRS; dir++) {
		if (!(ask->scope & SVP_SCOPE(dir)))
			continue;
		t->respi[dir] = ask->spi;
		t->order[dir] = order;
	}
	set_end(t, SVP_WORD_ROUTE, ask);
}

/*
 * Where a flow goes is for the nodes that it meets, and for those that a verdict
 * has led it away from; not for one that the rules have led it away from.
 */
static bool may_lead(const struct ask *ask)
{
	const struct svp_path *base = svp_treat_base(ask->flow);
	const struct svp_path *path = path_of(ask);

	return path && (path == svp_flow_path(ask->flow, SVP_OUT) ||
			path == svp_flow_path(ask->flow, SVP_IN) ||
			(base && base->chain->id == path->chain->id));
}

static bool may(const struct ask *ask)
{
	bool leads = ask->action == SVCPLANE_ACT_ALLOW ||
		     ask->action == SVCPLANE_ACT_REPATH;

	return !ask->refused && (!leads || may_lead(ask));
}

/* With its allow a node takes its drop back, whatever else it may */
static bool takes_back(const struct svp_treatment *t, const struct ask *ask)
{
	return ask->verdict->action == SVCPLANE_ACT_ALLOW && t->drop & ask->scope;
}

static void note(struct svp_treatment *t, const struct ask *ask)
{
	struct svp_path *base = svp_treat_base(ask->flow);
	bool more = may(ask);

	svp_treat_forget(t, rcu_dereference(ask->node->plane->policy), base);
	t->heard = true;
	t->generation = ask->verdict->generation;
	t->moves = ask->moves;
	t->epoch = ask->epoch;
	if (ask->action == SVCPLANE_ACT_DROP) {
		note_drop(t, ask);
		return;
	}
	if (ask->verdict->action == SVCPLANE_ACT_ALLOW)
		t->drop &= ~ask->scope;
	if (!more)
		return;
	bind_to(&t->ruled, base);
	bind_to(&t->walked, path_of(ask));
	t->lost_perms = ask->lost_perms;
	if (ask->action == SVCPLANE_ACT_SKIP) {
		t->skip |= ask->scope;
		set_end(t, SVP_WORD_SKIP, ask);
	} else {
		note_route(t, ask);
	}
}

/* Where the asker's word is kept; the room for it is the guest's, not refused */
static struct svp_treatment *word_of(const struct ask *ask)
{
	unsigned int before = svp_treat_cost(ask->flow), more;
	struct svp_treatment *t = svp_treat_get(ask->flow, ask->node);

	more = svp_treat_cost(ask->flow) - before;
	if (more) {
		svp_flow_burden(ask->node->plane->flows, more);
		svp_port_burden(ask->flow->port, more);
	}
	return t;
}

/* Whoever has the node counts for himself, and from the start */
static bool is_stale(const struct svp_treatment *t, const struct ask *ask)
{
	return t->heard && t->moves == ask->moves && t->epoch == ask->epoch &&
	       !svp_serial_after(ask->verdict->generation, t->generation);
}

static enum svcplane_status change(const struct ask *ask)
{
	struct svp_plane *plane = ask->node->plane;
	spinlock_t *lock = svp_flow_lock(plane->flows, ask->flow);
	enum svcplane_status status = SVCPLANE_STATUS_APPLIED;
	struct svp_treatment *t;

	spin_lock(lock);
	if (ask->flow->flags & SVP_FLOW_FIN)
		t = NULL;
	else if (ask->refused)
		t = svp_treat_find(ask->flow, ask->node);
	else
		t = word_of(ask);
	if (!t)
		status = ask->refused ? SVCPLANE_STATUS_NOT_PERMITTED :
					SVCPLANE_STATUS_NO_FLOW;
	else if (is_stale(t, ask))
		status = SVCPLANE_STATUS_STALE;
	else if (!may(ask) && !takes_back(t, ask))
		status = SVCPLANE_STATUS_NOT_PERMITTED;
	else
		note(t, ask);
	spin_unlock(lock);
	if (status == SVCPLANE_STATUS_APPLIED)
		svp_steer_revalidate(plane, ask->flow);
	return status;
}

static const u32 needs[] = {
	[SVCPLANE_ACT_DROP] = SVP_PERM_DROP,
	[SVCPLANE_ACT_ALLOW] = SVP_PERM_ALLOW,
	[SVCPLANE_ACT_SKIP] = SVP_PERM_SKIP,
	[SVCPLANE_ACT_REPATH] = SVP_PERM_REPATH,
};

/**
 * svp_verdict_permits - may a node ask for something, by its permissions?
 * @node: the node
 * @action: enum svcplane_action
 *
 * Context: any.
 * Return: true also for `allow`, which counts as something else without its own.
 */
bool svp_verdict_permits(const struct svp_node *node, u8 action)
{
	return action == SVCPLANE_ACT_ALLOW ||
	       READ_ONCE(node->perms) & needs[action];
}

/* Is there nothing about node, flow and policy that stands against it? */
static bool is_possible(struct ask *ask)
{
	const struct svp_path *to;

	switch (ask->action) {
	case SVCPLANE_ACT_SKIP:
		return !rewrites(ask->node);
	case SVCPLANE_ACT_ALLOW:
		return may_leave(ask);
	case SVCPLANE_ACT_REPATH:
		to = repath_target(ask);
		ask->spi = to ? to->spi[SVP_OUT] : 0;
		return to;
	default:
		return true;
	}
}

/**
 * svp_verdict_apply_of - check a verdict and apply it
 * @node: who asks; for an operator's, in whose name
 * @flow: the flow; one of another host is decided on there: none
 * @verdict: decoded and so well-formed
 * @epoch: of the host that has the node, 0 if that is this one
 *
 * `allow` without the permission for it is applied as skip-node of the asker. A
 * node that has dropped takes that back by its `allow` in any case.
 * Of the scope, only directions count whose path, or the one before it, leads to
 * the node.
 *
 * Context: RCU, BH off.
 * Return: enum svcplane_status.
 */
enum svcplane_status svp_verdict_apply_of(struct svp_node *node,
					  struct svp_flow *flow,
					  const struct svp_wire_verdict *verdict,
					  u32 epoch)
{
	struct ask ask = {
		.node = node, .flow = flow, .verdict = verdict,
		.action = verdict->action,
		.epoch = epoch,
		.moves = READ_ONCE(node->moves),
		.scope = verdict->scope & svp_flow_visits(flow, node),
		/* pairs with svp_nl_node_apply(): the permissions are read after it */
		.lost_perms = smp_load_acquire(&node->lost_perms),
	};
	u32 perms = READ_ONCE(node->perms);

	if (svp_flow_is_far(flow))
		return SVCPLANE_STATUS_NO_FLOW;
	if (!ask.scope || !svp_verdict_was_given(flow, node))
		return SVCPLANE_STATUS_NOT_PERMITTED;
	if (ask.action == SVCPLANE_ACT_ALLOW && !(perms & SVP_PERM_ALLOW))
		ask.action = SVCPLANE_ACT_SKIP;
	ask.refused = !(perms & needs[ask.action]) || !is_possible(&ask);
	if (ask.refused && verdict->action != SVCPLANE_ACT_ALLOW)
		return SVCPLANE_STATUS_NOT_PERMITTED;
	return change(&ask);
}

/**
 * svp_verdict_lift - take verdicts back
 * @plane: the plane
 * @flow: the flow
 * @node: whose; NULL = everybody's
 *
 * Context: RCU, BH off.
 */
void svp_verdict_lift(struct svp_plane *plane, struct svp_flow *flow,
		      const struct svp_node *node)
{
	spinlock_t *lock = svp_flow_lock(plane->flows, flow);

	spin_lock(lock);
	svp_treat_lift(flow, node);
	spin_unlock(lock);
	svp_steer_revalidate(plane, flow);
}
