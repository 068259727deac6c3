/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Flow records: one for both directions of one connection of one guest.
 */
#ifndef SVP_FLOW_H
#define SVP_FLOW_H

#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/cache.h>
#include <linux/etherdevice.h>
#include <linux/if_ether.h>
#include <linux/rcupdate.h>
#include <linux/rhashtable-types.h>
#include <linux/spinlock.h>
#include <linux/stddef.h>

#include "parse.h"
#include "svcplane.h"

/* svp_tuple.port of a key: number of the guest port, and the direction */
#define SVP_KEY_DIR		0x8000
#define SVP_PORT_ID_MAX		0x7fff
#define SVP_GUEST_ID_MAX	0x6fff	/* of this host; above: those of others */

static inline u16 svp_key_port(u16 port_id, enum svp_dir dir)
{
	return port_id | (dir == SVP_IN ? SVP_KEY_DIR : 0);
}

/* Scopes are bit masks of directions */
#define SVP_SCOPE(dir)	(1 << (dir))

/* What happens to the frames of one direction, resolved: svp_flow.act[] */
enum svp_flow_act {
	SVP_FLOW_CHAIN,		/* into svp_flow.path[] */
	SVP_FLOW_BYPASS,	/* straight on: rule, fail open, or allow */
	SVP_FLOW_DROP,		/* svp_flow.why[] says why */
};

#define SVP_FLOW_SIDE_ALIAS	0x80	/* in svp_flow_side.dir: a second key */
#define SVP_FLOW_ALIASES	4	/* pairs of second keys of a flow at most */

/* One direction as a hash entry: one cache line */
struct svp_flow_side {
	struct svp_tuple key;	/* svp_key_port() in .port */
	u8 dir;
	u16 old_given;		/* svp_flow_use.given of the old path */
	/* the path before svp_flow.path[], for frames still inside its nodes */
	struct svp_path __rcu *old_path;
	struct rhash_head node;
} ____cacheline_aligned;

struct svp_flow_alias;
struct svp_flow_table;
struct svp_node;
struct svp_path;

/* Written by the CPU that handles one direction: one cache line */
struct svp_flow_use {
	u64 packets;
	u64 bytes;
	u32 stamp;		/* jiffies at last use, coarse */
	u32 mark;		/* skb->mark and priority before the chain */
	u32 priority;
	u8 smac[ETH_ALEN];	/* addresses of the frame before the chain */
	u8 dmac[ETH_ALEN];
	u8 tcp;			/* enum svp_flow_tcp */
	u16 given;		/* 0x8000 >> hop: frames went to that hop of the path */
	u16 swap;		/* SVP_FLOW_YOUNGER, 0x8000 >> place in svp_path.nodes:
				 * entered by the other leg
				 */
	u16 old_swap;		/* likewise of the old path */
	union {
		struct rcu_head rcu;		/* of use[SVP_OUT] */
		struct {			/* of use[SVP_IN] */
			struct svp_flow_table *table;	/* immutable */
			/* second keys, newest first; under svp_flow_lock() */
			struct svp_flow_alias __rcu *alias;
		};
	};
} ____cacheline_aligned;

enum svp_flow_tcp { SVP_TCP_NONE, SVP_TCP_SYN, SVP_TCP_EST, SVP_TCP_FIN, SVP_TCP_RST };

/* svp_flow.flags */
#define SVP_FLOW_FIN		BIT(0)	/* unlinked, waits for RCU */
#define SVP_FLOW_TWICE		BIT(1)	/* rule option */
#define SVP_FLOW_ASSURED	BIT(2)	/* seen both directions */
#define SVP_FLOW_FIRST_IN	BIT(3)	/* the first frame went to the guest */
#define SVP_FLOW_SYN		BIT(4)	/* and was a TCP SYN; what followed fits */
#define SVP_FLOW_YOUNGER	BIT(5)	/* shares nodes with its sender's record */
#define SVP_FLOW_OPENING	BIT(6)	/* SVP_FLOW_SYN, not answered by SYN with ACK yet */
#define SVP_FLOW_FAR		BIT(7)	/* of a guest of another host; never changes */

/* svp_flow.how: of a drop by verdict */
#define SVP_FLOW_DROP_NOW	BIT(0)	/* frames in flight, too */
#define SVP_FLOW_REJECT		BIT(1)	/* tell the guest */

/* Verdicts of a flow; allocated when the first arrives, freed with the flow */
struct svp_flow_verdicts;

