// SPDX-License-Identifier: GPL-2.0-only
/*
 * nsh-node: an NSH-aware node that misbehaves in whatever way a test asks for.
 * Without options it gives each frame back, as nsh-echo does. Options change
 * what goes back, in the order: message, fields of the NSH, bytes, cut.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <svcplane.h>

#define NSH	SVCPLANE_ETH_LEN
#define CTX	(NSH + SVCPLANE_NSH_BASE_LEN)
#define FRAME	(65536 + 1024)
#define PATCHES	16
#define FIXED	6	/* options that are neither fields nor flags */
#define UNSET	LONG_MIN

/* Numeric options, by name; UNSET: leave as a good node would. */
enum field {
	F_AFTER, F_EVERY, F_LIMIT, F_COPIES, F_ALIEN, F_GROW, F_TRUNCATE,
	F_SI, F_SI_STEP, F_SPI, F_TTL, F_TTL_STEP, F_VERSION, F_MDTYPE,
	F_LENGTH, F_NEXT, F_TAG, F_HOST, F_JUNK, F_CLASS,
	F_V_TAG, F_V_HOST, F_V_SCOPE, F_V_FLAGS, F_V_CHAIN, F_V_SPI,
	F_V_LIFETIME, F_BODY_LEN, F_MD_TRAILER, F_COUNT,
};

static const char *const names[F_COUNT] = {
	[F_AFTER] = "after",		/* behave for the first N frames */
	[F_EVERY] = "every",		/* misbehave with each Nth only */
	[F_LIMIT] = "limit",		/* end after N frames */
	[F_COPIES] = "copies",		/* send N more of each */
	[F_ALIEN] = "alien",		/* and N of flows nobody gave us */
	[F_GROW] = "grow",		/* N zero bytes behind the frame */
	[F_TRUNCATE] = "truncate",	/* cut to N bytes, outer header too */
	[F_SI] = "si",			/* SI is N */
	[F_SI_STEP] = "si-step",	/* SI goes down by N, not by 1 */
	[F_SPI] = "spi",
	[F_TTL] = "ttl",
	[F_TTL_STEP] = "ttl-step",	/* TTL goes up by N */
	[F_VERSION] = "version",
	[F_MDTYPE] = "mdtype",
	[F_LENGTH] = "length",		/* in words */
	[F_NEXT] = "next",		/* next protocol */
	[F_TAG] = "tag",		/* of MD type 1 */
	[F_HOST] = "host",
	[F_JUNK] = "junk",		/* a user message of N bytes */
	[F_CLASS] = "class",		/* metadata class of our headers */
	[F_V_TAG] = "v-tag",		/* fields of the verdict */
	[F_V_HOST] = "v-host",
	[F_V_SCOPE] = "v-scope",
	[F_V_FLAGS] = "v-flags",
	[F_V_CHAIN] = "v-chain",
	[F_V_SPI] = "v-spi",
	[F_V_LIFETIME] = "v-lifetime",
	[F_BODY_LEN] = "body-len",	/* bytes of the body carried */
	[F_MD_TRAILER] = "md-trailer",	/* N bytes behind metadata-only */
};

enum flag {
	G_OAM, G_UBITS, G_SWALLOW, G_V_TUPLE, G_MD_ONLY, G_REWRITE, G_COUNT,
};

static const char *const flag_names[G_COUNT] = {
	[G_OAM] = "oam",		/* O bit */
	[G_UBITS] = "ubits",		/* all unassigned bits */
	[G_SWALLOW] = "swallow",	/* data frames do not go back */
	[G_V_TUPLE] = "v-tuple",	/* verdict carries the tuple */
	[G_MD_ONLY] = "md-only",	/* messages in packets of their own */
	[G_REWRITE] = "rewrite",	/* another inner source address */
};

struct patch {
	unsigned int off;
	uint8_t val;
};

static long num[F_COUNT];
static bool flag[G_COUNT];
static struct patch frame_patch[PATCHES], body_patch[PATCHES];
static unsigned int n_frame_patch, n_body_patch;
static uint8_t action;			/* verdict to send, 0: none */
static uint8_t nat[2][4];		/* inside the node, and to the world */
static bool translates;
static const char *count_file, *send_hex, *dev;
static unsigned long rx, tx, bad, messages, tx_error;
static volatile sig_atomic_t ending, dump;
static uint8_t in[FRAME], out[FRAME];

