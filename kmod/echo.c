// SPDX-License-Identifier: GPL-2.0-only
/*
 * Echo packets from and to plain structs. What comes in may be anybody's, until
 * its MAC has been looked at: each length is compared before anything is read.
 */
#include <linux/string.h>
#include <linux/unaligned.h>

#include "echo.h"

#define OAM_LEN		((unsigned int)sizeof(struct svcplane_oam))
#define TLV_HEAD	SVCPLANE_ECHO_TLV_LEN
#define SFP_LEN		4
#define HOP_LEN		((unsigned int)sizeof(struct svcplane_echo_hop))
#define NODE_LEN	((unsigned int)sizeof(struct svcplane_echo_node))

static enum svp_echo_err read_heads(const u8 *p, unsigned int len,
				    struct svp_echo *echo)
{
	if (len < SVP_ECHO_LEN || len > SVP_ECHO_MAX)
		return SVP_ECHO_SHORT;
	if (p[0] >> SVCPLANE_OAM_VER_SHIFT != SVCPLANE_OAM_VERSION)
		return SVP_ECHO_VERSION;
	if ((p[0] & SVCPLANE_OAM_TYPE_MASK) != SVCPLANE_OAM_ECHO)
		return SVP_ECHO_MSG;
	if (get_unaligned_be16(p + 2) != len - OAM_LEN)
		return SVP_ECHO_LENGTH;
	p += OAM_LEN;
	echo->type = p[4];
	echo->mode = p[5];
	echo->code = p[6];
	echo->subcode = p[7];
	echo->handle = get_unaligned_be32(p + 8);
	echo->seq = get_unaligned_be32(p + 12);
	return echo->type == SVCPLANE_ECHO_REQUEST ||
	       echo->type == SVCPLANE_ECHO_REPLY ? SVP_ECHO_OK : SVP_ECHO_TYPE;
}

static bool read_sfp(const u8 *val, unsigned int len, struct svp_echo *echo)
{
	u32 path;

	if (len != SFP_LEN)
		return false;
	path = get_unaligned_be32(val);
	echo->sfp_spi = path >> 8;
	echo->sfp_si = path & 0xFF;
	return true;
}

static bool read_hop(const u8 *val, unsigned int len, struct svp_echo *echo)
{
	struct svp_echo_hop *hop = &echo->hop;
	u32 path;

	if (len != HOP_LEN)
		return false;
	hop->host = get_unaligned_be16(val);
	hop->node = get_unaligned_be16(val + 2);
	hop->next = get_unaligned_be16(val + 4);
	hop->state = val[6];
	hop->down = val[7];
	path = get_unaligned_be32(val + 8);
	hop->spi = path >> 8;
	hop->si = path & 0xFF;
	hop->ttl = val[12];
	return hop->host >= SVCPLANE_HOST_MIN && hop->host <= SVCPLANE_HOST_MAX &&
	       hop->next <= SVCPLANE_HOST_MAX &&
	       hop->state <= SVCPLANE_NODE_STATE_MAX &&
	       hop->ttl <= SVCPLANE_TTL_DEFAULT;
}

static bool read_node(const u8 *val, unsigned int len, struct svp_echo *echo)
{
	if (len != NODE_LEN)
		return false;
	echo->node = get_unaligned_be16(val);
	return echo->node;
}

/* True for the first of its kind: of a doubled TLV that one counts */
static bool is_first(struct svp_echo *echo, u32 has)
{
	bool first = !(echo->has & has);

	echo->has |= has;
	return first;
}

static bool read_tlv(u8 type, const u8 *val, unsigned int len,
		     struct svp_echo *echo)
{
	switch (type) {
	case SVCPLANE_ECHO_TLV_SFP:
		return !is_first(echo, SVP_ECHO_HAS_SFP) ||
		       read_sfp(val, len, echo);
	case SVCPLANE_ECHO_TLV_HOP:
		return !is_first(echo, SVP_ECHO_HAS_HOP) ||
		       read_hop(val, len, echo);
	case SVCPLANE_ECHO_TLV_NODE:
		return !is_first(echo, SVP_ECHO_HAS_NODE) ||
		       read_node(val, len, echo);
	default:
		echo->unknown++;
		return true;
	}
}

/**
 * svp_echo_decode - read an echo packet
 * @buf: what stands behind the NSH
 * @len: bytes of it, all there are
 * @echo: result; its heads, with SVP_ECHO_TYPE and SVP_ECHO_TLVS too
 *
 * Reserved fields and flags are not looked at.
 *
 * Context: any.
 * Return: SVP_ECHO_OK, then every field is in its range but @mode and @code; or
 * what is wrong.
 */
