/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shadow of net/gso.h, which 6.5 cut out of linux/netdevice.h and
 * linux/skbuff.h.
 */
#ifndef SVP_COMPAT_NET_GSO_H
#define SVP_COMPAT_NET_GSO_H

#ifdef SVP_HAVE_NET_GSO_H
#include_next <net/gso.h>
#else
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#endif

#endif
