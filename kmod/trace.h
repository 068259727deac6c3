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

/* A frame is about to be freed; @reason is enum svp_drop_reason */
TRACE_EVENT(svp_drop,
	TP_PROTO(const struct sk_buff *skb, enum svp_drop_reason reason),

	TP_ARGS(skb, reason),

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
		__entry->len = skb->len;
		__entry->protocol = ntohs(skb->protocol);
		__entry->reason = reason;
		strscpy(__entry->name, svp_drop_name(reason), SVP_TRACE_NAME);
		strscpy(__entry->dev, skb->dev ? skb->dev->name : "",
			IFNAMSIZ);
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
 * A control message; @sent or received, @status as wire.md 4.1 numbers it, or
 * a negative errno for one that was refused before it had a status.
 */
TRACE_EVENT(svp_ctl,
	TP_PROTO(bool sent, u8 type, u16 origin, u16 destination, u32 epoch,
		 u64 seq, int status),

	TP_ARGS(sent, type, origin, destination, epoch, seq, status),

	TP_STRUCT__entry(
		__field(u64, seq)
		__field(u32, epoch)
		__field(int, status)
		__field(u16, origin)
		__field(u16, destination)
		__field(u8, type)
		__field(bool, sent)
	),

	TP_fast_assign(
		__entry->seq = seq;
		__entry->epoch = epoch;
		__entry->status = status;
		__entry->origin = origin;
		__entry->destination = destination;
		__entry->type = type;
		__entry->sent = sent;
	),

	TP_printk("%s type=%u origin=%u destination=%u epoch=0x%08x seq=%llu status=%d",
		  __entry->sent ? "sent" : "received", __entry->type,
		  __entry->origin, __entry->destination, __entry->epoch,
		  __entry->seq, __entry->status)
);

#endif /* SVP_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace

#include <trace/define_trace.h>
