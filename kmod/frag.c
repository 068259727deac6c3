// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fragments: later ones find the flow through the first.
 *
 * First fragments leave their ports here, and only they: nothing of a later
 * fragment's payload is ever looked at. They leave their protocol, too: behind
 * the fragment header of IPv6 there may be other headers, which the first alone
 * contains, and in later ones that header says what its sender likes.
 *
 * An entry lives 30 s from its first fragment on, as long as Linux waits for the
 * rest; looking it up does not keep it. Nothing is evicted to make room: who
 * could push out an entry could let a datagram begin in one flow and go on in
 * another. So a scope that has used up its quota waits for its own entries to
 * age, and disturbs no other scope. Nor does a guest disturb others with the many
 * scopes it has, one behind each leg of its nodes: in all of them together it may
 * have as many entries as are left for everybody.
 *
 * Look-ups run under RCU. All else is under the table's lock. The ports of an
 * entry never change once it is published; a dead one stays dead until it goes.
 * All entries live equally long, so the list they are in by age is all that
 * expiry needs: each new entry first takes some old ones out, and a work does
 * when there are no new ones.
 *
 * Memory: 96 bytes an entry, 32 a scope or guest in use, and 8 a bucket.
 */
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/rculist.h>
#include <linux/sched.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "frag.h"

#define LIFE_MS		30000U
#define EXPIRE_LEARN	4U	/* old entries that a new one takes out */
#define EXPIRE_WORK	1024U	/* entries in one stretch of the work */
#define SCOPE_BITS	8
#define BUCKETS_MIN	64U
#define BUCKETS_MAX	0x100000U

struct entry {
	struct hlist_node node;
	struct svp_frag_key key;
	u32 ports;		/* sport in the high half; immutable */
	u32 born;		/* jiffies */
	u8 proto;		/* immutable */
	bool dead;
	union {
		struct list_head age;	/* oldest first */
		struct rcu_head rcu;	/* out of the table */
	};
};

struct scope {
	struct hlist_node node;
	u64 id;
	u32 count;
};

struct svp_frag_table {
	siphash_key_t key;
	struct hlist_head *bucket;
	u32 mask;
	u32 max, max_scope;
	u32 life;		/* jiffies */

	spinlock_t lock;	/* of all below, and of writing to buckets */
	u32 count;
	struct list_head age;
	struct hlist_head scope[1 << SCOPE_BITS];
	struct delayed_work work;
};

static bool too_old(const struct svp_frag_table *table,
		    const struct entry *entry)
{
	s32 age = (u32)jiffies - READ_ONCE(entry->born);

	return age > (s32)READ_ONCE(table->life);
}

static struct hlist_head *bucket_of(const struct svp_frag_table *table,
				    const struct svp_frag_key *key)
{
	/* guests choose the keys: they must not know the hash */
	u32 hash = siphash(key, sizeof(*key), &table->key);

	return &table->bucket[hash & table->mask];
}

static struct entry *entry_find(const struct svp_frag_table *table,
				const struct svp_frag_key *key)
{
	struct entry *entry;

	hlist_for_each_entry_rcu(entry, bucket_of(table, key), node,
				 lockdep_is_held(&table->lock))
		if (!memcmp(&entry->key, key, sizeof(*key)))
			return entry;
	return NULL;
}

static struct hlist_head *scope_head(struct svp_frag_table *table, u64 id)
{
	u32 hash = siphash_1u64(id, &table->key);

	return &table->scope[hash & ((1U << SCOPE_BITS) - 1)];
}

static struct scope *scope_find(struct svp_frag_table *table, u64 id)
{
	struct scope *scope;

	hlist_for_each_entry(scope, scope_head(table, id), node)
		if (scope->id == id)
			return scope;
	return NULL;
}

/* One more entry for scope @id, if it has less than @max. Under the lock */
static bool scope_take(struct svp_frag_table *table, u64 id, u32 max)
{
	struct scope *scope = scope_find(table, id);

	if (!scope) {
		scope = kmalloc(sizeof(*scope), GFP_ATOMIC | __GFP_NOWARN);
		if (!scope)
			return false;
		scope->id = id;
		scope->count = 0;
		hlist_add_head(&scope->node, scope_head(table, id));
	}
	if (scope->count >= max)
		return false;
	scope->count++;
	return true;
}

/* What all scopes of a guest are counted under */
static u64 guest_of(u64 scope)
{
	return SVP_FRAG_GUEST | (scope & SVP_FRAG_PORT_MASK);
}

