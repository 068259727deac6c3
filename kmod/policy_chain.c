// SPDX-License-Identifier: GPL-2.0-only
/*
 * Chains and paths of a policy in the making: every refusal names its cause.
 */
#include <linux/slab.h>

#include "extack.h"
#include "node.h"
#include "policy.h"

#define SPI_MAX		0xffefff	/* wire.md section 1: above are control paths */

static int check_new_chain(const struct svp_policy *policy,
			   const struct svp_chain *chain, bool replace,
			   struct netlink_ext_ack *extack)
{
	const struct svp_chain_set *old = svp_policy_chain(policy, chain->id);
	const struct svp_chain *named;

	named = svp_policy_chain_by_name(policy, chain->name);
	if (named && named->id != chain->id) {
		svp_err(extack, "chain %s exists with id %u", chain->name, named->id);
		return -EEXIST;
	}
	if (old && !replace) {
		svp_err(extack, "chain id %u is taken by chain %s", chain->id,
			old->chain->name);
		return -EEXIST;
	}
	if (!old && policy->n_chains >= SVP_CHAINS_MAX) {
		svp_err(extack, "a plane holds at most %u chains", SVP_CHAINS_MAX);
		return -ENOSPC;
	}
	return 0;
}

/**
 * svp_policy_add_chain - add or replace a chain
 * @policy: not published yet; takes a reference of its own
 * @chain: the chain; its generation is settled by svp_policy_seal()
 * @replace: an old one of that id may be there; its paths must then fit
 * @extack: texts
 *
 * Return: 0, -EEXIST, -ENOSPC or -ENOMEM.
 */
int svp_policy_add_chain(struct svp_policy *policy, struct svp_chain *chain,
			 bool replace, struct netlink_ext_ack *extack)
{
	struct svp_chain_set *set;
	int err;

	err = check_new_chain(policy, chain, replace, extack);
	if (err)
		return err;
	set = svp_policy_chain(policy, chain->id);
	if (!set)
		return svp_policy_insert_chain(policy, chain);
	svp_chain_put(set->chain);
	set->chain = svp_chain_hold(chain);
	return 0;
}

/**
 * svp_policy_del_chain - remove a chain that no path or rule names
 * @policy: not published yet
 * @id: chain id
 * @extack: texts
 *
 * Return: 0, -ENOENT or -EBUSY.
 */
int svp_policy_del_chain(struct svp_policy *policy, u16 id,
			 struct netlink_ext_ack *extack)
{
	struct svp_chain_set *set = svp_policy_chain(policy, id);
	struct svp_path *path;
	unsigned long i;
	u32 r;

	if (!set) {
		svp_err(extack, "no chain with id %u", id);
		return -ENOENT;
	}
	for (r = 0; r < policy->n_rules; r++) {
		if (policy->rules[r]->action != SVP_ACT_CHAIN ||
		    policy->rules[r]->chain_id != id)
			continue;
		svp_err(extack, "chain %s is used by rule %u (prio %u)",
			set->chain->name, policy->rules[r]->id,
			policy->rules[r]->prio);
		return -EBUSY;
	}
	xa_for_each(&policy->spis, i, path) {
		if (path->chain->id != id)
			continue;
		svp_err(extack, "chain %s is used by path %u", set->chain->name,
			path->spi[SVP_OUT]);
		return -EBUSY;
	}
	xa_erase(&policy->chains, id);
	svp_policy_free_chain(set);
	policy->n_chains--;
	return 0;
}

static int check_path_spis(const struct svp_policy *policy,
			   const struct svp_path *path, bool replace,
			   struct netlink_ext_ack *extack)
{
	const struct svp_path *other;
	int dir;

