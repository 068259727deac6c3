#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A long transfer of random bytes arrives as it was sent, into a guest and out of
# it, through an inline and an NSH-aware node. The guests send GSO frames: an
# NSH-aware node gets them in segments, or whole if it says so.
#
#	A eth0 --tapwire-- tapa [br0] tapb --tapwire-- eth0 B
#	                   | pp0
#	         sp0: fw1, a Linux bridge; n1: a program that gives back;
#	              n2 (gso on): tc that does so in the kernel
# timeout: 240
# vehicle: debug
. "$(dirname "$0")/../nsh.sh"
need socat tc cmp jq
module

# Checked kernels move a tenth of what others do in the same time
SIZE=$((100 * 1024 * 1024))
[ "$SVCPLANE_VEHICLE" = stock ] || SIZE=$((SIZE / 20))

serve_file()
{
	spawn in_ns "$1" socat -U -b 131072 "TCP6-LISTEN:$2,reuseaddr,fork,ipv6only=0" \
		"OPEN:$3,rdonly"
	busywait 10 in_ns "$1" sh -c "ss -Hltn sport = :$2 | grep -q ." || bail "no server"
}

# transfer NS ADDRESS PORT FILE: tells the first byte that is wrong
transfer()
{
	in_ns "$1" timeout 200 socat -u -b 131072 "TCP:$2:$3,connect-timeout=10" - |
		cmp - "$4" && [ "${PIPESTATUS[0]}" = 0 ]
}

# count NODE WHAT: bytes and packets, as sent_out, returned_in
count()
{
	$SP -j -s node show sp0 "$1" |
		jq -r ".[0].stats64.$2 | \"\(.bytes) \(.packets)\""
}

# Data frames are 1.5 kB on a wire; beside them there are few others. Where it is
# slow, super-packets are of two segments.
size_of() { echo $((($3 - $1) / ($4 - $2))); }
whole() { [ "$(size_of "$@")" -gt 1800 ]; }
pieces() { [ "$(size_of "$@")" -le 1600 ]; }

# through CHAIN WHAT NODE SIZE ADDRESS-OF-B ADDRESS-OF-A. What a node was given is
# counted before it is segmented.
through()
{
	local what=$2 node=$3 counter=returned dir fw nsh

	[ "$4" = pieces ] || counter=sent
	$SP rule add sp0 prio 100 dir any proto tcp chain "$1"
	for dir in in out; do
		fw=$(count fw1 sent_$dir) nsh=$(count "$node" ${counter}_$dir)
		if [ $dir = in ]; then
			check "$what: into the guest" transfer "$A" "$5" 5001 "$tap_dir/large"
		else
			check "$what: out of the guest" transfer "$B" "$6" 5002 "$tap_dir/small"
		fi
		# towards the guest the inline node comes second
		# shellcheck disable=SC2046,SC2086 # numbers
		[ $dir = in ] || check "$what, $dir: the inline node got frames whole" \
			whole $fw $(count fw1 sent_$dir)
		# shellcheck disable=SC2046,SC2086 # numbers
		check "$what, $dir: the NSH node, $counter: $4" \
			$4 $nsh $(count "$node" ${counter}_$dir)
	done
	$SP rule del sp0 prio 100
}

setup_ns A B
add_tap_guest "$A" tapa 192.0.2.1/24 2001:db8::1/64
add_tap_guest "$B" tapb 192.0.2.2/24 2001:db8::2/64
lan bridge br0 tapa tapb
plane
inline_node fw1 1 s1
echo_node n1 2 s2
nsh_node n2 3 s3 echo ready -- gso on decrements off
tc -n "$NS_N2" qdisc add dev eth0 clsact
tc -n "$NS_N2" filter add dev eth0 ingress matchall \
	action mirred egress redirect dev eth0 || skip_all "no tc redirection"
for n in 2 3; do
	chain c$n s1,s$n
	$SP path add sp0 ${n}00 reverse ${n}01 chain c$n nodes fw1,n$((n - 1))
done
proxy tapa
head -c $SIZE /dev/urandom > "$tap_dir/large"
head -c $((SIZE / 5)) /dev/urandom > "$tap_dir/small"
serve_file "$B" 5001 "$tap_dir/large"
serve_file "$A" 5002 "$tap_dir/small"

through c2 "inline and NSH" n1 pieces 192.0.2.2 192.0.2.1
through c3 "gso on, IPv6" n2 whole '[2001:db8::2]' '[2001:db8::1]'

for reason in ret_alien ret_mac ret_tag ret_si mtu node_budget segment headroom; do
	check_eq "nothing was dropped: $reason" "$(drops $reason)" 0
done
