/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rules compiled: interval tables per field with aggregated bit vectors.
 */
#ifndef SVP_CLASSIFY_H
#define SVP_CLASSIFY_H

#include "rule.h"

#define SVP_CLASSIFY_RULES	65536	/* at most in one classifier */

struct netlink_ext_ack;
struct svp_classifier;

/* @rules sorted by priority; the classifier keeps the pointers, not references */
struct svp_classifier *svp_classify_build(struct svp_rule *const *rules,
					  unsigned int n,
					  struct netlink_ext_ack *extack);
void svp_classify_free(struct svp_classifier *classifier);
size_t svp_classify_size(const struct svp_classifier *classifier);
struct svp_rule *svp_classify_lookup(const struct svp_classifier *classifier,
				     const struct svp_query *query);

#endif
