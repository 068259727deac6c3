#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Frames that a node makes itself. What a bridge that rejects answers reaches
# the guest if the service is marked `originates`, and is dropped by name if not;
# so does a frame with the node's own addresses, if it is of one flow alone.
#
#	A eth0 -- tapa [br0] tapb -- eth0 B     C eth0 -- tapc [br1] tapd
#	          | pp0: tapa, tapc             (C has the address of A)
#	         sp0: fw1 (not marked), fw2, k1 (macs keep): Linux bridges with nft;
#	         v1: vlan; n1: NSH
# timeout: 240
# vehicle: debug
. "$(dirname "$0")/../nsh.sh"
need nft python3 tcpdump
module

# raw NS DEV N HEX: N such frames
raw()
{
	in_ns "$1" python3 - "$2" "$3" "$4" <<-'END'
		import socket, sys
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		s.bind((sys.argv[1], 0))
		for i in range(int(sys.argv[2])):
		    s.send(bytes.fromhex(sys.argv[3]))
	END
}

# refused tcp|udp ADDRESS PORT: A is told at once
refused()
{
	in_ns "$A" python3 - "$@" <<-'END'
		import socket, sys
		kind = socket.SOCK_STREAM if sys.argv[1] == 'tcp' else socket.SOCK_DGRAM
		family = socket.AF_INET6 if ':' in sys.argv[2] else socket.AF_INET
		s = socket.socket(family, kind)
		s.settimeout(2)
		try:
		    s.connect((sys.argv[2], int(sys.argv[3])))
		    s.send(b'x')
		    s.recv(1)
		except ConnectionRefusedError:
		    sys.exit(0)
		sys.exit(1)
	END
}
silent() { ! refused "$@"; }

# replies NS: echo replies that it has got
replies() { in_ns "$1" nstat -asz IcmpInEchoReps | awk '/InEchoReps/ { print $2 }'; }

# takes TEXT NS DEV HEX: such a frame of the node reaches A
takes()
{
	local before

	before=$(replies "$A")
	raw "$2" "$3" 1 "$4"
	check "$1: reaches A" busywait 5 got_reply "$A" "$before"
}
got_reply() { [ "$(replies "$1")" = $(($2 + 1)) ]; }

# refuses TEXT REASON NS DEV HEX: it is dropped
refuses()
{
	local before

	before=$(drops "$2")
	raw "$3" "$4" 1 "$5"
	check "$1: dropped for $2" busywait 5 dropped "$2" "$before" ||
		diag "$($SP stats show sp0)"
}
dropped() { [ "$(drops "$1")" -gt "$2" ]; }

# rejecting NS: its bridge refuses port 81
rejecting()
{
	in_ns "$1" nft -f - <<-'END'
		table bridge t {
			chain c {
				type filter hook prerouting priority 0
				tcp dport 81 reject with tcp reset
				udp dport 81 reject
			}
		}
	END
}

# into NODE: from now on
into()
{
	$SP rule del sp0 prio 10 2> /dev/null
	$SP rule del sp0 prio 11 2> /dev/null
	$SP rule add sp0 prio 10 dir any family ipv4 chain "c_$1"
	$SP rule add sp0 prio 11 dir any family ipv6 proto tcp chain "c_$1"
	$SP flow flush sp0
}

ends() { ip netns exec "$1" cat /sys/class/net/eth0/address; }

setup_ns A B C
B4=192.0.2.2
add_guest "$A" tapa 192.0.2.1/24 2001:db8::1/64
add_guest "$B" tapb 192.0.2.2/24 2001:db8::2/64
add_guest "$C" tapc 192.0.2.1/24
MA=$(ends "$A") MB=$(ends "$B")
lan bridge br0 tapa tapb
lan bridge br1 tapc
plane
$SP service add sp0 m1 originates
inline_node fw1 1 s1
inline_node fw2 2 m1
inline_node k1 3 m1 macs keep
echo_node n1 4 m1
for ns in "$NS_FW1" "$NS_FW2" "$NS_K1"; do
	rejecting "$ns" || skip_all "no nft reject in bridges"
done
n=0
for node in fw1 fw2 k1 n1; do
	n=$((n + 1))
	service=m1
	[ $node != fw1 ] || service=s1
	chain c_$node $service
	$SP path add sp0 ${n}00 reverse ${n}01 chain c_$node nodes $node
done
proxy tapa,tapc

into fw1
check "not marked: frames pass" pings "$A" "$B4"
before=$(drops originate)
check "not marked: a reset does not reach A" silent tcp "$B4" 81
check "not marked: it is dropped for originate" dropped originate "$before"
before=$(drops originate)
check "not marked: nor does an ICMP error" silent udp "$B4" 81
check "not marked: dropped for originate, too" dropped originate "$before"

into fw2
check "marked: frames pass" pings "$A" "$B4"
in_ns "$A" timeout 60 tcpdump -i eth0 -c 1 -enn 'tcp[tcpflags] & tcp-rst != 0' \
	> "$tap_dir/reset" 2> "$tap_dir/tcpdump" &
busywait 10 grep -q listening "$tap_dir/tcpdump"
check "marked: A's connection is refused" refused tcp "$B4" 81
wait $!
check "marked: the reset comes from B's address to A's" \
	grep -q "$MB > $MA" "$tap_dir/reset"
