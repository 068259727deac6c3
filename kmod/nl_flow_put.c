// SPDX-License-Identifier: GPL-2.0-only
/*
 * Netlink: flow records as they are shown.
 */
#include <linux/jiffies.h>
#include <net/netlink.h>
#include <uapi/linux/svcplane.h>
#include <uapi/linux/svcplane_wire.h>

#include "far.h"
#include "node.h"
#include "nl.h"
#include "nl_flow.h"
#include "path.h"
#include "port.h"
#include "stats.h"
#include "treat.h"

static_assert((int)SVCPLANE_RULE_ACTION_CHAIN == SVP_FLOW_CHAIN);
static_assert((int)SVCPLANE_RULE_ACTION_BYPASS == SVP_FLOW_BYPASS);
static_assert((int)SVCPLANE_RULE_ACTION_DROP == SVP_FLOW_DROP);
static_assert((int)SVCPLANE_FLOW_FLAG_FIN == SVP_FLOW_FIN);
static_assert((int)SVCPLANE_FLOW_FLAG_TWICE == SVP_FLOW_TWICE);
static_assert((int)SVCPLANE_FLOW_FLAG_ASSURED == SVP_FLOW_ASSURED);
static_assert((int)SVCPLANE_TCP_RST == SVP_TCP_RST);
static_assert(SVCPLANE_VERDICT_NOW == SVP_FLOW_DROP_NOW);
static_assert(SVCPLANE_VERDICT_REJECT == SVP_FLOW_REJECT);

/* The others are the module's own */
#define FLAGS_TOLD	(SVP_FLOW_FIN | SVP_FLOW_TWICE | SVP_FLOW_ASSURED)

#define WHY_MAX		32	/* bytes of the name of a drop reason */

static size_t dir_size(void)
{
	return nla_total_size(10 * SVP_NL_U32_SIZE + nla_total_size(WHY_MAX) +
			      SVP_NL_NAME_SIZE +
			      2 * SVP_NL_U64_SIZE + 2 * SVP_NL_MAC_SIZE);
}

/**
 * svp_nl_flow_size - bytes that a flow takes at most, without its verdicts
 */
size_t svp_nl_flow_size(void)
{
	return 3 * SVP_NL_DEV_SIZE + SVP_NL_NAME_SIZE + 14 * SVP_NL_U32_SIZE +
	       2 * nla_total_size(sizeof(union svp_addr)) + 2 * dir_size();
}

static int put_addr(struct sk_buff *skb, int type, const union svp_addr *addr,
		    u8 family)
{
	return nla_put(skb, type, family == 4 ? 4 : family == 6 ? 16 : ETH_ALEN,
		       addr);
}

static int put_vlan(struct sk_buff *skb, int type, __be16 vlan)
{
	if (!vlan)
		return 0;
	return nla_put_u32(skb, type, ntohs(vlan) & ~SVP_VLAN_PRESENT);
}

static int put_tuple(struct sk_buff *skb, const struct svp_tuple *key)
{
	if (nla_put_u32(skb, SVCPLANE_A_FLOW_FAMILY, key->family) ||
	    nla_put_u32(skb, SVCPLANE_A_FLOW_PROTO, key->proto) ||
	    put_addr(skb, SVCPLANE_A_FLOW_SRC, &key->src, key->family) ||
	    put_addr(skb, SVCPLANE_A_FLOW_DST, &key->dst, key->family) ||
	    nla_put_u32(skb, SVCPLANE_A_FLOW_SPORT, ntohs(key->sport)) ||
	    nla_put_u32(skb, SVCPLANE_A_FLOW_DPORT, ntohs(key->dport)) ||
	    put_vlan(skb, SVCPLANE_A_FLOW_VLAN, key->vlan[0]) ||
	    put_vlan(skb, SVCPLANE_A_FLOW_VLAN_INNER, key->vlan[1]))
		return -EMSGSIZE;
	return 0;
}

