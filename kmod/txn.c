// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transactions on the policy of a plane; see DOC: transactions.
 */
#include <linux/netlink.h>
#include <linux/notifier.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/genetlink.h>

#include "attach.h"
#include "extack.h"
#include "txn.h"

/**
 * struct svp_txn - an open transaction
 * @list: in txns
 * @plane: a reference
 * @net: namespace of the socket; the socket goes before it
 * @portid: of the socket
 * @draft: the policy that it makes
 * @changes: writes that were accepted
 * @broken: a write was refused: nothing of it may be published
 */
struct svp_txn {
	struct list_head list;
	struct svp_plane *plane;
	struct net *net;
	u32 portid;
	struct svp_policy *draft;
	u32 changes;
	bool broken;
};

static LIST_HEAD(txns);
static DEFINE_MUTEX(txns_lock);		/* inside svp_plane.lock */

static struct svp_txn *find(const struct svp_plane *plane)
{
	struct svp_txn *txn, *found = NULL;

	lockdep_assert_held(&plane->lock);
	mutex_lock(&txns_lock);
	list_for_each_entry(txn, &txns, list) {
		if (txn->plane != plane)
			continue;
		found = txn;
		break;
	}
	mutex_unlock(&txns_lock);
	return found;
}

static bool owns(const struct svp_txn *txn, struct genl_info *info)
{
	return txn->portid == info->snd_portid &&
	       net_eq(txn->net, genl_info_net(info));
}

/* @txn is in no list any more */
static void destroy_locked(struct svp_txn *txn)
{
	lockdep_assert_held(&txn->plane->lock);
	svp_policy_free(txn->draft);
	txn->draft = NULL;
}

static void unlist(struct svp_txn *txn)
{
	mutex_lock(&txns_lock);
	list_del(&txn->list);
	mutex_unlock(&txns_lock);
}

static void free_txn(struct svp_txn *txn)
{
	svp_plane_put(txn->plane);
	kfree(txn);
}

/* The open transaction of @plane if it is the sender's; NULL if none is open */
static struct svp_txn *find_own(const struct svp_plane *plane,
				struct genl_info *info)
{
	struct svp_txn *txn = find(plane);

	if (!txn || owns(txn, info))
		return txn;
	svp_err(info->extack, "another client (netlink port %u) has a transaction open on plane %s",
		txn->portid, plane->name);
	return ERR_PTR(-EBUSY);
}

static struct svp_policy *current_policy(const struct svp_plane *plane)
{
	return rcu_dereference_protected(plane->policy,
					 lockdep_is_held(&plane->lock));
}

/**
 * svp_txn_draft - what an open transaction has made so far
 * @plane: the plane
 *
 * Context: svp_plane.lock.
 * Return: the draft, or NULL when no transaction is open.
 */
const struct svp_policy *svp_txn_draft(const struct svp_plane *plane)
{
	struct svp_txn *txn = find(plane);

	return txn ? txn->draft : NULL;
}

/* What must not pass raw under the new policy is shut before it is in force */
static int prepare(struct svp_plane *plane, const struct svp_policy *policy,
		   struct netlink_ext_ack *extack)
{
	if (rcu_access_pointer(plane->dev))
		return svp_attach_shut(plane, policy, extack);
	svp_err(extack, "service plane %s is being deleted", plane->name);
	return -ENODEV;
}

/* genl_mutex keeps those out who would read them between publishing and this */
static void count_users(struct svp_plane *plane)
{
	mutex_lock(&plane->lock);
	svp_policy_count_users(current_policy(plane), &plane->nodes,
			       &plane->services);
	mutex_unlock(&plane->lock);
}

/*
 * Publishes what has been sealed. The locks are taken anew because RTNL comes
 * before svp_plane.lock, and sealing many rules takes too long for RTNL.
 */
static int publish(struct svp_plane *plane, struct svp_policy *policy,
		   struct netlink_ext_ack *extack)
{
	int err;

	rtnl_lock();
	err = prepare(plane, policy, extack);
	if (!err) {
		mutex_lock(&plane->lock);
		svp_plane_commit(plane, policy);
		mutex_unlock(&plane->lock);
		svp_attach_pin(plane);
	}
	svp_attach_lift(plane);
	rtnl_unlock();
	if (err)
		svp_policy_free(policy);
	else
		count_users(plane);
	return err;
}

