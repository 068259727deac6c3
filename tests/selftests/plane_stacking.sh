#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# No plane becomes a port of itself, through whatever stands between; where the
# kernel sees no stack, nothing hangs and every frame ends.
#
#	[gp0] <- gp0.5 (VLAN), bond, macvlan, bridge, vxlan -> [gp0]
#	[gp2] -- l0 ==veth== l1 -- [gp2]
# vehicle: debug
# timeout: 180
. "$(dirname "$0")/../lib.sh"
need bridge ethtool python3

refused()
{
	check_fail "$1 on the plane is no port of it" 2 "the plane would be a port of itself" \
		ip link set "$2" master gp0
}

module
setup_ns A
ip link add gp0 type guestplane
defer ip link del gp0
ip link set gp0 up
check_fail "the plane itself" 2 "the plane would be a port of itself" \
	ip link set gp0 master gp0

ip link add link gp0 name gp0.5 type vlan id 5
refused "a VLAN device" gp0.5
ip link add link gp0.5 name gp0.5.6 type vlan id 6
refused "a VLAN device on a VLAN device" gp0.5.6
ip link add link gp0 name mv0 type macvlan
refused "a macvlan" mv0
ip link del mv0
if ip link add bond0 type bond 2> /dev/null; then
	if ip link set gp0.5.6 master bond0 2> /dev/null; then
		refused "a bond of such a device" bond0
	else
		skip "a bond of such a device" "the bond does not take it"
	fi
	ip link del bond0
else
	skip "a bond of such a device" "no bonding"
fi
ip link add br0 type bridge
ip link set gp0.5 master br0
check_fail "a bridge" 2 "br0 is" ip link set br0 master gp0
ip link add link br0 name br0.7 type vlan id 7
refused "a VLAN device on a bridge of such a device" br0.7
ip link del br0.7
ip link del br0
if ip link add vx0 type vxlan id 9 remote 192.0.2.9 dstport 4789 dev gp0 2> /dev/null; then
	ip link set vx0 master gp0 2> "$tap_dir/vx"
	# Kernels that show the stack refuse; the others must survive it.
	ok "a vxlan on the plane: $(cat "$tap_dir/vx")"
	ip link del vx0
else
	skip "a vxlan on the plane" "no vxlan"
fi
for kind in guestplane svcplane portproxy bridge; do
	ip link add o0 type $kind 2> /dev/null || continue
	check_fail "a $kind" 2 "cannot be a port of a plane" ip link set o0 master gp0
	ip link del o0
done

# One plane above another by a VLAN device: allowed, for it is no loop.
ip link del gp0.5
ip link add gp1 type guestplane
defer ip link del gp1
ip link set gp1 up
ip link add link gp1 name v1 type vlan id 1
ip link set v1 up
check "gp1 carries gp0" ip link set v1 master gp0
# A plane without a port that is up has no carrier, nor has what stands on it.
ip link add d0 type dummy
defer ip link del d0
ip link set d0 up
ip link set d0 master gp1
add_guest "$A" a0 192.0.2.1/24
ip link set a0 master gp0
ip address add 192.0.2.254/24 dev gp0
check "the first forwards" pings "$A" 192.0.2.254
check "and the second takes the frames of both" test \
	"$(ethtool -S gp1 | sed -n 's/^ *flooded: //p')" -gt 0

# A tunnel whose packets leave by the plane it is a port of; geneve shows no
# stack: the frames end when they come to the plane again.
tunnel_loop()
{
	ip link add gn0 type geneve id 9 remote 192.0.2.9
	ip link set gn0 up
	ip link set gn0 master gp0
	ip neigh replace 192.0.2.9 lladdr 02:00:00:00:00:99 dev gp0
	in_ns "$A" ping -q -b -c 3 -i 0.2 -W 1 192.0.2.255 > /dev/null 2>&1
	check "a geneve of the plane itself ends by depth" test \
		"$(ethtool -S gp0 | sed -n 's/^ *drop_depth: //p')" -gt 0
	check "and the plane forwards" pings "$A" 192.0.2.254
	ip link del gn0
}
if [ "$SVCPLANE_VEHICLE" = stock ]; then
	tunnel_loop
else
	# With KASAN, frames of functions need twice the room; x86 has it then,
	# User-Mode Linux does not.
	skip "a geneve of the plane itself ends by depth" "stack of 16 KiB with KASAN"
fi

# The two ends of a veth pair in one plane: a loop that no stack shows. It ends
# with its cable.
ip link add l0 type veth peer name l1
ip link set l0 up
ip link set l1 up
ip link set l0 master gp0
ip link set l1 master gp0
ip link set gp0 up
in_ns "$A" ping -q -b -c 3 -i 0.2 -W 1 192.0.2.255 > /dev/null 2>&1
check "the loop ends with its cable" ip link del l0
check "and the plane forwards" pings "$A" 192.0.2.254

# And the cap on floods ends it. A flood costs as many tokens as there are ports:
# with those that want none of it, a slow machine comes to the end of them too.
ip link add gp2 type guestplane
defer ip link del gp2
ip link add l0 type veth peer name l1
defer ip link del l0
for dev in gp2 l0 l1; do sysctl -qw net.ipv6.conf.$dev.disable_ipv6=1; done
for n in {1..100}; do
	echo "link add idle$n type dummy"
	echo "link set idle$n master gp2"
done > "$tap_dir/links"
for n in {1..100}; do echo "link set dev idle$n mcast_flood off"; done > "$tap_dir/flags"
idle_ports() { ip -batch "$tap_dir/links" && bridge -batch "$tap_dir/flags"; }
no_idle_ports()
{
	sed -n 's/^link add \([^ ]*\) .*/link del \1/p' "$tap_dir/links" > "$tap_dir/del"
	ip -batch "$tap_dir/del"
}
defer no_idle_ports
check "a plane with many ports" idle_ports
for dev in l0 l1; do
	ip link set $dev master gp2
	ip link set $dev up
done
ip link set gp2 up
python3 - <<-'PY'
	import socket
	s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
	s.bind(("gp2", 0))
	s.send(bytes.fromhex("010000000077" "020000000077" "88b5") + bytes(46))
PY
capped() { [ "$(ethtool -S gp2 | sed -n 's/^ *drop_bridge_flood: //p')" -gt 0 ]; }
check "the cap on floods ends a loop: bridge_flood" busywait 10 capped
