#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Verdicts an operator gives in the name of a node: what each does to the rest of
# a flow, how long, in which direction, by whose permission, and what cancels it.
#
#	A eth0 -- tapa [br0] tapb -- eth0 B
#	          | pp0
#	         sp0: n1 (gives NSH frames back), then fw2 or fw3 (Linux bridges)
# vehicle: debug
# timeout: 240
. "$(dirname "$0")/../nsh.sh"
module

V() { $SP verdict "$@"; }

# A flow as on its first day, known by ID 7; $here is its second node, $there the other
fresh()
{
	$SP flow flush sp0 > /dev/null
	answered 7 || bail "no answer through the whole chain"
	tag=$(tag_of 7)
	here=fw2 there=fw3
	[ "$(spi_of 7)" = 100 ] || here=fw3 there=fw2
	note
}

# passed TEXT N1OUT HERE: one ping, and who saw the request
passed()
{
	note
	check "$1: it passes" answered 7
	check_eq "$1: n1 and the second node see it" \
		"$(($(got n1 out) > 0)) $(($(got "$here" out) > 0))" "$2 $3"
}

whole_again() { note; ask 7 && [ "$(got n1 out)" -gt 0 ]; }

setup_ns A B
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
hears() { busywait 5 grep -qE -- "$1" "$heard"; }
# It listens once it tells of a verdict
fresh
listening() { V skip-node sp0 node n1 flow tag "$tag"; grep -q accepted "$heard"; }
check "the monitor listens" busywait 20 listening

# drop
fresh
check "drop" V drop sp0 node n1 flow tag "$tag"
check "drop: the flow ends" unanswered 7
check "drop: it is counted" more "$(drops verdict)" 0
check_eq "drop: and shown" "$(flows action drop)" 1
check_eq "drop: no node sees it any more" "$(got n1 out)" 0
check "drop: other flows pass" answered 8
check "drop: the monitor tells" hears "^control accepted sp0 node n1 .*status applied.*drop.*tag $tag"
check "lift" V lift sp0 flow tag "$tag"
passed "lift" 1 1
fresh
check "drop, flow named by its addresses" V drop sp0 node n1 flow proto icmp \
	src 192.0.2.1 sport 7 dst 192.0.2.2 dport 7
check "drop, flow named by its addresses: it ends" unanswered 7
check "lift of what another node asked for" V lift sp0 node "$here" flow tag "$tag"
check "lift of what another node asked for: nothing" unanswered 7
check "lift by the node" V lift sp0 node n1 flow port tapa proto icmp \
	src 192.0.2.2 sport 7 dst 192.0.2.1 dport 7
check "lift by the node: it passes" answered 7

# scope
fresh
V drop sp0 node n1 flow tag "$tag" scope reverse
check "scope reverse: no answer" unanswered 7
check_eq "scope reverse: the request passes, the answer does not" \
	"$(($(got n1 out) > 0)) $(got n1 in)" "1 0"
fresh
V skip-node sp0 node n1 flow tag "$tag" scope forward
check "scope forward: it passes" answered 7
check_eq "scope forward: the node sees the answer alone" \
	"$(got n1 out) $(($(got n1 in) > 0))" "0 1"

# skip-node and allow
fresh
V skip-node sp0 node "$here" flow tag "$tag"
passed "skip-node" 1 0
V skip-node sp0 node n1 flow tag "$tag"
passed "skips add up" 0 0
fresh
check "allow without permission" V allow sp0 node n1 flow tag "$tag"
passed "allow without permission leaves out the asker" 0 1
$SP node set sp0 n1 permit drop,allow,skip-node
fresh
V allow sp0 node n1 flow tag "$tag"
passed "allow" 0 0
check_eq "allow: it is shown" "$(flows action bypass)" 1
V drop sp0 node "$here" flow tag "$tag"
check "drop beats allow" unanswered 7
V lift sp0 flow tag "$tag"
passed "lift of everything" 1 1

# lifetime
note
V skip-node sp0 node n1 flow tag "$tag" lifetime 4s
check "lifetime: it passes" ask 7
check_eq "lifetime: by the node" "$(got n1 out)" 0
check "lifetime: then it is over" busywait 10 whole_again
V skip-node sp0 node n1 flow tag "$tag" scope reverse
note
check "lifetime: what is asked next" answered 7
check_eq "lifetime: what is asked next does not bring it back" \
	"$(($(got n1 out) > 0)) $(got n1 in)" "1 0"
V lift sp0 flow tag "$tag"
V drop sp0 node n1 flow tag "$tag" lifetime 2s
check "lifetime of a drop" unanswered 7
check "lifetime of a drop: then it is over" answered 7
V drop sp0 node n1 flow tag "$tag" scope reverse
note
check "lifetime of a drop: the next one" unanswered 7
check "lifetime of a drop: the next one does not bring it back" \
	more "$(got n1 out)" 0
