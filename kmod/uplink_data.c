// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames of guests from other hosts: of guests of this one, which come back from
 * nodes elsewhere, in the middle of their path or at its end; and of guests of
 * others, which come to nodes of this one. A peer is trusted with the hops that it
 * owns and with nothing else: it may send what comes from the nearest hop before,
 * and for what is of a guest of this host the record says whether that hop could
 * have had it.
 */
#include <linux/etherdevice.h>

#include "compat/attributes.h"
#include "ctl.h"
#include "host.h"
#include "node.h"
#include "skb.h"
#include "sproxy.h"
#include "steer.h"
#include "transit.h"
#include "uplink.h"

static bool bears(const struct svp_path *path, enum svp_dir dir, u32 spi)
{
	return path && path->spi[dir] == spi;
}

static bool is_own(const struct svp_arrival *a)
{
	return a->ctx.host == READ_ONCE(a->plane->host_id);
}

/* MD type 2 is for a message that goes with the frame */
static bool has_message(const struct svp_arrival *a)
{
	struct svp_nsh_tlv tlv;

	return svp_nsh_tlv_find(a->nsh, READ_ONCE(a->plane->md_class),
				SVCPLANE_MD_TYPE_CTL, &tlv);
}

static enum svp_drop_reason check_context(struct svp_arrival *a)
{
	if (unlikely(a->nsh->mdtype != SVCPLANE_NSH_MD1) && !has_message(a))
		return SVP_DROP_NSH_MDTYPE;
	/* svp_uplink_check() has found it to be one of ours */
	svp_nsh_ctx_get(a->nsh, READ_ONCE(a->plane->md_class), &a->ctx);
	if (a->ctx.q || a->ctx.a)
		return SVP_DROP_UPLINK_LIVENESS;
	if (!a->ctx.iface ||
	    (!is_own(a) && !svp_host_by_id(a->plane, a->ctx.host)))
		return SVP_DROP_UPLINK_SOURCE;
	return 0;
}

/* A frame may finish the path that its flow has left, be it deleted */
static bool find_own_path(struct svp_arrival *a)
{
	struct svp_flow *flow = svp_transit_named(a->plane, a->ctx.host, a->ctx.tag);
	u32 spi = a->nsh->spi;
	int dir;

	a->flow = flow;
	for (dir = 0; flow && dir < SVP_DIRS; dir++) {
		a->dir = dir;
		a->path = svp_flow_path_skip(flow, dir, &a->skip);
		if (bears(a->path, dir, spi))
			return true;
		a->path = svp_flow_old_path(flow, dir);
		a->skip = 0;
		if (bears(a->path, dir, spi))
			return true;
	}
	return false;
}

static enum svp_drop_reason find_path(struct svp_arrival *a)
{
	const struct svp_policy *policy = rcu_dereference(a->plane->policy);
	struct svp_path *path;

	if (is_own(a) && find_own_path(a))
		return 0;
	path = svp_policy_path(policy, a->nsh->spi);
	if (!path)
		return SVP_DROP_NSH_NO_HOP;
	if (is_own(a))
		return SVP_DROP_UPLINK_FLOW;
	a->path = path;
	a->dir = a->nsh->spi == path->spi[SVP_IN] ? SVP_IN : SVP_OUT;
	a->skip = a->ctx.skip;
	return 0;
}

static enum svp_drop_reason check_path(struct svp_arrival *a)
{
	u16 hops = ~(0xffff >> a->path->n_hops);

	a->hop = 255 - a->nsh->si;
	if (a->hop > a->path->n_hops)
		return SVP_DROP_NSH_NO_HOP;
	if (a->ctx.chain != a->path->chain->id)
		return SVP_DROP_UPLINK_CHAIN;
	/* who leaves out less does no harm, and may have been told so before */
	if (a->ctx.skip & ~(a->skip & hops))
		return SVP_DROP_UPLINK_SKIP;
	/* one look-up there, one here; 0 stands for 64 */
	if (svp_nsh_ttl(a->nsh->ttl) > svp_hop_ttl(a->hop) - 1)
		return SVP_DROP_UPLINK_TTL;
	return 0;
}

/* The nearest hop before it that is not skipped, or -1 */
static int hop_before(const struct svp_arrival *a)
{
	int hop = a->hop;

	while (--hop >= 0)
		if (!(a->ctx.skip & (0x8000 >> hop)))
			break;
	return hop;
}

