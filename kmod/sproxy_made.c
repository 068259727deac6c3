// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames that a node makes itself: the resets and ICMP errors of a node that
 * refuses a connection and speaks as one of its ends. Such a frame goes on along
 * the flow whose addresses and ports it has, in the direction of these, from the
 * hop of the node, if the node was given frames of that flow, in whatever
 * direction, on the path that this one has now, if the path of the frame's own
 * direction leads to the node, too, and if its service is marked `originates`. It
 * leaves with the addresses that frames of this direction had before the chain,
 * or would have had.
 *
 * Whose flow? A node that answers with what is around the frame (addresses of
 * the link, VLAN, tag) names the guest, or the flow, by that; nobody else is
 * looked at then. Else each guest of the plane is: it is rare that two have the
 * same tuple at one node, but networks with the same addresses may meet there,
 * and one guest may imitate another. So all are looked at, and if more than one
 * fits, only the MAC addresses may tell them apart; if they do not, the frame is
 * nobody's.
 *
 * What that may cost is bounded: SVP_NODE_LOOK_RATE guests a second are looked
 * at for each node, two look-ups in the flow hash each. With 28,671 guests that
 * is two frames a second, with a hundred 655. Frames are bounded for each guest,
 * so that one cannot use up the others' share, and for the node.
 */
#include <linux/etherdevice.h>

#include "node.h"
#include "plane.h"
#include "port.h"
#include "sproxy.h"
#include "steer.h"

/* What is refused at once: no whole tuple, or one that is nobody's alone */
#define NO_TUPLE							\
	(SVP_PKT_FRAG | SVP_PKT_ICMP_ALIEN | SVP_PKT_INNER_NO_PORTS |	\
	 SVP_PKT_ND | SVP_PKT_GROUP_MAC | SVP_PKT_GROUP_IP)

/**
 * svp_made_given - was a node given frames of a flow on their present path?
 * @node: the node
 * @flow: the flow
 * @dir: direction of the frames
 *
 * Context: RCU.
 */
bool svp_made_given(const struct svp_node *node, const struct svp_flow *flow,
		    enum svp_dir dir)
{
	const struct svp_path *path = svp_flow_path(flow, dir);
	int hop = path ? svp_path_find_node(path, dir, node) : -1;

	return hop >= 0 && READ_ONCE(flow->use[dir].given) & (0x8000 >> hop);
}

static void pick(struct svp_made_pick *pick, struct svp_flow *flow,
		 enum svp_dir dir)
{
	pick->flow = flow;
	pick->dir = dir;
	pick->n += pick->n < 2;
}

/**
 * svp_made_add - a flow that a frame may be one of
 * @made: the frame
 * @flow: a flow that has its tuple
 * @dir: in this direction
 * @eth: addresses of the frame
 *
 * Left out is what the node was never given, and what has no single sender.
 *
 * Context: RCU.
 */
void svp_made_add(struct svp_made *made, struct svp_flow *flow,
		  enum svp_dir dir, const struct ethhdr *eth)
{
	const u8 *smac, *dmac;

	if (!svp_made_given(made->node, flow, SVP_OUT) &&
	    !svp_made_given(made->node, flow, SVP_IN))
		return;
	svp_flow_macs(flow, dir, &smac, &dmac);
	if (is_multicast_ether_addr(smac))
		return;
	pick(&made->any, flow, dir);
	if (svp_flow_has_macs(flow, dir, eth))
		pick(&made->exact, flow, dir);
}

/**
 * svp_made_choose - the flow that a frame is one of
 * @made: the frame, all flows added that have its tuple
 *
 * Return: its pick; n = 0 when it is of none, 2 when nobody can say of which.
 */
const struct svp_made_pick *svp_made_choose(const struct svp_made *made)
{
	return made->exact.n ? &made->exact : &made->any;
}

static void look_at_port(struct svp_made *made, struct svp_tuple *key,
			 u16 port_id)
{
	struct svp_flow *flow;
	int dir;

	for (dir = 0; dir < SVP_DIRS; dir++) {
		key->port = svp_key_port(port_id, dir);
		flow = svp_flow_lookup(made->node->plane->flows, key);
		if (flow)
			svp_made_add(made, flow, dir, eth_hdr(made->skb));
	}
}

static void look_at_flow(struct svp_made *made, const struct svp_tuple *key)
{
	int dir;

	for (dir = 0; dir < SVP_DIRS; dir++)
		if (svp_flow_has_key(made->flow, dir, key, true))
			svp_made_add(made, made->flow, dir, eth_hdr(made->skb));
}

