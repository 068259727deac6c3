/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Copies of what moves between hops, for packet sockets on the port proxy and
 * the plane.
 */
#ifndef SVP_CAPTURE_H
#define SVP_CAPTURE_H

#include <linux/netdevice.h>

#include "hop.h"
#include "port.h"

/* Context: RCU, BH off. @skb is left as it is */
void svp_capture_make(const struct svp_step *step, const struct sk_buff *skb,
		      struct net_device *proxy_dev, struct net_device *plane_dev,
		      bool returned);

/* A packet from another host, MAC header 14 bytes before skb->data; stays as it is */
void svp_capture_packet(const struct svp_plane *plane, const struct sk_buff *skb);

/**
 * svp_capture - show a frame to who is looking
 * @step: hop it is given to, or returned from
 * @skb: frame with its MAC header at skb->data; left as it is
 * @returned: the node of the hop has returned it
 *
 * Costs a look at two lists as long as no packet socket is open.
 *
 * Context: RCU, BH off.
 */
static inline void svp_capture(const struct svp_step *step,
			       const struct sk_buff *skb, bool returned)
{
	struct net_device *proxy_dev = READ_ONCE(step->flow->port->proxy->dev);
	struct net_device *plane_dev = rcu_dereference(step->plane->dev);

	/* sockets bound to no device are seen by the first of them */
	if (unlikely((proxy_dev && dev_nit_active(proxy_dev)) ||
		     (plane_dev && !list_empty(&plane_dev->ptype_all))))
		svp_capture_make(step, skb, proxy_dev, plane_dev, returned);
}

#endif
