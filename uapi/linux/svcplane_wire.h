/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * svcplane: numbers and structures of the wire.
 *
 * Everything that travels between the hosts of a service plane, and between a
 * service proxy and its NSH-aware node. All multi-byte fields are in network
 * byte order; bit 0 is the most significant bit. Plain C and C++: user space
 * needs nothing but <linux/types.h>.
 */
#ifndef _UAPI_LINUX_SVCPLANE_WIRE_H
#define _UAPI_LINUX_SVCPLANE_WIRE_H

#include <linux/types.h>

/* Ethernet: frames with an NSH travel directly behind the MAC header. */
#define SVCPLANE_ETH_P_NSH		0x894F

/* Ids. A tenant is a service plane; host, node and chain ids live inside it. */
#define SVCPLANE_TENANT_MAX		0xFFFFFF
#define SVCPLANE_HOST_MIN		1
#define SVCPLANE_HOST_MAX		4094
#define SVCPLANE_IFACE_MIN		1
#define SVCPLANE_IFACE_MAX		65535
#define SVCPLANE_NODE_MIN		1
#define SVCPLANE_NODE_MAX		65535
#define SVCPLANE_CHAIN_MIN		1
#define SVCPLANE_CHAIN_MAX		65535

/*
 * Locally administered addresses, HH host id, II interface id, NN node id,
 * CC context number:
 *   SFF of a host		02:50:HH:HH:00:00
 *   port proxy			02:50:HH:HH:II:II
 *   NSH-aware node, default	02:50:FE:NN:NN:00
 *   legs of an inline node	02:50:FF:CC:CC:01 and 02:50:FF:CC:CC:02
 */
#define SVCPLANE_MAC_0			0x02
#define SVCPLANE_MAC_1			0x50
#define SVCPLANE_MAC_NODE		0xFE
#define SVCPLANE_MAC_LEG		0xFF
#define SVCPLANE_MAC_LEG_A		0x01
#define SVCPLANE_MAC_LEG_B		0x02

/* Service paths. 0xFFF000 | host id is the control path of a host. */
#define SVCPLANE_SPI_MIN		1
#define SVCPLANE_SPI_MAX		0xFFEFFF
#define SVCPLANE_SPI_CONTROL		0xFFF000
#define SVCPLANE_SI_FIRST		255
#define SVCPLANE_HOPS_MAX		16
#define SVCPLANE_TTL_DEFAULT		63

/* NSH, RFC 8300: sizes in bytes; the 6-bit length counts words of 4. */
#define SVCPLANE_NSH_BASE_LEN		8
#define SVCPLANE_NSH_MD1_LEN		24
#define SVCPLANE_NSH_MAX_LEN		252
#define SVCPLANE_NSH_MD1		1
#define SVCPLANE_NSH_MD2		2
#define SVCPLANE_NSH_MD_EXP		0xF

#define SVCPLANE_NSH_VER_MASK		0xC000
#define SVCPLANE_NSH_OAM		0x2000
#define SVCPLANE_NSH_TTL_MASK		0x0FC0
#define SVCPLANE_NSH_TTL_SHIFT		6
#define SVCPLANE_NSH_LEN_MASK		0x003F

/* NSH next protocols. */
#define SVCPLANE_NP_NONE		0x00	/* metadata only, RFC 8393 */
#define SVCPLANE_NP_IPV4		0x01
#define SVCPLANE_NP_IPV6		0x02
#define SVCPLANE_NP_ETHERNET		0x03
#define SVCPLANE_NP_NSH			0x04
#define SVCPLANE_NP_MPLS		0x05
#define SVCPLANE_NP_IOAM		0x06
#define SVCPLANE_NP_OAM			0x07	/* RFC 9516 echo */
#define SVCPLANE_NP_BULK		0xFE	/* experiment: flow state in bulk */

/**
 * struct svcplane_nsh - NSH base and service path header, 8 bytes
 * @ver_flags_ttl_len: version 2 bits, O 1, unassigned 1, TTL 6, length 6
 * @mdtype: unassigned 4 bits, MD type 4 bits
 * @next: next protocol, SVCPLANE_NP_*
 * @path: service path identifier 24 bits, service index 8
 */
struct svcplane_nsh {
	__be16	ver_flags_ttl_len;
	__u8	mdtype;
	__u8	next;
	__be32	path;
};

