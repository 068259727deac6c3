#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""dissect.py DIR: tshark with contrib/wireshark/svcplane.lua, as TAP

Compares samples.py with what wire.md shows, for a start. Then reads its frames, and of
them every beginning and many with bits turned. The captures are left in DIR.
"""
import os
import random
import subprocess
import sys

import samples
import wire

DIR = sys.argv[1]
SCRIPT = os.path.join(os.path.dirname(os.path.realpath(__file__)),
                      "../../contrib/wireshark/svcplane.lua")
EXPERT, MALFORMED = "_ws.expert.message", "_ws.malformed"
FLIPS = 6000
SEED = 20
count = failed = 0


def point(good, name, why=""):
    global count, failed
    count += 1
    failed += not good
    if not good:
        for line in str(why).splitlines():
            print(f"# {line}")
    print(f"{'' if good else 'not '}ok {count} - {name}", flush=True)


def tshark(frames, name, fields, script=SCRIPT, options=()):
    """For each frame, for each field, its values"""
    path = os.path.join(DIR, f"{name}.pcap")
    with open(path, "wb") as file:
        file.write(wire.pcap(frames))
    cmd = ["tshark", "-n", "-r", path, "-X", f"lua_script:{script}", "-T", "fields",
           "-E", "aggregator=\037", *options]
    for field in fields:
        cmd += ["-e", field]
    run = subprocess.run(cmd, capture_output=True, text=True, check=False,
                         env={**os.environ, "TZ": "UTC", "LC_ALL": "C.UTF-8"})
    # that it runs as root is all that it may say there
    said = [line for line in run.stderr.splitlines() if "This could be dangerous" not in line]
    rows = [[[v for v in cell.split("\037") if v] for cell in line.split("\t")]
            for line in run.stdout.splitlines()]
    return rows, said, run.returncode


def same(got, want):
    want = want if isinstance(want, list) else [want]
    if len(got) != len(want):
        return False
    return all(int(g, 0) == w if isinstance(w, int) else g == w for g, w in zip(got, want))


def documented():
    """The bytes of wire.md are what its words say, MACs included"""
    with open(os.path.join(os.path.dirname(SCRIPT), "../../Documentation/wire.md"),
              encoding="utf-8") as file:
        shown = "".join("".join(line.split()) for line in file if line.startswith("    "))
    for name, data in samples.DOCUMENTED:
        point(data.hex() in shown, f"wire.md: {name}", data.hex())


def good_frames():
    fields = sorted({name for _, _, want in samples.GOOD for name in want})
    rows, said, status = tshark([frame for _, frame, _ in samples.GOOD], "good",
                                fields + [EXPERT, MALFORMED])
    if not point_ran(rows, said, status, samples.GOOD, "the samples"):
        return
    for (name, _, want), row in zip(samples.GOOD, rows):
        wrong = [f"{field}: {got}, not {want[field]}" for field, got in zip(fields, row)
                 if field in want and not same(got, want[field])]
        # what is of later versions is told, and no mistake
        wrong += [text for text in row[-2] if not text.startswith(("passed over", "message type"))]
        wrong += ["malformed for tshark"] if row[-1] else []
        point(not wrong, name, "\n".join(wrong))


def point_ran(rows, said, status, frames, name):
    right = len(rows) == len(frames) and not said and status == 0
    point(right, f"{name}: all of them are read",
          f"{len(rows)} of {len(frames)}, status {status}\n" + "\n".join(said[:20]))
    return right


def bad_frames():
    kinds = ["svcplane.malformed", "svcplane.unexpected", EXPERT, MALFORMED]
    rows, said, status = tshark([frame for _, frame, _ in samples.BAD], "bad", kinds)
    if not point_ran(rows, said, status, samples.BAD, "bad frames"):
        return
    for (name, _, want), row in zip(samples.BAD, rows):
        text = want.get("malformed") or want["unexpected"]
        flagged = row[0 if "malformed" in want else 1]
        # tshark says so too where the script says malformed, and only there
        point(bool(flagged) and text in row[2] and bool(row[0]) == bool(row[3]), f"bad: {name}",
              row)


def always():
    other = [frame for name, frame, _ in samples.GOOD if name == "another's frame"]
    rows, _, _ = tshark(other, "always", ["svcplane.ctx.tag"],
                        options=["-o", "svcplane.always:TRUE"])
    point(rows == [[["0x001a2b3c"]]], "a preference makes any context svcplane's", rows)
    headers = wire.header(1, wire.context(), 0xFFF7)
    frame = wire.ether(bytes(6), bytes(6), wire.nsh(2, 100, 255, headers) + wire.guest_frame())
    rows, _, _ = tshark([frame], "class", ["svcplane.ctx.tag"],
                        options=["-o", f"svcplane.class:{0xFFF7}"])
    point(rows == [[["0x001a2b3c"]]], "another class, by preference", rows)


def errors(rows):
    """Frames where the script itself went wrong"""
    return [i for i, row in enumerate(rows)
            if any("Lua" in text for text in row[0]) or row[1]]


def no_errors(frames, name, text):
    rows, said, status = tshark(frames, name, [EXPERT, "_ws.lua.proto.error"])
    if point_ran(rows, said, status, frames, text):
        wrong = errors(rows)
        point(not wrong, f"{text}: the script never fails",
              "\n".join(f"{frames[i]}: {rows[i]}" for i in wrong[:5]))


def cut_frames():
    every = [frame for _, frame, _ in samples.GOOD]
    no_errors([frame[:n] for frame in every for n in range(14, len(frame))],
              "prefixes", "every beginning of a sample")
    no_errors([(frame[:n], len(frame)) for frame in every for n in range(14, len(frame))],
              "snapped", "every capture that is cut off")


def turned(rng, frame):
    frame = bytearray(frame)
    at = frame.find(b"\x89\x4f") + 2
    for _ in range(rng.choice((1, 1, 2, 4, 8))):
        # most where the headers are
        where = min(at + int(rng.expovariate(1 / 40)), len(frame) - 1)
        frame[where] ^= 1 << rng.randrange(8)
    return bytes(frame)


def flipped_frames():
    rng = random.Random(SEED)
    every = [frame for _, frame, _ in samples.GOOD + samples.BAD]
    no_errors([turned(rng, rng.choice(every)) for _ in range(FLIPS)], "flipped",
              f"{FLIPS} frames with bits turned")


def sees_errors():
    """The test itself: a script that fails is seen to"""
    path = os.path.join(DIR, "fails.lua")
    with open(SCRIPT, encoding="utf-8") as file, open(path, "w", encoding="utf-8") as out:
        out.write(file.read().replace('local flags, kind = range(0, 1)',
                                      'local flags, kind = range(0, 5000)'))
    frame = next(frame for name, frame, _ in samples.GOOD if name == "verdict by itself")
    rows, _, _ = tshark([frame], "fails", [EXPERT, "_ws.lua.proto.error"], path)
    point(errors(rows) == [0], "a script that fails is seen to", rows)
    os.unlink(path)


documented()
good_frames()
bad_frames()
always()
cut_frames()
flipped_frames()
sees_errors()
print(f"1..{count}")
sys.exit(failed > 0)
