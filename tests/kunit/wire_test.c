// SPDX-License-Identifier: GPL-2.0-only
/*
 * Suite of control bodies: each message is written and read back, cut off at
 * every byte, given every wrong length, and every field out of its range.
 */
#include <kunit/test.h>

#include "wire.h"

#define ROOM		256
#define CTL		20	/* offset of the first TLV */
#define TLV		4	/* offset of its value */
#define VERDICT		(CTL + TLV)
#define TUPLE		(VERDICT + 24 + TLV)

struct body {
	unsigned int len;
	u8 data[ROOM];
};

static void put16(u8 *p, u16 v)
{
	p[0] = v >> 8;
	p[1] = v;
}

static void put32(u8 *p, u32 v)
{
	put16(p, v >> 16);
	put16(p + 2, v);
}

/* Decodes a copy of exactly @len bytes, so that a byte too many is noticed */
static enum svp_wire_err decode_cut(struct kunit *test, const u8 *p,
				    unsigned int len, struct svp_ctl_msg *msg)
{
	u8 *buf = kunit_kmalloc(test, len + !len, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, buf);
	memcpy(buf, p, len);
	return svp_wire_decode(buf, len, msg);
}

static enum svp_wire_err decode(struct kunit *test, const struct body *b,
				struct svp_ctl_msg *msg)
{
	return decode_cut(test, b->data, b->len, msg);
}

static void msg_init(struct svp_ctl_msg *msg, u8 type)
{
	memset(msg, 0, sizeof(*msg));
	msg->type = type;
	msg->origin = 1;
	msg->dest = 4094;
	msg->epoch = 0x11223344;
	msg->seq = 0x5566778899AABBCCULL;
}

static void make_hello(struct svp_ctl_msg *msg)
{
	msg_init(msg, SVCPLANE_CTL_HELLO);
	msg->seq = 0;
	msg->has = SVP_WIRE_HAS(NONCE) | SVP_WIRE_HAS(EPOCH) |
		   SVP_WIRE_HAS(VERSION);
	msg->hello.nonce = 0x0102030405060708ULL;
	msg->hello.epoch = 0xE1E2E3E4;
	msg->hello.version = 1;
	msg->hello.caps = 0xA5A5;
}

static void make_answer(struct svp_ctl_msg *msg)
{
	make_hello(msg);
	msg->type = SVCPLANE_CTL_HELLO_ANSWER;
	msg->has |= SVP_WIRE_HAS(PEER_NONCE) | SVP_WIRE_HAS(LAST_SEQ);
	msg->hello.peer_nonce = 0xF1F2F3F4F5F6F7F8ULL;
	msg->hello.last_seq = 0xD1D2D3D4D5D6D7D8ULL;
}

static void make_done(struct svp_ctl_msg *msg)
{
	make_answer(msg);
	msg->type = SVCPLANE_CTL_HELLO_DONE;
	msg->has = SVP_WIRE_HAS(PEER_NONCE) | SVP_WIRE_HAS(EPOCH) |
		   SVP_WIRE_HAS(LAST_SEQ);
}

static void make_ack(struct svp_ctl_msg *msg)
{
	msg_init(msg, SVCPLANE_CTL_ACK);
	msg->seq = 0;
	msg->flags = SVCPLANE_CTL_F_ACK;
	msg->has = SVP_WIRE_HAS(ACK);
	msg->ack.seq = 0x0102030405060708ULL;
	msg->ack.epoch = 0xC1C2C3C4;
	msg->ack.status = SVCPLANE_STATUS_RENUMBER;
}

static void make_announce(struct svp_ctl_msg *msg)
{
	static u8 recs[24] = {
		0, 7, 2, 0x50, 0xFE, 0, 7, 0, 1, 9, 0, 3,
		0, 8, 2, 0x50, 0xFE, 0, 8, 0, 4, 0, 1, 2,
	};

	msg_init(msg, SVCPLANE_CTL_ANNOUNCE);
	msg->flags = SVCPLANE_CTL_F_ACK_WANTED;
	msg->has = SVP_WIRE_HAS(NODES);
	msg->nodes.data = recs;
	msg->nodes.len = sizeof(recs);
}

