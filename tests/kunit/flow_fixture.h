/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A flow table with three paths to pin flows to, for the suites about flows.
 */
#ifndef SVP_TEST_FLOW_FIXTURE_H
#define SVP_TEST_FLOW_FIXTURE_H

#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/in.h>

#include "chain.h"
#include "flow.h"
#include "path.h"

#define SMALL	16	/* limit of a small table: 32 slots */

struct fixture {
	struct svp_flow_table *table;
	struct svp_path *path[3];
	atomic_t gone;
	u32 made;		/* inserted with success */
	u32 limit;
};

static __maybe_unused void count_gone(struct svp_flow *flow, void *ctx)
{
	struct fixture *f = ctx;

	atomic_inc(&f->gone);
}

static const struct svp_flow_ops ops = { .gone = count_gone };

static __maybe_unused struct svp_path *path_new(struct kunit *test)
{
	const struct svp_chain chain_conf = { .name = "c" };
	struct svp_path conf = {};
	struct svp_path *path;

	conf.chain = svp_chain_alloc(&chain_conf);
	KUNIT_ASSERT_NOT_NULL(test, conf.chain);
	path = svp_path_alloc(&conf);
	svp_chain_put(conf.chain);
	KUNIT_ASSERT_NOT_NULL(test, path);
	return path;
}

static __maybe_unused void table_new(struct kunit *test, u32 max)
{
	struct fixture *f = test->priv;

	f->table = svp_flow_table_new(max, &ops, f);
	KUNIT_ASSERT_NOT_NULL(test, f->table);
}

static __maybe_unused int setup(struct kunit *test)
{
	struct fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	int i;

	if (!f)
		return -ENOMEM;
	test->priv = f;
	for (i = 0; i < ARRAY_SIZE(f->path); i++)
		f->path[i] = path_new(test);
	return 0;
}

/* Every test ends with this: each flow gone once, each reference back */
static __maybe_unused void teardown(struct kunit *test)
{
	struct fixture *f = test->priv;
	int i;

	svp_flow_table_destroy(f->table);
	KUNIT_EXPECT_EQ(test, (u32)atomic_read(&f->gone), f->made);
	for (i = 0; i < ARRAY_SIZE(f->path); i++) {
		if (!f->path[i])
			continue;
		KUNIT_EXPECT_EQ(test, refcount_read(&f->path[i]->ref), 1);
		svp_path_put(f->path[i]);
	}
	rcu_barrier();
}

static __maybe_unused struct svp_tuple key_of(u32 n)
{
	return (struct svp_tuple) {
		.src.ip4 = htonl(0x0a000001),
		.dst.ip4 = htonl(0x0b000000 + n),
		.sport = htons(1000),
		.dport = htons(443),
		.family = 4,
		.proto = IPPROTO_TCP,
		.port = svp_key_port(7, SVP_OUT),
	};
}

static __maybe_unused struct svp_tuple reverse(const struct svp_tuple *key)
{
	struct svp_tuple res;

	svp_tuple_reverse(&res, key);
	res.port = key->port ^ SVP_KEY_DIR;
	return res;
}

static __maybe_unused struct svp_flow *flow_new(struct fixture *f, u32 n, enum svp_dir dir)
{
	struct svp_tuple key = key_of(n), back = reverse(&key);
	struct svp_flow *flow;

	flow = svp_flow_alloc(f->table, dir == SVP_OUT ? &key : &back, dir);
	if (!flow)
		return NULL;
	flow->rule_id = n;
	RCU_INIT_POINTER(flow->path[SVP_OUT], svp_path_hold(f->path[0]));
	RCU_INIT_POINTER(flow->path[SVP_IN], svp_path_hold(f->path[0]));
	return flow;
}

/* Inserts flow @n as a frame of direction @dir would */
static __maybe_unused struct svp_flow *flow_add_dir(struct fixture *f, u32 n, enum svp_dir dir)
{
	struct svp_flow *flow, *res;

	local_bh_disable();
	rcu_read_lock();
	flow = flow_new(f, n, dir);
	res = flow ? svp_flow_insert(f->table, flow, dir) : ERR_PTR(-ENOMEM);
	if (flow && res == flow)
		f->made++;
	rcu_read_unlock();
	local_bh_enable();
	return res;
}

static __maybe_unused struct svp_flow *flow_add(struct fixture *f, u32 n)
{
	return flow_add_dir(f, n, SVP_OUT);
}

static __maybe_unused struct svp_flow *flow_find(struct fixture *f, const struct svp_tuple *key)
{
	struct svp_flow *flow;

	local_bh_disable();
	rcu_read_lock();
	flow = svp_flow_lookup(f->table, key);
	rcu_read_unlock();
	local_bh_enable();
	return flow;
}

static __maybe_unused bool flow_del(struct fixture *f, struct svp_flow *flow)
{
	bool res;

	local_bh_disable();
	rcu_read_lock();
	res = svp_flow_delete(f->table, flow);
	rcu_read_unlock();
	local_bh_enable();
	return res;
}

static __maybe_unused struct svp_flow *flow_tag(struct fixture *f, u32 tag)
{
	struct svp_flow *flow;

	rcu_read_lock();
	flow = svp_flow_by_tag(f->table, tag);
	rcu_read_unlock();
	return flow;
}

static __maybe_unused int flows_begin(struct kunit_suite *suite)
{
	return svp_flow_init();
}

static __maybe_unused void flows_end(struct kunit_suite *suite)
{
	svp_flow_exit();
}

#endif
