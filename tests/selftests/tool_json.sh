#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# JSON of every object against its schema, with live flows and a verdict.
#
#	A eth0 -- a0 [gp0] b0 -- eth0 B      a0 is the guest of pp0, whose
#	              |                      ICMP and TCP go through fw1: a
#	             pp0 -- [sp0] -- fw1     bridge in F between f0 and f1
# vehicle: stock
. "$(dirname "$0")/../lib.sh"
need svcplane python3

schema() { "$tests_dir/schema/validate" "$@"; }

# fits NAME SCHEMA OPTION... OBJECT...: what `svcplane -j ... show` prints
fits()
{
	local name=$1 which=$2

	shift 2
	if ! svcplane -j "$@" > "$tap_dir/json"; then
		not_ok "$name"
		return
	fi
	check "$name" schema "$which.json" < "$tap_dir/json" ||
		diag "$(head -c 2000 "$tap_dir/json")"
}

module
setup_ns A B F
add_guest "$A" a0 192.0.2.1/24 2001:db8::1/64
add_guest "$B" b0 192.0.2.2/24 2001:db8::2/64
ip link add gp0 type guestplane
defer ip link del gp0
ip link set gp0 up
ip link set a0 master gp0
ip link set b0 master gp0
ip -n "$F" link add br0 type bridge
ip -n "$F" link set br0 up
for leg in 0 1; do
	ip link add f$leg type veth peer name e$leg netns "$F"
	defer ip link del f$leg
	ip -n "$F" link set e$leg master br0 up
	ip link set f$leg up
done
ip link add sp0 type svcplane
defer ip link del sp0
ip link set sp0 up
fits "an empty plane" plane plane show
fits "no flows" flow flow show

svcplane -b - <<-'B' || bail "no configuration"
	service add sp0 fw type firewall
	service add sp0 nat rewrites originates
	node add sp0 fw1 id 7 service fw dev f0 egress f1 permit drop,allow,skip-node,re-path
	node add sp0 n2 service nat mode nsh dev absent hosts 1,3 context md2 re-path-chains 1,2
	node add sp0 n3 service nat mode vlan dev absent2 vlan 10-20 down
	chain add sp0 web id 1 services fw
	chain add sp0 two services fw,nat
	chain add sp0 open services fw fail open
	path add sp0 100 reverse 101 chain web nodes fw1
	path add sp0 102 reverse 103 chain web nodes fw1 weight 0
	group add sp0 lan members 10.0.0.0/8,2001:db8::/32,02:00:00:00:00:01
	proxy add pp0 plane sp0 guest a0 match vnet*
	rule add sp0 prio 1 dir in proto udp src 10.0.0.0/8 sport 53,1000-2000 vlan 5 drop
	rule add sp0 prio 2 src-group lan mark 0x10/0xff proxy pp0 twice chain two
	rule add sp0 prio 3 smac 02:00:00:00:00:09 ethertype 0x88b5 bypass
	rule add sp0 prio 9 chain web
	host add sp0 2 name hv2 public-key AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=
B
svcplane genkey | svcplane plane set sp0 private-key - || bail "no key"
defer svcplane proxy del pp0
spawn svcplane -j monitor all
monitor=$spawned_out
busywait 5 pings "$A" 192.0.2.2
check "IPv4 through the node" pings "$A" 192.0.2.2
check "IPv6 through the node" pings "$A" 2001:db8::2
check "flows are shown" sh -c 'svcplane flow show sp0 src 192.0.2.1 | grep -q "chain web"'
check_eq "filters: none" "$(svcplane -j flow show sp0 src 198.51.100.0/24)" "[]"
fits "flows" flow -s -d flow show
tag=$(svcplane -j flow show sp0 proto icmp | grep -o '"tag":[0-9]*' | head -1 | cut -d: -f2)
check "a flow by tag" sh -c "svcplane -br flow show sp0 tag $tag | grep -q 192.0.2"
svcplane -j -echo verdict drop sp0 node fw1 flow tag "$tag" > "$tap_dir/json"
check "-echo of a verdict" schema verdict.json < "$tap_dir/json"
check "a verdict" svcplane verdict drop sp0 node fw1 flow tag "$tag" reason 5 lifetime 1h
check "is shown" sh -c "svcplane flow show sp0 tag $tag | grep -q 'verdict drop node fw1'"
fits "flows with verdicts" flow -s -d flow show
check "and lifted" svcplane verdict lift sp0 tag "$tag"
for object in plane host proxy service node chain path group rule; do
	fits "$object" $object $object show
	fits "$object -s -d" $object -s -d $object show
	fits "$object -br" $object -br $object show
	[ $object = proxy ] || fits "$object of a plane" $object $object show sp0
done
fits "guest planes" guestplane guestplane show
fits "a guest plane" guestplane guestplane show gp0
fits "proxies of a plane" proxy proxy show plane sp0
fits "drops" stats stats show
fits "the tree" tree -s show
fits "the tree, pretty" tree -p show
check "counters of the node" sh -c 'svcplane -s node show sp0 fw1 | grep -q "sent out [1-9]"'
svcplane -j -echo rule add sp0 prio 999 proto udp drop > "$tap_dir/json"
check "-echo of a rule" schema added.json < "$tap_dir/json"
svcplane -j -echo flow flush sp0 > "$tap_dir/json"
check "-echo of a flush" schema flushed.json < "$tap_dir/json"
svcplane rule del sp0 prio 9
busywait 5 grep -q '"event":"del","object":"rule"' "$monitor"
check "the monitor's lines" schema monitor.json -l < "$monitor"
check_fail "a member that no object has is none" 1 "frob is not in the schema" sh -c \
	"sed 's/\"event\"/\"frob\":1,&/' '$monitor' | '$tests_dir/schema/validate' monitor.json -l"
check "tell the verdict" grep -q '"object":"control".*"action":"drop"' "$monitor"
check "and flows" grep -q '"object":"flow"' "$monitor"
gaps() { svcplane -j -s proxy show pp0 | grep -o '"gap":[0-9]*' | xargs; }
check_eq "nothing went around the hooks" "$(gaps)" "gap:0 gap:0"
check "an ethertype without name" sh -c 'svcplane rule show sp0 prio 3 | grep -q "ethertype 0x88b5"'
