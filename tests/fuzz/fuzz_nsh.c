// SPDX-License-Identifier: GPL-2.0-only
/*
 * svp_nsh_parse() and what reads context headers: untrusted, bytes of nodes
 * and the underlay. Input: an NSH and what follows it.
 */
#include <linux/limits.h>

#include "fuzz.h"
#include "nsh.h"

static void check_context(const struct svp_nsh *nsh)
{
	struct svp_nsh_tlv tlv, first;
	struct svp_nsh_iter iter;
	unsigned int before;

	svp_nsh_iter_init(&iter, nsh);
	for (before = iter.left; svp_nsh_iter_next(&iter, &tlv);
	     before = iter.left) {
		HOLDS(before - iter.left >= 4);
		HOLDS(tlv.val + tlv.len <= nsh->ctx + nsh->ctx_len);
		HOLDS(svp_nsh_tlv_find(nsh, tlv.md_class, tlv.type, &first));
		HOLDS(first.val <= tlv.val);
	}
	HOLDS(!iter.left);
}

static void check_strip(const struct svp_nsh *nsh)
{
	u8 out[SVP_NSH_MAX_LEN], few[16];
	struct svp_nsh left = {
		.mdtype = SVCPLANE_NSH_MD2,
		.ctx = out,
	};
	struct svp_nsh_tlv tlv;

	left.ctx_len = svp_nsh_tlv_strip(out, sizeof(out), nsh,
					 SVCPLANE_MD_CLASS);
	HOLDS(left.ctx_len <= nsh->ctx_len && left.ctx_len % 4 == 0);
	check_context(&left);
	HOLDS(!svp_nsh_tlv_find(&left, SVCPLANE_MD_CLASS, 1, &tlv));
	HOLDS(!svp_nsh_tlv_find(&left, 0, SVCPLANE_MD_TYPE_MAC1, &tlv));
	HOLDS(svp_nsh_tlv_strip(few, sizeof(few), nsh, 0xFFFE) <= sizeof(few));
}

static void check_rebuild(const struct svp_nsh *nsh)
{
	struct svp_nsh_tmpl t = {
		.spi = nsh->spi,
		.si = nsh->si,
		.ttl = nsh->ttl,
		.next = nsh->next,
		.mdtype = nsh->mdtype,
		.oam = nsh->oam,
		.ctx = nsh->ctx,
		.ctx_len = nsh->ctx_len,
	};
	struct svp_nsh again;
	u8 buf[SVP_NSH_MAX_LEN];

	memcpy(t.md1, nsh->md1, sizeof(t.md1));
	HOLDS(!svp_nsh_build(buf, nsh->len - 1, &t));
	HOLDS(svp_nsh_build(buf, sizeof(buf), &t) == nsh->len);
	HOLDS(svp_nsh_parse(buf, nsh->len, &again) == SVP_NSH_OK);
	HOLDS(again.spi == nsh->spi && again.si == nsh->si);
	HOLDS(again.ttl == nsh->ttl && again.next == nsh->next);
	HOLDS(again.oam == nsh->oam && again.mdtype == nsh->mdtype);
	HOLDS(again.ctx_len == nsh->ctx_len);
	HOLDS(!nsh->ctx_len || !memcmp(again.ctx, nsh->ctx, nsh->ctx_len));
}

static void check_metadata(const struct svp_nsh *nsh)
{
	struct svp_nsh_ctx ctx, again;
	__be32 words[4];

	if (!svp_nsh_ctx_get(nsh, SVCPLANE_MD_CLASS, &ctx))
		return;
	svp_nsh_ctx_encode(words, &ctx, SVP_NSH_SHOW_SVCPLANE);
	HOLDS(svp_nsh_ctx_decode(&again, words));
	HOLDS(again.host == ctx.host && again.iface == ctx.iface);
	HOLDS(again.tenant == ctx.tenant && again.tag == ctx.tag);
	HOLDS(again.skip == ctx.skip && again.chain == ctx.chain);
	HOLDS(again.q == ctx.q && again.v == ctx.v && again.a == ctx.a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum svp_nsh_err err;
	struct svp_nsh nsh;
	unsigned int allow;
	void *buf;

	if (size > U16_MAX)
		return 0;
	buf = exact(data, size);
	err = svp_nsh_parse(buf, size, &nsh);
	HOLDS(err <= SVP_NSH_TLV);
	if (err == SVP_NSH_OK) {
		HOLDS(nsh.len <= size && nsh.len <= SVP_NSH_MAX_LEN);
		HOLDS(nsh.ttl <= 63 && nsh.spi <= 0xFFFFFF);
		check_context(&nsh);
		check_strip(&nsh);
		check_rebuild(&nsh);
		check_metadata(&nsh);
		for (allow = 0; allow < 16; allow++) {
			err = svp_nsh_accept(&nsh, size - nsh.len, allow);
			HOLDS(!err || (err >= SVP_NSH_OAM &&
				       err <= SVP_NSH_INNER));
			HOLDS(err || !nsh.oam || allow & 5);
		}
	}
	free(buf);
	return 0;
}
