/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finding the netlink family, and telling why it is not there.
 */
#ifndef SVC_FAMILY_H
#define SVC_FAMILY_H

#include <stdint.h>
#include <stdio.h>

struct nl_sock;

/* Id of the family (loads the module if it can), or a negative libnl error */
int family_resolve(struct nl_sock *sk, const char *name, uint32_t *version);
/*
 * Says what is missing and what to do about it. @root is put in front of
 * /sys, /proc and /lib, for tests.
 */
void family_missing(FILE *f, const char *root);

#endif
