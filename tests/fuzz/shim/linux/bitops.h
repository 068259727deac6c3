/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SVP_SHIM_LINUX_BITOPS_H
#define SVP_SHIM_LINUX_BITOPS_H

#define BITS_PER_LONG	((int)(8 * sizeof(long)))
#define BIT(n)		(1UL << (n))
#define GENMASK(h, l)	((~0UL << (l)) & (~0UL >> (BITS_PER_LONG - 1 - (h))))

#endif
