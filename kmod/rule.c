// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules and groups, and what a rule means.
 */
#include <linux/etherdevice.h>
#include <linux/in.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "rule.h"

/**
 * svp_rule_alloc - make a rule
 * @conf: what it is to be; @count, @ref and @rcu are not read. It takes
 *	references of its own on the groups
 *
 * Context: process; the caller holds references on the groups of @conf.
 * Return: the rule with one reference and its counter at zero, or NULL.
 */
struct svp_rule *svp_rule_alloc(const struct svp_rule *conf)
{
	struct svp_rule *rule;

	rule = kmemdup(conf, sizeof(*conf), GFP_KERNEL_ACCOUNT);
	if (!rule)
		return NULL;
	rule->count = svp_count_alloc(GFP_KERNEL_ACCOUNT);
	if (!rule->count) {
		kfree(rule);
		return NULL;
	}

	if (rule->match.src_group)
		svp_group_hold(rule->match.src_group);
	if (rule->match.dst_group)
		svp_group_hold(rule->match.dst_group);
	refcount_set(&rule->ref, 1);
	return rule;
}

/**
 * svp_rule_hold - take one more reference
 * @rule: one that is held already
 */
void svp_rule_hold(struct svp_rule *rule)
{
	refcount_inc(&rule->ref);
}

/* Readers may still count or compare until the grace period is over */
static void rule_free_rcu(struct rcu_head *rcu)
{
	struct svp_rule *rule = container_of(rcu, struct svp_rule, rcu);

	svp_group_put(rule->match.src_group);
	svp_group_put(rule->match.dst_group);
	free_percpu(rule->count);
	kfree(rule);
}

/**
 * svp_rule_put - give a reference back
 * @rule: freed with the last one, after a grace period; may be NULL
 *
 * Context: any. The module waits with rcu_barrier() before it goes.
 */
void svp_rule_put(struct svp_rule *rule)
{
	if (rule && refcount_dec_and_test(&rule->ref))
		call_rcu(&rule->rcu, rule_free_rcu);
}

/**
 * svp_group_alloc - make a group, its entries zero
 * @name: its name; longer ones are the caller's to refuse
 * @n: entries, at most SVP_GROUP_ENTRIES
 *
 * The caller fills svp_group.entry[] and svp_group.id before anything else can
 * see the group.
 *
 * Context: process.
 * Return: the group with one reference, or NULL.
 */
struct svp_group *svp_group_alloc(const char *name, u32 n)
{
	struct svp_group *group;

	if (WARN_ON_ONCE(n > SVP_GROUP_ENTRIES))
		return NULL;
	group = kvzalloc(struct_size(group, entry, n), GFP_KERNEL_ACCOUNT);
	if (!group)
		return NULL;
	strscpy(group->name, name, sizeof(group->name));
	group->n = n;
	refcount_set(&group->ref, 1);
	return group;
}

/**
 * svp_group_hold - take one more reference
 * @group: one that is held already
 */
void svp_group_hold(struct svp_group *group)
{
	refcount_inc(&group->ref);
}

/**
 * svp_group_put - give a reference back
 * @group: freed with the last one, after a grace period; may be NULL
 *
 * Context: any.
 */
void svp_group_put(struct svp_group *group)
{
	if (group && refcount_dec_and_test(&group->ref))
		kvfree_rcu(group, rcu);
}

static bool bits_match(const u8 *a, const u8 *b, unsigned int bits)
{
	unsigned int whole = bits / 8, rest = bits % 8;

	if (memcmp(a, b, whole))
		return false;
	return !rest || !((a[whole] ^ b[whole]) >> (8 - rest));
}

/* @mac is the frame's address on the same side as @addr */
static bool prefix_matches(const struct svp_prefix *prefix, u8 family,
			   const union svp_addr *addr, const u8 *mac)
{
	if (!prefix->family)
		return ether_addr_equal_unaligned(prefix->addr.mac, mac);
	if (prefix->family != family)
		return false;
	return bits_match((const u8 *)&prefix->addr, (const u8 *)addr,
			  min_t(u8, prefix->len, family == 4 ? 32 : 128));
}

static bool group_matches(const struct svp_group *group, u8 family,
			  const union svp_addr *addr, const u8 *mac)
{
	u32 i;

	for (i = 0; i < group->n; i++)
		if (prefix_matches(&group->entry[i], family, addr, mac))
			return true;
	return false;
}

static bool side_matches(const struct svp_prefix *prefix,
			 const struct svp_group *group, u8 family,
			 const union svp_addr *addr, const u8 *mac)
{
	if (group)
		return group_matches(group, family, addr, mac);
	return prefix_matches(prefix, family, addr, mac);
}

