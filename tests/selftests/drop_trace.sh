#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Frames that cannot be judged, from and for whom is closed: each ends under the
# name of its own reason, in the counter as in the tracepoint, and not in the log.
# Whoever is open is not kept from sending them.
#
#	A eth0 -- tapa [br0] tapb -- eth0 B
#	          | pp0
# vehicle: debug
. "$(dirname "$0")/../topo.sh"
need python3
module

N=20
# bad NAME: sends N frames from A that are refused for that reason
bad()
{
	in_ns "$A" python3 - "$1" $N <<-'PY'
		import socket, struct, sys

		A4, B4 = (socket.inet_aton("10.0.1.%d" % n) for n in (2, 3))
		A, B = (bytes.fromhex("02000000000%d" % n) for n in (1, 2))

		def ip4(data, frag=0, version=4, longer=0, proto=6):
		    head = struct.pack("!BBHHHBBH4s4s", version << 4 | 5, 0,
		                       20 + len(data) + longer, 1, frag, 64, proto, 0, A4, B4)
		    n = sum(struct.unpack("!10H", head))
		    while n >> 16:
		        n = (n & 0xffff) + (n >> 16)
		    return b"\x08\0" + head[:10] + struct.pack("!H", n ^ 0xffff) + head[12:] + data

		frame = {
		    "no_transport": B + A + ip4(b"abc"),
		    "first_frag_short": B + A + ip4(b"ab", 0x2000),
		    "tcp_frag_off1": B + A + ip4(bytes(16), 1),
		    "bad_ip": B + A + ip4(bytes(20), longer=100),
		    "group_mac": b"\x01\0\x5e\0\0\x01" + A + ip4(bytes(8), proto=17),
		}[sys.argv[1]]
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		s.bind(("eth0", 0))
		for _ in range(int(sys.argv[2])):
		    s.send(frame)
	PY
}

# lines TEXT FILE: with TEXT
lines() { grep -cF -- "$1" "$2"; }
counts() { [ "$(drops "$1")" = "$2" ]; }
came() { cat "/sys/class/net/tapb/statistics/tx_packets"; }
through() { [ "$(came)" -ge "$1" ]; }

# Tracepoints change the kernel's code; where that is emulated on two CPUs, the
# vehicle has stood still after the last point
[ "$SVCPLANE_VEHICLE" != stock ] || skip_all "code is not changed on an emulated machine"
trace=/sys/kernel/tracing
mountpoint -q $trace || mount -t tracefs none $trace 2> /dev/null
[ -d $trace/events/svcplane/svp_drop ] || skip_all "no tracefs"
setup_ns A B
add_guest "$A" tapa 10.0.1.2/24
add_guest "$B" tapb 10.0.1.3/24
ip -n "$A" link set eth0 address 02:00:00:00:00:01
ip -n "$B" link set eth0 address 02:00:00:00:00:02
lan bridge br0 tapa tapb
plane
proxy tapa
pings "$A" 10.0.1.3 || bail "no way"
reasons="no_transport first_frag_short tcp_frag_off1 bad_ip group_mac"
for reason in $reasons; do
	seen=$(came)
	bad "$reason"
	check "$reason: of an open guest it passes" busywait 5 through $((seen + N))
	check_eq "$reason: of an open guest none is dropped" "$(drops "$reason")" 0
done

$SP rule add sp0 prio 10 proto udp dport 9 drop
echo 1 > $trace/events/svcplane/svp_drop/enable
defer sh -c "echo 0 > $trace/events/svcplane/svp_drop/enable"
log=$(dmesg | wc -l)
seen=$(came)
for reason in $reasons; do
	echo > $trace/trace
	bad "$reason"
	check "$reason: the counter" busywait 5 counts "$reason" $N
	check_eq "$reason: the tracepoint tells as many" \
		"$(lines "dev=tapa" $trace/trace) $(lines " reason=$reason" $trace/trace)" "$N $N"
done
# The hosts look for each other now and then
check "nothing of it came through" more $((seen + N)) "$(came)"
check_eq "nor is it in the log" "$(dmesg | wc -l)" "$log"
