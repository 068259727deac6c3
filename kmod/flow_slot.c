// SPDX-License-Identifier: GPL-2.0-only
/*
 * The flow array: what a flow tag leads to, and the order of walks.
 *
 * A flow gets the next counter whose low bits name a free slot. The counter
 * goes up by less than a whole turn of the array for each new flow, so a tag
 * comes back after 2^31 / (slots per flow) flows at the earliest; until then an
 * old tag finds an empty slot, or a flow with another counter.
 *
 * Writers: svp_flow_slotmap.lock, BH off. Readers: RCU. A slot is published
 * last (the flow knows its tag by then) and cleared first.
 *
 * Growth: the bigger array is filled in bounded steps while puts and clears go
 * to both, then takes the place of the old one. Counters that differ in their
 * low bits differ in more of them too, so no two flows meet in the new array.
 */
#include <linux/bitmap.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "flow.h"
#include "flow_slot.h"

#define SLOTS_MIN	32U
#define GROW_STEP	4096U	/* slots copied in one stretch with the lock held */

static struct svp_flow_slots *slots_new(u32 max_flows)
{
	size_t n = max(roundup_pow_of_two(2UL * max_flows), 0UL + SLOTS_MIN);
	size_t head = sizeof(struct svp_flow_slots) + n * sizeof(void *);
	struct svp_flow_slots *slots;

	slots = kvzalloc(head + BITS_TO_LONGS(n) * sizeof(long), GFP_KERNEL);
	if (!slots)
		return NULL;
	slots->mask = n - 1;
	slots->used = (void *)slots + head;
	return slots;
}

static struct svp_flow_slots *slots_locked(struct svp_flow_slotmap *map)
{
	return rcu_dereference_protected(map->cur, lockdep_is_held(&map->lock));
}

static u32 counter_of(const struct svp_flow_slotmap *map,
		      const struct svp_flow *flow)
{
	return svp_flow_tag_invert(&map->key, flow->tag);
}

static void slot_set(struct svp_flow_slots *slots, u32 counter,
		     struct svp_flow *flow)
{
	u32 i = counter & slots->mask;

	set_bit(i, slots->used);
	rcu_assign_pointer(slots->slot[i], flow);
}

static void slot_unset(struct svp_flow_slots *slots, u32 counter,
		       struct svp_flow *flow)
{
	u32 i = counter & slots->mask;

	/* while growing, the new array may not have got it yet */
	if (rcu_access_pointer(slots->slot[i]) != flow)
		return;
	RCU_INIT_POINTER(slots->slot[i], NULL);
	clear_bit(i, slots->used);
}

/* The next counter that leads to a free slot and to a tag that is not 0 */
static int counter_advance(struct svp_flow_slotmap *map, u32 *tag)
{
	struct svp_flow_slots *slots = slots_locked(map);
	u32 turn, i, size = slots->mask + 1;

	do {
		map->counter = (map->counter + 1) & SVP_FLOW_TAG_MASK;
		turn = map->counter & ~slots->mask;
		i = find_next_zero_bit(slots->used, size,
				       map->counter & slots->mask);
		if (i == size) {
			turn = (turn + size) & SVP_FLOW_TAG_MASK;
			i = find_first_zero_bit(slots->used, size);
			if (i == size)
				return -ENOSPC;
		}
		map->counter = turn | i;
		*tag = svp_flow_tag_permute(&map->key, map->counter);
	} while (!*tag);
	return 0;
}

/**
 * svp_flow_slot_put - give a flow its tag and publish it under it
 * @map: the array
 * @flow: not yet published; @tag is set here
 *
 * Context: BH off.
 * Return: 0, or -ENOSPC when every slot is taken.
 */
int svp_flow_slot_put(struct svp_flow_slotmap *map, struct svp_flow *flow)
{
	int err;

	spin_lock(&map->lock);
	err = counter_advance(map, &flow->tag);
	if (!err) {
		slot_set(slots_locked(map), map->counter, flow);
		if (map->next)
			slot_set(map->next, map->counter, flow);
	}
	spin_unlock(&map->lock);
	return err;
}

/**
 * svp_flow_slot_clear - take a flow out of the array
 * @map: the array
 * @flow: in it
 *
 * The flow keeps its tag; readers may hold it until the end of a grace period.
 *
 * Context: BH off.
 */
void svp_flow_slot_clear(struct svp_flow_slotmap *map, struct svp_flow *flow)
{
	u32 counter = counter_of(map, flow);

	spin_lock(&map->lock);
	slot_unset(slots_locked(map), counter, flow);
	if (map->next)
		slot_unset(map->next, counter, flow);
	spin_unlock(&map->lock);
}

