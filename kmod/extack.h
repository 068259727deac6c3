/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Formatted texts for refusals.
 */
#ifndef SVP_EXTACK_H
#define SVP_EXTACK_H

#include <linux/compiler_attributes.h>

struct netlink_ext_ack;
struct nlattr;

#define SVP_ERR_MAX	256	/* bytes of a text with its NUL */

/**
 * svp_err - give a refusal its text
 * @extack: where to; may be NULL
 * @fmt: printf format of a sentence without a full stop or newline
 *
 * Unlike NL_SET_ERR_MSG_FMT() it has room for the names of an object's users,
 * and exists on every supported kernel.
 *
 * Context: process context.
 */
__printf(2, 3)
void svp_err(struct netlink_ext_ack *extack, const char *fmt, ...);

/**
 * svp_err_attr - likewise, pointing at the attribute that is wrong
 * @extack: where to; may be NULL
 * @attr: the attribute; may be NULL
 * @fmt: printf format
 */
__printf(3, 4)
void svp_err_attr(struct netlink_ext_ack *extack, const struct nlattr *attr,
		  const char *fmt, ...);

#endif
