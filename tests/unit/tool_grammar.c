// SPDX-License-Identifier: GPL-2.0-only
/* The grammar as a whole: help, documentation and completion are complete */
#include <fcntl.h>
#include <unistd.h>

#include "complete.h"
#include "dispatch.h"
#include "help.h"
#include "manual.h"
#include "object.h"
#include "unit.h"

static struct options opt;
static struct session s = { .opt = &opt };
static struct err err;
static char *buf;
static size_t size;

static void begin(void)
{
	out_init(&s.out, open_memstream(&buf, &size), false, false, false);
}

static const char *end(void)
{
	fclose(s.out.f);
	return buf;
}

/* Runs words cut at blanks */
static int words(int (*run)(struct session *s, int argc, char **argv),
		 const char *line)
{
	char copy[512], *rest = copy, *argv[64], *word;
	int argc = 0;

	snprintf(copy, sizeof(copy), "%s", line);
	while ((word = strsep(&rest, " ")))
		argv[argc++] = word;
	return run(&s, argc, argv);
}

/* Everything on stderr during a call, "" if nothing */
static const char *complaint(const char *line, int *rc)
{
	static char text[1024];
	char name[] = "/tmp/svcplane-unit-XXXXXX";
	int saved = dup(2), fd = mkstemp(name);
	ssize_t n;

	unlink(name);
	dup2(fd, 2);
	begin();
	*rc = words(dispatch, line);
	end();
	free(buf);
	fflush(stderr);
	dup2(saved, 2);
	close(saved);
	n = pread(fd, text, sizeof(text) - 1, 0);
	text[n > 0 ? n : 0] = '\0';
	close(fd);
	return text;
}

/* Line breaks and indentation of help become single blanks */
static void squeeze(char *text)
{
	char *to = text;

	for (; *text; text++) {
		if (*text == '\n')
			*text = ' ';
		if (*text != ' ' || (to > buf && to[-1] != ' '))
			*to++ = *text;
	}
	*to = '\0';
}

typedef void (*visit)(const struct command *command, const char *path);

static void walk(const struct command *command, const char *path, visit fn)
{
	char below[128];

	for (const struct command *c = command->sub; c && c->name; c++) {
		if (c->hidden)
			continue;
		snprintf(below, sizeof(below), "%s%s%s", path,
			 *path ? " " : "", c->name);
		fn(c, below);
		walk(c, below, fn);
	}
}

static void one_help(const struct command *command, const char *path)
{
	char line[256], first[160];

	begin();
	snprintf(line, sizeof(line), "%s help", path);
	CHECK_EQ(words(dispatch, line), 0);
	end();
	snprintf(first, sizeof(first), "Usage: svcplane %s", path);
	CHECK(!strncmp(buf, first, strlen(first)));
	squeeze(buf);
	for (const struct command *c = command->sub; c && c->name; c++)
		CHECK(c->hidden || strstr(buf, c->help));
	for (const struct key *k = command->keys; k && k->name; k++)
		CHECK(strstr(buf, k->flags & KEY_POS ? k->meta : k->name));
	free(buf);
}

