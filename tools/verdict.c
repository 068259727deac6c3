// SPDX-License-Identifier: GPL-2.0-only
#include <linux/svcplane.h>
#include <linux/svcplane_wire.h>

#include "commands.h"
#include "put.h"
#include "refusal.h"

static const struct field fields[] = {
	{ F_STR, SVCPLANE_A_VERDICT_PLANE, "", "plane" },
	{ F_WORD, SVCPLANE_A_VERDICT_ACTION, "", "action", .words = words_verdict },
	{ F_STR, SVCPLANE_A_VERDICT_NODE, "node", "node" },
	{ F_UINT, SVCPLANE_A_VERDICT_NODE_ID, NULL, "node_id" },
	{ F_WORD, SVCPLANE_A_VERDICT_SCOPE, "scope", "scope", FIELD_DFLT,
	  SVCPLANE_SCOPE_BOTH, .words = words_scope },
	{ F_BITS, SVCPLANE_A_VERDICT_FLAGS, "flags", "flags", FIELD_DFLT, 0,
	  .words = words_verdict_flag },
	{ F_UINT, SVCPLANE_A_VERDICT_REASON, "reason", "reason", FIELD_DFLT, 0 },
	{ F_UINT, SVCPLANE_A_VERDICT_LIFETIME, "lifetime-ms", "lifetime_ms", FIELD_DFLT, 0 },
	{ F_STR, SVCPLANE_A_VERDICT_CHAIN, "chain", "chain" },
	{ F_UINT, SVCPLANE_A_VERDICT_CHAIN_ID, NULL, "chain_id" },
	{ F_UINT, SVCPLANE_A_VERDICT_SPI, "spi", "spi", FIELD_DFLT, 0 },
	{ F_HEX, SVCPLANE_A_VERDICT_TAG, "tag", "tag", FIELD_DFLT, 0 },
	{ F_WORD, SVCPLANE_A_VERDICT_PROTO, "proto", "proto", .words = words_proto },
	{ F_ADDR, SVCPLANE_A_VERDICT_SRC, "src", "src" },
	{ F_UINT, SVCPLANE_A_VERDICT_SPORT, "sport", "sport" },
	{ F_ADDR, SVCPLANE_A_VERDICT_DST, "dst", "dst" },
	{ F_UINT, SVCPLANE_A_VERDICT_DPORT, "dport", "dport" },
	{ F_UINT, SVCPLANE_A_VERDICT_VLAN, "vlan", "vlan", FIELD_DFLT, 0 },
	{ F_UINT, SVCPLANE_A_VERDICT_GENERATION, "generation", "generation", FIELD_DETAIL },
	{ F_WORD, SVCPLANE_A_VERDICT_STATUS, "status", "status", .words = words_status },
	{ 0 }
};

const struct object object_verdict = {
	.name = "verdict",
	.fields = fields,
};

/* Refused by the rules that hold for a node's own messages, not by netlink */
static int check_status(const struct replies *replies)
{
	struct attrs attrs;
	struct nlattr *status;
	const char *name;

	for (unsigned int i = 0; i < replies->n; i++) {
		if (!attrs_of_msg(&attrs, nlmsg_hdr(replies->msg[i])))
			continue;
		status = attrs_find(&attrs, SVCPLANE_A_VERDICT_STATUS);
		if (!attr_uint(status) ||
		    attr_uint(status) == SVCPLANE_STATUS_DUPLICATE)
			continue;
		name = words_name(words_status, attr_uint(status));
		return complain(RC_KERNEL, "the verdict was refused: %s",
				name ? name : "unknown status");
	}
	return RC_OK;
}

static int give(struct session *s, const struct args *args)
{
	struct view view = object_view(s->opt);
	struct replies replies = { 0 };
	struct attrs attrs;
	struct nl_msg *msg;
	int rc = put_request(s, args, 0, &msg);

	if (rc)
		return rc;
	rc = session_talk(s, msg, &replies) ? refusal_tell(s) :
					      check_status(&replies);
	if (!rc && s->opt->echo) {
		out_begin(&s->out);
		for (unsigned int i = 0; i < replies.n; i++)
			if (attrs_of_msg(&attrs, nlmsg_hdr(replies.msg[i])))
				object_print(&s->out, &object_verdict, &attrs,
					     &view);
		out_end(&s->out);
	}
	replies_free(&replies);
	return rc;
}

/* The flags are bits of one attribute: the first that is typed puts it */
static int put_flags(struct session *s, struct nl_msg *msg,
		     const struct value *value)
{
	const struct value *first = NULL;
	uint32_t bits = 0;

	for (unsigned int i = 0; i < s->args->n; i++) {
		const struct value *v = &s->args->values[i];

		if (v->key->put != put_flags)
			continue;
		if (!first)
			first = v;
		bits |= v->items[0].num;
	}
	return first == value ?
	       nla_put_u32(msg, SVCPLANE_A_VERDICT_FLAGS, bits) : 0;
}

#define KEY_NODE(more, text)						\
	{ .name = "node", .kind = K_NAME, .flags = (more),		\
	  .attr = SVCPLANE_A_VERDICT_NODE, .max = NAME_MAX_LEN,		\
	  .meta = "NODE", .help = text, .known = &object_node,		\
	  .known_attr = SVCPLANE_A_NODE_NAME }

