# SPDX-License-Identifier: GPL-2.0-only
"""A host of a service plane in user space, from Documentation/wire.md alone: it
speaks the protocol with its own key, or says with it what no host should.

    Link    a device of the underlay: sends frames, and sees all that pass
    Peer    one end of a pair of hosts
    Host    what a real host of the fabric counts and tells
"""
import base64
import collections
import ctypes
import hashlib
import hmac
import os
import socket
import struct
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)),
                                "..", "interop"))
import nlspec  # noqa: E402
import wire  # noqa: E402

HELLO, HELLO_ANSWER, HELLO_DONE, ACK, ANNOUNCE, VERDICT, FLOW_STATE, USER = range(1, 9)
(APPLIED, DUPLICATE, UNKNOWN_TYPE, MALFORMED, NOT_PERMITTED, NO_FLOW, STALE, RATE,
 RENUMBER) = range(9)
ACK_WANTED, IS_ACK = 1, 2
T_NONCE, T_PEER_NONCE, T_EPOCH, T_LAST_SEQ, T_VERSION = range(1, 6)
T_ACK, T_NODES, T_VERDICT, T_TUPLE, T_USER, T_FLOW = range(6, 12)

P = 2 ** 255 - 19


def x25519(scalar, point):
    """RFC 7748 section 5"""
    k = int.from_bytes(scalar, "little") & ~7 & ~(1 << 255) | 1 << 254
    u = int.from_bytes(point, "little") & ~(1 << 255)
    x2, z2, x3, z3, swapped = 1, 0, u, 1, 0
    for i in reversed(range(255)):
        bit = k >> i & 1
        if swapped ^ bit:
            x2, x3, z2, z3 = x3, x2, z3, z2
        swapped = bit
        a, b, c, d = x2 + z2, x2 - z2, x3 + z3, x3 - z3
        da, cb = d * a % P, c * b % P
        aa, bb = a * a % P, b * b % P
        x3, z3 = (da + cb) ** 2 % P, u * (da - cb) ** 2 % P
        x2, z2 = aa * bb % P, (aa - bb) * (aa + 121665 * (aa - bb)) % P
    if swapped:
        x2, z2 = x3, z3
    return (x2 * pow(z2, P - 2, P) % P).to_bytes(32, "little")


def public_of(private):
    return x25519(private, bytes([9]) + bytes(31))


def read_key(path):
    with open(path, encoding="ascii") as f:
        return base64.b64decode(f.read())


def pair_key(tenant, ids, private, publics):
    """@ids and @publics: own, other"""
    order = sorted(zip(ids, publics))
    secret = x25519(private, publics[1])
    text = (b"svcplane pair v1" + struct.pack("!IHH", tenant, order[0][0], order[1][0]) +
            order[0][1] + order[1][1])
    return hmac.new(secret, text, hashlib.sha256).digest()


class Seen:
    """A frame that was seen, as far as it can be read"""

    def __init__(self, frame):
        self.frame = frame
        self.dst, self.src = frame[:6], frame[6:12]
        word, mdtype, self.next, path = struct.unpack_from("!HBBI", frame, 14)
        self.spi, self.si, self.ttl = path >> 8, path & 255, word >> 6 & 63
        self.mdtype = mdtype & 15
        self.end = 14 + (word & 63) * 4
        self.headers = []       # (class, type, value, offset of the value)
        at = 22
        while self.mdtype == 2 and at + 4 <= self.end:
            cls, kind, size = struct.unpack_from("!HBB", frame, at)
            size &= 127
            self.headers.append((cls, kind, frame[at + 4:at + 4 + size], at + 4))
            at += 4 + size + -size % 4
        self.payload = frame[self.end:]
        self.read_body(self.value(wire.CLASS, 2))

    def value(self, cls, kind):
        return next((h[2] for h in self.headers if h[:2] == (cls, kind)), None)

    def offset(self, cls, kind):
        return next((h[3] for h in self.headers if h[:2] == (cls, kind)), None)

    def read_body(self, body):
        if body is None and self.next == 0xFE:
            body = self.payload
        self.body, self.type, self.tlvs = body, None, {}
        if body is None or len(body) < 20:
            return
        (flags, self.type, _, self.origin, self.dest, self.epoch,
         self.seq) = struct.unpack_from("!BBHHHIQ", body)
        self.flags = flags & 15
        at = 20
        while at + 4 <= len(body):
            kind, size = struct.unpack_from("!HH", body, at)
            self.tlvs.setdefault(kind, body[at + 4:at + 4 + size])
            at += 4 + size + -size % 4

    def number(self, tlv):
        return int.from_bytes(self.tlvs[tlv], "big") if tlv in self.tlvs else None

    def code_is(self, key):
        """Is its MAC that of @key?"""
        at = self.offset(0, 2) + 12
        covered = self.frame[18:at] + bytes(16) + self.frame[at + 16:]
        return hmac.new(key, covered, hashlib.sha256).digest()[:16] == \
            self.frame[at:at + 16]


