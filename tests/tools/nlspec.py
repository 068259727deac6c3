# SPDX-License-Identifier: GPL-2.0-only
"""A client of the family that knows nothing but its specification.

Independent of the command and of its library, so that the two cannot agree on
a mistake. Attributes are given and returned as the specification names them:
repeated ones as lists, nests as dictionaries, flags as True, the rest as
numbers, strings or bytes.
"""
import os
import socket
import struct

import yaml

SPEC = os.path.join(os.path.dirname(__file__), "..", "..", "Documentation",
                    "netlink", "specs", "svcplane.yaml")

NETLINK_GENERIC = 16
SOL_NETLINK = 270
NETLINK_ADD_MEMBERSHIP, NETLINK_CAP_ACK, NETLINK_EXT_ACK = 1, 10, 11
NLM_F_REQUEST, NLM_F_MULTI, NLM_F_ACK, NLM_F_ECHO = 1, 2, 4, 8
NLM_F_DUMP_INTR, NLM_F_DUMP, NLM_F_REPLACE = 0x10, 0x300, 0x100
NLM_F_CAPPED, NLM_F_ACK_TLVS = 0x100, 0x200
NLMSG_ERROR, NLMSG_DONE = 2, 3
NLA_F_NESTED, NLA_TYPE_MASK = 0x8000, 0x3fff
GENL_ID_CTRL = 16
CTRL_CMD_GETFAMILY, CTRL_CMD_GETPOLICY = 3, 10


class Refused(OSError):
    """What the kernel said: errno, text, offset of the attribute, range"""

    def __init__(self, errno, text, offset, missing, limits):
        super().__init__(errno, f"{os.strerror(errno)}: {text}")
        self.text = text
        self.offset = offset
        self.missing = missing
        self.limits = limits


def attr(kind, data):
    pad = b"\0" * (-len(data) % 4)
    return struct.pack("HH", len(data) + 4, kind) + data + pad


def attrs_of(data):
    at = 0
    while at + 4 <= len(data):
        size, kind = struct.unpack_from("HH", data, at)
        if size < 4:
            break
        yield kind & NLA_TYPE_MASK, data[at + 4:at + size]
        at += (size + 3) & ~3


def number(data):
    return int.from_bytes(data, "little" if struct.pack("H", 1)[0] else "big")


def text(data):
    """A string; names are whatever bytes somebody has chosen"""
    return data.rstrip(b"\0").decode(errors="backslashreplace")


def load(path=SPEC):
    with open(path, encoding="utf-8") as f:
        return yaml.safe_load(f)


