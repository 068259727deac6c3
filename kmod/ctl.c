// SPDX-License-Identifier: GPL-2.0-only
/*
 * Control messages of other hosts: looked at, authenticated, applied once. The
 * order of the work is the defence: exact lengths, then who is meant and who says
 * so, then epoch and a look at the window, then a budget, then the MAC, and only
 * then is anything written.
 */
#include <linux/etherdevice.h>
#include <linux/ktime.h>
#include <linux/skbuff.h>

#include "bridge.h"
#include "capture.h"
#include "ctl_priv.h"
#include "event.h"
#include "plane.h"

bool (*svp_ctl_bulk_open)(const struct svp_host *host);

static svp_ctl_handler handlers[SVCPLANE_CTL_MAX + 1];

/**
 * svp_ctl_register - set who applies the messages of a type
 * @type: SVCPLANE_CTL_VERDICT, _FLOW_STATE or _USER
 * @handler: the function; NULL takes it away
 *
 * Context: module load and exit.
 */
void svp_ctl_register(enum svcplane_ctl_type type, svp_ctl_handler handler)
{
	WRITE_ONCE(handlers[type], handler);
}

/* Since its MAC was made, by the clocks of the two hosts */
static u32 age_of(const struct svp_ctl_rx *rx)
{
	struct timespec64 now;
	s64 ms;

	ktime_get_real_ts64(&now);
	ms = ((s64)(u32)now.tv_sec - (s64)(rx->mac1.timestamp >> 32)) * 1000 +
	     now.tv_nsec / NSEC_PER_MSEC -
	     (s64)((rx->mac1.timestamp & U32_MAX) * 1000 >> 32);
	return clamp_t(s64, ms, 0, U32_MAX);
}

/**
 * svp_ctl_event - tell what became of a message
 * @rx: the message
 * @what: verb
 * @reason: why, or NULL
 * @status: enum svcplane_status; those that are not 0 are told at a limited rate
 */
void svp_ctl_event(const struct svp_ctl_rx *rx, const char *what,
		   const char *reason, enum svcplane_status status)
{
	svp_event_raise(rx->plane->net, &(struct svp_event){
		.kind = SVP_EV_CONTROL,
		.what = what,
		.plane = rx->plane,
		.reason = reason,
		.body = rx->body,
		.body_len = rx->len,
		.status = status,
		.host = rx->host ? rx->host->id : 0,
		.host_name = rx->host ? rx->host->name : NULL,
		.seq = rx->msg.seq,
		.age_ms = rx->mac1.mac ? age_of(rx) : 0,
	});
}

/**
 * svp_ctl_check_shape - look at the context headers of a packet
 * @rx: the packet; its body is found
 * @has_body: there is to be one in them
 *
 * Each of ours once; what others put beside them is covered by the MAC.
 *
 * Return: 0, or the reason to drop it.
 */
enum svp_drop_reason svp_ctl_check_shape(struct svp_ctl_rx *rx, bool has_body)
{
	u16 md_class = READ_ONCE(rx->plane->md_class);
	unsigned int n_ctx = 0, n_ctl = 0;
	struct svp_nsh_iter iter;
	struct svp_nsh_tlv tlv;

	if (rx->nsh->oam)
		return SVP_DROP_NSH_OAM;
	if (rx->nsh->mdtype != SVCPLANE_NSH_MD2)
		return SVP_DROP_CTL_SHAPE;
	svp_nsh_iter_init(&iter, rx->nsh);
	while (svp_nsh_iter_next(&iter, &tlv)) {
		if (tlv.md_class != md_class)
			continue;
		n_ctx += tlv.type == SVCPLANE_MD_TYPE_CTX;
		if (tlv.type != SVCPLANE_MD_TYPE_CTL)
			continue;
		n_ctl++;
		rx->body = tlv.val;
		rx->len = tlv.len;
	}
	return n_ctx == 1 && n_ctl == has_body ? 0 : SVP_DROP_CTL_SHAPE;
}

/**
 * svp_ctl_sender - the peer whose address a packet came from
 * @rx: the packet
 *
 * Return: the peer, or NULL: it is nobody's that is listed.
 */
struct svp_host *svp_ctl_sender(const struct svp_ctl_rx *rx)
{
	const u8 *mac = eth_hdr(rx->skb)->h_source;
	u16 id = mac[2] << 8 | mac[3];
	u8 sff[ETH_ALEN];

	svp_sff_addr(sff, id);
	if (!ether_addr_equal(mac, sff))
		return NULL;
	return svp_host_by_id(rx->plane, id);
}

