"""Objects of GKE multi-cluster Services in one member of the fleet.

The fleet's other members are known by their memberships only where the scenario has no cluster for
them: what they export is in the import's list, and nothing of it can be read here.
"""

from __future__ import annotations

from collections.abc import Iterator

from mckconsole.demo.derived import derived_service, imported_slice
from mckconsole.demo.mcs import AGE_DAYS, effective, exports_of, service_export
from mckconsole.demo.objects import KubeObject
from mckconsole.demo.offers import common_ports, offer
from mckconsole.demo.sections_services import Export, GkeFleet
from mckconsole.demo.world import World

GROUP = "net.gke.io"


def static_objects(world: World, name: str) -> Iterator[KubeObject]:
    """What member `name` holds."""
    fleet = world.scenario.gke
    if fleet is None or name not in fleet.members:
        return
    for export in exports_of(world, "gke"):
        if name in export.clusters:
            yield service_export(world, name, export, "v1", group=GROUP)
        yield from _imported(world, fleet, name, export)


def _imported(world: World, fleet: GkeFleet, name: str, export: Export) -> Iterator[KubeObject]:
    site = world.sites[name]
    derived = f"gke-mcs-{site.digest('gke', export.namespace, export.name, length=10)}"
    sources = effective(world, export)
    ports = common_ports(world, export, sources)
    service = derived_service(site, export.namespace, derived, ports, {})
    foreign = [member for member in export.clusters if member not in world.sites]
    yield service
    yield site.manifest(
        f"{GROUP}/v1",
        "ServiceImport",
        export.namespace,
        export.name,
        labels={
            "app.kubernetes.io/managed-by": "gke-mcs-controller.gke.io",
            "net.gke.io/backend-service-name": f"gkemcs-{export.namespace}-{export.name}",
            "net.gke.io/export-network": "default",
            "net.gke.io/export-project": fleet.project,
        },
        annotations={"net.gke.io/derived-service": derived},
        days_ago=AGE_DAYS,
        spec={
            "type": "ClusterSetIP",
            "ips": [service["spec"]["clusterIP"]],
            "sessionAffinity": "None",
            "ports": ports,
        },
        status={"clusters": [{"cluster": _membership(fleet, one)} for one in (*sources, *foreign)]},
    )
    yield _slice(world, name, export, derived, sources)


def _slice(world: World, name: str, export: Export, derived: str, sources: list[str]) -> KubeObject:
    """The endpoints of all exporters that can be read, the cluster's own among them."""
    site = world.sites[name]
    endpoints = [
        one
        for source in sources
        if (found := offer(world, source, export.namespace, export.name))
        for one in found.endpoints
    ]
    return imported_slice(
        site,
        export.namespace,
        f"{derived}-{site.digest('gke slice', export.name, length=5)}",
        labels={
            "kubernetes.io/service-name": derived,
            "endpointslice.kubernetes.io/managed-by": "endpointslicemirroring-controller.k8s.io",
        },
        ports=common_ports(world, export, sources),
        endpoints=endpoints,
    )


def _membership(fleet: GkeFleet, name: str) -> str:
    location = fleet.members[name]
    return f"projects/{fleet.project}/locations/{location}/memberships/{name}"
