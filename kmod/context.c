// SPDX-License-Identifier: GPL-2.0-only
/*
 * Context numbers: what a node may be shown is 12 or 15 bits; what they stand
 * for is a key of 64 bits, whose meaning is the owner's.
 *
 * Look-ups, both ways, run under RCU: a hash from keys to entries, an array from
 * numbers to entries. All writing is under the pool's lock. An entry never
 * changes but for its stamp.
 *
 * Numbers are handed out in the order in which they were given back, and rest
 * for a while before: what a node still holds of a key that is gone
 * finds nothing then, instead of somebody else. So the free list is a queue: if
 * its head has to rest, all have to.
 *
 * Where keys are what guests can make, no guest gets all numbers: each may have as
 * many, those that still rest included, as are free for everybody. One alone gets
 * half of them, two a third each.
 *
 * Nobody tells the pool that a key is gone. A work asks the owner, only while
 * numbers are out: that takes back at most REAP_EVERY later, and needs no
 * agreement with packets that may just be handing a frame to the node. What was
 * used in the last DEAD_IDLE seconds is left alone, for frames inside the node.
 */
#include <linux/err.h>
#include <linux/hash.h>
#include <linux/jiffies.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/rculist.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>

#include "context.h"

#define REAP_EVERY	5U	/* seconds */
#define DEAD_IDLE	2U	/* seconds */
#define REAP_STRETCH	256U	/* numbers looked at with the lock held */
#define NONE		U16_MAX	/* end of the queue: an index, never a number */

/* A number that is out */
struct entry {
	struct hlist_node node;
	u64 key;
	u32 stamp;		/* seconds at last use */
	u16 number;
	u16 share;		/* whose */
	struct rcu_head rcu;
};

/* A number: out when it has an entry, else in the queue of free ones */
struct slot {
	struct entry __rcu *entry;
	u32 rest;		/* seconds at which it may be used again */
	u16 next;		/* index of the next free one */
	u16 share;		/* who had it */
};

struct svp_context_pool {
	const struct svp_context_ops *ops;
	void *owner;
	u16 lo;
	u32 size;
	u32 hash_bits;
	struct hlist_head *bucket;
	struct slot *slot;

	spinlock_t lock;	/* of all below, and of writing to the above */
	u32 count;
	u32 free;		/* in the queue, their rest over */
	u16 head, tail;		/* of the queue */
	u16 resting;		/* in the queue, the first behind those */
	u16 *used;		/* of each share, resting ones too; or NULL */
	struct delayed_work work;
};

/**
 * svp_context_now - the clock of the pools
 *
 * Context: any.
 * Return: seconds since the machine was started.
 */
u32 svp_context_now(void)
{
	return ktime_get_seconds();
}

static struct hlist_head *bucket_of(const struct svp_context_pool *pool, u64 key)
{
	return &pool->bucket[hash_64(key, pool->hash_bits)];
}

static struct entry *entry_of_key(const struct svp_context_pool *pool, u64 key)
{
	struct entry *entry;

	hlist_for_each_entry_rcu(entry, bucket_of(pool, key), node)
		if (entry->key == key)
			return entry;
	return NULL;
}

/* Seconds move a shared line once a second at most */
static int use(struct entry *entry)
{
	u32 now = svp_context_now();

	if (READ_ONCE(entry->stamp) != now)
		WRITE_ONCE(entry->stamp, now);
	return entry->number;
}

/* Those whose rest is over are nobody's any more */
static void ripen(struct svp_context_pool *pool, u32 now)
{
	struct slot *slot;

	while (pool->resting != NONE) {
		slot = &pool->slot[pool->resting];
		if (slot->rest > now)
			return;
		if (pool->used)
			pool->used[slot->share]--;
		pool->free++;
		pool->resting = slot->next;
	}
}

/* The number that has rested longest, if it has rested long enough */
static int queue_get(struct svp_context_pool *pool, u16 share, u32 now)
{
	u16 index;

	lockdep_assert_held(&pool->lock);
	ripen(pool, now);
	if (!pool->free || (pool->used && pool->used[share] > pool->free))
		return -ENOSPC;
	index = pool->head;
	pool->head = pool->slot[index].next;
	if (pool->head == NONE)
		pool->tail = NONE;
	pool->free--;
	if (pool->used)
		pool->used[share]++;
	return index;
}

