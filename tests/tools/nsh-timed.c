// SPDX-License-Identifier: GPL-2.0-only
/*
 * nsh-timed DEV N: an NSH-aware node for tests/bench/latency. It gives every frame back.
 * In that with the number N (tests/bench/pace.c writes numbers) a verdict rides: allow.
 * Prints
 *
 *	verdict N BEFORE AFTER	CLOCK_MONOTONIC around the send() of that frame, ns
 *	given N			a frame with a larger number came all the same
 */
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <svcplane.h>

#define MARK	0x5ca1ab1eU

static unsigned char in[2048];
static unsigned char out[sizeof(in) + SVCPLANE_HEADER_MAX];

static unsigned long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + (unsigned long long)t.tv_nsec;
}

/* The number at the end of a frame; -1 = it is not one of pace.c */
static long number_of(const struct svcplane_frame *f)
{
	uint32_t trailer[2];

	if (f->payload_len < sizeof(trailer))
		return -1;
	memcpy(trailer, f->payload + f->payload_len - sizeof(trailer), sizeof(trailer));
	return ntohl(trailer[0]) == MARK ? (long)ntohl(trailer[1]) : -1;
}

static void judge(int fd, struct svcplane_frame *f, long number)
{
	struct svcplane_verdict_info v = {
		.action = SVCPLANE_ACT_ALLOW,
		.scope = SVCPLANE_SCOPE_BOTH,
	};
	unsigned long long before, after;
	struct svcplane_context ctx;
	struct svcplane_body b;
	int n = svcplane_context_get(f, &ctx);

	v.tag = n ? 0 : ctx.tag;
	n = n ?: svcplane_body_verdict(&b, ctx.host, &v, NULL);
	n = n ?: svcplane_attach(f, &b, out, sizeof(out));
	if (n < 0) {
		printf("no verdict: %s\n", svcplane_strerror(n));
		return;
	}
	before = now();
	if (send(fd, out, (size_t)n, 0) < 0)
		perror("send");
	after = now();
	printf("verdict %ld %llu %llu\n", number, before, after);
}

static void handle(int fd, size_t len, long which)
{
	struct svcplane_frame f;
	long number;

	if (svcplane_parse(&f, in, len) || f.next_proto == SVCPLANE_NP_NONE)
		return;
	number = number_of(&f);
	if (number == which) {
		judge(fd, &f, number);
		return;
	}
	if (!svcplane_return(&f) && send(fd, f.data, f.len, 0) < 0)
		perror("send");
	if (number > which)
		printf("given %ld\n", number);
}

int main(int argc, char **argv)
{
	struct sockaddr_ll addr = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(SVCPLANE_ETH_P_NSH),
		.sll_ifindex = argc == 3 ? (int)if_nametoindex(argv[1]) : 0,
	};
	struct packet_mreq all = {
		.mr_ifindex = addr.sll_ifindex,
		.mr_type = PACKET_MR_PROMISC,
	};
	int fd = socket(AF_PACKET, SOCK_RAW, 0);
	ssize_t len;

	if (fd < 0 || !addr.sll_ifindex ||
	    bind(fd, (struct sockaddr *)&addr, sizeof(addr)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof(all))) {
		fprintf(stderr, "usage: nsh-timed DEV N (as root)\n");
		return 1;
	}
	setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
	printf("ready\n");
	while ((len = recv(fd, in, sizeof(in), 0)) >= 0)
		handle(fd, (size_t)len, atol(argv[2]));
	return 0;
}
