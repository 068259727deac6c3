#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A guest that is to move: its host tells the other one its flows, and is heard
# only where the operator there has let this guest in from this host.
#
#	A eth0 -- tapa [br0] tapb -- eth0 B
#	          | pp0
#	       host 1, fw1 -- lan -- host 2
# timeout: 120
# vehicle: debug
. "$(dirname "$0")/../fabric.sh"
module

# shellcheck disable=SC2154 # of lib.sh
schema() { "$tests_dir/schema/validate" "$@"; }
gate() { on 2 -j import show sp0 | jq -r ".[0].$1"; }
gate_is() { [ "$(gate records) $(gate invalid)" = "$1" ]; }
gates() { on 2 -j import show | jq length; }
# shellcheck disable=SC2119,SC2120 # with and without
export_() { on 1 flow export sp0 port tapa host 2 "$@"; }
told() { grep -qE "$1" "${!2}"; }
bulk() { [ "$(host_drops 2 ctl_bulk)" -gt "$1" ]; }
# flow ID: a connection of the guest
flow() { pings "$A" 10.1.0.2 -e "$1"; }

fabric 2 veth
check "sessions" connected
setup_ns A B
host_guest 1 tapa "$A" 10.1.0.1/24
host_guest 1 tapb "$B" 10.1.0.2/24
host_lan 1 br0 tapa tapb
host_proxy 1 tapa
host_inline 1 fw1
plane_file <<-'END'
	service add sp0 fw type firewall
	node add sp0 fw1 id 1 hosts 1 service fw mode inline dev fw1l egress fw1r
	chain add sp0 web id 1 services fw
	path add sp0 100 reverse 101 chain web nodes fw1
END
on 1 rule add sp0 prio 10 proto icmp chain web || bail "no rule"
hears 1
hears 2
mac=$(ip -n "$A" -j link show eth0 | jq -r ".[0].address")

check_fail "no tap" 1 "missing" on 1 flow export sp0 host 2
check_fail "a tap that is no guest" 2 "tapb is not a guest of plane sp0" \
	on 1 flow export sp0 port tapb host 2
check_fail "a host that is not listed" 2 "plane sp0 has no host with id 3" \
	on 1 flow export sp0 port tapa host 3
check_fail "an address of a group" 2 "is not the address of a single guest" \
	export_ mac 01:00:5e:00:00:01
check_fail "a gate for this host" 2 "" on 2 import add sp0 mac "$mac" host 2
check_fail "for an unknown one" 2 "plane sp0 has no host with id 3" \
	on 2 import add sp0 mac "$mac" host 3
check_fail "for a group" 2 "is not the address of a single guest" \
	on 2 import add sp0 mac ff:ff:ff:ff:ff:ff host 1
check_fail "for ever" 1 "at most 3600000ms" on 2 import add sp0 mac "$mac" host 1 lifetime 2h
check_fail "one that is not open" 2 "no gate is open for $mac from host 1" \
	on 2 import del sp0 mac "$mac" host 1
check_eq "no gate" "$(on 2 -j import show)" "[]"

check "a connection" flow 1
check_eq "none is let in: it is told" "$(export_)" "flows 1"
check "and refused" busywait 5 told "acked .* type flow-state status not-permitted" heard_1
check "which the other host tells, too" busywait 5 \
	told "rejected .* type flow-state .*not-permitted" heard_2
for id in 2 3 4 5; do flow $id || bail "no ping"; done
before=$(host_drops 2 ctl_bulk)
check_eq "more than a small message holds" "$(export_)" "flows 5"
check "are dropped unread" busywait 5 bulk "$before"

check "the gate" on 2 import add sp0 mac "$mac" host 1 lifetime 10m
check_eq "is shown" "$(on 2 import show | sed 's/ left-ms .*//')" \
	"sp0 mac $mac host 1"
check "what was sent comes in by and by" busywait 10 gate_is "5 0"
check "that it was applied is told" busywait 5 \
	told "acked .* type flow-state status applied" heard_1
check_eq "once more" "$(export_)" "flows 5"
check "counted" busywait 10 gate_is "10 0"
on 2 -j -d import show > "$tap_dir/shown"
check "JSON of gates" schema import.json < "$tap_dir/shown"
for id in $(seq 6 40); do flow "$id" || bail "no ping"; done
check_eq "in more than one message" "$(on 1 -j flow export sp0 port tapa host 2 | jq -c .)" \
	'{"sent":40}'
check "all of them" busywait 10 gate_is "50 0"
check "another guest is not let in" export_ mac 02:00:00:00:00:99
check "by a status" busywait 5 told "rejected .* type flow-state .*not-permitted" heard_2
check_eq "nor counted" "$(gate records)" 50
check "opened again, for another time" on 2 import add sp0 mac "$mac" host 1
check_eq "it is the same one" "$(gates) $(gate records)" "1 50"
check "closed" on 2 import del sp0 mac "$mac" host 1
check_eq "it is gone" "$(gates)" 0
on 2 import add sp0 mac "$mac" host 1 lifetime 100ms
gone() { [ "$(gates)" = 0 ]; }
check "one that is over is not shown" busywait 5 gone

many() { printf "import $1 sp0 mac 02:00:00:00:01:%02x host 1\n" $(seq 64) | on 2 -b -; }
check "64 gates" many add
check_fail "and no more" 2 "64 gates are open, which is as many as there may be" \
	on 2 import add sp0 mac "$mac" host 1
check "closed, all" many del
check_eq "none is left" "$(gates)" 0
cut 2
unheard() { ! export_ 2> "$tap_dir/refused" && grep -q "there is no session" "$tap_dir/refused"; }
check "without a session nobody can be told" busywait 10 unheard
