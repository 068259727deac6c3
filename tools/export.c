// SPDX-License-Identifier: GPL-2.0-only
/*
 * The flows of a guest, told to another host, a stretch at a time.
 */
#include <errno.h>
#include <unistd.h>

#include <linux/svcplane.h>

#include "commands.h"
#include "put.h"
#include "refusal.h"

#define EXPORT_TRIES	200	/* without progress */
#define EXPORT_WAIT	50000	/* microseconds between them */

/* Where an export has got to */
struct export {
	uint32_t cursor, flows;
	bool done;
	struct nl_msg *last;
};

/* One stretch of it; a negative errno */
static int export_stretch(struct session *s, const struct args *args,
			  struct export *export)
{
	struct replies replies = { 0 };
	struct attrs attrs;
	struct nl_msg *msg;
	int rc = put_request(s, args, 0, &msg);

	if (rc)
		return rc;
	if (nla_put_u32(msg, SVCPLANE_A_IMPORT_CURSOR, export->cursor)) {
		nlmsg_free(msg);
		return complain(RC_USAGE, "too much for one message");
	}
	rc = session_talk(s, msg, &replies);
	if (!rc && replies.n && attrs_of_msg(&attrs, nlmsg_hdr(replies.msg[0]))) {
		export->cursor = attr_uint(attrs_find(&attrs, SVCPLANE_A_IMPORT_CURSOR));
		export->flows += attr_uint(attrs_find(&attrs, SVCPLANE_A_IMPORT_FLOWS));
		export->done = attrs_find(&attrs, SVCPLANE_A_IMPORT_DONE);
	}
	replies_free(&replies);
	return rc;
}

/* What is on its way is acknowledged first: the kernel says when it is too much */
int flow_export_run(struct session *s, const struct args *args)
{
	struct export export = { 0 };
	int rc, tries = EXPORT_TRIES;

	while (!export.done) {
		rc = export_stretch(s, args, &export);
		if (rc > 0)
			return rc;
		if (!rc) {
			tries = EXPORT_TRIES;
			continue;
		}
		if (rc != -ENOBUFS || !tries--)
			return refusal_tell(s);
		usleep(EXPORT_WAIT);
	}
	out_object(&s->out, NULL);
	out_uint(&s->out, "flows", "sent", export.flows);
	out_record_end(&s->out);
	out_object_end(&s->out);
	return RC_OK;
}

const struct key keys_flow_export[] = {
	KEY_PLANE_OF(SVCPLANE_A_IMPORT_PLANE, KEY_NEED),
	{ .name = "port", .kind = K_DEV, .flags = KEY_NEED,
	  .attr = SVCPLANE_A_IMPORT_PORT, .meta = "TAP",
	  .help = "device of the guest" },
	{ .name = "host", .kind = K_UINT, .flags = KEY_NEED,
	  .attr = SVCPLANE_A_IMPORT_HOST, .min = 1, .max = 4094,
	  .meta = "HOST", .help = "id of the host that the guest moves to" },
	{ .name = "mac", .kind = K_MAC, .attr = SVCPLANE_A_IMPORT_MAC,
	  .meta = "MAC", .help = "address of the guest, if it has several" },
	{ 0 }
};
