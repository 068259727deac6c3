// SPDX-License-Identifier: GPL-2.0-only
/* The smallest NSH-aware service function: gives every frame back. */
#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>
#include <linux/if_packet.h>
#include <sys/socket.h>
#include <unistd.h>
#include <svcplane.h>

static unsigned char buf[65536 + 256];

int main(int argc, char **argv)
{
	struct sockaddr_ll addr = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(SVCPLANE_ETH_P_NSH),
		.sll_ifindex = argc == 2 ? (int)if_nametoindex(argv[1]) : 0,
	};
	struct packet_mreq all = {
		.mr_ifindex = addr.sll_ifindex,
		.mr_type = PACKET_MR_PROMISC,
	};
	/* An interface that is down goes away without a word. */
	struct timeval wait = { .tv_sec = 1 };
	int fd = socket(AF_PACKET, SOCK_RAW, 0);

	if (fd < 0 || !addr.sll_ifindex ||
	    bind(fd, (struct sockaddr *)&addr, sizeof(addr)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all,
		       sizeof(all)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait))) {
		fprintf(stderr, "usage: nsh-echo INTERFACE (as root)\n");
		return 1;
	}
	for (;;) {
		ssize_t len = recv(fd, buf, sizeof(buf), 0);
		struct svcplane_frame f;

		if (len > 0 && !svcplane_parse(&f, buf, (size_t)len) &&
		    f.next_proto != SVCPLANE_NP_NONE && !svcplane_return(&f) &&
		    send(fd, f.data, f.len, 0) < 0)
			perror("send");
		else if (len < 0 && !if_nametoindex(argv[1]))
			return 1;
	}
}
