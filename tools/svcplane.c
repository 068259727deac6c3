// SPDX-License-Identifier: GPL-2.0-only
/*
 * svcplane - configure and watch service planes.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "batch.h"
#include "complete.h"
#include "dispatch.h"
#include "family.h"
#include "help.h"
#include "netns.h"

#ifndef VERSION
#define VERSION		"unknown"
#endif

static int enter_netns(const char *name)
{
	int err;

	if (strchr(name, '/') || !*name)
		return complain(RC_USAGE, "\"%s\" is not the name of a network namespace",
				name);
	err = netns_enter(name);
	if (!err)
		return RC_OK;
	return complain(RC_USAGE, "cannot open network namespace \"%s\": %s",
			name, strerror(-err));
}

static int print_versions(void)
{
	char line[64] = "";
	FILE *f = fopen("/sys/module/svcplane/version", "r");

	if (f && fgets(line, sizeof(line), f))
		line[strcspn(line, "\n")] = '\0';
	if (f)
		fclose(f);
	else if (!access("/sys/module/svcplane", F_OK))
		strcpy(line, "loaded, of unknown version");
	printf("svcplane %s, module %s\n", VERSION,
	       *line ? line : "not loaded");
	return RC_OK;
}

/* What was printed has to arrive, or the exit code says otherwise */
static int finish(int rc)
{
	bool failed = ferror(stdout) || fflush(stdout);

	if (failed && errno != EPIPE && !rc)
		return complain(RC_KERNEL, "cannot write: %s", strerror(errno));
	return rc;
}

static int run(struct session *s, int argc, char **argv)
{
	if (argc && !strcmp(argv[0], "autocomplete"))
		return complete_run(s, argc - 1, argv + 1);
	if (s->opt->batch) {
		if (argc)
			return complain(RC_USAGE, "-batch takes no command: \"%s\"",
					argv[0]);
		return batch_run(s);
	}
	if (!argc) {
		help_print(stderr, &grammar, "");
		return RC_USAGE;
	}
	return dispatch(s, argc, argv);
}

/*
 * Where the caller has closed one of the first three, the socket to the kernel
 * would take its number, and what is printed would be sent there. What stands in
 * for it can be neither read nor written, which is told as such.
 */
static bool fill_closed(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/", O_PATH) != fd)
			return false;
	return true;
}

int main(int argc, char **argv)
{
	struct options opt = { 0 };
	struct session s = { .opt = &opt };
	struct err err;
	int rc, first;

	if (!fill_closed())
		return complain(RC_KERNEL, "cannot open /: %s", strerror(errno));
	first = options_parse(&opt, argc, argv, &err);
	if (first < 0)
		return complain(RC_USAGE, "%s", err.text);
	if (opt.help) {
		help_print(stdout, &grammar, "");
		return finish(RC_OK);
	}
	if (opt.version)
		return finish(print_versions());
	if (opt.atomic && !opt.batch)
		return complain(RC_USAGE, "-atomic needs -batch");
	rc = opt.netns ? enter_netns(opt.netns) : RC_OK;
	if (rc)
		return rc;
	out_init(&s.out, stdout, opt.json, opt.pretty, opt.oneline);
	rc = run(&s, argc - first, argv + first);
	session_close(&s);
	return finish(rc);
}
