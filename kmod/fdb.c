// SPDX-License-Identifier: GPL-2.0-only
/*
 * Forwarding database of a plane.
 */
#include <linux/etherdevice.h>
#include <linux/jiffies.h>
#include <linux/random.h>
#include <linux/rculist.h>
#include <linux/rhashtable.h>
#include <linux/sched.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <linux/unaligned.h>

#include "fdb.h"

/* How exactly the last use is known: spares a write per frame */
#define USED_GRAIN	(HZ / 4)
#define WALK_STRETCH	256U	/* entries looked at under the lock at a time */

static hsiphash_key_t hash_key __read_mostly;

/* Keyed, so that nobody can choose addresses that share a bucket */
static u32 hash_mac(const void *data, u32 len, u32 seed)
{
	hsiphash_key_t key = hash_key;
	u64 mac = *(const u64 *)data;

	key.key[0] ^= seed;
	return hsiphash_2u32(mac, mac >> 32, &key);
}

/* By words: memcmp() is a call */
static int cmp_mac(struct rhashtable_compare_arg *arg, const void *obj)
{
	return *(const u64 *)arg->key != ((const struct svp_fdb_entry *)obj)->key;
}

/* ether_addr_to_u64(), by words */
static u64 key_of(const u8 *mac)
{
	return (u64)get_unaligned_be16(mac) << 32 | get_unaligned_be32(mac + 2);
}

static const struct rhashtable_params table_params = {
	.head_offset = offsetof(struct svp_fdb_entry, node),
	.key_offset = offsetof(struct svp_fdb_entry, key),
	.key_len = sizeof(u64),
	.hashfn = hash_mac,
	.obj_cmpfn = cmp_mac,
	.automatic_shrinking = true,
};

/**
 * svp_fdb_init - make an empty table
 * @fdb: the table; its limits get their defaults
 *
 * Context: process.
 * Return: 0 or -errno.
 */
int svp_fdb_init(struct svp_fdb *fdb)
{
	get_random_once(&hash_key, sizeof(hash_key));
	INIT_LIST_HEAD(&fdb->list);
	INIT_LIST_HEAD(&fdb->walks);
	spin_lock_init(&fdb->lock);
	fdb->n_learned = 0;
	fdb->max_learned = SVP_FDB_LEARNED_MAX;
	fdb->ageing = SVP_FDB_AGEING;
	fdb->moved = 0;
	fdb->notify = NULL;
	return rhashtable_init(&fdb->table, &table_params);
}

static void free_entry(void *ptr, void *arg)
{
	kfree(ptr);
}

/**
 * svp_fdb_destroy - free the table with its entries
 * @fdb: the table; nothing looks into it any more
 *
 * Context: process.
 */
void svp_fdb_destroy(struct svp_fdb *fdb)
{
	rhashtable_free_and_destroy(&fdb->table, free_entry, NULL);
}

/**
 * svp_fdb_find - look an address up
 * @fdb: the table
 * @mac: the address
 *
 * Context: RCU.
 * Return: the entry, valid as long as the RCU section lasts, or NULL.
 */
struct svp_fdb_entry *svp_fdb_find(struct svp_fdb *fdb, const u8 *mac)
{
	u64 key = key_of(mac);

	return rhashtable_lookup(&fdb->table, &key, table_params);
}

static bool is_learned(const struct svp_fdb_entry *entry)
{
	return !(entry->flags & (SVP_FDB_STATIC | SVP_FDB_LOCAL));
}

static void tell(struct svp_fdb *fdb, const struct svp_fdb_owner *owner,
		 u64 key, bool gone)
{
	u8 mac[ETH_ALEN];

	if (!fdb->notify || !owner)
		return;
	u64_to_ether_addr(key, mac);
	fdb->notify(fdb, owner, mac, gone);
}

static void account(struct svp_fdb *fdb, struct svp_fdb_entry *entry, int by)
{
	if (!is_learned(entry))
		return;
	fdb->n_learned += by;
	entry->owner->n += by;
}

