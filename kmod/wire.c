// SPDX-License-Identifier: GPL-2.0-only
/*
 * Control bodies to plain structs; wire_encode.c is the way back. A body comes
 * from a node or from another host: each length is compared before anything is read,
 * and each field is in its range when svp_wire_decode() says SVP_WIRE_OK.
 */
#include <linux/etherdevice.h>
#include <linux/unaligned.h>

#include "wire.h"

#define CTL_LEN		((unsigned int)sizeof(struct svcplane_ctl))
#define TLV_HEAD	((unsigned int)sizeof(struct svcplane_tlv))
#define PADDED(len)	(((len) + 3U) & ~3U)
#define VLAN_ID_MASK	0x0FFF

struct tlv {
	u16 type;
	u16 len;
	const u8 *val;
};

/* Exact length of the values that have one */
static const u16 tlv_len[SVCPLANE_TLV_MAX + 1] = {
	[SVCPLANE_TLV_NONCE]		= sizeof(__be64),
	[SVCPLANE_TLV_PEER_NONCE]	= sizeof(__be64),
	[SVCPLANE_TLV_EPOCH]		= sizeof(__be32),
	[SVCPLANE_TLV_LAST_SEQ]		= sizeof(__be64),
	[SVCPLANE_TLV_VERSION]		= sizeof(struct svcplane_version),
	[SVCPLANE_TLV_ACK]		= sizeof(struct svcplane_ack),
	[SVCPLANE_TLV_VERDICT]		= sizeof(struct svcplane_verdict),
	[SVCPLANE_TLV_TUPLE]		= sizeof(struct svcplane_tuple),
};

/* TLVs a message type must have, and those it may have beside them */
static const struct {
	u32 must;
	u32 may;
} msg_tlvs[SVCPLANE_CTL_MAX + 1] = {
	[SVCPLANE_CTL_HELLO] = {
		SVP_WIRE_HAS(NONCE) | SVP_WIRE_HAS(EPOCH),
		SVP_WIRE_HAS(VERSION),
	},
	[SVCPLANE_CTL_HELLO_ANSWER] = {
		SVP_WIRE_HAS(NONCE) | SVP_WIRE_HAS(PEER_NONCE) |
		SVP_WIRE_HAS(EPOCH) | SVP_WIRE_HAS(LAST_SEQ),
		SVP_WIRE_HAS(VERSION),
	},
	[SVCPLANE_CTL_HELLO_DONE] = {
		SVP_WIRE_HAS(PEER_NONCE) | SVP_WIRE_HAS(EPOCH) |
		SVP_WIRE_HAS(LAST_SEQ),
		SVP_WIRE_HAS(VERSION),
	},
	[SVCPLANE_CTL_ACK]	  = { SVP_WIRE_HAS(ACK), 0 },
	[SVCPLANE_CTL_ANNOUNCE]	  = { 0, SVP_WIRE_HAS(NODES) },
	[SVCPLANE_CTL_VERDICT]	  = { SVP_WIRE_HAS(VERDICT),
				      SVP_WIRE_HAS(TUPLE) },
	[SVCPLANE_CTL_FLOW_STATE] = { SVP_WIRE_HAS(FLOW), 0 },
	[SVCPLANE_CTL_USER]	  = { SVP_WIRE_HAS(USER), 0 },
};

/* Hellos and acks stand outside the numbering */
static bool has_no_number(u8 type)
{
	return type >= SVCPLANE_CTL_HELLO && type <= SVCPLANE_CTL_ACK;
}

static bool flags_ok(u8 type, u8 flags)
{
	if (flags & ~SVCPLANE_CTL_F_MASK)
		return false;
	if (type == SVCPLANE_CTL_ACK)
		return flags == SVCPLANE_CTL_F_ACK;
	return !(flags & SVCPLANE_CTL_F_ACK);
}

