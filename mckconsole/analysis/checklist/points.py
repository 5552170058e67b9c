"""Put an answer together from the single things that were looked at for it.

The worst thing decides. That something could not be told is a thing like any other, and worse than
a warning, so that nothing passes for want of looking. What rests on no observation is no pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from mckconsole.analysis.checklist.model import Answer, Mark
from mckconsole.domain.findings import Evidence, Finding
from mckconsole.domain.wording import listed

MAX_EVIDENCE = 24
"""Observations that an answer keeps, those of the worst things first."""
_SAID = 3
"""Things that a reason names."""
_NOTHING = "nothing was read that it could rest on"
_STEPS = 5
"""Things whose remedies are printed."""


class Point(NamedTuple):
    """One thing that was looked at."""

    mark: Mark
    words: str
    evidence: tuple[Evidence, ...] = ()
    fix: str = ""
    probe: bool = False
    """Of an UNKNOWN: nothing that can be read would tell, and a probe would."""


def unknown(words: str) -> Point:
    """What could not be read, and why."""
    return Point(Mark.UNKNOWN, words)


def untold(words: str, evidence: tuple[Evidence, ...] = ()) -> Point:
    """What no object or metric says, so that only a probe can tell."""
    return Point(Mark.UNKNOWN, words, evidence, probe=True)


def found(mark: Mark, finding: Finding, where: str = "") -> Point:
    """What a finding says; `where` stands in front of its title."""
    title = f"{where}: {finding.title}" if where else finding.title
    words = f"{finding.rule} {title}"
    return Point(mark, words, finding.evidence, finding.remediation)


def settle(
    rule: str,
    cluster: str,
    points: Sequence[Point],
    *,
    well: str,
    rests: Iterable[Evidence] = (),
    notes: Sequence[str] = (),
    probe: str = "",
) -> Answer:
    """The answer that these things make.

    Args:
        well: what a pass rests on, in words.
        rests: evidence that stands behind the whole, whatever the mark.
        notes: what stays unknown without deciding anything.
        probe: the command that proves it, where it is not the item's usual one.
    """
    ordered = sorted(points, key=lambda one: one.mark.rank)
    every = tuple(dict.fromkeys([*(e for one in ordered for e in one.evidence), *rests]))
    if not every and all(one.mark is Mark.PASS for one in ordered):
        ordered = [unknown(_NOTHING)]
    mark = ordered[0].mark if ordered else Mark.PASS
    gaps = [one for one in ordered if one.mark is Mark.UNKNOWN]
    worst = [one for one in ordered if one.mark is mark]
    bad = [one for one in ordered if one.fix and one.mark in (Mark.FAIL, Mark.WARN)]
    return Answer(
        rule=rule,
        cluster=cluster,
        mark=mark,
        reason=well if mark is Mark.PASS else _reason(worst, ordered),
        evidence=every[:MAX_EVIDENCE],
        missing=(*_distinct(gaps), *notes),
        probe=probe,
        as_of=min((one.observed_at for one in every), default=None),
        lifted=_lifted(mark, ordered, gaps),
        fix="\n".join(dict.fromkeys(one.fix for one in bad[:_STEPS])),
    )


def _reason(worst: Sequence[Point], points: Sequence[Point]) -> str:
    """The worst things, and beside what is not known also what is not well."""
    said = listed(_distinct(worst), _SAID, between="; ")
    warned = _distinct(one for one in points if one.mark is Mark.WARN)
    if worst[0].mark is Mark.UNKNOWN and warned:
        return f"{said}; besides: {listed(warned, _SAID, between='; ')}"
    return said


def _distinct(points: Iterable[Point]) -> list[str]:
    return list(dict.fromkeys(one.words for one in points))


def _lifted(mark: Mark, points: Sequence[Point], gaps: Sequence[Point]) -> Mark | None:
    if mark is not Mark.UNKNOWN or not all(one.probe for one in gaps):
        return None
    rest = [one.mark for one in points if one.mark is not Mark.UNKNOWN]
    return min(rest, key=lambda one: one.rank, default=Mark.PASS)
