// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "grammar.h"

#define DEV_NAME_MAX	15	/* IFNAMSIZ without its NUL */

static bool scan_word(const struct key *key, const char *word,
		      struct item *item, struct err *err)
{
	const struct word *w;
	char names[256] = "";

	for (w = key->words; w->name; w++) {
		size_t used = strlen(names);

		if (!strcmp(w->name, word)) {
			item->num = w->value;
			return true;
		}
		snprintf(names + used, sizeof(names) - used, "%s%s",
			 used ? ", " : "", w->name);
	}
	if (key->max && scan_uint(word, key->min, key->max, &item->num, err))
		return true;
	if (!key->max)
		return err_set(err, "\"%s\" is not one of: %s", word, names);
	return err_set(err, "\"%s\" is not one of: %s, nor a number from %"
		       PRIu64 " to %" PRIu64, word, names, key->min, key->max);
}

static bool scan_member(const char *word, struct item *item, struct err *err)
{
	size_t hex = strspn(word, "0123456789abcdefABCDEF");

	/* "02:00:00:00:00:01" is a MAC, "2001:db8::/32" is not */
	if (hex == 2 && word[2] == ':' && strlen(word) == 17 &&
	    !strstr(word, "::"))
		return scan_mac(word, item->prefix.addr, err);
	return scan_prefix(word, &item->prefix, err);
}

bool args_scan(const struct key *key, const char *word, struct item *item,
	       struct err *err)
{
	switch (key->kind) {
	case K_STR:
		if (!*word || strlen(word) > key->max)
			return err_set(err, "\"%s\" must have 1 to %u bytes",
				       word, (unsigned int)key->max);
		return true;
	case K_NAME:
		return scan_name(word, key->max, err);
	case K_DEV:
		return scan_name(word, DEV_NAME_MAX, err);
	case K_UINT:
	case K_HEX:
		return scan_uint(word, key->min, key->max, &item->num, err);
	case K_TIME:
		return scan_time(word, key->max, &item->num, err);
	case K_WORD:
		return scan_word(key, word, item, err);
	case K_KEY:
		return key_scan(word, item->key, err);
	case K_FILE:
		return *word ? true : err_set(err, "an empty file name");
	case K_BYTES:
		return scan_bytes(word, item->prefix.addr, key->max, err);
	case K_MAC:
		return scan_mac(word, item->prefix.addr, err);
	case K_PREFIX:
		return scan_prefix(word, &item->prefix, err);
	case K_ADDR:
		return scan_addr(word, &item->prefix, err);
	case K_MEMBER:
		return scan_member(word, item, err);
	case K_RANGE:
		return scan_range(word, key->min, key->max, &item->num,
				  &item->num2, err);
	case K_MASKED:
		return scan_masked(word, key->max, &item->num, &item->num2,
				   err);
	case K_FLAG:
	case K_VALUE:
	case K_NOISE:
		item->num = key->min;
		return true;
	}
	return false;
}

const struct value *args_get(const struct args *args, const char *name)
{
	for (unsigned int i = 0; i < args->n; i++)
		if (!strcmp(args->values[i].key->name, name))
			return &args->values[i];
	return NULL;
}

const char *args_text(const struct args *args, const char *name)
{
	const struct value *value = args_get(args, name);

	return value && value->n ? value->items[0].text : NULL;
}

const struct key *args_keyword(const struct command *command, const char *word)
{
	for (const struct key *key = command->keys; key && key->name; key++)
		if (!(key->flags & KEY_POS) && !strcmp(key->name, word))
			return key;
	return NULL;
}

const struct key *args_next_pos(const struct args *args)
{
	const struct key *key = args->command->keys;

	for (; key && key->name; key++)
		if ((key->flags & KEY_POS) && !args_get(args, key->name))
			return key;
	return NULL;
}

static struct value *value_of(struct args *args, const struct key *key,
			      struct err *err)
{
	struct value *value = (struct value *)args_get(args, key->name);

	if (value && !(key->flags & KEY_MANY)) {
		err_set(err, "\"%s\" is given twice", key->name);
		return NULL;
	}
	for (unsigned int i = 0; !value && key->excl && i < args->n; i++) {
		const struct key *other = args->values[i].key;

		if (other->excl != key->excl)
			continue;
		err_set(err, "\"%s\" and \"%s\" exclude each other",
			other->name, key->name);
		return NULL;
	}
	if (value)
		return value;
	value = &args->values[args->n++];
	value->key = key;
	return value;
}

static bool add_item(struct value *value, const char *word, unsigned int at,
		     struct err *err)
{
	struct item *item;
	struct err why;

	if (value->n == ITEMS_MAX)
		return err_set(err, "%s: more than %u items", value->key->name,
			       ITEMS_MAX);
	if (value->n == value->room) {
		unsigned int room = value->room ? 2 * value->room : 1;

		item = realloc(value->items, room * sizeof(*item));
		if (!item)
			return err_set(err, "out of memory");
		value->items = item;
		value->room = room;
	}
	item = &value->items[value->n];
	memset(item, 0, sizeof(*item));
	item->at = at;
	if (!args_scan(value->key, word, item, &why))
		return err_set(err, "%s: %.400s", value->key->name, why.text);
	item->text = strdup(word);
	if (!item->text)
		return err_set(err, "out of memory");
	value->n++;
	return true;
}

