// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include <linux/svcplane.h>
#include <linux/svcplane_wire.h>

#include "commands.h"
#include "echo.h"

#define INTERVAL_MS	1000
#define WAIT_MS		1000

/* Answers of one direction, and of both together */
struct tally {
	unsigned int sent, answered, refused;
	uint64_t least, most, sum;
};

struct ping {
	struct echo e;
	struct out *out;
	struct tally tally;
	unsigned int count;	/* 0 = until a signal comes */
	unsigned int interval, wait;
	bool both;
	bool opened;		/* something is printed: there is somebody to ask */
};

static unsigned int number(const struct args *args, const char *key,
			   unsigned int missing)
{
	const struct value *value = args_get(args, key);

	return value ? value->items[0].num : missing;
}

static void add(struct tally *t, const struct answer *a)
{
	t->sent++;
	if (!a->got)
		return;
	if (a->code != SVCPLANE_ECHO_END) {
		t->refused++;
		return;
	}
	if (!t->answered || a->rtt < t->least)
		t->least = a->rtt;
	if (a->rtt > t->most)
		t->most = a->rtt;
	t->sum += a->rtt;
	t->answered++;
}

static void ms_text(char *buf, size_t size, uint64_t ns)
{
	snprintf(buf, size, "%" PRIu64 ".%03" PRIu64, ns / 1000000,
		 ns / 1000 % 1000);
}

static void good_text(char *buf, size_t size, const struct answer *a)
{
	char host[64], rtt[32], node[48];
	size_t used;

	echo_host(host, sizeof(host), a->from, a->from_name);
	ms_text(rtt, sizeof(rtt), a->rtt);
	used = snprintf(buf, size, "%s", host);
	if (a->node) {
		echo_node(node, sizeof(node), a);
		used += snprintf(buf + used, size - used, " node %s", node);
	}
	snprintf(buf + used, size - used, ": hops %u rtt %s ms", a->hops, rtt);
}

static void print_line(const struct ping *p, const struct answer *a,
		       unsigned int n)
{
	char text[256], line[320];

	if (!a->got)
		snprintf(text, sizeof(text), "no answer");
	else if (a->code == SVCPLANE_ECHO_END)
		good_text(text, sizeof(text), a);
	else
		echo_verdict(text, sizeof(text), a);
	snprintf(line, sizeof(line), "%u%s %s", n,
		 p->e.reverse ? " reverse" : "", text);
	out_word(p->out, line);
	out_record_end(p->out);
	fflush(p->out->f);
}

/* Where nothing can be asked, nothing is printed either */
static void open_once(struct ping *p)
{
	char target[128];

	if (p->opened)
		return;
	p->opened = true;
	echo_target(&p->e, target, sizeof(target));
	out_begin(p->out);
	out_object(p->out, NULL);
	out_str(p->out, NULL, "target", target);
	out_array(p->out, "replies");
}

static void print_answer(struct ping *p, unsigned int n)
{
	open_once(p);
	if (!p->out->json) {
		print_line(p, &p->e.answer, n);
		return;
	}
	out_object(p->out, NULL);
	out_uint(p->out, NULL, "number", n);
	if (p->both)
		out_str(p->out, NULL, "direction",
			p->e.reverse ? "other" : "given");
	echo_json(p->out, &p->e.answer);
	out_object_end(p->out);
}

static int ask(struct ping *p, unsigned int n)
{
	int rc = echo_send(&p->e, ECHO_TTL);

	if (!rc)
		rc = echo_wait(&p->e, p->wait);
	if (rc || (echo_stopped() && !p->e.answer.got))
		return rc;
	add(&p->tally, &p->e.answer);
	print_answer(p, n);
	return rc;
}

static int ask_all(struct ping *p)
{
	struct timespec next;
	unsigned int n = 1;
	int rc;

	for (;; n++) {
		echo_after(&next, p->interval);
		p->e.reverse = false;
		rc = ask(p, n);
		p->e.reverse = p->both;
		if (!rc && p->both && !echo_stopped())
			rc = ask(p, n);
		if (rc || n == p->count || !echo_sleep(&next))
			return rc;
	}
}

