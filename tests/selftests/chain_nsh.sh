#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Guests' TCP through NSH-aware nodes, with each layout of the metadata, one and
# two hops, beside an inline node; GSO frames of a tap guest, IPv4, IPv6, a VLAN
# tag; a node in a kernel that is given GSO frames whole; and legs that are too
# narrow are refused.
#
#	A eth0 -- tapa [br0] tapb -- eth0 B
#	          | pp0
#	         sp0: n1 (context svcplane), n2 (dc), n3 (zero), n4 (md2),
#	              n5 (gso on): nsh-echo; k8 (gso on): what comes goes out
#	              again, by tc; fw1: a Linux bridge
# timeout: 240
. "$(dirname "$0")/../nsh.sh"
need socat ethtool tc python3
module
declare -A lost

# What was given and did not come back; before the nodes run, something may be lost
missing() { echo $(($(sent "$1" out) - $(returned "$1" out))); }

# A GSO frame is given as one and comes back in segments
returned_all() { [ "$(missing "$1")" -le "${lost[$1]}" ]; }

through()
{
	local what=$1 chain=$2 node

	shift 2
	$SP rule add sp0 prio 100 dir any proto tcp dport 5001 chain "$chain"
	$SP rule add sp0 prio 99 dir any proto icmp chain "$chain"
	check "$what: a ping" answered 7
	note
	for node; do lost[$node]=$(missing "$node"); done
	check "$what: IPv4" receives "$B" 192.0.2.1 5001
	check "$what: IPv6" receives "$B" '[2001:db8::1]' 5001
	for node; do
		check "$what: $node was given frames of both directions" \
			test "$(got "$node" out)" -gt 0 -a "$(got "$node" in)" -gt 0
		check "$what: $node returned what it was given" \
			busywait 5 returned_all "$node"
	done
	$SP rule del sp0 prio 100
	$SP rule del sp0 prio 99
}

echo_with()
{
	local ns=NS_${1^^}

	echo_node "$@"
	kill -TERM "${node_pid[$1]}"
	busywait 10 gone "${node_pid[$1]}"
	spawn in_ns "${!ns}" "$ECHO" eth0
}

setup_ns A B
B4=192.0.2.2
add_tap_guest "$A" tapa 192.0.2.1/24 2001:db8::1/64
add_guest "$B" tapb 192.0.2.2/24 2001:db8::2/64
ip -n "$A" link add link eth0 name eth0.7 up type vlan id 7
ip -n "$A" address add 198.51.100.1/24 dev eth0.7
ip -n "$B" link add link eth0 name eth0.7 up type vlan id 7
ip -n "$B" address add 198.51.100.2/24 dev eth0.7
lan bridge br0 tapa tapb
serve "$A" 5001 100000
serve "$B" 5002 100000
plane
echo_with n1 1 s1
echo_with n2 2 s2 context dc
echo_with n3 3 s3 context zero
echo_with n4 4 s4 context md2
echo_with n5 5 s5 gso on
inline_node fw1 6 s6
# What the leg cannot, the kernel does on its way: segments and checksums
ethtool -K n5 tx off tso off gso off sg off > /dev/null
for n in 1 2 3 4 5; do
	chain c$n s$n
	$SP path add sp0 ${n}00 reverse ${n}01 chain c$n nodes n$n
done
chain two s1,s4
$SP path add sp0 700 reverse 701 chain two nodes n1,n4
chain mixed s2,s6,s3
$SP path add sp0 800 reverse 801 chain mixed nodes n2,fw1,n3
# kernel_node NAME ID SERVICE [NODE-OPTION...]
kernel_node()
{
	setup_ns "NS_${1^^}"
	ns=NS_${1^^} ns=${!ns}
	ip link add "$1" type veth peer name eth0 netns "$ns"
	defer ip link del "$1"
	ip -n "$ns" link set eth0 mtu 9000 up
	ip link set "$1" mtu 9000 up
	service "$3"
	$SP node add sp0 "$1" id "$2" service "$3" mode nsh dev "$1" "${@:4}" || bail "no node"
	tc -n "$ns" qdisc add dev eth0 clsact
	tc -n "$ns" filter add dev eth0 ingress protocol 0x894f matchall \
		action mirred egress redirect dev eth0 || skip_all "no tc redirection"
}

kernel_node k8 8 s8 gso on decrements off
chain c8 s8
$SP path add sp0 900 reverse 901 chain c8 nodes k8
proxy tapa

through "context svcplane" c1 n1
through "context dc" c2 n2
through "context zero" c3 n3
through "context md2" c4 n4
$SP plane set sp0 md-class 0xfff7
through "context md2 of another class" c4 n4
$SP plane set sp0 md-class 0xfff6
through "gso on" c5 n5
spawn in_ns "$NS_K8" frames.py eth0
at_k8=$spawned_out
busywait 10 contains "$at_k8" ready || bail "nobody listens"
$SP rule add sp0 prio 100 dir any proto tcp chain c8
long_ones() { awk '$2 != "out" && $3 > 1600 { n++ } END { print n + 0 }' "$at_k8"; }
more_long_ones() { more "$(long_ones)" "$1"; }
check "gso on, a node in a kernel: IPv4" receives "$A" 192.0.2.2 5002
check "gso on: frames are longer than segments when they come" busywait 5 more_long_ones 0
# What a guest behind a tap says of its frames is looked at before they go on whole
seen=$(long_ones)
check "gso on, frames of a tap: IPv6" receives "$B" '[2001:db8::1]' 5001
check "gso on, frames of a tap: they, too" busywait 5 more_long_ones $((seen + 3))
$SP rule del sp0 prio 100
through "two hops" two n1 n4
through "an inline node between two" mixed n2 fw1 n3

$SP rule add sp0 prio 100 dir any proto tcp dport 5001 chain mixed
note
check "with a VLAN tag" receives "$B" 198.51.100.1 5001
for node in n2 fw1 n3; do
	check "with a VLAN tag: $node was given the frames" more "$(got $node out)" 0
done
check_eq "the flow has the tag" "$(flows vlan 7 proto tcp)" 1

for reason in ret_alien ret_mac ret_tag ret_spi ret_si ret_ttl mtu node_budget segment; do
	check_eq "nothing was dropped: $reason" "$(drops $reason)" 0
done

ip link add thin type veth peer name thinp
defer ip link del thin
ip link set thin up
check_fail "a leg too narrow for what the guest sends" 2 \
	"MTU of thin is 1500, but guest tapa with MTU 1500 needs 1538 (1500 + NSH 24 + inner Ethernet 14)" \
	"$SP" node add sp0 n6 id 7 service s1 mode nsh dev thin
ip link set thin mtu 1538
check_fail "MD type 2 needs four bytes more" 2 "needs 1542 (1500 + NSH 28 + inner Ethernet 14)" \
	"$SP" node add sp0 n6 id 7 service s1 mode nsh dev thin context md2
check "as wide as need be" "$SP" node add sp0 n6 id 7 service s1 mode nsh dev thin
ip link set tapb mtu 1539
check_fail "a guest whose frames a node could not take" 2 \
	"MTU of thin is 1538, but guest tapb with MTU 1539 needs 1577" \
	"$SP" proxy add pp1 plane sp0 guest tapb