/*
 * The 16 bytes of metadata: the context of MD type 1, or the value of context
 * header type 1. Words 0, 3 and the tenant id follow
 * draft-ietf-sfc-nsh-dc-allocation with D = 0 and F = 01.
 */
#define SVCPLANE_CTX_LEN		16
#define SVCPLANE_CTX0_D			0x80000000
#define SVCPLANE_CTX0_F_MASK		0x60000000
#define SVCPLANE_CTX0_F_TAG		0x20000000	/* word 3 is a service tag */
#define SVCPLANE_CTX0_HOST_MASK		0x0FFF0000
#define SVCPLANE_CTX0_HOST_SHIFT	16
#define SVCPLANE_CTX0_IFACE_MASK	0x0000FFFF
#define SVCPLANE_CTX1_Q			0x80000000	/* liveness query */
#define SVCPLANE_CTX1_V			0x40000000	/* reverse direction */
#define SVCPLANE_CTX1_TENANT_MASK	0x00FFFFFF
#define SVCPLANE_CTX2_SKIP_SHIFT	16
#define SVCPLANE_CTX2_CHAIN_MASK	0x0000FFFF
#define SVCPLANE_CTX3_A			0x80000000	/* answer to Q */
#define SVCPLANE_CTX3_TAG_MASK		0x7FFFFFFF

/* Skip mask: the bit of the hop with service index @si. */
#define SVCPLANE_SKIP_BIT(si)		(0x8000 >> (SVCPLANE_SI_FIRST - (si)))

/* Context headers of MD type 2. */
#define SVCPLANE_MD_CLASS		0xFFF6	/* ours, settable */
#define SVCPLANE_MD_TYPE_CTX		1	/* the 16 bytes above */
#define SVCPLANE_MD_TYPE_CTL		2	/* a control body */
#define SVCPLANE_MD_CLASS_IETF		0x0000
#define SVCPLANE_MD_TYPE_MAC1		0x02	/* RFC 9145 MAC#1, class IETF */
#define SVCPLANE_MAC1_LEN		32	/* MAC#1 with its head, as used here */
#define SVCPLANE_MAC1_KEY_ID_LEN	2
#define SVCPLANE_MAC1_MAC_LEN		16	/* HMAC-SHA-256-128 */
#define SVCPLANE_MD_VALUE_MAX		127
#define SVCPLANE_MD_LEN_MASK		0x7F

/**
 * struct svcplane_md2 - head of a context header, 4 bytes
 * @md_class: metadata class
 * @type: type within the class
 * @len: unassigned 1 bit, length of the value in bytes 7 bits, without the
 *	padding to 4 that follows the value
 */
struct svcplane_md2 {
	__be16	md_class;
	__u8	type;
	__u8	len;
};

/* Control bodies. */
#define SVCPLANE_CTL_VERSION		1
#define SVCPLANE_CTL_F_ACK_WANTED	0x1
#define SVCPLANE_CTL_F_ACK		0x2
#define SVCPLANE_CTL_F_MASK		0x3
#define SVCPLANE_CTL_PIGGY_MAX		124	/* largest body in a context header */

/**
 * struct svcplane_ctl - head of a control body, 20 bytes
 * @ver_flags: version 4 bits, SVCPLANE_CTL_F_* 4 bits
 * @type: enum svcplane_ctl_type
 * @length: of the whole body in bytes
 * @origin: host id of the sender; 0 from a node
 * @dest: host id of the receiver
 * @epoch: of the sender towards this receiver, compared for equality only; 0 from
 *	a node
 * @seq: sequence number, high half first; 0 in hellos, acks and from a node
 */
struct svcplane_ctl {
	__u8	ver_flags;
	__u8	type;
	__be16	length;
	__be16	origin;
	__be16	dest;
	__be32	epoch;
	__be32	seq[2];
};

/**
 * enum svcplane_ctl_type - control messages
 * @SVCPLANE_CTL_HELLO: opens a session
 * @SVCPLANE_CTL_HELLO_ANSWER: answer to it
 * @SVCPLANE_CTL_HELLO_DONE: answer to the answer
 * @SVCPLANE_CTL_ACK: outcome of a message
 * @SVCPLANE_CTL_ANNOUNCE: node records of a host
 * @SVCPLANE_CTL_VERDICT: change of a flow's treatment
 * @SVCPLANE_CTL_FLOW_STATE: flow record of a moving guest
 * @SVCPLANE_CTL_USER: opaque bytes for subscribers
 * @SVCPLANE_CTL_MAX: largest type known
 */
