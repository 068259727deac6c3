/* SPDX-License-Identifier: GPL-2.0-only */
/* Flows of ids-node: a bounded table, and patterns sought in their streams. */
#ifndef IDS_FLOW_H
#define IDS_FLOW_H

#include <stdbool.h>
#include <stdint.h>
#include <svcplane.h>

#define IDS_PATTERN_MAX		64	/* bytes of a pattern */
#define IDS_PATTERNS		32
#define IDS_TAIL		(IDS_PATTERN_MAX - 1)

struct ids_pattern {
	uint8_t action;			/* SVCPLANE_ACT_* when it is seen */
	uint8_t len;
	uint8_t bytes[IDS_PATTERN_MAX];
	const char *text;		/* as given on the command line */
};

/* A flow is known by its tag, or by its tuple where no tag is shown. */
struct ids_key {
	uint32_t tag;
	uint16_t host;
	uint16_t vlan[2];		/* outer, inner */
	uint16_t zero;			/* it is compared as bytes */
	uint8_t addr[2][16];		/* the smaller end first */
	uint16_t port[2];
};

/* One direction of a stream: what the next segment must begin with, and the
 * last bytes seen, in which a pattern may have begun.
 */
struct ids_stream {
	uint32_t next_seq;
	bool synced;
	uint8_t tail_len;
	uint8_t tail[IDS_TAIL];
};

struct ids_flow {
	struct ids_key key;
	uint32_t chain;			/* next in the bucket, index + 1 */
	uint32_t newer, older;		/* LRU list, index + 1 */
	uint64_t clean;			/* payload bytes without a match */
	uint64_t asked_ms;		/* when the last verdict was sent */
	uint64_t decided_ms;
	uint8_t action;			/* 0: undecided */
	uint8_t reason;
	uint8_t asked;			/* verdicts sent, saturating */
	struct ids_stream dir[2];
};

struct ids_table {
	struct ids_flow *flows;
	uint32_t *buckets;
	uint32_t size;			/* flows there is room for */
	uint32_t mask;			/* buckets - 1 */
	uint32_t used;
	uint32_t newest, oldest;	/* index + 1, 0 when empty */
	uint64_t seed[2];
	uint64_t evicted;
};

int ids_table_init(struct ids_table *t, uint32_t size);
void ids_table_free(struct ids_table *t);

/* Fills @key; returns which direction of it the frame travels in. */
int ids_key_make(struct ids_key *key, const struct svcplane_context *ctx,
		 const struct svcplane_inner *in);

/* Finds a flow and makes it the newest; NULL if it is not there. */
struct ids_flow *ids_flow_find(struct ids_table *t, const struct ids_key *key);

/* The same, or a new flow; the least recently used one gives way. */
struct ids_flow *ids_flow_get(struct ids_table *t, const struct ids_key *key);

/* Looks for the patterns in the TCP payload of @in and where it meets what
 * came before. Returns the index of the first pattern seen, or -1.
 */
int ids_flow_scan(struct ids_flow *flow, int dir,
		  const struct svcplane_inner *in,
		  const struct ids_pattern *patterns, unsigned int n);

#endif /* IDS_FLOW_H */
