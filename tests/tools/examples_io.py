#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""The example service functions on a real interface, without the module.

        this script: the SFF                netns svcn: the node
        +------------------+                +-------------------+
        |            sff0  |----- veth -----|  node0            |
        +------------------+                +-------------------+

Runs in a vehicle: it makes a namespace and interfaces.
"""
import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

TREE = os.path.realpath(os.path.dirname(__file__) + "/../..")
NODE = bytes.fromhex("0250fe000300")
SFF = bytes.fromhex("025000010000")
NSH = b"\x89\x4f"
count = failed = 0


def result(ok, name, why=""):
    global count, failed
    count += 1
    failed += not ok
    print(f"{'ok' if ok else 'not ok'} {count} - {name}", flush=True)
    if not ok and why:
        print(f"# {why}", flush=True)


def run(*cmd):
    subprocess.run(cmd, check=True)


def checksum(data):
    s = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while s >> 16:
        s = (s & 0xffff) + (s >> 16)
    return ~s & 0xffff


def frame(tag, seq, payload, q=False):
    ctx = struct.pack("!IIII", 0x20010002, (q << 31) | 7, 1, tag)
    tcp = struct.pack("!HHIIBBHHH", 40000, 80, seq, 0, 0x50, 0x18, 0xffff, 0, 0)
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 40 + len(payload), 0, 0, 64, 6, 0,
                     b"\x0a\0\0\1", b"\x0a\0\0\2")
    ip = ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:]
    inner = bytes.fromhex("020000000002020000000001") + b"\x08\0" + ip + tcp
    return (NODE + SFF + NSH + bytes.fromhex("0fc60103000064ff") + ctx + inner +
            payload)


class Node:
    """A program in the namespace, on node0."""

    def __init__(self, program, *args):
        self.proc = subprocess.Popen(
            ["ip", "netns", "exec", "svcn", f"{TREE}/{program}", *args],
            stdout=subprocess.PIPE, text=True)
        self.ready = self.proc.stdout.readline() if "nsh-echo" not in program else ""

    def end(self):
        self.proc.send_signal(signal.SIGTERM)
        try:
            return self.proc.wait(10)
        except subprocess.TimeoutExpired:
            self.proc.kill()
            return "hangs"


def open_socket():
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x894f))
    s.bind(("sff0", 0x894f))
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUFFORCE if hasattr(
        socket, "SO_RCVBUFFORCE") else 33, 16 << 20)
    return s


def receive(s, n=1, timeout=5.0):
    """Up to n frames, fewer when the time is over."""
    got = []
    end = time.monotonic() + timeout
    while len(got) < n and time.monotonic() < end:
        s.settimeout(max(0.001, end - time.monotonic()))
        try:
            got.append(s.recv(65536))
        except TimeoutError:
            break
    return got


def until(condition, seconds=10.0):
    """Waits for it, and tells whether it came"""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        os.sched_yield()
    return True


def switches(proc):
    """How often a process has gone to sleep; None while it is awake"""
    status = open(f"/proc/{proc.pid}/status", encoding="ascii").read()
    if "State:\tS" not in status:
        return None
    return int(status.split("voluntary_ctxt_switches:")[1].split()[0])


def is_return_of(got, sent):
    return (got[:14] == SFF + NODE + NSH and got[14:21] == sent[14:21] and
            got[21] == sent[21] - 1 and got[22:] == sent[22:])


def test_echo(s):
    node = Node("examples/nsh-echo", "node0")
    sent = frame(5, 1, b"hello")
    got = []
    for _ in range(50):     # it does not say when it is ready
        s.send(sent)
        got = receive(s, 1, 0.2)
        if got:
            break
    result(bool(got) and is_return_of(got[0], sent), "nsh-echo gives back")
    node.end()
    receive(s, 100, 0.3)


def test_clean(s):
    node = Node("examples/ids-node", "-i", "node0", "-p", "evil")
    sent = [frame(5, 1 + 1000 * i, bytes([65 + i % 26]) * 1000)
            for i in range(500)]
    for f in sent:
        s.send(f)
    got = receive(s, 500)
    result(len(got) == 500 and all(map(is_return_of, got, sent)),
           "ids-node gives 500 frames back, in order", f"{len(got)} came")
    result(node.end() == 0, "SIGTERM ends it with 0")


def test_drop(s):
    with tempfile.NamedTemporaryFile("r") as file:
        node = Node("examples/ids-node", "-i", "node0", "-p", "evil",
                    "--count", file.name)
        s.send(frame(5, 1, b"some ev", q=True))
        first = receive(s)
        s.send(frame(5, 8, b"il"))
        got = receive(s)
        result(len(first) == 1 and first[0][34:38] == b"\x80\0\0\5",
               "Q is answered with A")
        ok = len(got) == 1 and got[0][17] == 0 and got[0][16] & 15 == 2
        body = got[0][14 + 8 + 20 + 4:] if ok else b""
        result(body[24:32] == bytes.fromhex("0000000501030101"),
               "pattern over a border: drop, metadata-only", body.hex())
        s.send(frame(5, 10, b"more"))
        s.send(frame(6, 1, b"other"))
        got = receive(s, 2, 1)
        result(len(got) == 1 and got[0][-5:] == b"other",
               "its flow is kept, others are not")
        node.proc.send_signal(signal.SIGUSR1)
        until(lambda: os.path.getsize(file.name))
        line = open(file.name, encoding="ascii").read()
        result("kept=2 " in line and "verdict_md=1 " in line, "statistics", line)
        node.end()


def test_allow_mtu(s):
    node = Node("examples/ids-node", "-i", "node0", "-a", "good")
    s.send(frame(5, 1, b"good"))
    got = receive(s)
    result(len(got) == 1 and got[0][17] == 3 and got[0][16] & 15 == 2,
           "allow rides in the frame")
    big = frame(6, 1, b"good" * 350)    # 1438 of 1500 bytes
    s.send(big)
    got = receive(s, 2)
    result(len(got) == 2 and got[0][17] == 0 and is_return_of(got[1], big),
           "where the MTU is too small it goes alone")
    node.end()


def test_down(s):
    node = Node("examples/ids-node", "-i", "node0")
    run("ip", "-n", "svcn", "link", "set", "node0", "down")
    run("ip", "-n", "svcn", "link", "set", "node0", "up")
    sent = frame(5, 1, b"x")
    got = []

    def comes_back():
        try:
            s.send(sent)
        except OSError:         # carrier is not back yet
            return False
        got.extend(receive(s, 1, 0.2))
        return got

    until(comes_back)
    result(bool(got) and is_return_of(got[0], sent), "down and up again")
    idle = until(lambda: switches(node.proc) is not None)
    asleep = switches(node.proc)
    got = receive(s, 1, 1)
    result(idle and not got and switches(node.proc) == asleep, "idle is idle",
           f"{got} {asleep} {switches(node.proc)}")
    # Down first, and heard of: then nothing more is heard when it goes.
    run("ip", "-n", "svcn", "link", "set", "node0", "down")
    result(until(lambda: switches(node.proc) not in (None, asleep)),
           "it hears that its device is down")
    run("ip", "link", "del", "sff0")
    try:
        code = node.proc.wait(60)
    except subprocess.TimeoutExpired:
        code = "hangs"
        node.proc.kill()
    result(code == 1, "interface gone: ends with 1", code)


def test_nsh_node(s):
    sent = frame(5, 1, b"hello")
    cases = (
        (("--si-step", "-1"), lambda g: g[21] == 0 and g[20] == 0x64),
        (("--spi", "0x77"), lambda g: g[18:21] == b"\0\0\x77"),
        (("--tag", "9"), lambda g: g[34:38] == b"\0\0\0\x09"),
        (("--ttl-step", "-1"), lambda g: g[14:16] == b"\x0f\x86"),
        (("--version", "1"), lambda g: g[14] >> 6 == 1),
        (("--truncate", "30"), lambda g: len(g) == 30),
        (("--patch", "40=0xee"), lambda g: g[40] == 0xee),
        (("--verdict", "re-path", "--v-spi", "0xfff001"),
         lambda g: g[16] & 15 == 2 and g[14 + 8 + 20 + 4 + 28] == 4),
        (("--body-len", "28", "--verdict", "9"), lambda g: g[45] == 28),
    )
    for args, good in cases:
        node = Node("tests/tools/nsh-node", "-i", "node0", *args)
        s.send(sent)
        got = receive(s)
        result(len(got) == 1 and good(got[0]), f"nsh-node {' '.join(args)}",
               got[0].hex() if got else "nothing")
        node.end()
    node = Node("tests/tools/nsh-node", "-i", "node0", "--copies", "2",
                "--alien", "3")
    s.send(sent)
    result(len(receive(s, 7, 2)) == 6, "nsh-node --copies 2 --alien 3")
    node.end()


def main():
    run("ip", "netns", "add", "svcn")
    run("ip", "link", "add", "sff0", "type", "veth", "peer", "node0", "netns",
        "svcn")
    run("ip", "link", "set", "sff0", "up")
    run("ip", "-n", "svcn", "link", "set", "node0", "up")
    s = open_socket()
    test_echo(s)
    test_clean(s)
    test_drop(s)
    test_allow_mtu(s)
    test_nsh_node(s)
    test_down(s)
    run("ip", "netns", "del", "svcn")
    print(f"1..{count}")
    return failed > 0


sys.exit(main())
