#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""scapy_node.py DEV...: an NSH-aware node on each device whose NSH is scapy's

Each frame is read by scapy and told in a line

    DEV md MD next NEXT spi SPI si SI ttl TTL context HEX inner PROTOCOLS same

"same" where scapy, told these fields, makes the very bytes that came, else
"differs"; and one that scapy makes anew goes back, with the service index one less.

scapy 2.5 can write context headers of MD type 2 and cannot read them (nor what
stands behind them): the first 8 bytes are read by it and the header here.
"""
import select
import socket
import struct
import sys
import types

from scapy.layers.l2 import Ether
from scapy.packet import Raw, bind_layers

# Its NSH takes one function of scapy.all, which would load each layer there is: on an
# emulated machine that takes longer than the rest of the test
sys.modules["scapy.all"] = types.ModuleType("scapy.all")
sys.modules["scapy.all"].bind_layers = bind_layers
# pylint: disable=wrong-import-position
from scapy.contrib.nsh import NSH, NSHTLV	# noqa: E402

ETH_P_NSH = 0x894F
SOL_PACKET, ADD_MEMBERSHIP, MR_PROMISC = 263, 1, 1


def read(frame):
    """Fields, and the frame inside"""
    if frame[16] & 0xF == 1:
        packet = Ether(frame)
        nsh = packet[NSH]
        return nsh, nsh.context_header, nsh.payload
    nsh = NSH(frame[14:22])
    cls, kind, length = struct.unpack_from("!HBB", frame, 22)
    if (cls, kind, length, nsh.length) != (0xFFF6, 1, 16, 7):
        raise ValueError("not one context header of 16 bytes")
    return nsh, frame[26:42], Ether(frame[42:])


def make(nsh, si, context, inner, outer):
    fields = {"ttl": nsh.ttl, "mdtype": nsh.mdtype, "nextproto": nsh.nextproto,
              "spi": nsh.spi, "si": si}
    if nsh.mdtype == 1:
        fields["context_header"] = context
    else:
        fields["length"] = 7
        fields["vlch"] = [NSHTLV(class_=0xFFF6, type=1, length=16, metadata=[Raw(context)])]
    return bytes(outer / NSH(**fields) / inner)


def protocols(packet):
    return "/".join(layer.__name__ for layer in packet.layers())


def serve(sock, dev):
    frame, addr = sock.recvfrom(1 << 17)
    if addr[2] == socket.PACKET_OUTGOING:
        return
    try:
        nsh, context, inner = read(frame)
    except (IndexError, KeyError, ValueError, struct.error) as e:
        print(dev, "unread", e, frame.hex(), flush=True)
        return
    outer = Ether(dst=frame[0:6], src=frame[6:12], type=ETH_P_NSH)
    same = make(nsh, nsh.si, context, inner, outer) == frame
    print(dev, "md", nsh.mdtype, "next", nsh.nextproto, "spi", nsh.spi, "si", nsh.si,
          "ttl", nsh.ttl, "context", context.hex(), "inner", protocols(inner),
          "same" if same else "differs", flush=True)
    outer = Ether(dst=frame[6:12], src=frame[0:6], type=ETH_P_NSH)
    sock.send(make(nsh, nsh.si - 1, context, inner, outer))


def main():
    poll, socks = select.poll(), {}
    for dev in sys.argv[1:]:
        sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        sock.bind((dev, ETH_P_NSH))
        socks[sock.fileno()] = sock, dev
        sock.setsockopt(SOL_PACKET, ADD_MEMBERSHIP,
                        struct.pack("IHH8s", socket.if_nametoindex(dev), MR_PROMISC, 0, b""))
        poll.register(sock, select.POLLIN)
    print("scapy_node.py: ready", flush=True)
    while True:
        for fd, _ in poll.poll():
            serve(*socks[fd])


main()
