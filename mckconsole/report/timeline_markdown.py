"""The timeline as Markdown for a post-mortem: the oldest first, with what is not known.

Whoever reads it later has no console: the times are whole, and clocks that were corrected and what
could not be read stand above the table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from mckconsole.analysis.timeline.model import Entry, TimelineReport
from mckconsole.domain.times import format_rfc3339
from mckconsole.report.export_markdown import literal, verbatim
from mckconsole.views.explain import count, duration
from mckconsole.views.spec import GLYPHS
from mckconsole.views.timeline import ROLES

_HEADS = ("time (UTC)", "cluster", "", "what", "object", "times", "since", "detail", "said by")


def render_timeline(
    entries: Sequence[Entry], report: TimelineReport, *, at: float, terms: Sequence[str] = ()
) -> str:
    """These entries, in whatever order, as a document with a final line end.

    Args:
        entries: what is shown of the timeline.
        report: the timeline that they are of.
        at: when they were so, Unix seconds.
        terms: by what they were chosen, in words.
    """
    return "".join(f"{line}\n" for line in _lines(entries, report, at, terms))


def _lines(
    entries: Sequence[Entry], report: TimelineReport, at: float, terms: Sequence[str]
) -> Iterator[str]:
    ordered = _from_the_oldest(entries)
    yield from ("# Timeline", "", " · ".join((format_rfc3339(at), *map(literal, terms))), "")
    yield from _told(ordered, report)


def timeline_section(report: TimelineReport) -> Iterator[str]:
    """All of it, for a document that has other sections; begins with an empty line."""
    yield ""
    yield from _told(_from_the_oldest(report.entries), report)


def _from_the_oldest(entries: Iterable[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda one: (one.at, one.tone.rank, one.id))


def _told(ordered: Sequence[Entry], report: TimelineReport) -> Iterator[str]:
    if ordered:
        first, last = (format_rfc3339(one.at) for one in (ordered[0], ordered[-1]))
        yield f"{count(len(ordered), 'entry', 'entries')} from {first} to {last}."
    else:
        yield "Nothing is known to have happened."
    yield from _known_limits(report)
    if ordered:
        yield ""
        yield from _table(ordered)


def _known_limits(report: TimelineReport) -> Iterator[str]:
    """What a reader must know, as a list with an empty line before it; nothing for nothing."""
    lines = list(_limits(report))
    if lines:
        yield ""
        yield from lines


def _limits(report: TimelineReport) -> Iterator[str]:
    if report.watched is None:
        yield "- Changes of state that no object records are seen only while a console runs."
    else:
        since, until = map(format_rfc3339, report.watched)
        yield f"- Changes of state are those that were seen from {since} to {until}."
    for name, off in report.clocks:
        way = "ahead of" if off > 0 else "behind"
        span = duration(abs(off))
        yield f"- The clock of {literal(name)} is {span} {way} the console's; times are corrected."
    for name, why in report.unread:
        yield f"- Incomplete for {literal(name)}: {literal(why)}"
    if report.dropped:
        yield f"- {report.dropped:,} older entries were left out for want of room."


def _table(entries: Iterable[Entry]) -> Iterator[str]:
    yield f"| {' | '.join(_HEADS)} |"
    yield f"|{' --- |' * len(_HEADS)}"
    for one in entries:
        yield f"| {' | '.join(_cells(one))} |"


def _cells(entry: Entry) -> Iterator[str]:
    yield verbatim(format_rfc3339(entry.at))
    yield literal(", ".join(entry.clusters) or "–")
    yield GLYPHS.get(ROLES[entry.tone], "")
    yield literal(entry.what)
    yield literal(entry.subject)
    yield str(entry.count) if entry.count > 1 else ""
    yield verbatim(format_rfc3339(entry.first)) if entry.first < entry.at else ""
    yield literal("; ".join(filter(None, (entry.detail, entry.note))))
    yield literal(entry.source or "mckconsole")
