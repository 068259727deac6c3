// SPDX-License-Identifier: GPL-2.0-only
/*
 * Suite of the way of an echo request: three hosts that have the same path walk
 * it in turn, for every TTL and skip mask, and it ends where a frame would.
 */
#include <kunit/test.h>
#include <linux/rcupdate.h>

#include "hop.h"
#include "host.h"
#include "mac.h"
#include "node.h"
#include "oam.h"

#define HOSTS	3
#define NODES	4
#define SPI	100

/* Each host has its own view of the nodes and of the path */
struct view {
	struct svp_plane plane;
	struct svp_node node[NODES];
	struct svp_path path;
};

struct oam_fixture {
	struct view view[HOSTS];	/* hosts 1 to 3 */
};

/* Hosts that have the nodes of the path */
static const u16 owners[NODES] = { 1, 3, 3, 2 };

static void view_init(struct view *view, u16 host)
{
	int i;

	view->plane.host_id = host;
	view->path.n_hops = NODES;
	view->path.spi[SVP_OUT] = SPI;
	view->path.spi[SVP_IN] = SPI + 1;
	for (i = 0; i < NODES; i++) {
		struct svp_node *node = &view->node[i];

		node->plane = &view->plane;
		node->conf.id = i + 1;
		node->conf.n_hosts = 1;
		node->conf.hosts[0] = owners[i];
		node->owner = owners[i] == host ? 0 : owners[i];
		view->path.nodes[i] = node;
	}
}

static int oam_init(struct kunit *test)
{
	struct oam_fixture *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, f);
	test->priv = f;
	for (i = 0; i < HOSTS; i++)
		view_init(&f->view[i], i + 1);
	return 0;
}

/* From the first host on to wherever it ends; @hosts: as passed, one digit each */
static u8 travel(struct kunit *test, struct svp_oam_walk *walk, u32 *hosts)
{
	struct oam_fixture *f = test->priv;
	u16 host = walk->source, from;
	u8 code;

	walk->far = false;
	*hosts = host;
	for (;;) {
		walk->plane = &f->view[host - 1].plane;
		walk->path = &f->view[host - 1].path;
		rcu_read_lock();
		code = svp_oam_walk(walk);
		rcu_read_unlock();
		KUNIT_EXPECT_EQ(test, walk->at.host, host);
		if (code)
			return code;
		KUNIT_ASSERT_GT(test, walk->to, 0);
		KUNIT_ASSERT_LE(test, walk->to, HOSTS);
		from = host;
		host = walk->to;
		walk->plane = &f->view[host - 1].plane;
		walk->path = &f->view[host - 1].path;
		walk->far = true;
		KUNIT_EXPECT_TRUE(test, svp_oam_came_right(walk, from));
		KUNIT_EXPECT_FALSE(test, svp_oam_came_right(walk, 4));
		*hosts = *hosts * 10 + host;
		KUNIT_ASSERT_LT(test, *hosts, 10000000);
	}
}

static struct svp_oam_walk begin(enum svp_dir dir, u16 skip, u8 ttl)
{
	return (struct svp_oam_walk) {
		.dir = dir, .skip = skip, .source = 1, .ttl = ttl,
	};
}

static void whole_path(struct kunit *test)
{
	struct svp_oam_walk walk = begin(SVP_OUT, 0, 63);
	u32 hosts;

	KUNIT_EXPECT_EQ(test, travel(test, &walk, &hosts), SVCPLANE_ECHO_END);
	KUNIT_EXPECT_EQ(test, hosts, 1321);
	KUNIT_EXPECT_EQ(test, walk.at.si, 251);
	KUNIT_EXPECT_EQ(test, walk.at.spi, SPI);
	/* four nodes and the end, and once more where it came to another host */
	KUNIT_EXPECT_EQ(test, walk.ttl, 63 - 5 - 3);

	walk = begin(SVP_IN, 0, 63);
	KUNIT_EXPECT_EQ(test, travel(test, &walk, &hosts), SVCPLANE_ECHO_END);
	KUNIT_EXPECT_EQ(test, hosts, 1231);
	KUNIT_EXPECT_EQ(test, walk.at.spi, SPI + 1);
}

