/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Records of flows that move with their guest, from and to the wire: wire.md
 * section 17. No tables, no policy in here.
 */
#ifndef SVP_FLOW_REC_H
#define SVP_FLOW_REC_H

#include <linux/build_bug.h>
#include <linux/if_ether.h>
#include <linux/svcplane_wire.h>

#include "parse.h"
#include "svcplane.h"
#include "wire.h"

static_assert(sizeof(struct svcplane_flow_head) == 8);
static_assert(sizeof(struct svcplane_flow_rec) == SVCPLANE_FLOW_REC_LEN);

/**
 * struct svp_flow_rec - one connection, host byte order but for the tuple
 * @tuple: as in frames from the guest; svp_tuple.port is 0
 * @flags: SVCPLANE_FLOW_*
 * @peer: MAC address of the other side, all zero = not known
 * @chain: chain id, 0 = none
 * @spi: of each direction, 0 = none
 * @skip: skip mask of each direction
 * @act: of each direction, enum svp_flow_act
 * @tcp: state of each direction, enum svp_flow_tcp
 * @idle: milliseconds since the last frame
 * @until: milliseconds that the treatment lasts, 0 = as long as the flow
 */
struct svp_flow_rec {
	struct svp_tuple tuple;
	u8 flags;
	u8 peer[ETH_ALEN];
	u16 chain;
	u32 spi[SVP_DIRS];
	u16 skip[SVP_DIRS];
	u8 act[SVP_DIRS];
	u8 tcp[SVP_DIRS];
	u32 idle;
	u32 until;
};

/**
 * struct svp_flow_recs - flow state of a guest, as it is read
 * @mac: address of the guest
 * @left: records that were not read yet
 */
struct svp_flow_recs {
	u8 mac[ETH_ALEN];
	struct svp_bytes left;
};

bool svp_flow_recs_open(struct svp_flow_recs *recs,
			const struct svp_bytes *value);
bool svp_flow_recs_next(struct svp_flow_recs *recs, struct svp_flow_rec *rec,
			unsigned int *invalid);

unsigned int svp_flow_recs_head(void *buf, const u8 mac[ETH_ALEN], u16 count);
void svp_flow_rec_put(void *buf, const struct svp_flow_rec *rec);

#endif
