// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>
#include <time.h>

#include <netlink/genl/genl.h>
#include <linux/svcplane.h>

#include "event.h"

/* A tuple is enough to tell which flow it was about */
static const struct field flow_name[] = {
	{ F_HEX, SVCPLANE_A_FLOW_TAG, "tag", "tag" },
	{ F_UINT, SVCPLANE_A_FLOW_HOST, "host", "host" },
	{ F_UINT, SVCPLANE_A_FLOW_IFACE, "iface", "iface" },
	{ F_STR, SVCPLANE_A_FLOW_PORT, "port", "port" },
	{ F_UINT, SVCPLANE_A_FLOW_FAMILY, NULL, "family" },
	{ F_WORD, SVCPLANE_A_FLOW_PROTO, "proto", "proto", .words = words_proto },
	{ F_ADDR, SVCPLANE_A_FLOW_SRC, "src", "src" },
	{ F_UINT, SVCPLANE_A_FLOW_SPORT, "sport", "sport" },
	{ F_ADDR, SVCPLANE_A_FLOW_DST, "dst", "dst" },
	{ F_UINT, SVCPLANE_A_FLOW_DPORT, "dport", "dport" },
	{ F_STR, SVCPLANE_A_FLOW_CHAIN, "chain", "chain" },
	{ F_UINT, SVCPLANE_A_FLOW_SPI, "spi", "spi" },
	{ 0 }
};

static void print_verdict(struct out *o, const struct attrs *attrs,
			  const struct view *view)
{
	const struct field nest[] = {
		{ F_NEST, SVCPLANE_A_EVENT_VERDICT, "", "verdict",
		  .sub = object_verdict.fields },
		{ 0 }
	};

	fields_print(o, nest, attrs, view);
}

static bool printable(const char *text, int len)
{
	for (int i = 0; i < len; i++)
		if (text[i] < ' ' || text[i] > '~' || text[i] == '"')
			return false;
	return true;
}

/* A user message: text where it is some, else hex. JSON has both */
static void print_user(struct out *o, const struct attrs *attrs,
		       const struct view *view)
{
	struct nlattr *user = attrs_find(attrs, SVCPLANE_A_EVENT_USER);
	int len = user ? nla_len(user) : 0;
	char text[2 * 256];
	bool plain;

	(void)view;
	if (!user)
		return;
	plain = len < 256 && printable(nla_data(user), len);
	if (plain) {
		snprintf(text, sizeof(text), o->json ? "%.*s" : "\"%.*s\"", len,
			 (char *)nla_data(user));
		out_str(o, "text", "text", text);
	}
	if (plain && !o->json)
		return;
	hex_text(nla_data(user), len, text, sizeof(text));
	out_str(o, "hex", "hex", text);
}

static const struct field fields_announced[] = {
	{ F_UINT, SVCPLANE_A_ANNOUNCED_NODE_ID, NULL, "node_id" },
	{ F_STR, SVCPLANE_A_ANNOUNCED_NODE, NULL, "node" },
	{ F_MAC, SVCPLANE_A_ANNOUNCED_MAC, NULL, "mac" },
	{ F_WORD, SVCPLANE_A_ANNOUNCED_STATE, NULL, "state", .words = words_node_state },
	{ F_UINT, SVCPLANE_A_ANNOUNCED_LOAD, NULL, "load" },
	{ F_UINT, SVCPLANE_A_ANNOUNCED_MOVES, NULL, "moves" },
	{ 0 }
};

/* "fw1:up", or "7:up" of a node that has no name here */
static void announced_text(const struct attrs *attrs, char *buf, size_t size)
{
	struct nlattr *state = attrs_find(attrs, SVCPLANE_A_ANNOUNCED_STATE);
	struct nlattr *name = attrs_find(attrs, SVCPLANE_A_ANNOUNCED_NODE);
	const char *word = words_name(words_node_state, attr_uint(state));
	char node[64];

	if (name)
		attr_text(name, node, sizeof(node));
	else
		snprintf(node, sizeof(node), "%u", (unsigned int)
			 attr_uint(attrs_find(attrs, SVCPLANE_A_ANNOUNCED_NODE_ID)));
	snprintf(buf, size, "%s:%s", node, word ? word : "unknown");
}

