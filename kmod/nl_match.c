// SPDX-License-Identifier: GPL-2.0-only
/*
 * Netlink: what a rule asks of a frame.
 */
#include <linux/in.h>
#include <linux/rtnetlink.h>
#include <net/netlink.h>

#include "extack.h"
#include "nl.h"
#include "nl_match.h"
#include "plane.h"
#include "policy.h"
#include "port.h"

static_assert((int)SVCPLANE_DIR_OUT == SVP_DIR_OUT);
static_assert((int)SVCPLANE_DIR_IN == SVP_DIR_IN);

static const struct nla_policy proxy_policy[SVCPLANE_A_PROXY_REF_MAX + 1] = {
	[SVCPLANE_A_PROXY_REF_ID] = NLA_POLICY_FULL_RANGE(NLA_U32, &svp_nl_id),
	[SVCPLANE_A_PROXY_REF_NAME] = SVP_NL_DEV_POLICY,
};

const struct nla_policy svp_nl_match_policy[SVCPLANE_A_MATCH_MAX + 1] = {
	[SVCPLANE_A_MATCH_DIRS] = NLA_POLICY_RANGE(NLA_U32, 1, 3),
	[SVCPLANE_A_MATCH_FAMILY] = NLA_POLICY_RANGE(NLA_U32, 4, 6),
	[SVCPLANE_A_MATCH_PROTO] = NLA_POLICY_MAX(NLA_U32, 255),
	[SVCPLANE_A_MATCH_SRC] = NLA_POLICY_NESTED(svp_nl_prefix_policy),
	[SVCPLANE_A_MATCH_DST] = NLA_POLICY_NESTED(svp_nl_prefix_policy),
	[SVCPLANE_A_MATCH_SRC_GROUP] = SVP_NL_NAME_POLICY,
	[SVCPLANE_A_MATCH_DST_GROUP] = SVP_NL_NAME_POLICY,
	[SVCPLANE_A_MATCH_SPORT] = { .type = NLA_U32 },
	[SVCPLANE_A_MATCH_DPORT] = { .type = NLA_U32 },
	[SVCPLANE_A_MATCH_VLAN] = NLA_POLICY_MAX(NLA_U32, 4094),
	[SVCPLANE_A_MATCH_SMAC] = NLA_POLICY_EXACT_LEN(ETH_ALEN),
	[SVCPLANE_A_MATCH_DMAC] = NLA_POLICY_EXACT_LEN(ETH_ALEN),
	[SVCPLANE_A_MATCH_ETHERTYPE] = NLA_POLICY_FULL_RANGE(NLA_U32, &svp_nl_u16),
	[SVCPLANE_A_MATCH_MARK] = { .type = NLA_U32 },
	[SVCPLANE_A_MATCH_MARK_MASK] = { .type = NLA_U32 },
	[SVCPLANE_A_MATCH_PROXY] = NLA_POLICY_NESTED(proxy_policy),
};

/* One side of the addresses: where its attributes are read to */
struct side {
	u8 prefix_type, group_type;
	u32 present;
	struct svp_prefix *prefix;
	struct svp_group **group;
};

static int set_family(struct svp_match *match, u8 family,
		      const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	if (!family || match->family == family)
		return 0;
	if (match->present & SVP_M_FAMILY) {
		svp_err_attr(extack, attr, "a rule matches IPv4 or IPv6, not both at once");
		return -EINVAL;
	}
	match->present |= SVP_M_FAMILY;
	match->family = family;
	return 0;
}

static int get_side(struct nlattr **attrs, const struct svp_policy *policy,
		    struct svp_match *match, const struct side *side,
		    struct netlink_ext_ack *extack)
{
	struct nlattr *prefix = attrs[side->prefix_type];
	struct nlattr *group = attrs[side->group_type];
	int err;

	if (prefix && group) {
		svp_err_attr(extack, group, "one side has a prefix or a group, not both");
		return -EINVAL;
	}
	if (group) {
		*side->group = svp_policy_group(policy, nla_data(group));
		if (!*side->group) {
			svp_err_attr(extack, group, "no group %s",
				     (char *)nla_data(group));
			return -ENOENT;
		}
	}
	if (prefix) {
		err = svp_nl_prefix(prefix, side->prefix, extack) ?:
		      set_family(match, side->prefix->family, prefix, extack);
		if (err)
			return err;
	}
	if (prefix || group)
		match->present |= side->present;
	return 0;
}

