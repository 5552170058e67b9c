"""The go-live checklist of a fleet: every item for every cluster, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from msgspec.structs import replace

from mckconsole.analysis.checklist import certificates, connectivity, dns, failover, iam, upgrade
from mckconsole.analysis.checklist.attested import Evidences
from mckconsole.analysis.checklist.grounds import Answerer, Grounds
from mckconsole.analysis.checklist.items import BY_RULE, ITEMS, command
from mckconsole.analysis.checklist.kept import (
    Answers,
    ChecklistMemory,
    Kept,
    basis_of,
    oldest,
)
from mckconsole.analysis.checklist.model import Answer, ChecklistReport, Item, Mark
from mckconsole.analysis.checklist.points import settle, unknown
from mckconsole.analysis.mesh.evidence import derived
from mckconsole.analysis.notes import finding_order, unknown_order
from mckconsole.analysis.rules_checklist import CHECKLIST_RULES
from mckconsole.domain.attested import Attested
from mckconsole.domain.findings import Finding, Severity, Unknown
from mckconsole.domain.snapshot import ClusterSnapshot

PANE = "checklist"
NO_OTHERS: Mapping[str, Answerer] = MappingProxyType({})
_OWN = {
    connectivity.RULE: connectivity.answer,
    dns.RULE: dns.answer,
    iam.RULE: iam.answer,
    certificates.RULE: certificates.answer,
    failover.RULE: failover.answer,
    upgrade.RULE: upgrade.answer,
}
_REMEDIES = {rule.id: rule.remediation for rule in CHECKLIST_RULES}
_OF_A_MESH = (connectivity.RULE, failover.RULE)
"""Items whose probes are for some meshes only."""
_SEVERITIES = {Mark.FAIL: Severity.HIGH, Mark.WARN: Severity.MEDIUM}


def analyse_checklist(
    grounds: Grounds,
    others: Mapping[str, Answerer] = NO_OTHERS,
    attested: Sequence[Attested] = (),
) -> ChecklistReport:
    """Answer every item for every cluster.

    Args:
        grounds: the snapshot, and what was made of it.
        others: who answers the items that are not answered from its reports, by rule. An item that
            nobody answers is UNKNOWN.
        attested: results of probes that somebody brought.
    """
    return keep_up(grounds, ChecklistMemory(), others, attested)[0]


def keep_up(
    grounds: Grounds,
    memory: ChecklistMemory,
    others: Mapping[str, Answerer] = NO_OTHERS,
    attested: Sequence[Attested] = (),
) -> tuple[ChecklistReport, ChecklistMemory]:
    """The same, where what the last analysis answered and still holds is not worked out anew; and
    what to hand to the next."""
    brought = Evidences(attested, grounds.fleet.taken_at)
    stale = oldest(memory, grounds.fleet.taken_at)
    kept: dict[str, Kept] = {}
    made: list[Answer] = []
    for item in ITEMS:
        before = None if item.rule == stale else memory.items.get(item.rule)
        answers, now = _item(grounds, item, others, before)
        if now is not None:
            kept[item.rule] = now
        made += [brought.merged(one) for one in answers]
    return _together(grounds, tuple(made), attested), ChecklistMemory(kept)


def _item(
    grounds: Grounds, item: Item, others: Mapping[str, Answerer], before: Kept | None
) -> tuple[Answers, Kept | None]:
    """The answers to an item, and what to keep of them."""
    basis = None if item.rule in others else basis_of(item.rule, grounds)
    if basis is not None and before is not None and before.basis.holds(basis):
        return before.answers, before
    answers = tuple(
        _with_probe(cluster, _answer(grounds, item, cluster, others))
        for cluster in grounds.fleet.clusters.values()
    )
    now = grounds.fleet.taken_at
    return answers, None if basis is None else Kept(basis, now, answers)


def _together(grounds: Grounds, answers: Answers, attested: Sequence[Attested]) -> ChecklistReport:
    return ChecklistReport(
        items=ITEMS,
        answers=answers,
        findings=tuple(sorted(_findings(answers, grounds.fleet.taken_at), key=finding_order)),
        unknowns=tuple(sorted(_unknowns(grounds, answers, attested), key=unknown_order)),
    )


def _answer(
    grounds: Grounds, item: Item, cluster: ClusterSnapshot, others: Mapping[str, Answerer]
) -> Answer:
    other, own = others.get(item.rule), _OWN.get(item.rule)
    if other is not None:
        return other(cluster)
    if own is not None:
        return own(grounds, cluster)
    return settle(item.rule, cluster.name, [unknown("it was not looked at")], well="")


def _with_probe(cluster: ClusterSnapshot, answer: Answer) -> Answer:
    """The answer with its item's probe, on this cluster's context."""
    probe = BY_RULE[answer.rule].probe
    if answer.probe or not probe or answer.rule in _OF_A_MESH:
        return answer
    return replace(answer, probe=command(probe, {"context": cluster.context}))


def _findings(answers: Sequence[Answer], now: float) -> Iterator[Finding]:
    """One for each answer that fails or warns."""
    for one in answers:
        severity = _SEVERITIES.get(one.mark)
        if severity is None:
            continue
        item = BY_RULE[one.rule]
        steps = [one.fix] if one.fix else []
        told = derived(one.cluster, item.title, one.reason, now)
        if one.probe:
            steps.append(f"a probe proves it: {one.probe}")
        yield Finding(
            rule=one.rule,
            pane=PANE,
            severity=severity,
            cluster=one.cluster,
            object=None,
            title=f"{item.title}: {one.mark.value}",
            detail=one.reason,
            evidence=one.evidence or (told,),
            remediation="\n".join(steps) or _REMEDIES[one.rule],
            peers=_peers(one),
        )


def _peers(answer: Answer) -> tuple[str, ...]:
    return tuple(sorted({one.cluster for one in answer.evidence} - {answer.cluster}))


def _unknowns(
    grounds: Grounds, answers: Sequence[Answer], attested: Sequence[Attested]
) -> Iterator[Unknown]:
    """What is not answered, and results for clusters that are not in the fleet."""
    for one in answers:
        if one.mark is Mark.UNKNOWN:
            yield Unknown(PANE, one.cluster, one.rule, one.reason)
    for result in attested:
        if result.cluster and result.cluster not in grounds.fleet.clusters:
            yield Unknown(PANE, result.cluster, result.rule, f"{result.file}: no such cluster here")
