// SPDX-License-Identifier: GPL-2.0-only
/*
 * Suite of echo packets: written and read back, cut off at every byte, given
 * every wrong length, and every field out of its range.
 */
#include <kunit/test.h>

#include "echo.h"

#define ROOM	128
#define TLVS	SVP_ECHO_LEN	/* offset of the first TLV */

/* Documentation/wire.md, "Echo": a request of host 1, and what host 3 answers */
static const u8 request[] = {
	0x01, 0x00, 0x00, 0x18,
	0x00, 0x00, 0x00, 0x00, 0x01, 0x04, 0x00, 0x00,
	0xaa, 0xbb, 0xcc, 0xdd, 0x00, 0x00, 0x00, 0x07,
	0x03, 0x00, 0x00, 0x04, 0xff, 0xf0, 0x01, 0xff,
};

static const u8 reply[] = {
	0x01, 0x00, 0x00, 0x24,
	0x00, 0x00, 0x00, 0x00, 0x02, 0x04, 0xfc, 0x00,
	0xaa, 0xbb, 0xcc, 0xdd, 0x00, 0x00, 0x00, 0x07,
	0xfc, 0x00, 0x00, 0x10, 0x00, 0x03, 0x00, 0x09, 0x00, 0x03, 0x02, 0x04,
	0x00, 0x00, 0x64, 0xfe, 0x3b, 0x00, 0x00, 0x00,
};

static const struct svp_echo request_as = {
	.type = SVCPLANE_ECHO_REQUEST,
	.mode = SVCPLANE_ECHO_BY_PATH,
	.handle = 0xaabbccdd,
	.seq = 7,
	.has = SVP_ECHO_HAS_SFP,
	.sfp_spi = 0xfff001,
	.sfp_si = 255,
};

static const struct svp_echo reply_as = {
	.type = SVCPLANE_ECHO_REPLY,
	.mode = SVCPLANE_ECHO_BY_PATH,
	.code = SVCPLANE_ECHO_NODE,
	.handle = 0xaabbccdd,
	.seq = 7,
	.has = SVP_ECHO_HAS_HOP,
	.hop = {
		.host = 3, .node = 9, .next = 3,
		.state = SVCPLANE_NODE_DOWN, .down = 4,
		.spi = 100, .si = 254, .ttl = 59,
	},
};

/* Decodes a copy of exactly @len bytes, so that a byte too many is noticed */
static enum svp_echo_err decode(struct kunit *test, const u8 *p,
				unsigned int len, struct svp_echo *echo)
{
	u8 *buf = kunit_kmalloc(test, len + !len, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, buf);
	memcpy(buf, p, len);
	return svp_echo_decode(buf, len, echo);
}

static void expect_same(struct kunit *test, const struct svp_echo *a,
			const struct svp_echo *b)
{
	KUNIT_EXPECT_EQ(test, a->type, b->type);
	KUNIT_EXPECT_EQ(test, a->mode, b->mode);
	KUNIT_EXPECT_EQ(test, a->code, b->code);
	KUNIT_EXPECT_EQ(test, a->subcode, b->subcode);
	KUNIT_EXPECT_EQ(test, a->handle, b->handle);
	KUNIT_EXPECT_EQ(test, a->seq, b->seq);
	KUNIT_EXPECT_EQ(test, a->has, b->has);
	KUNIT_EXPECT_EQ(test, a->sfp_spi, b->sfp_spi);
	KUNIT_EXPECT_EQ(test, a->sfp_si, b->sfp_si);
	KUNIT_EXPECT_EQ(test, a->node, b->node);
	KUNIT_EXPECT_EQ(test, 0, memcmp(&a->hop, &b->hop, sizeof(a->hop)));
}

static void vectors(struct kunit *test)
{
	struct svp_echo echo;
	u8 buf[ROOM];

	KUNIT_EXPECT_EQ(test, svp_echo_encode(buf, ROOM, &request_as), sizeof(request));
	KUNIT_EXPECT_EQ(test, 0, memcmp(buf, request, sizeof(request)));
	KUNIT_EXPECT_EQ(test, svp_echo_encode(buf, ROOM, &reply_as), sizeof(reply));
	KUNIT_EXPECT_EQ(test, 0, memcmp(buf, reply, sizeof(reply)));
	KUNIT_EXPECT_EQ(test, decode(test, request, sizeof(request), &echo), SVP_ECHO_OK);
	expect_same(test, &echo, &request_as);
	KUNIT_EXPECT_EQ(test, decode(test, reply, sizeof(reply), &echo), SVP_ECHO_OK);
	expect_same(test, &echo, &reply_as);
}

