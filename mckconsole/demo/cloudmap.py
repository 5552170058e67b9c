"""Objects of AWS Cloud Map's controller for the Multi-Cluster Services API.

Every cluster registers itself under an id of its own choice (ClusterProperty). Per importing
cluster there is one derived Service for each exporting one; the import lists them as JSON in an
annotation. The controller writes no conditions.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b32hexencode
from collections.abc import Iterator

from mckconsole.demo.derived import derived_service, imported_slice
from mckconsole.demo.mcs import AGE_DAYS, GROUP, effective, exports_of, service_export
from mckconsole.demo.objects import KubeObject
from mckconsole.demo.offers import common_ports, offer
from mckconsole.demo.sections_services import CloudMapModel, Export
from mckconsole.demo.world import World

_MANAGER = "aws-cloud-map-mcs-controller-for-k8s"
_VERSION = "v1alpha1"


def static_objects(world: World, name: str) -> Iterator[KubeObject]:
    """What cluster `name` of the registry holds."""
    model, site = world.scenario.cloudmap, world.sites[name]
    if model is None or name not in model.ids:
        return
    for title, value in (
        ("cluster.clusterset.k8s.io", model.ids[name]),
        ("clusterset.k8s.io", model.clusterset),
    ):
        spec = {"value": value}
        yield site.manifest("about.k8s.io/v1alpha1", "ClusterProperty", "", title, spec=spec)
    for export in exports_of(world, "cloud-map"):
        if name in export.clusters:
            yield service_export(world, name, export, _VERSION, silent=True)
        yield from _imported(world, model, name, export)


def _imported(
    world: World, model: CloudMapModel, name: str, export: Export
) -> Iterator[KubeObject]:
    site = world.sites[name]
    sources = [*effective(world, export), *export.left_over.get(name, ())]
    ids = {source: model.ids[source] for source in sources}
    derived = {one: _derived_name(export, one) for one in ids.values()}
    ports = common_ports(world, export, effective(world, export))
    services = [
        derived_service(site, export.namespace, title, ports, _labels(export, one))
        for one, title in derived.items()
    ]
    yield from services
    yield site.manifest(
        f"{GROUP}/{_VERSION}",
        "ServiceImport",
        export.namespace,
        export.name,
        annotations={
            "multicluster.k8s.aws/derived-service": json.dumps(
                [{"cluster": one, "derived-service": title} for one, title in derived.items()]
            )
        },
        days_ago=AGE_DAYS,
        spec={
            "type": "ClusterSetIP",
            "ips": [service["spec"]["clusterIP"] for service in services[:2]],
            "ports": ports,
        },
        status={"clusters": [{"cluster": one} for one in ids.values()]},
    )
    for source, one in ids.items():
        yield _slice(world, name, export, source, one, derived[one])


def _slice(
    world: World, name: str, export: Export, source: str, cluster_id: str, derived: str
) -> KubeObject:
    site = world.sites[name]
    place = source if source in export.clusters else export.clusters[0]
    found = offer(world, place, export.namespace, export.name)
    target = {"kind": "Service", "namespace": export.namespace, "name": derived}
    return imported_slice(
        site,
        export.namespace,
        f"{derived}-{site.digest('cloudmap', export.name, source, length=5)}",
        labels={
            **_labels(export, cluster_id),
            "kubernetes.io/service-name": derived,
            "endpointslice.kubernetes.io/managed-by": _MANAGER,
        },
        ports=found.ports if found else [],
        endpoints=[
            {
                "addresses": one["addresses"],
                "conditions": {"ready": one["conditions"].get("ready", True)},
                "targetRef": target,
            }
            for one in (found.endpoints if found else [])
        ],
    )


def _labels(export: Export, cluster_id: str) -> dict[str, str]:
    return {
        "multicluster.kubernetes.io/service-name": export.name,
        "multicluster.kubernetes.io/source-cluster": cluster_id,
    }


def _derived_name(export: Export, cluster_id: str) -> str:
    """As the controller derives it: a hash of namespace, name and cluster id."""
    text = export.namespace + export.name + cluster_id
    return f"imported-{b32hexencode(hashlib.sha256(text.encode()).digest()).decode().lower()[:10]}"
