#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Rules in their order, refusals that name their cause, and a policy replaced as
# a whole under traffic.
#
#	A eth0 -- tapa [br0] tapb -- eth0 B
#	          | pp0
#	         sp0: fw1, fw2: Linux bridges between two legs
# vehicle: debug
. "$(dirname "$0")/../topo.sh"
need socat nft python3
module

refuse() { check_fail "$1" 2 "$2" "${@:3}"; }
usage() { check_fail "$1" 1 "$2" "${@:3}"; }

setup_ns A B
add_guest "$A" tapa 10.0.1.2/24 fd00:1::2/64
add_tap_guest "$B" tapb 10.0.1.3/24 fd00:1::3/64
lan bridge br0 tapa tapb
plane
inline_node fw1 1 s1
inline_node fw2 2 s1
inline_node ids1 3 s2
chain c1 s1
chain c2 s1,s2

refuse "a service twice" "has a service s1" $SP service add sp0 s1
refuse "an unknown service" "s9" $SP chain add sp0 c9 services s9
refuse "a chain's name twice" "c1" $SP chain add sp0 c1 services s1
refuse "a path of too few nodes" "2 services" \
	$SP path add sp0 100 reverse 101 chain c2 nodes fw1
refuse "a path with a node of another service" "asks for s1" \
	$SP path add sp0 100 reverse 101 chain c1 nodes ids1
refuse "a path whose reverse is itself" "another" \
	$SP path add sp0 100 reverse 100 chain c1 nodes fw1
check "a path" $SP path add sp0 100 reverse 101 chain c1 nodes fw1
refuse "an SPI twice" "SPI 101 is taken" \
	$SP path add sp0 102 reverse 101 chain c1 nodes fw2
check "another path" $SP path add sp0 102 reverse 103 chain c1 nodes fw2
check "a path of two hops" $SP path add sp0 200 reverse 201 chain c2 nodes fw1,ids1
refuse "a rule for an unknown chain" "c9" $SP rule add sp0 prio 1 chain c9
refuse "an unknown group" "g9" $SP rule add sp0 prio 1 src-group g9 drop
check "a group" $SP group add sp0 g1 members 10.0.1.2,fd00:1::/64
check "a rule that names it" $SP rule add sp0 prio 50 src-group g1 proto udp drop
refuse "a group in use" "rule" $SP group del sp0 g1
refuse "a chain in use" "path" $SP chain del sp0 c1
refuse "a node in use" "path" $SP node del sp0 fw1
refuse "a service in use" "used by" $SP service del sp0 s1
refuse "a chain that no longer fits its paths" "path 100" \
	$SP chain replace sp0 c1 services s2
refuse "no such plane" "sp9" $SP service add sp9 s1
refuse "a device that is not there" "tapz" $SP proxy add pp1 plane sp0 guest tapz
usage "a word that is none" "frob" $SP rule add sp0 frob 3
usage "a port out of range" "65535" $SP rule add sp0 prio 1 proto tcp dport 70000 drop
refuse "two proxies on one guest" "already" \
	sh -c "$SP proxy add pp1 plane sp0 guest tapa && $SP proxy add pp2 plane sp0 guest tapa"
ip link del pp1
ip link del pp2 2> /dev/null
refuse "a node's leg as a guest" "node fw1" $SP proxy add pp1 plane sp0 guest fw1l
ip link del pp1 2> /dev/null
refuse "a bridge of ours as a guest" "sp0 is a svcplane, not a tap or veth" \
	$SP proxy add pp1 plane sp0 guest sp0
ip link del pp1 2> /dev/null
ip link add dummy9 type dummy
defer ip link del dummy9
for kind in macvlan macvtap ipvlan; do
	ip link add mv0 link dummy9 type $kind
	refuse "a $kind as a guest" "mv0 is a $kind, whose frames pass hooks in the reverse sense" \
		$SP proxy add pp1 plane sp0 guest mv0
	ip link del pp1 2> /dev/null
	ip link del mv0
done

proxy tapa
$SP rule del sp0 prio 50
check "no rule: it passes" pings "$A" 10.0.1.3
check "a rule that drops" $SP rule add sp0 prio 20 dir any proto icmp drop
check "it drops" no_ping "$A" 10.0.1.3
check "and counts" more "$(drops rule)" 0
check "one that is asked before" $SP rule add sp0 prio 10 dir any proto icmp \
	dst 10.0.1.0/24 bypass
check "lets it pass" pings "$A" 10.0.1.3
check "IPv6 still falls under its own" $SP rule add sp0 prio 9 dir any proto icmpv6 drop
check "echoes drop, neighbours are found" no_ping "$A" fd00:1::3
$SP rule del sp0 prio 9
check "without it" pings "$A" fd00:1::3
for prio in 10 20; do $SP rule del sp0 prio $prio; done

check "new flows share the paths of a chain" $SP rule add sp0 prio 5 proto udp chain c1
# datagrams ADDRESS PORT...: one from each, to the 100th after it: the same flow each time
datagrams()
{
	in_ns "$A" python3 - "$@" <<-'PY'
		import socket, sys
		for port in map(int, sys.argv[2:]):
		    family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
		    s = socket.socket(family, socket.SOCK_DGRAM)
		    s.bind(("", port))
		    s.sendto(b"x", (sys.argv[1], port + 100))
	PY
}

