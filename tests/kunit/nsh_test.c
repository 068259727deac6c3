// SPDX-License-Identifier: GPL-2.0-only
/*
 * Suite of NSH from and to buffers: the rows of RFC 8300 and RFC 8393, each
 * length a header can claim, and each byte at which it can be cut off.
 */
#include <kunit/test.h>

#include "nsh.h"

#define SPI	0x123456
#define ROOM	(SVP_NSH_MAX_LEN + 64)

struct shape_case {
	const char *name;
	u8 head[8];
	unsigned int len;	/* bytes there are, zeros behind head */
	enum svp_nsh_err want;
};

#define HEAD(hi, lo, md)	{ hi, lo, md, SVCPLANE_NP_ETHERNET, 0, 0, 1, 255 }

static const struct shape_case shapes[] = {
	{ "md1", HEAD(0x0F, 0xC6, 1), 24, SVP_NSH_OK },
	{ "md1 with a payload", HEAD(0x0F, 0xC6, 1), 90, SVP_NSH_OK },
	{ "md2 without context", HEAD(0x0F, 0xC2, 2), 8, SVP_NSH_OK },
	{ "md2 longest", HEAD(0x0F, 0xFF, 2), 252, SVP_NSH_OK },
	{ "unassigned bits set", HEAD(0x1F, 0xC6, 0xF1), 24, SVP_NSH_OK },
	{ "oam", HEAD(0x2F, 0xC6, 1), 24, SVP_NSH_OK },
	{ "version 1", HEAD(0x4F, 0xC6, 1), 24, SVP_NSH_VERSION },
	{ "version 2", HEAD(0x8F, 0xC6, 1), 24, SVP_NSH_VERSION },
	{ "version 3", HEAD(0xCF, 0xC6, 1), 24, SVP_NSH_VERSION },
	{ "md type 0", HEAD(0x0F, 0xC6, 0), 24, SVP_NSH_MDTYPE },
	{ "md type 3", HEAD(0x0F, 0xC6, 3), 24, SVP_NSH_MDTYPE },
	{ "md type 14", HEAD(0x0F, 0xC6, 14), 24, SVP_NSH_MDTYPE },
	{ "md type 15, experiment", HEAD(0x0F, 0xC6, 15), 24, SVP_NSH_MDTYPE },
	{ "md1 of 5 words", HEAD(0x0F, 0xC5, 1), 28, SVP_NSH_LENGTH },
	{ "md1 of 7 words", HEAD(0x0F, 0xC7, 1), 28, SVP_NSH_LENGTH },
	{ "md2 of 0 words", HEAD(0x0F, 0xC0, 2), 24, SVP_NSH_LENGTH },
	{ "md2 of 1 word", HEAD(0x0F, 0xC1, 2), 24, SVP_NSH_LENGTH },
	{ "md1 past the end", HEAD(0x0F, 0xC6, 1), 23, SVP_NSH_SHORT },
	{ "md2 past the end", HEAD(0x0F, 0xFF, 2), 251, SVP_NSH_SHORT },
};

