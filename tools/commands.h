/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The commands of each object, put together in svcplane.c.
 */
#ifndef SVC_COMMANDS_H
#define SVC_COMMANDS_H

#include "object.h"

#define NAME_MAX_LEN	31
#define PLANE_MAX_LEN	15

extern const struct command commands_plane[], commands_proxy[],
	commands_service[], commands_node[], commands_chain[], commands_path[],
	commands_rule[], commands_group[], commands_flow[], commands_verdict[],
	commands_stats[], commands_guestplane[], commands_monitor[], commands_tree[],
	commands_host[], commands_control[], commands_import[];

extern const struct key keys_monitor[], keys_tree[], keys_none[], keys_flow_export[];
int flow_export_run(struct session *s, const struct args *args);
extern const struct field fields_key[];
int genkey_run(struct session *s, const struct args *args);
int pubkey_run(struct session *s, const struct args *args);
extern const struct key keys_ping[], keys_trace[];
int ping_run(struct session *s, const struct args *args);
int trace_run(struct session *s, const struct args *args);
int monitor_run(struct session *s, const struct args *args);
int tree_run(struct session *s, const struct args *args);

/* The plane that an object lives in, as first parameter */
#define KEY_PLANE_OF(attribute, more)					\
	{ .name = "plane", .kind = K_DEV, .flags = KEY_POS | (more),	\
	  .attr = (attribute), .meta = "PLANE",				\
	  .help = "service plane it belongs to",			\
	  .known = &object_plane, .known_attr = SVCPLANE_A_PLANE_NAME }

/* The name of an object, behind its plane */
#define KEY_NAME_OF(attribute, object, text, more)			\
	{ .name = "name", .kind = K_NAME, .flags = KEY_POS | (more),	\
	  .attr = (attribute), .max = NAME_MAX_LEN, .meta = "NAME",	\
	  .help = text, .known = (object), .known_attr = (attribute) }

#endif
