// SPDX-License-Identifier: GPL-2.0-only
#include <linux/svcplane.h>

#include "commands.h"
#include "put.h"

/* Name in text and JSON, attribute, when it holds */
#define TIMEOUTS(X)							\
	X("tcp-syn", "tcp_syn", TCP_SYN, "no handshake seen to its end") \
	X("tcp-oneway", "tcp_oneway", TCP_ONEWAY,			\
	  "TCP, only one side seen, in mid-stream")			\
	X("tcp-established", "tcp_established", TCP_EST, "TCP")		\
	X("tcp-half", "tcp_half", TCP_HALF, "TCP, one side has closed")	\
	X("tcp-fin", "tcp_fin", TCP_FIN, "TCP, both have closed")	\
	X("tcp-rst", "tcp_rst", TCP_RST, "TCP, after a reset")		\
	X("udp", "udp", UDP, "UDP, one side seen")			\
	X("udp-both", "udp_both", UDP_BOTH, "UDP, both sides seen")	\
	X("icmp", "icmp", ICMP, "ICMP queries and their answers")	\
	X("other", "other", OTHER, "any other protocol")

#define FIELD(word, json, attribute, text)				\
	{ F_UINT, SVCPLANE_A_TIMEOUTS_##attribute, word, json },

static const struct field timeouts[] = {
	TIMEOUTS(FIELD)
	{ 0 }
};

static const struct field fields[] = {
	{ F_STR, SVCPLANE_A_PLANE_NAME, "", "plane", FIELD_BRIEF, .width = 15 },
	{ F_UINT, SVCPLANE_A_PLANE_IFINDEX, NULL, "ifindex" },
	{ F_FLAG, SVCPLANE_A_PLANE_UP, "up", "up", FIELD_BRIEF, .width = 4 },
	{ F_FLAG, SVCPLANE_A_PLANE_GONE, "deleted", "deleted" },
	{ F_FLAG, SVCPLANE_A_PLANE_PINNED, "pinned", "pinned" },
	{ F_UINT, SVCPLANE_A_PLANE_TENANT, "tenant", "tenant" },
	{ F_UINT, SVCPLANE_A_PLANE_HOST_ID, "host-id", "host_id" },
	{ F_UINT, SVCPLANE_A_PLANE_GENERATION, "generation", "generation" },
	{ F_LINE },
	{ F_OPEN, .key = "count" },
	{ F_UINT, SVCPLANE_A_PLANE_N_PROXIES, "proxies", "proxies", FIELD_BRIEF, .width = 4 },
	{ F_UINT, SVCPLANE_A_PLANE_N_SERVICES, "services", "services" },
	{ F_UINT, SVCPLANE_A_PLANE_N_NODES, "nodes", "nodes", FIELD_BRIEF, .width = 4 },
	{ F_UINT, SVCPLANE_A_PLANE_N_CHAINS, "chains", "chains", FIELD_BRIEF, .width = 4 },
	{ F_UINT, SVCPLANE_A_PLANE_N_PATHS, "paths", "paths" },
	{ F_UINT, SVCPLANE_A_PLANE_N_GROUPS, "groups", "groups" },
	{ F_UINT, SVCPLANE_A_PLANE_N_RULES, "rules", "rules", FIELD_BRIEF, .width = 4 },
	{ F_UINT, SVCPLANE_A_PLANE_N_HOSTS, "hosts", "hosts", FIELD_DFLT, 0 },
	{ F_CLOSE },
	{ F_UINT, SVCPLANE_A_PLANE_FLOWS, "flows", "flows", FIELD_BRIEF },
	{ F_UINT, SVCPLANE_A_PLANE_MAX_FLOWS, "max-flows", "max_flows" },
	{ F_UINT, SVCPLANE_A_PLANE_FRAGS, "fragments", "fragments", FIELD_STATS },
	{ F_LINE, .flags = FIELD_DETAIL },
	{ F_NEST, SVCPLANE_A_PLANE_TIMEOUTS, "timeouts", "timeouts",
	  FIELD_DETAIL, .sub = timeouts },
	{ F_LINE, .flags = FIELD_DETAIL },
	{ F_HEX, SVCPLANE_A_PLANE_MD_CLASS, "md-class", "md_class", FIELD_DETAIL },
	{ F_BYTES, SVCPLANE_A_PLANE_SEED, "seed", "seed", FIELD_DETAIL },
	{ F_NESTS, SVCPLANE_A_PLANE_PUBLIC_KEY, "public-key", "public_keys", .sub = fields_key },
	{ 0 }
};

const struct object object_plane = {
	.name = "plane",
	.get = SVCPLANE_CMD_PLANE_GET,
	.ntf = SVCPLANE_CMD_PLANE_NTF,
	.fields = fields,
};

#define KEY_SELF(more)							\
	{ .name = "plane", .kind = K_DEV, .flags = KEY_POS | (more),	\
	  .attr = SVCPLANE_A_PLANE_NAME, .meta = "PLANE",		\
	  .help = "device of kind svcplane", .known = &object_plane,	\
	  .known_attr = SVCPLANE_A_PLANE_NAME }

#define KEY_TIMEOUT(word, json, attribute, text)			\
	{ .name = "timeout-" word, .kind = K_UINT,			\
	  .nest = SVCPLANE_A_PLANE_TIMEOUTS,				\
	  .attr = SVCPLANE_A_TIMEOUTS_##attribute, .min = 1,		\
	  .max = 864000, .meta = "SECONDS",				\
	  .help = "idle time after which a flow record goes: " text },

static const struct key keys_set[] = {
	KEY_SELF(KEY_NEED),
	{ .name = "tenant", .kind = K_UINT, .attr = SVCPLANE_A_PLANE_TENANT,
	  .max = 0xffffff, .meta = "ID",
	  .help = "id of the plane on the wire" },
	{ .name = "host-id", .kind = K_UINT, .attr = SVCPLANE_A_PLANE_HOST_ID,
	  .min = 1, .max = 4094, .meta = "ID",
	  .help = "number of this host in the plane" },
	{ .name = "private-key", .kind = K_FILE, .flags = KEY_MANY,
	  .attr = SVCPLANE_A_PLANE_PRIVATE_KEY, .put = put_private_keys,
	  .meta = "FILE",
	  .help = "file with the private key of this host, which takes the "
		  "place of those it had; - is standard input; may be given twice" },
	{ .name = "key-number", .kind = K_UINT, .flags = KEY_MANY,
	  .put = put_key_number, .max = 255, .meta = "N",
	  .help = "number of the private key in front of it, 0 unless told" },
	{ .name = "md-class", .kind = K_UINT,
	  .attr = SVCPLANE_A_PLANE_MD_CLASS, .min = 1, .max = 0xfffe,
	  .meta = "CLASS",
	  .help = "metadata class of context headers in NSH of MD type 2" },
	{ .name = "max-flows", .kind = K_UINT,
	  .attr = SVCPLANE_A_PLANE_MAX_FLOWS, .min = 1, .max = 1 << 24,
	  .meta = "N", .help = "flow records of the plane" },
	{ .name = "seed", .kind = K_BYTES, .attr = SVCPLANE_A_PLANE_SEED,
	  .max = 16, .meta = "HEX",
	  .help = "of path selection: 32 hex digits, "
		  "the same on hosts that are to choose alike" },
	TIMEOUTS(KEY_TIMEOUT)
	{ 0 }
};

static const struct key keys_show[] = {
	KEY_SELF(KEY_IDENT),
	{ 0 }
};

const struct command commands_plane[] = {
	{ .name = "set", .help = "changes settings of a plane",
	  .keys = keys_set, .run = object_change,
	  .cmd = SVCPLANE_CMD_PLANE_SET,
	  .more = "A plane is made with: ip link add NAME type svcplane" },
	{ .name = "show", .also = "list", .help = "shows one plane, or all",
	  .keys = keys_show, .run = object_show,
	  .cmd = SVCPLANE_CMD_PLANE_GET },
	{ 0 }
};
