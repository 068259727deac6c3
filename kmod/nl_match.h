/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a rule asks of a frame, in netlink messages.
 */
#ifndef SVP_NL_MATCH_H
#define SVP_NL_MATCH_H

#include <linux/skbuff.h>
#include <net/netlink.h>
#include <uapi/linux/svcplane.h>

#include "rule.h"
#include "svcplane.h"

struct netlink_ext_ack;

extern const struct nla_policy svp_nl_match_policy[SVCPLANE_A_MATCH_MAX + 1];

size_t svp_nl_match_size(void);
int svp_nl_match_proxies(const struct nlattr *nest, struct svp_plane *plane,
			 struct svp_match *match,
			 struct netlink_ext_ack *extack);
int svp_nl_match(const struct nlattr *nest, const struct svp_policy *policy,
		 struct svp_match *match, struct netlink_ext_ack *extack);
int svp_nl_match_put(struct sk_buff *skb, struct svp_plane *plane,
		     const struct svp_match *match);

#endif
