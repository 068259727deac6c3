# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# ROUNDS COUNT: what tests/bench/cores has the vehicle do. Each kind has two guests that
# send and two that receive, all on one bridge:
#
#	A e1 -- a1 [ br1, and what is measured ] b1 -- f1 B
#	A e2 -- a2 [                           ] b2 -- f2 B
#
# A line for each sample, beside the TAP; packets a second:
#
#	sample KIND ROUND RATIO cpu0=RATE cpu1=RATE both=RATE
# shellcheck source=tests/topo.sh
. "${here:?}/../topo.sh"
# shellcheck source=tests/bench/lanes.sh
. "$here/lanes.sh"
# shellcheck source=tests/bench/measure.sh
. "$here/measure.sh"

rounds=$1
count=$2
: "${smoke:=}"
kinds="bridge mirred inline inline_rps nsh"
declare -A first=()

# pair KIND: two more guests on its bridge, br${first[KIND]}
pair()
{
	local kind=$1 n=$((lane_last + 1)) k=$((lane_last + 1))

	first[$kind]=$n
	lane_last=$((lane_last + 2))
	add_guests
	between "a$n" "b$n" || return
	n=$((k + 1))
	add_guests
	ip link set "a$n" master "br$k" && ip link set "b$n" master "br$k" || return
	bridge fdb replace "$(mac_of_a)" dev "a$n" master static
	bridge fdb replace "$(mac_of_b)" dev "b$n" master static
	n=$k
	"kind_$kind" "$k" $((k + 1))
}

kind_bridge() { :; }

# The node gives back to the bridge
kind_mirred()
{
	wire mirred 1 && ip link set "r$1.1" master "br$1" || return
	redirect "a$1" "l$1.1" && redirect "a$2" "l$1.1"
}

# behind MODE N M: a plane, one node, one proxy for both guests
behind()
{
	local n=$2 plane=sp$2

	ip link add "$plane" type svcplane && ip link set "$plane" up || return
	defer ip link del "$plane"
	$SP service add "$plane" s1
	if [ "$1" = inline ]; then
		wire inline 1
		$SP node add "$plane" n1 service s1 mode inline dev "l$n.1" egress "r$n.1" || return
	else
		mirror nsh 1
		$SP node add "$plane" n1 service s1 mode nsh dev "l$n.1" decrements off || return
	fi
	$SP chain add "$plane" c services s1 &&
		$SP path add "$plane" 100 reverse 101 chain c nodes n1 || return
	$SP plane set "$plane" timeout-udp 3600
	$SP rule add "$plane" prio 10 proto udp chain c || return
	$SP proxy add "pp$n" plane "$plane" guest "a$2,a$3" || return
	defer ip link del "pp$n"
	ip link set "pp$n" up
}

kind_inline() { behind inline "$@"; }
# As a tap of one queue is spread over CPUs, each guest's frames to one
kind_inline_rps()
{
	behind inline "$@" &&
		echo 1 > "/sys/class/net/a$1/queues/rx-0/rps_cpus" &&
		echo 2 > "/sys/class/net/a$2/queues/rx-0/rps_cpus"
}

kind_nsh() { behind nsh "$@"; }

# send CPU N [SECOND]: from guest N, held on that CPU; prints what gen.c says. Of least
# weight: what softirqs leave to ksoftirqd is done before it goes on
send()
{
	local n=$2

	taskset -c "$1" chrt -i 0 nsenter --net="/run/netns/$A" -- bash -c "
		while [ \$EPOCHSECONDS -lt ${3:-0} ]; do :; done
		echo 'e$n $count 34:1 36:1 $(frame udp ab 1024 9)' >&5; read -r line <&5
		echo \"\$line\"" 5<> /dev/svcplane_gen
}

# Rates from "SENT REFUSED NS BEGUN"
rate_of() { echo $(($1 * 1000000000 / ($3 + !$3))); }

# How much of the longer one's time both were at it, in percent
overlap()
{
	local begin=$(($4 > $8 ? $4 : $8)) end=$(($4 + $3 < $8 + $7 ? $4 + $3 : $8 + $7))

	echo $(((end - begin) * 100 / ($3 > $7 ? $3 : $7)))
}

arrived() { echo $(($(left_at "b$1") + $(left_at "b$2"))); }

all_came() { [ $(($(arrived "$1" "$2") - $3)) -ge $((count * 4)) ]; }

# sample KIND ROUND: each alone, both; false if something is lost
sample()
{
	local n=${first[$1]} before at together zero one both came alone
	local m=$((n + 1))

	before=$(arrived "$n" "$m")
	read -ra zero < <(send 0 "$n")
	read -ra one < <(send 1 "$m")
	at=$((EPOCHSECONDS + 2))
	send 0 "$n" $at > "$tap_dir/zero" &
	send 1 "$m" $at > "$tap_dir/one"
	wait $!
	read -ra both <<< "$(cat "$tap_dir/zero" "$tap_dir/one" | xargs)"
	# what is left to ksoftirqd comes later
	busywait 2 all_came "$n" "$m" "$before"
	came=$(($(arrived "$n" "$m") - before))
	together=$(overlap "${both[@]}")
	alone="$(rate_of "${zero[@]}") $(rate_of "${one[@]}")"
	# Ends that only one was at would count as if both were
	if [ "$together" -ge 80 ]; then
		echo "$1 $2 $alone $(($(rate_of "${both[@]:0:4}") + $(rate_of "${both[@]:4}"))) $together" |
			awk '{ printf "sample %s %d %.3f cpu0=%d cpu1=%d both=%d together=%d\n",
				$1, $2, 2 * $5 / ($3 + $4), $3, $4, $5, $6 }'
	elif [ -z "$smoke" ]; then
		diag "$1: both were at it only $together % of the time"
	fi
	[ "$came" -ge $((count * 4 * 99 / 100)) ] && return 0
	diag "$1: of $((count * 4)) came $came"
	return 1
}

need taskset chrt
[ "$(nproc)" -ge 2 ] || skip_all "one CPU"
modprobe -a svcplane svcplane_gen || bail "no modules"
lanes_begin
for kind in $kinds; do
	pair "$kind" || bail "no $kind"
	for n in ${first[$kind]} $((first[$kind] + 1)); do
		sink_on
		busywait 10 arrives udp || bail "$kind: nothing arrives"
	done
done
declare -A bad=()
# For caches, and what the emulator has to translate
for kind in $kinds; do sample "$kind" 0 > /dev/null; done
for ((round = 1; round <= rounds; round++)); do
	for kind in $kinds; do sample "$kind" $round || bad[$kind]=1; done
done
for kind in $kinds; do
	if [ -z "${bad[$kind]:-}" ]; then ok "$kind: all arrives"; else not_ok "$kind: all arrives"; fi
done
