# SPDX-License-Identifier: GPL-2.0-only
"""For tests/bench/icount: what QEMU writes of each instruction ("-singlestep", "log
in_asm,exec,nochain"), turned into instructions by function and stage, for each frame.

A call stack is kept beside it, so that what the kernel does for a function is counted
where that function is. Interrupts are left out.
"""
import bisect
import collections
import re

GENERATOR = "svcplane_gen"
OURS = "svcplane"
INSN = re.compile(rb"0x([0-9a-f]+): +((?:[0-9a-f]{2} )+) *(\w+)")
BACK = 8        # calls that a return may leave at once


class Symbols:
    def __init__(self, path):
        table = {}
        with open(path, encoding="ascii") as lines:
            for line in lines:
                words = line.split()
                module = words[2].strip("[]") if len(words) > 2 else ""
                table.setdefault(int(words[0], 16), (words[1].split(".")[0], module))
        self.starts = sorted(table)
        self.names = [table[start] for start in self.starts]
        self.known = {}

    def find(self, address):
        """(function, module), and where it starts"""
        found = self.known.get(address)
        if not found:
            at = bisect.bisect_right(self.starts, address) - 1
            found = self.names[at], self.starts[at]
            self.known[address] = found
        return found


class Stages:
    """The file tests/bench/stages"""

    def __init__(self, path):
        self.order, self.ours, self.kernel = [], {}, {}
        self.shown, self.walk, self.by_chance = {}, {}, set()
        with open(path, encoding="ascii") as lines:
            for line in lines:
                words = line.split("#")[0].split()
                if words:
                    getattr(self, "read_" + words[0])(*words[1:])
        self.start = self.order[0]

    def read_stage(self, name, leg=None):
        """A stage, or what is counted as one"""
        if name not in self.order:
            self.order.append(name)
        self.shown[leg or name] = name

    def read_chance(self, stage):
        self.by_chance.add(stage)

    def read_walk(self, leg, event, function, to):
        self.walk[leg, event, function] = to

    def read_ours(self, stage, *functions):
        self.ours.update((function, stage) for function in functions)

    def read_kernel(self, stage, leg, *functions):
        self.kernel.update(((leg, function), stage) for function in functions)

    def of(self, name, leg):
        """Stage of a function by itself; None if it is its caller's"""
        if name[1] == OURS:
            return self.ours.get(name[0])
        return self.kernel.get((leg, name[0])) or self.kernel.get(("any", name[0]))


class Frame:
    """What was done for one"""

    def __init__(self):
        self.own = collections.Counter()        # (stage, function, module)
        self.inclusive = collections.Counter()  # (function, module)
        self.calls = collections.Counter()

    def stages(self):
        found = collections.Counter()
        for (stage, _, _), n in self.own.items():
            found[stage] += n
        return found


class Level:
    """A function that is being executed"""
    __slots__ = ("name", "stage", "back", "began")

    def __init__(self, name, stage, back, began):
        self.name, self.stage, self.back, self.began = name, stage, back, began


class Machine:
    """Is told each instruction; after that, frames are those that were done entirely"""

    def __init__(self, symbols, stages):
        self.symbols, self.stages = symbols, stages
        self.insns = {}         # address: (length, mnemonic)
        self.frames, self.frame = [], None
        self.stack = []
        self.leg = stages.start
        self.last = None        # the instruction before
        self.interrupts = 0
        self.done = 0           # instructions of this frame
        self.ended = False
        self.odd = collections.Counter()

    # --- the stack ------------------------------------------------------
    def enter(self, name, back, above):
        """ABOVE: stage of who calls"""
        if name == ("__netdev_alloc_skb", "") and self.stack[-1].name[1] == GENERATOR:
            self.next_frame()
        self.leg = self.stages.walk.get((self.leg, "entered", name[0]), self.leg)
        stage = self.stages.of(name, self.leg) or above
        self.stack.append(Level(name, stage, back, self.done))
        if self.frame:
            self.frame.calls[name] += 1

    def leave(self):
        level = self.stack.pop()
        self.left(level)
        if not self.stack:
            self.ended = True

    def left(self, level):
        self.leg = self.stages.walk.get((self.leg, "left", level.name[0]), self.leg)
        # of a function that is inside itself, the outermost counts
        if self.frame and not any(level.name == other.name for other in self.stack):
            self.frame.inclusive[level.name] += self.done - level.began

    def become(self, name):
        """A call in the place of the caller's own return"""
        level = self.stack.pop()
        self.left(level)
        self.enter(name, level.back, level.stage)

    def next_frame(self):
        if self.frame:
            self.frames.append(self.frame)
        self.frame = Frame()
        self.leg = self.stages.start
        self.done = 0
        for level in self.stack:
            level.began = 0

    def returned(self, address, name):
        for depth in range(1, min(BACK, len(self.stack)) + 1):
            if self.stack[-depth].back == address:
                if depth > 1:
                    self.odd["returns over several"] += 1
                for _ in range(depth):
                    self.leave()
                return
        # The return address was written over: so a retpoline jumps. Or the end
        self.leave()
        if self.stack:
            self.jumped(name, address)

    def jumped(self, name, address):
        if name[0].startswith("__x86_") or name == self.stack[-1].name:
            return
        if self.symbols.find(address)[1] != address:
            self.odd["jumps into a function"] += 1
        self.become(name)

    # --- instructions ---------------------------------------------------
    def is_interrupt(self, address, name):
        return name[0].startswith("asm_") and self.symbols.find(address)[1] == address \
            and self.insns[self.last][1][:3] not in ("cal", "jmp")

    def instruction(self, address):
        if address not in self.insns:
            raise ValueError(f"instruction at {address:x} was not shown")
        name, start = self.symbols.find(address)
        if self.interrupts:
            self.interrupts += name[0].startswith("asm_") and start == address
            self.interrupts -= self.insns[address][1].startswith("iret")
            return
        if not self.stack:
            if name == ("gen_write", GENERATOR) and not self.ended:
                self.stack.append(Level(name, None, None, 0))
                self.last = address
            return
        if self.is_interrupt(address, name):
            self.interrupts = 1
            return
        self.move(address, name)
        self.last = address
        if self.frame and self.stack:
            self.count()

    def move(self, address, name):
        length, mnemonic = self.insns[self.last]
        behind = self.last + length
        if mnemonic.startswith("call"):
            self.enter(name, behind, self.stack[-1].stage)
        elif mnemonic.startswith("ret"):
            self.returned(address, name)
        elif address not in (behind, self.last):
            self.jumped(name, address)

    def count(self):
        level = self.stack[-1]
        stage = level.stage or self.stages.shown[self.leg]
        self.frame.own[(stage,) + level.name] += 1
        self.done += 1


def read(lines, machine):
    """LINES, bytes, of QEMU's log; frames that were done entirely"""
    coming = None
    for line in lines:
        if line.startswith(b"Trace "):
            if coming:
                machine.instruction(coming)
            coming = int(line[line.index(b"/") + 1:].split(b"/", 1)[0], 16)
        elif line.startswith(b"0x"):
            found = INSN.match(line)
            if found:
                machine.insns[int(found[1], 16)] = (
                    len(found[2]) // 3, found[3].decode())
        elif line.startswith(b"Stopped execution"):
            coming = None       # it was interrupted before that
    return machine.frames
