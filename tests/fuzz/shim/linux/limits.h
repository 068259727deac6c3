/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SVP_SHIM_LINUX_LIMITS_H
#define SVP_SHIM_LINUX_LIMITS_H

#include_next <linux/limits.h>

#define U16_MAX		((u16)~0U)
#define U32_MAX		((u32)~0U)
#define U64_MAX		((u64)~0ULL)

#endif