/**
 * struct svp_flow - record of a connection
 * @side: key and hash entry of each direction, immutable once published;
 *	and the path it had before, a reference, RCU
 * @act: enum svp_flow_act of each direction; the line is read on a hit only
 * @why: drop reason for SVP_FLOW_DROP
 * @how: SVP_FLOW_DROP_NOW, SVP_FLOW_REJECT
 * @flags: SVP_FLOW_*
 * @special: enum svp_special of the first frame
 * @gen: svp_plane.gen the treatment was last checked against
 * @tag: flow tag on the wire, 31 bits; 0 = none
 * @rule_id: rule that decided
 * @far_tag: with SVP_FLOW_FAR: the tag that its own host calls it by, 0 = it is
 *	not in svp_far_table.tags
 * @skip: skip mask of each direction, 0x8000 >> hop
 * @until: jiffies when its verdicts change by themselves; 0 = never
 * @unsettled: jiffies; SVP_OUT proves nothing to once.c before; 0 = it does
 * @far_node: with SVP_FLOW_FAR: in svp_far_table.tags
 * @path: path of each direction, a reference each: the same but for a re-path of
 *	one; NULL for bypass and drop. RCU
 * @port: guest port; valid under RCU, counts the flow in its quota
 * @verdicts: RCU; under svp_flow_lock()
 * @use: written on every hit, one line for each direction
 *
 * All fields but @use are written under svp_flow_lock() with WRITE_ONCE(), or
 * before svp_flow_insert(); @path then is given with its references.
 */
struct svp_flow {
	struct svp_flow_side side[SVP_DIRS];

	u8 act[SVP_DIRS] ____cacheline_aligned;
	u8 why[SVP_DIRS];
	u8 how[SVP_DIRS];
	u8 flags;
	u8 special;
	u32 gen;
	u32 tag;
	union {
		u32 rule_id;
		u32 far_tag;
	};
	u16 skip[SVP_DIRS];
	union {
		struct {
			u32 until;
			u32 unsettled;
		};
		struct rhash_head far_node;
	};
	struct svp_path __rcu *path[SVP_DIRS];
	struct svp_port *port;
	struct svp_flow_verdicts __rcu *verdicts;

	struct svp_flow_use use[SVP_DIRS];
};

static_assert(offsetofend(struct svp_flow_side, node) <= 64);
static_assert(offsetofend(struct svp_flow, verdicts) -
	      offsetof(struct svp_flow, act) <= 64);
static_assert(offsetofend(struct svp_flow_use, alias) <= 64);
static_assert(sizeof(struct svp_flow) <= 320 || SMP_CACHE_BYTES > 64);

#define SVP_FLOWS_MAX	0x1000000U	/* flows of one table at most */

#define SVP_TIMEOUT_MAX	(10 * 24 * 3600U)	/* seconds: 31 bits of jiffies */

/* Why a flow may go: idle times that can be set for a table */
enum svp_flow_timer {
	SVP_TIMER_TCP_SYN,	/* no handshake seen to its end */
	SVP_TIMER_TCP_ONEWAY,	/* only one side has been seen, in mid-stream */
	SVP_TIMER_TCP_EST,
	SVP_TIMER_TCP_HALF,	/* one side has closed */
	SVP_TIMER_TCP_FIN,	/* both have */
	SVP_TIMER_TCP_RST,
	SVP_TIMER_UDP,
	SVP_TIMER_UDP_BOTH,	/* both sides have been seen */
	SVP_TIMER_ICMP,
	SVP_TIMER_OTHER,
	SVP_TIMER_MAX
};

/*
 * What a table calls, in any context with BH off:
 * @gone: when a flow has been unlinked; exactly once for each one that was
 *	inserted with success. Readers may still hold it
 * @free_verdicts: when no reader is left; returns what svp_flow_burden() was told
 * @charge: may the flow have one more pair of keys, by the guest's quota?
 * @uncharge: it has one less. Takes no lock
 * Each may be NULL.
 */
struct svp_flow_ops {
	void (*gone)(struct svp_flow *flow, void *ctx);
	unsigned int (*free_verdicts)(struct svp_flow_verdicts *verdicts);
	bool (*charge)(struct svp_flow *flow, void *ctx);
	void (*uncharge)(struct svp_flow *flow, void *ctx);
};

struct svp_flow_table *svp_flow_table_new(u32 max_flows,
					  const struct svp_flow_ops *ops,
					  void *ctx);
/* Frees all flows; the caller has waited for readers. Sleeps */
void svp_flow_table_destroy(struct svp_flow_table *table);

