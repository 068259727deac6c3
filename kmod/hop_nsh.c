// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames behind an NSH, to a node or to another host.
 */
#include <linux/etherdevice.h>
#include <net/gso.h>

#include "far.h"
#include "hop.h"
#include "port.h"

/* All but the context */
static struct svp_nsh_tmpl base_of(const struct svp_step *step, u8 ttl)
{
	return (struct svp_nsh_tmpl) {
		.spi = step->path->spi[step->dir],
		.si = svp_hop_si(step->hop),
		.ttl = ttl,
		.next = SVCPLANE_NP_ETHERNET,
		.mdtype = SVCPLANE_NSH_MD1,
	};
}

/* What it says of the frame */
static void put_context(const struct svp_step *step, enum svp_nsh_show show,
			__be32 words[SVCPLANE_CTX_LEN / 4])
{
	const struct svp_plane *plane = step->plane;
	const struct svp_flow *flow = step->flow;
	const struct svp_nsh_ctx ctx = {
		.host = svp_far_host_id(flow, READ_ONCE(plane->host_id)),
		.iface = flow->port->proxy->id,
		.tenant = READ_ONCE(plane->tenant),
		.skip = step->skip,
		.chain = step->path->chain->id,
		.tag = svp_far_tag(flow),
		.v = (step->dir == SVP_IN) != svp_step_swapped(step),
	};

	svp_nsh_ctx_encode(words, &ctx, show);
}

/**
 * svp_hop_tmpl - what the NSH of a frame says
 * @step: hop that it is for, or the end of the path
 * @show: how much of the metadata it shows
 * @ttl: its TTL
 * @tmpl: filled in: MD type 1
 *
 * Context: RCU.
 */
void svp_hop_tmpl(const struct svp_step *step, enum svp_nsh_show show, u8 ttl,
		  struct svp_nsh_tmpl *tmpl)
{
	*tmpl = base_of(step, ttl);
	put_context(step, show, tmpl->md1);
}

static noinline_for_stack unsigned int
header_md2(const struct svp_step *step, u8 ttl, __be32 *buf)
{
	u8 tlv[4 + SVCPLANE_CTX_LEN];
	struct svp_nsh_tmpl tmpl;

	svp_hop_tmpl(step, SVP_NSH_SHOW_MD2, ttl, &tmpl);
	tmpl.mdtype = SVCPLANE_NSH_MD2;
	tmpl.ctx = tlv;
	tmpl.ctx_len = svp_nsh_tlv_put(tlv, sizeof(tlv),
				       READ_ONCE(step->plane->md_class),
				       SVCPLANE_MD_TYPE_CTX, tmpl.md1,
				       SVCPLANE_CTX_LEN);
	return svp_nsh_build(buf, SVP_NSH_MAX_LEN, &tmpl);
}

/**
 * svp_hop_header - the NSH of a frame
 * @step: hop that it is for, or the end of the path
 * @show: how much of the metadata it shows
 * @ttl: its TTL
 * @buf: filled in
 *
 * MD type 1 is what nearly every frame has: written where it belongs, word by word.
 *
 * Context: RCU.
 * Return: length of the header.
 */
unsigned int svp_hop_header(const struct svp_step *step, enum svp_nsh_show show,
			    u8 ttl, __be32 buf[SVP_NSH_MAX_LEN / 4])
{
	const struct svp_nsh_tmpl base = base_of(step, ttl);

	if (unlikely(show == SVP_NSH_SHOW_MD2))
		return header_md2(step, ttl, buf);
	svp_nsh_put_base(buf, &base, SVCPLANE_NSH_MD1_LEN);
	put_context(step, show, buf + SVCPLANE_NSH_BASE_LEN / 4);
	return SVCPLANE_NSH_MD1_LEN;
}

static void push(const struct svp_hop_out *out, struct sk_buff *skb)
{
	u8 src[ETH_ALEN] __aligned(2);

	svp_hop_sff_addr(src, READ_ONCE(out->plane->host_id));
	if (unlikely(svp_nsh_push(skb, out->hdr, out->len, out->dst, src)))
		svp_plane_drop(out->plane, skb, SVP_DROP_HEADROOM);
	else
		out->send(out, skb);
}

/*
 * What a guest says of its GSO frames is not to be trusted (SKB_GSO_DODGY) before it
 * has been looked at, which the kernel does by trying to segment them for a device
 * that need not. Behind an NSH it would not ask, and segment.
 */
#define LOOK_ONLY	(NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_GSO_SOFTWARE)

/* One whose checksum is not left to the device is no frame that a device would take */
static bool may_look(const struct svp_hop_out *out, const struct sk_buff *skb)
{
	return out->whole && skb->ip_summed == CHECKSUM_PARTIAL;
}

static void push_vouched(const struct svp_hop_out *out, struct sk_buff *skb)
{
	if (unlikely(skb_unclone(skb, GFP_ATOMIC))) {
		svp_plane_drop(out->plane, skb, SVP_DROP_HEADROOM);
		return;
	}
	skb_shinfo(skb)->gso_type &= ~SKB_GSO_DODGY;
	push(out, skb);
}

static void push_gso(const struct svp_hop_out *out, struct sk_buff *skb)
{
	bool look = may_look(out, skb);
	struct sk_buff *segs, *next;

	skb_reset_mac_header(skb);
	segs = skb_gso_segment(skb, look ? LOOK_ONLY : NETIF_F_SG);
	if (!segs && look) {
		push_vouched(out, skb);
		return;
	}
	if (IS_ERR_OR_NULL(segs)) {
		svp_plane_drop(out->plane, skb, SVP_DROP_SEGMENT);
		return;
	}
	consume_skb(skb);
	skb_list_walk_safe(segs, skb, next) {
		skb_mark_not_on_list(skb);
		push(out, skb);
	}
}

/* Is it sent as it is, whatever its length and its checksums? */
static bool goes_whole(const struct svp_hop_out *out, const struct sk_buff *skb)
{
	return out->whole &&
	       !(skb_is_gso(skb) && skb_shinfo(skb)->gso_type & SKB_GSO_DODGY);
}

/**
 * svp_hop_push - send a frame behind an NSH
 * @out: the header, and who sends
 * @skb: frame with its MAC header at skb->data; consumed
 *
 * Who gets it is no kernel, or is far: it gets whole frames, with their checksums
 * in place, unless out->whole. Then, too, a GSO frame that a guest vouches for goes
 * on whole only when the kernel finds it good.
 *
 * Context: RCU, BH off.
 */
void svp_hop_push(const struct svp_hop_out *out, struct sk_buff *skb)
{
	if (goes_whole(out, skb))
		push(out, skb);
	else if (skb_is_gso(skb))
		push_gso(out, skb);
	else if (skb->ip_summed == CHECKSUM_PARTIAL &&
		 skb_csum_hwoffload_help(skb, 0))	/* SCTP's is another sum */
		svp_plane_drop(out->plane, skb, SVP_DROP_HEADROOM);
	else
		push(out, skb);
}
