/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Guests of other hosts whose flows pass nodes of this one: what stands in the
 * place of their ports here, and the names that their own hosts give the flows.
 */
#ifndef SVP_FAR_H
#define SVP_FAR_H

#include <linux/rcupdate.h>
#include <linux/rhashtable-types.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include "flow.h"
#include "port.h"
#include "svcplane.h"

#define SVP_FAR_ID_MIN		(SVP_GUEST_ID_MAX + 1)
#define SVP_FAR_PORTS_MAX	128	/* of one host */

/**
 * struct svp_far_host - a host that guests are of
 * @id: host id
 * @n_ports: entries of it in svp_far_table.names; under svp_far_table.lock
 * @flows: records of all its guests
 * @rcu: for freeing
 */
struct svp_far_host {
	u16 id;
	unsigned int n_ports;
	atomic_t flows;
	struct rcu_head rcu;
};

/**
 * struct svp_far - a port proxy of another host
 * @port: what flows, context numbers and buckets of nodes refer to. It has no
 *	device, no hooks and no counters; svp_port.rcu frees it
 * @proxy: svp_proxy.id is the interface id; nothing else is of use
 * @host: its host, which lives as long
 */
struct svp_far {
	struct svp_port port;
	struct svp_proxy proxy;
	struct svp_far_host *host;
};

/**
 * struct svp_far_table - of a plane
 * @plane: the plane; it owns the table
 * @lock: who writes the following, BH off
 * @hosts: struct svp_far_host by host id, read by RCU
 * @names: struct svp_far by host id and interface id, likewise
 * @ids: struct svp_far by port id, likewise
 * @next_id: where the search for the next port id begins
 * @flows: records of all hosts
 * @cursor: where the search for a record that gives way begins
 * @tags: struct svp_flow by host id and svp_flow.far_tag
 * @work: takes back what is not used any more, while there is anything
 */
struct svp_far_table {
	struct svp_plane *plane;
	spinlock_t lock;	/* hosts and ports */
	struct xarray hosts;
	struct xarray names;
	struct xarray ids;
	u32 next_id;
	atomic_t flows;
	u32 cursor;
	struct rhashtable tags;
	struct delayed_work work;
};

/* @port: of a flow with SVP_FLOW_FAR */
static inline struct svp_far *svp_far_of(const struct svp_port *port)
{
	return container_of(port, struct svp_far, port);
}

/* The host that a flow is of; @own: this one */
static inline u16 svp_far_host_id(const struct svp_flow *flow, u16 own)
{
	return svp_flow_is_far(flow) ? svp_far_of(flow->port)->host->id : own;
}

/* The tag by which its own host knows a flow */
static inline u32 svp_far_tag(const struct svp_flow *flow)
{
	return svp_flow_is_far(flow) ? READ_ONCE(flow->far_tag) : flow->tag;
}

struct svp_far_table *svp_far_table_new(struct svp_plane *plane);
/* The plane's flows are gone. @table may be NULL. Sleeps */
void svp_far_table_destroy(struct svp_far_table *table);
/* A host was struck from the list, or its guests are no more: look soon. Any context */
void svp_far_sweep(struct svp_far_table *table);

/* Context of the following: RCU, BH off */

/*
 * The port of an interface of another host, made when it is new. ERR_PTR:
 * -ENOSPC there are too many, -ENOMEM
 */
struct svp_far *svp_far_get(struct svp_far_table *table, u16 host, u16 iface);
/* @table may be NULL: none */
struct svp_port *svp_far_port(struct svp_far_table *table, u16 id);
struct svp_port *svp_far_next(struct svp_far_table *table, u16 after);

/* One record more, if the quotas of guest, host and plane allow */
bool svp_far_charge(struct svp_far_table *table, struct svp_far *far);
void svp_far_uncharge(struct svp_far_table *table, struct svp_far *far);
/* Makes room for one of @host: false = there is nothing that may go */
bool svp_far_evict(struct svp_far_table *table, const struct svp_far_host *host);

struct svp_flow *svp_far_by_tag(struct svp_far_table *table, u16 host, u32 tag);
/*
 * Lets a flow be found by @tag; it loses another one that it had. 0, -EEXIST
 * another flow has it, -ENOENT the flow is on its way out, -ENOMEM. Not under
 * svp_flow_lock(), which the second takes, too
 */
int svp_far_bind(struct svp_far_table *table, struct svp_flow *flow, u32 tag);
void svp_far_unbind(struct svp_far_table *table, struct svp_flow *flow);
/* Called by the plane when a flow with SVP_FLOW_FAR has been unlinked */
void svp_far_flow_gone(struct svp_far_table *table, struct svp_flow *flow);

#endif
