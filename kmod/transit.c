// SPDX-License-Identifier: GPL-2.0-only
/*
 * A record of a flow of another host is soft state: made by a frame, known by
 * the name that its own host gives it and by its tuple, and lost without harm.
 * It says what was given to nodes of this host, and where their frames go on;
 * what the flow's treatment is, its own host has decided, and the header of each
 * frame tells: path and skip mask. No rule is asked here.
 *
 * The name finds the record when a frame comes in; the tuple is compared all the
 * same. A tuple whose record has another name gets the new one: its host has
 * forgotten the flow meanwhile. A name that another tuple has goes over to it
 * when the flow's own host sends the frame, or the record is idle; else the peer
 * in between may be making it up.
 */
#include <linux/etherdevice.h>
#include <linux/jiffies.h>
#include <linux/skbuff.h>

#include "plane.h"
#include "skb.h"
#include "transit.h"

#define STALE	(10 * HZ)	/* idle time after which anybody may take a name */

/**
 * svp_transit_named - the flow of a name
 * @plane: the plane
 * @host: host id, of this host or another
 * @tag: what it calls the flow; any value
 *
 * Context: RCU, BH off.
 * Return: the flow, or NULL.
 */
struct svp_flow *svp_transit_named(struct svp_plane *plane, u16 host, u32 tag)
{
	struct svp_flow *flow;

	if (host != READ_ONCE(plane->host_id))
		return svp_far_by_tag(plane->far, host, tag);
	flow = svp_flow_by_tag(plane->flows, tag);
	return flow && likely(!svp_flow_is_far(flow)) ? flow : NULL;
}

/**
 * svp_transit_is_of - is a frame one of a flow?
 * @flow: the flow
 * @dir: direction of the frame
 * @pkt: the frame; a later fragment has no ports
 *
 * Context: RCU.
 */
bool svp_transit_is_of(const struct svp_flow *flow, enum svp_dir dir,
		       const struct svp_pkt *pkt)
{
	if (pkt->flags & SVP_PKT_ICMP_ERR &&
	    svp_flow_has_key(flow, dir, &pkt->inner, false))
		return true;
	return svp_flow_has_key(flow, dir, &pkt->tuple,
				!(pkt->flags & SVP_PKT_FRAG_LATER));
}

/* The guest's own address: nodes that see nothing else tell guests apart by it */
static void learn(const struct svp_transit *transit, struct svp_port *port)
{
	const struct ethhdr *eth = eth_hdr(transit->skb);

	svp_port_learn(port, transit->dir == SVP_OUT ? eth->h_source :
						       eth->h_dest);
}

/* Addresses, for those nodes that show us others; have they changed? */
static bool remember(const struct svp_transit *transit, struct svp_flow *flow)
{
	const struct ethhdr *eth = eth_hdr(transit->skb);
	struct svp_flow_use *use = &flow->use[transit->dir];

	if (likely(ether_addr_equal(use->smac, eth->h_source) &&
		   ether_addr_equal(use->dmac, eth->h_dest)))
		return false;
	ether_addr_copy(use->smac, eth->h_source);
	ether_addr_copy(use->dmac, eth->h_dest);
	learn(transit, flow->port);
	return true;
}

/* The other direction is on the same path, until a frame of it says otherwise */
static void pin_locked(const struct svp_transit *transit, struct svp_flow *flow)
{
	u8 dir = transit->dir;

	if (transit->path != rcu_access_pointer(flow->path[dir])) {
		/* before the path: what is left out of one is not of another */
		WRITE_ONCE(flow->skip[dir], 0);
		svp_flow_set_path(flow, dir, transit->path);
	}
	/* behind the path that it belongs to: see svp_path_bits() */
	smp_store_release(&flow->skip[dir], transit->ctx->skip);
	if (!rcu_access_pointer(flow->path[!dir]))
		svp_flow_set_path(flow, !dir, transit->path);
}

static void pin(const struct svp_transit *transit, struct svp_flow *flow)
{
	spinlock_t *lock;

	if (likely(transit->path == svp_flow_path(flow, transit->dir) &&
		   transit->ctx->skip == READ_ONCE(flow->skip[transit->dir])))
		return;
	lock = svp_flow_lock(transit->plane->flows, flow);
	spin_lock(lock);
	if (!(flow->flags & SVP_FLOW_FIN))
		pin_locked(transit, flow);
	spin_unlock(lock);
}

/* May it take the name of another flow? */
static bool may_take(const struct svp_transit *transit,
		     const struct svp_flow *other)
{
	return transit->peer == transit->ctx->host ||
	       svp_flow_age(other, jiffies) > STALE;
}

static enum svp_drop_reason name(const struct svp_transit *transit,
				 struct svp_flow *flow)
{
	struct svp_far_table *table = transit->plane->far;
	u32 tag = transit->ctx->tag;
	struct svp_flow *other;
	int err;

	if (likely(svp_far_tag(flow) == tag))
		return 0;
	other = svp_far_by_tag(table, transit->ctx->host, tag);
	if (other && other != flow) {
		if (!may_take(transit, other))
			return SVP_DROP_UPLINK_FLOW;
		svp_far_unbind(table, other);
	}
	err = svp_far_bind(table, flow, tag);
	if (!err)
		return 0;
	return err == -EEXIST ? SVP_DROP_UPLINK_FLOW : SVP_DROP_FLOW_NO_RECORD;
}

static struct svp_flow *alloc(const struct svp_transit *transit,
			      struct svp_far *far, const struct svp_tuple *key)
{
	struct svp_flow_table *flows = transit->plane->flows;
	struct svp_flow *flow = svp_flow_alloc(flows, key, transit->dir);
	int dir;

