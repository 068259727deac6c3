#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Frames of a guest through nodes at other hosts and back; verdicts from there; what
# does not fit; and what an underlay may send that is not taken. Three hosts as
# network namespaces, their planes joined by an Ethernet that floods.
#
#	A -- a0 [br0] b0 -- B	host 1: sp0, pp0 on a0; mid (inline)  --+
#	fw1 (inline), v1 (vlan)	host 2: sp0 ----------------------------+-- wire
#	ids1, nat1 (nsh), tap1	host 3: sp0 ----------------------------+
# timeout: 400
# vehicle: debug
. "$(dirname "$0")/../nsh.sh"
need socat tc python3 jq
module

# --- hosts ------------------------------------------------------------------
# at N: what follows is done at host N
at()
{
	local ns=H$1

	HERE=${!ns}
	SP="svcplane -n $HERE"
}

# shellcheck disable=SC2317 # by the functions of topo.sh
ip()
{
	case $1 in
	-n|netns) command ip "$@" ;;
	*) command ip -n "$HERE" "$@" ;;
	esac
}

# shellcheck disable=SC2317
tapwire() { nsenter --net="/run/netns/$HERE" -- tapwire "$@"; }

# host N: its plane, with a key, and its end of the wire
host()
{
	at "$1"
	ip link add up0 mtu 1600 type veth peer name "h$1" netns "$WIRE"
	ip -n "$WIRE" link set "h$1" mtu 1600 master wire up
	plane
	(umask 077; svcplane genkey > "$tap_dir/key$1")
	$SP plane set sp0 tenant 7 host-id "$1" private-key "$tap_dir/key$1" ||
		bail "no host id"
	ip link set up0 master sp0 || bail "no uplink"
	ip link set up0 up
}

# everywhere ARG...: at each host
everywhere()
{
	local n

	for n in 1 2 3; do
		at $n
		$SP "$@" || bail "$* refused at host $n"
	done
}

# known NAME OWNER ARG...: the node is made where it is not
known()
{
	local n

	for n in 1 2 3; do
		[ $n = "$2" ] && continue
		at $n
		$SP node add sp0 "$1" hosts "$2" "${@:3}" || bail "no node $1 at host $n"
	done
}

meet()
{
	local n m

	for n in 1 2 3; do
		for m in 1 2 3; do
			[ $n = $m ] && continue
			at $n
			$SP host add sp0 $m name hv$m \
				public-key "$(svcplane pubkey < "$tap_dir/key$m")" ||
				bail "host $m not listed at $n"
		done
	done
}

is_up() { $SP node show sp0 "$1" | grep -qw up; }
all_up()
{
	local n node

	for n in 1 2 3; do
		at $n
		for node in fw1 v1 ids1 tap1 mid nat1; do is_up $node || return 1; done
	done
	at 1
}

drops_at() { (at "$1"; drops "$2"); }
more_at() { more "$(drops_at "$1" "$2")" "$3"; }

# grows HOST REASON DO...: DO lets drops for that reason grow there
grows()
{
	local host=$1 reason=$2 before

	before=$(drops_at "$host" "$reason")
	shift 2
	"$@" > /dev/null 2>&1
	busywait 5 more_at "$host" "$reason" "$before"
}

# stat_at HOST NODE WORD: of its verdicts
stat_at()
{
	(at "$1"; $SP -s node show sp0 "$2") |
		awk -v w="$3" '$1 == "verdicts" { for (i = 2; i < NF; i++) if ($i == w) print $(i + 1) }'
}
stat_is() { [ "$(stat_at "$1" "$2" "$3")" = "$4" ]; }

setup_ns H1 H2 H3 WIRE A B
ip -n "$WIRE" link add wire type bridge mcast_snooping 0 ageing_time 0
ip -n "$WIRE" link set wire promisc on up
ip -n "$WIRE" link add evil mtu 1600 type veth peer name evilp
ip -n "$WIRE" link set evilp mtu 1600 master wire up
ip -n "$WIRE" link set evil up
for n in 1 2 3; do host $n; done
meet

