/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which path a new flow takes.
 */
#ifndef SVP_SELECT_H
#define SVP_SELECT_H

#include <linux/siphash.h>

#include "path.h"

struct svp_tuple;

/*
 * Weighted rendezvous over the tuple in canonical order (both directions give
 * the same), seeded: losing a path moves only its flows. Only usable paths
 * count; NULL if there is none.
 */
struct svp_path *svp_select_hash(struct svp_path *const *paths, unsigned int n,
				 const struct svp_tuple *tuple,
				 const siphash_key_t *seed);

#endif
