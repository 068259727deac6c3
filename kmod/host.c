// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hosts of a plane: listed, changed, struck, shown. Striking one revokes it at
 * once: no message of it is found a key for any more.
 */
#include <linux/random.h>
#include <linux/slab.h>

#include "extack.h"
#include "far.h"
#include "host_priv.h"
#include "plane.h"

void (*svp_host_beat)(struct svp_host *host);

/**
 * svp_hosts_init - begin without peers
 * @hosts: of a new plane
 */
void svp_hosts_init(struct svp_hosts *hosts)
{
	xa_init(&hosts->list);
	spin_lock_init(&hosts->lock);
}

/**
 * svp_hosts_destroy - wipe the keys of a plane
 * @hosts: without peers
 *
 * Context: process.
 */
void svp_hosts_destroy(struct svp_hosts *hosts)
{
	xa_destroy(&hosts->list);
	memzero_explicit(hosts->own, sizeof(hosts->own));
}

/**
 * svp_host_by_id - peer of a number
 * @plane: the plane
 * @id: host id
 *
 * Context: RCU or svp_plane.lock. No reference is taken.
 * Return: the peer or NULL.
 */
struct svp_host *svp_host_by_id(const struct svp_plane *plane, u16 id)
{
	return xa_load((struct xarray *)&plane->hosts.list, id);
}

/**
 * svp_host_by_name - peer of a name
 * @plane: the plane
 * @name: its name
 *
 * Context: RCU or svp_plane.lock. No reference is taken.
 * Return: the peer or NULL.
 */
struct svp_host *svp_host_by_name(const struct svp_plane *plane,
				  const char *name)
{
	struct svp_host *host;
	unsigned long i;

	xa_for_each((struct xarray *)&plane->hosts.list, i, host)
		if (!strcmp(host->name, name))
			return host;
	return NULL;
}

/**
 * svp_host_next - walk over the peers in order of their ids
 * @plane: the plane
 * @after: id of the last one, 0 for the first
 *
 * Context: RCU or svp_plane.lock. No reference is taken.
 * Return: the peer or NULL.
 */
struct svp_host *svp_host_next(const struct svp_plane *plane, u16 after)
{
	unsigned long id = after;

	return xa_find_after((struct xarray *)&plane->hosts.list, &id,
			     SVCPLANE_HOST_MAX, XA_PRESENT);
}

/**
 * svp_host_live - is there a session with a peer?
 * @host: the peer
 *
 * Context: any.
 * Return: if not, its frames are not taken, and none are sent to it.
 */
bool svp_host_live(const struct svp_host *host)
{
	return READ_ONCE(host->live);
}

/**
 * svp_host_id - number of a peer
 * @host: the peer
 * Return: its host id.
 */
u16 svp_host_id(const struct svp_host *host)
{
	return host->id;
}

/**
 * svp_host_plane - plane of a peer
 * @host: the peer
 * Return: the plane, which outlives it.
 */
struct svp_plane *svp_host_plane(const struct svp_host *host)
{
	return host->plane;
}

static u64 ms_since(unsigned long then)
{
	return jiffies_to_msecs(jiffies - then);
}

static void look_counts(const struct svp_host *host, struct svp_host_view *view)
{
	int i;

	for (i = 0; i <= SVCPLANE_CTL_MAX; i++) {
		view->out[i] = atomic64_read(&host->out[i]);
		view->in[i] = atomic64_read(&host->in[i]);
	}
	for (i = 0; i < SVP_HOST_COUNTS; i++)
		view->counts[i] = atomic64_read(&host->counts[i]);
}

static u32 nodes_of(const struct svp_host *host)
{
	struct svp_node *node;
	unsigned long i;
	u32 n = 0;

	xa_for_each(&host->plane->nodes, i, node)
		n += svp_node_owner(node) == host->id;
	return n;
}

/**
 * svp_host_look - what is shown of a peer
 * @host: the peer
 * @view: result
 *
 * Context: RCU, or svp_plane.lock.
 */
void svp_host_look(const struct svp_host *host, struct svp_host_view *view)
{
	spinlock_t *lock = (spinlock_t *)&host->lock;
	const struct svp_host_pair *pair;

	memset(view, 0, sizeof(*view));
	look_counts(host, view);
	rcu_read_lock();
	pair = svp_host_pair_to_send(host);
	view->key_id = pair ? pair->key_id : 0;
	view->nodes = nodes_of(host);
	rcu_read_unlock();
	spin_lock_bh(lock);
	view->id = host->id;
	memcpy(view->name, host->name, sizeof(view->name));
	memcpy(view->keys, host->keys, sizeof(view->keys));
	view->live = host->live;
	view->epoch = host->session.epoch;
	view->peer_epoch = host->session.known ? host->session.peer_epoch : 0;
	view->sent = host->session.sent;
	view->seen = host->session.known ? host->session.window.edge : 0;
	view->outstanding = host->out_n;
	view->session_ms = host->live ? ms_since(host->since) : 0;
	view->silent_ms = host->heard ? ms_since(host->fresh) : U64_MAX;
	view->rtt_us = host->rtt_us;
	view->uplink = host->uplink;
	spin_unlock_bh(lock);
}

