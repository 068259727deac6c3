/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Two hosts, each with a plane whose device keeps what is sent on it, and a hand
 * that carries it over, or loses it.
 */
#ifndef CTL_FIXTURE_H
#define CTL_FIXTURE_H

#include <kunit/test.h>
#include <linux/etherdevice.h>
#include <linux/rtnetlink.h>

#include "bridge.h"
#include "ctl_priv.h"
#include "event.h"
#include "plane.h"

#define TENANT	7

/* One side */
struct end {
	struct svp_plane plane;
	struct net_device *dev;
	struct sk_buff_head sent;
	struct svp_host *peer;	/* how it sees the other */
	u8 private[SVP_HOST_KEYS][SVP_KEY_LEN];
};

struct ends {
	struct end end[2];
};

/* Private area of its device; the core comes first, as with the real one */
struct end_priv {
	struct svp_bridge br;
	struct end *end;
};

static netdev_tx_t end_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct end_priv *priv = netdev_priv(dev);

	skb_queue_tail(&priv->end->sent, skb);
	return NETDEV_TX_OK;
}

static const struct net_device_ops end_ops = {
	.ndo_start_xmit = end_xmit,
};

static void end_setup(struct net_device *dev)
{
	ether_setup(dev);
	eth_hw_addr_random(dev);
	dev->netdev_ops = &end_ops;
	dev->priv_flags |= IFF_NO_QUEUE;
	dev->flags |= IFF_NOARP;
}

static void end_make_dev(struct kunit *test, struct end *end)
{
	struct end_priv *priv;

	end->dev = alloc_netdev(sizeof(*priv), "svptest%d", NET_NAME_UNKNOWN,
				end_setup);
	KUNIT_ASSERT_NOT_NULL(test, end->dev);
	priv = netdev_priv(end->dev);
	priv->end = end;
	KUNIT_ASSERT_EQ(test, svp_fdb_init(&priv->br.fdb), 0);
	KUNIT_ASSERT_EQ(test, register_netdev(end->dev), 0);
	rtnl_lock();
	KUNIT_ASSERT_EQ(test, dev_open(end->dev, NULL), 0);
	rtnl_unlock();
	rcu_assign_pointer(end->plane.dev, end->dev);
}

static void end_make_plane(struct kunit *test, struct end *end, u16 id)
{
	struct svp_plane *plane = &end->plane;

	plane->net = &init_net;
	plane->tenant = TENANT;
	plane->host_id = id;
	plane->md_class = SVCPLANE_MD_CLASS;
	mutex_init(&plane->lock);
	xa_init(&plane->nodes);
	svp_hosts_init(&plane->hosts);
	plane->drops = svp_drops_alloc();
	KUNIT_ASSERT_NOT_NULL(test, plane->drops);
	skb_queue_head_init(&end->sent);
	end_make_dev(test, end);
}

static void end_set_key(struct kunit *test, struct end *end, int slot, bool set)
{
	struct svp_host_key keys[SVP_HOST_KEYS];

	mutex_lock(&end->plane.lock);
	memcpy(keys, end->plane.hosts.own, sizeof(keys));
	keys[slot].set = set;
	keys[slot].number = slot + 1;
	get_random_bytes(keys[slot].key, SVP_KEY_LEN);
	KUNIT_ASSERT_EQ(test, svp_host_set_own(&end->plane, keys, NULL), 0);
	mutex_unlock(&end->plane.lock);
}

/* Lists the other as it is, or as it is now */
static void end_list(struct kunit *test, struct end *end, struct end *other)
{
	struct svp_host_conf conf = { .id = other->plane.host_id };

	snprintf(conf.name, sizeof(conf.name), "host%u", conf.id);
	svp_host_own_public(&other->plane, conf.keys);
	mutex_lock(&end->plane.lock);
	if (end->peer)
		KUNIT_ASSERT_EQ(test, svp_host_change(end->peer, &conf, NULL), 0);
	else
		KUNIT_ASSERT_EQ(test, svp_host_add(&end->plane, &conf, NULL), 0);
	end->peer = svp_host_by_id(&end->plane, conf.id);
	mutex_unlock(&end->plane.lock);
	KUNIT_ASSERT_NOT_NULL(test, end->peer);
}

