/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Answers to frames that are dropped: TCP RST, ICMP unreachable, too big.
 */
#ifndef SVP_REPLY_H
#define SVP_REPLY_H

#include <linux/skbuff.h>

#include "parse.h"

/*
 * All three: an Ethernet frame with its MAC header at skb->data, from the
 * destination of @skb to its source, with the same VLAN tags; or NULL when
 * there is nothing to say or no memory. @skb stays the caller's; @pkt is what
 * svp_skb_parse() made of it. Context: any, skb->dev set.
 */

/* RST for TCP, else "communication administratively prohibited" */
struct sk_buff *svp_reply_reject(struct sk_buff *skb, const struct svp_pkt *pkt);
/* "Fragmentation needed" or "packet too big"; @mtu of the IP packet */
struct sk_buff *svp_reply_too_big(struct sk_buff *skb,
				  const struct svp_pkt *pkt, u32 mtu);

#endif