static bool add_list(struct value *value, const char *words, unsigned int at,
		     struct err *err)
{
	char *copy = strdup(words), *rest = copy, *word;
	bool ok = !!copy;

	if (!copy)
		return err_set(err, "out of memory");
	while (ok && (word = strsep(&rest, ",")))
		ok = add_item(value, word, at, err);
	free(copy);
	return ok;
}

static bool add_typed(struct value *value, const char *word, struct err *err)
{
	const struct key *key = value->key;
	char *typed;
	int n;

	if (key_alone(key))
		n = asprintf(&typed, "%s", key->name);
	else if (value->typed)
		n = asprintf(&typed, "%s,%s", value->typed, word);
	else
		n = asprintf(&typed, "%s %s", key->name, word);
	if (n < 0)
		return err_set(err, "out of memory");
	free(value->typed);
	value->typed = typed;
	return true;
}

static bool add_value(struct args *args, const struct key *key,
		      const char *word, struct err *err)
{
	struct value *value = value_of(args, key, err);

	if (!value || !add_typed(value, word, err))
		return false;
	if (key->flags & KEY_LIST)
		return add_list(value, word, args->at, err);
	return add_item(value, word, args->at, err);
}

static bool excl_given(const struct args *args, unsigned int excl)
{
	for (unsigned int i = 0; i < args->n; i++)
		if (args->values[i].key->excl == excl)
			return true;
	return false;
}

static void excl_names(const struct command *command, unsigned int excl,
		       char *names, size_t size)
{
	size_t used = 0;

	*names = '\0';
	for (const struct key *key = command->keys; key->name; key++) {
		if (key->excl != excl || used >= size)
			continue;
		used += snprintf(names + used, size - used, "%s\"%s\"",
				 used ? " or " : "", key->name);
	}
}

/*
 * A name that must stand in front and was forgotten is told by the word behind,
 * which is right: says what has been taken for the name. Always returns false.
 */
static bool hint_taken(const struct args *args, struct err *err)
{
	size_t used = strlen(err->text);

	for (unsigned int i = 0; i < args->n; i++) {
		const struct value *value = &args->values[i];

		if (!(value->key->flags & KEY_NEED) ||
		    !(value->key->flags & KEY_POS) ||
		    !args_keyword(args->command, value->items[0].text))
			continue;
		snprintf(err->text + used, sizeof(err->text) - used,
			 " (%s is taken to be \"%s\")", value->key->meta,
			 value->items[0].text);
		break;
	}
	return false;
}

static bool complete(const struct args *args, struct err *err)
{
	const struct key *key = args->command->keys;
	char names[256];

	for (; key && key->name; key++) {
		if (!(key->flags & KEY_NEED))
			continue;
		if (key->excl && excl_given(args, key->excl))
			continue;
		if (key->excl) {
			excl_names(args->command, key->excl, names,
				   sizeof(names));
			return err_set(err, "%s is missing", names);
		}
		if (args_get(args, key->name))
			continue;
		if (key->flags & KEY_POS)
			return err_set(err, "%s (%s) is missing", key->meta,
				       key->help);
		return err_set(err, "\"%s\" is missing", key->name);
	}
	return true;
}

/* Which key the word at hand belongs to; NULL with a text in @err */
static const struct key *key_of(const struct args *args, const char *word,
				struct err *err)
{
	const struct key *pos = args_next_pos(args);
	const struct key *key = args_keyword(args->command, word);

	/* What must stand here may be called like a keyword */
	if (pos && ((pos->flags & KEY_NEED) || !key))
		return pos;
	if (!key) {
		err_set(err, "\"%s\" is unknown here", word);
		hint_taken(args, err);
	}
	return key;
}

bool args_parse(struct args *args, const struct command *command, int argc,
		char **argv, struct err *err)
{
	memset(args, 0, sizeof(*args));
	args->command = command;
	for (int i = 0; i < argc; i++) {
		const struct key *key = key_of(args, argv[i], err);
		bool value = key && !key_alone(key) && !(key->flags & KEY_POS);

		if (!key)
			return false;
		if (value && ++i == argc)
			return err_set(err, "\"%s\" needs a value: %s",
				       key->name, key->meta);
		args->at = i;
		if (!add_value(args, key, argv[i], err))
			return false;
	}
	return complete(args, err) || hint_taken(args, err);
}

void args_free(struct args *args)
{
	for (unsigned int i = 0; i < args->n; i++) {
		struct value *value = &args->values[i];

		for (unsigned int k = 0; k < value->n; k++)
			free(value->items[k].text);
		free(value->items);
		free(value->typed);
	}
	args->n = 0;
}
