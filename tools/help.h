/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SVC_HELP_H
#define SVC_HELP_H

#include <stdio.h>

#include "grammar.h"

/* @path: the words that lead to @command, "" for the top */
void help_print(FILE *f, const struct command *command, const char *path);
/* "svcplane chain add PLANE ..." */
void help_synopsis(FILE *f, const struct command *command, const char *path);
/* What @key means, and from where to where if it is a number, into @buf */
void help_of_key(char *buf, size_t size, const struct key *key);
/* A line of a list: @left, then @text wrapped beside it */
void help_entry(FILE *f, const char *left, const char *text);

#endif
