#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The guests of the tests themselves: a veth one and a tap one on a Linux bridge
# reach each other, and the tap carries GSO frames whole.
#
#	A eth0 --veth-- a0 [br0] t0 --tapwire-- eth0 B
# vehicle: debug
. "$(dirname "$0")/../lib.sh"
need iperf3

large_frames()
{
	local stats=/sys/class/net/eth0/statistics bytes packets

	bytes=$(ip netns exec "$B" cat $stats/tx_bytes)
	packets=$(ip netns exec "$B" cat $stats/tx_packets)
	# More bytes a packet than a wire frame could have
	[ $((bytes / packets)) -gt 3000 ]
}

setup_ns A B
add_guest "$A" a0 192.0.2.1/24 2001:db8::1/64
add_tap_guest "$B" t0 192.0.2.2/24 2001:db8::2/64
ip link add br0 type bridge
defer ip link del br0
for dev in a0 t0; do ip link set $dev master br0; done
ip link set br0 up

check "IPv4 from veth to tap" pings "$A" 192.0.2.2
check "IPv6 from tap to veth" pings "$B" 2001:db8::1
spawn in_ns "$A" iperf3 -s -1
check "a server listens" busywait 5 in_ns "$A" sh -c 'ss -ltn | grep -q :5201'
check "TCP from tap to veth" in_ns "$B" iperf3 -c 192.0.2.1 -n 20M
check "its frames come whole" large_frames
check_fail "an unknown device is refused" 1 'Device "nosuch" does not exist' \
	ip link show dev nosuch
