// SPDX-License-Identifier: GPL-2.0-only
/*
 * Window that stops replays, after RFC 6479: a ring of words that are cleared
 * as the edge moves into them, so nothing is ever shifted.
 *
 * Sequence numbers have 64 bits and do not wrap: a sender that numbers a
 * million messages a second needs half a million years.
 */
#include <linux/build_bug.h>
#include <linux/string.h>

#include "replay.h"

#define WORDS		(SVP_REPLAY_RING / BITS_PER_LONG)
#define BIT_INDEX(seq)	((unsigned int)(seq) & (SVP_REPLAY_RING - 1))

static_assert((SVP_REPLAY_RING & (SVP_REPLAY_RING - 1)) == 0);
static_assert(SVP_REPLAY_RING - SVP_REPLAY_WINDOW >= BITS_PER_LONG);

/**
 * svp_replay_init - start a window
 * @r: window
 * @edge: highest number that counts as seen, with all below it
 */
void svp_replay_init(struct svp_replay *r, u64 edge)
{
	unsigned int bit = BIT_INDEX(edge);

	r->edge = edge;
	memset(r->map, 0xFF, sizeof(r->map));
	r->map[bit / BITS_PER_LONG] = GENMASK(bit % BITS_PER_LONG, 0);
}

/**
 * svp_replay_check - ask a window, without changing it
 * @r: window
 * @seq: sequence number
 *
 * For before the message is known to be authentic.
 *
 * Return: what is known about @seq.
 */
enum svp_replay_seen svp_replay_check(const struct svp_replay *r, u64 seq)
{
	unsigned int bit = BIT_INDEX(seq);

	if (!seq)
		return SVP_REPLAY_OLD;
	if (seq > r->edge)
		return SVP_REPLAY_NEW;
	if (r->edge - seq >= SVP_REPLAY_WINDOW)
		return SVP_REPLAY_OLD;
	return r->map[bit / BITS_PER_LONG] & BIT(bit % BITS_PER_LONG) ?
	       SVP_REPLAY_DUP : SVP_REPLAY_NEW;
}

/* The words that the edge moves into still hold what was there a round ago */
static void move_edge(struct svp_replay *r, u64 edge)
{
	u64 from = r->edge / BITS_PER_LONG, n = edge / BITS_PER_LONG - from;

	if (n > WORDS)
		n = WORDS;
	for (; n; n--) {
		from++;
		r->map[from & (WORDS - 1)] = 0;
	}
	r->edge = edge;
}

/**
 * svp_replay_update - enter a sequence number
 * @r: window
 * @seq: of a message that is authentic
 *
 * Return: as svp_replay_check(); the message may be applied only when it is
 * SVP_REPLAY_NEW, and then is entered.
 */
enum svp_replay_seen svp_replay_update(struct svp_replay *r, u64 seq)
{
	enum svp_replay_seen seen = svp_replay_check(r, seq);
	unsigned int bit = BIT_INDEX(seq);

	if (seen != SVP_REPLAY_NEW)
		return seen;
	if (seq > r->edge)
		move_edge(r, seq);
	r->map[bit / BITS_PER_LONG] |= BIT(bit % BITS_PER_LONG);
	return SVP_REPLAY_NEW;
}
