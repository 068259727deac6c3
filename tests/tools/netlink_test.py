#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""The netlink family by itself, as TAP: netlink_test.py PART

No frame moves here. Each part makes a plane sp0 and what it needs in it, and
is its own process, so that its sockets go with it.
"""
import errno
import os
import random
import socket
import struct
import subprocess
import sys
import traceback

import nlspec
from nlspec import NLM_F_ECHO, NLM_F_REPLACE, Refused

PLANE = {"plane": "sp0"}
# writing commands that tell a netdev of another kind, or not by that attribute
NAMED = ("plane-set", "guestplane-set")


def run(*args):
    subprocess.run(args, check=True, stdout=subprocess.DEVNULL)


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

    def equal(self, got, want, name):
        self.point(got == want, name, f"got  {got}\nwant {want}")

    def refused(self, point, code, text, function, /, *args, **values):
        """@function is refused with errno @code and @text in its message"""
        try:
            function(*args, **values)
        except Refused as e:
            self.point(e.errno == code and text in e.text, point,
                       f"got errno {e.errno}: {e.text}")
            return e
        self.point(False, point, "it was accepted")
        return None


def node(n, service, name):
    for leg in "ab":
        run("ip", "link", "add", f"{name}{leg}", "type", "veth",
            "peer", "name", f"{name}{leg}x")
        for dev in (f"{name}{leg}", f"{name}{leg}x"):
            run("ip", "link", "set", dev, "up")
    n.do("node-new", plane="sp0", name=name, service=service,
         dev=f"{name}a", egress=f"{name}b")


def topology(n):
    run("ip", "link", "add", "sp0", "type", "svcplane")
    run("ip", "link", "set", "sp0", "up")
    for service in ("fw", "ids"):
        n.do("service-new", plane="sp0", name=service)
    node(n, "fw", "fw1")
    node(n, "ids", "ids1")
    n.do("chain-new", plane="sp0", name="web", service=["fw", "ids"])
    n.do("path-new", plane="sp0", spi=100, reverse=101, chain="web",
         node=["fw1", "ids1"])


def rule(n, prio, **more):
    return n.do("rule-new", plane="sp0", prio=prio, **more)


def state(n):
    """All of the configuration, for `a refused request changes nothing`"""
    out = []
    for name in ("plane-get", "proxy-get", "service-get", "node-get",
                 "chain-get", "path-get", "group-get", "rule-get", "host-get"):
        out.append(n.dump(name))
    for volatile in ("sent-out", "sent-in", "returned-out", "returned-in"):
        for found in out[3]:
            found.pop(volatile, None)
    return out


def users(n):
    """Of each node and service"""
    return {found["name"]: found["users"] for name in ("node-get", "service-get")
            for found in n.dump(name, **PLANE)}


def prios(n):
    return [r["prio"] for r in n.dump("rule-get", **PLANE)]


def spoilt(tap, n):
    """What is refused before it gets as far as the transaction breaks it too"""
    for what, text, name, values in (
            ("a rule without prio", "prio of the rule", "rule-new",
             {"action": 1}),
            ("a rule for a proxy that is not there", "no port proxy pp9",
             "rule-new", {"prio": 20, "action": 1,
                          "match": {"proxy": [{"name": "pp9"}]}}),
            ("a rule of no name deleted", "prio or id", "rule-del", {}),
            ("a group of no name", "name of the group", "group-new", {}),
            ("a group with a wrong entry", "allowed 0 to 32", "group-new",
             {"name": "g", "entry": [{"addr": bytes(4), "len": 33}]}),
            ("a group of no name deleted", "name of the group", "group-del",
             {}),
            ("a path of no SPI", "SPI of the path", "path-new", {}),
            ("a path of no SPI deleted", "SPI of the path", "path-del", {}),
            ("a chain of no name", "name of the chain", "chain-new", {}),
            ("a chain of no name deleted", "name or id of the chain",
             "chain-del", {})):
        n.do("txn-begin", plane="sp0")
        try:
            n.do(name, plane="sp0", **values)
            first = "accepted"
        except Refused as e:
            first = e.text
        try:
            rule(n, 21, action=1)
        except Refused:
            pass
        e = tap.refused(f"{what} breaks the transaction", errno.ECANCELED,
                        "nothing was changed", n.do, "txn-commit",
                        plane="sp0")
        if text not in first or e is None:
            tap.point(False, f"{what}: it is refused", first)


def test_txn(tap, n):
    topology(n)
    other = nlspec.Family()
    rule(n, 1, action=1)
    before = state(n)
    gen = n.do("plane-get", name="sp0")["generation"]

    tap.equal(users(n), {"fw1": 1, "ids1": 1, "fw": 2, "ids": 2},
              "nodes are used by paths, services by nodes and chains")
    begun = n.do("txn-begin", plane="sp0", mode=1)
    tap.equal(begun["generation"], gen, "begin tells the generation in force")
    n.do("chain-new", plane="sp0", name="c2", service=["ids"])
    rule(n, 5, action=0, chain="c2")
    rule(n, 6, action=2)
    tap.equal(state(other), before, "nothing is seen before commit")
    tap.refused("another client's write", errno.EBUSY, "transaction open",
                rule, other, 9, action=1)
    tap.refused("another client's transaction", errno.EBUSY,
                "transaction open", other.do, "txn-begin", plane="sp0")
    tap.refused("another client's commit", errno.EBUSY, "transaction open",
                other.do, "txn-commit", plane="sp0")
    tap.refused("a second one of the same client", errno.EBUSY,
                "this client", n.do, "txn-begin", plane="sp0")
    done = n.do("txn-commit", plane="sp0")
    tap.equal((done["changes"], done["n-rules"], done["n-chains"]), (3, 2, 1),
              "commit tells what there is now")
    tap.equal(prios(n), [5, 6], "replace left nothing of before")
    tap.equal([c["name"] for c in n.dump("chain-get", **PLANE)], ["c2"],
              "chains are replaced with the rules")
    tap.equal(n.dump("path-get", **PLANE), [], "and paths")
    tap.equal(users(n), {"fw1": 0, "ids1": 0, "fw": 1, "ids": 2},
              "their users are those of the new policy")
    tap.point(done["generation"] > gen, "the generation has grown")

    before = state(n)
    n.do("txn-begin", plane="sp0")
    rule(n, 7, action=1)
    n.do("txn-abort", plane="sp0")
    tap.equal(state(n), before, "abort leaves no trace")
    tap.refused("abort without a transaction", errno.ENOENT,
                "no transaction is open", n.do, "txn-abort", plane="sp0")

    gone = nlspec.Family()
    gone.do("txn-begin", plane="sp0")
    rule(gone, 8, action=1)
    gone.close()
    tap.equal(state(n), before, "a closed socket aborts")
    rule(n, 9, action=1)
    tap.equal(prios(n), [5, 6, 9], "and frees the plane for others")

    before = state(n)
    n.do("txn-begin", plane="sp0")
    rule(n, 10, action=1)
    tap.refused("a wrong write", errno.ENOENT, "no chain nope", rule, n, 11,
                action=0, chain="nope")
    tap.refused("makes further writes refused", errno.ECANCELED,
                "was refused", rule, n, 12, action=1)
    tap.refused("and the whole", errno.ECANCELED, "nothing was changed",
                n.do, "txn-commit", plane="sp0")
    tap.equal(state(n), before, "so that nothing is changed")
    spoilt(tap, n)
    tap.equal(state(n), before, "and nothing by any of these")

    n.do("txn-begin", plane="sp0")
    rule(n, 13, action=1)
    done = n.do("txn-commit", plane="sp0", check=True)
    tap.equal(done["n-rules"], 4, "check tells what there would be")
    tap.equal(state(n), before, "and changes nothing")
    n.do("txn-begin", plane="sp0")
    n.do("txn-abort", plane="sp0")
    tap.point(True, "a checked transaction is over")

    gen = n.do("plane-get", name="sp0")["generation"]
    tap.refused("a generation that is over", errno.ESTALE, str(gen),
                n.do, "txn-begin", plane="sp0", generation=gen - 1)
    n.do("txn-begin", plane="sp0", generation=gen)
    n.do("path-new", plane="sp0", spi=200, reverse=201, chain="c2",
         node=["ids1"])
    tap.refused("a node that an open transaction names", errno.EBUSY,
                "200 of an open transaction", other.do, "node-del",
                plane="sp0", name="ids1")
    n.do("chain-new", nlflags=NLM_F_REPLACE, plane="sp0", name="c2",
         service=["fw"])
    tap.refused("a chain whose paths no longer fit", errno.EINVAL,
                "node ids1 is of service ids", n.do, "txn-commit", plane="sp0")
    tap.equal(state(n), before, "is refused as a whole")

    n.do("txn-begin", plane="sp0")
    rule(n, 14, action=1)
    run("ip", "link", "del", "sp0")
    tap.refused("commit to a deleted plane", errno.ENODEV, "no service plane",
                n.do, "txn-commit", plane="sp0")


def quota(tap, n):
    """A proxy that is there and is refused keeps its quota"""
    run("ip", "link", "add", "pp1", "type", "portproxy")
    tap.refused("a proxy that is there, with a guest that does not exist",
                errno.ENODEV, "no device tapX", n.do, "proxy-new",
                plane="sp0", name="pp1", max_flows=5, guest_dev=["tapX"])
    n.do("proxy-new", plane="sp0", name="pp1")
    now = n.do("proxy-get", plane="sp0", name="pp1")["max-flows"]
    tap.point(now != 5, "keeps its quota", now)
    n.do("proxy-del", plane="sp0", name="pp1")


def test_refusals(tap, n):
    topology(n)
    rule(n, 100, action=0, chain="web", match={"proto": 6})
    n.do("chain-new", plane="sp0", name="twice", service=["fw", "fw"])
    run("ip", "link", "add", "spare", "type", "veth", "peer", "name", "sparex")
    before = state(n)
    r = tap.refused

    r("no plane", errno.EINVAL, "a plane must be named", n.do, "rule-get")
    r("an unknown plane", errno.ENODEV, "no service plane sp9", n.do,
      "plane-get", name="sp9")
    r("a command without a needed attribute", errno.EINVAL,
      "name of the service is missing", n.do, "service-new", plane="sp0")
    e = r("a number out of range", errno.ERANGE, "out of range", n.do,
          "node-set", plane="sp0", name="fw1", id=70000)
    tap.equal((e.limits.get(4), e.limits.get(5)), (1, 65535),
              "comes with the allowed range")
    e = r("a name too long", errno.EINVAL, "", n.do, "service-new",
          plane="sp0", name="x" * 32)
    tap.equal(e.limits.get(7), 31, "comes with the allowed length")
    r("an empty name", errno.EINVAL, "1 to 31 characters", n.do,
      "service-new", plane="sp0", name="")
    r("a name with a comma", errno.EINVAL, "comma", n.do, "service-new",
      plane="sp0", name="a,b")
    r("a name with a control character", errno.EINVAL, "blank", n.do,
      "service-new", plane="sp0", name="a\nb")
    r("an attribute of another command", errno.EINVAL, "", n.do,
      "service-get", plane="sp0", name="fw", type=3)
    r("an unknown attribute", errno.EINVAL, "", n.do_raw, "service-get",
      nlspec.attr(1, b"sp0\0") + nlspec.attr(99, b"xxxx"))
    r("bytes behind the attributes", errno.EINVAL, "", n.do_raw,
      "service-get", nlspec.attr(1, b"sp0\0") + nlspec.attr(3, b"fw\0") + b"abc")
    r("a service that is there", errno.EEXIST, "has a service fw", n.do,
      "service-new", plane="sp0", name="fw")
    r("a service in use", errno.EBUSY, "node fw1, chain web", n.do,
      "service-del", plane="sp0", name="fw")
    r("a node in use", errno.EBUSY, "path 100", n.do, "node-del",
      plane="sp0", name="fw1")
    r("a chain in use by a path", errno.EBUSY, "chain web is used by rule",
      n.do, "chain-del", plane="sp0", name="web")
    r("a node id that is taken", errno.EEXIST, "taken by node fw1", n.do,
      "node-new", plane="sp0", name="x", id=1, service="fw", dev="lo",
      egress="lo")
    r("a node that is there", errno.EEXIST, "plane sp0 has a node fw1", n.do,
      "node-new", plane="sp0", name="fw1", service="fw", dev="x", egress="y")
    r("a node with one leg too few", errno.EINVAL, "needs dev and egress",
      n.do, "node-new", plane="sp0", name="x", service="fw", dev="x")
    r("a node with one leg too many", errno.EINVAL, "has one leg", n.do,
      "node-new", plane="sp0", name="x", service="fw", mode=1, dev="x",
      egress="y")
    r("a setting of another mode", errno.EINVAL, "does not go with", n.do,
      "node-new", plane="sp0", name="x", service="fw", mode=1, dev="x",
      macs=1)
    r("OAM packets for a node", errno.EOPNOTSUPP, "oam is not supported yet",
      n.do, "node-new", plane="sp0", name="x", service="fw", mode=1, dev="x",
      flags=6)
    r("a group address as a node's", errno.EINVAL, "single device", n.do,
      "node-new", plane="sp0", name="x", service="fw", mode=1, dev="x",
      mac=b"\x01\x00\x5e\x00\x00\x01")
    r("a device that is a leg already", errno.EBUSY, "leg of node fw1", n.do,
      "node-new", plane="sp0", name="x", service="fw", dev="fw1a",
      egress="x")
    r("a device that is the other leg", errno.EBUSY, "other leg of node x", n.do,
      "node-new", plane="sp0", name="x", service="fw", dev="spare",
      egress="spare")
    run("ip", "link", "property", "add", "dev", "spare", "altname", "extra")
    r("also by another name of it", errno.EBUSY, "other leg of node x", n.do,
      "node-new", plane="sp0", name="x", service="fw", dev="spare",
      egress="extra")
    run("ip", "link", "del", "spare")
    tap.point(True, "and the device can be deleted")
    r("a path with a node of another service", errno.EINVAL, "of service",
      n.do, "path-new", plane="sp0", spi=200, reverse=201, chain="web",
      node=["ids1", "fw1"])
    r("a path with too few nodes", errno.EINVAL, "has 1 nodes", n.do,
      "path-new", plane="sp0", spi=200, reverse=201, chain="web",
      node=["fw1"])
    r("a path that is its own reverse", errno.EINVAL, "must be another", n.do,
      "path-new", plane="sp0", spi=200, reverse=200, chain="web",
      node=["fw1", "ids1"])
    r("an SPI that is taken", errno.EEXIST, "taken by path 100", n.do,
      "path-new", plane="sp0", spi=101, reverse=300, chain="web",
      node=["fw1", "ids1"])
    r("a path that meets a node twice", errno.EINVAL,
      "path 200: node fw1 occurs twice", n.do, "path-new", plane="sp0",
      spi=200, reverse=201, chain="twice", node=["fw1", "fw1"])
    r("an SPI of a control path", errno.ERANGE, "", n.do, "path-new",
      plane="sp0", spi=0xfff001, reverse=300, chain="web",
      node=["fw1", "ids1"])
    r("a path of an unknown chain", errno.ENOENT, "plane sp0 has no chain nope",
      n.do, "path-new", plane="sp0", spi=200, reverse=201, chain="nope",
      node=["fw1", "ids1"])
    r("a path deleted by its reverse SPI", errno.ENOENT,
      "SPI 101 is the reverse of a path; name its forward SPI", n.do,
      "path-del", plane="sp0", spi=101)
    r("more than 16 services", errno.E2BIG, "more than 16", n.do, "chain-new",
      plane="sp0", name="x", service=["fw"] * 17)
    r("a chain of nothing", errno.EINVAL, "services", n.do, "chain-new",
      plane="sp0", name="x")
    r("a chain that is there", errno.EEXIST, "taken by chain web", n.do,
      "chain-new", plane="sp0", name="web", service=["fw"])
    r("a chain that is there by another id", errno.EEXIST,
      "chain web exists with id 1", n.do, "chain-new", plane="sp0",
      name="web", id=7, service=["fw"])
    r("a chain's id that is taken", errno.EEXIST,
      "chain id 1 is taken by chain web", n.do, "chain-new", plane="sp0",
      name="x", id=1, service=["fw"])
    r("ports without a protocol", errno.EINVAL, "ports need proto", rule, n,
      1, action=1, match={"dport": [80 << 16 | 80]})
    r("an empty port range", errno.EINVAL, "80-79 is empty", rule, n, 1,
      action=1, match={"proto": 6, "dport": [80 << 16 | 79]})
    r("more than 16 port ranges", errno.E2BIG, "more than 16", rule, n, 1,
      action=1, match={"proto": 6, "dport": [p << 16 | p for p in range(17)]})
    r("IPv4 and IPv6 in one rule", errno.EINVAL, "IPv4 or IPv6", rule, n, 1,
      action=1, match={"src": {"addr": bytes(4)}, "dst": {"addr": bytes(16)}})
    r("a family between them", errno.EINVAL, "family 5: allowed 4 and 6", rule,
      n, 1, action=1, match={"family": 5})
    r("an address of 5 bytes", errno.EINVAL, "not 5", rule, n, 1, action=1,
      match={"src": {"addr": bytes(5)}})
    r("a prefix longer than its address", errno.EINVAL, "allowed 0 to 32",
      rule, n, 1, action=1, match={"src": {"addr": bytes(4), "len": 33}})
    r("an unknown group", errno.ENOENT, "no group g", rule, n, 1, action=1,
      match={"src-group": "g"})
    r("an unknown proxy", errno.ENOENT, "no port proxy pp9", rule, n, 1,
      action=1, match={"proxy": [{"name": "pp9"}]})
    r("a chain with action bypass", errno.EINVAL, "action chain only", rule,
      n, 1, action=1, chain="web")
    r("action chain without one", errno.EINVAL, "chain of the rule", rule, n,
      1, action=0)
    r("a proxy on a device of another kind", errno.EEXIST,
      "not a port proxy", n.do, "proxy-new", plane="sp0", name="sp0")
    r("a guest that does not exist", errno.ENODEV, "no device tapX", n.do,
      "proxy-new", plane="sp0", name="pp0", guest_dev=["tapX"])
    r("a guest that is a leg", errno.EBUSY, "leg of node fw1", n.do,
      "proxy-new", plane="sp0", name="pp0", guest_dev=["fw1a"])
    tap.point(subprocess.run(["ip", "link", "show", "pp0"],
                             capture_output=True, check=False).returncode,
              "a refused proxy leaves no device")
    r("a guest that is a plane", errno.EINVAL,
      "sp0 is a svcplane, not a tap or veth", n.do, "proxy-new", plane="sp0",
      name="pp0", guest_dev=["sp0"])
    r("an unknown flow", errno.ENOENT, "no flow with tag 0x1", n.do,
      "flow-get", plane="sp0", tag=1)
    r("a verdict on it", errno.ENOENT, "no flow with tag 0x1", n.do,
      "verdict-new", plane="sp0", node="fw1", action=1, tag=1)
    r("flags of drop with allow", errno.EINVAL, "drop only", n.do,
      "verdict-new", plane="sp0", node="fw1", action=2, flags=1, tag=1)
    refused_objects(tap, n)
    refused_matches(tap, n)
    refused_proxies(tap, n)
    refused_policies(tap, n)
    quota(tap, n)
    beyond(tap, n)
    tap.equal(state(n), before, "none of these has changed anything")
    for i in range(10, 4106 - len(n.dump("node-get", **PLANE))):
        n.do("node-new", plane="sp0", name=f"n{i}", id=i, service="fw", mode=3,
             dev=f"n{i}", admin_down=1)
    r("a node too many", errno.ENOSPC, "at most 4096 nodes", n.do, "node-new",
      plane="sp0", name="last", id=9999, service="fw", mode=3, dev="last")
    n.flood("service-new", (n.pack("service", dict(PLANE, name=f"s{i}"))
                            for i in range(1022)))
    r("a service too many", errno.ENOSPC, "at most 1024 services", n.do,
      "service-new", plane="sp0", name="last")
    n.do("node-del", plane="sp0", name="n10")
    tap.equal(n.do("service-get", plane="sp0", name="fw")["users"], 4094 + 2,
              "a service is used by 4094 nodes and two chains, one of them twice")


def refused_objects(tap, n):
    """What is not there, and what does not go together"""
    r = tap.refused
    r("an unknown node, by its id", errno.ENOENT,
      "plane sp0 has no node with id 99", n.do, "node-get", plane="sp0", id=99)
    r("an unknown path", errno.ENOENT, "plane sp0 has no path 999", n.do,
      "path-get", plane="sp0", spi=999)
    r("an unknown rule", errno.ENOENT, "no rule with prio 7",
      n.do, "rule-get", plane="sp0", prio=7)
    r("an unknown rule, by its id", errno.ENOENT,
      "no rule with id 77", n.do, "rule-get", plane="sp0", id=77)
    there = n.dump("rule-get", plane="sp0")[0]
    for cmd in "rule-get", "rule-del":
        r(f"{cmd} with another priority than that id has", errno.ENOENT,
          f"no rule with prio 7 and id {there['id']}", n.do, cmd, plane="sp0",
          prio=7, id=there["id"])
    tap.equal(n.do("rule-get", plane="sp0", prio=there["prio"], id=there["id"])["id"],
              there["id"], "by both that it has, it is found")
    r("an unknown chain, by its id", errno.ENOENT, "no chain with id 99", n.do,
      "chain-get", plane="sp0", id=99)
    r("a range of VLANs that is empty", errno.EINVAL,
      "VLAN range 20 to 10 is empty", n.do, "node-new", plane="sp0", name="x",
      service="fw", mode=2, dev="x", vlan_lo=20, vlan_hi=10)
    r("a prefix length of no address", errno.EINVAL,
      "a prefix length needs an address", n.do, "flow-flush", plane="sp0",
      src_len=8)
    r("an address of a flow of 5 bytes", errno.EINVAL,
      "an address has 4, 6 or 16 bytes, not 5", n.do, "flow-flush",
      plane="sp0", src=bytes(5))
    r("a prefix of a flow longer than its address", errno.EINVAL,
      "prefix length 33: allowed 0 to 32", n.do, "flow-flush", plane="sp0",
      dst=bytes(4), dst_len=33)
    r("a node replaced", errno.EOPNOTSUPP,
      "a node cannot be replaced; change it with set, or delete it first",
      n.do, "node-new", nlflags=NLM_F_REPLACE, plane="sp0", name="fw1",
      service="fw", mode=3, dev="x")
    r("a group of too many", errno.E2BIG,
      "group g has 4097 entries, at most 4096 are allowed", n.do, "group-new",
      plane="sp0", name="g", entry=[{"addr": bytes((10, 0, i >> 8, i & 255))}
                                    for i in range(4097)])
    r("a chain for allow", errno.EINVAL, "chain and spi go with re-path only",
      n.do, "verdict-new", plane="sp0", node="fw1", action=2, chain="web",
      tag=1)
    r("an SPI for drop", errno.EINVAL, "chain and spi go with re-path only",
      n.do, "verdict-new", plane="sp0", node="fw1", action=1, spi=100, tag=1)


def refused_matches(tap, n):
    """What a rule cannot ask"""
    r = tap.refused
    r("a prefix and a group on one side", errno.EINVAL,
      "one side has a prefix or a group, not both", rule, n, 1, action=1,
      match={"src": {"addr": bytes(4)}, "src-group": "g"})
    r("a mask without a mark", errno.EINVAL, "a mask needs a mark", rule, n, 1,
      action=1, match={"mark-mask": 1})
    for name, ref in (("neither", {}), ("both", {"name": "pp0", "id": 1})):
        r(f"a proxy by {name} of name and id", errno.EINVAL,
          "a proxy is named by name or by id", rule, n, 1, action=1,
          match={"proxy": [ref]})
    r("more than 16 proxies", errno.E2BIG, "more than 16 proxies in one rule",
      rule, n, 1, action=1,
      match={"proxy": [{"id": i + 1} for i in range(17)]})


def refused_proxies(tap, n):
    """Guests and patterns of a port proxy that is there, and of new ones"""
    r = tap.refused
    run("ip", "link", "add", "spare", "type", "veth", "peer", "name", "sparex")
    r("loopback as a guest", errno.EINVAL, "lo is not an Ethernet device",
      n.do, "proxy-new", plane="sp0", name="pp0", guest_dev=["lo"])
    r("loopback as a leg", errno.EINVAL, "lo is not an Ethernet device", n.do,
      "node-new", plane="sp0", name="x", service="fw", mode=3, dev="lo")
    r("a name that no device can have", errno.EINVAL,
      "'a/b' is no name for a device (1 to 15 characters", n.do, "proxy-new",
      plane="sp0", name="a/b")
    for devs in ([], ["spare", "sparex"]):
        r(f"one address for {len(devs)} guests", errno.EINVAL,
          f"one address does for one guest, not for {len(devs)}", n.do,
          "proxy-new", plane="sp0", name="pp0", guest_dev=devs,
          guest_mac=b"\2\0\0\0\0\1")
    r("a group address as a guest's", errno.EINVAL,
      "01:00:5e:00:00:01 is not the address of a single device", n.do,
      "proxy-new", plane="sp0", name="pp0", guest_dev=["spare"],
      guest_mac=b"\1\0\x5e\0\0\1")
    patterns = [f"no{i}*" for i in range(16)]
    n.do("proxy-new", plane="sp0", name="pp0", pattern=patterns)
    r("a proxy that is there", errno.EEXIST,
      "pp0 is a port proxy of plane sp0 already", n.do, "proxy-new",
      plane="sp0", name="pp0")
    r("a device that is no guest", errno.ENOENT,
      "spare is not a guest of port proxy pp0", n.do, "proxy-guest-del",
      plane="sp0", name="pp0", guest_dev=["spare"])
    r("a pattern that is there", errno.EEXIST,
      "port proxy pp0 has pattern 'no3*' already", n.do, "proxy-match-add",
      plane="sp0", name="pp0", pattern=["no3*"])
    r("a pattern that is not", errno.ENOENT,
      "port proxy pp0 has no pattern 'other*'", n.do, "proxy-match-del",
      plane="sp0", name="pp0", pattern=["other*"])
    r("more than 16 patterns", errno.ENOSPC,
      "a port proxy holds at most 16 patterns", n.do, "proxy-match-add",
      plane="sp0", name="pp0", pattern=["other*"])
    n.do("proxy-del", plane="sp0", name="pp0")
    run("ip", "link", "del", "spare")


def refused_policies(tap, n):
    """What a policy holds one of, or so many; transactions, so that none is kept"""
    r = tap.refused
    n.do("txn-begin", plane="sp0")
    n.do("group-new", plane="sp0", name="g")
    r("a group that is there", errno.EEXIST,
      "group g exists; use replace to change it", n.do, "group-new",
      plane="sp0", name="g")
    n.do("txn-abort", plane="sp0")
    n.do("txn-begin", plane="sp0")
    rule(n, 200, action=1)
    rule(n, 200, action=1)
    r("a rule deleted by the prio of two", errno.ENOTUNIQ,
      "several rules have prio 200; name one by id (2, 3, ...)", n.do,
      "rule-del", plane="sp0", prio=200)
    n.do("txn-abort", plane="sp0")
    n.do("txn-begin", plane="sp0", mode=1)
    n.do("chain-new", plane="sp0", name="c", service=["fw"])
    path = {"plane": "sp0", "chain": "c", "node": ["fw1"]}
    n.flood("path-new", (n.pack("path", dict(path, spi=i, reverse=i + 1))
                         for i in range(1, 2 * 16384, 2)))
    r("a path too many", errno.ENOSPC, "at most 16384 paths", n.do,
      "path-new", spi=50000, reverse=50001, **path)
    n.do("txn-abort", plane="sp0")


def wrong_values(spec):
    """Payloads just beyond what the specification allows of an attribute"""
    checks = spec.get("checks", {})
    if spec["type"] == "u32":
        if checks.get("max", 0xffffffff) < 0xffffffff:
            yield struct.pack("I", checks["max"] + 1)
        if checks.get("min"):
            yield struct.pack("I", checks["min"] - 1)
        for size in (0, 3):
            yield bytes(size)
    elif "max-len" in checks:
        # of a string its end does not count
        yield b"x" * (checks["max-len"] + 1) + b"\0" * (spec["type"] == "string")
    elif "exact-len" in checks:
        yield bytes(checks["exact-len"] - 1)
        yield bytes(checks["exact-len"] + 1)


def wrong_bodies(n, set_name, names=None):
    """
    (attribute, body, offset of the attribute in it) for each wrong value of a
    set and those nested in it
    """
    for i, spec in enumerate(n.sets[set_name]):
        if names is not None and spec["name"] not in names:
            continue
        if spec["type"] == "nest":
            for what, body, at in wrong_bodies(n, spec["nested-attributes"]):
                yield (f"{spec['name']} {what}",
                       nlspec.attr(i + 1 | nlspec.NLA_F_NESTED, body), at + 4)
        for data in wrong_values(spec):
            yield f"{spec['name']} {data!r}", nlspec.attr(i + 1, data), 0


def beyond(tap, n):
    """Every number out of its range, every name too long, every wrong length"""
    wrong, count = [], 0
    for op in n.ops.values():
        if "do" not in op:
            continue
        names = op["do"]["request"]["attributes"]
        for what, body, at in wrong_bodies(n, op["attribute-set"], names):
            count += 1
            try:
                n.do_raw(op["name"], body)
                wrong.append(f"{op['name']}: {what}: accepted")
            except Refused as e:
                if e.errno not in (errno.ERANGE, errno.EINVAL) or not e.text:
                    wrong.append(f"{op['name']}: {what}: {e.errno} {e.text}")
                # what is refused for a missing attribute was not looked at
                elif "missing" in e.text or e.missing:
                    wrong.append(f"{op['name']}: {what}: {e.text}")
                # behind the headers: what the text is about
                elif e.offset != 20 + at:
                    wrong.append(f"{op['name']}: {what}: at {e.offset}: {e.text}")
    tap.equal(wrong, [], "each attribute of each command has its bounds, and "
              "is the one that is named")
    tap.point(count > 300, f"in {count} requests")


def test_events(tap, n):
    listener = nlspec.Family()
    listener.subscribe("config")
    topology(n)
    told = listener.events()
    tap.equal([name for name, _ in told if not name.startswith("event")],
              ["service-ntf", "service-ntf", "node-ntf", "node-ntf",
               "chain-ntf", "path-ntf"], "each change is told once")
    shown = n.do("chain-get", plane="sp0", name="web")
    chain = dict(told)["chain-ntf"]
    shown.pop("n-paths"), shown.pop("n-usable")
    tap.equal({k: chain[k] for k in shown}, shown,
              "what is told is what a get shows")
    n.do("txn-begin", plane="sp0")
    rule(n, 1, action=1)
    tap.equal(listener.events(), [], "a transaction tells nothing")
    done = n.do("txn-commit", plane="sp0")
    tap.equal(listener.events(), [("txn-ntf", done)],
              "before it is committed, and then one thing")
    run("ip", "link", "set", "fw1a", "down")
    told = [(v["what"], v["object"]) for name, v in listener.events()
            if name == "event-ntf"]
    tap.equal(told, [("down", "fw1")], "a node that goes down is told")
    n.do("rule-del", nlflags=NLM_F_ECHO, plane="sp0", prio=1)
    tap.equal([name for name, _ in listener.events()], ["rule-del-ntf"],
              "a deletion is told")
    run("ip", "netns", "add", "away")
    away = subprocess.Popen(
        ["ip", "netns", "exec", "away", sys.executable, __file__, "listen"],
        stdout=subprocess.PIPE, text=True)
    away.stdout.readline()
    rule(n, 2, action=1)
    tap.equal(away.communicate()[0].strip(), "0",
              "another namespace hears nothing")
    tap.equal(len(listener.events()), 1, "while this one does")
    bridge_first(tap, n)


def heard_in_order(n, mon):
    """What of a bridge's port and of our guest was told, from an nlmon device"""
    out = []
    try:
        while True:
            data, where = mon.recvfrom(1 << 16)
            kind = struct.unpack_from("H", data, 4)[0]
            if where[1] == socket.NETLINK_ROUTE:
                # RTM_DELLINK of AF_BRIDGE
                if kind == 17 and data[16] == 7:
                    out.append("bridge")
            elif kind == n.id and n.by_id[data[16]]["name"] == "event-ntf":
                out.append(n.unpack("event", data[20:])["what"])
    except BlockingIOError:
        return out


