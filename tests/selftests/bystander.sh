#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A bridge that floods hands a guest frames of others: they make no flow of his and
# pass no chain of his; a fail-closed guest does not get them. And nodes whose legs
# a bridge has: it gets nothing from them, they get nothing from it.
#
#	A eth0 ------------- tapa, pp0 [br0, floods] tapb -- eth0 B
#	C eth0, bystander -- tapc, pp0 [br0]
#	         sp0: fw1, a Linux bridge; its legs are in br1 with tapd -- eth0 D
# vehicle: debug
. "$(dirname "$0")/../nsh.sh"
need bridge jq
module

flooded() { $SP -j -s proxy show pp0 | jq '.[0].guests[] | select(.dev == "tapc") | .stats64.flooded.packets'; }
flows_of() { $SP -j proxy show pp0 | jq ".[0].guests[] | select(.dev == \"$1\") | .flows"; }
rx_of() { ip netns exec "$1" cat /sys/class/net/eth0/statistics/rx_packets; }
ten() { in_ns "$A" ping -q -n -c 10 -i 0.1 -W 2 192.0.2.2 > /dev/null; }
more_flooded() { [ $(($(flooded) - $1)) -ge 10 ]; }
more_rx() { [ $(($(rx_of "$1") - $2)) -ge "$3" ]; }
more_drops() { [ $(($(drops "$1") - $2)) -ge "$3" ]; }

setup_ns A B C D
add_guest "$A" tapa 192.0.2.1/24
add_guest "$B" tapb 192.0.2.2/24
add_guest "$C" tapc 192.0.2.3/24
add_guest "$D" tapd
for ns in "$A" "$B" "$C" "$D"; do
	in_ns "$ns" sysctl -qw net.ipv6.conf.eth0.disable_ipv6=1
done
lan bridge br0 tapa tapb tapc
for dev in tapa tapb; do bridge link set dev $dev learning off; done
plane
inline_node fw1 1 s1
chain c1 s1 fail open
$SP path add sp0 100 reverse 101 chain c1 nodes fw1
$SP rule add sp0 prio 100 dir any proto icmp chain c1
proxy tapa,tapc
pings "$C" 192.0.2.2 || bail "the bystander does not reach B"
pings "$A" 192.0.2.2 || bail "A does not reach B"
$SP flow flush sp0

before=$(flooded) came=$(rx_of "$C")
note
ten
check "the bystander's tap is flooded" busywait 5 more_flooded "$before"
check "and gets the copies" busywait 5 more_rx "$C" "$came" 10
check_eq "they make no flow of his" "$(flows_of tapc)" 0
check_eq "those whose they are have one" "$(flows_of tapa)" 1
check_eq "a node sees each frame once" "$(got fw1 out) $(got fw1 in)" "10 10"

$SP chain replace sp0 c1 services s1 fail closed
before=$(drops flooded) came=$(rx_of "$C")
ten
check "fail closed: they are dropped" busywait 5 more_drops flooded "$before" 10
check "and do not come" test $(($(rx_of "$C") - came)) -lt 10
check_eq "nor make a flow" "$(flows_of tapc)" 0

# Legs in a bridge of somebody else
ip link add br1 type bridge mcast_snooping 0
defer ip link del br1
# The host itself says nothing: what D gets would be a leak
sysctl -qw net.ipv6.conf.br1.disable_ipv6=1 net.ipv6.conf.tapd.disable_ipv6=1
ip link set br1 up
for dev in fw1l fw1r tapd; do ip link set $dev master br1; done
note
seen=$(rx_of "$D")
in_ns "$A" ping -q -n -c 100 -i 0.02 -W 2 192.0.2.2 > "$tap_dir/ping"
check_eq "a hundred of a hundred frames pass an enslaved node" \
	"$(got fw1 out) $(got fw1 in) $(grep -c ' 100 received' "$tap_dir/ping")" "100 100 1"
before=$(drops ret_not_ip)
in_ns "$NS_FW1" "$BADLY" -i hub --send \
	"ffffffffffff02bbbbbbbbbb88b5$(printf '%092d' 0)" --limit 0 > /dev/null
check "what the node sends of its own is taken" busywait 5 more_drops ret_not_ip "$before" 2
check_eq "nothing of all that leaked to the bridge" "$(rx_of "$D")" "$seen"
before=$(drops node_foreign)
in_ns "$D" "$BADLY" -i eth0 --send \
	"ffffffffffff02cccccccccc88b5$(printf '%092d' 0)" --limit 0 > /dev/null
check "what the bridge sends to the legs is dropped" busywait 5 more_drops node_foreign "$before" 2
