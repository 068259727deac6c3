// SPDX-License-Identifier: GPL-2.0-only
/*
 * A frame at a guest's hook: hit or miss, then to its first hop, on as if we
 * were not there, or dropped. And the other end: delivery behind the last hop.
 */
#include <linux/etherdevice.h>
#include <linux/jiffies.h>

#include "answer.h"
#include "compat/attributes.h"
#include "decide.h"
#include "event.h"
#include "node.h"
#include "once.h"
#include "skb.h"
#include "steer.h"
#include "trace.h"
#include "treat.h"

/* A frame on its way through this file */
struct frame {
	struct svp_plane *plane;
	struct svp_port *port;
	struct sk_buff *skb;
	const struct svp_tuple *key;
	struct svp_flow *old;	/* whose place a SYN may take, or NULL */
	struct svp_pkt pkt;
	unsigned int len;	/* with its Ethernet header, for counters */
	u8 dir;
};

static enum svp_steer drop(struct frame *f, enum svp_drop_reason why)
{
	if (f->dir == SVP_IN)
		svp_count_add(f->port->dropped, f->skb->len);
	svp_plane_drop(f->plane, f->skb, why);
	return SVP_STEER_TAKEN;
}

/* What cannot be judged: not for a guest that nothing may pass unjudged */
static enum svp_steer drop_if_closed(struct frame *f, enum svp_drop_reason why)
{
	const struct svp_policy *policy = rcu_dereference(f->plane->policy);

	return svp_policy_fail_closed(policy, f->port->proxy->id) ?
		drop(f, why) : SVP_STEER_PASS;
}

static enum svp_drop_reason bad_reason(u8 bad)
{
	switch (bad) {
	case SVP_BAD_FIRST_FRAG_SHORT:
		return SVP_DROP_FIRST_FRAG_SHORT;
	case SVP_BAD_TCP_FRAG_OFF1:
		return SVP_DROP_TCP_FRAG_OFF1;
	case SVP_BAD_TOO_MANY_TAGS:
		return SVP_DROP_TOO_MANY_TAGS;
	case SVP_BAD_IP_LEN:
	case SVP_BAD_IP_VERSION:
		return SVP_DROP_BAD_IP;
	case SVP_BAD_GROUP_MAC_UNICAST_IP:
		return SVP_DROP_GROUP_MAC;
	case SVP_BAD_CSUM:
		return SVP_DROP_BAD_CSUM;
	default:
		return SVP_DROP_NO_TRANSPORT;
	}
}

/* Frames that only a rule which names them steers */
static u8 special(const struct svp_pkt *pkt)
{
	if (pkt->flags & (SVP_PKT_ARP | SVP_PKT_ND))
		return SVP_SPECIAL_NEIGHBOUR;
	if (!pkt->tuple.family)
		return SVP_SPECIAL_NOT_IP;
	if (pkt->flags & (SVP_PKT_GROUP_MAC | SVP_PKT_GROUP_IP))
		return SVP_SPECIAL_GROUP;
	return SVP_SPECIAL_NONE;
}

static void subject_of_frame(const struct frame *f, struct svp_subject *subject)
{
	const struct ethhdr *eth = eth_hdr(f->skb);

	subject->port = f->port;
	subject->tuple = &f->pkt.tuple;
	subject->smac = eth->h_source;
	subject->dmac = eth->h_dest;
	subject->mark = f->skb->mark;
	subject->dir = f->dir;
	subject->syn = f->pkt.flags & SVP_PKT_SYN;
	subject->special = special(&f->pkt);
}

static void subject_of_flow(const struct svp_flow *flow,
			    struct svp_subject *subject)
{
	u8 dir = flow->flags & SVP_FLOW_FIRST_IN ? SVP_IN : SVP_OUT;

	subject->port = flow->port;
	subject->tuple = &flow->side[dir].key;
	subject->smac = flow->use[dir].smac;
	subject->dmac = flow->use[dir].dmac;
	subject->mark = flow->use[dir].mark;
	subject->dir = dir;
	subject->syn = flow->flags & SVP_FLOW_SYN;
	subject->special = flow->special;
}

