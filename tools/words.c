// SPDX-License-Identifier: GPL-2.0-only
#include <linux/svcplane.h>

#include "words.h"

const char *words_name(const struct word *words, uint32_t value)
{
	for (; words->name; words++)
		if (words->value == value)
			return words->name;
	return NULL;
}

const struct word words_fail[] = {
	{ "closed", SVCPLANE_FAIL_CLOSED, "drop the flow's frames" },
	{ "open", SVCPLANE_FAIL_OPEN,
	  "go on as if no rule had matched, unless a service of the chain rewrites" },
	{ 0 }
};

const struct word words_select[] = {
	{ "hash", SVCPLANE_SELECT_HASH, "weighted rendezvous over the addresses and ports" },
	{ 0 }
};

const struct word words_service_flag[] = {
	{ "rewrites", SVCPLANE_SERVICE_FLAG_REWRITES, NULL },
	{ "originates", SVCPLANE_SERVICE_FLAG_ORIGINATES, NULL },
	{ 0 }
};

const struct word words_mode[] = {
	{ "inline", SVCPLANE_NODE_MODE_INLINE, "two legs, bump in the wire" },
	{ "nsh", SVCPLANE_NODE_MODE_NSH, "one leg, speaks NSH" },
	{ "vlan", SVCPLANE_NODE_MODE_VLAN, "one leg, a VLAN tag carries the context" },
	{ "tap", SVCPLANE_NODE_MODE_TAP, "one leg, gets a copy" },
	{ 0 }
};

const struct word words_macs[] = {
	{ "link", SVCPLANE_MACS_LINK, "frames travel between two fixed addresses" },
	{ "keep", SVCPLANE_MACS_KEEP, "frames keep the addresses of the guests" },
	{ 0 }
};

const struct word words_context[] = {
	{ "svcplane", SVCPLANE_CONTEXT_SVCPLANE, "the layout of this project, MD type 1" },
	{ "dc", SVCPLANE_CONTEXT_DC, "draft-ietf-sfc-nsh-dc-allocation, MD type 1" },
	{ "zero", SVCPLANE_CONTEXT_ZERO, "MD type 1 with all words zero" },
	{ "md2", SVCPLANE_CONTEXT_MD2, "the 16 bytes as a context header, MD type 2" },
	{ 0 }
};

const struct word words_node_flag[] = {
	{ "gso", SVCPLANE_NODE_FLAG_GSO, "NSH frames leave unsegmented" },
	{ "decrements", SVCPLANE_NODE_FLAG_DECREMENTS, "the NSH node moves the service index on" },
	{ "oam", SVCPLANE_NODE_FLAG_OAM, "the node is given OAM packets" },
	{ "none", 0, "nothing of that" },
	{ 0 }
};

const struct word words_perm[] = {
	{ "drop", SVCPLANE_PERM_DROP, "may have flows dropped" },
	{ "allow", SVCPLANE_PERM_ALLOW, "may release flows from the whole chain" },
	{ "skip-node", SVCPLANE_PERM_SKIP, "may be left out of a flow" },
	{ "re-path", SVCPLANE_PERM_REPATH, "may send flows along another path" },
	{ "none", 0, "may ask for nothing" },
	{ 0 }
};

const struct word words_down[] = {
	{ "admin", SVCPLANE_DOWN_ADMIN, NULL },
	{ "missing", SVCPLANE_DOWN_MISSING, NULL },
	{ "link", SVCPLANE_DOWN_LINK, NULL },
	{ "remote", SVCPLANE_DOWN_REMOTE, NULL },
	{ "up", 0, NULL },
	{ 0 }
};

const struct word words_action[] = {
	{ "chain", SVCPLANE_RULE_ACTION_CHAIN, "frames go through a chain" },
	{ "bypass", SVCPLANE_RULE_ACTION_BYPASS, "frames go past all service nodes" },
	{ "drop", SVCPLANE_RULE_ACTION_DROP, "frames are dropped" },
	{ 0 }
};

