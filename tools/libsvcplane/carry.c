// SPDX-License-Identifier: LGPL-2.1-or-later
/* Writing: frames that go back, with and without a control message. */
#include "internal.h"

/* Where the headers of a frame under construction stand. */
struct out {
	uint8_t *p;
	size_t len;
	size_t size;
};

static uint8_t si_out(const struct svcplane_frame *f)
{
	return f->returned ? f->si : (uint8_t)(f->si - 1);
}

static bool si_usable(const struct svcplane_frame *f)
{
	return f->returned || f->si;
}

/* Outer addresses of the frame that goes back: the sender's becomes first. */
static void put_macs(const struct svcplane_frame *f, uint8_t *dst, uint8_t *src)
{
	memcpy(dst, f->data + (f->returned ? 0 : 6), 6);
	memcpy(src, f->data + (f->returned ? 6 : 0), 6);
}

int svcplane_return(struct svcplane_frame *f)
{
	uint8_t macs[12];
	uint8_t *ctx;

	if (f->returned)
		return SVCPLANE_E_STATE;
	if (!f->si)
		return SVCPLANE_E_SI;
	put_macs(f, macs, macs + 6);
	memcpy(f->data, macs, sizeof(macs));
	f->data[NSH_OFF + 7] = --f->si;
	/* the frame is the caller's, and writable: f->data points into it */
	ctx = (uint8_t *)svcplane_context_find(f);
	if (ctx)
		context_answer(ctx);
	f->returned = true;
	return 0;
}

int svcplane_return_copy(const struct svcplane_frame *f, void *out, size_t size)
{
	struct svcplane_frame copy = *f;
	int err;

	if (f->len > size)
		return SVCPLANE_E_SPACE;
	if (!f->returned && !f->si)
		return SVCPLANE_E_SI;
	memcpy(out, f->data, f->len);
	copy.data = out;
	err = f->returned ? 0 : svcplane_return(&copy);
	return err ? err : (int)f->len;
}

/* Takes room for a context header and writes its head; NULL: no room. */
static uint8_t *add_tlv(struct out *o, uint16_t md_class, uint8_t type,
			uint8_t len)
{
	uint8_t *p = o->p + o->len;

	if (TLV_HEAD + ALIGN4(len) > o->size - o->len)
		return NULL;
	put16(p, md_class);
	p[2] = type;
	p[3] = len;
	memset(p + TLV_HEAD, 0, ALIGN4(len));
	o->len += TLV_HEAD + ALIGN4(len);
	return p + TLV_HEAD;
}

static int add_context(struct out *o, uint16_t md_class, const uint8_t *ctx)
{
	uint8_t *p = add_tlv(o, md_class, SVCPLANE_MD_TYPE_CTX,
			     SVCPLANE_CTX_LEN);

	if (!p)
		return SVCPLANE_E_SPACE;
	if (ctx)
		memcpy(p, ctx, SVCPLANE_CTX_LEN);
	context_answer(p);
	return 0;
}

static int add_body(struct out *o, uint16_t md_class,
		    const struct svcplane_body *b)
{
	uint8_t *p = add_tlv(o, md_class, SVCPLANE_MD_TYPE_CTL,
			     (uint8_t)b->len);

	if (!p)
		return SVCPLANE_E_SPACE;
	memcpy(p, b->bytes, b->len);
	return 0;
}

/* The received headers that are neither our context nor a stale message, with
 * their unassigned bits.
 */
static int add_others(struct out *o, const struct svcplane_frame *f)
{
	struct svcplane_tlv_info t = { 0 };
	size_t n;

	while (svcplane_tlv_next(f, &t)) {
		if (t.md_class == f->md_class &&
		    (t.type == SVCPLANE_MD_TYPE_CTX ||
		     t.type == SVCPLANE_MD_TYPE_CTL))
			continue;
		n = TLV_HEAD + ALIGN4(t.len);
		if (n > o->size - o->len)
			return SVCPLANE_E_SPACE;
		memcpy(o->p + o->len, t.value - TLV_HEAD, n);
		o->len += n;
	}
	return 0;
}

/* RFC 9145 MAC#1 or MAC#2: what we write would not match it. */
static bool is_protected(const struct svcplane_frame *f)
{
	struct svcplane_tlv_info t;

	return !svcplane_tlv_find(f, SVCPLANE_MD_CLASS_IETF,
				  SVCPLANE_MD_TYPE_MAC1, &t) ||
	       !svcplane_tlv_find(f, SVCPLANE_MD_CLASS_IETF, 0x03, &t);
}

static int attach_allowed(const struct svcplane_frame *f,
			  const struct svcplane_body *b)
{
	if (!si_usable(f))
		return SVCPLANE_E_SI;
	if (f->oam || f->next_proto == SVCPLANE_NP_OAM)
		return SVCPLANE_E_OAM;
	if (f->next_proto == SVCPLANE_NP_NONE)
		return SVCPLANE_E_EMPTY;
	if (is_protected(f))
		return SVCPLANE_E_INTEGRITY;
	if (!b->len || b->len > SVCPLANE_BODY_MAX || b->len & 3)
		return SVCPLANE_E_VALUE;
	return 0;
}

