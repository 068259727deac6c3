// SPDX-License-Identifier: GPL-2.0-only
#include <linux/svcplane.h>

#include "commands.h"

static const struct field fields[] = {
	{ F_STR, SVCPLANE_A_CHAIN_PLANE, "", "plane", FIELD_BRIEF, .width = 15 },
	{ F_STR, SVCPLANE_A_CHAIN_NAME, "", "name", FIELD_BRIEF, .width = 15 },
	{ F_UINT, SVCPLANE_A_CHAIN_ID, "id", "id" },
	{ F_STR, SVCPLANE_A_CHAIN_SERVICE, "services", "services", FIELD_MANY | FIELD_BRIEF,
	  .width = 20 },
	{ F_WORD, SVCPLANE_A_CHAIN_FAIL, "fail", "fail", FIELD_BRIEF, .width = 6,
	  .words = words_fail },
	{ F_WORD, SVCPLANE_A_CHAIN_SELECT, "select", "select", .words = words_select },
	{ F_FLAG, SVCPLANE_A_CHAIN_REWRITES, "rewrites", "rewrites" },
	{ F_UINT, SVCPLANE_A_CHAIN_N_PATHS, "paths", "paths", FIELD_BRIEF, .width = 4 },
	{ F_UINT, SVCPLANE_A_CHAIN_N_USABLE, "usable", "usable", FIELD_BRIEF },
	{ F_UINT, SVCPLANE_A_CHAIN_GENERATION, "generation", "generation", FIELD_DETAIL },
	{ 0 }
};

const struct object object_chain = {
	.name = "chain",
	.get = SVCPLANE_CMD_CHAIN_GET,
	.ntf = SVCPLANE_CMD_CHAIN_NTF,
	.del = SVCPLANE_CMD_CHAIN_DEL_NTF,
	.fields = fields,
};

static const struct key keys_add[] = {
	KEY_PLANE_OF(SVCPLANE_A_CHAIN_PLANE, KEY_NEED),
	KEY_NAME_OF(SVCPLANE_A_CHAIN_NAME, &object_chain, "name of the chain",
		    KEY_NEED),
	{ .name = "id", .kind = K_UINT, .attr = SVCPLANE_A_CHAIN_ID, .min = 1,
	  .max = 65535, .meta = "ID",
	  .help = "number on the wire; the first free one unless told" },
	{ .name = "services", .kind = K_NAME, .flags = KEY_NEED | KEY_LIST,
	  .attr = SVCPLANE_A_CHAIN_SERVICE, .max = NAME_MAX_LEN,
	  .meta = "SERVICE",
	  .help = "in the order in which frames from guests pass them, at most 16",
	  .known = &object_service, .known_attr = SVCPLANE_A_SERVICE_NAME },
	{ .name = "fail", .kind = K_WORD, .attr = SVCPLANE_A_CHAIN_FAIL,
	  .words = words_fail, .meta = "POLICY",
	  .help = "what happens while no path is usable (closed unless told)" },
	{ .name = "select", .kind = K_WORD, .attr = SVCPLANE_A_CHAIN_SELECT,
	  .words = words_select, .meta = "METHOD",
	  .help = "how a new flow gets its path (hash unless told)" },
	{ 0 }
};

static const struct key keys_del[] = {
	KEY_PLANE_OF(SVCPLANE_A_CHAIN_PLANE, KEY_NEED),
	KEY_NAME_OF(SVCPLANE_A_CHAIN_NAME, &object_chain, "name of the chain",
		    KEY_NEED),
	{ 0 }
};

static const struct key keys_show[] = {
	KEY_PLANE_OF(SVCPLANE_A_CHAIN_PLANE, 0),
	KEY_NAME_OF(SVCPLANE_A_CHAIN_NAME, &object_chain, "name of the chain",
		    KEY_IDENT),
	{ 0 }
};

const struct command commands_chain[] = {
	{ .name = "add", .help = "makes a chain", .keys = keys_add,
	  .run = object_change, .cmd = SVCPLANE_CMD_CHAIN_NEW },
	{ .name = "replace", .help = "makes a chain, or changes it and keeps its paths",
	  .keys = keys_add, .run = object_change, .nlflags = NLM_F_REPLACE,
	  .cmd = SVCPLANE_CMD_CHAIN_NEW },
	{ .name = "del", .also = "delete", .help = "forgets a chain",
	  .keys = keys_del, .run = object_change,
	  .cmd = SVCPLANE_CMD_CHAIN_DEL,
	  .more = "Refused while a rule or a path names it." },
	{ .name = "show", .also = "list", .help = "shows chains",
	  .keys = keys_show, .run = object_show,
	  .cmd = SVCPLANE_CMD_CHAIN_GET },
	{ 0 }
};