static enum svp_wire_err read_head(const u8 *p, unsigned int len,
				   struct svp_ctl_msg *msg)
{
	if (len < CTL_LEN)
		return SVP_WIRE_SHORT;
	if (p[0] >> 4 != SVCPLANE_CTL_VERSION)
		return SVP_WIRE_VERSION;
	msg->flags = p[0] & 0xF;
	msg->type = p[1];
	msg->len = get_unaligned_be16(p + 2);
	msg->origin = get_unaligned_be16(p + 4);
	msg->dest = get_unaligned_be16(p + 6);
	msg->epoch = get_unaligned_be32(p + 8);
	msg->seq = get_unaligned_be64(p + 12);
	if (msg->len != len || len % 4)
		return SVP_WIRE_LENGTH;
	if (msg->origin > SVCPLANE_HOST_MAX || msg->dest > SVCPLANE_HOST_MAX)
		return SVP_WIRE_HOST;
	if (!msg->type || msg->type > SVCPLANE_CTL_MAX)
		return SVP_WIRE_TYPE;
	if (!flags_ok(msg->type, msg->flags))
		return SVP_WIRE_FLAGS;
	if (has_no_number(msg->type) && msg->seq)
		return SVP_WIRE_SEQ;
	return SVP_WIRE_OK;
}

/* Takes the TLV at @p, of which @left bytes remain: at least 4 are taken */
static enum svp_wire_err read_tlv(const u8 *p, unsigned int left,
				  struct tlv *tlv)
{
	unsigned int i;

	if (left < TLV_HEAD)
		return SVP_WIRE_TLV_END;
	tlv->type = get_unaligned_be16(p);
	tlv->len = get_unaligned_be16(p + 2);
	tlv->val = p + TLV_HEAD;
	if (PADDED(tlv->len) > left - TLV_HEAD)
		return SVP_WIRE_TLV_END;
	for (i = tlv->len; i < PADDED(tlv->len); i++)
		if (tlv->val[i])
			return SVP_WIRE_PADDING;
	return SVP_WIRE_OK;
}

static bool tlv_len_ok(const struct tlv *tlv)
{
	if (tlv->type == SVCPLANE_TLV_NODES)
		return tlv->len % sizeof(struct svcplane_node_rec) == 0;
	return !tlv_len[tlv->type] || tlv_len[tlv->type] == tlv->len;
}

static enum svp_wire_err read_ack(const u8 *p, struct svp_ack *ack)
{
	ack->seq = get_unaligned_be64(p);
	ack->status = get_unaligned_be16(p + 8);
	ack->epoch = get_unaligned_be32(p + 12);
	if (ack->status > SVCPLANE_STATUS_MAX)
		return SVP_WIRE_STATUS;
	if (get_unaligned_be16(p + 10))
		return SVP_WIRE_RESERVED;
	return SVP_WIRE_OK;
}

static enum svp_wire_err check_verdict(const struct svp_wire_verdict *v)
{
	if (!v->action || v->action > SVCPLANE_ACT_MAX)
		return SVP_WIRE_ACTION;
	if (!v->scope || v->scope > SVCPLANE_SCOPE_BOTH)
		return SVP_WIRE_SCOPE;
	if (v->flags & ~SVCPLANE_VERDICT_FLAGS ||
	    (v->flags && v->action != SVCPLANE_ACT_DROP))
		return SVP_WIRE_VERDICT_FLAGS;
	if (v->tag & ~SVCPLANE_CTX3_TAG_MASK)
		return SVP_WIRE_TAG;
	if (v->spi > SVCPLANE_SPI_MAX ||
	    (v->action == SVCPLANE_ACT_REPATH && !v->spi && !v->chain))
		return SVP_WIRE_SPI;
	return SVP_WIRE_OK;
}

static enum svp_wire_err read_verdict(const u8 *p, struct svp_wire_verdict *v)
{
	v->tag = get_unaligned_be32(p);
	v->action = p[4];
	v->scope = p[5];
	v->reason = p[6];
	v->flags = p[7];
	v->node = get_unaligned_be16(p + 8);
	v->chain = get_unaligned_be16(p + 10);
	v->generation = get_unaligned_be32(p + 12);
	v->lifetime = get_unaligned_be32(p + 16);
	v->spi = get_unaligned_be32(p + 20);
	return check_verdict(v);
}