# --- nodes ------------------------------------------------------------------
everywhere service add sp0 s1 originates
for s in 2 3 4 5; do everywhere service add sp0 s$s; done
everywhere service add sp0 s6 rewrites
at 2
inline_node fw1 1 s1 hosts 2
setup_ns NS_V1
add_guest "$NS_V1" v1
tc -n "$NS_V1" qdisc add dev eth0 clsact
tc -n "$NS_V1" filter add dev eth0 ingress matchall action mirred egress redirect dev eth0
$SP node add sp0 v1 id 2 service s3 mode vlan dev v1 hosts 2 || bail "no vlan node"
at 3
echo_node ids1 3 s2 hosts 3
nsh_node nat1 6 s6 "$BADLY" -i eth0 --translate 192.0.2.1=192.0.2.77 -- hosts 3
setup_ns NS_TAP1
add_guest "$NS_TAP1" tap1
$SP node add sp0 tap1 id 4 service s4 mode tap dev tap1 hosts 3 || bail "no tap node"
at 1
inline_node mid 5 s5 hosts 1
known fw1 2 id 1 service s1 mode inline dev fw1l egress fw1r
known v1 2 id 2 service s3 mode vlan dev v1
known ids1 3 id 3 service s2 mode nsh dev ids1
known tap1 3 id 4 service s4 mode tap dev tap1
known nat1 3 id 6 service s6 mode nsh dev nat1
known mid 1 id 5 service s5 mode inline dev midl egress midr

everywhere chain add sp0 one id 1 services s1
everywhere chain add sp0 two id 2 services s1,s2
everywhere chain add sp0 back id 3 services s1,s2,s3
everywhere chain add sp0 all id 4 services s1,s4,s2,s3
everywhere chain add sp0 home id 5 services s1,s5,s2
everywhere chain add sp0 ids id 6 services s2
everywhere chain add sp0 nat id 7 services s1,s6
everywhere chain add sp0 mute id 8 services s2,s3
everywhere path add sp0 800 reverse 801 chain mute nodes ids1,v1
everywhere path add sp0 700 reverse 701 chain nat nodes fw1,nat1
everywhere path add sp0 100 reverse 101 chain one nodes fw1
everywhere path add sp0 200 reverse 201 chain two nodes fw1,ids1
everywhere path add sp0 300 reverse 301 chain back nodes fw1,ids1,v1
everywhere path add sp0 400 reverse 401 chain all nodes fw1,tap1,ids1,v1
everywhere path add sp0 500 reverse 501 chain home nodes fw1,mid,ids1
everywhere path add sp0 600 reverse 601 chain ids nodes ids1
check "all nodes are up at all hosts" busywait 20 all_up

# --- guests -----------------------------------------------------------------
at 1
B4=192.0.2.2
add_tap_guest "$A" a0 192.0.2.1/24 2001:db8::1/64
add_guest "$B" b0 192.0.2.2/24 2001:db8::2/64
ip -n "$A" link add link eth0 name eth0.7 up type vlan id 7
ip -n "$A" address add 198.51.100.1/24 dev eth0.7
ip -n "$B" link add link eth0 name eth0.7 up type vlan id 7
ip -n "$B" address add 198.51.100.2/24 dev eth0.7
lan bridge br0 a0 b0
serve "$A" 5001 300000
serve "$B" 5002 300000
proxy a0
IFACE=$($SP -j proxy show pp0 | jq '.[0].id')

use() { $SP rule add sp0 prio 100 dir any proto "$2" chain "$1"; }
unuse() { $SP rule del sp0 prio 100; $SP flow flush sp0 > /dev/null; }

for c in one two back all home; do
	use $c icmp
	check "chain $c: a ping" answered 7
	unuse
	use $c tcp
	check "chain $c: TCP from the guest, IPv4" receives "$B" 192.0.2.1 5001
	check "chain $c: TCP to the guest, IPv4" receives "$A" 192.0.2.2 5002
	check "chain $c: IPv6" receives "$A" '[2001:db8::2]' 5002
	check "chain $c: with a VLAN tag" receives "$A" 198.51.100.2 5002
	unuse
done
at 3
check "the tap node has got copies" more "$(sent tap1 out)" 0
at 2
check "a flow of another host is shown with host and interface" \
	more "$(flows host 1 iface "$IFACE" chain back)" 0
check_eq "and not as one of this host" "$(flows host 2)" 0
at 1
for n in 1 2 3; do
	for reason in uplink_peer uplink_owner uplink_flow uplink_stray uplink_hop uplink_ttl \
			uplink_skip nsh_no_hop ret_tag ret_mac ret_alien ret_stale mtu segment \
			node_budget uplink_no_route; do
		check_eq "host $n: nothing was dropped: $reason" "$(drops_at $n $reason)" 0
	done
done

