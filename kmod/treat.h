/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The verdicts a flow carries, and what they amount to.
 */
#ifndef SVP_TREAT_H
#define SVP_TREAT_H

#include "flow.h"
#include "policy.h"

/* A chain as it was: all but drop hold only as long as it stays that */
struct svp_bond {
	u16 chain;
	u32 gen;
} __packed __aligned(2);	/* so that three treatments fit into 256 bytes */

/* What a node can ask of a direction at a time; each has an end of its own */
enum svp_word {
	SVP_WORD_DROP,
	SVP_WORD_SKIP,
	SVP_WORD_ROUTE,		/* allow or re-path */
	SVP_WORDS
};

/**
 * struct svp_treatment - what one node has asked of a flow
 * @node: the asker, a reference
 * @drop: directions dropped
 * @skip: directions in which the node is left out
 * @allow: directions that leave the whole set
 * @how: SVP_FLOW_DROP_NOW, SVP_FLOW_REJECT of the drop, by direction
 * @respi: path each direction is moved to (its forward SPI), 0 = none
 * @order: of allow and re-path, by direction: the last applied wins
 * @ruled: chain that the rules had chosen when all but drop were asked for
 * @walked: chain that the flow walked then: another one after a re-path
 * @lost_perms: svp_node.lost_perms then
 * @heard: the node has given a verdict on the flow, so that there is a
 * @generation: serial number of the last one, 0 as good as any; one of another
 *	owner's, which begins anew, is known by
 * @moves: svp_node.moves then, and
 * @epoch: of the host that had the node; 0 = this one
 * @until: jiffies at which each ends, by enum svp_word and direction; 0 = never
 */
struct svp_treatment {
	struct svp_node *node;
	u8 drop;
	u8 skip;
	u8 allow;
	u8 how[SVP_DIRS];
	bool heard;
	u16 moves;
	struct svp_bond ruled;
	struct svp_bond walked;
	u32 epoch;
	u32 respi[SVP_DIRS];
	u32 order[SVP_DIRS];
	u32 lost_perms;
	u32 generation;
	u32 until[SVP_WORDS][SVP_DIRS];
};

static_assert(sizeof(struct svp_treatment) <= 80 || SMP_CACHE_BYTES > 64);

#define SVP_TREATMENTS_MAX	(SVP_HOPS_MAX + 4)

/**
 * struct svp_flow_verdicts - the verdicts of a flow
 * @n: entries of @by
 * @max: how many there is room for
 * @order: of the last allow or re-path
 * @base: path that the policy chose, while a re-path leads away from it; a
 *	reference
 * @by: what each node has asked
 */
struct svp_flow_verdicts {
	u8 n;
	u8 max;
	u32 order;
	struct svp_path *base;
	struct svp_treatment by[];
};

/**
 * struct svp_treat_sum - what the verdicts of a flow amount to, by direction
 * @drop: it is dropped
 * @how: SVP_FLOW_DROP_NOW, SVP_FLOW_REJECT
 * @allow: it leaves the set
 * @path: path it walks
 * @skip: hops of that to leave out
 * @until: jiffies at which the sum changes by itself; 0 = never
 */
struct svp_treat_sum {
	bool drop[SVP_DIRS];
	u8 how[SVP_DIRS];
	bool allow[SVP_DIRS];
	struct svp_path *path[SVP_DIRS];
	u16 skip[SVP_DIRS];
	u32 until;
};

/*
 * Of the following, the flow is under svp_flow_lock() or not published.
 */

/* Adds up what holds now under @policy, which has chosen @base */
void svp_treat_sum(const struct svp_flow *flow, const struct svp_policy *policy,
		   struct svp_path *base, struct svp_treat_sum *sum);
/* Does all but the drop of @t, while it lasts, hold for a flow with @base? */
bool svp_treat_bound(const struct svp_treatment *t,
		     const struct svp_policy *policy,
		     const struct svp_path *base);
/* The path that the policy chose for the flow when last asked, or NULL */
struct svp_path *svp_treat_base(const struct svp_flow *flow);
/* Keeps @base while one of the flow's paths is another. Takes a reference */
void svp_treat_keep_base(struct svp_flow *flow, struct svp_path *base);
/* Where the word of @node is kept; NULL = it has not spoken */
struct svp_treatment *svp_treat_find(const struct svp_flow *flow,
				     const struct svp_node *node);
/* The same, made when it is new; NULL = no memory or too many nodes */
struct svp_treatment *svp_treat_get(struct svp_flow *flow,
				    struct svp_node *node);
/* Of @t, what holds no more: lest it come back with what is asked next */
void svp_treat_forget(struct svp_treatment *t, const struct svp_policy *policy,
		      const struct svp_path *base);
u32 svp_treat_order(struct svp_flow *flow);
/* Forgets what is over */
void svp_treat_expire(struct svp_flow *flow);
/* Forgets what @node asked, NULL = everybody */
void svp_treat_lift(struct svp_flow *flow, const struct svp_node *node);

/* Records of flows that what nodes said counts as */
unsigned int svp_treat_cost(const struct svp_flow *flow);

/* Context: any, no reader left. Returns svp_treat_cost() */
unsigned int svp_treat_free(struct svp_flow_verdicts *verdicts);

#endif