	if (!flow)
		return NULL;
	flow->flags = SVP_FLOW_FAR;
	if (transit->dir == SVP_IN)
		flow->flags |= SVP_FLOW_FIRST_IN;
	flow->port = &far->port;
	for (dir = 0; dir < SVP_DIRS; dir++) {
		flow->act[dir] = SVP_FLOW_CHAIN;
		RCU_INIT_POINTER(flow->path[dir], svp_path_hold(transit->path));
	}
	flow->skip[transit->dir] = transit->ctx->skip;
	return flow;
}

static struct svp_flow *insert(const struct svp_transit *transit,
			       struct svp_far *far, const struct svp_tuple *key,
			       enum svp_drop_reason *why)
{
	struct svp_flow_table *flows = transit->plane->flows;
	struct svp_flow *mine = alloc(transit, far, key), *flow;

	*why = SVP_DROP_FLOW_NO_RECORD;
	if (!mine) {
		svp_far_uncharge(transit->plane->far, far);
		return NULL;
	}
	flow = svp_flow_insert(flows, mine, transit->dir);
	if (flow == mine)
		return flow;
	svp_far_uncharge(transit->plane->far, far);
	if (!IS_ERR(flow))
		return flow;
	if (PTR_ERR(flow) == -ENOSPC)
		*why = SVP_DROP_FLOW_QUOTA_PLANE;
	return NULL;
}

/* A later fragment says nothing that a record could be made of */
static struct svp_flow *make(const struct svp_transit *transit,
			     struct svp_far *far, const struct svp_tuple *key,
			     enum svp_drop_reason *why)
{
	struct svp_far_table *table = transit->plane->far;

	*why = SVP_DROP_FRAG_NO_ENTRY;
	if (transit->pkt->flags & SVP_PKT_FRAG_LATER)
		return NULL;
	*why = SVP_DROP_FLOW_QUOTA_HOST;
	if (!svp_far_charge(table, far) &&
	    (!svp_far_evict(table, far->host) || !svp_far_charge(table, far)))
		return NULL;
	return insert(transit, far, key, why);
}

/* By the tuple at that guest: the record may be there under another name */
static struct svp_flow *by_tuple(const struct svp_transit *transit,
				 enum svp_drop_reason *why)
{
	const struct svp_nsh_ctx *ctx = transit->ctx;
	struct svp_plane *plane = transit->plane;
	struct svp_tuple key = transit->pkt->tuple;
	struct svp_flow *flow;
	struct svp_far *far;

	far = svp_far_get(plane->far, ctx->host, ctx->iface);
	if (IS_ERR(far)) {
		*why = PTR_ERR(far) == -ENOSPC ? SVP_DROP_FAR_PORTS :
						 SVP_DROP_NO_MEMORY;
		return NULL;
	}
	key.port = svp_key_port(far->port.id, transit->dir);
	flow = svp_flow_lookup(plane->flows, &key);
	return flow ?: make(transit, far, &key, why);
}

/* A service that rewrites may have made another tuple of it before it came here */
static bool is_rewritten(const struct svp_transit *transit,
			 struct svp_flow *flow)
{
	const struct svp_pkt *pkt = transit->pkt;
	const struct svp_tuple *first = &flow->side[transit->dir].key;

	if (!transit->path->chain->rewrites ||
	    pkt->tuple.family != first->family ||
	    pkt->tuple.proto != first->proto ||
	    memcmp(pkt->tuple.vlan, first->vlan, sizeof(first->vlan)) ||
	    pkt->flags & (SVP_PKT_FRAG_LATER | SVP_PKT_ICMP_ERR))
		return false;
	return !svp_flow_alias_add(transit->plane->flows, flow, &pkt->tuple,
				   transit->dir, NULL);
}

/* By the name, if the frame is one of that flow */
static struct svp_flow *by_name(const struct svp_transit *transit)
{
	const struct svp_nsh_ctx *ctx = transit->ctx;
	struct svp_flow *flow;

	flow = svp_far_by_tag(transit->plane->far, ctx->host, ctx->tag);
	if (!flow || flow->port->proxy->id != ctx->iface)
		return NULL;
	if (likely(svp_transit_is_of(flow, transit->dir, transit->pkt)) ||
	    is_rewritten(transit, flow))
		return flow;
	return NULL;
}

/**
 * svp_transit_find - the record of a frame of another host's guest
 * @transit: the frame
 * @flow: set to the record, with path and skip mask of the frame
 *
 * Context: RCU, BH off.
 * Return: 0, or the reason to drop the frame.
 */
enum svp_drop_reason svp_transit_find(const struct svp_transit *transit,
				      struct svp_flow **flow)
{
	struct svp_step step = {
		.plane = transit->plane,
		.path = transit->path,
		.dir = transit->dir,
	};
	enum svp_drop_reason why;

	/* none that is bad goes into a chain, and none without a name */
	if (transit->pkt->bad || !transit->ctx->tag)
		return SVP_DROP_UPLINK_FLOW;
	*flow = by_name(transit) ?: by_tuple(transit, &why);
	if (unlikely(!*flow))
		return why;
	why = name(transit, *flow);
	if (unlikely(why))
		return why;
	pin(transit, *flow);
	step.flow = *flow;
	if (unlikely(remember(transit, *flow)))
		svp_hop_forget_bare(&step);
	svp_flow_touch(*flow, transit->dir, transit->pkt,
		       svp_skb_frame_len(transit->skb));
	return 0;
}
