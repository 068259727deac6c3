#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Frames that nobody takes, each under the name of its reason: the device of a node
# whose queue is full, the tap of the guest likewise, and no memory for a record.
#
#	A eth0 -- tapa [br0] tapb -- eth0 B
#	          | pp0
#	         sp0: fw1, a Linux bridge between two legs
# vehicle: debug
. "$(dirname "$0")/../nsh.sh"
need tc
module

mac_of() { ip -n "$1" -br link show eth0 | awk '{ gsub(":", "", $3); print $3 }'; }
one_more() { [ "$(drops "$1")" = $((before + 1)) ]; }

# lost REASON DEV TEXT CMD...
lost()
{
	before=$(drops "$1")
	[ ! -d $drop_event ] || echo > $trace/trace
	"${@:4}"
	check "$3: dropped for $1" busywait 5 one_more "$1"
	[ ! -d $drop_event ] ||
		check_eq "and the tracepoint tells it" \
			"$(grep -c "svp_drop: .* dev=$2 .*reason=$1\$" $trace/trace)" 1
}

# Code is not changed on an emulated machine, see drop_trace
tell_drops()
{
	trace=/sys/kernel/tracing
	drop_event=$trace/events/svcplane/svp_drop
	if [ "$SVCPLANE_VEHICLE" = stock ]; then drop_event=/nonexistent; fi
	mountpoint -q $trace || mount -t tracefs none $trace 2> /dev/null
	[ -d $drop_event ] || return
	echo 1 > $drop_event/enable
	defer sh -c "echo 0 > $drop_event/enable"
}

# full DEV: its queue takes no frame
full() { tc qdisc replace dev "$1" root bfifo limit 1; }

fail_atomic() { echo "$1" > $faults/probability; }

setup_ns A B
B4=192.0.2.2
add_guest "$A" tapa 192.0.2.1/24
add_guest "$B" tapb 192.0.2.2/24
# No solicitations while a queue is full or there is no memory
for ns in "$A" "$B"; do in_ns "$ns" sysctl -qw net.ipv6.conf.all.disable_ipv6=1; done
mac_a=$(mac_of "$A") mac_b=$(mac_of "$B")
ip -n "$A" neigh replace $B4 lladdr "$(sed 's/../&:/g; s/:$//' <<< "$mac_b")" dev eth0
ip -n "$B" neigh replace 192.0.2.1 lladdr "$(sed 's/../&:/g; s/:$//' <<< "$mac_a")" dev eth0
lan bridge br0 tapa tapb
plane
inline_node fw1 1 s1
chain c1 s1
$SP path add sp0 100 reverse 101 chain c1 nodes fw1
$SP rule add sp0 prio 100 dir any proto icmp chain c1
proxy tapa
check "through the node" answered 7
tell_drops

full fw1l
WAIT=0.1 lost node_xmit fw1l "the queue of the node's device is full" ask 7
tc qdisc del dev fw1l root
check "it is not any more" answered 7
full tapa
WAIT=0.1 lost deliver tapa "the queue of the guest's tap is full" ask 7
tc qdisc del dev tapa root
check "nor is that" answered 7

mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug
faults=/sys/kernel/debug/failslab
if [ -d $faults ]; then
	defer fail_atomic 0
	echo 0 > $faults/verbose
	echo -1 > $faults/times
	echo Y > $faults/ignore-gfp-wait
	request=$mac_b${mac_a}08004500001c000000004001f6ddc0000201c00002020800f7f500090001
	no_memory()
	{
		fail_atomic 100
		in_ns "$A" "$BADLY" -i eth0 --send "$request" --limit 0 > /dev/null
		fail_atomic 0
	}
	lost flow_no_record tapa "no memory for a record" no_memory
	check_eq "no memory for a record: there is none" "$(flows proto icmp)" 1
else
	skip "no memory for a record" "no fault injection"
fi
