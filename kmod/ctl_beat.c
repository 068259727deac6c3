// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is due with a peer: hellos while there is no session, announcements while
 * there is one, and what waits for its ack.
 */
#include "ctl_priv.h"
#include "plane.h"

/* What is to be done in this round */
struct due {
	bool silent;	/* for too long */
	bool hello;
	bool announce;
	bool changed;
	bool knock;
};

static bool is_due(unsigned long when)
{
	return !time_after(when, jiffies);
}

static void look(struct svp_host *host, struct due *due)
{
	spin_lock_bh(&host->lock);
	due->silent = host->live && is_due(host->fresh + SVP_HOST_SILENCE);
	due->hello = (!host->live || due->silent || host->hello_asked) &&
		     is_due(host->hello_due);
	due->changed = host->announce_now;
	due->announce = host->live && !due->silent &&
			(due->changed || is_due(host->announce_due));
	if (due->announce) {
		host->announce_now = false;
		host->announce_due = jiffies + SVP_HOST_SECOND;
	}
	due->knock = host->knocks;
	spin_unlock_bh(&host->lock);
}

static void do_due(struct svp_host *host, const struct due *due)
{
	rcu_read_lock();
	if (due->silent)
		svp_host_session_down(host, "the host is silent");
	if (due->hello)
		svp_ctl_say_hello(host);
	if (due->knock && svp_bucket_take(&host->hellos, 1))
		svp_ctl_answer_knock(host);
	if (due->announce) {
		svp_ctl_tell_nodes(host, due->changed);
		svp_ctl_age_claims(host);
	}
	rcu_read_unlock();
}

/* A look at least once a second; hellos that wait, and messages, sooner */
static void sleep_again(struct svp_host *host, bool waits, unsigned long retry)
{
	unsigned long next = jiffies + SVP_HOST_SECOND;

	spin_lock_bh(&host->lock);
	if (host->live && time_before(host->announce_due, next))
		next = host->announce_due;
	if ((!host->live || host->hello_asked) &&
	    time_before(host->hello_due, next))
		next = host->hello_due;
	if (host->knocks)
		next = min(next, jiffies + SVP_HOST_SECOND / SVP_HOST_HELLOS_RATE);
	if (waits && time_before(retry, next))
		next = retry;
	if (host->announce_now && host->live)
		next = jiffies;
	svp_host_wake(host, next);
	spin_unlock_bh(&host->lock);
}

/**
 * svp_ctl_beat - do what is due with a peer
 * @host: the peer
 *
 * Context: process; the work of the peer.
 */
void svp_ctl_beat(struct svp_host *host)
{
	unsigned long retry = 0;
	struct due due;
	bool waits;

	if (!READ_ONCE(host->plane->hosts.up))
		return;
	look(host, &due);
	do_due(host, &due);
	waits = svp_ctl_retry(host, &retry);
	sleep_again(host, waits, retry);
}

/**
 * svp_ctl_start - the device of a plane is up: sessions may begin
 * @plane: the plane
 *
 * Context: RTNL.
 */
void svp_ctl_start(struct svp_plane *plane)
{
	struct svp_host *host;
	unsigned long i;

	WRITE_ONCE(plane->hosts.up, true);
	rcu_read_lock();
	xa_for_each(&plane->hosts.list, i, host) {
		spin_lock_bh(&host->lock);
		host->hello_due = jiffies;
		svp_host_wake(host, jiffies);
		spin_unlock_bh(&host->lock);
	}
	rcu_read_unlock();
}

/**
 * svp_ctl_stop - the device of a plane is not up any more: sessions end
 * @plane: the plane
 *
 * The next start is a new one: its epochs and numbers are made here.
 *
 * Context: RTNL.
 */
void svp_ctl_stop(struct svp_plane *plane)
{
	struct svp_host *host;
	unsigned long i;

	WRITE_ONCE(plane->hosts.up, false);
	rcu_read_lock();
	xa_for_each(&plane->hosts.list, i, host) {
		svp_host_session_down(host, "the service plane is down");
		svp_host_session_renew(host);
	}
	rcu_read_unlock();
}

/**
 * svp_ctl_init - let peers have their periodic work
 * Return: 0.
 */
int svp_ctl_init(void)
{
	WRITE_ONCE(svp_host_beat, svp_ctl_beat);
	return 0;
}

/**
 * svp_ctl_exit - undo svp_ctl_init(); no peer is left by then
 */
void svp_ctl_exit(void)
{
	WRITE_ONCE(svp_host_beat, NULL);
}
