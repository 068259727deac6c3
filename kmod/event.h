/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Plain values that become netlink notifications; the family is lent from
 * above, so that objects need not know netlink.
 */
#ifndef SVP_EVENT_H
#define SVP_EVENT_H

#include "svcplane.h"

struct net;

enum svp_event_kind {
	SVP_EV_PORT,		/* guest port bound, unbound, refused */
	SVP_EV_NODE,		/* node up, down */
	SVP_EV_CONTROL,		/* control message sent, accepted, rejected */
	SVP_EV_FLOW,		/* flow new, gone, treatment changed */
	SVP_EV_GAP,		/* frames pass a tap around its hook */
	SVP_EV_HOST,		/* session with a host up, down; owner of a node */
};

/**
 * struct svp_event - what happened
 * @kind: enum svp_event_kind
 * @what: verb: "bound", "unbound", "up", "down", "accepted", "rejected", ...
 * @plane: plane it happened in, or NULL
 * @object: name of the port's device or of the node, or NULL
 * @reason: why, or NULL
 * @flow: for SVP_EV_FLOW and a verdict's flow, or NULL
 * @node: for control messages, or NULL
 * @body: control message as on the wire, or NULL
 * @body_len: its length in bytes
 * @status: enum svp_wire_status of a control message
 * @proxy: for SVP_EV_GAP: port proxy of the tap
 * @dir: for SVP_EV_GAP
 * @gap: for SVP_EV_GAP: frames
 * @host: host id of the peer: of a message its origin, or whom it was sent to;
 *	0 = none
 * @host_name: its name, or NULL
 * @seq: number of a message between hosts, 0 = it has none
 * @age_ms: since a message was made, as far as is known; of an acknowledged
 *	one since it was sent first
 */
struct svp_event {
	enum svp_event_kind kind;
	const char *what;
	struct svp_plane *plane;
	const char *object;
	const char *reason;
	const struct svp_flow *flow;
	const struct svp_node *node;
	const void *body;
	unsigned int body_len;
	int status;
	const struct svp_proxy *proxy;
	enum svp_dir dir;
	u64 gap;
	u16 host;
	const char *host_name;
	u64 seq;
	u32 age_ms;
};

/* Any context; does nothing when nobody listens */
void svp_event_raise(struct net *net, const struct svp_event *event);
/* Set from above (genl), under RCU */
extern void (*svp_event_sink)(struct net *net, const struct svp_event *event);

#endif
