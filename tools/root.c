// SPDX-License-Identifier: GPL-2.0-only
/*
 * The top of the grammar.
 */
#include <linux/svcplane.h>

#include "commands.h"
#include "manual.h"

static int manual_run(struct session *s, const struct args *args)
{
	(void)args;
	manual_print(s->out.f);
	return RC_OK;
}

static const struct command top[] = {
	{ .name = "plane", .sub = commands_plane,
	  .help = "service planes: policy, nodes and flows live in one" },
	{ .name = "host", .sub = commands_host,
	  .help = "hosts: the others that share a service plane" },
	{ .name = "proxy", .sub = commands_proxy,
	  .help = "port proxies: stand for guests on a service plane" },
	{ .name = "service", .sub = commands_service,
	  .help = "services: named functions that chains are made of" },
	{ .name = "node", .sub = commands_node,
	  .help = "service nodes: instances of services" },
	{ .name = "chain", .sub = commands_chain,
	  .help = "chains: ordered lists of services" },
	{ .name = "path", .sub = commands_path,
	  .help = "paths: one node for each service of a chain" },
	{ .name = "group", .sub = commands_group,
	  .help = "groups: prefixes or MACs that rules refer to" },
	{ .name = "rule", .sub = commands_rule,
	  .help = "rules: which traffic takes which chain" },
	{ .name = "flow", .sub = commands_flow,
	  .help = "flows: connections of guests and how they are treated" },
	{ .name = "verdict", .sub = commands_verdict,
	  .help = "verdicts: changes to the treatment of one flow" },
	{ .name = "control", .sub = commands_control,
	  .help = "control messages: to who listens at other hosts" },
	{ .name = "guestplane", .sub = commands_guestplane,
	  .help = "guest planes: how they learn addresses" },
	{ .name = "import", .sub = commands_import,
	  .help = "imports: who may tell of the flows of guests that move here" },
	{ .name = "stats", .sub = commands_stats,
	  .help = "counters of dropped frames, by reason" },
	{ .name = "show", .keys = keys_tree, .run = tree_run,
	  .help = "shows planes with everything in them, as a tree" },
	{ .name = "graph", .keys = keys_tree, .run = tree_run,
	  .help = "the same as show" },
	{ .name = "monitor", .keys = keys_monitor, .run = monitor_run,
	  .help = "tells changes and control messages as they happen" },
	{ .name = "genkey", .keys = keys_none, .run = genkey_run,
	  .help = "prints a new private key of a host",
	  .more = "It is to stay on its host, in a file that only root can read." },
	{ .name = "pubkey", .keys = keys_none, .run = pubkey_run,
	  .help = "reads a private key and prints its public key" },
	{ .name = "ping", .keys = keys_ping, .run = ping_run,
	  .cmd = SVCPLANE_CMD_ECHO_SEND, .rc_wrong = RC_KERNEL,
	  .help = "asks a host, a node or along a path whether it is there",
	  .more = "Exit status 0: all was answered, 1: not all, 2: could not ask." },
	{ .name = "trace", .keys = keys_trace, .run = trace_run,
	  .cmd = SVCPLANE_CMD_ECHO_SEND, .rc_wrong = RC_KERNEL,
	  .help = "shows the hops of a path, and where it breaks",
	  .more = "Exit status 0: the end was reached, 1: it was not, 2: could not ask." },
	{ .name = "manual", .hidden = true, .run = manual_run,
	  .help = "prints the commands for the manual page" },
	{ 0 }
};

const struct command grammar = { .name = "", .sub = top };
