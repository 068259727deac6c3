/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints: what happens to a frame, and control messages.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM svcplane

#if !defined(SVP_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define SVP_TRACE_H

#include <linux/if.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/string.h>
#include <linux/tracepoint.h>

#include "stats.h"

#define SVP_TRACE_NAME	24	/* bytes kept of a drop reason's name */

/*
 * A frame is about to be freed, or others have freed it: then @skb is NULL. @dev
 * is the one it came from or was meant for, or NULL; @reason enum svp_drop_reason
 */
TRACE_EVENT(svp_drop,
	TP_PROTO(const struct sk_buff *skb, const struct net_device *dev,
		 enum svp_drop_reason reason),

	TP_ARGS(skb, dev, reason),

	TP_STRUCT__entry(
		__field(const void *, skb)
		__field(unsigned int, len)
		__field(u16, protocol)
		__field(u8, reason)
		__array(char, name, SVP_TRACE_NAME)
		__array(char, dev, IFNAMSIZ)
	),

	TP_fast_assign(
		__entry->skb = skb;
		__entry->len = skb ? skb->len : 0;
		__entry->protocol = skb ? ntohs(skb->protocol) : 0;
		__entry->reason = reason;
		strscpy(__entry->name, svp_drop_name(reason), SVP_TRACE_NAME);
		strscpy(__entry->dev, dev ? dev->name : "", IFNAMSIZ);
	),

	TP_printk("skb=%p dev=%s len=%u protocol=0x%04x reason=%s",
		  __entry->skb, __entry->dev, __entry->len, __entry->protocol,
		  __entry->name)
);

/* A frame between proxy and node; @spi, @node and @tag in host order */
DECLARE_EVENT_CLASS(svp_hop,
	TP_PROTO(const struct sk_buff *skb, u32 spi, u8 si, u16 node, u32 tag),

	TP_ARGS(skb, spi, si, node, tag),

	TP_STRUCT__entry(
		__field(const void *, skb)
		__field(unsigned int, len)
		__field(u32, spi)
		__field(u32, tag)
		__field(u16, node)
		__field(u8, si)
		__array(char, dev, IFNAMSIZ)
	),

	TP_fast_assign(
		__entry->skb = skb;
		__entry->len = skb->len;
		__entry->spi = spi;
		__entry->tag = tag;
		__entry->node = node;
		__entry->si = si;
		strscpy(__entry->dev, skb->dev ? skb->dev->name : "",
			IFNAMSIZ);
	),

	TP_printk("skb=%p dev=%s len=%u spi=%u si=%u node=%u tag=0x%x",
		  __entry->skb, __entry->dev, __entry->len, __entry->spi,
		  __entry->si, __entry->node, __entry->tag)
);

/* On its way to node @node at hop (@spi, @si) */
DEFINE_EVENT(svp_hop, svp_steer,
	TP_PROTO(const struct sk_buff *skb, u32 spi, u8 si, u16 node, u32 tag),
	TP_ARGS(skb, spi, si, node, tag)
);

/* Taken back from node @node, whose flow was found */
DEFINE_EVENT(svp_hop, svp_return,
	TP_PROTO(const struct sk_buff *skb, u32 spi, u8 si, u16 node, u32 tag),
	TP_ARGS(skb, spi, si, node, tag)
);

/* Leaves the planes at guest port @port; @dir is enum svp_dir */
TRACE_EVENT(svp_deliver,
	TP_PROTO(const struct sk_buff *skb, u8 dir, u16 port, u32 tag),

	TP_ARGS(skb, dir, port, tag),

	TP_STRUCT__entry(
		__field(const void *, skb)
		__field(unsigned int, len)
		__field(u32, tag)
		__field(u16, port)
		__field(u8, dir)
		__array(char, dev, IFNAMSIZ)
	),

	TP_fast_assign(
		__entry->skb = skb;
		__entry->len = skb->len;
		__entry->tag = tag;
		__entry->port = port;
		__entry->dir = dir;
		strscpy(__entry->dev, skb->dev ? skb->dev->name : "",
			IFNAMSIZ);
	),

	TP_printk("skb=%p dev=%s len=%u dir=%s port=%u tag=0x%x",
		  __entry->skb, __entry->dev, __entry->len,
		  __entry->dir ? "in" : "out", __entry->port, __entry->tag)
);

/*
 * A control message in the name of node @node; @status is enum svcplane_status,
 * @type as it says itself, 0 if it is too short for one, @tag 0 if it is of no flow
 */
TRACE_EVENT(svp_ctl,
	TP_PROTO(u16 node, u8 type, u32 tag, u8 status),

	TP_ARGS(node, type, tag, status),

	TP_STRUCT__entry(
		__field(u32, tag)
		__field(u16, node)
		__field(u8, type)
		__field(u8, status)
	),

	TP_fast_assign(
		__entry->tag = tag;
		__entry->node = node;
		__entry->type = type;
		__entry->status = status;
	),

	TP_printk("node=%u type=%u tag=0x%x status=%u", __entry->node,
		  __entry->type, __entry->tag, __entry->status)
);

#endif /* SVP_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace

#include <trace/define_trace.h>
