#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Guests that send VLAN tags, one and two, beside the frame and inside it, through
# inline and NSH-aware nodes, over a bridge with vlan_filtering and a guest plane.
# The tag is the guest's: towards a node it never gets outside the NSH.
#
#	A eth0, eth0.5, eth0.5.6, ... -- tapa [LAN] tapb -- B, the same
#	                                 | pp0
#	                        C eth0 -- tapc, untagged port of VLAN 5
#	         sp0: fw1, a Linux bridge; n1, NSH-aware
# timeout: 180
# vehicle: stock
. "$(dirname "$0")/../nsh.sh"
need socat tcpdump ethtool bridge
module

# tags NS N: addresses 10.TAGS.0.N on devices of one to three tags
tags()
{
	local dev=eth0 n=0 tag

	for tag in 5 6 7; do
		ip -n "$1" link add link $dev name $dev.$tag type vlan id $tag
		dev=$dev.$tag n=$((n + 1))
		ip -n "$1" address add 10.$n.0."$2"/24 dev $dev
		ip -n "$1" address add fd00:$n::"$2"/64 dev $dev nodad
		ip -n "$1" link set $dev up
	done
}

# outer FILE: outer ethertypes of frames that a tcpdump has printed
outer()
{
	sed -n 's/^[^ ]* [0-9a-f:]* > [0-9a-f:]*, ethertype [^(]*(\(0x[0-9a-f]*\)).*/\1/p' "$1" | sort -u
}

through()
{
	local what=$1 chain=$2 node=$3 n

	$SP rule add sp0 prio 100 dir any chain "$chain"
	for n in 1 2; do
		note
		check "$what: $n tags, IPv4" pings "$A" 10.$n.0.2
		check "$what: $n tags, IPv6" pings "$A" fd00:$n::2
		check "$what: $n tags: $node was given both directions" \
			test "$(got "$node" out)" -ge 2 -a "$(got "$node" in)" -ge 2
	done
	check "$what: TCP out of the guest" receives "$B" 10.2.0.1 5001 300000
	check "$what: TCP into the guest" receives "$A" 10.2.0.2 5001 300000
	$SP rule del sp0 prio 100
}

# over LAN OFFLOAD...: tags beside the frame (on), in it (off)
over()
{
	local nic

	for nic in "${@:2}"; do
		in_ns "$A" ethtool -K eth0 tx-vlan-offload "$nic" > /dev/null
		# veth itself has room for one tag inside a full frame
		ip -n "$A" link set eth0.5.6 mtu "$([ "$nic" = on ] && echo 1500 || echo 1496)"
		through "$1, offload $nic, inline" c1 fw1
		through "$1, offload $nic, nsh and inline" c3 n1
	done
}

setup_ns A B C
add_guest "$A" tapa 192.0.2.1/24
add_tap_guest "$B" tapb 192.0.2.2/24
add_guest "$C" tapc 10.1.0.3/24
tags "$A" 1
tags "$B" 2
serve "$A" 5001 300000
serve "$B" 5001 300000
plane
inline_node fw1 1 s1
echo_node n1 2 s2
chain c1 s1
$SP path add sp0 100 reverse 101 chain c1 nodes fw1
chain c2 s2
$SP path add sp0 200 reverse 201 chain c2 nodes n1
chain c3 s2,s1
$SP path add sp0 300 reverse 301 chain c3 nodes n1,fw1
proxy tapa
ip link add br0 type bridge vlan_filtering 1 mcast_snooping 0
defer ip link del br0
ip link set br0 up
for dev in tapa tapb tapc; do ip link set $dev master br0; done
for dev in tapa tapb; do bridge vlan add dev $dev vid 5; done
bridge vlan del dev tapc vid 1
bridge vlan add dev tapc vid 5 pvid untagged

over "vlan_filtering" on off
$SP rule add sp0 prio 100 dir any chain c2
check "with an untagged port of the VLAN" pings "$A" 10.1.0.3
check_eq "a flow has the tags of its frames" \
	"$(flows vlan 5 proto icmp dst 10.1.0.3)" 1

spawn in_ns "$NS_N1" tcpdump -lnne -i eth0 ether proto 0x894f or vlan
busywait 10 grep -q listening "$spawned_out" || bail "no tcpdump"
for n in 1 2; do pings "$A" 10.$n.0.2 || bail "no ping"; done
busywait 5 sh -c "[ \$(grep -c 894f $spawned_out) -ge 8 ]" || bail "no NSH"
# shellcheck disable=SC2154
kill -INT "$spawned"
check_eq "no tag outside the NSH" "$(outer "$spawned_out")" 0x894f
$SP rule del sp0 prio 100

no_room() { [ "$(drops too_many_tags)" -gt "$1" ]; }
before=$(drops too_many_tags)
check "three tags pass where no rule is" pings "$A" 10.3.0.2
check_eq "and are not counted" "$(drops too_many_tags)" "$before"
$SP rule add sp0 prio 100 dir any proto udp chain c1
check "three tags: a fail-closed guest does not pass" no_ping "$A" 10.3.0.2
check "three tags: dropped for too_many_tags" no_room "$before"
$SP chain replace sp0 c1 services s1 fail open
check "three tags: another does" pings "$A" 10.3.0.2
$SP chain replace sp0 c1 services s1 fail closed
$SP rule del sp0 prio 100

ip link del br0
lan guestplane gp0 tapa tapb
over "guestplane" off
for reason in ret_alien ret_mac ret_tag mtu; do
	check_eq "nothing was dropped: $reason" "$(drops $reason)" 0
done
