#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# One plane over two hosts that run different kernels, a vehicle each: sessions,
# announcements, user messages, flows of guests of either through the nodes of the
# other and home, verdicts from there, ping and trace; vxlan, then geneve. Whether what
# has travelled is, byte for byte, what wire.md says: tests/fabric/run looks at that.
#
#	A1 eth0 -- tapa [br0] tapb -- eth0 B1	and A2, B2 likewise
#	          | pp0
#	       host 1: fw1, ids1 ===== cable ===== host 2: fw2, ids2
. "$(dirname "$0")/vehicles.sh"
need socat tcpdump
# shellcheck disable=SC2154 # by lib.sh
IDS=$(readlink -f "$tests_dir/../examples/ids-node")
module
far modprobe svcplane || bail "the module does not load in the far vehicle"

heard() { local file=heard_$1; grep -c "$2" "${!file}"; }
hears_once() { [ "$(heard "$1" "accepted.*$2")" = 1 ]; }
delivers() { says "$1" "$2" "$3" && busywait 10 hears_once "$2" "$3"; }
has_mac() { at "$1" bridge fdb show dev sp0 | grep -q "^$2 "; }
owned_up() { on "$1" -j node show sp0 "$2" | jq -e ".[0] | .owner == $3 and (.down | length == 0)"; }
# passed HOST NODE DIR: frames that a node has given back
passed() { local ns=H$1 SP; SP="svcplane -n ${!ns}"; returned "$2" "$3"; }
trace() { on "$1" -j trace sp0 "${@:2}" -W 2s | jq -r '[.[].hops[] | "\(.host_id):\(.node_id // 0)>\(.next_id // 0)"] | join(" ")'; }
ping_() { on "$1" ping sp0 "${@:2}" -c 2 -i 50ms; }

kernels="$(uname -r) $(far uname -r)"
diag "host 1: Linux ${kernels% *}, host 2: Linux ${kernels#* }"
check "the kernels differ" test "${kernels% *}" != "${kernels#* }"

fabric 2 vxlan
check "the hosts have sessions" connected
for i in 1 2; do
	spawn at $i tcpdump -U -Z root -n -i vx -w "$tap_dir/$i.pcap" ether proto 0x894f
	busywait 10 contains "$spawned_out" "listening on" || bail "no tcpdump on host $i"
	hears $i
	host_ns $i "A$i" "B$i"
	host_inline $i fw$i
	host_nsh $i ids$i "$IDS" -i eth0 -p xxxxxxxx
done
plane_file <<-'END'
	service add sp0 fw type 33
	service add sp0 ids type 35
	service add sp0 fwb type 33
	service add sp0 idsb type 35
	node add sp0 fw1 id 11 hosts 1 service fwb mode inline dev fw1l egress fw1r
	node add sp0 ids1 id 12 hosts 1 service idsb mode nsh dev ids1
	node add sp0 fw2 id 21 hosts 2 service fw mode inline dev fw2l egress fw2r
	node add sp0 ids2 id 22 hosts 2 service ids mode nsh dev ids2 mac 02:00:00:00:00:a2
	chain add sp0 at1 id 1 services fwb,idsb fail closed
	chain add sp0 at2 id 2 services fw,ids fail closed
	path add sp0 100 reverse 101 chain at1 nodes fw1,ids1
	path add sp0 200 reverse 201 chain at2 nodes fw2,ids2
END
for i in 1 2; do
	for j in 1 2; do
		check "host $i knows that fw$j is on host $j" busywait 10 owned_up $i fw$j $j
		check "and ids$j" busywait 10 owned_up $i ids$j $j
	done
done
check "an address announced is behind the uplink" busywait 5 has_mac 1 02:00:00:00:00:a2
check "a message from 1 to 2, once" delivers 1 2 "from one to two."
check "from 2 to 1" delivers 2 1 "from two to one."
# shellcheck disable=SC2154 # by hears
check "it was acknowledged" busywait 5 grep -q "acked.*from one to two" "$heard_1"
of 2 link set ids2 down
ids_down() { ! owned_up "$1" "$2" "$3"; }
check "a node of host 2 goes down, which host 1 is told" busywait 5 ids_down 1 ids2 2
of 2 link set ids2 up
check "and comes back" busywait 10 owned_up 1 ids2 2

