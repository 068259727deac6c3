#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Attacks on hosts of a fabric, as TAP: hosts_attack.py PART H1 H2 KEYS

Runs in the namespace of the underlay, where port p1 leads to host 1 (namespace
H1), p2 to host 2. Directory KEYS holds key.1 to key.3 and pub.1 to pub.3: host 3
is listed by both, and is this program. Parts:

    forged      what somebody makes who sees all, and has no key
    exact       messages of host 3 with one thing wrong in each
    window      numbers of host 3: repeated, at the edges, behind the last one
    says        what host 3 may not say
    dead        all that host 2 has said, repeated when it is gone, and when one of
                the two has begun anew

hosts_attack.py capture N: frames of the plane that leave at p1, in hexadecimal
"""
import os
import random
import struct
import subprocess
import sys
import time

import hostpeer as hp
import wire
from hostpeer import ACK, ACK_WANTED, ANNOUNCE, HELLO, IS_ACK, USER, VERDICT

TENANT = 7


class Tap:
    def __init__(self):
        self.count = self.failed = 0
        print("TAP version 13", flush=True)

    def point(self, good, name, why=""):
        self.count += 1
        if not good:
            self.failed += 1
            for line in str(why).splitlines():
                print(f"# {line}")
        print(("" if good else "not ") + f"ok {self.count} - {name}", flush=True)
        return good

    def equal(self, got, want, name):
        return self.point(got == want, name, f"got  {got}\nwant {want}")


class Scene:
    """Both hosts, the ports that lead to them, and host 3"""

    def __init__(self, names, keys):
        self.tap = Tap()
        self.keys = keys
        self.link = {n: hp.Link(f"p{n}") for n in (1, 2)}
        self.host = {n: hp.Host(name) for n, name in zip((1, 2), names)}
        self.peer = {n: self.new_peer(n) for n in (1, 2)}
        self.told = []

    def new_peer(self, other):
        return hp.Peer(self.link[other], 3, other, TENANT,
                       hp.read_key(f"{self.keys}/key.3"),
                       hp.read_key(f"{self.keys}/pub.{other}"))

    def accepted(self, text, host=1, seconds=0.3):
        """Messages with @text that were told as accepted, ever"""
        self.told += self.host[host].events(seconds)
        return [e for e in self.told if e.get("what") == "accepted" and
                text in e.get("body", b"")]

    def wait(self, condition, seconds=20):
        """Hears, as host 3, until it is so"""
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                return False
            for peer in self.peer.values():
                peer.listen(0.05)
        return True


def user(text, size=None):
    return wire.tlv(hp.T_USER, text if size is None else text.ljust(size, b"."))


# --- forged: without a key ---------------------------------------------------------
def nft(*rules):
    for rule in rules:
        subprocess.run(["nft", rule], check=True)


def withhold():
    """User messages that come from host 2 are seen, and go nowhere"""
    body_type = 8 * (14 + 8 + 20 + 4 + 1)
    nft("add table netdev held",
        "add chain netdev held c { type filter hook ingress device p2 priority 0; }",
        f"add rule netdev held c @ll,{body_type},8 {USER} drop")


def release():
    nft("delete table netdev held")


def caught(scene, text):
    """The message with @text, on its way from host 2"""
    for msg in scene.link[2].seen(10):
        if msg.type == USER and msg.origin == 2 and text in msg.frame:
            return msg
    return None


def sum_of(counter):
    return sum(counter.values())


def send_all(scene, frames):
    """To host 1; how many of them it has dropped"""
    before = sum_of(scene.host[1].drops())
    for frame in frames:
        scene.link[1].send(frame)
    scene.wait(lambda: sum_of(scene.host[1].drops()) - before >= len(frames), 10)
    return sum_of(scene.host[1].drops()) - before


def flips(frame, first=18):
    """One for each bit that the MAC covers"""
    for bit in range(first * 8, len(frame) * 8):
        changed = bytearray(frame)
        changed[bit // 8] ^= 0x80 >> bit % 8
        yield bytes(changed)


def lengths(frame):
    for size in range(14, len(frame)):
        yield frame[:size]
    for more in range(1, 65):
        yield frame + os.urandom(more)


def reheaded(frame, order):
    """The NSH with its context headers in the order, of the number, of @order"""
    msg = hp.Seen(frame)
    headers = [wire.header(kind, value, cls) for cls, kind, value, _ in msg.headers]
    return wire.ether(msg.dst, msg.src, wire.nsh(
        2, msg.spi, msg.si, b"".join(headers[i] for i in order), np=msg.next,
        ttl=msg.ttl)) + msg.payload


def orders(frame):
    for order in ((0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0), (0, 1), (0, 2),
                  (1, 2), (2,), (0,), (1,), (), (0, 1, 2, 2), (0, 0, 1, 2), (0, 1, 1, 2)):
        yield reheaded(frame, order)


def spoofed(frame):
    """As it is, from each other host and from nobody"""
    for source in (wire.sff(1), wire.sff(3), wire.sff(4), wire.sff(0), bytes(6),
                   b"\xff" * 6, b"\x02\x50\xfe\x00\x01\x00"):
        yield frame[:6] + source + frame[12:]


def forged(scene):
    tap = scene.tap
    withhold()
    scene.host[2].say(1, b"withheld")
    msg = caught(scene, b"withheld")
    if not tap.point(msg is not None, "a message of host 2 is caught on its way"):
        return
    for what, make in (("each bit that the MAC covers", flips), ("each length", lengths),
                       ("context headers in each order, left out, doubled", orders),
                       ("from another address", spoofed)):
        frames = list(make(msg.frame))
        tap.equal(send_all(scene, frames) >= len(frames), True,
                  f"{what}: each of {len(frames)} is a drop that is counted")
        tap.equal(len(scene.accepted(b"withheld")), 0, f"{what}: accepted 0")
    release()
    tap.point(scene.wait(lambda: scene.accepted(b"withheld")),
              "the message itself is accepted")
    before = scene.host[1].counts(2)
    for _ in range(50):
        scene.link[1].send(msg.frame)
    scene.wait(lambda: scene.host[1].counts(2)["duplicate"] - before["duplicate"] >= 50, 5)
    tap.equal(scene.host[1].counts(2)["duplicate"] - before["duplicate"], 50,
              "and each repetition is a duplicate")
    tap.equal(len(scene.accepted(b"withheld")), 1, "it was applied once")


# --- exact: one thing wrong --------------------------------------------------------
def mac1(peer, code=None, keyid=None, nonce=b"", size=16, idlen=None):
    keyid = peer.keyid if keyid is None else keyid
    return wire.header(2, bytes([len(keyid) if idlen is None else idlen]) + keyid +
                       struct.pack("!II", int(time.time()), 0) + bytes([len(nonce)]) +
                       nonce + (code or os.urandom(size)), 0)


def unsealed(peer, headers, np=0, spi=None, payload=b""):
    """Context headers as they are, no MAC added"""
    return wire.ether(wire.sff(peer.other), wire.sff(peer.me),
                      wire.nsh(2, wire.CONTROL | peer.other if spi is None else spi, 255,
                               headers, np, 63) + payload)


def sealed_at(peer, before, after, which=None):
    """MAC#1 between @before and @after, right for all of it"""
    code = mac1(peer, bytes(16))
    frame = bytearray(unsealed(peer, before + code + after))
    at = 22 + len(before) + len(code) - 16
    frame[at:at + 16] = hp.hmac.new(which or peer.key, bytes(frame[18:]),
                                    hp.hashlib.sha256).digest()[:16]
    return bytes(frame)


