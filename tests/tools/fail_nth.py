#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Each allocation of each writing request fails once, as TAP

The kernel (CONFIG_FAULT_INJECTION) makes the N-th allocation of a system call
fail. A request is sent with N = 1, 2, 3... until none was left to fail. One that
was refused has changed nothing; one that was answered has done all; the kernel
has nothing to complain about. Links are made and deleted the same way.
"""
import errno
import os
import socket
import struct
import sys
import time
import traceback

import nlspec
from netlink_test import Tap, run, topology
from nlspec import NLM_F_ACK, Refused, attr

RTM_NEWLINK, RTM_DELLINK, RTM_SETLINK = 16, 17, 19
NLM_F_CREATE, NLM_F_EXCL = 0x400, 0x200
IFLA_IFNAME, IFLA_MASTER, IFLA_LINKINFO, IFLA_INFO_KIND = 3, 10, 18, 1
FAULTS = "/sys/kernel/debug/"
LIMIT = 2000


class Faults:
    """The N-th allocation of what this thread does inside of `armed`"""

    def __init__(self):
        self.file = os.open("/proc/thread-self/fail-nth", os.O_RDWR)
        for name in ("failslab", "fail_page_alloc"):
            self.set(name, "ignore-gfp-wait", "N")
            self.set(name, "verbose", "0")
        self.set("fail_page_alloc", "ignore-gfp-highmem", "N")
        self.set("fail_page_alloc", "min-order", "0")
        self.left = 0

    @staticmethod
    def set(name, what, value):
        with open(f"{FAULTS}{name}/{what}", "w", encoding="ascii") as f:
            f.write(value)

    def armed(self, function, *args):
        os.pwrite(self.file, str(self.left).encode(), 0)
        try:
            return function(*args)
        finally:
            # what is left of N; the next request goes on from there
            self.left = int(os.pread(self.file, 16, 0))
            os.pwrite(self.file, b"0", 0)


class Family(nlspec.Family):
    """Sends under faults while there are any"""

    def __init__(self, faults):
        self.faults = None
        super().__init__()
        self.faults = faults
        self.sock.settimeout(5)

    def send(self, *args):
        if self.faults and self.faults.left:
            self.faults.armed(super().send, *args)
        else:
            super().send(*args)


class Route(Family):
    """The few requests about links"""

    def __init__(self, faults):
        super().__init__(faults)
        self.sock.close()
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
        self.sock.bind((0, 0))
        self.sock.settimeout(5)

    def resolve(self):
        return 0, {}

    def send(self, *args):
        if self.faults.left:
            self.faults.armed(self.send_link, *args)
        else:
            self.send_link(*args)

    def send_link(self, kind, index, body, flags):
        self.seq += 1
        self.sock.send(struct.pack("IHHIIBBHiII", 32 + len(body), kind,
                                   flags | nlspec.NLM_F_REQUEST, self.seq, 0,
                                   0, 0, 0, index, 0, 0) + body)

    def link(self, kind, index, body=b"", flags=0):
        for _ in self.request(kind, index, body, flags | NLM_F_ACK):
            pass

    def add(self, name, kind):
        self.link(RTM_NEWLINK, 0, attr(IFLA_IFNAME, name.encode() + b"\0") +
                  attr(IFLA_LINKINFO, attr(IFLA_INFO_KIND, kind.encode())),
                  NLM_F_CREATE | NLM_F_EXCL)

    def delete(self, name):
        self.link(RTM_DELLINK, socket.if_nametoindex(name))

    def master(self, name, of):
        index = socket.if_nametoindex(of) if of else 0
        self.link(RTM_SETLINK, socket.if_nametoindex(name),
                  attr(IFLA_MASTER, struct.pack("I", index)))


def state(n):
    out = [sorted(os.listdir("/sys/class/net"))]
    for dev in out[0]:
        way = f"/sys/class/net/{dev}/master"
        out.append(os.readlink(way) if os.path.islink(way) else None)
    for name in ("plane", "host", "proxy", "service", "node", "chain", "path",
                 "group", "rule"):
        for found in n.dump(name + "-get"):
            for volatile in ("generation", "ifindex", "id", "chain-id", "seed",
                             "sent-in", "sent-out", "returned-in", "returned-out",
                             "epoch", "sent", "out"):
                found.pop(volatile, None)
            if name == "proxy":
                found["guest"] = [g["dev"] for g in found.get("guest", [])]
            out.append((name, found))
    return out


class Sweep:
    def __init__(self, tap):
        self.tap = tap
        self.faults = Faults()
        self.n = Family(self.faults)
        self.route = Route(self.faults)

    def attempt(self, nth, request):
        """Returns what became of it: done, refused, or (no answer) unknown"""
        self.faults.left = nth
        try:
            request()
            return "done"
        except Refused as e:
            return "refused" if e.errno != errno.ENOBUFS else "unknown"
        except OSError as e:
            # the request was not sent, or the answer was not
            return "unknown" if e.errno in (errno.ENOBUFS, errno.ENOMEM) or \
                isinstance(e, socket.timeout) else traceback.format_exc()

    def sweep(self, name, request, undo):
        started = time.monotonic()
        before = state(self.n)
        request()
        after = state(self.n)
        undo()
        wrong = self.compare(state(self.n), before, "undone is not as before")
        nth = 0
        left = 0
        while not wrong and left == 0 and nth < LIMIT:
            nth += 1
            outcome = self.attempt(nth, request)
            left, self.faults.left = self.faults.left, 0
            now = state(self.n)
            wrong = self.judge(outcome, now, before, after)
            if not wrong and now == after and after != before:
                undo()
                wrong = self.compare(state(self.n), before,
                                     "undone is not as before")
        if nth == LIMIT:
            wrong = "there is no end"
        self.tap.point(not wrong, f"{name}: {nth - 1} allocations, each failed once",
                       f"at allocation {nth}: {wrong}")
        print(f"# {time.monotonic() - started:.1f} s", flush=True)

    @staticmethod
    def judge(outcome, now, before, after):
        allowed = {"done": [after], "refused": [before],
                   "unknown": [before, after]}
        if outcome not in allowed:
            return outcome
        if now in allowed[outcome]:
            return None
        return Sweep.compare(now, allowed[outcome][0],
                             f"{outcome}, but the state")

    @staticmethod
    def compare(now, wanted, text):
        """None, or @text with what is different"""
        if now == wanted:
            return None
        return "\n".join([text] + [f"has {x}" for x in now if x not in wanted] +
                         [f"lacks {x}" for x in wanted if x not in now])

    def pair(self, name, make, unmake):
        self.sweep(name + ", made", make, unmake)
        make()
        self.sweep(name + ", deleted", unmake, make)
        unmake()

    def objects(self, name, new, values, key):
        """@new-new and @new-del of one object that is not there yet"""
        def make():
            self.n.do(new + "-new", plane="sp0", **values)

        def unmake():
            self.n.do(new + "-del", plane="sp0", **{key: values[key]})
        self.pair(name, make, unmake)


def links(s):
    for kind in ("svcplane", "guestplane", "portproxy"):
        s.pair(f"a {kind}", lambda kind=kind: s.route.add("x0", kind),
               lambda: s.route.delete("x0"))
    s.route.add("gp0", "guestplane")
    s.pair("a port of a guestplane", lambda: s.route.master("guest", "gp0"),
           lambda: s.route.master("guest", None))


def policy(s):
    s.objects("a service", "service", {"name": "mon"}, "name")
    legs = {"service": "fw", "dev": "lega", "egress": "legb"}
    s.objects("an inline node", "node", {"name": "n1", **legs}, "name")
    s.objects("an NSH node", "node", {
        "name": "n1", "service": "fw", "mode": 1, "dev": "lega"}, "name")
    s.objects("a chain", "chain", {"name": "c2", "service": ["ids", "fw"]}, "name")
    s.objects("a path", "path", {"spi": 300, "reverse": 301, "chain": "web",
                                 "node": ["fw1", "ids1"]}, "spi")
    s.objects("a group", "group", {"name": "g1", "entry": [
        {"addr": bytes([10, 0, i, 0]), "len": 24} for i in range(40)]}, "name")
    s.objects("a rule", "rule", {"prio": 50, "action": 0, "chain": "web", "match": {
        "proto": 6, "dport": [80 << 16 | 80, 443 << 16 | 443],
        "src": {"addr": bytes([10, 0, 0, 0]), "len": 8}}}, "prio")
    replace(s)


def hosts(s):
    """Keys of pairs of hosts are made in several steps, and all or none is there"""
    def own(*keys, **more):
        s.n.do("plane-set", name="sp0", private_key=[
            {"number": i, "key": bytes([k]) * 32} for i, k in enumerate(keys)], **more)

    own(1)
    for i in 2, 3:
        s.n.do("host-new", plane="sp0", id=i, name=f"hv{i}",
               public_key=[{"key": bytes([9, i]) + bytes(30)}])
    s.objects("a host", "host", {"id": 7, "name": "hv7", "public-key": [
        {"number": i, "key": bytes([9, 7, i]) + bytes(29)} for i in range(2)]}, "id")
    s.sweep("private keys", lambda: own(4, 5), lambda: own(1))
    s.sweep("another id of this host",
            lambda: s.n.do("plane-set", name="sp0", host_id=12),
            lambda: s.n.do("plane-set", name="sp0", host_id=1))
    s.sweep("another host in all", lambda: own(4, 5, host_id=12, tenant=8, max_flows=9),
            lambda: own(1, host_id=1, tenant=0, max_flows=262144))
    for i in 2, 3:
        s.n.do("host-del", plane="sp0", id=i)


def replace(s):
    """A transaction is begun, filled and committed; where it fails, aborted"""
    def batch(chain, prios):
        with_abort(s.n, lambda: (
            s.n.do("txn-begin", plane="sp0", mode=1),
            s.n.do("chain-new", plane="sp0", name=chain, service=["fw", "ids"]),
            [s.n.do("rule-new", plane="sp0", prio=p, action=0, chain=chain)
             for p in prios],
            s.n.do("txn-commit", plane="sp0")))

    batch("old", (1, 2))
    s.sweep("a transaction", lambda: batch("new", (3, 4, 5)),
            lambda: batch("old", (1, 2)))


def with_abort(n, function):
    try:
        function()
    except OSError:
        left, n.faults.left = n.faults.left, 0
        try:
            n.do("txn-abort", plane="sp0")
        except Refused:
            pass
        n.faults.left = left
        raise


def proxies(s):
    values = {"name": "pp0", "guest_dev": ["guest"], "pattern": ["vnet*"]}
    s.objects("a proxy with a guest", "proxy", values, "name")
    s.n.do("proxy-new", plane="sp0", name="pp0")
    one = {"plane": "sp0", "name": "pp0"}
    s.pair("a guest of a proxy",
           lambda: s.n.do("proxy-guest-add", guest_dev=["guest"], **one),
           lambda: s.n.do("proxy-guest-del", guest_dev=["guest"], **one))
    # One that matches nothing: what a pattern cannot bind it waits for
    s.pair("a pattern of a proxy",
           lambda: s.n.do("proxy-match-add", pattern=["vnet?"], **one),
           lambda: s.n.do("proxy-match-del", pattern=["vnet?"], **one))


def main():
    tap = Tap()
    try:
        s = Sweep(tap)
        topology(nlspec.Family())
        for a, b in (("guest", "guestx"), ("lega", "legax"), ("legb", "legbx")):
            run("ip", "link", "add", a, "type", "veth", "peer", "name", b)
            for dev in (a, b):
                run("ip", "link", "set", dev, "up")
        for part in (links, policy, hosts, proxies):
            if len(sys.argv) < 2 or part.__name__ in sys.argv[1:]:
                part(s)
    except Exception:
        tap.point(False, "the test runs to its end", traceback.format_exc())
    print(f"1..{tap.count}")
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main())
