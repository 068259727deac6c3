/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SVP_SHIM_LINUX_IN_H
#define SVP_SHIM_LINUX_IN_H

#include <linux/types.h>
#include <netinet/in.h>

static inline bool ipv4_is_multicast(__be32 addr)
{
	return (addr & htonl(0xf0000000)) == htonl(0xe0000000);
}

static inline bool ipv4_is_lbcast(__be32 addr)
{
	return addr == htonl(INADDR_BROADCAST);
}

#endif
