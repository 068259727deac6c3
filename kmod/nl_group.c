// SPDX-License-Identifier: GPL-2.0-only
/*
 * Netlink: groups of prefixes and MACs.
 */
#include <net/netlink.h>

#include "extack.h"
#include "genl.h"
#include "nl.h"
#include "plane.h"
#include "policy.h"
#include "rule.h"
#include "txn.h"

#define PART_ENTRIES	64	/* of a group in one message */

static const struct nla_policy get_policy[SVCPLANE_A_GROUP_MAX + 1] = {
	[SVCPLANE_A_GROUP_PLANE] = SVP_NL_PLANE_POLICY,
	[SVCPLANE_A_GROUP_NAME] = SVP_NL_NAME_POLICY,
};

static const struct nla_policy new_policy[SVCPLANE_A_GROUP_MAX + 1] = {
	[SVCPLANE_A_GROUP_PLANE] = SVP_NL_PLANE_POLICY,
	[SVCPLANE_A_GROUP_NAME] = SVP_NL_NAME_POLICY,
	[SVCPLANE_A_GROUP_ENTRY] = NLA_POLICY_NESTED(svp_nl_prefix_policy),
};

/* Some entries of a group; none in notifications */
struct part {
	const struct svp_group *group;
	u32 first, n;
};

static size_t head_size(void)
{
	return SVP_NL_DEV_SIZE + SVP_NL_NAME_SIZE + 3 * SVP_NL_U32_SIZE;
}

static int fill_group(struct sk_buff *skb, struct svp_plane *plane,
		      const void *obj)
{
	const struct part *part = obj;
	u32 i;

	if (svp_nl_put_plane(skb, SVCPLANE_A_GROUP_PLANE, plane) ||
	    nla_put_string(skb, SVCPLANE_A_GROUP_NAME, part->group->name) ||
	    nla_put_u32(skb, SVCPLANE_A_GROUP_ID, part->group->id) ||
	    nla_put_u32(skb, SVCPLANE_A_GROUP_N_ENTRIES, part->group->n) ||
	    nla_put_u32(skb, SVCPLANE_A_GROUP_OFFSET, part->first))
		return -EMSGSIZE;
	for (i = part->first; i < part->first + part->n; i++)
		if (svp_nl_put_prefix(skb, SVCPLANE_A_GROUP_ENTRY,
				      &part->group->entry[i]))
			return -EMSGSIZE;
	return 0;
}

/* @at->part: first entry that has not been written */
static int dump_group(struct sk_buff *skb, struct netlink_callback *cb,
		      struct svp_plane *plane, const struct svp_group *group)
{
	struct svp_dump *at = svp_dump(cb);
	struct part part = { .group = group };
	int err;

	do {
		part.first = min(at->part, group->n);
		part.n = min_t(u32, group->n - part.first, PART_ENTRIES);
		err = svp_genl_dump_one(skb, cb, SVCPLANE_CMD_GROUP_GET, plane,
					fill_group, &part);
		if (err)
			return err;
		at->part = part.first + part.n;
	} while (at->part < group->n);
	at->part = 0;
	return 0;
}

static int dump_groups(struct sk_buff *skb, struct netlink_callback *cb,
		       struct svp_plane *plane)
{
	struct nlattr **attrs = genl_info_dump(cb)->attrs;
	struct nlattr *name = attrs ? attrs[SVCPLANE_A_GROUP_NAME] : NULL;
	struct svp_dump *at = svp_dump(cb);
	struct svp_group *group;
	unsigned long id;
	int err = 0;

	mutex_lock(&plane->lock);
	xa_for_each_start(&svp_nl_policy(plane)->groups, id, group, at->at) {
		if (name && strcmp(group->name, nla_data(name)))
			continue;
		/* the group that the last message ended in may be gone */
		if (id != at->at)
			at->part = 0;
		at->at = id;
		err = dump_group(skb, cb, plane, group);
		if (err)
			break;
		at->at = id + 1;
	}
	mutex_unlock(&plane->lock);
	return err;
}

static int group_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	return svp_genl_dump(skb, cb, dump_groups);
}

static int group_dump_start(struct netlink_callback *cb)
{
	struct nlattr **attrs = genl_info_dump(cb)->attrs;

	if (attrs && attrs[SVCPLANE_A_GROUP_NAME] &&
	    !attrs[SVCPLANE_A_GROUP_PLANE]) {
		svp_err(cb->extack, "the plane of the group is missing");
		return -EINVAL;
	}
	return svp_genl_dump_start(cb);
}

