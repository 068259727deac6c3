// SPDX-License-Identifier: GPL-2.0-only
/*
 * Guests of other hosts. A port is made when the first frame of its guest comes,
 * from the underlay, so what can be made is bounded: ports for each host, records
 * for each guest, each host, and all of them. It is taken back by a work when it
 * has no records any more, or its host is not listed any more; a host that has
 * many loses those that have been idle for a minute, for its interface ids grow
 * and its old ones do not come again.
 *
 * Order of removal of a port: mark dead, so that nobody charges it; look whether
 * it has records; unlink; grace period; free. A record holds no reference: it is
 * gone before its port is unlinked, and who reads it does so under RCU.
 */
#include <linux/jiffies.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>

#include "far.h"
#include "host.h"
#include "node.h"
#include "plane.h"

#define SWEEP_EVERY	(10 * HZ)
#define IDLE		(60 * HZ)	/* of flows of a host with many ports */
#define MANY(max)	((max) / 4 * 3)
#define HOST_PART	4		/* of the plane's records, for one host */
#define ALL_PART	2		/* and for all */
#define EVICT_LOOKS	64
#define EVICT_ONEWAY	HZ		/* idle time of what gives way */
#define EVICT_BOTH	(30 * HZ)

/* What a flow is called: key of svp_far_table.tags */
struct name {
	u32 tag;
	u16 host;
};

static u32 name_hash(const void *key, u32 len, u32 seed)
{
	const struct name *name = key;

	return svp_flow_hash_name(name->tag, name->host, seed);
}

static u32 flow_hash(const void *obj, u32 len, u32 seed)
{
	const struct svp_flow *flow = obj;
	struct name name = {
		.tag = READ_ONCE(flow->far_tag),
		.host = svp_far_of(flow->port)->host->id,
	};

	return name_hash(&name, len, seed);
}

static int name_cmp(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct name *name = arg->key;
	const struct svp_flow *flow = obj;

	return READ_ONCE(flow->far_tag) != name->tag ||
	       svp_far_of(flow->port)->host->id != name->host;
}

static const struct rhashtable_params tag_params = {
	.key_len = sizeof(struct name),
	.head_offset = offsetof(struct svp_flow, far_node),
	.automatic_shrinking = true,
	.hashfn = name_hash,
	.obj_hashfn = flow_hash,
	.obj_cmpfn = name_cmp,
};

static unsigned long key_of(u16 host, u16 iface)
{
	return (unsigned long)host << 16 | iface;
}

/**
 * svp_far_port - port of a number
 * @table: of the plane, or NULL
 * @id: port id
 *
 * Context: RCU.
 * Return: the port, or NULL.
 */
struct svp_port *svp_far_port(struct svp_far_table *table, u16 id)
{
	struct svp_far *far = table ? xa_load(&table->ids, id) : NULL;

	return far ? &far->port : NULL;
}

/**
 * svp_far_next - walk over the ports in order of their numbers
 * @table: of the plane, or NULL
 * @after: number of the last one, or a smaller one to begin with
 *
 * Context: RCU.
 * Return: the next port, or NULL.
 */
struct svp_port *svp_far_next(struct svp_far_table *table, u16 after)
{
	unsigned long id = after;
	struct svp_far *far = NULL;

	if (table)
		far = xa_find_after(&table->ids, &id, SVP_PORT_ID_MAX, XA_PRESENT);
	return far ? &far->port : NULL;
}

static struct svp_far_host *get_host(struct svp_far_table *table, u16 id)
{
	struct svp_far_host *host = xa_load(&table->hosts, id);

	lockdep_assert_held(&table->lock);
	if (host)
		return host;
	host = kzalloc(sizeof(*host), GFP_ATOMIC | __GFP_NOWARN);
	if (!host)
		return NULL;
	host->id = id;
	if (!xa_err(xa_store(&table->hosts, id, host, GFP_ATOMIC | __GFP_NOWARN)))
		return host;
	kfree(host);
	return NULL;
}

static struct svp_far *alloc_far(struct svp_plane *plane, u16 iface)
{
	struct svp_far *far = kzalloc(sizeof(*far), GFP_ATOMIC | __GFP_NOWARN);

	if (!far)
		return NULL;
	far->proxy.id = iface;
	far->proxy.up = true;
	far->port.proxy = &far->proxy;
	far->port.plane = plane;
	far->port.max_flows = SVP_PORT_FLOWS_DEFAULT;
	spin_lock_init(&far->port.mac_lock);
	svp_bucket_init(&far->port.made, SVP_PORT_MADE_RATE,
			SVP_PORT_MADE_BURST);
	return far;
}

