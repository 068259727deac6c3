// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sweep over one field: from the ends of spans to intervals with rows.
 */
#include <linux/errno.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "interval.h"

#define CHUNK_WORDS	(32 * 1024)	/* u64 of rows allocated at a time */

static u8 key_byte(struct svp_interval_key key, unsigned int byte)
{
	return byte < 8 ? key.lo >> (8 * byte) : key.hi >> (8 * (byte - 8));
}

/* One pass of a radix sort. Return: false if there was nothing to move */
static bool sort_byte(struct svp_interval_build *b, unsigned int byte,
		      struct svp_interval_event *to)
{
	u32 i, sum = 0, *at = b->radix;

	memset(b->radix, 0, sizeof(b->radix));
	for (i = 0; i < b->n_events && !svp_interval_breathe(b); i++)
		at[key_byte(b->events[i].key, byte)]++;
	if (at[key_byte(b->events[0].key, byte)] == b->n_events)
		return false;
	for (i = 0; i < ARRAY_SIZE(b->radix); i++) {
		u32 n = at[i];

		at[i] = sum;
		sum += n;
	}
	for (i = 0; i < b->n_events; i++) {
		to[at[key_byte(b->events[i].key, byte)]++] = b->events[i];
		if (svp_interval_breathe(b))
			break;
	}
	return true;
}

/* The kernel's sort() has no chance to be rescheduled, and is slower here */
static void sort_events(struct svp_interval_build *b)
{
	struct svp_interval_event *other;
	unsigned int byte;

	other = svp_interval_grab(b->pool, b->room, sizeof(*other), &b->err);
	for (byte = 0; byte * 8 < b->bits && !b->err && b->n_events; byte++)
		if (sort_byte(b, byte, other))
			swap(b->events, other);
	svp_interval_release(b->pool, other, b->room, sizeof(*other));
}

static u64 *grab_row(struct svp_interval_pool *pool, size_t words, int *err)
{
	struct svp_interval_chunk *chunk;
	size_t size = max_t(size_t, words, CHUNK_WORDS);

	if (pool->left < words) {
		chunk = svp_interval_grab(pool, 1,
					  struct_size(chunk, word, size), err);
		if (!chunk)
			return NULL;
		chunk->next = pool->chunk;
		pool->chunk = chunk;
		pool->left = size;
	}
	pool->left -= words;
	return &pool->chunk->word[pool->left];
}

static bool row_equal(const struct svp_interval_build *b, const u64 *row)
{
	const struct svp_interval_pool *pool = b->pool;
	const u64 *word = &row[pool->head];
	u64 bits;
	u32 i;

	if (memcmp(row, b->agg, pool->aggs * sizeof(u64)))
		return false;
	for (i = 0; i < pool->aggs; i++)
		for (bits = b->agg[i]; bits; bits &= bits - 1)
			if (*word++ != b->cur[i * 64 + __ffs64(bits)])
				return false;
	return true;
}

static const u64 *new_row(struct svp_interval_build *b)
{
	struct svp_interval_pool *pool = b->pool;
	u64 *row, *word, bits;
	u16 *before;
	u32 i;

	row = grab_row(pool, pool->head + b->n_words, &b->err);
	if (!row)
		return NULL;
	before = (u16 *)&row[pool->aggs];
	word = &row[pool->head];
	for (i = 0; i < pool->aggs; i++) {
		row[i] = b->agg[i];
		before[i] = word - &row[pool->head];
		for (bits = row[i]; bits; bits &= bits - 1)
			*word++ = b->cur[i * 64 + __ffs64(bits)];
	}
	return row;
}

/* The row of the lines in @b->cur, made if there is none */
static const u64 *get_row(struct svp_interval_build *b)
{
	u32 i = b->hash & b->mask;

	while (b->slots[i].row) {
		if (b->slots[i].hash == b->hash &&
		    row_equal(b, b->slots[i].row))
			return b->slots[i].row;
		i = (i + 1) & b->mask;
	}
	b->slots[i].hash = b->hash;
	b->slots[i].row = new_row(b);
	return b->slots[i].row;
}

static void apply_event(struct svp_interval_build *b,
			const struct svp_interval_event *event)
{
	u32 *depth = &b->depth[event->set];

	if (event->on ? !(*depth)++ : !--(*depth))
		svp_interval_toggle(b, event->set);
}

static void put_interval(struct svp_interval_build *b,
			 struct svp_interval_table *table,
			 struct svp_interval_key key)
{
	const u64 *row = get_row(b);

	if (!row || (table->n && table->row[table->n - 1] == row))
		return;
	if (table->lo)
		table->lo[table->n] = key.lo;
	else
		table->key[table->n] = key;
	table->row[table->n++] = row;
}

static void sweep(struct svp_interval_build *b,
		  struct svp_interval_table *table)
{
	struct svp_interval_key key = {};
	u32 i = 0;

	while (!svp_interval_breathe(b)) {
		while (i < b->n_events && svp_interval_key_equal(b->events[i].key, key))
			apply_event(b, &b->events[i++]);
		put_interval(b, table, key);
		if (i == b->n_events)
			return;
		key = b->events[i].key;
	}
}

static u32 count_intervals(struct svp_interval_build *b)
{
	u32 i, n = 1;

	for (i = 0; i < b->n_events && !svp_interval_breathe(b); i++)
		n += !i || !svp_interval_key_equal(b->events[i].key, b->events[i - 1].key);
	return n;
}

/**
 * svp_interval_finish - make a table of what was added
 * @b: what is being made
 * @table: the table, empty if every line wants every value. Partly made if
 *	this fails: svp_interval_table_free() is due in every case
 *
 * Context: process; may take long, but lets others run.
 * Return: 0, -ENOMEM, -E2BIG beyond the pool's budget, or -EINTR.
 */
int svp_interval_finish(struct svp_interval_build *b,
			struct svp_interval_table *table)
{
	struct svp_interval_pool *pool = b->pool;
	u32 n, slots;

	memset(table, 0, sizeof(*table));
	if (b->err || !b->constrained)
		return b->err;
	sort_events(b);
	if (b->err)
		return b->err;

	n = count_intervals(b);
	slots = roundup_pow_of_two(2 * n);
	if (b->bits <= 32)
		table->lo = svp_interval_grab(pool, n, sizeof(*table->lo), &b->err);
	else
		table->key = svp_interval_grab(pool, n, sizeof(*table->key), &b->err);
	table->row = svp_interval_grab(pool, n, sizeof(*table->row), &b->err);
	b->slots = svp_interval_grab(pool, slots, sizeof(*b->slots), &b->err);
	b->mask = slots - 1;
	if (!b->err)
		sweep(b, table);
	svp_interval_release(pool, b->slots, slots, sizeof(*b->slots));
	return b->err;
}
