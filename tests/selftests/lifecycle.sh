#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Whatever goes away, and in whatever order: a fail-closed guest never passes
# raw, an open one keeps its connection, and nothing is left behind.
#
#	A eth0 -- tapa [br0] tapb -- eth0 B
#	          | pp0
#	         sp0: fw1, a Linux bridge between two legs
# timeout: 200
. "$(dirname "$0")/../topo.sh"
need socat python3
module

reach() { in_ns "$A" ping -q -n -c 1 -W 1 10.0.1.3 > /dev/null; }
# passes_by: and not through the node
passes_by()
{
	local before

	reach && before=$(sent fw1 out) && reach && [ "$(sent fw1 out)" = "$before" ]
}
no_reach() { ! in_ns "$A" ping -q -n -c 2 -i 0.2 -W 1 10.0.1.3 > /dev/null; }
node_is() { $SP node show sp0 fw1 | grep -q " $1"; }
not_missing() { ! $SP node show sp0 near | grep -q missing; }
bound() { $SP proxy show pp0 | grep -q "guest $1 "; }
pending() { $SP proxy show pp0 | grep -q "pending.*$1"; }
unbound() { ! bound "$1"; }

rules()
{
	plane
	service s1
	$SP node add sp0 fw1 id 1 service s1 mode inline dev fw1l egress fw1r
	$SP chain add sp0 c1 id 1 services s1 fail "$1"
	$SP path add sp0 100 reverse 101 chain c1 nodes fw1
	$SP rule add sp0 prio 100 dir any proto icmp chain c1
}

setup_ns A B OTHER
add_guest "$A" tapa 10.0.1.2/24
add_guest "$B" tapb 10.0.1.3/24
lan bridge br0 tapa tapb
plane
inline_node fw1 1 s1
$SP chain add sp0 c1 id 1 services s1 fail closed
$SP path add sp0 100 reverse 101 chain c1 nodes fw1
$SP rule add sp0 prio 100 dir any proto icmp chain c1
check "without a guest the module may go, with its objects in place" \
	test "$(cat /sys/module/svcplane/refcnt)" = 0
proxy tapa
check "the guest reaches through the node" pings "$A" 10.0.1.3
check_fail "rmmod is refused while a guest is fail closed" 1 "in use" rmmod svcplane

spawn in_ns "$A" ping -q -i 0.05 10.0.1.3
ip link set fw1r down
check "a leg that is down is a node that is down" busywait 5 node_is "down link"
check "closed: nothing passes" no_reach
check "and the drops say why" more "$(drops chain_failed)" 0
$SP chain replace sp0 c1 id 1 services s1 fail open
check "open: it passes without the node" pings "$A" 10.0.1.3
check_eq "open: the module may go" "$(cat /sys/module/svcplane/refcnt)" 0
$SP chain replace sp0 c1 id 1 services s1 fail closed
ip link set fw1r up
check "the node is up again" busywait 5 node_is up
check "and the guest passes through it" pings "$A" 10.0.1.3
ip -n "$NS_FW1" link set right down
check "so is one whose leg has no carrier" busywait 5 node_is "down link"
check "nothing passes" no_reach
ip -n "$NS_FW1" link set right up
check "up with it" busywait 5 node_is up
check "and the guest passes" pings "$A" 10.0.1.3
$SP node set sp0 fw1 down
check "an operator's down" no_reach
$SP node set sp0 fw1 up
check "an operator's up" pings "$A" 10.0.1.3
ip link set pp0 down
check "a port proxy that is down fails its chains" no_reach
check "the drops say why" more "$(drops proxy_down)" 0
$SP chain replace sp0 c1 id 1 services s1 fail open
check "open: it passes without the node" busywait 5 passes_by
$SP chain replace sp0 c1 id 1 services s1 fail closed
ip link set pp0 up
check "up again" pings "$A" 10.0.1.3
ip link set sp0 down
check "a plane that is down fails its chains" no_reach
check "the drops say why" more "$(drops plane_gone)" 0
$SP chain replace sp0 c1 id 1 services s1 fail open
check "open: it passes without the node" busywait 5 passes_by
$SP chain replace sp0 c1 id 1 services s1 fail closed
ip link set sp0 up
check "up again" pings "$A" 10.0.1.3

