// SPDX-License-Identifier: GPL-2.0-only
/* Keys: their text, files that hold them, and the vectors of RFC 7748 */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "key.h"
#include "unit.h"

static struct err err;

static void text(void)
{
	uint8_t key[KEY_LEN], again[KEY_LEN];
	char word[KEY_TEXT];

	memset(key, 0, sizeof(key));
	key_text(key, word);
	CHECK(!strcmp(word, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="));
	memset(key, 0xff, sizeof(key));
	key_text(key, word);
	CHECK(!strcmp(word, "//////////////////////////////////////////8="));
	srand(1);
	for (int round = 0; round < 10000; round++) {
		for (int i = 0; i < KEY_LEN; i++)
			key[i] = rand() >> 8;
		key_text(key, word);
		memset(again, 0, sizeof(again));
		CHECK(key_scan(word, again, &err));
		CHECK(!memcmp(key, again, KEY_LEN));
	}
}

static void no_text(void)
{
	static const char good[] = "dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LCo=";
	static const char *const bad[] = {
		"", "=", "dGVzdA==",
		"dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LCo",
		"dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LCo==",
		"dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LCo= ",
		" dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LC=",
		"dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LCp=",
		"dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LC==",
		"dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25-Co=",
	};
	uint8_t key[KEY_LEN];
	char word[sizeof(good)];

	CHECK(key_scan(good, key, &err));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		CHECK(!key_scan(bad[i], key, &err));
		/* it may be a private key with a letter too many */
		CHECK(!strstr(err.text, "dwdt"));
	}
	for (size_t i = 0; i < sizeof(good) - 1; i++) {
		memcpy(word, good, sizeof(good));
		word[i] = '.';
		CHECK(!key_scan(word, key, &err));
		word[i] = '\0';
		CHECK(!key_scan(word, key, &err));
	}
}

static bool holds(const char *content, size_t len)
{
	char path[] = "/tmp/svcplane-key-XXXXXX";
	int fd = mkstemp(path);
	uint8_t key[KEY_LEN];
	bool ok;

	if (fd < 0 || write(fd, content, len) != (ssize_t)len)
		return false;
	close(fd);
	ok = key_read(path, key, &err);
	if (ok)
		ok = same_hex(key, 4, "77076d0a");
	unlink(path);
	return ok;
}

#define KEY	"dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LCo="

static void files(void)
{
	uint8_t key[KEY_LEN];

	CHECK(holds(KEY, 44));
	CHECK(holds(KEY "\n", 45));
	CHECK(holds(KEY " \r\n\n", 48));
	CHECK(!holds("", 0));
	CHECK(!holds("\n", 1));
	CHECK(!holds(KEY "\n" KEY, 89));
	CHECK(!holds(KEY "\0x", 46));
	CHECK(!holds(KEY "\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n"
		     "\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\nx", 101));
	CHECK(strstr(err.text, "holds no key") && !strstr(err.text, "dwdt"));
	CHECK(!key_read("/nonexistent/key", key, &err));
	CHECK(strstr(err.text, "cannot open /nonexistent/key: No such file"));
	CHECK(!key_read("/", key, &err));
	CHECK(strstr(err.text, "cannot read /: Is a directory"));
}

static void random_ones(void)
{
	uint8_t a[KEY_LEN], b[KEY_LEN];

	CHECK(key_generate(a, &err) && key_generate(b, &err));
	CHECK(memcmp(a, b, KEY_LEN));
	CHECK_EQ(a[0] & 7, 0);
	CHECK_EQ(a[31] & 0xc0, 0x40);
}

/* RFC 7748 section 6.1 */
static void vectors(void)
{
	static const char *const pair[2][2] = {
		{ "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
		  "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a" },
		{ "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
		  "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f" },
	};

	for (int i = 0; i < 2; i++) {
		uint8_t public[KEY_LEN], *private;
		size_t len;

		private = unhex(pair[i][0], &len);
		CHECK(key_public(private, public, &err));
		CHECK(same_hex(public, KEY_LEN, pair[i][1]));
		free(private);
	}
}

int main(void)
{
	RUN(text);
	RUN(no_text);
	RUN(files);
	RUN(random_ones);
	RUN(vectors);
	return unit_end();
}
