/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From words to the command that does it.
 */
#ifndef SVC_DISPATCH_H
#define SVC_DISPATCH_H

#include "session.h"

/* Runs the command that @argv names; returns an exit code */
int dispatch(struct session *s, int argc, char **argv);
/* Reads it only; args_free() is needed either way */
bool dispatch_parse(struct args *args, int argc, char **argv, struct err *err);

#endif
