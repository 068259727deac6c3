// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include <linux/svcplane.h>

#include "object.h"
#include "put.h"
#include "refusal.h"

#define PLANE_ATTR	1	/* of every set; see the specification */

const struct object *const objects[] = {
	&object_plane, &object_proxy, &object_service, &object_node,
	&object_chain, &object_path, &object_group, &object_rule,
	&object_flow, &object_drop, &object_guestplane, NULL
};

const struct object *object_of_get(uint8_t cmd)
{
	for (int i = 0; objects[i]; i++)
		if (objects[i]->get == cmd)
			return objects[i];
	return NULL;
}

struct view object_view(const struct options *opt)
{
	return (struct view) {
		.stats = opt->stats,
		.details = opt->details,
		.brief = opt->brief,
	};
}

void object_print(struct out *o, const struct object *object,
		  const struct attrs *attrs, const struct view *view)
{
	out_object(o, NULL);
	if (view->brief && !o->json)
		fields_brief(o, object->fields, attrs);
	else
		fields_print(o, object->fields, attrs, view);
	out_record_end(o);
	out_object_end(o);
}

static bool item_equal(const struct key *key, const struct item *item,
		       const struct nlattr *attr)
{
	char text[256];

	switch (key->kind) {
	case K_STR:
	case K_NAME:
	case K_DEV:
		return !strcmp(attr_text(attr, text, sizeof(text)), item->text);
	default:
		return attr_uint(attr) == item->num;
	}
}

bool object_has(const struct value *value, const struct attrs *attrs)
{
	struct nlattr *attr = attrs_find(attrs, value->key->attr);

	for (; attr; attr = attrs_next(attrs, attr, value->key->attr))
		for (unsigned int i = 0; i < value->n; i++)
			if (item_equal(value->key, &value->items[i], attr))
				return true;
	return false;
}

static bool passes(const struct args *args, const struct attrs *attrs)
{
	for (unsigned int i = 0; i < args->n; i++)
		if ((args->values[i].key->flags & KEY_FILTER) &&
		    !object_has(&args->values[i], attrs))
			return false;
	return true;
}

/* A single object is got, several are dumped */
static uint16_t show_flags(const struct args *args)
{
	for (unsigned int i = 0; i < args->n; i++)
		if (args->values[i].key->flags & KEY_IDENT)
			return 0;
	return NLM_F_DUMP;
}

int object_show(struct session *s, const struct args *args)
{
	const struct object *object = object_of_get(args->command->cmd);
	struct view view = object_view(s->opt);
	struct replies replies = { 0 };
	struct attrs attrs;
	struct nl_msg *msg;

	msg = put_request(s, args, show_flags(args));
	if (!msg)
		return RC_KERNEL;
	if (session_talk(s, msg, &replies)) {
		replies_free(&replies);
		return refusal_tell(s);
	}
	out_begin(&s->out);
	for (unsigned int i = 0; i < replies.n; i++)
		if (attrs_of_msg(&attrs, nlmsg_hdr(replies.msg[i])) &&
		    passes(args, &attrs))
			object_print(&s->out, object, &attrs, &view);
	out_end(&s->out);
	replies_free(&replies);
	return RC_OK;
}

static void echo(struct session *s, const struct object *object,
		 const struct replies *replies)
{
	struct view view = object_view(s->opt);
	struct attrs attrs;

	out_begin(&s->out);
	for (unsigned int i = 0; i < replies->n; i++)
		if (attrs_of_msg(&attrs, nlmsg_hdr(replies->msg[i])))
			object_print(&s->out, object, &attrs, &view);
	out_end(&s->out);
}

int object_change(struct session *s, const struct args *args)
{
	struct nl_msg *msg = put_request(s, args, 0);
	struct replies replies = { 0 };
	int rc = RC_OK;

	if (!msg)
		return RC_KERNEL;
	if (session_talk(s, msg, &replies))
		rc = refusal_tell(s);
	else if (s->opt->echo && args->command->reply)
		echo(s, args->command->reply, &replies);
	replies_free(&replies);
	return rc;
}

int object_dump(struct session *s, const struct object *object,
		const char *plane, struct replies *replies)
{
	struct nl_msg *msg = session_msg(s, object->get, NLM_F_DUMP);

	s->args = NULL;
	if (!msg)
		return RC_KERNEL;
	if (plane && nla_put_string(msg, PLANE_ATTR, plane)) {
		nlmsg_free(msg);
		return RC_KERNEL;
	}
	if (!session_talk(s, msg, replies))
		return RC_OK;
	replies_free(replies);
	return refusal_tell(s);
}
