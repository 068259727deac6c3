// SPDX-License-Identifier: GPL-2.0-only
/*
 * Suite of two hosts that talk: how a session begins with any message of it lost,
 * that what is sent is applied once whatever the wire does, and that what
 * somebody else sends, or sends again, is not applied at all.
 */
#include "ctl_fixture.h"

#define SAID	512

/* What the listeners of user messages were given, by the number in them */
static u8 said[SAID];
static unsigned int n_said;

static enum svcplane_status take_user(struct svp_host *host,
				      const struct svp_ctl_msg *msg)
{
	u16 i;

	if (msg->user.len != 2)
		return SVCPLANE_STATUS_MALFORMED;
	i = msg->user.data[0] << 8 | msg->user.data[1];
	if (i >= SAID)
		return SVCPLANE_STATUS_NOT_PERMITTED;
	said[i]++;
	n_said++;
	return SVCPLANE_STATUS_APPLIED;
}

static int say(struct end *end, u16 i)
{
	u8 data[2] = { i >> 8, i };

	return end_say(end, data, sizeof(data));
}

static struct ends *begin(struct kunit *test)
{
	memset(said, 0, sizeof(said));
	n_said = 0;
	svp_ctl_register(SVCPLANE_CTL_USER, take_user);
	test->priv = ends_make(test);
	return test->priv;
}

static void finish(struct kunit *test)
{
	svp_ctl_register(SVCPLANE_CTL_USER, NULL);
	if (test->priv)
		ends_destroy(test->priv);
}

static void one_asks(struct kunit *test)
{
	struct ends *ends = begin(test);
	struct end *a = &ends->end[0], *b = &ends->end[1];

	KUNIT_EXPECT_EQ(test, say(a, 1), -ENOTCONN);
	ends_meet(test, ends);
	KUNIT_EXPECT_EQ(test, a->peer->session.peer_epoch,
			b->peer->session.epoch);
	KUNIT_EXPECT_EQ(test, b->peer->session.peer_epoch,
			a->peer->session.epoch);
	KUNIT_EXPECT_EQ(test, end_count(a, SVP_HOST_SESSIONS), 1);
	KUNIT_EXPECT_EQ(test, end_count(b, SVP_HOST_SESSIONS), 1);
	KUNIT_EXPECT_EQ(test, end_count(a, SVP_HOST_FORGED), 0);
	KUNIT_EXPECT_EQ(test, end_count(b, SVP_HOST_STRAY), 0);
}

/* Both ask at once, and their hellos cross */
static void both_ask(struct kunit *test)
{
	struct ends *ends = begin(test);

	end_beat(&ends->end[0]);
	end_beat(&ends->end[1]);
	ends_carry(test, ends);
	KUNIT_EXPECT_EQ(test, end_count(&ends->end[0], SVP_HOST_SESSIONS), 1);
	KUNIT_EXPECT_EQ(test, end_count(&ends->end[1], SVP_HOST_SESSIONS), 1);
	ends_meet(test, ends);
}

/* One message of the beginning is lost, whichever: the next second mends it */
static void one_is_lost(struct kunit *test)
{
	struct ends *ends = begin(test);
	struct sk_buff *skb;
	unsigned int lose, n, i;

	for (lose = 0; lose < 6; lose++) {
		for (i = 0; i < 2; i++) {
			svp_ctl_stop(&ends->end[i].plane);
			svp_ctl_start(&ends->end[i].plane);
		}
		n = 0;
		end_beat(&ends->end[0]);
		for (i = 0; i < 12; i++) {
			skb = skb_dequeue(&ends->end[i & 1].sent);
			if (skb && n++ == lose)
				kfree_skb(skb);
			else if (skb)
				end_receive(test, &ends->end[!(i & 1)], skb);
		}
		for (i = 0; i < 3; i++) {
			end_beat(&ends->end[0]);
			end_beat(&ends->end[1]);
			ends_carry(test, ends);
		}
		KUNIT_EXPECT_TRUE_MSG(test, svp_host_live(ends->end[0].peer),
				      "message %u lost", lose);
		KUNIT_EXPECT_TRUE_MSG(test, svp_host_live(ends->end[1].peer),
				      "message %u lost", lose);
		KUNIT_EXPECT_EQ(test, ends->end[0].peer->out_n, 0U);
	}
}

