// SPDX-License-Identifier: GPL-2.0-only
/*
 * Echo packets from other hosts: requests are taken on or answered, replies told.
 */
#include <linux/etherdevice.h>
#include <linux/skbuff.h>

#include "capture.h"
#include "ctl.h"
#include "hop.h"
#include "host.h"
#include "oam.h"
#include "policy.h"

/**
 * struct seen - an echo packet from another host
 * @plane: the plane it came to
 * @nsh: its header
 * @ctx: metadata in it; @ctx.host is the asker of a request
 * @peer: host that has sent it
 * @err: what is wrong with it, if that is SVP_ECHO_TLVS
 * @echo: the packet
 * @payload: the same as bytes
 * @len: how many
 */
struct seen {
	struct svp_plane *plane;
	const struct svp_nsh *nsh;
	struct svp_nsh_ctx ctx;
	struct svp_host *peer;
	enum svp_echo_err err;
	struct svp_echo echo;
	const u8 *payload;
	unsigned int len;
};

/* What is wrong with the request itself comes before where it has come to */
static u8 final_code(const struct seen *seen, u8 code)
{
	const struct svp_echo *echo = &seen->echo;

	if (seen->err)
		return SVCPLANE_ECHO_MALFORMED;
	if (!(echo->has & SVP_ECHO_HAS_SFP))
		return SVCPLANE_ECHO_NO_SFP;
	if (echo->sfp_spi != svp_oam_control_spi(seen->ctx.host) ||
	    echo->sfp_si != SVCPLANE_SI_FIRST)
		return SVCPLANE_ECHO_BAD_SFP;
	return echo->unknown ? SVCPLANE_ECHO_TLV : code;
}

static void send_reply(const struct seen *seen, struct svp_host *asker, u8 code,
		       const struct svp_echo_hop *at)
{
	struct svp_plane *plane = seen->plane;
	struct svp_echo echo = {
		.type = SVCPLANE_ECHO_REPLY,
		.mode = seen->echo.mode,
		.code = final_code(seen, code),
		.handle = seen->echo.handle,
		.seq = seen->echo.seq,
		.has = SVP_ECHO_HAS_HOP,
		.hop = *at,
	};
	u8 payload[SVP_ECHO_ROOM];
	struct svp_ctl_echo frame = {
		.spi = svp_oam_control_spi(seen->ctx.host),
		.si = SVCPLANE_SI_FIRST,
		.ttl = SVCPLANE_TTL_DEFAULT,
		.ctx = { .host = svp_oam_own_id(plane), .tenant = READ_ONCE(plane->tenant) },
		.payload = payload,
		.len = svp_echo_encode(payload, sizeof(payload), &echo),
	};

	svp_ctl_send_echo(asker, &frame);
}

/* The outcome of a request of another host; or of one of ours that came by */
static enum svp_drop_reason answer(const struct seen *seen, u8 code,
				   const struct svp_echo_hop *at)
{
	struct svp_plane *plane = seen->plane;
	struct svp_host *asker;

	if (seen->ctx.host == svp_oam_own_id(plane))
		return svp_oam_tell_own(plane, seen->echo.handle, seen->echo.seq, code,
				at) ?
			SVP_DROP_CTL_CONSUMED : SVP_DROP_ECHO_UNSOLICITED;
	asker = svp_host_by_id(plane, seen->ctx.host);
	if (!asker || !svp_host_live(asker))
		return SVP_DROP_ECHO_HOST;
	if (seen->echo.mode != SVCPLANE_ECHO_NO_REPLY)
		send_reply(seen, asker, code, at);
	return SVP_DROP_CTL_CONSUMED;
}

static void send_on(const struct seen *seen, struct svp_host *to,
		    const struct svp_oam_walk *walk)
{
	struct svp_ctl_echo frame = {
		.spi = seen->nsh->spi,
		.si = walk->at.si,
		.ttl = walk->ttl,
		.ctx = seen->ctx,
		.payload = seen->payload,
		.len = seen->len,
	};

	svp_ctl_send_echo(to, &frame);
}

static enum svp_drop_reason take_on(const struct seen *seen,
				    struct svp_oam_walk *walk)
{
	u8 code = svp_oam_walk(walk);
	struct svp_host *to;

	if (!code) {
		to = svp_host_by_id(seen->plane, walk->to);
		if (to && svp_host_live(to)) {
			send_on(seen, to, walk);
			return SVP_DROP_CTL_CONSUMED;
		}
		code = SVCPLANE_ECHO_SESSION;
	}
	return answer(seen, code, &walk->at);
}

/* Without a look at its path, as far as this host knows it */
static enum svp_drop_reason answer_here(const struct seen *seen, u8 code)
{
	struct svp_echo_hop at = {
		.host = svp_oam_own_id(seen->plane),
		.spi = seen->nsh->spi,
		.si = seen->nsh->si,
		.ttl = svp_nsh_ttl(seen->nsh->ttl),
	};

	return answer(seen, code, &at);
}

static enum svp_drop_reason request_on_path(const struct seen *seen)
{
	const struct svp_policy *policy = rcu_dereference(seen->plane->policy);
	const struct svp_nsh *nsh = seen->nsh;
	struct svp_oam_walk walk = {
		.plane = seen->plane,
		.path = svp_policy_path(policy, nsh->spi),
		.skip = seen->ctx.skip,
		.source = seen->ctx.host,
		.far = true,
		.hop = SVCPLANE_SI_FIRST - nsh->si,
		.ttl = nsh->ttl,
	};

