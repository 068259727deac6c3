// SPDX-License-Identifier: GPL-2.0-only
/* ids-node: from a frame to a decision, and from a decision to a verdict. */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "ids-core.h"

#define PROTO_TCP	6
/* A verdict may get lost; while the flow still comes it is asked for again,
 * first after this time, then after twice as much, up to 16 times.
 */
#define ASK_AGAIN_MS	200

/* One frame on its way through here. */
struct work {
	struct svcplane_frame f;
	struct svcplane_context ctx;
	struct svcplane_inner in;
	bool readable;			/* in is valid */
	int dir;
	struct ids_flow *flow;
	uint64_t now;
};

static const char *action_name(uint8_t action)
{
	static const char *const names[] = {
		[SVCPLANE_ACT_DROP] = "drop", [SVCPLANE_ACT_ALLOW] = "allow",
		[SVCPLANE_ACT_SKIP] = "skip-node",
		[SVCPLANE_ACT_REPATH] = "re-path",
	};

	return names[action];
}

static void count_decision(struct ids_stats *s, uint8_t action)
{
	switch (action) {
	case SVCPLANE_ACT_DROP:
		s->drop++;
		break;
	case SVCPLANE_ACT_ALLOW:
		s->allow++;
		break;
	case SVCPLANE_ACT_SKIP:
		s->skip++;
		break;
	default:
		s->repath++;
	}
}

static void decide(struct ids *ids, const struct work *w, uint8_t action,
		   uint8_t reason)
{
	char src[INET6_ADDRSTRLEN], dst[INET6_ADDRSTRLEN];
	int af = w->in.family == 4 ? AF_INET : AF_INET6;

	w->flow->action = action;
	w->flow->reason = reason;
	w->flow->decided_ms = w->now;
	w->flow->asked = 0;
	count_decision(&ids->stats, action);
	if (!ids->opts.verbose)
		return;
	inet_ntop(af, w->in.src, src, sizeof(src));
	inet_ntop(af, w->in.dst, dst, sizeof(dst));
	printf("%s host %u tag 0x%08x spi %u si %u tcp %s %u > %s %u %s '%s'\n",
	       action_name(action), w->ctx.host, w->ctx.tag, w->f.spi, w->f.si,
	       src, w->in.sport, dst, w->in.dport,
	       reason ? "pattern" : "after",
	       reason ? ids->opts.patterns[reason - 1].text : "clean bytes");
	fflush(stdout);
}

static void inspect(struct ids *ids, struct work *w)
{
	uint64_t before = w->flow->clean;
	int hit;

	hit = ids_flow_scan(w->flow, w->dir, &w->in, ids->opts.patterns,
			    ids->opts.n_patterns);
	if (hit >= 0) {
		decide(ids, w, ids->opts.patterns[hit].action,
		       (uint8_t)(hit + 1));
		return;
	}
	ids->stats.payload += w->flow->clean - before;
	if (ids->opts.skip_after && w->flow->clean >= ids->opts.skip_after)
		decide(ids, w, SVCPLANE_ACT_SKIP, 0);
}

/* A verdict with a lifetime has an end, and then the flow is a new one. */
static void forget_expired(const struct ids *ids, struct ids_flow *flow,
			   uint64_t now)
{
	if (!flow->action || !ids->opts.lifetime ||
	    now - flow->decided_ms < ids->opts.lifetime)
		return;
	flow->action = 0;
	flow->clean = 0;
	memset(flow->dir, 0, sizeof(flow->dir));
}

/* Frames that are not TCP belong to a flow only where a tag says so. */
static void find_flow(struct ids *ids, struct work *w)
{
	bool tcp = w->readable && w->in.payload && w->in.proto == PROTO_TCP;
	struct ids_key key;

	if (!tcp && !w->ctx.tag)
		return;
	w->dir = ids_key_make(&key, &w->ctx, &w->in);
	w->flow = tcp ? ids_flow_get(&ids->table, &key) :
			ids_flow_find(&ids->table, &key);
	if (!w->flow)
		return;
	forget_expired(ids, w->flow, w->now);
	if (tcp && !w->flow->action)
		inspect(ids, w);
}

static bool may_ask(const struct ids *ids, const struct work *w)
{
	const struct ids_flow *flow = w->flow;

	if (ids->opts.no_verdict)
		return false;
	return !flow->asked || w->now - flow->asked_ms >=
	       (uint64_t)ASK_AGAIN_MS << (flow->asked < 5 ? flow->asked - 1 : 4);
}

static int make_body(const struct ids *ids, const struct work *w, bool stand_alone,
		     struct svcplane_body *b)
{
	struct svcplane_verdict_info v = {
		.tag = w->ctx.tag,
		.action = w->flow->action,
		.scope = ids->opts.scope,
		.reason = w->flow->reason,
		.lifetime = ids->opts.lifetime,
	};
	struct svcplane_tuple_info t;
	bool named = w->ctx.tag || !stand_alone;
	int err;

