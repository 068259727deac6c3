/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The netlink socket: requests, dumps, and what the kernel says when it
 * refuses. Connects when first used, so that help needs no module.
 */
#ifndef SVC_SESSION_H
#define SVC_SESSION_H

#include <netlink/netlink.h>
#include <netlink/genl/genl.h>

#include "grammar.h"
#include "options.h"
#include "out.h"

#define MARKS_MAX	256

/* Bytes of a message that a typed value has become */
struct mark {
	uint32_t start, end;
	const struct value *value;
	unsigned int item;
};

/* A refusal: errno and the extended ack */
struct refusal {
	int errnum;
	char text[256];
	bool has_offset;
	uint32_t offset;
	bool has_range;
	uint64_t min, max;
	uint16_t missing;	/* attribute that was not there, 0 = none */
	uint32_t missing_nest;	/* offset of the nest it belongs to */
};

struct session {
	const struct options *opt;
	struct out out;
	struct nl_sock *sk;
	int family;
	bool quiet;		/* completion: no complaints */
	bool apart;		/* completion: not in the namespace that is meant */
	bool in_txn;
	const struct args *args;	/* of the command that is running */
	unsigned int n_marks;
	struct mark marks[MARKS_MAX];
	struct refusal refusal;
	struct pack *pack;	/* between session_gather() and session_flush() */
};

/* Answers of a dump, or the one of a get */
struct replies {
	unsigned int n, room;
	struct nl_msg **msg;
};

/* Connects; complains and returns an exit code other than RC_OK if it cannot */
int session_open(struct session *s);
void session_close(struct session *s);

/* An empty request with room for lists of @items, or NULL after a complaint */
struct nl_msg *session_msg(struct session *s, uint8_t cmd, uint16_t flags,
			   unsigned int items);
/* Frees a request, which may hold a private key */
void session_drop(struct nl_msg *msg);
/* Remembers that the bytes put since @start came from @value */
void session_mark(struct session *s, struct nl_msg *msg, uint32_t start,
		  const struct value *value, unsigned int item);

/*
 * Sends a request and waits for its end. Replies are collected in @replies
 * (may be NULL). A dump that was overtaken by changes is asked for again.
 * Consumes @msg. Returns 0 or a negative errno, told in s->refusal.
 */
int session_talk(struct session *s, struct nl_msg *msg,
		 struct replies *replies);
/*
 * The same for what is too much to be kept: @each has every reply as it comes.
 * A dump that was overtaken by changes fails, with EINTR.
 */
int session_each(struct session *s, struct nl_msg *msg,
		 void (*each)(struct nl_msg *msg, void *arg), void *arg);
/*
 * From now on requests without @replies are kept and sent many at a time, until
 * session_flush() sends the last: thousands of them have but some answers to wait for.
 * session_talk() returns 0 for them; if one was refused, session_flush() returns a
 * negative errno, and does not know which. Those behind it in a message have been carried out.
 */
void session_gather(struct session *s);
int session_flush(struct session *s);
void replies_free(struct replies *replies);

/* Attributes of reply @i in @tb[@max + 1]; false if it is malformed */
bool reply_attrs(const struct replies *replies, unsigned int i,
		 struct nlattr **tb, int max, struct nla_policy *policy);

#endif
