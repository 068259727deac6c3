#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""bytes.py TENANT KEY1 KEY2 CAPTURE1 CAPTURE2

Of hosts 1 and 2, their private keys and what each saw at its uplink: every control
message has the MAC that wire.md gives it, computed here; each host has sent every type
that it should; and what one has sent is what the other got. Prints how many.
"""
import collections
import os
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "tools"))
import hostpeer as hp  # noqa: E402

TYPES = {hp.ACK: "ack", hp.ANNOUNCE: "announce", hp.VERDICT: "verdict", hp.USER: "user"}


def frames(path):
    """Of a capture file of this machine's byte order"""
    with open(path, "rb") as file:
        data = file.read()
    at = 24
    while at + 16 <= len(data):
        size, = struct.unpack_from("=I", data, at + 8)
        if at + 16 + size <= len(data):
            yield data[at + 16:at + 16 + size]
        at += 16 + size


def messages(path):
    """Control messages, by origin, in order"""
    found = {1: [], 2: []}
    for frame in frames(path):
        seen = hp.Seen(frame)
        if seen.type is not None:
            found[seen.origin].append(seen)
    return found


def trouble(key, sent, got):
    """What is wrong with the messages of one host, as both saw them"""
    if not all(m.offset(0, 2) and m.code_is(key) for m in sent + got):
        yield "a MAC is wrong"
    for kind, name in TYPES.items():
        if not any(m.type == kind for m in got):
            yield f"no {name}"
    arrived = collections.Counter(m.frame for m in got)
    # Captures begin and end at different times
    both = [m for m in sent if m.frame in arrived]
    if len(both) < 0.8 * min(len(sent), len(got)):
        yield f"{len(sent)} sent, {len(got)} arrived, {len(both)} of them the same"


def main():
    tenant, paths = int(sys.argv[1]), sys.argv[4:]
    keys = [hp.read_key(path) for path in sys.argv[2:4]]
    key = hp.pair_key(tenant, (1, 2), keys[0], [hp.public_of(k) for k in keys])
    seen = [messages(path) for path in paths]
    failed = False
    for origin in 1, 2:
        sent, got = seen[origin - 1][origin], seen[2 - origin][origin]
        kinds = collections.Counter(TYPES.get(m.type, m.type) for m in got)
        print(f"of host {origin}: {len(sent)} sent, {len(got)} arrived;",
              ", ".join(f"{n} {kind}" for kind, n in kinds.items()))
        for text in trouble(key, sent, got):
            failed = True
            print(f"of host {origin}: {text}")
    sys.exit(failed)


main()
