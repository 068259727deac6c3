// SPDX-License-Identifier: GPL-2.0-only
/*
 * Addresses of a plane: learning, moving, theft, limits, age.
 */
#include <kunit/test.h>
#include <linux/etherdevice.h>
#include <linux/jiffies.h>
#include <linux/slab.h>

#include "fdb.h"

#define PORTS	3

struct world {
	struct svp_fdb fdb;
	struct svp_fdb_owner port[PORTS];
};

static int told_new, told_gone;

static void count_told(struct svp_fdb *fdb, const struct svp_fdb_owner *owner,
		       const u8 *mac, bool gone)
{
	if (gone)
		told_gone++;
	else
		told_new++;
}

static const u8 *mac_of(u32 n)
{
	static u8 mac[ETH_ALEN];

	u64_to_ether_addr(0x020000000000ULL + n, mac);
	return mac;
}

static enum svp_fdb_learn learn(struct world *w, int port, u32 n)
{
	enum svp_fdb_learn ret;

	rcu_read_lock();
	ret = svp_fdb_learn(&w->fdb, &w->port[port], mac_of(n));
	rcu_read_unlock();
	return ret;
}

/* Number of the port, -1 for the device, -2 for unknown */
static int find(struct world *w, u32 n)
{
	struct svp_fdb_entry *entry;
	int port = -2;

	rcu_read_lock();
	entry = svp_fdb_find(&w->fdb, mac_of(n));
	if (entry)
		port = entry->owner ? entry->owner - w->port : -1;
	rcu_read_unlock();
	return port;
}

static void set_used(struct world *w, u32 n, unsigned long ago)
{
	struct svp_fdb_entry *entry;

	rcu_read_lock();
	entry = svp_fdb_find(&w->fdb, mac_of(n));
	if (entry)
		WRITE_ONCE(entry->used, jiffies - ago);
	rcu_read_unlock();
}

/* As if the entry were old enough to move */
static void settle(struct world *w, u32 n)
{
	struct svp_fdb_entry *entry;

	rcu_read_lock();
	entry = svp_fdb_find(&w->fdb, mac_of(n));
	if (entry)
		entry->made -= SVP_FDB_STAY;
	rcu_read_unlock();
}

static void learns_and_finds(struct kunit *test)
{
	struct world *w = test->priv;

	KUNIT_EXPECT_EQ(test, find(w, 1), -2);
	KUNIT_EXPECT_EQ(test, (int)learn(w, 0, 1), (int)SVP_FDB_KNOWN);
	KUNIT_EXPECT_EQ(test, (int)learn(w, 1, 2), (int)SVP_FDB_KNOWN);
	KUNIT_EXPECT_EQ(test, (int)learn(w, 0, 1), (int)SVP_FDB_KNOWN);
	KUNIT_EXPECT_EQ(test, find(w, 1), 0);
	KUNIT_EXPECT_EQ(test, find(w, 2), 1);
	KUNIT_EXPECT_EQ(test, w->fdb.n_learned, 2U);
	KUNIT_EXPECT_EQ(test, told_new, 2);
}

static void learned_moves(struct kunit *test)
{
	struct world *w = test->priv;

	learn(w, 0, 1);
	settle(w, 1);
	KUNIT_EXPECT_EQ(test, (int)learn(w, 2, 1), (int)SVP_FDB_KNOWN);
	KUNIT_EXPECT_EQ(test, find(w, 1), 2);
	KUNIT_EXPECT_EQ(test, (int)learn(w, 0, 1), (int)SVP_FDB_STAYS);
	KUNIT_EXPECT_EQ(test, find(w, 1), 2);
	KUNIT_EXPECT_EQ(test, w->port[0].n, 0U);
	KUNIT_EXPECT_EQ(test, w->port[2].n, 1U);
	KUNIT_EXPECT_EQ(test, w->fdb.n_learned, 1U);
	KUNIT_EXPECT_EQ(test, w->fdb.moved, 1ULL);
}