static bool addrs_match(const struct svp_match *m, const struct svp_query *q)
{
	const struct svp_tuple *t = q->tuple;

	if (m->present & SVP_M_SRC &&
	    !side_matches(&m->src, m->src_group, t->family, &t->src, q->smac))
		return false;
	if (m->present & SVP_M_DST &&
	    !side_matches(&m->dst, m->dst_group, t->family, &t->dst, q->dmac))
		return false;
	return true;
}

static bool range_matches(const struct svp_range *range, u8 n, __be16 port)
{
	u16 p = ntohs(port);
	u8 i;

	for (i = 0; i < n; i++)
		if (p >= range[i].lo && p <= range[i].hi)
			return true;
	return false;
}

/**
 * svp_rule_has_ports - whether a tuple has ports that rules can ask for
 * @tuple: the tuple
 *
 * What ICMP and non-IP frames keep in the port fields is not a port.
 *
 * Return: true for TCP, UDP, UDP-Lite, SCTP and DCCP.
 */
bool svp_rule_has_ports(const struct svp_tuple *tuple)
{
	if (!tuple->family)
		return false;
	switch (tuple->proto) {
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

static bool ports_match(const struct svp_match *m, const struct svp_tuple *t)
{
	if (!(m->present & (SVP_M_SPORT | SVP_M_DPORT)))
		return true;
	if (!svp_rule_has_ports(t))
		return false;
	if (m->present & SVP_M_SPORT &&
	    !range_matches(m->sport, m->n_sport, t->sport))
		return false;
	return !(m->present & SVP_M_DPORT) ||
	       range_matches(m->dport, m->n_dport, t->dport);
}

/* A priority tag (VID 0) counts as no tag */
static bool frame_matches(const struct svp_match *m, const struct svp_query *q)
{
	u16 vid = ntohs(q->tuple->vlan[0]) & 0xfff;

	if (m->present & SVP_M_VLAN && m->vlan != vid)
		return false;
	if (m->present & SVP_M_SMAC &&
	    !ether_addr_equal_unaligned(m->smac, q->smac))
		return false;
	if (m->present & SVP_M_DMAC &&
	    !ether_addr_equal_unaligned(m->dmac, q->dmac))
		return false;
	if (m->present & SVP_M_ETHERTYPE && m->ethertype != q->ethertype)
		return false;
	return !(m->present & SVP_M_MARK) ||
	       !((m->mark ^ q->mark) & m->mark_mask);
}

static bool proxy_matches(const struct svp_match *m, u16 proxy)
{
	u8 i;

	for (i = 0; i < m->n_proxies; i++)
		if (m->proxy[i] == proxy)
			return true;
	return !m->n_proxies;
}

/**
 * svp_rule_names - whether a rule speaks of special frames
 * @m: what the rule asks
 * @special: enum svp_special of the frame
 * @family: of the frame's tuple
 *
 * Frames that keep a network together, or go to many, do not fall under a rule
 * by accident: ARP wants the rule to say its ethertype, ND the ethertype and
 * the protocol, other frames without IP the ethertype or a MAC, frames to a
 * group the destination.
 *
 * Return: true if the rule may match such a frame; always for others.
 */
bool svp_rule_names(const struct svp_match *m, u8 special, u8 family)
{
	switch (special) {
	case SVP_SPECIAL_NEIGHBOUR:
		return m->present & SVP_M_ETHERTYPE &&
		       (!family || m->present & SVP_M_PROTO);
	case SVP_SPECIAL_NOT_IP:
		return m->present & (SVP_M_ETHERTYPE | SVP_M_SMAC | SVP_M_DMAC |
				     SVP_M_SRC | SVP_M_DST);
	case SVP_SPECIAL_GROUP:
		return m->present & (SVP_M_DST | SVP_M_DMAC);
	default:
		return true;
	}
}

/**
 * svp_rule_matches - whether a rule matches a frame
 * @rule: the rule
 * @query: what of the frame rules look at
 *
 * Addresses only match frames of their family, a MAC in their place the
 * frame's MAC; ports only match protocols that have some.
 *
 * Context: any.
 * Return: true if all that the rule asks for is so.
 */
bool svp_rule_matches(const struct svp_rule *rule,
		      const struct svp_query *query)
{
	const struct svp_match *m = &rule->match;
	const struct svp_tuple *t = query->tuple;

	if (!(m->dirs & BIT(query->dir)))
		return false;
	if (!proxy_matches(m, query->proxy) ||
	    !svp_rule_names(m, query->special, t->family))
		return false;
	if (m->present & SVP_M_FAMILY && m->family != t->family)
		return false;
	if (m->present & SVP_M_PROTO && (!t->family || m->proto != t->proto))
		return false;
	return frame_matches(m, query) && ports_match(m, t) &&
	       addrs_match(m, query);
}
