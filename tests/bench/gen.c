// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sends frames out of a device as fast as they can be made: the guest of tests/bench.
 * pktgen keeps a reference to what it sends, so that whoever wants to write to a frame
 * has to copy it first, which no frame of a guest asks for.
 *
 * One line written to /dev/svcplane_gen,
 *
 *	DEV COUNT OFFSET:N OFFSET:N HEX
 *
 * sends COUNT frames of the bytes HEX out of DEV of the writer's network namespace. The
 * 16 bits at each OFFSET count through N values, 1 for one that stays. What is read then
 * is "SENT REFUSED NANOSECONDS BEGUN", the last by CLOCK_MONOTONIC. Two other lines, of pace.c:
 *
 *	take DEV
 *	pace INTERVAL DEV COUNT OFFSET:N OFFSET:N HEX
 *
 * The first has frames of the second noted as they come in at DEV, and ends them there.
 * The second sends one each INTERVAL nanoseconds; what is read then is binary, struct
 * gen_times and a struct gen_time for each frame.
 */
#include <linux/etherdevice.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/nsproxy.h>
#include <linux/sched/signal.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/unaligned.h>
#include <net/net_namespace.h>

#include "gen.h"

#define LINE_MAX	(2 * GEN_FRAME_MAX + 160)
#define BURST		64	/* frames between two looks at what else is to run */

/* An open file */
struct gen {
	struct gen_job job;
	struct gen_pace pace;
};

static void step(struct gen_job *job, struct gen_vary *vary)
{
	if (vary->n == 1)
		return;
	if (++vary->at == vary->n)
		vary->at = 0;
	put_unaligned_be16(vary->first + vary->at, job->frame + vary->offset);
}

static void send_one(struct gen_job *job, struct net_device *dev)
{
	struct sk_buff *skb = netdev_alloc_skb(dev, job->len);

	if (!skb) {
		job->refused++;
		return;
	}
	skb_put_data(skb, job->frame, job->len);
	skb_reset_mac_header(skb);
	skb_set_network_header(skb, ETH_HLEN);
	skb->protocol = eth_hdr(skb)->h_proto;
	if (dev_direct_xmit(skb, 0) == NET_XMIT_SUCCESS)
		job->sent++;
	else
		job->refused++;
}

void gen_next(struct gen_job *job, struct net_device *dev)
{
	send_one(job, dev);
	step(job, &job->vary[0]);
	step(job, &job->vary[1]);
}

static void send_all(struct gen_job *job, struct net_device *dev)
{
	unsigned int i;

	job->begun = ktime_get_ns();
	for (i = 0; i < job->count; i++) {
		gen_next(job, dev);
		if (i % BURST)
			continue;
		cond_resched();
		if (fatal_signal_pending(current))
			break;
	}
	job->ns = ktime_get_ns() - job->begun;
}

static int check(struct gen_job *job)
{
	int i;

	if (job->len < ETH_HLEN)
		return -EINVAL;
	for (i = 0; i < ARRAY_SIZE(job->vary); i++) {
		struct gen_vary *vary = &job->vary[i];

		if (!vary->n || vary->n > 0xffff || vary->offset > job->len - 2)
			return -EINVAL;
		vary->first = get_unaligned_be16(job->frame + vary->offset);
	}
	return 0;
}

static int read_line(struct gen_job *job, const char *line)
{
	int at = 0;

	if (sscanf(line, "%15s %u %u:%u %u:%u %n", job->dev, &job->count,
		   &job->vary[0].offset, &job->vary[0].n,
		   &job->vary[1].offset, &job->vary[1].n, &at) != 6 || !at)
		return -EINVAL;
	job->len = strcspn(line + at, "\n") / 2;
	if (job->len > GEN_FRAME_MAX || hex2bin(job->frame, line + at, job->len))
		return -EINVAL;
	return check(job);
}

static int run(struct gen_job *job)
{
	struct net_device *dev;

	dev = dev_get_by_name(current->nsproxy->net_ns, job->dev);
	if (!dev)
		return -ENODEV;
	send_all(job, dev);
	dev_put(dev);
	return 0;
}

static int obey(struct gen *gen, const char *line)
{
	u64 interval;
	int at = 0;
	int err;

	if (str_has_prefix(line, "take "))
		return gen_pace_take(&gen->pace, line + 5);
	gen_pace_forget(&gen->pace);
	memset(&gen->job, 0, sizeof(gen->job));
	if (sscanf(line, "pace %llu %n", &interval, &at) != 1)
		at = 0;
	err = read_line(&gen->job, line + at);
	if (err)
		return err;
	return at ? gen_pace_run(&gen->pace, &gen->job, interval) : run(&gen->job);
}

static ssize_t gen_write(struct file *file, const char __user *from, size_t len,
			 loff_t *pos)
{
	char *line;
	int err;

	if (len >= LINE_MAX)
		return -EINVAL;
	line = memdup_user_nul(from, len);
	if (IS_ERR(line))
		return PTR_ERR(line);
	err = obey(file->private_data, strim(line));
	kfree(line);
	return err ?: len;
}

static ssize_t gen_read(struct file *file, char __user *to, size_t len, loff_t *pos)
{
	struct gen *gen = file->private_data;
	struct gen_job *job = &gen->job;
	char text[64];
	int n;

	if (gen->pace.times)
		return simple_read_from_buffer(to, len, &job->told, gen->pace.times,
					       gen->pace.times_len);
	n = scnprintf(text, sizeof(text), "%u %u %llu %llu\n", job->sent, job->refused,
		      job->ns, job->begun);
	return simple_read_from_buffer(to, len, &job->told, text, n);
}

static int gen_open(struct inode *inode, struct file *file)
{
	struct gen *gen = kzalloc(sizeof(*gen), GFP_KERNEL);

	file->private_data = gen;
	return gen ? stream_open(inode, file) : -ENOMEM;
}

static int gen_release(struct inode *inode, struct file *file)
{
	struct gen *gen = file->private_data;

	gen_pace_end(&gen->pace);
	gen_pace_forget(&gen->pace);
	kfree(gen);
	return 0;
}

static const struct file_operations gen_fops = {
	.owner = THIS_MODULE,
	.open = gen_open,
	.release = gen_release,
	.write = gen_write,
	.read = gen_read,
};

static struct miscdevice gen_dev = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "svcplane_gen",
	.fops = &gen_fops,
	.mode = 0600,
};

module_misc_device(gen_dev);
MODULE_DESCRIPTION("Sends frames for tests/bench");
MODULE_LICENSE("GPL");