static void queue_put(struct svp_context_pool *pool, u16 index, u16 share)
{
	lockdep_assert_held(&pool->lock);
	pool->slot[index].share = share;
	if (pool->resting == NONE)
		pool->resting = index;
	/* whole seconds: one more, or the last would be short */
	pool->slot[index].rest = pool->ops->rest ?
		svp_context_now() + pool->ops->rest + 1 : 0;
	pool->slot[index].next = NONE;
	if (pool->tail == NONE)
		pool->head = index;
	else
		pool->slot[pool->tail].next = index;
	pool->tail = index;
}

/* Two CPUs may have missed the same key: the second finds the first's entry */
static int hand_out(struct svp_context_pool *pool, struct entry *entry)
{
	u32 now = svp_context_now();
	struct entry *other;
	int index;

	lockdep_assert_held(&pool->lock);
	other = entry_of_key(pool, entry->key);
	if (other)
		return use(other);
	index = queue_get(pool, entry->share, now);
	if (index < 0)
		return index;
	entry->number = pool->lo + index;
	entry->stamp = now;
	WRITE_ONCE(pool->count, pool->count + 1);
	if (pool->count == 1)
		queue_delayed_work(system_power_efficient_wq, &pool->work,
				   REAP_EVERY * HZ);
	rcu_assign_pointer(pool->slot[index].entry, entry);
	hlist_add_head_rcu(&entry->node, bucket_of(pool, entry->key));
	return entry->number;
}

static noinline int get_new(struct svp_context_pool *pool, u64 key, u16 share)
{
	struct entry *entry;
	int number;
	bool mine;

	entry = kmalloc(sizeof(*entry), GFP_ATOMIC | __GFP_NOWARN);
	if (!entry)
		return -ENOMEM;
	entry->key = key;
	entry->share = share;
	spin_lock(&pool->lock);
	number = hand_out(pool, entry);
	mine = number >= 0 &&
	       rcu_access_pointer(pool->slot[number - pool->lo].entry) == entry;
	spin_unlock(&pool->lock);
	if (!mine)
		kfree(entry);
	return number;
}

/**
 * svp_context_get - the number that stands for a key
 * @pool: the pool
 * @key: what it is to stand for
 * @share: whose key that is, below SVP_CONTEXT_SHARES
 *
 * Context: rcu_read_lock(), BH off. Takes no lock when the key has a number.
 * Return: the number; -ENOSPC when all are out or have to rest, or @share has had
 * its part; -ENOMEM.
 */
int svp_context_get(struct svp_context_pool *pool, u64 key, u16 share)
{
	struct entry *entry = entry_of_key(pool, key);

	return likely(entry) ? use(entry) : get_new(pool, key, share);
}

/**
 * svp_context_find - what a number stands for
 * @pool: the pool
 * @number: from a node, any value
 * @key: set when it stands for something
 *
 * Context: rcu_read_lock().
 * Return: false when it stands for nothing, or does not any more.
 */
bool svp_context_find(const struct svp_context_pool *pool, u16 number, u64 *key)
{
	u32 index = (u32)number - pool->lo;
	const struct entry *entry;

	if (number < pool->lo || index >= pool->size)
		return false;
	entry = rcu_dereference(pool->slot[index].entry);
	if (!entry)
		return false;
	*key = entry->key;
	return true;
}

/**
 * svp_context_count - numbers that are out
 * @pool: the pool
 *
 * Context: any.
 */
u32 svp_context_count(const struct svp_context_pool *pool)
{
	return READ_ONCE(pool->count);
}

static bool is_done(const struct svp_context_pool *pool,
		    const struct entry *entry, u32 now)
{
	s32 idle = now - READ_ONCE(entry->stamp);

	if (idle < (s32)DEAD_IDLE)
		return false;
	if (pool->ops->idle && idle >= (s32)pool->ops->idle)
		return true;
	return !pool->ops->alive(pool->owner, entry->key);
}