static void static_and_local_do_not_move(struct kunit *test)
{
	struct world *w = test->priv;
	int i;

	KUNIT_ASSERT_EQ(test, svp_fdb_add(&w->fdb, &w->port[0], mac_of(1),
					  SVP_FDB_STATIC), 0);
	KUNIT_ASSERT_EQ(test, svp_fdb_add(&w->fdb, NULL, mac_of(2),
					  SVP_FDB_LOCAL), 0);
	for (i = 0; i < 10000; i++) {
		if (learn(w, 1, 1) != SVP_FDB_FOREIGN ||
		    learn(w, 1, 2) != SVP_FDB_FOREIGN)
			break;
	}
	KUNIT_EXPECT_EQ(test, i, 10000);
	KUNIT_EXPECT_EQ(test, find(w, 1), 0);
	KUNIT_EXPECT_EQ(test, find(w, 2), -1);
	KUNIT_EXPECT_EQ(test, (int)learn(w, 0, 1), (int)SVP_FDB_KNOWN);
	KUNIT_EXPECT_EQ(test, w->fdb.n_learned, 0U);
}

static void static_takes_the_place_of_learned(struct kunit *test)
{
	struct world *w = test->priv;

	learn(w, 0, 1);
	KUNIT_ASSERT_EQ(test, svp_fdb_add(&w->fdb, &w->port[1], mac_of(1),
					  SVP_FDB_STATIC), 0);
	KUNIT_EXPECT_EQ(test, find(w, 1), 1);
	KUNIT_EXPECT_EQ(test, w->port[0].n, 0U);
	KUNIT_EXPECT_EQ(test, w->fdb.n_learned, 0U);
	KUNIT_EXPECT_EQ(test, svp_fdb_del(&w->fdb, mac_of(1)), 0);
	KUNIT_EXPECT_EQ(test, svp_fdb_del(&w->fdb, mac_of(1)), -ENOENT);
	KUNIT_EXPECT_EQ(test, find(w, 1), -2);
}

/* What a port used last is known without a look-up, as long as it is there */
static void removed_is_not_known(struct kunit *test)
{
	struct world *w = test->priv;

	learn(w, 0, 1);
	svp_fdb_del(&w->fdb, mac_of(1));
	KUNIT_EXPECT_EQ(test, (int)learn(w, 0, 1), (int)SVP_FDB_KNOWN);
	KUNIT_EXPECT_EQ(test, find(w, 1), 0);
	KUNIT_EXPECT_EQ(test, w->port[0].n, 1U);

	/* moved away */
	settle(w, 1);
	learn(w, 1, 1);
	KUNIT_EXPECT_EQ(test, (int)learn(w, 0, 1), (int)SVP_FDB_STAYS);
	KUNIT_EXPECT_EQ(test, find(w, 1), 1);

	/* taken away */
	KUNIT_ASSERT_EQ(test, svp_fdb_add(&w->fdb, &w->port[2], mac_of(1),
					  SVP_FDB_STATIC), 0);
	KUNIT_EXPECT_EQ(test, (int)learn(w, 1, 1), (int)SVP_FDB_FOREIGN);

	/* aged */
	learn(w, 1, 2);
	set_used(w, 2, 1000 * HZ);
	svp_fdb_age(&w->fdb);
	learn(w, 1, 2);
	KUNIT_EXPECT_EQ(test, find(w, 2), 1);

	svp_fdb_flush(&w->fdb, &w->port[1]);
	KUNIT_EXPECT_NULL(test, rcu_access_pointer(w->port[1].recent));
}

/* Of several stations behind a port it is one that still sends */
static void recent_is_in_use(struct kunit *test)
{
	struct world *w = test->priv;
	struct svp_fdb_entry *first;

	learn(w, 1, 1);
	first = rcu_access_pointer(w->port[1].recent);
	KUNIT_ASSERT_NOT_NULL(test, first);
	learn(w, 1, 2);
	KUNIT_EXPECT_PTR_NE(test, rcu_access_pointer(w->port[1].recent), first);
	/* noted just now: no lock for that */
	learn(w, 1, 1);
	KUNIT_EXPECT_PTR_NE(test, rcu_access_pointer(w->port[1].recent), first);
	set_used(w, 1, HZ);
	learn(w, 1, 1);
	KUNIT_EXPECT_PTR_EQ(test, rcu_access_pointer(w->port[1].recent), first);
	/* the other goes: it stays */
	svp_fdb_del(&w->fdb, mac_of(2));
	KUNIT_EXPECT_PTR_EQ(test, rcu_access_pointer(w->port[1].recent), first);
}