static int get_addresses(struct nlattr **attrs, const struct svp_policy *policy,
			 struct svp_match *match,
			 struct netlink_ext_ack *extack)
{
	const struct side src = {
		SVCPLANE_A_MATCH_SRC, SVCPLANE_A_MATCH_SRC_GROUP, SVP_M_SRC,
		&match->src, &match->src_group,
	};
	const struct side dst = {
		SVCPLANE_A_MATCH_DST, SVCPLANE_A_MATCH_DST_GROUP, SVP_M_DST,
		&match->dst, &match->dst_group,
	};
	struct nlattr *family = attrs[SVCPLANE_A_MATCH_FAMILY];

	if (family && nla_get_u32(family) == 5) {
		svp_err_attr(extack, family, "family 5: allowed 4 and 6");
		return -EINVAL;
	}
	return set_family(match, svp_nl_u32(family, 0), family, extack) ?:
	       get_side(attrs, policy, match, &src, extack) ?:
	       get_side(attrs, policy, match, &dst, extack);
}

static bool has_ports(const struct svp_match *match)
{
	if (!(match->present & SVP_M_PROTO))
		return false;
	switch (match->proto) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_SCTP:
	case IPPROTO_DCCP:
		return true;
	default:
		return false;
	}
}

static int get_ports(const struct nlattr *nest, int type,
		     const struct svp_match *match, struct svp_range *to,
		     u8 *n, struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;
	int rem;

	nla_for_each_nested(attr, nest, rem) {
		if (nla_type(attr) != type)
			continue;
		if (!has_ports(match)) {
			svp_err_attr(extack, attr, "ports need proto tcp, udp, sctp or dccp");
			return -EINVAL;
		}
		if (*n == SVP_RULE_RANGES) {
			svp_err_attr(extack, attr, "more than %u port ranges on one side",
				     SVP_RULE_RANGES);
			return -E2BIG;
		}
		to[*n].lo = nla_get_u32(attr) >> 16;
		to[*n].hi = nla_get_u32(attr) & 0xffff;
		if (to[*n].lo > to[*n].hi) {
			svp_err_attr(extack, attr, "port range %u-%u is empty",
				     to[*n].lo, to[*n].hi);
			return -EINVAL;
		}
		(*n)++;
	}
	return 0;
}

static int get_l2(struct nlattr **attrs, struct svp_match *match,
		  struct netlink_ext_ack *extack)
{
	struct nlattr *ethertype = attrs[SVCPLANE_A_MATCH_ETHERTYPE];
	struct nlattr *mark = attrs[SVCPLANE_A_MATCH_MARK];
	struct nlattr *mask = attrs[SVCPLANE_A_MATCH_MARK_MASK];

	if (attrs[SVCPLANE_A_MATCH_VLAN]) {
		match->present |= SVP_M_VLAN;
		match->vlan = nla_get_u32(attrs[SVCPLANE_A_MATCH_VLAN]);
	}
	if (attrs[SVCPLANE_A_MATCH_SMAC]) {
		match->present |= SVP_M_SMAC;
		nla_memcpy(match->smac, attrs[SVCPLANE_A_MATCH_SMAC], ETH_ALEN);
	}
	if (attrs[SVCPLANE_A_MATCH_DMAC]) {
		match->present |= SVP_M_DMAC;
		nla_memcpy(match->dmac, attrs[SVCPLANE_A_MATCH_DMAC], ETH_ALEN);
	}
	if (ethertype) {
		match->present |= SVP_M_ETHERTYPE;
		match->ethertype = htons(nla_get_u32(ethertype));
	}
	if (mask && !mark) {
		svp_err_attr(extack, mask, "a mask needs a mark");
		return -EINVAL;
	}
	if (mark) {
		match->present |= SVP_M_MARK;
		match->mark_mask = svp_nl_u32(mask, U32_MAX);
		match->mark = nla_get_u32(mark) & match->mark_mask;
	}
	return 0;
}

static u16 proxy_id_of(struct svp_plane *plane, const char *name)
{
	struct svp_proxy *proxy;
	u16 id = 0;

	list_for_each_entry(proxy, &plane->proxies, list)
		if (!strcmp(proxy->name, name))
			id = proxy->id;
	return id;
}

