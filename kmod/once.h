/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inspect once: between two guests of this host, a node that has seen a frame
 * on its way out of one does not see it again on its way to the other.
 */
#ifndef SVP_ONCE_H
#define SVP_ONCE_H

#include "hop.h"
#include "port.h"

/*
 * Seconds after a change that lets a node see more of a flow during which frames
 * that passed without it may still be inside other nodes: no proof meanwhile.
 */
#define SVP_ONCE_SETTLE	2

/*
 * The hop at which a frame to a guest enters step->path. @skb as it came to the
 * egress hook, not scrubbed, @pkt its headers. Context: RCU, BH off.
 */
u8 svp_once_first(const struct svp_step *step, const struct sk_buff *skb,
		  const struct svp_pkt *pkt);

/*
 * Hops of @flow, about to be published with a path, at which its frames enter
 * by the other leg: those of nodes that the record of its sender leads through,
 * too. svp_flow_use.swap of both directions. Context: RCU, BH off.
 */
u16 svp_once_swap(struct svp_plane *plane, const struct svp_port *port,
		  const struct svp_path *path, const struct sk_buff *skb,
		  const struct svp_pkt *pkt);

bool svp_once_swapped(const struct svp_flow *flow, const struct svp_node *node);

/* Direction @dir is about to go to @path. Under svp_flow_lock() */
void svp_once_repath(struct svp_flow *flow, enum svp_dir dir,
		     const struct svp_path *path);
/* What was given to a node so far proves nothing for a while. Likewise */
void svp_once_unsettle(struct svp_flow *flow);

#endif
