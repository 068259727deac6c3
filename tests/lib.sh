# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What every script in tests/selftests/ begins with:
#
#	. "$(dirname "$0")/../lib.sh"
#
# A script prints TAP, and returns 0 if all held, 1 if something failed, 4 if it
# could not run. It may stop at any time: what `defer` was told is then undone.
#
#	need TOOL...			skip the script unless all are there
#	module				load svcplane (or fail the script)
#	setup_ns A B...			network namespaces; $A, $B... hold their names
#	add_guest NS DEV [ADDR...]	veth: DEV here, eth0 with ADDRs in NS
#	add_tap_guest NS DEV [ADDR...]	the same with a tap DEV whose other end takes
#					GSO frames (virtio_net_hdr) like a real VM
#	in_ns NS CMD...			run in a namespace (but for /sys)
#	check NAME CMD...		a test point: CMD succeeds
#	check_fail NAME RC TEXT CMD...	CMD returns RC and TEXT is in its stderr
#	check_eq NAME GOT WANT		two strings are equal
#	busywait SECONDS CMD...		until CMD succeeds; the only way to wait
#	contains FILE TEXT			TEXT is in FILE
#	ok NAME, not_ok NAME, skip NAME REASON, skip_all REASON, diag TEXT
#	figure TEXT			something measured, which make test-long repeats
#	defer CMD...			undo at the end, in reverse order
#	spawn CMD...			background process, ended at the end: $spawned;
#					what it prints goes to file $spawned_out

set -u

tap_count=0
tap_failed=0
tap_skipped=0
tap_planned=
tap_undo=()
tap_dir=$(mktemp -d)
tests_dir=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# A pipe that nobody writes to: pauses without a process, which are dear where
# the machine is emulated
exec {tap_never}<> <(:)
export PATH=$tests_dir/../build/helpers:$tests_dir/tools:$tests_dir/../tools:$PATH

plan() { tap_planned=$1; echo "1..$1"; }

diag() { printf '%s\n' "$*" | sed 's/^/# /'; }

figure() { diag "figure: $*"; }

ok()
{
	tap_count=$((tap_count + 1))
	echo "ok $tap_count - $*"
}

not_ok()
{
	tap_count=$((tap_count + 1))
	tap_failed=$((tap_failed + 1))
	echo "not ok $tap_count - $*"
}

skip()
{
	tap_count=$((tap_count + 1))
	tap_skipped=$((tap_skipped + 1))
	echo "ok $tap_count - $1 # SKIP $2"
}

skip_all()
{
	trap - EXIT
	tap_clean
	echo "1..0 # SKIP $*"
	exit 4
}

# bail TEXT: the script cannot go on.
bail()
{
	not_ok "$*"
	exit 1
}

defer()
{
	local quoted

	printf -v quoted '%q ' "$@"
	tap_undo+=("$quoted")
}

