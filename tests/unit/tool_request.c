// SPDX-License-Identifier: GPL-2.0-only
/* What is typed becomes the message of the specification */
#include <errno.h>
#include <unistd.h>

#include <linux/netlink.h>
#include <linux/svcplane.h>

#include "batch.h"
#include "dispatch.h"
#include "family.h"
#include "fields.h"
#include "put.h"
#include "refusal.h"
#include "unit.h"

#define FAMILY_ID	0x1c

static struct options opt;
static struct session s = { .opt = &opt };
static struct args args;
static struct err err;

/* The message of a command line, not sent */
static struct nl_msg *request(const char *line)
{
	static char copy[1024];
	struct nl_msg *msg;
	char *argv[64];
	int argc;

	args_free(&args);
	snprintf(copy, sizeof(copy), "%s", line);
	argc = batch_words(copy, argv, 64, &err);
	if (!dispatch_parse(&args, argc, argv, &err)) {
		printf("# %s: %s\n", line, err.text);
		return NULL;
	}
	put_request(&s, &args, 0, &msg);
	return msg;
}

/* Attributes as text: type{...} for nests told in @nests, else type=hex */
static void render(const struct nlattr *attr, int left, const char *nests,
		   char *out)
{
	for (; nla_ok(attr, left); attr = nla_next(attr, &left)) {
		char mark[8];

		snprintf(mark, sizeof(mark), ",%d,", nla_type(attr));
		out += sprintf(out, "%d", nla_type(attr));
		if (strstr(nests, mark)) {
			CHECK(nla_is_nested(attr));
			strcpy(out++, "{");
			render(nla_data(attr), nla_len(attr),
			       strcmp(nests, ",9,") ? "" : ",4,5,16,", out);
			out += strlen(out);
			out += sprintf(out, "} ");
			continue;
		}
		strcpy(out++, "=");
		for (int i = 0; i < nla_len(attr); i++)
			out += sprintf(out, "%02x",
				       ((uint8_t *)nla_data(attr))[i]);
		out += sprintf(out, " ");
	}
	*out = '\0';
}

static void sends_nested(const char *line, uint8_t cmd, const char *nests,
			 const char *want)
{
	struct nl_msg *msg = request(line);
	static char text[8192];
	struct attrs attrs;

	CHECK(msg != NULL);
	if (!msg)
		return;
	CHECK(attrs_of_msg(&attrs, nlmsg_hdr(msg)));
	CHECK_EQ(((struct genlmsghdr *)nlmsg_data(nlmsg_hdr(msg)))->cmd, cmd);
	render(attrs.head, attrs.len, nests, text);
	if (strcmp(text, want))
		printf("# %s\n# got  %s\n# want %s\n", line, text, want);
	CHECK(!strcmp(text, want));
	nlmsg_free(msg);
}

static void sends(const char *line, uint8_t cmd, const char *want)
{
	sends_nested(line, cmd, "", want);
}

#define SP0	"73703000"	/* "sp0" with its NUL */

