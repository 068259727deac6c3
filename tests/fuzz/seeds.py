#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Well-formed inputs to start fuzzing from: seeds.py TARGET DIRECTORY"""

import os
import struct
import sys

A4, B4 = bytes([192, 0, 2, 1]), bytes([198, 51, 100, 2])
A6 = bytes.fromhex("20010db8000000000000000000000001")
B6 = bytes.fromhex("20010db8000000000000000000000002")
MACS = bytes.fromhex("525400000002" "525400000001")

TCP = struct.pack("!HHIIBBHHH", 1234, 80, 1, 0, 0x50, 0x02, 1024, 0, 0)
UDP = struct.pack("!HHHH", 53, 5353, 8, 0)
SCTP = struct.pack("!HHII", 36412, 36412, 7, 0)
DCCP = struct.pack("!HHBBHI", 5001, 5002, 3, 0, 0, 1)
ECHO = struct.pack("!BBHHH", 8, 0, 0, 77, 1)
ECHO6 = struct.pack("!BBHHH", 128, 0, 0, 77, 1)


def eth(proto, payload, tags=(), macs=MACS):
    out = macs
    for kind, vid in tags:
        out += struct.pack("!HH", kind, vid)
    return out + struct.pack("!H", proto) + payload


def ip4(proto, payload, frag=0, src=A4, dst=B4, options=b"", ident=9):
    hlen = 5 + len(options) // 4
    return struct.pack("!BBHHHBBH", 0x40 | hlen, 0, hlen * 4 + len(payload),
                       ident, frag, 64, proto, 0) + src + dst + options + payload


def ip6(proto, payload, src=A6, dst=B6, hops=64):
    return struct.pack("!IHBB", 0x60000000, len(payload), proto, hops) + \
        src + dst + payload


def ext(nxt, words=0):
    return bytes([nxt, words]) + bytes(6 + 8 * words)


def frag6(nxt, off_mf):
    return struct.pack("!BBHI", nxt, 0, off_mf, 0x1234)


