// SPDX-License-Identifier: GPL-2.0-only
/*
 * Netlink: the other hosts of a plane.
 */
#include <net/netlink.h>
#include <uapi/linux/svcplane_wire.h>

#include "extack.h"
#include "genl.h"
#include "nl.h"
#include "nl_host.h"
#include "nl_key.h"
#include "plane.h"

#define NAMED								\
	[SVCPLANE_A_HOST_PLANE] = SVP_NL_PLANE_POLICY,			\
	[SVCPLANE_A_HOST_NAME] = SVP_NL_NAME_POLICY,			\
	[SVCPLANE_A_HOST_ID] = NLA_POLICY_RANGE(NLA_U32, SVCPLANE_HOST_MIN, \
						SVCPLANE_HOST_MAX)

static const struct nla_policy get_policy[SVCPLANE_A_HOST_MAX + 1] = {
	NAMED,
};

static const struct nla_policy new_policy[SVCPLANE_A_HOST_MAX + 1] = {
	NAMED,
	[SVCPLANE_A_HOST_PUBLIC_KEY] = NLA_POLICY_NESTED(svp_nl_key_policy),
};

static const struct nla_policy set_policy[SVCPLANE_A_HOST_MAX + 1] = {
	NAMED,
	[SVCPLANE_A_HOST_NEW_NAME] = SVP_NL_NAME_POLICY,
	[SVCPLANE_A_HOST_PUBLIC_KEY] = NLA_POLICY_NESTED(svp_nl_key_policy),
};

/* The attribute of counter n */
#define A_COUNT(n)	((int)SVCPLANE_A_HOST_RETRANSMITTED + (n))

static_assert(A_COUNT(SVP_HOST_FORGED) == (int)SVCPLANE_A_HOST_FORGED);
static_assert(A_COUNT(SVP_HOST_COUNTS - 1) == (int)SVCPLANE_A_HOST_MAX);
/* Attribute n of a nest of counters is message type n */
static_assert((int)SVCPLANE_A_CTL_COUNT_HELLO == SVCPLANE_CTL_HELLO);
static_assert((int)SVCPLANE_A_CTL_COUNT_USER == SVCPLANE_CTL_USER);
static_assert(SVCPLANE_CTL_MAX + 1 == (int)SVCPLANE_A_CTL_COUNT_PAD);

static size_t host_size(void)
{
	return 2 * SVP_NL_DEV_SIZE + SVP_NL_NAME_SIZE + SVP_NL_KEYS_SIZE +
	       SVP_NL_FLAG_SIZE + 8 * SVP_NL_U32_SIZE +
	       (4 + SVP_HOST_COUNTS) * SVP_NL_U64_SIZE +
	       2 * nla_total_size(SVCPLANE_CTL_MAX * SVP_NL_U64_SIZE);
}

static int put_u64(struct sk_buff *skb, int type, u64 value)
{
	return nla_put_u64_64bit(skb, type, value, SVCPLANE_A_HOST_PAD);
}

static int put_uplink(struct sk_buff *skb, const struct svp_plane *plane,
		      int ifindex)
{
	struct net_device *dev;
	int err = 0;

	if (!ifindex)
		return 0;
	rcu_read_lock();
	dev = dev_get_by_index_rcu(plane->net, ifindex);
	if (dev)
		err = nla_put_string(skb, SVCPLANE_A_HOST_UPLINK, dev->name);
	rcu_read_unlock();
	return err ?: nla_put_u32(skb, SVCPLANE_A_HOST_UPLINK_IFINDEX, ifindex);
}

/* Without a key of this host there is none for the pair */
static bool has_own_key(const struct svp_plane *plane)
{
	struct svp_host_key keys[SVP_HOST_KEYS];

	svp_host_own_public(plane, keys);
	return keys[0].set || keys[1].set;
}