static void print_summary(const struct ping *p, const char *target)
{
	const struct tally *t = &p->tally;
	char least[32], mean[32], most[32], line[256];
	unsigned int lost = t->sent - t->answered;
	size_t used;

	used = snprintf(line, sizeof(line),
			"%s: %u sent, %u answered, %u unreachable, %u%% loss",
			target, t->sent, t->answered, t->refused,
			t->sent ? lost * 100 / t->sent : 0);
	if (t->answered) {
		ms_text(least, sizeof(least), t->least);
		ms_text(mean, sizeof(mean), t->sum / t->answered);
		ms_text(most, sizeof(most), t->most);
		snprintf(line + used, sizeof(line) - used,
			 ", rtt min/avg/max %s/%s/%s ms", least, mean, most);
	}
	out_word(p->out, line);
	out_record_end(p->out);
}

static void json_summary(const struct ping *p)
{
	const struct tally *t = &p->tally;

	if (!p->out->json)
		return;
	out_uint(p->out, NULL, "sent", t->sent);
	out_uint(p->out, NULL, "answered", t->answered);
	out_uint(p->out, NULL, "unreachable", t->refused);
	if (!t->answered)
		return;
	out_uint(p->out, NULL, "rtt_min_ns", t->least);
	out_uint(p->out, NULL, "rtt_avg_ns", t->sum / t->answered);
	out_uint(p->out, NULL, "rtt_max_ns", t->most);
}

static void finish(struct ping *p)
{
	char target[128];

	p->e.reverse = false;
	open_once(p);
	out_array_end(p->out);
	json_summary(p);
	out_object_end(p->out);
	out_end(p->out);
	echo_target(&p->e, target, sizeof(target));
	if (!p->out->json)
		print_summary(p, target);
}

int ping_run(struct session *s, const struct args *args)
{
	struct ping p = {
		.out = &s->out,
		.count = number(args, "-c", 0),
		.interval = number(args, "-i", INTERVAL_MS),
		.wait = number(args, "-W", WAIT_MS),
		.both = args_get(args, "both"),
	};
	int rc;

	if ((p.both || args_get(args, "reverse")) &&
	    (args_get(args, "host") || args_get(args, "node")))
		return complain(RC_KERNEL, "ping: \"%s\" goes with path or flow",
				p.both ? "both" : "reverse");
	echo_begin(&p.e, s, args);
	echo_catch();
	rc = ask_all(&p);
	if (!rc || p.opened)
		finish(&p);
	if (rc)
		return rc;
	return p.tally.sent && p.tally.answered == p.tally.sent ? RC_OK :
								  RC_UNREACHED;
}

const struct key keys_ping[] = {
	KEY_PLANE_OF(SVCPLANE_A_ECHO_PLANE, KEY_NEED),
	{ .name = "host", .kind = K_STR, .flags = KEY_NEED, .excl = 1,
	  .max = NAME_MAX_LEN, .put = echo_put_host, .meta = "HOST",
	  .help = "that host, by name or number" },
	{ .name = "node", .kind = K_NAME, .flags = KEY_NEED, .excl = 1,
	  .attr = SVCPLANE_A_ECHO_NODE, .max = NAME_MAX_LEN, .meta = "NODE",
	  .help = "the host that has that node: can it be used there?",
	  .known = &object_node, .known_attr = SVCPLANE_A_NODE_NAME },
	ECHO_KEY_PATH,
	ECHO_KEY_FLOW,
	ECHO_KEY_TAG,
	ECHO_KEY_REVERSE,
	ECHO_KEY_BOTH,
	{ .name = "-c", .kind = K_UINT, .min = 1, .max = UINT32_MAX,
	  .meta = "N", .help = "ends after N times; without it when interrupted" },
	{ .name = "-i", .kind = K_TIME, .max = 3600000, .meta = "TIME",
	  .help = "from one request to the next, like 200ms; 1s unless told" },
	{ .name = "-W", .kind = K_TIME, .max = 10000, .meta = "TIME",
	  .help = "waits so long for an answer; 1s unless told" },
	{ 0 }
};
