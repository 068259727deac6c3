// SPDX-License-Identifier: GPL-2.0-only
#include <linux/svcplane.h>

#include "commands.h"
#include "put.h"

/* Of notifications, which leave the members out */
static const struct field fields[] = {
	{ F_STR, SVCPLANE_A_GROUP_PLANE, "", "plane", FIELD_BRIEF, .width = 15 },
	{ F_STR, SVCPLANE_A_GROUP_NAME, "", "name", FIELD_BRIEF, .width = 15 },
	{ F_UINT, SVCPLANE_A_GROUP_ID, NULL, "id" },
	{ F_UINT, SVCPLANE_A_GROUP_N_ENTRIES, "size", "size", FIELD_BRIEF },
	{ 0 }
};

static const struct field members[] = {
	{ F_PREFIX, SVCPLANE_A_GROUP_ENTRY, "", NULL, FIELD_MANY },
	{ 0 }
};

const struct object object_group = {
	.name = "group",
	.id = SVCPLANE_A_GROUP_ID,
	.list = SVCPLANE_A_GROUP_ENTRY,
	.get = SVCPLANE_CMD_GROUP_GET,
	.ntf = SVCPLANE_CMD_GROUP_NTF,
	.del = SVCPLANE_CMD_GROUP_DEL_NTF,
	.fields = fields,
};

static void print_members(struct out *o, const struct attrs *attrs)
{
	struct nlattr *entry = attrs_find(attrs, SVCPLANE_A_GROUP_ENTRY);
	struct field one = members[0];

	one.flags = 0;
	for (; entry;
	     entry = attrs_next(attrs, entry, SVCPLANE_A_GROUP_ENTRY)) {
		struct attrs single = { entry, NLA_ALIGN(entry->nla_len) };
		struct field list[] = { one, { 0 } };
		struct view view = { 0 };

		out_nl(o);
		out_indent(o, 4);
		fields_print(o, list, &single, &view);
	}
}

static void print_group(struct out *o, const struct attrs *attrs,
			const struct view *view)
{
	if (view->brief && !o->json) {
		object_print(o, &object_group, attrs, view);
		return;
	}
	out_object(o, NULL);
	fields_print(o, fields, attrs, view);
	out_array(o, "members");
	print_members(o, attrs);
	if (!o->json)
		out_record_end(o);
	out_array_end(o);
	out_object_end(o);
}

static int show(struct session *s, const struct args *args)
{
	const char *name = args_text(args, "name");
	struct view view = object_view(s->opt);
	struct replies replies = { 0 };
	struct attrs attrs;
	int rc = object_ask(s, args, &object_group, NLM_F_DUMP, &replies);

	if (rc)
		return rc;
	if (name && !replies.n)
		return object_missing(&object_group, name);
	out_begin(&s->out);
	for (unsigned int i = 0; i < replies.n; i++)
		if (attrs_of_msg(&attrs, nlmsg_hdr(replies.msg[i])))
			print_group(&s->out, &attrs, &view);
	out_end(&s->out);
	replies_free(&replies);
	return RC_OK;
}

static const struct key keys_add[] = {
	KEY_PLANE_OF(SVCPLANE_A_GROUP_PLANE, KEY_NEED),
	KEY_NAME_OF(SVCPLANE_A_GROUP_NAME, &object_group, "name of the group",
		    KEY_NEED),
	{ .name = "members", .kind = K_MEMBER,
	  .flags = KEY_NEED | KEY_LIST | KEY_MANY,
	  .attr = SVCPLANE_A_GROUP_ENTRY, .put = put_prefix_nest,
	  .meta = "PREFIX|MAC", .help = "what belongs to it, at most 4096" },
	{ 0 }
};

static const struct key keys_del[] = {
	KEY_PLANE_OF(SVCPLANE_A_GROUP_PLANE, KEY_NEED),
	KEY_NAME_OF(SVCPLANE_A_GROUP_NAME, &object_group, "name of the group",
		    KEY_NEED),
	{ 0 }
};

static const struct key keys_show[] = {
	KEY_PLANE_OF(SVCPLANE_A_GROUP_PLANE, 0),
	KEY_NAME_OF(SVCPLANE_A_GROUP_NAME, &object_group, "name of the group",
		    0),
	{ 0 }
};

const struct command commands_group[] = {
	{ .name = "add", .help = "makes a group of prefixes or MACs",
	  .keys = keys_add, .run = object_change,
	  .cmd = SVCPLANE_CMD_GROUP_NEW },
	{ .name = "replace", .help = "makes a group, or replaces its members",
	  .keys = keys_add, .run = object_change, .nlflags = NLM_F_REPLACE,
	  .cmd = SVCPLANE_CMD_GROUP_NEW },
	{ .name = "del", .also = "delete", .help = "forgets a group",
	  .keys = keys_del, .run = object_change,
	  .cmd = SVCPLANE_CMD_GROUP_DEL,
	  .more = "Refused while a rule names it." },
	{ .name = "show", .also = "list", .help = "shows groups",
	  .keys = keys_show, .run = show, .cmd = SVCPLANE_CMD_GROUP_GET },
	{ 0 }
};
