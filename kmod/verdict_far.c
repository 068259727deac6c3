// SPDX-License-Identifier: GPL-2.0-only
/*
 * Verdicts between hosts. The host of the node checks that the node was given the
 * flow, and sends; the host of the flow checks all the rest, from its own
 * configuration, as it does for a node of its own. A peer speaks for the nodes
 * that it owns and for no other.
 */
#include "ctl.h"
#include "far.h"
#include "node.h"
#include "plane.h"
#include "trace.h"
#include "transit.h"
#include "verdict.h"

/**
 * svp_verdict_send - send a verdict to the host of its flow
 * @node: node of this host
 * @flow: a flow of another host
 * @verdict: decoded and so well-formed; its generation is set
 * @ride: the message is put there, to go with the frame in hand; or NULL
 *
 * Context: RCU, BH off.
 * Return: enum svcplane_status; SVCPLANE_STATUS_APPLIED when it is on its way,
 * what became of it the other host acknowledges.
 */
enum svcplane_status svp_verdict_send(struct svp_node *node,
				      struct svp_flow *flow,
				      const struct svp_wire_verdict *verdict,
				      struct svp_ctl_ride *ride)
{
	struct svp_host *host = svp_host_by_id(node->plane,
					       svp_far_host_id(flow, 0));
	struct svp_ctl_msg msg = {
		.type = SVCPLANE_CTL_VERDICT,
		.has = SVP_WIRE_HAS(VERDICT),
		.verdict = *verdict,
	};

	if (!svp_verdict_was_given(flow, node) ||
	    !svp_verdict_permits(node, verdict->action))
		return SVCPLANE_STATUS_NOT_PERMITTED;
	msg.verdict.tag = svp_far_tag(flow);
	msg.verdict.node = node->conf.id;
	if (!host || !msg.verdict.tag)
		return SVCPLANE_STATUS_NO_FLOW;
	switch (ride ? svp_ctl_send_riding(host, &msg, ride) :
		       svp_ctl_send(host, &msg)) {
	case 0:
		return SVCPLANE_STATUS_APPLIED;
	case -ENOTCONN:
		return SVCPLANE_STATUS_NO_FLOW;
	default:
		return SVCPLANE_STATUS_RATE;
	}
}

/* The message itself is an event already, whatever comes of it */
static enum svcplane_status note(struct svp_node *node,
				 const struct svp_wire_verdict *verdict,
				 enum svcplane_status status)
{
	atomic64_inc(status ? &node->refused[status] : &node->verdicts);
	trace_svp_ctl(node->conf.id, SVCPLANE_CTL_VERDICT, verdict->tag, status);
	return status;
}

static enum svcplane_status receive(struct svp_host *host,
				    const struct svp_ctl_msg *msg)
{
	struct svp_plane *plane = svp_host_plane(host);
	const struct svp_wire_verdict *verdict = &msg->verdict;
	enum svcplane_status status = SVCPLANE_STATUS_NO_FLOW;
	struct svp_flow *flow;
	struct svp_node *node;

	node = svp_plane_node(plane, verdict->node);
	if (!node || svp_node_owner(node) != svp_host_id(host))
		return SVCPLANE_STATUS_NOT_PERMITTED;
	flow = svp_transit_named(plane, READ_ONCE(plane->host_id),
				 verdict->tag);
	if (flow)
		status = svp_verdict_apply_of(node, flow, verdict, msg->epoch);
	return note(node, verdict, status);
}

/**
 * svp_verdict_far_init - take verdicts from other hosts
 * Return: 0.
 */
int svp_verdict_far_init(void)
{
	svp_ctl_register(SVCPLANE_CTL_VERDICT, receive);
	return 0;
}

/**
 * svp_verdict_far_exit - and no more
 */
void svp_verdict_far_exit(void)
{
	svp_ctl_register(SVCPLANE_CTL_VERDICT, NULL);
}
