// SPDX-License-Identifier: GPL-2.0-only
/*
 * Port proxies and guest ports as objects: life, addresses of the guest, quota.
 */
#include <linux/etherdevice.h>
#include <linux/glob.h>
#include <linux/slab.h>

#include "node.h"
#include "plane.h"
#include "port.h"

/**
 * svp_proxy_alloc - make a port proxy that belongs to no plane yet
 * @name: of its device
 * @id: interface id
 *
 * Return: the proxy with one reference, or NULL.
 */
struct svp_proxy *svp_proxy_alloc(const char *name, u16 id)
{
	struct svp_proxy *proxy = kzalloc(sizeof(*proxy), GFP_KERNEL);

	if (!proxy)
		return NULL;
	strscpy(proxy->name, name, sizeof(proxy->name));
	proxy->id = id;
	proxy->max_flows = SVP_PORT_FLOWS_DEFAULT;
	INIT_LIST_HEAD(&proxy->list);
	INIT_LIST_HEAD(&proxy->all);
	INIT_LIST_HEAD(&proxy->ports);
	refcount_set(&proxy->ref, 1);
	return proxy;
}

/**
 * svp_proxy_hold - take a reference
 * @proxy: a proxy the caller can see
 */
void svp_proxy_hold(struct svp_proxy *proxy)
{
	refcount_inc(&proxy->ref);
}

/**
 * svp_proxy_put - give a reference back; the last frees through RCU
 * @proxy: the proxy, or NULL; its plane has been taken from it before
 */
void svp_proxy_put(struct svp_proxy *proxy)
{
	if (proxy && refcount_dec_and_test(&proxy->ref))
		kfree_rcu(proxy, rcu);
}

static void port_free(struct svp_port *port)
{
	int dir;

	for (dir = 0; dir < SVP_DIRS; dir++) {
		free_percpu(port->seen[dir]);
		free_percpu(port->steered[dir]);
		free_percpu(port->returned[dir]);
		free_percpu(port->pieces[dir]);
	}
	free_percpu(port->flooded);
	free_percpu(port->dropped);
	free_percpu(port->answered);
	kfree(port);
}

static bool port_alloc_counters(struct svp_port *port)
{
	int dir;

	for (dir = 0; dir < SVP_DIRS; dir++) {
		port->seen[dir] = svp_count_alloc(GFP_KERNEL);
		port->steered[dir] = svp_count_alloc(GFP_KERNEL);
		port->returned[dir] = svp_count_alloc(GFP_KERNEL);
		port->pieces[dir] = svp_count_alloc(GFP_KERNEL);
		if (!port->seen[dir] || !port->steered[dir] ||
		    !port->returned[dir] || !port->pieces[dir])
			return false;
	}
	port->flooded = svp_count_alloc(GFP_KERNEL);
	port->dropped = svp_count_alloc(GFP_KERNEL);
	port->answered = svp_count_alloc(GFP_KERNEL);
	return port->flooded && port->dropped && port->answered;
}

/**
 * svp_port_alloc - make a guest port
 * @proxy: its port proxy, which has a plane; references to both are taken
 *
 * Return: the port with one reference, or NULL.
 */
struct svp_port *svp_port_alloc(struct svp_proxy *proxy)
{
	struct svp_port *port = kzalloc(sizeof(*port), GFP_KERNEL);

	if (!port)
		return NULL;
	if (!port_alloc_counters(port)) {
		port_free(port);
		return NULL;
	}
	spin_lock_init(&port->mac_lock);
	svp_bucket_init(&port->answers, SVP_ANSWER_PORT_RATE,
			SVP_ANSWER_PORT_BURST);
	svp_bucket_init(&port->made, SVP_PORT_MADE_RATE, SVP_PORT_MADE_BURST);
	INIT_LIST_HEAD(&port->list);
	INIT_LIST_HEAD(&port->watch);
	refcount_set(&port->ref, 1);
	port->max_flows = proxy->max_flows;
	svp_proxy_hold(proxy);
	port->proxy = proxy;
	port->plane = svp_plane_hold(proxy->plane);
	return port;
}

