// SPDX-License-Identifier: GPL-2.0-only
/*
 * A hop that needs no NSH gets none, so what a packet socket is shown is a copy
 * made for it, with the header the frame would bear: from the SFF of this host
 * to the node, or to the SFF of the host that has it, and back with SI one less.
 * dev_queue_xmit_nit() gives it to packet sockets, as an outgoing frame, and to
 * nobody else: no protocol, bridge or hook ever sees it. GSO frames are shown
 * whole.
 */
#include <linux/etherdevice.h>
#include <linux/netdevice.h>

#include "capture.h"
#include "node.h"
#include "nsh.h"
#include "skb.h"

/* The node of the hop, or the SFF of the host that has it */
static void address_of(const struct svp_node *node, u8 *addr)
{
	u16 owner = svp_node_owner(node);

	if (owner)
		svp_hop_sff_addr(addr, owner);
	else
		ether_addr_copy(addr, node->conf.mac);
}

static struct sk_buff *copy_with_nsh(const struct svp_step *step,
				     const struct sk_buff *skb, bool returned)
{
	struct svp_node *node = svp_path_node(step->path, step->dir, step->hop);
	struct sk_buff *copy = skb_clone((struct sk_buff *)skb, GFP_ATOMIC);
	u8 host[ETH_ALEN] __aligned(2);
	u8 there[ETH_ALEN] __aligned(2);
	__be32 hdr[SVP_NSH_MAX_LEN / 4];
	unsigned int len;

	if (!copy)
		return NULL;
	svp_hop_sff_addr(host, READ_ONCE(step->plane->host_id));
	address_of(node, there);
	len = svp_hop_header(step, SVP_NSH_SHOW_SVCPLANE, svp_hop_ttl_at(step),
			     hdr);
	if (returned)
		svp_nsh_set_si(hdr, svp_hop_si(step->hop) - 1);
	if (svp_nsh_push(copy, hdr, len, returned ? host : there,
			 returned ? there : host)) {
		kfree_skb(copy);
		return NULL;
	}
	return copy;
}

static void show(struct sk_buff *copy, struct net_device *dev)
{
	copy->dev = dev;
	dev_queue_xmit_nit(copy, dev);
}

/**
 * svp_capture_make - make a copy and show it
 * @step: hop
 * @skb: frame with its MAC header at skb->data; left as it is
 * @proxy_dev: device of the port proxy, or NULL
 * @plane_dev: device of the plane, or NULL
 * @returned: the node of the hop has returned it
 *
 * A socket bound to no device sees the copy once, on the port proxy, unless
 * another socket is bound to the plane.
 *
 * Context: RCU, BH off.
 */
void svp_capture_make(const struct svp_step *step, const struct sk_buff *skb,
		      struct net_device *proxy_dev, struct net_device *plane_dev,
		      bool returned)
{
	struct sk_buff *copy = copy_with_nsh(step, skb, returned);

	if (!copy)
		return;
	if (proxy_dev && dev_nit_active(proxy_dev))
		show(copy, proxy_dev);
	if (plane_dev && !list_empty(&plane_dev->ptype_all))
		show(copy, plane_dev);
	consume_skb(copy);
}

/**
 * svp_capture_packet - show a control or echo packet that has come in
 * @plane: the plane
 * @skb: the packet, skb->data behind its MAC header; left as it is
 *
 * It has not been authenticated: nobody but packet sockets gets to see it.
 *
 * Context: RCU, BH off.
 */
void svp_capture_packet(const struct svp_plane *plane, const struct sk_buff *skb)
{
	struct net_device *dev = rcu_dereference(plane->dev);
	struct sk_buff *copy;

	if (likely(!dev || !dev_nit_active(dev)))
		return;
	copy = skb_clone((struct sk_buff *)skb, GFP_ATOMIC);
	if (!copy)
		return;
	skb_push(copy, ETH_HLEN);
	show(copy, dev);
	consume_skb(copy);
}
