// SPDX-License-Identifier: GPL-2.0-only
/*
 * libsvcplane against bytes written out by hand from wire.md and RFC 8300.
 *
 * --emit prints frames that the library built, --read describes frames given as
 * hex lines: nsh_scapy.py compares both with an implementation of others.
 */
#include <svcplane.h>
#include "unit.h"

/* Outer Ethernet from the SFF of host 1 to node 3. */
#define OUTER		"0250fe000300 025000010000 894f "
#define OUTER_BACK	"025000010000 0250fe000300 894f "
/* Host 1, interface 2; tenant 7; skip none, chain 1; tag 0x1a2b3c. */
#define CTX		"20010002 00000007 00000001 001a2b3c "
#define CTX_Q		"20010002 80000007 00000001 001a2b3c "
#define CTX_QA		"20010002 80000007 00000001 801a2b3c "
/* TTL 62, length 6, MD 1, Ethernet; SPI 100, SI 254 */
#define MD1_BASE	"0f86 01 03 000064 fe "
/* 10.0.0.1:40000 > 10.0.0.2:80, TCP, seq 1, ACK PSH, "GET /" */
#define INNER_ETH	"020000000002 020000000001 0800 "
#define INNER_IP	"4500002d 00000000 40060000 0a000001 0a000002 "
#define INNER_TCP	"9c40 0050 00000001 00000000 5018 ffff 0000 0000 "
#define INNER		INNER_ETH INNER_IP INNER_TCP "474554202f"
#define FRAME		OUTER MD1_BASE CTX INNER
#define FRAME_Q		OUTER MD1_BASE CTX_Q INNER
/* Control head: version 1, type 6, length 48, to host 1 */
#define BODY_HEAD	"10 06 0030 0000 0001 00000000 0000000000000000 "
#define BODY_VERDICT	"0008 0018 "
/* drop, both, reason 9, now|reject; node, chain, generation; 5000 ms; SPI 0 */
#define BODY_DROP	BODY_HEAD BODY_VERDICT \
			"001a2b3c 01 03 09 03 0000 0000 00000000 00001388 00000000"

static uint8_t *block;

static int parse(struct svcplane_frame *f, const char *text)
{
	size_t len;

	free(block);
	block = unhex(text, &len);
	return svcplane_parse(f, block, len);
}

static void drop_body(struct svcplane_body *b)
{
	struct svcplane_verdict_info v = {
		.tag = 0x1a2b3c, .action = SVCPLANE_ACT_DROP,
		.scope = SVCPLANE_SCOPE_BOTH, .reason = 9,
		.flags = SVCPLANE_VERDICT_NOW | SVCPLANE_VERDICT_REJECT,
		.lifetime = 5000,
	};

	CHECK_EQ(svcplane_body_verdict(b, 1, &v, NULL), 0);
}

static void parse_md1(void)
{
	struct svcplane_frame f;
	struct svcplane_tlv_info t = { 0 };

	CHECK_EQ(parse(&f, FRAME), 0);
	CHECK_EQ(f.spi, 100);
	CHECK_EQ(f.si, 254);
	CHECK_EQ(f.ttl, 62);
	CHECK_EQ(f.mdtype, 1);
	CHECK_EQ(f.next_proto, SVCPLANE_NP_ETHERNET);
	CHECK_EQ(f.nsh_len, 24);
	CHECK_EQ(f.payload_len, 14 + 45);
	CHECK(f.payload == f.data + 38);
	CHECK(!f.oam);
	CHECK(!svcplane_tlv_next(&f, &t));
}

/* Every cut below the end of the NSH is refused, and nothing behind is read. */
static void cut_everywhere(const char *text, size_t headers)
{
	struct svcplane_frame f;
	struct svcplane_inner in;
	size_t len, n;
	uint8_t *whole = unhex(text, &len), *part;
	int err;

	for (n = 0; n <= len; n++) {
		part = malloc(n ? n : 1);
		memcpy(part, whole, n);
		err = svcplane_parse(&f, part, n);
		CHECK_EQ(err, n < headers ? SVCPLANE_E_SHORT : 0);
		if (!err) {
			err = svcplane_inner_parse(&f, &in);
			CHECK(n == len ? !err : err == SVCPLANE_E_SHORT);
			CHECK(!err || !in.payload);
		}
		free(part);
	}
	free(whole);
}

static void parse_truncated_md1(void)
{
	cut_everywhere(FRAME, 38);
}

static void parse_truncated_md2(void)
{
	cut_everywhere(OUTER "0f8b 02 03 000064fe fff60110" CTX
		       "0102 03 05 1122334455000000 " "0000 05 00" INNER,
		       14 + 44);
}

static void parse_refuses(void)
{
	struct svcplane_frame f;

	CHECK_EQ(parse(&f, "0250fe000300 025000010000 0800" MD1_BASE CTX),
		 SVCPLANE_E_ETHERTYPE);
	CHECK_EQ(parse(&f, OUTER "4f860103 000064fe" CTX), SVCPLANE_E_VERSION);
	CHECK_EQ(parse(&f, OUTER "cf860103 000064fe" CTX), SVCPLANE_E_VERSION);
	CHECK_EQ(parse(&f, OUTER "0f860003 000064fe" CTX), SVCPLANE_E_MDTYPE);
	CHECK_EQ(parse(&f, OUTER "0f860303 000064fe" CTX), SVCPLANE_E_MDTYPE);
	CHECK_EQ(parse(&f, OUTER "0f860f03 000064fe" CTX), SVCPLANE_E_MDTYPE);
	/* MD 1 with 5 and 7 words, MD 2 with 0 and 1 */
	CHECK_EQ(parse(&f, OUTER "0f850103 000064fe" CTX), SVCPLANE_E_LENGTH);
	CHECK_EQ(parse(&f, OUTER "0f870103 000064fe" CTX "00000000"),
		 SVCPLANE_E_LENGTH);
	CHECK_EQ(parse(&f, OUTER "0f800203 000064fe"), SVCPLANE_E_LENGTH);
	CHECK_EQ(parse(&f, OUTER "0f810203 000064fe"), SVCPLANE_E_LENGTH);
	CHECK_EQ(parse(&f, OUTER "0f830203 000064fe"), SVCPLANE_E_SHORT);
	CHECK_EQ(parse(&f, OUTER "0fbf0203 000064fe" CTX), SVCPLANE_E_SHORT);
}

