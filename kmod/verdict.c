// SPDX-License-Identifier: GPL-2.0-only
/*
 * From a control body to a changed treatment: every check of wire sections 4.5
 * and 5 that concerns a node of this host.
 */
#include <linux/jiffies.h>

#include "event.h"
#include "node.h"
#include "port.h"
#include "replay.h"
#include "steer.h"
#include "trace.h"
#include "treat.h"
#include "verdict.h"

static bool path_gave(const struct svp_path *path, const struct svp_flow *flow,
		      const struct svp_node *node, bool old)
{
	const struct svp_flow_use *use;
	int dir, hop;

	for (dir = 0; path && dir < SVP_DIRS; dir++) {
		use = &flow->use[dir];
		hop = svp_path_find_node(path, dir, node);
		if (hop >= 0 && (0x8000 >> hop) & (old ? READ_ONCE(use->old_given) :
							 READ_ONCE(use->given)))
			return true;
	}
	return false;
}

/* Was the node ever given this flow? Else it has no say in it */
static bool was_given(const struct svp_flow *flow, const struct svp_node *node)
{
	return path_gave(rcu_dereference(flow->path), flow, node, false) ||
	       path_gave(rcu_dereference(flow->old_path), flow, node, true);
}

static bool rewrites(const struct svp_node *node)
{
	return node->service->flags & SVP_SERVICE_REWRITES;
}

/* Nobody stands in for a service that rewrites */
static bool may_leave_out(const struct svp_node *node,
			  const struct svp_path *path, u8 action)
{
	if (action == SVCPLANE_ACT_SKIP)
		return !rewrites(node);
	return !path || !path->chain->rewrites;
}

static bool chain_is_named(const struct svp_node *node, u16 chain)
{
	u8 i;

	for (i = 0; i < node->conf.n_chains; i++)
		if (node->conf.chains[i] == chain)
			return true;
	return false;
}