/* What the frame looked like before the chain, for its delivery; new addresses? */
static bool remember(struct svp_flow_use *use, const struct sk_buff *skb)
{
	const struct ethhdr *eth = eth_hdr(skb);
	bool moved = false;

	if (unlikely(!ether_addr_equal(use->smac, eth->h_source) ||
		     !ether_addr_equal(use->dmac, eth->h_dest))) {
		ether_addr_copy(use->smac, eth->h_source);
		ether_addr_copy(use->dmac, eth->h_dest);
		moved = true;
	}
	if (unlikely(use->mark != skb->mark))
		use->mark = skb->mark;
	if (unlikely(use->priority != skb->priority))
		use->priority = skb->priority;
	return moved;
}

/* The rule wants a flow between two guests of this host inspected for both */
static void set_twice(struct svp_flow *flow, const struct svp_rule *rule)
{
	u8 flags = flow->flags & ~SVP_FLOW_TWICE;

	if (rule && rule->twice)
		flags |= SVP_FLOW_TWICE;
	WRITE_ONCE(flow->flags, flags);
}

/*
 * What both directions of a flow get: @act and @why from the policy, and what
 * its verdicts make of that. Under svp_flow_lock(), or before it is published.
 */
static void resolve(struct svp_flow *flow, u8 act, u8 why,
		    const struct svp_treat_sum *sum)
{
	u8 dir, now;

	for (dir = 0; dir < SVP_DIRS; dir++) {
		now = act == SVP_FLOW_CHAIN && sum->allow[dir] ? SVP_FLOW_BYPASS : act;
		if (dir == SVP_OUT && now == SVP_FLOW_CHAIN &&
		    (flow->act[dir] != now || flow->skip[dir] & ~sum->skip[dir]))
			svp_once_unsettle(flow);
		/* behind the path that it belongs to: see svp_path_bits() */
		smp_store_release(&flow->skip[dir], sum->skip[dir]);
		WRITE_ONCE(flow->how[dir], sum->how[dir]);
		WRITE_ONCE(flow->why[dir], sum->drop[dir] ? SVP_DROP_VERDICT : why);
		WRITE_ONCE(flow->act[dir], sum->drop[dir] ? SVP_FLOW_DROP : now);
	}
	WRITE_ONCE(flow->until, sum->until);
}

static void tell(struct svp_plane *plane, const struct svp_flow *flow,
		 const char *what)
{
	svp_event_raise(plane->net, &(struct svp_event){
		.kind = SVP_EV_FLOW,
		.what = what,
		.plane = plane,
		.flow = flow,
	});
}

/* What a listener would notice of a flow's treatment */
struct look {
	const struct svp_path *path[SVP_DIRS];
	u8 act[SVP_DIRS];
	u16 skip[SVP_DIRS];
};

static void look_at(const struct svp_flow *flow, struct look *look)
{
	int dir;

	memset(look, 0, sizeof(*look));
	for (dir = 0; dir < SVP_DIRS; dir++)
		look->path[dir] = rcu_access_pointer(flow->path[dir]);
	memcpy(look->act, flow->act, sizeof(look->act));
	memcpy(look->skip, flow->skip, sizeof(look->skip));
}

static void set_paths(struct svp_flow *flow, const struct svp_treat_sum *sum)
{
	int dir;

	for (dir = 0; dir < SVP_DIRS; dir++) {
		if (sum->path[dir] == rcu_access_pointer(flow->path[dir]))
			continue;
		svp_once_repath(flow, dir, sum->path[dir]);
		/* before the path: what is left out of one is not of another */
		WRITE_ONCE(flow->skip[dir], 0);
		svp_flow_set_path(flow, dir, sum->path[dir]);
	}
}

/**
 * svp_steer_revalidate - ask again about a flow
 * @plane: its plane
 * @flow: the flow; of a guest of another host, there is nothing to ask
 *
 * Context: RCU, BH off, no svp_flow_lock().
 */
void svp_steer_revalidate(struct svp_plane *plane, struct svp_flow *flow)
{
	spinlock_t *lock = svp_flow_lock(plane->flows, flow);
	const struct svp_policy *policy;
	struct svp_decision decision;
	struct svp_subject subject;
	struct look before, after;
	struct svp_treat_sum sum;
	u32 gen;

	if (svp_flow_is_far(flow))
		return;
	spin_lock(lock);
	look_at(flow, &before);
	/* read before what it stands for: a change in between asks once more */
	gen = smp_load_acquire(&plane->gen);
	policy = rcu_dereference(plane->policy);
	subject_of_flow(flow, &subject);
	svp_decide(plane, &subject, svp_treat_base(flow), &decision);
	svp_treat_expire(flow);
	svp_treat_sum(flow, policy, decision.path, &sum);
	set_paths(flow, &sum);
	svp_treat_keep_base(flow, decision.path);
	set_twice(flow, decision.rule);
	WRITE_ONCE(flow->rule_id, decision.rule ? decision.rule->id : 0);
	resolve(flow, decision.act, decision.why, &sum);
	WRITE_ONCE(flow->gen, gen);
	look_at(flow, &after);
	spin_unlock(lock);
	if (memcmp(&before, &after, sizeof(before)))
		tell(plane, flow, "changed");
}

