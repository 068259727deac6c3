// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules compiled.
 */
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/netlink.h>
#include <linux/overflow.h>
#include <linux/string.h>

#include "classify.h"

struct svp_classifier {
	unsigned int n;
	struct svp_rule *rules[];
};

/**
 * svp_classify_build - compile rules
 * @rules: in the order in which they are asked; the classifier keeps the
 *	pointers, the caller the references
 * @n: how many
 * @extack: where a refusal is told
 *
 * Context: process.
 * Return: the classifier or an ERR_PTR.
 */
struct svp_classifier *svp_classify_build(struct svp_rule *const *rules,
					  unsigned int n,
					  struct netlink_ext_ack *extack)
{
	struct svp_classifier *c;

	c = kvmalloc(struct_size(c, rules, n), GFP_KERNEL_ACCOUNT);
	if (!c) {
		NL_SET_ERR_MSG(extack, "no memory for the compiled rules");
		return ERR_PTR(-ENOMEM);
	}
	c->n = n;
	memcpy(c->rules, rules, array_size(n, sizeof(*rules)));
	return c;
}

/**
 * svp_classify_free - free a classifier
 * @classifier: nobody looks into it any more; may be NULL
 */
void svp_classify_free(struct svp_classifier *classifier)
{
	kvfree(classifier);
}

/**
 * svp_classify_lookup - the first rule that matches a frame
 * @classifier: the rules
 * @query: what of the frame rules look at
 *
 * Context: RCU; takes no lock and allocates nothing.
 * Return: the rule, no reference taken; NULL if none matches.
 */
struct svp_rule *svp_classify_lookup(const struct svp_classifier *classifier,
				     const struct svp_query *query)
{
	unsigned int i;

	for (i = 0; i < classifier->n; i++)
		if (svp_rule_matches(classifier->rules[i], query))
			return classifier->rules[i];
	return NULL;
}