/* Bulk has its body behind the NSH: nobody's is touched but while one is awaited */
static enum svp_drop_reason find_body(struct svp_ctl_rx *rx)
{
	bool (*is_open)(const struct svp_host *host) =
		READ_ONCE(svp_ctl_bulk_open);

	if (rx->nsh->next != SVCPLANE_NP_BULK)
		return 0;
	if (!is_open || !is_open(rx->host))
		return SVP_DROP_CTL_BULK;
	if (skb_linearize(rx->skb))
		return SVP_DROP_NO_MEMORY;
	rx->payload = rx->skb->data + rx->nsh->len;
	rx->payload_len = rx->skb->len - rx->nsh->len;
	rx->body = rx->payload;
	rx->len = rx->payload_len;
	return 0;
}

/* What the head says has to agree with all that is around it */
static bool is_right(const struct svp_ctl_rx *rx)
{
	struct svp_nsh_ctx ctx;

	return svp_nsh_ctx_get(rx->nsh, READ_ONCE(rx->plane->md_class), &ctx) &&
	       ctx.host == rx->host->id && rx->msg.origin == rx->host->id &&
	       rx->msg.dest == READ_ONCE(rx->plane->host_id);
}

static enum svp_drop_reason read_body(struct svp_ctl_rx *rx)
{
	rx->err = svp_wire_decode(rx->body, rx->len, &rx->msg);
	if (rx->err && rx->err < SVP_WIRE_TYPE)
		return SVP_DROP_CTL_MALFORMED;
	if (!is_right(rx))
		return SVP_DROP_CTL_PEER;
	if (rx->nsh->next == SVCPLANE_NP_BULK &&
	    rx->msg.type != SVCPLANE_CTL_FLOW_STATE)
		return SVP_DROP_CTL_TYPE;
	if (svp_mac1_get(rx->nsh, &rx->mac1))
		return 0;
	svp_host_count(rx->host, SVP_HOST_FORGED);
	return SVP_DROP_CTL_MAC;
}

/**
 * svp_ctl_authentic - is the MAC of a message right?
 * @rx: the message; its key is noted
 *
 * Return: false if not, which is counted, or if its key is not known.
 */
bool svp_ctl_authentic(struct svp_ctl_rx *rx)
{
	const void *hdr = rx->nsh->ctx - SVCPLANE_NSH_BASE_LEN;

	rx->pair = svp_host_pair(rx->host, rx->mac1.key_id);
	if (rx->pair && svp_mac_verify(&rx->pair->key, hdr, rx->nsh->len,
				       rx->payload, rx->payload_len))
		return true;
	svp_host_count(rx->host, SVP_HOST_FORGED);
	return false;
}

static struct svp_bport *port_of(const struct net_device *uplink)
{
	return uplink ? rcu_dereference(uplink->rx_handler_data) : NULL;
}

static void learn(struct svp_ctl_rx *rx)
{
	struct svp_bport *port = port_of(rx->uplink);
	u8 mac[ETH_ALEN];

	if (!port)
		return;
	svp_sff_addr(mac, rx->host->id);
	svp_fdb_learn(&port->br->fdb, &port->owner, mac);
	if (READ_ONCE(rx->host->uplink) != rx->uplink->ifindex)
		WRITE_ONCE(rx->host->uplink, rx->uplink->ifindex);
}

/**
 * svp_ctl_heard - a message is authentic, and nobody's repetition
 * @rx: the message
 *
 * Only that shows that the peer is there, behind this uplink, and has the key.
 */
void svp_ctl_heard(struct svp_ctl_rx *rx)
{
	struct svp_host *host = rx->host;

	learn(rx);
	if (!READ_ONCE(rx->pair->accepted))
		WRITE_ONCE(rx->pair->accepted, true);
	if (!svp_host_live(host))
		svp_host_session_up(host, false);
	spin_lock_bh(&host->lock);
	host->fresh = jiffies;
	host->heard = true;
	spin_unlock_bh(&host->lock);
	atomic64_inc(&host->in[rx->msg.type]);
}

/**
 * svp_ctl_stray - take a message of an epoch that is not known
 * @rx: the message
 *
 * If it is authentic, the peer has begun anew: it is asked.
 *
 * Return: why it is dropped.
 */
enum svp_drop_reason svp_ctl_stray(struct svp_ctl_rx *rx)
{
	struct svp_host *host = rx->host;

	if (!svp_bucket_take(&host->strays, 1)) {
		svp_host_count(host, SVP_HOST_OVER_MACS);
		return SVP_DROP_CTL_BUDGET;
	}
	if (!svp_ctl_authentic(rx))
		return SVP_DROP_CTL_MAC;
	svp_host_count(host, SVP_HOST_STRAY);
	spin_lock_bh(&host->lock);
	host->hello_asked = true;
	svp_host_wake(host, host->hello_due);
	spin_unlock_bh(&host->lock);
	return SVP_DROP_CTL_EPOCH;
}

