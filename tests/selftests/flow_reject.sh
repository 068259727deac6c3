#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Who is told that a frame was dropped: a verdict with the flag reject is answered
# to the guest, or to who sends to it, by TCP RST or ICMP, no more often than
# allowed; what is too big for a hop is answered with the MTU that is left.
#
#	A eth0 -- tapa [br0] tapb -- eth0 B
#	          | pp0
#	         sp0: fw1, a Linux bridge between two legs
# vehicle: debug
. "$(dirname "$0")/../topo.sh"
need python3 tcpdump nstat
module

# talk NS HOST PORT PROTO: sends every 20 ms until an error ends it, and says which
talk()
{
	spawn in_ns "$1" python3 -u - "$2" "$3" "$4" <<-'PY'
		import socket, sys, time
		host, port, proto = sys.argv[1], int(sys.argv[2]), sys.argv[3]
		family = socket.AF_INET6 if ":" in host else socket.AF_INET
		s = socket.socket(family, socket.SOCK_STREAM if proto == "tcp" else socket.SOCK_DGRAM)
		s.settimeout(10)
		s.connect((host, port))
		print("open")
		try:
		    while True:
		        s.send(b"x" * 10)
		        time.sleep(0.02)
		except OSError as e:
		    print(type(e).__name__, e.errno)
	PY
	talker=$spawned_out
	busywait 10 grep -q open "$talker" || bail "no connection"
}

# spawn reads from /dev/null: here the program comes on standard input
spawn()
{
	tap_spawns=$((${tap_spawns:-0} + 1))
	spawned_out=$tap_dir/spawned.$tap_spawns
	cat > "$tap_dir/program.$tap_spawns"
	"$@" > "$spawned_out" 2>&1 < "$tap_dir/program.$tap_spawns" &
	spawned=$!
	defer kill -KILL "$spawned"
}

# reject PROTO DPORT SCOPE: the flow to that port, by an operator's verdict
reject()
{
	busywait 5 flow_tag "$1" "$2" || bail "no flow of $1 to port $2"
	$SP verdict drop sp0 node fw1 tag "$(flow_tag "$1" "$2")" scope "$3" reject ||
		bail "no verdict"
}

flow_tag()
{
	$SP -j flow show sp0 proto "$1" dport "$2" | python3 -c '
import json, sys
print(hex(int(str(json.load(sys.stdin)[-1]["tag"]), 0)))'
}

setup_ns A B
add_guest "$A" tapa 192.0.2.1/24 2001:db8::1/64
add_guest "$B" tapb 192.0.2.2/24 2001:db8::2/64
lan bridge br0 tapa tapb
plane
inline_node fw1 1 s1
chain c1 s1
$SP path add sp0 100 reverse 101 chain c1 nodes fw1
$SP rule add sp0 prio 100 dir any chain c1
proxy tapa

spawn in_ns "$B" python3 -u - <<-'PY'
	import socket, threading
	def serve(port):
	    s = socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True)
	    while True:
	        c, _ = s.accept()
	        threading.Thread(target=talk, args=(c,)).start()
	def talk(c):
	    try:
	        while c.recv(100):
	            c.send(b"y")
	    except OSError as e:
	        print("server", type(e).__name__)
	for port in 5001, 5002, 5003:
	    threading.Thread(target=serve, args=(port,)).start()
	u = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
	u.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
	u.bind(("::", 6001))
	print("ready")
	while True:
	    u.recvfrom(100)
PY
server=$spawned_out
busywait 10 contains "$server" ready || bail "no server"

talk "$A" 192.0.2.2 5001 tcp
reject tcp 5001 forward
check "IPv4, TCP from the guest: it gets a reset" \
	busywait 5 grep -q ConnectionResetError "$talker"
talk "$A" 2001:db8::2 5002 tcp
reject tcp 5002 forward
check "IPv6, TCP from the guest: it gets a reset" \
	busywait 5 grep -q ConnectionResetError "$talker"
talk "$A" 192.0.2.2 5003 tcp
reject tcp 5003 reverse
check "TCP to the guest: who sends to it gets a reset" \
	busywait 5 grep -q 'server ConnectionResetError' "$server"
talk "$A" 192.0.2.2 6001 udp
reject udp 6001 forward
check "IPv4, UDP: administratively prohibited (EHOSTUNREACH)" \
	busywait 5 grep -q 'OSError 113' "$talker"
$SP flow flush sp0
talk "$A" 2001:db8::2 6001 udp
reject udp 6001 forward
check "IPv6, UDP: administratively prohibited (EACCES)" \
	busywait 5 grep -q 'PermissionError 13' "$talker"

unreachables() { in_ns "$A" nstat -asz IcmpInDestUnreachs | awk '/Unreachs/ { print $2 }'; }
$SP flow flush sp0
talk "$A" 192.0.2.2 6001 udp
reject udp 6001 forward
before=$(unreachables) begin=$(date +%s)
in_ns "$A" python3 - <<-'PY'
	import socket
	s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
	s.bind(("", 7001))
	for n in range(3000):
	    s.sendto(b"x", ("192.0.2.2", 6001))
PY
$SP verdict drop sp0 node fw1 proto udp src 192.0.2.1 sport 7001 dst 192.0.2.2 dport 6001 reject
in_ns "$A" python3 - <<-'PY'
	import socket
	s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
	s.bind(("", 7001))
	for n in range(3000):
	    s.sendto(b"x", ("192.0.2.2", 6001))
PY
answers=$(($(unreachables) - before))
check "a flood is answered" more $answers 10
check "but no more than a hundred times a second" \
	more $((150 + 100 * ($(date +%s) - begin))) $answers

check_eq "answers are no gap" \
	"$($SP -j -s proxy show pp0 | grep -o '"gap":[0-9]*' | xargs)" "gap:0 gap:0"

for dev in fw1l fw1r; do ip link set $dev mtu 1300; done
too_big() { in_ns "$A" ping -n -c 2 -W 1 "$@" 2>&1 | grep -q 'mtu *= *1300'; }
check "IPv4: fragmentation needed, with the MTU of the hop" too_big -M 'do' -s 1400 192.0.2.2
check "IPv6: packet too big" too_big -M 'do' -s 1400 2001:db8::2
check "both are counted" more "$(drops mtu)" 1
check "what fits passes" pings "$A" 192.0.2.2 -M 'do' -s 1272
serve "$B" 5005 100000
check "TCP to the guest learns the MTU" receives "$A" 192.0.2.2 5005
check "likewise over IPv6" receives "$A" '[2001:db8::2]' 5005
