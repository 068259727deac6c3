/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's types in user space; what every other shim header needs */
#ifndef SVP_SHIM_LINUX_TYPES_H
#define SVP_SHIM_LINUX_TYPES_H

#include_next <linux/types.h>
#include <arpa/inet.h>
#include <stdbool.h>
#include <stddef.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s64 s64;

#define __force
#define __percpu

#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)

#endif
