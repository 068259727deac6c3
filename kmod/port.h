/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Port proxies and the guest ports they stand for.
 */
#ifndef SVP_PORT_H
#define SVP_PORT_H

#include <linux/cache.h>
#include <linux/if_ether.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>

#include "limit.h"
#include "stats.h"
#include "svcplane.h"

#define SVP_PORT_MACS		16
#define SVP_PROXY_PATTERNS	16
#define SVP_PATTERN_MAX		64
#define SVP_ANSWER_PORT_RATE	100	/* answers a second */
#define SVP_ANSWER_PORT_BURST	50
#define SVP_PORT_MADE_RATE	200	/* frames that nodes make, a second */
#define SVP_PORT_MADE_BURST	400

/**
 * struct svp_gap_watch - what is known of the gap of one direction; RTNL
 * @begun: it has been looked at
 * @last: gap at the last look
 * @told: gap at the last event; at first, that of the first look
 */
struct svp_gap_watch {
	bool begun;
	u64 last;
	u64 told;
};

/* svp_port.tags */
#define SVP_PORT_UNTAGGED	BIT(0)
#define SVP_PORT_TAGGED		BIT(1)

/**
 * struct svp_port - one guest: a tap with our hooks
 * @proxy: the port proxy it belongs to, a reference
 * @plane: that of the proxy
 * @dev: the tap, NULL once unbound. RTNL, read by RCU
 * @tracker: of @dev
 * @id: number in the plane, 1 to SVP_GUEST_ID_MAX; not reused while flows live
 * @list: in svp_proxy.ports, RTNL
 * @dead: unbound: new flows are refused
 * @hooks: [SVP_OUT] ingress, [SVP_IN] egress of the tap
 * @mac_lock: guards writing @macs
 * @n_macs: entries of @macs, published after the entry
 * @n_fixed: the first of them, configured; the rest learned
 * @tags: SVP_PORT_*TAGGED: what it has sent
 * @macs: addresses of the guest
 * @flows: live flow records
 * @max_flows: quota
 * @seen: frames seen by the hook, by direction
 * @steered: frames given to a chain
 * @returned: frames delivered after a chain
 * @flooded: copies that were not the guest's
 * @dropped: frames to the guest that the hook dropped, and so its device never saw
 * @answered: answers to its dropped frames, which the hook never saw
 * @answers: tokens for answers to dropped frames
 * @pieces: further frames that the device counts for one that the hook saw: a
 *	GSO frame that is put together before the hook, or taken apart after it
 * @made: tokens for frames that nodes make themselves
 * @base: device counters when bound, for gaps: frames by direction
 * @gap: what was told of gaps, by direction
 * @watch: in the list of gap.c, RTNL
 * @ref: references; flows hold none (they are flushed before the last put)
 * @rcu: for freeing
 */
struct svp_port {
	struct svp_proxy *proxy;
	struct svp_plane *plane;
	struct net_device __rcu *dev;
	netdevice_tracker tracker;
	u16 id;
	struct list_head list;
	bool dead;
	struct nf_hook_ops hooks[SVP_DIRS];
	spinlock_t mac_lock;
	u8 n_macs;
	u8 n_fixed;
	u8 tags;
	u8 macs[SVP_PORT_MACS][ETH_ALEN];
	u32 max_flows;
	struct svp_count __percpu *seen[SVP_DIRS];
	struct svp_count __percpu *steered[SVP_DIRS];
	struct svp_count __percpu *returned[SVP_DIRS];
	struct svp_count __percpu *flooded;
	struct svp_count __percpu *dropped;
	struct svp_count __percpu *answered;
	struct svp_bucket answers;
	struct svp_count __percpu *pieces[SVP_DIRS];
	struct svp_bucket made;
	u64 base[SVP_DIRS];
	struct svp_gap_watch gap[SVP_DIRS];
	struct list_head watch;
	atomic_t flows ____cacheline_aligned_in_smp;	/* written for each flow */
	refcount_t ref;
	struct rcu_head rcu;
};

/**
 * struct svp_proxy - port of a service plane that stands for guests
 * @list: in svp_plane.proxies, RTNL
 * @all: in svp_net.proxies, RTNL
 * @dev: the portproxy device; NULL once deleted. RTNL
 * @plane: a reference; NULL until `proxy add` names one
 * @name: of the device, kept for events after its deletion
 * @id: interface id, 1 to 65535, unique on this host
 * @up: the device is up
 * @ports: struct svp_port, RTNL
 * @n_patterns: entries of @pattern
 * @pattern: `match` patterns by name, ifalias or altname
 * @max_flows: quota of each guest port
 * @mac: configured address of a single guest; all zero = learned
 * @ref: references
 * @rcu: for freeing
 */
struct svp_proxy {
	struct list_head list;
	struct list_head all;
	struct net_device *dev;
	struct svp_plane *plane;
	char name[IFNAMSIZ];
	u16 id;
	bool up;
	struct list_head ports;
	u8 n_patterns;
	char pattern[SVP_PROXY_PATTERNS][SVP_PATTERN_MAX];
	u32 max_flows;
	u8 mac[ETH_ALEN];
	refcount_t ref;
	struct rcu_head rcu;
};

struct svp_proxy *svp_proxy_alloc(const char *name, u16 id);
void svp_proxy_hold(struct svp_proxy *proxy);
void svp_proxy_put(struct svp_proxy *proxy);

struct svp_port *svp_port_alloc(struct svp_proxy *proxy);
void svp_port_hold(struct svp_port *port);
void svp_port_put(struct svp_port *port);

/* Is @mac one of the guest's? Context: RCU */
bool svp_port_has_mac(const struct svp_port *port, const u8 *mac);
/* Learns @mac from a frame of the guest; false when there is no room */
bool svp_port_learn(struct svp_port *port, const u8 *mac);
int svp_port_add_mac(struct svp_port *port, const u8 *mac);

/* Notes that the guest sends frames with VLAN tags, or without */
static inline void svp_port_note_tags(struct svp_port *port, bool tagged)
{
	u8 bit = tagged ? SVP_PORT_TAGGED : SVP_PORT_UNTAGGED;

	/* two first frames at once: the next of that kind notes it */
	if (unlikely(!(READ_ONCE(port->tags) & bit)))
		WRITE_ONCE(port->tags, port->tags | bit);
}

/* Counts one more flow against the guest's quota */
bool svp_port_charge(struct svp_port *port);
/* And @n that are not refused */
void svp_port_burden(struct svp_port *port, unsigned int n);
void svp_port_uncharge(struct svp_port *port, unsigned int n);

/* What the guest gives nodes is not accounted any more: @port is gone */
void svp_port_forget_rates(const struct svp_port *port);

/* A GSO frame at the tap @dev, coming or about to leave. Context: BH off */
void svp_port_note_pieces(struct svp_port *port, enum svp_dir dir,
			  struct sk_buff *skb, const struct net_device *dev);
/* Frames that the device has counted and the hook has not seen */
u64 svp_port_gap(const struct svp_port *port, enum svp_dir dir, u64 device);

bool svp_pattern_matches(const char *pattern, const char *name);

#endif
