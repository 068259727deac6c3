#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# `flow-rate` of a node: a guest that floods loses what is beyond its rate, by
# name; another guest at the same node loses nothing. A tap node gets fewer
# copies, and no frame is lost for that.
#
#	A eth0 -- tapa [br0] tapb, tapc -- eth0 B, C
#	          | pp0: tapa, tapc
#	         sp0: fw1, a Linux bridge; t1, a tap
# vehicle: debug
. "$(dirname "$0")/../topo.sh"
module

# flood NS: 300 frames of 1,000 bytes; prints how many were answered
flood()
{
	in_ns "$1" ping -q -n -f -c 300 -W 1 -s 958 192.0.2.2 |
		sed -n 's/.* \([0-9]*\) received.*/\1/p'
}

setup_ns A B C
add_guest "$A" tapa 192.0.2.1/24
add_guest "$B" tapb 192.0.2.2/24
add_guest "$C" tapc 192.0.2.3/24
lan bridge br0 tapa tapb tapc
plane
inline_node fw1 1 s1
chain c1 s1
$SP path add sp0 100 reverse 101 chain c1 nodes fw1
$SP rule add sp0 prio 100 dir any proto icmp chain c1
proxy tapa,tapc
check "A reaches B" pings "$A" 192.0.2.2
check "C reaches B" pings "$C" 192.0.2.2
check_eq "no rate: A's flood passes" "$(flood "$A")" 300

# 128 KiB at once, then a frame a second
$SP node set sp0 fw1 flow-rate 1000
before=$(sent fw1 out)
got=$(flood "$A")
check "a rate: of A's flood of 300 pass about 65 each way ($got)" \
	test "$got" -ge 50 -a "$got" -le 90
check "the rest is dropped for node_rate" test "$(drops node_rate)" -ge 200
check "the node was given what passed" \
	test $(($(sent fw1 out) - before)) -le 130
drops=$(drops node_rate)
check_eq "C loses nothing meanwhile" \
	"$(in_ns "$C" ping -q -n -c 50 -i 0.01 -W 2 192.0.2.2 | grep -c ' 0% packet loss')" 1
check_eq "nor is one of its frames counted" "$(drops node_rate)" "$drops"

$SP node set sp0 fw1 flow-rate 0
check_eq "no rate again: all of A's flood passes" "$(flood "$A")" 300
$SP node set sp0 fw1 flow-rate 1000
check "the rate is kept when it comes back" test "$(flood "$A")" -le 90

# A guest that is bound anew begins with a full bucket
$SP proxy guest del pp0 tapa
$SP proxy guest add pp0 tapa
check "a new guest port has a bucket of its own" test "$(flood "$A")" -ge 50

ip link add t1 type dummy
defer ip link del t1
ip link set t1 up
service s2
$SP node add sp0 t1 id 2 service s2 mode tap dev t1 flow-rate 1000
chain c2 s2
$SP path add sp0 200 reverse 201 chain c2 nodes t1
$SP rule add sp0 prio 10 dir any proto icmp chain c2
drops=$(drops node_rate)
check_eq "tap: no frame is lost" "$(flood "$A")" 300
check "tap: copies are, for node_rate" test $(($(drops node_rate) - drops)) -ge 200
check "tap: it got some" test "$(sent t1 out)" -ge 50
