// SPDX-License-Identifier: GPL-2.0-only
/*
 * Inline nodes: two legs, a bump in the wire. With `macs link` the node sees a
 * link between two fixed stations, one behind each leg, so that a node that
 * learns addresses is never confused by the same guest appearing on both sides;
 * the number of the guest port is part of their addresses and tells flows with
 * equal tuples apart; where the service rewrites, it is the number of the flow.
 * With `macs keep` it sees the real addresses.
 */
#include <linux/etherdevice.h>

#include "compat/attributes.h"
#include "context.h"
#include "node.h"
#include "port.h"
#include "skb.h"
#include "sproxy.h"

/* Numbers of flows lie above those of guest ports */
#define NUMBER_FIRST	(SVP_PORT_ID_MAX + 1)
#define NUMBER_LAST	0xffff

/*
 * 02:50:FF:CC:CC:01 in front of leg 0, ...:02 in front of leg 1. By words of two
 * bytes, to which addresses are aligned: a word that is read where bytes have
 * just been written waits for them.
 */
static void station_addr(__be16 *word, u16 context, u8 leg)
{
	word[0] = htons(0x0250);
	word[1] = htons(0xff00 | context >> 8);
	word[2] = htons((u16)(context << 8) | (1 + leg));
}

static bool is_station(const u8 *addr, u16 context, u8 leg)
{
	const __be16 *word = (const __be16 *)addr;
	__be16 want[3];

	station_addr(want, context, leg);
	return word[0] == want[0] && word[1] == want[1] && word[2] == want[2];
}

/* Which leg a frame enters by, unless swapped; it leaves by the other */
static u8 entry_leg(enum svp_dir dir)
{
	return dir == SVP_OUT ? 0 : 1;
}

static int inline_init(struct svp_node *node)
{
	if (!svp_sproxy_rewrites(node))
		return 0;
	if (node->conf.macs != SVP_MACS_LINK)
		return -EINVAL;	/* there is no place for a number */
	return svp_sproxy_flow_numbers(node, NUMBER_FIRST, NUMBER_LAST);
}

static void inline_exit(struct svp_node *node)
{
	svp_context_destroy(node->context);
}

/* What is between the stations' addresses; the legs tell directions apart */
static int number_of(struct svp_node *node, const struct svp_step *step)
{
	if (!node->context)
		return step->flow->port->id;
	return svp_context_get(node->context,
			       svp_sproxy_flow_key(step->flow, SVP_OUT),
			       step->flow->port->id);
}

static void inline_xmit(struct svp_node *node, struct sk_buff *skb,
			struct svp_step *step)
{
	u8 leg = entry_leg(step->dir) ^ svp_step_swapped(step);
	bool link = node->conf.macs == SVP_MACS_LINK;
	struct ethhdr *eth;
	int number = 0;

	if (unlikely(!svp_sproxy_room(node, leg, skb, step, 0)))
		return;
	if (link)
		number = number_of(node, step);
	else if (unlikely(svp_sproxy_bare_taken(node, skb, step)))
		number = -1;
	if (unlikely(number < 0)) {
		svp_plane_drop(node->plane, skb, SVP_DROP_NODE_NO_CONTEXT);
		return;
	}
	svp_sproxy_give(node, skb, step);
	if (link) {
		if (unlikely(!svp_skb_writable(skb, ETH_HLEN))) {
			svp_plane_drop(node->plane, skb, SVP_DROP_HEADROOM);
			return;
		}
		eth = (struct ethhdr *)skb->data;
		station_addr((__be16 *)eth->h_source, number, leg);
		station_addr((__be16 *)eth->h_dest, number, !leg);
	}
	svp_sproxy_send(node, leg, skb);
}

/* The context number, or -1 when the addresses are not those of the link */
static int link_context(const struct ethhdr *eth, u8 entry)
{
	u16 context = eth->h_source[3] << 8 | eth->h_source[4];

	return is_station(eth->h_source, context, entry) &&
	       is_station(eth->h_dest, context, !entry) ? context : -1;
}

static enum svp_drop_reason find_by_number(struct svp_node *node, u16 number,
					   enum svp_dir dir,
					   const struct svp_pkt *pkt,
					   struct svp_step *step)
{
	u64 key;

	if (!svp_context_find(node->context, number, &key))
		return SVP_DROP_RET_ALIEN;
	return svp_sproxy_rewritten(node, key, dir, pkt, step);
}

