# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Lanes and traffic for tests/bench/grow, on top of lanes.sh and measure.sh.
#
#	mixed-N, ranges-N	svcplane, one inline hop behind N rules (see rules)
#	inline-K, nsh-K		svcplane, K hops
#	ovs-flows-1		Open vSwitch, one hop; a source port is a flow of its own
#	ct-bridge		a Linux bridge with conntrack, while inspect is "on"
#
# TRAFFIC: first (each frame is of a flow of its own, to addresses and ports that rules
# tell apart), burst (likewise, by source port, no more under way than a slow path can
# queue), spread:P:M (frames of P x M flows in turn; no factor in common), udp.
#
#	compile NAME KIND N	the policy of lane $n, in the file of that NAME
#	replace NAME		that policy takes the place of what was in force
#	forget LANE		its flows and connections
#	inspect LANE on|off

growth=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")

compile()
{
	# shellcheck disable=SC2154 # of lib.sh
	/usr/bin/python3 "$growth/rules" "$2" "$3" "sp$n" > "$tap_dir/rules.$1"
}

replace() { $SP -atomic replace -batch "$tap_dir/rules.$1"; }

# other_end MODE LEG: where a node gives back what it got at LEG
other_end()
{
	case $1.$2 in
	inline.l*)	echo "r${2#l}" ;;
	inline.r*)	echo "l${2#r}" ;;
	*)		echo "$2" ;;
	esac
}

# nodes NAME MODE LEG...: as wire and mirror make them, with fewer processes
nodes()
{
	local name=$1 mode=$2 leg

	shift 2
	for leg; do
		echo "link add $leg mtu 9000 type veth peer name i$leg mtu 9000 netns $N"
		echo "link set $leg up"
	done | ip -batch - || return
	for leg; do
		defer ip link del "$leg"
		[[ $leg != l* ]] || lane_legs["$name"]+="$leg "
	done
	for leg; do echo "link set i$leg up"; done | ip -n "$N" -batch - || return
	for leg; do
		echo "qdisc add dev i$leg clsact"
		echo -n "filter add dev i$leg ingress matchall action mirred egress redirect"
		echo " dev i$(other_end "$mode" "$leg")"
	done | tc -n "$N" -batch -
}

# policy MODE HOPS: of a lane with so many nodes, for svcplane -batch
policy()
{
	local k services='' nodes=''

	for ((k = 1; k <= $2; k++)); do
		echo "service add sp$n s$k"
		if [ "$1" = inline ]; then
			echo "node add sp$n n$k service s$k mode inline dev l$n.$k egress r$n.$k"
		else
			echo "node add sp$n n$k service s$k mode nsh dev l$n.$k decrements off"
		fi
		services+=,s$k nodes+=,n$k
	done
	echo "chain add sp$n c services ${services#,}"
	echo "path add sp$n 100 reverse 101 chain c nodes ${nodes#,}"
	echo "plane set sp$n max-flows 200000 timeout-udp 3600"
	echo "rule add sp$n prio 10 proto udp chain c"
	echo "proxy add pp$n plane sp$n guest a$n max-flows 200000"
}

# hopped NAME MODE HOPS: as steered (lanes.sh), with fewer processes
hopped()
{
	local legs

	mapfile -t legs < <(for ((k = 1; k <= $3; k++)); do
		echo "l$n.$k"
		[ "$2" = nsh ] || echo "r$n.$k"
	done)
	between "a$n" "b$n" && nodes "$1" "$2" "${legs[@]}" || return
	ip -batch - <<< "link add sp$n type svcplane
		link set sp$n up" || return
	defer ip link del "sp$n"
	policy "$2" "$3" | $SP -batch - || return
	defer ip link del "pp$n"
	ip link set "pp$n" up
}

ruled() { hopped "$1" inline 1 && compile "$@" && replace "$1"; }

for number in 10 100 1000 10000; do
	for kind in mixed ranges; do
		eval "lane_${kind}_$number() { ruled $kind-$number $kind $number; }"
	done
done

for number in 2 4 8 16; do
	eval "lane_inline_$number() { hopped inline-$number inline $number; }"
	eval "lane_nsh_$number() { hopped nsh-$number nsh $number; }"
done

# To read a field into a register makes what the kernel is told depend on all of it
lane_ovs_flows_1()
{
	local out

	switched ovs-flows-1 wire 1 || return
	out="move:NXM_OF_UDP_SRC[]->NXM_NX_REG0[0..15],output:l$n.1"
	ovs-ofctl -O OpenFlow15 add-flow "ov$n" "in_port=a$n,priority=20,udp,actions=$out"
}

lane_ct_bridge()
{
	between "a$n" "b$n"
	sysctl -qw net.netfilter.nf_conntrack_max=2000000
}

# Conntrack looks at all bridges at once: not while others are measured
inspect()
{
	[ "$1" = ct-bridge ] || return 0
	if [ "$2" = off ]; then
		nft delete table bridge grow
		return
	fi
	nft -f - <<-END
		table bridge grow {
			chain c {
				type filter hook forward priority 0
				ct state new,established accept
			}
		}
	END
}

forget()
{
	local n

	lane_number "$1"
	case $1 in
	ovs-flows-1)	ovs-appctl revalidator/purge ;;
	ovs-ct-1|ct-bridge) flush_conntrack ;;
	*)		$SP flow flush "sp$n" ;;
	esac
	# Records are freed by RCU, and tables shrink: not while others are measured
	sleep 0.15
}

flush_conntrack()
{
	ovs_ready
	ovs-appctl dpctl/flush-conntrack
}

# --- traffic --------------------------------------------------------------
# told NS DEV COUNT OFFSET:N OFFSET:N BYTES: by gen.c; "sent ns"
told()
{
	in_ns "$1" bash -c "echo '${*:2}' >&5; read -r sent _ ns _ <&5
		echo \"\$sent \$ns\"" 5<> /dev/svcplane_gen
}

# Rules are asked for a destination out of 10.200.0.0/16; no bridge looks at checksums
from_guest()
{
	local bytes ports

	bytes=$(frame udp ab 1024 1)
	case $2 in
	first)	told "$A" "e$n" "$1" 32:65521 36:1000 "${bytes:0:60}0ac80000${bytes:68}" ;;
	burst)	in_ns "$A" /usr/bin/python3 "$growth/burst" "e$n" "b$n" "$1" "$bytes" ;;
	spread:*) ports=${2#*:}
		told "$A" "e$n" "$1" "34:${ports%:*}" "36:${ports#*:}" "$bytes" ;;
	*)	told "$A" "e$n" "$1" 34:1 36:1 "$bytes" ;;
	esac
}

flows_of()
{
	local ports=${1#*:}

	[ "$ports" != "$1" ] || ports=1:1
	echo $((${ports%:*} * ${ports#*:}))
}