class Link:
    """A device of the underlay"""

    def __init__(self, dev):
        self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self.sock.setsockopt(socket.SOL_SOCKET, 33, 32 << 20)   # SO_RCVBUFFORCE
        self.sock.bind((dev, 3))      # ETH_P_ALL: what leaves, and what a bridge takes

    def send(self, frame):
        while True:
            try:
                self.sock.send(frame)
                return
            except OSError as e:
                if e.errno != 105:      # ENOBUFS
                    raise

    def frames(self, seconds):
        """(bytes, whether this device sends it) of what passes, until then"""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.sock.settimeout(left)
            try:
                frame, addr = self.sock.recvfrom(65536)
            except socket.timeout:
                return
            yield frame, addr[2] == socket.PACKET_OUTGOING

    def seen(self, seconds, sent=False):
        """Frames that come in at the device; or, with @sent, that leave it"""
        for frame, out in self.frames(seconds):
            if out == sent and len(frame) >= 22 and frame[12:14] == b"\x89\x4f":
                yield Seen(frame)

    def drain(self):
        for _ in self.frames(0.001):
            pass


class Peer:
    """Host @me towards host @other, at a link that leads to that one"""

    def __init__(self, link, me, other, tenant, private, public, numbers=(0, 0)):
        self.link, self.me, self.other, self.tenant = link, me, other, tenant
        self.key = pair_key(tenant, (me, other), private, (public_of(private), public))
        self.keyid = bytes(n for _, n in sorted(zip((me, other), numbers)))
        self.restart()
        self.nonce = os.urandom(8)
        self.other_epoch = None     # of a session that stands
        self.acks = {}              # status by sequence number
        self.heard = []             # what the other said, but for hellos and acks
        self.answering = True       # acknowledges what it hears

    def restart(self, seq=None):
        """Another epoch, other numbers"""
        self.epoch = int.from_bytes(os.urandom(4), "big") or 1
        self.seq = int.from_bytes(os.urandom(5), "big") if seq is None else seq

    # --- making messages
    def body(self, kind, *tlvs, seq=None, flags=0, epoch=None, origin=None, dest=None,
             **more):
        return wire.body(kind, *tlvs, origin=self.me if origin is None else origin,
                         dest=self.other if dest is None else dest,
                         epoch=self.epoch if epoch is None else epoch,
                         seq=self.seq if seq is None else seq, flags=flags, **more)

    def context(self, **more):
        return wire.context(**{"host": self.me, "iface": 0, "tenant": self.tenant,
                               "chain": 0, "tag": 0, **more})

    def frame(self, body, headers=None, spi=None, si=255, src=None, dst=None, **more):
        """A stand-alone message; @more: for wire.sealed()"""
        if headers is None:
            headers = wire.header(1, self.context()) + wire.header(2, body)
        nsh = wire.sealed(wire.CONTROL | self.other if spi is None else spi, si, headers,
                          **{"key": self.key, "keyid": self.keyid,
                             "when": (int(time.time()), 0), **more})
        return wire.ether(wire.sff(self.other) if dst is None else dst,
                          wire.sff(self.me) if src is None else src, nsh)

    def say(self, kind, *tlvs, **more):
        self.link.send(self.frame(self.body(kind, *tlvs, **more)))

    def next_seq(self):
        self.seq += 1
        return self.seq

    # --- speaking as a host does
    def introduce(self, kind, *tlvs):
        self.say(kind, *tlvs, wire.tlv(T_EPOCH, struct.pack("!I", self.epoch)),
                 *([] if kind == HELLO else
                   [wire.tlv(T_LAST_SEQ, struct.pack("!Q", self.seq))]),
                 wire.tlv(T_VERSION, struct.pack("!HH", 1, 0)), seq=0)

    def hello(self):
        self.nonce = os.urandom(8)
        self.introduce(HELLO, wire.tlv(T_NONCE, self.nonce))

    def hear(self, msg):
        if msg.type is None or msg.origin != self.other or msg.dest != self.me or \
                not msg.code_is(self.key):
            return
        if msg.type == HELLO:
            self.introduce(HELLO_ANSWER, wire.tlv(T_NONCE, self.nonce),
                           wire.tlv(T_PEER_NONCE, msg.tlvs[T_NONCE]))
        elif msg.type == HELLO_ANSWER and msg.tlvs[T_PEER_NONCE] == self.nonce:
            self.introduce(HELLO_DONE, wire.tlv(T_PEER_NONCE, msg.tlvs[T_NONCE]))
            self.other_epoch = msg.number(T_EPOCH)
        elif msg.type == HELLO_DONE and msg.tlvs[T_PEER_NONCE] == self.nonce:
            self.other_epoch = msg.number(T_EPOCH)
        elif msg.type == ACK:
            seq, status = struct.unpack_from("!QH", msg.tlvs[T_ACK])
            self.acks[seq] = status
        elif msg.type > ACK:
            self.heard.append(msg)
            if self.answering and msg.flags & ACK_WANTED:
                self.acknowledge(msg)

    def acknowledge(self, msg, status=APPLIED, **more):
        self.say(ACK, wire.ack(msg.seq, status, msg.epoch), seq=0, flags=IS_ACK, **more)

    def listen(self, seconds, until=lambda: False):
        """Hears, and answers as a host does, at most so long; was it as wished?"""
        end = time.monotonic() + seconds
        while not until():
            left = end - time.monotonic()
            if left <= 0:
                return until()
            for msg in self.link.seen(min(left, 0.2)):
                self.hear(msg)
                if until():
                    break
        return True

    def connect(self, seconds=20):
        """A session; False when there is none in time"""
        end = time.monotonic() + seconds
        self.other_epoch = None
        while self.other_epoch is None and time.monotonic() < end:
            self.hello()
            self.listen(1, lambda: self.other_epoch is not None)
        return self.other_epoch is not None

    def call(self, kind, *tlvs, seconds=10, **more):
        """A message that is repeated until acknowledged; its status, or None"""
        seq = more.pop("seq", None) or self.next_seq()
        self.acks.pop(seq, None)
        end = time.monotonic() + seconds
        while seq not in self.acks and time.monotonic() < end:
            self.say(kind, *tlvs, seq=seq, flags=ACK_WANTED, **more)
            self.listen(0.5, lambda: seq in self.acks)
        return self.acks.get(seq)


