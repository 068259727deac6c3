// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keys of the pairs of this host and a peer. They are made where keys are
 * configured, and replaced as a whole, so that a packet finds old or new ones.
 */
#include <linux/slab.h>

#include "extack.h"
#include "host_priv.h"
#include "plane.h"

static u16 key_id(bool own_is_lower, u8 own, u8 peer)
{
	return own_is_lower ? own << 8 | peer : peer << 8 | own;
}

static bool has_key_id(const struct svp_host_pairs *pairs, u16 id)
{
	unsigned int i;

	for (i = 0; i < pairs->n; i++)
		if (pairs->pair[i].key_id == id)
			return true;
	return false;
}

/* Both sides order the two alike, and so have the same key */
static int make_key(struct svp_host_pair *pair, const struct svp_plane *plane,
		    const struct svp_host_key *own, u16 peer,
		    const struct svp_host_key *key)
{
	bool lower = plane->host_id < peer;
	u8 public[SVP_KEY_LEN];
	struct svp_pair text = {
		.tenant = plane->tenant,
		.id = { lower ? plane->host_id : peer,
			lower ? peer : plane->host_id },
		.public = { lower ? public : key->key,
			    lower ? key->key : public },
	};

	pair->key_id = key_id(lower, own->number, key->number);
	if (!svp_mac_public(public, own->key))
		return -EKEYREJECTED;
	return svp_mac_pair(&pair->key, own->key, key->key, &text);
}

static int add_pair(struct svp_host_pairs *pairs, const struct svp_plane *plane,
		    const struct svp_host_key own[SVP_HOST_KEYS], int i,
		    u16 peer, const struct svp_host_key keys[SVP_HOST_KEYS],
		    int j, struct netlink_ext_ack *extack)
{
	struct svp_host_pair *pair = &pairs->pair[pairs->n];
	int err;

	pair->slot[0] = i;
	pair->slot[1] = j;
	err = make_key(pair, plane, &own[i], peer, &keys[j]);
	if (err == -EKEYREJECTED)
		svp_err(extack, "key %u of host %u is no public key: every secret it gives is zero",
			keys[j].number, peer);
	if (err)
		return err;
	if (has_key_id(pairs, pair->key_id)) {
		svp_err(extack, "two keys with number %u: the keys of a host have different numbers",
			i && own[0].set && own[0].number == own[i].number ?
			own[i].number : keys[j].number);
		svp_mac_key_clear(&pair->key);
		return -EEXIST;
	}
	pairs->n++;
	return 0;
}

/**
 * svp_host_pairs_new - make the keys of the pairs of this host and a peer
 * @plane: the plane, with tenant and host id
 * @own: private keys of this host
 * @peer: host id of the peer
 * @keys: its public keys
 * @extack: texts
 *
 * Oldest first: those of the first slots.
 *
 * Context: process.
 * Return: the keys, or an ERR_PTR with its text.
 */
struct svp_host_pairs *svp_host_pairs_new(const struct svp_plane *plane,
					  const struct svp_host_key *own,
					  u16 peer,
					  const struct svp_host_key *keys,
					  struct netlink_ext_ack *extack)
{
	struct svp_host_pairs *pairs = kzalloc(sizeof(*pairs), GFP_KERNEL);
	int n, i, j, err;

	if (!pairs)
		return ERR_PTR(-ENOMEM);
	for (n = 0; n < SVP_HOST_PAIRS; n++) {
		i = n / SVP_HOST_KEYS;
		j = n % SVP_HOST_KEYS;
		if (!own[i].set || !keys[j].set)
			continue;
		err = add_pair(pairs, plane, own, i, peer, keys, j, extack);
		if (err) {
			svp_host_pairs_free(pairs);
			return ERR_PTR(err);
		}
	}
	return pairs;
}

/**
 * svp_host_pairs_free - wipe keys
 * @pairs: keys that nobody uses any more, or NULL
 *
 * Context: process.
 */
void svp_host_pairs_free(struct svp_host_pairs *pairs)
{
	unsigned int i;

	for (i = 0; pairs && i < pairs->n; i++)
		svp_mac_key_clear(&pairs->pair[i].key);
	kfree_sensitive(pairs);
}

static void free_work(struct work_struct *work)
{
	svp_host_pairs_free(container_of(to_rcu_work(work),
					 struct svp_host_pairs, rwork));
}

/**
 * svp_host_set_pairs - let a peer have other keys
 * @host: the peer
 * @pairs: the keys, NULL for none; the peer's from here on
 *
 * A key id keeps that the peer's messages were accepted with it, if that is so:
 * the key behind it may be another, but then the peer is soon heard with it or
 * with none.
 *
 * Context: svp_plane.lock.
 */
void svp_host_set_pairs(struct svp_host *host, struct svp_host_pairs *pairs)
{
	struct svp_host_pairs *old;
	unsigned int i, j;

	old = rcu_dereference_protected(host->pairs,
					lockdep_is_held(&host->plane->lock));
	for (i = 0; pairs && old && i < pairs->n; i++)
		for (j = 0; j < old->n; j++)
			if (pairs->pair[i].key_id == old->pair[j].key_id)
				pairs->pair[i].accepted =
					READ_ONCE(old->pair[j].accepted);
	rcu_assign_pointer(host->pairs, pairs);
	if (!old)
		return;
	INIT_RCU_WORK(&old->rwork, free_work);
	queue_rcu_work(svp_wq, &old->rwork);
}

/**
 * svp_host_pair - key of a number
 * @host: the peer
 * @key_id: as on the wire
 *
 * Context: RCU.
 * Return: the key or NULL.
 */
struct svp_host_pair *svp_host_pair(const struct svp_host *host, u16 key_id)
{
	struct svp_host_pairs *pairs = rcu_dereference(host->pairs);
	unsigned int i;

	for (i = 0; pairs && i < pairs->n; i++)
		if (pairs->pair[i].key_id == key_id)
			return &pairs->pair[i];
	return NULL;
}

/**
 * svp_host_pair_to_send - key that a peer is sent to with
 * @host: the peer
 *
 * Context: RCU.
 * Return: the newest one that it has used itself, so that it surely knows it;
 * else the oldest; NULL if there is none.
 */
struct svp_host_pair *svp_host_pair_to_send(const struct svp_host *host)
{
	struct svp_host_pairs *pairs = rcu_dereference(host->pairs);
	unsigned int i;

	if (!pairs || !pairs->n)
		return NULL;
	for (i = pairs->n; i > 1; i--)
		if (READ_ONCE(pairs->pair[i - 1].accepted))
			break;
	return &pairs->pair[i - 1];
}

/**
 * svp_host_forget_accepted - begin the choice of a key anew
 * @host: the peer
 *
 * It may have come back with keys of before.
 *
 * Context: RCU.
 */
void svp_host_forget_accepted(const struct svp_host *host)
{
	struct svp_host_pairs *pairs = rcu_dereference(host->pairs);
	unsigned int i;

	for (i = 0; pairs && i < pairs->n; i++)
		WRITE_ONCE(pairs->pair[i].accepted, false);
}
