/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shadow of net/genetlink.h: names that kernels before 6.2 and 6.7 have under
 * another name. Neither is a macro, so only the version tells.
 */
#ifndef SVP_COMPAT_NET_GENETLINK_H
#define SVP_COMPAT_NET_GENETLINK_H

#include_next <net/genetlink.h>
#include <linux/version.h>

/* What pre_doit and post_doit get: has internal_flags in either form */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define genl_split_ops		genl_ops
#endif

/* Of the result only ->attrs may be used */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)
#define genl_info_dump(cb)	genl_dumpit_info(cb)
#endif

/* Before it had a name of its own, groups were marked as commands are */
#ifndef GENL_MCAST_CAP_NET_ADMIN
#define GENL_MCAST_CAP_NET_ADMIN	GENL_UNS_ADMIN_PERM
#endif

#endif
