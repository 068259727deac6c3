// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attributes that several objects have, read and written.
 */
#include <linux/ctype.h>
#include <linux/etherdevice.h>
#include <net/netlink.h>

#include "extack.h"
#include "nl.h"
#include "stats.h"

/* not const: 6.1 asks for writable ones */
struct netlink_range_validation svp_nl_u16 = { .max = 65535 };
struct netlink_range_validation svp_nl_id = { .min = 1, .max = 65535 };
struct netlink_range_validation svp_nl_spi = { .min = 1, .max = 0xffefff };
struct netlink_range_validation svp_nl_tag = { .min = 1, .max = 0x7fffffff };

const struct nla_policy svp_nl_prefix_policy[SVCPLANE_A_PREFIX_MAX + 1] = {
	[SVCPLANE_A_PREFIX_ADDR] = { .type = NLA_BINARY, .len = sizeof(union svp_addr) },
	[SVCPLANE_A_PREFIX_LEN] = NLA_POLICY_MAX(NLA_U32, 128),
};

/**
 * svp_nl_need - an attribute that a request must have
 * @info: request
 * @type: the attribute
 * @what: its name, for the refusal
 *
 * Return: the attribute, or NULL; the refusal is then -EINVAL.
 */
struct nlattr *svp_nl_need(struct genl_info *info, int type, const char *what)
{
	if (GENL_REQ_ATTR_CHECK(info, type)) {
		svp_err(info->extack, "%s is missing", what);
		return NULL;
	}
	return info->attrs[type];
}

/**
 * svp_nl_name - read the name of an object
 * @attr: string that the policy has found short enough
 * @to: SVP_NAME_MAX bytes
 * @what: what it names, for the refusal
 * @extack: texts
 *
 * Names are printed between blanks and commas, so they contain neither.
 *
 * Return: 0 or -EINVAL.
 */
int svp_nl_name(const struct nlattr *attr, char *to, const char *what,
		struct netlink_ext_ack *extack)
{
	const char *c;

	nla_strscpy(to, attr, SVP_NAME_MAX);
	if (!*to) {
		svp_err_attr(extack, attr, "the name of a %s has 1 to %u characters",
			     what, SVP_NAME_MAX - 1);
		return -EINVAL;
	}
	for (c = to; *c; c++) {
		if (isgraph(*c) && isascii(*c) && *c != ',' && *c != '"' && *c != '\\')
			continue;
		svp_err_attr(extack, attr,
			     "the name of a %s has a blank, comma, quote or backslash",
			     what);
		return -EINVAL;
	}
	return 0;
}

/**
 * svp_nl_u32 - a number that may be missing
 * @attr: attribute, or NULL
 * @missing: value when it is
 */
u32 svp_nl_u32(const struct nlattr *attr, u32 missing)
{
	return attr ? nla_get_u32(attr) : missing;
}

/**
 * svp_nl_u32s - an attribute that may be there several times
 * @info: request
 * @type: the attribute, a u32
 * @to: values in the order of the request
 * @max: room in @to
 * @what: what it is, for the refusal
 *
 * Return: how many, or -E2BIG.
 */
int svp_nl_u32s(struct genl_info *info, int type, u32 *to, unsigned int max,
		const char *what)
{
	const struct nlattr *attr;
	unsigned int n = 0;
	int rem;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(attr) != type)
			continue;
		if (n == max) {
			svp_err_attr(info->extack, attr, "more than %u %s", max, what);
			return -E2BIG;
		}
		to[n++] = nla_get_u32(attr);
	}
	return n;
}

/**
 * svp_nl_names - names of an attribute that may be there several times
 * @info: request
 * @type: the attribute, a string
 * @to: names in the order of the request
 * @max: room in @to
 * @what: what they name, for the refusal
 *
 * Return: how many, -E2BIG or -EINVAL.
 */
int svp_nl_names(struct genl_info *info, int type, struct svp_nl_name *to,
		 unsigned int max, const char *what)
{
	const struct nlattr *attr;
	unsigned int n = 0;
	int rem, err;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(attr) != type)
			continue;
		if (n == max) {
			svp_err_attr(info->extack, attr, "more than %u %ss", max, what);
			return -E2BIG;
		}
		err = svp_nl_name(attr, to[n++].text, what, info->extack);
		if (err)
			return err;
	}
	return n;
}

