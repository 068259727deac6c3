// SPDX-License-Identifier: GPL-2.0-only
#include <linux/svcplane.h>

#include "commands.h"

static const struct field fields[] = {
	{ F_STR, SVCPLANE_A_SERVICE_PLANE, "", "plane", FIELD_BRIEF, .width = 15 },
	{ F_STR, SVCPLANE_A_SERVICE_NAME, "", "name", FIELD_BRIEF, .width = 15 },
	{ F_UINT, SVCPLANE_A_SERVICE_TYPE, "type", "type", FIELD_BRIEF, .width = 5 },
	{ F_BITS, SVCPLANE_A_SERVICE_FLAGS, "flags", "flags",
	  FIELD_DFLT | FIELD_BRIEF, 0, .words = words_service_flag },
	{ F_UINT, SVCPLANE_A_SERVICE_USERS, "users", "users", FIELD_DETAIL },
	{ 0 }
};

const struct object object_service = {
	.name = "service",
	.get = SVCPLANE_CMD_SERVICE_GET,
	.ntf = SVCPLANE_CMD_SERVICE_NTF,
	.del = SVCPLANE_CMD_SERVICE_DEL_NTF,
	.fields = fields,
};

/* Both marks are bits of one attribute: the first that is typed puts it */
static int put_marks(struct session *s, struct nl_msg *msg,
		     const struct value *value)
{
	uint32_t bits = 0;
	bool first = true;

	for (unsigned int i = 0; i < s->args->n; i++) {
		const struct value *v = &s->args->values[i];

		if (v->key->put != put_marks)
			continue;
		if (!bits)
			first = v == value;
		bits |= v->items[0].num;
	}
	return first ? nla_put_u32(msg, SVCPLANE_A_SERVICE_FLAGS, bits) : 0;
}

static const struct key keys_add[] = {
	KEY_PLANE_OF(SVCPLANE_A_SERVICE_PLANE, KEY_NEED),
	KEY_NAME_OF(SVCPLANE_A_SERVICE_NAME, NULL, "name of the service",
		    KEY_NEED),
	{ .name = "type", .kind = K_WORD, .words = words_sft, .max = 65535,
	  .attr = SVCPLANE_A_SERVICE_TYPE, .meta = "TYPE",
	  .help = "service function type of RFC 9015 section 10.5, "
		  "a name or 0 to 65535" },
	{ .name = "rewrites", .kind = K_FLAG, .put = put_marks,
	  .min = SVCPLANE_SERVICE_FLAG_REWRITES,
	  .help = "it changes addresses or ports: it is never skipped, "
		  "allowed past or failed open" },
	{ .name = "originates", .kind = K_FLAG, .put = put_marks,
	  .min = SVCPLANE_SERVICE_FLAG_ORIGINATES,
	  .help = "it may send frames as an endpoint of a flow" },
	{ 0 }
};

static const struct key keys_del[] = {
	KEY_PLANE_OF(SVCPLANE_A_SERVICE_PLANE, KEY_NEED),
	KEY_NAME_OF(SVCPLANE_A_SERVICE_NAME, &object_service,
		    "name of the service", KEY_NEED),
	{ 0 }
};

static const struct key keys_show[] = {
	KEY_PLANE_OF(SVCPLANE_A_SERVICE_PLANE, 0),
	KEY_NAME_OF(SVCPLANE_A_SERVICE_NAME, &object_service,
		    "name of the service", KEY_IDENT),
	{ 0 }
};

const struct command commands_service[] = {
	{ .name = "add", .help = "names a service", .keys = keys_add,
	  .run = object_change, .cmd = SVCPLANE_CMD_SERVICE_NEW },
	{ .name = "del", .also = "delete", .help = "forgets a service",
	  .keys = keys_del, .run = object_change,
	  .cmd = SVCPLANE_CMD_SERVICE_DEL,
	  .more = "Refused while a node or a chain names it." },
	{ .name = "show", .also = "list", .help = "shows services",
	  .keys = keys_show, .run = object_show,
	  .cmd = SVCPLANE_CMD_SERVICE_GET },
	{ 0 }
};
