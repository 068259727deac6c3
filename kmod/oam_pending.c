// SPDX-License-Identifier: GPL-2.0-only
/*
 * Echo requests of this host whose outcome is not known yet, of all planes. A
 * reply that belongs to none of them is not even authenticated.
 */
#include <linux/hashtable.h>
#include <linux/jhash.h>
#include <linux/ktime.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "extack.h"
#include "oam.h"

#define BITS	8

/**
 * struct pending - a request under way
 * @link: in the table
 * @plane: its plane; no reference: svp_oam_plane_gone() takes the request away
 * @portid: socket that asked
 * @handle: of the request
 * @seq: of the request
 * @host: only that host may answer; 0 = any
 * @ttl: that was sent
 * @sent: ktime_get_ns()
 * @until: jiffies
 */
struct pending {
	struct hlist_node link;
	struct svp_plane *plane;
	u32 portid;
	u32 handle;
	u32 seq;
	u16 host;
	u8 ttl;
	u64 sent;
	unsigned long until;
};

static DEFINE_HASHTABLE(table, BITS);
static DEFINE_SPINLOCK(lock);		/* the table, svp_net.echoes */
static unsigned int n_pending;		/* of all namespaces; under lock */

/* Peers choose what is looked for: they are not to find one chain for all */
static u32 hash(const struct svp_plane *plane, u32 handle, u32 seq)
{
	static u32 seed __read_mostly;

	net_get_random_once(&seed, sizeof(seed));
	return jhash_3words((unsigned long)plane, handle, seq, seed);
}

static struct pending *find(const struct svp_plane *plane, u32 handle, u32 seq)
{
	struct pending *p;

	hash_for_each_possible(table, p, link, hash(plane, handle, seq))
		if (p->plane == plane && p->handle == handle && p->seq == seq)
			return p;
	return NULL;
}

static void take_out(struct pending *p)
{
	hash_del(&p->link);
	svp_net(p->plane->net)->echoes--;
	n_pending--;
}

/* Takes out what @match says; the caller frees the list */
static void collect(bool (*match)(const struct pending *p, const void *arg),
		    const void *arg)
{
	struct hlist_node *next;
	struct pending *p;
	HLIST_HEAD(out);
	int i;

	spin_lock_bh(&lock);
	hash_for_each_safe(table, i, next, p, link) {
		if (!match(p, arg))
			continue;
		take_out(p);
		hlist_add_head(&p->link, &out);
	}
	spin_unlock_bh(&lock);
	hlist_for_each_entry_safe(p, next, &out, link)
		kfree(p);
}

static bool is_old(const struct pending *p, const void *arg)
{
	return time_after(jiffies, p->until);
}

static void age(struct work_struct *work)
{
	collect(is_old, NULL);
	if (READ_ONCE(n_pending))
		schedule_delayed_work(to_delayed_work(work), HZ);
}

static DECLARE_DELAYED_WORK(age_work, age);

/* Under the lock */
static int insert(struct pending *p)
{
	struct svp_net *sn = svp_net(p->plane->net);

	if (!rcu_access_pointer(p->plane->dev))
		return -ENODEV;
	if (sn->echoes >= SVP_OAM_PENDING_MAX)
		return -ENOSPC;
	if (find(p->plane, p->handle, p->seq))
		return -EEXIST;
	hash_add(table, &p->link, hash(p->plane, p->handle, p->seq));
	sn->echoes++;
	n_pending++;
	return 0;
}

static void refuse(const struct pending *p, int err,
		   struct netlink_ext_ack *extack)
{
	switch (err) {
	case -ENODEV:
		svp_err(extack, "service plane %s is being deleted",
			p->plane->name);
		break;
	case -ENOSPC:
		svp_err(extack, "%u echo requests are under way",
			SVP_OAM_PENDING_MAX);
		break;
	case -EEXIST:
		svp_err(extack, "handle %#x with sequence number %u is under way",
			p->handle, p->seq);
		break;
	}
}

