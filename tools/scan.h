/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Strict readers of typed words. Each takes the whole word or refuses it with
 * a text that names the word and what would be right.
 */
#ifndef SVC_SCAN_H
#define SVC_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

struct prefix {
	uint8_t family;		/* 4 or 6; 0 = a MAC in @addr */
	uint8_t len;
	uint8_t addr[16];
};

bool scan_uint(const char *word, uint64_t min, uint64_t max, uint64_t *value,
	       struct err *err);
bool scan_mac(const char *word, uint8_t mac[6], struct err *err);
/* Address or address/length; bits behind the length must be zero */
bool scan_prefix(const char *word, struct prefix *prefix, struct err *err);
/* Address without length */
bool scan_addr(const char *word, struct prefix *prefix, struct err *err);
/* N or N-M */
bool scan_range(const char *word, uint64_t min, uint64_t max, uint64_t *lo,
		uint64_t *hi, struct err *err);
/* N or N/MASK */
bool scan_masked(const char *word, uint64_t max, uint64_t *value,
		 uint64_t *mask, struct err *err);
/* Name of at most @max bytes that can stand in a list and in a line */
bool scan_name(const char *word, size_t max, struct err *err);
/* @n bytes as 2 * @n hex digits */
bool scan_bytes(const char *word, uint8_t *bytes, size_t n, struct err *err);
/* Milliseconds from 250ms, 3s, 5m, 1h, or a plain number of seconds */
bool scan_time(const char *word, uint64_t max_ms, uint64_t *ms,
	       struct err *err);

#endif
