/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Decisions: what becomes of a guest's frame.
 */
#ifndef SVP_STEER_H
#define SVP_STEER_H

#include "hop.h"
#include "port.h"

enum svp_steer {
	SVP_STEER_PASS,		/* not ours: goes on as if we were not there */
	SVP_STEER_TAKEN,	/* consumed */
};

/*
 * A frame at a guest's hook, MAC header at skb->data. PASS leaves @skb with the
 * caller, its data pointer as it was; TAKEN has consumed it.
 * Context: RCU, BH off.
 */
enum svp_steer svp_steer_frame(struct svp_port *port, enum svp_dir dir,
			       struct sk_buff *skb);

/* Decides a flow anew after svp_plane.gen has moved; under RCU */
void svp_steer_revalidate(struct svp_plane *plane, struct svp_flow *flow);

int svp_steer_init(void);
void svp_steer_exit(void);

#endif
