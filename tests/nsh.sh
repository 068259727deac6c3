# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# NSH-aware nodes and flows of one ping each, for the scripts in
# tests/selftests/, on top of topo.sh:
#
#	. "$(dirname "$0")/../nsh.sh"
#
#	$ECHO, $IDS, $BADLY	nsh-echo, ids-node, nsh-node (well-behaved without options)
#	echo_node NAME ID SERVICE [NODE-OPTION...]
#				a node that gives every frame back
#	program NAME PROG ARG...	another program takes the place of a node's
#	ask ID			guest $A sends $B4 an echo request; ID names the
#				flow. Fails when no answer comes within a second
#	answered ID		the same, tried for some seconds; one that is not
#				answered in time is rather waited for than repeated,
#				as an answer to the first would pass for the second's
#	tag_of ID		of the flow
#	spi_of ID		of the path that its frames from $A take
#	back_spi_of ID		of that of the answers, where it is another one
#	echos			echo requests that B has got so far
#	note			remembers what the nodes were given
#	got NODE DIR		frames they were given since
#	gave NODE DIR		frames they returned since

. "$(dirname "${BASH_SOURCE[0]}")/topo.sh"

ECHO=$(readlink -f "$tests_dir/../examples/nsh-echo")
IDS=$(readlink -f "$tests_dir/../examples/ids-node")
BADLY=$(readlink -f "$tests_dir/tools/nsh-node")
export ECHO IDS BADLY

echo_node()
{
	nsh_node "$1" "$2" "$3" "$BADLY" -i eth0 -- "${@:4}"
}

program()
{
	local ns=NS_${1^^} before=${node_pid[$1]:-}

	ns=${!ns}
	if [ -n "$before" ]; then
		kill -TERM "$before" 2> /dev/null
		busywait 10 gone "$before" || bail "the program of $1 does not end"
	fi
	spawn in_ns "$ns" "${@:2}"
	node_pid[$1]=$spawned
	busywait 10 contains "$spawned_out" ready || bail "${*:2} does not start"
}

gone() { ! kill -0 "$1"; }

ask() { in_ns "$A" ping -q -n -c 1 -W "${WAIT:-1}" -e "$1" "$B4" > /dev/null; }

answered() { WAIT=3 busywait 5 ask "$1"; }

unanswered() { ! ask "$1"; }

# shellcheck disable=SC2016 # for awk
echos() { in_ns "$B" awk '/^Icmp:/ { if (n++) print $col; else for (col = 1; $col != "InEchos"; col++); }' /proc/net/snmp; }

flow_of() { $SP -o flow show sp0 proto icmp sport "$1"; }

# word_of ID WORD: what stands behind a word of the flow's line
word_of()
{
	local words i

	read -ra words < <(flow_of "$1")
	for ((i = 0; i < ${#words[@]}; i++)); do
		[ "${words[i]}" = "$2" ] && echo "${words[i + 1]}" && return
	done
}

tag_of() { word_of "$1" tag; }

spi_of() { word_of "$1" spi; }

back_spi_of() { flow_of "$1" | sed 's/.* in //; s/ verdict .*//' | grep -o ' spi [0-9]*' | cut -c 6-; }

note() { $SP -s node show sp0 > "$tap_dir/noted"; }

# noted NODE sent|returned DIR: what the counter was then
noted()
{
	local words rest here=

	while read -ra words; do
		[ "${words[0]}" != sp0 ] || here=${words[1]}
		[ "$here ${words[*]:0:2}" = "$1 sent $3" ] || continue
		rest=${words[*]}
		rest=${rest#*"$2 "}
		rest=${rest#"$3 "}
		echo "${rest%% *}"
	done < "$tap_dir/noted"
}

got() { echo $(($(sent "$1" "$2") - $(noted "$1" sent "$2"))); }

gave() { echo $(($(returned "$1" "$2") - $(noted "$1" returned "$2"))); }
