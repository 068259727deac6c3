/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Verdicts: what nodes and operators ask of a flow's treatment.
 */
#ifndef SVP_VERDICT_H
#define SVP_VERDICT_H

#include "flow.h"
#include "plane.h"
#include "wire.h"

struct svp_ctl_ride;

/*
 * Checks a verdict of @node about @flow (given to this node, permission,
 * generation) and applies it. @epoch: of the host that has the node. Returns enum
 * svcplane_status.
 * Context: RCU, BH off.
 */
enum svcplane_status svp_verdict_apply_of(struct svp_node *node,
					  struct svp_flow *flow,
					  const struct svp_wire_verdict *verdict,
					  u32 epoch);

/* The same for a node of this host, or an operator */
static inline enum svcplane_status
svp_verdict_apply(struct svp_node *node, struct svp_flow *flow,
		  const struct svp_wire_verdict *verdict)
{
	return svp_verdict_apply_of(node, flow, verdict, 0);
}

/* Has @node the permission for @action? `allow` is left to the host of the flow */
bool svp_verdict_permits(const struct svp_node *node, u8 action);

/*
 * The same for a flow of another host, which decides on it: what can be checked
 * here, and sends it there. @ride: it is to go with the frame in hand, and is put
 * there; or NULL. SVCPLANE_STATUS_APPLIED: it is on its way.
 */
enum svcplane_status svp_verdict_send(struct svp_node *node,
				      struct svp_flow *flow,
				      const struct svp_wire_verdict *verdict,
				      struct svp_ctl_ride *ride);

int svp_verdict_far_init(void);
void svp_verdict_far_exit(void);

/* Was @node ever given frames of @flow? Context: RCU */
bool svp_verdict_was_given(const struct svp_flow *flow,
			   const struct svp_node *node);

/* Lifts what @node (NULL = everybody) has asked. Context: RCU, BH off */
void svp_verdict_lift(struct svp_plane *plane, struct svp_flow *flow,
		      const struct svp_node *node);

/*
 * A control body found in what a node returned; @flow is that of the frame, or
 * NULL: then it is named in the body. @ride: what is about @flow may go with the
 * frame, see svp_verdict_send(); or NULL. Costs the node a token. Raises an event
 * either way. False: malformed or of a type a node may not send.
 * Context: RCU, BH off.
 */
bool svp_verdict_body(struct svp_node *node, struct svp_flow *flow,
		      const void *body, unsigned int len,
		      struct svp_ctl_ride *ride);

#endif
