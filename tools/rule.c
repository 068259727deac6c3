// SPDX-License-Identifier: GPL-2.0-only
#include <linux/svcplane.h>

#include "commands.h"
#include "put.h"

static const struct field by_name[] = {
	{ F_STR, SVCPLANE_A_PROXY_REF_NAME, "", "name" },
	{ 0 }
}, by_id[] = {
	{ F_UINT, SVCPLANE_A_PROXY_REF_ID, "", "id" },
	{ 0 }
};

/* By name; a proxy that is not there (any more) by number */
static void print_proxies(struct out *o, const struct attrs *attrs,
			  const struct view *view)
{
	struct nlattr *attr = attrs_find(attrs, SVCPLANE_A_MATCH_PROXY);

	if (!attr && !o->json)
		return;
	if (o->json)
		out_array(o, "proxies");
	else
		out_list(o, "proxy", NULL);
	for (; attr; attr = attrs_next(attrs, attr, SVCPLANE_A_MATCH_PROXY)) {
		struct attrs nest = attrs_of_nest(attr);
		bool named = attrs_find(&nest, SVCPLANE_A_PROXY_REF_NAME);

		out_object(o, NULL);
		if (named)
			fields_print(o, by_name, &nest, view);
		if (!named || o->json)
			fields_print(o, by_id, &nest, view);
		out_object_end(o);
	}
	if (o->json)
		out_array_end(o);
	else
		out_list_end(o);
}

static void print_mark(struct out *o, const struct attrs *attrs,
		       const struct view *view)
{
	struct nlattr *mark = attrs_find(attrs, SVCPLANE_A_MATCH_MARK);
	struct nlattr *mask = attrs_find(attrs, SVCPLANE_A_MATCH_MARK_MASK);
	char text[32];

	(void)view;
	if (!mark)
		return;
	if (o->json) {
		out_uint(o, NULL, "mark", attr_uint(mark));
		out_uint(o, NULL, "mark_mask",
			 mask ? attr_uint(mask) : UINT32_MAX);
		return;
	}
	if (mask && attr_uint(mask) != UINT32_MAX)
		snprintf(text, sizeof(text), "0x%x/0x%x",
			 (uint32_t)attr_uint(mark), (uint32_t)attr_uint(mask));
	else
		snprintf(text, sizeof(text), "0x%x",
			 (uint32_t)attr_uint(mark));
	out_str(o, "mark", NULL, text);
}

static const struct field match[] = {
	{ F_WORD, SVCPLANE_A_MATCH_DIRS, "dir", "dir", .words = words_dir },
	{ F_WORD, SVCPLANE_A_MATCH_FAMILY, "family", "family", FIELD_DETAIL,
	  .words = words_family },
	{ F_WORD, SVCPLANE_A_MATCH_PROTO, "proto", "proto", .words = words_proto },
	{ F_PREFIX, SVCPLANE_A_MATCH_SRC, "src", "src" },
	{ F_STR, SVCPLANE_A_MATCH_SRC_GROUP, "src-group", "src_group" },
	{ F_RANGE, SVCPLANE_A_MATCH_SPORT, "sport", "sport", FIELD_MANY },
	{ F_PREFIX, SVCPLANE_A_MATCH_DST, "dst", "dst" },
	{ F_STR, SVCPLANE_A_MATCH_DST_GROUP, "dst-group", "dst_group" },
	{ F_RANGE, SVCPLANE_A_MATCH_DPORT, "dport", "dport", FIELD_MANY },
	{ F_UINT, SVCPLANE_A_MATCH_VLAN, "vlan", "vlan" },
	{ F_MAC, SVCPLANE_A_MATCH_SMAC, "smac", "smac" },
	{ F_MAC, SVCPLANE_A_MATCH_DMAC, "dmac", "dmac" },
	{ F_WORD, SVCPLANE_A_MATCH_ETHERTYPE, "ethertype", "ethertype", FIELD_HEX,
	  .words = words_ethertype },
	{ F_SPECIAL, .print = print_mark },
	{ F_SPECIAL, .print = print_proxies },
	{ 0 }
};

