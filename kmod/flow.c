// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flow records: one for both directions of one connection of one guest.
 *
 * Memory of a flow: 320 bytes of slab in five cache lines (a side for each
 * direction, the treatment, the use of each direction); its share of the
 * tables: 16 to 32 bytes of the array (two to four slots), and for two hash
 * entries 22 to 43 bytes of buckets.
 *
 * What each side may assume:
 *
 * - Readers (frames, dumps) run under rcu_read_lock(). A flow they found stays
 *   as it is in memory, with its paths, verdicts and port, until they leave it,
 *   even when it is unlinked meanwhile (SVP_FLOW_FIN); a frame that meets such
 *   a flow finishes by it, the next one finds it no more. Keys, tag and port
 *   never change. Of the treatment each field is read once; two fields
 *   need not belong to the same decision, and svp_flow.gen is written last.
 * - The lines in svp_flow.use have one writer as long as one CPU handles the
 *   direction; with two, counts may be lost.
 * - All else is written under svp_flow_lock(), BH off, inside the read section
 *   in which the flow was found. What is hung into it there (paths, verdicts)
 *   is released with it, so a writer need not ask whether it has just been
 *   unlinked.
 * - Insertion and the marking of deletion take that lock too: nobody can delete
 *   half of a flow, and who sets SVP_FLOW_FIN is the one who unlinks.
 * - Both insert the side SVP_OUT first and remove it last. So two CPUs that make
 *   a flow of the two directions of one connection meet at the same key, and
 *   one of them wins; a key SVP_IN without its SVP_OUT is never seen by them.
 *
 * Order of removal: mark, unlink (hash, array), ops->gone(), grace period, put
 * paths and verdicts, free. The limit of a table counts what is not yet freed,
 * svp_flow_count() what is not yet unlinked.
 *
 * Locks: svp_flow_lock(), then bucket locks of the hash table, or the lock of
 * the array. None is held while a callback runs, but for ops->uncharge().
 */
#include <linux/jiffies.h>
#include <linux/hash.h>
#include <linux/prefetch.h>
#include <linux/random.h>
#include <linux/rhashtable.h>
#include <linux/siphash.h>
#include <linux/slab.h>

#include "flow_table.h"
#include "path.h"

static struct kmem_cache *cache __read_mostly;
/* Guests choose the keys, and peers the names: they must not know the hash */
static hsiphash_key_t hash_key __read_mostly;

/*
 * What an IPv4 key holds beside zeros: less to hash, and put together in registers: a
 * word that is read where parts of it have just been written waits for them.
 */
static u32 hash_ip4(const struct svp_tuple *key, const hsiphash_key_t *seeded)
{
	__le64 word[] = {
		cpu_to_le64((u64)ntohl(key->src.ip4) << 32 | ntohl(key->dst.ip4)),
		cpu_to_le64((u64)ntohs(key->sport) << 48 |
			    (u64)ntohs(key->dport) << 32 |
			    (u32)ntohs(key->vlan[0]) << 16 | ntohs(key->vlan[1])),
		cpu_to_le64((u32)key->family << 24 | key->proto << 16 | key->port),
	};

	return hsiphash(word, 2 * sizeof(u64) + sizeof(u32), seeded);
}

/**
 * svp_flow_hash_key - keyed hash of a key
 * @data: struct svp_tuple
 * @len: its size
 * @seed: of the hash table
 * Return: the hash.
 */
u32 svp_flow_hash_key(const void *data, u32 len, u32 seed)
{
	const struct svp_tuple *key = data;
	hsiphash_key_t seeded = hash_key;

	seeded.key[0] ^= seed;	/* another hash after a rehash */
	if (likely(key->family == 4))
		return hash_ip4(key, &seeded);
	return hsiphash(key, sizeof(*key), &seeded);
}

/**
 * svp_flow_hash_name - keyed hash of what another host calls a flow
 * @tag: tag that it has chosen
 * @host: host id
 * @seed: of the table
 */
u32 svp_flow_hash_name(u32 tag, u16 host, u32 seed)
{
	hsiphash_key_t seeded = hash_key;

	seeded.key[0] ^= seed;
	return hsiphash_2u32(tag, host, &seeded);
}

static int key_cmp(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct svp_tuple *a = arg->key;
	const struct svp_tuple *b = &((const struct svp_flow_side *)obj)->key;

	return !svp_tuple_equal(a, b);
}

