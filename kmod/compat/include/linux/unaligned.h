/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SVP_COMPAT_LINUX_UNALIGNED_H
#define SVP_COMPAT_LINUX_UNALIGNED_H

/*
 * <linux/unaligned.h> is <asm/unaligned.h> of before 6.12, moved. A version and
 * not __has_include_next(): sparse does not know that.
 */
#include <linux/version.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#include_next <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif

#endif /* SVP_COMPAT_LINUX_UNALIGNED_H */
