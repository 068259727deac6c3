// SPDX-License-Identifier: GPL-2.0-only
/*
 * Netlink: keys of hosts. Public ones are read and written; private ones are
 * read, and then wiped where they came in.
 */
#include <linux/string.h>
#include <net/netlink.h>

#include "extack.h"
#include "mac.h"
#include "nl_key.h"

const struct nla_policy svp_nl_key_policy[SVCPLANE_A_KEY_MAX + 1] = {
	[SVCPLANE_A_KEY_NUMBER] = NLA_POLICY_MAX(NLA_U32, 255),
	[SVCPLANE_A_KEY_KEY] = NLA_POLICY_EXACT_LEN(SVP_KEY_LEN),
};

/* What two keys of one host must not share */
static int check_twins(const struct svp_host_key *key,
		       const struct svp_host_key *other,
		       const struct nlattr *nest, struct netlink_ext_ack *extack)
{
	if (key->number == other->number) {
		svp_err_attr(extack, nest, "key number %u is given twice: the two must differ",
			     key->number);
		return -EINVAL;
	}
	if (!memcmp(key->key, other->key, SVP_KEY_LEN)) {
		svp_err_attr(extack, nest,
			     "the same key is given twice, as number %u and number %u",
			     other->number, key->number);
		return -EINVAL;
	}
	return 0;
}

static int get_key(const struct nlattr *nest, struct svp_host_key *key,
		   struct netlink_ext_ack *extack)
{
	struct nlattr *attrs[SVCPLANE_A_KEY_MAX + 1];
	int err;

	err = nla_parse_nested(attrs, SVCPLANE_A_KEY_MAX, nest,
			       svp_nl_key_policy, extack);
	if (err)
		return err;
	if (!attrs[SVCPLANE_A_KEY_KEY]) {
		svp_err_attr(extack, nest, "a key has %u bytes; it is missing",
			     SVP_KEY_LEN);
		return -EINVAL;
	}
	key->set = true;
	key->number = svp_nl_u32(attrs[SVCPLANE_A_KEY_NUMBER], 0);
	memcpy(key->key, nla_data(attrs[SVCPLANE_A_KEY_KEY]), SVP_KEY_LEN);
	if (memchr_inv(key->key, 0, SVP_KEY_LEN))
		return 0;
	svp_err_attr(extack, nest, "key number %u is zero", key->number);
	return -EINVAL;
}

/**
 * svp_nl_keys - read the keys of a host
 * @info: request
 * @type: attribute of set key, may be there several times
 * @keys: result; empty before, in the order of the request
 *
 * Context: process.
 * Return: how many, or a negative errno with its text.
 */
int svp_nl_keys(struct genl_info *info, int type,
		struct svp_host_key keys[SVP_HOST_KEYS])
{
	const struct nlattr *nest;
	int rem, err, i, n = 0;

	nlmsg_for_each_attr(nest, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(nest) != type)
			continue;
		if (n == SVP_HOST_KEYS) {
			svp_err_attr(info->extack, nest, "a host has at most %u keys",
				     SVP_HOST_KEYS);
			return -E2BIG;
		}
		err = get_key(nest, &keys[n], info->extack);
		for (i = 0; !err && i < n; i++)
			err = check_twins(&keys[n], &keys[i], nest, info->extack);
		if (err)
			return err;
		n++;
	}
	return n;
}

/**
 * svp_nl_private_keys - read the private keys of this host
 * @info: request
 * @type: attribute of set key, may be there several times
 * @keys: result; empty before. The caller wipes it, whatever is returned
 *
 * Context: process.
 * Return: how many, or a negative errno with its text.
 */
int svp_nl_private_keys(struct genl_info *info, int type,
			struct svp_host_key keys[SVP_HOST_KEYS])
{
	u8 public[SVP_KEY_LEN];
	int i, n = svp_nl_keys(info, type, keys);

	for (i = 0; i < n; i++) {
		if (svp_mac_public(public, keys[i].key))
			continue;
		svp_err(info->extack, "private key number %u has no public key",
			keys[i].number);
		return -EINVAL;
	}
	return n;
}

/**
 * svp_nl_wipe_keys - overwrite the keys of a request
 * @info: request
 * @type: attribute of set key
 *
 * The message may lie about after it has been freed, and is sent back to whoever
 * asked for that when it is refused.
 *
 * Context: process.
 */
void svp_nl_wipe_keys(struct genl_info *info, int type)
{
	const struct nlattr *nest;
	int rem;

	nlmsg_for_each_attr(nest, info->nlhdr, GENL_HDRLEN, rem)
		if (nla_type(nest) == type)
			memzero_explicit(nla_data(nest), nla_len(nest));
}

/**
 * svp_nl_put_keys - write public keys
 * @skb: message
 * @type: attribute of set key
 * @keys: those that are set are written
 *
 * Context: any.
 * Return: 0 or -EMSGSIZE.
 */
int svp_nl_put_keys(struct sk_buff *skb, int type,
		    const struct svp_host_key keys[SVP_HOST_KEYS])
{
	struct nlattr *nest;
	int i;

	for (i = 0; i < SVP_HOST_KEYS; i++) {
		if (!keys[i].set)
			continue;
		nest = nla_nest_start(skb, type);
		if (!nest ||
		    nla_put_u32(skb, SVCPLANE_A_KEY_NUMBER, keys[i].number) ||
		    nla_put(skb, SVCPLANE_A_KEY_KEY, SVP_KEY_LEN, keys[i].key))
			return -EMSGSIZE;
		nla_nest_end(skb, nest);
	}
	return 0;
}

static bool has_key(const struct svp_host_key keys[SVP_HOST_KEYS], const u8 *key)
{
	int i;

	for (i = 0; i < SVP_HOST_KEYS; i++)
		if (keys[i].set && !memcmp(keys[i].key, key, SVP_KEY_LEN))
			return true;
	return false;
}

/**
 * svp_nl_check_key - is a public key that of another host?
 * @plane: the plane
 * @self: id of the host that it is to be a key of
 * @key: the key
 * @extack: text
 *
 * Two hosts with one key are a mistake of who has copied it: each could speak
 * for the other.
 *
 * Context: svp_plane.lock.
 * Return: 0, or -EEXIST with its text.
 */
int svp_nl_check_key(const struct svp_plane *plane, u16 self,
		     const u8 key[SVP_KEY_LEN], struct netlink_ext_ack *extack)
{
	struct svp_host_key own[SVP_HOST_KEYS];
	struct svp_host *host;
	struct svp_host_view view;

	svp_host_own_public(plane, own);
	if (self != plane->host_id && has_key(own, key)) {
		svp_err(extack, "this is a public key of this host");
		return -EEXIST;
	}
	for (host = svp_host_next(plane, 0); host;
	     host = svp_host_next(plane, svp_host_id(host))) {
		svp_host_look(host, &view);
		if (view.id == self || !has_key(view.keys, key))
			continue;
		svp_err(extack, "host %s (id %u) has this public key", view.name,
			view.id);
		return -EEXIST;
	}
	return 0;
}