static void applied_once(struct kunit *test)
{
	struct ends *ends = begin(test);
	struct end *a = &ends->end[0], *b = &ends->end[1];
	struct svp_host_view view;
	struct sk_buff *skb;

	ends_meet(test, ends);
	KUNIT_EXPECT_EQ(test, say(a, 5), 0);
	KUNIT_EXPECT_EQ(test, a->peer->out_n, 1U);
	skb = skb_dequeue(&a->sent);
	end_receive(test, b, skb_copy(skb, GFP_KERNEL));
	KUNIT_EXPECT_EQ(test, said[5], 1);
	skb_queue_purge(&b->sent);	/* the ack */
	end_receive(test, b, skb);	/* the same packet again */
	KUNIT_EXPECT_EQ(test, said[5], 1);
	KUNIT_EXPECT_EQ(test, end_count(b, SVP_HOST_DUPLICATE), 1);
	skb_queue_purge(&b->sent);
	end_beat(a);			/* sent again */
	KUNIT_EXPECT_EQ(test, end_count(a, SVP_HOST_RETRANSMITTED), 1);
	ends_carry(test, ends);
	KUNIT_EXPECT_EQ(test, said[5], 1);
	KUNIT_EXPECT_EQ(test, a->peer->out_n, 0U);
	rcu_read_lock();
	svp_host_look(a->peer, &view);
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, view.out[SVCPLANE_CTL_USER], 2);
	KUNIT_EXPECT_TRUE(test, view.rtt_us != 0);
}

/* What the other refuses stays refused, however often it is asked */
static void refused_once(struct kunit *test)
{
	struct ends *ends = begin(test);
	struct end *a = &ends->end[0], *b = &ends->end[1];
	u64 seq;

	ends_meet(test, ends);
	KUNIT_EXPECT_EQ(test, say(a, SAID), 0);
	seq = a->peer->session.sent;
	end_receive(test, b, skb_dequeue(&a->sent));
	skb_queue_purge(&b->sent);
	end_hurry(a);
	svp_ctl_beat(a->peer);
	ends_carry(test, ends);
	KUNIT_EXPECT_EQ(test, svp_session_outcome(&b->peer->session, seq),
			SVCPLANE_STATUS_NOT_PERMITTED);
	KUNIT_EXPECT_EQ(test, end_count(b, SVP_HOST_DENIED), 1);
	KUNIT_EXPECT_EQ(test, n_said, 0U);
	KUNIT_EXPECT_EQ(test, a->peer->out_n, 0U);
}

/* 30 % lost, 10 % twice, in any order */
static void bad_wire(struct kunit *test, struct ends *ends)
{
	struct sk_buff_head held;
	struct sk_buff *skb;
	unsigned int i;
	u32 dice;

	__skb_queue_head_init(&held);
	for (i = 0; i < 2; i++) {
		while ((skb = skb_dequeue(&ends->end[i].sent))) {
			dice = get_random_u32() % 100;
			if (dice < 30) {
				kfree_skb(skb);
				continue;
			}
			if (dice < 40)
				__skb_queue_head(&held, skb_copy(skb, GFP_KERNEL));
			if (dice & 1)
				__skb_queue_head(&held, skb);
			else
				__skb_queue_tail(&held, skb);
		}
		while ((skb = __skb_dequeue(&held)))
			end_receive(test, &ends->end[!i], skb);
	}
}

static void exactly_once(struct kunit *test)
{
	struct ends *ends = begin(test);
	struct end *a = &ends->end[0];
	unsigned int i, round, wrong = 0;

	ends_meet(test, ends);
	for (i = 0; i < SAID - 1; i++)
		KUNIT_ASSERT_EQ(test, say(a, i), 0);
	for (round = 0; round < SVP_HOST_TRIES && a->peer->out_n; round++) {
		bad_wire(test, ends);
		end_beat(a);
	}
	for (i = 0; i < SAID - 1; i++)
		wrong += said[i] != 1;
	KUNIT_EXPECT_EQ(test, wrong, 0U);
	KUNIT_EXPECT_EQ(test, n_said, SAID - 1U);
	KUNIT_EXPECT_EQ(test, end_count(a, SVP_HOST_UNKNOWN), 0);
}

