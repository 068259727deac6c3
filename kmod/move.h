/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Guests that move to another host: their flows are told to it.
 */
#ifndef SVP_MOVE_H
#define SVP_MOVE_H

#include "host.h"
#include "port.h"

/**
 * struct svp_move - one stretch of telling a guest's flows to another host
 * @port: guest port
 * @host: host it moves to
 * @mac: address of the guest
 * @cursor: where in the flow table to begin; moved on. 0 = the beginning
 * @flows: records sent in this stretch
 * @done: nothing is left
 */
struct svp_move {
	struct svp_port *port;
	struct svp_host *host;
	u8 mac[ETH_ALEN];
	u32 cursor;
	u32 flows;
	bool done;
};

int svp_move_send(struct svp_move *move);
int svp_move_init(void);
void svp_move_exit(void);

#endif
