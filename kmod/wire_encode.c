// SPDX-License-Identifier: GPL-2.0-only
/*
 * Control bodies from plain structs.
 */
#include <linux/limits.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "wire.h"

#define CTL_LEN		((unsigned int)sizeof(struct svcplane_ctl))
#define TLV_HEAD	((unsigned int)sizeof(struct svcplane_tlv))
#define PADDED(len)	(((len) + 3U) & ~3U)

/**
 * svp_wire_node_put - write a record of an announcement
 * @buf: 12 bytes
 * @rec: the record
 */
void svp_wire_node_put(void *buf, const struct svp_node_rec *rec)
{
	u8 *p = buf;

	put_unaligned_be16(rec->node, p);
	memcpy(p + 2, rec->mac, sizeof(rec->mac));
	p[8] = rec->state;
	p[9] = rec->load;
	put_unaligned_be16(rec->moves, p + 10);
}

/**
 * svp_wire_tuple_put - write a tuple
 * @buf: struct svcplane_tuple
 * @t: the tuple; of its VLANs the outer one is written
 */
void svp_wire_tuple_put(void *buf, const struct svp_tuple *t)
{
	u8 *p = buf;

	p[0] = t->family;
	p[1] = t->proto;
	put_unaligned_be16(ntohs(t->vlan[0]), p + 2);
	memcpy(p + 4, &t->src, sizeof(t->src));
	memcpy(p + 20, &t->dst, sizeof(t->dst));
	put_unaligned_be16(ntohs(t->sport), p + 36);
	put_unaligned_be16(ntohs(t->dport), p + 38);
}

/* Where a body is written to; @p is NULL once something did not fit */
struct out {
	u8 *p;
	unsigned int left;
};

/* Room for a value of @len bytes with head and padding set, or NULL */
static u8 *put_tlv(struct out *out, u16 type, unsigned int len)
{
	unsigned int whole = TLV_HEAD + PADDED(len);
	u8 *p = out->p;

	if (!p || len > U16_MAX || whole > out->left) {
		out->p = NULL;
		return NULL;
	}
	put_unaligned_be16(type, p);
	put_unaligned_be16(len, p + 2);
	memset(p + TLV_HEAD, 0, PADDED(len));
	out->p += whole;
	out->left -= whole;
	return p + TLV_HEAD;
}

static void put_u32(struct out *out, u16 type, u32 val)
{
	u8 *p = put_tlv(out, type, sizeof(val));

	if (p)
		put_unaligned_be32(val, p);
}

static void put_u64(struct out *out, u16 type, u64 val)
{
	u8 *p = put_tlv(out, type, sizeof(val));

	if (p)
		put_unaligned_be64(val, p);
}

static void put_bytes(struct out *out, u16 type, const struct svp_bytes *bytes)
{
	u8 *p = put_tlv(out, type, bytes->len);

	if (p && bytes->len)
		memcpy(p, bytes->data, bytes->len);
}

static void put_hello(struct out *out, const struct svp_ctl_msg *msg)
{
	const struct svp_hello *h = &msg->hello;

	if (msg->has & SVP_WIRE_HAS(NONCE))
		put_u64(out, SVCPLANE_TLV_NONCE, h->nonce);
	if (msg->has & SVP_WIRE_HAS(PEER_NONCE))
		put_u64(out, SVCPLANE_TLV_PEER_NONCE, h->peer_nonce);
	if (msg->has & SVP_WIRE_HAS(EPOCH))
		put_u32(out, SVCPLANE_TLV_EPOCH, h->epoch);
	if (msg->has & SVP_WIRE_HAS(LAST_SEQ))
		put_u64(out, SVCPLANE_TLV_LAST_SEQ, h->last_seq);
	if (msg->has & SVP_WIRE_HAS(VERSION))
		put_u32(out, SVCPLANE_TLV_VERSION,
			(u32)h->version << 16 | h->caps);
}

