// SPDX-License-Identifier: GPL-2.0-only
/*
 * Gates for flow state. A gate that is over is as good as closed; it is taken
 * away when somebody opens or closes another.
 */
#include <linux/etherdevice.h>
#include <linux/jiffies.h>
#include <linux/slab.h>

#include "import.h"

/**
 * svp_imports_init - no gate is open
 * @imports: the gates of a plane
 */
void svp_imports_init(struct svp_imports *imports)
{
	spin_lock_init(&imports->lock);
	INIT_LIST_HEAD(&imports->list);
	imports->n = 0;
}

static void forget(struct svp_imports *imports, struct svp_import *gate)
{
	list_del(&gate->list);
	imports->n--;
	kfree(gate);
}

/**
 * svp_imports_destroy - forget all gates
 * @imports: the gates, which nobody asks any more
 */
void svp_imports_destroy(struct svp_imports *imports)
{
	struct svp_import *gate, *next;

	list_for_each_entry_safe(gate, next, &imports->list, list)
		forget(imports, gate);
}

static bool is_open(const struct svp_import *gate)
{
	return time_before(jiffies, gate->until);
}

static void forget_over(struct svp_imports *imports)
{
	struct svp_import *gate, *next;

	list_for_each_entry_safe(gate, next, &imports->list, list)
		if (!is_open(gate))
			forget(imports, gate);
}

static struct svp_import *find(struct svp_imports *imports, u16 host,
			       const u8 *mac)
{
	struct svp_import *gate;

	list_for_each_entry(gate, &imports->list, list)
		if (gate->host == host && ether_addr_equal(gate->mac, mac) &&
		    is_open(gate))
			return gate;
	return NULL;
}

/**
 * svp_import_open - let a host tell of the flows of a guest
 * @imports: the gates of the plane
 * @host: host id
 * @mac: address of the guest
 * @ms: how long, in milliseconds; of a gate that is open, from now on
 *
 * Context: process.
 * Return: 0, -ENOSPC or -ENOMEM.
 */
int svp_import_open(struct svp_imports *imports, u16 host,
		    const u8 mac[ETH_ALEN], u32 ms)
{
	struct svp_import *made = kzalloc(sizeof(*made), GFP_KERNEL);
	struct svp_import *gate;
	int err = 0;

	if (!made)
		return -ENOMEM;
	spin_lock_bh(&imports->lock);
	forget_over(imports);
	gate = find(imports, host, mac);
	if (!gate && imports->n >= SVP_IMPORTS_MAX) {
		err = -ENOSPC;
	} else if (!gate) {
		gate = made;
		made = NULL;
		gate->host = host;
		ether_addr_copy(gate->mac, mac);
		list_add_tail(&gate->list, &imports->list);
		imports->n++;
	}
	if (gate)
		gate->until = jiffies + msecs_to_jiffies(ms);
	spin_unlock_bh(&imports->lock);
	kfree(made);
	return err;
}

/**
 * svp_import_close - take a gate away
 * @imports: the gates of the plane
 * @host: host id
 * @mac: address of the guest
 *
 * Context: process.
 * Return: 0, or -ENOENT: it was not open.
 */
int svp_import_close(struct svp_imports *imports, u16 host,
		     const u8 mac[ETH_ALEN])
{
	struct svp_import *gate;

	spin_lock_bh(&imports->lock);
	forget_over(imports);
	gate = find(imports, host, mac);
	if (gate)
		forget(imports, gate);
	spin_unlock_bh(&imports->lock);
	return gate ? 0 : -ENOENT;
}

/**
 * svp_import_any - may a host send flow state at all?
 * @imports: the gates of the plane
 * @host: host id, not proven yet
 *
 * For before anything costly is done for a message of its.
 *
 * Context: any.
 */
bool svp_import_any(struct svp_imports *imports, u16 host)
{
	struct svp_import *gate;
	bool open = false;

	if (likely(!READ_ONCE(imports->n)))
		return false;
	spin_lock_bh(&imports->lock);
	list_for_each_entry(gate, &imports->list, list)
		open |= gate->host == host && is_open(gate);
	spin_unlock_bh(&imports->lock);
	return open;
}

/**
 * svp_import_take - records have come for a guest
 * @imports: the gates of the plane
 * @host: host they came from, authenticated
 * @mac: address of the guest
 * @records: valid ones
 * @invalid: others
 *
 * Context: any.
 * Return: false when no gate is open for them: then nothing is counted.
 */
bool svp_import_take(struct svp_imports *imports, u16 host,
		     const u8 mac[ETH_ALEN], unsigned int records,
		     unsigned int invalid)
{
	struct svp_import *gate;

	spin_lock_bh(&imports->lock);
	gate = find(imports, host, mac);
	if (gate) {
		gate->records += records;
		gate->invalid += invalid;
	}
	spin_unlock_bh(&imports->lock);
	return gate;
}

/**
 * svp_import_look - show a gate
 * @imports: the gates of the plane
 * @at: its place among those that are open
 * @gate: filled in
 *
 * Context: any.
 * Return: false when there are no more.
 */
bool svp_import_look(struct svp_imports *imports, unsigned int at,
		     struct svp_import *gate)
{
	struct svp_import *each;
	bool found = false;

	spin_lock_bh(&imports->lock);
	list_for_each_entry(each, &imports->list, list) {
		if (!is_open(each) || at--)
			continue;
		*gate = *each;
		found = true;
		break;
	}
	spin_unlock_bh(&imports->lock);
	return found;
}
