# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# ROUNDS SECONDS PART...: what tests/bench/latency has the vehicle do. A line for each
# sample, beside the TAP:
#
#	sample PART WHAT ROUND NAME=VALUE...
# shellcheck source=tests/topo.sh
. "${here:?}/../topo.sh"
# shellcheck source=tests/bench/lanes.sh
. "$here/lanes.sh"
# shellcheck source=tests/bench/measure.sh
. "$here/measure.sh"

rounds=$1
seconds=$2
shift 2
interval=100000
# shellcheck disable=SC2154 # smoke is from the environment
[ -z "$smoke" ] || rounds=1 seconds=1 interval=2000000

lane_mirred_2() { mirred mirred-2 2 "b$n"; }
lane_inline_2() { steered inline-2 inline 2 "chain c"; }
lane_nsh_2() { steered nsh-2 nsh 2 "chain c"; }

# ready LANE: set up and warm; from here on no sink
ready()
{
	local n

	lane "$1"
	traffic_ready "$1" udp
	lane_number "$1"
	sink_off
}

# sample PART WHAT ROUND COUNT: false if frames are lost
sample()
{
	local line

	line=$(paced "$interval" "$4" 1024 | "$here/latency-times")
	echo "sample $1 $2 $3 $line"
	[[ " $line " = *" lost=0 "* ]] || { diag "$2: $line"; return 1; }
}

# in_turn PART LANE...: a sample of each, round for round
in_turn()
{
	local part=$1 good=1 round lane n count=$((seconds * 1000000000 / interval))

	shift
	for lane; do ready "$lane"; done
	for ((round = 1; round <= rounds; round++)); do
		for lane; do
			lane_number "$lane"
			sample "$part" "$lane" "$round" "$count" || good=
		done
	done
	if [ -n "$good" ]; then ok "$part: all arrives"; else not_ok "$part: all arrives"; fi
}

part_hops()
{
	in_turn hops bridge mirred-1 inline-1 nsh-1 mirred-2 inline-2 nsh-2 mirred-3 inline-3 nsh-3
}

# --- verdict --------------------------------------------------------------
# The number of the frame that a verdict rides in
verdict_at=50

# As nsh-1, and the node is a program
lane_timed()
{
	local plane=sp$n

	steered timed nsh 0 bypass || return
	leg "l$n.1" "il$n.1" || return
	$SP service add "$plane" s1
	$SP node add "$plane" n1 service s1 mode nsh dev "l$n.1" permit allow &&
		$SP chain add "$plane" c services s1 &&
		$SP path add "$plane" 100 reverse 101 chain c nodes n1 &&
		$SP rule add "$plane" prio 5 proto udp chain c || return
	spawn in_ns "$N" nsh-timed "il$n.1" $verdict_at
	busywait 10 contains "$spawned_out" ready || bail "no node"
}

# One flow each; its frames go to the node until that lets it go
part_verdict()
{
	local n i flows=$((rounds * 15)) good=1 told interval=1000000

	ready timed
	lane_number timed
	for ((i = 1; i <= flows; i++)); do
		told=$(wc -l < "$spawned_out")
		paced $interval $((verdict_at * 3)) $((20000 + i)) > "$tap_dir/times"
		tail -n +$((told + 1)) "$spawned_out" |
			"$here/latency-verdict" "$tap_dir/times" > "$tap_dir/verdict" ||
			{ good=; diag "flow $i: $(< "$tap_dir/verdict")"; }
		echo "sample verdict allow $i $(< "$tap_dir/verdict")"
	done
	if [ -n "$good" ]; then
		ok "verdict: each is applied"
	else
		not_ok "verdict: each is applied"
		diag "$($SP stats show "sp$n")"
		diag "$(ip -s link show "l$n.1"; ip -n "$N" -s link show "il$n.1"; ip -s link show "b$n"; ip -n "$B" -s link show "f$n")"
	fi
}

# --- replace --------------------------------------------------------------
# A policy of so many rules that lead where the lane's own do
policy()
{
	local plane=sp$n i

	echo "chain add $plane c services s1"
	echo "path add $plane 100 reverse 101 chain c nodes n1"
	for ((i = 0; i < $1; i++)); do
		echo "rule add $plane prio $((100 + i)) proto tcp" \
			"dst 10.$((100 + i / 250 % 100)).$((i % 250)).0/24 dport $((1 + i % 6000)) chain c"
	done
	echo "rule add $plane prio 50000 proto udp chain c"
}

now() { echo "${EPOCHREALTIME/[^0-9]/}000"; }

# replacing PLANE FILE: until it is told to stop, how long each took, ns
replacing()
{
	local begun

	while [ ! -e "$tap_dir/stop" ]; do
		begun=$(now)
		$SP -atomic replace -batch "$1" || echo "not replaced"
		echo $(($(now) - begun))
	done
}

# replaced LANE ROUND: a sample of it while the rules of lane inline-1 are replaced
replaced()
{
	local line took replacer

	rm -f "$tap_dir/stop"
	replacing "$tap_dir/policy" > "$tap_dir/replaced" 2>&1 &
	replacer=$!
	line=$(sample replace "$1" "$2" "$count") || good=
	: > "$tap_dir/stop"
	wait $replacer
	! grep -q not "$tap_dir/replaced" || { diag "$(< "$tap_dir/replaced")"; good=; }
	took=$(sort -n "$tap_dir/replaced" | sed -n "$(($(wc -l < "$tap_dir/replaced") / 2 + 1))p")
	echo "$line" | sed "s/^sample replace [^ ]*/&-while/; /^sample/s/\$/ replace=${took:-0}/"
}

part_replace()
{
	local n round lane good=1 count=$((seconds * 1000000000 / interval)) rules=10000

	[ -z "$smoke" ] || rules=500
	ready bridge
	ready inline-1
	lane_number inline-1
	policy $rules > "$tap_dir/policy"
	$SP -atomic replace -batch "$tap_dir/policy" || bail "the policy is refused"
	for ((round = 1; round <= rounds; round++)); do
		for lane in bridge inline-1; do
			lane_number $lane
			sample replace $lane $round "$count" || good=
			replaced $lane $round
		done
	done
	if [ -n "$good" ]; then ok "replace: all arrives"; else not_ok "replace: all arrives"; fi
}

modprobe -a svcplane svcplane_gen || bail "no modules"
# When the vehicle gets no time from its host, the frames of that time come at once
sysctl -qw net.core.netdev_max_backlog=100000
lanes_begin
for part; do "part_$part"; done
