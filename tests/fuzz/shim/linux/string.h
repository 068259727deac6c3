/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SVP_SHIM_LINUX_STRING_H
#define SVP_SHIM_LINUX_STRING_H

#include <string.h>

#endif
