# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Traffic through the lanes of lanes.sh, and what came of it.
#
#	traffic_ready LANE TRAFFIC	warms up: flows are there, caches filled
#	traffic_run LANE TRAFFIC COUNT	one sample: sets $rate (packets or bits a second),
#					$sent, $lost (packets; 0 for TCP), and $strayed:
#					the largest number by which a node got less or
#					more than all
#
# TRAFFIC: udp (one flow of 64 bytes, FCS included), udp1k, udp10k, udp1m (so many flows
# in turn), udp6, vlan (802.1Q), tcp and tcp6 (iperf3). UDP is made
# in the guest, by gen.c or pktgen, and counted where the other guest gets it: there tc
# drops it.

# What sends UDP: gen (gen.c), as a guest does, or pktgen
: "${generator:=gen}"
pktgen=/proc/net/pktgen

# The other end throws UDP away; its stack would answer each by ICMP
sink_on()
{
	! tc -n "$B" qdisc show dev "f$n" | grep -q clsact || return 0
	tc -n "$B" qdisc add dev "f$n" clsact &&
		tc -n "$B" filter add dev "f$n" ingress matchall action drop
}

sink_off() { tc -n "$B" qdisc del dev "f$n" clsact 2> /dev/null; }

# frames that have left at DEV
left_at() { echo "$(< "/sys/class/net/$1/statistics/tx_packets")"; }

flows_of()
{
	case $1 in
	udp1k)	echo 1000 ;;
	udp10k)	echo 10000 ;;
	udp1m)	echo 1001000 ;;
	*)	echo 1 ;;
	esac
}

# --- gen ------------------------------------------------------------------
# checksum WORD...: of an IPv4 header, words as hexadecimal numbers
checksum()
{
	local word sum=0

	for word; do sum=$((sum + 0x$word)); done
	sum=$(((sum & 0xffff) + (sum >> 16)))
	printf '%04x' $((0xffff ^ ((sum & 0xffff) + (sum >> 16))))
}

# frame TRAFFIC DIR SPORT DPORT: bytes of a frame from guest A to B (ab), or ba
frame()
{
	local words eth from=1 to=2

	eth=$(mac_of_b)$(mac_of_a)
	[ "$2" = ab ] || { eth=$(mac_of_a)$(mac_of_b) from=2 to=1; }
	eth=${eth//:/}
	[ "$1" != vlan ] || eth+=81000005
	if [ "$1" = udp6 ]; then
		printf '%s86dd6000000000081140' "$eth"
		printf 'fd00%020x%04x%04x' 0 "$n" $from 0 "$n" $to
	else
		words="4500 002e 0000 4000 4011 0000 0a00 $(printf '%02x%02x' "$n" $from) 0a00"
		words+=" $(printf '%02x%02x' "$n" $to)"
		# shellcheck disable=SC2086 # words
		words=${words/4011 0000/4011 $(checksum $words)}
		printf '%s0800%s' "$eth" "${words// /}"
	fi
	printf '%04x%04x0008%040x' "$3" "$4" 0
}

# gen_line DEV COUNT TRAFFIC FRAME: what gen.c is to be told
gen_line()
{
	local at=34 ports=1 more=1

	case $3 in
	udp1k)	ports=1000 ;;
	udp10k)	ports=10000 ;;
	udp1m)	ports=1000 more=1001 ;;
	vlan)	at=38 ;;
	udp6)	at=54 ;;
	esac
	echo "$1 $2 $at:$ports $((at + 2)):$more $4"
}

# gen_run NS DEV COUNT TRAFFIC FRAME: prints what it says
gen_run()
{
	in_ns "$1" bash -c "echo '$(gen_line "${@:2}")' >&5; read -r line <&5
		echo \"\$line\"" 5<> /dev/svcplane_gen
}

# paced INTERVAL COUNT SPORT: frames through lane $n, one each INTERVAL nanoseconds, to a
# guest without a sink; their times, binary (gen.c; latency-times reads them). Each gen_pace
# holds the far device until its file is closed.
paced()
{
	local frame

	frame=$(frame udp ab "$3" 9)
	in_ns "$B" bash -c "echo 'take f$n' >&5; exec nsenter --net=/run/netns/$A -- bash -c \"
		echo 'pace $1 e$n $2 34:1 36:1 $frame' >&5; exec cat <&5\"" 5<> /dev/svcplane_gen
}

# --- pktgen ---------------------------------------------------------------
# settings TRAFFIC: lines for pktgen
settings()
{
	echo "src_min 10.0.$n.1"
	echo "src_max 10.0.$n.1"
	echo "dst_min 10.0.$n.2"
	echo "dst_max 10.0.$n.2"
	echo "udp_src_min 1024"
	echo "udp_src_max 1024"
	case $1 in
	udp1k)	echo "udp_src_max 2024" ;;
	udp10k)	echo "udp_src_max 11024" ;;
	udp1m)	# 1,000 ports and 1,001 addresses, each in turn: all pairs come
		echo "udp_src_max 2024"
		echo "dst_min 10.1.0.0"
		echo "dst_max 10.1.3.232" ;;
	udp6)	echo "src6 fd00::$n:1"
		echo "dst6 fd00::$n:2" ;;
	vlan)	echo "vlan_id 5" ;;
	esac
}