static void note_sender(const struct frame *f, struct svp_flow *flow,
			const struct svp_path *path)
{
	u16 swap = svp_once_swap(f->plane, f->port, path, f->skb, &f->pkt);

	if (!swap)
		return;
	flow->use[SVP_OUT].swap = swap;
	flow->use[SVP_IN].swap = swap;
	flow->flags |= SVP_FLOW_YOUNGER;
}

static struct svp_flow *new_flow(struct frame *f,
				 const struct svp_subject *subject,
				 const struct svp_decision *decision, u32 gen)
{
	struct svp_flow *flow = svp_flow_alloc(f->plane->flows, f->key, f->dir);
	static const struct svp_treat_sum none;
	int dir;

	if (!flow)
		return NULL;
	flow->port = f->port;
	flow->gen = gen;
	flow->rule_id = decision->rule ? decision->rule->id : 0;
	flow->special = subject->special;
	if (f->dir == SVP_IN)
		flow->flags |= SVP_FLOW_FIRST_IN;
	if (subject->syn)
		flow->flags |= SVP_FLOW_SYN | SVP_FLOW_OPENING;
	set_twice(flow, decision->rule);
	for (dir = 0; decision->path && dir < SVP_DIRS; dir++)
		RCU_INIT_POINTER(flow->path[dir], svp_path_hold(decision->path));
	if (decision->path && f->dir == SVP_IN)
		note_sender(f, flow, decision->path);
	resolve(flow, decision->act, decision->why, &none);
	remember(&flow->use[f->dir], f->skb);
	return flow;
}

/*
 * NULL, with nothing counted, when there is no room: the frame then is dropped
 * if it was to enter a chain, and passes if not.
 */
static struct svp_flow *add_flow(struct frame *f,
				 const struct svp_subject *subject,
				 const struct svp_decision *decision, u32 gen,
				 enum svp_drop_reason *why)
{
	struct svp_flow *flow, *mine;

	*why = SVP_DROP_FLOW_QUOTA_PORT;
	if (!svp_port_charge(f->port))
		return NULL;
	*why = SVP_DROP_FLOW_NO_RECORD;
	mine = new_flow(f, subject, decision, gen);
	if (!mine)
		goto uncharge;
	flow = svp_flow_insert(f->plane->flows, mine, f->dir);
	if (flow == mine) {
		tell(f->plane, flow, "new");
		return flow;
	}
	svp_port_uncharge(f->port, 1);
	if (!IS_ERR(flow))
		return flow;
	if (PTR_ERR(flow) == -ENOSPC)
		*why = SVP_DROP_FLOW_QUOTA_PLANE;
	return NULL;

uncharge:
	svp_port_uncharge(f->port, 1);
	return NULL;
}

static enum svp_steer enter_chain(struct frame *f, struct svp_flow *flow)
{
	struct svp_step step = {
		.plane = f->plane,
		.flow = flow,
		.dir = f->dir,
	};
	struct sk_buff *skb = f->skb;

	step.path = svp_flow_path_skip(flow, f->dir, &step.skip);
	/* only while another CPU revalidates: it has just lost its path */
	if (unlikely(!step.path))
		return drop(f, SVP_DROP_CHAIN_FAILED);
	if (f->dir == SVP_IN)
		step.hop = svp_once_first(&step, skb, &f->pkt);
	if (unlikely(remember(&flow->use[f->dir], skb)))
		svp_hop_forget_bare(&step);
	svp_count_add(f->port->steered[f->dir], f->len);
	skb_push_rcsum(skb, skb->data - skb_mac_header(skb));
	svp_skb_scrub(skb);
	svp_hop_enter(skb, &step);
	return SVP_STEER_TAKEN;
}

static bool is_over(u32 until)
{
	return until && (s32)((u32)jiffies - until) >= 0;
}