/* Context of the following: rcu_read_lock(), BH off */
struct svp_flow *svp_flow_lookup(struct svp_flow_table *table,
				 const struct svp_tuple *key);
struct svp_flow *svp_flow_by_tag(struct svp_flow_table *table, u32 tag);
/*
 * A record that is not yet visible; the caller fills it in and inserts it.
 * @key is the key of direction @dir, the other is its reverse. NULL when there
 * is no memory.
 */
struct svp_flow *svp_flow_alloc(struct svp_flow_table *table,
				const struct svp_tuple *key, enum svp_dir dir);
/*
 * Publishes @flow: tag first, then the side SVP_OUT, then SVP_IN.
 * Returns @flow; or the record another CPU has put there first, @flow then is
 * freed; or an ERR_PTR (-ENOSPC quota of the table, -EEXIST reverse key taken
 * by another flow, -ENOMEM no memory or the hash table is busy growing), @flow
 * then is freed. ops->gone() is called for none that is freed here. @dir is the
 * direction of the frame in hand.
 */
struct svp_flow *svp_flow_insert(struct svp_flow_table *table,
				 struct svp_flow *flow, enum svp_dir dir);
void svp_flow_free_new(struct svp_flow_table *table, struct svp_flow *flow);
/* @n records more are held for a flow; is not refused */
void svp_flow_burden(struct svp_flow_table *table, unsigned int n);
/* Not under svp_flow_lock(); false: somebody else has */
bool svp_flow_delete(struct svp_flow_table *table, struct svp_flow *flow);
/*
 * Pins direction @dir to @path, NULL for none; a reference of its own. Under
 * svp_flow_lock()
 */
void svp_flow_set_path(struct svp_flow *flow, enum svp_dir dir,
		       struct svp_path *path);
/* Context: rcu_read_lock() */
static inline struct svp_path *svp_flow_path(const struct svp_flow *flow,
					     enum svp_dir dir)
{
	return rcu_dereference(flow->path[dir]);
}

static inline struct svp_path *svp_flow_old_path(const struct svp_flow *flow,
						 enum svp_dir dir)
{
	return rcu_dereference(flow->side[dir].old_path);
}

/*
 * A path and the bits that belong to its hops; none when it is left at this
 * moment. Pairs with svp_flow_set_path() and its callers, who clear the bits of
 * the one path before they set the other, and write those of the other behind it.
 */
static inline struct svp_path *svp_path_bits(struct svp_path __rcu *const *slot,
					     const u16 *bits, u16 *value)
{
	struct svp_path *path = rcu_dereference(*slot);

	smp_rmb();	/* bits written with this path, or with a later one */
	*value = READ_ONCE(*bits);
	smp_rmb();	/* not with a later one, if it is still this path */
	if (unlikely(path != rcu_dereference(*slot)))
		*value = 0;
	return path;
}

/* The path of a direction and which of its hops are left out */
static inline struct svp_path *svp_flow_path_skip(const struct svp_flow *flow,
						  enum svp_dir dir, u16 *skip)
{
	return svp_path_bits(&flow->path[dir], &flow->skip[dir], skip);
}

/* The path of a direction and which of its hops were given frames */
static inline struct svp_path *svp_flow_path_given(const struct svp_flow *flow,
						   enum svp_dir dir, u16 *given)
{
	return svp_path_bits(&flow->path[dir], &flow->use[dir].given, given);
}

/* The same of the path before */
static inline struct svp_path *svp_flow_old_path_given(const struct svp_flow *flow,
						       enum svp_dir dir, u16 *given)
{
	return svp_path_bits(&flow->side[dir].old_path,
			     &flow->side[dir].old_given, given);
}

/*
 * Jiffies since the last frame of a direction. One of another CPU may be younger
 * than @now; what is near the end of the range is that, and not an age.
 */
static inline u32 svp_flow_use_age(const struct svp_flow_use *use, u32 now)
{
	u32 age = now - READ_ONCE(use->stamp);

	return age > -(u32)(60 * HZ) ? 0 : age;
}

static inline u32 svp_flow_age(const struct svp_flow *flow, u32 now)
{
	return min(svp_flow_use_age(&flow->use[SVP_OUT], now),
		   svp_flow_use_age(&flow->use[SVP_IN], now));
}

/* Directions whose path, or the one before it, leads to @node: SVP_SCOPE() */
u8 svp_flow_visits(const struct svp_flow *flow, const struct svp_node *node);

/* Is it of a guest of another host? That one decides on it: here it passes */
static inline bool svp_flow_is_far(const struct svp_flow *flow)
{
	return READ_ONCE(flow->flags) & SVP_FLOW_FAR;
}

