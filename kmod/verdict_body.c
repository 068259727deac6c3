// SPDX-License-Identifier: GPL-2.0-only
/*
 * Control messages of nodes (carrier N): who is meant, and who is told.
 */
#include "event.h"
#include "node.h"
#include "port.h"
#include "verdict.h"

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
			if (flow && svp_verdict_was_given(flow, node))
				return flow;
		}
	}
	return NULL;
}

/* @flow: of the frame it came in, or NULL */
static struct svp_flow *find_named(struct svp_node *node, struct svp_flow *flow,
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
		atomic64_inc(&node->refused[status]);
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
	if (msg.unknown)
		atomic64_add(msg.unknown, &node->unknown_tlvs);
	/* before the look-up: one by tuple asks for it at every guest port */
	if (!svp_bucket_take(&node->bucket, 1)) {
		status = SVCPLANE_STATUS_RATE;
	} else if (msg.type == SVCPLANE_CTL_VERDICT) {
		flow = find_named(node, flow, &msg);
		msg.verdict.generation = atomic_inc_return(&node->verdict_gen);
		status = flow ? svp_verdict_apply(node, flow, &msg.verdict) :
				SVCPLANE_STATUS_NO_FLOW;
	}
	tell(node, flow, body, len, status);
	return true;
}
