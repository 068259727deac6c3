/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Echo (RFC 9516) along paths and to hosts: `svcplane ping` and `trace`. wire.md
 * section 18.
 */
#ifndef SVP_OAM_H
#define SVP_OAM_H

#include "echo.h"
#include "nsh.h"
#include "path.h"
#include "plane.h"

struct netlink_ext_ack;
struct sk_buff;

#define SVP_OAM_PENDING_MAX	1024	/* requests of a namespace under way */
#define SVP_OAM_PENDING_TIME	(10 * HZ)

/**
 * struct svp_oam_walk - a request on its way along a path
 * @plane: the plane
 * @path: path it walks
 * @dir: direction of the path
 * @skip: skip mask of the direction
 * @source: host where the path begins and ends
 * @far: it has come from another host, which took this one for the host of the
 *	next node, or for that of the end
 * @hop: hop it is to enter
 * @ttl: TTL before the next look-up
 * @to: result: host that it goes on to
 * @at: result: what the last look-up found
 */
struct svp_oam_walk {
	const struct svp_plane *plane;
	const struct svp_path *path;
	enum svp_dir dir;
	u16 skip;
	u16 source;
	bool far;
	u8 hop;
	u8 ttl;
	u16 to;
	struct svp_echo_hop at;
};

/**
 * struct svp_oam_ask - an echo request of this host
 * @portid: netlink socket that is told the outcome
 * @handle: chosen by it
 * @seq: likewise
 * @ttl: 0 to 63; 0 is 64 look-ups
 * @host: host that is asked, on its control path; 0 = along @path
 * @node: id of the node that @host is asked after; 0 = none
 * @path: path to walk, no reference
 * @dir: in this direction
 * @skip: skip mask
 * @iface: interface id of the port proxy of a flow, or 0
 * @tag: flow tag, or 0
 */
struct svp_oam_ask {
	u32 portid;
	u32 handle;
	u32 seq;
	u8 ttl;
	u16 host;
	u16 node;
	const struct svp_path *path;
	enum svp_dir dir;
	u16 skip;
	u16 iface;
	u32 tag;
};

/**
 * struct svp_oam_result - outcome of a request
 * @plane: the plane
 * @portid: socket that asked
 * @handle: as it chose
 * @seq: as it chose
 * @ttl: that it sent
 * @rtt: nanoseconds
 * @code: enum svcplane_echo_code
 * @subcode: return subcode
 * @host: that answered; this one where no answer was needed
 * @has_hop: there is @hop
 * @hop: where the request had come to
 */
struct svp_oam_result {
	struct svp_plane *plane;
	u32 portid;
	u32 handle;
	u32 seq;
	u8 ttl;
	u64 rtt;
	u8 code;
	u8 subcode;
	u16 host;
	bool has_hop;
	struct svp_echo_hop hop;
};

/* Set from above (netlink), under RCU: an outcome. Context: any with BH off */
extern void (*svp_oam_sink)(const struct svp_oam_result *result);

int svp_oam_ask(struct svp_plane *plane, const struct svp_oam_ask *ask,
		struct netlink_ext_ack *extack);
/*
 * An echo packet from an uplink, which svp_uplink_check() has passed. @skb: data
 * at the NSH; consumed. Context: RCU, BH off
 */
void svp_oam_rx(struct svp_plane *plane, struct sk_buff *skb,
		const struct svp_nsh *nsh);

/* oam_ask.c */
bool svp_oam_tell(struct svp_oam_result *result);
bool svp_oam_tell_own(struct svp_plane *plane, u32 handle, u32 seq, u8 code,
		      const struct svp_echo_hop *at);
u8 svp_oam_look_here(const struct svp_plane *plane, u8 ttl, u16 node,
		     struct svp_echo_hop *at);

static inline u16 svp_oam_own_id(const struct svp_plane *plane)
{
	return READ_ONCE(plane->host_id);
}

static inline u32 svp_oam_control_spi(u16 host)
{
	return SVCPLANE_SPI_CONTROL | host;
}

/* oam_walk.c */
u8 svp_oam_walk(struct svp_oam_walk *walk);
bool svp_oam_came_right(const struct svp_oam_walk *walk, u16 peer);
void svp_oam_look_node(const struct svp_plane *plane, u16 id,
		       struct svp_echo_hop *at);

/* oam_pending.c: requests whose outcome is not known yet */
int svp_oam_pend(struct svp_plane *plane, const struct svp_oam_ask *ask,
		 struct netlink_ext_ack *extack);
bool svp_oam_is_pending(const struct svp_plane *plane, u32 handle, u32 seq,
			u16 host);
bool svp_oam_settle(struct svp_oam_result *result);
/* The socket is closed: nobody wants to know any more. Context: process */
void svp_oam_forget(const struct net *net, u32 portid);
/* The plane is being deleted; no request begins any more. Context: process */
void svp_oam_plane_gone(const struct svp_plane *plane);
int svp_oam_init(void);
void svp_oam_exit(void);

#endif
