// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keys of pairs of hosts, and RFC 9145 MAC#1. The key agreement runs where keys
 * are configured, never for a packet: what a packet costs is one HMAC.
 */
#include <crypto/algapi.h>
#include <crypto/curve25519.h>
#include <crypto/hash.h>
#include <crypto/sha2.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "mac.h"

/* Offsets in the value of MAC#1: key id, timestamp, an empty nonce, MAC */
#define KEY_ID_LEN_AT	0
#define KEY_ID_AT	1
#define STAMP_AT	3
#define NONCE_LEN_AT	11
#define MAC_AT		12
#define VALUE_LEN	(MAC_AT + SVP_MAC_LEN)
#define TLV_HEAD	4

#define LABEL		"svcplane pair v1"
#define PAIR_LEN	(16 + 4 + 2 * sizeof(__be16) + 2 * SVP_KEY_LEN)

static_assert(TLV_HEAD + VALUE_LEN == SVP_MAC1_LEN);
static_assert(sizeof(LABEL) - 1 == 16);
static_assert(SVP_KEY_LEN == CURVE25519_KEY_SIZE);
static_assert(SVP_KEY_LEN == SHA256_DIGEST_SIZE);

/**
 * svp_mac_public - public key of a private one
 * @public: result
 * @private: any 32 bytes
 *
 * Context: any; takes long.
 * Return: false when @private is no key: all zero.
 */
bool svp_mac_public(u8 public[SVP_KEY_LEN], const u8 private[SVP_KEY_LEN])
{
	u8 secret[SVP_KEY_LEN];
	bool ok;

	memcpy(secret, private, sizeof(secret));
	curve25519_clamp_secret(secret);
	ok = memchr_inv(private, 0, SVP_KEY_LEN) &&
	     curve25519_generate_public(public, secret);
	memzero_explicit(secret, sizeof(secret));
	return ok;
}

/* What is hashed beside the shared secret: who is meant, and in which plane */
static void pair_text(u8 text[PAIR_LEN], const struct svp_pair *pair)
{
	u8 *p = text;
	int i;

	memcpy(p, LABEL, 16);
	put_unaligned_be32(pair->tenant, p + 16);
	put_unaligned_be16(pair->id[0], p + 20);
	put_unaligned_be16(pair->id[1], p + 22);
	for (i = 0; i < 2; i++)
		memcpy(p + 24 + i * SVP_KEY_LEN, pair->public[i], SVP_KEY_LEN);
}

static int shared_secret(u8 secret[SVP_KEY_LEN], const u8 private[SVP_KEY_LEN],
			 const u8 peer[SVP_KEY_LEN])
{
	u8 own[SVP_KEY_LEN];
	bool ok;

	memcpy(own, private, sizeof(own));
	curve25519_clamp_secret(own);
	ok = curve25519(secret, own, peer);
	memzero_explicit(own, sizeof(own));
	return ok ? 0 : -EKEYREJECTED;
}

/**
 * svp_mac_pair - make the key of a pair of hosts
 * @key: result; an old one is not freed
 * @private: private key of this host
 * @peer: public key of the other
 * @pair: who the two are
 *
 * Context: process.
 * Return: 0, -EKEYREJECTED when X25519 gives nothing but zeros, or -errno.
 */
int svp_mac_pair(struct svp_mac_key *key, const u8 private[SVP_KEY_LEN],
		 const u8 peer[SVP_KEY_LEN], const struct svp_pair *pair)
{
	u8 secret[SVP_KEY_LEN], derived[SVP_KEY_LEN], text[PAIR_LEN];
	struct svp_mac_key by = {};
	int err;

	key->hmac = NULL;
	err = shared_secret(secret, private, peer);
	if (!err)
		err = svp_mac_key_set(&by, secret);
	if (!err) {
		pair_text(text, pair);
		err = crypto_shash_tfm_digest(by.hmac, text, sizeof(text),
					      derived);
	}
	if (!err)
		err = svp_mac_key_set(key, derived);
	svp_mac_key_clear(&by);
	memzero_explicit(secret, sizeof(secret));
	memzero_explicit(derived, sizeof(derived));
	return err;
}

/**
 * svp_mac_key_set - make a key of 32 bytes ready for use
 * @key: result; an old one is not freed
 * @secret: the bytes
 *
 * Context: process.
 * Return: 0 or -errno.
 */
int svp_mac_key_set(struct svp_mac_key *key, const u8 secret[SVP_KEY_LEN])
{
	struct crypto_shash *hmac = crypto_alloc_shash("hmac(sha256)", 0, 0);
	int err;

	key->hmac = NULL;
	if (IS_ERR(hmac))
		return PTR_ERR(hmac);
	err = crypto_shash_setkey(hmac, secret, SVP_KEY_LEN);
	if (err)
		crypto_free_shash(hmac);
	else
		key->hmac = hmac;
	return err;
}

/**
 * svp_mac_key_clear - wipe a key
 * @key: the key, or none; nobody uses it any more
 *
 * Context: process. The transform wipes its own memory.
 */
void svp_mac_key_clear(struct svp_mac_key *key)
{
	if (key->hmac)
		crypto_free_shash(key->hmac);
	key->hmac = NULL;
}