static void print_action(struct out *o, const struct attrs *attrs,
			 const struct view *view)
{
	static const struct field action[] = {
		{ F_WORD, SVCPLANE_A_RULE_ACTION, "", "action", .words = words_action },
		{ 0 }
	}, chain[] = {
		{ F_STR, SVCPLANE_A_RULE_CHAIN, "chain", "chain" },
		{ F_UINT, SVCPLANE_A_RULE_CHAIN_ID, NULL, "chain_id" },
		{ 0 }
	};
	struct nlattr *a = attrs_find(attrs, SVCPLANE_A_RULE_ACTION);

	if (o->json || (a && attr_uint(a) != SVCPLANE_RULE_ACTION_CHAIN))
		fields_print(o, action, attrs, view);
	fields_print(o, chain, attrs, view);
}

static const struct field fields[] = {
	{ F_STR, SVCPLANE_A_RULE_PLANE, "", "plane", FIELD_BRIEF, .width = 15 },
	{ F_UINT, SVCPLANE_A_RULE_PRIO, "prio", "prio", FIELD_BRIEF, .width = 6 },
	{ F_UINT, SVCPLANE_A_RULE_ID, "id", "id" },
	{ F_NEST, SVCPLANE_A_RULE_MATCH, "", "match", .sub = match },
	{ F_FLAG, SVCPLANE_A_RULE_TWICE, "twice", "twice" },
	{ F_SPECIAL, .print = print_action },
	{ F_WORD, SVCPLANE_A_RULE_ACTION, NULL, NULL, FIELD_BRIEF, .width = 6,
	  .words = words_action },
	{ F_STR, SVCPLANE_A_RULE_CHAIN, NULL, NULL, FIELD_BRIEF },
	{ F_OPEN, .key = "stats64", .flags = FIELD_STATS },
	{ F_LINE, .flags = FIELD_STATS },
	{ F_COUNT, SVCPLANE_A_RULE_COUNT, "decided", "decided", FIELD_STATS },
	{ F_CLOSE, .flags = FIELD_STATS },
	{ 0 }
};

const struct object object_rule = {
	.name = "rule",
	.get = SVCPLANE_CMD_RULE_GET,
	.ntf = SVCPLANE_CMD_RULE_NTF,
	.del = SVCPLANE_CMD_RULE_DEL_NTF,
	.fields = fields,
};

/* What the kernel answers to a new rule */
static const struct field fields_added[] = {
	{ F_STR, SVCPLANE_A_RULE_PLANE, "", "plane" },
	{ F_UINT, SVCPLANE_A_RULE_PRIO, "prio", "prio" },
	{ F_UINT, SVCPLANE_A_RULE_ID, "id", "id" },
	{ 0 }
};

static const struct object object_added = {
	.name = "rule",
	.fields = fields_added,
};

static int put_chain(struct session *s, struct nl_msg *msg,
		     const struct value *value)
{
	uint32_t start = nlmsg_hdr(msg)->nlmsg_len;

	if (nla_put_string(msg, SVCPLANE_A_RULE_CHAIN, value->items[0].text))
		return -1;
	session_mark(s, msg, start, value, 0);
	return nla_put_u32(msg, SVCPLANE_A_RULE_ACTION,
			   SVCPLANE_RULE_ACTION_CHAIN);
}

static int put_proxies(struct session *s, struct nl_msg *msg,
		       const struct value *value)
{
	for (unsigned int i = 0; i < value->n; i++) {
		uint32_t start = nlmsg_hdr(msg)->nlmsg_len;
		struct nlattr *nest;

		nest = nla_nest_start(msg,
				      SVCPLANE_A_MATCH_PROXY | NLA_F_NESTED);
		if (!nest || nla_put_string(msg, SVCPLANE_A_PROXY_REF_NAME,
					    value->items[i].text))
			return -1;
		if (put_nest_end(msg, nest))
			return -1;
		session_mark(s, msg, start, value, i);
	}
	return 0;
}

