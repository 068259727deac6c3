/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Verdicts: what nodes and operators ask of a flow's treatment.
 */
#ifndef SVP_VERDICT_H
#define SVP_VERDICT_H

#include "flow.h"
#include "plane.h"
#include "wire.h"

/*
 * Checks a verdict of @node about @flow (given to this node, permission,
 * generation) and applies it. Returns enum svcplane_status.
 * Context: RCU, BH off.
 */
enum svcplane_status svp_verdict_apply(struct svp_node *node,
				       struct svp_flow *flow,
				       const struct svp_wire_verdict *verdict);

/* Was @node ever given frames of @flow? Context: RCU */
bool svp_verdict_was_given(const struct svp_flow *flow,
			   const struct svp_node *node);

/* Lifts what @node (NULL = everybody) has asked. Context: RCU, BH off */
void svp_verdict_lift(struct svp_plane *plane, struct svp_flow *flow,
		      const struct svp_node *node);

/*
 * A control body found in what a node returned; @flow is that of the frame, or
 * NULL: then it is named in the body. Costs the node a token. Raises an event
 * either way. False: malformed or of a type a node may not send.
 * Context: RCU, BH off.
 */
bool svp_verdict_body(struct svp_node *node, struct svp_flow *flow,
		      const void *body, unsigned int len);

#endif
