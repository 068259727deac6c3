// SPDX-License-Identifier: GPL-2.0-only
/*
 * The session with one peer. Whoever records the wire can repeat all that he
 * saw, so nothing of the peer's is replaced before a nonce of ours has come
 * back: until then what is known stands.
 */
#include <linux/string.h>

#include "session.h"

/**
 * svp_session_renew - begin anew on this side
 * @s: the session
 * @epoch: random, not 0
 * @first: number before the first one sent; random, at most 2^62
 *
 * What is known of the peer stays: else its old messages could be repeated.
 */
void svp_session_renew(struct svp_session *s, u32 epoch, u64 first)
{
	s->epoch = epoch;
	s->sent = first;
	s->nonce = 0;
	s->reply_nonce = 0;
}

/**
 * svp_session_is_over - has the peer had this epoch before?
 * @s: the session
 * @epoch: an epoch
 *
 * Return: true if it is one of the last SVP_SESSION_DEAD.
 */
bool svp_session_is_over(const struct svp_session *s, u32 epoch)
{
	int i;

	for (i = 0; i < SVP_SESSION_DEAD; i++)
		if (s->dead[i] && s->dead[i] == epoch)
			return true;
	return false;
}

/**
 * svp_session_look - ask about epoch and number of a message
 * @s: the session
 * @epoch: of the message
 * @seq: its number
 *
 * Return: enum svp_session_seen.
 */
enum svp_session_seen svp_session_look(const struct svp_session *s, u32 epoch,
				       u64 seq)
{
	if (!s->known || epoch != s->peer_epoch)
		return svp_session_is_over(s, epoch) ? SVP_SESSION_OVER :
						       SVP_SESSION_STRAY;
	if (!seq)
		return SVP_SESSION_OLD;
	if (seq <= s->start)
		return SVP_SESSION_BEFORE;
	switch (svp_replay_check(&s->window, seq)) {
	case SVP_REPLAY_NEW:
		return SVP_SESSION_NEW;
	case SVP_REPLAY_DUP:
		return SVP_SESSION_DUP;
	default:
		return SVP_SESSION_OLD;
	}
}

/* Numbers that leave the window, and were never seen, when its edge is @edge */
static u64 count_lost(const struct svp_session *s, u64 edge)
{
	u64 old = s->window.edge, n, lost = 0, seq;

	if (edge <= old || edge - s->start <= SVP_REPLAY_WINDOW)
		return 0;
	/* those that were in the window; the others were passed at once */
	n = edge - old;
	if (n > SVP_REPLAY_WINDOW) {
		lost = n - SVP_REPLAY_WINDOW;
		n = SVP_REPLAY_WINDOW;
	}
	if (old < SVP_REPLAY_WINDOW)
		return lost;
	for (seq = old - SVP_REPLAY_WINDOW + 1; n; n--, seq++)
		lost += seq > s->start &&
			svp_replay_check(&s->window, seq) == SVP_REPLAY_NEW;
	return lost;
}

/**
 * svp_session_take - enter the number of a message
 * @s: the session
 * @epoch: of the message, which is authentic
 * @seq: its number
 * @lost: grows by the numbers that never came
 *
 * Return: as svp_session_look(). With SVP_SESSION_NEW the message is to be
 * applied, and its outcome to be set; until then it is SVP_SESSION_PENDING.
 */
enum svp_session_seen svp_session_take(struct svp_session *s, u32 epoch,
				       u64 seq, u64 *lost)
{
	enum svp_session_seen seen = svp_session_look(s, epoch, seq);

	if (seen != SVP_SESSION_NEW)
		return seen;
	*lost += count_lost(s, seq);
	svp_replay_update(&s->window, seq);
	svp_session_set_outcome(s, seq, SVP_SESSION_PENDING);
	return seen;
}

/**
 * svp_session_set_outcome - note what became of a message
 * @s: the session
 * @seq: its number, taken
 * @status: enum svcplane_status, or SVP_SESSION_PENDING
 *
 * A number that has left the window meanwhile has left its place to another.
 */
void svp_session_set_outcome(struct svp_session *s, u64 seq, u8 status)
{
	u8 *p = &s->outcome[seq % SVP_REPLAY_WINDOW / 2];
	u8 shift = seq & 1 ? 4 : 0;

	if (svp_replay_check(&s->window, seq) == SVP_REPLAY_DUP)
		*p = (*p & ~(0xF << shift)) | (status & 0xF) << shift;
}

