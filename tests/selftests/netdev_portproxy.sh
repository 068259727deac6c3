#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A port proxy as iproute2 sees it: made without arguments, put into a service
# plane as its master, kept when that is deleted.
#
#	pp0, pp1 -> [sp0] [sp1]
# vehicle: debug
. "$(dirname "$0")/../lib.sh"
need ethtool

master_is() { [ "$(ip -o link show "$1" | sed -n 's/.* master \([^ ]*\) .*/\1/p')" = "$2" ]; }

module
setup_ns A
check "ip link add" ip link add pp0 type portproxy
defer ip link del pp0
ip link add pp1 type portproxy
defer ip link del pp1
check "kind is shown" sh -c 'ip -d link show pp0 | grep -qw portproxy'
check "up" ip link set pp0 up
check "counters of its guests" sh -c 'ethtool -S pp0 | grep -q "out_steered: 0"'
for n in 0 1; do
	ip link add sp$n type svcplane
	defer ip link del sp$n
done
ip link set sp0 up
check "master is its plane" ip link set pp0 master sp0
check "and shown" master_is pp0 sp0
check "again is no error" ip link set pp0 master sp0
check "another proxy beside it" ip link set pp1 master sp0
check "nomaster" ip link set pp1 nomaster
check "to another plane" ip link set pp1 master sp1
check "and shown" master_is pp1 sp1
ip link add gp0 type guestplane
defer ip link del gp0
ip link add br0 type bridge
defer ip link del br0
check_fail "a guest plane does not take it" 2 "pp1 is a portproxy: a plane cannot be a port of a plane" \
	ip link set pp1 master gp0
check "a Linux bridge does" ip link set pp1 master br0
check "without a plane" master_is pp1 br0
ip link add pp2 type portproxy
ip link set pp2 master br0
check "and lets it go when it is deleted" ip link del pp2
ip link set pp1 nomaster
ip link set pp1 master sp1

dropped() { ethtool -S sp0 | sed -n 's/^ *drop_splane_not_nsh: //p'; }
before=$(dropped)
python3 - <<-'PY'
	import socket
	s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
	s.bind(("pp0", 0))
	s.send(bytes(12) + bytes.fromhex("88b5") + bytes(46))
PY
check "what is sent into it is dropped and counted" test "$(dropped)" -gt "$before"

ip link del sp1
check "it outlives its plane's device" ip link show pp1
check "without master" master_is pp1 ""
check_fail "a plane of a deleted device is still its plane" 2 "pp1 belongs to sp1 already" \
	ip link set pp1 master sp0
check "it can be deleted" ip link del pp1
check_fail "it does not leave its namespace" 2 "" ip link set pp0 netns "$A"
check "names may be equal in another namespace" ip -n "$A" link add pp0 type portproxy
ip -n "$A" link add sp0 type svcplane
check "with a plane there" ip -n "$A" link set pp0 master sp0

churn()
{
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		ip link add sp9 type svcplane && ip link add pp9 type portproxy &&
			ip link set pp9 master sp9 && ip link set pp9 up || return 1
		if [ $((RANDOM % 2)) = 0 ]; then
			ip link del sp9 && ip link del pp9 || return 1
		else
			ip link del pp9 && ip link del sp9 || return 1
		fi
	done
}
check "made and deleted ten times, in either order" churn
