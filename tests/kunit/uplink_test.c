// SPDX-License-Identifier: GPL-2.0-only
/*
 * Suite of what is asked of a guest's frame from another host before anybody
 * looks into it: each check lets what is right pass, and names what is wrong.
 */
#include "far_fixture.h"
#include "nsh.h"
#include "uplink.h"

/* A frame, as right as can be; a case makes one thing of it wrong */
struct sent {
	struct svp_nsh_ctx ctx;
	u32 spi;
	u8 si;
	u8 ttl;
	u8 mdtype;
	u16 peer;
};

/* Of a guest of host 4, from node 0 at host 2, to node 1 here */
static const struct sent transit = {
	.ctx = {
		.host = GUESTS, .iface = IFACE, .tenant = 7, .chain = 1,
		.tag = TAG,
	},
	.spi = 100,
	.si = 254,
	.ttl = 60,
	.mdtype = SVCPLANE_NSH_MD1,
	.peer = 2,
};

static enum svp_drop_reason place(struct kunit *test, const struct sent *sent,
				  struct svp_arrival *a)
{
	struct far_fixture *f = test->priv;
	struct svp_nsh_tmpl tmpl = {
		.spi = sent->spi, .si = sent->si, .ttl = sent->ttl,
		.next = SVCPLANE_NP_ETHERNET, .mdtype = sent->mdtype,
	};
	u8 tlv[4 + SVCPLANE_CTX_LEN], buf[SVP_NSH_MAX_LEN];
	enum svp_drop_reason why;
	struct svp_nsh nsh;
	unsigned int len;

	svp_nsh_ctx_encode(tmpl.md1, &sent->ctx, SVP_NSH_SHOW_SVCPLANE);
	tmpl.ctx = tlv;
	tmpl.ctx_len = svp_nsh_tlv_put(tlv, sizeof(tlv), SVCPLANE_MD_CLASS,
				       SVCPLANE_MD_TYPE_CTX, tmpl.md1,
				       SVCPLANE_CTX_LEN);
	len = svp_nsh_build(buf, sizeof(buf), &tmpl);
	KUNIT_ASSERT_EQ(test, SVP_NSH_OK, svp_nsh_parse(buf, len, &nsh));
	KUNIT_ASSERT_EQ(test, 0, svp_uplink_check(&f->plane, &nsh, 60));
	*a = (struct svp_arrival) {
		.plane = &f->plane, .nsh = &nsh, .peer = sent->peer,
	};
	rcu_read_lock();
	local_bh_disable();
	why = svp_uplink_place(a);
	local_bh_enable();
	rcu_read_unlock();
	return why;
}

#define EXPECT(why, ...) do {						\
	struct svp_arrival _a;						\
	struct sent _sent = base;					\
									\
	__VA_ARGS__;							\
	KUNIT_EXPECT_STREQ(test, svp_drop_name(why),			\
			   svp_drop_name(place(test, &_sent, &_a)));	\
} while (0)

static void transit_is_taken(struct kunit *test)
{
	struct far_fixture *f = test->priv;
	struct sent sent = transit;
	struct svp_arrival a;

	KUNIT_EXPECT_EQ(test, 0, place(test, &sent, &a));
	KUNIT_EXPECT_PTR_EQ(test, &f->path, a.path);
	KUNIT_EXPECT_EQ(test, SVP_OUT, a.dir);
	KUNIT_EXPECT_EQ(test, 1, a.hop);
	KUNIT_EXPECT_EQ(test, 0, a.skip);
	/* the other way it comes from node 2 */
	sent.spi = 101;
	sent.peer = 3;
	KUNIT_EXPECT_EQ(test, 0, place(test, &sent, &a));
	KUNIT_EXPECT_EQ(test, SVP_IN, a.dir);
	KUNIT_EXPECT_EQ(test, 1, a.hop);
	/* node 0 left out: straight from the guest's host */
	sent = transit;
	sent.ctx.skip = 0x8000;
	sent.peer = GUESTS;
	KUNIT_EXPECT_EQ(test, 0, place(test, &sent, &a));
	KUNIT_EXPECT_EQ(test, 0x8000, a.skip);
	/* or by who has not moved it on past that */
	sent.si = 255;
	KUNIT_EXPECT_EQ(test, 0, place(test, &sent, &a));
	KUNIT_EXPECT_EQ(test, 1, a.hop);
}

