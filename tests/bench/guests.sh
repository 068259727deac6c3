# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# KERNEL INITRAMFS ROUNDS MB: what tests/bench/guests has the vehicle do.
#
#	guest A [tap a1] -- br1 -- [tap b1] guest B
#	            | pp1
#	           sp1: n1 (inline), n2 (NSH, gso on), n3 (NSH, gso off)
#
# The port that A sends to says the way. A line for each sample, beside the TAP:
#
#	sample LANE ROUND MEGABITS-A-SECOND
# shellcheck source=tests/topo.sh
. "${here:?}/../topo.sh"
# shellcheck source=tests/bench/lanes.sh
. "$here/lanes.sh"
need qemu-system-x86_64

kernel=$1
initramfs=$2
rounds=$3
size=$4
n=1
lanes="bridge inline nsh-gso nsh"
declare -A port_of=([bridge]=5000 [inline]=5001 [nsh-gso]=5002 [nsh]=5003)

# boot NAME MAC: a guest on tap $NAME$n. What is written to its port it runs.
boot()
{
	local line="console=ttyS0 loglevel=1 norandmaps no_timer_check panic=-1 mitigations=off"

	mkfifo "$tap_dir/$1.in"
	# A reader for as long as this runs, so that nobody waits when it is opened
	eval "exec {to_$1}<> $tap_dir/$1.in"
	qemu-system-x86_64 -accel tcg,thread=single -cpu max -m 128 -display none -no-reboot \
		-monitor none -nodefaults -kernel "$kernel" -initrd "$initramfs" -append "$line" \
		-netdev "tap,id=net,ifname=$1$n,script=no,downscript=no" \
		-device "virtio-net-pci,netdev=net,mac=$2,romfile=" -serial stdio \
		< "$tap_dir/$1.in" > "$tap_dir/$1.out" 2> "$tap_dir/$1.err" &
	defer kill -KILL $!
	busywait 60 ip link set "$1$n" up || bail "no tap $1$n: $(< "$tap_dir/$1.err")"
}

is_up() { grep -q guest-is-up "$tap_dir/$1.out"; }

# tell NAME COMMAND: in that guest; prints what that prints
tell()
{
	local mark=${EPOCHREALTIME/[^0-9]/}

	echo "echo begin-$mark; $2; echo end-$mark" > "$tap_dir/$1.in"
	busywait 100 grep -q "^end-$mark" "$tap_dir/$1.out" || bail "guest $1 does not answer: $2"
	tr -d '\r' < "$tap_dir/$1.out" | sed -n "/^begin-$mark/,/^end-$mark/{/^\(begin\|end\)-$mark/d;p}"
}

# offloads NAME: as the driver has agreed to with QEMU; bits of the virtio standard
offloads()
{
	local bits bit

	bits=$(tell "$1" "cat /sys/bus/virtio/devices/*/features")
	for bit in 0 1 7 8 11 12; do	# CSUM, TSO4 and TSO6, either way
		[ "${bits:bit:1}" = 1 ] || return 1
	done
}

csum_errors()
{
	# shellcheck disable=SC2016 # for the guest's awk
	tell "$1" 'awk "/^Tcp:/ { if (n++) print \$col; else for (col = 1; \$col != \"InCsumErrors\"; col++); }" /proc/net/snmp'
}

topology()
{
	local k

	between a$n b$n && ip link add sp$n type svcplane && ip link set sp$n up || return
	defer ip link del sp$n
	wire guests 1 && mirror guests 2 && mirror guests 3 || return
	for k in 1 2 3; do $SP service add sp$n s$k; done
	$SP node add sp$n n1 service s1 mode inline dev l$n.1 egress r$n.1 || return
	$SP node add sp$n n2 service s2 mode nsh dev l$n.2 decrements off gso on || return
	$SP node add sp$n n3 service s3 mode nsh dev l$n.3 decrements off || return
	for k in 1 2 3; do
		$SP chain add sp$n c$k services s$k &&
			$SP path add sp$n ${k}00 reverse ${k}01 chain c$k nodes n$k &&
			$SP rule add sp$n prio $k proto tcp dport $((5000 + k)) chain c$k || return
	done
}

