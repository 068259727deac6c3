// SPDX-License-Identifier: GPL-2.0-only
/*
 * Suite of the choice of a path: shares, stability, symmetry.
 */
#include <kunit/test.h>
#include <linux/in.h>
#include <linux/prandom.h>

#include "node.h"
#include "parse.h"
#include "path.h"
#include "select.h"

#define PATHS	5
#define TUPLES	100000

struct select_fixture {
	struct svp_node node[PATHS];
	struct svp_path path[PATHS];
	struct svp_path *paths[PATHS];
	siphash_key_t seed;
	struct rnd_state rnd;
	u32 chosen[PATHS];
};

static int fixture_init(struct kunit *test)
{
	struct select_fixture *f;
	unsigned int i;

	f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, f);
	test->priv = f;
	f->seed = (siphash_key_t) { { 0x0123456789abcdef, 42 } };
	prandom_seed_state(&f->rnd, 1);
	for (i = 0; i < PATHS; i++) {
		f->paths[i] = &f->path[i];
		f->path[i].spi[SVP_OUT] = 100 + 2 * i;
		f->path[i].spi[SVP_IN] = 101 + 2 * i;
		f->path[i].weight = 1;
		f->path[i].n_hops = 1;
		f->path[i].nodes[0] = &f->node[i];
	}
	return 0;
}

static void random_tuple(struct select_fixture *f, struct svp_tuple *t)
{
	memset(t, 0, sizeof(*t));
	t->family = prandom_u32_state(&f->rnd) % 2 ? 4 : 6;
	t->proto = IPPROTO_TCP;
	prandom_bytes_state(&f->rnd, &t->src, t->family == 4 ? 4 : 16);
	prandom_bytes_state(&f->rnd, &t->dst, t->family == 4 ? 4 : 16);
	prandom_bytes_state(&f->rnd, &t->sport, sizeof(t->sport));
	prandom_bytes_state(&f->rnd, &t->dport, sizeof(t->dport));
}

static int choose(struct select_fixture *f, const struct svp_tuple *t)
{
	struct svp_path *path = svp_select_hash(f->paths, PATHS, t, &f->seed);

	return path ? path - f->path : -1;
}

/* Each path gets its share of flows, @permille of the share off at most */
static void expect_shares(struct kunit *test, u32 permille)
{
	struct select_fixture *f = test->priv;
	u32 i, sum = 0;

	memset(f->chosen, 0, sizeof(f->chosen));
	for (i = 0; i < TUPLES; i++) {
		struct svp_tuple t;

		random_tuple(f, &t);
		f->chosen[choose(f, &t)]++;
	}
	for (i = 0; i < PATHS; i++)
		sum += f->path[i].weight;
	for (i = 0; i < PATHS; i++) {
		u32 share = (u64)TUPLES * f->path[i].weight / sum;
		u32 off = abs((int)(f->chosen[i] - share));

		KUNIT_EXPECT_LE_MSG(test, off, share * permille / 1000,
				    "path %u: %u of %u", i, f->chosen[i],
				    share);
	}
}

static void equal_weights(struct kunit *test)
{
	expect_shares(test, 20);
}

/* The smallest share is 1 in 16: chance alone is off by 12 per mille */
static void different_weights(struct kunit *test)
{
	static const u16 weights[PATHS] = { 1, 2, 3, 4, 6 };
	struct select_fixture *f = test->priv;
	unsigned int i;

	for (i = 0; i < PATHS; i++)
		f->path[i].weight = weights[i];
	expect_shares(test, 30);
	/* Only their proportion counts */
	for (i = 0; i < PATHS; i++)
		f->path[i].weight = weights[i] * 10000;
	expect_shares(test, 30);
}

/* Sequential addresses and ports spread as random ones do */
static void sequential_tuples(struct kunit *test)
{
	struct select_fixture *f = test->priv;
	struct svp_tuple t = { .family = 4, .proto = IPPROTO_UDP };
	u32 i;

	for (i = 0; i < TUPLES; i++) {
		t.src.ip4 = htonl(0x0a000000 + i / 1000);
		t.dst.ip4 = htonl(0xc0000201);
		t.sport = htons(1024 + i % 1000);
		f->chosen[choose(f, &t)]++;
	}
	for (i = 0; i < PATHS; i++)
		KUNIT_EXPECT_LE(test, abs((int)f->chosen[i] - TUPLES / PATHS),
				TUPLES / PATHS / 50);
}

