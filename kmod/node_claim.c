// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who has a node: of the hosts that may own it those claim it that say so, and
 * of several the election is the same at each host, for all hear the same.
 */
#include <linux/etherdevice.h>
#include <linux/jiffies.h>

#include "node.h"
#include "plane.h"
#include "replay.h"

static int index_of(const struct svp_node *node, u16 host)
{
	int i;

	for (i = 0; i < node->conf.n_hosts; i++)
		if (node->conf.hosts[i] == host)
			return i;
	return -1;
}

/* A claim with whose it is */
struct bid {
	const struct svp_claim *claim;
	u16 host;
	bool up;
	u16 moves;
};

/* One that takes flows before one that does not, then moves, then the lower id */
static bool beats(const struct bid *a, const struct bid *b)
{
	if (!b->host)
		return true;
	if (a->up != b->up)
		return a->up;
	if (a->moves != b->moves)
		return svp_serial16_after(a->moves, b->moves);
	return a->host < b->host;
}

static void bid_own(struct bid *best, const struct svp_node *node, u8 own)
{
	if (!svp_node_is_live(own))
		return;
	*best = (struct bid){
		.host = READ_ONCE(node->plane->host_id),
		.up = svp_node_takes_flows(own),
		.moves = node->own_moves,
	};
}

/**
 * svp_node_elect - find out who has a node
 * @node: the node
 * @own: what this host says of it: enum svcplane_node_state, 0 = nothing
 * @best: set to the claim in force, NULL if it is that of this host or none
 *
 * Context: under svp_node.lock.
 * Return: the host, 0 if it is this one or none.
 */
u16 svp_node_elect(const struct svp_node *node, u8 own,
		   const struct svp_claim **best)
{
	struct bid first = {}, bid;
	int i;

	bid_own(&first, node, own);
	for (i = 0; i < node->conf.n_hosts; i++) {
		bid.claim = &node->claims[i];
		bid.host = node->conf.hosts[i];
		bid.up = svp_node_takes_flows(bid.claim->state);
		bid.moves = bid.claim->moves;
		if (svp_node_is_live(bid.claim->state) && beats(&bid, &first))
			first = bid;
	}
	*best = first.claim;
	return first.claim ? first.host : 0;
}

/* Somebody other than @host who claims it as one that takes flows */
static u16 find_rival(const struct svp_node *node, u16 host)
{
	int i;

	if (node->present)
		return READ_ONCE(node->plane->host_id);
	for (i = 0; i < node->conf.n_hosts; i++)
		if (node->conf.hosts[i] != host &&
		    svp_node_takes_flows(node->claims[i].state))
			return node->conf.hosts[i];
	return 0;
}

/* The owner before and after, and what it means here */
static void settle(struct svp_node *node, u16 was,
		   struct svp_node_change *change)
{
	change->usable = svp_node_update(node);
	change->was = was;
	change->now = svp_node_owner(node);
	change->owner = change->was != change->now;
}

/**
 * svp_node_claim - take what a host says of a node
 * @node: the node
 * @host: who says it, authenticated
 * @claim: what
 * @change: what has changed by that
 *
 * Context: RCU or RTNL.
 * Return: 0; -EPERM if the host may not own the node; -ESTALE if it has said
 * something newer.
 */
int svp_node_claim(struct svp_node *node, u16 host,
		   const struct svp_claim *claim,
		   struct svp_node_change *change)
{
	int i = index_of(node, host);
	struct svp_claim *mine;
	bool fresh;
	u16 was;

	memset(change, 0, sizeof(*change));
	if (i < 0)
		return -EPERM;
	mine = &node->claims[i];
	spin_lock_bh(&node->lock);
	if (mine->state && svp_serial_after(mine->order, claim->order)) {
		spin_unlock_bh(&node->lock);
		return -ESTALE;
	}
	fresh = !svp_node_takes_flows(mine->state) &&
		svp_node_takes_flows(claim->state);
	was = node->owner;
	if (svp_node_is_live(mine->state) &&
	    (!svp_node_is_live(claim->state) ||
	     !ether_addr_equal(claim->mac, mine->mac)))
		ether_addr_copy(change->mac, mine->mac);
	*mine = *claim;
	if (fresh)
		change->rival = find_rival(node, host);
	spin_unlock_bh(&node->lock);
	settle(node, was, change);
	return 0;
}

/**
 * svp_node_unclaim - a host does not claim a node any more
 * @node: the node
 * @host: the host
 * @change: what has changed by that
 *
 * Context: RCU or RTNL.
 * Return: false if it had said nothing of it.
 */
bool svp_node_unclaim(struct svp_node *node, u16 host,
		      struct svp_node_change *change)
{
	int i = index_of(node, host);
	bool had;
	u16 was;

	memset(change, 0, sizeof(*change));
	if (i < 0)
		return false;
	spin_lock_bh(&node->lock);
	was = node->owner;
	had = node->claims[i].state;
	ether_addr_copy(change->mac, node->claims[i].mac);
	memset(&node->claims[i], 0, sizeof(node->claims[i]));
	spin_unlock_bh(&node->lock);
	if (had)
		settle(node, was, change);
	return had;
}

/**
 * svp_node_claim_is_old - has a host not said for long what it had said?
 * @node: the node
 * @host: the host
 * @before: jiffies
 *
 * Context: any.
 * Return: true if its claim was last heard before @before.
 */
bool svp_node_claim_is_old(const struct svp_node *node, u16 host,
			   unsigned long before)
{
	int i = index_of(node, host);

	return i >= 0 && READ_ONCE(node->claims[i].state) &&
	       time_before(READ_ONCE(node->claims[i].heard), before);
}

/**
 * svp_node_claim_differs - does a host say something new of a node?
 * @node: the node
 * @host: the host
 * @claim: what it says
 *
 * Context: any.
 * Return: true if it has said something else before, or nothing.
 */
bool svp_node_claim_differs(const struct svp_node *node, u16 host,
			    const struct svp_claim *claim)
{
	int i = index_of(node, host);

	return i >= 0 && (READ_ONCE(node->claims[i].state) != claim->state ||
			  READ_ONCE(node->claims[i].moves) != claim->moves);
}