	if (v.action == SVCPLANE_ACT_DROP)
		v.flags = SVCPLANE_VERDICT_NOW |
			  (ids->opts.reject ? SVCPLANE_VERDICT_REJECT : 0);
	if (v.action == SVCPLANE_ACT_REPATH)
		v.spi = ids->opts.re_path;
	if (!named) {
		err = w->readable ? svcplane_tuple_from_inner(&w->in, &t) :
				    SVCPLANE_E_NONE;
		if (err)
			return err;
	}
	return svcplane_body_verdict(b, w->ctx.host, &v, named ? NULL : &t);
}

static bool ask_in_frame(struct ids *ids, const struct work *w,
			 struct ids_out *out)
{
	struct svcplane_body b;
	int len;

	if (make_body(ids, w, false, &b))
		return false;
	len = svcplane_attach_header(&w->f, &b, out->head, sizeof(out->head));
	if (len < 0 || (size_t)len + w->f.payload_len >
		       ids->mtu + SVCPLANE_ETH_LEN)
		return false;
	out->head_len = len;
	out->payload = w->f.payload;
	out->payload_len = w->f.payload_len;
	ids->stats.verdict_frame++;
	return true;
}

static bool ask_alone(struct ids *ids, const struct work *w,
		      struct ids_out *out)
{
	struct svcplane_path path;
	struct svcplane_body b;
	int len;

	if (make_body(ids, w, true, &b) || svcplane_path_get(&w->f, &path))
		return false;
	len = svcplane_md_only(&path, &b, out->md, sizeof(out->md));
	if (len < 0)
		return false;
	out->md_len = len;
	ids->stats.verdict_md++;
	return true;
}

static void ask(struct ids *ids, const struct work *w, struct ids_out *out)
{
	bool done = false;

	if (out->give_back && !ids->opts.md_only)
		done = ask_in_frame(ids, w, out);
	if (!done)
		done = ask_alone(ids, w, out);
	if (!done)
		return;
	w->flow->asked_ms = w->now;
	if (w->flow->asked < UINT8_MAX)
		w->flow->asked++;
}

/* Called last: the frame must still be as it came for what is built from it. */
static void give_back(struct ids *ids, struct work *w, struct ids_out *out)
{
	ids->stats.answered += w->ctx.query;
	ids->stats.returned++;
	if (!out->head_len)
		svcplane_return(&w->f);
}

void ids_handle(struct ids *ids, uint8_t *buf, size_t len, uint64_t now_ms,
		struct ids_out *out)
{
	struct work w = { .now = now_ms };

	out->give_back = false;
	out->head_len = 0;
	out->md_len = 0;
	ids->stats.rx++;
	ids->stats.rx_bytes += len;
	if (svcplane_parse(&w.f, buf, len) || !w.f.si) {
		ids->stats.bad++;
		return;
	}
	if (w.f.next_proto == SVCPLANE_NP_NONE) {
		ids->stats.metadata++;
		return;
	}
	w.f.md_class = ids->opts.md_class;
	svcplane_context_get(&w.f, &w.ctx);
	w.readable = !svcplane_inner_parse(&w.f, &w.in);
	ids->stats.unread += !w.readable;
	find_flow(ids, &w);

	out->give_back = ids->opts.give_back || ids->opts.no_verdict ||
			 !w.flow || w.flow->action != SVCPLANE_ACT_DROP;
	if (w.flow && w.flow->action && may_ask(ids, &w))
		ask(ids, &w, out);
	if (out->give_back)
		give_back(ids, &w, out);
	else
		ids->stats.kept++;
}

int ids_stats_line(const struct ids *ids, char *line, size_t size)
{
	const struct ids_stats *s = &ids->stats;

	return snprintf(line, size,
		"rx=%" PRIu64 " rx_bytes=%" PRIu64 " returned=%" PRIu64
		" kept=%" PRIu64 " bad=%" PRIu64 " metadata=%" PRIu64
		" unread=%" PRIu64 " payload=%" PRIu64 " drop=%" PRIu64
		" allow=%" PRIu64 " skip=%" PRIu64 " repath=%" PRIu64
		" verdict_frame=%" PRIu64 " verdict_md=%" PRIu64
		" answered=%" PRIu64 " tx_error=%" PRIu64
		" truncated=%" PRIu64 " flows=%u evicted=%" PRIu64 "\n",
		s->rx, s->rx_bytes, s->returned, s->kept, s->bad, s->metadata,
		s->unread, s->payload, s->drop, s->allow, s->skip, s->repath,
		s->verdict_frame, s->verdict_md, s->answered, s->tx_error,
		s->truncated, ids->table.used, ids->table.evicted);
}