/* In front of the words, help is that of where they lead */
static void help_in_front(void)
{
	static const char *const cases[][2] = {
		{ "help", "Usage: svcplane [ OPTIONS ]" },
		{ "help help", "Usage: svcplane [ OPTIONS ]" },
		{ "help rule", "Usage: svcplane rule COMMAND" },
		{ "help rule add", "Usage: svcplane rule add PLANE" },
		{ "help cha a", "Usage: svcplane chain add PLANE" },
		{ "help rule help", "Usage: svcplane rule COMMAND" },
		{ "help rule add sp0", "Usage: svcplane rule add PLANE" },
		{ "help show", "Usage: svcplane show" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *wanted = cases[i][1];

		begin();
		CHECK_EQ(words(dispatch, cases[i][0]), 0);
		CHECK(!strncmp(end(), wanted, strlen(wanted)));
		free(buf);
	}
}

static void every_help(void)
{
	walk(&grammar, "", one_help);
	begin();
	help_print(s.out.f, &grammar, "");
	end();
	squeeze(buf);
	for (const struct command *c = grammar.sub; c->name; c++)
		CHECK(c->hidden || strstr(buf, c->help));
	free(buf);
}

static void one_documented(const struct command *command, const char *path)
{
	const struct key *pos = NULL;
	unsigned int n = 0;

	CHECK(command->help && *command->help);
	CHECK(!command->sub != !command->run);
	for (const struct key *k = command->keys; k && k->name; k++, n++) {
		bool ok = k->help && *k->help && (key_alone(k) || k->meta);

		if (!ok)
			printf("# %s: %s\n", path, k->name);
		CHECK(ok);
		CHECK(k->kind != K_WORD || k->words);
		CHECK(k->kind != K_NAME || k->max);
		CHECK(!k->known || k->known->get);
		/* a needed one behind one that may be left out is unreachable */
		if (k->flags & KEY_POS) {
			CHECK(!pos || (pos->flags & KEY_NEED) ||
			      !(k->flags & KEY_NEED));
			pos = k;
		}
		for (const struct key *l = command->keys; l < k; l++)
			CHECK(strcmp(l->name, k->name));
	}
	CHECK(n < KEYS_MAX);
}

static void every_keyword(void)
{
	walk(&grammar, "", one_documented);
}

static bool has_line(const char *text, const char *line)
{
	size_t len = strlen(line);

	for (; text; text = strchr(text, '\n')) {
		if (*text == '\n')
			text++;
		if (!strncmp(text, line, len) && text[len] == '\n')
			return true;
	}
	return false;
}

/* No module here: what the kernel knows is left out, silently */
static void one_completion(const struct command *command, const char *path)
{
	char line[512];

	begin();
	snprintf(line, sizeof(line), "%s ", path);
	for (const struct key *k = command->keys; k && k->name; k++)
		if ((k->flags & KEY_POS) && (k->flags & KEY_NEED))
			strcat(line, "7 ");
	CHECK_EQ(words(complete_run, line), 0);
	end();
	for (const struct command *c = command->sub; c && c->name; c++)
		CHECK(c->hidden || has_line(buf, c->name));
	for (const struct key *k = command->keys; k && k->name; k++) {
		bool ok = (k->flags & KEY_POS) || has_line(buf, k->name);

		if (!ok)
			printf("# %s: %s\n%s\n", path, k->name, buf);
		CHECK(ok);
	}
	free(buf);
}

static void every_completion(void)
{
	walk(&grammar, "", one_completion);
}

static void completion_values(void)
{
	begin();
	words(complete_run, "chain add sp0 web services fw fail ");
	CHECK(!strcmp(end(), "closed\nopen\n"));
	free(buf);
	begin();
	words(complete_run, "node add sp0 n permit drop,");
	CHECK(has_line(end(), "drop,allow"));
	free(buf);
	begin();
	words(complete_run, "rule add sp0 prio 1 bypass ");
	end();
	CHECK(!has_line(buf, "drop") && !has_line(buf, "prio"));
	CHECK(has_line(buf, "dport"));
	free(buf);
	begin();
	words(complete_run, "-n ns1 -j cha add sp0 web fail ");
	CHECK(!strcmp(end(), "closed\nopen\n"));
	free(buf);
	/* what the kernel knows is not that of the namespace that is meant */
	CHECK(s.apart);
	begin();
	words(complete_run, "-n ns1 node add sp0 n dev ");
	CHECK(!strcmp(end(), ""));
	free(buf);
	s.apart = false;
	begin();
	words(complete_run, "node add sp0 n dev ");
	CHECK(has_line(end(), "lo"));
	free(buf);
	begin();
	words(complete_run, "-");
	CHECK(has_line(end(), "-json"));
	free(buf);
	begin();
	words(complete_run, "-j -a ");
	CHECK(!strcmp(end(), "modify\nreplace\n"));
	free(buf);
	begin();
	words(complete_run, "rule add ");
	CHECK(has_line(end(), "help"));
	free(buf);
	/* behind a help in front: objects and commands, no parameters */
	begin();
	words(complete_run, "help ");
	end();
	CHECK(has_line(buf, "rule") && !has_line(buf, "help"));
	free(buf);
	begin();
	words(complete_run, "-j help rule ");
	end();
	CHECK(has_line(buf, "add") && !has_line(buf, "help"));
	free(buf);
	begin();
	words(complete_run, "help rule add ");
	CHECK(!strcmp(end(), ""));
	free(buf);
	begin();
	words(complete_run, "help -");
	CHECK(!has_line(end(), "-json"));
	free(buf);
	begin();
	words(complete_run, "hel");
	CHECK(has_line(end(), "help"));
	free(buf);
	begin();
	words(complete_run, "rule add sp0 prio ");
	CHECK(!has_line(end(), "help"));
	free(buf);
}

static void abbreviations(void)
{
	const struct command *c = grammar_find(&grammar, "cha", &err);

	CHECK(c && !strcmp(c->name, "chain"));
	CHECK(!grammar_find(&grammar, "p", &err));
	CHECK(strstr(err.text, "ambiguous") && strstr(err.text, "proxy"));
	CHECK(!grammar_find(&grammar, "chains", &err));
	CHECK(strstr(err.text, "\"chains\" is unknown"));
	CHECK(!grammar_find(&grammar, "", &err));
	/* hidden ones only in full */
	CHECK(!grammar_find(&grammar, "manua", &err));
	c = grammar_find(&grammar, "chain", &err);
	CHECK(grammar_find(c, "list", &err) == grammar_find(c, "show", &err));
	CHECK(grammar_find(c, "delete", &err) == grammar_find(c, "d", &err));
}

static void refusals(void)
{
	static const struct {
		const char *line, *text;
	} cases[] = {
		{ "lnik", "object \"lnik\" is unknown, try \"svcplane help\"" },
		{ "chain ad", NULL },
		{ "chain frob", "command \"frob\" is unknown, try \"svcplane chain help\"" },
		{ "chain add", "PLANE (service plane it belongs to) is missing" },
		{ "chain add sp0", "NAME (name of the chain) is missing" },
		{ "chain add sp0 web", "\"services\" is missing" },
		{ "chain add sp0 web services", "\"services\" needs a value" },
		{ "chain add sp0 web services a,,b", "an empty name" },
		{ "chain add sp0 web services a services b", "\"services\" is given twice" },
		{ "chain add sp0 web services a fail clo", "\"clo\" is not one of: closed, open" },
		{ "rule add prio 100 proto tcp chain web",
		  "\"100\" is unknown here (PLANE is taken to be \"prio\")" },
		{ "chain add web services fw",
		  "\"fw\" is unknown here (NAME is taken to be \"services\")" },
		{ "chain add sp0 services",
		  "\"services\" is missing (NAME is taken to be \"services\")" },
		/* a name may be called so: no hint where it is not wanted */
		{ "rule add chain prio 100 drop twice drop", "\"drop\" is given twice\n" },
		{ "chain add sp0 web services a frob", "is unknown here\n" },
		{ "rule add sp0 prio 1 proto 256 drop",
		  "\"256\" is not one of: icmp, tcp, udp, gre, esp, icmpv6, sctp, "
		  "nor a number from 0 to 255\n" },
		{ "rule add sp0 prio 1 ethertype 65536 drop", "nor a number from 0 to 65535\n" },
		{ "chain add sp0 web services a id 0", "id: \"0\" is out of range: allowed 1 to 65535" },
		{ "chain add sp0 web services a frob", "\"frob\" is unknown here" },
		{ "chain add sp0 12345678901234567890123456789012 services a", "32 bytes, allowed 31" },
		{ "path add sp0 16773120 reverse 1 chain c nodes n", "allowed 1 to 16773119" },
		{ "plane set 1234567890123456 tenant 1", "allowed 15" },
		{ "plane set sp0 tenant 16777216", "allowed 0 to 16777215" },
		{ "rule add sp0 prio 1", "\"chain\" or \"bypass\" or \"drop\" is missing" },
		{ "rule add sp0 prio 1 drop bypass", "exclude each other" },
		{ "rule add sp0 prio 1 src ::1 src-group g drop", "exclude each other" },
		{ "rule add sp0 prio 1 dport 80-70 drop", "runs backwards" },
		{ "rule add sp0 prio 1 proto tpc drop", "\"tpc\" is not one of: icmp, tcp" },
		{ "node add sp0 n service s mac 1:2", "not a MAC address" },
		{ "group add sp0 g members 10.0.0.1/8", "address bits behind" },
		{ "verdict drop sp0 node n tag 0", "out of range" },
		{ "help lnik", "object \"lnik\" is unknown" },
		{ "plane set sp0 max-flows 16777217", "allowed 1 to 16777216" },
		{ "plane set sp0 timeout-udp 864001", "allowed 1 to 864000" },
		{ "proxy set p max-flows 16777217", "allowed 1 to 16777216" },
		{ "guestplane set g ageing 1000001", "allowed 0 to 1000000" },
		{ "guestplane set g mac-limit 0", "allowed 1 to 1048576" },
		{ "guestplane set g mac-limit-all 1048577", "allowed 1 to 1048576" },
	};
	int rc;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *text = complaint(cases[i].line, &rc);
		bool ok = rc == RC_USAGE && !strncmp(text, "Error: ", 7) &&
			  (!cases[i].text || strstr(text, cases[i].text));

		if (!ok)
			printf("# %s: %d %s\n", cases[i].line, rc, text);
		CHECK(ok);
	}
}

