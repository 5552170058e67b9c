"""Read what probes wrote: `--evidence FILE`, JSON or JUnit XML, as strictly as a configuration.

A result decides what a checklist passes, so nothing in it is guessed. Every test case must say
which item it belongs to (`CHK01` in its name, or a property `mckconsole.item`) and which cluster
(`[east]` at the end of its name, or a property `mckconsole.cluster`; `*` is the whole fleet).
Properties of a suite hold for its cases. Many tools put labels in brackets behind a name, so where
the property is there, they count only behind a name that names the item too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from mckconsole.config.errors import ConfigError, ConfigProblem
from mckconsole.config.files import read_text
from mckconsole.config.junit import Case, JUnitError, read_cases
from mckconsole.config.paths import expand
from mckconsole.domain.attested import CHECKLIST, Attested
from mckconsole.domain.text import clean, shorten
from mckconsole.domain.times import parse_rfc3339

MAX_BYTES = 16 << 20
"""Largest file that is read: suites write what their tests said into it."""
WHOLE_FLEET = "*"
ITEM, CLUSTER = "mckconsole.item", "mckconsole.cluster"
_ITEM = re.compile(r"\bCHK[0-9]+\b")
_SUFFIX = re.compile(r"\[([^\[\]]+)\]\s*$")
_MAX_WORDS = 300
_NAMELESS = "(no name)"


class Result(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One result in JSON."""

    item: str
    cluster: str
    passed: bool
    detail: str = ""
    at: str = ""
    """`2026-11-20T10:00:00Z`."""


class ResultFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file in JSON."""

    results: list[Result]


def load_evidence(files: Sequence[str], *, env: Mapping[str, str]) -> tuple[Attested, ...]:
    """All results of these files, in order.

    Raises:
        ConfigError: a file cannot be read, or a case in it is unclear; it names file and case.
    """
    paths = [expand(one, env=env, relative_to=Path.cwd()) for one in files]
    return tuple(result for path in paths for result in read_evidence(path))


def read_evidence(path: Path) -> tuple[Attested, ...]:
    """The results of one file.

    Raises:
        ConfigError: as `load_evidence`.
    """
    text = read_text(path, MAX_BYTES)
    start = text.lstrip()[:1]
    if start == "<":
        return _from_junit(path, text)
    if start == "{":
        return _from_json(path, text)
    raise ConfigError([ConfigProblem(path, None, "", "is neither JUnit XML nor a JSON object")])


def _from_json(path: Path, text: str) -> tuple[Attested, ...]:
    try:
        file = msgspec.json.decode(text, type=ResultFile)
    except (msgspec.DecodeError, RecursionError) as error:
        raise ConfigError([ConfigProblem(path, None, "", f"cannot be read: {error}")]) from None
    problems: list[ConfigProblem] = []
    found = []
    for index, one in enumerate(file.results):
        key = f"results[{index}]"
        at = parse_rfc3339(one.at)
        complaints = [*_complaints(one.item, one.cluster)]
        if one.at and at is None:
            complaints.append(f"`{one.at}` is no time as 2026-11-20T10:00:00Z")
        problems += [ConfigProblem(path, None, key, words) for words in complaints]
        found.append(_attested(path, one.item, one.cluster, one.passed, one.detail, at))
    return _done(path, found, problems, "it has no result")


def _from_junit(path: Path, text: str) -> tuple[Attested, ...]:
    problems: list[ConfigProblem] = []
    found = []
    try:
        cases = [*read_cases(text)]
    except JUnitError as error:
        raise ConfigError([ConfigProblem(path, error.line, "", str(error))]) from None
    for case in cases:
        if case.passed is None:
            continue
        name = shorten(case.name, 80) or _NAMELESS
        item, cluster, complaints = _place(case)
        at, wrong = _moment(case.timestamp)
        complaints += [wrong] if wrong else []
        problems += [ConfigProblem(path, case.line, name, words) for words in complaints]
        words = f"{case.name}: {case.detail}" if case.detail else case.name
        found.append(_attested(path, item, cluster, case.passed, words, at))
    none = "every test case of it was skipped" if cases else "it has no test case"
    return _done(path, found, problems, none)


def _place(case: Case) -> tuple[str, str, list[str]]:
    """Item and cluster of a test case, and what is unclear about them."""
    named = _ITEM.findall(case.name)
    items = {*named, *case.properties.get(ITEM, "").split()}
    clusters = {case.properties.get(CLUSTER, "").strip()} - {""}
    suffix = _SUFFIX.search(case.name)
    if suffix and (named or not clusters):
        clusters.add(suffix.group(1).strip())
    complaints = []
    if len(items) > 1:
        complaints.append(f"belongs to several items: {', '.join(sorted(items))}")
    if len(clusters) > 1:
        complaints.append(f"is of several clusters: {', '.join(sorted(clusters))}")
    item, cluster = (min(found, default="") for found in (items, clusters))
    return item, cluster, complaints or [*_complaints(item, cluster)]


def _complaints(item: str, cluster: str) -> Iterator[str]:
    """What one result does not say."""
    if not item:
        yield f"belongs to no item: name it in the test case ({CHECKLIST[0]}) or in {ITEM}"
    elif item not in CHECKLIST:
        yield f"there is no item {item}; there are {CHECKLIST[0]} to {CHECKLIST[-1]}"
    if not cluster.strip():
        yield (
            f"says no cluster: put [NAME] at the end of the test case or set {CLUSTER};"
            f" {WHOLE_FLEET} is the whole fleet"
        )


def _moment(text: str) -> tuple[float | None, str]:
    """Unix seconds of a suite's time stamp, and what is wrong with it. Without a zone it is taken
    for UTC."""
    if not text:
        return None, ""
    stamp = text.strip().replace(" ", "T", 1)
    at = parse_rfc3339(stamp)
    if at is None:
        at = parse_rfc3339(f"{stamp}Z")
    return at, "" if at is not None else f"`{shorten(text, 40)}` is no time stamp"


def _attested(
    path: Path, item: str, cluster: str, passed: bool, words: str, at: float | None
) -> Attested:
    said = shorten(clean(" ".join(words.split())), _MAX_WORDS)
    where = "" if cluster.strip() == WHOLE_FLEET else clean(cluster.strip())
    outcome = "passed" if passed else "failed"
    return Attested(item, where, passed, said or outcome, clean(path.name), at)


def _done(
    path: Path, found: Sequence[Attested], problems: Sequence[ConfigProblem], none: str
) -> tuple[Attested, ...]:
    if not found and not problems:
        problems = [ConfigProblem(path, None, "", none)]
    if problems:
        raise ConfigError(problems)
    return tuple(found)
