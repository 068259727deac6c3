#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Nodes that misbehave: whatever an NSH-aware node changes, cuts or invents, what
# an inline node sends of its own, and NSH from and to a guest, ends in a drop with
# the name of what was wrong, and nothing of it reaches a guest, nor the next node.
#
#	A eth0 -- tapa [br0] tapb -- eth0 B
#	          | pp0
#	         sp0: n1 (NSH MD type 1), n2, n4 (MD type 2), n5 (no metadata): nsh-node;
#	              fw3: a Linux bridge
# timeout: 300
# vehicle: debug
. "$(dirname "$0")/../nsh.sh"
need nstat tcpdump
module

echos() { in_ns "$B" nstat -asz IcmpInEchos | awk '/InEchos/ { print $2 }'; }
dropped() { [ "$(drops "$1")" -gt "$2" ]; }

# hostile TEXT REASON NODE ARG...: NODE does ARG..., and the request is lost for REASON
hostile()
{
	local what=$1 reason=$2 node=$3 drops

	shift 3
	program "$node" "$BADLY" -i eth0 "$@"
	drops=$(drops "$reason")
	WAIT=0.1 ask 7
	check "$what: dropped for $reason" busywait 5 dropped "$reason" "$drops"
	[ "$(echos)" = "$echos" ] || diag "by now the guest has had $(echos), not $echos"
}

nothing_since() { check_eq "nothing of that reached the guest" "$(echos)" "$1"; }

# harmless TEXT ARG...: no matter, the frame passes
harmless()
{
	program n1 "$BADLY" -i eth0 "${@:2}"
	check "$1: no matter" answered 7
}

# sends NS DEV HEX REASON TEXT
sends()
{
	local drops

	drops=$(drops "$4")
	in_ns "$1" "$BADLY" -i "$2" --send "$3" --limit 0 > /dev/null
	check "$5: dropped for $4" busywait 5 dropped "$4" "$drops"
}

# listens NS DIR: the bytes of what goes in or out there are in $spawned_out
listens()
{
	spawn in_ns "$1" tcpdump --immediate-mode -l -x -nn -Q "$2" -i eth0 ether proto 0x894f
	busywait 10 contains "$spawned_out" "listening on" || bail "no tcpdump"
}

heard() { [ "$(grep -c 0x0000: "$1")" -ge "$2" ]; }

live() { [ -n "$(tag_of "$1")" ]; }
more_echos() { [ "$(echos)" -gt "$1" ]; }
mac_of() { ip -n "$1" -br link show eth0 | awk '{ gsub(":", "", $3); print $3 }'; }

# echo_request ID SUM: of A to B, without MAC addresses
echo_request()
{
	printf '08004500001c000000004001f6ddc0000201c00002020800%s%04x0001' "$2" "$1"
}

# in_nsh SPI SI TAG ID SUM: a request of A to B, as a node of MD type 2 returns it
in_nsh()
{
	printf 'ffffffffffff020000000001894f01470203%06x%02xfff60110%08x%08x%08x%08x' \
		"$1" "$2" 0x20010001 0 1 "$3"
	echo "$mac_b$mac_a$(echo_request "$4" "$5")"
}

# on_link ID SUM: the same, as an inline node returns it at `egress`
on_link() { echo "0250ff0001020250ff000101$(echo_request "$1" "$2")"; }

# passes NS DEV HEX TEXT: what the node sends goes its way
passes()
{
	local echos

	echos=$(echos)
	in_ns "$1" "$BADLY" -i "$2" --send "$3" --limit 0 > /dev/null
	check "$4" busywait 5 more_echos "$echos"
}

setup_ns A B
B4=192.0.2.2
add_guest "$A" tapa 192.0.2.1/24
add_guest "$B" tapb 192.0.2.2/24
lan bridge br0 tapa tapb
mac_a=$(mac_of "$A") mac_b=$(mac_of "$B")
plane
echo_node n1 1 s1
echo_node n2 2 s2 context md2
inline_node fw3 3 s3
echo_node n5 5 s5 context zero
for n in 1 2 5; do
	chain c$n s$n
	$SP path add sp0 ${n}00 reverse ${n}01 chain c$n nodes n$n
done
chain c3 s3
$SP path add sp0 300 reverse 301 chain c3 nodes fw3
$SP rule add sp0 prio 100 dir any proto icmp chain c1
proxy tapa
check "as it should be" answered 7
check "a second flow" answered 8
other=$(tag_of 8)

