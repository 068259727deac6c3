/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * NSH (RFC 8300): check, build, metadata; push and pop on an skb.
 *
 * <net/nsh.h> keeps the MD type as a whole byte and knows maxima (256, 248)
 * that a length of 6 bits cannot reach; masks and sizes here are those of the
 * RFC, from <linux/svcplane_wire.h>.
 */
#ifndef SVP_NSH_H
#define SVP_NSH_H

#include <linux/svcplane_wire.h>
#include <linux/build_bug.h>
#include <linux/string.h>
#include <linux/types.h>
#include <linux/unaligned.h>

struct sk_buff;

static_assert(sizeof(struct svcplane_nsh) == SVCPLANE_NSH_BASE_LEN);
static_assert(sizeof(struct svcplane_md2) == 4);

#define SVP_NSH_MAX_LEN		SVCPLANE_NSH_MAX_LEN

/**
 * enum svp_nsh_err - what is wrong with an NSH; contiguous, for mapping
 * @SVP_NSH_OK: nothing
 * @SVP_NSH_SHORT: the packet ends inside the NSH
 * @SVP_NSH_VERSION: version is not 0
 * @SVP_NSH_MDTYPE: MD type is neither 1 nor 2
 * @SVP_NSH_LENGTH: length is not 6 with MD type 1, below 2 with MD type 2
 * @SVP_NSH_TLV: a context header runs past the end of the NSH
 * @SVP_NSH_OAM: O bit where it is not enabled
 * @SVP_NSH_NEXT: next protocol unknown or not enabled
 * @SVP_NSH_NESTED: NSH inside the NSH
 * @SVP_NSH_NO_METADATA: metadata-only packet without metadata or with bytes
 *	behind the NSH
 * @SVP_NSH_INNER: what follows is too short for its protocol
 * @SVP_NSH_TTL: TTL ran out
 * @SVP_NSH_SI0: service index is 0
 * @SVP_NSH_ERR_MAX: number of codes
 */
enum svp_nsh_err {
	SVP_NSH_OK,
	SVP_NSH_SHORT,
	SVP_NSH_VERSION,
	SVP_NSH_MDTYPE,
	SVP_NSH_LENGTH,
	SVP_NSH_TLV,
	SVP_NSH_OAM,
	SVP_NSH_NEXT,
	SVP_NSH_NESTED,
	SVP_NSH_NO_METADATA,
	SVP_NSH_INNER,
	SVP_NSH_TTL,
	SVP_NSH_SI0,
	SVP_NSH_ERR_MAX
};

/**
 * struct svp_nsh - a parsed NSH, host byte order
 * @spi: service path identifier, 24 bits
 * @si: service index
 * @ttl: as it is in the header, 0 to 63
 * @mdtype: 1 or 2
 * @next: next protocol
 * @oam: O bit
 * @len: of the whole NSH in bytes: what follows it is at this offset
 * @ctx_len: bytes of context headers
 * @ctx: context, within the buffer that was parsed
 * @md1: copy of the context of MD type 1; zero with MD type 2
 */
struct svp_nsh {
	u32 spi;
	u8 si;
	u8 ttl;
	u8 mdtype;
	u8 next;
	bool oam;
	u16 len;
	u16 ctx_len;
	const u8 *ctx;
	__be32 md1[4];
};

/* What svp_nsh_accept() lets through beside Ethernet with O = 0 */
#define SVP_NSH_ALLOW_OAM	0x1	/* O = 1 */
#define SVP_NSH_ALLOW_NONE	0x2	/* metadata-only packets, RFC 8393 */
#define SVP_NSH_ALLOW_ECHO	0x4	/* next protocol 7 with O = 1, RFC 9516 */
#define SVP_NSH_ALLOW_BULK	0x8	/* next protocol 0xFE */

