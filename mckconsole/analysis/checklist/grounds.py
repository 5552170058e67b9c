"""What the answers are worked out from: one snapshot and the reports on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from statistics import median
from typing import TypeAlias, TypeVar

from mckconsole.analysis.certificates.model import CertificateEntry, CertificatesReport
from mckconsole.analysis.checklist.model import Answer
from mckconsole.analysis.failover.model import FailoverReport
from mckconsole.analysis.identity.model import IdentityReport
from mckconsole.analysis.mesh.links import MeshProvider, MeshReport, Pair
from mckconsole.analysis.services.model import (
    Dialect,
    FleetService,
    ServiceFacts,
    ServiceKey,
    ServicesReport,
)
from mckconsole.analysis.thresholds import DEFAULT_THRESHOLDS, Thresholds
from mckconsole.analysis.versions.model import Plan, VersionsReport
from mckconsole.domain.findings import Finding, Unknown
from mckconsole.domain.snapshot import ClusterSnapshot, FleetSnapshot

Answerer: TypeAlias = Callable[[ClusterSnapshot], Answer]
"""Answers one item for one cluster; what else it needs it was made with."""

T = TypeVar("T")
ENOUGH = 3
"""Pairs that must be measured for their median to mean something."""


@dataclass(frozen=True)
class Grounds:
    """A snapshot and its reports. One that was not made is empty or None, and what needs it is
    UNKNOWN."""

    fleet: FleetSnapshot
    mesh: MeshReport = field(default_factory=MeshReport)
    services: ServicesReport = field(default_factory=ServicesReport)
    identity: IdentityReport = field(default_factory=IdentityReport)
    certificates: CertificatesReport = field(default_factory=CertificatesReport)
    versions: VersionsReport = field(default_factory=VersionsReport)
    plan: Plan | None = None
    losses: Mapping[str, FailoverReport] | None = None
    """Each cluster lost alone, as `simulate_each` has it: handed in, because it costs too much to
    be made with every change."""
    unknowns: tuple[Unknown, ...] = ()
    """Of the whole analysis; those on the mesh stand in no report of theirs."""
    findings: tuple[Finding, ...] = ()
    """Of the whole analysis."""
    limits: Thresholds = DEFAULT_THRESHOLDS
    strict: bool = False
    """Certificates are judged by the literal rule: 90 days left and renewed."""

    @cached_property
    def mesh_unread(self) -> Mapping[str, tuple[Unknown, ...]]:
        """Why meshes may join a cluster unseen, by cluster."""
        whole = (one for one in self.unknowns if one.pane == "mesh" and one.rule == "*")
        return _by_cluster(whole, lambda one: (one.cluster,))

    @cached_property
    def pairs(self) -> Mapping[str, tuple[Pair, ...]]:
        """Pairs of links by each of their ends."""
        return _by_cluster(
            self.mesh.pairs, lambda one: (one.forward.key.source, one.forward.key.target)
        )

    def peer(self, name: str, provider: MeshProvider) -> ClusterSnapshot | None:
        """The first cluster of the fleet that a mesh joins to this one."""
        for pair in self.pairs.get(name, ()):
            key = pair.forward.key
            other = key.target if key.source == name else key.source
            if key.provider is provider and other in self.fleet.clusters:
                return self.fleet.clusters[other]
        return None

    @cached_property
    def usual_trips(self) -> Mapping[MeshProvider, float]:
        """The median round trip of each mesh in seconds, where enough pairs are measured."""
        trips: dict[MeshProvider, list[float]] = {}
        for pair in self.mesh.pairs:
            if pair.latency is not None:
                trips.setdefault(pair.forward.key.provider, []).append(pair.latency)
        return {mesh: median(each) for mesh, each in trips.items() if len(each) >= ENOUGH}

    @cached_property
    def identity_findings(self) -> Mapping[str, tuple[Finding, ...]]:
        """On identities, by each cluster that they concern."""
        return _by_cluster(self.identity.findings, _concerned)

    @cached_property
    def bindings(self) -> Counter[str]:
        """How many workload identities a cluster has."""
        return Counter(one.workload.key.cluster for one in self.identity.bindings)

    @cached_property
    def open_to_all(self) -> Mapping[str, tuple[Finding, ...]]:
        """That RBAC lets everybody read Secrets, by cluster."""
        return _by_cluster((f for f in self.findings if f.rule == "SEC-OPEN-TO-ALL"), _concerned)

    @cached_property
    def identity_unknowns(self) -> Mapping[str, tuple[Unknown, ...]]:
        """By cluster."""
        return _by_cluster(self.identity.unknowns, lambda one: (one.cluster,))

    @cached_property
    def dns_findings(self) -> Mapping[str, tuple[Finding, ...]]:
        """That DNS does not lead to the cluster set (SD14), by cluster."""
        rest = (one for one in self.services.findings if one.rule == "SD14")
        return _by_cluster(rest, _concerned)

    @cached_property
    def service_unknowns(self) -> Mapping[str, tuple[Unknown, ...]]:
        """What of services, or of the way of DNS to them, could not be read, by cluster."""
        whole = (one for one in self.services.unknowns if one.rule in ("*", "SD14"))
        return _by_cluster(whole, lambda one: (one.cluster,))

    @cached_property
    def taking_part(self) -> Mapping[str, tuple[FleetService, ...]]:
        """Services that a cluster exports or imports, by cluster."""
        return _by_cluster(
            self.services.services,
            lambda one: [name for name, part in one.parts.items() if part.involved],
        )

    @cached_property
    def ready(self) -> Mapping[ServiceKey, tuple[str, ...]]:
        """Clusters that have ready endpoints of a service, by their own slices."""
        return {
            one.key: tuple(
                name
                for name, part in one.parts.items()
                if part.exports and part.backends is not None and part.backends.ready > 0
            )
            for one in self.services.services
        }

    @cached_property
    def restless(self) -> frozenset[ServiceKey]:
        """Services of which there is something to say; most have none."""
        return frozenset(
            one.key
            for one in self.services.services
            if one.findings
            or not self.ready[one.key]
            or any(part.unknown for part in one.parts.values())
            or not has_named_port(exported(one))
        )

    @cached_property
    def spoken(self) -> Mapping[str, frozenset[Dialect]]:
        """The dialects in which a cluster takes part in services."""
        found: dict[str, set[Dialect]] = {}
        for one in self.services.services:
            for name, part in one.parts.items():
                if part.involved:
                    found.setdefault(name, set()).update(part.dialects)
        return {name: frozenset(each) for name, each in found.items()}

    @cached_property
    def entries(self) -> Mapping[str, tuple[CertificateEntry, ...]]:
        """Certificates, by cluster."""
        return _by_cluster(self.certificates.entries, lambda one: (one.cluster,))


def exported(service: FleetService) -> Mapping[str, ServiceFacts]:
    """The Services behind a service's exports, by cluster."""
    return {
        name: part.service
        for name, part in service.parts.items()
        if part.exports and part.service is not None
    }


def has_named_port(facts: Mapping[str, ServiceFacts]) -> bool:
    """Whether any of the Services has a port with a name, or none has a port at all."""
    ports = [port for one in facts.values() for port in one.ports]
    return not ports or any(port.name for port in ports)


def _concerned(finding: Finding) -> tuple[str, ...]:
    return (finding.cluster, *finding.peers)


def _by_cluster(
    found: Iterable[T], names: Callable[[T], Iterable[str]]
) -> Mapping[str, tuple[T, ...]]:
    lists: dict[str, list[T]] = {}
    for one in found:
        for name in dict.fromkeys(names(one)):
            lists.setdefault(name, []).append(one)
    return {name: tuple(each) for name, each in lists.items()}
