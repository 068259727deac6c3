// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nodes whose service rewrites: NAT, proxies. The tuple of what they return does
 * not find the flow; a number does that belongs to one flow and direction, as
 * VLAN tag or in the leg addresses. The tuple they have made becomes a further
 * key of the flow, in both directions:
 *
 * Say a node gives guest 10.0.0.2 the address 192.0.2.1. The frame leaves the
 * chain on the guest's tap with that source. The answer to 192.0.2.1 comes to
 * the tap as a frame for the guest's MAC; its tuple is the reverse of the new
 * one, so the flow is found, direction SVP_IN, and the frame walks the reverse
 * path to the same node, with the number of that direction. The node gives it
 * the old destination, which is the flow's first key. Nodes of the path further
 * out than the NAT see the new tuple both ways, and what they return is found by
 * it likewise; those further in see the old one. If the first frame comes from
 * outside, it is the same with the directions exchanged.
 */
#include "context.h"
#include "node.h"
#include "port.h"
#include "sproxy.h"

#define NUMBER_REST	60	/* seconds */

/* As long as the flow may still get a frame back from the node */
static bool is_alive(void *owner, u64 key)
{
	struct svp_node *node = owner;
	const struct svp_flow *flow;

	flow = svp_flow_by_tag(node->plane->flows, key >> 1);
	return flow && svp_flow_visits(flow, node);
}

static const struct svp_context_ops number_ops = {
	.alive = is_alive,
	.rest = NUMBER_REST,
	.fair = true,
};

/**
 * svp_sproxy_flow_numbers - let a node have numbers for flows
 * @node: node being made, its context NULL
 * @lo: first number
 * @hi: last one
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int svp_sproxy_flow_numbers(struct svp_node *node, u16 lo, u16 hi)
{
	node->context = svp_context_new(lo, hi, &number_ops, node);
	return node->context ? 0 : -ENOMEM;
}

/**
 * svp_sproxy_flow_key - what the number of a flow stands for
 * @flow: the flow
 * @dir: direction, or SVP_OUT for both where the leg tells them apart
 *
 * Return: key of a context: tag << 1 | direction.
 */
u64 svp_sproxy_flow_key(const struct svp_flow *flow, enum svp_dir dir)
{
	return (u64)flow->tag << 1 | dir;
}

/**
 * svp_sproxy_learn - make the tuple that a node has written a key of its flow
 * @node: the node
 * @flow: the flow
 * @dir: direction of the frame
 * @pkt: the frame as the node returned it
 *
 * Context: RCU, BH off.
 * Return: 0, or the reason to drop the frame: without the key, its answer
 * would be another flow.
 */
enum svp_drop_reason svp_sproxy_learn(struct svp_node *node,
				      struct svp_flow *flow, enum svp_dir dir,
				      const struct svp_pkt *pkt)
{
	const struct svp_tuple *first = &flow->side[dir].key;
	const struct svp_tuple *tuple = &pkt->tuple;

	if (!tuple->family || tuple->family != first->family ||
	    memcmp(tuple->vlan, first->vlan, sizeof(tuple->vlan)))
		return SVP_DROP_RET_ALIEN;
	/* these tell nothing of ports, or of the flow's own frames */
	if (pkt->flags & (SVP_PKT_FRAG_LATER | SVP_PKT_ICMP_ERR))
		return 0;
	if (likely(svp_flow_has_key(flow, dir, tuple, true)))
		return 0;
	if (tuple->proto != first->proto)
		return SVP_DROP_RET_ALIEN;
	switch (svp_flow_alias_add(node->plane->flows, flow, tuple, dir, node)) {
	case 0:
		return 0;
	case -ENOSPC:
		return SVP_DROP_FLOW_QUOTA_PLANE;
	case -EDQUOT:
		return SVP_DROP_FLOW_QUOTA_PORT;
	default:
		return SVP_DROP_FLOW_NO_RECORD;
	}
}

/* What the node makes itself, as the other end of the connection */
static bool is_answer(const struct svp_flow *flow, enum svp_dir dir,
		      const struct svp_pkt *pkt)
{
	const struct svp_tuple *tuple = pkt->flags & SVP_PKT_ICMP_ERR ?
					&pkt->inner : &pkt->tuple;

	return !svp_flow_has_key(flow, dir, tuple, true) &&
	       svp_flow_has_key(flow, !dir, tuple, true);
}

/**
 * svp_sproxy_rewritten - the step of a frame whose number names the flow
 * @node: the node that returned it
 * @key: what its number stands for
 * @dir: direction, by the number or the leg
 * @pkt: the frame
 * @step: filled in
 *
 * It is for the caller to svp_sproxy_learn(), once sure of the direction. What
 * has the tuple of the other direction is no frame of this one.
 *
 * Context: RCU, BH off.
 * Return: 0, or the reason to drop the frame.
 */
enum svp_drop_reason svp_sproxy_rewritten(struct svp_node *node, u64 key,
					  enum svp_dir dir,
					  const struct svp_pkt *pkt,
					  struct svp_step *step)
{
	struct svp_flow *flow = svp_flow_by_tag(node->plane->flows, key >> 1);

	if (unlikely(!flow || pkt->bad || is_answer(flow, dir, pkt)))
		return SVP_DROP_RET_ALIEN;
	return svp_sproxy_step(node, flow, dir, step) ? 0 : SVP_DROP_RET_STALE;
}
