// SPDX-License-Identifier: GPL-2.0-only
/*
 * svp_echo_decode(): bytes of whoever sends to an uplink, before their MAC has been
 * looked at. Input: what stands behind the NSH.
 */
#include "echo.h"
#include "fuzz.h"

static void check_ranges(const struct svp_echo *echo)
{
	const struct svp_echo_hop *hop = &echo->hop;

	HOLDS(echo->type == 1 || echo->type == 2);
	HOLDS(!(echo->has & SVP_ECHO_HAS_NODE) || echo->node);
	if (!(echo->has & SVP_ECHO_HAS_HOP))
		return;
	HOLDS(hop->host >= 1 && hop->host <= SVCPLANE_HOST_MAX);
	HOLDS(hop->next <= SVCPLANE_HOST_MAX && hop->ttl <= 63);
	HOLDS(hop->state <= SVCPLANE_NODE_STATE_MAX && hop->spi <= 0xFFFFFF);
}

/* What was understood is the same after writing and reading it */
static void check_again(const struct svp_echo *echo, size_t size)
{
	u8 one[SVP_ECHO_ROOM], two[SVP_ECHO_ROOM];
	struct svp_echo again;
	unsigned int len;

	len = svp_echo_encode(one, sizeof(one), echo);
	HOLDS(len && len <= size);
	HOLDS(!svp_echo_encode(two, len - 1, echo));
	HOLDS(svp_echo_decode(one, len, &again) == SVP_ECHO_OK);
	HOLDS(again.has == echo->has && !again.unknown);
	HOLDS(again.handle == echo->handle && again.seq == echo->seq);
	HOLDS(svp_echo_encode(two, sizeof(two), &again) == len);
	HOLDS(!memcmp(one, two, len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	void *buf = exact(data, size);
	struct svp_echo echo;
	enum svp_echo_err err;

	err = svp_echo_decode(buf, size, &echo);
	HOLDS(err < SVP_ECHO_ERR_MAX);
	if (err == SVP_ECHO_OK) {
		check_ranges(&echo);
		check_again(&echo, size);
	}
	free(buf);
	return 0;
}
