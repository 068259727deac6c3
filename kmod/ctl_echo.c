// SPDX-License-Identifier: GPL-2.0-only
/*
 * Echo packets between hosts: their frames and MACs. What they say is the matter
 * of oam.c.
 */
#include <linux/etherdevice.h>
#include <linux/skbuff.h>

#include "ctl_priv.h"
#include "plane.h"

#define CTX_LEN		(4 + SVCPLANE_CTX_LEN + SVP_MAC1_LEN)
#define NSH_LEN		(SVCPLANE_NSH_BASE_LEN + CTX_LEN)

static bool put_nsh(struct sk_buff *skb, const struct svp_plane *plane,
		    const struct svp_ctl_echo *echo, u16 key_id)
{
	struct svp_nsh_tmpl tmpl = {
		.spi = echo->spi,
		.si = echo->si,
		.ttl = echo->ttl,
		.next = SVCPLANE_NP_OAM,
		.mdtype = SVCPLANE_NSH_MD2,
		.oam = true,
	};
	u8 ctx[SVP_CTL_CTX_ROOM];
	__be32 words[4];

	svp_nsh_ctx_encode(words, &echo->ctx, SVP_NSH_SHOW_MD2);
	tmpl.ctx = ctx;
	tmpl.ctx_len = svp_ctl_put_context(ctx, plane, words, NULL, 0, key_id);
	return svp_nsh_build(skb_put(skb, NSH_LEN), NSH_LEN, &tmpl) == NSH_LEN;
}

static struct sk_buff *make(struct svp_host *to, const struct svp_ctl_echo *echo,
			    const struct svp_host_pair *pair)
{
	unsigned int room = svp_ctl_headroom(to->plane) + ETH_HLEN;
	struct sk_buff *skb;

	skb = alloc_skb(room + NSH_LEN + echo->len, GFP_ATOMIC);
	if (!skb)
		return NULL;
	skb_reserve(skb, room);
	if (!put_nsh(skb, to->plane, echo, pair->key_id)) {
		kfree_skb(skb);
		return NULL;
	}
	skb_put_data(skb, echo->payload, echo->len);
	if (svp_mac_sign(&pair->key, skb->data, NSH_LEN, echo->payload,
			 echo->len)) {
		kfree_skb(skb);
		return NULL;
	}
	svp_ctl_push_eth(to, skb);
	return skb;
}

/**
 * svp_ctl_send_echo - send an echo packet to a peer
 * @to: the peer, with a session
 * @echo: the packet
 *
 * What cannot be sent is lost, as it may be on the way.
 *
 * Context: RCU, BH off.
 */
void svp_ctl_send_echo(struct svp_host *to, const struct svp_ctl_echo *echo)
{
	struct net_device *dev = rcu_dereference(to->plane->dev);
	const struct svp_host_pair *pair = svp_host_pair_to_send(to);
	struct sk_buff *skb;

	if (!dev || !pair || !netif_running(dev))
		return;
	skb = make(to, echo, pair);
	if (!skb)
		return;
	skb->dev = dev;
	dev_queue_xmit(skb);
}

/**
 * svp_ctl_echo_check - is an echo packet authentic?
 * @peer: whose it claims to be
 * @hdr: its NSH, contiguous
 * @nsh: the same, parsed
 * @payload: what follows the NSH, contiguous
 * @len: bytes of it
 *
 * Nothing stops a repetition: it costs what the peer may ask for. So it does not
 * prove that the peer is there, either.
 *
 * Context: RCU, BH off.
 * Return: 0, or the reason to drop it, which is counted at the peer.
 */
enum svp_drop_reason svp_ctl_echo_check(struct svp_host *peer, const void *hdr,
					const struct svp_nsh *nsh,
					const void *payload, unsigned int len)
{
	struct svp_host_pair *pair;
	struct svp_mac1 mac1;

	if (!svp_mac1_get(nsh, &mac1)) {
		svp_host_count(peer, SVP_HOST_FORGED);
		return SVP_DROP_CTL_MAC;
	}
	if (!svp_bucket_take(&peer->macs, 1)) {
		svp_host_count(peer, SVP_HOST_OVER_MACS);
		return SVP_DROP_CTL_BUDGET;
	}
	pair = svp_host_pair(peer, mac1.key_id);
	if (pair && svp_mac_verify(&pair->key, hdr, nsh->len, payload, len))
		return 0;
	svp_host_count(peer, SVP_HOST_FORGED);
	return SVP_DROP_CTL_MAC;
}

/**
 * svp_ctl_echo_take - may a peer have one more echo request taken?
 * @peer: the peer
 *
 * Return: false when it asks more often than it may.
 */
bool svp_ctl_echo_take(struct svp_host *peer)
{
	return svp_bucket_take(&peer->echos, 1);
}