static void context(struct kunit *test)
{
	const struct sent base = transit;

	EXPECT(SVP_DROP_NSH_MDTYPE, _sent.mdtype = SVCPLANE_NSH_MD2);
	EXPECT(SVP_DROP_UPLINK_LIVENESS, _sent.ctx.q = true);
	EXPECT(SVP_DROP_UPLINK_LIVENESS, _sent.ctx.a = true);
	EXPECT(SVP_DROP_UNSPEC, _sent.ctx.v = true);
	EXPECT(SVP_DROP_UPLINK_SOURCE, _sent.ctx.iface = 0);
	EXPECT(SVP_DROP_UPLINK_SOURCE, _sent.ctx.host = 99);
}

static void path(struct kunit *test)
{
	const struct sent base = transit;

	EXPECT(SVP_DROP_NSH_NO_HOP, _sent.spi = 555);
	EXPECT(SVP_DROP_NSH_NO_HOP, _sent.si = 251);
	EXPECT(SVP_DROP_UPLINK_CHAIN, _sent.ctx.chain = 2);
	EXPECT(SVP_DROP_UPLINK_SKIP, _sent.ctx.skip = 0x1000);
	EXPECT(SVP_DROP_UPLINK_SKIP, _sent.ctx.skip = 1);
	EXPECT(SVP_DROP_UNSPEC, _sent.ttl = 61);
	EXPECT(SVP_DROP_UPLINK_TTL, _sent.ttl = 62);
	EXPECT(SVP_DROP_UPLINK_TTL, _sent.ttl = 0);
	EXPECT(SVP_DROP_UNSPEC, _sent.ttl = 2);
}

/* Who has the nearest hop before that is not left out, or the guest */
static void owner(struct kunit *test)
{
	const struct sent base = transit;

	EXPECT(SVP_DROP_UPLINK_OWNER, _sent.peer = 3);
	EXPECT(SVP_DROP_UPLINK_OWNER, _sent.peer = GUESTS);
	EXPECT(SVP_DROP_UPLINK_OWNER, _sent.ctx.skip = 0x8000);
	EXPECT(SVP_DROP_UPLINK_OWNER, _sent.ctx.skip = 0x8000; _sent.peer = 3);
	/* what comes from node 1 comes from nobody but us */
	EXPECT(SVP_DROP_UPLINK_OWNER, _sent.si = 253);
}

static void here(struct kunit *test)
{
	struct far_fixture *f = test->priv;
	const struct sent base = transit;

	/* node 0 is at host 2, and at the end of the path is host 4 */
	EXPECT(SVP_DROP_UPLINK_HOP, _sent.si = 255; _sent.peer = GUESTS);
	EXPECT(SVP_DROP_UPLINK_HOP, _sent.si = 252; _sent.peer = 3; _sent.ttl = 58);
	/* nobody has node 1: not this host, which may not */
	f->node[1].conf.hosts[0] = 9;
	EXPECT(SVP_DROP_UPLINK_HOP, _sent = base);
}

/* A guest's of this host, at the end, from node 2 */
static struct sent home(const struct far_fixture *f)
{
	struct sent sent = transit;

	sent.ctx.host = OWN;
	sent.ctx.tag = f->flow->tag;
	sent.si = 252;
	sent.ttl = 58;
	sent.peer = 3;
	return sent;
}

static void own_is_taken(struct kunit *test)
{
	struct far_fixture *f = test->priv;
	struct svp_arrival a;
	struct sent sent;

	far_own_flow(test);
	/* it was given to node 2 from here, too: node 1 is here */
	f->flow->use[SVP_OUT].given = 0xe000;
	sent = home(f);
	KUNIT_EXPECT_EQ(test, 0, place(test, &sent, &a));
	KUNIT_EXPECT_PTR_EQ(test, f->flow, a.flow);
	KUNIT_EXPECT_EQ(test, HOPS, a.hop);
	/* in the middle, from node 0 */
	sent.si = 254;
	sent.peer = 2;
	sent.ttl = 60;
	KUNIT_EXPECT_EQ(test, 0, place(test, &sent, &a));
	KUNIT_EXPECT_EQ(test, 1, a.hop);
	/* the other direction begins at node 2 */
	sent.spi = 101;
	sent.peer = 3;
	KUNIT_EXPECT_EQ(test, 0, place(test, &sent, &a));
	KUNIT_EXPECT_EQ(test, SVP_IN, a.dir);
}

