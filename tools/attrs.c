// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <string.h>

#include <netlink/genl/genl.h>

#include "fields.h"

bool attrs_of_msg(struct attrs *attrs, struct nlmsghdr *hdr)
{
	if (!genlmsg_valid_hdr(hdr, 0))
		return false;
	attrs->head = genlmsg_attrdata(nlmsg_data(hdr), 0);
	attrs->len = genlmsg_attrlen(nlmsg_data(hdr), 0);
	return true;
}

struct attrs attrs_of_nest(const struct nlattr *nest)
{
	struct attrs attrs = { 0 };

	if (nest) {
		attrs.head = nla_data(nest);
		attrs.len = nla_len(nest);
	}
	return attrs;
}

struct nlattr *attrs_next(const struct attrs *attrs, const struct nlattr *after,
			  uint16_t type)
{
	struct nlattr *attr = attrs->head;
	int left = attrs->len;

	/* not from the head: lists are long */
	if (after) {
		left -= (char *)after - (char *)attr;
		attr = nla_next(after, &left);
	}
	for (; attr && nla_ok(attr, left); attr = nla_next(attr, &left))
		if (nla_type(attr) == type)
			return attr;
	return NULL;
}

struct nlattr *attrs_find(const struct attrs *attrs, uint16_t type)
{
	return attrs_next(attrs, NULL, type);
}

uint64_t attr_uint(const struct nlattr *attr)
{
	uint64_t u64;
	uint32_t u32;
	uint16_t u16;

	switch (attr ? nla_len(attr) : 0) {
	case 1:
		return *(uint8_t *)nla_data(attr);
	case 2:
		memcpy(&u16, nla_data(attr), sizeof(u16));
		return u16;
	case 4:
		memcpy(&u32, nla_data(attr), sizeof(u32));
		return u32;
	case 8:
		memcpy(&u64, nla_data(attr), sizeof(u64));
		return u64;
	default:
		return 0;
	}
}

const char *attr_text(const struct nlattr *attr, char *buf, size_t size)
{
	size_t len = attr ? nla_len(attr) : 0;

	if (len >= size)
		len = size - 1;
	if (len)
		memcpy(buf, nla_data(attr), len);
	buf[len] = '\0';
	return buf;
}

void hex_text(const void *data, int len, char *buf, size_t size)
{
	const uint8_t *p = data;
	size_t used = 0;

	buf[0] = '\0';
	for (int i = 0; i < len && used + 3 < size; i++)
		used += snprintf(buf + used, size - used, "%02x", p[i]);
}

void addr_text(const void *addr, int len, char *buf, size_t size)
{
	const uint8_t *a = addr;

	buf[0] = '\0';
	if (len == 4) {
		inet_ntop(AF_INET, addr, buf, size);
	} else if (len == 16) {
		inet_ntop(AF_INET6, addr, buf, size);
	} else if (len != 6) {
		hex_text(addr, len, buf, size);
	} else {
		snprintf(buf, size, "%02x:%02x:%02x:%02x:%02x:%02x", a[0], a[1],
			 a[2], a[3], a[4], a[5]);
	}
}
