#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What nodes are given, byte by byte: one echo request and its answer at nodes of
# each kind, behind a hop that is left out.
#
#	A eth0 -- tapa [br0] tapb -- eth0 B
#	          | pp0
#	         sp0: t1, a tap that is left out; n2 .. n5: NSH-aware, one for each
#	              `context`; t6: a tap; fw7, fw8: Linux bridges, `macs link` and
#	              `macs keep`
# vehicle: debug
. "$(dirname "$0")/../nsh.sh"
need python3 jq
module

# bytes DEV WAY PART: the frames there that begin with PART, in their order
bytes()
{
	local words

	while read -ra words; do
		[ "${words[0]} ${words[1]}" = "$1 $2" ] || continue
		[[ ${words[4]} != $3* ]] || echo "${words[4]}"
	done < "$seen"
}

# all_there: request and answer, or one of them at a leg, have been seen everywhere
all_there()
{
	awk '($2 == "out" || $1 == "t6far" || $1 == "tapa") &&
		substr($5, 25, 4) ~ /0800|894f/ { n[$1]++ }
	END {
		split("tapa n2 n3 n4 n5 t6far", both)
		split("fw7l fw7r fw8l fw8r", one)
		for (i in both) missing += n[both[i]] < 2
		for (i in one) missing += n[one[i]] < 1
		exit missing > 0
	}' "$seen"
}

# nsh TTL LENGTH MD-TYPE SPI SI: base and service path header, length in words
nsh() { printf '%04x%02x03%06x%02x' $(($1 << 6 | $2)) "$3" "$4" "$5"; }

# given NODE MAC TEXT LENGTH MD-TYPE HOP: both frames of an NSH-aware node, with the
# context in $ctx_out and $ctx_in; HOP is its place for the request
given()
{
	local outer=${2//:/}${sff}894f back=$((7 - $6))

	check_eq "$3: request and answer, all of them" "$(bytes "$1" out "$outer")" "$(
		echo "$outer$(nsh $((ttl_behind - $6 + 1)) "$4" "$5" 100 $((255 - $6)))$ctx_out$request"
		echo "$outer$(nsh $((62 - back)) "$4" "$5" 101 $((255 - back)))$ctx_in$answer")"
}

setup_ns A B
B4=192.0.2.2
add_guest "$A" tapa 192.0.2.1/24
add_guest "$B" tapb 192.0.2.2/24
for ns in "$A" "$B"; do in_ns "$ns" sysctl -qw net.ipv6.conf.all.disable_ipv6=1; done
ip -n "$A" link set eth0 address 02:00:00:00:00:0a
ip -n "$B" link set eth0 address 02:00:00:00:00:0b
ip -n "$A" neigh replace $B4 lladdr 02:00:00:00:00:0b dev eth0
ip -n "$B" neigh replace 192.0.2.1 lladdr 02:00:00:00:00:0a dev eth0
to_b=02000000000b02000000000a0800 to_a=02000000000a02000000000b0800
lan bridge br0 tapa tapb
plane
$SP plane set sp0 tenant 0x070809 host-id 0x923
sff=025009230000
# 63 at the classifier, one for each look-up: of the hop that is left out, too
ttl_behind=61
for dev in t1 t6; do
	ip link add $dev type veth peer name ${dev}far
	defer ip link del $dev
	sysctl -qw net.ipv6.conf.${dev}far.disable_ipv6=1
	ip link set ${dev}far up
	ip link set $dev up
	service s${dev#t}
	$SP node add sp0 $dev id ${dev#t} service s${dev#t} mode tap dev $dev
done
echo_node n2 2 s2
echo_node n3 3 s3 context dc
echo_node n4 4 s4 context zero mac 02:00:00:00:44:44
echo_node n5 0xabc5 s5 context md2
inline_node fw7 7 s7
inline_node fw8 8 s8 macs keep
chain c1 s1,s2,s3,s4,s5,s6,s7,s8 id 0x1234
$SP path add sp0 100 reverse 101 chain c1 nodes t1,n2,n3,n4,n5,t6,fw7,fw8
$SP rule add sp0 prio 100 dir out proto icmp chain c1
proxy tapa
check "a ping by all of them" answered 7
$SP verdict skip-node sp0 node t1 flow tag "$(tag_of 7)" || bail "no skip"

spawn frames.py tapa n2 n3 n4 n5 t1far t6far fw7l fw7r fw8l fw8r
seen=$spawned_out
busywait 10 contains "$seen" ready || bail "nobody listens"
check "a ping by all but the first" in_ns "$A" ping -q -n -c 1 -W 5 -s 0 -e 7 $B4
busywait 5 all_there || diag "$(cat "$seen")"
request=$(bytes tapa other $to_b)
answer=$(bytes tapa out $to_a)

proxy_id=$($SP -j proxy show pp0 | jq .[0].id)
printf -v word0 2923%04x "$proxy_id"
tag=$(printf %08x "$(tag_of 7)")
ctx_out=${word0}0007080980001234$tag
ctx_in=${word0}4007080901001234$tag
given n2 02:50:fe:00:02:00 "context svcplane" 6 1 1
all_out=$ctx_out all_in=$ctx_in
ctx_out=${word0}0007080900000000$tag
ctx_in=$ctx_out
given n3 02:50:fe:00:03:00 "context dc" 6 1 2
ctx_out=$(printf %032d 0)
ctx_in=$ctx_out
given n4 02:00:00:00:44:44 "context zero" 6 1 3
ctx_out=fff60110$all_out
ctx_in=fff60110$all_in
given n5 02:50:fe:ab:c5:00 "context md2" 7 2 4

check_eq "a tap that is left out gets nothing" \
	"$(bytes t1far other "$to_b"; bytes t1far other "$to_a")" ""
check_eq "a tap gets request and answer as they are" "$(bytes t6far other "")" "$request
$answer"
check_eq "macs link: the request at dev, with the link's addresses" \
	"$(bytes fw7l out "")" "0250ff0001020250ff000101${request:24}"
check_eq "macs link: the answer at egress" \
	"$(bytes fw7r out "")" "0250ff0001010250ff000102${answer:24}"
check_eq "macs keep: the request at dev, with the guests'" "$(bytes fw8l out "")" "$request"
check_eq "macs keep: the answer at egress" "$(bytes fw8r out "")" "$answer"