/*
 * It grows and does not shrink, as the array of tags does not: a guest that opens and
 * closes many flows would have it copied again and again.
 */
static const struct rhashtable_params params = {
	.key_len = sizeof(struct svp_tuple),
	.key_offset = offsetof(struct svp_flow_side, key),
	.head_offset = offsetof(struct svp_flow_side, node),
	.min_size = 1024,
	.hashfn = svp_flow_hash_key,
	.obj_cmpfn = key_cmp,
};

static struct svp_flow *side_flow(struct svp_flow_side *side)
{
	if (unlikely(side->dir & SVP_FLOW_SIDE_ALIAS))
		return svp_flow_alias_flow(side);
	return container_of(side, struct svp_flow, side[side->dir]);
}

/**
 * svp_flow_lock - the lock of what is written to a flow
 * @table: of the flow
 * @flow: the flow
 *
 * Shared with other flows: never hold two.
 *
 * Context: any; take it with BH off.
 */
spinlock_t *svp_flow_lock(struct svp_flow_table *table,
			  const struct svp_flow *flow)
{
	return &table->lock[hash_ptr((void *)flow, SVP_FLOW_LOCK_BITS)];
}

/**
 * svp_flow_lookup - the flow of a key
 * @table: of the plane
 * @key: tuple with svp_key_port() in it
 *
 * Context: rcu_read_lock(), BH off.
 * Return: the flow, or NULL.
 */
struct svp_flow *svp_flow_lookup(struct svp_flow_table *table,
				 const struct svp_tuple *key)
{
	struct svp_flow_side *side = rhashtable_lookup(&table->ht, key, params);
	struct svp_flow *flow;

	if (!side)
		return NULL;
	flow = side_flow(side);
	prefetch(flow->act);
	prefetchw(&flow->use[side->dir & 1]);
	return flow;
}

/**
 * svp_flow_by_tag - the flow of a tag
 * @table: of the plane
 * @tag: from the wire, host order, any value
 *
 * Context: rcu_read_lock(), BH off.
 * Return: the flow, or NULL.
 */
struct svp_flow *svp_flow_by_tag(struct svp_flow_table *table, u32 tag)
{
	return svp_flow_slot_find(&table->map, tag);
}

/**
 * svp_flow_alloc - a record that nobody sees yet
 * @table: where it will be inserted
 * @key: key of one direction
 * @dir: that direction
 *
 * Context: any.
 * Return: the flow: keys set, the rest zero; for svp_flow_insert() or
 * svp_flow_free_new(). NULL when there is no memory.
 */
struct svp_flow *svp_flow_alloc(struct svp_flow_table *table,
				const struct svp_tuple *key, enum svp_dir dir)
{
	struct svp_flow *flow;

	flow = kmem_cache_zalloc(cache, GFP_ATOMIC | __GFP_NOWARN);
	if (!flow)
		return NULL;
	flow->side[dir].key = *key;
	flow->side[dir].dir = dir;
	svp_tuple_reverse(&flow->side[!dir].key, key);
	flow->side[!dir].key.port = key->port ^ SVP_KEY_DIR;
	flow->side[!dir].dir = !dir;
	flow->use[SVP_OUT].stamp = jiffies;
	flow->use[SVP_IN].stamp = flow->use[SVP_OUT].stamp;
	flow->use[SVP_IN].table = table;
	return flow;
}

static void put_path(struct svp_path __rcu *pointer)
{
	struct svp_path *path = rcu_dereference_protected(pointer, true);

	if (path)
		svp_path_put(path);
}

/* Returns the records that its verdicts counted as */
static unsigned int free_verdicts(struct svp_flow_table *table,
				  struct svp_flow *flow)
{
	struct svp_flow_verdicts *verdicts;

	verdicts = rcu_dereference_protected(flow->verdicts, true);
	if (!verdicts || !table->ops->free_verdicts)
		return 0;
	return table->ops->free_verdicts(verdicts);
}

/**
 * svp_flow_free_new - free a record that was not inserted
 * @table: it was allocated for
 * @flow: the flow; its path references are put
 *
 * Context: any.
 */
void svp_flow_free_new(struct svp_flow_table *table, struct svp_flow *flow)
{
	int dir;

	for (dir = 0; dir < SVP_DIRS; dir++) {
		put_path(flow->path[dir]);
		put_path(flow->side[dir].old_path);
	}
	kmem_cache_free(cache, flow);
}

