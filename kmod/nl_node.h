/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Configuration of a node in netlink messages.
 */
#ifndef SVP_NL_NODE_H
#define SVP_NL_NODE_H

#include <net/genetlink.h>
#include <uapi/linux/svcplane.h>

#include "node.h"

extern const struct nla_policy svp_nl_node_get_policy[SVCPLANE_A_NODE_MAX + 1];
extern const struct nla_policy svp_nl_node_new_policy[SVCPLANE_A_NODE_MAX + 1];
extern const struct nla_policy svp_nl_node_set_policy[SVCPLANE_A_NODE_MAX + 1];

/* What a new node is to be; all under svp_plane.lock */
int svp_nl_node_conf(struct genl_info *info, struct svp_plane *plane,
		     struct svp_node_conf *conf, struct svp_service **service);
/* What a live node is to be from now on: @conf changed by what is given */
int svp_nl_node_change(struct genl_info *info, struct svp_node_conf *conf);
void svp_nl_node_apply(struct svp_node *node, const struct svp_node_conf *conf);
int svp_nl_node_conf_put(struct sk_buff *skb, const struct svp_node_conf *conf);

#endif
