#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The module loads and unloads, again and again, and leaves nothing behind.
. "$(dirname "$0")/../lib.sh"

loaded() { grep -q '^svcplane ' /proc/modules; }

cycles()
{
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		modprobe svcplane && modprobe -r svcplane || return 1
	done
}

check "modprobe svcplane" modprobe svcplane
check "it is there" loaded
check "modprobe -r svcplane" modprobe -r svcplane
check "ten times more" cycles
check_eq "nothing is left" "$(loaded && echo loaded)" ""

# The kernel looks for it under each of its names
for kind in guestplane svcplane portproxy; do
	check "ip link add type $kind loads it" ip link add dev0 type $kind
	check "$kind: it is there" loaded
	ip link del dev0
	modprobe -r svcplane
	check_eq "$kind: and goes again" "$(loaded && echo loaded)" ""
done
check "the command loads it" svcplane plane show
check "by its netlink family" loaded
