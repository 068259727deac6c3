// SPDX-License-Identifier: GPL-2.0-only
/*
 * xdp DEV native|generic pass|drop|TO: runs a small XDP program on DEV, until it
 * is ended, that passes each frame, drops it, or redirects it to device TO.
 * Prints `ready` once it is attached.
 */
#include <err.h>
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

static int program(const char *what)
{
	struct bpf_insn insns[4];
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_XDP,
		.insns = (uintptr_t)insns,
		.license = (uintptr_t)"GPL",
	};
	int fd, n = 0;

	if (!strcmp(what, "pass") || !strcmp(what, "drop")) {
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

int main(int argc, char **argv)
{
	union bpf_attr attr = {};

	if (argc != 4)
		errx(1, "usage: xdp DEV native|generic pass|drop|TO");
	attr.link_create.prog_fd = program(argv[3]);
	attr.link_create.target_ifindex = if_nametoindex(argv[1]);
	attr.link_create.attach_type = BPF_XDP;
	attr.link_create.flags = strcmp(argv[2], "native") ? XDP_FLAGS_SKB_MODE :
							     XDP_FLAGS_DRV_MODE;
	if (bpf(BPF_LINK_CREATE, &attr) < 0)
		err(1, "%s", argv[1]);
	puts("ready");
	fflush(stdout);
	pause();
	return 0;
}
