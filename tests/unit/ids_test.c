// SPDX-License-Identifier: GPL-2.0-only
/* What ids-node decides and sends, frame by frame, without a socket. */
#include <getopt.h>
#include "ids-core.h"
#include "unit.h"

static struct ids ids;
static struct ids_out out;
static uint8_t frame[2048];

/* Starts a node with the options of a command line. */
static void start(int argc, const char *const *argv)
{
	char *copy[16] = { "ids-node", "-i", "x" };
	int i;

	ids_table_free(&ids.table);
	memset(&ids, 0, sizeof(ids));
	for (i = 0; i < argc; i++)
		copy[i + 3] = (char *)argv[i];
	optind = 1;
	ids_opts_parse(&ids.opts, argc + 3, copy);
	ids.mtu = 1500;
	CHECK_EQ(ids_table_init(&ids.table, ids.opts.flows), 0);
}

#define START(...) do {							\
	const char *const args_[] = { __VA_ARGS__ };			\
									\
	start((int)(sizeof(args_) / sizeof(args_[0])), args_);		\
} while (0)

/* A TCP segment of flow @tag (0: no context) with @text at @seq; @back: from
 * the server.
 */
static void segment(uint32_t tag, bool back, uint32_t seq, const char *text,
		    uint64_t now)
{
	struct svcplane_context c = { .host = 1, .iface = 2, .tenant = 7,
				      .chain = 1, .tag = tag };
	static const uint8_t head[22] = {
		0x02, 0x50, 0xfe, 0, 3, 0, 0x02, 0x50, 0, 1, 0, 0, 0x89, 0x4f,
		0x0f, 0xc6, 1, 3, 0, 0, 100, 255
	};
	size_t len = strlen(text), total = 40 + len;
	uint8_t *p = frame + 38;

	memset(frame, 0, sizeof(frame));
	memcpy(frame, head, sizeof(head));
	if (tag)
		svcplane_context_put(&c, frame + 22);
	p[12] = 0x08;
	p += 14;
	p[0] = 0x45;
	p[2] = (uint8_t)(total >> 8);
	p[3] = (uint8_t)total;
	p[9] = 6;
	p[12] = 10;
	p[15] = back ? 2 : 1;
	p[16] = 10;
	p[19] = back ? 1 : 2;
	p += 20;
	p[back ? 2 : 0] = 0x9c;
	p[back ? 3 : 1] = 0x40;
	p[back ? 1 : 3] = 80;
	p[4] = (uint8_t)(seq >> 24);
	p[5] = (uint8_t)(seq >> 16);
	p[6] = (uint8_t)(seq >> 8);
	p[7] = (uint8_t)seq;
	p[12] = 0x50;
	p[13] = 0x18;
	memcpy(p + 20, text, len);
	ids_handle(&ids, frame, 38 + 14 + total, now, &out);
}

/* The verdict in what was sent last. */
static int verdict(const uint8_t *p, int len, struct svcplane_msg *m)
{
	struct svcplane_frame f;
	static uint8_t copy[4096];
	int err;

	memcpy(copy, p, (size_t)len);
	err = svcplane_parse(&f, copy, (size_t)len);
	return err ? err : svcplane_message(&f, m);
}

static void clean_goes_back(void)
{
	START("-p", "evil");
	segment(5, false, 1, "harmless", 0);
	CHECK(out.give_back && !out.head_len && !out.md_len);
	CHECK_EQ(frame[21], 254);
	CHECK_EQ(frame[5], 0);
	CHECK_EQ(frame[3], 1);		/* to the SFF */
	CHECK_EQ(ids.stats.returned, 1);
	CHECK_EQ(ids.stats.payload, 8);
}

static void drop_keeps_frame(void)
{
	struct svcplane_msg m;

	START("-p", "evil", "--reject", "--lifetime", "5000");
	segment(5, false, 1, "an evil thing", 0);
	CHECK(!out.give_back && out.md_len > 0);
	CHECK_EQ(verdict(out.md, out.md_len, &m), 0);
	CHECK_EQ(m.host, 1);
	CHECK_EQ(m.verdict.tag, 5);
	CHECK_EQ(m.verdict.action, SVCPLANE_ACT_DROP);
	CHECK_EQ(m.verdict.scope, SVCPLANE_SCOPE_BOTH);
	CHECK_EQ(m.verdict.flags,
		 SVCPLANE_VERDICT_NOW | SVCPLANE_VERDICT_REJECT);
	CHECK_EQ(m.verdict.lifetime, 5000);
	CHECK(!m.has_tuple);
	/* the rest of the flow stays here, both directions, in silence */
	segment(5, true, 1, "answer", 1);
	CHECK(!out.give_back && !out.md_len);
	/* asked again if it still comes after 200 ms, then after 400 */
	segment(5, false, 14, "more", 200);
	CHECK(!out.give_back && out.md_len);
	segment(5, false, 14, "more", 599);
	CHECK(!out.md_len);
	segment(5, false, 14, "more", 600);
	CHECK(out.md_len);
	/* other flows are not touched; and the lifetime ends */
	segment(6, false, 1, "harmless", 601);
	CHECK(out.give_back);
	segment(5, false, 18, "more", 5000);
	CHECK(out.give_back);
	CHECK_EQ(ids.stats.kept, 5);
}

