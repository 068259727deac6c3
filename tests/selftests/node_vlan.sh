#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A node of mode vlan: gets each frame in a tag of its own and sends it back with
# that tag. Here it does so with tc, on the one device it has.
#
#	A 10.0.0.1   B 10.0.0.2   C 10.0.0.3     NODE: eth0, redirected to itself
#	   |            |            |             |
#	   a0           b0           c0            vn0
#	   +---- br0 ---+------------+           service plane sp0
#
# timeout: 180
# vehicle: debug
. "$(dirname "$0")/../topo.sh"
need socat tc tcpdump
module
setup_ns A B C NODE

# grows REASON -- DO...: DO lets drops for that reason grow
grows()
{
	local reason=$1 before

	before=$(drops "$reason")
	shift 2
	"$@" > /dev/null 2>&1
	busywait 5 more_drops "$reason" "$before"
}
more_drops() { more "$(drops "$1")" "$2"; }

# hears NS FILTER: such a frame is seen at eth0 of NS while B is pinged
hears()
{
	local file=$tap_dir/heard

	ip netns exec "$1" timeout 60 tcpdump -i eth0 -c 1 -nn "$2" > "$file" 2>&1 &
	busywait 10 grep -q listening "$file"
	pings "$A" 10.0.0.2
	wait $!
}

tagged()
{
	local ns

	for ns in "$A" "$B"; do
		ip -n "$ns" link add link eth0 name eth0.5 type vlan id 5 || return 1
		ip -n "$ns" link set eth0.5 up
	done
	ip -n "$A" address add 10.5.0.1/24 dev eth0.5
	ip -n "$B" address add 10.5.0.2/24 dev eth0.5
	pings "$A" 10.5.0.2
}

add_guest "$A" a0 10.0.0.1/24 2001:db8::1/64
add_tap_guest "$B" b0 10.0.0.2/24 2001:db8::2/64
add_guest "$C" c0 10.0.0.3/24
add_guest "$NODE" vn0
lan bridge br0 a0 b0 c0
tc -n "$NODE" qdisc add dev eth0 clsact
tc -n "$NODE" filter add dev eth0 ingress matchall \
	action mirred egress redirect dev eth0 || skip_all "no tc redirection"

plane
service fw
svcplane node add sp0 v1 id 1 service fw mode vlan dev vn0 vlan 100-103 || bail "no node"
chain c fw fail closed
svcplane path add sp0 100 reverse 101 chain c nodes v1
proxy a0
svcplane rule add sp0 prio 100 dir any chain c twice

check "IPv4 passes" pings "$A" 10.0.0.2
check "IPv6 passes" pings "$A" 2001:db8::2
check "the node has returned what A sends" more "$(returned v1 out)" 0
check "and what A gets" more "$(returned v1 in)" 0
check "from B's side, too" pings "$B" 10.0.0.1
check "fragments pass" pings "$A" 10.0.0.2 -s 4000
check "A's own tag passes inside" tagged
check "one VID for a direction" hears "$NODE" "vlan 100 and icmp and src 10.0.0.1"
check "another for the other" hears "$NODE" "vlan 101 and icmp and dst 10.0.0.1"
serve "$B" 5001 2000000
check "TCP with GSO passes" receives "$A" 10.0.0.2 5001

ip -n "$NODE" link add link eth0 name eth0.4000 type vlan id 4000
ip -n "$NODE" address add 10.9.0.1/24 dev eth0.4000
ip -n "$NODE" link set eth0.4000 up
ip -n "$NODE" address add 10.8.0.1/24 dev eth0
check "a tag that stands for nothing is alien" \
	grows ret_alien -- no_ping "$NODE" 10.9.0.2
check "a frame without a tag is the node's own" \
	grows ret_not_ip -- no_ping "$NODE" 10.8.0.2

svcplane proxy guest add pp0 b0
check "two guests take four VIDs" pings "$B" 10.0.0.1
svcplane proxy guest add pp0 c0
check "without a free VID frames are dropped" \
	grows node_no_context -- no_ping "$C" 10.0.0.1
check "those who have one keep it" pings "$B" 10.0.0.1
