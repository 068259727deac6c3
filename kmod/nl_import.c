// SPDX-License-Identifier: GPL-2.0-only
/*
 * Netlink: gates for the flows of guests that move here, and the telling of the
 * flows of one that moves away.
 */
#include <linux/etherdevice.h>
#include <linux/rtnetlink.h>
#include <net/netlink.h>

#include "extack.h"
#include "genl.h"
#include "host.h"
#include "import.h"
#include "move.h"
#include "nl.h"
#include "nl_host.h"
#include "plane.h"
#include "port.h"

#define LIFETIME	60000	/* ms */

static struct netlink_range_validation lifetime_range = {
	.min = 1, .max = SVP_IMPORT_MS_MAX
};

static const struct nla_policy get_policy[SVCPLANE_A_IMPORT_MAX + 1] = {
	[SVCPLANE_A_IMPORT_PLANE] = SVP_NL_PLANE_POLICY,
};

static const struct nla_policy new_policy[SVCPLANE_A_IMPORT_MAX + 1] = {
	[SVCPLANE_A_IMPORT_PLANE] = SVP_NL_PLANE_POLICY,
	[SVCPLANE_A_IMPORT_HOST] = NLA_POLICY_RANGE(NLA_U32, 1, 4094),
	[SVCPLANE_A_IMPORT_MAC] = NLA_POLICY_EXACT_LEN(ETH_ALEN),
	[SVCPLANE_A_IMPORT_LIFETIME] =
		NLA_POLICY_FULL_RANGE(NLA_U32, &lifetime_range),
};

static const struct nla_policy del_policy[SVCPLANE_A_IMPORT_MAX + 1] = {
	[SVCPLANE_A_IMPORT_PLANE] = SVP_NL_PLANE_POLICY,
	[SVCPLANE_A_IMPORT_HOST] = NLA_POLICY_RANGE(NLA_U32, 1, 4094),
	[SVCPLANE_A_IMPORT_MAC] = NLA_POLICY_EXACT_LEN(ETH_ALEN),
};

static const struct nla_policy export_policy[SVCPLANE_A_IMPORT_MAX + 1] = {
	[SVCPLANE_A_IMPORT_PLANE] = SVP_NL_PLANE_POLICY,
	[SVCPLANE_A_IMPORT_HOST] = NLA_POLICY_RANGE(NLA_U32, 1, 4094),
	[SVCPLANE_A_IMPORT_PORT] = SVP_NL_DEV_POLICY,
	[SVCPLANE_A_IMPORT_MAC] = NLA_POLICY_EXACT_LEN(ETH_ALEN),
	[SVCPLANE_A_IMPORT_CURSOR] = { .type = NLA_U32 },
};

static size_t gate_size(void)
{
	return SVP_NL_DEV_SIZE + 2 * SVP_NL_U32_SIZE + SVP_NL_MAC_SIZE +
	       2 * SVP_NL_U64_SIZE;
}

static int fill_gate(struct sk_buff *skb, struct svp_plane *plane,
		     const void *obj)
{
	const struct svp_import *gate = obj;
	long left = (long)(gate->until - jiffies);

	if (svp_nl_put_plane(skb, SVCPLANE_A_IMPORT_PLANE, plane) ||
	    nla_put_u32(skb, SVCPLANE_A_IMPORT_HOST, gate->host) ||
	    nla_put(skb, SVCPLANE_A_IMPORT_MAC, ETH_ALEN, gate->mac) ||
	    nla_put_u32(skb, SVCPLANE_A_IMPORT_LEFT,
			left > 0 ? jiffies_to_msecs(left) : 0) ||
	    nla_put_u64_64bit(skb, SVCPLANE_A_IMPORT_RECORDS, gate->records,
			      SVCPLANE_A_IMPORT_PAD) ||
	    nla_put_u64_64bit(skb, SVCPLANE_A_IMPORT_INVALID, gate->invalid,
			      SVCPLANE_A_IMPORT_PAD))
		return -EMSGSIZE;
	return 0;
}

