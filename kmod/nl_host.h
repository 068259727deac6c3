/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hosts in netlink messages: this one, and the others.
 */
#ifndef SVP_NL_HOST_H
#define SVP_NL_HOST_H

#include <net/genetlink.h>

#include "host.h"

/*
 * The host that attribute @id names, or else attribute @name; one of them is
 * there. An ERR_PTR with its text if there is none. Under svp_plane.lock
 */
struct svp_host *svp_nl_find_host(struct genl_info *info, int id, int name);

/* nl_own.c: tenant, host id and private keys, as far as a plane-set has them */
int svp_nl_set_own(struct genl_info *info);

#endif
