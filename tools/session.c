// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <netlink/genl/ctrl.h>
#include <linux/svcplane.h>

#include "family.h"
#include "refusal.h"
#include "session.h"

#define BUFFER		(256 * 1024)
#define REQUEST		(16 * 1024)	/* room for all but long lists */
#define ITEM		64		/* of a list, at most */
#define PACK_REQUESTS	64		/* if all are refused, all answers have room */
#define DUMP_TRIES	16

/* One exchange under way */
struct talk {
	struct session *s;
	struct replies *replies;
	void (*each)(struct nl_msg *msg, void *arg);
	void *arg;
	uint32_t first, last;	/* sequence numbers of what is asked */
	bool done;
	int err;
};

struct pack {
	size_t used, at;	/* @at: where the last request begins */
	unsigned int n;
	uint32_t first, last;
	int err;
	char bytes[BUFFER] __attribute__((aligned(NLMSG_ALIGNTO)));
};

/* Answers to what was asked before, and has failed, are of no interest any more */
static int on_seq(struct nl_msg *msg, void *arg)
{
	struct talk *t = arg;

	return nlmsg_hdr(msg)->nlmsg_seq - t->first <= t->last - t->first ?
		NL_OK : NL_SKIP;
}

static int on_valid(struct nl_msg *msg, void *arg)
{
	struct talk *t = arg;
	struct replies *r = t->replies;

	if (t->each)
		t->each(msg, t->arg);
	if (!r)
		return NL_OK;
	if (r->n == r->room) {
		unsigned int room = r->room ? 2 * r->room : 64;
		struct nl_msg **more = realloc(r->msg, room * sizeof(*more));

		if (!more) {
			t->err = -ENOMEM;
			return NL_STOP;
		}
		r->msg = more;
		r->room = room;
	}
	nlmsg_get(msg);
	r->msg[r->n++] = msg;
	return NL_OK;
}

static int on_ack(struct nl_msg *msg, void *arg)
{
	struct talk *t = arg;

	t->done = true;
	refusal_warn(nlmsg_hdr(msg));
	return NL_STOP;
}

static int on_finish(struct nl_msg *msg, void *arg)
{
	struct talk *t = arg;

	/* libnl does not look at the error that the end of a dump carries */
	t->done = true;
	if (!t->err)
		t->err = refusal_of_done(&t->s->refusal, nlmsg_hdr(msg));
	return NL_STOP;
}

static int on_error(struct sockaddr_nl *from, struct nlmsgerr *e, void *arg)
{
	struct talk *t = arg;
	struct nlmsghdr *hdr = (struct nlmsghdr *)e - 1;

	(void)from;
	t->done = hdr->nlmsg_seq == t->last;
	if (!t->err)
		t->err = refusal_of_error(&t->s->refusal, hdr);
	return NL_STOP;
}

/* The extended acks that libnl does not ask for */
static void want_extack(struct nl_sock *sk)
{
	int fd = nl_socket_get_fd(sk), on = 1;

	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
}

static int connect_socket(struct session *s)
{
	s->sk = nl_socket_alloc();
	if (!s->sk)
		return -NLE_NOMEM;
	return genl_connect(s->sk);
}

int session_open(struct session *s)
{
	int err;

	if (s->sk)
		return RC_OK;
	err = connect_socket(s);
	if (err) {
		session_close(s);
		return s->quiet ? RC_KERNEL :
		       complain(RC_KERNEL, "no netlink socket: %s",
				nl_geterror(err));
	}
	want_extack(s->sk);
	nl_socket_set_msg_buf_size(s->sk, BUFFER);
	nl_socket_set_buffer_size(s->sk, BUFFER, BUFFER);
	s->family = genl_ctrl_resolve(s->sk, SVCPLANE_GENL_NAME);
	if (s->family >= 0)
		return RC_OK;
	session_close(s);
	if (!s->quiet)
		family_missing(stderr, "");
	return RC_KERNEL;
}

void session_close(struct session *s)
{
	nl_socket_free(s->sk);
	s->sk = NULL;
}

/*
 * A batch sends thousands of requests: all the room that is asked for is cleared, and
 * much of it given back to the kernel, each time.
 */
static size_t room(unsigned int items)
{
	size_t bytes = REQUEST + (size_t)items * ITEM;

	return bytes < BUFFER ? bytes : BUFFER;
}

struct nl_msg *session_msg(struct session *s, uint8_t cmd, uint16_t flags,
			   unsigned int items)
{
	struct nl_msg *msg;

	if (session_open(s))
		return NULL;
	s->n_marks = 0;
	memset(&s->refusal, 0, sizeof(s->refusal));
	msg = nlmsg_alloc_size(room(items));
	if (msg && genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, s->family, 0,
			       NLM_F_REQUEST | NLM_F_ACK | flags, cmd, 1))
		return msg;
	nlmsg_free(msg);
	complain(RC_KERNEL, "out of memory");
	return NULL;
}

void session_drop(struct nl_msg *msg)
{
	explicit_bzero(nlmsg_data(nlmsg_hdr(msg)),
		       nlmsg_datalen(nlmsg_hdr(msg)));
	nlmsg_free(msg);
}

void session_mark(struct session *s, struct nl_msg *msg, uint32_t start,
		  const struct value *value, unsigned int item)
{
	if (s->n_marks == MARKS_MAX)
		return;
	s->marks[s->n_marks++] = (struct mark) {
		.start = start,
		.end = nlmsg_hdr(msg)->nlmsg_len,
		.value = value,
		.item = item,
	};
}

