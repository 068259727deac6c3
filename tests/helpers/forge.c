// SPDX-License-Identifier: GPL-2.0-only
/*
 * forge [-s SEED] [-n COUNT] [-k KIND,...] DEV FILE: what somebody without a key
 * can make of messages that he has seen.
 *
 * FILE holds genuine frames with an NSH, one a line in hexadecimal digits; "-" is
 * standard input. COUNT frames made of them are sent at DEV as fast as it takes
 * them; KIND names one or more of kinds[] below. Prints the seed, how many
 * of each kind were sent, and the rate. The same seed sends the same frames.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/socket.h>

#define FRAME_MAX	2048
#define GENUINE_MAX	4096
#define BATCH		64
#define HEADERS_MAX	16

#define ETH		14		/* where the NSH begins */
#define PATH		(ETH + 4)	/* and what its MAC covers */
#define CONTEXT		(ETH + 8)
#define CLASS_OURS	0xfff6

struct frame {
	unsigned int len;
	uint8_t data[FRAME_MAX];
};

/* Offsets in a frame; 0 = there is none */
struct parts {
	unsigned int end;		/* of the NSH */
	unsigned int words;		/* value of our context */
	unsigned int body;		/* control body */
	unsigned int mac1;		/* value of MAC#1 */
	unsigned int n_headers;
	unsigned int header[HEADERS_MAX + 1];
};

static struct frame genuine[GENUINE_MAX];
static unsigned int n_genuine;
static uint64_t state;