def bridge_first(tap, n):
    """
    A guest that is deleted or moved: the bridge lets the port go before our hooks
    do. Else a frame on its way between the two would pass raw.
    """
    rtnl = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                         socket.NETLINK_ROUTE)
    rtnl.bind((0, 1))       # RTMGRP_LINK
    run("ip", "link", "add", "mon0", "type", "nlmon")
    run("ip", "link", "set", "mon0", "up")
    run("ip", "link", "add", "br0", "type", "bridge")
    run("ip", "link", "set", "br0", "up")
    for way, end in (("deleted", ("del", "t0")),
                     ("moved", ("set", "t0", "netns", "away"))):
        run("ip", "link", "add", "t0", "type", "dummy")
        run("ip", "link", "set", "t0", "up", "master", "br0")
        n.do("proxy-new", plane="sp0", name="pp0", guest_dev=["t0"])
        with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM,
                           socket.htons(3)) as mon:
            mon.bind(("mon0", 3))
            mon.setblocking(False)
            run("ip", "link", *end)
            told = heard_in_order(n, mon)
        # listeners are told each thing, and each time nlmon sees it
        first = list(dict.fromkeys(told))
        tap.equal(first, ["bridge", "unbound"],
                  f"of a guest that is {way} the bridge lets go first")
        n.do("proxy-del", plane="sp0", name="pp0")


