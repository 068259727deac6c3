// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <string.h>

#include <linux/svcplane.h>

#include "fields.h"
#include "key.h"

#define TEXT	256

static void prefix_text(const struct nlattr *nest, char *buf, size_t size)
{
	struct attrs attrs = attrs_of_nest(nest);
	struct nlattr *addr = attrs_find(&attrs, SVCPLANE_A_PREFIX_ADDR);
	struct nlattr *len = attrs_find(&attrs, SVCPLANE_A_PREFIX_LEN);
	int bytes = addr ? nla_len(addr) : 0;
	size_t used;

	buf[0] = '\0';
	if (!addr)
		return;
	addr_text(nla_data(addr), bytes, buf, size);
	used = strlen(buf);
	if (len && bytes != 6 && (int)attr_uint(len) != 8 * bytes)
		snprintf(buf + used, size - used, "/%" PRIu64, attr_uint(len));
}

/* No bit at all has a name of its own where the words tell one for 0 */
static void bits_text(const struct word *words, uint64_t bits, char *buf,
		      size_t size)
{
	const char *empty = words_name(words, 0);
	size_t used = 0;

	buf[0] = '\0';
	for (; words->name; words++) {
		if (!(bits & words->value) || used >= size)
			continue;
		used += snprintf(buf + used, size - used, "%s%s",
				 used ? "," : "", words->name);
		bits &= ~(uint64_t)words->value;
	}
	if (bits && used < size)
		used += snprintf(buf + used, size - used, "%s0x%" PRIx64,
				 used ? "," : "", bits);
	if (!used)
		snprintf(buf, size, "%s", empty ? empty : "none");
}

static void range_text(uint32_t range, char *buf, size_t size)
{
	if (range >> 16 == (range & 0xffff))
		snprintf(buf, size, "%u", range >> 16);
	else
		snprintf(buf, size, "%u-%u", range >> 16, range & 0xffff);
}

static void word_text(const struct field *f, uint64_t value, char *buf,
		      size_t size)
{
	const char *name = words_name(f->words, value);

	if (name)
		snprintf(buf, size, "%s", name);
	else if (f->flags & FIELD_HEX)
		snprintf(buf, size, "0x%" PRIx64, value);
	else
		snprintf(buf, size, "%" PRIu64, value);
}

/* One value as text */
static void value_text(const struct field *f, const struct nlattr *attr,
		       char *buf, size_t size)
{
	switch (f->shape) {
	case F_STR:
		attr_text(attr, buf, size);
		break;
	case F_WORD:
		word_text(f, attr_uint(attr), buf, size);
		break;
	case F_BITS:
		bits_text(f->words, attr_uint(attr), buf, size);
		break;
	case F_MAC:
	case F_ADDR:
		addr_text(nla_data(attr), nla_len(attr), buf, size);
		break;
	case F_BYTES:
		hex_text(nla_data(attr), nla_len(attr), buf, size);
		break;
	case F_KEY:
		if (nla_len(attr) == KEY_LEN)
			key_text(nla_data(attr), buf);
		else
			snprintf(buf, size, "-");
		break;
	case F_PREFIX:
		prefix_text(attr, buf, size);
		break;
	case F_RANGE:
		range_text(attr_uint(attr), buf, size);
		break;
	case F_HEX:
		snprintf(buf, size, "0x%" PRIx64, attr_uint(attr));
		break;
	default:
		snprintf(buf, size, "%" PRIu64, attr_uint(attr));
		break;
	}
}

static void json_bits(struct out *o, const struct field *f, uint64_t bits)
{
	out_list(o, f->label, f->key);
	for (const struct word *w = f->words; w->name; w++)
		if (w->value && (bits & w->value) == w->value) {
			out_str(o, "", NULL, w->name);
			bits &= ~(uint64_t)w->value;
		}
	out_list_end(o);
}

static void json_range(struct out *o, const struct field *f, uint32_t range)
{
	out_object(o, f->key);
	out_uint(o, NULL, "first", range >> 16);
	out_uint(o, NULL, "last", range & 0xffff);
	out_object_end(o);
}

static void print_value(struct out *o, const struct field *f,
			const struct nlattr *attr)
{
	char text[TEXT];

	if (o->json && (f->shape == F_UINT || f->shape == F_HEX)) {
		out_uint(o, NULL, f->key, attr_uint(attr));
	} else if (o->json && f->shape == F_BITS) {
		json_bits(o, f, attr_uint(attr));
	} else if (o->json && f->shape == F_RANGE) {
		json_range(o, f, attr_uint(attr));
	} else {
		value_text(f, attr, text, sizeof(text));
		out_str(o, f->label, f->key, text);
	}
}

static void print_many(struct out *o, const struct field *f,
		       const struct attrs *attrs)
{
	struct nlattr *attr = attrs_find(attrs, f->attr);

	if (!o->json && (!attr || !f->label))
		return;
	if (o->json && !f->key)
		return;
	out_list(o, f->label, f->key);
	for (; attr; attr = attrs_next(attrs, attr, f->attr))
		print_value(o, f, attr);
	out_list_end(o);
}

