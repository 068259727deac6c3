// SPDX-License-Identifier: GPL-2.0-only
/*
 * The SFF of this host: (path, hop) to the node, to the host that has it, or to
 * the end of the path. Skipped hops are null services: one decrement of SI each
 * (RFC 7665 4.6).
 */
#include "capture.h"
#include "far.h"
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
 * svp_hop_sff_host - host of the address of an SFF
 * @addr: any address, 6 bytes
 *
 * Return: host id, or 0 when it is no address of an SFF.
 */
u16 svp_hop_sff_host(const u8 *addr)
{
	u16 host = addr[2] << 8 | addr[3];

	if (addr[0] != SVCPLANE_MAC_0 || addr[1] != SVCPLANE_MAC_1 ||
	    addr[4] || addr[5] || host > SVCPLANE_HOST_MAX)
		return 0;
	return host;
}

/**
 * svp_hop_give - note that a hop gets a frame
 * @step: the hop
 *
 * For a frame that finishes a path, too: it is to come back from this hop.
 *
 * Context: RCU, BH off.
 */
void svp_hop_give(const struct svp_step *step)
{
	struct svp_flow *flow = step->flow;
	u16 bit = 0x8000 >> step->hop;
	u16 *given;

	if (likely(!svp_step_is_old(step)))
		given = &flow->use[step->dir].given;
	else if (step->path == svp_flow_old_path(flow, step->dir))
		given = &flow->side[step->dir].old_given;
	else
		return;
	if (!(*given & bit))
		WRITE_ONCE(*given, *given | bit);
}

/**
 * svp_hop_forget_bare - the addresses of a flow's frames have changed
 * @step: of its path
 *
 * A node that tells guests apart by their addresses is asked anew whether it can.
 *
 * Context: RCU, BH off.
 */
void svp_hop_forget_bare(const struct svp_step *step)
{
	struct svp_flow_use *use = &step->flow->use[step->dir];
	u16 bare = 0;
	u8 hop;

	for (hop = 0; hop < step->path->n_hops; hop++)
		if (svp_node_is_bare(svp_path_node(step->path, step->dir, hop)))
			bare |= 0x8000 >> hop;
	if (READ_ONCE(use->given) & bare)
		WRITE_ONCE(use->given, READ_ONCE(use->given) & ~bare);
}

/*
 * Where a frame is before step->hop, 0 = here; *@moves: how often it has come to
 * another host by then, each of which has looked it up once more
 */
static u16 before(const struct svp_step *step, u8 *moves)
{
	u16 own = READ_ONCE(step->plane->host_id);
	u16 at = svp_far_host_id(step->flow, own);
	u16 host;
	u8 hop;

	*moves = 0;
	if (at == own)
		at = 0;
	for (hop = 0; hop < step->hop; hop++) {
		if (step->skip & (0x8000 >> hop))
			continue;
		host = svp_node_owner(svp_path_node(step->path, step->dir, hop));
		*moves += host != at;
		at = host;
	}
	return at;
}

/**
 * svp_hop_ttl_at - TTL of a header that this host sends
 * @step: hop that it is for, be its node of this host or not, or the end
 *
 * Reckoned from the path, as a TTL has nowhere to wait at hops that carry no
 * header: one look-up a hop, and one more for each host that a frame has come in
 * to, this one included.
 *
 * Context: RCU.
 */
u8 svp_hop_ttl_at(const struct svp_step *step)
{
	u8 moves;
	u16 at = before(step, &moves);

	return svp_hop_ttl(step->hop) - moves - !!at;
}

/**
 * svp_hop_enter - give a frame to the next node, or to the host that has it
 * @skb: frame with its MAC header at skb->data; consumed
 * @step: hop to enter; moved past hops that are skipped
 *
 * Context: RCU, BH off.
 */
void svp_hop_enter(struct sk_buff *skb, struct svp_step *step)
{
	const struct svp_path *path = step->path;
	struct svp_node *node;
	u16 owner;

	while (step->hop < path->n_hops && (step->skip & (0x8000 >> step->hop)))
		step->hop++;
	if (step->hop >= path->n_hops) {
		if (unlikely(svp_flow_is_far(step->flow)))
			svp_hop_home(skb, step);
		else
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
	owner = svp_node_owner(node);
	if (unlikely(owner))
		svp_hop_far(skb, step, owner);
	else
		node->ops->xmit(node, skb, step);
}
