#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Nodes of a service that rewrites: A is 10.0.0.2 behind the node and 10.0.0.99
# to the world. The node is a namespace in which nftables changes the address
# and sends the frame on: by the leg it came from (vlan), or by the other one
# (inline); or an NSH-aware node does it. B knows 10.0.0.99 at A's MAC.
#
#	A 10.0.0.2        B 10.0.0.3     NODE: eth0      BUMP: left, right
#	   |                 |             |               |      |
#	   a0 [pp0]          b0            vn0             nl     nr
#	   +------ br0 ------+           service plane sp0: nat, and fw1, fw2 around it;
#	                                       n1: nsh-node
#
# timeout: 240
# vehicle: debug
. "$(dirname "$0")/../topo.sh"
need socat nft tcpdump
module
setup_ns A B NODE BUMP

grows()
{
	local reason=$1 before

	before=$(drops "$reason")
	shift 2
	"$@" > /dev/null 2>&1
	busywait 5 more_drops "$reason" "$before"
}
more_drops() { more "$(drops "$1")" "$2"; }

# one_ping FROM TO: a flow of its own
one_ping() { ip netns exec "$1" ping -q -n -c 1 -W 5 "$2"; }

hears()
{
	local file=$tap_dir/heard

	ip netns exec "$1" timeout 60 tcpdump -i eth0 -c 1 -nn "$2" > "$file" 2>&1 &
	busywait 10 grep -q listening "$file"
	pings "$A" 10.0.0.3
	wait $!
}

# translate NS IN OUT: what comes in at IN goes on at OUT, translated
translate()
{
	in_ns "$1" nft -f - <<-END
		table netdev nat_$2 {
			chain in {
				type filter hook ingress device $2 priority 0
				ip saddr 10.0.0.2 ip saddr set 10.0.0.99 fwd to $3
				ip daddr 10.0.0.99 ip daddr set 10.0.0.2 fwd to $3
			}
		}
	END
}

# through NAME: A and B reach each other through the NAT in force
through()
{
	check "$1: A reaches B" pings "$A" 10.0.0.3
	check "$1: B sees the other address" hears "$B" "icmp and src 10.0.0.99"
	check "$1: A's connection, both ways" receives "$A" 10.0.0.3 5001
	check_eq "$1: one record for it" "$(flows proto tcp dport 5001)" 1
	check "$1: B reaches A's other address" pings "$B" 10.0.0.99
	check "$1: B's connection to it" receives "$B" 10.0.0.99 5002
	check "$1: fragments" pings "$A" 10.0.0.3 -s 4000
	svcplane flow flush sp0
}

forget()
{
	svcplane rule del sp0 prio 100
	svcplane path del sp0 100
	svcplane chain del sp0 c
}

use()
{
	chain c "$1" fail closed
	svcplane path add sp0 100 reverse 101 chain c nodes "$2" || bail "no path"
	svcplane rule add sp0 prio 100 dir any family ipv4 chain c || bail "no rule"
}

add_guest "$A" a0 10.0.0.2/24
add_tap_guest "$B" b0 10.0.0.3/24
add_guest "$NODE" vn0
for leg in l r; do
	name=left
	[ $leg = l ] || name=right
	ip link add n$leg type veth peer name $name netns "$BUMP"
	defer ip link del n$leg
	ip -n "$BUMP" link set $name up
	ip link set n$leg up
done
lan bridge br0 a0 b0
mac=$(ip -n "$A" -j link show dev eth0 | sed 's/.*"address":"\([^"]*\)".*/\1/')
ip -n "$B" neigh add 10.0.0.99 lladdr "$mac" dev eth0
translate "$NODE" eth0 eth0 || skip_all "no nft fwd"
translate "$BUMP" left right
translate "$BUMP" right left
serve "$B" 5001 500000
serve "$A" 5002 500000

plane
svcplane service add sp0 nat rewrites
svcplane service add sp0 plain
proxy a0

svcplane node add sp0 p1 id 1 service plain mode vlan dev vn0
use plain p1
check "whose service does not rewrite, may not" grows ret_alien -- no_ping "$A" 10.0.0.3
forget
svcplane node del sp0 p1

svcplane node add sp0 v1 id 2 service nat mode vlan dev vn0 || bail "no node"
use nat v1
spawn svcplane monitor flow
heard=$spawned_out
listens() { pings "$A" 10.0.0.3 && grep -q '^flow new' "$heard"; }
# told WHAT: of the connections to port 5001. A later flow shows that all is told
told() { grep "^flow $1 " "$heard" | grep -c 'dport 5001'; }
later() { grep -q 'dport 5009' "$heard"; }
check "the monitor listens" busywait 20 listens
through vlan
in_ns "$A" sh -c 'echo x | socat - UDP4:10.0.0.3:5009'
check "a later flow is told" busywait 10 later
tag=$(svcplane -o flow show sp0 proto udp dport 5009 | sed -n 's/.* tag \(0x[0-9a-f]*\) .*/\1/p')
svcplane node set sp0 v1 permit drop,allow,skip-node,re-path
# refused ACTION...: though it is permitted
refused()
{
	check_fail "even where it is permitted: no $1" 2 "lacks the permission" \
		svcplane verdict "$1" sp0 node v1 flow tag "$tag" "${@:2}"
}
refused skip-node
refused allow
refused re-path spi 100
check "but a drop" svcplane verdict drop sp0 node v1 flow tag "$tag"
check "a flow with other keys" more "$(told new)" 0
check_eq "is told to be gone once" "$(told gone)" "$(told new)"
check_fail "its chain does not fail open" 2 "it cannot fail open" \
	svcplane chain replace sp0 c services nat fail open
svcplane node set sp0 v1 down
check "without it nothing passes" grows chain_failed -- no_ping "$A" 10.0.0.3
svcplane node set sp0 v1 up
forget

check_fail "macs keep is refused" 2 "macs keep" svcplane node add sp0 i0 id 3 \
	service nat mode inline dev nl egress nr macs keep
check_fail "so is context zero" 2 "cannot be found again with context zero" svcplane node add \
	sp0 i0 id 3 service nat mode nsh dev nl context zero
svcplane node add sp0 i1 id 3 service nat mode inline dev nl egress nr || bail "no node"
use nat i1
through inline
forget

nsh_node n1 6 nat nsh-node -i eth0 --translate 10.0.0.2=10.0.0.99 --
use nat n1
through NSH
check "NSH: the node gave them back" more "$(returned n1 in)" 0
forget

inline_node fw1 4 inner
inline_node fw2 5 outer
use inner,nat,outer fw1,v1,fw2
through "between two others"
check "the outer one gets both directions" test "$(sent fw2 out)" -gt 0 -a "$(sent fw2 in)" -gt 0
check "the inner one, too" test "$(sent fw1 out)" -gt 0 -a "$(sent fw1 in)" -gt 0
forget

svcplane node del sp0 v1
svcplane node add sp0 v2 id 2 service nat mode vlan dev vn0 vlan 100-101
use nat v2
check "a flow takes two numbers" busywait 5 one_ping "$A" 10.0.0.3
check "without a free one the next is dropped" \
	grows node_no_context -- no_ping "$A" 10.0.0.3