/**
 * svp_oam_pend - remember a request that is about to be sent
 * @plane: its plane
 * @ask: the request
 * @extack: text of a refusal
 *
 * It is forgotten when its outcome is told, or after SVP_OAM_PENDING_TIME.
 *
 * Context: process.
 * Return: 0 or a negative errno.
 */
int svp_oam_pend(struct svp_plane *plane, const struct svp_oam_ask *ask,
		 struct netlink_ext_ack *extack)
{
	struct pending *p = kzalloc(sizeof(*p), GFP_KERNEL_ACCOUNT);
	int err;

	if (!p)
		return -ENOMEM;
	p->plane = plane;
	p->portid = ask->portid;
	p->handle = ask->handle;
	p->seq = ask->seq;
	p->host = ask->host;
	p->ttl = ask->ttl;
	p->sent = ktime_get_ns();
	p->until = jiffies + SVP_OAM_PENDING_TIME;
	spin_lock_bh(&lock);
	err = insert(p);
	spin_unlock_bh(&lock);
	if (!err) {
		schedule_delayed_work(&age_work, HZ);
		return 0;
	}
	refuse(p, err, extack);
	kfree(p);
	return err;
}

/* This host may say what became of any of them */
static bool may_answer(const struct pending *p, u16 host)
{
	return p && (!p->host || p->host == host ||
		     host == READ_ONCE(p->plane->host_id));
}

/**
 * svp_oam_is_pending - does anybody wait for such an answer?
 * @plane: the plane
 * @handle: of the answer
 * @seq: of the answer
 * @host: that answers
 *
 * Context: BH off.
 */
bool svp_oam_is_pending(const struct svp_plane *plane, u32 handle, u32 seq,
			u16 host)
{
	bool found;

	spin_lock(&lock);
	found = may_answer(find(plane, handle, seq), host);
	spin_unlock(&lock);
	return found;
}

/**
 * svp_oam_settle - a request has its outcome: forget it
 * @result: plane, handle, sequence number and host; who is to be told and the
 *	round-trip time are filled in
 *
 * Context: BH off.
 * Return: false when there is no such request, or no more.
 */
bool svp_oam_settle(struct svp_oam_result *result)
{
	u64 now = ktime_get_ns();
	struct pending *p;

	spin_lock(&lock);
	p = find(result->plane, result->handle, result->seq);
	if (!may_answer(p, result->host))
		p = NULL;
	else
		take_out(p);
	spin_unlock(&lock);
	if (!p)
		return false;
	result->portid = p->portid;
	result->ttl = p->ttl;
	result->rtt = now - p->sent;
	kfree(p);
	return true;
}

struct socket_id {
	const struct net *net;
	u32 portid;
};

static bool is_of_socket(const struct pending *p, const void *arg)
{
	const struct socket_id *id = arg;

	return p->portid == id->portid && p->plane->net == id->net;
}

/**
 * svp_oam_forget - forget the requests of a socket
 * @net: its namespace
 * @portid: its port
 */
void svp_oam_forget(const struct net *net, u32 portid)
{
	struct socket_id id = { .net = net, .portid = portid };

	if (READ_ONCE(n_pending))
		collect(is_of_socket, &id);
}

static bool is_of_plane(const struct pending *p, const void *arg)
{
	return p->plane == arg;
}

/**
 * svp_oam_plane_gone - forget the requests of a plane
 * @plane: the plane; its device is no longer to be seen
 */
void svp_oam_plane_gone(const struct svp_plane *plane)
{
	collect(is_of_plane, plane);
}

static bool any(const struct pending *p, const void *arg)
{
	return true;
}

/**
 * svp_oam_init - begin with nothing
 * Return: 0.
 */
int svp_oam_init(void)
{
	return 0;
}

/**
 * svp_oam_exit - forget all; no plane is left
 */
void svp_oam_exit(void)
{
	collect(any, NULL);
	cancel_delayed_work_sync(&age_work);
}