static void shape_name(const struct shape_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(shape, shapes, shape_name);

/* Parses a copy of exactly @len bytes, so that a byte too many is noticed */
static enum svp_nsh_err parse_cut(struct kunit *test, const u8 *p,
				  unsigned int len, struct svp_nsh *nsh)
{
	u8 *buf = kmalloc(len + !len, GFP_KERNEL);
	enum svp_nsh_err err;

	KUNIT_ASSERT_NOT_NULL(test, buf);
	memcpy(buf, p, len);
	err = svp_nsh_parse(buf, len, nsh);
	kfree(buf);
	return err;
}

static void shape(struct kunit *test)
{
	const struct shape_case *c = test->param_value;
	struct svp_nsh nsh;
	u8 buf[ROOM] = {};

	memcpy(buf, c->head, sizeof(c->head));
	KUNIT_EXPECT_EQ(test, parse_cut(test, buf, c->len, &nsh), c->want);
}

/* Cut off at every byte: never taken for a whole one */
static void shape_truncated(struct kunit *test)
{
	const struct shape_case *c = test->param_value;
	unsigned int whole = (c->head[1] & 0x3F) * 4;
	struct svp_nsh nsh;
	u8 buf[ROOM] = {};
	unsigned int len;

	memcpy(buf, c->head, sizeof(c->head));
	for (len = 0; len < whole && len < c->len; len++)
		KUNIT_EXPECT_EQ_MSG(test, parse_cut(test, buf, len, &nsh),
				    len < 8 || c->want == SVP_NSH_OK ?
				    SVP_NSH_SHORT : c->want,
				    "at %u bytes", len);
}

/* Every version, length and MD type there is: 4 * 64 * 16 */
static void shape_all(struct kunit *test)
{
	unsigned int version, words, md;
	enum svp_nsh_err want;
	struct svp_nsh nsh;
	u8 buf[ROOM] = {};

	for (version = 0; version < 4; version++) {
		for (words = 0; words < 64; words++) {
			for (md = 0; md < 16; md++) {
				buf[0] = version << 6;
				buf[1] = words;
				buf[2] = md;
				want = version ? SVP_NSH_VERSION :
				       md != 1 && md != 2 ? SVP_NSH_MDTYPE :
				       (md == 1 ? words != 6 : words < 2) ?
				       SVP_NSH_LENGTH : SVP_NSH_OK;
				KUNIT_EXPECT_EQ_MSG(test,
						    parse_cut(test, buf,
							      words * 4 < 8 ? 8 :
							      words * 4, &nsh),
						    want, "%u %u %u", version,
						    words, md);
			}
		}
	}
}

static void tmpl_init(struct svp_nsh_tmpl *t, u8 mdtype)
{
	*t = (struct svp_nsh_tmpl) {
		.spi = SPI,
		.si = 254,
		.ttl = 41,
		.next = SVCPLANE_NP_ETHERNET,
		.mdtype = mdtype,
		.md1 = { htonl(1), htonl(2), htonl(3), htonl(4) },
	};
}

static void build_md1(struct kunit *test)
{
	struct svp_nsh_tmpl t;
	u8 buf[SVP_NSH_MAX_LEN];
	struct svp_nsh nsh;
	int i;

	tmpl_init(&t, SVCPLANE_NSH_MD1);
	memset(buf, 0xAA, sizeof(buf));
	KUNIT_ASSERT_EQ(test, svp_nsh_build(buf, sizeof(buf), &t), 24U);
	KUNIT_ASSERT_EQ(test, svp_nsh_parse(buf, 24, &nsh), SVP_NSH_OK);
	KUNIT_EXPECT_EQ(test, nsh.spi, SPI);
	KUNIT_EXPECT_EQ(test, nsh.si, 254);
	KUNIT_EXPECT_EQ(test, nsh.ttl, 41);
	KUNIT_EXPECT_EQ(test, nsh.next, 3);
	KUNIT_EXPECT_FALSE(test, nsh.oam);
	KUNIT_EXPECT_EQ(test, nsh.len, 24);
	KUNIT_EXPECT_EQ(test, nsh.ctx_len, 16);
	for (i = 0; i < 4; i++)
		KUNIT_EXPECT_EQ(test, ntohl(nsh.md1[i]), i + 1);
	/* what an unassigned bit says is 0 when we send it */
	KUNIT_EXPECT_EQ(test, buf[0] & 0xF0, 0);
	KUNIT_EXPECT_EQ(test, buf[2], 1);
	KUNIT_EXPECT_EQ(test, buf[24], 0xAA);
}

/* A header as the RFC draws it, byte for byte */
static void build_bytes(struct kunit *test)
{
	static const u8 want[] = {
		0x2A, 0x46, 0x01, 0x03, 0x12, 0x34, 0x56, 0xFE,
		0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4,
	};
	struct svp_nsh_tmpl t;
	u8 buf[24];

	tmpl_init(&t, SVCPLANE_NSH_MD1);
	t.oam = true;
	KUNIT_EXPECT_EQ(test, svp_nsh_build(buf, sizeof(buf), &t), 24U);
	KUNIT_EXPECT_EQ(test, 0, memcmp(buf, want, sizeof(want)));
}

static void build_refused(struct kunit *test)
{
	static const u8 ctx[SVP_NSH_MAX_LEN];
	u8 buf[SVP_NSH_MAX_LEN + 8];
	struct svp_nsh_tmpl t;
	unsigned int i;

	tmpl_init(&t, SVCPLANE_NSH_MD1);
	for (i = 0; i < 24; i++)
		KUNIT_EXPECT_EQ(test, svp_nsh_build(buf, i, &t), 0U);
	tmpl_init(&t, SVCPLANE_NSH_MD2);
	t.ctx = ctx;
	for (i = 0; i <= SVP_NSH_MAX_LEN; i++) {
		t.ctx_len = i;
		KUNIT_EXPECT_EQ(test, svp_nsh_build(buf, sizeof(buf), &t),
				i % 4 || i > 244 ? 0 : i + 8);
	}
	t.ctx_len = ~3U;	/* wraps when 8 is added */
	KUNIT_EXPECT_EQ(test, svp_nsh_build(buf, sizeof(buf), &t), 0U);
	t.ctx_len = 0;
	t.mdtype = 3;
	KUNIT_EXPECT_EQ(test, svp_nsh_build(buf, sizeof(buf), &t), 0U);
}

static void patch(struct kunit *test)
{
	struct svp_nsh_tmpl t;
	struct svp_nsh nsh;
	unsigned int v;
	u8 buf[24];

	tmpl_init(&t, SVCPLANE_NSH_MD1);
	t.oam = true;
	for (v = 0; v < 256; v++) {
		t.ttl = v;	/* no more than its own bits */
		svp_nsh_build(buf, sizeof(buf), &t);
		svp_nsh_set_si(buf, v);
		KUNIT_ASSERT_EQ(test, svp_nsh_parse(buf, 24, &nsh), SVP_NSH_OK);
		KUNIT_EXPECT_EQ(test, nsh.ttl, v & 63);
		KUNIT_EXPECT_EQ(test, nsh.si, v);
		KUNIT_EXPECT_TRUE(test, nsh.oam);
		KUNIT_EXPECT_EQ(test, nsh.spi, SPI);
	}
	t.oam = false;
	t.ttl = 0xFF;
	svp_nsh_build(buf, sizeof(buf), &t);
	KUNIT_EXPECT_EQ(test, buf[0], 0x0F);
	KUNIT_EXPECT_EQ(test, buf[1], 0xC6);
}

static void ttl(struct kunit *test)
{
	unsigned int v;

	KUNIT_EXPECT_EQ(test, svp_nsh_ttl(0), 63);
	KUNIT_EXPECT_EQ(test, svp_nsh_ttl(1), 0);
	for (v = 2; v < 64; v++)
		KUNIT_EXPECT_EQ(test, svp_nsh_ttl(v), v - 1);
}

struct accept_case {
	const char *name;
	u8 next;
	bool oam;
	u16 ctx_len;
	unsigned int payload;
	unsigned int allow;
	enum svp_nsh_err want;
};

#define ETHER	SVCPLANE_NP_ETHERNET
#define NONE	SVCPLANE_NP_NONE
#define ECHO	SVCPLANE_NP_OAM
#define BULK	SVCPLANE_NP_BULK

static const struct accept_case accepts[] = {
	{ "frame", ETHER, false, 16, 14, 0, SVP_NSH_OK },
	{ "frame too short", ETHER, false, 16, 13, 0, SVP_NSH_INNER },
	{ "no frame", ETHER, false, 16, 0, 0, SVP_NSH_INNER },
	{ "oam frame", ETHER, true, 16, 14, 0, SVP_NSH_OAM },
	{ "oam frame where echo is on", ETHER, true, 16, 14,
	  SVP_NSH_ALLOW_ECHO, SVP_NSH_OAM },
	{ "oam frame where oam is on", ETHER, true, 16, 14,
	  SVP_NSH_ALLOW_OAM, SVP_NSH_OK },
	{ "metadata only, off", NONE, false, 16, 0, 0, SVP_NSH_NEXT },
	{ "metadata only", NONE, false, 16, 0, SVP_NSH_ALLOW_NONE, SVP_NSH_OK },
	{ "metadata only with a payload", NONE, false, 16, 1,
	  SVP_NSH_ALLOW_NONE, SVP_NSH_NO_METADATA },
	{ "metadata only without metadata", NONE, false, 0, 0,
	  SVP_NSH_ALLOW_NONE, SVP_NSH_NO_METADATA },
	{ "nested", SVCPLANE_NP_NSH, false, 16, 100, ~0U, SVP_NSH_NESTED },
	{ "ipv4", SVCPLANE_NP_IPV4, false, 16, 100, ~0U, SVP_NSH_NEXT },
	{ "ipv6", SVCPLANE_NP_IPV6, false, 16, 100, ~0U, SVP_NSH_NEXT },
	{ "mpls", SVCPLANE_NP_MPLS, false, 16, 100, ~0U, SVP_NSH_NEXT },
	{ "ioam", SVCPLANE_NP_IOAM, false, 16, 100, ~0U, SVP_NSH_NEXT },
	{ "unassigned", 8, false, 16, 100, ~0U, SVP_NSH_NEXT },
	{ "experiment 2", 0xFF, false, 16, 100, ~0U, SVP_NSH_NEXT },
	{ "bulk, off", BULK, false, 16, 100, 0, SVP_NSH_NEXT },
	{ "bulk", BULK, false, 16, 100, SVP_NSH_ALLOW_BULK, SVP_NSH_OK },
	{ "bulk without a body", BULK, false, 16, 0, SVP_NSH_ALLOW_BULK,
	  SVP_NSH_INNER },
	{ "echo, off", ECHO, true, 16, 20, 0, SVP_NSH_OAM },
	{ "echo", ECHO, true, 16, 20, SVP_NSH_ALLOW_ECHO, SVP_NSH_OK },
	{ "echo with O = 0", ECHO, false, 16, 20, SVP_NSH_ALLOW_ECHO,
	  SVP_NSH_NEXT },
	{ "echo without a body", ECHO, true, 16, 0, SVP_NSH_ALLOW_ECHO,
	  SVP_NSH_INNER },
};

static void accept_name(const struct accept_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(accept, accepts, accept_name);

static void accepted(struct kunit *test)
{
	const struct accept_case *c = test->param_value;
	struct svp_nsh nsh = {
		.next = c->next,
		.oam = c->oam,
		.ctx_len = c->ctx_len,
	};

	KUNIT_EXPECT_EQ(test, svp_nsh_accept(&nsh, c->payload, c->allow),
			c->want);
}

static const struct svp_nsh_ctx full_ctx = {
	.host = 0x0ABC,
	.iface = 0xDEF0,
	.tenant = 0x123456,
	.skip = 0x8001,
	.chain = 0xFFFE,
	.tag = 0x7EDCBA98,
	.q = true,
	.v = true,
	.a = true,
};

static void ctx_words(struct kunit *test)
{
	static const struct {
		enum svp_nsh_show show;
		u32 words[4];
	} shown[] = {
		{ SVP_NSH_SHOW_SVCPLANE,
		  { 0x2ABCDEF0, 0xC0123456, 0x8001FFFE, 0xFEDCBA98 } },
		{ SVP_NSH_SHOW_DC,
		  { 0x2ABCDEF0, 0x00123456, 0x00000000, 0xFEDCBA98 } },
		{ SVP_NSH_SHOW_ZERO, { 0, 0, 0, 0 } },
		{ SVP_NSH_SHOW_MD2,
		  { 0x2ABCDEF0, 0xC0123456, 0x8001FFFE, 0xFEDCBA98 } },
	};
	__be32 words[4];
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(shown); i++) {
		memset(words, 0xAA, sizeof(words));
		svp_nsh_ctx_encode(words, &full_ctx, shown[i].show);
		for (j = 0; j < 4; j++)
			KUNIT_EXPECT_EQ_MSG(test, ntohl(words[j]),
					    shown[i].words[j],
					    "setting %u word %u", i, j);
	}
}

static void ctx_round(struct kunit *test)
{
	struct svp_nsh_ctx ctx, one;
	__be32 words[4];
	unsigned int i;

	for (i = 0; i < 4; i++) {
		one = full_ctx;
		one.q = i & 1;
		one.v = i & 2;
		one.a = !i;
		memset(&ctx, 0xAA, sizeof(ctx));
		svp_nsh_ctx_encode(words, &one, SVP_NSH_SHOW_SVCPLANE);
		KUNIT_EXPECT_TRUE(test, svp_nsh_ctx_decode(&ctx, words));
		KUNIT_EXPECT_EQ(test, ctx.host, one.host);
		KUNIT_EXPECT_EQ(test, ctx.iface, one.iface);
		KUNIT_EXPECT_EQ(test, ctx.tenant, one.tenant);
		KUNIT_EXPECT_EQ(test, ctx.skip, one.skip);
		KUNIT_EXPECT_EQ(test, ctx.chain, one.chain);
		KUNIT_EXPECT_EQ(test, ctx.tag, one.tag);
		KUNIT_EXPECT_EQ(test, ctx.q, one.q);
		KUNIT_EXPECT_EQ(test, ctx.v, one.v);
		KUNIT_EXPECT_EQ(test, ctx.a, one.a);
	}
}

static void ctx_foreign(struct kunit *test)
{
	static const struct {
		u32 word0;
		bool ours;
	} firsts[] = {
		{ 0x20010001, true }, { 0x2FFE0001, true },
		{ 0x30010001, true },		/* R is not looked at */
		{ 0xA0010001, false },		/* D */
		{ 0x00010001, false }, { 0x40010001, false },
		{ 0x60010001, false },		/* other F */
		{ 0x20000001, false }, { 0x2FFF0001, false },	/* host id */
		{ 0x00000000, false },
	};
	struct svp_nsh_ctx ctx;
	__be32 words[4] = {};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(firsts); i++) {
		words[0] = htonl(firsts[i].word0);
		KUNIT_EXPECT_EQ_MSG(test, svp_nsh_ctx_decode(&ctx, words),
				    firsts[i].ours, "word %x", firsts[i].word0);
	}
}

