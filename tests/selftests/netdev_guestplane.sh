#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A guest plane as iproute2 sees it: it forwards, learns, is the gateway of its
# guests, and refuses what it cannot do.
#
#	A eth0 -- a0 \
#	B eth0 -- b0 - [gp0] 192.0.2.254, 2001:db8::fe
#	C eth0 -- c0 /
# timeout: 240
# vehicle: debug
. "$(dirname "$0")/../lib.sh"
need bridge ethtool python3 svcplane

stat_of() { ethtool -S "$1" | sed -n "s/^ *$2: //p"; }
fdb_has() { bridge fdb show dev gp0 | grep -q "$@"; }
fdb_lacks() { ! fdb_has "$@"; }
mac_in() { ip netns exec "$1" cat /sys/class/net/eth0/address; }
mtu_is() { [ "$(cat /sys/class/net/gp0/mtu)" = "$1" ]; }
has_carrier() { [ "$(cat /sys/class/net/gp0/carrier)" = "$1" ]; }
grew() { [ "$(stat_of gp0 "$1")" -gt "$2" ]; }
port_shows() { bridge -d link show dev "$1" | grep -q "$2"; }

# frame NS DESTINATION SOURCE [COUNT]: sends frames of ethertype 0x88b5.
frame()
{
	in_ns "$1" python3 - "$2" "$3" "${4:-1}" <<-'PY'
		import socket, sys
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		s.bind(("eth0", 0))
		mac = [bytes.fromhex(a.replace(":", "")) for a in sys.argv[1:3]]
		for _ in range(int(sys.argv[3])):
		    s.send(mac[0] + mac[1] + bytes.fromhex("88b5") + bytes(46))
	PY
}

# macs NS FIRST COUNT: sends COUNT frames, each from another address.
macs()
{
	in_ns "$1" python3 - "$2" "$3" <<-'PY'
		import socket, sys
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		s.bind(("eth0", 0))
		for i in range(int(sys.argv[1]), int(sys.argv[1]) + int(sys.argv[2])):
		    s.send(bytes.fromhex("020000fffffe" "0200") + i.to_bytes(4, "big") +
		           bytes.fromhex("88b5") + bytes(46))
	PY
}

received() { ip netns exec "$1" cat /sys/class/net/eth0/statistics/rx_packets; }
got_more() { [ "$(received "$1")" -gt "$2" ]; }

module
setup_ns A B C
check "ip link add" ip link add gp0 type guestplane
defer ip link del gp0
check "kind is shown" sh -c 'ip -d link show gp0 | grep -qw guestplane'
ip link set gp0 up
check "no ports, no carrier" has_carrier 0
n=1
for pair in "$A a0" "$B b0" "$C c0"; do
	# shellcheck disable=SC2086 # two words
	add_guest $pair 192.0.2.$n/24 2001:db8::$n/64
	check "${pair#* } becomes a port" ip link set "${pair#* }" master gp0
	n=$((n + 1))
done
ip address add 192.0.2.254/24 dev gp0
ip address add 2001:db8::fe/64 dev gp0 nodad

check "IPv4 between guests" pings "$A" 192.0.2.2
check "IPv6 between guests" pings "$B" 2001:db8::3
check "IPv4 to the device" pings "$C" 192.0.2.254
check "IPv6 to the device" pings "$A" 2001:db8::fe
check "the device reaches a guest" busywait 5 ping -q -c 1 -W 1 192.0.2.3
check "carrier with a port up" has_carrier 1
check "learned at its port" fdb_has "$(mac_in "$A") via a0"
check "the device's own address is there" fdb_has "self permanent"

# static entries, theft
check "fdb add" bridge fdb add 02:00:00:00:00:09 dev gp0 via b0 static
check "fdb show" fdb_has "02:00:00:00:00:09 via b0 self static"
check "fdb get" sh -c 'bridge fdb get 02:00:00:00:00:09 br gp0 | grep -q "via b0"'
before=$(stat_of gp0 drop_bridge_src)
frame "$A" 02:00:00:ff:ff:fe 02:00:00:00:00:09
check "a static address is not taken over" grew drop_bridge_src "$before"
check "it stays where it was" fdb_has "02:00:00:00:00:09 via b0"
before=$(stat_of gp0 drop_bridge_src)
frame "$A" 02:00:00:ff:ff:fe "$(cat /sys/class/net/gp0/address)"
check "nor is the device's own" grew drop_bridge_src "$before"
check_fail "fdb add twice" 255 "exists already: use replace" \
	bridge fdb add 02:00:00:00:00:09 dev gp0 via b0 static
check_fail "fdb add without a port" 255 "via PORT" \
	bridge fdb add 02:00:00:00:00:0a dev gp0
check_fail "fdb add at a device that is no port" 255 "is no port of gp0" \
	bridge fdb add 02:00:00:00:00:0a dev gp0 via lo
check_fail "fdb add of a group address" 255 "no unicast address" \
	bridge fdb add 01:00:00:00:00:0a dev gp0 via a0