/* The other does not answer at all: tries are bounded, memory is given back */
static void given_up(struct kunit *test)
{
	struct ends *ends = begin(test);
	struct end *a = &ends->end[0];
	unsigned int i;

	ends_meet(test, ends);
	for (i = 0; say(a, i) == 0; i++)
		;
	KUNIT_EXPECT_EQ(test, i, SVP_HOST_SPAN - 0U);
	KUNIT_EXPECT_EQ(test, say(a, i), -ENOBUFS);
	for (i = 0; i < 20 * SVP_HOST_TRIES && a->peer->out_n; i++) {
		svp_bucket_init(&a->peer->outs, 0, 0);
		WRITE_ONCE(a->peer->live, true);
		end_hurry(a);
		a->peer->announce_due = jiffies + 60 * HZ;
		svp_ctl_beat(a->peer);
		skb_queue_purge(&a->sent);
	}
	KUNIT_EXPECT_EQ(test, a->peer->out_n, 0U);
	KUNIT_EXPECT_EQ(test, a->peer->out_bytes, 0U);
	KUNIT_EXPECT_EQ(test, end_count(a, SVP_HOST_UNKNOWN), SVP_HOST_SPAN);
}

/* The other begins anew while something is under way: it gets a new number */
static void peer_begins_anew(struct kunit *test)
{
	struct ends *ends = begin(test);
	struct end *a = &ends->end[0], *b = &ends->end[1];
	u64 before;
	int i;

	ends_meet(test, ends);
	for (i = 0; i < 10; i++)
		KUNIT_ASSERT_EQ(test, say(a, i), 0);
	before = a->peer->session.sent;
	skb_queue_purge(&a->sent);
	svp_ctl_stop(&b->plane);
	svp_ctl_start(&b->plane);
	/* as a module that was loaded again: it knows nothing */
	b->peer->session.known = false;
	for (i = 0; i < 4; i++) {
		end_beat(a);
		end_beat(b);
		ends_carry(test, ends);
	}
	KUNIT_EXPECT_EQ(test, n_said, 10U);
	for (i = 0; i < 10; i++)
		KUNIT_EXPECT_EQ(test, said[i], 1);
	KUNIT_EXPECT_EQ(test, a->peer->out_n, 0U);
	KUNIT_EXPECT_TRUE(test, a->peer->session.sent > before);
}

/* A recorded conversation says nothing new, whoever has begun anew since */
static void repeated(struct kunit *test)
{
	struct ends *ends = begin(test);
	struct end *a = &ends->end[0], *b = &ends->end[1];
	struct sk_buff *copies[64];
	struct sk_buff *skb;
	unsigned int n = 0, i, turn, sessions;
	u32 epoch;
	u64 edge;

	end_beat(a);
	for (i = 0; i < 40; i++) {
		struct end *from = &ends->end[i & 1];

		if (i == 20) {
			KUNIT_ASSERT_EQ(test, say(a, 1), 0);
			end_beat(a);
			end_beat(b);
		}
		skb = skb_dequeue(&from->sent);
		if (!skb)
			continue;
		if (from == a && n < ARRAY_SIZE(copies))
			copies[n++] = skb_copy(skb, GFP_KERNEL);
		end_receive(test, from == a ? b : a, skb);
	}
	KUNIT_ASSERT_EQ(test, n_said, 1U);
	for (turn = 0; turn < 3; turn++) {
		if (turn)
			svp_ctl_stop(&ends->end[turn - 1].plane);
		if (turn)
			svp_ctl_start(&ends->end[turn - 1].plane);
		if (turn)
			end_beat(b);
		ends_carry(test, ends);
		edge = b->peer->session.window.edge;
		epoch = b->peer->session.peer_epoch;
		sessions = end_count(b, SVP_HOST_SESSIONS);
		for (i = 0; i < n; i++)
			end_receive(test, b, skb_copy(copies[i], GFP_KERNEL));
		KUNIT_EXPECT_EQ(test, n_said, 1U);
		KUNIT_EXPECT_EQ(test, b->peer->session.window.edge, edge);
		KUNIT_EXPECT_EQ(test, b->peer->session.peer_epoch, epoch);
		KUNIT_EXPECT_EQ(test, end_count(b, SVP_HOST_SESSIONS), sessions);
		skb_queue_purge(&b->sent);
	}
	for (i = 0; i < n; i++)
		kfree_skb(copies[i]);
}

