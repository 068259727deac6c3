// SPDX-License-Identifier: GPL-2.0-only
/*
 * IPv6 extension headers.
 */
#include "parse_walk.h"

#define AH_LEN(words)	(((words) + 2) * 4)

static bool is_ext(u8 proto)
{
	return proto == IPPROTO_HOPOPTS || proto == IPPROTO_ROUTING ||
	       proto == IPPROTO_DSTOPTS || proto == IPPROTO_AH ||
	       proto == IPPROTO_FRAGMENT;
}

/**
 * svp_parse_ext - look through IPv6 extension headers
 * @w: the frame
 * @t: @t->proto names the header at *@off, in the end the upper layer
 * @off: offset of the first header behind IPv6, in the end of the upper layer
 * @frag: zeroed; filled in when there is a fragment header
 *
 * Behind the header of a later fragment nothing is looked at: @t->proto then is
 * what that header says, which may be another extension header.
 *
 * Return: false when the upper layer was not found: more than SVP_EXT_HDRS_MAX
 * headers, a hop-by-hop header that is not the first, a second fragment header,
 * or the end of the packet or buffer.
 */
bool svp_parse_ext(const struct svp_walk *w, struct svp_tuple *t,
		   unsigned int *off, struct svp_frag6 *frag)
{
	unsigned int start = *off, n, hlen;

	for (n = 0; is_ext(t->proto); n++) {
		if (t->proto == IPPROTO_HOPOPTS && *off != start)
			return false;
		if (n == SVP_EXT_HDRS_MAX || !svp_walk_want(w, *off, 8))
			return false;
		hlen = (w->buf[*off + 1] + 1) * 8;
		if (t->proto == IPPROTO_AH) {
			hlen = AH_LEN(w->buf[*off + 1]);
		} else if (t->proto == IPPROTO_FRAGMENT) {
			if (frag->seen)	/* a fragment inside a fragment */
				return false;
			hlen = 8;
			frag->seen = true;
			frag->off_mf = ntohs(svp_load_be16(w->buf + *off + 2));
			frag->id = svp_load_be32(w->buf + *off + 4);
		}
		t->proto = w->buf[*off];
		if (frag->off_mf & FRAG6_OFFSET)
			return true;
		*off += hlen;
		if (*off > w->end) {
			w->pkt->flags |= SVP_PKT_TRUNC;
			return false;
		}
	}
	return true;
}
