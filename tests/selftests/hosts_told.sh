#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the command shows and tells of hosts that have sessions: lines and JSON of
# messages with their origin, age and meaning, and that it says when it lost some.
#
#	host 1 -- lan -- host 2, node ids1		veth
# timeout: 120
# vehicle: debug
. "$(dirname "$0")/../fabric.sh"
. "$(dirname "$0")/../nsh.sh"
need svcplane python3
module

fits() { "$tests_dir/schema/validate" "$@"; }
tells() { busywait 10 grep -qE -- "$2" "$1"; }

fabric 2 veth
check "sessions" connected
spawn on 1 -j monitor control host
json=$spawned_out
spawn on 2 -j -d monitor all
all=$spawned_out
for i in 1 2; do hears $i; done
# They listen once they have heard of a message between the two
listening()
{
	says 1 2 "is anybody there" || return 1
	# shellcheck disable=SC2154 # hears makes them
	grep -q anybody "$heard_1" && grep -q anybody "$heard_2" &&
		grep -q anybody "$json" && grep -q anybody "$all"
}
check "they listen" busywait 20 listening

says 1 2 "one, two"
check "a message is told with its origin, number, age and text" tells "$heard_2" \
	'^control accepted sp0 host hv1 type user status applied seq [0-9]+ age-ms [0-9]+ text "one, two"$'
check "where it comes from, as sent" tells "$heard_1" \
	'^control sent sp0 host hv2 type user .* text "one, two"$'
check "and what became of it" tells "$heard_1" \
	'^control acked sp0 host hv2 type user status applied seq [0-9]+ age-ms [0-9]+ text "one, two"$'
on 1 control send sp0 hv2 hex 1b5b306d
check "what is no text is told as hex" tells "$heard_2" ' type user .* hex 1b5b306d$'
check "in JSON" tells "$all" '"event":"accepted","object":"control",.*"host":1,.*"hex":"1b5b306d"'
printf "by file" > "$tap_dir/file"
on 1 control send sp0 all file "$tap_dir/file"
check "a file is sent as it is" tells "$heard_2" ' text "by file"$'
on 2 -j -echo control send sp0 all text "to all" > "$tap_dir/sent"
check "to how many is told" grep -q '"sent":1,"not_sent":0' "$tap_dir/sent"
check "as the schema has it" fits sent.json < "$tap_dir/sent"

host_nsh 2 ids1 "$BADLY" -i eth0
plane_file <<-'END'
	service add sp0 ids type 35
	node add sp0 ids1 id 7 hosts 2 service ids mode nsh dev ids1
END
check "an announcement is told with its nodes" tells "$heard_1" \
	'^control accepted sp0 host hv2 type announce .* nodes ids1:up$'
check "in JSON, too" tells "$json" \
	'"announced":\[\{"node_id":7,"node":"ids1","mac":"02:50:fe:00:07:00","state":"up"'
check "that it has a host, likewise" tells "$heard_1" '^host owner sp0 hv2 id 2 node ids1 '
owned() { on 1 node show sp0 ids1 | grep -q ' up .* hosts 2 owner hv2'; }
check "the node shows it" busywait 5 owned
for i in 1 2; do
	on $i -j -s -d host show > "$tap_dir/shown"
	check "host $i: JSON of live hosts" fits host.json < "$tap_dir/shown"
	on $i -j -s -d node show > "$tap_dir/shown"
	check "host $i: JSON of nodes" fits node.json < "$tap_dir/shown"
	on $i -j -s -d show > "$tap_dir/shown"
	check "host $i: JSON of the tree" fits tree.json < "$tap_dir/shown"
done
check "a live host" sh -c 'grep -q "^sp0 hv2 id 2 live session [0-9.ms]* .*uplink under nodes 1"' \
	< <(on 1 host show sp0 2)

# A listener that sleeps through more than its buffer holds
# shellcheck disable=SC2153 # setup_ns makes it
spawn svcplane -n "$H2" -rcvbuf 4096 monitor control
# shellcheck disable=SC2154 # spawn makes it
slow=$spawned slow_out=$spawned_out
slow_listens() { says 1 2 "to the slow one" && grep -q "slow one" "$slow_out"; }
check "a slow one listens" busywait 20 slow_listens
kill -STOP "$slow"
for n in $(seq 100); do echo "control send sp0 2 text m$n"; done | on 1 -f -b - 2> /dev/null
check "the last one comes" tells "$heard_2" ' text "m100"$'
kill -CONT "$slow"
check "lost ones are told" tells "$slow_out" '^monitor lost events lost, all objects follow$'
check "and which hosts there are" tells "$slow_out" '^host sync sp0 hv1 id 1 live '
says 1 2 "afterwards"
check "then it goes on" tells "$slow_out" ' text "afterwards"$'

cut 2
check "a session that ends is told" tells "$heard_1" '^host down sp0 hv2 id 2'
check "in JSON, too" tells "$json" '"event":"down","object":"host","plane":"sp0","name":"hv2","id":2'
check_fail "nothing is sent without session" 2 "there is no session with host hv2 (id 2)" says 1 2 x
heal 2
check "one that begins, likewise" tells "$heard_1" '^host up sp0 hv2 id 2'
check "each line is as the schema has it" fits monitor.json -l < "$json"
check "of everything" fits monitor.json -l < "$all"
keys() { base64 -d < "$tap_dir/key.$1" | od -An -tx1 | tr -d ' \n'; }
check_eq "no private key is in any of it" \
	"$(cat "$json" "$all" "$heard_1" "$heard_2" | grep -cF -e "$(keys 1)" -e "$(keys 2)" \
		-e "$(tr -d '=\n' < "$tap_dir/key.1")" -e "$(tr -d '=\n' < "$tap_dir/key.2")")" 0
