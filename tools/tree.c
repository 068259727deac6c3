// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include <linux/svcplane.h>

#include "commands.h"

#define PLANE_ATTR	1

const struct key keys_tree[] = {
	KEY_PLANE_OF(SVCPLANE_A_PLANE_NAME, 0),
	{ 0 }
};

/* What hangs below a plane, in the order in which frames meet it */
static const struct branch {
	const struct object *object;
	const char *key;
} branches[] = {
	{ &object_host, "hosts" },
	{ &object_proxy, "proxies" },
	{ &object_rule, "rules" },
	{ &object_group, "groups" },
	{ &object_chain, "chains" },
	{ &object_path, "paths" },
	{ &object_service, "services" },
	{ &object_node, "nodes" },
};

#define N_BRANCHES	(sizeof(branches) / sizeof(*branches))

struct tree {
	struct replies planes;
	struct replies below[N_BRANCHES];
};

/* Fields without those that name the plane, which stands above */
static const struct field *skip_plane(const struct field *fields)
{
	return fields->attr == PLANE_ATTR && fields->shape == F_STR ?
	       fields + 1 : fields;
}

static void print_leaf(struct out *o, const struct branch *branch,
		       const struct attrs *attrs, const struct view *view)
{
	if (!o->json) {
		out_indent(o, view->indent);
		out_word(o, branch->object->name);
	}
	out_object(o, NULL);
	fields_print(o, o->json ? branch->object->fields :
		     skip_plane(branch->object->fields), attrs, view);
	out_nl(o);
	out_object_end(o);
}

static bool of_plane(const struct attrs *attrs, const char *plane)
{
	char text[32];

	attr_text(attrs_find(attrs, PLANE_ATTR), text, sizeof(text));
	return !strcmp(text, plane);
}

static void print_branch(struct out *o, const struct branch *branch,
			 const struct replies *replies, const char *plane,
			 const struct view *view)
{
	struct attrs attrs;

	out_array(o, branch->key);
	for (unsigned int i = 0; i < replies->n; i++) {
		if (!attrs_of_msg(&attrs, nlmsg_hdr(replies->msg[i])) ||
		    !of_plane(&attrs, plane))
			continue;
		print_leaf(o, branch, &attrs, view);
	}
	out_array_end(o);
}

static void print_plane(struct out *o, const struct tree *tree,
			const struct attrs *attrs, const struct view *view)
{
	struct view below = *view;
	char plane[32];

	below.indent += 4;
	attr_text(attrs_find(attrs, SVCPLANE_A_PLANE_NAME), plane,
		  sizeof(plane));
	out_object(o, NULL);
	out_word(o, "plane");
	fields_print(o, object_plane.fields, attrs, view);
	out_nl(o);
	for (unsigned int i = 0; i < N_BRANCHES; i++)
		print_branch(o, &branches[i], &tree->below[i], plane, &below);
	out_object_end(o);
	out_record_end(o);
}

static int collect(struct session *s, struct tree *tree)
{
	int rc = object_dump(s, &object_plane, NULL, &tree->planes);

	for (unsigned int i = 0; !rc && i < N_BRANCHES; i++)
		rc = object_dump(s, branches[i].object, NULL, &tree->below[i]);
	return rc;
}

/* Reads plane @i; false if it is not to be shown */
static bool wanted(const struct tree *tree, unsigned int i, const char *only,
		   struct attrs *attrs)
{
	return attrs_of_msg(attrs, nlmsg_hdr(tree->planes.msg[i])) &&
	       (!only || of_plane(attrs, only));
}

static bool found(const struct tree *tree, const char *only)
{
	struct attrs attrs;

	for (unsigned int i = 0; i < tree->planes.n; i++)
		if (wanted(tree, i, only, &attrs))
			return true;
	return false;
}

static int print_tree(struct session *s, const struct tree *tree,
		      const char *only)
{
	struct view view = object_view(s->opt);
	struct attrs attrs;

	/* an empty array would be an answer */
	if (only && !found(tree, only))
		return complain(RC_KERNEL, "there is no service plane \"%s\"",
				only);
	out_begin(&s->out);
	for (unsigned int i = 0; i < tree->planes.n; i++)
		if (wanted(tree, i, only, &attrs))
			print_plane(&s->out, tree, &attrs, &view);
	out_end(&s->out);
	return RC_OK;
}

int tree_run(struct session *s, const struct args *args)
{
	struct tree tree = { 0 };
	int rc = collect(s, &tree);

	if (!rc)
		rc = print_tree(s, &tree, args_text(args, "plane"));
	replies_free(&tree.planes);
	for (unsigned int i = 0; i < N_BRANCHES; i++)
		replies_free(&tree.below[i]);
	return rc;
}
