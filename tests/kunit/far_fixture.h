/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A plane of host 1 with a path over three hosts, for the suites about frames
 * between hosts. Path 100, back 101: node 0 at host 2, node 1 here, node 2 at host
 * 3. Guests are of this host or of host 4.
 */
#ifndef SVP_TEST_FAR_FIXTURE_H
#define SVP_TEST_FAR_FIXTURE_H

#include <kunit/test.h>
#include <linux/in.h>
#include <linux/random.h>

#include "chain.h"
#include "far.h"
#include "host.h"
#include "node.h"
#include "plane.h"
#include "policy.h"

#define OWN	1
#define GUESTS	4	/* the other host with guests */
#define IFACE	5
#define TAG	0x1234
#define HOPS	3

struct far_fixture {
	struct svp_service service;
	struct svp_node node[HOPS];
	struct svp_chain chain;
	struct svp_path path;
	struct svp_path old;		/* 200, 201: the same nodes */
	struct svp_policy policy;
	struct svp_plane plane;
	struct svp_proxy proxy;
	struct svp_port port;		/* guest of this host */
	struct svp_flow *flow;		/* of it */
};

static __maybe_unused void far_gone(struct svp_flow *flow, void *ctx)
{
	struct far_fixture *f = ctx;

	if (svp_flow_is_far(flow))
		svp_far_flow_gone(f->plane.far, flow);
}

static __maybe_unused bool far_charge(struct svp_flow *flow, void *ctx)
{
	struct far_fixture *f = ctx;

	return !svp_flow_is_far(flow) ||
	       svp_far_charge(f->plane.far, svp_far_of(flow->port));
}

static __maybe_unused void far_uncharge(struct svp_flow *flow, void *ctx)
{
	struct far_fixture *f = ctx;

	if (svp_flow_is_far(flow))
		svp_far_uncharge(f->plane.far, svp_far_of(flow->port));
}

static const struct svp_flow_ops far_ops = {
	.gone = far_gone,
	.charge = far_charge,
	.uncharge = far_uncharge,
};

static __maybe_unused void far_path(struct far_fixture *f, struct svp_path *path,
				    u32 spi)
{
	int i;

	path->chain = &f->chain;
	path->n_hops = HOPS;
	path->spi[SVP_OUT] = spi;
	path->spi[SVP_IN] = spi + 1;
	for (i = 0; i < HOPS; i++)
		path->nodes[i] = &f->node[i];
	refcount_set(&path->ref, 1000000);
	xa_store(&f->policy.spis, spi, path, GFP_KERNEL);
	xa_store(&f->policy.spis, spi + 1, path, GFP_KERNEL);
}

static __maybe_unused void far_nodes(struct far_fixture *f)
{
	static const u16 owners[HOPS] = { 2, 0, 3 };
	int i;

	for (i = 0; i < HOPS; i++) {
		f->node[i].plane = &f->plane;
		f->node[i].service = &f->service;
		f->node[i].owner = owners[i];
		f->node[i].conf.id = i + 1;
		f->node[i].conf.n_hosts = 1;
		f->node[i].conf.hosts[0] = owners[i] ?: OWN;
		refcount_set(&f->node[i].ref, 1000000);
	}
}

/* Frames of the guest of this host were given to node 0, out, and to 2, in */
static __maybe_unused void far_own_flow(struct kunit *test)
{
	struct far_fixture *f = test->priv;
	struct svp_tuple key = {
		.src.ip4 = htonl(0xC0000201), .dst.ip4 = htonl(0xC6336402),
		.sport = htons(1234), .dport = htons(80),
		.family = 4, .proto = IPPROTO_TCP,
		.port = svp_key_port(1, SVP_OUT),
	};
	struct svp_flow *flow;
	int dir;

	f->proxy.id = IFACE;
	f->port.proxy = &f->proxy;
	f->port.id = 1;
	f->port.plane = &f->plane;
	rcu_read_lock();
	local_bh_disable();
	flow = svp_flow_alloc(f->plane.flows, &key, SVP_OUT);
	if (flow) {
		flow->port = &f->port;
		for (dir = 0; dir < SVP_DIRS; dir++)
			RCU_INIT_POINTER(flow->path[dir], svp_path_hold(&f->path));
		flow->use[SVP_OUT].given = 0x8000;
		flow->use[SVP_IN].given = 0x8000;
		flow = svp_flow_insert(f->plane.flows, flow, SVP_OUT);
	}
	local_bh_enable();
	rcu_read_unlock();
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, flow);
	f->flow = flow;
}

static __maybe_unused void far_hosts(struct kunit *test)
{
	static const u16 listed[] = { 2, 3, GUESTS, 5, 6 };
	struct far_fixture *f = test->priv;
	int i;

	svp_hosts_init(&f->plane.hosts);
	mutex_lock(&f->plane.lock);
	for (i = 0; i < ARRAY_SIZE(listed); i++) {
		struct svp_host_conf conf = { .id = listed[i] };

		snprintf(conf.name, sizeof(conf.name), "h%u", listed[i]);
		conf.keys[0].set = true;
		get_random_bytes(conf.keys[0].key, sizeof(conf.keys[0].key));
		KUNIT_EXPECT_EQ(test, 0, svp_host_add(&f->plane, &conf, NULL));
	}
	mutex_unlock(&f->plane.lock);
}

static __maybe_unused int far_setup(struct kunit *test, u32 max_flows)
{
	struct far_fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, f);
	test->priv = f;
	f->plane.host_id = OWN;
	f->plane.tenant = 7;
	f->plane.md_class = SVCPLANE_MD_CLASS;
	f->chain.id = 1;
	xa_init(&f->policy.spis);
	xa_init(&f->policy.chains);
	xa_init(&f->plane.nodes);
	xa_init(&f->plane.ports);
	mutex_init(&f->plane.lock);
	far_hosts(test);
	far_nodes(f);
	far_path(f, &f->path, 100);
	far_path(f, &f->old, 200);
	RCU_INIT_POINTER(f->plane.policy, &f->policy);
	f->plane.flows = svp_flow_table_new(max_flows, &far_ops, f);
	f->plane.far = svp_far_table_new(&f->plane);
	KUNIT_ASSERT_NOT_NULL(test, f->plane.flows);
	KUNIT_ASSERT_NOT_NULL(test, f->plane.far);
	return 0;
}

static __maybe_unused void far_teardown(struct kunit *test)
{
	struct far_fixture *f = test->priv;

	if (!f)
		return;
	mutex_lock(&f->plane.lock);
	svp_hosts_clear(&f->plane);
	mutex_unlock(&f->plane.lock);
	svp_flow_table_destroy(f->plane.flows);
	svp_far_table_destroy(f->plane.far);
	KUNIT_EXPECT_EQ(test, refcount_read(&f->path.ref), 1000000);
	KUNIT_EXPECT_EQ(test, refcount_read(&f->old.ref), 1000000);
	xa_destroy(&f->policy.spis);
	xa_destroy(&f->policy.chains);
	xa_destroy(&f->plane.nodes);
	xa_destroy(&f->plane.ports);
	svp_hosts_destroy(&f->plane.hosts);
	rcu_barrier();
}

static __maybe_unused int far_suite_init(struct kunit_suite *suite)
{
	return svp_flow_init();
}

static __maybe_unused void far_suite_exit(struct kunit_suite *suite)
{
	svp_flow_exit();
}

#endif
