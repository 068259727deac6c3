/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shadow of linux/netlink.h: the check that a dump's cursor fits, which 6.1
 * has under a misspelt name.
 */
#ifndef SVP_COMPAT_LINUX_NETLINK_H
#define SVP_COMPAT_LINUX_NETLINK_H

#include_next <linux/netlink.h>

#ifndef NL_ASSERT_DUMP_CTX_FITS
#define NL_ASSERT_DUMP_CTX_FITS(type_name)				\
	BUILD_BUG_ON(sizeof(type_name) >				\
		     sizeof_field(struct netlink_callback, ctx))
#endif

#endif