static void usage(FILE *to)
{
	int i;

	fprintf(to, "usage: nsh-node -i DEV [--verdict drop|allow|skip-node|re-path]\n"
		"  [--patch OFFSET=VALUE]... [--body-patch OFFSET=VALUE]...\n"
		"  [--send HEX (once, at start)] [--count FILE]\n"
		"  [--translate ADDRESS=ADDRESS (the source; back: the destination)]\n ");
	for (i = 0; i < G_COUNT; i++)
		fprintf(to, " [--%s]", flag_names[i]);
	for (i = 0; i < F_COUNT; i++)
		fprintf(to, "%s [--%s N]", i % 6 ? "" : "\n ", names[i]);
	fprintf(to, "\n");
}

__attribute__((noreturn))
static void wrong(const char *arg)
{
	fprintf(stderr, "nsh-node: bad argument '%s'\n", arg);
	usage(stderr);
	exit(2);
}

static void add_patch(struct patch *list, unsigned int *n, const char *arg)
{
	unsigned int off, val;

	if (*n == PATCHES || sscanf(arg, "%u=%i", &off, (int *)&val) != 2 ||
	    off >= FRAME || val > 255)
		wrong(arg);
	list[*n].off = off;
	list[(*n)++].val = (uint8_t)val;
}

static void set_translation(const char *arg)
{
	char inside[16] = "";
	char outside[16] = "";

	if (sscanf(arg, "%15[^=]=%15s", inside, outside) != 2 ||
	    inet_pton(AF_INET, inside, nat[0]) != 1 ||
	    inet_pton(AF_INET, outside, nat[1]) != 1)
		wrong(arg);
	translates = true;
}

static uint8_t action_of(const char *arg)
{
	static const char *const words[] = { "drop", "allow", "skip-node",
					     "re-path" };
	uint8_t i;

	for (i = 0; i < 4; i++)
		if (!strcmp(arg, words[i]))
			return i + 1;
	return (uint8_t)strtoul(arg, NULL, 0);
}

enum {
	O_VERDICT = 1000, O_PATCH, O_BODY_PATCH, O_SEND, O_COUNT_FILE, O_TRANSLATE,
	O_FLAG = 2000
};

static void other_option(int c, const char *arg)
{
	switch (c) {
	case 'i':
		dev = arg;
		break;
	case 'h':
		usage(stdout);
		exit(0);
	case O_VERDICT:
		action = action_of(arg);
		break;
	case O_PATCH:
		add_patch(frame_patch, &n_frame_patch, arg);
		break;
	case O_BODY_PATCH:
		add_patch(body_patch, &n_body_patch, arg);
		break;
	case O_SEND:
		send_hex = arg;
		break;
	case O_COUNT_FILE:
		count_file = arg;
		break;
	case O_TRANSLATE:
		set_translation(arg);
		break;
	default:
		exit(2);
	}
}

static void parse_options(int argc, char **argv)
{
	static struct option opts[FIXED + F_COUNT + G_COUNT + 1] = {
		{ "verdict", required_argument, NULL, O_VERDICT },
		{ "patch", required_argument, NULL, O_PATCH },
		{ "body-patch", required_argument, NULL, O_BODY_PATCH },
		{ "send", required_argument, NULL, O_SEND },
		{ "count", required_argument, NULL, O_COUNT_FILE },
		{ "translate", required_argument, NULL, O_TRANSLATE },
	};
	char *end;
	int c, i;

	for (i = 0; i < F_COUNT; i++) {
		opts[FIXED + i] = (struct option){ names[i],
					required_argument, NULL, 256 + i };
		num[i] = UNSET;
	}
	for (i = 0; i < G_COUNT; i++)
		opts[FIXED + F_COUNT + i] = (struct option){ flag_names[i],
					no_argument, NULL, O_FLAG + i };
	while ((c = getopt_long(argc, argv, "i:h", opts, NULL)) >= 0) {
		if (c >= O_FLAG) {
			flag[c - O_FLAG] = true;
		} else if (c >= 256 && c < 256 + F_COUNT) {
			num[c - 256] = strtol(optarg, &end, 0);
			if (*end || end == optarg)
				wrong(optarg);
		} else {
			other_option(c, optarg);
		}
	}
	if (optind < argc || !dev)
		wrong(optind < argc ? argv[optind] : "(no -i)");
}