/* The path a re-path leads to, or NULL when the node may not ask for it */
static struct svp_path *repath_target(const struct svp_node *node,
				      const struct svp_flow *flow,
				      const struct svp_wire_verdict *verdict)
{
	const struct svp_policy *policy = rcu_dereference(node->plane->policy);
	const struct svp_path *path = rcu_dereference(flow->path);
	struct svp_chain_set *set;
	struct svp_path *to = NULL;
	unsigned int i;
	u16 chain;

	if (!path || path->chain->rewrites)
		return NULL;
	if (verdict->spi) {
		to = svp_policy_path(policy, verdict->spi);
	} else {
		set = svp_policy_chain(policy, verdict->chain ?: path->chain->id);
		for (i = 0; set && i < set->n_weighted && !to; i++)
			if (set->paths[i] != path && svp_path_usable(set->paths[i]))
				to = set->paths[i];
	}
	if (!to || !svp_path_usable(to))
		return NULL;
	chain = to->chain->id;
	if (verdict->chain && verdict->chain != chain)
		return NULL;
	return chain == path->chain->id || chain_is_named(node, chain) ? to : NULL;
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

static void note(struct svp_treatment *t, struct svp_flow *flow,
		 const struct svp_wire_verdict *verdict, u8 action, u32 spi)
{
	const struct svp_path *path = rcu_dereference(flow->path);

	t->generation = verdict->generation;
	if (action == SVCPLANE_ACT_DROP) {
		t->drop |= verdict->scope;
		t->flags = verdict->flags;
		t->drop_until = end_of(verdict->lifetime);
		return;
	}
	if (path) {
		t->chain_id = path->chain->id;
		t->chain_gen = path->chain->gen;
	}
	t->until = end_of(verdict->lifetime);
	if (action == SVCPLANE_ACT_SKIP) {
		t->skip |= verdict->scope;
		return;
	}
	t->allow = action == SVCPLANE_ACT_ALLOW ? verdict->scope : 0;
	t->respi = spi;
	t->order = svp_treat_order(flow);
}

static enum svcplane_status change(struct svp_node *node, struct svp_flow *flow,
				   const struct svp_wire_verdict *verdict,
				   u8 action, u32 spi)
{
	spinlock_t *lock = svp_flow_lock(node->plane->flows, flow);
	enum svcplane_status status = SVCPLANE_STATUS_APPLIED;
	struct svp_treatment *t;

	spin_lock(lock);
	t = flow->flags & SVP_FLOW_FIN ? NULL : svp_treat_get(flow, node);
	if (!t)
		status = SVCPLANE_STATUS_NO_FLOW;
	else if (t->generation && !svp_serial_after(verdict->generation, t->generation))
		status = SVCPLANE_STATUS_STALE;
	else
		note(t, flow, verdict, action, spi);
	spin_unlock(lock);
	if (status == SVCPLANE_STATUS_APPLIED)
		svp_steer_revalidate(node->plane, flow);
	return status;
}

static const u32 needs[] = {
	[SVCPLANE_ACT_DROP] = SVP_PERM_DROP,
	[SVCPLANE_ACT_ALLOW] = SVP_PERM_ALLOW,
	[SVCPLANE_ACT_SKIP] = SVP_PERM_SKIP,
	[SVCPLANE_ACT_REPATH] = SVP_PERM_REPATH,
};

/**
 * svp_verdict_apply - check a verdict and apply it
 * @node: who asks; for an operator's, in whose name
 * @flow: the flow
 * @verdict: decoded and so well-formed
 *
 * `allow` without the permission for it is applied as skip-node of the asker.
 *
 * Context: RCU, BH off.
 * Return: enum svcplane_status.
 */
enum svcplane_status svp_verdict_apply(struct svp_node *node,
				       struct svp_flow *flow,
				       const struct svp_wire_verdict *verdict)
{
	const struct svp_path *path = rcu_dereference(flow->path);
	u32 perms = READ_ONCE(node->perms);
	struct svp_path *to = NULL;
	u8 action = verdict->action;

	if (!was_given(flow, node))
		return SVCPLANE_STATUS_NOT_PERMITTED;
	if (action == SVCPLANE_ACT_ALLOW && !(perms & SVP_PERM_ALLOW))
		action = SVCPLANE_ACT_SKIP;
	if (!(perms & needs[action]))
		return SVCPLANE_STATUS_NOT_PERMITTED;
	if (action == SVCPLANE_ACT_REPATH) {
		to = repath_target(node, flow, verdict);
		if (!to || verdict->scope != SVCPLANE_SCOPE_BOTH)
			return SVCPLANE_STATUS_NOT_PERMITTED;
	} else if (action != SVCPLANE_ACT_DROP &&
		   !may_leave_out(node, path, action)) {
		return SVCPLANE_STATUS_NOT_PERMITTED;
	}
	return change(node, flow, verdict, action, to ? to->spi[SVP_OUT] : 0);
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

static struct svp_flow *by_tuple(struct svp_plane *plane,
				 const struct svp_tuple *tuple,
				 const struct svp_node *node)
{
	struct svp_tuple key = *tuple;
	struct svp_port *port;
	struct svp_flow *flow;
	unsigned long id;
	int dir;

	xa_for_each(&plane->ports, id, port) {
		for (dir = 0; dir < SVP_DIRS; dir++) {
			key.port = svp_key_port(port->id, dir);
			flow = svp_flow_lookup(plane->flows, &key);
			if (flow && was_given(flow, node))
				return flow;
		}
	}
	return NULL;
}

static struct svp_flow *named_flow(struct svp_node *node, struct svp_flow *flow,
				   const struct svp_ctl_msg *msg)
{
	if (msg->verdict.tag)
		return svp_flow_by_tag(node->plane->flows, msg->verdict.tag);
	if (msg->has & SVP_WIRE_HAS(TUPLE))
		return by_tuple(node->plane, &msg->verdict.tuple, node);
	return flow;
}

static void tell(struct svp_node *node, const struct svp_flow *flow,
		 const void *body, unsigned int len, enum svcplane_status status)
{
	bool ok = status == SVCPLANE_STATUS_APPLIED;
	struct svp_event event = {
		.kind = SVP_EV_CONTROL,
		.what = ok ? "accepted" : "rejected",
		.plane = node->plane,
		.object = node->conf.name,
		.node = node,
		.flow = flow,
		.body = body,
		.body_len = len,
		.status = status,
	};

	if (ok)
		atomic64_inc(&node->verdicts);
	else
		atomic64_inc(&node->refused);
	svp_event_raise(node->plane->net, &event);
}

/**
 * svp_verdict_body - act on a control body a node has sent
 * @node: the node
 * @flow: of the frame it came in, or NULL
 * @body: the body
 * @len: its length in bytes
 *
 * Context: RCU, BH off.
 * Return: false when it is malformed or not a node's to send.
 */
bool svp_verdict_body(struct svp_node *node, struct svp_flow *flow,
		      const void *body, unsigned int len)
{
	enum svcplane_status status = SVCPLANE_STATUS_APPLIED;
	struct svp_ctl_msg msg;
	enum svp_wire_err err;

	err = svp_wire_decode(body, len, &msg);
	if (!err)
		err = svp_wire_check_node(&msg);
	if (err) {
		tell(node, flow, body, len, svp_wire_status(err));
		return false;
	}
	/* before the look-up: one by tuple asks for it at every guest port */
	if (!svp_bucket_take(&node->bucket, 1)) {
		status = SVCPLANE_STATUS_RATE;
	} else if (msg.type == SVCPLANE_CTL_VERDICT) {
		flow = named_flow(node, flow, &msg);
		msg.verdict.generation = atomic_inc_return(&node->verdict_gen);
		status = flow ? svp_verdict_apply(node, flow, &msg.verdict) :
				SVCPLANE_STATUS_NO_FLOW;
	}
	tell(node, flow, body, len, status);
	return true;
}
