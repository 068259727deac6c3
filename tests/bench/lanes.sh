# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Lanes: the ways from a guest to another that tests/bench measures, on top of
# topo.sh. Each is a network of its own, so that those to be compared stand side by
# side in one kernel:
#
#	A e$n -- a$n [what is measured] b$n -- f$n B
#
# and its service nodes are pairs of veths whose far ends redirect with tc what they
# get. They are the same, whoever steers through them.
#
#	lanes_begin			namespaces A, B and N (nodes)
#	lane NAME			sets the lane up unless it is there: lane_NAME
#	lane_number NAME		its n, in $n
#	lane_legs NAME			the first leg of each of its nodes
#
# A function lane_NAME may use $n, and ends with the network complete.

declare -A lane_numbers=() lane_legs=()
lane_last=0

lanes_begin()
{
	local ns

	setup_ns A B N
	for ns in "$A" "$B" "$N"; do
		in_ns "$ns" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 \
			net.ipv6.conf.default.disable_ipv6=1
	done
	sysctl -qw net.ipv6.conf.default.disable_ipv6=1
	defer sysctl -qw net.ipv6.conf.default.disable_ipv6=0
}

lane_number() { n=${lane_numbers[$1]}; }

lane_legs() { echo "${lane_legs[$1]}"; }

lane()
{
	local name=$1 n

	[ -z "${lane_numbers[$name]:-}" ] || return 0
	n=$((++lane_last))
	lane_numbers[$name]=$n
	lane_legs[$name]=
	add_guests
	"lane_${name//-/_}" || bail "no lane $name"
}

mac_of_a() { printf '02:00:00:00:%02x:01' "$n"; }
mac_of_b() { printf '02:00:00:00:%02x:02' "$n"; }

# add_end NS DEV INSIDE MTU [WORD...]: a veth pair; words for the inner one
add_end()
{
	ip -batch - <<-END || bail "no device $2"
		link add $2 mtu $4 type veth peer name $3 mtu $4 ${*:5} netns $1
		link set $2 up
	END
	defer ip link del "$2"
}

add_guests()
{
	add_end "$A" "a$n" "e$n" 1500 address "$(mac_of_a)"
	add_end "$B" "b$n" "f$n" 1500 address "$(mac_of_b)"
	ip -n "$A" -batch - <<< "address add 10.0.$n.1/24 dev e$n
		link set e$n up"
	ip -n "$B" -batch - <<< "address add 10.0.$n.2/24 dev f$n
		link set f$n up"
}

# redirect [ip-OPTION...] FROM TO: all that comes in at FROM leaves at TO
redirect()
{
	local from=${*: -2:1} to=${*: -1}

	set -- "${@:1:$#-2}"
	tc "$@" -batch - <<-END
		qdisc add dev $from clsact
		filter add dev $from ingress matchall action mirred egress redirect dev $to
	END
}

# leg DEV INSIDE: of a node; room for an NSH
leg() { add_end "$N" "$1" "$2" 9000 && ip -n "$N" link set "$2" up; }

# wire NAME K: node K of the lane, from leg l$n.K to leg r$n.K and back
wire()
{
	leg "l$n.$2" "il$n.$2"
	leg "r$n.$2" "ir$n.$2"
	redirect -n "$N" "il$n.$2" "ir$n.$2" && redirect -n "$N" "ir$n.$2" "il$n.$2" || return
	lane_legs[$1]+="l$n.$2 "
}

# mirror NAME K: a node with one leg, l$n.K, that gives all back as it is
mirror()
{
	leg "l$n.$2" "il$n.$2"
	redirect -n "$N" "il$n.$2" "il$n.$2" || return
	lane_legs[$1]+="l$n.$2 "
}

# bridged BRIDGE DEV DEV: one that has just been made
bridged()
{
	defer ip link del "$1"
	ip -batch - <<-END
		link set $2 master $1
		link set $3 master $1
		link set $1 up
	END
}

# between DEV DEV: a Linux bridge that has learnt where the guests are
between()
{
	ip link add "br$n" type bridge mcast_snooping 0 && bridged "br$n" "$1" "$2" || return
	bridge -batch - <<-END
		fdb replace $(mac_of_a) dev $1 master static
		fdb replace $(mac_of_b) dev $2 master static
	END
}

lane_bridge() { between "a$n" "b$n"; }

