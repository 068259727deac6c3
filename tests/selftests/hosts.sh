#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Hosts that share a service plane: sessions, announcements, user messages exactly
# once, events and counters; keys that change, a host that is struck, a restart of
# either side, a partition, clocks that jump; and where all this is to be seen.
#
#	host 1    host 2    host 3		vxlan, geneve, veth
#	  +---------+---------+----- lan
#	A eth0 -- tapa [br0] tapb -- eth0 B on host 1; nodes ids1 and ids2 on 2 and 3
# timeout: 120
# vehicle: debug
. "$(dirname "$0")/../fabric.sh"
. "$(dirname "$0")/../nsh.sh"
need tcpdump python3
module

# heard I TEXT: how often host I has told of a message with TEXT
heard()
{
	local file=heard_$1

	grep -c "accepted.*$2" "${!file}"
}
hears_once() { [ "$(heard "$1" "$2")" = 1 ]; }

# delivers FROM TO TEXT: a message, once
delivers()
{
	says "$1" "$2" "$3" && busywait 10 hears_once "$2" "$3"
}

down() { ! sessions "$@"; }
node_is() { [ "$(on "$1" -j node show sp0 "$2" | jq -r '.[0].down | if length > 0 then "down" else "up" end')" = "$3" ]; }
owner_is() { [ "$(on "$1" -j node show sp0 "$2" | jq -r .[0].owner)" = "$3" ]; }
has_mac() { at "$1" bridge fdb show dev sp0 | grep -q "^$2 "; }

for kind in geneve veth; do
	fabric 2 $kind
	check "$kind: sessions" connected
	hears 2
	check "$kind: a message" delivers 1 2 "by $kind"
done

fabric 3 vxlan
check "vxlan: each host has a session with each other" connected
for i in 1 2 3; do hears $i; done
host_nsh 2 ids1 "$BADLY" -i eth0
host_nsh 3 ids2 "$BADLY" -i eth0
plane_file <<-'END'
	service add sp0 ids type 35
	node add sp0 ids1 id 1 hosts 2 service ids mode nsh dev ids1 mac 02:00:00:00:00:a1
	node add sp0 ids2 id 2 hosts 3 service ids mode nsh dev ids2
END
for i in 1 2 3; do
	check "host $i knows where ids1 is" busywait 10 owner_is $i ids1 2
	check "host $i knows where ids2 is" busywait 10 owner_is $i ids2 3
done
check "and that it is up" busywait 10 node_is 1 ids1 up
check "its address is behind the uplink" busywait 5 has_mac 1 02:00:00:00:00:a1
of 2 link set ids1 down
check "one that goes down is told of" busywait 5 node_is 1 ids1 down
of 2 link set ids1 up
check "and one that comes back" busywait 5 node_is 3 ids1 up

# Messages: each to one host, once, and told on both sides
n=0
for from in 1 2 3; do
	for to in 1 2 3; do
		[ $from = $to ] && continue
		n=$((n + 1))
		check "a message from $from to $to, once" delivers $from $to "message $n."
	done
done
# shellcheck disable=SC2154 # by hears
check_eq "and to nobody else" "$(cat "$heard_1" "$heard_2" "$heard_3" | grep -c 'accepted.*message [0-9]\.')" 6
check "the sender tells that it was acknowledged" busywait 5 grep -q "acked.*message 1\." "$heard_1"
check_eq "counted by who got it, and by whose it was" \
	"$(counted 2 1 in.user)" "$(counted 1 2 out.user)"

# What is said where: on the uplinks, and nowhere else
setup_ns A B
host_guest 1 tapa "$A" 10.1.0.1/24
host_guest 1 tapb "$B" 10.1.0.2/24
host_lan 1 br0 tapa tapb
host_proxy 1 tapa
# listens NAME NS DEV: what passes there with an NSH, or in a tunnel
listens()
{
	spawn in_ns "$2" tcpdump -i "$3" --immediate-mode -l -nn -x "ether proto 0x894f or udp port 4789"
	printf -v "listens_$1" '%s' "$spawned_out"
	busywait 10 contains "$spawned_out" "listening on" || bail "no tcpdump"
}
frames_at() { local file=listens_$1; grep -c 0x0000: "${!file}"; }
listens wire "$WIRE" p1
listens uplink "$H1" vx
listens guest "$A" eth0
listens bridge "$H1" br0
listens tap "$H1" tapb
for i in 1 2 3 4 5; do delivers 2 1 "watched $i." || not_ok "watched $i"; done
check "pings between the guests" pings "$A" 10.1.0.2
check "seen on the underlay" more "$(frames_at wire)" 9
check "seen at the uplink" more "$(frames_at uplink)" 9
check_eq "neither by guests nor on their bridge" \
	"$(frames_at guest) $(frames_at bridge) $(frames_at tap)" "0 0 0"