def exact_cases(p):
    """(what, frame, drop reason)"""
    def body(**more):
        return p.body(USER, user(b"exact"), seq=p.next_seq(), flags=ACK_WANTED, **more)

    def ctx(**more):
        return wire.header(1, p.context(**more))

    def ctl(**more):
        return wire.header(2, body(**more))

    def with_mac(code):
        return unsealed(p, ctx() + ctl() + code)

    def raw(*tlvs, kind=USER, **more):
        return p.frame(p.body(kind, *tlvs, seq=p.next_seq(), **more))

    def headers(*parts, **more):
        return p.frame(None, headers=b"".join(parts), **more)

    def bulk(more=b""):
        return headers(ctx(), np=0xFE, payload=p.body(hp.FLOW_STATE, wire.tlv(
            hp.T_FLOW, bytes(64)), seq=p.next_seq()) + more)

    yield "MAC#1 missing", with_mac(b""), "ctl_mac"
    yield "MAC#1 random", with_mac(mac1(p)), "ctl_mac"
    yield "MAC#1 of zeros", with_mac(mac1(p, bytes(16))), "ctl_mac"
    yield "MAC#1 first", sealed_at(p, b"", ctx() + ctl()), "ctl_mac"
    yield "MAC#1 not last", sealed_at(p, ctx() + ctl(), wire.header(9, b"1234")), "ctl_mac"
    yield "MAC#1 doubled", sealed_at(p, ctx() + ctl() + mac1(p), b""), "ctl_mac"
    yield "MAC#1 cut to 12", with_mac(mac1(p, size=12)), "ctl_mac"
    yield "MAC#1 of 32", with_mac(mac1(p, size=32)), "ctl_mac"
    yield "MAC#1 empty", with_mac(wire.header(2, b"", 0)), "ctl_mac"
    yield "MAC#1 with a nonce", with_mac(mac1(p, nonce=bytes(8))), "ctl_mac"
    yield "key id of 1 byte", with_mac(mac1(p, keyid=b"\0")), "ctl_mac"
    yield "key id of 4 bytes", with_mac(mac1(p, keyid=bytes(4))), "ctl_mac"
    yield "key id of 255, it says", with_mac(mac1(p, idlen=255)), "ctl_mac"
    yield "key id unknown", p.frame(body(), keyid=b"\7\7"), "ctl_mac"
    yield "another pair's key", p.frame(body(), key=os.urandom(32)), "ctl_mac"
    yield "no context", headers(ctl()), "uplink_tenant"
    yield "context of 12", headers(wire.header(1, bytes(12)), ctl()), "uplink_tenant"
    yield "another tenant", headers(ctx(tenant=8), ctl()), "uplink_tenant"
    yield "two contexts", headers(ctx(), ctx(), ctl()), "ctl_shape"
    yield "two bodies", headers(ctx(), ctl(), ctl()), "ctl_shape"
    yield "no body", headers(ctx()), "nsh_no_metadata"
    yield "body empty", headers(ctx(), wire.header(2, b"")), "ctl_malformed"
    yield "something behind it", p.frame(body(), payload=bytes(4)), "nsh_no_metadata"
    yield "next protocol 3", p.frame(body(), np=3, payload=bytes(60)), "ctl_type"
    yield "next protocol 7", p.frame(body(), np=7, oam=1, payload=bytes(16)), "ctl_type"
    yield "next protocol 1", p.frame(body(), np=1, payload=bytes(60)), "nsh_next"
    yield "O bit", p.frame(body(), oam=1), "nsh_oam"
    yield "SI 254", p.frame(body(), si=254), "nsh_no_hop"
    yield "SI 0", p.frame(body(), si=0), "nsh_si0"
    yield "TTL 1", p.frame(body(), ttl=1), "nsh_ttl"
    yield "another's control path", p.frame(body(), spi=wire.CONTROL | 2), "nsh_no_hop"
    yield "on a data path", p.frame(body(), spi=100), "nsh_next"
    yield "from host 2's address", p.frame(body(), src=wire.sff(2)), "ctl_peer"
    yield "from nobody's address", p.frame(body(), src=bytes(6)), "ctl_peer"
    yield "in host 2's name", p.frame(body(origin=2)), "ctl_peer"
    yield "in host 2's name, all of it", \
        headers(ctx(host=2), ctl(origin=2), src=wire.sff(2)), "ctl_mac"
    yield "in host 2's name, its key id", \
        headers(ctx(host=2), ctl(origin=2), src=wire.sff(2), keyid=bytes(2)), "ctl_mac"
    yield "context of host 2", headers(ctx(host=2), ctl()), "ctl_peer"
    yield "in host 1's own name", p.frame(body(origin=1)), "ctl_peer"
    yield "to host 2", p.frame(body(dest=2)), "ctl_peer"
    yield "to host 0", p.frame(body(dest=0)), "ctl_peer"
    yield "version 2", p.frame(body(version=2)), "ctl_malformed"
    yield "longer than it is, it says", p.frame(body(length=64)), "ctl_malformed"
    yield "shorter than it is, it says", p.frame(body(length=24)), "ctl_malformed"
    yield "length not of words", p.frame(body(length=33)), "ctl_malformed"
    yield "an unassigned flag", raw(user(b"exact"), flags=4), "ctl_malformed"
    yield "an ack that is none", raw(user(b"exact"), flags=IS_ACK), "ctl_malformed"
    yield "without what is needed", raw(), "ctl_malformed"
    yield "TLV past the end", raw(struct.pack("!HH", hp.T_USER, 200)), "ctl_malformed"
    yield "padding not zero", raw(struct.pack("!HH", hp.T_USER, 5) + b"exact123"), \
        "ctl_malformed"
    yield "node records of 13", raw(wire.tlv(hp.T_NODES, bytes(13)), kind=ANNOUNCE), \
        "ctl_malformed"
    yield "hello with a number", raw(wire.tlv(hp.T_NONCE, bytes(8)), kind=HELLO), \
        "ctl_malformed"
    yield "ack without what is needed", raw(kind=ACK, flags=IS_ACK), "ctl_malformed"
    yield "ack of another epoch", p.frame(p.body(ACK, wire.ack(5, 0, 99), seq=0,
                                                 flags=IS_ACK)), "ctl_epoch"
    yield "number 0", p.frame(p.body(USER, user(b"exact"), seq=0)), "ctl_replay"
    yield "epoch unknown", p.frame(body(epoch=99)), "ctl_epoch"
    yield "bulk while no import is open", bulk(), "ctl_bulk"
    yield "bulk longer than it says", bulk(bytes(8)), "ctl_bulk"