V drop sp0 node n1 flow tag "$tag"
V skip-node sp0 node n1 flow tag "$tag"
check "a skip-node does not take back a drop" unanswered 7
V allow sp0 node "$here" flow tag "$tag"
check "nor does another node's allow" unanswered 7
V allow sp0 node n1 flow tag "$tag" scope forward
check "allow in one direction does not in the other" unanswered 7
V allow sp0 node n1 flow tag "$tag"
check "allow takes back the node's own drop" answered 7

fresh
V drop sp0 node n1 flow tag "$tag" lifetime 2592000s
check "lifetime of a drop, a month: it is not over yet" unanswered 7
V lift sp0 flow tag "$tag"

# A guest that sends on does not outlast it; silence is a new flow
fresh
$SP plane set sp0 timeout-icmp 6
V drop sp0 node n1 flow tag "$tag"
sends_on()
{
	for _ in 1 2 3 4 5 6 7 8; do unanswered 7 || return 1; done
	[ "$(tag_of 7)" = "$tag" ]
}
check "drop: outlasts the idle time of who sends on" sends_on
forgotten() { [ "$(flows action drop)" = 0 ]; }
check "drop: who is silent is forgotten" busywait 10 forgotten
$SP plane set sp0 timeout-icmp 30

# re-path
fresh
other=$((300 - $(spi_of 7)))
check_fail "re-path without permission" 2 "lacks the permission" \
	V re-path sp0 node n1 flow tag "$tag" spi $other
check "re-path without permission: the monitor tells" \
	hears "^control rejected sp0 node n1 .*status not-permitted.*re-path"
$SP node set sp0 n1 permit drop,skip-node,re-path
fresh
other=$((300 - $(spi_of 7)))
check "re-path" V re-path sp0 node n1 flow tag "$tag" spi $other
check "re-path: it passes" answered 7
check_eq "re-path: by the other path" "$(spi_of 7) $(back_spi_of 7)" "$other "
check_eq "re-path: and its node" "$(got "$here" out) $(($(got "$there" out) > 0))" "0 1"
V lift sp0 flow tag "$tag"
check "re-path, lifted: it passes" answered 7
check_eq "re-path, lifted: where it was" "$(spi_of 7)" $((300 - other))
check_fail "re-path to a path of another chain" 2 "lacks the permission" \
	V re-path sp0 node n1 flow tag "$tag" spi 300
check_fail "re-path to no path" 2 "lacks the permission" \
	V re-path sp0 node n1 flow tag "$tag" spi 999

# re-path of one direction
saw_them()
{
	echo "$(($(got "$here" out) > 0)) $(($(got "$here" in) > 0))" \
		"$(($(got "$there" out) > 0)) $(($(got "$there" in) > 0))"
}

# parts TEXT SAW: one ping, and who saw request and answer: here, there
parts()
{
	note
	check "$1: it passes" answered 7
	check_eq "$1: the nodes of both paths" "$(saw_them)" "$2"
}

whole_there() { note; ask 7 && [ "$(saw_them)" = "1 1 0 0" ]; }

fresh
base=$(spi_of 7) other=$((300 - $(spi_of 7)))
V re-path sp0 node n1 flow tag "$tag" spi $other scope forward
parts "re-path forward" "0 1 1 0"
check_eq "re-path forward: both paths are shown" "$(spi_of 7) $(back_spi_of 7)" "$other $base"
check_eq "re-path forward: either finds the flow" \
	"$(flows proto icmp spi $other) $(flows proto icmp spi "$base")" "1 1"
V skip-node sp0 node "$here" flow tag "$tag"
parts "skip-node of a node that one direction meets" "0 0 1 0"
V lift sp0 node "$here" flow tag "$tag"
$SP node set sp0 "$here" down
parts "re-path forward, its other path fails" "0 0 1 1"
$SP node set sp0 "$here" up
fresh
base=$(spi_of 7) other=$((300 - $(spi_of 7)))
V re-path sp0 node n1 flow tag "$tag" spi $other scope reverse
parts "re-path reverse" "1 0 0 1"
check_eq "re-path reverse: both paths are shown" "$(spi_of 7) $(back_spi_of 7)" "$base $other"
V re-path sp0 node n1 flow tag "$tag" spi $other scope forward
parts "re-path of one, then of the other" "0 0 1 1"
V lift sp0 node n1 flow tag "$tag"
parts "re-path of one direction, lifted" "1 1 0 0"
V re-path sp0 node n1 flow tag "$tag" spi $other scope forward lifetime 6s
parts "re-path forward for a while" "0 1 1 0"
check "re-path forward for a while: then it is over" busywait 10 whole_there
V re-path sp0 node n1 flow tag "$tag" spi $other scope forward
$SP node set sp0 "$there" down
parts "re-path forward, its path fails" "1 1 0 0"
$SP node set sp0 "$there" up
parts "re-path forward, its path works again" "0 1 1 0"
check "a rule that is nearer" "$SP" rule add sp0 prio 90 dir any proto icmp chain c2
note
check "another chain by the rules: it passes" answered 7
check_eq "another chain by the rules cancels re-path" "$(spi_of 7) $(back_spi_of 7) $(got n1 out)" "300  0"
$SP rule del sp0 prio 90
$SP node set sp0 n1 permit drop,skip-node,re-path re-path-chains 2
fresh
check "re-path to a chain that is named" V re-path sp0 node n1 flow tag "$tag" chain c2
note
check "re-path to a chain that is named: it passes" answered 7
check_eq "re-path to a chain that is named: by its nodes" \
	"$(spi_of 7) $(got n1 out) $(($(got fw2 out) > 0))" "300 0 1"
