/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Devices of kind guestplane: the learning bridge of the guests.
 */
#ifndef SVP_GUEST_DEV_H
#define SVP_GUEST_DEV_H

int svp_guest_dev_init(void);
void svp_guest_dev_exit(void);

#endif