static void parse_md2_base_only(void)
{
	struct svcplane_frame f;
	struct svcplane_context c;
	struct svcplane_tlv_info t = { 0 };

	CHECK_EQ(parse(&f, OUTER "0f82 02 03 000064fe" INNER), 0);
	CHECK_EQ(f.nsh_len, 8);
	CHECK(!svcplane_tlv_next(&f, &t));
	CHECK_EQ(svcplane_context_get(&f, &c), SVCPLANE_E_NONE);
}

static void parse_tlvs(void)
{
	struct svcplane_frame f;
	struct svcplane_tlv_info t = { 0 };

	/* lengths 0, 1, 4 with the unassigned bit, 5 */
	CHECK_EQ(parse(&f, OUTER "0f8a 02 03 000064fe 01020300 01020301aa000000"
		       "01020384 bbbbbbbb fff60405 cccccccccc000000"), 0);
	CHECK(svcplane_tlv_next(&f, &t));
	CHECK_EQ(t.md_class, 0x0102);
	CHECK_EQ(t.type, 3);
	CHECK_EQ(t.len, 0);
	CHECK(svcplane_tlv_next(&f, &t));
	CHECK_EQ(t.len, 1);
	CHECK_EQ(t.value[0], 0xaa);
	CHECK(svcplane_tlv_next(&f, &t));
	CHECK_EQ(t.len, 4);
	CHECK(svcplane_tlv_next(&f, &t));
	CHECK_EQ(t.len, 5);
	CHECK_EQ(t.md_class, 0xfff6);
	CHECK(!svcplane_tlv_next(&f, &t));
	/* of duplicates the first */
	CHECK_EQ(svcplane_tlv_find(&f, 0x0102, 3, &t), 0);
	CHECK_EQ(t.len, 0);
	CHECK_EQ(svcplane_tlv_find(&f, 0x0102, 4, &t), SVCPLANE_E_NONE);
}

static void parse_tlv_overrun(void)
{
	struct svcplane_frame f;

	/* 4 bytes of value announced, none there; 5 where 4 are there */
	CHECK_EQ(parse(&f, OUTER "0f83 02 03 000064fe 01020304" INNER),
		 SVCPLANE_E_TLV);
	CHECK_EQ(parse(&f, OUTER "0f84 02 03 000064fe 01020305 00000000" INNER),
		 SVCPLANE_E_TLV);
	CHECK_EQ(parse(&f, OUTER "0f84 02 03 000064fe 0102037f 00000000" INNER),
		 SVCPLANE_E_TLV);
	CHECK_EQ(parse(&f, OUTER "0f84 02 03 000064fe 01020304 00000000" INNER),
		 0);
}

static void parse_metadata_only(void)
{
	struct svcplane_frame f;

	CHECK_EQ(parse(&f, OUTER "0f86 01 00 000064fe" CTX), 0);
	CHECK_EQ(f.payload_len, 0);
	/* padded by Ethernet to 60 bytes, and one byte more */
	CHECK_EQ(parse(&f, OUTER "0f86 01 00 000064fe" CTX
		       "00000000000000000000000000000000000000000000"), 0);
	CHECK_EQ(f.payload_len, 0);
	CHECK_EQ(parse(&f, OUTER "0f86 01 00 000064fe" CTX
		       "0000000000000000000000000000000000000000000000"),
		 SVCPLANE_E_EMPTY);
	CHECK_EQ(parse(&f, OUTER "0f82 02 00 000064fe"), SVCPLANE_E_EMPTY);
}

static void context_forms(void)
{
	struct svcplane_frame f;
	struct svcplane_context c;
	uint8_t out[16];

	CHECK_EQ(parse(&f, OUTER MD1_BASE
		       "2ffe0003 c0abcdef 80400009 ffffffff" INNER), 0);
	CHECK_EQ(svcplane_context_get(&f, &c), 0);
	CHECK_EQ(c.host, 4094);
	CHECK_EQ(c.iface, 3);
	CHECK_EQ(c.tenant, 0xabcdef);
	CHECK(c.query && c.reverse && c.answer);
	CHECK_EQ(c.skip, 0x8040);
	CHECK_EQ(c.chain, 9);
	CHECK_EQ(c.tag, 0x7fffffff);
	svcplane_context_put(&c, out);
	CHECK(same_hex(out, 16, "2ffe0003 c0abcdef 80400009 ffffffff"));

	CHECK_EQ(parse(&f, OUTER "0f87 02 03 000064fe fff60110" CTX INNER), 0);
	CHECK_EQ(svcplane_context_get(&f, &c), 0);
	CHECK_EQ(c.tag, 0x1a2b3c);
	f.md_class = 0xfff7;
	CHECK_EQ(svcplane_context_get(&f, &c), SVCPLANE_E_NONE);
}

