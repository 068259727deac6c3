// SPDX-License-Identifier: LGPL-2.1-or-later
/* Reading: RFC 8300 base header, context headers and the context itself. */
#include "internal.h"

static const char *const errors[] = {
	[-SVCPLANE_OK]			= "no error",
	[-SVCPLANE_E_SHORT]		= "frame ends inside a header",
	[-SVCPLANE_E_ETHERTYPE]		= "not an NSH frame",
	[-SVCPLANE_E_VERSION]		= "unknown version",
	[-SVCPLANE_E_MDTYPE]		= "unknown MD type",
	[-SVCPLANE_E_LENGTH]		= "length field contradicts the frame",
	[-SVCPLANE_E_TLV]		= "context header or TLV runs over",
	[-SVCPLANE_E_EMPTY]		= "bad metadata-only packet",
	[-SVCPLANE_E_SI]		= "service index is 0",
	[-SVCPLANE_E_NONE]		= "not in this frame",
	[-SVCPLANE_E_SPACE]		= "buffer too small",
	[-SVCPLANE_E_TOOBIG]		= "too long for an NSH",
	[-SVCPLANE_E_VALUE]		= "argument out of range",
	[-SVCPLANE_E_INTEGRITY]		= "frame is integrity-protected",
	[-SVCPLANE_E_OAM]		= "frame is OAM",
	[-SVCPLANE_E_STATE]		= "frame was returned before",
};

const char *svcplane_strerror(int err)
{
	if (err > 0)
		return errors[0];
	if (err <= -(int)(sizeof(errors) / sizeof(errors[0])))
		return "unknown error";
	return errors[-err];
}

/* Walks all context headers once: each must end inside the NSH. */
static int check_tlvs(const uint8_t *p, size_t left)
{
	size_t need;

	while (left) {
		/* left is a multiple of 4, as is all that is taken off it */
		need = TLV_HEAD + ALIGN4(p[3] & SVCPLANE_MD_LEN_MASK);
		if (need > left)
			return SVCPLANE_E_TLV;
		p += need;
		left -= need;
	}
	return 0;
}

static int check_lengths(const struct svcplane_frame *f)
{
	if (f->mdtype != SVCPLANE_NSH_MD1 && f->mdtype != SVCPLANE_NSH_MD2)
		return SVCPLANE_E_MDTYPE;
	if (f->mdtype == SVCPLANE_NSH_MD1 &&
	    f->nsh_len != SVCPLANE_NSH_MD1_LEN)
		return SVCPLANE_E_LENGTH;
	if (f->nsh_len < SVCPLANE_NSH_BASE_LEN)
		return SVCPLANE_E_LENGTH;
	if (f->len - NSH_OFF < f->nsh_len)
		return SVCPLANE_E_SHORT;
	return 0;
}

/* RFC 8393: metadata there must be, a payload there must not be. What Ethernet
 * adds to reach its 60 bytes is no payload.
 */
static int check_md_only(struct svcplane_frame *f)
{
	if (f->nsh_len == SVCPLANE_NSH_BASE_LEN)
		return SVCPLANE_E_EMPTY;
	if (f->payload_len && f->len > 60)
		return SVCPLANE_E_EMPTY;
	f->payload_len = 0;
	return 0;
}

int svcplane_parse(struct svcplane_frame *f, void *buf, size_t len)
{
	uint8_t *p = buf;
	uint16_t w;
	int err;

	memset(f, 0, sizeof(*f));
	if (len < SVCPLANE_ETH_LEN)
		return SVCPLANE_E_SHORT;
	if (get16(p + 12) != SVCPLANE_ETH_P_NSH)
		return SVCPLANE_E_ETHERTYPE;
	if (len < NSH_OFF + SVCPLANE_NSH_BASE_LEN)
		return SVCPLANE_E_SHORT;

	f->data = p;
	f->len = len;
	f->md_class = SVCPLANE_MD_CLASS;
	p += NSH_OFF;
	w = get16(p);
	if (w & SVCPLANE_NSH_VER_MASK)
		return SVCPLANE_E_VERSION;
	f->oam = w & SVCPLANE_NSH_OAM;
	f->ttl = (w & SVCPLANE_NSH_TTL_MASK) >> SVCPLANE_NSH_TTL_SHIFT;
	f->nsh_len = (uint16_t)((w & SVCPLANE_NSH_LEN_MASK) * 4);
	f->mdtype = p[2] & 0x0F;
	f->next_proto = p[3];
	f->spi = get32(p + 4) >> 8;
	f->si = p[7];

	err = check_lengths(f);
	if (!err && f->mdtype == SVCPLANE_NSH_MD2)
		err = check_tlvs(p + SVCPLANE_NSH_BASE_LEN,
				 f->nsh_len - SVCPLANE_NSH_BASE_LEN);
	if (err)
		return err;

	f->payload = p + f->nsh_len;
	f->payload_len = len - NSH_OFF - f->nsh_len;
	return f->next_proto == SVCPLANE_NP_NONE ? check_md_only(f) : 0;
}

