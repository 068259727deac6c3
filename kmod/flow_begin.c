// SPDX-License-Identifier: GPL-2.0-only
/*
 * How connections begin. A SYN is taken at its word: its sender opens the
 * connection, and the rules are asked for that direction alone. Anybody can send
 * one, also into a connection that the other side has opened; so it counts no
 * longer than what follows fits it.
 */
#include <linux/in.h>

#include "chain.h"
#include "flow.h"
#include "path.h"
#include "stats.h"

static enum svp_dir first_dir(const struct svp_flow *flow)
{
	return READ_ONCE(flow->flags) & SVP_FLOW_FIRST_IN ? SVP_IN : SVP_OUT;
}

static bool is_dropped(const struct svp_flow *flow, bool *by_verdict)
{
	bool dropped = false;
	int dir;

	*by_verdict = false;
	for (dir = 0; dir < SVP_DIRS; dir++) {
		if (READ_ONCE(flow->act[dir]) != SVP_FLOW_DROP)
			continue;
		dropped = true;
		if (READ_ONCE(flow->why[dir]) == SVP_DROP_VERDICT)
			*by_verdict = true;
	}
	return dropped;
}

/**
 * svp_flow_begins_anew - a new connection in the place of one, or against it
 * @flow: found for a frame
 * @dir: direction of the frame
 * @pkt: the frame
 *
 * What a verdict drops is not opened again by closing and asking anew, nor by an
 * accomplice from the direction that is not dropped. What the rules drop, they
 * drop or not for each SYN: a stray frame may have made them.
 *
 * Context: rcu_read_lock().
 * Return: true when the rules are to be asked, and the flow to be forgotten for
 * another if they say so.
 */
bool svp_flow_begins_anew(const struct svp_flow *flow, enum svp_dir dir,
			  const struct svp_pkt *pkt)
{
	bool by_verdict;

	if (likely(!(pkt->flags & SVP_PKT_SYN)))
		return false;
	if (is_dropped(flow, &by_verdict))
		return !by_verdict;
	return dir != first_dir(flow) || svp_flow_closed(flow);
}

/**
 * svp_flow_outlives_syn - whether a connection goes on in spite of a SYN
 * @flow: svp_flow_begins_anew()
 * @path: that the rules choose for a connection of the SYN, NULL = past all nodes
 *
 * Anybody can send one. A connection that is inspected is not left out of its
 * chain by it, nor does it lose its path for another of the same chain.
 *
 * Context: rcu_read_lock().
 * Return: true when the SYN is one of its frames.
 */
bool svp_flow_outlives_syn(const struct svp_flow *flow,
			   const struct svp_path *path)
{
	const struct svp_path *is;
	int dir;

	if (svp_flow_closed(flow))
		return false;
	for (dir = 0; dir < SVP_DIRS; dir++) {
		is = svp_flow_path(flow, dir);
		if (READ_ONCE(flow->act[dir]) != SVP_FLOW_CHAIN || !is ||
		    (path && path->chain->id != is->chain->id))
			return false;
	}
	return true;
}

/* Of an error or a later fragment nothing is known: neither fits nor answers */
static bool tells_nothing(const struct svp_pkt *pkt)
{
	return pkt->tuple.proto != IPPROTO_TCP ||
	       pkt->flags & (SVP_PKT_ICMP_ERR | SVP_PKT_FRAG_LATER | SVP_PKT_RST);
}

/**
 * svp_flow_doubt_syn - look whether what follows a SYN fits it
 * @table: of the flow
 * @flow: svp_flow_is_opening()
 * @dir: direction of the frame in hand
 * @pkt: the frame
 *
 * Until it is answered, who opens a connection sends its SYN and nothing else. Only
 * a SYN with ACK is an answer: anybody on the way sends errors and resets.
 *
 * Context: rcu_read_lock(), BH off, not under svp_flow_lock().
 * Return: true when it does not: the rules are to be asked anew, as they are for
 * a connection whose beginning was not seen.
 */
bool svp_flow_doubt_syn(struct svp_flow_table *table, struct svp_flow *flow,
			enum svp_dir dir, const struct svp_pkt *pkt)
{
	spinlock_t *lock = svp_flow_lock(table, flow);
	bool first = dir == first_dir(flow);
	bool fits = pkt->flags & (first ? SVP_PKT_SYN : SVP_PKT_SYNACK);

	if (tells_nothing(pkt) || (first && fits))
		return false;
	spin_lock(lock);
	WRITE_ONCE(flow->flags, flow->flags &
		   ~(SVP_FLOW_OPENING | (fits ? 0 : SVP_FLOW_SYN)));
	spin_unlock(lock);
	return !fits;
}