class Family:
    """One socket; the kernel fits its messages to the room of a receive"""

    def __init__(self, spec=None, room=1 << 20):
        self.spec = spec or load()
        self.room = room
        self.sets = {s["name"]: s["attributes"]
                     for s in self.spec["attribute-sets"]}
        ops = self.spec["operations"]["list"]
        self.ops = {o["name"]: dict(o, id=i + 1) for i, o in enumerate(ops)}
        for op in self.ops.values():
            if "notify" in op:
                op["attribute-set"] = self.ops[op["notify"]]["attribute-set"]
        self.by_id = {o["id"]: o for o in self.ops.values()}
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                                  NETLINK_GENERIC)
        self.sock.setsockopt(SOL_NETLINK, NETLINK_EXT_ACK, 1)
        self.sock.setsockopt(SOL_NETLINK, NETLINK_CAP_ACK, 1)
        self.sock.bind((0, 0))
        self.seq = 0
        self.id, self.groups = self.resolve()

    def close(self):
        self.sock.close()

    def resolve(self):
        name = attr(2, self.spec["name"].encode() + b"\0")
        for data in self.request(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, name,
                                 NLM_F_ACK):
            found = dict(attrs_of(data[4:]))
        groups = {}
        for _, nest in attrs_of(found.get(7, b"")):
            group = dict(attrs_of(nest))
            groups[text(group[1])] = number(group[2])
        return number(found[1]), groups

    def pack(self, set_name, values):
        out = b""
        for name, value in values.items():
            kind, spec = self.find(set_name, name)
            for v in value if spec.get("multi-attr") else [value]:
                out += self.pack_one(kind, spec, v)
        return out

    def find(self, set_name, name):
        for i, spec in enumerate(self.sets[set_name]):
            if spec["name"] == name:
                return i + 1, spec
        raise KeyError(f"{set_name} has no {name}")

    def pack_one(self, kind, spec, value):
        if spec["type"] == "nest":
            return attr(kind | NLA_F_NESTED,
                        self.pack(spec["nested-attributes"], value))
        if spec["type"] == "flag":
            return attr(kind, b"") if value else b""
        if spec["type"] == "u32":
            return attr(kind, struct.pack("I", value))
        if spec["type"] == "string":
            return attr(kind, value.encode() + b"\0")
        return attr(kind, value)

    def unpack(self, set_name, data):
        out = {}
        for kind, payload in attrs_of(data):
            spec = self.sets[set_name][kind - 1]
            if spec["type"] == "nest":
                value = self.unpack(spec["nested-attributes"], payload)
            elif spec["type"] == "flag":
                value = True
            elif spec["type"] in ("u32", "u64"):
                value = number(payload)
            elif spec["type"] == "string":
                value = text(payload)
            elif spec["type"] == "pad":
                continue
            else:
                value = payload
            if spec.get("multi-attr"):
                out.setdefault(spec["name"], []).append(value)
            else:
                out[spec["name"]] = value
        return out

    def send(self, kind, cmd, body, flags):
        self.seq += 1
        self.sock.send(struct.pack("IHHIIBBH", 20 + len(body), kind,
                                   flags | NLM_F_REQUEST, self.seq, 0,
                                   cmd, 1, 0) + body)

    def messages(self):
        data = self.sock.recv(self.room)
        while len(data) >= 16:
            size, kind, flags, seq, _ = struct.unpack_from("IHHII", data)
            yield kind, flags, seq, data[16:size]
            data = data[(size + 3) & ~3:]

    @staticmethod
    def refusal(flags, data):
        errno = -struct.unpack_from("i", data)[0]
        tlvs = {}
        if flags & NLM_F_ACK_TLVS:
            skip = 20 if flags & NLM_F_CAPPED else \
                4 + struct.unpack_from("I", data, 4)[0]
            tlvs = dict(attrs_of(data[(skip + 3) & ~3:]))
        limits = {k: number(v) for k, v in attrs_of(tlvs.get(4, b""))}
        return Refused(errno, text(tlvs.get(1, b"")),
                       number(tlvs[2]) if 2 in tlvs else None,
                       number(tlvs[5]) if 5 in tlvs else None, limits)

    def request(self, kind, cmd, body, flags):
        """Answers up to the acknowledgement; notifications are passed over"""
        self.send(kind, cmd, body, flags)
        self.interrupted = False
        while True:
            for got, mflags, seq, data in self.messages():
                if seq != self.seq:
                    continue
                self.interrupted |= bool(mflags & NLM_F_DUMP_INTR)
                if got in (NLMSG_ERROR, NLMSG_DONE):
                    if struct.unpack_from("i", data)[0] < 0:
                        raise self.refusal(mflags, data)
                    return
                yield data

    def do(self, name, /, nlflags=0, **values):
        """The reply, or None"""
        return self.do_raw(name, self.pack(self.ops[name]["attribute-set"], {
            k.replace("_", "-"): v for k, v in values.items()}), nlflags)

    def do_raw(self, name, body, flags=0):
        op = self.ops[name]
        reply = None
        for data in self.request(self.id, op["id"], body, flags | NLM_F_ACK):
            reply = self.unpack(op["attribute-set"], data[4:])
        return reply

    def flood(self, name, bodies):
        """Requests that nobody waits for, as many in a message as it holds"""
        head = struct.pack("HHIIBBH", self.id, NLM_F_REQUEST, 0, 0,
                           self.ops[name]["id"], 1, 0)
        batch = b""
        for body in bodies:
            batch += struct.pack("I", 20 + len(body)) + head + body
            if len(batch) > 1 << 16:
                self.sock.send(batch)
                batch = b""
        if batch:
            self.sock.send(batch)

    def flood_refusals(self):
        """errno of each request of a flood that was refused: they are there"""
        out = []
        self.sock.setblocking(False)
        try:
            while True:
                for kind, flags, _, data in self.messages():
                    if kind == NLMSG_ERROR:
                        out.append(self.refusal(flags, data).errno)
        except BlockingIOError:
            return out
        finally:
            self.sock.setblocking(True)

    def dump(self, name, /, **values):
        op = self.ops[name]
        body = self.pack(op["attribute-set"], {
            k.replace("_", "-"): v for k, v in values.items()})
        return [self.unpack(op["attribute-set"], data[4:]) for data in
                self.request(self.id, op["id"], body, NLM_F_DUMP)]

    def subscribe(self, group):
        self.sock.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP,
                             self.groups[group])

    def events(self, seconds=1.0):
        """(name, values) of what has been told; ends after a silence"""
        out = []
        self.sock.settimeout(seconds)
        try:
            while True:
                for kind, _, _, data in self.messages():
                    if kind == self.id:
                        op = self.by_id[data[0]]
                        out.append((op["name"], self.unpack(
                            op["attribute-set"], data[4:])))
        except socket.timeout:
            return out
        finally:
            self.sock.settimeout(None)

    def policies(self):
        """{command: {"do"/"dump": {attribute: {property: value}}}}"""
        tables, commands = {}, {}
        for data in self.request(GENL_ID_CTRL, CTRL_CMD_GETPOLICY,
                                 attr(1, struct.pack("H", self.id)),
                                 NLM_F_DUMP):
            for kind, payload in attrs_of(data[4:]):
                if kind == 8:
                    self.add_policy(tables, payload)
                elif kind == 9:
                    for cmd, nest in attrs_of(payload):
                        commands[cmd] = {k: number(v)
                                         for k, v in attrs_of(nest)}
        return {cmd: {("do", "dump")[k - 1]: tables.get(n, {})
                      for k, n in kinds.items()}
                for cmd, kinds in commands.items()}

    @staticmethod
    def add_policy(tables, payload):
        for table, attributes in attrs_of(payload):
            for number_, properties in attrs_of(attributes):
                tables.setdefault(table, {})[number_] = {
                    k: number(v) for k, v in attrs_of(properties)}
