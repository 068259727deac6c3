/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Telling the sender of a frame that it was dropped; rate-limited.
 */
#ifndef SVP_ANSWER_H
#define SVP_ANSWER_H

#include "hop.h"
#include "port.h"

/*
 * Both: @skb stays the caller's, who drops it. A frame from the guest is
 * answered to it, one to the guest to where it had come from.
 * Context: RCU, BH off. Warning: may move the frame's data.
 */

/* A verdict refused the frame, which @pkt describes */
void svp_answer_reject(struct svp_port *port, enum svp_dir dir,
		       struct sk_buff *skb, const struct svp_pkt *pkt);
/* The node of step->hop can take no more than @mtu bytes behind Ethernet */
void svp_answer_too_big(const struct svp_step *step, struct sk_buff *skb,
			u32 mtu);

#endif
