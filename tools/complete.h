/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SVC_COMPLETE_H
#define SVC_COMPLETE_H

#include "session.h"

/*
 * Prints what may stand at the place of the last word of @argv, one candidate
 * a line; the shell picks those that fit.
 */
int complete_run(struct session *s, int argc, char **argv);

#endif
