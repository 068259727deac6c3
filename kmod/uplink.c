// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames from other hosts, in the order of wire.md section 16: whether they are for
 * this one, what the header says for itself, then who sent it. Without a session
 * there is no peer, and no frame of a guest is taken. What else is asked of these,
 * uplink_data.c knows.
 */
#include <linux/etherdevice.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>

#include "compat/attributes.h"
#include "ctl.h"
#include "hop.h"
#include "host.h"
#include "oam.h"
#include "plane.h"
#include "sproxy.h"
#include "svc_dev.h"
#include "uplink.h"

#define ALLOW	(SVP_NSH_ALLOW_NONE | SVP_NSH_ALLOW_ECHO | SVP_NSH_ALLOW_BULK)

static bool has_control(const struct svp_plane *plane,
			const struct svp_nsh *nsh)
{
	struct svp_nsh_tlv tlv;

	return svp_nsh_tlv_find(nsh, READ_ONCE(plane->md_class),
				SVCPLANE_MD_TYPE_CTL, &tlv);
}

/* The SFF look-up that begins here takes one; of an echo, that is answered */
static enum svp_drop_reason check_base(const struct svp_nsh *nsh)
{
	if (!svp_nsh_ttl(nsh->ttl) && nsh->next != SVCPLANE_NP_OAM)
		return SVP_DROP_NSH_TTL;
	return nsh->si ? 0 : SVP_DROP_NSH_SI0;
}

static enum svp_drop_reason check_tenant(const struct svp_plane *plane,
					 const struct svp_nsh *nsh)
{
	struct svp_nsh_ctx ctx;

	if (!svp_nsh_ctx_get(nsh, READ_ONCE(plane->md_class), &ctx) ||
	    ctx.tenant != READ_ONCE(plane->tenant))
		return SVP_DROP_UPLINK_TENANT;
	return 0;
}

/* The control path of this host, and only what may travel on it */
static enum svp_drop_reason check_control(const struct svp_plane *plane,
					  const struct svp_nsh *nsh)
{
	if (nsh->spi != (SVCPLANE_SPI_CONTROL | READ_ONCE(plane->host_id)) ||
	    nsh->si != 255)
		return SVP_DROP_NSH_NO_HOP;
	switch (nsh->next) {
	case SVCPLANE_NP_NONE:
		return has_control(plane, nsh) ? 0 : SVP_DROP_NSH_NO_METADATA;
	case SVCPLANE_NP_OAM:
		return has_control(plane, nsh) ? SVP_DROP_CTL_TYPE : 0;
	case SVCPLANE_NP_BULK:
		return 0;
	default:
		return SVP_DROP_CTL_TYPE;
	}
}

/* Frames, a message piggy-backed on them, or an echo under way */
static enum svp_drop_reason check_data(const struct svp_plane *plane,
				       const struct svp_nsh *nsh)
{
	if (nsh->spi < SVCPLANE_SPI_MIN)
		return SVP_DROP_NSH_NO_HOP;
	switch (nsh->next) {
	case SVCPLANE_NP_ETHERNET:
		return 0;
	case SVCPLANE_NP_OAM:
		return has_control(plane, nsh) ? SVP_DROP_CTL_TYPE : 0;
	default:
		return SVP_DROP_NSH_NEXT;
	}
}

/**
 * svp_uplink_check - look at an NSH from an uplink, whoever sent it
 * @plane: plane of the uplink
 * @nsh: header that svp_nsh_read() passed
 * @payload_len: bytes behind it
 *
 * Context: RCU.
 * Return: 0, or the reason to drop the frame.
 */
enum svp_drop_reason svp_uplink_check(const struct svp_plane *plane,
				      const struct svp_nsh *nsh,
				      unsigned int payload_len)
{
	enum svp_nsh_err err = svp_nsh_accept(nsh, payload_len, ALLOW);
	enum svp_drop_reason why;

	if (err)
		return svp_sproxy_nsh_reason(err);
	why = check_base(nsh);
	if (!why)
		why = check_tenant(plane, nsh);
	if (why)
		return why;
	return nsh->spi > SVCPLANE_SPI_MAX ? check_control(plane, nsh) :
					     check_data(plane, nsh);
}

/* On an underlay that floods, frames for the other hosts come here, too */
static bool is_for_us(const struct svp_plane *plane, const struct ethhdr *eth)
{
	return svp_hop_sff_host(eth->h_dest) == READ_ONCE(plane->host_id);
}

/* The host whose SFF has sent it, if that has a session; or 0 */
static u16 peer_of(const struct svp_plane *plane, const struct ethhdr *eth)
{
	u16 id = svp_hop_sff_host(eth->h_source);
	const struct svp_host *host = id ? svp_host_by_id(plane, id) : NULL;

	return host && svp_host_live(host) ? id : 0;
}

static enum svp_drop_reason check(const struct svp_plane *plane,
				  struct sk_buff *skb, u8 copy[SVP_NSH_MAX_LEN],
				  struct svp_nsh *nsh)
{
	enum svp_nsh_err err;

	if (!is_for_us(plane, eth_hdr(skb)))
		return SVP_DROP_UPLINK_OTHER;
	err = svp_nsh_read(skb, copy, nsh);
	return err ? svp_sproxy_nsh_reason(err) :
		     svp_uplink_check(plane, nsh, skb->len - nsh->len);
}

/* What is on a data path, and of no peer, is nobody's */
static void take_data(struct svp_plane *plane, struct net_device *uplink,
		      struct sk_buff *skb, const struct svp_nsh *nsh)
{
	u16 peer = peer_of(plane, eth_hdr(skb));

	if (!peer)
		svp_plane_drop(plane, skb, SVP_DROP_UPLINK_PEER);
	else
		svp_uplink_data(plane, uplink, skb, nsh, peer);
}

static void uplink_rx(struct svp_plane *plane, struct net_device *uplink,
		      struct sk_buff *skb)
{
	u8 copy[SVP_NSH_MAX_LEN] __uninitialized;
	enum svp_drop_reason why;
	struct svp_nsh nsh;

	skb_pull_rcsum(skb, ETH_HLEN);
	why = check(plane, skb, copy, &nsh);
	if (why)
		svp_plane_drop(plane, skb, why);
	else if (nsh.next == SVCPLANE_NP_OAM)
		svp_oam_rx(plane, skb, &nsh);
	else if (nsh.spi > SVCPLANE_SPI_MAX)
		svp_ctl_rx(plane, uplink, skb, &nsh);
	else
		take_data(plane, uplink, skb, &nsh);
}

/**
 * svp_uplink_init - take what uplinks receive
 * Return: 0.
 */
int svp_uplink_init(void)
{
	WRITE_ONCE(svp_uplink_rx, uplink_rx);
	return 0;
}

/**
 * svp_uplink_exit - frames that come in are dropped again
 */
void svp_uplink_exit(void)
{
	WRITE_ONCE(svp_uplink_rx, NULL);
	synchronize_net();
}
