/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Transit: flows of other hosts that pass nodes of this one.
 */
#ifndef SVP_TRANSIT_H
#define SVP_TRANSIT_H

#include "far.h"
#include "hop.h"
#include "parse.h"

struct sk_buff;

/**
 * struct svp_transit - what the header of a frame of another host's guest says
 * @plane: the plane
 * @ctx: its context
 * @peer: host that it came from
 * @path: the path that it walks, of the policy in force
 * @dir: direction
 * @skb: the frame, MAC header set, NSH taken off
 * @pkt: its headers
 */
struct svp_transit {
	struct svp_plane *plane;
	const struct svp_nsh_ctx *ctx;
	u16 peer;
	struct svp_path *path;
	u8 dir;
	struct sk_buff *skb;
	struct svp_pkt *pkt;
};

/* Context of the following: RCU, BH off */

/*
 * The record of the frame, made when it is new; it is on transit->path then, with
 * the skip mask of the context. 0, or the reason to drop the frame.
 */
enum svp_drop_reason svp_transit_find(const struct svp_transit *transit,
				      struct svp_flow **flow);

/* The flow that host @host, this one or another, calls @tag; any values */
struct svp_flow *svp_transit_named(struct svp_plane *plane, u16 host, u32 tag);

/*
 * Is a frame of direction @dir one of the flow, by its addresses and ports, or by
 * those of the packet that it is an error for?
 */
bool svp_transit_is_of(const struct svp_flow *flow, enum svp_dir dir,
		       const struct svp_pkt *pkt);

#endif
