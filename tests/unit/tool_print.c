// SPDX-License-Identifier: GPL-2.0-only
/* Printers: full replies, notifications, and whatever else a kernel may send */
#include <linux/genetlink.h>
#include <linux/svcplane.h>

#include "event.h"
#include "key.h"
#include "object.h"
#include "unit.h"

static char *buf;
static size_t size;
static struct out o;

static void start(bool json)
{
	out_init(&o, open_memstream(&buf, &size), json, false, false);
}

static bool is(const char *want)
{
	bool same;

	fclose(o.f);
	same = !strcmp(buf, want);
	if (!same)
		printf("# got  %s# want %s", buf, want);
	free(buf);
	return same;
}

/* Just enough of a parser to tell JSON from what is none */
static const char *json_value(const char *p, int depth);

static const char *json_text(const char *p)
{
	for (p++; *p && *p != '"'; p++) {
		if ((unsigned char)*p < 0x20)
			return NULL;
		if (*p == '\\' && !*++p)
			return NULL;
	}
	return *p ? p + 1 : NULL;
}

static const char *json_list(const char *p, int depth, char close)
{
	if (*++p == close)
		return p + 1;
	for (;; p++) {
		if (close == '}') {
			p = *p == '"' ? json_text(p) : NULL;
			if (!p || *p++ != ':')
				return NULL;
		}
		p = json_value(p, depth + 1);
		if (!p || *p == close)
			return p ? p + 1 : NULL;
		if (*p != ',')
			return NULL;
	}
}

static const char *json_value(const char *p, int depth)
{
	size_t digits = strspn(p, "0123456789");

	if (depth > 20)
		return NULL;
	if (digits)
		return p + digits;
	if (!strncmp(p, "true", 4))
		return p + 4;
	if (!strncmp(p, "false", 5))
		return p + 5;
	if (*p == '"')
		return json_text(p);
	if (*p == '{')
		return json_list(p, depth, '}');
	return *p == '[' ? json_list(p, depth, ']') : NULL;
}

static bool is_json(const char *text)
{
	const char *end = json_value(text, 0);

	return end && !strcmp(end, "\n");
}

static struct nl_msg *message(uint8_t cmd)
{
	struct nl_msg *msg = nlmsg_alloc();

	genlmsg_put(msg, 1, 1, 0x1c, 0, 0, cmd, 1);
	return msg;
}

static void put_count(struct nl_msg *msg, int type, uint64_t packets)
{
	struct nlattr *nest = nla_nest_start(msg, type);

	nla_put_u64(msg, SVCPLANE_A_COUNT_PACKETS, packets);
	nla_put_u64(msg, SVCPLANE_A_COUNT_BYTES, 100 * packets);
	nla_nest_end(msg, nest);
}

static struct nl_msg *node(void)
{
	struct nl_msg *msg = message(SVCPLANE_CMD_NODE_NTF);

	nla_put_string(msg, SVCPLANE_A_NODE_PLANE, "sp0");
	nla_put_string(msg, SVCPLANE_A_NODE_NAME, "fw1");
	nla_put_u32(msg, SVCPLANE_A_NODE_ID, 1);
	nla_put_string(msg, SVCPLANE_A_NODE_SERVICE, "fw");
	nla_put_u32(msg, SVCPLANE_A_NODE_MODE, SVCPLANE_NODE_MODE_INLINE);
	nla_put_string(msg, SVCPLANE_A_NODE_DEV, "tap7");
	nla_put_string(msg, SVCPLANE_A_NODE_EGRESS, "tap8");
	nla_put_u32(msg, SVCPLANE_A_NODE_MACS, SVCPLANE_MACS_LINK);
	nla_put_u32(msg, SVCPLANE_A_NODE_FLAGS, SVCPLANE_NODE_FLAG_DECREMENTS);
	nla_put_u32(msg, SVCPLANE_A_NODE_PERMS, SVCPLANE_PERM_DROP |
		    SVCPLANE_PERM_SKIP | SVCPLANE_PERM_ALLOW);
	nla_put_u32(msg, SVCPLANE_A_NODE_HOST, 1);
	nla_put_u32(msg, SVCPLANE_A_NODE_HOST, 3);
	nla_put_u32(msg, SVCPLANE_A_NODE_DOWN, SVCPLANE_DOWN_LINK);
	put_count(msg, SVCPLANE_A_NODE_SENT_OUT, 5);
	put_count(msg, SVCPLANE_A_NODE_RETURNED_OUT, 4);
	put_count(msg, SVCPLANE_A_NODE_SENT_IN, 3);
	put_count(msg, SVCPLANE_A_NODE_RETURNED_IN, 2);
	nla_put_u64(msg, SVCPLANE_A_NODE_VERDICTS, 1);
	nla_put_u64(msg, SVCPLANE_A_NODE_REFUSED, 0);
	return msg;
}

