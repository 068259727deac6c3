/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What every file of the module may include: forward declarations, limits and
 * the rules of locking.
 */
#ifndef SVP_SVCPLANE_H
#define SVP_SVCPLANE_H

#include <linux/types.h>
#include <linux/if.h>

/**
 * DOC: locking
 *
 * Order, outermost first: RTNL, the config mutex of a plane (svp_plane.lock),
 * the spinlocks of tables (always with bottom halves off).
 *
 * - RTNL guards what notifiers must see or undo: the lists of planes, proxies
 *   and guest ports of a namespace, net_device pointers of objects, hooks.
 * - svp_plane.lock guards the configuration of a plane: services, nodes, and
 *   the making of a new policy. A policy, once published by
 *   rcu_assign_pointer(), is never written again. It is published under both
 *   locks, so that under either the policy in force stays.
 * - Packets take no lock: they run under rcu_read_lock() with bottom halves
 *   off, and read nodes, ports and policies through RCU pointers. What they
 *   write is per CPU, or belongs to one direction of one flow.
 * - A notifier changes the state of a node with WRITE_ONCE() and bumps
 *   svp_plane.gen, and binds guests under RTNL alone; it never takes
 *   svp_plane.lock, so that the mutex may be held while a policy of many rules
 *   is compiled.
 *
 * Lifetime: planes, nodes, services, chains, paths and ports are counted
 * (refcount_t); svp_<object>_put() frees through RCU. Removal has three steps:
 * unpublish, wait for a grace period, release. Creation publishes last.
 */

#define SVP_NAME_MAX	32	/* bytes of a name with its NUL */
#define SVP_HOPS_MAX	16	/* nodes in a path */
#define SVP_DIRS	2

/* Direction of a frame, seen from the guest that owns the flow record */
enum svp_dir {
	SVP_OUT,		/* from the guest: forward, the path's SPI */
	SVP_IN,			/* to the guest: reverse, the path's reverse SPI */
};

struct workqueue_struct;
struct svp_chain;
struct svp_flow;
struct svp_net;
struct svp_node;
struct svp_path;
struct svp_pkt;
struct svp_plane;
struct svp_policy;
struct svp_port;
struct svp_proxy;
struct svp_rule;
struct svp_service;
struct svp_step;

/* What is freed after a grace period in process context; flushed at exit */
extern struct workqueue_struct *svp_wq;

#endif
