/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Devices of kind svcplane: the face of a service plane, and its uplinks.
 */
#ifndef SVP_SVC_DEV_H
#define SVP_SVC_DEV_H

#include <linux/netdevice.h>

#include "svcplane.h"

/*
 * Set from above under RCU: takes the frames of ethertype 0x894F that come in
 * on an uplink. Consumes @skb, which has its MAC header at skb->data; checks
 * everything. Context: RCU, BH off. NULL: they are dropped.
 */
extern void (*svp_uplink_rx)(struct svp_plane *plane,
			     struct net_device *uplink,
			     struct sk_buff *skb);

struct svp_plane *svp_svc_dev_plane(const struct net_device *dev);
int svp_svc_dev_init(void);
void svp_svc_dev_exit(void);

#endif
