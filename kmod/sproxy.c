// SPDX-License-Identifier: GPL-2.0-only
/*
 * What all service proxies share: accounts of what a node was given, and the
 * way back to the flow of what it returns. A node is trusted with the frames
 * it was given and with nothing else.
 */
#include <linux/etherdevice.h>
#include <linux/slab.h>

#include "answer.h"
#include "capture.h"
#include "ctl.h"
#include "node.h"
#include "skb.h"
#include "sproxy.h"
#include "trace.h"

static const struct svp_node_ops *const modes[SVP_NODE_MODES] = {
	[SVP_NODE_INLINE] = &svp_sproxy_inline_ops,
	[SVP_NODE_NSH] = &svp_sproxy_nsh_ops,
	[SVP_NODE_VLAN] = &svp_sproxy_vlan_ops,
	[SVP_NODE_TAP] = &svp_sproxy_tap_ops,
};

/**
 * svp_sproxy_ops - adapter of a mode
 * @mode: mode
 * Return: the adapter, or NULL for a mode unknown.
 */
const struct svp_node_ops *svp_sproxy_ops(enum svp_node_mode mode)
{
	return mode < SVP_NODE_MODES ? modes[mode] : NULL;
}

/**
 * svp_sproxy_give - account for a frame that a node is about to get
 * @node: the node
 * @skb: frame with its MAC header at skb->data
 * @step: hop of the node
 *
 * Context: RCU, BH off.
 */
void svp_sproxy_give(struct svp_node *node, const struct sk_buff *skb,
		     const struct svp_step *step)
{
	svp_hop_give(step);
	svp_credit_give(&node->given[step->dir], svp_skb_wire_len(skb));
	svp_count_add(node->sent[step->dir], svp_skb_frame_len(skb));
}

/**
 * svp_sproxy_token - has the guest a token for one more frame to a node?
 * @node: the node
 * @skb: the frame
 * @step: hop of the node
 *
 * Context: RCU, BH off.
 * Return: 0, or the reason to drop the frame: of a node without a rate there is
 * none, at the cost of a look.
 */
enum svp_drop_reason svp_sproxy_token(struct svp_node *node,
				      const struct sk_buff *skb,
				      const struct svp_step *step)
{
	u32 limit = READ_ONCE(node->conf.flow_rate);

	return likely(!limit) ? 0 :
		svp_node_rate_take(node, step->flow->port->id, limit,
				   svp_skb_wire_len(skb));
}

/**
 * svp_sproxy_room - will a frame fit on its way to a node, and may it go?
 * @node: the node
 * @leg: leg it is to leave by
 * @skb: frame as the guest sent it, MAC header at skb->data
 * @step: hop of the node
 * @overhead: bytes of headers that will be put before it
 *
 * Context: RCU, BH off.
 * Return: true; false when it does not fit (its sender has been told then), the
 * leg is gone, or the guest has no token left: @skb is consumed.
 */
bool svp_sproxy_room(struct svp_node *node, u8 leg, struct sk_buff *skb,
		     const struct svp_step *step, unsigned int overhead)
{
	struct net_device *dev = rcu_dereference(node->leg[leg].dev);
	enum svp_drop_reason why;
	unsigned int mtu;

	if (unlikely(!dev)) {
		svp_plane_drop(node->plane, skb, SVP_DROP_NODE_DOWN);
		return false;
	}
	skb_reset_mac_header(skb);
	if (likely(svp_skb_fits_with(skb, dev, overhead))) {
		why = svp_sproxy_token(node, skb, step);
		if (likely(!why))
			return true;
		svp_plane_drop(node->plane, skb, why);
		return false;
	}
	mtu = READ_ONCE(dev->mtu);
	svp_answer_too_big(step, skb, mtu - min(mtu, overhead));
	svp_plane_drop(node->plane, skb, SVP_DROP_MTU);
	return false;
}

/**
 * svp_sproxy_send - send a frame to a node
 * @node: the node
 * @leg: leg it leaves by
 * @skb: frame with its MAC header at skb->data; consumed
 *
 * Context: RCU, BH off.
 */
