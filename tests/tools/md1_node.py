#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""md1_node.py DEV: a service function that knows RFC 8300 with MD type 1, no more

It shares nothing with svcplane: metadata is 16 bytes that it hands on, next
protocol Ethernet is all that it serves, and anything else it discards. With
SIGTERM it tells "taken N discarded N", and why the last one was.
"""
import signal
import socket
import struct
import sys

ETH_P_NSH = 0x894F
SOL_PACKET, ADD_MEMBERSHIP, MR_PROMISC = 263, 1, 1


def refused(frame):
    """What RFC 8300 has against @frame, if anything"""
    if len(frame) < 14 + 8:
        return "cut short"
    first, md, following, path = struct.unpack_from("!HBBI", frame, 14)
    if first >> 14:
        return "version"
    if first & 0x2000:
        return "O bit"
    if md & 0xF != 1:
        return f"MD type {md & 0xF}"
    if first & 0x3F != 6 or len(frame) < 14 + 24:
        return "length"
    if following != 3:
        return f"next protocol {following}"
    return "" if path & 0xFF else "service index 0"


def serve(dev):
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    sock.bind((dev, ETH_P_NSH))
    sock.setsockopt(SOL_PACKET, ADD_MEMBERSHIP,
                    struct.pack("IHH8s", socket.if_nametoindex(dev), MR_PROMISC, 0, b""))
    taken, discarded, why = 0, 0, "-"

    def tell(*_):
        print(f"taken {taken} discarded {discarded} {why}", flush=True)
        sys.exit(0)

    signal.signal(signal.SIGTERM, tell)
    print("md1_node.py: ready", flush=True)
    while True:
        frame, addr = sock.recvfrom(1 << 17)
        if addr[2] == socket.PACKET_OUTGOING:
            continue
        reason = refused(frame)
        if reason:
            discarded, why = discarded + 1, reason
            continue
        taken += 1
        back = bytearray(frame)
        back[0:6], back[6:12] = frame[6:12], frame[0:6]
        back[14 + 7] -= 1	# the service index
        sock.send(back)


serve(sys.argv[1])