/* By number first: who finds it by name finds it whole */
static int publish(struct svp_far_table *table, struct svp_far *far, u16 iface)
{
	unsigned long key = key_of(far->host->id, iface);
	u32 id;
	int err;

	lockdep_assert_held(&table->lock);
	err = xa_alloc_cyclic(&table->ids, &id, NULL,
			      XA_LIMIT(SVP_FAR_ID_MIN, SVP_PORT_ID_MAX),
			      &table->next_id, GFP_ATOMIC | __GFP_NOWARN);
	if (err < 0)
		return err == -EBUSY ? -ENOSPC : err;
	far->port.id = id;
	err = xa_err(xa_store(&table->names, key, far, GFP_ATOMIC | __GFP_NOWARN));
	if (err) {
		xa_erase(&table->ids, id);
		return err;
	}
	/* the slot is there: this allocates nothing */
	xa_store(&table->ids, id, far, GFP_ATOMIC);
	far->host->n_ports++;
	return 0;
}

static struct svp_far *make(struct svp_far_table *table, u16 host_id, u16 iface)
{
	struct svp_far_host *host = get_host(table, host_id);
	struct svp_far *far;
	int err;

	if (!host)
		return ERR_PTR(-ENOMEM);
	if (host->n_ports >= SVP_FAR_PORTS_MAX)
		return ERR_PTR(-ENOSPC);
	far = alloc_far(table->plane, iface);
	if (!far)
		return ERR_PTR(-ENOMEM);
	far->host = host;
	err = publish(table, far, iface);
	if (!err)
		return far;
	kfree(far);
	return ERR_PTR(err);
}

/**
 * svp_far_get - port of an interface of another host
 * @table: of the plane
 * @host: host id, one that is listed
 * @iface: interface id
 *
 * Context: RCU, BH off. Takes a lock when it is new.
 * Return: the port, or ERR_PTR: -ENOSPC when there are too many of that host or
 * in all, -ENOMEM.
 */
struct svp_far *svp_far_get(struct svp_far_table *table, u16 host, u16 iface)
{
	struct svp_far *far = xa_load(&table->names, key_of(host, iface));

	if (likely(far))
		return far;
	spin_lock(&table->lock);
	/* another CPU may have been first */
	far = xa_load(&table->names, key_of(host, iface));
	if (!far)
		far = make(table, host, iface);
	spin_unlock(&table->lock);
	if (!IS_ERR(far))
		queue_delayed_work(system_power_efficient_wq, &table->work,
				   SWEEP_EVERY);
	return far;
}

static bool take(atomic_t *n, u32 max)
{
	if ((u32)atomic_inc_return(n) <= max)
		return true;
	atomic_dec(n);
	return false;
}

/**
 * svp_far_charge - count one more record
 * @table: of the plane
 * @far: whose it is
 *
 * Context: RCU, BH off.
 * Return: false, and nothing counted, when a quota is used up, or the port is
 * just being taken back.
 */
bool svp_far_charge(struct svp_far_table *table, struct svp_far *far)
{
	u32 max = svp_flow_max(table->plane->flows);

	if (!svp_port_charge(&far->port))
		return false;
	smp_mb__after_atomic();	/* pairs with retire() */
	if (unlikely(READ_ONCE(far->port.dead)) ||
	    !take(&far->host->flows, max / HOST_PART))
		goto undo_port;
	if (take(&table->flows, max / ALL_PART))
		return true;
	atomic_dec(&far->host->flows);
undo_port:
	svp_port_uncharge(&far->port, 1);
	return false;
}

/**
 * svp_far_uncharge - count one record less
 * @table: of the plane
 * @far: whose it was
 *
 * Context: any.
 */
void svp_far_uncharge(struct svp_far_table *table, struct svp_far *far)
{
	atomic_dec(&table->flows);
	atomic_dec(&far->host->flows);
	svp_port_uncharge(&far->port, 1);
}

/* How long it has been idle, if it may give way; one of one way first */
static u32 may_go(const struct svp_flow *flow, const struct svp_far_host *host,
		  u32 now)
{
	bool oneway = !(READ_ONCE(flow->flags) & SVP_FLOW_ASSURED);
	u32 age = svp_flow_age(flow, now);

	if (!svp_flow_is_far(flow) || svp_far_of(flow->port)->host != host ||
	    age < (oneway ? EVICT_ONEWAY : EVICT_BOTH))
		return 0;
	return oneway ? age | BIT(31) : age;
}

/**
 * svp_far_evict - delete a record so that another may be made
 * @table: of the plane
 * @host: a record of it goes, for one of it
 *
 * Looks at some records only: of those the one that has been idle longest, one
 * that has seen one direction before one that has seen both.
 *
 * Context: RCU, BH off, not under svp_flow_lock().
 * Return: false when there was none that may go.
 */
