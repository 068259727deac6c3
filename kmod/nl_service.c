// SPDX-License-Identifier: GPL-2.0-only
/*
 * Netlink: services.
 */
#include <net/netlink.h>

#include "chain.h"
#include "extack.h"
#include "genl.h"
#include "nl.h"
#include "node.h"
#include "plane.h"
#include "txn.h"

#define SERVICES_MAX	1024	/* of a plane */

#define SERVICE_FLAGS							\
	(SVCPLANE_SERVICE_FLAG_REWRITES | SVCPLANE_SERVICE_FLAG_ORIGINATES)

static_assert((int)SVCPLANE_SERVICE_FLAG_REWRITES == SVP_SERVICE_REWRITES);
static_assert((int)SVCPLANE_SERVICE_FLAG_ORIGINATES == SVP_SERVICE_ORIGINATES);

static const struct nla_policy get_policy[SVCPLANE_A_SERVICE_MAX + 1] = {
	[SVCPLANE_A_SERVICE_PLANE] = SVP_NL_PLANE_POLICY,
	[SVCPLANE_A_SERVICE_NAME] = SVP_NL_NAME_POLICY,
};

static const struct nla_policy new_policy[SVCPLANE_A_SERVICE_MAX + 1] = {
	[SVCPLANE_A_SERVICE_PLANE] = SVP_NL_PLANE_POLICY,
	[SVCPLANE_A_SERVICE_NAME] = SVP_NL_NAME_POLICY,
	[SVCPLANE_A_SERVICE_TYPE] = NLA_POLICY_FULL_RANGE(NLA_U32, &svp_nl_u16),
	[SVCPLANE_A_SERVICE_FLAGS] = NLA_POLICY_MASK(NLA_U32, SERVICE_FLAGS),
};

static size_t service_size(void)
{
	return SVP_NL_DEV_SIZE + SVP_NL_NAME_SIZE + 3 * SVP_NL_U32_SIZE;
}

/* Who names a service; counts, and writes the first few names to @list */
struct users {
	unsigned int n;
	char list[128];
};

static void add_user(struct users *users, const char *kind, const char *name)
{
	size_t used = strlen(users->list);

	if (users->n++ < 4)
		scnprintf(users->list + used, sizeof(users->list) - used,
			  "%s%s %s", used ? ", " : "", kind, name);
	else if (users->n == 5)
		scnprintf(users->list + used, sizeof(users->list) - used, ", ...");
}

static void add_chains(struct users *users, const struct svp_policy *policy,
		       const struct svp_service *service, const char *kind)
{
	const struct svp_chain_set *set;
	unsigned long i;
	u8 s;

	xa_for_each((struct xarray *)&policy->chains, i, set) {
		for (s = 0; s < set->chain->n_services; s++)
			if (set->chain->services[s] == service)
				break;
		if (s < set->chain->n_services)
			add_user(users, kind, set->chain->name);
	}
}

/* @draft: policy in the making that counts too, or NULL */
static void find_users(struct svp_plane *plane,
		       const struct svp_service *service,
		       const struct svp_policy *draft, struct users *users)
{
	struct svp_node *node;
	unsigned long i;

	memset(users, 0, sizeof(*users));
	xa_for_each(&plane->nodes, i, node)
		if (node->service == service)
			add_user(users, "node", node->conf.name);
	add_chains(users, svp_nl_policy(plane), service, "chain");
	if (draft)
		add_chains(users, draft, service, "an open transaction in chain");
}

static int fill_service(struct sk_buff *skb, struct svp_plane *plane,
			const void *obj)
{
	const struct svp_service *service = obj;

	if (svp_nl_put_plane(skb, SVCPLANE_A_SERVICE_PLANE, plane) ||
	    nla_put_string(skb, SVCPLANE_A_SERVICE_NAME, service->name) ||
	    nla_put_u32(skb, SVCPLANE_A_SERVICE_TYPE, service->type) ||
	    nla_put_u32(skb, SVCPLANE_A_SERVICE_FLAGS, service->flags) ||
	    nla_put_u32(skb, SVCPLANE_A_SERVICE_USERS, service->users))
		return -EMSGSIZE;
	return 0;
}

static struct svp_service *find(struct genl_info *info)
{
	struct nlattr *attr = svp_nl_need(info, SVCPLANE_A_SERVICE_NAME,
					  "name of the service");
	struct svp_plane *plane = svp_genl_plane(info);
	struct svp_service *service;

	if (!attr)
		return ERR_PTR(-EINVAL);
	service = svp_plane_service(plane, nla_data(attr));
	if (service)
		return service;
	svp_err_attr(info->extack, attr, "plane %s has no service %s",
		     plane->name, (char *)nla_data(attr));
	return ERR_PTR(-ENOENT);
}

