// SPDX-License-Identifier: GPL-2.0-only
/*
 * The proof is the frame's own: skb_iif says by which tap it came into this
 * host's network, and nobody but the stack writes it. It is the sender's tap
 * both when its ingress hook let the frame pass and when its chain delivered it
 * there; a bridge between guests keeps it, a scrub or a router does not. What
 * the sender's hook did with such a frame its record says: the same tuple, tags
 * and addresses lead to the same record here and there. A guest can forge all of
 * these, but not whose tap it sends on, so what it forges is looked up among its
 * own records, and they say what happened to what it sent.
 *
 * A record tells of now, a frame of a moment ago. So a record proves nothing
 *  - for frames of a guest that sends both with and without VLAN tags: a bridge
 *    takes tags off and puts them on, and makes two of its records look alike;
 *  - for fragments and ICMP errors: a record is found for them through another
 *    packet, which need not be the same one at both hooks;
 *  - while the plane's configuration is newer than it;
 *  - about a node that was never given frames of it on this path, or is at
 *    another host;
 *  - for SVP_ONCE_SETTLE seconds after a change by which a node sees more.
 *
 * Proof ends at the first node that is entered: what comes back from it bears no
 * skb_iif any more. So only hops before it are left out.
 *
 * Both records give a shared node its half of the connection. For the node to
 * see two sides of one, the younger record enters it by the leg that the elder
 * one's answers would enter by; NSH-aware nodes see it in the V bit.
 */
#include <linux/etherdevice.h>
#include <linux/jiffies.h>

#include "node.h"
#include "once.h"

#define NO_PROOF	(SVP_PKT_FRAG | SVP_PKT_ICMP_ERR | SVP_PKT_ICMP_ALIEN)

/* The record under which the frame came in at another guest's tap, or NULL */
static struct svp_flow *sender(struct svp_plane *plane,
			       const struct svp_port *to,
			       const struct sk_buff *skb,
			       const struct svp_pkt *pkt)
{
	struct svp_port *from = xa_load(&plane->taps, skb->skb_iif);
	const struct ethhdr *eth = eth_hdr(skb);
	struct svp_tuple key = pkt->tuple;
	struct svp_flow *flow;

	if (!from || from == to || pkt->flags & NO_PROOF ||
	    READ_ONCE(from->tags) == (SVP_PORT_UNTAGGED | SVP_PORT_TAGGED))
		return NULL;
	key.port = svp_key_port(from->id, SVP_OUT);
	flow = svp_flow_lookup(plane->flows, &key);
	if (!flow || READ_ONCE(flow->act[SVP_OUT]) != SVP_FLOW_CHAIN ||
	    !ether_addr_equal(flow->use[SVP_OUT].smac, eth->h_source) ||
	    !ether_addr_equal(flow->use[SVP_OUT].dmac, eth->h_dest))
		return NULL;
	return flow;
}

static bool settled(struct svp_flow *flow)
{
	u32 *unsettled = &flow->unsettled;
	u32 until = READ_ONCE(*unsettled);

	if (likely(!until))
		return true;
	if ((s32)((u32)jiffies - until) < 0)
		return false;
	/* forgotten, lest it come back when jiffies wrap; not if it is new */
	cmpxchg(unsettled, until, 0);
	return true;
}

/* @given: hops of @path that were given frames and are not left out */
static bool has_seen(const struct svp_path *path, u16 given,
		     const struct svp_node *node)
{
	int hop = svp_path_find_node(path, SVP_OUT, node);
	u16 bit = hop < 0 ? 0 : 0x8000 >> hop;

	/* what became of it elsewhere, this host does not know */
	if (svp_node_owner(node))
		return false;
	/* a copy is lost where the frame goes on: no proof of this one */
	if (node->conf.mode == SVP_NODE_TAP && READ_ONCE(node->conf.flow_rate))
		return false;
	return bit & given;
}

/**
 * svp_once_first - where a frame to a guest enters its path
 * @step: step of its flow, at its first hop
 * @skb: the frame, MAC header set, not scrubbed
 * @pkt: its headers
 *
 * Context: RCU, BH off.
 * Return: a hop; n_hops when every node has seen the frame.
 */