static bool addr_ok(const struct svp_tuple *t, const union svp_addr *addr)
{
	return t->family == 6 ||
	       !(addr->all[1] | addr->all[2] | addr->all[3]);
}

/**
 * svp_wire_tuple_get - read a tuple
 * @buf: struct svcplane_tuple
 * @t: result; one VLAN at most
 *
 * Context: any.
 * Return: SVP_WIRE_OK, SVP_WIRE_FAMILY, SVP_WIRE_ADDR or SVP_WIRE_VLAN.
 */
enum svp_wire_err svp_wire_tuple_get(const void *buf, struct svp_tuple *t)
{
	const u8 *p = buf;
	u16 vlan = get_unaligned_be16(p + 2);

	t->family = p[0];
	t->proto = p[1];
	t->vlan[0] = htons(vlan);
	memcpy(&t->src, p + 4, sizeof(t->src));
	memcpy(&t->dst, p + 20, sizeof(t->dst));
	t->sport = htons(get_unaligned_be16(p + 36));
	t->dport = htons(get_unaligned_be16(p + 38));
	if (t->family != 4 && t->family != 6)
		return SVP_WIRE_FAMILY;
	if (!addr_ok(t, &t->src) || !addr_ok(t, &t->dst))
		return SVP_WIRE_ADDR;
	if (vlan && (vlan & ~VLAN_ID_MASK) != SVCPLANE_TUPLE_VLAN_PRESENT)
		return SVP_WIRE_VLAN;
	return SVP_WIRE_OK;
}

static void read_bytes(const struct tlv *tlv, struct svp_bytes *bytes)
{
	bytes->data = tlv->val;
	bytes->len = tlv->len;
}

/* A TLV that belongs to this message, of right length, for the first time */
static enum svp_wire_err read_value(const struct tlv *tlv,
				    struct svp_ctl_msg *msg)
{
	switch (tlv->type) {
	case SVCPLANE_TLV_NONCE:
		msg->hello.nonce = get_unaligned_be64(tlv->val);
		break;
	case SVCPLANE_TLV_PEER_NONCE:
		msg->hello.peer_nonce = get_unaligned_be64(tlv->val);
		break;
	case SVCPLANE_TLV_EPOCH:
		msg->hello.epoch = get_unaligned_be32(tlv->val);
		break;
	case SVCPLANE_TLV_LAST_SEQ:
		msg->hello.last_seq = get_unaligned_be64(tlv->val);
		break;
	case SVCPLANE_TLV_VERSION:
		msg->hello.version = get_unaligned_be16(tlv->val);
		msg->hello.caps = get_unaligned_be16(tlv->val + 2);
		break;
	case SVCPLANE_TLV_ACK:
		return read_ack(tlv->val, &msg->ack);
	case SVCPLANE_TLV_NODES:
		read_bytes(tlv, &msg->nodes);
		break;
	case SVCPLANE_TLV_VERDICT:
		return read_verdict(tlv->val, &msg->verdict);
	case SVCPLANE_TLV_TUPLE:
		return svp_wire_tuple_get(tlv->val, &msg->verdict.tuple);
	case SVCPLANE_TLV_USER:
		read_bytes(tlv, &msg->user);
		break;
	case SVCPLANE_TLV_FLOW:
		read_bytes(tlv, &msg->flow);
		break;
	}
	return SVP_WIRE_OK;
}

/* One that does not belong to this message is as good as unknown */
static enum svp_wire_err take_tlv(const struct tlv *tlv,
				  struct svp_ctl_msg *msg)
{
	u32 known = msg_tlvs[msg->type].must | msg_tlvs[msg->type].may;

	if (tlv->type > SVCPLANE_TLV_MAX || !(known & (1U << tlv->type))) {
		msg->unknown++;
		return SVP_WIRE_OK;
	}
	if (!tlv_len_ok(tlv))
		return SVP_WIRE_TLV_LEN;
	if (msg->has & (1U << tlv->type))	/* the first one counts */
		return SVP_WIRE_OK;
	msg->has |= 1U << tlv->type;
	return read_value(tlv, msg);
}