bool svp_far_evict(struct svp_far_table *table, const struct svp_far_host *host)
{
	struct svp_flow_table *flows = table->plane->flows;
	u32 cursor = READ_ONCE(table->cursor), now = jiffies;
	struct svp_flow *flow, *victim = NULL;
	u32 worth, best = 0, n;

	for (n = 0; n < EVICT_LOOKS; n++) {
		flow = svp_flow_next(flows, &cursor);
		if (!flow) {
			cursor = 0;
			continue;
		}
		worth = may_go(flow, host, now);
		if (worth > best) {
			best = worth;
			victim = flow;
		}
	}
	WRITE_ONCE(table->cursor, cursor);
	return victim && svp_flow_delete(flows, victim);
}

/**
 * svp_far_by_tag - flow of another host
 * @table: of the plane
 * @host: host id
 * @tag: tag that this host has given it, any value
 *
 * Context: RCU, BH off.
 * Return: the flow, or NULL.
 */
struct svp_flow *svp_far_by_tag(struct svp_far_table *table, u16 host, u32 tag)
{
	struct name name = { .tag = tag, .host = host };

	return tag ? rhashtable_lookup(&table->tags, &name, tag_params) : NULL;
}

static void forget_tag(struct svp_far_table *table, struct svp_flow *flow)
{
	if (!flow->far_tag)
		return;
	rhashtable_remove_fast(&table->tags, &flow->far_node, tag_params);
	WRITE_ONCE(flow->far_tag, 0);
}

/* Under svp_flow_lock() */
static int set_tag(struct svp_far_table *table, struct svp_flow *flow, u32 tag)
{
	struct name name = {
		.tag = tag,
		.host = svp_far_of(flow->port)->host->id,
	};
	int err;

	if (flow->flags & SVP_FLOW_FIN)
		return -ENOENT;
	if (flow->far_tag == tag)
		return 0;
	forget_tag(table, flow);
	WRITE_ONCE(flow->far_tag, tag);
	err = rhashtable_lookup_insert_key(&table->tags, &name, &flow->far_node,
					   tag_params);
	if (!err)
		return 0;
	WRITE_ONCE(flow->far_tag, 0);
	return err == -EEXIST ? err : -ENOMEM;
}

/**
 * svp_far_bind - let a flow be found by a tag
 * @table: of the plane
 * @flow: with SVP_FLOW_FAR, found in this read section
 * @tag: not 0; it takes the place of the one that it had
 *
 * Context: RCU, BH off, not under svp_flow_lock().
 * Return: 0; -EEXIST when another flow has the tag, -ENOENT when this one is on
 * its way out, -ENOMEM: it has no tag then.
 */
int svp_far_bind(struct svp_far_table *table, struct svp_flow *flow, u32 tag)
{
	spinlock_t *lock = svp_flow_lock(table->plane->flows, flow);
	int err;

	spin_lock(lock);
	err = set_tag(table, flow, tag);
	spin_unlock(lock);
	return err;
}

/**
 * svp_far_unbind - take the tag of a flow away
 * @table: of the plane
 * @flow: with SVP_FLOW_FAR, found in this read section
 *
 * Context: RCU, BH off, not under svp_flow_lock().
 */
void svp_far_unbind(struct svp_far_table *table, struct svp_flow *flow)
{
	spinlock_t *lock = svp_flow_lock(table->plane->flows, flow);

	spin_lock(lock);
	if (!(flow->flags & SVP_FLOW_FIN))
		forget_tag(table, flow);
	spin_unlock(lock);
}

/**
 * svp_far_flow_gone - a flow has been unlinked
 * @table: of the plane
 * @flow: with SVP_FLOW_FAR and SVP_FLOW_FIN
 *
 * Context: BH off.
 */
void svp_far_flow_gone(struct svp_far_table *table, struct svp_flow *flow)
{
	/* SVP_FLOW_FIN keeps everybody else away from it */
	forget_tag(table, flow);
	svp_far_uncharge(table, svp_far_of(flow->port));
}

static void free_far(struct rcu_head *rcu)
{
	struct svp_port *port = container_of(rcu, struct svp_port, rcu);

	svp_port_forget_rates(port);
	kfree(svp_far_of(port));
}

/* A port without records; false: it has got one meanwhile */
static bool retire(struct svp_far_table *table, struct svp_far *far)
{
	lockdep_assert_held(&table->lock);
	WRITE_ONCE(far->port.dead, true);
	smp_mb();	/* pairs with svp_far_charge(): one of us sees the other */
	if (atomic_read(&far->port.flows)) {
		WRITE_ONCE(far->port.dead, false);
		return false;
	}
	xa_erase(&table->names, key_of(far->host->id, far->proxy.id));
	xa_erase(&table->ids, far->port.id);
	far->host->n_ports--;
	call_rcu(&far->port.rcu, free_far);
	return true;
}

