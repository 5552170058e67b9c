"""Samples of CredSweeper: its files, and the list of what it finds in each with everything on.

What its list has was found by its rules and its model, so it is no truth but a second opinion:
agreement is printed by rule.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from mckconsole.detect.scan import audit_object
from mckconsole.domain.kind import Scan

_SAMPLES = Path("tests/samples")
_EXPECTED = Path("tests/data/output.json")
_MAX = 900_000
"""Bytes of a file that fits into a ConfigMap."""


def credsweeper(root: Path) -> Iterator[str]:
    """The result in words: which of its lines are found at which tier, by its rule."""
    wanted = _wanted(root)
    reached: Counter[tuple[str, str]] = Counter()
    files = 0
    for path, lines in sorted(wanted.items()):
        data = (root / path).read_bytes()
        if len(data) > _MAX or b"\0" in data[:4096]:
            continue
        files += 1
        text = data.decode("utf-8", "replace").splitlines()
        for rule, number in sorted(lines):
            window = "\n".join(text[max(0, number - 1) : number + (60 if "PEM" in rule else 0)])
            reached[rule, _tier(window)] += 1
    yield f"CredSweeper: {files} text files with findings of its own"
    rules = sorted({rule for rule, _ in reached})
    sums = {tier: sum(reached[rule, tier] for rule in rules) for tier in ("A", "B", "C", "")}
    yield f"  lines: {sum(sums.values())}; at A {sums['A']}, B {sums['B']}, C {sums['C']}, " \
          f"not at all {sums['']}"  # fmt: skip
    for rule in rules:
        a, b, c, no = (reached[rule, tier] for tier in ("A", "B", "C", ""))
        yield f"  {rule:<38} A {a:>3}  B {b:>3}  C {c:>3}  none {no:>3}"


def _wanted(root: Path) -> dict[str, set[tuple[str, int]]]:
    found: dict[str, set[tuple[str, int]]] = {}
    for one in json.loads((root / _EXPECTED).read_text()):
        line = one["line_data_list"][0]
        path = line["path"].removeprefix("./")
        if (root / path).is_file() and line["line_num"] > 0:
            found.setdefault(path, set()).add((one["rule"], line["line_num"]))
    return found


def _tier(text: str) -> str:
    raw = {"apiVersion": "v1", "kind": "ConfigMap", "data": {"sample.txt": text}}
    seen = audit_object(json.dumps(raw).encode(), Scan.CONFIG_MAP, values=True)
    return min((one.tier.value for one in seen.sightings), default="")
