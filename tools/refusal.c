// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include <linux/netlink.h>

#include "refusal.h"

static void text_of(const struct nlattr *attr, char *buf, size_t size)
{
	size_t len = nla_len(attr);

	if (len >= size)
		len = size - 1;
	memcpy(buf, nla_data(attr), len);
	buf[len] = '\0';
}

static bool number_of(const struct nlattr *attr, uint64_t *value)
{
	if (!attr || nla_len(attr) < (int)sizeof(*value))
		return false;
	memcpy(value, nla_data(attr), sizeof(*value));
	return true;
}

static void read_policy(struct refusal *refusal, struct nlattr *nest)
{
	struct nlattr *tb[NL_POLICY_TYPE_ATTR_MAX + 1];

	if (nla_parse(tb, NL_POLICY_TYPE_ATTR_MAX, nla_data(nest),
		      nla_len(nest), NULL))
		return;
	refusal->has_range =
		number_of(tb[NL_POLICY_TYPE_ATTR_MIN_VALUE_U], &refusal->min) &&
		number_of(tb[NL_POLICY_TYPE_ATTR_MAX_VALUE_U], &refusal->max);
}

static uint32_t u32_of(const struct nlattr *attr)
{
	uint32_t value = 0;

	if (nla_len(attr) >= (int)sizeof(value))
		memcpy(&value, nla_data(attr), sizeof(value));
	return value;
}

static void read_tlvs(struct refusal *refusal, void *data, int len)
{
	struct nlattr *tb[NLMSGERR_ATTR_MAX + 1];

	if (len <= 0 || nla_parse(tb, NLMSGERR_ATTR_MAX, data, len, NULL))
		return;
	if (tb[NLMSGERR_ATTR_MSG])
		text_of(tb[NLMSGERR_ATTR_MSG], refusal->text,
			sizeof(refusal->text));
	if (tb[NLMSGERR_ATTR_OFFS]) {
		refusal->has_offset = true;
		refusal->offset = u32_of(tb[NLMSGERR_ATTR_OFFS]);
	}
	if (tb[NLMSGERR_ATTR_POLICY])
		read_policy(refusal, tb[NLMSGERR_ATTR_POLICY]);
	if (tb[NLMSGERR_ATTR_MISS_TYPE])
		refusal->missing = u32_of(tb[NLMSGERR_ATTR_MISS_TYPE]);
	if (tb[NLMSGERR_ATTR_MISS_NEST])
		refusal->missing_nest = u32_of(tb[NLMSGERR_ATTR_MISS_NEST]);
}

int refusal_of_error(struct refusal *refusal, struct nlmsghdr *hdr)
{
	struct nlmsgerr *e = nlmsg_data(hdr);
	int len = nlmsg_datalen(hdr), skip = sizeof(*e);

	if (len < skip)
		return -EPROTO;
	/* Unless capped, the request stands between the error and the TLVs */
	if (!(hdr->nlmsg_flags & NLM_F_CAPPED) &&
	    e->msg.nlmsg_len > sizeof(e->msg)) {
		if (e->msg.nlmsg_len > (uint32_t)len)
			return e->error;
		skip += NLMSG_ALIGN(e->msg.nlmsg_len) - sizeof(e->msg);
	}
	if (hdr->nlmsg_flags & NLM_F_ACK_TLVS)
		read_tlvs(refusal, (char *)e + skip, len - skip);
	return e->error;
}

int refusal_of_done(struct refusal *refusal, struct nlmsghdr *hdr)
{
	int err = 0, len = nlmsg_datalen(hdr);

	if (len < (int)sizeof(err))
		return 0;
	memcpy(&err, nlmsg_data(hdr), sizeof(err));
	if (hdr->nlmsg_flags & NLM_F_ACK_TLVS)
		read_tlvs(refusal, (char *)nlmsg_data(hdr) + sizeof(err),
			  len - sizeof(err));
	return err < 0 ? err : 0;
}

void refusal_warn(struct nlmsghdr *hdr)
{
	struct refusal warning = { 0 };

	refusal_of_error(&warning, hdr);
	if (warning.text[0])
		fprintf(stderr, "Warning: %s\n", warning.text);
}

/* The smallest run of bytes around the offset is the most exact */
static const struct mark *find_mark(const struct session *s, uint32_t offset)
{
	const struct mark *best = NULL;

	for (unsigned int i = 0; i < s->n_marks; i++) {
		const struct mark *m = &s->marks[i];

		if (offset < m->start || offset >= m->end)
			continue;
		if (!best || m->end - m->start < best->end - best->start)
			best = m;
	}
	return best;
}

static int tell_typed(const struct session *s, char *buf, size_t size)
{
	const struct refusal *r = &s->refusal;
	const struct mark *mark;
	const struct value *value;

	mark = r->has_offset ? find_mark(s, r->offset) : NULL;
	if (!mark)
		return 0;
	value = mark->value;
	if (key_alone(value->key) || mark->item >= value->n)
		return snprintf(buf, size, "%s", value->key->name);
	return snprintf(buf, size, "%s %s", value->key->name,
			value->items[mark->item].text);
}

static const char *missing_key(const struct session *s)
{
	const struct key *key;

	if (!s->refusal.missing || !s->args)
		return NULL;
	for (key = s->args->command->keys; key && key->name; key++)
		if (key->attr == s->refusal.missing)
			return key->name;
	return NULL;
}

static const char *reason(const struct refusal *r)
{
	if (r->text[0])
		return r->text;
	if (r->errnum == EPERM)
		return "not permitted: this needs CAP_NET_ADMIN";
	if (r->errnum == EOPNOTSUPP)
		return "the loaded module does not know this command: it is older than this tool";
	return strerror(r->errnum);
}

void refusal_text(const struct session *s, char *buf, size_t size)
{
	const struct refusal *r = &s->refusal;
	const char *missing = missing_key(s);
	char typed[160] = "", range[80] = "", sep[3] = "";

	tell_typed(s, typed, sizeof(typed));
	if (r->has_range)
		snprintf(range, sizeof(range), "allowed %" PRIu64 " to %" PRIu64,
			 r->min, r->max);
	if (*typed && *range)
		strcpy(sep, ": ");
	if (missing)
		snprintf(buf, size, "\"%s\" is missing: %s", missing, reason(r));
	else if (*typed || *range)
		snprintf(buf, size, "%s (%s%s%s)", reason(r), typed, sep, range);
	else
		snprintf(buf, size, "%s", reason(r));
}

int refusal_tell(const struct session *s)
{
	char text[1024];

	if (s->quiet)
		return RC_KERNEL;
	refusal_text(s, text, sizeof(text));
	return complain(RC_KERNEL, "%s", text);
}
