// SPDX-License-Identifier: GPL-2.0-only
/*
 * ids-node: a small real NSH-aware service function. Looks for byte patterns in
 * TCP payloads, gives frames back, and steers the rest of a flow with verdicts.
 *
 * This file does the I/O, in batches on an AF_PACKET socket; ids-core.c decides,
 * ids-flow.c remembers and searches, libsvcplane knows the wire.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "ids-core.h"

#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23
#endif

#define BATCH	64
#define BUF	(65536 + 512)
#define DOWN_MS	1000	/* between two looks at an interface that is down */

/* Buffers of one batch; a frame gives at most two to send. */
struct batch {
	uint8_t *bufs;
	struct mmsghdr rx[BATCH];
	struct iovec rx_iov[BATCH];
	struct sockaddr_ll from[BATCH];
	struct ids_out out[BATCH];
	struct mmsghdr tx[2 * BATCH];
	struct iovec tx_iov[2 * BATCH][2];
	unsigned int n_tx;
};

static struct ids ids;
static struct batch batch;

static int fail(const char *what)
{
	fprintf(stderr, "ids-node: %s: %s\n", what, strerror(errno));
	return -1;
}

static int read_mtu(int fd, const char *dev)
{
	struct ifreq req = { 0 };

	snprintf(req.ifr_name, sizeof(req.ifr_name), "%s", dev);
	if (ioctl(fd, SIOCGIFMTU, &req))
		return fail(dev);
	ids.mtu = (size_t)req.ifr_mtu;
	return 0;
}

static int open_socket(const char *dev, int ifindex)
{
	struct sockaddr_ll addr = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(SVCPLANE_ETH_P_NSH),
		.sll_ifindex = ifindex,
	};
	struct packet_mreq all = {
		.mr_ifindex = ifindex,
		.mr_type = PACKET_MR_PROMISC,
	};
	int size = 4 << 20, one = 1, fd;

	/* protocol 0: nothing arrives before bind() names the interface */
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return fail("socket");
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	/* old kernels: receive() looks at the packet type as well */
	setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof(one));
	if (read_mtu(fd, dev))
		goto err;
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr))) {
		fail("bind");
		goto err;
	}
	/* frames come to the node's address, which the device may not have */
	if (setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all,
		       sizeof(all))) {
		fail("promiscuous mode");
		goto err;
	}
	return fd;
err:
	close(fd);
	return -1;
}

static int batch_init(void)
{
	unsigned int i;

	batch.bufs = malloc((size_t)BATCH * BUF);
	if (!batch.bufs)
		return fail("memory");
	for (i = 0; i < BATCH; i++) {
		batch.rx_iov[i].iov_base = batch.bufs + (size_t)i * BUF;
		batch.rx_iov[i].iov_len = BUF;
		batch.rx[i].msg_hdr.msg_iov = &batch.rx_iov[i];
		batch.rx[i].msg_hdr.msg_iovlen = 1;
		batch.rx[i].msg_hdr.msg_name = &batch.from[i];
	}
	for (i = 0; i < 2 * BATCH; i++)
		batch.tx[i].msg_hdr.msg_iov = batch.tx_iov[i];
	return 0;
}

static void queue(void *a, size_t a_len, const void *b, size_t b_len)
{
	struct mmsghdr *m = &batch.tx[batch.n_tx];
	struct iovec *iov = batch.tx_iov[batch.n_tx++];

	iov[0].iov_base = a;
	iov[0].iov_len = a_len;
	iov[1].iov_base = (void *)b;
	iov[1].iov_len = b_len;
	m->msg_hdr.msg_iovlen = b_len ? 2 : 1;
}

static void handle(unsigned int i, uint64_t now)
{
	struct ids_out *out = &batch.out[i];
	uint8_t *buf = batch.rx_iov[i].iov_base;
	size_t len = batch.rx[i].msg_len;

	if (batch.from[i].sll_pkttype == PACKET_OUTGOING)
		return;
	if (batch.rx[i].msg_hdr.msg_flags & MSG_TRUNC) {
		ids.stats.truncated++;
		return;
	}
	ids_handle(&ids, buf, len, now, out);
	/* the verdict first: it may overtake frames of its flow, never follow */
	if (out->md_len)
		queue(out->md, (size_t)out->md_len, NULL, 0);
	if (!out->give_back)
		return;
	if (out->head_len)
		queue(out->head, (size_t)out->head_len, out->payload,
		      out->payload_len);
	else
		queue(buf, len, NULL, 0);
}