/* What it is if no flow fits. Half a search is none: the other half may fit too */
static enum svp_drop_reason look_everywhere(struct svp_made *made,
					    struct svp_tuple *key)
{
	struct svp_node *node = made->node;
	struct svp_port *port = NULL;
	u32 n = 0;

	while ((port = svp_plane_port_next(node->plane, port ? port->id : 0))) {
		if (!(n++ % SVP_NODE_LOOK_CHUNK) &&
		    !svp_bucket_take(&node->looks, SVP_NODE_LOOK_CHUNK)) {
			made->any.n = 0;
			made->exact.n = 0;
			return SVP_DROP_ORIGINATE_RATE;
		}
		if (atomic_read(&port->flows))
			look_at_port(made, key, port->id);
	}
	return SVP_DROP_RET_ALIEN;
}

static enum svp_drop_reason look(struct svp_made *made, bool originates,
				 enum svp_drop_reason why)
{
	const struct svp_pkt *pkt = made->pkt;
	struct svp_tuple key;

	if (!pkt->tuple.family || pkt->bad || pkt->flags & NO_TUPLE)
		return why;
	key = pkt->flags & SVP_PKT_ICMP_ERR ? pkt->inner : pkt->tuple;
	if (made->flow)
		look_at_flow(made, &key);
	else if (made->port_id && made->port_id <= SVP_PORT_ID_MAX)
		look_at_port(made, &key, made->port_id);
	else if (!made->named && originates)	/* nobody searches for others */
		why = look_everywhere(made, &key);
	return svp_made_choose(made)->n ? 0 : why;
}

/**
 * svp_made_allowed - may a node make one more frame for a guest?
 * @node: the node
 * @port: the guest
 *
 * The guest's share is asked first: what it is refused takes nothing from others.
 *
 * Context: BH off.
 */
bool svp_made_allowed(struct svp_node *node, struct svp_port *port)
{
	return svp_bucket_take(&port->made, 1) && svp_bucket_take(&node->made, 1);
}

/* A frame that was given is not made: it is wrong in another way */
static bool is_own(const struct svp_made *made, const struct svp_made_pick *pick)
{
	return !svp_made_given(made->node, pick->flow, pick->dir);
}

/* A node may accept the connection that a guest opens: that answers its SYN */
static void answer_syn(const struct svp_made *made,
		       const struct svp_made_pick *pick)
{
	struct svp_plane *plane = made->node->plane;

	if (svp_flow_is_opening(pick->flow) &&
	    svp_flow_doubt_syn(plane->flows, pick->flow, pick->dir, made->pkt))
		svp_steer_revalidate(plane, pick->flow);
}

static bool step_from(struct svp_node *node, const struct svp_made_pick *pick,
		      struct svp_step *step)
{
	u16 skip;
	struct svp_path *path = svp_flow_path_skip(pick->flow, pick->dir, &skip);
	int hop = path ? svp_path_find_node(path, pick->dir, node) : -1;

	*step = (struct svp_step) {
		.plane = node->plane,
		.flow = pick->flow,
		.path = path,
		.skip = skip,
		.dir = pick->dir,
		.hop = hop,
	};
	return hop >= 0;
}

/**
 * svp_sproxy_made - may a frame go on that a node has made itself?
 * @made: the frame, its MAC header at skb->data, and what its context names
 * @why: reason for which it is no frame that was given to the node
 * @step: filled in
 *
 * Context: RCU, BH off. Warning: may move the frame's data.
 * Return: 0, the frame then has the addresses of its flow; or the reason to
 * drop it. A node without the right that names a flow of its own frame is told
 * of that by the reason; it costs two look-ups.
 */
enum svp_drop_reason svp_sproxy_made(struct svp_made *made,
				     enum svp_drop_reason why,
				     struct svp_step *step)
{
	struct svp_node *node = made->node;
	const struct svp_made_pick *pick;
	bool originates = svp_sproxy_originates(node);
	enum svp_drop_reason none;

	none = look(made, originates, why);
	if (none)
		return none;
	pick = svp_made_choose(made);
	if (!originates)
		return is_own(made, pick) ? SVP_DROP_ORIGINATE : why;
	if (pick->n > 1)
		return SVP_DROP_ORIGINATE_UNCLEAR;
	if (!svp_made_allowed(node, pick->flow->port))
		return SVP_DROP_ORIGINATE_RATE;
	answer_syn(made, pick);
	if (!step_from(node, pick, step))
		return SVP_DROP_RET_STALE;
	return svp_sproxy_restore(made->skb, step) ? 0 : SVP_DROP_HEADROOM;
}
