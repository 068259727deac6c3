/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What comes in from other hosts.
 */
#ifndef SVP_UPLINK_H
#define SVP_UPLINK_H

#include "nsh.h"
#include "stats.h"
#include "svcplane.h"

struct sk_buff;

/*
 * What an NSH that came in on an uplink of @plane says for itself: 0, or the
 * reason to drop it. @payload_len: bytes behind the NSH. Context: RCU.
 */
enum svp_drop_reason svp_uplink_check(const struct svp_plane *plane,
				      const struct svp_nsh *nsh,
				      unsigned int payload_len);

/**
 * struct svp_arrival - a frame of a guest that a peer has sent
 * @plane: plane of the uplink
 * @nsh: its header, svp_uplink_check() has passed it
 * @ctx: context of @nsh
 * @peer: host id of who sent it: listed, with a session
 * @flow: of a guest of this host: its record; else NULL until it is looked for
 * @path: path that it walks
 * @skip: skip mask in force for it
 * @dir: direction of the flow
 * @hop: hop that it is for; path->n_hops = it is at the end
 */
struct svp_arrival {
	struct svp_plane *plane;
	const struct svp_nsh *nsh;
	struct svp_nsh_ctx ctx;
	u16 peer;
	struct svp_flow *flow;
	struct svp_path *path;
	u16 skip;
	u8 dir;
	u8 hop;
};

/*
 * Where on its walk is a frame by its header, and is it there for this host to
 * take, from that peer? Fills in @a from @ctx on, from plane, nsh and peer. 0, or
 * the reason to drop the frame. Context: RCU, BH off.
 */
enum svp_drop_reason svp_uplink_place(struct svp_arrival *a);

/*
 * A frame from @peer, data at the NSH, that came in on @uplink; consumes.
 * Context: RCU, BH off
 */
void svp_uplink_data(struct svp_plane *plane, struct net_device *uplink,
		     struct sk_buff *skb, const struct svp_nsh *nsh, u16 peer);

int svp_uplink_init(void);
void svp_uplink_exit(void);

#endif