static void context_none(void)
{
	struct svcplane_frame f;
	struct svcplane_context c;

	/* all zero; D set; F = 10; a type 1 header of 12 bytes */
	CHECK_EQ(parse(&f, OUTER MD1_BASE "00000000 00000000 00000000 00000000"
		       INNER), 0);
	CHECK_EQ(svcplane_context_get(&f, &c), SVCPLANE_E_NONE);
	CHECK_EQ(c.tag, 0);
	CHECK_EQ(parse(&f, OUTER MD1_BASE "a0010002 00000007 00000001 001a2b3c"),
		 0);
	CHECK_EQ(svcplane_context_get(&f, &c), SVCPLANE_E_NONE);
	CHECK_EQ(parse(&f, OUTER MD1_BASE "40010002 00000007 00000001 001a2b3c"),
		 0);
	CHECK_EQ(svcplane_context_get(&f, &c), SVCPLANE_E_NONE);
	/* hosts 0 and 4095 */
	CHECK_EQ(parse(&f, OUTER MD1_BASE "20000002 00000007 00000001 001a2b3c"),
		 0);
	CHECK_EQ(svcplane_context_get(&f, &c), SVCPLANE_E_NONE);
	CHECK_EQ(parse(&f, OUTER MD1_BASE "2fff0002 00000007 00000001 001a2b3c"),
		 0);
	CHECK_EQ(svcplane_context_get(&f, &c), SVCPLANE_E_NONE);
	CHECK_EQ(parse(&f, OUTER "0f86 02 03 000064fe fff6010c 20010002 00000007"
		       "00000001"), 0);
	CHECK_EQ(svcplane_context_get(&f, &c), SVCPLANE_E_NONE);
}

static void return_in_place(void)
{
	struct svcplane_frame f;

	CHECK_EQ(parse(&f, FRAME), 0);
	CHECK_EQ(svcplane_return(&f), 0);
	CHECK(same_hex(f.data, f.len, OUTER_BACK "0f86 01 03 000064fd" CTX
		       INNER));
	CHECK_EQ(f.si, 253);
	CHECK_EQ(svcplane_return(&f), SVCPLANE_E_STATE);
	CHECK_EQ(f.si, 253);
}

static void return_answers_q(void)
{
	struct svcplane_frame f;

	CHECK_EQ(parse(&f, FRAME_Q), 0);
	CHECK_EQ(svcplane_return(&f), 0);
	CHECK(same_hex(f.data, f.len, OUTER_BACK "0f86 01 03 000064fd" CTX_QA
		       INNER));
	/* md2 form */
	CHECK_EQ(parse(&f, OUTER "0f87 02 03 000064fe fff60110" CTX_Q), 0);
	CHECK_EQ(svcplane_return(&f), 0);
	CHECK(same_hex(f.data, f.len, OUTER_BACK
		       "0f87 02 03 000064fd fff60110" CTX_QA));
}

static void return_keeps_unknown(void)
{
	struct svcplane_frame f;

	/* unassigned bits, O, another layout with the top bit of word 1 */
	CHECK_EQ(parse(&f, OUTER "3f86 f1 03 000064fe"
		       "40010002 80000007 00000001 001a2b3c" INNER), 0);
	CHECK(f.oam);
	CHECK_EQ(svcplane_return(&f), 0);
	CHECK(same_hex(f.data, f.len, OUTER_BACK "3f86 f1 03 000064fd"
		       "40010002 80000007 00000001 001a2b3c" INNER));
}

static void return_si(void)
{
	struct svcplane_frame f;
	uint8_t out[256];

	CHECK_EQ(parse(&f, OUTER "0f86 01 03 00006400" CTX INNER), 0);
	CHECK_EQ(svcplane_return(&f), SVCPLANE_E_SI);
	CHECK_EQ(svcplane_return_copy(&f, out, sizeof(out)), SVCPLANE_E_SI);
	CHECK_EQ(parse(&f, OUTER "0f86 01 03 00006401" CTX INNER), 0);
	CHECK_EQ(svcplane_return(&f), 0);
	CHECK_EQ(f.data[21], 0);
}

static void return_into_buffer(void)
{
	struct svcplane_frame f;
	uint8_t out[256];

	CHECK_EQ(parse(&f, FRAME_Q), 0);
	CHECK_EQ(svcplane_return_copy(&f, out, f.len - 1), SVCPLANE_E_SPACE);
	CHECK_EQ(svcplane_return_copy(&f, out, f.len), f.len);
	CHECK(same_hex(out, f.len, OUTER_BACK "0f86 01 03 000064fd" CTX_QA
		       INNER));
	CHECK(same_hex(f.data, f.len, FRAME_Q));
	/* of a returned one it is a plain copy */
	CHECK_EQ(svcplane_return(&f), 0);
	CHECK_EQ(svcplane_return_copy(&f, out, sizeof(out)), f.len);
	CHECK_EQ(out[21], 253);
}

static void body_drop(void)
{
	struct svcplane_body b;

	drop_body(&b);
	CHECK(same_hex(b.bytes, b.len, BODY_DROP));
}

static void body_repath_with_tuple(void)
{
	struct svcplane_verdict_info v = {
		.action = SVCPLANE_ACT_REPATH, .scope = SVCPLANE_SCOPE_FORWARD,
		.chain = 2, .spi = 0xffefff,
	};
	struct svcplane_tuple_info t = {
		.family = 4, .proto = 6,
		.vlan = SVCPLANE_TUPLE_VLAN_PRESENT | 100,
		.sport = 40000, .dport = 80,
		.src = { 10, 0, 0, 1, 0xff }, .dst = { 10, 0, 0, 2 },
	};
	struct svcplane_body b;

	CHECK_EQ(svcplane_body_verdict(&b, 4094, &v, &t), 0);
	CHECK(same_hex(b.bytes, b.len,
		       "10 06 005c 0000 0ffe 00000000 0000000000000000"
		       "0008 0018 00000000 04 01 00 00 0000 0002 00000000"
		       "00000000 00ffefff"
		       "0009 0028 04 06 1064"
		       "0a000001 00000000 00000000 00000000"
		       "0a000002 00000000 00000000 00000000 9c40 0050"));
}

