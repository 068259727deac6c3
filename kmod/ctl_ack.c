// SPDX-License-Identifier: GPL-2.0-only
/*
 * Acks: what became of a message of ours.
 */
#include <linux/ktime.h>
#include <linux/slab.h>
#include <linux/unaligned.h>

#include "ctl_priv.h"
#include "event.h"
#include "plane.h"

/* Where number and epoch stand in a body */
#define EPOCH_AT	offsetof(struct svcplane_ctl, epoch)
#define SEQ_AT		offsetof(struct svcplane_ctl, seq)

static struct svp_out *find(const struct svp_host *host, u64 seq)
{
	struct svp_out *out;

	list_for_each_entry(out, &host->out_list, list)
		if (out->seq == seq)
			return out;
	return NULL;
}

/* Smoothed as TCP does it, from what was sent once: else nobody knows which */
static void measure(struct svp_host *host, const struct svp_out *out)
{
	u32 us;

	if (out->tries != 1)
		return;
	us = div_u64(ktime_get_ns() - out->made, NSEC_PER_USEC);
	host->rtt_us = host->rtt_us ? host->rtt_us - host->rtt_us / 8 + us / 8 :
				      max(us, 1U);
}

/* From before the peer's session: it gets a number of this one */
static void renumber(struct svp_host *host, struct svp_out *out)
{
	out->seq = ++host->session.sent;
	put_unaligned_be32(host->session.epoch, out->body + EPOCH_AT);
	put_unaligned_be64(out->seq, out->body + SEQ_AT);
	out->due = jiffies;
	list_move_tail(&out->list, &host->out_list);
	svp_host_wake(host, out->due);
}

static void tell(struct svp_ctl_rx *rx, const struct svp_out *out)
{
	if (!out->told)
		return;
	svp_event_raise(rx->plane->net, &(struct svp_event){
		.kind = SVP_EV_CONTROL,
		.what = "acked",
		.plane = rx->plane,
		.body = out->body,
		.body_len = out->len,
		.status = rx->msg.ack.status,
		.host = rx->host->id,
		.host_name = rx->host->name,
		.seq = out->seq,
		.age_ms = div_u64(ktime_get_ns() - out->made, NSEC_PER_MSEC),
	});
}

static enum svp_drop_reason settle(struct svp_ctl_rx *rx)
{
	struct svp_host *host = rx->host;
	bool again = rx->msg.ack.status == SVCPLANE_STATUS_RENUMBER;
	struct svp_out *out;

	spin_lock_bh(&host->lock);
	out = rx->msg.ack.epoch == host->session.epoch ?
		find(host, rx->msg.ack.seq) : NULL;
	if (out && again) {
		renumber(host, out);
	} else if (out) {
		svp_host_unlist(host, out);
		measure(host, out);
	}
	spin_unlock_bh(&host->lock);
	if (!out)
		return SVP_DROP_CTL_REPLAY;
	svp_ctl_heard(rx);
	if (!again) {
		tell(rx, out);
		kfree(out);
	}
	return SVP_DROP_CTL_CONSUMED;
}

/* Could it be one for something that waits? Before the MAC, and cheap */
static enum svp_drop_reason look(const struct svp_ctl_rx *rx)
{
	struct svp_host *host = rx->host;
	enum svp_drop_reason why = 0;
	const struct svp_out *first;

	first = list_first_entry_or_null(&host->out_list, struct svp_out, list);
	if (rx->msg.ack.epoch != host->session.epoch)
		why = SVP_DROP_CTL_EPOCH;
	else if (!first || rx->msg.ack.seq < first->seq ||
		 rx->msg.ack.seq > host->session.sent)
		why = SVP_DROP_CTL_REPLAY;
	return why;
}

/**
 * svp_ctl_acked - take an ack
 * @rx: the message, well-formed
 *
 * Acks have no number: what is not awaited is not taken.
 *
 * Return: why the packet is freed.
 */
enum svp_drop_reason svp_ctl_acked(struct svp_ctl_rx *rx)
{
	struct svp_host *host = rx->host;
	enum svp_drop_reason why;
	bool known, over;

	spin_lock_bh(&host->lock);
	known = host->session.known && host->session.peer_epoch == rx->msg.epoch;
	over = svp_session_is_over(&host->session, rx->msg.epoch);
	why = look(rx);
	spin_unlock_bh(&host->lock);
	if (over)
		return SVP_DROP_CTL_EPOCH;
	if (!known)
		return svp_ctl_stray(rx);
	if (why)
		return why;
	if (!svp_bucket_take(&host->macs, 1)) {
		svp_host_count(host, SVP_HOST_OVER_MACS);
		return SVP_DROP_CTL_BUDGET;
	}
	return svp_ctl_authentic(rx) ? settle(rx) : SVP_DROP_CTL_MAC;
}
