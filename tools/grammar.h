/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The grammar of the command as one tree of tables. Parser, help at every
 * level, completion and the manual's synopsis are all read from it.
 */
#ifndef SVC_GRAMMAR_H
#define SVC_GRAMMAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "key.h"
#include "scan.h"

#define KEYS_MAX	40	/* keys of one command */
#define ITEMS_MAX	4096	/* items of one list */

struct args;
struct nl_msg;
struct object;
struct session;
struct value;

enum kind {
	K_STR,			/* text */
	K_NAME,			/* name of one of our objects */
	K_DEV,			/* name of a network device */
	K_UINT,
	K_HEX,			/* number, usually typed in hex */
	K_TIME,			/* milliseconds */
	K_WORD,			/* one of .words, or a number if .max says so */
	K_FLAG,			/* the keyword alone */
	K_VALUE,		/* the keyword alone stands for the number .min */
	K_NOISE,		/* the keyword alone; means nothing */
	K_BYTES,		/* .max bytes as hex digits */
	K_KEY,			/* X25519 key in base64 */
	K_FILE,			/* path; - is standard input */
	K_MAC,
	K_PREFIX,
	K_ADDR,
	K_MEMBER,		/* prefix or MAC */
	K_RANGE,
	K_MASKED,
};

/* What a word of a K_WORD stands for */
struct word {
	const char *name;
	uint32_t value;
	const char *help;
};

/* One typed item; a key holds one, a list several */
struct item {
	uint64_t num;		/* number, word, range start, value */
	uint64_t num2;		/* range end, mask */
	struct prefix prefix;	/* also the MAC, with family 0 */
	uint8_t key[KEY_LEN];
	unsigned int at;	/* number of its word in the command */
	char *text;		/* as typed */
};

#define KEY_POS		0x01	/* by position, without its keyword */
#define KEY_NEED	0x02	/* must be given */
#define KEY_LIST	0x04	/* items joined by commas */
#define KEY_MANY	0x08	/* may be given several times */
#define KEY_BITS	0x10	/* the words of the list are or'ed into one number */
#define KEY_IDENT	0x20	/* show: names the one object to get */
#define KEY_FILTER	0x40	/* show: not sent, compared with each reply */

/**
 * struct key - a parameter of a command
 * @name: keyword; of a positional parameter the name used in messages
 * @kind: what its value looks like
 * @flags: KEY_*
 * @excl: keys with the same number exclude each other; if one of them has
 *	KEY_NEED, one must be given
 * @attr: netlink attribute, 0 = none
 * @nest: attribute of the nest that @attr belongs to, 0 = none
 * @min: least number
 * @max: greatest number, or most bytes of a text
 * @meta: how help calls the value
 * @help: one sentence
 * @words: for K_WORD, ends with a NULL name
 * @put: puts it into a message in a way of its own, may be NULL. Not 0: it could
 *	not; above 0 an exit code, and it has complained
 * @known: completion: kind of object the value names, or NULL
 * @known_attr: attribute of its replies that has the name
 */
struct key {
	const char *name;
	enum kind kind;
	unsigned int flags;
	unsigned int excl;
	uint16_t attr;
	uint16_t nest;
	uint64_t min, max;
	const char *meta;
	const char *help;
	const struct word *words;
	int (*put)(struct session *s, struct nl_msg *msg,
		   const struct value *value);
	const struct object *known;
	uint16_t known_attr;
};

/**
 * struct command - a node of the grammar: has either commands below it or keys
 * @name: the word
 * @help: one sentence
 * @more: further text for its help page; may be NULL
 * @hidden: neither in help nor in completion
 * @sub: commands below; ends with a NULL name
 * @keys: parameters; ends with a NULL name
 * @run: does it; returns an exit code
 * @cmd: netlink command
 * @nlflags: flags of its message
 * @fixed_attr: attribute that the command itself stands for, 0 = none
 * @fixed: its value
 * @reply: kind of object of the reply, printed with -echo; may be NULL
 * @also: alternative name, or NULL
 * @rc_wrong: exit code of a wrong command line; 0 = RC_USAGE
 */
struct command {
	const char *name;
	const char *help;
	const char *more;
	bool hidden;
	const struct command *sub;
	const struct key *keys;
	int (*run)(struct session *s, const struct args *args);
	uint8_t cmd;
	uint16_t nlflags;
	uint16_t fixed_attr;
	uint32_t fixed;
	const struct object *reply;
	const char *also;
	int rc_wrong;
};

/* A key with what was typed for it */
struct value {
	const struct key *key;
	unsigned int n;
	unsigned int room;
	struct item *items;
	char *typed;		/* "id 9000", for messages */
};

struct args {
	const struct command *command;
	unsigned int at;	/* number of the word that is being read */
	unsigned int n;
	struct value values[KEYS_MAX];
};

/* The whole grammar: its root has no name */
extern const struct command grammar;

/*
 * The command below @parent that @word names: fully, or by a prefix that no
 * other has. NULL with a text in @err.
 */
const struct command *grammar_find(const struct command *parent,
				   const char *word, struct err *err);

/* Reads the words behind a command; false with a text in @err */
bool args_parse(struct args *args, const struct command *command, int argc,
		char **argv, struct err *err);
void args_free(struct args *args);
/* The value of the key called @name, or NULL */
const struct value *args_get(const struct args *args, const char *name);
const char *args_text(const struct args *args, const char *name);
/* Reads one value; exported for completion and tests */
bool args_scan(const struct key *key, const char *word, struct item *item,
	       struct err *err);
/* The key that the next word of @args would belong to by position, or NULL */
const struct key *args_next_pos(const struct args *args);
const struct key *args_keyword(const struct command *command,
			       const char *word);
static inline bool key_alone(const struct key *key)
{
	return key->kind == K_FLAG || key->kind == K_VALUE ||
	       key->kind == K_NOISE;
}

#endif
