// SPDX-License-Identifier: GPL-2.0-only
/*
 * tapwire TAP NETNS DEV: a virtual machine's network card without the machine.
 *
 * Makes tap TAP here and tap DEV in network namespace NETNS, both with
 * virtio_net_hdr and every offload, and carries frames between their file
 * descriptors as QEMU does between a tap and a guest: what the stack of NETNS
 * sends as one GSO frame with a partial checksum arrives so at TAP.
 * Prints the process id of the carrier once both exist, and goes to the background.
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/if.h>
#include <linux/if_tun.h>
#include <sys/ioctl.h>

/* The largest GSO frame with its virtio_net_hdr. */
#define FRAME_MAX (64 * 1024 + 4096)

static int open_tap(const char *name)
{
	unsigned int offloads = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN;
	struct ifreq request = { .ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR };
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		err(1, "/dev/net/tun");
	strncpy(request.ifr_name, name, IFNAMSIZ - 1);
	if (ioctl(fd, TUNSETIFF, &request))
		err(1, "tap %s", name);
	if (ioctl(fd, TUNSETOFFLOAD, offloads))
		err(1, "offloads of %s", name);
	return fd;
}

static void enter(int ns, const char *name)
{
	if (ns < 0 || setns(ns, CLONE_NEWNET))
		err(1, "network namespace %s", name);
}

/* A frame that the other side does not take is lost, as on a wire. */
static void carry(int from, int to)
{
	static char frame[FRAME_MAX];
	ssize_t length;
	int i;

	for (i = 0; i < 64; i++) {
		length = read(from, frame, sizeof(frame));
		if (length <= 0)
			return;
		if (write(to, frame, length) < 0)
			continue;
	}
}

int main(int argc, char **argv)
{
	struct pollfd fds[2];
	char path[256];
	int home;
	pid_t pid;

	if (argc != 4)
		errx(1, "usage: tapwire TAP NETNS DEV");
	home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	fds[0].fd = open_tap(argv[1]);
	snprintf(path, sizeof(path), "/run/netns/%s", argv[2]);
	enter(open(path, O_RDONLY | O_CLOEXEC), argv[2]);
	fds[1].fd = open_tap(argv[3]);
	enter(home, "of the caller");
	fds[0].events = POLLIN;
	fds[1].events = POLLIN;

	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (pid) {
		printf("%d\n", pid);
		return 0;
	}
	setsid();
	fclose(stdin);
	fclose(stdout);
	fclose(stderr);
	while (poll(fds, 2, -1) > 0) {
		/* POLLERR: the tap is down or gone */
		if ((fds[0].revents | fds[1].revents) & (POLLHUP | POLLNVAL))
			return 0;
		if (fds[0].revents & POLLIN)
			carry(fds[0].fd, fds[1].fd);
		if (fds[1].revents & POLLIN)
			carry(fds[1].fd, fds[0].fd);
		if ((fds[0].revents | fds[1].revents) & POLLERR)
			usleep(10000);
	}
	return 1;
}
