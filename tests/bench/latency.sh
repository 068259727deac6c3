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
[ -z "$smoke" ] || rounds=1 seconds=1 interval=5000000

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

# paced COUNT SPORT: frames through lane $n; their times, binary. Each gen_pace holds
# the far device until its file is closed.
paced()
{
	local frame

	frame=$(frame udp ab "$2" 9)
	in_ns "$B" bash -c "echo 'take f$n' >&5; exec nsenter --net=/run/netns/$A -- bash -c \"
		echo 'pace $interval e$n $1 34:1 36:1 $frame' >&5; exec cat <&5\"" 5<> /dev/svcplane_gen
}

# sample PART WHAT ROUND COUNT: false if frames are lost
sample()
{
	local line

	line=$(paced "$4" 1024 | "$here/latency-times")
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

modprobe -a svcplane svcplane_gen || bail "no modules"
lanes_begin
for part; do "part_$part"; done