def listen():
    n = nlspec.Family()
    for group in n.groups:
        n.subscribe(group)
    print("ready", flush=True)
    print(len(n.events(2)))


LARGE = {
    "proto": 6, "src": {"addr": bytes(4), "len": 0},
    "sport": [p << 16 | p for p in range(16)],
    "dport": [p << 16 | p for p in range(16)],
    "proxy": [{"id": i + 1} for i in range(16)],
    "smac": b"\2\0\0\0\0\1", "dmac": b"\2\0\0\0\0\2", "vlan": 4094,
    "mark": 7, "ethertype": 0x800,
}


def test_dumps(tap, n):
    topology(n)
    entries = [{"addr": bytes([10, i >> 8, i & 255, 0]), "len": 24}
               for i in range(4096)]
    n.do("group-new", plane="sp0", name="large", entry=entries)
    n.do("group-new", plane="sp0", name="none")
    got = n.dump("group-get", **PLANE)
    large = [g for g in got if g["name"] == "large"]
    tap.equal([e for g in large for e in g.get("entry", [])], entries,
              "a group of 4,096 entries comes whole, in order")
    tap.point(len(large) > 1, "in several messages")
    tap.equal({g["name"] for g in n.dump("group-get", plane="sp0", name="none")},
              {"none"}, "one group can be asked for")
    n.do("txn-begin", plane="sp0", mode=0)
    for prio in range(500):
        rule(n, prio, action=0, chain="web", match=LARGE)
    n.do("txn-commit", plane="sp0")
    tap.equal(prios(n), list(range(500)), "rules as large as can be")
    run("ip", "link", "add", "sp1", "type", "svcplane")
    n.do("service-new", plane="sp1", name="fw")
    tap.equal([(s["plane"], s["name"]) for s in n.dump("service-get")],
              [("sp0", "fw"), ("sp0", "ids"), ("sp1", "fw")],
              "without a plane all planes are shown")
    tap.equal(len(n.dump("stats-get", plane="sp1")) > 40, True,
              "every drop reason has its counter")
    proxy(tap, n)
    churn(tap, n)