/* Each bit of a packet turned over, behind the outer header: none is accepted */
static void forged(struct kunit *test)
{
	struct ends *ends = begin(test);
	struct end *a = &ends->end[0], *b = &ends->end[1];
	struct sk_buff *skb, *copy;
	unsigned int bit, bits;
	u64 taken;

	ends_meet(test, ends);
	taken = end_drops(b, SVP_DROP_CTL_CONSUMED);
	KUNIT_ASSERT_EQ(test, say(a, 3), 0);
	skb = skb_dequeue(&a->sent);
	bits = skb->len * 8;
	for (bit = (ETH_HLEN + 4) * 8; bit < bits; bit++) {
		/* the path is what uplink.c looks at */
		if (bit >= (ETH_HLEN + 4) * 8 && bit < (ETH_HLEN + 8) * 8)
			continue;
		svp_bucket_init(&b->peer->macs, 0, 0);
		svp_bucket_init(&b->peer->strays, 0, 0);
		copy = skb_copy(skb, GFP_KERNEL);
		copy->data[bit / 8] ^= 1 << bit % 8;
		end_receive(test, b, copy);
		KUNIT_EXPECT_EQ_MSG(test, n_said, 0U, "bit %u", bit);
	}
	KUNIT_EXPECT_EQ(test, end_drops(b, SVP_DROP_CTL_CONSUMED), taken);
	end_receive(test, b, skb);
	KUNIT_EXPECT_EQ(test, n_said, 1U);
	KUNIT_EXPECT_TRUE(test, end_count(b, SVP_HOST_FORGED) > 200);
	KUNIT_EXPECT_EQ(test, end_count(b, SVP_HOST_STRAY), 0);
}

/* Cut off at each byte */
static void cut(struct kunit *test)
{
	struct ends *ends = begin(test);
	struct end *a = &ends->end[0], *b = &ends->end[1];
	struct sk_buff *skb, *copy;
	unsigned int len;

	ends_meet(test, ends);
	KUNIT_ASSERT_EQ(test, say(a, 3), 0);
	skb = skb_dequeue(&a->sent);
	for (len = ETH_HLEN; len < skb->len; len++) {
		copy = skb_copy(skb, GFP_KERNEL);
		skb_trim(copy, len);
		end_receive(test, b, copy);
	}
	KUNIT_EXPECT_EQ(test, n_said, 0U);
	end_receive(test, b, skb);
	KUNIT_EXPECT_EQ(test, n_said, 1U);
}

/* Who is not listed, or says he were another */
static void strangers(struct kunit *test)
{
	struct ends *ends = begin(test);
	struct end *a = &ends->end[0], *b = &ends->end[1];
	struct sk_buff *skb;
	u64 before;

	ends_meet(test, ends);
	before = end_drops(b, SVP_DROP_CTL_PEER);
	KUNIT_ASSERT_EQ(test, say(a, 3), 0);
	skb = skb_dequeue(&a->sent);
	skb->data[ETH_ALEN + 3] = 9;	/* the SFF of host 9 */
	end_receive(test, b, skb);
	end_beat(a);
	skb = skb_dequeue(&a->sent);
	skb->data[0] ^= 2;		/* for another SFF: not looked at here */
	skb->data[ETH_ALEN + 5] = 1;	/* a port proxy of host 1 */
	end_receive(test, b, skb);
	KUNIT_EXPECT_EQ(test, end_drops(b, SVP_DROP_CTL_PEER), before + 2);
	KUNIT_EXPECT_EQ(test, n_said, 0U);
}

/* Struck: nothing of it is taken any more, and nobody waits for it */
static void struck(struct kunit *test)
{
	struct ends *ends = begin(test);
	struct end *a = &ends->end[0], *b = &ends->end[1];

	ends_meet(test, ends);
	KUNIT_ASSERT_EQ(test, say(a, 3), 0);
	mutex_lock(&b->plane.lock);
	svp_host_del(b->peer);
	b->peer = NULL;
	mutex_unlock(&b->plane.lock);
	end_receive(test, b, skb_dequeue(&a->sent));
	KUNIT_EXPECT_EQ(test, n_said, 0U);
	KUNIT_EXPECT_EQ(test, end_drops(b, SVP_DROP_CTL_PEER), 1);
	/* listed again: a new session, in which it is said once */
	end_list(test, b, a);
	end_beat(b);
	ends_carry(test, ends);
	end_beat(a);
	ends_carry(test, ends);
	end_beat(a);
	ends_carry(test, ends);
	KUNIT_EXPECT_EQ(test, said[3], 1);
}