static void print(struct nl_msg *msg, const struct object *object, bool json,
		  struct view view)
{
	struct attrs attrs;

	CHECK(attrs_of_msg(&attrs, nlmsg_hdr(msg)));
	start(json);
	out_begin(&o);
	object_print(&o, object, &attrs, &view);
	out_end(&o);
}

static void a_node(void)
{
	struct nl_msg *msg = node();

	print(msg, &object_node, false, (struct view) { 0 });
	CHECK(is("sp0 fw1 id 1 service fw mode inline dev tap7 egress tap8 down link "
		 "permit drop,allow,skip-node hosts 1,3\n"));
	print(msg, &object_node, false, (struct view) { .stats = 1 });
	CHECK(is("sp0 fw1 id 1 service fw mode inline dev tap7 egress tap8 down link "
		 "permit drop,allow,skip-node hosts 1,3\n"
		 "    sent out 5 packets 500 bytes returned 4 packets 400 bytes\n"
		 "    sent in  3 packets 300 bytes returned 2 packets 200 bytes\n"
		 "    verdicts accepted 1 refused 0\n"));
	print(msg, &object_node, false, (struct view) { .brief = true });
	CHECK(is("sp0             fw1             fw              inline tap7            tap8            link\n"));
	print(msg, &object_node, true, (struct view) { .stats = 1 });
	CHECK(is("[{\"plane\":\"sp0\",\"name\":\"fw1\",\"id\":1,\"service\":\"fw\",\"mode\":\"inline\","
		 "\"dev\":\"tap7\",\"egress\":\"tap8\",\"state\":\"down\",\"down\":[\"link\"],\"macs\":\"link\","
		 "\"flags\":[\"decrements\"],\"permit\":[\"drop\",\"allow\",\"skip-node\"],\"repath_chains\":[],"
		 "\"hosts\":[1,3],\"stats64\":{\"sent_out\":{\"packets\":5,\"bytes\":500},"
		 "\"returned_out\":{\"packets\":4,\"bytes\":400},\"sent_in\":{\"packets\":3,\"bytes\":300},"
		 "\"returned_in\":{\"packets\":2,\"bytes\":200},\"verdicts\":1,\"refused\":0}}]\n"));
	nlmsg_free(msg);
}

static void put_key(struct nl_msg *msg, int type, uint32_t number, int fill)
{
	struct nlattr *nest = nla_nest_start(msg, type);
	uint8_t key[KEY_LEN];

	memset(key, fill, sizeof(key));
	nla_put_u32(msg, SVCPLANE_A_KEY_NUMBER, number);
	nla_put(msg, SVCPLANE_A_KEY_KEY, KEY_LEN, key);
	nla_nest_end(msg, nest);
}

static void put_types(struct nl_msg *msg, int type, uint64_t first)
{
	struct nlattr *nest = nla_nest_start(msg, type);

	for (int i = SVCPLANE_A_CTL_COUNT_HELLO; i <= SVCPLANE_A_CTL_COUNT_USER; i++)
		nla_put_u64(msg, i, first + i);
	nla_nest_end(msg, nest);
}

static struct nl_msg *host(bool live)
{
	struct nl_msg *msg = message(SVCPLANE_CMD_HOST_NTF);