/**
 * svp_txn_write_begin - get a policy to write to
 * @write: what the caller keeps of the write
 * @plane: the plane
 * @info: request
 *
 * Context: process; svp_plane.lock is held from here to svp_txn_write_end().
 * Return: 0; or, with no lock held, -EBUSY, -ECANCELED or -ENOMEM.
 */
int svp_txn_write_begin(struct svp_txn_write *write, struct svp_plane *plane,
			struct genl_info *info)
{
	struct svp_txn *txn;
	int err = 0;

	mutex_lock(&plane->lock);
	txn = find_own(plane, info);
	if (IS_ERR(txn)) {
		err = PTR_ERR(txn);
	} else if (txn && txn->broken) {
		svp_err(info->extack, "an earlier write of this transaction was refused; abort it");
		err = -ECANCELED;
	} else {
		write->plane = plane;
		write->txn = txn;
		write->policy = txn ? txn->draft :
				      svp_policy_clone(current_policy(plane));
		err = write->policy ? 0 : -ENOMEM;
	}
	if (err)
		mutex_unlock(&plane->lock);
	return err;
}

/**
 * svp_txn_write_end - finish a write
 * @write: begun by svp_txn_write_begin()
 * @err: what the change of svp_txn_write.policy said
 * @extack: texts
 *
 * Outside of a transaction the change is published. Inside, a refusal makes
 * the whole of it refused: all or nothing.
 *
 * Return: 0, @err, or why it could not be published.
 */
int svp_txn_write_end(struct svp_txn_write *write, int err,
		      struct netlink_ext_ack *extack)
{
	struct svp_plane *plane = write->plane;

	if (write->txn) {
		write->txn->broken |= err;
		write->txn->changes += !err;
		mutex_unlock(&plane->lock);
		return err;
	}
	if (!err)
		err = svp_policy_seal(write->policy, current_policy(plane),
				      extack);
	if (err)
		svp_policy_free(write->policy);
	mutex_unlock(&plane->lock);
	return err ?: publish(plane, write->policy, extack);
}

/**
 * svp_txn_spoil - refuse a write that has not got as far as its begin
 * @plane: the plane
 * @info: request, already told why
 * @err: why
 *
 * An open transaction of its sender is then refused as a whole.
 *
 * Context: process, without svp_plane.lock.
 * Return: @err.
 */
int svp_txn_spoil(struct svp_plane *plane, struct genl_info *info, int err)
{
	struct svp_txn *txn;

	mutex_lock(&plane->lock);
	txn = find(plane);
	if (txn && owns(txn, info))
		txn->broken = true;
	mutex_unlock(&plane->lock);
	return err;
}

/**
 * svp_txn_begin - open a transaction
 * @plane: the plane
 * @info: request; the transaction belongs to its socket
 * @replace: begin with an empty policy
 * @gen: generation that must be in force, or NULL
 *
 * Context: svp_plane.lock.
 * Return: 0, -EBUSY, -ESTALE or -ENOMEM.
 */
int svp_txn_begin(struct svp_plane *plane, struct genl_info *info, bool replace,
		  const u32 *gen)
{
	struct svp_policy *now = current_policy(plane);
	struct svp_txn *txn = find_own(plane, info);

	if (txn) {
		if (!IS_ERR(txn))
			svp_err(info->extack, "this client has a transaction open on plane %s",
				plane->name);
		return -EBUSY;
	}
	if (gen && *gen != now->gen) {
		svp_err(info->extack, "plane %s has policy generation %u, not %u: it was changed meanwhile",
			plane->name, now->gen, *gen);
		return -ESTALE;
	}
	txn = kzalloc(sizeof(*txn), GFP_KERNEL);
	if (!txn)
		return -ENOMEM;
	txn->draft = svp_policy_clone(now);
	if (!txn->draft) {
		kfree(txn);
		return -ENOMEM;
	}
	/* numbers go on from where they were: none is given twice */
	if (replace)
		svp_policy_clear(txn->draft);
	txn->plane = svp_plane_hold(plane);
	txn->net = genl_info_net(info);
	txn->portid = info->snd_portid;
	mutex_lock(&txns_lock);
	list_add_tail(&txn->list, &txns);
	mutex_unlock(&txns_lock);
	return 0;
}