# Of a flow that is there, and that the node has never been given
never_inline=ret_stale never_nsh=ret_spi
echos=$(echos)
sends "$NS_FW3" right "$(on_link 8 f7f6)" $never_inline "inline: a flow of another node's"
sends "$NS_N2" eth0 "$(in_nsh 100 254 "$other" 8 f7f6)" $never_nsh \
	"NSH: a flow of another node's, on its path"
sends "$NS_N2" eth0 "$(in_nsh 200 254 "$other" 8 f7f6)" $never_nsh \
	"NSH: a flow of another node's, on a path of its own"
nothing_since "$echos"

echos=$(echos)
hostile "the tag of another flow" ret_mac n1 --tag "$other"
hostile "SI not decremented" ret_si n1 --si-step 0
hostile "SI decremented twice" ret_si n1 --si-step 2
hostile "SI 0" ret_si n1 --si 0
hostile "another SPI" ret_spi n1 --spi 999
hostile "the SPI of a path without it" ret_spi n1 --spi 300
hostile "the reverse SPI" ret_mac n1 --spi 101
hostile "TTL raised" ret_ttl n1 --ttl 63
hostile "no tag" ret_tag n1 --tag 0
hostile "an unknown tag" ret_tag n1 --tag 0x7abcdef
hostile "another inner address" ret_mac n1 --rewrite
hostile "another inner source MAC" ret_mac n1 --patch 49=0xee
hostile "version 1" nsh_version n1 --version 1
hostile "MD type 3" nsh_mdtype n1 --mdtype 3
hostile "length 5" nsh_length n1 --length 5
hostile "length 63" nsh_length n1 --length 63
hostile "NSH in NSH" nsh_nested n1 --next 4
hostile "an unknown next protocol" nsh_next n1 --next 9
hostile "metadata-only with a payload" nsh_no_metadata n1 --next 0
hostile "O bit" nsh_oam n1 --oam
for length in 14 15 21 22 37; do
	hostile "cut to $length bytes" nsh_short n1 --truncate $length
done
for length in 38 51; do
	hostile "cut to $length bytes" nsh_inner n1 --truncate $length
done
for length in 52 60 71 75; do
	hostile "cut to $length bytes" ret_alien n1 --truncate $length
done
hostile "not NSH" ret_not_ip n1 --patch 12=8 --patch 13=0
hostile "not NSH, and longer" ret_not_ip n1 --patch 12=0x86 --patch 13=0xdd --grow 100
hostile "frames of no flow" ret_tag n1 --alien 3 --tag 5
nothing_since "$echos"
harmless "TTL lowered" --ttl 5
harmless "unassigned bits" --ubits
harmless "another host in the metadata" --host 77
harmless "zeros behind the frame" --grow 10

# It was given one frame: no more than that, and the slack of 64 KiB, come back
program n1 "$BADLY" -i eth0 --copies 200 --every 1000000
echos=$(echos) budget=$(drops node_budget)
in_ns "$A" ping -q -n -c 1 -W 1 -s 1400 -e 7 "$B4" > /dev/null
check "copies: dropped for node_budget" busywait 5 dropped node_budget "$((budget + 100))"
check "copies: the guest gets as many as fit the slack" \
	test $(($(echos) - echos)) -ge 1 -a $(($(echos) - echos)) -le 50
program n1 "$BADLY" -i eth0
check "copies: what is given afterwards comes back" answered 7

$SP rule add sp0 prio 10 dir any proto icmp chain c2
program n2 "$BADLY" -i eth0
check "MD type 2" answered 7
echos=$(echos)
hostile "a context header longer than the NSH" nsh_tlv n2 --patch 25=0x7f
hostile "another type of context header" ret_tag n2 --patch 24=9
hostile "MD type 2, cut in its context" nsh_short n2 --truncate 40
hostile "MD type 2, another SPI" ret_spi n2 --spi 100
nothing_since "$echos"
$SP rule del sp0 prio 10

# Whose a frame without metadata is, SPI, address and tuple say
$SP rule add sp0 prio 10 dir any proto icmp chain c5
check "no metadata" answered 7
echos=$(echos)
hostile "no metadata, an SPI of no path" nsh_no_hop n5 --spi 999
hostile "no metadata, the SPI of a path without it" ret_spi n5 --spi 100
hostile "no metadata, SI not decremented" ret_si n5 --si-step 0
hostile "no metadata, another inner address" ret_alien n5 --rewrite
nothing_since "$echos"
$SP rule del sp0 prio 10

