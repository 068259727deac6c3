/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Transactions: how writes to a plane's policy become one publication.
 */
#ifndef SVP_TXN_H
#define SVP_TXN_H

#include "plane.h"
#include "policy.h"
#include "svcplane.h"

struct genl_info;
struct netlink_ext_ack;

/**
 * DOC: transactions
 *
 * A plane has at most one open transaction. It belongs to a netlink socket and
 * ends with it. While it is open, policy writes of other sockets are refused
 * with EBUSY: were several drafts allowed, all but the first to commit would
 * be refused at their end, after all the work; and what a service or node is
 * used by would have to be looked for in each of them.
 *
 * The draft is guarded by svp_plane.lock. Commands are one at a time
 * (genl_mutex), so that nothing is published between sealing a draft and
 * publishing it, though svp_plane.lock is released for taking RTNL first.
 */

struct svp_txn;

/* What a transaction did or would do */
struct svp_txn_result {
	u32 gen;		/* of the policy in force */
	u32 changes;
	u32 n_rules, n_groups, n_chains, n_paths;
	bool check;
};

/**
 * struct svp_txn_write - one write to the policy of a plane
 * @plane: the plane
 * @policy: to be changed by svp_policy_*()
 * @txn: transaction it is part of; NULL: published by svp_txn_write_end()
 */
struct svp_txn_write {
	struct svp_plane *plane;
	struct svp_policy *policy;
	struct svp_txn *txn;
};

/* Takes svp_plane.lock, which svp_txn_write_end() releases, unless it fails */
int svp_txn_write_begin(struct svp_txn_write *write, struct svp_plane *plane,
			struct genl_info *info);
/* @err: of the change; returns it, or what publishing it said */
int svp_txn_write_end(struct svp_txn_write *write, int err,
		      struct netlink_ext_ack *extack);
/* Returns @err, why a write was refused before its begin. No lock held */
int svp_txn_spoil(struct svp_plane *plane, struct genl_info *info, int err);

/* Under svp_plane.lock. @gen: what must be in force, or NULL */
int svp_txn_begin(struct svp_plane *plane, struct genl_info *info, bool replace,
		  const u32 *gen);
/* No lock held */
int svp_txn_commit(struct svp_plane *plane, struct genl_info *info, bool check,
		   struct svp_txn_result *result);
/* Under svp_plane.lock */
int svp_txn_abort(struct svp_plane *plane, struct genl_info *info);

/* Draft of the open transaction or NULL; under svp_plane.lock */
const struct svp_policy *svp_txn_draft(const struct svp_plane *plane);

int svp_txn_init(void);
void svp_txn_exit(void);

#endif