def parse_seeds():
    error = struct.pack("!BBHI", 3, 1, 0, 0)
    error6 = struct.pack("!BBHI", 1, 0, 0, 0)
    ns = struct.pack("!BBHI", 135, 0, 0, 0) + B6
    frames = [
        eth(0x800, ip4(6, TCP)), eth(0x800, ip4(17, UDP)),
        eth(0x800, ip4(132, SCTP)), eth(0x800, ip4(33, DCCP)),
        eth(0x800, ip4(136, UDP)), eth(0x800, ip4(1, ECHO)),
        eth(0x800, ip4(50, bytes(16))), eth(0x800, ip4(47, bytes(8))),
        eth(0x800, ip4(6, TCP, options=bytes([1] * 40))),
        eth(0x800, ip4(17, UDP, frag=0x2000)),
        eth(0x800, ip4(17, bytes(16), frag=0x2003)),
        eth(0x800, ip4(6, bytes(16), frag=1)),
        eth(0x800, ip4(6, TCP[:12], frag=0x2000)),
        eth(0x800, ip4(1, error + ip4(6, TCP[:8], src=B4, dst=A4))),
        eth(0x800, ip4(1, error + ip4(17, UDP, src=A4, dst=B4))),
        eth(0x800, ip4(1, error + ip4(1, ECHO, src=B4, dst=A4))),
        eth(0x800, ip4(1, error + ip4(1, error, src=B4, dst=A4))),
        eth(0x800, ip4(1, error + ip4(17, UDP, src=B4, dst=A4, frag=5))),
        eth(0x86DD, ip6(6, TCP)), eth(0x86DD, ip6(17, UDP)),
        eth(0x86DD, ip6(58, ECHO6)), eth(0x86DD, ip6(58, ns, hops=255)),
        eth(0x86DD, ip6(0, ext(60) + ext(43) + ext(51) + ext(6) + TCP)),
        eth(0x86DD, ip6(60, ext(60) * 8 + ext(6) + TCP)),
        eth(0x86DD, ip6(44, frag6(17, 1) + UDP)),
        eth(0x86DD, ip6(44, frag6(6, 0) + TCP)),
        eth(0x86DD, ip6(44, frag6(6, 9) + bytes(16))),
        eth(0x86DD, ip6(44, frag6(60, 0x100) + bytes(16))),
        eth(0x86DD, ip6(44, frag6(44, 1) + frag6(17, 1) + UDP)),
        eth(0x86DD, ip6(58, error6 + ip6(6, TCP[:8], src=B6, dst=A6))),
        eth(0x86DD, ip6(58, error6 + ip6(0, ext(17) + UDP, src=B6, dst=A6))),
        eth(0x86DD, ip6(59, b"")), eth(0x86DD, ip6(0, b"")),
        eth(0x806, bytes(28)), eth(0x894F, bytes(24)), eth(46, bytes(46)),
        eth(0x894F, bytes(24), tags=[(0x8100, 5)] * 4),
        eth(0x800, ip4(6, TCP), tags=[(0x88A8, 100), (0x8100, 200)]),
        eth(0x86DD, ip6(6, TCP), tags=[(0x8100, 0xFFFF)]),
        eth(0x800, ip4(6, TCP), tags=[(0x8100, 1)] * 3),
        eth(0x800, ip4(17, UDP, dst=bytes([224, 0, 0, 251])),
            macs=bytes.fromhex("01005e0000fb525400000001")),
        eth(0x800, ip4(17, UDP), macs=b"\xff" * 6 + MACS[6:]),
    ]
    out = []
    for i, f in enumerate(frames):
        tci = 0x1064 if i % 5 == 4 else 0
        out.append(struct.pack("!HH", (14, 34, 0xFFFF)[i % 3], tci) + f)
    return out


def nsh(mdtype, ctx, nxt=3, payload=bytes(14), ttl=63, oam=0, spi=100, si=255):
    length = 2 + len(ctx) // 4
    return struct.pack("!HBBI", oam << 13 | ttl << 6 | length, mdtype, nxt,
                       spi << 8 | si) + ctx + payload


def md2(cls, kind, value):
    return struct.pack("!HBB", cls, kind, len(value)) + value + \
        bytes(-len(value) % 4)


def nsh_seeds():
    ctx = struct.pack("!IIII", 0x20010002, 0xC0000007, 0x80000005, 0x00001234)
    ours = md2(0xFFF6, 1, ctx)
    return [
        nsh(1, ctx), nsh(1, bytes(16)), nsh(1, ctx, nxt=4), nsh(2, b""),
        nsh(2, ours), nsh(2, ours + md2(0xFFF6, 2, ctl_seeds()[0])),
        nsh(2, ours + md2(0, 2, bytes(28)), nxt=0, payload=b""),
        nsh(2, md2(0, 5, b"abcde") + md2(0, 8, bytes(4)) + ours + ours),
        nsh(2, md2(0, 0, bytes(127)) + md2(0, 4, bytes(8)), nxt=0xFE),
        nsh(2, md2(1, 1, bytes(100))[:-4]), nsh(2, b"", nxt=0, payload=b""),
        nsh(1, ctx, oam=1, nxt=7), nsh(1, ctx, oam=1), nsh(0xF, ctx),
        nsh(1, ctx + bytes(4)), nsh(0, b""), nsh(1, ctx, ttl=0, si=0),
        nsh(2, bytes(244)), nsh(1, ctx, payload=bytes(13)),
    ]


def tlv(kind, value):
    return struct.pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4)


def ctl(kind, tlvs, flags=0, origin=0, dest=1, epoch=0, seq=0):
    return struct.pack("!BBHHHIQ", 0x10 | flags, kind, 20 + len(tlvs), origin,
                       dest, epoch, seq) + tlvs


