/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Echo requests and what comes back, for ping and trace.
 */
#ifndef SVC_ECHO_H
#define SVC_ECHO_H

#include <stdint.h>

#include "session.h"

#define ECHO_TTL	63

/* Codes are those of the wire, see <linux/svcplane_wire.h> */
struct answer {
	bool got;
	uint32_t seq;
	uint8_t code, subcode;
	uint64_t rtt;			/* nanoseconds */
	unsigned int from, next;	/* host ids; next 0 = none */
	char from_name[32], next_name[32];	/* empty: this host */
	bool has_hop;
	unsigned int node;		/* id; 0 = end of the path */
	char node_name[32];
	unsigned int down;
	unsigned int spi, si, hops;
};

struct echo {
	struct session *s;
	const struct args *args;
	uint32_t handle;
	uint32_t seq;			/* of the last request */
	bool reverse;			/* beside what was typed */
	struct answer answer;		/* to the last request */
};

/* What was typed says whom to ask; a random handle and first number */
void echo_begin(struct echo *e, struct session *s, const struct args *args);
/* Sends the next request. Returns an exit code, complaining unless it is RC_OK */
int echo_send(struct echo *e, unsigned int ttl);
/* Waits for its answer: e->answer.got. Returns an exit code as above */
int echo_wait(struct echo *e, unsigned int ms);
/* The same until a moment, whatever comes; false: a signal has ended it */
bool echo_sleep(const struct timespec *until);
void echo_after(struct timespec *t, unsigned int ms);

/* SIGINT and SIGTERM end the waiting; echo_stopped() then is true */
void echo_catch(void);
bool echo_stopped(void);

/* "path 100", "host 2", as typed, with "reverse" behind if @e says so */
void echo_target(const struct echo *e, char *buf, size_t size);
/* "hv3 (3)", "this host (1)" */
void echo_host(char *buf, size_t size, unsigned int id, const char *name);
void echo_node(char *buf, size_t size, const struct answer *a);
/* Why it went no further, as a sentence; the end of the path is none */
void echo_verdict(char *buf, size_t size, const struct answer *a);
/* Its members, of an object that is open */
void echo_json(struct out *o, const struct answer *a);

/* Whom to ask: keys of ping and of trace */
int echo_put_host(struct session *s, struct nl_msg *msg,
		  const struct value *value);

#define ECHO_KEY_PATH							\
	{ .name = "path", .kind = K_UINT, .flags = KEY_NEED, .excl = 1,	\
	  .attr = SVCPLANE_A_ECHO_SPI, .min = 1, .max = SVCPLANE_SPI_MAX, \
	  .meta = "SPI", .help = "along that path, in the direction of this SPI", \
	  .known = &object_path, .known_attr = SVCPLANE_A_PATH_SPI }

#define ECHO_KEY_FLOW							\
	{ .name = "flow", .kind = K_NOISE,				\
	  .help = "what follows names a flow" }

#define ECHO_KEY_TAG							\
	{ .name = "tag", .kind = K_HEX, .flags = KEY_NEED, .excl = 1,	\
	  .attr = SVCPLANE_A_ECHO_TAG, .min = 1, .max = 0x7fffffff,	\
	  .meta = "TAG",						\
	  .help = "along the path of that flow, less the hops left out", \
	  .known = &object_flow, .known_attr = SVCPLANE_A_FLOW_TAG }

#define ECHO_KEY_REVERSE						\
	{ .name = "reverse", .kind = K_FLAG, .excl = 2,			\
	  .attr = SVCPLANE_A_ECHO_REVERSE,				\
	  .help = "in the other direction" }

#define ECHO_KEY_BOTH							\
	{ .name = "both", .kind = K_FLAG, .excl = 2,			\
	  .help = "in one direction, then in the other" }

#endif