/* One look-up further with each: where, what is next and who has that */
static void each_ttl(struct kunit *test)
{
	static const struct {
		u16 host, node, next;
	} hops[] = {
		{ 1, 1, 1 }, { 1, 2, 3 }, { 3, 2, 3 }, { 3, 3, 3 },
		{ 3, 4, 2 }, { 2, 4, 2 }, { 2, 0, 1 }, { 1, 0, 1 },
	};
	struct svp_oam_walk walk;
	u32 hosts;
	u8 ttl, code;

	for (ttl = 1; ttl <= ARRAY_SIZE(hops); ttl++) {
		walk = begin(SVP_OUT, 0, ttl);
		code = travel(test, &walk, &hosts);
		KUNIT_EXPECT_EQ(test, code, ttl < ARRAY_SIZE(hops) ?
				SVCPLANE_ECHO_TTL : SVCPLANE_ECHO_END);
		KUNIT_EXPECT_EQ(test, walk.at.host, hops[ttl - 1].host);
		KUNIT_EXPECT_EQ(test, walk.at.node, hops[ttl - 1].node);
		KUNIT_EXPECT_EQ(test, walk.at.next, hops[ttl - 1].next);
		KUNIT_EXPECT_EQ(test, walk.at.ttl, 0);
	}
	walk = begin(SVP_OUT, 0, ttl);
	KUNIT_EXPECT_EQ(test, travel(test, &walk, &hosts), SVCPLANE_ECHO_END);
	/* 0 is 64 */
	walk = begin(SVP_OUT, 0, 0);
	KUNIT_EXPECT_EQ(test, travel(test, &walk, &hosts), SVCPLANE_ECHO_END);
}

/* Every set of hops that are left out: only hosts of the others are passed */
static void each_skip(struct kunit *test)
{
	struct svp_oam_walk walk;
	u32 hosts, want;
	u16 at, skip;
	int i;

	for (skip = 0; skip < 1 << NODES; skip++) {
		walk = begin(SVP_OUT, skip << 12, 63);
		KUNIT_EXPECT_EQ(test, travel(test, &walk, &hosts), SVCPLANE_ECHO_END);
		at = 1;
		want = 1;
		for (i = 0; i <= NODES; i++) {
			u16 host = i < NODES ? owners[i] : 1;

			if ((i < NODES && skip & (8 >> i)) || host == at)
				continue;
			at = host;
			want = want * 10 + host;
		}
		KUNIT_EXPECT_EQ(test, hosts, want);
	}
}

static void node_down(struct kunit *test)
{
	struct oam_fixture *f = test->priv;
	struct svp_oam_walk walk = begin(SVP_OUT, 0, 63);
	u32 hosts;

	f->view[2].node[2].down = SVP_NODE_DOWN_LINK;
	KUNIT_EXPECT_EQ(test, travel(test, &walk, &hosts), SVCPLANE_ECHO_NODE);
	KUNIT_EXPECT_EQ(test, hosts, 13);
	KUNIT_EXPECT_EQ(test, walk.at.node, 3);
	KUNIT_EXPECT_EQ(test, walk.at.next, 3);
	KUNIT_EXPECT_EQ(test, walk.at.state, SVCPLANE_NODE_DOWN);
	KUNIT_EXPECT_EQ(test, walk.at.down, SVP_NODE_DOWN_LINK);
	/* a hop that is left out may be down */
	walk = begin(SVP_OUT, 0x2000, 63);
	KUNIT_EXPECT_EQ(test, travel(test, &walk, &hosts), SVCPLANE_ECHO_END);
	/* with the last of its TTL, too */
	walk = begin(SVP_OUT, 0, 4);
	KUNIT_EXPECT_EQ(test, travel(test, &walk, &hosts), SVCPLANE_ECHO_NODE);
	walk = begin(SVP_OUT, 0, 3);
	KUNIT_EXPECT_EQ(test, travel(test, &walk, &hosts), SVCPLANE_ECHO_TTL);
}