/* A guest of another host has no name here but that of its proxy on the wire */
static int put_far(struct sk_buff *skb, const struct svp_flow *flow)
{
	if (nla_put_u32(skb, SVCPLANE_A_FLOW_HOST, svp_far_host_id(flow, 0)) ||
	    nla_put_u32(skb, SVCPLANE_A_FLOW_IFACE, flow->port->proxy->id))
		return -EMSGSIZE;
	return 0;
}

static int put_port(struct sk_buff *skb, const struct svp_port *port)
{
	const struct net_device *dev = rcu_dereference(port->dev);

	if ((dev && nla_put_string(skb, SVCPLANE_A_FLOW_PORT, dev->name)) ||
	    nla_put_u32(skb, SVCPLANE_A_FLOW_PORT_ID, port->id) ||
	    nla_put_string(skb, SVCPLANE_A_FLOW_PROXY, port->proxy->name))
		return -EMSGSIZE;
	return 0;
}

/* Names @path, and @old as the one before it. May be NULL */
struct path_attrs {
	int spi, chain, chain_id, old_spi;
};

static int put_path(struct sk_buff *skb, const struct svp_path *path,
		    const struct svp_path *old, const struct path_attrs *type)
{
	if (path &&
	    (nla_put_u32(skb, type->spi, path->spi[SVP_OUT]) ||
	     nla_put_string(skb, type->chain, path->chain->name) ||
	     nla_put_u32(skb, type->chain_id, path->chain->id)))
		return -EMSGSIZE;
	return old ? nla_put_u32(skb, type->old_spi, old->spi[SVP_OUT]) : 0;
}

static int put_paths(struct sk_buff *skb, const struct svp_flow *flow)
{
	static const struct path_attrs type = {
		SVCPLANE_A_FLOW_SPI, SVCPLANE_A_FLOW_CHAIN,
		SVCPLANE_A_FLOW_CHAIN_ID, SVCPLANE_A_FLOW_OLD_SPI,
	};

	return put_path(skb, svp_flow_path(flow, SVP_OUT),
			svp_flow_old_path(flow, SVP_OUT), &type);
}

/* What is said of the flow is said of direction OUT: where IN differs from it */
static int put_other_paths(struct sk_buff *skb, const struct svp_flow *flow,
			   enum svp_dir dir)
{
	static const struct path_attrs type = {
		SVCPLANE_A_FLOW_DIR_SPI, SVCPLANE_A_FLOW_DIR_CHAIN,
		SVCPLANE_A_FLOW_DIR_CHAIN_ID, SVCPLANE_A_FLOW_DIR_OLD_SPI,
	};
	struct svp_path *path = svp_flow_path(flow, dir);
	struct svp_path *old = svp_flow_old_path(flow, dir);

	if (put_path(skb, path == svp_flow_path(flow, SVP_OUT) ? NULL : path,
		     NULL, &type))
		return -EMSGSIZE;
	if (old == svp_flow_old_path(flow, SVP_OUT))
		return 0;
	return nla_put_u32(skb, type.old_spi, old ? old->spi[SVP_OUT] : 0);
}

static int put_use(struct sk_buff *skb, const struct svp_flow_use *use)
{
	u32 idle = (u32)jiffies - READ_ONCE(use->stamp);

	if (nla_put_u64_64bit(skb, SVCPLANE_A_FLOW_DIR_PACKETS,
			      READ_ONCE(use->packets), SVCPLANE_A_FLOW_DIR_PAD) ||
	    nla_put_u64_64bit(skb, SVCPLANE_A_FLOW_DIR_BYTES,
			      READ_ONCE(use->bytes), SVCPLANE_A_FLOW_DIR_PAD) ||
	    nla_put_u32(skb, SVCPLANE_A_FLOW_DIR_GIVEN, READ_ONCE(use->given)))
		return -EMSGSIZE;
	/* never used: there is nothing else to tell */
	if (!READ_ONCE(use->packets))
		return 0;
	if (nla_put_u32(skb, SVCPLANE_A_FLOW_DIR_IDLE, idle / HZ) ||
	    nla_put_u32(skb, SVCPLANE_A_FLOW_DIR_TCP, READ_ONCE(use->tcp)) ||
	    nla_put_u32(skb, SVCPLANE_A_FLOW_DIR_MARK, READ_ONCE(use->mark)) ||
	    nla_put(skb, SVCPLANE_A_FLOW_DIR_SMAC, ETH_ALEN, use->smac) ||
	    nla_put(skb, SVCPLANE_A_FLOW_DIR_DMAC, ETH_ALEN, use->dmac))
		return -EMSGSIZE;
	return 0;
}

