/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Devices of kind guestplane: the learning bridge of the guests.
 */
#ifndef SVP_GUEST_DEV_H
#define SVP_GUEST_DEV_H

struct net_device;
struct svp_bridge;

/* The core of a device of this kind; NULL if it is of another */
struct svp_bridge *svp_guest_dev_bridge(const struct net_device *dev);

int svp_guest_dev_init(void);
void svp_guest_dev_exit(void);

#endif