static struct svp_fdb_entry *new_entry(struct svp_fdb_owner *owner, u64 key,
				       u8 flags)
{
	struct svp_fdb_entry *entry;

	entry = kzalloc(sizeof(*entry), GFP_ATOMIC);
	if (!entry)
		return NULL;
	entry->key = key;
	entry->owner = owner;
	entry->flags = flags;
	entry->made = jiffies;
	entry->used = entry->made;
	return entry;
}

/* No walk may stand at an entry that goes */
static void move_walks(struct svp_fdb *fdb, const struct list_head *from,
		       struct list_head *to)
{
	struct svp_fdb_walk *walk;

	list_for_each_entry(walk, &fdb->walks, list)
		if (walk->next == from)
			walk->next = to;
}

/* Before it goes: who has it in hand finishes by it, the next frame looks it up */
static void forget_recent(struct svp_fdb_entry *entry)
{
	struct svp_fdb_owner *owner = entry->owner;

	if (owner && rcu_access_pointer(owner->recent) == entry)
		RCU_INIT_POINTER(owner->recent, NULL);
}

static void remove_entry(struct svp_fdb *fdb, struct svp_fdb_entry *entry)
{
	lockdep_assert_held(&fdb->lock);

	forget_recent(entry);
	move_walks(fdb, &entry->list, entry->list.next);
	rhashtable_remove_fast(&fdb->table, &entry->node, table_params);
	list_del_rcu(&entry->list);
	account(fdb, entry, -1);
	kfree_rcu(entry, rcu);
}

/* Puts a new entry in the place of @old, or beside the others if that is NULL */
static int put_entry(struct svp_fdb *fdb, struct svp_fdb_entry *old,
		     struct svp_fdb_owner *owner, u64 key, u8 flags)
{
	struct svp_fdb_entry *entry = new_entry(owner, key, flags);
	int err;

	lockdep_assert_held(&fdb->lock);

	if (!entry)
		return -ENOMEM;
	if (old)
		err = rhashtable_replace_fast(&fdb->table, &old->node,
					      &entry->node, table_params);
	else
		err = rhashtable_insert_fast(&fdb->table, &entry->node,
					     table_params);
	if (err) {
		kfree(entry);
		return err;
	}
	if (old) {
		move_walks(fdb, &old->list, &entry->list);
		list_replace_rcu(&old->list, &entry->list);
		forget_recent(old);
		account(fdb, old, -1);
		kfree_rcu(old, rcu);
	} else {
		list_add_tail_rcu(&entry->list, &fdb->list);
	}
	account(fdb, entry, 1);
	if (owner)
		rcu_assign_pointer(owner->recent, entry);
	return 0;
}

static bool has_room(const struct svp_fdb *fdb,
		     const struct svp_fdb_owner *owner, bool move)
{
	return owner->n < READ_ONCE(owner->max) &&
	       (move || fdb->n_learned < READ_ONCE(fdb->max_learned));
}

/* The address is new or has moved: take the lock and look again */
static enum svp_fdb_learn learn_slow(struct svp_fdb *fdb,
				     struct svp_fdb_owner *owner, u64 key)
{
	enum svp_fdb_learn ret = SVP_FDB_KNOWN;
	struct svp_fdb_entry *old;

	spin_lock_bh(&fdb->lock);
	old = rhashtable_lookup(&fdb->table, &key, table_params);
	if (old && old->owner == owner)
		goto out;
	if (old && !is_learned(old)) {
		ret = SVP_FDB_FOREIGN;
		goto out;
	}
	ret = SVP_FDB_FULL;
	if (!has_room(fdb, owner, old))
		owner->over++;
	else if (!put_entry(fdb, old, owner, key, 0))
		ret = SVP_FDB_KNOWN;
	if (ret == SVP_FDB_KNOWN) {
		fdb->moved += !!old;
		tell(fdb, owner, key, false);
	}
out:
	spin_unlock_bh(&fdb->lock);
	return ret;
}

