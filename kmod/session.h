/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The session with one peer: epochs, numbers, the window, hellos. wire.md
 * section 4.4. Pure: no clock, no keys, no packets in here; under the lock of
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
 * @reply_nonce: of our last hello-answer, which a hello-done must name
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

#endif
