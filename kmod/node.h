/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Service nodes: one instance of a service, at a device of this host or of
 * another.
 */
#ifndef SVP_NODE_H
#define SVP_NODE_H

#include <linux/if_ether.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/svcplane_wire.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include "chain.h"
#include "limit.h"
#include "stats.h"
#include "svcplane.h"

#define SVP_LEGS	2	/* [0] `dev`: forward enters here; [1] `egress` */
#define SVP_NODE_HOSTS	16

/* What a node may make itself: a second, and at once */
#define SVP_NODE_MADE_RATE	2000
#define SVP_NODE_MADE_BURST	4000
#define SVP_NODE_LOOK_RATE	65536
#define SVP_NODE_LOOK_BURST	32768	/* each guest of a plane once */
#define SVP_NODE_LOOK_CHUNK	64	/* guests paid for at once */

enum svp_node_mode {
	SVP_NODE_INLINE,	/* two legs, bump in the wire */
	SVP_NODE_NSH,		/* one leg, speaks NSH */
	SVP_NODE_VLAN,		/* one leg, the tag carries the context */
	SVP_NODE_TAP,		/* one leg, gets a copy */
	SVP_NODE_MODES
};

enum svp_node_macs { SVP_MACS_LINK, SVP_MACS_KEEP };
enum svp_node_context { SVP_CTX_SVCPLANE, SVP_CTX_DC, SVP_CTX_ZERO, SVP_CTX_MD2 };

#define SVP_NODE_GSO		BIT(0)	/* NSH frames leave unsegmented */
#define SVP_NODE_DECREMENTS	BIT(1)	/* the NSH node moves SI on (default) */
#define SVP_NODE_OAM		BIT(2)

#define SVP_PERM_DROP		BIT(0)
#define SVP_PERM_ALLOW		BIT(1)
#define SVP_PERM_SKIP		BIT(2)
#define SVP_PERM_REPATH		BIT(3)
#define SVP_PERM_DEFAULT	(SVP_PERM_DROP | SVP_PERM_SKIP)
#define SVP_PERM_CHAINS		8	/* foreign chains a re-path may name */

/* Why a node is not up; 0 = up. READ_ONCE()/WRITE_ONCE() */
#define SVP_NODE_DOWN_ADMIN	BIT(0)	/* `node set ... down` */
#define SVP_NODE_DOWN_MISSING	BIT(1)	/* a leg has no device */
#define SVP_NODE_DOWN_LINK	BIT(2)	/* a leg is down or without carrier */
#define SVP_NODE_DOWN_REMOTE	BIT(3)	/* of another host, and not announced as up */
#define SVP_NODE_DOWN_GONE	BIT(4)	/* deleted; flows still know it */

/**
 * struct svp_node_conf - what netlink says of a node; immutable after creation
 * @name: unique in the plane
 * @id: number on the wire, 1 to 65535
 * @mode: enum svp_node_mode
 * @macs: enum svp_node_macs, inline only
 * @context: enum svp_node_context, NSH only
 * @flags: SVP_NODE_*
 * @perms: SVP_PERM_* to begin with
 * @n_chains: entries of @chains
 * @chains: ids of chains a re-path may lead to besides its own
 * @legname: names of the legs' devices, waited for if they do not exist
 * @mac: address of an NSH node, of a tap's copy
 * @vlan_lo: first VID of a vlan node's contexts
 * @vlan_hi: last one
 * @verdict_rate: verdicts a second the node may send
 * @verdict_burst: at once
 * @flow_rate: bytes a second of one guest at this node, 0 = no limit
 * @n_hosts: entries of @hosts
 * @hosts: hosts that may own the node; none = this one
 */
struct svp_node_conf {
	char name[SVP_NAME_MAX];
	u16 id;
	u8 mode;
	u8 macs;
	u8 context;
	u32 flags;
	u32 perms;
	u8 n_chains;
	u16 chains[SVP_PERM_CHAINS];
	char legname[SVP_LEGS][IFNAMSIZ];
	u8 mac[ETH_ALEN];
	u16 vlan_lo, vlan_hi;
	u32 verdict_rate, verdict_burst;
	u32 flow_rate;
	u8 n_hosts;
	u16 hosts[SVP_NODE_HOSTS];
};

