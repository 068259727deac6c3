// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who this host is in a plane: its private keys, its id, the tenant. All pair
 * keys are made of them, so a change is one of all peers or of none.
 */
#include <linux/slab.h>

#include "extack.h"
#include "host_priv.h"
#include "plane.h"

/* New pair keys, in the order of the peers */
struct rekey {
	struct svp_host_pairs *pairs[SVP_HOSTS_MAX];
};

static int rekey_prepare(struct svp_plane *plane, struct rekey *rekey,
			 const struct svp_host_key own[SVP_HOST_KEYS],
			 struct netlink_ext_ack *extack)
{
	struct svp_host_pairs *pairs;
	struct svp_host *host;
	unsigned int n = 0;
	unsigned long i;

	xa_for_each(&plane->hosts.list, i, host) {
		pairs = svp_host_pairs_new(plane, own, host->id, host->keys,
					   extack);
		if (!IS_ERR(pairs)) {
			rekey->pairs[n++] = pairs;
			continue;
		}
		while (n)
			svp_host_pairs_free(rekey->pairs[--n]);
		return PTR_ERR(pairs);
	}
	return 0;
}

static void rekey_commit(struct svp_plane *plane, struct rekey *rekey)
{
	struct svp_host *host;
	unsigned int n = 0;
	unsigned long i;

	xa_for_each(&plane->hosts.list, i, host) {
		svp_host_set_pairs(host, rekey->pairs[n++]);
		spin_lock_bh(&host->lock);
		host->hello_due = jiffies;
		svp_host_wake(host, jiffies);
		spin_unlock_bh(&host->lock);
	}
}

static int make_public(const struct svp_host_key own[SVP_HOST_KEYS],
		       struct svp_host_key public[SVP_HOST_KEYS],
		       struct netlink_ext_ack *extack)
{
	int i;

	memset(public, 0, SVP_HOST_KEYS * sizeof(*public));
	for (i = 0; i < SVP_HOST_KEYS; i++) {
		if (!own[i].set)
			continue;
		public[i].set = true;
		public[i].number = own[i].number;
		if (svp_mac_public(public[i].key, own[i].key))
			continue;
		svp_err(extack, "key %u is no private key: it is zero",
			own[i].number);
		return -EINVAL;
	}
	if (own[0].set && own[1].set && own[0].number == own[1].number) {
		svp_err(extack, "two keys with number %u: the keys of a host have different numbers",
			own[0].number);
		return -EEXIST;
	}
	return 0;
}

/**
 * svp_host_set_own - set the private keys of this host
 * @plane: the plane
 * @keys: two slots; one that is not set is empty
 * @extack: texts
 *
 * Context: svp_plane.lock.
 * Return: 0 or -errno with its text; then nothing has changed.
 */
int svp_host_set_own(struct svp_plane *plane,
		     const struct svp_host_key keys[SVP_HOST_KEYS],
		     struct netlink_ext_ack *extack)
{
	struct svp_host_key public[SVP_HOST_KEYS];
	struct rekey *rekey;
	int err;

	lockdep_assert_held(&plane->lock);
	err = make_public(keys, public, extack);
	if (err)
		return err;
	rekey = kzalloc(sizeof(*rekey), GFP_KERNEL);
	if (!rekey)
		return -ENOMEM;
	err = rekey_prepare(plane, rekey, keys, extack);
	if (!err) {
		rekey_commit(plane, rekey);
		memcpy(plane->hosts.own, keys, sizeof(plane->hosts.own));
		memcpy(plane->hosts.public, public, sizeof(public));
	}
	kfree(rekey);
	return err;
}

/**
 * svp_host_own_public - public keys of this host
 * @plane: the plane
 * @keys: result
 *
 * Context: svp_plane.lock.
 */
void svp_host_own_public(const struct svp_plane *plane,
			 struct svp_host_key keys[SVP_HOST_KEYS])
{
	memcpy(keys, plane->hosts.public, sizeof(plane->hosts.public));
}

/**
 * svp_host_renew - host id or tenant of the plane is another
 * @plane: the plane, already changed
 * @extack: texts
 *
 * Context: svp_plane.lock.
 * Return: 0 or -errno with its text; then the old keys are still in force, which
 * nobody knows under the new id: the caller goes back to the old one.
 */
int svp_host_renew(struct svp_plane *plane, struct netlink_ext_ack *extack)
{
	struct svp_host *host = svp_host_by_id(plane, plane->host_id);
	struct rekey *rekey;
	unsigned long i;
	int err;

	lockdep_assert_held(&plane->lock);
	if (host) {
		svp_err(extack, "host id %u is that of host %s", plane->host_id,
			host->name);
		return -EEXIST;
	}
	rekey = kzalloc(sizeof(*rekey), GFP_KERNEL);
	if (!rekey)
		return -ENOMEM;
	err = rekey_prepare(plane, rekey, plane->hosts.own, extack);
	if (!err) {
		rekey_commit(plane, rekey);
		xa_for_each(&plane->hosts.list, i, host) {
			svp_host_session_down(host, "host id or tenant changed");
			svp_host_session_renew(host);
		}
	}
	kfree(rekey);
	return err;
}
