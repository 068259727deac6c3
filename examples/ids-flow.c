// SPDX-License-Identifier: GPL-2.0-only
/* Flow table and stream scanner of ids-node. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include "ids-flow.h"

#define TCP_SYN 0x02

int ids_table_init(struct ids_table *t, uint32_t size)
{
	uint32_t buckets = 1;

	memset(t, 0, sizeof(*t));
	while (buckets < size && buckets < 1u << 30)
		buckets <<= 1;
	t->flows = calloc(size, sizeof(*t->flows));
	t->buckets = calloc(buckets, sizeof(*t->buckets));
	t->size = size;
	t->mask = buckets - 1;
	if (!t->flows || !t->buckets ||
	    getrandom(t->seed, sizeof(t->seed), 0) != sizeof(t->seed)) {
		ids_table_free(t);
		return -1;
	}
	return 0;
}

void ids_table_free(struct ids_table *t)
{
	free(t->flows);
	free(t->buckets);
	memset(t, 0, sizeof(*t));
}

int ids_key_make(struct ids_key *key, const struct svcplane_context *ctx,
		 const struct svcplane_inner *in)
{
	int order = memcmp(in->src, in->dst, sizeof(in->src));
	int dir;

	if (!order)
		order = in->sport < in->dport ? -1 : 1;
	dir = order > 0;
	memset(key, 0, sizeof(*key));
	if (ctx->tag) {
		key->tag = ctx->tag;
		key->host = ctx->host;
		return dir;
	}
	key->vlan[0] = in->vlan;
	key->vlan[1] = in->inner_vlan;
	memcpy(key->addr[dir], in->src, 16);
	memcpy(key->addr[!dir], in->dst, 16);
	key->port[dir] = in->sport;
	key->port[!dir] = in->dport;
	return dir;
}

static uint64_t rotl(uint64_t x, int n)
{
	return x << n | x >> (64 - n);
}

static void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = rotl(v[1], 13) ^ v[0];
	v[0] = rotl(v[0], 32);
	v[2] += v[3];
	v[3] = rotl(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotl(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotl(v[1], 17) ^ v[2];
	v[2] = rotl(v[2], 32);
}

/* SipHash-1-3: guests choose ports and addresses, they must not be able to
 * choose a bucket. All keys have one length, so none is mixed in.
 */
static uint32_t hash(const struct ids_table *t, const struct ids_key *key)
{
	uint64_t v[4] = {
		t->seed[0] ^ 0x736f6d6570736575ULL,
		t->seed[1] ^ 0x646f72616e646f6dULL,
		t->seed[0] ^ 0x6c7967656e657261ULL,
		t->seed[1] ^ 0x7465646279746573ULL,
	};
	const uint8_t *p = (const uint8_t *)key;
	size_t left = sizeof(*key), n;
	uint64_t m;

	for (; left; left -= n, p += n) {
		n = left < 8 ? left : 8;
		m = 0;
		memcpy(&m, p, n);
		v[3] ^= m;
		sip_round(v);
		v[0] ^= m;
	}
	v[2] ^= 0xff;
	sip_round(v);
	sip_round(v);
	sip_round(v);
	return (uint32_t)(v[0] ^ v[1] ^ v[2] ^ v[3]) & t->mask;
}

static void lru_remove(struct ids_table *t, struct ids_flow *flow)
{
	if (flow->newer)
		t->flows[flow->newer - 1].older = flow->older;
	else
		t->newest = flow->older;
	if (flow->older)
		t->flows[flow->older - 1].newer = flow->newer;
	else
		t->oldest = flow->newer;
}

static void lru_add(struct ids_table *t, struct ids_flow *flow)
{
	uint32_t id = (uint32_t)(flow - t->flows) + 1;

	flow->newer = 0;
	flow->older = t->newest;
	if (t->newest)
		t->flows[t->newest - 1].newer = id;
	else
		t->oldest = id;
	t->newest = id;
}

struct ids_flow *ids_flow_find(struct ids_table *t, const struct ids_key *key)
{
	uint32_t id = t->buckets[hash(t, key)];

