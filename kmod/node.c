// SPDX-License-Identifier: GPL-2.0-only
/*
 * Service nodes as objects: life and state. What a node is told and how is
 * the matter of its adapter (sproxy_*.c), its hooks that of attach_node.c.
 */
#include <linux/etherdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "node.h"
#include "nsh.h"
#include "plane.h"

#define RETURN_SLACK	SZ_64K	/* wire.md section 3: bytes beyond those given */

static void node_free(struct svp_node *node)
{
	int dir;

	for (dir = 0; dir < SVP_DIRS; dir++) {
		svp_credit_free(&node->given[dir]);
		free_percpu(node->sent[dir]);
		free_percpu(node->returned[dir]);
	}
	svp_node_rate_destroy(node);
	kfree(node);
}

static int node_alloc_counters(struct svp_node *node)
{
	int dir, err;

	for (dir = 0; dir < SVP_DIRS; dir++) {
		err = svp_credit_init(&node->given[dir], RETURN_SLACK);
		if (err)
			return err;
		node->sent[dir] = svp_count_alloc(GFP_KERNEL);
		node->returned[dir] = svp_count_alloc(GFP_KERNEL);
		if (!node->sent[dir] || !node->returned[dir])
			return -ENOMEM;
	}
	return 0;
}

static void node_init_legs(struct svp_node *node)
{
	int i;

	for (i = 0; i < SVP_LEGS; i++) {
		node->leg[i].node = node;
		node->leg[i].index = i;
	}
}

/**
 * svp_node_alloc - make a node that is not attached to any device yet
 * @plane: its plane; a reference is taken
 * @service: its service; a reference is taken
 * @conf: its configuration, copied
 * @ops: adapter of its mode
 *
 * Context: process.
 * Return: the node, missing its legs and so not usable, or an ERR_PTR.
 */
struct svp_node *svp_node_alloc(struct svp_plane *plane,
				struct svp_service *service,
				const struct svp_node_conf *conf,
				const struct svp_node_ops *ops)
{
	struct svp_node *node;
	int err;

	node = kzalloc(sizeof(*node), GFP_KERNEL);
	if (!node)
		return ERR_PTR(-ENOMEM);
	node->conf = *conf;
	node->ops = ops;
	node->plane = plane;	/* for @ops; held once nothing can fail */
	node->service = service;
	node->perms = conf->perms;
	spin_lock_init(&node->lock);
	node->down = svp_node_is_local(node) ? SVP_NODE_DOWN_MISSING :
					       SVP_NODE_DOWN_REMOTE;
	node_init_legs(node);
	refcount_set(&node->ref, 1);
	xa_init_flags(&node->rates, XA_FLAGS_LOCK_BH);
	svp_bucket_init(&node->bucket, conf->verdict_rate, conf->verdict_burst);
	svp_bucket_init(&node->made, SVP_NODE_MADE_RATE, SVP_NODE_MADE_BURST);
	svp_bucket_init(&node->looks, SVP_NODE_LOOK_RATE, SVP_NODE_LOOK_BURST);
	/* apart: who makes it send frames must not keep it from speaking */
	svp_bucket_init(&node->asks, SVP_NODE_LOOK_RATE, SVP_NODE_LOOK_BURST);
	err = node_alloc_counters(node);
	if (!err && ops->init)
		err = ops->init(node);
	if (err) {
		node_free(node);
		return ERR_PTR(err);
	}
	svp_service_hold(service);
	svp_plane_hold(plane);
	return node;
}

/**
 * svp_node_hold - take a reference
 * @node: a node the caller can see
 * Return: @node.
 */
struct svp_node *svp_node_hold(struct svp_node *node)
{
	refcount_inc(&node->ref);
	return node;
}

static void node_free_work(struct work_struct *work)
{
	struct svp_node *node = container_of(to_rcu_work(work), struct svp_node,
					     rwork);

	if (node->ops->exit)
		node->ops->exit(node);
	svp_service_put(node->service);
	svp_plane_put(node->plane);
	node_free(node);
}

/**
 * svp_node_put - give a reference back; the last frees through RCU
 * @node: the node, or NULL
 *
 * Context: any.
 */
void svp_node_put(struct svp_node *node)
{
	if (!node || !refcount_dec_and_test(&node->ref))
		return;
	INIT_RCU_WORK(&node->rwork, node_free_work);
	queue_rcu_work(svp_wq, &node->rwork);
}

/**
 * svp_node_is_local - may this host own the node?
 * @node: the node
 *
 * Return: true also when it names no hosts.
 */