static void put_ack(struct out *out, const struct svp_ack *ack)
{
	u8 *p = put_tlv(out, SVCPLANE_TLV_ACK, sizeof(struct svcplane_ack));

	if (!p)
		return;
	put_unaligned_be64(ack->seq, p);
	put_unaligned_be16(ack->status, p + 8);
	put_unaligned_be32(ack->epoch, p + 12);
}

static void put_tuple(struct out *out, const struct svp_tuple *t)
{
	u8 *p = put_tlv(out, SVCPLANE_TLV_TUPLE, sizeof(struct svcplane_tuple));

	if (p)
		svp_wire_tuple_put(p, t);
}

static void put_verdict(struct out *out, const struct svp_ctl_msg *msg)
{
	const struct svp_wire_verdict *v = &msg->verdict;
	u8 *p;

	p = put_tlv(out, SVCPLANE_TLV_VERDICT, sizeof(struct svcplane_verdict));
	if (!p)
		return;
	put_unaligned_be32(v->tag, p);
	p[4] = v->action;
	p[5] = v->scope;
	p[6] = v->reason;
	p[7] = v->flags;
	put_unaligned_be16(v->node, p + 8);
	put_unaligned_be16(v->chain, p + 10);
	put_unaligned_be32(v->generation, p + 12);
	put_unaligned_be32(v->lifetime, p + 16);
	put_unaligned_be32(v->spi, p + 20);
	if (msg->has & SVP_WIRE_HAS(TUPLE))
		put_tuple(out, &v->tuple);
}

static void put_tlvs(struct out *out, const struct svp_ctl_msg *msg)
{
	switch (msg->type) {
	case SVCPLANE_CTL_HELLO:
	case SVCPLANE_CTL_HELLO_ANSWER:
	case SVCPLANE_CTL_HELLO_DONE:
		put_hello(out, msg);
		break;
	case SVCPLANE_CTL_ACK:
		put_ack(out, &msg->ack);
		break;
	case SVCPLANE_CTL_ANNOUNCE:
		if (msg->has & SVP_WIRE_HAS(NODES))
			put_bytes(out, SVCPLANE_TLV_NODES, &msg->nodes);
		break;
	case SVCPLANE_CTL_VERDICT:
		put_verdict(out, msg);
		break;
	case SVCPLANE_CTL_FLOW_STATE:
		put_bytes(out, SVCPLANE_TLV_FLOW, &msg->flow);
		break;
	case SVCPLANE_CTL_USER:
		put_bytes(out, SVCPLANE_TLV_USER, &msg->user);
		break;
	default:
		out->p = NULL;
	}
}

/**
 * svp_wire_encode - write a control body
 * @buf: where; does not overlap the byte strings of @msg
 * @room: bytes there are
 * @msg: message; the TLVs its type needs are written whatever @msg->has says,
 *	optional ones as it says
 *
 * Ranges are the caller's affair: what svp_wire_decode() would refuse can be
 * written.
 *
 * Context: any.
 * Return: length of the body in bytes; 0 when it does not fit in @room or the
 * type is unknown.
 */
unsigned int svp_wire_encode(void *buf, unsigned int room,
			     const struct svp_ctl_msg *msg)
{
	struct out out;
	u8 *p = buf;

	if (room < CTL_LEN)
		return 0;
	out.p = p + CTL_LEN;
	out.left = room - CTL_LEN;
	put_tlvs(&out, msg);
	if (!out.p || out.p - p > U16_MAX)
		return 0;
	p[0] = SVCPLANE_CTL_VERSION << 4 | (msg->flags & 0xF);
	p[1] = msg->type;
	put_unaligned_be16(out.p - p, p + 2);
	put_unaligned_be16(msg->origin, p + 4);
	put_unaligned_be16(msg->dest, p + 6);
	put_unaligned_be32(msg->epoch, p + 8);
	put_unaligned_be64(msg->seq, p + 12);
	return out.p - p;
}