static enum svcplane_status apply(struct svp_ctl_rx *rx)
{
	svp_ctl_handler handler;

	if (rx->err)
		return svp_wire_status(rx->err);
	if (rx->msg.type == SVCPLANE_CTL_ANNOUNCE)
		return svp_ctl_announced(rx);
	handler = READ_ONCE(handlers[rx->msg.type]);
	if (handler)
		return handler(rx->host, &rx->msg);
	/* those who listen are all that it is for */
	return rx->msg.type == SVCPLANE_CTL_USER ? SVCPLANE_STATUS_APPLIED :
						   SVCPLANE_STATUS_NOT_PERMITTED;
}

static void count_outcome(struct svp_ctl_rx *rx, enum svcplane_status status)
{
	struct svp_host *host = rx->host;

	if (status == SVCPLANE_STATUS_UNKNOWN_TYPE)
		svp_host_count(host, SVP_HOST_TYPE);
	else if (status == SVCPLANE_STATUS_MALFORMED)
		svp_host_count(host, SVP_HOST_MALFORMED);
	else if (status == SVCPLANE_STATUS_NOT_PERMITTED)
		svp_host_count(host, SVP_HOST_DENIED);
	atomic64_add(rx->msg.unknown, &host->counts[SVP_HOST_UNKNOWN_TLVS]);
}

static void ack(struct svp_ctl_rx *rx, enum svcplane_status status)
{
	struct svp_ctl_msg msg = {
		.type = SVCPLANE_CTL_ACK,
		.flags = SVCPLANE_CTL_F_ACK,
		.ack = {
			.seq = rx->msg.seq,
			.epoch = rx->msg.epoch,
			.status = status,
		},
	};

	if (rx->msg.flags & SVCPLANE_CTL_F_ACK_WANTED)
		svp_ctl_send_once(rx->host, &msg, NULL);
}

static const char *const status_texts[SVCPLANE_STATUS_MAX + 1] = {
	[SVCPLANE_STATUS_UNKNOWN_TYPE] = "message type not known",
	[SVCPLANE_STATUS_MALFORMED] = "body malformed",
	[SVCPLANE_STATUS_NOT_PERMITTED] = "not permitted",
	[SVCPLANE_STATUS_NO_FLOW] = "no such flow",
	[SVCPLANE_STATUS_STALE] = "an older generation",
	[SVCPLANE_STATUS_RATE] = "over a limit",
};

static enum svp_drop_reason take_new(struct svp_ctl_rx *rx)
{
	enum svcplane_status status;

	/* an unknown type is none that is counted by type */
	if (rx->msg.type > SVCPLANE_CTL_MAX)
		rx->msg.type = 0;
	svp_ctl_heard(rx);
	status = apply(rx);
	spin_lock_bh(&rx->host->lock);
	/* of the epoch that it was taken in: else its place is another's */
	if (rx->host->session.peer_epoch == rx->msg.epoch)
		svp_session_set_outcome(&rx->host->session, rx->msg.seq, status);
	spin_unlock_bh(&rx->host->lock);
	count_outcome(rx, status);
	ack(rx, status);
	if (status)
		svp_ctl_event(rx, "rejected", status_texts[status], status);
	else if (!rx->quiet)
		svp_ctl_event(rx, "accepted", NULL, 0);
	return rx->err == SVP_WIRE_TYPE ? SVP_DROP_CTL_TYPE :
	       rx->err ? SVP_DROP_CTL_MALFORMED : SVP_DROP_CTL_CONSUMED;
}

/* Its ack was lost, or its number is from before the session: say so again */
static enum svp_drop_reason take_again(struct svp_ctl_rx *rx, u8 outcome)
{
	svp_host_count(rx->host, outcome == SVCPLANE_STATUS_RENUMBER ?
		       SVP_HOST_REPLAYED : SVP_HOST_DUPLICATE);
	if (outcome != SVP_SESSION_PENDING &&
	    svp_bucket_take(&rx->host->reacks, 1))
		ack(rx, outcome);
	return SVP_DROP_CTL_REPLAY;
}

static enum svp_session_seen look(const struct svp_ctl_rx *rx)
{
	enum svp_session_seen seen;

	spin_lock_bh(&rx->host->lock);
	seen = svp_session_look(&rx->host->session, rx->msg.epoch, rx->msg.seq);
	spin_unlock_bh(&rx->host->lock);
	return seen;
}

/* The window is written; what is repeated gets the outcome that it had */
static enum svp_session_seen take_number(const struct svp_ctl_rx *rx, u8 *outcome)
{
	struct svp_host *host = rx->host;
	enum svp_session_seen seen;
	u64 lost = 0;

