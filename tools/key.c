// SPDX-License-Identifier: GPL-2.0-only
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io.h"
#include "key.h"

#define EVP_PKEY_X25519	1034	/* of openssl/evp.h */

static const char digits[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static bool take_group(const char *from, unsigned int n, uint32_t *bits)
{
	*bits = 0;
	for (unsigned int i = 0; i < 4; i++) {
		const char *digit = i < n ? strchr(digits, from[i]) : digits;

		if (!digit || (i < n && !from[i]))
			return false;
		*bits = *bits << 6 | (digit - digits);
	}
	return true;
}

/* 32 bytes are ten groups of four digits, and one of three */
bool key_scan(const char *word, uint8_t key[KEY_LEN], struct err *err)
{
	bool ok = strlen(word) == KEY_TEXT - 1 && word[KEY_TEXT - 2] == '=';
	uint32_t bits;

	for (unsigned int i = 0; ok && i < 11; i++) {
		ok = take_group(word + 4 * i, i < 10 ? 4 : 3, &bits);
		key[3 * i] = bits >> 16;
		key[3 * i + 1] = bits >> 8;
		if (i < 10)
			key[3 * i + 2] = bits;
		else
			ok = ok && !(bits & 0xff);
	}
	return ok || err_set(err, "that is no key: a key is %d characters of base64, "
			     "the last one \"=\"", KEY_TEXT - 1);
}

void key_text(const uint8_t key[KEY_LEN], char *text)
{
	for (unsigned int i = 0; i < 11; i++) {
		uint32_t bits = key[3 * i] << 16 | key[3 * i + 1] << 8 |
				(i < 10 ? key[3 * i + 2] : 0);

		for (int shift = 18; shift >= 0; shift -= 6)
			*text++ = digits[bits >> shift & 63];
	}
	text[-1] = '=';
	*text = '\0';
}

static void warn_readable(int fd, const char *path)
{
	struct stat st;

	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || !(st.st_mode & 077))
		return;
	fprintf(stderr, "Warning: others may read %s: its mode is %04o, and should be 0600\n",
		path, st.st_mode & 07777);
}

/* One key, and nothing behind it but the end of its line */
static bool key_of_text(char *text, ssize_t len, const char *path,
			uint8_t key[KEY_LEN], struct err *err)
{
	struct err why;

	while (len && strchr(" \t\r\n", text[len - 1]))
		len--;
	text[len] = '\0';
	if ((size_t)len == strlen(text) && key_scan(text, key, &why))
		return true;
	return err_set(err, "%s holds no key: a key is %d characters of base64, the last one \"=\"",
		       path, KEY_TEXT - 1);
}

bool key_read(const char *path, uint8_t key[KEY_LEN], struct err *err)
{
	bool std = !strcmp(path, "-"), ok = false;
	int fd = std ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	const char *name = std ? "standard input" : path;
	char text[2 * KEY_TEXT];
	ssize_t len;

	if (fd < 0)
		return err_set(err, "cannot open %.400s: %s", path, strerror(errno));
	if (!std)
		warn_readable(fd, path);
	len = read_all(fd, text, sizeof(text) - 1);
	/* what does not fit may be more than the end of a line */
	if (len == sizeof(text) - 1)
		len = 0;
	if (len < 0)
		err_set(err, "cannot read %.400s: %s", name, strerror(errno));
	else
		ok = key_of_text(text, len, name, key, err);
	explicit_bzero(text, sizeof(text));
	if (!std)
		close(fd);
	return ok;
}

bool key_generate(uint8_t key[KEY_LEN], struct err *err)
{
	/* up to 256 bytes come whole or not at all */
	if (getrandom(key, KEY_LEN, 0) != KEY_LEN)
		return err_set(err, "no random bytes: %s", strerror(errno));
	/* as X25519 takes it anyway: RFC 7748 section 5 */
	key[0] &= 248;
	key[31] = (key[31] & 127) | 64;
	return true;
}

/* What is needed of libcrypto */
struct crypto {
	void *(*new)(int type, void *engine, const unsigned char *key, size_t len);
	int (*public)(const void *pkey, unsigned char *key, size_t *len);
	void (*free)(void *pkey);
};

static bool load(struct crypto *crypto, struct err *err)
{
	void *lib = dlopen("libcrypto.so.3", RTLD_NOW | RTLD_LOCAL);

	if (!lib)
		lib = dlopen("libcrypto.so.1.1", RTLD_NOW | RTLD_LOCAL);
	if (!lib)
		return err_set(err, "this needs libcrypto of OpenSSL: %s", dlerror());
	*(void **)&crypto->new = dlsym(lib, "EVP_PKEY_new_raw_private_key");
	*(void **)&crypto->public = dlsym(lib, "EVP_PKEY_get_raw_public_key");
	*(void **)&crypto->free = dlsym(lib, "EVP_PKEY_free");
	if (crypto->new && crypto->public && crypto->free)
		return true;
	return err_set(err, "this libcrypto knows no X25519");
}

/*
 * Not linked: every other command would wait for the library, and needs none
 */
bool key_public(const uint8_t key[KEY_LEN], uint8_t public[KEY_LEN],
		struct err *err)
{
	size_t len = KEY_LEN;
	struct crypto crypto = { 0 };
	void *pkey;
	bool ok;

	if (!load(&crypto, err))
		return false;
	pkey = crypto.new(EVP_PKEY_X25519, NULL, key, KEY_LEN);
	ok = pkey && crypto.public(pkey, public, &len) == 1 && len == KEY_LEN;
	crypto.free(pkey);
	return ok || err_set(err, "libcrypto cannot compute the public key");
}