	nla_put_string(msg, SVCPLANE_A_HOST_PLANE, "sp0");
	nla_put_string(msg, SVCPLANE_A_HOST_NAME, "hv2");
	nla_put_u32(msg, SVCPLANE_A_HOST_ID, 2);
	put_key(msg, SVCPLANE_A_HOST_PUBLIC_KEY, 0, 0);
	put_key(msg, SVCPLANE_A_HOST_PUBLIC_KEY, 7, 0xff);
	nla_put_u32(msg, SVCPLANE_A_HOST_EPOCH, 0x1a2b);
	nla_put_u64(msg, SVCPLANE_A_HOST_SENT, 100);
	nla_put_u64(msg, SVCPLANE_A_HOST_SEEN, 200);
	nla_put_u32(msg, SVCPLANE_A_HOST_OUTSTANDING, live);
	nla_put_u32(msg, SVCPLANE_A_HOST_N_NODES, 1);
	if (!live)
		return msg;
	nla_put_flag(msg, SVCPLANE_A_HOST_LIVE);
	nla_put_u32(msg, SVCPLANE_A_HOST_PEER_EPOCH, 0xffffffff);
	nla_put_u32(msg, SVCPLANE_A_HOST_KEY_ID, 0x0107);
	nla_put_u64(msg, SVCPLANE_A_HOST_SESSION_AGE, 7500000);
	nla_put_u64(msg, SVCPLANE_A_HOST_SILENT, 990);
	nla_put_u32(msg, SVCPLANE_A_HOST_RTT, 1042);
	nla_put_string(msg, SVCPLANE_A_HOST_UPLINK, "vxlan100");
	nla_put_u32(msg, SVCPLANE_A_HOST_UPLINK_IFINDEX, 9);
	put_types(msg, SVCPLANE_A_HOST_OUT, 0);
	put_types(msg, SVCPLANE_A_HOST_IN, 10);
	for (int i = SVCPLANE_A_HOST_RETRANSMITTED; i <= SVCPLANE_A_HOST_MAX; i++)
		nla_put_u64(msg, i, i - SVCPLANE_A_HOST_RETRANSMITTED);
	return msg;
}

#define KEY_LINES							\
	"    public-key AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"	\
	"    public-key //////////////////////////////////////////8= key-number 7\n"

static void a_host(void)
{
	struct nl_msg *msg = host(true);

	print(msg, &object_host, false, (struct view) { 0 });
	CHECK(is("sp0 hv2 id 2 live session 2h5m rtt 1.042ms uplink vxlan100 nodes 1 outstanding 1\n"
		 KEY_LINES));
	print(msg, &object_host, false, (struct view) { .stats = 1, .details = 1 });
	CHECK(is("sp0 hv2 id 2 live session 2h5m silent 0.9s rtt 1.042ms uplink vxlan100 nodes 1\n"
		 "    epoch 0x1a2b peer-epoch 0xffffffff key-id 0x107 sent 100 seen 200 outstanding 1\n"
		 "    public-key AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= key-number 0\n"
		 "    public-key //////////////////////////////////////////8= key-number 7\n"
		 "    sent hello 1 hello-answer 2 hello-done 3 ack 4 announce 5 verdict 6 flow-state 7 user 8\n"
		 "    accepted hello 11 hello-answer 12 hello-done 13 ack 14 announce 15 verdict 16 flow-state 17 user 18\n"
		 "    sessions 13 retransmitted 0 unknown 1 lost 2 duplicate 3 over-out 12\n"
		 "    replayed 4 forged 5 stray 6 malformed 7 type 8 denied 9 over-macs 10 over-hellos 11 unknown-tlvs 14\n"));
	print(msg, &object_host, false, (struct view) { .brief = true });
	CHECK(is("sp0             hv2             2    live vxlan100        1    " "\n"));
	print(msg, &object_host, true, (struct view) { 0 });
	CHECK(is("[{\"plane\":\"sp0\",\"name\":\"hv2\",\"id\":2,\"live\":true,\"session_ms\":7500000,"
		 "\"silent_ms\":990,\"rtt_us\":1042,\"uplink\":\"vxlan100\",\"uplink_ifindex\":9,\"nodes\":1,"
		 "\"epoch\":6699,\"peer_epoch\":4294967295,\"key_id\":263,\"sent\":100,\"seen\":200,\"outstanding\":1,"
		 "\"public_keys\":[{\"public_key\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\",\"key_number\":0},"
		 "{\"public_key\":\"//////////////////////////////////////////8=\",\"key_number\":7}]}]\n"));
	nlmsg_free(msg);
	msg = host(false);
	print(msg, &object_host, false, (struct view) { 0 });
	CHECK(is("sp0 hv2 id 2 down never-heard nodes 1\n" KEY_LINES));
	nlmsg_free(msg);
}

static struct nl_msg *rule(void)
{
	struct nl_msg *msg = message(SVCPLANE_CMD_RULE_NTF);
	struct nlattr *match, *nest;

