/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Replies are printed from tables: a field is an attribute with its label in
 * text and its key in JSON. Nothing is assumed of a reply; what is not there or
 * has a wrong length is left out.
 */
#ifndef SVC_FIELDS_H
#define SVC_FIELDS_H

#include <netlink/attr.h>
#include <netlink/msg.h>

#include "out.h"
#include "words.h"

/* A run of attributes */
struct attrs {
	struct nlattr *head;
	int len;
};

enum shape {
	F_END,
	F_STR,
	F_UINT,			/* 8 to 64 bits, as the attribute's length says */
	F_HEX,
	F_FLAG,
	F_WORD,			/* a number with a name in .words */
	F_BITS,			/* a list of names */
	F_MAC,
	F_ADDR,			/* 4, 6 or 16 bytes */
	F_PREFIX,		/* nest of address and length */
	F_RANGE,		/* first << 16 | last */
	F_BYTES,		/* hex digits */
	F_KEY,			/* base64 */
	F_NEST,			/* an object; .sub are its fields */
	F_NESTS,		/* an array of objects */
	F_COUNT,		/* nest of packets and bytes */
	F_LINE,			/* text: next line, indented by .dflt */
	F_OPEN, F_CLOSE,	/* JSON: an object around the fields between */
	F_SPECIAL,		/* .print does it */
};

#define FIELD_MANY	0x01	/* attribute may occur several times: a list */
#define FIELD_STATS	0x02	/* only with -s */
#define FIELD_DETAIL	0x04	/* text: only with -d */
#define FIELD_DFLT	0x08	/* text: not if equal to .dflt, but with -d */
#define FIELD_HEX	0x20	/* F_WORD: a number without a name in hex */
#define FIELD_BRIEF	0x10	/* column of -br, .width wide */

struct view {
	int stats;
	int details;
	bool brief;
	int indent;		/* of lines behind the first */
};

/**
 * struct field - something to print
 * @shape: what the attribute holds
 * @attr: its number
 * @label: in text; "" = the value alone, NULL = JSON only
 * @key: in JSON; NULL = text only
 * @flags: FIELD_*
 * @dflt: for FIELD_DFLT and F_LINE
 * @width: of the column of -br
 * @words: for F_WORD and F_BITS
 * @sub: for F_NEST and F_NESTS
 * @print: for F_SPECIAL
 */
struct field {
	enum shape shape;
	uint16_t attr;
	const char *label;
	const char *key;
	unsigned int flags;
	uint64_t dflt;
	int width;
	const struct word *words;
	const struct field *sub;
	void (*print)(struct out *o, const struct attrs *attrs,
		      const struct view *view);
};

/* Attributes of a generic netlink message; false if it is malformed */
bool attrs_of_msg(struct attrs *attrs, struct nlmsghdr *hdr);
struct attrs attrs_of_nest(const struct nlattr *nest);
struct nlattr *attrs_find(const struct attrs *attrs, uint16_t type);
/* The next of the same type behind @after (NULL: the first), or NULL */
struct nlattr *attrs_next(const struct attrs *attrs, const struct nlattr *after,
			  uint16_t type);
uint64_t attr_uint(const struct nlattr *attr);
/* Text of a string attribute, "" if there is none; cut to @size */
const char *attr_text(const struct nlattr *attr, char *buf, size_t size);
void addr_text(const void *addr, int len, char *buf, size_t size);
/* As many bytes as fit */
void hex_text(const void *data, int len, char *buf, size_t size);

void fields_print(struct out *o, const struct field *fields,
		  const struct attrs *attrs, const struct view *view);
/* A row of the table of -br */
void fields_brief(struct out *o, const struct field *fields,
		  const struct attrs *attrs);

#endif
