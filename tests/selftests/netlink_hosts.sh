#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Hosts, keys and messages to hosts: what is taken, refused, told, and never told.
# The topology is made by tests/tools/netlink_hosts.py; no frame moves.
#
# vehicle: debug

tree=$(readlink -f "$(dirname "$0")/../..")
[ -n "${SVCPLANE_VM:-}" ] || { echo "1..0 # SKIP not in a vehicle"; exit 4; }
modprobe svcplane || exit 1
exec unshare -n /usr/bin/python3 "$tree/tests/tools/netlink_hosts.py"
