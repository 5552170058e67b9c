"""Objects of the Multi-Cluster Services API as Cilium writes them.

Global services need no objects of their own: they are annotations of Services (`workloads`). An
import has a derived Service, and slices of the local and of every remote cluster, each labelled
with the controller that wrote it.
"""

from __future__ import annotations

from collections.abc import Iterator

from mckconsole.demo.derived import derived_service, imported_slice, remote_endpoints
from mckconsole.demo.mcs import (
    AGE_DAYS,
    GROUP,
    effective,
    exports_of,
    labels,
    listed,
    service_export,
)
from mckconsole.demo.objects import KubeObject
from mckconsole.demo.offers import common_ports, offer
from mckconsole.demo.sections_services import Export
from mckconsole.demo.world import World

_LOCAL = "endpointslice-local-mcsapi-controller.cilium.io"
_REMOTE = "endpointslice-mesh-controller.cilium.io"


def static_objects(world: World, name: str) -> Iterator[KubeObject]:
    """What member `name` of a Cilium mesh holds."""
    version = world.sites[name].cluster.mcs[0]
    namespaces = world.scenario.namespaces_of(name)
    for export in exports_of(world, "cilium"):
        if name in export.clusters:
            yield service_export(world, name, export, version)
        if export.namespace in namespaces:
            yield from _imported(world, name, export, version)


def _imported(world: World, name: str, export: Export, version: str) -> Iterator[KubeObject]:
    site = world.sites[name]
    derived = f"derived-{site.digest('derived', export.namespace, export.name, length=10)}"
    sources = effective(world, export)
    ports = common_ports(world, export, sources)
    service = derived_service(site, export.namespace, derived, ports, {})
    ready = {
        "type": "Ready",
        "status": "True",
        "reason": "Ready",
        "message": "derived Service in place",
        "observedGeneration": 1,
        "lastTransitionTime": site.created(AGE_DAYS),
    }
    yield site.manifest(
        f"{GROUP}/{version}",
        "ServiceImport",
        export.namespace,
        export.name,
        annotations={"multicluster.kubernetes.io/derived-service": derived},
        days_ago=AGE_DAYS,
        spec={
            "type": "ClusterSetIP",
            "ips": [service["spec"]["clusterIP"]],
            "ipFamilies": ["IPv4"],
            "sessionAffinity": "None",
            "ports": ports,
        },
        status={
            "clusters": [{"cluster": cluster} for cluster in listed(world, name, export)],
            "conditions": [ready],
        },
    )
    yield service
    for source in sources:
        yield _slice(world, name, export, source, derived)


def _slice(world: World, name: str, export: Export, source: str, derived: str) -> KubeObject:
    site, found = world.sites[name], offer(world, source, export.namespace, export.name)
    local = source == name
    endpoints = found.endpoints if found else []
    return imported_slice(
        site,
        export.namespace,
        f"{derived}-{site.digest('cilium', export.name, source, length=5)}",
        labels={
            **labels(export, source),
            "kubernetes.io/service-name": derived,
            "endpointslice.kubernetes.io/managed-by": _LOCAL if local else _REMOTE,
        },
        ports=found.ports if found else [],
        endpoints=endpoints if local else remote_endpoints(endpoints),
    )