static void losing_a_path_moves_only_its_flows(struct kunit *test)
{
	struct select_fixture *f = test->priv;
	u32 i, moved = 0;

	f->path[2].weight = 3;
	for (i = 0; i < TUPLES / 4; i++) {
		struct svp_tuple t;
		int before, after;

		random_tuple(f, &t);
		before = choose(f, &t);
		WRITE_ONCE(f->node[2].down, SVP_NODE_DOWN_LINK);
		after = choose(f, &t);
		WRITE_ONCE(f->node[2].down, 0);
		KUNIT_EXPECT_NE(test, 2, after);
		if (before == 2)
			moved++;
		else
			KUNIT_EXPECT_EQ(test, before, after);
		KUNIT_EXPECT_EQ(test, before, choose(f, &t));
	}
	KUNIT_EXPECT_GT(test, moved, 0U);
}

static void order_of_paths_does_not_count(struct kunit *test)
{
	struct select_fixture *f = test->priv;
	u32 i;

	for (i = 0; i < 1000; i++) {
		struct svp_tuple t;
		int before;

		random_tuple(f, &t);
		before = choose(f, &t);
		swap(f->paths[i % PATHS], f->paths[i * 7 % PATHS]);
		KUNIT_EXPECT_EQ(test, before, choose(f, &t));
	}
}

static void both_directions_agree(struct kunit *test)
{
	struct select_fixture *f = test->priv;
	u32 i;

	for (i = 0; i < 10000; i++) {
		struct svp_tuple t, back;

		random_tuple(f, &t);
		if (i % 4 == 0)
			t.dst = t.src;
		if (i % 8 == 0)
			t.dport = t.sport;
		svp_tuple_reverse(&back, &t);
		back.port = 0x8001;
		back.vlan[0] = htons(5 | SVP_VLAN_PRESENT);
		KUNIT_EXPECT_EQ(test, choose(f, &t), choose(f, &back));
	}
}

static void seed_decides(struct kunit *test)
{
	struct select_fixture *f = test->priv;
	u32 i, same = 0;

	for (i = 0; i < 1000; i++) {
		struct svp_tuple t;
		int before;

		random_tuple(f, &t);
		before = choose(f, &t);
		f->seed.key[0] ^= 1;
		same += before == choose(f, &t);
		f->seed.key[0] ^= 1;
	}
	KUNIT_EXPECT_LT(test, same, 300U);
}

static void none_is_usable(struct kunit *test)
{
	struct select_fixture *f = test->priv;
	struct svp_tuple t;
	unsigned int i;

	random_tuple(f, &t);
	KUNIT_EXPECT_NULL(test, svp_select_hash(NULL, 0, &t, &f->seed));
	for (i = 0; i < PATHS; i++) {
		KUNIT_EXPECT_GE(test, choose(f, &t), 0);
		if (i % 2)
			f->path[i].weight = 0;
		else
			f->node[i].down = SVP_NODE_DOWN_ADMIN;
	}
	KUNIT_EXPECT_EQ(test, -1, choose(f, &t));
}

/* A path of several nodes is usable while each of them is */
static void usable_and_find_node(struct kunit *test)
{
	struct select_fixture *f = test->priv;
	struct svp_path *path = &f->path[0];
	unsigned int i;

	path->n_hops = 3;
	for (i = 0; i < 3; i++)
		path->nodes[i] = &f->node[i];
	KUNIT_EXPECT_TRUE(test, svp_path_usable(path));
	for (i = 0; i < 3; i++) {
		f->node[i].down = SVP_NODE_DOWN_MISSING;
		KUNIT_EXPECT_FALSE(test, svp_path_usable(path));
		f->node[i].down = 0;
		KUNIT_EXPECT_EQ(test, (int)i,
				svp_path_find_node(path, SVP_OUT, &f->node[i]));
		KUNIT_EXPECT_EQ(test, 2 - (int)i,
				svp_path_find_node(path, SVP_IN, &f->node[i]));
	}
	KUNIT_EXPECT_EQ(test, -ENOENT,
			svp_path_find_node(path, SVP_OUT, &f->node[3]));
}

static struct kunit_case select_cases[] = {
	KUNIT_CASE(equal_weights),
	KUNIT_CASE(different_weights),
	KUNIT_CASE(sequential_tuples),
	KUNIT_CASE(losing_a_path_moves_only_its_flows),
	KUNIT_CASE(order_of_paths_does_not_count),
	KUNIT_CASE(both_directions_agree),
	KUNIT_CASE(seed_decides),
	KUNIT_CASE(none_is_usable),
	KUNIT_CASE(usable_and_find_node),
	{}
};

static struct kunit_suite select_suite = {
	.name = "svcplane_select",
	.init = fixture_init,
	.test_cases = select_cases,
};

kunit_test_suite(select_suite);
