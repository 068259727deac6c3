/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The verdicts a flow carries, and what they amount to.
 */
#ifndef SVP_TREAT_H
#define SVP_TREAT_H

#include "flow.h"
#include "policy.h"

/* Scopes are bit masks of directions */
#define SVP_SCOPE(dir)	(1 << (dir))

/**
 * struct svp_treatment - what one node has asked of a flow
 * @node: the asker, a reference
 * @drop: directions dropped
 * @skip: directions in which the node is left out
 * @allow: directions that leave the whole set
 * @respi: path the flow is moved to (its forward SPI), 0 = none
 * @flags: SVCPLANE_VERDICT_* of the drop
 * @order: of allow and re-path: the last applied wins
 * @chain_id: all but drop hold as long as this chain ...
 * @chain_gen: ... keeps this generation
 * @generation: serial number of the node's last verdict on the flow
 * @until: jiffies at which all but drop end; 0 = never
 * @drop_until: likewise the drop
 */
struct svp_treatment {
	struct svp_node *node;
	u8 drop;
	u8 skip;
	u8 allow;
	u32 respi;
	u8 flags;
	u32 order;
	u16 chain_id;
	u32 chain_gen;
	u32 generation;
	u32 until;
	u32 drop_until;
};

#define SVP_TREATMENTS_MAX	(SVP_HOPS_MAX + 4)

struct svp_flow_verdicts {
	u8 n;
	u32 order;
	struct svp_treatment by[SVP_TREATMENTS_MAX];
};

/**
 * struct svp_treat_sum - what the verdicts of a flow amount to
 * @drop: direction is dropped
 * @allow: direction leaves the set
 * @now: drop frames in flight, too
 * @reject: tell the guest
 * @skip: hops to leave out, by direction
 * @respi: forward SPI of another path, 0 = none
 * @until: jiffies at which the sum changes by itself; 0 = never
 */
struct svp_treat_sum {
	bool drop[SVP_DIRS];
	bool allow[SVP_DIRS];
	bool now;
	bool reject;
	u16 skip[SVP_DIRS];
	u32 respi;
	u32 until;
};

/*
 * Of the following, the flow is under svp_flow_lock() or not published.
 */

/* Adds up what holds now under @policy; skip masks are those of @path */
void svp_treat_sum(const struct svp_flow *flow, const struct svp_policy *policy,
		   const struct svp_path *path, struct svp_treat_sum *sum);
/* Where the word of @node is kept; NULL = no memory or too many nodes */
struct svp_treatment *svp_treat_get(struct svp_flow *flow,
				    struct svp_node *node);
u32 svp_treat_order(struct svp_flow *flow);
/* Forgets what holds no more, before something else is asked */
void svp_treat_forget(struct svp_treatment *t, const struct svp_policy *policy);
/* Forgets what @node asked, NULL = everybody */
void svp_treat_lift(struct svp_flow *flow, const struct svp_node *node);

/* Context: any, no reader left */
void svp_treat_free(struct svp_flow_verdicts *verdicts);

#endif
