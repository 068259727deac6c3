/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Flow records in netlink messages.
 */
#ifndef SVP_NL_FLOW_H
#define SVP_NL_FLOW_H

#include <linux/skbuff.h>

#include "flow.h"
#include "plane.h"

/* Attributes of a record without its verdicts; RCU, any context */
size_t svp_nl_flow_size(void);
int svp_nl_flow_put(struct sk_buff *skb, struct svp_plane *plane,
		    const struct svp_flow *flow);

/* Verdicts in force of a record; RCU, takes svp_flow_lock() */
size_t svp_nl_flow_verdicts_size(void);
int svp_nl_flow_verdicts_put(struct sk_buff *skb, struct svp_plane *plane,
			     const struct svp_flow *flow);

#endif
