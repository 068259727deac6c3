/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Control bodies (wire.md sections 5 and 9) from and to plain structs. No skb, no
 * keys, no sessions in here: what a message may say is decided elsewhere, this
 * says whether it is well-formed.
 */
#ifndef SVP_WIRE_H
#define SVP_WIRE_H

#include <linux/svcplane_wire.h>
#include <linux/build_bug.h>
#include <linux/types.h>

#include "parse.h"

static_assert(sizeof(struct svcplane_ctl) == 20);
static_assert(sizeof(struct svcplane_tlv) == 4);
static_assert(sizeof(struct svcplane_version) == 4);
static_assert(sizeof(struct svcplane_ack) == 16);
static_assert(sizeof(struct svcplane_node_rec) == 12);
static_assert(sizeof(struct svcplane_verdict) == 24);
static_assert(sizeof(struct svcplane_tuple) == 40);

/**
 * enum svp_wire_err - why a control body is refused; contiguous
 * @SVP_WIRE_OK: it is not
 * @SVP_WIRE_SHORT: ends inside its header
 * @SVP_WIRE_VERSION: version is not SVCPLANE_CTL_VERSION
 * @SVP_WIRE_LENGTH: length field is not the length there is, or no multiple
 *	of 4
 * @SVP_WIRE_HOST: origin or destination above SVCPLANE_HOST_MAX
 * @SVP_WIRE_TYPE: message type unknown; the header has been read
 * @SVP_WIRE_FLAGS: unassigned flag; ACK without type ack or the reverse; an
 *	ack that wants an ack
 * @SVP_WIRE_SEQ: hello or ack with a sequence number
 * @SVP_WIRE_TLV_END: TLV runs past the end
 * @SVP_WIRE_TLV_LEN: length of a known TLV is wrong
 * @SVP_WIRE_PADDING: padding is not zero
 * @SVP_WIRE_MISSING: TLV that the type needs is not there
 * @SVP_WIRE_RESERVED: reserved field is not zero
 * @SVP_WIRE_STATUS: status unknown
 * @SVP_WIRE_ACTION: action unknown
 * @SVP_WIRE_SCOPE: scope is not 1, 2 or 3
 * @SVP_WIRE_VERDICT_FLAGS: unassigned flag, or a flag of drop with another
 *	action
 * @SVP_WIRE_TAG: flow tag has more than 31 bits
 * @SVP_WIRE_SPI: target path out of range, or re-path without path and chain
 * @SVP_WIRE_FAMILY: tuple is neither IPv4 nor IPv6
 * @SVP_WIRE_ADDR: bytes behind an IPv4 address are not zero
 * @SVP_WIRE_VLAN: VLAN of a tuple is neither 0 nor an id with the present bit
 * @SVP_WIRE_NODE_TYPE: from a node: neither verdict nor user message
 * @SVP_WIRE_NODE_FIELD: from a node: a field that its service proxy fills in
 *	is not 0
 * @SVP_WIRE_ERR_MAX: number of codes
 */
enum svp_wire_err {
	SVP_WIRE_OK,
	SVP_WIRE_SHORT,
	SVP_WIRE_VERSION,
	SVP_WIRE_LENGTH,
	SVP_WIRE_HOST,
	SVP_WIRE_TYPE,
	SVP_WIRE_FLAGS,
	SVP_WIRE_SEQ,
	SVP_WIRE_TLV_END,
	SVP_WIRE_TLV_LEN,
	SVP_WIRE_PADDING,
	SVP_WIRE_MISSING,
	SVP_WIRE_RESERVED,
	SVP_WIRE_STATUS,
	SVP_WIRE_ACTION,
	SVP_WIRE_SCOPE,
	SVP_WIRE_VERDICT_FLAGS,
	SVP_WIRE_TAG,
	SVP_WIRE_SPI,
	SVP_WIRE_FAMILY,
	SVP_WIRE_ADDR,
	SVP_WIRE_VLAN,
	SVP_WIRE_NODE_TYPE,
	SVP_WIRE_NODE_FIELD,
	SVP_WIRE_ERR_MAX
};

#define SVP_WIRE_HAS(tlv)	(1U << SVCPLANE_TLV_##tlv)

