/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Serial numbers and the window that stops replays. No locks in here: a window
 * is written under the lock of the peer it belongs to.
 */
#ifndef SVP_REPLAY_H
#define SVP_REPLAY_H

#include <linux/bitops.h>
#include <linux/types.h>

#define SVP_REPLAY_WINDOW	1024	/* sequence numbers remembered */

/*
 * The ring needs one word more than the window: when the edge moves into a
 * word, that word is cleared whole, and none of its bits may still be in the
 * window. A power of two spares a division.
 */
#define SVP_REPLAY_RING		(2 * SVP_REPLAY_WINDOW)

/**
 * enum svp_replay_seen - what a window knows about a sequence number
 * @SVP_REPLAY_NEW: not seen yet
 * @SVP_REPLAY_DUP: seen, and still remembered
 * @SVP_REPLAY_OLD: left of the window, or 0: not to be applied
 */
enum svp_replay_seen {
	SVP_REPLAY_NEW,
	SVP_REPLAY_DUP,
	SVP_REPLAY_OLD,
};

/**
 * struct svp_replay - window over the sequence numbers of one sender
 * @edge: highest number accepted
 * @map: ring of SVP_REPLAY_RING bits, one for each number seen
 */
struct svp_replay {
	u64 edge;
	unsigned long map[SVP_REPLAY_RING / BITS_PER_LONG];
};

void svp_replay_init(struct svp_replay *r, u64 edge);
enum svp_replay_seen svp_replay_check(const struct svp_replay *r, u64 seq);
enum svp_replay_seen svp_replay_update(struct svp_replay *r, u64 seq);

/**
 * svp_serial_after - whether one 32-bit serial number comes after another
 * @a: one
 * @b: the other
 *
 * RFC 1982. Of two numbers exactly 2^31 apart neither comes after the other.
 *
 * Return: true when @a is newer than @b.
 */
static inline bool svp_serial_after(u32 a, u32 b)
{
	return a - b - 1 < 0x7FFFFFFFU;
}

/**
 * svp_serial16_after - svp_serial_after() for 16 bits
 * @a: one
 * @b: the other
 *
 * Return: true when @a is newer than @b.
 */
static inline bool svp_serial16_after(u16 a, u16 b)
{
	return (u16)(a - b - 1) < 0x7FFF;
}

#endif