const struct word words_dir[] = {
	{ "out", SVCPLANE_DIR_OUT, "from the guest" },
	{ "in", SVCPLANE_DIR_IN, "to the guest" },
	{ "any", SVCPLANE_DIR_OUT | SVCPLANE_DIR_IN, "both" },
	{ 0 }
};

const struct word words_flow_flag[] = {
	{ "fin", SVCPLANE_FLOW_FLAG_FIN, NULL },
	{ "twice", SVCPLANE_FLOW_FLAG_TWICE, NULL },
	{ "assured", SVCPLANE_FLOW_FLAG_ASSURED, NULL },
	{ 0 }
};

const struct word words_tcp[] = {
	{ "none", SVCPLANE_TCP_NONE, NULL },
	{ "syn", SVCPLANE_TCP_SYN, NULL },
	{ "established", SVCPLANE_TCP_EST, NULL },
	{ "fin", SVCPLANE_TCP_FIN, NULL },
	{ "rst", SVCPLANE_TCP_RST, NULL },
	{ 0 }
};

/* Verdicts as in the control messages: their numbers are those of the wire */
const struct word words_verdict[] = {
	{ "drop", 1, NULL },
	{ "allow", 2, NULL },
	{ "skip-node", 3, NULL },
	{ "re-path", 4, NULL },
	{ 0 }
};

const struct word words_scope[] = {
	{ "forward", 1, "frames from the guest" },
	{ "reverse", 2, "frames to the guest" },
	{ "both", 3, NULL },
	{ 0 }
};

const struct word words_verdict_flag[] = {
	{ "now", 1, NULL },
	{ "reject", 2, NULL },
	{ 0 }
};

const struct word words_kind[] = {
	{ "port", SVCPLANE_EVENT_KIND_PORT, NULL },
	{ "node", SVCPLANE_EVENT_KIND_NODE, NULL },
	{ "control", SVCPLANE_EVENT_KIND_CONTROL, NULL },
	{ "flow", SVCPLANE_EVENT_KIND_FLOW, NULL },
	{ "gap", SVCPLANE_EVENT_KIND_GAP, NULL },
	{ "host", SVCPLANE_EVENT_KIND_HOST, NULL },
	{ 0 }
};

const struct word words_ctl[] = {
	{ "hello", 1, NULL },
	{ "hello-answer", 2, NULL },
	{ "hello-done", 3, NULL },
	{ "ack", 4, NULL },
	{ "announce", 5, NULL },
	{ "verdict", 6, NULL },
	{ "flow-state", 7, NULL },
	{ "user", 8, NULL },
	{ 0 }
};

const struct word words_status[] = {
	{ "applied", 0, NULL },
	{ "duplicate", 1, NULL },
	{ "unknown-type", 2, NULL },
	{ "malformed", 3, NULL },
	{ "not-permitted", 4, NULL },
	{ "no-flow", 5, NULL },
	{ "stale", 6, NULL },
	{ "rate", 7, NULL },
	{ "renumber", 8, NULL },
	{ 0 }
};

const struct word words_node_state[] = {
	{ "up", 1, NULL },
	{ "down", 2, NULL },
	{ "drain", 3, NULL },
	{ "gone", 4, NULL },
	{ 0 }
};

const struct word words_proto[] = {
	{ "icmp", 1, NULL },
	{ "tcp", 6, NULL },
	{ "udp", 17, NULL },
	{ "gre", 47, NULL },
	{ "esp", 50, NULL },
	{ "icmpv6", 58, NULL },
	{ "sctp", 132, NULL },
	{ 0 }
};

const struct word words_ethertype[] = {
	{ "ipv4", 0x0800, NULL },
	{ "arp", 0x0806, NULL },
	{ "ipv6", 0x86dd, NULL },
	{ 0 }
};

const struct word words_family[] = {
	{ "ipv4", 4, NULL },
	{ "ipv6", 6, NULL },
	{ 0 }
};

/* Service function types of RFC 9015 section 10.5 */
const struct word words_sft[] = {
	{ "classifier", 32, NULL },
	{ "firewall", 33, NULL },
	{ "load-balancer", 34, NULL },
	{ "dpi", 35, NULL },
	{ 0 }
};