# plane_between DEV DEV: a guest plane of our own that has learnt where they are
plane_between()
{
	ip link add "gp$n" type guestplane && bridged "gp$n" "$1" "$2" || return
	bridge -batch - <<-END
		fdb replace $(mac_of_a) dev gp$n via $1 static
		fdb replace $(mac_of_b) dev gp$n via $2 static
	END
}

lane_gp() { plane_between "a$n" "b$n"; }

# --- tc -------------------------------------------------------------------
# mirred NAME HOPS LAST: tc redirects from node to node, and behind the last to LAST
mirred()
{
	local k at=a$n

	for ((k = 1; k <= $2; k++)); do
		wire "$1" $k && redirect "$at" "l$n.$k" || return
		at=r$n.$k
	done
	[ -z "$3" ] || redirect "$at" "$3"
}

lane_mirred_1() { mirred mirred-1 1 "b$n"; }
lane_mirred_3() { mirred mirred-3 3 "b$n"; }

# Delivered as we deliver: by the bridge
lane_mirred_bridge_1() { mirred mirred-bridge-1 1 "" && between "r$n.1" "b$n"; }

# --- svcplane -------------------------------------------------------------
# steered NAME MODE HOPS ACTION [NODE-OPTION...]: a bridge, or a guest plane if the name
# ends with -gp; a plane with so many nodes of the mode, a proxy for the guest; UDP and
# TCP get ACTION
steered()
{
	local name=$1 mode=$2 hops=$3 action=$4 k services='' nodes='' plane=sp$n
	local made=wire

	shift 4
	case $name in
	*-gp)	plane_between "a$n" "b$n" ;;
	*)	between "a$n" "b$n" ;;
	esac || return
	ip link add "$plane" type svcplane && ip link set "$plane" up || return
	defer ip link del "$plane"
	[ "$mode" = inline ] || made=mirror
	for ((k = 1; k <= hops; k++)); do
		$made "$name" $k || return
		$SP service add "$plane" s$k
		if [ "$mode" = inline ]; then
			$SP node add "$plane" n$k service s$k mode inline \
				dev "l$n.$k" egress "r$n.$k" "$@" || return
		else
			$SP node add "$plane" n$k service s$k mode nsh dev "l$n.$k" \
				decrements off permit allow "$@" || return
		fi
		services+=,s$k nodes+=,n$k
	done
	if [ "$hops" -gt 0 ]; then
		$SP chain add "$plane" c services "${services#,}" &&
			$SP path add "$plane" 100 reverse 101 chain c nodes "${nodes#,}" || return
	fi
	$SP plane set "$plane" max-flows 2000000 timeout-udp 3600
	for proto in udp tcp; do
		# shellcheck disable=SC2086 # an action is up to two words
		$SP rule add "$plane" prio 10 proto $proto $action || return
	done
	$SP proxy add "pp$n" plane "$plane" guest "a$n" max-flows 2000000 || return
	defer ip link del "pp$n"
	ip link set "pp$n" up
}

# The module is there, nothing of it is used
lane_unproxied() { between "a$n" "b$n"; }
lane_bypass() { steered bypass inline 0 bypass; }
lane_inline_1() { steered inline-1 inline 1 "chain c"; }
lane_inline_3() { steered inline-3 inline 3 "chain c"; }
lane_nsh_1() { steered nsh-1 nsh 1 "chain c"; }
lane_nsh_3() { steered nsh-3 nsh 3 "chain c"; }
lane_nsh_gso_1() { steered nsh-gso-1 nsh 1 "chain c" gso on; }
lane_bypass_gp() { steered bypass-gp inline 0 bypass; }
lane_inline_1_gp() { steered inline-1-gp inline 1 "chain c"; }
lane_nsh_1_gp() { steered nsh-1-gp nsh 1 "chain c"; }
lane_nsh_3_gp() { steered nsh-3-gp nsh 3 "chain c"; }
# as nsh-1; what follows its warm-up is released: see measure.sh
lane_allowed() { steered allowed nsh 1 "chain c"; }

# --- Open vSwitch ---------------------------------------------------------
# OVS is given the MAC address by which svcplane names its first node.
ovs_mac=02:50:fe:00:01:00
ovs_up=

