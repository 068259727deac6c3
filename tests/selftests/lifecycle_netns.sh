#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The namespaces of guest, node and plane die under traffic, in each order, and
# nothing is left behind. Who makes the traffic is in none of them: a process
# would keep its own alive.
#
#	PEER mh -- up0 [br0] tapg -- eth0 GUEST
#	           | pp0
#	     HOST: sp0: fw1l, fw1r -- NODE, a Linux bridge between them
. "$(dirname "$0")/../topo.sh"
module

# wire PORT NS DEV: PORT in the host's namespace, DEV in NS
wire()
{
	ip -n "$HOST" link add "$1" type veth peer name "$3" netns "$2"
	ip -n "$HOST" link set "$1" up
	ip -n "$2" link set "$3" up
}

scene()
{
	setup_ns HOST GUEST NODE
	for ns in "$GUEST" "$NODE"; do
		ip -n "$PEER" link add "m$([ "$ns" = "$GUEST" ] && echo g || echo n)" \
			type veth peer name mark netns "$ns"
	done
	in_ns "$NODE" sysctl -qw net.ipv6.conf.default.disable_ipv6=1
	ip -n "$HOST" link add br0 type bridge
	ip -n "$NODE" link add hub type bridge mcast_snooping 0
	wire up0 "$PEER" mh
	wire tapg "$GUEST" eth0
	wire fw1l "$NODE" left
	wire fw1r "$NODE" right
	for dev in up0 tapg; do ip -n "$HOST" link set $dev master br0; done
	for dev in left right; do ip -n "$NODE" link set $dev master hub; done
	ip -n "$HOST" link set br0 up
	ip -n "$NODE" link set hub up
	ip -n "$PEER" address add 10.0.1.1/24 dev mh
	ip -n "$GUEST" address add 10.0.1.2/24 dev eth0
	ip -n "$HOST" link add sp0 type svcplane
	ip -n "$HOST" link set sp0 up
	$SP -n "$HOST" -b - <<-END
		service add sp0 s1
		node add sp0 fw1 id 1 service s1 mode inline dev fw1l egress fw1r
		chain add sp0 c1 id 1 services s1 fail closed
		path add sp0 1 reverse 2 chain c1 nodes fw1
		rule add sp0 prio 1 dir any proto icmp chain c1
		proxy add pp0 plane sp0 guest tapg
	END
	ip -n "$HOST" link set pp0 up
}

gone() { ! ip -n "$PEER" link show dev "$1" > /dev/null 2>&1; }
delete() { ip netns del "$1" && busywait 20 gone "$2"; }
unheld() { [ "$(cat /sys/module/svcplane/refcnt)" = 0 ]; }
by_the_node() { $SP -n "$HOST" -s node show sp0 fw1 | grep -q "sent out [1-9].*returned [1-9]"; }

setup_ns PEER
for order in HOST,GUEST,NODE HOST,NODE,GUEST GUEST,HOST,NODE \
	     GUEST,NODE,HOST NODE,HOST,GUEST NODE,GUEST,HOST; do
	scene
	check "$order: a ping" pings "$PEER" 10.0.1.2
	check "$order: it goes through the node" by_the_node
	spawn in_ns "$PEER" ping -q -i 0.02 10.0.1.2
	for name in ${order//,/ }; do
		letter=${name:0:1}
		check "$order: $name dies" delete "${!name}" "m${letter,}"
	done
	check "$order: nothing holds the module" busywait 10 unheld
	# shellcheck disable=SC2154
	kill "$spawned" 2> /dev/null
done
check "the module goes" rmmod svcplane
check "and comes back" modprobe svcplane