enum svcplane_ctl_type {
	SVCPLANE_CTL_HELLO		= 1,
	SVCPLANE_CTL_HELLO_ANSWER	= 2,
	SVCPLANE_CTL_HELLO_DONE		= 3,
	SVCPLANE_CTL_ACK		= 4,
	SVCPLANE_CTL_ANNOUNCE		= 5,
	SVCPLANE_CTL_VERDICT		= 6,
	SVCPLANE_CTL_FLOW_STATE		= 7,
	SVCPLANE_CTL_USER		= 8,
	SVCPLANE_CTL_MAX		= SVCPLANE_CTL_USER,
};

/**
 * enum svcplane_tlv_type - TLVs of control bodies
 * @SVCPLANE_TLV_NONCE: 64 bits, of the sender
 * @SVCPLANE_TLV_PEER_NONCE: 64 bits, given back
 * @SVCPLANE_TLV_EPOCH: 32 bits
 * @SVCPLANE_TLV_LAST_SEQ: 64 bits, the last sequence number sent to the receiver
 * @SVCPLANE_TLV_VERSION: struct svcplane_version
 * @SVCPLANE_TLV_ACK: struct svcplane_ack
 * @SVCPLANE_TLV_NODES: struct svcplane_node_rec, any number
 * @SVCPLANE_TLV_VERDICT: struct svcplane_verdict
 * @SVCPLANE_TLV_TUPLE: struct svcplane_tuple, only from a node to its proxy
 * @SVCPLANE_TLV_USER: opaque
 * @SVCPLANE_TLV_FLOW: flow record
 * @SVCPLANE_TLV_MAX: largest TLV known
 */
enum svcplane_tlv_type {
	SVCPLANE_TLV_NONCE		= 1,
	SVCPLANE_TLV_PEER_NONCE		= 2,
	SVCPLANE_TLV_EPOCH		= 3,
	SVCPLANE_TLV_LAST_SEQ		= 4,
	SVCPLANE_TLV_VERSION		= 5,
	SVCPLANE_TLV_ACK		= 6,
	SVCPLANE_TLV_NODES		= 7,
	SVCPLANE_TLV_VERDICT		= 8,
	SVCPLANE_TLV_TUPLE		= 9,
	SVCPLANE_TLV_USER		= 10,
	SVCPLANE_TLV_FLOW		= 11,
	SVCPLANE_TLV_MAX		= SVCPLANE_TLV_FLOW,
};

/**
 * struct svcplane_tlv - head of a TLV, 4 bytes
 * @type: enum svcplane_tlv_type
 * @len: of the value in bytes; the value is padded to 4 with zeros
 */
struct svcplane_tlv {
	__be16	type;
	__be16	len;
};

/**
 * struct svcplane_version - value of SVCPLANE_TLV_VERSION, 4 bytes
 * @version: highest version of control bodies spoken
 * @caps: capabilities, none assigned
 */
struct svcplane_version {
	__be16	version;
	__be16	caps;
};

/**
 * enum svcplane_status - outcome of a control message
 * @SVCPLANE_STATUS_APPLIED: done
 * @SVCPLANE_STATUS_DUPLICATE: had been done before
 * @SVCPLANE_STATUS_UNKNOWN_TYPE: message type not known
 * @SVCPLANE_STATUS_MALFORMED: body refused
 * @SVCPLANE_STATUS_NOT_PERMITTED: refused by configuration
 * @SVCPLANE_STATUS_NO_FLOW: flow not known
 * @SVCPLANE_STATUS_STALE: an older generation
 * @SVCPLANE_STATUS_RATE: over a limit
 * @SVCPLANE_STATUS_RENUMBER: numbered before the session began, and not accepted
 *	in it: to be sent again with a new number
 * @SVCPLANE_STATUS_MAX: largest status known
 */