	if (!walk.path || walk.hop > walk.path->n_hops)
		return answer_here(seen, SVCPLANE_ECHO_HOP);
	walk.dir = nsh->spi == walk.path->spi[SVP_IN] ? SVP_IN : SVP_OUT;
	if (!svp_oam_came_right(&walk, svp_host_id(seen->peer)))
		return SVP_DROP_UPLINK_OWNER;
	return take_on(seen, &walk);
}

static bool mode_is_known(u8 mode)
{
	return mode == SVCPLANE_ECHO_NO_REPLY || mode == SVCPLANE_ECHO_BY_PATH ||
	       mode == SVCPLANE_ECHO_BY_PATH_SAFE;
}

/* Nobody asks for another host on the control path of this one */
static enum svp_drop_reason request_on_control(const struct seen *seen)
{
	struct svp_echo_hop at;
	u8 code;

	if (seen->ctx.host != svp_host_id(seen->peer))
		return SVP_DROP_ECHO_HOST;
	code = svp_oam_look_here(seen->plane, seen->nsh->ttl, seen->echo.node, &at);
	return answer(seen, code, &at);
}

static enum svp_drop_reason rx_request(const struct seen *seen)
{
	if (!svp_ctl_echo_take(seen->peer))
		return SVP_DROP_ECHO_RATE;
	if (!mode_is_known(seen->echo.mode))
		return SVP_DROP_ECHO_TYPE;
	if (seen->nsh->spi > SVCPLANE_SPI_MAX)
		return request_on_control(seen);
	if (seen->err)
		return answer_here(seen, SVCPLANE_ECHO_MALFORMED);
	return request_on_path(seen);
}

static enum svp_drop_reason rx_reply(const struct seen *seen)
{
	const struct svp_echo *echo = &seen->echo;
	struct svp_oam_result result = {
		.plane = seen->plane,
		.handle = echo->handle,
		.seq = echo->seq,
		.code = echo->code,
		.subcode = echo->subcode,
		.host = svp_host_id(seen->peer),
		.has_hop = echo->has & SVP_ECHO_HAS_HOP,
		.hop = echo->hop,
	};

	if (seen->err)
		return SVP_DROP_ECHO_MALFORMED;
	if (result.has_hop && result.hop.host != result.host)
		return SVP_DROP_ECHO_HOST;
	return svp_oam_tell(&result) ? SVP_DROP_CTL_CONSUMED : SVP_DROP_ECHO_UNSOLICITED;
}

/* Reads what has not been authenticated: nothing is kept of it */
static enum svp_drop_reason look(struct seen *seen, struct sk_buff *skb)
{
	const struct svp_nsh *nsh = seen->nsh;
	const struct svp_echo *echo = &seen->echo;

	seen->len = skb->len - nsh->len;
	if (seen->len > SVP_ECHO_MAX || !pskb_may_pull(skb, skb->len))
		return SVP_DROP_ECHO_MALFORMED;
	seen->payload = skb->data + nsh->len;
	if (!svp_nsh_ctx_get(nsh, READ_ONCE(seen->plane->md_class), &seen->ctx))
		return SVP_DROP_UPLINK_TENANT;
	seen->peer = svp_host_by_id(seen->plane,
				    svp_hop_sff_host(eth_hdr(skb)->h_source));
	if (!seen->peer || !svp_host_live(seen->peer))
		return SVP_DROP_UPLINK_PEER;
	seen->err = svp_echo_decode(seen->payload, seen->len, &seen->echo);
	if (seen->err == SVP_ECHO_MSG || seen->err == SVP_ECHO_TYPE)
		return SVP_DROP_ECHO_TYPE;
	if (seen->err && seen->err != SVP_ECHO_TLVS)
		return SVP_DROP_ECHO_MALFORMED;
	if (echo->type == SVCPLANE_ECHO_REQUEST)
		return 0;
	if (nsh->spi <= SVCPLANE_SPI_MAX)	/* replies take control paths */
		return SVP_DROP_ECHO_TYPE;
	return svp_oam_is_pending(seen->plane, echo->handle, echo->seq,
				  svp_host_id(seen->peer)) ?
		0 : SVP_DROP_ECHO_UNSOLICITED;
}

/**
 * svp_oam_rx - take an echo packet from an uplink
 * @plane: plane of the uplink
 * @skb: data at the NSH; consumed
 * @nsh: the NSH, which svp_uplink_check() has passed
 *
 * Context: RCU, BH off.
 */
void svp_oam_rx(struct svp_plane *plane, struct sk_buff *skb,
		const struct svp_nsh *nsh)
{
	struct seen seen = { .plane = plane, .nsh = nsh };
	enum svp_drop_reason why;

	svp_capture_packet(plane, skb);
	why = look(&seen, skb);
	if (!why)
		why = svp_ctl_echo_check(seen.peer, skb->data, nsh,
					 seen.payload, seen.len);
	if (!why)
		why = seen.echo.type == SVCPLANE_ECHO_REQUEST ?
			rx_request(&seen) : rx_reply(&seen);
	svp_plane_drop(plane, skb, why);
}