static long pick(enum field f, long otherwise)
{
	return num[f] == UNSET ? otherwise : num[f];
}

static void put32(uint8_t *p, uint32_t v)
{
	v = htonl(v);
	memcpy(p, &v, 4);
}

static uint32_t get32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, 4);
	return ntohl(v);
}

static bool given(enum field f)
{
	return num[f] != UNSET;
}

static void damage_base(uint8_t *p, const struct svcplane_frame *f)
{
	unsigned int w = (unsigned int)(p[0] << 8 | p[1]);
	uint8_t ttl = (uint8_t)(pick(F_TTL, f->ttl) +
				pick(F_TTL_STEP, 0)) & 63;

	w = (w & ~(unsigned int)SVCPLANE_NSH_TTL_MASK) |
	    (unsigned int)ttl << SVCPLANE_NSH_TTL_SHIFT;
	if (given(F_VERSION))
		w = (w & 0x3FFF) | ((unsigned int)num[F_VERSION] & 3) << 14;
	if (given(F_LENGTH))
		w = (w & ~63u) | ((unsigned int)num[F_LENGTH] & 63);
	w |= (flag[G_OAM] ? 0x2000 : 0) | (flag[G_UBITS] ? 0x1000 : 0);
	p[0] = (uint8_t)(w >> 8);
	p[1] = (uint8_t)w;
	p[2] = (uint8_t)((p[2] & 0xF0) | (pick(F_MDTYPE, p[2]) & 0xF) |
			 (flag[G_UBITS] ? 0xF0 : 0));
	p[3] = (uint8_t)pick(F_NEXT, p[3]);
	put32(p + 4, (uint32_t)pick(F_SPI, f->spi) << 8 |
	      (uint8_t)pick(F_SI, p[7]));
}

static void damage_si(uint8_t *p, const struct svcplane_frame *f)
{
	if (given(F_SI_STEP))
		p[7] = (uint8_t)(f->si - num[F_SI_STEP]);
}

static void damage_context(uint8_t *data, const struct svcplane_frame *f)
{
	if (f->mdtype != SVCPLANE_NSH_MD1 || data[NSH + 2] % 16 != 1)
		return;
	if (given(F_TAG))
		put32(data + CTX + 12, (uint32_t)num[F_TAG]);
	if (given(F_HOST))
		put32(data + CTX, (get32(data + CTX) & 0xF000FFFF) |
		      ((uint32_t)num[F_HOST] & 0xFFF) << 16);
}

/* The change of one address in a checksum (RFC 1624) */
static void mend_sum(uint8_t *sum, const uint8_t *was, const uint8_t *is)
{
	uint32_t s = (uint16_t)~(sum[0] << 8 | sum[1]);
	unsigned int i;

	for (i = 0; i < 4; i += 2)
		s += (uint16_t)~(was[i] << 8 | was[i + 1]) +
		     (uint32_t)(is[i] << 8 | is[i + 1]);
	while (s >> 16)
		s = (s & 0xFFFF) + (s >> 16);
	sum[0] = (uint8_t)(~s >> 8);
	sum[1] = (uint8_t)~s;
}

static void set_address(uint8_t *ip, size_t len, size_t off, const uint8_t *to)
{
	size_t tcp = (size_t)(ip[0] & 15) * 4;
	bool later = (ip[6] & 0x1F) || ip[7];

	mend_sum(ip + 10, ip + off, to);
	if (ip[9] == IPPROTO_TCP && !later && len >= tcp + 20)
		mend_sum(ip + tcp + 16, ip + off, to);
	memcpy(ip + off, to, 4);
}

/* Untagged IPv4; of what is above it, TCP and ICMP queries */
static void translate(uint8_t *inner, size_t len)
{
	uint8_t *ip = inner + 14;

	if (len < 34 || inner[12] != 0x08 || inner[13] || ip[0] >> 4 != 4)
		return;
	if (!memcmp(ip + 12, nat[0], 4))
		set_address(ip, len - 14, 12, nat[1]);
	else if (!memcmp(ip + 16, nat[1], 4))
		set_address(ip, len - 14, 16, nat[0]);
}

