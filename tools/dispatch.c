// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "dispatch.h"
#include "help.h"

/* Where the walk down the grammar has come to */
struct walk {
	const struct command *command;
	char path[128];
	int used;		/* words */
	bool help;		/* is wanted of where it ends */
};

static bool asks_help(const char *word)
{
	return !strcmp(word, "help") || !strcmp(word, "-h") ||
	       !strcmp(word, "-help") || !strcmp(word, "--help");
}

static void step(struct walk *w, const struct command *command)
{
	size_t used = strlen(w->path);

	snprintf(w->path + used, sizeof(w->path) - used, "%s%s",
		 used ? " " : "", command->name);
	w->command = command;
}

/* No verb means show */
static const struct command *shower(const struct command *parent)
{
	for (const struct command *c = parent->sub; c->name; c++)
		if (!strcmp(c->name, "show"))
			return c;
	return NULL;
}

static bool descend(struct walk *w, int argc, char **argv, struct err *err)
{
	const struct command *next;

	while (w->command->sub) {
		if (w->used == argc && w->help)
			return true;
		if (w->used == argc) {
			next = w->command == &grammar ? NULL :
							shower(w->command);
			if (!next)
				return err_set(err, "a command is missing");
		} else {
			if (asks_help(argv[w->used]))
				return true;
			next = grammar_find(w->command, argv[w->used], err);
			if (!next)
				return false;
			w->used++;
		}
		step(w, next);
	}
	return true;
}

static const char *or_blank(const char *path)
{
	return *path ? " " : "";
}

int dispatch(struct session *s, int argc, char **argv)
{
	struct walk w = { .command = &grammar };
	struct args args = { 0 };
	struct err err;
	int rc;

	/* "help rule add" is "rule add help" */
	if (argc && asks_help(argv[0])) {
		w.help = true;
		argc--;
		argv++;
	}
	if (!descend(&w, argc, argv, &err))
		return complain(RC_USAGE, "%s, try \"svcplane%s%s help\"",
				err.text, or_blank(w.path), w.path);
	if (w.help || (w.used < argc && asks_help(argv[w.used]))) {
		help_print(s->out.f, w.command, w.path);
		return RC_OK;
	}
	if (args_parse(&args, w.command, argc - w.used, argv + w.used, &err))
		rc = w.command->run(s, &args);
	else
		rc = complain(w.command->rc_wrong ? w.command->rc_wrong : RC_USAGE,
			      "%s: %s", w.path, err.text);
	s->args = NULL;
	args_free(&args);
	return rc;
}

bool dispatch_parse(struct args *args, int argc, char **argv, struct err *err)
{
	struct walk w = { .command = &grammar };

	memset(args, 0, sizeof(*args));
	if (!descend(&w, argc, argv, err))
		return false;
	if (w.command->sub)
		return err_set(err, "a command is missing");
	return args_parse(args, w.command, argc - w.used, argv + w.used, err);
}
