#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Memory runs out at each allocation of each writing request, one after the other.
# The topology is made by tests/tools/netlink_test.py; no frame moves. Only for
# kernels that can make an allocation fail: the debug vehicle.
# vehicle: debug
# timeout: 200

tree=$(readlink -f "$(dirname "$0")/../..")
[ -n "${SVCPLANE_VM:-}" ] || { echo "1..0 # SKIP not in a vehicle"; exit 4; }
[ -e /proc/self/fail-nth ] || { echo "1..0 # SKIP no fault injection"; exit 4; }
modprobe svcplane || exit 1
# shellcheck disable=SC2016 # for the shell inside
exec unshare -n -m sh -c 'mount -t sysfs sysfs /sys &&
	mount -t debugfs debugfs /sys/kernel/debug &&
	exec /usr/bin/python3 "$0/tests/tools/fail_nth.py"' "$tree"
