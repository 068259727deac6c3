# SPDX-License-Identifier: GPL-2.0-only
"""An encoder written from Documentation/wire.md alone: it shares no code and no
headers with the module or the tools, so that it cannot share their mistakes."""
import hashlib
import hmac
import struct

CLASS = 0xFFF6
CONTROL = 0xFFF000


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def sff(host):
    """Address of a host's SFF"""
    return struct.pack("!HHH", 0x0250, host, 0)


def node_mac(node):
    return struct.pack("!HBHB", 0x0250, 0xFE, node, 0)


def context(host=1, iface=2, tenant=7, chain=1, tag=0x1A2B3C, skip=0, q=0, v=0, a=0):
    """The 16 bytes: context of MD type 1, value of context header type 1"""
    return struct.pack("!IIII", 1 << 29 | host << 16 | iface,
                       q << 31 | v << 30 | tenant, skip << 16 | chain,
                       a << 31 | tag)


def header(kind, value, cls=CLASS):
    """A context header of MD type 2"""
    return struct.pack("!HBB", cls, kind, len(value)) + value + bytes(-len(value) % 4)


# pylint: disable=too-many-arguments
def nsh(md, spi, si, ctx, np=3, ttl=62, oam=0, words=None):
    """NSH of MD type @md with the context @ctx; @words: the length field"""
    if words is None:
        words = (8 + len(ctx)) // 4
    return struct.pack("!HBBI", oam << 13 | ttl << 6 | words, md, np,
                       spi << 8 | si) + ctx


def tlv(kind, value):
    return struct.pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4)


def body(kind, *tlvs, origin=1, dest=2, epoch=0x11223344, seq=5, flags=0, version=1,
         length=None):
    """A control message"""
    rest = b"".join(tlvs)
    return struct.pack("!BBHHHIQ", version << 4 | flags, kind,
                       20 + len(rest) if length is None else length, origin, dest,
                       epoch, seq) + rest


def ack(seq, status, epoch, reserved=0):
    return tlv(6, struct.pack("!QHHI", seq, status, reserved, epoch))


def record(node, addr, state, load, moves):
    return struct.pack("!H6sBBH", node, mac(addr), state, load, moves)


def verdict(action, scope=3, tag=0x1A2B3C, reason=0, flags=0, node=0, chain=0,
            generation=0, lifetime=0, spi=0):
    return tlv(8, struct.pack("!IBBBBHHIII", tag, action, scope, reason, flags, node,
                              chain, generation, lifetime, spi))


def flow_tuple(family, proto, src, dst, sport, dport, vlan=0):
    return tlv(9, struct.pack("!BBH16s16sHH", family, proto, vlan, src, dst, sport,
                              dport))


def sealed(spi, si, headers, payload=b"", np=0, oam=0, ttl=63, key=bytes(32),
           keyid=b"\1\2", when=(1700000000, 1 << 31)):
    """MD type 2 with @headers and, last, MAC#1 over service path, headers, payload"""
    def one(code):
        return header(2, bytes([len(keyid)]) + keyid + struct.pack("!II", *when) +
                      b"\0" + code, 0)

    bare = nsh(2, spi, si, headers + one(bytes(16)), np, ttl, oam)
    code = hmac.new(key, bare[4:] + payload, hashlib.sha256).digest()[:16]
    return nsh(2, spi, si, headers + one(code), np, ttl, oam) + payload


def echo(kind, handle, seq, *tlvs, mode=4, code=0, length=None):
    """RFC 9516: header of active OAM and echo"""
    rest = struct.pack("!HHBBBBII", 0, 0, kind, mode, code, 0, handle, seq)
    rest += b"".join(tlvs)
    return struct.pack("!BBH", 1, 0, len(rest) if length is None else length) + rest


def echo_tlv(kind, value):
    return struct.pack("!BBH", kind, 0, len(value)) + value


def flow_record(fields, flags=0, vlan=0, reserved=0, peer="02:00:00:00:00:02", chain=1,
                spi=(100, 101), skip=(0, 0), act=(0, 0), tcp=(0, 0), idle=0, until=0):
    """One of flow state; @fields: the TLV of flow_tuple()"""
    return fields[4:] + struct.pack("!HBB6sHIIHHBBBBII", vlan, flags, reserved, mac(peer),
                                    chain, *spi, *skip, *act, *tcp, idle, until)


def flow_state(guest, *records, count=None):
    return tlv(11, mac(guest) + struct.pack("!H", len(records) if count is None else count) +
               b"".join(records))


def ether(dst, src, payload):
    return dst + src + b"\x89\x4f" + payload


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ipv4(src, dst, proto, payload):
    head = struct.pack("!BBHIBBH4s4s", 0x45, 0, 20 + len(payload), 0, 64, proto, 0,
                       src, dst)
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload


def udp(sport, dport, payload):
    return struct.pack("!HHHH", sport, dport, 8 + len(payload), 0) + payload


def guest_frame(dport=80):
    """What a guest has sent: UDP of 10.0.0.1 to 10.0.0.2"""
    return (mac("02:00:00:00:00:02") + mac("02:00:00:00:00:01") + b"\x08\x00" +
            ipv4(b"\x0a\0\0\1", b"\x0a\0\0\2", 17, udp(40000, dport, b"hello svcplane")))


def over_vxlan(frame, vni=42):
    """The same between two hosts, over vxlan"""
    return over_udp(4789, struct.pack("!II", 0x08000000, vni << 8) + frame)


def over_geneve(frame, vni=42):
    return over_udp(6081, struct.pack("!HHI", 0, 0x6558, vni << 8) + frame)


def over_udp(port, payload):
    return (mac("52:54:00:00:00:02") + mac("52:54:00:00:00:01") + b"\x08\x00" +
            ipv4(b"\xc0\0\2\1", b"\xc0\0\2\2", 17, udp(50000, port, payload)))


def pcap(frames):
    """A capture file; a frame is its bytes, or (bytes, length on the wire)"""
    data = [struct.pack("!IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 1 << 18, 1)]
    for frame in frames:
        frame, length = frame if isinstance(frame, tuple) else (frame, len(frame))
        data += [struct.pack("!IIII", 0, 0, len(frame), length), frame]
    return b"".join(data)