/**
 * svp_mac1_put - write a MAC#1 context header, its MAC zero
 * @buf: where
 * @room: bytes there are
 * @key_id: key numbers of the lower and of the higher host
 * @timestamp: seconds since 1970 in the high half, fraction in the low one
 *
 * Return: SVP_MAC1_LEN, or 0 when it does not fit.
 */
unsigned int svp_mac1_put(void *buf, unsigned int room, u16 key_id,
			  u64 timestamp)
{
	u8 value[VALUE_LEN] = {};

	value[KEY_ID_LEN_AT] = SVCPLANE_MAC1_KEY_ID_LEN;
	put_unaligned_be16(key_id, value + KEY_ID_AT);
	put_unaligned_be64(timestamp, value + STAMP_AT);
	return svp_nsh_tlv_put(buf, room, SVCPLANE_MD_CLASS_IETF,
			       SVCPLANE_MD_TYPE_MAC1, value, sizeof(value));
}

static bool is_mac1(const struct svp_nsh_tlv *tlv)
{
	return tlv->md_class == SVCPLANE_MD_CLASS_IETF &&
	       tlv->type == SVCPLANE_MD_TYPE_MAC1;
}

static bool read_value(const u8 *value, struct svp_mac1 *mac1)
{
	if (value[KEY_ID_LEN_AT] != SVCPLANE_MAC1_KEY_ID_LEN ||
	    value[NONCE_LEN_AT])
		return false;
	mac1->key_id = get_unaligned_be16(value + KEY_ID_AT);
	mac1->timestamp = get_unaligned_be64(value + STAMP_AT);
	mac1->mac = value + MAC_AT;
	return true;
}

/**
 * svp_mac1_get - find and read the MAC#1 of a header
 * @nsh: header that svp_nsh_parse() passed
 * @mac1: result
 *
 * Return: false unless there is exactly one, the last context header, of our
 * only shape: key id of 2 bytes, no nonce, MAC of 16 bytes.
 */
bool svp_mac1_get(const struct svp_nsh *nsh, struct svp_mac1 *mac1)
{
	struct svp_nsh_iter iter;
	struct svp_nsh_tlv tlv;

	svp_nsh_iter_init(&iter, nsh);
	while (svp_nsh_iter_next(&iter, &tlv)) {
		if (!is_mac1(&tlv))
			continue;
		return !iter.left && tlv.len == VALUE_LEN &&
		       read_value(tlv.val, mac1);
	}
	return false;
}

/* RFC 9145 5.1: all behind the base header, with the MAC itself as zeros */
static int digest(const struct svp_mac_key *key, const u8 *nsh,
		  unsigned int nsh_len, const void *payload,
		  unsigned int payload_len, u8 mac[SHA256_DIGEST_SIZE])
{
	static const u8 zeros[SVP_MAC_LEN];
	SHASH_DESC_ON_STACK(desc, key->hmac);
	int err;

	desc->tfm = key->hmac;
	err = crypto_shash_init(desc) ?:
	      crypto_shash_update(desc, nsh + 4, nsh_len - 4 - SVP_MAC_LEN) ?:
	      crypto_shash_update(desc, zeros, sizeof(zeros)) ?:
	      crypto_shash_finup(desc, payload, payload_len, mac);
	shash_desc_zero(desc);
	return err;
}

/**
 * svp_mac_sign - fill in the MAC of a header
 * @key: key of the pair
 * @nsh: the header, its last context header made by svp_mac1_put()
 * @nsh_len: its length in bytes
 * @payload: what follows the header
 * @payload_len: its length, 0 for metadata-only packets
 *
 * Context: any with BH off or process.
 * Return: 0 or -errno.
 */
int svp_mac_sign(const struct svp_mac_key *key, void *nsh, unsigned int nsh_len,
		 const void *payload, unsigned int payload_len)
{
	u8 mac[SHA256_DIGEST_SIZE];
	int err;

	err = digest(key, nsh, nsh_len, payload, payload_len, mac);
	if (!err)
		memcpy((u8 *)nsh + nsh_len - SVP_MAC_LEN, mac, SVP_MAC_LEN);
	return err;
}

/**
 * svp_mac_verify - whether a header and what follows it are authentic
 * @key: key of the pair
 * @nsh: header with a MAC#1 that svp_mac1_get() has found
 * @nsh_len: its length in bytes
 * @payload: what follows the header
 * @payload_len: its length
 *
 * Context: any with BH off or process. Compares in constant time.
 * Return: true if the MAC is right.
 */
bool svp_mac_verify(const struct svp_mac_key *key, const void *nsh,
		    unsigned int nsh_len, const void *payload,
		    unsigned int payload_len)
{
	u8 mac[SHA256_DIGEST_SIZE];

	if (digest(key, nsh, nsh_len, payload, payload_len, mac))
		return false;
	return !crypto_memneq(mac, (const u8 *)nsh + nsh_len - SVP_MAC_LEN,
			      SVP_MAC_LEN);
}

/* No symbol of these is needed, so nothing else brings them in */
MODULE_SOFTDEP("pre: hmac sha256");
