// SPDX-License-Identifier: GPL-2.0-only
/*
 * Netlink: what happens by itself, told to the groups. Runs where it happens,
 * in packet context too: nothing is built unless somebody listens.
 */
#include <linux/rcupdate.h>
#include <net/netlink.h>
#include <uapi/linux/svcplane_wire.h>

#include "event.h"
#include "genl.h"
#include "limit.h"
#include "nl.h"
#include "nl_control.h"
#include "nl_flow.h"
#include "node.h"
#include "plane.h"
#include "port.h"
#include "wire.h"

static_assert((int)SVCPLANE_EVENT_KIND_PORT == SVP_EV_PORT);
static_assert((int)SVCPLANE_EVENT_KIND_CONTROL == SVP_EV_CONTROL);
static_assert((int)SVCPLANE_EVENT_KIND_HOST == SVP_EV_HOST);

/* Nodes of an announcement that are told; a larger one is in the body */
#define ANNOUNCED_MAX	16

/*
 * An event with what the sink knows of it; @msg: decoded body, NULL if there is
 * none or it is malformed
 */
struct told {
	const struct svp_event *event;
	const struct svp_ctl_msg *msg;
	u32 lost;
};

static size_t string_size(const char *text)
{
	return text ? nla_total_size(strlen(text) + 1) : 0;
}

/* What the body says, in attributes */
static size_t meaning_size(const struct svp_ctl_msg *msg)
{
	if (!msg)
		return 0;
	switch (msg->type) {
	case SVCPLANE_CTL_VERDICT:
		return nla_total_size(9 * SVP_NL_U32_SIZE);
	case SVCPLANE_CTL_ANNOUNCE:
		return ANNOUNCED_MAX *
		       nla_total_size(4 * SVP_NL_U32_SIZE + SVP_NL_MAC_SIZE +
				      SVP_NL_NAME_SIZE);
	case SVCPLANE_CTL_ACK:
		return SVP_NL_U64_SIZE + SVP_NL_U32_SIZE;
	case SVCPLANE_CTL_USER:
		return nla_total_size(msg->user.len);
	default:
		return 0;
	}
}

static size_t event_size(const struct told *told)
{
	const struct svp_event *event = told->event;

	return SVP_NL_DEV_SIZE + string_size(event->what) +
	       string_size(event->object) + string_size(event->reason) +
	       2 * SVP_NL_NAME_SIZE + 7 * SVP_NL_U32_SIZE +
	       (event->flow ? nla_total_size(svp_nl_flow_size()) : 0) +
	       nla_total_size(event->body_len) + meaning_size(told->msg) +
	       SVP_NL_DEV_SIZE + SVP_NL_U32_SIZE + 2 * SVP_NL_U64_SIZE;
}

static int put_string(struct sk_buff *skb, int type, const char *text)
{
	return text ? nla_put_string(skb, type, text) : 0;
}

