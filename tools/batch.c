// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/svcplane.h>

#include "batch.h"
#include "dispatch.h"
#include "refusal.h"

#define PLANE_ATTR	1	/* of every set; see the specification */

/* One command of the file */
struct line {
	unsigned int number;
	char *text;
	char **words;
	int n;
};

struct batch {
	const char *name;
	FILE *f;
	unsigned int number;	/* of the line read last */
};

/* Takes one word off *@p, writing it to where it began without its quotes */
static bool take_word(char **p, char **word, struct err *err)
{
	char *from = *p, *to = *p, quote = 0;

	*word = from;
	for (; *from; from++) {
		if (!quote && strchr(" \t\n\r", *from))
			break;
		if (*from == '\\' && quote != '\'' && from[1])
			*to++ = *++from;
		else if (!quote && (*from == '"' || *from == '\''))
			quote = *from;
		else if (*from == quote && quote)
			quote = 0;
		else
			*to++ = *from;
	}
	if (quote)
		return err_set(err, "a quote is not closed");
	*p = *from ? from + 1 : from;
	*to = '\0';
	return true;
}

int batch_words(char *line, char **words, int max, struct err *err)
{
	int n = 0;

	for (;;) {
		line += strspn(line, " \t\n\r");
		if (!*line || *line == '#')
			return n;
		if (n == max) {
			err_set(err, "more than %d words", max);
			return -1;
		}
		if (!take_word(&line, &words[n++], err))
			return -1;
	}
}

static int failed(const struct batch *b, unsigned int number, int rc)
{
	fflush(stdout);
	fprintf(stderr, "Command failed %s:%u\n", b->name, number);
	return rc;
}

/*
 * A line of the file as it stands there; its length, 0 at the end, or a negative
 * errno. What was read before an error is no line: half of it may be missing.
 * A line that cannot be read counts, so that it can be told which it is.
 */
static ssize_t read_line(struct batch *b, char **line, size_t *size)
{
	ssize_t len;

	errno = 0;
	len = getline(line, size, b->f);
	if (len <= 0 && feof(b->f) && !ferror(b->f))
		return 0;
	b->number++;
	if (len <= 0 || ferror(b->f))
		return -(errno ? errno : EIO);
	/* what stands behind a NUL would be lost */
	return memchr(*line, '\0', len) ? -EILSEQ : len;
}

static int cannot_read(const struct batch *b, int err)
{
	if (err == -EILSEQ)
		complain(RC_USAGE, "%s:%u: the line contains a NUL byte",
			 b->name, b->number);
	else
		complain(RC_USAGE, "cannot read %s: %s", b->name,
			 strerror(-err));
	return failed(b, b->number, RC_USAGE);
}

/*
 * A line that ends in a backslash goes on in the next. @text is NULL at the end
 * of the file. Returns an exit code, complaining unless it is RC_OK.
 */
static int read_text(struct batch *b, char **text)
{
	char *line = NULL, *longer;
	size_t size = 0, used = 0;
	bool more = true;
	ssize_t len = 0;

	*text = NULL;
	while (more && (len = read_line(b, &line, &size)) > 0) {
		more = len >= 2 && !strcmp(line + len - 2, "\\\n");
		if (more)
			len -= 2;
		longer = realloc(*text, used + len + 1);
		if (!longer) {
			len = -ENOMEM;
			break;
		}
		*text = longer;
		memcpy(longer + used, line, len);
		used += len;
		longer[used] = '\0';
	}
	free(line);
	if (len >= 0)
		return RC_OK;
	free(*text);
	*text = NULL;
	return cannot_read(b, len);
}

static int run_line(struct session *s, struct batch *b, char *text)
{
	char *words[WORDS_MAX];
	struct err err;
	int n, rc;

	n = batch_words(text, words, WORDS_MAX, &err);
	if (n < 0)
		rc = complain(RC_USAGE, "%s", err.text);
	else
		rc = n ? dispatch(s, n, words) : RC_OK;
	return rc ? failed(b, b->number, rc) : RC_OK;
}

static int run_lines(struct session *s, struct batch *b)
{
	int rc, first = RC_OK;
	char *text;

	do {
		rc = read_text(b, &text);
		if (rc || !text)
			break;
		rc = run_line(s, b, text);
		free(text);
		if (!first)
			first = rc;
	} while (!rc || s->opt->force);
	return first ? first : rc;
}

/*
 * With -atomic all lines are read and checked before anything is sent, since
 * the transaction needs to know its plane, and a typing mistake in the last
 * line should not cost a round through the kernel.
 */
struct plan {
	struct line *lines;
	unsigned int n, room;
	char plane[32];
};

static struct line *plan_line(struct plan *plan)
{
	if (plan->n == plan->room) {
		unsigned int room = plan->room ? 2 * plan->room : 64;
		struct line *more;

		more = realloc(plan->lines, room * sizeof(*more));
		if (!more)
			return NULL;
		plan->lines = more;
		plan->room = room;
	}
	memset(&plan->lines[plan->n], 0, sizeof(plan->lines[0]));
	return &plan->lines[plan->n++];
}

static bool in_transaction(const struct command *command)
{
	switch (command->cmd) {
	case SVCPLANE_CMD_CHAIN_NEW:
	case SVCPLANE_CMD_CHAIN_DEL:
	case SVCPLANE_CMD_PATH_NEW:
	case SVCPLANE_CMD_PATH_DEL:
	case SVCPLANE_CMD_GROUP_NEW:
	case SVCPLANE_CMD_GROUP_DEL:
	case SVCPLANE_CMD_RULE_NEW:
	case SVCPLANE_CMD_RULE_DEL:
		return true;
	default:
		return false;
	}
}