static void tell(struct genl_info *info, const struct svp_group *group, u8 cmd)
{
	struct part part = { .group = group };

	svp_genl_notify(info, svp_genl_plane(info), cmd, head_size(),
			fill_group, &part);
}

static u32 count_entries(struct genl_info *info)
{
	const struct nlattr *attr;
	u32 n = 0;
	int rem;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem)
		n += nla_type(attr) == SVCPLANE_A_GROUP_ENTRY;
	return n;
}

static int read_entries(struct genl_info *info, struct svp_group *group)
{
	const struct nlattr *attr;
	u32 n = 0;
	int rem, err;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(attr) != SVCPLANE_A_GROUP_ENTRY)
			continue;
		err = svp_nl_prefix(attr, &group->entry[n++], info->extack);
		if (err)
			return err;
	}
	return 0;
}

/* Made before any lock is taken; with a reference */
static struct svp_group *read_group(struct genl_info *info)
{
	struct nlattr *attr = svp_nl_need(info, SVCPLANE_A_GROUP_NAME,
					  "name of the group");
	u32 n = count_entries(info);
	struct svp_group *group;
	char name[SVP_NAME_MAX];
	int err;

	if (!attr)
		return ERR_PTR(-EINVAL);
	err = svp_nl_name(attr, name, "group", info->extack);
	if (err)
		return ERR_PTR(err);
	if (n > SVP_GROUP_ENTRIES) {
		svp_err(info->extack, "group %s has %u entries, at most %u are allowed",
			name, n, SVP_GROUP_ENTRIES);
		return ERR_PTR(-E2BIG);
	}
	group = svp_group_alloc(name, n);
	if (!group)
		return ERR_PTR(-ENOMEM);
	err = read_entries(info, group);
	if (err) {
		svp_group_put(group);
		return ERR_PTR(err);
	}
	return group;
}

static int group_new(struct sk_buff *skb, struct genl_info *info)
{
	bool replace = info->nlhdr->nlmsg_flags & NLM_F_REPLACE;
	struct svp_plane *plane = svp_genl_plane(info);
	struct svp_group *group = read_group(info);
	struct svp_txn_write write;
	int err;

	if (IS_ERR(group))
		return svp_txn_spoil(plane, info, PTR_ERR(group));
	err = svp_txn_write_begin(&write, plane, info);
	if (!err) {
		err = svp_policy_add_group(write.policy, group, replace,
					   info->extack);
		err = svp_txn_write_end(&write, err, info->extack);
		if (!err && !write.txn)
			tell(info, group, SVCPLANE_CMD_GROUP_NTF);
	}
	svp_group_put(group);
	return err;
}

static int group_del(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *attr = svp_nl_need(info, SVCPLANE_A_GROUP_NAME,
					  "name of the group");
	struct svp_plane *plane = svp_genl_plane(info);
	struct svp_txn_write write;
	struct svp_group *group;
	int err;

	if (!attr)
		return svp_txn_spoil(plane, info, -EINVAL);
	err = svp_txn_write_begin(&write, plane, info);
	if (err)
		return err;
	group = svp_policy_group(write.policy, nla_data(attr));
	if (group)
		svp_group_hold(group);
	err = svp_policy_del_group(write.policy, nla_data(attr), info->extack);
	err = svp_txn_write_end(&write, err, info->extack);
	if (!err && !write.txn)
		tell(info, group, SVCPLANE_CMD_GROUP_DEL_NTF);
	svp_group_put(group);
	return err;
}

static const struct genl_ops ops[] = {
	{
		.cmd = SVCPLANE_CMD_GROUP_GET,
		.policy = get_policy,
		.maxattr = SVCPLANE_A_GROUP_MAX,
		.start = group_dump_start,
		.dumpit = group_dump,
	},
	{
		.cmd = SVCPLANE_CMD_GROUP_NEW,
		.flags = GENL_ADMIN_PERM,
		.internal_flags = SVP_GENL_PLANE,
		.policy = new_policy,
		.maxattr = SVCPLANE_A_GROUP_MAX,
		.doit = group_new,
	},
	{
		.cmd = SVCPLANE_CMD_GROUP_DEL,
		.flags = GENL_ADMIN_PERM,
		.internal_flags = SVP_GENL_PLANE,
		.policy = get_policy,
		.maxattr = SVCPLANE_A_GROUP_MAX,
		.doit = group_del,
	},
};

const struct svp_nl_ops svp_nl_group = SVP_NL_OPS(ops);
