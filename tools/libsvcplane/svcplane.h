/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * DOC: libsvcplane - write NSH-aware service functions for a service plane
 *
 * A service function gets Ethernet frames of ethertype 0x894F that carry a
 * Network Service Header (RFC 8300) and, behind it, the frame of a guest. It
 * gives each frame back with the service index one lower, or keeps it, and may
 * steer the rest of the flow with a control message: a verdict.
 *
 *	svcplane_parse(&f, buf, len)		is this an NSH frame, what is in it
 *	svcplane_context_get(&f, &ctx)		which guest, tenant and flow
 *	svcplane_inner_parse(&f, &inner)	the guest's own headers and payload
 *	svcplane_return(&f)			make it the frame to give back
 *	svcplane_body_verdict(&b, host, &v, t)	what shall become of the flow
 *	svcplane_attach(&f, &b, out, size)	... riding in the returned frame
 *	svcplane_md_only(&path, &b, out, size)	... in a packet of its own
 *
 * The library does no I/O, allocates nothing, keeps no state and never writes
 * outside the buffers it is given, so it may be called from any thread. Every
 * number in its structures is in host byte order; addresses are bytes in the
 * order of the wire. Functions return 0 or a length, or a negative enum
 * svcplane_err.
 */
#ifndef SVCPLANE_H
#define SVCPLANE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/svcplane_wire.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The structures of <linux/svcplane_wire.h> are the bytes on the wire; those
 * below with an _info in their name are the same things as numbers.
 */

/** Bytes of the outer Ethernet header. */
#define SVCPLANE_ETH_LEN	14
/** A buffer of this size holds any frame that svcplane_md_only() makes and
 * any header that svcplane_attach_header() makes.
 */
#define SVCPLANE_HEADER_MAX	(SVCPLANE_ETH_LEN + SVCPLANE_NSH_MAX_LEN)
/** Most bytes of a control body in a context header (its length has 7 bits and
 * a body is a multiple of 4).
 */
#define SVCPLANE_BODY_MAX	SVCPLANE_CTL_PIGGY_MAX
/** Most bytes of a user message that ride in one body. */
#define SVCPLANE_USER_MAX	100

/**
 * enum svcplane_err - why a function refused
 * @SVCPLANE_OK: it did not
 * @SVCPLANE_E_SHORT: the frame ends before the header it announces
 * @SVCPLANE_E_ETHERTYPE: no NSH: ethertype is not 0x894F
 * @SVCPLANE_E_VERSION: NSH or control body of another version
 * @SVCPLANE_E_MDTYPE: MD type other than 1 and 2
 * @SVCPLANE_E_LENGTH: a length field contradicts RFC 8300 or the buffer
 * @SVCPLANE_E_TLV: a context header or TLV runs over its container
 * @SVCPLANE_E_EMPTY: metadata-only packet without metadata, or with a payload
 * @SVCPLANE_E_SI: service index 0, which a node must not decrement
 * @SVCPLANE_E_NONE: there is no such thing in this frame
 * @SVCPLANE_E_SPACE: the caller's buffer is too small
 * @SVCPLANE_E_TOOBIG: would be longer than 63 words of NSH or 124 of body
 * @SVCPLANE_E_VALUE: an argument is outside the range of wire.md
 * @SVCPLANE_E_INTEGRITY: frame is protected by RFC 9145, which this library
 *	cannot renew
 * @SVCPLANE_E_OAM: frame is OAM, to which nothing may be attached
 * @SVCPLANE_E_STATE: frame has been made a returning one already
 */
enum svcplane_err {
	SVCPLANE_OK		= 0,
	SVCPLANE_E_SHORT	= -1,
	SVCPLANE_E_ETHERTYPE	= -2,
	SVCPLANE_E_VERSION	= -3,
	SVCPLANE_E_MDTYPE	= -4,
	SVCPLANE_E_LENGTH	= -5,
	SVCPLANE_E_TLV		= -6,
	SVCPLANE_E_EMPTY	= -7,
	SVCPLANE_E_SI		= -8,
	SVCPLANE_E_NONE		= -9,
	SVCPLANE_E_SPACE	= -10,
	SVCPLANE_E_TOOBIG	= -11,
	SVCPLANE_E_VALUE	= -12,
	SVCPLANE_E_INTEGRITY	= -13,
	SVCPLANE_E_OAM		= -14,
	SVCPLANE_E_STATE	= -15,
};