static struct svp_echo everything(void)
{
	struct svp_echo echo = reply_as;

	echo.subcode = 0x5a;
	echo.has = SVP_ECHO_HAS_SFP | SVP_ECHO_HAS_HOP | SVP_ECHO_HAS_NODE;
	echo.sfp_spi = 0xffffff;
	echo.sfp_si = 1;
	echo.node = 0xffff;
	echo.hop = (struct svp_echo_hop) {
		.host = 4094, .node = 0xffff, .next = 4094, .state = 4,
		.down = 0xff, .spi = 0xffffff, .si = 255, .ttl = 63,
	};
	return echo;
}

static void all_fields(struct kunit *test)
{
	struct svp_echo echo = everything(), back;
	unsigned int len, cut;
	u8 buf[ROOM];

	len = svp_echo_encode(buf, SVP_ECHO_ROOM, &echo);
	KUNIT_ASSERT_EQ(test, len, SVP_ECHO_ROOM);
	KUNIT_EXPECT_EQ(test, decode(test, buf, len, &back), SVP_ECHO_OK);
	expect_same(test, &back, &echo);
	for (cut = 0; cut < len; cut++)
		KUNIT_EXPECT_EQ(test, svp_echo_encode(buf, cut, &echo), 0);
}

/* A length field that fits the cut: then the heads or a TLV are cut short */
static void cut_short(struct kunit *test)
{
	struct svp_echo echo = everything(), back;
	unsigned int len, cut;
	enum svp_echo_err err;
	u8 buf[ROOM];

	len = svp_echo_encode(buf, sizeof(buf), &echo);
	for (cut = 0; cut < len; cut++) {
		buf[3] = len - 4;
		err = decode(test, buf, cut, &back);
		KUNIT_EXPECT_EQ(test, err, cut < SVP_ECHO_LEN ? SVP_ECHO_SHORT :
								SVP_ECHO_LENGTH);
		if (cut < SVP_ECHO_LEN)
			continue;
		buf[3] = cut - 4;
		err = decode(test, buf, cut, &back);
		/* where a TLV ends, too, so may the packet */
		KUNIT_EXPECT_TRUE(test, err == (cut == 20 || cut == 28 || cut == 36 ?
						SVP_ECHO_OK : SVP_ECHO_TLVS));
	}
}

static void too_long(struct kunit *test)
{
	u8 *buf = kunit_kzalloc(test, SVP_ECHO_MAX + 1, GFP_KERNEL);
	unsigned int len = SVP_ECHO_MAX;
	struct svp_echo echo;

	KUNIT_ASSERT_NOT_NULL(test, buf);
	memcpy(buf, request, sizeof(request));
	buf[2] = (len - 4) >> 8;
	buf[3] = len - 4;
	/* zeros behind: TLVs of type 0 without a value, none of them known */
	KUNIT_EXPECT_EQ(test, decode(test, buf, len, &echo), SVP_ECHO_OK);
	KUNIT_EXPECT_EQ(test, echo.unknown, (len - sizeof(request)) / 4);
	KUNIT_EXPECT_EQ(test, decode(test, buf, len + 1, &echo), SVP_ECHO_SHORT);
}

static void heads(struct kunit *test)
{
	struct svp_echo echo;
	u8 buf[sizeof(request)];
	unsigned int i;

	for (i = 0; i < 256; i++) {
		enum svp_echo_err want = SVP_ECHO_MSG;

		memcpy(buf, request, sizeof(buf));
		buf[0] = i;
		if (i >> 6)
			want = SVP_ECHO_VERSION;
		else if (i == SVCPLANE_OAM_ECHO)
			want = SVP_ECHO_OK;
		KUNIT_EXPECT_EQ(test, decode(test, buf, sizeof(buf), &echo), want);

		memcpy(buf, request, sizeof(buf));
		buf[8] = i;
		want = i == 1 || i == 2 ? SVP_ECHO_OK : SVP_ECHO_TYPE;
		KUNIT_EXPECT_EQ(test, decode(test, buf, sizeof(buf), &echo), want);
		KUNIT_EXPECT_EQ(test, echo.handle, request_as.handle);
	}
}

