// SPDX-License-Identifier: LGPL-2.1-or-later
/* Control bodies (wire.md 4.1): built by nodes, read by tools and tests. */
#include "internal.h"

#define CTL_LEN		sizeof(struct svcplane_ctl)
#define VERDICT_LEN	sizeof(struct svcplane_verdict)
#define TUPLE_LEN	sizeof(struct svcplane_tuple)

_Static_assert(sizeof(struct svcplane_ctl) == 20, "control head");
_Static_assert(sizeof(struct svcplane_verdict) == 24, "verdict TLV");
_Static_assert(sizeof(struct svcplane_tuple) == 40, "tuple TLV");
_Static_assert(SVCPLANE_USER_MAX ==
	       SVCPLANE_BODY_MAX - sizeof(struct svcplane_ctl) - TLV_HEAD,
	       "user message");

/* Origin, epoch and sequence stay 0: the service proxy writes them. */
static void body_start(struct svcplane_body *b, uint8_t type, uint16_t host)
{
	memset(b, 0, sizeof(*b));
	b->bytes[0] = SVCPLANE_CTL_VERSION << 4;
	b->bytes[1] = type;
	put16(b->bytes + 6, host);
	b->len = CTL_LEN;
}

/* Adds a TLV whose value is still zero; returns where it goes. */
static uint8_t *body_tlv(struct svcplane_body *b, uint16_t type, size_t len)
{
	uint8_t *p = b->bytes + b->len;

	put16(p, type);
	put16(p + 2, (uint16_t)len);
	b->len = (uint16_t)(b->len + TLV_HEAD + ALIGN4(len));
	put16(b->bytes + 2, b->len);
	return p + TLV_HEAD;
}

static bool verdict_valid(const struct svcplane_verdict_info *v)
{
	if (v->action < SVCPLANE_ACT_DROP || v->action > SVCPLANE_ACT_MAX)
		return false;
	if (v->scope < SVCPLANE_SCOPE_FORWARD || v->scope > SVCPLANE_SCOPE_BOTH)
		return false;
	if (v->tag & ~SVCPLANE_CTX3_TAG_MASK)
		return false;
	if (v->flags & ~SVCPLANE_VERDICT_FLAGS)
		return false;
	if (v->flags && v->action != SVCPLANE_ACT_DROP)
		return false;
	if (v->action != SVCPLANE_ACT_REPATH)
		return !v->spi && !v->chain;
	return v->spi <= SVCPLANE_SPI_MAX && (v->spi || v->chain);
}

static bool tuple_valid(const struct svcplane_tuple_info *t)
{
	if (t->family != 4 && t->family != 6)
		return false;
	return !t->vlan ||
	       (t->vlan & ~0x0FFF) == SVCPLANE_TUPLE_VLAN_PRESENT;
}

static void put_tuple(uint8_t *p, const struct svcplane_tuple_info *t)
{
	p[0] = t->family;
	p[1] = t->proto;
	put16(p + 2, t->vlan);
	memcpy(p + 4, t->src, t->family == 4 ? 4 : 16);
	memcpy(p + 20, t->dst, t->family == 4 ? 4 : 16);
	put16(p + 36, t->sport);
	put16(p + 38, t->dport);
}

int svcplane_body_verdict(struct svcplane_body *b, uint16_t host,
			  const struct svcplane_verdict_info *v,
			  const struct svcplane_tuple_info *t)
{
	uint8_t *p;

	if (host > SVCPLANE_HOST_MAX || !verdict_valid(v))
		return SVCPLANE_E_VALUE;
	if (t && !tuple_valid(t))
		return SVCPLANE_E_VALUE;

	body_start(b, SVCPLANE_CTL_VERDICT, host);
	p = body_tlv(b, SVCPLANE_TLV_VERDICT, VERDICT_LEN);
	put32(p, v->tag);
	p[4] = v->action;
	p[5] = v->scope;
	p[6] = v->reason;
	p[7] = v->flags;
	put16(p + 10, v->chain);
	put32(p + 16, v->lifetime);
	put32(p + 20, v->spi);
	if (t)
		put_tuple(body_tlv(b, SVCPLANE_TLV_TUPLE, TUPLE_LEN), t);
	return 0;
}

