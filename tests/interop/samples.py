#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""samples.py FILE: a capture with one frame of each kind that wire.md knows.

GOOD and BAD list them as (name, frame, fields): what tshark with
contrib/wireshark/svcplane.lua shows of it, of fields that stand there several times
all values. Of BAD frames "malformed" and "unexpected" are texts that it says.
"""
import struct
import sys

from scapy.contrib.nsh import NSH, NSHTLV
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Ether
from scapy.packet import Raw

from wire import (CONTROL, ack, body, context, echo, echo_tlv, ether, flow_record, flow_state,
                  flow_tuple, guest_frame, header, node_mac, nsh, over_geneve, over_vxlan, pcap,
                  record, sealed, sff, tlv, verdict)

HOST = CONTROL | 2
INNER = guest_frame()
CTX = context()
HEAD = header(1, CTX)
MAC_0 = bytes([2]) + bytes(27)


def to_node(payload, node=3):
    return ether(node_mac(node), sff(1), payload)


def from_node(payload):
    return ether(sff(1), node_mac(3), payload)


def between(payload, source=1, dest=2):
    return over_vxlan(ether(sff(dest), sff(source), payload))


def control(message, **more):
    """Carrier 2: a message in a packet of its own"""
    return between(sealed(HOST, 255, HEAD + header(2, message), **more))


def scapy_frames():
    """Of scapy's own NSH layer, which wants to be told the words of the metadata"""
    outer = Ether(dst="02:50:fe:00:03:00", src="02:50:00:01:00:00", type=0x894F)
    inner = Ether(INNER)
    md1 = outer / NSH(ttl=62, mdtype=1, spi=100, si=255, context_header=CTX) / inner
    head = NSHTLV(class_=0xFFF6, type=1, length=16, metadata=[Raw(CTX)])
    md2 = outer / NSH(ttl=62, mdtype=2, length=7, spi=100, si=255, vlch=[head]) / inner
    bare = outer / NSH(ttl=62, mdtype=2, spi=100, si=255) / inner
    nested = outer / NSH(mdtype=1, nextproto=4, spi=9, si=1, context_header=CTX) / \
        NSH(mdtype=1, spi=100, si=255, context_header=CTX) / inner
    plain = outer / NSH(mdtype=1, nextproto=1, spi=9, si=1, context_header=CTX) / \
        IP(src="10.0.0.1", dst="10.0.0.2") / UDP(dport=80)
    return [bytes(frame) for frame in (md1, md2, bare, nested, plain)]


IN_NSH = {"nsh.spi": 100, "nsh.si": 255}
DATA = {**IN_NSH, "udp.dstport": 80}
CONTEXT = {"svcplane.ctx.d": 0, "svcplane.ctx.f": 1, "svcplane.ctx.host": 1,
           "svcplane.ctx.iface": 2, "svcplane.ctx.q": 0, "svcplane.ctx.v": 0,
           "svcplane.ctx.tenant": 7, "svcplane.ctx.skip": 0, "svcplane.ctx.chain": 1,
           "svcplane.ctx.a": 0, "svcplane.ctx.tag": 0x1A2B3C}
MAC1 = {"svcplane.mac1.keyid_len": 2, "svcplane.mac1.key_lower": 1,
        "svcplane.mac1.key_higher": 2, "svcplane.mac1.nonce_len": 0,
        "svcplane.mac1.time": "Nov 14, 2023 22:13:20.500000000 UTC"}
HERE = {"svcplane.ctl.path_host": 2, **CONTEXT, **MAC1}
TUNNEL = {"udp.dstport": [4789, 80]}
DROP = {"svcplane.verdict.tag": 0x1A2B3C, "svcplane.verdict.action": 1,
        "svcplane.verdict.scope": 3, "svcplane.verdict.reason": 9, "svcplane.verdict.now": 1,
        "svcplane.verdict.reject": 1, "svcplane.verdict.lifetime": 5000}
NODE_DROP = body(6, verdict(1, 3, reason=9, flags=3, lifetime=5000), origin=0, dest=1,
                 epoch=0, seq=0)