static void body_user_lengths(void)
{
	struct svcplane_body b;
	uint8_t data[101];

	memset(data, 0xee, sizeof(data));
	CHECK_EQ(svcplane_body_user(&b, 1, "abcde", 5), 0);
	CHECK(same_hex(b.bytes, b.len,
		       "10 08 0020 0000 0001 00000000 0000000000000000"
		       "000a 0005 6162636465 000000"));
	CHECK_EQ(svcplane_body_user(&b, 1, data, 100), 0);
	CHECK_EQ(b.len, 124);
	CHECK_EQ(svcplane_body_user(&b, 1, data, 101), SVCPLANE_E_TOOBIG);
	CHECK_EQ(svcplane_body_user(&b, 1, data, 0), SVCPLANE_E_VALUE);
	CHECK_EQ(svcplane_body_user(&b, 4095, data, 1), SVCPLANE_E_VALUE);
}

static int try_verdict(uint8_t action, uint8_t scope, uint8_t flags,
		       uint16_t chain, uint32_t spi, uint32_t tag)
{
	struct svcplane_verdict_info v = {
		.tag = tag, .action = action, .scope = scope, .flags = flags,
		.chain = chain, .spi = spi,
	};
	struct svcplane_body b;

	return svcplane_body_verdict(&b, 1, &v, NULL);
}

static void body_refuses(void)
{
	struct svcplane_verdict_info v = { .action = 1, .scope = 1 };
	struct svcplane_tuple_info t = { .family = 5 };
	struct svcplane_body b;
	const int bad = SVCPLANE_E_VALUE;

	CHECK_EQ(try_verdict(0, 3, 0, 0, 0, 1), bad);
	CHECK_EQ(try_verdict(5, 3, 0, 0, 0, 1), bad);
	CHECK_EQ(try_verdict(1, 0, 0, 0, 0, 1), bad);
	CHECK_EQ(try_verdict(1, 4, 0, 0, 0, 1), bad);
	CHECK_EQ(try_verdict(1, 3, 4, 0, 0, 1), bad);
	CHECK_EQ(try_verdict(2, 3, 1, 0, 0, 1), bad);
	CHECK_EQ(try_verdict(2, 3, 0, 1, 0, 1), bad);
	CHECK_EQ(try_verdict(3, 3, 0, 0, 1, 1), bad);
	CHECK_EQ(try_verdict(4, 3, 0, 0, 0, 1), bad);
	CHECK_EQ(try_verdict(4, 3, 0, 0, 0xfff000, 1), bad);
	CHECK_EQ(try_verdict(1, 3, 0, 0, 0, 0x80000000), bad);
	CHECK_EQ(try_verdict(4, 3, 0, 0, 0xffefff, 1), 0);
	CHECK_EQ(try_verdict(4, 3, 0, 1, 0, 1), 0);
	CHECK_EQ(try_verdict(1, 3, 3, 0, 0, 0x7fffffff), 0);
	CHECK_EQ(svcplane_body_verdict(&b, 1, &v, &t), bad);
	t.family = 4;
	t.vlan = 100;
	CHECK_EQ(svcplane_body_verdict(&b, 1, &v, &t), bad);
	CHECK_EQ(svcplane_body_verdict(&b, 4095, &v, NULL), bad);
}

static void body_read_back(void)
{
	struct svcplane_msg m;
	size_t len;
	/* ack wanted, origin 3, unknown TLV 0x7777, verdict twice, tuple */
	uint8_t *p = unhex("11 06 0080 0003 0001 01020304 1122334455667788"
		"7777 0001 aa000000"
		"0008 0018 00000005 02 03 07 00 0004 0000 00000009 00000001"
		"00000000"
		"0008 0018 00000006 01 01 00 00 0000 0000 00000000 00000000"
		"00000000"
		"0009 0028 06 11 0000 20010db8000000000000000000000001"
		"20010db8000000000000000000000002 0035 1234", &len);

	CHECK_EQ(len, 128);
	CHECK_EQ(svcplane_body_parse(&m, p, len), 0);
	CHECK_EQ(m.flags, SVCPLANE_CTL_F_ACK_WANTED);
	CHECK_EQ(m.origin, 3);
	CHECK_EQ(m.host, 1);
	CHECK_EQ(m.epoch, 0x01020304);
	CHECK_EQ(m.seq, 0x1122334455667788);
	CHECK_EQ(m.unknown, 1);
	CHECK(m.has_verdict && m.has_tuple);
	CHECK_EQ(m.verdict.tag, 5);
	CHECK_EQ(m.verdict.action, SVCPLANE_ACT_ALLOW);
	CHECK_EQ(m.verdict.node, 4);
	CHECK_EQ(m.verdict.generation, 9);
	CHECK_EQ(m.verdict.lifetime, 1);
	CHECK_EQ(m.tuple.family, 6);
	CHECK_EQ(m.tuple.sport, 53);
	CHECK_EQ(m.tuple.dst[15], 2);
	free(p);
}

