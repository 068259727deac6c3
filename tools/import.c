// SPDX-License-Identifier: GPL-2.0-only
#include <linux/svcplane.h>

#include "commands.h"

static const struct field fields[] = {
	{ F_STR, SVCPLANE_A_IMPORT_PLANE, "", "plane", FIELD_BRIEF, .width = 15 },
	{ F_MAC, SVCPLANE_A_IMPORT_MAC, "mac", "mac", FIELD_BRIEF, .width = 17 },
	{ F_UINT, SVCPLANE_A_IMPORT_HOST, "host", "host", FIELD_BRIEF, .width = 5 },
	{ F_UINT, SVCPLANE_A_IMPORT_LEFT, "left-ms", "left_ms", FIELD_BRIEF,
	  .width = 8 },
	{ F_UINT, SVCPLANE_A_IMPORT_RECORDS, "records", "records", FIELD_BRIEF,
	  .width = 8 },
	{ F_UINT, SVCPLANE_A_IMPORT_INVALID, "invalid", "invalid" },
	{ 0 }
};

const struct object object_import = {
	.name = "import",
	.get = SVCPLANE_CMD_IMPORT_GET,
	.ntf = SVCPLANE_CMD_IMPORT_NTF,
	.del = SVCPLANE_CMD_IMPORT_DEL_NTF,
	.fields = fields,
};

#define KEY_GUEST(more)							\
	{ .name = "mac", .kind = K_MAC, .flags = (more),		\
	  .attr = SVCPLANE_A_IMPORT_MAC, .meta = "MAC",			\
	  .help = "address of the guest that moves" }

#define KEY_FROM							\
	{ .name = "host", .kind = K_UINT, .flags = KEY_NEED,		\
	  .attr = SVCPLANE_A_IMPORT_HOST, .min = 1, .max = 4094,	\
	  .meta = "HOST", .help = "id of the host it comes from" }

static const struct key keys_add[] = {
	KEY_PLANE_OF(SVCPLANE_A_IMPORT_PLANE, KEY_NEED),
	KEY_GUEST(KEY_NEED),
	KEY_FROM,
	{ .name = "lifetime", .kind = K_TIME, .attr = SVCPLANE_A_IMPORT_LIFETIME,
	  .min = 1, .max = 3600000, .meta = "TIME",
	  .help = "how long, one hour at most; 60s unless told" },
	{ 0 }
};

static const struct key keys_del[] = {
	KEY_PLANE_OF(SVCPLANE_A_IMPORT_PLANE, KEY_NEED),
	KEY_GUEST(KEY_NEED), KEY_FROM, { 0 }
};

static const struct key keys_show[] = {
	KEY_PLANE_OF(SVCPLANE_A_IMPORT_PLANE, 0), { 0 }
};

const struct command commands_import[] = {
	{ .name = "add", .help = "lets a host tell of the flows of a guest that moves here",
	  .keys = keys_add, .run = object_change,
	  .cmd = SVCPLANE_CMD_IMPORT_NEW },
	{ .name = "del", .also = "delete", .help = "closes the gate again",
	  .keys = keys_del, .run = object_change,
	  .cmd = SVCPLANE_CMD_IMPORT_DEL },
	{ .name = "show", .also = "list",
	  .help = "shows for whom it is open, and what has come", .keys = keys_show,
	  .run = object_show, .cmd = SVCPLANE_CMD_IMPORT_GET },
	{ 0 }
};
