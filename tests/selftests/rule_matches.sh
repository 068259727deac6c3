#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What a rule can ask of a frame, IPv4 and IPv6: for each match, frames that have
# what it asks for, which its chain gets, and frames that differ in that alone,
# which fall to the rule behind it. And when it is asked: for answers as well, and
# again for another connection in the place of one.
#
#	A eth0 -- tapa [br0, 10.0.1.1] tapb -- eth0 B
#	          | pp0; nft in front of it sets marks
#	         sp0: fw1, a Linux bridge between two legs
# vehicle: debug
. "$(dirname "$0")/../topo.sh"
need python3 nft
module

A=02:00:00:00:00:0a B=02:00:00:00:00:0b
port=1000 names=() wanted=() chained=0

# frames FILE LIST: the frames of a list, parted by "/", to this port
frames()
{
	local list

	IFS=/ read -ra list <<< "$2"
	printf "dport=$port %s\n" "${list[@]}" >> "$tap_dir/frames.$1"
	n=${#list[@]}
}

# asks NAME MATCH HITS MISSES [FILE [FILE]]: on a port of its own, which two rules
# ask for, the second for protocol $behind; hits and misses go to these files
asks()
{
	port=$((port + 1))
	cat >> "$tap_dir/rules" <<-END
		rule add sp0 prio $port dport $port $2 chain c1
		rule add sp0 prio $((port + 1000)) dir any proto ${behind:-udp} dport $port bypass
	END
	names[port]=$1
	frames "${5:-out}" "$3"
	wanted[port]=$n
	chained=$((chained + n))
	frames "${6:-${5:-out}}" "$4"
	wanted[port + 1000]=$n
}

# alone NAME MATCH HITS MISSES: without a port, for frames that no other rule names
alone()
{
	port=$((port + 1))
	echo "rule add sp0 prio $port dir out $2 chain c1" >> "$tap_dir/rules"
	names[port]=$1
	frames out "$4"
	frames out "$3"
	wanted[port]=$n wanted[port + 1000]=0
	chained=$((chained + n))
}

# send NS SMAC DMAC: frames as they are told on standard input: to nobody's address at
# the other's MAC, UDP, each with a source port of its own, where nothing else is said
send()
{
	in_ns "$1" python3 -c '
import socket, struct, sys
def mac(text):
    return bytes.fromhex(text.replace(":", ""))
def frame(n, dport, smac, dmac, v="4", src=None, dst=None, sport=0, proto=17, vlan=None, et=None,
          flags="2"):
    tag = struct.pack("!HH", 0x8100, int(vlan)) if vlan else b""
    head = mac(dmac) + mac(smac) + tag
    if et:
        return head + struct.pack("!H", int(et, 16)) + bytes(46)
    ports = struct.pack("!HH", int(sport) or 10000 + n, int(dport))
    if int(proto) == 6:
        data = ports + struct.pack("!IIHHHH", 1, 0, 0x5000 | int(flags, 16), 1000, 0, 0)
    else:
        data = ports + struct.pack("!HH", 8, 0)
    if v == "6":
        return (head + struct.pack("!HIHBB", 0x86dd, 6 << 28, len(data), int(proto), 64) +
                b"".join(socket.inet_pton(socket.AF_INET6, a)
                         for a in (src or "fd00:1::2", dst or "fd00:1::9")) + data)
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(data), n, 0, 64, int(proto), 0,
                     *(socket.inet_aton(a) for a in (src or "10.0.1.2", dst or "10.0.1.9")))
    total = sum(struct.unpack("!10H", ip))
    total = (total & 0xffff) + (total >> 16)
    return head + b"\x08\x00" + ip[:10] + struct.pack("!H", total ^ 0xffff) + ip[12:] + data
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
wire.bind(("eth0", 0))
for n, line in enumerate(sys.stdin):
    words = {"smac": sys.argv[1], "dmac": sys.argv[2]}
    words.update(word.split("=") for word in line.split())
    wire.send(frame(n, **words))
' "${@:2}"
}

# host_sends: datagrams of this host to the guest, with marks
host_sends()
{
	python3 -c '
import socket, sys
for line in sys.stdin:
    words = dict(word.split("=") for word in line.split())
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.setsockopt(socket.SOL_SOCKET, 36, int(words["mark"], 16))	# SO_MARK
    udp.sendto(b"x", ("10.0.1.9", int(words["dport"])))
'
}