# --- nodes that rewrite, and that speak themselves ---------------------------
ip -n "$B" neigh add 192.0.2.77 lladdr "$(ip -n "$A" -j link show eth0 | jq -r '.[0].address')" dev eth0
use nat icmp
check "a NAT at another host" answered 21
check_eq "both pairs of addresses are the flow's" "$(flows proto icmp sport 21)" 1
unuse
use nat tcp
check "a NAT at another host: TCP" receives "$A" 192.0.2.2 5002
unuse
refuse()
{
	in_ns "$NS_FW1" nft -f - <<-'END'
		table bridge t {
			chain c {
				type filter hook prerouting priority 0
				tcp dport 81 reject with tcp reset
			}
		}
	END
}
if refuse; then
	spawn in_ns "$B" socat -u TCP-LISTEN:81,fork OPEN:/dev/null
	use one tcp
	check_fail "a node at another host resets a connection" 1 refused \
		in_ns "$A" socat -u OPEN:/dev/null TCP:192.0.2.2:81,connect-timeout=10
	unuse
else
	skip "a node at another host resets a connection" "no nft reject in bridges"
fi

# --- what travels -----------------------------------------------------------
# watch: NSH frames on the wire, a line each in $watched: from to ttl spi si host
# iface skip chain length md-type
watch()
{
	cat > "$tap_dir/watch.py" <<-'PY'
		import socket, struct
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
		s.bind(("wire", 0))
		print("ready", flush=True)
		while True:
		    f = s.recv(65536)
		    if f[12:14] != b"\x89\x4f" or f[17] != 3:
		        continue
		    w, md, nxt, path = struct.unpack(">HBBI", f[14:22])
		    at = 22 if md == 1 else 26
		    c = struct.unpack(">IIII", f[at:at + 16])
		    print(f[8] << 8 | f[9], f[2] << 8 | f[3], w >> 6 & 63, path >> 8, path & 255,
		          c[0] >> 16 & 0xfff, c[0] & 0xffff, c[2] >> 16, c[2] & 0xffff, len(f), md, flush=True)
	PY
	spawn in_ns "$WIRE" python3 "$tap_dir/watch.py"
	watched=$spawned_out
	busywait 10 contains "$watched" ready || bail "nobody watches"
}
saw() { busywait 5 contains "$watched" "$1"; }

watch
use back icmp
ask 8
check "to the first node: from host 1 to 2, TTL 62" saw "1 2 62 300 255 1 $IFACE 0 3 "
check "on to host 3: each host it comes in to takes a TTL" saw "2 3 60 300 254 1 $IFACE 0 3 "
check "back to host 2" saw "3 2 58 300 253 1 $IFACE 0 3 "
check "home" saw "2 1 56 300 252 1 $IFACE 0 3 "
check "the answer: the other way round" saw "1 2 62 301 255 1 $IFACE 0 3 "
check "its end" saw "2 1 56 301 252 1 $IFACE 0 3 "
unuse
use home icmp
ask 8
check "a node of this host in between: there and back" saw "2 1 60 500 254 1 $IFACE 0 5 "
check "and on" saw "1 3 58 500 253 1 $IFACE 0 5 "
unuse
biggest() { awk 'NF == 11 && $10 > n { n = $10 } END { print n }' "$watched"; }
use two tcp
receives "$B" 192.0.2.1 5001
check "GSO frames of the guest go in segments" test "$(biggest)" -le 1556 -a "$(biggest)" -gt 1500
unuse

# --- too big ----------------------------------------------------------------
forget_sizes()
{
	in_ns "$A" ip route flush cache
	in_ns "$A" ip -6 route flush cache
}

use two icmp
ip link set up0 mtu 1400
too_big() { in_ns "$A" ping -n -c 3 -i 0.3 -W 1 -M 'do' -s 1400 "$1" 2>&1 | tee "$tap_dir/big" | grep -qi "mtu *[=:] *$2"; }
check "too big for the uplink, IPv4: the guest is told 1400 - 38" too_big 192.0.2.2 1362
unuse
use two icmpv6
check "IPv6" too_big 2001:db8::2 1362
unuse
forget_sizes
use two tcp
check "TCP finds its size, IPv4" receives "$B" 192.0.2.1 5001
check "IPv6" receives "$B" '[2001:db8::1]' 5001
check "and to the guest" receives "$A" 192.0.2.2 5002
unuse
ip link set up0 mtu 1600
at 2
# a veth takes 4 bytes more than it sends
ip link set up0 mtu 1478
at 1
forget_sizes
use two udp
check "too big for the uplink of a host on the way: counted there" grows 2 mtu \
	in_ns "$A" sh -c 'head -c 1414 /dev/zero | socat -u -b 2000 - UDP:192.0.2.2:9'
unuse
at 2
ip link set up0 mtu 1600
at 1

