#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Whoever else looks at a guest's tap sees each frame once. From the guest, before
# the chain: packet taps, tc ingress, nft ingress. To the guest, nft egress before
# the chain; tc egress, qdisc and packet taps after it.
#
#	A eth0 -- tapa [br0] tapb -- eth0 B
#	          | pp0
#	         sp0: fw1, a Linux bridge; n1, NSH-aware
# vehicle: stock
. "$(dirname "$0")/../nsh.sh"
need tc nft tcpdump jq python3 xdp
module

watchers()
{
	nft -f - <<-END
		table netdev t {
			chain ingress {
				type filter hook ingress device tapa priority 0
				icmp type echo-request counter
			}
			chain egress {
				type filter hook egress device tapa priority 0
				icmp type echo-reply counter
			}
		}
	END
	defer nft delete table netdev t
	tc qdisc add dev tapa root handle 1: prio
	tc qdisc add dev tapa clsact
	tc filter add dev tapa ingress protocol ip flower ip_proto icmp type 8 action ok
	tc filter add dev tapa egress protocol ip flower ip_proto icmp type 0 action ok
	spawn tcpdump -lnqi tapa icmp
	taps=$spawned_out
	busywait 10 grep -q listening "$taps" || bail "no tcpdump"
}

nft_saw() { nft -j list chain netdev t "$1" | jq '[.. | .counter? // empty | .packets] | add'; }
tc_saw()
{
	tc -s -j filter show dev tapa "$1" |
		jq '[.[].options? | .actions?[]?.stats.packets] | add // 0'
}
qdisc_saw() { tc -s -j qdisc show dev tapa root | jq '.[0].packets'; }
tap_saw() { grep -c "$1" "$taps"; }

# Frames from the guest, as seen by packet taps, tc and nft; frames to it likewise
from_guest() { echo "$(tap_saw request) $(tc_saw ingress) $(nft_saw ingress)"; }
to_guest() { echo "$(nft_saw egress) / $(tc_saw egress) $(tap_saw reply)"; }

from_is() { [ "$(from_guest)" = "$1" ]; }
to_is() { [ "$(to_guest)" = "$1" ]; }

# The counters stand at N requests and M replies before the chain, K after it
stand()
{
	local name=$1

	busywait 5 from_is "$2 $2 $2"
	check_eq "$name: from the guest, each once" "$(from_guest)" "$2 $2 $2"
	busywait 5 to_is "$3 / $4 $4"
	check_eq "$name: to the guest, nft before, tc and taps after" "$(to_guest)" "$3 / $4 $4"
}

# What is set at the tap differs from frame to frame of a flow
markers()
{
	tc qdisc add dev tapb root handle 1: prio
	nft -f - <<-END
		table netdev m {
			chain ingress {
				type filter hook ingress device tapa priority 1
				icmp type echo-request meta priority set 1:3 meta mark set icmp sequence map { 1: 0x11, 2: 0x22 }
			}
			chain egress {
				type filter hook egress device tapa priority 1
				icmp type echo-reply meta priority set 1:3 meta mark set icmp sequence map { 1: 0x33, 2: 0x44 }
			}
		}
	END
	defer nft delete table netdev m
	spawn frames.py tapa tapb
	marked=$spawned_out
	busywait 10 contains "$marked" ready || bail "nobody listens"
}

# marks DEV TYPE: of the ICMP messages of that type that the device has sent
marks()
{
	awk -v dev="$1" -v type="$2" '$1 == dev && $2 == "out" &&
		substr($5, 25, 4) substr($5, 47, 2) substr($5, 69, 2) == "080001" type {
			printf " %s", $4 }' "$marked"
}
both_marks() { [ "$(marks tapb 08) /$(marks tapa 00)" = " 0x11 0x22 / 0x33 0x44" ]; }

# third DEV: frames that the third band of its qdisc has had
third()
{
	tc -s class show dev "$1" | awk '/^class/ { here = $3 == "1:3" } here && $1 == "Sent" { print $4 }'
}

ten() { in_ns "$A" ping -q -n -c 10 -i 0.1 -W 2 192.0.2.2 > /dev/null; }

setup_ns A B
add_guest "$A" tapa 192.0.2.1/24
add_guest "$B" tapb 192.0.2.2/24
lan bridge br0 tapa tapb
plane
inline_node fw1 1 s1
echo_node n1 2 s2
chain c1 s1,s2
$SP path add sp0 100 reverse 101 chain c1 nodes fw1,n1
proxy tapa
pings "$A" 192.0.2.2 || bail "no ping"
watchers
ten
stand "without a chain" 10 10 10
$SP rule add sp0 prio 100 dir any proto icmp chain c1
before=$(qdisc_saw)
ten
stand "through two nodes" 20 20 20
check "the qdisc saw them once" test $(($(qdisc_saw) - before)) -ge 10 -a $(($(qdisc_saw) - before)) -lt 20

markers
check "two echoes with marks" in_ns "$A" ping -q -n -c 2 -i 0.2 -W 5 -e 9 192.0.2.2
busywait 5 both_marks
check_eq "behind the chain each has its mark: from the guest / to it" \
	"$(marks tapb 08) /$(marks tapa 00)" " 0x11 0x22 / 0x33 0x44"
check_eq "and its priority" "$(third tapb) $(third tapa)" "2 2"
nft delete table netdev m

# A node that keeps what it gets shows which side of the chain one looks from
in_ns "$NS_FW1" nft add table bridge t
in_ns "$NS_FW1" nft "add chain bridge t c { type filter hook forward priority 0; }"
in_ns "$NS_FW1" nft "add rule bridge t c iifname right drop"
ten
stand "replies stay in a node" 32 32 22
in_ns "$NS_FW1" nft "insert rule bridge t c iifname left drop"
ten
stand "requests stay in a node" 42 32 22

# How often an XDP program ran for ten requests
xdp_ran()
{
	spawn xdp tapa "$1" count
	busywait 10 contains "$spawned_out" ready || return
	ten
	# shellcheck disable=SC2154
	kill "$spawned"
	wait "$spawned"
	ran=$(tail -n 1 "$spawned_out")
}
in_ns "$NS_FW1" nft delete table bridge t
xdp_ran native
check "native XDP runs once for each: $ran" test "$ran" -ge 10 -a "$ran" -lt 20
xdp_ran generic
check "generic XDP twice: $ran" test "$ran" -ge 20