static int put_session(struct sk_buff *skb, const struct svp_plane *plane,
		       const struct svp_host_view *view)
{
	if (svp_nl_put_flag(skb, SVCPLANE_A_HOST_LIVE, view->live) ||
	    nla_put_u32(skb, SVCPLANE_A_HOST_EPOCH, view->epoch) ||
	    (view->peer_epoch && nla_put_u32(skb, SVCPLANE_A_HOST_PEER_EPOCH,
					     view->peer_epoch)) ||
	    (has_own_key(plane) && nla_put_u32(skb, SVCPLANE_A_HOST_KEY_ID,
					       view->key_id)) ||
	    put_u64(skb, SVCPLANE_A_HOST_SENT, view->sent) ||
	    put_u64(skb, SVCPLANE_A_HOST_SEEN, view->seen) ||
	    nla_put_u32(skb, SVCPLANE_A_HOST_OUTSTANDING, view->outstanding))
		return -EMSGSIZE;
	if ((view->live &&
	     put_u64(skb, SVCPLANE_A_HOST_SESSION_AGE, view->session_ms)) ||
	    (view->silent_ms != U64_MAX &&
	     put_u64(skb, SVCPLANE_A_HOST_SILENT, view->silent_ms)) ||
	    (view->rtt_us && nla_put_u32(skb, SVCPLANE_A_HOST_RTT, view->rtt_us)) ||
	    nla_put_u32(skb, SVCPLANE_A_HOST_N_NODES, view->nodes))
		return -EMSGSIZE;
	return 0;
}

static int put_types(struct sk_buff *skb, int attr,
		     const u64 count[SVCPLANE_CTL_MAX + 1])
{
	struct nlattr *nest = nla_nest_start(skb, attr);
	int type;

	if (!nest)
		return -EMSGSIZE;
	for (type = 1; type <= SVCPLANE_CTL_MAX; type++)
		if (nla_put_u64_64bit(skb, type, count[type],
				      SVCPLANE_A_CTL_COUNT_PAD))
			return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_counts(struct sk_buff *skb, const struct svp_host_view *view)
{
	int i;

	if (put_types(skb, SVCPLANE_A_HOST_OUT, view->out) ||
	    put_types(skb, SVCPLANE_A_HOST_IN, view->in))
		return -EMSGSIZE;
	for (i = 0; i < SVP_HOST_COUNTS; i++)
		if (put_u64(skb, A_COUNT(i), view->counts[i]))
			return -EMSGSIZE;
	return 0;
}

static int fill_host(struct sk_buff *skb, struct svp_plane *plane,
		     const void *obj)
{
	const struct svp_host_view *view = obj;

	if (svp_nl_put_plane(skb, SVCPLANE_A_HOST_PLANE, plane) ||
	    nla_put_string(skb, SVCPLANE_A_HOST_NAME, view->name) ||
	    nla_put_u32(skb, SVCPLANE_A_HOST_ID, view->id) ||
	    svp_nl_put_keys(skb, SVCPLANE_A_HOST_PUBLIC_KEY, view->keys) ||
	    put_session(skb, plane, view) ||
	    put_uplink(skb, plane, view->uplink) || put_counts(skb, view))
		return -EMSGSIZE;
	return 0;
}

/**
 * svp_nl_find_host - the host that a request names
 * @info: request
 * @id: attribute with its id
 * @name: attribute with its name; not looked at where there is an id
 *
 * Context: svp_plane.lock.
 * Return: the host, no reference; or an ERR_PTR with its text.
 */
struct svp_host *svp_nl_find_host(struct genl_info *info, int id, int name)
{
	struct nlattr *by_id = info->attrs[id], *by_name = info->attrs[name];
	struct svp_plane *plane = svp_genl_plane(info);
	struct svp_host *host;

	if (!by_id && !by_name) {
		svp_nl_need(info, id, "id or name of the host");
		return ERR_PTR(-EINVAL);
	}
	host = by_id ? svp_host_by_id(plane, nla_get_u32(by_id)) :
		       svp_host_by_name(plane, nla_data(by_name));
	if (host)
		return host;
	if (by_id && nla_get_u32(by_id) == plane->host_id)
		svp_err_attr(info->extack, by_id, "host %u of plane %s is this one",
			     plane->host_id, plane->name);
	else if (by_id)
		svp_err_attr(info->extack, by_id, "plane %s has no host with id %u",
			     plane->name, nla_get_u32(by_id));
	else
		svp_err_attr(info->extack, by_name, "plane %s has no host %s",
			     plane->name, (char *)nla_data(by_name));
	return ERR_PTR(-ENOENT);
}

/* By id, which a name may go with; or by name alone. @view is what it is */
static struct svp_host *find(struct genl_info *info, struct svp_host_view *view)
{
	struct nlattr *name = info->attrs[SVCPLANE_A_HOST_NAME];
	struct svp_host *host = svp_nl_find_host(info, SVCPLANE_A_HOST_ID,
						 SVCPLANE_A_HOST_NAME);

	if (IS_ERR(host))
		return host;
	svp_host_look(host, view);
	if (!name || !strcmp(nla_data(name), view->name))
		return host;
	svp_err_attr(info->extack, name, "host %u is %s, not %s", view->id,
		     view->name, (char *)nla_data(name));
	return ERR_PTR(-ENOENT);
}

static int host_get(struct sk_buff *skb, struct genl_info *info)
{
	struct svp_host_view view;
	struct svp_host *host = find(info, &view);

	if (IS_ERR(host))
		return PTR_ERR(host);
	return svp_genl_reply(info, svp_genl_plane(info), SVCPLANE_CMD_HOST_GET,
			      host_size(), fill_host, &view);
}

static int dump_hosts(struct sk_buff *skb, struct netlink_callback *cb,
		      struct svp_plane *plane)
{
	struct svp_dump *at = svp_dump(cb);
	struct svp_host_view view;
	struct svp_host *host;
	int err = 0;

	mutex_lock(&plane->lock);
	while ((host = svp_host_next(plane, at->at))) {
		svp_host_look(host, &view);
		err = svp_genl_dump_one(skb, cb, SVCPLANE_CMD_HOST_GET, plane,
					fill_host, &view);
		if (err)
			break;
		at->at = view.id;
	}
	mutex_unlock(&plane->lock);
	return err;
}

static int host_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	return svp_genl_dump(skb, cb, dump_hosts);
}