static void objects_of_plane(void)
{
	sends("service add sp0 fw type 33 rewrites originates",
	      SVCPLANE_CMD_SERVICE_NEW,
	      "1=" SP0 " 3=667700 4=21000000 5=03000000 ");
	sends("service add sp0 fw type firewall", SVCPLANE_CMD_SERVICE_NEW,
	      "1=" SP0 " 3=667700 4=21000000 ");
	sends("node add sp0 n1 id 1 hosts 1,3 service fw dev t7 egress t8 mode inline",
	      SVCPLANE_CMD_NODE_NEW,
	      "1=" SP0 " 3=6e3100 4=01000000 22=01000000 22=03000000 5=667700 7=743700 8=743800 6=00000000 ");
	sends("node add sp0 n1 service fw gso on oam on mac 02:00:00:00:00:01 permit allow,re-path vlan 10-20",
	      SVCPLANE_CMD_NODE_NEW,
	      "1=" SP0 " 3=6e3100 5=667700 13=07000000 16=020000000001 14=0a000000 17=0a000000 18=14000000 ");
	sends("node add sp0 n1 service fw decrements off",
	      SVCPLANE_CMD_NODE_NEW, "1=" SP0 " 3=6e3100 5=667700 13=00000000 ");
	sends("node set sp0 n1 down", SVCPLANE_CMD_NODE_SET,
	      "1=" SP0 " 3=6e3100 23=01000000 ");
	sends("chain add sp0 web id 1 services fw,ids fail open select hash",
	      SVCPLANE_CMD_CHAIN_NEW,
	      "1=" SP0 " 3=77656200 4=01000000 8=667700 8=69647300 6=01000000 7=00000000 ");
	sends("path add sp0 100 reverse 101 chain web nodes fw1,ids1 weight 0",
	      SVCPLANE_CMD_PATH_NEW,
	      "1=" SP0 " 3=64000000 4=65000000 5=77656200 8=66773100 8=6964733100 7=00000000 ");
	sends("group add sp0 g members 10.0.0.0/8,2001:db8::/32,02:00:00:00:00:01",
	      SVCPLANE_CMD_GROUP_NEW,
	      "1=" SP0 " 3=6700 7=080001000a0000000800020008000000 "
	      "7=1400010020010db8000000000000000000000000"
	      "0800020020000000 7=0a0001000200000000010000 ");
}

static void rules(void)
{
	sends_nested("rule add sp0 prio 100 dir any proto tcp dport 80,443-444 chain web",
		     SVCPLANE_CMD_RULE_NEW, ",9,",
		     "1=" SP0 " 3=64000000 6=77656200 5=00000000 "
		     "9{1=03000000 3=06000000 9=50005000 9=bc01bb01 } ");
	sends_nested("rule add sp0 prio 1 src 10.0.0.0/8 dst-group g mark 0x10/0xff proxy pp0,pp1 twice drop",
		     SVCPLANE_CMD_RULE_NEW, ",9,",
		     "1=" SP0 " 3=01000000 8= 5=02000000 "
		     "9{4{1=0a000000 2=08000000 } 7=6700 14=10000000 15=ff000000 "
		     "16{2=70703000 } 16{2=70703100 } } ");
	sends("rule del sp0 prio 100 id 3", SVCPLANE_CMD_RULE_DEL,
	      "1=" SP0 " 3=64000000 4=03000000 ");
	/* filters of show stay here */
	sends("rule show sp0 prio 100", SVCPLANE_CMD_RULE_GET, "1=" SP0 " ");
}

static void planes_and_proxies(void)
{
	sends_nested("plane set sp0 tenant 7 timeout-udp 30 timeout-icmp 5",
		     SVCPLANE_CMD_PLANE_SET, ",21,",
		     "1=" SP0 " 5=07000000 21{7=1e000000 9=05000000 } ");
	sends("proxy add pp0 plane sp0 guest tap0,tap1 match vnet* match tap? mac 02:00:00:00:00:01",
	      SVCPLANE_CMD_PROXY_NEW,
	      "3=70703000 1=" SP0 " 12=7461703000 12=7461703100 9=766e65742a00 9=7461703f00 13=020000000001 ");
	sends("proxy guest add pp0 tap0", SVCPLANE_CMD_PROXY_GUEST_ADD,
	      "3=70703000 12=7461703000 ");
	sends("proxy match del pp0 vnet*", SVCPLANE_CMD_PROXY_MATCH_DEL,
	      "3=70703000 9=766e65742a00 ");
}

static void flows_and_verdicts(void)
{
	sends("flow flush sp0 src 10.0.0.0/8 dport 80 action bypass",
	      SVCPLANE_CMD_FLOW_FLUSH,
	      "1=" SP0 " 9=0a000000 10=08000000 14=50000000 23=01000000 ");
	sends("verdict drop sp0 node ids1 flow tag 0x1a2b3c",
	      SVCPLANE_CMD_VERDICT_NEW,
	      "5=01000000 1=" SP0 " 3=6964733100 14=3c2b1a00 ");
	sends("verdict drop sp0 node ids1 proto tcp src 10.0.0.1 sport 1 dst ::1 now reject lifetime 3s scope forward",
	      SVCPLANE_CMD_VERDICT_NEW,
	      "5=01000000 1=" SP0 " 3=6964733100 16=06000000 17=0a000001 19=01000000 "
	      "18=00000000000000000000000000000001 8=03000000 9=b80b0000 6=01000000 ");
	sends("verdict re-path sp0 node n spi 5", SVCPLANE_CMD_VERDICT_NEW,
	      "5=04000000 1=" SP0 " 3=6e00 12=05000000 ");
}

