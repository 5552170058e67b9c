"""CHK02: names of services across clusters lead to endpoints, from the services report.

Lighthouse's and Cilium's path is judged by SD14. Where a provider or a mesh answers names by means
that no object shows, only a probe tells.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from mckconsole.analysis.checklist.grounds import Grounds, exported, has_named_port
from mckconsole.analysis.checklist.items import BY_RULE, command
from mckconsole.analysis.checklist.model import Answer, Mark
from mckconsole.analysis.checklist.points import Point, found, settle, unknown, untold
from mckconsole.analysis.mesh.evidence import derived, seen
from mckconsole.analysis.services.dns import first_name
from mckconsole.analysis.services.model import Dialect, FleetService, ServiceFacts
from mckconsole.analysis.unread import cluster_reason
from mckconsole.domain.findings import Evidence, Finding, Severity
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.wording import counted, listed

RULE = "CHK02"
_UNSEEN: Mapping[Dialect, str] = {
    Dialect.GKE: "GKE answers names of the cluster set itself, and no object shows how",
    Dialect.CLOUD_MAP: "AWS Cloud Map's objects do not show how DNS leads to the cluster set",
    Dialect.MCS: "how this implementation of the MCS API answers names is not known",
    Dialect.CONSUL: "whether DNS forwards names to Consul is not read",
}
_CONFLICTS = frozenset({"SD03", "SD04", "SD05", "SD07", "SD10", "SD11", "SD19"})
"""Rules on answers that depend on who asks."""
_MISSING = frozenset({"SD01", "SD02", "SD06", "SD08", "SD09"})
"""Rules on answers that lack endpoints, or have dead ones."""
_OBJECTS = frozenset({"services", "endpointslices", "serviceexports", "serviceimports",
                      "gke-serviceexports", "gke-serviceimports", "multiclusterservices",
                      "exportedservices"})  # fmt: skip
PATH = ("corefile", "corefile-openshift", "corefile-custom", "services", "deployments",
         "servicediscoveries")  # fmt: skip
"""What SD14 is judged by: where all of it was read, what it cannot tell no object does."""
_NAMED = 3


def answer(grounds: Grounds, cluster: ClusterSnapshot) -> Answer:
    """Whether a cluster's pods find services across clusters by name."""
    name = cluster.name
    services = grounds.taking_part.get(name, ())
    points = [*_path(grounds, cluster)]
    for service in services:
        if service.key in grounds.restless:
            points += _judge(grounds, service, name)
            points += _names(grounds, service)
    spoken = grounds.spoken.get(name, ())
    points += [untold(words) for dialect, words in _UNSEEN.items() if dialect in spoken]
    having = set[str]().union(*(grounds.ready[service.key] for service in services))
    if services and len(having) < 2 and not any(point.mark is Mark.UNKNOWN for point in points):
        where = listed(sorted(having), 1) or "no cluster"
        points.append(Point(Mark.WARN, f"ready endpoints of its services are in {where} only"))
    well = f"{counted(len(services), 'service')} with ready endpoints in {len(having)} clusters"
    rests = [*_rests(grounds, services, name)]
    probe = _probe(cluster, services)
    return settle(RULE, name, points, well=well, rests=rests, probe=probe)


def _path(grounds: Grounds, cluster: ClusterSnapshot) -> Iterator[Point]:
    """Whether DNS leads to the cluster set, and what of services was not read."""
    name = cluster.name
    if not cluster.state.readable:
        yield unknown(cluster_reason(cluster))
    for finding in grounds.dns_findings.get(name, ()):
        yield found(Mark.FAIL, finding)
    read = all(cluster.topic(topic).conclusive for topic in PATH)
    for one in grounds.service_unknowns.get(name, ()):
        yield untold(one.reason) if one.rule == "SD14" and read else unknown(one.reason)
    if name not in grounds.services.clusters and cluster.state.readable:
        yield unknown("services across clusters were not looked at")
    elif not grounds.taking_part.get(name):
        yield untold("it takes part in no service across clusters, so there is no name to ask for")


