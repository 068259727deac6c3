#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# tcpdump on a port proxy, or on its plane, shows the frames between the hops with
# their NSH, though nodes that are not NSH-aware get none: all of them as sent by the
# device, and frames that are not segmented yet as they are.
#
#	A eth0 -- tapa [br0] tapb -- eth0 B
#	          | pp0
#	         sp0: fw1, fw2, Linux bridges between two legs
# vehicle: debug
. "$(dirname "$0")/../topo.sh"
need python3 tcpdump socat
module

# hops FILE: SPI/SI of each frame with NSH and IPv4, "+" if it is longer than a segment
hops()
{
	python3 - "$1" <<-'PY'
		import struct, sys
		data = open(sys.argv[1], "rb").read()
		off, shown = 24, []
		while off < len(data):
		    n = struct.unpack("=I", data[off + 8:off + 12])[0]
		    frame = data[off + 16:off + 16 + n]
		    off += 16 + n
		    if frame[12:14] != bytes.fromhex("894f"):
		        shown.append("other")
		        continue
		    path = struct.unpack(">I", frame[18:22])[0]
		    inner = frame[14 + 24:]
		    if inner[12:14] == bytes.fromhex("0800"):
		        shown.append("%d/%d%s" % (path >> 8, path & 255, "+" if n > 1600 else ""))
		print(*shown)
	PY
}

shows() { [[ " $(hops "$1") " = *" $2 "* ]]; }

# watch DEV WANT CMD...: what tcpdump sees DEV send meanwhile is in $seen, once WANT
# is in it
watch()
{
	local spawned file=$tap_dir/pcap.$1

	spawn tcpdump -U -Q out -ni "$1" -w "$file"
	busywait 10 grep -q 'listening on' "$spawned_out" || bail "no tcpdump"
	"${@:3}" || bail "no traffic"
	busywait 5 shows "$file" "$2"
	kill -INT "$spawned"
	busywait 5 grep -q 'captured' "$spawned_out"
	seen=$(hops "$file")
}

setup_ns A B
add_tap_guest "$A" tapa 192.0.2.1/24 2001:db8::1/64
add_guest "$B" tapb 192.0.2.2/24 2001:db8::2/64
lan bridge br0 tapa tapb
plane
inline_node fw1 1 s1
inline_node fw2 2 s2
chain c1 s1,s2
$SP path add sp0 100 reverse 101 chain c1 nodes fw1,fw2
$SP rule add sp0 prio 100 dir any proto icmp chain c1
proxy tapa
pings "$A" 192.0.2.2 || bail "no ping through the chain"

once="100/255 100/254 100/254 100/253 101/255 101/254 101/254 101/253"
watch pp0 101/253 pings "$A" 192.0.2.2
# the host's own stack may speak on the device, too
check_eq "given and returned at each hop, there and back, on the proxy" "${seen// other/}" "$once"
watch sp0 101/253 pings "$A" 192.0.2.2
check_eq "and on the plane" "${seen// other/}" "$once"
watch fw1l other pings "$A" 192.0.2.2
check_eq "the node itself gets no NSH" "$(tr ' ' '\n' <<< "$seen" | sort -u)" other

serve "$A" 5001 100000
$SP rule add sp0 prio 99 dir any proto tcp dport 5001 chain c1
watch pp0 100/253+ receives "$B" 192.0.2.1 5001
check_eq "frames that are not segmented yet are shown whole, given and returned" \
	"$(tr ' ' '\n' <<< "$seen" | grep -F + | sort -u | xargs)" "100/253+ 100/254+ 100/255+"
