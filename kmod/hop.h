/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Movement: from one hop of a path to the next, or to its end.
 */
#ifndef SVP_HOP_H
#define SVP_HOP_H

#include <linux/if_vlan.h>

#include "flow.h"
#include "nsh.h"
#include "path.h"
#include "plane.h"

struct svp_ctl_ride;

/**
 * struct svp_step - where a frame is on its walk; lives on the stack
 * @plane: the plane
 * @flow: its record
 * @path: the path it walks: the record's for @dir, or the one before it
 * @skip: skip mask in force for it
 * @dir: direction of the flow
 * @hop: hop it is to enter, or has just left
 * @ride: message that is to go with it to the host of its guest, or NULL
 */
struct svp_step {
	struct svp_plane *plane;
	struct svp_flow *flow;
	struct svp_path *path;
	u16 skip;
	u8 dir;
	u8 hop;
	struct svp_ctl_ride *ride;
};

/* Is it the end of the path that comes behind step->hop? */
static inline bool svp_step_is_last(const struct svp_step *step)
{
	u16 behind = (0x7fff >> step->hop) & ~(0xffff >> step->path->n_hops);

	return !(behind & ~step->skip);
}

/* Has the flow left the frame's path? A verdict may have come with the frame */
static inline bool svp_step_is_old(const struct svp_step *step)
{
	return step->path != svp_flow_path(step->flow, step->dir);
}

/*
 * TTL that a header at hop @hop carries at most: 63 at the classifier, one a
 * look-up
 */
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

/**
 * svp_hop_leave - a node has done with a frame
 * @skb: frame with its MAC header at skb->data; consumed
 * @step: hop it has left
 *
 * Context: RCU, BH off.
 */
static inline void svp_hop_leave(struct sk_buff *skb, struct svp_step *step)
{
	step->hop++;
	svp_hop_enter(skb, step);
}

/* The hop is given a frame: it may come back from there, or from behind it */
void svp_hop_give(const struct svp_step *step);
/* Frames of the flow have other addresses now: ask bare nodes anew about it */
void svp_hop_forget_bare(const struct svp_step *step);

/* TTL of a header at step->hop */
u8 svp_hop_ttl_at(const struct svp_step *step);
/* Address of a host's SFF, 6 bytes; and the host of such an address, or 0 */
void svp_hop_sff_addr(u8 *addr, u16 host);
u16 svp_hop_sff_host(const u8 *addr);

/* hop_nsh.c: what the header of a frame at step->hop says; MD type 1 */
void svp_hop_tmpl(const struct svp_step *step, enum svp_nsh_show show, u8 ttl,
		  struct svp_nsh_tmpl *tmpl);
/* The whole header; its length */
unsigned int svp_hop_header(const struct svp_step *step, enum svp_nsh_show show,
			    u8 ttl, __be32 buf[SVP_NSH_MAX_LEN / 4]);

/**
 * struct svp_hop_out - where frames go behind an NSH
 * @plane: the plane
 * @dst: outer destination; the source is the SFF of this host
 * @hdr: the header
 * @len: its length
 * @whole: GSO frames and checksums are left as they are
 * @send: takes each of them, MAC header at skb->data; consumes
 */
struct svp_hop_out {
	struct svp_plane *plane;
	const u8 *dst;
	const void *hdr;
	unsigned int len;
	bool whole;
	void (*send)(const struct svp_hop_out *out, struct sk_buff *skb);
};

/* Bytes that the inner Ethernet header and all before it take of an MTU */
static inline unsigned int svp_hop_overhead(const struct svp_hop_out *out,
					    const struct sk_buff *skb)
{
	return out->len + ETH_HLEN +
	       (skb_vlan_tag_present(skb) ? VLAN_HLEN : 0);
}

/* Puts out->hdr before @skb, or all its segments, and sends. Consumes */
void svp_hop_push(const struct svp_hop_out *out, struct sk_buff *skb);

/*
 * hop_far.c: to the host that has the node of step->hop; and a frame of another
 * host's guest that is at the end of its path: home, with step->ride, whose host is
 * NULL then. Both consume @skb (MAC header at skb->data). Context: RCU, BH off.
 */
void svp_hop_far(struct sk_buff *skb, struct svp_step *step, u16 host);
void svp_hop_home(struct sk_buff *skb, struct svp_step *step);

/* Set from above (steer): the end of a path */
extern void (*svp_hop_deliver)(struct sk_buff *skb, struct svp_step *step);

#endif
