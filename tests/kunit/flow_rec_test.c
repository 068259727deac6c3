// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flow state: records from and to the wire, each field at its borders; gates.
 */
#include <kunit/test.h>
#include <linux/jiffies.h>
#include <linux/unaligned.h>

#include "flow_rec.h"
#include "import.h"

#define LEN	SVCPLANE_FLOW_REC_LEN
#define OFF(field)	offsetof(struct svcplane_flow_rec, field)

static const u8 guest[ETH_ALEN] = { 0x52, 0x54, 0, 1, 2, 3 };

static struct svp_flow_rec sample(void)
{
	return (struct svp_flow_rec) {
		.tuple = {
			.family = 4, .proto = 6,
			.src.ip4 = htonl(0xc0000201), .dst.ip4 = htonl(0xc6336401),
			.sport = htons(40000), .dport = htons(443),
			.vlan = { htons(0x1005), htons(0x1fff) },
		},
		.flags = SVCPLANE_FLOW_FLAGS,
		.peer = { 2, 4, 6, 8, 10, 12 },
		.chain = 65535,
		.spi = { 100, SVCPLANE_SPI_MAX },
		.skip = { 0x8000, 1 },
		.act = { 0, 0 },
		.tcp = { 2, 4 },
		.idle = 1500,
		.until = 0xffffffff,
	};
}

/* Reads one record; returns 1 if it is valid, and 0 if it was passed over */
static unsigned int read_one(struct kunit *test, const u8 *p,
			     struct svp_flow_rec *rec)
{
	struct svp_flow_recs recs = { .left = { p, LEN } };
	unsigned int invalid = 0, n = 0;

	while (svp_flow_recs_next(&recs, rec, &invalid))
		n++;
	KUNIT_EXPECT_EQ(test, 1U, n + invalid);
	return n;
}

static void round_trip(struct kunit *test)
{
	struct svp_flow_rec rec = sample(), back;
	u8 buf[LEN];

	memset(buf, 0xa5, sizeof(buf));
	svp_flow_rec_put(buf, &rec);
	KUNIT_ASSERT_EQ(test, 1U, read_one(test, buf, &back));
	KUNIT_EXPECT_EQ(test, 0, memcmp(&rec, &back, sizeof(rec)));
}

static void borders(struct kunit *test)
{
	static const struct {
		unsigned int off, len;
		u32 value;
		unsigned int valid;
		const char *what;
	} cases[] = {
		{ 0, 1, 5, 0, "family" },
		{ 0, 1, 6, 1, "family 6" },
		{ 2, 2, 0x2005, 0, "outer VLAN" },
		{ 2, 2, 0, 0, "an inner VLAN without an outer one" },
		{ 8, 4, 1, 0, "bytes behind an IPv4 address" },
		{ OFF(vlan), 2, 0x0005, 0, "inner VLAN without its mark" },
		{ OFF(vlan), 2, 0, 1, "no inner VLAN" },
		{ OFF(flags), 1, 0x10, 0, "unassigned flag" },
		{ OFF(reserved), 1, 1, 0, "reserved" },
		{ OFF(peer), 1, 1, 0, "group address" },
		{ OFF(chain), 2, 0, 0, "a path without a chain" },
		{ OFF(spi[0]), 4, 0, 0, "a chain without a path" },
		{ OFF(spi[1]), 4, SVCPLANE_SPI_MAX + 1, 0, "control SPI" },
		{ OFF(act[0]), 1, 1, 1, "bypass" },
		{ OFF(act[1]), 1, 3, 0, "act" },
		{ OFF(tcp[0]), 1, 5, 0, "TCP state" },
		{ OFF(until), 4, 0, 1, "no end" },
	};
	struct svp_flow_rec rec = sample(), back;
	u8 buf[LEN];
	int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		svp_flow_rec_put(buf, &rec);
		if (cases[i].len == 1)
			buf[cases[i].off] = cases[i].value;
		else if (cases[i].len == 2)
			put_unaligned_be16(cases[i].value, buf + cases[i].off);
		else
			put_unaligned_be32(cases[i].value, buf + cases[i].off);
		KUNIT_EXPECT_EQ_MSG(test, cases[i].valid,
				    read_one(test, buf, &back), "%s", cases[i].what);
	}
}

static bool open_with(u16 count, unsigned int len, const u8 *mac)
{
	static u8 buf[8 + (SVCPLANE_FLOW_RECS_MAX + 1) * LEN];
	struct svp_bytes value = { buf, len };
	struct svp_flow_recs recs;

	svp_flow_recs_head(buf, mac, count);
	return svp_flow_recs_open(&recs, &value);
}

