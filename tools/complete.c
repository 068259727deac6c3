// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <net/if.h>
#include <string.h>

#include "complete.h"
#include "netns.h"
#include "object.h"

static void say(FILE *f, const char *lead, const char *word)
{
	fprintf(f, "%s%s\n", lead, word);
}

/* Not from /sys, which may be that of another network namespace */
static void devices(FILE *f, const char *lead)
{
	struct if_nameindex *all = if_nameindex();

	for (struct if_nameindex *i = all; i && i->if_name; i++)
		say(f, lead, i->if_name);
	if_freenameindex(all);
}

/*
 * Is the object the one that the words so far are about? The patterns of a
 * proxy that has been named are wanted, not those of others.
 */
static bool meant(const struct key *key, const struct args *args,
		  const struct attrs *attrs)
{
	for (unsigned int i = 0; i < args->n; i++) {
		const struct key *given = args->values[i].key;

		if (given->known == key->known &&
		    given->known_attr == given->attr &&
		    given->attr != key->known_attr &&
		    !object_has(&args->values[i], attrs))
			return false;
	}
	return true;
}

static void say_attr(FILE *f, const struct key *key, const char *lead,
		     const struct nlattr *attr)
{
	char text[256];

	if (key->kind == K_UINT)
		snprintf(text, sizeof(text), "%" PRIu64, attr_uint(attr));
	else if (key->kind == K_HEX)
		snprintf(text, sizeof(text), "0x%" PRIx64, attr_uint(attr));
	else
		attr_text(attr, text, sizeof(text));
	say(f, lead, text);
}

/* Names the kernel knows; whoever may not ask simply gets none */
static void known(struct session *s, const struct key *key,
		  const struct args *args, const char *lead)
{
	const char *plane = args_text(args, "plane");
	struct replies replies = { 0 };
	struct nlattr *attr;
	struct attrs attrs;

	if (key->known->get == object_plane.get)
		plane = NULL;
	if (object_dump(s, key->known, plane, &replies))
		return;
	for (unsigned int i = 0; i < replies.n; i++) {
		if (!attrs_of_msg(&attrs, nlmsg_hdr(replies.msg[i])) ||
		    !meant(key, args, &attrs))
			continue;
		attr = attrs_find(&attrs, key->known_attr);
		for (; attr; attr = attrs_next(&attrs, attr, key->known_attr))
			say_attr(s->out.f, key, lead, attr);
	}
	replies_free(&replies);
}

/* In a list the shell wants the items before the last comma repeated */
static void value(struct session *s, const struct key *key,
		  const struct args *args, const char *word)
{
	const char *comma = strrchr(word, ',');
	char lead[256] = "";

	if ((key->flags & KEY_LIST) && comma)
		snprintf(lead, sizeof(lead), "%.*s", (int)(comma + 1 - word),
			 word);
	if (key->kind == K_WORD)
		for (const struct word *w = key->words; w->name; w++)
			say(s->out.f, lead, w->name);
	if (s->apart)
		return;
	if (key->known)
		known(s, key, args, lead);
	else if (key->kind == K_DEV)
		devices(s->out.f, lead);
}

static bool excluded(const struct args *args, const struct key *key)
{
	for (unsigned int i = 0; i < args->n; i++) {
		const struct key *given = args->values[i].key;

		if (given == key && !(key->flags & KEY_MANY))
			return true;
		if (given != key && key->excl && given->excl == key->excl)
			return true;
	}
	return false;
}

static void keywords(FILE *f, const struct args *args)
{
	const struct key *key = args->command->keys;

	for (; key && key->name; key++)
		if (!(key->flags & KEY_POS) && !excluded(args, key))
			say(f, "", key->name);
}

/* The keyword in front of the word at hand, if it waits for a value */
static const struct key *waiting(const struct args *args, int argc, char **argv)
{
	const struct key *key, *pos = args_next_pos(args);

	if (argc < 2 || (pos && (pos->flags & KEY_NEED)))
		return NULL;
	key = args_keyword(args->command, argv[argc - 2]);
	return key && !key_alone(key) ? key : NULL;
}

static void leaf(struct session *s, const struct command *command, int argc,
		 char **argv)
{
	const struct key *key, *pos;
	struct args args, before;
	struct err err;

	if (argc == 1)
		say(s->out.f, "", "help");
	/* What is complete before this word, as far as it can be read */
	args_parse(&args, command, argc - 1, argv, &err);
	key = waiting(&args, argc, argv);
	if (key) {
		args_parse(&before, command, argc - 2, argv, &err);
		value(s, key, &before, argv[argc - 1]);
		args_free(&before);
	} else {
		pos = args_next_pos(&args);
		if (pos)
			value(s, pos, &args, argv[argc - 1]);
		if (!pos || !(pos->flags & KEY_NEED))
			keywords(s->out.f, &args);
	}
	args_free(&args);
}

/*
 * Passes over options in front of the object. They are not this process's
 * own, but names are wanted from the namespace that they name.
 */
static int pass_options(struct session *s, int argc, char **argv)
{
	int i = 0;

	while (i < argc - 1 && argv[i][0] == '-') {
		bool more = options_takes_value(argv[i]);

		if (more && i == argc - 2)
			break;
		if (options_names_netns(argv[i]) && netns_enter(argv[i + 1]))
			s->apart = true;
		i += more ? 2 : 1;
	}
	return i;
}

/* What may follow @command; @help: help stands in front, and not again here */
static void subs(FILE *f, const struct command *command, bool help)
{
	for (const struct command *c = command->sub; c && c->name; c++)
		if (!c->hidden)
			say(f, "", c->name);
	if (!help)
		say(f, "", "help");
}

int complete_run(struct session *s, int argc, char **argv)
{
	const struct command *command = &grammar;
	struct err err;
	int i = argc ? pass_options(s, argc, argv) : 0;
	bool help = i < argc - 1 && !strcmp(argv[i], "help");

	s->quiet = true;
	i += help;
	if (i >= argc)
		return RC_OK;
	if (!help && i == argc - 2 && argv[i][0] == '-') {
		options_values(s->out.f, argv[i]);
		return RC_OK;
	}
	if (!help && i == argc - 1 && argv[i][0] == '-') {
		options_list(s->out.f);
		return RC_OK;
	}
	for (; i < argc - 1 && command && command->sub; i++)
		command = grammar_find(command, argv[i], &err);
	if (!command)
		return RC_OK;
	if (command->sub || help)
		subs(s->out.f, command, help);
	else
		leaf(s, command, argc - i, argv + i);
	return RC_OK;
}
