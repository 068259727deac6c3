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

static const struct field fields_state[] = {
	{ F_STR, SVCPLANE_A_EVENT_PLANE, "", "plane" },
	{ F_STR, SVCPLANE_A_EVENT_OBJECT, "", "name" },
	{ F_STR, SVCPLANE_A_EVENT_NODE, NULL, "node" },
	{ F_UINT, SVCPLANE_A_EVENT_NODE_ID, NULL, "node_id" },
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
	{ F_STR, SVCPLANE_A_EVENT_NODE, "node", "node" },
	{ F_UINT, SVCPLANE_A_EVENT_NODE_ID, NULL, "node_id" },
	{ F_WORD, SVCPLANE_A_EVENT_TYPE, "type", "type", .words = words_ctl },
	{ F_WORD, SVCPLANE_A_EVENT_STATUS, "status", "status", .words = words_status },
	{ F_SPECIAL, .print = print_verdict },
	{ F_NEST, SVCPLANE_A_EVENT_FLOW, "flow", "flow", .sub = flow_name },
	{ F_STR, SVCPLANE_A_EVENT_REASON, "reason", "reason" },
	{ F_BYTES, SVCPLANE_A_EVENT_BODY, "body", "body", FIELD_DETAIL },
	{ F_UINT, SVCPLANE_A_EVENT_LOST, "not-told", "not_told" },
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
	if (cmd == SVCPLANE_CMD_CONTROL_NTF)
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
