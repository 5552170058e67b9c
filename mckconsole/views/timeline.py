"""Rows of the timeline pane: what happened, the latest first.

A row is made once and stays the same until what it says changes: its age is told in units that
change seldom, because thousands of rows would be made anew every second otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from mckconsole.analysis.engine import Analysis
from mckconsole.analysis.timeline.model import Entry, Sort, TimelineReport, Tone
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.text import shorten
from mckconsole.domain.times import format_age, format_rfc3339
from mckconsole.views.detail import (
    ClusterTarget,
    InspectTarget,
    Line,
    LinkTarget,
    SecretTarget,
    ServiceTarget,
    Span,
    Target,
)
from mckconsole.views.explain import count, duration, stated
from mckconsole.views.spec import BLANK, GLYPHS, Cell, Role, Row

ROLES: Mapping[Tone, Role] = {
    Tone.BAD: Role.CRITICAL,
    Tone.WARNING: Role.WARN,
    Tone.UNKNOWN: Role.UNKNOWN,
    Tone.BEGUN: Role.CONNECTING,
    Tone.GOOD: Role.OK,
    Tone.PLAIN: Role.PLAIN,
}
MAX_WHY = 60
"""Characters of an endpoint's reason above the table; of clusters their own screens say it all."""
_DAY = 86_400.0
_STEPS = ((120.0, 10.0), (7200.0, 60.0), (172_800.0, 3600.0))
"""Ages below the first number are told in steps of the second, seconds."""


class _Made:
    """Rows that were made, each with the time until which it says what is true."""

    def __init__(self) -> None:
        self._rows: dict[str, tuple[Entry, float, float, Row]] = {}

    def rows(self, entries: Sequence[Entry], now: float) -> list[Row]:
        """The rows of these entries at `now`, Unix seconds."""
        known, found, rows = self._rows, {}, []
        for entry in entries:
            held = known.get(entry.id)
            if held is None or held[0] is not entry:
                held = (entry, *_lasting(entry.at, now), _row(entry, now))
            elif not held[1] <= now < held[2]:
                held = (entry, *_lasting(entry.at, now), _older(held[3], entry, now))
            found[entry.id] = held
            rows.append(held[3])
        self._rows = found
        return rows


_made = _Made()


def rows(snapshot: FleetSnapshot, analysis: Analysis) -> Sequence[Row]:
    """What happened, the latest first."""
    return rows_of(analysis.timeline, snapshot.taken_at)


def rows_of(report: TimelineReport, now: float) -> Sequence[Row]:
    """Rows of a timeline at `now`, Unix seconds."""
    return _made.rows(report.entries, now)


def summary(snapshot: FleetSnapshot, analysis: Analysis) -> str:
    """How much happened, and what is to be known of times and of what is missing."""
    report = analysis.timeline
    warnings = sum(one.tone in (Tone.BAD, Tone.WARNING) for one in report.entries)
    parts = [count(len(report.entries), "entry", "entries")]
    if warnings:
        parts.append(count(warnings, "warning"))
    return " · ".join((*parts, *caveats(report)))


def caveat_lines(
    report: TimelineReport, clusters: Collection[str], looked_at: Callable[[str], bool]
) -> list[Line]:
    """What somebody who looks at some clusters must know: what is missing and why, and which
    clocks differ. Of `clusters` those that are looked at count, of metrics endpoints all."""

    def meant(name: str) -> bool:
        return name not in clusters or looked_at(name)

    lines = []
    unread: dict[str, list[str]] = {}
    for name, why in filter(lambda one: meant(one[0]), report.unread):
        if name in clusters:
            unread.setdefault(why.partition(":")[0], []).append(name)
        else:
            unread[shorten(why, MAX_WHY)] = []
    if unread:
        told = (f"{why} in {', '.join(names)}" if names else why for why, names in unread.items())
        lines.append(Line((stated(Role.UNKNOWN, f"incomplete: {' · '.join(told)}"),), indent=2))
    rest = [*_clock_words((name, off) for name, off in report.clocks if meant(name))]
    if report.dropped:
        rest.append(f"{report.dropped:,} older ones left out")
    if rest:
        lines.append(Line((Span(" · ".join(rest), Role.DIM),), indent=2))
    return lines


def _clock_words(clocks: Iterable[tuple[str, float]]) -> Iterator[str]:
    for name, off in clocks:
        way = "ahead" if off > 0 else "behind"
        yield f"{name}'s clock is {duration(abs(off))} {way}, corrected"


