// SPDX-License-Identifier: GPL-2.0-only
/* Command line of ids-node. */
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ids-opts.h"

static const char usage[] =
"usage: ids-node -i INTERFACE [options]\n"
"An NSH-aware service function that looks for byte patterns in TCP payloads.\n"
"  -i, --interface DEV    interface that the service plane gave this node\n"
"  -p, --pattern TEXT     seen: verdict drop; \\xNN \\n \\r \\t \\\\ are understood\n"
"  -x, --hex HEX          the same, pattern in hex digits\n"
"  -a, --allow TEXT       seen: verdict allow\n"
"      --skip-after N     verdict skip-node after N clean bytes of a flow\n"
"      --re-path SPI      -p and -x ask for this path instead of drop\n"
"      --scope WORD       forward, reverse or both (default)\n"
"      --lifetime MS      of verdicts, 0 (default): as long as the flow\n"
"      --reject           drop verdicts ask for RST or ICMP to the guest\n"
"      --carrier WORD     frame (default): verdicts ride in returned frames\n"
"                         md-only: in packets of their own\n"
"      --return           give back frames of a dropped flow too; else they\n"
"                         are kept and the verdict goes in a packet of its own\n"
"      --no-verdict       look and count only\n"
"      --flows N          flows remembered (default 16384)\n"
"      --md-class N       metadata class of the plane (default 0xFFF6)\n"
"      --count FILE       write the statistics line there on SIGUSR1 and exit\n"
"  -v, --verbose          print each decision\n"
"  -h, --help\n";

enum {
	OPT_SKIP = 256, OPT_REPATH, OPT_SCOPE, OPT_LIFETIME, OPT_REJECT,
	OPT_CARRIER, OPT_RETURN, OPT_NO_VERDICT, OPT_FLOWS, OPT_CLASS,
	OPT_COUNT,
};

static const struct option options[] = {
	{ "interface",	required_argument, NULL, 'i' },
	{ "pattern",	required_argument, NULL, 'p' },
	{ "hex",	required_argument, NULL, 'x' },
	{ "allow",	required_argument, NULL, 'a' },
	{ "skip-after",	required_argument, NULL, OPT_SKIP },
	{ "re-path",	required_argument, NULL, OPT_REPATH },
	{ "scope",	required_argument, NULL, OPT_SCOPE },
	{ "lifetime",	required_argument, NULL, OPT_LIFETIME },
	{ "reject",	no_argument, NULL, OPT_REJECT },
	{ "carrier",	required_argument, NULL, OPT_CARRIER },
	{ "return",	no_argument, NULL, OPT_RETURN },
	{ "no-verdict",	no_argument, NULL, OPT_NO_VERDICT },
	{ "flows",	required_argument, NULL, OPT_FLOWS },
	{ "md-class",	required_argument, NULL, OPT_CLASS },
	{ "count",	required_argument, NULL, OPT_COUNT },
	{ "verbose",	no_argument, NULL, 'v' },
	{ "help",	no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 }
};

__attribute__((noreturn))
static void wrong(const char *what, const char *arg)
{
	fprintf(stderr, "ids-node: %s '%s' (see --help)\n", what, arg);
	exit(2);
}