int svcplane_body_user(struct svcplane_body *b, uint16_t host,
		       const void *data, size_t len)
{
	if (host > SVCPLANE_HOST_MAX || !len)
		return SVCPLANE_E_VALUE;
	if (len > SVCPLANE_USER_MAX)
		return SVCPLANE_E_TOOBIG;
	body_start(b, SVCPLANE_CTL_USER, host);
	memcpy(body_tlv(b, SVCPLANE_TLV_USER, len), data, len);
	return 0;
}

static void get_verdict(struct svcplane_verdict_info *v, const uint8_t *p)
{
	v->tag = get32(p);
	v->action = p[4];
	v->scope = p[5];
	v->reason = p[6];
	v->flags = p[7];
	v->node = get16(p + 8);
	v->chain = get16(p + 10);
	v->generation = get32(p + 12);
	v->lifetime = get32(p + 16);
	v->spi = get32(p + 20);
}

static void get_tuple(struct svcplane_tuple_info *t, const uint8_t *p)
{
	t->family = p[0];
	t->proto = p[1];
	t->vlan = get16(p + 2);
	memcpy(t->src, p + 4, 16);
	memcpy(t->dst, p + 20, 16);
	t->sport = get16(p + 36);
	t->dport = get16(p + 38);
}

static int read_tlv(struct svcplane_msg *m, uint16_t type, const uint8_t *p,
		    size_t len)
{
	switch (type) {
	case SVCPLANE_TLV_VERDICT:
		if (len != VERDICT_LEN)
			return SVCPLANE_E_LENGTH;
		if (!m->has_verdict)
			get_verdict(&m->verdict, p);
		m->has_verdict = true;
		return 0;
	case SVCPLANE_TLV_TUPLE:
		if (len != TUPLE_LEN)
			return SVCPLANE_E_LENGTH;
		if (!m->has_tuple)
			get_tuple(&m->tuple, p);
		m->has_tuple = true;
		return 0;
	case SVCPLANE_TLV_USER:
		if (!m->user) {
			m->user = p;
			m->user_len = len;
		}
		return 0;
	default:
		m->unknown++;
		return 0;
	}
}

int svcplane_body_parse(struct svcplane_msg *m, const void *buf, size_t len)
{
	const uint8_t *p = buf;
	size_t left, vlen;
	int err;

	memset(m, 0, sizeof(*m));
	if (len < CTL_LEN)
		return SVCPLANE_E_SHORT;
	if (p[0] >> 4 != SVCPLANE_CTL_VERSION)
		return SVCPLANE_E_VERSION;
	if (get16(p + 2) != len || len & 3)
		return SVCPLANE_E_LENGTH;
	m->flags = p[0] & 0x0F;
	m->type = p[1];
	m->origin = get16(p + 4);
	m->host = get16(p + 6);
	m->epoch = get32(p + 8);
	m->seq = get64(p + 12);

	p += CTL_LEN;
	for (left = len - CTL_LEN; left; left -= TLV_HEAD + ALIGN4(vlen)) {
		vlen = get16(p + 2);
		if (ALIGN4(vlen) > left - TLV_HEAD)
			return SVCPLANE_E_TLV;
		err = read_tlv(m, get16(p), p + TLV_HEAD, vlen);
		if (err)
			return err;
		p += TLV_HEAD + ALIGN4(vlen);
	}
	return 0;
}

int svcplane_message(const struct svcplane_frame *f, struct svcplane_msg *m)
{
	struct svcplane_tlv_info t;
	int err;

	err = svcplane_tlv_find(f, f->md_class, SVCPLANE_MD_TYPE_CTL, &t);
	if (err)
		return err;
	return svcplane_body_parse(m, t.value, t.len);
}
