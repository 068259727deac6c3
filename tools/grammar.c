// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "grammar.h"

static void ambiguous(const struct command *parent, const char *word,
		      struct err *err)
{
	const struct command *c;
	char names[256] = "";

	for (c = parent->sub; c->name; c++) {
		size_t used = strlen(names);

		if (c->hidden || strncmp(c->name, word, strlen(word)))
			continue;
		if (used + strlen(c->name) + 3 > sizeof(names))
			break;
		if (used)
			strcat(names, ", ");
		strcat(names, c->name);
	}
	err_set(err, "\"%s\" is ambiguous: %s", word, names);
}

const struct command *grammar_find(const struct command *parent,
				   const char *word, struct err *err)
{
	const struct command *c, *found = NULL;
	bool several = false;

	for (c = parent->sub; *word && c->name; c++) {
		if (!strcmp(c->name, word) ||
		    (c->also && !strcmp(c->also, word)))
			return c;
		if (c->hidden || strncmp(c->name, word, strlen(word)))
			continue;
		several = !!found;
		found = c;
		if (several)
			break;
	}
	if (several) {
		ambiguous(parent, word, err);
		return NULL;
	}
	if (!found)
		err_set(err, "%s \"%s\" is unknown",
			parent == &grammar ? "object" : "command", word);
	return found;
}
