// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "help.h"
#include "manual.h"
#include "options.h"

#define BLANKS	" \x0a"

/* A dash is a hyphen to man(7) unless escaped, a dot in front a request */
static void text(FILE *f, const char *line)
{
	if (*line == '.' || *line == '\'')
		fputs("\\&", f);
	for (; *line; line++) {
		if (*line == '-' || *line == '\\')
			fputc('\\', f);
		fputc(*line, f);
	}
}

static void synopsis(FILE *f, const struct command *command, const char *path)
{
	char *buf = NULL, *rest, *word;
	size_t size;
	FILE *mem = open_memstream(&buf, &size);

	if (!mem)
		return;
	help_synopsis(mem, command, path);
	fclose(mem);
	fputs(".TP\n.B \"", f);
	rest = buf;
	while ((word = strsep(&rest, BLANKS))) {
		if (!*word)
			continue;
		if (word != buf)
			fputc(' ', f);
		text(f, word);
	}
	fputs("\"\n", f);
	free(buf);
}

/* An entry of a list: @left as it is typed, or what stands for it */
static void entry(FILE *f, char font, const char *left, const char *help)
{
	fprintf(f, ".TP\n.%c \"", font);
	text(f, left);
	fputs("\"\n", f);
	text(f, help);
	fputc('\n', f);
}

/* Those that need words of their own; the synopsis names the others */
static void values(FILE *f, const struct key *key)
{
	bool any = false;

	if (key->kind != K_WORD)
		return;
	for (const struct word *w = key->words; w->name; w++) {
		if (!w->help)
			continue;
		if (!any)
			fputs(".RS\n", f);
		any = true;
		entry(f, 'B', w->name, w->help);
	}
	if (any)
		fputs(".RE\n", f);
}

static void keys(FILE *f, const struct command *command)
{
	const struct key *key = command->keys;
	char help[512];

	if (!key || !key->name)
		return;
	fputs(".RS\n", f);
	for (; key->name; key++) {
		if (key->kind == K_NOISE)
			continue;
		help_of_key(help, sizeof(help), key);
		entry(f, 'I', key->flags & KEY_POS ? key->meta : key->name,
		      help);
		values(f, key);
	}
	fputs(".RE\n", f);
}

static void walk(FILE *f, const struct command *command, const char *path)
{
	char below[128];

	for (const struct command *c = command->sub; c->name; c++) {
		if (c->hidden)
			continue;
		snprintf(below, sizeof(below), "%s%s%s", path,
			 *path ? " " : "", c->name);
		if (c->sub) {
			if (!*path) {
				fputs(".SS ", f);
				text(f, c->help);
				fputc('\n', f);
			}
			walk(f, c, below);
			continue;
		}
		synopsis(f, c, below);
		text(f, c->help);
		fputs(".\n", f);
		if (c->more) {
			text(f, c->more);
			fputc('\n', f);
		}
		keys(f, c);
	}
}

void manual_print(FILE *f)
{
	walk(f, &grammar, "");
}
