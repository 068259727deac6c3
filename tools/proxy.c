// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include <linux/svcplane.h>

#include "commands.h"
#include "put.h"
#include "refusal.h"

#define PATTERN_MAX	63
#define PATTERN_OF	"of the tap's name or alias, with * and ?; or exactly an alternative name of it"

static const struct field direction[] = {
	{ F_COUNT, SVCPLANE_A_PORT_DIR_SEEN, "seen", "seen" },
	{ F_COUNT, SVCPLANE_A_PORT_DIR_STEERED, "steered", "steered" },
	{ F_COUNT, SVCPLANE_A_PORT_DIR_RETURNED, "returned", "returned" },
	{ F_UINT, SVCPLANE_A_PORT_DIR_GAP, "gap", "gap" },
	{ 0 }
};

static const struct field guest[] = {
	{ F_STR, SVCPLANE_A_PORT_DEV, "", "dev" },
	{ F_UINT, SVCPLANE_A_PORT_IFINDEX, NULL, "ifindex" },
	{ F_UINT, SVCPLANE_A_PORT_ID, "id", "id", FIELD_DETAIL },
	{ F_MAC, SVCPLANE_A_PORT_MAC, "mac", "mac", FIELD_MANY },
	{ F_UINT, SVCPLANE_A_PORT_N_FIXED, "configured", "configured_macs", FIELD_DETAIL },
	{ F_FLAG, SVCPLANE_A_PORT_FAIL_CLOSED, "fail-closed", "fail_closed" },
	{ F_UINT, SVCPLANE_A_PORT_FLOWS, "flows", "flows" },
	{ F_UINT, SVCPLANE_A_PORT_MAX_FLOWS, "max-flows", "max_flows" },
	{ F_OPEN, .key = "stats64", .flags = FIELD_STATS },
	{ F_LINE, .flags = FIELD_STATS },
	{ F_NEST, SVCPLANE_A_PORT_OUT, "out", "out", FIELD_STATS, .sub = direction },
	{ F_LINE, .flags = FIELD_STATS },
	{ F_NEST, SVCPLANE_A_PORT_IN, "in ", "in", FIELD_STATS, .sub = direction },
	{ F_LINE, .flags = FIELD_STATS },
	{ F_COUNT, SVCPLANE_A_PORT_FLOODED, "flooded", "flooded", FIELD_STATS },
	{ F_CLOSE, .flags = FIELD_STATS },
	{ 0 }
};

/* Names of the guests for the table of -br */
static void print_guests(struct out *o, const struct attrs *attrs,
			 const struct view *view)
{
	static const struct field fields[] = {
		{ F_NESTS, SVCPLANE_A_PROXY_GUEST, "guest", "guests", .sub = guest },
		{ 0 }
	};

	fields_print(o, fields, attrs, view);
}

static const struct field fields[] = {
	{ F_STR, SVCPLANE_A_PROXY_NAME, "", "name", FIELD_BRIEF, .width = 15 },
	{ F_STR, SVCPLANE_A_PROXY_PLANE, "plane", "plane", FIELD_BRIEF, .width = 15 },
	{ F_UINT, SVCPLANE_A_PROXY_IFINDEX, NULL, "ifindex" },
	{ F_UINT, SVCPLANE_A_PROXY_ID, "id", "id", FIELD_BRIEF, .width = 5 },
	{ F_FLAG, SVCPLANE_A_PROXY_UP, "up", "up", FIELD_BRIEF, .width = 4 },
	{ F_FLAG, SVCPLANE_A_PROXY_FAIL_CLOSED, "fail-closed", "fail_closed", FIELD_BRIEF,
	  .width = 11 },
	{ F_UINT, SVCPLANE_A_PROXY_MAX_FLOWS, "max-flows", "max_flows", FIELD_DETAIL },
	{ F_STR, SVCPLANE_A_PROXY_PATTERN, "match", "match", FIELD_MANY | FIELD_BRIEF },
	{ F_STR, SVCPLANE_A_PROXY_PENDING, "pending", "pending", FIELD_MANY },
	{ F_SPECIAL, .print = print_guests },
	{ 0 }
};