static int service_get(struct sk_buff *skb, struct genl_info *info)
{
	struct svp_service *service = find(info);

	if (IS_ERR(service))
		return PTR_ERR(service);
	return svp_genl_reply(info, svp_genl_plane(info),
			      SVCPLANE_CMD_SERVICE_GET, service_size(),
			      fill_service, service);
}

static int dump_services(struct sk_buff *skb, struct netlink_callback *cb,
			 struct svp_plane *plane)
{
	struct svp_dump *at = svp_dump(cb);
	struct svp_service *service;
	int err = 0;

	mutex_lock(&plane->lock);
	list_for_each_entry(service, &plane->services, list) {
		if (service->seq < at->at)
			continue;
		err = svp_genl_dump_one(skb, cb, SVCPLANE_CMD_SERVICE_GET,
					plane, fill_service, service);
		if (err)
			break;
		at->at = service->seq + 1;
	}
	mutex_unlock(&plane->lock);
	return err;
}

static int service_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	return svp_genl_dump(skb, cb, dump_services);
}

static void tell(struct genl_info *info, const struct svp_service *service,
		 u8 cmd)
{
	svp_genl_plane(info)->conf_gen++;
	svp_genl_notify(info, svp_genl_plane(info), cmd, service_size(),
			fill_service, service);
}

static int check_new(struct svp_plane *plane, const char *name,
		     struct genl_info *info)
{
	if (svp_plane_service(plane, name)) {
		svp_err_attr(info->extack, info->attrs[SVCPLANE_A_SERVICE_NAME],
			     "plane %s has a service %s", plane->name, name);
		return -EEXIST;
	}
	if (list_count_nodes(&plane->services) >= SERVICES_MAX) {
		svp_err(info->extack, "a plane holds at most %u services",
			SERVICES_MAX);
		return -ENOSPC;
	}
	return 0;
}

static int service_new(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *attr = svp_nl_need(info, SVCPLANE_A_SERVICE_NAME,
					  "name of the service");
	struct svp_plane *plane = svp_genl_plane(info);
	struct svp_service *service;
	char name[SVP_NAME_MAX];
	int err;

	if (!attr)
		return -EINVAL;
	err = svp_nl_name(attr, name, "service", info->extack) ?:
	      check_new(plane, name, info);
	if (err)
		return err;
	service = svp_service_alloc(name,
				    svp_nl_u32(info->attrs[SVCPLANE_A_SERVICE_TYPE], 0),
				    svp_nl_u32(info->attrs[SVCPLANE_A_SERVICE_FLAGS], 0));
	if (!service)
		return -ENOMEM;
	service->seq = plane->conf_gen;
	list_add_tail(&service->list, &plane->services);
	tell(info, service, SVCPLANE_CMD_SERVICE_NTF);
	return 0;
}

static int service_del(struct sk_buff *skb, struct genl_info *info)
{
	struct svp_plane *plane = svp_genl_plane(info);
	struct svp_service *service = find(info);
	struct users users;

	if (IS_ERR(service))
		return PTR_ERR(service);
	find_users(plane, service, svp_txn_draft(plane), &users);
	if (users.n) {
		svp_err_attr(info->extack, info->attrs[SVCPLANE_A_SERVICE_NAME],
			     "service %s is used by %s", service->name,
			     users.list);
		return -EBUSY;
	}
	list_del(&service->list);
	tell(info, service, SVCPLANE_CMD_SERVICE_DEL_NTF);
	svp_service_put(service);
	return 0;
}

static const struct genl_ops ops[] = {
	{
		.cmd = SVCPLANE_CMD_SERVICE_GET,
		.internal_flags = SVP_GENL_PLANE | SVP_GENL_LOCK,
		.policy = get_policy,
		.maxattr = SVCPLANE_A_SERVICE_MAX,
		.doit = service_get,
		.start = svp_genl_dump_start,
		.dumpit = service_dump,
	},
	{
		.cmd = SVCPLANE_CMD_SERVICE_NEW,
		.flags = GENL_ADMIN_PERM,
		.internal_flags = SVP_GENL_PLANE | SVP_GENL_LOCK,
		.policy = new_policy,
		.maxattr = SVCPLANE_A_SERVICE_MAX,
		.doit = service_new,
	},
	{
		.cmd = SVCPLANE_CMD_SERVICE_DEL,
		.flags = GENL_ADMIN_PERM,
		.internal_flags = SVP_GENL_PLANE | SVP_GENL_LOCK,
		.policy = get_policy,
		.maxattr = SVCPLANE_A_SERVICE_MAX,
		.doit = service_del,
	},
};

const struct svp_nl_ops svp_nl_service = SVP_NL_OPS(ops);