/* A leg: the device and our hooks on it; dev under RTNL, read by RCU */
struct svp_leg {
	struct net_device __rcu *dev;
	netdevice_tracker tracker;
	struct svp_node *node;
	u8 index;
	bool hooked;
	struct nf_hook_ops hooks[2];
};

struct svp_node_ops;

/**
 * struct svp_claim - what one of the hosts that may own a node says of it
 * @state: enum svcplane_node_state; 0 = nothing, as good as SVCPLANE_NODE_GONE
 * @mac: address it has there
 * @moves: its move count
 * @order: low half of the number of the message, so that an older one that is
 *	late changes nothing
 * @heard: jiffies when it was said last
 */
struct svp_claim {
	u8 state;
	u8 mac[ETH_ALEN];
	u16 moves;
	u32 order;
	unsigned long heard;
};

/**
 * struct svp_node - a service node
 * @ops: adapter of its mode
 * @plane: the plane it belongs to, a reference
 * @service: a reference
 * @down: SVP_NODE_DOWN_*; 0 = usable
 * @lock: the changes of @down, @owner, @moves, @own_moves and @claims; BH off
 * @owner: host that has it, if that is not this one; else 0. READ_ONCE()
 * @moves: how often it has moved, as far as is known: of the claim in force;
 *	serial number. READ_ONCE()
 * @own_moves: of the claim of this host
 * @present: its devices are at this host
 * @claims: of the hosts that may own it, in the order of svp_node_conf.hosts
 * @leg: its devices
 * @conf: as configured
 * @perms: SVP_PERM_* in force; READ_ONCE()
 * @lost_perms: how often it has lost one, which cancels its verdicts; READ_ONCE()
 * @context: state of the adapter: VLAN or context numbers, NULL if none
 * @given: bytes it may still return, by the direction of flows
 * @rates: by number of a guest port: its bucket of bytes, struct svp_node_rate
 * @bucket: verdicts
 * @made: frames it makes itself
 * @looks: guests looked at to find whose they are
 * @asks: and to find the flow that a verdict names by its tuple
 * @verdict_gen: serial counter written into its verdicts
 * @sent: frames given to it
 * @returned: frames taken back
 * @verdicts: verdicts accepted
 * @refused: its messages refused, by status
 * @unknown_tlvs: TLVs in its messages that were passed over
 * @users: paths in force that name it, under svp_plane.lock
 * @ref: references
 * @rwork: for freeing, in process context after a grace period
 */
struct svp_node {
	const struct svp_node_ops *ops;
	struct svp_plane *plane;
	struct svp_service *service;
	u32 down;
	spinlock_t lock;
	u16 owner;
	u16 moves;
	u16 own_moves;
	bool present;
	struct svp_claim claims[SVP_NODE_HOSTS];
	struct svp_leg leg[SVP_LEGS];
	struct svp_node_conf conf;
	u32 perms;
	u32 lost_perms;
	void *context;
	struct svp_credit given[SVP_DIRS];
	struct xarray rates;
	struct svp_bucket bucket;
	struct svp_bucket made;
	struct svp_bucket looks;
	struct svp_bucket asks;
	atomic_t verdict_gen;
	struct svp_count __percpu *sent[SVP_DIRS];
	struct svp_count __percpu *returned[SVP_DIRS];
	atomic64_t verdicts;
	atomic64_t refused[SVCPLANE_STATUS_MAX + 1];
	atomic64_t unknown_tlvs;
	unsigned int users;
	refcount_t ref;
	struct rcu_work rwork;
};

/**
 * struct svp_node_ops - an adapter: the service proxy of one mode
 * @name: as typed by users
 * @legs: devices it needs
 * @init: allocates svp_node.context; may be NULL
 * @exit: frees it, after a grace period; may be NULL
 * @xmit: gives the frame to the node. Consumes @skb, which has its MAC header
 *	at skb->data. Called under rcu_read_lock() with BH off
 * @rx: whose is a frame that came from leg @leg of the node? @skb has its MAC
 *	header at skb->data; it stays, its data may move. Returns 0: it goes on
 *	from @step, with the addresses that it is to have; or the reason to drop
 *	it. @step->ride comes as NULL; whatever is returned, it leaves as NULL
 *	or as a message, kmalloc'ed, that is to reach the host of the flow's
 *	guest. Context as @xmit
 */
