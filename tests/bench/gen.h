/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What gen.c and pace.c share: frames to be sent, and what came of them.
 */
#ifndef SVP_GEN_H
#define SVP_GEN_H

#include <linux/completion.h>
#include <linux/hrtimer.h>
#include <linux/if.h>
#include <linux/types.h>

#define GEN_FRAME_MAX	256

struct net_device;

/* 16 bits of the frame that count */
struct gen_vary {
	unsigned int offset;
	unsigned int n;
	unsigned int at;
	u16 first;
};

struct gen_job {
	char dev[IFNAMSIZ];
	unsigned int count;
	struct gen_vary vary[2];
	unsigned int len;
	u8 frame[GEN_FRAME_MAX];
	/* what came of it */
	unsigned int sent;
	unsigned int refused;
	u64 begun;
	u64 ns;
	loff_t told;	/* of this text */
};

/* Sends the next frame */
void gen_next(struct gen_job *job, struct net_device *dev);

struct gen_time {
	u32 late;	/* ns after it was due it was sent */
	u32 took;	/* ns later it came in; GEN_LOST */
};

/* What is read after "pace" */
struct gen_times {
	u64 begun;	/* CLOCK_MONOTONIC; frame n is due n intervals later */
	u64 interval;
	struct gen_time at[];
};

#define GEN_LOST	0xffffffffU

/**
 * struct gen_pace - frames sent at a pace
 * @sink: device at which they come in, a reference; NULL = none
 * @dev: they are sent from
 * @job: the frames
 * @next: number of the next one
 * @times: of all of them; NULL = not measured
 * @times_len: bytes of that
 * @timer: sends
 * @done: the last one has been sent
 */
struct gen_pace {
	struct net_device *sink;
	struct net_device *dev;
	struct gen_job *job;
	unsigned int next;
	struct gen_times *times;
	size_t times_len;
	struct hrtimer timer;
	struct completion done;
};

/* Frames that come in at @name from here on are noted, and end there */
int gen_pace_take(struct gen_pace *pace, const char *name);
/* Sends those of @job, one each @interval ns. Sleeps until the last is sent */
int gen_pace_run(struct gen_pace *pace, struct gen_job *job, u64 interval);
void gen_pace_forget(struct gen_pace *pace);	/* what was measured */
void gen_pace_end(struct gen_pace *pace);	/* and the device */

#endif
