// SPDX-License-Identifier: GPL-2.0-only
/*
 * Announcements: which nodes are at which host.
 */
#include <linux/etherdevice.h>
#include <linux/netdevice.h>

#include "bridge.h"
#include "ctl_priv.h"
#include "node.h"
#include "plane.h"

#define REC_LEN		((unsigned int)sizeof(struct svcplane_node_rec))

/* A message that fills */
struct batch {
	struct svp_host *host;
	bool told;
	unsigned int sent;
	unsigned int n;
	u8 recs[SVP_CTL_NODES * sizeof(struct svcplane_node_rec)];
};

static_assert(sizeof(struct svcplane_ctl) + sizeof(struct svcplane_tlv) +
	      SVP_CTL_NODES * sizeof(struct svcplane_node_rec) <=
	      SVCPLANE_CTL_PIGGY_MAX);

static void flush(struct batch *batch)
{
	struct svp_ctl_msg msg = {
		.type = SVCPLANE_CTL_ANNOUNCE,
		.has = SVP_WIRE_HAS(NODES),
		.nodes = { batch->recs, batch->n * REC_LEN },
	};

	svp_ctl_queue(batch->host, &msg, batch->told);
	batch->sent++;
	batch->n = 0;
}

static void put(struct batch *batch, const struct svp_node_rec *rec)
{
	svp_wire_node_put(batch->recs + batch->n * REC_LEN, rec);
	if (++batch->n == SVP_CTL_NODES)
		flush(batch);
}

static void put_node(struct batch *batch, struct svp_node *node)
{
	struct svp_node_rec rec = { .node = node->conf.id };
	struct svp_claim claim;

	if (!svp_node_own_claim(node, &claim))
		return;
	rec.state = claim.state;
	rec.moves = claim.moves;
	ether_addr_copy(rec.mac, claim.mac);
	put(batch, &rec);
}

/* The deleted ones, unless there is another one of that number already */
static void put_gone(struct batch *batch, struct svp_plane *plane)
{
	struct svp_node_rec rec = { .state = SVCPLANE_NODE_GONE };
	struct svp_hosts *hosts = &plane->hosts;
	struct svp_gone gone;
	unsigned int i;

	svp_sff_addr(rec.mac, READ_ONCE(plane->host_id));
	for (i = 0; i < SVP_HOSTS_GONE; i++) {
		spin_lock_bh(&hosts->lock);
		gone = hosts->gone[i];
		spin_unlock_bh(&hosts->lock);
		if (!gone.node || svp_plane_node(plane, gone.node) ||
		    time_after(jiffies, gone.since + SVP_HOST_SILENCE))
			continue;
		rec.node = gone.node;
		rec.moves = gone.moves;
		put(batch, &rec);
	}
}

/**
 * svp_ctl_tell_nodes - announce the nodes of this host to a peer
 * @host: the peer
 * @changed: something has changed, so it is an event
 *
 * An empty announcement is one, too: that this host is there.
 *
 * Context: RCU, process.
 */
void svp_ctl_tell_nodes(struct svp_host *host, bool changed)
{
	struct batch batch = { .host = host, .told = changed };
	struct svp_plane *plane = host->plane;
	struct svp_node *node;
	unsigned long i;

	xa_for_each(&plane->nodes, i, node)
		put_node(&batch, node);
	put_gone(&batch, plane);
	if (batch.n || !batch.sent)
		flush(&batch);
}

/**
 * svp_ctl_announce - a node of this host has changed: the peers are told
 * @plane: the plane
 *
 * Context: any.
 */
void svp_ctl_announce(struct svp_plane *plane)
{
	struct svp_host *host;
	unsigned long i;

	rcu_read_lock();
	xa_for_each(&plane->hosts.list, i, host) {
		spin_lock_bh(&host->lock);
		host->announce_now = true;
		svp_host_wake(host, jiffies);
		spin_unlock_bh(&host->lock);
	}
	rcu_read_unlock();
}

/**
 * svp_ctl_announce_gone - a node is deleted: the peers are told
 * @node: the node, in no list any more
 *
 * Context: process.
 */
