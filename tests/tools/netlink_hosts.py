#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Hosts, keys and messages to hosts in the family by itself, as TAP.

No frame moves here: no host is ever heard. Nothing that the kernel says holds
a private key, in any form.
"""
import errno
import socket
import struct
import sys
import traceback

import nlspec
from netlink_test import PLANE, Tap, run, topology
from nlspec import NLM_F_ECHO, NLM_F_REPLACE, Refused

P = 2**255 - 19


def x25519(scalar, point):
    """RFC 7748 section 5, on numbers"""
    x1, x2, z2, x3, z3, swapped = point, 1, 0, point, 1, 0
    for t in reversed(range(255)):
        bit = scalar >> t & 1
        if swapped ^ bit:
            x2, x3, z2, z3 = x3, x2, z3, z2
        swapped = bit
        a, b, c, d = x2 + z2, x2 - z2, x3 + z3, x3 - z3
        da, cb, e = d * a, c * b, a * a - b * b
        x3, z3 = (da + cb) ** 2 % P, x1 * (da - cb) ** 2 % P
        x2, z2 = a * a * b * b % P, e * (a * a + 121665 * e) % P
    if swapped:
        x2, z2 = x3, z3
    return x2 * pow(z2, P - 2, P) % P


def public(private):
    k = bytearray(private)
    k[0] &= 248
    k[31] = k[31] & 127 | 64
    return x25519(int.from_bytes(k, "little"), 9).to_bytes(32, "little")


def private(n):
    return bytes((n + 7 * i) & 255 for i in range(32))


def key(data, number=None):
    return {"key": data} if number is None else {"number": number, "key": data}


class Heard(nlspec.Family):
    """Keeps every byte that it is told"""

    def __init__(self, *args):
        self.heard = b""
        super().__init__(*args)

    def messages(self):
        for kind, flags, seq, data in super().messages():
            self.heard += data
            yield kind, flags, seq, data


def held(data, secrets):
    """Those of @secrets that are in @data"""
    forms = lambda s: (s, s[::-1], s.hex().encode(), s[:16], s[16:])
    return [s.hex() for s in secrets if any(f in data for f in forms(s))]


def host(n, number, name, *keys, **more):
    return n.do("host-new", plane="sp0", id=number, name=name,
                public_key=list(keys) or [key(public(private(number)))], **more)


def hosts(n):
    return [(h["id"], h["name"], [(k["number"], k["key"]) for k in h["public-key"]])
            for h in n.dump("host-get", **PLANE)]


def listing(tap, n, listener):
    mine = public(private(1))
    n.do("plane-set", name="sp0", private_key=[key(private(1))])
    got = n.do("plane-get", name="sp0")
    tap.equal(got["public-key"], [{"number": 0, "key": mine}],
              "of a private key its public one is shown")
    n.do("plane-set", name="sp0",
         private_key=[key(private(1), 4), key(private(100), 255)])
    got = n.do("plane-get", name="sp0")
    tap.equal([(k["number"], k["key"]) for k in got["public-key"]],
              [(4, mine), (255, public(private(100)))], "two take its place")
    listener.events(0.2)
    host(n, 3, "hv3")
    host(n, 2, "hv2", key(public(private(2)), 1), key(public(private(102)), 0))
    tap.equal(hosts(n), [
        (2, "hv2", [(1, public(private(2))), (0, public(private(102)))]),
        (3, "hv3", [(0, public(private(3)))])], "hosts are shown by id, with their keys")
    tap.equal(n.do("plane-get", name="sp0")["n-hosts"], 2, "and counted")
    told = listener.events(0.5)
    tap.equal([(name, v["id"]) for name, v in told],
              [("host-ntf", 3), ("host-ntf", 2)], "each is told")
    one = n.do("host-get", plane="sp0", name="hv2")
    tap.equal(set(told[1][1]), set(one), "what is told is what a get shows")
    tap.equal(n.do("host-get", plane="sp0", id=2)["name"], "hv2", "a host by its id")
    tap.equal([name for name in one if name in ("live", "session-age", "silent", "rtt",
                                                "peer-epoch", "uplink")], [],
              "of one that was never heard nothing is made up")
    tap.equal(sum(one[c] for c in ("forged", "lost", "sessions", "duplicate")), 0,
              "its counters begin at 0")
    tap.equal(sorted(one["in"]), sorted(("hello", "hello-answer", "hello-done", "ack",
                                         "announce", "verdict", "flow-state", "user")),
              "messages are counted by type")
    changes(tap, n, listener)


def changes(tap, n, listener):
    n.do("host-set", plane="sp0", id=2, public_key=[key(public(private(202)), 9)])
    n.do("host-set", plane="sp0", name="hv3", new_name="rack3")
    tap.equal(hosts(n), [(2, "hv2", [(9, public(private(202)))]),
                         (3, "rack3", [(0, public(private(3)))])],
              "what set leaves out stays")
    tap.equal([(name, v["name"]) for name, v in listener.events(0.5)],
              [("host-ntf", "hv2"), ("host-ntf", "rack3")], "changes are told")
    n.do("host-del", nlflags=NLM_F_ECHO, plane="sp0", name="rack3")
    tap.equal([(name, v["id"]) for name, v in listener.events(0.5)],
              [("host-del-ntf", 3)], "a deletion is told")
    n.do("host-del", plane="sp0", id=2, name="hv2")
    tap.equal(hosts(n), [], "and nothing is left")


def refused_hosts(tap, n):
    r = tap.refused
    good = key(public(private(50)))
    host(n, 2, "hv2")
    host(n, 3, "hv3")
    before = hosts(n), n.do("plane-get", name="sp0")
    new = {"plane": "sp0", "id": 7, "name": "hv7", "public_key": [good]}

    def refused(point, code, text, cmd="host-new", nlflags=0, **changed):
        values = {k: v for k, v in dict(new, **changed).items() if v is not None}
        return r(point, code, text, n.do, cmd, nlflags=nlflags, **values)

    refused("a host of no id", errno.EINVAL, "id of the host is missing", id=None)
    refused("a host of no name", errno.EINVAL, "name of the host is missing", name=None)
    refused("a host of no key", errno.EINVAL, "public key of the host is missing",
            public_key=None)
    refused("this host", errno.EINVAL, "host 1 of plane sp0 is this one", id=1)
    refused("an id that is taken", errno.EEXIST, "host id 2 is taken by host hv2", id=2)
    refused("a name that is taken", errno.EEXIST, "host 2 has the name hv2", name="hv2")
    refused("a key that is taken", errno.EEXIST, "host hv2 (id 2) has this public key",
            public_key=[key(public(private(2)))])
    refused("the key of this host", errno.EEXIST, "this is a public key of this host",
            public_key=[key(public(private(1)))])
    refused("a key of zeros", errno.EINVAL, "key number 5 is zero",
            public_key=[key(bytes(32), 5)])
    refused("a key that gives no secret", errno.EKEYREJECTED, "is no public key",
            public_key=[key(b"\1" + bytes(31))])
    refused("two keys of one number", errno.EINVAL, "key number 0 is given twice",
            public_key=[good, key(public(private(51)))])
    refused("one key of two numbers", errno.EINVAL, "given twice, as number 0 and number 1",
            public_key=[good, key(public(private(50)), 1)])
    refused("three keys", errno.E2BIG, "a host has at most 2 keys",
            public_key=[key(public(private(i)), i) for i in (50, 51, 52)])
    refused("a number without key", errno.EINVAL, "a key has 32 bytes; it is missing",
            public_key=[{"number": 3}])
    refused("a short key", errno.ERANGE, "", public_key=[key(bytes(31))])
    e = refused("a number out of range", errno.ERANGE, "out of range",
                public_key=[key(public(private(50)), 256)])
    tap.equal((e.limits.get(4), e.limits.get(5)), (0, 255), "comes with the range")
    for name in "all", "17":
        refused(f"a host called {name}", errno.EINVAL, f"cannot be called {name}", name=name)
    refused("a name with a comma", errno.EINVAL, "comma", name="a,b")
    refused("a host replaced", errno.EOPNOTSUPP, "a host cannot be replaced",
            nlflags=NLM_F_REPLACE)
    for cmd in "host-get", "host-set", "host-del":
        r(f"{cmd} of nobody", errno.EINVAL, "id or name of the host", n.do, cmd, plane="sp0")
        r(f"{cmd} of an unknown id", errno.ENOENT, "plane sp0 has no host with id 9",
          n.do, cmd, plane="sp0", id=9)
        r(f"{cmd} of an unknown name", errno.ENOENT, "plane sp0 has no host hv9",
          n.do, cmd, plane="sp0", name="hv9")
        r(f"{cmd} of this one", errno.ENOENT, "host 1 of plane sp0 is this one",
          n.do, cmd, plane="sp0", id=1)
        r(f"{cmd} of an id with another's name", errno.ENOENT, "host 2 is hv2, not hv3",
          n.do, cmd, plane="sp0", id=2, name="hv3")
    r("a new name that is taken", errno.EEXIST, "host 3 has the name hv3", n.do,
      "host-set", plane="sp0", id=2, new_name="hv3")
    r("a new key that is taken", errno.EEXIST, "host hv3 (id 3) has this public key", n.do,
      "host-set", plane="sp0", id=2, public_key=[key(public(private(3)))])
    tap.equal((hosts(n), n.do("plane-get", name="sp0")), before, "nothing has changed")


def refused_own(tap, n):
    """What this host cannot be"""
    before = hosts(n), n.do("plane-get", name="sp0")

    def refused(point, code, text, **values):
        return tap.refused(point, code, text, n.do, "plane-set", name="sp0", **values)

    refused("the id of another host", errno.EEXIST, "host id 2 is that of host hv2",
            host_id=2)
    refused("a private key of zeros", errno.EINVAL, "key number 0 is zero",
            private_key=[key(bytes(32))])
    refused("three private keys", errno.E2BIG, "at most 2 keys",
            private_key=[key(private(60 + i), i) for i in range(3)])
    refused("two of one number", errno.EINVAL, "key number 0 is given twice",
            private_key=[key(private(60)), key(private(61))])
    refused("the private key of another host", errno.EEXIST,
            "host hv2 (id 2) has this public key", private_key=[key(private(2))])
    refused("what is refused changes no limit either", errno.EEXIST, "",
            host_id=2, max_flows=5, tenant=9)
    for dev in ("x0", "x1"):
        run("ip", "link", "add", dev, "type", "dummy")
    n.do("node-new", plane="sp0", name="far", service="fw", host=[7, 8], dev="x0", egress="x1")
    before[1]["n-nodes"] += 1
    refused("an id that would make a node local", errno.EBUSY,
            "node far lists host 7 and not host 1", host_id=7)
    tap.equal((hosts(n), n.do("plane-get", name="sp0")), before, "nothing has changed")
    n.do("plane-set", name="sp0", host_id=9)
    tap.equal(n.do("plane-get", name="sp0")["host-id"], 9, "an id that moves no node is taken")
    tap.equal(hosts(n), before[0], "hosts stay listed")
    n.do("plane-set", name="sp0", host_id=1, tenant=5)
    got = n.do("node-get", plane="sp0", name="far")
    tap.point(got["down"] and "owner" not in got, "a node of other hosts is down", got)
    tap.equal(n.do("node-get", plane="sp0", name="fw1")["owner"], 1,
              "one of this host has it as its owner")


def messages(tap, n):
    r = tap.refused

    def refused(point, code, text, **values):
        return r(point, code, text, n.do, "control-send", plane="sp0", **values)

    refused("a message of nothing", errno.EINVAL, "data of the message is missing", host=2)
    refused("an empty one", errno.EINVAL, "1 to 100 bytes", host=2, data=b"")
    refused("one that is too long", errno.ERANGE, "", host=2, data=bytes(101))
    refused("a message to nobody", errno.EINVAL, "says to whom", data=b"x")
    refused("one to a host and to all", errno.EINVAL, "says to whom", host=2, all=True,
            data=b"x")
    refused("one to this host", errno.ENOENT, "host 1 of plane sp0 is this one", host=1,
            data=b"x")
    refused("one to an unknown host", errno.ENOENT, "no host hv9", host_name="hv9", data=b"x")
    refused("one to a host without session", errno.ENOTCONN,
            "there is no session with host hv2 (id 2)", host=2, data=b"x" * 100)
    refused("one to all of them", errno.ENOTCONN, "none of the 2 hosts of plane sp0", all=True,
            data=b"x")
    for number in 2, 3:
        n.do("host-del", plane="sp0", id=number)
    refused("one to all of none", errno.ENOTCONN, "plane sp0 lists no other host", all=True,
            data=b"x")


def many(tap, n):
    for i in range(256):
        host(n, 4094 - i, f"h{4094 - i}", key(bytes([9]) * 30 + struct.pack("H", i + 1)))
    tap.refused("a host too many", errno.ENOSPC, "at most 256 hosts", host, n, 150, "h150")
    small = nlspec.Family(room=4096)
    tap.equal([h["id"] for h in small.dump("host-get")], list(range(4094 - 255, 4095)),
              "a dump of 256 hosts")
    for i in range(256):
        n.do("host-del", plane="sp0", id=4094 - i)


def echoed(n):
    """What comes back when a request is refused, of a socket that wants it whole"""
    plain = Heard(n.spec)
    plain.sock.setsockopt(nlspec.SOL_NETLINK, nlspec.NETLINK_CAP_ACK, 0)
    try:
        plain.do("plane-set", name="sp0", private_key=[key(private(70)), key(private(71))])
    except Refused:
        return plain.heard
    return b""


def test(tap, n, listener):
    topology(n)
    n.do("plane-set", name="sp0", host_id=1)
    listening = [Heard(n.spec) for _ in n.groups]
    for l, group in zip(listening, n.groups):
        l.sock.setsockopt(socket.SOL_SOCKET, 33, 64 << 20)   # SO_RCVBUFFORCE
        l.subscribe(group)
    listing(tap, n, listener)
    refused_hosts(tap, n)
    refused_own(tap, n)
    messages(tap, n)
    many(tap, n)
    data = echoed(n)
    tap.point(len(data) > 2 * 32, "a refused request comes back", len(data))
    secrets = [private(i) for i in (1, 2, 60, 61, 70, 71, 100)]
    tap.equal(held(data, secrets), [], "without its private keys")
    for l in listening:
        l.events(0.2)
    for name in ("plane-get", "host-get", "node-get"):
        n.dump(name)
    tap.equal(held(n.heard + b"".join(l.heard for l in listening), secrets), [],
              "no private key is in anything that was answered or told")
    tap.point(held(bytes(5) + private(1) + b"x", secrets), "they would be found")


def main():
    tap = Tap()
    try:
        listener = nlspec.Family()
        listener.subscribe("config")
        test(tap, Heard(), listener)
    except Exception:
        tap.point(False, "the test runs to its end", traceback.format_exc())
    print(f"1..{tap.count}")
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main())