def proxy(tap, n):
    """A proxy with all that eight guests and a user can fill it with"""
    patterns = [f"{i:02}" + "x" * 61 for i in range(16)]
    devs = [f"t{i}" for i in range(8)]
    for dev in devs:
        run("ip", "link", "add", dev, "type", "veth", "peer", "name", dev + "x")
        run("ip", "link", "set", dev, "up")
        run("ip", "link", "set", dev + "x", "up")
    n.do("proxy-new", plane="sp0", name="pp0", guest_dev=devs, pattern=patterns)
    for dev in devs:
        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as s:
            s.bind((dev + "x", 0))
            for i in range(20):
                s.send(b"\2\0\0\0\0\1\2\0\0\0\1" + bytes([i]) +
                       b"\x88\xb5" + bytes(46))
    seen = []
    for part in nlspec.Family(n.spec, 4096).dump("proxy-get", **PLANE):
        seen += [(g["dev"], len(g["mac"])) for g in part["guest"]]
    tap.equal(sorted(seen), [(dev, 16) for dev in devs],
              "a full proxy and its guests, in messages of 4 KiB")
    n.do("proxy-del", plane="sp0", name="pp0")


def churn(tap, n):
    """Rules come and go while they are dumped: the others are seen once"""
    other = nlspec.Family()
    n.do("txn-begin", plane="sp0", mode=1)
    for prio in range(0, 600, 2):
        rule(n, prio, action=1, match=LARGE)
    n.do("txn-commit", plane="sp0")
    op = n.ops["rule-get"]
    bad = interrupted = 0
    for _ in range(10):
        body = n.pack("rule", PLANE)
        seen = []
        answers = n.request(n.id, op["id"], body, nlspec.NLM_F_DUMP)
        for data in answers:
            prio = n.unpack("rule", data[4:])["prio"]
            if not seen or (len(seen) == 100):
                odd = 2 * random.randrange(300) + 1
                rule(other, odd, action=1)
                other.do("rule-del", plane="sp0", prio=odd)
            seen.append(prio)
        bad += [p for p in seen if not p % 2] != list(range(0, 600, 2))
        interrupted += n.interrupted
    body = n.pack("rule", {})
    for i, _ in enumerate(n.request(n.id, op["id"], body, nlspec.NLM_F_DUMP)):
        if i == 100:
            run("ip", "link", "add", "sp2", "type", "svcplane")
            other.do("service-new", plane="sp2", name="fw")
            run("ip", "link", "del", "sp1")
    tap.point(n.interrupted, "a plane in the place of another is noticed")
    tap.equal(bad, 0, "what stays is seen exactly once")
    tap.point(interrupted > 0, "and the dump says that something changed")


