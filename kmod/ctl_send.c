// SPDX-License-Identifier: GPL-2.0-only
/*
 * Control messages to other hosts: packets, numbers, and what waits for its ack.
 */
#include <linux/etherdevice.h>
#include <linux/ktime.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/unaligned.h>

#include "ctl_priv.h"
#include "event.h"
#include "plane.h"

#define CTX_TLV		(4 + SVCPLANE_CTX_LEN)
#define NSH_BULK	(SVCPLANE_NSH_BASE_LEN + CTX_TLV + SVP_MAC1_LEN)
#define BODY_HEAD	4
#define BODY_AT		(SVCPLANE_NSH_BASE_LEN + CTX_TLV + BODY_HEAD)
#define RETRY_AT_ONCE	64	/* packets made under the lock */
#define EPOCH_AT	offsetof(struct svcplane_ctl, epoch)
#define SEQ_AT		offsetof(struct svcplane_ctl, seq)

static_assert(BODY_AT + SVCPLANE_CTL_PIGGY_MAX + SVP_MAC1_LEN <=
	      SVCPLANE_NSH_MAX_LEN);

/* A packet under way from body to device */
struct packet {
	bool bulk;
	u16 len;	/* of the body */
};

static struct packet *packet(struct sk_buff *skb)
{
	BUILD_BUG_ON(sizeof(struct packet) > sizeof(skb->cb));
	return (struct packet *)skb->cb;
}

/* Room for NSH and body, with the body in its place; the rest follows later */
static struct sk_buff *skb_of_body(const u8 *body, unsigned int len, bool bulk,
				   unsigned int headroom)
{
	unsigned int room = bulk ? NSH_BULK + len :
				   BODY_AT + len + SVP_MAC1_LEN;
	struct sk_buff *skb;

	headroom += ETH_HLEN;
	skb = alloc_skb(headroom + room, GFP_ATOMIC);
	if (!skb)
		return NULL;
	skb_reserve(skb, headroom);
	skb_put_zero(skb, room);
	memcpy(skb->data + (bulk ? NSH_BULK : BODY_AT), body, len);
	packet(skb)->bulk = bulk;
	packet(skb)->len = len;
	return skb;
}

/**
 * svp_ctl_headroom - room that the plane's device wants before a frame
 * @plane: the plane
 *
 * Context: any.
 * Return: bytes, without the Ethernet header.
 */
unsigned int svp_ctl_headroom(const struct svp_plane *plane)
{
	const struct net_device *dev;
	unsigned int room;

	rcu_read_lock();
	dev = rcu_dereference(plane->dev);
	room = dev ? READ_ONCE(dev->needed_headroom) : 0;
	rcu_read_unlock();
	return LL_MAX_HEADER + room;
}

/**
 * svp_ctl_timestamp - time for a MAC#1
 * Return: UTC, seconds since 1970 in the high half, fraction in the low one.
 */
u64 svp_ctl_timestamp(void)
{
	struct timespec64 now;

	ktime_get_real_ts64(&now);
	return (u64)now.tv_sec << 32 |
	       div_u64((u64)now.tv_nsec << 32, NSEC_PER_SEC);
}

/**
 * svp_ctl_put_context - write the context headers of a packet to a peer
 * @buf: SVP_CTL_CTX_ROOM bytes
 * @plane: the plane
 * @words: the 16 bytes, encoded
 * @body: control body that goes in a context header, NULL = none
 * @len: its length in bytes
 * @key_id: of the MAC#1 that ends them, which is to be signed
 *
 * Return: bytes written.
 */
unsigned int svp_ctl_put_context(u8 *buf, const struct svp_plane *plane,
				 const __be32 words[4], const u8 *body,
				 unsigned int len, u16 key_id)
{
	unsigned int n, room = SVP_CTL_CTX_ROOM;
	u16 md_class = READ_ONCE(plane->md_class);

	n = svp_nsh_tlv_put(buf, room, md_class, SVCPLANE_MD_TYPE_CTX, words,
			    SVCPLANE_CTX_LEN);
	if (body)
		n += svp_nsh_tlv_put(buf + n, room - n, md_class,
				     SVCPLANE_MD_TYPE_CTL, body, len);
	return n + svp_mac1_put(buf + n, room - n, key_id, svp_ctl_timestamp());
}

