// SPDX-License-Identifier: GPL-2.0-only
/*
 * xsk DEV FRAME COUNT: sends a frame, in hexadecimal digits, COUNT times into DEV
 * by an AF_XDP socket, in copy mode, which every device can do.
 */
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <linux/if_xdp.h>
#include <net/if.h>
#include <sys/mman.h>
#include <sys/socket.h>

#ifndef SOL_XDP
#define SOL_XDP		283
#endif
#define CHUNK		2048
#define ROOM		(2 * CHUNK)
#define RING		8U	/* entries: the most that COUNT can be */

static unsigned int read_frame(uint8_t *to, const char *hex)
{
	unsigned int n = 0;

	while (n < CHUNK && sscanf(hex + 2 * n, "%2hhx", to + n) == 1)
		n++;
	return n;
}

static void set(int fd, int option, const void *value, socklen_t len)
{
	if (setsockopt(fd, SOL_XDP, option, value, len))
		err(1, "option %d", option);
}

static void make_rings(int fd, const void *room)
{
	struct xdp_umem_reg umem = {
		.addr = (uintptr_t)room, .len = ROOM, .chunk_size = CHUNK,
	};
	unsigned int entries = RING;

	set(fd, XDP_UMEM_REG, &umem, sizeof(umem));
	set(fd, XDP_UMEM_FILL_RING, &entries, sizeof(entries));
	set(fd, XDP_UMEM_COMPLETION_RING, &entries, sizeof(entries));
	set(fd, XDP_TX_RING, &entries, sizeof(entries));
}

static void *map(int fd, size_t len, off_t at)
{
	void *p = mmap(NULL, len, PROT_READ | PROT_WRITE,
		       MAP_SHARED | (fd < 0 ? MAP_ANONYMOUS : 0), fd, at);

	if (p == MAP_FAILED)
		err(1, "mmap");
	return p;
}

/* All are sent from the one chunk */
static void offer(int fd, unsigned int len, unsigned int count)
{
	struct xdp_mmap_offsets at;
	socklen_t size = sizeof(at);
	struct xdp_desc *desc;
	uint8_t *ring;
	unsigned int i;

	if (getsockopt(fd, SOL_XDP, XDP_MMAP_OFFSETS, &at, &size))
		err(1, "offsets");
	ring = map(fd, at.tx.desc + RING * sizeof(*desc), XDP_PGOFF_TX_RING);
	desc = (struct xdp_desc *)(ring + at.tx.desc);
	for (i = 0; i < count; i++)
		desc[i] = (struct xdp_desc){ .len = len };
	__atomic_store_n((uint32_t *)(ring + at.tx.producer), count,
			 __ATOMIC_RELEASE);
}

int main(int argc, char **argv)
{
	struct sockaddr_xdp to = { .sxdp_family = AF_XDP, .sxdp_flags = XDP_COPY };
	unsigned int count, len;
	uint8_t *room;
	int fd;

	count = argc == 4 ? (unsigned int)atoi(argv[3]) : RING + 1;
	if (count > RING)
		errx(1, "usage: xsk DEV FRAME COUNT");
	fd = socket(AF_XDP, SOCK_RAW, 0);
	if (fd < 0)
		err(1, "AF_XDP");
	room = map(-1, ROOM, 0);
	len = read_frame(room, argv[2]);
	make_rings(fd, room);
	/* rings are mapped before the socket is bound */
	offer(fd, len, count);
	to.sxdp_ifindex = if_nametoindex(argv[1]);
	if (bind(fd, (struct sockaddr *)&to, sizeof(to)))
		err(1, "%s", argv[1]);
	if (count && sendto(fd, NULL, 0, MSG_DONTWAIT, NULL, 0) < 0)
		err(1, "send");
	return 0;
}
