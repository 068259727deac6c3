/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SVP_COMPAT_LINUX_UNALIGNED_H
#define SVP_COMPAT_LINUX_UNALIGNED_H

/* <linux/unaligned.h> is <asm/unaligned.h> of before 6.12, moved. */
#if __has_include_next(<linux/unaligned.h>)
#include_next <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif

#endif /* SVP_COMPAT_LINUX_UNALIGNED_H */
