// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <string.h>

#include <linux/svcplane.h>
#include <linux/svcplane_wire.h>

#include "commands.h"
#include "echo.h"

#define WAIT_MS		1000
#define TRIES		3

/* One walk along a path, in one direction */
struct trace {
	struct echo e;
	struct out *out;
	unsigned int wait, tries;
	struct answer last;	/* that there was: where it was seen to be */
	bool silent;		/* no answer came any more */
	bool opened;		/* something is printed of this walk */
	bool begun;		/* or of one before */
};

static unsigned int number(const struct args *args, const char *key,
			   unsigned int missing)
{
	const struct value *value = args_get(args, key);

	return value ? value->items[0].num : missing;
}

/* What is next there: a node of this host or of another, or the end */
static void next_text(char *buf, size_t size, const struct answer *a)
{
	char node[48], host[64];

	echo_node(node, sizeof(node), a);
	echo_host(host, sizeof(host), a->next, a->next_name);
	if (!a->has_hop)
		snprintf(buf, size, "?");
	else if (!a->next || a->next == a->from)
		snprintf(buf, size, "%s", node);
	else
		snprintf(buf, size, "%s at %s", node, host);
}

static void print_hop(const struct trace *t, unsigned int ttl)
{
	const struct answer *a = &t->e.answer;
	char host[64], next[128], line[256];

	if (a->got) {
		echo_host(host, sizeof(host), a->from, a->from_name);
		next_text(next, sizeof(next), a);
		snprintf(line, sizeof(line), "%2u  %-20s %-28s %" PRIu64 ".%03" PRIu64 " ms",
			 ttl, host, next, a->rtt / 1000000,
			 a->rtt / 1000 % 1000);
	} else {
		snprintf(line, sizeof(line), "%2u  *", ttl);
	}
	out_word(t->out, line);
	out_record_end(t->out);
	fflush(t->out->f);
}

/* Where nothing can be asked, nothing is printed either */
static void open_once(struct trace *t)
{
	char target[128];

	if (t->opened)
		return;
	if (!t->begun)
		out_begin(t->out);
	t->opened = true;
	t->begun = true;
	echo_target(&t->e, target, sizeof(target));
	out_object(t->out, NULL);
	out_str(t->out, "", "target", target);
	out_record_end(t->out);
	out_array(t->out, "hops");
}

static void show_hop(struct trace *t, unsigned int ttl)
{
	open_once(t);
	if (!t->out->json) {
		print_hop(t, ttl);
		return;
	}
	out_object(t->out, NULL);
	out_uint(t->out, NULL, "ttl", ttl);
	echo_json(t->out, &t->e.answer);
	out_object_end(t->out);
}

static int try_hop(struct trace *t, unsigned int ttl)
{
	int rc = RC_OK;

	for (unsigned int i = 0; i < t->tries && !echo_stopped(); i++) {
		rc = echo_send(&t->e, ttl);
		if (!rc)
			rc = echo_wait(&t->e, t->wait);
		if (rc || t->e.answer.got)
			break;
	}
	return rc;
}

static int walk(struct trace *t)
{
	int rc = RC_OK;

	for (unsigned int ttl = 1; ttl <= ECHO_TTL; ttl++) {
		rc = try_hop(t, ttl);
		if (rc || (echo_stopped() && !t->e.answer.got))
			return rc;
		show_hop(t, ttl);
		t->silent = !t->e.answer.got;
		if (t->silent)
			return rc;
		t->last = t->e.answer;
		if (t->last.code != SVCPLANE_ECHO_TTL)
			return rc;
	}
	return rc;
}

static bool reached(const struct trace *t)
{
	return !t->silent && t->last.got && t->last.code == SVCPLANE_ECHO_END;
}

/* The host that was to have it next is gone, or the way there */
static void silence_text(char *buf, size_t size, const struct answer *last)
{
	char from[64], next[64], node[48];

	echo_host(from, sizeof(from), last->from, last->from_name);
	echo_host(next, sizeof(next), last->next, last->next_name);
	echo_node(node, sizeof(node), last);
	if (!last->got)
		snprintf(buf, size, "no answer");
	else if (!last->has_hop)
		snprintf(buf, size, "no answer from behind %s", from);
	else
		snprintf(buf, size, "no answer from %s, which %s hands on to: %s%s",
			 next, from, last->node ? "node " : "",
			 last->node ? node : "end of the path");
}

static void verdict_text(char *buf, size_t size, const struct trace *t)
{
	if (t->silent)
		silence_text(buf, size, &t->last);
	else if (!t->last.got)
		snprintf(buf, size, "interrupted");
	else if (reached(t))
		snprintf(buf, size, "reaches the end of the path");
	else
		echo_verdict(buf, size, &t->last);
}

static void show_verdict(const struct trace *t)
{
	char text[320];

	verdict_text(text, sizeof(text), t);
	out_bool(t->out, NULL, "reached", reached(t));
	out_str(t->out, "", "verdict", text);
	out_record_end(t->out);
}

/* RC_OK when the end was reached */
static int trace(struct trace *t, bool reverse)
{
	int rc;

	t->e.reverse = reverse;
	t->silent = false;
	t->opened = false;
	memset(&t->last, 0, sizeof(t->last));
	rc = walk(t);
	if (!rc)
		open_once(t);
	if (!t->opened)
		return rc;
	out_array_end(t->out);
	show_verdict(t);
	out_object_end(t->out);
	return rc ? rc : reached(t) ? RC_OK : RC_UNREACHED;
}

int trace_run(struct session *s, const struct args *args)
{
	struct trace t = {
		.out = &s->out,
		.wait = number(args, "-W", WAIT_MS),
		.tries = number(args, "-q", TRIES),
	};
	int rc, other = RC_OK;

	echo_begin(&t.e, s, args);
	echo_catch();
	rc = trace(&t, false);
	if (args_get(args, "both") && rc <= RC_UNREACHED && !echo_stopped())
		other = trace(&t, true);
	if (t.begun)
		out_end(&s->out);
	return rc > other ? rc : other;
}

const struct key keys_trace[] = {
	KEY_PLANE_OF(SVCPLANE_A_ECHO_PLANE, KEY_NEED),
	ECHO_KEY_PATH,
	ECHO_KEY_FLOW,
	ECHO_KEY_TAG,
	ECHO_KEY_REVERSE,
	ECHO_KEY_BOTH,
	{ .name = "-q", .kind = K_UINT, .min = 1, .max = 10, .meta = "N",
	  .help = "asks at each hop up to N times; 3 unless told" },
	{ .name = "-W", .kind = K_TIME, .max = 10000, .meta = "TIME",
	  .help = "waits so long for an answer; 1s unless told" },
	{ 0 }
};
