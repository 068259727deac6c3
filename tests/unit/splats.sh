#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# tests/vm/splats: what counts as a complaint of the kernel, and what is the
# vehicle's own. Every script of the vehicles rests on it.
set -u

splats=$(dirname "$(readlink -f "$0")")/../vm/splats
n=0

# log VEHICLE: reads a log; how many lines it prints, and its status
log() { out=$("$splats" "$1"); status=$?; }

point()
{
	n=$((n + 1))
	if [ "$status" = "$2" ]; then
		echo "ok $n - $1"
	else
		printf '%s\n' "$out" | sed 's/^/# /'
		echo "not ok $n - $1"
	fi
}

# complaint TEXT LINE...: each line is one, by itself
complaint()
{
	local text=$1 line

	shift
	for line; do
		log stock <<< "[    1.0] before
[    1.1] $line
[    1.2] behind"
		point "$text: $line" 1
	done
}

log stock <<< "[    1.0] Linux version 6.1
[    1.1] svcplane: loaded
[    1.2] audit: WARN is not a warning"
point "an ordinary log" 0
log stock < /dev/null
point "an empty log" 0

complaint "a complaint" \
	"WARNING: CPU: 0 PID: 1 at net/core/dev.c:1 f+0x1/0x2" \
	"BUG: KASAN: use-after-free in f+0x1/0x2" \
	"BUG: kernel NULL pointer dereference, address: 0000000000000000" \
	"kernel BUG at mm/slub.c:1!" \
	"BUG: sleeping function called from invalid context at mm/slab.h:1" \
	"BUG: scheduling while atomic: swapper/0/0/0x1" \
	"WARNING: possible circular locking dependency detected" \
	"WARNING: suspicious RCU usage" \
	"INFO: rcu_sched self-detected stall on CPU" \
	"INFO: task ip:1 blocked for more than 120 seconds." \
	"unregister_netdevice: waiting for tapa to become free. Usage count = 2" \
	"unreferenced object 0xffff888000000000 (size 64):" \
	"kmemleak: 3 new suspected memory leaks (see /sys/kernel/debug/kmemleak)" \
	"UBSAN: array-index-out-of-bounds in f.c:1:2" \
	"refcount_t: underflow; use-after-free." \
	"list_del corruption. prev->next should be 1, but was 2" \
	"general protection fault, probably for non-canonical address" \
	"Kernel panic - not syncing: Fatal exception" \
	"Call Trace:"

own="[    2.0] swapper: page allocation failure: order:0, mode:0xa20
[    2.1] Call Trace:
[    2.2]  [<1>] warn_alloc+0x10/0x20"
log debug <<< "$own"
point "memory that a test withholds, on debug" 0
log stock <<< "$own"
point "is a complaint on stock" 1
log debug <<< "[    1.9] BUG: KASAN: use-after-free in f+0x1/0x2
[    1.9] Call Trace:
$own"
point "but does not hide what stands before it" 1
log debug <<< "[    1.9] WARNING: possible recursive locking detected
$own"
point "whatever that is" 1
log debug <<< "$own
[    2.5] ==================================================================
[    2.5] BUG: KASAN: use-after-free in f+0x1/0x2"
point "nor what stands behind it" 1
log debug <<< "[    1.9] BUG: KASAN: slab-out-of-bounds in f+0x1/0x2
[    1.9] Call Trace:
[    2.2]  [<1>] warn_alloc+0x10/0x20"
point "nor a worse one in whose trace its name stands" 1
log debug <<< "[    1.0] =============================
[    1.0] WARNING: suspicious RCU usage
[    1.0] lib/maple_tree.c:856 suspicious rcu_dereference_check() usage!"
point "User-Mode Linux and its maple tree" 0
log debug <<< "[    1.0] =============================
[    1.0] WARNING: suspicious RCU usage
[    1.0] net/core/dev.c:856 suspicious rcu_dereference_check() usage!"
point "are not everybody's" 1
echo "1..$n"
