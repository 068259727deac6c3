/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kinds of objects: how they are got, printed, and told by notifications.
 */
#ifndef SVC_OBJECT_H
#define SVC_OBJECT_H

#include "fields.h"
#include "session.h"

/**
 * struct object - a kind of object
 * @name: as typed; also "object" in the monitor's JSON
 * @title: in sentences; NULL: @name
 * @get: command that shows it
 * @ntf: notification that it was made or changed
 * @del: notification that it was deleted
 * @id: attribute by which messages of a dump are of one object, 0: each message
 *	is an object
 * @list: attribute that such messages go on with; what else they have, the first
 *	has, too
 * @fields: its printer
 */
struct object {
	const char *name, *title;
	uint8_t get, ntf, del;
	uint16_t id, list;
	const struct field *fields;
};

extern const struct object object_plane, object_proxy, object_service,
	object_node, object_chain, object_path, object_rule, object_group,
	object_flow, object_verdict, object_drop, object_guestplane, object_host,
	object_import;
/* All of them; ends with NULL */
extern const struct object *const objects[];

const struct object *object_of_get(uint8_t cmd);

struct view object_view(const struct options *opt);
/* One object as an element of the answer */
void object_print(struct out *o, const struct object *object,
		  const struct attrs *attrs, const struct view *view);

/* Has one of the object's attributes a value that was typed? */
bool object_has(const struct value *value, const struct attrs *attrs);

/* Joins messages that are of one object; false if there is no memory */
bool object_join(const struct object *object, struct replies *replies);

/*
 * The objects that a command asks for, as @replies. Returns an exit code,
 * complaining unless it is RC_OK.
 */
int object_ask(struct session *s, const struct args *args,
	       const struct object *object, uint16_t flags,
	       struct replies *replies);

/* Complains that there is none of that name; returns the exit code */
int object_missing(const struct object *object, const char *name);

/* For struct command.run */
int object_show(struct session *s, const struct args *args);
int object_change(struct session *s, const struct args *args);

/*
 * All objects of a kind, of @plane or of all planes if that is NULL. Returns
 * an exit code, complaining unless it is RC_OK.
 */
int object_dump(struct session *s, const struct object *object,
		const char *plane, struct replies *replies);

#endif