/* All but the message. Returns the length there is to send. */
static size_t damage(uint8_t *data, size_t len, const struct svcplane_frame *f)
{
	size_t nsh_len = f->nsh_len;
	unsigned int i;

	if (translates && data[NSH + 2] % 16 == f->mdtype)
		translate(data + NSH + nsh_len, len - NSH - nsh_len);
	damage_context(data, f);
	damage_si(data + NSH, f);
	damage_base(data + NSH, f);
	if (flag[G_REWRITE] && f->next_proto == SVCPLANE_NP_ETHERNET &&
	    data[NSH + 2] % 16 == 1 && len >= NSH + nsh_len + 30)
		data[NSH + nsh_len + 29] ^= 0x55;
	if (num[F_GROW] > 0 && len + (size_t)num[F_GROW] <= FRAME) {
		memset(data + len, 0, (size_t)num[F_GROW]);
		len += (size_t)num[F_GROW];
	}
	for (i = 0; i < n_frame_patch; i++)
		if (frame_patch[i].off < len)
			data[frame_patch[i].off] = frame_patch[i].val;
	if (given(F_TRUNCATE) && (size_t)num[F_TRUNCATE] < len)
		len = (size_t)num[F_TRUNCATE];
	return len;
}

static void send_frame(int fd, const uint8_t *data, size_t len)
{
	if (send(fd, data, len, 0) < 0)
		tx_error++;
	else
		tx++;
}

static int make_body(const struct svcplane_frame *f, struct svcplane_body *b)
{
	struct svcplane_verdict_info v = {
		.action = 1, .scope = SVCPLANE_SCOPE_BOTH,
	};
	struct svcplane_tuple_info t = { .family = 4 };
	struct svcplane_context c;
	struct svcplane_inner inner;
	unsigned int i;
	int err;

	svcplane_context_get(f, &c);
	if (!svcplane_inner_parse(f, &inner) && inner.family)
		svcplane_tuple_from_inner(&inner, &t);
	if (num[F_JUNK] > 0) {
		err = svcplane_body_user(b, c.host, in, (size_t)num[F_JUNK]);
	} else {
		v.tag = (uint32_t)pick(F_V_TAG, c.tag) & 0x7FFFFFFF;
		err = svcplane_body_verdict(b, (uint16_t)pick(F_V_HOST, c.host),
					    &v, flag[G_V_TUPLE] ? &t : NULL);
		/* what the library would refuse goes in behind its back */
		b->bytes[28] = action;
		b->bytes[29] = (uint8_t)pick(F_V_SCOPE, SVCPLANE_SCOPE_BOTH);
		b->bytes[31] = (uint8_t)pick(F_V_FLAGS, 0);
		b->bytes[34] = (uint8_t)(pick(F_V_CHAIN, 0) >> 8);
		b->bytes[35] = (uint8_t)pick(F_V_CHAIN, 0);
		put32(b->bytes + 40, (uint32_t)pick(F_V_LIFETIME, 0));
		put32(b->bytes + 44, (uint32_t)pick(F_V_SPI, 0));
	}
	for (i = 0; i < n_body_patch; i++)
		if (body_patch[i].off < sizeof(b->bytes))
			b->bytes[body_patch[i].off] = body_patch[i].val;
	if (given(F_BODY_LEN))
		b->len = (uint16_t)(num[F_BODY_LEN] & 0x7C);
	return err;
}

/* A packet of its own. The library refuses bodies that it cannot read, so it is
 * given a good one of the same length and the bytes are exchanged.
 */
static void send_md_only(int fd, const struct svcplane_frame *f,
			 const struct svcplane_body *b)
{
	struct svcplane_path path;
	struct svcplane_body good;
	uint8_t pad[SVCPLANE_USER_MAX] = { 0 };
	uint8_t data[SVCPLANE_HEADER_MAX + 256] = { 0 };
	int len;

	if (b->len < 28 || svcplane_path_get(f, &path) ||
	    svcplane_body_user(&good, 0, pad, (size_t)b->len - 24))
		return;
	path.md_class = (uint16_t)pick(F_CLASS, path.md_class);
	len = svcplane_md_only(&path, &good, data, sizeof(data));
	if (len < 0)
		return;
	memcpy(data + len - b->len, b->bytes, b->len);
	len += (int)pick(F_MD_TRAILER, 0) & 0xFF;
	messages++;
	send_frame(fd, data, (size_t)len);
}

static void send_aliens(int fd, const struct svcplane_frame *f, size_t len)
{
	long i;

	for (i = 0; i < num[F_ALIEN]; i++) {
		if (f->mdtype == SVCPLANE_NSH_MD1)
			put32(out + CTX + 12, (uint32_t)random() & 0x7FFFFFFF);
		if (len >= (size_t)NSH + f->nsh_len + 34)
			put32(out + NSH + f->nsh_len + 26, (uint32_t)random());
		send_frame(fd, out, len);
	}
}

