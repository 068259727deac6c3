/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keys of hosts in netlink messages.
 */
#ifndef SVP_NL_KEY_H
#define SVP_NL_KEY_H

#include <net/genetlink.h>
#include <uapi/linux/svcplane.h>

#include "host.h"
#include "nl.h"

extern const struct nla_policy svp_nl_key_policy[SVCPLANE_A_KEY_MAX + 1];

/* Of all keys of a host */
#define SVP_NL_KEYS_SIZE						\
	(SVP_HOST_KEYS * nla_total_size(SVP_NL_U32_SIZE +		\
					nla_total_size(SVP_KEY_LEN)))

/* Public ones, into empty @keys. How many, or -errno with its text */
int svp_nl_keys(struct genl_info *info, int type,
		struct svp_host_key keys[SVP_HOST_KEYS]);
/* Private ones, likewise; the caller wipes @keys */
int svp_nl_private_keys(struct genl_info *info, int type,
			struct svp_host_key keys[SVP_HOST_KEYS]);
/* Nobody finds them in the memory of the message any more */
void svp_nl_wipe_keys(struct genl_info *info, int type);
int svp_nl_put_keys(struct sk_buff *skb, int type,
		    const struct svp_host_key keys[SVP_HOST_KEYS]);

/* May the public key @key be one of host @self, this one too? svp_plane.lock */
int svp_nl_check_key(const struct svp_plane *plane, u16 self,
		     const u8 key[SVP_KEY_LEN], struct netlink_ext_ack *extack);

#endif
