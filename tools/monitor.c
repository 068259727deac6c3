// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include <linux/genetlink.h>
#include <netlink/genl/ctrl.h>
#include <linux/svcplane.h>

#include "commands.h"
#include "event.h"

#define RCVBUF_DEFAULT	(4 * 1024 * 1024)

struct monitor {
	struct session *s;
	const struct args *args;
	struct view view;
	bool stamp;
	bool gone;	/* the family: the module has been unloaded */
};

const struct key keys_monitor[] = {
#define KIND(word, text) { .name = word, .kind = K_FLAG, .help = text }
	KIND("all", "everything, flows included"),
	KIND("plane", "planes"),
	KIND("guestplane", "guest planes"),
	KIND("proxy", "port proxies"),
	KIND("port", "guest ports bound, unbound, refused"),
	KIND("service", "services"),
	KIND("node", "service nodes, also up and down"),
	KIND("chain", "chains"),
	KIND("path", "paths"),
	KIND("group", "groups"),
	KIND("rule", "rules"),
	KIND("policy", "transactions committed"),
	KIND("host", "other hosts, their sessions, and which nodes they have"),
	KIND("control", "control messages sent, accepted, acked or rejected, and sessions"),
	KIND("gap", "frames that pass a tap around its hook"),
	KIND("flow", "flows that are new, gone, or treated otherwise"),
	KIND("-ts", "a time stamp in front of each"),
#undef KIND
	{ 0 }
};

static bool any_kind(const struct args *args)
{
	for (unsigned int i = 0; i < args->n; i++)
		if (args->values[i].key->name[0] != '-')
			return true;
	return false;
}

/* Flows are many: only who asks for them is told */
static bool wanted(const struct monitor *m, const char *object)
{
	if (args_get(m->args, "all") || args_get(m->args, object))
		return true;
	return !any_kind(m->args) && strcmp(object, "flow");
}

/* Generic netlink itself tells which families come and go */
static bool tells_end(const struct monitor *m, struct nlmsghdr *hdr)
{
	struct genlmsghdr *genl = nlmsg_data(hdr);
	struct attrs attrs;

	return attrs_of_msg(&attrs, hdr) && genl->cmd == CTRL_CMD_DELFAMILY &&
	       attr_uint(attrs_find(&attrs, CTRL_ATTR_FAMILY_ID)) ==
	       (uint64_t)m->s->family;
}

static int on_message(struct nl_msg *msg, void *arg)
{
	struct monitor *m = arg;
	struct event event;

	if (nlmsg_hdr(msg)->nlmsg_type == GENL_ID_CTRL) {
		m->gone = m->gone || tells_end(m, nlmsg_hdr(msg));
		return m->gone ? NL_STOP : NL_OK;
	}
	if (!event_read(&event, nlmsg_hdr(msg)) ||
	    !(wanted(m, event.object) || (event.control && wanted(m, "control"))))
		return NL_OK;
	event_print(&m->s->out, &event, &m->view, m->stamp);
	fflush(m->s->out.f);
	return ferror(m->s->out.f) ? NL_STOP : NL_OK;
}

static int join(struct monitor *m, struct nl_sock *sk, const char *family,
		const char *group, bool needed)
{
	int id = genl_ctrl_resolve_grp(m->s->sk, family, group);
	int err = id < 0 ? id : nl_socket_add_membership(sk, id);

	if (!err)
		return RC_OK;
	if (!needed) {
		fprintf(stderr, "Warning: events of group %s are not shown: %s\n",
			group, err == -NLE_PERM ?
			"this needs CAP_NET_ADMIN" : nl_geterror(err));
		return RC_OK;
	}
	return complain(RC_KERNEL, "cannot listen to group %s: %s", group,
			err == -NLE_PERM ? "this needs CAP_NET_ADMIN" :
					   nl_geterror(err));
}

