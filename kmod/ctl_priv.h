/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Control messages from the inside: for the files of ctl alone.
 */
#ifndef SVP_CTL_PRIV_H
#define SVP_CTL_PRIV_H

#include "ctl.h"
#include "host_priv.h"

#define SVP_CTL_BULK_MAX	1400	/* bytes of a body in carrier 3 */
#define SVP_CTL_NODES		8	/* records in an announcement */

/**
 * struct svp_ctl_rx - a control packet on its way in; lives on the stack
 * @plane: the plane
 * @uplink: device it came in on
 * @skb: the packet
 * @nsh: its header
 * @mac1: its MAC#1
 * @host: origin, a listed peer
 * @pair: key that its MAC was right with
 * @body: the control body
 * @len: its length in bytes
 * @payload: what follows the NSH
 * @payload_len: bytes of it
 * @err: what is wrong with the body, beyond its head
 * @msg: the body, as far as @err allows
 * @quiet: that it was accepted is no event
 */
struct svp_ctl_rx {
	struct svp_plane *plane;
	struct net_device *uplink;
	struct sk_buff *skb;
	const struct svp_nsh *nsh;
	struct svp_mac1 mac1;
	struct svp_host *host;
	struct svp_host_pair *pair;
	const u8 *body;
	unsigned int len;
	const u8 *payload;
	unsigned int payload_len;
	enum svp_wire_err err;
	struct svp_ctl_msg msg;
	bool quiet;
};

/* ctl.c */
/* The context headers that a packet must have, and where its body is */
enum svp_drop_reason svp_ctl_check_shape(struct svp_ctl_rx *rx, bool has_body);
/* A message whose head is read and fits its origin; what the packet dies of */
enum svp_drop_reason svp_ctl_take(struct svp_ctl_rx *rx);
struct svp_host *svp_ctl_sender(const struct svp_ctl_rx *rx);
bool svp_ctl_is_told(enum svp_drop_reason why, const struct svp_ctl_rx *rx);
/* Is the MAC right? Sets rx->pair; counts if not */
bool svp_ctl_authentic(struct svp_ctl_rx *rx);
/* It is no repetition: the peer is there, behind this uplink, and has this key */
void svp_ctl_heard(struct svp_ctl_rx *rx);
void svp_ctl_event(const struct svp_ctl_rx *rx, const char *what,
		   const char *reason, enum svcplane_status status);
/* Authentic, of an epoch that is not known: why it is dropped */
enum svp_drop_reason svp_ctl_stray(struct svp_ctl_rx *rx);

/* ctl_hello.c; why the packet is freed, SVP_DROP_CTL_CONSUMED if taken */
enum svp_drop_reason svp_ctl_hello(struct svp_ctl_rx *rx);
void svp_ctl_say_hello(struct svp_host *host);
void svp_ctl_answer_knock(struct svp_host *host);

/* ctl_ack.c */
enum svp_drop_reason svp_ctl_acked(struct svp_ctl_rx *rx);

/* ctl_send.c */
/* @pair: NULL = that which the peer is sent to with. Not under host->lock */
void svp_ctl_send_once(struct svp_host *host, struct svp_ctl_msg *msg,
		       struct svp_host_pair *pair);
/* What a packet is made with: room before the NSH, the outer header */
unsigned int svp_ctl_headroom(const struct svp_plane *plane);
void svp_ctl_push_eth(const struct svp_host *host, struct sk_buff *skb);
/* @told: is it an event? Otherwise as svp_ctl_send() */
int svp_ctl_queue(struct svp_host *host, struct svp_ctl_msg *msg, bool told);
struct svp_out *svp_ctl_make(struct svp_host *host, struct svp_ctl_msg *msg,
			     bool told);
int svp_ctl_list(struct svp_host *host, struct svp_out *out,
		 struct svp_ctl_msg *msg);
void svp_ctl_count_try(struct svp_host *host, struct svp_out *out);
void svp_ctl_tell_sent(struct svp_host *host, const u8 *body, unsigned int len,
		       u64 seq);
void svp_ctl_send_listed(struct svp_host *host, u64 seq);
u64 svp_ctl_timestamp(void);
#define SVP_CTL_CTX_ROOM	(SVCPLANE_NSH_MAX_LEN - SVCPLANE_NSH_BASE_LEN)
unsigned int svp_ctl_put_context(u8 *buf, const struct svp_plane *plane,
				 const __be32 words[4], const u8 *body,
				 unsigned int len, u16 key_id);
/* Sends what is due; jiffies of the next in @next, if there is one */
bool svp_ctl_retry(struct svp_host *host, unsigned long *next);

/* ctl_announce.c */
enum svcplane_status svp_ctl_announced(struct svp_ctl_rx *rx);
void svp_ctl_tell_nodes(struct svp_host *host, bool changed);
void svp_ctl_age_claims(struct svp_host *host);

/* ctl_beat.c */
void svp_ctl_beat(struct svp_host *host);

#endif