def counted(scene, reason):
    """Frames that host 1 has dropped for it"""
    return scene.host[1].drops()[reason]


def exact(scene):
    tap, peer = scene.tap, scene.peer[1]
    if not tap.point(peer.connect(), "host 3 has a session with host 1"):
        return
    for what, frame, reason in exact_cases(peer):
        before, drops = counted(scene, reason), scene.host[1].drops()
        scene.link[1].send(frame)
        tap.point(scene.wait(lambda: counted(scene, reason) > before, 5),
                  f"{what}: {reason}", f"dropped: {scene.host[1].drops() - drops}")
    tap.equal(len(scene.accepted(b"exact")), 0, "accepted 0 of these")
    tap.equal(peer.call(USER, user(b"as it should be")), hp.APPLIED,
              "and what is right is applied")
    other = wire.header(2, peer.body(USER, user(b"other order"), seq=peer.next_seq())) + \
        wire.header(1, peer.context()) + wire.header(9, b"12345") + \
        wire.header(2, bytes(28), 1)
    scene.link[1].send(peer.frame(None, headers=other))
    tap.point(scene.wait(lambda: scene.accepted(b"other order"), 5),
              "the order of the others is no matter, nor what is unknown")
    tap.equal(peer.call(200, user(b"exact")), hp.UNKNOWN_TYPE, "an unknown type is told")
    tap.equal(peer.call(USER, user(b"more"), wire.tlv(99, b"1234567")), hp.APPLIED,
              "an unknown TLV is passed over")