def message(kind, **more):
    """What the head of a message shows"""
    shown = {"version": 1, "type": kind, "origin": 1, "dest": 2, "epoch": 0x11223344,
             "seq": 5, "ack_wanted": 0, "is_ack": 0}
    return {f"svcplane.ctl.{name}": value for name, value in {**shown, **more}.items()}


SCAPY = scapy_frames()
RE_PATH = body(6, verdict(4, 1, tag=0, chain=2, spi=0xFFEFFF),
               flow_tuple(4, 6, b"\x0a\0\0\1" + bytes(12), b"\x0a\0\0\2" + bytes(12), 40000, 80,
                          0x1064), origin=0, dest=4094, epoch=0, seq=0)
OVER_6 = body(6, verdict(2, 2, tag=0),
              flow_tuple(6, 17, b"\x20\1\x0d\xb8" + bytes(11) + b"\1",
                         b"\x20\1\x0d\xb8" + bytes(11) + b"\2", 53, 54),
              origin=0, dest=1, epoch=0, seq=0)
NODES = tlv(7, record(3, "02:50:fe:00:03:00", 1, 10, 1) + record(4, "02:50:fe:00:04:00", 2, 0, 7))
NONCES = (tlv(1, b"nonce..1"), tlv(2, b"nonce..2"))
FLOW = flow_tuple(4, 6, b"\x0a\0\0\1" + bytes(12), b"\x0a\0\0\2" + bytes(12), 40000, 80)
FLOWS = flow_state("02:00:00:00:00:01",
                   flow_record(FLOW, 6, skip=(0x8000, 0), act=(0, 1), tcp=(2, 2), idle=1500),
                   flow_record(FLOW, 9, 0x1007, peer="00:00:00:00:00:00", chain=0, spi=(0, 0),
                               act=(1, 2), until=9000))
SESSION = (tlv(3, struct.pack("!I", 0x55667788)), tlv(4, struct.pack("!Q", 1 << 40)))

# What wire.md prints of frames and messages, made anew from what it says of them
PAIR_KEY = bytes.fromhex("51120ebce31b28c325db25add972cdd46e2b1796a801ea5813a9a169cbf4d286")
EPOCHS = (tlv(3, struct.pack("!I", 0x11223344)), tlv(3, struct.pack("!I", 0x55667788)))
THEIR = (tlv(1, bytes.fromhex("a1a2a3a4a5a6a7a8")), tlv(1, bytes.fromhex("b1b2b3b4b5b6b7b8")),
         tlv(2, bytes.fromhex("a1a2a3a4a5a6a7a8")), tlv(2, bytes.fromhex("b1b2b3b4b5b6b7b8")))
OURS = tlv(5, b"\0\1\0\0")
BARE = header(1, context(iface=0, chain=0, tag=0))
AT_2021 = (0x60000000, 1 << 31)
ECHO_KEY = bytes(range(32))
ECHO_REQUEST = sealed(100, 254, header(1, context(iface=0, tag=0)),
                      echo(1, 0xAABBCCDD, 7, echo_tlv(3, b"\xff\xf0\1\xff")), 7, 1, 61, ECHO_KEY)
ECHO_REPLY = sealed(CONTROL | 1, 255, header(1, context(host=3, iface=0, chain=0, tag=0)),
                    echo(2, 0xAABBCCDD, 7,
                         echo_tlv(252, struct.pack("!HHHBBIB3x", 3, 9, 3, 2, 4, 100 << 8 | 254,
                                                   59)), code=252), 7, 1, 63, ECHO_KEY)
