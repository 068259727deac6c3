/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Forwarding database of a plane: which port a MAC address is behind.
 */
#ifndef SVP_FDB_H
#define SVP_FDB_H

#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/rhashtable-types.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#define SVP_FDB_LEARNED_MAX	8192	/* of a plane */
#define SVP_FDB_PORT_MAX	1024	/* of one port; both unless set otherwise */
#define SVP_FDB_AGEING		(300 * HZ)
#define SVP_FDB_STAY		(HZ / 10)	/* before an address moves again */

#define SVP_FDB_STATIC		BIT(0)	/* configured: neither ages nor moves */
#define SVP_FDB_LOCAL		BIT(1)	/* the plane's device itself */

struct svp_fdb_entry;

/**
 * struct svp_fdb_owner - what entries point to; embedded in a port
 * @n: learned entries of it; under svp_fdb.lock
 * @max: how many it may have
 * @over: addresses not learned because of @max; under svp_fdb.lock
 * @recent: an entry of it that was made or used lately, while that is in the table;
 *	RCU, changes under svp_fdb.lock
 */
struct svp_fdb_owner {
	unsigned int n;
	unsigned int max;
	u64 over;
	struct svp_fdb_entry __rcu *recent;
};

/**
 * struct svp_fdb_entry - one address
 * @node: in svp_fdb.table
 * @key: ether_addr_to_u64()
 * @owner: port it is behind, NULL with SVP_FDB_LOCAL. Never changes: an
 *	address that moves gets a new entry, so that a packet sees one or the
 *	other, whole
 * @flags: SVP_FDB_*
 * @made: jiffies when it was made
 * @used: jiffies when it was last a source address
 * @list: in svp_fdb.list
 * @rcu: for freeing
 */
struct svp_fdb_entry {
	struct rhash_head node;
	u64 key;
	struct svp_fdb_owner *owner;
	u8 flags;
	unsigned long made;
	unsigned long used;
	struct list_head list;
	struct rcu_head rcu;
};

/**
 * struct svp_fdb - the table
 * @table: by address
 * @list: all entries, in order of creation; read by RCU
 * @lock: guards every change
 * @walks: struct svp_fdb_walk that are going on; under @lock
 * @n_learned: entries that are neither static nor local
 * @max_learned: how many there may be
 * @ageing: jiffies after which an unused learned entry goes; 0 = never
 * @moved: learned addresses that came from another port, counted
 * @notify: told of what is learned, ages or goes with its port, not of what is
 *	configured. Under @lock with BH off; may be NULL
 */
struct svp_fdb {
	struct rhashtable table;
	struct list_head list;
	spinlock_t lock;	/* changes; BH off */
	struct list_head walks;
	unsigned int n_learned;
	unsigned int max_learned;
	unsigned long ageing;
	u64 moved;
	void (*notify)(struct svp_fdb *fdb, const struct svp_fdb_owner *owner,
		       const u8 *mac, bool gone);
};

enum svp_fdb_learn {
	SVP_FDB_KNOWN,		/* or learned just now */
	SVP_FDB_FULL,		/* no room: not learned */
	SVP_FDB_STAYS,		/* has just moved: not learned */
	SVP_FDB_FOREIGN,	/* belongs to the device or, static, elsewhere */
};

int svp_fdb_init(struct svp_fdb *fdb);
void svp_fdb_destroy(struct svp_fdb *fdb);
struct svp_fdb_entry *svp_fdb_find(struct svp_fdb *fdb, const u8 *mac);
enum svp_fdb_learn svp_fdb_learn(struct svp_fdb *fdb,
				 struct svp_fdb_owner *owner, const u8 *mac);
int svp_fdb_add(struct svp_fdb *fdb, struct svp_fdb_owner *owner,
		const u8 *mac, u8 flags);
int svp_fdb_del(struct svp_fdb *fdb, const u8 *mac);
void svp_fdb_forget(struct svp_fdb *fdb, const u8 *mac);

/**
 * struct svp_fdb_walk - a way through all entries that removes some
 * @list: in svp_fdb.walks
 * @next: svp_fdb_entry.list of what is looked at next; whoever removes that
 *	entry moves it on. svp_fdb.list at the end
 * @goes: is an entry to be removed? Under svp_fdb.lock
 * @owner: for @goes
 * @n: removed
 */
struct svp_fdb_walk {
	struct list_head list;
	struct list_head *next;
	bool (*goes)(const struct svp_fdb *fdb,
		     const struct svp_fdb_entry *entry,
		     const struct svp_fdb_owner *owner);
	const struct svp_fdb_owner *owner;
	unsigned int n;
};

/* Between two stretches the lock is free. False: there is nothing left */
void svp_fdb_walk_begin(struct svp_fdb *fdb, struct svp_fdb_walk *walk);
bool svp_fdb_walk_on(struct svp_fdb *fdb, struct svp_fdb_walk *walk);
void svp_fdb_walk_end(struct svp_fdb *fdb, struct svp_fdb_walk *walk);

unsigned int svp_fdb_flush(struct svp_fdb *fdb,
			   const struct svp_fdb_owner *owner);
void svp_fdb_age(struct svp_fdb *fdb);

#endif
