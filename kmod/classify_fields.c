// SPDX-License-Identifier: GPL-2.0-only
/*
 * What each line of a classifier wants of each field.
 */
#include <linux/etherdevice.h>
#include <linux/in.h>

#include "classify.h"
#include "classify_priv.h"

static struct svp_interval_key key(u64 value)
{
	return (struct svp_interval_key) { .lo = value };
}

static void add_value(struct svp_classify_build *b, u32 set, u64 value)
{
	svp_interval_add(&b->intervals, set, key(value), key(value));
}

static void add_admit(struct svp_classify_build *b, u32 i)
{
	const struct svp_match *m = b->want[i].m;
	u8 dir, k;

	svp_interval_join(&b->intervals, i, i);
	for (dir = 0; dir < SVP_DIRS; dir++) {
		if (!(m->dirs & BIT(dir)))
			continue;
		for (k = 0; k < m->n_proxies; k++)
			add_value(b, i, svp_classify_admit(dir, m->proxy[k]));
		if (!m->n_proxies)
			svp_interval_add(&b->intervals, i,
					 key(svp_classify_admit(dir, 0)),
					 key(svp_classify_admit(dir, U16_MAX)));
	}
}

/* Protocols of rules that ask for ports: svp_rule_has_ports() */
static const u8 port_protos[] = {
	IPPROTO_TCP, IPPROTO_UDP, IPPROTO_DCCP, IPPROTO_SCTP, IPPROTO_UDPLITE,
};

static void add_proto_family(struct svp_classify_build *b, u32 i, u8 family)
{
	const struct svp_match *m = b->want[i].m;
	unsigned int k;

	if (!(m->present & (SVP_M_SPORT | SVP_M_DPORT))) {
		u8 lo = m->present & SVP_M_PROTO ? m->proto : 0;
		u8 hi = m->present & SVP_M_PROTO ? m->proto : U8_MAX;

		svp_interval_add(&b->intervals, i,
				 key(svp_classify_proto(family, lo)),
				 key(svp_classify_proto(family, hi)));
		return;
	}
	for (k = 0; k < ARRAY_SIZE(port_protos); k++)
		if (!(m->present & SVP_M_PROTO) || m->proto == port_protos[k])
			add_value(b, i, svp_classify_proto(family,
							   port_protos[k]));
}

static void add_proto(struct svp_classify_build *b, u32 i)
{
	const struct svp_classify_want *line = &b->want[i];
	u32 present = line->m->present;
	u8 family;
	bool ip;

	ip = present & (SVP_M_PROTO | SVP_M_SPORT | SVP_M_DPORT) ||
	     line->src == SVP_KIND_IP || line->dst == SVP_KIND_IP;
	if (!ip && !(present & SVP_M_FAMILY)) {
		svp_interval_wild(&b->intervals, i);
		return;
	}
	svp_interval_join(&b->intervals, i, i);
	for (family = 4; family <= 6; family += 2)
		if (!(present & SVP_M_FAMILY) || line->m->family == family)
			add_proto_family(b, i, family);
	if (!ip && !line->m->family)
		add_value(b, i, svp_classify_proto(0, 0));
}

static void add_prefix(struct svp_classify_build *b, u32 set,
		       const struct svp_prefix *prefix, u8 family)
{
	const __be32 *all = prefix->addr.all;
	struct svp_interval_key lo, host = {};

	if (prefix->family != family)
		return;
	if (family == 4) {
		lo = key(ntohl(all[0]));
		host.lo = prefix->len < 32 ? U32_MAX >> prefix->len : 0;
	} else {
		lo.hi = (u64)ntohl(all[0]) << 32 | ntohl(all[1]);
		lo.lo = (u64)ntohl(all[2]) << 32 | ntohl(all[3]);
		host.hi = prefix->len < 64 ? U64_MAX >> prefix->len : 0;
		host.lo = prefix->len < 64 ? U64_MAX :
			  prefix->len < 128 ? U64_MAX >> (prefix->len - 64) : 0;
	}
	lo.hi &= ~host.hi;
	lo.lo &= ~host.lo;
	svp_interval_add(&b->intervals, set, lo, (struct svp_interval_key) {
		.hi = lo.hi | host.hi, .lo = lo.lo | host.lo,
	});
}

/* Number of the set that all lines asking for @group share */
static u32 group_set(struct svp_classify_build *b, const struct svp_group *group)
{
	return b->c->n_lines + svp_classify_group(b, group)->set;
}

static void add_addr(struct svp_classify_build *b, u32 i, u8 kind,
		     const struct svp_prefix *prefix,
		     const struct svp_group *group, u8 family)
{
	u32 set = i, k;

	if (kind != SVP_KIND_IP) {
		svp_interval_wild(&b->intervals, i);
		return;
	}
	if (group)
		set = group_set(b, group);
	if (!svp_interval_join(&b->intervals, set, i))
		return;
	if (!group)
		add_prefix(b, set, prefix, family);
	for (k = 0; group && k < group->n; k++)
		add_prefix(b, set, &group->entry[k], family);
}

static void add_src4(struct svp_classify_build *b, u32 i)
{
	const struct svp_classify_want *line = &b->want[i];

	add_addr(b, i, line->src, &line->m->src, line->m->src_group, 4);
}

static void add_src6(struct svp_classify_build *b, u32 i)
{
	const struct svp_classify_want *line = &b->want[i];

	add_addr(b, i, line->src, &line->m->src, line->m->src_group, 6);
}

static void add_dst4(struct svp_classify_build *b, u32 i)
{
	const struct svp_classify_want *line = &b->want[i];

	add_addr(b, i, line->dst, &line->m->dst, line->m->dst_group, 4);
}

