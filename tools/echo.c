// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include <linux/genetlink.h>
#include <linux/svcplane.h>
#include <linux/svcplane_wire.h>

#include "commands.h"
#include "echo.h"
#include "put.h"
#include "refusal.h"

static volatile sig_atomic_t stopped;

/* One exchange: the ACK may come behind the answer, or before it */
struct exchange {
	struct echo *e;
	bool acked;
	int err;
};

static void on_signal(int sig)
{
	stopped = sig;
}

void echo_catch(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

bool echo_stopped(void)
{
	return stopped;
}

void echo_begin(struct echo *e, struct session *s, const struct args *args)
{
	memset(e, 0, sizeof(*e));
	e->s = s;
	e->args = args;
	if (getrandom(&e->handle, sizeof(e->handle), 0) < 0)
		e->handle = time(NULL);
}

int echo_put_host(struct session *s, struct nl_msg *msg,
		  const struct value *value)
{
	const char *text = value->items[0].text;
	struct err err;
	uint64_t id;

	(void)s;
	if (text[strspn(text, "0123456789")])
		return nla_put_string(msg, SVCPLANE_A_ECHO_HOST_NAME, text);
	if (!scan_uint(text, 1, UINT32_MAX, &id, &err))
		id = UINT32_MAX;	/* out of range, as the kernel will say */
	return nla_put_u32(msg, SVCPLANE_A_ECHO_HOST, id);
}

static unsigned int get_uint(const struct attrs *attrs, int type)
{
	return attr_uint(attrs_find(attrs, type));
}

static void read_answer(struct answer *a, const struct attrs *attrs)
{
	memset(a, 0, sizeof(*a));
	a->got = true;
	a->seq = get_uint(attrs, SVCPLANE_A_ECHO_SEQUENCE);
	a->code = get_uint(attrs, SVCPLANE_A_ECHO_CODE);
	a->subcode = get_uint(attrs, SVCPLANE_A_ECHO_SUBCODE);
	a->rtt = attr_uint(attrs_find(attrs, SVCPLANE_A_ECHO_RTT));
	a->from = get_uint(attrs, SVCPLANE_A_ECHO_FROM);
	a->next = get_uint(attrs, SVCPLANE_A_ECHO_NEXT);
	attr_text(attrs_find(attrs, SVCPLANE_A_ECHO_FROM_NAME), a->from_name,
		  sizeof(a->from_name));
	attr_text(attrs_find(attrs, SVCPLANE_A_ECHO_NEXT_NAME), a->next_name,
		  sizeof(a->next_name));
	attr_text(attrs_find(attrs, SVCPLANE_A_ECHO_NODE_NAME), a->node_name,
		  sizeof(a->node_name));
	a->has_hop = attrs_find(attrs, SVCPLANE_A_ECHO_HOPS);
	a->node = get_uint(attrs, SVCPLANE_A_ECHO_NODE_ID);
	a->down = get_uint(attrs, SVCPLANE_A_ECHO_DOWN);
	a->spi = get_uint(attrs, SVCPLANE_A_ECHO_AT_SPI);
	a->si = get_uint(attrs, SVCPLANE_A_ECHO_AT_SI);
	a->hops = get_uint(attrs, SVCPLANE_A_ECHO_HOPS);
}

/* What belongs to an earlier request is too late */
static int on_valid(struct nl_msg *msg, void *arg)
{
	struct exchange *x = arg;
	struct echo *e = x->e;
	struct attrs attrs;

	if (attrs_of_msg(&attrs, nlmsg_hdr(msg)) &&
	    ((struct genlmsghdr *)nlmsg_data(nlmsg_hdr(msg)))->cmd ==
	    SVCPLANE_CMD_ECHO_NTF &&
	    get_uint(&attrs, SVCPLANE_A_ECHO_HANDLE) == e->handle &&
	    get_uint(&attrs, SVCPLANE_A_ECHO_SEQUENCE) == e->seq)
		read_answer(&e->answer, &attrs);
	return NL_OK;
}

static int on_ack(struct nl_msg *msg, void *arg)
{
	struct exchange *x = arg;

	x->acked = true;
	refusal_warn(nlmsg_hdr(msg));
	return NL_STOP;
}

static int on_error(struct sockaddr_nl *from, struct nlmsgerr *error, void *arg)
{
	struct exchange *x = arg;

	(void)from;
	x->acked = true;
	x->err = refusal_of_error(&x->e->s->refusal, (struct nlmsghdr *)error - 1);
	return NL_STOP;
}

/* An answer has no number of a request */
static int on_seq(struct nl_msg *msg, void *arg)
{
	(void)msg;
	(void)arg;
	return NL_OK;
}

static int receive(struct exchange *x)
{
	struct nl_cb *cb = nl_cb_alloc(NL_CB_CUSTOM);
	int err;

	if (!cb)
		return -NLE_NOMEM;
	nl_cb_set(cb, NL_CB_SEQ_CHECK, NL_CB_CUSTOM, on_seq, NULL);
	nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, on_valid, x);
	nl_cb_set(cb, NL_CB_ACK, NL_CB_CUSTOM, on_ack, x);
	nl_cb_err(cb, NL_CB_CUSTOM, on_error, x);
	err = nl_recvmsgs(x->e->s->sk, cb);
	nl_cb_put(cb);
	return err;
}

