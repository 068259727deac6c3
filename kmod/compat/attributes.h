/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Attributes that not every kernel names.
 */
#ifndef SVP_COMPAT_ATTRIBUTES_H
#define SVP_COMPAT_ATTRIBUTES_H

/*
 * A variable that is written before it is read, on the hit path, and large: a kernel
 * with CONFIG_INIT_STACK_ALL_ZERO would clear it for each frame before that.
 */
#ifndef __uninitialized
#if __has_attribute(__uninitialized__)
#define __uninitialized	__attribute__((__uninitialized__))
#else
#define __uninitialized
#endif
#endif

#endif
