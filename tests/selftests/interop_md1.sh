#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A service function that was written from RFC 8300 alone and knows MD type 1 only
# serves a chain in both directions, whatever its metadata holds, also beside nodes
# that are otherwise. What it does not know it discards: nothing gets past it.
#
#	A eth0 -- tapa [br0] tapb -- eth0 B
#	          | pp0
#	         sp0: n1 (context svcplane), n2 (dc), n3 (zero), n4 (md2): md1_node.py;
#	              fw5: a Linux bridge
# vehicle: debug
# timeout: 150
. "$(dirname "$0")/../nsh.sh"
need python3 socat
module

md1_node() { nsh_node "$1" "$2" "$3" md1_node.py eth0 -- "${@:4}"; }

# A GSO frame is given as one and comes back in segments
all_back()
{
	[ "$(gave "$1" out)" -ge "$(got "$1" out)" ] && [ "$(gave "$1" in)" -ge "$(got "$1" in)" ]
}

# through WHAT CHAIN NODE...: TCP from B to A and back, by all of them
through()
{
	local what=$1 chain=$2 node

	$SP rule add sp0 prio 100 dir any proto tcp dport 5001 chain "$chain"
	note
	check "$what: TCP" receives "$B" 192.0.2.1 5001
	for node in "${@:3}"; do
		check "$what: $node was given both directions" \
			test "$(got "$node" out)" -gt 0 -a "$(got "$node" in)" -gt 0
		check "$what: $node gave all of it back" busywait 5 all_back "$node"
	done
	$SP rule del sp0 prio 100
}

setup_ns A B
B4=192.0.2.2
add_guest "$A" tapa 192.0.2.1/24
add_guest "$B" tapb 192.0.2.2/24
lan bridge br0 tapa tapb
serve "$A" 5001 50000
plane
md1_node n1 1 s1
md1_node n2 2 s2 context dc
md1_node n3 3 s3 context zero
md1_node n4 4 s4 context md2
# shellcheck disable=SC2154 # assigned by spawn
said_n4=$spawned_out
inline_node fw5 5 s5
chain each s1,s5,s2,s3
$SP path add sp0 100 reverse 101 chain each nodes n1,fw5,n2,n3
chain alone s1
$SP path add sp0 200 reverse 201 chain alone nodes n1
chain other s4
$SP path add sp0 300 reverse 301 chain other nodes n4
proxy tapa

through "alone" alone n1
through "three of them and a bridge" each n1 n2 n3
for reason in ret_alien ret_mac ret_tag ret_spi ret_si ret_ttl nsh_mdtype; do
	check_eq "nothing was dropped: $reason" "$(drops $reason)" 0
done

$SP rule add sp0 prio 100 dir any proto icmp chain other
note
check "MD type 2 does not get past it" unanswered 7
check_eq "it was given the request" "$(got n4 out)" 1
check_eq "and gave nothing back" "$(gave n4 out)" 0
kill -TERM "${node_pid[n4]}"
check "as it does not know MD type 2" busywait 10 contains "$said_n4" \
	"taken 0 discarded 1 MD type 2"
