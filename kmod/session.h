/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The session with one peer: epochs, numbers, the window, hellos. wire.md
 * section 12. Pure: no clock, no keys, no packets in here; under the lock of
 * the peer.
 */
#ifndef SVP_SESSION_H
#define SVP_SESSION_H

#include <linux/types.h>

#include "replay.h"
#include "wire.h"

#define SVP_SESSION_DEAD	8	/* epochs of the peer that are over */

/**
 * struct svp_session - numbers of one direction each, and what is known of the peer
 * @epoch: ours: random for each listing of the peer and each start; never 0
 * @sent: last number sent; the first one is random, so that none is used twice
 *	with one key
 * @nonce: of our last hello, which its answer must name; 0 = none is open
 * @reply_nonce: of our last hello-answer, which one hello-done must name
 * @known: there is a peer epoch
 * @peer_epoch: the peer's
 * @start: edge at the beginning of the session: at or below it nothing was
 *	accepted in this session
 * @window: of the peer's numbers
 * @outcome: status of each number in the window, 4 bits each
 * @dead: epochs that the peer had before, newest first; 0 = none
 */
struct svp_session {
	u32 epoch;
	u64 sent;
	u64 nonce;
	u64 reply_nonce;
	bool known;
	u32 peer_epoch;
	u64 start;
	struct svp_replay window;
	u8 outcome[SVP_REPLAY_WINDOW / 2];
	u32 dead[SVP_SESSION_DEAD];
};

/**
 * enum svp_session_seen - what a session says to epoch and number of a message
 * @SVP_SESSION_NEW: of the peer's epoch, not seen yet
 * @SVP_SESSION_DUP: accepted before in this session
 * @SVP_SESSION_BEFORE: its number is from before the session: it was not
 *	accepted in this one, and whether in an earlier one nobody knows any more
 * @SVP_SESSION_OLD: left of the window
 * @SVP_SESSION_STRAY: of an epoch that is not known
 * @SVP_SESSION_OVER: of an epoch that the peer had before
 */
enum svp_session_seen {
	SVP_SESSION_NEW,
	SVP_SESSION_DUP,
	SVP_SESSION_BEFORE,
	SVP_SESSION_OLD,
	SVP_SESSION_STRAY,
	SVP_SESSION_OVER,
};

/**
 * enum svp_session_turn - what a hello-answer or hello-done has led to
 * @SVP_SESSION_REFUSED: nothing: its nonce is not ours, or its epoch is over
 * @SVP_SESSION_SAME: the peer is there, with the epoch it had
 * @SVP_SESSION_BEGUN: the peer has a new epoch: window and outcomes are new
 */
enum svp_session_turn {
	SVP_SESSION_REFUSED,
	SVP_SESSION_SAME,
	SVP_SESSION_BEGUN,
};

#define SVP_SESSION_PENDING	15	/* outcome of what is being applied */

/* Ours anew: @epoch not 0, @first at most 2^62. What is known of the peer stays */
void svp_session_renew(struct svp_session *s, u32 epoch, u64 first);

/* Reads only: before the message is known to be authentic */
enum svp_session_seen svp_session_look(const struct svp_session *s, u32 epoch,
				       u64 seq);
/* Enters the number of an authentic message; @lost grows by what never came */
enum svp_session_seen svp_session_take(struct svp_session *s, u32 epoch,
				       u64 seq, u64 *lost);
void svp_session_set_outcome(struct svp_session *s, u64 seq, u8 status);
u8 svp_session_outcome(const struct svp_session *s, u64 seq);
bool svp_session_is_over(const struct svp_session *s, u32 epoch);

/* Fill in what belongs to the hellos of this side; the head is the caller's */
void svp_session_hello(struct svp_session *s, u64 nonce,
		       struct svp_ctl_msg *msg);
void svp_session_answer(const struct svp_session *s, u64 nonce,
			struct svp_ctl_msg *msg);
void svp_session_done(const struct svp_session *s, u64 nonce,
		      struct svp_ctl_msg *msg);
/* Authentic ones of the peer */
enum svp_session_turn svp_session_answered(struct svp_session *s,
					   const struct svp_hello *hello);
enum svp_session_turn svp_session_finished(struct svp_session *s,
					   const struct svp_hello *hello);

#endif
