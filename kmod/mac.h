/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keys of pairs of hosts, and RFC 9145 MAC#1 with HMAC-SHA-256-128. wire.md
 * section 10. No skb, no sessions in here.
 */
#ifndef SVP_MAC_H
#define SVP_MAC_H

#include <linux/svcplane_wire.h>
#include <linux/types.h>

#include "nsh.h"

struct crypto_shash;

#define SVP_KEY_LEN		32	/* X25519 keys, pair keys */
#define SVP_MAC_LEN		16
#define SVP_MAC1_LEN		32	/* of the whole context header */

/**
 * struct svp_mac_key - a pair key, ready for use
 * @hmac: keyed transform, NULL = none
 */
struct svp_mac_key {
	struct crypto_shash *hmac;
};

/**
 * struct svp_mac1 - a MAC#1 context header, read
 * @key_id: key numbers of the lower and of the higher host, 8 bits each
 * @timestamp: seconds since 1970 in the high half, fraction in the low one
 * @mac: of SVP_MAC_LEN bytes, in the buffer that was parsed
 */
struct svp_mac1 {
	u16 key_id;
	u64 timestamp;
	const u8 *mac;
};

/**
 * struct svp_pair - what a pair key is made of; lower host id first
 * @tenant: tenant id
 * @id: host ids
 * @public: their public keys
 */
struct svp_pair {
	u32 tenant;
	u16 id[2];
	const u8 *public[2];
};

bool svp_mac_public(u8 public[SVP_KEY_LEN], const u8 private[SVP_KEY_LEN]);
int svp_mac_pair(struct svp_mac_key *key, const u8 private[SVP_KEY_LEN],
		 const u8 peer[SVP_KEY_LEN], const struct svp_pair *pair);
int svp_mac_key_set(struct svp_mac_key *key, const u8 secret[SVP_KEY_LEN]);
void svp_mac_key_clear(struct svp_mac_key *key);

unsigned int svp_mac1_put(void *buf, unsigned int room, u16 key_id,
			  u64 timestamp);
bool svp_mac1_get(const struct svp_nsh *nsh, struct svp_mac1 *mac1);
int svp_mac_sign(const struct svp_mac_key *key, void *nsh, unsigned int nsh_len,
		 const void *payload, unsigned int payload_len);
bool svp_mac_verify(const struct svp_mac_key *key, const void *nsh,
		    unsigned int nsh_len, const void *payload,
		    unsigned int payload_len);

#endif
