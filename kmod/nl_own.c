// SPDX-License-Identifier: GPL-2.0-only
/*
 * Netlink: who this host is in a plane: tenant, host id, private keys.
 */
#include <net/netlink.h>

#include "extack.h"
#include "genl.h"
#include "mac.h"
#include "nl.h"
#include "nl_host.h"
#include "nl_key.h"
#include "node.h"
#include "plane.h"

/* What a plane has, and is to have */
struct identity {
	u32 tenant;
	u16 host_id;
};

/* May a host own the node? Those that list none are of whatever host this is */
static bool lists(const struct svp_node *node, u16 host_id)
{
	u8 i;

	for (i = 0; i < node->conf.n_hosts; i++)
		if (node->conf.hosts[i] == host_id)
			return true;
	return !node->conf.n_hosts;
}

/* Which devices are taken for nodes was decided by the host id they came with */
static int check_nodes(struct svp_plane *plane, u16 host_id,
		       const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	struct svp_node *node;
	unsigned long i;

	xa_for_each(&plane->nodes, i, node) {
		if (lists(node, host_id) == lists(node, plane->host_id))
			continue;
		svp_err_attr(extack, attr,
			     "node %s lists host %u and not host %u: delete it first",
			     node->conf.name,
			     lists(node, host_id) ? host_id : plane->host_id,
			     lists(node, host_id) ? plane->host_id : host_id);
		return -EBUSY;
	}
	return 0;
}

static int check_host_id(struct svp_plane *plane, u16 host_id,
			 const struct nlattr *attr,
			 struct netlink_ext_ack *extack)
{
	const struct svp_host *peer = svp_host_by_id(plane, host_id);
	struct svp_host_view view;

	if (host_id == plane->host_id)
		return 0;
	if (peer) {
		svp_host_look(peer, &view);
		svp_err_attr(extack, attr, "host id %u is that of host %s, which is listed",
			     host_id, view.name);
		return -EEXIST;
	}
	return check_nodes(plane, host_id, attr, extack);
}

static int check_keys(struct svp_plane *plane,
		      const struct svp_host_key keys[SVP_HOST_KEYS], int n,
		      struct netlink_ext_ack *extack)
{
	u8 public[SVP_KEY_LEN];
	int err, i;

	for (i = 0; i < n; i++) {
		svp_mac_public(public, keys[i].key);
		err = svp_nl_check_key(plane, plane->host_id, public, extack);
		if (err)
			return err;
	}
	return 0;
}

/* All pair keys are made with both numbers, and so are all sessions */
static int set_identity(struct svp_plane *plane, const struct identity *to,
			struct netlink_ext_ack *extack)
{
	struct identity was = { plane->tenant, plane->host_id };
	int err;

	if (to->tenant == was.tenant && to->host_id == was.host_id)
		return 0;
	WRITE_ONCE(plane->tenant, to->tenant);
	WRITE_ONCE(plane->host_id, to->host_id);
	err = svp_host_renew(plane, extack);
	if (err) {
		WRITE_ONCE(plane->tenant, was.tenant);
		WRITE_ONCE(plane->host_id, was.host_id);
	}
	return err;
}

static int set_both(struct svp_plane *plane, const struct identity *to,
		    const struct svp_host_key keys[SVP_HOST_KEYS], int n,
		    struct netlink_ext_ack *extack)
{
	struct identity was = { plane->tenant, plane->host_id };
	int err;

	err = set_identity(plane, to, extack);
	if (err || !n)
		return err;
	err = svp_host_set_own(plane, keys, extack);
	if (err)
		set_identity(plane, &was, NULL);
	return err;
}

/**
 * svp_nl_set_own - let this host be another, or have other keys
 * @info: request of set plane; the caller wipes its private keys
 *
 * What it leaves out stays.
 *
 * Context: RTNL, svp_plane.lock.
 * Return: 0 or a negative errno with its text; then nothing has changed.
 */
int svp_nl_set_own(struct genl_info *info)
{
	struct nlattr *id = info->attrs[SVCPLANE_A_PLANE_HOST_ID];
	struct nlattr *tenant = info->attrs[SVCPLANE_A_PLANE_TENANT];
	struct svp_plane *plane = svp_genl_plane(info);
	struct identity to = {
		.tenant = svp_nl_u32(tenant, plane->tenant),
		.host_id = svp_nl_u32(id, plane->host_id),
	};
	struct svp_host_key keys[SVP_HOST_KEYS] = {};
	int n, err;

	n = svp_nl_private_keys(info, SVCPLANE_A_PLANE_PRIVATE_KEY, keys);
	err = n < 0 ? n : check_host_id(plane, to.host_id, id, info->extack) ?:
			  check_keys(plane, keys, n, info->extack) ?:
			  set_both(plane, &to, keys, n, info->extack);
	memzero_explicit(keys, sizeof(keys));
	return err;
}
