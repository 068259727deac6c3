// SPDX-License-Identifier: GPL-2.0-only
/*
 * NSH from and to buffers. The length field of the header and of each context
 * header come from nodes and from the underlay: nothing is read that was not
 * first compared with the bytes there are.
 */
#include <linux/minmax.h>
#include <linux/unaligned.h>

#include "nsh.h"

#define TLV_HEAD	4
#define PADDED(len)	(((len) + 3U) & ~3U)
#define ETH_HEAD	14

static u16 first_word(const u8 *p)
{
	return get_unaligned_be16(p);
}

static bool md_type_ok(u8 mdtype)
{
	return mdtype == SVCPLANE_NSH_MD1 || mdtype == SVCPLANE_NSH_MD2;
}

static bool length_ok(u8 mdtype, unsigned int len)
{
	if (mdtype == SVCPLANE_NSH_MD1)
		return len == SVCPLANE_NSH_MD1_LEN;
	return len >= SVCPLANE_NSH_BASE_LEN;
}

/* Whether the context headers fill the context exactly */
static bool context_ok(const struct svp_nsh *nsh)
{
	struct svp_nsh_iter iter;
	struct svp_nsh_tlv tlv;

	svp_nsh_iter_init(&iter, nsh);
	while (svp_nsh_iter_next(&iter, &tlv))
		;
	return !iter.left;
}

/**
 * svp_nsh_parse - check the shape of an NSH
 * @buf: from the first byte of the NSH on
 * @len: bytes there are; more than the NSH is fine
 * @out: the header; points into @buf. Undefined on error
 *
 * Shape only: SVP_NSH_SHORT to SVP_NSH_TLV. What a header may say at the place
 * where it came in is asked with svp_nsh_accept(). Unassigned bits are ignored.
 *
 * Context: any.
 * Return: SVP_NSH_OK or the first thing wrong.
 */
enum svp_nsh_err svp_nsh_parse(const void *buf, unsigned int len,
			       struct svp_nsh *out)
{
	const u8 *p = buf;
	u32 path;
	u16 w;

	if (len < SVCPLANE_NSH_BASE_LEN)
		return SVP_NSH_SHORT;
	w = first_word(p);
	if (w & SVCPLANE_NSH_VER_MASK)
		return SVP_NSH_VERSION;
	out->mdtype = p[2] & 0xF;
	if (!md_type_ok(out->mdtype))
		return SVP_NSH_MDTYPE;
	out->len = (w & SVCPLANE_NSH_LEN_MASK) * 4;
	if (!length_ok(out->mdtype, out->len))
		return SVP_NSH_LENGTH;
	if (out->len > len)
		return SVP_NSH_SHORT;

	out->oam = w & SVCPLANE_NSH_OAM;
	out->ttl = (w & SVCPLANE_NSH_TTL_MASK) >> SVCPLANE_NSH_TTL_SHIFT;
	out->next = p[3];
	path = get_unaligned_be32(p + 4);
	out->spi = path >> 8;
	out->si = path & 0xFF;
	out->ctx = p + SVCPLANE_NSH_BASE_LEN;
	out->ctx_len = out->len - SVCPLANE_NSH_BASE_LEN;
	if (out->mdtype == SVCPLANE_NSH_MD1) {
		memcpy(out->md1, out->ctx, sizeof(out->md1));
		return SVP_NSH_OK;
	}
	memset(out->md1, 0, sizeof(out->md1));
	return context_ok(out) ? SVP_NSH_OK : SVP_NSH_TLV;
}

/* RFC 8393: must carry metadata, and nothing follows */
static enum svp_nsh_err accept_none(const struct svp_nsh *nsh,
				    unsigned int payload_len)
{
	if (payload_len || !nsh->ctx_len)
		return SVP_NSH_NO_METADATA;
	return SVP_NSH_OK;
}

static enum svp_nsh_err accept_if(bool allowed, unsigned int payload_len)
{
	if (!allowed)
		return SVP_NSH_NEXT;
	return payload_len ? SVP_NSH_OK : SVP_NSH_INNER;
}

/**
 * svp_nsh_accept - whether a header may be at this place
 * @nsh: header that svp_nsh_parse() passed
 * @payload_len: bytes behind the NSH
 * @allow: SVP_NSH_ALLOW_*, beside Ethernet frames with O = 0
 *
 * TTL and SI are not looked at: whether they end here is known after look-up.
 *
 * Context: any.
 * Return: SVP_NSH_OK, or SVP_NSH_OAM to SVP_NSH_INNER.
 */
