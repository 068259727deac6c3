#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Each mode of a node, in chains of one to four hops, and the four modes in one
# chain: a ping of IPv4, of IPv6 and with a VLAN tag meets each hop on its way
# there and back, and no other node.
#
#	A eth0 -- tapa [br0] tapb -- eth0 B
#	          | pp0
#	         sp0: services s1 .. s4, each with a node of each mode:
#	              inline1 ..	a Linux bridge between two legs
#	              nsh1 ..		nsh-node
#	              vlan1 ..		what comes goes out again, by tc
#	              tap1 ..		nobody: it gets copies
# timeout: 180
# vehicle: stock
. "$(dirname "$0")/../nsh.sh"
need tc
module

# one_leg MODE N [NODE-OPTION...]: its other end is in $LEGS
one_leg()
{
	local name=$1$2

	ip link add "$name" type veth peer name "$name" netns "$LEGS"
	defer ip link del "$name"
	ip -n "$LEGS" link set "$name" up
	ip link set "$name" up
	$SP node add sp0 "$name" id $((id++)) service "s$2" mode "$1" dev "$name" "${@:3}" ||
		bail "no node $name"
}

# counts: frames given to each node and direction, and given back
counts()
{
	local words node i

	while read -ra words; do
		case ${words[0]} in
		sp0)	node=${words[1]} ;;
		sent)	for ((i = 3; i < ${#words[@]}; i++)); do
				[ "${words[i]}" != returned ] ||
					returned[$node ${words[1]}]=${words[i + 1]}
			done
			given[$node ${words[1]}]=${words[2]} ;;
		esac
	done < <($SP -s node show sp0)
}

# met: each node that was given frames since the last time, the directions, and "-"
# where it gave none back
met()
{
	local node dir

	old_given=()
	for dir in "${!given[@]}"; do
		old_given[$dir]=${given[$dir]} old_returned[$dir]=${returned[$dir]}
	done
	counts
	met=
	for node in {inline,nsh,vlan,tap}{1..4}; do
		for dir in "$node out" "$node in"; do
			[ "${given[$dir]}" -gt "${old_given[$dir]}" ] || continue
			met+=" $dir"
			[ "${returned[$dir]}" -gt "${old_returned[$dir]}" ] || met+=" -"
		done
	done
}

# through CHAIN NODE...: that is what a ping of each kind meets, and its answer
through()
{
	local chain=$1 what address services="" nodes="" want="" node back answer

	shift
	for node; do
		services+=${services:+,}s${node: -1} nodes+=${nodes:+,}$node
		back=
		[ "${node%?}" != tap ] || back=" -"
		want+=" $node out$back $node in$back"
	done
	spi=$((spi + 2)) prio=$((prio - 1))
	$SP -b - <<-B || bail "no chain $chain"
		chain add sp0 $chain services $services
		path add sp0 $spi reverse $((spi + 1)) chain $chain nodes $nodes
		rule add sp0 prio $prio dir out chain $chain
	B
	while read -r what address; do
		pings "$A" "$address"
		answer=$?
		met
		[ $answer = 0 ] || met+=" but no answer"
		check_eq "$chain: $what: each hop, there and back" "$met" "$want"
	done <<-E
		IPv4 192.0.2.2
		IPv6 2001:db8::2
		VLAN 198.51.100.2
	E
}

declare -A given returned old_given old_returned
setup_ns A B LEGS
add_guest "$A" tapa 192.0.2.1/24 2001:db8::1/64
add_guest "$B" tapb 192.0.2.2/24 2001:db8::2/64
for ns in "$A" "$B"; do
	ip -n "$ns" link add link eth0 name eth0.7 type vlan id 7
	in_ns "$ns" sysctl -qw net.ipv6.conf.eth0/7.disable_ipv6=1
	ip -n "$ns" link set eth0.7 up
done
ip -n "$A" address add 198.51.100.1/24 dev eth0.7
ip -n "$B" address add 198.51.100.2/24 dev eth0.7
# No solicitations between the frames that are counted
ip -n "$A" link set eth0 address 02:00:00:00:00:0a
ip -n "$B" link set eth0 address 02:00:00:00:00:0b
ip -n "$A" neigh replace 2001:db8::2 lladdr 02:00:00:00:00:0b dev eth0
ip -n "$B" neigh replace 2001:db8::1 lladdr 02:00:00:00:00:0a dev eth0
in_ns "$LEGS" sysctl -qw net.ipv6.conf.default.disable_ipv6=1
lan bridge br0 tapa tapb
plane
id=1 spi=100 prio=100
for n in 1 2 3 4; do
	inline_node inline$n $((id++)) s$n
	echo_node nsh$n $((id++)) s$n
	one_leg vlan $n vlan 100-119
	tc -n "$LEGS" qdisc add dev vlan$n clsact
	tc -n "$LEGS" filter add dev vlan$n ingress matchall \
		action mirred egress redirect dev vlan$n || skip_all "no tc redirection"
	one_leg tap $n
done
proxy tapa
counts

for mode in inline nsh vlan tap; do
	hops=()
	for n in 1 2 3 4; do
		hops+=("$mode$n")
		through "$mode-$n" "${hops[@]}"
	done
done
through mixed inline1 nsh2 vlan3 tap4
for reason in ret_alien ret_mac ret_tag ret_spi ret_si ret_ttl node_budget; do
	check_eq "nothing was dropped: $reason" "$(drops $reason)" 0
done