	if (path->spi[SVP_OUT] == path->spi[SVP_IN]) {
		svp_err(extack, "path %u: the reverse SPI must be another",
			path->spi[SVP_OUT]);
		return -EINVAL;
	}
	for (dir = 0; dir < SVP_DIRS; dir++) {
		if (!path->spi[dir] || path->spi[dir] > SPI_MAX) {
			svp_err(extack, "SPI %u is out of range: 1 to %u",
				path->spi[dir], SPI_MAX);
			return -ERANGE;
		}
		other = svp_policy_path(policy, path->spi[dir]);
		if (!other || (replace && other->spi[SVP_OUT] == path->spi[SVP_OUT]))
			continue;
		svp_err(extack, "SPI %u is taken by path %u reverse %u",
			path->spi[dir], other->spi[SVP_OUT], other->spi[SVP_IN]);
		return -EEXIST;
	}
	return 0;
}

/**
 * svp_policy_check_path - do the nodes of a path give what a chain asks?
 * @path: the path
 * @chain: the chain; not that of the path when a chain is being replaced
 * @extack: texts
 *
 * Return: 0 or -EINVAL.
 */
int svp_policy_check_path(const struct svp_path *path,
			  const struct svp_chain *chain,
			  struct netlink_ext_ack *extack)
{
	const struct svp_node *node;
	u8 i, j;

	if (path->n_hops != chain->n_services) {
		svp_err(extack, "path %u has %u nodes, chain %s has %u services",
			path->spi[SVP_OUT], path->n_hops, chain->name,
			chain->n_services);
		return -EINVAL;
	}
	for (i = 0; i < path->n_hops; i++) {
		node = path->nodes[i];
		if (node->service != chain->services[i]) {
			svp_err(extack, "path %u: node %s is of service %s, but hop %u of chain %s asks for %s",
				path->spi[SVP_OUT], node->conf.name,
				node->service->name, i + 1, chain->name,
				chain->services[i]->name);
			return -EINVAL;
		}
		for (j = 0; j < i; j++) {
			if (path->nodes[j] != node)
				continue;
			svp_err(extack, "path %u: node %s occurs twice",
				path->spi[SVP_OUT], node->conf.name);
			return -EINVAL;
		}
	}
	return 0;
}

static void remove_path(struct svp_policy *policy, struct svp_path *path)
{
	xa_erase(&policy->spis, path->spi[SVP_OUT]);
	xa_erase(&policy->spis, path->spi[SVP_IN]);
	policy->n_paths--;
	svp_path_put(path);
}

/**
 * svp_policy_add_path - add or replace a path
 * @policy: not published yet; takes a reference of its own
 * @path: the path, of a chain of this policy
 * @replace: an old one of that SPI may be there
 * @extack: texts
 *
 * Return: 0, -EINVAL, -ERANGE, -EEXIST, -ENOSPC or -ENOMEM.
 */
int svp_policy_add_path(struct svp_policy *policy, struct svp_path *path,
			bool replace, struct netlink_ext_ack *extack)
{
	struct svp_path *old;
	int err;

	err = check_path_spis(policy, path, replace, extack);
	if (err)
		return err;
	err = svp_policy_check_path(path, path->chain, extack);
	if (err)
		return err;
	old = svp_policy_path(policy, path->spi[SVP_OUT]);
	if (!old && policy->n_paths >= SVP_PATHS_MAX) {
		svp_err(extack, "a plane holds at most %u paths", SVP_PATHS_MAX);
		return -ENOSPC;
	}
	if (old)
		remove_path(policy, old);
	return svp_policy_insert_path(policy, path);
}

/**
 * svp_policy_del_path - remove a path
 * @policy: not published yet
 * @spi: its forward SPI
 * @extack: texts
 *
 * Return: 0 or -ENOENT.
 */
int svp_policy_del_path(struct svp_policy *policy, u32 spi,
			struct netlink_ext_ack *extack)
{
	struct svp_path *path = svp_policy_path(policy, spi);

	if (!path || path->spi[SVP_OUT] != spi) {
		svp_err(extack, path ? "SPI %u is the reverse of a path; name its forward SPI" :
				       "no path %u", spi);
		return -ENOENT;
	}
	remove_path(policy, path);
	return 0;
}