/**
 * svp_host_wake - let the periodic work of a peer run in time
 * @host: the peer
 * @when: jiffies when it has to run at the latest
 *
 * Context: under svp_host.lock.
 */
void svp_host_wake(struct svp_host *host, unsigned long when)
{
	unsigned long now = jiffies;

	lockdep_assert_held(&host->lock);
	if (host->struck || !READ_ONCE(host->plane->hosts.up) ||
	    (host->queued && !time_before(when, host->wake)))
		return;
	host->wake = when;
	host->queued = true;
	mod_delayed_work(svp_wq, &host->beat,
			 time_after(when, now) ? when - now : 0);
}

static void beat_work(struct work_struct *work)
{
	struct svp_host *host = container_of(work, struct svp_host, beat.work);
	void (*beat)(struct svp_host *host) = READ_ONCE(svp_host_beat);

	spin_lock_bh(&host->lock);
	host->queued = false;
	spin_unlock_bh(&host->lock);
	if (beat)
		beat(host);
}

static void init_buckets(struct svp_host *host)
{
	svp_bucket_init(&host->macs, SVP_HOST_MACS_RATE, SVP_HOST_MACS_BURST);
	svp_bucket_init(&host->knock_macs, SVP_HOST_KNOCKS_RATE,
			SVP_HOST_KNOCKS_BURST);
	svp_bucket_init(&host->hellos, SVP_HOST_HELLOS_RATE,
			SVP_HOST_HELLOS_BURST);
	svp_bucket_init(&host->strays, SVP_HOST_STRAYS_RATE,
			SVP_HOST_STRAYS_BURST);
	svp_bucket_init(&host->reacks, SVP_HOST_REACKS_RATE,
			SVP_HOST_REACKS_BURST);
	svp_bucket_init(&host->changes, SVP_HOST_CHANGES_RATE,
			SVP_HOST_CHANGES_BURST);
	svp_bucket_init(&host->echos, SVP_HOST_ECHOS_RATE,
			SVP_HOST_ECHOS_BURST);
	svp_bucket_init(&host->outs, SVP_HOST_OUT_RATE, SVP_HOST_OUT_BURST);
}

static struct svp_host *host_alloc(struct svp_plane *plane,
				   const struct svp_host_conf *conf)
{
	struct svp_host *host = kzalloc(sizeof(*host), GFP_KERNEL);

	if (!host)
		return NULL;
	host->plane = plane;
	host->id = conf->id;
	memcpy(host->name, conf->name, sizeof(host->name));
	memcpy(host->keys, conf->keys, sizeof(host->keys));
	spin_lock_init(&host->lock);
	INIT_LIST_HEAD(&host->out_list);
	INIT_DELAYED_WORK(&host->beat, beat_work);
	init_buckets(host);
	host->hello_due = jiffies;
	host->announce_due = jiffies;
	svp_host_session_renew(host);
	return host;
}

static int check_conf(const struct svp_plane *plane,
		      const struct svp_host_conf *conf,
		      const struct svp_host *self,
		      struct netlink_ext_ack *extack)
{
	const struct svp_host *other = svp_host_by_name(plane, conf->name);

	if (conf->id < SVCPLANE_HOST_MIN || conf->id > SVCPLANE_HOST_MAX) {
		svp_err(extack, "host id %u is not of %u to %u", conf->id,
			SVCPLANE_HOST_MIN, SVCPLANE_HOST_MAX);
		return -EINVAL;
	}
	if (conf->id == plane->host_id) {
		svp_err(extack, "host %u is this one", conf->id);
		return -EINVAL;
	}
	if (other && other != self) {
		svp_err(extack, "host %u has the name %s", other->id, conf->name);
		return -EEXIST;
	}
	if (!conf->keys[0].set && !conf->keys[1].set) {
		svp_err(extack, "host %s needs a public key", conf->name);
		return -EINVAL;
	}
	return 0;
}

static int check_room(const struct svp_plane *plane, u16 id,
		      struct netlink_ext_ack *extack)
{
	const struct svp_host *taken = svp_host_by_id(plane, id);

	if (taken) {
		svp_err(extack, "host id %u is taken by host %s", id, taken->name);
		return -EEXIST;
	}
	if (plane->hosts.n >= SVP_HOSTS_MAX) {
		svp_err(extack, "a plane lists at most %u hosts", SVP_HOSTS_MAX);
		return -ENOSPC;
	}
	return 0;
}

