// SPDX-License-Identifier: GPL-2.0-only
/*
 * How connections begin. A SYN is taken at its word: its sender opens the
 * connection, and the rules are asked for that direction alone. Anybody can send
 * one, also into a connection that the other side has opened; so it counts no
 * longer than what follows fits it.
 */
#include <linux/in.h>

#include "flow.h"

static enum svp_dir first_dir(const struct svp_flow *flow)
{
	return READ_ONCE(flow->flags) & SVP_FLOW_FIRST_IN ? SVP_IN : SVP_OUT;
}

/**
 * svp_flow_begins_anew - a new connection in the place of one, or against it
 * @flow: found for a frame
 * @dir: direction of the frame
 * @pkt: the frame
 *
 * What a verdict drops is not opened again by closing and asking anew, nor by an
 * accomplice from the direction that is not dropped.
 *
 * Context: rcu_read_lock().
 * Return: true when the flow is to be forgotten, for the frame to make another.
 */
bool svp_flow_begins_anew(const struct svp_flow *flow, enum svp_dir dir,
			  const struct svp_pkt *pkt)
{
	if (likely(!(pkt->flags & SVP_PKT_SYN)))
		return false;
	if (READ_ONCE(flow->act[SVP_OUT]) == SVP_FLOW_DROP ||
	    READ_ONCE(flow->act[SVP_IN]) == SVP_FLOW_DROP)
		return false;
	return dir != first_dir(flow) || svp_flow_closed(flow);
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
