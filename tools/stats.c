// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include <linux/svcplane.h>

#include "commands.h"
#include "refusal.h"

static const struct field fields[] = {
	{ F_STR, SVCPLANE_A_DROP_PLANE, "", "plane" },
	{ F_STR, SVCPLANE_A_DROP_NAME, "drop", "reason" },
	{ F_UINT, SVCPLANE_A_DROP_PACKETS, "packets", "packets" },
	{ F_UINT, SVCPLANE_A_DROP_REASON, NULL, "number" },
	{ F_STR, SVCPLANE_A_DROP_TEXT, NULL, "text" },
	{ 0 }
};

const struct object object_drop = {
	.name = "drop",
	.title = "drop reason",
	.get = SVCPLANE_CMD_STATS_GET,
	.fields = fields,
};

static void print_text(struct out *o, const struct attrs *attrs, bool explain)
{
	char plane[32], name[64], text[256], count[24];

	attr_text(attrs_find(attrs, SVCPLANE_A_DROP_PLANE), plane,
		  sizeof(plane));
	attr_text(attrs_find(attrs, SVCPLANE_A_DROP_NAME), name, sizeof(name));
	attr_text(attrs_find(attrs, SVCPLANE_A_DROP_TEXT), text, sizeof(text));
	snprintf(count, sizeof(count), "%llu", (unsigned long long)
		 attr_uint(attrs_find(attrs, SVCPLANE_A_DROP_PACKETS)));
	out_pad(o, plane, 0);
	out_pad(o, name, 18);
	out_pad(o, count, explain ? 10 : 0);
	if (explain)
		out_word(o, text);
	out_record_end(o);
}

static bool wanted(const struct args *args, const struct attrs *attrs,
		   bool json)
{
	const char *reason = args_text(args, "reason");
	char name[64];

	attr_text(attrs_find(attrs, SVCPLANE_A_DROP_NAME), name, sizeof(name));
	if (reason)
		return !strcmp(reason, name);
	return json || args_get(args, "-all") ||
	       attr_uint(attrs_find(attrs, SVCPLANE_A_DROP_PACKETS));
}

static bool any_wanted(const struct args *args, const struct replies *replies)
{
	struct attrs attrs;

	for (unsigned int i = 0; i < replies->n; i++)
		if (attrs_of_msg(&attrs, nlmsg_hdr(replies->msg[i])) &&
		    wanted(args, &attrs, true))
			return true;
	return false;
}

static int show(struct session *s, const struct args *args)
{
	struct view view = object_view(s->opt);
	struct replies replies = { 0 };
	struct attrs attrs;
	int rc = object_dump(s, &object_drop, args_text(args, "plane"),
			     &replies);

	if (rc)
		return rc;
	/* every plane has all of them; without a plane nobody knows them */
	if (replies.n && args_text(args, "reason") &&
	    !any_wanted(args, &replies)) {
		replies_free(&replies);
		return object_missing(&object_drop, args_text(args, "reason"));
	}
	out_begin(&s->out);
	for (unsigned int i = 0; i < replies.n; i++) {
		if (!attrs_of_msg(&attrs, nlmsg_hdr(replies.msg[i])) ||
		    !wanted(args, &attrs, s->out.json))
			continue;
		if (s->out.json)
			object_print(&s->out, &object_drop, &attrs, &view);
		else
			print_text(&s->out, &attrs, args_get(args, "-explain"));
	}
	out_end(&s->out);
	replies_free(&replies);
	return RC_OK;
}

static const struct key keys_show[] = {
	KEY_PLANE_OF(SVCPLANE_A_DROP_PLANE, 0),
	{ .name = "reason", .kind = K_NAME, .max = NAME_MAX_LEN,
	  .meta = "REASON", .help = "only that one",
	  .known = &object_drop, .known_attr = SVCPLANE_A_DROP_NAME },
	{ .name = "-explain", .kind = K_FLAG,
	  .help = "with a sentence for each reason" },
	{ .name = "-all", .kind = K_FLAG,
	  .help = "those that never occurred too; JSON always has them" },
	{ 0 }
};

const struct command commands_stats[] = {
	{ .name = "show", .also = "list",
	  .help = "shows how many frames were dropped, by reason",
	  .keys = keys_show, .run = show, .cmd = SVCPLANE_CMD_STATS_GET },
	{ 0 }
};