static void free_rcu(struct rcu_head *rcu)
{
	struct svp_flow *flow = container_of(rcu, struct svp_flow,
					     use[SVP_OUT].rcu);
	struct svp_flow_table *table = flow->use[SVP_IN].table;
	unsigned int n = 1 + free_verdicts(table, flow);

	svp_flow_free_new(table, flow);
	atomic_sub(n, &table->held);
}

/**
 * svp_flow_burden - count what hangs on a flow as records
 * @table: of the flow
 * @n: how many; svp_flow_ops.free_verdicts tells the sum in the end
 *
 * It is not refused, so that nobody escapes a verdict by using up a quota; it
 * leaves less room for flows to come.
 *
 * Context: any.
 */
void svp_flow_burden(struct svp_flow_table *table, unsigned int n)
{
	atomic_add(n, &table->held);
}

/**
 * svp_flow_hash_in - put a key of a flow into the table
 * @table: of the flow
 * @side: the key
 *
 * Context: rcu_read_lock(), BH off.
 * Return: the flow of @side, though perhaps of an entry that was there before;
 * another flow that has the key; ERR_PTR(-ENOMEM), also when the table is busy
 * growing.
 */
struct svp_flow *svp_flow_hash_in(struct svp_flow_table *table,
				  struct svp_flow_side *side)
{
	struct svp_flow_side *old;

	old = rhashtable_lookup_get_insert_fast(&table->ht, &side->node,
						params);
	if (!old)
		return side_flow(side);
	if (IS_ERR(old))	/* -EBUSY, -E2BIG: no record this time */
		return ERR_PTR(-ENOMEM);
	return side_flow(old);
}

/**
 * svp_flow_hash_out - take a key of a flow out of the table
 * @table: of the flow
 * @side: the key
 *
 * Context: rcu_read_lock(), BH off.
 */
void svp_flow_hash_out(struct svp_flow_table *table, struct svp_flow_side *side)
{
	rhashtable_remove_fast(&table->ht, &side->node, params);
}

/* All or nothing; see svp_flow_insert() for what it returns */
static struct svp_flow *publish(struct svp_flow_table *table,
				struct svp_flow *flow)
{
	struct svp_flow *other;
	int err;

	err = svp_flow_slot_put(&table->map, flow);
	if (err)
		return ERR_PTR(err);
	other = svp_flow_hash_in(table, &flow->side[SVP_OUT]);
	if (other != flow)
		goto undo_slot;
	other = svp_flow_hash_in(table, &flow->side[SVP_IN]);
	if (other == flow)
		return flow;
	if (!IS_ERR(other))
		other = ERR_PTR(-EEXIST);
	svp_flow_hash_out(table, &flow->side[SVP_OUT]);
undo_slot:
	svp_flow_slot_clear(&table->map, flow);
	return other;
}

/**
 * svp_flow_insert - publish a record
 * @table: it was allocated for
 * @flow: filled in, with a reference for each of its paths; consumed
 * @dir: direction of the frame in hand. The order of insertion is the same for
 *	both, see the head of this file
 *
 * What ops->gone() undoes must have been done before: somebody else may delete
 * the flow before this returns.
 *
 * Context: rcu_read_lock(), BH off.
 * Return: @flow; or the record another CPU has put there first (which may be
 * on its way out already); or ERR_PTR(-ENOSPC) when the table is full,
 * ERR_PTR(-EEXIST) when the reverse key belongs to another flow,
 * ERR_PTR(-ENOMEM).
 */
struct svp_flow *svp_flow_insert(struct svp_flow_table *table,
				 struct svp_flow *flow, enum svp_dir dir)
{
	spinlock_t *lock = svp_flow_lock(table, flow);
	struct svp_flow *res;

	if (!svp_flow_hold(table)) {
		svp_flow_free_new(table, flow);
		return ERR_PTR(-ENOSPC);
	}
	if (atomic_inc_return(&table->live) == 1)
		queue_delayed_work(system_power_efficient_wq, &table->gc,
				   SVP_FLOW_GC_INTERVAL);
	spin_lock(lock);
	res = publish(table, flow);
	if (res != flow)
		WRITE_ONCE(flow->flags, flow->flags | SVP_FLOW_FIN);
	spin_unlock(lock);
	if (res != flow) {	/* others may have seen it */
		atomic_dec(&table->live);
		call_rcu(&flow->use[SVP_OUT].rcu, free_rcu);
	}
	return res;
}