static void add_dst6(struct svp_classify_build *b, u32 i)
{
	const struct svp_classify_want *line = &b->want[i];

	add_addr(b, i, line->dst, &line->m->dst, line->m->dst_group, 6);
}

static void add_ports(struct svp_classify_build *b, u32 i, bool asked,
		      const struct svp_range *range, u8 n)
{
	u8 k;

	if (!asked) {
		svp_interval_wild(&b->intervals, i);
		return;
	}
	svp_interval_join(&b->intervals, i, i);
	for (k = 0; k < n; k++)
		if (range[k].lo <= range[k].hi)
			svp_interval_add(&b->intervals, i, key(range[k].lo),
					 key(range[k].hi));
}

static void add_sport(struct svp_classify_build *b, u32 i)
{
	const struct svp_match *m = b->want[i].m;

	add_ports(b, i, m->present & SVP_M_SPORT, m->sport, m->n_sport);
}

static void add_dport(struct svp_classify_build *b, u32 i)
{
	const struct svp_match *m = b->want[i].m;

	add_ports(b, i, m->present & SVP_M_DPORT, m->dport, m->n_dport);
}

static void add_single(struct svp_classify_build *b, u32 i, bool asked, u64 value)
{
	if (!asked) {
		svp_interval_wild(&b->intervals, i);
		return;
	}
	svp_interval_join(&b->intervals, i, i);
	add_value(b, i, value);
}

static void add_vlan(struct svp_classify_build *b, u32 i)
{
	const struct svp_match *m = b->want[i].m;

	add_single(b, i, m->present & SVP_M_VLAN, m->vlan);
}

static void add_ethertype(struct svp_classify_build *b, u32 i)
{
	const struct svp_match *m = b->want[i].m;

	add_single(b, i, m->present & SVP_M_ETHERTYPE, ntohs(m->ethertype));
}

/* @only: a MAC that is asked for besides, or NULL */
static void add_mac_prefix(struct svp_classify_build *b, u32 set,
			   const struct svp_prefix *prefix, const u8 *only)
{
	const u8 *mac = prefix->addr.mac;

	if (!prefix->family && (!only || ether_addr_equal_unaligned(mac, only)))
		add_value(b, set, ether_addr_to_u64(mac));
}

static void add_mac(struct svp_classify_build *b, u32 i, u8 kind,
		    const struct svp_prefix *prefix,
		    const struct svp_group *group, const u8 *only)
{
	u32 set = i, k;

	if (kind != SVP_KIND_MAC) {
		add_single(b, i, only, only ? ether_addr_to_u64(only) : 0);
		return;
	}
	if (group && !only)
		set = group_set(b, group);
	if (!svp_interval_join(&b->intervals, set, i))
		return;
	if (!group)
		add_mac_prefix(b, set, prefix, only);
	for (k = 0; group && k < group->n; k++)
		add_mac_prefix(b, set, &group->entry[k], only);
}

static void add_smac(struct svp_classify_build *b, u32 i)
{
	const struct svp_classify_want *line = &b->want[i];
	const struct svp_match *m = line->m;

	add_mac(b, i, line->src, &m->src, m->src_group,
		m->present & SVP_M_SMAC ? m->smac : NULL);
}

static void add_dmac(struct svp_classify_build *b, u32 i)
{
	const struct svp_classify_want *line = &b->want[i];
	const struct svp_match *m = line->m;

	add_mac(b, i, line->dst, &m->dst, m->dst_group,
		m->present & SVP_M_DMAC ? m->dmac : NULL);
}

static void add_special(struct svp_classify_build *b, u32 i)
{
	const struct svp_match *m = b->want[i].m;
	u8 special, ip;

	svp_interval_join(&b->intervals, i, i);
	for (special = 0; special < SVP_SPECIALS; special++)
		for (ip = 0; ip <= 1; ip++)
			if (svp_rule_names(m, special, ip))
				add_value(b, i,
					  svp_classify_special(special, ip));
}

static const struct {
	unsigned int bits;
	void (*add)(struct svp_classify_build *b, u32 line);
} fields[SVP_FIELDS] = {
	[SVP_F_ADMIT]		= { 17, add_admit },
	[SVP_F_PROTO]		= { 10, add_proto },
	[SVP_F_DST4]		= { 32, add_dst4 },
	[SVP_F_SRC4]		= { 32, add_src4 },
	[SVP_F_DST6]		= { 128, add_dst6 },
	[SVP_F_SRC6]		= { 128, add_src6 },
	[SVP_F_DPORT]		= { 16, add_dport },
	[SVP_F_SPORT]		= { 16, add_sport },
	[SVP_F_VLAN]		= { 16, add_vlan },
	[SVP_F_ETHERTYPE]	= { 16, add_ethertype },
	[SVP_F_DMAC]		= { 48, add_dmac },
	[SVP_F_SMAC]		= { 48, add_smac },
	[SVP_F_SPECIAL]		= { 8, add_special },
};

/**
 * svp_classify_build_field - make the table of one field
 * @b: what is being made, its lines known
 * @f: the field
 *
 * Context: process.
 * Return: 0, -ENOMEM, -E2BIG or -EINTR.
 */
int svp_classify_build_field(struct svp_classify_build *b,
			     enum svp_classify_field f)
{
	u32 i;

	svp_interval_reset(&b->intervals, fields[f].bits);
	for (i = 0; i < b->c->n_lines; i++) {
		if (b->want[i].m)
			fields[f].add(b, i);
		if (svp_interval_breathe(&b->intervals))
			break;
	}
	return svp_interval_finish(&b->intervals, &b->c->table[f]);
}