# choose LANE: the hooks are on tap a1, or not
hooked=
choose()
{
	if [ "$1" = bridge ] && [ -n "$hooked" ]; then
		ip link del pp$n
		hooked=
	elif [ "$1" != bridge ] && [ -z "$hooked" ]; then
		$SP proxy add pp$n plane sp$n guest a$n || bail "no proxy"
		ip link set pp$n up
		hooked=1
	fi
}

# carry FROM TO PORT WHAT SINK: WHAT is printed in a guest, and got by SINK in the other,
# which leaves what it has to say in /got. Prints the seconds that it took.
carry()
{
	local address=10.0.$n.2

	[ "$2" = b ] || address=10.0.$n.1
	# nc ends when the other end has, not when there is nothing to be sent
	tell "$2" "rm -f /got; exec 9<> /open; nc -l -p $3 < /open | $5 > /got.new & sleep 0.3" > /dev/null
	tell "$1" "t0=\$(cut -d ' ' -f 1 /proc/uptime); $4 | nc $address $3; echo \$t0 \$(cut -d ' ' -f 1 /proc/uptime)" |
		awk 'NF == 2 { printf "%.2f\n", $2 - $1 }'
	tell "$2" "wait; mv /got.new /got" > /dev/null
}

# rate_of LANE ROUND
rate_of()
{
	local took bytes=$((size << 20)) got

	choose "$1"
	took=$(carry a b "${port_of[$1]}" "dd if=/dev/zero bs=64k count=$((size * 16)) 2> /dev/null" "wc -c")
	got=$(tell b "cat /got")
	[ "$got" = "$bytes" ] || { diag "$1: $got of $bytes"; return 1; }
	awk -v lane="$1" -v round="$2" -v bits=$((bytes * 8)) -v s="$took" \
		'BEGIN { printf "sample %s %d %.1f\n", lane, round, bits / (s > 0 ? s : 0.01) / 1e6 }'
}

# intact FROM TO LANE: a file of random bytes
intact()
{
	local want got

	choose "$3"
	want=$(tell "$1" "sha256sum < /file")
	carry "$1" "$2" "${port_of[$3]}" "cat /file" "sha256sum" > /dev/null
	got=$(tell "$2" "cat /got")
	if [ -n "$want" ] && [ "$want" = "$got" ]; then return 0; fi
	diag "wanted $want, got $got"
	return 1
}

# Frames that node n1 was given since: larger than the MTU?
whole_at()
{
	local packets bytes

	packets=$(< "/sys/class/net/$1/statistics/tx_packets")
	bytes=$(< "/sys/class/net/$1/statistics/tx_bytes")
	diag "$1: $packets frames of $((bytes / (packets + !packets))) bytes"
	[ "$bytes" -gt $((packets * 1600)) ]
}

module
setup_ns N
sysctl -qw net.ipv6.conf.default.disable_ipv6=1
in_ns "$N" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
boot a "$(mac_of_a)"
boot b "$(mac_of_b)"
for guest in a b; do busywait 60 is_up $guest || bail "guest $guest does not boot"; done
diag "both guests are up after $SECONDS s"
topology || bail "no topology"
tell a "ip addr add 10.0.$n.1/24 dev eth0; ip link set eth0 up" > /dev/null
tell b "ip addr add 10.0.$n.2/24 dev eth0; ip link set eth0 up" > /dev/null
for guest in a b; do
	tell $guest "mkfifo /open; dd if=/dev/urandom of=/file bs=64k count=$((size * 8 > 64 ? 64 : size * 8)) 2> /dev/null" > /dev/null
	check "guest $guest: checksums and TSO are offloaded" offloads $guest
done
for lane in $lanes; do
	check "$lane: what A sends is intact" intact a b "$lane"
	check "$lane: what B sends is intact" intact b a "$lane"
done
for ((round = 1; round <= rounds; round++)); do
	for lane in $lanes; do rate_of "$lane" "$round" || not_ok "$lane: all arrives"; done
done
check "the inline node is given frames as A makes them" whole_at l$n.1
check "the NSH node with \"gso on\" is, too" whole_at l$n.2
for guest in a b; do
	check_eq "guest $guest: wrong checksums" "$(csum_errors $guest)" 0
done
