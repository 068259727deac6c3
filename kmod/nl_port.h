/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Port proxies and their guests in netlink messages.
 */
#ifndef SVP_NL_PORT_H
#define SVP_NL_PORT_H

#include <linux/skbuff.h>

#include "port.h"
#include "svcplane.h"

/**
 * struct svp_nl_proxy_part - a proxy as it is dumped, some guests a message
 * @proxy: the proxy
 * @first: id of the first guest port to write
 * @next: where to store the id of the first that was left for the next message,
 *	0 when all have been written
 */
struct svp_nl_proxy_part {
	struct svp_proxy *proxy;
	u32 first;
	u32 *next;
};

/* All under RTNL */
size_t svp_nl_proxy_size(const struct svp_proxy *proxy);
int svp_nl_proxy_fill(struct sk_buff *skb, struct svp_plane *plane,
		      const void *obj);
int svp_nl_proxy_part_fill(struct sk_buff *skb, struct svp_plane *plane,
			   const void *obj);

#endif
