#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A guest that opens more flows than its quota, or than the plane's, has lost the
# new ones alone, whatever the failure policy of their chain. What needs no record
# passes, and room is made again by flows that go.
#
#	A eth0 -- tapa [br0] tapb -- eth0 B, counts what comes
#	C eth0 -- tapc [br0]
#	          | pp0: tapa, tapc
#	         sp0: fw1, a Linux bridge between two legs
# vehicle: debug
. "$(dirname "$0")/../topo.sh"
need nft socat
module

# datagrams NS FIRST LAST: one to each of these ports of B, a flow each
datagrams()
{
	in_ns "$1" bash -c "for ((p = $2; p <= $3; p++)); do
		echo x > /dev/udp/10.0.1.3/\$p
	done"
}

reached() { in_ns "$B" nft list chain inet t c | sed -n 's/.*packets \([0-9]*\).*/\1/p'; }

# came TEXT N: so many datagrams have reached B since the last time
came()
{
	got=$(($(reached) - reached))
	[ "$got" = "$2" ] || busywait 2 eval "[ \$((\$(reached) - reached)) = $2 ]"
	got=$(reached)
	check_eq "$1" $((got - reached)) "$2"
	reached=$got
}

# again: the same flow each time
again() { echo x | in_ns "$A" socat -u - UDP4:10.0.1.3:2000,sourceport=7000; }

# room FIRST LAST: the first of A's new flows has a record, the last has none
room()
{
	datagrams "$A" "$1" "$2"
	[ "$(flows port tapa dport "$1") $(flows port tapa dport "$2")" = "1 0" ]
}

# full FIRST LAST: with these the guest has what it may
full() { datagrams "$A" "$1" "$2"; [ "$(flows port tapa)" = 8 ]; }

tag_of() { $SP -o flow show sp0 port tapa dport "$1" | sed 's/.* tag \([^ ]*\).*/\1/'; }

dropped() { echo "$(drops flow_quota_port) $(drops flow_quota_plane)"; }
no_flows() { [ "$(flows)" = 0 ]; }

setup_ns A B C
add_guest "$A" tapa 10.0.1.2/24
add_guest "$B" tapb 10.0.1.3/24
add_guest "$C" tapc 10.0.1.4/24
for ns in "$A" "$B" "$C"; do in_ns "$ns" sysctl -qw net.ipv6.conf.all.disable_ipv6=1; done
lan bridge br0 tapa tapb tapc
pings "$A" 10.0.1.3 || bail "no network"
pings "$C" 10.0.1.3 || bail "no network"
in_ns "$B" nft -f - <<-END || bail "no nft"
	table inet t {
		chain c {
			type filter hook input priority 0
			udp dport 2000-3999 counter drop
		}
	}
END
reached=0
plane
inline_node fw1 1 s1
chain c1 s1
$SP path add sp0 100 reverse 101 chain c1 nodes fw1
$SP rule add sp0 prio 10 dir out proto udp dport 2000-2999 chain c1
$SP rule add sp0 prio 11 dir out proto udp dport 3000-3999 bypass
$SP plane set sp0 max-flows 12 timeout-udp 600
$SP proxy add pp0 plane sp0 guest tapa,tapc max-flows 8 || bail "no proxy"
defer ip link del pp0
ip link set pp0 up

again || bail "no socket"
datagrams "$A" 2001 2019
came "20 flows of a guest that may have 8: those pass" 8
check_eq "they are its flows" "$(flows port tapa)" 8
check_eq "the node was given those" "$(sent fw1 out)" 8
check_eq "the others are dropped for the guest's quota" "$(dropped)" "12 0"
again
came "an old flow goes on" 1
check_eq "and is not counted again" "$(dropped) $(flows port tapa)" "12 0 8"
$SP chain replace sp0 c1 services s1 fail open
datagrams "$A" 2020 2020
came "a chain that fails open: a new flow does not pass it by" 0
check_eq "and is dropped for the same" "$(dropped)" "13 0"
datagrams "$A" 3000 3003
came "what a rule bypasses passes" 4
check_eq "without a record" "$(flows port tapa) $(flows dport 3000)" "8 0"
check_eq "and without a drop" "$(dropped)" "13 0"

datagrams "$C" 2000 2019
came "20 flows of another, where the plane may have 12 in all: those left pass" 4
check_eq "they are its flows" "$(flows port tapc) $(flows)" "4 12"
check_eq "the others are dropped for the plane's quota" "$(dropped)" "13 16"
datagrams "$C" 3000 3003
came "what a rule bypasses passes here as well" 4
check_eq "without a record and without a drop" "$(flows) $(dropped)" "12 13 16"

$SP flow flush sp0 port tapa dport 2001
check "a flow that is flushed makes room, and no more" busywait 5 room 2030 2032
check_eq "for its guest and the plane" "$(flows port tapa) $(flows)" "8 12"

tag=$(tag_of 2002)
check "a guest at its quota: one of its flows can be dropped all the same" \
	$SP verdict drop sp0 node fw1 flow tag "$tag"
$SP flow flush sp0 port tapa dport 2003
drops=$(drops flow_quota_port)
datagrams "$A" 2033 2033
check_eq "the verdict counts as a flow" "$(flows port tapa) $(drops flow_quota_port)" \
	"7 $((drops + 1))"
$SP flow flush sp0 port tapa dport 2002
check "and leaves with its flow: room for two" busywait 5 full 2034 2036
reached=$(reached)
$SP plane set sp0 max-flows 32
datagrams "$C" 2040 2059
came "a plane that may have more: its guests have what they may" 4
check_eq "what the plane has dropped is not held against them" "$(flows port tapc)" 8
$SP plane set sp0 timeout-udp 1
check "flows that idle out are gone" busywait 10 no_flows
datagrams "$A" 2060 2079
came "and have made room for as many" 8
