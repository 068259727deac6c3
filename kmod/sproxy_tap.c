// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tap nodes: they get a copy of each frame as it is, and return nothing but
 * their messages, in metadata-only packets that name flows by tag or tuple.
 * They never delay or lose the frame itself: a guest without a token loses the
 * copy.
 */
#include "node.h"
#include "nsh.h"
#include "skb.h"
#include "sproxy.h"

static void tap_xmit(struct svp_node *node, struct sk_buff *skb,
		     struct svp_step *step)
{
	enum svp_drop_reason why = svp_sproxy_token(node, skb, step);
	struct sk_buff *copy = NULL;

	if (likely(!why)) {
		copy = skb_clone(skb, GFP_ATOMIC);
		why = copy ? 0 : SVP_DROP_NO_MEMORY;
	}
	if (likely(!why)) {
		svp_sproxy_give(node, skb, step);
		svp_sproxy_send(node, 0, copy);
	} else {
		svp_drop_gone(node->plane->drops,
			      rcu_dereference(node->leg[0].dev), why);
	}
	svp_hop_leave(skb, step);
}

static enum svp_drop_reason tap_rx(struct svp_node *node, u8 leg,
				   struct sk_buff *skb, struct svp_step *step)
{
	u8 copy[SVP_NSH_MAX_LEN];
	enum svp_drop_reason why;
	struct svp_nsh nsh;

	why = svp_sproxy_read_nsh(skb, copy, &nsh);
	if (why)
		return why;
	return nsh.next == SVCPLANE_NP_NONE ? svp_sproxy_metadata(node, &nsh) :
					      SVP_DROP_RET_ALIEN;
}

const struct svp_node_ops svp_sproxy_tap_ops = {
	.name = "tap",
	.legs = 1,
	.xmit = tap_xmit,
	.rx = tap_rx,
};
