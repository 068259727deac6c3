/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Crossings: what every frame goes through on its way between the planes, the
 * nodes and the guests.
 */
#ifndef SVP_SKB_H
#define SVP_SKB_H

#include <linux/skbuff.h>

#include "parse.h"
#include "svcplane.h"

/*
 * Reads the headers of a frame with its MAC header at skb->data; pulls what it
 * needs. Warning: may move skb->data. -ENOMEM, or 0 with pkt->bad telling more.
 */
int svp_skb_parse(struct sk_buff *skb, struct svp_pkt *pkt);

/*
 * The one scrub of every crossing: no trace of where the frame came from (dst,
 * conntrack, timestamp, control block, secpath, redirect, hash) goes on.
 */
void svp_skb_scrub(struct sk_buff *skb);

/* Out of @dev past everybody's egress hooks, ours too; consumes. 0 or -errno */
int svp_skb_xmit(struct sk_buff *skb, struct net_device *dev);

/*
 * As if it had come in on @dev just behind the ingress hooks; consumes.
 * @skb has its MAC header at skb->data.
 */
int svp_skb_receive(struct sk_buff *skb, struct net_device *dev);

/* The same, from the backlog: the caller may be inside the sender's socket */
int svp_skb_receive_later(struct sk_buff *skb, struct net_device *dev);

/* Is @skb, or each of its segments, no bigger than @dev may send? */
bool svp_skb_fits(const struct sk_buff *skb, const struct net_device *dev);
/* The same, once @overhead bytes have been put before it */
bool svp_skb_fits_with(const struct sk_buff *skb, const struct net_device *dev,
		       unsigned int overhead);

/* Bytes once segmented, with all headers and tags */
unsigned int svp_skb_wire_len(const struct sk_buff *skb);

/* The tag beside the frame goes into it; false = no memory. Warning: moves data */
bool svp_skb_tag_inside(struct sk_buff *skb);

/* And the outermost tag inside goes beside it. Warning: moves data */
void svp_skb_tag_outside(struct sk_buff *skb);

/* Writable header of @len bytes; false = no memory. Warning: moves data */
bool svp_skb_writable(struct sk_buff *skb, unsigned int len);

#endif
