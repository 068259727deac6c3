// SPDX-License-Identifier: GPL-2.0-only
/*
 * Use and age of a flow: counters, TCP state, idle times.
 *
 * Each direction keeps what its own sender has done, in its own cache line;
 * only who judges the age reads both. So a RST that somebody forged shortens
 * the idle time until the real sender's next segment, and no more.
 */
#include <linux/in.h>
#include <linux/jiffies.h>

#include "flow.h"

#define TCP_ANY	(SVP_PKT_SYN | SVP_PKT_SYNACK | SVP_PKT_FIN | SVP_PKT_RST | \
		 SVP_PKT_ACK)

static enum svp_flow_tcp tcp_next(enum svp_flow_tcp state, u32 flags)
{
	if (flags & SVP_PKT_RST)
		return SVP_TCP_RST;
	if (flags & (SVP_PKT_SYN | SVP_PKT_SYNACK))
		return SVP_TCP_SYN;
	if (flags & SVP_PKT_FIN)
		return SVP_TCP_FIN;
	return state == SVP_TCP_FIN ? SVP_TCP_FIN : SVP_TCP_EST;
}

/* Once in the life of a flow, so the lock does not matter */
static void set_assured(struct svp_flow *flow)
{
	spinlock_t *lock = svp_flow_lock(flow->use[SVP_IN].table, flow);

	spin_lock(lock);
	WRITE_ONCE(flow->flags, flow->flags | SVP_FLOW_ASSURED);
	spin_unlock(lock);
}

/* Once a second, so that the line is not written for each frame */
static void stamp(struct svp_flow_use *use)
{
	u32 now = jiffies;

	if (now - READ_ONCE(use->stamp) >= HZ)
		WRITE_ONCE(use->stamp, now);
}

/**
 * svp_flow_keep - keep the idle timer of a flow whose frame is dropped
 * @flow: what the frame belongs to
 * @dir: direction of the frame
 *
 * Neither counters nor the TCP state follow what never gets anywhere.
 *
 * Context: rcu_read_lock(), BH off.
 */
void svp_flow_keep(struct svp_flow *flow, enum svp_dir dir)
{
	stamp(&flow->use[dir]);
}

/**
 * svp_flow_touch - count a frame, keep the TCP state and the idle timer
 * @flow: what the frame belongs to
 * @dir: direction of the frame
 * @pkt: the parsed frame
 * @len: bytes to count
 *
 * Writes the line of this direction alone. Two CPUs that handle one direction
 * at a time may lose counts, nothing else.
 *
 * Context: rcu_read_lock(), BH off.
 */
void svp_flow_touch(struct svp_flow *flow, enum svp_dir dir,
		    const struct svp_pkt *pkt, unsigned int len)
{
	struct svp_flow_use *use = &flow->use[dir];
	u8 tcp;

	WRITE_ONCE(use->packets, use->packets + 1);
	WRITE_ONCE(use->bytes, use->bytes + len);
	stamp(use);
	if (pkt->flags & TCP_ANY) {
		tcp = tcp_next(READ_ONCE(use->tcp), pkt->flags);
		if (tcp != READ_ONCE(use->tcp))
			WRITE_ONCE(use->tcp, tcp);
	}
	if (unlikely(!(READ_ONCE(flow->flags) & SVP_FLOW_ASSURED)) &&
	    READ_ONCE(flow->use[!dir].packets))
		set_assured(flow);
}

static enum svp_flow_timer tcp_timer(u8 out, u8 in, bool assured)
{
	if (out == SVP_TCP_RST || in == SVP_TCP_RST)
		return SVP_TIMER_TCP_RST;
	if (out == SVP_TCP_FIN && in == SVP_TCP_FIN)
		return SVP_TIMER_TCP_FIN;
	if (out == SVP_TCP_FIN || in == SVP_TCP_FIN)
		return SVP_TIMER_TCP_HALF;
	if (assured && (out == SVP_TCP_EST || in == SVP_TCP_EST))
		return SVP_TIMER_TCP_EST;
	if (out == SVP_TCP_SYN || in == SVP_TCP_SYN)
		return SVP_TIMER_TCP_SYN;
	return SVP_TIMER_TCP_ONEWAY;
}

static enum svp_flow_timer timer_of(const struct svp_flow *flow)
{
	bool assured = READ_ONCE(flow->flags) & SVP_FLOW_ASSURED;
	const struct svp_tuple *key = &flow->side[SVP_OUT].key;

	if (!key->family)
		return SVP_TIMER_OTHER;
	switch (key->proto) {
	case IPPROTO_TCP:
		return tcp_timer(READ_ONCE(flow->use[SVP_OUT].tcp),
				 READ_ONCE(flow->use[SVP_IN].tcp), assured);
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
		return assured ? SVP_TIMER_UDP_BOTH : SVP_TIMER_UDP;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return SVP_TIMER_ICMP;
	default:
		return SVP_TIMER_OTHER;
	}
}

/**
 * svp_flow_expired_at - whether a flow may go
 * @flow: the flow
 * @now: jiffies
 *
 * Context: rcu_read_lock().
 * Return: true when both directions have been idle longer than its state has.
 */
bool svp_flow_expired_at(const struct svp_flow *flow, u32 now)
{
	const struct svp_flow_table *table = flow->use[SVP_IN].table;

	return svp_flow_age(flow, now) > svp_flow_timeout(table, timer_of(flow)) * HZ;
}

/**
 * svp_flow_expired - whether a flow may go now
 * @flow: the flow
 *
 * Context: rcu_read_lock().
 * Return: see svp_flow_expired_at().
 */
bool svp_flow_expired(const struct svp_flow *flow)
{
	return svp_flow_expired_at(flow, jiffies);
}

/**
 * svp_flow_closed - whether the connection has ended
 * @flow: the flow
 *
 * Context: rcu_read_lock().
 * Return: true when a TCP SYN in its place begins another connection.
 */
bool svp_flow_closed(const struct svp_flow *flow)
{
	u8 out = READ_ONCE(flow->use[SVP_OUT].tcp);
	u8 in = READ_ONCE(flow->use[SVP_IN].tcp);

	return out == SVP_TCP_RST || in == SVP_TCP_RST ||
	       (out == SVP_TCP_FIN && in == SVP_TCP_FIN);
}
