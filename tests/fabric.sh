# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Hosts that share a service plane, each a network namespace of this vehicle, for
# the scripts in tests/selftests/, on top of topo.sh:
#
#	. "$(dirname "$0")/../fabric.sh"
#
#	fabric N [KIND]		hosts $H1 to $HN; each has plane sp0 (tenant 7, its id,
#				its key, the others listed as hv1, hv2...) and uplinks of
#				KIND: veth, vxlan or geneve. Namespace $WIRE is the
#				underlay: bridge lan, whose port pI leads to host I
#	plane_file		reads commands that every host's plane gets, now and when
#				it starts again
#	host_ns I A B...	setup_ns, for namespaces that belong to host I
#	at I CMD...		any command on host I
#	on I ARG...		svcplane on host I
#	sessions [I...]		each of these hosts (all) has a session with each other
#	connected		they soon have
#	live I			hosts that host I has a session with
#	peer I J PATH		of host J, as host I shows it: a path of jq, or 0
#	counted I J PATH	likewise of the counters
#	slab, flat KB		kB that the kernel has in slabs; no more than before,
#				when it was KB
#	start I, stop I		plane sp0 of host I, with all that belongs to it
#	cut I, heal I		host I is off the underlay, and on it again
#	disturb ARG...		netem at all ports of the underlay; without ARG none
#	host_guest I DEV NS ADDR...
#				tap DEV on host I, eth0 with these addresses in NS
#	host_lan I DEV TAP...	a bridge on host I, the taps its ports
#	host_proxy I TAP,...	port proxy pp0 on host I
#	host_inline I NAME	devices of an inline node on host I: NAMEl, NAMEr
#	host_nsh I NAME PROGRAM ARG...
#				an NSH-aware node's: NAME, in namespace $NS_NAME
#	host_drops I REASON	frames that the plane of host I dropped for it
#	says I J TEXT		a user message from host I to host J
#	hears I			from here on, messages that host I tells of are lines of
#				file $heard_I; it has a session with the next one
#
# fabric/vehicles.sh makes the same of a fabric whose hosts are vehicles. What is said
# here of the underlay and of where a namespace is made stands in functions of its own,
# which it replaces.

. "$(dirname "${BASH_SOURCE[0]}")/topo.sh"

TENANT=7
fabric_file=

at() { local ns=H$1; in_ns "${!ns}" "${@:2}"; }
on() { local ns=H$1; $SP -n "${!ns}" "${@:2}"; }
of() { local ns=H$1; ip -n "${!ns}" "${@:2}"; }
host_ns() { setup_ns "${@:2}"; }

fabric()
{
	local i

	need jq
	umask 077	# keys
	fabric_n=$1 fabric_kind=${2:-veth}
	fabric_wire
	for ((i = 1; i <= fabric_n; i++)); do
		host_ns "$i" "H$i"
		at "$i" sysctl -qw net.ipv6.conf.default.disable_ipv6=1
		fabric_link "$i"
		of "$i" link set under mtu 1700 up
		fabric_keys "$i"
	done
	for ((i = 1; i <= fabric_n; i++)); do
		fabric_uplinks "$i"
		start "$i"
	done
}

fabric_wire()
{
	setup_ns WIRE
	in_ns "$WIRE" sysctl -qw net.ipv6.conf.default.disable_ipv6=1
	ip -n "$WIRE" link add name lan type bridge mcast_snooping 0
	ip -n "$WIRE" link set lan mtu 1700 up
}

# fabric_keys I: key.I and pub.I in $tap_dir
fabric_keys()
{
	$SP genkey > "$tap_dir/key.$1" || bail "no key"
	$SP pubkey < "$tap_dir/key.$1" > "$tap_dir/pub.$1" || bail "no public key"
}

# Nothing but what the plane sends is to be seen on the underlay
fabric_link()
{
	local ns=H$1

	ip -n "$WIRE" link add "p$1" mtu 1700 type veth peer name under netns "${!ns}"
	ip -n "$WIRE" link set "p$1" master lan up
}

# fabric_uplinks I: $uplinks_I are their names
fabric_uplinks()
{
	local i=$1 j names=()

	[ "$fabric_kind" = veth ] || of "$i" address add "192.0.2.$i/24" dev under
	case $fabric_kind in
	veth)	names=(under) ;;
	vxlan)
		names=(vx)
		of "$i" link add vx mtu 1600 type vxlan id 100 dstport 4789 nolearning \
			local "192.0.2.$i" dev under
		for ((j = 1; j <= fabric_n; j++)); do
			[ "$j" = "$i" ] || at "$i" bridge fdb append "$(sff "$j")" dev vx \
				dst "192.0.2.$j" self permanent
		done ;;
	geneve)	# from one host to one other
		for ((j = 1; j <= fabric_n; j++)); do
			[ "$j" = "$i" ] && continue
			names+=("gn$j")
			of "$i" link add "gn$j" mtu 1600 type geneve id 100 \
				remote "192.0.2.$j"
		done ;;
	esac
	for j in "${names[@]}"; do of "$i" link set "$j" up; done
	printf -v "uplinks_$i" '%s' "${names[*]}"
}

# sff HOST: address of its SFF
sff() { printf '02:50:%02x:%02x:00:00' $(($1 >> 8)) $(($1 & 255)); }

