#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Frames on an uplink: each thing that can be wrong with them has a drop reason
# of its own, and from hosts that are not listed nothing is taken at all.
#
#	far --veth-- up0 [sp0]
# vehicle: debug
. "$(dirname "$0")/../topo.sh"
need python3
module

# frame NAME: sends it into the uplink
frame()
{
	python3 - "$1" <<-'PY'
		import socket, struct, sys
		ETH, NONE, OAM, BULK, NESTED = 3, 0, 7, 0xfe, 4
		def nsh(spi=100, si=255, ttl=63, next=ETH, md=1, version=0, o=0, length=6,
		        tenant=7, host=2, body=b"", pay=bytes(60), ctx=None):
		    w = version << 14 | o << 13 | ttl << 6
		    c = struct.pack(">IIII", 0x20000000 | host << 16 | 1, tenant, 1, 0x1234)
		    if md == 2:
		        c = b"\xff\xf6\x01\x10" + c + body
		        length = 2 + len(c) // 4
		    if ctx is not None:
		        c = ctx
		    return struct.pack(">HBBI", w | length, md, next, spi << 8 | si) + c + pay
		ctl = b"\xff\xf6\x02\x14" + bytes(20)
		own = 0xfff001
		frames = {
		    "nsh_short": nsh()[:20],
		    "nsh_version": nsh(version=1),
		    "nsh_mdtype": nsh(md=3),
		    "nsh_length": nsh(length=5),
		    "nsh_tlv": nsh(md=2, ctx=b"\xff\xf6\x01\x7f" + bytes(20)),
		    "nsh_oam": nsh(o=1),
		    "nsh_next": nsh(next=0x42),
		    "nsh_nested": nsh(next=NESTED),
		    "nsh_inner": nsh(pay=bytes(10)),
		    "nsh_ttl": nsh(ttl=1),
		    "nsh_si0": nsh(si=0),
		    "uplink_tenant": nsh(tenant=8),
		    "uplink_tenant:foreign-layout": nsh(host=0),
		    "nsh_no_hop:spi-0": nsh(spi=0),
		    "nsh_no_hop:control-of-another": nsh(spi=0xfff002, md=2, next=NONE, body=ctl, pay=b""),
		    "nsh_no_hop:control-si": nsh(spi=own, si=254, md=2, next=NONE, body=ctl, pay=b""),
		    "nsh_next:metadata-only-on-data": nsh(md=2, next=NONE, body=ctl, pay=b""),
		    "nsh_next:bulk-on-data": nsh(next=BULK),
		    "nsh_no_metadata:payload": nsh(spi=own, md=2, next=NONE, body=ctl),
		    "nsh_no_metadata:no-body": nsh(spi=own, md=2, next=NONE, pay=b""),
		    "ctl_type:frame-on-control": nsh(spi=own),
		    "ctl_type:echo-with-body": nsh(spi=own, md=2, o=1, next=OAM, body=ctl),
		    "uplink_peer:data": nsh(),
		    "uplink_peer:ttl-0": nsh(ttl=0),
		    "uplink_peer:piggy-back": nsh(md=2, body=ctl),
		    "ctl_peer:control": nsh(spi=own, md=2, next=NONE, body=ctl, pay=b""),
		    "ctl_peer:bulk": nsh(spi=own, md=2, next=BULK),
		    "ctl_shape:bulk-with-md1": nsh(spi=own, next=BULK),
		    "ctl_shape:bulk-with-a-body": nsh(spi=own, md=2, next=BULK, body=ctl),
		    "ctl_shape:two-bodies": nsh(spi=own, md=2, next=NONE, body=2 * ctl, pay=b""),
		    "nsh_oam:control": nsh(spi=own, md=2, o=1, next=NONE, body=ctl, pay=b""),
		    "uplink_peer:echo": nsh(md=2, o=1, next=OAM),
		}
		if sys.argv[1] == "names":
		    print(*frames)
		    sys.exit()
		s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		s.bind(("far", 0))
		s.send(bytes.fromhex("025000010000" "025000020000" "894f") + frames[sys.argv[1]])
	PY
}

grown() { [ "$(drops "$1")" = "$2" ]; }

setup_ns A
ip link add up0 type veth peer name far
defer ip link del up0
ip link set up0 mtu 1600
ip link set far up
plane
$SP plane set sp0 tenant 7 host-id 1 || bail "no tenant"
ip link set up0 master sp0 || bail "no uplink"
ip link set up0 up

for name in $(frame names); do
	reason=${name%%:*}
	before=$(drops "$reason")
	frame "$name"
	check "$name: dropped as $reason" busywait 3 grown "$reason" $((before + 1))
done
