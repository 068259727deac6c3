#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# bash completion: words that the command prints are compared with what has
# been typed and quoted for the shell, whatever their names are.
set -u

here=$(dirname "$(readlink -f "$0")")
# shellcheck source=/dev/null
. "$here/../../tools/bash-completion/svcplane"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
: > a_file
n=0

# The command: tells how it was called, prints what the test says
svcplane()
{
	printf '<%s>' "$@" > called
	printf '%s\n' "${printed[@]}"
}
compopt() { echo "$*" > options; }

# offers NAME LINE WANTED...: what TAB at the end of LINE puts in its place
offers()
{
	local name=$1 result=ok

	COMP_LINE=$2 COMP_POINT=${#2}
	shift 2
	COMPREPLY=()
	_svcplane
	[ "${COMPREPLY[*]-}" = "$*" ] && [ ${#COMPREPLY[@]} = $# ] || result="not ok"
	n=$((n + 1))
	echo "$result $n - $name"
	[ "$result" = ok ] || echo "# ${COMPREPLY[*]-}"
}

# holds NAME CMD...
holds()
{
	local name=$1 result=ok

	shift
	"$@" || result="not ok"
	n=$((n + 1))
	echo "$result $n - $name"
}

printed=(closed open)
offers "all of them" "svcplane chain add sp0 c fail " closed open
offers "those that fit" "svcplane chain add sp0 c fail o" open
holds "the words so far" test "$(cat called)" = "<autocomplete><chain><add><sp0><c><fail><o>"
# shellcheck disable=SC2016
printed=('$(touch${IFS}ran)' '`touch${IFS}ran2`' 'a;b' '*')
# shellcheck disable=SC2016
offers "a name is no command" "svcplane chain del sp0 " \
	'\$\(touch\$\{IFS\}ran\)' '\`touch\$\{IFS\}ran2\`' 'a\;b' '\*'
holds "and was not run" test ! -e ran -a ! -e ran2
# shellcheck disable=SC2016
offers "what was quoted is known again" 'svcplane chain del sp0 \$\(to' '\$\(touch\$\{IFS\}ran\)'
offers "what is typed is no pattern" 'svcplane chain del sp0 ?'
printed=('drop,allow' 'drop,re-path')
offers "lists stay as they are" "svcplane node add sp0 n permit drop,a" drop,allow
printed=(permit flow-rate)
offers "behind a MAC" "svcplane node add sp0 n mac 02:00:00:00:00:01 p" permit
holds "which is one word" test "$(cat called)" = \
	"<autocomplete><node><add><sp0><n><mac><02:00:00:00:00:01><p>"
printed=('10::1' '10::2')
offers "readline's word begins behind a colon" "svcplane x 10::" 1 2
offers "a file for -batch" "svcplane -force -b a"
holds "is left to readline" grep -q default options
for option in --b --ba --batc --batch; do
	rm options
	offers "nor for $option" "svcplane $option a"
	holds "$option: is left to readline" grep -q default options
done
offers "not for -brief" "svcplane -br 1" '10::1' '10::2'
echo "1..$n"