static bool check_plane(struct plan *plan, const struct args *args,
			struct err *err)
{
	const char *plane = args_text(args, "plane");

	if (!in_transaction(args->command))
		return err_set(err, "only rules, groups, chains and paths "
			       "can be part of a transaction");
	if (!plan->plane[0])
		snprintf(plan->plane, sizeof(plan->plane), "%s", plane);
	if (strcmp(plan->plane, plane))
		return err_set(err, "a transaction is of one plane: \"%s\" or \"%s\"",
			       plan->plane, plane);
	return true;
}

/* There may be very many lines: each has room for its words, and no more */
static bool cut_line(struct line *line, struct err *err)
{
	char *words[WORDS_MAX];

	line->n = batch_words(line->text, words, WORDS_MAX, err);
	if (line->n <= 0)
		return line->n == 0;
	line->words = malloc(line->n * sizeof(*words));
	if (!line->words)
		return err_set(err, "out of memory");
	memcpy(line->words, words, line->n * sizeof(*words));
	return true;
}

static bool check_line(struct plan *plan, struct line *line, struct err *err)
{
	struct args args;
	bool ok;

	if (!cut_line(line, err))
		return false;
	if (!line->n)
		return true;
	ok = dispatch_parse(&args, line->n, line->words, err) &&
	     check_plane(plan, &args, err);
	args_free(&args);
	return ok;
}

static int read_plan(struct batch *b, struct plan *plan)
{
	struct line *line;
	struct err err;
	char *text;

	for (;;) {
		int rc = read_text(b, &text);

		if (rc || !text)
			return rc;
		line = plan_line(plan);
		if (!line) {
			free(text);
			return complain(RC_USAGE, "out of memory");
		}
		line->text = text;
		line->number = b->number;
		if (check_line(plan, line, &err))
			continue;
		complain(RC_USAGE, "%s", err.text);
		return failed(b, b->number, RC_USAGE);
	}
}

static int transact(struct session *s, uint8_t cmd, const char *plane)
{
	struct nl_msg *msg = session_msg(s, cmd, 0, 0);
	bool begin = cmd == SVCPLANE_CMD_TXN_BEGIN;
	int err;

	s->args = NULL;
	if (!msg)
		return RC_KERNEL;
	err = nla_put_string(msg, PLANE_ATTR, plane);
	if (!err && begin)
		err = nla_put_u32(msg, SVCPLANE_A_TXN_MODE,
				  s->opt->atomic == ATOMIC_REPLACE ?
				  SVCPLANE_TXN_MODE_REPLACE :
				  SVCPLANE_TXN_MODE_MODIFY);
	if (err) {
		nlmsg_free(msg);
		return complain(RC_USAGE, "too much for one message");
	}
	return session_talk(s, msg, NULL) ? refusal_tell(s) : RC_OK;
}

static int send_lines(struct session *s, struct batch *b, struct plan *plan)
{
	for (unsigned int i = 0; i < plan->n; i++) {
		struct line *line = &plan->lines[i];
		int rc = line->n ? dispatch(s, line->n, line->words) : RC_OK;

		if (rc)
			return failed(b, line->number, rc);
	}
	return RC_OK;
}

/* Whether the kernel has taken them all is not asked line by line, while it has */
static int send_plan(struct session *s, struct batch *b, struct plan *plan)
{
	int rc;

	session_gather(s);
	rc = send_lines(s, b, plan);
	if (!session_flush(s) || rc)
		return rc;
	/* and then again, for which line it is, and what is wrong with it */
	rc = transact(s, SVCPLANE_CMD_TXN_ABORT, plan->plane);
	if (!rc)
		rc = transact(s, SVCPLANE_CMD_TXN_BEGIN, plan->plane);
	return rc ? rc : send_lines(s, b, plan);
}

static int run_plan(struct session *s, struct batch *b, struct plan *plan)
{
	int rc = transact(s, SVCPLANE_CMD_TXN_BEGIN, plan->plane);

	if (rc)
		return rc;
	rc = send_plan(s, b, plan);
	if (rc)
		transact(s, SVCPLANE_CMD_TXN_ABORT, plan->plane);
	return rc ? rc : transact(s, SVCPLANE_CMD_TXN_COMMIT, plan->plane);
}

static int run_atomic(struct session *s, struct batch *b)
{
	struct plan plan = { 0 };
	int rc = read_plan(b, &plan);

	if (!rc && plan.plane[0])
		rc = run_plan(s, b, &plan);
	else if (!rc && s->opt->atomic == ATOMIC_REPLACE)
		rc = complain(RC_USAGE, "%s has no command: which plane is to be emptied?",
			      b->name);
	for (unsigned int i = 0; i < plan.n; i++) {
		free(plan.lines[i].text);
		free(plan.lines[i].words);
	}
	free(plan.lines);
	return rc;
}

int batch_run(struct session *s)
{
	bool is_stdin = !strcmp(s->opt->batch, "-");
	struct batch b = { .name = s->opt->batch };
	int rc;

	b.f = is_stdin ? stdin : fopen(b.name, "r");
	if (!b.f)
		return complain(RC_USAGE, "cannot open %s: %s", b.name,
				strerror(errno));
	rc = s->opt->atomic ? run_atomic(s, &b) : run_lines(s, &b);
	if (!is_stdin)
		fclose(b.f);
	return rc;
}
