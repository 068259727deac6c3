/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of the library share and nobody else sees. */
#ifndef SVCPLANE_INTERNAL_H
#define SVCPLANE_INTERNAL_H

#include <string.h>
#include "svcplane.h"

#define NSH_OFF		SVCPLANE_ETH_LEN
#define TLV_HEAD	4
#define ALIGN4(n)	(((n) + 3u) & ~3u)

static inline uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t get32(const uint8_t *p)
{
	return (uint32_t)get16(p) << 16 | get16(p + 2);
}

static inline uint64_t get64(const uint8_t *p)
{
	return (uint64_t)get32(p) << 32 | get32(p + 4);
}

static inline void put16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static inline void put32(uint8_t *p, uint32_t v)
{
	put16(p, (uint16_t)(v >> 16));
	put16(p + 2, (uint16_t)v);
}

/* Q asked: set A. Bytes of another layout are not ours to write. */
static inline void context_answer(uint8_t ctx[SVCPLANE_CTX_LEN])
{
	uint32_t w0 = get32(ctx);

	if ((w0 & (SVCPLANE_CTX0_D | SVCPLANE_CTX0_F_MASK)) !=
	    SVCPLANE_CTX0_F_TAG)
		return;
	if (get32(ctx + 4) & SVCPLANE_CTX1_Q)
		put32(ctx + 12, get32(ctx + 12) | SVCPLANE_CTX3_A);
}

/* The 16 bytes of context inside a frame, or NULL. */
const uint8_t *svcplane_context_find(const struct svcplane_frame *f);

#endif /* SVCPLANE_INTERNAL_H */
