/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counters and drop reasons. No frame is freed but by svp_drop().
 */
#ifndef SVP_STATS_H
#define SVP_STATS_H

#include <linux/percpu.h>
#include <linux/u64_stats_sync.h>

struct net_device;
struct sk_buff;
struct svp_plane;

/*
 * Every reason for which the module frees a frame: symbol, name in tools and
 * the tracepoint, sentence for "stats -explain". Append only: the position is
 * uapi.
 */
#define SVP_DROP_REASONS(X)						\
	X(UNSPEC, "unspec", "not told")					\
	X(NO_MEMORY, "no_memory", "an allocation failed")		\
	X(HEADROOM, "headroom", "the frame could not be made writable")	\
	X(RULE, "rule", "a rule with action drop matched")		\
	X(VERDICT, "verdict", "a node's or operator's drop verdict")	\
	X(NO_TRANSPORT, "no_transport",					\
	  "IP without readable transport header from or to a fail-closed guest") \
	X(FIRST_FRAG_SHORT, "first_frag_short", "first fragment without ports") \
	X(TCP_FRAG_OFF1, "tcp_frag_off1", "TCP fragment at offset 1 (RFC 1858)") \
	X(TOO_MANY_TAGS, "too_many_tags", "more than two VLAN tags")	\
	X(BAD_IP, "bad_ip", "IP version or length field wrong")		\
	X(GROUP_MAC, "group_mac", "unicast IP in a frame to a group address") \
	X(FRAG_NO_ENTRY, "frag_no_entry", "later fragment whose first was not seen") \
	X(FRAG_CONFLICT, "frag_conflict", "two first fragments of one id named different flows") \
	X(FLOODED, "flooded", "flooded copy towards a fail-closed guest") \
	X(GUEST_NSH, "guest_nsh", "NSH sent by or to a guest")		\
	X(FLOW_QUOTA_PORT, "flow_quota_port", "flow quota of the guest port is used up") \
	X(FLOW_QUOTA_PLANE, "flow_quota_plane", "flow quota of the plane is used up") \
	X(FLOW_NO_RECORD, "flow_no_record", "no flow record could be made") \
	X(CHAIN_FAILED, "chain_failed", "no usable path and the chain is fail closed") \
	X(PROXY_DOWN, "proxy_down", "the port proxy is set down")	\
	X(PLANE_GONE, "plane_gone", "the service plane's device is down or deleted") \
	X(NODE_DOWN, "node_down", "the next node is not usable")	\
	X(NODE_XMIT, "node_xmit", "the device of the node refused the frame") \
	X(NODE_FOREIGN, "node_foreign", "sent to a node's leg by somebody else") \
	X(NODE_RATE, "node_rate", "the guest's token bucket at the node is empty") \
	X(NODE_BUDGET, "node_budget", "the node returned more bytes than it was given") \
	X(NODE_NO_CONTEXT, "node_no_context",				\
	  "no context number or VLAN left at the node, or another guest has the key") \
	X(RET_ALIEN, "ret_alien", "a node sent a frame of no flow it was given") \
	X(RET_NOT_IP, "ret_not_ip", "a node sent a frame of its own")	\
	X(RET_STALE, "ret_stale",					\
	  "a node returned a frame of a flow that does not pass it, or no longer") \
	X(RET_TAG, "ret_tag", "unknown flow tag")			\
	X(RET_SPI, "ret_spi", "a node returned another SPI")		\
	X(RET_SI, "ret_si", "a node returned a wrong SI")		\
	X(RET_TTL, "ret_ttl", "a node raised the TTL")			\
	X(RET_MAC, "ret_mac", "inner addresses are not those of the leg or flow") \
	X(NSH_SHORT, "nsh_short", "frame ends inside the NSH")		\
	X(NSH_VERSION, "nsh_version", "NSH version is not 0")		\
	X(NSH_LENGTH, "nsh_length", "NSH length field wrong")		\
	X(NSH_MDTYPE, "nsh_mdtype", "NSH MD type reserved or not enabled") \
	X(NSH_NEXT, "nsh_next", "NSH next protocol unknown or not enabled") \
	X(NSH_TLV, "nsh_tlv", "NSH context header malformed")		\
	X(NSH_OAM, "nsh_oam", "OAM packet where OAM is off")		\
	X(NSH_NESTED, "nsh_nested", "NSH inside NSH")			\
	X(NSH_TTL, "nsh_ttl", "NSH TTL ran out")			\
	X(NSH_SI0, "nsh_si0", "service index 0")			\
	X(NSH_NO_HOP, "nsh_no_hop", "unknown (SPI, SI)")		\
	X(NSH_NO_METADATA, "nsh_no_metadata",				\
	  "metadata-only packet without metadata or with a payload")	\
	X(NSH_INNER, "nsh_inner", "frame inside the NSH is too short")	\
	X(CTL_CONSUMED, "ctl_consumed", "not a loss: a control packet that ends here") \
	X(CTL_MALFORMED, "ctl_malformed", "control body malformed")	\
	X(CTL_TYPE, "ctl_type", "control message of a type not allowed here") \
	X(CTL_RATE, "ctl_rate", "control messages faster than allowed")	\
	X(UPLINK_TENANT, "uplink_tenant", "another plane's tenant id")	\
	X(UPLINK_PEER, "uplink_peer", "outer source is not a peer with a session") \
	X(UPLINK_OWNER, "uplink_owner", "that peer does not own the previous hop") \
	X(UPLINK_FLOW, "uplink_flow", "a frame from another host does not agree with its flow") \
	X(DEPTH, "depth", "hooks nested too deep on this CPU")		\
	X(MTU, "mtu", "too big for the next hop")			\
	X(SEGMENT, "segment", "segmentation failed")			\
	X(DELIVER, "deliver", "the guest's device refused the frame")	\
	X(GUEST_GONE, "guest_gone", "the flow's guest port is gone")	\
	X(BRIDGE_NO_PORT, "bridge_no_port", "a plane had no port to forward to") \
	X(BRIDGE_ISOLATED, "bridge_isolated", "isolation or the ingress port itself") \
	X(BRIDGE_SRC, "bridge_src", "invalid or foreign source address") \
	X(BRIDGE_FLOOD, "bridge_flood", "more floods than allowed")	\
	X(BRIDGE_DOWN, "bridge_down", "the plane or its port is down")	\
	X(SPLANE_NOT_NSH, "splane_not_nsh", "a frame without NSH sent into a service plane") \
	X(MATCH_PENDING, "match_pending", "tap of a fail-closed match that could not be bound") \
	X(ORIGINATE, "originate", "a node made a frame of its own without the right to") \
	X(ORIGINATE_UNCLEAR, "originate_unclear",			\
	  "a frame that a node made could be of several flows")	\
	X(ORIGINATE_RATE, "originate_rate", "a node made frames of its own faster than allowed") \
	X(BAD_CSUM, "bad_csum", "a checksum was to be filled into a header") \
	X(CTL_SHAPE, "ctl_shape", "context headers of a control packet are not as they must be") \
	X(CTL_PEER, "ctl_peer",						\
	  "origin, destination or source address is not that of a listed host") \
	X(CTL_MAC, "ctl_mac", "MAC#1 is missing, malformed or wrong, or its key is not known") \
	X(CTL_REPLAY, "ctl_replay", "number of a control message was seen before") \
	X(CTL_EPOCH, "ctl_epoch", "epoch of a control message is over or not known yet") \
	X(CTL_BUDGET, "ctl_budget", "more control messages of a host than are looked at") \
	X(CTL_BULK, "ctl_bulk", "bulk of a host while no import is open") \
	X(UPLINK_OTHER, "uplink_other", "a frame on an uplink is for another host") \
	X(UPLINK_LIVENESS, "uplink_liveness", "liveness bits on an uplink") \
	X(UPLINK_SOURCE, "uplink_source",				\
	  "the source host is not listed, or there is no source interface") \
	X(UPLINK_CHAIN, "uplink_chain", "the chain id is not that of the path") \
	X(UPLINK_SKIP, "uplink_skip",					\
	  "the skip mask goes beyond the path, or leaves out what it may not") \
	X(UPLINK_TTL, "uplink_ttl", "the TTL is higher than the path allows") \
	X(UPLINK_HOP, "uplink_hop", "neither the hop nor the end of the path is here") \
	X(UPLINK_STRAY, "uplink_stray",					\
	  "no frame of the flow was given to the hop that it comes from") \
	X(UPLINK_NO_ROUTE, "uplink_no_route", "no uplink is known for the other host") \
	X(HOST_DOWN, "host_down", "no session with the guest's own host")	\
	X(FAR_PORTS, "far_ports", "more guests of another host, or of all, than may be") \
	X(FLOW_QUOTA_HOST, "flow_quota_host",				\
	  "another host, or all others, have used up their share of the flow records") \
	X(ECHO_MALFORMED, "echo_malformed", "echo packet malformed or too long") \
	X(ECHO_TYPE, "echo_type",					\
	  "active OAM that is no echo, or an echo of a kind that is not answered") \
	X(ECHO_HOST, "echo_host",					\
	  "echo in the name of a host that is not its sender or has no session") \
	X(ECHO_RATE, "echo_rate", "echo requests of a peer faster than allowed") \
	X(ECHO_UNSOLICITED, "echo_unsolicited", "echo reply that nobody waits for")

