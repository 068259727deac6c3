// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "scan.h"

/*
 * strtoull() takes blanks, signs and the octal of a leading zero; none of them
 * is meant by somebody who types a number here.
 */
static bool number(const char *word, size_t len, uint64_t *value)
{
	bool hex = len > 2 && word[0] == '0' && (word[1] | 0x20) == 'x';
	size_t i = hex ? 2 : 0;
	uint64_t n = 0;

	if (!len)
		return false;
	for (; i < len; i++) {
		unsigned char c = word[i];
		unsigned int base = hex ? 16 : 10, digit;

		if (isdigit(c))
			digit = c - '0';
		else if (hex && isxdigit(c))
			digit = (c | 0x20) - 'a' + 10;
		else
			return false;
		if (n > (UINT64_MAX - digit) / base)
			return false;
		n = n * base + digit;
	}
	*value = n;
	return true;
}

bool scan_uint(const char *word, uint64_t min, uint64_t max, uint64_t *value,
	       struct err *err)
{
	if (!number(word, strlen(word), value))
		return err_set(err, "\"%s\" is not a number from %" PRIu64
			       " to %" PRIu64, word, min, max);
	if (*value < min || *value > max)
		return err_set(err, "\"%s\" is out of range: allowed %" PRIu64
			       " to %" PRIu64, word, min, max);
	return true;
}

bool scan_mac(const char *word, uint8_t mac[6], struct err *err)
{
	const char *p = word;
	int i;

	for (i = 0; i < 6; i++) {
		char hex[3] = { 0 };

		if (!isxdigit((unsigned char)p[0]) ||
		    !isxdigit((unsigned char)p[1]))
			break;
		memcpy(hex, p, 2);
		mac[i] = strtoul(hex, NULL, 16);
		p += 2;
		if (i < 5 && *p++ != ':')
			break;
	}
	if (i < 6 || *p)
		return err_set(err, "\"%s\" is not a MAC address like 02:00:00:00:00:01",
			       word);
	return true;
}

static bool host_bits_clear(const struct prefix *prefix, unsigned int bits)
{
	for (unsigned int i = prefix->len; i < bits; i++)
		if (prefix->addr[i / 8] & (0x80 >> (i % 8)))
			return false;
	return true;
}

static bool address(const char *text, struct prefix *prefix)
{
	memset(prefix, 0, sizeof(*prefix));
	if (inet_pton(AF_INET, text, prefix->addr) == 1)
		prefix->family = 4;
	else if (inet_pton(AF_INET6, text, prefix->addr) == 1)
		prefix->family = 6;
	else
		return false;
	prefix->len = prefix->family == 4 ? 32 : 128;
	return true;
}

bool scan_addr(const char *word, struct prefix *prefix, struct err *err)
{
	if (!address(word, prefix))
		return err_set(err, "\"%s\" is not an IPv4 or IPv6 address",
			       word);
	return true;
}

bool scan_prefix(const char *word, struct prefix *prefix, struct err *err)
{
	const char *slash = strchr(word, '/');
	char text[INET6_ADDRSTRLEN];
	size_t n = slash ? (size_t)(slash - word) : strlen(word);
	unsigned int bits;
	uint64_t len;

	if (n >= sizeof(text))
		return err_set(err, "\"%s\" is not a prefix", word);
	memcpy(text, word, n);
	text[n] = '\0';
	if (!address(text, prefix))
		return err_set(err, "\"%s\" is not a prefix like 192.0.2.0/24 or 2001:db8::/32",
			       word);
	if (!slash)
		return true;
	bits = prefix->len;
	if (!number(slash + 1, strlen(slash + 1), &len) || len > bits)
		return err_set(err, "\"%s\": the prefix length must be 0 to %u",
			       word, bits);
	prefix->len = len;
	if (!host_bits_clear(prefix, bits))
		return err_set(err, "\"%s\" has address bits behind its length of %u",
			       word, prefix->len);
	return true;
}

bool scan_range(const char *word, uint64_t min, uint64_t max, uint64_t *lo,
		uint64_t *hi, struct err *err)
{
	const char *dash = strchr(word, '-');
	size_t n = dash ? (size_t)(dash - word) : strlen(word);

	if (!number(word, n, lo) ||
	    (dash && !number(dash + 1, strlen(dash + 1), hi)))
		return err_set(err, "\"%s\" is not a number or a range like 80-90",
			       word);
	if (!dash)
		*hi = *lo;
	if (*lo < min || *hi > max)
		return err_set(err, "\"%s\" is out of range: allowed %" PRIu64
			       " to %" PRIu64, word, min, max);
	if (*lo > *hi)
		return err_set(err, "\"%s\": the range runs backwards", word);
	return true;
}

bool scan_masked(const char *word, uint64_t max, uint64_t *value,
		 uint64_t *mask, struct err *err)
{
	const char *slash = strchr(word, '/');
	size_t n = slash ? (size_t)(slash - word) : strlen(word);

	*mask = max;
	if (!number(word, n, value) || *value > max ||
	    (slash && (!number(slash + 1, strlen(slash + 1), mask) ||
		       *mask > max)))
		return err_set(err, "\"%s\" is not VALUE or VALUE/MASK, each 0 to 0x%" PRIx64,
			       word, max);
	if (*value & ~*mask)
		return err_set(err, "\"%s\": the value has bits outside its mask",
			       word);
	return true;
}

bool scan_name(const char *word, size_t max, struct err *err)
{
	size_t len = strlen(word);

	if (!len)
		return err_set(err, "an empty name");
	if (len > max)
		return err_set(err, "\"%s\" is too long: %zu bytes, allowed %zu",
			       word, len, max);
	for (size_t i = 0; i < len; i++) {
		unsigned char c = word[i];

		if (c <= ' ' || c == 0x7f || c == ',' || c == '"' || c == '\\')
			return err_set(err, "\"%s\" contains a blank, comma, quote, "
				       "backslash or control character",
				       word);
	}
	return true;
}

bool scan_bytes(const char *word, uint8_t *bytes, size_t n, struct err *err)
{
	if (strlen(word) != 2 * n ||
	    strspn(word, "0123456789abcdefABCDEF") != 2 * n)
		return err_set(err, "\"%s\" is not %zu hex digits", word,
			       2 * n);
	for (size_t i = 0; i < n; i++) {
		char hex[3] = { word[2 * i], word[2 * i + 1], 0 };

		bytes[i] = strtoul(hex, NULL, 16);
	}
	return true;
}

bool scan_time(const char *word, uint64_t max_ms, uint64_t *ms,
	       struct err *err)
{
	static const struct {
		const char *unit;
		uint64_t ms;
	} units[] = {
		{ "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 },
		{ "", 1000 },
	};
	size_t n = strspn(word, "0123456789");
	uint64_t value;

	for (size_t i = 0; n && i < sizeof(units) / sizeof(*units); i++) {
		if (strcmp(word + n, units[i].unit))
			continue;
		if (!number(word, n, &value) || value > max_ms / units[i].ms)
			return err_set(err, "\"%s\" is out of range: at most %" PRIu64 "ms",
				       word, max_ms);
		*ms = value * units[i].ms;
		return true;
	}
	return err_set(err, "\"%s\" is not a time like 250ms, 3s, 5m or 1h",
		       word);
}