static void make_verdict(struct svp_ctl_msg *msg)
{
	msg_init(msg, SVCPLANE_CTL_VERDICT);
	msg->has = SVP_WIRE_HAS(VERDICT);
	msg->verdict.tag = 0x7F020304;
	msg->verdict.action = SVCPLANE_ACT_DROP;
	msg->verdict.scope = SVCPLANE_SCOPE_BOTH;
	msg->verdict.reason = 0x99;
	msg->verdict.flags = SVCPLANE_VERDICT_NOW | SVCPLANE_VERDICT_REJECT;
	msg->verdict.node = 0x0A0B;
	msg->verdict.chain = 0x0C0D;
	msg->verdict.generation = 0x0E0F1011;
	msg->verdict.lifetime = 0x12131415;
	msg->verdict.spi = SVCPLANE_SPI_MAX;
}

static void make_tuple(struct svp_ctl_msg *msg)
{
	make_verdict(msg);
	msg->has |= SVP_WIRE_HAS(TUPLE);
	msg->verdict.tuple.family = 4;
	msg->verdict.tuple.proto = 6;
	msg->verdict.tuple.vlan[0] = htons(0x1123);
	msg->verdict.tuple.src.ip4 = htonl(0xC0000201);
	msg->verdict.tuple.dst.ip4 = htonl(0xC6336402);
	msg->verdict.tuple.sport = htons(1234);
	msg->verdict.tuple.dport = htons(80);
}

static void make_tuple6(struct svp_ctl_msg *msg)
{
	make_tuple(msg);
	msg->verdict.tuple.family = 6;
	memset(&msg->verdict.tuple.src, 0x21, 16);
	memset(&msg->verdict.tuple.dst, 0x22, 16);
}

static void make_flow(struct svp_ctl_msg *msg)
{
	msg_init(msg, SVCPLANE_CTL_FLOW_STATE);
	msg->has = SVP_WIRE_HAS(FLOW);
	msg->flow.data = (const u8 *)"a flow record";
	msg->flow.len = 13;
}

static void make_user(struct svp_ctl_msg *msg)
{
	msg_init(msg, SVCPLANE_CTL_USER);
	msg->has = SVP_WIRE_HAS(USER);
	msg->user.data = (const u8 *)"hello";
	msg->user.len = 5;
}

struct msg_case {
	const char *name;
	void (*make)(struct svp_ctl_msg *msg);
	unsigned int len;
};

static const struct msg_case msgs[] = {
	{ "hello", make_hello, 20 + 12 + 8 + 8 },
	{ "hello-answer", make_answer, 20 + 12 + 12 + 8 + 12 + 8 },
	{ "hello-done", make_done, 20 + 12 + 8 + 12 },
	{ "ack", make_ack, 20 + 20 },
	{ "announce", make_announce, 20 + 28 },
	{ "verdict", make_verdict, 20 + 28 },
	{ "verdict with tuple", make_tuple, 20 + 28 + 44 },
	{ "verdict with ipv6 tuple", make_tuple6, 20 + 28 + 44 },
	{ "flow-state", make_flow, 20 + 4 + 16 },
	{ "user", make_user, 20 + 4 + 8 },
};

