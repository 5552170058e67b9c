"""Parts of a service in a small fleet, well unless a test says otherwise.

A mesh of three clusters by Lighthouse: east and west export shop/checkout, north imports it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from mckconsole.analysis.services.model import (
    Backends,
    CiliumSwitches,
    ClusterFacts,
    ConditionView,
    Dialect,
    Export,
    Import,
    Part,
    Port,
    Reach,
    RemoteEndpoints,
    ServiceFacts,
    ServiceKey,
    Surroundings,
)
from mckconsole.domain.findings import ObjectRef

NOW = 1_790_000_000.0
LONG_AGO = NOW - 86_400
KEY = ServiceKey("shop", "checkout")
NAMES = ("east", "west", "north")
HTTPS = frozenset({Port("https", "TCP", 443, "")})
_IPS = {"east": "172.30.0.1", "west": "172.31.0.1", "north": "172.32.0.1"}
_KINDS = {Dialect.GKE: "net.gke.io/v1"}
T = TypeVar("T", bound=msgspec.Struct)


def replace(made: T, **changes: Any) -> T:
    """A copy with other values."""
    return msgspec.structs.replace(made, **changes)


def ref(kind: str, name: str = KEY.name, version: str = "v1") -> ObjectRef:
    """An object in the service's namespace."""
    return ObjectRef(version, kind, KEY.namespace, name)


def condition(kind: str, status: str, reason: str = "", **changes: Any) -> ConditionView:
    """A condition that has held for a day."""
    reasons = tuple(one for one in reason.split(",") if one)
    made = ConditionView(kind, status, reasons, reason, "", LONG_AGO, 0, "status.conditions[0]")
    return replace(made, **changes)


GOOD = (condition("Valid", "True", "Valid"), condition("Ready", "True", "Ready"))


def service(cluster: str, **changes: Any) -> ServiceFacts:
    """A ClusterIP Service on port 443."""
    made = ServiceFacts(
        ref("Service"), "ClusterIP", False, HTTPS, (("app", "checkout"),), "None", "Cluster", "",
        ("IPv4",), _IPS.get(cluster, "172.33.0.1"), False, (("app", "checkout"),), LONG_AGO,
    )  # fmt: skip
    return replace(made, **changes)


def export(dialect: Dialect = Dialect.LIGHTHOUSE, **changes: Any) -> Export:
    """An export that all is well with."""
    version = _KINDS.get(dialect, "multicluster.x-k8s.io/v1alpha1")
    made = Export(dialect, ref("ServiceExport", version=version), LONG_AGO, 1, GOOD)
    return replace(made, **changes)


def imported(*sources: str, dialect: Dialect = Dialect.LIGHTHOUSE, **changes: Any) -> Import:
    """The import that names `sources`."""
    version = _KINDS.get(dialect, "multicluster.x-k8s.io/v1alpha1")
    made = Import(dialect, ref("ServiceImport", version=version), False, sources, HTTPS)
    return replace(made, **changes)


def held(source: str, **changes: Any) -> RemoteEndpoints:
    """Lighthouse's slice of a ClusterIP service of another cluster."""
    addresses = frozenset({_IPS.get(source, "172.33.0.1")})
    slice_ = ref("EndpointSlice", f"checkout-{source}", "discovery.k8s.io/v1")
    made = RemoteEndpoints(Dialect.LIGHTHOUSE, source, slice_, 1, 1, addresses)
    return replace(made, **changes)


def backends(ready: int = 2, total: int = 2, **changes: Any) -> Backends:
    """Pods of a cluster's own."""
    addresses = frozenset(f"10.0.0.{number}" for number in range(total))
    slice_ = ref("EndpointSlice", "checkout-abcde", "discovery.k8s.io/v1")
    return replace(Backends(ready, total, 0, (), addresses, (slice_,)), **changes)


def exporter(cluster: str, **changes: Any) -> Part:
    """A cluster that exports it, with its import and the slice of the other exporter."""
    other = "west" if cluster == "east" else "east"
    made = Part(
        cluster,
        service(cluster),
        backends(),
        (export(),),
        (imported("east", "west"),),
        (held(other),),
    )
    return replace(made, **changes)


def importer(cluster: str = "north", **changes: Any) -> Part:
    """A cluster that imports it of both."""
    made = Part(cluster, imports=(imported("east", "west"),), remote=(held("east"), held("west")))
    return replace(made, **changes)


def fleet(**changes: Part | None) -> dict[str, Part]:
    """The parts of all three clusters; a change replaces one, None takes it away."""
    parts: dict[str, Part | None] = {
        "east": exporter("east"), "west": exporter("west"), "north": importer(),
    }  # fmt: skip
    parts.update(changes)
    return {name: part for name, part in parts.items() if part}


def facts(name: str, **changes: Any) -> ClusterFacts:
    """A cluster with Lighthouse, read in full."""
    made = ClusterFacts(
        name,
        frozenset({name}),
        True,
        context=f"ctx-{name}",
        namespaces=frozenset({KEY.namespace}),
        installed=frozenset({Dialect.LIGHTHOUSE}),
    )
    return dataclasses.replace(made, **changes)


def around(
    reach: Mapping[tuple[str, str], Reach] | None = None, **changes: ClusterFacts
) -> Surroundings:
    """Three clusters, every tunnel up."""
    clusters = {name: facts(name) for name in NAMES}
    clusters.update(changes)
    ways = {(one, two): Reach(True, "submariner up", f"submariner {one} {two}")
            for one in NAMES for two in NAMES if one != two}  # fmt: skip
    ways.update(reach or {})
    return Surroundings(clusters, ways, NOW)


def switches(**changes: Any) -> CiliumSwitches:
    """A global service that is shared."""
    return replace(CiliumSwitches(True, True, "none", None), **changes)