	*outcome = SVCPLANE_STATUS_RENUMBER;
	spin_lock_bh(&host->lock);
	seen = svp_session_take(&host->session, rx->msg.epoch, rx->msg.seq, &lost);
	if (seen == SVP_SESSION_DUP)
		*outcome = svp_session_outcome(&host->session, rx->msg.seq);
	spin_unlock_bh(&host->lock);
	atomic64_add(lost, &host->counts[SVP_HOST_LOST]);
	return seen;
}

static enum svp_drop_reason refuse(const struct svp_ctl_rx *rx,
				   enum svp_session_seen seen)
{
	svp_host_count(rx->host, SVP_HOST_REPLAYED);
	return seen == SVP_SESSION_OLD ? SVP_DROP_CTL_REPLAY :
					 SVP_DROP_CTL_EPOCH;
}

static enum svp_drop_reason take_numbered(struct svp_ctl_rx *rx)
{
	enum svp_session_seen seen = look(rx);
	u8 outcome;

	if (seen == SVP_SESSION_STRAY)
		return svp_ctl_stray(rx);
	if (seen == SVP_SESSION_OLD || seen == SVP_SESSION_OVER)
		return refuse(rx, seen);
	if (!svp_bucket_take(&rx->host->macs, 1)) {
		svp_host_count(rx->host, SVP_HOST_OVER_MACS);
		return SVP_DROP_CTL_BUDGET;
	}
	if (!svp_ctl_authentic(rx))
		return SVP_DROP_CTL_MAC;
	seen = take_number(rx, &outcome);
	switch (seen) {
	case SVP_SESSION_NEW:
		return take_new(rx);
	case SVP_SESSION_DUP:
	case SVP_SESSION_BEFORE:
		return take_again(rx, outcome);
	default:
		return refuse(rx, seen);
	}
}

/**
 * svp_ctl_take - authenticate a message and act on it
 * @rx: its head is read, and fits who it comes from
 *
 * Return: why the packet is freed; SVP_DROP_CTL_CONSUMED if it was taken.
 */
enum svp_drop_reason svp_ctl_take(struct svp_ctl_rx *rx)
{
	switch (rx->msg.type) {
	case SVCPLANE_CTL_HELLO:
	case SVCPLANE_CTL_HELLO_ANSWER:
	case SVCPLANE_CTL_HELLO_DONE:
		return rx->err ? SVP_DROP_CTL_MALFORMED : svp_ctl_hello(rx);
	case SVCPLANE_CTL_ACK:
		return rx->err ? SVP_DROP_CTL_MALFORMED : svp_ctl_acked(rx);
	default:
		return take_numbered(rx);
	}
}

static enum svp_drop_reason take(struct svp_ctl_rx *rx)
{
	enum svp_drop_reason why;

	why = svp_ctl_check_shape(rx, rx->nsh->next != SVCPLANE_NP_BULK);
	if (why)
		return why;
	rx->host = svp_ctl_sender(rx);
	if (!rx->host)
		return SVP_DROP_CTL_PEER;
	why = find_body(rx);
	if (!why)
		why = read_body(rx);
	return why ?: svp_ctl_take(rx);
}

/**
 * svp_ctl_is_told - has what became of a message been an event?
 * @why: as svp_ctl_take() returned it
 * @rx: the message
 *
 * Return: true if it was accepted, or refused with an ack.
 */
bool svp_ctl_is_told(enum svp_drop_reason why, const struct svp_ctl_rx *rx)
{
	return why == SVP_DROP_CTL_CONSUMED ||
	       (rx->err && (why == SVP_DROP_CTL_TYPE ||
			    why == SVP_DROP_CTL_MALFORMED));
}

/**
 * svp_ctl_rx - take a packet on the control path of this host
 * @plane: plane of the uplink
 * @uplink: the uplink
 * @skb: data at the NSH, MAC header set; consumed
 * @nsh: its header; svp_uplink_check() has passed it
 *
 * Context: RCU, BH off.
 */
void svp_ctl_rx(struct svp_plane *plane, struct net_device *uplink,
		struct sk_buff *skb, const struct svp_nsh *nsh)
{
	struct svp_ctl_rx rx = {
		.plane = plane, .uplink = uplink, .skb = skb, .nsh = nsh,
	};
	enum svp_drop_reason why;

	svp_capture_packet(plane, skb);
	why = take(&rx);
	if (!svp_ctl_is_told(why, &rx))
		svp_ctl_event(&rx, "rejected", svp_drop_text(why),
			      SVCPLANE_STATUS_NOT_PERMITTED);
	svp_plane_drop(plane, rx.skb, why);
}
