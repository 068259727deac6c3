// SPDX-License-Identifier: GPL-2.0-only
#include <linux/svcplane.h>

#include "commands.h"
#include "put.h"
#include "refusal.h"

static const struct field direction[] = {
	{ F_WORD, SVCPLANE_A_FLOW_DIR_ACT, "", "action", .words = words_action },
	{ F_STR, SVCPLANE_A_FLOW_DIR_WHY, "why", "why" },
	{ F_STR, SVCPLANE_A_FLOW_DIR_CHAIN, "chain", "chain" },
	{ F_UINT, SVCPLANE_A_FLOW_DIR_CHAIN_ID, NULL, "chain_id" },
	{ F_UINT, SVCPLANE_A_FLOW_DIR_SPI, "spi", "spi" },
	{ F_UINT, SVCPLANE_A_FLOW_DIR_OLD_SPI, "old-spi", "old_spi" },
	{ F_HEX, SVCPLANE_A_FLOW_DIR_SKIP, "skip", "skip_mask", FIELD_DFLT, 0 },
	{ F_UINT, SVCPLANE_A_FLOW_DIR_FIRST, "first-hop", "first_hop", FIELD_DETAIL },
	{ F_HEX, SVCPLANE_A_FLOW_DIR_GIVEN, "given", "given_mask", FIELD_DETAIL },
	{ F_UINT, SVCPLANE_A_FLOW_DIR_PACKETS, "packets", "packets" },
	{ F_UINT, SVCPLANE_A_FLOW_DIR_BYTES, "bytes", "bytes" },
	{ F_UINT, SVCPLANE_A_FLOW_DIR_IDLE, "idle", "idle" },
	{ F_WORD, SVCPLANE_A_FLOW_DIR_TCP, "tcp", "tcp", FIELD_DFLT, SVCPLANE_TCP_NONE,
	  .words = words_tcp },
	{ F_MAC, SVCPLANE_A_FLOW_DIR_SMAC, "smac", "smac", FIELD_DETAIL },
	{ F_MAC, SVCPLANE_A_FLOW_DIR_DMAC, "dmac", "dmac", FIELD_DETAIL },
	{ F_HEX, SVCPLANE_A_FLOW_DIR_MARK, "mark", "mark", FIELD_DETAIL },
	{ 0 }
};

static void print_verdicts(struct out *o, const struct attrs *attrs,
			   const struct view *view)
{
	const struct field list[] = {
		{ F_NESTS, SVCPLANE_A_FLOW_VERDICT, "verdict", "verdicts",
		  .sub = object_verdict.fields },
		{ 0 }
	};

	fields_print(o, list, attrs, view);
}

