#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# ping and trace of a plane that has no other host: the walk is done without any
# frame. Whole, with a node down, along a flow; exit codes, JSON, refusals.
#
#	A eth0 -- tapa [br0] tapb -- eth0 B
#	          | pp0
#	         sp0: fw1, then ids1 (Linux bridges)
# vehicle: debug
. "$(dirname "$0")/../topo.sh"
need python3
module

ping_() { $SP ping sp0 "$@" -c 2 -i 10ms; }
trace() { $SP trace sp0 "$@"; }
# shellcheck disable=SC2154 # of lib.sh
schema() { "$tests_dir/schema/validate" "$@"; }
# hops ARG...: TTL and node of each line of a trace
hops() { trace "$@" | awk '$1 ~ /^[0-9]+$/ { print $1, $5 }' | paste -sd, -; }

setup_ns A B
add_guest "$A" tapa 192.0.2.1/24
add_guest "$B" tapb 192.0.2.2/24
lan bridge br0 tapa tapb
plane
inline_node fw1 1 fw
inline_node ids1 2 ids
chain web fw,ids
$SP path add sp0 100 reverse 101 chain web nodes fw1,ids1
$SP rule add sp0 prio 100 dir any proto icmp chain web
proxy tapa

check "this host answers" ping_ host 1
check "a node" ping_ node ids1
check "a path" ping_ path 100
check "its reverse" ping_ path 101
check "both directions" ping_ path 100 both
ping_ path 100 both > "$tap_dir/text"
check_eq "a line each, and the sum" "$(wc -l < "$tap_dir/text") $(grep -c reverse "$tap_dir/text")" "5 2"
check "which tells all" grep -q "sp0 path 100: 4 sent, 4 answered, 0 unreachable, 0% loss, rtt min" \
	"$tap_dir/text"
check_eq "trace" "$(hops path 100)" "1 fw1,2 ids1,3 end"
check_eq "trace of the reverse" "$(hops path 100 reverse)" "1 ids1,2 fw1,3 end"
check_eq "the other direction of that" "$(hops path 101 reverse)" "1 fw1,2 ids1,3 end"
check_eq "trace of both" "$(hops path 100 both)" "1 fw1,2 ids1,3 end,1 ids1,2 fw1,3 end"
check "it says so" sh -c "$SP trace sp0 path 100 | grep -qx 'reaches the end of the path'"

check "a flow" pings "$A" 192.0.2.2
tag=$($SP flow show sp0 port tapa | sed -n 's/.* tag \(0x[0-9a-f]*\) .*/\1/p' | head -1)
check_eq "trace of its path" "$(hops flow tag "$tag")" "1 fw1,2 ids1,3 end"
$SP verdict skip-node sp0 node fw1 flow tag "$tag" scope forward
check_eq "less a hop left out" "$(hops flow tag "$tag")" "1 ids1,2 end"
check_eq "in that direction alone" "$(hops flow tag "$tag" reverse)" "1 ids1,2 fw1,3 end"
$SP verdict drop sp0 node fw1 flow tag "$tag"
check "ping along it" ping_ tag "$tag" both
$SP flow flush sp0
check_fail "the flow is gone" 2 "has no flow with tag" trace tag "$tag"

ip link set ids1l down
check_fail "a node unplugged" 1 "" trace path 100
check_eq "where it breaks" "$(trace path 100 | tail -1)" \
	"this host (1) stops before node ids1: node down (link)"
check_eq "which is the second hop" "$(hops path 100)" "1 fw1,2 ids1"
check_fail "ping tells it" 1 "" ping_ path 100
check "in words" sh -c "$SP ping sp0 path 100 -c 1 | grep -q 'node down (link)'"
check_fail "ping of the node" 1 "" ping_ node ids1
check "ping of another" ping_ node fw1
for what in "ping sp0 path 100 both -c 1" "ping sp0 host 1 -c 1" "trace sp0 path 100 both"; do
	# shellcheck disable=SC2086 # words
	$SP -j $what > "$tap_dir/json"
	read -r verb _ <<< "$what"
	check "JSON of $what" schema "$verb.json" < "$tap_dir/json"
done
ip link set ids1l up
busywait 5 trace path 100
check "plugged in again" trace path 100

check_fail "no such path" 2 "plane sp0 has no path 200" ping_ path 200
check_fail "no such node" 2 "plane sp0 has no node nix" ping_ node nix
check_fail "no such host" 2 "plane sp0 has no host 9" ping_ host 9
check_fail "nor by name" 2 "plane sp0 has no host hv9" ping_ host hv9
check_fail "no such plane" 2 "no service plane" "$SP" ping sp9 host 1
check_fail "nothing to ask" 2 '"host" or "node" or "path" or "tag" is missing' ping_
check_fail "two things" 2 "exclude each other" ping_ host 1 path 100
check_fail "reverse of a host" 2 "goes with path or flow" ping_ host 1 reverse
check_fail "a wrong number" 2 "is out of range" "$SP" trace sp0 path 100 -q 0
$SP ping sp0 path 200 -c 1 > "$tap_dir/text" 2> /dev/null
check_eq "nothing on stdout then" "$(cat "$tap_dir/text")" ""
spawn "$SP" ping sp0 path 100 -i 10ms
busywait 5 grep -q "^3 " "$spawned_out"
# shellcheck disable=SC2154
kill -INT "$spawned"
wait "$spawned"
check_eq "interrupted, all was answered" "$? $(grep -c ' 0% loss' "$spawned_out")" "0 1"
check_eq "no frame was dropped for it" "$(drops echo_unsolicited) $(drops node_down)" "0 0"

# many requests at once, and a plane that goes under them
check "a plane goes, with requests under way or not" sh -c "
	$SP ping sp0 path 100 -i 1ms -c 200 > /dev/null & ip link del sp0; wait \$!; test \$? != 0"