# Clocks jump: sessions have none. What waits goes by this clock, so that it has to
# be right again
uptime() { local up rest; read -r up rest < /proc/uptime; echo "${up%.*}"; }
offset=$(($(date +%s) - $(uptime)))
right_clock() { date -s "@$((offset + $(uptime)))"; }
defer right_clock
for when in 2000-01-01 2038-01-20 2100-06-06; do
	date -s "$when" > /dev/null
	says 1 2 "in $when."
	right_clock > /dev/null
	check "the clock jumps to $when and back: a message" busywait 10 hears_once 2 "in $when\."
done
check_eq "no session has ended" "$(counted 1 2 sessions)" 1

# Keys: a second one of host 2 beside the first, then the first goes; messages are
# sent all the time, in either direction
steady=0
step()
{
	check "key: $1" "${@:2}"
	steady=$((steady + 1))
	for pair in "1 2" "2 1"; do
		# shellcheck disable=SC2086 # two words
		check "key: then a message from ${pair% *} to ${pair#* }" delivers $pair "key $steady."
	done
}
key_is() { [ "$(peer 1 2 .key_id)" = "$1" ] && [ "$(peer 2 1 .key_id)" = "$1" ]; }
list_two() { on "$1" host set sp0 hv2 public-key "$(cat "$tap_dir/pub.2")" key-number 0 public-key "$new" key-number 5; }
list_new() { on "$1" host set sp0 hv2 public-key "$new" key-number 5; }
$SP genkey > "$tap_dir/key.new"
new=$($SP pubkey < "$tap_dir/key.new")
was=$(counted 1 2 sessions)
check_eq "key: it was number 0 of both" "$(peer 1 2 .key_id)" 0
step "host 1 lists two" list_two 1
step "host 3, too" list_two 3
step "host 2 has two" on 2 plane set sp0 private-key "$tap_dir/key.2" key-number 0 \
	private-key "$tap_dir/key.new" key-number 5
step "host 1 has but the new one" list_new 1
check "key: by then the new one is used" busywait 10 key_is 5
step "host 3, too" list_new 3
step "host 2, too" on 2 plane set sp0 private-key "$tap_dir/key.new" key-number 5
check_eq "key: no session has ended" "$(counted 1 2 sessions)/$(counted 2 1 unknown)" "$was/0"

# A host that is struck is not heard any more
ended() { ! live_with "$1" "$2"; }
live_with() { [ "$(peer "$1" "$2" .live)" = true ]; }
on 1 host del sp0 hv2
was=$(host_drops 1 ctl_peer)
says 2 1 "from the struck"
refused() { more "$(host_drops 1 ctl_peer)" "$was"; }
check "what a struck host says is dropped" busywait 5 refused
check "its node is down" busywait 5 node_is 1 ids1 down
check "it sees its session end" busywait 8 ended 2 1
check_eq "nobody hears it" "$(heard 1 "from the struck")" 0
cp "$tap_dir/key.new" "$tap_dir/key.2"
echo "$new" > "$tap_dir/pub.2"
on 1 host add sp0 2 name hv2 public-key "$new" key-number 5
check "listed again, it is there again" busywait 10 sessions 1 2
check "with its node" busywait 10 node_is 1 ids1 up
check "and a message" delivers 2 1 "listed again."

# Restarts, of who is sent to and of who sends
host_two() { stop 2; start 2; on 2 plane set sp0 private-key "$tap_dir/key.2" key-number 5; }
cut 2
says 1 2 "to the one that begins anew."
host_two
heal 2
check "host 2 begins anew: sessions" busywait 15 sessions 1 2 3
check "what was under way arrives" busywait 10 hears_once 2 "to the one that begins anew\."
check "its node is there again" busywait 10 node_is 1 ids1 up
check "and messages" delivers 1 2 "after the restart."
cut 2
says 2 1 "of the one that ends."
stop 2
check "of what was under way it says that nobody knows" busywait 5 grep -q "unknown.*of the one that ends" "$heard_2"
start 2
on 2 plane set sp0 private-key "$tap_dir/key.2" key-number 5
heal 2
check "host 2 began anew: sessions" busywait 15 sessions 1 2 3
check "and messages" delivers 2 1 "after another restart."
check_eq "not what was given up" "$(heard 1 "of the one that ends")" 0

# A partition, and changes on both sides of it
of 2 link set ids1 down
check "before the partition: ids1 is down" busywait 5 node_is 1 ids1 down
check "and ids2 up" busywait 5 node_is 2 ids2 up
cut 2
check "in the partition host 1 has lost host 2" busywait 8 ended 1 2
of 2 link set ids1 up
of 3 link set ids2 down
heal 2
began=$(date +%s%N)
same() { node_is 1 ids1 up && node_is 3 ids1 up && node_is 2 ids2 down && node_is 1 ids2 down; }
check "healed: the states are equal" busywait 10 same
diag "after $((($(date +%s%N) - began) / 1000000)) ms"
check "with all sessions" busywait 5 sessions