/* splitmix64 */
static uint64_t rnd(void)
{
	uint64_t z = (state += 0x9e3779b97f4a7c15ULL);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

static unsigned int below(unsigned int n)
{
	return rnd() % n;
}

static unsigned int get16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

static void put(uint8_t *p, uint64_t value, unsigned int bytes)
{
	while (bytes--) {
		p[bytes] = value;
		value >>= 8;
	}
}

static uint64_t get(const uint8_t *p, unsigned int bytes)
{
	uint64_t value = 0;

	while (bytes--)
		value = value << 8 | *p++;
	return value;
}

static void find_header(struct parts *parts, const uint8_t *at, unsigned int off)
{
	unsigned int kind = get16(at) << 8 | at[2];

	parts->header[parts->n_headers++] = off;
	if (kind == (CLASS_OURS << 8 | 1))
		parts->words = off + 4;
	else if (kind == (CLASS_OURS << 8 | 2))
		parts->body = off + 4;
	else if (kind == 2)
		parts->mac1 = off + 4;
}

static struct parts parts_of(const struct frame *f)
{
	struct parts parts = { .end = ETH + (f->data[ETH + 1] & 0x3f) * 4 };
	unsigned int at = CONTEXT;

	if (parts.end > f->len)
		parts.end = f->len;
	if (f->data[ETH + 2] == 1)	/* MD type 1 */
		parts.words = CONTEXT;
	else
		while (at + 4 <= parts.end && parts.n_headers < HEADERS_MAX) {
			find_header(&parts, f->data + at, at);
			at += 4 + ((f->data[at + 3] & 0x7f) + 3) / 4 * 4;
		}
	if (!parts.body && f->data[ETH + 3] == 0xfe)	/* bulk */
		parts.body = parts.end;
	parts.header[parts.n_headers] = parts.end;
	return parts;
}

/* --- one function for each kind; false: not with this frame ------------------- */
static bool flip(struct frame *f, const struct parts *parts)
{
	unsigned int n = 1 + below(8), bits = (f->len - PATH) * 8, bit;

	(void)parts;
	while (n--) {
		bit = below(bits);
		f->data[PATH + bit / 8] ^= 0x80 >> bit % 8;
	}
	return true;
}

static bool cut(struct frame *f, const struct parts *parts)
{
	(void)parts;
	f->len = ETH + below(f->len - ETH);
	return true;
}

static bool grow(struct frame *f, const struct parts *parts)
{
	unsigned int n = 1 + below(64);

	(void)parts;
	if (f->len + n > FRAME_MAX)
		return false;
	while (n--)
		f->data[f->len++] = rnd();
	return true;
}

static bool mac(struct frame *f, const struct parts *parts)
{
	if (!parts->mac1)
		return false;
	put(f->data + parts->mac1 + 12, rnd(), 8);
	put(f->data + parts->mac1 + 20, rnd(), 8);
	return true;
}

/* A message that has not been: the one that costs its receiver a MAC */
static bool fresh(struct frame *f, const struct parts *parts)
{
	static const unsigned int ahead[] = { 4, 64, 1024, 1 << 20 };
	uint8_t *seq = f->data + parts->body + 12;

	if (!parts->body)
		return false;
	put(seq, get(seq, 8) + 1 + below(ahead[below(4)]), 8);
	if (below(2))
		mac(f, parts);
	return true;
}

static bool epoch(struct frame *f, const struct parts *parts)
{
	if (!parts->body)
		return false;
	put(f->data + parts->body + 8, rnd(), 4);
	return true;
}

/* In the name of another host, everywhere that it stands */
static bool from(struct frame *f, const struct parts *parts)
{
	unsigned int host = below(8) ? 1 + below(8) : below(1 << 16);

	put(f->data + 8, host, 2);
	if (parts->words)
		put(f->data + parts->words, 0x2000 | (host & 0xfff), 2);
	if (parts->body)
		put(f->data + parts->body + 4, host, 2);
	return true;
}

static bool type(struct frame *f, const struct parts *parts)
{
	if (!parts->body)
		return false;
	f->data[parts->body + 1] = below(4) ? below(12) : rnd();
	return true;
}

static bool key(struct frame *f, const struct parts *parts)
{
	if (!parts->mac1)
		return false;
	put(f->data + parts->mac1 + 1, below(2) ? below(4) << 8 | below(4) : rnd(), 2);
	return true;
}

/* A length field somewhere */
static bool length(struct frame *f, const struct parts *parts)
{
	unsigned int n = parts->n_headers ? below(parts->n_headers) : 0;

	switch (below(4)) {
	case 0:
		f->data[ETH + 1] = (f->data[ETH + 1] & 0xc0) | below(64);
		return true;
	case 1:
		f->data[parts->header[n] + 3] = rnd();
		return true;
	case 2:
		if (parts->body)
			put(f->data + parts->body + 2, below(256), 2);
		return parts->body;
	default:
		if (parts->body && parts->body + 24 <= f->len)
			put(f->data + parts->body + 22, below(256), 2);
		return parts->body && parts->body + 24 <= f->len;
	}
}

static unsigned int copy_header(uint8_t *to, const struct frame *f,
				const struct parts *parts, unsigned int n)
{
	unsigned int len = parts->header[n + 1] - parts->header[n];

	memcpy(to, f->data + parts->header[n], len);
	return len;
}

/* The context headers in another order */
static bool swap(struct frame *f, const struct parts *parts)
{
	unsigned int n = parts->n_headers, shift, len = 0, i;
	uint8_t all[FRAME_MAX];

	if (n < 2)
		return false;
	shift = 1 + below(n - 1);
	for (i = 0; i < n; i++)
		len += copy_header(all + len, f, parts, (i + shift) % n);
	memcpy(f->data + CONTEXT, all, len);
	return true;
}

/* One of them twice, the NSH as long as it then is */
static bool twice(struct frame *f, const struct parts *parts)
{
	unsigned int n, len, words = f->data[ETH + 1] & 0x3f;
	uint8_t one[FRAME_MAX];

	if (!parts->n_headers)
		return false;
	n = below(parts->n_headers);
	len = copy_header(one, f, parts, n);
	if (words + len / 4 > 63 || f->len + len > FRAME_MAX)
		return false;
	memmove(f->data + parts->header[n] + len, f->data + parts->header[n],
		f->len - parts->header[n]);
	memcpy(f->data + parts->header[n], one, len);
	f->data[ETH + 1] = (f->data[ETH + 1] & 0xc0) | (words + len / 4);
	f->len += len;
	return true;
}

static bool noise(struct frame *f, const struct parts *parts)
{
	unsigned int i = below(2) ? ETH : CONTEXT;

	(void)parts;
	for (; i < f->len; i++)
		f->data[i] = rnd();
	return true;
}

static bool replay(struct frame *f, const struct parts *parts)
{
	(void)f;
	(void)parts;
	return true;
}

static struct kind {
	const char *name;
	bool (*make)(struct frame *f, const struct parts *parts);
	bool used;
	unsigned long sent;
} kinds[] = {
	{ .name = "flip", .make = flip },
	{ .name = "cut", .make = cut },
	{ .name = "grow", .make = grow },
	{ .name = "mac", .make = mac },
	{ .name = "fresh", .make = fresh },
	{ .name = "epoch", .make = epoch },
	{ .name = "from", .make = from },
	{ .name = "type", .make = type },
	{ .name = "key", .make = key },
	{ .name = "length", .make = length },
	{ .name = "swap", .make = swap },
	{ .name = "twice", .make = twice },
	{ .name = "noise", .make = noise },
	{ .name = "replay", .make = replay },
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static struct kind *choose(void)
{
	struct kind *kind;

	do {
		kind = &kinds[below(KINDS)];
	} while (!kind->used);
	return kind;
}

/* Until there is one that differs from what it is made of, but for replays */
static struct kind *make(struct frame *f)
{
	const struct frame *base;
	struct parts parts;
	struct kind *kind;

	do {
		base = &genuine[below(n_genuine)];
		kind = choose();
		memcpy(f, base, sizeof(base->len) + base->len);
		parts = parts_of(f);
	} while (!kind->make(f, &parts) ||
		 (kind->make != replay && f->len == base->len &&
		  !memcmp(f->data, base->data, f->len)));
	return kind;
}

static void wait_for_room(int fd)
{
	struct pollfd room = { .fd = fd, .events = POLLOUT };

	if (errno != ENOBUFS && errno != EAGAIN)
		err(1, "send");
	poll(&room, 1, 1);
}

static void send_all(int fd, unsigned long count)
{
	static struct frame frame[BATCH];
	struct mmsghdr msg[BATCH] = { 0 };
	struct iovec iov[BATCH];
	unsigned int n, i;
	int done;

	for (; count; count -= n) {
		n = count < BATCH ? count : BATCH;
		for (i = 0; i < n; i++) {
			make(&frame[i])->sent++;
			iov[i].iov_base = frame[i].data;
			iov[i].iov_len = frame[i].len;
			msg[i].msg_hdr.msg_iov = &iov[i];
			msg[i].msg_hdr.msg_iovlen = 1;
		}
		for (i = 0; i < n; i += done) {
			done = sendmmsg(fd, msg + i, n - i, 0);
			if (done < 0) {
				wait_for_room(fd);
				done = 0;
			}
		}
	}
}

static int digit(int c)
{
	return isdigit(c) ? c - '0' : tolower(c) - 'a' + 10;
}

static void add_genuine(const char *line)
{
	struct frame *f = &genuine[n_genuine];

	f->len = 0;
	while (isxdigit((unsigned char)line[0]) && isxdigit((unsigned char)line[1]) &&
	       f->len < FRAME_MAX) {
		f->data[f->len++] = digit(line[0]) << 4 | digit(line[1]);
		line += 2;
	}
	if (f->len > CONTEXT && get16(f->data + 12) == 0x894f)
		n_genuine++;
}

static void read_genuine(const char *path)
{
	FILE *file = strcmp(path, "-") ? fopen(path, "r") : stdin;
	char line[FRAME_MAX * 2 + 2];

	if (!file)
		err(1, "%s", path);
	while (n_genuine < GENUINE_MAX && fgets(line, sizeof(line), file))
		add_genuine(line);
	if (!n_genuine)
		errx(1, "%s: no frame with an NSH", path);
}

static int open_device(const char *name)
{
	struct sockaddr_ll addr = {
		.sll_family = AF_PACKET,
		.sll_ifindex = if_nametoindex(name),
	};
	int fd = socket(AF_PACKET, SOCK_RAW, 0);

	if (fd < 0 || !addr.sll_ifindex)
		err(1, "%s", name);
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)))
		err(1, "bind to %s", name);
	return fd;
}