enum svp_nsh_err svp_nsh_accept(const struct svp_nsh *nsh,
				unsigned int payload_len, unsigned int allow)
{
	if (nsh->oam && !(allow & (SVP_NSH_ALLOW_OAM | SVP_NSH_ALLOW_ECHO)))
		return SVP_NSH_OAM;
	switch (nsh->next) {
	case SVCPLANE_NP_ETHERNET:
		if (nsh->oam && !(allow & SVP_NSH_ALLOW_OAM))
			return SVP_NSH_OAM;
		return payload_len < ETH_HEAD ? SVP_NSH_INNER : SVP_NSH_OK;
	case SVCPLANE_NP_NONE:
		if (!(allow & SVP_NSH_ALLOW_NONE))
			return SVP_NSH_NEXT;
		return accept_none(nsh, payload_len);
	case SVCPLANE_NP_NSH:
		return SVP_NSH_NESTED;
	case SVCPLANE_NP_OAM:
		return accept_if(nsh->oam && (allow & SVP_NSH_ALLOW_ECHO),
				 payload_len);
	case SVCPLANE_NP_BULK:
		return accept_if(allow & SVP_NSH_ALLOW_BULK, payload_len);
	default:
		return SVP_NSH_NEXT;
	}
}

/**
 * svp_nsh_build - write a whole NSH
 * @buf: where
 * @room: bytes there are
 * @t: what; all fields in range
 *
 * Context: any.
 * Return: length of the header in bytes; 0 when it does not fit in @room or in
 * the 6 bits of the length field, or @t makes no sense.
 */
unsigned int svp_nsh_build(void *buf, unsigned int room,
			   const struct svp_nsh_tmpl *t)
{
	unsigned int ctx_len = sizeof(t->md1);
	const void *ctx = t->md1;
	unsigned int len;
	u8 *p = buf;

	if (t->mdtype == SVCPLANE_NSH_MD2) {
		ctx = t->ctx;
		ctx_len = t->ctx_len;
	}
	len = SVCPLANE_NSH_BASE_LEN + ctx_len;
	if (!md_type_ok(t->mdtype) || ctx_len > SVCPLANE_NSH_MAX_LEN ||
	    len > SVCPLANE_NSH_MAX_LEN || len > room || ctx_len % 4)
		return 0;
	svp_nsh_put_base(p, t, len);
	if (ctx_len)
		memcpy(p + SVCPLANE_NSH_BASE_LEN, ctx, ctx_len);
	return len;
}

/**
 * svp_nsh_ctx_decode - read the 16 bytes of metadata
 * @ctx: result, filled in any case
 * @words: in network byte order
 *
 * Context: any.
 * Return: true when this is our layout: D = 0, F = 01 and a host id in range.
 */
bool svp_nsh_ctx_decode(struct svp_nsh_ctx *ctx, const __be32 words[4])
{
	u32 w0 = ntohl(words[0]), w1 = ntohl(words[1]);
	u32 w2 = ntohl(words[2]), w3 = ntohl(words[3]);

	*ctx = (struct svp_nsh_ctx) {
		.host = (w0 & SVCPLANE_CTX0_HOST_MASK) >>
			SVCPLANE_CTX0_HOST_SHIFT,
		.iface = w0 & SVCPLANE_CTX0_IFACE_MASK,
		.tenant = w1 & SVCPLANE_CTX1_TENANT_MASK,
		.skip = w2 >> SVCPLANE_CTX2_SKIP_SHIFT,
		.chain = w2 & SVCPLANE_CTX2_CHAIN_MASK,
		.tag = w3 & SVCPLANE_CTX3_TAG_MASK,
		.q = w1 & SVCPLANE_CTX1_Q,
		.v = w1 & SVCPLANE_CTX1_V,
		.a = w3 & SVCPLANE_CTX3_A,
	};
	return (w0 & (SVCPLANE_CTX0_D | SVCPLANE_CTX0_F_MASK)) ==
		SVCPLANE_CTX0_F_TAG &&
	       ctx->host >= SVCPLANE_HOST_MIN && ctx->host <= SVCPLANE_HOST_MAX;
}

/**
 * svp_nsh_ctx_get - find the metadata of a header, whatever its MD type
 * @nsh: header that svp_nsh_parse() passed
 * @md_class: our metadata class, host byte order
 * @ctx: result
 *
 * Context: any.
 * Return: false when there is none, or not in our layout.
 */
bool svp_nsh_ctx_get(const struct svp_nsh *nsh, u16 md_class,
		     struct svp_nsh_ctx *ctx)
{
	struct svp_nsh_tlv tlv;
	__be32 words[4];

	if (nsh->mdtype == SVCPLANE_NSH_MD1)
		return svp_nsh_ctx_decode(ctx, nsh->md1);
	if (!svp_nsh_tlv_find(nsh, md_class, SVCPLANE_MD_TYPE_CTX, &tlv) ||
	    tlv.len != SVCPLANE_CTX_LEN)
		return false;
	memcpy(words, tlv.val, sizeof(words));
	return svp_nsh_ctx_decode(ctx, words);
}

