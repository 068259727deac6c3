// SPDX-License-Identifier: GPL-2.0-only
/*
 * Netlink: user messages to other hosts. They take the way of every control
 * message: repeated until acknowledged, told there once.
 */
#include <net/netlink.h>
#include <uapi/linux/svcplane_wire.h>

#include "ctl.h"
#include "extack.h"
#include "genl.h"
#include "nl.h"
#include "nl_host.h"
#include "plane.h"
#include "wire.h"

/* What a body holds that fits into a context header */
#define DATA_MAX							\
	(SVCPLANE_CTL_PIGGY_MAX - sizeof(struct svcplane_ctl) -		\
	 sizeof(struct svcplane_tlv))

static_assert(DATA_MAX == 100);	/* as the specification tells */

static const struct nla_policy send_policy[SVCPLANE_A_MESSAGE_MAX + 1] = {
	[SVCPLANE_A_MESSAGE_PLANE] = SVP_NL_PLANE_POLICY,
	[SVCPLANE_A_MESSAGE_HOST] = NLA_POLICY_RANGE(NLA_U32, SVCPLANE_HOST_MIN,
						     SVCPLANE_HOST_MAX),
	[SVCPLANE_A_MESSAGE_HOST_NAME] = SVP_NL_NAME_POLICY,
	[SVCPLANE_A_MESSAGE_ALL] = { .type = NLA_FLAG },
	[SVCPLANE_A_MESSAGE_DATA] = { .type = NLA_BINARY, .len = DATA_MAX },
};

/* What the reply tells */
struct outcome {
	u32 sent;
	u32 not_sent;
};

static int fill_outcome(struct sk_buff *skb, struct svp_plane *plane,
			const void *obj)
{
	const struct outcome *outcome = obj;

	if (svp_nl_put_plane(skb, SVCPLANE_A_MESSAGE_PLANE, plane) ||
	    nla_put_u32(skb, SVCPLANE_A_MESSAGE_SENT, outcome->sent) ||
	    nla_put_u32(skb, SVCPLANE_A_MESSAGE_NOT_SENT, outcome->not_sent))
		return -EMSGSIZE;
	return 0;
}

static int send_to(struct svp_host *host, const struct nlattr *data)
{
	struct svp_ctl_msg msg = {
		.type = SVCPLANE_CTL_USER,
		.has = SVP_WIRE_HAS(USER),
		.user = { .data = nla_data(data), .len = nla_len(data) },
	};

	return svp_ctl_send(host, &msg);
}

static int refusal(struct netlink_ext_ack *extack, const struct svp_host *host,
		   int err)
{
	struct svp_host_view view;

	svp_host_look(host, &view);
	switch (err) {
	case -ENOTCONN:
		svp_err(extack, "there is no session with host %s (id %u)",
			view.name, view.id);
		break;
	case -ENOBUFS:
		svp_err(extack, "host %s (id %u) has not acknowledged %u messages: no more are sent meanwhile",
			view.name, view.id, view.outstanding);
		break;
	case -EMSGSIZE:
		svp_err(extack, "the message does not fit into the uplink to host %s (id %u)",
			view.name, view.id);
		break;
	}
	return err;
}

static int send_one(struct genl_info *info, const struct nlattr *data,
		    struct outcome *outcome)
{
	struct svp_host *host;
	int err;

	host = svp_nl_find_host(info, SVCPLANE_A_MESSAGE_HOST,
				SVCPLANE_A_MESSAGE_HOST_NAME);
	if (IS_ERR(host))
		return PTR_ERR(host);
	err = send_to(host, data);
	if (err)
		return refusal(info->extack, host, err);
	outcome->sent = 1;
	return 0;
}

static int send_all(struct genl_info *info, const struct nlattr *data,
		    struct outcome *outcome)
{
	struct svp_plane *plane = svp_genl_plane(info);
	struct svp_host *host;
	int err, first = 0;

	for (host = svp_host_next(plane, 0); host;
	     host = svp_host_next(plane, svp_host_id(host))) {
		err = send_to(host, data);
		if (err)
			outcome->not_sent++;
		else
			outcome->sent++;
		first = first ?: err;
	}
	if (outcome->sent)
		return 0;
	if (!outcome->not_sent)
		svp_err(info->extack, "plane %s lists no other host",
			plane->name);
	else
		svp_err(info->extack, "none of the %u hosts of plane %s can be sent to now",
			outcome->not_sent, plane->name);
	return first ?: -ENOTCONN;
}

static int control_send(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr **attrs = info->attrs;
	struct nlattr *data = svp_nl_need(info, SVCPLANE_A_MESSAGE_DATA,
					  "data of the message");
	struct outcome outcome = {};
	int err;

	if (!data)
		return -EINVAL;
	if (!nla_len(data)) {
		svp_err_attr(info->extack, data, "a message has 1 to %zu bytes",
			     DATA_MAX);
		return -EINVAL;
	}
	if (!!attrs[SVCPLANE_A_MESSAGE_HOST] + !!attrs[SVCPLANE_A_MESSAGE_HOST_NAME] +
	    !!attrs[SVCPLANE_A_MESSAGE_ALL] != 1) {
		svp_err(info->extack, "one of host, host-name and all says to whom");
		return -EINVAL;
	}
	err = attrs[SVCPLANE_A_MESSAGE_ALL] ? send_all(info, data, &outcome) :
					      send_one(info, data, &outcome);
	if (err)
		return err;
	svp_genl_answer(skb, info, svp_genl_plane(info),
			SVCPLANE_CMD_CONTROL_SEND,
			SVP_NL_DEV_SIZE + 2 * SVP_NL_U32_SIZE, fill_outcome,
			&outcome);
	return 0;
}

/* svp_plane.lock keeps the hosts */
static const struct genl_ops ops[] = {
	{
		.cmd = SVCPLANE_CMD_CONTROL_SEND,
		.flags = GENL_ADMIN_PERM,
		.internal_flags = SVP_GENL_PLANE | SVP_GENL_LOCK,
		.policy = send_policy,
		.maxattr = SVCPLANE_A_MESSAGE_MAX,
		.doit = control_send,
	},
};

const struct svp_nl_ops svp_nl_send = SVP_NL_OPS(ops);
