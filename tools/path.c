// SPDX-License-Identifier: GPL-2.0-only
#include <linux/svcplane.h>

#include "commands.h"

#define SPI_MAX		0xffefff

static const struct field fields[] = {
	{ F_STR, SVCPLANE_A_PATH_PLANE, "", "plane", FIELD_BRIEF, .width = 15 },
	{ F_UINT, SVCPLANE_A_PATH_SPI, "", "spi", FIELD_BRIEF, .width = 8 },
	{ F_UINT, SVCPLANE_A_PATH_REVERSE, "reverse", "reverse" },
	{ F_STR, SVCPLANE_A_PATH_CHAIN, "chain", "chain", FIELD_BRIEF, .width = 15 },
	{ F_UINT, SVCPLANE_A_PATH_CHAIN_ID, NULL, "chain_id" },
	{ F_UINT, SVCPLANE_A_PATH_WEIGHT, "weight", "weight", FIELD_DFLT | FIELD_BRIEF, 1, 5 },
	{ F_STR, SVCPLANE_A_PATH_NODE, "nodes", "nodes", FIELD_MANY | FIELD_BRIEF, .width = 20 },
	{ F_FLAG, SVCPLANE_A_PATH_USABLE, "usable", "usable", FIELD_BRIEF },
	{ 0 }
};

const struct object object_path = {
	.name = "path",
	.get = SVCPLANE_CMD_PATH_GET,
	.ntf = SVCPLANE_CMD_PATH_NTF,
	.del = SVCPLANE_CMD_PATH_DEL_NTF,
	.fields = fields,
};

#define KEY_SPI(text, more)						\
	{ .name = "spi", .kind = K_UINT, .flags = KEY_POS | (more),	\
	  .attr = SVCPLANE_A_PATH_SPI, .min = 1, .max = SPI_MAX,	\
	  .meta = "SPI", .help = text, .known = &object_path,		\
	  .known_attr = SVCPLANE_A_PATH_SPI }

#define KEY_CHAIN(text, more)						\
	{ .name = "chain", .kind = K_NAME, .flags = (more),		\
	  .attr = SVCPLANE_A_PATH_CHAIN, .max = NAME_MAX_LEN,		\
	  .meta = "CHAIN", .help = text, .known = &object_chain,	\
	  .known_attr = SVCPLANE_A_CHAIN_NAME }

static const struct key keys_add[] = {
	KEY_PLANE_OF(SVCPLANE_A_PATH_PLANE, KEY_NEED),
	KEY_SPI("service path identifier of frames from guests", KEY_NEED),
	{ .name = "reverse", .kind = K_UINT, .flags = KEY_NEED,
	  .attr = SVCPLANE_A_PATH_REVERSE, .min = 1, .max = SPI_MAX,
	  .meta = "SPI", .help = "the one of frames to guests" },
	KEY_CHAIN("chain it belongs to", KEY_NEED),
	{ .name = "nodes", .kind = K_NAME, .flags = KEY_NEED | KEY_LIST,
	  .attr = SVCPLANE_A_PATH_NODE, .max = NAME_MAX_LEN, .meta = "NODE",
	  .help = "one for each service of the chain, in their order",
	  .known = &object_node, .known_attr = SVCPLANE_A_NODE_NAME },
	{ .name = "weight", .kind = K_UINT, .attr = SVCPLANE_A_PATH_WEIGHT,
	  .max = 65535, .meta = "N",
	  .help = "share of new flows, 1 unless told, 0 takes none" },
	{ 0 }
};

static const struct key keys_del[] = {
	KEY_PLANE_OF(SVCPLANE_A_PATH_PLANE, KEY_NEED),
	KEY_SPI("service path identifier of frames from guests", KEY_NEED),
	{ 0 }
};

static const struct key keys_show[] = {
	KEY_PLANE_OF(SVCPLANE_A_PATH_PLANE, 0),
	KEY_SPI("service path identifier of frames from guests", KEY_IDENT),
	KEY_CHAIN("only paths of that chain", KEY_FILTER),
	{ .name = "node", .kind = K_NAME, .flags = KEY_FILTER,
	  .attr = SVCPLANE_A_PATH_NODE, .max = NAME_MAX_LEN, .meta = "NODE",
	  .help = "only paths that lead through that node",
	  .known = &object_node, .known_attr = SVCPLANE_A_NODE_NAME },
	{ 0 }
};

const struct command commands_path[] = {
	{ .name = "add", .help = "makes a path of a chain", .keys = keys_add,
	  .run = object_change, .cmd = SVCPLANE_CMD_PATH_NEW },
	{ .name = "replace", .help = "makes a path, or changes the one of that SPI",
	  .keys = keys_add, .run = object_change, .nlflags = NLM_F_REPLACE,
	  .cmd = SVCPLANE_CMD_PATH_NEW },
	{ .name = "del", .also = "delete",
	  .help = "forgets a path; its flows move to another",
	  .keys = keys_del, .run = object_change,
	  .cmd = SVCPLANE_CMD_PATH_DEL },
	{ .name = "show", .also = "list", .help = "shows paths",
	  .keys = keys_show, .run = object_show,
	  .cmd = SVCPLANE_CMD_PATH_GET },
	{ 0 }
};
