#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What travels between the plane and its NSH-aware nodes, verdicts of a node included,
# is read by tshark with the dissector of contrib/: each frame, none of them
# malformed, and the fields are those that the plane itself tells.
#
#	A eth0 -- tapa [br0] tapb -- eth0 B
#	          | pp0
#	         sp0: n1 (nsh-node), captured at its leg; n2 (nsh-echo, context md2), too
# vehicle: debug
# timeout: 150
. "$(dirname "$0")/../nsh.sh"
need tshark tcpdump socat jq
module

# watch DEV: what passes at a leg from now on is in $tap_dir/DEV.pcap
watch()
{
	spawn tcpdump --immediate-mode -U -n -i "$1" -w "$tap_dir/$1.pcap"
	busywait 10 grep -q 'listening on' "$spawned_out" || bail "no tcpdump"
	watchers+=("$spawned")
}

# caught DEV TAG: a frame of this tag is in the capture, and so is what passed before
caught()
{
	[[ $(od -An -v -tx1 "$tap_dir/$1.pcap" | tr -d ' \n') = *$(printf '%08x' "$2")* ]]
}

# frames WHAT...: how many lines of what tshark has read begin like that; a + is any value
frames() { grep -cE "^${*//+/[^ ]+} " "$read"; }

# shows TEXT WHAT...: at least one frame of these fields was there
shows() { check "$1" more "$(frames "${@:2}")" 0 || diag "${*:2}"; }

setup_ns A B
B4=192.0.2.2
add_tap_guest "$A" tapa 192.0.2.1/24
add_guest "$B" tapb 192.0.2.2/24
lan bridge br0 tapa tapb
serve "$A" 5001 50000
plane
$SP plane set sp0 tenant 0x070809 host-id 0x923
echo_node n1 1 s1
nsh_node n2 2 s2 sh -c "echo ready; exec $ECHO eth0" -- context md2
chain c1 s1,s2 id 0x1234
$SP path add sp0 100 reverse 101 chain c1 nodes n1,n2
$SP rule add sp0 prio 100 dir any proto icmp chain c1
$SP rule add sp0 prio 99 dir any proto tcp dport 5001 chain c1
proxy tapa
check "a ping before" answered 6
watch n1
watch n2
check "TCP" receives "$B" 192.0.2.1 5001
check "a ping" answered 7
program n1 "$BADLY" -i eth0 --verdict skip-node
check "a ping whose request brings a verdict back" answered 8
program n1 "$BADLY" -i eth0 --verdict drop --md-only --v-scope 1
check "a ping that is answered, with a verdict besides" answered 9
tag7=$(tag_of 7) tag8=$(tag_of 8) tag9=$(tag_of 9)
check "a ping after" answered 10
for dev in n1 n2; do
	busywait 10 caught $dev "$(tag_of 10)" || bail "the capture of $dev does not end"
done
iface=$($SP -j proxy show pp0 | jq .[0].id)
for pid in "${watchers[@]}"; do kill -INT "$pid"; done
for pid in "${watchers[@]}"; do
	busywait 10 sh -c "! kill -0 $pid" || bail "tcpdump does not end"
done

read=$tap_dir/read
mergecap -F pcap -w "$tap_dir/all.pcap" "$tap_dir/n1.pcap" "$tap_dir/n2.pcap" || bail "no mergecap"
tshark -n -r "$tap_dir/all.pcap" -Y nsh -T fields -E separator=/s -E aggregator=, \
	-X lua_script:"$tests_dir/../contrib/wireshark/svcplane.lua" \
	-e nsh.mdtype -e nsh.spi -e nsh.si -e svcplane.ctx.v -e svcplane.ctx.tag \
	-e svcplane.ctx.host -e svcplane.ctx.iface -e svcplane.ctx.tenant \
	-e svcplane.ctx.chain -e nsh.nextproto -e svcplane.verdict.action \
	-e svcplane.verdict.scope -e _ws.malformed -e svcplane.unexpected \
	-e _ws.lua.proto.error > "$read" 2> "$tap_dir/said" || bail "tshark: $(cat "$tap_dir/said")"
sed -i 's/$/ /; s/  */ /g' "$read"

hex() { printf '0x%08x' "$1"; }
common="$((0x923)) $iface $((0x070809)) $((0x1234))"
shows "a request, as it was given" 1 100 255 0 "$(hex "$tag7")" "$common" 3
shows "the same, as it came back" 1 100 254 0 "$(hex "$tag7")" "$common" 3
shows "the same at the next node, MD type 2" 2 100 254 0 "$(hex "$tag7")" "$common" 3
shows "the answer" 2 101 255 1 "$(hex "$tag7")" "$common" 3
shows "the answer at the other node" 1 101 254 1 "$(hex "$tag7")" "$common" 3
shows "a verdict in a returned frame" 2 100 254 0 "$(hex "$tag8")" "$common" 3 3 3
shows "a verdict by itself" 2 100 + 0 "$(hex "$tag9")" "$common" 0 1 1
check "frames of TCP are among them" more "$(wc -l < "$read")" 50
check_eq "every frame is svcplane's, none is malformed or out of place" \
	"$(grep -vE "^[12] 10[01] 25[345] [01] 0x[0-9a-f]{8} $common [03] ([0-9] [0-9] )?\$" "$read" |
		head -n 5)" ""
