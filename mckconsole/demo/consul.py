"""Consul's peerings: an acceptor on one side, a dialer on the other, and their health."""

from __future__ import annotations

from collections.abc import Iterator

from mckconsole.demo.objects import KubeObject, definition
from mckconsole.demo.promql import PromSeries
from mckconsole.demo.sections_mesh import ConsulPeer
from mckconsole.demo.world import World

GROUP = "consul.hashicorp.com"
NAMESPACE = "consul"
_AGE_DAYS = 90.0
_KINDS = {"acceptor": "PeeringAcceptor", "dialer": "PeeringDialer"}


def definitions(world: World, name: str) -> Iterator[KubeObject]:
    """The definitions of both sides of a peering, where there are some."""
    if name in world.scenario.mesh.consul:
        for kind in _KINDS.values():
            yield definition(GROUP, ("v1alpha1",), f"{kind.lower()}s", kind)


def static_objects(world: World, name: str) -> Iterator[KubeObject]:
    """The peerings of cluster `name`."""
    for peer_name, peer in world.scenario.mesh.consul.get(name, {}).items():
        yield _peering(world, name, peer_name, peer)


def series(world: World, name: str) -> Iterator[PromSeries]:
    """What the leader of Consul's servers in cluster `name` says of its peerings."""
    for peer_name, peer in world.scenario.mesh.consul.get(name, {}).items():
        labels = {
            "job": "consul-server",
            "namespace": NAMESPACE,
            "pod": "consul-server-0",
            "peer_name": peer_name,
            "peer_id": world.sites[name].digest("peering", peer_name, length=32),
        }
        healthy = peer.healthy and peer_name not in world.given_up
        yield PromSeries("consul_peering_healthy", labels, int(healthy))


def _peering(world: World, name: str, peer_name: str, peer: ConsulPeer) -> KubeObject:
    """Written to Consul, whether or not the peers talk."""
    site = world.sites[name]
    stamp = site.created(_AGE_DAYS)
    secret = {"name": f"peering-token-{peer_name}", "key": "data", "backend": "kubernetes"}
    condition = {"type": "Synced", "status": "True", "lastTransitionTime": stamp}
    return site.manifest(
        f"{GROUP}/v1alpha1",
        _KINDS[peer.role],
        NAMESPACE,
        peer_name,
        annotations={f"{GROUP}/peering-version": str(peer.version)},
        days_ago=_AGE_DAYS,
        spec={"peer": {"secret": secret}},
        status={
            "conditions": [condition],
            "lastSyncedTime": stamp,
            "latestPeeringVersion": peer.version,
            "secret": {**secret, "resourceVersion": site.digest("token", peer_name, length=8)},
        },
    )
