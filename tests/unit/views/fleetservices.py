"""Services of a fleet, made by hand: for tests of what is shown of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from msgspec.structs import replace as changed

from mckconsole.analysis.engine import Analysis, analyse
from mckconsole.analysis.services.model import (
    Backends,
    ClusterFacts,
    ConditionView,
    Dialect,
    Export,
    FleetService,
    Import,
    Part,
    Port,
    Reach,
    RemoteEndpoints,
    ServiceFacts,
    ServiceKey,
    ServicesReport,
    ServiceState,
)
from mckconsole.domain.findings import Evidence, Finding, ObjectRef, Severity, Unknown
from mckconsole.domain.snapshot import FleetSnapshot
from tests.unit.analysis import build
from tests.unit.analysis.build import NOW

HTTP = frozenset({Port("http", "TCP", 8080, "")})
HOUR = 3600.0


def ref(kind: str, name: str = "checkout", group: str = "multicluster.x-k8s.io") -> ObjectRef:
    """Names an object of the service."""
    version = {"Service": "v1", "EndpointSlice": "discovery.k8s.io/v1"}
    return ObjectRef(version.get(kind, f"{group}/v1alpha1"), kind, "shop", name)


def service(**changes: object) -> ServiceFacts:
    """A cluster's own Service."""
    found = ServiceFacts(
        ref("Service"),
        "ClusterIP",
        False,
        HTTP,
        (("app", "checkout"),),
        "None",
        "Cluster",
        "",
        ("IPv4",),
        "10.96.0.7",
        False,
        (("app", "checkout"),),
        NOW - HOUR,
    )
    return changed(found, **changes)


def condition(kind: str, status: str, *reasons: str) -> ConditionView:
    """A condition of an export."""
    return ConditionView(
        kind, status, reasons, ",".join(reasons), "", NOW - 60, 1, "status.conditions[0]"
    )


def exporter(
    name: str, ready: int = 2, total: int = 2, *, age: float = HOUR, **changes: object
) -> Part:
    """A cluster that exports the service."""
    export = Export(
        Dialect.LIGHTHOUSE,
        ref("ServiceExport"),
        NOW - age,
        1,
        (condition("Valid", "True"),),
    )
    return Part(
        name, service(**changes), Backends(ready, total, slices=(slice_of(name),)), (export,)
    )


def slice_of(cluster: str) -> ObjectRef:
    """Names a slice."""
    return ref("EndpointSlice", f"checkout-{cluster}")


def importer(name: str, source: str, ready: int = 2, total: int = 2) -> Part:
    """A cluster that imports it from another one."""
    remote = RemoteEndpoints(Dialect.LIGHTHOUSE, source, slice_of(source), ready, total)
    known = Import(
        Dialect.LIGHTHOUSE, ref("ServiceImport"), False, (source,), HTTP, ("10.112.0.9",)
    )
    return Part(name, imports=(known,), remote=(remote,))


def unread(name: str, why: str = "serviceexports: forbidden") -> Part:
    """A cluster that could not be read."""
    return Part(name, unknown=(why,))


def finding(
    cluster: str,
    *peers: str,
    severity: Severity = Severity.HIGH,
    rule: str = "SD02",
    title: str = "the export has no ready endpoint",
) -> Finding:
    """A finding with evidence from every cluster involved."""
    evidence = tuple(
        Evidence(
            "kubernetes", one, ref("ServiceExport"), "status.conditions[0].status", "True", NOW
        )
        for one in (cluster, *peers)
    )
    return Finding(
        rule,
        "services",
        severity,
        cluster,
        ref("ServiceExport"),
        title,
        "why it matters",
        evidence,
        "1. look at the pods",
        tuple(sorted(peers)),
        "shop/checkout",
    )


def fleet_service(
    *parts: Part,
    name: str = "checkout",
    namespace: str = "shop",
    state: ServiceState = ServiceState.OK,
    findings: Sequence[Finding] = (),
    unknowns: Sequence[Unknown] = (),
) -> FleetService:
    """A service with these parts."""
    worst = min((one.severity for one in findings), key=lambda one: one.rank, default=None)
    return FleetService(
        ServiceKey(namespace, name),
        {part.cluster: part for part in parts},
        state,
        worst,
        findings[0].title if findings else "",
        tuple(findings),
        tuple(unknowns),
    )


def report(*services: FleetService, clusters: Sequence[str] = ("east", "west", "south", "north"),
           reach: dict[tuple[str, str], Reach] | None = None) -> ServicesReport:  # fmt: skip
    """A report of these services."""
    return ServicesReport(
        services,
        {name: ClusterFacts(name, frozenset({name}), True) for name in clusters},
        tuple(one for service in services for one in service.findings),
        tuple(one for service in services for one in service.unknowns),
        reach or {},
    )


def seen(found: ServicesReport) -> tuple[FleetSnapshot, Analysis]:
    """A fleet of which this was found."""
    fleet = build.fleet(*(build.cluster(name) for name in found.clusters))
    analysis = replace(analyse(fleet), services=found, findings=found.findings)
    return fleet, analysis


def broken() -> FleetService:
    """East exports nothing that is ready, west is well, south imports, north cannot be read."""
    return fleet_service(
        exporter("east", 0, 2, ports=frozenset({Port("http", "TCP", 9090, "")}), age=60),
        exporter("west"),
        importer("south", "west"),
        unread("north"),
        state=ServiceState.BROKEN,
        findings=(finding("east", "south"),),
        unknowns=(Unknown("services", "north", "*", "serviceexports: forbidden"),),
    )


def healthy(name: str = "cart") -> FleetService:
    """East exports to west."""
    return fleet_service(exporter("east"), importer("west", "east"), name=name)