/* Bytes 1, 2, ... 32 */
#define KEY_A	"AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA="
#define HEX_A	"0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20"
#define KEY_B	"//////////////////////////////////////////8="
#define HEX_B	"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"

static void hosts(void)
{
	sends_nested("host add sp0 2 name hv2 public-key " KEY_A,
		     SVCPLANE_CMD_HOST_NEW, ",6,",
		     "1=" SP0 " 4=02000000 3=68763200 6{2=" HEX_A " } ");
	sends_nested("host add sp0 2 public-key " KEY_A " public-key " KEY_B
		     " key-number 7 name hv2",
		     SVCPLANE_CMD_HOST_NEW, ",6,",
		     "1=" SP0 " 4=02000000 6{2=" HEX_A " } 6{1=07000000 2=" HEX_B " } "
		     "3=68763200 ");
	sends_nested("host set sp0 2 public-key " KEY_A " key-number 255 public-key " KEY_B,
		     SVCPLANE_CMD_HOST_SET, ",6,",
		     "1=" SP0 " 4=02000000 6{1=ff000000 2=" HEX_A " } 6{2=" HEX_B " } ");
	sends("host set sp0 hv2 name hv3", SVCPLANE_CMD_HOST_SET,
	      "1=" SP0 " 3=68763200 5=68763300 ");
	sends("host show sp0 4094", SVCPLANE_CMD_HOST_GET, "1=" SP0 " 4=fe0f0000 ");
	sends("host del sp0 2a", SVCPLANE_CMD_HOST_DEL, "1=" SP0 " 3=326100 ");
	sends("control send sp0 2 text hi", SVCPLANE_CMD_CONTROL_SEND,
	      "1=" SP0 " 3=02000000 6=6869 ");
	sends("control send sp0 hv2 hex 00fF", SVCPLANE_CMD_CONTROL_SEND,
	      "1=" SP0 " 4=68763200 6=00ff ");
	sends("control send sp0 all text 'a b'", SVCPLANE_CMD_CONTROL_SEND,
	      "1=" SP0 " 5= 6=612062 ");
}

static int refused(const char *line)
{
	static char copy[1024];
	char *argv[64];

	args_free(&args);
	snprintf(copy, sizeof(copy), "%s", line);
	return dispatch(&s, batch_words(copy, argv, 64, &err), argv);
}

/* Told from here: nothing is sent. The socket is not connected, see too_large() */
static void hosts_wrong(void)
{
	CHECK_EQ(refused("host show sp0 0"), RC_USAGE);
	CHECK_EQ(refused("host del sp0 4095"), RC_USAGE);
	CHECK_EQ(refused("host add sp0 2 name hv2 public-key x"), RC_USAGE);
	CHECK_EQ(refused("host add sp0 2 name hv2 key-number 1 public-key " KEY_A),
		 RC_USAGE);
	CHECK_EQ(refused("host add sp0 2 name hv2 public-key " KEY_A
			 " key-number 1 key-number 2"), RC_USAGE);
	CHECK_EQ(refused("host set sp0 2 key-number 1"), RC_USAGE);
	CHECK_EQ(refused("plane set sp0 key-number 1"), RC_USAGE);
	CHECK_EQ(refused("plane set sp0 private-key /nonexistent/key"), RC_USAGE);
	CHECK_EQ(refused("plane set sp0 private-key /dev/null"), RC_USAGE);
	CHECK_EQ(refused("control send sp0 2 hex 0"), RC_USAGE);
	CHECK_EQ(refused("control send sp0 2 hex 0g"), RC_USAGE);
	CHECK_EQ(refused("control send sp0 2 file /dev/null"), RC_USAGE);
	CHECK_EQ(refused("control send sp0 2 file /dev/zero"), RC_USAGE);
	CHECK_EQ(refused("control send sp0 2"), RC_USAGE);
	opt.batch = "-";
	CHECK_EQ(refused("plane set sp0 private-key -"), RC_USAGE);
	opt.batch = NULL;
}

