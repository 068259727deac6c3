// SPDX-License-Identifier: GPL-2.0-only
/*
 * The last step before a policy is published. Objects that say what they said
 * before are taken over from the old policy, so that flows pinned to them need
 * not move; a chain whose services or order changed gets a new generation,
 * which cancels the verdicts bound to it.
 */
#include <linux/bitmap.h>
#include <linux/slab.h>

#include "extack.h"
#include "node.h"
#include "policy.h"

static bool same_chain(const struct svp_chain *a, const struct svp_chain *b)
{
	return !strcmp(a->name, b->name) && a->fail == b->fail &&
	       a->select == b->select && svp_chain_same_services(a, b);
}

static void settle_chain(struct svp_policy *policy, struct svp_chain_set *set,
			 const struct svp_policy *old)
{
	struct svp_chain_set *was = svp_policy_chain(old, set->chain->id);

	if (was && was->chain == set->chain)
		return;
	if (was && same_chain(was->chain, set->chain)) {
		svp_chain_put(set->chain);
		set->chain = svp_chain_hold(was->chain);
	} else if (was && svp_chain_same_services(was->chain, set->chain)) {
		set->chain->gen = was->chain->gen;
	} else {
		set->chain->gen = policy->next_chain_gen++;
	}
}

static bool same_path(const struct svp_path *a, const struct svp_path *b)
{
	return a->chain == b->chain && a->spi[SVP_IN] == b->spi[SVP_IN] &&
	       a->weight == b->weight && a->n_hops == b->n_hops &&
	       !memcmp(a->nodes, b->nodes, a->n_hops * sizeof(a->nodes[0]));
}

/* Neither store can fail: both entries exist */
static void exchange_path(struct svp_policy *policy, struct svp_path *from,
			  struct svp_path *to)
{
	xa_store(&policy->spis, to->spi[SVP_OUT], to, GFP_KERNEL);
	xa_store(&policy->spis, to->spi[SVP_IN], to, GFP_KERNEL);
	svp_path_put(from);
}

static int settle_path(struct svp_policy *policy, struct svp_path *path,
		       const struct svp_policy *old,
		       struct netlink_ext_ack *extack)
{
	struct svp_chain_set *set = svp_policy_chain(policy, path->chain->id);
	struct svp_path *was = svp_policy_path(old, path->spi[SVP_OUT]);
	struct svp_path conf, *copy;
	int err;

	if (!set) {
		svp_err(extack, "path %u is of chain %s, which is not there",
			path->spi[SVP_OUT], path->chain->name);
		return -ENOENT;
	}
	err = svp_policy_check_path(path, set->chain, extack);
	if (err)
		return err;
	conf = *path;
	conf.chain = set->chain;
	if (was && was != path && was->spi[SVP_OUT] == path->spi[SVP_OUT] &&
	    same_path(was, &conf)) {
		exchange_path(policy, path, svp_path_hold(was));
		return 0;
	}
	if (path->chain == set->chain)
		return 0;
	copy = svp_path_alloc(&conf);
	if (!copy)
		return -ENOMEM;
	exchange_path(policy, path, copy);
	return 0;
}

/* NULL for the entry of a path's reverse SPI: each path counts once */
static struct svp_chain_set *set_of(const struct svp_policy *policy,
				    unsigned long spi,
				    const struct svp_path *path)
{
	return spi == path->spi[SVP_OUT] ?
		svp_policy_chain(policy, path->chain->id) : NULL;
}

static void put_paths(struct svp_policy *policy, bool weighted)
{
	struct svp_chain_set *set;
	struct svp_path *path;
	unsigned long i;

	xa_for_each(&policy->spis, i, path) {
		set = set_of(policy, i, path);
		if (!set || !!path->weight != weighted)
			continue;
		set->paths[set->n_paths++] = path;
		set->n_weighted += weighted;
	}
}

/*
 * Weighted paths first: the others take no new flows but keep theirs. Not chain by
 * chain: there may be thousands of either.
 */
