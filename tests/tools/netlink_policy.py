#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""The policy of the running family against its specification, as TAP.

Each command takes the attributes that the specification lists for its
requests, of the same type and with the same limits, and no others.
"""
import sys

import nlspec

# enum netlink_attribute_type and netlink_policy_type_attr
TYPES = {"flag": 1, "u32": 4, "u64": 5, "binary": 10, "string": 12, "nest": 13}
TYPE, MIN_S, MAX_S, MIN_U, MAX_U, MIN_LEN, MAX_LEN = range(1, 8)
MASK = 12


def enum_limits(spec, attribute):
    """(largest value, bits) that an enum allows"""
    for d in spec["definitions"]:
        if d["name"] != attribute.get("enum"):
            continue
        n = len(d["entries"])
        if d["type"] == "flags":
            return None, (1 << n) - 1
        return n - 1 + d.get("value-start", 0), None
    return None, None


def problems(spec, attribute, have):
    """What of one attribute differs"""
    checks = attribute.get("checks", {})
    if have.get(TYPE) != TYPES[attribute["type"]]:
        yield f"type {have.get(TYPE)}"
    if attribute["type"] in ("string", "binary"):
        want = checks.get("max-len", checks.get("exact-len"))
        if have.get(MAX_LEN) != want:
            yield f"length {have.get(MAX_LEN)}, not {want}"
    if "exact-len" in checks and have.get(MIN_LEN) != checks["exact-len"]:
        yield f"least length {have.get(MIN_LEN)}"
    if attribute["type"] != "u32":
        return
    largest, mask = enum_limits(spec, attribute)
    if mask is not None and "max" not in checks:
        if have.get(MASK) not in (mask, None):
            yield f"mask {have.get(MASK)}, not {mask}"
        if have.get(MASK) is None and have.get(MAX_U) != mask:
            yield "no mask"
        return
    if have.get(MIN_U, 0) != checks.get("min", 0):
        yield f"least value {have.get(MIN_U)}, not {checks.get('min', 0)}"
    want = checks.get("max", largest if largest is not None else 0xffffffff)
    if have.get(MAX_U, 0xffffffff) != want:
        yield f"largest value {have.get(MAX_U)}, not {want}"


def requests(op):
    """Attributes of both forms: on 6.1 a command has one policy for them"""
    names = set()
    for form in ("do", "dump"):
        names |= set(op.get(form, {}).get("request", {}).get("attributes", []))
    return names


def compare(family, op, have):
    attributes = family.sets[op["attribute-set"]]
    want = requests(op)
    out = []
    for i, attribute in enumerate(attributes):
        taken = i + 1 in have
        if taken != (attribute["name"] in want):
            out.append(f"{attribute['name']}: "
                       + ("taken, not specified" if taken else "not taken"))
        elif taken:
            out += [f"{attribute['name']}: {p}" for p in
                    problems(family.spec, attribute, have[i + 1])]
    return out


def main():
    family = nlspec.Family()
    policies = family.policies()
    count = failed = 0
    print("TAP version 13")
    for op in family.ops.values():
        if "do" not in op and "dump" not in op:
            continue
        count += 1
        wrong = []
        if op["id"] not in policies:
            wrong.append("no policy")
        for have in policies.get(op["id"], {}).values():
            wrong += compare(family, op, have)
        for line in sorted(set(wrong)):
            print(f"# {line}")
        failed += bool(wrong)
        print(("not " if wrong else "") + f"ok {count} - policy of {op['name']}")
    print(f"1..{count}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