static void tell(struct genl_info *info, const struct svp_host_view *view, u8 cmd)
{
	svp_genl_plane(info)->conf_gen++;
	svp_genl_notify(info, svp_genl_plane(info), cmd, host_size(), fill_host,
			view);
}

static void tell_host(struct genl_info *info, u16 id)
{
	struct svp_host_view view;

	svp_host_look(svp_host_by_id(svp_genl_plane(info), id), &view);
	tell(info, &view, SVCPLANE_CMD_HOST_NTF);
}

/* Where a host is asked for, a number is an id, and all are all of them */
static int get_name(const struct nlattr *attr, char *name,
		    struct netlink_ext_ack *extack)
{
	int err = svp_nl_name(attr, name, "host", extack);

	if (err)
		return err;
	if (strcmp(name, "all") && name[strspn(name, "0123456789")])
		return 0;
	svp_err_attr(extack, attr, "a host cannot be called %s: that would be an id, or all hosts",
		     name);
	return -EINVAL;
}

/* If there are none, @conf keeps its own */
static int get_keys(struct genl_info *info, struct svp_host_conf *conf)
{
	struct svp_host_key keys[SVP_HOST_KEYS] = {};
	int err, i, n;

	n = svp_nl_keys(info, SVCPLANE_A_HOST_PUBLIC_KEY, keys);
	if (n <= 0)
		return n;
	for (i = 0; i < n; i++) {
		err = svp_nl_check_key(svp_genl_plane(info), conf->id,
				       keys[i].key, info->extack);
		if (err)
			return err;
	}
	memcpy(conf->keys, keys, sizeof(conf->keys));
	return 0;
}