static int join_groups(struct monitor *m, struct nl_sock *sk)
{
	bool asked = args_get(m->args, "control");
	const char *own = SVCPLANE_GENL_NAME;
	int rc = join(m, sk, "nlctrl", "notify", true);

	/* in this order no unloading can be missed */
	if (!rc)
		rc = join(m, sk, own, SVCPLANE_MCGRP_CONFIG, true);
	if (!rc && (wanted(m, "control") || wanted(m, "host")))
		rc = join(m, sk, own, SVCPLANE_MCGRP_CONTROL, asked);
	if (!rc && wanted(m, "flow"))
		rc = join(m, sk, own, SVCPLANE_MCGRP_FLOW, true);
	return rc;
}

/*
 * The end may be among what was lost. The family is not asked for by its name:
 * that would load the module again.
 */
static bool is_gone(const struct monitor *m)
{
	struct nl_msg *msg = session_msg(m->s, SVCPLANE_CMD_PLANE_GET,
					 NLM_F_DUMP, 0);

	return msg && session_talk(m->s, msg, NULL) == -ENOENT;
}

/* Sessions of hosts are told to who listens to control messages, too */
static bool follows(const struct monitor *m, const struct object *object)
{
	return object->ntf &&
	       (wanted(m, object->name) ||
		(object == &object_host && wanted(m, "control")));
}

static bool any_follows(const struct monitor *m)
{
	for (int i = 0; objects[i]; i++)
		if (follows(m, objects[i]))
			return true;
	return false;
}

/* What a listener knew may be wrong now: tell it everything again */
static void resync(struct monitor *m)
{
	m->gone = m->gone || is_gone(m);
	if (m->gone)
		return;
	event_note(&m->s->out, "monitor", "lost", any_follows(m) ?
		   "events lost, all objects follow" :
		   "events lost; what they said cannot be told again", m->stamp);
	for (int i = 0; objects[i]; i++) {
		const struct object *object = objects[i];
		struct replies replies = { 0 };

		if (!follows(m, object) ||
		    object_dump(m->s, object, NULL, &replies))
			continue;
		for (unsigned int k = 0; k < replies.n; k++) {
			struct event event = {
				.object = object->name,
				.what = "sync",
				.fields = object->fields,
			};

			if (attrs_of_msg(&event.attrs,
					 nlmsg_hdr(replies.msg[k])))
				event_print(&m->s->out, &event, &m->view,
					    m->stamp);
		}
		replies_free(&replies);
	}
	fflush(m->s->out.f);
}

static int listen_on(struct monitor *m, struct nl_sock *sk)
{
	int err;

	while (!m->gone) {
		err = nl_recvmsgs_default(sk);
		if (ferror(m->s->out.f))
			return RC_OK;	/* the reader of our output has left */
		if (err == -NLE_NOMEM)
			resync(m);
		else if (err < 0 && err != -NLE_INTR && err != -NLE_AGAIN &&
			 err != -NLE_DUMP_INTR)
			return complain(RC_KERNEL, "the monitor ended: %s",
					nl_geterror(err));
	}
	return complain(RC_KERNEL,
			"the monitor ended: the module svcplane was unloaded");
}

int monitor_run(struct session *s, const struct args *args)
{
	struct monitor m = {
		.s = s,
		.args = args,
		.view = object_view(s->opt),
		.stamp = s->opt->stamps || args_get(args, "-ts"),
	};
	size_t rcvbuf = s->opt->rcvbuf ? s->opt->rcvbuf : RCVBUF_DEFAULT;
	struct nl_sock *sk;
	int rc = session_open(s);

	if (rc)
		return rc;
	sk = nl_socket_alloc();
	if (!sk || genl_connect(sk)) {
		nl_socket_free(sk);
		return complain(RC_KERNEL, "no netlink socket");
	}
	nl_socket_disable_seq_check(sk);
	nl_socket_enable_msg_peek(sk);
	nl_socket_set_buffer_size(sk, rcvbuf, 0);
	nl_socket_modify_cb(sk, NL_CB_VALID, NL_CB_CUSTOM, on_message, &m);
	rc = join_groups(&m, sk);
	if (!rc)
		rc = listen_on(&m, sk);
	nl_socket_free(sk);
	return rc;
}