bool svcplane_tlv_next(const struct svcplane_frame *f,
		       struct svcplane_tlv_info *t)
{
	const uint8_t *end = f->data + NSH_OFF + f->nsh_len;
	const uint8_t *p;

	if (f->mdtype != SVCPLANE_NSH_MD2)
		return false;
	p = t->value ? t->value + ALIGN4(t->len) :
		       f->data + NSH_OFF + SVCPLANE_NSH_BASE_LEN;
	if (p >= end)
		return false;
	t->md_class = get16(p);
	t->type = p[2];
	t->len = p[3] & SVCPLANE_MD_LEN_MASK;
	t->value = p + TLV_HEAD;
	return true;
}

int svcplane_tlv_find(const struct svcplane_frame *f, uint16_t md_class,
		      uint8_t type, struct svcplane_tlv_info *t)
{
	memset(t, 0, sizeof(*t));
	while (svcplane_tlv_next(f, t))
		if (t->md_class == md_class && t->type == type)
			return 0;
	memset(t, 0, sizeof(*t));
	return SVCPLANE_E_NONE;
}

const uint8_t *svcplane_context_find(const struct svcplane_frame *f)
{
	struct svcplane_tlv_info t;

	if (f->mdtype == SVCPLANE_NSH_MD1)
		return f->data + NSH_OFF + SVCPLANE_NSH_BASE_LEN;
	if (svcplane_tlv_find(f, f->md_class, SVCPLANE_MD_TYPE_CTX, &t))
		return NULL;
	return t.len == SVCPLANE_CTX_LEN ? t.value : NULL;
}

int svcplane_context_get(const struct svcplane_frame *f,
			 struct svcplane_context *c)
{
	const uint8_t *p = svcplane_context_find(f);
	uint32_t w[4] = { 0 };
	int i;

	memset(c, 0, sizeof(*c));
	for (i = 0; p && i < 4; i++)
		w[i] = get32(p + 4 * i);
	if ((w[0] & (SVCPLANE_CTX0_D | SVCPLANE_CTX0_F_MASK)) !=
	    SVCPLANE_CTX0_F_TAG)
		return SVCPLANE_E_NONE;

	c->host = (w[0] & SVCPLANE_CTX0_HOST_MASK) >> SVCPLANE_CTX0_HOST_SHIFT;
	if (c->host < SVCPLANE_HOST_MIN || c->host > SVCPLANE_HOST_MAX) {
		c->host = 0;
		return SVCPLANE_E_NONE;
	}
	c->iface = w[0] & SVCPLANE_CTX0_IFACE_MASK;
	c->query = w[1] & SVCPLANE_CTX1_Q;
	c->reverse = w[1] & SVCPLANE_CTX1_V;
	c->tenant = w[1] & SVCPLANE_CTX1_TENANT_MASK;
	c->skip = (uint16_t)(w[2] >> SVCPLANE_CTX2_SKIP_SHIFT);
	c->chain = w[2] & SVCPLANE_CTX2_CHAIN_MASK;
	c->answer = w[3] & SVCPLANE_CTX3_A;
	c->tag = w[3] & SVCPLANE_CTX3_TAG_MASK;
	return 0;
}

void svcplane_context_put(const struct svcplane_context *c, uint8_t out[16])
{
	put32(out, SVCPLANE_CTX0_F_TAG | c->iface |
	      (((uint32_t)c->host << SVCPLANE_CTX0_HOST_SHIFT) &
	       SVCPLANE_CTX0_HOST_MASK));
	put32(out + 4, (c->query ? SVCPLANE_CTX1_Q : 0) |
	      (c->reverse ? SVCPLANE_CTX1_V : 0) |
	      (c->tenant & SVCPLANE_CTX1_TENANT_MASK));
	put32(out + 8, (uint32_t)c->skip << SVCPLANE_CTX2_SKIP_SHIFT |
	      c->chain);
	put32(out + 12, (c->answer ? SVCPLANE_CTX3_A : 0) |
	      (c->tag & SVCPLANE_CTX3_TAG_MASK));
}
