// SPDX-License-Identifier: GPL-2.0-only
/*
 * NSH-aware nodes: the frame travels behind NSH (RFC 8300), with the metadata
 * that the node's context setting shows. What a node returns is taken for its
 * payload only: path, SI, TTL and context are checked against the record, and
 * the tag merely finds it.
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/slab.h>

#include "compat/attributes.h"
#include "ctl.h"
#include "node.h"
#include "nsh.h"
#include "port.h"
#include "skb.h"
#include "sproxy.h"
#include "transit.h"
#include "verdict.h"

/* An svp_hop_out that leads to a node */
struct out {
	struct svp_hop_out out;
	struct svp_node *node;
};

static void send(const struct svp_hop_out *out, struct sk_buff *skb)
{
	svp_sproxy_send(container_of(out, struct out, out)->node, 0, skb);
}

static void nsh_xmit(struct svp_node *node, struct sk_buff *skb,
		     struct svp_step *step)
{
	__be32 hdr[SVP_NSH_MAX_LEN / 4] __uninitialized;
	struct out out = {
		.out = {
			.plane = node->plane,
			.dst = node->conf.mac,
			.hdr = hdr,
			/* the node is no kernel, unless it says so */
			.whole = node->conf.flags & SVP_NODE_GSO,
			.send = send,
		},
		.node = node,
	};

	out.out.len = svp_hop_header(step, (enum svp_nsh_show)node->conf.context,
				     svp_hop_ttl_at(step), hdr);
	if (unlikely(!svp_sproxy_room(node, 0, skb, step,
				      svp_hop_overhead(&out.out, skb))))
		return;
	if (node->conf.context == SVP_CTX_ZERO &&
	    unlikely(svp_sproxy_bare_taken(node, skb, step))) {
		svp_plane_drop(node->plane, skb, SVP_DROP_NODE_NO_CONTEXT);
		return;
	}
	svp_sproxy_give(node, skb, step);
	svp_hop_push(&out.out, skb);
}

static const u8 nsh_reasons[SVP_NSH_ERR_MAX] = {
	[SVP_NSH_SHORT] = SVP_DROP_NSH_SHORT,
	[SVP_NSH_VERSION] = SVP_DROP_NSH_VERSION,
	[SVP_NSH_MDTYPE] = SVP_DROP_NSH_MDTYPE,
	[SVP_NSH_LENGTH] = SVP_DROP_NSH_LENGTH,
	[SVP_NSH_TLV] = SVP_DROP_NSH_TLV,
	[SVP_NSH_OAM] = SVP_DROP_NSH_OAM,
	[SVP_NSH_NEXT] = SVP_DROP_NSH_NEXT,
	[SVP_NSH_NESTED] = SVP_DROP_NSH_NESTED,
	[SVP_NSH_NO_METADATA] = SVP_DROP_NSH_NO_METADATA,
	[SVP_NSH_INNER] = SVP_DROP_NSH_INNER,
	[SVP_NSH_TTL] = SVP_DROP_NSH_TTL,
	[SVP_NSH_SI0] = SVP_DROP_NSH_SI0,
};

/**
 * svp_sproxy_nsh_reason - drop reason of what is wrong with an NSH
 * @err: not SVP_NSH_OK
 * Return: the reason.
 */
enum svp_drop_reason svp_sproxy_nsh_reason(enum svp_nsh_err err)
{
	return nsh_reasons[err];
}

/**
 * svp_sproxy_read_nsh - check the NSH of a frame from a node
 * @skb: frame with its outer MAC header at skb->data; left at the NSH
 * @copy: where the header is copied to; @nsh points into it
 * @nsh: filled in
 *
 * Return: 0, or the drop reason.
 */
enum svp_drop_reason svp_sproxy_read_nsh(struct sk_buff *skb,
					 u8 copy[SVP_NSH_MAX_LEN],
					 struct svp_nsh *nsh)
{
	enum svp_nsh_err err;

	if (skb->protocol != htons(ETH_P_NSH))
		return SVP_DROP_RET_NOT_IP;
	if (skb_vlan_tag_present(skb))
		return SVP_DROP_RET_ALIEN;
	skb_pull_rcsum(skb, ETH_HLEN);
	err = svp_nsh_read(skb, copy, nsh);
	if (!err)
		err = svp_nsh_accept(nsh, skb->len - nsh->len, SVP_NSH_ALLOW_NONE);
	return err ? nsh_reasons[err] : 0;
}