ovs_ready()
{
	[ -z "$ovs_up" ] || return 0
	ovs_up=1
	ovs_start
	# Neither a flow nor a connection is to be forgotten between two rounds of a case
	ovs-vsctl set Open_vSwitch . other_config:max-idle=3600000
	sysctl -qw net.netfilter.nf_conntrack_udp_timeout=3600 \
		net.netfilter.nf_conntrack_udp_timeout_stream=3600
}

# All bridges share one table of flows, where each mask that another lane has makes a
# look-up longer: none is to pay for its neighbours
ovs_forget() { ovs-appctl -t ovs-vswitchd revalidator/purge || bail "Open vSwitch forgets nothing"; }

# push K: an NSH for hop K
push()
{
	echo -n "encap(nsh(md_type=1)),set_field:100->nsh_spi,set_field:$((256 - $1))->nsh_si,"
	echo -n "encap(ethernet),set_field:$ovs_mac->eth_dst,"
}

# hops_of KIND HOPS: the flows from the guest to the last of so many nodes and to B;
# KIND is direct, wire, or mirror (NSH). What comes from the guest is in table $table.
hops_of()
{
	local k at=a$n from back=

	for ((k = 1; k <= $2; k++)); do
		from=in_port=$at,table=$table
		[ "$at" = "a$n" ] || from=in_port=$at,table=0
		if [ "$1" = mirror ]; then
			[ -z "$back" ] || from+=,dl_type=0x894f,nsh_spi=100,nsh_si=$((257 - k))
			echo "$from,priority=10,actions=$back$(push $k)output:l$n.$k"
			back="decap(),decap(),"
			at=l$n.$k
		else
			echo "$from,priority=10,actions=output:l$n.$k"
			at=r$n.$k
		fi
	done
	from=in_port=$at,table=$table
	[ "$at" = "a$n" ] || from=in_port=$at,table=0
	[ -z "$back" ] || from+=,dl_type=0x894f,nsh_spi=100,nsh_si=$((256 - $2))
	echo "$from,priority=10,actions=${back}output:b$n"
}

# switched NAME KIND HOPS [ct]: an OVS bridge with these flows. With ct, what comes from
# a guest has been looked up by conntrack, and a connection once established is no
# longer committed anew.
switched()
{
	local name=$1 kind=$2 hops=$3 ct=${4:-} k dev table=0 ports="a$n b$n" flows

	ovs_ready
	# shellcheck disable=SC2154 # of lib.sh
	flows=$tap_dir/flows.$n
	for ((k = 1; k <= hops; k++)); do
		case $kind in
		wire)	wire "$name" $k; ports+=" l$n.$k r$n.$k" ;;
		mirror)	mirror "$name" $k; ports+=" l$n.$k" ;;
		esac
	done
	ovs-vsctl add-br "ov$n" -- set-fail-mode "ov$n" secure \
		-- set bridge "ov$n" protocols=OpenFlow10,OpenFlow13,OpenFlow15 || return
	defer ovs-vsctl del-br "ov$n"
	for dev in $ports; do ovs-vsctl add-port "ov$n" "$dev" || return; done
	{
		if [ -n "$ct" ]; then
			table=2
			for dev in "a$n" "b$n"; do
				echo "in_port=$dev,table=0,priority=20,ip,actions=ct(table=1)"
			done
			echo "table=1,priority=20,ip,ct_state=+trk+est,actions=resubmit(,2)"
			echo "table=1,priority=10,ip,ct_state=+trk+new,actions=ct(commit,table=2)"
		fi
		hops_of "$kind" "$hops"
		echo "in_port=b$n,table=$table,priority=10,actions=output:a$n"
	} > "$flows"
	ovs-ofctl -O OpenFlow15 add-flows "ov$n" "$flows"
}

lane_ovs() { switched ovs direct 0; }
lane_ovs_1() { switched ovs-1 wire 1; }
lane_ovs_3() { switched ovs-3 wire 3; }
lane_ovs_ct_1() { switched ovs-ct-1 wire 1 ct; }
lane_ovs_nsh_1() { switched ovs-nsh-1 mirror 1; }
lane_ovs_nsh_3() { switched ovs-nsh-3 mirror 3; }
lane_ovs_ct_nsh_1() { switched ovs-ct-nsh-1 mirror 1 ct; }
lane_ovs_ct_nsh_3() { switched ovs-ct-nsh-3 mirror 3 ct; }
