// SPDX-License-Identifier: GPL-2.0-only
/*
 * Suite of serial numbers and of the window against replays: fixed vectors at
 * the edges, then random numbers against a model.
 */
#include <kunit/test.h>
#include <linux/limits.h>

#include "replay.h"

#define W	SVP_REPLAY_WINDOW
#define NEW	SVP_REPLAY_NEW
#define DUP	SVP_REPLAY_DUP
#define OLD	SVP_REPLAY_OLD

struct step {
	u64 seq;
	enum svp_replay_seen want;
};

static void run(struct kunit *test, struct svp_replay *r,
		const struct step *steps, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		KUNIT_EXPECT_EQ_MSG(test, svp_replay_check(r, steps[i].seq),
				    steps[i].want, "check at step %u", i);
		KUNIT_EXPECT_EQ_MSG(test, svp_replay_update(r, steps[i].seq),
				    steps[i].want, "update at step %u", i);
	}
}

static void from_zero(struct kunit *test)
{
	static const struct step steps[] = {
		{ 0, OLD }, { 1, NEW }, { 1, DUP }, { 0, OLD }, { 9, NEW },
		{ 8, NEW }, { 7, NEW }, { 7, DUP }, { 2, NEW }, { 1, DUP },
		{ W, NEW }, { W - 1, NEW }, { W - 1, DUP }, { W + 1, NEW },
		{ 2, DUP }, { 1, OLD }, { 3, NEW },
		{ W + 3, NEW }, { 3, OLD }, { 4, NEW }, { 4, DUP },
	};
	struct svp_replay r;

	svp_replay_init(&r, 0);
	run(test, &r, steps, ARRAY_SIZE(steps));
}

/* A new session: all up to the edge is seen, nothing behind it is */
static void from_edge(struct kunit *test)
{
	static const u64 edges[] = {
		1, 5, 62, 63, 64, 65, 127, W - 1, W, W + 1, 2 * W - 1, 2 * W,
		2 * W + 1, 0xFFFFFFFFULL, 0x100000000ULL, U64_MAX - 3 * W,
	};
	struct svp_replay r;
	unsigned int i, n;

	for (i = 0; i < ARRAY_SIZE(edges); i++) {
		svp_replay_init(&r, edges[i]);
		for (n = 0; n < 2 * W && n < edges[i]; n++)
			KUNIT_EXPECT_EQ(test, svp_replay_check(&r,
							       edges[i] - n),
					n < W ? DUP : OLD);
		for (n = 1; n < 2 * W + 70; n++) {
			svp_replay_init(&r, edges[i]);
			KUNIT_EXPECT_EQ(test, svp_replay_check(&r, edges[i]),
					DUP);
			KUNIT_EXPECT_EQ(test, svp_replay_update(&r,
								edges[i] + n),
					NEW);
			if (n > 1 && n <= W)
				KUNIT_EXPECT_EQ(test,
						svp_replay_check(&r,
								 edges[i] + 1),
						NEW);
		}
	}
}

/* What lies left of the window is refused however far the edge jumped */
static void jumps(struct kunit *test)
{
	static const u64 by[] = {
		1, 63, 64, 65, W - 1, W, W + 1, 2 * W - 1, 2 * W, 2 * W + 1,
		3 * W, 0x100000000ULL, 0x8000000000000000ULL,
	};
	struct svp_replay r;
	unsigned int i, n;
	u64 seq;

	for (i = 0; i < ARRAY_SIZE(by); i++) {
		svp_replay_init(&r, 0);
		for (seq = 1; seq <= 3 * W; seq++)
			KUNIT_EXPECT_EQ(test, svp_replay_update(&r, seq), NEW);
		seq = 3 * W + by[i];
		KUNIT_EXPECT_EQ(test, svp_replay_update(&r, seq), NEW);
		for (n = 0; n < 2 * W; n++)
			KUNIT_EXPECT_EQ_MSG(test, svp_replay_check(&r, seq - n),
					    n >= W ? OLD :
					    n && seq - n > 3 * W ? NEW : DUP,
					    "jump %u, %u back", i, n);
	}
}

static void at_the_end(struct kunit *test)
{
	static const struct step steps[] = {
		{ U64_MAX - 1, NEW }, { U64_MAX, NEW }, { U64_MAX, DUP },
		{ 0, OLD }, { 1, OLD }, { U64_MAX - W, OLD },
		{ U64_MAX - W + 1, NEW }, { U64_MAX - W + 1, DUP },
	};
	struct svp_replay r;

	svp_replay_init(&r, 0);
	run(test, &r, steps, ARRAY_SIZE(steps));
}

/* Asking does not change anything: it comes before authentication */
static void check_is_pure(struct kunit *test)
{
	struct svp_replay r, before;
	u64 seq;

	svp_replay_init(&r, 500);
	svp_replay_update(&r, 700);
	before = r;
	for (seq = 0; seq < 4 * W; seq++)
		svp_replay_check(&r, seq);
	svp_replay_check(&r, U64_MAX);
	KUNIT_EXPECT_EQ(test, 0, memcmp(&r, &before, sizeof(r)));
}

/*
 * The published vectors of WireGuard's counter (selftest/counter.c), whose window
 * is one that is smaller than its ring, too. It begins with 0, which is none of our
 * numbers: everything is one higher here.
 */
#define SIZE	(W - 1)		/* COUNTER_WINDOW_SIZE, by which two may differ */
#define LIMIT	(SIZE + 1)
#define T(n, ok)							\
	KUNIT_EXPECT_EQ_MSG(test, svp_replay_update(&r, (u64)(n) + 1) == NEW, \
			    ok, "number %llu", (u64)(n))