	nla_put_string(msg, SVCPLANE_A_RULE_PLANE, "sp0");
	nla_put_u32(msg, SVCPLANE_A_RULE_PRIO, 100);
	nla_put_u32(msg, SVCPLANE_A_RULE_ID, 2);
	nla_put_u32(msg, SVCPLANE_A_RULE_ACTION, SVCPLANE_RULE_ACTION_CHAIN);
	nla_put_string(msg, SVCPLANE_A_RULE_CHAIN, "web");
	match = nla_nest_start(msg, SVCPLANE_A_RULE_MATCH);
	nla_put_u32(msg, SVCPLANE_A_MATCH_DIRS, 3);
	nla_put_u32(msg, SVCPLANE_A_MATCH_PROTO, 6);
	nest = nla_nest_start(msg, SVCPLANE_A_MATCH_SRC);
	nla_put(msg, SVCPLANE_A_PREFIX_ADDR, 4, "\x0a\0\0");
	nla_put_u32(msg, SVCPLANE_A_PREFIX_LEN, 8);
	nla_nest_end(msg, nest);
	nla_put_u32(msg, SVCPLANE_A_MATCH_DPORT, 80 << 16 | 80);
	nla_put_u32(msg, SVCPLANE_A_MATCH_DPORT, 8000 << 16 | 8080);
	nla_put_u32(msg, SVCPLANE_A_MATCH_MARK, 0x10);
	nla_put_u32(msg, SVCPLANE_A_MATCH_MARK_MASK, 0xff);
	for (int i = 0; i < 2; i++) {
		nest = nla_nest_start(msg, SVCPLANE_A_MATCH_PROXY);
		nla_put_u32(msg, SVCPLANE_A_PROXY_REF_ID, 5 + i);
		if (!i)
			nla_put_string(msg, SVCPLANE_A_PROXY_REF_NAME, "pp0");
		nla_nest_end(msg, nest);
	}
	nla_nest_end(msg, match);
	put_count(msg, SVCPLANE_A_RULE_COUNT, 9);
	return msg;
}

static void a_rule(void)
{
	struct nl_msg *msg = rule();

	print(msg, &object_rule, false, (struct view) { 0 });
	CHECK(is("sp0 prio 100 id 2 dir any proto tcp src 10.0.0.0/8 dport 80,8000-8080 "
		 "mark 0x10/0xff proxy pp0,6 chain web\n"));
	print(msg, &object_rule, true, (struct view) { 0 });
	CHECK(is("[{\"plane\":\"sp0\",\"prio\":100,\"id\":2,\"match\":{\"dir\":\"any\",\"proto\":\"tcp\","
		 "\"src\":\"10.0.0.0/8\",\"sport\":[],\"dport\":[{\"first\":80,\"last\":80},{\"first\":8000,\"last\":8080}],"
		 "\"mark\":16,\"mark_mask\":255,\"proxies\":[{\"name\":\"pp0\",\"id\":5},{\"id\":6}]},"
		 "\"twice\":false,\"action\":\"chain\",\"chain\":\"web\"}]\n"));
	nlmsg_free(msg);
}

static void told(struct nl_msg *msg, bool json, const char *want)
{
	struct view view = { 0 };
	struct event event;
	const char *got;

	CHECK(event_read(&event, nlmsg_hdr(msg)));
	start(json);
	event_print(&o, &event, &view, false);
	if (!json) {
		CHECK(is(want));
		return;
	}
	fclose(o.f);
	got = strstr(buf, "\"event\"");
	if (!got || strcmp(got, want))
		printf("# got  %s# want %s", buf, want);
	CHECK(!strncmp(buf, "{\"ts\":\"20", 9) && got && !strcmp(got, want));
	free(buf);
}

