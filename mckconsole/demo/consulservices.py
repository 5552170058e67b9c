"""What a cluster exports to its Consul peers: one ExportedServices object."""

from __future__ import annotations

from collections.abc import Iterator

from mckconsole.demo.objects import KubeObject
from mckconsole.demo.world import World

NAMESPACE = "consul"


def exported_services(world: World, name: str) -> Iterator[KubeObject]:
    """The ExportedServices of cluster `name`; Consul takes the one called `default`."""
    for model in world.scenario.consul_exports:
        if model.cluster != name:
            continue
        services = []
        for place, peers in model.services.items():
            namespace, _, service = place.partition("/")
            consumers = [{"peer": peer} for peer in peers]
            services.append({"name": service, "namespace": namespace, "consumers": consumers})
        yield world.sites[name].manifest(
            "consul.hashicorp.com/v1alpha1",
            "ExportedServices",
            NAMESPACE,
            "default",
            days_ago=90,
            spec={"services": services},
            status={"conditions": [{"type": "Synced", "status": "True"}]},
        )
