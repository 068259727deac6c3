/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rules and groups as they are stored; classify.h holds the compiled form.
 */
#ifndef SVP_RULE_H
#define SVP_RULE_H

#include <linux/if_ether.h>
#include <linux/list.h>
#include <linux/refcount.h>
#include <linux/rcupdate.h>

#include "parse.h"
#include "stats.h"
#include "svcplane.h"

#define SVP_RULE_RANGES		16	/* port ranges of one side of a rule */
#define SVP_RULE_PROXIES	16	/* applied-to entries of a rule */
#define SVP_GROUP_ENTRIES	4096

enum svp_action { SVP_ACT_CHAIN, SVP_ACT_BYPASS, SVP_ACT_DROP };

#define SVP_DIR_OUT	BIT(SVP_OUT)
#define SVP_DIR_IN	BIT(SVP_IN)

/* @family 4 or 6: @addr/@len prefix; @family 0: the MAC in @addr */
struct svp_prefix {
	union svp_addr addr;
	u8 family;
	u8 len;
};

/**
 * struct svp_group - named set of prefixes or MACs; immutable
 * @name: unique in the plane
 * @id: numbered by the plane, for dumps
 * @ref: references
 * @rcu: for freeing
 * @n: entries of @entry
 * @entry: the members
 */
struct svp_group {
	char name[SVP_NAME_MAX];
	u32 id;
	refcount_t ref;
	struct rcu_head rcu;
	u32 n;
	struct svp_prefix entry[];
};

struct svp_range {
	u16 lo, hi;		/* host order, both included */
};

#define SVP_M_FAMILY	BIT(0)
#define SVP_M_PROTO	BIT(1)
#define SVP_M_SRC	BIT(2)	/* src prefix or src_group */
#define SVP_M_DST	BIT(3)
#define SVP_M_SPORT	BIT(4)
#define SVP_M_DPORT	BIT(5)
#define SVP_M_VLAN	BIT(6)	/* outer VID; 0 = untagged */
#define SVP_M_SMAC	BIT(7)
#define SVP_M_DMAC	BIT(8)
#define SVP_M_ETHERTYPE	BIT(9)
#define SVP_M_MARK	BIT(10)

/**
 * struct svp_match - what a rule asks of a frame
 * @present: SVP_M_*; what is absent matches everything
 * @dirs: SVP_DIR_*
 * @family: 4 or 6
 * @proto: IP protocol
 * @src: with SVP_M_SRC and no @src_group
 * @dst: with SVP_M_DST and no @dst_group
 * @src_group: reference held by the rule, or NULL
 * @dst_group: likewise
 * @n_sport: entries of @sport
 * @n_dport: entries of @dport
 * @sport: source port ranges
 * @dport: destination port ranges
 * @vlan: VID, host order; 0 = untagged or a priority tag
 * @smac: source MAC
 * @dmac: destination MAC
 * @ethertype: behind VLAN tags
 * @mark: compared under @mark_mask
 * @mark_mask: bits of the mark that count
 * @n_proxies: entries of @proxy; 0 = every proxy of the plane
 * @proxy: interface ids of the proxies the rule is applied to
 */
struct svp_match {
	u32 present;
	u8 dirs;
	u8 family;
	u8 proto;
	struct svp_prefix src, dst;
	struct svp_group *src_group, *dst_group;
	u8 n_sport, n_dport;
	struct svp_range sport[SVP_RULE_RANGES], dport[SVP_RULE_RANGES];
	u16 vlan;
	u8 smac[ETH_ALEN], dmac[ETH_ALEN];
	__be16 ethertype;
	u32 mark, mark_mask;
	u8 n_proxies;
	u16 proxy[SVP_RULE_PROXIES];
};

/**
 * struct svp_rule - match, priority and action; immutable but for @count. A new
 *	policy that keeps a rule takes a reference, so that the counter goes on
 * @prio: lower is asked first; unique with @id as tie-break (older first)
 * @id: numbered by the plane
 * @action: enum svp_action
 * @twice: ask for both inspections between two guests of this host
 * @chain_id: for SVP_ACT_CHAIN
 * @match: what it asks
 * @count: first packets it decided; made and freed with the rule
 * @ref: references
 * @rcu: for freeing
 */
struct svp_rule {
	u32 prio;
	u32 id;
	u8 action;
	bool twice;
	u16 chain_id;
	struct svp_match match;
	struct svp_count __percpu *count;
	refcount_t ref;
	struct rcu_head rcu;
};

/**
 * struct svp_rule_key - how a rule is called; both, where both are given
 * @has_prio: @prio is asked for
 * @prio: its priority, which others may have too
 * @id: its id, or 0
 */
struct svp_rule_key {
	bool has_prio;
	u32 prio;
	u32 id;
};

static inline bool svp_rule_is(const struct svp_rule *rule,
			       const struct svp_rule_key *key)
{
	return (!key->id || rule->id == key->id) &&
	       (!key->has_prio || rule->prio == key->prio);
}

/* Frames that only a rule which names them steers */
enum svp_special {
	SVP_SPECIAL_NONE,
	SVP_SPECIAL_NEIGHBOUR,	/* ARP, ND: by ethertype, or protocol and type */
	SVP_SPECIAL_NOT_IP,	/* by ethertype or MAC */
	SVP_SPECIAL_GROUP,	/* group MAC or IP: by destination */
	SVP_SPECIALS
};

/* What of a frame rules look at */
struct svp_query {
	const struct svp_tuple *tuple;
	const u8 *smac, *dmac;
	__be16 ethertype;
	u32 mark;
	u16 proxy;		/* interface id of the guest's proxy */
	u8 dir;			/* enum svp_dir */
	u8 special;		/* enum svp_special */
};

struct svp_rule *svp_rule_alloc(const struct svp_rule *conf);
void svp_rule_hold(struct svp_rule *rule);
void svp_rule_put(struct svp_rule *rule);
struct svp_group *svp_group_alloc(const char *name, u32 n);
void svp_group_hold(struct svp_group *group);
void svp_group_put(struct svp_group *group);

bool svp_rule_names(const struct svp_match *m, u8 special, u8 family);
bool svp_rule_has_ports(const struct svp_tuple *tuple);
/* The plain meaning of a rule; the classifier must agree with it */
bool svp_rule_matches(const struct svp_rule *rule,
		      const struct svp_query *query);

#endif