/* Its port's next frame is likely from there, too; if it still is there */
static void set_recent(struct svp_fdb *fdb, struct svp_fdb_owner *owner, u64 key)
{
	struct svp_fdb_entry *entry;

	spin_lock_bh(&fdb->lock);
	entry = rhashtable_lookup(&fdb->table, &key, table_params);
	if (entry && entry->owner == owner)
		rcu_assign_pointer(owner->recent, entry);
	spin_unlock_bh(&fdb->lock);
}

/* False: it has been noted shortly before */
static bool note_use(struct svp_fdb_entry *entry, unsigned long now)
{
	if (likely(now - READ_ONCE(entry->used) <= USED_GRAIN))
		return false;
	WRITE_ONCE(entry->used, now);
	return true;
}

/**
 * svp_fdb_learn - a frame with this source address came from a port
 * @fdb: the table
 * @owner: the port
 * @mac: source address, a valid unicast one
 *
 * An entry that is static or the device's own does not move; a learned one not
 * again at once, for two guests that claim one address, or a loop, would have
 * an entry made for each frame.
 *
 * Context: RCU, BH off. Takes a lock for an address that is new here, and of a port
 * with several of them once in a while.
 * Return: enum svp_fdb_learn.
 */
enum svp_fdb_learn svp_fdb_learn(struct svp_fdb *fdb,
				 struct svp_fdb_owner *owner, const u8 *mac)
{
	struct svp_fdb_entry *entry = rcu_dereference(owner->recent);
	unsigned long now = jiffies;
	u64 key = key_of(mac);

	/* behind most ports there is one station: no look-up */
	if (likely(entry && entry->key == key)) {
		note_use(entry, now);
		return SVP_FDB_KNOWN;
	}
	entry = rhashtable_lookup(&fdb->table, &key, table_params);
	if (unlikely(!entry))
		return learn_slow(fdb, owner, key);
	if (unlikely(entry->owner != owner)) {
		if (!is_learned(entry))
			return SVP_FDB_FOREIGN;
		if (now - entry->made < SVP_FDB_STAY)
			return SVP_FDB_STAYS;
		return learn_slow(fdb, owner, key);
	}
	if (note_use(entry, now))
		set_recent(fdb, owner, key);
	return SVP_FDB_KNOWN;
}

/**
 * svp_fdb_add - configure an address
 * @fdb: the table
 * @owner: port it is behind; NULL with SVP_FDB_LOCAL
 * @mac: the address
 * @flags: SVP_FDB_*; 0 makes an entry as if learned
 *
 * Takes the place of an entry that was there.
 *
 * Context: process or softirq.
 * Return: 0, -ENOSPC when the port has its fill, or -ENOMEM.
 */
int svp_fdb_add(struct svp_fdb *fdb, struct svp_fdb_owner *owner,
		const u8 *mac, u8 flags)
{
	u64 key = key_of(mac);
	struct svp_fdb_entry *old;
	int err = -ENOSPC;

	spin_lock_bh(&fdb->lock);
	rcu_read_lock();
	old = rhashtable_lookup(&fdb->table, &key, table_params);
	if (flags || has_room(fdb, owner, false))
		err = put_entry(fdb, old, owner, key, flags);
	rcu_read_unlock();
	spin_unlock_bh(&fdb->lock);
	return err;
}

/**
 * svp_fdb_del - remove an address
 * @fdb: the table
 * @mac: the address
 *
 * Context: process or softirq.
 * Return: 0 or -ENOENT.
 */
int svp_fdb_del(struct svp_fdb *fdb, const u8 *mac)
{
	struct svp_fdb_entry *entry;

	spin_lock_bh(&fdb->lock);
	rcu_read_lock();
	entry = svp_fdb_find(fdb, mac);
	if (entry)
		remove_entry(fdb, entry);
	rcu_read_unlock();
	spin_unlock_bh(&fdb->lock);
	return entry ? 0 : -ENOENT;
}

/**
 * svp_fdb_forget - remove an address if it was learned
 * @fdb: the table
 * @mac: the address
 *
 * Context: process or softirq.
 */