static int put_all(struct echo *e, struct nl_msg *msg, unsigned int ttl)
{
	if (nla_put_u32(msg, SVCPLANE_A_ECHO_TTL, ttl) ||
	    nla_put_u32(msg, SVCPLANE_A_ECHO_HANDLE, e->handle) ||
	    nla_put_u32(msg, SVCPLANE_A_ECHO_SEQUENCE, e->seq))
		return -1;
	return e->reverse ? nla_put_flag(msg, SVCPLANE_A_ECHO_REVERSE) : 0;
}

int echo_send(struct echo *e, unsigned int ttl)
{
	struct exchange x = { .e = e };
	struct nl_msg *msg;
	int rc = put_request(e->s, e->args, 0, &msg), err;

	if (rc)
		return rc;
	e->seq++;
	memset(&e->answer, 0, sizeof(e->answer));
	err = put_all(e, msg, ttl) ? -NLE_NOMEM : nl_send_auto(e->s->sk, msg);
	nlmsg_free(msg);
	while (err >= 0 && !x.acked)
		err = receive(&x);
	if (x.err) {
		e->s->refusal.errnum = -x.err;
		return refusal_tell(e->s);
	}
	return err < 0 ? complain(RC_KERNEL, "cannot ask: %s", nl_geterror(err)) :
			 RC_OK;
}

void echo_after(struct timespec *t, unsigned int ms)
{
	clock_gettime(CLOCK_MONOTONIC, t);
	t->tv_sec += ms / 1000;
	t->tv_nsec += ms % 1000 * 1000000L;
	if (t->tv_nsec >= 1000000000L) {
		t->tv_sec++;
		t->tv_nsec -= 1000000000L;
	}
}

/* Milliseconds, rounded up; 0 = it is over */
static int left(const struct timespec *until)
{
	struct timespec now;
	int64_t ns;

	clock_gettime(CLOCK_MONOTONIC, &now);
	ns = (until->tv_sec - now.tv_sec) * 1000000000LL + until->tv_nsec -
	     now.tv_nsec;
	return ns > 0 ? (ns + 999999) / 1000000 : 0;
}

int echo_wait(struct echo *e, unsigned int ms)
{
	struct pollfd fd = { .fd = nl_socket_get_fd(e->s->sk), .events = POLLIN };
	struct exchange x = { .e = e };
	struct timespec until;
	int n, err;

	echo_after(&until, ms);
	while (!e->answer.got && !stopped && left(&until)) {
		n = poll(&fd, 1, left(&until));
		if (n <= 0)
			continue;
		err = receive(&x);
		if (err < 0 && err != -NLE_AGAIN && err != -NLE_INTR &&
		    err != -NLE_NOMEM)
			return complain(RC_KERNEL, "no answers: %s",
					nl_geterror(err));
	}
	return RC_OK;
}

bool echo_sleep(const struct timespec *until)
{
	while (!stopped && left(until))
		poll(NULL, 0, left(until));
	return !stopped;
}

void echo_target(const struct echo *e, char *buf, size_t size)
{
	static const char *const names[] = { "host", "node", "path", "tag" };
	const char *text = NULL, *name = "";
	bool reverse = e->reverse || args_get(e->args, "reverse");

	for (int i = 0; !text && i < 4; i++) {
		name = names[i];
		text = args_text(e->args, name);
	}
	snprintf(buf, size, "%s %s%s%s", args_text(e->args, "plane"),
		 strcmp(name, "tag") ? "" : "flow ", name, "");
	snprintf(buf + strlen(buf), size - strlen(buf), " %s%s",
		 text ? text : "", reverse ? " reverse" : "");
}

void echo_host(char *buf, size_t size, unsigned int id, const char *name)
{
	snprintf(buf, size, "%s (%u)", *name ? name : "this host", id);
}

void echo_node(char *buf, size_t size, const struct answer *a)
{
	if (!a->node)
		snprintf(buf, size, "end");
	else if (*a->node_name)
		snprintf(buf, size, "%s", a->node_name);
	else
		snprintf(buf, size, "node %u", a->node);
}

