// SPDX-License-Identifier: GPL-2.0-only
/*
 * The making of interval tables.
 *
 * Lines are numbered by priority. For each field a line wants every value
 * (svp_interval_wild()) or the spans of its set: its own set, or one it shares
 * with other lines (svp_interval_join()), so that a group of thousands of
 * prefixes costs the same however many rules name it. A sweep over the sorted
 * ends of all spans then meets every interval with the bitmap of its lines at
 * hand; equal bitmaps become one row.
 */
#include <linux/errno.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "interval.h"

#define FIRST_ROOM	1024
#define BREATH		4096		/* steps between chances to reschedule */

/**
 * svp_interval_grab - allocate zeroed memory within a pool's budget
 * @pool: whose budget it is counted against
 * @n: elements
 * @size: bytes of one
 * @err: set to -E2BIG or -ENOMEM on failure; nothing happens if it is set
 *
 * Context: process.
 * Return: the memory or NULL.
 */
void *svp_interval_grab(struct svp_interval_pool *pool, size_t n, size_t size,
			int *err)
{
	size_t bytes = array_size(n, size);
	void *p;

	if (*err)
		return NULL;
	if (bytes > pool->max - pool->used) {
		*err = -E2BIG;
		return NULL;
	}
	p = kvzalloc(bytes, GFP_KERNEL_ACCOUNT);
	if (p)
		pool->used += bytes;
	else
		*err = -ENOMEM;
	return p;
}

/**
 * svp_interval_release - free what svp_interval_grab() has given
 * @pool: as there
 * @p: the memory; may be NULL
 * @n: as there
 * @size: as there
 */
void svp_interval_release(struct svp_interval_pool *pool, const void *p,
			  size_t n, size_t size)
{
	if (!p)
		return;
	pool->used -= array_size(n, size);
	kvfree(p);
}

/**
 * svp_interval_pool_init - make an empty pool
 * @pool: the pool
 * @lines: lines, 1 to SVP_INTERVAL_LINES
 * @max: bytes that rows, tables and their making may take together
 */
void svp_interval_pool_init(struct svp_interval_pool *pool, u32 lines,
			    size_t max)
{
	memset(pool, 0, sizeof(*pool));
	pool->lines = lines;
	pool->max = max;
	pool->aggs = DIV_ROUND_UP(lines, 64 * 64);
	pool->head = pool->aggs + DIV_ROUND_UP(pool->aggs, 4);
}

/**
 * svp_interval_pool_free - free all rows
 * @pool: the pool; no table with its rows is used any more
 */
void svp_interval_pool_free(struct svp_interval_pool *pool)
{
	struct svp_interval_chunk *chunk;

	while ((chunk = pool->chunk)) {
		pool->chunk = chunk->next;
		kvfree(chunk);
	}
}

/**
 * svp_interval_table_free - free a table, its rows excepted
 * @table: the table; empty afterwards
 */
void svp_interval_table_free(struct svp_interval_table *table)
{
	kvfree(table->lo);
	kvfree(table->key);
	kvfree(table->row);
	memset(table, 0, sizeof(*table));
}

/**
 * svp_interval_breathe - let others run now and then
 * @b: what is being made
 *
 * Context: process.
 * Return: 0, or the error of @b, which is -EINTR once the task is being killed.
 */
int svp_interval_breathe(struct svp_interval_build *b)
{
	if (++b->busy < BREATH)
		return b->err;
	b->busy = 0;
	cond_resched();
	if (!b->err && fatal_signal_pending(current))
		b->err = -EINTR;
	return b->err;
}

/**
 * svp_interval_begin - start to make tables
 * @b: zeroed by this
 * @pool: where their rows go
 * @groups: sets of several lines; their numbers begin at pool->lines
 *
 * Context: process.
 * Return: 0, -ENOMEM or -E2BIG. svp_interval_end() is due in every case.
 */
int svp_interval_begin(struct svp_interval_build *b,
		       struct svp_interval_pool *pool, u32 groups)
{
	memset(b, 0, sizeof(*b));
	b->pool = pool;
	b->n_sets = pool->lines + groups;
	b->depth = svp_interval_grab(pool, b->n_sets, sizeof(*b->depth), &b->err);
	b->first = svp_interval_grab(pool, groups + 1, sizeof(*b->first), &b->err);
	b->next = svp_interval_grab(pool, pool->lines, sizeof(*b->next), &b->err);
	b->cur = svp_interval_grab(pool, pool->aggs * 64, sizeof(*b->cur), &b->err);
	b->agg = svp_interval_grab(pool, pool->aggs, sizeof(*b->agg), &b->err);
	return b->err;
}

/**
 * svp_interval_end - free what only the making needed
 * @b: what was made
 */