# What a node writes into the NSH is not passed on: unassigned bits, metadata, and
# context headers that nobody knows
echo_node n4 4 s1 context md2
chain c4 s2,s1
$SP path add sp0 400 reverse 401 chain c4 nodes n2,n4
$SP rule add sp0 prio 5 dir any proto icmp chain c4
program n2 "$BADLY" -i eth0
listens "$NS_N4" in
got=$spawned_out
check "two nodes" answered 7
program n2 "$BADLY" -i eth0 --ubits --patch 27=77 --junk 8 --patch 42=0x12 --patch 43=0x34
listens "$NS_N2" out
check "a header full of what is not ours" answered 7
check "the first node sends it" busywait 5 contains "$spawned_out" "1234 02"
check "the second has been given four frames" busywait 5 heard "$got" 4
check_eq "one header for each direction" \
	"$(sed -n 's/.*0x00[01]0: *//p' "$got" | paste - - | sort -u | wc -l)" 2

# The node before it keeps what it gets: the second has been given nothing
chain c6 s2,s3
$SP path add sp0 600 reverse 601 chain c6 nodes n2,fw3
program n2 "$BADLY" -i eth0 --swallow
echos=$(echos)
WAIT=0.1 ask 9
busywait 5 live 9 || bail "no flow"
by_nsh=$(in_nsh 400 253 "$(tag_of 9)" 9 f7f5)
sends "$NS_N4" eth0 "$by_nsh" $never_nsh "NSH: before a frame of the flow came to it"
$SP rule add sp0 prio 4 dir any proto icmp chain c6
WAIT=0.1 ask 10
busywait 5 live 10 || bail "no flow"
sends "$NS_FW3" right "$(on_link 10 f7f4)" $never_inline \
	"inline: before a frame of the flow came to it"
nothing_since "$echos"
program n2 "$BADLY" -i eth0
check "inline: it comes to it" answered 10
passes "$NS_FW3" right "$(on_link 10 f7f4)" "inline: then it may send it"
$SP rule del sp0 prio 4
check "NSH: it comes to it" answered 9
passes "$NS_N4" eth0 "$(in_nsh 400 253 "$(tag_of 9)" 9 f7f5)" "NSH: then it may send it"
$SP rule del sp0 prio 5

$SP rule add sp0 prio 10 dir any proto icmp chain c3
check "an inline node" answered 7
echos=$(echos)
rest=08004500001c000000004001f6ddc0000201c00002020800f7f600080001
sends "$NS_FW3" right "02aaaaaaaaaa02bbbbbbbbbb$rest" ret_mac \
	"inline: addresses that are not the link's"
sends "$NS_FW3" right "0250ff0001020250fe000101$rest" ret_mac \
	"inline: addresses of which one is nearly the link's"
sends "$NS_FW3" right "0250ff0101020250ff000101$rest" ret_mac \
	"inline: addresses of two links"
sends "$NS_FW3" right "0250ff0001020250ff00010108004500001c000000004001f6dccb007101c00002020800f7f600080001" \
	ret_alien "inline: addresses of no flow"
sends "$NS_FW3" right "0250ff0001020250ff00010108004500001c000120004001f6dccb007101c00002020800f7f600080001" \
	ret_alien "inline: a first fragment of no flow"
check "inline: it is not remembered either" grep -q '"fragments":0' \
	<($SP -j -s plane show sp0)
sends "$NS_FW3" right "0180c200000002bbbbbbbbbb002642420300000000008000" ret_not_ip \
	"inline: a BPDU"
sends "$NS_FW3" left "ffffffffffff02bbbbbbbbbb08060001080006040001" ret_not_ip \
	"inline: ARP"
sends "$NS_FW3" right "ffffffffffff02bbbbbbbbbb894f0fc601030000640000" ret_not_ip \
	"inline: NSH"

nsh=894f0fc60103000064ff10010001000000000000000112345678
sends "$A" eth0 "ffffffffffff020000000001$nsh$(printf '%0120d' 0)" guest_nsh "NSH from a guest"
sends "$A" eth0 "ffffffffffff02000000000181000007$nsh$(printf '%0120d' 0)" guest_nsh \
	"NSH from a guest, with a VLAN tag"
nothing_since "$echos"
spawn in_ns "$A" "$BADLY" -i eth0 --swallow --limit 1	# ends with the first one
# shellcheck disable=SC2154
guest=$spawned
busywait 10 contains "$spawned_out" ready
sends "$B" eth0 "${mac_a}020000000002$nsh$(printf '%0120d' 0)" guest_nsh "NSH to a guest"
sends "$B" eth0 "${mac_a}02000000000281000007$nsh$(printf '%0120d' 0)" guest_nsh \
	"NSH to a guest, with a VLAN tag"
check "the guest sees none of it" kill -0 "$guest"
kill "$guest"
check "as it should be, in the end" answered 7
