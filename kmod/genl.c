// SPDX-License-Identifier: GPL-2.0-only
/*
 * The generic netlink family. Objects and their attributes are the matter of
 * nl_<object>.c; here is what they share: finding and locking the plane a
 * command is about, replies, notifications and dumps.
 */
#include <linux/hash.h>
#include <linux/module.h>
#include <linux/rtnetlink.h>
#include <net/genetlink.h>
#include <net/netlink.h>
#include <net/sock.h>
#include <uapi/linux/svcplane.h>

#include "extack.h"
#include "genl.h"
#include "plane.h"

static struct genl_family family;

static struct svp_plane *resolve_plane(struct net *net, struct nlattr **attrs,
				       struct netlink_ext_ack *extack)
{
	struct nlattr *attr = attrs ? attrs[SVP_GENL_A_PLANE] : NULL;
	struct svp_plane *plane;

	if (!attr) {
		NL_SET_ERR_MSG(extack, "a plane must be named");
		NL_SET_ERR_ATTR_MISS(extack, NULL, SVP_GENL_A_PLANE);
		return ERR_PTR(-EINVAL);
	}
	plane = svp_plane_get(net, nla_data(attr));
	if (!plane) {
		svp_err_attr(extack, attr, "no service plane %s here; ip link add makes one",
			     (char *)nla_data(attr));
		return ERR_PTR(-ENODEV);
	}
	return plane;
}

/* A plane whose device goes between its look-up and RTNL takes nothing new */
static int check_alive(struct svp_plane *plane, struct netlink_ext_ack *extack)
{
	if (rcu_access_pointer(plane->dev))
		return 0;
	svp_err(extack, "service plane %s is being deleted", plane->name);
	return -ENODEV;
}

static void unlock(struct svp_plane *plane, u8 flags)
{
	if (flags & SVP_GENL_LOCK)
		mutex_unlock(&plane->lock);
	if (flags & SVP_GENL_RTNL)
		rtnl_unlock();
	if (flags & SVP_GENL_PLANE)
		svp_plane_put(plane);
}

static int pre_doit(const struct genl_split_ops *ops, struct sk_buff *skb,
		    struct genl_info *info)
{
	struct svp_plane *plane = NULL;
	int err = 0;

	if (ops->internal_flags & SVP_GENL_PLANE) {
		plane = resolve_plane(genl_info_net(info), info->attrs,
				      info->extack);
		if (IS_ERR(plane))
			return PTR_ERR(plane);
		info->user_ptr[0] = plane;
	}
	if (ops->internal_flags & SVP_GENL_RTNL)
		rtnl_lock();
	if (ops->internal_flags & SVP_GENL_LOCK)
		mutex_lock(&plane->lock);
	if (plane)
		err = check_alive(plane, info->extack);
	if (err)
		unlock(plane, ops->internal_flags);
	return err;
}

static void post_doit(const struct genl_split_ops *ops, struct sk_buff *skb,
		      struct genl_info *info)
{
	unlock(info->user_ptr[0], ops->internal_flags);
}

static struct sk_buff *build(u32 portid, u32 seq, u8 cmd, size_t size,
			     svp_genl_fill fill, struct svp_plane *plane,
			     const void *obj, gfp_t gfp)
{
	struct sk_buff *skb = genlmsg_new(size, gfp);
	void *head;
	int err;

	if (!skb)
		return ERR_PTR(-ENOMEM);
	head = genlmsg_put(skb, portid, seq, &family, 0, cmd);
	err = head ? fill(skb, plane, obj) : -EMSGSIZE;
	/* the size was computed: it being too small is a mistake in there */
	WARN_ON_ONCE(err == -EMSGSIZE);
	if (err) {
		nlmsg_free(skb);
		return ERR_PTR(err);
	}
	genlmsg_end(skb, head);
	return skb;
}

/**
 * svp_genl_reply - answer a request with an object
 * @info: request
 * @plane: plane of the object
 * @cmd: command of the answer, the same as that of the request
 * @size: bytes that @fill needs at most
 * @fill: writes the object
 * @obj: the object
 *
 * Context: of a command, with what @fill needs held.
 * Return: 0 or a negative errno.
 */
int svp_genl_reply(struct genl_info *info, struct svp_plane *plane, u8 cmd,
		   size_t size, svp_genl_fill fill, const void *obj)
{
	struct sk_buff *skb;

	skb = build(info->snd_portid, info->snd_seq, cmd, size, fill, plane, obj,
		    GFP_KERNEL);
	return IS_ERR(skb) ? PTR_ERR(skb) : genlmsg_reply(skb, info);
}

/**
 * svp_genl_answer - answer a request that has already been done
 * @request: as its handler got it
 * @info: request
 * @plane: plane of the object
 * @cmd: command of the answer, the same as that of the request
 * @size: bytes that @fill needs at most
 * @fill: writes the object
 * @obj: the object
 *
 * No error is returned: that would say that nothing was done. As where an ACK
 * is lost, the socket learns by ENOBUFS that an answer was.
 *
 * Context: of a command, with what @fill needs held.
 */
