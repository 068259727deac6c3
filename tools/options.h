/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Options in front of the object, named as in iproute2.
 */
#ifndef SVC_OPTIONS_H
#define SVC_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "err.h"

enum atomic { ATOMIC_NONE, ATOMIC_MODIFY, ATOMIC_REPLACE };

struct options {
	bool json;
	bool pretty;
	bool oneline;
	bool brief;
	bool stamps;
	bool version;
	bool help;
	bool force;
	bool echo;
	int stats;
	int details;
	enum atomic atomic;
	const char *netns;
	const char *batch;
	size_t rcvbuf;
};

/*
 * Reads options until the first word that is none. Returns the index of that
 * word in @argv, or -1 with a text in @err.
 */
int options_parse(struct options *opt, int argc, char **argv, struct err *err);
void options_help(FILE *f);
/* Every option, one a line, for completion */
void options_list(FILE *f);
/* Values that the option @word may have, as far as they can be listed */
void options_values(FILE *f, const char *word);
bool options_names_netns(const char *word);
/* Does the option @word take a value? */
bool options_takes_value(const char *word);

#endif
