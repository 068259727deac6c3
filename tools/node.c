// SPDX-License-Identifier: GPL-2.0-only
#include <linux/svcplane.h>

#include "commands.h"
#include "put.h"

#define FLAGS_DEFAULT	SVCPLANE_NODE_FLAG_DECREMENTS
#define PERMS_DEFAULT	(SVCPLANE_PERM_DROP | SVCPLANE_PERM_SKIP)

/* "up", or "down" with the reasons */
static void print_state(struct out *o, const struct attrs *attrs,
			const struct view *view)
{
	struct nlattr *down = attrs_find(attrs, SVCPLANE_A_NODE_DOWN);
	static const struct field why[] = {
		{ F_BITS, SVCPLANE_A_NODE_DOWN, "down", "down", .words = words_down },
		{ 0 }
	};

	if (o->json) {
		out_str(o, NULL, "state", attr_uint(down) ? "down" : "up");
		fields_print(o, why, attrs, view);
	} else if (attr_uint(down)) {
		fields_print(o, why, attrs, view);
	} else {
		out_word(o, "up");
	}
}

static const struct field fields[] = {
	{ F_STR, SVCPLANE_A_NODE_PLANE, "", "plane", FIELD_BRIEF, .width = 15 },
	{ F_STR, SVCPLANE_A_NODE_NAME, "", "name", FIELD_BRIEF, .width = 15 },
	{ F_UINT, SVCPLANE_A_NODE_ID, "id", "id" },
	{ F_STR, SVCPLANE_A_NODE_SERVICE, "service", "service", FIELD_BRIEF, .width = 15 },
	{ F_WORD, SVCPLANE_A_NODE_MODE, "mode", "mode", FIELD_BRIEF, .width = 6,
	  .words = words_mode },
	{ F_STR, SVCPLANE_A_NODE_DEV, "dev", "dev", FIELD_BRIEF, .width = 15 },
	{ F_STR, SVCPLANE_A_NODE_EGRESS, "egress", "egress", FIELD_BRIEF, .width = 15 },
	{ F_UINT, SVCPLANE_A_NODE_IFINDEX, NULL, "ifindex" },
	{ F_UINT, SVCPLANE_A_NODE_EGRESS_IFINDEX, NULL, "egress_ifindex" },
	{ F_SPECIAL, .print = print_state },
	{ F_BITS, SVCPLANE_A_NODE_DOWN, NULL, NULL, FIELD_BRIEF, .words = words_down },
	{ F_WORD, SVCPLANE_A_NODE_MACS, "macs", "macs", FIELD_DFLT, SVCPLANE_MACS_LINK,
	  .words = words_macs },
	{ F_WORD, SVCPLANE_A_NODE_CONTEXT, "context", "context", FIELD_DFLT,
	  SVCPLANE_CONTEXT_SVCPLANE, .words = words_context },
	{ F_BITS, SVCPLANE_A_NODE_FLAGS, "flags", "flags", FIELD_DFLT, FLAGS_DEFAULT,
	  .words = words_node_flag },
	{ F_BITS, SVCPLANE_A_NODE_PERMS, "permit", "permit", FIELD_DFLT, PERMS_DEFAULT,
	  .words = words_perm },
	{ F_UINT, SVCPLANE_A_NODE_REPATH_CHAIN, "re-path-chains", "repath_chains", FIELD_MANY },
	{ F_MAC, SVCPLANE_A_NODE_MAC, "mac", "mac" },
	{ F_UINT, SVCPLANE_A_NODE_VLAN_LO, "vlan-first", "vlan_first", FIELD_DETAIL },
	{ F_UINT, SVCPLANE_A_NODE_VLAN_HI, "vlan-last", "vlan_last", FIELD_DETAIL },
	{ F_UINT, SVCPLANE_A_NODE_VERDICT_RATE, "verdict-rate", "verdict_rate", FIELD_DETAIL },
	{ F_UINT, SVCPLANE_A_NODE_VERDICT_BURST, "verdict-burst", "verdict_burst", FIELD_DETAIL },
	{ F_UINT, SVCPLANE_A_NODE_FLOW_RATE, "flow-rate", "flow_rate", FIELD_DFLT, 0 },
	{ F_UINT, SVCPLANE_A_NODE_HOST, "hosts", "hosts", FIELD_MANY },
	{ F_UINT, SVCPLANE_A_NODE_OWNER, NULL, "owner" },
	{ F_STR, SVCPLANE_A_NODE_OWNER_NAME, "owner", "owner_name" },
	{ F_UINT, SVCPLANE_A_NODE_MOVES, "moves", "moves", FIELD_DFLT, 0 },
	{ F_UINT, SVCPLANE_A_NODE_USERS, "users", "users", FIELD_DETAIL },
	{ F_UINT, SVCPLANE_A_NODE_GENERATION, "generation", "generation", FIELD_DETAIL },
	{ F_OPEN, .key = "stats64", .flags = FIELD_STATS },
	{ F_LINE, .flags = FIELD_STATS },
	{ F_COUNT, SVCPLANE_A_NODE_SENT_OUT, "sent out", "sent_out", FIELD_STATS },
	{ F_COUNT, SVCPLANE_A_NODE_RETURNED_OUT, "returned", "returned_out", FIELD_STATS },
	{ F_LINE, .flags = FIELD_STATS },
	{ F_COUNT, SVCPLANE_A_NODE_SENT_IN, "sent in ", "sent_in", FIELD_STATS },
	{ F_COUNT, SVCPLANE_A_NODE_RETURNED_IN, "returned", "returned_in", FIELD_STATS },
	{ F_LINE, .flags = FIELD_STATS },
	{ F_UINT, SVCPLANE_A_NODE_VERDICTS, "verdicts accepted", "verdicts", FIELD_STATS },
	{ F_UINT, SVCPLANE_A_NODE_REFUSED, "refused", "refused", FIELD_STATS },
	{ F_UINT, SVCPLANE_A_NODE_REFUSED_TYPE, "type", "refused_type", FIELD_STATS },
	{ F_UINT, SVCPLANE_A_NODE_REFUSED_MALFORMED, "malformed", "refused_malformed",
	  FIELD_STATS },
	{ F_UINT, SVCPLANE_A_NODE_REFUSED_PERMISSION, "permission", "refused_permission",
	  FIELD_STATS },
	{ F_UINT, SVCPLANE_A_NODE_REFUSED_FLOW, "flow", "refused_flow", FIELD_STATS },
	{ F_UINT, SVCPLANE_A_NODE_REFUSED_STALE, "stale", "refused_stale", FIELD_STATS },
	{ F_UINT, SVCPLANE_A_NODE_REFUSED_RATE, "rate", "refused_rate", FIELD_STATS },
	{ F_UINT, SVCPLANE_A_NODE_UNKNOWN_TLVS, "unknown-tlvs", "unknown_tlvs", FIELD_STATS },
	{ F_CLOSE, .flags = FIELD_STATS },
	{ 0 }
};

