/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Typed values become netlink attributes.
 */
#ifndef SVC_PUT_H
#define SVC_PUT_H

#include "session.h"

/*
 * The request of a command with all that was typed in @msg; @flags are added to
 * those of the command. Returns an exit code, complaining unless it is RC_OK.
 */
int put_request(struct session *s, const struct args *args, uint16_t flags,
		struct nl_msg **msg);

/*
 * Ends a nest. Not 0 if it is too long for its length field: a message without
 * it would say something else, so that it must not be sent.
 */
int put_nest_end(struct nl_msg *msg, struct nlattr *nest);

/* For struct key.put */
/* A nest of address and length */
int put_prefix_nest(struct session *s, struct nl_msg *msg,
		    const struct value *value);
/* The address under .attr, its length under the attribute behind it */
int put_prefix_flat(struct session *s, struct nl_msg *msg,
		    const struct value *value);
/* first << 16 | last */
int put_range(struct session *s, struct nl_msg *msg, const struct value *value);
/* The first under .attr, the last (or the mask) under the attribute behind it */
int put_pair(struct session *s, struct nl_msg *msg, const struct value *value);
/* A host: a number is its id, under .attr; else its name, under .min */
int put_host(struct session *s, struct nl_msg *msg, const struct value *value);
/* keys.c: nests of key and number, from what was typed and from files */
int put_public_keys(struct session *s, struct nl_msg *msg,
		    const struct value *value);
int put_private_keys(struct session *s, struct nl_msg *msg,
		     const struct value *value);
/* What stands behind each key as its number is put with the key */
int put_key_number(struct session *s, struct nl_msg *msg,
		   const struct value *value);

#endif