enum svcplane_status {
	SVCPLANE_STATUS_APPLIED		= 0,
	SVCPLANE_STATUS_DUPLICATE	= 1,
	SVCPLANE_STATUS_UNKNOWN_TYPE	= 2,
	SVCPLANE_STATUS_MALFORMED	= 3,
	SVCPLANE_STATUS_NOT_PERMITTED	= 4,
	SVCPLANE_STATUS_NO_FLOW		= 5,
	SVCPLANE_STATUS_STALE		= 6,
	SVCPLANE_STATUS_RATE		= 7,
	SVCPLANE_STATUS_RENUMBER	= 8,
	SVCPLANE_STATUS_MAX		= SVCPLANE_STATUS_RENUMBER,
};

/**
 * struct svcplane_ack - value of SVCPLANE_TLV_ACK, 16 bytes
 * @seq: sequence number of the message that is answered, high half first
 * @status: enum svcplane_status
 * @reserved: zero
 * @epoch: of the message that is answered: its number counts in this epoch alone
 */
struct svcplane_ack {
	__be32	seq[2];
	__be16	status;
	__be16	reserved;
	__be32	epoch;
};

/**
 * enum svcplane_node_state - state of a node in an announcement
 * @SVCPLANE_NODE_UP: takes flows
 * @SVCPLANE_NODE_DOWN: takes nothing
 * @SVCPLANE_NODE_DRAIN: keeps its flows, takes no new ones
 * @SVCPLANE_NODE_GONE: no longer on this host
 * @SVCPLANE_NODE_STATE_MAX: largest state known
 */
enum svcplane_node_state {
	SVCPLANE_NODE_UP		= 1,
	SVCPLANE_NODE_DOWN		= 2,
	SVCPLANE_NODE_DRAIN		= 3,
	SVCPLANE_NODE_GONE		= 4,
	SVCPLANE_NODE_STATE_MAX		= SVCPLANE_NODE_GONE,
};

/**
 * struct svcplane_node_rec - one record of SVCPLANE_TLV_NODES, 12 bytes
 * @node: node id
 * @mac: MAC address, not a group's
 * @state: enum svcplane_node_state
 * @load: 0 idle to 255 full
 * @moves: how often the node has moved, serial number
 */
struct svcplane_node_rec {
	__be16	node;
	__u8	mac[6];
	__u8	state;
	__u8	load;
	__be16	moves;
};

/**
 * enum svcplane_action - what a verdict asks for
 * @SVCPLANE_ACT_DROP: drop the rest of the flow
 * @SVCPLANE_ACT_ALLOW: the rest of the flow leaves the whole set of nodes
 * @SVCPLANE_ACT_SKIP: the rest of the flow passes by the asking node
 * @SVCPLANE_ACT_REPATH: the rest of the flow takes another path
 * @SVCPLANE_ACT_MAX: largest action known
 */
enum svcplane_action {
	SVCPLANE_ACT_DROP		= 1,
	SVCPLANE_ACT_ALLOW		= 2,
	SVCPLANE_ACT_SKIP		= 3,
	SVCPLANE_ACT_REPATH		= 4,
	SVCPLANE_ACT_MAX		= SVCPLANE_ACT_REPATH,
};

/* Scope of a verdict: directions of the flow, a bit each. */
#define SVCPLANE_SCOPE_FORWARD		1
#define SVCPLANE_SCOPE_REVERSE		2
#define SVCPLANE_SCOPE_BOTH		3

/* Flags of a verdict, only with SVCPLANE_ACT_DROP. */
#define SVCPLANE_VERDICT_NOW		0x01	/* frames in flight too, at delivery */
#define SVCPLANE_VERDICT_REJECT		0x02	/* tell the guest: RST or ICMP */
#define SVCPLANE_VERDICT_FLAGS		0x03

/**
 * struct svcplane_verdict - value of SVCPLANE_TLV_VERDICT, 24 bytes
 * @tag: flow tag, 31 bits; 0 in a returned data frame: the flow of that frame
 * @action: enum svcplane_action
 * @scope: SVCPLANE_SCOPE_*
 * @reason: free for the node, shown with the verdict
 * @flags: SVCPLANE_VERDICT_*
 * @node: id of the asking node; 0 from the node itself
 * @chain: SVCPLANE_ACT_REPATH: target chain, 0 the same
 * @generation: serial number of the node's verdicts; 0 from the node itself
 * @lifetime: milliseconds, 0 as long as the flow
 * @spi: SVCPLANE_ACT_REPATH: target path, 0 any path of @chain
 */
