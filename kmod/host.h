/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hosts of a service plane other than this one: who they are, their keys, and
 * the session with each. wire.md sections 10 and 12.
 */
#ifndef SVP_HOST_H
#define SVP_HOST_H

#include <linux/netdevice.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/svcplane_wire.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include "limit.h"
#include "mac.h"
#include "session.h"
#include "svcplane.h"

struct netlink_ext_ack;

#define SVP_HOSTS_MAX	256	/* listed in a plane, this host not counted */
#define SVP_HOST_KEYS	2	/* of a host: the present one and the next */

/* What a peer costs us, and we it: a second, and at once */
#define SVP_HOST_MACS_RATE	4000	/* messages whose MAC is computed */
#define SVP_HOST_MACS_BURST	4000
#define SVP_HOST_KNOCKS_RATE	500	/* hellos whose MAC is computed */
#define SVP_HOST_KNOCKS_BURST	500
#define SVP_HOST_HELLOS_RATE	10	/* hellos answered */
#define SVP_HOST_HELLOS_BURST	20
#define SVP_HOST_STRAYS_RATE	10	/* authentic ones of an unknown epoch */
#define SVP_HOST_STRAYS_BURST	10
#define SVP_HOST_REACKS_RATE	500	/* acks repeated for duplicates */
#define SVP_HOST_REACKS_BURST	500
#define SVP_HOST_CHANGES_RATE	256	/* changes of what it says of nodes */
#define SVP_HOST_CHANGES_BURST	4096
#define SVP_HOST_ECHOS_RATE	100	/* echo requests answered or sent on */
#define SVP_HOST_ECHOS_BURST	100
#define SVP_HOST_OUT_RATE	2000	/* messages sent, retransmissions included */
#define SVP_HOST_OUT_BURST	2000

/**
 * enum svp_host_count - what is counted of a peer; position is uapi
 * @SVP_HOST_RETRANSMITTED: messages sent again
 * @SVP_HOST_UNKNOWN: given up without an ack: what became of them is unknown
 * @SVP_HOST_LOST: sequence numbers of the peer that never came, as far as the
 *	window has moved past them
 * @SVP_HOST_DUPLICATE: came again, not applied again
 * @SVP_HOST_REPLAYED: left of the window, from before the session, or of a dead
 *	epoch
 * @SVP_HOST_FORGED: MAC wrong, key id unknown, or MAC#1 missing or malformed
 * @SVP_HOST_STRAY: authentic, of an unknown epoch
 * @SVP_HOST_MALFORMED: body refused
 * @SVP_HOST_TYPE: of an unknown type
 * @SVP_HOST_DENIED: not the peer's to say
 * @SVP_HOST_OVER_MACS: over the budget of MACs, or of changes of nodes
 * @SVP_HOST_OVER_HELLOS: over that of hellos
 * @SVP_HOST_OVER_OUT: not sent, over the limit out
 * @SVP_HOST_SESSIONS: sessions begun
 * @SVP_HOST_UNKNOWN_TLVS: TLVs passed over
 * @SVP_HOST_COUNTS: number of them
 */
enum svp_host_count {
	SVP_HOST_RETRANSMITTED,
	SVP_HOST_UNKNOWN,
	SVP_HOST_LOST,
	SVP_HOST_DUPLICATE,
	SVP_HOST_REPLAYED,
	SVP_HOST_FORGED,
	SVP_HOST_STRAY,
	SVP_HOST_MALFORMED,
	SVP_HOST_TYPE,
	SVP_HOST_DENIED,
	SVP_HOST_OVER_MACS,
	SVP_HOST_OVER_HELLOS,
	SVP_HOST_OVER_OUT,
	SVP_HOST_SESSIONS,
	SVP_HOST_UNKNOWN_TLVS,
	SVP_HOST_COUNTS
};

/**
 * struct svp_host_key - a public key of a host, or the private one of this host
 * @set: there is one
 * @number: 0 to 255, its half of a key id
 * @key: X25519
 */
struct svp_host_key {
	bool set;
	u8 number;
	u8 key[SVP_KEY_LEN];
};

/**
 * struct svp_host_conf - what netlink says of a peer
 * @id: 1 to 4094, not the own one
 * @name: unique in the plane
 * @keys: public keys
 */
struct svp_host_conf {
	u16 id;
	char name[SVP_NAME_MAX];
	struct svp_host_key keys[SVP_HOST_KEYS];
};