/* Sends what is queued. A frame the device refuses is lost, as on any wire. */
static void flush_tx(int fd)
{
	unsigned int done = 0;
	int n;

	while (done < batch.n_tx) {
		n = sendmmsg(fd, batch.tx + done, batch.n_tx - done, 0);
		if (n > 0) {
			done += (unsigned int)n;
		} else if (n < 0 && errno != EINTR) {
			ids.stats.tx_error++;
			done++;
		}
	}
	batch.n_tx = 0;
}

static uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

/* One batch. Returns false when the interface is down. */
static bool receive(int fd)
{
	uint64_t now;
	int i, n;

	for (i = 0; i < BATCH; i++)
		batch.rx[i].msg_hdr.msg_namelen = sizeof(batch.from[i]);
	n = recvmmsg(fd, batch.rx, BATCH, MSG_DONTWAIT, NULL);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	now = now_ms();
	for (i = 0; i < n; i++)
		handle((unsigned int)i, now);
	flush_tx(fd);
	return true;
}

/*
 * Returns -1 when the interface is gone for good; else tells in *down whether it
 * is still down, a state that passes.
 */
static int look_at_interface(int fd, int ifindex, bool *down)
{
	struct ifreq ifr = { .ifr_ifindex = ifindex };

	if (ioctl(fd, SIOCGIFNAME, &ifr)) {
		errno = ENODEV;
		return fail(ids.opts.dev);
	}
	*down = ioctl(fd, SIOCGIFFLAGS, &ifr) || !(ifr.ifr_flags & IFF_UP);
	return 0;
}

static void write_stats(void)
{
	char line[1024];
	FILE *out = stderr;

	ids_stats_line(&ids, line, sizeof(line));
	if (ids.opts.count_file)
		out = fopen(ids.opts.count_file, "w");
	if (!out) {
		fail(ids.opts.count_file);
		return;
	}
	fputs(line, out);
	if (out != stderr)
		fclose(out);
}

static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGUSR1);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return -1;
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Returns true when it is time to end. */
static bool handle_signal(int sig_fd)
{
	struct signalfd_siginfo info;

	while (read(sig_fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo != SIGUSR1)
			return true;
		write_stats();
	}
	return false;
}

static int run(int fd, int sig_fd, int ifindex)
{
	struct pollfd fds[2] = {
		{ .fd = fd, .events = POLLIN },
		{ .fd = sig_fd, .events = POLLIN },
	};
	bool down = false;

	for (;;) {
		/*
		 * The socket tells once that the interface is down, and nothing
		 * when an interface that is down goes away.
		 */
		if (poll(fds, 2, down ? DOWN_MS : -1) < 0 && errno != EINTR)
			return fail("poll");
		if (fds[1].revents && handle_signal(sig_fd))
			return 0;
		if (fds[0].revents && !receive(fd))
			down = true;
		if (down && look_at_interface(fd, ifindex, &down))
			return -1;
	}
}

int main(int argc, char **argv)
{
	int fd, sig_fd, ifindex, err;

	ids_opts_parse(&ids.opts, argc, argv);
	ifindex = (int)if_nametoindex(ids.opts.dev);
	if (!ifindex) {
		fail(ids.opts.dev);
		return 1;
	}
	if (ids_table_init(&ids.table, ids.opts.flows)) {
		fail("flow table");
		return 1;
	}
	sig_fd = open_signals();
	fd = open_socket(ids.opts.dev, ifindex);
	if (fd < 0 || sig_fd < 0 || batch_init())
		return 1;
	printf("ids-node: ready on %s\n", ids.opts.dev);
	fflush(stdout);
	err = run(fd, sig_fd, ifindex);
	if (ids.opts.count_file)
		write_stats();
	close(fd);
	free(batch.bufs);
	ids_table_free(&ids.table);
	return err ? 1 : 0;
}