static void body_every_length_wrong(void)
{
	struct svcplane_body b;
	struct svcplane_msg m;
	uint8_t *part;
	size_t n;

	drop_body(&b);
	for (n = 0; n < b.len; n++) {
		part = malloc(n ? n : 1);
		memcpy(part, b.bytes, n);
		CHECK_EQ(svcplane_body_parse(&m, part, n),
			 n < 20 ? SVCPLANE_E_SHORT : SVCPLANE_E_LENGTH);
		if (n >= 20) {	/* and with a length field that agrees */
			part[3] = (uint8_t)n;
			CHECK(n == 20 || svcplane_body_parse(&m, part, n) < 0);
		}
		free(part);
	}
	for (n = 0; n < 256; n++) {
		drop_body(&b);
		b.bytes[23] = (uint8_t)n;	/* of the verdict TLV */
		CHECK(n == 24 || svcplane_body_parse(&m, b.bytes, b.len) < 0);
	}
	drop_body(&b);
	b.bytes[0] = 0x20;
	CHECK_EQ(svcplane_body_parse(&m, b.bytes, b.len), SVCPLANE_E_VERSION);
}

static void attach_to_md1(void)
{
	struct svcplane_frame f;
	struct svcplane_body b;
	uint8_t out[512];
	int len;

	CHECK_EQ(parse(&f, FRAME_Q), 0);
	drop_body(&b);
	len = svcplane_attach(&f, &b, out, sizeof(out));
	/* 8 + 20 + 4 + 48 = 80 bytes = 20 words */
	CHECK(same_hex(out, (size_t)len, OUTER_BACK "0f94 02 03 000064fd"
		       "fff60110" CTX_QA "fff60230" BODY_DROP INNER));
	CHECK_EQ(len, f.len + 8 + b.len);
	CHECK(same_hex(f.data, f.len, FRAME_Q));
	CHECK_EQ(svcplane_attach(&f, &b, out, (size_t)len), len);
	CHECK_EQ(svcplane_attach(&f, &b, out, (size_t)len - 1),
		 SVCPLANE_E_SPACE);
	CHECK_EQ(svcplane_attach_header(&f, &b, out, 94), 94);
	CHECK_EQ(svcplane_attach_header(&f, &b, out, 93), SVCPLANE_E_SPACE);
	/* a frame already turned round is not turned again */
	CHECK_EQ(svcplane_return(&f), 0);
	len = svcplane_attach(&f, &b, out, sizeof(out));
	CHECK(same_hex(out, (size_t)len, OUTER_BACK "0f94 02 03 000064fd"
		       "fff60110" CTX_QA "fff60230" BODY_DROP INNER));
}

static void attach_to_md2(void)
{
	struct svcplane_frame f;
	struct svcplane_body b;
	uint8_t out[512];
	int len;

	/* other headers keep order, unassigned bit and padding; an old message
	 * of ours goes
	 */
	CHECK_EQ(parse(&f, OUTER "1f8e f2 03 000064fe 01020381 aa000000"
		       "fff60110" CTX "fff60204 11223344 fff70200"
		       "00000504 00000007" INNER), 0);
	drop_body(&b);
	len = svcplane_attach(&f, &b, out, sizeof(out));
	CHECK(same_hex(out, (size_t)len, OUTER_BACK "1f99 f2 03 000064fd"
		       "fff60110" CTX "01020381 aa000000 fff70200"
		       "00000504 00000007 fff60230" BODY_DROP INNER));
	CHECK_EQ(svcplane_parse(&f, out, (size_t)len), 0);
}

static void attach_without_context(void)
{
	struct svcplane_frame f;
	struct svcplane_body b;
	uint8_t out[512];
	int len;

	CHECK_EQ(parse(&f, OUTER "0f82 02 03 000064fe" INNER), 0);
	CHECK_EQ(svcplane_body_user(&b, 0, "abcd", 4), 0);
	len = svcplane_attach(&f, &b, out, sizeof(out));
	CHECK(same_hex(out, (size_t)len, OUTER_BACK "0f8f 02 03 000064fd"
		       "fff60110 00000000 00000000 00000000 00000000 fff6021c"
		       "1008001c 00000000 00000000 0000000000000000"
		       "000a0004 61626364" INNER));
}

static void attach_refuses(void)
{
	struct svcplane_frame f;
	struct svcplane_body b, user;
	struct svcplane_context c = { 0 };
	uint8_t out[512], data[100] = { 0 }, big[14 + 252];

	drop_body(&b);
	CHECK_EQ(parse(&f, OUTER "2f86 01 03 000064fe" CTX), 0);
	CHECK_EQ(svcplane_attach(&f, &b, out, sizeof(out)), SVCPLANE_E_OAM);
	CHECK_EQ(parse(&f, OUTER "0f86 01 07 000064fe" CTX), 0);
	CHECK_EQ(svcplane_attach(&f, &b, out, sizeof(out)), SVCPLANE_E_OAM);
	CHECK_EQ(parse(&f, OUTER "0f86 01 00 000064fe" CTX), 0);
	CHECK_EQ(svcplane_attach(&f, &b, out, sizeof(out)), SVCPLANE_E_EMPTY);
	CHECK_EQ(parse(&f, OUTER "0f86 01 03 00006400" CTX), 0);
	CHECK_EQ(svcplane_attach(&f, &b, out, sizeof(out)), SVCPLANE_E_SI);
	CHECK_EQ(parse(&f, OUTER "0f84 02 03 000064fe 00000204 00000000"), 0);
	CHECK_EQ(svcplane_attach(&f, &b, out, sizeof(out)),
		 SVCPLANE_E_INTEGRITY);
	CHECK_EQ(parse(&f, FRAME), 0);
	b.len = 0;
	CHECK_EQ(svcplane_attach(&f, &b, out, sizeof(out)), SVCPLANE_E_VALUE);

	/* 63 words: context, 96 bytes of others, 128 of body just fit */
	CHECK_EQ(svcplane_body_user(&user, 0, data, 100), 0);
	memset(big, 0, sizeof(big));
	memcpy(big, f.data, 14);
	memcpy(big + 14, "\x0f\x9a\x02\x03\x00\x00\x64\xfe\x12\x34\x01\x5c", 12);
	CHECK_EQ(svcplane_parse(&f, big, 14 + 26 * 4), 0);
	CHECK_EQ(svcplane_context_get(&f, &c), SVCPLANE_E_NONE);
	CHECK_EQ(svcplane_attach(&f, &user, out, sizeof(out)), 14 + 252);
	CHECK_EQ(out[15] & 0x3f, 63);
	big[15] = 0x9b;
	big[25] = 0x60;
	CHECK_EQ(svcplane_parse(&f, big, 14 + 27 * 4), 0);
	CHECK_EQ(svcplane_attach(&f, &user, out, sizeof(out)),
		 SVCPLANE_E_TOOBIG);
}

