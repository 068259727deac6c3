// SPDX-License-Identifier: GPL-2.0-only
/*
 * Control messages of nodes (carrier N): who is meant, and who is told.
 */
#include "event.h"
#include "node.h"
#include "port.h"
#include "trace.h"
#include "verdict.h"

/*
 * Flows that a tuple names. Several guests may have one of it, by chance or
 * because one takes another's addresses, and which the node means, nobody knows.
 */
struct named {
	struct svp_flow *flow;	/* one of them, or NULL */
	bool several;
	bool incomplete;	/* the node has no looks left */
	enum svcplane_status dropped;	/* of a drop: applied to one at least? */
};

static void name_flow(struct named *named, struct svp_node *node,
		      struct svp_flow *flow, const struct svp_wire_verdict *verdict)
{
	enum svcplane_status status;

	if (!flow || flow == named->flow || !svp_verdict_was_given(flow, node))
		return;
	named->several = named->flow;
	/* a drop is for each of them: one must not be a shield for the other */
	if (verdict->action == SVCPLANE_ACT_DROP) {
		status = svp_verdict_apply(node, flow, verdict);
		if (!named->flow || status == SVCPLANE_STATUS_APPLIED)
			named->dropped = status;
	}
	named->flow = flow;
}

static void name_all(struct named *named, struct svp_node *node,
		     const struct svp_wire_verdict *verdict)
{
	struct svp_tuple key = verdict->tuple;
	struct svp_port *port;
	unsigned long id;
	u32 n = 0;
	int dir;

	xa_for_each(&node->plane->ports, id, port) {
		if (!(n++ % SVP_NODE_LOOK_CHUNK) &&
		    !svp_bucket_take(&node->looks, SVP_NODE_LOOK_CHUNK)) {
			named->incomplete = true;
			return;
		}
		if (!atomic_read(&port->flows))
			continue;
		for (dir = 0; dir < SVP_DIRS; dir++) {
			key.port = svp_key_port(port->id, dir);
			name_flow(named, node,
				  svp_flow_lookup(node->plane->flows, &key), verdict);
		}
	}
}

/* @flow: set to one that was meant, if there is any */
static enum svcplane_status by_tuple(struct svp_node *node,
				     const struct svp_wire_verdict *verdict,
				     struct svp_flow **flow)
{
	struct named named = {};

	name_all(&named, node, verdict);
	*flow = named.flow;
	if (named.incomplete && !(named.flow && verdict->action == SVCPLANE_ACT_DROP))
		return SVCPLANE_STATUS_RATE;
	if (!named.flow)
		return SVCPLANE_STATUS_NO_FLOW;
	if (verdict->action == SVCPLANE_ACT_DROP)
		return named.dropped;
	return named.several ? SVCPLANE_STATUS_NO_FLOW :
			       svp_verdict_apply(node, named.flow, verdict);
}

/* @flow: of the frame it came in, or NULL; then the one that was meant */
static enum svcplane_status apply(struct svp_node *node, struct svp_ctl_msg *msg,
				  struct svp_flow **flow)
{
	struct svp_wire_verdict *verdict = &msg->verdict;

	verdict->generation = atomic_inc_return(&node->verdict_gen);
	if (verdict->tag)
		*flow = svp_flow_by_tag(node->plane->flows, verdict->tag);
	else if (msg->has & SVP_WIRE_HAS(TUPLE))
		return by_tuple(node, verdict, flow);
	return *flow ? svp_verdict_apply(node, *flow, verdict) :
		       SVCPLANE_STATUS_NO_FLOW;
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
		tell(node, flow, msg.type, body, len, svp_wire_status(err));
		return false;
	}
	if (msg.unknown)
		atomic64_add(msg.unknown, &node->unknown_tlvs);
	/* before the look-up: one by tuple asks for it at every guest port */
	if (!svp_bucket_take(&node->bucket, 1))
		status = SVCPLANE_STATUS_RATE;
	else if (msg.type == SVCPLANE_CTL_VERDICT)
		status = apply(node, &msg, &flow);
	tell(node, flow, msg.type, body, len, status);
	return true;
}