static void own_flow(struct kunit *test)
{
	struct far_fixture *f = test->priv;
	struct sent base;

	far_own_flow(test);
	f->flow->use[SVP_OUT].given = 0xe000;
	base = home(f);
	EXPECT(SVP_DROP_UPLINK_FLOW, _sent.ctx.iface = IFACE + 1);
	EXPECT(SVP_DROP_UPLINK_FLOW, _sent.ctx.tag ^= 1);
	EXPECT(SVP_DROP_UPLINK_FLOW, _sent.ctx.tag = 0);
	EXPECT(SVP_DROP_UPLINK_FLOW, _sent.spi = 200);
	EXPECT(SVP_DROP_NSH_NO_HOP, _sent.spi = 555);
	EXPECT(SVP_DROP_UPLINK_OWNER, _sent.peer = 2);
	/* with all hops left out it would come from here */
	f->flow->skip[SVP_OUT] = 0xe000;
	EXPECT(SVP_DROP_UPLINK_OWNER, _sent.ctx.skip = 0xe000);
}

/* What was never given to a hop does not come back from there */
static void own_stray(struct kunit *test)
{
	struct far_fixture *f = test->priv;
	struct sent base;

	far_own_flow(test);
	base = home(f);
	EXPECT(SVP_DROP_UPLINK_STRAY, _sent = base);
	/* nor does it count that node 0 was: it comes back here in between */
	f->flow->use[SVP_OUT].given = 0xc000;
	EXPECT(SVP_DROP_UPLINK_STRAY, _sent = base);
	f->flow->use[SVP_OUT].given = 0x2000;
	EXPECT(SVP_DROP_UNSPEC, _sent = base);
	/* two hosts one after the other: the first of them was given it */
	f->node[1].owner = 2;
	f->flow->use[SVP_OUT].given = 0x8000;
	EXPECT(SVP_DROP_UNSPEC, _sent = base);
	/* who speaks as an end of the connection has seen the other direction */
	f->flow->use[SVP_OUT].given = 0;
	EXPECT(SVP_DROP_UPLINK_STRAY, _sent = base);
	f->service.flags = SVP_SERVICE_ORIGINATES;
	EXPECT(SVP_DROP_UNSPEC, _sent = base);
	f->flow->use[SVP_IN].given = 0;
	EXPECT(SVP_DROP_UPLINK_STRAY, _sent = base);
}

/* A peer leaves out no more than the record says */
static void own_skip(struct kunit *test)
{
	struct far_fixture *f = test->priv;
	struct sent base;

	far_own_flow(test);
	f->flow->use[SVP_OUT].given = 0xe000;
	base = home(f);
	EXPECT(SVP_DROP_UPLINK_SKIP, _sent.ctx.skip = 0x2000; _sent.peer = 2);
	f->flow->skip[SVP_OUT] = 0x6000;
	EXPECT(SVP_DROP_UNSPEC, _sent.ctx.skip = 0x6000; _sent.peer = 2);
	EXPECT(SVP_DROP_UNSPEC, _sent = base);
}

/* What is under way when a flow leaves its path finishes that, be it deleted */
static void own_old_path(struct kunit *test)
{
	struct far_fixture *f = test->priv;
	struct sent base;

	far_own_flow(test);
	f->flow->use[SVP_OUT].given = 0xe000;
	base = home(f);
	rcu_read_lock();
	local_bh_disable();
	spin_lock(svp_flow_lock(f->plane.flows, f->flow));
	svp_flow_set_path(f->flow, SVP_OUT, &f->old);
	spin_unlock(svp_flow_lock(f->plane.flows, f->flow));
	local_bh_enable();
	rcu_read_unlock();
	EXPECT(SVP_DROP_UNSPEC, _sent = base);
	EXPECT(SVP_DROP_UPLINK_STRAY, _sent.spi = 200);
	xa_erase(&f->policy.spis, 100);
	EXPECT(SVP_DROP_UNSPEC, _sent = base);
	EXPECT(SVP_DROP_UPLINK_SKIP, _sent.ctx.skip = 0x2000; _sent.peer = 2);
}

static int uplink_init(struct kunit *test)
{
	return far_setup(test, 64);
}

static struct kunit_case uplink_cases[] = {
	KUNIT_CASE(transit_is_taken),
	KUNIT_CASE(context),
	KUNIT_CASE(path),
	KUNIT_CASE(owner),
	KUNIT_CASE(here),
	KUNIT_CASE(own_is_taken),
	KUNIT_CASE(own_flow),
	KUNIT_CASE(own_stray),
	KUNIT_CASE(own_skip),
	KUNIT_CASE(own_old_path),
	{}
};

static struct kunit_suite uplink_suite = {
	.name = "svcplane_uplink",
	.suite_init = far_suite_init,
	.suite_exit = far_suite_exit,
	.init = uplink_init,
	.exit = far_teardown,
	.test_cases = uplink_cases,
};

kunit_test_suite(uplink_suite);
