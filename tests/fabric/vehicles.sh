# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What fabric.sh has, with hosts that are vehicles: host 1 is in this one, host 2 in
# the far one, and nothing but a cable is between them. For the scripts that
# tests/fabric/run starts:
#
#	. "$(dirname "$0")/vehicles.sh"
#
#	far CMD...	runs a command in the far vehicle: what it prints comes as it is
#			printed, and its status at the end
#
# A namespace there has a name that ends in @far, and ip, nsenter and svcplane run
# where the namespace is that they are told of; so functions of fabric.sh and
# topo.sh do not care where a host is. $tap_dir is the same directory in both.

. "$(dirname "${BASH_SOURCE[0]}")/../fabric.sh"

shared=/run/shared
FAR=@far

# Each call is a file with the command, and a name in go/ once that is complete
# (fabric/agent). Without any process here, as calls are many.
far()
{
	local call=$shared/calls/$EPOCHREALTIME-$BASHPID status='' part=() out err

	printf '%q ' "$@" > "$call"
	: > "$call.out"
	: > "$call.err"
	: > "$shared/go/${call##*/}"
	exec {out}< "$call.out" {err}< "$call.err"
	# What was printed before the status was there is read after it
	while [ -z "$status" ]; do
		far_status "$call"
		pour "$out"
		pour "$err" >&2
	done
	printf '%s' "${part[out]}"
	printf '%s' "${part[err]}" >&2
	exec {out}<&- {err}<&-
	return "$status"
}

# pour FD: the lines that have come; the beginning of one is kept in part[FD]
pour()
{
	local line

	while IFS= read -r line <&"$1"; do
		printf '%s%s\n' "${part[$1]:-}" "$line"
		part[$1]=
	done
	part[$1]=${part[$1]:-}$line
}

# far_status CALL: $status once there is one; waits for a moment if there is none
far_status()
{
	# shellcheck disable=SC2154 # by lib.sh
	read -rt 0.02 -u "$tap_never" || :
	[ -e "$1.status" ] && read -r status < "$1.status" && return
	[ ! -e "$shared/gone" ] || status=255
}

# wherever CMD ARG...: there, if one of the names says so
wherever()
{
	case "$* " in
	*"$FAR "*)	far "${@/%$FAR}" ;;
	*)		command "$@" ;;
	esac
}
ip() { wherever ip "$@"; }
nsenter() { wherever nsenter "$@"; }
svcplane() { wherever svcplane "$@"; }

host_ns()
{
	local tap_where=

	# shellcheck disable=SC2034 # of setup_ns
	[ "$1" = 1 ] || tap_where=$FAR
	setup_ns "${@:2}"
}

# It is a cable, and there
fabric_wire() { modprobe virtio_net && far modprobe virtio_net; }

fabric_link()
{
	local ns=H$1

	ip link set eth0 netns "${!ns}" name under || bail "host $1 has no device"
}

far_is_there() { [ -e "$shared/ready" ] || [ -e "$shared/gone" ]; }

mkdir -p "$shared/calls" "$shared/go"
# It may be compiling still
SVCPLANE_SLOW=1 busywait 600 far_is_there
far true || bail "there is no other vehicle"
