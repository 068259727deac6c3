/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The generic netlink family: what all of its commands have in common.
 */
#ifndef SVP_GENL_H
#define SVP_GENL_H

#include <linux/bits.h>
#include <net/genetlink.h>

#include "plane.h"
#include "svcplane.h"

struct netlink_ext_ack;

/*
 * genl_ops.internal_flags: what a command wants resolved and held. All are
 * released after it. Locks are taken in the order of DOC: locking.
 */
#define SVP_GENL_PLANE	BIT(0)	/* attribute 1 names a plane */
#define SVP_GENL_RTNL	BIT(1)	/* RTNL */
#define SVP_GENL_LOCK	BIT(2)	/* svp_plane.lock */

/* Every attribute set has the name of the plane as its first */
#define SVP_GENL_A_PLANE	1

enum svp_genl_group { SVP_GROUP_CONFIG, SVP_GROUP_CONTROL, SVP_GROUP_FLOW };

/* With SVP_GENL_PLANE: the plane, held */
static inline struct svp_plane *svp_genl_plane(const struct genl_info *info)
{
	return info->user_ptr[0];
}

/**
 * typedef svp_genl_fill - writes the attributes of an object
 * @skb: message
 * @plane: plane of the object
 * @obj: the object
 *
 * Return: 0 or -EMSGSIZE, then the caller trims the message.
 */
typedef int (*svp_genl_fill)(struct sk_buff *skb, struct svp_plane *plane,
			     const void *obj);

int svp_genl_reply(struct genl_info *info, struct svp_plane *plane, u8 cmd,
		   size_t size, svp_genl_fill fill, const void *obj);
void svp_genl_answer(struct sk_buff *request, struct genl_info *info,
		     struct svp_plane *plane, u8 cmd, size_t size,
		     svp_genl_fill fill, const void *obj);
void svp_genl_notify(struct genl_info *info, struct svp_plane *plane, u8 cmd,
		     size_t size, svp_genl_fill fill, const void *obj);
bool svp_genl_listened(struct net *net, enum svp_genl_group group);
void svp_genl_multicast(struct net *net, enum svp_genl_group group, u8 cmd,
			size_t size, svp_genl_fill fill,
			struct svp_plane *plane, const void *obj);
void svp_genl_unicast(struct net *net, u32 portid, u8 cmd, size_t size,
		      svp_genl_fill fill, struct svp_plane *plane,
		      const void *obj);

/**
 * struct svp_dump - cursor of a dump, in netlink_callback.ctx
 * @ifindex: plane in hand; planes are shown in this order
 * @one: only that plane
 * @live: what is shown changes all the time: never marked interrupted
 * @finished: nothing is left
 * @at: next object of the plane, by its number
 * @part: within that object
 * @priv: of the command; its done callback frees it
 */
struct svp_dump {
	int ifindex;
	bool one;
	bool live;
	bool finished;
	u32 at;
	u32 part;
	void *priv;
};

static inline struct svp_dump *svp_dump(struct netlink_callback *cb)
{
	NL_ASSERT_DUMP_CTX_FITS(struct svp_dump);
	return (struct svp_dump *)cb->ctx;
}

/*
 * Writes the objects of @plane from the cursor on. 0: all written; -EMSGSIZE:
 * the message is full, the cursor stands at what did not fit.
 */
typedef int (*svp_genl_dumper)(struct sk_buff *skb,
			       struct netlink_callback *cb,
			       struct svp_plane *plane);

int svp_genl_dump_start(struct netlink_callback *cb);
int svp_genl_dump(struct sk_buff *skb, struct netlink_callback *cb,
		  svp_genl_dumper dumper);
int svp_genl_dump_one(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd,
		      struct svp_plane *plane, svp_genl_fill fill,
		      const void *obj);

/* The single family; @ops stays with the caller */
int svp_genl_init(const struct genl_ops *ops, unsigned int n_ops);
void svp_genl_exit(void);

#endif