given() { echo $(($(sent fw1 out) + $(sent fw2 out))); }
were_given() { [ "$(given)" = "$1" ]; }
# send: 24 datagrams, until the nodes have them
send()
{
	local before

	before=$(given)
	datagrams 10.0.1.3 {2000..2023}
	busywait 5 were_given $((before + 24))
}
# split: the ports whose flows take fw1; the flows may be new ones
split()
{
	$SP -o flow show sp0 proto udp node fw1 | grep -o ' sport [0-9]*' | sort | xargs
}
anew() { $SP flow flush sp0 > /dev/null && send && split; }
check "each one of them" send
check "some take fw1" more "$(sent fw1 out)" 0
check "some take fw2" more "$(sent fw2 out)" 0
$SP plane set sp0 seed 000102030405060708090a0b0c0d0e0f
first=$(anew)
$SP plane set sp0 seed 000102030405060708090a0b0c0d0eff
check "another seed splits them otherwise" test "$(anew)" != "$first"
$SP plane set sp0 seed 000102030405060708090a0b0c0d0e0f
check_eq "the same again does not" "$(anew)" "$first"
$SP path replace sp0 100 reverse 101 chain c1 nodes fw1 weight 0
check "a path of weight 0" send
check_eq "keeps the flows that it has" "$(split)" "$first"
check_eq "and gets no new one" "$(anew) $(flows proto udp spi 102)" " 24"
$SP path replace sp0 100 reverse 101 chain c1 nodes fw1
$SP node set sp0 fw2 down
check "a path whose node is down" send
check_eq "gives its flows to the others" "$(flows proto udp spi 100)" 24
$SP node set sp0 fw2 up
check "up again" send
check_eq "it does not take them back" "$(flows proto udp spi 100)" 24

$SP rule add sp0 prio 4 proto udp family ipv6 chain c2
$SP proxy add pp1 plane sp0 match nothing9
$SP flow flush sp0 > /dev/null
send
datagrams fd00:1::3 2000 2001 2002
in_ns "$A" ping -q -n -c 1 -W 1 10.0.1.3 > /dev/null
all_there() { [ "$(flows)" = 28 ]; }
check "flows of two families, two chains or none, one guest" busywait 5 all_there
# filter FILTER VALUE N VALUE N: so many flows pass it with each value
filter() { check_eq "shown by $1" "$(flows "$1" "$2") $(flows "$1" "$4")" "$3 $5"; }
filter proto udp 27 icmp 1
filter family ipv4 25 ipv6 3
filter sport 2000 2 2100 0
filter dport 2000 0 2100 2
filter src 10.0.1.0/30 25 10.0.1.4/30 0
filter dst 10.0.1.3 25 fd00:1::3 3
filter vlan 0 28 5 0
filter chain c1 24 c2 3
filter node ids1 3 fw9 0
filter spi 200 3 9 0
filter action chain 27 bypass 1
filter port tapa 28 tapb 0
filter proxy pp0 28 pp1 0
filter tag "$($SP -j flow show sp0 proto icmp | grep -o '"tag":[0-9]*' | cut -d: -f2)" 1 0x7fffffff 0
ip link del pp1
for prio in 4 5; do $SP rule del sp0 prio $prio; done

# The whole policy again and again while a connection runs through it: with a group
# that changes, and a rule behind it which would let the connection pass raw
policy()
{
	cat <<-END
		group add sp0 peers members $1
		chain add sp0 c1 id 1 services s1
		path add sp0 100 reverse 101 chain c1 nodes fw1
		rule add sp0 prio 7 dir any proto tcp src-group peers dport 5001 chain c1
		rule add sp0 prio 8 dir any proto tcp bypass
	END
}

# counts NS SIDE: what comes to it of the connection
counts()
{
	in_ns "$1" nft -f - <<-END
		table inet t {
			chain c {
				type filter hook input priority 0
				tcp $2 5001 counter
			}
		}
	END
}

came() { in_ns "$1" nft list chain inet t c | sed -n 's/.*packets \([0-9]*\).*/\1/p'; }

# all_returned: what the node has given back since is what has come to the guests
all_returned()
{
	back="$(($(returned fw1 out) - was_out)) $(($(returned fw1 in) - was_in))"
	there="$(came "$B") $(came "$A")"
	[ "$back" = "$there" ]
}

policy 10.0.1.2,10.9.0.0/16 > "$tap_dir/policy"
policy 10.0.1.0/24 > "$tap_dir/policy2"
sed '$d' "$tap_dir/policy" > "$tap_dir/bad"
echo "rule add sp0 prio 9 chain nosuch" >> "$tap_dir/bad"
check "a policy replaced as a whole" $SP -b "$tap_dir/policy" -a replace
check_eq "what it does not say is gone" \
	"$($SP -o path show sp0 | wc -l) $($SP -o group show sp0 | wc -l)" "1 1"
generation() { $SP plane show sp0 | sed 's/.* generation \([0-9]*\).*/\1/;q'; }
before=$(generation)
check_fail "one that is wrong is refused" 2 "nosuch" $SP -b "$tap_dir/bad" -a replace
check_eq "and changes nothing" "$(generation) $($SP -o rule show sp0 | wc -l)" "$before 2"
serve "$B" 5001 3000000
{ counts "$A" sport && counts "$B" dport; } || bail "no nft"
was_out=$(returned fw1 out) was_in=$(returned fw1 in)
spawn sh -c "while :; do for f in policy2 policy; do
	$SP -b $tap_dir/\$f -a replace || echo bad
done; done"
# shellcheck disable=SC2154
churn=$spawned churn_out=$spawned_out
check "a transfer while the policy is replaced" receives "$A" 10.0.1.3 5001
kill "$churn"
check "it was replaced" more "$(generation)" "$((before + 2))"
check_eq "never refused" "$(cat "$churn_out")" ""
check_eq "nothing of the flow was lost for want of a path" "$(drops chain_failed)" 0
check_eq "nor is it passed by the node" "$(flows proto tcp dport 5001 action bypass)" 0
check "no frame of it ever passed the node by" busywait 5 all_returned ||
	diag "returned, out and in: $back; came: $there"
check "there were some each way" more "$(came "$B")" 10