static void events(void)
{
	struct nl_msg *msg = message(SVCPLANE_CMD_EVENT_NTF);
	struct nlattr *nest;

	nla_put_string(msg, SVCPLANE_A_EVENT_PLANE, "sp0");
	nla_put_u32(msg, SVCPLANE_A_EVENT_KIND, SVCPLANE_EVENT_KIND_NODE);
	nla_put_string(msg, SVCPLANE_A_EVENT_WHAT, "down");
	nla_put_string(msg, SVCPLANE_A_EVENT_OBJECT, "fw1");
	nla_put_string(msg, SVCPLANE_A_EVENT_REASON, "no carrier");
	told(msg, false, "node down sp0 fw1 reason no carrier\n");
	told(msg, true, "\"event\":\"down\",\"object\":\"node\",\"plane\":\"sp0\",\"name\":\"fw1\",\"reason\":\"no carrier\"}\n");
	nlmsg_free(msg);

	msg = message(SVCPLANE_CMD_CONTROL_NTF);
	nla_put_string(msg, SVCPLANE_A_EVENT_PLANE, "sp0");
	nla_put_u32(msg, SVCPLANE_A_EVENT_KIND, SVCPLANE_EVENT_KIND_CONTROL);
	nla_put_string(msg, SVCPLANE_A_EVENT_WHAT, "accepted");
	nla_put_string(msg, SVCPLANE_A_EVENT_NODE, "ids1");
	nla_put_u32(msg, SVCPLANE_A_EVENT_TYPE, 6);
	nla_put_u32(msg, SVCPLANE_A_EVENT_STATUS, 0);
	nest = nla_nest_start(msg, SVCPLANE_A_EVENT_VERDICT);
	nla_put_u32(msg, SVCPLANE_A_VERDICT_ACTION, 1);
	nla_put_u32(msg, SVCPLANE_A_VERDICT_SCOPE, 3);
	nla_put_u32(msg, SVCPLANE_A_VERDICT_TAG, 0x1a2b3c);
	nla_nest_end(msg, nest);
	told(msg, false, "control accepted sp0 node ids1 type verdict status applied drop tag 0x1a2b3c\n");
	nlmsg_free(msg);

	msg = message(SVCPLANE_CMD_CONTROL_NTF);
	nla_put_string(msg, SVCPLANE_A_EVENT_PLANE, "sp0");
	nla_put_u32(msg, SVCPLANE_A_EVENT_KIND, SVCPLANE_EVENT_KIND_HOST);
	nla_put_string(msg, SVCPLANE_A_EVENT_WHAT, "up");
	nla_put_u32(msg, SVCPLANE_A_EVENT_HOST, 2);
	nla_put_string(msg, SVCPLANE_A_EVENT_HOST_NAME, "hv2");
	told(msg, false, "host up sp0 hv2 id 2\n");
	nlmsg_free(msg);

	msg = rule();
	((struct genlmsghdr *)nlmsg_data(nlmsg_hdr(msg)))->cmd =
		SVCPLANE_CMD_RULE_DEL_NTF;
	told(msg, false, "rule del sp0 prio 100 id 2 dir any proto tcp src 10.0.0.0/8 "
	     "dport 80,8000-8080 mark 0x10/0xff proxy pp0,6 chain web\n");
	nlmsg_free(msg);
	start(true);
	event_note(&o, "monitor", "lost", "why", false);
	fclose(o.f);
	CHECK(strstr(buf, "\"event\":\"lost\"") && is_json(buf));
	free(buf);
}

static struct nl_msg *between(uint32_t type)
{
	struct nl_msg *msg = message(SVCPLANE_CMD_CONTROL_NTF);

	nla_put_string(msg, SVCPLANE_A_EVENT_PLANE, "sp0");
	nla_put_u32(msg, SVCPLANE_A_EVENT_KIND, SVCPLANE_EVENT_KIND_CONTROL);
	nla_put_string(msg, SVCPLANE_A_EVENT_WHAT, "accepted");
	nla_put_u32(msg, SVCPLANE_A_EVENT_HOST, 2);
	nla_put_string(msg, SVCPLANE_A_EVENT_HOST_NAME, "hv2");
	nla_put_u32(msg, SVCPLANE_A_EVENT_TYPE, type);
	nla_put_u32(msg, SVCPLANE_A_EVENT_STATUS, 0);
	nla_put_u64(msg, SVCPLANE_A_EVENT_SEQ, 17);
	nla_put_u32(msg, SVCPLANE_A_EVENT_AGE, 3);
	return msg;
}

static void put_announced(struct nl_msg *msg, uint32_t id, const char *name,
			  uint32_t state)
{
	struct nlattr *nest = nla_nest_start(msg, SVCPLANE_A_EVENT_ANNOUNCED);

	nla_put_u32(msg, SVCPLANE_A_ANNOUNCED_NODE_ID, id);
	if (name)
		nla_put_string(msg, SVCPLANE_A_ANNOUNCED_NODE, name);
	nla_put(msg, SVCPLANE_A_ANNOUNCED_MAC, 6, "\2\0\0\0\0\1");
	nla_put_u32(msg, SVCPLANE_A_ANNOUNCED_STATE, state);
	nla_nest_end(msg, nest);
}