static int put_flow(struct sk_buff *skb, const struct svp_event *event)
{
	struct nlattr *nest;

	if (!event->flow || !event->plane)
		return 0;
	nest = nla_nest_start(skb, SVCPLANE_A_EVENT_FLOW);
	if (!nest || svp_nl_flow_put(skb, event->plane, event->flow))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_verdict(struct sk_buff *skb, const struct svp_wire_verdict *v)
{
	struct nlattr *nest;

	nest = nla_nest_start(skb, SVCPLANE_A_EVENT_VERDICT);
	if (!nest || nla_put_u32(skb, SVCPLANE_A_VERDICT_ACTION, v->action) ||
	    nla_put_u32(skb, SVCPLANE_A_VERDICT_SCOPE, v->scope) ||
	    nla_put_u32(skb, SVCPLANE_A_VERDICT_REASON, v->reason) ||
	    nla_put_u32(skb, SVCPLANE_A_VERDICT_FLAGS, v->flags) ||
	    nla_put_u32(skb, SVCPLANE_A_VERDICT_LIFETIME, v->lifetime) ||
	    (v->tag && nla_put_u32(skb, SVCPLANE_A_VERDICT_TAG, v->tag)) ||
	    (v->chain && nla_put_u32(skb, SVCPLANE_A_VERDICT_CHAIN_ID, v->chain)) ||
	    (v->spi && nla_put_u32(skb, SVCPLANE_A_VERDICT_SPI, v->spi)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_record(struct sk_buff *skb, struct svp_plane *plane,
		      const struct svp_node_rec *rec)
{
	struct nlattr *nest = nla_nest_start(skb, SVCPLANE_A_EVENT_ANNOUNCED);
	const struct svp_node *node;

	if (!nest || nla_put_u32(skb, SVCPLANE_A_ANNOUNCED_NODE_ID, rec->node) ||
	    nla_put(skb, SVCPLANE_A_ANNOUNCED_MAC, ETH_ALEN, rec->mac) ||
	    nla_put_u32(skb, SVCPLANE_A_ANNOUNCED_STATE, rec->state) ||
	    nla_put_u32(skb, SVCPLANE_A_ANNOUNCED_LOAD, rec->load) ||
	    nla_put_u32(skb, SVCPLANE_A_ANNOUNCED_MOVES, rec->moves))
		return -EMSGSIZE;
	node = plane ? svp_plane_node(plane, rec->node) : NULL;
	if (node && nla_put_string(skb, SVCPLANE_A_ANNOUNCED_NODE, node->conf.name))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_announced(struct sk_buff *skb, struct svp_plane *plane,
			 struct svp_bytes nodes)
{
	unsigned int invalid = 0, n = 0;
	struct svp_node_rec rec;

	while (n++ < ANNOUNCED_MAX && svp_wire_node_next(&nodes, &rec, &invalid))
		if (put_record(skb, plane, &rec))
			return -EMSGSIZE;
	return 0;
}

static int put_meaning(struct sk_buff *skb, const struct told *told)
{
	const struct svp_ctl_msg *msg = told->msg;

	if (!msg)
		return 0;
	switch (msg->type) {
	case SVCPLANE_CTL_VERDICT:
		return put_verdict(skb, &msg->verdict);
	case SVCPLANE_CTL_ANNOUNCE:
		return put_announced(skb, told->event->plane, msg->nodes);
	case SVCPLANE_CTL_ACK:
		return nla_put_u64_64bit(skb, SVCPLANE_A_EVENT_ACKED,
					 msg->ack.seq, SVCPLANE_A_EVENT_PAD) ?:
		       nla_put_u32(skb, SVCPLANE_A_EVENT_OUTCOME,
				   msg->ack.status);
	case SVCPLANE_CTL_USER:
		return nla_put(skb, SVCPLANE_A_EVENT_USER, msg->user.len,
			       msg->user.data);
	default:
		return 0;
	}
}

static int put_node(struct sk_buff *skb, const struct svp_node *node)
{
	if (!node)
		return 0;
	return nla_put_string(skb, SVCPLANE_A_EVENT_NODE, node->conf.name) ?:
	       nla_put_u32(skb, SVCPLANE_A_EVENT_NODE_ID, node->conf.id);
}

static int put_gap(struct sk_buff *skb, const struct svp_event *event)
{
	if (event->kind != SVP_EV_GAP)
		return 0;
	if (nla_put_string(skb, SVCPLANE_A_EVENT_PROXY, event->proxy->name) ||
	    nla_put_u32(skb, SVCPLANE_A_EVENT_DIR, event->dir == SVP_OUT ?
			SVCPLANE_DIR_OUT : SVCPLANE_DIR_IN) ||
	    nla_put_u64_64bit(skb, SVCPLANE_A_EVENT_GAP, event->gap,
			      SVCPLANE_A_EVENT_PAD))
		return -EMSGSIZE;
	return 0;
}

static int put_host(struct sk_buff *skb, const struct svp_event *event)
{
	if (!event->host)
		return 0;
	return nla_put_u32(skb, SVCPLANE_A_EVENT_HOST, event->host) ?:
	       put_string(skb, SVCPLANE_A_EVENT_HOST_NAME, event->host_name);
}

/* Where a message has no number, its age is not known either */
static int put_number(struct sk_buff *skb, const struct svp_event *event)
{
	if (!event->seq)
		return 0;
	return nla_put_u64_64bit(skb, SVCPLANE_A_EVENT_SEQ, event->seq,
				 SVCPLANE_A_EVENT_PAD) ?:
	       nla_put_u32(skb, SVCPLANE_A_EVENT_AGE, event->age_ms);
}

static int put_message(struct sk_buff *skb, const struct told *told)
{
	const struct svp_event *event = told->event;
	const struct svcplane_ctl *head = event->body;

	if (event->kind != SVP_EV_CONTROL)
		return 0;
	if (nla_put_u32(skb, SVCPLANE_A_EVENT_STATUS, event->status) ||
	    (told->lost &&
	     nla_put_u32(skb, SVCPLANE_A_EVENT_LOST, told->lost)) ||
	    put_number(skb, event) || put_meaning(skb, told))
		return -EMSGSIZE;
	if (!head)
		return 0;
	if (event->body_len >= sizeof(*head) &&
	    nla_put_u32(skb, SVCPLANE_A_EVENT_TYPE, head->type))
		return -EMSGSIZE;
	return nla_put(skb, SVCPLANE_A_EVENT_BODY, event->body_len, head);
}

static int fill_event(struct sk_buff *skb, struct svp_plane *plane,
		      const void *obj)
{
	const struct told *told = obj;
	const struct svp_event *event = told->event;

	if ((plane && svp_nl_put_plane(skb, SVCPLANE_A_EVENT_PLANE, plane)) ||
	    nla_put_u32(skb, SVCPLANE_A_EVENT_KIND, event->kind) ||
	    put_string(skb, SVCPLANE_A_EVENT_WHAT, event->what) ||
	    put_string(skb, SVCPLANE_A_EVENT_OBJECT, event->object) ||
	    put_string(skb, SVCPLANE_A_EVENT_REASON, event->reason) ||
	    put_node(skb, event->node) || put_host(skb, event) ||
	    put_flow(skb, event) ||
	    put_gap(skb, event) || put_message(skb, told))
		return -EMSGSIZE;
	return 0;
}

/*
 * Who can make a node reject messages could drown the others: beyond a rate
 * they are counted, and the next that is told says how many were not.
 */
static bool is_told(struct net *net, const struct svp_event *event, u32 *lost)
{
	struct svp_net *sn = svp_net(net);

	*lost = 0;
	if (event->kind != SVP_EV_CONTROL || !event->status)
		return true;
	if (!svp_bucket_take(&sn->reports, 1)) {
		atomic_inc(&sn->unreported);
		return false;
	}
	*lost = atomic_xchg(&sn->unreported, 0);
	return true;
}

static void sink(struct net *net, const struct svp_event *event)
{
	static const struct {
		enum svp_genl_group group;
		u8 cmd;
	} kinds[] = {
		[SVP_EV_PORT] = { SVP_GROUP_CONFIG, SVCPLANE_CMD_EVENT_NTF },
		[SVP_EV_NODE] = { SVP_GROUP_CONFIG, SVCPLANE_CMD_EVENT_NTF },
		[SVP_EV_CONTROL] = { SVP_GROUP_CONTROL, SVCPLANE_CMD_CONTROL_NTF },
		[SVP_EV_FLOW] = { SVP_GROUP_FLOW, SVCPLANE_CMD_FLOW_NTF },
		[SVP_EV_GAP] = { SVP_GROUP_CONFIG, SVCPLANE_CMD_EVENT_NTF },
		[SVP_EV_HOST] = { SVP_GROUP_CONTROL, SVCPLANE_CMD_CONTROL_NTF },
	};
	struct told told = { .event = event };
	struct svp_ctl_msg msg;

	if (!svp_genl_listened(net, kinds[event->kind].group) ||
	    !is_told(net, event, &told.lost))
		return;
	if (event->body && !svp_wire_decode(event->body, event->body_len, &msg))
		told.msg = &msg;
	svp_genl_multicast(net, kinds[event->kind].group, kinds[event->kind].cmd,
			   event_size(&told), fill_event, event->plane, &told);
}

/**
 * svp_nl_control_init - let events reach the groups
 */
void svp_nl_control_init(void)
{
	WRITE_ONCE(svp_event_sink, sink);
}

/**
 * svp_nl_control_exit - no event reaches the family any more after it
 */
void svp_nl_control_exit(void)
{
	WRITE_ONCE(svp_event_sink, NULL);
	synchronize_rcu();
}
