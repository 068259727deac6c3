#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# An attacker on the underlay, and a host that has a key and abuses it: nothing of
# what they make is accepted, and all of it is counted; the others go on.
# FORGED=N sends another number of forged frames than 10^5, GENUINE=N of genuine
# messages meanwhile than 50.
#
#	A -- tapa [br0] tapb -- B	host 1 --+
#					         lan -- tests/tools/hosts_attack.py (which is
#	ids1 (NSH)			host 2 --+      host 3, and has ids3), forge
# vehicle: debug
# timeout: 180
. "$(dirname "$0")/../fabric.sh"
. "$(dirname "$0")/../nsh.sh"
need python3 nft
module

FORGED=${FORGED:-100000}
GENUINE=${GENUINE:-50}

# The flow of the guest, which host 3 has nothing to do with
tag()
{
	pings "$A" 10.1.0.2 -e 7
	on 1 -j flow show sp0 proto icmp | jq -r '.[0].tag'
}

attack()
{
	# shellcheck disable=SC2154 # by lib.sh
	TAG=$(tag) in_ns "$WIRE" /usr/bin/python3 "$tests_dir/tools/hosts_attack.py" "$1" "$H1" "$H2" "$tap_dir" \
		> "$tap_dir/attack" 2>&1
	tally_tap "$1" "$tap_dir/attack"
}

# tally_tap NAME FILE: its points become ours
tally_tap()
{
	local line any=

	while read -r line; do
		case $line in
		"ok "*)		ok "$1: ${line#* - }"; any=1 ;;
		"not ok "*)	not_ok "$1: ${line#* - }"; any=1 ;;
		"TAP version "*|1..*) ;;
		*)		diag "$line" ;;
		esac
	done < "$2"
	contains "$2" "1.." || not_ok "$1: the program came to its end"
	[ -n "$any" ] || not_ok "$1: it did something"
}

total() { on "$1" -j stats show sp0 -all | jq '[.[].packets] | add'; }

accepted() { counted "$1" "$2" in.user; }

fabric 2
fabric_keys 3
fabric_list 1 3
fabric_list 2 3
check "the hosts have sessions" connected 1 2
setup_ns A B
host_guest 1 tapa "$A" 10.1.0.1/24
host_guest 1 tapb "$B" 10.1.0.2/24
host_lan 1 br0 tapa tapb
host_nsh 2 ids1 "$BADLY" -i eth0
plane_file <<-'END'
	service add sp0 ids type 35
	node add sp0 ids1 id 1 hosts 2 service ids mode nsh dev ids1
	node add sp0 ids3 id 3 hosts 3 service ids mode nsh dev ids3
	chain add sp0 c1 id 1 services ids fail closed
	path add sp0 100 reverse 101 chain c1 nodes ids1
END
host_proxy 1 tapa
on 1 rule add sp0 prio 100 dir any proto icmp chain c1
check "a guest's frames pass ids1 on host 2" pings "$A" 10.1.0.2 -e 7
for part in exact window says forged dead; do
	began=$SECONDS
	attack $part
	diag "$part: $((SECONDS - began)) s"
done
check "the hosts have sessions still" connected 1 2
check "and the guest's flow goes on" pings "$A" 10.1.0.2 -e 7

# At volume: of frames of each kind that passes between the two
spawn in_ns "$WIRE" /usr/bin/python3 "$tests_dir/tools/hosts_attack.py" capture 40
genuine=$spawned_out
captured() { says 2 1 "captured" && [ "$(wc -l < "$genuine")" = 40 ]; }
check "genuine frames are captured" busywait 20 captured
before=$(total 1) user=$(accepted 1 2) slab=$(slab)
spawn in_ns "$WIRE" forge -n "$FORGED" p1 "$genuine"
# shellcheck disable=SC2154 # by spawn
flood=$spawned flood_out=$spawned_out
# while they come: from host 2, each acknowledged
/usr/bin/python3 "$tests_dir/tools/transactions.py" -s 60 "$H2" "$H1" 1 "$GENUINE" \
	> "$tap_dir/sums" 2>&1
wait "$flood"
diag "$(cat "$flood_out")"
figure "forged: $(tail -n 1 "$flood_out")"
figure "genuine ones meanwhile: $(paste -sd ';' "$tap_dir/sums")"
check "$FORGED forged frames were sent" contains "$flood_out" "sent $FORGED in"
check "$GENUINE genuine messages arrive all the same" contains "$tap_dir/sums" \
	"sent $GENUINE applied $GENUINE twice 0 lost 0 unknown 0"
check_eq "and of all these are accepted" $(($(accepted 1 2) - user)) "$GENUINE"
check "each was a drop that is counted" busywait 20 more "$(total 1)" $((before + FORGED - 1))
figure "slab: $slab kB before, $(slab) kB after"
check "memory has not grown" flat "$slab"
check "the sessions stand" sessions 1 2

# What would cost a MAC each costs no more of them than host.h allows: 4000 a second,
# and 4000 at once
forged=$(counted 1 2 forged) began=$SECONDS
in_ns "$WIRE" forge -n "$((FORGED / 10))" -k fresh p1 "$genuine" > "$tap_dir/fresh"
forged=$(($(counted 1 2 forged) - forged)) took=$((SECONDS - began + 1))
check "MACs are within the budget" test "$forged" -le $((4000 + 4000 * took))
check "and some were computed" test "$forged" -gt 0
figure "with a number that has not been: $(tail -n 1 "$tap_dir/fresh"), MACs computed: $forged"
check "the sessions stand then, too" connected 1 2
diag "host 1 of host 2: $(counted 1 2)"
