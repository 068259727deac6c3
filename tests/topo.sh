# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Planes, nodes and guests for the scripts in tests/selftests/, on top of lib.sh:
#
#	. "$(dirname "$0")/../topo.sh"
#
#	lan KIND DEV TAP...	the taps share a network: KIND is guestplane, bridge,
#				ovs or routed (each tap's host side is a gateway)
#	plane			service plane sp0, up
#	inline_node NAME ID SERVICE [NODE-OPTION...]
#				a learning Linux bridge in namespace $NS_NAME, behind
#				NAMEl and NAMEr
#	nsh_node NAME ID SERVICE PROGRAM ARG... -- [NODE-OPTION...]
#				an NSH-aware node in namespace $NS_NAME, behind NAME
#	chain NAME SERVICE,...	a chain
#	proxy TAP,...		port proxy pp0 for these guests
#	sent NODE DIR, returned NODE DIR
#				frames, of direction out or in
#	drops REASON		frames dropped for it
#	flows FILTER...		how many flows pass the filters
#	serve NS PORT BYTES	a server that sends so many bytes to each client
#	receives NS ADDRESS PORT
#				all of it comes from there, intact

. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

SP="svcplane"
declare -A node_pid=()	# by name: the program that is the node

lan()
{
	local kind=$1 dev=$2 tap n=0

	shift 2
	case $kind in
	guestplane|bridge)
		ip link add "$dev" type "$kind" || bail "no $kind"
		defer ip link del "$dev"
		ip link set "$dev" up
		for tap; do ip link set "$tap" master "$dev"; done ;;
	ovs)
		ovs_start
		ovs-vsctl add-br "$dev" || bail "no OVS bridge"
		defer ovs-vsctl del-br "$dev"
		for tap; do ovs-vsctl add-port "$dev" "$tap"; done ;;
	routed)
		sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
		for tap; do
			n=$((n + 1))
			ip address add 10.0.$n.1/24 dev "$tap"
			ip address add fd00:$n::1/64 dev "$tap" nodad
		done ;;
	esac
}

# Open vSwitch counts CPUs once ten seconds have passed since the boot, and until it has,
# there is nobody to take what misses
ovs_can_count() { [ "$(cut -d . -f 1 /proc/uptime)" -gt 10 ]; }

ovs_start()
{
	command -v ovs-vswitchd > /dev/null || skip_all "no Open vSwitch"
	busywait 10 ovs_can_count || bail "the clock stands"
	modprobe openvswitch 2> /dev/null
	export OVS_RUNDIR=$tap_dir/ovs OVS_DBDIR=$tap_dir/ovs OVS_LOGDIR=$tap_dir/ovs
	mkdir -p "$OVS_RUNDIR"
	ovsdb-tool create "$OVS_DBDIR/conf.db" /usr/share/openvswitch/vswitch.ovsschema
	ovsdb-server "$OVS_DBDIR/conf.db" --remote=punix:"$OVS_RUNDIR/db.sock" \
		--pidfile --detach --log-file > /dev/null 2>&1 || bail "no ovsdb-server"
	defer pkill -F "$OVS_RUNDIR/ovsdb-server.pid"
	ovs-vsctl --no-wait init
	ovs-vswitchd --pidfile --detach --log-file > /dev/null 2>&1 || bail "no ovs-vswitchd"
	defer pkill -F "$OVS_RUNDIR/ovs-vswitchd.pid"
}

plane()
{
	ip link add sp0 type svcplane || bail "no service plane"
	defer ip link del sp0
	ip link set sp0 up
}

# service NAME: once
service() { $SP service show sp0 "$1" > /dev/null 2>&1 || $SP service add sp0 "$1"; }

inline_node()
{
	local name=$1 id=$2 service=$3 ns

	shift 3
	setup_ns "NS_${name^^}"
	ns=NS_${name^^} ns=${!ns}
	ip link add "${name}l" type veth peer name left netns "$ns"
	ip link add "${name}r" type veth peer name right netns "$ns"
	defer ip link del "${name}l"
	defer ip link del "${name}r"
	# What the bridge sends of its own would be counted among the refused
	in_ns "$ns" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 \
		net.ipv6.conf.default.disable_ipv6=1
	ip -n "$ns" link add name hub type bridge mcast_snooping 0
	ip -n "$ns" link set left master hub
	ip -n "$ns" link set right master hub
	for dev in left right hub; do ip -n "$ns" link set $dev up; done
	ip link set "${name}l" up
	ip link set "${name}r" up
	service "$service"
	$SP node add sp0 "$name" id "$id" service "$service" mode inline \
		dev "${name}l" egress "${name}r" "$@" || bail "no node $name"
}

nsh_node()
{
	local name=$1 id=$2 service=$3 ns program=()

	shift 3
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		program+=("$1")
		shift
	done
	[ $# = 0 ] || shift
	setup_ns "NS_${name^^}"
	ns=NS_${name^^} ns=${!ns}
	ip link add "$name" type veth peer name eth0 netns "$ns"
	defer ip link del "$name"
	ip -n "$ns" link set eth0 mtu 9000 up
	ip link set "$name" mtu 9000 up
	service "$service"
	$SP node add sp0 "$name" id "$id" service "$service" mode nsh dev "$name" "$@" ||
		bail "no node $name"
	spawn in_ns "$ns" "${program[@]}"
	# shellcheck disable=SC2034 # for nsh.sh and scripts
	node_pid[$name]=$spawned
	busywait 10 contains "$spawned_out" ready || bail "${program[*]} does not start"
}

chain() { $SP chain add sp0 "$1" services "$2" "${@:3}" || bail "no chain $1"; }

proxy()
{
	$SP proxy add pp0 plane sp0 guest "$1" || bail "no proxy"
	defer ip link del pp0
	ip link set pp0 up
}

# counter NODE sent|returned out|in
counter()
{
	local words i

	while read -ra words; do
		[ "${words[*]:0:2}" = "sent $3" ] || continue
		[ "$2" = sent ] && echo "${words[2]}" && return
		for ((i = 3; i < ${#words[@]}; i++)); do
			[ "${words[i]}" = returned ] && echo "${words[i + 1]}" && return
		done
	done < <($SP -s node show sp0 "$1")
}

sent() { counter "$1" sent "$2"; }
returned() { counter "$1" returned "$2"; }

drops()
{
	local words sum=0

	while read -ra words; do
		sum=$((sum + ${words[2]:-0}))
	done < <($SP stats show sp0 reason "$1" -all)
	echo $sum
}

flows()
{
	local lines

	mapfile -t lines < <($SP -o flow show sp0 "$@")
	echo ${#lines[@]}
}

# more A B: number A is more than number B
more() { [ "$1" -gt "$2" ]; }

serve()
{
	head -c "$3" /dev/urandom > "$tap_dir/served.$2"
	spawn in_ns "$1" socat -U -b 65536 "TCP6-LISTEN:$2,reuseaddr,fork,ipv6only=0" \
		"OPEN:$tap_dir/served.$2,rdonly"
	busywait 10 in_ns "$1" sh -c "ss -Hltn sport = :$2 | grep -q ." || bail "no server"
}

receives()
{
	in_ns "$1" timeout 120 socat -u -b 65536 "TCP:$2:$3,connect-timeout=10" \
		"CREATE:$tap_dir/received" &&
		cmp "$tap_dir/received" "$tap_dir/served.$3"
}