/*
 * A verdict is not escaped by sending on until its record is idle and forgotten:
 * who sends keeps it, out of the guest's own quota. A rule drops without a record.
 */
static enum svp_steer drop_flow(struct frame *f, struct svp_flow *flow)
{
	enum svp_drop_reason why = READ_ONCE(flow->why[f->dir]);

	if (why != SVP_DROP_VERDICT)
		return drop(f, why);
	svp_flow_keep(flow, f->dir);
	if (READ_ONCE(flow->how[f->dir]) & SVP_FLOW_REJECT)
		svp_answer_reject(f->port, f->dir, f->skb, &f->pkt);
	return drop(f, why);
}

static enum svp_steer steer(struct frame *f, struct svp_flow *flow)
{
	/* the doubt first: it is about this frame, whatever else there is to ask */
	if (unlikely((svp_flow_is_opening(flow) &&
		      svp_flow_doubt_syn(f->plane->flows, flow, f->dir, &f->pkt)) ||
		     READ_ONCE(flow->gen) != READ_ONCE(f->plane->gen) ||
		     is_over(READ_ONCE(flow->until))))
		svp_steer_revalidate(f->plane, flow);
	switch (READ_ONCE(flow->act[f->dir])) {
	case SVP_FLOW_CHAIN:
		svp_flow_touch(flow, f->dir, &f->pkt, f->len);
		return enter_chain(f, flow);
	case SVP_FLOW_BYPASS:
		svp_flow_touch(flow, f->dir, &f->pkt, f->len);
		return SVP_STEER_PASS;
	default:
		return drop_flow(f, flow);
	}
}

/* Makes the frame's flow. NULL: it has none, or no place for one; *@result */
static struct svp_flow *first_frame(struct frame *f, enum svp_steer *result)
{
	struct svp_decision decision;
	enum svp_drop_reason why;
	struct svp_subject subject;
	struct svp_flow *flow;
	u32 gen;

	if (unlikely(READ_ONCE(f->port->dead))) {
		*result = drop_if_closed(f, SVP_DROP_GUEST_GONE);
		return NULL;
	}
	/* pairs with svp_plane_bump(): what it stands for is read after it */
	gen = smp_load_acquire(&f->plane->gen);
	subject_of_frame(f, &subject);
	svp_decide(f->plane, &subject, NULL, &decision);
	if (decision.rule)
		svp_count_add(decision.rule->count, f->len);
	if (decision.act == SVP_FLOW_DROP) {
		*result = drop(f, decision.why);
		return NULL;
	}
	if (unlikely(f->old)) {
		if (svp_flow_outlives_syn(f->old, decision.path))
			return f->old;
		svp_flow_delete(f->plane->flows, f->old);
	}
	*result = SVP_STEER_PASS;
	if (decision.act == SVP_FLOW_BYPASS && subject.special)
		return NULL;
	flow = add_flow(f, &subject, &decision, gen, &why);
	if (!flow && decision.act == SVP_FLOW_CHAIN)
		*result = drop(f, why);
	return flow;
}

/*
 * Gives a later fragment the ports and protocol of its first. False when that is
 * the end of it: *@result says how.
 */
static bool know_fragment(struct frame *f, enum svp_steer *result)
{
	struct svp_frag_table *frags = f->plane->frags;
	struct svp_tuple *tuple = &f->pkt.tuple;
	enum svp_frag_result found;
	struct svp_frag_key key;

	svp_frag_key_set(&key, &f->pkt, svp_key_port(f->port->id, f->dir));
	if (f->pkt.flags & SVP_PKT_FRAG_FIRST)
		found = svp_frag_learn(frags, &key, tuple);
	else
		found = svp_frag_find(frags, &key, tuple);
	if (found == SVP_FRAG_OK ||
	    (found == SVP_FRAG_FULL && f->pkt.flags & SVP_PKT_FRAG_FIRST))
		return true;
	*result = drop_if_closed(f, found == SVP_FRAG_DEAD ?
				 SVP_DROP_FRAG_CONFLICT : SVP_DROP_FRAG_NO_ENTRY);
	return false;
}

static struct svp_flow *find_flow(struct frame *f)
{
	u16 port = svp_key_port(f->port->id, f->dir);
	struct svp_flow *flow;