static u16 key_id_of(const struct end *end)
{
	u16 key_id;

	rcu_read_lock();
	key_id = svp_host_pair_to_send(end->peer)->key_id;
	rcu_read_unlock();
	return key_id;
}

/* A second key beside the first, then without the first: nothing is lost */
static void other_key(struct kunit *test)
{
	struct ends *ends = begin(test);
	struct end *a = &ends->end[0], *b = &ends->end[1];
	unsigned int i = 0;

	ends_meet(test, ends);
	KUNIT_EXPECT_EQ(test, key_id_of(a), 0x0101);
	KUNIT_ASSERT_EQ(test, say(a, i++), 0);
	end_set_key(test, a, 1, true);
	KUNIT_ASSERT_EQ(test, say(a, i++), 0);
	end_list(test, b, a);
	KUNIT_ASSERT_EQ(test, say(a, i++), 0);
	end_set_key(test, a, 0, false);
	KUNIT_ASSERT_EQ(test, say(a, i++), 0);
	ends_carry(test, ends);
	end_beat(a);
	ends_carry(test, ends);
	end_list(test, b, a);
	KUNIT_ASSERT_EQ(test, say(a, i++), 0);
	KUNIT_ASSERT_EQ(test, say(b, i++), 0);
	ends_carry(test, ends);
	KUNIT_EXPECT_EQ(test, n_said, i);
	KUNIT_EXPECT_EQ(test, a->peer->out_n + b->peer->out_n, 0U);
	KUNIT_EXPECT_EQ(test, key_id_of(b), 0x0201);
	KUNIT_EXPECT_EQ(test, end_count(a, SVP_HOST_SESSIONS), 1);
	KUNIT_EXPECT_EQ(test, end_count(b, SVP_HOST_SESSIONS), 1);
}

/* Silent for too long, then there again: the same session goes on */
static void silence(struct kunit *test)
{
	struct ends *ends = begin(test);
	struct end *a = &ends->end[0], *b = &ends->end[1];
	u64 edge;

	ends_meet(test, ends);
	edge = b->peer->session.window.edge;
	KUNIT_ASSERT_EQ(test, say(a, 1), 0);
	skb_queue_purge(&a->sent);
	a->peer->fresh = jiffies - SVP_HOST_SILENCE;
	b->peer->fresh = jiffies - SVP_HOST_SILENCE;
	end_beat(b);
	KUNIT_EXPECT_FALSE(test, svp_host_live(b->peer));
	skb_queue_purge(&b->sent);
	end_beat(a);
	KUNIT_EXPECT_FALSE(test, svp_host_live(a->peer));
	ends_carry(test, ends);
	KUNIT_EXPECT_TRUE(test, svp_host_live(a->peer));
	KUNIT_EXPECT_TRUE(test, svp_host_live(b->peer));
	KUNIT_EXPECT_EQ(test, b->peer->session.start < edge, true);
	end_beat(a);
	ends_carry(test, ends);
	KUNIT_EXPECT_EQ(test, said[1], 1);
	KUNIT_EXPECT_EQ(test, end_count(b, SVP_HOST_SESSIONS), 2);
}

/* Types and bodies that nobody knows are told so, once */
static void unknown(struct kunit *test)
{
	struct ends *ends = begin(test);
	struct end *a = &ends->end[0], *b = &ends->end[1];
	struct svp_out *out;

	ends_meet(test, ends);
	KUNIT_ASSERT_EQ(test, say(a, 1), 0);
	KUNIT_ASSERT_EQ(test, say(a, 2), 0);
	KUNIT_ASSERT_EQ(test, say(a, 3), 0);
	skb_queue_purge(&a->sent);
	out = list_first_entry(&a->peer->out_list, struct svp_out, list);
	out->body[1] = 99;
	out = list_next_entry(out, list);
	out->body[21] = 99;	/* its TLV is missing then */
	out = list_next_entry(out, list);
	out->body[0] |= 4;	/* an unassigned flag */
	end_beat(a);
	ends_carry(test, ends);
	KUNIT_EXPECT_EQ(test, n_said, 0U);
	KUNIT_EXPECT_EQ(test, end_count(b, SVP_HOST_TYPE), 1);
	KUNIT_EXPECT_EQ(test, end_count(b, SVP_HOST_MALFORMED), 2);
	KUNIT_EXPECT_EQ(test, a->peer->out_n, 0U);
}

static bool bulk_is_open;

static bool bulk_open(const struct svp_host *host)
{
	return bulk_is_open;
}