/**
 * svp_wire_decode - read a control body
 * @buf: the body
 * @len: its length in bytes, exact: what carries a body says how long it is
 * @msg: result; byte strings in it point into @buf. On an error only what the
 *	header says may be used, and only with SVP_WIRE_TYPE and later codes
 *
 * TLVs that are unknown or belong to another message are counted and passed
 * over; of a doubled TLV the first counts.
 *
 * Context: any.
 * Return: SVP_WIRE_OK or the first thing wrong.
 */
enum svp_wire_err svp_wire_decode(const void *buf, unsigned int len,
				  struct svp_ctl_msg *msg)
{
	enum svp_wire_err err;
	const u8 *p = buf;
	unsigned int off;
	struct tlv tlv;
	u32 must;

	memset(msg, 0, sizeof(*msg));
	err = read_head(p, len, msg);
	if (err)
		return err;
	for (off = CTL_LEN; off < len; off += TLV_HEAD + PADDED(tlv.len)) {
		err = read_tlv(p + off, len - off, &tlv);
		if (err)
			return err;
		err = take_tlv(&tlv, msg);
		if (err)
			return err;
	}
	must = msg_tlvs[msg->type].must;
	return (msg->has & must) == must ? SVP_WIRE_OK : SVP_WIRE_MISSING;
}

/**
 * svp_wire_check_node - whether a message may come from a node (carrier N)
 * @msg: message that svp_wire_decode() passed
 *
 * Nodes have no session and no name of their own: origin, epoch, sequence,
 * node id and generation are for their service proxy to fill in.
 *
 * Context: any.
 * Return: SVP_WIRE_OK, SVP_WIRE_NODE_TYPE or SVP_WIRE_NODE_FIELD.
 */
enum svp_wire_err svp_wire_check_node(const struct svp_ctl_msg *msg)
{
	if (msg->type != SVCPLANE_CTL_VERDICT && msg->type != SVCPLANE_CTL_USER)
		return SVP_WIRE_NODE_TYPE;
	if (msg->origin || msg->epoch || msg->seq)
		return SVP_WIRE_NODE_FIELD;
	if (msg->type == SVCPLANE_CTL_VERDICT &&
	    (msg->verdict.node || msg->verdict.generation))
		return SVP_WIRE_NODE_FIELD;
	return SVP_WIRE_OK;
}

/**
 * svp_wire_status - what to answer to a body that was refused
 * @err: why
 *
 * Return: status for an ack.
 */
enum svcplane_status svp_wire_status(enum svp_wire_err err)
{
	switch (err) {
	case SVP_WIRE_OK:
		return SVCPLANE_STATUS_APPLIED;
	case SVP_WIRE_TYPE:
		return SVCPLANE_STATUS_UNKNOWN_TYPE;
	case SVP_WIRE_NODE_TYPE:
		return SVCPLANE_STATUS_NOT_PERMITTED;
	default:
		return SVCPLANE_STATUS_MALFORMED;
	}
}

static bool node_ok(const struct svp_node_rec *rec)
{
	return rec->node && rec->state &&
	       rec->state <= SVCPLANE_NODE_STATE_MAX &&
	       is_valid_ether_addr(rec->mac);
}

/**
 * svp_wire_node_next - take the next valid record of an announcement
 * @nodes: what is left; shrinks by 12 bytes a record
 * @rec: the record
 * @invalid: counts records that were passed over: each is valid alone
 *
 * Context: any.
 * Return: false at the end.
 */
bool svp_wire_node_next(struct svp_bytes *nodes, struct svp_node_rec *rec,
			unsigned int *invalid)
{
	const u8 *p;

	while (nodes->len >= sizeof(struct svcplane_node_rec)) {
		p = nodes->data;
		nodes->data += sizeof(struct svcplane_node_rec);
		nodes->len -= sizeof(struct svcplane_node_rec);
		rec->node = get_unaligned_be16(p);
		memcpy(rec->mac, p + 2, sizeof(rec->mac));
		rec->state = p[8];
		rec->load = p[9];
		rec->moves = get_unaligned_be16(p + 10);
		if (node_ok(rec))
			return true;
		(*invalid)++;
	}
	return false;
}