#define LEAD	"control accepted sp0 host hv2 type "
#define TAIL	" status applied seq 17 age-ms 3 "

static void events_between(void)
{
	struct nl_msg *msg = between(8);

	nla_put(msg, SVCPLANE_A_EVENT_USER, 5, "hello");
	told(msg, false, LEAD "user" TAIL "text \"hello\"\n");
	told(msg, true, "\"event\":\"accepted\",\"object\":\"control\",\"plane\":\"sp0\",\"host_name\":\"hv2\","
	     "\"host\":2,\"type\":\"user\",\"status\":\"applied\",\"seq\":17,\"age_ms\":3,"
	     "\"text\":\"hello\",\"hex\":\"68656c6c6f\"}\n");
	nlmsg_free(msg);

	msg = between(8);
	nla_put(msg, SVCPLANE_A_EVENT_USER, 3, "a\033[");
	told(msg, false, LEAD "user" TAIL "hex 611b5b\n");
	nlmsg_free(msg);

	msg = between(5);
	put_announced(msg, 1, "fw1", 1);
	put_announced(msg, 7, NULL, 4);
	told(msg, false, LEAD "announce" TAIL "nodes fw1:up,7:gone\n");
	told(msg, true, "\"event\":\"accepted\",\"object\":\"control\",\"plane\":\"sp0\",\"host_name\":\"hv2\","
	     "\"host\":2,\"type\":\"announce\",\"status\":\"applied\",\"seq\":17,\"age_ms\":3,\"announced\":["
	     "{\"node_id\":1,\"node\":\"fw1\",\"mac\":\"02:00:00:00:00:01\",\"state\":\"up\"},"
	     "{\"node_id\":7,\"mac\":\"02:00:00:00:00:01\",\"state\":\"gone\"}]}\n");
	nlmsg_free(msg);

	msg = between(4);
	nla_put_u64(msg, SVCPLANE_A_EVENT_ACKED, 9);
	nla_put_u32(msg, SVCPLANE_A_EVENT_OUTCOME, 5);
	told(msg, false, LEAD "ack" TAIL "acks 9 outcome no-flow\n");
	nlmsg_free(msg);
}

/* Prints a message in every way; text must stay on its lines, JSON be JSON */
static void try_all(struct nlmsghdr *hdr)
{
	struct view view = { .stats = 1, .details = 1 };
	struct attrs attrs;
	struct event event;

	if (!attrs_of_msg(&attrs, hdr))
		return;
	for (int i = 0; objects[i]; i++) {
		view.brief = !view.brief;
		start(false);
		object_print(&o, objects[i], &attrs, &view);
		fclose(o.f);
		CHECK(!strchr(buf, '\x1b'));
		free(buf);
		start(true);
		object_print(&o, objects[i], &attrs, &view);
		fclose(o.f);
		CHECK(is_json(buf));
		free(buf);
	}
	if (!event_read(&event, hdr))
		return;
	start(true);
	event_print(&o, &event, &view, true);
	fclose(o.f);
	CHECK(is_json(buf));
	free(buf);
}

static void cut(void)
{
	struct nl_msg *msgs[] = { node(), rule(), host(true), between(8) };

	nla_put(msgs[3], SVCPLANE_A_EVENT_USER, 5, "hello");
	put_announced(msgs[3], 1, "fw1", 1);
	for (int i = 0; i < 4; i++) {
		struct nlmsghdr *hdr = nlmsg_hdr(msgs[i]);

		for (uint32_t len = hdr->nlmsg_len; len >= NLMSG_HDRLEN; len--) {
			struct nlmsghdr *copy = malloc(len);

			memcpy(copy, hdr, len);
			copy->nlmsg_len = len;
			try_all(copy);
			free(copy);
		}
		nlmsg_free(msgs[i]);
	}
}

/* A message of a dump: the proxy itself and guests @from to @to */
static struct nl_msg *part(const char *plane, uint32_t id, int from, int to)
{
	struct nl_msg *msg = message(SVCPLANE_CMD_PROXY_GET);
	char dev[16];

	nla_put_string(msg, SVCPLANE_A_PROXY_PLANE, plane);
	nla_put_u32(msg, SVCPLANE_A_PROXY_ID, id);
	nla_put_string(msg, SVCPLANE_A_PROXY_PATTERN, "vnet*");
	nla_put_string(msg, SVCPLANE_A_PROXY_PENDING, "vnet9");
	for (int i = from; i <= to; i++) {
		struct nlattr *nest = nla_nest_start(msg, SVCPLANE_A_PROXY_GUEST);

		snprintf(dev, sizeof(dev), "t%d", i);
		nla_put_string(msg, SVCPLANE_A_PORT_DEV, dev);
		nla_nest_end(msg, nest);
	}
	return msg;
}

