/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interval tables: which of many lines want the value of one field. The
 * classifier has one for each field of a frame.
 */
#ifndef SVP_INTERVAL_H
#define SVP_INTERVAL_H

#include <linux/bitops.h>
#include <linux/types.h>

/* Bytes that tables and their making may take together */
#define SVP_INTERVAL_MEM	(256UL << 20)
#define SVP_INTERVAL_LINES	(64 * 65536)	/* at most: rows count words in u16 */

struct svp_interval_key {
	u64 hi, lo;
};

/*
 * Interval i goes from @lo[i] or @key[i] to the next; the first begins at 0.
 * Its row is the bitmap of the lines that want it, without the empty words:
 * first pool->aggs words with a bit for each word that is there, behind them
 * the numbers (u16) of words before each 64 of those bits, from pool->head on
 * the words. Equal intervals share one row.
 */
struct svp_interval_table {
	unsigned int n;		/* 0: every line wants every value */
	u32 *lo;		/* fields of up to 32 bits */
	struct svp_interval_key *key;	/* wider ones */
	const u64 **row;
};

struct svp_interval_chunk {
	struct svp_interval_chunk *next;
	u64 word[];
};

/* All rows of the tables of one set of lines */
struct svp_interval_pool {
	u32 lines;
	u32 aggs;
	u32 head;		/* index of a row's first word */
	size_t used, max;	/* bytes */
	struct svp_interval_chunk *chunk;
	size_t left;		/* u64 in the chunk that are free */
};

struct svp_interval_event {
	struct svp_interval_key key;
	u32 set;
	u32 on;			/* begins here, or has ended before */
};

struct svp_interval_slot {
	u64 hash;
	const u64 *row;
};

/**
 * struct svp_interval_build - a table in the making
 * @pool: where its rows go
 * @err: the first error, sticky
 * @events: where sets begin and end
 * @n_events: how many
 * @room: how many fit
 * @depth: spans of each set that are open
 * @n_sets: sets; those below pool->lines are single lines
 * @first: first line of each set of several, by number above pool->lines
 * @next: line after a line in its set
 * @cur: lines that want the value in hand
 * @agg: non-empty words of @cur
 * @n_words: bits in @agg
 * @hash: of the lines in @cur
 * @radix: for sorting
 * @slots: rows made, by hash
 * @mask: size of @slots less one
 * @busy: steps since the last chance to be interrupted
 * @bits: of the field
 * @max: its greatest value
 * @constrained: some line does not want every value
 */
struct svp_interval_build {
	struct svp_interval_pool *pool;
	int err;
	struct svp_interval_event *events;
	u32 n_events, room;
	u32 *depth;
	u32 n_sets;
	u32 *first, *next;
	u64 *cur, *agg;
	u32 n_words;
	u64 hash;
	u32 radix[256];
	struct svp_interval_slot *slots;
	u32 mask;
	u32 busy;
	u32 bits;
	struct svp_interval_key max;
	bool constrained;
};

void svp_interval_pool_init(struct svp_interval_pool *pool, u32 lines,
			    size_t max);
void svp_interval_pool_free(struct svp_interval_pool *pool);
void svp_interval_table_free(struct svp_interval_table *table);
int svp_interval_begin(struct svp_interval_build *b,
		       struct svp_interval_pool *pool, u32 groups);
void svp_interval_end(struct svp_interval_build *b);
void svp_interval_reset(struct svp_interval_build *b, unsigned int bits);
void svp_interval_wild(struct svp_interval_build *b, u32 line);
bool svp_interval_join(struct svp_interval_build *b, u32 set, u32 line);
void svp_interval_add(struct svp_interval_build *b, u32 set,
		      struct svp_interval_key lo, struct svp_interval_key hi);
int svp_interval_finish(struct svp_interval_build *b,
			struct svp_interval_table *table);
int svp_interval_breathe(struct svp_interval_build *b);

/* Between interval.c and interval_sweep.c */
void *svp_interval_grab(struct svp_interval_pool *pool, size_t n, size_t size,
			int *err);
void svp_interval_release(struct svp_interval_pool *pool, const void *p,
			  size_t n, size_t size);
void svp_interval_toggle(struct svp_interval_build *b, u32 set);

static inline bool svp_interval_key_equal(struct svp_interval_key a,
					  struct svp_interval_key b)
{
	return a.hi == b.hi && a.lo == b.lo;
}

/**
 * svp_interval_find - the lines that want a value of up to 32 bits
 * @table: a table of the narrow kind, not empty
 * @value: the value
 *
 * Return: the row.
 */
static inline const u64 *
svp_interval_find(const struct svp_interval_table *table, u32 value)
{
	const u32 *base = table->lo;
	unsigned int n = table->n;

	while (n > 1) {
		unsigned int half = n / 2;

		base += base[half] <= value ? half : 0;
		n -= half;
	}
	return table->row[base - table->lo];
}

/**
 * svp_interval_find_wide - the lines that want a value of up to 128 bits
 * @table: a table of the wide kind, not empty
 * @value: the value
 *
 * Return: the row.
 */
static inline const u64 *
svp_interval_find_wide(const struct svp_interval_table *table,
		       struct svp_interval_key value)
{
	const struct svp_interval_key *base = table->key;
	unsigned int n = table->n;

	while (n > 1) {
		unsigned int half = n / 2;
		bool equal = base[half].hi == value.hi;
		bool below = base[half].hi < value.hi;

		/* No branches: they would be guessed wrong half the time */
		below |= equal & (base[half].lo <= value.lo);
		base += half & -(unsigned int)below;
		n -= half;
	}
	return table->row[base - table->key];
}

/**
 * svp_interval_word - 64 lines of a row
 * @pool: the pool of the row
 * @row: the row
 * @agg: which aggregate, below pool->aggs
 * @bit: which of its bits; it is set
 *
 * Return: bitmap of the lines from (@agg * 64 + @bit) * 64 on.
 */
static inline u64 svp_interval_word(const struct svp_interval_pool *pool,
				    const u64 *row,
				    u32 agg, u32 bit)
{
	const u16 *before = (const u16 *)&row[pool->aggs];
	u64 lower = row[agg] & (BIT_ULL(bit) - 1);

	return row[pool->head + before[agg] + hweight64(lower)];
}

#endif
