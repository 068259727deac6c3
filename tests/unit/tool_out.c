// SPDX-License-Identifier: GPL-2.0-only
/* The writer: the same calls make text and JSON */
#include "out.h"
#include "unit.h"

static char *buf;
static size_t size;
static FILE *mem;
static struct out o;

static void start(bool json, bool pretty, bool oneline)
{
	mem = open_memstream(&buf, &size);
	out_init(&o, mem, json, pretty, oneline);
}

static bool is(const char *want)
{
	bool same;

	fclose(mem);
	same = !strcmp(buf, want);
	if (!same)
		printf("# got  %s\n# want %s\n", buf, want);
	free(buf);
	return same;
}

static void sample(void)
{
	out_begin(&o);
	for (int i = 0; i < 2; i++) {
		out_object(&o, NULL);
		out_str(&o, "", "name", i ? "b" : "a");
		out_uint(&o, "id", "id", 7);
		out_hex(&o, "tag", "tag", 0x1a, 0);
		out_bool(&o, "up", "up", i);
		out_uint(&o, NULL, "json_only", 1);
		out_uint(&o, "text-only", NULL, 2);
		out_list(&o, "nodes", "nodes");
		for (int k = 0; k < i * 2; k++)
			out_str(&o, "", NULL, "n");
		out_list_end(&o);
		out_nl(&o);
		out_indent(&o, 4);
		out_object(&o, "below");
		out_word(&o, "more");
		out_object_end(&o);
		out_record_end(&o);
		out_object_end(&o);
	}
	out_end(&o);
}

static void text(void)
{
	start(false, false, false);
	sample();
	CHECK(is("a id 7 tag 0x1a text-only 2 nodes -\n    more\n"
		 "b id 7 tag 0x1a up text-only 2 nodes n,n\n    more\n"));
	start(false, false, true);
	sample();
	CHECK(is("a id 7 tag 0x1a text-only 2 nodes -\\    more\n"
		 "b id 7 tag 0x1a up text-only 2 nodes n,n\\    more\n"));
}

static void json(void)
{
	start(true, false, false);
	sample();
	CHECK(is("[{\"name\":\"a\",\"id\":7,\"tag\":26,\"up\":false,\"json_only\":1,\"nodes\":[],\"below\":{}},"
		 "{\"name\":\"b\",\"id\":7,\"tag\":26,\"up\":true,\"json_only\":1,\"nodes\":[\"n\",\"n\"],\"below\":{}}]\n"));
}

static void empty(void)
{
	start(true, false, false);
	out_begin(&o);
	out_end(&o);
	CHECK(is("[]\n"));
	start(true, true, false);
	out_begin(&o);
	out_end(&o);
	CHECK(is("[]\n"));
	start(false, false, false);
	out_begin(&o);
	out_end(&o);
	CHECK(is(""));
}

static void pretty(void)
{
	start(true, true, false);
	out_begin(&o);
	out_object(&o, NULL);
	out_uint(&o, NULL, "a", 1);
	out_object_end(&o);
	out_end(&o);
	CHECK(is("[\n    {\n        \"a\": 1\n    }\n]\n"));
}

/* The monitor prints objects without an array around them */
static void lines(void)
{
	start(true, false, false);
	for (int i = 0; i < 2; i++) {
		out_object(&o, NULL);
		out_uint(&o, NULL, "a", i);
		out_object_end(&o);
	}
	CHECK(is("{\"a\":0}\n{\"a\":1}\n"));
}

static void strange(void)
{
	start(true, false, false);
	out_object(&o, NULL);
	out_str(&o, NULL, "s", "q\" b\\ n\n t\t e\x1b d\x7f u\xc3\xa9 x\xff y\xc3");
	out_object_end(&o);
	CHECK(is("{\"s\":\"q\\\" b\\\\ n\\n t\\u0009 e\\u001b d\\u007f u\xc3\xa9 x\\ufffd y\\ufffd\"}\n"));
	start(false, false, false);
	out_str(&o, "", NULL, "e\x1b[2J\n");
	out_record_end(&o);
	CHECK(is("e\\033[2J\\012\n"));
}

static bool json_is(const char *text, const char *want)
{
	char line[64];

	start(true, false, false);
	out_object(&o, NULL);
	out_str(&o, NULL, "s", text);
	out_object_end(&o);
	snprintf(line, sizeof(line), "{\"s\":\"%s\"}\n", want);
	return is(line);
}

/* At the edges of what is a character of UTF-8; each other byte stands alone */
static void utf8(void)
{
	static const char *const good[] = {
		"\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf",
		"\xee\x80\x80", "\xef\xbf\xbd", "\xf0\x90\x80\x80",
		"\xf4\x8f\xbf\xbf",
	};
	static const char *const bad[] = {
		"\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xe0\x80\x80",
		"\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf",
		"\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
		"\xe2\x82", "\xc3", "\xf0\x90\x80",
	};
	char want[64];

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		CHECK(json_is(good[i], good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		*want = '\0';
		for (size_t k = 0; k < strlen(bad[i]); k++)
			strcat(want, "\\ufffd");
		CHECK(json_is(bad[i], want));
	}
}

static void deep(void)
{
	start(true, false, false);
	for (int i = 0; i < OUT_DEPTH + 4; i++)
		out_object(&o, "x");
	for (int i = 0; i < OUT_DEPTH + 4; i++)
		out_object_end(&o);
	fclose(mem);
	CHECK(strlen(buf) > 0);
	free(buf);
}

int main(void)
{
	RUN(text);
	RUN(json);
	RUN(empty);
	RUN(pretty);
	RUN(lines);
	RUN(strange);
	RUN(utf8);
	RUN(deep);
	return unit_end();
}
