"""Services that Linkerd's service mirror controller keeps in the target cluster of a link.

A mirror is called `<name>-<cluster>` and leads to the gateway of the other cluster: its endpoints
are the gateway's address, and are emptied when the gateway does not answer probes any more.
"""

from __future__ import annotations

from collections.abc import Iterator

from mckconsole.demo.derived import derived_service, imported_slice
from mckconsole.demo.objects import KubeObject
from mckconsole.demo.offers import offer
from mckconsole.demo.sections_services import Mirror
from mckconsole.demo.world import World

_GATEWAY_PORT = 4143


def static_objects(world: World, name: str) -> Iterator[KubeObject]:
    """Mirror Services in cluster `name`."""
    for mirror in world.scenario.mirrors:
        if mirror.target == name:
            yield _service(world, mirror)


def slices(world: World, name: str) -> Iterator[KubeObject]:
    """What the mirrors lead to now."""
    for mirror in world.scenario.mirrors:
        if mirror.target == name and not mirror.federated:
            yield _slice(world, mirror)


def _title(mirror: Mirror) -> str:
    return f"{mirror.name}-{'federated' if mirror.federated else mirror.source}"


def _labels(mirror: Mirror) -> dict[str, str]:
    found = {"mirror.linkerd.io/mirrored-service": "true"}
    if not mirror.federated:
        found["mirror.linkerd.io/cluster-name"] = mirror.source
    return found


def _service(world: World, mirror: Mirror) -> KubeObject:
    site = world.sites[mirror.target]
    found = offer(world, mirror.source, mirror.namespace, mirror.name)
    ports = found.ports if found else []
    service = derived_service(site, mirror.namespace, _title(mirror), ports, _labels(mirror))
    full = f"{mirror.name}.{mirror.namespace}.svc.cluster.local"
    service["metadata"]["annotations"] = (
        {
            "multicluster.linkerd.io/remote-discovery": f"{mirror.name}@{mirror.source}",
            "multicluster.linkerd.io/local-discovery": mirror.name,
        }
        if mirror.federated
        else {"mirror.linkerd.io/remote-svc-fq-name": full}
    )
    return service


def _slice(world: World, mirror: Mirror) -> KubeObject:
    site, title = world.sites[mirror.target], _title(mirror)
    alive = mirror.source not in world.given_up
    gateway = {
        "addresses": [world.sites[mirror.source].cluster.public_ip],
        "conditions": {"ready": True},
    }
    port = {"name": "mc-gateway", "port": _GATEWAY_PORT, "protocol": "TCP"}
    return imported_slice(
        site,
        mirror.namespace,
        f"{title}-{site.digest('mirror', title, length=5)}",
        labels={
            **_labels(mirror),
            "kubernetes.io/service-name": title,
            "endpointslice.kubernetes.io/managed-by": "endpointslicemirroring-controller.k8s.io",
        },
        ports=[port],
        endpoints=[gateway] if alive else [],
    )