void svp_ctl_announce_gone(struct svp_node *node)
{
	struct svp_hosts *hosts = &node->plane->hosts;
	struct svp_claim claim;
	struct svp_gone *gone;
	bool known;

	rcu_read_lock();
	known = svp_node_own_claim(node, &claim);
	rcu_read_unlock();
	if (!known)
		return;
	spin_lock_bh(&hosts->lock);
	gone = &hosts->gone[hosts->next_gone++ % SVP_HOSTS_GONE];
	gone->node = node->conf.id;
	gone->moves = claim.moves;
	gone->since = jiffies;
	spin_unlock_bh(&hosts->lock);
	svp_ctl_announce(node->plane);
}

/* No peer makes the address of another host its own */
static bool may_have(const struct svp_host *host, const u8 *mac)
{
	u8 sff[ETH_ALEN];

	if (mac[0] != SVCPLANE_MAC_0 || mac[1] != SVCPLANE_MAC_1 ||
	    mac[2] >= SVCPLANE_MAC_NODE)
		return true;
	svp_sff_addr(sff, host->id);
	return ether_addr_equal(mac, sff);
}

static void learn(const struct svp_ctl_rx *rx, const struct svp_node_rec *rec)
{
	struct svp_bport *port;

	if (!rx->uplink || !svp_node_is_live(rec->state) ||
	    !may_have(rx->host, rec->mac))
		return;
	port = rcu_dereference(rx->uplink->rx_handler_data);
	if (port)
		svp_fdb_learn(&port->br->fdb, &port->owner, rec->mac);
}

/* False: not the peer's to say */
static bool take_record(struct svp_ctl_rx *rx, const struct svp_node_rec *rec)
{
	struct svp_node *node = svp_plane_node(rx->plane, rec->node);
	struct svp_node_change change;
	struct svp_claim claim = {
		.state = rec->state,
		.moves = rec->moves,
		.order = rx->msg.seq,
		.heard = jiffies,
	};
	int err;

	if (!node)
		return false;
	ether_addr_copy(claim.mac, rec->mac);
	/* each makes flows ask again; what is passed over is said again */
	if (svp_node_claim_differs(node, rx->host->id, &claim) &&
	    !svp_bucket_take(&rx->host->changes, 1)) {
		svp_host_count(rx->host, SVP_HOST_OVER_MACS);
		return true;
	}
	err = svp_node_claim(node, rx->host->id, &claim, &change);
	if (err)
		return err != -EPERM;
	svp_host_node_changed(rx->host, node, &change);
	learn(rx, rec);
	if (change.owner || change.usable || change.rival)
		rx->quiet = false;
	return true;
}

/**
 * svp_ctl_announced - take an announcement
 * @rx: the message
 *
 * Each record is valid alone: those that are not the peer's to say are counted
 * and passed over.
 *
 * Return: SVCPLANE_STATUS_APPLIED.
 */
enum svcplane_status svp_ctl_announced(struct svp_ctl_rx *rx)
{
	struct svp_bytes nodes = rx->msg.nodes;
	struct svp_node_rec rec;
	unsigned int invalid = 0;

	rx->quiet = true;
	while (svp_wire_node_next(&nodes, &rec, &invalid))
		if (!take_record(rx, &rec))
			svp_host_count(rx->host, SVP_HOST_DENIED);
	atomic64_add(invalid, &rx->host->counts[SVP_HOST_MALFORMED]);
	if (rx->msg.nodes.len)
		WRITE_ONCE(rx->host->claims, true);
	return SVCPLANE_STATUS_APPLIED;
}

/**
 * svp_ctl_age_claims - what a peer has not said again is not so any more
 * @host: the peer
 *
 * Context: RCU, process.
 */
void svp_ctl_age_claims(struct svp_host *host)
{
	unsigned long before = jiffies - SVP_HOST_SILENCE;
	struct svp_node_change change;
	struct svp_node *node;
	unsigned long i;

	if (!READ_ONCE(host->claims))
		return;
	xa_for_each(&host->plane->nodes, i, node)
		if (svp_node_claim_is_old(node, host->id, before) &&
		    svp_node_unclaim(node, host->id, &change))
			svp_host_node_changed(host, node, &change);
}