static uint64_t number(const char *arg, uint64_t min, uint64_t max)
{
	unsigned long long v;
	char *end;

	errno = 0;
	v = strtoull(arg, &end, 0);
	if (errno || *end || end == arg || *arg == '-' || v < min || v > max) {
		fprintf(stderr, "ids-node: '%s' is not a number from %llu to %llu\n",
			arg, (unsigned long long)min, (unsigned long long)max);
		exit(2);
	}
	return v;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* One byte of a pattern at *p, which moves on; -1: bad escape. */
static int unescape(const char **p)
{
	const char *s = *p;
	int hi, lo;

	if (*s != '\\') {
		(*p)++;
		return (unsigned char)*s;
	}
	*p += 2;
	switch (s[1]) {
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	case '\\':
		return '\\';
	case 'x':
		hi = hex_digit(s[2]);
		lo = hi < 0 ? -1 : hex_digit(s[3]);
		*p += 2;
		return lo < 0 ? -1 : hi << 4 | lo;
	default:
		return -1;
	}
}

static int hex_byte(const char **p)
{
	int hi = hex_digit((*p)[0]);
	int lo = hi < 0 ? -1 : hex_digit((*p)[1]);

	*p += 2;
	return lo < 0 ? -1 : hi << 4 | lo;
}

static void add_pattern(struct ids_opts *o, uint8_t action, const char *arg,
			int (*next)(const char **p))
{
	struct ids_pattern *pat = &o->patterns[o->n_patterns];
	const char *p = arg;
	int c;

	if (o->n_patterns == IDS_PATTERNS)
		wrong("too many patterns at", arg);
	while (*p) {
		c = next(&p);
		if (c < 0)
			wrong("bad pattern", arg);
		if (pat->len == IDS_PATTERN_MAX)
			wrong("pattern longer than 64 bytes", arg);
		pat->bytes[pat->len++] = (uint8_t)c;
	}
	if (!pat->len)
		wrong("empty pattern", arg);
	pat->action = action;
	pat->text = arg;
	o->n_patterns++;
}

static uint8_t scope(const char *arg)
{
	if (!strcmp(arg, "forward"))
		return SVCPLANE_SCOPE_FORWARD;
	if (!strcmp(arg, "reverse"))
		return SVCPLANE_SCOPE_REVERSE;
	if (strcmp(arg, "both"))
		wrong("scope is forward, reverse or both, not", arg);
	return SVCPLANE_SCOPE_BOTH;
}

static void long_option(struct ids_opts *o, int c, const char *arg)
{
	switch (c) {
	case OPT_SKIP:
		o->skip_after = number(arg, 1, UINT64_MAX);
		break;
	case OPT_REPATH:
		o->re_path = (uint32_t)number(arg, SVCPLANE_SPI_MIN,
					      SVCPLANE_SPI_MAX);
		break;
	case OPT_SCOPE:
		o->scope = scope(arg);
		break;
	case OPT_LIFETIME:
		o->lifetime = (uint32_t)number(arg, 0, UINT32_MAX);
		break;
	case OPT_CARRIER:
		o->md_only = !strcmp(arg, "md-only");
		if (!o->md_only && strcmp(arg, "frame"))
			wrong("carrier is frame or md-only, not", arg);
		break;
	case OPT_REJECT:
		o->reject = true;
		break;
	case OPT_RETURN:
		o->give_back = true;
		break;
	case OPT_NO_VERDICT:
		o->no_verdict = true;
		break;
	case OPT_FLOWS:
		o->flows = (uint32_t)number(arg, 1, 1 << 24);
		break;
	case OPT_CLASS:
		o->md_class = (uint16_t)number(arg, 0, 0xFFFE);
		break;
	case OPT_COUNT:
		o->count_file = arg;
		break;
	}
}

/* Drop before allow: of two patterns in one segment the stricter counts. */
static int by_action(const void *a, const void *b)
{
	const struct ids_pattern *x = a, *y = b;

	return (x->action == SVCPLANE_ACT_ALLOW) -
	       (y->action == SVCPLANE_ACT_ALLOW);
}

void ids_opts_parse(struct ids_opts *o, int argc, char **argv)
{
	unsigned int i;
	int c;

	memset(o, 0, sizeof(*o));
	o->scope = SVCPLANE_SCOPE_BOTH;
	o->flows = 16384;
	o->md_class = SVCPLANE_MD_CLASS;
	while ((c = getopt_long(argc, argv, "i:p:x:a:vh", options, NULL)) >= 0) {
		switch (c) {
		case 'i':
			o->dev = optarg;
			break;
		case 'p':
			add_pattern(o, SVCPLANE_ACT_DROP, optarg, unescape);
			break;
		case 'x':
			add_pattern(o, SVCPLANE_ACT_DROP, optarg, hex_byte);
			break;
		case 'a':
			add_pattern(o, SVCPLANE_ACT_ALLOW, optarg, unescape);
			break;
		case 'v':
			o->verbose = true;
			break;
		case 'h':
			fputs(usage, stdout);
			exit(0);
		case '?':
			exit(2);
		default:
			long_option(o, c, optarg);
		}
	}
	if (optind < argc)
		wrong("unexpected argument", argv[optind]);
	if (!o->dev)
		wrong("missing option", "-i");
	for (i = 0; o->re_path && i < o->n_patterns; i++)
		if (o->patterns[i].action == SVCPLANE_ACT_DROP)
			o->patterns[i].action = SVCPLANE_ACT_REPATH;
	qsort(o->patterns, o->n_patterns, sizeof(o->patterns[0]), by_action);
}
