/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Builds frames for suites, header by header. Values that suites compare with
 * are the constants below.
 */
#ifndef SVP_TEST_FRAME_H
#define SVP_TEST_FRAME_H

#include <linux/string.h>
#include <linux/types.h>

#define FRAME_MAX	256
#define FRAME_A4	0xC0000201	/* 192.0.2.1, source */
#define FRAME_B4	0xC6336402	/* 198.51.100.2, destination */
#define FRAME_SPORT	1234
#define FRAME_DPORT	80
#define FRAME_ID	77		/* identifier of queries */
#define FRAME_FRAG_ID	0x1234

struct frame {
	unsigned int len;
	unsigned int l3;	/* of the outermost IP header */
	u8 family;
	u8 data[FRAME_MAX];
};

static inline void frame_put(struct frame *f, const void *p, unsigned int n)
{
	if (n > FRAME_MAX - f->len)
		return;
	if (p)
		memcpy(f->data + f->len, p, n);
	else
		memset(f->data + f->len, 0, n);
	f->len += n;
}

static inline void frame_zero(struct frame *f, unsigned int n)
{
	frame_put(f, NULL, n);
}

static inline void frame_u8(struct frame *f, u8 v)
{
	frame_put(f, &v, 1);
}

static inline void frame_u16(struct frame *f, u16 v)
{
	frame_u8(f, v >> 8);
	frame_u8(f, v);
}

static inline void frame_u32(struct frame *f, u32 v)
{
	frame_u16(f, v >> 16);
	frame_u16(f, v);
}

static inline void frame_set16(struct frame *f, unsigned int off, u16 v)
{
	f->data[off] = v >> 8;
	f->data[off + 1] = v;
}

/* From 52:54:00:00:00:01 to 52:54:00:00:00:02; tags and the type come next */
static inline void frame_macs(struct frame *f)
{
	static const u8 macs[] = { 0x52, 0x54, 0, 0, 0, 2,
				   0x52, 0x54, 0, 0, 0, 1 };

	memset(f, 0, sizeof(*f));
	frame_put(f, macs, sizeof(macs));
}

static inline void frame_eth(struct frame *f, u16 type)
{
	frame_macs(f);
	frame_u16(f, type);
}

static inline void frame_tag(struct frame *f, u16 tpid, u16 tci)
{
	frame_u16(f, tpid);
	frame_u16(f, tci);
}

static inline void frame_addr6(struct frame *f, u8 last)
{
	frame_u32(f, 0x20010db8);
	frame_zero(f, 11);
	frame_u8(f, last);
}

/* Lengths are set by frame_done(); @back: from B to A */
static inline void frame_ip4_hdr(struct frame *f, u8 proto, u16 frag, bool back)
{
	if (!f->l3) {
		f->l3 = f->len;
		f->family = 4;
	}
	frame_u16(f, 0x4500);
	frame_u16(f, 20);
	frame_u16(f, FRAME_FRAG_ID);
	frame_u16(f, frag);
	frame_u8(f, 64);
	frame_u8(f, proto);
	frame_u16(f, 0);
	frame_u32(f, back ? FRAME_B4 : FRAME_A4);
	frame_u32(f, back ? FRAME_A4 : FRAME_B4);
}

static inline void frame_ip6_hdr(struct frame *f, u8 proto, u8 hops, bool back)
{
	if (!f->l3) {
		f->l3 = f->len;
		f->family = 6;
	}
	frame_u32(f, 0x60000000);
	frame_u16(f, 0);
	frame_u8(f, proto);
	frame_u8(f, hops);
	frame_addr6(f, back ? 2 : 1);
	frame_addr6(f, back ? 1 : 2);
}

static inline void frame_ip4(struct frame *f, u8 proto)
{
	frame_eth(f, 0x0800);
	frame_ip4_hdr(f, proto, 0, false);
}

static inline void frame_ip6(struct frame *f, u8 proto)
{
	frame_eth(f, 0x86DD);
	frame_ip6_hdr(f, proto, 64, false);
}

static inline void frame_ports(struct frame *f)
{
	frame_u16(f, FRAME_SPORT);
	frame_u16(f, FRAME_DPORT);
}

static inline void frame_tcp(struct frame *f, u8 flags)
{
	frame_ports(f);
	frame_zero(f, 8);
	frame_u8(f, 0x50);
	frame_u8(f, flags);
	frame_zero(f, 6);
}

static inline void frame_udp(struct frame *f)
{
	frame_ports(f);
	frame_zero(f, 4);
}

static inline void frame_icmp(struct frame *f, u8 type, u8 code, u16 id)
{
	frame_u8(f, type);
	frame_u8(f, code);
	frame_u16(f, 0);
	frame_u16(f, id);
	frame_u16(f, 0);
}

/* An IPv6 extension header of 8 bytes */
static inline void frame_ext(struct frame *f, u8 next)
{
	frame_u8(f, next);
	frame_zero(f, 7);
}

static inline void frame_frag6(struct frame *f, u8 next, u16 off_mf)
{
	frame_u8(f, next);
	frame_u8(f, 0);
	frame_u16(f, off_mf);
	frame_u32(f, FRAME_FRAG_ID);
}

/* Sets the length field of the outermost IP header */
static inline void frame_done(struct frame *f)
{
	if (f->family == 4)
		frame_set16(f, f->l3 + 2, f->len - f->l3);
	else if (f->family == 6)
		frame_set16(f, f->l3 + 4, f->len - f->l3 - 40);
}

#endif