enum svp_drop_reason {
#define SVP_DROP_ENUM(sym, name, text) SVP_DROP_##sym,
	SVP_DROP_REASONS(SVP_DROP_ENUM)
#undef SVP_DROP_ENUM
	SVP_DROP_MAX
};

/* A pair of per-CPU counters; a reader adds up with svp_count_read() */
struct svp_count {
	u64_stats_t packets;
	u64_stats_t bytes;
	struct u64_stats_sync syncp;
};

/* Drops of a plane, by reason */
struct svp_drops {
	u64_stats_t reason[SVP_DROP_MAX];
	struct u64_stats_sync syncp;
};

struct svp_count __percpu *svp_count_alloc(gfp_t gfp);

/**
 * svp_count_add - count one frame
 * @count: the counters
 * @bytes: length of the frame
 *
 * Context: BH off, so that nothing else on this CPU is inside the update.
 */
static inline void svp_count_add(struct svp_count __percpu *count,
				 unsigned int bytes)
{
	struct svp_count *c = this_cpu_ptr(count);

	u64_stats_update_begin(&c->syncp);
	u64_stats_inc(&c->packets);
	u64_stats_add(&c->bytes, bytes);
	u64_stats_update_end(&c->syncp);
}

void svp_count_read(const struct svp_count __percpu *count, u64 *packets,
		    u64 *bytes);
struct svp_drops __percpu *svp_drops_alloc(void);
u64 svp_drops_read(const struct svp_drops __percpu *drops,
		   enum svp_drop_reason reason);
/*
 * A frame that somebody else has freed, or a copy that was not made: counted and
 * told to the tracepoint. @dev: that it was meant for, or NULL. BH off
 */
void svp_drop_gone(struct svp_drops __percpu *drops,
		   const struct net_device *dev, enum svp_drop_reason reason);
const char *svp_drop_name(enum svp_drop_reason reason);
const char *svp_drop_text(enum svp_drop_reason reason);

/**
 * svp_drop - free a frame, count it and tell the tracepoint
 * @drops: counters of the plane the frame belonged to, or NULL
 * @skb: the frame; consumed
 * @reason: why
 *
 * Context: any context that may free an skb; BH off where @drops is given.
 */
void svp_drop(struct svp_drops __percpu *drops, struct sk_buff *skb,
	      enum svp_drop_reason reason);

#endif
