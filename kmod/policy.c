// SPDX-License-Identifier: GPL-2.0-only
/*
 * A policy is changed by one transaction while nobody else sees it, then
 * sealed, published and never written again. Chains, paths, groups and rules
 * are immutable and counted, so that a copy costs a pointer and a reference.
 */
#include <linux/bitmap.h>
#include <linux/list.h>
#include <linux/slab.h>

#include "node.h"
#include "policy.h"

/**
 * svp_policy_new - an empty policy
 *
 * Return: the policy, or NULL.
 */
struct svp_policy *svp_policy_new(void)
{
	struct svp_policy *policy = kzalloc(sizeof(*policy), GFP_KERNEL);

	if (!policy)
		return NULL;
	xa_init(&policy->chains);
	xa_init(&policy->spis);
	xa_init(&policy->groups);
	policy->next_rule_id = 1;
	policy->next_group_id = 1;
	policy->next_chain_gen = 1;
	return policy;
}

/**
 * svp_policy_free_chain - free a chain and its list of paths
 * @set: out of its policy already
 */
void svp_policy_free_chain(struct svp_chain_set *set)
{
	svp_chain_put(set->chain);
	kvfree(set->paths);
	kfree(set);
}

/**
 * svp_policy_clear - drop all rules, groups, chains and paths
 * @policy: not published yet
 */
void svp_policy_clear(struct svp_policy *policy)
{
	struct svp_chain_set *set;
	struct svp_group *group;
	struct svp_path *path;
	unsigned long i;

	xa_for_each(&policy->spis, i, path)
		if (i == path->spi[SVP_OUT])
			svp_path_put(path);
	xa_destroy(&policy->spis);
	xa_for_each(&policy->chains, i, set)
		svp_policy_free_chain(set);
	xa_destroy(&policy->chains);
	xa_for_each(&policy->groups, i, group)
		svp_group_put(group);
	xa_destroy(&policy->groups);
	while (policy->n_rules)
		svp_rule_put(policy->rules[--policy->n_rules]);
	policy->n_chains = 0;
	policy->n_paths = 0;
	policy->n_groups = 0;
}

/**
 * svp_policy_free - free a policy that no reader can see
 * @policy: the policy, or NULL
 *
 * Context: process.
 */
void svp_policy_free(struct svp_policy *policy)
{
	if (!policy)
		return;
	svp_classify_free(policy->classifier);
	svp_policy_clear(policy);
	kvfree(policy->rules);
	bitmap_free(policy->closed);
	kfree(policy);
}

static void policy_free_work(struct work_struct *work)
{
	svp_policy_free(container_of(to_rcu_work(work), struct svp_policy,
				     rwork));
}

/**
 * svp_policy_free_rcu - free a policy once its readers are done
 * @policy: unpublished by the caller
 */
void svp_policy_free_rcu(struct svp_policy *policy)
{
	INIT_RCU_WORK(&policy->rwork, policy_free_work);
	queue_rcu_work(svp_wq, &policy->rwork);
}

/**
 * svp_policy_insert_chain - put a chain of a new id into a policy
 * @policy: not published yet; takes a reference of its own
 * @chain: the chain
 *
 * Return: 0, -EBUSY when the id is taken, -ENOMEM.
 */
int svp_policy_insert_chain(struct svp_policy *policy, struct svp_chain *chain)
{
	struct svp_chain_set *set = kzalloc(sizeof(*set), GFP_KERNEL);
	int err;

	if (!set)
		return -ENOMEM;
	err = xa_insert(&policy->chains, chain->id, set, GFP_KERNEL);
	if (err) {
		kfree(set);
		return err;
	}
	set->chain = svp_chain_hold(chain);
	policy->n_chains++;
	return 0;
}

/**
 * svp_policy_insert_path - put a path of new SPIs into a policy
 * @policy: not published yet; takes a reference of its own
 * @path: the path
 *
 * Return: 0, -EBUSY when an SPI is taken, -ENOMEM.
 */
int svp_policy_insert_path(struct svp_policy *policy, struct svp_path *path)
{
	int err;

	err = xa_insert(&policy->spis, path->spi[SVP_OUT], path, GFP_KERNEL);
	if (err)
		return err;
	err = xa_insert(&policy->spis, path->spi[SVP_IN], path, GFP_KERNEL);
	if (err) {
		xa_erase(&policy->spis, path->spi[SVP_OUT]);
		return err;
	}
	svp_path_hold(path);
	policy->n_paths++;
	return 0;
}

/**
 * svp_policy_reserve_rules - make room for rules
 * @policy: not published yet
 * @n: how many in all
 *
 * Return: 0 or -ENOMEM.
 */
int svp_policy_reserve_rules(struct svp_policy *policy, u32 n)
{
	u32 room = max(16u, policy->room);
	struct svp_rule **rules;

	if (n <= policy->room)
		return 0;
	while (room < n)
		room *= 2;
	rules = kvcalloc(room, sizeof(*rules), GFP_KERNEL);
	if (!rules)
		return -ENOMEM;
	if (policy->n_rules)
		memcpy(rules, policy->rules, policy->n_rules * sizeof(*rules));
	kvfree(policy->rules);
	policy->rules = rules;
	policy->room = room;
	return 0;
}

