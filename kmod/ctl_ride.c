// SPDX-License-Identifier: GPL-2.0-only
/*
 * Control messages that go with a data frame to their peer (carrier 1): on the
 * last leg of a path, to the host that the frame came from. What does not fit,
 * and what is sent again, goes alone.
 */
#include <linux/etherdevice.h>
#include <linux/skbuff.h>
#include <linux/slab.h>

#include "ctl_priv.h"
#include "plane.h"

/**
 * svp_ctl_send_riding - list a message that will go with a frame
 * @host: the peer
 * @msg: type, and what belongs to it; the head is filled in here
 * @ride: filled in; svp_ctl_ride_push() or svp_ctl_ride_alone() follows, in the
 *	same RCU read section
 *
 * Context: RCU, BH off.
 * Return: 0 or -errno as svp_ctl_send(): then there is nothing in @ride.
 */
int svp_ctl_send_riding(struct svp_host *host, struct svp_ctl_msg *msg,
			struct svp_ctl_ride *ride)
{
	struct svp_out *out = svp_ctl_make(host, msg, true);
	int err;

	ride->host = NULL;
	if (IS_ERR(out))
		return PTR_ERR(out);
	spin_lock_bh(&host->lock);
	err = svp_ctl_list(host, out, msg);
	if (!err) {
		ride->host = host;
		ride->seq = out->seq;
		ride->len = out->len;
		memcpy(ride->body, out->body, out->len);
		/* without a token it goes by itself, when there is one */
		if (!svp_bucket_take(&host->outs, 1)) {
			svp_host_count(host, SVP_HOST_OVER_OUT);
			out->due = jiffies + SVP_HOST_SECOND / 20;
			ride->host = NULL;
		} else {
			svp_ctl_count_try(host, out);
		}
		svp_host_wake(host, out->due);
	}
	spin_unlock_bh(&host->lock);
	if (err)
		kfree(out);
	else
		svp_ctl_tell_sent(host, ride->body, ride->len, ride->seq);
	return err;
}

/**
 * svp_ctl_ride_push - put a message and the headers before a frame
 * @ride: the message
 * @skb: frame with its MAC header at skb->data, complete: no GSO, no checksum to
 *	be filled in
 * @base: path, TTL and next protocol; the 16 bytes in @base->md1
 * @dst: outer destination
 * @src: outer source
 *
 * Context: RCU, BH off. Warning: may move the frame's data.
 * Return: 0; -errno: the frame is as it was, and the message has to go alone.
 */
int svp_ctl_ride_push(const struct svp_ctl_ride *ride, struct sk_buff *skb,
		      const struct svp_nsh_tmpl *base, const u8 *dst,
		      const u8 *src)
{
	const struct svp_host_pair *pair = svp_host_pair_to_send(ride->host);
	u8 hdr[SVCPLANE_NSH_MAX_LEN], ctx[SVP_CTL_CTX_ROOM];
	struct svp_nsh_tmpl tmpl = *base;
	unsigned int len;
	int err;

	if (!pair)
		return -ENOKEY;
	if (skb_linearize(skb))
		return -ENOMEM;
	tmpl.mdtype = SVCPLANE_NSH_MD2;
	tmpl.ctx = ctx;
	tmpl.ctx_len = svp_ctl_put_context(ctx, ride->host->plane, base->md1,
					   ride->body, ride->len, pair->key_id);
	len = svp_nsh_build(hdr, sizeof(hdr), &tmpl);
	if (!len)
		return -EMSGSIZE;
	err = svp_mac_sign(&pair->key, hdr, len, skb->data, skb->len);
	return err ?: svp_nsh_push(skb, hdr, len, dst, src);
}

/**
 * svp_ctl_ride_alone - the frame cannot take the message along
 * @ride: the message, if there is one
 *
 * Context: RCU, not under svp_host.lock.
 */
void svp_ctl_ride_alone(const struct svp_ctl_ride *ride)
{
	if (ride->host)
		svp_ctl_send_listed(ride->host, ride->seq);
}

/* Only what is acknowledged goes with a frame, and nothing of a session's own */
static enum svp_drop_reason read_body(struct svp_ctl_rx *rx)
{
	rx->err = svp_wire_decode(rx->body, rx->len, &rx->msg);
	if (rx->err)
		return rx->err == SVP_WIRE_TYPE ? SVP_DROP_CTL_TYPE :
						  SVP_DROP_CTL_MALFORMED;
	if (rx->msg.origin != svp_host_id(rx->host) ||
	    rx->msg.dest != READ_ONCE(rx->plane->host_id))
		return SVP_DROP_CTL_PEER;
	if (rx->msg.type != SVCPLANE_CTL_VERDICT &&
	    rx->msg.type != SVCPLANE_CTL_USER)
		return SVP_DROP_CTL_TYPE;
	if (svp_mac1_get(rx->nsh, &rx->mac1))
		return 0;
	svp_host_count(rx->host, SVP_HOST_FORGED);
	return SVP_DROP_CTL_MAC;
}

static enum svp_drop_reason take(struct svp_ctl_rx *rx)
{
	enum svp_drop_reason why = svp_ctl_check_shape(rx, true);

	if (why)
		return why;
	rx->host = svp_ctl_sender(rx);
	if (!rx->host)
		return SVP_DROP_CTL_PEER;
	why = read_body(rx);
	if (why)
		return why;
	if (skb_linearize(rx->skb))
		return SVP_DROP_NO_MEMORY;
	rx->payload = rx->skb->data + rx->nsh->len;
	rx->payload_len = rx->skb->len - rx->nsh->len;
	return svp_ctl_take(rx);
}

/**
 * svp_ctl_rx_riding - take the message that came with a data frame
 * @plane: plane of the uplink
 * @uplink: the uplink
 * @skb: the frame, data at the NSH, MAC header set; stays the caller's
 * @nsh: its header, in a buffer of its own
 *
 * The frame has been found good before. What is wrong with the MAC is wrong with
 * both; a message that was seen before, or comes too early, is passed over.
 *
 * Context: RCU, BH off. Warning: may move the frame's data.
 * Return: 0, or the reason to drop the frame.
 */
enum svp_drop_reason svp_ctl_rx_riding(struct svp_plane *plane,
				       struct net_device *uplink,
				       struct sk_buff *skb,
				       const struct svp_nsh *nsh)
{
	struct svp_ctl_rx rx = {
		.plane = plane, .uplink = uplink, .skb = skb, .nsh = nsh,
	};
	enum svp_drop_reason why = take(&rx);

	if (!svp_ctl_is_told(why, &rx))
		svp_ctl_event(&rx, "rejected", svp_drop_text(why),
			      SVCPLANE_STATUS_NOT_PERMITTED);
	switch (why) {
	case SVP_DROP_CTL_CONSUMED:
	case SVP_DROP_CTL_REPLAY:
	case SVP_DROP_CTL_EPOCH:
		return 0;
	default:
		return why;
	}
}
