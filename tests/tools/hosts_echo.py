#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Echo with a host of a fabric, as TAP: hosts_echo.py PART H1 KEYS

Runs in the namespace of the underlay, where port p1 leads to host 1 (namespace
H1). Directory KEYS holds key.4 and pub.1: host 4 is listed by host 1, and is this
program. The plane has path 100 (reverse 101) with the nodes 1 of host 1, 2 of host
2, 3 of host 3. Parts:

    asks        requests of host 4, right and wrong, and what is answered
    odd         packets with O = 1, or next protocol 7, that are no echo
    rate        more requests than a host may send
    answers     host 1 asks: answers that are not what they should be, then one
                that is
"""
import os
import struct
import subprocess
import sys
import time

import hostpeer as hp
import wire

OAM = 7
REQUEST, REPLY = 1, 2
MALFORMED, TLV, TTL, END, NO_SFP, BAD_SFP, NODE, HOP = 1, 2, 4, 5, 6, 7, 252, 253
T_SFP, T_HOP, T_NODE = 3, 252, 253
TENANT = 7
SFP = wire.echo_tlv(T_SFP, struct.pack("!I", (wire.CONTROL | 4) << 8 | 255))


class Tap:
    def __init__(self):
        self.count = 0
        print("TAP version 13", flush=True)

    def equal(self, got, want, name):
        self.count += 1
        if got != want:
            print(f"# got  {got}\n# want {want}")
        print(("" if got == want else "not ") + f"ok {self.count} - {name}", flush=True)


class Reply:
    """An echo packet that was seen"""

    def __init__(self, msg):
        p = msg.payload
        self.msg = msg
        self.ok = len(p) >= 20 and p[0] == 1 and \
            struct.unpack_from("!H", p, 2)[0] == len(p) - 4
        if not self.ok:
            return
        self.kind, self.mode, self.code, self.subcode, self.handle, self.seq = \
            struct.unpack_from("!BBBBII", p, 8)
        self.tlvs, at = {}, 20
        while at + 4 <= len(p):
            kind, _, size = struct.unpack_from("!BBH", p, at)
            self.tlvs[kind] = p[at + 4:at + 4 + size]
            at += 4 + size

    def hop(self):
        """host, node, next, state, down, SPI, SI, TTL left"""
        host, node, nxt, state, down, path, left = \
            struct.unpack_from("!HHHBBIB", self.tlvs[T_HOP])
        return host, node, nxt, state, down, path >> 8, path & 255, left


class Scene:
    def __init__(self, name, keys):
        self.tap = Tap()
        self.host = hp.Host(name)
        self.name = name
        self.link = hp.Link("p1")
        self.me = hp.Peer(self.link, 4, 1, TENANT, hp.read_key(f"{keys}/key.4"),
                          hp.read_key(f"{keys}/pub.1"))
        self.handle = int.from_bytes(os.urandom(4), "big")
        self.seq = 0

    def connect(self):
        self.tap.equal(self.me.connect(), True, "host 1 has a session with host 4")

    # --- frames
    def packet(self, payload, spi=None, si=255, np=OAM, oam=1, ttl=63, context=None,
               src=4, **more):
        headers = wire.header(1, self.me.context(**(context or {})))
        return wire.ether(wire.sff(1), wire.sff(src), wire.sealed(
            wire.CONTROL | 1 if spi is None else spi, si, headers, payload, np, oam, ttl,
            **{"key": self.me.key, "keyid": self.me.keyid,
               "when": (int(time.time()), 0), **more}))

    def request(self, *tlvs, **more):
        self.seq += 1
        return wire.echo(REQUEST, self.handle, self.seq, *(tlvs or (SFP,)), **more)

    # --- what comes of them
    def replies(self, seconds=1, until=1):
        """Echo packets for host 4, each with a right MAC"""
        found = []
        end = time.monotonic() + seconds
        while time.monotonic() < end and len(found) < until:
            for msg in self.link.seen(end - time.monotonic()):
                if msg.next != OAM or msg.dst != wire.sff(4):
                    self.me.hear(msg)
                    continue
                if msg.code_is(self.me.key):
                    found.append(Reply(msg))
                if len(found) >= until:
                    break
        return found

    def ask(self, payload, **more):
        """The reply to a request, or None"""
        self.link.drain()
        self.link.send(self.packet(payload, **more))
        found = [r for r in self.replies() if r.handle == self.handle and r.seq == self.seq]
        return found[0] if found else None

    def code(self, payload, **more):
        reply = self.ask(payload, **more)
        return reply.code if reply else None

    # what comes of other hosts' frames, be they flooded by the underlay
    BESIDE = ("ctl_consumed", "uplink_other")

    def dropped(self, frame, seconds=3):
        """Reasons for which host 1 has dropped something since"""
        before = self.host.drops()
        self.link.send(frame)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            grown = {k: n - before[k] for k, n in self.host.drops().items()
                     if n > before[k] and k not in self.BESIDE}
            if grown:
                return list(grown)
            self.me.listen(0.05)
        return []


def reply_shape(scene):
    tap = scene.tap
    r = scene.ask(scene.request())
    tap.equal(r is not None and (r.kind, r.mode, r.code, r.subcode), (REPLY, 4, END, 0),
              "a request on its control path: the end of it")
    msg = r.msg
    tap.equal((msg.src, msg.spi, msg.si, msg.mdtype, [h[:2] for h in msg.headers]),
              (wire.sff(1), wire.CONTROL | 4, 255, 2, [(wire.CLASS, 1), (0, 2)]),
              "the reply: on the control path of the asker, MAC#1 last")
    tap.equal(struct.unpack_from("!H", msg.frame, 14)[0] >> 13, 1, "O is set in it")
    tap.equal(r.hop(), (1, 0, 1, 0, 0, wire.CONTROL | 1, 255, 62), "it tells the host")


def asks(scene):
    tap = scene.tap
    scene.connect()
    reply_shape(scene)
    node = wire.echo_tlv(T_NODE, struct.pack("!HH", 1, 0))
    r = scene.ask(scene.request(SFP, node))
    tap.equal((r.code, r.hop()[:5]), (END, (1, 1, 1, 1, 0)), "how is node 1? up")
    node = wire.echo_tlv(T_NODE, struct.pack("!HH", 2, 0))
    r = scene.ask(scene.request(SFP, node))
    tap.equal((r.code, r.hop()[:4]), (NODE, (1, 2, 2, 1)), "and node 2? at host 2")
    node = wire.echo_tlv(T_NODE, struct.pack("!HH", 999, 0))
    tap.equal(scene.code(scene.request(SFP, node)), NODE, "and one that is not there?")

    r = scene.ask(scene.request(), spi=100, ttl=1)
    tap.equal((r.code, r.hop()), (TTL, (1, 1, 1, 1, 0, 100, 255, 0)),
              "along the path, TTL 1: before node 1")
    r = scene.ask(scene.request(), spi=100, ttl=2)
    tap.equal((r.code, r.hop()), (TTL, (1, 2, 2, 1, 0, 100, 254, 0)),
              "TTL 2: before node 2, of host 2")
    r = scene.ask(scene.request(), spi=100, ttl=1, context={"skip": 0x8000})
    tap.equal((r.code, r.hop()[:3], r.hop()[6]), (NODE, (1, 2, 2), 254),
              "less the hop of this host: the next one is none of its nodes")
    tap.equal(scene.code(scene.request(), spi=300), HOP, "a path that is not known")
    tap.equal(scene.code(scene.request(), spi=100, si=251), HOP, "an SI behind its end")
    tap.equal(scene.code(scene.request(), spi=100, si=252), None,
              "the end of it from who is not before it: nothing")

    tap.equal(scene.code(scene.request(mode=7)), END, "reply mode 7")
    tap.equal(scene.code(scene.request(mode=1)), None, "reply mode 1: none")
    tap.equal(scene.code(scene.request(wire.echo_tlv(77, b""))), NO_SFP,
              "without a path for the reply")
    wrong = wire.echo_tlv(T_SFP, struct.pack("!I", (wire.CONTROL | 3) << 8 | 255))
    tap.equal(scene.code(scene.request(wrong)), BAD_SFP, "with that of another host")
    tap.equal(scene.code(scene.request(SFP, wire.echo_tlv(77, b"abc"))), TLV,
              "a TLV that is not known")
    tap.equal(scene.code(scene.request(SFP, b"\x4d\0\0\x08")), MALFORMED,
              "a TLV that runs past the end")
    tap.equal(scene.code(scene.request(wire.echo_tlv(T_SFP, b"123"))), MALFORMED,
              "one of a wrong length")
    tap.equal(scene.code(scene.request(SFP, b"\x4d\0\0\x08"), spi=100), MALFORMED,
              "the same along a path")


def odd(scene):
    tap = scene.tap
    scene.connect()
    body = scene.request()
    inner = bytes(60)
    other = {"context": {"host": 2}}
    for name, want, frame in (
            ("a frame with O = 1", "nsh_oam", scene.packet(inner, spi=100, np=3)),
            ("next protocol 7 with O = 0", "nsh_next", scene.packet(body, oam=0)),
            ("metadata only with O = 1", "nsh_no_metadata",
             scene.packet(b"", np=0, oam=1)),
            ("an unknown next protocol with O = 1", "nsh_next",
             scene.packet(body, np=0x42)),
            ("nothing behind the NSH", "nsh_inner", scene.packet(b"")),
            ("an echo cut short", "echo_malformed", scene.packet(body[:19])),
            ("a wrong length", "echo_malformed",
             scene.packet(wire.echo(REQUEST, 1, 1, SFP, length=99))),
            ("more than is read", "echo_malformed",
             scene.packet(scene.request(SFP, wire.echo_tlv(77, bytes(1100))))),
            ("another version", "echo_malformed", scene.packet(b"\x41" + body[1:])),
            ("active OAM that is no echo", "echo_type", scene.packet(b"\x02" + body[1:])),
            ("an echo of type 3", "echo_type",
             scene.packet(wire.echo(3, 1, 1, SFP))),
            ("a reply by UDP", "echo_type", scene.packet(scene.request(mode=2))),
            ("a reply on a data path", "echo_type",
             scene.packet(wire.echo(REPLY, 1, 1), spi=100)),
            ("another host's, on the control path", "echo_host",
             scene.packet(body, **other)),
            ("of an asker that is not listed", "echo_host",
             scene.packet(body, spi=300, context={"host": 99})),
            ("along a path, not from who is before it", "uplink_owner",
             scene.packet(body, spi=100, si=254)),
            ("for another plane", "uplink_tenant",
             scene.packet(body, context={"tenant": 8})),
            ("the control path of another", "nsh_no_hop",
             scene.packet(body, spi=wire.CONTROL | 2)),
            ("from an address that is no peer's", "uplink_peer",
             scene.packet(body, src=77)),
            ("in the name of host 2", "ctl_mac", scene.packet(body, src=2)),
            ("with another key", "ctl_mac", scene.packet(body, key=bytes(32))),
            ("with an unknown key id", "ctl_mac", scene.packet(body, keyid=b"\x09\x09")),
            ("without MAC#1", "ctl_mac", without_mac(scene, body)),
            ("with a control body", "ctl_type", with_body(scene, body)),
            ("a reply that nobody waits for", "echo_unsolicited",
             scene.packet(wire.echo(REPLY, 1, 1)))):
        tap.equal(scene.dropped(frame), [want], f"{name}: {want}")
        scene.me.listen(0.01)
    frame = bytearray(scene.packet(body))
    frame[-1] ^= 1
    tap.equal(scene.dropped(bytes(frame)), ["ctl_mac"], "a bit flipped: ctl_mac")
    tap.equal(scene.code(scene.request()), END, "and a right one is answered still")


def without_mac(scene, body):
    headers = wire.header(1, scene.me.context())
    return wire.ether(wire.sff(1), wire.sff(4), wire.nsh(
        2, wire.CONTROL | 1, 255, headers, np=OAM, oam=1) + body)


def with_body(scene, body):
    headers = wire.header(1, scene.me.context()) + wire.header(2, scene.me.body(8))
    return wire.ether(wire.sff(1), wire.sff(4), wire.sealed(
        wire.CONTROL | 1, 255, headers, body, OAM, 1, key=scene.me.key,
        keyid=scene.me.keyid))


def rate(scene):
    tap = scene.tap
    scene.connect()
    time.sleep(1.5)             # so that the bucket is full
    before = scene.host.drops()
    frames = [scene.packet(scene.request()) for _ in range(1000)]
    scene.link.drain()
    for frame in frames:
        scene.link.send(frame)
    answered = len(scene.replies(5, until=1000))
    scene.me.listen(0.5)
    over = scene.host.drops()["echo_rate"] - before["echo_rate"]
    tap.equal(answered + over, 1000, "of 1000 requests each is answered or over the rate")
    tap.equal(100 <= answered < 800, True, f"answered: 100 at once, few more ({answered})")
    tap.equal(scene.host.counts(4)["over-macs"], 0, "the budget of MACs is another")
    time.sleep(1.2)
    tap.equal(scene.me.connect(), True, "a session still")
    tap.equal(scene.code(scene.request()), END, "a while later it is answered again")


def asked(scene, seconds=20):
    """A request of host 1 to this one"""
    for msg in scene.link.seen(seconds):
        if msg.next == OAM and msg.dst == wire.sff(4) and msg.code_is(scene.me.key):
            found = Reply(msg)
            if found.ok and found.kind == REQUEST:
                return found
        scene.me.hear(msg)
    return None


def hop_tlv(host):
    return wire.echo_tlv(T_HOP, struct.pack("!HHHBBIB3x", host, 0, 4, 0, 0,
                                            (wire.CONTROL | 4) << 8 | 255, 61))


def answers(scene):
    tap = scene.tap
    scene.connect()
    with subprocess.Popen(["svcplane", "-n", scene.name, "ping", "sp0", "host", "4",
                           "-c", "1", "-W", "9s"], stdout=subprocess.PIPE) as ping:
        req = asked(scene)
        tap.equal(req is not None and (req.mode, req.code, req.tlvs[T_SFP]),
                  (4, 0, struct.pack("!I", (wire.CONTROL | 1) << 8 | 255)),
                  "host 1 asks, for a reply on its control path")
        right = wire.echo(REPLY, req.handle, req.seq, hop_tlv(4), code=END)
        for name, want, body, more in (
                ("another handle", "echo_unsolicited",
                 wire.echo(REPLY, req.handle ^ 1, req.seq, hop_tlv(4), code=END), {}),
                ("another number", "echo_unsolicited",
                 wire.echo(REPLY, req.handle, req.seq + 1, hop_tlv(4), code=END), {}),
                ("another host in it", "echo_host",
                 wire.echo(REPLY, req.handle, req.seq, hop_tlv(2), code=END), {}),
                ("another key", "ctl_mac", right, {"key": bytes(32)}),
                ("from the address of host 2, which was not asked", "echo_unsolicited",
                 right, {"src": 2}),
                ("a TLV cut short", "echo_malformed", right[:3] + b"\x11" + right[4:21], {})):
            tap.equal(scene.dropped(scene.packet(body, **more)), [want],
                      f"an answer with {name}: {want}")
        tap.equal(ping.poll(), None, "none of them was taken for the answer")
        scene.link.send(scene.packet(right))
        out = ping.stdout.read().decode()
        tap.equal(ping.wait(), 0, "the answer ends the wait")
        tap.equal("hv4 (4): hops 2 rtt " in out, True, "and is told")
        tap.equal(scene.dropped(scene.packet(right)), ["echo_unsolicited"],
                  "a second one belongs to nothing: echo_unsolicited")


def main():
    part, name, keys = sys.argv[1:4]
    scene = Scene(name, keys)
    {"asks": asks, "odd": odd, "rate": rate, "answers": answers}[part](scene)
    print(f"1..{scene.tap.count}", flush=True)


main()
