// SPDX-License-Identifier: GPL-2.0-only
/*
 * Paths: one node for each service of a chain.
 */
#include <linux/errno.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "chain.h"
#include "node.h"
#include "path.h"

/**
 * svp_path_alloc - make a path
 * @conf: what it is to be; @ref and @rcu are not read. It takes references of
 *	its own on the chain and the nodes
 *
 * Context: process; the caller holds references on what @conf names.
 * Return: the path with one reference, or NULL when there is no memory or
 * @conf has more hops than there may be.
 */
struct svp_path *svp_path_alloc(const struct svp_path *conf)
{
	struct svp_path *path;
	unsigned int i;

	if (WARN_ON_ONCE(conf->n_hops > SVP_HOPS_MAX))
		return NULL;
	path = kmemdup(conf, sizeof(*conf), GFP_KERNEL_ACCOUNT);
	if (!path)
		return NULL;

	svp_chain_hold(path->chain);
	for (i = 0; i < path->n_hops; i++)
		svp_node_hold(path->nodes[i]);
	refcount_set(&path->ref, 1);
	return path;
}

/**
 * svp_path_hold - take one more reference
 * @path: one that is held already
 *
 * Return: @path.
 */
struct svp_path *svp_path_hold(struct svp_path *path)
{
	refcount_inc(&path->ref);
	return path;
}

/* Readers may still walk the nodes until the grace period is over */
static void path_free_rcu(struct rcu_head *rcu)
{
	struct svp_path *path = container_of(rcu, struct svp_path, rcu);
	unsigned int i;

	for (i = 0; i < path->n_hops; i++)
		svp_node_put(path->nodes[i]);
	svp_chain_put(path->chain);
	kfree(path);
}

/**
 * svp_path_put - give a reference back
 * @path: freed with the last one, after a grace period; may be NULL
 *
 * Context: any. The last references of chain and nodes may go in softirq
 * context. The module waits with rcu_barrier() before it goes.
 */
void svp_path_put(struct svp_path *path)
{
	if (path && refcount_dec_and_test(&path->ref))
		call_rcu(&path->rcu, path_free_rcu);
}

/**
 * svp_path_usable - whether flows can be sent along a path
 * @path: the path
 *
 * Context: any; a node may go down right afterwards.
 * Return: true while every node of it is up.
 */
bool svp_path_usable(const struct svp_path *path)
{
	unsigned int i;

	for (i = 0; i < path->n_hops; i++)
		if (!svp_node_usable(path->nodes[i]))
			return false;
	return true;
}

/**
 * svp_path_find_node - at which hop a node stands
 * @path: the path
 * @dir: direction along which hops are counted
 * @node: the node; it occurs at most once
 *
 * Return: the hop, 0 for the first node that sees a frame; -ENOENT if the node
 * is not of this path.
 */
int svp_path_find_node(const struct svp_path *path, enum svp_dir dir,
		       const struct svp_node *node)
{
	unsigned int hop;

	for (hop = 0; hop < path->n_hops; hop++)
		if (svp_path_node(path, dir, hop) == node)
			return hop;
	return -ENOENT;
}
