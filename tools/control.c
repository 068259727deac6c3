// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages to other hosts that mean something to who listens there alone.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <linux/svcplane.h>

#include "commands.h"
#include "io.h"
#include "put.h"

#define MESSAGE_MAX	100	/* bytes; as the specification tells */

static const struct field fields[] = {
	{ F_STR, SVCPLANE_A_MESSAGE_PLANE, "", "plane" },
	{ F_UINT, SVCPLANE_A_MESSAGE_SENT, "sent", "sent" },
	{ F_UINT, SVCPLANE_A_MESSAGE_NOT_SENT, "not-sent", "not_sent" },
	{ 0 }
};

static const struct object object_message = {
	.name = "control",
	.fields = fields,
};

static int put_to(struct session *s, struct nl_msg *msg,
		  const struct value *value)
{
	if (!strcmp(value->items[0].text, "all"))
		return nla_put_flag(msg, SVCPLANE_A_MESSAGE_ALL);
	return put_host(s, msg, value);
}

static int too_long(const struct value *value)
{
	return complain(RC_USAGE, "%s: more than %d bytes do not fit into a message",
			value->key->name, MESSAGE_MAX);
}

static int put_text(struct session *s, struct nl_msg *msg,
		    const struct value *value)
{
	const char *text = value->items[0].text;

	(void)s;
	return nla_put(msg, value->key->attr, strlen(text), text);
}

static int put_hex(struct session *s, struct nl_msg *msg,
		   const struct value *value)
{
	const char *text = value->items[0].text;
	uint8_t bytes[MESSAGE_MAX];
	size_t n = strlen(text) / 2;
	struct err err;

	(void)s;
	if (n > MESSAGE_MAX)
		return too_long(value);
	if (strlen(text) % 2)
		return complain(RC_USAGE, "%s: \"%s\" is half a byte too long",
				value->key->name, text);
	if (!scan_bytes(text, bytes, n, &err))
		return complain(RC_USAGE, "%s: %s", value->key->name, err.text);
	return nla_put(msg, value->key->attr, n, bytes);
}

static int put_file(struct session *s, struct nl_msg *msg,
		    const struct value *value)
{
	const char *path = value->items[0].text;
	bool std = !strcmp(path, "-");
	int fd = std ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	uint8_t bytes[MESSAGE_MAX + 1];
	ssize_t n = fd < 0 ? -1 : read_all(fd, bytes, sizeof(bytes));
	int err = errno;

	(void)s;
	if (fd >= 0 && !std)
		close(fd);
	if (n < 0)
		return complain(RC_USAGE, "cannot read %s: %s", path,
				strerror(err));
	if (!n)
		return complain(RC_USAGE, "%s is empty", path);
	return n > MESSAGE_MAX ? too_long(value) :
				 nla_put(msg, value->key->attr, n, bytes);
}

#define KEY_DATA(word, kind_, put_, name_, text)			\
	{ .name = word, .kind = kind_, .flags = KEY_NEED, .excl = 1,	\
	  .attr = SVCPLANE_A_MESSAGE_DATA, .put = put_,			\
	  .max = 2 * MESSAGE_MAX, .meta = name_, .help = text }

static const struct key keys_send[] = {
	KEY_PLANE_OF(SVCPLANE_A_MESSAGE_PLANE, KEY_NEED),
	{ .name = "host", .kind = K_NAME, .flags = KEY_POS | KEY_NEED,
	  .attr = SVCPLANE_A_MESSAGE_HOST, .min = SVCPLANE_A_MESSAGE_HOST_NAME,
	  .max = NAME_MAX_LEN, .put = put_to, .meta = "HOST",
	  .help = "name or id of the host; all: each that is listed",
	  .known = &object_host, .known_attr = SVCPLANE_A_HOST_NAME },
	{ .name = "text", .kind = K_STR, .flags = KEY_NEED, .excl = 1,
	  .attr = SVCPLANE_A_MESSAGE_DATA, .put = put_text,
	  .max = MESSAGE_MAX, .meta = "TEXT", .help = "what it says" },
	KEY_DATA("hex", K_STR, put_hex, "HEX", "or its bytes, up to 100, as hex digits"),
	KEY_DATA("file", K_FILE, put_file, "FILE",
		 "or the file that holds them; - is standard input"),
	{ 0 }
};

const struct command commands_control[] = {
	{ .name = "send", .help = "sends a message to who listens at other hosts",
	  .keys = keys_send, .run = object_change,
	  .cmd = SVCPLANE_CMD_CONTROL_SEND, .reply = &object_message,
	  .more = "It is repeated until each host has acknowledged it. There "
		  "svcplane monitor control tells it once." },
	{ 0 }
};