const struct object object_node = {
	.name = "node",
	.get = SVCPLANE_CMD_NODE_GET,
	.ntf = SVCPLANE_CMD_NODE_NTF,
	.del = SVCPLANE_CMD_NODE_DEL_NTF,
	.fields = fields,
};

static const struct word on_off[] = {
	{ "off", 0, NULL },
	{ "on", 1, NULL },
	{ 0 }
};

/*
 * The switches are bits of one attribute that is put whole: the first that is
 * typed puts all of them, the others keep their defaults.
 */
static int put_switches(struct session *s, struct nl_msg *msg,
			const struct value *value)
{
	const struct value *first = NULL;
	uint32_t bits = FLAGS_DEFAULT;

	for (unsigned int i = 0; i < s->args->n; i++) {
		const struct value *v = &s->args->values[i];

		if (v->key->put != put_switches)
			continue;
		if (!first)
			first = v;
		if (v->items[0].num)
			bits |= v->key->min;
		else
			bits &= ~v->key->min;
	}
	if (first != value)
		return 0;
	return nla_put_u32(msg, SVCPLANE_A_NODE_FLAGS, bits);
}

#define KEY_SWITCH(word, bit, text)					\
	{ .name = word, .kind = K_WORD, .words = on_off,		\
	  .put = put_switches, .min = (bit), .meta = "on|off",		\
	  .help = text }

