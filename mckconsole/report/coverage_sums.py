"""Coverage summed up by section and cluster, and what was not answered in full, with reasons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mckconsole.report.coverage import Answer, Asked


@dataclass(frozen=True, slots=True)
class Tally:
    """The questions of one section to one cluster, counted."""

    cluster: str
    counts: Mapping[Answer, int]
    oldest: float | None
    newest: float | None
    """Unix seconds of the oldest and the newest answer; None where there is none."""

    @property
    def asked(self) -> int:
        return sum(self.counts.values())


def tallies(entries: Sequence[Asked], pane: str) -> tuple[Tally, ...]:
    """How the questions of `pane` stand, by cluster, in the order of the entries."""
    found: dict[str, list[Asked]] = {}
    for entry in entries:
        if pane in entry.panes:
            found.setdefault(entry.cluster, []).append(entry)
    return tuple(_tally(cluster, asked) for cluster, asked in found.items())


def _tally(cluster: str, asked: Sequence[Asked]) -> Tally:
    counts = {answer: sum(one.answer is answer for one in asked) for answer in Answer}
    times = [one.as_of for one in asked if one.as_of is not None]
    return Tally(cluster, counts, min(times, default=None), max(times, default=None))


def sections(entries: Sequence[Asked]) -> tuple[str, ...]:
    """The panes that some question is for, in their order."""
    return tuple(dict.fromkeys(pane for entry in entries for pane in entry.panes))


def missing(entries: Sequence[Asked], pane: str) -> Iterator[tuple[Answer, str, tuple[str, ...]]]:
    """What was not answered in full for `pane`: (answer, reason, `cluster: topics` …).

    Questions with the same answer and reason stand together.
    """
    found: dict[tuple[Answer, str], dict[str, list[str]]] = {}
    for entry in entries:
        if pane in entry.panes and not entry.answer.whole:
            by_cluster = found.setdefault((entry.answer, entry.reason), {})
            by_cluster.setdefault(entry.cluster, []).append(entry.topic)
    ranks = list(Answer)
    for (answer, reason), clusters in sorted(found.items(), key=lambda i: ranks.index(i[0][0])):
        where = (f"{cluster}: {', '.join(topics)}" for cluster, topics in clusters.items())
        yield answer, reason, tuple(where)