void svp_sproxy_send(struct svp_node *node, u8 leg, struct sk_buff *skb)
{
	struct net_device *dev = rcu_dereference(node->leg[leg].dev);

	if (unlikely(!dev)) {
		svp_plane_drop(node->plane, skb, SVP_DROP_NODE_DOWN);
		return;
	}
	if (unlikely(!svp_skb_fits(skb, dev))) {
		svp_plane_drop(node->plane, skb, SVP_DROP_MTU);
		return;
	}
	if (unlikely(svp_skb_xmit(skb, dev)))
		svp_drop_gone(node->plane->drops, dev, SVP_DROP_NODE_XMIT);
}

static bool step_on(struct svp_node *node, struct svp_path *path, u16 given,
		    struct svp_step *step)
{
	int hop;

	if (!path)
		return false;
	hop = svp_path_find_node(path, step->dir, node);
	if (hop < 0 || !(given & (0x8000 >> hop)))
		return false;
	step->path = path;
	step->hop = hop;
	return true;
}

/* On the path of @dir, or @old: on the one before it */
static bool step_at(struct svp_node *node, struct svp_flow *flow,
		    enum svp_dir dir, bool old, struct svp_step *step)
{
	struct svp_path *path;
	u16 given;

	step->plane = node->plane;
	step->flow = flow;
	step->dir = dir;
	step->ride = NULL;
	if (unlikely(old)) {
		step->skip = 0;
		path = svp_flow_old_path_given(flow, dir, &given);
		return step_on(node, path, given, step);
	}
	path = svp_flow_path_given(flow, dir, &given);
	if (unlikely(svp_flow_path_skip(flow, dir, &step->skip) != path))
		step->skip = 0;
	return step_on(node, path, given, step);
}

/**
 * svp_sproxy_step - where on its walk is a frame that a node returned?
 * @node: the node
 * @flow: flow of the frame
 * @dir: direction of the flow
 * @step: filled in
 *
 * Context: RCU, BH off.
 * Return: false when the node was never given frames of that direction, be it
 * on the current path or on the one before it.
 */
bool svp_sproxy_step(struct svp_node *node, struct svp_flow *flow,
		     enum svp_dir dir, struct svp_step *step)
{
	return step_at(node, flow, dir, false, step) ||
	       step_at(node, flow, dir, true, step);
}

static bool bears(const struct svp_path *path, enum svp_dir dir, u32 spi)
{
	return path && path->spi[dir] == spi;
}

/**
 * svp_sproxy_step_spi - the step of a frame whose path is known
 * @node: the node that returned it
 * @flow: flow of the frame
 * @spi: service path identifier it was given under, of either direction
 * @step: filled in
 *
 * Context: RCU, BH off.
 * Return: false when the node was never given frames on that path, or the flow
 * has left it before the one it was on last.
 */
bool svp_sproxy_step_spi(struct svp_node *node, struct svp_flow *flow, u32 spi,
			 struct svp_step *step)
{
	int dir;

	for (dir = 0; dir < SVP_DIRS; dir++)
		if ((bears(svp_flow_path(flow, dir), dir, spi) &&
		     step_at(node, flow, dir, false, step)) ||
		    (bears(svp_flow_old_path(flow, dir), dir, spi) &&
		     step_at(node, flow, dir, true, step)))
			return true;
	return false;
}

/**
 * svp_sproxy_restore - give a frame the addresses it had before the chain
 * @skb: frame with its MAC header at skb->data
 * @step: whose frame it is
 *
 * Context: RCU, BH off. Warning: may move the frame's data.
 * Return: false when there is no memory.
 */
bool svp_sproxy_restore(struct sk_buff *skb, const struct svp_step *step)
{
	struct ethhdr *eth = (struct ethhdr *)skb->data;
	const u8 *smac, *dmac;

	if (svp_flow_has_macs(step->flow, step->dir, eth))
		return true;
	if (unlikely(!svp_skb_writable(skb, ETH_HLEN)))
		return false;
	eth = (struct ethhdr *)skb->data;
	svp_flow_macs(step->flow, step->dir, &smac, &dmac);
	ether_addr_copy(eth->h_source, smac);
	ether_addr_copy(eth->h_dest, dmac);
	return true;
}

