// SPDX-License-Identifier: GPL-2.0-only
/*
 * The SFF of this host: (path, hop) to the node, or to the end of the path.
 * Skipped hops are null services: one decrement of SI each (RFC 7665 4.6).
 */
#include "capture.h"
#include "hop.h"
#include "node.h"
#include "port.h"
#include "trace.h"

static void no_delivery(struct sk_buff *skb, struct svp_step *step)
{
	svp_plane_drop(step->plane, skb, SVP_DROP_GUEST_GONE);
}

void (*svp_hop_deliver)(struct sk_buff *skb, struct svp_step *step) = no_delivery;

/**
 * svp_hop_sff_addr - address of the SFF of a host
 * @addr: filled in, 6 bytes
 * @host: host id
 */
void svp_hop_sff_addr(u8 *addr, u16 host)
{
	svp_sff_addr(addr, host);
}

/**
 * svp_hop_context - metadata of a frame at a hop
 * @step: the hop
 * @ctx: filled in
 *
 * Context: RCU.
 */
void svp_hop_context(const struct svp_step *step, struct svp_nsh_ctx *ctx)
{
	const struct svp_port *port = step->flow->port;

	*ctx = (struct svp_nsh_ctx) {
		.host = step->plane->host_id,
		.iface = port->proxy->id,
		.tenant = step->plane->tenant,
		.skip = step->skip,
		.chain = step->path->chain->id,
		.tag = step->flow->tag,
		.v = (step->dir == SVP_IN) != svp_step_swapped(step),
	};
}

/**
 * svp_hop_enter - give a frame to the next node
 * @skb: frame with its MAC header at skb->data; consumed
 * @step: hop to enter; moved past hops that are skipped
 *
 * Context: RCU, BH off.
 */
void svp_hop_enter(struct sk_buff *skb, struct svp_step *step)
{
	const struct svp_path *path = step->path;
	struct svp_node *node;

	while (step->hop < path->n_hops && (step->skip & (0x8000 >> step->hop)))
		step->hop++;
	if (step->hop >= path->n_hops) {
		svp_hop_deliver(skb, step);
		return;
	}
	node = svp_path_node(path, step->dir, step->hop);
	if (unlikely(!svp_node_usable(node))) {
		/* its flows move when their next frame asks again */
		svp_plane_drop(step->plane, skb, SVP_DROP_NODE_DOWN);
		return;
	}
	trace_svp_steer(skb, path->spi[step->dir], svp_hop_si(step->hop),
			node->conf.id, step->flow->tag);
	svp_capture(step, skb, false);
	node->ops->xmit(node, skb, step);
}

/**
 * svp_hop_leave - a node has done with a frame
 * @skb: frame with its MAC header at skb->data; consumed
 * @step: hop it has left
 *
 * Context: RCU, BH off.
 */
void svp_hop_leave(struct sk_buff *skb, struct svp_step *step)
{
	step->hop++;
	svp_hop_enter(skb, step);
}