/* Of a line of the monitor: no lines of their own in text */
static void print_announced(struct out *o, const struct attrs *attrs,
			    const struct view *view)
{
	struct nlattr *attr = attrs_find(attrs, SVCPLANE_A_EVENT_ANNOUNCED);
	char text[128];

	if (!attr)
		return;
	if (o->json)
		out_array(o, "announced");
	else
		out_list(o, "nodes", NULL);
	for (; attr; attr = attrs_next(attrs, attr, SVCPLANE_A_EVENT_ANNOUNCED)) {
		struct attrs nest = attrs_of_nest(attr);

		if (o->json) {
			out_object(o, NULL);
			fields_print(o, fields_announced, &nest, view);
			out_object_end(o);
			continue;
		}
		announced_text(&nest, text, sizeof(text));
		out_str(o, "", NULL, text);
	}
	if (o->json)
		out_array_end(o);
	else
		out_list_end(o);
}

static const struct field fields_state[] = {
	{ F_STR, SVCPLANE_A_EVENT_PLANE, "", "plane" },
	{ F_STR, SVCPLANE_A_EVENT_OBJECT, "", "name" },
	{ F_STR, SVCPLANE_A_EVENT_NODE, NULL, "node" },
	{ F_UINT, SVCPLANE_A_EVENT_NODE_ID, NULL, "node_id" },
	{ F_STR, SVCPLANE_A_EVENT_HOST_NAME, "host", "host_name" },
	{ F_UINT, SVCPLANE_A_EVENT_HOST, NULL, "host" },
	{ F_STR, SVCPLANE_A_EVENT_REASON, "reason", "reason" },
	{ 0 }
};

static const struct field fields_gap[] = {
	{ F_STR, SVCPLANE_A_EVENT_PLANE, "", "plane" },
	{ F_STR, SVCPLANE_A_EVENT_OBJECT, "", "name" },
	{ F_STR, SVCPLANE_A_EVENT_PROXY, "proxy", "proxy" },
	{ F_WORD, SVCPLANE_A_EVENT_DIR, "dir", "dir", .words = words_dir },
	{ F_UINT, SVCPLANE_A_EVENT_GAP, "frames", "gap" },
	{ F_STR, SVCPLANE_A_EVENT_REASON, "reason", "reason" },
	{ 0 }
};

static const struct field fields_control[] = {
	{ F_STR, SVCPLANE_A_EVENT_PLANE, "", "plane" },
	{ F_STR, SVCPLANE_A_EVENT_HOST_NAME, "host", "host_name" },
	{ F_UINT, SVCPLANE_A_EVENT_HOST, NULL, "host" },
	{ F_STR, SVCPLANE_A_EVENT_NODE, "node", "node" },
	{ F_UINT, SVCPLANE_A_EVENT_NODE_ID, NULL, "node_id" },
	{ F_WORD, SVCPLANE_A_EVENT_TYPE, "type", "type", .words = words_ctl },
	{ F_WORD, SVCPLANE_A_EVENT_STATUS, "status", "status", .words = words_status },
	{ F_UINT, SVCPLANE_A_EVENT_SEQ, "seq", "seq" },
	{ F_UINT, SVCPLANE_A_EVENT_AGE, "age-ms", "age_ms" },
	{ F_SPECIAL, .print = print_verdict },
	{ F_SPECIAL, .print = print_announced },
	{ F_SPECIAL, .print = print_user },
	{ F_UINT, SVCPLANE_A_EVENT_ACKED, "acks", "acks" },
	{ F_WORD, SVCPLANE_A_EVENT_OUTCOME, "outcome", "outcome", .words = words_status },
	{ F_NEST, SVCPLANE_A_EVENT_FLOW, "flow", "flow", .sub = flow_name },
	{ F_STR, SVCPLANE_A_EVENT_REASON, "reason", "reason" },
	{ F_BYTES, SVCPLANE_A_EVENT_BODY, "body", "body", FIELD_DETAIL },
	{ F_UINT, SVCPLANE_A_EVENT_LOST, "not-told", "not_told" },
	{ 0 }
};

/* A session, or which host has a node */
static const struct field fields_host[] = {
	{ F_STR, SVCPLANE_A_EVENT_PLANE, "", "plane" },
	{ F_STR, SVCPLANE_A_EVENT_HOST_NAME, "", "name" },
	{ F_UINT, SVCPLANE_A_EVENT_HOST, "id", "id" },
	{ F_STR, SVCPLANE_A_EVENT_NODE, "node", "node" },
	{ F_UINT, SVCPLANE_A_EVENT_NODE_ID, NULL, "node_id" },
	{ F_STR, SVCPLANE_A_EVENT_REASON, "reason", "reason" },
	{ 0 }
};

