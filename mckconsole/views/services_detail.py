"""Everything behind one service: what is wrong, each cluster's part, the way between them, DNS."""

from __future__ import annotations

from collections.abc import Iterator

from mckconsole.analysis.engine import Analysis
from mckconsole.analysis.mesh.links import Link
from mckconsole.analysis.services.corefile import forward_lines
from mckconsole.analysis.services.dns import dns_names
from mckconsole.analysis.services.model import Dialect, FleetService, Part, Reach, Surroundings
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.views.cells import SEVERITY_ROLES
from mckconsole.views.detail import (
    Block,
    ClusterTarget,
    Detail,
    FindingTarget,
    Line,
    LinkTarget,
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
from mckconsole.views.mesh import link_role
from mckconsole.views.services import find_service
from mckconsole.views.services_cells import STATE_ROLES, WORST_FIRST, part_role, worst_by_cluster
from mckconsole.views.services_detail_side import side_card
from mckconsole.views.spec import GLYPHS, Role

_MOST_WAYS = 24
"""Ways between clusters that are listed, the bad ones first."""
_ABREAST = 3
"""Cards that stand side by side where there is room."""
_FORWARDING = "SD14"
_JUDGED = {Dialect.LIGHTHOUSE, Dialect.CILIUM_MCS}
"""Dialects that need CoreDNS to lead to them."""


def service_detail(snapshot: FleetSnapshot, analysis: Analysis, row_id: str) -> Detail | None:
    """The document of one service; None when it is gone."""
    service = find_service(analysis, row_id)
    if service is None:
        return None
    role = STATE_ROLES[service.state]
    words = f"{GLYPHS[role]} {service.state}"
    return Detail(
        title=str(service.key),
        words=f"{words}  {service.reason}".rstrip(),
        role=role,
        blocks=(
            _findings(analysis, service),
            *((_steps(service),) if service.findings else ()),
            *_clusters(snapshot, service),
            _ways(analysis, service),
            _forwarding(snapshot, analysis, service),
            _names(analysis, service),
            *((_evidence(snapshot, service),) if service.findings else ()),
        ),
    )


def service_object(analysis: Analysis, row_id: str, cluster: str = "") -> ObjectTarget | None:
    """An object of the service: its export, import or Service in `cluster`.

    Without a cluster, or where that has none, it is that of the worst finding, then the first
    cluster's that exports it, or imports it.
    """
    service = find_service(analysis, row_id)
    if service is None:
        return None
    chosen = service.parts.get(cluster)
    if chosen and (own := _object_of(chosen)):
        return own
    for finding in service.findings:
        if finding.object and finding.cluster in service.parts:
            return ObjectTarget(finding.cluster, finding.object)
    found = (_object_of(service.parts[name]) for name in (*service.exporters, *service.importers))
    return next(filter(None, found), None)


def _object_of(part: Part) -> ObjectTarget | None:
    held = [one.ref for one in part.exports]
    held += [one.ref for one in part.imports]
    held += [one.ref for one in part.remote]
    held += [part.service.ref] if part.service else []
    return ObjectTarget(part.cluster, held[0]) if held else None


def _findings(analysis: Analysis, service: FleetService) -> Block:
    waived = analysis.waived
    lines = [finding_line(one, "", waived.get(one.id)) for one in service.findings]
    for one in dict.fromkeys(service.unknowns):
        subject = "any rule" if one.rule == "*" else one.rule
        words = unknown(f"not judged: {subject} for {one.cluster or 'all clusters'}")
        target = ClusterTarget(one.cluster) if one.cluster else None
        lines.append(Line((words, Span(f"  {one.reason}")), target, 2))
    if not lines:
        return Block("Findings", lines=(remark("none: nothing is wrong with it"),))
    note = count(len(service.findings), "finding") if service.findings else ""
    return Block("Findings", note, lines=tuple(lines))


def _steps(service: FleetService) -> Block:
    steps = steps_of(finding.remediation for finding in service.findings)
    lines = tuple(numbered(steps))
    return Block("What to do", lines=lines or (remark("nothing: no finding asks for anything"),))


def _clusters(snapshot: FleetSnapshot, service: FleetService) -> Iterator[Block]:
    """Cards of those with a part, the worst first and exporters before importers.

    Few stand side by side, so that each has room for its addresses.
    """
    found = worst_by_cluster(service)
    parts = list(service.parts.values())
    shown = [one for one in parts if one.involved or (one.service and not one.unknown)]
    shown.sort(
        key=lambda one: (
            not one.involved,
            WORST_FIRST.index(part_role(one, found.get(one.cluster))),
            not one.exports,
        )
    )
    cards = tuple(side_card(snapshot, one, found.get(one.cluster)) for one in shown)
    rest = [one for one in parts if one not in shown]
    lines = [
        Line(
            (Span(f"{one.cluster}  "), unknown("; ".join(one.unknown) or "has no part in it")),
            ClusterTarget(one.cluster),
            4,
        )
        for one in rest
    ]
    involved = sum(one.involved for one in parts)
    heading, note = "In each cluster", count(involved, "cluster")
    for first in range(0, len(cards), _ABREAST):
        yield Block(heading, note, cards[first : first + _ABREAST])
        heading = note = ""
    if lines or not cards:
        rest_lines = tuple(lines) or (remark("no cluster has a part in it"),)
        yield Block(heading, note, lines=rest_lines)


def _ways(analysis: Analysis, service: FleetService) -> Block:
    """From every importer to every exporter: the tunnel that would carry it."""
    reach = analysis.services.reach
    links = {str(link.key): link for link in analysis.mesh.links}
    ways = []
    for importer in service.importers:
        for exporter in service.exporters:
            if importer != exporter:
                found = reach.get((importer, exporter), _NO_WAY)
                role = _way_role(found, links.get(found.link))
                ways.append((role, importer, exporter, found))
    if not ways:
        return Block("Ways between them", lines=(remark("none: nobody imports it from another"),))
    ways.sort(key=lambda way: WORST_FIRST.index(way[0]))
    lines = [_way(*way) for way in ways[:_MOST_WAYS]]
    if len(ways) > _MOST_WAYS:
        lines.append(remark(f"and {len(ways) - _MOST_WAYS} more, none of them worse"))
    up = sum(bool(found.up) for *_, found in ways)
    return Block("Ways between them", f"{up} of {len(ways)} known to work", lines=tuple(lines))


_NO_WAY = Reach(None, "no tunnel is known")


def _way_role(reach: Reach, link: Link | None) -> Role:
    """As its tunnel stands, else whether it is known to work."""
    if link is not None:
        return link_role(link)
    if reach.up is None:
        return Role.UNKNOWN
    return Role.OK if reach.up else Role.CRITICAL


def _way(role: Role, importer: str, exporter: str, reach: Reach) -> Line:
    target = LinkTarget(reach.link) if reach.link else None
    return Line((Span(f"{importer} → {exporter}  "), stated(role, reach.words)), target, 4)


def _forwarding(snapshot: FleetSnapshot, analysis: Analysis, service: FleetService) -> Block:
    """Where the clusters that import it send names of the cluster set."""
    lines = tuple(_asked(snapshot, analysis, name) for name in service.importers)
    return Block("DNS in each cluster", lines=lines or (remark("nobody imports it"),))


def _asked(snapshot: FleetSnapshot, analysis: Analysis, cluster: str) -> Line:
    report = analysis.services
    for finding in report.findings:
        if finding.rule == _FORWARDING and finding.cluster == cluster:
            role = SEVERITY_ROLES[finding.severity]
            return Line(
                (Span(f"{cluster}  "), stated(role, finding.title)), FindingTarget(finding.id), 4
            )
    for one in report.unknowns:
        if one.rule in (_FORWARDING, "*") and one.cluster == cluster:
            return Line((Span(f"{cluster}  "), unknown(one.reason)), ClusterTarget(cluster), 4)
    return _forwarded(snapshot, analysis, cluster)


def _forwarded(snapshot: FleetSnapshot, analysis: Analysis, cluster: str) -> Line:
    """The line of its Corefile, where one is judged and nothing was wrong with it."""
    facts, held = analysis.services.clusters.get(cluster), snapshot.clusters.get(cluster)
    if facts is None or held is None or not _JUDGED & facts.installed:
        words = "neither Lighthouse nor Cilium's MCS support runs here: DNS is not judged"
        return Line((Span(f"{cluster}  "), Span(words, Role.DIM)), ClusterTarget(cluster), 4)
    found = forward_lines(held)
    if found is None:
        return Line((Span(f"{cluster}  "), unknown("its Corefile was not read")), None, 4)
    ref, said = found
    words = said or "CoreDNS answers for imports itself"
    return Line((Span(f"{cluster}  "), stated(Role.OK, words)), ObjectTarget(cluster, ref), 4)


def _names(analysis: Analysis, service: FleetService) -> Block:
    around = Surroundings(analysis.services.clusters, {}, 0.0)
    lines: Iterator[Line] = (
        Line((Span(f"{one.name}  "), Span(f"{one.type}  ", Role.DIM), Span(one.answers)), indent=4)
        for one in dns_names(service.key, service.parts, around)
    )
    found = tuple(lines)
    if not found:
        return Block("Names that a pod would ask", lines=(remark("none is known"),))
    return Block("Names that a pod would ask", count(len(found), "name"), lines=found)


def _evidence(snapshot: FleetSnapshot, service: FleetService) -> Block:
    roles = worst_by_cluster(service)
    seen = (one for finding in service.findings for one in finding.evidence)
    return evidence_block(snapshot, seen, lambda one: roles.get(one.cluster, Role.DIM))