static int exchange(struct talk *t, struct nl_cb *cb)
{
	int err = 0;

	while (!t->done && err >= 0)
		err = nl_recvmsgs(t->s->sk, cb);
	if (t->err)
		return t->err;
	if (err >= 0)
		return 0;
	if (err == -NLE_DUMP_INTR)
		return -EINTR;
	snprintf(t->s->refusal.text, sizeof(t->s->refusal.text), "%s",
		 nl_geterror(err));
	return -EPROTO;
}

static struct nl_cb *callbacks(struct talk *t)
{
	struct nl_cb *cb = nl_cb_alloc(NL_CB_CUSTOM);

	if (!cb)
		return NULL;
	nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, on_valid, t);
	nl_cb_set(cb, NL_CB_ACK, NL_CB_CUSTOM, on_ack, t);
	nl_cb_set(cb, NL_CB_FINISH, NL_CB_CUSTOM, on_finish, t);
	nl_cb_set(cb, NL_CB_SEQ_CHECK, NL_CB_CUSTOM, on_seq, t);
	nl_cb_err(cb, NL_CB_CUSTOM, on_error, t);
	return cb;
}

static int talk_once(struct talk *t, struct nl_msg *msg)
{
	struct nl_cb *cb = callbacks(t);
	struct session *s = t->s;
	int err;

	if (!cb)
		return -ENOMEM;
	nlmsg_hdr(msg)->nlmsg_seq = NL_AUTO_SEQ;
	err = nl_send_auto(s->sk, msg);
	if (err < 0) {
		snprintf(s->refusal.text, sizeof(s->refusal.text),
			 "cannot send: %s", nl_geterror(err));
		err = -EIO;
	} else {
		t->first = t->last = nlmsg_hdr(msg)->nlmsg_seq;
		err = exchange(t, cb);
	}
	nl_cb_put(cb);
	return err;
}

static void send_pack(struct session *s)
{
	struct pack *p = s->pack;
	struct talk t = { .s = s, .first = p->first, .last = p->last };
	struct nl_cb *cb;

	if (!p->n || p->err)
		return;
	cb = callbacks(&t);
	((struct nlmsghdr *)(p->bytes + p->at))->nlmsg_flags |= NLM_F_ACK;
	if (!cb)
		p->err = -ENOMEM;
	else if (nl_sendto(s->sk, p->bytes, p->used) < 0)
		p->err = -EIO;
	else
		p->err = exchange(&t, cb);
	nl_cb_put(cb);
	p->used = 0;
	p->n = 0;
}

/* Only what is refused is answered, and the last request of a pack */
static void gather(struct session *s, struct nl_msg *msg)
{
	struct nlmsghdr *hdr = nlmsg_hdr(msg);
	size_t len = NLMSG_ALIGN(hdr->nlmsg_len);
	struct pack *p = s->pack;

	if (p->n == PACK_REQUESTS || p->used + len > sizeof(p->bytes))
		send_pack(s);
	if (p->err)
		return;
	nl_complete_msg(s->sk, msg);
	hdr->nlmsg_flags &= ~NLM_F_ACK;
	if (!p->n++)
		p->first = hdr->nlmsg_seq;
	p->last = hdr->nlmsg_seq;
	p->at = p->used;
	memcpy(p->bytes + p->used, hdr, len);
	p->used += len;
}

void session_gather(struct session *s)
{
	s->pack = calloc(1, sizeof(*s->pack));
}

int session_flush(struct session *s)
{
	struct pack *p = s->pack;
	int err;

	if (!p)
		return 0;
	send_pack(s);
	err = p->err;
	free(p);
	s->pack = NULL;
	return err;
}

int session_talk(struct session *s, struct nl_msg *msg, struct replies *replies)
{
	int err, tries = 0;

	if (s->pack && !replies) {
		gather(s, msg);
		session_drop(msg);
		return 0;
	}
	do {
		struct talk t = { .s = s, .replies = replies };

		if (replies)
			replies_free(replies);
		err = talk_once(&t, msg);
	} while (err == -EINTR && ++tries < DUMP_TRIES);
	session_drop(msg);
	if (!err)
		return 0;
	if (err == -EINTR && !s->refusal.text[0])
		snprintf(s->refusal.text, sizeof(s->refusal.text),
			 "the table changed during each of %d dumps",
			 DUMP_TRIES);
	s->refusal.errnum = -err;
	return err;
}

int session_each(struct session *s, struct nl_msg *msg,
		 void (*each)(struct nl_msg *msg, void *arg), void *arg)
{
	struct talk t = { .s = s, .each = each, .arg = arg };
	int err = talk_once(&t, msg);

	nlmsg_free(msg);
	s->refusal.errnum = -err;
	return err;
}

void replies_free(struct replies *replies)
{
	for (unsigned int i = 0; i < replies->n; i++)
		nlmsg_free(replies->msg[i]);
	free(replies->msg);
	memset(replies, 0, sizeof(*replies));
}

bool reply_attrs(const struct replies *replies, unsigned int i,
		 struct nlattr **tb, int max, struct nla_policy *policy)
{
	struct nlmsghdr *hdr = nlmsg_hdr(replies->msg[i]);

	return genlmsg_valid_hdr(hdr, 0) &&
	       !genlmsg_parse(hdr, 0, tb, max, policy);
}