bool svp_node_is_local(const struct svp_node *node)
{
	u8 i;

	for (i = 0; i < node->conf.n_hosts; i++)
		if (node->conf.hosts[i] == node->plane->host_id)
			return true;
	return !node->conf.n_hosts;
}

static bool leg_works(const struct net_device *dev)
{
	return netif_running(dev) && netif_carrier_ok(dev);
}

/* As its devices are: SVP_NODE_DOWN_MISSING, _LINK */
static u32 legs_down(const struct svp_node *node)
{
	struct net_device *dev;
	u32 down = 0;
	int i;

	for (i = 0; i < node->ops->legs; i++) {
		dev = rcu_dereference_rtnl(node->leg[i].dev);
		if (!dev)
			down |= SVP_NODE_DOWN_MISSING;
		else if (!leg_works(dev))
			down |= SVP_NODE_DOWN_LINK;
	}
	return down;
}

/* Devices that appear while another host has it: it has moved here */
static void note_presence(struct svp_node *node, bool present)
{
	if (present && !node->present && node->owner)
		node->own_moves = node->moves + 1;
	node->present = present;
}

#define FOUND_OUT	(SVP_NODE_DOWN_MISSING | SVP_NODE_DOWN_LINK | \
			 SVP_NODE_DOWN_REMOTE)

/* What this host says of it, 0 if it must not own it */
static u8 own_state(const struct svp_node *node, u32 legs)
{
	if (!svp_node_is_local(node))
		return 0;
	if (legs & SVP_NODE_DOWN_MISSING || node->down & SVP_NODE_DOWN_GONE)
		return SVCPLANE_NODE_GONE;
	return legs || node->down & SVP_NODE_DOWN_ADMIN ? SVCPLANE_NODE_DOWN :
							  SVCPLANE_NODE_UP;
}

/* What keeps it from being used, as far as devices and claims tell */
static u32 look(struct svp_node *node)
{
	const struct svp_claim *best;
	u32 legs = legs_down(node);
	u8 own = own_state(node, legs);

	lockdep_assert_held(&node->lock);
	note_presence(node, svp_node_is_live(own));
	WRITE_ONCE(node->owner, svp_node_elect(node, own, &best));
	if (best || svp_node_is_live(own))
		WRITE_ONCE(node->moves, best ? best->moves : node->own_moves);
	if (best)
		return svp_node_takes_flows(best->state) ? 0 : SVP_NODE_DOWN_REMOTE;
	return own ? legs : SVP_NODE_DOWN_REMOTE;
}

/**
 * svp_node_update - look at the devices and the claims of a node again
 * @node: the node
 *
 * Context: RCU or RTNL.
 * Return: true if it has become usable or unusable by that.
 */
bool svp_node_update(struct svp_node *node)
{
	u32 was, down;

	spin_lock_bh(&node->lock);
	was = node->down;
	down = (was & ~FOUND_OUT) | look(node);
	WRITE_ONCE(node->down, down);
	spin_unlock_bh(&node->lock);
	return !was != !down;
}

/**
 * svp_node_set_down - note why a node is not to be used, or is again
 * @node: the node
 * @reasons: SVP_NODE_DOWN_ADMIN, _GONE
 * @down: whether they hold
 *
 * Context: any.
 * Return: true if it has become usable or unusable by that.
 */
bool svp_node_set_down(struct svp_node *node, u32 reasons, bool down)
{
	u32 was, now;

	spin_lock_bh(&node->lock);
	was = node->down;
	now = down ? was | reasons : was & ~reasons;
	WRITE_ONCE(node->down, now);
	spin_unlock_bh(&node->lock);
	return !was != !now;
}

/**
 * svp_node_own_claim - what this host tells the others of a node
 * @node: the node
 * @claim: result
 *
 * Context: RCU or RTNL.
 * Return: false if it is none that another host knows, or may be told of by us.
 */
bool svp_node_own_claim(struct svp_node *node, struct svp_claim *claim)
{
	u8 mode = node->conf.mode;

	if (!node->conf.n_hosts || !svp_node_is_local(node))
		return false;
	memset(claim, 0, sizeof(*claim));
	if (mode == SVP_NODE_NSH || mode == SVP_NODE_TAP)
		ether_addr_copy(claim->mac, node->conf.mac);
	else
		svp_sff_addr(claim->mac, READ_ONCE(node->plane->host_id));
	spin_lock_bh(&node->lock);
	claim->state = own_state(node, legs_down(node));
	claim->moves = node->own_moves;
	spin_unlock_bh(&node->lock);
	return true;
}
