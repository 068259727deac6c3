#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Frames of libsvcplane read by scapy and tshark, and frames of scapy read by
libsvcplane. Usage: nsh_others.py PROGRAM, where PROGRAM knows --emit and --read.

scapy counts the values of context headers in words (RFC 8300 says bytes) and
cannot read on behind one, so of MD type 2 it is given the first 8 bytes only;
tshark reads the rest.
"""
import shutil
import subprocess
import sys
import tempfile

PROGRAM = sys.argv[1]
count = 0


def result(ok, name):
    global count
    count += 1
    print(f"{'ok' if ok else 'not ok'} {count} - {name}")


def skip(name, why):
    global count
    count += 1
    print(f"ok {count} - {name} # SKIP {why}")


def emitted():
    out = subprocess.run([PROGRAM, "--emit"], capture_output=True, text=True,
                         check=True).stdout
    return [bytes.fromhex(line) for line in out.split()]


def read(frames):
    text = "".join(bytes(f).hex() + "\n" for f in frames)
    return subprocess.run([PROGRAM, "--read"], input=text, text=True,
                          capture_output=True, check=True).stdout.splitlines()


def with_scapy(frames):
    names = ["returned frame in scapy", "attached verdict in scapy",
             "metadata-only packet in scapy", "frames of scapy"]
    try:
        from scapy.layers.inet import IP, TCP, Ether
        from scapy.contrib.nsh import NSH
    except ImportError:
        for name in names:
            skip(name, "no scapy")
        return
    p = Ether(frames[0])
    nsh = p[NSH]
    result(nsh.ver == 0 and nsh.ttl == 62 and nsh.length == 6 and
           nsh.mdtype == 1 and nsh.nextproto == 3 and nsh.spi == 100 and
           nsh.si == 253 and p[TCP].dport == 80 and
           bytes(p[TCP].payload) == b"GET /" and
           nsh.context_header.hex() == "200100028000000700000001801a2b3c",
           names[0])
    for frame, nextproto, name in ((frames[1], 3, names[1]),
                                   (frames[2], 0, names[2])):
        nsh = NSH(frame[14:22])
        result(nsh.mdtype == 2 and nsh.length == 20 and nsh.si == 253 and
               nsh.spi == 100 and nsh.nextproto == nextproto, name)
    ctx = bytes.fromhex("2001000200000007000000010000abcd")
    inner = Ether() / IP(src="10.0.0.1", dst="10.0.0.2") / TCP(dport=443)
    outer = Ether(dst="02:50:fe:00:03:00", src="02:50:00:01:00:00")
    got = read([outer / NSH(ttl=5, mdtype=1, spi=0xffefff, si=7,
                            context_header=ctx) / inner / b"hello",
                outer / NSH(mdtype=2, spi=1, si=255) / inner,
                outer / NSH(ver=1, context_header=ctx) / inner,
                outer / NSH(mdtype=0xf, length=6) / inner])
    result(got == ["spi 16773119 si 7 ttl 5 md 1 np 3 tag abcd dport 443 len 5",
                   "spi 1 si 255 ttl 63 md 2 np 3 tag 0 dport 443 len 0",
                   "unknown version", "unknown MD type"], names[3])


def pcap(frames):
    data = bytes.fromhex("a1b2c3d4000200040000000000000000"
                         "0000ffff00000001")
    for f in frames:
        data += bytes(8) + len(f).to_bytes(4, "big") * 2 + f
    return data


def with_tshark(frames):
    name = "context headers in tshark"
    if not shutil.which("tshark"):
        skip(name, "no tshark")
        return
    with tempfile.NamedTemporaryFile(suffix=".pcap") as file:
        file.write(pcap(frames))
        file.flush()
        fields = ["nsh.spi", "nsh.si", "nsh.metadataclass",
                  "nsh.metadatatype", "nsh.metadatalen", "tcp.dstport"]
        cmd = ["tshark", "-n", "-r", file.name, "-T", "fields"]
        for f in fields:
            cmd += ["-e", f]
        run = subprocess.run(cmd, capture_output=True, text=True, check=False)
    # some versions print a field in hex, some in decimal
    rows = [[[int(v, 0) for v in field.split(",") if v]
             for field in line.split("\t")]
            for line in run.stdout.splitlines()]
    headers = [[100], [253], [0xfff6, 0xfff6], [1, 2], [16, 48]]
    result(rows == [[[100], [253], [], [], [], [80]],
                    headers + [[80]], headers + [[]]], name)


FRAMES = emitted()
with_scapy(FRAMES)
with_tshark(FRAMES)
print(f"1..{count}")