static bool finish_nsh(struct svp_host *host, struct sk_buff *skb,
		       const struct svp_host_pair *pair)
{
	const struct packet *pkt = packet(skb);
	struct svp_nsh_tmpl tmpl = {
		.spi = SVCPLANE_SPI_CONTROL | host->id,
		.si = SVCPLANE_SI_FIRST,
		.ttl = SVCPLANE_TTL_DEFAULT,
		.next = pkt->bulk ? SVCPLANE_NP_BULK : SVCPLANE_NP_NONE,
		.mdtype = SVCPLANE_NSH_MD2,
	};
	struct svp_nsh_ctx own = {
		.host = READ_ONCE(host->plane->host_id),
		.tenant = READ_ONCE(host->plane->tenant),
	};
	const u8 *body = pkt->bulk ? NULL : skb->data + BODY_AT;
	u8 ctx[SVP_CTL_CTX_ROOM];
	unsigned int len;
	__be32 words[4];

	svp_nsh_ctx_encode(words, &own, SVP_NSH_SHOW_MD2);
	tmpl.ctx_len = svp_ctl_put_context(ctx, host->plane, words, body,
					   pkt->len, pair->key_id);
	tmpl.ctx = ctx;
	len = svp_nsh_build(skb->data, SVCPLANE_NSH_BASE_LEN + tmpl.ctx_len, &tmpl);
	return len && !svp_mac_sign(&pair->key, skb->data, len, skb->data + len,
				    skb->len - len);
}

/**
 * svp_ctl_push_eth - put the outer header before an NSH
 * @host: whom it is for
 * @skb: data at the NSH, then at the MAC header
 */
void svp_ctl_push_eth(const struct svp_host *host, struct sk_buff *skb)
{
	struct ethhdr *eth = skb_push(skb, ETH_HLEN);

	svp_sff_addr(eth->h_dest, host->id);
	svp_sff_addr(eth->h_source, READ_ONCE(host->plane->host_id));
	eth->h_proto = htons(ETH_P_NSH);
	skb->protocol = eth->h_proto;
	skb_reset_mac_header(skb);
	skb_set_network_header(skb, ETH_HLEN);
}

/* Out of the plane's device, which knows the uplink or takes all of them */
static void xmit(struct svp_host *host, struct sk_buff *skb,
		 const struct svp_host_pair *pair)
{
	struct net_device *dev;

	rcu_read_lock();
	dev = rcu_dereference(host->plane->dev);
	pair = pair ?: svp_host_pair_to_send(host);
	if (dev && pair && netif_running(dev) && finish_nsh(host, skb, pair)) {
		svp_ctl_push_eth(host, skb);
		skb->dev = dev;
		dev_queue_xmit(skb);
	} else {
		local_bh_disable();
		svp_plane_drop(host->plane, skb, SVP_DROP_BRIDGE_DOWN);
		local_bh_enable();
	}
	rcu_read_unlock();
}

static void address(const struct svp_host *host, struct svp_ctl_msg *msg)
{
	msg->origin = READ_ONCE(host->plane->host_id);
	msg->dest = host->id;
}

/**
 * svp_ctl_send_once - send a message that has no number: a hello or an ack
 * @host: the peer
 * @msg: the message; the head is filled in here
 * @pair: key, NULL = that which the peer is sent to with
 *
 * Context: RCU, not under svp_host.lock.
 */
void svp_ctl_send_once(struct svp_host *host, struct svp_ctl_msg *msg,
		       struct svp_host_pair *pair)
{
	u8 body[SVCPLANE_CTL_PIGGY_MAX];
	struct sk_buff *skb;
	unsigned int len;

	address(host, msg);
	msg->epoch = READ_ONCE(host->session.epoch);
	len = svp_wire_encode(body, sizeof(body), msg);
	skb = len ? skb_of_body(body, len, false, svp_ctl_headroom(host->plane)) : NULL;
	if (!skb)
		return;
	atomic64_inc(&host->out[msg->type]);
	xmit(host, skb, pair);
}

/**
 * svp_ctl_make - make a message that will be listed and sent
 * @host: the peer
 * @msg: the message; origin, destination and flags are filled in here
 * @told: its way is told in events
 *
 * Return: the message, or an ERR_PTR.
 */