# --- window ------------------------------------------------------------------------
def says_at(scene, seq, text):
    """Whether a message of that number is accepted"""
    scene.peer[1].say(USER, user(text), seq=seq, flags=ACK_WANTED)
    return scene.wait(lambda: scene.accepted(text, seconds=0.02), 0.5)


def window(scene):
    tap, peer = scene.tap, scene.peer[1]
    if not tap.point(peer.connect(), "host 3 has a session with host 1"):
        return
    start = peer.seq
    for name, seq, want in (
            ("the edge of the session", start, False), ("below it", start - 1, False),
            ("number 0", 0, False), ("2000 ahead", start + 2000, True),
            ("again", start + 2000, False), ("the last in the window", start + 977, True),
            ("again", start + 977, False), ("one left of it", start + 976, False),
            ("next to the newest", start + 2001, True),
            ("2^40 ahead", start + 2 ** 40, True), ("what was the newest", start + 2002, False),
            ("the last in the window", start + 2 ** 40 - 1023, True),
            ("one left of it", start + 2 ** 40 - 1024, False)):
        text = os.urandom(8).hex().encode()
        tap.equal(says_at(scene, seq, text), want, f"window: {name}: " +
                  ("accepted" if want else "not accepted"))
    old = peer.frame(peer.body(USER, user(b"old epoch"), seq=start + 2 ** 40 + 5))
    for again in range(10):
        peer.restart()
        if not tap.point(peer.connect(), f"a new start of host 3, {again + 1}"):
            return
        scene.link[1].send(old)
    tap.equal(len(scene.accepted(b"old epoch", seconds=1)), 0,
              "a message of a dead epoch is not accepted, after 10 of them either")
    wrap(scene)