struct svcplane_verdict {
	__be32	tag;
	__u8	action;
	__u8	scope;
	__u8	reason;
	__u8	flags;
	__be16	node;
	__be16	chain;
	__be32	generation;
	__be32	lifetime;
	__be32	spi;
};

/* VLAN field of a tuple: this bit and the VLAN id, or 0 when there is no tag. */
#define SVCPLANE_TUPLE_VLAN_PRESENT	0x1000

/**
 * struct svcplane_tuple - value of SVCPLANE_TLV_TUPLE, 40 bytes
 * @family: 4 or 6
 * @proto: IP protocol
 * @vlan: outermost VLAN id with SVCPLANE_TUPLE_VLAN_PRESENT, or 0
 * @src: source address; IPv4 in the first 4 bytes, the rest zero
 * @dst: destination address, the same
 * @sport: source port; the identifier of an ICMP query
 * @dport: destination port, the same
 */
struct svcplane_tuple {
	__u8	family;
	__u8	proto;
	__be16	vlan;
	__u8	src[16];
	__u8	dst[16];
	__be16	sport;
	__be16	dport;
};

/*
 * Flow state of a moving guest: value of SVCPLANE_TLV_FLOW. A head, then
 * records, each valid alone.
 */
#define SVCPLANE_FLOW_REC_LEN		76
#define SVCPLANE_FLOW_RECS_MAX		16	/* in one message */

/**
 * struct svcplane_flow_head - head of SVCPLANE_TLV_FLOW, 8 bytes
 * @mac: address of the guest that moves, not a group's
 * @count: records that follow
 */
struct svcplane_flow_head {
	__u8	mac[6];
	__be16	count;
};

/* Flags of a record. */
#define SVCPLANE_FLOW_FIRST_IN		0x01	/* the first frame went to the guest */
#define SVCPLANE_FLOW_SYN		0x02	/* and was a TCP SYN */
#define SVCPLANE_FLOW_ASSURED		0x04	/* frames were seen in both directions */
#define SVCPLANE_FLOW_TWICE		0x08	/* inspected for both of two guests */
#define SVCPLANE_FLOW_FLAGS		0x0F

/**
 * struct svcplane_flow_rec - one connection of the guest, 76 bytes
 * @tuple: as in frames from the guest
 * @vlan: inner of two VLAN tags, as svcplane_tuple.vlan
 * @flags: SVCPLANE_FLOW_*
 * @reserved: zero
 * @peer: MAC address of the other side, all zero when it is not known
 * @chain: chain id, 0 = no chain
 * @spi: path of the direction from the guest, and the reverse SPI of the path of
 *	the direction to it; 0 = none
 * @skip: skip masks of the directions
 * @act: of the directions: 0 chain, 1 bypass, 2 drop
 * @tcp: TCP states: 0 none, 1 SYN, 2 established, 3 FIN, 4 RST
 * @idle: milliseconds since the last frame
 * @until: milliseconds that the treatment lasts, 0 = as long as the flow
 */
struct svcplane_flow_rec {
	struct svcplane_tuple	tuple;
	__be16	vlan;
	__u8	flags;
	__u8	reserved;
	__u8	peer[6];
	__be16	chain;
	__be32	spi[2];
	__be16	skip[2];
	__u8	act[2];
	__u8	tcp[2];
	__be32	idle;
	__be32	until;
};

/*
 * Echo, RFC 9516: behind an NSH with O = 1 and next protocol 7. Type, mode, code
 * and TLV numbers from 252 on are private use.
 */
#define SVCPLANE_OAM_VERSION		0
#define SVCPLANE_OAM_VER_SHIFT		6
#define SVCPLANE_OAM_TYPE_MASK		0x3F
#define SVCPLANE_OAM_ECHO		1

/**
 * struct svcplane_oam - head of an active OAM message, 4 bytes
 * @ver_type: version 2 bits, message type 6 bits
 * @reserved: zero
 * @length: of what follows this head, in bytes
 */
struct svcplane_oam {
	__u8	ver_type;
	__u8	reserved;
	__be16	length;
};

#define SVCPLANE_ECHO_REQUEST		1
#define SVCPLANE_ECHO_REPLY		2

