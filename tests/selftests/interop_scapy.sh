#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# scapy's NSH and ours are of one mind, with MD type 1 and 2: scapy reads the frames
# that a node is given, makes the same bytes of what it has read, and what scapy
# makes is accepted when the node returns it.
#
#	A eth0 -- tapa [br0] tapb -- eth0 B
#	          | pp0
#	         sp0: sc1 (context svcplane), sc2 (md2): one scapy_node.py for both
# vehicle: debug
# timeout: 150
. "$(dirname "$0")/../nsh.sh"
need jq
/usr/bin/python3 -c 'import scapy' 2> /dev/null || skip_all "no scapy"
module

# leg NAME ID SERVICE [NODE-OPTION...]: an NSH-aware node with its end in $NODES
leg()
{
	ip link add "$1" type veth peer name "$1" netns "$NODES"
	defer ip link del "$1"
	ip -n "$NODES" link set "$1" mtu 9000 up
	ip link set "$1" mtu 9000 up
	service "$3"
	$SP node add sp0 "$1" id "$2" service "$3" mode nsh dev "$1" "${@:4}" || bail "no node $1"
}

# read_as DEV MD SPI SI TTL V: what scapy says of the frame with that SPI
read_as()
{
	local context

	printf -v context '2001%04x%d0000007%08x%08x' "$proxy_id" $(($6 * 4)) 1 "$tag"
	check "scapy reads $1, SPI $3, and makes the same of it" contains "$at_nodes" \
		"$1 md $2 next 3 spi $3 si $4 ttl $5 context $context inner Ether/IP/ICMP/Raw same"
}

setup_ns A B NODES
B4=192.0.2.2
add_guest "$A" tapa 192.0.2.1/24
add_guest "$B" tapb 192.0.2.2/24
lan bridge br0 tapa tapb
plane
$SP plane set sp0 tenant 7
leg sc1 1 s1
leg sc2 2 s2 context md2
chain c1 s1,s2
$SP path add sp0 100 reverse 101 chain c1 nodes sc1,sc2
$SP rule add sp0 prio 100 dir any proto icmp chain c1
proxy tapa
spawn in_ns "$NODES" "$tests_dir/tools/scapy_node.py" sc1 sc2
at_nodes=$spawned_out
busywait 30 contains "$at_nodes" ready || bail "no scapy: $(cat "$at_nodes")"

check "a ping by two nodes of scapy" answered 7
tag=$(tag_of 7)
proxy_id=$($SP -j proxy show pp0 | jq .[0].id)
read_as sc1 1 100 255 62 0
read_as sc2 2 100 254 61 0
read_as sc2 2 101 255 62 1
read_as sc1 1 101 254 61 1
check_fail "all that came were read so" 1 "" grep -vE ' same$|ready$' "$at_nodes"
for node in sc1 sc2; do
	check_eq "what scapy made was accepted: $node" "$(returned $node out) $(returned $node in)" \
		"$(sent $node out) $(sent $node in)"
done
for reason in ret_tag ret_spi ret_si ret_ttl nsh_length nsh_tlv nsh_mdtype; do
	check_eq "nothing was dropped: $reason" "$(drops $reason)" 0
done
