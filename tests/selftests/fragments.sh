#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Fragments of IPv4 and IPv6 go the way of their flow, through inline and NSH-aware
# nodes, in both directions. Those of which it is not known what they belong to
# end as the guest's policy says.
#
#	A eth0 -- tapa [br0] tapb -- eth0 B
#	          | pp0
#	         sp0: fw1, a Linux bridge; n1 (context svcplane), n2 (context zero)
# timeout: 180
# vehicle: debug
. "$(dirname "$0")/../nsh.sh"
need python3 nft jq
module

# fragments NS FROM-MAC TO-MAC FAMILY ID PIECE...: sends UDP fragments from the
# guest of NS to the other; PIECE is first:PORT, mid (at 1000) or last (at 2000)
fragments()
{
	in_ns "$1" python3 - "${@:2}" <<-'PY'
		import ipaddress, socket, struct, sys
		smac, dmac, family, ident = sys.argv[1:5]
		a, b = ("192.0.2.1", "192.0.2.2") if family == "4" else ("2001:db8::1", "2001:db8::2")
		if "reverse" in sys.argv[5:]:
		    a, b = b, a
		src, dst = (ipaddress.ip_address(x).packed for x in (a, b))
		mac = [bytes.fromhex(x.replace(":", "")) for x in (dmac, smac)]
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		s.bind(("eth0", 0))
		def csum(h):
		    n = sum(struct.unpack(">%dH" % (len(h) // 2), h))
		    while n >> 16:
		        n = (n & 0xffff) + (n >> 16)
		    return ~n & 0xffff
		def send(off, more, data):
		    if family == "4":
		        h = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(data), int(ident),
		                        more << 13 | off // 8, 64, 17, 0) + src + dst
		        h = h[:10] + struct.pack(">H", csum(h)) + h[12:]
		        kind = 0x0800
		    else:
		        data = struct.pack(">BBHI", 17, 0, off | more, int(ident)) + data
		        h = struct.pack(">IHBB", 0x60000000, len(data), 44, 64) + src + dst
		        kind = 0x86dd
		    s.send(mac[0] + mac[1] + struct.pack(">H", kind) + h + data)
		for piece in sys.argv[5:]:
		    if piece.startswith("first:"):
		        send(0, 1, struct.pack(">HHHH", 7000, int(piece[6:]), 3008, 0) + bytes(992))
		    elif piece == "mid":
		        send(1000, 1, bytes(1000))
		    elif piece == "last":
		        send(2000, 0, bytes(1008))
	PY
}

mac_of() { ip netns exec "$1" cat /sys/class/net/eth0/address; }
from_a() { fragments "$A" "$MAC_A" "$MAC_B" "$@"; }
from_b() { fragments "$B" "$MAC_B" "$MAC_A" "$@" reverse; }

# Pieces that have come to the guest of NS
watch_pieces()
{
	in_ns "$1" nft -f - <<-'END'
		table netdev t {
			chain c {
				type filter hook ingress device eth0 priority 0
				ip frag-off & 0x3fff != 0 counter
				ip6 nexthdr 44 counter
			}
		}
	END
}
pieces() { in_ns "$1" nft -j list chain netdev t c | jq '[.. | .counter? // empty | .packets] | add'; }
pieces_came() { [ $(($(pieces "$1") - $2)) = "$3" ]; }
dropped() { [ $(($(drops "$1") - $2)) -ge "$3" ]; }

# fate WHAT NS COME REASON LOST CMD...: of what CMD sends, COME pieces come to NS
# and LOST are dropped for REASON
fate()
{
	local what=$1 ns=$2 come=$3 reason=$4 lost=$5 before came

	shift 5
	before=$(drops "$reason") came=$(pieces "$ns")
	"$@"
	check "$what: dropped for $reason" busywait 5 dropped "$reason" "$before" "$lost"
	check "$what: what comes" busywait 5 pieces_came "$ns" "$came" "$come"
	check_eq "$what: no more is dropped" $(($(drops "$reason") - before)) "$lost"
}

# An answer of 4000 bytes to a datagram of 4000, bytes compared
udp_echo()
{
	in_ns "$A" python3 - "$1" <<-'PY'
		import os, socket, sys
		s = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET, socket.SOCK_DGRAM)
		s.settimeout(3)
		s.connect((sys.argv[1], 6001))
		data = os.urandom(4000)
		for _ in range(5):
		    s.send(data)
		    try:
		        sys.exit(s.recv(8000) != data)
		    except socket.timeout:
		        pass
		sys.exit(1)
	PY
}

through()
{
	local what=$1 chain=$2 node=$3 to

	$SP rule add sp0 prio 100 dir any proto icmp chain "$chain"
	$SP rule add sp0 prio 101 dir any proto icmpv6 chain "$chain"
	$SP rule add sp0 prio 102 dir any proto udp dport 6001 chain "$chain"
	for to in 192.0.2.2 2001:db8::2; do
		note
		check "$what: a long ping to $to" pings "$A" $to -s 4000
		check "$what: $node was given three pieces each way" \
			test "$(got "$node" out)" -ge 3 -a "$(got "$node" in)" -ge 3
		note
		check "$what: datagrams with $to" udp_echo $to
		check "$what: $node was given three pieces each way" \
			test "$(got "$node" out)" -ge 3 -a "$(got "$node" in)" -ge 3
	done
	for to in 192.0.2.1 2001:db8::1; do
		check "$what: a long ping to $to" pings "$B" $to -s 4000
	done
	for n in 0 1 2; do $SP rule del sp0 prio $((100 + n)); done
	$SP flow flush sp0
}

setup_ns A B
add_guest "$A" tapa 192.0.2.1/24 2001:db8::1/64
add_guest "$B" tapb 192.0.2.2/24 2001:db8::2/64
watch_pieces "$A"
watch_pieces "$B"
MAC_A=$(mac_of "$A") MAC_B=$(mac_of "$B")
lan bridge br0 tapa tapb
plane
inline_node fw1 1 s1
echo_node n1 2 s2
echo_node n2 3 s3 context zero
chain c1 s1
$SP path add sp0 100 reverse 101 chain c1 nodes fw1
chain c2 s2
$SP path add sp0 200 reverse 201 chain c2 nodes n1
chain c3 s3
$SP path add sp0 300 reverse 301 chain c3 nodes n2
proxy tapa
spawn in_ns "$B" socat -b 8192 UDP6-LISTEN:6001,fork,ipv6only=0,reuseaddr PIPE
busywait 10 in_ns "$B" sh -c "ss -Hlun sport = :6001 | grep -q ." || bail "no server"

through inline c1 fw1
through nsh c2 n1
through "nsh, context zero" c3 n2
for reason in frag_no_entry frag_conflict ret_alien ret_mac ret_tag; do
	check_eq "nothing of that was dropped: $reason" "$(drops $reason)" 0
done

$SP rule add sp0 prio 100 dir any proto udp chain c1
fate "IPv4: pieces in order" "$B" 3 frag_no_entry 0 from_a 4 1 first:6002 mid last
fate "IPv6: pieces in order" "$B" 3 frag_no_entry 0 from_a 6 1 first:6002 mid last
for family in 4 6; do
	fate "IPv$family: the first twice" "$B" 3 frag_conflict 0 \
		from_a $family 2 first:6002 first:6002 last
	fate "IPv$family: without the first" "$B" 0 frag_no_entry 2 from_a $family 3 mid last
	fate "IPv$family: without it, to the guest" "$A" 0 frag_no_entry 2 \
		from_b $family 4 mid last
	# What came before has gone, the rest goes with neither flow
	fate "IPv$family: a second first that names another flow" "$B" 2 frag_conflict 4 \
		from_a $family 5 first:6002 mid first:6003 mid last first:6002
done

$SP chain replace sp0 c1 services s1 fail open
for family in 4 6; do
	fate "IPv$family: a guest that may pass unjudged" "$B" 2 frag_no_entry 0 \
		from_a $family 6 mid last
done