/* Reply modes; a host takes requests with these, and sends them with 4. */
#define SVCPLANE_ECHO_NO_REPLY		1
#define SVCPLANE_ECHO_BY_PATH		4	/* along the path of TLV 3 */
#define SVCPLANE_ECHO_BY_PATH_SAFE	7	/* the same, with integrity */

/**
 * struct svcplane_echo - echo packet, 16 bytes, TLVs follow
 * @flags: none assigned
 * @reserved: zero
 * @type: SVCPLANE_ECHO_REQUEST or _REPLY
 * @mode: reply mode
 * @code: enum svcplane_echo_code, 0 in a request
 * @subcode: zero
 * @handle: of the asker, given back
 * @seq: sequence number, given back
 */
struct svcplane_echo {
	__be16	flags;
	__be16	reserved;
	__u8	type;
	__u8	mode;
	__u8	code;
	__u8	subcode;
	__be32	handle;
	__be32	seq;
};

/**
 * enum svcplane_echo_code - what became of an echo request
 * @SVCPLANE_ECHO_NONE: nothing is said
 * @SVCPLANE_ECHO_MALFORMED: the request was malformed
 * @SVCPLANE_ECHO_TLV: a TLV was not understood
 * @SVCPLANE_ECHO_AUTH: authentication failed; never sent
 * @SVCPLANE_ECHO_TTL: TTL ran out
 * @SVCPLANE_ECHO_END: end of the path
 * @SVCPLANE_ECHO_NO_SFP: the TLV with the path of the reply is missing
 * @SVCPLANE_ECHO_BAD_SFP: the path of the reply is not the asker's control path
 * @SVCPLANE_ECHO_NODE: the next node cannot be used: see SVCPLANE_ECHO_TLV_HOP
 * @SVCPLANE_ECHO_HOP: no such (SPI, SI) here
 * @SVCPLANE_ECHO_SESSION: no session with the host it had to go on to
 */
enum svcplane_echo_code {
	SVCPLANE_ECHO_NONE		= 0,
	SVCPLANE_ECHO_MALFORMED		= 1,
	SVCPLANE_ECHO_TLV		= 2,
	SVCPLANE_ECHO_AUTH		= 3,
	SVCPLANE_ECHO_TTL		= 4,
	SVCPLANE_ECHO_END		= 5,
	SVCPLANE_ECHO_NO_SFP		= 6,
	SVCPLANE_ECHO_BAD_SFP		= 7,
	SVCPLANE_ECHO_NODE		= 252,
	SVCPLANE_ECHO_HOP		= 253,
	SVCPLANE_ECHO_SESSION		= 254,
};

/* TLVs of echo packets: type 8, reserved 8, length of the value 16. */
#define SVCPLANE_ECHO_TLV_SFP		3	/* reply path: SPI 24, SI 8 */
#define SVCPLANE_ECHO_TLV_HOP		252	/* struct svcplane_echo_hop */
#define SVCPLANE_ECHO_TLV_NODE		253	/* struct svcplane_echo_node */
#define SVCPLANE_ECHO_TLV_LEN		4	/* of the head of each */

/**
 * struct svcplane_echo_hop - value of SVCPLANE_ECHO_TLV_HOP, 16 bytes
 * @host: that answers
 * @node: of the next hop; 0 at the end of the path
 * @next: host that the request would go on to, which may be @host; 0 = none
 * @state: of the node, enum svcplane_node_state; 0 without one
 * @down: why it cannot be used, bits of enum svcplane_down
 * @path: SPI 24 and SI 8 that it has come to
 * @ttl: what was left of the TTL after the look-up at @host
 * @reserved: zero
 */
struct svcplane_echo_hop {
	__be16	host;
	__be16	node;
	__be16	next;
	__u8	state;
	__u8	down;
	__be32	path;
	__u8	ttl;
	__u8	reserved[3];
};

/**
 * struct svcplane_echo_node - value of SVCPLANE_ECHO_TLV_NODE, 4 bytes
 * @node: node id, in a request on a control path: how is that node?
 * @reserved: zero
 */
struct svcplane_echo_node {
	__be16	node;
	__be16	reserved;
};

#endif /* _UAPI_LINUX_SVCPLANE_WIRE_H */
