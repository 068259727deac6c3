// SPDX-License-Identifier: GPL-2.0-only
/*
 * VLAN nodes: one leg, and an 802.1Q tag around each frame that says where it is
 * on its walk: it stands for guest port, direction, path and hop, or, where the
 * service rewrites, for a flow and its direction. The guest's own tags stay
 * inside. The node returns the frame with the tag it came with.
 *
 * Addresses are those of the guest's frame. A node that learns them has one
 * port to learn them on, and in each VLAN sees frames of one guest in one
 * direction only: a station never moves, be its table one for each VLAN or one
 * for all. But what it learns says that both stations are behind the port that
 * a frame came from, so it has to return frames regardless of that (hairpin
 * mode, redirection). A node that routes or bridges between VLANs cannot serve.
 * Whatever addresses a node writes, a frame leaves with those it had before.
 */
#include <linux/if_vlan.h>

#include "compat/attributes.h"
#include "context.h"
#include "node.h"
#include "port.h"
#include "skb.h"
#include "sproxy.h"

#define VID_FIRST	1
#define VID_LAST	4094
#define CONTEXT_IDLE	120	/* seconds */
#define CONTEXT_REST	60	/* seconds */

/* What a VID stands for, as the key of a context: 24 + 4 + 16 bits */
static u64 key_of(const struct svp_node *node, const struct svp_step *step)
{
	if (svp_sproxy_rewrites(node))
		return svp_sproxy_flow_key(step->flow, step->dir);
	return (u64)step->path->spi[step->dir] << 20 | (u64)step->hop << 16 |
	       svp_key_port(step->flow->port->id, step->dir);
}

static u32 key_spi(u64 key)
{
	return key >> 20;
}

static u8 key_hop(u64 key)
{
	return key >> 16 & 0xf;
}

static enum svp_dir key_dir(u64 key)
{
	return key & SVP_KEY_DIR ? SVP_IN : SVP_OUT;
}

static u16 key_port(u64 key)
{
	return key & SVP_PORT_ID_MAX;
}

/* Guests come and go, and paths */
static bool is_alive(void *owner, u64 key)
{
	struct svp_node *node = owner;
	const struct svp_policy *policy = rcu_dereference(node->plane->policy);

	return svp_plane_port(node->plane, key_port(key)) &&
	       svp_policy_path(policy, key_spi(key));
}

static const struct svp_context_ops context_ops = {
	.alive = is_alive,
	.idle = CONTEXT_IDLE,
	.rest = CONTEXT_REST,
};

static int vlan_init(struct svp_node *node)
{
	u16 lo = node->conf.vlan_lo ?: VID_FIRST;
	u16 hi = min_t(u16, node->conf.vlan_hi ?: VID_LAST, VID_LAST);

	if (lo > hi)
		return -ERANGE;
	if (svp_sproxy_rewrites(node))
		return svp_sproxy_flow_numbers(node, lo, hi);
	node->context = svp_context_new(lo, hi, &context_ops, node);
	return node->context ? 0 : -ENOMEM;
}

static void vlan_exit(struct svp_node *node)
{
	svp_context_destroy(node->context);
}

static void vlan_xmit(struct svp_node *node, struct sk_buff *skb,
		      struct svp_step *step)
{
	int vid;

	if (unlikely(!svp_sproxy_room(node, 0, skb, step, 0)))
		return;
	vid = svp_context_get(node->context, key_of(node, step),
			      step->flow->port->id);
	if (unlikely(vid < 0)) {
		svp_plane_drop(node->plane, skb, SVP_DROP_NODE_NO_CONTEXT);
		return;
	}
	if (unlikely(!svp_skb_tag_inside(skb))) {
		svp_plane_drop(node->plane, skb, SVP_DROP_HEADROOM);
		return;
	}
	svp_sproxy_give(node, skb, step);
	__vlan_hwaccel_put_tag(skb, htons(ETH_P_8021Q), vid);
	svp_sproxy_send(node, 0, skb);
}

static enum svp_drop_reason find_step(struct svp_node *node, u64 key,
				      struct svp_pkt *pkt, struct svp_step *step)
{
	enum svp_drop_reason why;
	struct svp_flow *flow;

	flow = svp_sproxy_find(node, 0, pkt, key_port(key), key_dir(key), &why);
	if (!flow)
		return why;
	if (!svp_sproxy_step_spi(node, flow, key_spi(key), step) ||
	    step->hop != key_hop(key) || step->dir != key_dir(key))
		return SVP_DROP_RET_STALE;
	return 0;
}

/* @key: what the tag of the frame stands for; NULL: it came without */
static enum svp_drop_reason take_own(struct svp_node *node, struct sk_buff *skb,
				     const struct svp_pkt *pkt, const u64 *key,
				     enum svp_drop_reason why,
				     struct svp_step *step)
{
	struct svp_made made = {
		.node = node, .skb = skb, .pkt = pkt, .named = key,
	};

	if (key && svp_sproxy_rewrites(node))
		made.flow = svp_flow_by_tag(node->plane->flows, *key >> 1);
	else if (key)
		made.port_id = key_port(*key);
	return svp_sproxy_made(&made, why, step);
}

static enum svp_drop_reason take_back(struct svp_node *node, struct sk_buff *skb,
				      u64 key, struct svp_step *step)
{
	struct svp_pkt pkt __uninitialized;
	enum svp_drop_reason why;

	if (svp_skb_parse(skb, &pkt))
		return SVP_DROP_NO_MEMORY;
	if (svp_sproxy_rewrites(node))
		why = svp_sproxy_rewritten(node, key, key & 1, &pkt, step) ?:
		      svp_sproxy_learn(node, step->flow, step->dir, &pkt);
	else
		why = find_step(node, key, &pkt, step);
	if (unlikely(why))
		return take_own(node, skb, &pkt, &key, why, step);
	return svp_sproxy_restore(skb, step) ? 0 : SVP_DROP_HEADROOM;
}

static enum svp_drop_reason untagged(struct svp_node *node, struct sk_buff *skb,
				     struct svp_step *step)
{
	struct svp_pkt pkt;

	if (!svp_sproxy_originates(node))
		return SVP_DROP_RET_NOT_IP;
	if (svp_skb_parse(skb, &pkt))
		return SVP_DROP_NO_MEMORY;
	return take_own(node, skb, &pkt, NULL, SVP_DROP_RET_NOT_IP, step);
}

static enum svp_drop_reason vlan_rx(struct svp_node *node, u8 leg,
				    struct sk_buff *skb, struct svp_step *step)
{
	u64 key;

	/* the stack has put the outer tag beside the frame */
	if (unlikely(!skb_vlan_tag_present(skb)))
		return untagged(node, skb, step);
	if (unlikely(skb->vlan_proto != htons(ETH_P_8021Q) ||
		     !svp_context_find(node->context, skb_vlan_tag_get_id(skb),
				       &key)))
		return SVP_DROP_RET_ALIEN;
	__vlan_hwaccel_clear_tag(skb);
	return take_back(node, skb, key, step);
}

const struct svp_node_ops svp_sproxy_vlan_ops = {
	.name = "vlan",
	.legs = 1,
	.init = vlan_init,
	.exit = vlan_exit,
	.xmit = vlan_xmit,
	.rx = vlan_rx,
};
