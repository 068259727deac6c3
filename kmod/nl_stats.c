// SPDX-License-Identifier: GPL-2.0-only
/*
 * Netlink: counters of frames that were dropped, by reason.
 */
#include <net/netlink.h>

#include "genl.h"
#include "nl.h"
#include "plane.h"
#include "stats.h"

static const struct nla_policy get_policy[SVCPLANE_A_DROP_MAX + 1] = {
	[SVCPLANE_A_DROP_PLANE] = SVP_NL_PLANE_POLICY,
};

static int fill_drop(struct sk_buff *skb, struct svp_plane *plane,
		     const void *obj)
{
	const enum svp_drop_reason *reason = obj;

	if (svp_nl_put_plane(skb, SVCPLANE_A_DROP_PLANE, plane) ||
	    nla_put_u32(skb, SVCPLANE_A_DROP_REASON, *reason) ||
	    nla_put_string(skb, SVCPLANE_A_DROP_NAME, svp_drop_name(*reason)) ||
	    nla_put_string(skb, SVCPLANE_A_DROP_TEXT, svp_drop_text(*reason)) ||
	    nla_put_u64_64bit(skb, SVCPLANE_A_DROP_PACKETS,
			      svp_drops_read(plane->drops, *reason),
			      SVCPLANE_A_DROP_PAD))
		return -EMSGSIZE;
	return 0;
}

static int dump_drops(struct sk_buff *skb, struct netlink_callback *cb,
		      struct svp_plane *plane)
{
	struct svp_dump *at = svp_dump(cb);
	enum svp_drop_reason reason;
	int err;

	for (reason = at->at; reason < SVP_DROP_MAX; reason++) {
		err = svp_genl_dump_one(skb, cb, SVCPLANE_CMD_STATS_GET, plane,
					fill_drop, &reason);
		if (err)
			return err;
		at->at = reason + 1;
	}
	return 0;
}

static int stats_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	return svp_genl_dump(skb, cb, dump_drops);
}

static const struct genl_ops ops[] = {
	{
		.cmd = SVCPLANE_CMD_STATS_GET,
		.policy = get_policy,
		.maxattr = SVCPLANE_A_DROP_MAX,
		.start = svp_genl_dump_start,
		.dumpit = stats_dump,
	},
};

const struct svp_nl_ops svp_nl_stats = SVP_NL_OPS(ops);
