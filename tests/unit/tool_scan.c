// SPDX-License-Identifier: GPL-2.0-only
/* Readers of typed words: what is taken, what is refused, and that it is named */
#include "scan.h"
#include "unit.h"

static struct err err;

static bool names(const char *word)
{
	return strstr(err.text, word) != NULL;
}

static void numbers(void)
{
	static const char *const bad[] = {
		"", "-1", "+1", " 1", "1 ", "1x", "0x", "x1", "1.0", "1e3",
		"18446744073709551616", "0x10000000000000000", "½",
	};
	uint64_t n;

	CHECK(scan_uint("0", 0, 9, &n, &err) && n == 0);
	CHECK(scan_uint("010", 0, 10, &n, &err) && n == 10);
	CHECK(scan_uint("0xFf", 0, 255, &n, &err) && n == 255);
	CHECK(scan_uint("18446744073709551615", 0, UINT64_MAX, &n, &err));
	CHECK(n == UINT64_MAX);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		CHECK(!scan_uint(bad[i], 0, UINT64_MAX, &n, &err));
		CHECK(names(bad[i]));
	}
	CHECK(!scan_uint("9000", 1, 4094, &n, &err));
	CHECK(names("9000") && names("1 to 4094"));
	CHECK(!scan_uint("0", 1, 4094, &n, &err));
}

static void macs(void)
{
	static const char *const bad[] = {
		"", "02:00:00:00:00", "02:00:00:00:00:01:", "2:0:0:0:0:1",
		"02-00-00-00-00-01", "02:00:00:00:00:0g", "020000000001",
		"02:00:00:00:00:01 ", "02:00:00:00:00:", "0",
	};
	uint8_t mac[6];

	CHECK(scan_mac("02:50:FE:ab:00:01", mac, &err));
	CHECK(same_hex(mac, 6, "0250feab0001"));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		CHECK(!scan_mac(bad[i], mac, &err));
		CHECK(names(bad[i]));
	}
}

static void prefixes(void)
{
	static const char *const bad[] = {
		"", "/", "10.0.0.0/", "10.0.0.0/33", "10.0.0/8", "10.0.0.1/24",
		"2001:db8::1/64", "2001:db8::/129", "::/-1", "10.0.0.0/8/8",
		"10.0.0.0/08x", "host",
		"1111:1111:1111:1111:1111:1111:1111:1111:1111:1111:1111:1111",
	};
	struct prefix p;

	CHECK(scan_prefix("192.0.2.7", &p, &err));
	CHECK(p.family == 4 && p.len == 32);
	CHECK(scan_prefix("0.0.0.0/0", &p, &err) && p.len == 0);
	CHECK(scan_prefix("2001:db8::/33", &p, &err));
	CHECK(p.family == 6 && p.len == 33);
	CHECK(same_hex(p.addr, 16, "20010db8000000000000000000000000"));
	CHECK(!scan_prefix("2001:db8:4000::/33", &p, &err));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		CHECK(!scan_prefix(bad[i], &p, &err));
		CHECK(names(bad[i]));
	}
	CHECK(!scan_addr("10.0.0.0/8", &p, &err));
	CHECK(scan_addr("::1", &p, &err) && p.family == 6);
}

static void ranges(void)
{
	static const char *const bad[] = {
		"", "-", "80-", "-80", "90-80", "80-90-100", "65536", "80-65536",
		"80,90",
	};
	uint64_t lo, hi;

	CHECK(scan_range("80", 0, 65535, &lo, &hi, &err) && lo == 80 && hi == 80);
	CHECK(scan_range("0-65535", 0, 65535, &lo, &hi, &err) && hi == 65535);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		CHECK(!scan_range(bad[i], 0, 65535, &lo, &hi, &err));
		CHECK(names(bad[i]));
	}
	CHECK(scan_masked("0x10/0xf0", UINT32_MAX, &lo, &hi, &err));
	CHECK(lo == 0x10 && hi == 0xf0);
	CHECK(scan_masked("7", UINT32_MAX, &lo, &hi, &err) && hi == UINT32_MAX);
	CHECK(!scan_masked("0x1f/0xf0", UINT32_MAX, &lo, &hi, &err));
	CHECK(!scan_masked("1/", UINT32_MAX, &lo, &hi, &err));
	CHECK(!scan_masked("0x100000000", UINT32_MAX, &lo, &hi, &err));
}

static void names_and_times(void)
{
	uint8_t bytes[16];
	uint64_t ms;

	CHECK(scan_name("fw-1.a_b", 31, &err));
	CHECK(!scan_name("", 31, &err));
	CHECK(!scan_name("1234567890123456", 15, &err));
	CHECK(names("1234567890123456") && names("allowed 15"));
	CHECK(!scan_name("a b", 31, &err));
	CHECK(!scan_name("a,b", 31, &err));
	CHECK(!scan_name("a\x1b[2J", 31, &err));
	CHECK(scan_time("250ms", UINT32_MAX, &ms, &err) && ms == 250);
	CHECK(scan_time("3s", UINT32_MAX, &ms, &err) && ms == 3000);
	CHECK(scan_time("3", UINT32_MAX, &ms, &err) && ms == 3000);
	CHECK(scan_time("2h", UINT32_MAX, &ms, &err) && ms == 7200000);
	CHECK(!scan_time("2d", UINT32_MAX, &ms, &err));
	CHECK(!scan_time("ms", UINT32_MAX, &ms, &err));
	CHECK(!scan_time("5000000s", UINT32_MAX, &ms, &err));
	CHECK(!scan_time("99999999999999999999h", UINT32_MAX, &ms, &err));
	CHECK(scan_bytes("00112233445566778899aabbccddeeff", bytes, 16, &err));
	CHECK(same_hex(bytes, 16, "00112233445566778899aabbccddeeff"));
	CHECK(!scan_bytes("0011", bytes, 16, &err));
	CHECK(!scan_bytes("00112233445566778899aabbccddeefg", bytes, 16, &err));
}

int main(void)
{
	RUN(numbers);
	RUN(macs);
	RUN(prefixes);
	RUN(ranges);
	RUN(names_and_times);
	return unit_end();
}