/**
 * svcplane_strerror() - text for a return value of this library
 * @err: any value
 *
 * Return: a static string, never NULL.
 */
const char *svcplane_strerror(int err);

/* ---- reading a frame ---------------------------------------------------- */

/**
 * struct svcplane_frame - view of one frame; points into the caller's buffer
 * @data: first byte of the outer Ethernet header
 * @len: bytes at @data
 * @payload: first byte after the NSH
 * @payload_len: bytes at @payload; 0 in a metadata-only packet, whatever
 *	padding Ethernet added
 * @spi: service path identifier, 24 bits
 * @si: service index as it stands in @data
 * @ttl: 0 to 63
 * @mdtype: 1 or 2
 * @next_proto: what @payload is; SVCPLANE_NP_*
 * @oam: O bit
 * @returned: svcplane_return() was called on it
 * @nsh_len: bytes of the NSH
 * @md_class: class of the context headers that are ours in MD type 2; set to
 *	0xFFF6 by svcplane_parse(), change it after the call if the plane uses
 *	another
 */
struct svcplane_frame {
	uint8_t *data;
	size_t len;
	const uint8_t *payload;
	size_t payload_len;
	uint32_t spi;
	uint8_t si;
	uint8_t ttl;
	uint8_t mdtype;
	uint8_t next_proto;
	bool oam;
	bool returned;
	uint16_t nsh_len;
	uint16_t md_class;
};

/**
 * svcplane_parse() - check a received frame as RFC 8300 says and describe it
 * @f: result; contents undefined unless 0 is returned
 * @buf: whole frame from the outer Ethernet header on; is not written to
 * @len: bytes at @buf
 *
 * Every context header of MD type 2 is walked, so svcplane_tlv_next() cannot
 * fail later. A frame that is refused here must be dropped (RFC 8300 2.2), not
 * returned.
 *
 * Return: 0 or a negative enum svcplane_err.
 */
int svcplane_parse(struct svcplane_frame *f, void *buf, size_t len);

/**
 * struct svcplane_tlv_info - one context header of MD type 2
 * @md_class: metadata class
 * @type: all 8 bits of the type
 * @len: bytes of the value without padding, 0 to 127
 * @value: points into the frame
 */
struct svcplane_tlv_info {
	uint16_t md_class;
	uint8_t type;
	uint8_t len;
	const uint8_t *value;
};

/**
 * svcplane_tlv_next() - walk the context headers of a parsed frame
 * @f: frame from svcplane_parse()
 * @t: cursor; set it to zero before the first call
 *
 * Return: true while @t holds a header; always false for MD type 1.
 */
bool svcplane_tlv_next(const struct svcplane_frame *f, struct svcplane_tlv_info *t);

/**
 * svcplane_tlv_find() - first context header of a class and type
 * @f: frame from svcplane_parse()
 * @md_class: metadata class
 * @type: type
 * @t: result
 *
 * Return: 0 or SVCPLANE_E_NONE. Of duplicates the first counts (RFC 8300
 * 2.5.1).
 */
int svcplane_tlv_find(const struct svcplane_frame *f, uint16_t md_class,
		      uint8_t type, struct svcplane_tlv_info *t);

/**
 * struct svcplane_context - the 16 bytes of metadata of a svcplane frame
 * @host: source host, 1 to 4094; where verdicts about the flow must go
 * @iface: port proxy of that host
 * @tenant: id of the service plane, 24 bits
 * @skip: bit 0x8000 >> n set: the hop with SI 255-n is left out
 * @chain: id of the chain
 * @tag: name of the flow, unique together with @host, 31 bits
 * @query: Q: the plane asks whether this node lives
 * @reverse: V: the frame travels to the guest that @iface stands for
 * @answer: A: set in the returned frame, answers Q
 */
struct svcplane_context {
	uint16_t host;
	uint16_t iface;
	uint32_t tenant;
	uint16_t skip;
	uint16_t chain;
	uint32_t tag;
	bool query;
	bool reverse;
	bool answer;
};