/* Numbers stand with their keys, and the message is wiped when it is dropped */
static void private_keys(void)
{
	char line[256], path[2][32];

	for (int i = 0; i < 2; i++) {
		int fd;

		strcpy(path[i], "/tmp/svcplane-key-XXXXXX");
		fd = mkstemp(path[i]);
		CHECK(fd >= 0);
		CHECK_EQ(write(fd, i ? KEY_B "\n" : KEY_A "\n", 45), 45);
		close(fd);
	}
	snprintf(line, sizeof(line),
		 "plane set sp0 host-id 1 private-key %s private-key %s key-number 1",
		 path[0], path[1]);
	sends_nested(line, SVCPLANE_CMD_PLANE_SET, ",23,",
		     "1=" SP0 " 6=01000000 23{2=" HEX_A " } 23{1=01000000 2=" HEX_B " } ");
	snprintf(line, sizeof(line), "plane set sp0 private-key %s", path[1]);
	sends_nested(line, SVCPLANE_CMD_PLANE_SET, ",23,",
		     "1=" SP0 " 23{2=" HEX_B " } ");
	for (int i = 0; i < 2; i++)
		unlink(path[i]);
}

/* A whole group in one message */
static void large(void)
{
	static char line[300000];
	char *argv[16];
	struct nl_msg *msg;
	char *p = line + sprintf(line, "group add sp0 g members ");
	int argc;

	for (int i = 0; i < ITEMS_MAX; i++)
		p += sprintf(p, "%s2001:db8:%x::/48", i ? "," : "", i);
	argc = batch_words(line, argv, 16, &err);
	args_free(&args);
	CHECK(dispatch_parse(&args, argc, argv, &err));
	CHECK_EQ(put_request(&s, &args, 0, &msg), RC_OK);
	CHECK(msg != NULL);
	if (msg)
		CHECK_EQ(nlmsg_hdr(msg)->nlmsg_len, 16 + 4 + 8 + 8 +
			 ITEMS_MAX * (4 + 20 + 8));
	nlmsg_free(msg);
}

/*
 * A nest that is too long for its length field: libnl takes it out, and the rule
 * would match everything. Whatever is sent fails with another status here: the
 * socket is not connected.
 */
static void too_large(void)
{
	static char line[100000];
	char *argv[16];
	char *p = line + sprintf(line, "rule add sp0 prio 1 bypass");
	int argc;

	for (int side = 0; side < 2; side++) {
		p += sprintf(p, " %s ", side ? "dport" : "sport");
		for (int i = 0; i < ITEMS_MAX; i++)
			p += sprintf(p, "%s%d", i ? "," : "", i);
	}
	argc = batch_words(line, argv, 16, &err);
	CHECK_EQ(dispatch(&s, argc, argv), RC_USAGE);
}

/* The same for what has a nest for each value, and what is as long as can be */
static void nests_end(void)
{
	struct nl_msg *msg = nlmsg_alloc_size(256 * 1024);
	struct nlattr *nest = nla_nest_start(msg, 1 | NLA_F_NESTED);
	static char data[65527];

	CHECK_EQ(nla_put(msg, 1, 65524, data), 0);
	CHECK_EQ(put_nest_end(msg, nest), 0);
	CHECK_EQ(nla_len(nest), 65528);
	nest = nla_nest_start(msg, 1 | NLA_F_NESTED);
	CHECK_EQ(nla_put(msg, 1, 65527, data), 0);
	CHECK_EQ(nla_put_flag(msg, 2), 0);
	CHECK(put_nest_end(msg, nest) != 0);
	nlmsg_free(msg);
}

