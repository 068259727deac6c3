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
static_assert((int)SVCPLANE_EVENT_KIND_GAP == SVP_EV_GAP);

/* An event with what the sink knows of it */
struct told {
	const struct svp_event *event;
	const struct svp_wire_verdict *verdict;
	u32 lost;
};

static size_t string_size(const char *text)
{
	return text ? nla_total_size(strlen(text) + 1) : 0;
}

static size_t event_size(const struct told *told)
{
	const struct svp_event *event = told->event;

	return SVP_NL_DEV_SIZE + string_size(event->what) +
	       string_size(event->object) + string_size(event->reason) +
	       SVP_NL_NAME_SIZE + 5 * SVP_NL_U32_SIZE +
	       (event->flow ? nla_total_size(svp_nl_flow_size()) : 0) +
	       nla_total_size(event->body_len) +
	       nla_total_size(9 * SVP_NL_U32_SIZE) + SVP_NL_DEV_SIZE +
	       SVP_NL_U32_SIZE + SVP_NL_U64_SIZE;
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

	if (!v)
		return 0;
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

static int put_message(struct sk_buff *skb, const struct told *told)
{
	const struct svp_event *event = told->event;
	const struct svcplane_ctl *head = event->body;

	if (event->kind != SVP_EV_CONTROL)
		return 0;
	if (nla_put_u32(skb, SVCPLANE_A_EVENT_STATUS, event->status) ||
	    (told->lost &&
	     nla_put_u32(skb, SVCPLANE_A_EVENT_LOST, told->lost)) ||
	    put_verdict(skb, told->verdict))
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
	    put_node(skb, event->node) || put_flow(skb, event) ||
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
		[SVP_EV_HOST] = { SVP_GROUP_CONTROL, SVCPLANE_CMD_EVENT_NTF },
	};
	struct told told = { .event = event };
	struct svp_ctl_msg msg;

	if (!svp_genl_listened(net, kinds[event->kind].group) ||
	    !is_told(net, event, &told.lost))
		return;
	if (event->body && !svp_wire_decode(event->body, event->body_len, &msg) &&
	    msg.type == SVCPLANE_CTL_VERDICT)
		told.verdict = &msg.verdict;
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