/* Metadata is found in both MD types, and only there where it should be */
static void ctx_get(struct kunit *test)
{
	u8 hdrs[64], buf[SVP_NSH_MAX_LEN];
	struct svp_nsh_ctx ctx;
	struct svp_nsh_tmpl t;
	struct svp_nsh nsh;
	__be32 words[4];

	svp_nsh_ctx_encode(words, &full_ctx, SVP_NSH_SHOW_MD2);
	tmpl_init(&t, SVCPLANE_NSH_MD1);
	memcpy(t.md1, words, sizeof(words));
	svp_nsh_parse(buf, svp_nsh_build(buf, sizeof(buf), &t), &nsh);
	KUNIT_EXPECT_TRUE(test, svp_nsh_ctx_get(&nsh, SVCPLANE_MD_CLASS, &ctx));
	KUNIT_EXPECT_EQ(test, ctx.tag, full_ctx.tag);

	tmpl_init(&t, SVCPLANE_NSH_MD2);
	t.ctx = hdrs;
	t.ctx_len = svp_nsh_tlv_put(hdrs, 64, SVCPLANE_MD_CLASS, 1, words, 16);
	svp_nsh_parse(buf, svp_nsh_build(buf, sizeof(buf), &t), &nsh);
	KUNIT_EXPECT_TRUE(test, svp_nsh_ctx_get(&nsh, SVCPLANE_MD_CLASS, &ctx));
	KUNIT_EXPECT_EQ(test, ctx.tag, full_ctx.tag);
	KUNIT_EXPECT_FALSE(test, svp_nsh_ctx_get(&nsh, 0xFFF7, &ctx));

	t.ctx_len = svp_nsh_tlv_put(hdrs, 64, SVCPLANE_MD_CLASS, 1, words, 15);
	svp_nsh_parse(buf, svp_nsh_build(buf, sizeof(buf), &t), &nsh);
	KUNIT_EXPECT_FALSE(test, svp_nsh_ctx_get(&nsh, SVCPLANE_MD_CLASS,
						 &ctx));
	t.ctx_len = svp_nsh_tlv_put(hdrs, 64, SVCPLANE_MD_CLASS, 2, words, 16);
	svp_nsh_parse(buf, svp_nsh_build(buf, sizeof(buf), &t), &nsh);
	KUNIT_EXPECT_FALSE(test, svp_nsh_ctx_get(&nsh, SVCPLANE_MD_CLASS,
						 &ctx));
}

