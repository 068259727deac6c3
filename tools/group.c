// SPDX-License-Identifier: GPL-2.0-only
#include <linux/svcplane.h>

#include "commands.h"
#include "put.h"
#include "refusal.h"

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
	.get = SVCPLANE_CMD_GROUP_GET,
	.ntf = SVCPLANE_CMD_GROUP_NTF,
	.del = SVCPLANE_CMD_GROUP_DEL_NTF,
	.fields = fields,
};

static void close_group(struct out *o, bool *open)
{
	if (!*open)
		return;
	if (!o->json)
		out_record_end(o);
	out_array_end(o);
	out_object_end(o);
	*open = false;
}

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

/* A large group comes in several messages: only the first opens it */
static bool is_first(const struct attrs *attrs)
{
	return !attr_uint(attrs_find(attrs, SVCPLANE_A_GROUP_OFFSET));
}

static void print_part(struct out *o, const struct attrs *attrs,
		       const struct view *view, bool *open)
{
	if (is_first(attrs)) {
		close_group(o, open);
		out_object(o, NULL);
		fields_print(o, fields, attrs, view);
		out_array(o, "members");
		*open = true;
	}
	if (*open && (o->json || !view->brief))
		print_members(o, attrs);
}

static void group_print_all(struct out *o, const struct replies *replies,
			    const struct view *view)
{
	struct attrs attrs;
	bool open = false;

	for (unsigned int i = 0; i < replies->n; i++) {
		if (!attrs_of_msg(&attrs, nlmsg_hdr(replies->msg[i])))
			continue;
		if (view->brief && !o->json)
			object_print(o, &object_group, &attrs, view);
		else
			print_part(o, &attrs, view, &open);
	}
	close_group(o, &open);
}

static int show(struct session *s, const struct args *args)
{
	struct nl_msg *msg = put_request(s, args, NLM_F_DUMP);
	struct view view = object_view(s->opt);
	struct replies replies = { 0 };
	int rc = RC_OK;

	if (!msg)
		return RC_KERNEL;
	if (session_talk(s, msg, &replies)) {
		rc = refusal_tell(s);
	} else {
		out_begin(&s->out);
		group_print_all(&s->out, &replies, &view);
		out_end(&s->out);
	}
	replies_free(&replies);
	return rc;
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