/* Hosts that do not agree on who has a node do not send it round and round */
static void disagreement(struct kunit *test)
{
	struct oam_fixture *f = test->priv;
	struct svp_oam_walk walk = begin(SVP_OUT, 0, 63);
	u32 hosts;

	f->view[2].node[1].owner = 2;
	f->view[1].node[1].owner = 3;
	KUNIT_EXPECT_EQ(test, travel(test, &walk, &hosts), SVCPLANE_ECHO_NODE);
	KUNIT_EXPECT_EQ(test, hosts, 13);
	KUNIT_EXPECT_EQ(test, walk.at.next, 2);
	KUNIT_EXPECT_EQ(test, walk.at.down, 0);
}

static void nobody_has_it(struct kunit *test)
{
	struct oam_fixture *f = test->priv;
	struct svp_oam_walk walk = begin(SVP_OUT, 0, 63);
	u32 hosts;

	f->view[0].node[1].owner = 0;
	f->view[0].node[1].down = SVP_NODE_DOWN_REMOTE;
	KUNIT_EXPECT_EQ(test, travel(test, &walk, &hosts), SVCPLANE_ECHO_NODE);
	KUNIT_EXPECT_EQ(test, walk.at.next, 0);
	KUNIT_EXPECT_EQ(test, walk.at.node, 2);
}

/* The end of a path is not for another host than its source */
static void end_elsewhere(struct kunit *test)
{
	struct oam_fixture *f = test->priv;
	struct svp_oam_walk walk = begin(SVP_OUT, 0, 63);

	walk.plane = &f->view[1].plane;
	walk.path = &f->view[1].path;
	walk.hop = NODES;
	walk.far = true;
	rcu_read_lock();
	KUNIT_EXPECT_EQ(test, svp_oam_walk(&walk), SVCPLANE_ECHO_HOP);
	rcu_read_unlock();
}

static void who_may_send_it(struct kunit *test)
{
	struct oam_fixture *f = test->priv;
	struct svp_oam_walk walk = begin(SVP_OUT, 0, 63);

	walk.plane = &f->view[1].plane;
	walk.path = &f->view[1].path;
	walk.hop = 3;		/* of host 2; the one before is of host 3 */
	KUNIT_EXPECT_TRUE(test, svp_oam_came_right(&walk, 3));
	KUNIT_EXPECT_FALSE(test, svp_oam_came_right(&walk, 1));
	walk.skip = 0x6000;	/* both of host 3 are left out */
	KUNIT_EXPECT_TRUE(test, svp_oam_came_right(&walk, 1));
	KUNIT_EXPECT_FALSE(test, svp_oam_came_right(&walk, 3));
	walk.skip = 0xe000;	/* all are: from the source itself */
	walk.source = 3;
	KUNIT_EXPECT_TRUE(test, svp_oam_came_right(&walk, 3));
	KUNIT_EXPECT_FALSE(test, svp_oam_came_right(&walk, 1));
}

/* Documentation/wire.md, "Echo": both packets as they travel, from the NSH on */
static const u8 sealed_request[] = {
	0x2f, 0x4f, 0x02, 0x07, 0x00, 0x00, 0x64, 0xfe,
	0xff, 0xf6, 0x01, 0x10, 0x20, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x07,
	0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x02, 0x1c, 0x02, 0x01, 0x02, 0x65, 0x53, 0xf1, 0x00, 0x80,
	0x00, 0x00, 0x00, 0x00, 0xdd, 0xec, 0xc9, 0x63, 0x4b, 0xff, 0x89, 0x5b,
	0x46, 0x42, 0x60, 0xd5, 0xf4, 0xfc, 0x65, 0x1b,
};