static void scope_give(struct svp_frag_table *table, u64 id)
{
	struct scope *scope = scope_find(table, id);

	if (WARN_ON_ONCE(!scope) || --scope->count)
		return;
	hlist_del(&scope->node);
	kfree(scope);
}

static bool quota_take(struct svp_frag_table *table, u64 scope)
{
	if (!scope_take(table, scope, table->max_scope))
		return false;
	if (scope_take(table, guest_of(scope), table->max - table->count + 1))
		return true;
	scope_give(table, scope);
	return false;
}

static void quota_give(struct svp_frag_table *table, u64 scope)
{
	scope_give(table, guest_of(scope));
	scope_give(table, scope);
}

/* Under the lock */
static void entry_unlink(struct svp_frag_table *table, struct entry *entry)
{
	hlist_del_rcu(&entry->node);
	list_del(&entry->age);
	quota_give(table, entry->key.scope);
	WRITE_ONCE(table->count, table->count - 1);
	kfree_rcu(entry, rcu);
}

/* Takes out up to @budget old entries; true when there may be more */
static bool expire(struct svp_frag_table *table, u32 budget)
{
	struct entry *entry;

	while (budget--) {
		entry = list_first_entry_or_null(&table->age, struct entry, age);
		if (!entry || !too_old(table, entry))
			return false;
		entry_unlink(table, entry);
	}
	return true;
}

static void expire_work(struct work_struct *work)
{
	struct svp_frag_table *table = container_of(to_delayed_work(work),
						    struct svp_frag_table,
						    work);
	bool more;

	do {
		spin_lock_bh(&table->lock);
		more = expire(table, EXPIRE_WORK);
		spin_unlock_bh(&table->lock);
		cond_resched();
	} while (more);
	if (svp_frag_count(table))
		queue_delayed_work(system_power_efficient_wq, &table->work, HZ);
}

/* The first fragment of a datagram of which there is no entry. Under the lock */
static enum svp_frag_result entry_add(struct svp_frag_table *table,
				      const struct svp_frag_key *key,
				      u32 ports, u8 proto)
{
	struct entry *entry;

	if (table->count >= table->max)
		return SVP_FRAG_FULL;
	entry = kmalloc(sizeof(*entry), GFP_ATOMIC | __GFP_NOWARN);
	if (!entry)
		return SVP_FRAG_FULL;
	if (!quota_take(table, key->scope)) {
		kfree(entry);
		return SVP_FRAG_FULL;
	}
	entry->key = *key;
	entry->ports = ports;
	entry->proto = proto;
	entry->born = jiffies;
	entry->dead = false;
	list_add_tail(&entry->age, &table->age);
	hlist_add_head_rcu(&entry->node, bucket_of(table, key));
	WRITE_ONCE(table->count, table->count + 1);
	if (table->count == 1)
		queue_delayed_work(system_power_efficient_wq, &table->work,
				   READ_ONCE(table->life) + HZ);
	return SVP_FRAG_OK;
}

/* Another first fragment of the same datagram: a copy, or a lie */
static enum svp_frag_result entry_again(struct svp_frag_table *table,
					struct entry *entry, u32 ports,
					u8 proto)
{
	if (entry->ports != ports || entry->proto != proto)
		WRITE_ONCE(entry->dead, true);
	WRITE_ONCE(entry->born, (u32)jiffies);
	list_move_tail(&entry->age, &table->age);
	return entry->dead ? SVP_FRAG_DEAD : SVP_FRAG_OK;
}

/**
 * svp_frag_learn - remember the ports and protocol of a first fragment
 * @table: of the plane
 * @key: of the datagram, from svp_frag_key_set()
 * @tuple: of the first fragment
 *
 * Context: any but hard interrupts.
 * Return: SVP_FRAG_OK; SVP_FRAG_DEAD when a first fragment with others has
 * been seen (this one must be dropped too); SVP_FRAG_FULL when a quota is used
 * up or there is no memory.
 */
enum svp_frag_result svp_frag_learn(struct svp_frag_table *table,
				    const struct svp_frag_key *key,
				    const struct svp_tuple *tuple)
{
	u32 ports = (u32)ntohs(tuple->sport) << 16 | ntohs(tuple->dport);
	enum svp_frag_result res;
	struct entry *entry;

	spin_lock_bh(&table->lock);
	expire(table, EXPIRE_LEARN);
	entry = entry_find(table, key);
	if (entry && too_old(table, entry)) {
		entry_unlink(table, entry);
		entry = NULL;
	}
	if (entry)
		res = entry_again(table, entry, ports, tuple->proto);
	else
		res = entry_add(table, key, ports, tuple->proto);
	spin_unlock_bh(&table->lock);
	return res;
}