def wrap(scene):
    """Numbers end at 2^64 - 1"""
    tap, peer = scene.tap, scene.peer[1]
    peer.restart(2 ** 64 - 4)
    tap.point(peer.connect(), "a session whose numbers end soon")
    for seq in (2 ** 64 - 3, 2 ** 64 - 2, 2 ** 64 - 1):
        tap.equal(says_at(scene, seq, b"wrap %x" % seq), True, f"wrap: {seq:#x} is accepted")
    for seq in (0, 1, 2, 1023, 2 ** 64 - 3, 2 ** 64 - 1):
        tap.equal(says_at(scene, seq, b"wrapped %x" % seq), False,
                  f"wrap: {seq:#x} is not")
    peer.restart()
    tap.point(peer.connect(), "a new session after that")


# --- says: what a host with a key may not ------------------------------------------
def nonsense(scene, count):
    """Well sealed, and anything inside"""
    peer, seed = scene.peer[1], random.getrandbits(32)
    rng = random.Random(seed)
    print(f"# nonsense: seed {seed}", flush=True)
    for _ in range(count):
        tlvs = b"".join(wire.tlv(rng.randrange(14), rng.randbytes(rng.randrange(48)))
                        for _ in range(rng.randrange(4)))[:100]
        body = bytearray(peer.body(rng.choice((1, 2, 3, 4, 5, 6, 7, 8, rng.randrange(256))),
                                   tlvs, seq=rng.choice((0, peer.next_seq())),
                                   flags=rng.randrange(4)))
        if rng.randrange(2):
            body[rng.randrange(len(body))] = rng.randrange(256)
        scene.link[1].send(peer.frame(bytes(body)))


def record(node, state=1, moves=1, mac="02:00:00:00:00:99"):
    return wire.record(node, mac, state, 0, moves)


def verdict(tag, node, action=1, generation=1):
    return wire.verdict(action, tag=tag, node=node, generation=generation)


def says(scene):
    tap, peer = scene.tap, scene.peer[1]
    if not tap.point(peer.connect(), "host 3 has a session with host 1"):
        return
    denied = scene.host[1].counts(3)["denied"]
    owners = {n: node.get("owner") for n, node in scene.host[1].nodes().items()}
    status = peer.call(ANNOUNCE, wire.tlv(hp.T_NODES, record(1) + record(2) + record(999)))
    tap.point(status is not None, "spoofed announces: an answer", status)
    tap.point(scene.host[1].counts(3)["denied"] > denied,
              "spoofed announces: counted as denied")
    tap.equal({n: node.get("owner") for n, node in scene.host[1].nodes().items()}, owners,
              "spoofed announces: the nodes stay where they are")
    tap.equal(peer.call(ANNOUNCE, wire.tlv(hp.T_NODES, record(3))), hp.APPLIED,
              "an announcement of its own node")
    tap.point(scene.wait(lambda: scene.host[1].nodes()[3].get("owner") == 3),
              "that one it may have", scene.host[1].nodes().get(3))
    tag = int(os.environ.get("TAG", "0"), 0)
    tap.equal(peer.call(VERDICT, verdict(tag, 1)), hp.NOT_PERMITTED,
              "a verdict in the name of another host's node")
    tap.equal(peer.call(VERDICT, verdict(tag, 3)), hp.NOT_PERMITTED,
              "a verdict of a node that the flow does not pass")
    tap.equal(peer.call(VERDICT, verdict(tag, 999)), hp.NOT_PERMITTED,
              "a verdict of no node")
    tap.equal(peer.call(VERDICT, verdict(0x7FFFFFFF, 3)), hp.NO_FLOW,
              "a verdict for no flow")
    nonsense(scene, int(os.environ.get("NONSENSE", "2000")))
    peer.restart()
    tap.point(peer.connect() and peer.call(USER, user(b"after it")) == hp.APPLIED,
              "authenticated nonsense: afterwards a session, and messages, as ever")
    renumbering(scene)


