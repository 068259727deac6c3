// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flow records: keys, tags, quota, walks, references.
 */
#include <linux/random.h>

#include "flow_fixture.h"

static void both_directions(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct svp_tuple key = key_of(1), back = reverse(&key), other;
	struct svp_flow *flow;

	table_new(test, SMALL);
	flow = flow_add(f, 1);
	KUNIT_ASSERT_FALSE(test, IS_ERR(flow));
	KUNIT_EXPECT_PTR_EQ(test, flow_find(f, &key), flow);
	KUNIT_EXPECT_PTR_EQ(test, flow_find(f, &back), flow);
	KUNIT_EXPECT_TRUE(test, svp_tuple_equal(&flow->side[SVP_IN].key, &back));
	KUNIT_EXPECT_EQ(test, svp_flow_count(f->table), 1U);
	/* the same addresses at another guest, and against the direction */
	other = key;
	other.port++;
	KUNIT_EXPECT_NULL(test, flow_find(f, &other));
	other = key;
	other.port ^= SVP_KEY_DIR;
	KUNIT_EXPECT_NULL(test, flow_find(f, &other));
	KUNIT_EXPECT_TRUE(test, flow_del(f, flow));
	KUNIT_EXPECT_NULL(test, flow_find(f, &key));
	KUNIT_EXPECT_NULL(test, flow_find(f, &back));
	KUNIT_EXPECT_EQ(test, svp_flow_count(f->table), 0U);
}

static void every_field_counts(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct svp_tuple key = key_of(1);
	struct svp_flow *flow;
	unsigned int bit;

	table_new(test, SMALL);
	flow = flow_add(f, 1);
	for (bit = 0; bit < 8 * sizeof(key); bit++) {
		((u8 *)&key)[bit / 8] ^= 1 << bit % 8;
		KUNIT_EXPECT_NULL_MSG(test, flow_find(f, &key), "bit %u", bit);
		((u8 *)&key)[bit / 8] ^= 1 << bit % 8;
	}
	KUNIT_EXPECT_PTR_EQ(test, flow_find(f, &key), flow);
}

/* What a guest can choose has to change the hash: nobody shares a bucket by choice */
static void every_field_is_hashed(struct kunit *test)
{
	struct svp_tuple key = key_of(1);
	u32 hash, bit, same = 0;

	KUNIT_ASSERT_EQ(test, key.family, 4);
	/* no bit of one field may hide those of another */
	key.vlan[0] = htons(0xffff);
	key.vlan[1] = htons(0xffff);
	hash = svp_flow_hash_key(&key, sizeof(key), 0);
	KUNIT_EXPECT_EQ(test, svp_flow_hash_key(&key, sizeof(key), 0), hash);
	KUNIT_EXPECT_NE(test, svp_flow_hash_key(&key, sizeof(key), 1), hash);
	for (bit = 0; bit < 8 * sizeof(key); bit++) {
		((u8 *)&key)[bit / 8] ^= 1 << bit % 8;
		same += svp_flow_hash_key(&key, sizeof(key), 0) == hash;
		((u8 *)&key)[bit / 8] ^= 1 << bit % 8;
	}
	/* behind the IPv4 addresses there are zeros */
	KUNIT_EXPECT_EQ(test, same, 2U * 12 * 8);
	key.family = 6;
	hash = svp_flow_hash_key(&key, sizeof(key), 0);
	for (bit = 0, same = 0; bit < 8 * offsetof(struct svp_tuple, family); bit++) {
		((u8 *)&key)[bit / 8] ^= 1 << bit % 8;
		same += svp_flow_hash_key(&key, sizeof(key), 0) == hash;
		((u8 *)&key)[bit / 8] ^= 1 << bit % 8;
	}
	KUNIT_EXPECT_EQ(test, same, 0U);
}