def test_rights(tap, n):
    topology(n)
    before = state(n)
    pid = os.fork()
    if not pid:
        status = 3
        try:
            os.setgid(65534)
            os.setuid(65534)
            status = unprivileged(nlspec.Family(n.spec))
        except Exception:
            print(*[f"# {line}" for line in
                    traceback.format_exc().splitlines()], sep="\n")
        sys.stdout.flush()
        os._exit(status)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    tap.equal(status, 0, "without CAP_NET_ADMIN: reading but not writing")
    tap.equal(state(n), before, "and nothing has changed")
    script = [sys.executable, __file__, "userns"]
    done = subprocess.run(["unshare", "-r", "-n"] + script, check=False,
                          capture_output=True, text=True)
    tap.point(done.returncode == 0, "root of a user namespace sees nothing of "
              "this one and may not write there", done.stdout + done.stderr)


def writes(n):
    return [o for o in n.ops.values() if "admin-perm" in o.get("flags", [])]


def unprivileged(n):
    """0 when each writing command is refused and others are answered"""
    for op in writes(n):
        try:
            n.do(op["name"])
            print(f"# {op['name']} is open to everybody")
            return 1
        except Refused as e:
            if e.errno != errno.EPERM:
                print(f"# {op['name']}: {e}")
                return 1
    for group in ("control", "flow"):
        try:
            n.subscribe(group)
            print(f"# group {group} is open to everybody")
            return 1
        except PermissionError:
            pass
    n.subscribe("config")
    plane = n.do("plane-get", name="sp0")
    if "seed" in plane:
        print("# the seed is shown to everybody")
        return 1
    n.dump("rule-get")
    return 0


