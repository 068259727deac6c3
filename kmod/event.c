// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events on their way to who turns them into netlink notifications.
 */
#include <linux/rcupdate.h>

#include "event.h"

void (*svp_event_sink)(struct net *net, const struct svp_event *event);

/**
 * svp_event_raise - tell what happened
 * @net: namespace of whoever may hear of it
 * @event: plain values, read before the call returns
 *
 * Context: any.
 */
void svp_event_raise(struct net *net, const struct svp_event *event)
{
	void (*sink)(struct net *net, const struct svp_event *event);

	rcu_read_lock();
	sink = READ_ONCE(svp_event_sink);
	if (sink)
		sink(net, event);
	rcu_read_unlock();
}