ip link del fw1l
check "a leg that is deleted is missing" busywait 5 node_is "down missing"
check "nothing passes" no_reach
ip link add fw1l type veth peer name left netns "$NS_FW1"
ip -n "$NS_FW1" link set left master hub
ip -n "$NS_FW1" link set left up
ip link set fw1l up
check "a device of its name takes its place" busywait 5 node_is up
check "and the guest passes" pings "$A" 10.0.1.3

$SP node add sp0 far id 9 service s1 mode tap dev far0 hosts 2
ip link add far0 type dummy
defer ip link del far0
far_is() { $SP node show sp0 far | grep -q " $1"; }
check "a node of another host takes no device of this one" far_is "down remote"
ip link add near0 type dummy
defer ip link del near1
$SP node add sp0 near id 10 service s1 mode tap dev near1 hosts 1,2
ip link set near0 name near1
check "one of this host does" busywait 5 not_missing
$SP node del sp0 near
$SP node del sp0 far

rename() { ip link set "$1" down && ip link set "$1" name "$2" && ip link set "$2" up; }
rename tapa guest0
check "a binding follows the device, not its name" bound guest0
check "the renamed guest passes through the node" pings "$A" 10.0.1.3
rename guest0 tapa
$SP proxy match add pp0 'tapa*'
ip link set tapa netns "$OTHER"
check "a tap that leaves the namespace is unbound" busywait 5 unbound tapa
ip -n "$OTHER" link set tapa netns $$
check "one that comes back matches the pattern and is bound" busywait 5 bound tapa
ip link set tapa master br0
ip link set tapa up
check "and its guest passes through the node" pings "$A" 10.0.1.3
seen=$(sent fw1 out)
check "really through it" more "$seen" 0

# set_type DEV: makes a tap that is down something else than Ethernet
set_type()
{
	python3 - "$1" <<-'PY'
		import fcntl, struct, sys
		with open("/dev/net/tun", "r+b", buffering=0) as tun:
		    fcntl.ioctl(tun, 0x400454ca, struct.pack("16sH22x", sys.argv[1].encode(), 0x1002))
		    fcntl.ioctl(tun, 0x400454cd, 772)
	PY
}
ip tuntap add tap9 mode tap
defer ip link del tap9
$SP proxy guest add pp0 tap9
check_fail "a guest stays an Ethernet device" 1 "not permitted" set_type tap9
$SP proxy guest del pp0 tap9
check "another may change" set_type tap9

ip link del sp0
check "without its plane's device nothing of the guest passes" no_reach
check_fail "and nothing can be added to it" 2 "no service plane sp0 here" \
	$SP service add sp0 s9
ip link del pp0
check "without its proxy the guest is its own again" pings "$A" 10.0.1.3
check_eq "nothing holds the module" "$(cat /sys/module/svcplane/refcnt)" 0

# A tap that nothing can bind: an NSH node on a leg that is too narrow for it
rules open
ip link add narrow type veth peer name narrowp
defer ip link del narrow
$SP node add sp0 n9 service s1 mode nsh dev narrow
$SP proxy add pp0 plane sp0 match 'tapa*'
not_pending() { ! pending tapa; }
check "open: a tap that could not be bound passes raw" pings "$A" 10.0.1.3
check "it is not kept shut" not_pending
$SP chain replace sp0 c1 id 1 services s1 fail closed
check "a chain that is closed later shuts it" no_reach
check "the proxy shows it" pending tapa
check "the drops say why" more "$(drops match_pending)" 0
check_fail "rmmod is refused while a tap is kept shut" 1 "in use" rmmod svcplane
$SP chain replace sp0 c1 id 1 services s1 fail open
check "an open one lifts that" pings "$A" 10.0.1.3
check "the proxy shows it no more" not_pending
check_eq "and the module may go" "$(cat /sys/module/svcplane/refcnt)" 0
$SP -atomic modify -b - <<< "rule add sp0 prio 200 proto tcp dport 9 drop"
check "so does a rule that drops something, in a transaction" no_reach
ip link set tapa down
check_fail "it cannot be set up" 2 "Operation not permitted" ip link set tapa up
$SP node del sp0 n9
check "once it can be bound, that opens it" $SP proxy guest add pp0 tapa
ip link set tapa up
check "and its guest passes through the node" pings "$A" 10.0.1.3
check "really through it" more "$(sent fw1 out)" 0
ip link del pp0
ip link del sp0
check_eq "nothing holds the module" "$(cat /sys/module/svcplane/refcnt)" 0