#define MATCH	.nest = SVCPLANE_A_RULE_MATCH

#define KEY_PRIO(more)							\
	{ .name = "prio", .kind = K_UINT, .flags = (more),		\
	  .attr = SVCPLANE_A_RULE_PRIO, .max = UINT32_MAX,		\
	  .meta = "N", .help = "lower is asked first",			\
	  .known = &object_rule, .known_attr = SVCPLANE_A_RULE_PRIO }

#define KEY_ACTION(word, number, text)					\
	{ .name = word, .kind = K_VALUE, .flags = KEY_NEED, .excl = 1,	\
	  .attr = SVCPLANE_A_RULE_ACTION, .min = (number), .help = text }

static const struct key keys_add[] = {
	KEY_PLANE_OF(SVCPLANE_A_RULE_PLANE, KEY_NEED),
	KEY_PRIO(KEY_NEED),
	{ .name = "dir", .kind = K_WORD, MATCH, .attr = SVCPLANE_A_MATCH_DIRS,
	  .words = words_dir, .meta = "DIR",
	  .help = "direction, seen from the guest (any unless told)" },
	{ .name = "family", .kind = K_WORD, MATCH,
	  .attr = SVCPLANE_A_MATCH_FAMILY, .words = words_family,
	  .meta = "FAMILY", .help = "IP version; follows from addresses" },
	{ .name = "proto", .kind = K_WORD, MATCH, .words = words_proto,
	  .max = 255, .attr = SVCPLANE_A_MATCH_PROTO, .meta = "PROTO",
	  .help = "IP protocol, a name or 0 to 255" },
	{ .name = "src", .kind = K_PREFIX, MATCH, .excl = 2,
	  .attr = SVCPLANE_A_MATCH_SRC, .put = put_prefix_nest,
	  .meta = "PREFIX", .help = "source address" },
	{ .name = "src-group", .kind = K_NAME, MATCH, .excl = 2,
	  .attr = SVCPLANE_A_MATCH_SRC_GROUP, .max = NAME_MAX_LEN,
	  .meta = "GROUP", .help = "source address or MAC is in that group",
	  .known = &object_group, .known_attr = SVCPLANE_A_GROUP_NAME },
	{ .name = "sport", .kind = K_RANGE, .flags = KEY_LIST, MATCH,
	  .max = 65535, .attr = SVCPLANE_A_MATCH_SPORT, .put = put_range,
	  .meta = "PORT[-PORT]", .help = "source port, at most 16 ranges" },
	{ .name = "dst", .kind = K_PREFIX, MATCH, .excl = 3,
	  .attr = SVCPLANE_A_MATCH_DST, .put = put_prefix_nest,
	  .meta = "PREFIX", .help = "destination address" },
	{ .name = "dst-group", .kind = K_NAME, MATCH, .excl = 3,
	  .attr = SVCPLANE_A_MATCH_DST_GROUP, .max = NAME_MAX_LEN,
	  .meta = "GROUP", .help = "destination address or MAC is in that group",
	  .known = &object_group, .known_attr = SVCPLANE_A_GROUP_NAME },
	{ .name = "dport", .kind = K_RANGE, .flags = KEY_LIST, MATCH,
	  .max = 65535, .attr = SVCPLANE_A_MATCH_DPORT, .put = put_range,
	  .meta = "PORT[-PORT]", .help = "destination port, at most 16 ranges" },
	{ .name = "vlan", .kind = K_UINT, MATCH, .max = 4094,
	  .attr = SVCPLANE_A_MATCH_VLAN, .meta = "VID",
	  .help = "outer VLAN, 0 for untagged" },
	{ .name = "smac", .kind = K_MAC, MATCH, .attr = SVCPLANE_A_MATCH_SMAC,
	  .meta = "MAC", .help = "source MAC" },
	{ .name = "dmac", .kind = K_MAC, MATCH, .attr = SVCPLANE_A_MATCH_DMAC,
	  .meta = "MAC", .help = "destination MAC" },
	{ .name = "ethertype", .kind = K_WORD, MATCH,
	  .words = words_ethertype, .max = 65535,
	  .attr = SVCPLANE_A_MATCH_ETHERTYPE, .meta = "TYPE",
	  .help = "behind VLAN tags, a name or 0 to 65535" },
	{ .name = "mark", .kind = K_MASKED, MATCH, .max = UINT32_MAX,
	  .attr = SVCPLANE_A_MATCH_MARK, .put = put_pair,
	  .meta = "MARK[/MASK]", .help = "packet mark" },
	{ .name = "proxy", .kind = K_DEV, .flags = KEY_LIST, MATCH,
	  .attr = SVCPLANE_A_MATCH_PROXY, .put = put_proxies,
	  .meta = "PROXY",
	  .help = "only guests of these port proxies, at most 16",
	  .known = &object_proxy, .known_attr = SVCPLANE_A_PROXY_NAME },
	{ .name = "twice", .kind = K_FLAG, .attr = SVCPLANE_A_RULE_TWICE,
	  .help = "between two guests of one host: inspect for both" },
	{ .name = "chain", .kind = K_NAME, .flags = KEY_NEED, .excl = 1,
	  .put = put_chain, .attr = SVCPLANE_A_RULE_CHAIN,
	  .max = NAME_MAX_LEN, .meta = "CHAIN",
	  .help = "steer through that chain", .known = &object_chain,
	  .known_attr = SVCPLANE_A_CHAIN_NAME },
	KEY_ACTION("bypass", SVCPLANE_RULE_ACTION_BYPASS,
		   "go past all service nodes"),
	KEY_ACTION("drop", SVCPLANE_RULE_ACTION_DROP, "do not let through"),
	{ 0 }
};

