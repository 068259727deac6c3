// SPDX-License-Identifier: GPL-2.0-only
/*
 * Second keys: a node that rewrites lets frames of a flow have other addresses
 * and ports from there on, and answers come to these. So the flow gets them as
 * further keys, a pair at a time: one for each direction.
 *
 * They stand in the same hash table as the first keys and are found by the same
 * look-up. A key pair counts as one more flow in the quotas of table and guest.
 * A flow has SVP_FLOW_ALIASES of them at most: a node that keeps changing its
 * mind takes the place of its oldest.
 *
 * Written under svp_flow_lock(); who finds SVP_FLOW_FIN set adds none, so that
 * deletion sees them all. Readers run under RCU; an alias is freed a grace period
 * after its unlinking, and its flow not before.
 */
#include <linux/jiffies.h>
#include <linux/slab.h>
#include <net/ipv6.h>

#include "flow_table.h"

#define STALE	(10 * HZ)	/* idle time after which a key may go to another */

struct svp_flow_alias {
	struct svp_flow_side side[SVP_DIRS];	/* .dir has SVP_FLOW_SIDE_ALIAS */
	struct svp_flow *flow;
	struct svp_flow_table *table;
	struct svp_flow_alias __rcu *next;	/* older */
	struct rcu_head rcu;
};

static struct kmem_cache *cache __read_mostly;

/**
 * svp_flow_alias_flow - the flow of a hash entry that is no first key
 * @side: of an alias
 *
 * Context: rcu_read_lock().
 */
struct svp_flow *svp_flow_alias_flow(struct svp_flow_side *side)
{
	u8 dir = side->dir & ~SVP_FLOW_SIDE_ALIAS;

	return container_of(side, struct svp_flow_alias, side[dir])->flow;
}

static bool same_addrs(const struct svp_tuple *a, const struct svp_tuple *b)
{
	return ipv6_addr_equal(&a->src.ip6, &b->src.ip6) &&
	       ipv6_addr_equal(&a->dst.ip6, &b->dst.ip6) &&
	       a->vlan[0] == b->vlan[0] && a->vlan[1] == b->vlan[1] &&
	       a->family == b->family;
}

static bool key_fits(const struct svp_tuple *key, const struct svp_tuple *tuple,
		     bool ports)
{
	/* fragments of an IPv6 datagram need not agree about the protocol */
	if (!same_addrs(key, tuple) ||
	    (key->family == 4 && key->proto != tuple->proto))
		return false;
	return !ports || (key->proto == tuple->proto &&
			  key->sport == tuple->sport && key->dport == tuple->dport);
}

/**
 * svp_flow_has_key - is a tuple one of a flow's own?
 * @flow: the flow
 * @dir: direction of the frame
 * @tuple: of the frame; its port is not looked at
 * @ports: compare protocol and ports, too: not for a later fragment
 *
 * Context: rcu_read_lock().
 */
bool svp_flow_has_key(const struct svp_flow *flow, enum svp_dir dir,
		      const struct svp_tuple *tuple, bool ports)
{
	const struct svp_flow_alias *alias;

	if (likely(key_fits(&flow->side[dir].key, tuple, ports)))
		return true;
	for (alias = rcu_dereference(flow->use[SVP_IN].alias); unlikely(alias);
	     alias = rcu_dereference(alias->next))
		if (key_fits(&alias->side[dir].key, tuple, ports))
			return true;
	return false;
}

/* May another flow's key be taken away? Its connection is over, by all signs */
static bool gives_way(const struct svp_flow *flow)
{
	if (rcu_access_pointer(flow->verdicts))
		return false;
	return svp_flow_closed(flow) || svp_flow_age(flow, jiffies) > STALE;
}

/* A node has no say in flows that do not pass it */
static int make_way(struct svp_flow_table *table, const struct svp_flow *flow,
		    const struct svp_tuple *key, const struct svp_node *node)
{
	struct svp_flow *other = svp_flow_lookup(table, key);

	if (!other || other == flow)
		return 0;
	if (!gives_way(other) || (node && !svp_flow_visits(other, node)))
		return -EEXIST;
	svp_flow_delete(table, other);
	return 0;
}

static struct svp_flow_alias *alias_new(struct svp_flow_table *table,
					struct svp_flow *flow,
					const struct svp_tuple *tuple,
					enum svp_dir dir)
{
	struct svp_flow_alias *alias;

	alias = kmem_cache_zalloc(cache, GFP_ATOMIC | __GFP_NOWARN);
	if (!alias)
		return NULL;
	alias->flow = flow;
	alias->table = table;
	alias->side[dir].key = *tuple;
	alias->side[dir].key.port = flow->side[dir].key.port;
	svp_tuple_reverse(&alias->side[!dir].key, tuple);
	alias->side[!dir].key.port = flow->side[!dir].key.port;
	alias->side[dir].dir = dir | SVP_FLOW_SIDE_ALIAS;
	alias->side[!dir].dir = (dir ^ 1) | SVP_FLOW_SIDE_ALIAS;
	return alias;
}

/* One more record in the quotas */
static int charge(struct svp_flow_table *table, struct svp_flow *flow)
{
	if (!svp_flow_hold(table))
		return -ENOSPC;
	if (!table->ops->charge || table->ops->charge(flow, table->ctx))
		return 0;
	atomic_dec(&table->held);
	return -EDQUOT;
}