def _judge(grounds: Grounds, service: FleetService, name: str) -> Iterator[Point]:
    """What one service means for one cluster that takes part in it."""
    for finding in service.findings:
        if name in (finding.cluster, *finding.peers) and finding.severity is not Severity.INFO:
            mark = _mark(finding)
            if mark is not None:
                yield found(mark, finding, str(service.key))
    for gap in service.parts[name].unknown:
        words = f"{service.key}: {gap}"
        yield unknown(words) if _short(grounds, name) else untold(words)
    if not grounds.ready[service.key]:
        unread = [one for one in service.parts if _unread(grounds, service, one)]
        if unread:
            yield unknown(f"{service.key}: endpoints of {listed(unread, _NAMED)} were not read")
        elif not any(finding.rule in _MISSING for finding in service.findings):
            yield Point(Mark.FAIL, f"{service.key} has no ready endpoint")


def _mark(finding: Finding) -> Mark | None:
    if finding.rule in _CONFLICTS:
        return Mark.WARN
    if finding.rule in _MISSING:
        return Mark.FAIL if finding.severity.at_least(Severity.HIGH) else Mark.WARN
    return None


def _unread(grounds: Grounds, service: FleetService, name: str) -> bool:
    """Whether a cluster may have ready endpoints that were not seen."""
    part = service.parts[name]
    if part.exports and part.backends is None:
        return True
    return bool(part.unknown) and _short(grounds, name)


def _short(grounds: Grounds, name: str) -> bool:
    """Whether objects on services could not be read there; where all were, what is not known of a
    service stands in a mesh's own memory and in no object."""
    facts = grounds.services.clusters.get(name)
    return facts is None or not facts.readable or not _OBJECTS.isdisjoint(facts.unread)


def _names(grounds: Grounds, service: FleetService) -> Iterator[Point]:
    """That a service has no SRV name, because no port has one."""
    facts = exported(service)
    if facts and not has_named_port(facts):
        told = tuple(_ports(grounds, name, one) for name, one in facts.items() if one.ports)
        yield Point(Mark.WARN, f"{service.key} has no named port, so no SRV name", told)


def _ports(grounds: Grounds, name: str, facts: ServiceFacts) -> Evidence:
    around = grounds.services.clusters.get(name)
    at = around.at.get("services", grounds.fleet.taken_at) if around else grounds.fleet.taken_at
    value = ", ".join(str(port) for port in sorted(facts.ports))
    return seen(name, facts.ref, "spec.ports", value, at)


def _rests(grounds: Grounds, services: Sequence[FleetService], name: str) -> Iterator[Evidence]:
    """When the slices behind it were read, of every cluster that has any; the Corefile's age."""
    own = Counter(one for each in services for one in grounds.ready[each.key])
    for other in dict.fromkeys([name, *own]):
        facts = grounds.services.clusters.get(other)
        at = facts.at.get("endpointslices") if facts else None
        if at is not None:
            told = f"{own[other]} of {counted(len(services), 'service')}"
            yield derived(other, "services with ready endpoints here", told, at)
    cluster = grounds.fleet.clusters[name]
    for topic in ("corefile", "corefile-openshift"):
        view = cluster.topic(topic)
        if view.as_of is not None:
            judged = "SD14" if name in grounds.dns_findings else "nothing against it"
            for one in view.objects.values():
                ref = one.ref(view.version or "v1")
                yield seen(name, ref, "data.Corefile", judged, view.as_of)


def _probe(cluster: ClusterSnapshot, services: Sequence[FleetService]) -> str:
    """A query for the first service of which a port has a name."""
    for service in services:
        host = first_name(service)
        ports = sorted(
            port
            for part in service.parts.values()
            if part.exports and part.service
            for port in part.service.ports
            if port.name
        )
        if host and ports:
            srv = f"_{ports[0].name}._{ports[0].protocol.lower()}.{host}"
            values = {"context": cluster.context, "name": host, "srv": srv}
            return command(BY_RULE[RULE].probe, values)
    return ""
