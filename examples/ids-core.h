/* SPDX-License-Identifier: GPL-2.0-only */
/* What ids-node does with one frame; no I/O, so tests can call it. */
#ifndef IDS_CORE_H
#define IDS_CORE_H

#include "ids-flow.h"
#include "ids-opts.h"

struct ids_stats {
	uint64_t rx, rx_bytes;		/* frames received */
	uint64_t returned;		/* given back */
	uint64_t kept;			/* of a flow under a drop verdict */
	uint64_t bad;			/* refused by the parser, dropped */
	uint64_t metadata;		/* metadata-only, for nobody here */
	uint64_t unread;		/* inner frame not understood, returned */
	uint64_t payload;		/* clean TCP bytes */
	uint64_t drop, allow, skip, repath; /* decisions */
	uint64_t verdict_frame;		/* verdicts by carrier */
	uint64_t verdict_md;
	uint64_t answered;		/* Q asked and answered */
	uint64_t tx_error;
	uint64_t truncated;		/* longer than a buffer, dropped */
};

struct ids {
	struct ids_opts opts;
	struct ids_table table;
	struct ids_stats stats;
	size_t mtu;			/* of the interface */
};

/* What to send for a frame. */
struct ids_out {
	bool give_back;
	int head_len;			/* 0: the frame as it is */
	uint8_t head[SVCPLANE_HEADER_MAX];
	const uint8_t *payload;		/* goes behind head */
	size_t payload_len;
	int md_len;			/* metadata-only packet, 0: none */
	uint8_t md[SVCPLANE_HEADER_MAX];
};

/* @buf may be changed. @now_ms: any clock that only goes forward. */
void ids_handle(struct ids *ids, uint8_t *buf, size_t len, uint64_t now_ms,
		struct ids_out *out);

/* One line of key=value pairs with a newline. Returns its length. */
int ids_stats_line(const struct ids *ids, char *line, size_t size);

#endif /* IDS_CORE_H */