static void second_record_loses(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct svp_flow *first;

	table_new(test, SMALL);
	first = flow_add_dir(f, 1, SVP_IN);
	KUNIT_ASSERT_FALSE(test, IS_ERR(first));
	KUNIT_EXPECT_PTR_EQ(test, flow_add_dir(f, 1, SVP_OUT), first);
	KUNIT_EXPECT_PTR_EQ(test, flow_add_dir(f, 1, SVP_IN), first);
	KUNIT_EXPECT_EQ(test, svp_flow_count(f->table), 1U);
	KUNIT_EXPECT_EQ(test, f->made, 1U);
	KUNIT_EXPECT_PTR_EQ(test, flow_tag(f, first->tag), first);
}

static void deleted_once(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct svp_flow *flow;

	table_new(test, SMALL);
	flow = flow_add(f, 1);
	local_bh_disable();
	rcu_read_lock();
	KUNIT_EXPECT_TRUE(test, svp_flow_delete(f->table, flow));
	KUNIT_EXPECT_FALSE(test, svp_flow_delete(f->table, flow));
	KUNIT_EXPECT_TRUE(test, flow->flags & SVP_FLOW_FIN);
	rcu_read_unlock();
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, atomic_read(&f->gone), 1);
}

static void quota_of_table(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct svp_tuple key = key_of(0);
	u32 i;

	table_new(test, SMALL);
	for (i = 0; i < SMALL; i++)
		KUNIT_ASSERT_FALSE(test, IS_ERR(flow_add(f, i)));
	KUNIT_EXPECT_EQ(test, PTR_ERR(flow_add(f, i)), -ENOSPC);
	KUNIT_EXPECT_EQ(test, svp_flow_count(f->table), (u32)SMALL);
	/* memory counts, not entries: room comes with the grace period */
	flow_del(f, flow_find(f, &key));
	rcu_barrier();
	KUNIT_EXPECT_FALSE(test, IS_ERR(flow_add(f, i)));
	KUNIT_EXPECT_EQ(test, PTR_ERR(flow_add(f, i + 1)), -ENOSPC);
	/* a lower limit keeps what is there */
	KUNIT_EXPECT_EQ(test, svp_flow_set_max(f->table, 4), 0);
	KUNIT_EXPECT_EQ(test, svp_flow_count(f->table), (u32)SMALL);
	KUNIT_EXPECT_EQ(test, PTR_ERR(flow_add(f, i + 2)), -ENOSPC);
	KUNIT_EXPECT_EQ(test, svp_flow_set_max(f->table, 0), -ERANGE);
	KUNIT_EXPECT_EQ(test, svp_flow_set_max(f->table, SVP_FLOWS_MAX + 1),
			-ERANGE);
}

static void tags_of_reused_slots(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 i, old[SMALL], turn, tag;
	struct svp_flow *flow, *keep;

	table_new(test, SMALL);
	keep = flow_add(f, 1000);	/* the counter must step over it */
	for (i = 0; i < SMALL; i++)
		old[i] = keep->tag;
	for (turn = 0; turn < 200; turn++) {
		flow = flow_add(f, turn);
		KUNIT_ASSERT_FALSE(test, IS_ERR(flow));
		tag = flow->tag;
		KUNIT_EXPECT_NE(test, tag, 0U);
		KUNIT_EXPECT_EQ(test, tag >> 31, 0U);
		KUNIT_EXPECT_PTR_EQ(test, flow_tag(f, tag), flow);
		for (i = 0; i < SMALL; i++)
			KUNIT_EXPECT_TRUE(test, old[i] == keep->tag ||
					  (old[i] != tag && !flow_tag(f, old[i])));
		KUNIT_EXPECT_TRUE(test, flow_del(f, flow));
		KUNIT_EXPECT_NULL(test, flow_tag(f, tag));
		old[turn % SMALL] = tag;
		if (turn % 8 == 7)
			rcu_barrier();
	}
	KUNIT_EXPECT_PTR_EQ(test, flow_tag(f, keep->tag), keep);
	KUNIT_EXPECT_NULL(test, flow_tag(f, 0));
	KUNIT_EXPECT_NULL(test, flow_tag(f, keep->tag | BIT(31)));
}