/* Each length one context header can claim against each context there can be */
static void tlv_lengths(struct kunit *test)
{
	unsigned int words, len;
	struct svp_nsh nsh;
	u8 buf[ROOM];
	bool good;

	for (words = 2; words < 64; words++) {
		for (len = 0; len < 256; len++) {
			memset(buf, 0, sizeof(buf));
			buf[1] = words;
			buf[2] = 2;
			buf[11] = len;
			/* zeros behind it are context headers of length 0 */
			good = words == 2 ||
			       4 + (((len & 127) + 3) & ~3) <= words * 4 - 8;
			KUNIT_EXPECT_EQ_MSG(test,
					    parse_cut(test, buf, words * 4,
						      &nsh),
					    good ? SVP_NSH_OK : SVP_NSH_TLV,
					    "%u words, length %u", words, len);
		}
	}
}

static void tlv_put(struct kunit *test)
{
	u8 buf[140], val[128];
	unsigned int len, n;

	memset(val, 0x55, sizeof(val));
	for (len = 0; len <= 128; len++) {
		memset(buf, 0xAA, sizeof(buf));
		n = svp_nsh_tlv_put(buf, sizeof(buf), 0xFFF6, 9, val, len);
		if (len > 127) {
			KUNIT_EXPECT_EQ(test, n, 0U);
			continue;
		}
		KUNIT_EXPECT_EQ(test, n, 4 + ((len + 3) & ~3U));
		KUNIT_EXPECT_EQ(test, buf[0], 0xFF);
		KUNIT_EXPECT_EQ(test, buf[1], 0xF6);
		KUNIT_EXPECT_EQ(test, buf[2], 9);
		KUNIT_EXPECT_EQ(test, buf[3], len);
		KUNIT_EXPECT_EQ(test, 0, memcmp(buf + 4, val, len));
		if (len % 4)
			KUNIT_EXPECT_EQ(test, buf[n - 1], 0);
		KUNIT_EXPECT_EQ(test, buf[n], 0xAA);
		KUNIT_EXPECT_EQ(test, svp_nsh_tlv_put(buf, n - 1, 0xFFF6, 9,
						      val, len), 0U);
	}
}