static const struct field fields[] = {
	{ F_STR, SVCPLANE_A_FLOW_PLANE, "", "plane", FIELD_BRIEF, .width = 15 },
	{ F_HEX, SVCPLANE_A_FLOW_TAG, "tag", "tag", FIELD_BRIEF, .width = 10 },
	{ F_STR, SVCPLANE_A_FLOW_PORT, "port", "port", FIELD_BRIEF, .width = 15 },
	{ F_UINT, SVCPLANE_A_FLOW_HOST, "host", "host" },
	{ F_UINT, SVCPLANE_A_FLOW_IFACE, "iface", "iface" },
	{ F_UINT, SVCPLANE_A_FLOW_PORT_ID, NULL, "port_id" },
	{ F_STR, SVCPLANE_A_FLOW_PROXY, "proxy", "proxy", FIELD_DETAIL },
	{ F_UINT, SVCPLANE_A_FLOW_FAMILY, NULL, "family" },
	{ F_WORD, SVCPLANE_A_FLOW_PROTO, "proto", "proto", FIELD_BRIEF, .width = 6,
	  .words = words_proto },
	{ F_ADDR, SVCPLANE_A_FLOW_SRC, "src", "src", FIELD_BRIEF, .width = 15 },
	{ F_UINT, SVCPLANE_A_FLOW_SPORT, "sport", "sport", FIELD_BRIEF, .width = 5 },
	{ F_ADDR, SVCPLANE_A_FLOW_DST, "dst", "dst", FIELD_BRIEF, .width = 15 },
	{ F_UINT, SVCPLANE_A_FLOW_DPORT, "dport", "dport", FIELD_BRIEF, .width = 5 },
	{ F_UINT, SVCPLANE_A_FLOW_VLAN, "vlan", "vlan" },
	{ F_UINT, SVCPLANE_A_FLOW_VLAN_INNER, "vlan-inner", "vlan_inner" },
	{ F_STR, SVCPLANE_A_FLOW_CHAIN, "chain", "chain", FIELD_BRIEF, .width = 15 },
	{ F_UINT, SVCPLANE_A_FLOW_CHAIN_ID, NULL, "chain_id" },
	{ F_UINT, SVCPLANE_A_FLOW_SPI, "spi", "spi", FIELD_BRIEF },
	{ F_UINT, SVCPLANE_A_FLOW_OLD_SPI, "old-spi", "old_spi" },
	{ F_UINT, SVCPLANE_A_FLOW_RULE_ID, "rule", "rule_id", FIELD_DETAIL },
	{ F_BITS, SVCPLANE_A_FLOW_FLAGS, "flags", "flags", FIELD_DFLT, 0,
	  .words = words_flow_flag },
	{ F_LINE },
	{ F_NEST, SVCPLANE_A_FLOW_OUT, "out", "out", .sub = direction },
	{ F_LINE },
	{ F_NEST, SVCPLANE_A_FLOW_IN, "in ", "in", .sub = direction },
	{ F_SPECIAL, .print = print_verdicts },
	{ 0 }
};

const struct object object_flow = {
	.name = "flow",
	.get = SVCPLANE_CMD_FLOW_GET,
	.fields = fields,
};

static const struct field flushed[] = {
	{ F_UINT, SVCPLANE_A_FLOW_FLUSHED, "flushed", "flushed" },
	{ 0 }
};

static const struct object object_flushed = {
	.name = "flushed",
	.fields = flushed,
};

struct printing {
	struct session *s;
	struct view view;
	bool begun;
};

static void begin(struct printing *p)
{
	if (!p->begun)
		out_begin(&p->s->out);
	p->begun = true;
}

static void print(struct nl_msg *msg, void *arg)
{
	struct printing *p = arg;
	struct attrs attrs;

	begin(p);
	if (attrs_of_msg(&attrs, nlmsg_hdr(msg)))
		object_print(&p->s->out, &object_flow, &attrs, &p->view);
}

/*
 * Always a dump: the filters may name one flow or all. Flows are many, so that
 * each is printed when it comes; the kernel never asks for another try.
 */
static int show(struct session *s, const struct args *args)
{
	struct printing p = { .s = s, .view = object_view(s->opt) };
	struct nl_msg *msg;
	int rc = put_request(s, args, NLM_F_DUMP, &msg);

	if (rc)
		return rc;
	if (session_each(s, msg, print, &p))
		rc = refusal_tell(s);
	else
		begin(&p);
	if (p.begun)
		out_end(&s->out);
	return rc;
}

#define KEY_PORT(word, attribute, text)					\
	{ .name = word, .kind = K_UINT, .attr = (attribute),		\
	  .max = 65535, .meta = "PORT", .help = text }