struct svp_out *svp_ctl_make(struct svp_host *host, struct svp_ctl_msg *msg,
			     bool told)
{
	unsigned int room = SVCPLANE_CTL_PIGGY_MAX;
	struct svp_out *out;

	if (msg->type == SVCPLANE_CTL_FLOW_STATE)
		room = SVP_CTL_BULK_MAX;
	out = kmalloc(sizeof(*out) + room, GFP_ATOMIC);
	if (!out)
		return ERR_PTR(-ENOMEM);
	address(host, msg);
	msg->flags = SVCPLANE_CTL_F_ACK_WANTED;
	out->len = svp_wire_encode(out->body, room, msg);
	if (!out->len) {
		kfree(out);
		return ERR_PTR(-EMSGSIZE);
	}
	out->bulk = out->len > SVCPLANE_CTL_PIGGY_MAX;
	out->told = told;
	out->type = msg->type;
	out->tries = 0;
	out->made = ktime_get_ns();
	return out;
}

static int check_room(struct svp_host *host, const struct svp_out *out,
		      u8 type)
{
	u64 span = type == SVCPLANE_CTL_ANNOUNCE ? SVP_HOST_SPAN_ANNOUNCE :
						   SVP_HOST_SPAN;
	const struct svp_out *first;

	if (!host->live || host->struck)
		return -ENOTCONN;
	first = list_first_entry_or_null(&host->out_list, struct svp_out, list);
	if (first && host->session.sent + 1 - first->seq >= span)
		return -ENOBUFS;
	if (host->out_bytes + sizeof(*out) + out->len > SVP_HOST_OUT_BYTES)
		return -ENOBUFS;
	return 0;
}

/**
 * svp_ctl_list - give a message its number; it waits for its ack from now on
 * @host: the peer
 * @out: the message
 * @msg: what it says; gets epoch and number
 *
 * Context: under svp_host.lock.
 * Return: 0, -ENOTCONN or -ENOBUFS: it is the caller's still.
 */
int svp_ctl_list(struct svp_host *host, struct svp_out *out,
		 struct svp_ctl_msg *msg)
{
	int err = check_room(host, out, msg->type);

	if (err)
		return err;
	out->seq = ++host->session.sent;
	put_unaligned_be32(host->session.epoch, out->body + EPOCH_AT);
	put_unaligned_be64(out->seq, out->body + SEQ_AT);
	list_add_tail(&out->list, &host->out_list);
	host->out_n++;
	host->out_bytes += sizeof(*out) + out->len;
	msg->epoch = host->session.epoch;
	msg->seq = out->seq;
	return 0;
}

/**
 * svp_ctl_count_try - a message is sent, for the first time or again
 * @host: the peer
 * @out: the message
 *
 * Context: under svp_host.lock.
 */
void svp_ctl_count_try(struct svp_host *host, struct svp_out *out)
{
	unsigned long wait = SVP_HOST_RETRY_FIRST << min(out->tries++, (u8)8);

	out->due = jiffies + min_t(unsigned long, wait, SVP_HOST_RETRY_MOST);
	atomic64_inc(&host->out[out->type]);
	if (out->tries > 1)
		svp_host_count(host, SVP_HOST_RETRANSMITTED);
}

/* A packet of it, if there is a token; else it is put off. Under the lock */
static struct sk_buff *try_out(struct svp_host *host, struct svp_out *out,
			       unsigned int room)
{
	struct sk_buff *skb;

	if (!svp_bucket_take(&host->outs, 1)) {
		svp_host_count(host, SVP_HOST_OVER_OUT);
		out->due = jiffies + SVP_HOST_SECOND / 20;
		return NULL;
	}
	/* without memory the try counts all the same */
	skb = skb_of_body(out->body, out->len, out->bulk, room);
	svp_ctl_count_try(host, out);
	return skb;
}

/**
 * svp_ctl_tell_sent - a message is on its way
 * @host: the peer
 * @body: as it is sent
 * @len: its length in bytes
 * @seq: its number
 */
void svp_ctl_tell_sent(struct svp_host *host, const u8 *body, unsigned int len,
		       u64 seq)
{
	svp_event_raise(host->plane->net, &(struct svp_event){
		.kind = SVP_EV_CONTROL,
		.what = "sent",
		.plane = host->plane,
		.host = host->id,
		.host_name = host->name,
		.body = body,
		.body_len = len,
		.seq = seq,
	});
}

/**
 * svp_ctl_queue - send a message until it is acknowledged
 * @host: the peer
 * @msg: the message; the head is filled in here
 * @told: its way is told in events
 *
 * Context: RCU; not under svp_host.lock.
 * Return: 0 or -errno as svp_ctl_send().
 */
