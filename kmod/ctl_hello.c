// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hellos: the two ask one another for a sign of life that nobody can have
 * recorded. wire.md section 12.
 */
#include <linux/math64.h>
#include <linux/random.h>

#include "ctl_priv.h"
#include "plane.h"

static u64 new_nonce(void)
{
	u64 nonce;

	do {
		nonce = get_random_u64();
	} while (!nonce);
	return nonce;
}

/**
 * svp_ctl_say_hello - send a hello, in each key that there is with a peer
 * @host: the peer
 *
 * Which of them it knows will be seen by its answer.
 *
 * Context: RCU, process.
 */
void svp_ctl_say_hello(struct svp_host *host)
{
	struct svp_host_pairs *pairs = rcu_dereference(host->pairs);
	struct svp_ctl_msg msg;
	unsigned int i;

	spin_lock_bh(&host->lock);
	svp_session_hello(&host->session, new_nonce(), &msg);
	host->hello_asked = false;
	host->hello_due = jiffies + SVP_HOST_SECOND;
	spin_unlock_bh(&host->lock);
	for (i = 0; pairs && i < pairs->n; i++)
		svp_ctl_send_once(host, &msg, &pairs->pair[i]);
}

static void answer(struct svp_host *host, u64 nonce, struct svp_host_pair *pair)
{
	struct svp_session *s = &host->session;
	unsigned long now = jiffies;
	struct svp_ctl_msg msg;

	spin_lock_bh(&host->lock);
	if (!s->reply_nonce ||
	    time_after_eq(now, host->reply_made + SVP_HOST_SECOND)) {
		s->reply_nonce = new_nonce();
		host->reply_made = now;
	}
	svp_session_answer(s, nonce, &msg);
	spin_unlock_bh(&host->lock);
	svp_ctl_send_once(host, &msg, pair);
}

/**
 * svp_ctl_answer_knock - answer the hello that was chosen of those over the limit
 * @host: the peer
 *
 * Context: RCU, process.
 */
void svp_ctl_answer_knock(struct svp_host *host)
{
	struct svp_host_pair *pair;
	u64 nonce;
	u16 key_id;

	spin_lock_bh(&host->lock);
	nonce = host->knocks ? host->knock : 0;
	key_id = host->knock_key_id;
	host->knocks = 0;
	spin_unlock_bh(&host->lock);
	pair = svp_host_pair(host, key_id);
	if (nonce && pair)
		answer(host, nonce, pair);
}

/* One of those that wait, each as likely as the others, however many there are */
static void wait(struct svp_ctl_rx *rx)
{
	struct svp_host *host = rx->host;

	svp_host_count(host, SVP_HOST_OVER_HELLOS);
	spin_lock_bh(&host->lock);
	if (host->knocks < U32_MAX)
		host->knocks++;
	if (!reciprocal_scale(get_random_u32(), host->knocks)) {
		host->knock = rx->msg.hello.nonce;
		host->knock_key_id = rx->mac1.key_id;
	}
	svp_host_wake(host, jiffies + SVP_HOST_SECOND / SVP_HOST_HELLOS_RATE);
	spin_unlock_bh(&host->lock);
}

static enum svp_drop_reason take_hello(struct svp_ctl_rx *rx)
{
	atomic64_inc(&rx->host->in[rx->msg.type]);
	if (svp_bucket_take(&rx->host->hellos, 1))
		answer(rx->host, rx->msg.hello.nonce, rx->pair);
	else
		wait(rx);
	return SVP_DROP_CTL_CONSUMED;
}

static void done(struct svp_ctl_rx *rx)
{
	struct svp_ctl_msg msg;

	spin_lock_bh(&rx->host->lock);
	svp_session_done(&rx->host->session, rx->msg.hello.nonce, &msg);
	spin_unlock_bh(&rx->host->lock);
	svp_ctl_send_once(rx->host, &msg, rx->pair);
}

/* The peer has named a nonce of ours: it is there, and now */
static enum svp_drop_reason take_proof(struct svp_ctl_rx *rx)
{
	struct svp_host *host = rx->host;
	enum svp_session_turn turn;

	spin_lock_bh(&host->lock);
	turn = rx->msg.type == SVCPLANE_CTL_HELLO_ANSWER ?
		svp_session_answered(&host->session, &rx->msg.hello) :
		svp_session_finished(&host->session, &rx->msg.hello);
	spin_unlock_bh(&host->lock);
	if (turn == SVP_SESSION_REFUSED)
		return SVP_DROP_CTL_EPOCH;
	svp_host_session_up(host, turn == SVP_SESSION_BEGUN);
	svp_ctl_heard(rx);
	if (rx->msg.type == SVCPLANE_CTL_HELLO_ANSWER)
		done(rx);
	return SVP_DROP_CTL_CONSUMED;
}

/* Before the MAC: what can be seen to be of no use costs none */
static enum svp_drop_reason look(const struct svp_ctl_rx *rx)
{
	const struct svp_hello *hello = &rx->msg.hello;
	struct svp_session *s = &rx->host->session;
	enum svp_drop_reason why = 0;

	if (!hello->epoch || hello->epoch != rx->msg.epoch ||
	    (rx->msg.has & SVP_WIRE_HAS(VERSION) && !hello->version))
		return SVP_DROP_CTL_MALFORMED;
	spin_lock_bh(&rx->host->lock);
	if (svp_session_is_over(s, hello->epoch))
		why = SVP_DROP_CTL_EPOCH;
	else if (rx->msg.type == SVCPLANE_CTL_HELLO_ANSWER &&
		 (!s->nonce || hello->peer_nonce != s->nonce))
		why = SVP_DROP_CTL_REPLAY;
	else if (rx->msg.type == SVCPLANE_CTL_HELLO_DONE &&
		 (!s->reply_nonce || hello->peer_nonce != s->reply_nonce ||
		  time_after(jiffies, rx->host->reply_made + SVP_HOST_SILENCE)))
		why = SVP_DROP_CTL_REPLAY;
	spin_unlock_bh(&rx->host->lock);
	if (why == SVP_DROP_CTL_EPOCH)
		svp_host_count(rx->host, SVP_HOST_REPLAYED);
	return why;
}

/**
 * svp_ctl_hello - take a hello, hello-answer or hello-done
 * @rx: the message, well-formed
 *
 * Return: why the packet is freed.
 */
enum svp_drop_reason svp_ctl_hello(struct svp_ctl_rx *rx)
{
	enum svp_drop_reason why = look(rx);

	if (why)
		return why;
	if (!svp_bucket_take(&rx->host->knock_macs, 1)) {
		svp_host_count(rx->host, SVP_HOST_OVER_HELLOS);
		return SVP_DROP_CTL_BUDGET;
	}
	if (!svp_ctl_authentic(rx))
		return SVP_DROP_CTL_MAC;
	return rx->msg.type == SVCPLANE_CTL_HELLO ? take_hello(rx) :
						    take_proof(rx);
}
