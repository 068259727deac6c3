// SPDX-License-Identifier: GPL-2.0-only
/*
 * Netlink: flows, asked for by filters.
 */
#include <linux/sched.h>
#include <linux/slab.h>
#include <net/netlink.h>

#include "extack.h"
#include "flow.h"
#include "genl.h"
#include "nl.h"
#include "nl_flow.h"
#include "node.h"
#include "path.h"
#include "plane.h"
#include "port.h"
#include "transit.h"

#define STRETCH	256	/* flows looked at without rescheduling */

static struct netlink_range_validation iface_range = {
	.min = SVCPLANE_IFACE_MIN, .max = SVCPLANE_IFACE_MAX,
};

static const struct nla_policy filter_policy[SVCPLANE_A_FLOW_MAX + 1] = {
	[SVCPLANE_A_FLOW_PLANE] = SVP_NL_PLANE_POLICY,
	[SVCPLANE_A_FLOW_TAG] = NLA_POLICY_FULL_RANGE(NLA_U32, &svp_nl_tag),
	[SVCPLANE_A_FLOW_PORT] = SVP_NL_DEV_POLICY,
	[SVCPLANE_A_FLOW_PROXY] = SVP_NL_DEV_POLICY,
	[SVCPLANE_A_FLOW_FAMILY] = NLA_POLICY_MAX(NLA_U32, 6),
	[SVCPLANE_A_FLOW_PROTO] = NLA_POLICY_MAX(NLA_U32, 255),
	[SVCPLANE_A_FLOW_SRC] = { .type = NLA_BINARY, .len = sizeof(union svp_addr) },
	[SVCPLANE_A_FLOW_SRC_LEN] = NLA_POLICY_MAX(NLA_U32, 128),
	[SVCPLANE_A_FLOW_DST] = { .type = NLA_BINARY, .len = sizeof(union svp_addr) },
	[SVCPLANE_A_FLOW_DST_LEN] = NLA_POLICY_MAX(NLA_U32, 128),
	[SVCPLANE_A_FLOW_SPORT] = NLA_POLICY_FULL_RANGE(NLA_U32, &svp_nl_u16),
	[SVCPLANE_A_FLOW_DPORT] = NLA_POLICY_FULL_RANGE(NLA_U32, &svp_nl_u16),
	[SVCPLANE_A_FLOW_VLAN] = NLA_POLICY_MAX(NLA_U32, 4094),
	[SVCPLANE_A_FLOW_SPI] = NLA_POLICY_FULL_RANGE(NLA_U32, &svp_nl_spi),
	[SVCPLANE_A_FLOW_CHAIN] = SVP_NL_NAME_POLICY,
	[SVCPLANE_A_FLOW_NODE] = SVP_NL_NAME_POLICY,
	[SVCPLANE_A_FLOW_ACT] = NLA_POLICY_MAX(NLA_U32, SVCPLANE_RULE_ACTION_DROP),
	[SVCPLANE_A_FLOW_HOST] = NLA_POLICY_RANGE(NLA_U32, 1, SVCPLANE_HOST_MAX),
	[SVCPLANE_A_FLOW_IFACE] = NLA_POLICY_FULL_RANGE(NLA_U32, &iface_range),
};

/* An attribute of the request and what it says; -1: not asked */
struct filter {
	s64 tag, family, proto, sport, dport, vlan, spi, act, host, iface;
	s16 src_bits, dst_bits;
	u8 src_bytes, dst_bytes;
	union svp_addr src, dst;
	char port[IFNAMSIZ], proxy[IFNAMSIZ];
	char chain[SVP_NAME_MAX], node[SVP_NAME_MAX];
};

static s64 number(const struct nlattr *attr)
{
	return attr ? (s64)nla_get_u32(attr) : -1;
}

static int get_addr(struct nlattr **attrs, int type, int len_type,
		    union svp_addr *addr, u8 *bytes, s16 *bits,
		    struct netlink_ext_ack *extack)
{
	struct nlattr *attr = attrs[type], *len = attrs[len_type];

	*bits = -1;
	if (!attr) {
		if (!len)
			return 0;
		svp_err_attr(extack, len, "a prefix length needs an address");
		return -EINVAL;
	}
	*bytes = nla_len(attr);
	if (*bytes != 4 && *bytes != ETH_ALEN && *bytes != sizeof(*addr)) {
		svp_err_attr(extack, attr, "an address has 4, 6 or 16 bytes, not %u",
			     *bytes);
		return -EINVAL;
	}
	*bits = svp_nl_u32(len, *bytes * 8);
	if (*bits > *bytes * 8) {
		svp_err_attr(extack, len, "prefix length %u: allowed 0 to %u",
			     *bits, *bytes * 8);
		return -EINVAL;
	}
	nla_memcpy(addr, attr, *bytes);
	return 0;
}

static void get_name(const struct nlattr *attr, char *to, size_t size)
{
	if (attr)
		nla_strscpy(to, attr, size);
}