# through GUEST-HOST NODE-HOST PATH: flows of guests of the one pass nodes of the other
through()
{
	local here=$1 there=$2 path=$3 a=A$1 b=B$1 before

	a=${!a} b=${!b}
	host_guest "$here" tapa "$a" 10.1.0.1/24
	host_guest "$here" tapb "$b" 10.1.0.2/24
	host_lan "$here" br0 tapa tapb
	on "$here" proxy add pp0 plane sp0 guest tapa || bail "no proxy on host $here"
	of "$here" link set pp0 up
	on "$here" rule add sp0 prio 100 dir any proto icmp chain "at$there"
	on "$here" rule add sp0 prio 99 dir any proto tcp chain "at$there"
	reach "$here" "$there" "$path"
	check "host $here: a ping through host $there" pings "$a" 10.1.0.2
	before=$(passed "$there" "fw$there" out)
	serve "$b" 5001 100000
	check "host $here: TCP to the guest" receives "$a" 10.1.0.2 5001
	check "its frames passed fw$there" more "$(passed "$there" "fw$there" out)" "$before"
	for dir in out in; do
		check "and ids$there, $dir" more "$(passed "$there" "ids$there" $dir)" 10
	done
	drops_by_verdict "$here" "$there" "$a" "$b"
}

reach()
{
	local here=$1 there=$2 path=$3 what

	for what in "host $there" "node fw$there" "node ids$there" "path $path both"; do
		# shellcheck disable=SC2086 # words
		check "host $here pings $what" busywait 10 ping_ "$here" $what
	done
	check_eq "host $here traces path $path" "$(trace "$here" path "$path")" \
		"$here:${there}1>$there $there:${there}1>$there $there:${there}2>$there $there:0>$here $here:0>$here"
}

drops_by_verdict()
{
	local here=$1 there=$2 a=$3 b=$4

	serve "$b" 5002 30000
	printf xxxxxxxx | dd of="$tap_dir/served.5002" conv=notrunc status=none
	check "host $here: what the IDS of host $there does not like does not arrive" \
		test "$(in_ns "$a" timeout 5 socat -u TCP:10.1.0.2:5002 - | wc -c)" = 0
	check_eq "host $here: the flow is dropped" \
		"$(on "$here" -j flow show sp0 proto tcp action drop | jq length)" 1
	check "host $here: by a verdict of ids$there" busywait 5 \
		more "$(heard "$here" "accepted.*type verdict")" 0
}
through 1 2 200
through 2 1 100

# The same planes over the other kind of tunnel
for i in 1 2; do
	of $i link add gn mtu 1600 type geneve id 100 remote 192.0.2.$((3 - i))
	of $i link set gn up
	of $i link set gn master sp0
done
for i in 1 2; do of $i link set vx down; done
check "over geneve: sessions" connected
check "over geneve: a message from 1 to 2" delivers 1 2 "by geneve."
check "over geneve: from 2 to 1" delivers 2 1 "by geneve, too."
check "over geneve: a flow" pings "$A1" 10.1.0.2

for i in 1 2; do
	check_eq "host $i: no message was forged, malformed, replayed, lost or given up" "$(on $i -j -s host show sp0 |
		jq -c '[.[].stats64 | .forged, .malformed, .replayed, .lost, .unknown] | map(. // 0)')" "[0,0,0,0,0]"
	check_eq "host $i: it has dropped nothing from the uplink" "$(on $i -j stats show sp0 -all |
		jq -r '[.[] | select(.packets > 0 and (.reason | test("^(uplink|nsh)_"))) | .reason] |
			if length > 0 then join(" ") else "nothing" end')" "nothing"
done
# For fabric/run, which looks at them where nothing is emulated
mkdir "$shared/seen"
cp "$tap_dir"/key.[12] "$tap_dir"/[12].pcap "$shared/seen/" || not_ok "captures are there"
for i in 1 2; do stop $i; done