/**
 * struct svp_host_view - what is shown of a peer
 * @id: host id
 * @name: its name
 * @keys: its public keys
 * @live: there is a session
 * @epoch: ours towards it
 * @peer_epoch: its own, 0 = none known yet
 * @key_id: of the pair key messages are sent with
 * @sent: last sequence number sent
 * @seen: highest one accepted
 * @outstanding: messages not acknowledged yet
 * @session_ms: age of the session
 * @silent_ms: since its last authentic message; U64_MAX = never one
 * @rtt_us: smoothed round-trip time, 0 = not known
 * @uplink: index of the device its last message came in on, 0 = none
 * @nodes: nodes that it owns
 * @out: messages sent, by type
 * @in: messages accepted, by type
 * @counts: by enum svp_host_count
 */
struct svp_host_view {
	u16 id;
	char name[SVP_NAME_MAX];
	struct svp_host_key keys[SVP_HOST_KEYS];
	bool live;
	u32 epoch, peer_epoch;
	u16 key_id;
	u64 sent, seen;
	u32 outstanding;
	u64 session_ms, silent_ms;
	u32 rtt_us;
	int uplink;
	u32 nodes;
	u64 out[SVCPLANE_CTL_MAX + 1];
	u64 in[SVCPLANE_CTL_MAX + 1];
	u64 counts[SVP_HOST_COUNTS];
};

struct svp_host;

/* Nodes of this host that are deleted, for as long as peers may not know it */
#define SVP_HOSTS_GONE	32

/**
 * struct svp_gone - a node of this host that is deleted
 * @node: its id, 0 = none
 * @moves: its move count
 * @since: jiffies
 */
struct svp_gone {
	u16 node;
	u16 moves;
	unsigned long since;
};

/**
 * struct svp_hosts - the peers of a plane, part of it
 * @list: struct svp_host by id. Written under svp_plane.lock, read by RCU
 * @n: how many; under svp_plane.lock
 * @own: private keys of this host; under svp_plane.lock
 * @public: the public ones
 * @up: the device is up: sessions are kept; RTNL
 * @lock: @gone; BH off
 * @gone: newest at @next_gone - 1
 * @next_gone: where the next one goes
 */
struct svp_hosts {
	struct xarray list;
	unsigned int n;
	struct svp_host_key own[SVP_HOST_KEYS];
	struct svp_host_key public[SVP_HOST_KEYS];
	bool up;
	spinlock_t lock;
	struct svp_gone gone[SVP_HOSTS_GONE];
	unsigned int next_gone;
};

void svp_hosts_init(struct svp_hosts *hosts);
/* Strikes all; under svp_plane.lock. No device is there any more */
void svp_hosts_clear(struct svp_plane *plane);
/* Wipes the keys; nobody knows the plane any more */
void svp_hosts_destroy(struct svp_hosts *hosts);

/* Context: RCU or svp_plane.lock. No reference is taken */
struct svp_host *svp_host_by_id(const struct svp_plane *plane, u16 id);
struct svp_host *svp_host_by_name(const struct svp_plane *plane,
				  const char *name);
/* In order of their ids: the first one whose id is above @after, or NULL */
struct svp_host *svp_host_next(const struct svp_plane *plane, u16 after);
/* Is there a session? Else neither are its frames taken nor any sent. Any context */
bool svp_host_live(const struct svp_host *host);
u16 svp_host_id(const struct svp_host *host);
struct svp_plane *svp_host_plane(const struct svp_host *host);
/* Any context */
void svp_host_look(const struct svp_host *host, struct svp_host_view *view);

/* All under svp_plane.lock; they sleep. 0 or -errno with its text */
int svp_host_add(struct svp_plane *plane, const struct svp_host_conf *conf,
		 struct netlink_ext_ack *extack);
/* Name and keys; a session goes on with a key that both still have */
int svp_host_change(struct svp_host *host, const struct svp_host_conf *conf,
		    struct netlink_ext_ack *extack);
void svp_host_del(struct svp_host *host);
/* Private keys of this host: of two slots, @keys[i].set = false empties it */
int svp_host_set_own(struct svp_plane *plane,
		     const struct svp_host_key keys[SVP_HOST_KEYS],
		     struct netlink_ext_ack *extack);
/* Its public keys; with plane->host_id they are what peers list */
void svp_host_own_public(const struct svp_plane *plane,
			 struct svp_host_key keys[SVP_HOST_KEYS]);
/* Host id or tenant of the plane has changed: every pair key and session is new */
int svp_host_renew(struct svp_plane *plane, struct netlink_ext_ack *extack);

#endif