#define KEYS_CHANGEABLE							\
	{ .name = "permit", .kind = K_WORD,				\
	  .flags = KEY_LIST | KEY_BITS, .attr = SVCPLANE_A_NODE_PERMS,	\
	  .words = words_perm, .meta = "VERDICT",			\
	  .help = "what its verdicts may ask for (drop,skip-node unless told); "	\
		  "set without re-path-chains beside it takes those away" }, \
	{ .name = "re-path-chains", .kind = K_UINT, .flags = KEY_LIST,	\
	  .attr = SVCPLANE_A_NODE_REPATH_CHAIN, .min = 1, .max = 65535,	\
	  .meta = "CHAIN-ID",						\
	  .help = "chains besides its own that a re-path may lead to, at most 8", \
	  .known = &object_chain,					\
	  .known_attr = SVCPLANE_A_CHAIN_ID },				\
	{ .name = "verdict-rate", .kind = K_UINT,			\
	  .attr = SVCPLANE_A_NODE_VERDICT_RATE, .max = UINT32_MAX,	\
	  .meta = "N", .help = "verdicts a second, 0 for no limit (1000 unless told)" }, \
	{ .name = "verdict-burst", .kind = K_UINT,			\
	  .attr = SVCPLANE_A_NODE_VERDICT_BURST, .max = UINT32_MAX,	\
	  .meta = "N", .help = "verdicts at once (2000 unless told)" },	\
	{ .name = "flow-rate", .kind = K_UINT,				\
	  .attr = SVCPLANE_A_NODE_FLOW_RATE, .max = UINT32_MAX,		\
	  .meta = "BYTES",						\
	  .help = "bytes a second of one guest, 0 for no limit" },	\
	{ .name = "up", .kind = K_VALUE, .excl = 1, .min = 0,		\
	  .attr = SVCPLANE_A_NODE_ADMIN_DOWN,				\
	  .help = "usable as far as the operator is concerned" },	\
	{ .name = "down", .kind = K_VALUE, .excl = 1, .min = 1,		\
	  .attr = SVCPLANE_A_NODE_ADMIN_DOWN,				\
	  .help = "its flows go elsewhere or fail by their chain" }

