"""Everything behind one workload in one cloud: the chain, who else is the same, what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from mckconsole.analysis.engine import Analysis
from mckconsole.analysis.identity.model import Binding, IdentityReport, Trace
from mckconsole.domain.findings import Evidence, Finding, ObjectRef, Unknown
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.waivers import Waiver
from mckconsole.views.cells import SEVERITY_ROLES
from mckconsole.views.detail import (
    Block,
    ClusterTarget,
    Detail,
    FindingTarget,
    IdentityTarget,
    Line,
    ObjectTarget,
    Span,
)
from mckconsole.views.explain import (
    count,
    evidence_block,
    finding_line,
    numbered,
    remark,
    stated,
    steps_of,
    unknown,
)
from mckconsole.views.identity import find_binding
from mckconsole.views.identity_cells import (
    CLOUD_WORDS,
    binding_role,
    identity_id,
    sign,
    state_words,
)
from mckconsole.views.identity_chain import chain
from mckconsole.views.identity_unread import unread_lines
from mckconsole.views.spec import Role

NONE_WAIVED: Mapping[str, Waiver] = MappingProxyType({})
MOST = 12
"""Others with the same identity that are listed; its own screen has them all. And fixes: every
finding has its own."""


def binding_detail(snapshot: FleetSnapshot, analysis: Analysis, row_id: str) -> Detail | None:
    """The document of one workload in one cloud; None when it is gone."""
    binding = find_binding(analysis, row_id)
    if binding is None:
        return None
    report = analysis.identity
    key, role = binding.workload.key, binding_role(binding)
    words = f"{sign(role)} {state_words(binding.state)}"
    if binding.severity is not None:
        words += f"  {binding.severity.value}"
    links = tuple(chain(snapshot, report.clusters.get(key.cluster), binding))
    return Detail(
        title=f"{key.cluster} {key.namespace}/{key.name}",
        words=f"{words}  {CLOUD_WORDS[binding.cloud]}",
        role=role,
        blocks=(
            Block(lines=(*_reason(binding, role), *links)),
            *_others(report, binding),
            _same_identity(report, binding),
            findings_block(binding.findings, binding.unknowns, role, analysis.waived),
            *fix_blocks(binding.findings),
            evidence_of(
                snapshot,
                binding.findings,
                traces(snapshot, report, binding),
                {key.cluster: role},
            ),
        ),
    )


def _reason(binding: Binding, role: Role) -> Iterator[Line]:
    told = any(one.text and one.text in binding.reason for one in binding.effective)
    if binding.reason and binding.effective and not told:  # else the chain says it
        yield Line((stated(role, binding.reason),), indent=2)
    if binding.unknown and binding.unknown not in binding.reason:
        yield Line((unknown(f"not read: {binding.unknown}"),), indent=2)


def binding_line(binding: Binding, *, cluster: bool = True) -> Line:
    """`gcp-eu-1 shop/checkout  ● bound  as checkout`, which opens its chain."""
    key, role = binding.workload.key, binding_role(binding)
    place = f"{key.cluster} " if cluster else ""
    return Line(
        (
            Span(f"{place}{key.namespace}/{key.name}  "),
            Span(f"{sign(role)} {state_words(binding.state)}", role),
            Span(f"  {key.kind} as {binding.account.key.name}", Role.DIM),
        ),
        IdentityTarget("workload", binding.id),
        4,
    )


def _others(report: IdentityReport, binding: Binding) -> Iterator[Block]:
    """The same workload in other clouds."""
    found = [
        one
        for one in report.bindings
        if one is not binding and one.workload.key == binding.workload.key
    ]
    if found:
        lines = []
        for one in found:
            role = binding_role(one)
            who = one.identity.text if one.identity else "who is not told"
            state = Span(f"{sign(role)} {state_words(one.state)}", role)
            spans = (Span(f"{CLOUD_WORDS[one.cloud]}  "), state, Span(f"  {who}", Role.DIM))
            lines.append(Line(spans, IdentityTarget("workload", one.id), 4))
        yield Block("In other clouds", count(len(found), "identity", "identities"),
                    lines=tuple(lines))  # fmt: skip


def _same_identity(report: IdentityReport, binding: Binding) -> Block:
    identity = binding.identity
    use = report.identities.get(identity) if identity else None
    if identity is None:
        words = "not known: who it is in the cloud is not told"
        return Block("Also used by", lines=(Line((unknown(words),)),))
    others = [one for one in use.bindings if one is not binding] if use else []
    unread = unread_lines(report)
    if not others:
        where = "the clusters that were read" if unread else "these clusters"
        return Block("Also used by", lines=(remark(f"nobody else in {where}"), *unread))
    lines = [binding_line(one) for one in others[:MOST]]
    target = IdentityTarget("cloud-identity", identity_id(identity))
    if len(others) > MOST:
        more = Span(f"and {len(others) - MOST} more: u shows all", Role.DIM)
        lines.append(Line((more,), target))
    clusters = len({one.workload.key.cluster for one in (binding, *others)})
    note = f"{count(len(others), 'other')}, {count(clusters, 'cluster')} in all"
    return Block("Also used by", note, lines=(*lines, *unread))


def findings_block(
    findings: Sequence[Finding],
    unknowns: Iterable[Unknown] = (),
    role: Role = Role.OK,
    waived: Mapping[str, Waiver] = NONE_WAIVED,
) -> Block:
    """What is wrong, and what could not be judged."""
    lines = [finding_line(finding, "", waived.get(finding.id)) for finding in findings]
    unjudged: dict[tuple[str, str], dict[str, None]] = {}
    for one in unknowns:
        unjudged.setdefault((one.cluster, one.reason), {})[one.rule] = None
    for (cluster, reason), rules in unjudged.items():
        subject = "any rule" if "*" in rules else ", ".join(rules)
        words = unknown(f"not judged: {subject} for {cluster or 'all clusters'}")
        target = ClusterTarget(cluster) if cluster else None
        lines.append(Line((words, Span(f"  {reason}")), target, 2))
    if not lines:
        beyond = "nothing is wrong with it" if role is Role.OK else "nothing beyond its state"
        return Block("Findings", lines=(remark(f"none: {beyond}"),))
    note = count(len(findings), "finding") if findings else ""
    return Block("Findings", note, lines=tuple(lines))


def fix_blocks(findings: Sequence[Finding]) -> Iterator[Block]:
    """What puts it right, where something is wrong; of several findings one after the other, as
    each finding's steps have an order of their own."""
    fixes: dict[tuple[str, ...], list[Finding]] = {}
    for finding in findings:
        fixes.setdefault(steps_of((finding.remediation,)), []).append(finding)
    fixes.pop((), None)
    lines: list[Line] = []
    for steps, found in list(fixes.items())[:MOST]:
        if len(fixes) > 1:
            rules = ", ".join(dict.fromkeys(one.rule for one in found))
            words = Span(f"{rules}  {found[0].title}", Role.DIM)
            lines.append(Line((words,), FindingTarget(found[0].id), 4))
        lines += numbered(steps)
    if len(fixes) > MOST:
        lines.append(remark(f"and {len(fixes) - MOST} more: open the findings above"))
    if lines:
        yield Block("What to do", lines=tuple(lines))