/* Builds an answer the way the kernel does and reads it */
static struct nlmsghdr *refuse(struct nl_msg **msg, int errnum, bool capped,
			       uint32_t request_len)
{
	struct nlmsgerr *e;

	*msg = nlmsg_alloc_simple(NLMSG_ERROR,
				  NLM_F_ACK_TLVS | (capped ? NLM_F_CAPPED : 0));
	e = nlmsg_reserve(*msg, sizeof(*e) +
			  (capped ? 0 : request_len - sizeof(e->msg)), 4);
	memset(e, 0, sizeof(*e));
	e->error = -errnum;
	e->msg.nlmsg_len = request_len;
	return nlmsg_hdr(*msg);
}

static bool told(const char *want)
{
	char text[1024];

	refusal_text(&s, text, sizeof(text));
	if (strcmp(text, want))
		printf("# got  %s\n# want %s\n", text, want);
	return !strcmp(text, want);
}

static uint32_t offset_of(struct nl_msg *msg, uint16_t type)
{
	struct attrs attrs;
	struct nlattr *attr;

	attrs_of_msg(&attrs, nlmsg_hdr(msg));
	attr = attrs_find(&attrs, type);
	return (char *)attr - (char *)nlmsg_hdr(msg);
}

static void refusal_words(bool capped)
{
	struct nl_msg *msg = request("chain add sp0 web id 9000 services fw,ids");
	uint32_t len = nlmsg_hdr(msg)->nlmsg_len;
	uint32_t at = offset_of(msg, SVCPLANE_A_CHAIN_ID);
	struct nl_msg *answer;
	struct nlattr *nest;

	refuse(&answer, ERANGE, capped, len);
	nla_put_string(answer, NLMSGERR_ATTR_MSG, "integer out of range");
	nla_put_u32(answer, NLMSGERR_ATTR_OFFS, at);
	nest = nla_nest_start(answer, NLMSGERR_ATTR_POLICY);
	nla_put_u64(answer, NL_POLICY_TYPE_ATTR_MIN_VALUE_U, 1);
	nla_put_u64(answer, NL_POLICY_TYPE_ATTR_MAX_VALUE_U, 4094);
	nla_nest_end(answer, nest);
	CHECK_EQ(refusal_of_error(&s.refusal, nlmsg_hdr(answer)), -ERANGE);
	CHECK(told("integer out of range (id 9000: allowed 1 to 4094)"));
	nlmsg_free(answer);

	/* the item of a list, not the list */
	memset(&s.refusal, 0, sizeof(s.refusal));
	at = offset_of(msg, SVCPLANE_A_CHAIN_SERVICE);
	at += 8;	/* "fw" takes 4 + 3, aligned */
	refuse(&answer, ENOENT, capped, len);
	nla_put_string(answer, NLMSGERR_ATTR_MSG, "no such service");
	nla_put_u32(answer, NLMSGERR_ATTR_OFFS, at);
	CHECK_EQ(refusal_of_error(&s.refusal, nlmsg_hdr(answer)), -ENOENT);
	CHECK(told("no such service (services ids)"));
	nlmsg_free(answer);

	/* what is missing is told by its keyword */
	memset(&s.refusal, 0, sizeof(s.refusal));
	refuse(&answer, EINVAL, capped, len);
	nla_put_u32(answer, NLMSGERR_ATTR_MISS_TYPE, SVCPLANE_A_CHAIN_SELECT);
	refusal_of_error(&s.refusal, nlmsg_hdr(answer));
	s.refusal.errnum = EINVAL;
	CHECK(told("\"select\" is missing: Invalid argument"));
	nlmsg_free(answer);
	nlmsg_free(msg);
}

static void refusal_in_words(void)
{
	refusal_words(true);
	refusal_words(false);
	memset(&s.refusal, 0, sizeof(s.refusal));
	s.refusal.errnum = EPERM;
	CHECK(told("not permitted: this needs CAP_NET_ADMIN"));
	s.refusal.errnum = ENODEV;
	CHECK(told("No such device"));
}