const struct object object_proxy = {
	.name = "proxy",
	.title = "port proxy",
	.id = SVCPLANE_A_PROXY_ID,
	.list = SVCPLANE_A_PROXY_GUEST,
	.get = SVCPLANE_CMD_PROXY_GET,
	.ntf = SVCPLANE_CMD_PROXY_NTF,
	.del = SVCPLANE_CMD_PROXY_DEL_NTF,
	.fields = fields,
};

#define KEY_SELF							\
	{ .name = "name", .kind = K_DEV, .flags = KEY_POS | KEY_NEED,	\
	  .attr = SVCPLANE_A_PROXY_NAME, .meta = "PROXY",		\
	  .help = "device of kind portproxy", .known = &object_proxy,	\
	  .known_attr = SVCPLANE_A_PROXY_NAME }

#define KEY_PLANE(more)							\
	{ .name = "plane", .kind = K_DEV, .flags = (more),		\
	  .attr = SVCPLANE_A_PROXY_PLANE, .meta = "PLANE",		\
	  .help = "service plane it is a port of",			\
	  .known = &object_plane, .known_attr = SVCPLANE_A_PLANE_NAME }

#define KEY_MAC								\
	{ .name = "mac", .kind = K_MAC,					\
	  .attr = SVCPLANE_A_PROXY_GUEST_MAC, .meta = "MAC",		\
	  .help = "address of the guest; learned from its frames unless told" }

#define KEY_MAX_FLOWS(more)						\
	{ .name = "max-flows", .kind = K_UINT, .flags = (more),		\
	  .attr = SVCPLANE_A_PROXY_MAX_FLOWS, .min = 1, .max = 1 << 24,	\
	  .meta = "N", .help = "flow records of each guest" }

#define KEY_TAP								\
	{ .name = "guest", .kind = K_DEV, .flags = KEY_POS | KEY_NEED,	\
	  .attr = SVCPLANE_A_PROXY_GUEST_DEV, .meta = "TAP",		\
	  .help = "device of the guest" }

#define KEY_PATTERN(object)						\
	{ .name = "pattern", .kind = K_STR, .flags = KEY_POS | KEY_NEED, \
	  .attr = SVCPLANE_A_PROXY_PATTERN, .max = PATTERN_MAX,		\
	  .meta = "PATTERN", .help = PATTERN_OF, .known = (object),	\
	  .known_attr = SVCPLANE_A_PROXY_PATTERN }

/* The plane of the proxy called @name; false if there is no such proxy */
static bool find_plane(const struct replies *replies, const char *name,
		       char *plane, size_t size)
{
	struct attrs attrs;
	char text[32];

	for (unsigned int i = 0; i < replies->n; i++) {
		if (!attrs_of_msg(&attrs, nlmsg_hdr(replies->msg[i])))
			continue;
		attr_text(attrs_find(&attrs, SVCPLANE_A_PROXY_NAME), text,
			  sizeof(text));
		if (strcmp(text, name))
			continue;
		attr_text(attrs_find(&attrs, SVCPLANE_A_PROXY_PLANE), plane,
			  size);
		return true;
	}
	return false;
}

/* Devices have one name space: who names a proxy need not name its plane */
static int change(struct session *s, const struct args *args)
{
	const char *name = args_text(args, "name");
	struct replies replies = { 0 };
	struct nl_msg *msg;
	char plane[32];
	bool found;
	int rc;

	if (args_get(args, "plane"))
		return object_change(s, args);
	rc = object_dump(s, &object_proxy, NULL, &replies);
	if (rc)
		return rc;
	found = find_plane(&replies, name, plane, sizeof(plane));
	replies_free(&replies);
	if (!found)
		return object_missing(&object_proxy, name);
	rc = put_request(s, args, 0, &msg);
	if (rc)
		return rc;
	if (nla_put_string(msg, SVCPLANE_A_PROXY_PLANE, plane)) {
		nlmsg_free(msg);
		return complain(RC_USAGE, "too much for one message");
	}
	return session_talk(s, msg, NULL) ? refusal_tell(s) : RC_OK;
}

