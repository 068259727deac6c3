// SPDX-License-Identifier: GPL-2.0-only
/*
 * Control messages of nodes (carrier N): who is meant, and who is told.
 */
#include "event.h"
#include "node.h"
#include "once.h"
#include "port.h"
#include "trace.h"
#include "transit.h"
#include "verdict.h"

/*
 * Flows that a tuple names, of those the node was given. A connection between two
 * guests has a flow for each, wherever they are: the tuple is that of frames from the one
 * and to the other. More than that, and nobody knows which the node means: by
 * chance, or because one takes another's addresses.
 */
struct search {
	struct svp_node *node;
	const struct svp_wire_verdict *each;	/* applied to all, or NULL */
	struct svp_flow *flow[SVP_DIRS];	/* by direction of the tuple in it */
	bool several;				/* in one direction */
	bool incomplete;			/* the node has no looks left */
	enum svcplane_status status;		/* of @each, the best */
};

static void better(enum svcplane_status *status, enum svcplane_status other)
{
	if (*status != SVCPLANE_STATUS_APPLIED)
		*status = other;
}

/* At the host of the flow, this one or another */
static enum svcplane_status apply_one(struct svp_node *node,
				      struct svp_flow *flow,
				      const struct svp_wire_verdict *verdict)
{
	return unlikely(svp_flow_is_far(flow)) ?
		svp_verdict_send(node, flow, verdict, NULL) :
		svp_verdict_apply(node, flow, verdict);
}

static void found(struct search *search, struct svp_flow *flow, int dir)
{
	if (!flow || !svp_verdict_was_given(flow, search->node))
		return;
	if (search->each)
		better(&search->status,
		       apply_one(search->node, flow, search->each));
	search->several |= search->flow[dir] && search->flow[dir] != flow;
	search->flow[dir] = flow;
}

static void look_everywhere(struct search *search, const struct svp_tuple *tuple)
{
	struct svp_node *node = search->node;
	struct svp_tuple key = *tuple;
	struct svp_port *port = NULL;
	u32 n = 0;
	int dir;

	while ((port = svp_plane_port_next(node->plane, port ? port->id : 0))) {
		if (!(n++ % SVP_NODE_LOOK_CHUNK) &&
		    !svp_bucket_take(&node->asks, SVP_NODE_LOOK_CHUNK)) {
			search->incomplete = true;
			return;
		}
		if (!atomic_read(&port->flows))
			continue;
		for (dir = 0; dir < SVP_DIRS; dir++) {
			key.port = svp_key_port(port->id, dir);
			found(search, svp_flow_lookup(node->plane->flows, &key), dir);
		}
	}
}

/* Of several, each is dropped: one must not be a shield for the other */
static enum svcplane_status drop_all(struct search *search,
				     const struct svp_wire_verdict *verdict)
{
	struct svp_wire_verdict all = *verdict;

	all.scope = SVCPLANE_SCOPE_BOTH;
	search->each = &all;
	look_everywhere(search, &verdict->tuple);
	return search->incomplete ? SVCPLANE_STATUS_RATE : search->status;
}

/* Forward is from the one guest: for the flow of the other, that is reverse */
static enum svcplane_status apply_pair(struct search *search,
				       const struct svp_wire_verdict *verdict)
{
	struct svp_flow *out = search->flow[SVP_OUT], *in = search->flow[SVP_IN];
	enum svcplane_status status = SVCPLANE_STATUS_NO_FLOW;
	struct svp_wire_verdict mirrored = *verdict;

	if (out)
		status = apply_one(search->node, out, verdict);
	if (!in || in == out)
		return status;
	if (out && verdict->scope != SVCPLANE_SCOPE_BOTH)
		mirrored.scope = SVCPLANE_SCOPE_BOTH ^ verdict->scope;
	better(&status, apply_one(search->node, in, &mirrored));
	return status;
}

