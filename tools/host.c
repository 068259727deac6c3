// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdio.h>

#include <linux/svcplane.h>

#include "commands.h"
#include "put.h"

/* Name in text and JSON, attribute */
#define TYPES(X)							\
	X("hello", "hello", HELLO)					\
	X("hello-answer", "hello_answer", HELLO_ANSWER)			\
	X("hello-done", "hello_done", HELLO_DONE)			\
	X("ack", "ack", ACK)						\
	X("announce", "announce", ANNOUNCE)				\
	X("verdict", "verdict", VERDICT)				\
	X("flow-state", "flow_state", FLOW_STATE)			\
	X("user", "user", USER)

#define TYPE_FIELD(word, json, attribute)				\
	{ F_UINT, SVCPLANE_A_CTL_COUNT_##attribute, word, json },

static const struct field types[] = {
	TYPES(TYPE_FIELD)
	{ 0 }
};

static void print_ms(struct out *o, const char *label, uint64_t ms)
{
	uint64_t s = ms / 1000;
	char text[32];

	if (s < 10)
		snprintf(text, sizeof(text), "%" PRIu64 ".%" PRIu64 "s", s,
			 ms % 1000 / 100);
	else if (s < 120)
		snprintf(text, sizeof(text), "%" PRIu64 "s", s);
	else if (s < 7200)
		snprintf(text, sizeof(text), "%" PRIu64 "m%" PRIu64 "s", s / 60,
			 s % 60);
	else
		snprintf(text, sizeof(text), "%" PRIu64 "h%" PRIu64 "m",
			 s / 3600, s / 60 % 60);
	out_str(o, label, NULL, text);
}

static void print_rtt(struct out *o, uint64_t us)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRIu64 ".%03" PRIu64 "ms", us / 1000,
		 us % 1000);
	out_str(o, "rtt", NULL, text);
}

/* JSON has the numbers as they are; see the fields without label */
static void print_state(struct out *o, const struct attrs *attrs,
			const struct view *view)
{
	struct nlattr *age = attrs_find(attrs, SVCPLANE_A_HOST_SESSION_AGE);
	struct nlattr *silent = attrs_find(attrs, SVCPLANE_A_HOST_SILENT);
	struct nlattr *rtt = attrs_find(attrs, SVCPLANE_A_HOST_RTT);
	bool live = attrs_find(attrs, SVCPLANE_A_HOST_LIVE);

	if (o->json)
		return;
	if (!live)
		out_word(o, "down");
	if (age)
		print_ms(o, "session", attr_uint(age));
	if (silent && (!live || view->details))
		print_ms(o, "silent", attr_uint(silent));
	if (!silent)
		out_word(o, "never-heard");
	if (rtt)
		print_rtt(o, attr_uint(rtt));
}