static int seal(struct svp_txn *txn, struct svp_policy *draft,
		struct netlink_ext_ack *extack)
{
	if (txn->broken) {
		svp_err(extack, "a write of this transaction was refused; nothing was changed");
		return -ECANCELED;
	}
	return svp_policy_seal(draft, current_policy(txn->plane), extack);
}

static void result_set(struct svp_txn_result *result, const struct svp_txn *txn,
		       const struct svp_policy *draft, bool check)
{
	result->changes = txn->changes;
	result->n_rules = draft->n_rules;
	result->n_groups = draft->n_groups;
	result->n_chains = draft->n_chains;
	result->n_paths = draft->n_paths;
	result->check = check;
}

/**
 * svp_txn_commit - end a transaction by publishing what it made
 * @plane: the plane
 * @info: request, of the socket that opened it
 * @check: say whether it would be accepted, and publish nothing
 * @result: filled in on success
 *
 * Context: process, no lock held.
 * Return: 0, -ENOENT when no transaction is open, or why it was refused.
 */
int svp_txn_commit(struct svp_plane *plane, struct genl_info *info, bool check,
		   struct svp_txn_result *result)
{
	struct svp_policy *draft;
	struct svp_txn *txn;
	int err;

	mutex_lock(&plane->lock);
	txn = find_own(plane, info);
	if (IS_ERR_OR_NULL(txn)) {
		mutex_unlock(&plane->lock);
		if (!txn)
			svp_err(info->extack, "no transaction is open on plane %s",
				plane->name);
		return txn ? PTR_ERR(txn) : -ENOENT;
	}
	unlist(txn);
	draft = txn->draft;
	err = seal(txn, draft, info->extack);
	result_set(result, txn, draft, check);
	result->gen = check ? current_policy(plane)->gen : draft->gen;
	if (err || check)
		destroy_locked(txn);
	mutex_unlock(&plane->lock);
	if (!err && !check)
		err = publish(plane, draft, info->extack);
	free_txn(txn);
	return err;
}

/**
 * svp_txn_abort - end a transaction without a trace
 * @plane: the plane
 * @info: request, of the socket that opened it
 *
 * Context: svp_plane.lock.
 * Return: 0, -ENOENT or -EBUSY.
 */
int svp_txn_abort(struct svp_plane *plane, struct genl_info *info)
{
	struct svp_txn *txn = find_own(plane, info);

	if (IS_ERR(txn))
		return PTR_ERR(txn);
	if (!txn) {
		svp_err(info->extack, "no transaction is open on plane %s",
			plane->name);
		return -ENOENT;
	}
	unlist(txn);
	destroy_locked(txn);
	/* the command holds a reference on the plane as well */
	free_txn(txn);
	return 0;
}

/* Ends those of one socket, or all with @net NULL */
static void end_all(struct net *net, u32 portid)
{
	struct svp_txn *txn, *next;
	LIST_HEAD(ended);

	mutex_lock(&txns_lock);
	list_for_each_entry_safe(txn, next, &txns, list)
		if (!net || (net_eq(txn->net, net) && txn->portid == portid))
			list_move(&txn->list, &ended);
	mutex_unlock(&txns_lock);
	list_for_each_entry_safe(txn, next, &ended, list) {
		mutex_lock(&txn->plane->lock);
		destroy_locked(txn);
		mutex_unlock(&txn->plane->lock);
		free_txn(txn);
	}
}

static int socket_event(struct notifier_block *nb, unsigned long event,
			void *ptr)
{
	const struct netlink_notify *notify = ptr;

	if (event == NETLINK_URELEASE && notify->protocol == NETLINK_GENERIC)
		end_all(notify->net, notify->portid);
	return NOTIFY_DONE;
}

static struct notifier_block socket_notifier = {
	.notifier_call = socket_event,
};

/**
 * svp_txn_init - follow the sockets that own transactions
 *
 * Return: 0 or a negative errno.
 */
int svp_txn_init(void)
{
	return netlink_register_notifier(&socket_notifier);
}

/**
 * svp_txn_exit - end all transactions; no command runs any more
 */
void svp_txn_exit(void)
{
	netlink_unregister_notifier(&socket_notifier);
	end_all(NULL, 0);
}