# --- verdicts ---------------------------------------------------------------
behaves() { program ids1 "$BADLY" -i eth0 "$@"; $SP flow flush sp0 > /dev/null; }
use back icmp
behaves --verdict drop
ask 9
check "a verdict from two hosts away: the frame that it came with passes, the next does not" \
	unanswered 9
check_eq "the flow is dropped at its hook" "$(flows action drop proto icmp sport 9)" 1
check "counted at the host of the node" busywait 5 stat_is 3 ids1 accepted 1
check "and at that of the flow" busywait 5 stat_is 1 ids1 accepted 1
unuse
use two icmp
behaves --verdict drop
ask 14
check "from the last node: the next frame does not pass" unanswered 14
rode() { grep -qE "^3 1 58 200 253 1 $IFACE 0 2 [0-9]+ 2\$" "$watched"; }
check "the verdict has gone with the frame" busywait 5 rode
check "counted at the host of the flow" busywait 5 stat_is 1 ids1 accepted 2
unuse
use back icmp
behaves --verdict drop --md-only
ask 10
check "in a packet of its own" unanswered 10
behaves --verdict skip-node
ask 11
skipped() { ask 11; [ "$(word_of 11 skip)" = 0x4000 ]; }
check "skip-node" busywait 5 skipped
check "the node is left out: from host 2, which has those around it, home" \
	saw "2 1 58 300 252 1 $IFACE 16384 3 "
note_at() { (at 3; sent ids1 out); }
before=$(note_at)
ask 11
check_eq "and gets no more of them" "$(note_at)" "$before"
everywhere node set sp0 ids1 permit skip-node
at 1
behaves --verdict drop
before=$(stat_at 3 ids1 refused)
answered 12
check "not permitted: nothing" answered 12
check "refused where the node is" more "$(stat_at 3 ids1 refused)" "$before"
at 3
$SP node set sp0 ids1 permit drop,skip-node
at 1
before=$(stat_at 1 ids1 refused)
answered 13
refused_here() { ask 13; more "$(stat_at 1 ids1 refused)" "$before"; }
check "permitted there, not at the guest's host: refused here" busywait 5 refused_here
check "and nothing" answered 13
everywhere node set sp0 ids1 permit drop,skip-node
at 1
behaves
unuse

# --- forged -----------------------------------------------------------------
# forge HOST [FIELD=VALUE...]: a frame to that host; by default one for fw1
forge()
{
	cat > "$tap_dir/forge.py" <<-'PY'
		import socket, struct, sys
		v = dict(src=1, dst=2, spi=100, si=255, ttl=62, md=1, host=1, iface=77, tenant=7,
		         q=0, a=0, skip=0, chain=1, tag=0x55, smac="020000000001", dmac="020000000002",
		         sport=1000, proto=17, bad=0, count=1)
		v["dst"] = int(sys.argv[1])
		for arg in sys.argv[2:]:
		    k, x = arg.split("=")
		    v[k] = x if k.endswith("mac") else int(x, 0)
		def sff(h):
		    return b"\x02\x50" + struct.pack(">H", h) + b"\x00\x00"
		def frame(i):
		    c = struct.pack(">IIII", 0x20000000 | v["host"] << 16 | v["iface"] + i,
		                    v["q"] << 31 | v["tenant"], v["skip"] << 16 | v["chain"],
		                    v["a"] << 31 | v["tag"] + i)
		    if v["md"] == 2:
		        c = b"\xff\xf6\x01\x10" + c
		    nsh = struct.pack(">HBBI", v["ttl"] << 6 | (2 + len(c) // 4), v["md"], 3,
		                      v["spi"] << 8 | v["si"]) + c
		    udp = struct.pack(">HHHH", v["sport"] + i, 9, 8 + 18, 0) + bytes(18)
		    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 200 if v["bad"] else 20 + len(udp), 1, 0, 64,
		                     v["proto"], 0, socket.inet_aton("192.0.2.1"), socket.inet_aton("192.0.2.2"))
		    n = sum(struct.unpack(">10H", ip))
		    ip = ip[:10] + struct.pack(">H", 0xffff - n % 65535) + ip[12:]
		    return (sff(v["dst"]) + sff(v["src"]) + b"\x89\x4f" + nsh + bytes.fromhex(v["dmac"]) +
		            bytes.fromhex(v["smac"]) + b"\x08\x00" + ip + udp)
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		s.bind(("evil", 0))
		for i in range(v["count"]):
		    s.send(frame(i))
	PY
	in_ns "$WIRE" python3 "$tap_dir/forge.py" "$@"
}
given_at() { (at 2; sent fw1 out); }
reaches() { local before; before=$(given_at); forge "$@"; busywait 5 more_given "$before"; }
more_given() { more "$(given_at)" "$1"; }
refused() { check "$1: $3" grows "$2" "$3" forge "$2" "${@:4}"; }