/**
 * svp_session_outcome - what became of a message
 * @s: the session
 * @seq: its number, SVP_SESSION_DUP
 *
 * Return: enum svcplane_status, or SVP_SESSION_PENDING.
 */
u8 svp_session_outcome(const struct svp_session *s, u64 seq)
{
	return s->outcome[seq % SVP_REPLAY_WINDOW / 2] >> (seq & 1 ? 4 : 0) & 0xF;
}

static void fill(const struct svp_session *s, struct svp_ctl_msg *msg, u8 type,
		 u32 has)
{
	memset(msg, 0, sizeof(*msg));
	msg->type = type;
	msg->has = has | SVP_WIRE_HAS(EPOCH) | SVP_WIRE_HAS(VERSION);
	msg->epoch = s->epoch;
	msg->hello.epoch = s->epoch;
	msg->hello.last_seq = s->sent;
	msg->hello.version = SVCPLANE_CTL_VERSION;
}

/**
 * svp_session_hello - make a hello
 * @s: the session
 * @nonce: random, not 0; the answer has to name it
 * @msg: result, without origin and destination
 */
void svp_session_hello(struct svp_session *s, u64 nonce,
		       struct svp_ctl_msg *msg)
{
	s->nonce = nonce;
	fill(s, msg, SVCPLANE_CTL_HELLO, SVP_WIRE_HAS(NONCE));
	msg->hello.nonce = nonce;
}

/**
 * svp_session_answer - make a hello-answer
 * @s: the session, its reply nonce set
 * @nonce: of the hello
 * @msg: result, without origin and destination
 */
void svp_session_answer(const struct svp_session *s, u64 nonce,
			struct svp_ctl_msg *msg)
{
	fill(s, msg, SVCPLANE_CTL_HELLO_ANSWER, SVP_WIRE_HAS(NONCE) |
	     SVP_WIRE_HAS(PEER_NONCE) | SVP_WIRE_HAS(LAST_SEQ));
	msg->hello.nonce = s->reply_nonce;
	msg->hello.peer_nonce = nonce;
}

/**
 * svp_session_done - make a hello-done
 * @s: the session
 * @nonce: of the hello-answer
 * @msg: result, without origin and destination
 */
void svp_session_done(const struct svp_session *s, u64 nonce,
		      struct svp_ctl_msg *msg)
{
	fill(s, msg, SVCPLANE_CTL_HELLO_DONE,
	     SVP_WIRE_HAS(PEER_NONCE) | SVP_WIRE_HAS(LAST_SEQ));
	msg->hello.peer_nonce = nonce;
}

static void bury(struct svp_session *s)
{
	memmove(s->dead + 1, s->dead, sizeof(s->dead) - sizeof(s->dead[0]));
	s->dead[0] = s->peer_epoch;
}

/* The peer is there, proven by a nonce of ours; which epoch has it? */
static enum svp_session_turn proven(struct svp_session *s,
				    const struct svp_hello *hello)
{
	if (!hello->epoch || svp_session_is_over(s, hello->epoch))
		return SVP_SESSION_REFUSED;
	if (s->known && s->peer_epoch == hello->epoch)
		return SVP_SESSION_SAME;
	if (s->known)
		bury(s);
	s->known = true;
	s->peer_epoch = hello->epoch;
	s->start = hello->last_seq;
	svp_replay_init(&s->window, hello->last_seq);
	memset(s->outcome, 0, sizeof(s->outcome));
	return SVP_SESSION_BEGUN;
}

/**
 * svp_session_answered - take a hello-answer
 * @s: the session
 * @hello: the answer, authentic
 *
 * Each nonce of ours is good for one answer.
 *
 * Return: enum svp_session_turn.
 */
enum svp_session_turn svp_session_answered(struct svp_session *s,
					   const struct svp_hello *hello)
{
	if (!s->nonce || hello->peer_nonce != s->nonce)
		return SVP_SESSION_REFUSED;
	s->nonce = 0;
	return proven(s, hello);
}

/**
 * svp_session_finished - take a hello-done
 * @s: the session
 * @hello: the done, authentic
 *
 * Each reply nonce is good for one: else who has recorded it could make a peer
 * that is gone seem to be there.
 *
 * Return: enum svp_session_turn.
 */
enum svp_session_turn svp_session_finished(struct svp_session *s,
					   const struct svp_hello *hello)
{
	if (!s->reply_nonce || hello->peer_nonce != s->reply_nonce)
		return SVP_SESSION_REFUSED;
	s->reply_nonce = 0;
	return proven(s, hello);
}