/* Whatever the answer is cut to, it is read within its bounds */
static void refusal_cut(void)
{
	struct nl_msg *answer;
	struct refusal r;

	refuse(&answer, EINVAL, false, 60);
	nla_put_string(answer, NLMSGERR_ATTR_MSG, "text");
	nla_put_u32(answer, NLMSGERR_ATTR_OFFS, 20);
	for (uint32_t len = nlmsg_hdr(answer)->nlmsg_len; len >= NLMSG_HDRLEN;
	     len--) {
		struct nlmsghdr *copy = malloc(len);

		memcpy(copy, nlmsg_hdr(answer), len);
		copy->nlmsg_len = len;
		memset(&r, 0, sizeof(r));
		refusal_of_error(&r, copy);
		refusal_of_done(&r, copy);
		free(copy);
	}
	nlmsg_free(answer);
}

static int cut(const char *text, char **words)
{
	static char line[256];

	snprintf(line, sizeof(line), "%s", text);
	return batch_words(line, words, 8, &err);
}

static void batch_lines(void)
{
	char *w[8];

	CHECK_EQ(cut("", w), 0);
	CHECK_EQ(cut("  \t# all comment\n", w), 0);
	CHECK_EQ(cut("rule add sp0 # no more\n", w), 3);
	CHECK(!strcmp(w[2], "sp0"));
	CHECK_EQ(cut("match 'vnet *' \"a\\\"b\" c\\ d x''y", w), 5);
	CHECK(!strcmp(w[1], "vnet *") && !strcmp(w[2], "a\"b"));
	CHECK(!strcmp(w[3], "c d") && !strcmp(w[4], "xy"));
	CHECK_EQ(cut("match ''", w), 2);
	CHECK(!*w[1]);
	CHECK_EQ(cut("match 'open", w), -1);
	CHECK_EQ(cut("1 2 3 4 5 6 7 8 9", w), -1);
	CHECK_EQ(cut("a#b", w), 1);
}

/* A file that breaks off behind its first lines */
static ssize_t break_off(void *cookie, char *buf, size_t size)
{
	const char **text = cookie;
	ssize_t n = *text ? (ssize_t)strlen(*text) : -1;

	(void)size;
	if (*text)
		memcpy(buf, *text, n);
	*text = NULL;
	if (n < 0)
		errno = EIO;
	return n;
}

/* What the last batch_of() said on stderr */
static char complaints[1024];

/* Runs a batch whose standard input is @f */
static int batch_of(FILE *f)
{
	FILE *old = stdin, *told = tmpfile();
	int saved = dup(2), rc;
	ssize_t n;

	opt.batch = "-";
	stdin = f;
	dup2(fileno(told), 2);
	rc = batch_run(&s);
	dup2(saved, 2);
	close(saved);
	n = pread(fileno(told), complaints, sizeof(complaints) - 1, 0);
	complaints[n > 0 ? n : 0] = '\0';
	fclose(told);
	fclose(stdin);
	stdin = old;
	return rc;
}

static bool complained(const char *want)
{
	if (strcmp(complaints, want))
		printf("# got  %s# want %s", complaints, want);
	return !strcmp(complaints, want);
}

/* What the whole file would do must not be begun, let alone be committed */
static int broken(const char *text, enum atomic atomic)
{
	int rc;

	opt.atomic = atomic;
	rc = batch_of(fopencookie(&text, "r",
				  (cookie_io_functions_t) { .read = break_off }));
	opt.atomic = ATOMIC_NONE;
	return rc;
}

static void batch_broken(void)
{
	CHECK_EQ(broken("rule add sp0 prio 1 drop\n", ATOMIC_REPLACE), RC_USAGE);
	CHECK(complained("Error: cannot read -: Input/output error\n"
			 "Command failed -:2\n"));
	CHECK_EQ(broken("rule add sp0 prio 1 drop\nrule add sp0", ATOMIC_REPLACE),
		 RC_USAGE);
	CHECK_EQ(broken("rule add sp0 prio 1 \\\n", ATOMIC_MODIFY), RC_USAGE);
	CHECK_EQ(broken("# nothing\n", ATOMIC_NONE), RC_USAGE);
	/* half a line is not run */
	CHECK_EQ(broken("rule add sp0 prio 1 drop", ATOMIC_NONE), RC_USAGE);
	CHECK(complained("Error: cannot read -: Input/output error\n"
			 "Command failed -:1\n"));
	opt.batch = "/";
	CHECK_EQ(batch_run(&s), RC_USAGE);
}