/**
 * svp_flow_slot_find - the flow with a tag
 * @map: the array
 * @tag: from the wire, host order, any value
 *
 * Context: rcu_read_lock().
 * Return: the flow, or NULL.
 */
struct svp_flow *svp_flow_slot_find(struct svp_flow_slotmap *map, u32 tag)
{
	const struct svp_flow_slots *slots = rcu_dereference(map->cur);
	struct svp_flow *flow;
	u32 counter;

	if (!tag || tag > SVP_FLOW_TAG_MASK)
		return NULL;
	counter = svp_flow_tag_invert(&map->key, tag);
	flow = rcu_dereference(slots->slot[counter & slots->mask]);
	return flow && flow->tag == tag ? flow : NULL;
}

/**
 * svp_flow_slot_next - next flow of a walk
 * @map: the array
 * @cursor: first slot to look at; moved behind the flow that is returned. 0
 *	begins a walk
 *
 * Context: rcu_read_lock().
 * Return: the flow, or NULL at the end.
 */
struct svp_flow *svp_flow_slot_next(struct svp_flow_slotmap *map, u32 *cursor)
{
	const struct svp_flow_slots *slots = rcu_dereference(map->cur);
	u32 i, size = slots->mask + 1;
	struct svp_flow *flow;

	while (*cursor < size) {
		/* a bit that changes meanwhile is a flow that came or went */
		i = data_race(find_next_bit(slots->used, size, *cursor));
		if (i >= size)
			break;
		*cursor = i + 1;
		flow = rcu_dereference(slots->slot[i]);
		if (flow)
			return flow;
	}
	*cursor = size;
	return NULL;
}

static void grow_copy(struct svp_flow_slotmap *map, u32 from)
{
	struct svp_flow_slots *old = slots_locked(map);
	struct svp_flow *flow;
	u32 i;

	for (i = from; i <= old->mask && i < from + GROW_STEP; i++) {
		flow = rcu_dereference_protected(old->slot[i],
						 lockdep_is_held(&map->lock));
		if (flow)
			slot_set(map->next, counter_of(map, flow), flow);
	}
}

/**
 * svp_flow_slot_grow - make room for more flows
 * @map: the array
 * @max_flows: how many it must hold; it never shrinks
 *
 * A walk that is under way may see flows twice.
 *
 * Context: process; not two at a time.
 * Return: 0 or -ENOMEM.
 */
int svp_flow_slot_grow(struct svp_flow_slotmap *map, u32 max_flows)
{
	struct svp_flow_slots *old, *new;
	u32 from, mask;

	rcu_read_lock();
	mask = rcu_dereference(map->cur)->mask;
	rcu_read_unlock();
	if (2UL * max_flows <= mask + 1UL)
		return 0;
	new = slots_new(max_flows);
	if (!new)
		return -ENOMEM;
	spin_lock_bh(&map->lock);
	map->next = new;
	spin_unlock_bh(&map->lock);
	for (from = 0; from <= mask; from += GROW_STEP) {
		spin_lock_bh(&map->lock);
		grow_copy(map, from);
		spin_unlock_bh(&map->lock);
		cond_resched();
	}
	spin_lock_bh(&map->lock);
	old = slots_locked(map);
	rcu_assign_pointer(map->cur, new);
	map->next = NULL;
	spin_unlock_bh(&map->lock);
	kvfree_rcu(old, rcu);
	return 0;
}

/**
 * svp_flow_slot_init - an empty array
 * @map: zeroed
 * @max_flows: how many flows will be put at most at a time
 *
 * The counter starts anywhere, or the first tags after a load would name the
 * flows of the load before.
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int svp_flow_slot_init(struct svp_flow_slotmap *map, u32 max_flows)
{
	struct svp_flow_slots *slots = slots_new(max_flows);

	if (!slots)
		return -ENOMEM;
	spin_lock_init(&map->lock);
	get_random_bytes(&map->key, sizeof(map->key));
	get_random_bytes(&map->counter, sizeof(map->counter));
	map->counter &= SVP_FLOW_TAG_MASK;
	RCU_INIT_POINTER(map->cur, slots);
	return 0;
}

/**
 * svp_flow_slot_free - free the array, not the flows
 * @map: without readers and writers
 *
 * Context: process.
 */
void svp_flow_slot_free(struct svp_flow_slotmap *map)
{
	kvfree(rcu_dereference_protected(map->cur, true));
}