static void drop_returned(void)
{
	struct svcplane_msg m;

	START("-p", "evil", "--return");
	segment(5, false, 1, "evil", 0);
	CHECK(out.give_back && out.head_len && !out.md_len);
	CHECK_EQ(verdict(out.head, out.head_len, &m), 0);
	CHECK_EQ(m.verdict.action, SVCPLANE_ACT_DROP);
	CHECK_EQ(out.payload_len, 14 + 40 + 4);
	START("-p", "evil", "--return", "--carrier", "md-only");
	segment(5, false, 1, "evil", 0);
	CHECK(out.give_back && !out.head_len && out.md_len);
	CHECK_EQ(frame[21], 254);
}

static void over_segment_borders(void)
{
	START("-p", "attack");
	segment(5, false, 100, "xxat", 0);
	segment(5, true, 100, "tack", 0);	/* other direction */
	CHECK(out.give_back);
	segment(5, false, 104, "ta", 0);
	CHECK(out.give_back);
	segment(5, false, 102, "atta", 0);	/* seen before */
	CHECK(out.give_back);
	segment(5, false, 106, "ck!", 0);
	CHECK(!out.give_back);
	/* a hole between them: no pattern there */
	segment(6, false, 100, "atta", 0);
	segment(6, false, 105, "ck", 0);
	CHECK(out.give_back);
	/* overlapping segment; sequence numbers that wrap */
	segment(7, false, 0xfffffffe, "atta", 0);
	segment(7, false, 0, "tack", 0);
	CHECK(!out.give_back);
	CHECK_EQ(ids.stats.drop, 2);
}

static void without_tag(void)
{
	struct svcplane_msg m;

	START("-p", "evil");
	segment(0, false, 1, "ev", 0);
	segment(0, false, 3, "il", 0);
	CHECK(!out.give_back && out.md_len);
	CHECK_EQ(verdict(out.md, out.md_len, &m), 0);
	CHECK_EQ(m.verdict.tag, 0);
	CHECK(m.has_tuple);
	CHECK_EQ(m.tuple.family, 4);
	CHECK_EQ(m.tuple.sport, 40000);
	CHECK_EQ(m.tuple.dport, 80);
	CHECK_EQ(m.tuple.src[3], 1);
	segment(0, true, 1, "answer", 0);
	CHECK(!out.give_back);
}

/* Where no tag tells flows apart, both VLANs do; the two directions are one */
static void without_tag_in_vlans(void)
{
	struct svcplane_inner in = {
		.family = 4, .proto = 6, .vlan = SVCPLANE_TUPLE_VLAN_PRESENT | 1,
		.inner_vlan = SVCPLANE_TUPLE_VLAN_PRESENT | 2,
		.sport = 40000, .dport = 80, .src = { 10, 0, 0, 1 },
		.dst = { 10, 0, 0, 2 },
	}, back = in;
	struct svcplane_context none = { 0 };
	struct ids_key key, other;

	ids_key_make(&key, &none, &in);
	back.sport = in.dport;
	back.dport = in.sport;
	memcpy(back.src, in.dst, sizeof(in.dst));
	memcpy(back.dst, in.src, sizeof(in.src));
	ids_key_make(&other, &none, &back);
	CHECK(!memcmp(&key, &other, sizeof(key)));
	in.inner_vlan++;
	ids_key_make(&other, &none, &in);
	CHECK(memcmp(&key, &other, sizeof(key)));
}

static void allow_and_skip(void)
{
	struct svcplane_msg m;

	START("-a", "good", "-p", "evil", "--skip-after", "10", "--scope",
	      "forward");
	segment(5, false, 1, "good evil", 0);
	CHECK(!out.give_back);		/* drop goes before allow */
	segment(6, false, 1, "good", 0);
	CHECK(out.give_back && out.head_len);
	CHECK_EQ(verdict(out.head, out.head_len, &m), 0);
	CHECK_EQ(m.verdict.action, SVCPLANE_ACT_ALLOW);
	CHECK_EQ(m.verdict.scope, SVCPLANE_SCOPE_FORWARD);
	CHECK_EQ(m.verdict.flags, 0);
	segment(7, false, 1, "fivex", 0);
	CHECK(out.give_back && !out.head_len);
	segment(7, true, 1, "fivey", 0);
	CHECK(out.give_back && out.head_len);
	CHECK_EQ(verdict(out.head, out.head_len, &m), 0);
	CHECK_EQ(m.verdict.action, SVCPLANE_ACT_SKIP);
	segment(7, true, 6, "evil", 1);	/* decided: no more looking */
	CHECK(out.give_back && !out.head_len);
}