#define COUNT(attribute, label, json)					\
	{ F_UINT, SVCPLANE_A_HOST_##attribute, label, json, FIELD_STATS }

static const struct field fields[] = {
	{ F_STR, SVCPLANE_A_HOST_PLANE, "", "plane", FIELD_BRIEF, .width = 15 },
	{ F_STR, SVCPLANE_A_HOST_NAME, "", "name", FIELD_BRIEF, .width = 15 },
	{ F_UINT, SVCPLANE_A_HOST_ID, "id", "id", FIELD_BRIEF, .width = 4 },
	{ F_FLAG, SVCPLANE_A_HOST_LIVE, "live", "live", FIELD_BRIEF, .width = 4 },
	{ F_SPECIAL, .print = print_state },
	{ F_UINT, SVCPLANE_A_HOST_SESSION_AGE, NULL, "session_ms" },
	{ F_UINT, SVCPLANE_A_HOST_SILENT, NULL, "silent_ms" },
	{ F_UINT, SVCPLANE_A_HOST_RTT, NULL, "rtt_us" },
	{ F_STR, SVCPLANE_A_HOST_UPLINK, "uplink", "uplink", FIELD_BRIEF, .width = 15 },
	{ F_UINT, SVCPLANE_A_HOST_UPLINK_IFINDEX, NULL, "uplink_ifindex" },
	{ F_UINT, SVCPLANE_A_HOST_N_NODES, "nodes", "nodes", FIELD_BRIEF, .width = 5 },
	{ F_LINE, .flags = FIELD_DETAIL },
	{ F_HEX, SVCPLANE_A_HOST_EPOCH, "epoch", "epoch", FIELD_DETAIL },
	{ F_HEX, SVCPLANE_A_HOST_PEER_EPOCH, "peer-epoch", "peer_epoch", FIELD_DETAIL },
	{ F_HEX, SVCPLANE_A_HOST_KEY_ID, "key-id", "key_id", FIELD_DETAIL },
	{ F_UINT, SVCPLANE_A_HOST_SENT, "sent", "sent", FIELD_DETAIL },
	{ F_UINT, SVCPLANE_A_HOST_SEEN, "seen", "seen", FIELD_DETAIL },
	{ F_UINT, SVCPLANE_A_HOST_OUTSTANDING, "outstanding", "outstanding", FIELD_DFLT, 0 },
	{ F_NESTS, SVCPLANE_A_HOST_PUBLIC_KEY, "public-key", "public_keys", .sub = fields_key },
	{ F_OPEN, .key = "stats64", .flags = FIELD_STATS },
	{ F_LINE, .flags = FIELD_STATS },
	{ F_NEST, SVCPLANE_A_HOST_OUT, "sent", "out", FIELD_STATS, .sub = types },
	{ F_LINE, .flags = FIELD_STATS },
	{ F_NEST, SVCPLANE_A_HOST_IN, "accepted", "in", FIELD_STATS, .sub = types },
	{ F_LINE, .flags = FIELD_STATS },
	COUNT(SESSIONS, "sessions", "sessions"),
	COUNT(RETRANSMITTED, "retransmitted", "retransmitted"),
	COUNT(UNKNOWN, "unknown", "unknown"),
	COUNT(LOST, "lost", "lost"),
	COUNT(DUPLICATE, "duplicate", "duplicate"),
	COUNT(OVER_OUT, "over-out", "over_out"),
	{ F_LINE, .flags = FIELD_STATS },
	COUNT(REPLAYED, "replayed", "replayed"),
	COUNT(FORGED, "forged", "forged"),
	COUNT(STRAY, "stray", "stray"),
	COUNT(MALFORMED, "malformed", "malformed"),
	COUNT(TYPE, "type", "type"),
	COUNT(DENIED, "denied", "denied"),
	COUNT(OVER_MACS, "over-macs", "over_macs"),
	COUNT(OVER_HELLOS, "over-hellos", "over_hellos"),
	COUNT(UNKNOWN_TLVS, "unknown-tlvs", "unknown_tlvs"),
	{ F_CLOSE, .flags = FIELD_STATS },
	{ 0 }
};

const struct object object_host = {
	.name = "host",
	.get = SVCPLANE_CMD_HOST_GET,
	.ntf = SVCPLANE_CMD_HOST_NTF,
	.del = SVCPLANE_CMD_HOST_DEL_NTF,
	.fields = fields,
};

#define KEY_HOST(more)							\
	{ .name = "host", .kind = K_NAME, .flags = KEY_POS | (more),	\
	  .attr = SVCPLANE_A_HOST_ID, .min = SVCPLANE_A_HOST_NAME,	\
	  .max = NAME_MAX_LEN, .put = put_host, .meta = "HOST",		\
	  .help = "its name or id", .known = &object_host,		\
	  .known_attr = SVCPLANE_A_HOST_NAME }

#define KEYS_PUBLIC(more, text)						\
	{ .name = "public-key", .kind = K_KEY,				\
	  .flags = KEY_MANY | (more),					\
	  .attr = SVCPLANE_A_HOST_PUBLIC_KEY, .put = put_public_keys,	\
	  .meta = "BASE64", .help = text },				\
	{ .name = "key-number", .kind = K_UINT, .flags = KEY_MANY,	\
	  .put = put_key_number, .max = 255, .meta = "N",		\
	  .help = "number of the public key in front of it, 0 unless told" }

static const struct key keys_add[] = {
	KEY_PLANE_OF(SVCPLANE_A_HOST_PLANE, KEY_NEED),
	{ .name = "id", .kind = K_UINT, .flags = KEY_POS | KEY_NEED,
	  .attr = SVCPLANE_A_HOST_ID, .min = 1, .max = 4094, .meta = "ID",
	  .help = "number of the host in the plane, its host-id" },
	{ .name = "name", .kind = K_NAME, .flags = KEY_NEED,
	  .attr = SVCPLANE_A_HOST_NAME, .max = NAME_MAX_LEN, .meta = "NAME",
	  .help = "what it is called" },
	KEYS_PUBLIC(KEY_NEED, "what svcplane pubkey prints there; "
			      "a second one while keys change"),
	{ 0 }
};

static const struct key keys_set[] = {
	KEY_PLANE_OF(SVCPLANE_A_HOST_PLANE, KEY_NEED),
	KEY_HOST(KEY_NEED),
	{ .name = "name", .kind = K_NAME, .attr = SVCPLANE_A_HOST_NEW_NAME,
	  .max = NAME_MAX_LEN, .meta = "NAME",
	  .help = "what it is called from now on" },
	KEYS_PUBLIC(0, "takes the place of the keys it had; may be given twice"),
	{ 0 }
};

static const struct key keys_del[] = {
	KEY_PLANE_OF(SVCPLANE_A_HOST_PLANE, KEY_NEED),
	KEY_HOST(KEY_NEED),
	{ 0 }
};

static const struct key keys_show[] = {
	KEY_PLANE_OF(SVCPLANE_A_HOST_PLANE, 0),
	KEY_HOST(KEY_IDENT),
	{ 0 }
};

const struct command commands_host[] = {
	{ .name = "add", .help = "lists another host of the plane",
	  .keys = keys_add, .run = object_change, .cmd = SVCPLANE_CMD_HOST_NEW,
	  .more = "Messages are exchanged with it as soon as plane set has "
		  "given this host a private key." },
	{ .name = "set", .help = "changes name and keys of a host",
	  .keys = keys_set, .run = object_change, .cmd = SVCPLANE_CMD_HOST_SET },
	{ .name = "del", .also = "delete",
	  .help = "strikes a host: nothing of it is accepted any more",
	  .keys = keys_del, .run = object_change, .cmd = SVCPLANE_CMD_HOST_DEL },
	{ .name = "show", .also = "list", .help = "shows the other hosts",
	  .keys = keys_show, .run = object_show, .cmd = SVCPLANE_CMD_HOST_GET },
	{ 0 }
};
