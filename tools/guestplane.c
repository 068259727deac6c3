// SPDX-License-Identifier: GPL-2.0-only
#include <linux/svcplane.h>

#include "commands.h"

static const struct field fields[] = {
	{ F_STR, SVCPLANE_A_GUESTPLANE_NAME, "", "guestplane", FIELD_BRIEF, .width = 15 },
	{ F_UINT, SVCPLANE_A_GUESTPLANE_IFINDEX, NULL, "ifindex" },
	{ F_UINT, SVCPLANE_A_GUESTPLANE_N_PORTS, "ports", "ports", FIELD_BRIEF, .width = 5 },
	{ F_UINT, SVCPLANE_A_GUESTPLANE_AGEING, "ageing", "ageing", FIELD_BRIEF, .width = 7 },
	{ F_UINT, SVCPLANE_A_GUESTPLANE_PORT_MACS, "mac-limit", "mac_limit", FIELD_BRIEF,
	  .width = 9 },
	{ F_UINT, SVCPLANE_A_GUESTPLANE_MAX_MACS, "mac-limit-all", "mac_limit_all",
	  FIELD_BRIEF, .width = 13 },
	{ F_UINT, SVCPLANE_A_GUESTPLANE_MACS, "macs", "macs", FIELD_BRIEF },
	{ 0 }
};

const struct object object_guestplane = {
	.name = "guestplane",
	.get = SVCPLANE_CMD_GUESTPLANE_GET,
	.ntf = SVCPLANE_CMD_GUESTPLANE_NTF,
	.fields = fields,
};

#define KEY_SELF(more)							\
	{ .name = "name", .kind = K_DEV, .flags = KEY_POS | (more),	\
	  .attr = SVCPLANE_A_GUESTPLANE_NAME, .meta = "GUESTPLANE",	\
	  .help = "device of kind guestplane", .known = &object_guestplane, \
	  .known_attr = SVCPLANE_A_GUESTPLANE_NAME }

static const struct key keys_set[] = {
	KEY_SELF(KEY_NEED),
	{ .name = "ageing", .kind = K_UINT,
	  .attr = SVCPLANE_A_GUESTPLANE_AGEING, .max = 1000000,
	  .meta = "SECONDS",
	  .help = "after which a learned address that sends no more is forgotten; 0 never" },
	{ .name = "mac-limit", .kind = K_UINT,
	  .attr = SVCPLANE_A_GUESTPLANE_PORT_MACS, .min = 1, .max = 1 << 20,
	  .meta = "N", .help = "addresses learned at each port" },
	{ .name = "mac-limit-all", .kind = K_UINT,
	  .attr = SVCPLANE_A_GUESTPLANE_MAX_MACS, .min = 1, .max = 1 << 20,
	  .meta = "N", .help = "addresses learned at all ports" },
	{ 0 }
};

static const struct key keys_show[] = {
	KEY_SELF(KEY_IDENT),
	{ 0 }
};

const struct command commands_guestplane[] = {
	{ .name = "set", .help = "changes how a guest plane learns",
	  .keys = keys_set, .run = object_change,
	  .cmd = SVCPLANE_CMD_GUESTPLANE_SET,
	  .more = "Addresses beyond a lower limit stay until they age. "
		  "A guest plane is made with: ip link add NAME type guestplane" },
	{ .name = "show", .also = "list", .help = "shows one guest plane, or all",
	  .keys = keys_show, .run = object_show,
	  .cmd = SVCPLANE_CMD_GUESTPLANE_GET },
	{ 0 }
};
