// SPDX-License-Identifier: GPL-2.0-only
/*
 * Suite of the session with one peer: what a hello may change and what not, the
 * epochs that are over, outcomes, and what never came.
 */
#include <kunit/test.h>

#include "session.h"

#define A_EPOCH	0xAAAA0001
#define B_EPOCH	0xBBBB0001
#define A_FIRST	1000
#define B_FIRST	BIT_ULL(61)

struct pair {
	struct svp_session a, b;
};

static struct pair *make(struct kunit *test)
{
	struct pair *p = kunit_kzalloc(test, sizeof(*p), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	svp_session_renew(&p->a, A_EPOCH, A_FIRST);
	svp_session_renew(&p->b, B_EPOCH, B_FIRST);
	return p;
}

/* @asks asks @answers, with these nonces; what came of it on either side */
static void exchange(struct svp_session *asks, struct svp_session *answers,
		     u64 nonce, u64 reply, enum svp_session_turn turn[2])
{
	struct svp_ctl_msg hello, answer, done;

	svp_session_hello(asks, nonce, &hello);
	answers->reply_nonce = reply;
	svp_session_answer(answers, hello.hello.nonce, &answer);
	turn[0] = svp_session_answered(asks, &answer.hello);
	svp_session_done(asks, answer.hello.nonce, &done);
	turn[1] = svp_session_finished(answers, &done.hello);
}

static void meet(struct kunit *test, struct pair *p)
{
	enum svp_session_turn turn[2];

	exchange(&p->a, &p->b, 11, 22, turn);
	KUNIT_EXPECT_EQ(test, turn[0], SVP_SESSION_BEGUN);
	KUNIT_EXPECT_EQ(test, turn[1], SVP_SESSION_BEGUN);
}

static void begins(struct kunit *test)
{
	struct pair *p = make(test);
	struct svp_ctl_msg msg;

	KUNIT_EXPECT_EQ(test, svp_session_look(&p->b, A_EPOCH, A_FIRST + 1),
			SVP_SESSION_STRAY);
	meet(test, p);
	KUNIT_EXPECT_EQ(test, p->a.peer_epoch, B_EPOCH);
	KUNIT_EXPECT_EQ(test, p->b.peer_epoch, A_EPOCH);
	KUNIT_EXPECT_EQ(test, p->a.start, B_FIRST);
	KUNIT_EXPECT_EQ(test, p->b.start, A_FIRST);
	KUNIT_EXPECT_EQ(test, svp_session_look(&p->b, A_EPOCH, A_FIRST + 1),
			SVP_SESSION_NEW);
	KUNIT_EXPECT_EQ(test, svp_session_look(&p->b, A_EPOCH, A_FIRST),
			SVP_SESSION_BEFORE);
	KUNIT_EXPECT_EQ(test, svp_session_look(&p->b, A_EPOCH, 0),
			SVP_SESSION_OLD);
	svp_session_hello(&p->a, 33, &msg);
	KUNIT_EXPECT_EQ(test, msg.hello.epoch, A_EPOCH);
	KUNIT_EXPECT_EQ(test, msg.epoch, A_EPOCH);
	KUNIT_EXPECT_EQ(test, msg.hello.nonce, 33);
}

/* Nothing but a nonce of ours changes anything */
static void nonces(struct kunit *test)
{
	struct svp_session *before = kunit_kzalloc(test, sizeof(*before),
						   GFP_KERNEL);
	struct pair *p = make(test);
	struct svp_hello hello = {
		.epoch = A_EPOCH, .last_seq = 5, .peer_nonce = 0,
	};

	KUNIT_ASSERT_NOT_NULL(test, before);
	*before = p->b;
	KUNIT_EXPECT_EQ(test, svp_session_answered(&p->b, &hello),
			SVP_SESSION_REFUSED);
	KUNIT_EXPECT_EQ(test, svp_session_finished(&p->b, &hello),
			SVP_SESSION_REFUSED);
	hello.peer_nonce = 7;
	KUNIT_EXPECT_EQ(test, svp_session_answered(&p->b, &hello),
			SVP_SESSION_REFUSED);
	KUNIT_EXPECT_EQ(test, svp_session_finished(&p->b, &hello),
			SVP_SESSION_REFUSED);
	KUNIT_EXPECT_EQ(test, memcmp(before, &p->b, sizeof(*before)), 0);
	/* a nonce of a hello is good for one answer */
	p->b.nonce = 7;
	KUNIT_EXPECT_EQ(test, svp_session_answered(&p->b, &hello),
			SVP_SESSION_BEGUN);
	KUNIT_EXPECT_EQ(test, svp_session_answered(&p->b, &hello),
			SVP_SESSION_REFUSED);
	/* an epoch of 0 is none */
	p->b.nonce = 7;
	hello.epoch = 0;
	KUNIT_EXPECT_EQ(test, svp_session_answered(&p->b, &hello),
			SVP_SESSION_REFUSED);
}

/* The epoch that is held: neither window nor numbers change */
static void same_epoch(struct kunit *test)
{
	struct pair *p = make(test);
	enum svp_session_turn turn[2];
	struct svp_replay window;
	u64 lost = 0;

	meet(test, p);
	KUNIT_EXPECT_EQ(test, svp_session_take(&p->b, A_EPOCH, A_FIRST + 3, &lost),
			SVP_SESSION_NEW);
	p->a.sent = A_FIRST + 100;
	window = p->b.window;
	exchange(&p->a, &p->b, 44, 55, turn);
	KUNIT_EXPECT_EQ(test, turn[0], SVP_SESSION_SAME);
	KUNIT_EXPECT_EQ(test, turn[1], SVP_SESSION_SAME);
	exchange(&p->b, &p->a, 66, 77, turn);
	KUNIT_EXPECT_EQ(test, turn[0], SVP_SESSION_SAME);
	KUNIT_EXPECT_EQ(test, turn[1], SVP_SESSION_SAME);
	KUNIT_EXPECT_EQ(test, memcmp(&window, &p->b.window, sizeof(window)), 0);
	KUNIT_EXPECT_EQ(test, p->b.start, A_FIRST);
	KUNIT_EXPECT_EQ(test, svp_session_look(&p->b, A_EPOCH, A_FIRST + 1),
			SVP_SESSION_NEW);
}

/* Who has recorded it cannot make a peer that is gone seem to be there */
static void done_counts_once(struct kunit *test)
{
	struct pair *p = make(test);
	struct svp_hello done = { .peer_nonce = 22 };

	meet(test, p);
	done.epoch = p->b.peer_epoch;
	KUNIT_EXPECT_EQ(test, svp_session_finished(&p->b, &done),
			SVP_SESSION_REFUSED);
	p->b.reply_nonce = 22;
	KUNIT_EXPECT_EQ(test, svp_session_finished(&p->b, &done),
			SVP_SESSION_SAME);
	KUNIT_EXPECT_EQ(test, svp_session_finished(&p->b, &done),
			SVP_SESSION_REFUSED);
}

/* The last eight are refused, however they are said; the ninth nobody knows */
static void over(struct kunit *test)
{
	struct pair *p = make(test);
	enum svp_session_turn turn[2];
	struct svp_hello old;
	u32 i;

	meet(test, p);
	for (i = 1; i <= SVP_SESSION_DEAD; i++) {
		svp_session_renew(&p->a, A_EPOCH + i, A_FIRST + i);
		exchange(&p->a, &p->b, 100 + i, 200 + i, turn);
		KUNIT_EXPECT_EQ(test, turn[0], SVP_SESSION_SAME);
		KUNIT_EXPECT_EQ(test, turn[1], SVP_SESSION_BEGUN);
	}
	for (i = 0; i < SVP_SESSION_DEAD; i++) {
		KUNIT_EXPECT_TRUE(test, svp_session_is_over(&p->b, A_EPOCH + i));
		KUNIT_EXPECT_EQ(test, svp_session_look(&p->b, A_EPOCH + i,
						       A_FIRST + 500),
				SVP_SESSION_OVER);
		p->b.reply_nonce = 22;
		old = (struct svp_hello){ .epoch = A_EPOCH + i,
			.peer_nonce = 22 };
		KUNIT_EXPECT_EQ(test, svp_session_finished(&p->b, &old),
				SVP_SESSION_REFUSED);
	}
	KUNIT_EXPECT_FALSE(test, svp_session_is_over(&p->b, p->b.peer_epoch));
	KUNIT_EXPECT_FALSE(test, svp_session_is_over(&p->b, 0));
	svp_session_renew(&p->a, A_EPOCH + 20, A_FIRST);
	exchange(&p->a, &p->b, 1, 2, turn);
	KUNIT_EXPECT_FALSE(test, svp_session_is_over(&p->b, A_EPOCH));
	KUNIT_EXPECT_EQ(test, svp_session_look(&p->b, A_EPOCH, 1),
			SVP_SESSION_STRAY);
}

/* Every status is remembered for as long as the number is in the window */
static void outcomes(struct kunit *test)
{
	struct pair *p = make(test);
	unsigned int wrong = 0;
	u64 lost = 0, seq, i;

	meet(test, p);
	for (i = 1; i <= 3 * SVP_REPLAY_WINDOW; i++) {
		seq = A_FIRST + i;
		wrong += svp_session_take(&p->b, A_EPOCH, seq, &lost) !=
			 SVP_SESSION_NEW;
		wrong += svp_session_outcome(&p->b, seq) != SVP_SESSION_PENDING;
		svp_session_set_outcome(&p->b, seq, i % 9);
		wrong += svp_session_take(&p->b, A_EPOCH, seq, &lost) !=
			 SVP_SESSION_DUP;
	}
	for (i = 2 * SVP_REPLAY_WINDOW + 1; i <= 3 * SVP_REPLAY_WINDOW; i++)
		wrong += svp_session_outcome(&p->b, A_FIRST + i) != i % 9;
	KUNIT_EXPECT_EQ(test, wrong, 0U);
	KUNIT_EXPECT_EQ(test, lost, 0);
	/* one that has left the window does not touch its place */
	seq = A_FIRST + 2 * SVP_REPLAY_WINDOW;
	svp_session_set_outcome(&p->b, seq, SVP_SESSION_PENDING);
	KUNIT_EXPECT_EQ(test, svp_session_outcome(&p->b, seq + SVP_REPLAY_WINDOW),
			3 * SVP_REPLAY_WINDOW % 9);
	KUNIT_EXPECT_EQ(test, svp_session_look(&p->b, A_EPOCH, seq),
			SVP_SESSION_OLD);
}

/* Before the session, however far the window has gone on */
static void before(struct kunit *test)
{
	struct pair *p = make(test);
	u64 lost = 0;

	meet(test, p);
	svp_session_take(&p->b, A_EPOCH, A_FIRST + 5000, &lost);
	KUNIT_EXPECT_EQ(test, svp_session_look(&p->b, A_EPOCH, A_FIRST),
			SVP_SESSION_BEFORE);
	KUNIT_EXPECT_EQ(test, svp_session_look(&p->b, A_EPOCH, 1),
			SVP_SESSION_BEFORE);
	KUNIT_EXPECT_EQ(test, svp_session_look(&p->b, A_EPOCH, A_FIRST + 1),
			SVP_SESSION_OLD);
}

/* What never came, by a map of all that did */
static void lost(struct kunit *test)
{
	static const u16 jumps[] = { 1, 2, 3, 64, 1000, 1023, 1024, 1025, 3000 };
	struct pair *p = make(test);
	u64 lost = 0, want, seq = A_FIRST, came = 0, got;
	unsigned int i;

	meet(test, p);
	for (i = 0; i < 200; i++) {
		seq += jumps[i % ARRAY_SIZE(jumps)];
		KUNIT_EXPECT_EQ(test, svp_session_take(&p->b, A_EPOCH, seq, &lost),
				SVP_SESSION_NEW);
	}
	/* all before the window that did not come */
	for (i = 0, got = A_FIRST; i < 200; i++) {
		got += jumps[i % ARRAY_SIZE(jumps)];
		came += got + SVP_REPLAY_WINDOW <= seq;
	}
	want = seq - SVP_REPLAY_WINDOW - A_FIRST - came;
	KUNIT_EXPECT_EQ(test, lost, want);
}

static struct kunit_case session_cases[] = {
	KUNIT_CASE(begins),
	KUNIT_CASE(nonces),
	KUNIT_CASE(done_counts_once),
	KUNIT_CASE(same_epoch),
	KUNIT_CASE(over),
	KUNIT_CASE(outcomes),
	KUNIT_CASE(before),
	KUNIT_CASE(lost),
	{}
};

static struct kunit_suite session_suite = {
	.name = "svcplane_session",
	.test_cases = session_cases,
};

kunit_test_suite(session_suite);