/**
 * svp_port_hold - take a reference
 * @port: a port the caller can see
 */
void svp_port_hold(struct svp_port *port)
{
	refcount_inc(&port->ref);
}

/**
 * svp_port_forget_rates - forget what a guest has given each node
 * @port: guest port, not found by anybody any more, after a grace period: a late
 *	frame would make its bucket anew
 *
 * Context: any but hard interrupts.
 */
void svp_port_forget_rates(const struct svp_port *port)
{
	struct svp_node *node;
	unsigned long i;

	rcu_read_lock();
	xa_for_each(&port->plane->nodes, i, node)
		svp_node_rate_forget(node, port->id);
	rcu_read_unlock();
}

static void port_free_rcu(struct rcu_head *rcu)
{
	struct svp_port *port = container_of(rcu, struct svp_port, rcu);

	svp_port_forget_rates(port);
	svp_proxy_put(port->proxy);
	svp_plane_put(port->plane);
	port_free(port);
}

/**
 * svp_port_put - give a reference back; the last frees through RCU
 * @port: the port, or NULL
 */
void svp_port_put(struct svp_port *port)
{
	if (port && refcount_dec_and_test(&port->ref))
		call_rcu(&port->rcu, port_free_rcu);
}

/**
 * svp_port_has_mac - is this an address of the guest?
 * @port: guest port
 * @mac: address
 *
 * Context: RCU. Entries are never changed once @n_macs covers them.
 */
bool svp_port_has_mac(const struct svp_port *port, const u8 *mac)
{
	/* pairs with add_mac_locked() */
	u8 n = smp_load_acquire(&port->n_macs);
	u8 i;

	for (i = 0; i < n; i++)
		if (ether_addr_equal(port->macs[i], mac))
			return true;
	return false;
}

static bool add_mac_locked(struct svp_port *port, const u8 *mac)
{
	lockdep_assert_held(&port->mac_lock);

	if (svp_port_has_mac(port, mac))
		return true;
	if (port->n_macs == SVP_PORT_MACS)
		return false;
	ether_addr_copy(port->macs[port->n_macs], mac);
	/* pairs with svp_port_has_mac() */
	smp_store_release(&port->n_macs, port->n_macs + 1);
	return true;
}

/**
 * svp_port_learn - remember an address the guest has sent from
 * @port: guest port
 * @mac: source address of its frame
 *
 * A guest with configured addresses learns none.
 *
 * Context: BH off.
 * Return: false when it is not, and cannot become, an address of the guest.
 */
bool svp_port_learn(struct svp_port *port, const u8 *mac)
{
	bool known;

	if (likely(svp_port_has_mac(port, mac)))
		return true;
	if (READ_ONCE(port->n_fixed) || !is_valid_ether_addr(mac) ||
	    READ_ONCE(port->n_macs) == SVP_PORT_MACS)
		return false;
	spin_lock(&port->mac_lock);
	known = add_mac_locked(port, mac);
	spin_unlock(&port->mac_lock);
	return known;
}

/**
 * svp_port_add_mac - configure an address of the guest
 * @port: guest port, not bound yet
 * @mac: address
 *
 * Return: 0; -EINVAL for a group address; -ENOSPC.
 */
int svp_port_add_mac(struct svp_port *port, const u8 *mac)
{
	bool known;

	if (!is_valid_ether_addr(mac))
		return -EINVAL;
	spin_lock_bh(&port->mac_lock);
	known = add_mac_locked(port, mac);
	WRITE_ONCE(port->n_fixed, port->n_macs);
	spin_unlock_bh(&port->mac_lock);
	return known ? 0 : -ENOSPC;
}