struct svp_node_ops {
	const char *name;
	u8 legs;
	int (*init)(struct svp_node *node);
	void (*exit)(struct svp_node *node);
	void (*xmit)(struct svp_node *node, struct sk_buff *skb,
		     struct svp_step *step);
	enum svp_drop_reason (*rx)(struct svp_node *node, u8 leg,
				   struct sk_buff *skb, struct svp_step *step);
};

/* Whose a frame of it is, the addresses of the guest have to tell */
static inline bool svp_node_is_bare(const struct svp_node *node)
{
	return node->conf.macs == SVP_MACS_KEEP ||
	       node->conf.context == SVP_CTX_ZERO;
}

static inline bool svp_node_usable(const struct svp_node *node)
{
	return !READ_ONCE(node->down);
}

/* The host that frames for it go to, or 0: it is at this one, or nowhere */
static inline u16 svp_node_owner(const struct svp_node *node)
{
	return READ_ONCE(node->owner);
}

static inline bool svp_node_transparent(const struct svp_node *node)
{
	return node->conf.mode != SVP_NODE_NSH;
}

/* May this host own the node, so that its devices are those of this host? */
bool svp_node_is_local(const struct svp_node *node);
struct svp_node *svp_node_alloc(struct svp_plane *plane,
				struct svp_service *service,
				const struct svp_node_conf *conf,
				const struct svp_node_ops *ops);
struct svp_node *svp_node_hold(struct svp_node *node);
void svp_node_put(struct svp_node *node);
/* Looks at the devices and claims again. RCU or RTNL. True if usability changed */
bool svp_node_update(struct svp_node *node);
/* Sets or clears reasons that are not found out but told. True likewise */
bool svp_node_set_down(struct svp_node *node, u32 reasons, bool down);

/* What this host tells of it; false: none that others know. RCU or RTNL */
bool svp_node_own_claim(struct svp_node *node, struct svp_claim *claim);

/* node_claim.c: claims of other hosts */

/**
 * struct svp_node_change - what a claim has changed
 * @owner: another host has it, or this one again
 * @was: the owner before
 * @now: the owner now
 * @usable: usability has changed
 * @rival: another host that claims it, too, since now; 0 = none
 * @mac: address that it does not have there any more; zero = none
 */
struct svp_node_change {
	bool owner;
	u16 was;
	u16 now;
	bool usable;
	u16 rival;
	u8 mac[ETH_ALEN];
};

static inline bool svp_node_takes_flows(u8 state)
{
	return state == SVCPLANE_NODE_UP || state == SVCPLANE_NODE_DRAIN;
}

/* Does a host that says so claim the node? */
static inline bool svp_node_is_live(u8 state)
{
	return state && state != SVCPLANE_NODE_GONE;
}

/* All contexts with RCU; 0, -EPERM: @host may not own it, -ESTALE: a late one */
int svp_node_claim(struct svp_node *node, u16 host,
		   const struct svp_claim *claim,
		   struct svp_node_change *change);
/* @host does not claim it any more. False: nor did it before */
bool svp_node_unclaim(struct svp_node *node, u16 host,
		      struct svp_node_change *change);
/* Does @host claim it, not heard again since @before (jiffies)? */
bool svp_node_claim_is_old(const struct svp_node *node, u16 host,
			   unsigned long before);
/* Has @host said something else of it before? Any context */
bool svp_node_claim_differs(const struct svp_node *node, u16 host,
			    const struct svp_claim *claim);
/* Who has it, when this host says @own: 0 = this host or nobody. node->lock */
u16 svp_node_elect(const struct svp_node *node, u8 own,
		   const struct svp_claim **best);

/* Bytes that one guest gives the node: `flow-rate` */
u32 svp_node_rate_burst(u32 rate);
enum svp_drop_reason svp_node_rate_take(struct svp_node *node, u16 port_id,
					u32 limit, u32 bytes);
void svp_node_rate_forget(struct svp_node *node, u16 port_id);
void svp_node_rate_destroy(struct svp_node *node);

#endif