static const struct key keys_add[] = {
	KEY_PLANE_OF(SVCPLANE_A_NODE_PLANE, KEY_NEED),
	KEY_NAME_OF(SVCPLANE_A_NODE_NAME, NULL, "name of the node", KEY_NEED),
	{ .name = "id", .kind = K_UINT, .attr = SVCPLANE_A_NODE_ID, .min = 1,
	  .max = 65535, .meta = "ID",
	  .help = "number on the wire; the first free one unless told" },
	{ .name = "service", .kind = K_NAME, .flags = KEY_NEED,
	  .attr = SVCPLANE_A_NODE_SERVICE, .max = NAME_MAX_LEN,
	  .meta = "SERVICE", .help = "service it is an instance of",
	  .known = &object_service, .known_attr = SVCPLANE_A_SERVICE_NAME },
	{ .name = "mode", .kind = K_WORD, .attr = SVCPLANE_A_NODE_MODE,
	  .words = words_mode, .meta = "MODE",
	  .help = "how it is attached (inline unless told)" },
	{ .name = "dev", .kind = K_DEV, .attr = SVCPLANE_A_NODE_DEV,
	  .meta = "DEV",
	  .help = "device that frames from guests enter; needed unless hosts is given, may come "
		  "later" },
	{ .name = "egress", .kind = K_DEV, .attr = SVCPLANE_A_NODE_EGRESS,
	  .meta = "DEV", .help = "the other device of an inline node, needed as dev is" },
	{ .name = "hosts", .kind = K_UINT, .flags = KEY_LIST,
	  .attr = SVCPLANE_A_NODE_HOST, .min = 1, .max = 4094, .meta = "ID",
	  .help = "hosts that may own it, at most 16 (this one unless told)" },
	{ .name = "macs", .kind = K_WORD, .attr = SVCPLANE_A_NODE_MACS,
	  .words = words_macs, .meta = "MACS",
	  .help = "inline: what it sees as MAC addresses (link unless told)" },
	{ .name = "context", .kind = K_WORD, .attr = SVCPLANE_A_NODE_CONTEXT,
	  .words = words_context, .meta = "CONTEXT",
	  .help = "nsh: what it is shown as metadata (svcplane unless told)" },
	{ .name = "mac", .kind = K_MAC, .attr = SVCPLANE_A_NODE_MAC,
	  .meta = "MAC", .help = "nsh and tap: the address it is sent to" },
	{ .name = "vlan", .kind = K_RANGE, .attr = SVCPLANE_A_NODE_VLAN_LO,
	  .min = 1, .max = 4094, .put = put_pair, .meta = "FIRST-LAST",
	  .help = "vlan: tags that carry contexts" },
	KEY_SWITCH("gso", SVCPLANE_NODE_FLAG_GSO,
		   "nsh: frames leave unsegmented (off unless told)"),
	KEY_SWITCH("decrements", SVCPLANE_NODE_FLAG_DECREMENTS,
		   "nsh: the node itself moves the service index on (on unless told)"),
	KEY_SWITCH("oam", SVCPLANE_NODE_FLAG_OAM,
		   "nsh: the node is given OAM packets; on is not supported yet"),
	KEYS_CHANGEABLE,
	{ 0 }
};

static const struct key keys_set[] = {
	KEY_PLANE_OF(SVCPLANE_A_NODE_PLANE, KEY_NEED),
	KEY_NAME_OF(SVCPLANE_A_NODE_NAME, &object_node, "name of the node",
		    KEY_NEED),
	KEYS_CHANGEABLE,
	{ 0 }
};

static const struct key keys_del[] = {
	KEY_PLANE_OF(SVCPLANE_A_NODE_PLANE, KEY_NEED),
	KEY_NAME_OF(SVCPLANE_A_NODE_NAME, &object_node, "name of the node",
		    KEY_NEED),
	{ 0 }
};

static const struct key keys_show[] = {
	KEY_PLANE_OF(SVCPLANE_A_NODE_PLANE, 0),
	KEY_NAME_OF(SVCPLANE_A_NODE_NAME, &object_node, "name of the node",
		    KEY_IDENT),
	{ .name = "service", .kind = K_NAME, .flags = KEY_FILTER,
	  .attr = SVCPLANE_A_NODE_SERVICE, .max = NAME_MAX_LEN,
	  .meta = "SERVICE", .help = "only instances of that service",
	  .known = &object_service, .known_attr = SVCPLANE_A_SERVICE_NAME },
	{ 0 }
};

const struct command commands_node[] = {
	{ .name = "add", .help = "makes a service node and takes its devices",
	  .keys = keys_add, .run = object_change,
	  .cmd = SVCPLANE_CMD_NODE_NEW },
	{ .name = "set", .help = "changes what can be changed while frames pass",
	  .keys = keys_set, .run = object_change,
	  .cmd = SVCPLANE_CMD_NODE_SET },
	{ .name = "del", .also = "delete", .help = "forgets a service node",
	  .keys = keys_del, .run = object_change,
	  .cmd = SVCPLANE_CMD_NODE_DEL,
	  .more = "Refused while a path names it." },
	{ .name = "show", .also = "list", .help = "shows service nodes",
	  .keys = keys_show, .run = object_show,
	  .cmd = SVCPLANE_CMD_NODE_GET },
	{ 0 }
};