static int dump_gates(struct sk_buff *skb, struct netlink_callback *cb,
		      struct svp_plane *plane)
{
	struct svp_dump *at = svp_dump(cb);
	struct svp_import gate;
	int err;

	for (; svp_import_look(&plane->imports, at->at, &gate); at->at++) {
		err = svp_genl_dump_one(skb, cb, SVCPLANE_CMD_IMPORT_GET, plane,
					fill_gate, &gate);
		if (err)
			return err;
	}
	return 0;
}

static int import_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	return svp_genl_dump(skb, cb, dump_gates);
}

/* The host that is named by its id; it has to be listed */
static struct svp_host *find_host(struct genl_info *info)
{
	return svp_nl_find_host(info, SVCPLANE_A_IMPORT_HOST,
				SVCPLANE_A_IMPORT_HOST);
}

static const u8 *get_mac(struct genl_info *info)
{
	struct nlattr *attr = svp_nl_need(info, SVCPLANE_A_IMPORT_MAC,
					  "address of the guest");

	if (!attr)
		return NULL;
	if (is_valid_ether_addr(nla_data(attr)))
		return nla_data(attr);
	svp_err_attr(info->extack, attr, "%pM is not the address of a single guest",
		     nla_data(attr));
	return NULL;
}

static void tell(struct genl_info *info, u8 cmd, struct svp_import *gate)
{
	struct svp_plane *plane = svp_genl_plane(info);

	plane->conf_gen++;
	svp_genl_notify(info, plane, cmd, gate_size(), fill_gate, gate);
}

static int import_new(struct sk_buff *skb, struct genl_info *info)
{
	u32 ms = svp_nl_u32(info->attrs[SVCPLANE_A_IMPORT_LIFETIME], LIFETIME);
	struct svp_plane *plane = svp_genl_plane(info);
	struct svp_host *host = find_host(info);
	const u8 *mac = get_mac(info);
	struct svp_import gate = {};
	int err;

	if (IS_ERR(host) || !mac)
		return IS_ERR(host) ? PTR_ERR(host) : -EINVAL;
	gate.host = svp_host_id(host);
	err = svp_import_open(&plane->imports, gate.host, mac, ms);
	if (err == -ENOSPC)
		svp_err(info->extack, "%u gates are open, which is as many as there may be",
			SVP_IMPORTS_MAX);
	if (err)
		return err;
	ether_addr_copy(gate.mac, mac);
	gate.until = jiffies + msecs_to_jiffies(ms);
	tell(info, SVCPLANE_CMD_IMPORT_NTF, &gate);
	return 0;
}

/* Also of a host that is not listed any more */
static int import_del(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *attr = svp_nl_need(info, SVCPLANE_A_IMPORT_HOST, "host");
	struct svp_plane *plane = svp_genl_plane(info);
	const u8 *mac = get_mac(info);
	struct svp_import gate = {};
	int err;

	if (!attr || !mac)
		return -EINVAL;
	gate.host = nla_get_u32(attr);
	ether_addr_copy(gate.mac, mac);
	err = svp_import_close(&plane->imports, gate.host, mac);
	if (err) {
		svp_err_attr(info->extack, attr, "no gate is open for %pM from host %u",
			     mac, gate.host);
		return err;
	}
	gate.until = jiffies;
	tell(info, SVCPLANE_CMD_IMPORT_DEL_NTF, &gate);
	return 0;
}

static struct svp_port *find_port(struct genl_info *info)
{
	struct nlattr *attr = svp_nl_need(info, SVCPLANE_A_IMPORT_PORT,
					  "tap of the guest");
	struct svp_plane *plane = svp_genl_plane(info);
	struct net_device *dev;
	struct svp_port *port;
	unsigned long id;