static bool find_body(const struct svp_node *node, const struct svp_nsh *nsh,
		      struct svp_nsh_tlv *tlv)
{
	return svp_nsh_tlv_find(nsh, READ_ONCE(node->plane->md_class),
				SVCPLANE_MD_TYPE_CTL, tlv);
}

/**
 * svp_sproxy_metadata - take a metadata-only packet (RFC 8393) from a node
 * @node: the node
 * @nsh: its header, next protocol None
 *
 * Return: the reason to drop the packet with: it ends here in any case.
 */
enum svp_drop_reason svp_sproxy_metadata(struct svp_node *node,
					 const struct svp_nsh *nsh)
{
	struct svp_nsh_tlv tlv;

	if (!find_body(node, nsh, &tlv))
		return SVP_DROP_NSH_NO_METADATA;
	return svp_verdict_body(node, NULL, tlv.val, tlv.len, NULL) ?
		SVP_DROP_CTL_CONSUMED : SVP_DROP_CTL_MALFORMED;
}

/* A node that was shown no tag: whose frame it is, its guest's address says */
static enum svp_drop_reason step_of_frame(struct svp_node *node,
					  const struct svp_nsh *nsh,
					  struct svp_pkt *pkt,
					  const struct ethhdr *eth,
					  struct svp_step *step)
{
	const struct svp_policy *policy = rcu_dereference(node->plane->policy);
	const struct svp_path *path = svp_policy_path(policy, nsh->spi);
	struct svp_bare bare = {
		.node = node, .pkt = pkt, .eth = eth, .spi = nsh->spi,
	};

	if (!path)
		return SVP_DROP_NSH_NO_HOP;
	bare.dir = nsh->spi == path->spi[SVP_IN] ? SVP_IN : SVP_OUT;
	return svp_sproxy_find_bare(&bare, step);
}

/*
 * A name is the host's together with its tag. What a node writes in the place of
 * the host is not looked at where it names nothing.
 */
static struct svp_flow *flow_of(const struct svp_node *node,
				const struct svp_nsh_ctx *ctx)
{
	struct svp_plane *plane = node->plane;

	return svp_transit_named(plane, ctx->host, ctx->tag) ?:
	       svp_transit_named(plane, READ_ONCE(plane->host_id), ctx->tag);
}

static enum svp_drop_reason step_of_tag(struct svp_node *node,
					const struct svp_nsh *nsh,
					struct svp_step *step)
{
	struct svp_flow *flow = NULL;
	struct svp_nsh_ctx ctx;

	if (svp_nsh_ctx_get(nsh, READ_ONCE(node->plane->md_class), &ctx))
		flow = flow_of(node, &ctx);
	if (!flow)
		return SVP_DROP_RET_TAG;
	return svp_sproxy_step_spi(node, flow, nsh->spi, step) ? 0 :
								  SVP_DROP_RET_SPI;
}

static enum svp_drop_reason check_header(const struct svp_node *node,
					 const struct svp_nsh *nsh,
					 const struct svp_step *step)
{
	bool moved = node->conf.flags & SVP_NODE_DECREMENTS;

	if (nsh->si != svp_hop_si(step->hop) - moved)
		return SVP_DROP_RET_SI;
	return nsh->ttl > svp_hop_ttl_at(step) ? SVP_DROP_RET_TTL : 0;
}

static enum svp_drop_reason find_step(struct svp_node *node,
				      const struct svp_nsh *nsh,
				      struct svp_pkt *pkt,
				      const struct ethhdr *eth,
				      struct svp_step *step)
{
	enum svp_drop_reason why;

	if (pkt->bad)	/* none that is goes into a chain */
		return SVP_DROP_RET_ALIEN;
	why = node->conf.context == SVP_CTX_ZERO ?
		step_of_frame(node, nsh, pkt, eth, step) :
		step_of_tag(node, nsh, step);
	if (!why)
		why = check_header(node, nsh, step);
	if (why)
		return why;
	/* a tag is a name, not a capability: the frame must be one of the flow */
	if (!svp_flow_has_macs(step->flow, step->dir, eth))
		return SVP_DROP_RET_MAC;
	return svp_sproxy_rewrites(node) ||
	       svp_transit_is_of(step->flow, step->dir, pkt) ? 0 : SVP_DROP_RET_MAC;
}

