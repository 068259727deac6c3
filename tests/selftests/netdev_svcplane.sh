#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A service plane as iproute2 sees it: uplinks only, nothing but NSH, nothing
# learned.
#
#	[sp0] -- u0 ==veth== eth0 PEER
# vehicle: debug
. "$(dirname "$0")/../lib.sh"
need bridge ethtool python3

stat_of() { ethtool -S "$1" | sed -n "s/^ *$2: //p"; }
grew() { [ "$(stat_of sp0 "$1")" -gt "$2" ]; }
fdb_has() { bridge fdb show dev sp0 | grep -q "$@"; }

# frame NS DEV ETHERTYPE DESTINATION: one frame; NS "" is this one.
frame()
{
	${1:+in_ns "$1"} python3 - "$2" "$3" "$4" <<-'PY'
		import socket, sys
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		s.bind((sys.argv[1], 0))
		mac = bytes.fromhex(sys.argv[3].replace(":", ""))
		s.send(mac + bytes.fromhex("025000010000" + sys.argv[2]) + bytes(60))
	PY
}

# counted REASON ARGUMENTS-OF-FRAME...: the drop is counted under its name.
counted()
{
	local reason=$1 before

	shift
	before=$(stat_of sp0 "drop_$reason")
	frame "$@"
	check "dropped as $reason" busywait 5 grew "drop_$reason" "$before"
}

refused() { svcplane stats show sp0 reason "$1" -all | awk '{ n += $3 } END { print n + 0 }'; }
refused_more() { [ "$(refused "$1")" -gt "$2" ]; }
peer_rx() { ip netns exec "$PEER" cat /sys/class/net/eth0/statistics/rx_packets; }
peer_got() { [ "$(peer_rx)" -gt "$1" ]; }

module
setup_ns PEER OTHER
check "ip link add" ip link add sp0 type svcplane
defer ip link del sp0
check "kind is shown" sh -c 'ip -d link show sp0 | grep -qw svcplane'
add_guest "$PEER" u0
ip link set sp0 up
before=$(stat_of sp0 drop_splane_not_nsh)
frame "" sp0 0800 02:50:00:02:00:00
check "what is not NSH is dropped" grew drop_splane_not_nsh "$before"

ip link add d0 type dummy
defer ip link del d0
svcplane proxy add pp0 plane sp0 guest d0
check_fail "an uplink has room for what the guests send" 2 \
	"u0 has MTU 1500, guests of sp0 need 1538 (1500 + 38)" ip link set u0 master sp0
ip link del pp0
check "a veth becomes an uplink" ip link set u0 master sp0
svcplane service add sp0 s1
check_fail "and no guest" 2 "u0 is an uplink of service plane sp0 already" \
	svcplane proxy add pp0 plane sp0 guest u0
check_fail "nor a node's leg" 2 "u0 is an uplink of service plane sp0 already" \
	svcplane node add sp0 n1 service s1 mode tap dev u0
check "as bridge link shows" sh -c 'bridge link show dev u0 | grep -q "master sp0"'
check "and ip link" sh -c 'ip -d link show u0 | grep -q svcplane_slave'
counted bridge_no_port "" sp0 894f 02:50:00:02:00:00
check "fdb add" bridge fdb add 02:50:00:02:00:00 dev sp0 via u0 static
check "fdb show" fdb_has "02:50:00:02:00:00 via u0 self static"
before=$(peer_rx)
frame "" sp0 894f 02:50:00:02:00:00
check "NSH goes to the uplink of its address" busywait 5 peer_got "$before"
# 60 zeros: MD type 0. uplink.sh has the rest
before=$(refused nsh_mdtype)
frame "$PEER" eth0 894f 02:50:00:01:00:00
check "what comes from an uplink is checked" busywait 5 refused_more nsh_mdtype "$before"
frame "$PEER" eth0 88b5 ff:ff:ff:ff:ff:ff
check_eq "nothing is learned" "$(stat_of sp0 fdb_learned)" 0
ip -n "$PEER" address add 192.0.2.2/24 dev eth0
ip address add 192.0.2.1/24 dev u0
check "other traffic of an uplink is its own" pings "$PEER" 192.0.2.1
ip link set sp0 down
counted bridge_down "$PEER" eth0 894f 02:50:00:01:00:00
ip link set sp0 up
check_fail "flags are not for it" 255 "a service plane neither learns nor floods" \
	bridge link set dev u0 learning on
