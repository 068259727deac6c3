#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A guest that wants past its chain, or out of a drop: by a checksum that the host
# is to fill into the ports, by fragments whose headers say different things, by
# an accomplice who opens the connection anew from the other side. And one that
# sends from the address of another.
#
#	A eth0 -- tapa [br0] tapb -- eth0 B	tapb fills checksums in
#	          | pp0
#	         sp0: fw1, fw2 (macs keep), Linux bridges between two legs;
#	              n3 (context zero), nsh-node
# timeout: 200
# vehicle: debug
. "$(dirname "$0")/../nsh.sh"
need python3 ethtool socat
module

# raw NS WHAT [ARG...]: sends a frame of NS (A or B)
raw()
{
	local ns=$1

	shift
	in_ns "$ns" python3 - "$@" <<-'PY'
		import socket, struct, sys

		A4, B4 = (socket.inet_aton("192.0.2.%d" % n) for n in (1, 2))
		A6, B6 = (socket.inet_pton(socket.AF_INET6, "2001:db8::%d" % n) for n in (1, 2))
		A, B = (bytes.fromhex("02000000000%d" % n) for n in (1, 2))

		def fold(data):
		    n = sum(struct.unpack("!%dH" % (len(data) // 2), data))
		    while n >> 16:
		        n = (n & 0xffff) + (n >> 16)
		    return n

		def ip4(src, dst, proto, data):
		    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(data), 1, 0, 64,
		                       proto, 0, src, dst)
		    sum4 = struct.pack("!H", fold(head) ^ 0xffff)
		    return b"\x08\x00" + head[:10] + sum4 + head[12:] + data

		# UDP, without checksum if CHECK is 0; WORD is the first two bytes of its payload
		def udp(port, word, check=0):
		    return B + A + ip4(A4, B4, 17, struct.pack("!HHHHH", 1234, port, 16, check, word) +
		                       b"hello\n")

		# The sum from START on is to be put OFFSET bytes behind it, and will be 22 (in
		# its own place it will be right)
		def csum(port, start, offset):
		    port, start, offset = int(port), int(start), int(offset)
		    if (start, offset) == (34, 6):	# its own place: as a sender does it
		        return struct.pack("<BBHHHH", 1, 0, 0, 0, start, offset) + udp(
		            port, 0, fold(A4 + B4 + struct.pack("!HH", 17, 16)))
		    word = ((22 ^ 0xffff) - fold(udp(port, 0)[start:])) % 0xffff
		    return struct.pack("<BBHHHH", 1, 0, 0, 0, start, offset) + udp(port, word)

		NO_OFFLOAD = bytes(10)

		# Part 0 or 1 of UDP behind an empty header with destination options, which
		# belongs to what is fragmented
		def frag6(part, ident):
		    part, ident = int(part), int(ident)
		    whole = bytes.fromhex("1100010400000000")
		    whole += struct.pack("!HHHH", 1234, 9, 8 + 32, 0) + bytes(32)
		    data = whole[24 * part:][:24]
		    frag = struct.pack("!BBHI", 60, 0, 24 * part | (not part), ident)
		    return NO_OFFLOAD + B + A + b"\x86\xdd" + struct.pack(
		        "!IHBB", 6 << 28, len(frag + data), 44, 64) + A6 + B6 + frag + data

		def syn(port):
		    return NO_OFFLOAD + A + B + ip4(B4, A4, 6, struct.pack(
		        "!HHIIBBHHH", 5001, int(port), 1, 0, 0x50, 2, 1000, 0, 0))

		# A's port 5010 and B's port 9, the flags as a number
		def tcp(who, flags):
		    ends = (A, B, B4, A4, 9, 5010) if who == "b" else (B, A, A4, B4, 5010, 9)
		    return NO_OFFLOAD + ends[0] + ends[1] + ip4(ends[2], ends[3], 6, struct.pack(
		        "!HHIIBBHHH", ends[4], ends[5], 1, 0, 0x50, int(flags), 1000, 0, 0))

		# What B would send to ping A, from that MAC
		def as_b(ident, mac):
		    icmp = struct.pack("!BBHHH", 8, 0, 0, int(ident), 1)
		    icmp = icmp[:2] + struct.pack("!H", fold(icmp) ^ 0xffff) + icmp[4:]
		    return NO_OFFLOAD + A + bytes.fromhex(mac) + ip4(B4, A4, 1, icmp + bytes(10))

		def from_b():
		    return NO_OFFLOAD + bytes.fromhex("020000000009") + B + b"\x90\0" + bytes(46)

		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		s.setsockopt(263, 15, 1)	# PACKET_VNET_HDR
		s.bind(("eth0", 0))
		s.send(globals()[sys.argv[1]](*sys.argv[2:]))
	PY
}

listen()
{
	spawn in_ns "$B" socat -u "UDP4-RECV:$1" "CREATE:$tap_dir/said.$1"
	busywait 10 in_ns "$B" sh -c "ss -Hlun sport = :$1 | grep -q ." || bail "no listener"
}

# said PORT: how often B has heard something there
said() { grep -ac hello "$tap_dir/said.$1"; }
heard() { [ "$(said "$1")" = "$2" ]; }

dropped() { [ "$(drops bad_csum)" = "$1" ]; }

# refused TEXT START OFFSET
refused()
{
	if ! raw "$A" csum 80 "$2" "$3" 2> /dev/null; then
		skip "a checksum for $1 is refused" "this kernel sends no such frame"
		return
	fi
	bad=$((bad + 1))
	check "a checksum for $1 is refused" busywait 5 dropped $bad
}

setup_ns A B
add_guest "$A" tapa 192.0.2.1/24 2001:db8::1/64
add_guest "$B" tapb 192.0.2.2/24 2001:db8::2/64
ip -n "$A" link set eth0 address 02:00:00:00:00:01
ip -n "$B" link set eth0 address 02:00:00:00:00:02
lan bridge br0 tapa tapb
ethtool -K tapb tx off > /dev/null
plane
inline_node fw1 1 s1
chain c1 s1 id 1
$SP path add sp0 100 reverse 101 chain c1 nodes fw1
proxy tapa
listen 22
listen 80
pings "$A" 192.0.2.2

# Checksums
raw "$A" csum 80 34 2
check "without rules: port 22 is written over port 80" busywait 5 heard 22 1
$SP rule add sp0 prio 10 dir out proto udp dport 22 drop
bad=0
refused "the port" 34 2
refused "the port, summed up from the IP header on" 14 22
refused "the destination address" 14 16
raw "$A" csum 80 34 6
check "a checksum in its place is not" busywait 5 heard 80 1
raw "$A" csum 80 42 0
check "nor is one within the payload" busywait 5 heard 80 2
check_eq "nothing came to port 22" "$(said 22)" 1
$SP rule del sp0 prio 10

# Fragments
$SP rule add sp0 prio 10 dir any proto udp dport 9 chain c1
raw "$A" frag6 0 77
raw "$A" frag6 1 77
given() { [ "$(sent fw1 out)" = "$1" ]; }
check "both fragments went to the node" busywait 5 given 2
check_eq "as one flow" "$(flows action chain)" 1
back() { [ "$(returned fw1 out)" = "$1" ]; }
check "and came back from it" busywait 5 back 2
$SP rule del sp0 prio 10

# The accomplice
$SP rule add sp0 prio 10 dir any proto tcp chain c1
spawn in_ns "$B" socat -u TCP4-LISTEN:5001,fork OPEN:/dev/null
busywait 10 in_ns "$B" sh -c "ss -Hltn sport = :5001 | grep -q ." || bail "no listener"
spawn in_ns "$A" socat -u PIPE TCP4:192.0.2.2:5001,sourceport=5002
there() { [ "$(flows proto tcp)" = 1 ]; }
chained() { [ "$(flows proto tcp action chain)" = 1 ]; }
check "a connection" busywait 10 there
tag=$($SP -o flow show sp0 proto tcp | sed -n 's/.* tag \(0x[0-9a-f]*\) .*/\1/p')
check "is dropped in one direction" \
	"$SP" verdict drop sp0 node fw1 flow tag "$tag" scope forward
note=$(sent fw1 in)
raw "$B" syn 5002
answered() { [ "$(sent fw1 in)" -gt "$note" ]; }
check "a SYN from the other side passes" busywait 5 answered
check_eq "and does not end the drop" \
	"$($SP -o flow show sp0 proto tcp | grep -c "tag $tag ")" 1
$SP rule del sp0 prio 10
$SP flow flush sp0

# No accomplice is needed to have a SYN come from the other side, and the answers
# of a connection that goes on are none to that SYN
$SP rule add sp0 prio 10 dir any proto tcp dport 5001 chain c1
exec {talk}> >(in_ns "$A" socat -u STDIN TCP4:192.0.2.2:5001,sourceport=5004)
check "a connection to a port that a rule names" busywait 10 chained
tag=$($SP -o flow show sp0 proto tcp | sed -n 's/.* tag \(0x[0-9a-f]*\) .*/\1/p')
same() { chained && $SP -o flow show sp0 proto tcp | grep -q "tag $tag "; }
note=$(sent fw1 in)
raw "$B" syn 5004
check "a SYN that no rule chains goes through the node of the connection" \
	busywait 5 answered
check "which stays" same
$SP rule add sp0 prio 5 dir in proto tcp drop
before=$(drops rule)
raw "$B" syn 5004
shot() { [ "$(drops rule)" -gt "$before" ]; }
check "a SYN that a rule drops is dropped" busywait 5 shot
note=$(sent fw1 out)
echo x >&$talk
talks() { [ "$(sent fw1 out)" -gt "$note" ]; }
check "the connection goes on: through the node" busywait 5 talks
check "as the same" same
$SP rule del sp0 prio 5
chain c4 s1 id 4
$SP path add sp0 400 reverse 401 chain c4 nodes fw1
$SP rule add sp0 prio 20 dir in proto tcp chain c4
raw "$B" syn 5004
anew() { there && ! $SP -o flow show sp0 proto tcp | grep -q "tag $tag "; }
check "a SYN that is for another chain begins another one" busywait 5 anew
# Nor where the rules are to be asked anew anyway
$SP rule add sp0 prio 999 proto udp dport 1 drop
ruled() { [ "$(flows proto tcp chain c1)" = 1 ]; }
echo x >&$talk
check "what the guest goes on to say does not fit that: by the rule that comes first" \
	busywait 5 ruled
exec {talk}>&-
for prio in 999 20 10; do $SP rule del sp0 prio $prio; done
$SP path del sp0 400
$SP chain del sp0 c4
$SP flow flush sp0

# A stray answer makes the rules drop what a SYN has begun: not the next SYN
$SP rule add sp0 prio 10 dir in proto tcp drop
$SP rule add sp0 prio 20 dir out proto tcp chain c1
note=$(sent fw1 out)
raw "$A" tcp a 2
check "a SYN by the second rule" busywait 5 talks
before=$(drops rule)
raw "$B" tcp b 16
check "an ACK that does not answer it, by the first" busywait 5 shot
note=$(sent fw1 out)
raw "$A" tcp a 2
check "the next SYN is asked for itself" busywait 5 talks
for prio in 10 20; do $SP rule del sp0 prio $prio; done

# The address of another
$SP proxy add pp1 plane sp0 guest tapb
defer ip link del pp1
ip link set pp1 up
inline_node fw2 2 s2 macs keep
echo_node n3 3 s3 context zero
for n in 2 3; do chain c$n s$n; done
$SP path add sp0 200 reverse 201 chain c2 nodes fw2
$SP path add sp0 300 reverse 301 chain c3 nodes n3
raw "$A" from_b
for node in fw2 n3; do
	$SP rule add sp0 prio 10 dir any proxy pp1 proto icmp chain c${node: -1}
	check "B is not disturbed by A: $node" pings "$B" 192.0.2.1
	check "B is not disturbed by A: $node returned its frames" \
		test "$(returned $node out)" -gt 0 -a "$(returned $node in)" -gt 0
	$SP rule del sp0 prio 10
	$SP flow flush sp0
done

# pings_a ID: one echo request of B
pings_a() { in_ns "$B" ping -q -n -c 1 -W 1 -e "$1" 192.0.2.1; }
# delivered: frames that pp0 has put back at A's tap, as if A had sent them
delivered()
{
	$SP -s -j proxy show pp0 | python3 -c 'import json, sys
print(json.load(sys.stdin)[0]["guests"][0]["stats64"]["out"]["returned"]["packets"])'
}
came_back() { [ "$(returned "$1" out)" -gt "$2" ]; }
lost_for() { [ "$(drops "$1")" -gt "$2" ]; }

# The key of another: only one of them may use such a node
for node in fw2 n3; do
	$SP rule add sp0 prio 10 dir any proto icmp chain c${node: -1}
	note=$(returned $node out)
	raw "$A" as_b 21 020000000002
	check "A says what B would: $node" busywait 5 came_back $node "$note"
	note=$(delivered) drops=$(drops node_no_context)
	pings_a 21
	check "B, who then says it itself, is refused: $node" \
		busywait 5 lost_for node_no_context "$drops"
	check_eq "B's frames are not put in at A: $node" "$(delivered)" "$note"
	$SP flow flush sp0 port tapa
	check "without A's record B's pass: $node" busywait 5 pings_a 21

	# A has a record with another MAC, and takes B's when B has one
	raw "$A" as_b 22 020000000009
	check "B has the key that A has with another MAC: $node" busywait 5 pings_a 22
	note=$(delivered) drops=$(drops node_no_context)
	raw "$A" as_b 22 020000000002
	check "A is refused with it: $node" busywait 5 lost_for node_no_context "$drops"
	check_eq "none is put in at A: $node" "$(delivered)" "$note"
	check "B goes on: $node" busywait 5 pings_a 22
	$SP rule del sp0 prio 10
	$SP flow flush sp0
done