/**
 * svp_nsh_iter_init - start at the first context header
 * @iter: position
 * @nsh: header; with MD type 1 there is nothing to walk over
 */
void svp_nsh_iter_init(struct svp_nsh_iter *iter, const struct svp_nsh *nsh)
{
	iter->pos = nsh->ctx;
	iter->left = nsh->mdtype == SVCPLANE_NSH_MD2 ? nsh->ctx_len : 0;
}

/**
 * svp_nsh_iter_next - take the next context header
 * @iter: position; each success takes at least 4 bytes from @iter->left
 * @tlv: the context header, pointing into the parsed buffer
 *
 * Padding is skipped and not read. After the last context header @iter->left
 * is 0, unless a malformed one stopped the walk.
 *
 * Context: any.
 * Return: false at the end.
 */
bool svp_nsh_iter_next(struct svp_nsh_iter *iter, struct svp_nsh_tlv *tlv)
{
	unsigned int whole;

	if (iter->left < TLV_HEAD)
		return false;
	tlv->md_class = get_unaligned_be16(iter->pos);
	tlv->type = iter->pos[2];
	tlv->len = iter->pos[3] & SVCPLANE_MD_LEN_MASK;
	tlv->val = iter->pos + TLV_HEAD;
	whole = TLV_HEAD + PADDED(tlv->len);
	if (whole > iter->left)
		return false;
	iter->pos += whole;
	iter->left -= whole;
	return true;
}

/**
 * svp_nsh_tlv_find - find a context header; the first instance counts
 * @nsh: header that svp_nsh_parse() passed
 * @md_class: metadata class, host byte order
 * @type: type
 * @tlv: result
 *
 * Context: any.
 * Return: false when there is none.
 */
bool svp_nsh_tlv_find(const struct svp_nsh *nsh, u16 md_class, u8 type,
		      struct svp_nsh_tlv *tlv)
{
	struct svp_nsh_iter iter;

	svp_nsh_iter_init(&iter, nsh);
	while (svp_nsh_iter_next(&iter, tlv))
		if (tlv->md_class == md_class && tlv->type == type)
			return true;
	return false;
}

/**
 * svp_nsh_tlv_put - write a context header with its padding
 * @buf: where
 * @room: bytes there are
 * @md_class: metadata class, host byte order
 * @type: type
 * @val: value
 * @len: bytes in @val, at most SVCPLANE_MD_VALUE_MAX
 *
 * Context: any.
 * Return: bytes written, a multiple of 4; 0 when it does not fit.
 */
unsigned int svp_nsh_tlv_put(void *buf, unsigned int room, u16 md_class,
			     u8 type, const void *val, unsigned int len)
{
	unsigned int whole;
	u8 *p = buf;

	if (len > SVCPLANE_MD_VALUE_MAX)
		return 0;
	whole = TLV_HEAD + PADDED(len);
	if (whole > room)
		return 0;
	put_unaligned_be16(md_class, p);
	p[2] = type;
	p[3] = len;
	if (len)
		memcpy(p + TLV_HEAD, val, len);
	memset(p + TLV_HEAD + len, 0, PADDED(len) - len);
	return whole;
}

/* Ours, and the MAC over them: for service proxies only */
static bool is_private(const struct svp_nsh_tlv *tlv, u16 md_class)
{
	return tlv->md_class == md_class ||
	       (tlv->md_class == SVCPLANE_MD_CLASS_IETF &&
		tlv->type == SVCPLANE_MD_TYPE_MAC1);
}

/**
 * svp_nsh_tlv_strip - copy the context headers that a node may see
 * @buf: where
 * @room: bytes there are
 * @nsh: header that svp_nsh_parse() passed
 * @md_class: our metadata class, host byte order: these and MAC#1 are left out
 *
 * The others are copied as they are, their unassigned bit and padding included.
 *
 * Context: any.
 * Return: bytes written, a multiple of 4; what does not fit in @room is left
 * out, which cannot happen with SVP_NSH_MAX_LEN.
 */
unsigned int svp_nsh_tlv_strip(void *buf, unsigned int room,
			       const struct svp_nsh *nsh, u16 md_class)
{
	unsigned int whole, n = 0;
	struct svp_nsh_iter iter;
	struct svp_nsh_tlv tlv;

	svp_nsh_iter_init(&iter, nsh);
	while (svp_nsh_iter_next(&iter, &tlv)) {
		whole = TLV_HEAD + PADDED(tlv.len);
		if (is_private(&tlv, md_class) || whole > room - n)
			continue;
		memcpy((u8 *)buf + n, tlv.val - TLV_HEAD, whole);
		n += whole;
	}
	return n;
}
