/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the policy says of a flow: rules, chain, path.
 */
#ifndef SVP_DECIDE_H
#define SVP_DECIDE_H

#include "plane.h"
#include "port.h"

/**
 * struct svp_subject - the first frame of a flow, or what its record keeps of it
 * @port: guest port
 * @tuple: as travelling in @dir
 * @smac: source address
 * @dmac: destination address
 * @mark: of the frame
 * @dir: direction
 * @syn: TCP SYN without ACK: only this direction is asked for
 * @special: enum svp_special
 */
struct svp_subject {
	struct svp_port *port;
	const struct svp_tuple *tuple;
	const u8 *smac, *dmac;
	u32 mark;
	u8 dir;
	bool syn;
	u8 special;
};

/**
 * struct svp_decision - what becomes of a flow
 * @rule: that decided, or NULL
 * @path: for SVP_FLOW_CHAIN
 * @act: enum svp_flow_act
 * @why: for SVP_FLOW_DROP
 */
struct svp_decision {
	struct svp_rule *rule;
	struct svp_path *path;
	u8 act;
	u8 why;
};

/*
 * Asks @policy. A flow that has a path which still serves its chain keeps it:
 * @pinned, or NULL. Context: RCU; the decision's pointers live as long.
 */
void svp_decide(struct svp_plane *plane, const struct svp_subject *subject,
		const struct svp_path *pinned, struct svp_decision *decision);

#endif