check "marked: IPv6" refused tcp 2001:db8::2 81
check "marked: an ICMP error" refused udp "$B4" 81
# A node that accepts a connection itself: that answers the SYN, and what A goes on
# to say needs no rule of the other direction
tcp() { echo "080045000028000000004006000$1$2$3$4"; }
to_b=0c0000201c00002021b580053 to_a=0c0000202c000020100531b58
given_more() { [ "$(sent fw2 out)" -gt "$before" ]; }
into fw2
in_ns "$NS_FW2" nft add rule bridge t c tcp dport 83 drop
$SP rule add sp0 prio 5 dir in proto tcp drop
before=$(sent fw2 out)
raw "$A" eth0 1 "${MB//:/}${MA//:/}$(tcp $to_b 00000001 00000000 500203e800000000)"
check "accepted by the node: the SYN" busywait 5 given_more
raw "$NS_FW2" left 1 "${MA//:/}${MB//:/}$(tcp $to_a 00000001 00000002 501203e800000000)"
before=$(sent fw2 out)
raw "$A" eth0 1 "${MB//:/}${MA//:/}$(tcp $to_b 00000002 00000002 501003e800000000)"
check "accepted by the node: what A says next" busywait 5 given_more
$SP rule del sp0 prio 5
into k1
check "macs keep: A's connection is refused" refused tcp "$B4" 81
check "macs keep: an ICMP error" refused udp "$B4" 81

# Echo replies of the node, as B's: flow 7. Its own addresses, or ...
reply() { echo "08004500001c000000004001f6ddc0000202${1:-c0000201}0000fff700070001"; }
own=02aaaaaaaaaa02bbbbbbbbbb
into fw2
check "flow 7" answered 7
takes "own addresses" "$NS_FW2" left "$own$(reply)"
takes "own addresses, at the other leg" "$NS_FW2" right "$own$(reply)"
refuses "a stranger's addresses" ret_alien "$NS_FW2" left "$own$(reply c0007101)"
refuses "another flow's number" ret_alien "$NS_FW2" left \
	"${own}08004500001c000000004001f6ddc0000202c00002010000fff600080001"
refuses "ARP" ret_not_ip "$NS_FW2" left \
	"ffffffffffff02bbbbbbbbbb08060001080006040001"
refuses "addresses of a link to nobody" ret_alien "$NS_FW2" right \
	"0250ff7777020250ff777701$(reply)"

# 400 at once and 200 a second: a vehicle that takes long shows nothing
before=$(drops originate_rate) began=$SECONDS
raw "$NS_FW2" left 2000 "$own$(reply)"
if [ $((SECONDS - began)) -lt 7 ]; then
	check "2000 at once: dropped for originate_rate" \
		busywait 5 dropped originate_rate "$before"
else
	skip "2000 at once: dropped for originate_rate" "too slow a vehicle"
fi

# C imitates A: the same flow at the same node
ip -n "$C" neigh add "$B4" lladdr "$MB" dev eth0
in_ns "$C" ping -q -n -c 1 -W 1 -e 7 "$B4" > /dev/null
check "A's again" answered 7
check_eq "flow 7 twice" "$(flows proto icmp sport 7)" 2
was=$(replies "$C")
refuses "a frame of two guests' flows" originate_unclear "$NS_FW2" left "$own$(reply)"
takes "that frame with A's and B's addresses" "$NS_FW2" left \
	"${MA//:/}${MB//:/}$(reply)"
check_eq "nothing has reached C" "$(replies "$C")" "$was"

into n1
check "NSH: flow 7" answered 7
nsh()
{
	local tag

	tag=$(printf '%08x' "$(tag_of 7)")
	printf '%s894f0f860103%06x%s200100010000000000000000%s' "$own" "$1" "$2" "${3:-$tag}"
}
takes "NSH: the tag, other addresses inside" "$NS_N1" eth0 "$(nsh 400 fe)$own$(reply)"
takes "NSH: its own SPI" "$NS_N1" eth0 "$(nsh 401 fe)$own$(reply)"
takes "NSH: without a header" "$NS_N1" eth0 "$own$(reply)"
refuses "NSH: an unknown tag" ret_tag "$NS_N1" eth0 "$(nsh 400 fe 7abcdef0)$own$(reply)"
refuses "NSH: another SPI" ret_spi "$NS_N1" eth0 "$(nsh 200 fe)$own$(reply)"
refuses "NSH: another SI" ret_si "$NS_N1" eth0 "$(nsh 400 fd)$own$(reply)"

# A node of mode vlan that gives all back: its VLANs are 100 and 101
setup_ns V
add_guest "$V" vn0
tc -n "$V" qdisc add dev eth0 clsact
tc -n "$V" filter add dev eth0 ingress matchall action mirred egress redirect dev eth0
$SP node add sp0 v1 id 5 service m1 mode vlan dev vn0 vlan 100-101
chain c_v1 m1
$SP path add sp0 500 reverse 501 chain c_v1 nodes v1
into v1
check "vlan: flow 7" answered 7
takes "vlan: in the VLAN of A's frames" "$V" eth0 "${own}81000064$(reply)"
takes "vlan: without a tag" "$V" eth0 "$own$(reply)"
refuses "vlan: a stranger's addresses" ret_alien "$V" eth0 "$own$(reply c0007101)"