/**
 * struct svp_nsh_ctx - the 16 bytes of metadata, host byte order
 * @host: source host id
 * @iface: source interface id
 * @tenant: tenant id, 24 bits
 * @skip: skip mask, SVCPLANE_SKIP_BIT()
 * @chain: chain id
 * @tag: flow tag, 31 bits
 * @q: liveness query
 * @v: reverse direction
 * @a: answer to a liveness query
 */
struct svp_nsh_ctx {
	u16 host;
	u16 iface;
	u32 tenant;
	u16 skip;
	u16 chain;
	u32 tag;
	bool q;
	bool v;
	bool a;
};

/**
 * enum svp_nsh_show - what a node is shown of the metadata
 * @SVP_NSH_SHOW_SVCPLANE: all of it, as context of MD type 1
 * @SVP_NSH_SHOW_DC: draft-ietf-sfc-nsh-dc-allocation only: without Q, V, word 2
 * @SVP_NSH_SHOW_ZERO: zeros
 * @SVP_NSH_SHOW_MD2: all of it, as context header type 1 of MD type 2
 */
enum svp_nsh_show {
	SVP_NSH_SHOW_SVCPLANE,
	SVP_NSH_SHOW_DC,
	SVP_NSH_SHOW_ZERO,
	SVP_NSH_SHOW_MD2,
};

/**
 * struct svp_nsh_tlv - a context header of MD type 2
 * @md_class: metadata class
 * @type: type
 * @len: length of @val in bytes, padding not counted
 * @val: value, within the parsed buffer
 */
struct svp_nsh_tlv {
	u16 md_class;
	u8 type;
	u8 len;
	const u8 *val;
};

/**
 * struct svp_nsh_iter - position in context headers
 * @pos: next context header
 * @left: bytes left
 */
struct svp_nsh_iter {
	const u8 *pos;
	unsigned int left;
};

/**
 * struct svp_nsh_tmpl - what svp_nsh_build() makes a header of
 * @spi: service path identifier, 24 bits
 * @si: service index
 * @ttl: 0 to 63
 * @next: next protocol
 * @mdtype: 1, or 2
 * @oam: O bit
 * @md1: MD type 1: context in network byte order
 * @ctx: MD type 2: context headers with their padding, as svp_nsh_tlv_put()
 *	makes them; NULL with @ctx_len 0
 * @ctx_len: bytes in @ctx, a multiple of 4
 */
struct svp_nsh_tmpl {
	u32 spi;
	u8 si;
	u8 ttl;
	u8 next;
	u8 mdtype;
	bool oam;
	__be32 md1[4];
	const void *ctx;
	unsigned int ctx_len;
};

/**
 * svp_nsh_put_base - write the first 8 bytes of an NSH
 * @hdr: where; of any alignment
 * @t: what; its context is not looked at. TTL and SPI are cut to their bits
 * @len: of the whole NSH in bytes, a multiple of 4
 */
static inline void svp_nsh_put_base(void *hdr, const struct svp_nsh_tmpl *t,
				    unsigned int len)
{
	u16 first = (t->oam ? SVCPLANE_NSH_OAM : 0) |
		    ((t->ttl << SVCPLANE_NSH_TTL_SHIFT) & SVCPLANE_NSH_TTL_MASK) |
		    len / 4;

	put_unaligned_be32((u32)first << 16 | t->mdtype << 8 | t->next, hdr);
	put_unaligned_be32(t->spi << 8 | t->si, (u8 *)hdr + 4);
}

/**
 * svp_nsh_ctx_encode - write the 16 bytes of metadata
 * @words: where, in network byte order
 * @ctx: what; all fields in range
 * @show: how much of it. SVP_NSH_SHOW_MD2 gives the same bytes as
 *	SVP_NSH_SHOW_SVCPLANE: they are the value of a context header then
 *
 * Context: any.
 */
static inline void svp_nsh_ctx_encode(__be32 words[4], const struct svp_nsh_ctx *ctx,
				      enum svp_nsh_show show)
{
	u32 w1, w2;