void svp_genl_answer(struct sk_buff *request, struct genl_info *info,
		     struct svp_plane *plane, u8 cmd, size_t size,
		     svp_genl_fill fill, const void *obj)
{
	struct sock *sk = NETLINK_CB(request).sk;

	if (!svp_genl_reply(info, plane, cmd, size, fill, obj))
		return;
	WRITE_ONCE(sk->sk_err, ENOBUFS);
	sk_error_report(sk);
}

/**
 * svp_genl_notify - tell the group config that a request has changed an object
 * @info: request; with NLM_F_ECHO its sender is told too
 * @plane: plane of the object
 * @cmd: command of the notification
 * @size: bytes that @fill needs at most
 * @fill: writes the object as the answer to a get does
 * @obj: the object
 *
 * Context: of a command, with what @fill needs held.
 */
void svp_genl_notify(struct genl_info *info, struct svp_plane *plane, u8 cmd,
		     size_t size, svp_genl_fill fill, const void *obj)
{
	struct net *net = genl_info_net(info);
	struct sk_buff *skb;

	if (!svp_genl_listened(net, SVP_GROUP_CONFIG) &&
	    !(info->nlhdr->nlmsg_flags & NLM_F_ECHO))
		return;
	skb = build(info->snd_portid, info->snd_seq, cmd, size, fill, plane, obj,
		    GFP_KERNEL);
	if (IS_ERR(skb)) {
		genl_set_err(&family, net, 0, SVP_GROUP_CONFIG, -ENOBUFS);
		return;
	}
	genl_notify(&family, skb, info, SVP_GROUP_CONFIG, GFP_KERNEL);
}

/**
 * svp_genl_listened - does anybody listen to a group?
 * @net: namespace
 * @group: the group
 *
 * Context: any.
 */
bool svp_genl_listened(struct net *net, enum svp_genl_group group)
{
	return genl_has_listeners(&family, net, group);
}

/**
 * svp_genl_multicast - tell a group what happened without a request
 * @net: namespace whose listeners are told, no other
 * @group: the group
 * @cmd: command of the notification
 * @size: bytes that @fill needs at most
 * @fill: writes the object
 * @plane: plane of the object
 * @obj: the object
 *
 * Context: any. A listener that is lost something to reads ENOBUFS.
 */
void svp_genl_multicast(struct net *net, enum svp_genl_group group, u8 cmd,
			size_t size, svp_genl_fill fill,
			struct svp_plane *plane, const void *obj)
{
	struct sk_buff *skb;

	skb = build(0, 0, cmd, size, fill, plane, obj, GFP_ATOMIC);
	if (IS_ERR(skb))
		genl_set_err(&family, net, 0, group, -ENOBUFS);
	else
		genlmsg_multicast_netns(&family, net, skb, 0, group, GFP_ATOMIC);
}

/**
 * svp_genl_unicast - tell one socket what happened, without a request
 * @net: its namespace
 * @portid: its port
 * @cmd: command of the message
 * @size: bytes that @fill needs at most
 * @fill: writes the object
 * @plane: plane of the object
 * @obj: the object
 *
 * Context: any. What does not fit into its receive buffer is lost.
 */
void svp_genl_unicast(struct net *net, u32 portid, u8 cmd, size_t size,
		      svp_genl_fill fill, struct svp_plane *plane,
		      const void *obj)
{
	struct sk_buff *skb;

	skb = build(0, 0, cmd, size, fill, plane, obj, GFP_ATOMIC);
	if (!IS_ERR(skb))
		genlmsg_unicast(net, skb, portid);
}

/**
 * svp_genl_dump_start - find the plane a dump is about, if it names one
 * @cb: dump
 *
 * Return: 0 or -ENODEV.
 */
int svp_genl_dump_start(struct netlink_callback *cb)
{
	struct nlattr **attrs = genl_info_dump(cb)->attrs;
	struct svp_dump *at = svp_dump(cb);
	struct net_device *dev;
	struct svp_plane *plane;

	memset(at, 0, sizeof(*at));
	if (!attrs || !attrs[SVP_GENL_A_PLANE])
		return 0;
	plane = resolve_plane(sock_net(cb->skb->sk), attrs, cb->extack);
	if (IS_ERR(plane))
		return PTR_ERR(plane);
	rcu_read_lock();
	dev = rcu_dereference(plane->dev);
	at->one = true;
	at->ifindex = dev ? dev->ifindex : 0;
	at->finished = !dev;
	rcu_read_unlock();
	svp_plane_put(plane);
	return 0;
}

/* The plane in hand if it is still there, else the next by ifindex; held */
static struct svp_plane *next_plane(struct net *net, struct svp_dump *at)
{
	struct svp_plane *plane, *best = NULL;
	struct net_device *dev;
	int ifindex = INT_MAX;

