/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * X25519 keys: as text, from files, and the public one of a private one.
 */
#ifndef SVC_KEY_H
#define SVC_KEY_H

#include <stdbool.h>
#include <stdint.h>

#include "err.h"

#define KEY_LEN		32
#define KEY_TEXT	45	/* base64 with its NUL */

/* False with a text in @err, which does not quote what may be a private key */
bool key_scan(const char *word, uint8_t key[KEY_LEN], struct err *err);
/* @text: KEY_TEXT bytes */
void key_text(const uint8_t key[KEY_LEN], char *text);

/*
 * The key that a file holds, or standard input if @path is "-". Warns when others
 * can read the file.
 */
bool key_read(const char *path, uint8_t key[KEY_LEN], struct err *err);

/* A new private key. False with a text in @err */
bool key_generate(uint8_t key[KEY_LEN], struct err *err);
/* Needs libcrypto, which is looked for when this is called */
bool key_public(const uint8_t key[KEY_LEN], uint8_t public[KEY_LEN],
		struct err *err);

#endif