/* As a line of the manual has it */
static void hyphens(char *to, const char *text)
{
	for (; *text; text++) {
		if (*text == '-')
			*to++ = '\\';
		*to++ = *text;
	}
	*to = '\0';
}

/* What help tells of values stands in the manual too */
static void one_manual(const struct command *command, const char *path)
{
	char name[64], line[768];
	int n;

	(void)path;
	for (const struct key *k = command->keys; k && k->name; k++) {
		if (k->kind == K_UINT && k->max) {
			n = snprintf(line, sizeof(line), "\n.I \"");
			hyphens(name, k->flags & KEY_POS ? k->meta : k->name);
			n += snprintf(line + n, sizeof(line) - n, "%s\"\n", name);
			hyphens(line + n, k->help);
			n += strlen(line + n);
			snprintf(line + n, sizeof(line) - n, " (%llu to %llu)\n",
				 (unsigned long long)k->min,
				 (unsigned long long)k->max);
			CHECK(strstr(buf, line));
		}
		for (const struct word *w = k->words; w && w->name; w++) {
			if (!w->help)
				continue;
			hyphens(name, w->name);
			n = snprintf(line, sizeof(line), "\n.B \"%s\"\n", name);
			hyphens(line + n, w->help);
			CHECK(strstr(buf, line));
		}
	}
}

static void manual(void)
{
	begin();
	manual_print(s.out.f);
	end();
	walk(&grammar, "", one_manual);
	CHECK(strstr(buf, "svcplane chain add PLANE NAME"));
	CHECK(!strstr(buf, "autocomplete"));
	free(buf);
}

int main(void)
{
	/* completion must not ask the kernel of the machine that tests it */
	setenv("LC_ALL", "C", 1);
	RUN(every_help);
	RUN(help_in_front);
	RUN(every_keyword);
	RUN(every_completion);
	RUN(completion_values);
	RUN(abbreviations);
	RUN(refusals);
	RUN(manual);
	return unit_end();
}