static void uncharge(struct svp_flow_table *table, struct svp_flow *flow)
{
	if (table->ops->uncharge)
		table->ops->uncharge(flow, table->ctx);
}

static void free_rcu(struct rcu_head *rcu)
{
	struct svp_flow_alias *alias = container_of(rcu, struct svp_flow_alias,
						    rcu);
	struct svp_flow_table *table = alias->table;

	kmem_cache_free(cache, alias);
	atomic_dec(&table->held);
}

static void retire(struct svp_flow_table *table, struct svp_flow_alias *alias)
{
	svp_flow_hash_out(table, &alias->side[SVP_IN]);
	svp_flow_hash_out(table, &alias->side[SVP_OUT]);
	uncharge(table, alias->flow);
	call_rcu(&alias->rcu, free_rcu);
}

/* Under svp_flow_lock(), or when nobody adds any more */
static struct svp_flow_alias *get(struct svp_flow_alias __rcu **link)
{
	return rcu_dereference_protected(*link, true);
}

/* Makes room for one more */
static void retire_oldest(struct svp_flow_table *table, struct svp_flow *flow)
{
	struct svp_flow_alias __rcu **link = &flow->use[SVP_IN].alias;
	struct svp_flow_alias *alias;
	int n = 0;

	for (alias = get(link); alias; alias = get(link)) {
		if (++n == SVP_FLOW_ALIASES) {
			RCU_INIT_POINTER(*link, NULL);
			retire(table, alias);
			return;
		}
		link = &alias->next;
	}
}

/* Both keys or none. Under svp_flow_lock() */
static int publish(struct svp_flow_table *table, struct svp_flow *flow,
		   struct svp_flow_alias *alias)
{
	struct svp_flow *other;

	retire_oldest(table, flow);
	other = svp_flow_hash_in(table, &alias->side[SVP_OUT]);
	if (other != flow)
		return IS_ERR(other) ? PTR_ERR(other) : -EEXIST;
	other = svp_flow_hash_in(table, &alias->side[SVP_IN]);
	if (other != flow) {
		svp_flow_hash_out(table, &alias->side[SVP_OUT]);
		return IS_ERR(other) ? PTR_ERR(other) : -EEXIST;
	}
	RCU_INIT_POINTER(alias->next, get(&flow->use[SVP_IN].alias));
	rcu_assign_pointer(flow->use[SVP_IN].alias, alias);
	return 0;
}

static int add_charged(struct svp_flow_table *table, struct svp_flow *flow,
		       struct svp_flow_alias *alias, enum svp_dir dir)
{
	spinlock_t *lock = svp_flow_lock(table, flow);
	int err = -EALREADY;

	spin_lock(lock);
	/* another CPU may have been first, or the flow is on its way out */
	if (!(flow->flags & SVP_FLOW_FIN) &&
	    !svp_flow_has_key(flow, dir, &alias->side[dir].key, true))
		err = publish(table, flow, alias);
	spin_unlock(lock);
	if (err) {	/* who looked something up may have seen it */
		uncharge(table, flow);
		call_rcu(&alias->rcu, free_rcu);
	}
	return err == -EALREADY ? 0 : err;
}

/**
 * svp_flow_alias_add - let a flow be found by other addresses, too
 * @table: of the plane
 * @flow: found in this read section
 * @tuple: of a frame of the flow as a node has changed it
 * @dir: direction of that frame
 * @node: that node: another flow has to pass it, too, to lose its key to this
 *	one; NULL for any
 *
 * The answers to @tuple become a key of the other direction. What of another
 * flow stands in the way goes if its connection is over.
 *
 * Context: rcu_read_lock(), BH off, not under svp_flow_lock().
 * Return: 0, also when it is a key of the flow already; -EEXIST when another
 * flow has it; -ENOSPC quota of the table, -EDQUOT of the guest; -ENOMEM.
 */
int svp_flow_alias_add(struct svp_flow_table *table, struct svp_flow *flow,
		       const struct svp_tuple *tuple, enum svp_dir dir,
		       const struct svp_node *node)
{
	struct svp_flow_alias *alias = alias_new(table, flow, tuple, dir);
	int err;

	if (!alias)
		return -ENOMEM;
	err = make_way(table, flow, &alias->side[SVP_OUT].key, node) ?:
	      make_way(table, flow, &alias->side[SVP_IN].key, node) ?:
	      charge(table, flow);
	if (!err)
		return add_charged(table, flow, alias, dir);
	kmem_cache_free(cache, alias);
	return err;
}

/**
 * svp_flow_alias_retire - a flow is being deleted
 * @table: of the flow
 * @flow: marked with SVP_FLOW_FIN
 *
 * Context: rcu_read_lock(), BH off. Readers may still walk the list.
 */
void svp_flow_alias_retire(struct svp_flow_table *table, struct svp_flow *flow)
{
	struct svp_flow_alias *alias, *next;

	for (alias = get(&flow->use[SVP_IN].alias); alias; alias = next) {
		next = get(&alias->next);
		retire(table, alias);
	}
}

/**
 * svp_flow_alias_init - before the first table
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int svp_flow_alias_init(void)
{
	cache = kmem_cache_create("svp_flow_alias",
				  sizeof(struct svp_flow_alias), 0,
				  SLAB_HWCACHE_ALIGN, NULL);
	return cache ? 0 : -ENOMEM;
}

/**
 * svp_flow_alias_exit - after the last table
 *
 * Context: process.
 */
void svp_flow_alias_exit(void)
{
	kmem_cache_destroy(cache);
}
