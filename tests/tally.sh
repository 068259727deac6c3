# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Sums of tests for the scripts that run several kinds of them.
#
#	tally_run NAME CMD...	one point: CMD returns 0 (passed), 4 (skipped), else
#				failed; its output is shown unless it passed
#	tally_add FILE		adds what a runner wrote with --totals FILE
#	tally_end		the closing line; returns 1 if anything failed
#	tally_write FILE	the sums to FILE instead

tally_passed=0
tally_failed=0
tally_skipped=0

tally_point()
{
	local name=$1 status=$2 output=$3

	case $status in
	0)
		tally_passed=$((tally_passed + 1))
		echo "ok - $name" ;;
	4)
		tally_skipped=$((tally_skipped + 1))
		echo "ok - $name # SKIP $(tail -n 1 "$output")" ;;
	*)
		tally_failed=$((tally_failed + 1))
		sed 's/^/# /' "$output"
		echo "not ok - $name" ;;
	esac
}

tally_run()
{
	local name=$1 output status=0

	shift
	output=$(mktemp)
	"$@" > "$output" 2>&1 < /dev/null || status=$?
	tally_point "$name" $status "$output"
	rm -f "$output"
}

tally_add()
{
	local passed failed skipped

	read -r passed failed skipped < "$1"
	tally_passed=$((tally_passed + passed))
	tally_failed=$((tally_failed + failed))
	tally_skipped=$((tally_skipped + skipped))
}

tally_end()
{
	echo "$tally_passed passed, $tally_failed failed, $tally_skipped skipped"
	[ $tally_failed = 0 ]
}

tally_write()
{
	echo "$tally_passed $tally_failed $tally_skipped" > "$1"
	[ $tally_failed = 0 ]
}