#define MD_ONLY		OUTER_BACK "0f94 02 00 000064fd fff60110" CTX_QA \
			"fff60230" BODY_DROP

static void md_only_bytes(void)
{
	struct svcplane_frame f;
	struct svcplane_path p;
	struct svcplane_body b;
	uint8_t out[SVCPLANE_HEADER_MAX];
	int len;

	CHECK_EQ(parse(&f, FRAME_Q), 0);
	CHECK_EQ(svcplane_path_get(&f, &p), 0);
	drop_body(&b);
	len = svcplane_md_only(&p, &b, out, sizeof(out));
	CHECK(same_hex(out, (size_t)len, MD_ONLY));
	CHECK_EQ(svcplane_md_only(&p, &b, out, (size_t)len), len);
	CHECK_EQ(svcplane_md_only(&p, &b, out, (size_t)len - 1),
		 SVCPLANE_E_SPACE);
	/* the same from a frame that went back already */
	CHECK_EQ(svcplane_return(&f), 0);
	CHECK_EQ(svcplane_path_get(&f, &p), 0);
	len = svcplane_md_only(&p, &b, out, sizeof(out));
	CHECK(same_hex(out, (size_t)len, MD_ONLY));
}

static void md_only_names_flow(void)
{
	struct svcplane_verdict_info v = {
		.action = SVCPLANE_ACT_DROP, .scope = SVCPLANE_SCOPE_BOTH,
	};
	struct svcplane_tuple_info t = { .family = 6 };
	struct svcplane_path p = { .spi = 1, .si = 255, .ttl = 63,
				   .md_class = SVCPLANE_MD_CLASS };
	struct svcplane_body b;
	uint8_t out[SVCPLANE_HEADER_MAX];

	CHECK_EQ(svcplane_body_verdict(&b, 1, &v, NULL), 0);
	CHECK_EQ(svcplane_md_only(&p, &b, out, sizeof(out)), SVCPLANE_E_VALUE);
	CHECK_EQ(svcplane_body_verdict(&b, 1, &v, &t), 0);
	CHECK(svcplane_md_only(&p, &b, out, sizeof(out)) > 0);
	CHECK_EQ(svcplane_body_user(&b, 1, "x", 1), 0);
	CHECK(svcplane_md_only(&p, &b, out, sizeof(out)) > 0);
	p.spi = 0x1000000;
	CHECK_EQ(svcplane_md_only(&p, &b, out, sizeof(out)), SVCPLANE_E_VALUE);
}

static void message_read_back(void)
{
	struct svcplane_frame f;
	struct svcplane_msg m;

	CHECK_EQ(parse(&f, MD_ONLY), 0);
	CHECK_EQ(svcplane_message(&f, &m), 0);
	CHECK_EQ(m.type, SVCPLANE_CTL_VERDICT);
	CHECK_EQ(m.verdict.tag, 0x1a2b3c);
	CHECK_EQ(m.verdict.reason, 9);
	CHECK_EQ(m.verdict.lifetime, 5000);
	CHECK_EQ(parse(&f, FRAME), 0);
	CHECK_EQ(svcplane_message(&f, &m), SVCPLANE_E_NONE);
}

static int inner(struct svcplane_inner *in, const char *text)
{
	static char all[2048];
	struct svcplane_frame f;

	snprintf(all, sizeof(all), "%s%s%s%s", OUTER, MD1_BASE, CTX, text);
	if (parse(&f, all))
		return 1;
	return svcplane_inner_parse(&f, in);
}

static void inner_tcp4(void)
{
	struct svcplane_tuple_info t;
	struct svcplane_inner in;

	/* with 3 bytes of Ethernet padding */
	CHECK_EQ(inner(&in, INNER "000000"), 0);
	CHECK_EQ(in.family, 4);
	CHECK_EQ(in.proto, 6);
	CHECK_EQ(in.vlan, 0);
	CHECK_EQ(in.sport, 40000);
	CHECK_EQ(in.dport, 80);
	CHECK_EQ(in.tcp_seq, 1);
	CHECK_EQ(in.tcp_flags, 0x18);
	CHECK_EQ(in.payload_len, 5);
	CHECK(!memcmp(in.payload, "GET /", 5));
	CHECK_EQ(svcplane_tuple_from_inner(&in, &t), 0);
	CHECK_EQ(t.dport, 80);
}