static int read_filter(struct nlattr **attrs, struct filter *f,
		       struct netlink_ext_ack *extack)
{
	f->tag = number(attrs[SVCPLANE_A_FLOW_TAG]);
	f->family = number(attrs[SVCPLANE_A_FLOW_FAMILY]);
	f->proto = number(attrs[SVCPLANE_A_FLOW_PROTO]);
	f->sport = number(attrs[SVCPLANE_A_FLOW_SPORT]);
	f->dport = number(attrs[SVCPLANE_A_FLOW_DPORT]);
	f->vlan = number(attrs[SVCPLANE_A_FLOW_VLAN]);
	f->spi = number(attrs[SVCPLANE_A_FLOW_SPI]);
	f->act = number(attrs[SVCPLANE_A_FLOW_ACT]);
	f->host = number(attrs[SVCPLANE_A_FLOW_HOST]);
	f->iface = number(attrs[SVCPLANE_A_FLOW_IFACE]);
	get_name(attrs[SVCPLANE_A_FLOW_PORT], f->port, sizeof(f->port));
	get_name(attrs[SVCPLANE_A_FLOW_PROXY], f->proxy, sizeof(f->proxy));
	get_name(attrs[SVCPLANE_A_FLOW_CHAIN], f->chain, sizeof(f->chain));
	get_name(attrs[SVCPLANE_A_FLOW_NODE], f->node, sizeof(f->node));
	return get_addr(attrs, SVCPLANE_A_FLOW_SRC, SVCPLANE_A_FLOW_SRC_LEN,
			&f->src, &f->src_bytes, &f->src_bits, extack) ?:
	       get_addr(attrs, SVCPLANE_A_FLOW_DST, SVCPLANE_A_FLOW_DST_LEN,
			&f->dst, &f->dst_bytes, &f->dst_bits, extack);
}

static bool is(s64 asked, u32 value)
{
	return asked < 0 || asked == value;
}

static bool addr_is(const union svp_addr *asked, u8 bytes, s16 bits,
		    const union svp_addr *value, u8 family)
{
	const u8 *a = (const u8 *)asked, *v = (const u8 *)value;
	unsigned int whole = bits / 8, rest = bits % 8;

	if (bits < 0)
		return true;
	if (bytes != (family == 4 ? 4 : family == 6 ? 16 : ETH_ALEN))
		return false;
	return !memcmp(a, v, whole) &&
	       (!rest || !((a[whole] ^ v[whole]) >> (8 - rest)));
}

static bool tuple_is(const struct filter *f, const struct svp_tuple *key)
{
	return is(f->family, key->family) && is(f->proto, key->proto) &&
	       is(f->sport, ntohs(key->sport)) &&
	       is(f->dport, ntohs(key->dport)) &&
	       is(f->vlan, ntohs(key->vlan[0]) & ~SVP_VLAN_PRESENT) &&
	       addr_is(&f->src, f->src_bytes, f->src_bits, &key->src, key->family) &&
	       addr_is(&f->dst, f->dst_bytes, f->dst_bits, &key->dst, key->family);
}

static bool port_is(const struct filter *f, const struct svp_port *port)
{
	const struct net_device *dev = rcu_dereference(port->dev);

	return (!*f->port || (dev && !strcmp(dev->name, f->port))) &&
	       (!*f->proxy || !strcmp(port->proxy->name, f->proxy));
}

static bool has_node(const struct svp_path *path, const char *name)
{
	u8 i;

	for (i = 0; i < path->n_hops; i++)
		if (!strcmp(path->nodes[i]->conf.name, name))
			return true;
	return false;
}

static bool path_is(const struct filter *f, const struct svp_path *path)
{
	if (f->spi < 0 && !*f->chain && !*f->node)
		return true;
	return path && (f->spi < 0 || f->spi == path->spi[SVP_OUT] ||
			f->spi == path->spi[SVP_IN]) &&
	       (!*f->chain || !strcmp(path->chain->name, f->chain)) &&
	       (!*f->node || has_node(path, f->node));
}

/* Context: RCU */
static bool passes(const struct svp_flow *flow, void *arg)
{
	const struct filter *f = arg;

	return is(f->tag, svp_far_tag(flow)) &&
	       is(f->host, svp_far_host_id(flow, READ_ONCE(flow->port->plane->host_id))) &&
	       is(f->iface, flow->port->proxy->id) &&
	       (is(f->act, READ_ONCE(flow->act[SVP_OUT])) ||
		is(f->act, READ_ONCE(flow->act[SVP_IN]))) &&
	       tuple_is(f, &flow->side[SVP_OUT].key) &&
	       port_is(f, flow->port) &&
	       (path_is(f, svp_flow_path(flow, SVP_OUT)) ||
		path_is(f, svp_flow_path(flow, SVP_IN)));
}

static int fill_flow(struct sk_buff *skb, struct svp_plane *plane,
		     const void *obj)
{
	return svp_nl_flow_put(skb, plane, obj) ?:
	       svp_nl_flow_verdicts_put(skb, plane, obj);
}