/* Was the first frame a SYN, and has it not been answered yet? */
static inline bool svp_flow_is_opening(const struct svp_flow *flow)
{
	return READ_ONCE(flow->flags) & SVP_FLOW_OPENING;
}

/* Does a frame ask for another connection in the place of the flow's? */
bool svp_flow_begins_anew(const struct svp_flow *flow, enum svp_dir dir,
			  const struct svp_pkt *pkt);
/* And does the flow go on all the same? @path: that the rules choose for that one */
bool svp_flow_outlives_syn(const struct svp_flow *flow,
			   const struct svp_path *path);
/* Looks at a frame of a flow that is opening; true: ask the rules anew */
bool svp_flow_doubt_syn(struct svp_flow_table *table, struct svp_flow *flow,
			enum svp_dir dir, const struct svp_pkt *pkt);

/* Second keys: what a node has made of the flow's frames of direction @dir */
int svp_flow_alias_add(struct svp_flow_table *table, struct svp_flow *flow,
		       const struct svp_tuple *tuple, enum svp_dir dir,
		       const struct svp_node *node);
/* Is @tuple, without its port, a key of the flow? Without @ports: addresses */
bool svp_flow_has_key(const struct svp_flow *flow, enum svp_dir dir,
		      const struct svp_tuple *tuple, bool ports);

spinlock_t *svp_flow_lock(struct svp_flow_table *table,
			  const struct svp_flow *flow);

/*
 * Addresses that frames of direction @dir have before the chain: while none was
 * seen, those of the other direction, turned round
 */
static inline void svp_flow_macs(const struct svp_flow *flow, enum svp_dir dir,
				 const u8 **smac, const u8 **dmac)
{
	const struct svp_flow_use *use = &flow->use[dir];
	bool seen = likely(!is_zero_ether_addr(use->dmac));

	if (unlikely(!seen))
		use = &flow->use[!dir];
	*smac = seen ? use->smac : use->dmac;
	*dmac = seen ? use->dmac : use->smac;
}

static inline bool svp_flow_has_macs(const struct svp_flow *flow,
				     enum svp_dir dir, const struct ethhdr *eth)
{
	const u8 *smac, *dmac;

	svp_flow_macs(flow, dir, &smac, &dmac);
	return ether_addr_equal(eth->h_source, smac) &&
	       ether_addr_equal(eth->h_dest, dmac);
}

/* Counts a frame, keeps the TCP state and the idle timer */
void svp_flow_touch(struct svp_flow *flow, enum svp_dir dir,
		    const struct svp_pkt *pkt, unsigned int len);
/* Keeps the idle timer alone, for a frame that is dropped */
void svp_flow_keep(struct svp_flow *flow, enum svp_dir dir);
bool svp_flow_expired(const struct svp_flow *flow);
/* Has the connection ended, so that a SYN begins another? */
bool svp_flow_closed(const struct svp_flow *flow);

u32 svp_flow_count(const struct svp_flow_table *table);
u32 svp_flow_hash_key(const void *data, u32 len, u32 seed);
u32 svp_flow_hash_name(u32 tag, u16 host, u32 seed);

/*
 * Walk in slot order from *@cursor: returns the next live flow under RCU and
 * advances *@cursor past it, or NULL at the end. A flow that lives through the
 * whole walk is seen exactly once.
 */
struct svp_flow *svp_flow_next(struct svp_flow_table *table, u32 *cursor);

/*
 * Deletes what @match says (NULL: all), rescheduling now and then; returns how
 * many. Process context, no locks of the table held.
 */
u32 svp_flow_flush(struct svp_flow_table *table,
		   bool (*match)(const struct svp_flow *flow, void *arg),
		   void *arg);

/* Looks at some flows from *@cursor on, returns how many were idle too long */
u32 svp_flow_gc(struct svp_flow_table *table, u32 *cursor, u32 now, u32 budget);
bool svp_flow_expired_at(const struct svp_flow *flow, u32 now);

/* Process context; -ENOMEM leaves the old limit. Flows beyond it stay */
int svp_flow_set_max(struct svp_flow_table *table, u32 max_flows);
u32 svp_flow_max(const struct svp_flow_table *table);
void svp_flow_set_timeout(struct svp_flow_table *table,
			  enum svp_flow_timer timer, u32 seconds);
u32 svp_flow_timeout(const struct svp_flow_table *table,
		     enum svp_flow_timer timer);
int svp_flow_init(void);
void svp_flow_exit(void);

#endif