def userns():
    n = nlspec.Family()
    if n.dump("plane-get"):
        print("planes of another namespace are seen")
        return 1
    run("ip", "link", "add", "gp0", "type", "guestplane")
    for kind in ("svcplane", "portproxy"):
        done = subprocess.run(["ip", "link", "add", "x0", "type", kind],
                              check=False, capture_output=True, text=True)
        if "initial user namespace" not in done.stderr:
            print(f"a {kind} is not refused: {done.stderr}")
            return 1
    return unprivileged_writes(n)


def unprivileged_writes(n):
    for op in writes(n):
        try:
            n.do(op["name"], **({"name": "sp0"} if op["name"] in NAMED else PLANE))
        except Refused as e:
            if e.errno == errno.EPERM:
                continue
        print(f"{op['name']} was not refused with EPERM")
        return 1
    return 0


def garbage(rng, n, set_name, depth=0):
    """Attributes of a set with lengths and contents that may be wrong"""
    body = b""
    for i, spec in enumerate(n.sets[set_name]):
        if rng.random() < 0.5:
            continue
        if spec["type"] == "nest" and depth < 3 and rng.random() < 0.8:
            data = garbage(rng, n, spec["nested-attributes"], depth + 1)
        elif spec["type"] == "u32" and rng.random() < 0.9:
            data = rng.choice((0, 1, 2, 3, 100, 101, 65535, 1 << 31,
                               rng.getrandbits(32))).to_bytes(4, "little")
        elif spec["type"] == "string" and rng.random() < 0.9:
            data = rng.choice((b"sp0", b"fw", b"ids", b"fw1", b"web", b"pp0",
                               b"x" * rng.randrange(70))) + b"\0"
        else:
            data = rng.randbytes(rng.choice((0, 1, 4, 6, 16, 17, 32)))
        kind = i + 1 if rng.random() < 0.98 else rng.randrange(1 << 16)
        body += nlspec.attr(kind, data)
    return body if rng.random() < 0.98 else body[:rng.randrange(len(body) + 1)]