/* Bytes of the NSH that attaching makes, whether or not they can be. */
static size_t attach_nsh_len(const struct svcplane_frame *f,
			     const struct svcplane_body *b)
{
	struct svcplane_tlv_info t = { 0 };
	size_t n = SVCPLANE_NSH_BASE_LEN + TLV_HEAD + SVCPLANE_CTX_LEN +
		   TLV_HEAD + b->len;

	while (svcplane_tlv_next(f, &t))
		if (t.md_class != f->md_class ||
		    (t.type != SVCPLANE_MD_TYPE_CTX &&
		     t.type != SVCPLANE_MD_TYPE_CTL))
			n += TLV_HEAD + ALIGN4(t.len);
	return n;
}

int svcplane_attach_header(const struct svcplane_frame *f,
			   const struct svcplane_body *b, void *out,
			   size_t size)
{
	struct out o = { .p = out, .size = size };
	const uint8_t *old = f->data + NSH_OFF;
	size_t nsh_len = attach_nsh_len(f, b);
	uint8_t *nsh = o.p + NSH_OFF;
	int err = attach_allowed(f, b);

	if (err)
		return err;
	if (nsh_len > SVCPLANE_NSH_MAX_LEN)
		return SVCPLANE_E_TOOBIG;
	if (size < NSH_OFF + nsh_len)
		return SVCPLANE_E_SPACE;

	put_macs(f, o.p, o.p + 6);
	put16(o.p + 12, SVCPLANE_ETH_P_NSH);
	memcpy(nsh, old, SVCPLANE_NSH_BASE_LEN);
	put16(nsh, (uint16_t)((get16(old) & ~SVCPLANE_NSH_LEN_MASK) |
			      nsh_len / 4));
	nsh[2] = (uint8_t)((old[2] & 0xF0) | SVCPLANE_NSH_MD2);
	nsh[7] = si_out(f);
	o.len = NSH_OFF + SVCPLANE_NSH_BASE_LEN;
	err = add_context(&o, f->md_class, svcplane_context_find(f));
	if (!err)
		err = add_others(&o, f);
	if (!err)
		err = add_body(&o, f->md_class, b);
	return err ? err : (int)o.len;
}

int svcplane_attach(const struct svcplane_frame *f,
		    const struct svcplane_body *b, void *out, size_t size)
{
	int len = svcplane_attach_header(f, b, out, size);

	if (len < 0)
		return len;
	if (f->payload_len > size - (size_t)len)
		return SVCPLANE_E_SPACE;
	memcpy((uint8_t *)out + len, f->payload, f->payload_len);
	return len + (int)f->payload_len;
}

int svcplane_path_get(const struct svcplane_frame *f, struct svcplane_path *p)
{
	const uint8_t *ctx = svcplane_context_find(f);

	memset(p, 0, sizeof(*p));
	if (!si_usable(f))
		return SVCPLANE_E_SI;
	put_macs(f, p->dst, p->src);
	p->spi = f->spi;
	p->si = si_out(f);
	p->ttl = f->ttl;
	p->md_class = f->md_class;
	if (ctx)
		memcpy(p->context, ctx, SVCPLANE_CTX_LEN);
	context_answer(p->context);
	return 0;
}

/* "The flow of this frame" means nothing where there is no frame. */
static bool names_its_flow(const struct svcplane_body *b)
{
	struct svcplane_msg m;

	if (svcplane_body_parse(&m, b->bytes, b->len))
		return false;
	return m.type != SVCPLANE_CTL_VERDICT || m.has_tuple ||
	       (m.has_verdict && m.verdict.tag);
}

int svcplane_md_only(const struct svcplane_path *p,
		     const struct svcplane_body *b, void *out, size_t size)
{
	struct out o = { .p = out, .size = size };
	uint8_t *nsh = o.p + NSH_OFF;
	size_t nsh_len;
	int err;

	if (!b->len || b->len > SVCPLANE_BODY_MAX || b->len & 3 ||
	    !names_its_flow(b) || p->spi > 0xFFFFFF || p->ttl > 63)
		return SVCPLANE_E_VALUE;
	nsh_len = SVCPLANE_NSH_BASE_LEN + TLV_HEAD + SVCPLANE_CTX_LEN +
		  TLV_HEAD + b->len;
	if (size < NSH_OFF + nsh_len)
		return SVCPLANE_E_SPACE;

	memcpy(o.p, p->dst, 6);
	memcpy(o.p + 6, p->src, 6);
	put16(o.p + 12, SVCPLANE_ETH_P_NSH);
	put16(nsh, (uint16_t)(p->ttl << SVCPLANE_NSH_TTL_SHIFT | nsh_len / 4));
	nsh[2] = SVCPLANE_NSH_MD2;
	nsh[3] = SVCPLANE_NP_NONE;
	put32(nsh + 4, p->spi << 8 | p->si);
	o.len = NSH_OFF + SVCPLANE_NSH_BASE_LEN;
	err = add_context(&o, p->md_class, p->context);
	if (!err)
		err = add_body(&o, p->md_class, b);
	return err ? err : (int)o.len;
}
