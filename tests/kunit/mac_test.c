// SPDX-License-Identifier: GPL-2.0-only
/*
 * Suite of pair keys and MAC#1: RFC 7748 and RFC 4231, the vectors of
 * Documentation/wire.md, and every bit of a message turned over.
 */
#include <crypto/hash.h>
#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/unaligned.h>

#include "mac.h"
#include "wire.h"

#define ROOM	192

static void from_hex(struct kunit *test, u8 *to, const char *hex, size_t len)
{
	KUNIT_ASSERT_EQ(test, strlen(hex), 2 * len);
	KUNIT_ASSERT_EQ(test, hex2bin(to, hex, len), 0);
}

static noinline_for_stack void expect_hex(struct kunit *test, const u8 *got,
					  const char *hex, size_t len)
{
	char text[2 * ROOM + 1] = {};

	bin2hex(text, got, len);
	KUNIT_EXPECT_STREQ(test, text, hex);
}

/* RFC 7748 6.1: what Alice and Bob have */
#define ALICE_PRIVATE \
	"77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"
#define ALICE_PUBLIC \
	"8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"
#define BOB_PRIVATE \
	"5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"
#define BOB_PUBLIC \
	"de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"

static void public_keys(struct kunit *test)
{
	u8 private[SVP_KEY_LEN], public[SVP_KEY_LEN];

	from_hex(test, private, ALICE_PRIVATE, SVP_KEY_LEN);
	KUNIT_EXPECT_TRUE(test, svp_mac_public(public, private));
	expect_hex(test, public, ALICE_PUBLIC, SVP_KEY_LEN);
	from_hex(test, private, BOB_PRIVATE, SVP_KEY_LEN);
	KUNIT_EXPECT_TRUE(test, svp_mac_public(public, private));
	expect_hex(test, public, BOB_PUBLIC, SVP_KEY_LEN);
	memset(private, 0, sizeof(private));
	KUNIT_EXPECT_FALSE(test, svp_mac_public(public, private));
}

#define JEFE_KEY \
	"4a65666500000000000000000000000000000000000000000000000000000000"
#define OB_KEY \
	"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b000000000000000000000000"
#define COUNT_KEY \
	"0102030405060708090a0b0c0d0e0f1011121314151617181900000000000000"
#define CD_TEXT \
	"cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd" \
	"cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"