/* @flow: set to one that was meant, if there is any */
static enum svcplane_status by_tuple(struct svp_node *node,
				     const struct svp_wire_verdict *verdict,
				     struct svp_flow **flow)
{
	struct search search = { .node = node, .status = SVCPLANE_STATUS_NO_FLOW };

	look_everywhere(&search, &verdict->tuple);
	*flow = search.flow[SVP_OUT] ?: search.flow[SVP_IN];
	if (search.incomplete)
		return SVCPLANE_STATUS_RATE;
	if (!search.several)
		return apply_pair(&search, verdict);
	return verdict->action == SVCPLANE_ACT_DROP ? drop_all(&search, verdict) :
						      SVCPLANE_STATUS_NO_FLOW;
}

/* The node knows the directions of a flow by V, as it is shown to it */
static enum svcplane_status apply_as_shown(struct svp_node *node,
					   struct svp_flow *flow,
					   const struct svp_wire_verdict *verdict,
					   struct svp_ctl_ride *ride)
{
	struct svp_wire_verdict turned = *verdict;

	if (unlikely(svp_flow_is_far(flow)))
		return svp_verdict_send(node, flow, verdict, ride);
	if (verdict->scope != SVCPLANE_SCOPE_BOTH && svp_once_swapped(flow, node))
		turned.scope = SVCPLANE_SCOPE_BOTH ^ verdict->scope;
	return svp_verdict_apply(node, flow, &turned);
}

/* @flow: of the frame it came in, or NULL; then the one that was meant */
static enum svcplane_status apply(struct svp_node *node, struct svp_ctl_msg *msg,
				  struct svp_flow **flow,
				  struct svp_ctl_ride *ride)
{
	struct svp_wire_verdict *verdict = &msg->verdict;
	const struct svp_flow *own = *flow;

	verdict->generation = atomic_inc_return(&node->verdict_gen);
	if (verdict->tag)
		*flow = svp_transit_named(node->plane,
					  msg->dest ?: READ_ONCE(node->plane->host_id),
					  verdict->tag);
	else if (msg->has & SVP_WIRE_HAS(TUPLE))
		return by_tuple(node, verdict, flow);
	if (!*flow)
		return SVCPLANE_STATUS_NO_FLOW;
	return apply_as_shown(node, *flow, verdict, *flow == own ? ride : NULL);
}

static void tell(struct svp_node *node, const struct svp_flow *flow, u8 type,
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
		atomic64_inc(&node->refused[status]);
	trace_svp_ctl(node->conf.id, type, flow ? flow->tag : 0, status);
	svp_event_raise(node->plane->net, &event);
}

/**
 * svp_verdict_body - act on a control body a node has sent
 * @node: the node
 * @flow: of the frame it came in, or NULL
 * @body: the body
 * @len: its length in bytes
 * @ride: if it is about @flow, it may go with the frame; or NULL
 *
 * Context: RCU, BH off.
 * Return: false when it is malformed or not a node's to send.
 */
bool svp_verdict_body(struct svp_node *node, struct svp_flow *flow,
		      const void *body, unsigned int len,
		      struct svp_ctl_ride *ride)
{
	enum svcplane_status status = SVCPLANE_STATUS_APPLIED;
	struct svp_ctl_msg msg;
	enum svp_wire_err err;

	err = svp_wire_decode(body, len, &msg);
	if (!err)
		err = svp_wire_check_node(&msg);
	if (err) {
		tell(node, flow, msg.type, body, len, svp_wire_status(err));
		return false;
	}
	if (msg.unknown)
		atomic64_add(msg.unknown, &node->unknown_tlvs);
	/* before the look-up: one by tuple asks for it at every guest port */
	if (!svp_bucket_take(&node->bucket, 1))
		status = SVCPLANE_STATUS_RATE;
	else if (msg.type == SVCPLANE_CTL_VERDICT)
		status = apply(node, &msg, &flow, ride);
	tell(node, flow, msg.type, body, len, status);
	return true;
}
