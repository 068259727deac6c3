// SPDX-License-Identifier: GPL-2.0-only
/*
 * xdp DEV native|generic pass|count|drop|TO: runs a small XDP program on DEV, until
 * it is ended, that passes each frame, drops it, or redirects it to device TO.
 * Prints `ready` once it is attached. `count` passes them, and when it is ended by
 * SIGTERM the number of times it ran is printed.
 */
#include <err.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <linux/bpf.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <sys/syscall.h>

static int bpf(int cmd, union bpf_attr *attr)
{
	return syscall(SYS_bpf, cmd, attr, sizeof(*attr));
}

static struct bpf_insn load(int reg, int value)
{
	return (struct bpf_insn){
		.code = BPF_ALU64 | BPF_MOV | BPF_K,
		.dst_reg = reg,
		.imm = value,
	};
}

static int counter = -1;

static void make_counter(void)
{
	union bpf_attr attr = {
		.map_type = BPF_MAP_TYPE_ARRAY,
		.key_size = 4,
		.value_size = 8,
		.max_entries = 1,
	};

	counter = bpf(BPF_MAP_CREATE, &attr);
	if (counter < 0)
		err(1, "map");
}

static unsigned long long counted(void)
{
	unsigned long long value = 0;
	uint32_t key = 0;
	union bpf_attr attr = {
		.map_fd = counter,
		.key = (uintptr_t)&key,
		.value = (uintptr_t)&value,
	};

	if (bpf(BPF_MAP_LOOKUP_ELEM, &attr))
		err(1, "count");
	return value;
}

/* value = look_up(counter, &0); if (value) (*value)++; */
static int count_one(struct bpf_insn *to)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_ST | BPF_MEM | BPF_W, .dst_reg = BPF_REG_10, .off = -4 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = BPF_REG_2,
		  .src_reg = BPF_REG_10 },
		{ .code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = BPF_REG_2, .imm = -4 },
		{ .code = BPF_LD | BPF_IMM | BPF_DW, .dst_reg = BPF_REG_1,
		  .src_reg = BPF_PSEUDO_MAP_FD, .imm = counter },
		{ .code = 0 },	/* the second half of that */
		{ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_map_lookup_elem },
		{ .code = BPF_JMP | BPF_JEQ | BPF_K, .dst_reg = BPF_REG_0, .off = 2 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_1, .imm = 1 },
		{ .code = BPF_STX | BPF_ATOMIC | BPF_DW, .dst_reg = BPF_REG_0,
		  .src_reg = BPF_REG_1, .imm = BPF_ADD },
	};

	memcpy(to, insns, sizeof(insns));
	return sizeof(insns) / sizeof(insns[0]);
}

static int program(const char *what)
{
	struct bpf_insn insns[16];
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_XDP,
		.insns = (uintptr_t)insns,
		.license = (uintptr_t)"GPL",
	};
	int fd, n = 0;

	if (!strcmp(what, "count")) {
		make_counter();
		n = count_one(insns);
		insns[n++] = load(BPF_REG_0, XDP_PASS);
	} else if (!strcmp(what, "pass") || !strcmp(what, "drop")) {
		insns[n++] = load(BPF_REG_0, *what == 'p' ? XDP_PASS : XDP_DROP);
	} else {
		insns[n++] = load(BPF_REG_1, if_nametoindex(what));
		insns[n++] = load(BPF_REG_2, 0);
		insns[n++] = (struct bpf_insn){
			.code = BPF_JMP | BPF_CALL,
			.imm = BPF_FUNC_redirect,
		};
	}
	insns[n++] = (struct bpf_insn){ .code = BPF_JMP | BPF_EXIT };
	attr.insn_cnt = n;
	fd = bpf(BPF_PROG_LOAD, &attr);
	if (fd < 0)
		err(1, "program");
	return fd;
}

/* so that pause() returns */
static void end(int number)
{
	(void)number;
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = end };
	union bpf_attr attr = {};

	if (argc != 4)
		errx(1, "usage: xdp DEV native|generic pass|count|drop|TO");
	attr.link_create.prog_fd = program(argv[3]);
	attr.link_create.target_ifindex = if_nametoindex(argv[1]);
	attr.link_create.attach_type = BPF_XDP;
	attr.link_create.flags = strcmp(argv[2], "native") ? XDP_FLAGS_SKB_MODE :
							     XDP_FLAGS_DRV_MODE;
	if (bpf(BPF_LINK_CREATE, &attr) < 0)
		err(1, "%s", argv[1]);
	if (counter >= 0)
		sigaction(SIGTERM, &action, NULL);
	puts("ready");
	fflush(stdout);
	pause();
	if (counter >= 0)
		printf("%llu\n", counted());
	return 0;
}