static const struct key keys_add[] = {
	KEY_SELF,
	KEY_PLANE(KEY_NEED),
	{ .name = "guest", .kind = K_DEV, .flags = KEY_LIST,
	  .attr = SVCPLANE_A_PROXY_GUEST_DEV, .meta = "TAP",
	  .help = "devices of its guests" },
	{ .name = "match", .kind = K_STR, .flags = KEY_MANY,
	  .attr = SVCPLANE_A_PROXY_PATTERN, .max = PATTERN_MAX,
	  .meta = "PATTERN",
	  .help = "takes taps now and when they appear, up to 16 times; pattern "
		  PATTERN_OF },
	KEY_MAC,
	KEY_MAX_FLOWS(0),
	{ 0 }
};

static const struct key keys_set[] = {
	KEY_SELF, KEY_PLANE(0), KEY_MAX_FLOWS(KEY_NEED), { 0 }
};

static const struct key keys_del[] = {
	KEY_SELF, KEY_PLANE(0), { 0 }
};

static const struct key keys_show[] = {
	{ .name = "name", .kind = K_DEV, .flags = KEY_POS | KEY_FILTER,
	  .attr = SVCPLANE_A_PROXY_NAME, .meta = "PROXY",
	  .help = "device of kind portproxy", .known = &object_proxy,
	  .known_attr = SVCPLANE_A_PROXY_NAME },
	KEY_PLANE(0),
	{ 0 }
};

static const struct key keys_guest_add[] = {
	KEY_SELF, KEY_TAP, KEY_MAC, KEY_PLANE(0), { 0 }
};

static const struct key keys_guest_del[] = {
	KEY_SELF, KEY_TAP, KEY_PLANE(0), { 0 }
};

static const struct key keys_match_add[] = {
	KEY_SELF, KEY_PATTERN(NULL), KEY_PLANE(0), { 0 }
};

static const struct key keys_match_del[] = {
	KEY_SELF, KEY_PATTERN(&object_proxy), KEY_PLANE(0), { 0 }
};

static const struct command commands_guest[] = {
	{ .name = "add", .help = "binds a tap", .keys = keys_guest_add,
	  .run = change, .cmd = SVCPLANE_CMD_PROXY_GUEST_ADD },
	{ .name = "del", .also = "delete", .help = "unbinds a tap; its flows go",
	  .keys = keys_guest_del, .run = change,
	  .cmd = SVCPLANE_CMD_PROXY_GUEST_DEL },
	{ 0 }
};

static const struct command commands_match[] = {
	{ .name = "add", .help = "binds taps that match, now and when they appear",
	  .keys = keys_match_add, .run = change,
	  .cmd = SVCPLANE_CMD_PROXY_MATCH_ADD },
	{ .name = "del", .also = "delete",
	  .help = "forgets a pattern; what is bound stays bound",
	  .keys = keys_match_del, .run = change,
	  .cmd = SVCPLANE_CMD_PROXY_MATCH_DEL },
	{ 0 }
};

const struct command commands_proxy[] = {
	{ .name = "add", .help = "makes a port proxy and binds guests, all or none",
	  .keys = keys_add, .run = object_change,
	  .cmd = SVCPLANE_CMD_PROXY_NEW },
	{ .name = "set", .help = "changes settings; guests bound later have them",
	  .keys = keys_set, .run = change,
	  .cmd = SVCPLANE_CMD_PROXY_SET },
	{ .name = "del", .also = "delete",
	  .help = "unbinds all guests and deletes the port proxy with its device",
	  .keys = keys_del, .run = change,
	  .cmd = SVCPLANE_CMD_PROXY_DEL },
	{ .name = "show", .also = "list", .help = "shows port proxies with their guests",
	  .keys = keys_show, .run = object_show,
	  .cmd = SVCPLANE_CMD_PROXY_GET },
	{ .name = "guest", .help = "binds and unbinds single taps",
	  .sub = commands_guest },
	{ .name = "match", .help = "adds and forgets patterns",
	  .sub = commands_match },
	{ 0 }
};