static void mask_addr(u8 *addr, unsigned int bytes, unsigned int bits)
{
	unsigned int i;

	for (i = 0; i < bytes; i++, bits -= min(bits, 8u))
		if (bits < 8)
			addr[i] &= 0xff00 >> bits;
}

/**
 * svp_nl_prefix - read a prefix or a MAC
 * @nest: attribute of set prefix, validated
 * @to: result; bits beyond the prefix length are zero
 * @extack: texts
 *
 * Return: 0 or -EINVAL.
 */
int svp_nl_prefix(const struct nlattr *nest, struct svp_prefix *to,
		  struct netlink_ext_ack *extack)
{
	struct nlattr *attrs[SVCPLANE_A_PREFIX_MAX + 1], *addr;
	unsigned int bytes;
	int err;

	err = nla_parse_nested(attrs, SVCPLANE_A_PREFIX_MAX, nest,
			       svp_nl_prefix_policy, extack);
	if (err)
		return err;
	addr = attrs[SVCPLANE_A_PREFIX_ADDR];
	bytes = addr ? nla_len(addr) : 0;
	memset(to, 0, sizeof(*to));
	if (bytes != 4 && bytes != ETH_ALEN && bytes != sizeof(to->addr)) {
		svp_err_attr(extack, addr ?: nest, "an address has 4, 6 or 16 bytes, not %u",
			     bytes);
		return -EINVAL;
	}
	to->family = bytes == 4 ? 4 : bytes == ETH_ALEN ? 0 : 6;
	to->len = svp_nl_u32(attrs[SVCPLANE_A_PREFIX_LEN], bytes * 8);
	if (to->len > bytes * 8 || (!to->family && to->len != bytes * 8)) {
		svp_err_attr(extack, attrs[SVCPLANE_A_PREFIX_LEN],
			     "prefix length %u: allowed %u to %u", to->len,
			     to->family ? 0 : bytes * 8, bytes * 8);
		return -EINVAL;
	}
	nla_memcpy(&to->addr, addr, bytes);
	mask_addr((u8 *)&to->addr, bytes, to->len);
	return 0;
}

/**
 * svp_nl_put_plane - write the name of a plane
 * @skb: message
 * @type: attribute
 * @plane: the plane
 *
 * Context: any.
 * Return: 0 or -EMSGSIZE.
 */
int svp_nl_put_plane(struct sk_buff *skb, int type,
		     const struct svp_plane *plane)
{
	struct net_device *dev;
	int err;

	rcu_read_lock();
	dev = rcu_dereference(plane->dev);
	err = nla_put_string(skb, type, dev ? dev->name : plane->name);
	rcu_read_unlock();
	return err;
}

/**
 * svp_nl_put_flag - write a flag if it is set
 * @skb: message
 * @type: attribute
 * @set: whether
 *
 * Return: 0 or -EMSGSIZE.
 */
int svp_nl_put_flag(struct sk_buff *skb, int type, bool set)
{
	return set ? nla_put_flag(skb, type) : 0;
}

/**
 * svp_nl_put_count - write a pair of counters
 * @skb: message
 * @type: attribute of set count
 * @count: counters
 *
 * Return: 0 or -EMSGSIZE.
 */
int svp_nl_put_count(struct sk_buff *skb, int type,
		     const struct svp_count __percpu *count)
{
	struct nlattr *nest = nla_nest_start(skb, type);
	u64 packets, bytes;

	if (!nest)
		return -EMSGSIZE;
	svp_count_read(count, &packets, &bytes);
	if (nla_put_u64_64bit(skb, SVCPLANE_A_COUNT_PACKETS, packets,
			      SVCPLANE_A_COUNT_PAD) ||
	    nla_put_u64_64bit(skb, SVCPLANE_A_COUNT_BYTES, bytes,
			      SVCPLANE_A_COUNT_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/**
 * svp_nl_put_prefix - write a prefix or a MAC
 * @skb: message
 * @type: attribute of set prefix
 * @prefix: what to write
 *
 * Return: 0 or -EMSGSIZE.
 */
int svp_nl_put_prefix(struct sk_buff *skb, int type,
		      const struct svp_prefix *prefix)
{
	unsigned int bytes = prefix->family == 4 ? 4 :
			     prefix->family == 6 ? 16 : ETH_ALEN;
	struct nlattr *nest = nla_nest_start(skb, type);

	if (!nest || nla_put(skb, SVCPLANE_A_PREFIX_ADDR, bytes, &prefix->addr) ||
	    nla_put_u32(skb, SVCPLANE_A_PREFIX_LEN, prefix->len))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}