	for (; id; id = t->flows[id - 1].chain) {
		struct ids_flow *flow = &t->flows[id - 1];

		if (memcmp(&flow->key, key, sizeof(*key)))
			continue;
		lru_remove(t, flow);
		lru_add(t, flow);
		return flow;
	}
	return NULL;
}

static void bucket_remove(struct ids_table *t, struct ids_flow *flow)
{
	uint32_t id = (uint32_t)(flow - t->flows) + 1;
	uint32_t *p = &t->buckets[hash(t, &flow->key)];

	while (*p != id)
		p = &t->flows[*p - 1].chain;
	*p = flow->chain;
}

struct ids_flow *ids_flow_get(struct ids_table *t, const struct ids_key *key)
{
	struct ids_flow *flow = ids_flow_find(t, key);
	uint32_t *bucket;

	if (flow)
		return flow;
	if (t->used < t->size) {
		flow = &t->flows[t->used++];
	} else {
		flow = &t->flows[t->oldest - 1];
		lru_remove(t, flow);
		bucket_remove(t, flow);
		t->evicted++;
	}
	memset(flow, 0, sizeof(*flow));
	flow->key = *key;
	bucket = &t->buckets[hash(t, key)];
	flow->chain = *bucket;
	*bucket = (uint32_t)(flow - t->flows) + 1;
	lru_add(t, flow);
	return flow;
}

/* The last bytes of the stream: those of @p, and before them of the old tail. */
static void keep_tail(struct ids_stream *s, const uint8_t *p, size_t len)
{
	size_t old = s->tail_len;

	if (len >= IDS_TAIL) {
		memcpy(s->tail, p + len - IDS_TAIL, IDS_TAIL);
		s->tail_len = IDS_TAIL;
		return;
	}
	if (old > IDS_TAIL - len)
		old = IDS_TAIL - len;
	memmove(s->tail, s->tail + s->tail_len - old, old);
	memcpy(s->tail + old, p, len);
	s->tail_len = (uint8_t)(old + len);
}

static int seek(const uint8_t *p, size_t len,
		const struct ids_pattern *patterns, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (len >= patterns[i].len &&
		    memmem(p, len, patterns[i].bytes, patterns[i].len))
			return (int)i;
	return -1;
}

/* Where the segment meets the bytes before it. */
static int seek_border(const struct ids_stream *s, const uint8_t *p, size_t len,
		       const struct ids_pattern *patterns, unsigned int n)
{
	uint8_t both[2 * IDS_TAIL];
	size_t head = len < IDS_TAIL ? len : IDS_TAIL;

	if (!s->tail_len)
		return -1;
	memcpy(both, s->tail, s->tail_len);
	memcpy(both + s->tail_len, p, head);
	return seek(both, s->tail_len + head, patterns, n);
}

int ids_flow_scan(struct ids_flow *flow, int dir,
		  const struct svcplane_inner *in,
		  const struct ids_pattern *patterns, unsigned int n)
{
	uint32_t seq = in->tcp_seq + !!(in->tcp_flags & TCP_SYN);
	struct ids_stream *s = &flow->dir[dir];
	const uint8_t *p = in->payload;
	size_t len = in->payload_len;
	uint32_t seen;
	int hit;

	if (in->tcp_flags & TCP_SYN) {
		s->synced = true;
		s->next_seq = seq;
		s->tail_len = 0;
	}
	if (!len)
		return -1;
	/* whole, even if it came before: it may say something else now */
	hit = seek(p, len, patterns, n);
	if (hit >= 0)
		return hit;

	seen = s->next_seq - seq;
	if (!s->synced || seq - s->next_seq - 1 < 1u << 31) {
		/* first segment, or a hole before it: nothing to join it to */
		s->tail_len = 0;
		seen = 0;
	}
	if (seen >= len)
		return -1;
	p += seen;
	len -= seen;
	hit = seek_border(s, p, len, patterns, n);
	keep_tail(s, p, len);
	s->synced = true;
	s->next_seq = seq + (uint32_t)in->payload_len;
	flow->clean += len;
	return hit;
}
