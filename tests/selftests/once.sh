#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Inspect once: frames between two guests of this host pass a shared node once,
# and it sees two sides of a connection; with the rule option twice, it sees them
# twice. What is not proven of a frame is not believed. Where both open connections
# to each other, a node that learns addresses needs macs link.
#
#	A eth0 -- tapa [LAN] tapb -- eth0 B
#	          | pp0        | pp1
#	         sp0: fw1, fw2, fw3 (macs keep), Linux bridges between two legs;
#	              n1 (NSH)
# vehicle: debug
. "$(dirname "$0")/../nsh.sh"
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

# asks_a ID: guest B sends A an echo request
asks_a() { in_ns "$B" ping -q -n -c 1 -W "${WAIT:-5}" -e "$1" 192.0.2.1 > /dev/null; }

keeps() { [ "$(got "$1" out)" = 1 ] && [ "$(gave "$1" out)" = 0 ]; }

on_left() { bridge -n "$NS_FW3" fdb show dynamic | grep -q "^$(mac_of "$1") dev left "; }
mac_of() { ip -n "$1" -br link show eth0 | awk '{ print $3 }'; }
both_left() { on_left "$A" && on_left "$B"; }

# lost TEXT NODE CMD...: one request, which the node is given and does not give back
lost()
{
	note
	WAIT=0.3 "${@:3}" && diag "there is an answer"
	check "$1" busywait 5 keeps "$2"
}

setup_ns A B
B4=192.0.2.2
add_guest "$A" tapa 192.0.2.1/24 2001:db8::1/64
add_tap_guest "$B" tapb 192.0.2.2/24 2001:db8::2/64
serve "$B" 5001 300000
plane
inline_node fw1 1 s1
inline_node fw2 2 s2
inline_node fw3 3 s3 macs keep
two_sides "$NS_FW1"
chain c1 s1
chain c3 s3
chain c12 s1,s2
chain c21 s2,s1
$SP path add sp0 100 reverse 101 chain c1 nodes fw1
$SP path add sp0 200 reverse 201 chain c12 nodes fw1,fw2
$SP path add sp0 300 reverse 301 chain c21 nodes fw2,fw1
$SP path add sp0 400 reverse 401 chain c3 nodes fw3
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

# Either enters by the left leg with a connection of its own, and by the right one
# with its answers. A bridge gives nothing back by the leg where it has learnt who
# the frame is for; the ends of a link stay where they are.
$SP rule add sp0 prio 101 dir any proto icmp chain c3
fresh fw3
check "macs keep: A's connection to B" answered 7
lost "macs keep: B's to A is lost: A has been seen on the left" fw3 asks_a 8
lost "macs keep: then A's, too: now B has been seen there" fw3 ask 7
check "macs keep: the bridge has learnt both there" both_left
$SP rule del sp0 prio 101
$SP rule add sp0 prio 101 dir any proto icmp chain c1
fresh fw1
note
for id in 7 8; do
	check "macs link: A's connection to B, $id" answered $id
	check "macs link: B's to A, $id" asks_a 1$id
done
check "macs link: the node gave back what it was given" \
	test "$(gave fw1 out)" -ge 8 -a "$(gave fw1 out)" = "$(got fw1 out)"
$SP rule del sp0 prio 101

# An NSH-aware node is shown the younger record turned round, and what it says of
# one direction of it is meant so: here, what B sends
echo_node n1 9 s9
chain cn s9
$SP path add sp0 900 reverse 901 chain cn nodes n1
$SP rule add sp0 prio 101 dir any proto icmp chain cn
$SP flow flush sp0 > /dev/null
check "NSH: A's connection to B" answered 21
check_eq "NSH: is two records" "$(flows proto icmp)" 2
younger=$($SP -j flow show sp0 proto icmp port tapb | grep -o '"tag":[0-9]*' | cut -d: -f2)
program n1 "$BADLY" -i eth0 --verdict drop --v-tag "$younger" --v-scope 2
before=$(echos)
check "NSH: drop of what the node saw come back: no answer" unanswered 21
check_eq "NSH: but the request has come" $(($(echos) - before)) 1
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
