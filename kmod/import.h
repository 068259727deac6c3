/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Gates for flow state: which guest may be announced by which host, and how
 * long. Closed unless the operator has opened it.
 */
#ifndef SVP_IMPORT_H
#define SVP_IMPORT_H

#include <linux/if_ether.h>
#include <linux/list.h>
#include <linux/spinlock.h>

#include "svcplane.h"

#define SVP_IMPORTS_MAX		64	/* open gates of a plane */
#define SVP_IMPORT_MS_MAX	3600000	/* that a gate stays open */

/**
 * struct svp_import - an open gate
 * @list: in svp_imports.list
 * @host: host the state may come from
 * @mac: address of the guest it may be of
 * @until: jiffies when it closes by itself
 * @records: records that have come through
 * @invalid: those that were passed over
 */
struct svp_import {
	struct list_head list;
	u16 host;
	u8 mac[ETH_ALEN];
	unsigned long until;
	u64 records;
	u64 invalid;
};

/**
 * struct svp_imports - the gates of a plane
 * @lock: guards all, BH off
 * @list: struct svp_import, in order of opening
 * @n: how many
 */
struct svp_imports {
	spinlock_t lock;
	struct list_head list;
	unsigned int n;
};

void svp_imports_init(struct svp_imports *imports);
void svp_imports_destroy(struct svp_imports *imports);
int svp_import_open(struct svp_imports *imports, u16 host,
		    const u8 mac[ETH_ALEN], u32 ms);
int svp_import_close(struct svp_imports *imports, u16 host,
		     const u8 mac[ETH_ALEN]);
/* Is one open for @host, whatever the guest? Any context */
bool svp_import_any(struct svp_imports *imports, u16 host);
/* Lets records through; false: the gate is not open */
bool svp_import_take(struct svp_imports *imports, u16 host,
		     const u8 mac[ETH_ALEN], unsigned int records,
		     unsigned int invalid);
/* Copy of the gate number @at; false: there are no more */
bool svp_import_look(struct svp_imports *imports, unsigned int at,
		     struct svp_import *gate);

#endif
