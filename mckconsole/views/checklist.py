"""The checklist pane as lists: one row per answer, per item, per cluster, worst first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from mckconsole.analysis.checklist.model import Answer, Attested, Item, Mark
from mckconsole.analysis.engine import Analysis
from mckconsole.domain.findings import Finding
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.states import ClusterState
from mckconsole.domain.text import shorten
from mckconsole.domain.times import format_age
from mckconsole.domain.waivers import Waiver
from mckconsole.views.checklist_spec import ANSWER, ITEM
from mckconsole.views.detail import CheckTarget
from mckconsole.views.explain import count
from mckconsole.views.remembered import Remembered
from mckconsole.views.secrets_cells import MAX_TEXT, names_cell, number_cell, sign, text_cell
from mckconsole.views.spec import BLANK, Cell, Role, Row

MARK_ROLES: Mapping[Mark, Role] = {
    Mark.FAIL: Role.CRITICAL,
    Mark.UNKNOWN: Role.UNKNOWN,
    Mark.WARN: Role.WARN,
    Mark.PASS: Role.OK,
}
_UNDER_WAY = (ClusterState.PENDING, ClusterState.CONNECTING)


class _Parts(NamedTuple):
    """What an answer's row is made of."""

    item: Item | None
    answer: Answer
    findings: tuple[Finding, ...]
    waiver: Waiver | None
    age: str
    """In words: while they are the same, the row is."""
    snapshot: FleetSnapshot


_made: Remembered[str] = Remembered()


def answer_id(rule: str, cluster: str) -> str:
    """The id of an answer's row: a rule's id holds no slash."""
    return f"{rule}/{cluster}"


def answer_key(row_id: str) -> tuple[str, str]:
    """The rule and the cluster of an answer's row."""
    rule, _, cluster = row_id.partition("/")
    return rule, cluster


def target_of(by: str, row_id: str) -> CheckTarget:
    """What a row of one of the groupings opens."""
    if by == ANSWER:
        return CheckTarget(*answer_key(row_id))
    return CheckTarget(row_id, "") if by == ITEM else CheckTarget("", row_id)


def mark_cell(mark: Mark, waiver: Waiver | None = None) -> Cell:
    """`✖ fail`; what somebody answers for is dimmed and says so."""
    if waiver and mark is not Mark.PASS:
        return Cell(f"· waived: {mark.value}", Role.DIM, "waived")
    role = MARK_ROLES[mark]
    return Cell(f"{sign(role)} {mark.value}", role, mark.value)


def finding_of(analysis: Analysis, answer: Answer) -> tuple[Finding, ...]:
    """What was found for an answer that fails or warns."""
    return tuple(one for one in analysis.checklist.findings
                 if (one.rule, one.cluster) == (answer.rule, answer.cluster))  # fmt: skip


def waiver_of(analysis: Analysis, findings: Iterable[Finding]) -> Waiver | None:
    """Who answers for it, where somebody does for all that was found."""
    waivers = [analysis.waived.get(one.id) for one in findings]
    return waivers[0] if waivers and all(waivers) else None


def rows(snapshot: FleetSnapshot, analysis: Analysis) -> Sequence[Row]:
    """A row per answer, worst first, else by item and cluster."""
    report = analysis.checklist
    items = {one.rule: one for one in report.items}
    found: dict[tuple[str, str], list[Finding]] = {}
    for one in report.findings:
        found.setdefault((one.rule, one.cluster), []).append(one)
    ranks: dict[str, int] = {}
    parts: dict[str, _Parts] = {}
    for answer in report.answers:
        about = tuple(found.get((answer.rule, answer.cluster), ()))
        key = answer_id(answer.rule, answer.cluster)
        age = age_cell(snapshot, answer.as_of)
        waiver = waiver_of(analysis, about)
        parts[key] = _Parts(items.get(answer.rule), answer, about, waiver, age.text, snapshot)
        ranks[key] = answer.mark.rank
    rows = _made.rows({key: one[:-1] for key, one in parts.items()}, lambda key: _row(parts[key]))
    return sorted(rows, key=lambda row: (row.role is Role.DIM, ranks[row.id]))


def _row(parts: _Parts) -> Row:
    item, answer, waiver = parts.item, parts.answer, parts.waiver
    mark = mark_cell(answer.mark, waiver)
    why = waiver.words if waiver else answer.reason
    return Row(
        answer_id(answer.rule, answer.cluster),
        {
            "mark": mark,
            "item": text_cell(item.title if item else answer.rule),
            "cluster": text_cell(answer.cluster),
            "reason": Cell(shorten(why, MAX_TEXT), Role.DIM if waiver else Role.PLAIN, why)
            if why
            else BLANK,
            "age": age_cell(parts.snapshot, answer.as_of),
            "attested": attested_cell(answer.attested),
            "missing": names_cell(answer.missing),
            "probe": text_cell(answer.probe, Role.DIM),
            "rule": text_cell(answer.rule, Role.DIM),
        },
        tuple(one.id for one in parts.findings),
        mark.role,
        (answer.cluster,),
    )


