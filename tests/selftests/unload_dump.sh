#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The module is unloaded while rules, flows and counters are dumped in loops, which
# also load it again, and events are listened to: it goes, or is in use.
#
#	A eth0 -- tapa	pp0: bypass, a thousand rules, a thousand flows
. "$(dirname "$0")/../topo.sh"
need python3
module

# look CMD...: again and again; each that finishes is a line
look() { spawn sh -c "while :; do svcplane $* > /dev/null 2>&1; echo; done"; }

busy() { [ "$(wc -l < "$1")" -ge 3 ]; }

policy()
{
	local n

	for n in $(seq 1000); do
		echo "rule add sp0 prio $n dir any proto tcp dport $n bypass"
	done
	echo "rule add sp0 prio 2000 dir any bypass"
}

fill()
{
	plane
	proxy tapa
	$SP -b "$tap_dir/policy" -a replace || return 1
	in_ns "$A" python3 - <<-'PY'
		import socket
		s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		for port in range(2000, 3000):
		    s.sendto(b"x", ("192.0.2.2", port))
	PY
	[ "$(flows proto udp)" -ge 900 ]
}

# Refused while somebody holds it, or done
unload() { rmmod svcplane; }

setup_ns A
add_guest "$A" tapa 192.0.2.1/24
ip -n "$A" neigh add 192.0.2.2 lladdr 02:00:00:00:00:02 dev eth0
policy > "$tap_dir/policy"
for round in 1 2; do
	modprobe svcplane || bail "the module does not load"
	check "round $round: a thousand rules and flows" fill
	lookers=()
	for what in "flow show sp0" "rule show sp0" "-j -s show" "-s proxy show"; do
		look "$what"
		lookers+=("$spawned")
		busywait 20 busy "$spawned_out" || bail "no dumps"
	done
	spawn svcplane monitor all
	check "round $round: unloaded in the end" busywait 20 unload
	kill "$spawned" "${lookers[@]}"
	wait "${lookers[@]}" 2> /dev/null
	check_eq "round $round: nothing is left" "$($SP show)" ""
done
