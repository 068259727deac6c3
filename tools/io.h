/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading without a buffer of the C library, which nobody would wipe.
 */
#ifndef SVC_IO_H
#define SVC_IO_H

#include <sys/types.h>

/* As many bytes as there are, at most @size; -1 with errno */
ssize_t read_all(int fd, void *buf, size_t size);

#endif
