/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Movement: from one hop of a path to the next, or to its end.
 */
#ifndef SVP_HOP_H
#define SVP_HOP_H

#include "flow.h"
#include "nsh.h"
#include "path.h"
#include "plane.h"

/**
 * struct svp_step - where a frame is on its walk; lives on the stack
 * @plane: the plane
 * @flow: its record
 * @path: the path it walks: the record's for @dir, or the one before it
 * @skip: skip mask in force for it
 * @dir: direction of the flow
 * @hop: hop it is to enter, or has just left
 */
struct svp_step {
	struct svp_plane *plane;
	struct svp_flow *flow;
	struct svp_path *path;
	u16 skip;
	u8 dir;
	u8 hop;
};

/* Has the flow left the frame's path? A verdict may have come with the frame */
static inline bool svp_step_is_old(const struct svp_step *step)
{
	return step->path != svp_flow_path(step->flow, step->dir);
}

/* TTL a header at hop @hop carries: 63 at the classifier, one a look-up */
static inline u8 svp_hop_ttl(u8 hop)
{
	return 62 - hop;
}

/*
 * Does the hop see the flow from its other side? Its sender's record leads to
 * the same node, and is the elder one.
 */
static inline bool svp_step_swapped(const struct svp_step *step)
{
	const struct svp_flow *flow = step->flow;
	u8 hop = step->hop;

	if (likely(!(READ_ONCE(flow->flags) & SVP_FLOW_YOUNGER)))
		return false;
	if (step->dir == SVP_IN)
		hop = step->path->n_hops - 1 - hop;
	return (svp_step_is_old(step) ?
		READ_ONCE(flow->use[step->dir].old_swap) :
		READ_ONCE(flow->use[step->dir].swap)) & (0x8000 >> hop);
}

/*
 * Gives the frame to step->hop or the next hop behind it that is not skipped;
 * at the end of the path delivers it. Consumes @skb (MAC header at skb->data).
 * Context: RCU, BH off.
 */
void svp_hop_enter(struct sk_buff *skb, struct svp_step *step);

/* The node of step->hop has returned the frame: on to the next. Consumes */
void svp_hop_leave(struct sk_buff *skb, struct svp_step *step);

/* What the NSH of a frame says of it, with nothing hidden */
void svp_hop_context(const struct svp_step *step, struct svp_nsh_ctx *ctx);
/* Address of a host's SFF, 6 bytes */
void svp_hop_sff_addr(u8 *addr, u16 host);

/* Set from above (steer): the end of a path */
extern void (*svp_hop_deliver)(struct sk_buff *skb, struct svp_step *step);

#endif