static void port_limit(struct kunit *test)
{
	struct world *w = test->priv;
	u32 i, full = 0;

	w->port[0].max = 10;
	for (i = 0; i < 1000; i++)
		full += learn(w, 0, i) == SVP_FDB_FULL;
	KUNIT_EXPECT_EQ(test, full, 990U);
	KUNIT_EXPECT_EQ(test, w->port[0].n, 10U);
	KUNIT_EXPECT_EQ(test, w->port[0].over, 990ULL);
	/* A full port takes no address away from another either */
	learn(w, 1, 5000);
	settle(w, 5000);
	KUNIT_EXPECT_EQ(test, (int)learn(w, 0, 5000), (int)SVP_FDB_FULL);
	KUNIT_EXPECT_EQ(test, find(w, 5000), 1);
	KUNIT_EXPECT_EQ(test, svp_fdb_add(&w->fdb, &w->port[0], mac_of(6000), 0),
			-ENOSPC);
	KUNIT_EXPECT_EQ(test, svp_fdb_add(&w->fdb, &w->port[0], mac_of(6000),
					  SVP_FDB_STATIC), 0);
}

static void plane_limit(struct kunit *test)
{
	struct world *w = test->priv;
	u32 i;

	w->fdb.max_learned = 100;
	for (i = 0; i < 300; i++)
		learn(w, i % PORTS, i);
	KUNIT_EXPECT_EQ(test, w->fdb.n_learned, 100U);
	/* Moving needs no more room */
	settle(w, 0);
	KUNIT_EXPECT_EQ(test, (int)learn(w, 1, 0), (int)SVP_FDB_KNOWN);
	KUNIT_EXPECT_EQ(test, w->fdb.n_learned, 100U);
}

static void unused_age(struct kunit *test)
{
	struct world *w = test->priv;

	w->fdb.ageing = 10 * HZ;
	learn(w, 0, 1);
	learn(w, 0, 2);
	learn(w, 0, 3);
	svp_fdb_add(&w->fdb, &w->port[0], mac_of(4), SVP_FDB_STATIC);
	set_used(w, 1, 11 * HZ);
	set_used(w, 2, 9 * HZ);
	set_used(w, 3, 11 * HZ);
	set_used(w, 4, 11 * HZ);
	learn(w, 0, 3);
	svp_fdb_age(&w->fdb);
	KUNIT_EXPECT_EQ(test, find(w, 1), -2);
	KUNIT_EXPECT_EQ(test, find(w, 2), 0);
	KUNIT_EXPECT_EQ(test, find(w, 3), 0);
	KUNIT_EXPECT_EQ(test, find(w, 4), 0);
	KUNIT_EXPECT_EQ(test, w->port[0].n, 2U);
	KUNIT_EXPECT_EQ(test, told_gone, 1);

	w->fdb.ageing = 0;
	set_used(w, 2, 1000 * HZ);
	svp_fdb_age(&w->fdb);
	KUNIT_EXPECT_EQ(test, find(w, 2), 0);
}

static void flush_takes_one_port(struct kunit *test)
{
	struct world *w = test->priv;
	u32 i;

	for (i = 0; i < 300; i++)
		learn(w, i % PORTS, i);
	svp_fdb_add(&w->fdb, &w->port[1], mac_of(1000), SVP_FDB_STATIC);
	KUNIT_EXPECT_EQ(test, svp_fdb_flush(&w->fdb, &w->port[1]), 101U);
	KUNIT_EXPECT_EQ(test, w->port[1].n, 0U);
	KUNIT_EXPECT_EQ(test, w->fdb.n_learned, 200U);
	KUNIT_EXPECT_EQ(test, find(w, 0), 0);
	KUNIT_EXPECT_EQ(test, find(w, 1), -2);
	KUNIT_EXPECT_EQ(test, find(w, 1000), -2);
}

