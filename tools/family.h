/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Telling why the netlink family is not there.
 */
#ifndef SVC_FAMILY_H
#define SVC_FAMILY_H

#include <stdio.h>

/*
 * Says what is missing and what to do about it. @root is put in front of
 * /sys, /proc and /lib, for tests.
 */
void family_missing(FILE *f, const char *root);

#endif
