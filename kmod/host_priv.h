/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A peer from the inside: for the files of host and ctl alone.
 */
#ifndef SVP_HOST_PRIV_H
#define SVP_HOST_PRIV_H

#include <linux/atomic.h>
#include <linux/list.h>

#include "host.h"
#include "node.h"

#define SVP_HOST_PAIRS	(SVP_HOST_KEYS * SVP_HOST_KEYS)

/* Timers, jiffies */
#define SVP_HOST_SECOND		HZ
#define SVP_HOST_SILENCE	(4 * HZ)	/* ends a session, ages a claim */
#define SVP_HOST_RETRY_FIRST	(HZ / 5)
#define SVP_HOST_RETRY_MOST	HZ
#define SVP_HOST_TRIES		24

/* Between the oldest number that is not acknowledged and the newest */
#define SVP_HOST_SPAN		512
#define SVP_HOST_SPAN_ANNOUNCE	960
#define SVP_HOST_OUT_BYTES	(512 * 1024)	/* memory for what is outstanding */

/**
 * struct svp_host_pair - a pair key
 * @key: ready for use
 * @key_id: key numbers of the lower and the higher host
 * @slot: own and peer's slot of the two keys
 * @accepted: the peer's messages were accepted in it, in this session;
 *	READ_ONCE()
 */
struct svp_host_pair {
	struct svp_mac_key key;
	u16 key_id;
	u8 slot[2];
	bool accepted;
};

/**
 * struct svp_host_pairs - the pair keys with a peer; replaced as a whole
 * @n: how many
 * @pair: oldest first
 * @rwork: for freeing, in process context after a grace period
 */
struct svp_host_pairs {
	unsigned int n;
	struct svp_host_pair pair[SVP_HOST_PAIRS];
	struct rcu_work rwork;
};

/**
 * struct svp_out - a message that is not acknowledged yet
 * @list: in svp_host.out_list, in order of numbers
 * @seq: its number
 * @made: when it was sent first, ktime_get_ns()
 * @due: jiffies of the next try
 * @type: enum svcplane_ctl_type
 * @tries: how often it was sent
 * @bulk: carrier 3
 * @told: its sending was an event, so its end is one
 * @len: of the body in bytes
 * @body: as it was encoded: a number and an epoch of its own
 */
struct svp_out {
	struct list_head list;
	u64 seq;
	u64 made;
	unsigned long due;
	u8 type;
	u8 tries;
	bool bulk;
	bool told;
	u16 len;
	u8 body[];
};

/**
 * struct svp_host - a peer
 * @plane: its plane, which outlives it
 * @id: host id
 * @name: its name; under svp_plane.lock and @lock
 * @keys: public keys; likewise
 * @pairs: keys of the pair, or NULL; written under svp_plane.lock, read by RCU
 * @lock: all that follows, unless told otherwise; BH off. Nothing is sent, and
 *	no handler is called, under it
 * @struck: on its way out: nothing is queued any more
 * @live: there is a session; READ_ONCE()
 * @session: epochs, numbers, window
 * @since: jiffies when the session began
 * @fresh: jiffies of the last message that was no repetition
 * @heard: there was one
 * @uplink: ifindex where it came in; READ_ONCE()
 * @hello_due: jiffies before which no hello is sent
 * @hello_asked: one is to be sent though there is a session
 * @reply_made: jiffies when the reply nonce was made
 * @knock: nonce of a hello over the limit that waits for its answer
 * @knock_key_id: key it came with
 * @knocks: how many hellos it was chosen from; 0 = none waits
 * @announce_due: jiffies of the next announcement
 * @announce_now: something has changed since the last one
 * @claims: it has said something of nodes
 * @out_list: messages that are outstanding, struct svp_out
 * @out_n: how many
 * @out_bytes: memory they take
 * @rtt_us: smoothed round-trip time
 * @wake: jiffies when @beat runs next, as far as it is queued
 * @queued: it is
 * @macs: messages whose MAC is computed
 * @knock_macs: hellos likewise
 * @hellos: hellos answered
 * @strays: authentic messages of an unknown epoch
 * @reacks: acks repeated
 * @changes: changes of what it says of nodes
 * @echos: echo requests
 * @outs: messages sent
 * @out: by type
 * @in: by type
 * @counts: by enum svp_host_count
 * @beat: periodic work
 * @gone: while all are struck
 * @rwork: for freeing
 */
