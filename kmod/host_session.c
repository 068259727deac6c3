// SPDX-License-Identifier: GPL-2.0-only
/*
 * Begin and end of the session with a peer, and what hangs on it: the nodes that
 * it claims, the addresses behind it, the messages that wait for its ack.
 */
#include <linux/etherdevice.h>
#include <linux/random.h>
#include <linux/slab.h>

#include "bridge.h"
#include "event.h"
#include "host_priv.h"
#include "node.h"
#include "nsh.h"
#include "plane.h"

static void tell(struct svp_host *host, const char *what, const char *why)
{
	svp_event_raise(host->plane->net, &(struct svp_event){
		.kind = SVP_EV_HOST,
		.what = what,
		.plane = host->plane,
		.reason = why,
		.host = host->id,
		.host_name = host->name,
	});
}

/**
 * svp_host_session_up - a peer is there, which has just been proven
 * @host: the peer
 * @begun: it has a new epoch: what it said before is void
 *
 * Context: RCU, BH off or process; not under svp_host.lock.
 */
void svp_host_session_up(struct svp_host *host, bool begun)
{
	bool was;

	if (begun && svp_host_live(host))
		svp_host_session_down(host, "the host has begun anew");
	spin_lock_bh(&host->lock);
	was = host->live;
	host->heard = true;
	host->fresh = jiffies;
	if (!was && !host->struck && READ_ONCE(host->plane->hosts.up)) {
		WRITE_ONCE(host->live, true);
		host->since = jiffies;
		host->announce_now = true;
		svp_host_wake(host, jiffies);
	} else {
		was = true;
	}
	spin_unlock_bh(&host->lock);
	if (was)
		return;
	svp_host_count(host, SVP_HOST_SESSIONS);
	svp_plane_bump(host->plane);
	tell(host, "up", begun ? "the host has begun" : "the host is there again");
}

/**
 * svp_host_forget_mac - an address is not behind a peer any more
 * @host: the peer
 * @mac: the address
 *
 * Context: RCU.
 */
void svp_host_forget_mac(struct svp_host *host, const u8 *mac)
{
	struct net_device *dev = rcu_dereference(host->plane->dev);
	struct svp_bridge *br = dev ? netdev_priv(dev) : NULL;

	if (br)
		svp_fdb_forget(&br->fdb, mac);
}

/* The address of its SFF stays for as long as the session does */
static void forget_node_mac(struct svp_host *host, const u8 *mac)
{
	u8 sff[ETH_ALEN];

	svp_sff_addr(sff, host->id);
	if (is_valid_ether_addr(mac) && !ether_addr_equal(mac, sff))
		svp_host_forget_mac(host, mac);
}

static const char *owner_text(const struct svp_node_change *change)
{
	if (!change->now)
		return "nobody else has it";
	return change->was ? "another host has it now" : "a host has it";
}

/**
 * svp_host_node_changed - what a peer says of a node has changed something
 * @host: the peer
 * @node: the node
 * @change: what
 *
 * Context: RCU, not under svp_host.lock.
 */
void svp_host_node_changed(struct svp_host *host, struct svp_node *node,
			   const struct svp_node_change *change)
{
	struct svp_plane *plane = host->plane;
	struct svp_event event = {
		.plane = plane,
		.object = node->conf.name,
		.node = node,
		.host = host->id,
		.host_name = host->name,
	};

	forget_node_mac(host, change->mac);
	if (change->owner || change->usable)
		svp_plane_bump(plane);
	if (change->owner) {
		event.kind = SVP_EV_HOST;
		event.what = "owner";
		event.reason = owner_text(change);
		svp_event_raise(plane->net, &event);
	}
	if (change->usable) {
		event.kind = SVP_EV_NODE;
		event.what = svp_node_usable(node) ? "up" : "down";
		event.reason = "told by its host";
		svp_event_raise(plane->net, &event);
	}
	if (change->rival) {
		event.kind = SVP_EV_HOST;
		event.what = "conflict";
		event.reason = "two hosts have it: the higher move count counts, then the lower id";
		svp_event_raise(plane->net, &event);
	}
}

static void drop_claims(struct svp_host *host)
{
	struct svp_node_change change;
	struct svp_node *node;
	unsigned long i;

	WRITE_ONCE(host->claims, false);
	xa_for_each(&host->plane->nodes, i, node)
		if (svp_node_unclaim(node, host->id, &change))
			svp_host_node_changed(host, node, &change);
}

/**
 * svp_host_session_down - there is no session with a peer any more
 * @host: the peer
 * @why: told with the event
 *
 * What is outstanding stays: the peer may come back, and say of each message
 * whether it had it.
 *
 * Context: any, not under svp_host.lock.
 */
void svp_host_session_down(struct svp_host *host, const char *why)
{
	u8 mac[ETH_ALEN];
	bool was;

	spin_lock_bh(&host->lock);
	was = host->live;
	WRITE_ONCE(host->live, false);
	host->hello_due = jiffies;
	host->uplink = 0;
	svp_host_wake(host, jiffies);
	spin_unlock_bh(&host->lock);
	if (!was)
		return;
	rcu_read_lock();
	svp_host_forget_accepted(host);
	drop_claims(host);
	svp_sff_addr(mac, host->id);
	svp_host_forget_mac(host, mac);
	rcu_read_unlock();
	svp_plane_bump(host->plane);
	tell(host, "down", why);
}

/**
 * svp_host_unlist - take a message out of those that wait
 * @host: the peer it was sent to
 * @out: the message; the caller's from here on
 *
 * Context: under svp_host.lock.
 */
void svp_host_unlist(struct svp_host *host, struct svp_out *out)
{
	lockdep_assert_held(&host->lock);
	list_del(&out->list);
	host->out_n--;
	host->out_bytes -= sizeof(*out) + out->len;
}

/**
 * svp_host_give_up - nobody will know what became of messages
 * @host: the peer they were sent to
 * @list: struct svp_out, taken out of those that wait; freed
 *
 * Context: any, not under svp_host.lock.
 */
void svp_host_give_up(struct svp_host *host, struct list_head *list)
{
	struct svp_out *out, *next;

	list_for_each_entry_safe(out, next, list, list) {
		svp_host_count(host, SVP_HOST_UNKNOWN);
		if (out->told)
			svp_event_raise(host->plane->net, &(struct svp_event){
				.kind = SVP_EV_CONTROL,
				.what = "unknown",
				.plane = host->plane,
				.reason = "no ack came",
				.host = host->id,
				.host_name = host->name,
				.body = out->body,
				.body_len = out->len,
				.seq = out->seq,
				.age_ms = div_u64(ktime_get_ns() - out->made,
						  NSEC_PER_MSEC),
			});
		kfree(out);
	}
}

static u32 random_epoch(void)
{
	u32 epoch;

	do {
		epoch = get_random_u32();
	} while (!epoch);
	return epoch;
}

/**
 * svp_host_session_renew - begin anew on this side
 * @host: the peer
 *
 * Numbers begin somewhere, so that none is used twice with one key.
 *
 * Context: any, not under svp_host.lock.
 */
void svp_host_session_renew(struct svp_host *host)
{
	struct svp_out *out, *next;
	LIST_HEAD(list);

	spin_lock_bh(&host->lock);
	list_for_each_entry_safe(out, next, &host->out_list, list) {
		svp_host_unlist(host, out);
		list_add_tail(&out->list, &list);
	}
	svp_session_renew(&host->session, random_epoch(), get_random_u64() >> 2);
	host->knocks = 0;
	spin_unlock_bh(&host->lock);
	svp_host_give_up(host, &list);
}
