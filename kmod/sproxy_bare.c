// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nodes that are shown neither a context number nor a flow tag (`macs keep`,
 * `context zero`): the guest's address in a frame and its tuple say whose it is.
 * Another guest can send from that address, and so have a record with the same
 * key. Only one of them may use such a node, the one whose frames came first;
 * where two do all the same (both began at one instant), the frame is nobody's.
 */
#include <linux/etherdevice.h>

#include "node.h"
#include "port.h"
#include "sproxy.h"
#include "verdict.h"

static const u8 *guest_mac(const struct ethhdr *eth, enum svp_dir dir)
{
	return dir == SVP_OUT ? eth->h_source : eth->h_dest;
}

/* Could the frame be one of that guest? */
static enum svp_drop_reason try_port(const struct svp_bare *bare, u16 port_id,
				     struct svp_step *step)
{
	enum svp_drop_reason why;
	struct svp_flow *flow;

	flow = svp_sproxy_find(bare->node, bare->leg, bare->pkt, port_id,
			       bare->dir, &why);
	if (!flow)
		return why;
	if (bare->spi) {
		if (!svp_sproxy_step_spi(bare->node, flow, bare->spi, step))
			return SVP_DROP_RET_SPI;
	} else if (!svp_sproxy_step(bare->node, flow, bare->dir, step)) {
		return SVP_DROP_RET_STALE;
	}
	return svp_flow_has_macs(flow, bare->dir, bare->eth) ? 0 : SVP_DROP_RET_MAC;
}

/**
 * svp_sproxy_find_bare - the step of a frame whose addresses say whose it is
 * @bare: the frame
 * @step: filled in
 *
 * Context: RCU, BH off.
 * Return: 0, or the reason to drop the frame.
 */
enum svp_drop_reason svp_sproxy_find_bare(const struct svp_bare *bare,
					  struct svp_step *step)
{
	const u8 *mac = guest_mac(bare->eth, bare->dir);
	enum svp_drop_reason why, last = SVP_DROP_RET_MAC;
	struct svp_port *port = NULL;
	struct svp_step one;
	bool found = false;

	if (!bare->pkt->tuple.family)
		last = SVP_DROP_RET_NOT_IP;
	while ((port = svp_plane_port_by_mac(bare->node->plane, mac, port))) {
		why = try_port(bare, port->id, &one);
		if (why) {
			last = why;
			continue;
		}
		if (found)
			return SVP_DROP_RET_MAC;
		found = true;
		*step = one;
	}
	return found ? 0 : last;
}

/* Has the node been given frames like this one of another guest's flow? */
static bool has_given(struct svp_node *node, u16 port_id, struct svp_tuple *key,
		      enum svp_dir dir, const struct ethhdr *eth)
{
	struct svp_flow *flow;

	key->port = svp_key_port(port_id, dir);
	flow = svp_flow_lookup(node->plane->flows, key);
	return flow && svp_flow_has_macs(flow, dir, eth) &&
	       svp_verdict_was_given(flow, node);
}

/**
 * svp_sproxy_bare_taken - would a frame come back as another guest's?
 * @node: node with `macs keep` or `context zero`, about to get the frame
 * @skb: the frame, MAC header at skb->data
 * @step: hop of the node
 *
 * Looks once a flow and direction, and once more when its addresses have changed.
 *
 * Context: RCU, BH off.
 * Return: true if so: it must not be given.
 */
bool svp_sproxy_bare_taken(struct svp_node *node, const struct sk_buff *skb,
			   const struct svp_step *step)
{
	const struct svp_flow *flow = step->flow;
	const struct ethhdr *eth = (const struct ethhdr *)skb->data;
	struct svp_tuple key = flow->side[step->dir].key;
	struct svp_port *port = NULL;

	if (likely(READ_ONCE(flow->use[step->dir].given) & (0x8000 >> step->hop)))
		return false;
	while ((port = svp_plane_port_by_mac(node->plane,
					     guest_mac(eth, step->dir), port)))
		if (port != flow->port &&
		    has_given(node, port->id, &key, step->dir, eth))
			return true;
	return false;
}
