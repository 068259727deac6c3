/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A plane's policy: rules, groups, chains and paths as one immutable snapshot.
 */
#ifndef SVP_POLICY_H
#define SVP_POLICY_H

#include <linux/rcupdate.h>
#include <linux/xarray.h>

#include "chain.h"
#include "classify.h"
#include "path.h"
#include "rule.h"

struct netlink_ext_ack;

#define SVP_CHAINS_MAX	4096
#define SVP_PATHS_MAX	16384
#define SVP_RULES_MAX	65535
#define SVP_GROUPS_MAX	4096

/* A chain with its paths in this policy */
struct svp_chain_set {
	struct svp_chain *chain;
	unsigned int n_paths;
	struct svp_path **paths;	/* weight > 0 first: entries [0, n_weighted) */
	unsigned int n_weighted;
};

/**
 * struct svp_policy - snapshot; mutable by one transaction until published
 * @gen: number of the policy, for dumps and compare-and-swap
 * @chains: by chain id: struct svp_chain_set
 * @spis: by SPI of either direction: struct svp_path (one reference, held by
 *	the entry of the forward SPI)
 * @groups: by group id: struct svp_group
 * @rules: sorted by (prio, id), references held
 * @n_rules: entries of @rules
 * @room: allocated entries of @rules
 * @next_rule_id: for the next rule
 * @next_group_id: for the next group
 * @n_chains: how many
 * @n_paths: how many
 * @n_groups: how many
 * @classifier: compiled from @rules by svp_policy_seal()
 * @closed_all: a rule for every proxy drops or leads to a fail-closed chain
 * @closed: else, bit map of the interface ids of proxies with such a rule
 * @next_chain_gen: for the next chain whose services changed
 * @rwork: for freeing, in process context after a grace period
 */
struct svp_policy {
	u32 gen;
	struct xarray chains;
	struct xarray spis;
	struct xarray groups;
	struct svp_rule **rules;
	u32 n_rules, room;
	u32 next_rule_id, next_group_id;
	u32 n_chains, n_paths, n_groups;
	struct svp_classifier *classifier;
	bool closed_all;
	unsigned long *closed;
	u32 next_chain_gen;
	struct rcu_work rwork;
};

/*
 * Making a policy: svp_policy_new() or _clone(), changes, svp_policy_seal(),
 * then svp_plane_commit(). All in process context under svp_plane.lock; a
 * refused change leaves the policy as it was and tells why in @extack.
 * Removals are refused while something in the policy uses the object.
 */
struct svp_policy *svp_policy_new(void);
struct svp_policy *svp_policy_clone(const struct svp_policy *from);
void svp_policy_free(struct svp_policy *policy);
void svp_policy_free_rcu(struct svp_policy *policy);
/* Drops all rules, groups, chains and paths: the start of a replacement */
void svp_policy_clear(struct svp_policy *policy);

int svp_policy_add_group(struct svp_policy *policy, struct svp_group *group,
			 bool replace, struct netlink_ext_ack *extack);
int svp_policy_del_group(struct svp_policy *policy, const char *name,
			 struct netlink_ext_ack *extack);
int svp_policy_add_chain(struct svp_policy *policy, struct svp_chain *chain,
			 bool replace, struct netlink_ext_ack *extack);
int svp_policy_del_chain(struct svp_policy *policy, u16 id,
			 struct netlink_ext_ack *extack);
int svp_policy_add_path(struct svp_policy *policy, struct svp_path *path,
			bool replace, struct netlink_ext_ack *extack);
int svp_policy_del_path(struct svp_policy *policy, u32 spi,
			struct netlink_ext_ack *extack);
int svp_policy_add_rule(struct svp_policy *policy, struct svp_rule *rule,
			struct netlink_ext_ack *extack);
int svp_policy_del_rule(struct svp_policy *policy,
			const struct svp_rule_key *key,
			struct netlink_ext_ack *extack);
int svp_policy_no_rule(const struct svp_rule_key *key,
		       struct netlink_ext_ack *extack);
/*
 * Checks what only the whole can tell, takes unchanged objects over from @old,
 * and compiles the classifier.
 */
int svp_policy_seal(struct svp_policy *policy, const struct svp_policy *old,
		    struct netlink_ext_ack *extack);
/* Sets the users of all nodes (an xarray by id) and services (a list) of a plane */
void svp_policy_count_users(const struct svp_policy *policy,
			    struct xarray *nodes, struct list_head *services);

/* For the files of the policy among themselves */
void svp_policy_free_chain(struct svp_chain_set *set);
int svp_policy_insert_chain(struct svp_policy *policy, struct svp_chain *chain);
int svp_policy_insert_path(struct svp_policy *policy, struct svp_path *path);
int svp_policy_reserve_rules(struct svp_policy *policy, u32 n);
int svp_policy_check_path(const struct svp_path *path,
			  const struct svp_chain *chain,
			  struct netlink_ext_ack *extack);

/* Look-ups; RCU or svp_plane.lock. No reference is taken */
struct svp_chain_set *svp_policy_chain(const struct svp_policy *policy, u16 id);
struct svp_chain *svp_policy_chain_by_name(const struct svp_policy *policy,
					   const char *name);
struct svp_path *svp_policy_path(const struct svp_policy *policy, u32 spi);
struct svp_group *svp_policy_group(const struct svp_policy *policy,
				   const char *name);
/* Does a rule that applies to @proxy drop or lead to a fail-closed chain? */
bool svp_policy_fail_closed(const struct svp_policy *policy, u16 proxy);

#endif
