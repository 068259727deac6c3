#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The tracepoints tell the walk of each frame: given to a node at (SPI, SI), taken
# back from it, delivered at a guest port, each with the flow's tag, and what a node
# says of it. Their numbers are those of the counters.
#
#	A eth0 -- tapa [br0] tapb -- eth0 B
#	          | pp0
#	         sp0: fw (inline), n1 (NSH)
# vehicle: debug
. "$(dirname "$0")/../nsh.sh"
need socat
module

# lines REGEX: of the trace
lines() { grep -cE -- "$1" $trace/trace; }
told() { [ "$(lines "$1")" = "$2" ]; }
# walk: one step a line, without what differs from run to run. dev is where the
# frame was last seen: the hosts' and bridges' own frames are drops there.
walk()
{
	sed -nE 's/.* (svp_(steer|return|deliver)): (.*)/\1 \3/p' $trace/trace |
		sed -E 's/skb=[^ ]* //; s/len=[0-9]+ //'
}
begin() { $SP flow flush sp0 > /dev/null; echo > $trace/trace; }

[ "$SVCPLANE_VEHICLE" != stock ] || skip_all "code is not changed on an emulated machine"
trace=/sys/kernel/tracing
mountpoint -q $trace || mount -t tracefs none $trace 2> /dev/null
[ -d $trace/events/svcplane/svp_steer ] || skip_all "no tracefs"
setup_ns A B
B4=10.0.1.3
add_guest "$A" tapa 10.0.1.2/24
add_guest "$B" tapb $B4/24
lan bridge br0 tapa tapb
plane
inline_node fw 1 filter
nsh_node n1 2 ids "$BADLY" -i eth0 --
chain c filter,ids
$SP path add sp0 100 reverse 101 chain c nodes fw,n1
proxy tapa
$SP rule add sp0 prio 10 proto icmp chain c
check "a ping passes" answered 1
echo 1 > $trace/events/svcplane/enable
defer sh -c "echo 0 > $trace/events/svcplane/enable"

begin
check "a ping while events are told" ask 7
tag=$(tag_of 7)
check_eq "the walk of a request and its answer" "$(walk)" \
"svp_steer dev=tapa spi=100 si=255 node=1 tag=$tag
svp_return dev=fwr spi=100 si=255 node=1 tag=$tag
svp_steer dev=fwr spi=100 si=254 node=2 tag=$tag
svp_return dev=n1 spi=100 si=254 node=2 tag=$tag
svp_deliver dev=n1 dir=out port=1 tag=$tag
svp_steer dev=tapa spi=101 si=255 node=2 tag=$tag
svp_return dev=n1 spi=101 si=255 node=2 tag=$tag
svp_steer dev=n1 spi=101 si=254 node=1 tag=$tag
svp_return dev=fwl spi=101 si=254 node=1 tag=$tag
svp_deliver dev=fwl dir=in port=1 tag=$tag"

begin
before=$(sent n1 out)
in_ns "$A" ping -q -n -f -c 50 -e 8 $B4 > /dev/null
check_eq "as many events as the node was given frames" \
	"$(lines "svp_steer: .* spi=100 si=254 node=2 ")" $(($(sent n1 out) - before))

begin
program n1 "$BADLY" -i eth0 --verdict skip-node
check "a node that speaks gives the frame back" ask 9
check "its message is told, with node, type, flow and status" \
	told "svp_ctl: node=2 type=6 tag=$(tag_of 9) status=0" 1
check_eq "and that is all that was told of messages" "$(lines "svp_ctl:")" 1

begin
$SP verdict drop sp0 node n1 flow tag "$(tag_of 9)" 2> /dev/null
check "a flow that is not there: nothing is told" told "svp_ctl:" 0
program n1 "$BADLY" -i eth0
check "another flow" ask 10
$SP verdict drop sp0 node n1 flow tag "$(tag_of 10)"
check "by netlink: the same" told "svp_ctl: node=2 type=6 tag=$(tag_of 10) status=0" 1
check "the flow ends" unanswered 10
check_eq "its drop is told" "$(lines "svp_drop: .*dev=tapa .*reason=verdict")" 1