static bool of_owner(const struct svp_fdb *fdb,
		     const struct svp_fdb_entry *entry,
		     const struct svp_fdb_owner *owner)
{
	return entry->owner == owner;
}

/* What happens between two stretches is to the entry that is next */
static void walk_outlives_its_next_entry(struct kunit *test)
{
	struct world *w = test->priv;
	struct svp_fdb_walk walk = { .goes = of_owner, .owner = &w->port[1] };
	struct svp_fdb_walk idle = { .goes = of_owner, .owner = NULL };
	u32 i;

	for (i = 0; i < 1000; i++)
		learn(w, 1, i);
	svp_fdb_walk_begin(&w->fdb, &walk);
	KUNIT_EXPECT_TRUE(test, svp_fdb_walk_on(&w->fdb, &walk));
	KUNIT_EXPECT_EQ(test, walk.n, 256U);
	/* gone; in the place of it the next; that moves to another port */
	svp_fdb_del(&w->fdb, mac_of(256));
	settle(w, 257);
	learn(w, 2, 257);
	svp_fdb_add(&w->fdb, &w->port[1], mac_of(258), SVP_FDB_STATIC);
	KUNIT_EXPECT_TRUE(test, svp_fdb_walk_on(&w->fdb, &walk));
	KUNIT_EXPECT_EQ(test, walk.n, 511U);
	/* a walk that removes what another stands at */
	svp_fdb_walk_begin(&w->fdb, &idle);
	KUNIT_EXPECT_TRUE(test, svp_fdb_walk_on(&w->fdb, &idle));
	KUNIT_EXPECT_EQ(test, svp_fdb_flush(&w->fdb, &w->port[1]), 487U);
	KUNIT_EXPECT_PTR_EQ(test, walk.next, &w->fdb.list);
	KUNIT_EXPECT_FALSE(test, svp_fdb_walk_on(&w->fdb, &idle));
	KUNIT_EXPECT_FALSE(test, svp_fdb_walk_on(&w->fdb, &walk));
	svp_fdb_walk_end(&w->fdb, &idle);
	svp_fdb_walk_end(&w->fdb, &walk);
	KUNIT_EXPECT_EQ(test, w->port[1].n, 0U);
	KUNIT_EXPECT_EQ(test, w->port[2].n, 1U);
	KUNIT_EXPECT_EQ(test, find(w, 257), 2);
	KUNIT_EXPECT_EQ(test, w->fdb.n_learned, 1U);
	KUNIT_EXPECT_TRUE(test, list_empty(&w->fdb.walks));
}

static int setup(struct kunit *test)
{
	struct world *w = kzalloc(sizeof(*w), GFP_KERNEL);
	int i, err;

	if (!w)
		return -ENOMEM;
	err = svp_fdb_init(&w->fdb);
	if (err) {
		kfree(w);
		return err;
	}
	for (i = 0; i < PORTS; i++)
		w->port[i].max = SVP_FDB_PORT_MAX;
	w->fdb.notify = count_told;
	told_new = 0;
	told_gone = 0;
	test->priv = w;
	return 0;
}

static void teardown(struct kunit *test)
{
	struct world *w = test->priv;

	svp_fdb_destroy(&w->fdb);
	kfree(w);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(learns_and_finds),
	KUNIT_CASE(learned_moves),
	KUNIT_CASE(static_and_local_do_not_move),
	KUNIT_CASE(static_takes_the_place_of_learned),
	KUNIT_CASE(removed_is_not_known),
	KUNIT_CASE(recent_is_in_use),
	KUNIT_CASE(port_limit),
	KUNIT_CASE(plane_limit),
	KUNIT_CASE(unused_age),
	KUNIT_CASE(flush_takes_one_port),
	KUNIT_CASE(walk_outlives_its_next_entry),
	{}
};

static struct kunit_suite suite = {
	.name = "svcplane_fdb",
	.init = setup,
	.exit = teardown,
	.test_cases = cases,
};

kunit_test_suite(suite);