static void misbehave(int fd, struct svcplane_frame *f)
{
	bool message = action || num[F_JUNK] > 0;
	struct svcplane_body b;
	size_t len;
	long i;
	int n;

	message = message && !make_body(f, &b);
	if (message && flag[G_MD_ONLY])
		send_md_only(fd, f, &b);
	if (flag[G_SWALLOW])
		return;
	n = SVCPLANE_E_NONE;
	if (message && !flag[G_MD_ONLY]) {
		f->md_class = (uint16_t)pick(F_CLASS, f->md_class);
		n = svcplane_attach(f, &b, out, sizeof(out));
		messages += n > 0;
	}
	if (n < 0)
		n = svcplane_return_copy(f, out, sizeof(out));
	if (n < 0)
		return;
	len = damage(out, (size_t)n, f);
	for (i = 0; i <= (num[F_COPIES] > 0 ? num[F_COPIES] : 0); i++)
		send_frame(fd, out, len);
	send_aliens(fd, f, len);
}

static void handle(int fd, size_t len)
{
	struct svcplane_frame f;
	unsigned long n;

	if (svcplane_parse(&f, in, len) || f.next_proto == SVCPLANE_NP_NONE) {
		bad++;
		return;
	}
	n = rx++;
	if (n >= (unsigned long)pick(F_AFTER, 0) &&
	    (n - (unsigned long)pick(F_AFTER, 0)) %
	    (unsigned long)(num[F_EVERY] > 0 ? num[F_EVERY] : 1) == 0)
		misbehave(fd, &f);
	else if (!svcplane_return(&f))
		send_frame(fd, f.data, f.len);
}

static void on_signal(int sig)
{
	if (sig == SIGUSR1)
		dump = 1;
	else
		ending = 1;
}

static void write_counts(void)
{
	FILE *to = count_file ? fopen(count_file, "w") : stderr;

	if (!to)
		return;
	fprintf(to, "rx=%lu tx=%lu bad=%lu messages=%lu tx_error=%lu\n", rx, tx,
		bad, messages, tx_error);
	if (count_file)
		fclose(to);
}

static int open_socket(void)
{
	struct sockaddr_ll addr = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(SVCPLANE_ETH_P_NSH),
		.sll_ifindex = (int)if_nametoindex(dev),
	};
	struct packet_mreq all = {
		.mr_ifindex = addr.sll_ifindex,
		.mr_type = PACKET_MR_PROMISC,
	};
	struct timeval wait = { .tv_usec = 100000 };
	int fd = socket(AF_PACKET, SOCK_RAW, 0);

	if (fd < 0 || !addr.sll_ifindex ||
	    bind(fd, (struct sockaddr *)&addr, sizeof(addr)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all,
		       sizeof(all)) ||
	    /* so that a signal between test and wait is not lost for long */
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait))) {
		fprintf(stderr, "nsh-node: %s: %s\n", dev, strerror(errno));
		exit(1);
	}
	return fd;
}

static void send_raw(int fd)
{
	size_t n = 0;

	for (; send_hex[0] && send_hex[1] && n < sizeof(out); send_hex += 2)
		if (sscanf(send_hex, "%2hhx", &out[n++]) != 1)
			wrong(send_hex);
	send_frame(fd, out, n);
}

int main(int argc, char **argv)
{
	struct sigaction act = { .sa_handler = on_signal };
	ssize_t len;
	int fd;

	parse_options(argc, argv);
	fd = open_socket();
	sigaction(SIGTERM, &act, NULL);
	sigaction(SIGINT, &act, NULL);
	sigaction(SIGUSR1, &act, NULL);
	if (send_hex)
		send_raw(fd);
	printf("nsh-node: ready on %s\n", dev);
	fflush(stdout);
	while (!ending && (num[F_LIMIT] < 0 || rx < (unsigned long)num[F_LIMIT])) {
		len = recv(fd, in, FRAME - 512, 0);
		if (len > 0)
			handle(fd, (size_t)len);
		else if (!if_nametoindex(dev))
			return 1;
		if (dump)
			write_counts();
		dump = 0;
	}
	if (count_file)
		write_counts();
	return 0;
}
