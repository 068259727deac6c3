/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SVP_SHIM_LINUX_IN6_H
#define SVP_SHIM_LINUX_IN6_H

#include <netinet/in.h>

#endif
