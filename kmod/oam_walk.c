// SPDX-License-Identifier: GPL-2.0-only
/*
 * The way of an echo request: the look-ups that a frame would meet, without the
 * frame. No node is given one: the service proxy decrements the SI in its place.
 */
#include "host.h"
#include "hop.h"
#include "node.h"
#include "oam.h"

/* The host that has the node, or should have it; 0 = none */
static u16 host_of(const struct svp_plane *plane, const struct svp_node *node)
{
	u16 owner = svp_node_owner(node);

	if (owner)
		return owner;
	return svp_node_is_local(node) ? READ_ONCE(plane->host_id) : 0;
}

static void look_at(const struct svp_plane *plane, const struct svp_node *node,
		    struct svp_echo_hop *at)
{
	u32 down = READ_ONCE(node->down);

	at->node = node->conf.id;
	at->next = host_of(plane, node);
	at->down = down;
	at->state = down ? SVCPLANE_NODE_DOWN : SVCPLANE_NODE_UP;
}

/**
 * svp_oam_look_node - how a node is, as this host sees it
 * @plane: the plane
 * @id: its id
 * @at: node, next host and state are filled in; node stays 0 if there is none
 *
 * Context: RCU.
 */
void svp_oam_look_node(const struct svp_plane *plane, u16 id,
		       struct svp_echo_hop *at)
{
	const struct svp_node *node = xa_load((struct xarray *)&plane->nodes, id);

	if (node)
		look_at(plane, node, at);
}

static bool is_skipped(const struct svp_oam_walk *walk, u8 hop)
{
	return walk->skip & (0x8000 >> hop);
}

/* One look-up: what is next? */
static void look_up(struct svp_oam_walk *walk)
{
	const struct svp_path *path = walk->path;

	walk->ttl = svp_nsh_ttl(walk->ttl);
	while (walk->hop < path->n_hops && is_skipped(walk, walk->hop))
		walk->hop++;
	walk->at = (struct svp_echo_hop) {
		.host = READ_ONCE(walk->plane->host_id),
		.next = walk->source,
		.spi = path->spi[walk->dir],
		.si = svp_hop_si(walk->hop),
		.ttl = walk->ttl,
	};
	if (walk->hop < path->n_hops)
		look_at(walk->plane,
			svp_path_node(path, walk->dir, walk->hop), &walk->at);
}

/* It is the source's, and nobody else is to have it */
static u8 at_end(struct svp_oam_walk *walk)
{
	if (walk->source == walk->at.host)
		return SVCPLANE_ECHO_END;
	if (walk->far)
		return SVCPLANE_ECHO_HOP;
	walk->to = walk->source;
	return SVCPLANE_ECHO_NONE;
}

static u8 at_node(struct svp_oam_walk *walk)
{
	const struct svp_echo_hop *at = &walk->at;

	if (at->state != SVCPLANE_NODE_UP || !at->next ||
	    (walk->far && at->next != at->host))
		return SVCPLANE_ECHO_NODE;
	walk->to = at->next == at->host ? 0 : at->next;
	return SVCPLANE_ECHO_NONE;
}

/**
 * svp_oam_walk - take a request as far along its path as this host does
 * @walk: the request; moved on
 *
 * As many look-ups as there are nodes of this host in a row. A node that another
 * host has taken for one of this host is not looked for elsewhere: a frame would
 * not be either. Where it ends or cannot go on, that counts, and not the TTL.
 *
 * Context: RCU.
 * Return: enum svcplane_echo_code of the answer; SVCPLANE_ECHO_NONE: to be sent
 * on to walk->to.
 */
u8 svp_oam_walk(struct svp_oam_walk *walk)
{
	const struct svp_echo_hop *at = &walk->at;
	u8 code;

	for (;; walk->hop++) {
		look_up(walk);
		code = at->node ? at_node(walk) : at_end(walk);
		if (code)
			return code;
		if (!walk->ttl)
			return SVCPLANE_ECHO_TTL;
		if (walk->to)
			return SVCPLANE_ECHO_NONE;
		walk->far = false;
	}
}

/**
 * svp_oam_came_right - would a frame come to this hop from that host?
 * @walk: the request, not moved on yet
 * @peer: host that has sent it
 *
 * Context: RCU.
 * Return: true when it has the nearest earlier hop that is not left out, or the
 * path begins there.
 */
bool svp_oam_came_right(const struct svp_oam_walk *walk, u16 peer)
{
	u8 hop = walk->hop;

	while (hop--)
		if (!is_skipped(walk, hop))
			return svp_node_owner(svp_path_node(walk->path, walk->dir,
							    hop)) == peer;
	return walk->source == peer;
}