static int host_new(struct sk_buff *skb, struct genl_info *info)
{
	struct svp_plane *plane = svp_genl_plane(info);
	struct svp_host_conf conf = {};
	int err;

	if (info->nlhdr->nlmsg_flags & NLM_F_REPLACE) {
		svp_err(info->extack, "a host cannot be replaced; change it with set, or delete it first");
		return -EOPNOTSUPP;
	}
	if (!svp_nl_need(info, SVCPLANE_A_HOST_ID, "id of the host") ||
	    !svp_nl_need(info, SVCPLANE_A_HOST_NAME, "name of the host") ||
	    !svp_nl_need(info, SVCPLANE_A_HOST_PUBLIC_KEY, "public key of the host"))
		return -EINVAL;
	conf.id = nla_get_u32(info->attrs[SVCPLANE_A_HOST_ID]);
	if (conf.id == plane->host_id) {
		svp_err_attr(info->extack, info->attrs[SVCPLANE_A_HOST_ID],
			     "host %u of plane %s is this one: other hosts are listed",
			     conf.id, plane->name);
		return -EINVAL;
	}
	err = get_name(info->attrs[SVCPLANE_A_HOST_NAME], conf.name,
		       info->extack) ?:
	      get_keys(info, &conf) ?: svp_host_add(plane, &conf, info->extack);
	if (err)
		return err;
	tell_host(info, conf.id);
	return 0;
}

static int host_set(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *name = info->attrs[SVCPLANE_A_HOST_NEW_NAME];
	struct svp_host_conf conf = {};
	struct svp_host_view view;
	struct svp_host *host = find(info, &view);
	int err;

	if (IS_ERR(host))
		return PTR_ERR(host);
	conf.id = view.id;
	memcpy(conf.name, view.name, sizeof(conf.name));
	memcpy(conf.keys, view.keys, sizeof(conf.keys));
	err = name ? get_name(name, conf.name, info->extack) : 0;
	err = err ?: get_keys(info, &conf) ?:
		     svp_host_change(host, &conf, info->extack);
	if (err)
		return err;
	tell_host(info, conf.id);
	return 0;
}

static int host_del(struct sk_buff *skb, struct genl_info *info)
{
	struct svp_host_view view;
	struct svp_host *host = find(info, &view);

	if (IS_ERR(host))
		return PTR_ERR(host);
	svp_host_del(host);
	tell(info, &view, SVCPLANE_CMD_HOST_DEL_NTF);
	return 0;
}

static const struct genl_ops ops[] = {
	{
		.cmd = SVCPLANE_CMD_HOST_GET,
		.internal_flags = SVP_GENL_PLANE | SVP_GENL_LOCK,
		.policy = get_policy,
		.maxattr = SVCPLANE_A_HOST_MAX,
		.doit = host_get,
		.start = svp_genl_dump_start,
		.dumpit = host_dump,
	},
	{
		.cmd = SVCPLANE_CMD_HOST_NEW,
		.flags = GENL_ADMIN_PERM,
		.internal_flags = SVP_GENL_PLANE | SVP_GENL_LOCK,
		.policy = new_policy,
		.maxattr = SVCPLANE_A_HOST_MAX,
		.doit = host_new,
	},
	{
		.cmd = SVCPLANE_CMD_HOST_SET,
		.flags = GENL_ADMIN_PERM,
		.internal_flags = SVP_GENL_PLANE | SVP_GENL_LOCK,
		.policy = set_policy,
		.maxattr = SVCPLANE_A_HOST_MAX,
		.doit = host_set,
	},
	{
		.cmd = SVCPLANE_CMD_HOST_DEL,
		.flags = GENL_ADMIN_PERM,
		.internal_flags = SVP_GENL_PLANE | SVP_GENL_LOCK,
		.policy = get_policy,
		.maxattr = SVCPLANE_A_HOST_MAX,
		.doit = host_del,
	},
};

const struct svp_nl_ops svp_nl_host = SVP_NL_OPS(ops);
