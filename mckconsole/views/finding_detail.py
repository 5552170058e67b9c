"""What stands behind a finding: what was seen, what it means, what to do, where to go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mckconsole.analysis.engine import Analysis
from mckconsole.analysis.identity.model import AccountKey
from mckconsole.analysis.mesh.links import Link
from mckconsole.analysis.rules import RULES
from mckconsole.domain.findings import Evidence, Finding
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.waivers import Waiver
from mckconsole.views.cells import CLUSTER_ROLES, SEVERITY_ROLES
from mckconsole.views.detail import (
    Block,
    ClusterTarget,
    Detail,
    IdentityTarget,
    Line,
    LinkTarget,
    ObjectTarget,
    SecretTarget,
    ServiceTarget,
    Span,
)
from mckconsole.views.explain import (
    evidence_block,
    fact,
    numbered,
    place_of,
    remark,
    stated,
    steps_of,
    unknown,
)
from mckconsole.views.identity_cells import identity_id
from mckconsole.views.identity_detail import binding_line
from mckconsole.views.mesh import link_role, word_role
from mckconsole.views.secrets_cells import short_fingerprint
from mckconsole.views.services_cells import STATE_ROLES
from mckconsole.views.spec import GLYPHS, Role

_MOST_WORKLOADS = 12
"""Workloads that are listed before the rest is counted."""


def finding_detail(
    snapshot: FleetSnapshot, analysis: Analysis, finding_id: str
) -> Detail | None:  # fmt: skip
    """The document of one finding; None when there is no such finding (any more)."""
    finding = next((one for one in analysis.findings if one.id == finding_id), None)
    if finding is None:
        return None
    waiver = analysis.waived.get(finding.id)
    role = Role.DIM if waiver else SEVERITY_ROLES[finding.severity]
    links = tuple(concerned_links(analysis, finding))
    return Detail(
        title=f"{finding.rule} {place_of(finding)}",
        words=f"{GLYPHS.get(role, '·')} {'waived: ' if waiver else ''}{finding.severity.value}",
        role=role,
        blocks=(
            _statement(finding, waiver),
            _steps(finding),
            evidence_block(snapshot, finding.evidence, _roles(finding, links)),
            _rule(finding),
            Block(
                "Where to go on",
                lines=(
                    *_services(analysis, finding),
                    *_identities(analysis, finding),
                    *_secrets(analysis, finding),
                    *_ways(snapshot, finding, links),
                ),
            ),
        ),
    )


def concerned_links(analysis: Analysis, finding: Finding) -> Iterator[Link]:
    """The link that a finding is about and its way back, or all between its clusters."""
    for pair in analysis.mesh.pairs:
        sides = [side for side in (pair.forward, pair.backward) if side]
        if any(str(side.key) == finding.subject for side in sides):
            sides.sort(key=lambda side: str(side.key) != finding.subject)
            yield from sides
            return
    for link in analysis.mesh.links:
        ends = {link.key.source, link.key.target}
        if finding.cluster in ends and ends & set(finding.peers):
            yield link


def _statement(finding: Finding, waiver: Waiver | None) -> Block:
    lines = [fact("what", finding.title)]
    if waiver:
        lines.append(fact("waived", Span(waiver.words, Role.DIM)))
    if finding.detail and finding.detail != finding.title:
        lines.append(fact("why", finding.detail))
    lines.append(fact("where", place_of(finding), target=ClusterTarget(finding.cluster)))
    if finding.object:
        target = ObjectTarget(finding.cluster, finding.object)
        api = Span(f"  {finding.object.api_version}", Role.DIM)
        lines.append(fact("object", str(finding.object), api, target=target))
    else:
        lines.append(fact("object", Span("none: it is about the cluster as a whole", Role.DIM)))
    return Block(lines=tuple(lines))


def _roles(finding: Finding, links: tuple[Link, ...]) -> Callable[[Evidence], Role]:
    """Each side of a tunnel as it stands; elsewhere all evidence is as bad as the finding."""
    own = any(str(link.key) == finding.subject for link in links)
    roles = {link.key.source: word_role(link) for link in reversed(links)} if own else {}
    return lambda one: roles.get(one.cluster, SEVERITY_ROLES[finding.severity])


def _steps(finding: Finding) -> Block:
    steps = steps_of((finding.remediation,))
    return Block("What to do", lines=tuple(numbered(steps)) or (remark("nothing is known"),))


def _rule(finding: Finding) -> Block:
    rule = RULES.get(finding.rule)
    if rule is None:
        return Block("The rule", lines=(Line((unknown("this rule is not documented"),)),))
    return Block(
        f"The rule {rule.id}: {rule.title}",
        lines=(
            Line((Span(rule.explanation),)),
            fact("usually", rule.severity.value),
            fact("generally", rule.remediation),
            fact("reads", ", ".join(rule.reads)),
            fact("source", rule.source),
        ),
    )


def _services(analysis: Analysis, finding: Finding) -> Iterator[Line]:
    for service in analysis.services.services:
        if finding in service.findings:
            state = stated(STATE_ROLES[service.state], service.state.value)
            words = Span(f"service {service.key}  ")
            yield Line((words, state), ServiceTarget(str(service.key)), 4)


def _identities(analysis: Analysis, finding: Finding) -> Iterator[Line]:
    """The workloads that it is about, and the cloud identity or service account."""
    if finding.pane != "identity":
        return
    report, about = analysis.identity, finding.object
    concerned = [one for one in report.bindings if finding in one.findings]
    yield from (binding_line(one) for one in concerned[:_MOST_WORKLOADS])
    if len(concerned) > _MOST_WORKLOADS:
        yield remark(f"and {len(concerned) - _MOST_WORKLOADS} more workloads")
    for identity, use in report.identities.items():
        if finding in use.findings:
            target = IdentityTarget("cloud-identity", identity_id(identity))
            yield Line((Span(f"identity {identity.text}"),), target, 4)
    if about and about.kind == "ServiceAccount":
        key = AccountKey(finding.cluster, about.namespace, about.name)
        if key in report.accounts:
            words = Span(f"service account {about.namespace}/{about.name}")
            yield Line((words,), IdentityTarget("service-account", str(key)), 4)


def _secrets(analysis: Analysis, finding: Finding) -> Iterator[Line]:
    """The credential or the certificates that it is about."""
    if finding.pane != "secrets":
        return
    for one in analysis.secrets.credentials:
        if finding.id == one.id or finding in one.related:
            words = Span(f"credential {one.title} {short_fingerprint(one.fingerprint)}")
            yield Line((words,), SecretTarget("credential", one.id), 4)
    found = [one for one in analysis.certificates.entries if finding in one.findings]
    for entry in found[:_MOST_WORKLOADS]:
        words = Span(f"certificate {entry.name}  {entry.cluster}")
        yield Line((words,), SecretTarget("certificate", entry.id), 4)
    if len(found) > _MOST_WORKLOADS:
        yield remark(f"and {len(found) - _MOST_WORKLOADS} more certificates")


def _ways(snapshot: FleetSnapshot, finding: Finding, links: tuple[Link, ...]) -> Iterator[Line]:
    for link in links:
        way = f"tunnel {link.key.source} → {link.key.target} ({link.key.provider})  "
        role = link_role(link)
        yield Line((Span(way), stated(role, link.state.value)), LinkTarget(str(link.key)), 4)
    for name in (finding.cluster, *finding.peers):
        cluster = snapshot.clusters.get(name)
        if cluster is None:
            yield Line((Span(f"cluster {name}  "), unknown("not in this fleet")))
            continue
        state = stated(CLUSTER_ROLES[cluster.state], cluster.state.value)
        yield Line((Span(f"cluster {name}  "), state), ClusterTarget(name))
