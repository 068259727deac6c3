// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which path a new flow takes.
 */
#include <linux/bitops.h>
#include <linux/bits.h>
#include <linux/string.h>

#include "parse.h"
#include "path.h"
#include "select.h"

#define LOG_BITS	26	/* fraction bits of a logarithm */
#define LOG_INDEX	7	/* bits of the mantissa that index the table */
#define LOG_REST	(31 - LOG_INDEX)

/* log2(1 + i / 128) */
static const u32 log_table[BIT(LOG_INDEX) + 1] = {
	0x0000000, 0x00b7f28, 0x016e797, 0x02239a4, 0x02d75a7, 0x0389bf5,
	0x043ace2, 0x04ea8bf, 0x0598fdc, 0x0646286, 0x06f2109, 0x079cbb0,
	0x08462c4, 0x08ee68d, 0x099574f, 0x0a3b550, 0x0ae00d2, 0x0b83a17,
	0x0c2615f, 0x0cc76e8, 0x0d67af1, 0x0e06db6, 0x0ea4f72, 0x0f4205f,
	0x0fde0b6, 0x10790ae, 0x111307e, 0x11ac05b, 0x124407b, 0x12db110,
	0x137124d, 0x1406464, 0x149a785, 0x152dbe0, 0x15c01a4, 0x16518fe,
	0x16e221d, 0x1771d2c, 0x1800a56, 0x188e9c7, 0x191bba9, 0x19a8024,
	0x1a33761, 0x1abe188, 0x1b47ebf, 0x1bd0f2f, 0x1c592fb, 0x1ce0a49,
	0x1d6753e, 0x1ded3fd, 0x1e726aa, 0x1ef6d67, 0x1f7a857, 0x1ffd79a,
	0x207fb51, 0x210139e, 0x21820a0, 0x2202276, 0x228193f, 0x230051a,
	0x237e624, 0x23fbc7a, 0x247883b, 0x24f4981, 0x2570069, 0x25ead0f,
	0x2664f8d, 0x26de7ff, 0x275767f, 0x27cfb27, 0x2847610, 0x28be753,
	0x2934f09, 0x29aad4b, 0x2a20231, 0x2a94dd2, 0x2b09045, 0x2b7c9a2,
	0x2bef9ff, 0x2c62172, 0x2cd4012, 0x2d455f4, 0x2db632d, 0x2e267d3,
	0x2e963fb, 0x2f057b8, 0x2f7431f, 0x2fe2644, 0x305013b, 0x30bd416,
	0x3129ee9, 0x31961c7, 0x3201cc3, 0x326cfee, 0x32d7b5a, 0x3341f1a,
	0x33abb40, 0x3414fdb, 0x347dcfe, 0x34e62ba, 0x354e11f, 0x35b583d,
	0x361c825, 0x36830e7, 0x36e9292, 0x374ed36, 0x37b40e4, 0x3818da9,
	0x387d394, 0x38e12b6, 0x3944b1c, 0x39a7cd4, 0x3a0a7ee, 0x3a6cc76,
	0x3acea7c, 0x3b3020d, 0x3b91335, 0x3bf1e04, 0x3c52286, 0x3cb20c8,
	0x3d118d6, 0x3d70abf, 0x3dcf68e, 0x3e2dc50, 0x3e8bc11, 0x3ee95de,
	0x3f469c2, 0x3fa37ca, 0x4000000,
};

/*
 * -log2(u / 2^32), straight lines between the points of the table. The error
 * is at most 1.1e-5, and near u = 2^32, where the smallest of many values lie,
 * 0.2 % of the value: so much can the share of a path differ from its weight.
 */
static u32 neg_log2(u32 u)
{
	unsigned int exponent, index;
	u32 mantissa, low, high;

	if (!u)
		u = 1;
	exponent = fls(u) - 1;
	mantissa = (u << (31 - exponent)) & ~BIT(31);
	index = mantissa >> LOG_REST;
	low = log_table[index];
	high = log_table[index + 1];
	low += (u64)(high - low) * (mantissa & (BIT(LOG_REST) - 1)) >> LOG_REST;
	return ((32 - exponent) << LOG_BITS) - low;
}

/* Both directions of a flow give the same: the smaller end goes first */
struct canonical {
	union svp_addr addr[2];
	__be16 port[2];
	u8 family, proto;
	u16 pad;
};

static u64 hash_tuple(const struct svp_tuple *tuple, const siphash_key_t *seed)
{
	struct canonical c = { .family = tuple->family, .proto = tuple->proto };
	int order = memcmp(&tuple->src, &tuple->dst, sizeof(tuple->src));
	bool swap;

	if (!order)
		order = memcmp(&tuple->sport, &tuple->dport,
			       sizeof(tuple->sport));
	swap = order > 0;
	c.addr[swap] = tuple->src;
	c.addr[!swap] = tuple->dst;
	c.port[swap] = tuple->sport;
	c.port[!swap] = tuple->dport;
	return siphash(&c, sizeof(c), seed);
}

/**
 * svp_select_hash - choose a path by weighted rendezvous
 * @paths: the paths of a chain
 * @n: how many
 * @tuple: of either direction of the flow; VLAN and guest port do not count
 * @seed: key of the hash, the same wherever the choice has to be the same
 *
 * Each path draws a number between 0 and 1 from the flow and its SPI, and the
 * smallest -log(number) / weight wins: so a path gets a share of the flows by
 * its weight, and one that goes or comes moves no flow between the others.
 *
 * Context: RCU.
 * Return: the path, no reference taken, valid under RCU; NULL if there is no
 * usable path with a weight.
 */
struct svp_path *svp_select_hash(struct svp_path *const *paths, unsigned int n,
				 const struct svp_tuple *tuple,
				 const siphash_key_t *seed)
{
	u64 flow = hash_tuple(tuple, seed);
	struct svp_path *best = NULL;
	u32 best_log = 0;
	unsigned int i;

	for (i = 0; i < n; i++) {
		struct svp_path *path = paths[i];
		u32 log;

		if (!path->weight || !svp_path_usable(path))
			continue;
		log = neg_log2(siphash_2u64(flow, path->spi[SVP_OUT], seed) >>
			       32);
		/* log / weight < best_log / best->weight, without dividing */
		if (!best || (u64)log * best->weight <
			     (u64)best_log * path->weight) {
			best = path;
			best_log = log;
		}
	}
	return best;
}