start()
{
	local i=$1 j uplinks=uplinks_$1

	of "$i" link add sp0 type svcplane || bail "no service plane on host $i"
	on "$i" plane set sp0 tenant $TENANT host-id "$i" private-key "$tap_dir/key.$i" ||
		bail "host $i does not take its key"
	for ((j = 1; j <= fabric_n; j++)); do
		[ "$j" = "$i" ] || fabric_list "$i" "$j"
	done
	[ -z "$fabric_file" ] || on "$i" -b "$fabric_file" || bail "no plane file on host $i"
	for j in ${!uplinks}; do
		of "$i" link set "$j" master sp0 || bail "host $i has no uplink $j"
	done
	of "$i" link set sp0 up
}

stop() { of "$1" link del sp0; }

# fabric_list I J: host I lists host J
fabric_list()
{
	on "$1" host add sp0 "$2" name "hv$2" public-key "$(cat "$tap_dir/pub.$2")" ||
		bail "host $1 does not take host $2"
}

plane_file()
{
	local i

	cat > "$tap_dir/plane"
	fabric_file=$tap_dir/plane
	for ((i = 1; i <= fabric_n; i++)); do
		on "$i" -b "$fabric_file" || bail "no plane file on host $i"
	done
}

live() { on "$1" -j host show sp0 | jq '[.[] | select(.live)] | length'; }

peer() { on "$1" -j -s host show sp0 "$2" | jq -r ".[0]$3 // 0"; }
counted() { peer "$1" "$2" ".stats64${3:+.$3}"; }

slab() { awk '/^Slab/ { print $2 }' /proc/meminfo; }
flat()
{
	local kept=1024

	# KASAN keeps what is freed, up to a 32nd of the memory
	[ "$SVCPLANE_VEHICLE" != debug ] || kept=40960
	more $(($1 + kept)) "$(slab)"
}

sessions()
{
	local i j up list

	[ $# -gt 0 ] || mapfile -t list < <(seq "$fabric_n")
	[ $# -gt 0 ] || set -- "${list[@]}"
	for i; do
		up=" $(on "$i" -j host show sp0 | jq -r '[.[] | select(.live) | .id] | join(" ")') "
		for j; do
			[ "$i" = "$j" ] || [[ $up = *" $j "* ]] || return 1
		done
	done
}

connected() { busywait 10 sessions "$@"; }

cut() { ip -n "$WIRE" link set "p$1" nomaster; }
heal() { ip -n "$WIRE" link set "p$1" master lan; }

disturb()
{
	local i

	for ((i = 1; i <= fabric_n; i++)); do
		tc -n "$WIRE" qdisc del dev "p$i" root 2> /dev/null
		[ $# = 0 ] || tc -n "$WIRE" qdisc add dev "p$i" root netem "$@" ||
			bail "no netem"
	done
}

host_guest()
{
	local ns=H$1

	ip -n "${!ns}" link add "$2" type veth peer name eth0 netns "$3"
	guest_up "$3" "${@:4}"
	of "$1" link set "$2" up
}

host_lan()
{
	local tap

	of "$1" link add name "$2" type bridge mcast_snooping 0
	of "$1" link set "$2" up
	for tap in "${@:3}"; do of "$1" link set "$tap" master "$2"; done
}

host_proxy()
{
	on "$1" proxy add pp0 plane sp0 guest "$2" || bail "no proxy on host $1"
	of "$1" link set pp0 up
}

host_inline()
{
	local ns=H$1 box dev

	host_ns "$1" "NS_${2^^}"
	box=NS_${2^^} box=${!box}
	in_ns "$box" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 \
		net.ipv6.conf.default.disable_ipv6=1
	ip -n "${!ns}" link add "${2}l" type veth peer name left netns "$box"
	ip -n "${!ns}" link add "${2}r" type veth peer name right netns "$box"
	ip -n "$box" link add name hub type bridge mcast_snooping 0
	ip -n "$box" link set left master hub
	ip -n "$box" link set right master hub
	for dev in left right hub; do ip -n "$box" link set $dev up; done
	of "$1" link set "${2}l" up
	of "$1" link set "${2}r" up
}

host_nsh()
{
	local ns=H$1 box

	host_ns "$1" "NS_${2^^}"
	box=NS_${2^^} box=${!box}
	ip -n "${!ns}" link add "$2" mtu 1600 type veth peer name eth0 netns "$box"
	ip -n "$box" link set eth0 mtu 1600 up
	of "$1" link set "$2" up
	spawn in_ns "$box" "${@:3}"
	busywait 10 contains "$spawned_out" ready || bail "${*:3} does not start"
}

host_drops()
{
	on "$1" -j stats show sp0 reason "$2" -all | jq '[.[].packets] | add // 0'
}

says() { on "$1" control send sp0 "$2" text "$3"; }

hears()
{
	local other=$(($1 % fabric_n + 1))

	spawn on "$1" monitor control
	printf -v "heard_$1" '%s' "$spawned_out"
	busywait 10 hears_of "$other" "$1" || bail "host $1 hears nothing"
}

hears_of() { says "$1" "$2" "listening?" && contains "$spawned_out" "listening?"; }