# Twice away: of this direction the node knows nothing any more
$SP path add sp0 400 reverse 401 chain c2 nodes fw3
fresh
V re-path sp0 node n1 flow tag "$tag" spi 300 scope forward
V re-path sp0 node n1 flow tag "$tag" spi 400 scope forward
check_eq "re-path forward, twice" "$(spi_of 7) $(($(back_spi_of 7) < 300))" "400 1"
check_fail "a drop in a direction that leads past the node" 2 "lacks the permission" \
	V drop sp0 node n1 flow tag "$tag" scope forward
check "in both, it counts in the one" V drop sp0 node n1 flow tag "$tag"
note
check "in the one: no answer comes" unanswered 7
check_eq "in the other: the request goes on" "$(($(got fw3 out) > 0)) $(got n1 in)" "1 0"
fresh
$SP path del sp0 400

# A node that the rules have led a flow away from cannot fetch it back
$SP node set sp0 n1 permit drop,skip-node,re-path,allow
fresh
$SP rule add sp0 prio 90 dir any proto icmp chain c2
check "led away by the rules: it passes" answered 7
check_fail "led away by the rules: no allow" 2 "lacks the permission" \
	V allow sp0 node n1 flow tag "$tag"
check_fail "led away by the rules: no re-path" 2 "lacks the permission" \
	V re-path sp0 node n1 flow tag "$tag" spi 100
check "led away by the rules: it takes the new chain" answered 7
check_eq "led away by the rules: as before" "$(spi_of 7)" 300
check "led away by the rules: a drop" V drop sp0 node n1 flow tag "$tag"
check "led away by the rules: counts" unanswered 7
$SP rule del sp0 prio 90
$SP node set sp0 n1 permit drop,skip-node,re-path re-path-chains 2

# What cancels
fresh
V skip-node sp0 node n1 flow tag "$tag"
passed "before the permission goes" 0 1
$SP node set sp0 n1 permit drop
passed "without the permission the whole chain" 1 1
$SP node set sp0 n1 permit drop,skip-node
passed "a permission that comes back does not bring it back" 1 1
fresh
V skip-node sp0 node n1 flow tag "$tag"
check "a second flow" answered 8
V drop sp0 node n1 flow tag "$(tag_of 8)"
service s3
inline_node fw4 4 s3
check "the chain changes" "$SP" -atomic modify -b - <<-END
	path del sp0 100
	path del sp0 200
	chain replace sp0 c1 services s1,s2,s3
	path add sp0 100 reverse 101 chain c1 nodes n1,fw2,fw4
	path add sp0 200 reverse 201 chain c1 nodes n1,fw3,fw4
END
note
check "a change of the chain: it passes" answered 7
check_eq "a change of the chain cancels skip-node" \
	"$(($(got n1 out) > 0)) $(($(got fw4 out) > 0))" "1 1"
check "a change of the chain leaves drop" unanswered 8

# Refusals
fresh
check_fail "no such flow" 2 "plane sp0 has no flow with tag 0x1" \
	V drop sp0 node n1 flow tag 0x1
check_fail "no such addresses" 2 "plane sp0 has no flow with these addresses and ports" \
	V drop sp0 node n1 flow proto udp src 192.0.2.1 sport 7 dst 192.0.2.2 dport 7
check_fail "no such node" 2 "plane sp0 has no node nobody" \
	V drop sp0 node nobody flow tag "$tag"
check_fail "a node that was never given the flow" 2 "it was never given this flow" \
	V drop sp0 node "$there" flow tag "$tag"
check_fail "two families" 2 "one address is IPv4, the other IPv6" \
	V drop sp0 node n1 flow proto udp src 192.0.2.1 dst 2001:db8::1
check_fail "no node at all" 1 "node" V drop sp0 flow tag "$tag"
check_fail "no flow at all" 2 "tag, or proto with src and dst, of the flow" V drop sp0 node n1
check_fail "now is for drop" 1 "now" V allow sp0 node n1 flow tag "$tag" now
check "nothing of this had an effect" answered 7

# A node that is deleted takes along what it has asked for, whatever its state was
$SP node set sp0 n1 permit drop,skip-node,allow
fresh
check "a node allows" V allow sp0 node n1 flow tag "$tag"
passed "the flow has left the chain" 0 0
echo_node n5 5 s1
$SP node set sp0 n1 down
check "another takes its place in the paths" "$SP" -atomic modify -b - <<-END
	path replace sp0 100 reverse 101 chain c1 nodes n5,fw2,fw4
	path replace sp0 200 reverse 201 chain c1 nodes n5,fw3,fw4
END
passed "what was allowed holds as long as the node is there" 0 0
$SP node del sp0 n1
note
check "without the node it passes" answered 7
check "through the whole chain" test "$(got n5 out)" -gt 0