/**
 * svp_sproxy_returned - account for a frame that a node returned
 * @node: the node
 * @skb: frame with its MAC header at skb->data; stays the caller's
 * @step: hop of the node
 *
 * Context: RCU, BH off. Warning: may move the frame's data.
 * Return: 0, or the reason to drop it.
 */
enum svp_drop_reason svp_sproxy_returned(struct svp_node *node,
					 struct sk_buff *skb,
					 const struct svp_step *step)
{
	svp_skb_tag_outside(skb);
	if (!svp_credit_take(&node->given[step->dir], svp_skb_wire_len(skb)) &&
	    !svp_sproxy_originates(node))
		return SVP_DROP_NODE_BUDGET;
	svp_count_add(node->returned[step->dir], svp_skb_frame_len(skb));
	trace_svp_return(skb, step->path->spi[step->dir], svp_hop_si(step->hop),
			 node->conf.id, step->flow->tag);
	svp_skb_scrub(skb);
	svp_capture(step, skb, true);
	return 0;
}

/**
 * svp_sproxy_dismount - a message outlives the frame that it was to ride on
 * @ride: the message; freed
 *
 * What becomes of the frame is nothing to it.
 *
 * Context: RCU, BH off.
 */
void svp_sproxy_dismount(struct svp_ctl_ride *ride)
{
	svp_ctl_ride_alone(ride);
	kfree(ride);
}

/* The id space of fragments behind a leg: wire.md section 4 */
static u64 frag_scope(const struct svp_node *node, u8 leg, u16 port_id)
{
	return BIT_ULL(63) | (u64)node->conf.id << 32 | (u64)leg << 16 | port_id;
}

static bool find_fragment(struct svp_node *node, u8 leg, struct svp_pkt *pkt,
			  u16 port_id, enum svp_drop_reason *why)
{
	struct svp_tuple *tuple = &pkt->tuple;
	enum svp_frag_result result;
	struct svp_frag_key key;

	svp_frag_key_set(&key, pkt, frag_scope(node, leg, port_id));
	if (pkt->flags & SVP_PKT_FRAG_FIRST)
		result = svp_frag_learn(node->plane->frags, &key, tuple);
	else
		result = svp_frag_find(node->plane->frags, &key, tuple);
	if (result == SVP_FRAG_OK)
		return true;
	*why = result == SVP_FRAG_DEAD ? SVP_DROP_FRAG_CONFLICT :
					 SVP_DROP_FRAG_NO_ENTRY;
	return false;
}

/**
 * svp_sproxy_find - flow of a frame that a transparent node returned
 * @node: the node
 * @leg: leg it came from
 * @pkt: the frame, parsed; a later fragment gets its ports here
 * @port_id: guest port the context of the frame names
 * @dir: direction the leg names
 * @why: reason to drop it, when there is none
 *
 * Context: RCU, BH off.
 * Return: the flow, or NULL.
 */
struct svp_flow *svp_sproxy_find(struct svp_node *node, u8 leg,
				 struct svp_pkt *pkt, u16 port_id,
				 enum svp_dir dir, enum svp_drop_reason *why)
{
	struct svp_tuple *key = &pkt->tuple;
	struct svp_flow *flow;

	*why = SVP_DROP_RET_ALIEN;
	if (unlikely(pkt->bad))
		return NULL;
	if (unlikely(pkt->flags & SVP_PKT_FRAG_LATER) &&
	    !find_fragment(node, leg, pkt, port_id, why))
		return NULL;
	if (unlikely(pkt->flags & SVP_PKT_ICMP_ERR)) {
		pkt->inner.port = svp_key_port(port_id, dir);
		flow = svp_flow_lookup(node->plane->flows, &pkt->inner);
		if (flow)
			return flow;
	}
	key->port = svp_key_port(port_id, dir);
	flow = svp_flow_lookup(node->plane->flows, key);
	/* what a node makes up must not fill the table, which is the guests' too */
	if (flow && unlikely(pkt->flags & SVP_PKT_FRAG_FIRST) &&
	    !find_fragment(node, leg, pkt, port_id, why))
		return NULL;
	return flow;
}
