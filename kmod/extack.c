// SPDX-License-Identifier: GPL-2.0-only
/*
 * An extended ack takes a pointer to a text, which must live until the reply
 * has been built, after the handler and its locks are gone. Texts therefore
 * rotate through a ring: one is overwritten only when as many more refusals
 * as the ring is long happen between a handler and its reply.
 */
#include <linux/atomic.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/netlink.h>

#include "extack.h"

#define RING	64

static char ring[RING][SVP_ERR_MAX];
static atomic_t next;

static const char *format(const char *fmt, va_list args)
{
	char *text;

	BUILD_BUG_ON(!is_power_of_2(RING));
	text = ring[(unsigned int)atomic_inc_return(&next) % RING];
	vscnprintf(text, SVP_ERR_MAX, fmt, args);
	return text;
}

void svp_err(struct netlink_ext_ack *extack, const char *fmt, ...)
{
	va_list args;

	if (!extack)
		return;
	va_start(args, fmt);
	extack->_msg = format(fmt, args);
	va_end(args);
}

void svp_err_attr(struct netlink_ext_ack *extack, const struct nlattr *attr,
		  const char *fmt, ...)
{
	va_list args;

	if (!extack)
		return;
	va_start(args, fmt);
	extack->_msg = format(fmt, args);
	va_end(args);
	NL_SET_BAD_ATTR(extack, attr);
}