check_fail "fdb add with a VLAN" 255 "VLAN 5: gp0 has one table for all VLANs" \
	bridge fdb add 02:00:00:00:00:0a dev gp0 via a0 vlan 5
check_fail "fdb add of the plane's own address" 255 "is the address of gp0 itself" \
	bridge fdb add "$(cat /sys/class/net/gp0/address)" dev gp0 via a0 static
check "fdb del" bridge fdb del 02:00:00:00:00:09 dev gp0
check_fail "fdb del twice" 255 "is not known at gp0" \
	bridge fdb del 02:00:00:00:00:09 dev gp0

# flags of ports
for flag in learning flood mcast_flood isolated; do
	check "$flag on" bridge link set dev a0 $flag on
	check "$flag is shown on" port_shows a0 "$flag on"
	check "$flag off" bridge link set dev a0 $flag off
	check "$flag is shown off" port_shows a0 "$flag off"
done
check_fail "a flag of other bridges" 255 "a port has only learning, flood, mcast_flood, isolated" \
	bridge link set dev a0 hairpin on
check_fail "flags of the plane itself" 255 "gp0 is no port of a plane" \
	bridge link set dev gp0 learning on self
# What the command does not send: RTM_SETLINK with another value in IFLA_PROTINFO,
# or without that
set_learning()
{
	python3 - "$1" <<-'PY'
		import socket, struct, sys
		attr = b""
		if sys.argv[1] != "nothing":
		    attr = struct.pack("HHB3x", 5, 8, int(sys.argv[1]))
		    attr = struct.pack("HH", 4 + len(attr), 0x8000 | 12) + attr
		body = struct.pack("BxHiII", 7, 0, socket.if_nametoindex("a0"), 0, 0) + attr
		s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
		s.setsockopt(270, 11, 1)	# NETLINK_EXT_ACK
		s.send(struct.pack("IHHII", 16 + len(body), 19, 5, 1, 0) + body)
		got = s.recv(4096)
		code = -struct.unpack_from("i", got, 16)[0]
		sys.exit(code and f"{code} {got[20:]}")
	PY
}
check_fail "a flag that is neither on nor off" 1 "learning is 0 or 1" set_learning 2
check_fail "no flag at all" 1 "nothing to set" set_learning nothing
check "one that is" set_learning 0
frame "$A" 02:00:00:ff:ff:fe 02:00:00:00:00:0b
check "learning off" fdb_lacks 02:00:00:00:00:0b
# Hosts speak by themselves now and then: one silent try of five will do.
silent_flood()
{
	local before try

	for try in 1 2 3 4 5; do
		before=$(received "$A")
		frame "$B" 02:00:00:ff:ff:fe 02:00:00:00:00:0c
		busywait 5 fdb_has "02:00:00:00:00:0c via b0" || return 1
		[ "$(received "$A")" != "$before" ] || return 0
		echo "try $try: something came"
	done
	return 1
}
check "flood off: no unknown unicast" silent_flood
check "learning on elsewhere" fdb_has "02:00:00:00:00:0c via b0"
bridge link set dev a0 learning on flood on mcast_flood on
before=$(received "$A")
frame "$B" 02:00:00:ff:ff:fe 02:00:00:00:00:0c
check "flood on" busywait 5 got_more "$A" "$before"
bridge link set dev a0 isolated on
bridge link set dev b0 isolated on
check "isolated ports do not reach each other" no_ping "$A" 192.0.2.2
before=$(stat_of gp0 drop_bridge_isolated)
check "what was for the other" fdb_has "$(mac_in "$B") via b0"
frame "$A" "$(mac_in "$B")" 02:00:00:00:00:0d
check "is dropped as bridge_isolated" grew drop_bridge_isolated "$before"
check "but others" pings "$A" 192.0.2.3
check "and the device" pings "$B" 192.0.2.254
bridge link set dev a0 isolated off
check "one isolated port reaches all" pings "$A" 192.0.2.2

# group addresses of the link, limits
before=$(stat_of gp0 flooded)
for group in 00 02 03 0e 0f; do
	frame "$A" 01:80:c2:00:00:$group 02:00:00:00:00:0b 20
done
# Guests may send some multicast of their own meanwhile
check "link-local groups are not forwarded" \
	test $(($(stat_of gp0 flooded) - before)) -lt 60
before=$(stat_of gp0 flooded)
frame "$A" 01:80:c2:00:00:10 02:00:00:00:00:0b 100
check "the next one is" test $(($(stat_of gp0 flooded) - before)) -ge 200
macs "$A" 4096 1500
check "a port learns no more than its limit" grew fdb_over_limit 400
check_eq "1024 of it, that is" "$(bridge fdb show dev gp0 | grep -c 'via a0')" 1024
check "the others still reach each other" pings "$B" 192.0.2.3