/**
 * svp_frag_find - the ports and protocol of the first fragment, for a later one
 * @table: of the plane
 * @key: of the datagram, from svp_frag_key_set()
 * @tuple: of the later fragment; completed with SVP_FRAG_OK
 *
 * Context: rcu_read_lock().
 * Return: SVP_FRAG_OK, SVP_FRAG_NONE or SVP_FRAG_DEAD.
 */
enum svp_frag_result svp_frag_find(struct svp_frag_table *table,
				   const struct svp_frag_key *key,
				   struct svp_tuple *tuple)
{
	const struct entry *entry = entry_find(table, key);

	if (!entry || too_old(table, entry))
		return SVP_FRAG_NONE;
	if (READ_ONCE(entry->dead))
		return SVP_FRAG_DEAD;
	tuple->sport = htons(entry->ports >> 16);
	tuple->dport = htons(entry->ports & 0xffff);
	tuple->proto = entry->proto;
	return SVP_FRAG_OK;
}

/**
 * svp_frag_count - entries in the table
 * @table: of the plane
 *
 * Context: any.
 */
u32 svp_frag_count(const struct svp_frag_table *table)
{
	return READ_ONCE(table->count);
}

/**
 * svp_frag_set_life - set how long an entry lives
 * @table: of the plane
 * @msecs: milliseconds; receivers must not wait much longer for the rest of a
 *	datagram, or its later fragments may be taken for another one's
 *
 * Context: any.
 */
void svp_frag_set_life(struct svp_frag_table *table, u32 msecs)
{
	WRITE_ONCE(table->life, msecs_to_jiffies(msecs));
}

/**
 * svp_frag_key_set - the key of a fragment's datagram
 * @key: filled in, without gaps
 * @pkt: parsed frame with SVP_PKT_FRAG_FIRST or SVP_PKT_FRAG_LATER
 * @scope: whose fragments these are, see frag.h
 *
 * Context: any.
 */
void svp_frag_key_set(struct svp_frag_key *key, const struct svp_pkt *pkt,
		      u64 scope)
{
	memset(key, 0, sizeof(*key));
	key->src = pkt->tuple.src;
	key->dst = pkt->tuple.dst;
	key->id = pkt->frag_id;
	key->proto = pkt->frag_proto;
	key->family = pkt->tuple.family;
	key->scope = scope;
}

/**
 * svp_frag_table_new - an empty table
 * @max: entries at most
 * @max_scope: entries of one scope at most
 *
 * Context: process.
 * Return: the table, or NULL when there is no memory.
 */
struct svp_frag_table *svp_frag_table_new(u32 max, u32 max_scope)
{
	u32 buckets = roundup_pow_of_two(clamp(max, BUCKETS_MIN, BUCKETS_MAX));
	struct svp_frag_table *table = kvzalloc(sizeof(*table), GFP_KERNEL);

	BUILD_BUG_ON(sizeof(struct svp_frag_key) != 48);	/* no gaps */
	if (!table)
		return NULL;
	table->bucket = kvcalloc(buckets, sizeof(*table->bucket), GFP_KERNEL);
	if (!table->bucket) {
		kvfree(table);
		return NULL;
	}
	get_random_bytes(&table->key, sizeof(table->key));
	table->mask = buckets - 1;
	table->max = max;
	table->max_scope = max_scope;
	svp_frag_set_life(table, LIFE_MS);
	spin_lock_init(&table->lock);
	INIT_LIST_HEAD(&table->age);
	INIT_DELAYED_WORK(&table->work, expire_work);
	return table;
}

/**
 * svp_frag_table_destroy - free a table
 * @table: nobody uses any more: unpublished, and a grace period has passed; NULL
 *	is allowed
 *
 * Context: process, sleeps.
 */
void svp_frag_table_destroy(struct svp_frag_table *table)
{
	struct entry *entry, *next;
	u32 n = 0;

	if (!table)
		return;
	cancel_delayed_work_sync(&table->work);
	list_for_each_entry_safe(entry, next, &table->age, age) {
		quota_give(table, entry->key.scope);
		kfree(entry);
		if (!(++n % EXPIRE_WORK))
			cond_resched();
	}
	kvfree(table->bucket);
	kvfree(table);
}
