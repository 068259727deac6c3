/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Echo packets (RFC 9516) from and to plain structs. No skb, no keys, no paths in
 * here: where a request has come to is decided elsewhere.
 */
#ifndef SVP_ECHO_H
#define SVP_ECHO_H

#include <linux/svcplane_wire.h>
#include <linux/build_bug.h>
#include <linux/types.h>

static_assert(sizeof(struct svcplane_oam) == 4);
static_assert(sizeof(struct svcplane_echo) == 16);
static_assert(sizeof(struct svcplane_echo_hop) == 16);
static_assert(sizeof(struct svcplane_echo_node) == 4);

#define SVP_ECHO_LEN		20	/* both heads */
#define SVP_ECHO_MAX		1024	/* bytes of an echo packet at most */
/* What svp_echo_encode() writes at most: both heads, and each TLV once */
#define SVP_ECHO_ROOM		(SVP_ECHO_LEN + 8 + 20 + 8)

/**
 * enum svp_echo_err - what is wrong with an echo packet; contiguous
 * @SVP_ECHO_OK: nothing
 * @SVP_ECHO_SHORT: ends inside its heads, or is longer than SVP_ECHO_MAX
 * @SVP_ECHO_VERSION: version is not 0
 * @SVP_ECHO_MSG: no echo: another kind of active OAM
 * @SVP_ECHO_LENGTH: length field is not the length there is
 * @SVP_ECHO_TYPE: neither request nor reply. The fields behind @type were read
 * @SVP_ECHO_TLVS: a TLV runs past the end, or a known one has a wrong length or
 *	a value out of range. The heads were read
 * @SVP_ECHO_ERR_MAX: number of codes
 */
enum svp_echo_err {
	SVP_ECHO_OK,
	SVP_ECHO_SHORT,
	SVP_ECHO_VERSION,
	SVP_ECHO_MSG,
	SVP_ECHO_LENGTH,
	SVP_ECHO_TYPE,
	SVP_ECHO_TLVS,
	SVP_ECHO_ERR_MAX
};

#define SVP_ECHO_HAS_SFP	0x1
#define SVP_ECHO_HAS_HOP	0x2
#define SVP_ECHO_HAS_NODE	0x4

/**
 * struct svp_echo_hop - where a request has come to, host byte order
 * @host: that says so
 * @node: of the next hop; 0 at the end of the path
 * @next: host that it would go on to; 0 = none
 * @state: of the node, enum svcplane_node_state; 0 without one
 * @down: why the node cannot be used, SVP_NODE_DOWN_*
 * @spi: path
 * @si: service index of the next hop
 * @ttl: left after the look-up
 */
struct svp_echo_hop {
	u16 host;
	u16 node;
	u16 next;
	u8 state;
	u8 down;
	u32 spi;
	u8 si;
	u8 ttl;
};

/**
 * struct svp_echo - an echo packet, host byte order
 * @type: SVCPLANE_ECHO_REQUEST or SVCPLANE_ECHO_REPLY
 * @mode: reply mode
 * @code: enum svcplane_echo_code
 * @subcode: return subcode
 * @handle: of the asker
 * @seq: sequence number
 * @has: SVP_ECHO_HAS_*
 * @unknown: TLVs that are not known; encoding sets no store by it
 * @sfp_spi: path of the reply
 * @sfp_si: service index there
 * @node: that is asked after
 * @hop: where it has come to
 */
struct svp_echo {
	u8 type;
	u8 mode;
	u8 code;
	u8 subcode;
	u32 handle;
	u32 seq;
	u32 has;
	u32 unknown;
	u32 sfp_spi;
	u8 sfp_si;
	u16 node;
	struct svp_echo_hop hop;
};

enum svp_echo_err svp_echo_decode(const void *buf, unsigned int len,
				  struct svp_echo *echo);
unsigned int svp_echo_encode(void *buf, unsigned int room,
			     const struct svp_echo *echo);

#endif
