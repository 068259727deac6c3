# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the scenes of the demo share: steps, proofs, background programs. A scene
# has a function show_all for the case that a proof does not hold.

tests=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/..
PATH=$tests/../tools:$tests/../examples:$PATH
work=$(mktemp -d)
step_no=0
pids=()

cleanup()
{
	[ ${#pids[@]} = 0 ] || kill "${pids[@]}" 2> /dev/null
	rm -rf "$work"
}
trap cleanup EXIT

fail()
{
	echo "     FAILED: $*"
	show_all
	exit 1
}

step()
{
	step_no=$((step_no + 1))
	printf '\n%2d. %s\n' "$step_no" "$*"
}

proof() { echo "     proof: $*"; }

run()
{
	echo "     # $*"
	"$@" || fail "'$*' returned $?"
}

quiet() { "$@" > "$work/out" 2>&1 || { cat "$work/out"; fail "'$*' returned $?"; }; }

# wait_for SECONDS CMD...: until CMD holds
wait_for()
{
	local end=$((SECONDS + $1))

	shift
	until "$@" > /dev/null 2>&1; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.1
	done
}

background()
{
	"$@" > "$work/$1.$step_no.out" 2>&1 &
	pids+=($!)
}

# told COMMAND...: what it prints, in $work/told too
told()
{
	"$@" > "$work/told" || fail "'$*' returned $?"
	sed 's/^/       /' "$work/told"
}

# found NAME...: a line of $work/told begins with each
found()
{
	local name

	for name; do
		grep -qE "^ *$name( |$)" "$work/told" || fail "no '$name' is shown"
	done
}