	f->pkt.tuple.port = port;
	f->key = &f->pkt.tuple;
	if (unlikely(f->pkt.flags & SVP_PKT_ICMP_ERR)) {
		f->pkt.inner.port = port;
		flow = svp_flow_lookup(f->plane->flows, &f->pkt.inner);
		if (flow)
			return flow;
	}
	flow = svp_flow_lookup(f->plane->flows, f->key);
	if (flow && unlikely(svp_flow_begins_anew(flow, f->dir, &f->pkt))) {
		f->old = flow;
		return NULL;
	}
	return flow;
}

/* Is the frame one that the guest itself sends or gets? */
static bool is_guests(struct frame *f)
{
	const struct ethhdr *eth = eth_hdr(f->skb);

	if (f->dir == SVP_OUT) {
		svp_port_learn(f->port, eth->h_source);
		svp_port_note_tags(f->port, f->pkt.n_vlan);
		return true;
	}
	return is_multicast_ether_addr(eth->h_dest) ||
	       svp_port_has_mac(f->port, eth->h_dest);
}

/**
 * svp_steer_frame - decide what becomes of a guest's frame
 * @port: guest port
 * @dir: SVP_OUT at the ingress hook of the tap, SVP_IN at its egress hook
 * @skb: frame with its MAC header set, at or before skb->data; not shared
 *
 * Context: RCU, BH off. Warning: may move the frame's data.
 * Return: SVP_STEER_PASS, the caller then keeps @skb with skb->data where it
 * was; SVP_STEER_TAKEN, @skb then is consumed.
 */
enum svp_steer svp_steer_frame(struct svp_port *port, enum svp_dir dir,
			       struct sk_buff *skb)
{
	enum svp_steer result;
	struct svp_flow *flow;
	struct frame f __uninitialized;

	/* one by one: the parser clears what it fills in, and that is most of it */
	f.plane = port->plane;
	f.port = port;
	f.skb = skb;
	f.old = NULL;
	f.len = svp_skb_frame_len(skb);
	f.dir = dir;
	svp_count_add(port->seen[dir], f.len);
	if (unlikely(svp_skb_parse(skb, &f.pkt)))
		return drop(&f, SVP_DROP_NO_MEMORY);
	if (unlikely(f.pkt.flags & SVP_PKT_NSH))
		return drop(&f, SVP_DROP_GUEST_NSH);
	if (unlikely(!is_guests(&f))) {
		svp_count_add(port->flooded, f.len);
		return drop_if_closed(&f, SVP_DROP_FLOODED);
	}
	if (!rcu_dereference(f.plane->policy)->n_rules)
		return SVP_STEER_PASS;
	if (unlikely(f.pkt.bad))
		return drop_if_closed(&f, bad_reason(f.pkt.bad));
	if (unlikely(f.pkt.flags & SVP_PKT_FRAG) && !know_fragment(&f, &result))
		return result;
	flow = find_flow(&f);
	if (unlikely(!flow))
		flow = first_frame(&f, &result);
	return likely(flow) ? steer(&f, flow) : result;
}

static void deliver(struct sk_buff *skb, struct svp_step *step)
{
	const struct svp_flow_use *use = &step->flow->use[step->dir];
	struct svp_port *port = step->flow->port;
	struct net_device *dev = rcu_dereference(port->dev);
	int err;

	if (unlikely(!dev)) {
		svp_plane_drop(step->plane, skb, SVP_DROP_GUEST_GONE);
		return;
	}
	if (unlikely(READ_ONCE(step->flow->how[step->dir]) & SVP_FLOW_DROP_NOW)) {
		svp_plane_drop(step->plane, skb, SVP_DROP_VERDICT);
		return;
	}
	svp_count_add(port->returned[step->dir], svp_skb_frame_len(skb));
	trace_svp_deliver(skb, step->dir, port->id, step->flow->tag);
	skb->mark = use->mark;
	skb->priority = use->priority;
	if (step->dir == SVP_IN && skb_is_gso(skb)) {
		skb->dev = dev;
		svp_port_note_pieces(port, SVP_IN, skb, dev);
	}
	if (step->dir == SVP_OUT)
		err = svp_skb_receive(skb, dev);
	else
		err = svp_skb_xmit(skb, dev);
	if (unlikely(err))
		svp_drop_gone(step->plane->drops, dev, SVP_DROP_DELIVER);
}

/**
 * svp_steer_init - lend the movement below its end
 * Return: 0.
 */
int svp_steer_init(void)
{
	svp_hop_deliver = deliver;
	return 0;
}

/**
 * svp_steer_exit - nothing is attached any more
 */
void svp_steer_exit(void)
{
}