static void take_back(struct svp_context_pool *pool, u32 index, u32 now)
{
	struct entry *entry;

	entry = rcu_dereference_protected(pool->slot[index].entry,
					  lockdep_is_held(&pool->lock));
	if (!entry || !is_done(pool, entry, now))
		return;
	hlist_del_rcu(&entry->node);
	RCU_INIT_POINTER(pool->slot[index].entry, NULL);
	queue_put(pool, index, entry->share);
	WRITE_ONCE(pool->count, pool->count - 1);
	kfree_rcu(entry, rcu);
}

/**
 * svp_context_reap - take back the numbers of what is gone
 * @pool: the pool
 * @now: seconds by which idle times are measured, svp_context_now()
 *
 * Context: process.
 */
void svp_context_reap(struct svp_context_pool *pool, u32 now)
{
	u32 index = 0, end;

	while (index < pool->size && svp_context_count(pool)) {
		end = min(index + REAP_STRETCH, pool->size);
		spin_lock_bh(&pool->lock);
		rcu_read_lock();
		for (; index < end; index++)
			take_back(pool, index, now);
		rcu_read_unlock();
		spin_unlock_bh(&pool->lock);
		cond_resched();
	}
}

static void reap_work(struct work_struct *work)
{
	struct svp_context_pool *pool = container_of(to_delayed_work(work),
						     struct svp_context_pool,
						     work);

	svp_context_reap(pool, svp_context_now());
	/* else the next number that goes out starts it again */
	if (svp_context_count(pool))
		queue_delayed_work(system_power_efficient_wq, &pool->work,
				   REAP_EVERY * HZ);
}

static void pool_free(struct svp_context_pool *pool)
{
	kvfree(pool->bucket);
	kvfree(pool->slot);
	kvfree(pool->used);
	kfree(pool);
}

/**
 * svp_context_new - a pool with all its numbers free
 * @lo: first number
 * @hi: last one, not below @lo; 65535 is not one
 * @ops: callbacks
 * @owner: for them
 *
 * Context: process.
 * Return: the pool, or NULL when there is no memory.
 */
struct svp_context_pool *svp_context_new(u16 lo, u16 hi,
					 const struct svp_context_ops *ops,
					 void *owner)
{
	u32 i, size = hi - lo + 1U;
	struct svp_context_pool *pool;

	if (WARN_ON_ONCE(hi < lo || size > NONE))
		return NULL;
	pool = kzalloc(sizeof(*pool), GFP_KERNEL);
	if (!pool)
		return NULL;
	pool->ops = ops;
	pool->owner = owner;
	pool->lo = lo;
	pool->size = size;
	pool->hash_bits = max(order_base_2(size / 4 + 1), 4);
	pool->bucket = kvcalloc(1U << pool->hash_bits, sizeof(*pool->bucket),
				GFP_KERNEL);
	pool->slot = kvcalloc(size, sizeof(*pool->slot), GFP_KERNEL);
	if (ops->fair)
		pool->used = kvcalloc(SVP_CONTEXT_SHARES, sizeof(*pool->used),
				      GFP_KERNEL);
	if (!pool->bucket || !pool->slot || (ops->fair && !pool->used)) {
		pool_free(pool);
		return NULL;
	}
	spin_lock_init(&pool->lock);
	INIT_DELAYED_WORK(&pool->work, reap_work);
	for (i = 0; i < size; i++)
		pool->slot[i].next = i + 1 < size ? i + 1 : NONE;
	pool->tail = size - 1;
	pool->free = size;
	pool->resting = NONE;
	return pool;
}

/**
 * svp_context_destroy - free a pool
 * @pool: nobody uses any more, a grace period has passed; NULL is allowed
 *
 * Context: process, sleeps.
 */
void svp_context_destroy(struct svp_context_pool *pool)
{
	struct entry *entry;
	u32 i;

	if (!pool)
		return;
	cancel_delayed_work_sync(&pool->work);
	for (i = 0; i < pool->size; i++) {
		entry = rcu_dereference_protected(pool->slot[i].entry, true);
		kfree(entry);
	}
	pool_free(pool);
}