/* RFC 4231 has keys of other lengths; padded with zeros they are the same */
static void hmac(struct kunit *test)
{
	static const struct {
		const char *key, *text, *mac;
	} cases[] = {
		{ JEFE_KEY,
		  "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
		  "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
		{ OB_KEY,
		  "4869205468657265",
		  "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
		{ COUNT_KEY,
		  CD_TEXT,
		  "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b" },
	};
	u8 key[SVP_KEY_LEN], text[ROOM], mac[32];
	struct svp_mac_key by;
	unsigned int i, len;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		from_hex(test, key, cases[i].key, sizeof(key));
		len = strlen(cases[i].text) / 2;
		from_hex(test, text, cases[i].text, len);
		KUNIT_ASSERT_EQ(test, svp_mac_key_set(&by, key), 0);
		KUNIT_EXPECT_EQ(test, crypto_shash_tfm_digest(by.hmac, text, len,
							      mac), 0);
		expect_hex(test, mac, cases[i].mac, sizeof(mac));
		svp_mac_key_clear(&by);
		KUNIT_EXPECT_NULL(test, by.hmac);
	}
}

/* Host 1 is Alice, host 2 Bob, in plane 7 */
struct two {
	u8 private[2][SVP_KEY_LEN];
	u8 public[2][SVP_KEY_LEN];
	struct svp_pair pair;
};

static void two_init(struct kunit *test, struct two *t)
{
	from_hex(test, t->private[0], ALICE_PRIVATE, SVP_KEY_LEN);
	from_hex(test, t->private[1], BOB_PRIVATE, SVP_KEY_LEN);
	from_hex(test, t->public[0], ALICE_PUBLIC, SVP_KEY_LEN);
	from_hex(test, t->public[1], BOB_PUBLIC, SVP_KEY_LEN);
	t->pair = (struct svp_pair){
		.tenant = 7, .id = { 1, 2 },
		.public = { t->public[0], t->public[1] },
	};
}

static void same_text(struct kunit *test, const struct svp_mac_key *a,
		      const struct svp_mac_key *b, bool same)
{
	u8 mac[2][32];

	crypto_shash_tfm_digest(a->hmac, "text", 4, mac[0]);
	crypto_shash_tfm_digest(b->hmac, "text", 4, mac[1]);
	KUNIT_EXPECT_EQ(test, !memcmp(mac[0], mac[1], 32), same);
}

/* The key of Documentation/wire.md */
#define PAIR_KEY \
	"51120ebce31b28c325db25add972cdd46e2b1796a801ea5813a9a169cbf4d286"

static void pair_key(struct kunit *test)
{
	struct svp_mac_key mine, theirs, known, other;
	u8 key[SVP_KEY_LEN];
	struct two t;

	two_init(test, &t);
	KUNIT_ASSERT_EQ(test, svp_mac_pair(&mine, t.private[0], t.public[1],
					   &t.pair), 0);
	KUNIT_ASSERT_EQ(test, svp_mac_pair(&theirs, t.private[1], t.public[0],
					   &t.pair), 0);
	from_hex(test, key, PAIR_KEY, sizeof(key));
	KUNIT_ASSERT_EQ(test, svp_mac_key_set(&known, key), 0);
	same_text(test, &mine, &theirs, true);
	same_text(test, &mine, &known, true);
	t.pair.tenant = 8;
	KUNIT_ASSERT_EQ(test, svp_mac_pair(&other, t.private[0], t.public[1],
					   &t.pair), 0);
	same_text(test, &mine, &other, false);
	svp_mac_key_clear(&other);
	t.pair.tenant = 7;
	t.pair.id[1] = 3;
	KUNIT_ASSERT_EQ(test, svp_mac_pair(&other, t.private[0], t.public[1],
					   &t.pair), 0);
	same_text(test, &mine, &other, false);
	svp_mac_key_clear(&other);
	svp_mac_key_clear(&mine);
	svp_mac_key_clear(&theirs);
	svp_mac_key_clear(&known);
}

/* Points of small order: the secret would be known to everybody */
static void small_order(struct kunit *test)
{
	static const char *const points[] = {
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0100000000000000000000000000000000000000000000000000000000000000",
		"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
		"5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	};
	struct svp_mac_key key;
	u8 point[SVP_KEY_LEN];
	struct two t;
	unsigned int i;

	two_init(test, &t);
	for (i = 0; i < ARRAY_SIZE(points); i++) {
		from_hex(test, point, points[i], sizeof(point));
		KUNIT_EXPECT_EQ(test, svp_mac_pair(&key, t.private[0], point,
						   &t.pair), -EKEYREJECTED);
		KUNIT_EXPECT_NULL(test, key.hmac);
	}
}

/* A user message of host 1 to host 2, as Documentation/wire.md has it */
struct signed_msg {
	unsigned int len;
	u8 nsh[ROOM];
};

static void sign_user(struct kunit *test, const struct svp_mac_key *key,
		      struct signed_msg *m)
{
	struct svp_nsh_ctx nsh_ctx = { .host = 1, .tenant = 7 };
	struct svp_ctl_msg msg = {
		.type = SVCPLANE_CTL_USER,
		.flags = SVCPLANE_CTL_F_ACK_WANTED,
		.origin = 1, .dest = 2, .epoch = 0x11223344,
		.seq = 0x0102030405060708ULL,
		.has = SVP_WIRE_HAS(USER), .user = { "abcde", 5 },
	};
	struct svp_nsh_tmpl tmpl = {
		.spi = 0xFFF002, .si = 255, .ttl = 63, .mdtype = 2,
		.next = SVCPLANE_NP_NONE,
	};
	u8 ctx[ROOM], body[ROOM];
	__be32 words[4];
	unsigned int n;

	svp_nsh_ctx_encode(words, &nsh_ctx, SVP_NSH_SHOW_MD2);
	n = svp_nsh_tlv_put(ctx, ROOM, 0xFFF6, 1, words, 16);
	n += svp_nsh_tlv_put(ctx + n, ROOM - n, 0xFFF6, 2, body,
			     svp_wire_encode(body, ROOM, &msg));
	n += svp_mac1_put(ctx + n, ROOM - n, 0x0102, 0x6000000080000000ULL);
	tmpl.ctx = ctx;
	tmpl.ctx_len = n;
	m->len = svp_nsh_build(m->nsh, ROOM, &tmpl);
	KUNIT_ASSERT_EQ(test, m->len, 8U + 20 + 36 + 32);
	KUNIT_ASSERT_EQ(test, svp_mac_sign(key, m->nsh, m->len, NULL, 0), 0);
}

#define SIGNED \
	"0fd80200fff002fffff6011020010000000000070000000000000000fff60220" \
	"1108002000010002112233440102030405060708000a00056162636465000000" \
	"0000021c020102600000008000000000ba5709b2fbdee93ff983409241ee9511"

static void make_key(struct kunit *test, struct svp_mac_key *key)
{
	struct two t;

	two_init(test, &t);
	KUNIT_ASSERT_EQ(test, svp_mac_pair(key, t.private[0], t.public[1],
					   &t.pair), 0);
}

static void signed_bytes(struct kunit *test)
{
	struct svp_mac_key key;
	struct signed_msg m;
	struct svp_mac1 mac1;
	struct svp_nsh nsh;

	make_key(test, &key);
	sign_user(test, &key, &m);
	expect_hex(test, m.nsh, SIGNED, m.len);
	KUNIT_ASSERT_EQ(test, svp_nsh_parse(m.nsh, m.len, &nsh), SVP_NSH_OK);
	KUNIT_ASSERT_TRUE(test, svp_mac1_get(&nsh, &mac1));
	KUNIT_EXPECT_EQ(test, mac1.key_id, 0x0102);
	KUNIT_EXPECT_EQ(test, mac1.timestamp, 0x6000000080000000ULL);
	KUNIT_EXPECT_PTR_EQ(test, mac1.mac, m.nsh + m.len - SVP_MAC_LEN);
	KUNIT_EXPECT_TRUE(test, svp_mac_verify(&key, m.nsh, m.len, NULL, 0));
	svp_mac_key_clear(&key);
}

/* The other bodies of Documentation/wire.md */
#define ANNOUNCED \
	"00030250fe00030001000000000402500002000002000005"

#define HELLO \
	"100100300001000211223344000000000000000000010008a1a2a3a4a5a6a7a8" \
	"00030004112233440005000400010000"
#define ANSWER \
	"100200480002000155667788000000000000000000010008b1b2b3b4b5b6b7b8" \
	"00020008a1a2a3a4a5a6a7a80003000455667788000400081112131415161700" \
	"0005000400010000"
#define DONE \
	"1003003c0001000211223344000000000000000000020008b1b2b3b4b5b6b7b8" \
	"00030004112233440004000801020304050607000005000400010000"
#define ACK \
	"1204002800020001556677880000000000000000000600100102030405060708" \
	"0000000011223344"
#define ANNOUNCE \
	"110500300002000155667788111213141516170100070018" \
	ANNOUNCED

static void bodies(struct kunit *test)
{
	static u8 recs[24];
	static const struct {
		struct svp_ctl_msg msg;
		const char *want;
	} cases[] = {
		{ { .type = SVCPLANE_CTL_HELLO, .origin = 1, .dest = 2,
		    .epoch = 0x11223344,
		    .has = SVP_WIRE_HAS(NONCE) | SVP_WIRE_HAS(EPOCH) |
			   SVP_WIRE_HAS(VERSION),
		    .hello = { .nonce = 0xa1a2a3a4a5a6a7a8ULL,
			       .epoch = 0x11223344, .version = 1 } },
		  HELLO },
		{ { .type = SVCPLANE_CTL_HELLO_ANSWER, .origin = 2, .dest = 1,
		    .epoch = 0x55667788,
		    .has = SVP_WIRE_HAS(NONCE) | SVP_WIRE_HAS(PEER_NONCE) |
			   SVP_WIRE_HAS(EPOCH) | SVP_WIRE_HAS(LAST_SEQ) |
			   SVP_WIRE_HAS(VERSION),
		    .hello = { .nonce = 0xb1b2b3b4b5b6b7b8ULL,
			       .peer_nonce = 0xa1a2a3a4a5a6a7a8ULL,
			       .epoch = 0x55667788, .version = 1,
			       .last_seq = 0x1112131415161700ULL } },
		  ANSWER },
		{ { .type = SVCPLANE_CTL_HELLO_DONE, .origin = 1, .dest = 2,
		    .epoch = 0x11223344,
		    .has = SVP_WIRE_HAS(PEER_NONCE) | SVP_WIRE_HAS(EPOCH) |
			   SVP_WIRE_HAS(LAST_SEQ) | SVP_WIRE_HAS(VERSION),
		    .hello = { .peer_nonce = 0xb1b2b3b4b5b6b7b8ULL,
			       .epoch = 0x11223344, .version = 1,
			       .last_seq = 0x0102030405060700ULL } },
		  DONE },
		{ { .type = SVCPLANE_CTL_ACK, .flags = SVCPLANE_CTL_F_ACK,
		    .origin = 2, .dest = 1, .epoch = 0x55667788,
		    .ack = { .seq = 0x0102030405060708ULL,
			     .epoch = 0x11223344 } },
		  ACK },
		{ { .type = SVCPLANE_CTL_ANNOUNCE,
		    .flags = SVCPLANE_CTL_F_ACK_WANTED, .origin = 2, .dest = 1,
		    .epoch = 0x55667788, .seq = 0x1112131415161701ULL,
		    .has = SVP_WIRE_HAS(NODES), .nodes = { recs, 24 } },
		  ANNOUNCE },
	};

	unsigned int i, len;
	u8 body[ROOM];

	from_hex(test, recs, ANNOUNCED, sizeof(recs));
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		len = svp_wire_encode(body, ROOM, &cases[i].msg);
		KUNIT_EXPECT_EQ(test, len, strlen(cases[i].want) / 2);
		expect_hex(test, body, cases[i].want, len);
	}
}

#define BULK_NSH \
	"0fcf02fefff002fffff60110200100000000000700000000000000000000021c" \
	"020102600000008000000000c45c486ac18ac1cf37f615337c29abd3"

static void bulk_bytes(struct kunit *test)
{
	struct svp_nsh_ctx nsh_ctx = { .host = 1, .tenant = 7 };
	struct svp_ctl_msg msg = {
		.type = SVCPLANE_CTL_FLOW_STATE,
		.flags = SVCPLANE_CTL_F_ACK_WANTED, .origin = 1, .dest = 2,
		.epoch = 0x11223344, .seq = 0x0102030405060709ULL,
	};
	struct svp_nsh_tmpl tmpl = {
		.spi = 0xFFF002, .si = 255, .ttl = 63, .mdtype = 2,
		.next = SVCPLANE_NP_BULK,
	};
	static u8 body[ROOM], flow[120];
	u8 ctx[64], nsh[64];
	struct svp_mac_key key;
	__be32 words[4];
	unsigned int i, len;

	for (i = 0; i < sizeof(flow); i++)
		flow[i] = i;
	msg.flow.data = flow;
	msg.flow.len = sizeof(flow);
	len = svp_wire_encode(body, ROOM, &msg);
	KUNIT_ASSERT_EQ(test, len, 144U);
	svp_nsh_ctx_encode(words, &nsh_ctx, SVP_NSH_SHOW_MD2);
	tmpl.ctx = ctx;
	tmpl.ctx_len = svp_nsh_tlv_put(ctx, 64, 0xFFF6, 1, words, 16);
	tmpl.ctx_len += svp_mac1_put(ctx + 20, 44, 0x0102, 0x6000000080000000ULL);
	KUNIT_ASSERT_EQ(test, svp_nsh_build(nsh, 64, &tmpl), 60U);
	make_key(test, &key);
	KUNIT_EXPECT_EQ(test, svp_mac_sign(&key, nsh, 60, body, len), 0);
	expect_hex(test, nsh, BULK_NSH, 60);
	svp_mac_key_clear(&key);
}

/* TTL and the rest of the base header may change on the way; nothing else */
static void every_bit(struct kunit *test)
{
	struct svp_mac_key key;
	struct signed_msg m;
	unsigned int bit;
	bool ok;

	make_key(test, &key);
	sign_user(test, &key, &m);
	for (bit = 0; bit < m.len * 8; bit++) {
		m.nsh[bit / 8] ^= 1 << bit % 8;
		ok = svp_mac_verify(&key, m.nsh, m.len, NULL, 0);
		KUNIT_EXPECT_EQ_MSG(test, ok, bit < 32, "bit %u", bit);
		m.nsh[bit / 8] ^= 1 << bit % 8;
	}
	KUNIT_EXPECT_TRUE(test, svp_mac_verify(&key, m.nsh, m.len, NULL, 0));
	KUNIT_EXPECT_FALSE(test, svp_mac_verify(&key, m.nsh, m.len, "x", 1));
	svp_mac_key_clear(&key);
}

static void payload(struct kunit *test)
{
	struct svp_mac_key key;
	struct signed_msg m;
	u8 pay[ROOM];
	unsigned int i;

	make_key(test, &key);
	sign_user(test, &key, &m);
	memset(pay, 0x5A, sizeof(pay));
	KUNIT_ASSERT_EQ(test, svp_mac_sign(&key, m.nsh, m.len, pay, ROOM), 0);
	KUNIT_EXPECT_TRUE(test, svp_mac_verify(&key, m.nsh, m.len, pay, ROOM));
	for (i = 0; i < ROOM; i++) {
		pay[i] ^= 0x80;
		KUNIT_EXPECT_FALSE(test, svp_mac_verify(&key, m.nsh, m.len, pay,
							ROOM));
		KUNIT_EXPECT_FALSE(test, svp_mac_verify(&key, m.nsh, m.len, pay,
							i));
		pay[i] ^= 0x80;
	}
	svp_mac_key_clear(&key);
}

/* Context headers around MAC#1, by letter: c ours, m MAC#1, other lengths ... */
struct shape_case {
	const char *name;
	const char *headers;
	bool want;
};

static const struct shape_case shapes[] = {
	{ "last", "cm", true },
	{ "alone", "m", true },
	{ "missing", "c", false },
	{ "none at all", "", false },
	{ "first", "mc", false },
	{ "twice", "mm", false },
	{ "twice with one between", "mcm", false },
	{ "key id of 1 byte", "c1", false },
	{ "key id of 3 bytes", "c3", false },
	{ "a nonce", "cn", false },
	{ "MAC cut short", "cs", false },
	{ "MAC of 20 bytes", "cl", false },
	{ "empty", "ce", false },
	{ "MAC#2", "c2", false },
	{ "of another class", "cx", false },
};

static unsigned int put_shape(u8 *p, unsigned int room, char c)
{
	u8 value[64] = { 2, 1, 2 };

	switch (c) {
	case 'c':
		return svp_nsh_tlv_put(p, room, 0xFFF6, 1, value, 16);
	case 'm':
		return svp_mac1_put(p, room, 0x0102, 5);
	case '1':
	case '3':
		value[0] = c - '0';
		break;
	case 'n':
		value[11] = 4;
		break;
	case 's':
		return svp_nsh_tlv_put(p, room, 0, 2, value, 27);
	case 'l':
		return svp_nsh_tlv_put(p, room, 0, 2, value, 32);
	case 'e':
		return svp_nsh_tlv_put(p, room, 0, 2, value, 0);
	case '2':
		return svp_nsh_tlv_put(p, room, 0, 3, value, 28);
	case 'x':
		return svp_nsh_tlv_put(p, room, 0xFFF6, 2, value, 28);
	}
	return svp_nsh_tlv_put(p, room, 0, 2, value, 28);
}

static void shape_name(const struct shape_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(shape, shapes, shape_name);

static void shape(struct kunit *test)
{
	const struct shape_case *c = test->param_value;
	struct svp_nsh_tmpl tmpl = { .spi = 0xFFF002, .si = 255, .mdtype = 2 };
	u8 ctx[ROOM], nsh_bytes[ROOM];
	struct svp_mac1 mac1;
	struct svp_nsh nsh;
	unsigned int n = 0;
	const char *h;

	for (h = c->headers; *h; h++)
		n += put_shape(ctx + n, ROOM - n, *h);
	tmpl.ctx = ctx;
	tmpl.ctx_len = n;
	n = svp_nsh_build(nsh_bytes, ROOM, &tmpl);
	KUNIT_ASSERT_EQ(test, svp_nsh_parse(nsh_bytes, n, &nsh), SVP_NSH_OK);
	KUNIT_EXPECT_EQ(test, svp_mac1_get(&nsh, &mac1), c->want);
}

static struct kunit_case mac_cases[] = {
	KUNIT_CASE(public_keys),
	KUNIT_CASE(hmac),
	KUNIT_CASE(pair_key),
	KUNIT_CASE(small_order),
	KUNIT_CASE(signed_bytes),
	KUNIT_CASE(bodies),
	KUNIT_CASE(bulk_bytes),
	KUNIT_CASE(every_bit),
	KUNIT_CASE(payload),
	KUNIT_CASE_PARAM(shape, shape_gen_params),
	{}
};

static struct kunit_suite mac_suite = {
	.name = "svcplane_mac",
	.test_cases = mac_cases,
};

kunit_test_suite(mac_suite);
