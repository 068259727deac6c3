// SPDX-License-Identifier: GPL-2.0-only
/*
 * An extended ack takes a pointer to a text, which must live until the reply
 * has been built, after the handler and its locks are gone. A request is
 * handled and answered by the task that sends it, one after the other: so a
 * text lives until the same task makes another, and is given to another task
 * only when its own has had ample time to be answered.
 *
 * The formatted texts of newer kernels end after 80 bytes: too short to name
 * the users of an object.
 */
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/netlink.h>
#include <linux/sched.h>
#include <linux/spinlock.h>

#include "extack.h"

#define SLOTS	64
#define HOLD	(2 * HZ)

static struct slot {
	const void *task;	/* compared, never followed */
	unsigned long stamp;
	char text[SVP_ERR_MAX];
} slots[SLOTS];

static DEFINE_SPINLOCK(lock);

static struct slot *find_slot(void)
{
	struct slot *slot, *oldest = slots;

	lockdep_assert_held(&lock);
	for (slot = slots; slot < slots + SLOTS; slot++) {
		if (!slot->task || slot->task == current)
			return slot;
		if (time_before(slot->stamp, oldest->stamp))
			oldest = slot;
	}
	return time_after(jiffies, oldest->stamp + HOLD) ? oldest : NULL;
}

static __printf(1, 0) const char *format(const char *fmt, va_list args)
{
	struct slot *slot;

	spin_lock(&lock);
	slot = find_slot();
	if (slot) {
		slot->task = current;
		slot->stamp = jiffies;
	}
	spin_unlock(&lock);
	if (!slot)
		return "refused; too many refusals at once to tell why";
	vscnprintf(slot->text, SVP_ERR_MAX, fmt, args);
	return slot->text;
}

void svp_err(struct netlink_ext_ack *extack, const char *fmt, ...)
{
	va_list args;

	if (!extack)
		return;
	va_start(args, fmt);
	extack->_msg = format(fmt, args);
	va_end(args);
}

void svp_err_attr(struct netlink_ext_ack *extack, const struct nlattr *attr,
		  const char *fmt, ...)
{
	va_list args;

	if (!extack)
		return;
	va_start(args, fmt);
	extack->_msg = format(fmt, args);
	va_end(args);
	NL_SET_BAD_ATTR(extack, attr);
}