# how it learns can be set
at_a0() { bridge fdb show dev gp0 | grep -c 'via a0'; }
few_at_a0() { [ "$(at_a0)" -le "$1" ]; }
set_gp0() { svcplane guestplane set gp0 "$@"; }
check "the defaults are shown" sh -c \
	'svcplane guestplane show | grep -q "^gp0 ports 3 ageing 300 mac-limit 1024 mac-limit-all 8192 macs 1[0-9]* *$"'
check "a lower limit" set_gp0 mac-limit 100
check_eq "leaves what is known" "$(at_a0)" 1024
before=$(stat_of gp0 fdb_over_limit)
macs "$A" 65536 10
check "but learns no more" grew fdb_over_limit $((before + 9))
check_fail "nor is it told more" 255 "at most 100 at a0, 8192 at gp0" \
	bridge fdb add 02:00:00:00:00:0e dev gp0 via a0 dynamic
check "ageing" set_gp0 ageing 1
check "forgets who sends no more" busywait 20 few_at_a0 3
set_gp0 ageing 0
macs "$A" 131072 200
check_eq "the limit holds" "$(at_a0)" 100
check "it is of new ports as well" sh -c 'ip link set c0 nomaster && ip link set c0 master gp0'
macs "$C" 262144 200
check_eq "and holds there" "$(bridge fdb show dev gp0 | grep -c 'via c0')" 100
check "the limit of all ports" set_gp0 mac-limit 1024 mac-limit-all 250
macs "$C" 262144 400
check_eq "holds, too" "$(svcplane -j guestplane show gp0 | grep -o '"macs":[0-9]*')" '"macs":250'
check "the greatest values" set_gp0 mac-limit 1048576 mac-limit-all 1048576 ageing 1000000
check_fail "no port learns nothing" 1 "mac-limit" set_gp0 mac-limit 0
check_fail "nor more than memory should" 1 "1048576" set_gp0 mac-limit-all 1048577
check_fail "ageing has an end" 1 "1000000" set_gp0 ageing 1000001
check_fail "a service plane learns nothing" 2 "lo is no guestplane" svcplane guestplane set lo ageing 5
check_fail "nor does what is not there" 2 "no guest plane nosuch here" svcplane guestplane show nosuch
set_gp0 ageing 300 mac-limit 1024 mac-limit-all 8192

# MTU
check "the MTU follows the narrowest port" sh -c 'ip link set a0 mtu 1400'
check "down" busywait 5 mtu_is 1400
check_fail "no more than that" 2 "greater than device maximum" \
	ip link set gp0 mtu 1401
ip link set a0 mtu 1500
check "and up" busywait 5 mtu_is 1500

# In a VRF it is the gateway of that VRF alone
if ip link add vrf9 type vrf table 9 2> /dev/null; then
	defer ip link del vrf9
	ip link set vrf9 up
	check "into a VRF" ip link set gp0 master vrf9
	check "in a VRF: guests reach each other" pings "$A" 192.0.2.2
	check "in a VRF: and the device" pings "$B" 192.0.2.254
	check_eq "in a VRF: the network is in its table, and in no other" \
		"$(ip route show table 9 192.0.2.0/24 | wc -l) $(ip route show 192.0.2.0/24 | wc -l)" "1 0"
	check "out of it" ip link set gp0 nomaster
	check "and the device is reached" pings "$B" 192.0.2.254
else
	skip "in a VRF" "the kernel has none"
fi

# ports that cannot be
check_fail "loopback" 2 "lo is no Ethernet device" ip link set lo master gp0
ip link add br0 type bridge
defer ip link del br0
check_fail "a bridge" 2 "br0 is a bridge" ip link set br0 master gp0
ip link add d0 type dummy
defer ip link del d0
ip link add link d0 name mv0 type macvlan
check_fail "what a macvlan stands on" 2 \
	"frames of d0 are already taken by another driver (macvlan, ipvlan, Open vSwitch)" \
	ip link set d0 master gp0
ip link del mv0

# ports go
ip link set c0 nomaster
check "a port that leaves takes its addresses along" fdb_lacks "via c0"
check "the rest stays connected" pings "$A" 192.0.2.2
ip link del b0
check "a port that is deleted, too" fdb_lacks "via b0"
ip link set a0 netns "$C"
check_eq "a port that changes namespace is none any more" "$(bridge link show)" ""
check "the last port takes the carrier along" has_carrier 0

# namespaces
check "in a namespace of its own" ip -n "$B" link add gp1 type guestplane
ip -n "$B" link add x0 type veth peer name x1
check "with ports" ip -n "$B" link set x0 master gp1
check_fail "it does not leave its namespace" 2 "" ip -n "$B" link set gp1 netns "$C"

# Its ports have an end
ports() { seq -f "link add d%g master gp1 group 9 type dummy" 1024; }
ip link add gp1 type guestplane
defer ip link del gp1
defer ip link del group 9
check "1024 ports" ip -batch <(ports)
check_fail "and no more" 2 "gp1 has 1024 ports, the most a plane can have" \
	ip link add d1025 master gp1 group 9 type dummy
