// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <string.h>

#include "out.h"

void out_init(struct out *o, FILE *f, bool json, bool pretty, bool oneline)
{
	memset(o, 0, sizeof(*o));
	o->f = f;
	o->json = json;
	o->pretty = pretty;
	o->oneline = oneline;
	o->bol = true;
	o->first[0] = true;
}

/* Nothing of ours is that deep: beyond, commas may be wrong, memory is not */
static int level(const struct out *o)
{
	return o->depth < OUT_DEPTH ? o->depth : OUT_DEPTH - 1;
}

static void json_newline(struct out *o)
{
	if (!o->pretty)
		return;
	fputc('\n', o->f);
	for (int i = 0; i < o->depth; i++)
		fputs("    ", o->f);
}

/*
 * The second byte of a UTF-8 character, told by its first: not one that could
 * be written shorter, no half of a surrogate pair, nothing beyond U+10FFFF
 */
static bool utf8_second(unsigned char first, unsigned char second)
{
	unsigned char least = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
	unsigned char most = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;

	return second >= least && second <= most;
}

/* Bytes of the UTF-8 character at @s; 0 if it is none */
static int utf8_len(const unsigned char *s)
{
	int len = *s < 0xc2 ? 0 : *s < 0xe0 ? 2 : *s < 0xf0 ? 3 :
		  *s < 0xf5 ? 4 : 0;

	if (len && !utf8_second(s[0], s[1]))
		return 0;
	for (int i = 2; i < len; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

/* Writes the character at @text, returns its bytes */
static int json_wide(struct out *o, const char *text)
{
	int len = utf8_len((const unsigned char *)text);

	if (len)
		fwrite(text, 1, len, o->f);
	else
		fputs("\\ufffd", o->f);
	return len ? len : 1;
}

static void json_string(struct out *o, const char *text)
{
	fputc('"', o->f);
	for (; *text; text++) {
		unsigned char c = *text;

		if (c == '"' || c == '\\')
			fprintf(o->f, "\\%c", c);
		else if (c == '\n')
			fputs("\\n", o->f);
		else if (c < 0x20 || c == 0x7f)
			fprintf(o->f, "\\u%04x", c);
		else if (c >= 0x80)
			text += json_wide(o, text) - 1;
		else
			fputc(c, o->f);
	}
	fputc('"', o->f);
}

/* Comma, line and key in front of a value */
static void json_lead(struct out *o, const char *key)
{
	if (!o->first[level(o)])
		fputc(',', o->f);
	o->first[level(o)] = false;
	if (o->depth)
		json_newline(o);
	if (key && !o->is_array[level(o)]) {
		json_string(o, key);
		fputs(o->pretty ? ": " : ":", o->f);
	}
}

static void json_open(struct out *o, const char *key, char bracket)
{
	json_lead(o, key);
	fputc(bracket, o->f);
	o->depth++;
	o->first[level(o)] = true;
	o->is_array[level(o)] = bracket == '[';
}

static void json_close(struct out *o)
{
	bool empty = o->first[level(o)];
	char bracket = o->is_array[level(o)] ? ']' : '}';

	o->depth--;
	if (!empty)
		json_newline(o);
	fputc(bracket, o->f);
}

/* A member without key would break an object: it is for text only */
static bool json_wants(const struct out *o, const char *key)
{
	return key || o->is_array[level(o)];
}

bool out_takes(const struct out *o, const char *label, const char *key)
{
	return o->json ? json_wants(o, key) : label || o->glue;
}

/* Control characters from the kernel never reach a terminal */
static void text_string(struct out *o, const char *text)
{
	for (; *text; text++) {
		unsigned char c = *text;

		if (c < 0x20 || c == 0x7f)
			fprintf(o->f, "\\%03o", c);
		else
			fputc(c, o->f);
	}
}

static void text_lead(struct out *o, const char *label)
{
	if (o->glue) {
		if (!o->first[level(o)])
			fputc(',', o->f);
		o->first[level(o)] = false;
		return;
	}
	if (!o->bol)
		fputc(' ', o->f);
	o->bol = false;
	if (*label)
		fprintf(o->f, "%s ", label);
}

void out_begin(struct out *o)
{
	if (o->json)
		json_open(o, NULL, '[');
}

void out_end(struct out *o)
{
	if (!o->json)
		return;
	json_close(o);
	fputc('\n', o->f);
	o->first[level(o)] = true;
}

void out_object(struct out *o, const char *key)
{
	if (o->json)
		json_open(o, key, '{');
}

void out_object_end(struct out *o)
{
	if (!o->json)
		return;
	json_close(o);
	if (!o->depth) {
		fputc('\n', o->f);
		o->first[0] = true;
	}
}

void out_array(struct out *o, const char *key)
{
	if (o->json)
		json_open(o, key, '[');
}

void out_array_end(struct out *o)
{
	if (o->json)
		json_close(o);
}

void out_list(struct out *o, const char *label, const char *key)
{
	if (o->json) {
		json_open(o, key, '[');
		return;
	}
	text_lead(o, label);
	o->glue = true;
	o->first[level(o)] = true;
}

void out_list_end(struct out *o)
{
	if (o->json) {
		json_close(o);
		return;
	}
	if (o->first[level(o)])
		fputc('-', o->f);
	o->glue = false;
}

void out_str(struct out *o, const char *label, const char *key,
	     const char *value)
{
	if (o->json) {
		if (!json_wants(o, key))
			return;
		json_lead(o, key);
		json_string(o, value);
	} else if (label || o->glue) {
		text_lead(o, label);
		text_string(o, value);
	}
}

void out_uint(struct out *o, const char *label, const char *key,
	      uint64_t value)
{
	if (o->json) {
		if (!json_wants(o, key))
			return;
		json_lead(o, key);
		fprintf(o->f, "%" PRIu64, value);
	} else if (label || o->glue) {
		text_lead(o, label);
		fprintf(o->f, "%" PRIu64, value);
	}
}

void out_hex(struct out *o, const char *label, const char *key, uint64_t value,
	     int digits)
{
	if (o->json) {
		out_uint(o, NULL, key, value);
	} else if (label || o->glue) {
		text_lead(o, label);
		fprintf(o->f, "0x%0*" PRIx64, digits, value);
	}
}

void out_bool(struct out *o, const char *label, const char *key, bool value)
{
	if (o->json) {
		if (!json_wants(o, key))
			return;
		json_lead(o, key);
		fputs(value ? "true" : "false", o->f);
	} else if (label && value) {
		out_word(o, label);
	}
}

void out_word(struct out *o, const char *word)
{
	out_pad(o, word, 0);
}

void out_pad(struct out *o, const char *word, int width)
{
	int len = strlen(word);

	if (o->json)
		return;
	text_lead(o, "");
	text_string(o, word);
	for (; len < width; len++)
		fputc(' ', o->f);
}

void out_nl(struct out *o)
{
	if (o->json || o->bol)
		return;
	fputs(o->oneline ? "\\" : "\n", o->f);
	o->bol = true;
}

void out_indent(struct out *o, int blanks)
{
	if (o->json)
		return;
	for (int i = 0; i < blanks; i++)
		fputc(' ', o->f);
	o->bol = true;
}

void out_record_end(struct out *o)
{
	if (o->json)
		return;
	if (!o->bol)
		fputc('\n', o->f);
	else if (o->oneline)
		fputc('\n', o->f);
	o->bol = true;
}