static void wireguard_steps(struct kunit *test)
{
	struct svp_replay r;

	svp_replay_init(&r, 0);
	T(0, true);
	T(1, true);
	T(1, false);
	T(9, true);
	T(8, true);
	T(7, true);
	T(7, false);
	T(LIMIT, true);
	T(LIMIT - 1, true);
	T(LIMIT - 1, false);
	T(LIMIT - 2, true);
	T(2, true);
	T(2, false);
	T(LIMIT + 16, true);
	T(3, false);
	T(LIMIT + 16, false);
	T(LIMIT * 4, true);
	T(LIMIT * 4 - (LIMIT - 1), true);
	T(10, false);
	T(LIMIT * 4 - LIMIT, false);
	T(LIMIT * 4 - (LIMIT + 1), false);
	T(LIMIT * 4 - (LIMIT - 2), true);
	T(LIMIT * 4 + 1 - LIMIT, false);
	T(0, false);
}

static void wireguard_runs(struct kunit *test)
{
	struct svp_replay r;
	int i;

	svp_replay_init(&r, 0);
	for (i = 1; i <= SIZE; i++)
		T(i, true);
	T(0, true);
	T(0, false);

	svp_replay_init(&r, 0);
	for (i = 2; i <= SIZE + 1; i++)
		T(i, true);
	T(1, true);
	T(0, false);

	svp_replay_init(&r, 0);
	for (i = SIZE + 1; i-- > 0;)
		T(i, true);

	svp_replay_init(&r, 0);
	for (i = SIZE + 2; i-- > 1;)
		T(i, true);
	T(0, false);

	svp_replay_init(&r, 0);
	for (i = SIZE + 1; i-- > 1;)
		T(i, true);
	T(SIZE + 1, true);
	T(0, false);

	svp_replay_init(&r, 0);
	for (i = SIZE + 1; i-- > 1;)
		T(i, true);
	T(0, true);
	T(SIZE + 1, true);
}

#undef T

#define MODEL	8192		/* sequence numbers of the model */
#define ROUNDS	1000000

static u32 next_random(u32 *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

/* Against a map of everything ever accepted */
static void against_model(struct kunit *test)
{
	u8 *seen = kunit_kzalloc(test, MODEL, GFP_KERNEL);
	u32 state = 2463534242U, edge = 0, seq, wrong = 0;
	enum svp_replay_seen want;
	struct svp_replay r;
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, seen);
	svp_replay_init(&r, 0);
	for (i = 0; i < ROUNDS; i++) {
		seq = next_random(&state) % 16 ?
		      edge + 40 - next_random(&state) % (W + 100) :
		      edge + next_random(&state) % 300;
		if (edge >= MODEL - 300) {
			svp_replay_init(&r, 0);
			memset(seen, 0, MODEL);
			edge = 0;
		}
		if (seq >= MODEL)
			continue;
		want = !seq || (seq <= edge && edge - seq >= W) ? OLD :
		       seen[seq] ? DUP : NEW;
		wrong += svp_replay_check(&r, seq) != want;
		wrong += svp_replay_update(&r, seq) != want;
		if (want != NEW)
			continue;
		seen[seq] = 1;
		if (seq > edge)
			edge = seq;
	}
	KUNIT_EXPECT_EQ(test, wrong, 0U);
}

static void serial32(struct kunit *test)
{
	static const u32 from[] = { 0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(from); i++) {
		KUNIT_EXPECT_FALSE(test, svp_serial_after(from[i], from[i]));
		KUNIT_EXPECT_TRUE(test, svp_serial_after(from[i] + 1, from[i]));
		KUNIT_EXPECT_FALSE(test, svp_serial_after(from[i],
							  from[i] + 1));
		KUNIT_EXPECT_TRUE(test, svp_serial_after(from[i] + 0x7FFFFFFF,
							 from[i]));
		KUNIT_EXPECT_FALSE(test, svp_serial_after(from[i] + 0x80000000,
							  from[i]));
		KUNIT_EXPECT_FALSE(test, svp_serial_after(from[i] + 0x80000001,
							  from[i]));
	}
}

static void serial16(struct kunit *test)
{
	static const u16 ahead[] = { 1, 2, 255, 256, 0x7FFE, 0x7FFF };
	static const u16 not_ahead[] = { 0, 0x8000, 0x8001, 0xFF00, 0xFFFF };
	unsigned int a, i;

	for (a = 0; a < 0x10000; a += 257) {
		for (i = 0; i < ARRAY_SIZE(ahead); i++)
			KUNIT_EXPECT_TRUE(test,
					  svp_serial16_after(a + ahead[i], a));
		for (i = 0; i < ARRAY_SIZE(not_ahead); i++)
			KUNIT_EXPECT_FALSE(test,
					   svp_serial16_after(a + not_ahead[i],
							      a));
	}
}

static struct kunit_case replay_cases[] = {
	KUNIT_CASE(from_zero),
	KUNIT_CASE(from_edge),
	KUNIT_CASE(jumps),
	KUNIT_CASE(at_the_end),
	KUNIT_CASE(check_is_pure),
	KUNIT_CASE(wireguard_steps),
	KUNIT_CASE(wireguard_runs),
	KUNIT_CASE(against_model),
	KUNIT_CASE(serial32),
	KUNIT_CASE(serial16),
	{}
};

static struct kunit_suite replay_suite = {
	.name = "svcplane_replay",
	.test_cases = replay_cases,
};

kunit_test_suite(replay_suite);
