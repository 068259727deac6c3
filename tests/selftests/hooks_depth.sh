#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Hooks of ours within hooks of ours, in one call chain on one CPU: two deep a
# frame passes, the third drops it. Nodes whose legs are VLAN devices on a guest's
# tap make them nest.
#
#	A eth0 -- tapa [br0] tapb -- eth0 B
#	          | pp0      | pp3
#	n1: l1.5, l1.6 on l1 (guest of pp1), n2: l2.5, l2.6 on l2 (guest of pp2), fw1: a bridge
. "$(dirname "$0")/../topo.sh"
module

# nest PORT NODE ID SERVICE: a node whose legs are VLAN devices on PORT
nest()
{
	ip link add "$1" type veth peer name "$1x"
	defer ip link del "$1"
	for vid in 5 6; do ip link add link "$1" name "$1.$vid" type vlan id $vid; done
	for dev in "$1" "$1x" "$1.5" "$1.6"; do ip link set "$dev" up; done
	service "$4"
	$SP node add sp0 "$2" id "$3" service "$4" mode inline dev "$1.5" egress "$1.6" macs keep ||
		bail "no node $2"
}

# guest PROXY TAP: frames to B are meant for it, and so no flooded copies
guest()
{
	$SP proxy add "$1" plane sp0 || bail "no proxy $1"
	$SP proxy guest add "$1" "$2" mac 02:00:00:00:00:02 || bail "no guest $2"
	defer ip link del "$1"
	ip link set "$1" up
}

came() { cat "/sys/class/net/$1/statistics/rx_packets"; }
came_more() { more "$(came l2x)" "$1"; }
asks() { no_ping "$A" 10.0.1.3; }

setup_ns A B
sysctl -qw net.ipv6.conf.default.disable_ipv6=1
defer sysctl -qw net.ipv6.conf.default.disable_ipv6=0
add_guest "$A" tapa 10.0.1.2/24
add_guest "$B" tapb 10.0.1.3/24
ip -n "$B" link set eth0 address 02:00:00:00:00:02
lan bridge br0 tapa tapb
plane
nest l1 n1 1 s1
nest l2 n2 2 s2
inline_node fw1 3 s3
for n in 1 2 3; do chain c$n s$n; done
$SP path add sp0 100 reverse 101 chain c1 nodes n1
$SP path add sp0 200 reverse 201 chain c2 nodes n2
$SP path add sp0 300 reverse 301 chain c3 nodes fw1
proxy tapa
guest pp1 l1
check "one deep" pings "$A" 10.0.1.3

# tapa (n1) -> l1.5 -> l1 (n2) -> l2.6 -> l2
$SP rule add sp0 prio 10 dir any proxy pp0 proto icmp chain c1
$SP rule add sp0 prio 20 dir any proxy pp1 proto icmp chain c2
seen=$(came l2x)
check "two hooks deep: no answer, for there is none behind it" asks
check_eq "two hooks deep: both nodes were given the frames" \
	"$(($(sent n1 out) >= 3)) $(($(sent n2 in) >= 3))" "1 1"
check "two hooks deep: they came out of the last device" busywait 5 came_more $((seen + 2))
check_eq "two hooks deep: none dropped for it" "$(drops depth)" 0

guest pp2 l2
seen=$(came l2x)
check "three deep: no answer" asks
check_eq "three deep: each frame is dropped, with its reason" "$(drops depth)" 3
check_eq "three deep: nothing comes out" "$(came l2x)" "$seen"
$SP rule del sp0 prio 10

# fw1r (a leg) -> br0 -> tapb (n2) -> l2.6 -> l2
guest pp3 tapb
$SP rule add sp0 prio 10 dir any proxy pp0 proto icmp chain c3
$SP rule add sp0 prio 30 dir any proxy pp3 proto icmp chain c2
check "a leg counts: no answer" asks
check_eq "a leg counts: each frame is dropped" "$(drops depth)" 6
check_eq "a leg counts: nothing comes out" "$(came l2x)" "$seen"
$SP rule del sp0 prio 30
check "the leg and one guest: it passes" pings "$A" 10.0.1.3
check_eq "and none is dropped" "$(drops depth)" 6
