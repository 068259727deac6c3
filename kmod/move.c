// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flow state: what is told of the flows of a guest that moves, and who may tell
 * it. What comes in has to be let in by the operator; it is checked and counted.
 */
#include <linux/bottom_half.h>
#include <linux/etherdevice.h>
#include <linux/jiffies.h>
#include <linux/slab.h>

#include "chain.h"
#include "ctl.h"
#include "flow.h"
#include "flow_rec.h"
#include "import.h"
#include "move.h"
#include "path.h"
#include "plane.h"

#define MESSAGES	32	/* in one stretch: the window has room for more */
#define LOOKS		1024	/* at flows with bottom halves off */
#define VALUE_MAX	(sizeof(struct svcplane_flow_head) +		\
			 SVCPLANE_FLOW_RECS_MAX * SVCPLANE_FLOW_REC_LEN)

static_assert(SVP_FLOW_CHAIN == 0 && SVP_FLOW_DROP == 2);
static_assert(SVP_TCP_NONE == 0 && SVP_TCP_RST == 4);

static bool is_open(const struct svp_host *host)
{
	return svp_import_any(&svp_host_plane(host)->imports, svp_host_id(host));
}

static void count(struct svp_flow_recs *recs, unsigned int *valid,
		  unsigned int *invalid)
{
	struct svp_flow_rec rec;

	*valid = 0;
	*invalid = 0;
	while (svp_flow_recs_next(recs, &rec, invalid))
		(*valid)++;
}

static enum svcplane_status take(struct svp_host *host,
				 const struct svp_ctl_msg *msg)
{
	unsigned int valid, invalid;
	struct svp_flow_recs recs;

	if (!svp_flow_recs_open(&recs, &msg->flow))
		return SVCPLANE_STATUS_MALFORMED;
	count(&recs, &valid, &invalid);
	if (!svp_import_take(&svp_host_plane(host)->imports, svp_host_id(host), recs.mac,
			     valid, invalid))
		return SVCPLANE_STATUS_NOT_PERMITTED;
	return valid ? SVCPLANE_STATUS_APPLIED : SVCPLANE_STATUS_MALFORMED;
}

static u8 told_flags(u8 flags)
{
	return (flags & SVP_FLOW_FIRST_IN ? SVCPLANE_FLOW_FIRST_IN : 0) |
	       (flags & SVP_FLOW_SYN ? SVCPLANE_FLOW_SYN : 0) |
	       (flags & SVP_FLOW_ASSURED ? SVCPLANE_FLOW_ASSURED : 0) |
	       (flags & SVP_FLOW_TWICE ? SVCPLANE_FLOW_TWICE : 0);
}

static u32 ms_left(u32 until, u32 now)
{
	s32 left = until - now;

	return !until ? 0 : left <= 0 ? 1 : max(jiffies_to_msecs(left), 1U);
}

static void record_dir(const struct svp_flow *flow, int dir,
		       struct svp_flow_rec *rec)
{
	const struct svp_path *path = svp_flow_path_skip(flow, dir,
							 &rec->skip[dir]);

	rec->act[dir] = READ_ONCE(flow->act[dir]);
	rec->tcp[dir] = READ_ONCE(flow->use[dir].tcp);
	if (!path)
		return;
	rec->spi[dir] = path->spi[dir];
	rec->chain = path->chain->id;
}

/* False: it is none that can be told, or is just about to change */
static bool record(const struct svp_flow *flow, struct svp_flow_rec *rec)
{
	u32 now = (u32)jiffies;
	const u8 *smac, *dmac;
	int dir;

	memset(rec, 0, sizeof(*rec));
	rec->tuple = flow->side[SVP_OUT].key;
	rec->tuple.port = 0;
	if (!rec->tuple.family)
		return false;
	rec->flags = told_flags(READ_ONCE(flow->flags));
	svp_flow_macs(flow, SVP_OUT, &smac, &dmac);
	ether_addr_copy(rec->peer, dmac);
	for (dir = 0; dir < SVP_DIRS; dir++) {
		record_dir(flow, dir, rec);
		if (rec->act[dir] == SVP_FLOW_CHAIN && !rec->spi[dir])
			return false;
	}
	rec->idle = jiffies_to_msecs(svp_flow_age(flow, now));
	rec->until = ms_left(READ_ONCE(flow->until), now);
	return true;
}

/* Fills one message, be it with nothing; returns its records */
static u16 fill(struct svp_move *move, u8 *value)
{
	struct svp_plane *plane = move->port->plane;
	struct svp_flow_rec rec;
	struct svp_flow *flow;
	unsigned int looks;
	u16 n = 0;

	for (looks = 0; looks < LOOKS && n < SVCPLANE_FLOW_RECS_MAX; looks++) {
		flow = svp_flow_next(plane->flows, &move->cursor);
		if (!flow) {
			move->done = true;
			break;
		}
		if (flow->port != move->port || !record(flow, &rec))
			continue;
		svp_flow_rec_put(value + sizeof(struct svcplane_flow_head) +
				 n * SVCPLANE_FLOW_REC_LEN, &rec);
		n++;
	}
	return n;
}

static int send(struct svp_move *move, u8 *value)
{
	struct svp_ctl_msg msg = { .type = SVCPLANE_CTL_FLOW_STATE };
	u32 begin = move->cursor;
	int err;
	u16 n;

	local_bh_disable();
	rcu_read_lock();
	n = fill(move, value);
	svp_flow_recs_head(value, move->mac, n);
	msg.flow.data = value;
	msg.flow.len = sizeof(struct svcplane_flow_head) +
		       n * SVCPLANE_FLOW_REC_LEN;
	err = n ? svp_ctl_send(move->host, &msg) : 0;
	rcu_read_unlock();
	local_bh_enable();
	if (err) {
		move->cursor = begin;
		move->done = false;
		return err;
	}
	move->flows += n;
	return 0;
}

/**
 * svp_move_send - tell another host a stretch of a guest's flows
 * @move: what, to whom, from where on; says afterwards how far it got
 *
 * Context: process, under RTNL, which keeps the guest, and svp_plane.lock,
 * which keeps the host.
 * Return: 0, -ENOMEM, -ENOTCONN there is no session; -ENOBUFS what was sent before is not
 * acknowledged yet: again in a moment, from move->cursor on.
 */
int svp_move_send(struct svp_move *move)
{
	u8 *value = kmalloc(VALUE_MAX, GFP_KERNEL);
	int i, err = 0;

	if (!value)
		return -ENOMEM;
	for (i = 0; i < MESSAGES && !move->done && !err; i++)
		err = send(move, value);
	kfree(value);
	return err == -ENOBUFS && move->flows ? 0 : err;
}

/**
 * svp_move_init - take flow state that comes in
 * Return: 0.
 */
int svp_move_init(void)
{
	svp_ctl_register(SVCPLANE_CTL_FLOW_STATE, take);
	WRITE_ONCE(svp_ctl_bulk_open, is_open);
	return 0;
}

/**
 * svp_move_exit - refuse it again
 */
void svp_move_exit(void)
{
	WRITE_ONCE(svp_ctl_bulk_open, NULL);
	svp_ctl_register(SVCPLANE_CTL_FLOW_STATE, NULL);
}