struct svp_host {
	struct svp_plane *plane;
	u16 id;
	char name[SVP_NAME_MAX];
	struct svp_host_key keys[SVP_HOST_KEYS];
	struct svp_host_pairs __rcu *pairs;
	spinlock_t lock;
	bool struck;
	bool live;
	struct svp_session session;
	unsigned long since;
	unsigned long fresh;
	bool heard;
	int uplink;
	unsigned long hello_due;
	bool hello_asked;
	unsigned long reply_made;
	u64 knock;
	u16 knock_key_id;
	u32 knocks;
	unsigned long announce_due;
	bool announce_now;
	bool claims;
	struct list_head out_list;
	unsigned int out_n;
	unsigned int out_bytes;
	u32 rtt_us;
	unsigned long wake;
	bool queued;
	struct svp_bucket macs;
	struct svp_bucket knock_macs;
	struct svp_bucket hellos;
	struct svp_bucket strays;
	struct svp_bucket reacks;
	struct svp_bucket changes;
	struct svp_bucket echos;
	struct svp_bucket outs;
	atomic64_t out[SVCPLANE_CTL_MAX + 1];
	atomic64_t in[SVCPLANE_CTL_MAX + 1];
	atomic64_t counts[SVP_HOST_COUNTS];
	struct delayed_work beat;
	struct list_head gone;
	struct rcu_work rwork;
};

static inline void svp_host_count(struct svp_host *host,
				  enum svp_host_count what)
{
	atomic64_inc(&host->counts[what]);
}

/* Set from above (ctl): what is due with a peer. Process context */
extern void (*svp_host_beat)(struct svp_host *host);

/* host.c. Lets the beat run at @when (jiffies) at the latest. Under host->lock */
void svp_host_wake(struct svp_host *host, unsigned long when);

/* host_key.c */
struct svp_host_pairs *svp_host_pairs_new(const struct svp_plane *plane,
					  const struct svp_host_key *own,
					  u16 peer,
					  const struct svp_host_key *keys,
					  struct netlink_ext_ack *extack);
void svp_host_pairs_free(struct svp_host_pairs *pairs);
/* Under svp_plane.lock. Takes over @pairs, and what was accepted in the old ones */
void svp_host_set_pairs(struct svp_host *host, struct svp_host_pairs *pairs);
/* Context of both: RCU. NULL: none */
struct svp_host_pair *svp_host_pair(const struct svp_host *host, u16 key_id);
struct svp_host_pair *svp_host_pair_to_send(const struct svp_host *host);
void svp_host_forget_accepted(const struct svp_host *host);

/* host_session.c: begin and end of sessions; not under host->lock */
void svp_host_session_up(struct svp_host *host, bool begun);
void svp_host_session_down(struct svp_host *host, const char *why);
/* Epoch and numbers are new, what was outstanding is given up */
void svp_host_session_renew(struct svp_host *host);
/* What it says of a node has changed something: events, flows ask again */
void svp_host_node_changed(struct svp_host *host, struct svp_node *node,
			   const struct svp_node_change *change);
void svp_host_forget_mac(struct svp_host *host, const u8 *mac);
/* Given up, or acknowledged: takes it out of the list. Under host->lock */
void svp_host_unlist(struct svp_host *host, struct svp_out *out);
/* Nobody will know what became of them; frees all of @list. Not under the lock */
void svp_host_give_up(struct svp_host *host, struct list_head *list);

#endif
