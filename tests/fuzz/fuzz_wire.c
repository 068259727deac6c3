// SPDX-License-Identifier: GPL-2.0-only
/*
 * svp_wire_decode(): untrusted, bytes of nodes and of hosts that have a key.
 * Input: a control body.
 */
#include "fuzz.h"
#include "wire.h"

#define ROOM	70000

static void check_nodes(const struct svp_ctl_msg *msg)
{
	struct svp_bytes left = msg->nodes;
	unsigned int good = 0, invalid = 0;
	struct svp_node_rec rec;
	u8 buf[12];

	while (svp_wire_node_next(&left, &rec, &invalid)) {
		svp_wire_node_put(buf, &rec);
		HOLDS(!memcmp(buf, left.data - sizeof(buf), sizeof(buf)));
		HOLDS(rec.state >= 1 && rec.state <= 4 && rec.node);
		good++;
	}
	HOLDS(!left.len && (good + invalid) * 12 == msg->nodes.len);
}

static void check_ranges(const struct svp_ctl_msg *msg)
{
	const struct svp_wire_verdict *v = &msg->verdict;

	HOLDS(msg->type >= 1 && msg->type <= SVCPLANE_CTL_MAX);
	HOLDS(msg->origin <= SVCPLANE_HOST_MAX);
	if (msg->type == SVCPLANE_CTL_ANNOUNCE)
		check_nodes(msg);
	if (msg->type != SVCPLANE_CTL_VERDICT)
		return;
	HOLDS(v->action >= 1 && v->action <= 4);
	HOLDS(v->scope >= 1 && v->scope <= 3 && v->flags <= 3);
	HOLDS(v->spi <= SVCPLANE_SPI_MAX && v->tag <= SVCPLANE_CTX3_TAG_MASK);
	if (msg->has & SVP_WIRE_HAS(TUPLE))
		HOLDS(v->tuple.family == 4 || v->tuple.family == 6);
}

/* What was understood is the same after writing and reading it */
static void check_again(const struct svp_ctl_msg *msg)
{
	static u8 one[ROOM], two[ROOM];
	struct svp_ctl_msg again;
	unsigned int len;

	len = svp_wire_encode(one, sizeof(one), msg);
	HOLDS(len && len <= msg->len);
	HOLDS(!svp_wire_encode(two, len - 1, msg));
	HOLDS(svp_wire_decode(one, len, &again) == SVP_WIRE_OK);
	HOLDS(again.type == msg->type && again.flags == msg->flags);
	HOLDS(again.origin == msg->origin && again.dest == msg->dest);
	HOLDS(again.epoch == msg->epoch && again.seq == msg->seq);
	HOLDS(again.has == msg->has && !again.unknown);
	HOLDS(svp_wire_encode(two, sizeof(two), &again) == len);
	HOLDS(!memcmp(one, two, len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct svp_ctl_msg msg;
	enum svp_wire_err err;
	void *buf;

	buf = exact(data, size);
	err = svp_wire_decode(buf, size, &msg);
	HOLDS(err < SVP_WIRE_NODE_TYPE);
	HOLDS(svp_wire_status(err) <= SVCPLANE_STATUS_MAX);
	if (err == SVP_WIRE_OK) {
		HOLDS(msg.len == size);
		check_ranges(&msg);
		check_again(&msg);
		err = svp_wire_check_node(&msg);
		HOLDS(!err || err == SVP_WIRE_NODE_TYPE ||
		      err == SVP_WIRE_NODE_FIELD);
		HOLDS(err || (!msg.origin && !msg.epoch && !msg.seq));
	}
	free(buf);
	return 0;
}
