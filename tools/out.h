/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One call writes text and JSON. In text a value stands behind its label; in
 * JSON under its key. A NULL label leaves it out of the text, a NULL key out of
 * JSON. Text is built line by line; JSON needs no care for commas.
 */
#ifndef SVC_OUT_H
#define SVC_OUT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define OUT_DEPTH	16

struct out {
	FILE *f;
	bool json;
	bool pretty;
	bool oneline;		/* text: a backslash instead of a newline */
	int depth;
	bool first[OUT_DEPTH];	/* nothing written yet at this depth */
	bool is_array[OUT_DEPTH];
	bool bol;		/* text: at the beginning of a line */
	bool glue;		/* text: list items are joined by commas */
	bool any;		/* text: this object has written something */
};

void out_init(struct out *o, FILE *f, bool json, bool pretty, bool oneline);

/* Would a value with these be written at all? */
bool out_takes(const struct out *o, const char *label, const char *key);

/* The array around a whole answer; text: nothing */
void out_begin(struct out *o);
void out_end(struct out *o);

/* An object; with @key a member, without an element. Text: nothing */
void out_object(struct out *o, const char *key);
void out_object_end(struct out *o);
/* An array of objects */
void out_array(struct out *o, const char *key);
void out_array_end(struct out *o);
/* An array of plain values: text "label a,b,c" */
void out_list(struct out *o, const char *label, const char *key);
void out_list_end(struct out *o);

void out_str(struct out *o, const char *label, const char *key,
	     const char *value);
void out_uint(struct out *o, const char *label, const char *key,
	      uint64_t value);
/* Text in hex, JSON as a number */
void out_hex(struct out *o, const char *label, const char *key, uint64_t value,
	     int digits);
/* Text: the label alone when true */
void out_bool(struct out *o, const char *label, const char *key, bool value);

/* Text only: a bare word; the end of a line, indentation of the next */
void out_word(struct out *o, const char *word);
void out_pad(struct out *o, const char *word, int width);
void out_nl(struct out *o);
void out_indent(struct out *o, int blanks);
/* Text only: the line of an object ends here (a real newline, also with -o) */
void out_record_end(struct out *o);

#endif
