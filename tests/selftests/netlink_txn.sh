#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Transactions: all or nothing, one at a time, gone with their socket.
# The topology is made by tests/tools/netlink_test.py; no frame moves.
#
# vehicle: debug

tree=$(readlink -f "$(dirname "$0")/../..")
[ -n "${SVCPLANE_VM:-}" ] || { echo "1..0 # SKIP not in a vehicle"; exit 4; }
modprobe svcplane || exit 1
exec unshare -n /usr/bin/python3 "$tree/tests/tools/netlink_test.py" txn