static int collect_paths(struct svp_policy *policy)
{
	struct svp_chain_set *set;
	struct svp_path *path;
	unsigned long i;

	xa_for_each(&policy->chains, i, set)
		set->n_paths = 0;
	xa_for_each(&policy->spis, i, path) {
		set = set_of(policy, i, path);
		if (set)
			set->n_paths++;
	}
	xa_for_each(&policy->chains, i, set) {
		kvfree(set->paths);
		set->paths = kvcalloc(max(set->n_paths, 1U),
				      sizeof(*set->paths), GFP_KERNEL);
		set->n_paths = 0;
		set->n_weighted = 0;
		if (!set->paths)
			return -ENOMEM;
	}
	put_paths(policy, true);
	put_paths(policy, false);
	return 0;
}

static int check_rules(const struct svp_policy *policy,
		       struct netlink_ext_ack *extack)
{
	const struct svp_rule *rule;
	u32 i;

	for (i = 0; i < policy->n_rules; i++) {
		rule = policy->rules[i];
		if (rule->action != SVP_ACT_CHAIN ||
		    svp_policy_chain(policy, rule->chain_id))
			continue;
		svp_err(extack, "rule %u (prio %u) names chain id %u, which is not there",
			rule->id, rule->prio, rule->chain_id);
		return -ENOENT;
	}
	return 0;
}

static bool fails_closed(const struct svp_policy *policy,
			 const struct svp_rule *rule)
{
	const struct svp_chain_set *set;

	if (rule->action != SVP_ACT_CHAIN)
		return rule->action == SVP_ACT_DROP;
	set = svp_policy_chain(policy, rule->chain_id);
	return !svp_chain_fails_open(set->chain);
}

/* Which proxies' guests must not pass raw: asked for frames, so known before */
static int note_closed(struct svp_policy *policy)
{
	const struct svp_rule *rule;
	u32 i, n;

	for (i = 0; i < policy->n_rules; i++) {
		rule = policy->rules[i];
		if (!fails_closed(policy, rule))
			continue;
		if (!rule->match.n_proxies) {
			policy->closed_all = true;
			return 0;
		}
		if (!policy->closed)
			policy->closed = bitmap_zalloc(U16_MAX + 1, GFP_KERNEL);
		if (!policy->closed)
			return -ENOMEM;
		for (n = 0; n < rule->match.n_proxies; n++)
			__set_bit(rule->match.proxy[n], policy->closed);
	}
	return 0;
}

/**
 * svp_policy_seal - make a policy ready to be published
 * @policy: the policy; unusable for publishing, but still to be freed by the
 *	caller, after an error
 * @old: the published one it follows
 * @extack: texts
 *
 * Context: process, under svp_plane.lock.
 * Return: 0, -ENOENT or -EINVAL when it contradicts itself, -ENOMEM, or what
 * svp_classify_build() returns.
 */
int svp_policy_seal(struct svp_policy *policy, const struct svp_policy *old,
		    struct netlink_ext_ack *extack)
{
	struct svp_chain_set *set;
	struct svp_path *path;
	unsigned long i;
	int err;

	policy->gen = old->gen + 1;
	policy->next_chain_gen = max(policy->next_chain_gen, old->next_chain_gen);
	policy->next_rule_id = max(policy->next_rule_id, old->next_rule_id);
	xa_for_each(&policy->chains, i, set)
		settle_chain(policy, set, old);
	xa_for_each(&policy->spis, i, path) {
		if (i != path->spi[SVP_OUT])
			continue;
		err = settle_path(policy, path, old, extack);
		if (err)
			return err;
	}
	err = collect_paths(policy);
	if (err)
		return err;
	err = check_rules(policy, extack);
	if (err)
		return err;
	err = note_closed(policy);
	if (err)
		return err;
	policy->classifier = svp_classify_build(policy->rules, policy->n_rules,
						extack);
	if (IS_ERR(policy->classifier)) {
		err = PTR_ERR(policy->classifier);
		policy->classifier = NULL;
		return err;
	}
	return 0;
}

/**
 * svp_policy_fail_closed - is a guest of this proxy to be kept from passing raw?
 * @policy: sealed policy
 * @proxy: interface id
 *
 * Context: RCU or svp_plane.lock.
 */
bool svp_policy_fail_closed(const struct svp_policy *policy, u16 proxy)
{
	return policy->closed_all ||
	       (policy->closed && test_bit(proxy, policy->closed));
}
