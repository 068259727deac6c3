/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Verdicts: what nodes and operators ask of a flow's treatment.
 */
#ifndef SVP_VERDICT_H
#define SVP_VERDICT_H

#include "flow.h"
#include "plane.h"
#include "wire.h"

struct netlink_ext_ack;
struct svp_wire_verdict;

/* Where a message about a verdict came from, for events and permission */
enum svp_verdict_origin { SVP_VERDICT_NODE, SVP_VERDICT_NETLINK };

/*
 * Checks a verdict of @node about @flow (given to this node, permission, token
 * bucket, generation), applies it and raises an event either way.
 * Returns enum svp_wire_status (0 = applied). Context: RCU, BH off.
 */
int svp_verdict_apply(struct svp_node *node, struct svp_flow *flow,
		      const struct svp_wire_verdict *verdict,
		      enum svp_verdict_origin origin);

/* Lifts what an operator names: drop and all else of @node (NULL = of all) */
void svp_verdict_lift(struct svp_plane *plane, struct svp_flow *flow,
		      const struct svp_node *node);

/*
 * For svp_steer_resolve(): what the verdicts of a flow amount to now, expired
 * and cancelled ones left out. Under svp_flow_lock().
 */
struct svp_verdict_sum {
	bool drop[SVP_DIRS];
	bool allow[SVP_DIRS];
	bool reject;
	u16 skip[SVP_DIRS];
	u32 respi[SVP_DIRS];	/* re-path target of the direction, 0 = none */
};
void svp_verdict_sum(const struct svp_flow *flow, const struct svp_path *path,
		     struct svp_verdict_sum *sum);
/* A body found in a frame a node returned; @flow may be NULL (named in it) */
void svp_verdict_body(struct svp_node *node, struct svp_flow *flow,
		      const void *body, unsigned int len);
void svp_verdicts_free(struct svp_flow_verdicts *verdicts);

#endif