def age_cell(snapshot: FleetSnapshot, at: float | None) -> Cell:
    """How old something is by the console's clock."""
    if at is None:
        return BLANK
    age = max(snapshot.taken_at - at, 0.0)
    return Cell(format_age(age), Role.PLAIN, round(age, 3))


def attested_cell(attested: Sequence[Attested]) -> Cell:
    """`✖ 1 of 3 failed`, `● 3 passed`; a dash where nobody brought a result."""
    if not attested:
        return BLANK
    failed = sum(not one.passed for one in attested)
    if failed:
        words = f"{sign(Role.CRITICAL)} {failed} of {len(attested)} failed"
        return Cell(words, Role.CRITICAL, len(attested))
    return Cell(f"{sign(Role.OK)} {len(attested)} passed", Role.OK, len(attested))


def item_rows(snapshot: FleetSnapshot, analysis: Analysis) -> Sequence[Row]:
    """A row per item over all clusters, worst first, else in their order."""
    report = analysis.checklist
    made = []
    for item in report.items:
        answers = [one for one in report.answers if one.rule == item.rule]
        worst = worst_of(answers)
        where = [one.cluster for one in answers if one.mark is worst]
        cells = {
            "mark": mark_cell(worst),
            "item": text_cell(item.title),
            **_counts(answers),
            "worst": names_cell(where) if worst is not Mark.PASS else BLANK,
            "question": text_cell(item.question),
            "proves": text_cell(item.proves),
            "rule": text_cell(item.rule, Role.DIM),
        }
        clusters = tuple(one.cluster for one in answers)
        ids = tuple(one.id for one in report.findings if one.rule == item.rule)
        made.append((worst.rank, Row(item.rule, cells, ids, MARK_ROLES[worst], clusters)))
    return [row for _, row in sorted(made, key=lambda one: one[0])]


def worst_of(answers: Iterable[Answer]) -> Mark:
    """The worst mark; UNKNOWN where nothing was answered."""
    return min((one.mark for one in answers), key=lambda one: one.rank, default=Mark.UNKNOWN)


def _counts(answers: Sequence[Answer]) -> Mapping[str, Cell]:
    """How many have each mark; none is dimmed."""
    counts = Counter(one.mark for one in answers)
    return {one.value: number_cell(counts[one]) for one in Mark}


def cluster_rows(snapshot: FleetSnapshot, analysis: Analysis) -> Sequence[Row]:
    """A row per cluster, worst first, else in the order of the fleet."""
    report = analysis.checklist
    titles = {one.rule: one.title for one in report.items}
    made = []
    for name in dict.fromkeys((*snapshot.clusters, *(one.cluster for one in report.answers))):
        answers = [one for one in report.answers if one.cluster == name]
        worst = worst_of(answers)
        what = [titles.get(one.rule, one.rule) for one in answers if one.mark is worst]
        oldest = min((one.as_of for one in answers if one.as_of is not None), default=None)
        cells = {
            "mark": mark_cell(worst),
            "cluster": text_cell(name),
            **_counts(answers),
            "worst": names_cell(what) if worst is not Mark.PASS else BLANK,
            "age": age_cell(snapshot, oldest),
        }
        ids = tuple(one.id for one in report.findings if one.cluster == name)
        made.append((worst.rank, Row(name, cells, ids, MARK_ROLES[worst], (name,))))
    return [row for _, row in sorted(made, key=lambda one: one[0])]


def summary(snapshot: FleetSnapshot, analysis: Analysis) -> str:
    """`10 items, 6 clusters  ✖ 3 fail  ● 57 pass  all of them hold in 3 of 6 clusters`."""
    report = analysis.checklist
    counts = Counter(one.mark for one in report.answers)
    clusters = list(dict.fromkeys(one.cluster for one in report.answers))
    words = [f"{count(len(report.items), 'item')}, {count(len(clusters), 'cluster')}"]
    words += [f"{sign(MARK_ROLES[one])} {counts[one]} {one}" for one in Mark if counts[one]]
    whole = sum(report.worst(one) is Mark.PASS for one in clusters)
    return "  ".join((*words, f"all of them hold in {whole} of {count(len(clusters), 'cluster')}"))


def empty(snapshot: FleetSnapshot, analysis: Analysis) -> str:
    """Why there is no answer."""
    if not snapshot.clusters:
        return "no clusters, so nothing to check; the fleet pane says why"
    if any(one.state in _UNDER_WAY for one in snapshot.clusters.values()):
        return "being read: nothing is answered yet"
    return "nothing was answered: the checklist was not gone through for these clusters"
