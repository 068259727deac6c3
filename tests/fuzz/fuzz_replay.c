// SPDX-License-Identifier: GPL-2.0-only
/*
 * The replay window against a list of all that was ever accepted.
 *
 * Input: the edge to start with (8 bytes), then for each number 1 byte that
 * says how far from the newest it lies, and 2 bytes for that distance.
 */
#include <linux/limits.h>

#include "fuzz.h"
#include "replay.h"

#define OPS	2000

struct model {
	u64 start, edge;
	u64 seen[OPS];
	unsigned int n;
};

static enum svp_replay_seen model_check(const struct model *m, u64 seq)
{
	unsigned int i;

	if (!seq || (seq <= m->edge && m->edge - seq >= SVP_REPLAY_WINDOW))
		return SVP_REPLAY_OLD;
	if (seq <= m->start)
		return SVP_REPLAY_DUP;
	for (i = 0; i < m->n; i++)
		if (m->seen[i] == seq)
			return SVP_REPLAY_DUP;
	return SVP_REPLAY_NEW;
}

static void model_enter(struct model *m, u64 seq)
{
	m->seen[m->n++] = seq;
	if (seq > m->edge)
		m->edge = seq;
}

static u64 load64(const uint8_t *p)
{
	u64 v = 0;
	int i;

	for (i = 0; i < 8; i++)
		v = v << 8 | p[i];
	return v;
}

static u64 pick(const struct model *m, const uint8_t *op)
{
	u64 far = op[1] << 8 | op[2];

	switch (op[0] & 7) {
	case 0:
		return m->edge + 1;
	case 1:
		return m->edge + far;
	case 2:
		return m->edge + (far << 20);
	case 3:
		return m->edge - far % (2 * SVP_REPLAY_WINDOW);
	case 4:
		return m->edge - SVP_REPLAY_WINDOW + far % 3 - 1;
	case 5:
		return m->n ? m->seen[far % m->n] : far;
	case 6:
		return far;
	default:
		return U64_MAX - far;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct model m;
	enum svp_replay_seen want;
	struct svp_replay r;
	u64 seq;

	if (size < 8)
		return 0;
	m.start = load64(data);
	m.edge = m.start;
	m.n = 0;
	svp_replay_init(&r, m.start);
	for (data += 8, size -= 8; size >= 3 && m.n < OPS;
	     data += 3, size -= 3) {
		seq = pick(&m, data);
		want = model_check(&m, seq);
		HOLDS(svp_replay_check(&r, seq) == want);
		HOLDS(svp_replay_update(&r, seq) == want);
		if (want == SVP_REPLAY_NEW)
			model_enter(&m, seq);
		HOLDS(r.edge == m.edge);
	}
	return 0;
}
