"""How Lighthouse is installed in a member of Submariner, and the broker where one holds it.

ServiceDiscovery carries a credential as the real one does; see `submariner`.
"""

from __future__ import annotations

from collections.abc import Iterator

from mckconsole.demo.globalnet import global_cidr
from mckconsole.demo.objects import KubeObject
from mckconsole.demo.submariner import FAKE, NAMESPACE
from mckconsole.demo.world import World

BROKER_NAMESPACE = "submariner-k8s-broker"


def static_objects(world: World, name: str) -> Iterator[KubeObject]:
    """ServiceDiscovery of member `name`, and its Broker."""
    site, mesh = world.sites[name], world.scenario.submariner_of(name)
    token = world.keyring.expand(mesh.token) if mesh else ""
    yield site.manifest(
        "submariner.io/v1alpha1",
        "ServiceDiscovery",
        NAMESPACE,
        "service-discovery",
        spec={
            "clusterID": name,
            "namespace": NAMESPACE,
            "debug": False,
            "globalnetEnabled": bool(global_cidr(world, name)),
            "brokerK8sApiServer": "broker.demo.example.com:6443",
            "brokerK8sApiServerToken": token or FAKE,
            "brokerK8sCA": FAKE,
            "brokerK8sRemoteNamespace": BROKER_NAMESPACE,
        },
        status={},
    )
    if mesh and mesh.members[name].broker:
        yield site.manifest(
            "submariner.io/v1alpha1",
            "Broker",
            BROKER_NAMESPACE,
            "submariner-broker",
            spec={
                "components": ["service-discovery", "connectivity"],
                "globalnetEnabled": any(one.global_cidr for one in mesh.members.values()),
            },
            status={},
        )