static unsigned int n_flows;
static unsigned int flow_len;

static enum svcplane_status take_flow(struct svp_host *host,
				      const struct svp_ctl_msg *msg)
{
	n_flows++;
	flow_len = msg->flow.len;
	return SVCPLANE_STATUS_APPLIED;
}

static int say_flow(struct end *end, const u8 *data, u16 len)
{
	struct svp_ctl_msg msg = {
		.type = SVCPLANE_CTL_FLOW_STATE,
		.has = SVP_WIRE_HAS(FLOW), .flow = { data, len },
	};
	int err;

	rcu_read_lock();
	err = svp_ctl_send(end->peer, &msg);
	rcu_read_unlock();
	return err;
}

#define BULK_DATA	(SVP_CTL_BULK_MAX - 24)

/* Flow state that is too large for a context header goes behind the NSH */
static void bulk(struct kunit *test)
{
	struct ends *ends = begin(test);
	struct end *a = &ends->end[0], *b = &ends->end[1];
	u8 *data = kunit_kzalloc(test, BULK_DATA + 1, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, data);
	n_flows = 0;
	bulk_is_open = false;
	svp_ctl_bulk_open = bulk_open;
	svp_ctl_register(SVCPLANE_CTL_FLOW_STATE, take_flow);
	ends_meet(test, ends);
	KUNIT_EXPECT_EQ(test, say_flow(a, data, BULK_DATA + 1), -EMSGSIZE);
	KUNIT_EXPECT_EQ(test, end_say(a, data, 101), -EMSGSIZE);
	KUNIT_EXPECT_EQ(test, say_flow(a, data, BULK_DATA), 0);
	KUNIT_EXPECT_EQ(test, say_flow(a, data, 50), 0);
	ends_carry(test, ends);
	/* the small one needs no gate: that is its handler's affair */
	KUNIT_EXPECT_EQ(test, n_flows, 1U);
	KUNIT_EXPECT_EQ(test, flow_len, 50U);
	KUNIT_EXPECT_EQ(test, end_drops(b, SVP_DROP_CTL_BULK), 1);
	KUNIT_EXPECT_EQ(test, a->peer->out_n, 1U);
	bulk_is_open = true;
	end_beat(a);
	ends_carry(test, ends);
	KUNIT_EXPECT_EQ(test, n_flows, 2U);
	KUNIT_EXPECT_EQ(test, flow_len, BULK_DATA);
	KUNIT_EXPECT_EQ(test, a->peer->out_n, 0U);
	svp_ctl_bulk_open = NULL;
	svp_ctl_register(SVCPLANE_CTL_FLOW_STATE, NULL);
	KUNIT_EXPECT_EQ(test, say_flow(a, data, 50), 0);
	ends_carry(test, ends);
	KUNIT_EXPECT_EQ(test, n_flows, 2U);
	KUNIT_EXPECT_EQ(test, end_count(b, SVP_HOST_DENIED), 1);
}

/* Its body turned over byte by byte, cut, longer than it says */
static void bulk_forged(struct kunit *test)
{
	struct ends *ends = begin(test);
	struct end *a = &ends->end[0], *b = &ends->end[1];
	u8 *data = kunit_kzalloc(test, 400, GFP_KERNEL);
	struct sk_buff *skb, *copy;
	unsigned int i;
	u64 before;

	n_flows = 0;
	bulk_is_open = true;
	svp_ctl_bulk_open = bulk_open;
	svp_ctl_register(SVCPLANE_CTL_FLOW_STATE, take_flow);
	ends_meet(test, ends);
	KUNIT_ASSERT_EQ(test, say_flow(a, data, 400), 0);
	skb = skb_dequeue(&a->sent);
	svp_bucket_init(&b->peer->macs, 0, 0);
	svp_bucket_init(&b->peer->strays, 0, 0);
	for (i = ETH_HLEN + 8; i < skb->len; i++) {
		copy = skb_copy(skb, GFP_KERNEL);
		copy->data[i] ^= 0x40;
		end_receive(test, b, copy);
	}
	KUNIT_EXPECT_EQ(test, n_flows, 0U);
	before = end_drops(b, SVP_DROP_CTL_MALFORMED);
	copy = skb_copy_expand(skb, 0, 16, GFP_KERNEL);
	skb_put_zero(copy, 4);
	end_receive(test, b, copy);
	copy = skb_copy(skb, GFP_KERNEL);
	skb_trim(copy, skb->len - 4);
	end_receive(test, b, copy);
	KUNIT_EXPECT_EQ(test, end_drops(b, SVP_DROP_CTL_MALFORMED), before + 2);
	KUNIT_EXPECT_EQ(test, n_flows, 0U);
	end_receive(test, b, skb);
	KUNIT_EXPECT_EQ(test, n_flows, 1U);
	svp_ctl_bulk_open = NULL;
	svp_ctl_register(SVCPLANE_CTL_FLOW_STATE, NULL);
}

