#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Verdicts that NSH-aware nodes give (carrier N): in a frame that they return, in
# metadata-only packets, and from a tap node, which names the flow by its tuple.
# What is malformed, not permitted, or too much, changes nothing and is counted.
#
#	A eth0 -- tapa [br0] tapb -- eth0 B
#	          | pp0
#	         sp0: n1 (NSH: nsh-node, ids-node), then fw2 or fw3 (Linux bridges);
#	              n6 (NSH MD type 2: nsh-node), then fw2; t5, a tap node
# timeout: 300
# vehicle: debug
. "$(dirname "$0")/../nsh.sh"
need socat python3 tcpdump
module

# behaves ARG...: no flows, and n1 does that from now on
behaves()
{
	$SP flow flush sp0 > /dev/null
	program n1 "$BADLY" -i eth0 "$@"
}

stat_of()
{
	local words i

	while read -ra words; do
		[ "${words[0]}" = verdicts ] || continue
		for ((i = 1; i < ${#words[@]}; i++)); do
			[ "${words[i]}" = "$2" ] && echo "${words[i + 1]}" && return
		done
	done < <($SP -s node show sp0 "$1")
	echo 0
}

# rose WHAT BEFORE: a count of n1 has become more
rose() { more_of n1 "$@"; }
more_of() { more "$(stat_of "$1" "$2")" "$3"; }

more_echos() { [ "$(echos)" -gt "$1" ]; }

# The packet in hand finishes its chain: not one try of several
one_passes() { WAIT=5 ask 7; }


hears() { busywait 5 grep -qE -- "$1" "$heard"; }

now_passes_by()
{
	note
	ask 7 && [ "$(got n1 out)" = 0 ]
}

# each_carrier TEXT ARG...: the test points of a verdict for each way it may come
each_carrier()
{
	local what=$1

	shift
	behaves --verdict drop "$@"
	ask 7
	check "drop $what: the flow ends" unanswered 7
	check_eq "drop $what: at the hook" "$(flows action drop)" 1

	behaves --verdict skip-node "$@"
	check "skip-node $what: the first frame passes" one_passes
	check "skip-node $what: the others pass by" busywait 5 now_passes_by
	note
	ask 7
	check "skip-node $what: the next node sees them" \
		more $(($(got fw2 out) + $(got fw3 out))) 0

	behaves --verdict allow "$@"
	check "allow $what, by default: the first frame passes" one_passes
	check "allow $what, by default: as skip-node" busywait 5 now_passes_by
	note
	ask 7
	check "allow $what, by default: the next node sees them" \
		more $(($(got fw2 out) + $(got fw3 out))) 0

	behaves --verdict re-path --v-spi 300 "$@"
	refused=$(stat_of n1 refused)
	check "re-path $what, by default: nothing" answered 7
	check "re-path $what, by default: it is counted" busywait 5 rose refused "$refused"
}

setup_ns A B NS_T5
B4=192.0.2.2
add_guest "$A" tapa 192.0.2.1/24
add_guest "$B" tapb 192.0.2.2/24
lan bridge br0 tapa tapb
plane
echo_node n1 1 s1
inline_node fw2 2 s2
inline_node fw3 3 s2
chain c1 s1,s2 id 1
chain c2 s2 id 2
$SP path add sp0 100 reverse 101 chain c1 nodes n1,fw2
$SP path add sp0 200 reverse 201 chain c1 nodes n1,fw3
$SP path add sp0 300 reverse 301 chain c2 nodes fw2
$SP rule add sp0 prio 100 dir any proto icmp chain c1
proxy tapa
spawn "$SP" monitor control
heard=$spawned_out
behaves --junk 8
listening() { ask 7; grep -q control "$heard"; }
check "the monitor listens" busywait 20 listening
check "a user message is heard" \
	hears '^control accepted sp0 node n1 .*type user .*status applied'

each_carrier "in a frame"
check "the monitor tells what was applied" \
	hears '^control accepted sp0 node n1 .*type verdict .*status applied.*drop'
check "and what was not" \
	hears '^control rejected sp0 node n1 .*type verdict .*status not-permitted.*re-path'
consumed=$(drops ctl_consumed)
each_carrier "in a packet of its own" --md-only
check "such a packet ends here" more "$(drops ctl_consumed)" "$consumed"

# Where the node is shown its context in MD type 2, the message comes behind it
echo_node n6 6 s6 context md2
chain c6 s6,s2
$SP path add sp0 600 reverse 601 chain c6 nodes n6,fw2
$SP rule add sp0 prio 90 dir any proto icmp chain c6
program n6 "$BADLY" -i eth0 --verdict drop
check "drop by MD type 2: the flow ends" busywait 5 unanswered 9
check_eq "drop by MD type 2: at the hook" "$(flows action drop)" 1
program n6 "$BADLY" -i eth0 --verdict skip-node
check "skip-node by MD type 2: the first frame passes" answered 10
one_by_one() { note && ask 10 && [ "$(got n6 out) $(got fw2 out)" = "0 1" ]; }
check "skip-node by MD type 2: the others meet the next node alone" busywait 5 one_by_one
$SP rule del sp0 prio 90

behaves --verdict drop --v-scope 2 --swallow --md-only --every 2
note
check "a node that keeps the frame: no answer" unanswered 7
check "scope reverse: no answer" unanswered 7
check "scope reverse: requests go on" more "$(got n1 out)" 1
behaves --verdict drop --v-lifetime 5000 --every 1000
WAIT=0.1 ask 7
check "lifetime: the flow is dropped" unanswered 7
check "lifetime: then it passes" answered 7

$SP node set sp0 n1 permit drop,allow,skip-node,re-path re-path-chains 2
behaves --verdict allow
check "allow, permitted: the first frame passes" one_passes
check "allow, permitted: the others leave the chain" busywait 5 now_passes_by
check_eq "allow, permitted: it is shown" "$(flows action bypass)" 1
behaves --verdict re-path --v-spi 300
check "re-path, permitted: the first frame passes" one_passes
check "re-path, permitted: the others take the other path" busywait 5 now_passes_by
check_eq "re-path, permitted: it is shown" "$(spi_of 7)" 300
behaves --verdict re-path --v-spi 300 --md-only
check "re-path in a packet of its own, permitted: the first frame passes" one_passes
check "re-path in a packet of its own, permitted: the others take the other path" \
	busywait 5 now_passes_by
check_eq "re-path in a packet of its own, permitted: it is shown" "$(spi_of 7)" 300
behaves --verdict re-path --v-chain 2
check "re-path to a chain" one_passes
check "re-path to a chain: by its path" busywait 5 now_passes_by

# meets OUT IN: one ping, and does n1 see the request, and the answer?
meets()
{
	note
	ask 7 && [ "$(($(got n1 out) > 0)) $(($(got n1 in) > 0))" = "$1 $2" ]
}
behaves --verdict re-path --v-spi 300 --v-scope 1
check "re-path forward: the first frame passes" one_passes
check "re-path forward: the node sees the answers alone" busywait 5 meets 0 1
check_eq "re-path forward: both paths are shown" \
	"$(spi_of 7) $(back_spi_of 7)" "300 $(back_spi_of 7 | grep -x '[12]00')"
behaves --verdict re-path --v-spi 300 --v-scope 2
check "re-path reverse: the first frame passes" one_passes
check "re-path reverse: the node sees the requests alone" busywait 5 meets 1 0
check_eq "re-path reverse: it is shown" "$(back_spi_of 7)" 300

# What comes first on the new path: SI 255, O = 0, TTL 62: 63, less one look-up
echo_node n4 4 s2
$SP path add sp0 400 reverse 401 chain c2 nodes n4
behaves --verdict re-path --v-spi 400
spawn in_ns "$NS_N4" tcpdump --immediate-mode -l -x -nn -Q in -i eth0 ether proto 0x894f
busywait 10 contains "$spawned_out" "listening on"
check "re-path to an NSH-aware node: the first frame passes" one_passes
check "re-path to an NSH-aware node: the others take the other path" \
	busywait 5 now_passes_by
busywait 5 contains "$spawned_out" "0001 91"
check_eq "re-path: a new SPI from SI 255 on, TTL and O as of any frame" \
	"$(sed -n 's/.*0x0000: *//p' "$spawned_out" | cut -c -19 | sort -u | xargs)" \
	"0f86 0103 0001 90ff 0f86 0103 0001 91ff"

# now, reject, scope: what the frame in hand meets
behaves --verdict drop --v-scope 1
check "drop forward: the frame in hand is delivered" one_passes
check "drop forward: the next is not" unanswered 7
behaves --verdict drop --v-scope 1 --v-flags 1
before=$(echos) dropped=$(drops verdict)
note
check "drop forward, now: the frame in hand finishes its chain" unanswered 7
check "drop forward, now: by its nodes" more $(($(got fw2 out) + $(got fw3 out))) 0
check_eq "drop forward, now: but is not delivered" "$(echos)" "$before"
check_eq "drop forward, now: it is counted" $(($(drops verdict) - dropped)) 1
behaves --verdict drop --v-scope 2 --v-flags 1
before=$(echos)
check "drop reverse, now: no answer" unanswered 7
check "drop reverse, now: requests go on" busywait 5 more_echos "$before"
check "drop reverse, now: later ones, too" unanswered 7
check "drop reverse, now: they go on" busywait 5 more_echos $((before + 1))

# Which flow
other_flow() { answered 8; tag_of 8; }
behaves
tag=$(other_flow)
program n1 "$BADLY" -i eth0 --verdict drop --v-tag "$tag"
check "another flow, named by its tag: its own frame passes" one_passes
check "another flow, named by its tag: it is dropped" unanswered 8
check "another flow, named by its tag: no other" one_passes
behaves --verdict drop --v-tag 0
ask 7
check "tag 0 in a frame: the flow of the frame" unanswered 7
behaves --verdict drop --v-tag 0 --md-only
refused=$(stat_of n1 flow)
check "tag 0 in a packet of its own: no flow" one_passes
check "tag 0 in a packet of its own: it is counted" busywait 5 rose flow "$refused"
behaves --verdict drop --v-tag 0 --v-tuple --md-only
ask 7
check "a tuple in a packet of its own" unanswered 7
behaves --verdict drop --v-tuple --body-patch 49=99
ask 7
check "an unknown TLV is passed over" unanswered 7
check "an unknown TLV is counted" more "$(stat_of n1 unknown-tlvs)" 0

# Malformed: the message and the frame that carried it are lost, the flow is not
malformed()
{
	local what=$1 before

	shift
	behaves --verdict drop "$@"
	before=$(drops ctl_malformed)
	WAIT=0.3 ask 7
	check "malformed: $what" busywait 5 dropped ctl_malformed "$before"
	check_eq "malformed: $what: no effect" "$(flows action drop)" 0
}
dropped() { [ "$(drops "$1")" -gt "$2" ]; }
malformed "version 2" --body-patch 0=0x20
malformed "an unknown type" --body-patch 1=99
malformed "a type for hosts only" --body-patch 1=5
malformed "length too large" --body-patch 3=0xff
malformed "length too small" --body-patch 3=4
malformed "cut in its head" --body-len 16
malformed "cut in its TLV" --body-len 40
malformed "length of the TLV" --body-patch 23=23
malformed "an origin" --body-patch 5=1
malformed "a generation" --body-patch 39=1
malformed "no scope" --body-patch 29=0
malformed "unknown flags" --body-patch 31=0x80
malformed "action 0" --body-patch 28=0
malformed "action 5, in a packet of its own" --body-patch 28=5 --md-only --swallow
check_eq "malformed ones are counted by reason" \
	"$(($(stat_of n1 malformed) > 0)) $(($(stat_of n1 type) > 0))" "1 1"
check "the monitor tells of malformed ones" \
	hears '^control rejected sp0 node n1 .*status malformed'

behaves --verdict drop --class 0x1234 --md-only
nobodys=$(drops nsh_no_metadata)
check "another metadata class: no effect" answered 7
check "another metadata class: it is counted" busywait 5 dropped nsh_no_metadata "$nobodys"
behaves --verdict drop --v-tag 0x7abcdef
refused=$(stat_of n1 refused)
check "an unknown tag: the frame passes" answered 7
check "an unknown tag is counted" rose refused "$refused"
check "an unknown tag is told" hears 'status no-flow'
$SP rule add sp0 prio 50 dir any proto udp chain c2
behaves --verdict drop
in_ns "$A" bash -c 'echo > /dev/udp/192.0.2.2/9'
udp=$($SP -o flow show sp0 proto udp | sed -n 's/.* tag \(0x[0-9a-f]*\) .*/\1/p')
program n1 "$BADLY" -i eth0 --verdict drop --v-tag "$udp"
check "a flow it was never given: its frame passes" answered 7
check_eq "a flow it was never given: no effect" "$(flows proto udp action drop)" 0

# Token bucket
$SP node set sp0 n1 verdict-rate 1 verdict-burst 2
behaves --junk 4
flood() { in_ns "$A" ping -q -f -n -c 40 -e 7 "$B4"; }
check "over the rate: frames pass" flood
check "over the rate: it is told" hears 'type user .*status rate'
# What names no flow costs a token too: looking for it is not free
program n1 "$BADLY" -i eth0 --verdict drop --v-tag 0x7abcdef
flood
check "over the rate, of an unknown flow: it is told" hears 'type verdict .*status rate'
check "over the rate: it is counted" rose rate 0
$SP node set sp0 n1 verdict-rate 1000 verdict-burst 1000

# A tap node sees no NSH: it names the flow by its addresses
ip link add t5 type veth peer name eth0 netns "$NS_T5"
defer ip link del t5
ip link set t5 up
ip -n "$NS_T5" link set eth0 up
service s5
$SP node add sp0 t5 id 5 service s5 mode tap dev t5
chain c5 s5 id 5
$SP path add sp0 500 reverse 501 chain c5 nodes t5
$SP rule add sp0 prio 10 dir any proto icmp chain c5
$SP flow flush sp0 > /dev/null
check "a tap node does not touch the flow" answered 7
zero() { printf "%0$((2 * $1))d" 0; }
message=ffffffffffff020000000001894f0fda0200000064fffff6025c
message+=1006005c00000001$(zero 12)
message+=000800180000000001030000$(zero 16)
message+=0009002804010000c0000201$(zero 12)c0000202$(zero 12)00070007
program t5 "$BADLY" -i eth0 --send "$message"
check "a tap node's drop ends it" unanswered 7
check_eq "and no other" "$(flows action drop)" 1
check "others pass" answered 8
# Another guest has the same addresses: which is meant, the node cannot tell
setup_ns C D
add_guest "$C" tapc 192.0.2.1/24
add_guest "$D" tapd 192.0.2.2/24
lan guestplane gp1 tapc tapd
$SP proxy guest add pp0 tapc
$SP flow flush sp0 > /dev/null
program t5 "$BADLY" -i eth0
check "two guests of one address" answered 7
check "each has its flow" busywait 5 in_ns "$C" ping -q -n -c 1 -W 1 -e 7 192.0.2.2
check_eq "two flows of one tuple" "$(flows proto icmp sport 7)" 2
check_fail "a verdict by a tuple of two guests" 2 \
	"two guests have such a flow; name one by port or tag" \
	"$SP" verdict drop sp0 node t5 flow proto icmp \
	src 192.0.2.1 sport 7 dst 192.0.2.2 dport 7
refused=$(stat_of t5 flow)
program t5 "$BADLY" -i eth0 --send "${message/000800180000000001/000800180000000003}"
check "skip-node of one of two: refused" busywait 5 more_of t5 flow "$refused"
check_eq "skip-node of one of two: no effect" \
	"$($SP -s flow show sp0 proto icmp | grep -c skip-node)" 0
program t5 "$BADLY" -i eth0 --send "$message"
both() { [ "$(flows proto icmp sport 7 action drop)" = 2 ]; }
check "drop of one of two: of both" busywait 5 both
$SP proxy guest del pp0 tapc

# Two guests of one connection: there is a flow for each, and both are meant
$SP proxy guest add pp0 tapb
$SP flow flush sp0 > /dev/null
program t5 "$BADLY" -i eth0
# it is known by what it sends: what comes to it before that is a flooded copy
pings "$B" 192.0.2.1
$SP flow flush sp0 > /dev/null
check "both guests of a connection" answered 7
check_eq "two flows of one connection" "$(flows proto icmp sport 7)" 2
program t5 "$BADLY" -i eth0 --send "${message/000800180000000001/000800180000000003}"
skipped_by() { [ "$($SP -s flow show sp0 proto icmp | grep -c skip-node)" = "$1" ]; }
check "skip-node of a connection: of both" busywait 5 skipped_by 2
note
check "skip-node of a connection: it passes" answered 7
check_eq "skip-node of a connection: the node sees nothing" "$(got t5 out) $(got t5 in)" "0 0"
$SP proxy guest del pp0 tapb
$SP flow flush sp0 > /dev/null

alien=$(drops ret_alien)
program t5 "$BADLY" -i eth0 --send "ffffffffffff020000000001894f0fc6010300006400$(zero 80)"
check "a tap node returns no frames" busywait 5 dropped ret_alien "$alien"
$SP rule del sp0 prio 10

# ids-node on real streams
serve "$B" 5001 60000
printf xxxxxxxx | dd of="$tap_dir/served.5001" conv=notrunc status=none
$SP rule add sp0 prio 5 dir any proto tcp dport 5001 chain c1
program n1 "$IDS" -i eth0 --skip-after 3000
note
check "ids-node, skip-node after clean bytes: all arrives" receives "$A" 192.0.2.2 5001
check "ids-node: the rest passed by it" more $(($(got fw2 in) + $(got fw3 in))) "$(got n1 in)"
program n1 "$IDS" -i eth0 -p xxxxxxxx --reject
check "ids-node, drop at a pattern: it does not arrive" \
	test "$(in_ns "$A" timeout 5 socat -u TCP:192.0.2.2:5001 - | wc -c)" = 0
check_eq "ids-node: the flow is dropped" "$(flows proto tcp action drop)" 1
program n1 "$IDS" -i eth0 -a xxxxxxxx --carrier md-only
check "ids-node, allow at a pattern: it arrives" receives "$A" 192.0.2.2 5001
check "ids-node, allow: the flow leaves the chain" more "$(flows proto tcp action bypass)" 0
$SP flow flush sp0 > /dev/null
check "another metadata class" "$SP" plane set sp0 md-class 0xfff7
check_fail "not that of the IETF" 1 "md-class" "$SP" plane set sp0 md-class 0
program n1 "$IDS" -i eth0 -p xxxxxxxx --md-class 0xfff7
check "ids-node, drop in a message of that class: it does not arrive" \
	test "$(in_ns "$A" timeout 5 socat -u TCP:192.0.2.2:5001 - | wc -c)" = 0
check_eq "ids-node, of that class: the flow is dropped" "$(flows proto tcp action drop)" 1
