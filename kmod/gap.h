/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events of frames that pass taps around their hooks.
 */
#ifndef SVP_GAP_H
#define SVP_GAP_H

struct svp_port;

/* Under RTNL */
void svp_gap_watch(struct svp_port *port);
void svp_gap_unwatch(struct svp_port *port);

int svp_gap_init(void);
void svp_gap_exit(void);

#endif