static void inner_vlan(void)
{
	struct svcplane_tuple_info t;
	struct svcplane_inner in;

	CHECK_EQ(inner(&in, "020000000002 020000000001 8100 6064 0800 "
		       INNER_IP INNER_TCP "474554202f"), 0);
	CHECK_EQ(in.vlan, SVCPLANE_TUPLE_VLAN_PRESENT | 100);
	CHECK_EQ(in.inner_vlan, 0);
	CHECK_EQ(in.payload_len, 5);
	CHECK_EQ(svcplane_tuple_from_inner(&in, &t), 0);
	CHECK_EQ(t.vlan, SVCPLANE_TUPLE_VLAN_PRESENT | 100);
	CHECK_EQ(inner(&in, "020000000002 020000000001 88a8 0001 8100 0002 0800"
		       INNER_IP INNER_TCP "474554202f"), 0);
	CHECK_EQ(in.vlan, SVCPLANE_TUPLE_VLAN_PRESENT | 1);
	CHECK_EQ(in.inner_vlan, SVCPLANE_TUPLE_VLAN_PRESENT | 2);
	CHECK_EQ(in.payload_len, 5);
	/* a tuple has room for one tag, and might name a flow without the other */
	CHECK_EQ(svcplane_tuple_from_inner(&in, &t), SVCPLANE_E_NONE);
	/* three tags: not looked below */
	CHECK_EQ(inner(&in, "020000000002 020000000001 88a8 0001 8100 0002 8100"
		       "0003 0800" INNER_IP INNER_TCP "474554202f"), 0);
	CHECK_EQ(in.family, 0);
}

#define IP6(next, plen)	"020000000002 020000000001 86dd 60000000" plen next "40" \
			"20010db8000000000000000000000001" \
			"20010db8000000000000000000000002 "

static void inner_ipv6(void)
{
	struct svcplane_inner in;

	CHECK_EQ(inner(&in, IP6("06", "0016") INNER_TCP "6869"), 0);
	CHECK_EQ(in.family, 6);
	CHECK_EQ(in.payload_len, 2);
	/* hop by hop, then destination options of 16 bytes */
	CHECK_EQ(inner(&in, IP6("00", "002e") "3c00000000000000"
		       "06010000000000000000000000000000" INNER_TCP "6869"), 0);
	CHECK_EQ(in.proto, 6);
	CHECK_EQ(in.payload_len, 2);
	/* first fragment, then a later one */
	CHECK_EQ(inner(&in, IP6("2c", "001e") "0600000100000001" INNER_TCP "6869"),
		 0);
	CHECK(in.fragment && !in.later);
	CHECK_EQ(in.sport, 40000);
	CHECK_EQ(inner(&in, IP6("2c", "000a") "0600000800000001 6869"), 0);
	CHECK(in.fragment && in.later);
	CHECK(!in.payload);
	/* an extension header that is cut off; UDP with a wrong length */
	CHECK_EQ(inner(&in, IP6("00", "0008") "06ff000000000000"),
		 SVCPLANE_E_SHORT);
	CHECK_EQ(inner(&in, IP6("11", "0008") "0035003500090000"),
		 SVCPLANE_E_LENGTH);
}

static void inner_too_many_extensions(void)
{
	struct svcplane_inner in;

	CHECK_EQ(inner(&in, IP6("3c", "0054")
		       "3c00000000000000 3c00000000000000 3c00000000000000"
		       "3c00000000000000 3c00000000000000 3c00000000000000"
		       "3c00000000000000 0600000000000000" INNER_TCP), 0);
	CHECK_EQ(inner(&in, IP6("3c", "005c")
		       "3c00000000000000 3c00000000000000 3c00000000000000"
		       "3c00000000000000 3c00000000000000 3c00000000000000"
		       "3c00000000000000 3c00000000000000 0600000000000000"
		       INNER_TCP), SVCPLANE_E_LENGTH);
}

static void inner_others(void)
{
	struct svcplane_inner in;
	struct svcplane_tuple_info t;

	/* ARP; later IPv4 fragment; bad IHL; TCP offset 4; ICMP echo */
	CHECK_EQ(inner(&in, "ffffffffffff 020000000001 0806 0001"), 0);
	CHECK_EQ(in.family, 0);
	CHECK_EQ(svcplane_tuple_from_inner(&in, &t), SVCPLANE_E_NONE);
	CHECK_EQ(inner(&in, INNER_ETH "45000018 00010001 40060000 0a000001"
		       "0a000002 00000000"), 0);
	CHECK(in.later);
	CHECK_EQ(svcplane_tuple_from_inner(&in, &t), SVCPLANE_E_NONE);
	CHECK_EQ(inner(&in, INNER_ETH "4400002d 00000000 40060000 0a000001"
		       "0a000002 00000000"), SVCPLANE_E_LENGTH);
	CHECK_EQ(inner(&in, INNER_ETH INNER_IP "9c400050 00000001 00000000"
		       "4018ffff 00000000 474554202f"), SVCPLANE_E_LENGTH);
	CHECK(!in.payload);
	CHECK_EQ(inner(&in, INNER_ETH "4500001c 00000000 40010000 0a000001"
		       "0a000002 08000000 12340001"), 0);
	CHECK_EQ(in.sport, 0x1234);
	CHECK_EQ(in.dport, 0x1234);
}

static void inner_needs_frame(void)
{
	struct svcplane_frame f;
	struct svcplane_inner in;

	CHECK_EQ(parse(&f, OUTER "0f86 01 04 000064fe" CTX MD1_BASE CTX), 0);
	CHECK_EQ(svcplane_inner_parse(&f, &in), SVCPLANE_E_NONE);
	CHECK_EQ(parse(&f, OUTER "0f86 01 01 000064fe" CTX INNER_IP INNER_TCP
		       "474554202f"), 0);
	CHECK_EQ(svcplane_inner_parse(&f, &in), 0);
	CHECK_EQ(in.dport, 80);
}