def evidence_of(
    snapshot: FleetSnapshot,
    findings: Sequence[Finding],
    others: Iterable[Evidence],
    clusters: Mapping[str, Role],
) -> Block:
    """All that was seen: by the findings first, each as bad as the worst that it is evidence of;
    what else was seen is as bad as its cluster's part."""
    roles: dict[tuple[str, ObjectRef | None], Role] = {}
    for finding in reversed(findings):
        for one in finding.evidence:
            roles[one.cluster, one.object] = SEVERITY_ROLES[finding.severity]
    seen = [one for finding in findings for one in finding.evidence]
    told = {(one.cluster, one.object, one.path) for one in seen}
    seen += [one for one in others if (one.cluster, one.object, one.path) not in told]

    def role_of(one: Evidence) -> Role:
        return roles.get((one.cluster, one.object), clusters.get(one.cluster, Role.DIM))

    return evidence_block(snapshot, seen, role_of)


_TOPICS = {"Pod": "pods", "ServiceAccount": "serviceaccounts"}


def traces(snapshot: FleetSnapshot, report: IdentityReport, binding: Binding) -> Iterator[Evidence]:
    """The fields that say what is declared and what is in effect."""
    found = [binding.declared.trace] if binding.declared else []
    found += [trace for one in binding.effective for trace in one.traces]
    yield from as_evidence(snapshot, report, binding.workload.key.cluster, found)


def as_evidence(
    snapshot: FleetSnapshot, report: IdentityReport, cluster: str, found: Iterable[Trace]
) -> Iterator[Evidence]:
    """Fields that say something, with the time at which they were confirmed last."""
    facts = report.clusters.get(cluster)
    for trace in found:
        topic = _TOPICS.get(trace.object.kind, "")
        at = facts.at.get(topic, snapshot.taken_at) if facts else snapshot.taken_at
        yield Evidence("kubernetes", cluster, trace.object, trace.path, trace.value, at)


def binding_object(analysis: Analysis, row_id: str) -> ObjectTarget | None:
    """The object to look at: that of its worst finding, else its controller, else its account."""
    binding = find_binding(analysis, row_id)
    if binding is None:
        return None
    key = binding.workload.key
    for finding in binding.findings:
        if finding.object is not None:
            return ObjectTarget(finding.cluster, finding.object)
    facts = analysis.identity.clusters.get(key.cluster)
    if binding.workload.controller is not None:
        version = facts.versions.get(f"{key.kind.lower()}s", "v1") if facts else "v1"
        return ObjectTarget(key.cluster, binding.workload.controller.ref(version))
    if binding.workload.shapes:
        pod = binding.workload.shapes[0].pod
        return ObjectTarget(key.cluster, pod.ref("v1"))
    account = binding.account.key
    return ObjectTarget(
        key.cluster, ObjectRef("v1", "ServiceAccount", account.namespace, account.name)
    )
