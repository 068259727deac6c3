#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# ICMP errors follow the flow that they quote: through its chain, in the direction
# of their own, whoever sends them, though no rule names them.
#
#	A eth0 -- tapa [br0] tapr -- eth0 R far -- eth0 C
#	          | pp0
#	         sp0: fw1, a Linux bridge; n1, NSH-aware
# vehicle: debug
. "$(dirname "$0")/../nsh.sh"
need python3
module

# provoke NS ADDRESS PORT TTL SIZE SOURCE-PORT: the error that a datagram is answered with
provoke()
{
	in_ns "$1" python3 - "${@:2}" <<-'PY'
		import errno, socket, sys
		host, port, ttl, size, sport = sys.argv[1], *map(int, sys.argv[2:6])
		six = ":" in host
		s = socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_DGRAM)
		if six:
		    s.setsockopt(41, 16, ttl)   # UNICAST_HOPS
		    s.setsockopt(41, 25, 1)     # RECVERR
		    s.setsockopt(41, 23, 2)     # MTU_DISCOVER, do
		else:
		    s.setsockopt(0, 2, ttl)
		    s.setsockopt(0, 11, 1)
		    s.setsockopt(0, 10, 2)
		s.bind(("", sport))
		s.settimeout(2)
		s.connect((host, port))
		for _ in range(10):
		    try:
		        s.send(bytes(size))
		        s.recv(100)
		    except socket.timeout:
		        pass
		    except OSError as e:
		        print(errno.errorcode[e.errno])
		        break
	PY
}

one_more() { [ "$(got "$1" "$2")" -ge 1 ]; }

# error WHAT ERRNO DIRECTION ARG-OF-PROVOKE...: an answer that comes in DIRECTION
error()
{
	local what=$1 want=$2 dir=$3 node

	shift 3
	note
	check_eq "$what: the sender is told" "$(provoke "$@")" "$want"
	for node in fw1 n1; do
		check "$what: the datagram passed $node" \
			more "$(got $node "$([ "$dir" = in ] && echo out || echo in)")" 0
		check "$what: and so did the error" one_more $node "$dir"
	done
}

setup_ns A R C
add_guest "$A" tapa 10.0.1.2/24 fd00:1::2/64
add_guest "$R" tapr 10.0.1.1/24 fd00:1::1/64
in_ns "$R" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 \
	net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0
ip link add far netns "$R" type veth peer name eth0 netns "$C"
ip -n "$R" address add 10.0.2.1/24 dev far
ip -n "$R" address add fd00:2::1/64 dev far nodad
ip -n "$R" link set far mtu 1300 up
guest_up "$C" 10.0.2.2/24 fd00:2::2/64
for pair in "$A 1" "$C 2"; do
	ip -n "${pair% *}" route add default via "10.0.${pair#* }.1"
	ip -n "${pair% *}" route add default via "fd00:${pair#* }::1"
done
ip -n "$R" route add unreachable 10.0.9.0/24
ip -n "$R" route add unreachable fd00:9::/64
lan bridge br0 tapa tapr
plane
inline_node fw1 1 s1
echo_node n1 2 s2
chain c1 s1,s2
$SP path add sp0 100 reverse 101 chain c1 nodes fw1,n1
$SP rule add sp0 prio 100 dir any proto udp dport 6001-6099 chain c1
$SP plane set sp0 timeout-udp 3600 || bail "no timeout"
proxy tapa
pings "$A" 10.0.2.2 || bail "no route"
pings "$A" fd00:2::2 || bail "no route"
$SP flow flush sp0

error "IPv4, port unreachable of the far end" ECONNREFUSED in "$A" 10.0.2.2 6001 64 10 7001
error "IPv6, port unreachable of the far end" ECONNREFUSED in "$A" fd00:2::2 6001 64 10 7001
error "IPv4, time exceeded at the router" EHOSTUNREACH in "$A" 10.0.2.2 6002 1 10 7002
error "IPv6, hop limit exceeded at the router" EHOSTUNREACH in "$A" fd00:2::2 6002 1 10 7002
error "IPv4, no route at the router" EHOSTUNREACH in "$A" 10.0.9.9 6003 64 10 7003
error "IPv6, no route at the router" ENETUNREACH in "$A" fd00:9::9 6003 64 10 7003
error "IPv4, too big at the router" EMSGSIZE in "$A" 10.0.2.2 6004 64 1400 7004
error "IPv6, too big at the router" EMSGSIZE in "$A" fd00:2::2 6004 64 1400 7004
error "IPv4, port unreachable of the guest" ECONNREFUSED out "$C" 10.0.1.2 6005 64 10 7005
error "IPv6, port unreachable of the guest" ECONNREFUSED out "$C" fd00:1::2 6005 64 10 7005

check_eq "errors make no flow of their own" "$(flows proto icmp)/$(flows proto icmpv6)" 0/0
check_eq "they belong to one flow each" "$(flows proto udp)" 10
for reason in ret_alien ret_mac ret_tag; do
	check_eq "nothing was dropped: $reason" "$(drops $reason)" 0
done