static void heads(struct kunit *test)
{
	static const u8 group[ETH_ALEN] = { 1 }, zero[ETH_ALEN];
	const u16 max = SVCPLANE_FLOW_RECS_MAX;

	KUNIT_EXPECT_TRUE(test, open_with(1, 8 + LEN, guest));
	KUNIT_EXPECT_TRUE(test, open_with(max, 8 + max * LEN, guest));
	KUNIT_EXPECT_FALSE(test, open_with(max + 1, 8 + (max + 1) * LEN, guest));
	KUNIT_EXPECT_FALSE(test, open_with(0, 8, guest));
	KUNIT_EXPECT_FALSE(test, open_with(0, 7, guest));
	KUNIT_EXPECT_FALSE(test, open_with(1, 8, guest));
	KUNIT_EXPECT_FALSE(test, open_with(1, 8 + LEN - 1, guest));
	KUNIT_EXPECT_FALSE(test, open_with(1, 8 + LEN + 1, guest));
	KUNIT_EXPECT_FALSE(test, open_with(1, 8 + LEN, group));
	KUNIT_EXPECT_FALSE(test, open_with(1, 8 + LEN, zero));
}

static void gates(struct kunit *test)
{
	static const u8 other[ETH_ALEN] = { 0x52, 0x54, 0, 1, 2, 4 };
	struct svp_imports imports;
	struct svp_import gate;

	svp_imports_init(&imports);
	KUNIT_EXPECT_FALSE(test, svp_import_any(&imports, 2));
	KUNIT_EXPECT_EQ(test, 0, svp_import_open(&imports, 2, guest, 60000));
	KUNIT_EXPECT_EQ(test, 0, svp_import_open(&imports, 2, guest, 60000));
	KUNIT_EXPECT_EQ(test, 1U, imports.n);
	KUNIT_EXPECT_TRUE(test, svp_import_any(&imports, 2));
	KUNIT_EXPECT_FALSE(test, svp_import_any(&imports, 3));
	KUNIT_EXPECT_TRUE(test, svp_import_take(&imports, 2, guest, 3, 1));
	KUNIT_EXPECT_FALSE(test, svp_import_take(&imports, 3, guest, 3, 1));
	KUNIT_EXPECT_FALSE(test, svp_import_take(&imports, 2, other, 3, 1));
	KUNIT_ASSERT_TRUE(test, svp_import_look(&imports, 0, &gate));
	KUNIT_EXPECT_EQ(test, 3ULL, gate.records);
	KUNIT_EXPECT_EQ(test, 1ULL, gate.invalid);
	KUNIT_EXPECT_FALSE(test, svp_import_look(&imports, 1, &gate));
	KUNIT_EXPECT_EQ(test, 0, svp_import_close(&imports, 2, guest));
	KUNIT_EXPECT_EQ(test, -ENOENT, svp_import_close(&imports, 2, guest));
	KUNIT_EXPECT_FALSE(test, svp_import_take(&imports, 2, guest, 3, 1));
	svp_imports_destroy(&imports);
}

static void gates_end(struct kunit *test)
{
	struct svp_imports imports;
	u8 mac[ETH_ALEN];
	int i;

	svp_imports_init(&imports);
	memcpy(mac, guest, ETH_ALEN);
	for (i = 0; i < SVP_IMPORTS_MAX; i++) {
		mac[5] = i;
		KUNIT_ASSERT_EQ(test, 0, svp_import_open(&imports, 2, mac, 60000));
	}
	mac[5] = i;
	KUNIT_EXPECT_EQ(test, -ENOSPC, svp_import_open(&imports, 2, mac, 60000));
	/* one is over: it lets nothing through, and makes room */
	list_first_entry(&imports.list, struct svp_import, list)->until = jiffies - 1;
	mac[5] = 0;
	KUNIT_EXPECT_FALSE(test, svp_import_take(&imports, 2, mac, 1, 0));
	mac[5] = i;
	KUNIT_EXPECT_EQ(test, 0, svp_import_open(&imports, 2, mac, 60000));
	svp_imports_destroy(&imports);
	KUNIT_EXPECT_EQ(test, 0U, imports.n);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(round_trip),
	KUNIT_CASE(borders),
	KUNIT_CASE(heads),
	KUNIT_CASE(gates),
	KUNIT_CASE(gates_end),
	{}
};

static struct kunit_suite suite = {
	.name = "svcplane-flow-rec",
	.test_cases = cases,
};

kunit_test_suite(suite);