class Recorder(nlspec.Family):
    """Keeps what was asked for and granted"""

    def __init__(self):
        super().__init__()
        self.granted = []

    def do_raw(self, name, body, flags=0):
        reply = super().do_raw(name, body, flags)
        self.granted.append((name, body))
        return reply


def good_requests():
    """(command, attributes) of requests that are right, or were once"""
    n = Recorder()
    topology(n)
    n.do("group-new", plane="sp0", name="g1", entry=[
        {"addr": bytes((192, 0, 2, 0)), "len": 24}])
    match = {"proto": 6, "src-group": "g1", "dport": [80 << 16 | 90]}
    rule(n, 1, action=0, chain="web", match=match)
    rule(n, 2, action=2)
    rule(n, 3, action=1, match={"dirs": 1, "family": 6})
    n.do("proxy-new", plane="sp0", name="pp0", pattern=["none*"])
    n.do("proxy-set", plane="sp0", name="pp0", max_flows=100)
    n.do("proxy-match-add", plane="sp0", name="pp0", pattern=["some*"])
    n.do("plane-set", name="sp0", host_id=3, max_flows=1000)
    n.do("node-set", plane="sp0", name="fw1", admin_down=1)
    n.do("plane-set", name="sp0", private_key=[
        {"key": bytes(range(32))}, {"number": 1, "key": bytes(range(1, 33))}])
    for i in (5, 6):
        n.do("host-new", plane="sp0", id=i, name=f"hv{i}",
             public_key=[{"number": 2, "key": bytes([9, i]) + bytes(30)}])
    n.do("host-set", plane="sp0", id=5, new_name="hv0")
    n.do("host-get", plane="sp0", name="hv6")
    n.do("host-del", plane="sp0", id=6)
    n.do("txn-begin", plane="sp0", mode=1)
    n.do("txn-abort", plane="sp0")
    n.do("flow-flush", plane="sp0", proto=6)
    n.do("plane-get", name="sp0")
    for name, key in (("proxy-get", "pp0"), ("node-get", "fw1"),
                      ("chain-get", "web"), ("service-get", "ids")):
        n.do(name, plane="sp0", name=key)
    n.do("rule-get", plane="sp0", prio=1)
    n.do("path-get", plane="sp0", spi=100)
    for name, key in (("proxy-match-del", {"name": "pp0", "pattern": ["some*"]}),
                      ("rule-del", {"prio": 3})):
        n.do(name, plane="sp0", **key)
    return n.granted