void svp_fdb_forget(struct svp_fdb *fdb, const u8 *mac)
{
	struct svp_fdb_entry *entry;

	spin_lock_bh(&fdb->lock);
	rcu_read_lock();
	entry = svp_fdb_find(fdb, mac);
	if (entry && is_learned(entry)) {
		tell(fdb, entry->owner, entry->key, true);
		remove_entry(fdb, entry);
	}
	rcu_read_unlock();
	spin_unlock_bh(&fdb->lock);
}

/**
 * svp_fdb_walk_begin - begin a walk
 * @fdb: the table
 * @walk: with what is to be removed; svp_fdb_walk_end() has to follow
 *
 * Context: process.
 */
void svp_fdb_walk_begin(struct svp_fdb *fdb, struct svp_fdb_walk *walk)
{
	spin_lock_bh(&fdb->lock);
	walk->next = fdb->list.next;
	list_add(&walk->list, &fdb->walks);
	spin_unlock_bh(&fdb->lock);
}

/**
 * svp_fdb_walk_on - go on with a walk for a stretch
 * @fdb: the table
 * @walk: begun
 *
 * Entries that were there at the beginning are met once, unless they go before.
 *
 * Context: process.
 * Return: false at the end.
 */
bool svp_fdb_walk_on(struct svp_fdb *fdb, struct svp_fdb_walk *walk)
{
	struct svp_fdb_entry *entry;
	unsigned int i;
	bool more;

	spin_lock_bh(&fdb->lock);
	for (i = 0; i < WALK_STRETCH && walk->next != &fdb->list; i++) {
		entry = list_entry(walk->next, struct svp_fdb_entry, list);
		walk->next = entry->list.next;
		if (!walk->goes(fdb, entry, walk->owner))
			continue;
		tell(fdb, entry->owner, entry->key, true);
		remove_entry(fdb, entry);
		walk->n++;
	}
	more = walk->next != &fdb->list;
	spin_unlock_bh(&fdb->lock);
	return more;
}

/**
 * svp_fdb_walk_end - end a walk, finished or not
 * @fdb: the table
 * @walk: begun
 *
 * Context: process.
 */
void svp_fdb_walk_end(struct svp_fdb *fdb, struct svp_fdb_walk *walk)
{
	spin_lock_bh(&fdb->lock);
	list_del(&walk->list);
	spin_unlock_bh(&fdb->lock);
}

static void walk_all(struct svp_fdb *fdb, struct svp_fdb_walk *walk)
{
	svp_fdb_walk_begin(fdb, walk);
	while (svp_fdb_walk_on(fdb, walk))
		cond_resched();
	svp_fdb_walk_end(fdb, walk);
}

static bool is_of(const struct svp_fdb *fdb, const struct svp_fdb_entry *entry,
		  const struct svp_fdb_owner *owner)
{
	return entry->owner == owner;
}

/**
 * svp_fdb_flush - remove all addresses of a port, static ones too
 * @fdb: the table
 * @owner: the port; no frame of it is learned from any more
 *
 * Context: process.
 * Return: how many there were.
 */
unsigned int svp_fdb_flush(struct svp_fdb *fdb,
			   const struct svp_fdb_owner *owner)
{
	struct svp_fdb_walk walk = { .goes = is_of, .owner = owner };

	walk_all(fdb, &walk);
	return walk.n;
}

static bool is_old(const struct svp_fdb *fdb, const struct svp_fdb_entry *entry,
		   const struct svp_fdb_owner *owner)
{
	unsigned long ageing = READ_ONCE(fdb->ageing);

	return ageing && is_learned(entry) &&
	       time_after(jiffies, READ_ONCE(entry->used) + ageing);
}

/**
 * svp_fdb_age - remove learned addresses not used for svp_fdb.ageing
 * @fdb: the table
 *
 * Context: process.
 */
void svp_fdb_age(struct svp_fdb *fdb)
{
	struct svp_fdb_walk walk = { .goes = is_old };

	walk_all(fdb, &walk);
}