tap_clean()
{
	local i

	for ((i = ${#tap_undo[@]} - 1; i >= 0; i--)); do
		eval "${tap_undo[i]}" > /dev/null 2>&1
	done
	tap_undo=()
	rm -rf "$tap_dir"
}

tap_exit()
{
	local status=$?

	trap - EXIT
	tap_clean
	[ -n "$tap_planned" ] || echo "1..$tap_count"
	if [ -n "$tap_planned" ] && [ "$tap_planned" != "$tap_count" ]; then
		echo "# planned $tap_planned points, ran $tap_count"
		exit 1
	fi
	[ "$tap_failed" = 0 ] || exit 1
	[ "$status" = 0 ] || exit 1
	[ "$tap_count" = 0 ] || [ "$tap_skipped" != "$tap_count" ] || exit 4
	exit 0
}
trap tap_exit EXIT
trap 'exit 1' INT TERM HUP
echo "TAP version 13"
[ -n "${SVCPLANE_VM:-}" ] || skip_all "not in a vehicle: use tests/run or tests/vm/run"

need()
{
	local tool

	for tool; do
		command -v "$tool" > /dev/null || skip_all "no $tool"
	done
}

module() { modprobe svcplane || bail "the module does not load"; }

busywait()
{
	local seconds=$1 end

	shift
	# Emulated and checked kernels are slow: time is for finding hangs, not speed.
	end=$((SECONDS + seconds * ${SVCPLANE_SLOW:-3}))
	until "$@" > /dev/null 2>&1; do
		[ $SECONDS -lt $end ] || return 1
		# which times out: that is what it is for, and no status of ours
		read -rt 0.05 -u "$tap_never" || :
	done
}

check()
{
	local name=$1

	shift
	if "$@" > "$tap_dir/out" 2>&1; then
		ok "$name"
	else
		diag "'$*' returned $?"
		diag "$(head -c 4000 "$tap_dir/out")"
		not_ok "$name"
		return 1
	fi
}

# contains FILE TEXT: without a process, as it is asked often
contains()
{
	local text=

	[ -e "$1" ] || return 1
	read -rd '' text < "$1" || :
	[[ $text = *"$2"* ]]
}

check_fail()
{
	local name=$1 want=$2 text=$3 got

	shift 3
	"$@" > "$tap_dir/out" 2> "$tap_dir/err"
	got=$?
	if [ "$got" = "$want" ] && contains "$tap_dir/err" "$text"; then
		ok "$name"
	else
		diag "'$*' returned $got, wanted $want; stderr wanted: $text"
		diag "$(head -c 4000 "$tap_dir/err")"
		not_ok "$name"
		return 1
	fi
}

check_eq()
{
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		diag "got:    $2"
		diag "wanted: $3"
		not_ok "$1"
		return 1
	fi
}

setup_ns()
{
	local variable name

	for variable; do
		tap_ns=$((${tap_ns:-0} + 1))
		name=${variable,,}-$$-$tap_ns${tap_where:-}
		ip netns add "$name" || bail "no namespace"
		defer ip netns del "$name"
		ip -n "$name" link set lo up
		# No address or router discovery between the frames that are counted.
		in_ns "$name" sysctl -qw net.ipv6.conf.all.accept_dad=0 \
			net.ipv6.conf.default.accept_dad=0 \
			net.ipv6.conf.default.router_solicitations=0
		printf -v "$variable" '%s' "$name"
	done
}

# Without a mount namespace, which "ip netns exec" makes each time: /sys stays as it is
in_ns() { nsenter --net="/run/netns/$1" -- "${@:2}"; }

spawn()
{
	# A function would run in a shell of its own, and $spawned be that
	[ "$1" != in_ns ] || set -- nsenter --net="/run/netns/$2" -- "${@:3}"
	tap_spawns=$((${tap_spawns:-0} + 1))
	spawned_out=$tap_dir/spawned.$tap_spawns
	"$@" > "$spawned_out" 2>&1 < /dev/null &
	spawned=$!
	defer kill -KILL "$spawned"
}

# guest_up NS ADDR...: eth0 of a guest gets its addresses.
guest_up()
{
	local ns=$1 address

	shift
	for address; do
		case $address in
		*:*)	ip -n "$ns" address add "$address" dev eth0 nodad ;;
		*)	ip -n "$ns" address add "$address" dev eth0 ;;
		esac
	done
	ip -n "$ns" link set eth0 up
}

add_guest()
{
	local ns=$1 dev=$2

	shift 2
	ip link add "$dev" type veth peer name eth0 netns "$ns" || bail "no guest $dev"
	defer ip link del "$dev"
	guest_up "$ns" "$@"
	ip link set "$dev" up
}

add_tap_guest()
{
	local ns=$1 dev=$2

	shift 2
	tapwire "$dev" "$ns" eth0 > "$tap_dir/$dev.pid" ||
		bail "no guest $dev"
	defer kill "$(cat "$tap_dir/$dev.pid")"
	guest_up "$ns" "$@"
	ip link set "$dev" up
}

# pings NS ADDRESS [PING-OPTION...]: one answer, tried for five seconds.
pings()
{
	local ns=$1 address=$2

	shift 2
	busywait 5 in_ns "$ns" ping -q -n -c 1 -W 1 "$@" "$address"
}

# no_ping NS ADDRESS: no answer to three.
no_ping() { ! in_ns "$1" ping -q -n -c 3 -i 0.2 -W 1 "$2" > /dev/null; }
