/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Commands of the family by object, and what they share in reading and writing
 * attributes.
 */
#ifndef SVP_NL_H
#define SVP_NL_H

#include <net/genetlink.h>
#include <uapi/linux/svcplane.h>

#include "plane.h"
#include "rule.h"
#include "svcplane.h"

struct netlink_ext_ack;

/* The commands of one object */
struct svp_nl_ops {
	const struct genl_ops *ops;
	unsigned int n;
};

#define SVP_NL_OPS(table) { .ops = (table), .n = ARRAY_SIZE(table) }

extern const struct svp_nl_ops svp_nl_plane;
extern const struct svp_nl_ops svp_nl_proxy;
extern const struct svp_nl_ops svp_nl_service;
extern const struct svp_nl_ops svp_nl_node;
extern const struct svp_nl_ops svp_nl_chain;
extern const struct svp_nl_ops svp_nl_path;
extern const struct svp_nl_ops svp_nl_group;
extern const struct svp_nl_ops svp_nl_rule;
extern const struct svp_nl_ops svp_nl_flow;
extern const struct svp_nl_ops svp_nl_verdict;
extern const struct svp_nl_ops svp_nl_stats;
extern const struct svp_nl_ops svp_nl_txn;
extern const struct svp_nl_ops svp_nl_guestplane;
extern const struct svp_nl_ops svp_nl_import;
extern const struct svp_nl_ops svp_nl_host;
extern const struct svp_nl_ops svp_nl_send;
extern const struct svp_nl_ops svp_nl_echo;

int svp_nl_init(void);
void svp_nl_exit(void);

/* nl_echo.c: lets outcomes reach who asked */
int svp_nl_echo_init(void);
void svp_nl_echo_exit(void);

/* nl_attr.c */

#define SVP_NL_PLANE_POLICY	{ .type = NLA_NUL_STRING, .len = IFNAMSIZ - 1 }
#define SVP_NL_DEV_POLICY	{ .type = NLA_NUL_STRING, .len = IFNAMSIZ - 1 }
#define SVP_NL_NAME_POLICY	{ .type = NLA_NUL_STRING, .len = SVP_NAME_MAX - 1 }

#define SVP_NL_NAME_SIZE	nla_total_size(SVP_NAME_MAX)
#define SVP_NL_DEV_SIZE		nla_total_size(IFNAMSIZ)
#define SVP_NL_U32_SIZE		nla_total_size(sizeof(u32))
#define SVP_NL_U64_SIZE		nla_total_size_64bit(sizeof(u64))
#define SVP_NL_FLAG_SIZE	nla_total_size(0)
#define SVP_NL_MAC_SIZE		nla_total_size(ETH_ALEN)
#define SVP_NL_COUNT_SIZE	nla_total_size(2 * SVP_NL_U64_SIZE)
#define SVP_NL_PREFIX_SIZE						\
	nla_total_size(nla_total_size(sizeof(union svp_addr)) + SVP_NL_U32_SIZE)

extern struct netlink_range_validation svp_nl_u16;	/* 0 to 65535 */
extern struct netlink_range_validation svp_nl_id;		/* 1 to 65535 */
extern struct netlink_range_validation svp_nl_spi;
extern struct netlink_range_validation svp_nl_tag;
extern const struct nla_policy svp_nl_prefix_policy[SVCPLANE_A_PREFIX_MAX + 1];

/* The name of an object */
struct svp_nl_name {
	char text[SVP_NAME_MAX];
};

struct nlattr *svp_nl_need(struct genl_info *info, int type, const char *what);
int svp_nl_name(const struct nlattr *attr, char *to, const char *what,
		struct netlink_ext_ack *extack);
u32 svp_nl_u32(const struct nlattr *attr, u32 missing);
int svp_nl_u32s(struct genl_info *info, int type, u32 *to, unsigned int max,
		const char *what);
int svp_nl_names(struct genl_info *info, int type, struct svp_nl_name *to,
		 unsigned int max, const char *what);
int svp_nl_prefix(const struct nlattr *nest, struct svp_prefix *to,
		  struct netlink_ext_ack *extack);

/* Policy in force; under svp_plane.lock */
static inline struct svp_policy *svp_nl_policy(const struct svp_plane *plane)
{
	return rcu_dereference_protected(plane->policy,
					 lockdep_is_held(&plane->lock));
}

int svp_nl_put_plane(struct sk_buff *skb, int type,
		     const struct svp_plane *plane);
int svp_nl_put_flag(struct sk_buff *skb, int type, bool set);
int svp_nl_put_count(struct sk_buff *skb, int type,
		     const struct svp_count __percpu *count);
int svp_nl_put_prefix(struct sk_buff *skb, int type,
		      const struct svp_prefix *prefix);

#endif
