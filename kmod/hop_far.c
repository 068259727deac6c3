// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames to other hosts: from the SFF of this one to that of the other, which
 * looks up (SPI, SI) again. The plane's table of addresses says by which uplink;
 * what is not in there goes nowhere, it is never flooded. On its way home a frame
 * takes a message along, if there is one and it has the room.
 */
#include <linux/etherdevice.h>
#include <linux/netdevice.h>

#include "answer.h"
#include "bridge.h"
#include "compat/attributes.h"
#include "ctl.h"
#include "far.h"
#include "hop.h"
#include "host.h"
#include "skb.h"

/* An svp_hop_out that leads to another host */
struct out {
	struct svp_hop_out out;
	struct svp_bridge *br;
	struct svp_bport *to;
};

static void send(const struct svp_hop_out *hop_out, struct sk_buff *skb)
{
	const struct out *out = container_of(hop_out, struct out, out);

	dev_sw_netstats_tx_add(out->br->dev, 1, skb->len);
	skb_pull(skb, ETH_HLEN);
	svp_bridge_deliver(out->br, out->to, skb, SVP_BRIDGE_FORWARDED);
}

/* The uplink behind which a host is; false: there is none */
static bool find_uplink(const struct svp_plane *plane, const u8 *addr,
			struct out *out)
{
	struct net_device *dev = rcu_dereference(plane->dev);
	const struct svp_fdb_entry *entry;

	if (!dev)
		return false;
	out->br = netdev_priv(dev);
	entry = svp_fdb_find(&out->br->fdb, addr);
	out->to = entry ? svp_bport_of(entry) : NULL;
	return out->to;
}

/* Will it fit? Else its sender is told */
static bool has_room(const struct out *out, struct sk_buff *skb,
		     const struct svp_step *step)
{
	unsigned int overhead = svp_hop_overhead(&out->out, skb);
	const struct net_device *dev = out->to->dev;
	unsigned int mtu = READ_ONCE(dev->mtu);

	skb_reset_mac_header(skb);
	if (likely(svp_skb_fits_with(skb, dev, overhead)))
		return true;
	svp_answer_too_big(step, skb, mtu - min(mtu, overhead));
	return false;
}

static bool can_ride(const struct out *out, const struct sk_buff *skb,
		     const struct svp_ctl_ride *ride)
{
	unsigned int tag = skb_vlan_tag_present(skb) ? VLAN_HLEN : 0;

	return ride && ride->host && !skb_is_gso(skb) &&
	       skb->len + tag <= SVP_CTL_RIDE_FRAME &&
	       svp_skb_fits_with(skb, out->to->dev,
				 SVP_CTL_RIDE_NSH(ride->len) + ETH_HLEN + tag);
}

/*
 * The MAC covers the frame, so it has to be as it will travel. False: the message
 * stays where it is; the frame is as good as before
 */
static bool send_with(const struct out *out, struct sk_buff *skb,
		      const struct svp_step *step)
{
	struct svp_ctl_ride *ride = step->ride;
	u8 src[ETH_ALEN] __aligned(2);
	struct svp_nsh_tmpl tmpl;

	if (likely(!can_ride(out, skb, ride)))
		return false;
	if (skb->ip_summed == CHECKSUM_PARTIAL && skb_csum_hwoffload_help(skb, 0))
		return false;
	if (!svp_skb_tag_inside(skb))
		return false;
	svp_hop_tmpl(step, SVP_NSH_SHOW_SVCPLANE, svp_hop_ttl_at(step), &tmpl);
	svp_hop_sff_addr(src, READ_ONCE(step->plane->host_id));
	if (svp_ctl_ride_push(ride, skb, &tmpl, out->out.dst, src))
		return false;
	ride->host = NULL;
	send(&out->out, skb);
	return true;
}

/* @down: what it means when there is no session */
static void send_to(struct sk_buff *skb, const struct svp_step *step, u16 host,
		    enum svp_drop_reason down)
{
	const struct svp_host *peer = svp_host_by_id(step->plane, host);
	u8 dst[ETH_ALEN] __aligned(2);
	__be32 hdr[SVP_NSH_MAX_LEN / 4] __uninitialized;
	struct out out = {
		.out = {
			.plane = step->plane,
			.dst = dst,
			.hdr = hdr,
			.send = send,
		},
	};
	enum svp_drop_reason why = 0;

	svp_hop_sff_addr(dst, host);
	out.out.len = svp_hop_header(step, SVP_NSH_SHOW_SVCPLANE,
				     svp_hop_ttl_at(step), hdr);
	if (unlikely(!peer || !svp_host_live(peer)))
		why = down;
	else if (unlikely(!find_uplink(step->plane, dst, &out)))
		why = SVP_DROP_UPLINK_NO_ROUTE;
	else if (unlikely(!has_room(&out, skb, step)))
		why = SVP_DROP_MTU;
	if (unlikely(why)) {
		svp_plane_drop(step->plane, skb, why);
		return;
	}
	/* only what has been sent there may come back from there */
	if (step->hop < step->path->n_hops)
		svp_hop_give(step);
	if (!send_with(&out, skb, step))
		svp_hop_push(&out.out, skb);
}

/**
 * svp_hop_far - send a frame on to the host that has its next node
 * @skb: frame with its MAC header at skb->data; consumed
 * @step: hop of the node
 * @host: host that has it
 *
 * Context: RCU, BH off. Warning: may move the frame's data.
 */
void svp_hop_far(struct sk_buff *skb, struct svp_step *step, u16 host)
{
	send_to(skb, step, host, SVP_DROP_NODE_DOWN);
}

/**
 * svp_hop_home - send a frame of another host's guest to the end of its path
 * @skb: frame with its MAC header at skb->data; consumed
 * @step: behind the last hop; its flow is far
 *
 * Context: RCU, BH off. Warning: may move the frame's data.
 */
void svp_hop_home(struct sk_buff *skb, struct svp_step *step)
{
	send_to(skb, step, svp_far_host_id(step->flow, 0), SVP_DROP_HOST_DOWN);
}