for order in "sp0 pp0 tapx" "pp0 sp0 tapx" "tapx sp0 pp0" "tapx pp0 sp0"; do
	setup_ns HOST
	ip -n "$HOST" link add tapx type veth peer name eth0
	ip -n "$HOST" link set tapx up
	ip -n "$HOST" link add sp0 type svcplane
	ip -n "$HOST" link set sp0 up
	$SP -n "$HOST" service add sp0 s1
	$SP -n "$HOST" node add sp0 n1 id 1 service s1 mode inline dev l9 egress r9
	$SP -n "$HOST" chain add sp0 c1 id 1 services s1
	$SP -n "$HOST" path add sp0 1 reverse 2 chain c1 nodes n1
	$SP -n "$HOST" rule add sp0 prio 1 chain c1
	$SP -n "$HOST" proxy add pp0 plane sp0 guest tapx
	for dev in $order; do ip -n "$HOST" link del "$dev"; done
	check_eq "deleted in the order $order" \
		"$(ip -n "$HOST" -o link show | grep -c 'sp0\|pp0\|tapx')" 0
	$SP -n "$HOST" plane show > /dev/null
done
setup_ns HOST
ip -n "$HOST" link add tapx type veth peer name eth0
ip -n "$HOST" link add sp0 type svcplane
$SP -n "$HOST" rule add sp0 prio 1 drop
$SP -n "$HOST" proxy add pp0 plane sp0 guest tapx match "vnet*"
ip netns del "$HOST"
check "a namespace dies with all that is in it" \
	busywait 10 grep -q '^0$' /sys/module/svcplane/refcnt

rules closed
ip link add eth9 type dummy
defer ip link del eth9
$SP proxy add pp0 plane sp0 match "vnet9*"
check_eq "a pattern alone does not hold the module" "$(cat /sys/module/svcplane/refcnt)" 0
ip link add vnet9 link eth9 type macvlan
check "a tap that cannot be bound is pending" pending vnet9
check_fail "and holds the module, or it would pass raw" 1 "in use" rmmod svcplane
ip link del vnet9
check_eq "as long as it is there" "$(cat /sys/module/svcplane/refcnt)" 0

# What a pattern is compared with: name, ifalias, and the altname itself
for dev in web1 web2 db1 db2 tmp1; do
	ip link add $dev type dummy
	defer ip link del $dev
done
ip link set web1 alias "vnet9 of a web server"
ip link set web1 up
check "a tap whose ifalias matches is bound when it is set up" bound web1
ip link set web2 up
ip link set web2 alias "no vnet9"
check "one whose ifalias only contains it is not" unbound web2
ip link set web2 alias "vnet9 now"
check "one that is up is bound when its ifalias begins to match" bound web2
for n in 1 2; do ip link property add dev db$n altname "database-$n"; done
$SP proxy match add pp0 database-1
check "the altname itself" bound db1
$SP proxy match add pp0 'database-?'
ip link set db2 up
check "is no pattern's" unbound db2
ip link set tmp1 name vnet9x
check "a tap that is renamed into the pattern is bound" bound vnet9x
defer ip link del vnet9x
ip link del pp0
ip link del sp0

rules open
proxy tapa
check "open: through the node again" pings "$A" 10.0.1.3
check "the module goes under traffic" rmmod svcplane
check "and the guest has not noticed" pings "$A" 10.0.1.3
check "it comes back" modprobe svcplane
