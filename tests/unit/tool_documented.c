// SPDX-License-Identifier: GPL-2.0-only
/* Each command that a document gives to be typed is one that the tool understands */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dispatch.h"
#include "options.h"
#include "unit.h"

#define WORDS_MAX	64

/* Words of a line as a shell cuts them, as far as the documents go */
static int cut(char *line, char **argv)
{
	int argc = 0;
	char *to;

	while (argc < WORDS_MAX) {
		line += strspn(line, " \t\n");
		/* a comment, or what the shell does with the command */
		if (!*line || strchr("#<>|", *line))
			break;
		argv[argc++] = to = line;
		for (char quote = 0; *line && (quote || !strchr(" \t\n", *line)); line++) {
			if (*line == quote)
				quote = 0;
			else if (!quote && (*line == '\'' || *line == '"'))
				quote = *line;
			else
				*to++ = *line;
		}
		if (*line)
			line++;
		*to = '\0';
	}
	return argc;
}

/* "0x..." stands for what the reader puts there, as do OLD and NEW for keys */
static void fill_in(char **argv, int argc)
{
	for (int i = 0; i < argc; i++)
		if (!strcmp(argv[i], "0x..."))
			strcpy(argv[i], "0x1");
		else if (!strcmp(argv[i], "OLD") || !strcmp(argv[i], "NEW"))
			argv[i] = "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=";
}

static bool understood(int argc, char **argv, struct err *err)
{
	struct options opt = { 0 };
	struct args args;
	int first = options_parse(&opt, argc, argv, err);
	bool ok;

	if (first < 0)
		return false;
	if (first == argc)
		return opt.version || opt.help || opt.batch;
	ok = dispatch_parse(&args, argc - first, argv + first, err);
	args_free(&args);
	return ok;
}

static void check_line(const char *path, const char *line, unsigned int *n)
{
	char copy[512], *argv[WORDS_MAX];
	struct err err = { 0 };
	bool ok;
	int argc;

	snprintf(copy, sizeof(copy), "%s", line);
	argc = cut(copy, argv);
	/* indented: a block to be typed, not a sentence */
	if (strncmp(line, "    ", 4) || !argc || strcmp(argv[0], "svcplane"))
		return;
	fill_in(argv, argc);
	++*n;
	ok = understood(argc, argv, &err);
	if (!ok)
		printf("# %s: %s# %s\n", path, line, err.text);
	CHECK(ok);
}

static void document(const char *path, unsigned int least)
{
	FILE *f = fopen(path, "r");
	char line[512];
	unsigned int n = 0;

	CHECK(f);
	if (!f)
		return;
	while (fgets(line, sizeof(line), f))
		check_line(path, line, &n);
	fclose(f);
	CHECK(n >= least);
}

static void readme(void)
{
	document("../../README.md", 15);
}

static void quick_start(void)
{
	document("../../Documentation/quick-start.md", 15);
}

static void operations(void)
{
	document("../../Documentation/operations.md", 4);
}

int main(void)
{
	setenv("LC_ALL", "C", 1);
	RUN(readme);
	RUN(quick_start);
	RUN(operations);
	return unit_end();
}