/* That no verdict leaves out: behind the ones at the top of the mask */
static u32 first_hop(u16 skip)
{
	return 16 - fls(~skip & 0xffff);
}

static int put_dir(struct sk_buff *skb, int type, const struct svp_flow *flow,
		   enum svp_dir dir)
{
	struct nlattr *nest = nla_nest_start(skb, type);
	u8 act = READ_ONCE(flow->act[dir]);
	u16 skip = READ_ONCE(flow->skip[dir]);

	if (!nest || nla_put_u32(skb, SVCPLANE_A_FLOW_DIR_ACT, act) ||
	    put_other_paths(skb, flow, dir) ||
	    nla_put_u32(skb, SVCPLANE_A_FLOW_DIR_SKIP, skip) ||
	    (act == SVP_FLOW_CHAIN &&
	     nla_put_u32(skb, SVCPLANE_A_FLOW_DIR_FIRST, first_hop(skip))) ||
	    (act == SVP_FLOW_DROP &&
	     nla_put_string(skb, SVCPLANE_A_FLOW_DIR_WHY,
			    svp_drop_name(READ_ONCE(flow->why[dir])))) ||
	    put_use(skb, &flow->use[dir]))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/**
 * svp_nl_flow_put - write a flow without its verdicts
 * @skb: message with room for svp_nl_flow_size()
 * @plane: its plane
 * @flow: the record
 *
 * Context: RCU.
 * Return: 0 or -EMSGSIZE.
 */
int svp_nl_flow_put(struct sk_buff *skb, struct svp_plane *plane,
		    const struct svp_flow *flow)
{
	if (svp_nl_put_plane(skb, SVCPLANE_A_FLOW_PLANE, plane) ||
	    nla_put_u32(skb, SVCPLANE_A_FLOW_TAG, svp_far_tag(flow)) ||
	    (svp_flow_is_far(flow) ? put_far(skb, flow) :
				     put_port(skb, flow->port)) ||
	    put_tuple(skb, &flow->side[SVP_OUT].key) || put_paths(skb, flow) ||
	    nla_put_u32(skb, SVCPLANE_A_FLOW_RULE_ID,
			svp_flow_is_far(flow) ? 0 : READ_ONCE(flow->rule_id)) ||
	    nla_put_u32(skb, SVCPLANE_A_FLOW_FLAGS,
			READ_ONCE(flow->flags) & FLAGS_TOLD) ||
	    put_dir(skb, SVCPLANE_A_FLOW_OUT, flow, SVP_OUT) ||
	    put_dir(skb, SVCPLANE_A_FLOW_IN, flow, SVP_IN))
		return -EMSGSIZE;
	return 0;
}

/**
 * svp_nl_flow_verdicts_size - bytes that the verdicts of a flow take at most
 */
size_t svp_nl_flow_verdicts_size(void)
{
	/* by direction, a node can have asked for drop, skip, and allow or re-path */
	return 6 * SVP_TREATMENTS_MAX *
	       nla_total_size(SVP_NL_NAME_SIZE + 8 * SVP_NL_U32_SIZE);
}

/* @value: flags of a drop, path of a re-path */
static int put_verdict(struct sk_buff *skb, const struct svp_treatment *t,
		       u8 action, u8 scope, u32 until, u32 value)
{
	struct nlattr *nest;
	s32 left = until - (u32)jiffies;

	if (!scope || (until && left <= 0))
		return 0;
	nest = nla_nest_start(skb, SVCPLANE_A_FLOW_VERDICT);
	if (!nest || nla_put_string(skb, SVCPLANE_A_VERDICT_NODE,
				    t->node->conf.name) ||
	    nla_put_u32(skb, SVCPLANE_A_VERDICT_NODE_ID, t->node->conf.id) ||
	    nla_put_u32(skb, SVCPLANE_A_VERDICT_ACTION, action) ||
	    nla_put_u32(skb, SVCPLANE_A_VERDICT_SCOPE, scope) ||
	    nla_put_u32(skb, SVCPLANE_A_VERDICT_GENERATION, t->generation) ||
	    (until && nla_put_u32(skb, SVCPLANE_A_VERDICT_LIFETIME,
				  jiffies_to_msecs(left))) ||
	    (action == SVCPLANE_ACT_DROP && value &&
	     nla_put_u32(skb, SVCPLANE_A_VERDICT_FLAGS, value)) ||
	    (action == SVCPLANE_ACT_REPATH &&
	     nla_put_u32(skb, SVCPLANE_A_VERDICT_SPI, value)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/* One verdict, or two where the directions differ */
static int put_by_dir(struct sk_buff *skb, const struct svp_treatment *t,
		      u8 action, u8 scope, enum svp_word word, const u32 *value)
{
	const u32 *until = t->until[word];
	int dir;

	if (value[SVP_OUT] == value[SVP_IN] && until[SVP_OUT] == until[SVP_IN])
		return put_verdict(skb, t, action, scope, until[SVP_OUT],
				   value[SVP_OUT]);
	for (dir = 0; dir < SVP_DIRS; dir++)
		if (put_verdict(skb, t, action, scope & SVP_SCOPE(dir), until[dir],
				value[dir]))
			return -EMSGSIZE;
	return 0;
}

static int put_treatment(struct sk_buff *skb, const struct svp_treatment *t,
			 bool bound)
{
	const u32 how[] = { t->how[SVP_OUT], t->how[SVP_IN] };
	static const u32 none[SVP_DIRS];
	u8 moved = 0;
	int dir;

	if (put_by_dir(skb, t, SVCPLANE_ACT_DROP, t->drop, SVP_WORD_DROP, how))
		return -EMSGSIZE;
	if (!bound)
		return 0;
	for (dir = 0; dir < SVP_DIRS; dir++)
		if (t->respi[dir])
			moved |= SVP_SCOPE(dir);
	if (put_by_dir(skb, t, SVCPLANE_ACT_SKIP, t->skip, SVP_WORD_SKIP, none) ||
	    put_by_dir(skb, t, SVCPLANE_ACT_ALLOW, t->allow, SVP_WORD_ROUTE, none))
		return -EMSGSIZE;
	return put_by_dir(skb, t, SVCPLANE_ACT_REPATH, moved, SVP_WORD_ROUTE, t->respi);
}

/**
 * svp_nl_flow_verdicts_put - write the verdicts of a flow that are in force
 * @skb: message with room for svp_nl_flow_verdicts_size()
 * @plane: its plane
 * @flow: the record
 *
 * Context: RCU.
 * Return: 0 or -EMSGSIZE.
 */
int svp_nl_flow_verdicts_put(struct sk_buff *skb, struct svp_plane *plane,
			     const struct svp_flow *flow)
{
	const struct svp_policy *policy = rcu_dereference(plane->policy);
	spinlock_t *lock = svp_flow_lock(plane->flows, flow);
	const struct svp_flow_verdicts *verdicts;
	const struct svp_path *base;
	int err = 0;
	u8 i;

	spin_lock_bh(lock);
	base = svp_treat_base(flow);
	verdicts = rcu_dereference_protected(flow->verdicts,
					     lockdep_is_held(lock));
	for (i = 0; verdicts && i < verdicts->n && !err; i++)
		err = put_treatment(skb, &verdicts->by[i],
				    svp_treat_bound(&verdicts->by[i], policy, base));
	spin_unlock_bh(lock);
	return err;
}