static const struct field fields_flow[] = {
	{ F_STR, SVCPLANE_A_EVENT_PLANE, "", "plane" },
	{ F_NEST, SVCPLANE_A_EVENT_FLOW, "", "flow", .sub = flow_name },
	{ F_STR, SVCPLANE_A_EVENT_REASON, "reason", "reason" },
	{ 0 }
};

static const struct field fields_policy[] = {
	{ F_STR, SVCPLANE_A_TXN_PLANE, "", "plane" },
	{ F_UINT, SVCPLANE_A_TXN_GENERATION, "generation", "generation" },
	{ F_UINT, SVCPLANE_A_TXN_CHANGES, "changes", "changes" },
	{ F_UINT, SVCPLANE_A_TXN_N_RULES, "rules", "rules" },
	{ F_UINT, SVCPLANE_A_TXN_N_GROUPS, "groups", "groups" },
	{ F_UINT, SVCPLANE_A_TXN_N_CHAINS, "chains", "chains" },
	{ F_UINT, SVCPLANE_A_TXN_N_PATHS, "paths", "paths" },
	{ 0 }
};

static bool read_config(struct event *event, uint8_t cmd)
{
	for (int i = 0; objects[i]; i++) {
		const struct object *object = objects[i];

		if (!object->ntf || (cmd != object->ntf && cmd != object->del))
			continue;
		event->object = object->name;
		event->what = cmd == object->del ? "del" : "set";
		event->fields = object->fields;
		return true;
	}
	return false;
}

static bool read_event(struct event *event, uint8_t cmd)
{
	struct nlattr *kind = attrs_find(&event->attrs, SVCPLANE_A_EVENT_KIND);
	const char *name = words_name(words_kind, attr_uint(kind));

	attr_text(attrs_find(&event->attrs, SVCPLANE_A_EVENT_WHAT),
		  event->text, sizeof(event->text));
	event->what = event->text;
	event->object = kind && name ? name : "event";
	event->control = cmd == SVCPLANE_CMD_CONTROL_NTF;
	if (attr_uint(kind) == SVCPLANE_EVENT_KIND_HOST)
		event->fields = fields_host;
	else if (cmd == SVCPLANE_CMD_CONTROL_NTF)
		event->fields = fields_control;
	else if (cmd == SVCPLANE_CMD_FLOW_NTF)
		event->fields = fields_flow;
	else if (attr_uint(kind) == SVCPLANE_EVENT_KIND_GAP)
		event->fields = fields_gap;
	else
		event->fields = fields_state;
	return true;
}

bool event_read(struct event *event, struct nlmsghdr *hdr)
{
	uint8_t cmd;

	memset(event, 0, sizeof(*event));
	if (!attrs_of_msg(&event->attrs, hdr))
		return false;
	cmd = ((struct genlmsghdr *)nlmsg_data(hdr))->cmd;
	switch (cmd) {
	case SVCPLANE_CMD_EVENT_NTF:
	case SVCPLANE_CMD_CONTROL_NTF:
	case SVCPLANE_CMD_FLOW_NTF:
		return read_event(event, cmd);
	case SVCPLANE_CMD_TXN_NTF:
		event->object = "policy";
		event->what = "commit";
		event->fields = fields_policy;
		return true;
	default:
		return read_config(event, cmd);
	}
}

static void print_stamp(struct out *o, bool stamp)
{
	struct timespec now;
	char date[32], text[64];
	struct tm tm;

	if (!o->json && !stamp)
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	localtime_r(&now.tv_sec, &tm);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text, sizeof(text), o->json ? "%s.%06ld" : "[%s.%06ld]", date,
		 now.tv_nsec / 1000);
	out_str(o, "", "ts", text);
}

static void print_head(struct out *o, const char *object, const char *what,
		       bool stamp)
{
	out_object(o, NULL);
	print_stamp(o, stamp);
	out_str(o, NULL, "event", what);
	out_str(o, "", "object", object);
	out_word(o, what);
}

void event_print(struct out *o, const struct event *event,
		 const struct view *view, bool stamp)
{
	print_head(o, event->object, event->what, stamp);
	fields_print(o, event->fields, &event->attrs, view);
	out_record_end(o);
	out_object_end(o);
}

void event_note(struct out *o, const char *object, const char *what,
		const char *text, bool stamp)
{
	print_head(o, object, what, stamp);
	out_str(o, "", "reason", text);
	out_record_end(o);
	out_object_end(o);
}
