#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What gets past the hooks of a guest's tap, though a rule drops everything: each
# thing that the documentation says does, and that the gap of its direction grows
# by it. What AF_XDP receives is an XDP program's redirect, and shows as that.
#
#	A eth0 -- tapa [br0, later routed] tapb -- eth0 B
#	          | pp0: drop
#	         sp0 -- up0 ==veth== far, fw1: a bridge
# timeout: 180
# vehicle: stock
. "$(dirname "$0")/../topo.sh"
need tc nft python3 jq nstat xdp xsk
module

# gap DIR: as shown
gap() { $SP -j -s proxy show pp0 | jq ".[0].guests[0].stats64.$1.gap"; }

echos() { in_ns "$1" nstat -asz IcmpInEchos | awk '/InEchos/ { print $2 }'; }
came() { [ $(($(echos "$1") - $2)) -ge "${3:-5}" ]; }
gap_grew() { [ $(($(gap "$1") - $2)) -ge "${3:-5}" ]; }

# asks NS ADDRESS: five echo requests, no matter what becomes of them
asks() { in_ns "$1" ping -q -n -c 5 -i 0.1 -W 1 "$2" > /dev/null; }

# passes NAME NS DIR CMD...: five requests that CMD sends reach NS around the hook
# of that direction, and its gap tells
passes()
{
	local before gap

	before=$(echos "$2") gap=$(gap "$3")
	"${@:4}"
	check "$1: frames get past the hook" busywait 5 came "$2" "$before"
	check "$1: the gap grows" busywait 5 gap_grew "$3" "$gap"
}

around() { passes "$1" "$B" out asks "$A" 192.0.2.2; }
into() { passes "$1" "$A" in "${@:2}"; }

stopped()
{
	local before

	before=$(echos "$B")
	asks "$A" 192.0.2.2
	check_eq "$1: nothing passes" "$(echos "$B")" "$before"
}

# An echo request to A, but for A's address in front
request="0200000000f008004500001c000000004001f6ddc0000202c00002010800f7f600080001"
request=$request$(printf '%036d' 0)

# frame DEV BYPASS: five of it, sent into a device of the host
frame()
{
	python3 - "$1" "$2" "$MAC_A$request" <<-'PY'
		import socket, sys
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		s.setsockopt(263, 20, int(sys.argv[2]))   # PACKET_QDISC_BYPASS
		s.bind((sys.argv[1], 0))
		for _ in range(5):
		    s.send(bytes.fromhex(sys.argv[3].replace(":", "")))
	PY
}

run_xdp()
{
	spawn xdp "$@"
	busywait 10 contains "$spawned_out" ready
}

end_xdp()
{
	# shellcheck disable=SC2154
	kill "$spawned"
	busywait 5 sh -c "! ip link show tapa | grep -q xdp"
}

setup_ns A B
add_guest "$A" tapa 192.0.2.1/24
add_tap_guest "$B" tapb 192.0.2.2/24
MAC_A=$(ip netns exec "$A" cat /sys/class/net/eth0/address)
ip -n "$A" neigh replace 192.0.2.2 lladdr "$(ip netns exec "$B" cat /sys/class/net/eth0/address)" dev eth0
ip -n "$B" neigh replace 192.0.2.1 lladdr "$MAC_A" dev eth0
lan bridge br0 tapa tapb
plane

if run_xdp tapa generic pass; then
	check_fail "a generic XDP program: the bind is refused" 2 \
		"tapa has a generic XDP program, which would run twice" \
		"$SP" proxy add pp0 plane sp0 guest tapa
	end_xdp
else
	diag "$(cat "$spawned_out")"
	skip "a generic XDP program: the bind is refused" "no XDP"
fi
proxy tapa
$SP rule add sp0 prio 100 dir any drop
# What was on its way when the hooks came has passed none of them
gaps=$(gap out)/$(gap in)
check "no gap but of one or two of those" [ $(("${gaps%/*}" + "${gaps#*/}")) -le 2 ]
stopped "no way around"
check_eq "and the gap does not grow" "$(gap out)/$(gap in)" "$gaps"

if run_xdp tapa native pass; then
	stopped "native XDP that passes"
	end_xdp
	run_xdp tapa native drop
	before=$(gap out)
	asks "$A" 192.0.2.2
	check "native XDP that drops: the gap grows" busywait 5 gap_grew out "$before"
	end_xdp
	run_xdp tapa native tapb
	around "native XDP that redirects"
	end_xdp
else
	diag "$(cat "$spawned_out")"
	skip "native XDP" "no XDP"