def renumbering(scene):
    """Every message is answered with: number it anew"""
    tap, peer = scene.tap, scene.peer[1]
    peer.answering = False
    peer.heard.clear()
    scene.host[1].say(3, b"renumber")
    end, told = time.monotonic() + 5, 0
    while time.monotonic() < end:
        peer.listen(0.2, lambda: len(peer.heard) > told)
        for msg in peer.heard[told:]:
            peer.acknowledge(msg, hp.RENUMBER)
        told = len(peer.heard)
    tap.point(told < 500, "RENUMBER to everything makes no storm", told)
    print(f"# RENUMBER to everything: {told} messages in 5 s")
    peer.answering = True
    tap.point(peer.connect() and peer.call(USER, user(b"numbered")) == hp.APPLIED,
              "and afterwards all is as ever")


# --- dead: everything again ---------------------------------------------------------
def set_plane(name, state):
    subprocess.run(["ip", "-n", name, "link", "set", "sp0", state], check=True)


def is_live(scene):
    return scene.host[1].counts(2)["live"]


def both_live(scene):
    """Host 1 may not have noticed yet that host 2 is another one"""
    return is_live(scene) and scene.host[2].counts(1)["live"]


def until(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def record_all(scene, text):
    """A session from its beginning, some messages in it: what comes from host 2"""
    link = hp.Link("p1")
    set_plane(sys.argv[3], "up")
    until(lambda: both_live(scene))
    for n in range(5):
        scene.host[2].say(1, text + b"%d" % n)
    until(lambda: len(scene.accepted(text)) == 5)
    return [m.frame for m in link.seen(2.5, sent=True) if m.src == wire.sff(2)]


def repeat(scene, frames, seconds=6):
    """Sends them all, again and again; was there ever a session meanwhile?"""
    end, was = time.monotonic() + seconds, False
    while time.monotonic() < end:
        for frame in frames:
            scene.link[1].send(frame)
        was = was or bool(is_live(scene))
        time.sleep(0.2)
    return was


def dead(scene):
    tap, (one, two) = scene.tap, sys.argv[2:4]
    set_plane(two, "down")
    frames = record_all(scene, b"recorded")
    types = sorted({hp.Seen(f).type for f in frames})
    tap.point({2, 4, 5, 8} <= set(types) or {3, 4, 5, 8} <= set(types),
              "a session is recorded from its beginning", str(types))
    print(f"# {len(frames)} frames, types {types}")
    set_plane(two, "down")
    tap.point(until(lambda: not is_live(scene)), "host 2 is gone, its session ends")
    before = scene.host[1].counts(2)
    # a hello last: it makes host 1 forget what the others answer to
    for kind in reversed(types):
        tap.equal(repeat(scene, [f for f in frames if hp.Seen(f).type == kind], 1.5), False,
                  f"what it has said of type {kind} does not bring it back")
    tap.equal(repeat(scene, frames, 3), False, "nor does all of it")
    tap.equal(scene.host[1].counts(2)["sessions"], before["sessions"], "no session has begun")
    set_plane(two, "up")
    tap.point(until(lambda: both_live(scene)), "host 2 begins anew")
    repeat(scene, frames, 2)
    tap.equal(len(scene.accepted(b"recorded")), 5, "what it said before is not accepted again")
    set_plane(one, "down")
    set_plane(one, "up")
    repeat(scene, frames, 1)
    tap.point(until(lambda: both_live(scene)), "host 1 begins anew")
    repeat(scene, frames, 2)
    tap.equal(len(scene.accepted(b"recorded")), 5, "nor after that")
    until(lambda: both_live(scene))
    scene.host[2].say(1, b"the real one")
    tap.point(until(lambda: scene.accepted(b"the real one")), "the real one is heard")


def capture(count):
    for n, msg in enumerate(hp.Link("p1").seen(120, sent=True), 1):
        print(msg.frame.hex(), flush=True)
        if n == count:
            return


def main():
    if sys.argv[1] == "capture":
        capture(int(sys.argv[2]))
        return
    part, names, keys = sys.argv[1], sys.argv[2:4], sys.argv[4]
    scene = Scene(names, keys)
    {"forged": forged, "exact": exact, "window": window, "says": says,
     "dead": dead}[part](scene)
    print(f"1..{scene.tap.count}")
    sys.exit(scene.tap.failed > 0)


if __name__ == "__main__":
    main()