/* A header of several context headers, ours among them */
static void many_tlvs(u8 *hdrs, unsigned int *len)
{
	unsigned int n = 0;

	n += svp_nsh_tlv_put(hdrs + n, 244 - n, 0, 5, "abcde", 5);
	n += svp_nsh_tlv_put(hdrs + n, 244 - n, 0xFFF6, 1, "first", 5);
	n += svp_nsh_tlv_put(hdrs + n, 244 - n, 0xFFF6, 1, "second", 6);
	n += svp_nsh_tlv_put(hdrs + n, 244 - n, 1, 2, NULL, 0);
	n += svp_nsh_tlv_put(hdrs + n, 244 - n, 0, 2, "mac", 3);
	*len = n;
}

static void tlv_walk(struct kunit *test)
{
	static const struct {
		u16 md_class;
		u8 type, len;
	} want[] = {
		{ 0, 5, 5 }, { 0xFFF6, 1, 5 }, { 0xFFF6, 1, 6 }, { 1, 2, 0 },
		{ 0, 2, 3 },
	};
	struct svp_nsh nsh = { .mdtype = SVCPLANE_NSH_MD2 };
	struct svp_nsh_iter iter;
	struct svp_nsh_tlv tlv;
	unsigned int i, len;
	u8 hdrs[244];

	many_tlvs(hdrs, &len);
	hdrs[3] |= 0x80;	/* unassigned: not part of the length */
	hdrs[11] = 0xEE;	/* padding is not looked at */
	nsh.ctx = hdrs;
	nsh.ctx_len = len;
	svp_nsh_iter_init(&iter, &nsh);
	for (i = 0; i < ARRAY_SIZE(want); i++) {
		KUNIT_ASSERT_TRUE(test, svp_nsh_iter_next(&iter, &tlv));
		KUNIT_EXPECT_EQ(test, tlv.md_class, want[i].md_class);
		KUNIT_EXPECT_EQ(test, tlv.type, want[i].type);
		KUNIT_EXPECT_EQ(test, tlv.len, want[i].len);
	}
	KUNIT_EXPECT_FALSE(test, svp_nsh_iter_next(&iter, &tlv));
	KUNIT_EXPECT_EQ(test, iter.left, 0U);

	KUNIT_ASSERT_TRUE(test, svp_nsh_tlv_find(&nsh, 0xFFF6, 1, &tlv));
	KUNIT_EXPECT_EQ(test, 0, memcmp(tlv.val, "first", 5));
	KUNIT_EXPECT_FALSE(test, svp_nsh_tlv_find(&nsh, 0xFFF6, 5, &tlv));
	KUNIT_EXPECT_FALSE(test, svp_nsh_tlv_find(&nsh, 5, 1, &tlv));

	nsh.ctx = kunit_kzalloc(test, 3, GFP_KERNEL);
	nsh.ctx_len = 3;
	svp_nsh_iter_init(&iter, &nsh);
	KUNIT_EXPECT_FALSE(test, svp_nsh_iter_next(&iter, &tlv));
	KUNIT_EXPECT_EQ(test, iter.left, 3U);

	nsh.ctx = hdrs;
	nsh.ctx_len = len;
	nsh.mdtype = SVCPLANE_NSH_MD1;
	KUNIT_EXPECT_FALSE(test, svp_nsh_tlv_find(&nsh, 0xFFF6, 1, &tlv));
}