static void growth_keeps_tags(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct svp_flow *flow;
	u32 cursor = 0, seen = 0, i;

	table_new(test, SMALL);
	/* several turns of the small array, so that high bits differ */
	for (i = 0; i < 300; i++) {
		flow = flow_add(f, i);
		KUNIT_ASSERT_FALSE(test, IS_ERR(flow));
		if (i % 30)
			flow_del(f, flow);
		if (i % 4 == 3)
			rcu_barrier();
	}
	KUNIT_EXPECT_EQ(test, svp_flow_set_max(f->table, 5000), 0);
	KUNIT_EXPECT_EQ(test, svp_flow_max(f->table), 5000U);
	for (i = 300; i < 5000; i++)
		KUNIT_ASSERT_FALSE(test, IS_ERR(flow_add(f, i)));
	rcu_read_lock();
	while ((flow = svp_flow_next(f->table, &cursor))) {
		seen++;
		KUNIT_EXPECT_PTR_EQ(test, svp_flow_by_tag(f->table, flow->tag), flow);
	}
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, seen, svp_flow_count(f->table));
	KUNIT_EXPECT_EQ(test, seen, 4710U);
}

static void walk_sees_once(struct kunit *test)
{
	const u32 n = 2000, stay = 500;
	struct fixture *f = test->priv;
	u32 cursor = 0, step = 0, i;
	struct svp_flow *flow;
	struct svp_tuple key;
	u8 *seen = kunit_kzalloc(test, 2 * n, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, seen);
	table_new(test, 4 * n);
	for (i = 0; i < n; i++)
		KUNIT_ASSERT_FALSE(test, IS_ERR(flow_add(f, i)));
	for (;; step++) {
		rcu_read_lock();
		flow = svp_flow_next(f->table, &cursor);
		if (flow)
			seen[flow->rule_id]++;
		rcu_read_unlock();
		if (!flow)
			break;
		/* one goes before or behind the cursor, one comes */
		key = key_of(stay + get_random_u32() % (n - stay));
		flow = flow_find(f, &key);
		if (flow)
			flow_del(f, flow);
		if (step < n)
			flow_add(f, n + step);
	}
	for (i = 0; i < stay; i++)
		KUNIT_EXPECT_EQ_MSG(test, seen[i], 1, "flow %u", i);
	for (i = stay; i < 2 * n; i++)
		KUNIT_EXPECT_LE_MSG(test, seen[i], 1, "flow %u", i);
}

static bool is_odd(const struct svp_flow *flow, void *arg)
{
	return flow->rule_id & 1;
}

static void flush_what_matches(struct kunit *test)
{
	struct fixture *f = test->priv;
	u32 i;

	table_new(test, 4000);
	for (i = 0; i < 3000; i++)
		flow_add(f, i);
	KUNIT_EXPECT_EQ(test, svp_flow_flush(f->table, is_odd, NULL), 1500U);
	KUNIT_EXPECT_EQ(test, svp_flow_count(f->table), 1500U);
	KUNIT_EXPECT_EQ(test, svp_flow_flush(f->table, is_odd, NULL), 0U);
	KUNIT_EXPECT_EQ(test, svp_flow_flush(f->table, NULL, NULL), 1500U);
}

static void set_path(struct fixture *f, struct svp_flow *flow, int dir, int i)
{
	spinlock_t *lock = svp_flow_lock(f->table, flow);

	spin_lock_bh(lock);
	svp_flow_set_path(flow, dir, i < 0 ? NULL : f->path[i]);
	spin_unlock_bh(lock);
}