def caveats(report: TimelineReport) -> list[str]:
    """What a reader must know: clocks that differ, what could not be read, what is gone."""
    parts = [*_clock_words(report.clocks)]
    if report.unread:
        named = ", ".join(dict.fromkeys(name for name, _ in report.unread))
        parts.append(f"incomplete for {named}")
    if report.dropped:
        parts.append(f"{report.dropped:,} older ones left out")
    return parts


def empty(snapshot: FleetSnapshot, analysis: Analysis) -> str:
    """Why there is nothing."""
    unread = analysis.timeline.unread
    if unread:
        reasons = "; ".join(f"{name}: {why}" for name, why in unread[:3])
        return f"nothing is known to have happened; not everything could be read: {reasons}"
    return "nothing happened since the console first looked, and no event is kept"


def find_entry(analysis: Analysis, row_id: str) -> Entry | None:
    """The entry behind a row; None when it is gone."""
    return next((one for one in analysis.timeline.entries if one.id == row_id), None)


def target_of(entry: Entry) -> Target | None:
    """What the entry is about: an object, a tunnel, a service …; None where it names nothing."""
    if entry.object is not None and entry.cluster:
        return InspectTarget(entry.cluster, entry.object)
    kind, id_ = entry.about
    if kind == "link":
        return LinkTarget(id_)
    if kind == "service":
        return ServiceTarget(id_)
    if kind == "certificate":
        return SecretTarget("certificate", id_)
    return ClusterTarget(entry.cluster) if entry.cluster else None


def short_moment(at: float, now: float) -> str:
    """`14:00:10Z` today, `11-20 14:00Z` this year, `2025-11-20` before."""
    text, today = format_rfc3339(at), format_rfc3339(now)
    if text[:10] == today[:10]:
        return text[11:]
    return f"{text[5:10]} {text[11:16]}Z" if text[:4] == today[:4] else text[:10]


def _lasting(at: float, now: float) -> tuple[float, float]:
    """From when until when a row made at `now` says the same, Unix seconds."""
    step = _step(now - at)
    begin = now - (now - at) % step if now > at else now
    midnight = (now // _DAY + 1) * _DAY
    return max(begin, midnight - _DAY), min(begin + step, midnight)


def _step(age: float) -> float:
    return next((step for limit, step in _STEPS if age < limit), _DAY)


def _row(entry: Entry, now: float) -> Row:
    role = ROLES[entry.tone]
    where = entry.cluster or ", ".join(entry.peers)
    sign = Role.DIM if entry.sort is Sort.EVENT else Role.PLAIN
    return Row(
        id=entry.id,
        cells={
            "at": Cell(short_moment(entry.at, now), value=round(entry.at, 3)),
            "age": _aged(entry, now),
            "cluster": _shared(where, Role.PLAIN, where) if where else BLANK,
            "kind": _shared(entry.sort.value, sign, None),
            "what": _shared(_signed(role, entry.what), role, entry.what),
            "object": _shared(entry.subject, Role.PLAIN, entry.subject),
            "count": _count(entry.count),
            "detail": _detail(entry),
        },
        role=role,
        clusters=entry.clusters,
        namespace=entry.object.namespace if entry.object else "",
    )


def _older(row: Row, entry: Entry, now: float) -> Row:
    """The row of the same entry later on."""
    at = Cell(short_moment(entry.at, now), value=round(entry.at, 3))
    return replace(row, cells={**row.cells, "at": at, "age": _aged(entry, now)})


@lru_cache(maxsize=8192)
def _shared(text: str, role: Role, value: str | float | None) -> Cell:
    """A cell that many rows have: thousands of rows are held and looked at."""
    return Cell(text, role, value)


def _aged(entry: Entry, now: float) -> Cell:
    age = max(now - entry.at, 0.0)
    age -= age % _step(age)
    return _shared(format_age(age), Role.DIM, age)


def _signed(role: Role, words: str) -> str:
    glyph = GLYPHS.get(role, "")
    return f"{glyph} {words}" if glyph else words


@lru_cache(maxsize=1024)
def _count(count: int) -> Cell:
    return Cell(str(count), Role.PLAIN if count > 1 else Role.DIM, count)


def _detail(entry: Entry) -> Cell:
    words = entry.detail
    if entry.note:
        words = f"{words} ({entry.note})" if words else entry.note
    return _shared(words, Role.PLAIN, words) if words else BLANK