/* Context headers in any order, twice, missing; with others beside them */
struct parts_case {
	const char *name;
	const char *parts;	/* c context, b body, m MAC#1, x of another class */
	enum svp_drop_reason want;
};

static const struct parts_case parts_cases[] = {
	{ "as it is sent", "cbm", SVP_DROP_CTL_CONSUMED },
	{ "body first", "bcm", SVP_DROP_CTL_CONSUMED },
	{ "others between", "xcxbxm", SVP_DROP_CTL_CONSUMED },
	{ "no context", "bm", SVP_DROP_CTL_SHAPE },
	{ "context twice", "ccbm", SVP_DROP_CTL_SHAPE },
	{ "no body", "cm", SVP_DROP_CTL_SHAPE },
	{ "body twice", "cbbm", SVP_DROP_CTL_SHAPE },
	{ "no MAC", "cb", SVP_DROP_CTL_MAC },
	{ "MAC first", "mcb", SVP_DROP_CTL_MAC },
	{ "MAC before the last", "cmb", SVP_DROP_CTL_MAC },
	{ "MAC twice", "cbmm", SVP_DROP_CTL_MAC },
	{ "something behind the MAC", "cbmx", SVP_DROP_CTL_MAC },
};

static void parts_name(const struct parts_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(parts, parts_cases, parts_name);

/* Rebuilds the context of a packet of a user message, and signs it again */
static struct sk_buff *rebuild(struct end *end, const struct sk_buff *skb,
			       const char *parts)
{
	const u8 *old = skb->data + ETH_HLEN;
	struct svp_nsh_tmpl tmpl = {
		.spi = 0xFFF002, .si = 255, .ttl = 63, .mdtype = 2,
	};
	u8 *ctx = kzalloc(SVP_NSH_MAX_LEN, GFP_KERNEL);
	struct sk_buff *made = alloc_skb(512, GFP_KERNEL);
	bool ends_with_mac = parts[strlen(parts) - 1] == 'm';
	unsigned int n = 0, len;
	u8 *nsh;

	for (; *parts; parts++) {
		if (*parts == 'c')
			n += svp_nsh_tlv_put(ctx + n, 200 - n, 0xFFF6, 1, old + 12, 16);
		else if (*parts == 'b')
			n += svp_nsh_tlv_put(ctx + n, 200 - n, 0xFFF6, 2, old + 32,
					     old[31]);
		else if (*parts == 'm')
			n += svp_mac1_put(ctx + n, 200 - n, 0x0101, 0);
		else
			n += svp_nsh_tlv_put(ctx + n, 200 - n, 0xFFF7, 2, "abcde", 5);
	}
	tmpl.ctx = ctx;
	tmpl.ctx_len = n;
	memcpy(skb_put(made, ETH_HLEN), skb->data, ETH_HLEN);
	len = SVCPLANE_NSH_BASE_LEN + n;
	nsh = skb_put(made, len);
	svp_nsh_build(nsh, len, &tmpl);
	rcu_read_lock();
	svp_mac_sign(&svp_host_pair_to_send(end->peer)->key, nsh, len, NULL, 0);
	rcu_read_unlock();
	if (!ends_with_mac)	/* what stands in its place is as it was */
		memcpy(nsh + len - SVP_MAC_LEN, ctx + n - SVP_MAC_LEN, SVP_MAC_LEN);
	kfree(ctx);
	return made;
}

static void parts(struct kunit *test)
{
	const struct parts_case *c = test->param_value;
	struct ends *ends = begin(test);
	struct end *a = &ends->end[0], *b = &ends->end[1];
	struct sk_buff *skb;
	u64 before;

	ends_meet(test, ends);
	KUNIT_ASSERT_EQ(test, say(a, 1), 0);
	skb = skb_dequeue(&a->sent);
	before = end_drops(b, c->want);
	end_receive(test, b, rebuild(a, skb, c->parts));
	KUNIT_EXPECT_EQ(test, end_drops(b, c->want), before + 1);
	KUNIT_EXPECT_EQ(test, n_said, c->want == SVP_DROP_CTL_CONSUMED ? 1U : 0U);
	kfree_skb(skb);
}

/* The O bit is not under the MAC: it must be 0 all the same */
static void oam_bit(struct kunit *test)
{
	struct ends *ends = begin(test);
	struct end *a = &ends->end[0], *b = &ends->end[1];
	struct sk_buff *skb;

	ends_meet(test, ends);
	KUNIT_ASSERT_EQ(test, say(a, 1), 0);
	skb = skb_dequeue(&a->sent);
	skb->data[ETH_HLEN] |= 0x20;
	end_receive(test, b, skb);
	KUNIT_EXPECT_EQ(test, end_drops(b, SVP_DROP_NSH_OAM), 1);
	KUNIT_EXPECT_EQ(test, n_said, 0U);
}

/* A flood of hellos that nobody made costs a bounded number of MACs */
static void hello_flood(struct kunit *test)
{
	struct ends *ends = begin(test);
	struct end *a = &ends->end[0], *b = &ends->end[1];
	struct sk_buff *skb, *copy;
	unsigned int i;
	u64 macs;

	end_beat(a);
	skb = skb_dequeue(&a->sent);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	for (i = 0; i < 5000; i++) {
		copy = skb_copy(skb, GFP_KERNEL);
		copy->data[copy->len - 1] ^= 1;
		end_receive(test, b, copy);
	}
	macs = end_count(b, SVP_HOST_FORGED);
	/* what the bucket had, and what it got meanwhile */
	KUNIT_EXPECT_TRUE(test, macs >= SVP_HOST_KNOCKS_BURST);
	KUNIT_EXPECT_EQ(test, macs + end_drops(b, SVP_DROP_CTL_BUDGET), 5000);
	KUNIT_EXPECT_EQ(test, b->peer->session.known, false);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&b->sent), 0U);
	kfree_skb(skb);
}

