// SPDX-License-Identifier: GPL-2.0-only
/*
 * Echo requests of this host, and what becomes of them.
 */
#include "ctl.h"
#include "host.h"
#include "oam.h"

void (*svp_oam_sink)(const struct svp_oam_result *result);

/**
 * svp_oam_tell - a request has its outcome
 * @result: as for svp_oam_settle()
 *
 * Context: RCU, BH off.
 * Return: false when nobody waits for it.
 */
bool svp_oam_tell(struct svp_oam_result *result)
{
	void (*sink)(const struct svp_oam_result *result);

	if (!svp_oam_settle(result))
		return false;
	sink = READ_ONCE(svp_oam_sink);
	if (sink)
		sink(result);
	return true;
}

/**
 * svp_oam_tell_own - the outcome of a request is known at this host
 * @plane: the plane
 * @handle: of the request
 * @seq: of the request
 * @code: enum svcplane_echo_code
 * @at: where it has come to
 *
 * Context: RCU, BH off.
 * Return: false when nobody waits for it.
 */
bool svp_oam_tell_own(struct svp_plane *plane, u32 handle, u32 seq, u8 code,
		      const struct svp_echo_hop *at)
{
	struct svp_oam_result result = {
		.plane = plane,
		.handle = handle,
		.seq = seq,
		.code = code,
		.host = svp_oam_own_id(plane),
		.has_hop = true,
		.hop = *at,
	};

	return svp_oam_tell(&result);
}

/**
 * svp_oam_look_here - the end of the control path of this host
 * @plane: the plane
 * @ttl: that the request came with
 * @node: id of the node that is asked after, 0 = none
 * @at: filled in
 *
 * Context: RCU.
 * Return: enum svcplane_echo_code.
 */
u8 svp_oam_look_here(const struct svp_plane *plane, u8 ttl, u16 node,
		     struct svp_echo_hop *at)
{
	u16 own = svp_oam_own_id(plane);

	*at = (struct svp_echo_hop) {
		.host = own,
		.next = own,
		.spi = svp_oam_control_spi(own),
		.si = SVCPLANE_SI_FIRST,
		.ttl = svp_nsh_ttl(ttl),
	};
	if (node)
		svp_oam_look_node(plane, node, at);
	if (node && (at->state != SVCPLANE_NODE_UP || at->next != own))
		return SVCPLANE_ECHO_NODE;
	return SVCPLANE_ECHO_END;
}

/* Sends a request of this host; an error is its outcome */
static u8 send_request(struct svp_plane *plane, const struct svp_oam_ask *ask,
		       u16 to, struct svp_ctl_echo *frame)
{
	struct svp_host *host = svp_host_by_id(plane, to);
	struct svp_echo echo = {
		.type = SVCPLANE_ECHO_REQUEST,
		.mode = SVCPLANE_ECHO_BY_PATH,
		.handle = ask->handle,
		.seq = ask->seq,
		.has = SVP_ECHO_HAS_SFP | (ask->node ? SVP_ECHO_HAS_NODE : 0),
		.sfp_spi = svp_oam_control_spi(svp_oam_own_id(plane)),
		.sfp_si = SVCPLANE_SI_FIRST,
		.node = ask->node,
	};
	u8 payload[SVP_ECHO_ROOM];

	frame->payload = payload;
	frame->len = svp_echo_encode(payload, sizeof(payload), &echo);
	if (!host || !svp_host_live(host))
		return SVCPLANE_ECHO_SESSION;
	/* what does not get out is lost as on the way */
	svp_ctl_send_echo(host, frame);
	return SVCPLANE_ECHO_NONE;
}

static u8 ask_host(struct svp_plane *plane, const struct svp_oam_ask *ask,
		   struct svp_echo_hop *at)
{
	struct svp_ctl_echo frame = {
		.spi = svp_oam_control_spi(ask->host),
		.si = SVCPLANE_SI_FIRST,
		.ttl = svp_nsh_ttl(ask->ttl),
		.ctx = { .host = svp_oam_own_id(plane), .tenant = READ_ONCE(plane->tenant) },
	};

	if (ask->host == svp_oam_own_id(plane))
		return svp_oam_look_here(plane, ask->ttl, ask->node, at);
	*at = (struct svp_echo_hop) {
		.host = svp_oam_own_id(plane),
		.next = ask->host,
		.spi = frame.spi,
		.si = frame.si,
		.ttl = frame.ttl,
	};
	return frame.ttl ? send_request(plane, ask, ask->host, &frame) :
			   SVCPLANE_ECHO_TTL;
}

static u8 ask_path(struct svp_plane *plane, const struct svp_oam_ask *ask,
		   struct svp_echo_hop *at)
{
	struct svp_oam_walk walk = {
		.plane = plane,
		.path = ask->path,
		.dir = ask->dir,
		.skip = ask->skip,
		.source = svp_oam_own_id(plane),
		.ttl = ask->ttl,
	};
	u8 code = svp_oam_walk(&walk);
	struct svp_ctl_echo frame = {
		.spi = walk.at.spi,
		.si = walk.at.si,
		.ttl = walk.ttl,
		.ctx = {
			.host = walk.source,
			.iface = ask->iface,
			.tenant = READ_ONCE(plane->tenant),
			.skip = ask->skip,
			.chain = ask->path->chain->id,
			.tag = ask->tag,
			.v = ask->dir == SVP_IN,
		},
	};

	*at = walk.at;
	return code ? code : send_request(plane, ask, walk.to, &frame);
}

/**
 * svp_oam_ask - send an echo request
 * @plane: the plane
 * @ask: what is asked; ask->path is kept by the caller
 * @extack: text of a refusal
 *
 * The outcome is told to svp_oam_sink, within this call if no other host has to
 * be asked; or never.
 *
 * Context: process; svp_plane.lock or what else keeps ask->path.
 * Return: 0 or a negative errno, then there is no outcome.
 */
int svp_oam_ask(struct svp_plane *plane, const struct svp_oam_ask *ask,
		struct netlink_ext_ack *extack)
{
	struct svp_echo_hop at;
	int err;
	u8 code;

	err = svp_oam_pend(plane, ask, extack);
	if (err)
		return err;
	rcu_read_lock();
	local_bh_disable();
	code = ask->host ? ask_host(plane, ask, &at) : ask_path(plane, ask, &at);
	if (code)
		svp_oam_tell_own(plane, ask->handle, ask->seq, code, &at);
	local_bh_enable();
	rcu_read_unlock();
	return 0;
}
