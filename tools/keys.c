// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keys of hosts: made, and put into messages.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/svcplane.h>

#include "commands.h"
#include "key.h"
#include "put.h"

#define NUMBER	"key-number"

const struct key keys_none[] = { { 0 } };

const struct field fields_key[] = {
	{ F_KEY, SVCPLANE_A_KEY_KEY, "", "public_key" },
	{ F_UINT, SVCPLANE_A_KEY_NUMBER, NUMBER, "key_number", FIELD_DFLT, 0 },
	{ 0 }
};

/* The number that stands between key @i and the next; NULL: none */
static const struct item *number_of(const struct session *s,
				    const struct value *keys, unsigned int i)
{
	const struct value *numbers = args_get(s->args, NUMBER);
	unsigned int from = keys->items[i].at;
	unsigned int to = i + 1 < keys->n ? keys->items[i + 1].at : ~0U;

	for (unsigned int k = 0; numbers && k < numbers->n; k++)
		if (numbers->items[k].at > from && numbers->items[k].at < to)
			return &numbers->items[k];
	return NULL;
}

static int put_key(struct session *s, struct nl_msg *msg,
		   const struct value *value, unsigned int i,
		   const uint8_t key[KEY_LEN])
{
	const struct item *number = number_of(s, value, i);
	uint32_t start = nlmsg_hdr(msg)->nlmsg_len;
	struct nlattr *nest;

	nest = nla_nest_start(msg, value->key->attr | NLA_F_NESTED);
	if (!nest ||
	    (number && nla_put_u32(msg, SVCPLANE_A_KEY_NUMBER, number->num)) ||
	    nla_put(msg, SVCPLANE_A_KEY_KEY, KEY_LEN, key) ||
	    put_nest_end(msg, nest))
		return -1;
	session_mark(s, msg, start, value, i);
	return 0;
}

int put_public_keys(struct session *s, struct nl_msg *msg,
		    const struct value *value)
{
	int err = 0;

	for (unsigned int i = 0; !err && i < value->n; i++)
		err = put_key(s, msg, value, i, value->items[i].key);
	return err;
}

int put_private_keys(struct session *s, struct nl_msg *msg,
		     const struct value *value)
{
	uint8_t key[KEY_LEN];
	struct err err;
	int rc = 0;

	for (unsigned int i = 0; !rc && i < value->n; i++) {
		const char *path = value->items[i].text;
		bool taken = s->opt->batch && !strcmp(s->opt->batch, "-");

		if (!strcmp(path, "-") && taken)
			return complain(RC_USAGE, "%s -: standard input is the batch file",
					value->key->name);
		rc = key_read(path, key, &err) ? put_key(s, msg, value, i, key) :
		     complain(RC_USAGE, "%s: %s", value->key->name, err.text);
	}
	explicit_bzero(key, sizeof(key));
	return rc;
}

/* The key in front of the word @at; NULL: there is none */
static const struct item *key_before(const struct args *args, unsigned int at)
{
	const struct item *found = NULL;

	for (unsigned int i = 0; i < args->n; i++) {
		const struct value *v = &args->values[i];

		if (v->key->put != put_public_keys && v->key->put != put_private_keys)
			continue;
		for (unsigned int k = 0; k < v->n; k++)
			if (v->items[k].at < at)
				found = &v->items[k];
	}
	return found;
}

int put_key_number(struct session *s, struct nl_msg *msg,
		   const struct value *value)
{
	const struct item *before, *last = NULL;

	(void)msg;
	for (unsigned int i = 0; i < value->n; i++) {
		before = key_before(s->args, value->items[i].at);
		if (!before)
			return complain(RC_USAGE, "\"%s\" stands behind the key "
					"that it is the number of", NUMBER);
		if (before == last)
			return complain(RC_USAGE, "\"%s\" is given twice for one key",
					NUMBER);
		last = before;
	}
	return 0;
}

static int print_key(struct session *s, const uint8_t key[KEY_LEN])
{
	char text[KEY_TEXT];

	key_text(key, text);
	fprintf(s->out.f, "%s\n", text);
	fflush(s->out.f);
	explicit_bzero(text, sizeof(text));
	return RC_OK;
}

static void warn_shared(void)
{
	struct stat st;

	if (!fstat(STDOUT_FILENO, &st) && S_ISREG(st.st_mode) && (st.st_mode & 077))
		fputs("Warning: others may read the file that this is written to: "
		      "umask 077 in front makes one that they cannot\n", stderr);
}

int genkey_run(struct session *s, const struct args *args)
{
	uint8_t key[KEY_LEN];
	struct err err;
	int rc;

	(void)args;
	warn_shared();
	rc = key_generate(key, &err) ? print_key(s, key) :
	     complain(RC_KERNEL, "%s", err.text);
	explicit_bzero(key, sizeof(key));
	return rc;
}

int pubkey_run(struct session *s, const struct args *args)
{
	uint8_t key[KEY_LEN], public[KEY_LEN];
	struct err err;
	int rc;

	(void)args;
	if (!key_read("-", key, &err))
		return complain(RC_USAGE, "%s", err.text);
	rc = key_public(key, public, &err) ? print_key(s, public) :
	     complain(RC_KERNEL, "%s", err.text);
	explicit_bzero(key, sizeof(key));
	return rc;
}