DOCUMENTED = [
    ("first hop, forward", nsh(1, 100, 255, CTX)),
    ("as the node returns it", nsh(1, 100, 254, CTX)),
    ("reverse", nsh(1, 101, 255, context(v=1))),
    ("a hop left out", nsh(1, 100, 254, context(skip=0x8000), ttl=61)),
    ("context md2", nsh(2, 100, 255, HEAD)),
    ("verdict", NODE_DROP),
    ("re-path by tuple", RE_PATH),
    ("user message of a node", body(8, tlv(10, b"abcde"), origin=0, dest=1, epoch=0, seq=0)),
    ("user message and its MAC",
     sealed(HOST, 255, BARE + header(2, body(8, tlv(10, b"abcde"), seq=0x0102030405060708,
                                             flags=1)), key=PAIR_KEY, when=AT_2021)),
    ("hello", body(1, THEIR[0], EPOCHS[0], OURS, seq=0)),
    ("hello-answer", body(2, THEIR[1], THEIR[2], EPOCHS[1],
                          tlv(4, bytes.fromhex("1112131415161700")), OURS, origin=2, dest=1,
                          epoch=0x55667788, seq=0)),
    ("hello-done", body(3, THEIR[3], EPOCHS[0], tlv(4, bytes.fromhex("0102030405060700")), OURS,
                        seq=0)),
    ("ack", body(4, ack(0x0102030405060708, 0, 0x11223344), origin=2, dest=1, epoch=0x55667788,
                 seq=0, flags=2)),
    ("announce",
     body(5, tlv(7, record(3, "02:50:fe:00:03:00", 1, 0, 0) +
                 record(4, "02:50:00:02:00:00", 2, 0, 5)), origin=2, dest=1, epoch=0x55667788,
          seq=0x1112131415161701, flags=1)),
    ("bulk and its MAC",
     sealed(HOST, 255, BARE, body(7, tlv(11, bytes(range(120))), seq=0x0102030405060709, flags=1),
            0xFE, key=PAIR_KEY, when=AT_2021)[:60]),
    ("echo request and its MAC", ether(sff(3), sff(1), ECHO_REQUEST)),
    ("echo reply and its MAC", ether(sff(1), sff(3), ECHO_REPLY)),
]

