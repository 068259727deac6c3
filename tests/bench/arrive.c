// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sends frames at a steady pace and tells how late each comes out at the other end: the
 * guest of tests/bench/scale.
 *
 * A frame comes in at a device as one of a network card does: a hard interrupt, here of a
 * timer, queues it there, and a softirq takes it on. So who holds up softirqs holds it up,
 * and the time that it carries is the one at which the interrupt was due.
 *
 * One line written to /dev/svcplane_arrive,
 *
 *	IN MICROSECONDS COUNT OUT HEX
 *
 * lets COUNT frames of the bytes HEX come in at device IN of the writer's network
 * namespace, one each so many microseconds, and looks for them at device OUT there, from
 * where they leave. The last eight bytes of HEX become the time. Writing takes as long as
 * that, or until a signal. Reading gives, on one line,
 *
 *	SENT ARRIVED SKIPPED P50 P99 P999 MAX AT
 *
 * SKIPPED: intervals in which no interrupt came, so that a frame stands for several; the
 * others: nanoseconds from when a frame was due until it left, by buckets an eighth apart;
 * MAX exactly, and AT the microseconds from the beginning at which it was.
 */
#include <linux/etherdevice.h>
#include <linux/hrtimer.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/nsproxy.h>
#include <linux/sched/signal.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/unaligned.h>
#include <net/net_namespace.h>

#define FRAME_MAX	256
#define LINE_MAX	(2 * FRAME_MAX + 128)
#define STAMP		((unsigned int)sizeof(u64))
#define STEPS		8	/* buckets from a power of two to the next */
#define BUCKETS		(64 * STEPS)

struct run {
	char in[IFNAMSIZ], out[IFNAMSIZ];
	unsigned int us;
	unsigned int count;
	unsigned int len;
	u8 frame[FRAME_MAX];
	struct net_device *from;
	struct packet_type seen;
	struct hrtimer timer;
	ktime_t begun;
	/* what came of it */
	unsigned int sent;
	unsigned int arrived;
	unsigned int skipped;
	u64 max;
	u64 max_at;
	unsigned int bucket[BUCKETS];
	loff_t told;	/* of this text */
};

/* One run at a time, or they would be in one another's way */
static DEFINE_MUTEX(running);

static unsigned int bucket_of(u64 ns)
{
	unsigned int log;

	if (ns < STEPS)
		return ns;
	log = ilog2(ns);
	return log * STEPS + ((ns >> (log - ilog2(STEPS))) & (STEPS - 1));
}

/* The largest value of a bucket */
static u64 bucket_end(unsigned int bucket)
{
	unsigned int log = bucket / STEPS;

	if (log < ilog2(STEPS))
		return bucket;
	return ((u64)(STEPS + bucket % STEPS + 1) << (log - ilog2(STEPS))) - 1;
}

static void note(struct run *run, u64 due)
{
	u64 now = ktime_get_ns(), late = now - due;

	run->arrived++;
	run->bucket[bucket_of(late)]++;
	if (late <= run->max)
		return;
	run->max = late;
	run->max_at = ktime_to_us(due - run->begun);
}

/* What leaves at a device is shown to this, as to a packet socket of that device */
static int leaves(struct sk_buff *skb, struct net_device *dev, struct packet_type *seen,
		  struct net_device *orig)
{
	struct run *run = container_of(seen, struct run, seen);
	u64 due;

	if (skb->pkt_type == PACKET_OUTGOING && skb->len == run->len &&
	    !skb_copy_bits(skb, run->len - STAMP, &due, STAMP))
		note(run, due);
	consume_skb(skb);
	return 0;
}

static void send_one(struct run *run, u64 due)
{
	struct sk_buff *skb = netdev_alloc_skb_ip_align(run->from, run->len);

	if (!skb)
		return;
	skb_put_data(skb, run->frame, run->len - STAMP);
	skb_put_data(skb, &due, STAMP);
	skb->protocol = eth_type_trans(skb, run->from);
	run->sent++;
	netif_rx(skb);
}

static enum hrtimer_restart tick(struct hrtimer *timer)
{
	struct run *run = container_of(timer, struct run, timer);
	u64 due = ktime_to_ns(hrtimer_get_expires(timer));
	u64 passed;

