#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Open vSwitch between a node's leg and the node, as a forwarder of NSH: it matches
# SPI and SI and hands on. The chain works through it, in both directions, with MD
# type 1 and 2; what it has no flow for does not pass. (The TTL stays as it is: the
# kernel's datapath sets no field of an NSH and refuses dec_nsh_ttl.)
#
#	A eth0 -- tapa [br0] tapb -- eth0 B
#	          | pp0
#	         sp0: n1, n2 (context md2) -- n1sw, n2sw [ovs0] n1far, n2far -- nsh-echo
# vehicle: debug
# timeout: 150
. "$(dirname "$0")/../nsh.sh"
need socat ovs-ofctl
module

# behind_ovs NAME ID SERVICE [NODE-OPTION...]: nsh-echo, two ports of ovs0 away
behind_ovs()
{
	local ns=NS_${1^^}

	setup_ns "$ns"
	ns=${!ns}
	ip link add "$1" type veth peer name "${1}sw"
	defer ip link del "$1"
	ip link add "${1}far" type veth peer name eth0 netns "$ns"
	defer ip link del "${1}far"
	ip -n "$ns" link set eth0 mtu 9000 up
	for dev in "$1" "${1}sw" "${1}far"; do ip link set "$dev" mtu 9000 up; done
	ovs-vsctl add-port ovs0 "${1}sw" -- add-port ovs0 "${1}far"
	service "$3"
	$SP node add sp0 "$1" id "$2" service "$3" mode nsh dev "$1" "${@:4}" || bail "no node $1"
	spawn in_ns "$ns" "$ECHO" eth0
}

# passes NODE SPI SI: there and, with one less, back
passes()
{
	echo "in_port=${1}sw,dl_type=0x894f,nsh_spi=$2,nsh_si=$3,actions=output:${1}far"
	echo "in_port=${1}far,dl_type=0x894f,nsh_spi=$2,nsh_si=$(($3 - 1)),actions=output:${1}sw"
}

# matched SPI SI: least number of packets that one of its flows has passed on, as far as
# ovs-vswitchd has counted
matched()
{
	ovs-ofctl -O OpenFlow13 dump-flows ovs0 "dl_type=0x894f,nsh_spi=$1,nsh_si=$2" |
		grep -o 'n_packets=[0-9]*' | cut -d = -f 2 | sort -n | head -n 1
}

# A GSO frame is given as one and comes back in segments
all_back()
{
	[ "$(gave "$1" out)" -ge "$(got "$1" out)" ] && [ "$(gave "$1" in)" -ge "$(got "$1" in)" ]
}

has_matched() { more "$(matched "$@")" 0; }

setup_ns A B
B4=192.0.2.2
add_guest "$A" tapa 192.0.2.1/24
add_guest "$B" tapb 192.0.2.2/24
lan bridge br0 tapa tapb
serve "$A" 5001 100000
ovs_start
ovs-vsctl add-br ovs0 -- set-fail-mode ovs0 secure || bail "no OVS bridge"
defer ovs-vsctl del-br ovs0
plane
behind_ovs n1 1 s1
behind_ovs n2 2 s2 context md2
chain c1 s1,s2
$SP path add sp0 100 reverse 101 chain c1 nodes n1,n2
$SP rule add sp0 prio 100 dir any proto tcp dport 5001 chain c1
$SP rule add sp0 prio 99 dir any proto icmp chain c1
proxy tapa

check "without a flow of Open vSwitch nothing passes" unanswered 6
{
	passes n1 100 255
	passes n2 100 254
	passes n2 101 255
	passes n1 101 254
} > "$tap_dir/flows"
check "Open vSwitch takes flows by SPI and SI" \
	ovs-ofctl -O OpenFlow13 add-flows ovs0 "$tap_dir/flows"
check "a ping" answered 7
note
check "TCP" receives "$B" 192.0.2.1 5001
for node in n1 n2; do
	check "$node was given both directions" \
		test "$(got $node out)" -gt 0 -a "$(got $node in)" -gt 0
	check "and returned them" busywait 5 all_back $node
done
for path in "100 255" "100 254" "100 253" "101 255" "101 254" "101 253"; do
	# shellcheck disable=SC2086 # SPI and SI
	check "by the flow of SPI and SI $path" busywait 5 has_matched $path
done
for reason in ret_alien ret_mac ret_tag ret_spi ret_si ret_ttl node_budget; do
	check_eq "nothing was dropped: $reason" "$(drops $reason)" 0
done