#define KEYS_FILTER							\
	{ .name = "tag", .kind = K_HEX, .attr = SVCPLANE_A_FLOW_TAG,	\
	  .min = 1, .max = 0x7fffffff, .meta = "TAG",			\
	  .help = "the flow of that tag", .known = &object_flow,	\
	  .known_attr = SVCPLANE_A_FLOW_TAG },				\
	{ .name = "port", .kind = K_DEV, .attr = SVCPLANE_A_FLOW_PORT,	\
	  .meta = "TAP", .help = "of the guest at that device" },	\
	{ .name = "proxy", .kind = K_DEV, .attr = SVCPLANE_A_FLOW_PROXY, \
	  .meta = "PROXY", .help = "of the guests of that port proxy",	\
	  .known = &object_proxy, .known_attr = SVCPLANE_A_PROXY_NAME }, \
	{ .name = "host", .kind = K_UINT, .attr = SVCPLANE_A_FLOW_HOST,	\
	  .min = 1, .max = 4094, .meta = "HOST",			\
	  .help = "of the guests of that host, by its id" },		\
	{ .name = "iface", .kind = K_UINT, .attr = SVCPLANE_A_FLOW_IFACE, \
	  .min = 1, .max = 65535, .meta = "IFACE",			\
	  .help = "of the port proxy with that interface id" },		\
	{ .name = "family", .kind = K_WORD, .words = words_family,	\
	  .attr = SVCPLANE_A_FLOW_FAMILY, .meta = "FAMILY",		\
	  .help = "IP version" },					\
	{ .name = "proto", .kind = K_WORD, .words = words_proto,	\
	  .max = 255, .attr = SVCPLANE_A_FLOW_PROTO, .meta = "PROTO",	\
	  .help = "IP protocol, a name or 0 to 255" },			\
	{ .name = "src", .kind = K_PREFIX, .attr = SVCPLANE_A_FLOW_SRC,	\
	  .put = put_prefix_flat, .meta = "PREFIX",			\
	  .help = "address on the guest's side" },			\
	KEY_PORT("sport", SVCPLANE_A_FLOW_SPORT, "port on the guest's side"), \
	{ .name = "dst", .kind = K_PREFIX, .attr = SVCPLANE_A_FLOW_DST,	\
	  .put = put_prefix_flat, .meta = "PREFIX",			\
	  .help = "address on the other side" },			\
	KEY_PORT("dport", SVCPLANE_A_FLOW_DPORT, "port on the other side"), \
	{ .name = "vlan", .kind = K_UINT, .attr = SVCPLANE_A_FLOW_VLAN,	\
	  .max = 4094, .meta = "VID", .help = "outer VLAN" },		\
	{ .name = "spi", .kind = K_UINT, .attr = SVCPLANE_A_FLOW_SPI,	\
	  .min = 1, .max = 0xffefff, .meta = "SPI",			\
	  .help = "on that path" },					\
	{ .name = "chain", .kind = K_NAME, .attr = SVCPLANE_A_FLOW_CHAIN, \
	  .max = NAME_MAX_LEN, .meta = "CHAIN",				\
	  .help = "of that chain", .known = &object_chain,		\
	  .known_attr = SVCPLANE_A_CHAIN_NAME },			\
	{ .name = "node", .kind = K_NAME, .attr = SVCPLANE_A_FLOW_NODE,	\
	  .max = NAME_MAX_LEN, .meta = "NODE",				\
	  .help = "that lead through that node", .known = &object_node,	\
	  .known_attr = SVCPLANE_A_NODE_NAME },				\
	{ .name = "action", .kind = K_WORD, .words = words_action,	\
	  .attr = SVCPLANE_A_FLOW_ACT, .meta = "ACTION",		\
	  .help = "treated so in one direction at least" }

static const struct key keys_show[] = {
	KEY_PLANE_OF(SVCPLANE_A_FLOW_PLANE, 0),
	KEYS_FILTER,
	{ 0 }
};

static const struct key keys_flush[] = {
	KEY_PLANE_OF(SVCPLANE_A_FLOW_PLANE, KEY_NEED),
	KEYS_FILTER,
	{ 0 }
};

const struct command commands_flow[] = {
	{ .name = "show", .also = "list",
	  .help = "shows flows that pass all filters", .keys = keys_show,
	  .run = show, .cmd = SVCPLANE_CMD_FLOW_GET },
	{ .name = "flush",
	  .help = "deletes flows that pass all filters; their next frame asks the rules again",
	  .keys = keys_flush, .run = object_change,
	  .cmd = SVCPLANE_CMD_FLOW_FLUSH, .reply = &object_flushed },
	{ .name = "export",
	  .help = "tells another host the flows of a guest that moves there",
	  .keys = keys_flow_export, .run = flow_export_run,
	  .cmd = SVCPLANE_CMD_FLOW_EXPORT,
	  .more = "The other host has to have a gate open for it: see import." },
	{ 0 }
};