	send_one(run, due);
	passed = hrtimer_forward_now(timer, ns_to_ktime((u64)run->us * NSEC_PER_USEC));
	run->skipped += passed - 1;
	return run->sent < run->count ? HRTIMER_RESTART : HRTIMER_NORESTART;
}

static void go(struct run *run)
{
	hrtimer_init(&run->timer, CLOCK_MONOTONIC, HRTIMER_MODE_ABS_HARD);
	run->timer.function = tick;
	run->begun = ktime_add_us(ktime_get(), run->us);
	hrtimer_start(&run->timer, run->begun, HRTIMER_MODE_ABS_HARD);
	while (hrtimer_active(&run->timer) && !fatal_signal_pending(current))
		schedule_timeout_interruptible(1);
	hrtimer_cancel(&run->timer);
	/* for those that are on their way */
	schedule_timeout_uninterruptible(HZ / 10 + 1);
}

static int run_between(struct run *run, struct net_device *out)
{
	run->seen.type = htons(ETH_P_ALL);
	run->seen.dev = out;
	run->seen.func = leaves;
	dev_add_pack(&run->seen);
	go(run);
	dev_remove_pack(&run->seen);
	return 0;
}

static int run_all(struct run *run)
{
	struct net *net = current->nsproxy->net_ns;
	struct net_device *out = dev_get_by_name(net, run->out);
	int err = -ENODEV;

	run->from = dev_get_by_name(net, run->in);
	if (run->from && out)
		err = run_between(run, out);
	dev_put(run->from);
	dev_put(out);
	return err;
}

static int read_line(struct run *run, const char *line)
{
	int at = 0;

	if (sscanf(line, "%15s %u %u %15s %n", run->in, &run->us, &run->count, run->out,
		   &at) != 4 || !at || !run->us || !run->count)
		return -EINVAL;
	run->len = strcspn(line + at, "\n") / 2;
	if (run->len > FRAME_MAX || run->len < ETH_HLEN + STAMP ||
	    hex2bin(run->frame, line + at, run->len))
		return -EINVAL;
	return 0;
}

static ssize_t pace_write(struct file *file, const char __user *from, size_t len,
			  loff_t *pos)
{
	struct run *run = file->private_data;
	char *line;
	int err;

	if (len >= LINE_MAX)
		return -EINVAL;
	line = memdup_user_nul(from, len);
	if (IS_ERR(line))
		return PTR_ERR(line);
	err = mutex_lock_interruptible(&running);
	if (err)
		goto free;
	memset(run, 0, sizeof(*run));
	err = read_line(run, line);
	if (!err)
		err = run_all(run);
	mutex_unlock(&running);
free:
	kfree(line);
	return err ?: len;
}

/* The value that so many of a thousand frames do not exceed */
static u64 quantile(const struct run *run, unsigned int thousandths)
{
	u64 wanted = DIV_ROUND_UP_ULL((u64)run->arrived * thousandths, 1000), n = 0;
	unsigned int i;

	for (i = 0; i < BUCKETS; i++) {
		n += run->bucket[i];
		if (n >= wanted)
			return min(bucket_end(i), run->max);
	}
	return run->max;
}

static ssize_t pace_read(struct file *file, char __user *to, size_t len, loff_t *pos)
{
	struct run *run = file->private_data;
	char text[160];
	int n;

	n = scnprintf(text, sizeof(text), "%u %u %u %llu %llu %llu %llu %llu\n", run->sent,
		      run->arrived, run->skipped, quantile(run, 500), quantile(run, 990),
		      quantile(run, 999), run->max, run->max_at);
	return simple_read_from_buffer(to, len, &run->told, text, n);
}

static int pace_open(struct inode *inode, struct file *file)
{
	struct run *run = kzalloc(sizeof(*run), GFP_KERNEL);

	file->private_data = run;
	return run ? stream_open(inode, file) : -ENOMEM;
}

static int pace_release(struct inode *inode, struct file *file)
{
	kfree(file->private_data);
	return 0;
}

static const struct file_operations pace_fops = {
	.owner = THIS_MODULE,
	.open = pace_open,
	.release = pace_release,
	.write = pace_write,
	.read = pace_read,
};

static struct miscdevice pace_dev = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "svcplane_arrive",
	.fops = &pace_fops,
	.mode = 0600,
};

module_misc_device(pace_dev);
MODULE_DESCRIPTION("Sends frames at a steady pace for tests/bench");
MODULE_LICENSE("GPL");
