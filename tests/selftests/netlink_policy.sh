#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The policies of the running family are those of its specification. No
# topology: only the module.
# vehicle: debug

tree=$(readlink -f "$(dirname "$0")/../..")
[ -n "${SVCPLANE_VM:-}" ] || { echo "1..0 # SKIP not in a vehicle"; exit 4; }
modprobe svcplane || exit 1
exec /usr/bin/python3 "$tree/tests/tools/netlink_policy.py"