/**
 * svcplane_context_get() - read the context of MD type 1 or its md2 form
 * @f: frame from svcplane_parse()
 * @c: result
 *
 * With node setting ``context dc`` Q, V and word 2 are zero, so only host,
 * interface, tenant and tag mean something.
 *
 * Return: 0, or SVCPLANE_E_NONE when the node is shown no context (setting
 * ``context zero``) or one of another layout.
 */
int svcplane_context_get(const struct svcplane_frame *f,
			 struct svcplane_context *c);

/**
 * svcplane_context_put() - write a context as it stands on the wire
 * @c: context; fields are masked to their width
 * @out: 16 bytes
 */
void svcplane_context_put(const struct svcplane_context *c, uint8_t out[16]);

/**
 * struct svcplane_inner - what the guest sent
 * @family: 4, 6, or 0 when the frame is not IP (then nothing below but
 *	@vlan and @inner_vlan means anything)
 * @proto: transport protocol behind all extension headers
 * @vlan: VLAN id of the outermost tag with SVCPLANE_TUPLE_VLAN_PRESENT, or 0
 * @inner_vlan: the same of the second tag; the plane tells flows by both, but a
 *	tuple has room for the outer one only
 * @fragment: the packet is part of a fragmented one
 * @later: ... and not its first part: no ports, no payload
 * @tcp_flags: byte 13 of the TCP header
 * @sport: source port of TCP, UDP, SCTP; identifier of an ICMP query
 * @dport: destination port, the same
 * @tcp_seq: sequence number
 * @src: address; IPv4 in the first 4 bytes, the others zero
 * @dst: address
 * @payload: behind the TCP or UDP header, or NULL for other protocols
 * @payload_len: bytes there, without padding that Ethernet added
 */
struct svcplane_inner {
	uint8_t family;
	uint8_t proto;
	uint16_t vlan;
	uint16_t inner_vlan;
	bool fragment;
	bool later;
	uint8_t tcp_flags;
	uint16_t sport;
	uint16_t dport;
	uint32_t tcp_seq;
	uint8_t src[16];
	uint8_t dst[16];
	const uint8_t *payload;
	size_t payload_len;
};

/**
 * svcplane_inner_parse() - find addresses, ports and payload of the guest
 * @f: frame from svcplane_parse() with next protocol Ethernet, IPv4 or IPv6
 * @in: result, all zero where the frame has no such thing
 *
 * Follows at most two VLAN tags and eight IPv6 extension headers.
 *
 * Return: 0 (also when it is not IP), SVCPLANE_E_NONE for another next
 * protocol, SVCPLANE_E_SHORT when a header is cut off, SVCPLANE_E_LENGTH when
 * lengths contradict each other. After an error @in holds what was read before
 * it; @in->payload is NULL.
 */
int svcplane_inner_parse(const struct svcplane_frame *f,
			 struct svcplane_inner *in);

/* ---- returning a frame -------------------------------------------------- */

/**
 * svcplane_return() - turn a received frame into the one to give back
 * @f: frame from svcplane_parse()
 *
 * In place: the service index goes down by one, Q is answered with A, the outer
 * addresses are swapped. Everything else, context of unknown layout and
 * unassigned bits included, stays as it came.
 *
 * Return: 0, SVCPLANE_E_SI (drop the frame) or SVCPLANE_E_STATE when it was
 * called on this frame before.
 */
int svcplane_return(struct svcplane_frame *f);

/**
 * svcplane_return_copy() - the same into a buffer of the caller
 * @f: frame from svcplane_parse(), not changed
 * @out: buffer, must not overlap the frame
 * @size: bytes at @out
 *
 * Return: length of the frame in @out, or a negative enum svcplane_err.
 */
int svcplane_return_copy(const struct svcplane_frame *f, void *out,
			 size_t size);

/* ---- control bodies ----------------------------------------------------- */

/**
 * struct svcplane_body - a control body (wire.md 4.1), ready to be carried
 * @len: bytes used, a multiple of 4
 * @bytes: in network byte order
 */
struct svcplane_body {
	uint16_t len;
	uint8_t bytes[SVCPLANE_BODY_MAX];
};