/* No periodic work: it is made, or on its way out */
static void host_free(struct svp_host *host)
{
	svp_host_pairs_free(rcu_dereference_protected(host->pairs, true));
	kfree_sensitive(host);
}

static void free_work(struct work_struct *work)
{
	host_free(container_of(to_rcu_work(work), struct svp_host, rwork));
}

/**
 * svp_host_add - list a peer
 * @plane: the plane
 * @conf: id, name, public keys
 * @extack: texts
 *
 * Context: svp_plane.lock.
 * Return: 0 or -errno with its text.
 */
int svp_host_add(struct svp_plane *plane, const struct svp_host_conf *conf,
		 struct netlink_ext_ack *extack)
{
	struct svp_host_pairs *pairs;
	struct svp_host *host;
	int err;

	lockdep_assert_held(&plane->lock);
	err = check_conf(plane, conf, NULL, extack) ?:
	      check_room(plane, conf->id, extack);
	if (err)
		return err;
	pairs = svp_host_pairs_new(plane, plane->hosts.own, conf->id, conf->keys,
				   extack);
	if (IS_ERR(pairs))
		return PTR_ERR(pairs);
	host = host_alloc(plane, conf);
	if (!host) {
		svp_host_pairs_free(pairs);
		return -ENOMEM;
	}
	RCU_INIT_POINTER(host->pairs, pairs);
	err = xa_err(xa_store(&plane->hosts.list, conf->id, host, GFP_KERNEL));
	if (err) {
		host_free(host);
		return err;
	}
	plane->hosts.n++;
	spin_lock_bh(&host->lock);
	svp_host_wake(host, jiffies);
	spin_unlock_bh(&host->lock);
	return 0;
}

/**
 * svp_host_change - change name and keys of a peer
 * @host: the peer
 * @conf: as it is to be; the id is its own
 * @extack: texts
 *
 * Context: svp_plane.lock.
 * Return: 0 or -errno with its text.
 */
int svp_host_change(struct svp_host *host, const struct svp_host_conf *conf,
		    struct netlink_ext_ack *extack)
{
	struct svp_plane *plane = host->plane;
	struct svp_host_pairs *pairs;
	int err;

	lockdep_assert_held(&plane->lock);
	err = check_conf(plane, conf, host, extack);
	if (err)
		return err;
	pairs = svp_host_pairs_new(plane, plane->hosts.own, host->id, conf->keys,
				   extack);
	if (IS_ERR(pairs))
		return PTR_ERR(pairs);
	svp_host_set_pairs(host, pairs);
	spin_lock_bh(&host->lock);
	memcpy(host->name, conf->name, sizeof(host->name));
	memcpy(host->keys, conf->keys, sizeof(host->keys));
	host->hello_due = jiffies;
	svp_host_wake(host, jiffies);
	spin_unlock_bh(&host->lock);
	return 0;
}

/* It is found no more, and no message of it is authentic any more */
static void unpublish(struct svp_host *host)
{
	struct svp_plane *plane = host->plane;

	xa_erase(&plane->hosts.list, host->id);
	plane->hosts.n--;
	svp_host_set_pairs(host, NULL);
	spin_lock_bh(&host->lock);
	host->struck = true;
	spin_unlock_bh(&host->lock);
}

/* After a grace period: none of its messages is inside a handler any more */
static void release(struct svp_host *host)
{
	cancel_delayed_work_sync(&host->beat);
	svp_host_session_down(host, "struck from the list");
	svp_host_session_renew(host);
	INIT_RCU_WORK(&host->rwork, free_work);
	queue_rcu_work(svp_wq, &host->rwork);
}

/**
 * svp_host_del - strike a peer
 * @host: the peer; gone when the call returns
 *
 * Context: svp_plane.lock.
 */
void svp_host_del(struct svp_host *host)
{
	struct svp_plane *plane = host->plane;

	lockdep_assert_held(&plane->lock);
	unpublish(host);
	synchronize_rcu();
	release(host);
	svp_far_sweep(plane->far);
}

/**
 * svp_hosts_clear - strike all peers
 * @plane: the plane
 *
 * Context: svp_plane.lock.
 */
void svp_hosts_clear(struct svp_plane *plane)
{
	struct svp_host *host, *next;
	unsigned long i;
	LIST_HEAD(all);

	lockdep_assert_held(&plane->lock);
	xa_for_each(&plane->hosts.list, i, host) {
		unpublish(host);
		list_add(&host->gone, &all);
	}
	if (list_empty(&all))
		return;
	synchronize_rcu();
	list_for_each_entry_safe(host, next, &all, gone)
		release(host);
	svp_far_sweep(plane->far);
}
