// SPDX-License-Identifier: GPL-2.0-only
#include <netlink/attr.h>

#include <linux/svcplane.h>
#include <linux/svcplane_wire.h>

#include "put.h"

int put_nest_end(struct nl_msg *msg, struct nlattr *nest)
{
	size_t len = (char *)nlmsg_tail(nlmsg_hdr(msg)) - (char *)nest;

	/* libnl takes such a nest out again, or cuts its length */
	return len > UINT16_MAX ? -1 : nla_nest_end(msg, nest);
}

static uint32_t here(struct nl_msg *msg)
{
	return nlmsg_hdr(msg)->nlmsg_len;
}

static int addr_len(const struct prefix *prefix)
{
	if (!prefix->family)
		return 6;
	return prefix->family == 4 ? 4 : 16;
}

static int put_item(struct nl_msg *msg, const struct key *key,
		    const struct item *item)
{
	switch (key->kind) {
	case K_STR:
	case K_NAME:
	case K_DEV:
		return nla_put_string(msg, key->attr, item->text);
	case K_FLAG:
		return nla_put_flag(msg, key->attr);
	case K_BYTES:
		return nla_put(msg, key->attr, key->max, item->prefix.addr);
	case K_MAC:
	case K_ADDR:
	case K_PREFIX:
	case K_MEMBER:
		return nla_put(msg, key->attr, addr_len(&item->prefix),
			       item->prefix.addr);
	default:
		return nla_put_u32(msg, key->attr, item->num);
	}
}

static int put_bits(struct nl_msg *msg, const struct value *value)
{
	uint32_t bits = 0;

	for (unsigned int i = 0; i < value->n; i++)
		bits |= value->items[i].num;
	return nla_put_u32(msg, value->key->attr, bits);
}

static int put_value(struct session *s, struct nl_msg *msg,
		     const struct value *value)
{
	uint32_t start = here(msg);
	int err = 0;

	if (value->key->put || (value->key->flags & KEY_BITS)) {
		err = value->key->put ? value->key->put(s, msg, value) :
					put_bits(msg, value);
		session_mark(s, msg, start, value, 0);
		return err;
	}
	for (unsigned int i = 0; !err && i < value->n; i++) {
		start = here(msg);
		err = put_item(msg, value->key, &value->items[i]);
		session_mark(s, msg, start, value, i);
	}
	return err;
}

static bool is_sent(const struct value *value)
{
	return (value->key->attr || value->key->put) &&
	       !(value->key->flags & KEY_FILTER);
}

static int put_nest(struct session *s, struct nl_msg *msg,
		    const struct args *args, uint16_t nest)
{
	struct nlattr *start = nla_nest_start(msg, nest | NLA_F_NESTED);
	int err = start ? 0 : -1;

	for (unsigned int i = 0; !err && i < args->n; i++)
		if (args->values[i].key->nest == nest &&
		    is_sent(&args->values[i]))
			err = put_value(s, msg, &args->values[i]);
	return err ? err : put_nest_end(msg, start);
}

static bool nest_done(const struct args *args, unsigned int before,
		      uint16_t nest)
{
	for (unsigned int i = 0; i < before; i++)
		if (args->values[i].key->nest == nest)
			return true;
	return false;
}

static int put_all(struct session *s, struct nl_msg *msg,
		   const struct args *args)
{
	const struct command *c = args->command;
	int err = 0;

	if (c->fixed_attr)
		err = nla_put_u32(msg, c->fixed_attr, c->fixed);
	for (unsigned int i = 0; !err && i < args->n; i++)
		if (!args->values[i].key->nest && is_sent(&args->values[i]))
			err = put_value(s, msg, &args->values[i]);
	for (unsigned int i = 0; !err && i < args->n; i++) {
		uint16_t nest = args->values[i].key->nest;

		if (nest && !nest_done(args, i, nest))
			err = put_nest(s, msg, args, nest);
	}
	return err;
}

static unsigned int count_items(const struct args *args)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < args->n; i++)
		n += args->values[i].n;
	return n;
}

int put_request(struct session *s, const struct args *args, uint16_t flags,
		struct nl_msg **msg)
{
	int err;

	s->args = args;
	*msg = session_msg(s, args->command->cmd,
			   args->command->nlflags | flags, count_items(args));
	if (!*msg)
		return RC_KERNEL;
	err = put_all(s, *msg, args);
	if (!err)
		return RC_OK;
	session_drop(*msg);
	*msg = NULL;
	return err > 0 ? err : complain(RC_USAGE, "too much for one message");
}

/* Entries are found again by the kernel's offset, each for itself */
int put_prefix_nest(struct session *s, struct nl_msg *msg,
		    const struct value *value)
{
	for (unsigned int i = 0; i < value->n; i++) {
		const struct prefix *p = &value->items[i].prefix;
		uint32_t from = here(msg);
		struct nlattr *nest;

		nest = nla_nest_start(msg, value->key->attr | NLA_F_NESTED);
		if (!nest ||
		    nla_put(msg, SVCPLANE_A_PREFIX_ADDR, addr_len(p), p->addr))
			return -1;
		if (p->family &&
		    nla_put_u32(msg, SVCPLANE_A_PREFIX_LEN, p->len))
			return -1;
		if (put_nest_end(msg, nest))
			return -1;
		session_mark(s, msg, from, value, i);
	}
	return 0;
}

int put_prefix_flat(struct session *s, struct nl_msg *msg,
		    const struct value *value)
{
	const struct prefix *p = &value->items[0].prefix;

	(void)s;
	if (nla_put(msg, value->key->attr, addr_len(p), p->addr))
		return -1;
	return nla_put_u32(msg, value->key->attr + 1, p->len);
}

int put_host(struct session *s, struct nl_msg *msg, const struct value *value)
{
	const char *text = value->items[0].text;
	struct err err;
	uint64_t id;

	(void)s;
	if (text[strspn(text, "0123456789")])
		return nla_put_string(msg, value->key->min, text);
	if (!scan_uint(text, 1, SVCPLANE_HOST_MAX, &id, &err))
		return complain(RC_USAGE, "%s: %s", value->key->name, err.text);
	return nla_put_u32(msg, value->key->attr, id);
}

int put_pair(struct session *s, struct nl_msg *msg, const struct value *value)
{
	const struct item *item = &value->items[0];

	(void)s;
	if (nla_put_u32(msg, value->key->attr, item->num))
		return -1;
	return nla_put_u32(msg, value->key->attr + 1, item->num2);
}

int put_range(struct session *s, struct nl_msg *msg, const struct value *value)
{
	for (unsigned int i = 0; i < value->n; i++) {
		const struct item *item = &value->items[i];
		uint32_t from = here(msg);

		if (nla_put_u32(msg, value->key->attr,
				item->num << 16 | item->num2))
			return -1;
		session_mark(s, msg, from, value, i);
	}
	return 0;
}
