/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SVP_SHIM_LINUX_UNALIGNED_H
#define SVP_SHIM_LINUX_UNALIGNED_H

#include <linux/types.h>
#include <string.h>

#define get_unaligned(ptr) ({					\
	__typeof__(*(ptr) + 0) __val = 0;			\
	memcpy(&__val, (ptr), sizeof(*(ptr)));			\
	(__typeof__(*(ptr)))__val;				\
})

static inline u16 get_unaligned_be16(const void *p)
{
	const u8 *b = p;

	return b[0] << 8 | b[1];
}

static inline u32 get_unaligned_be32(const void *p)
{
	const u8 *b = p;

	return (u32)get_unaligned_be16(b) << 16 | get_unaligned_be16(b + 2);
}

static inline u64 get_unaligned_be64(const void *p)
{
	const u8 *b = p;

	return (u64)get_unaligned_be32(b) << 32 | get_unaligned_be32(b + 4);
}

static inline void put_unaligned_be16(u16 val, void *p)
{
	u8 *b = p;

	b[0] = val >> 8;
	b[1] = val;
}

static inline void put_unaligned_be32(u32 val, void *p)
{
	put_unaligned_be16(val >> 16, p);
	put_unaligned_be16(val, (u8 *)p + 2);
}

static inline void put_unaligned_be64(u64 val, void *p)
{
	put_unaligned_be32(val >> 32, p);
	put_unaligned_be32(val, (u8 *)p + 4);
}

#endif