/**
 * struct svp_hello - hello, hello-answer and hello-done, as far as present
 * @nonce: of the sender
 * @peer_nonce: of the receiver, given back
 * @last_seq: last sequence number sent to the receiver
 * @epoch: epoch of the sender
 * @version: highest version of control bodies spoken
 * @caps: capabilities
 */
struct svp_hello {
	u64 nonce;
	u64 peer_nonce;
	u64 last_seq;
	u32 epoch;
	u16 version;
	u16 caps;
};

/**
 * struct svp_ack - outcome of a message
 * @seq: sequence number of the message that is answered
 * @epoch: and its epoch
 * @status: enum svcplane_status
 */
struct svp_ack {
	u64 seq;
	u32 epoch;
	u16 status;
};

/**
 * struct svp_node_rec - record of an announcement
 * @node: node id
 * @mac: MAC address
 * @state: enum svcplane_node_state
 * @load: 0 idle to 255 full
 * @moves: move count, serial number
 */
struct svp_node_rec {
	u16 node;
	u8 mac[6];
	u8 state;
	u8 load;
	u16 moves;
};

/**
 * struct svp_bytes - a part of the buffer that was decoded
 * @data: first byte
 * @len: bytes
 */
struct svp_bytes {
	const u8 *data;
	u16 len;
};

/**
 * struct svp_wire_verdict - verdict, host byte order but for the tuple
 * @tag: flow tag, 31 bits; 0 = the flow of the frame it came in
 * @action: enum svcplane_action
 * @scope: SVCPLANE_SCOPE_*
 * @reason: free for the node
 * @flags: SVCPLANE_VERDICT_*
 * @node: asking node
 * @chain: SVCPLANE_ACT_REPATH: target chain, 0 the same
 * @generation: serial number of the node's verdicts
 * @lifetime: milliseconds, 0 as long as the flow
 * @spi: SVCPLANE_ACT_REPATH: target path, 0 any of @chain
 * @tuple: with SVP_WIRE_HAS(TUPLE) only: names the flow; one VLAN at most
 */
struct svp_wire_verdict {
	u32 tag;
	u8 action;
	u8 scope;
	u8 reason;
	u8 flags;
	u16 node;
	u16 chain;
	u32 generation;
	u32 lifetime;
	u32 spi;
	struct svp_tuple tuple;
};

/**
 * struct svp_ctl_msg - a control message
 * @type: enum svcplane_ctl_type
 * @flags: SVCPLANE_CTL_F_*
 * @len: of the body in bytes; encoding sets no store by it
 * @origin: host id, 0 from a node
 * @dest: host id
 * @epoch: of the sender
 * @seq: sequence number
 * @has: SVP_WIRE_HAS() of each TLV present
 * @unknown: number of unknown TLVs that were passed over
 * @hello: types 1, 2, 3
 * @ack: type 4
 * @nodes: type 5: records, for svp_wire_node_next()
 * @verdict: type 6
 * @flow: type 7
 * @user: type 8
 */
struct svp_ctl_msg {
	u8 type;
	u8 flags;
	u16 len;
	u16 origin;
	u16 dest;
	u32 epoch;
	u64 seq;
	u32 has;
	u32 unknown;
	union {
		struct svp_hello hello;
		struct svp_ack ack;
		struct svp_bytes nodes;
		struct svp_wire_verdict verdict;
		struct svp_bytes flow;
		struct svp_bytes user;
	};
};

enum svp_wire_err svp_wire_decode(const void *buf, unsigned int len,
				  struct svp_ctl_msg *msg);
enum svp_wire_err svp_wire_check_node(const struct svp_ctl_msg *msg);
enum svcplane_status svp_wire_status(enum svp_wire_err err);
unsigned int svp_wire_encode(void *buf, unsigned int room,
			     const struct svp_ctl_msg *msg);
bool svp_wire_node_next(struct svp_bytes *nodes, struct svp_node_rec *rec,
			unsigned int *invalid);
void svp_wire_node_put(void *buf, const struct svp_node_rec *rec);
enum svp_wire_err svp_wire_tuple_get(const void *buf, struct svp_tuple *t);
void svp_wire_tuple_put(void *buf, const struct svp_tuple *t);

#endif