static void paths_change(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct svp_flow_side *side;
	struct svp_flow_use *use;
	struct svp_flow *flow;
	int dir;

	table_new(test, SMALL);
	flow = flow_add(f, 1);
	for (dir = 0; dir < SVP_DIRS; dir++) {
		side = &flow->side[dir];
		use = &flow->use[dir];
		use->given = 0x8000;
		set_path(f, flow, dir, 1);
		KUNIT_EXPECT_PTR_EQ(test, rcu_access_pointer(flow->path[dir]),
				    f->path[1]);
		KUNIT_EXPECT_PTR_EQ(test, rcu_access_pointer(side->old_path),
				    f->path[0]);
		KUNIT_EXPECT_EQ(test, use->given, 0);
		KUNIT_EXPECT_EQ(test, side->old_given, 0x8000);
		/* back again: what the first path was given is not forgotten */
		use->given = 0x4000;
		set_path(f, flow, dir, 0);
		KUNIT_EXPECT_EQ(test, use->given, 0x8000);
		KUNIT_EXPECT_EQ(test, side->old_given, 0x4000);
		set_path(f, flow, dir, 0);
		KUNIT_EXPECT_EQ(test, use->given, 0x8000);
		set_path(f, flow, dir, 2);
		KUNIT_EXPECT_EQ(test, refcount_read(&f->path[1]->ref), 1);
		set_path(f, flow, dir, -1);
		KUNIT_EXPECT_PTR_EQ(test, rcu_access_pointer(side->old_path),
				    f->path[2]);
		/* the fixture's, and that of the direction that has not moved */
		KUNIT_EXPECT_EQ(test, refcount_read(&f->path[0]->ref), 2 - dir);
	}
	set_path(f, flow, SVP_OUT, 1);
}

/* What moves one direction leaves the other where it is */
static void directions_part(struct kunit *test)
{
	struct fixture *f = test->priv;
	struct svp_flow *flow;

	table_new(test, SMALL);
	flow = flow_add(f, 1);
	flow->use[SVP_OUT].given = 0x8000;
	flow->use[SVP_IN].given = 0x4000;
	set_path(f, flow, SVP_OUT, 1);
	KUNIT_EXPECT_PTR_EQ(test, rcu_access_pointer(flow->path[SVP_IN]), f->path[0]);
	KUNIT_EXPECT_NULL(test, rcu_access_pointer(flow->side[SVP_IN].old_path));
	KUNIT_EXPECT_EQ(test, flow->use[SVP_IN].given, 0x4000);
	KUNIT_EXPECT_EQ(test, flow->side[SVP_IN].old_given, 0);
	KUNIT_EXPECT_EQ(test, refcount_read(&f->path[0]->ref), 3);
	set_path(f, flow, SVP_IN, 2);
	KUNIT_EXPECT_PTR_EQ(test, rcu_access_pointer(flow->path[SVP_OUT]), f->path[1]);
	KUNIT_EXPECT_EQ(test, flow->side[SVP_OUT].old_given, 0x8000);
	KUNIT_EXPECT_EQ(test, flow->side[SVP_IN].old_given, 0x4000);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(both_directions),
	KUNIT_CASE(every_field_counts),
	KUNIT_CASE(every_field_is_hashed),
	KUNIT_CASE(second_record_loses),
	KUNIT_CASE(deleted_once),
	KUNIT_CASE(quota_of_table),
	KUNIT_CASE(tags_of_reused_slots),
	KUNIT_CASE(growth_keeps_tags),
	KUNIT_CASE(walk_sees_once),
	KUNIT_CASE(flush_what_matches),
	KUNIT_CASE(paths_change),
	KUNIT_CASE(directions_part),
	{}
};

static struct kunit_suite suite = {
	.name = "svcplane_flow",
	.suite_init = flows_begin,
	.suite_exit = flows_end,
	.init = setup,
	.exit = teardown,
	.test_cases = cases,
};

kunit_test_suite(suite);