/* Not a rule without what stands behind the NUL; the line is the second of two */
static void batch_nul(void)
{
	char text[] = "# nothing\n# rule add sp0 \\\nprio 1 drop\0 proto tcp\n";

	CHECK_EQ(batch_of(fmemopen(text, sizeof(text) - 1, "r")), RC_USAGE);
	CHECK(complained("Error: -:3: the line contains a NUL byte\n"
			 "Command failed -:3\n"));
	opt.atomic = ATOMIC_MODIFY;
	CHECK_EQ(batch_of(fmemopen(text, sizeof(text) - 1, "r")), RC_USAGE);
	CHECK(complained("Error: -:3: the line contains a NUL byte\n"
			 "Command failed -:3\n"));
	opt.atomic = ATOMIC_NONE;
}

/* A backslash at the very end: the line is still the one that it stands in */
static void batch_open_end(void)
{
	char text[] = "# nothing\nfrob \\\n";

	CHECK_EQ(batch_of(fmemopen(text, sizeof(text) - 1, "r")), RC_USAGE);
	CHECK(strstr(complaints, "Command failed -:2\n"));
}

static void put_file(const char *root, const char *path, const char *text)
{
	char cmd[1024];

	snprintf(cmd, sizeof(cmd),
		 "mkdir -p \"$(dirname '%s%s')\" && printf '%%s\\n' '%s' >'%s%s'",
		 root, path, text, root, path);
	CHECK_EQ(system(cmd), 0);
}

static bool says(const char *root, const char *want)
{
	char *text;
	size_t size;
	FILE *f = open_memstream(&text, &size);
	bool ok;

	family_missing(f, root);
	fclose(f);
	ok = strstr(text, want) && !strncmp(text, "Error: ", 7);
	if (!ok)
		printf("# got %s# want %s\n", text, want);
	free(text);
	return ok;
}

static void missing_module(void)
{
	char root[] = "/tmp/svcplane-unit-XXXXXX", path[128], cmd[128];

	CHECK(mkdtemp(root) != NULL);
	CHECK(says(root, "make install"));
	put_file(root, "/lib/modules/1.2.3-none/modules.dep",
		 "updates/svcplane.ko: kernel/nsh.ko");
	CHECK(says(root, "is built for kernel 1.2.3-none, not for"));
	CHECK_EQ(system("uname -r >/dev/null"), 0);
	snprintf(path, sizeof(path), "cp -r %s/lib/modules/1.2.3-none %s/lib/modules/$(uname -r)",
		 root, root);
	CHECK_EQ(system(path), 0);
	CHECK(says(root, "modprobe svcplane"));
	put_file(root, "/sys/kernel/security/lockdown",
		 "none [integrity] confidentiality");
	CHECK(says(root, "mokutil --import"));
	put_file(root, "/sys/module/svcplane/version", "0");
	CHECK(says(root, "older than this tool"));
	snprintf(cmd, sizeof(cmd), "rm -r %s", root);
	CHECK_EQ(system(cmd), 0);
}

int main(void)
{
	s.sk = nl_socket_alloc();
	s.family = FAMILY_ID;
	out_init(&s.out, stdout, false, false, false);
	RUN(objects_of_plane);
	RUN(rules);
	RUN(planes_and_proxies);
	RUN(flows_and_verdicts);
	RUN(hosts);
	RUN(hosts_wrong);
	RUN(private_keys);
	RUN(large);
	RUN(too_large);
	RUN(nests_end);
	RUN(refusal_in_words);
	RUN(refusal_cut);
	RUN(batch_lines);
	RUN(batch_broken);
	RUN(batch_nul);
	RUN(batch_open_end);
	RUN(missing_module);
	args_free(&args);
	nl_socket_free(s.sk);
	return unit_end();
}