enum svp_echo_err svp_echo_decode(const void *buf, unsigned int len,
				  struct svp_echo *echo)
{
	const u8 *p = buf;
	enum svp_echo_err err;
	unsigned int n;

	memset(echo, 0, sizeof(*echo));
	err = read_heads(p, len, echo);
	if (err)
		return err;
	p += SVP_ECHO_LEN;
	len -= SVP_ECHO_LEN;
	while (len) {
		if (len < TLV_HEAD)
			return SVP_ECHO_TLVS;
		n = get_unaligned_be16(p + 2);
		if (n > len - TLV_HEAD || !read_tlv(p[0], p + TLV_HEAD, n, echo))
			return SVP_ECHO_TLVS;
		p += TLV_HEAD + n;
		len -= TLV_HEAD + n;
	}
	return SVP_ECHO_OK;
}

/* Where a packet is written to; @p is NULL once something did not fit */
struct out {
	u8 *p;
	unsigned int left;
};

/* Room for @len bytes, zeroed, or NULL */
static u8 *put(struct out *out, unsigned int len)
{
	u8 *p = out->p;

	if (!p || len > out->left) {
		out->p = NULL;
		return NULL;
	}
	memset(p, 0, len);
	out->p += len;
	out->left -= len;
	return p;
}

static u8 *put_tlv(struct out *out, u8 type, unsigned int len)
{
	u8 *p = put(out, TLV_HEAD + len);

	if (!p)
		return NULL;
	p[0] = type;
	put_unaligned_be16(len, p + 2);
	return p + TLV_HEAD;
}

static void put_sfp(struct out *out, const struct svp_echo *echo)
{
	u8 *p = put_tlv(out, SVCPLANE_ECHO_TLV_SFP, SFP_LEN);

	if (p)
		put_unaligned_be32(echo->sfp_spi << 8 | echo->sfp_si, p);
}

static void put_node(struct out *out, const struct svp_echo *echo)
{
	u8 *p = put_tlv(out, SVCPLANE_ECHO_TLV_NODE, NODE_LEN);

	if (p)
		put_unaligned_be16(echo->node, p);
}

static void put_hop(struct out *out, const struct svp_echo_hop *hop)
{
	u8 *p = put_tlv(out, SVCPLANE_ECHO_TLV_HOP, HOP_LEN);

	if (!p)
		return;
	put_unaligned_be16(hop->host, p);
	put_unaligned_be16(hop->node, p + 2);
	put_unaligned_be16(hop->next, p + 4);
	p[6] = hop->state;
	p[7] = hop->down;
	put_unaligned_be32(hop->spi << 8 | hop->si, p + 8);
	p[12] = hop->ttl;
}

static void put_heads(struct out *out, const struct svp_echo *echo)
{
	u8 *p = put(out, SVP_ECHO_LEN);

	if (!p)
		return;
	p[0] = SVCPLANE_OAM_VERSION << SVCPLANE_OAM_VER_SHIFT | SVCPLANE_OAM_ECHO;
	p += OAM_LEN;
	p[4] = echo->type;
	p[5] = echo->mode;
	p[6] = echo->code;
	p[7] = echo->subcode;
	put_unaligned_be32(echo->handle, p + 8);
	put_unaligned_be32(echo->seq, p + 12);
}

/**
 * svp_echo_encode - write an echo packet
 * @buf: where
 * @room: bytes there are; SVP_ECHO_ROOM is always enough
 * @echo: what; TLVs as @has says
 *
 * Context: any.
 * Return: bytes written; 0 when it does not fit.
 */
unsigned int svp_echo_encode(void *buf, unsigned int room,
			     const struct svp_echo *echo)
{
	struct out out = { .p = buf, .left = room };
	unsigned int len;

	put_heads(&out, echo);
	if (echo->has & SVP_ECHO_HAS_SFP)
		put_sfp(&out, echo);
	if (echo->has & SVP_ECHO_HAS_NODE)
		put_node(&out, echo);
	if (echo->has & SVP_ECHO_HAS_HOP)
		put_hop(&out, &echo->hop);
	if (!out.p)
		return 0;
	len = out.p - (u8 *)buf;
	put_unaligned_be16(len - OAM_LEN, (u8 *)buf + 2);
	return len;
}
