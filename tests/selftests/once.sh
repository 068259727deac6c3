#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Inspect once: frames between two guests of this host pass a shared node once,
# and it sees two sides of a connection; with the rule option twice, it sees them
# twice. What is not proven of a frame is not believed.
#
#	A eth0 -- tapa [LAN] tapb -- eth0 B
#	          | pp0        | pp1
#	         sp0: fw1, fw2, Linux bridges between two legs
. "$(dirname "$0")/../topo.sh"
need socat nft
module

# From left comes what the client says, from right what the server answers
two_sides()
{
	in_ns "$1" nft -f - <<-'END'
		table bridge sides {
			chain forward {
				type filter hook forward priority 0; policy drop
				iifname left tcp dport 5001 accept
				iifname right tcp sport 5001 accept
				ip6 nexthdr icmpv6 accept
				counter
			}
		}
	END
}

# fresh NODE...: $before_NODE_DIR hold the counters
fresh()
{
	local node dir

	$SP flow flush sp0
	for node; do
		for dir in out in; do
			printf -v "before_${node}_$dir" '%s' "$(sent "$node" $dir)"
		done
	done
}

# given NODE DIR: frames since fresh
given() { local v=before_$1_$2; echo $(($(sent "$1" "$2") - ${!v})); }

none() { [ "$1" = 0 ]; }

setup_ns A B
add_guest "$A" tapa 192.0.2.1/24 2001:db8::1/64
add_tap_guest "$B" tapb 192.0.2.2/24 2001:db8::2/64
serve "$B" 5001 300000
plane
inline_node fw1 1 s1
inline_node fw2 2 s2
two_sides "$NS_FW1"
chain c1 s1
chain c12 s1,s2
chain c21 s2,s1
$SP path add sp0 100 reverse 101 chain c1 nodes fw1
$SP path add sp0 200 reverse 201 chain c12 nodes fw1,fw2
$SP path add sp0 300 reverse 301 chain c21 nodes fw2,fw1
proxy tapa
$SP proxy add pp1 plane sp0 guest tapb
defer ip link del pp1
ip link set pp1 up

for kind in bridge guestplane; do
	lan $kind lan0 tapa tapb
	$SP rule add sp0 prio 100 dir any proto tcp dport 5001 chain c1
	fresh fw1
	check "$kind: IPv4, with two sides seen" receives "$A" 192.0.2.2 5001
	check "$kind: by the chains of the senders" more "$(given fw1 out)" 0
	check "$kind: and not again by those of the receivers" none "$(given fw1 in)"
	fresh fw1
	check "$kind: IPv6" receives "$A" '[2001:db8::2]' 5001
	check "$kind: likewise once" none "$(given fw1 in)"
	$SP rule del sp0 prio 100

	$SP rule add sp0 prio 100 dir any proto tcp dport 5001 chain c1 twice
	fresh fw1
	check "$kind: twice: the same two sides" receives "$A" 192.0.2.2 5001
	check "$kind: twice: each frame" test "$(given fw1 in)" -ge "$(given fw1 out)"
	$SP rule del sp0 prio 100
	ip link del lan0
done

lan bridge lan0 tapa tapb
in_ns "$NS_FW1" nft flush ruleset
$SP rule add sp0 prio 100 dir any proto tcp dport 5001 proxy pp0 chain c1
$SP rule add sp0 prio 101 dir any proto tcp dport 5001 proxy pp1 chain c21
fresh fw1 fw2
check "a node more behind the shared one" receives "$A" 192.0.2.2 5001
check "the shared one does not see them again" test "$(given fw1 in)" -lt "$(given fw1 out)"
check "the other does" more "$(given fw2 in)" 0
$SP rule del sp0 prio 101

$SP rule add sp0 prio 101 dir any proto tcp dport 5001 proxy pp1 chain c12
fresh fw1 fw2
check "a node more before the shared one" receives "$A" 192.0.2.2 5001
check "it sees them" more "$(given fw2 in)" 0
check "and proof is lost there: so does the shared one" more "$(given fw1 in)" 0
$SP rule del sp0 prio 100
$SP rule del sp0 prio 101

$SP rule add sp0 prio 101 dir any proto tcp dport 5001 proxy pp1 chain c1
fresh fw1
check "a guest without a chain" receives "$A" 192.0.2.2 5001
check "proves nothing" more "$(given fw1 in)" 0
$SP rule del sp0 prio 101

# A bridge may take tags off: which record a frame has had is no longer certain
$SP rule add sp0 prio 101 dir any proto tcp dport 5001 chain c1
fresh fw1
receives "$A" 192.0.2.2 5001
check "as it was: once" none "$(given fw1 in)"
ip -n "$A" link add link eth0 name eth0.5 up type vlan id 5
in_ns "$A" ping -q -n -c 1 -W 1 -I eth0.5 192.0.2.9 > /dev/null 2>&1
fresh fw1
receives "$A" 192.0.2.2 5001
check "a guest that sends with tags and without proves nothing" more "$(given fw1 in)" 0
$SP rule del sp0 prio 101

# What came in by no guest's tap proves nothing either
$SP rule add sp0 prio 100 dir any proto icmp chain c1
ip address add 192.0.2.3/24 dev lan0
fresh fw1
check "the host to a guest" busywait 5 ping -q -n -c 1 -W 1 192.0.2.2
check "is seen on the way to it" more "$(given fw1 in)" 0
check_eq "no frame of a node was refused" "$(drops ret_alien)/$(drops ret_mac)/$(drops ret_stale)" 0/0/0