	if (show == SVP_NSH_SHOW_ZERO) {
		memset(words, 0, SVCPLANE_CTX_LEN);
		return;
	}
	w1 = ctx->tenant & SVCPLANE_CTX1_TENANT_MASK;
	w2 = 0;
	if (show != SVP_NSH_SHOW_DC) {
		w1 |= (ctx->q ? SVCPLANE_CTX1_Q : 0) |
		      (ctx->v ? SVCPLANE_CTX1_V : 0);
		w2 = (u32)ctx->skip << SVCPLANE_CTX2_SKIP_SHIFT | ctx->chain;
	}
	words[0] = htonl(SVCPLANE_CTX0_F_TAG |
			 (((u32)ctx->host << SVCPLANE_CTX0_HOST_SHIFT) &
			  SVCPLANE_CTX0_HOST_MASK) | ctx->iface);
	words[1] = htonl(w1);
	words[2] = htonl(w2);
	words[3] = htonl((ctx->a ? SVCPLANE_CTX3_A : 0) |
			 (ctx->tag & SVCPLANE_CTX3_TAG_MASK));
}

enum svp_nsh_err svp_nsh_parse(const void *buf, unsigned int len,
			       struct svp_nsh *out);
enum svp_nsh_err svp_nsh_accept(const struct svp_nsh *nsh,
				unsigned int payload_len, unsigned int allow);
unsigned int svp_nsh_build(void *buf, unsigned int room,
			   const struct svp_nsh_tmpl *t);

bool svp_nsh_ctx_decode(struct svp_nsh_ctx *ctx, const __be32 words[4]);
bool svp_nsh_ctx_get(const struct svp_nsh *nsh, u16 md_class,
		     struct svp_nsh_ctx *ctx);

void svp_nsh_iter_init(struct svp_nsh_iter *iter, const struct svp_nsh *nsh);
bool svp_nsh_iter_next(struct svp_nsh_iter *iter, struct svp_nsh_tlv *tlv);
bool svp_nsh_tlv_find(const struct svp_nsh *nsh, u16 md_class, u8 type,
		      struct svp_nsh_tlv *tlv);
unsigned int svp_nsh_tlv_put(void *buf, unsigned int room, u16 md_class,
			     u8 type, const void *val, unsigned int len);
unsigned int svp_nsh_tlv_strip(void *buf, unsigned int room,
			       const struct svp_nsh *nsh, u16 md_class);

/**
 * svp_nsh_ttl - TTL of a packet that an SFF has looked up
 * @ttl: TTL it came with
 *
 * Return: TTL to send it on with, 1 to 63; 0 when it must not be sent on.
 * Decrementing 0 gives 63 (RFC 8300 2.2).
 */
static inline u8 svp_nsh_ttl(u8 ttl)
{
	return (ttl - 1) & (SVCPLANE_NSH_TTL_MASK >> SVCPLANE_NSH_TTL_SHIFT);
}

/**
 * svp_nsh_set_si - write the service index of a header
 * @hdr: start of the NSH, writable
 * @si: service index
 *
 * The checksum of an skb is not looked at.
 */
static inline void svp_nsh_set_si(void *hdr, u8 si)
{
	((u8 *)hdr)[7] = si;
}

/**
 * svp_sff_addr - address of the SFF of a host
 * @addr: filled in, 6 bytes
 * @host: host id
 */
static inline void svp_sff_addr(u8 *addr, u16 host)
{
	addr[0] = SVCPLANE_MAC_0;
	addr[1] = SVCPLANE_MAC_1;
	addr[2] = host >> 8;
	addr[3] = host;
	addr[4] = 0;
	addr[5] = 0;
}

/* nsh_skb.c */
int svp_nsh_push(struct sk_buff *skb, const void *hdr, unsigned int hdr_len,
		 const u8 dst[6], const u8 src[6]);
enum svp_nsh_err svp_nsh_read(struct sk_buff *skb, u8 copy[SVP_NSH_MAX_LEN],
			      struct svp_nsh *nsh);
int svp_nsh_pop(struct sk_buff *skb);

#endif