/**
 * svp_flow_delete - unlink a flow
 * @table: of the flow
 * @flow: found in this read section
 *
 * Context: rcu_read_lock(), BH off, not under svp_flow_lock().
 * Return: true for the one caller who unlinks it.
 */
bool svp_flow_delete(struct svp_flow_table *table, struct svp_flow *flow)
{
	spinlock_t *lock = svp_flow_lock(table, flow);
	bool mine;

	spin_lock(lock);
	mine = !(flow->flags & SVP_FLOW_FIN);
	WRITE_ONCE(flow->flags, flow->flags | SVP_FLOW_FIN);
	spin_unlock(lock);
	if (!mine)
		return false;
	svp_flow_alias_retire(table, flow);
	svp_flow_hash_out(table, &flow->side[SVP_IN]);
	svp_flow_hash_out(table, &flow->side[SVP_OUT]);
	svp_flow_slot_clear(&table->map, flow);
	atomic_dec(&table->live);
	if (table->ops->gone)
		table->ops->gone(flow, table->ctx);
	call_rcu(&flow->use[SVP_OUT].rcu, free_rcu);
	return true;
}

/**
 * svp_flow_set_path - pin one direction of a flow to another path
 * @flow: the flow
 * @dir: direction
 * @path: of the policy in force, or NULL; a reference is taken
 *
 * The path it leaves, and the hops that were given frames on it, stay known for
 * the frames still inside its nodes; the one before that is forgotten. A frame
 * that is being sent on meanwhile may mark its hop as one of the new path.
 *
 * Context: rcu_read_lock(), svp_flow_lock(), BH off.
 */
void svp_flow_set_path(struct svp_flow *flow, enum svp_dir dir,
		       struct svp_path *path)
{
	struct svp_flow_side *side = &flow->side[dir];
	struct svp_flow_use *use = &flow->use[dir];
	struct svp_path *old, *older;
	u16 back;

	old = rcu_dereference_protected(flow->path[dir], true);
	older = rcu_dereference_protected(side->old_path, true);
	if (old == path)
		return;
	if (path)
		svp_path_hold(path);
	back = path == older ? READ_ONCE(side->old_given) : 0;
	WRITE_ONCE(side->old_given, 0);
	rcu_assign_pointer(side->old_path, old);
	/* behind the path that it belongs to: see svp_path_bits() */
	smp_store_release(&side->old_given, READ_ONCE(use->given));
	/* what was given on the one must not count for hops of the other */
	WRITE_ONCE(use->given, 0);
	rcu_assign_pointer(flow->path[dir], path);
	/* behind it, too; what another CPU has added meanwhile stays */
	smp_store_release(&use->given, READ_ONCE(use->given) | back);
	if (older)
		svp_path_put(older);
}

/**
 * svp_flow_visits - in which directions a flow may meet a node
 * @flow: the flow
 * @node: the node
 *
 * Context: rcu_read_lock().
 * Return: SVP_SCOPE() of the directions whose path, or the one before it, leads
 * to @node.
 */
u8 svp_flow_visits(const struct svp_flow *flow, const struct svp_node *node)
{
	u8 scope = 0;
	int dir;

	for (dir = 0; dir < SVP_DIRS; dir++)
		if (svp_path_leads_to(svp_flow_path(flow, dir), node) ||
		    svp_path_leads_to(svp_flow_old_path(flow, dir), node))
			scope |= SVP_SCOPE(dir);
	return scope;
}

/**
 * svp_flow_hash_init - make the hash table
 * @table: zeroed
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int svp_flow_hash_init(struct svp_flow_table *table)
{
	return rhashtable_init(&table->ht, &params);
}

/**
 * svp_flow_init - before the first table
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int svp_flow_init(void)
{
	int err = svp_flow_alias_init();

	if (err)
		return err;
	get_random_bytes(&hash_key, sizeof(hash_key));
	cache = kmem_cache_create("svp_flow", sizeof(struct svp_flow), 0,
				  SLAB_HWCACHE_ALIGN, NULL);
	if (cache)
		return 0;
	svp_flow_alias_exit();
	return -ENOMEM;
}

/**
 * svp_flow_exit - after the last table
 *
 * Context: process.
 */
void svp_flow_exit(void)
{
	kmem_cache_destroy(cache);
	svp_flow_alias_exit();
}
