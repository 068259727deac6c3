#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""frames.py DEV...: each frame at the devices, as a line

    DEV in|out|other LENGTH MARK HEX

out: the device sends it; in: it is for who listens there; other: for another
address. HEX is its first 128 bytes. The first line says that it listens.
"""
import select
import socket
import struct
import sys

SO_RCVMARK = 75
SHOWN = 128


def mark_of(controls):
    for level, kind, data in controls:
        if (level, kind) == (socket.SOL_SOCKET, socket.SO_MARK):
            return struct.unpack("=I", data)[0]
    return 0


def way(pkttype):
    if pkttype == socket.PACKET_OUTGOING:
        return "out"
    return "other" if pkttype == socket.PACKET_OTHERHOST else "in"


def main():
    poll, socks = select.poll(), {}
    for dev in sys.argv[1:]:
        sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        sock.setsockopt(socket.SOL_SOCKET, SO_RCVMARK, 1)
        sock.bind((dev, 3))	# ETH_P_ALL
        socks[sock.fileno()] = sock
        poll.register(sock, select.POLLIN)
    print("frames.py: ready", flush=True)
    while True:
        for fd, _ in poll.poll():
            data, controls, _, addr = socks[fd].recvmsg(1 << 17, 64)
            print(addr[0], way(addr[2]), len(data), hex(mark_of(controls)),
                  data[:SHOWN].hex(), flush=True)


main()
