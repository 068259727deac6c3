/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SVC_NETNS_H
#define SVC_NETNS_H

#include <stdio.h>

/* Works in the network namespace @name from now on. Returns 0 or -errno. */
int netns_enter(const char *name);
/* The names of all, one a line */
void netns_list(FILE *f);

#endif