/*
 * A frame of direction IN may bear what came with the frame of direction OUT
 * that it answers, or the SPI and SI of its own.
 */
static enum svp_drop_reason check_own(const struct svp_node *node,
				      const struct svp_nsh *nsh,
				      const struct svp_step *step)
{
	const struct svp_path *path = step->path;
	struct svp_step as = *step;

	as.dir = nsh->spi == path->spi[SVP_IN] ? SVP_IN : SVP_OUT;
	if (nsh->spi != path->spi[as.dir])
		return SVP_DROP_RET_SPI;
	as.hop = svp_path_find_node(path, as.dir, node);
	return check_header(node, nsh, &as);
}

/* A tag names the flow, and nobody if it is unknown; the header has to fit it */
static noinline_for_stack enum svp_drop_reason
take_own(struct svp_node *node, struct sk_buff *skb, const struct svp_nsh *nsh,
	 const struct svp_pkt *pkt, enum svp_drop_reason why,
	 struct svp_step *step)
{
	struct svp_made made = { .node = node, .skb = skb, .pkt = pkt };
	struct svp_nsh_ctx ctx;

	if (node->conf.context != SVP_CTX_ZERO &&
	    svp_nsh_ctx_get(nsh, READ_ONCE(node->plane->md_class), &ctx) &&
	    ctx.tag) {
		made.named = true;
		made.flow = flow_of(node, &ctx);
	}
	why = svp_sproxy_made(&made, why, step);
	return why ? why : check_own(node, nsh, step);
}

static enum svp_drop_reason take_back(struct svp_node *node, struct sk_buff *skb,
				      const struct svp_nsh *nsh,
				      struct svp_step *step)
{
	struct svp_pkt pkt __uninitialized;
	enum svp_drop_reason why;
	struct svp_nsh_tlv tlv;

	if (svp_nsh_pop(skb))
		return SVP_DROP_NSH_INNER;
	if (svp_skb_parse(skb, &pkt))
		return SVP_DROP_NO_MEMORY;
	why = find_step(node, nsh, &pkt, eth_hdr(skb), step);
	if (unlikely(why))
		why = take_own(node, skb, nsh, &pkt, why, step);
	if (!why && svp_sproxy_rewrites(node))
		why = svp_sproxy_learn(node, step->flow, step->dir, &pkt);
	if (unlikely(why))
		return why;
	if (likely(!find_body(node, nsh, &tlv)))
		return 0;
	/* to the host of the guest it may go with the frame, if that goes there */
	if (svp_flow_is_far(step->flow) && svp_step_is_last(step))
		step->ride = kzalloc(sizeof(*step->ride), GFP_ATOMIC | __GFP_NOWARN);
	return svp_verdict_body(node, step->flow, tlv.val, tlv.len, step->ride) ?
		0 : SVP_DROP_CTL_MALFORMED;
}

/* A frame without NSH is the node's own, if anything */
static enum svp_drop_reason take_bare(struct svp_node *node, struct sk_buff *skb,
				      struct svp_step *step)
{
	struct svp_made made = { .node = node, .skb = skb };
	struct svp_pkt pkt;

	if (!svp_sproxy_originates(node))
		return SVP_DROP_RET_NOT_IP;
	if (svp_skb_parse(skb, &pkt))
		return SVP_DROP_NO_MEMORY;
	made.pkt = &pkt;
	return svp_sproxy_made(&made, SVP_DROP_RET_NOT_IP, step);
}

static enum svp_drop_reason nsh_rx(struct svp_node *node, u8 leg,
				   struct sk_buff *skb, struct svp_step *step)
{
	u8 copy[SVP_NSH_MAX_LEN] __uninitialized;
	enum svp_drop_reason why;
	struct svp_nsh nsh;

	why = svp_sproxy_read_nsh(skb, copy, &nsh);
	if (why == SVP_DROP_RET_NOT_IP)
		return take_bare(node, skb, step);
	if (unlikely(why))
		return why;
	return likely(nsh.next == SVCPLANE_NP_ETHERNET) ?
		take_back(node, skb, &nsh, step) :
		svp_sproxy_metadata(node, &nsh);
}

const struct svp_node_ops svp_sproxy_nsh_ops = {
	.name = "nsh",
	.legs = 1,
	.xmit = nsh_xmit,
	.rx = nsh_rx,
};
