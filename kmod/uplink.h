/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What comes in from other hosts.
 */
#ifndef SVP_UPLINK_H
#define SVP_UPLINK_H

#include "nsh.h"
#include "stats.h"
#include "svcplane.h"

struct sk_buff;

/*
 * What an NSH that came in on an uplink of @plane says for itself: 0, or the
 * reason to drop it. @payload_len: bytes behind the NSH. Context: RCU.
 */
enum svp_drop_reason svp_uplink_check(const struct svp_plane *plane,
				      const struct svp_nsh *nsh,
				      unsigned int payload_len);

int svp_uplink_init(void);
void svp_uplink_exit(void);

#endif