void svp_interval_end(struct svp_interval_build *b)
{
	struct svp_interval_pool *pool = b->pool;
	u32 groups = b->n_sets - pool->lines;

	svp_interval_release(pool, b->events, b->room, sizeof(*b->events));
	svp_interval_release(pool, b->depth, b->n_sets, sizeof(*b->depth));
	svp_interval_release(pool, b->first, groups + 1, sizeof(*b->first));
	svp_interval_release(pool, b->next, pool->lines, sizeof(*b->next));
	svp_interval_release(pool, b->cur, pool->aggs * 64, sizeof(*b->cur));
	svp_interval_release(pool, b->agg, pool->aggs, sizeof(*b->agg));
}

/**
 * svp_interval_reset - start the next table
 * @b: what is being made
 * @bits: of the field, 1 to 128; up to 32 make a narrow table
 */
void svp_interval_reset(struct svp_interval_build *b, unsigned int bits)
{
	struct svp_interval_pool *pool = b->pool;
	u32 groups = b->n_sets - pool->lines;

	b->bits = bits;
	b->max.hi = bits > 64 ? U64_MAX >> (128 - bits) : 0;
	b->max.lo = bits < 64 ? BIT_ULL(bits) - 1 : U64_MAX;
	b->n_events = 0;
	b->n_words = 0;
	b->hash = 0;
	b->constrained = false;
	memset(b->depth, 0, b->n_sets * sizeof(*b->depth));
	memset(b->first, 0, (groups + 1) * sizeof(*b->first));
	memset(b->next, 0, pool->lines * sizeof(*b->next));
	memset(b->cur, 0, pool->aggs * 64 * sizeof(*b->cur));
	memset(b->agg, 0, pool->aggs * sizeof(*b->agg));
}

/* A number for each line, so that their XOR names a set of lines well */
static u64 mix(u64 x)
{
	x = (x + 1) * 0x9e3779b97f4a7c15ULL;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
	return x ^ (x >> 31);
}

static void toggle_line(struct svp_interval_build *b, u32 line)
{
	u64 *word = &b->cur[line / 64];
	u64 old = *word;

	*word ^= BIT_ULL(line % 64);
	b->hash ^= mix(line);
	if (!old == !*word)
		return;
	b->agg[line / 4096] ^= BIT_ULL(line / 64 % 64);
	b->n_words += *word ? 1 : -1;
}

/**
 * svp_interval_toggle - a set begins or ceases to want the value in hand
 * @b: what is being made
 * @set: the set
 */
void svp_interval_toggle(struct svp_interval_build *b, u32 set)
{
	u32 line;

	if (set < b->pool->lines) {
		toggle_line(b, set);
		return;
	}
	/* Lines are counted from 1 in the chain: 0 ends it */
	for (line = b->first[set - b->pool->lines]; line;
	     line = b->next[line - 1]) {
		toggle_line(b, line - 1);
		if (svp_interval_breathe(b))
			return;
	}
}

/**
 * svp_interval_wild - a line wants every value
 * @b: what is being made
 * @line: the line; it has no set in this table
 */
void svp_interval_wild(struct svp_interval_build *b, u32 line)
{
	toggle_line(b, line);
}

/**
 * svp_interval_join - a line wants the spans of a set
 * @b: what is being made
 * @set: the line itself, or a set of several lines
 * @line: the line; it has no other set in this table
 *
 * Return: true for the first line of the set, whose spans are now to be added.
 */
bool svp_interval_join(struct svp_interval_build *b, u32 set, u32 line)
{
	u32 *first;
	bool is_first;

	b->constrained = true;
	if (set < b->pool->lines)
		return true;
	first = &b->first[set - b->pool->lines];
	is_first = !*first;
	b->next[line] = *first;
	*first = line + 1;
	return is_first;
}

static bool make_room(struct svp_interval_build *b)
{
	struct svp_interval_event *more;
	u32 room = b->room ? b->room * 2 : FIRST_ROOM;

	more = svp_interval_grab(b->pool, room, sizeof(*more), &b->err);
	if (!more)
		return false;
	if (b->events)
		memcpy(more, b->events, b->n_events * sizeof(*more));
	svp_interval_release(b->pool, b->events, b->room, sizeof(*b->events));
	b->events = more;
	b->room = room;
	return true;
}

static void add_event(struct svp_interval_build *b, u32 set, bool on,
		      struct svp_interval_key key)
{
	if (b->n_events == b->room && !make_room(b))
		return;
	b->events[b->n_events++] = (struct svp_interval_event) {
		.key = key, .set = set, .on = on,
	};
}

/**
 * svp_interval_add - a set wants the values of a span
 * @b: what is being made
 * @set: the set
 * @lo: first value
 * @hi: last value, not below @lo
 *
 * Spans of a set may overlap. An error shows when the table is finished.
 */
void svp_interval_add(struct svp_interval_build *b, u32 set,
		      struct svp_interval_key lo, struct svp_interval_key hi)
{
	if (svp_interval_breathe(b))
		return;
	add_event(b, set, true, lo);
	if (svp_interval_key_equal(hi, b->max))
		return;
	if (!++hi.lo)
		hi.hi++;
	add_event(b, set, false, hi);
}