u8 svp_once_first(const struct svp_step *step, const struct sk_buff *skb,
		  const struct svp_pkt *pkt)
{
	struct svp_flow *flow = sender(step->plane, step->flow->port, skb, pkt);
	const struct svp_path *seen;
	u8 hop = step->hop;
	u16 given, skip;

	if (likely(!flow) ||
	    READ_ONCE(flow->gen) != READ_ONCE(step->plane->gen) ||
	    (READ_ONCE(flow->flags) | READ_ONCE(step->flow->flags)) & SVP_FLOW_TWICE)
		return hop;
	/*
	 * What is given last: bits of a path that is left meanwhile are none, which
	 * proves nothing here, but would leave nothing out there
	 */
	seen = svp_flow_path_skip(flow, SVP_OUT, &skip);
	if (svp_flow_path_given(flow, SVP_OUT, &given) != seen)
		return hop;
	/*
	 * Last of all: who leaves out less from now on says so before, and the frame
	 * in hand may have been sent while more was left out
	 */
	if (!settled(flow))
		return hop;
	while (seen && hop < step->path->n_hops &&
	       (step->skip & (0x8000 >> hop) ||
		has_seen(seen, given & ~skip,
			 svp_path_node(step->path, step->dir, hop))))
		hop++;
	return hop;
}

/**
 * svp_once_swap - hops that a younger record enters by the other leg
 * @plane: the plane
 * @port: the guest the frame is for
 * @path: path of the new record
 * @skb: the frame, MAC header set, not scrubbed
 * @pkt: its headers
 *
 * Context: RCU, BH off.
 * Return: svp_flow_use.swap of both directions.
 */
u16 svp_once_swap(struct svp_plane *plane, const struct svp_port *port,
		  const struct svp_path *path, const struct sk_buff *skb,
		  const struct svp_pkt *pkt)
{
	const struct svp_flow *flow = sender(plane, port, skb, pkt);
	u16 swap = 0;
	u8 hop;

	for (hop = 0; flow && hop < path->n_hops; hop++)
		if (!svp_node_owner(path->nodes[hop]) &&
		    svp_flow_visits(flow, path->nodes[hop]))
			swap |= 0x8000 >> hop;
	return swap;
}

static bool swapped_on(const struct svp_path *path, u16 swap,
		       const struct svp_node *node)
{
	int hop = path ? svp_path_find_node(path, SVP_OUT, node) : -1;

	return hop >= 0 && swap & (0x8000 >> hop);
}

/**
 * svp_once_swapped - whether a node is shown the directions of a flow exchanged
 * @flow: the flow
 * @node: a node that it meets, or has met
 *
 * Context: RCU, BH off.
 */
bool svp_once_swapped(const struct svp_flow *flow, const struct svp_node *node)
{
	int dir;

	for (dir = 0; dir < SVP_DIRS; dir++)
		if (swapped_on(svp_flow_path(flow, dir), flow->use[dir].swap, node) ||
		    swapped_on(svp_flow_old_path(flow, dir),
			       flow->use[dir].old_swap, node))
			return true;
	return false;
}

/**
 * svp_once_repath - one direction of a flow changes its path
 * @flow: the flow, still on the path it leaves
 * @dir: the direction
 * @path: path it goes to, or NULL
 *
 * A node that the flow meets in the other direction, or met before, goes on to
 * be entered by the same leg.
 *
 * Context: RCU, under svp_flow_lock().
 */
void svp_once_repath(struct svp_flow *flow, enum svp_dir dir,
		     const struct svp_path *path)
{
	struct svp_flow_use *use = &flow->use[dir];
	u16 swap = 0;
	u8 hop;

	for (hop = 0; path && hop < path->n_hops; hop++)
		if (svp_once_swapped(flow, path->nodes[hop]))
			swap |= 0x8000 >> hop;
	WRITE_ONCE(use->old_swap, use->swap);
	WRITE_ONCE(use->swap, swap);
	if (dir == SVP_OUT)
		svp_once_unsettle(flow);
}

/**
 * svp_once_unsettle - a node is to see more of a flow from now on
 * @flow: the flow
 *
 * Context: under svp_flow_lock().
 */
void svp_once_unsettle(struct svp_flow *flow)
{
	WRITE_ONCE(flow->unsettled,
		   ((u32)jiffies + SVP_ONCE_SETTLE * HZ) | 1);
}