static const u8 sealed_reply[] = {
	0x2f, 0xcf, 0x02, 0x07, 0xff, 0xf0, 0x01, 0xff,
	0xff, 0xf6, 0x01, 0x10, 0x20, 0x03, 0x00, 0x00, 0x00, 0x00, 0x00, 0x07,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x02, 0x1c, 0x02, 0x01, 0x02, 0x65, 0x53, 0xf1, 0x00, 0x80,
	0x00, 0x00, 0x00, 0x00, 0x37, 0xc0, 0x68, 0x62, 0xad, 0xf4, 0x0b, 0xd3,
	0x41, 0xc7, 0x39, 0x51, 0x94, 0xde, 0xd9, 0x28,
};

static void expect_sealed(struct kunit *test, const u8 *hdr, u16 source,
			  const struct svp_echo *echo)
{
	u8 payload[SVP_ECHO_ROOM];
	unsigned int len = svp_echo_encode(payload, sizeof(payload), echo);
	struct svp_mac_key key = {};
	struct svp_nsh_ctx ctx;
	struct svp_mac1 mac1;
	struct svp_nsh nsh;
	u8 secret[SVP_KEY_LEN];
	unsigned int i;

	for (i = 0; i < sizeof(secret); i++)
		secret[i] = i;
	KUNIT_ASSERT_EQ(test, 0, svp_mac_key_set(&key, secret));
	KUNIT_EXPECT_EQ(test, svp_nsh_parse(hdr, sizeof(sealed_request), &nsh), SVP_NSH_OK);
	KUNIT_EXPECT_EQ(test, nsh.len, sizeof(sealed_request));
	KUNIT_EXPECT_TRUE(test, nsh.oam);
	KUNIT_EXPECT_EQ(test, nsh.next, SVCPLANE_NP_OAM);
	KUNIT_EXPECT_TRUE(test, svp_nsh_ctx_get(&nsh, SVCPLANE_MD_CLASS, &ctx));
	KUNIT_EXPECT_EQ(test, ctx.host, source);
	KUNIT_EXPECT_TRUE(test, svp_mac1_get(&nsh, &mac1));
	KUNIT_EXPECT_EQ(test, mac1.key_id, 0x0102);
	KUNIT_EXPECT_TRUE(test, svp_mac_verify(&key, hdr, nsh.len, payload, len));
	KUNIT_EXPECT_FALSE(test, svp_mac_verify(&key, hdr, nsh.len, payload, len - 1));
	svp_mac_key_clear(&key);
}

static void sealed(struct kunit *test)
{
	struct svp_echo echo = {
		.type = SVCPLANE_ECHO_REQUEST,
		.mode = SVCPLANE_ECHO_BY_PATH,
		.handle = 0xaabbccdd,
		.seq = 7,
		.has = SVP_ECHO_HAS_SFP,
		.sfp_spi = 0xfff001,
		.sfp_si = 255,
	};

	expect_sealed(test, sealed_request, 1, &echo);
	echo.type = SVCPLANE_ECHO_REPLY;
	echo.code = SVCPLANE_ECHO_NODE;
	echo.has = SVP_ECHO_HAS_HOP;
	echo.hop = (struct svp_echo_hop) {
		.host = 3, .node = 9, .next = 3, .state = SVCPLANE_NODE_DOWN,
		.down = SVP_NODE_DOWN_LINK, .spi = 100, .si = 254, .ttl = 59,
	};
	expect_sealed(test, sealed_reply, 3, &echo);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(whole_path),
	KUNIT_CASE(each_ttl),
	KUNIT_CASE(each_skip),
	KUNIT_CASE(node_down),
	KUNIT_CASE(disagreement),
	KUNIT_CASE(nobody_has_it),
	KUNIT_CASE(end_elsewhere),
	KUNIT_CASE(who_may_send_it),
	KUNIT_CASE(sealed),
	{}
};

static struct kunit_suite suite = {
	.name = "svp_oam",
	.init = oam_init,
	.test_cases = cases,
};

kunit_test_suite(suite);
