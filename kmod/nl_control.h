/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events as netlink notifications.
 */
#ifndef SVP_NL_CONTROL_H
#define SVP_NL_CONTROL_H

void svp_nl_control_init(void);
void svp_nl_control_exit(void);

#endif
