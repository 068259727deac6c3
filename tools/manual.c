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

static void keys(FILE *f, const struct command *command)
{
	const struct key *key = command->keys;

	if (!key || !key->name)
		return;
	fputs(".RS\n", f);
	for (; key->name; key++) {
		if (key->kind == K_NOISE)
			continue;
		fputs(".TP\n.I \"", f);
		text(f, key->flags & KEY_POS ? key->meta : key->name);
		fputs("\"\n", f);
		text(f, key->help);
		fputc('\n', f);
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
