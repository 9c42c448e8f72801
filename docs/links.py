#!/usr/bin/env python3
"""Follows the links of the documentation to other files here and to their headings, and says which lead nowhere.

usage: docs/links.py

Addresses of other machines are not asked for.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILES = [*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/*.md")), ROOT / "tests/stand-ins/README.md"]
LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCE = re.compile(r"^(`{3,}|~{3,}).*?^\1", re.M | re.S)


def prose(text):
    """Without what is code, where brackets are no link."""
    return re.sub(r"`[^`\n]*`", "", FENCE.sub("", text))


def headings(path):
    """As GitHub names them: small letters, blanks as hyphens, no other signs."""
    found = re.findall(r"^#+ (.*)$", FENCE.sub("", path.read_text()), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


def fault(path, link):
    name, _, heading = link.partition("#")
    target = (path.parent / name).resolve() if name else path
    if not target.exists():
        return "is not there"
    if heading and target.suffix == ".md" and heading not in headings(target):
        return "has no such heading"
    return None


followed, faults = 0, []
for path in FILES:
    for link in LINK.findall(prose(path.read_text())):
        if re.match(r"[a-z]+:", link):
            continue
        followed += 1
        if wrong := fault(path, link):
            faults.append(f"{path.relative_to(ROOT)}: {link} {wrong}")
print(f"{followed} links in {len(FILES)} files lead somewhere" if not faults else "\n".join(faults))
sys.exit(bool(faults))