static enum svp_drop_reason find_by_tuple(struct svp_node *node, u8 leg,
					  u16 port_id, enum svp_dir dir,
					  struct svp_pkt *pkt,
					  struct svp_step *step)
{
	enum svp_drop_reason why;
	struct svp_flow *flow;

	/* beyond are numbers that this node was not given */
	if (port_id > SVP_PORT_ID_MAX)
		return SVP_DROP_RET_ALIEN;
	flow = svp_sproxy_find(node, leg, pkt, port_id, dir, &why);
	if (!flow)
		return why;
	return svp_sproxy_step(node, flow, dir, step) ? 0 : SVP_DROP_RET_STALE;
}

static enum svp_drop_reason find_by_link(struct svp_node *node, u8 leg,
					 const struct ethhdr *eth,
					 enum svp_dir dir, struct svp_pkt *pkt,
					 struct svp_step *step)
{
	int number = link_context(eth, !leg);

	if (unlikely(number < 0))
		return pkt->tuple.family ? SVP_DROP_RET_MAC : SVP_DROP_RET_NOT_IP;
	return node->context ? find_by_number(node, number, dir, pkt, step) :
			       find_by_tuple(node, leg, number, dir, pkt, step);
}

/*
 * The step of a frame that came from leg @leg, as one of direction @dir. A hop
 * that sees its flow from the other side has legs and directions swapped.
 */
static enum svp_drop_reason find_step(struct svp_node *node, u8 leg,
				      const struct ethhdr *eth,
				      struct svp_pkt *pkt, enum svp_dir dir,
				      struct svp_step *step)
{
	bool link = node->conf.macs == SVP_MACS_LINK;
	bool swapped = leg != !entry_leg(dir);
	const struct svp_bare bare = {
		.node = node, .leg = leg, .pkt = pkt, .eth = eth, .dir = dir,
	};
	enum svp_drop_reason why;

	why = link ? find_by_link(node, leg, eth, dir, pkt, step) :
		     svp_sproxy_find_bare(&bare, step);
	if (unlikely(why))
		return why;
	if (unlikely(svp_step_swapped(step) != swapped))
		return SVP_DROP_RET_ALIEN;
	return node->context ?
		svp_sproxy_learn(node, step->flow, dir, pkt) : 0;
}

/* The stations' addresses, whichever way round, name a guest or a flow */
static void name_made(struct svp_made *made, const struct ethhdr *eth)
{
	struct svp_node *node = made->node;
	int number = link_context(eth, 0);
	u64 key;

	if (number < 0)
		number = link_context(eth, 1);
	if (number < 0 || node->conf.macs != SVP_MACS_LINK)
		return;
	made->named = true;
	if (!node->context)
		made->port_id = number;
	else if (svp_context_find(node->context, number, &key))
		made->flow = svp_flow_by_tag(node->plane->flows, key >> 1);
}

static enum svp_drop_reason take_own(struct svp_node *node, struct sk_buff *skb,
				     const struct svp_pkt *pkt,
				     enum svp_drop_reason why,
				     struct svp_step *step)
{
	struct svp_made made = { .node = node, .skb = skb, .pkt = pkt };

	name_made(&made, eth_hdr(skb));
	return svp_sproxy_made(&made, why, step);
}

static enum svp_drop_reason inline_rx(struct svp_node *node, u8 leg,
				      struct sk_buff *skb, struct svp_step *step)
{
	enum svp_dir dir = leg == 1 ? SVP_OUT : SVP_IN;
	struct svp_pkt pkt __uninitialized;
	enum svp_drop_reason why;

	if (unlikely(svp_skb_parse(skb, &pkt)))
		return SVP_DROP_NO_MEMORY;
	why = find_step(node, leg, eth_hdr(skb), &pkt, dir, step);
	if (unlikely(why) &&
	    !find_step(node, leg, eth_hdr(skb), &pkt, !dir, step))
		why = 0;
	if (unlikely(why))
		why = take_own(node, skb, &pkt, why, step);
	if (likely(!why) && node->conf.macs == SVP_MACS_LINK &&
	    unlikely(!svp_sproxy_restore(skb, step)))
		why = SVP_DROP_HEADROOM;
	return why;
}

const struct svp_node_ops svp_sproxy_inline_ops = {
	.name = "inline",
	.legs = 2,
	.init = inline_init,
	.exit = inline_exit,
	.xmit = inline_xmit,
	.rx = inline_rx,
};