/* The record may go while memory is waited for, so it is looked up after */
static int put_by_tag(struct sk_buff *skb, struct svp_plane *plane,
		      const void *obj)
{
	const struct filter *f = obj;
	u16 host = f->host < 0 ? READ_ONCE(plane->host_id) : f->host;
	struct svp_flow *flow;
	int err = -ENOENT;

	rcu_read_lock();
	local_bh_disable();
	flow = svp_transit_named(plane, host, f->tag);
	if (flow && passes(flow, (void *)f))
		err = fill_flow(skb, plane, flow);
	local_bh_enable();
	rcu_read_unlock();
	return err;
}

static int flow_get(struct sk_buff *skb, struct genl_info *info)
{
	struct svp_plane *plane = svp_genl_plane(info);
	struct filter filter = {};
	int err;

	if (!svp_nl_need(info, SVCPLANE_A_FLOW_TAG, "tag of the flow"))
		return -EINVAL;
	err = read_filter(info->attrs, &filter, info->extack);
	if (err)
		return err;
	err = svp_genl_reply(info, plane, SVCPLANE_CMD_FLOW_GET,
			     svp_nl_flow_size() + svp_nl_flow_verdicts_size(),
			     put_by_tag, &filter);
	if (err == -ENOENT)
		svp_err_attr(info->extack, info->attrs[SVCPLANE_A_FLOW_TAG],
			     "plane %s has no flow with tag %#llx", plane->name,
			     filter.tag);
	return err;
}

/* One stretch of the walk; *@end at its end */
static int dump_stretch(struct sk_buff *skb, struct netlink_callback *cb,
			struct svp_plane *plane, bool *end)
{
	struct svp_dump *at = svp_dump(cb);
	struct svp_flow *flow;
	u32 before, n;
	int err = 0;

	rcu_read_lock();
	for (n = 0; n < STRETCH; n++) {
		before = at->at;
		flow = svp_flow_next(plane->flows, &at->at);
		*end = !flow;
		if (!flow)
			break;
		if (passes(flow, at->priv))
			err = svp_genl_dump_one(skb, cb, SVCPLANE_CMD_FLOW_GET,
						plane, fill_flow, flow);
		if (err) {
			at->at = before;
			break;
		}
	}
	rcu_read_unlock();
	return err;
}

static int dump_flows(struct sk_buff *skb, struct netlink_callback *cb,
		      struct svp_plane *plane)
{
	bool end = false;
	int err = 0;

	while (!err && !end) {
		err = dump_stretch(skb, cb, plane, &end);
		cond_resched();
	}
	return err;
}

static int flow_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	return svp_genl_dump(skb, cb, dump_flows);
}

static int flow_dump_start(struct netlink_callback *cb)
{
	struct filter *filter;
	int err;

	err = svp_genl_dump_start(cb);
	if (err)
		return err;
	filter = kzalloc(sizeof(*filter), GFP_KERNEL);
	if (!filter)
		return -ENOMEM;
	err = read_filter(genl_info_dump(cb)->attrs, filter, cb->extack);
	if (err) {
		kfree(filter);
		return err;
	}
	svp_dump(cb)->priv = filter;
	svp_dump(cb)->live = true;
	cb->min_dump_alloc = NLMSG_ALIGN(GENL_HDRLEN + NLMSG_HDRLEN +
					 svp_nl_flow_size() +
					 svp_nl_flow_verdicts_size());
	return 0;
}

static int flow_dump_done(struct netlink_callback *cb)
{
	kfree(svp_dump(cb)->priv);
	return 0;
}

static int fill_flushed(struct sk_buff *skb, struct svp_plane *plane,
			const void *obj)
{
	const u32 *n = obj;

	if (svp_nl_put_plane(skb, SVCPLANE_A_FLOW_PLANE, plane) ||
	    nla_put_u32(skb, SVCPLANE_A_FLOW_FLUSHED, *n))
		return -EMSGSIZE;
	return 0;
}

static int flow_flush(struct sk_buff *skb, struct genl_info *info)
{
	struct svp_plane *plane = svp_genl_plane(info);
	struct filter filter = {};
	int err;
	u32 n;

	err = read_filter(info->attrs, &filter, info->extack);
	if (err)
		return err;
	n = svp_flow_flush(plane->flows, passes, &filter);
	svp_genl_answer(skb, info, plane, SVCPLANE_CMD_FLOW_FLUSH,
			SVP_NL_DEV_SIZE + SVP_NL_U32_SIZE, fill_flushed, &n);
	return 0;
}

static const struct genl_ops ops[] = {
	{
		.cmd = SVCPLANE_CMD_FLOW_GET,
		.flags = GENL_ADMIN_PERM,
		.internal_flags = SVP_GENL_PLANE,
		.policy = filter_policy,
		.maxattr = SVCPLANE_A_FLOW_MAX,
		.doit = flow_get,
		.start = flow_dump_start,
		.dumpit = flow_dump,
		.done = flow_dump_done,
	},
	{
		.cmd = SVCPLANE_CMD_FLOW_FLUSH,
		.flags = GENL_ADMIN_PERM,
		.internal_flags = SVP_GENL_PLANE,
		.policy = filter_policy,
		.maxattr = SVCPLANE_A_FLOW_MAX,
		.doit = flow_flush,
	},
};

const struct svp_nl_ops svp_nl_flow = SVP_NL_OPS(ops);