static struct ends *ends_make(struct kunit *test)
{
	struct ends *ends = kunit_kzalloc(test, sizeof(*ends), GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, ends);
	for (i = 0; i < 2; i++) {
		end_make_plane(test, &ends->end[i], i + 1);
		end_set_key(test, &ends->end[i], 0, true);
	}
	for (i = 0; i < 2; i++) {
		end_list(test, &ends->end[i], &ends->end[!i]);
		svp_ctl_start(&ends->end[i].plane);
	}
	return ends;
}

static void end_destroy(struct end *end)
{
	struct end_priv *priv = netdev_priv(end->dev);

	svp_ctl_stop(&end->plane);
	mutex_lock(&end->plane.lock);
	svp_hosts_clear(&end->plane);
	mutex_unlock(&end->plane.lock);
	unregister_netdev(end->dev);
	rcu_barrier();
	flush_workqueue(svp_wq);
	rcu_barrier();
	skb_queue_purge(&end->sent);
	svp_fdb_destroy(&priv->br.fdb);
	free_netdev(end->dev);
	svp_hosts_destroy(&end->plane.hosts);
	free_percpu(end->plane.drops);
	xa_destroy(&end->plane.nodes);
}

static void ends_destroy(struct ends *ends)
{
	end_destroy(&ends->end[0]);
	end_destroy(&ends->end[1]);
}

/* As the uplink does it. Consumes */
static void end_receive(struct kunit *test, struct end *end, struct sk_buff *skb)
{
	u8 copy[SVP_NSH_MAX_LEN];
	struct svp_nsh nsh;

	skb_reset_mac_header(skb);
	skb_pull(skb, ETH_HLEN);
	if (svp_nsh_read(skb, copy, &nsh)) {
		kfree_skb(skb);
		return;
	}
	local_bh_disable();
	rcu_read_lock();
	svp_ctl_rx(&end->plane, NULL, skb, &nsh);
	rcu_read_unlock();
	local_bh_enable();
}

/* All that is under way, until nothing is said any more; how much there was */
static unsigned int ends_carry(struct kunit *test, struct ends *ends)
{
	unsigned int n = 0, was;
	struct sk_buff *skb;
	int i;

	do {
		was = n;
		for (i = 0; i < 2; i++)
			while ((skb = skb_dequeue(&ends->end[i].sent))) {
				end_receive(test, &ends->end[!i], skb);
				n++;
			}
	} while (n != was);
	return n;
}

/* All that waits for its time is due now */
static void end_hurry(struct end *end)
{
	struct svp_host *host = end->peer;
	struct svp_out *out;

	spin_lock_bh(&host->lock);
	host->hello_due = jiffies;
	host->announce_due = jiffies;
	host->reply_made = jiffies - SVP_HOST_SECOND;
	list_for_each_entry(out, &host->out_list, list)
		out->due = jiffies;
	spin_unlock_bh(&host->lock);
}

static void end_beat(struct end *end)
{
	end_hurry(end);
	svp_ctl_beat(end->peer);
}

static void ends_meet(struct kunit *test, struct ends *ends)
{
	end_beat(&ends->end[0]);
	ends_carry(test, ends);
	KUNIT_ASSERT_TRUE(test, svp_host_live(ends->end[0].peer));
	KUNIT_ASSERT_TRUE(test, svp_host_live(ends->end[1].peer));
	end_beat(&ends->end[0]);
	end_beat(&ends->end[1]);
	ends_carry(test, ends);
	KUNIT_ASSERT_EQ(test, ends->end[0].peer->out_n, 0U);
	KUNIT_ASSERT_EQ(test, ends->end[1].peer->out_n, 0U);
}

static int end_say(struct end *end, const void *data, u16 len)
{
	struct svp_ctl_msg msg = {
		.type = SVCPLANE_CTL_USER,
		.has = SVP_WIRE_HAS(USER),
		.user = { data, len },
	};
	int err;

	local_bh_disable();
	rcu_read_lock();
	err = svp_ctl_send(end->peer, &msg);
	rcu_read_unlock();
	local_bh_enable();
	return err;
}

static u64 end_count(const struct end *end, enum svp_host_count what)
{
	return atomic64_read(&end->peer->counts[what]);
}

static u64 end_drops(const struct end *end, enum svp_drop_reason why)
{
	return svp_drops_read(end->plane.drops, why);
}

#endif