static u16 owner_of(const struct svp_arrival *a, int hop)
{
	return svp_node_owner(svp_path_node(a->path, a->dir, hop));
}

static enum svp_drop_reason check_owner(const struct svp_arrival *a)
{
	int hop = hop_before(a);
	u16 from = hop < 0 ? a->ctx.host : owner_of(a, hop);

	return from == a->peer ? 0 : SVP_DROP_UPLINK_OWNER;
}

/* No frame is relayed: its next hop is here, or its path ends here */
static enum svp_drop_reason check_here(struct svp_arrival *a)
{
	const struct svp_node *node;

	while (a->hop < a->path->n_hops && (a->ctx.skip & (0x8000 >> a->hop)))
		a->hop++;
	if (a->hop == a->path->n_hops)
		return is_own(a) ? 0 : SVP_DROP_UPLINK_HOP;
	/* a message goes with a frame to the end of its path alone */
	if (a->nsh->mdtype != SVCPLANE_NSH_MD1)
		return SVP_DROP_NSH_MDTYPE;
	node = svp_path_node(a->path, a->dir, a->hop);
	return svp_node_owner(node) || !svp_node_is_local(node) ?
		SVP_DROP_UPLINK_HOP : 0;
}

static u16 given_of(const struct svp_flow *flow, enum svp_dir dir,
		    const struct svp_path *path)
{
	u16 given;

	if (svp_flow_path_given(flow, dir, &given) == path ||
	    svp_flow_old_path_given(flow, dir, &given) == path)
		return given;
	return 0;
}

/*
 * Of the hops elsewhere that it may have come by without being here, was one
 * given frames of the flow by this host?
 */
static bool was_sent(const struct svp_arrival *a)
{
	u16 given = given_of(a->flow, a->dir, a->path);
	int hop;

	for (hop = a->hop - 1; hop >= 0; hop--) {
		if (a->ctx.skip & (0x8000 >> hop))
			continue;
		if (!owner_of(a, hop))
			return false;
		if (given & (0x8000 >> hop))
			return true;
	}
	return false;
}

/* A node that speaks as an end of the connection was given the other direction */
static bool may_be_made(const struct svp_arrival *a)
{
	u16 given = given_of(a->flow, !a->dir, a->path);
	const struct svp_node *node;
	int hop;

	for (hop = a->hop - 1; given && hop >= 0 && owner_of(a, hop); hop--) {
		node = svp_path_node(a->path, a->dir, hop);
		if (svp_sproxy_originates(node))
			return true;
	}
	return false;
}

static enum svp_drop_reason check_own(const struct svp_arrival *a)
{
	if (!is_own(a))
		return 0;
	if (a->flow->port->proxy->id != a->ctx.iface)
		return SVP_DROP_UPLINK_FLOW;
	return was_sent(a) || may_be_made(a) ? 0 : SVP_DROP_UPLINK_STRAY;
}

/**
 * svp_uplink_place - where a frame from another host is on its walk
 * @a: plane, nsh and peer set; the rest is filled in
 *
 * Context: RCU, BH off.
 * Return: 0, or the reason to drop the frame.
 */
enum svp_drop_reason svp_uplink_place(struct svp_arrival *a)
{
	return check_context(a) ?: find_path(a) ?: check_path(a) ?:
	       check_owner(a) ?: check_here(a) ?: check_own(a);
}

/* A node that rewrites, of those that the frame has been at elsewhere; or NULL */
static struct svp_node *rewriter(const struct svp_arrival *a)
{
	struct svp_node *node;
	int hop;

	if (likely(!a->path->chain->rewrites))
		return NULL;
	for (hop = a->hop - 1; hop >= 0 && owner_of(a, hop); hop--) {
		node = svp_path_node(a->path, a->dir, hop);
		if (svp_sproxy_rewrites(node))
			return node;
	}
	return NULL;
}

/* What a node elsewhere has accepted in the place of who was asked */
static void note_made(const struct svp_arrival *a, const struct svp_pkt *pkt)
{
	struct svp_plane *plane = a->plane;

	if (unlikely(svp_flow_is_opening(a->flow)) && !was_sent(a) &&
	    svp_flow_doubt_syn(plane->flows, a->flow, a->dir, pkt))
		svp_steer_revalidate(plane, a->flow);
}

