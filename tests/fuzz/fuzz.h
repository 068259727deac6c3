/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the fuzz targets share. A target checks properties, not only memory:
 * a property that does not hold is a crash.
 */
#ifndef SVP_FUZZ_H
#define SVP_FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOLDS(cond)							\
do {									\
	if (!(cond)) {							\
		fprintf(stderr, "%s:%d: does not hold: %s\n",		\
			__FILE__, __LINE__, #cond);			\
		abort();						\
	}								\
} while (0)

/* A copy of exactly @len bytes, so that a byte too many is noticed */
static inline void *exact(const void *data, size_t len)
{
	void *copy = malloc(len);

	HOLDS(!len || copy);
	if (len)
		memcpy(copy, data, len);
	return copy;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