/**
 * struct svcplane_verdict_info - what shall become of the rest of a flow
 * @tag: the flow, as in the context; 0 only in a returned data frame, where it
 *	means the flow of that frame, or together with a tuple
 * @action: SVCPLANE_ACT_DROP, _ALLOW, _SKIP, _REPATH
 * @scope: SVCPLANE_SCOPE_FORWARD, _REVERSE, _BOTH: which frames of the flow.
 *	Forward are those that travel from the guest, which the node is shown
 *	with @reverse of its context false; reverse those shown with it true
 * @reason: free for the service, shown to the operator
 * @flags: SVCPLANE_VERDICT_NOW, _REJECT; only with drop
 * @chain: target chain of re-path, 0 for the chain the flow is in; else 0
 * @lifetime: milliseconds, 0 for as long as the flow lives
 * @spi: path of re-path, 1 to 0xFFEFFF, or 0 to let the plane choose one of
 *	@chain; else 0
 * @node: filled when read; a node sends 0
 * @generation: filled when read; a node sends 0
 */
struct svcplane_verdict_info {
	uint32_t tag;
	uint8_t action;
	uint8_t scope;
	uint8_t reason;
	uint8_t flags;
	uint16_t chain;
	uint32_t lifetime;
	uint32_t spi;
	uint16_t node;
	uint32_t generation;
};

/**
 * struct svcplane_tuple_info - names a flow for a node that is shown no tag
 * @family: 4 or 6
 * @proto: IP protocol
 * @vlan: id of the outermost VLAN tag with SVCPLANE_TUPLE_VLAN_PRESENT, or 0
 * @sport: source port; identifier of an ICMP query
 * @dport: destination port, the same
 * @src: source address; IPv4 in the first 4 bytes
 * @dst: destination address
 */
struct svcplane_tuple_info {
	uint8_t family;
	uint8_t proto;
	uint16_t vlan;
	uint16_t sport;
	uint16_t dport;
	uint8_t src[16];
	uint8_t dst[16];
};

/**
 * svcplane_tuple_from_inner() - name the flow of a frame
 * @in: result of svcplane_inner_parse()
 * @t: result
 *
 * Return: 0, or SVCPLANE_E_NONE for what is not IP, is a later fragment or has
 * two VLAN tags: with the outer one alone the tuple could name another flow. A
 * verdict on such a flow needs its tag, or has to ride in one of its frames.
 */
int svcplane_tuple_from_inner(const struct svcplane_inner *in,
			      struct svcplane_tuple_info *t);

/**
 * svcplane_body_verdict() - build a verdict
 * @b: result
 * @host: host field of the flow's context (0 if the node is not shown it)
 * @v: what to ask for; @node and @generation are not looked at: the service
 *	proxy of this node writes them
 * @t: tuple, or NULL when @v->tag names the flow
 *
 * Return: 0 or SVCPLANE_E_VALUE.
 */
int svcplane_body_verdict(struct svcplane_body *b, uint16_t host,
			  const struct svcplane_verdict_info *v,
			  const struct svcplane_tuple_info *t);

/**
 * svcplane_body_user() - build a message for whoever listens on the source host
 * @b: result
 * @host: destination host
 * @data: opaque bytes
 * @len: 1 to SVCPLANE_USER_MAX
 *
 * Return: 0, SVCPLANE_E_VALUE or SVCPLANE_E_TOOBIG.
 */
int svcplane_body_user(struct svcplane_body *b, uint16_t host,
		       const void *data, size_t len);

/**
 * struct svcplane_msg - a control body as read
 * @type: enum svcplane_ctl_type
 * @flags: 4 bits
 * @origin: host
 * @host: destination host
 * @epoch: of the origin
 * @seq: sequence number
 * @has_verdict: @verdict is filled
 * @has_tuple: @tuple is filled
 * @verdict: TLV 8
 * @tuple: TLV 9
 * @user: TLV 10, points into the buffer, or NULL
 * @user_len: bytes there
 * @unknown: number of TLVs that were passed over
 */
struct svcplane_msg {
	uint8_t type;
	uint8_t flags;
	uint16_t origin;
	uint16_t host;
	uint32_t epoch;
	uint64_t seq;
	bool has_verdict;
	bool has_tuple;
	struct svcplane_verdict_info verdict;
	struct svcplane_tuple_info tuple;
	const uint8_t *user;
	size_t user_len;
	unsigned int unknown;
};