def enter(netns):
    """This process, from here on: what it has open stays where it is"""
    libc = ctypes.CDLL(None, use_errno=True)
    with open(netns, "rb") as f:
        if libc.setns(f.fileno(), 0x40000000):
            raise OSError(ctypes.get_errno(), "setns")


def in_netns(name, make, *args):
    """Makes something that keeps the namespace it was made in: a socket"""
    home = "/proc/self/ns/net"
    with open(home, "rb") as f:
        enter(f"/run/netns/{name}")
        try:
            return make(*args)
        finally:
            enter(f"/proc/self/fd/{f.fileno()}")


class Host:
    """A real host: what it counts of its peers and drops, and tells"""

    SPEC = nlspec.load()

    def __init__(self, name, plane="sp0"):
        self.plane = plane
        self.ask = in_netns(name, nlspec.Family, self.SPEC)
        self.told = in_netns(name, nlspec.Family, self.SPEC)
        self.told.sock.setsockopt(socket.SOL_SOCKET, 33, 64 << 20)
        self.told.subscribe("control")

    def drops(self):
        """By the name of the reason"""
        return collections.Counter({d["name"]: d["packets"] for d in
                                    self.ask.dump("stats-get", plane=self.plane)})

    def counts(self, other=None):
        """What host @other, or all together, cost this one and sent it; messages
        by type are in-user, out-user..."""
        sums = collections.Counter()
        for host in self.ask.dump("host-get", plane=self.plane):
            if other not in (None, host["id"]):
                continue
            for name in ("out", "in"):
                sums.update({f"{name}-{k}": n for k, n in host.pop(name, {}).items()})
            sums.update({k: n for k, n in host.items() if isinstance(n, int)})
        return sums

    def nodes(self):
        """By id"""
        return {n["id"]: n for n in self.ask.dump("node-get", plane=self.plane)}

    def say(self, other, data):
        """A user message to host @other"""
        return self.ask.do("control-send", plane=self.plane, host=other, data=data)

    def events(self, seconds=0.2):
        """Control messages that were told of, until a silence: dictionaries"""
        return [values for name, values in self.told.events(seconds)
                if name == "control-ntf"]
