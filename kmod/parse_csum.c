// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checksums that are still to be filled in. Who sends a frame chooses from which
 * byte on is summed up and where the sum goes, and the bytes that are summed up:
 * so it chooses what some device, far behind us, writes into the frame. It must
 * not be what we have found the flow by.
 */
#include <linux/if_ether.h>
#include <linux/if_vlan.h>

#include "parse_walk.h"

#define ICMP_CSUM	2

/* Where the protocols of svp_ports_len() have their checksum */
static unsigned int csum_at(u8 proto)
{
	switch (proto) {
	case IPPROTO_TCP:
		return 16;
	case IPPROTO_SCTP:
		return 8;
	default:	/* UDP, UDP-Lite, DCCP */
		return 6;
	}
}

/**
 * svp_parse_csum - may this checksum be filled in?
 * @pkt: the frame, parsed and not bad
 * @start: offset in the frame from which on is summed up; may be negative
 * @offset: offset behind @start at which the sum is written
 *
 * In its own place the sum of the transport header may go, and in the payload
 * that of another header (a tunnel of the guest), summed up from there on. A
 * later fragment asks for none: sums are made before a datagram is taken apart,
 * and its fragment header, which extension headers move, says whose it is.
 *
 * Context: any.
 * Return: false when it would change what svp_parse() has read.
 */
bool svp_parse_csum(const struct svp_pkt *pkt, int start, unsigned int offset)
{
	unsigned int header = svp_ports_len(pkt->tuple.proto);
	int l4 = pkt->l4;

	if (pkt->flags & SVP_PKT_FRAG_LATER)
		return false;
	if (!l4)
		return start >= ETH_HLEN + pkt->n_vlan * VLAN_HLEN;
	if (svp_is_icmp(&pkt->tuple))
		return start == l4 && offset == ICMP_CSUM;
	if (start == l4 && header)
		return offset == csum_at(pkt->tuple.proto);
	return start >= l4 + (int)header;
}
