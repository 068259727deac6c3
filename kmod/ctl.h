/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Control messages between hosts: sent, authenticated, applied exactly once.
 * wire.md sections 8 to 14.
 */
#ifndef SVP_CTL_H
#define SVP_CTL_H

#include "host.h"
#include "nsh.h"
#include "stats.h"
#include "wire.h"

struct sk_buff;

/**
 * typedef svp_ctl_handler - applies a message of one type
 * @host: authenticated origin, with a session
 * @msg: decoded; its byte strings live as long as the call
 *
 * Called once for each message, whatever the underlay does with it.
 *
 * Context: RCU, BH off; host->lock is not held.
 * Return: what the origin is told.
 */
typedef enum svcplane_status (*svp_ctl_handler)(struct svp_host *host,
						const struct svp_ctl_msg *msg);

/* From above, before any plane exists; NULL takes it away */
void svp_ctl_register(enum svcplane_ctl_type type, svp_ctl_handler handler);

/*
 * Sends a message to a host that has a session; it is repeated until it is
 * acknowledged. @msg: type, and what belongs to it; the head is filled in here.
 * 0, -ENOTCONN no session, -ENOBUFS too many outstanding, -EMSGSIZE.
 * Context: any with BH off or process.
 */
int svp_ctl_send(struct svp_host *host, struct svp_ctl_msg *msg);

/*
 * A packet on the control path of this host, next protocol None or bulk, from an
 * uplink: svp_uplink_check() has passed it. @skb: data at the NSH; consumed.
 * Context: RCU, BH off
 */
void svp_ctl_rx(struct svp_plane *plane, struct net_device *uplink,
		struct sk_buff *skb, const struct svp_nsh *nsh);

/**
 * struct svp_ctl_ride - a message that goes with a frame to its peer (carrier 1)
 * @host: the peer; NULL = none
 * @seq: its number
 * @len: of its body in bytes
 * @body: the body
 */
struct svp_ctl_ride {
	struct svp_host *host;
	u64 seq;
	u16 len;
	u8 body[SVCPLANE_CTL_PIGGY_MAX];
};

#define SVP_CTL_RIDE_FRAME	1518	/* bytes of a frame that carries one, at most */
/* NSH with the 16 bytes, a body and MAC#1 */
#define SVP_CTL_RIDE_NSH(len)	(8 + 20 + 4 + (len) + 32)

/* As svp_ctl_send(), but it is not sent: that one of the next two does */
int svp_ctl_send_riding(struct svp_host *host, struct svp_ctl_msg *msg,
			struct svp_ctl_ride *ride);
/* Puts NSH and outer header before the frame. -errno: neither is changed */
int svp_ctl_ride_push(const struct svp_ctl_ride *ride, struct sk_buff *skb,
		      const struct svp_nsh_tmpl *base, const u8 *dst,
		      const u8 *src);
void svp_ctl_ride_alone(const struct svp_ctl_ride *ride);
/* The message that came with a data frame, data at the NSH; why to drop both, or 0 */
enum svp_drop_reason svp_ctl_rx_riding(struct svp_plane *plane,
				       struct net_device *uplink,
				       struct sk_buff *skb,
				       const struct svp_nsh *nsh);

/**
 * struct svp_ctl_echo - an echo packet (RFC 9516) to another host
 * @spi: path
 * @si: service index
 * @ttl: 1 to 63
 * @ctx: metadata
 * @payload: echo packet
 * @len: bytes of it
 */
struct svp_ctl_echo {
	u32 spi;
	u8 si;
	u8 ttl;
	struct svp_nsh_ctx ctx;
	const void *payload;
	unsigned int len;
};

/* Once, and without a number. Context: RCU, BH off */
void svp_ctl_send_echo(struct svp_host *to, const struct svp_ctl_echo *echo);
/*
 * Is a packet with next protocol 7 the peer's? Takes of its budget. @nsh: read from
 * the contiguous bytes @hdr; 0 or a drop reason. Context: RCU, BH off
 */
enum svp_drop_reason svp_ctl_echo_check(struct svp_host *peer, const void *hdr,
					const struct svp_nsh *nsh,
					const void *payload, unsigned int len);
/* May the peer have one more request taken? */
bool svp_ctl_echo_take(struct svp_host *peer);

/* A node of this host has changed: tell the peers. Any context */
void svp_ctl_announce(struct svp_plane *plane);
/* It is deleted */
void svp_ctl_announce_gone(struct svp_node *node);

/*
 * Set from above: is an import of flow state open, so that bulk of @host is read?
 * NULL = never. Context: RCU, BH off
 */
extern bool (*svp_ctl_bulk_open)(const struct svp_host *host);

/* The device of the plane is up, or not any more: sessions begin and end. RTNL */
void svp_ctl_start(struct svp_plane *plane);
void svp_ctl_stop(struct svp_plane *plane);

int svp_ctl_init(void);
void svp_ctl_exit(void);

#endif
