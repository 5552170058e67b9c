"""One thing that happened: when, to what, in whose words, and what else happened around it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mckconsole.analysis.engine import Analysis
from mckconsole.analysis.timeline.model import Entry
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.times import format_rfc3339
from mckconsole.views.detail import Block, Detail, HappeningTarget, Line, Span
from mckconsole.views.explain import count, duration, fact, moment, remark, stated
from mckconsole.views.spec import GLYPHS, Role
from mckconsole.views.timeline import ROLES, find_entry, target_of

AROUND = 120.0
"""Seconds before and after within which something happened around it."""
MOST = 40
"""Entries around it that are shown."""
_WIDTH = 10


def happening_detail(snapshot: FleetSnapshot, analysis: Analysis, row_id: str) -> Detail | None:
    """What is known of an entry; None when it is gone."""
    entry = find_entry(analysis, row_id)
    if entry is None:
        return None
    now, role = snapshot.taken_at, ROLES[entry.tone]
    glyph = GLYPHS.get(role, "")
    words = f"{glyph} {entry.what}".strip()
    blocks = (
        Block("What", lines=tuple(_facts(entry, now))),
        _around(analysis.timeline.entries, entry, now),
    )
    return Detail(f"{entry.what} {entry.subject}", words, role, blocks)


def _facts(entry: Entry, now: float) -> Iterator[Line]:
    def line(label: str, *spans: Span | str) -> Line:
        return fact(label, *spans, width=_WIDTH)

    yield fact("what", stated(ROLES[entry.tone], entry.what), width=_WIDTH, target=target_of(entry))
    yield fact("object", entry.subject, width=_WIDTH, target=target_of(entry))
    yield line("cluster", ", ".join(entry.clusters) or "none of the fleet")
    yield line("at", f"{format_rfc3339(entry.at)}  ", Span(f"{duration(now - entry.at)} ago"))
    if entry.first < entry.at:
        span = duration(entry.at - entry.first)
        yield line("since", f"{format_rfc3339(entry.first)}  ", Span(f"over {span}", Role.DIM))
    if entry.count > 1:
        yield line("told", f"{entry.count} times")
    if entry.note:
        yield line("clock", stated(Role.WARN, entry.note))
    yield line("said by", entry.source or "mckconsole, which saw it")
    if entry.detail:
        yield line("words", entry.detail)


def _around(entries: Sequence[Entry], entry: Entry, now: float) -> Block:
    near = [
        one
        for one in entries
        if one is not entry
        and abs(one.at - entry.at) <= AROUND
        and (not entry.clusters or set(entry.clusters).intersection(one.clusters))
    ]
    heading = f"Within {AROUND / 60:.0f} minutes of it, in the same cluster"
    if not near:
        return Block(heading, lines=(remark("nothing else is known to have happened"),))
    lines = tuple(_line(one, now) for one in near[:MOST])
    return Block(heading, count(len(near), "entry", "entries"), lines=lines)


def _line(entry: Entry, now: float) -> Line:
    return Line(
        (
            Span(f"{moment(entry.at, now):<9}  ", Role.DIM),
            stated(ROLES[entry.tone], entry.what),
            Span(f"  {entry.subject}"),
            Span(f"  {entry.detail}" if entry.detail else "", Role.DIM),
        ),
        HappeningTarget(entry.id),
        11,
    )
