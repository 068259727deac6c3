#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Writes what follows from the netlink specification.

gen.py            writes uapi/linux/svcplane.h and Documentation/netlink.md
gen.py --check    says which of them are not up to date, exit status 1 if any
gen.py --policy   prints the attributes of each command, for the comparison
                  with a running family
"""
import difflib
import os
import sys

import yaml

TOP = os.path.normpath(os.path.join(os.path.dirname(__file__), "..", ".."))
SPEC = "Documentation/netlink/specs/svcplane.yaml"
OUT_UAPI = "uapi/linux/svcplane.h"
OUT_MD = "Documentation/netlink.md"


def load():
    with open(os.path.join(TOP, SPEC), encoding="utf-8") as f:
        return yaml.safe_load(f)


def sym(*parts):
    return "_".join(parts).replace("-", "_").upper()


def entries(definition):
    """(name, value, doc) of an enum or a set of flags"""
    flags = definition["type"] == "flags"
    for i, e in enumerate(definition["entries"]):
        if isinstance(e, str):
            e = {"name": e}
        n = i + definition.get("value-start", 0)
        yield e["name"], 1 << n if flags else n, e.get("doc", "")


def wrap(words, first, rest, width=80):
    """Lines of at most @width, tabs counted as 8"""
    lines, line = [], first
    for word in words.split():
        if len((line + " " + word).expandtabs(8)) > width and line != rest:
            lines.append(line)
            line = rest
        line += word if line.endswith(("\t", " ")) else " " + word
    return lines + [line]


def kernel_doc(name, doc, members):
    out = ["/**"]
    out += wrap(doc, f" * enum {name} -", " *\t")
    for member, text in members:
        out += wrap(text, f" * @{member}:", " *\t")
    return out + [" */"]


def uapi_enum(name, doc, members, max_name=None):
    """members: (symbol, value, doc)"""
    out = []
    if any(text for _, _, text in members):
        last = [(max_name, "largest one known")] if max_name else []
        out += kernel_doc(name, doc, [(m, t or "see its name")
                                      for m, _, t in members] + last)
    out.append(f"enum {name} {{")
    width = max(len(m) for m, _, _ in members)
    for member, value, _ in members:
        tabs = "\t" * max(1, (width // 8 + 1) - len(member) // 8)
        out.append(f"\t{member}{tabs}= {value},")
    if max_name:
        tabs = "\t" * max(1, (width // 8 + 1) - len(max_name) // 8)
        out.append(f"\t{max_name}{tabs}= {members[-1][0]},")
    return out + ["};", ""]


def uapi(spec):
    out = ["/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */",
           "/*",
           " * Written by Documentation/netlink/gen.py; do not edit by hand.",
           " *",
           f" * {SPEC} tells",
           " * what commands and attributes mean.",
           " */",
           "#ifndef _UAPI_LINUX_SVCPLANE_H",
           "#define _UAPI_LINUX_SVCPLANE_H",
           "",
           f'#define SVCPLANE_GENL_NAME\t"{spec["name"]}"',
           "#define SVCPLANE_GENL_VERSION\t1",
           ""]
    for d in spec["definitions"]:
        if "header" in d:
            continue
        if d["type"] == "const":
            out += [f"/* {d['doc']} */",
                    f"#define {sym('svcplane', d['name'])}\t{d['value']}", ""]
            continue
        members = [(sym("svcplane", d["name"], n), v, t)
                   for n, v, t in entries(d)]
        doc = d["doc"] + (" (bits)" if d["type"] == "flags" else "")
        out += uapi_enum(f"svcplane_{d['name']}".replace("-", "_"), doc, members)
    for s in spec["attribute-sets"]:
        members = [(sym(s["name-prefix"] + a["name"]), i + 1, "")
                   for i, a in enumerate(s["attributes"])]
        name = s["name-prefix"].rstrip("-").replace("-", "_")
        out += uapi_enum(name, "", members, sym(s["name-prefix"] + "max"))
    ops = spec["operations"]
    members = [(sym(ops["name-prefix"] + o["name"]), i + 1, "")
               for i, o in enumerate(ops["list"])]
    out += uapi_enum("svcplane_cmd", "", members, sym(ops["name-prefix"] + "max"))
    for group in spec["mcast-groups"]["list"]:
        out.append(f'#define {sym("svcplane-mcgrp", group["name"])}'
                   f'\t"{group["name"]}"')
    return "\n".join(out + ["", "#endif /* _UAPI_LINUX_SVCPLANE_H */", ""])


def md_limits(attr):
    checks = attr.get("checks", {})
    if "exact-len" in checks:
        return f", {checks['exact-len']} bytes"
    if "max-len" in checks:
        return f", at most {checks['max-len']} bytes"
    if "min" in checks and "max" in checks:
        return f", {checks['min']} to {checks['max']}"
    if "max" in checks:
        return f", at most {checks['max']}"
    return f", at least {checks['min']}" if "min" in checks else ""


def md_attr(number, attr):
    kind = attr["type"]
    if kind == "nest":
        kind = f"nest [{attr['nested-attributes']}](#{attr['nested-attributes']})"
    if "enum" in attr:
        kind += f" [{attr['enum']}](#{attr['enum']})"
    kind += md_limits(attr)
    if attr.get("multi-attr"):
        kind += ", repeated"
    return f"| {number} | {attr['name']} | {kind} | {attr.get('doc', '')} |"


def md_op(spec, number, op):
    out = [f"### {op['name']}", "", " ".join(op["doc"].split()), ""]
    facts = [f"command {number}"]
    if "attribute-set" in op:
        facts.append(f"attributes of [{op['attribute-set']}]"
                     f"(#{op['attribute-set']})")
    if "admin-perm" in op.get("flags", []):
        facts.append("needs CAP_NET_ADMIN")
    if "mcgrp" in op:
        facts.append(f"sent to group {op['mcgrp']}")
    if "notify" in op:
        facts.append(f"content as the reply of {op['notify']}")
    out += ["; ".join(facts) + ".", ""]
    for kind in ("do", "dump"):
        for part in ("request", "reply"):
            attrs = op.get(kind, {}).get(part, {}).get("attributes")
            if attrs:
                out.append(f"- {kind} {part}: {', '.join(attrs)}")
    if "event" in op:
        out.append(f"- event: {', '.join(op['event']['attributes'])}")
    return out + [""]


def markdown(spec):
    out = ["<!-- SPDX-License-Identifier: GPL-2.0-only -->",
           "<!-- Written by Documentation/netlink/gen.py; do not edit. -->",
           "# The generic netlink family svcplane", "", spec["doc"]]
    out += ["## Commands", ""]
    for i, op in enumerate(spec["operations"]["list"]):
        out += md_op(spec, i + 1, op)
    out += ["## Attributes", ""]
    for s in spec["attribute-sets"]:
        out += [f"### {s['name']}", ""]
        if "doc" in s:
            out += [" ".join(s["doc"].split()), ""]
        out += ["| id | name | type | meaning |", "|---|---|---|---|"]
        out += [md_attr(i + 1, a) for i, a in enumerate(s["attributes"])]
        out.append("")
    out += ["## Values", ""]
    for d in spec["definitions"]:
        if d["type"] == "const":
            continue
        out += [f"### {d['name']}", ""]
        if "doc" in d:
            out += [d["doc"], ""]
        out += ["| value | name | meaning |", "|---|---|---|"]
        out += [f"| {v} | {n} | {t} |" for n, v, t in entries(d)]
        out.append("")
    return "\n".join(out)


def policy(spec):
    """Lines: command number, attributes its requests may have"""
    out = []
    for i, op in enumerate(spec["operations"]["list"]):
        sets = {s["name"]: [a["name"] for a in s["attributes"]]
                for s in spec["attribute-sets"]}
        for kind in ("do", "dump"):
            if kind not in op:
                continue
            attrs = op[kind].get("request", {}).get("attributes", [])
            ids = [sets[op["attribute-set"]].index(a) + 1 for a in attrs]
            out.append(f"{i + 1} {kind} {' '.join(map(str, sorted(ids)))}")
    return "\n".join(out)


def check(path, want):
    try:
        with open(os.path.join(TOP, path), encoding="utf-8") as f:
            have = f.read()
    except FileNotFoundError:
        have = ""
    if have == want:
        return True
    sys.stderr.writelines(difflib.unified_diff(
        have.splitlines(True), want.splitlines(True), path, "as in the spec"))
    return False


def main():
    spec = load()
    if sys.argv[1:] == ["--policy"]:
        print(policy(spec))
        return 0
    outputs = {OUT_UAPI: uapi(spec), OUT_MD: markdown(spec)}
    if sys.argv[1:] == ["--check"]:
        return 0 if all([check(p, w) for p, w in outputs.items()]) else 1
    if sys.argv[1:]:
        sys.stderr.write(__doc__)
        return 2
    for path, text in outputs.items():
        with open(os.path.join(TOP, path), "w", encoding="utf-8") as f:
            f.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
