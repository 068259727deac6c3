/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Paths: one node for each service of a chain.
 */
#ifndef SVP_PATH_H
#define SVP_PATH_H

#include <linux/cache.h>
#include <linux/refcount.h>
#include <linux/rcupdate.h>

#include "svcplane.h"

/**
 * struct svp_path - one concrete node for each service of a chain; immutable
 * @chain: reference held
 * @spi: service path identifier of each direction (host order): [SVP_OUT] is
 *	the path's, [SVP_IN] its reverse
 * @weight: share of new flows, 0 takes none
 * @n_hops: entries of @nodes
 * @nodes: in order of the forward direction, references held
 * @ref: references; every pinned flow holds one
 * @rcu: for freeing
 */
struct svp_path {
	struct svp_chain *chain;
	u32 spi[SVP_DIRS];
	u16 weight;
	u8 n_hops;
	struct svp_node *nodes[SVP_HOPS_MAX];
	refcount_t ref ____cacheline_aligned_in_smp;	/* written for each flow */
	struct rcu_head rcu;
};

/* @hop counts along @dir: hop 0 is the first node that sees the frame */
static inline struct svp_node *svp_path_node(const struct svp_path *path,
					     enum svp_dir dir, u8 hop)
{
	return path->nodes[dir == SVP_OUT ? hop : path->n_hops - 1 - hop];
}

static inline u8 svp_hop_si(u8 hop)
{
	return 255 - hop;
}

struct svp_path *svp_path_alloc(const struct svp_path *conf);
struct svp_path *svp_path_hold(struct svp_path *path);
void svp_path_put(struct svp_path *path);
bool svp_path_usable(const struct svp_path *path);
int svp_path_find_node(const struct svp_path *path, enum svp_dir dir,
		       const struct svp_node *node);

/* @path may be NULL */
static inline bool svp_path_leads_to(const struct svp_path *path,
				     const struct svp_node *node)
{
	return path && svp_path_find_node(path, SVP_OUT, node) >= 0;
}

#endif