static void use(char *names)
{
	const char *name;
	unsigned int i;

	for (name = strtok(names, ","); name; name = strtok(NULL, ",")) {
		for (i = 0; i < KINDS && strcmp(kinds[i].name, name); i++)
			;
		if (i == KINDS)
			errx(1, "unknown kind %s", name);
		kinds[i].used = true;
	}
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	static char all[] =
		"flip,cut,grow,mac,fresh,epoch,from,type,key,length,swap,twice,noise,replay";
	char *chosen = all;
	unsigned long count = 1000;
	uint64_t seed = time(NULL) ^ (uint64_t)getpid() << 32;
	unsigned int i;
	double begun;
	int c, fd;

	while ((c = getopt(argc, argv, "s:n:k:")) != -1) {
		if (c == 's')
			seed = strtoull(optarg, NULL, 0);
		else if (c == 'n')
			count = strtoul(optarg, NULL, 0);
		else if (c == 'k')
			chosen = optarg;
		else
			return 1;
	}
	if (argc - optind != 2)
		errx(1, "usage: forge [-s SEED] [-n COUNT] [-k KIND,...] DEV FILE");
	use(chosen);
	printf("seed %llu\n", (unsigned long long)seed);
	fflush(stdout);
	state = seed;
	read_genuine(argv[optind + 1]);
	fd = open_device(argv[optind]);
	begun = seconds();
	send_all(fd, count);
	for (i = 0; i < KINDS; i++)
		if (kinds[i].sent)
			printf("%s %lu\n", kinds[i].name, kinds[i].sent);
	printf("sent %lu in %.1f s\n", count, seconds() - begun);
	return 0;
}