static bool is_listed(const struct svp_far_table *table,
		      const struct svp_far_host *host)
{
	bool listed;

	rcu_read_lock();
	listed = svp_host_by_id(table->plane, host->id);
	rcu_read_unlock();
	return listed;
}

/* Of a host that is not listed any more, or has too many ports for idle ones */
static bool is_over(const struct svp_flow *flow, void *arg)
{
	struct svp_far_table *table = arg;
	const struct svp_far_host *host;

	if (!svp_flow_is_far(flow))
		return false;
	host = svp_far_of(flow->port)->host;
	return !is_listed(table, host) ||
	       (READ_ONCE(host->n_ports) > MANY(SVP_FAR_PORTS_MAX) &&
		svp_flow_age(flow, jiffies) > IDLE);
}

/* Is there a host whose flows have to be looked through? */
static bool must_flush(struct svp_far_table *table)
{
	struct svp_far_host *host;
	unsigned long i;
	bool must = false;

	rcu_read_lock();
	xa_for_each(&table->hosts, i, host)
		must |= !svp_host_by_id(table->plane, host->id) ||
			READ_ONCE(host->n_ports) > MANY(SVP_FAR_PORTS_MAX);
	rcu_read_unlock();
	return must;
}

static void sweep_hosts(struct svp_far_table *table)
{
	struct svp_far_host *host;
	unsigned long i;

	lockdep_assert_held(&table->lock);
	xa_for_each(&table->hosts, i, host) {
		if (host->n_ports)
			continue;
		xa_erase(&table->hosts, i);
		kfree_rcu(host, rcu);
	}
}

static void sweep(struct work_struct *work)
{
	struct svp_far_table *table = container_of(to_delayed_work(work),
						   struct svp_far_table, work);
	struct svp_far *far;
	unsigned long i;
	bool more;

	if (must_flush(table))
		svp_flow_flush(table->plane->flows, is_over, table);
	spin_lock_bh(&table->lock);
	xa_for_each(&table->names, i, far)
		if (!atomic_read(&far->port.flows))
			retire(table, far);
	sweep_hosts(table);
	more = !xa_empty(&table->names);
	spin_unlock_bh(&table->lock);
	/* else the next port that is made starts it again */
	if (more)
		queue_delayed_work(system_power_efficient_wq, &table->work,
				   SWEEP_EVERY);
}

/**
 * svp_far_sweep - look soon for what can be taken back
 * @table: of the plane, or NULL
 *
 * For who has struck a host from the list: its frames are refused by then.
 *
 * Context: any.
 */
void svp_far_sweep(struct svp_far_table *table)
{
	if (table)
		mod_delayed_work(system_power_efficient_wq, &table->work, 0);
}

/**
 * svp_far_table_new - an empty table
 * @plane: its plane, being made
 *
 * Context: process.
 * Return: the table, or NULL when there is no memory.
 */
struct svp_far_table *svp_far_table_new(struct svp_plane *plane)
{
	struct svp_far_table *table = kzalloc(sizeof(*table), GFP_KERNEL);

	if (!table)
		return NULL;
	if (rhashtable_init(&table->tags, &tag_params)) {
		kfree(table);
		return NULL;
	}
	table->plane = plane;
	spin_lock_init(&table->lock);
	xa_init(&table->hosts);
	xa_init(&table->names);
	xa_init_flags(&table->ids, XA_FLAGS_ALLOC);
	INIT_DELAYED_WORK(&table->work, sweep);
	return table;
}

/**
 * svp_far_table_destroy - free a table with its ports
 * @table: nobody uses it any more, nor is there a flow; NULL is allowed
 *
 * Context: process, sleeps.
 */
void svp_far_table_destroy(struct svp_far_table *table)
{
	struct svp_far_host *host;
	struct svp_far *far;
	unsigned long i;

	if (!table)
		return;
	cancel_delayed_work_sync(&table->work);
	rcu_barrier();	/* ports on their way out look at the plane's nodes */
	xa_for_each(&table->names, i, far)
		kfree(far);
	xa_for_each(&table->hosts, i, host)
		kfree(host);
	xa_destroy(&table->names);
	xa_destroy(&table->ids);
	xa_destroy(&table->hosts);
	WARN_ON_ONCE(atomic_read(&table->flows));
	rhashtable_destroy(&table->tags);
	kfree(table);
}
