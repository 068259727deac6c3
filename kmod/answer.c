// SPDX-License-Identifier: GPL-2.0-only
/*
 * Answers leave by the guest's own tap, whoever gets them: nothing else of the
 * host knows how to reach the sender of a frame. What they may cost is bounded
 * for each guest port, so that one guest cannot silence the others, and for the
 * plane. The plane's bucket is emptied by a random number of tokens: else a
 * guest could count in it how much others are refused.
 */
#include <linux/if_ether.h>
#include <linux/random.h>

#include "answer.h"
#include "plane.h"
#include "reply.h"
#include "skb.h"

static bool may_speak(struct svp_port *port)
{
	return svp_bucket_take(&port->answers, 1) &&
	       svp_bucket_take(&port->plane->answers, 1 + get_random_u32() % 3);
}

static void send(struct svp_port *port, enum svp_dir dir, struct sk_buff *reply)
{
	struct net_device *dev = rcu_dereference(port->dev);

	if (unlikely(!dev)) {
		kfree_skb(reply);
	} else if (dir == SVP_OUT) {
		svp_count_add(port->answered, reply->len);
		svp_skb_xmit(reply, dev);
	} else {
		svp_skb_receive_later(reply, dev);
	}
}

/**
 * svp_answer_reject - tell the sender that a frame was refused
 * @port: guest port at whose hook the frame was
 * @dir: direction of the frame
 * @skb: the frame, its MAC header set; the caller's
 * @pkt: as svp_skb_parse() has read it
 *
 * Context: RCU, BH off. Warning: may move the frame's data.
 */
void svp_answer_reject(struct svp_port *port, enum svp_dir dir,
		       struct sk_buff *skb, const struct svp_pkt *pkt)
{
	struct sk_buff *reply;

	if (!may_speak(port))
		return;
	reply = svp_reply_reject(skb, pkt);
	if (reply)
		send(port, dir, reply);
}

/**
 * svp_answer_too_big - tell the sender that a frame was too big for a hop
 * @step: the hop
 * @skb: the frame as the guest sent it, MAC header at skb->data; the caller's
 * @mtu: bytes behind the Ethernet header that the hop can take
 *
 * A guest of another host cannot be reached from here: it is told nothing.
 *
 * Context: RCU, BH off. Warning: may move the frame's data.
 */
void svp_answer_too_big(const struct svp_step *step, struct sk_buff *skb,
			u32 mtu)
{
	struct svp_port *port = step->flow->port;
	struct sk_buff *reply;
	struct svp_pkt pkt;

	if (svp_flow_is_far(step->flow))
		return;
	skb_reset_mac_header(skb);
	if (!may_speak(port) || svp_skb_parse(skb, &pkt) || pkt.bad)
		return;
	/* tags inside the frame take their share */
	reply = svp_reply_too_big(skb, &pkt, mtu - min_t(u32, mtu, pkt.l3 - ETH_HLEN));
	if (reply)
		send(port, step->dir, reply);
}