	rcu_read_lock();
	list_for_each_entry_rcu(plane, &svp_net(net)->planes, list) {
		dev = rcu_dereference(plane->dev);
		if (!dev || dev->ifindex < at->ifindex ||
		    dev->ifindex >= ifindex || (at->one && dev->ifindex != at->ifindex))
			continue;
		best = plane;
		ifindex = dev->ifindex;
	}
	if (best && !refcount_inc_not_zero(&best->ref))
		best = NULL;
	rcu_read_unlock();
	if (best && ifindex != at->ifindex) {
		at->ifindex = ifindex;
		at->at = 0;
		at->part = 0;
	}
	return best;
}

/*
 * Changes whenever a policy or the set of planes does. A sum is enough: what
 * matters is that it differs from that of the message before. Planes are told
 * apart by their devices, or a new one would stand in for one that went.
 */
static u32 generation(struct net *net, const struct svp_dump *at)
{
	struct svp_plane *plane;
	struct net_device *dev;
	u32 sum = 1;

	rcu_read_lock();
	list_for_each_entry_rcu(plane, &svp_net(net)->planes, list) {
		dev = rcu_dereference(plane->dev);
		if (dev && (!at->one || dev->ifindex == at->ifindex))
			sum += hash_32(dev->ifindex, 32) +
			       READ_ONCE(plane->conf_gen) +
			       rcu_dereference(plane->policy)->gen;
	}
	rcu_read_unlock();
	return sum ?: 1;
}

/**
 * svp_genl_dump - go on with a dump over one plane or all
 * @skb: message
 * @cb: dump, begun by svp_genl_dump_start()
 * @dumper: writes the objects of one plane; the plane is held, no lock is
 *
 * Return: bytes written, 0 at the end, or a negative errno.
 */
int svp_genl_dump(struct sk_buff *skb, struct netlink_callback *cb,
		  svp_genl_dumper dumper)
{
	struct net *net = sock_net(cb->skb->sk);
	struct svp_dump *at = svp_dump(cb);
	struct svp_plane *plane;
	int err = 0;

	cb->seq = at->live ? 1 : generation(net, at);
	while (!at->finished) {
		plane = next_plane(net, at);
		if (!plane)
			break;
		err = dumper(skb, cb, plane);
		svp_plane_put(plane);
		if (err)
			break;
		at->at = 0;
		at->part = 0;
		at->finished = at->one;
		/* The end of a dump has a generation too: that of its plane */
		if (!at->one)
			at->ifindex++;
	}
	if (err && (err != -EMSGSIZE || !skb->len))
		return err;
	if (!err)
		at->finished = true;
	return skb->len;
}

/**
 * svp_genl_dump_one - add an object to a dump
 * @skb: message
 * @cb: dump
 * @cmd: command of the answer
 * @plane: plane of the object
 * @fill: writes the object
 * @obj: the object
 *
 * Return: 0 or -EMSGSIZE; the message then ends with the object before.
 */
int svp_genl_dump_one(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd,
		      struct svp_plane *plane, svp_genl_fill fill,
		      const void *obj)
{
	void *head;
	int err;

	head = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			   &family, NLM_F_MULTI, cmd);
	if (!head)
		return -EMSGSIZE;
	genl_dump_check_consistent(cb, head);
	err = fill(skb, plane, obj);
	if (err) {
		genlmsg_cancel(skb, head);
		return err;
	}
	genlmsg_end(skb, head);
	return 0;
}

static const struct genl_multicast_group groups[] = {
	[SVP_GROUP_CONFIG] = { .name = SVCPLANE_MCGRP_CONFIG },
	[SVP_GROUP_CONTROL] = {
		.name = SVCPLANE_MCGRP_CONTROL,
		.flags = GENL_MCAST_CAP_NET_ADMIN,
	},
	[SVP_GROUP_FLOW] = {
		.name = SVCPLANE_MCGRP_FLOW,
		.flags = GENL_MCAST_CAP_NET_ADMIN,
	},
};

/*
 * parallel_ops stays false: genl_mutex makes commands and dumps one at a time,
 * so that between two steps of a command only devices can come and go.
 */
static struct genl_family family __ro_after_init = {
	.name = SVCPLANE_GENL_NAME,
	.version = SVCPLANE_GENL_VERSION,
	.module = THIS_MODULE,
	.netnsok = true,
	/* Strict headers would refuse NLM_F_REPLACE */
	.resv_start_op = SVCPLANE_CMD_MAX + 1,
	.pre_doit = pre_doit,
	.post_doit = post_doit,
	.mcgrps = groups,
	.n_mcgrps = ARRAY_SIZE(groups),
};

/**
 * svp_genl_init - register the family
 * @ops: its commands
 * @n_ops: how many
 *
 * Return: 0 or a negative errno.
 */
int svp_genl_init(const struct genl_ops *ops, unsigned int n_ops)
{
	family.ops = ops;
	family.n_ops = n_ops;
	return genl_register_family(&family);
}

/**
 * svp_genl_exit - unregister the family; no command runs any more after it
 */
void svp_genl_exit(void)
{
	genl_unregister_family(&family);
}

MODULE_ALIAS_GENL_FAMILY(SVCPLANE_GENL_NAME);
