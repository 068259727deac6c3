/* SPDX-License-Identifier: GPL-2.0-only */
/* <linux/unaligned.h> came with 6.12; before that it is <asm/unaligned.h>. */
#ifndef SVP_COMPAT_LINUX_UNALIGNED_H
#define SVP_COMPAT_LINUX_UNALIGNED_H

#include <linux/version.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#include_next <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif

#endif