#define KEY_NUMBER(word, attribute, low, high, name_, text)		\
	{ .name = word, .kind = K_UINT, .attr = (attribute),		\
	  .min = (low), .max = (high), .meta = name_, .help = text }

#define KEYS_FLOW							\
	{ .name = "flow", .kind = K_NOISE,				\
	  .help = "what follows names the flow" },			\
	{ .name = "tag", .kind = K_HEX, .attr = SVCPLANE_A_VERDICT_TAG,	\
	  .min = 1, .max = 0x7fffffff, .meta = "TAG",			\
	  .help = "tag of the flow; or name it by its addresses and ports", \
	  .known = &object_flow, .known_attr = SVCPLANE_A_FLOW_TAG },	\
	{ .name = "port", .kind = K_DEV, .attr = SVCPLANE_A_VERDICT_PORT, \
	  .meta = "TAP",						\
	  .help = "device of the guest, when two have such a flow" },	\
	{ .name = "proto", .kind = K_WORD, .words = words_proto,	\
	  .max = 255, .attr = SVCPLANE_A_VERDICT_PROTO,			\
	  .meta = "PROTO", .help = "IP protocol, a name or 0 to 255" },	\
	{ .name = "src", .kind = K_ADDR, .attr = SVCPLANE_A_VERDICT_SRC, \
	  .meta = "ADDR", .help = "source address, of either direction" }, \
	KEY_NUMBER("sport", SVCPLANE_A_VERDICT_SPORT, 0, 65535, "PORT",	\
		   "source port"),					\
	{ .name = "dst", .kind = K_ADDR, .attr = SVCPLANE_A_VERDICT_DST, \
	  .meta = "ADDR", .help = "destination address" },		\
	KEY_NUMBER("dport", SVCPLANE_A_VERDICT_DPORT, 0, 65535, "PORT",	\
		   "destination port"),					\
	KEY_NUMBER("vlan", SVCPLANE_A_VERDICT_VLAN, 1, 4094, "VID",	\
		   "outer VLAN; untagged unless told")

#define KEYS_ANY							\
	KEY_PLANE_OF(SVCPLANE_A_VERDICT_PLANE, KEY_NEED),		\
	KEY_NODE(KEY_NEED, "node in whose name it is given"),		\
	KEYS_FLOW,							\
	{ .name = "scope", .kind = K_WORD, .words = words_scope,	\
	  .attr = SVCPLANE_A_VERDICT_SCOPE, .meta = "SCOPE",		\
	  .help = "directions of the flow (both unless told)" },	\
	{ .name = "lifetime", .kind = K_TIME,				\
	  .attr = SVCPLANE_A_VERDICT_LIFETIME, .max = UINT32_MAX,	\
	  .meta = "TIME",						\
	  .help = "like 250ms, 3s, 5m or 1h; as long as the flow unless told" }, \
	KEY_NUMBER("reason", SVCPLANE_A_VERDICT_REASON, 0, 255, "N",	\
		   "shown with the verdict, free for the asker")

static const struct key keys_drop[] = {
	KEYS_ANY,
	{ .name = "now", .kind = K_FLAG, .put = put_flags,
	  .min = SVCPLANE_VERDICT_NOW,
	  .help = "also frames that are inside the chain" },
	{ .name = "reject", .kind = K_FLAG, .put = put_flags,
	  .min = SVCPLANE_VERDICT_REJECT,
	  .help = "the guest is told, by TCP reset or ICMP" },
	{ 0 }
};

static const struct key keys_any[] = { KEYS_ANY, { 0 } };

static const struct key keys_repath[] = {
	KEYS_ANY,
	{ .name = "chain", .kind = K_NAME, .attr = SVCPLANE_A_VERDICT_CHAIN,
	  .max = NAME_MAX_LEN, .meta = "CHAIN",
	  .help = "another chain (its own unless told)",
	  .known = &object_chain, .known_attr = SVCPLANE_A_CHAIN_NAME },
	KEY_NUMBER("spi", SVCPLANE_A_VERDICT_SPI, 1, SVCPLANE_SPI_MAX, "SPI",
		   "target path; any other of the chain unless told"),
	{ 0 }
};

static const struct key keys_lift[] = {
	KEY_PLANE_OF(SVCPLANE_A_VERDICT_PLANE, KEY_NEED),
	KEY_NODE(0, "only verdicts of that node"),
	KEYS_FLOW,
	{ 0 }
};

#define COMMAND(word, keys_, number, text)				\
	{ .name = word, .help = text, .keys = keys_, .run = give,	\
	  .cmd = SVCPLANE_CMD_VERDICT_NEW,				\
	  .fixed_attr = SVCPLANE_A_VERDICT_ACTION, .fixed = (number) }

const struct command commands_verdict[] = {
	COMMAND("drop", keys_drop, SVCPLANE_ACT_DROP,
		"drops the rest of a flow"),
	COMMAND("allow", keys_any, SVCPLANE_ACT_ALLOW,
		"lets the rest of a flow leave the whole chain"),
	COMMAND("skip-node", keys_any, SVCPLANE_ACT_SKIP,
		"leaves the node out for the rest of a flow"),
	COMMAND("re-path", keys_repath, SVCPLANE_ACT_REPATH,
		"sends the rest of a flow along another path"),
	{ .name = "lift", .help = "takes verdicts on a flow back",
	  .keys = keys_lift, .run = object_change,
	  .cmd = SVCPLANE_CMD_VERDICT_LIFT },
	{ 0 }
};