/* An authentic one said again and again: answers are few, the chosen one random */
static void hello_repeated(struct kunit *test)
{
	struct ends *ends = begin(test);
	struct end *a = &ends->end[0], *b = &ends->end[1];
	struct sk_buff *skb;
	unsigned int i;

	svp_bucket_init(&b->peer->knock_macs, 0, 0);
	end_beat(a);
	skb = skb_dequeue(&a->sent);
	for (i = 0; i < 200; i++)
		end_receive(test, b, skb_copy(skb, GFP_KERNEL));
	kfree_skb(skb);
	KUNIT_EXPECT_TRUE(test, skb_queue_len(&b->sent) < 100);
	KUNIT_EXPECT_TRUE(test, b->peer->knocks > 0);
	skb_queue_purge(&b->sent);
	svp_bucket_init(&b->peer->hellos, 1, 1);
	svp_ctl_beat(b->peer);
	KUNIT_EXPECT_EQ(test, b->peer->knocks, 0U);
	ends_carry(test, ends);
	KUNIT_EXPECT_TRUE(test, svp_host_live(a->peer));
}

static struct kunit_case ctl_cases[] = {
	KUNIT_CASE(one_asks),
	KUNIT_CASE(both_ask),
	KUNIT_CASE(one_is_lost),
	KUNIT_CASE(applied_once),
	KUNIT_CASE(refused_once),
	KUNIT_CASE(exactly_once),
	KUNIT_CASE(given_up),
	KUNIT_CASE(peer_begins_anew),
	KUNIT_CASE(repeated),
	KUNIT_CASE(forged),
	KUNIT_CASE(cut),
	KUNIT_CASE(strangers),
	KUNIT_CASE(struck),
	KUNIT_CASE(other_key),
	KUNIT_CASE(silence),
	KUNIT_CASE(unknown),
	KUNIT_CASE(bulk),
	KUNIT_CASE(bulk_forged),
	KUNIT_CASE_PARAM(parts, parts_gen_params),
	KUNIT_CASE(oam_bit),
	KUNIT_CASE(hello_flood),
	KUNIT_CASE(hello_repeated),
	{}
};

static struct kunit_suite ctl_suite = {
	.name = "svcplane_ctl",
	.exit = finish,
	.test_cases = ctl_cases,
};

kunit_test_suite(ctl_suite);