/* What is reserved may have a meaning one day */
static void reserved(struct kunit *test)
{
	struct svp_echo echo;
	u8 buf[sizeof(reply)];

	memcpy(buf, reply, sizeof(buf));
	buf[1] = 0xff;
	memset(buf + 4, 0xff, 4);
	buf[TLVS + 1] = 0xff;
	memset(buf + sizeof(buf) - 3, 0xff, 3);
	KUNIT_EXPECT_EQ(test, decode(test, buf, sizeof(buf), &echo), SVP_ECHO_OK);
	expect_same(test, &echo, &reply_as);
}

static void hop_ranges(struct kunit *test)
{
	static const struct {
		unsigned int at;
		u8 value;
	} wrong[] = {
		{ 0, 0x10 },	/* host 0x1003 */
		{ 1, 0 },	/* host 0 */
		{ 4, 0x10 },	/* next host */
		{ 6, 5 },	/* state */
		{ 12, 64 },	/* TTL */
	};
	struct svp_echo echo;
	u8 buf[sizeof(reply)];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		memcpy(buf, reply, sizeof(buf));
		buf[TLVS + 4 + wrong[i].at] = wrong[i].value;
		KUNIT_EXPECT_EQ(test, decode(test, buf, sizeof(buf), &echo),
				SVP_ECHO_TLVS);
		KUNIT_EXPECT_EQ(test, echo.seq, reply_as.seq);
	}
}

/* A known TLV has one length, whatever follows it */
static void tlv_lengths(struct kunit *test)
{
	static const struct {
		u8 type;
		unsigned int len;
	} known[] = {
		{ SVCPLANE_ECHO_TLV_SFP, 4 },
		{ SVCPLANE_ECHO_TLV_HOP, 16 },
		{ SVCPLANE_ECHO_TLV_NODE, 4 },
	};
	struct svp_echo echo;
	unsigned int i, len;
	u8 buf[ROOM];

	for (i = 0; i < ARRAY_SIZE(known); i++) {
		for (len = 0; len < 32; len++) {
			memcpy(buf, reply, SVP_ECHO_LEN);
			memset(buf + TLVS, 1, 4 + len);
			buf[TLVS] = known[i].type;
			buf[TLVS + 2] = 0;
			buf[TLVS + 3] = len;
			buf[3] = SVP_ECHO_LEN + 4 + len - 4;
			KUNIT_EXPECT_EQ(test, decode(test, buf, SVP_ECHO_LEN + 4 + len, &echo),
					len == known[i].len ? SVP_ECHO_OK : SVP_ECHO_TLVS);
		}
	}
}

static void node_zero(struct kunit *test)
{
	struct svp_echo echo = request_as, back;
	unsigned int len;
	u8 buf[ROOM];

	echo.has |= SVP_ECHO_HAS_NODE;
	len = svp_echo_encode(buf, sizeof(buf), &echo);
	KUNIT_EXPECT_EQ(test, decode(test, buf, len, &back), SVP_ECHO_TLVS);
}

static void twice(struct kunit *test)
{
	struct svp_echo echo;
	u8 buf[sizeof(request) + 8];

	memcpy(buf, request, sizeof(request));
	memcpy(buf + sizeof(request), request + TLVS, 8);
	buf[3] += 8;
	buf[sizeof(buf) - 1] = 1;	/* another SI, which does not count */
	KUNIT_EXPECT_EQ(test, decode(test, buf, sizeof(buf), &echo), SVP_ECHO_OK);
	expect_same(test, &echo, &request_as);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(vectors),
	KUNIT_CASE(all_fields),
	KUNIT_CASE(cut_short),
	KUNIT_CASE(too_long),
	KUNIT_CASE(heads),
	KUNIT_CASE(reserved),
	KUNIT_CASE(hop_ranges),
	KUNIT_CASE(tlv_lengths),
	KUNIT_CASE(node_zero),
	KUNIT_CASE(twice),
	{}
};

static struct kunit_suite suite = {
	.name = "svp_echo",
	.test_cases = cases,
};

kunit_test_suite(suite);