int svp_ctl_queue(struct svp_host *host, struct svp_ctl_msg *msg, bool told)
{
	struct svp_out *out = svp_ctl_make(host, msg, told);
	unsigned int room = svp_ctl_headroom(host->plane);
	struct sk_buff *skb = NULL;
	int err;

	if (IS_ERR(out))
		return PTR_ERR(out);
	spin_lock_bh(&host->lock);
	err = svp_ctl_list(host, out, msg);
	if (!err) {
		skb = try_out(host, out, room);
		svp_host_wake(host, out->due);
	}
	spin_unlock_bh(&host->lock);
	if (err) {
		kfree(out);
		return err;
	}
	if (skb) {
		if (told)
			svp_ctl_tell_sent(host, skb->data + (packet(skb)->bulk ?
						     NSH_BULK : BODY_AT),
				  packet(skb)->len, msg->seq);
		xmit(host, skb, NULL);
	}
	return 0;
}

/**
 * svp_ctl_send - send a message to a peer, until it is acknowledged
 * @host: the peer
 * @msg: type, and what belongs to it; the head is filled in here
 *
 * What does not fit in a context header is bulk: flow state alone.
 *
 * Context: RCU, any with BH off or process.
 * Return: 0; -ENOTCONN no session; -ENOBUFS too much is outstanding; -EMSGSIZE;
 * -ENOMEM.
 */
int svp_ctl_send(struct svp_host *host, struct svp_ctl_msg *msg)
{
	return svp_ctl_queue(host, msg, true);
}

static struct svp_out *find_out(const struct svp_host *host, u64 seq)
{
	struct svp_out *out;

	list_for_each_entry_reverse(out, &host->out_list, list)
		if (out->seq == seq)
			return out;
	return NULL;
}

/**
 * svp_ctl_send_listed - send a message by itself that was to go with a frame
 * @host: the peer
 * @seq: its number
 *
 * Context: RCU; not under svp_host.lock.
 */
void svp_ctl_send_listed(struct svp_host *host, u64 seq)
{
	unsigned int room = svp_ctl_headroom(host->plane);
	struct sk_buff *skb = NULL;
	struct svp_out *out;

	spin_lock_bh(&host->lock);
	out = find_out(host, seq);
	if (out)
		skb = skb_of_body(out->body, out->len, out->bulk, room);
	spin_unlock_bh(&host->lock);
	if (skb)
		xmit(host, skb, NULL);
}

static bool is_over(const struct svp_out *out)
{
	return out->tries >= SVP_HOST_TRIES;
}

/* What is due of @host: packets in @todo, messages to be given up in @over */
static bool collect(struct svp_host *host, struct sk_buff_head *todo,
		    struct list_head *over, unsigned long *next)
{
	unsigned int room = svp_ctl_headroom(host->plane);
	struct svp_out *out, *after;
	unsigned long now = jiffies;
	struct sk_buff *skb;
	bool any = false;

	list_for_each_entry_safe(out, after, &host->out_list, list) {
		if (!time_after(out->due, now) && is_over(out)) {
			svp_host_unlist(host, out);
			list_add_tail(&out->list, over);
			continue;
		}
		if (!time_after(out->due, now) &&
		    skb_queue_len(todo) < RETRY_AT_ONCE) {
			skb = try_out(host, out, room);
			if (skb)
				__skb_queue_tail(todo, skb);
		}
		if (!any || time_before(out->due, *next))
			*next = out->due;
		any = true;
	}
	return any;
}

/**
 * svp_ctl_retry - send again what was not acknowledged in time
 * @host: the peer
 * @next: jiffies when it is to be called again
 *
 * Context: process.
 * Return: false if nothing waits, and @next means nothing.
 */
bool svp_ctl_retry(struct svp_host *host, unsigned long *next)
{
	struct sk_buff_head todo;
	struct sk_buff *skb;
	LIST_HEAD(over);
	bool any;

	__skb_queue_head_init(&todo);
	spin_lock_bh(&host->lock);
	any = collect(host, &todo, &over, next);
	spin_unlock_bh(&host->lock);
	while ((skb = __skb_dequeue(&todo)))
		xmit(host, skb, NULL);
	svp_host_give_up(host, &over);
	return any;
}
