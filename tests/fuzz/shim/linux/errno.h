/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SVP_SHIM_LINUX_ERRNO_H
#define SVP_SHIM_LINUX_ERRNO_H

#include_next <linux/errno.h>

#endif