static int get_proxy(const struct nlattr *nest, struct svp_plane *plane,
		     u16 *id, struct netlink_ext_ack *extack)
{
	struct nlattr *attrs[SVCPLANE_A_PROXY_REF_MAX + 1], *name;
	int err;

	err = nla_parse_nested(attrs, SVCPLANE_A_PROXY_REF_MAX, nest,
			       proxy_policy, extack);
	if (err)
		return err;
	name = attrs[SVCPLANE_A_PROXY_REF_NAME];
	if (!name == !attrs[SVCPLANE_A_PROXY_REF_ID]) {
		svp_err_attr(extack, nest, "a proxy is named by name or by id");
		return -EINVAL;
	}
	*id = name ? proxy_id_of(plane, nla_data(name)) :
		     nla_get_u32(attrs[SVCPLANE_A_PROXY_REF_ID]);
	if (*id)
		return 0;
	svp_err_attr(extack, name, "plane %s has no port proxy %s", plane->name,
		     (char *)nla_data(name));
	return -ENOENT;
}

/**
 * svp_nl_match_proxies - read which proxies a rule is applied to
 * @nest: attribute of set match, validated, or NULL: all of them
 * @plane: the plane, in which names are looked up
 * @match: zeroed
 * @extack: texts
 *
 * Context: RTNL, which a write to the policy does not hold: hence apart from
 * svp_nl_match().
 * Return: 0 or a negative errno with its text.
 */
int svp_nl_match_proxies(const struct nlattr *nest, struct svp_plane *plane,
			 struct svp_match *match,
			 struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;
	int rem, err;

	if (!nest)
		return 0;
	nla_for_each_nested(attr, nest, rem) {
		if (nla_type(attr) != SVCPLANE_A_MATCH_PROXY)
			continue;
		if (match->n_proxies == SVP_RULE_PROXIES) {
			svp_err_attr(extack, attr, "more than %u proxies in one rule",
				     SVP_RULE_PROXIES);
			return -E2BIG;
		}
		err = get_proxy(attr, plane, &match->proxy[match->n_proxies],
				extack);
		if (err)
			return err;
		match->n_proxies++;
	}
	return 0;
}

/**
 * svp_nl_match - read what a rule asks, but for its proxies
 * @nest: attribute of set match, or NULL: everything
 * @policy: its groups may be named
 * @match: result; groups in it are not held yet
 * @extack: texts
 *
 * Context: svp_plane.lock.
 * Return: 0 or a negative errno with its text.
 */
int svp_nl_match(const struct nlattr *nest, const struct svp_policy *policy,
		 struct svp_match *match, struct netlink_ext_ack *extack)
{
	struct nlattr *attrs[SVCPLANE_A_MATCH_MAX + 1];
	int err;

	match->dirs = SVP_DIR_OUT | SVP_DIR_IN;
	if (!nest)
		return 0;
	err = nla_parse_nested(attrs, SVCPLANE_A_MATCH_MAX, nest,
			       svp_nl_match_policy, extack);
	if (err)
		return err;
	match->dirs = svp_nl_u32(attrs[SVCPLANE_A_MATCH_DIRS], match->dirs);
	if (attrs[SVCPLANE_A_MATCH_PROTO]) {
		match->present |= SVP_M_PROTO;
		match->proto = nla_get_u32(attrs[SVCPLANE_A_MATCH_PROTO]);
	}
	err = get_addresses(attrs, policy, match, extack) ?:
	      get_ports(nest, SVCPLANE_A_MATCH_SPORT, match, match->sport,
			&match->n_sport, extack) ?:
	      get_ports(nest, SVCPLANE_A_MATCH_DPORT, match, match->dport,
			&match->n_dport, extack) ?:
	      get_l2(attrs, match, extack);
	if (match->n_sport)
		match->present |= SVP_M_SPORT;
	if (match->n_dport)
		match->present |= SVP_M_DPORT;
	return err;
}

/**
 * svp_nl_match_size - bytes that a match takes at most
 */
size_t svp_nl_match_size(void)
{
	return nla_total_size((7 + 2 * SVP_RULE_RANGES) * SVP_NL_U32_SIZE +
			      2 * SVP_NL_PREFIX_SIZE + 2 * SVP_NL_NAME_SIZE +
			      2 * SVP_NL_MAC_SIZE +
			      SVP_RULE_PROXIES *
			      nla_total_size(SVP_NL_U32_SIZE + SVP_NL_DEV_SIZE));
}

