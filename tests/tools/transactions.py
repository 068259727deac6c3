#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""transactions.py [-s SECONDS] FROM TO ID COUNT: user messages between two hosts

Sends COUNT messages from the host in namespace FROM to the one in TO, whose host
id is ID, as fast as they are taken, and counts what the other tells of them.
Prints

    sent N applied N twice N lost N unknown N
    times: median N ms, 99 % N ms, longest N ms; N a second
    retransmitted N, duplicates N, refused for want of room N

and returns 0 when each was applied exactly once. Gives up SECONDS (60) after
the last one was taken.
"""
import collections
import errno
import select
import struct
import sys
import time

import hostpeer as hp


class Run:
    def __init__(self, sender, receiver, other, count):
        self.sender, self.receiver = hp.Host(sender), hp.Host(receiver)
        self.other, self.count = other, count
        self.begun, self.took = {}, {}
        self.applied = collections.Counter()
        self.unknown = self.full = 0
        self.mark = struct.pack("!d", time.time())

    def send(self, number):
        """False: too many are under way"""
        text = self.mark + struct.pack("!I", number)
        self.begun.setdefault(number, time.monotonic())
        try:
            self.sender.say(self.other, text)
            return True
        except hp.nlspec.Refused as e:
            if e.errno not in (errno.ENOBUFS, errno.EAGAIN):
                raise
            self.full += 1
            return False

    def hear(self, seconds):
        """What both tell, at most so long"""
        socks = [self.sender.told.sock, self.receiver.told.sock]
        for sock in select.select(socks, [], [], seconds)[0]:
            host = self.sender if sock is socks[0] else self.receiver
            for event in host.events(0.001):
                self.note(host, event)

    def note(self, host, event):
        body = event.get("body", b"")
        at = body.find(self.mark)
        if at < 0:
            return
        number, = struct.unpack_from("!I", body, at + len(self.mark))
        if host is self.receiver and event.get("what") == "accepted":
            self.applied[number] += 1
            self.took.setdefault(number, time.monotonic() - self.begun[number])
        elif host is self.sender and event.get("what") == "unknown":
            self.unknown += 1

    def all(self, seconds):
        for number in range(self.count):
            while not self.send(number):
                self.hear(0.02)
            self.hear(0)
        end = time.monotonic() + seconds
        while len(self.applied) + self.unknown < self.count and time.monotonic() < end:
            self.hear(0.2)
        self.hear(0.5)      # one too many


def report(run, began, before):
    times = sorted(run.took.values()) or [0]
    applied, twice = len(run.applied), sum(n > 1 for n in run.applied.values())
    ms = [1000 * times[int(len(times) * part)] for part in (0.5, 0.99)]
    print(f"sent {run.count} applied {applied} twice {twice} "
          f"lost {run.count - applied} unknown {run.unknown}")
    print(f"times: median {ms[0]:.0f} ms, 99 % {ms[1]:.0f} ms, longest "
          f"{1000 * times[-1]:.0f} ms; {applied / (time.monotonic() - began):.0f} a second")
    sent = run.sender.counts(run.other) - before[0]
    got = run.receiver.counts(None) - before[1]
    print(f"retransmitted {sent['retransmitted']}, duplicates {got['duplicate']}, "
          f"refused for want of room {run.full}", flush=True)
    return applied == run.count and not twice


def main():
    args, seconds = sys.argv[1:], 60
    if args[0] == "-s":
        seconds, args = float(args[1]), args[2:]
    run = Run(args[0], args[1], int(args[2]), int(args[3]))
    before = run.sender.counts(run.other), run.receiver.counts(None)
    began = time.monotonic()
    run.all(seconds)
    sys.exit(not report(run, began, before))


main()
