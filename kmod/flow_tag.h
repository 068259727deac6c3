/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Flow tags: a keyed permutation of 31 bits. Pure.
 */
#ifndef SVP_FLOW_TAG_H
#define SVP_FLOW_TAG_H

#include <linux/bits.h>
#include <linux/types.h>

#define SVP_FLOW_TAG_BITS	31
#define SVP_FLOW_TAG_MASK	(BIT(SVP_FLOW_TAG_BITS) - 1)
#define SVP_FLOW_TAG_ROUNDS	2

/**
 * struct svp_flow_tag_key - random bits, any value will do
 * @k: a pair for each round
 */
struct svp_flow_tag_key {
	u32 k[2 * SVP_FLOW_TAG_ROUNDS];
};

u32 svp_flow_tag_permute(const struct svp_flow_tag_key *key, u32 counter);
u32 svp_flow_tag_invert(const struct svp_flow_tag_key *key, u32 tag);

#endif