# generate NS DEV COUNT DELAY LINES: returns when all is sent; prints pktgen's result
generate()
{
	in_ns "$1" bash -c "
		set() { echo \"\$2\" > $pktgen/\$1 || echo \"pktgen: \$2\" >&2; }
		set kpktgend_0 rem_device_all
		set kpktgend_0 'add_device $2'
		while read -r line; do [ -z \"\$line\" ] || set $2 \"\$line\"; done
		set $2 'count $3'
		set $2 'delay $4'
		set $2 'clone_skb 0'
		set $2 'pkt_size 60'
		set pgctrl start
		grep -A 1 ^Result: $pktgen/$2" <<< "$5"
}

# of pktgen's "OK: 12(c10+d2) usec, 300 (60byte,0frags)"
read_result()
{
	local usec packets

	usec=${1#*OK: }
	usec=${usec%%(*}
	packets=${1#*usec, }
	echo "${packets%% (*} ${usec}000"
}

# --- either ---------------------------------------------------------------
# from_guest COUNT TRAFFIC: prints how many were sent, and in how many nanoseconds
from_guest()
{
	if [ "$generator" = gen ]; then
		gen_run "$A" "e$n" "$1" "$2" "$(frame "$2" ab 1024 9)" | cut -d ' ' -f 1,3
		return
	fi
	read_result "$(generate "$A" "e$n" "$1" 0 "$(settings "$2")
		dst_mac $(mac_of_b)
		udp_dst_min 9
		udp_dst_max 9")"
}

# A frame of the answer's direction
answer() { gen_run "$B" "f$n" 1 udp "$(frame udp ba 9 1024)" > /dev/null; }

# What a lane needs when its flows are there
after_first()
{
	[ "$1" = allowed ] || return 0
	$SP verdict allow "sp$n" node n1 flow proto udp src "10.0.$n.1" sport 1024 \
		dst "10.0.$n.2" dport 9 > /dev/null || bail "no verdict"
}

arrives()
{
	local before

	before=$(left_at "b$n")
	from_guest 1 "$1" > /dev/null
	sleep 0.05
	[ "$(left_at "b$n")" -gt "$before" ]
}

traffic_ready()
{
	local lane=$1 traffic=$2 warm n

	lane_number "$lane"
	case $traffic in
	tcp*)	sink_off; ready_tcp "$traffic"; return ;;
	esac
	sink_on
	warm=$(($(flows_of "$traffic") * 3 / 2 + 100))
	[ -z "$smoke" ] || warm=100
	[[ $lane != ovs* ]] || ovs_forget
	busywait 30 arrives "$traffic" || bail "$lane: nothing arrives"
	[ "$traffic" != udp ] || answer > /dev/null
	after_first "$lane"
	from_guest $warm "$traffic" > /dev/null
}

# off_by WANTED LEG BEFORE: how far the leg is from having got so many
off_by()
{
	local off=$(($(left_at "$2") - $3 - $1))

	echo ${off#-}
}

# has_left DEV BEFORE COUNT: so many since it was BEFORE
has_left() { [ $(($(left_at "$1") - $2)) -ge "$3" ]; }

run_udp()
{
	local before=() legs=() leg off i all ns

	read -ra legs <<< "$(lane_legs "$1")"
	for leg in "b$n" "${legs[@]}"; do before+=("$(left_at "$leg")"); done
	read -r sent ns < <(from_guest "$3" "$2")
	rate=$((sent * 1000000000 / (ns + !ns)))
	# What is left to ksoftirqd comes later, and its time is not in the rate: that is lost,
	# unless nothing is timed
	[ -z "$smoke" ] || busywait 5 has_left "b$n" "${before[0]}" "$sent"
	lost=$((sent - $(left_at "b$n") + before[0]))
	all=$sent strayed=0
	[ "$1" != allowed ] || all=0
	for ((i = 0; i < ${#legs[@]}; i++)); do
		off=$(off_by "$all" "${legs[i]}" "${before[i + 1]}")
		[ "$off" -le "$strayed" ] || strayed=$off
	done
}

iperf_up=

# The addresses between which iperf3 talks
ready_tcp()
{
	if [ -z "$iperf_up" ]; then
		iperf_up=1
		spawn in_ns "$B" iperf3 -s
	fi
	[ "$1" = tcp6 ] || return 0
	for end in "$A e$n 1" "$B f$n 2"; do
		# shellcheck disable=SC2086 # namespace, device, number
		set -- $end
		in_ns "$1" sysctl -qw "net.ipv6.conf.$2.disable_ipv6=0"
		ip -n "$1" address replace "fd00:$n::$3/64" dev "$2" nodad
	done
}

run_tcp()
{
	local to=10.0.$n.2

	[ "$2" = tcp ] || to=fd00:$n::2
	# shellcheck disable=SC2034
	sent=0 lost=0 strayed=0
	# shellcheck disable=SC2034,SC2154 # rate is read by who asks, who gives tcp_seconds
	rate=$(in_ns "$A" timeout 60 iperf3 -J -t "$tcp_seconds" -c "$to" |
		jq -r '.end.sum_received.bits_per_second // 0 | floor')
}

traffic_run()
{
	local n

	lane_number "$1"
	case $2 in
	tcp*)	run_tcp "$@" ;;
	*)	run_udp "$@" ;;
	esac
}