/* Of a guest of this host: the frame must be one of its flow */
static enum svp_drop_reason match_own(const struct svp_arrival *a,
				      struct sk_buff *skb,
				      const struct svp_pkt *pkt)
{
	struct svp_node *node = rewriter(a);
	const struct svp_step step = { .flow = a->flow, .dir = a->dir };
	enum svp_drop_reason why;

	if (pkt->bad)
		return SVP_DROP_UPLINK_FLOW;
	if (unlikely(node)) {
		why = svp_sproxy_learn(node, a->flow, a->dir, pkt);
		if (!why && !svp_sproxy_restore(skb, &step))
			why = SVP_DROP_HEADROOM;
		return why;
	}
	if (!svp_flow_has_macs(a->flow, a->dir, eth_hdr(skb)) ||
	    !svp_transit_is_of(a->flow, a->dir, pkt))
		return SVP_DROP_UPLINK_FLOW;
	note_made(a, pkt);
	return 0;
}

/* First the frame has to be good: what it brings may be applied before it goes on */
static bool is_good(const struct svp_arrival *a, const struct sk_buff *skb)
{
	const struct ethhdr *eth = (void *)skb->data + a->nsh->len;
	unsigned int len = skb->len - a->nsh->len;
	struct svp_pkt pkt;

	svp_parse(eth, len, len, false, 0, &pkt);
	if (pkt.bad || pkt.need)
		return false;
	return rewriter(a) || (svp_flow_has_macs(a->flow, a->dir, eth) &&
			       svp_transit_is_of(a->flow, a->dir, &pkt));
}

static enum svp_drop_reason take_message(const struct svp_arrival *a,
					 struct net_device *uplink,
					 struct sk_buff *skb)
{
	if (likely(a->nsh->mdtype == SVCPLANE_NSH_MD1))
		return 0;
	if (skb_linearize(skb))
		return SVP_DROP_NO_MEMORY;
	return is_good(a, skb) ? svp_ctl_rx_riding(a->plane, uplink, skb, a->nsh) :
				 SVP_DROP_UPLINK_FLOW;
}

static enum svp_drop_reason match_transit(struct svp_arrival *a,
					  struct sk_buff *skb,
					  struct svp_pkt *pkt)
{
	const struct svp_transit transit = {
		.plane = a->plane,
		.ctx = &a->ctx,
		.peer = a->peer,
		.path = a->path,
		.dir = a->dir,
		.skb = skb,
		.pkt = pkt,
	};

	return svp_transit_find(&transit, &a->flow);
}

static enum svp_drop_reason match(struct svp_arrival *a, struct sk_buff *skb)
{
	struct svp_pkt pkt __uninitialized;

	if (svp_nsh_pop(skb))
		return SVP_DROP_NSH_INNER;
	svp_skb_tag_outside(skb);
	skb_reset_mac_header(skb);
	if (svp_skb_parse(skb, &pkt))
		return SVP_DROP_NO_MEMORY;
	return is_own(a) ? match_own(a, skb, &pkt) : match_transit(a, skb, &pkt);
}

/**
 * svp_uplink_data - take a guest's frame from another host
 * @plane: plane of the uplink
 * @uplink: the uplink
 * @skb: the frame, skb->data at the NSH; consumed
 * @nsh: its header, svp_uplink_check() has passed it
 * @peer: host that it came from: listed, with a session
 *
 * Context: RCU, BH off.
 */
void svp_uplink_data(struct svp_plane *plane, struct net_device *uplink,
		     struct sk_buff *skb, const struct svp_nsh *nsh, u16 peer)
{
	struct svp_arrival a = { .plane = plane, .nsh = nsh, .peer = peer };
	enum svp_drop_reason why;
	struct svp_step step;

	why = svp_uplink_place(&a) ?: take_message(&a, uplink, skb) ?:
	      match(&a, skb);
	if (unlikely(why)) {
		svp_plane_drop(plane, skb, why);
		return;
	}
	step = (struct svp_step) {
		.plane = plane,
		.flow = a.flow,
		.path = a.path,
		.skip = a.skip,
		.dir = a.dir,
		.hop = a.hop,
	};
	svp_skb_scrub(skb);
	svp_hop_enter(skb, &step);
}
