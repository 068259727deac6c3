// SPDX-License-Identifier: GPL-2.0-only
/*
 * svp_parse(): untrusted, bytes of guests, nodes and the underlay.
 *
 * Input: how much of the frame lies in the buffer at first (2 bytes), the tag
 * beside the frame (2 bytes, 0 = none), the frame.
 */
#include "fuzz.h"
#include "parse.h"

#define HEAD	4

static int parse(const uint8_t *frame, unsigned int len, unsigned int frame_len,
		 uint16_t tci, struct svp_pkt *pkt)
{
	static uint8_t fill = 0xAA;
	void *buf = exact(frame, len);
	int err;

	/* another each time: what is left as it was is no answer */
	fill = ~fill;
	memset(pkt, fill, sizeof(*pkt));
	err = svp_parse(buf, len, frame_len, tci, tci, pkt);
	free(buf);
	return err;
}

static void check_tuple(const struct svp_tuple *t)
{
	struct svp_tuple back, again;

	HOLDS(t->family == 4 || t->family == 6 || !t->family);
	HOLDS(!t->port);
	svp_tuple_reverse(&back, t);
	svp_tuple_reverse(&again, &back);
	HOLDS(svp_tuple_equal(t, &again));
	if (t->family == 4)
		HOLDS(!t->src.all[1] && !t->src.all[3] && !t->dst.all[2]);
}

static void check(const struct svp_pkt *pkt, unsigned int frame_len)
{
	check_tuple(&pkt->tuple);
	HOLDS(pkt->bad <= SVP_BAD_GROUP_MAC_UNICAST_IP);
	HOLDS(pkt->l3 < frame_len || !frame_len);
	HOLDS(pkt->end <= frame_len);
	HOLDS(!pkt->l4 || pkt->l4 <= pkt->end);
	HOLDS(!pkt->l3 == !pkt->tuple.family);
	HOLDS((pkt->flags & SVP_PKT_FRAG) != SVP_PKT_FRAG);
	if (pkt->flags & SVP_PKT_FRAG_LATER)
		HOLDS(!pkt->tuple.sport && !pkt->tuple.dport && !pkt->l4);
	if (!(pkt->flags & SVP_PKT_FRAG))
		HOLDS(!pkt->frag_id && !pkt->frag_proto);
	if (pkt->flags & SVP_PKT_ICMP_ERR) {
		HOLDS(!(pkt->flags & SVP_PKT_ICMP_ALIEN));
		check_tuple(&pkt->inner);
		HOLDS(!memcmp(&pkt->inner.dst, &pkt->tuple.dst,
			      sizeof(pkt->inner.dst)));
		HOLDS(!memcmp(pkt->inner.vlan, pkt->tuple.vlan,
			      sizeof(pkt->inner.vlan)));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned int frame_len, len, had;
	struct svp_pkt pkt, whole;
	uint16_t tci;

	if (size < HEAD || size > HEAD + 70000)
		return 0;
	frame_len = size - HEAD;
	len = (data[0] << 8 | data[1]) % (frame_len + 1);
	tci = data[2] << 8 | data[3];
	data += HEAD;

	HOLDS(!parse(data, frame_len, frame_len, tci, &whole));
	HOLDS(!whole.need);
	check(&whole, frame_len);

	/* However little is there at first, the answer is the same */
	while (parse(data, len, frame_len, tci, &pkt)) {
		had = len;
		len = pkt.need;
		HOLDS(len > had && len <= frame_len);
	}
	HOLDS(!memcmp(&pkt, &whole, offsetof(struct svp_pkt, inner)));
	if (pkt.flags & SVP_PKT_ICMP_ERR)
		HOLDS(svp_tuple_equal(&pkt.inner, &whole.inner));
	return 0;
}
