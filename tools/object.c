// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include <linux/svcplane.h>

#include "object.h"
#include "put.h"
#include "refusal.h"

#define PLANE_ATTR	1	/* of every set; see the specification */

const struct object *const objects[] = {
	&object_plane, &object_host, &object_proxy, &object_service, &object_node,
	&object_chain, &object_path, &object_group, &object_rule,
	&object_flow, &object_drop, &object_guestplane, &object_import, NULL
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

static bool same(const struct nlattr *a, const struct nlattr *b)
{
	return a && b && nla_len(a) == nla_len(b) &&
	       !memcmp(nla_data(a), nla_data(b), nla_len(a));
}

/* Is the second message about the object of the first? */
static bool goes_on(const struct object *object, struct nl_msg *first,
		    struct nl_msg *second)
{
	struct attrs a, b;

	return attrs_of_msg(&a, nlmsg_hdr(first)) &&
	       attrs_of_msg(&b, nlmsg_hdr(second)) &&
	       same(attrs_find(&a, PLANE_ATTR), attrs_find(&b, PLANE_ATTR)) &&
	       same(attrs_find(&a, object->id), attrs_find(&b, object->id));
}

static bool append(struct nl_msg *all, struct nl_msg *part, uint16_t list)
{
	struct nlattr *attr;
	struct attrs attrs;

	attrs_of_msg(&attrs, nlmsg_hdr(part));
	attr = attrs_find(&attrs, list);
	for (; attr; attr = attrs_next(&attrs, attr, list))
		if (nla_put(all, attr->nla_type, nla_len(attr), nla_data(attr)))
			return false;
	return true;
}

/* The first message with the list of all @n; NULL if there is no memory */
static struct nl_msg *joined(const struct object *object, struct nl_msg **msg,
			     unsigned int n)
{
	struct nl_msg *all;
	size_t size = 0;

	if (n == 1) {
		nlmsg_get(msg[0]);
		return msg[0];
	}
	for (unsigned int i = 0; i < n; i++)
		size += NLMSG_ALIGN(nlmsg_hdr(msg[i])->nlmsg_len);
	all = nlmsg_alloc_size(size);
	if (!all)
		return NULL;
	memcpy(nlmsg_hdr(all), nlmsg_hdr(msg[0]), nlmsg_hdr(msg[0])->nlmsg_len);
	for (unsigned int i = 1; i < n; i++) {
		if (append(all, msg[i], object->list))
			continue;
		nlmsg_free(all);
		return NULL;
	}
	return all;
}

bool object_join(const struct object *object, struct replies *replies)
{
	unsigned int kept = 0, n;

	for (unsigned int i = 0; object->id && i < replies->n; i += n) {
		struct nl_msg **msg = &replies->msg[i], *all;

		for (n = 1; i + n < replies->n; n++)
			if (!goes_on(object, msg[0], msg[n]))
				break;
		all = joined(object, msg, n);
		if (!all)
			return false;
		for (unsigned int k = 0; k < n; k++) {
			nlmsg_free(msg[k]);
			msg[k] = NULL;
		}
		replies->msg[kept++] = all;
	}
	if (object->id)
		replies->n = kept;
	return true;
}

/* Sends @msg; what comes back is whole objects. Returns an exit code */
static int talk(struct session *s, struct nl_msg *msg,
		const struct object *object, struct replies *replies)
{
	int rc = session_talk(s, msg, replies) ? refusal_tell(s) : RC_OK;

	if (!rc && !object_join(object, replies))
		rc = complain(RC_KERNEL, "out of memory");
	if (rc)
		replies_free(replies);
	return rc;
}

int object_ask(struct session *s, const struct args *args,
	       const struct object *object, uint16_t flags,
	       struct replies *replies)
{
	struct nl_msg *msg;
	int rc = put_request(s, args, flags, &msg);

	return rc ? rc : talk(s, msg, object, replies);
}

int object_missing(const struct object *object, const char *name)
{
	return complain(RC_KERNEL, "there is no %s %s",
			object->title ? object->title : object->name, name);
}

/* The name of the only object that is wanted, when the kernel is not told it */
static const char *only(const struct args *args)
{
	for (unsigned int i = 0; i < args->n; i++)
		if ((args->values[i].key->flags & (KEY_FILTER | KEY_POS)) ==
		    (KEY_FILTER | KEY_POS))
			return args->values[i].items[0].text;
	return NULL;
}

static bool any_passes(const struct args *args, const struct replies *replies)
{
	struct attrs attrs;

	for (unsigned int i = 0; i < replies->n; i++)
		if (attrs_of_msg(&attrs, nlmsg_hdr(replies->msg[i])) &&
		    passes(args, &attrs))
			return true;
	return false;
}

static void print_passing(struct session *s, const struct args *args,
			  const struct object *object,
			  const struct replies *replies)
{
	struct view view = object_view(s->opt);
	struct attrs attrs;

	out_begin(&s->out);
	for (unsigned int i = 0; i < replies->n; i++)
		if (attrs_of_msg(&attrs, nlmsg_hdr(replies->msg[i])) &&
		    passes(args, &attrs))
			object_print(&s->out, object, &attrs, &view);
	out_end(&s->out);
}

int object_show(struct session *s, const struct args *args)
{
	const struct object *object = object_of_get(args->command->cmd);
	struct replies replies = { 0 };
	int rc = object_ask(s, args, object, show_flags(args), &replies);

	if (rc)
		return rc;
	if (only(args) && !any_passes(args, &replies))
		rc = object_missing(object, only(args));
	else
		print_passing(s, args, object, &replies);
	replies_free(&replies);
	return rc;
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
	struct replies replies = { 0 };
	struct nl_msg *msg;
	int rc = put_request(s, args, 0, &msg);

	if (rc)
		return rc;
	if (session_talk(s, msg, s->opt->echo ? &replies : NULL))
		rc = refusal_tell(s);
	else if (s->opt->echo && args->command->reply)
		echo(s, args->command->reply, &replies);
	replies_free(&replies);
	return rc;
}

int object_dump(struct session *s, const struct object *object,
		const char *plane, struct replies *replies)
{
	struct nl_msg *msg = session_msg(s, object->get, NLM_F_DUMP, 0);

	s->args = NULL;
	if (!msg)
		return RC_KERNEL;
	if (plane && nla_put_string(msg, PLANE_ATTR, plane)) {
		nlmsg_free(msg);
		return complain(RC_USAGE, "too much for one message");
	}
	return talk(s, msg, object, replies);
}
