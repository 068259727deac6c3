#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# ping and trace between hosts: hosts, nodes, paths in both directions, the path
# of a flow; where they say that it breaks; and what is answered to, and taken
# from, a host that does not keep to the rules.
#
#	A eth0 -- tapa [br0] tapb -- eth0 B
#	          | pp0
#	       host 1: loc1        host 2: fw1         host 3: ids1
#	           +------------------ lan ----------------+------ host 4: a program
# timeout: 240
# vehicle: debug
. "$(dirname "$0")/../fabric.sh"
need python3
module

ping_() { on "$1" ping sp0 "${@:2}" -c 2 -i 50ms; }
trace() { on "$1" trace sp0 "${@:2}" -W 2s; }
# shellcheck disable=SC2154 # of lib.sh
schema() { "$tests_dir/schema/validate" "$@"; }
# way I ARG...: "HOST:NODE>NEXT" of each hop of a trace, by id; 0 is the end
way()
{
	on "$1" -j trace sp0 "${@:2}" -W 2s > "$tap_dir/json"
	jq -r '[.[].hops[] | if .answered then "\(.host_id):\(.node_id // 0)>\(.next_id // 0)"
		else "*" end] | join(" ")' "$tap_dir/json"
}
verdict() { trace "$@" | tail -1; }
attack()
{
	in_ns "$WIRE" /usr/bin/python3 "$tests_dir/tools/hosts_echo.py" "$1" "$H1" "$tap_dir" \
		> "$tap_dir/attack" 2>&1
	while read -r line; do
		case $line in
		"ok "*)		ok "$1: ${line#* - }" ;;
		"not ok "*)	not_ok "$1: ${line#* - }" ;;
		"TAP version "*|1..*) ;;
		*)		diag "$line" ;;
		esac
	done < "$tap_dir/attack"
	contains "$tap_dir/attack" "1.." || not_ok "$1: the program came to its end"
}

setup_ns A B
fabric 3
host_guest 1 tapa "$A" 192.0.2.1/24
host_guest 1 tapb "$B" 192.0.2.2/24
host_lan 1 br0 tapa tapb
host_inline 1 loc1
host_inline 2 fw1
host_inline 3 ids1
plane_file <<-END
	service add sp0 loc
	service add sp0 fw
	service add sp0 ids
	node add sp0 loc1 id 1 hosts 1 service loc dev loc1l egress loc1r
	node add sp0 fw1 id 2 hosts 2 service fw dev fw1l egress fw1r
	node add sp0 ids1 id 3 hosts 3 service ids dev ids1l egress ids1r
	chain add sp0 web id 1 services loc,fw,ids fail closed
	path add sp0 100 reverse 101 chain web nodes loc1,fw1,ids1
END
host_proxy 1 tapa
on 1 rule add sp0 prio 100 dir any proto icmp chain web
check "the hosts have sessions" connected
there() { ping_ 1 path 100; }
check "the path is there" busywait 20 there

for what in "host 2" "host hv3" "host 1" "node loc1" "node fw1" "node ids1" "path 100" "path 101" \
	"path 100 reverse" "path 100 both"; do
	# shellcheck disable=SC2086 # words
	check "ping $what" ping_ 1 $what
done
check "from a host that has no guest" ping_ 3 path 100 both
check_eq "trace" "$(way 1 path 100)" "1:1>1 1:2>2 2:2>2 2:3>3 3:3>3 3:0>1 1:0>1"
check "JSON of it" schema trace.json < "$tap_dir/json"
check_eq "of the reverse" "$(way 1 path 100 reverse)" "1:3>3 3:3>3 3:2>2 2:2>2 2:1>1 1:1>1 1:0>1"
check_eq "from another host" "$(way 2 path 100)" \
	"2:1>1 1:1>1 1:2>2 2:2>2 2:3>3 3:3>3 3:0>2 2:0>2"
check_eq "it says so" "$(verdict 1 path 100)" "reaches the end of the path"
on 1 -j ping sp0 path 100 both -c 1 > "$tap_dir/json"
check "JSON of ping" schema ping.json < "$tap_dir/json"

disturb delay 30ms
on 1 -j ping sp0 host 2 -c 1 > "$tap_dir/json"
check "the round-trip time is that of the way" test "$(jq '.[0].rtt_min_ns' "$tap_dir/json")" -gt 30000000
disturb

