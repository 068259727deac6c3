// SPDX-License-Identifier: GPL-2.0-only
#include <stdint.h>
#include <string.h>

#include "help.h"
#include "netns.h"
#include "options.h"
#include "scan.h"

enum which {
	OPT_JSON, OPT_PRETTY, OPT_STATS, OPT_DETAILS, OPT_ONELINE, OPT_BRIEF,
	OPT_NETNS, OPT_BATCH, OPT_FORCE, OPT_ATOMIC, OPT_STAMPS, OPT_RCVBUF,
	OPT_ECHO, OPT_VERSION, OPT_HELP,
};

/* @least: how many letters must be typed */
static const struct option {
	enum which which;
	const char *name;
	size_t least;
	const char *meta;
	const char *help;
} options[] = {
	{ OPT_JSON, "json", 1, NULL, "print JSON: an array of objects" },
	{ OPT_PRETTY, "pretty", 1, NULL, "with -json: lines and indentation" },
	{ OPT_STATS, "statistics", 1, NULL, "print counters" },
	{ OPT_DETAILS, "details", 1, NULL,
	  "print settings that are at their defaults too" },
	{ OPT_ONELINE, "oneline", 1, NULL,
	  "one line for each object, a backslash where a line would end" },
	{ OPT_BRIEF, "brief", 2, NULL, "a table of the most important" },
	{ OPT_NETNS, "netns", 1, "NAME", "work in that network namespace" },
	{ OPT_BATCH, "batch", 1, "FILE",
	  "run the commands of FILE, one a line; - is standard input" },
	{ OPT_FORCE, "force", 1, NULL, "with -batch: go on behind a line that failed" },
	{ OPT_ATOMIC, "atomic", 1, "HOW",
	  "with -batch: commit all lines at once or none; "
	  "HOW is modify (the policy as it is) or replace (an empty policy first)" },
	{ OPT_ECHO, "echo", 1, NULL, "print what the kernel answers to a change: "
	  "rule add, verdict, flow flush and control send are answered" },
	{ OPT_STAMPS, "ts", 1, NULL, "monitor: a time stamp in front of each event" },
	{ OPT_RCVBUF, "rcvbuf", 2, "BYTES", "monitor: size of the receive buffer" },
	{ OPT_VERSION, "Version", 1, NULL, "print the versions of tool and module" },
	{ OPT_HELP, "help", 1, NULL, "print this" },
};

#define N_OPTIONS	(sizeof(options) / sizeof(*options))

static const struct option *find(const char *word)
{
	size_t len;

	if (*word++ != '-')
		return NULL;
	if (*word == '-')
		word++;
	if (!strcmp(word, "timestamp") || !strcmp(word, "tshort"))
		word = "ts";
	len = strlen(word);
	for (size_t i = 0; i < N_OPTIONS; i++)
		if (len >= options[i].least &&
		    !strncmp(options[i].name, word, len))
			return &options[i];
	return NULL;
}

static bool set_atomic(struct options *opt, const char *word, struct err *err)
{
	if (!strcmp(word, "modify"))
		opt->atomic = ATOMIC_MODIFY;
	else if (!strcmp(word, "replace"))
		opt->atomic = ATOMIC_REPLACE;
	else
		return err_set(err, "-atomic: \"%s\" is not one of: modify, replace",
			       word);
	return true;
}

static bool set_value(struct options *opt, enum which which, const char *word,
		      struct err *err)
{
	struct err why;
	uint64_t bytes;

	switch (which) {
	case OPT_NETNS:
		opt->netns = word;
		return true;
	case OPT_BATCH:
		opt->batch = word;
		return true;
	case OPT_ATOMIC:
		return set_atomic(opt, word, err);
	default:
		if (!scan_uint(word, 4096, 1 << 30, &bytes, &why))
			return err_set(err, "-rcvbuf: %.400s", why.text);
		opt->rcvbuf = bytes;
		return true;
	}
}

static void set_flag(struct options *opt, enum which which)
{
	switch (which) {
	case OPT_JSON:
		opt->json = true;
		break;
	case OPT_PRETTY:
		opt->pretty = true;
		break;
	case OPT_STATS:
		opt->stats++;
		break;
	case OPT_DETAILS:
		opt->details++;
		break;
	case OPT_ONELINE:
		opt->oneline = true;
		break;
	case OPT_BRIEF:
		opt->brief = true;
		break;
	case OPT_FORCE:
		opt->force = true;
		break;
	case OPT_ECHO:
		opt->echo = true;
		break;
	case OPT_STAMPS:
		opt->stamps = true;
		break;
	case OPT_VERSION:
		opt->version = true;
		break;
	default:
		opt->help = true;
		break;
	}
}

int options_parse(struct options *opt, int argc, char **argv, struct err *err)
{
	int i;

	for (i = 1; i < argc && argv[i][0] == '-'; i++) {
		const struct option *o = find(argv[i]);

		if (!strcmp(argv[i], "--"))
			return i + 1;
		if (!o) {
			err_set(err, "option \"%s\" is unknown, try \"svcplane -help\"",
				argv[i]);
			return -1;
		}
		if (!o->meta) {
			set_flag(opt, o->which);
			continue;
		}
		if (++i == argc) {
			err_set(err, "option \"-%s\" needs a value: %s",
				o->name, o->meta);
			return -1;
		}
		if (!set_value(opt, o->which, argv[i], err))
			return -1;
	}
	return i;
}

void options_help(FILE *f)
{
	char left[64];

	fputs("\nOptions (shortest form in front of the bracket):\n", f);
	for (size_t i = 0; i < N_OPTIONS; i++) {
		const struct option *o = &options[i];

		snprintf(left, sizeof(left), "-%.*s%s%s%s %s", (int)o->least,
			 o->name, o->name[o->least] ? "[" : "",
			 o->name + o->least, o->name[o->least] ? "]" : "",
			 o->meta ? o->meta : "");
		help_entry(f, left, o->help);
	}
}

void options_list(FILE *f)
{
	for (size_t i = 0; i < N_OPTIONS; i++)
		fprintf(f, "-%s\n", options[i].name);
}

void options_values(FILE *f, const char *word)
{
	const struct option *o = find(word);

	if (o && o->which == OPT_ATOMIC)
		fputs("modify\nreplace\n", f);
	else if (o && o->which == OPT_NETNS)
		netns_list(f);
}

bool options_names_netns(const char *word)
{
	const struct option *o = find(word);

	return o && o->which == OPT_NETNS;
}

bool options_takes_value(const char *word)
{
	const struct option *o = find(word);

	return o && o->meta;
}
