/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shadow of linux/netlink.h: formatted extack texts, which 6.1 does not have.
 */
#ifndef SVP_COMPAT_LINUX_NETLINK_H
#define SVP_COMPAT_LINUX_NETLINK_H

#include_next <linux/netlink.h>

#ifndef NL_SET_ERR_MSG_FMT

#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/kernel.h>

/* Bytes of a text with its NUL; the newer kernels cut there, so do we */
#define NETLINK_MAX_FMTMSG_LEN	80

#define SVP_COMPAT_FMTMSGS	8

/*
 * The extack of 6.1 has only a pointer, read after the request's locks are
 * gone. So the text lives in a ring: it lasts until as many further refusals
 * of this file have been made as the ring has places.
 */
static inline __printf(1, 2) const char *svp_compat_fmtmsg(const char *fmt, ...)
{
	static char ring[SVP_COMPAT_FMTMSGS][NETLINK_MAX_FMTMSG_LEN];
	static atomic_t turn;
	char *msg = ring[(unsigned int)atomic_inc_return(&turn) %
			 SVP_COMPAT_FMTMSGS];
	va_list args;

	va_start(args, fmt);
	vscnprintf(msg, NETLINK_MAX_FMTMSG_LEN, fmt, args);
	va_end(args);
	return msg;
}

#define NL_SET_ERR_MSG_FMT(extack, fmt, args...) do {		\
	struct netlink_ext_ack *__extack = (extack);		\
								\
	if (__extack)						\
		__extack->_msg = svp_compat_fmtmsg(fmt, ##args);	\
} while (0)

#define NL_SET_ERR_MSG_FMT_MOD(extack, fmt, args...)		\
	NL_SET_ERR_MSG_FMT((extack), KBUILD_MODNAME ": " fmt, ##args)

#define NL_SET_ERR_MSG_ATTR_FMT(extack, attr, fmt, args...) do {	\
	struct netlink_ext_ack *__ack = (extack);		\
								\
	NL_SET_ERR_MSG_FMT(__ack, fmt, ##args);			\
	if (__ack) {						\
		__ack->bad_attr = (attr);			\
		__ack->policy = NULL;				\
	}							\
} while (0)

#endif /* NL_SET_ERR_MSG_FMT */

#endif