check "a flow" pings "$A" 192.0.2.2
tag=$(on 1 -j flow show sp0 port tapa | jq -r '.[0].tag')
check_eq "trace of its path" "$(way 1 flow tag "$tag")" "1:1>1 1:2>2 2:2>2 2:3>3 3:3>3 3:0>1 1:0>1"
check "hop fw1 is left out" on 1 verdict skip-node sp0 node fw1 flow tag "$tag" scope forward
check_eq "and so by the trace" "$(way 1 flow tag "$tag")" "1:1>1 1:3>3 3:3>3 3:0>1 1:0>1"
check_eq "not in the other direction" "$(way 1 flow tag "$tag" reverse)" \
	"1:3>3 3:3>3 3:2>2 2:2>2 2:1>1 1:1>1 1:0>1"

of 3 link set ids1l down
broken() { ! ping_ 1 path 100; }
check "a node unplugged: no ping" busywait 10 broken
told() { trace 2 path 100 > /dev/null; [ "$(way 1 path 100)" = "1:1>1 1:2>2 2:2>2 2:3>3" ]; }
check "the trace comes as far as it" busywait 10 told
check_eq "and says where it breaks" "$(verdict 1 path 100)" \
	"hv2 (2) stops before node ids1 of hv3 (3): node down (remote)"
check_fail "its own host knows why" 1 "" ping_ 1 node ids1
check "in words" sh -c "$SP -n $H1 ping sp0 node ids1 -c 1 |
	grep -q 'hv3 (3) stops before node ids1: node down (link)'"
of 3 link set ids1l up
check "plugged in again" busywait 20 there

# gone, and its session not over yet
cut 3
check_fail "a host is gone" 1 "" ping_ 1 host 3 -W 300ms
check_eq "where the trace ends" "$(on 1 trace sp0 path 100 -W 200ms -q 1 | tail -1)" \
	"no answer from hv3 (3), which hv2 (2) hands on to: node ids1"
lost() { [ "$(live 1)" = 1 ] && [ "$(live 2)" = 1 ]; }
check "its sessions end" busywait 20 lost
check_eq "then" "$(on 1 ping sp0 host 3 -c 1 | head -1)" \
	"1 this host (1) has no session with hv3 (3)"
check_eq "and along the path" "$(verdict 1 path 100)" "hv2 (2) stops before node ids1: no host has it"
heal 3
check "it is back" connected
check "and so is the path" busywait 20 there

# the plane files differ
on 2 path del sp0 100
check_eq "a path that one host does not know" "$(verdict 1 path 100)" \
	"hv2 (2) does not know path 100 with SI 254"
on 2 path add sp0 100 reverse 101 chain web nodes loc1,fw1,ids1
check "known again" busywait 10 there

# requests under way do not pile up; a socket that closes takes its own along
in_ns "$H1" timeout 60 python3 - "$tests_dir/tools" "$WIRE" <<-'PY' > "$tap_dir/out" 2>&1
	import subprocess, sys
	sys.path.insert(0, sys.argv[1])
	import nlspec
	spec = nlspec.load()
	first, again = nlspec.Family(spec), nlspec.Family(spec)
	# In one write, as each is under way for but ten seconds
	def fill(family):
	    seqs = range(1100)
	    family.flood("echo-send", [family.pack(
	        family.ops["echo-send"]["attribute-set"], dict(
	            plane="sp0", host=2, handle=7, sequence=n)) for n in seqs])
	    errors = family.flood_refusals()
	    return len(seqs) - len(errors), max(errors, default=0)
	subprocess.run(["ip", "-n", sys.argv[2], "link", "set", "p2", "nomaster"], check=True)
	print(*fill(first))
	first.close()
	print(*fill(again))
PY
check_eq "1024 at most; none of a socket that was closed" "$(cat "$tap_dir/out")" \
	"1024 28
1024 28"
heal 2

(umask 077 && $SP genkey > "$tap_dir/key.4")
$SP pubkey < "$tap_dir/key.4" > "$tap_dir/pub.4"
for i in 1 2 3; do fabric_list $i 4; done
check "all hosts have sessions" connected
check "the path is there" busywait 20 there
for part in asks odd answers rate; do attack $part; done
check "the hosts have sessions still" connected
check "and the path" busywait 20 there
for i in 1 2 3; do stop $i; done