	if (!attr)
		return ERR_PTR(-EINVAL);
	xa_for_each(&plane->ports, id, port) {
		dev = rtnl_dereference(port->dev);
		if (dev && !strcmp(dev->name, nla_data(attr)))
			return port;
	}
	svp_err_attr(info->extack, attr, "%s is not a guest of plane %s",
		     (char *)nla_data(attr), plane->name);
	return ERR_PTR(-ENOENT);
}

/* The guest's address: as told, or the one that it has */
static int set_mac(struct genl_info *info, struct svp_move *move)
{
	const u8 *mac;

	if (info->attrs[SVCPLANE_A_IMPORT_MAC]) {
		mac = get_mac(info);
		if (!mac)
			return -EINVAL;
		ether_addr_copy(move->mac, mac);
		return 0;
	}
	/* pairs with the release of who has learned it */
	if (smp_load_acquire(&move->port->n_macs) == 1) {
		ether_addr_copy(move->mac, move->port->macs[0]);
		return 0;
	}
	svp_err(info->extack, "guest %s has %u addresses: say which with mac",
		rtnl_dereference(move->port->dev)->name, move->port->n_macs);
	return -EINVAL;
}

static int fill_export(struct sk_buff *skb, struct svp_plane *plane,
		       const void *obj)
{
	const struct svp_move *move = obj;

	if (svp_nl_put_plane(skb, SVCPLANE_A_IMPORT_PLANE, plane) ||
	    nla_put_u32(skb, SVCPLANE_A_IMPORT_HOST, svp_host_id(move->host)) ||
	    nla_put_u32(skb, SVCPLANE_A_IMPORT_CURSOR, move->cursor) ||
	    nla_put_u32(skb, SVCPLANE_A_IMPORT_FLOWS, move->flows) ||
	    svp_nl_put_flag(skb, SVCPLANE_A_IMPORT_DONE, move->done))
		return -EMSGSIZE;
	return 0;
}

static int flow_export(struct sk_buff *skb, struct genl_info *info)
{
	struct svp_plane *plane = svp_genl_plane(info);
	struct svp_move move = {
		.port = find_port(info),
		.cursor = svp_nl_u32(info->attrs[SVCPLANE_A_IMPORT_CURSOR], 0),
	};
	int err;

	if (IS_ERR(move.port))
		return PTR_ERR(move.port);
	move.host = find_host(info);
	if (IS_ERR(move.host))
		return PTR_ERR(move.host);
	err = set_mac(info, &move);
	if (err)
		return err;
	err = svp_move_send(&move);
	if (err == -ENOTCONN)
		svp_err(info->extack, "there is no session with host %u",
			svp_host_id(move.host));
	if (err)
		return err;
	svp_genl_answer(skb, info, plane, SVCPLANE_CMD_FLOW_EXPORT,
			SVP_NL_DEV_SIZE + 3 * SVP_NL_U32_SIZE + SVP_NL_FLAG_SIZE,
			fill_export, &move);
	return 0;
}

#define WRITE_OP(number, pol, fn) {					\
	.cmd = (number),						\
	.flags = GENL_ADMIN_PERM,					\
	.internal_flags = SVP_GENL_PLANE | SVP_GENL_RTNL | SVP_GENL_LOCK, \
	.policy = (pol),						\
	.maxattr = SVCPLANE_A_IMPORT_MAX,				\
	.doit = (fn),							\
}

static const struct genl_ops ops[] = {
	{
		.cmd = SVCPLANE_CMD_IMPORT_GET,
		.policy = get_policy,
		.maxattr = SVCPLANE_A_IMPORT_MAX,
		.start = svp_genl_dump_start,
		.dumpit = import_dump,
	},
	WRITE_OP(SVCPLANE_CMD_IMPORT_NEW, new_policy, import_new),
	WRITE_OP(SVCPLANE_CMD_IMPORT_DEL, del_policy, import_del),
	WRITE_OP(SVCPLANE_CMD_FLOW_EXPORT, export_policy, flow_export),
};

const struct svp_nl_ops svp_nl_import = SVP_NL_OPS(ops);
