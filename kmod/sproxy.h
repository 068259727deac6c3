/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Service proxies: what stands between a path and a node.
 */
#ifndef SVP_SPROXY_H
#define SVP_SPROXY_H

#include "hop.h"
#include "node.h"
#include "nsh.h"

extern const struct svp_node_ops svp_sproxy_inline_ops;
extern const struct svp_node_ops svp_sproxy_nsh_ops;
extern const struct svp_node_ops svp_sproxy_vlan_ops;
extern const struct svp_node_ops svp_sproxy_tap_ops;

const struct svp_node_ops *svp_sproxy_ops(enum svp_node_mode mode);

/*
 * What every adapter does before it sends: marks the hop as given, gives the
 * node its byte credit, counts.
 */
void svp_sproxy_give(struct svp_node *node, const struct sk_buff *skb,
		     const struct svp_step *step);
/* Has the guest a token for it? 0, or the reason to drop the frame */
enum svp_drop_reason svp_sproxy_token(struct svp_node *node,
				      const struct sk_buff *skb,
				      const struct svp_step *step);
/*
 * Can leg @leg take the frame behind @overhead more bytes, and may the guest
 * give it one more? Else drops it, and tells the sender if it is too big: false,
 * consumed. @skb is as the guest sent it.
 */
bool svp_sproxy_room(struct svp_node *node, u8 leg, struct sk_buff *skb,
		     const struct svp_step *step, unsigned int overhead);
/* Sends from a leg, counting refusals; consumes */
void svp_sproxy_send(struct svp_node *node, u8 leg, struct sk_buff *skb);

/*
 * Finds the step of a flow at which @node returned a frame of direction @dir:
 * the hop must have been given frames of it, on the current path or the one
 * before. False if never.
 */
bool svp_sproxy_step(struct svp_node *node, struct svp_flow *flow,
		     enum svp_dir dir, struct svp_step *step);
/* The same for a frame whose path, and so direction, is known */
bool svp_sproxy_step_spi(struct svp_node *node, struct svp_flow *flow, u32 spi,
			 struct svp_step *step);
/* Puts the MAC addresses back; false = no memory. Warning: moves data */
bool svp_sproxy_restore(struct sk_buff *skb, const struct svp_step *step);
/* Byte credit, counters: 0, or the reason to drop it. Warning: moves data */
enum svp_drop_reason svp_sproxy_returned(struct svp_node *node,
					 struct sk_buff *skb,
					 const struct svp_step *step);
/* Sends what the frame did not take along; frees it */
void svp_sproxy_dismount(struct svp_ctl_ride *ride);

/**
 * svp_sproxy_rx - a frame from a leg of a node: on with it, or drop it
 * @node: the node
 * @leg: number of the leg
 * @skb: frame with its MAC header at skb->data; not shared, consumed
 *
 * Inline, as other small functions on this way: a CPU remembers where to return
 * to for 16 or 32 calls, and from softirq through a node's leg to what is behind
 * a guest's bridge there are more inside one another.
 *
 * Context: RCU, BH off.
 */
static inline void svp_sproxy_rx(struct svp_node *node, u8 leg,
				 struct sk_buff *skb)
{
	enum svp_drop_reason why;
	struct svp_step step;

	step.ride = NULL;
	why = node->ops->rx(node, leg, skb, &step);
	if (likely(!why))
		why = svp_sproxy_returned(node, skb, &step);
	if (likely(!why))
		svp_hop_leave(skb, &step);
	else
		svp_plane_drop(node->plane, skb, why);
	if (unlikely(step.ride))
		svp_sproxy_dismount(step.ride);
}

/*
 * Frames that a node makes itself. The adapter fills in what it knows: @named,
 * the context of the frame names a guest port or a flow, which may be gone: then
 * @port_id and @flow are 0.
 */
struct svp_made_pick {
	struct svp_flow *flow;
	u8 dir;
	u8 n;		/* flows that fit; 2 = several */
};

struct svp_made {
	struct svp_node *node;
	struct sk_buff *skb;
	const struct svp_pkt *pkt;
	bool named;
	u16 port_id;
	struct svp_flow *flow;
	struct svp_made_pick any;	/* by tuple */
	struct svp_made_pick exact;	/* by MAC addresses as well */
};

static inline bool svp_sproxy_originates(const struct svp_node *node)
{
	return node->service->flags & SVP_SERVICE_ORIGINATES;
}

enum svp_drop_reason svp_sproxy_made(struct svp_made *made,
				     enum svp_drop_reason why,
				     struct svp_step *step);
bool svp_made_given(const struct svp_node *node, const struct svp_flow *flow,
		    enum svp_dir dir);
void svp_made_add(struct svp_made *made, struct svp_flow *flow,
		  enum svp_dir dir, const struct ethhdr *eth);
const struct svp_made_pick *svp_made_choose(const struct svp_made *made);
bool svp_made_allowed(struct svp_node *node, struct svp_port *port);

/*
 * Nodes that rewrite: a number finds the flow, and what they make of its tuple
 * becomes a key of the flow.
 */
static inline bool svp_sproxy_rewrites(const struct svp_node *node)
{
	return node->service->flags & SVP_SERVICE_REWRITES;
}

int svp_sproxy_flow_numbers(struct svp_node *node, u16 lo, u16 hi);
u64 svp_sproxy_flow_key(const struct svp_flow *flow, enum svp_dir dir);
/**
 * struct svp_bare - a frame that shows neither context number nor flow tag
 * @node: the node that returned it
 * @leg: leg it came from
 * @dir: direction of its flow
 * @spi: what its NSH says, 0 = it has none
 * @pkt: its headers; a later fragment gets its ports
 * @eth: its inner addresses
 */
struct svp_bare {
	struct svp_node *node;
	u8 leg;
	u8 dir;
	u32 spi;
	struct svp_pkt *pkt;
	const struct ethhdr *eth;
};

enum svp_drop_reason svp_sproxy_find_bare(const struct svp_bare *bare,
					  struct svp_step *step);
/* Looked at before such a node is given a frame; true: refuse it */
bool svp_sproxy_bare_taken(struct svp_node *node, const struct sk_buff *skb,
			   const struct svp_step *step);

enum svp_drop_reason svp_sproxy_learn(struct svp_node *node,
				      struct svp_flow *flow, enum svp_dir dir,
				      const struct svp_pkt *pkt);
enum svp_drop_reason svp_sproxy_rewritten(struct svp_node *node, u64 key,
					  enum svp_dir dir,
					  const struct svp_pkt *pkt,
					  struct svp_step *step);

enum svp_drop_reason svp_sproxy_nsh_reason(enum svp_nsh_err err);
/* NSH from a node: shape; metadata-only packets */
enum svp_drop_reason svp_sproxy_read_nsh(struct sk_buff *skb,
					 u8 copy[SVP_NSH_MAX_LEN],
					 struct svp_nsh *nsh);
enum svp_drop_reason svp_sproxy_metadata(struct svp_node *node,
					 const struct svp_nsh *nsh);

/*
 * The flow of a frame that a transparent node returned: @port_id and @dir say
 * whose it is, fragments and ICMP errors are followed. @pkt is parsed already.
 * NULL: alien; *why says what.
 */
struct svp_flow *svp_sproxy_find(struct svp_node *node, u8 leg,
				 struct svp_pkt *pkt, u16 port_id,
				 enum svp_dir dir, enum svp_drop_reason *why);

#endif