GOOD = [
    ("context svcplane", to_node(nsh(1, 100, 255, CTX) + INNER), {**DATA, **CONTEXT}),
    ("reverse, a hop left out",
     to_node(nsh(1, 101, 254, context(v=1, skip=0x8000), ttl=61) + INNER),
     {"nsh.spi": 101, "svcplane.ctx.v": 1, "svcplane.ctx.skip": 0x8000}),
    ("context dc", to_node(nsh(1, 100, 255, context(chain=0)) + INNER),
     {**DATA, "svcplane.ctx.chain": 0, "svcplane.ctx.tag": 0x1A2B3C}),
    ("context zero", to_node(nsh(1, 100, 255, bytes(16)) + INNER),
     {**DATA, "svcplane.ctx.f": 0, "svcplane.ctx.host": 0, "svcplane.ctx.tag": 0}),
    ("context md2", to_node(nsh(2, 100, 255, HEAD) + INNER), {**DATA, **CONTEXT}),
    ("query", to_node(nsh(1, 100, 255, context(q=1)) + INNER),
     {"svcplane.ctx.q": 1, "svcplane.ctx.a": 0}),
    ("answer", from_node(nsh(1, 100, 254, context(q=1, a=1)) + INNER),
     {"svcplane.ctx.q": 1, "svcplane.ctx.a": 1, "svcplane.ctx.tag": 0x1A2B3C}),
    ("a node with an address of its own",
     ether(bytes.fromhex("525400000001"), sff(1), nsh(1, 100, 255, CTX) + INNER), CONTEXT),
    ("another's frame", ether(bytes(6), bytes(6), nsh(1, 100, 255, CTX) + INNER),
     {**DATA, "svcplane.ctx.tag": []}),
    ("verdict in a returned frame",
     from_node(nsh(2, 100, 254, HEAD + header(2, NODE_DROP)) + INNER),
     {**CONTEXT, **DROP, **message(6, origin=0, dest=1, epoch=0, seq=0), "udp.dstport": 80}),
    ("verdict by itself",
     from_node(nsh(2, 100, 254, HEAD + header(2, NODE_DROP), np=0)),
     {**CONTEXT, **DROP, "_ws.col.Protocol": "svcplane",
      "_ws.col.Info": "Verdict 0 > 1: drop both tag 0x1a2b3c"}),
    ("verdict of a node that shows no context",
     from_node(nsh(2, 100, 254, header(2, NODE_DROP), np=0)), DROP),
    ("a short frame, filled up",
     from_node(nsh(2, 100, 254, header(2, body(8, tlv(10, b"abcde"), origin=0, epoch=0, seq=0)),
                   np=0) + bytes(2)), {"svcplane.tlv.value": "6162636465"}),
    ("re-path by tuple", from_node(nsh(2, 100, 254, header(2, RE_PATH), np=0)),
     {"svcplane.verdict.action": 4, "svcplane.verdict.scope": 1, "svcplane.verdict.chain": 2,
      "svcplane.verdict.spi": 0xFFEFFF, "svcplane.tuple.family": 4, "svcplane.tuple.proto": 6,
      "svcplane.tuple.tagged": 1, "svcplane.tuple.vlan": 100, "svcplane.tuple.src": "10.0.0.1",
      "svcplane.tuple.dst": "10.0.0.2", "svcplane.tuple.sport": 40000,
      "svcplane.tuple.dport": 80}),
    ("allow by tuple of IPv6", from_node(nsh(2, 100, 254, header(2, OVER_6), np=0)),
     {"svcplane.verdict.action": 2, "svcplane.tuple.src6": "2001:db8::1",
      "svcplane.tuple.dst6": "2001:db8::2"}),
    ("user bytes of a node",
     from_node(nsh(2, 100, 254, HEAD + header(2, body(8, tlv(10, b"abcde"), origin=0, epoch=0,
                                                      seq=0)), np=0)),
     {"svcplane.ctl.type": 8, "svcplane.tlv.value": "6162636465",
      "svcplane.tlv.padding": "000000"}),
    ("data between hosts", between(nsh(1, 100, 255, CTX) + INNER), {**CONTEXT, **TUNNEL}),
    ("data over geneve",
     over_geneve(ether(sff(2), sff(1), nsh(1, 100, 255, CTX) + INNER)), CONTEXT),
    ("piggy-backed verdict",
     between(sealed(100, 253, HEAD + header(2, body(6, verdict(3, node=9, generation=77),
                                                    flags=1)), INNER, 3)),
     {**CONTEXT, **MAC1, **message(6, ack_wanted=1), **TUNNEL, "svcplane.verdict.action": 3,
      "svcplane.verdict.node": 9, "svcplane.verdict.generation": 77,
      "_ws.col.Info": "40000 → 80 Len=14 [Verdict 1 > 2: skip-node both tag 0x1a2b3c]"}),
    ("hello", control(body(1, NONCES[0], SESSION[0], tlv(5, b"\0\1\0\0"), seq=0)),
     {**HERE, **message(1, seq=0), "svcplane.nonce.own": int.from_bytes(b"nonce..1", "big"),
      "svcplane.epoch.number": 0x55667788, "svcplane.version.highest": 1,
      "svcplane.version.caps": 0,
      "_ws.col.Info": "Hello 1 > 2"}),
    ("hello answer", control(body(2, *NONCES, *SESSION, seq=0)),
     {**HERE, **message(2, seq=0), "svcplane.last_seq.number": 1 << 40,
      "svcplane.peer_nonce.back": int.from_bytes(b"nonce..2", "big")}),
    ("hello done", control(body(3, NONCES[1], *SESSION, seq=0)), {**HERE, **message(3, seq=0)}),
    ("ack", control(body(4, ack(5, 0, 0x99), flags=2, seq=0)),
     {**HERE, **message(4, seq=0, is_ack=1), "svcplane.ack.seq": 5, "svcplane.ack.status": 0,
      "svcplane.ack.reserved": 0, "svcplane.ack.epoch": 0x99,
      "_ws.col.Info": "Ack 1 > 2: of 5: applied"}),
    ("ack: renumber", control(body(4, ack((1 << 64) - 1, 8, 0x99), flags=2, seq=0)),
     {"svcplane.ack.status": 8, "svcplane.ack.seq": (1 << 64) - 1,
      "_ws.col.Info": f"Ack 1 > 2: of {(1 << 64) - 1}: renumber"}),
    ("announce", control(body(5, NODES, flags=1)),
     {**HERE, **message(5, ack_wanted=1), "svcplane.node.id": [3, 4],
      "svcplane.node.mac": ["02:50:fe:00:03:00", "02:50:fe:00:04:00"],
      "svcplane.node.state": [1, 2], "svcplane.node.load": [10, 0],
      "svcplane.node.moves": [1, 7]}),
    ("announce of nothing", control(body(5, flags=1)), {**HERE, "svcplane.node.id": []}),
    ("verdict between hosts", control(body(6, verdict(1, node=9, generation=1), flags=1)),
     {**HERE, "svcplane.verdict.node": 9}),
    ("user bytes between hosts", control(body(8, tlv(10, b"abcd"), flags=1)),
     {**HERE, **message(8, ack_wanted=1)}),
    ("flow state in bulk",
     between(sealed(HOST, 255, HEAD, body(7, FLOWS, flags=1), 0xFE)),
     {**HERE, **message(7, ack_wanted=1), "svcplane.ctl.length": 184,
      "svcplane.flows.mac": "02:00:00:00:00:01", "svcplane.flows.count": 2,
      "svcplane.tuple.src": ["10.0.0.1"] * 2, "svcplane.tuple.dport": [80] * 2,
      "svcplane.flow.vlan": [0, 0x1007], "svcplane.flow.first_in": [0, 1],
      "svcplane.flow.syn": [1, 0], "svcplane.flow.assured": [1, 0],
      "svcplane.flow.twice": [0, 1], "svcplane.flow.chain": [1, 0],
      "svcplane.flow.peer": ["02:00:00:00:00:02", "00:00:00:00:00:00"],
      "svcplane.flow.spi": [100, 0], "svcplane.flow.spi_in": [101, 0],
      "svcplane.flow.skip": [0x8000, 0], "svcplane.flow.skip_in": [0, 0],
      "svcplane.flow.act": [0, 1], "svcplane.flow.act_in": [1, 2],
      "svcplane.flow.tcp": [2, 0], "svcplane.flow.tcp_in": [2, 0],
      "svcplane.flow.idle": [1500, 0], "svcplane.flow.lifetime": [0, 9000],
      "_ws.col.Info": "Flow state 1 > 2: 2 flows"}),
    ("a message and TLVs of later versions",
     control(body(9, tlv(99, b"abc"), flags=1)), {**HERE, "svcplane.ctl.type": 9}),
    ("echo request", between(sealed(100, 255, HEAD,
                                    echo(1, 0xABCD, 7, echo_tlv(1, b"\xc0\0\2\1"),
                                         echo_tlv(3, b"\xff\xf0\1\xff")), 7, 1, 1)),
     {**CONTEXT, **MAC1, "nsh.Obit": 1, "svcplane.oam.version": 0, "svcplane.oam.type": 1,
      "svcplane.oam.length": 32, "svcplane.echo.type": 1, "svcplane.echo.mode": 4,
      "svcplane.echo.handle": 0xABCD, "svcplane.echo.seq": 7, "svcplane.echo_tlv.type": [1, 3],
      "svcplane.echo_tlv.source": "192.0.2.1", "svcplane.echo_path.spi": CONTROL | 1,
      "svcplane.echo_path.si": 255, "_ws.col.Info": "Echo request, handle 0xabcd, seq 7"}),
    ("echo reply", between(sealed(CONTROL | 1, 255, HEAD, echo(2, 0xABCD, 7, code=5), 7, 1), 2, 1),
     {"svcplane.echo.code": 5, "svcplane.ctl.path_host": 1,
      "_ws.col.Info": "Echo reply, handle 0xabcd, seq 7: end of path"}),
    ("echo reply: a node is down", between(ECHO_REPLY, 3, 1),
     {"nsh.Obit": 1, "svcplane.ctx.host": 3, "svcplane.echo.code": 252,
      "svcplane.echo_hop.host": 3, "svcplane.echo_hop.node": 9, "svcplane.echo_hop.next": 3,
      "svcplane.echo_hop.state": 2, "svcplane.echo_hop.link": 1, "svcplane.echo_hop.admin": 0,
      "svcplane.echo_hop.spi": 100, "svcplane.echo_hop.si": 254, "svcplane.echo_hop.ttl": 59,
      "_ws.col.Info": "Echo reply, handle 0xaabbccdd, seq 7: node cannot be used"}),
    ("echo request for a node",
     between(sealed(HOST, 255, HEAD, echo(1, 1, 2, echo_tlv(3, b"\xff\xf0\1\xff"),
                                          echo_tlv(253, b"\0\x09\0\0")), 7, 1)),
     {"svcplane.echo_node.id": 9, "svcplane.echo.type": 1}),
    ("scapy: MD type 1", SCAPY[0], {**DATA, **CONTEXT}),
    ("scapy: MD type 2", SCAPY[1], {**DATA, **CONTEXT}),
    ("scapy: MD type 2 without metadata", SCAPY[2], {**DATA, "svcplane.ctx.tag": []}),
    ("scapy: NSH in NSH", SCAPY[3], {"nsh.spi": [9, 100], "svcplane.ctx.tag": [0x1A2B3C] * 2,
                                     "udp.dstport": 80}),
    ("scapy: IPv4 behind the NSH", SCAPY[4], {"nsh.spi": 9, **CONTEXT, "udp.dstport": 80}),
]


