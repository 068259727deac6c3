/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A service plane as an object: policy, nodes, proxies, flows. The device of
 * kind svcplane is its face; the object outlives it until its last proxy goes.
 */
#ifndef SVP_PLANE_H
#define SVP_PLANE_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/siphash.h>
#include <linux/xarray.h>
#include <net/net_namespace.h>

#include "flow.h"
#include "frag.h"
#include "host.h"
#include "import.h"
#include "limit.h"
#include "policy.h"
#include "stats.h"
#include "svcplane.h"

struct netlink_ext_ack;

struct svp_far_table;

#define SVP_FLOWS_DEFAULT	262144
#define SVP_PORT_FLOWS_DEFAULT	32768
#define SVP_FRAGS_DEFAULT	16384
#define SVP_PORT_FRAGS_DEFAULT	1024
#define SVP_ANSWER_RATE		2000	/* tokens a second, about two an answer */
#define SVP_ANSWER_BURST	500

/* Guest MTU to uplink MTU: NSH with MD type 1, and the inner Ethernet header */
#define SVP_UPLINK_OVERHEAD	38

/**
 * struct svp_plane - a service plane
 * @list: in svp_net.planes; RTNL, read by RCU
 * @net: namespace it lives in; no reference, it dies first
 * @dev: device of kind svcplane, NULL after its deletion. RTNL, read by RCU
 * @name: of the device, kept for events
 * @up: the device exists and is up: else every path is unusable
 * @tenant: 24 bits, id on the wire
 * @host_id: of this host
 * @md_class: metadata class of our context headers in MD type 2
 * @lock: configuration
 * @policy: current snapshot
 * @gen: bumped by all that can change the decision of a live flow: a commit, a
 *	node or proxy going up or down. Flows compare it on every hit
 * @conf_gen: bumped by each change of configuration that is not policy; dumps
 *	compare it
 * @chain_gen: next svp_chain.gen; under @lock
 * @services: struct svp_service, under @lock
 * @nodes: by id: struct svp_node. Written under RTNL and @lock
 * @proxies: struct svp_proxy, RTNL
 * @ports: by port id: struct svp_port. Written under RTNL, read by RCU
 * @taps: likewise by ifindex of the tap
 * @next_port: where the search for the next port id begins
 * @far: guests of other hosts whose flows pass this one
 * @flows: flow records
 * @frags: fragments seen by guest ports and by nodes
 * @hosts: the other hosts of the plane, and the keys of this one
 * @seed: of path selection
 * @drops: frames freed, by reason
 * @imports: gates for the flows of guests that move here
 * @answers: tokens for answers to dropped frames, all guests together
 * @pinned: a fail-closed rule applies to a guest, bound or kept shut: the module
 *	holds a reference on itself. RTNL
 * @ref: references
 * @rwork: for freeing, in process context after a grace period
 */
struct svp_plane {
	struct list_head list;
	struct net *net;
	struct net_device __rcu *dev;
	char name[IFNAMSIZ];
	bool up;
	u32 tenant;
	u16 host_id;
	u16 md_class;
	struct mutex lock;
	struct svp_policy __rcu *policy;
	u32 gen;
	u32 conf_gen;
	u32 chain_gen;
	struct list_head services;
	struct xarray nodes;
	struct list_head proxies;
	struct xarray ports;
	struct xarray taps;
	u32 next_port;
	struct svp_far_table *far;
	struct svp_flow_table *flows;
	struct svp_frag_table *frags;
	struct svp_hosts hosts;
	siphash_key_t seed;
	struct svp_drops __percpu *drops;
	struct svp_imports imports;
	struct svp_bucket answers;
	bool pinned;
	refcount_t ref;
	struct rcu_work rwork;
};

/* All of a namespace */
struct svp_net {
	struct net *net;
	struct list_head planes;	/* RTNL, read by RCU */
	struct list_head proxies;	/* all portproxy devices, RTNL */
	struct svp_bucket reports;	/* of rejected control messages */
	atomic_t unreported;
	unsigned int echoes;		/* under way; under the lock of oam_pending.c */
};

struct svp_net *svp_net(const struct net *net);

struct svp_plane *svp_plane_create(struct net *net, struct net_device *dev);
/* The device goes: chains fail, nothing can be added any more. RTNL */
void svp_plane_dev_gone(struct svp_plane *plane);
void svp_plane_add_proxy(struct svp_plane *plane, struct svp_proxy *proxy);
void svp_plane_del_proxy(struct svp_proxy *proxy);
struct svp_plane *svp_plane_hold(struct svp_plane *plane);
void svp_plane_put(struct svp_plane *plane);
/* Takes a reference, or NULL. Context: any */
struct svp_plane *svp_plane_get(struct net *net, const char *name);

/* Makes every flow ask again */
void svp_plane_bump(struct svp_plane *plane);
/* Publishes a sealed policy; under lock. Owns @policy from here on */
void svp_plane_commit(struct svp_plane *plane, struct svp_policy *policy);

struct svp_service *svp_plane_service(struct svp_plane *plane,
				      const char *name);
struct svp_node *svp_plane_node(struct svp_plane *plane, u16 id);
struct svp_node *svp_plane_node_by_name(struct svp_plane *plane,
					const char *name);
struct svp_port *svp_plane_port(struct svp_plane *plane, u16 id);
struct svp_port *svp_plane_port_next(struct svp_plane *plane, u16 after);
struct svp_port *svp_plane_port_by_mac(struct svp_plane *plane, const u8 *mac,
				       const struct svp_port *after);

static inline void svp_plane_drop(struct svp_plane *plane, struct sk_buff *skb,
				  enum svp_drop_reason reason)
{
	svp_drop(plane->drops, skb, reason);
}

int svp_plane_init(void);
void svp_plane_exit(void);

#endif
