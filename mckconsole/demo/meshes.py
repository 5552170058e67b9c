"""Linkerd, Istio and Consul between clusters: everything that they leave in one of them."""

from __future__ import annotations

from collections.abc import Iterator

from mckconsole.demo import consul, istio, linkerd
from mckconsole.demo.objects import KubeObject
from mckconsole.demo.promql import PromSeries
from mckconsole.demo.world import World


def definitions(world: World, name: str) -> Iterator[KubeObject]:
    """Their CustomResourceDefinitions."""
    yield from linkerd.definitions(world, name)
    yield from consul.definitions(world, name)


def namespaces(world: World, name: str) -> set[str]:
    """Namespaces that they need."""
    mesh = world.scenario.mesh
    homes = (
        (mesh.linkerd, linkerd.NAMESPACE),
        (mesh.istio, istio.NAMESPACE),
        (mesh.consul, consul.NAMESPACE),
    )
    here = {namespace for links, namespace in homes if name in links}
    led_to = any(name in peers and not peers[name].flat for peers in mesh.linkerd.values())
    return here | ({linkerd.NAMESPACE} if led_to else set())


def static_objects(world: World, name: str) -> Iterator[KubeObject]:
    """What says that links are configured."""
    yield from linkerd.static_objects(world, name)
    yield from consul.static_objects(world, name)


def series(world: World, name: str) -> Iterator[PromSeries]:
    """What measures them."""
    yield from linkerd.series(world, name)
    yield from istio.series(world, name)
    yield from consul.series(world, name)