fi

tc qdisc add dev tapa clsact
tc filter add dev tapa ingress matchall action mirred egress redirect dev tapb
around "tc redirect on the tap"
tc filter del dev tapa ingress
if ip link add ifb9 type ifb 2> /dev/null; then
	defer ip link del ifb9
	ip link set ifb9 up
	tc filter add dev tapa ingress matchall action mirred egress redirect dev ifb9
	around "IFB on the tap"
	tc filter del dev tapa ingress
	tc qdisc add dev tapb clsact
	tc filter add dev tapb ingress matchall action mirred egress redirect dev ifb9
	into "IFB on the device that the guest's traffic comes from" asks "$B" 192.0.2.1
	tc qdisc del dev tapb clsact
else
	skip "IFB on the tap" "no ifb"
	skip "IFB on the device that the guest's traffic comes from" "no ifb"
fi
tc qdisc del dev tapa clsact
ip link add d0 type dummy
defer ip link del d0
ip link set d0 up
tc qdisc add dev d0 clsact
tc filter add dev d0 egress matchall action mirred egress redirect dev tapa
into "tc redirect elsewhere, to the tap" frame d0 0
before=$(echos "$A")
frame tapa 0
check_eq "a packet socket on the tap: nothing passes" "$(echos "$A")" "$before"
check_fail "a packet socket with PACKET_QDISC_BYPASS: it is told" 1 \
	"No buffer space available" frame tapa 1
check_eq "a packet socket with PACKET_QDISC_BYPASS: nothing passes" "$(echos "$A")" "$before"

if xsk tapa "${MAC_A//:/}$request" 0; then
	into "AF_XDP" xsk tapa "${MAC_A//:/}$request" 5
else
	skip "AF_XDP" "no AF_XDP"
fi

# Such a frame meets the hook outside of the softirq that the locks are used in too
inline_node fw1 1 fw
chain c fw
$SP path add sp0 1 reverse 2 chain c nodes fw1
$SP rule add sp0 prio 50 dir any proto icmp chain c
in_chain() { more "$(sent fw1 "$1")" "$2"; }
check "under a chain: A's frames go through the node" pings "$A" 192.0.2.2
before=$(sent fw1 in)
frame tapa 1 2> /dev/null	# ends with the first, which does not reach the device
check "PACKET_QDISC_BYPASS under a chain: the frame goes through the node" \
	busywait 5 in_chain in "$before"
$SP rule del sp0 prio 50

nft -f - <<-END
	table netdev t {
		chain c {
			type filter hook ingress device tapa priority 0
			fwd to tapb
		}
	}
END
around "nft fwd on the tap"
nft delete table netdev t
stopped "without any of these"

# An uplink takes frames as a device's rx_handler: IFB does not hide them
ip link add up0 type veth peer name far
defer ip link del up0
ip link set up0 mtu 1600 up
ip link set far up
ip link set up0 master sp0
tc qdisc add dev up0 clsact
if tc filter add dev up0 ingress matchall action mirred egress redirect dev ifb9 2> /dev/null; then
	taken() { [ "$(drops nsh_mdtype)" -gt "$1" ]; }
	before=$(drops nsh_mdtype)
	python3 - <<-'PY'
		import socket
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		s.bind(("far", 0))
		s.send(bytes.fromhex("025000010000025000020000894f"
		    "0fc60303" "00006401") + bytes(60))	# MD type 3
	PY
	check "IFB on an uplink: the plane takes its frames" busywait 5 taken "$before"
else
	skip "IFB on an uplink: the plane takes its frames" "no ifb"
fi

# Flows that a flowtable has taken over never come to our hook again
ip link del br0
ip link del pp0
$SP rule del sp0 prio 100
lan routed - tapa tapb
for n in 1 2; do
	ns=$A
	[ $n = 1 ] || ns=$B
	ip -n "$ns" address add 10.0.$n.2/24 dev eth0
	ip -n "$ns" route add default via 10.0.$n.1
done
proxy tapa
$SP rule add sp0 prio 100 dir any proto udp dport 9 bypass
nft -f - <<-END
	table inet t {
		flowtable f {
			hook ingress priority 0
			devices = { tapa, tapb }
		}
		chain c {
			type filter hook forward priority 0
			meta l4proto tcp flow add @f
		}
	}
END
defer nft delete table inet t
serve "$A" 5001 3000000
before=$(gap out)
check "nft flowtable: a transfer" receives "$B" 10.0.1.2 5001 3000000
check "nft flowtable: the gap grows" busywait 5 gap_grew out "$before" 10