static void print_count(struct out *o, const struct field *f,
			const struct nlattr *nest)
{
	struct attrs attrs = attrs_of_nest(nest);
	uint64_t packets, bytes;
	char text[TEXT];

	packets = attr_uint(attrs_find(&attrs, SVCPLANE_A_COUNT_PACKETS));
	bytes = attr_uint(attrs_find(&attrs, SVCPLANE_A_COUNT_BYTES));
	if (o->json) {
		out_object(o, f->key);
		out_uint(o, NULL, "packets", packets);
		out_uint(o, NULL, "bytes", bytes);
		out_object_end(o);
		return;
	}
	snprintf(text, sizeof(text), "%" PRIu64 " packets %" PRIu64 " bytes",
		 packets, bytes);
	out_str(o, f->label, NULL, text);
}

static void print_nests(struct out *o, const struct field *f,
			const struct attrs *attrs, const struct view *view)
{
	struct nlattr *attr = attrs_find(attrs, f->attr);
	struct view below = *view;

	below.indent += 4;
	out_array(o, f->key);
	for (; attr; attr = attrs_next(attrs, attr, f->attr)) {
		struct attrs nest = attrs_of_nest(attr);

		if (!o->json) {
			out_nl(o);
			out_indent(o, below.indent);
			if (f->label)
				out_word(o, f->label);
		}
		out_object(o, NULL);
		fields_print(o, f->sub, &nest, &below);
		out_object_end(o);
	}
	out_array_end(o);
}

static void print_nest(struct out *o, const struct field *f,
		       const struct nlattr *attr, const struct view *view)
{
	struct attrs nest = attrs_of_nest(attr);

	if (f->label && *f->label)
		out_word(o, f->label);
	out_object(o, f->key);
	fields_print(o, f->sub, &nest, view);
	out_object_end(o);
}

static bool hidden(const struct out *o, const struct field *f,
		   const struct nlattr *attr, const struct view *view)
{
	if ((f->flags & FIELD_STATS) && !view->stats)
		return true;
	if (o->json || view->details)
		return false;
	return (f->flags & FIELD_DETAIL) ||
	       ((f->flags & FIELD_DFLT) && attr_uint(attr) == f->dflt);
}

static void print_layout(struct out *o, const struct field *f,
			 const struct attrs *attrs, const struct view *view)
{
	switch (f->shape) {
	case F_LINE:
		out_nl(o);
		out_indent(o, view->indent + 4 + f->dflt);
		break;
	case F_OPEN:
		out_object(o, f->key);
		break;
	case F_CLOSE:
		out_object_end(o);
		break;
	default:
		f->print(o, attrs, view);
		break;
	}
}

static void print_field(struct out *o, const struct field *f,
			const struct attrs *attrs, const struct view *view)
{
	struct nlattr *attr = attrs_find(attrs, f->attr);

	if (hidden(o, f, attr, view))
		return;
	if (f->shape >= F_LINE)
		print_layout(o, f, attrs, view);
	else if (f->shape == F_NESTS)
		print_nests(o, f, attrs, view);
	else if (f->flags & FIELD_MANY)
		print_many(o, f, attrs);
	else if (f->shape == F_FLAG)
		out_bool(o, f->label, f->key, !!attr);
	else if (!attr || !out_takes(o, f->label, f->key))
		return;
	else if (f->shape == F_NEST)
		print_nest(o, f, attr, view);
	else if (f->shape == F_COUNT)
		print_count(o, f, attr);
	else
		print_value(o, f, attr);
}

void fields_print(struct out *o, const struct field *fields,
		  const struct attrs *attrs, const struct view *view)
{
	for (const struct field *f = fields; f->shape != F_END; f++)
		print_field(o, f, attrs, view);
}

static void brief_text(const struct field *f, const struct attrs *attrs,
		       char *buf, size_t size)
{
	struct nlattr *attr = attrs_find(attrs, f->attr);
	size_t used = 0;

	snprintf(buf, size, "-");
	if (f->shape == F_FLAG) {
		snprintf(buf, size, "%s", attr ? f->label : "-");
		return;
	}
	for (; attr && used + 2 < size; used = strlen(buf)) {
		if (used)
			buf[used++] = ',';
		value_text(f, attr, buf + used, size - used);
		if (!(f->flags & FIELD_MANY))
			break;
		attr = attrs_next(attrs, attr, f->attr);
	}
}

void fields_brief(struct out *o, const struct field *fields,
		  const struct attrs *attrs)
{
	char text[TEXT];

	for (const struct field *f = fields; f->shape != F_END; f++) {
		if (!(f->flags & FIELD_BRIEF))
			continue;
		brief_text(f, attrs, text, sizeof(text));
		out_pad(o, text, f->width);
	}
}
