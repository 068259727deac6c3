/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Notifications as lines of the monitor.
 */
#ifndef SVC_EVENT_H
#define SVC_EVENT_H

#include <netlink/msg.h>

#include "object.h"

struct event {
	const char *object;	/* what it is about: "node", "control", ... */
	const char *what;	/* "set", "del", "up", "accepted", ... */
	const struct field *fields;
	struct attrs attrs;
	bool control;		/* of the group control */
	char text[32];		/* holds @what where the kernel tells it */
};

/* False for messages that are no notification of ours */
bool event_read(struct event *event, struct nlmsghdr *hdr);
void event_print(struct out *o, const struct event *event,
		 const struct view *view, bool stamp);
/* Without a message behind it */
void event_note(struct out *o, const char *object, const char *what,
		const char *text, bool stamp);

#endif