static void msg_name(const struct msg_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(msg, msgs, msg_name);

static void encode(struct kunit *test, const struct svp_ctl_msg *msg,
		   struct body *b)
{
	memset(b->data, 0xAA, sizeof(b->data));
	b->len = svp_wire_encode(b->data, ROOM, msg);
	KUNIT_ASSERT_TRUE(test, b->len >= CTL);
}

static void encode_made(struct kunit *test,
			void (*make)(struct svp_ctl_msg *msg), struct body *b)
{
	struct svp_ctl_msg msg;

	make(&msg);
	encode(test, &msg, b);
}

static bool same_bytes(const struct svp_bytes *a, const struct svp_bytes *b)
{
	return a->len == b->len && !memcmp(a->data, b->data, a->len);
}

static bool same_verdict(const struct svp_ctl_msg *a,
			 const struct svp_ctl_msg *b)
{
	const struct svp_wire_verdict *v = &a->verdict, *w = &b->verdict;

	return v->tag == w->tag && v->action == w->action &&
	       v->scope == w->scope && v->reason == w->reason &&
	       v->flags == w->flags && v->node == w->node &&
	       v->chain == w->chain && v->generation == w->generation &&
	       v->lifetime == w->lifetime && v->spi == w->spi &&
	       svp_tuple_equal(&v->tuple, &w->tuple);
}

static bool same(const struct svp_ctl_msg *a, const struct svp_ctl_msg *b)
{
	if (a->type != b->type || a->flags != b->flags ||
	    a->origin != b->origin || a->dest != b->dest ||
	    a->epoch != b->epoch || a->seq != b->seq || a->has != b->has)
		return false;
	switch (a->type) {
	case SVCPLANE_CTL_ACK:
		return a->ack.seq == b->ack.seq &&
		       a->ack.epoch == b->ack.epoch &&
		       a->ack.status == b->ack.status;
	case SVCPLANE_CTL_VERDICT:
		return same_verdict(a, b);
	case SVCPLANE_CTL_ANNOUNCE:
	case SVCPLANE_CTL_FLOW_STATE:
	case SVCPLANE_CTL_USER:
		return same_bytes(&a->user, &b->user);
	}
	if (a->has & SVP_WIRE_HAS(NONCE) && a->hello.nonce != b->hello.nonce)
		return false;
	if (a->has & SVP_WIRE_HAS(EPOCH) && a->hello.epoch != b->hello.epoch)
		return false;
	if (a->has & SVP_WIRE_HAS(VERSION) &&
	    (a->hello.version != b->hello.version ||
	     a->hello.caps != b->hello.caps))
		return false;
	return !(a->has & SVP_WIRE_HAS(PEER_NONCE)) ||
	       (a->hello.peer_nonce == b->hello.peer_nonce &&
		a->hello.last_seq == b->hello.last_seq);
}

static void round_trip(struct kunit *test)
{
	const struct msg_case *c = test->param_value;
	struct svp_ctl_msg msg, got;
	struct body b;

	c->make(&msg);
	encode(test, &msg, &b);
	KUNIT_EXPECT_EQ(test, b.len, c->len);
	KUNIT_EXPECT_EQ(test, b.data[b.len], 0xAA);
	KUNIT_ASSERT_EQ(test, svp_wire_decode(b.data, b.len, &got),
			SVP_WIRE_OK);
	KUNIT_EXPECT_EQ(test, got.len, b.len);
	KUNIT_EXPECT_EQ(test, got.unknown, 0);
	KUNIT_EXPECT_TRUE(test, same(&msg, &got));
}

static void no_room(struct kunit *test)
{
	const struct msg_case *c = test->param_value;
	struct svp_ctl_msg msg;
	u8 buf[ROOM];
	unsigned int room;

	c->make(&msg);
	for (room = 0; room < c->len; room++) {
		memset(buf, 0xAA, sizeof(buf));
		KUNIT_EXPECT_EQ(test, svp_wire_encode(buf, room, &msg), 0U);
		KUNIT_EXPECT_EQ(test, buf[room], 0xAA);
	}
}

/*
 * Cut off at every byte, with the length field as it was and with one that
 * agrees: a body cut between two TLVs may be one that lacks the optional one.
 */
static void truncated(struct kunit *test)
{
	const struct msg_case *c = test->param_value;
	struct svp_ctl_msg got;
	enum svp_wire_err err;
	unsigned int len;
	struct body b;

	encode_made(test, c->make, &b);
	for (len = 0; len < b.len; len++) {
		put16(b.data + 2, b.len);
		err = decode_cut(test, b.data, len, &got);
		KUNIT_EXPECT_EQ_MSG(test, err, len < CTL ? SVP_WIRE_SHORT :
				    SVP_WIRE_LENGTH, "at %u bytes", len);
		if (len < CTL)
			continue;
		put16(b.data + 2, len);
		err = decode_cut(test, b.data, len, &got);
		if (len % 4)
			KUNIT_EXPECT_EQ(test, err, SVP_WIRE_LENGTH);
		else if (err == SVP_WIRE_OK)
			KUNIT_EXPECT_TRUE(test, got.has != 0 ||
					  got.type == SVCPLANE_CTL_ANNOUNCE);
		else
			KUNIT_EXPECT_TRUE(test, err == SVP_WIRE_TLV_END ||
					  err == SVP_WIRE_MISSING);
	}
}

/* Every other value of the length field of the body */
static void length_field(struct kunit *test)
{
	const struct msg_case *c = test->param_value;
	struct svp_ctl_msg got;
	struct body b;
	u32 len;

	encode_made(test, c->make, &b);
	for (len = 0; len <= 0xFFFF; len++) {
		if (len == b.len)
			continue;
		put16(b.data + 2, len);
		KUNIT_EXPECT_EQ(test, svp_wire_decode(b.data, b.len, &got),
				SVP_WIRE_LENGTH);
	}
}

/* Every value of the length field of the first TLV */
static void tlv_length_field(struct kunit *test)
{
	const struct msg_case *c = test->param_value;
	struct svp_ctl_msg got;
	unsigned int right, room;
	enum svp_wire_err err;
	struct body b;
	u32 len;

	encode_made(test, c->make, &b);
	right = b.data[CTL + 2] << 8 | b.data[CTL + 3];
	room = b.len - CTL - TLV;
	for (len = 0; len <= 0xFFFF; len++) {
		if (len == right)
			continue;
		put16(b.data + CTL + 2, len);
		err = svp_wire_decode(b.data, b.len, &got);
		if (((len + 3) & ~3U) > room)
			KUNIT_EXPECT_EQ_MSG(test, err, SVP_WIRE_TLV_END,
					    "length %u", len);
		else if (c->make != make_user && c->make != make_flow &&
			 c->make != make_announce)
			KUNIT_EXPECT_TRUE_MSG(test, err == SVP_WIRE_TLV_LEN ||
					      err == SVP_WIRE_PADDING,
					      "length %u", len);
		else if (!err && len < right)	/* the rest reads as a TLV */
			KUNIT_EXPECT_EQ_MSG(test, got.unknown, 1,
					    "length %u", len);
	}
}

/* One byte of a good body changed, and what that leads to */
struct field_case {
	const char *name;
	void (*make)(struct svp_ctl_msg *msg);
	u16 off;
	u8 len;		/* bytes of @val, 1, 2 or 4 */
	u32 val;
	enum svp_wire_err want;
};

static const struct field_case fields[] = {
	{ "version 0", make_user, 0, 1, 0x00, SVP_WIRE_VERSION },
	{ "version 2", make_user, 0, 1, 0x20, SVP_WIRE_VERSION },
	{ "version 15", make_user, 0, 1, 0xF0, SVP_WIRE_VERSION },
	{ "flag 4", make_user, 0, 1, 0x14, SVP_WIRE_FLAGS },
	{ "flag 8", make_user, 0, 1, 0x18, SVP_WIRE_FLAGS },
	{ "is ack, but a user message", make_user, 0, 1, 0x12, SVP_WIRE_FLAGS },
	{ "ack wanted", make_user, 0, 1, 0x11, SVP_WIRE_OK },
	{ "ack without the flag", make_ack, 0, 1, 0x10, SVP_WIRE_FLAGS },
	{ "ack that wants an ack", make_ack, 0, 1, 0x13, SVP_WIRE_FLAGS },
	{ "type 0", make_user, 1, 1, 0, SVP_WIRE_TYPE },
	{ "type 9", make_user, 1, 1, 9, SVP_WIRE_TYPE },
	{ "type 255", make_user, 1, 1, 255, SVP_WIRE_TYPE },
	{ "origin 4094", make_user, 4, 2, 4094, SVP_WIRE_OK },
	{ "origin 4095", make_user, 4, 2, 4095, SVP_WIRE_HOST },
	{ "destination 4095", make_user, 6, 2, 4095, SVP_WIRE_HOST },
	{ "hello with a sequence number", make_hello, 16, 4, 1, SVP_WIRE_SEQ },
	{ "answer with a sequence number", make_answer, 12, 4, 1,
	  SVP_WIRE_SEQ },
	{ "done with a sequence number", make_done, 16, 4, 1, SVP_WIRE_SEQ },
	{ "ack with a sequence number", make_ack, 16, 4, 1, SVP_WIRE_SEQ },
	{ "hello without nonce", make_hello, CTL, 2, 99, SVP_WIRE_MISSING },
	{ "hello without epoch", make_hello, CTL + 12, 2, 99, SVP_WIRE_MISSING },
	{ "hello without version", make_hello, CTL + 20, 2, 99, SVP_WIRE_OK },
	{ "answer without nonce", make_answer, CTL, 2, 99, SVP_WIRE_MISSING },
	{ "answer without peer nonce", make_answer, CTL + 12, 2, 99,
	  SVP_WIRE_MISSING },
	{ "answer without epoch", make_answer, CTL + 24, 2, 99,
	  SVP_WIRE_MISSING },
	{ "answer without last sequence", make_answer, CTL + 32, 2, 99,
	  SVP_WIRE_MISSING },
	{ "answer without version", make_answer, CTL + 44, 2, 99, SVP_WIRE_OK },
	{ "done without peer nonce", make_done, CTL, 2, 99, SVP_WIRE_MISSING },
	{ "done without epoch", make_done, CTL + 12, 2, 99, SVP_WIRE_MISSING },
	{ "done without last sequence", make_done, CTL + 20, 2, 99,
	  SVP_WIRE_MISSING },
	{ "ack without its TLV", make_ack, CTL, 2, 99, SVP_WIRE_MISSING },
	{ "announce without records", make_announce, CTL, 2, 99, SVP_WIRE_OK },
	{ "verdict without its TLV", make_verdict, CTL, 2, 99,
	  SVP_WIRE_MISSING },
	{ "verdict without tuple", make_tuple, TUPLE - TLV, 2, 99,
	  SVP_WIRE_OK },
	{ "flow-state without its TLV", make_flow, CTL, 2, 99,
	  SVP_WIRE_MISSING },
	{ "user without its TLV", make_user, CTL, 2, 99, SVP_WIRE_MISSING },
	{ "TLV of another message", make_user, CTL, 2, 11, SVP_WIRE_MISSING },
	{ "padding", make_user, CTL + TLV + 5, 1, 1, SVP_WIRE_PADDING },
	{ "last byte of padding", make_user, CTL + TLV + 7, 1, 1,
	  SVP_WIRE_PADDING },
	{ "status 8", make_ack, CTL + TLV + 8, 2, 8, SVP_WIRE_OK },
	{ "status 9", make_ack, CTL + TLV + 8, 2, 9, SVP_WIRE_STATUS },
	{ "status 256", make_ack, CTL + TLV + 8, 2, 256, SVP_WIRE_STATUS },
	{ "reserved", make_ack, CTL + TLV + 10, 2, 1, SVP_WIRE_RESERVED },
	{ "tag of 32 bits", make_verdict, VERDICT, 1, 0x80, SVP_WIRE_TAG },
	{ "tag 0", make_verdict, VERDICT, 4, 0, SVP_WIRE_OK },
	{ "action 0", make_verdict, VERDICT + 4, 1, 0, SVP_WIRE_ACTION },
	{ "action 5", make_verdict, VERDICT + 4, 1, 5, SVP_WIRE_ACTION },
	{ "scope 0", make_verdict, VERDICT + 5, 1, 0, SVP_WIRE_SCOPE },
	{ "scope 4", make_verdict, VERDICT + 5, 1, 4, SVP_WIRE_SCOPE },
	{ "flag 4 of a verdict", make_verdict, VERDICT + 7, 1, 4,
	  SVP_WIRE_VERDICT_FLAGS },
	{ "allow, now", make_verdict, VERDICT + 4, 1, 2,
	  SVP_WIRE_VERDICT_FLAGS },
	{ "SPI of a control path", make_verdict, VERDICT + 20, 4, 0xFFF000,
	  SVP_WIRE_SPI },
	{ "SPI of 32 bits", make_verdict, VERDICT + 20, 4, 0x01000001,
	  SVP_WIRE_SPI },
	{ "family 0", make_tuple, TUPLE, 1, 0, SVP_WIRE_FAMILY },
	{ "family 5", make_tuple, TUPLE, 1, 5, SVP_WIRE_FAMILY },
	{ "ipv4 source with more", make_tuple, TUPLE + 4 + 4, 1, 1,
	  SVP_WIRE_ADDR },
	{ "ipv4 source with more at its end", make_tuple, TUPLE + 4 + 15, 1, 1,
	  SVP_WIRE_ADDR },
	{ "ipv4 destination with more", make_tuple, TUPLE + 20 + 9, 1, 1,
	  SVP_WIRE_ADDR },
	{ "vlan 0", make_tuple, TUPLE + 2, 2, 0, SVP_WIRE_OK },
	{ "vlan 0 present", make_tuple, TUPLE + 2, 2, 0x1000, SVP_WIRE_OK },
	{ "vlan without the bit", make_tuple, TUPLE + 2, 2, 5, SVP_WIRE_VLAN },
	{ "vlan with a priority", make_tuple, TUPLE + 2, 2, 0x3005,
	  SVP_WIRE_VLAN },
};

static void field_name(const struct field_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(field, fields, field_name);

static void field(struct kunit *test)
{
	const struct field_case *c = test->param_value;
	struct svp_ctl_msg got;
	struct body b;

	encode_made(test, c->make, &b);
	if (c->len == 1)
		b.data[c->off] = c->val;
	else if (c->len == 2)
		put16(b.data + c->off, c->val);
	else
		put32(b.data + c->off, c->val);
	KUNIT_EXPECT_EQ(test, decode(test, &b, &got), c->want);
}

static void repath(struct kunit *test)
{
	static const struct {
		u16 chain;
		u32 spi;
		enum svp_wire_err want;
	} targets[] = {
		{ 0, 0, SVP_WIRE_SPI }, { 1, 0, SVP_WIRE_OK },
		{ 0, 1, SVP_WIRE_OK }, { 2, 0xFFEFFF, SVP_WIRE_OK },
		{ 2, 0xFFF000, SVP_WIRE_SPI },
	};
	struct svp_ctl_msg msg, got;
	struct body b;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(targets); i++) {
		make_verdict(&msg);
		msg.verdict.action = SVCPLANE_ACT_REPATH;
		msg.verdict.flags = 0;
		msg.verdict.chain = targets[i].chain;
		msg.verdict.spi = targets[i].spi;
		encode(test, &msg, &b);
		KUNIT_EXPECT_EQ_MSG(test, decode(test, &b, &got),
				    targets[i].want, "target %u", i);
	}
}

/* Appends a TLV of @len bytes of value @fill */
static void append(struct body *b, u16 type, u16 len, u8 fill)
{
	unsigned int padded = (len + 3) & ~3U;

	put16(b->data + b->len, type);
	put16(b->data + b->len + 2, len);
	memset(b->data + b->len + TLV, 0, padded);
	memset(b->data + b->len + TLV, fill, len);
	b->len += TLV + padded;
	put16(b->data + 2, b->len);
}

static void unknown_tlvs(struct kunit *test)
{
	struct svp_ctl_msg got;
	struct body b;

	encode_made(test, make_verdict, &b);
	append(&b, 12, 0, 0);
	append(&b, 0, 3, 1);
	append(&b, 0xFFFF, 9, 2);
	append(&b, 40, 1, 2);	/* 32 more than the verdict's */
	append(&b, SVCPLANE_TLV_NONCE, 3, 3);	/* of another message */
	KUNIT_EXPECT_EQ(test, decode(test, &b, &got), SVP_WIRE_OK);
	KUNIT_EXPECT_EQ(test, got.unknown, 5);
	KUNIT_EXPECT_EQ(test, got.has, SVP_WIRE_HAS(VERDICT));
}

/* The first counts; a second one of wrong length is still malformed */
static void doubled_tlvs(struct kunit *test)
{
	struct svp_ctl_msg got;
	struct body b;

	encode_made(test, make_user, &b);
	append(&b, SVCPLANE_TLV_USER, 3, 'x');
	KUNIT_EXPECT_EQ(test, svp_wire_decode(b.data, b.len, &got),
			SVP_WIRE_OK);
	KUNIT_EXPECT_EQ(test, got.user.len, 5);
	KUNIT_EXPECT_EQ(test, 0, memcmp(got.user.data, "hello", 5));

	encode_made(test, make_verdict, &b);
	append(&b, SVCPLANE_TLV_VERDICT, 24, 0);
	KUNIT_EXPECT_EQ(test, decode(test, &b, &got), SVP_WIRE_OK);
	KUNIT_EXPECT_EQ(test, got.verdict.reason, 0x99);
	append(&b, SVCPLANE_TLV_VERDICT, 20, 0);
	KUNIT_EXPECT_EQ(test, decode(test, &b, &got), SVP_WIRE_TLV_LEN);
}

/* Records are whole */
static void announce_lengths(struct kunit *test)
{
	struct svp_ctl_msg msg, got;
	unsigned int len;
	struct body b;

	for (len = 0; len <= 48; len++) {
		msg_init(&msg, SVCPLANE_CTL_ANNOUNCE);
		encode(test, &msg, &b);
		append(&b, SVCPLANE_TLV_NODES, len, 1);
		KUNIT_EXPECT_EQ(test, decode(test, &b, &got),
				len % 12 ? SVP_WIRE_TLV_LEN : SVP_WIRE_OK);
	}
}

static void announce_records(struct kunit *test)
{
	static const struct {
		u16 off;
		u8 val;
		bool good;
	} recs[] = {
		{ 1, 7, true },
		{ 1, 0, false },			/* node 0 */
		{ 2, 3, false },			/* group address */
		{ 8, 0, false }, { 8, 5, false },	/* state */
		{ 8, 4, true },
		{ 11, 200, true },
	};
	struct svp_node_rec rec;
	struct svp_ctl_msg got;
	unsigned int i, invalid;
	struct body b;

	for (i = 0; i < ARRAY_SIZE(recs); i++) {
		encode_made(test, make_announce, &b);
		b.data[CTL + TLV + recs[i].off] = recs[i].val;
		KUNIT_ASSERT_EQ(test, svp_wire_decode(b.data, b.len, &got),
				SVP_WIRE_OK);
		invalid = 0;
		KUNIT_ASSERT_TRUE(test, svp_wire_node_next(&got.nodes, &rec,
							   &invalid));
		KUNIT_EXPECT_EQ_MSG(test, rec.node, recs[i].good ? 7 : 8,
				    "record %u", i);
		KUNIT_EXPECT_EQ(test, invalid, recs[i].good ? 0U : 1U);
		if (recs[i].good)
			KUNIT_EXPECT_TRUE(test, svp_wire_node_next(&got.nodes,
								   &rec,
								   &invalid));
		KUNIT_EXPECT_EQ(test, rec.moves, 0x0102);
		KUNIT_EXPECT_EQ(test, rec.state, 4);
		KUNIT_EXPECT_EQ(test, rec.mac[4], 8);
		KUNIT_EXPECT_FALSE(test, svp_wire_node_next(&got.nodes, &rec,
							    &invalid));
	}
	memset(b.data + CTL + TLV + 2, 0, 6);	/* no address at all */
	svp_wire_decode(b.data, b.len, &got);
	invalid = 0;
	KUNIT_EXPECT_TRUE(test, svp_wire_node_next(&got.nodes, &rec, &invalid));
	KUNIT_EXPECT_EQ(test, invalid, 1U);
}

static void node_put(struct kunit *test)
{
	struct svp_node_rec rec = {
		.node = 0x0708, .mac = { 2, 1, 2, 3, 4, 5 }, .state = 3,
		.load = 200, .moves = 0x0A0B,
	};
	static const u8 want[12] = {
		7, 8, 2, 1, 2, 3, 4, 5, 3, 200, 0x0A, 0x0B,
	};
	u8 buf[12];

	svp_wire_node_put(buf, &rec);
	KUNIT_EXPECT_EQ(test, 0, memcmp(buf, want, sizeof(want)));
}

/* The verdict of the first example in the description of the wire */
static void verdict_bytes(struct kunit *test)
{
	static const u8 want[] = {
		0x10, 6, 0, 48, 0, 1, 0x0F, 0xFE, 0x11, 0x22, 0x33, 0x44,
		0x55, 0x66, 0x77, 0x88, 0x99, 0xAA, 0xBB, 0xCC,
		0, 8, 0, 24, 0x7F, 2, 3, 4, 1, 3, 0x99, 3, 0x0A, 0x0B, 0x0C,
		0x0D, 0x0E, 0x0F, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0, 0xFF,
		0xEF, 0xFF,
	};
	struct body b;

	encode_made(test, make_verdict, &b);
	KUNIT_EXPECT_EQ(test, b.len, (unsigned int)sizeof(want));
	KUNIT_EXPECT_EQ(test, 0, memcmp(b.data, want, sizeof(want)));
}

struct node_case {
	const char *name;
	void (*make)(struct svp_ctl_msg *msg);
	u8 set;		/* field that is left non-zero */
	enum svp_wire_err want;
};

enum { KEEP_NONE, KEEP_ORIGIN, KEEP_EPOCH, KEEP_SEQ, KEEP_NODE, KEEP_GEN };

static const struct node_case nodes[] = {
	{ "verdict", make_verdict, KEEP_NONE, SVP_WIRE_OK },
	{ "verdict with tuple", make_tuple, KEEP_NONE, SVP_WIRE_OK },
	{ "user", make_user, KEEP_NONE, SVP_WIRE_OK },
	{ "origin", make_user, KEEP_ORIGIN, SVP_WIRE_NODE_FIELD },
	{ "epoch", make_verdict, KEEP_EPOCH, SVP_WIRE_NODE_FIELD },
	{ "sequence", make_user, KEEP_SEQ, SVP_WIRE_NODE_FIELD },
	{ "node id", make_verdict, KEEP_NODE, SVP_WIRE_NODE_FIELD },
	{ "generation", make_verdict, KEEP_GEN, SVP_WIRE_NODE_FIELD },
	{ "hello", make_hello, KEEP_NONE, SVP_WIRE_NODE_TYPE },
	{ "answer", make_answer, KEEP_NONE, SVP_WIRE_NODE_TYPE },
	{ "done", make_done, KEEP_NONE, SVP_WIRE_NODE_TYPE },
	{ "ack", make_ack, KEEP_NONE, SVP_WIRE_NODE_TYPE },
	{ "announce", make_announce, KEEP_NONE, SVP_WIRE_NODE_TYPE },
	{ "flow-state", make_flow, KEEP_NONE, SVP_WIRE_NODE_TYPE },
};

static void node_name(const struct node_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(node, nodes, node_name);

static void from_node(struct kunit *test)
{
	const struct node_case *c = test->param_value;
	struct svp_ctl_msg msg;

	c->make(&msg);
	if (c->set != KEEP_ORIGIN)
		msg.origin = 0;
	if (c->set != KEEP_EPOCH)
		msg.epoch = 0;
	if (c->set != KEEP_SEQ)
		msg.seq = 0;
	if (msg.type == SVCPLANE_CTL_VERDICT && c->set != KEEP_NODE)
		msg.verdict.node = 0;
	if (msg.type == SVCPLANE_CTL_VERDICT && c->set != KEEP_GEN)
		msg.verdict.generation = 0;
	KUNIT_EXPECT_EQ(test, svp_wire_check_node(&msg), c->want);
}

static void statuses(struct kunit *test)
{
	enum svp_wire_err err;

	KUNIT_EXPECT_EQ(test, svp_wire_status(SVP_WIRE_OK),
			SVCPLANE_STATUS_APPLIED);
	KUNIT_EXPECT_EQ(test, svp_wire_status(SVP_WIRE_TYPE),
			SVCPLANE_STATUS_UNKNOWN_TYPE);
	KUNIT_EXPECT_EQ(test, svp_wire_status(SVP_WIRE_NODE_TYPE),
			SVCPLANE_STATUS_NOT_PERMITTED);
	for (err = SVP_WIRE_FLAGS; err < SVP_WIRE_NODE_TYPE; err++)
		KUNIT_EXPECT_EQ(test, svp_wire_status(err),
				SVCPLANE_STATUS_MALFORMED);
}

static void encode_refused(struct kunit *test)
{
	struct svp_ctl_msg msg;
	u8 *big;

	msg_init(&msg, 9);
	big = kunit_kzalloc(test, 70000 + 0xFFFF, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, big);
	KUNIT_EXPECT_EQ(test, svp_wire_encode(big, 70000, &msg), 0U);
	make_user(&msg);
	msg.user.data = big + 70000;
	msg.user.len = 0xFFFF;	/* the body would have 65,560 bytes */
	KUNIT_EXPECT_EQ(test, svp_wire_encode(big, 70000, &msg), 0U);
}

static struct kunit_case wire_cases[] = {
	KUNIT_CASE_PARAM(round_trip, msg_gen_params),
	KUNIT_CASE_PARAM(no_room, msg_gen_params),
	KUNIT_CASE_PARAM(truncated, msg_gen_params),
	KUNIT_CASE_PARAM(length_field, msg_gen_params),
	KUNIT_CASE_PARAM(tlv_length_field, msg_gen_params),
	KUNIT_CASE_PARAM(field, field_gen_params),
	KUNIT_CASE(repath),
	KUNIT_CASE(unknown_tlvs),
	KUNIT_CASE(doubled_tlvs),
	KUNIT_CASE(announce_lengths),
	KUNIT_CASE(announce_records),
	KUNIT_CASE(node_put),
	KUNIT_CASE(verdict_bytes),
	KUNIT_CASE_PARAM(from_node, node_gen_params),
	KUNIT_CASE(statuses),
	KUNIT_CASE(encode_refused),
	{}
};

static struct kunit_suite wire_suite = {
	.name = "svcplane_wire",
	.test_cases = wire_cases,
};

kunit_test_suite(wire_suite);