def verdict(action=1, scope=3, flags=0, chain=0, spi=0, tag=7):
    return tlv(8, struct.pack("!IBBBBHHIII", tag, action, scope, 9, flags, 0,
                              chain, 0, 1000, spi))


def ctl_seeds():
    nonce, peer, seq = tlv(1, bytes(8)), tlv(2, bytes(8)), tlv(4, bytes(8))
    tup4 = tlv(9, struct.pack("!BBH", 4, 6, 0x1005) + A4 + bytes(12) + B4 +
               bytes(12) + struct.pack("!HH", 1234, 80))
    tup6 = tlv(9, struct.pack("!BBH", 6, 17, 0) + A6 + B6 + bytes(4))
    rec = struct.pack("!H", 3) + MACS[:6] + struct.pack("!BBH", 1, 10, 2)
    version = tlv(5, struct.pack("!HH", 1, 0))
    return [
        ctl(6, verdict()), ctl(6, verdict(flags=3)), ctl(6, verdict(2)),
        ctl(6, verdict(3, 1) + tup4), ctl(6, verdict(4, 2, spi=200) + tup6),
        ctl(6, verdict(4, chain=2), 1, 1, 2, 5, 6), ctl(8, tlv(10, b"abcde")),
        ctl(6, verdict() + verdict(2) + tlv(99, b"x") + tlv(1, b"")),
        ctl(1, nonce + version, origin=1, dest=2, epoch=5),
        ctl(2, nonce + peer + seq + tlv(3, bytes(4)) + version, origin=1),
        ctl(3, peer + seq, origin=1), ctl(7, tlv(11, bytes(64)), seq=3),
        ctl(4, tlv(6, struct.pack("!QHH", 6, 5, 0)), 2, 1, 2, 5, 9),
        ctl(5, tlv(7, rec * 2 + bytes(12)), 1, 1, 2, 5, 9), ctl(5, b"", 1),
        ctl(9, b""),
    ]


def replay_seeds():
    step = [b"\0\0\0" * 40, b"\1\0\x40" * 40, b"\3\0\x20\0\0\0" * 40,
            b"\4\0\0\4\0\1\4\0\2\0\0\0" * 20, b"\2\0\1\3\1\0\5\0\0" * 20,
            b"\7\0\0\7\0\1\7\0\0\6\0\0\3\0\0" * 8]
    edge = [0, 1, 63, 64, 1023, 1024, 2047, 1 << 32, (1 << 64) - 1100]
    return [struct.pack("!Q", e) + s for e in edge for s in step]


def echo(kind, tlvs, code=0, mode=4):
    return struct.pack("!BBHHHBBBBII", 1, 0, 16 + len(tlvs), 0, 0, kind, mode, code, 0,
                       0xAABBCCDD, 7) + tlvs


def echo_seeds():
    sfp = struct.pack("!BBHI", 3, 0, 4, 0xFFF001FF)
    node = struct.pack("!BBHHH", 253, 0, 4, 3, 0)
    hop = struct.pack("!BBHHHHBBIB3x", 252, 0, 16, 3, 9, 3, 2, 4, 100 << 8 | 254, 59)
    return [echo(1, sfp), echo(1, sfp + node), echo(2, hop, 252), echo(1, b"", mode=1),
            echo(2, hop + sfp + node, 5), echo(1, sfp * 2 + b"\x4d\0\0\3abc"),
            echo(3, b""), b"\x02" + echo(1, sfp)[1:]]


def main():
    target, directory = sys.argv[1:3]
    seeds = {"parse": parse_seeds, "nsh": nsh_seeds, "wire": ctl_seeds,
             "replay": replay_seeds, "echo": echo_seeds}[target]()
    for i, seed in enumerate(seeds):
        with open(os.path.join(directory, f"seed{i:02}"), "wb") as f:
            f.write(seed)


main()