# decided: what each rule has decided, by its priority
decided()
{
	local words i prio

	while read -ra words; do
		for ((i = 0; i < ${#words[@]}; i++)); do
			case ${words[i]} in
			prio)	prio=${words[i + 1]} ;;
			decided) got[prio]=${words[i + 1]} ;;
			esac
		done
	done < <($SP -s -o rule show sp0)
}

setup_ns GUEST PEER
add_guest "$GUEST" tapa 10.0.1.2/24
add_guest "$PEER" tapb 10.0.1.3/24
for ns in "$GUEST" "$PEER"; do in_ns "$ns" sysctl -qw net.ipv6.conf.all.disable_ipv6=1; done
ip -n "$GUEST" link set eth0 address $A
ip -n "$PEER" link set eth0 address $B
lan bridge br0 tapa tapb
ip address add 10.0.1.1/24 dev br0
ip neigh add 10.0.1.9 lladdr $A dev br0
pings "$GUEST" 10.0.1.1 || bail "no network"
nft -f - <<-END || bail "no nft"
	table netdev t {
		chain c {
			type filter hook ingress device tapa priority 0
			meta mark set th sport map { 71: 0x17, 72: 0x27, 73: 0x18, 74: 0x10017 }
		}
	}
END
defer nft delete table netdev t
plane
inline_node fw1 1 s1
chain c1 s1
$SP path add sp0 100 reverse 101 chain c1 nodes fw1
cat > "$tap_dir/rules" <<-END
	group add sp0 nets members 10.2.0.0/16,fd00:2::/32,10.3.0.1
	group add sp0 macs members 02:00:00:00:01:01,02:00:00:00:01:02
END

asks "src, IPv4" "proto udp src 10.0.2.0/25" \
	"src=10.0.2.0/src=10.0.2.127" "src=10.0.2.128/src=10.0.1.255/v=6"
asks "src, IPv6" "proto udp src fd00:2::/65" \
	"v=6 src=fd00:2::1/v=6 src=fd00:2::7fff:ffff:ffff:ffff" \
	"v=6 src=fd00:2::8000:0:0:0/v=6 src=fd00:1:ffff::/src=10.0.2.1"
asks "dst, IPv4" "proto udp dst 10.0.2.8/31" \
	"dst=10.0.2.8/dst=10.0.2.9" "dst=10.0.2.10/dst=10.0.2.7/src=10.0.2.8"
asks "dst, IPv6" "proto udp dst fd00:3::8" "v=6 dst=fd00:3::8" \
	"v=6 dst=fd00:3::9/v=6 src=fd00:3::8"
asks "source ports" "proto udp sport 10,20-30,65535" \
	"sport=10/sport=20/sport=30/sport=65535/v=6 sport=25" \
	"sport=9/sport=11/sport=19/sport=31/sport=65534/v=6 sport=31"
behind=tcp asks "source ports of TCP" "proto tcp sport 20-30" \
	"proto=6 sport=20/v=6 proto=6 sport=30" "proto=6 sport=31/v=6 proto=6 sport=19"
asks "the protocol" "proto tcp" "proto=6/v=6 proto=6" "proto=17/v=6 proto=17"
asks "the family, IPv4" "proto udp family ipv4" "v=4" "v=6"
asks "the family, IPv6" "proto udp family ipv6" "v=6" "v=4"
asks "the ethertype of IP" "proto udp ethertype ipv6" "v=6" "v=4"
asks "the VLAN" "proto udp vlan 5" "vlan=5/v=6 vlan=5" "vlan=6/v=6 vlan=4/v=4/v=6"
asks "smac" "proto udp smac 02:00:00:00:02:01" \
	"smac=02:00:00:00:02:01/v=6 smac=02:00:00:00:02:01" \
	"smac=02:00:00:00:02:02/v=6/dmac=02:00:00:00:02:01"
asks "dmac" "proto udp dmac 02:00:00:00:02:03" \
	"dmac=02:00:00:00:02:03/v=6 dmac=02:00:00:00:02:03" "dmac=02:00:00:00:02:02/v=6"
asks "a group of prefixes as source" "proto udp src-group nets" \
	"src=10.2.3.4/v=6 src=fd00:2:3::4/src=10.3.0.1" \
	"src=10.3.0.2/v=6 src=fd00:3::1/dst=10.2.3.4"
asks "a group of prefixes as destination" "proto udp dst-group nets" \
	"dst=10.2.3.4/v=6 dst=fd00:2:3::4" "dst=10.4.0.1/v=6/src=10.2.3.4"
asks "a group of MACs as source" "proto udp src-group macs" \
	"smac=02:00:00:00:01:01/v=6 smac=02:00:00:00:01:02" \
	"smac=02:00:00:00:01:03/v=6/dmac=02:00:00:00:01:01"
asks "a group of MACs as destination" "proto udp dst-group macs" \
	"dmac=02:00:00:00:01:01/v=6 dmac=02:00:00:00:01:02" "dmac=02:00:00:00:01:03/v=6"
asks "a mark" "proto udp mark 0x17" "sport=71/v=6 sport=71" "sport=72/v=6 sport=73/sport=74/v=4"
asks "some bits of a mark" "proto udp mark 0x7/0xf" \
	"sport=71/v=6 sport=72/sport=74" "sport=73/v=6 sport=73/v=4"
asks "the mark that the host gives" "proto udp dir in mark 0x17" "mark=0x17" "mark=0x18/mark=0" host
asks "frames from the guest" "proto udp dir out" "v=4/v=6" "v=4/v=6" out in
asks "frames to the guest" "proto udp dir in" "v=4/v=6" "v=4/v=6" in out
alone "ARP" "ethertype arp smac 02:00:00:00:03:01" "et=0806 smac=02:00:00:00:03:01" \
	"et=0806/et=8035 smac=02:00:00:00:03:01"
# From the port that a rule for frames to the guest names
port=$((port + 1))
cat >> "$tap_dir/rules" <<-END
	rule add sp0 prio $port dir in proto tcp dport $port chain c1
	rule add sp0 prio $((port + 1000)) dir out proto tcp sport $port bypass
END
names[port]="what may be an answer is asked for as its question, a SYN is not"
answer="proto=6 sport=$port dport"
frames out "$answer=1 flags=10/$answer=2 flags=12/v=6 $answer=3 flags=11"
wanted[port]=$n
chained=$((chained + n))
frames out "$answer=4 flags=2/v=6 $answer=5 flags=2"
wanted[port + 1000]=$n
alone "frames that are not IP" "ethertype 0x88b5" "et=88b5/et=88b5 vlan=5" "et=88b6/et=0806"

check "the rules" "$SP" -atomic modify -b "$tap_dir/rules"
proxy tapa
send "$GUEST" $A $B < "$tap_dir/frames.out" || bail "no frames"
send "$PEER" $B $A < "$tap_dir/frames.in" || bail "no frames"
host_sends < "$tap_dir/frames.host" || bail "no frames"
got=()
decided
for port in "${!names[@]}"; do
	check_eq "${names[port]}: hits and misses" "${got[port]} ${got[port + 1000]:-0}" \
		"${wanted[port]} ${wanted[port + 1000]}"
done

# Connections of one tuple between addresses of nobody: each is decided by the rule
# for its direction
$SP -b - <<-END
	rule add sp0 prio 3000 dir out proto tcp dport 3000 chain c1
	rule add sp0 prio 3001 dir in proto tcp sport 3000 bypass
END
outward() { printf "src=10.0.1.7 proto=6 sport=7 dport=3000 flags=%s\n" "$@" | send "$GUEST" $A $B; }
inward() { printf "src=10.0.1.9 dst=10.0.1.7 proto=6 sport=3000 dport=7 flags=%s\n" "$@" | send "$PEER" $B $A; }
each_decided() { got=(); decided; [ "${got[3000]} ${got[3001]}" = "$*" ]; }
outward 2 2
check "a connection is decided once" busywait 5 each_decided 1 0
inward 12 2
check "a SYN against its direction is asked for: it would leave the chain" \
	busywait 5 each_decided 1 1
inward 2 14 2
check "so the connection stays, and each SYN is asked for" busywait 5 each_decided 1 3
# and what the hosts answer to them by themselves now and then
check "all hits were given to the node" \
	test "$(($(sent fw1 out) + $(sent fw1 in)))" -ge "$chained"
