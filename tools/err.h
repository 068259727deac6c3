/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Why something was refused, in words, and the exit codes of the command.
 */
#ifndef SVC_ERR_H
#define SVC_ERR_H

#include <stdbool.h>

enum {
	RC_OK,
	RC_USAGE,		/* the command line is wrong; nothing was sent */
	RC_KERNEL,		/* the kernel refused, or could not be asked */
	RC_UNREACHED = RC_USAGE,	/* ping, trace: an answer is missing */
};

struct err {
	char text[512];
};

/* Always returns false, so that a check can end with it. */
bool err_set(struct err *err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* "Error: ..." on stderr; returns @rc. */
int complain(int rc, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
