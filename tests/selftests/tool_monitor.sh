#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The monitor: what it tells, of what, and that it says so when it lost events.
# vehicle: stock
. "$(dirname "$0")/../lib.sh"
need svcplane

# hears FILE PATTERN: the monitor that writes to FILE tells it, soon
hears() { busywait 5 grep -qE -- "$2" "$1"; }

module
setup_ns OTHER
ip link add sp0 type svcplane
defer ip link del sp0
ip link add t0 type dummy
defer ip link del t0
ip link set sp0 up
ip link set t0 up

listen() { spawn svcplane "$@"; }

listen monitor
plain=$spawned_out plain_pid=$spawned
listen -ts monitor
stamped=$spawned_out
listen -j monitor
json=$spawned_out
listen monitor rule policy
some=$spawned_out
# They listen once each tells a rule of many
heard_by_all()
{
	svcplane rule add sp0 prio 1 bypass
	svcplane rule del sp0 prio 1
	grep -q "rule set" "$plain" && grep -q "rule set" "$stamped" &&
		grep -q rule "$json" && grep -q "rule set" "$some"
}
check "they listen" busywait 20 heard_by_all
svcplane service add sp0 fw
svcplane rule add sp0 prio 7 drop
check "a service" hears "$plain" '^service set sp0 fw '
check "a rule" hears "$plain" '^rule set sp0 prio 7 id [0-9]+ dir any drop$'
check "with a stamp" hears "$stamped" '^\[20[0-9-]*T[0-9:]*\.[0-9]{6}\] rule set sp0 prio 7'
check "as JSON" hears "$json" '^\{"ts":"20.*"event":"set","object":"rule","plane":"sp0","prio":7,.*\}$'
svcplane proxy add pp0 plane sp0 guest t0
defer svcplane proxy del pp0
check "a guest is bound" hears "$plain" '^port bound sp0 t0'
# Each way in which a tap comes and goes by itself
svcplane proxy match add pp0 'away*'
for dev in away1 away2; do ip link add $dev type dummy; done
check "one that a pattern takes" hears "$plain" '^port bound sp0 away2'
ip link del away1
check "a guest that is deleted is unbound" hears "$plain" \
	'^port unbound sp0 away1 .*the device is gone from the namespace'
ip link set away2 netns "$OTHER"
check "one that leaves the namespace, too" hears "$plain" \
	'^port unbound sp0 away2 .*the device is gone from the namespace'
svcplane proxy guest del pp0 t0
check "one that is taken back" hears "$plain" '^port unbound sp0 t0 .*asked for'
ip link add link t0 name away3 type macvlan
defer ip link del away3
check "one that cannot be bound is refused" hears "$plain" \
	'^port refused sp0 away3 .*a pattern matches, but the device cannot be bound'
svcplane -atomic modify -b - <<< "rule del sp0 prio 7"
check "a transaction" hears "$plain" '^policy commit sp0 generation [0-9]+ changes 1 rules 0'
# One of each kind, as they come and go
svcplane -b - <<-'B'
	plane set sp0 tenant 9
	node add sp0 n1 service fw dev l0 egress l1
	chain add sp0 c services fw
	path add sp0 100 reverse 101 chain c nodes n1
	group add sp0 g members 10.0.0.0/8
	rule add sp0 prio 8 src-group g dir out proto tcp dport 80,8000-8080 chain c
B
for dev in l0 l1; do
	ip link add $dev type dummy
	defer ip link del $dev
	ip link set $dev up
done
check "a node whose device comes" hears "$plain" '^node up sp0 n1'
ip link set l0 down
check "one whose device is down" hears "$plain" '^node down sp0 n1'
svcplane -b - <<-'B'
	rule del sp0 prio 8
	group del sp0 g
	path del sp0 100
	chain del sp0 c
	node del sp0 n1
B
svcplane service del sp0 fw
check "a deletion" hears "$plain" '^service del sp0 fw'
check "told as JSON, too" hears "$json" '"event":"del","object":"service"'
check "each line is as the schema has it" \
	"$tests_dir/schema/validate" monitor.json -l < "$json"
check "what was asked for" hears "$some" '^policy commit'
check_eq "and nothing else" "$(grep -vcE '^(rule|policy) ' "$some")" 0

# A listener that sleeps through more than its buffer holds
listen -rcvbuf 4096 monitor
slow=$spawned slow_out=$spawned_out
listen -j -rcvbuf 4096 monitor
slow_json=$spawned slow_json_out=$spawned_out
slow_listens()
{
	svcplane service add sp0 ids
	svcplane service del sp0 ids
	grep -q ids "$slow_out" && grep -q ids "$slow_json_out"
}
check "slow ones listen" busywait 20 slow_listens
kill -STOP "$slow" "$slow_json"
for n in $(seq 100 299); do echo "rule add sp0 prio $n drop"; done | svcplane -b -
kill -CONT "$slow" "$slow_json"
check "lost events are told" hears "$slow_out" '^monitor lost events lost, all objects follow$'
check "and everything again" hears "$slow_out" '^rule sync sp0 prio 299 '
svcplane rule add sp0 prio 300 drop
check "then it goes on" hears "$slow_out" '^rule set sp0 prio 300 '
check "as JSON, too" hears "$slow_json_out" '"event":"set","object":"rule".*"prio":300'
check "what follows is as the schema has it" \
	"$tests_dir/schema/validate" monitor.json -l < "$slow_json_out"
check "and says what was lost" grep -q '"event":"lost"' "$slow_json_out"

as_user() { setpriv --reuid nobody --regid nogroup --clear-groups /usr/sbin/svcplane "$@"; }
check_fail "flows are not for everybody" 2 "needs CAP_NET_ADMIN" as_user monitor flow
spawn sh -c 'svcplane monitor | head -n 1'
pipe=$spawned
has_ended()
{
	svcplane rule add sp0 prio 301 drop
	svcplane rule del sp0 prio 301
	! kill -0 "$pipe"
}
check "it ends when nobody reads" busywait 20 has_ended

svcplane proxy del pp0
ip link del sp0
check "the module is unloaded" busywait 10 modprobe -r svcplane
check "which ends it" hears "$plain" \
	'^Error: the monitor ended: the module svcplane was unloaded$' || kill "$plain_pid"
wait "$plain_pid"
check_eq "with status 2" $? 2