/**
 * svp_port_charge - count one more flow against the guest's quota
 * @port: guest port
 *
 * Return: false, and nothing counted, when the quota is used up.
 */
bool svp_port_charge(struct svp_port *port)
{
	if (atomic_inc_return(&port->flows) <= READ_ONCE(port->max_flows))
		return true;
	atomic_dec(&port->flows);
	return false;
}

/**
 * svp_port_burden - count what nodes say of the guest's flows in its quota
 * @port: guest port
 * @n: records
 *
 * Is not refused: see svp_flow_burden().
 */
void svp_port_burden(struct svp_port *port, unsigned int n)
{
	atomic_add(n, &port->flows);
}

/**
 * svp_port_uncharge - flows are gone, with what nodes said of them
 * @port: guest port
 * @n: records
 */
void svp_port_uncharge(struct svp_port *port, unsigned int n)
{
	atomic_sub(n, &port->flows);
}

/* How many the device counts: a guest's own GSO frame is one when it comes */
static unsigned int frames_of(struct sk_buff *skb, enum svp_dir dir,
			      const struct net_device *dev)
{
	const struct skb_shared_info *shared = skb_shinfo(skb);
	netdev_features_t features;

	if (dir == SVP_OUT) {
		if (!(dev->features & NETIF_F_GRO) ||
		    shared->gso_type & SKB_GSO_DODGY)
			return 1;
	} else {
		features = netif_skb_features(skb);
		if (!netif_needs_gso(skb, features))
			return 1;
	}
	/* the headers count as payload: rather one too many, which is no gap */
	return DIV_ROUND_UP(skb->len, max_t(unsigned int, shared->gso_size, 1));
}

/**
 * svp_port_note_pieces - a frame that the device may count as several
 * @port: guest port
 * @dir: direction
 * @skb: GSO frame, skb->dev is @dev
 * @dev: the tap
 *
 * Context: RCU, BH off.
 */
void svp_port_note_pieces(struct svp_port *port, enum svp_dir dir,
			  struct sk_buff *skb, const struct net_device *dev)
{
	unsigned int frames = frames_of(skb, dir, dev);

	if (frames > 1)
		svp_count_add(port->pieces[dir], frames - 1);
}

static u64 packets(struct svp_count __percpu *count)
{
	u64 packets, bytes;

	svp_count_read(count, &packets, &bytes);
	return packets;
}

static u64 pieces(struct svp_count __percpu *count)
{
	u64 packets, bytes;

	svp_count_read(count, &packets, &bytes);
	return bytes;
}

/*
 * Frames the device should have counted. What is steered or dropped on its way to
 * the guest does not reach the device then; what comes back does, past the hook,
 * and so do answers.
 */
static u64 expected(const struct svp_port *port, enum svp_dir dir)
{
	u64 taken, seen, more = pieces(port->pieces[dir]);

	if (dir == SVP_OUT)
		return packets(port->seen[dir]) + more;
	/* each frame is seen before it is taken: read in the reverse order */
	taken = packets(port->steered[dir]) + packets(port->dropped);
	seen = packets(port->seen[dir]);
	return seen - min(seen, taken) + packets(port->returned[dir]) +
	       packets(port->answered) + more;
}

/**
 * svp_port_gap - frames that the device has counted and the hook has not seen
 * @port: guest port
 * @dir: direction
 * @device: packets of the device in that direction, read before this is called
 *
 * Context: any.
 */
u64 svp_port_gap(const struct svp_port *port, enum svp_dir dir, u64 device)
{
	u64 hooked = expected(port, dir);

	/* the counters are not read at one instant */
	return device >= port->base[dir] && device - port->base[dir] > hooked ?
	       device - port->base[dir] - hooked : 0;
}

/**
 * svp_pattern_matches - shell-like match of a device's name
 * @pattern: with * ? and [...]
 * @name: name, or NULL
 */
bool svp_pattern_matches(const char *pattern, const char *name)
{
	return name && glob_match(pattern, name);
}