check_fail "an entry behind what is no uplink" 255 "is no port of sp0" \
	bridge fdb add 02:50:00:03:00:00 dev sp0 via lo static

for kind in vxlan geneve; do
	ip link add t0 type $kind id 7 remote 192.0.2.2 dstport 5999 2> /dev/null ||
		{ skip "$kind is an uplink" "no $kind"; continue; }
	check "$kind is an uplink" ip link set t0 master sp0
	ip link del t0
done
ip link add link u0 name u0.9 type vlan id 9
check "a VLAN device is an uplink" ip link set u0.9 master sp0
ip link del u0.9
check_fail "another device is not" 2 "put a vxlan, geneve, veth or VLAN device on it" \
	ip link set d0 master sp0
# Linux takes a device out of its bridge before it asks the new master
ip link add br0 type bridge
defer ip link del br0
ip link set d0 master br0
check_fail "nor one of a bridge" 2 "put a vxlan, geneve, veth or VLAN device on it" \
	ip link set d0 master sp0
check "which it has left by then" test ! -e /sys/class/net/d0/master
ip link add gp0 type guestplane
defer ip link del gp0
check_fail "nor is a guest plane" 2 "gp0 is a guestplane: a plane cannot be a port of a plane" \
	ip link set gp0 master sp0
ip link add link sp0 name sp0.3 type vlan id 3
check_fail "nor what stands on the plane" 2 "the plane would be a port of itself" \
	ip link set sp0.3 master sp0
ip link add link sp0.3 name sp0.3.4 type vlan id 4
check_fail "nor what stands on that" 2 "the plane would be a port of itself" \
	ip link set sp0.3.4 master sp0
ip link add t0 type vxlan id 7 remote 192.0.2.2 dstport 5999 dev sp0.3.4
check_fail "nor a tunnel through it" 2 "the plane would be a port of itself" \
	ip link set t0 master sp0
ip link del t0
ip link del sp0.3

# An uplink on a device of the plane itself, whichever of the two comes first
ip link add l0 mtu 1700 type veth peer name l1
defer ip link del l0
ip link add link l0 name l0.9 type vlan id 9
ip link add link l0.9 name l0.9.8 type vlan id 8
circles() { check_fail "$1" 2 "l0 carries uplink $2 of plane sp0 itself" "${@:3}"; }
guest() { svcplane proxy add pp0 plane sp0 guest l0; }
node() { svcplane node add sp0 n1 service s1 mode tap dev l0; }
check_fail "a guest whose frames an uplink has no room for" 2 \
	"uplink u0 has MTU 1500, guest l0 with MTU 1700 needs 1738 (1700 + 38)" guest
ip link set u0 mtu 1800
guest
check_fail "a guest is no uplink" 2 "l0 is a guest of port proxy pp0 already" \
	ip link set l0 master sp0
ip link del pp0
node
check_fail "nor is a node's leg" 2 "l0 is a leg of node n1 already" \
	ip link set l0 master sp0
svcplane node del sp0 n1
for up in l0.9 l0.9.8; do
	ip link set $up mtu 1600 master sp0
	circles "a guest below uplink $up" $up guest
	circles "a node's leg below uplink $up" $up node
	ip link set $up nomaster
	guest
	circles "uplink $up on a guest" $up ip link set $up master sp0
	ip link del pp0
	node
	circles "uplink $up on a node's leg" $up ip link set $up master sp0
	svcplane node del sp0 n1
done

ip link set u0 netns "$OTHER"
check_eq "an uplink that changes namespace is none any more" "$(bridge link show)" ""
ip -n "$OTHER" link del u0
check "a plane in another namespace" ip -n "$OTHER" link add sp0 type svcplane
check "may have the same name" ip -n "$OTHER" link set sp0 up