static void tlv_strip(struct kunit *test)
{
	struct svp_nsh nsh = { .mdtype = SVCPLANE_NSH_MD2 };
	u8 hdrs[244], out[244];
	unsigned int len, n;

	many_tlvs(hdrs, &len);
	hdrs[3] |= 0x80;
	nsh.ctx = hdrs;
	nsh.ctx_len = len;
	n = svp_nsh_tlv_strip(out, sizeof(out), &nsh, 0xFFF6);
	KUNIT_EXPECT_EQ(test, n, 16U);
	KUNIT_EXPECT_EQ(test, 0, memcmp(out, hdrs, 12));
	KUNIT_EXPECT_EQ(test, 0, memcmp(out + 12, "\0\1\2\0", 4));
	n = svp_nsh_tlv_strip(out, 8, &nsh, 0xFFF6);
	KUNIT_EXPECT_EQ(test, n, 4U);
}

static struct kunit_case nsh_cases[] = {
	KUNIT_CASE_PARAM(shape, shape_gen_params),
	KUNIT_CASE_PARAM(shape_truncated, shape_gen_params),
	KUNIT_CASE(shape_all),
	KUNIT_CASE(build_md1),
	KUNIT_CASE(build_bytes),
	KUNIT_CASE(build_refused),
	KUNIT_CASE(patch),
	KUNIT_CASE(ttl),
	KUNIT_CASE_PARAM(accepted, accept_gen_params),
	KUNIT_CASE(ctx_words),
	KUNIT_CASE(ctx_round),
	KUNIT_CASE(ctx_foreign),
	KUNIT_CASE(ctx_get),
	KUNIT_CASE(tlv_lengths),
	KUNIT_CASE(tlv_put),
	KUNIT_CASE(tlv_walk),
	KUNIT_CASE(tlv_strip),
	{}
};

static struct kunit_suite nsh_suite = {
	.name = "svcplane_nsh",
	.test_cases = nsh_cases,
};

kunit_test_suite(nsh_suite);