check "what looks right is taken" reaches 2
check "for another host: uplink_other" grows 2 uplink_other forge 3
refused "from nobody" 2 uplink_peer src=9
refused "from a host that is not listed" 2 uplink_peer src=4
refused "MD type 2 without a message" 2 nsh_mdtype md=2
refused "Q" 2 uplink_liveness q=1
refused "A" 2 uplink_liveness a=1
refused "of a host that is not listed" 2 uplink_source host=9
refused "of no interface" 2 uplink_source iface=0
refused "unknown SPI" 2 nsh_no_hop spi=999
refused "unknown SI" 2 nsh_no_hop si=253
refused "another chain" 2 uplink_chain chain=2
refused "skip mask beyond the path" 2 uplink_skip skip=0x4000
refused "TTL too high" 2 uplink_ttl ttl=63
refused "TTL 0, which is 64" 2 uplink_ttl ttl=0
refused "from another than the guest's host" 2 uplink_owner src=3
refused "from who does not own the hop before" 2 uplink_owner spi=300 chain=3 si=253 ttl=50
refused "for a hop elsewhere" 2 uplink_hop spi=201 chain=2
refused "the end of a path of another host" 2 uplink_hop spi=200 chain=2 si=253 src=3 ttl=50
refused "no tag" 2 uplink_flow tag=0
refused "headers that make no sense" 2 uplink_flow bad=1
refused "of this host, which sends nothing to itself" 2 uplink_flow host=2
forge 2 iface=100 tag=100 sport=100 count=128
refused "more guests than may be" 2 far_ports iface=1000 tag=9999

# At the guest's own host: of a UDP flow that only goes out
spawn in_ns "$B" socat -u UDP-RECV:9 OPEN:/dev/null
busywait 10 in_ns "$B" sh -c 'ss -Hlun sport = :9 | grep -q .' || bail "nobody listens"
use mute udp
in_ns "$A" sh -c 'echo x | socat -u - UDP:192.0.2.2:9,sourceport=2000'
TAG=$($SP -o flow show sp0 proto udp sport 2000 | grep -o 'tag 0x[0-9a-f]*' | cut -c 5-)
AMAC=$(command ip -n "$A" link show eth0 | awk '/ether/ { gsub(":", "", $2); print $2 }')
BMAC=$(command ip -n "$B" link show eth0 | awk '/ether/ { gsub(":", "", $2); print $2 }')
at_home() { forge 1 src=2 spi=800 si=253 chain=8 ttl=58 iface="$IFACE" tag="$TAG" sport=2000 smac="$AMAC" dmac="$BMAC" "$@"; }
# shellcheck disable=SC2016 # for awk
udp_in() { in_ns "$B" awk '/^Udp:/ { if (n++) print $2 }' /proc/net/snmp; }
gets_one() { local before; before=$(udp_in); at_home "$@"; busywait 5 more_udp "$before"; }
more_udp() { more "$(udp_in)" "$1"; }
home_refused() { check "$1: $2" grows 1 "$2" at_home "${@:3}"; }

check "what looks right comes home" gets_one
home_refused "from another than the last node's host" uplink_owner src=3
home_refused "another tag" uplink_flow tag=$((TAG ^ 1))
home_refused "another interface" uplink_flow iface=$((IFACE + 1))
home_refused "another guest's address" uplink_flow smac=020000000009
home_refused "another port" uplink_flow sport=2001
home_refused "another path" uplink_flow spi=600 chain=6 si=254 src=3
home_refused "past a node that the record does not leave out" uplink_skip src=3 skip=0x4000
home_refused "of the direction that was never sent" uplink_stray spi=801 src=3 smac="$BMAC" dmac="$AMAC"
unuse

# --- hosts that come and go -------------------------------------------------
use two icmp
answered 20
at 3
ip link set sp0 down
at 1
is_down() { ! is_up ids1; }
check "a host without a session has its nodes down" busywait 15 is_down
check "the chain fails closed" unanswered 20
at 3
ip link set sp0 up
at 1
check "and comes back" busywait 20 answered 20
at 2
check "at host 2 there are flows of host 1" more "$(flows host 1)" 0
$SP host del sp0 1
no_flows() { [ "$(flows host 1)" = 0 ]; }
check "a host that is struck has none" busywait 15 no_flows
at 1
check "and its frames are not taken" grows 2 uplink_peer ask 20