static void strerror_total(void)
{
	int i;

	for (i = -40; i < 40; i++)
		CHECK(svcplane_strerror(i) && *svcplane_strerror(i));
	CHECK(!strcmp(svcplane_strerror(INT32_MIN), "unknown error"));
}

/* Everything a frame can be put through; the sanitizers are the judges. */
static void put_through(uint8_t *data, size_t len)
{
	uint8_t out[SVCPLANE_HEADER_MAX];
	struct svcplane_tuple_info t;
	struct svcplane_context c;
	struct svcplane_inner in;
	struct svcplane_frame f, g;
	struct svcplane_path p;
	struct svcplane_body b;
	struct svcplane_msg m;
	int n;

	if (svcplane_parse(&f, data, len))
		return;
	svcplane_context_get(&f, &c);
	svcplane_message(&f, &m);
	if (!svcplane_inner_parse(&f, &in))
		svcplane_tuple_from_inner(&in, &t);
	if (svcplane_body_user(&b, c.host % 4095, data, 14))
		return;
	n = svcplane_attach_header(&f, &b, out, sizeof(out));
	if (n > 0 && f.payload_len) {
		uint8_t *all = malloc((size_t)n + f.payload_len);

		n = svcplane_attach(&f, &b, all, (size_t)n + f.payload_len);
		CHECK(n > 0 && !svcplane_parse(&g, all, (size_t)n));
		CHECK_EQ(svcplane_message(&g, &m), 0);
		free(all);
	}
	if (!svcplane_path_get(&f, &p)) {
		n = svcplane_md_only(&p, &b, out, sizeof(out));
		CHECK(n > 0 && !svcplane_parse(&g, out, (size_t)n));
	}
	svcplane_return(&f);
	CHECK_EQ(svcplane_parse(&g, data, len), 0);
}

static uint32_t rnd_state = 1;

static uint32_t rnd(uint32_t below)
{
	rnd_state = rnd_state * 1664525u + 1013904223u;
	return (rnd_state >> 8) % below;
}

static void random_damage(void)
{
	static const char *const seeds[] = {
		FRAME, FRAME_Q, MD_ONLY,
		OUTER "0f94 02 03 000064fd fff60110" CTX_QA "fff60230" BODY_DROP
		INNER,
		OUTER MD1_BASE CTX IP6("00", "002e") "3c00000000000000"
		"06010000000000000000000000000000" INNER_TCP "6869",
	};
	size_t len, cut, k;
	uint8_t *p, *part;
	unsigned int i;

	for (i = 0; i < 100000; i++) {
		p = unhex(seeds[rnd(5)], &len);
		for (k = rnd(4); k; k--)
			p[rnd(3) ? rnd((uint32_t)len) : 14 + rnd(24)] =
				(uint8_t)rnd(256);
		cut = rnd(2) ? len : rnd((uint32_t)len + 1);
		part = malloc(cut ? cut : 1);
		memcpy(part, p, cut);
		put_through(part, cut);
		free(part);
		free(p);
	}
}

static void print_hex(const uint8_t *p, int len)
{
	while (len-- > 0)
		printf("%02x", *p++);
	printf("\n");
}

/* Frames for others to judge: returned, returned with a verdict, alone. */
static int emit(void)
{
	uint8_t out[512];
	struct svcplane_frame f;
	struct svcplane_path p;
	struct svcplane_body b;

	drop_body(&b);
	parse(&f, FRAME_Q);
	print_hex(out, svcplane_return_copy(&f, out, sizeof(out)));
	print_hex(out, svcplane_attach(&f, &b, out, sizeof(out)));
	svcplane_path_get(&f, &p);
	print_hex(out, svcplane_md_only(&p, &b, out, sizeof(out)));
	free(block);
	return 0;
}

static int read_lines(void)
{
	char line[4096];
	struct svcplane_context c;
	struct svcplane_inner in;
	struct svcplane_frame f;
	int err;

	while (fgets(line, sizeof(line), stdin)) {
		err = parse(&f, line);
		if (err) {
			printf("%s\n", svcplane_strerror(err));
			continue;
		}
		svcplane_context_get(&f, &c);
		svcplane_inner_parse(&f, &in);
		printf("spi %u si %u ttl %u md %u np %u tag %x dport %u len %zu\n",
		       f.spi, f.si, f.ttl, f.mdtype, f.next_proto, c.tag,
		       in.dport, in.payload_len);
	}
	free(block);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "--emit"))
		return emit();
	if (argc > 1 && !strcmp(argv[1], "--read"))
		return read_lines();
	RUN(parse_md1);
	RUN(parse_truncated_md1);
	RUN(parse_truncated_md2);
	RUN(parse_refuses);
	RUN(parse_md2_base_only);
	RUN(parse_tlvs);
	RUN(parse_tlv_overrun);
	RUN(parse_metadata_only);
	RUN(context_forms);
	RUN(context_none);
	RUN(return_in_place);
	RUN(return_answers_q);
	RUN(return_keeps_unknown);
	RUN(return_si);
	RUN(return_into_buffer);
	RUN(body_drop);
	RUN(body_repath_with_tuple);
	RUN(body_user_lengths);
	RUN(body_refuses);
	RUN(body_read_back);
	RUN(body_every_length_wrong);
	RUN(attach_to_md1);
	RUN(attach_to_md2);
	RUN(attach_without_context);
	RUN(attach_refuses);
	RUN(md_only_bytes);
	RUN(md_only_names_flow);
	RUN(message_read_back);
	RUN(inner_tcp4);
	RUN(inner_vlan);
	RUN(inner_ipv6);
	RUN(inner_too_many_extensions);
	RUN(inner_others);
	RUN(inner_needs_frame);
	RUN(strerror_total);
	RUN(random_damage);
	free(block);
	return unit_end();
}
