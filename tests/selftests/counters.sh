#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Counters: an echo has as many bytes there as back, and as the tap itself counts;
# frames that pass around a tap's hooks are an event, others are none.
#
#	A eth0 -- tapa [br0] tapb -- eth0 B
#	          | pp0
#	         sp0: fw1, a Linux bridge between two legs
# vehicle: stock
. "$(dirname "$0")/../topo.sh"
need python3 tc
module

# bytes: of the flow, node and guest, out and in
bytes()
{
	python3 - <<-'PY'
		import json, subprocess
		def show(*what):
		    return json.loads(subprocess.check_output(["svcplane", "-j", "-s", *what]))[0]
		flow = show("flow", "show", "sp0", "proto", "icmp")
		node = show("node", "show", "sp0", "fw1")["stats64"]
		guest = show("proxy", "show", "pp0")["guests"][0]["stats64"]
		print(*(flow[d]["bytes"] for d in ("out", "in")),
		      *(node[f"{k}_{d}"]["bytes"] for k in ("sent", "returned") for d in ("out", "in")),
		      *(guest[d][k]["bytes"] for k in ("steered", "returned") for d in ("out", "in")))
	PY
}

# beyond: what the tap has counted and the hook has not seen, out and in; an ARP
# probe for a guest that has not spoken yet is taken for a flooded copy and not
# delivered
beyond()
{
	python3 - <<-'PY'
		import json, subprocess
		guest = json.loads(subprocess.check_output(
		    ["svcplane", "-j", "-s", "proxy", "show", "pp0"]))[0]["guests"][0]["stats64"]
		def device(way):
		    return int(open(f"/sys/class/net/tapa/statistics/{way}_bytes").read())
		print(device("rx") - guest["out"]["seen"]["bytes"],
		      device("tx") - guest["in"]["seen"]["bytes"] + guest["flooded"]["bytes"])
	PY
}

# What other hosts say meanwhile is counted at two instants, here and below
steady() { before=$(beyond) && [ "$(beyond)" = "$before" ]; }

echoes()
{
	[ "$(bytes)" = "426 426 426 426 426 426 426 426 426 426" ] &&
		[ "$(beyond)" = "$before" ]
}

setup_ns A B
for ns in "$A" "$B"; do in_ns "$ns" sysctl -qw net.ipv6.conf.default.disable_ipv6=1; done
add_guest "$A" tapa 192.0.2.1/24
add_guest "$B" tapb 192.0.2.2/24
lan bridge br0 tapa tapb
pings "$A" 192.0.2.2 || bail "no network"
plane
inline_node fw1 1 s1
chain c1 s1
$SP path add sp0 100 reverse 101 chain c1 nodes fw1
$SP rule add sp0 prio 100 dir any proto icmp chain c1
proxy tapa
busywait 5 steady || bail "the network does not come to rest"
check "three echoes of 142 bytes" in_ns "$A" ping -q -n -c 3 -i 0.2 -s 100 -W 3 192.0.2.2
check "count as many, everywhere" busywait 5 echoes ||
	diag "flow, node, guest: $(bytes); beyond the hook: $(beyond), before: $before"

spawn $SP monitor gap
heard=$spawned_out
spawn $SP -j monitor gap
heard_json=$spawned_out
check "ordinary traffic" in_ns "$A" ping -q -n -f -c 300 192.0.2.2
gaps() { $SP -s proxy show pp0 | grep -o 'gap [0-9]*' | tr '\n' ' '; }
no_gaps() { [ "$(gaps)" = "gap 0 gap 0 " ]; }
check "leaves no gap" busywait 5 no_gaps
# In front of the hooks, by itself until somebody notices
tc qdisc add dev tapa clsact
tc filter add dev tapa ingress matchall action mirred egress redirect dev tapb
tc qdisc add dev tapb clsact
tc filter add dev tapb ingress matchall action mirred egress redirect dev tapa
schema=$(dirname "$0")/../schema
around() { in_ns "$A" ping -q -n -f -c 100 -W 1 192.0.2.2; grep -q "dir $1 " "$heard"; }
check "a redirect around the hooks, from the guest, is told" busywait 30 around out
check "and towards it" busywait 30 around in
check "of which tap, proxy and direction, and how many" grep -qE \
	'^gap grown sp0 tapa proxy pp0 dir out frames [1-9][0-9]+ reason ' "$heard"
check "in JSON as well" grep -qE \
	'"event":"grown","object":"gap","plane":"sp0","name":"tapa","proxy":"pp0","dir":"out","gap":[0-9]+' "$heard_json"
check "as the schema has it" "$schema/validate" "$schema/monitor.json" -l < "$heard_json"