static void re_path_and_no_verdict(void)
{
	struct svcplane_msg m;

	START("-p", "evil", "--re-path", "200");
	segment(5, false, 1, "evil", 0);
	CHECK(out.give_back && out.head_len);
	CHECK_EQ(verdict(out.head, out.head_len, &m), 0);
	CHECK_EQ(m.verdict.action, SVCPLANE_ACT_REPATH);
	CHECK_EQ(m.verdict.spi, 200);
	START("-p", "evil", "--no-verdict");
	segment(5, false, 1, "evil", 0);
	CHECK(out.give_back && !out.head_len && !out.md_len);
	CHECK_EQ(ids.stats.drop, 1);
}

static void mtu_sends_it_alone(void)
{
	START("-a", "good");
	ids.mtu = 38 + 14 + 44 - 14 + 8 + 48 - 1;
	segment(5, false, 1, "good", 0);
	CHECK(out.give_back && !out.head_len && out.md_len);
	CHECK_EQ(frame[21], 254);
	START("-a", "good");
	ids.mtu = 38 + 14 + 44 - 14 + 8 + 48;
	segment(5, false, 1, "good", 0);
	CHECK(out.head_len && !out.md_len);
}

static void table_is_bounded(void)
{
	uint32_t i;

	START("-p", "evil", "--flows", "8");
	for (i = 1; i <= 8; i++)
		segment(i, false, 1, "ev", 0);
	segment(1, false, 3, "e", 0);	/* makes 2 the oldest */
	segment(9, false, 1, "ev", 0);
	CHECK_EQ(ids.table.used, 8);
	CHECK_EQ(ids.table.evicted, 1);
	segment(3, false, 3, "il", 0);
	CHECK(!out.give_back);
	segment(2, false, 3, "il", 0);	/* forgotten */
	CHECK(out.give_back);
	for (i = 0; i < 100000; i++)
		segment(1000 + i * 7919, false, 1, "x", 0);
	CHECK_EQ(ids.table.used, 8);
}

static void escapes(void)
{
	START("-p", "\\x90\\x90\\r\\n\\\\", "-x", "DEADbeef");
	CHECK_EQ(ids.opts.n_patterns, 2);
	CHECK_EQ(ids.opts.patterns[0].len, 5);
	CHECK(!memcmp(ids.opts.patterns[0].bytes, "\x90\x90\r\n\\", 5));
	CHECK(!memcmp(ids.opts.patterns[1].bytes, "\xde\xad\xbe\xef", 4));
	segment(5, false, 1, "\x90\x90\r\n\\", 0);
	CHECK(!out.give_back);
}

static void bad_input(void)
{
	uint8_t *part;
	size_t n, k;
	uint32_t r = 1;

	START("-p", "evil");
	segment(5, false, 1, "evil", 0);
	ids.stats.bad = 0;
	for (n = 0; n < 38; n++) {
		part = malloc(n ? n : 1);
		memcpy(part, frame, n);
		ids_handle(&ids, part, n, 0, &out);
		CHECK(!out.give_back && !out.md_len);
		free(part);
	}
	CHECK_EQ(ids.stats.bad, 38);
	for (k = 0; k < 100000; k++) {
		segment((uint32_t)k % 50, k & 1, (uint32_t)k % 7, "evi", k);
		part = malloc(96);
		memcpy(part, frame, 96);
		for (n = 0; n < 4; n++) {
			r = r * 1664525 + 1013904223;
			part[(r >> 8) % 96] = (uint8_t)(r >> 24);
		}
		ids_handle(&ids, part, (r >> 4) % 97, k, &out);
		free(part);
	}
	CHECK_EQ(ids.stats.rx, 1 + 38 + 200000);
	CHECK_EQ(ids.stats.rx, ids.stats.returned + ids.stats.kept +
		 ids.stats.bad + ids.stats.metadata);
}

static void stats_line(void)
{
	char line[1024];
	int len;

	START("-p", "evil");
	memset(&ids.stats, 0xff, sizeof(ids.stats));
	len = ids_stats_line(&ids, line, sizeof(line));
	CHECK(len > 0 && len < (int)sizeof(line));
	CHECK_EQ(line[len - 1], '\n');
}

int main(void)
{
	RUN(clean_goes_back);
	RUN(drop_keeps_frame);
	RUN(drop_returned);
	RUN(over_segment_borders);
	RUN(without_tag);
	RUN(without_tag_in_vlans);
	RUN(allow_and_skip);
	RUN(re_path_and_no_verdict);
	RUN(mtu_sends_it_alone);
	RUN(table_is_bounded);
	RUN(escapes);
	RUN(bad_input);
	RUN(stats_line);
	ids_table_free(&ids.table);
	return unit_end();
}