static int clone_rules(struct svp_policy *policy, const struct svp_policy *from)
{
	u32 i;

	if (svp_policy_reserve_rules(policy, from->n_rules))
		return -ENOMEM;
	for (i = 0; i < from->n_rules; i++) {
		svp_rule_hold(from->rules[i]);
		policy->rules[i] = from->rules[i];
	}
	policy->n_rules = from->n_rules;
	return 0;
}

static int clone_objects(struct svp_policy *policy,
			 const struct svp_policy *from)
{
	struct svp_chain_set *set;
	struct svp_group *group;
	struct svp_path *path;
	unsigned long i;
	int err = 0;

	xa_for_each((struct xarray *)&from->chains, i, set) {
		err = svp_policy_insert_chain(policy, set->chain);
		if (err)
			return err;
	}
	xa_for_each((struct xarray *)&from->spis, i, path) {
		if (i != path->spi[SVP_OUT])
			continue;
		err = svp_policy_insert_path(policy, path);
		if (err)
			return err;
	}
	xa_for_each((struct xarray *)&from->groups, i, group) {
		err = xa_insert(&policy->groups, i, group, GFP_KERNEL);
		if (err)
			return err;
		svp_group_hold(group);
		policy->n_groups++;
	}
	return 0;
}

/**
 * svp_policy_clone - a copy to be changed
 * @from: published policy
 *
 * Context: process, under svp_plane.lock.
 * Return: the copy, without classifier, or NULL.
 */
struct svp_policy *svp_policy_clone(const struct svp_policy *from)
{
	struct svp_policy *policy = svp_policy_new();

	if (!policy)
		return NULL;
	policy->next_rule_id = from->next_rule_id;
	policy->next_group_id = from->next_group_id;
	policy->next_chain_gen = from->next_chain_gen;
	if (clone_objects(policy, from) || clone_rules(policy, from)) {
		svp_policy_free(policy);
		return NULL;
	}
	return policy;
}

/**
 * svp_policy_chain - chain of a number, with its paths
 * @policy: policy
 * @id: chain id
 *
 * Context: RCU or svp_plane.lock. No reference is taken.
 */
struct svp_chain_set *svp_policy_chain(const struct svp_policy *policy, u16 id)
{
	return xa_load((struct xarray *)&policy->chains, id);
}

/**
 * svp_policy_chain_by_name - chain of a name
 * @policy: policy
 * @name: its name
 *
 * Context: RCU or svp_plane.lock. No reference is taken.
 */
struct svp_chain *svp_policy_chain_by_name(const struct svp_policy *policy,
					   const char *name)
{
	struct svp_chain_set *set;
	unsigned long i;

	xa_for_each((struct xarray *)&policy->chains, i, set)
		if (!strcmp(set->chain->name, name))
			return set->chain;
	return NULL;
}

/**
 * svp_policy_path - path of an SPI of either direction
 * @policy: policy
 * @spi: service path identifier, host order
 *
 * Context: RCU or svp_plane.lock. No reference is taken.
 */
struct svp_path *svp_policy_path(const struct svp_policy *policy, u32 spi)
{
	return xa_load((struct xarray *)&policy->spis, spi);
}

/**
 * svp_policy_group - group of a name
 * @policy: policy
 * @name: its name
 *
 * Context: RCU or svp_plane.lock. No reference is taken.
 */
struct svp_group *svp_policy_group(const struct svp_policy *policy,
				   const char *name)
{
	struct svp_group *group;
	unsigned long i;

	xa_for_each((struct xarray *)&policy->groups, i, group)
		if (!strcmp(group->name, name))
			return group;
	return NULL;
}

static bool named_before(const struct svp_chain *chain, u8 at)
{
	u8 s;

	for (s = 0; s < at; s++)
		if (chain->services[s] == chain->services[at])
			return true;
	return false;
}

/* A chain may name a service twice, a path no node */
static void count_policy(const struct svp_policy *policy)
{
	const struct svp_chain_set *set;
	struct svp_path *path;
	unsigned long i;
	u8 n;

	xa_for_each((struct xarray *)&policy->chains, i, set)
		for (n = 0; n < set->chain->n_services; n++)
			set->chain->services[n]->users += !named_before(set->chain, n);
	xa_for_each((struct xarray *)&policy->spis, i, path)
		for (n = 0; i == path->spi[SVP_OUT] && n < path->n_hops; n++)
			path->nodes[n]->users++;
}

/**
 * svp_policy_count_users - count who names each node and service
 * @policy: in force
 * @nodes: of its plane, by id
 * @services: of its plane
 *
 * Done once a policy, so that those who ask need not look through it.
 *
 * Context: process, under svp_plane.lock.
 */
void svp_policy_count_users(const struct svp_policy *policy,
			    struct xarray *nodes, struct list_head *services)
{
	struct svp_service *service;
	struct svp_node *node;
	unsigned long i;

	list_for_each_entry(service, services, list)
		service->users = 0;
	xa_for_each(nodes, i, node) {
		node->users = 0;
		node->service->users++;
	}
	count_policy(policy);
}