/**
 * svcplane_body_parse() - read a control body
 * @m: result
 * @buf: the body
 * @len: bytes at @buf; must be what its length field says
 *
 * Return: 0 or a negative enum svcplane_err. Of a TLV that comes twice the
 * first counts; values are not judged.
 */
int svcplane_body_parse(struct svcplane_msg *m, const void *buf, size_t len);

/* ---- carrying them ------------------------------------------------------ */

/**
 * svcplane_attach_header() - headers of a returned frame that carries a message
 * @f: received frame, not changed (or one already made a returning one)
 * @b: control body
 * @out: buffer for the outer Ethernet header and the NSH
 * @size: bytes at @out; SVCPLANE_HEADER_MAX is always enough
 *
 * Send @out followed by @f->payload, for instance with an iovec of two. The
 * new NSH is always of MD type 2 and its context headers are, in this order:
 * class @f->md_class type 1 with the 16 bytes of context (Q answered; taken
 * from MD type 1, or from that header of the received frame, or zero if it had
 * none), every other header of the received frame unchanged, and class
 * @f->md_class type 2 with the body last. Service index, addresses and all
 * other fields are those svcplane_return() gives.
 *
 * The frame grows by 8 bytes plus @b->len against MD type 1: mind the MTU.
 *
 * Return: bytes written, SVCPLANE_E_TOOBIG when there is no room for the body
 * in the NSH (then use svcplane_md_only()), or another negative enum
 * svcplane_err.
 */
int svcplane_attach_header(const struct svcplane_frame *f,
			   const struct svcplane_body *b, void *out,
			   size_t size);

/**
 * svcplane_attach() - a whole returned frame that carries a message
 * @f: received frame, not changed
 * @b: control body
 * @out: buffer, must not overlap the frame
 * @size: bytes at @out
 *
 * As svcplane_attach_header(), with the payload behind it.
 *
 * Return: length of the frame in @out, or a negative enum svcplane_err.
 */
int svcplane_attach(const struct svcplane_frame *f,
		    const struct svcplane_body *b, void *out, size_t size);

/**
 * struct svcplane_path - where a metadata-only packet goes
 * @dst: outer destination: address of the SFF
 * @src: outer source: address of this node
 * @spi: service path
 * @si: service index
 * @ttl: 1 to 63
 * @md_class: class of our context headers, 0xFFF6 by default
 * @context: 16 bytes as on the wire
 *
 * Small enough to be kept with the state of a flow, to speak about it later
 * without a frame in hand.
 */
struct svcplane_path {
	uint8_t dst[6];
	uint8_t src[6];
	uint32_t spi;
	uint8_t si;
	uint8_t ttl;
	uint16_t md_class;
	uint8_t context[16];
};

/**
 * svcplane_path_get() - where a packet about the flow of a frame goes
 * @f: received frame (or one already made a returning one)
 * @p: result: what svcplane_return() would write, so SPI as received and SI one
 *	less; Q is answered here too, so that a node which keeps every frame it
 *	is asked with still shows that it lives
 *
 * Return: 0 or SVCPLANE_E_SI.
 */
int svcplane_path_get(const struct svcplane_frame *f, struct svcplane_path *p);

/**
 * svcplane_md_only() - build a metadata-only packet (RFC 8393)
 * @p: from svcplane_path_get(), or filled by hand at a node that is shown no
 *	NSH (tap)
 * @b: control body; a verdict in it must name its flow by tag or tuple
 * @out: buffer
 * @size: bytes at @out; SVCPLANE_HEADER_MAX is always enough
 *
 * MD type 2, next protocol 0, context headers type 1 and type 2, nothing after
 * the NSH.
 *
 * Return: length of the frame in @out, or a negative enum svcplane_err.
 */
int svcplane_md_only(const struct svcplane_path *p,
		     const struct svcplane_body *b, void *out, size_t size);

/**
 * svcplane_message() - read the control message that a frame carries
 * @f: frame from svcplane_parse()
 * @m: result
 *
 * Return: 0, SVCPLANE_E_NONE without one, or why it cannot be read.
 */
int svcplane_message(const struct svcplane_frame *f, struct svcplane_msg *m);

#ifdef __cplusplus
}
#endif
#endif /* SVCPLANE_H */
