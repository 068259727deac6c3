// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "help.h"
#include "options.h"

#define WIDTH	78

/* A line that breaks before @WIDTH; continuation lines are indented */
struct line {
	FILE *f;
	int col;
	int indent;
};

static void line_put(struct line *l, const char *text)
{
	int len = strlen(text);

	if (l->col > l->indent && l->col + 1 + len > WIDTH) {
		fprintf(l->f, "\n%*s", l->indent, "");
		l->col = l->indent;
	} else if (l->col) {
		fputc(' ', l->f);
		l->col++;
	}
	fputs(text, l->f);
	l->col += len;
}

static void value_shape(char *buf, size_t size, const struct key *key)
{
	size_t used = 0;

	if (key_alone(key)) {
		snprintf(buf, size, "%s", key->name);
		return;
	}
	if (!(key->flags & KEY_POS))
		used = snprintf(buf, size, "%s ", key->name);
	if (key->kind == K_WORD && !(key->flags & KEY_LIST)) {
		used += snprintf(buf + used, size - used, "{ ");
		for (const struct word *w = key->words; w->name; w++)
			used += snprintf(buf + used, size - used, "%s%s",
					 w == key->words ? "" : " | ", w->name);
		snprintf(buf + used, size - used, "%s }",
			 key->max ? " | NUMBER" : "");
	} else if (key->flags & KEY_LIST) {
		snprintf(buf + used, size - used, "%s[,%s...]", key->meta,
			 key->meta);
	} else {
		snprintf(buf + used, size - used, "%s", key->meta);
	}
}

static bool excl_needed(const struct command *command, unsigned int excl)
{
	for (const struct key *key = command->keys; key->name; key++)
		if (key->excl == excl && (key->flags & KEY_NEED))
			return true;
	return false;
}

/* All keys of a group at the place of the first: { a A | b B } */
static void synopsis_group(struct line *l, const struct command *command,
			   const struct key *first)
{
	bool need = excl_needed(command, first->excl);
	char buf[256], shape[256];
	const char *lead = need ? "{" : "[";

	for (const struct key *key = command->keys; key < first; key++)
		if (key->excl == first->excl)
			return;
	for (const struct key *key = first; key->name; key++) {
		if (key->excl != first->excl)
			continue;
		value_shape(shape, sizeof(shape), key);
		snprintf(buf, sizeof(buf), "%s %.250s", lead, shape);
		line_put(l, buf);
		lead = "|";
	}
	line_put(l, need ? "}" : "]");
}

void help_synopsis(FILE *f, const struct command *command, const char *path)
{
	char shape[256], buf[sizeof(shape) + 8];
	struct line l = { .f = f, .indent = 16 };
	int len = fprintf(f, "svcplane%s%s", *path ? " " : "", path);

	l.col = 7 + len;
	for (const struct key *key = command->keys; key && key->name; key++) {
		if (key->excl) {
			synopsis_group(&l, command, key);
			continue;
		}
		value_shape(shape, sizeof(shape), key);
		if (key->flags & KEY_NEED)
			snprintf(buf, sizeof(buf), "%s", shape);
		else
			snprintf(buf, sizeof(buf), "[ %s ]", shape);
		line_put(&l, buf);
	}
	if (command->sub)
		line_put(&l, "COMMAND ...");
	fputc('\n', f);
}

void help_entry(FILE *f, const char *left, const char *text)
{
	struct line l = { .f = f, .indent = 26, .col = 26 };
	char *copy = strdup(text), *rest = copy, *word;

	if (!copy)
		return;
	fprintf(f, "  %-23s", left);
	if (strlen(left) > 22)
		fprintf(f, "\n%25s", "");
	l.col = 25;
	while ((word = strsep(&rest, " ")))
		line_put(&l, word);
	fputc('\n', f);
	free(copy);
}

void help_of_key(char *buf, size_t size, const struct key *key)
{
	int n = snprintf(buf, size, "%s", key->help);

	if ((key->kind == K_UINT || key->kind == K_RANGE) && key->max)
		snprintf(buf + n, size - n, " (%" PRIu64 " to %" PRIu64 ")",
			 key->min, key->max);
}

static void key_entry(FILE *f, const struct key *key)
{
	char left[128], text[512];

	if (key_alone(key))
		snprintf(left, sizeof(left), "%s", key->name);
	else if (key->flags & KEY_POS)
		snprintf(left, sizeof(left), "%s", key->meta);
	else
		snprintf(left, sizeof(left), "%s %s", key->name, key->meta);
	help_of_key(text, sizeof(text), key);
	help_entry(f, left, text);
	if (key->kind != K_WORD)
		return;
	for (const struct word *w = key->words; w->name; w++) {
		snprintf(left, sizeof(left), "  %s", w->name);
		if (w->help)
			help_entry(f, left, w->help);
	}
}

static void help_keys(FILE *f, const struct command *command)
{
	if (!command->keys || !command->keys->name)
		return;
	fputc('\n', f);
	for (const struct key *key = command->keys; key->name; key++)
		if (key->kind != K_NOISE)
			key_entry(f, key);
}

static void help_subs(FILE *f, const struct command *command, const char *path)
{
	char below[128];

	for (const struct command *c = command->sub; c->name; c++) {
		if (c->hidden)
			continue;
		snprintf(below, sizeof(below), "%s%s%s", path,
			 *path ? " " : "", c->name);
		if (*path) {
			fprintf(f, "       ");
			help_synopsis(f, c, below);
		}
	}
	fputc('\n', f);
	for (const struct command *c = command->sub; c->name; c++)
		if (!c->hidden)
			help_entry(f, c->name, c->help);
}

void help_print(FILE *f, const struct command *command, const char *path)
{
	fputs("Usage: ", f);
	if (!*path) {
		fputs("svcplane [ OPTIONS ] OBJECT { COMMAND | help }\n", f);
		help_subs(f, command, path);
		options_help(f);
		return;
	}
	help_synopsis(f, command, path);
	if (command->help)
		fprintf(f, "\n%c%s.\n", command->help[0] & ~0x20,
			command->help + 1);
	if (command->sub)
		help_subs(f, command, path);
	help_keys(f, command);
	if (command->more)
		fprintf(f, "\n%s\n", command->more);
}