static int put_side(struct sk_buff *skb, int prefix_type, int group_type,
		    const struct svp_prefix *prefix,
		    const struct svp_group *group)
{
	if (group)
		return nla_put_string(skb, group_type, group->name);
	return svp_nl_put_prefix(skb, prefix_type, prefix);
}

static int put_ranges(struct sk_buff *skb, int type,
		      const struct svp_range *range, u8 n)
{
	u8 i;

	for (i = 0; i < n; i++)
		if (nla_put_u32(skb, type, range[i].lo << 16 | range[i].hi))
			return -EMSGSIZE;
	return 0;
}

static int put_l3(struct sk_buff *skb, const struct svp_match *m)
{
	if ((m->present & SVP_M_FAMILY &&
	     nla_put_u32(skb, SVCPLANE_A_MATCH_FAMILY, m->family)) ||
	    (m->present & SVP_M_PROTO &&
	     nla_put_u32(skb, SVCPLANE_A_MATCH_PROTO, m->proto)) ||
	    (m->present & SVP_M_SRC &&
	     put_side(skb, SVCPLANE_A_MATCH_SRC, SVCPLANE_A_MATCH_SRC_GROUP,
		      &m->src, m->src_group)) ||
	    (m->present & SVP_M_DST &&
	     put_side(skb, SVCPLANE_A_MATCH_DST, SVCPLANE_A_MATCH_DST_GROUP,
		      &m->dst, m->dst_group)) ||
	    put_ranges(skb, SVCPLANE_A_MATCH_SPORT, m->sport, m->n_sport) ||
	    put_ranges(skb, SVCPLANE_A_MATCH_DPORT, m->dport, m->n_dport))
		return -EMSGSIZE;
	return 0;
}

static int put_l2(struct sk_buff *skb, const struct svp_match *m)
{
	if ((m->present & SVP_M_VLAN &&
	     nla_put_u32(skb, SVCPLANE_A_MATCH_VLAN, m->vlan)) ||
	    (m->present & SVP_M_SMAC &&
	     nla_put(skb, SVCPLANE_A_MATCH_SMAC, ETH_ALEN, m->smac)) ||
	    (m->present & SVP_M_DMAC &&
	     nla_put(skb, SVCPLANE_A_MATCH_DMAC, ETH_ALEN, m->dmac)) ||
	    (m->present & SVP_M_ETHERTYPE &&
	     nla_put_u32(skb, SVCPLANE_A_MATCH_ETHERTYPE, ntohs(m->ethertype))) ||
	    (m->present & SVP_M_MARK &&
	     (nla_put_u32(skb, SVCPLANE_A_MATCH_MARK, m->mark) ||
	      nla_put_u32(skb, SVCPLANE_A_MATCH_MARK_MASK, m->mark_mask))))
		return -EMSGSIZE;
	return 0;
}

static int put_proxy(struct sk_buff *skb, struct svp_plane *plane, u16 id)
{
	struct nlattr *nest = nla_nest_start(skb, SVCPLANE_A_MATCH_PROXY);
	const struct svp_proxy *proxy;

	if (!nest || nla_put_u32(skb, SVCPLANE_A_PROXY_REF_ID, id))
		return -EMSGSIZE;
	list_for_each_entry(proxy, &plane->proxies, list)
		if (proxy->id == id &&
		    nla_put_string(skb, SVCPLANE_A_PROXY_REF_NAME, proxy->name))
			return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/**
 * svp_nl_match_put - write what a rule asks
 * @skb: message
 * @plane: the plane
 * @match: what it asks
 *
 * Context: RTNL.
 * Return: 0 or -EMSGSIZE.
 */
int svp_nl_match_put(struct sk_buff *skb, struct svp_plane *plane,
		     const struct svp_match *match)
{
	struct nlattr *nest = nla_nest_start(skb, SVCPLANE_A_RULE_MATCH);
	u8 i;

	if (!nest ||
	    nla_put_u32(skb, SVCPLANE_A_MATCH_DIRS, match->dirs) ||
	    put_l3(skb, match) || put_l2(skb, match))
		return -EMSGSIZE;
	for (i = 0; i < match->n_proxies; i++)
		if (put_proxy(skb, plane, match->proxy[i]))
			return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}