#define KEY_ID(more)							\
	{ .name = "id", .kind = K_UINT, .flags = (more),		\
	  .attr = SVCPLANE_A_RULE_ID, .min = 1, .max = UINT32_MAX,	\
	  .meta = "ID",							\
	  .help = "number of the rule; needed when several have the priority", \
	  .known = &object_rule, .known_attr = SVCPLANE_A_RULE_ID }

static const struct key keys_del[] = {
	KEY_PLANE_OF(SVCPLANE_A_RULE_PLANE, KEY_NEED),
	KEY_PRIO(KEY_NEED),
	KEY_ID(0),
	{ 0 }
};

static const struct key keys_show[] = {
	KEY_PLANE_OF(SVCPLANE_A_RULE_PLANE, 0),
	KEY_PRIO(KEY_FILTER),
	KEY_ID(KEY_FILTER),
	{ .name = "chain", .kind = K_NAME, .flags = KEY_FILTER,
	  .attr = SVCPLANE_A_RULE_CHAIN, .max = NAME_MAX_LEN, .meta = "CHAIN",
	  .help = "only rules that lead to that chain",
	  .known = &object_chain, .known_attr = SVCPLANE_A_CHAIN_NAME },
	{ 0 }
};

const struct command commands_rule[] = {
	{ .name = "add", .help = "adds a rule; what is left out matches everything",
	  .keys = keys_add, .run = object_change, .cmd = SVCPLANE_CMD_RULE_NEW,
	  .reply = &object_added },
	{ .name = "del", .also = "delete", .help = "deletes a rule",
	  .keys = keys_del, .run = object_change,
	  .cmd = SVCPLANE_CMD_RULE_DEL },
	{ .name = "show", .also = "list",
	  .help = "shows rules in the order in which they are asked",
	  .keys = keys_show, .run = object_show,
	  .cmd = SVCPLANE_CMD_RULE_GET },
	{ 0 }
};
