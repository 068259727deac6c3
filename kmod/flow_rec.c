// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records of flows that move with their guest, from and to the wire. Each is
 * valid alone: what another host says of one flow spoils none of the others.
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/unaligned.h>

#include "flow_rec.h"

#define REC		struct svcplane_flow_rec
#define HEAD_LEN	((unsigned int)sizeof(struct svcplane_flow_head))
#define ACT_MAX		2	/* enum svp_flow_act and enum svp_flow_tcp */
#define TCP_MAX		4
#define VLAN_ID_MASK	0x0FFF

/**
 * svp_flow_recs_open - read the head of flow state
 * @recs: set up for svp_flow_recs_next()
 * @value: value of the TLV
 *
 * Context: any.
 * Return: false when it is no whole number of records, not the number that the
 * head says, or not the address of one guest.
 */
bool svp_flow_recs_open(struct svp_flow_recs *recs,
			const struct svp_bytes *value)
{
	unsigned int count;

	if (value->len < HEAD_LEN)
		return false;
	memcpy(recs->mac, value->data, ETH_ALEN);
	count = get_unaligned_be16(value->data + ETH_ALEN);
	recs->left.data = value->data + HEAD_LEN;
	recs->left.len = value->len - HEAD_LEN;
	return count && count <= SVCPLANE_FLOW_RECS_MAX &&
	       recs->left.len == count * sizeof(REC) &&
	       is_valid_ether_addr(recs->mac);
}

static bool vlan_ok(__be16 vlan)
{
	return !vlan ||
	       (ntohs(vlan) & ~VLAN_ID_MASK) == SVCPLANE_TUPLE_VLAN_PRESENT;
}

/* A direction in a chain has a path, one that is not has none */
static bool dir_ok(const struct svp_flow_rec *rec, int dir)
{
	if (rec->act[dir] > ACT_MAX || rec->tcp[dir] > TCP_MAX ||
	    rec->spi[dir] > SVCPLANE_SPI_MAX)
		return false;
	return rec->act[dir] ? true : rec->spi[dir] && rec->chain;
}

static bool rec_ok(const struct svp_flow_rec *rec)
{
	return vlan_ok(rec->tuple.vlan[1]) &&
	       (rec->tuple.vlan[0] || !rec->tuple.vlan[1]) &&
	       !(rec->flags & ~SVCPLANE_FLOW_FLAGS) &&
	       !is_multicast_ether_addr(rec->peer) &&
	       dir_ok(rec, SVP_OUT) && dir_ok(rec, SVP_IN);
}

static bool read_rec(const u8 *p, struct svp_flow_rec *rec)
{
	int dir;

	memset(rec, 0, sizeof(*rec));
	if (svp_wire_tuple_get(p, &rec->tuple) || p[offsetof(REC, reserved)])
		return false;
	rec->tuple.vlan[1] = htons(get_unaligned_be16(p + offsetof(REC, vlan)));
	rec->flags = p[offsetof(REC, flags)];
	memcpy(rec->peer, p + offsetof(REC, peer), ETH_ALEN);
	rec->chain = get_unaligned_be16(p + offsetof(REC, chain));
	for (dir = 0; dir < SVP_DIRS; dir++) {
		rec->spi[dir] = get_unaligned_be32(p + offsetof(REC, spi[dir]));
		rec->skip[dir] = get_unaligned_be16(p + offsetof(REC, skip[dir]));
		rec->act[dir] = p[offsetof(REC, act[dir])];
		rec->tcp[dir] = p[offsetof(REC, tcp[dir])];
	}
	rec->idle = get_unaligned_be32(p + offsetof(REC, idle));
	rec->until = get_unaligned_be32(p + offsetof(REC, until));
	return rec_ok(rec);
}

/**
 * svp_flow_recs_next - read the next valid record
 * @recs: what is left
 * @rec: the record
 * @invalid: counts records that were passed over
 *
 * Context: any.
 * Return: false at the end.
 */
bool svp_flow_recs_next(struct svp_flow_recs *recs, struct svp_flow_rec *rec,
			unsigned int *invalid)
{
	const u8 *p;

	while (recs->left.len >= sizeof(REC)) {
		p = recs->left.data;
		recs->left.data += sizeof(REC);
		recs->left.len -= sizeof(REC);
		if (read_rec(p, rec))
			return true;
		(*invalid)++;
	}
	return false;
}

/**
 * svp_flow_recs_head - write the head of flow state
 * @buf: room for it
 * @mac: address of the guest
 * @count: records that will follow
 *
 * Return: bytes written.
 */
unsigned int svp_flow_recs_head(void *buf, const u8 mac[ETH_ALEN], u16 count)
{
	u8 *p = buf;

	memcpy(p, mac, ETH_ALEN);
	put_unaligned_be16(count, p + ETH_ALEN);
	return HEAD_LEN;
}

/**
 * svp_flow_rec_put - write a record
 * @buf: SVCPLANE_FLOW_REC_LEN bytes
 * @rec: the record
 */
void svp_flow_rec_put(void *buf, const struct svp_flow_rec *rec)
{
	u8 *p = buf;
	int dir;

	svp_wire_tuple_put(p, &rec->tuple);
	put_unaligned_be16(ntohs(rec->tuple.vlan[1]), p + offsetof(REC, vlan));
	p[offsetof(REC, flags)] = rec->flags;
	p[offsetof(REC, reserved)] = 0;
	memcpy(p + offsetof(REC, peer), rec->peer, ETH_ALEN);
	put_unaligned_be16(rec->chain, p + offsetof(REC, chain));
	for (dir = 0; dir < SVP_DIRS; dir++) {
		put_unaligned_be32(rec->spi[dir], p + offsetof(REC, spi[dir]));
		put_unaligned_be16(rec->skip[dir], p + offsetof(REC, skip[dir]));
		p[offsetof(REC, act[dir])] = rec->act[dir];
		p[offsetof(REC, tcp[dir])] = rec->tcp[dir];
	}
	put_unaligned_be32(rec->idle, p + offsetof(REC, idle));
	put_unaligned_be32(rec->until, p + offsetof(REC, until));
}
