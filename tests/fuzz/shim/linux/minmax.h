/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SVP_SHIM_LINUX_MINMAX_H
#define SVP_SHIM_LINUX_MINMAX_H

#define min(a, b)	((a) < (b) ? (a) : (b))
#define max(a, b)	((a) > (b) ? (a) : (b))

#endif