static void down_text(char *buf, size_t size, unsigned int down)
{
	size_t used = 0;

	*buf = '\0';
	for (const struct word *w = words_down; w->name; w++)
		if (w->value & down && used < size)
			used += snprintf(buf + used, size - used, "%s%s",
					 used ? ", " : "", w->name);
}

/* At @from, before the node: who has it, and what is wrong with it there */
static void node_text(char *buf, size_t size, const struct answer *a,
		      const char *from)
{
	char host[64], node[48], down[64];

	echo_node(node, sizeof(node), a);
	echo_host(host, sizeof(host), a->next, a->next_name);
	down_text(down, sizeof(down), a->down);
	if (!a->node)
		snprintf(buf, size, "%s does not know the node", from);
	else if (!a->next)
		snprintf(buf, size, "%s stops before node %s: no host has it",
			 from, node);
	else if (!a->down)
		snprintf(buf, size, "%s does not have node %s: it is at %s", from,
			 node, host);
	else if (a->next == a->from)
		snprintf(buf, size, "%s stops before node %s: node down (%s)",
			 from, node, down);
	else
		snprintf(buf, size, "%s stops before node %s of %s: node down (%s)",
			 from, node, host, down);
}

void echo_verdict(char *buf, size_t size, const struct answer *a)
{
	char from[64], next[64];

	echo_host(from, sizeof(from), a->from, a->from_name);
	echo_host(next, sizeof(next), a->next, a->next_name);
	switch (a->code) {
	case SVCPLANE_ECHO_TTL:
		snprintf(buf, size, "TTL ran out at %s", from);
		break;
	case SVCPLANE_ECHO_END:
		snprintf(buf, size, "reached");
		break;
	case SVCPLANE_ECHO_NODE:
		node_text(buf, size, a, from);
		break;
	case SVCPLANE_ECHO_HOP:
		snprintf(buf, size, "%s does not know path %u with SI %u", from,
			 a->spi, a->si);
		break;
	case SVCPLANE_ECHO_SESSION:
		snprintf(buf, size, "%s has no session with %s", from, next);
		break;
	default:
		snprintf(buf, size, "%s answers with code %u, subcode %u", from,
			 a->code, a->subcode);
	}
}

static const struct word codes[] = {
	{ "none", SVCPLANE_ECHO_NONE, NULL },
	{ "malformed", SVCPLANE_ECHO_MALFORMED, NULL },
	{ "tlv", SVCPLANE_ECHO_TLV, NULL },
	{ "authentication", SVCPLANE_ECHO_AUTH, NULL },
	{ "ttl-exceeded", SVCPLANE_ECHO_TTL, NULL },
	{ "end", SVCPLANE_ECHO_END, NULL },
	{ "no-reply-path", SVCPLANE_ECHO_NO_SFP, NULL },
	{ "bad-reply-path", SVCPLANE_ECHO_BAD_SFP, NULL },
	{ "node", SVCPLANE_ECHO_NODE, NULL },
	{ "no-hop", SVCPLANE_ECHO_HOP, NULL },
	{ "no-session", SVCPLANE_ECHO_SESSION, NULL },
	{ 0 }
};

static void host_json(struct out *o, const char *id_key, const char *name_key,
		      unsigned int id, const char *name)
{
	if (!id)
		return;
	out_uint(o, NULL, id_key, id);
	if (*name)
		out_str(o, NULL, name_key, name);
}

static void hop_json(struct out *o, const struct answer *a)
{
	host_json(o, "next_id", "next", a->next, a->next_name);
	if (a->node) {
		out_uint(o, NULL, "node_id", a->node);
		if (*a->node_name)
			out_str(o, NULL, "node", a->node_name);
		out_list(o, NULL, "down");
		for (const struct word *w = words_down; w->name; w++)
			if (w->value & a->down)
				out_str(o, NULL, NULL, w->name);
		out_list_end(o);
	}
	out_uint(o, NULL, "spi", a->spi);
	out_uint(o, NULL, "si", a->si);
	out_uint(o, NULL, "hops", a->hops);
}

void echo_json(struct out *o, const struct answer *a)
{
	const char *code = words_name(codes, a->code);
	char text[256];

	out_bool(o, NULL, "answered", a->got);
	if (!a->got)
		return;
	out_str(o, NULL, "code", code ? code : "unknown");
	out_uint(o, NULL, "code_number", a->code);
	out_uint(o, NULL, "subcode", a->subcode);
	out_uint(o, NULL, "rtt_ns", a->rtt);
	host_json(o, "host_id", "host", a->from, a->from_name);
	if (a->has_hop)
		hop_json(o, a);
	echo_verdict(text, sizeof(text), a);
	out_str(o, NULL, "verdict", text);
}
