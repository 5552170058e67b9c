"""Samples of gitleaks' rules: the literals among its `tps` and `fps`, read out of the Go source.

Most positives there are made by calls when its own generator runs; only what is a literal is taken
here, alone or as the last argument of the call that wraps it into a line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from mckconsole.detect.scan import audit_object
from mckconsole.domain.kind import Scan

_RULES = Path("cmd/generate/config/rules")
_FUNCTION = re.compile(r"^func (\w+)\(\)[^\n]*\{\n(.*?)^\}", re.M | re.S)
_LIST = re.compile(
    r"\b(tps|fps)\s*:?=\s*\[\]string\{(.*?)\n\t\}|\b(tps|fps)\s*:?=\s*([^\n\[{][^\n]*)", re.S
)
_ID = re.compile(r'RuleID:\s*"([^"]+)"')
_ITEM = re.compile(
    r"^\s*(?:`(?P<raw>[^`]*)`|(?P<text>\"(?:[^\"\\]|\\.)*\"),?|"
    r"utils\.GenerateSampleSecrets?\((?P<name>\"[^\"]*\"),\s*"
    r"(?P<sample>\"(?:[^\"\\]|\\.)*\"|`[^`]*`)\))"
    r",?\s*(?://[^\n]*)?$",
    re.M,
)
_TIERS = "ABC"


def samples(root: Path) -> Iterator[tuple[str, bool, str, str]]:
    """Rule, whether it is a credential, the name it is given, the text."""
    for path in sorted((root / _RULES).glob("*.go")):
        for function in _FUNCTION.finditer(path.read_text()):
            rule = _ID.search(function[2])
            for found in _LIST.finditer(function[2]):
                good = (found[1] or found[3]) == "tps"
                for name, text in _items(found[2] or found[4] or ""):
                    yield rule[1] if rule else function[1], good, name, text


def skipped(root: Path) -> int:
    """How many samples are made by calls."""
    text = "".join(path.read_text() for path in (root / _RULES).glob("*.go"))
    return len(re.findall(r"secrets\.NewSecret\(", text))


def _items(text: str) -> Iterator[tuple[str, str]]:
    for item in _ITEM.finditer(text):
        if item["sample"]:
            yield json.loads(item["name"]), _string(item["sample"])
        elif item["raw"] is not None:
            yield "", item["raw"]
        else:
            yield "", _string(item["text"])


def _string(literal: str) -> str:
    if literal.startswith("`"):
        return literal.strip("`")
    try:
        return str(json.loads(literal))
    except ValueError:
        return literal.strip('"')


def gitleaks(root: Path) -> Iterator[str]:
    """The result in words: what was found of their positives and negatives."""
    counts = {(good, tier): 0 for good in (True, False) for tier in (*_TIERS, "")}
    misses: list[str] = []
    wrong: list[str] = []
    for rule, good, name, text in samples(root):
        body = f'{name}_token = "{text}"\n' if name else text
        tier = best_tier(body)
        counts[good, tier] += 1
        if good and tier not in ("A", "B"):
            misses.append(f"{rule}{' (C)' if tier else ''}")
        if not good and tier in ("A", "B"):
            wrong.append(f"{rule} ({tier})")
    yield f"gitleaks: {skipped(root)} generated samples skipped"
    for good, word in ((True, "positives"), (False, "negatives")):
        number = sum(counts[good, tier] for tier in (*_TIERS, ""))
        tiers = ", ".join(f"{tier} {counts[good, tier]}" for tier in _TIERS)
        yield f"  {word}: {number}; reported at {tiers}; not at all {counts[good, '']}"
    yield "  missed at A and B: " + ", ".join(tally(misses))
    yield "  negatives reported at A or B: " + ", ".join(tally(wrong))


def tally(names: list[str]) -> list[str]:
    """Each name once, with how often."""
    return [f"{name} {names.count(name)}" for name in dict.fromkeys(names)]


def best_tier(text: str, name: str = "settings.txt") -> str:
    """The best tier that is reported of a text in a ConfigMap; empty where nothing is."""
    raw = {"apiVersion": "v1", "kind": "ConfigMap", "data": {name: text}}
    seen = audit_object(json.dumps(raw).encode(), Scan.CONFIG_MAP, values=True)
    return min((one.tier.value for one in seen.sightings), default="")
