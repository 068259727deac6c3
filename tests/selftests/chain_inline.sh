#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# TCP of a guest on a real tap through one inline node and back, whatever the tap
# belongs to, and through one to four of them, IPv4 and IPv6, with legs that are
# enslaved elsewhere, and with real addresses on the link.
#
#	A eth0 -- tapa [LAN] tapb -- eth0 B
#	          | pp0
#	         sp0: fw1 .. fw4, each a Linux bridge between two legs
. "$(dirname "$0")/../nsh.sh"
need socat nft
module

returned_all() { [ "$(gave "$1" "$2")" -ge "$(got "$1" "$2")" ]; }

through()
{
	local what=$1 node dir

	shift
	note
	check "$what: IPv4" receives "$A" "$B4" 5001
	check "$what: IPv6" receives "$A" "[$B6]" 5001
	for node; do
		check "$what: $node was given frames of both directions" \
			test "$(got "$node" out)" -gt 0 -a "$(got "$node" in)" -gt 0
		for dir in out in; do
			check "$what: $node returned what it was given, $dir" \
				busywait 5 returned_all "$node" $dir
		done
	done
}

setup_ns A B
add_tap_guest "$A" tapa 10.0.1.2/24 fd00:1::2/64
add_guest "$B" tapb 10.0.1.3/24 fd00:1::3/64
B4=10.0.1.3 B6=fd00:1::3
serve "$B" 5001 300000
plane
inline_node fw1 1 s1
chain c1 s1
$SP path add sp0 100 reverse 101 chain c1 nodes fw1
$SP rule add sp0 prio 100 dir any proto tcp dport 5001 chain c1

for kind in bridge guestplane ovs; do
	lan $kind lan0 tapa tapb
	proxy tapa
	through "$kind" fw1
	check_eq "$kind: one flow for each connection" "$(flows proto tcp)" 2
	ip link del pp0
	check "$kind: without the proxy it is as before" receives "$A" "$B4" 5001
	if [ $kind = ovs ]; then ovs-vsctl del-br lan0; else ip link del lan0; fi
done

lan routed - tapa tapb
ip -n "$B" address flush dev eth0
ip -n "$B" address add 10.0.2.2/24 dev eth0
ip -n "$B" address add fd00:2::2/64 dev eth0 nodad
for ns in "$A" "$B"; do
	net=1
	[ "$ns" = "$A" ] || net=2
	ip -n "$ns" route add default via 10.0.$net.1
	ip -n "$ns" route add default via fd00:$net::1
done
B4=10.0.2.2 B6=fd00:2::2
proxy tapa
through routed fw1

inline_node fw2 2 s2
inline_node fw3 3 s3 macs keep
inline_node fw4 4 s4
ip link add other type bridge
defer ip link del other
ip link set fw4l master other
ip link set fw4r master other
ip link set other up
$SP rule del sp0 prio 100
services=s1 nodes=fw1
for n in 2 3 4; do
	services=$services,s$n nodes=$nodes,fw$n
	chain c$n $services
	$SP path add sp0 ${n}00 reverse ${n}01 chain c$n nodes $nodes
	$SP rule add sp0 prio 100 dir any proto tcp dport 5001 chain c$n
	through "$n hops" fw1 fw$n
	$SP rule del sp0 prio 100
done
check_eq "no frame leaked between the legs of fw4" "$(drops ret_alien)" 0

check_eq "nothing a node returned was refused" "$(drops ret_mac)" 0
check_eq "nor over its budget" "$(drops node_budget)" 0