def broken(text, *tlvs, kind=6, **more):
    """A message that is malformed for the reason @text"""
    return (text, control(body(kind, *tlvs, **more)), {"malformed": text})


BAD = [
    ("shorter than a head", control(bytes(16)), {"malformed": "16 bytes, the head alone has 20"}),
    broken("version 2", verdict(1), version=2),
    broken("length is 40, there are 48 bytes", verdict(1), length=40),
    broken("host id above 4094", verdict(1), origin=4095),
    broken("flags 0x4", verdict(1), flags=4),
    broken("flags 0x2", verdict(1), flags=2),
    broken("flags 0x1", ack(1, 0, 0), kind=4, flags=1, seq=0),
    broken("a hello or ack with a sequence number", ack(1, 0, 0), kind=4, flags=2),
    broken("no TLV 'Verdict'"),
    broken("no TLV 'Peer nonce'", NONCES[0], *SESSION, kind=2, seq=0),
    broken("value of 24 bytes, 20 are left", verdict(1)[:-4]),
    broken("value of 20 bytes, not 24", tlv(8, bytes(20))),
    broken("value of 12 bytes, not 16", tlv(6, bytes(12)), kind=4, flags=2, seq=0),
    broken("padding is not zero", tlv(10, b"abcde")[:-1] + b"\1", kind=8),
    broken("2 bytes are no TLV", verdict(1), b"ab"),
    broken("action 0", verdict(0)),
    broken("action 5", verdict(5)),
    broken("scope 0", verdict(1, 0)),
    broken("scope 4", verdict(1, 4)),
    broken("flags 0x04", verdict(1, flags=4)),
    broken("flags 0x01", verdict(2, flags=1)),
    broken("tag of more than 31 bits", verdict(1, tag=1 << 31)),
    broken("SPI 16773120 is no path's", verdict(4, spi=0xFFF000)),
    broken("re-path to nowhere", verdict(4)),
    broken("status 9", ack(1, 9, 0), kind=4, flags=2, seq=0),
    broken("reserved bits are set", ack(1, 0, 0, 1), kind=4, flags=2, seq=0),
    broken("node records of 13 bytes", tlv(7, bytes(13)), kind=5),
    broken("not a node that can be", tlv(7, record(1, "03:00:00:00:00:00", 1, 0, 0)), kind=5),
    broken("not a node that can be", tlv(7, record(1, "02:00:00:00:00:00", 5, 0, 0)), kind=5),
    broken("not a node that can be", tlv(7, record(0, "02:00:00:00:00:00", 1, 0, 0)), kind=5),
    broken("family 5", verdict(1), flow_tuple(5, 6, bytes(16), bytes(16), 1, 2)),
    broken("bytes behind an IPv4 address", verdict(1),
           flow_tuple(4, 6, bytes(16), bytes(15) + b"\1", 1, 2)),
    broken("VLAN 0x2001", verdict(1), flow_tuple(4, 6, bytes(16), bytes(16), 1, 2, 0x2001)),
    broken("not a head and its records", tlv(11, bytes(7)), kind=7),
    broken("not a head and its records", flow_state("02:00:00:00:00:01"), kind=7),
    broken("not a head and its records",
           flow_state("02:00:00:00:00:01", flow_record(FLOW), count=2), kind=7),
    broken("not a flow that can be", flow_state("02:00:00:00:00:01", flow_record(FLOW, 16)),
           kind=7),
    broken("not a flow that can be",
           flow_state("02:00:00:00:00:01", flow_record(FLOW, act=(0, 3))), kind=7),
    broken("not a flow that can be",
           flow_state("02:00:00:00:00:01", flow_record(FLOW, spi=(0, 101))), kind=7),
    ("MAC with a nonce", control(body(5), keyid=b"\1\2\3"),
     {"malformed": "not a key id of 2 bytes, no nonce and a MAC of 16"}),
    ("context of 12 bytes", to_node(nsh(2, 100, 255, header(1, bytes(12))) + INNER),
     {"malformed": "context of 12 bytes, not 16"}),
    ("empty message", to_node(nsh(2, 100, 255, header(2, b""), np=0)),
     {"malformed": "empty context header of type 2"}),
    ("echo cut short", between(sealed(100, 255, HEAD, echo(1, 1, 1, length=6)[:10], 7, 1)),
     {"malformed": "echo of 6 bytes, not 16"}),
    ("echo of another version", between(sealed(100, 255, HEAD, b"\x41" + bytes(19), 7, 1)),
     {"malformed": "not version 0 and an echo"}),
    ("echo of wrong length", between(sealed(100, 255, HEAD, echo(1, 1, 1, length=15), 7, 1)),
     {"malformed": "length is 15, there are 16 bytes"}),
    ("hop of wrong length",
     between(sealed(100, 255, HEAD, echo(2, 1, 1, echo_tlv(252, bytes(12))), 7, 1)),
     {"malformed": "value of 12 bytes"}),
    ("TLV of echo cut short",
     between(sealed(100, 255, HEAD, echo(1, 1, 1, echo_tlv(3, b"1234")[:-1]), 7, 1)),
     {"malformed": "7 bytes are no TLV of echo"}),
    ("data on a control path", between(sealed(HOST, 255, HEAD, INNER, 3)),
     {"unexpected": "a data frame on a control path"}),
    ("control path of no host", between(sealed(0xFFFFFF, 255, HEAD, np=0)),
     {"unexpected": "control path of no host"}),
    ("bulk elsewhere", between(sealed(100, 255, HEAD, body(7, FLOWS), 0xFE)),
     {"unexpected": "bulk, and no control path"}),
    ("echo with a message", between(sealed(100, 255, HEAD + header(2, body(5)), echo(1, 1, 1), 7,
                                           1)),
     {"unexpected": "echo with a control message"}),
    ("echo without O", between(sealed(100, 255, HEAD, echo(1, 1, 1), 7)),
     {"unexpected": "echo without the O bit"}),
    ("O and no echo", to_node(nsh(1, 100, 255, CTX, oam=1) + INNER),
     {"unexpected": "O bit, and no echo"}),
    ("a MAC without context", between(sealed(HOST, 255, header(2, body(5)))),
     {"unexpected": "a MAC without context"}),
    ("the MAC is not last",
     between(nsh(2, HOST, 255, HEAD + header(2, MAC_0, 0) + header(2, body(5)), np=0)),
     {"unexpected": "a context header behind the MAC"}),
    ("bytes behind metadata", control(body(5), payload=b"abcd"),
     {"unexpected": "4 bytes behind metadata"}),
    ("no metadata", between(nsh(2, HOST, 255, b"", np=0)),
     {"unexpected": "neither metadata nor payload"}),
    ("another layout", to_node(nsh(1, 100, 255, b"\x40" + CTX[1:]) + INNER),
     {"unexpected": "not the bits of svcplane's layout"}),
]

if __name__ == "__main__":
    with open(sys.argv[1], "wb") as file:
        file.write(pcap([frame for _, frame, _ in GOOD + BAD]))
