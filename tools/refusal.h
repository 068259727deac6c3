/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel says when it refuses, told in the words that were typed.
 */
#ifndef SVC_REFUSAL_H
#define SVC_REFUSAL_H

#include "session.h"

/* Read an error, or the end of a dump; return the negative errno in it */
int refusal_of_error(struct refusal *refusal, struct nlmsghdr *hdr);
int refusal_of_done(struct refusal *refusal, struct nlmsghdr *hdr);
/* A success may carry a warning */
void refusal_warn(struct nlmsghdr *hdr);
/* The sentence for the user */
void refusal_text(const struct session *s, char *buf, size_t size);
/* "Error: ..."; returns RC_KERNEL */
int refusal_tell(const struct session *s);

#endif
