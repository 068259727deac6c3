// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flow tags: a keyed permutation of 31 bits.
 *
 * An unbalanced Feistel network: 16 high and 15 low bits change each other in
 * turn, so that each half round is undone by doing it again. A tag is a name,
 * not a capability (who shows one is checked by other means), so the round
 * function only has to scatter: nobody may count another guest's flows by
 * looking at the tags of his own. It costs a few multiplications, no hash.
 */
#include "flow_tag.h"

#define LOW_BITS	15
#define LOW_MASK	((1U << LOW_BITS) - 1)

/* 16 bits that depend on all of @x and @k */
static u32 scatter(u32 x, u32 k)
{
	x = (x ^ k) * 0x9e3779b1;
	x = (x ^ (x >> 15)) * (k | 1);
	return x >> 16;
}

/**
 * svp_flow_tag_permute - tag of a counter
 * @key: of the table
 * @counter: 31 bits
 *
 * Context: any.
 * Return: 31 bits; another value for each counter. 0 is not special here.
 */
u32 svp_flow_tag_permute(const struct svp_flow_tag_key *key, u32 counter)
{
	u32 high = counter >> LOW_BITS, low = counter & LOW_MASK;
	int i;

	for (i = 0; i < SVP_FLOW_TAG_ROUNDS; i++) {
		high ^= scatter(low, key->k[2 * i]);
		low ^= scatter(high, key->k[2 * i + 1]) & LOW_MASK;
	}
	return high << LOW_BITS | low;
}

/**
 * svp_flow_tag_invert - counter of a tag
 * @key: of the table
 * @tag: 31 bits
 *
 * Context: any.
 * Return: what svp_flow_tag_permute() made @tag of.
 */
u32 svp_flow_tag_invert(const struct svp_flow_tag_key *key, u32 tag)
{
	u32 high = tag >> LOW_BITS, low = tag & LOW_MASK;
	int i;

	for (i = SVP_FLOW_TAG_ROUNDS - 1; i >= 0; i--) {
		low ^= scatter(high, key->k[2 * i + 1]) & LOW_MASK;
		high ^= scatter(low, key->k[2 * i]);
	}
	return high << LOW_BITS | low;
}