def damaged(rng, body):
    """A request with attributes left out, doubled, moved or of other content"""
    parts = list(nlspec.attrs_of(body))
    for _ in range(rng.choice((0, 0, 1, 1, 2, 3))):
        i = rng.randrange(len(parts))
        kind, data = parts[i]
        way = rng.randrange(6)
        if way == 0 and len(parts) > 1:
            del parts[i]
        elif way == 1:
            parts.append(parts[i])
        elif way == 2:
            parts[i] = kind, data[:rng.randrange(len(data) + 1)]
        elif way == 3:
            parts[i] = rng.randrange(1, 20), data
        elif data:
            at = rng.randrange(len(data))
            parts[i] = kind, data[:at] + rng.randbytes(1) + data[at + 1:]
    return b"".join(nlspec.attr(k, d) for k, d in parts)


def any_request(rng, n, ops, good):
    if rng.random() < 0.5:
        name, body = rng.choice(good)
        return name, damaged(rng, body)
    op = rng.choice(ops)
    body = garbage(rng, n, op["attribute-set"])
    if rng.random() < 0.7:
        body = nlspec.attr(1, b"sp0\0") + body
    return op["name"], body


def test_fuzz(tap, n):
    good = good_requests()
    seed = int(os.environ.get("SVCPLANE_SEED", random.randrange(1 << 30)))
    count = int(os.environ.get("SVCPLANE_FUZZ", 3000))
    print(f"# SVCPLANE_SEED={seed} SVCPLANE_FUZZ={count}")
    rng = random.Random(seed)
    ops = [o for o in n.ops.values() if "do" in o]
    accepted = silent = 0
    for _ in range(count):
        name, body = any_request(rng, n, ops, good)
        try:
            n.do_raw(name, body, rng.choice((0, 0, NLM_F_REPLACE)))
            accepted += 1
        except Refused as e:
            silent += not e.text and e.errno not in (errno.EPERM, errno.ENOMEM)
    tap.point(accepted > count / 50,
              f"{count} requests, {accepted} of them accepted")
    tap.equal(silent, 0, "each refusal has a text")
    tap.point(n.dump("plane-get"), "the family still answers")


def main():
    parts = {name[5:]: function for name, function in globals().items()
             if name.startswith("test_")}
    if sys.argv[1] == "listen":
        return listen()
    if sys.argv[1] == "userns":
        return userns()
    tap = Tap()
    try:
        parts[sys.argv[1]](tap, nlspec.Family())
    except Exception:
        tap.point(False, "the test runs to its end", traceback.format_exc())
    print(f"1..{tap.count}")
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main())
