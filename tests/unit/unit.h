/* SPDX-License-Identifier: GPL-2.0-only */
/* Checks of one test program: TAP lines, the plan at the end. */
#ifndef UNIT_H
#define UNIT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned int unit_n, unit_failed, unit_before;

/* One condition of the case that runs; says where it does not hold. */
#define CHECK(cond) do {						\
	if (!(cond)) {							\
		unit_failed++;						\
		printf("# %s:%d: %s\n", __FILE__, __LINE__, #cond);	\
	}								\
} while (0)

#define CHECK_EQ(a, b) do {						\
	long long a_ = (long long)(a), b_ = (long long)(b);		\
									\
	if (a_ != b_) {							\
		unit_failed++;						\
		printf("# %s:%d: %s is %lld, not %lld\n", __FILE__,	\
		       __LINE__, #a, a_, b_);				\
	}								\
} while (0)

/* Runs a case: one TAP line, whatever number of conditions is in it. */
#define RUN(fn) do {							\
	unit_before = unit_failed;					\
	fn();								\
	printf("%s %u - %s\n",						\
	       unit_failed == unit_before ? "ok" : "not ok", ++unit_n, #fn); \
} while (0)

static inline int unit_end(void)
{
	printf("1..%u\n", unit_n);
	return unit_failed ? 1 : 0;
}

static inline int unit_hex_digit(char c)
{
	return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}

/* Bytes of a hex text with blanks, in a block of exactly that size, so that the
 * sanitizer sees a read behind it. The caller frees it.
 */
static inline uint8_t *unhex(const char *text, size_t *len)
{
	uint8_t *buf = malloc(strlen(text) / 2 + 1), *exact;
	size_t n = 0;

	for (; *text; text++) {
		if (*text == ' ' || *text == '\n')
			continue;
		buf[n++] = (uint8_t)(unit_hex_digit(text[0]) << 4 |
				     unit_hex_digit(text[1]));
		text++;
	}
	exact = malloc(n ? n : 1);
	memcpy(exact, buf, n);
	free(buf);
	*len = n;
	return exact;
}

/* Compares with hex text and shows both where they differ. */
static inline bool same_hex(const void *data, size_t len, const char *text)
{
	const uint8_t *p = data;
	size_t n, i;
	uint8_t *want = unhex(text, &n);
	bool same = n == len && !memcmp(want, p, n);

	if (!same) {
		printf("# got ");
		for (i = 0; i < len; i++)
			printf("%02x", p[i]);
		printf("\n# not ");
		for (i = 0; i < n; i++)
			printf("%02x", want[i]);
		printf("\n");
	}
	free(want);
	return same;
}

#endif /* UNIT_H */
