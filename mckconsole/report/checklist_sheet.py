"""The go-live checklist as it is handed out: what every format of it says, and in which words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from mckconsole.analysis.checklist.attested import doubt
from mckconsole.analysis.checklist.model import Answer, Attested, ChecklistReport, Item, Mark
from mckconsole.domain.findings import Evidence
from mckconsole.domain.snapshot import ClusterSnapshot, FleetSnapshot
from mckconsole.domain.times import format_rfc3339
from mckconsole.domain.waivers import Waiver
from mckconsole.views.explain import count
from mckconsole.views.spec import GLYPHS, Role

ROLES: Mapping[Mark, Role] = {
    Mark.FAIL: Role.CRITICAL,
    Mark.UNKNOWN: Role.UNKNOWN,
    Mark.WARN: Role.WARN,
    Mark.PASS: Role.OK,
}
CAVEAT = (
    "Made by reading only. Unknown is no pass: it says what could not be read, or what only a "
    "probe can tell. Probes are printed and never run from here; their results count for 30 days."
)
SIGNATURE = ("Name", "Role", "Date", "Signature")
"""What whoever answers for the checklist fills in."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A checklist and the fleet that it is about."""

    report: ChecklistReport
    fleet: FleetSnapshot
    waived: Mapping[str, Waiver] = field(default_factory=dict)
    """By id of a finding."""
    scope: str = ""
    """Which clusters were asked for, in words."""
    demo: bool = False
    """The clusters are simulated."""

    @property
    def at(self) -> str:
        """When the fleet was read: `2026-11-23T09:00:00Z`."""
        return format_rfc3339(self.fleet.taken_at)

    def answers(self, rule: str) -> Sequence[Answer]:
        """Those of one item, in the order of the fleet."""
        return [one for one in self.report.answers if one.rule == rule]

    def waiver(self, answer: Answer) -> Waiver | None:
        """Who answers for it; only what fails or warns can be waived."""
        place = (answer.rule, answer.cluster)
        ids = [one.id for one in self.report.findings if (one.rule, one.cluster) == place]
        return next((self.waived[one] for one in ids if one in self.waived), None)


def marked(mark: Mark) -> str:
    """`✖ fail`."""
    return f"{GLYPHS[ROLES[mark]]} {mark.value}"


def cell_words(sheet: Sheet, answer: Answer | None) -> str:
    """`✖ fail`, `✖ fail, waived`; what nobody answered is unknown."""
    if answer is None:
        return marked(Mark.UNKNOWN)
    return f"{marked(answer.mark)}, waived" if sheet.waiver(answer) else marked(answer.mark)


def verdict(sheet: Sheet) -> tuple[Role, str]:
    """`3 fail, 4 unknown, 51 pass · all ten hold in 2 of 6 clusters`."""
    report, clusters = sheet.report, sheet.fleet.clusters
    counts = Counter(one.mark for one in report.answers)
    words = ", ".join(f"{counts[mark]} {mark.value}" for mark in Mark if counts[mark])
    whole = sum(report.worst(name) is Mark.PASS for name in clusters)
    waived = sum(sheet.waiver(one) is not None for one in report.answers)
    parts = [words or "nothing to answer", f"all ten hold in {whole} of"
             f" {count(len(clusters), 'cluster')}"]  # fmt: skip
    if waived:
        parts.append(f"{waived} waived")
    worst = min(counts, key=lambda mark: mark.rank, default=Mark.UNKNOWN)
    return ROLES[worst], " · ".join(parts)


def coverage(sheet: Sheet) -> Iterator[tuple[str, str, str, str, str]]:
    """Per cluster: name, state, items answered, what they rest on, and its oldest moment."""
    for name, cluster in sheet.fleet.clusters.items():
        own = [one for one in sheet.report.answers if one.cluster == name]
        known = sum(one.mark is not Mark.UNKNOWN for one in own)
        seen = sum(len(one.evidence) for one in own)
        oldest = min((one.as_of for one in own if one.as_of is not None), default=None)
        yield (
            name,
            cluster_words(cluster),
            f"{known} of {len(own)}",
            count(seen, "observation"),
            "never" if oldest is None else format_rfc3339(oldest),
        )


COVERAGE_HEADS = ("cluster", "state", "items answered", "rests on", "oldest")


def cluster_words(cluster: ClusterSnapshot) -> str:
    """`unreachable: timeout`."""
    return ": ".join(part for part in (cluster.state.value, cluster.reason) if part)


def missing(sheet: Sheet) -> Iterator[tuple[str, str, str]]:
    """Item, cluster and what is not known of it."""
    for one in sheet.report.answers:
        for words in one.missing:
            yield one.rule, one.cluster, words


def probes(sheet: Sheet) -> Iterator[tuple[Item, Answer]]:
    """Answers that wait for a probe, and the item that says what it proves."""
    items = {one.rule: one for one in sheet.report.items}
    for one in sheet.report.answers:
        if one.lifted is not None and one.probe:
            yield items[one.rule], one


def place(one: Evidence) -> str:
    """`Gateway submariner-operator/gw-1 status.connections[0].status`."""
    what = str(one.object) if one.object else one.source
    return f"{what} {one.path}"


def result_words(sheet: Sheet, one: Attested) -> str:
    """`passed in run.xml: pod to pod (2026-11-20T10:00:00Z)`, and why it does not count if so."""
    outcome = "passed" if one.passed else "failed"
    at = "no date" if one.at is None else format_rfc3339(one.at)
    why = doubt(one, sheet.fleet.taken_at)
    return f"{outcome} in {one.file}: {one.words} ({at})" + (f"; {why}" if why else "")