static bool shows(const struct nl_msg *msg, const char *want)
{
	struct attrs attrs, nest;
	char text[256] = "", *p = text, dev[16];
	struct nlattr *attr;

	attrs_of_msg(&attrs, nlmsg_hdr((struct nl_msg *)msg));
	attr = attrs_find(&attrs, SVCPLANE_A_PROXY_PATTERN);
	for (; attr; attr = attrs_next(&attrs, attr, SVCPLANE_A_PROXY_PATTERN))
		p += sprintf(p, "match ");
	attr = attrs_find(&attrs, SVCPLANE_A_PROXY_PENDING);
	for (; attr; attr = attrs_next(&attrs, attr, SVCPLANE_A_PROXY_PENDING))
		p += sprintf(p, "pending ");
	attr = attrs_find(&attrs, SVCPLANE_A_PROXY_GUEST);
	for (; attr; attr = attrs_next(&attrs, attr, SVCPLANE_A_PROXY_GUEST)) {
		nest = attrs_of_nest(attr);
		p += sprintf(p, "%s ", attr_text(attrs_find(&nest, SVCPLANE_A_PORT_DEV),
						 dev, sizeof(dev)));
	}
	if (strcmp(text, want))
		printf("# got %s, want %s\n", text, want);
	return !strcmp(text, want);
}

/* A proxy with many guests comes in several messages and is one object */
static void parts(void)
{
	struct nl_msg *msg[] = {
		part("sp0", 1, 0, 1), part("sp0", 1, 2, 3), part("sp0", 1, 4, 4),
		part("sp0", 2, 5, 5), part("sp1", 2, 6, 6), part("sp1", 2, 7, 7),
	};
	struct replies replies = { .n = 6, .room = 6, .msg = malloc(sizeof(msg)) };

	memcpy(replies.msg, msg, sizeof(msg));
	CHECK(object_join(&object_proxy, &replies));
	CHECK_EQ(replies.n, 3);
	CHECK(shows(replies.msg[0], "match pending t0 t1 t2 t3 t4 "));
	CHECK(shows(replies.msg[1], "match pending t5 "));
	CHECK(shows(replies.msg[2], "match pending t6 t7 "));
	CHECK(object_join(&object_node, &replies));
	CHECK_EQ(replies.n, 3);
	replies_free(&replies);
	CHECK(object_join(&object_proxy, &replies));
	CHECK_EQ(replies.n, 0);
}

/* Attributes of random types, lengths and nesting */
static void fill(uint8_t *p, int len)
{
	while (len >= NLA_HDRLEN) {
		struct nlattr *attr = (struct nlattr *)p;
		int n = NLA_HDRLEN + rand() % 40;

		if (!(rand() % 8))
			n = len;
		if (n > len)
			n = len;
		for (int i = NLA_HDRLEN; i < n; i++)
			p[i] = rand();
		attr->nla_type = rand() % 48 | (rand() % 4 ? 0 : NLA_F_NESTED);
		attr->nla_len = rand() % 64 ? n : rand();
		if (rand() % 2)
			fill(p + NLA_HDRLEN, n - NLA_HDRLEN);
		n = NLA_ALIGN(n);
		p += n;
		len -= n;
	}
}

static void garbage(void)
{
	srand(1);
	for (int round = 0; round < 3000; round++) {
		int len = NLMSG_HDRLEN + GENL_HDRLEN + rand() % 300;
		struct nlmsghdr *hdr = malloc(len);
		struct genlmsghdr *genl = nlmsg_data(hdr);

		memset(hdr, 0, len);
		hdr->nlmsg_len = len;
		genl->cmd = rand() % (SVCPLANE_CMD_MAX + 2);
		fill((uint8_t *)(genl + 1), len - NLMSG_HDRLEN - GENL_HDRLEN);
		try_all(hdr);
		free(hdr);
	}
}

int main(void)
{
	RUN(a_node);
	RUN(a_host);
	RUN(a_rule);
	RUN(events);
	RUN(events_between);
	RUN(parts);
	RUN(cut);
	RUN(garbage);
	return unit_end();
}
